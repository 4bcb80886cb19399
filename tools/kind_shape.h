/* SPDX-License-Identifier: MIT */
/* The shape of a DER element, enough of it to tell one kind of file from another. Lengths may be indefinite, as BER has
 * them: PKCS #12 and PKCS #7 come so. */
#ifndef TOOL_KIND_SHAPE_H
#define TOOL_KIND_SHAPE_H

#include "certmap/certmap.h"

/* Whether the element at the front of der has a shape:
 *
 *     30          an element with this tag; 1? any of 10 to 1F
 *     30{ ... }   and what its contents begin with
 *     06=2A86.    and its contents are these bytes
 *     06^2A86.    and its contents begin with these bytes
 *     ~A0         the next element if it has this tag
 *     $           nothing more in these contents */
bool tool_shape_matches(const char *shape, struct certmap_view der);

/* The length of the element at the front, header included; 0 where it has none that can be read, or is cut short. */
size_t tool_shape_length(struct certmap_view der);

#endif
