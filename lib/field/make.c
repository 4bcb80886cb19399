/* SPDX-License-Identifier: MIT */
#include "field/make.h"
#include "base/out.h"
#include "base/view.h"
#include "field/canonical.h"
#include "name/value.h"

/* Why a value has no text is said by the value; only a lack of memory is said by the call. */
static enum certmap_code note(struct cm_value *value, enum certmap_code code) {
    if (code == CERTMAP_CODE_MEMORY)
        return code;
    value->unreadable = code;
    return CERTMAP_CODE_NONE;
}

static enum certmap_code keep(struct certmap_peer *peer, struct cm_value *value, struct certmap_view canonical) {
    return cm_text_make(&value->text, canonical, &peer->arena, &peer->scratch) ? CERTMAP_CODE_NONE
                                                                               : CERTMAP_CODE_MEMORY;
}

enum certmap_code cm_make_string(struct certmap_peer *peer, struct cm_value *value, enum cm_text_kind kind,
                                 uint32_t tag, struct certmap_view contents) {
    struct certmap_view utf8, canonical;
    cm_arena_reset(&peer->scratch);
    enum certmap_code code = cm_value_read(&utf8, tag, contents, &peer->scratch);
    if (code == CERTMAP_CODE_NONE)
        code = cm_canonical_text(&canonical, kind, utf8, &peer->scratch);
    if (code == CERTMAP_CODE_NONE)
        code = keep(peer, value, canonical);
    return note(value, code);
}

enum certmap_code cm_make_text(struct certmap_peer *peer, struct cm_value *value, struct certmap_view text) {
    cm_arena_reset(&peer->scratch);
    return keep(peer, value, text);
}

enum certmap_code cm_make_printed(struct certmap_peer *peer, struct cm_value *value,
                                  void (*print)(struct cm_out *out, struct certmap_view octets),
                                  struct certmap_view octets) {
    struct cm_out out = {NULL, 0, 0};
    if (octets.len > CERTMAP_MAX_VALUE_SIZE)
        return note(value, CERTMAP_CODE_VALUE_TOO_LONG);
    print(&out, octets);
    out = (struct cm_out){cm_arena_alloc(&peer->arena, out.len + 1), out.len, 0};
    if (out.text == NULL)
        return CERTMAP_CODE_MEMORY;
    print(&out, octets);
    out.text[out.len] = 0;
    value->text.nfc = cm_view(out.text, out.len);
    return cm_text_fold_ascii(&value->text, &peer->arena) ? CERTMAP_CODE_NONE : CERTMAP_CODE_MEMORY;
}

/* Most characters of an octet, as in ".127", and of a name that stands for an OID, with room to spare. */
enum { MAX_DIGITS = 4, MAX_NAME = 64 };

/* Printed once, because the digits of a large arc take the square of its size: in the largest OIDs an octet takes as long
 * as some hundred others, and no longer. */
enum certmap_code cm_make_oid(struct certmap_peer *peer, struct cm_value *value,
                              void (*print)(struct cm_out *out, struct certmap_view contents),
                              struct certmap_view contents) {
    if (contents.len > CERTMAP_MAX_OID_SIZE)
        return note(value, CERTMAP_CODE_VALUE_TOO_LONG);
    cm_arena_reset(&peer->scratch);
    const size_t cap = MAX_DIGITS * contents.len + MAX_NAME;
    struct cm_out out = {cm_arena_alloc(&peer->scratch, cap), cap, 0};
    if (out.text == NULL)
        return CERTMAP_CODE_MEMORY;
    print(&out, contents);
    value->text.nfc = cm_arena_text(&peer->arena, cm_view(out.text, out.len < cap ? out.len : cap));
    return value->text.nfc.data != NULL && cm_text_fold_ascii(&value->text, &peer->arena) ? CERTMAP_CODE_NONE
                                                                                          : CERTMAP_CODE_MEMORY;
}

enum certmap_code cm_make_append(struct certmap_peer *peer, struct cm_list *list, const struct cm_value *value,
                                 enum certmap_code code) {
    return code == CERTMAP_CODE_NONE && !cm_list_append(list, value, &peer->arena) ? CERTMAP_CODE_MEMORY : code;
}
