/* SPDX-License-Identifier: MIT */
/* The values that satisfied the conditions of a mapping that have a name, once it is known to be true. */
#ifndef CM_MATCH_BIND_H
#define CM_MATCH_BIND_H

#include "field/peer.h"
#include "rule/binding.h"

/* Fills bound of the peer for every name of a mapping that is true for it. Each name has one value, or none, where the
 * mapping is true in a way in which no condition of that name holds; a code says why it has no value although one
 * does: SEVERAL_VALUES, two that differ; UNREADABLE, one that may satisfy it, too; TOO_LONG, the steps ran out. Takes
 * the steps of evaluating the mapping anew, at most as often as it is nested. Allocates nothing.
 *
 * again: what conditions gave names of other mappings is known from `once` of the peer, and kept there. */
void cm_bind(struct certmap_peer *peer, const struct certmap_rules *rules, const struct cm_mapping *mapping, bool again,
             size_t *steps);

#endif
