/* SPDX-License-Identifier: MIT */
/* A bounded writer in the manner of snprintf: counts everything, keeps what fits. */
#ifndef CM_BASE_OUT_H
#define CM_BASE_OUT_H

#include "certmap/certmap.h"

struct cm_out {
    char *text; /* NULL if cap is 0 */
    size_t cap;
    size_t len; /* bytes written or wanted */
};

void cm_out_bytes(struct cm_out *out, const void *bytes, size_t len);
void cm_out_view(struct cm_out *out, struct certmap_view view);
void cm_out_string(struct cm_out *out, const char *string);
void cm_out_char(struct cm_out *out, char c);
/* Upper-case hexadecimal, two digits a byte. */
void cm_out_hex(struct cm_out *out, struct certmap_view view);
void cm_out_hex_lower(struct cm_out *out, struct certmap_view view);
/* Decimal. */
void cm_out_number(struct cm_out *out, size_t number);
/* As certmap_text_escape. */
void cm_out_escaped(struct cm_out *out, struct certmap_view view, bool quote);
/* The same without quote, but \ is as it is, so that paths and accounts look as they are. For people. */
void cm_out_readable(struct cm_out *out, struct certmap_view view);

/* Ends the text with a NUL and sets *len. BUFFER, and text made "", if it did not fit. */
enum certmap_status cm_out_finish(struct cm_out *out, size_t *len, struct certmap_diagnostic *err);

#endif
