/* SPDX-License-Identifier: MIT */
/* Frames, and those of them that begin and end a connection. spop_question.c and spop_answer.c have the others. */
#include "spop.h"

#define FLAG_FIN 1U
#define FLAG_ABORT 2U
/* A frame without a payload: its type, its flags, two numbers of a byte each. */
#define MIN_FRAME 7

static bool fail(struct spop_fault *fault, enum spop_code code, const char *text) {
    *fault = (struct spop_fault){code, text};
    return false;
}

/* ---- any frame ---- */

bool spop_cut(struct certmap_view *bytes, size_t max_frame, struct certmap_view *frame, struct spop_fault *fault) {
    struct certmap_view rest = *bytes;
    uint32_t len = 0;
    *frame = (struct certmap_view)CERTMAP_NO_VIEW;
    if (!spop_read_big_endian32(&rest, &len))
        return true;
    if (len > max_frame)
        return fail(fault, SPOP_TOO_BIG, "a frame is longer than agreed");
    if (len < MIN_FRAME)
        return fail(fault, SPOP_INVALID, "a frame is shorter than the shortest");
    if (len > rest.len)
        return true;
    *frame = (struct certmap_view){rest.data, len};
    *bytes = (struct certmap_view){rest.data + len, rest.len - len};
    return true;
}

static bool look_at_flags(uint32_t flags, struct spop_fault *fault) {
    if ((flags & FLAG_FIN) == 0)
        return fail(fault, SPOP_FRAGMENTED, "a frame is a fragment");
    if ((flags & FLAG_ABORT) != 0)
        return fail(fault, SPOP_FRAGMENTED, "a frame aborts fragments");
    return flags == FLAG_FIN || fail(fault, SPOP_INVALID, "a frame has flags that are reserved");
}

static bool look_at_type(const struct spop_frame *frame, struct spop_fault *fault) {
    switch (frame->type) {
    case SPOP_HAPROXY_HELLO:
    case SPOP_HAPROXY_DISCONNECT:
        return (frame->stream == 0 && frame->number == 0) ||
               fail(fault, SPOP_INVALID, "a frame about the connection has the number of a question");
    case SPOP_NOTIFY:
        return true;
    default:
        return fail(fault, SPOP_INVALID, "a frame has a type that HAProxy does not send");
    }
}

bool spop_read_frame(struct certmap_view bytes, struct spop_frame *frame, struct spop_fault *fault) {
    uint8_t type = 0;
    uint32_t flags = 0;
    *frame = (struct spop_frame){.payload = bytes};
    if (!spop_read_byte(&frame->payload, &type) || !spop_read_big_endian32(&frame->payload, &flags) ||
        !spop_read_varint(&frame->payload, &frame->stream) || !spop_read_varint(&frame->payload, &frame->number))
        return fail(fault, SPOP_INVALID, "the head of a frame cannot be read");
    frame->type = (enum spop_type)type;
    return look_at_flags(flags, fault) && look_at_type(frame, fault);
}

/* ---- lists of names and values ---- */

/* An item that is looked for, of this kind, once. */
struct item {
    const char *name;
    enum spop_kind kind;
    bool is_there;
    struct spop_value value;
};

static bool keep_item(struct item *items, size_t count, struct certmap_view name, const struct spop_value *value,
                      struct spop_fault *fault) {
    for (size_t i = 0; i < count; i++) {
        if (!spop_is_text(name, items[i].name))
            continue;
        if (items[i].is_there)
            return fail(fault, SPOP_INVALID, "an item is there twice");
        if (value->kind != items[i].kind)
            return fail(fault, SPOP_INVALID, "an item has a value of the wrong type");
        items[i].is_there = true;
        items[i].value = *value;
    }
    return true; /* others are for those who know them */
}

static bool read_items(struct certmap_view payload, struct item *items, size_t count, struct spop_fault *fault) {
    struct certmap_view name;
    struct spop_value value;
    for (unsigned read = 0; payload.len > 0; read++) {
        if (read == SPOP_MAX_ITEMS)
            return fail(fault, SPOP_INVALID, "a frame has too many items");
        if (!spop_read_string(&payload, &name) || !spop_read_value(&payload, &value))
            return fail(fault, SPOP_INVALID, "an item cannot be read");
        if (!keep_item(items, count, name, &value, fault))
            return false;
    }
    return true;
}

