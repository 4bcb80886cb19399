/* SPDX-License-Identifier: MIT */
/* Base64, RFC 4648 section 4, as IIS files have it. */
#ifndef CM_FORMATS_KIT_BASE64_H
#define CM_FORMATS_KIT_BASE64_H

#include "certmap/certmap.h"

/* Room for the bytes that a text of this length can stand for. */
#define CM_KIT_BASE64_ROOM(len) ((len) / 4 * 3 + 3)

/* Decodes text to bytes, which has CM_KIT_BASE64_ROOM(text.len) of room. White space is skipped; padding
 * may be left out, but where it is it has to be complete. NULL, or what is wrong, as the end of a
 * sentence about the text; *at is then the index of the byte at fault. */
const char *cm_kit_base64_decode(uint8_t *bytes, size_t *len, size_t *at, struct certmap_view text);

#endif
