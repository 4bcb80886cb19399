/* SPDX-License-Identifier: MIT */
/* Compiling patterns over whole Names (field/name_pattern.h). */
#ifndef CM_RULE_NAME_PATTERN_H
#define CM_RULE_NAME_PATTERN_H

#include "base/arena.h"
#include "certmap/certmap.h"

/* Compiles a pattern in NFC, as RFC 4514 writes Names, leaf first, in which CM_GLOB_MANY and CM_GLOB_ONE are the wildcards.
 * With nocase, values are to be folded. Errors: MEMORY, LIMIT (TOO_MANY), SYNTAX (DN_...). */
enum certmap_status cm_name_pattern_compile(struct certmap_view *program, struct certmap_view text, bool nocase,
                                            struct cm_arena *arena, struct cm_arena *scratch,
                                            struct certmap_diagnostic *err);

#endif
