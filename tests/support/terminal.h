/* SPDX-License-Identifier: MIT */
/* Pseudo-terminals, which tests of what is shown on a terminal need. A program defines _XOPEN_SOURCE as 700 first. */
#ifndef T_TERMINAL_H
#define T_TERMINAL_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Opens both ends. False, with errno, where the system has none to give: no /dev/ptmx, or no /dev/pts. */
static inline bool t_terminal_open(int *master, int *slave) {
    const char *name;
    *slave = -1;
    *master = posix_openpt(O_RDWR | O_NOCTTY);
    if (*master < 0)
        return false;
    if (grantpt(*master) == 0 && unlockpt(*master) == 0 && (name = ptsname(*master)) != NULL)
        *slave = open(name, O_RDWR | O_NOCTTY);
    return *slave >= 0;
}

/* Why there are none here, or NULL. What needs one is then left out, and t_skipped says so. */
static inline const char *t_terminal_missing(void) {
    int master, slave;
    const char *why = t_terminal_open(&master, &slave) ? NULL : strerror(errno);
    if (slave >= 0)
        close(slave);
    if (master >= 0)
        close(master);
    return why;
}

#endif
