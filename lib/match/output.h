/* SPDX-License-Identifier: MIT */
/* Filling a result with what mappings give: the account, the domain, groups, attributes. Texts with placeholders are
 * built in the peer; nothing allocates. */
#ifndef CM_MATCH_OUTPUT_H
#define CM_MATCH_OUTPUT_H

#include "field/peer.h"
#include "rule/store.h"
#include "template/expand.h"

/* Makes result the ALLOW of a mapping that is true and allows: sets every member but size and other, and
 * forgets what was built in the peer before. *steps are those left of the match, of which a value looked at
 * takes one and filters one a byte.
 *
 * A text that cannot be built makes it a DENY by that mapping without texts, whose reason says why. */
void cm_output_build(struct certmap_result *result, const struct certmap_rules *rules, const struct cm_mapping *mapping,
                     struct certmap_peer *peer, size_t *steps);
/* Adds what a further mapping, also true, gives to a result of cm_output_build that is still an ALLOW: accounts,
 * groups and attributes that are not there yet. account, domain, user, index and mapping stay. What cannot be
 * built, or has no place, makes it a DENY by this mapping, as above, or with TOO_MANY_OUTPUTS. False: a DENY. */
bool cm_output_append(struct certmap_result *result, const struct certmap_rules *rules,
                      const struct cm_mapping *mapping, struct certmap_peer *peer, size_t *steps);

/* ---- for explanations ---- */

/* Finds the values that the texts of a mapping read by name, before cm_output_text is asked for them. */
void cm_output_bind(const struct certmap_rules *rules, const struct cm_mapping *mapping, struct certmap_peer *peer,
                    size_t *steps);

/* Builds this text alone, and forgets what was built in the peer before: a caller that wants the result again
 * builds it again. Why it cannot be built, or NONE; then *text stays until the next call. */
enum certmap_code cm_output_text(struct certmap_view *text, const struct cm_output *output, struct certmap_peer *peer,
                                 size_t *steps);
/* The same of an output with `each`, for one of its values. */
enum certmap_code cm_output_text_each(struct certmap_view *text, const struct cm_output *output,
                                      const struct cm_each *each, struct certmap_peer *peer, size_t *steps);

#endif
