/* SPDX-License-Identifier: MIT */
/* Conditions as text of the native language. */
#ifndef CM_SYNTAX_PRINT_H
#define CM_SYNTAX_PRINT_H

#include "rule/store.h"

struct cm_out;

/* Prints a text as a string of the language that is no template: quoted, with the language's escapes. */
void cm_string_print(struct cm_out *out, struct certmap_view text);
/* Prints a text without placeholders that a mapping gives, so that nothing in it looks like one. */
void cm_output_print(struct cm_out *out, struct certmap_view text, bool attribute);
/* Prints a compiled pattern (glob.h) as a string that gives it back after "like". */
void cm_pattern_print(struct cm_out *out, struct certmap_view pattern);
/* Prints a condition so that it could be in a rule file, on one line; where break_before is not NULL, it
 * goes before each operand of a list, and before the parenthesis that closes it. */
void cm_condition_print(struct cm_out *out, const struct cm_condition *condition, const char *break_before);
/* Whether a condition compares with something: has operands or a number. */
bool cm_condition_compares(const struct cm_condition *condition);
/* Prints only what the condition compares with: a string, a list, or a number. */
void cm_operands_print(struct cm_out *out, const struct cm_condition *condition);

#endif
