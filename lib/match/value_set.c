/* SPDX-License-Identifier: MIT */
#include "match/value_set.h"
#include "base/assert.h"
#include "base/steps.h"
#include "base/view.h"
#include "field/compare.h"

static enum certmap_truth not_found(const struct cm_value_set *set, uint32_t row) {
    return set->unreadable[row] ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}

/* Goes through the slots of a text to a value that has it; CM_VALUE_NONE: none, or the steps ran out, and then none is left. A
 * step for each slot after the first, and what comparing takes. At most CM_VALUE_SET_PROBES slots. */
static uint32_t find_text(const struct cm_list *list, uint32_t row, bool nocase, struct certmap_view text,
                          uint64_t hash, size_t *steps) {
    const struct cm_value_set *set = list->set;
    uint32_t at = (uint32_t)hash & set->mask;
    for (uint32_t probe = 1; probe <= CM_VALUE_SET_PROBES; at = (at + probe++) & set->mask) {
        const struct cm_value_slot *slot = &set->forms[nocase][at];
        if ((probe > 1 && !cm_steps_take(steps, 1)) || slot->value == 0)
            break;
        if (slot->tag != cm_value_set_tag(hash))
            continue;
        if (!cm_steps_take(steps, text.len / CM_BYTES_A_STEP))
            break;
        if (cm_value_set_is(list, slot, row, nocase, text))
            return slot->value - 1;
    }
    return CM_VALUE_NONE;
}

/* Takes a step for hashing 16 bytes of the text, and what finding it takes. */
enum certmap_truth cm_value_set_has(const struct cm_list *list, uint32_t row, bool nocase, struct certmap_view text,
                                    size_t *steps) {
    const struct cm_value_set *set = list->set;
    CM_ASSERT(set != NULL);
    if (!cm_steps_take(steps, 1 + text.len / CM_BYTES_A_STEP))
        return CERTMAP_UNKNOWN;
    if (row >= set->row_count)
        return CERTMAP_FALSE;
    const uint64_t hash = cm_value_set_hash(set, row, text);
    if (!cm_steps_take(steps, 1))
        return CERTMAP_UNKNOWN;
    if (!cm_value_set_may_have(set, nocase, hash))
        return not_found(set, row);
    if (find_text(list, row, nocase, text, hash, steps) != CM_VALUE_NONE)
        return CERTMAP_TRUE;
    return *steps > 0 ? not_found(set, row) : CERTMAP_UNKNOWN;
}

/* Rows without values take no steps: there are as many as a table has. */
enum certmap_truth cm_value_set_any_has(const struct cm_list *list, bool nocase, struct certmap_view text,
                                        size_t *steps) {
    enum certmap_truth truth = CERTMAP_FALSE;
    for (uint32_t row = 0; row < list->set->row_count && truth != CERTMAP_TRUE && *steps > 0; row++) {
        if (list->first[row] == CM_VALUE_NONE)
            continue;
        const enum certmap_truth one = cm_value_set_has(list, row, nocase, text, steps);
        truth = one != CERTMAP_FALSE ? one : truth;
    }
    return *steps > 0 ? truth : CERTMAP_UNKNOWN;
}

/* Whether one of the Names in the slots of a hash is that of an operand. At most CM_VALUE_SET_PROBES. */
static bool is_name_in_slots(const struct cm_list *list, uint64_t hash, bool exact, const struct cm_operand *operand,
                             size_t *steps) {
    const struct cm_value_set *set = list->set;
    uint32_t at = (uint32_t)hash & set->mask;
    for (uint32_t probe = 1; probe <= CM_VALUE_SET_PROBES && cm_steps_take(steps, 1); at = (at + probe++) & set->mask) {
        const struct cm_value_slot *slot = &set->forms[0][at];
        if (slot->value == 0)
            return false;
        const struct cm_list *avas = list->values[slot->value - 1].avas;
        if (slot->tag == cm_value_set_tag(hash) && avas != NULL &&
            cm_name_equal(avas, operand->name, exact, steps) == CERTMAP_TRUE)
            return true;
    }
    return false;
}

/* Whether all Names that have AVAs that cannot be read are surely others. */
static bool are_others(const struct cm_value_set *set, const struct cm_list *list, bool exact,
                       const struct cm_operand *operand, size_t *steps) {
    bool others = true;
    for (size_t i = 0; i < set->spoiled_count && others; i++)
        others = cm_steps_take(steps, 1) &&
                 cm_name_equal(list->values[set->spoiled[i]].avas, operand->name, exact, steps) == CERTMAP_FALSE;
    return others;
}

enum certmap_truth cm_value_set_has_name(const struct cm_list *list, uint32_t row, bool exact,
                                         const struct cm_operand *operand, size_t *steps) {
    const struct cm_value_set *set = list->set;
    CM_ASSERT(set != NULL && operand->name != NULL);
    if (!operand->readable || !cm_steps_take(steps, 1))
        return CERTMAP_UNKNOWN;
    const uint64_t hash = cm_value_set_name_hash(set, row, operand->number);
    const bool marked = cm_value_set_may_have(set, false, hash);
    if (marked && is_name_in_slots(list, hash, exact, operand, steps))
        return *steps > 0 ? CERTMAP_TRUE : CERTMAP_UNKNOWN;
    const bool none = !(marked && set->crowded) && are_others(set, list, exact, operand, steps);
    return none && *steps > 0 ? CERTMAP_FALSE : CERTMAP_UNKNOWN;
}

enum certmap_truth cm_value_set_has_typed(const struct cm_list *list, uint32_t row, struct certmap_view oid,
                                          bool nocase, struct certmap_view text, size_t *steps) {
    const struct cm_value_set *set = list->set;
    CM_ASSERT(set != NULL);
    if (!cm_steps_take(steps, 1 + (text.len + oid.len) / CM_BYTES_A_STEP))
        return CERTMAP_UNKNOWN;
    if (row >= set->row_count)
        return CERTMAP_FALSE;
    const bool marked = row + 1 == set->row_count;
    if (marked && !set->unreadable[row] && !cm_value_set_may_have(set, nocase, cm_value_set_typed_hash(set, oid, text)))
        return CERTMAP_FALSE;
    const uint32_t at = find_text(list, row, nocase, text, cm_value_set_hash(set, row, text), steps);
    return at != CM_VALUE_NONE && cm_view_equal(list->values[at].oid, oid) ? CERTMAP_TRUE : CERTMAP_UNKNOWN;
}
