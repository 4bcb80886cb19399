/* SPDX-License-Identifier: MIT */
/* Placeholders as other languages write them, which in the texts of mappings are errors: they would be the account of
 * everyone. */
#ifndef CM_SYNTAX_FOREIGN_H
#define CM_SYNTAX_FOREIGN_H

#include "certmap/certmap.h"

/* Looks in a text for what other languages write for a placeholder: "$subject.CN", "{subject.CN}", "%{...}", "#{...}", and,
 * except in attributes, whose program may have such a language, "{CN}", "$(CN)", "$CN" and "$1". Only placeholders of certmap's
 * own fields are meant, "%{" and "#{", and groups of regular expressions. Returns the length of what begins the text, or 0; placeholder gets what to write in its place. */
#define CM_FOREIGN_PLACEHOLDER_SIZE 80
size_t cm_foreign_placeholder(char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE], struct certmap_view text, bool attribute);

#endif
