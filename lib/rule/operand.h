/* SPDX-License-Identifier: MIT */
/* Making operands: checked, unescaped, normalised, folded. */
#ifndef CM_RULE_OPERAND_H
#define CM_RULE_OPERAND_H

#include "rule/rules.h"

/* What kind of operand a text becomes. */
enum cm_operand_kind { CM_OPERAND_TEXT, CM_OPERAND_PATTERN, CM_OPERAND_IIS_PATTERN };

/* Makes an operand in arena out of text, which scratch helps with and may hold. Errors: MEMORY, SYNTAX
 * (not UTF-8, U+0000, too long, a bad escape in a pattern). */
enum certmap_status cm_operand_make(struct cm_operand *operand, struct certmap_view text, enum cm_operand_kind kind,
                                    bool nocase, struct cm_arena *arena, struct cm_arena *scratch,
                                    struct certmap_error *err);

/* Whether text is UTF-8 without U+0000 of at most CERTMAP_MAX_TEXT_SIZE bytes; what names it in the
 * error. Errors: SYNTAX. */
enum certmap_status cm_text_check(struct certmap_view text, const char *what, struct certmap_error *err);

#endif