/* ---- HAPROXY-HELLO ---- */

/* The next element of a list with commas, without the blanks around it. False: there are no more. */
static bool next_element(struct certmap_view *list, bool *ended, struct certmap_view *element) {
    size_t end = 0, first = 0;
    if (*ended)
        return false;
    while (end < list->len && list->data[end] != ',')
        end++;
    *ended = end == list->len;
    size_t last = end;
    while (first < last && list->data[first] == ' ')
        first++;
    while (last > first && list->data[last - 1] == ' ')
        last--;
    *element = (struct certmap_view){list->data + first, last - first};
    *list = *ended ? *list : (struct certmap_view){list->data + end + 1, list->len - end - 1};
    return true;
}

/* "2.0", or a later one: who knows 2.N knows all before it. */
static bool is_version_2(struct certmap_view version) {
    if (version.len < 3 || version.data[0] != '2' || version.data[1] != '.')
        return false;
    for (size_t i = 2; i < version.len; i++)
        if (version.data[i] < '0' || version.data[i] > '9')
            return false;
    return true;
}

static bool has_version_2(struct certmap_view versions) {
    struct certmap_view version;
    bool ended = false, found = false;
    while (next_element(&versions, &ended, &version))
        found = found || is_version_2(version);
    return found;
}

static bool has_capability(struct certmap_view capabilities, const char *name) {
    struct certmap_view capability;
    bool ended = false, found = false;
    while (next_element(&capabilities, &ended, &capability))
        found = found || spop_is_text(capability, name);
    return found;
}

enum hello_item { VERSIONS, MAX_FRAME, CAPABILITIES, HEALTHCHECK };
#define HELLO_ITEMS 4

static bool look_at_hello(const struct item *items, size_t len, struct spop_fault *fault) {
    const uint64_t max_frame = items[MAX_FRAME].value.number;
    if (!items[VERSIONS].is_there)
        return fail(fault, SPOP_NO_VERSION, "HELLO does not say its versions");
    if (!items[MAX_FRAME].is_there)
        return fail(fault, SPOP_NO_MAX_FRAME, "HELLO does not say its largest frame");
    if (!items[CAPABILITIES].is_there)
        return fail(fault, SPOP_NO_CAPABILITIES, "HELLO does not say its capabilities");
    if (!has_version_2(items[VERSIONS].value.bytes))
        return fail(fault, SPOP_OTHER_VERSION, "HELLO is not of version 2");
    if (max_frame < SPOP_MIN_FRAME)
        return fail(fault, SPOP_BAD_MAX_FRAME, "HELLO has too small a largest frame");
    return len <= max_frame || fail(fault, SPOP_TOO_BIG, "HELLO is longer than the largest frame that it allows");
}

bool spop_read_hello(const struct spop_frame *frame, struct spop_hello *hello, struct spop_fault *fault) {
    struct item items[HELLO_ITEMS] = {
        [VERSIONS] = {.name = "supported-versions", .kind = SPOP_STRING},
        [MAX_FRAME] = {.name = "max-frame-size", .kind = SPOP_UINT32},
        [CAPABILITIES] = {.name = "capabilities", .kind = SPOP_STRING},
        [HEALTHCHECK] = {.name = "healthcheck", .kind = SPOP_BOOL},
    };
    if (!read_items(frame->payload, items, HELLO_ITEMS, fault) ||
        !look_at_hello(items, MIN_FRAME + frame->payload.len, fault))
        return false;
    *hello = (struct spop_hello){
        .max_frame = (uint32_t)items[MAX_FRAME].value.number,
        .pipelining = has_capability(items[CAPABILITIES].value.bytes, "pipelining"),
        .healthcheck = items[HEALTHCHECK].value.truth,
    };
    return true;
}

/* ---- HAPROXY-DISCONNECT ---- */

bool spop_read_goodbye(const struct spop_frame *frame, struct spop_goodbye *goodbye, struct spop_fault *fault) {
    struct item items[] = {{.name = "status-code", .kind = SPOP_UINT32}, {.name = "message", .kind = SPOP_STRING}};
    if (!read_items(frame->payload, items, 2, fault))
        return false;
    if (!items[0].is_there || !items[1].is_there)
        return fail(fault, SPOP_INVALID, "DISCONNECT does not say why");
    *goodbye = (struct spop_goodbye){(uint32_t)items[0].value.number, items[1].value.bytes};
    return true;
}
