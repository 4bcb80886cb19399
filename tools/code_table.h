/* SPDX-License-Identifier: MIT */
/* The codes of what is found in rules that load, by their names. */
#ifndef TOOL_CODE_TABLE_H
#define TOOL_CODE_TABLE_H

#include "certmap/codes.h"
#include "option_table.h"

/* The code of this name, or NONE where no finding has it. */
enum certmap_code tool_code_find(struct certmap_view name);
/* The names in the order of their numbers. */
tool_word_fn tool_code_word;

#endif
