/* SPDX-License-Identifier: MIT */
#include "field/value_set.h"
#include "field/compare.h"

/* A set while it is being made. */
struct making {
    struct cm_value_set *set;
    const struct cm_list *list;
    struct cm_value_slot *slots; /* of one form */
    uint64_t *marks;
    bool nocase;
};

static void mark(struct making *making, uint64_t hash) {
    making->marks[cm_value_set_word(making->set, hash)] |= cm_value_set_marks(hash);
}

/* Files a value; false where its slots are taken. One whose text is there already needs none. At most
 * CM_VALUE_SET_PROBES texts are compared for each value: linear in the certificate. */
static bool file_value(struct making *making, uint32_t at) {
    const struct cm_value *value = &making->list->values[at];
    const struct certmap_view text = cm_value_set_text(value, making->nocase);
    const uint64_t hash = cm_value_set_hash(making->set, value->row, text);
    uint32_t slot = (uint32_t)hash & making->set->mask;
    mark(making, hash);
    if (value->oid.data != NULL && value->row + (size_t)1 == making->set->row_count)
        mark(making, cm_value_set_typed_hash(making->set, value->oid, text));
    for (uint32_t probe = 1; probe <= CM_VALUE_SET_PROBES; slot = (slot + probe++) & making->set->mask) {
        struct cm_value_slot *taken = &making->slots[slot];
        if (taken->value == 0) {
            *taken = (struct cm_value_slot){at + 1, cm_value_set_tag(hash)};
            return true;
        }
        if (taken->tag == cm_value_set_tag(hash) &&
            cm_value_set_is(making->list, taken, value->row, making->nocase, text))
            return true;
    }
    return false;
}

/* Files a whole Name; false where its slots are taken. One that is there already needs none. */
static bool file_name(struct making *making, uint32_t at) {
    const struct cm_value *values = making->list->values, *value = &values[at];
    const uint64_t hash = cm_value_set_name_hash(making->set, value->row, cm_name_number(value->avas));
    uint32_t slot = (uint32_t)hash & making->set->mask;
    mark(making, hash);
    for (uint32_t probe = 1; probe <= CM_VALUE_SET_PROBES; slot = (slot + probe++) & making->set->mask) {
        struct cm_value_slot *taken = &making->slots[slot];
        if (taken->value == 0) {
            *taken = (struct cm_value_slot){at + 1, cm_value_set_tag(hash)};
            return true;
        }
        if (taken->tag == cm_value_set_tag(hash) && cm_view_equal(values[taken->value - 1].der, value->der))
            return true;
    }
    return false;
}

/* Values that cannot be read have no text. Linear in the list, as all that is made here. */
static bool file_values(struct making *making) {
    bool done = true;
    for (size_t i = 0; i < making->list->count && done; i++) {
        const struct cm_value *value = &making->list->values[i];
        if (value->text.nfc.data != NULL)
            done = file_value(making, (uint32_t)i);
        else if (value->avas != NULL && !making->nocase)
            making->set->crowded = !file_name(making, (uint32_t)i) || making->set->crowded;
    }
    return done;
}

static void note_unreadable(bool *unreadable, const struct cm_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i].unreadable != CERTMAP_CODE_NONE)
            unreadable[list->values[i].row] = true;
}

static bool is_spoiled(const struct cm_value *value) {
    return value->avas != NULL && cm_value_may_be_unknown(value);
}

static size_t count_spoiled(const struct cm_list *list) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += is_spoiled(&list->values[i]);
    return count;
}

/* False: no memory. */
static bool note_spoiled(struct cm_value_set *set, const struct cm_list *list, struct cm_arena *arena) {
    const size_t count = count_spoiled(list);
    uint32_t *spoiled = count > 0 ? cm_arena_alloc(arena, count * sizeof *spoiled) : NULL;
    if (count > 0 && spoiled == NULL)
        return false;
    set->spoiled = spoiled;
    for (size_t i = 0; i < list->count; i++)
        if (is_spoiled(&list->values[i]))
            spoiled[set->spoiled_count++] = (uint32_t)i;
    return true;
}

/* Makes the set of the types of the last chain, where all of many values have one. False: no memory. */
static bool make_types(struct cm_value_set *set, const struct cm_list *list, struct cm_arena *arena) {
    const uint32_t row = set->row_count - 1;
    size_t count = 0;
    bool typed = true;
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i].row == row) {
            typed = typed && list->values[i].oid.data != NULL;
            count++;
        }
    return !typed || count < CM_VALUE_SET_MIN || cm_type_set_make(&set->types, list, row, set->seed, arena);
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
    const size_t rows = count_rows(list), words = slots / CM_SLOTS_A_MARK;
    const size_t size = 2 * slots * sizeof(struct cm_value_slot) + 2 * words * sizeof(uint64_t) + rows;
    struct cm_value_set *set = cm_arena_alloc(arena, sizeof *set + size);
    if (set == NULL)
        return false;
    uint64_t *marks = (uint64_t *)(void *)(set + 1);
    struct cm_value_slot *forms = (struct cm_value_slot *)(void *)(marks + 2 * words);
    bool *unreadable = (bool *)(forms + 2 * slots);
    memset(marks, 0, size);
    note_unreadable(unreadable, list);
    *set = (struct cm_value_set){.seed = seed,
                                 .mask = (uint32_t)(slots - 1),
                                 .row_count = (uint32_t)rows,
                                 .forms = {forms, forms + slots},
                                 .marks = {marks, marks + words},
                                 .unreadable = unreadable};
    if (!note_spoiled(set, list, arena) || !make_types(set, list, arena))
        return false;
    struct making making = {set, list, forms, marks, false}, folded = {set, list, forms + slots, marks + words, true};
    if (file_values(&making) && file_values(&folded))
        list->set = set;
    return true;
}
