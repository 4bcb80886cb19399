/* SPDX-License-Identifier: MIT */
/* Holes as other languages write them, which in the texts of mappings are errors: they would be the account of
 * everyone. */
#ifndef CM_RULE_FOREIGN_HOLE_H
#define CM_RULE_FOREIGN_HOLE_H

#include "certmap/certmap.h"

/* Looks in a text for what other languages write for a hole: "$subject.CN", "{subject.CN}", "%{...}", "#{...}", and,
 * except in attributes, whose program may have such a language, "{CN}", "$(CN)", "$CN" and "$1". Only holes of certmap's
 * own fields are meant, "%{" and "#{", and groups of regular expressions. Returns the length of what begins the text, or 0; hole gets what to write in its place. */
#define CM_FOREIGN_HOLE_SIZE 80
size_t cm_foreign_hole(char hole[CM_FOREIGN_HOLE_SIZE], struct certmap_view text, bool attribute);

#endif
