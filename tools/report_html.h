/* SPDX-License-Identifier: MIT */
/* Texts in HTML. Certificates, rule files and paths are written by strangers: what is theirs reaches a page through
 * tool_html_text or tool_html_title, between tags and never in an attribute, a style or a script. What these two write holds
 * no element but <bdi> and <b class=x>, ends in none that is open, and is ASCII and printable characters of UTF-8 alone. */
#ifndef TOOL_REPORT_HTML_H
#define TOOL_REPORT_HTML_H

#include "text.h"
#include <stdint.h>

/* Of a text so many code points are shown; names and accounts are shorter, Names and conditions may be longer. */
#define TOOL_HTML_SHORT 64
#define TOOL_HTML_LONG 160
/* Marks on one letter. More reach into the lines above and below. */
#define TOOL_HTML_MARKS 2
/* Room for a digest as base64, and a NUL. */
#define TOOL_HTML_DIGEST 45

/* Adds a text, isolated from the direction of what is around it. What nobody sees - control and format characters, blanks of
 * other widths, private characters, marks on marks - is written as \u{202E}, a blank at either end as one that is seen. After
 * `limit` code points it is cut, with an ellipsis. */
void tool_html_text(struct tool_text *out, struct certmap_view text, size_t limit);
/* The same without elements, as <title> needs it. */
void tool_html_title(struct tool_text *out, struct certmap_view text, size_t limit);
/* Whether a code point must not be written as it is. */
bool tool_html_is_hidden(uint32_t cp);

/* Adds 1 234 567, with blanks that do not break. */
void tool_html_number(struct tool_text *out, uint64_t number);
/* Adds a number and what is counted: "1 mapping", "2 mappings". */
void tool_html_count(struct tool_text *out, uint64_t number, const char *noun);
/* Adds a share as people say it: "0 %", "<0.1 %", "9.7 %", "79 %"; 100 % is all of it only. */
void tool_html_share(struct tool_text *out, uint64_t part, uint64_t all);
/* The SHA-256 of a style or a script, for a Content-Security-Policy. */
void tool_html_digest(char base64[TOOL_HTML_DIGEST], const uint8_t digest[32]);

#endif
