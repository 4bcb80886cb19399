/* SPDX-License-Identifier: MIT */
/* certmap explain CODE: what a code means, with an example. */
#ifndef TOOL_EXPLAIN_CODE_H
#define TOOL_EXPLAIN_CODE_H

#include "certmap/codes.h"
#include "option_table.h"

/* The code that a word names, or is the number of; NONE: it is none that is explained. */
enum certmap_code tool_explained_code(const char *word);
/* The names of those that are, in the order of their numbers. */
tool_word_fn tool_explained_word;
/* What there is to say, as lines; NULL: nothing. */
const char *tool_explained_text(enum certmap_code code);
/* Writes it. */
void tool_explain_code(enum certmap_code code);

#endif
