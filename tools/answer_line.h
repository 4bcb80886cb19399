/* SPDX-License-Identifier: MIT */
/* The answer for a record of a corpus, as one line: for people, in JSON, in CSV. Written by hand, because there are
 * millions of them; any thread. */
#ifndef TOOL_ANSWER_LINE_H
#define TOOL_ANSWER_LINE_H

#include "records.h"

enum tool_line { TOOL_LINE_TEXT, TOOL_LINE_JSON, TOOL_LINE_CSV };

/* An answer, or an error about the record. */
struct tool_answer_line {
    const struct tool_record *record;
    const struct certmap_result *result; /* NULL: error */
    const struct certmap_diagnostic *error;
    int expired; /* 1 or 0; -1: not known */
};

/* Adds the line with its newline. */
void tool_answer_line_add(struct tool_text *text, const struct tool_answer_line *line, enum tool_line form);
/* Adds what CSV has first: the names of its columns. */
void tool_answer_line_add_head(struct tool_text *text, enum tool_line form);

#endif
