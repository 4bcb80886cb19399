/* SPDX-License-Identifier: MIT */
#include "field/value_set.h"
#include "base/hash.h"
#include "base/steps.h"
#include "base/view.h"

/* A set while it is being made. */
struct making {
    struct cm_value_set *set;
    const struct cm_list *list;
    struct cm_value_slot *slots; /* of one form */
    bool nocase;
};

static struct certmap_view text_of(const struct cm_value *value, bool nocase) {
    return nocase ? value->text.folded : value->text.nfc;
}

static uint64_t hash_of(const struct cm_value_set *set, uint32_t row, struct certmap_view text) {
    return cm_hash_bytes(text.data, text.len, cm_hash_mix(set->seed ^ row));
}

static uint32_t tag_of(uint64_t hash) {
    return (uint32_t)(hash >> 32);
}

static bool is_there(const struct cm_list *list, const struct cm_value_slot *slot, uint32_t row, bool nocase,
                     struct certmap_view text) {
    const struct cm_value *value = &list->values[slot->value - 1];
    return value->row == row && cm_view_equal(text_of(value, nocase), text);
}

/* ---- making ---- */

/* Files a value; false where its slots are taken. One whose text is there already needs none. At most
 * CM_VALUE_SET_PROBES texts are compared for each value: linear in the certificate. */
static bool file_value(struct making *making, uint32_t at) {
    const struct cm_value *value = &making->list->values[at];
    const struct certmap_view text = text_of(value, making->nocase);
    const uint64_t hash = hash_of(making->set, value->row, text);
    uint32_t slot = (uint32_t)hash & making->set->mask;
    for (uint32_t probe = 1; probe <= CM_VALUE_SET_PROBES; slot = (slot + probe++) & making->set->mask) {
        struct cm_value_slot *taken = &making->slots[slot];
        if (taken->value == 0) {
            *taken = (struct cm_value_slot){at + 1, tag_of(hash)};
            return true;
        }
        if (taken->tag == tag_of(hash) && is_there(making->list, taken, value->row, making->nocase, text))
            return true;
    }
    return false;
}

/* Values that cannot be read, and whole Names, have no text. Linear in the list, as all that is made here. */
static bool file_values(struct making *making) {
    bool done = true;
    for (size_t i = 0; i < making->list->count && done; i++)
        if (making->list->values[i].text.nfc.data != NULL)
            done = file_value(making, (uint32_t)i);
    return done;
}

static void note_unreadable(bool *unreadable, const struct cm_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i].unreadable != CERTMAP_CODE_NONE)
            unreadable[list->values[i].row] = true;
}

static size_t count_rows(const struct cm_list *list) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count = list->values[i].row < count ? count : list->values[i].row + (size_t)1;
    return count;
}

/* The set, the slots of both forms and the rows are one piece. Every loop is linear in the list. */
bool cm_value_set_make(struct cm_list *list, uint64_t seed, struct cm_arena *arena) {
    size_t slots = 2 * CM_VALUE_SET_MIN;
    list->set = NULL;
    if (list->count < CM_VALUE_SET_MIN || list->count > CM_VALUE_SET_MAX)
        return true;
    while (slots < 2 * list->count)
        slots *= 2;
    const size_t rows = count_rows(list), table = slots * sizeof(struct cm_value_slot);
    struct cm_value_set *set = cm_arena_alloc(arena, sizeof *set + 2 * table + rows);
    if (set == NULL)
        return false;
    struct cm_value_slot *forms = (struct cm_value_slot *)(void *)(set + 1);
    bool *unreadable = (bool *)(forms + 2 * slots);
    memset(forms, 0, 2 * table + rows);
    note_unreadable(unreadable, list);
    *set = (struct cm_value_set){seed, (uint32_t)(slots - 1), (uint32_t)rows, {forms, forms + slots}, unreadable};
    struct making making = {set, list, forms, false}, folded = {set, list, forms + slots, true};
    if (file_values(&making) && file_values(&folded))
        list->set = set;
    return true;
}

/* ---- asking ---- */

static enum certmap_truth not_found(const struct cm_value_set *set, uint32_t row) {
    return set->unreadable[row] ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}

/* Takes a step for hashing 16 bytes of the text, one for each slot that is looked at, and what comparing takes. At most
 * CM_VALUE_SET_PROBES slots. */
enum certmap_truth cm_value_set_has(const struct cm_list *list, uint32_t row, bool nocase, struct certmap_view text,
                                    size_t *steps) {
    const struct cm_value_set *set = list->set;
    if (!cm_steps_take(steps, 1 + text.len / CM_BYTES_A_STEP))
        return CERTMAP_UNKNOWN;
    if (row >= set->row_count)
        return CERTMAP_FALSE;
    const uint64_t hash = hash_of(set, row, text);
    uint32_t at = (uint32_t)hash & set->mask;
    for (uint32_t probe = 1; probe <= CM_VALUE_SET_PROBES; at = (at + probe++) & set->mask) {
        const struct cm_value_slot *slot = &set->forms[nocase][at];
        if (!cm_steps_take(steps, 1))
            return CERTMAP_UNKNOWN;
        if (slot->value == 0)
            break;
        if (slot->tag != tag_of(hash))
            continue;
        if (!cm_steps_take(steps, text.len / CM_BYTES_A_STEP))
            return CERTMAP_UNKNOWN;
        if (is_there(list, slot, row, nocase, text))
            return CERTMAP_TRUE;
    }
    return not_found(set, row);
}
