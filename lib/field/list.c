/* SPDX-License-Identifier: MIT */
#include "field/list.h"
#include "base/assert.h"
#include "base/error.h"
#include "name/attr.h"
#include "name/name.h"
#include "name/value.h"

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
    return list->first == NULL ? CM_VALUE_NONE : list->first[row];
}

/* An arena gave nothing: the Name is too much, or the machine too small. */
static enum certmap_status no_room(const struct cm_arena *arena, const struct cm_arena *scratch,
                                   struct certmap_diagnostic *err) {
    if (arena->over || scratch->over)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE,
                        "the Names need more memory than %d bytes", CERTMAP_MAX_PEER_MEMORY);
    return cm_error_memory(err);
}

/* A Name that has been read to its end, so that what follows cannot fail for its form. The first AVAs are kept,
 * which are all of them in most Names; the others are read again. */
#define KEPT_AVAS 16

struct name {
    struct cm_rdn_ava kept[KEPT_AVAS];
    size_t count;                 /* of all AVAs */
    struct cm_name_cursor behind; /* comes after those that are kept */
};

/* Goes through the Name once. */
static enum certmap_status read_name(struct name *name, struct certmap_view der, struct certmap_diagnostic *err) {
    struct cm_name_cursor cursor;
    struct cm_rdn_ava ava;
    bool more = true;
    name->count = 0;
    enum certmap_status status = cm_name_open(&cursor, der, err);
    while (status == CERTMAP_OK && more) {
        if (name->count == KEPT_AVAS)
            name->behind = cursor;
        status = cm_name_next(&cursor, name->count < KEPT_AVAS ? &name->kept[name->count] : &ava, &more, err);
        name->count += status == CERTMAP_OK && more;
    }
    return status;
}

/* The AVAs one after the other, up to the last. */
static const struct cm_rdn_ava *next_ava(struct name *name, size_t number) {
    bool more;
    if (number < KEPT_AVAS)
        return &name->kept[number];
    (void)cm_name_next(&name->behind, &name->kept[0], &more, NULL);
    return &name->kept[0];
}

/* Decodes, normalises and folds the value of an AVA; false when there is no memory. */
static bool make_value(struct cm_value *value, const struct cm_rdn_ava *ava, struct cm_arena *arena,
                       struct cm_arena *scratch) {
    struct certmap_view utf8 = {NULL, 0};
    *value = (struct cm_value){
        .oid = ava->oid,
        .der = ava->value,
        .tag = ava->tag,
        .rdn = (uint16_t)ava->rdn,
        .row = (uint16_t)cm_attr_by_oid(ava->oid),
    };
    cm_arena_reset(scratch);
    value->unreadable = cm_value_read(&utf8, ava->tag, ava->contents, scratch);
    if (value->unreadable == CERTMAP_CODE_NONE)
        return cm_text_make(&value->text, utf8, arena, scratch);
    return value->unreadable != CERTMAP_CODE_MEMORY;
}

enum certmap_status cm_list_from_name(struct cm_list *list, struct certmap_view der, struct cm_arena *arena,
                                      struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct name name;
    *list = (struct cm_list){.unknown = CERTMAP_CODE_NONE};
    enum certmap_status status = read_name(&name, der, err);
    if (status != CERTMAP_OK)
        return status;
    if (!cm_list_reserve(list, name.count, CM_ATTR_COUNT, arena))
        return no_room(arena, scratch, err);
    for (size_t i = 0; i < name.count; i++) /* once more */
        if (!make_value(&list->values[i], next_ava(&name, i), arena, scratch))
            return no_room(arena, scratch, err);
    list->rdn_count = name.count == 0 ? 0 : list->values[name.count - 1].rdn + (size_t)1;
    cm_list_chain(list, CM_ATTR_COUNT);
    return CERTMAP_OK;
}
