/* SPDX-License-Identifier: MIT */
#include "systemd.h"
#include "log.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The first socket that is handed over: SD_LISTEN_FDS_START. */
#define FIRST_FD 3

/* A variable that is a decimal number; 0: it is none. */
static uintmax_t number_of(const char *name) {
    const char *text = getenv(name);
    char *end = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    errno = 0;
    const uintmax_t number = strtoumax(text, &end, 10);
    return *end == '\0' && errno == 0 ? number : 0;
}

static bool is_for_us(const char *name) {
    const uintmax_t pid = number_of(name);
    return pid == 0 ? getenv(name) == NULL : pid == (uintmax_t)getpid();
}

/* ---- sockets ---- */

static bool take_name(struct systemd_sockets *sockets, unsigned index, const char **names) {
    const size_t len = strcspn(*names, ":");
    if (len >= SYSTEMD_MAX_NAME)
        return false;
    memcpy(sockets->names[index], *names, len);
    sockets->names[index][len] = '\0';
    *names += (*names)[len] == ':' ? len + 1 : len;
    return true;
}

static bool is_listening(int fd) {
    int listening = 0;
    socklen_t len = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening != 0;
}

static bool take_socket(struct systemd_sockets *sockets, unsigned index, const char **names) {
    const int fd = FIRST_FD + (int)index;
    const int flags = fcntl(fd, F_GETFL);
    if (!take_name(sockets, index, names) || !is_listening(fd) || flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
        log_line(LOG_LEVEL_ERROR, "socket %u that systemd hands over is not one that listens", index + 1);
        return false;
    }
    sockets->fds[index] = fd;
    return true;
}

bool systemd_sockets(struct systemd_sockets *sockets) {
    const uintmax_t count = number_of("LISTEN_FDS");
    const char *names = getenv("LISTEN_FDNAMES");
    *sockets = (struct systemd_sockets){.count = 0};
    if (count == 0 || number_of("LISTEN_PID") != (uintmax_t)getpid())
        return true;
    if (count > SYSTEMD_MAX_SOCKETS) {
        log_line(LOG_LEVEL_ERROR, "systemd hands over %ju sockets; at most %d are taken", count, SYSTEMD_MAX_SOCKETS);
        return false;
    }
    for (unsigned i = 0; i < (unsigned)count; i++, sockets->count++)
        if (names == NULL) {
            log_line(LOG_LEVEL_ERROR, "LISTEN_FDNAMES is missing: write FileDescriptorName=http in the socket's unit");
            return false;
        } else if (!take_socket(sockets, i, &names)) {
            return false;
        }
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    return true;
}

/* ---- states ---- */

void systemd_notify(const char *state) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof name.sun_path)
        return;
    memcpy(name.sun_path, path, strlen(path));
    if (path[0] == '@')
        name.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    const socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&name, len);
    (void)close(fd);
}

void systemd_notify_reloading(void) {
    struct timespec now = {0, 0};
    char state[64];
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
                   (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U);
    systemd_notify(state);
}

uint64_t systemd_watchdog(void) {
    return is_for_us("WATCHDOG_PID") ? (uint64_t)number_of("WATCHDOG_USEC") : 0;
}
