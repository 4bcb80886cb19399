/* SPDX-License-Identifier: MIT */
/* Points in time, in seconds since 1970-01-01T00:00:00Z. */
#ifndef TOOL_MOMENT_H
#define TOOL_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Reads YYYY-MM-DDTHH:MM:SSZ (RFC 3339, UTC). False if it is something else, or not after 1970 began. */
bool tool_moment_parse(int64_t *moment, const char *text);
/* Room for a moment as text, and a NUL; more than is needed, so that compilers see that it is enough. */
#define TOOL_MOMENT_SIZE 64
/* Writes a moment of the years 0 to 9999 in the same form. Of two such texts the later moment is the greater. */
void tool_moment_format(char text[TOOL_MOMENT_SIZE], int64_t moment);
/* Now; 0 if the clock cannot be read. */
int64_t tool_moment_now(void);

#endif
