/* SPDX-License-Identifier: MIT */
/* A text that grows. After it could not, it takes nothing more, and says so at the end. */
#ifndef CM_SERVER_TEXT_H
#define CM_SERVER_TEXT_H

#include "certmap/certmap.h"

struct cm_server_text {
    const struct certmap_allocator *allocator;
    char *data; /* no NUL unless one was added */
    size_t len;
    size_t cap;
    bool failed; /* there was no memory */
};

/* The memory of the text; it is empty then. */
void cm_server_text_free(struct cm_server_text *text);
void cm_server_text_add(struct cm_server_text *text, struct certmap_view bytes);
void cm_server_text_string(struct cm_server_text *text, const char *string);
void cm_server_text_char(struct cm_server_text *text, char c);
void cm_server_text_number(struct cm_server_text *text, uint64_t number);
/* Two digits for each byte, lower-case. No NUL. */
void cm_server_hex(char *to, struct certmap_view bytes);
/* The same. */
void cm_server_text_hex(struct cm_server_text *text, struct certmap_view bytes);
/* A number without leading zeros, as rules write serial numbers. bytes is not empty. */
void cm_server_text_serial(struct cm_server_text *text, struct certmap_view bytes);
/* Room for so many bytes, to be written at the end; who does adds them to len. NULL: there is none. */
char *cm_server_text_room(struct cm_server_text *text, size_t size);
/* As certmap_text_escape writes it. quote: in double quotes. */
void cm_server_text_escaped(struct cm_server_text *text, struct certmap_view bytes, bool quote);
/* As certmap_diagnostic_format writes it, without a source. */
void cm_server_text_diagnostic(struct cm_server_text *text, const struct certmap_diagnostic *diagnostic);

/* What stays as it is in one line of a header. A set of these: */
enum cm_server_safe {
    CM_SERVER_SAFE_UTF8 = 1, /* what is not ASCII */
    CM_SERVER_SAFE_COMMA = 2
};
/* Adds a text with %HH for control characters, % and spaces at either end, and for what is not in safe. */
void cm_server_text_percent(struct cm_server_text *text, struct certmap_view bytes, unsigned safe);

#endif
