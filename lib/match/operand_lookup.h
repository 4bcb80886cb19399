/* SPDX-License-Identifier: MIT */
/* Asking the operands of a condition that are a hash set (rule/operand_set.h). What is said is what comparing with each of
 * them would say, but that this takes more steps. */
#ifndef CM_MATCH_OPERAND_LOOKUP_H
#define CM_MATCH_OPERAND_LOOKUP_H

#include "certmap/explain.h"
#include "field/peer.h"
#include "rule/operand_set.h"

/* Whether the set can say it of a value that can be read: there is one, and the value is no Name with an AVA that cannot be
 * read, which may be unknown. Takes a step for each AVA. */
bool cm_operand_set_knows(const struct cm_condition *condition, const struct cm_value *value, size_t *steps);
/* A long text that was hashed: of thousands of sets the same value is looked for. */
struct cm_hashed {
    struct certmap_view text; /* data NULL: none was */
    uint64_t hash;            /* with the seed of the rule set */
};
/* Whether such a value is one of the operands; UNKNOWN: the steps ran out, and then there are none left. hashed is what the last
 * call left there, for the same rule set and peer. */
enum certmap_truth cm_operand_set_has(const struct cm_condition *condition, const struct cm_value *value,
                                      struct cm_hashed *hashed, size_t *steps);
/* Whether the certificate is one of the operands: the condition is about it. */
enum certmap_truth cm_operand_set_has_certificate(const struct cm_condition *condition, const struct certmap_peer *peer,
                                                  size_t *steps);

#endif
