/* SPDX-License-Identifier: MIT */
/* Reading an attribute value as text (docs/matching.md, "Values become text"). */
#ifndef CM_NAME_VALUE_H
#define CM_NAME_VALUE_H

#include "certmap/certmap.h"

struct cm_arena;

/* Reads a value of this tag (der.h) as UTF-8. Returns CERTMAP_CODE_NONE and sets *utf8, which points into
 * contents or into arena; a code VALUE_... when it is unreadable; or CERTMAP_CODE_MEMORY. */
enum certmap_code cm_value_read(struct certmap_view *utf8, uint32_t tag, struct certmap_view contents,
                                struct cm_arena *arena);
/* The two halves of it, for those who need no memory. Whether and why a value is unreadable: */
enum certmap_code cm_value_check(uint32_t tag, struct certmap_view contents);
/* Takes the next code point of a value that cm_value_check found readable; false at the end. */
bool cm_value_next(uint32_t tag, struct certmap_view *contents, uint32_t *cp);
/* "UTF8String" and so on; NULL for a tag that holds no text. */
const char *cm_value_type_name(uint32_t tag);

#endif
