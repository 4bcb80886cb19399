/* SPDX-License-Identifier: MIT */
/* The lines of a PEM text (RFC 7468), and what the base64 of a block says. It is decoded where it is: four digits become
 * three bytes, so that what is written never reaches what is still to be read. Every byte is looked at once. */
#ifndef CM_DER_ARMOR_H
#define CM_DER_ARMOR_H

#include "base/view.h"

struct cm_armor {
    uint8_t *bytes;
    size_t len;
    size_t at;   /* of the next line */
    size_t line; /* the number of the last one, from 1 */
};

/* Whether the bytes are not PEM but DER: a SEQUENCE whose length takes several bytes, as that of every certificate does, and
 * with which no text begins. */
bool cm_armor_is_der(struct certmap_view bytes);

/* Whether a character is one of base64. */
bool cm_armor_is_base64(uint8_t c);

/* Decodes what a text begins with, up to a character that is not of base64, and no more than most bytes. Returns how many. */
size_t cm_armor_peek(uint8_t *bytes, size_t most, struct certmap_view text);

/* At the first line. Editors on Windows put a byte order mark before UTF-8: it is passed over. */
struct cm_armor cm_armor_begin(uint8_t *bytes, size_t len);

/* Takes a line without the blanks at both its ends. False: there are no more. */
bool cm_armor_line(struct cm_armor *pem, struct certmap_view *line);

/* Decodes what follows up to the line that is end, to the beginning of the bytes; *len is that of what it says, and not 0.
 * Errors: CERTIFICATE with NOT_A_CERTIFICATE, at the byte of the PEM. */
enum certmap_status cm_armor_decode(struct cm_armor *pem, struct certmap_view end, size_t *len,
                                    struct certmap_diagnostic *err);

#endif
