/* SPDX-License-Identifier: MIT */
/* Making operands: checked, unescaped, normalised, folded. */
#ifndef CM_RULE_OPERAND_H
#define CM_RULE_OPERAND_H

#include "rule/rules.h"

/* What an operand is made for. */
struct cm_operand_use {
    enum cm_text_kind kind;
    bool pattern;
    bool regex;
    bool iis_pattern; /* in which a backslash is an ordinary character */
    bool nocase;
};

/* Makes an operand out of text, in arena or as views of the text itself; scratch helps with it and may hold it. Errors:
 * MEMORY, LIMIT (a Name over its limits), SYNTAX (not UTF-8, U+0000, too long, a bad escape in a pattern, BAD_OPERAND:
 * nothing that the field can have, DN_...: no Name, BAD_REGEX). */
enum certmap_status cm_operand_make(struct cm_operand *operand, struct certmap_view text,
                                    const struct cm_operand_use *use, struct cm_arena *arena, struct cm_arena *scratch,
                                    struct certmap_diagnostic *err);

/* Copies a whole Name into arena. Errors: MEMORY. */
enum certmap_status cm_operand_keep_name(struct cm_operand *kept, const struct cm_operand *name, struct cm_arena *arena,
                                         struct cm_arena *scratch, struct certmap_diagnostic *err);

/* Whether text is UTF-8 without U+0000 of at most CERTMAP_MAX_TEXT_SIZE bytes; what names it in the
 * error. Errors: SYNTAX. */
enum certmap_status cm_text_check(struct certmap_view text, const char *what, struct certmap_diagnostic *err);

#endif
