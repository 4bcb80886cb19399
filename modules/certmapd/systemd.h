/* SPDX-License-Identifier: MIT */
/* What systemd and a service say to each other: sockets that it hands over (sd_listen_fds(3)) and states of the service
 * (sd_notify(3)). Both are a few variables and one datagram, which need no library. */
#ifndef CERTMAPD_SYSTEMD_H
#define CERTMAPD_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>

/* Most sockets that are taken. */
#define SYSTEMD_MAX_SOCKETS 8
/* Longest FileDescriptorName. */
#define SYSTEMD_MAX_NAME 32

struct systemd_sockets {
    unsigned count;
    int fds[SYSTEMD_MAX_SOCKETS];
    char names[SYSTEMD_MAX_SOCKETS][SYSTEMD_MAX_NAME];
};

/* The sockets that are for this process; none without systemd. The variables are removed. False: what is handed over is
 * not what it should be, which is logged. */
bool systemd_sockets(struct systemd_sockets *sockets);
/* Says a state, as "READY=1"; nothing where nobody listens. */
void systemd_notify(const char *state);
/* RELOADING=1, with the time that it has to have. */
void systemd_notify_reloading(void);
/* How often systemd wants to hear WATCHDOG=1, in microseconds; 0: never. */
uint64_t systemd_watchdog(void);

#endif
