/* SPDX-License-Identifier: MIT */
#include "field/list.h"
#include "base/assert.h"

/* Linear in the Name. Who asks goes through a list once, when the peer is set; the index takes work for it before. */
bool cm_value_may_be_unknown(const struct cm_value *value) {
    bool unknown = value->unreadable != CERTMAP_CODE_NONE;
    for (size_t i = 0; value->avas != NULL && i < value->avas->count && !unknown; i++)
        unknown = value->avas->values[i].unreadable != CERTMAP_CODE_NONE;
    return unknown;
}

bool cm_list_set_unknown(struct cm_list *list, enum certmap_code code) {
    if (code != CERTMAP_CODE_NONE)
        *list = (struct cm_list){.unknown = code};
    return code != CERTMAP_CODE_MEMORY;
}

/* One piece for both, so that a large list wastes no chunk of the arena. */
bool cm_list_reserve(struct cm_list *list, size_t count, size_t rows, struct cm_arena *arena) {
    list->values = cm_arena_alloc(arena, count * sizeof *list->values + (rows + 1) * sizeof *list->first);
    if (list->values == NULL)
        return false;
    list->first = (uint32_t *)(void *)(list->values + count);
    list->count = count;
    return true;
}

/* Linear in the list; rows are those of a table. */
void cm_list_chain(struct cm_list *list, size_t rows) {
    CM_ASSERT(rows < CM_ROW_ANY);
    for (size_t row = 0; row <= rows; row++)
        list->first[row] = CM_VALUE_NONE;
    for (size_t i = list->count; i-- > 0;) {
        struct cm_value *value = &list->values[i];
        CM_ASSERT(value->row <= rows);
        value->next = list->first[value->row];
        list->first[value->row] = (uint32_t)i;
    }
}

/* No list that is added to gets more than two values. */
bool cm_list_append(struct cm_list *list, const struct cm_value *value, struct cm_arena *arena) {
    struct cm_list longer = *list;
    CM_ASSERT(list->count < 2);
    if (!cm_list_reserve(&longer, list->count + 1, 0, arena))
        return false;
    for (size_t i = 0; i < list->count; i++)
        longer.values[i] = list->values[i];
    longer.values[list->count] = *value;
    cm_list_chain(&longer, 0);
    *list = longer;
    return true;
}

uint32_t cm_list_first(const struct cm_list *list, size_t row) {
    if (row == CM_ROW_ANY)
        return list->count > 0 ? 0 : CM_VALUE_NONE;
    return list->first == NULL ? CM_VALUE_NONE : list->first[row];
}
