/* SPDX-License-Identifier: MIT */
/* Bytes that no proxy sends in the head of a request, and that parsers of HTTP read differently: NUL and other control
 * characters, a line that ends in CR or LF alone, a line that goes on with a blank (obs-fold). */
#ifndef CERTMAPD_SCREEN_H
#define CERTMAPD_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen {
    bool refused;     /* one was there */
    bool after_cr;    /* the last byte was a CR */
    bool within_line; /* the last byte was not the end of a line */
};

/* What comes in place of the first byte that is refused: lines that no parser takes for a part of a head, whatever was
 * before them, so that the answer is 400. */
#define SCREEN_REFUSAL "!\r\n!\r\n"

/* How many of these bytes go on; fewer than len: what is after them is refused, and so is all that comes later. */
size_t screen_bytes(struct screen *screen, const uint8_t *bytes, size_t len);

#endif
