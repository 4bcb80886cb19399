/* SPDX-License-Identifier: MIT */
/* What standard C does not have. One file for each platform. */
#ifndef TOOL_PLATFORM_H
#define TOOL_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Once, first thing: a reader that goes away becomes a write error, not a signal. */
void tool_platform_start(void);
/* Whether people read this file on a terminal. */
bool tool_platform_is_terminal(FILE *file);
/* A clock that only goes forward, whenever it began. */
uint64_t tool_platform_milliseconds(void);

#endif
