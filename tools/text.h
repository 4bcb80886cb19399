/* SPDX-License-Identifier: MIT */
/* Memory and growing text.
 *
 * The command has nothing better to do without memory than to stop: what allocates here never
 * returns NULL but ends the process with status 2. */
#ifndef TOOL_TEXT_H
#define TOOL_TEXT_H

#include "certmap/diagnostic.h"
#include <stdio.h>

#if defined(__MINGW32__) && !defined(__clang__)
#define TOOL_PRINTF(string, first) __attribute__((format(gnu_printf, string, first)))
#elif defined(__GNUC__)
#define TOOL_PRINTF(string, first) __attribute__((format(printf, string, first)))
#else
#define TOOL_PRINTF(string, first)
#endif

/* Ends the process: there is no memory. */
_Noreturn void tool_no_memory(void);
/* size bytes, for free(). size may be 0. */
void *tool_alloc(size_t size);
/* Overwrites memory in a way that a compiler does not leave out. */
void tool_wipe(void *memory, size_t size);

/* What a character of base64 stands for, or 64. */
unsigned tool_sextet(uint8_t c);

/* A view of a string that ends in NUL; data NULL for NULL. */
struct certmap_view tool_view(const char *string);

/* Fills *err as a call of the library would, without a position. */
enum certmap_status tool_error(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                               const char *format, ...) TOOL_PRINTF(4, 5);

/* Takes one code point from the front of a text that is not empty and returns its bytes. What is
 * not UTF-8 gives U+FFFD once for each longest part that could have begun a code point. */
size_t tool_utf8_take(struct certmap_view text, uint32_t *cp);
/* How many code points a text has. */
size_t tool_utf8_count(struct certmap_view text);
/* Whether one code point, as UTF-8, must not reach a terminal as it is. */
bool tool_is_unsafe(struct certmap_view character);

/* A growing text. Zero it to begin; tool_text_free to end. data is NULL until something is added. */
struct tool_text {
    char *data;
    size_t len;
    size_t cap;
};

void tool_text_free(struct tool_text *text);
void tool_text_add(struct tool_text *text, struct certmap_view view);
void tool_text_string(struct tool_text *text, const char *string);
void tool_text_repeat(struct tool_text *text, char c, size_t count);
/* For numbers and short words: what is longer than TOOL_FORMAT_MAX bytes is cut. */
#define TOOL_FORMAT_MAX 255
void tool_text_format(struct tool_text *text, const char *format, ...) TOOL_PRINTF(2, 3);
/* What people read: as certmap_text_escape writes it, but with \ as it is, so that accounts and
 * paths look as they are. */
void tool_text_safe(struct tool_text *text, struct certmap_view view);
/* In double quotes, for messages. */
void tool_text_quoted(struct tool_text *text, struct certmap_view view);
/* In double quotes, what is between them in a rule file already. */
void tool_text_source(struct tool_text *text, struct certmap_view view);
/* In double quotes, as a string of the rule language that has no placeholders. */
void tool_text_literal(struct tool_text *text, struct certmap_view view);
/* A DER Name that is well-formed, as RFC 4514 writes it. */
void tool_text_name(struct tool_text *text, struct certmap_view name);
/* As certmap_diagnostic_format writes it. */
void tool_text_diagnostic(struct tool_text *text, const struct certmap_diagnostic *diagnostic,
                          struct certmap_view source, enum certmap_diagnostic_style style);
struct certmap_view tool_text_view(const struct tool_text *text);
/* Writes the text to a file and empties it. */
void tool_text_flush(struct tool_text *text, FILE *file);

#endif
