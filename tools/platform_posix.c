/* SPDX-License-Identifier: MIT */
#include "platform.h"
#include <signal.h>
#include <time.h>
#include <unistd.h>

void tool_platform_start(void) {
    (void)signal(SIGPIPE, SIG_IGN);
}

bool tool_platform_is_terminal(FILE *file) {
    return isatty(fileno(file)) == 1;
}

uint64_t tool_platform_milliseconds(void) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
