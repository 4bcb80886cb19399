/* SPDX-License-Identifier: MIT */
#include "match/value_set.h"
#include "base/assert.h"
#include "base/steps.h"

static enum certmap_truth not_found(const struct cm_value_set *set, uint32_t row) {
    return set->unreadable[row] ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}

/* Takes a step for hashing 16 bytes of the text, one for each slot that is looked at, and what comparing takes. At most
 * CM_VALUE_SET_PROBES slots. */
enum certmap_truth cm_value_set_has(const struct cm_list *list, uint32_t row, bool nocase, struct certmap_view text,
                                    size_t *steps) {
    const struct cm_value_set *set = list->set;
    CM_ASSERT(set != NULL);
    if (!cm_steps_take(steps, 1 + text.len / CM_BYTES_A_STEP))
        return CERTMAP_UNKNOWN;
    if (row >= set->row_count)
        return CERTMAP_FALSE;
    const uint64_t hash = cm_value_set_hash(set, row, text);
    uint32_t at = (uint32_t)hash & set->mask;
    for (uint32_t probe = 1; probe <= CM_VALUE_SET_PROBES; at = (at + probe++) & set->mask) {
        const struct cm_value_slot *slot = &set->forms[nocase][at];
        if (!cm_steps_take(steps, 1))
            return CERTMAP_UNKNOWN;
        if (slot->value == 0)
            break;
        if (slot->tag != cm_value_set_tag(hash))
            continue;
        if (!cm_steps_take(steps, text.len / CM_BYTES_A_STEP))
            return CERTMAP_UNKNOWN;
        if (cm_value_set_is(list, slot, row, nocase, text))
            return CERTMAP_TRUE;
    }
    return not_found(set, row);
}
