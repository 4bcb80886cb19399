/* SPDX-License-Identifier: MIT */
#include "platform.h"
#include <signal.h>
#include <unistd.h>

void tool_platform_start(void) {
    (void)signal(SIGPIPE, SIG_IGN);
}

bool tool_platform_is_terminal(FILE *file) {
    return isatty(fileno(file)) == 1;
}
