/* SPDX-License-Identifier: MIT */
/* Texts that are decoded where they are: what is written is never longer than what was read. */
#ifndef CERTMAPD_TEXT_H
#define CERTMAPD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    uint8_t *data;
    size_t len;
};

/* %HH become bytes. False: a % without two digits after it. */
bool text_unescape(struct text *text);
/* Base64 with its padding, and nothing else, becomes bytes. False: it is not that, or empty. */
bool text_base64(struct text *text);
/* Takes the piece before the first separator, and the separator, from the text. */
struct text text_take_until(struct text *text, uint8_t separator);
/* Whether it began with these characters, which are taken from it. */
bool text_take(struct text *text, const char *characters);
/* Without spaces and tabs at both ends. */
struct text text_trim(struct text text);

#endif
