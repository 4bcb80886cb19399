/* SPDX-License-Identifier: MIT */
/* A copy of a result, which stays whatever becomes of peer and rules. Every loop goes through what the result has once.
 *
 *     room   | accounts | groups | attributes | text\0 | text\0 ...
 *
 * What has no room is counted, and not written. */
#include "base/error.h"
#include "certmap/versioned.h"
#include <string.h>

struct room {
    uint8_t *data;
    size_t cap, used;
    size_t padding; /* before the first list */
};

/* So many bytes, or NULL. No sum is greater than what the result has in memory, and a little. */
static void *take(struct room *room, size_t size) {
    const bool fits = room->data != NULL && room->used <= room->cap && size <= room->cap - room->used;
    void *taken = fits ? room->data + room->used : NULL;
    room->used += size;
    return taken;
}

static struct certmap_view copy_view(struct room *room, struct certmap_view view) {
    if (view.data == NULL)
        return view;
    uint8_t *text = take(room, view.len + 1);
    if (text == NULL)
        return certmap_no_view();
    if (view.len > 0)
        memcpy(text, view.data, view.len);
    text[view.len] = 0;
    return (struct certmap_view){text, view.len};
}

static void copy_views(struct room *room, struct certmap_view *to, const struct certmap_view *views, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct certmap_view view = copy_view(room, views[i]);
        if (to != NULL)
            to[i] = view;
    }
}

static void copy_attributes(struct room *room, struct certmap_attribute *to, const struct certmap_result *result) {
    for (size_t i = 0; i < result->attribute_count; i++) {
        const struct certmap_attribute attribute = {copy_view(room, result->attributes[i].name),
                                                    copy_view(room, result->attributes[i].value)};
        if (to != NULL)
            to[i] = attribute;
    }
}

static void align(struct room *room) {
    const size_t unit = _Alignof(struct certmap_attribute);
    room->padding = (unit - (uintptr_t)room->data % unit) % unit;
    room->used = room->padding;
}

static void copy_all(struct room *room, struct certmap_result *copy, const struct certmap_result *result) {
    *copy = *result;
    align(room);
    struct certmap_view *accounts = take(room, result->account_count * sizeof *accounts);
    struct certmap_view *groups = take(room, result->group_count * sizeof *groups);
    struct certmap_attribute *attributes = take(room, result->attribute_count * sizeof *attributes);
    copy->accounts = accounts;
    copy->groups = groups;
    copy->attributes = attributes;
    copy_views(room, accounts, result->accounts, result->account_count);
    copy_views(room, groups, result->groups, result->group_count);
    copy_attributes(room, attributes, result);
    copy->mapping = copy_view(room, result->mapping);
    copy->account = copy_view(room, result->account);
    copy->domain = copy_view(room, result->domain);
    copy->user = copy_view(room, result->user);
    copy->other = copy_view(room, result->other);
}

enum certmap_status certmap_result_copy(struct certmap_result *copy, void *bytes, size_t cap, size_t *len,
                                        const struct certmap_result *given, struct certmap_diagnostic *err) {
    struct certmap_result space, made;
    const struct certmap_result *result = certmap_struct_read(&space, given, CERTMAP_FIRST_RESULT, sizeof space);
    if (!certmap_struct_fits(copy, CERTMAP_FIRST_RESULT, sizeof *copy) || len == NULL || (bytes == NULL && cap > 0) ||
        result == NULL)
        return cm_error_argument(err, "certmap_result_copy: copy, room, len or result is NULL, or a size is wrong");
    struct room room = {bytes, cap, 0, 0};
    copy_all(&room, &made, result);
    *len = room.used - room.padding + _Alignof(struct certmap_attribute) - 1; /* wherever the room begins */
    if (room.used > cap)
        return cm_error(err, CERTMAP_ERROR_BUFFER, CERTMAP_CODE_BUFFER_TOO_SMALL,
                        "certmap_result_copy: room is too small: %zu bytes are enough", *len);
    certmap_struct_write(copy, &made, sizeof made);
    return CERTMAP_OK;
}
