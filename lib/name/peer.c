/* SPDX-License-Identifier: MIT */
#include "name/peer.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "der/oid.h"
#include "name/name.h"
#include "name/value.h"
#include <string.h>

/* Texts about an AVA that only certmap_peer_value needs; made when first asked for. */
struct cm_ava_label {
    struct certmap_view oid;  /* dotted */
    struct certmap_view type; /* the string type, or "tag 0x04" */
};

enum certmap_status certmap_peer_new(struct certmap_peer **peer, const struct certmap_allocator *allocator,
                                     struct certmap_error *err) {
    struct certmap_allocator own;
    if (peer == NULL || !cm_allocator_init(&own, allocator))
        return cm_error_argument(err, "certmap_peer_new: peer is NULL, or the allocator lacks a function");
    struct certmap_peer *made = cm_alloc(&own, sizeof *made);
    if (made == NULL)
        return cm_error_memory(err);
    *made = (struct certmap_peer){.set = false};
    cm_arena_init(&made->arena, &own, CERTMAP_MAX_PEER_MEMORY / 4 * 3);
    cm_arena_init(&made->scratch, &own, CERTMAP_MAX_PEER_MEMORY / 4);
    *peer = made;
    return CERTMAP_OK;
}

void certmap_peer_clear(struct certmap_peer *peer) {
    if (peer == NULL)
        return;
    cm_arena_reset(&peer->arena);
    cm_arena_reset(&peer->scratch);
    peer->set = false;
    peer->certificate = CM_VIEW_NONE;
    memset(peer->names, 0, sizeof peer->names);
}

void certmap_peer_free(struct certmap_peer *peer) {
    if (peer == NULL)
        return;
    struct certmap_allocator own = peer->arena.allocator;
    cm_arena_free(&peer->arena);
    cm_arena_free(&peer->scratch);
    cm_release(&own, peer);
}

/* An arena gave nothing: the certificate is too much, or the machine too small. */
static enum certmap_status no_room(const struct certmap_peer *peer, struct certmap_error *err) {
    if (peer->arena.over || peer->scratch.over)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE,
                        "the Names need more memory than %d bytes", CERTMAP_MAX_PEER_MEMORY);
    return cm_error_memory(err);
}

/* Reads a Name to the end, so that what follows cannot fail for its form. */
static enum certmap_status count_avas(struct certmap_view der, size_t *count, struct certmap_error *err) {
    struct cm_name_cursor cursor;
    struct cm_rdn_ava item;
    bool more = true;
    *count = 0;
    enum certmap_status status = cm_name_open(&cursor, der, err);
    while (status == CERTMAP_OK && more) {
        status = cm_name_next(&cursor, &item, &more, err);
        *count += status == CERTMAP_OK && more;
    }
    return status;
}

/* Decodes, normalises and folds the value of an AVA; false when there is no memory. */
static bool read_text(struct certmap_peer *peer, struct cm_ava *ava, struct certmap_view contents) {
    struct certmap_view utf8 = CM_VIEW_NONE;
    cm_arena_reset(&peer->scratch);
    ava->unreadable = cm_value_read(&utf8, ava->tag, contents, &peer->scratch);
    if (ava->unreadable == CERTMAP_CODE_NONE)
        return cm_text_make(&ava->text, utf8, &peer->arena, &peer->scratch);
    return ava->unreadable != CERTMAP_CODE_MEMORY;
}

static bool prepare_ava(struct certmap_peer *peer, struct cm_ava *ava, const struct cm_rdn_ava *item) {
    *ava = (struct cm_ava){
        .oid = item->oid,
        .der = item->value,
        .tag = item->tag,
        .rdn = (uint32_t)item->rdn,
        .row = (uint32_t)cm_attr_by_oid(item->oid),
        .next = CM_AVA_NONE,
    };
    return read_text(peer, ava, item->contents);
}

/* Threads the AVAs of each row, in encoded order. */
static void chain_avas(struct cm_prepared_name *name) {
    for (size_t row = 0; row <= CM_ATTR_COUNT; row++)
        name->first[row] = CM_AVA_NONE;
    for (size_t i = name->count; i-- > 0;) {
        struct cm_ava *ava = &name->avas[i];
        ava->next = name->first[ava->row];
        name->first[ava->row] = (uint32_t)i;
    }
}

static enum certmap_status prepare_name(struct certmap_peer *peer, struct cm_prepared_name *name,
                                        struct certmap_view der, struct certmap_error *err) {
    struct cm_name_cursor cursor;
    struct cm_rdn_ava item;
    bool more;
    enum certmap_status status = count_avas(der, &name->count, err);
    if (status != CERTMAP_OK)
        return status;
    name->avas = cm_arena_alloc(&peer->arena, name->count * sizeof *name->avas);
    if (name->avas == NULL)
        return no_room(peer, err);
    (void)cm_name_open(&cursor, der, NULL);
    for (size_t i = 0; i < name->count; i++) {
        (void)cm_name_next(&cursor, &item, &more, NULL);
        if (!prepare_ava(peer, &name->avas[i], &item))
            return no_room(peer, err);
    }
    chain_avas(name);
    return CERTMAP_OK;
}

/* Says which of the two Names an error is about. */
static void name_the_field(struct certmap_error *err, const char *field) {
    char text[sizeof err->text];
    if (err == NULL || err->status == CERTMAP_ERROR_MEMORY)
        return;
    struct cm_out out = {text, sizeof text - 1, 0};
    cm_out_string(&out, field);
    cm_out_string(&out, ": ");
    cm_out_string(&out, err->text);
    text[out.len < out.cap ? out.len : out.cap] = 0;
    memcpy(err->text, text, strlen(text) + 1);
}

enum certmap_status certmap_peer_set(struct certmap_peer *peer, const struct certmap_cert *cert,
                                     struct certmap_error *err) {
    certmap_peer_clear(peer);
    if (peer == NULL || cert == NULL || cert->size < sizeof *cert)
        return cm_error_argument(err, "certmap_peer_set: peer or cert is NULL, or cert->size is too small");
    if (cert->subject.data == NULL || cert->issuer.data == NULL)
        return cm_error_argument(err, "certmap_peer_set: subject and issuer have to be supplied");
    enum certmap_status status = prepare_name(peer, &peer->names[CERTMAP_FIELD_SUBJECT], cert->subject, err);
    if (status != CERTMAP_OK) {
        name_the_field(err, "subject");
    } else {
        status = prepare_name(peer, &peer->names[CERTMAP_FIELD_ISSUER], cert->issuer, err);
        if (status != CERTMAP_OK)
            name_the_field(err, "issuer");
    }
    peer->certificate = cert->certificate;
    peer->set = true;
    if (status != CERTMAP_OK)
        certmap_peer_clear(peer);
    return status;
}

size_t certmap_peer_value_count(const struct certmap_peer *peer, enum certmap_field field) {
    if (peer == NULL || (field != CERTMAP_FIELD_SUBJECT && field != CERTMAP_FIELD_ISSUER))
        return 0;
    return peer->names[field].count;
}

static struct certmap_view dotted(struct certmap_peer *peer, struct certmap_view oid) {
    struct cm_out out = {NULL, 0, 0};
    cm_oid_print(&out, oid);
    out = (struct cm_out){cm_arena_alloc(&peer->arena, out.len + 1), out.len + 1, 0};
    if (out.text == NULL)
        return CM_VIEW_NONE;
    cm_oid_print(&out, oid);
    out.text[out.len] = 0;
    return cm_view(out.text, out.len);
}

/* "UTF8String", or "tag 0x" and the identifier octets. */
static struct certmap_view type_text(struct certmap_peer *peer, const struct cm_ava *ava) {
    char text[16];
    struct cm_out out = {text, sizeof text, 0};
    const char *name = cm_value_type_name(ava->tag);
    size_t octets = 1;
    if (name != NULL)
        return cm_view(name, strlen(name));
    while ((ava->der.data[0] & 0x1F) == 0x1F && octets < 5 && (octets == 1 || ava->der.data[octets - 1] & 0x80))
        octets++;
    cm_out_string(&out, "tag 0x");
    cm_out_hex(&out, cm_view(ava->der.data, octets));
    return cm_arena_text(&peer->arena, cm_view(text, out.len));
}

static bool label(struct certmap_peer *peer, struct cm_ava *ava) {
    struct cm_ava_label *made = cm_arena_alloc(&peer->arena, sizeof *made);
    if (made == NULL)
        return false;
    made->oid = dotted(peer, ava->oid);
    made->type = type_text(peer, ava);
    if (made->oid.data == NULL || made->type.data == NULL)
        return false;
    ava->label = made;
    return true;
}

enum certmap_status certmap_peer_value(struct certmap_peer *peer, struct certmap_value *value, enum certmap_field field,
                                       size_t index, struct certmap_error *err) {
    if (value == NULL || value->size < sizeof *value || index >= certmap_peer_value_count(peer, field))
        return cm_error_argument(err, "certmap_peer_value: value is NULL or too small, or there is no such value");
    struct cm_ava *ava = &peer->names[field].avas[index];
    if (ava->label == NULL && !label(peer, ava))
        return no_room(peer, err);
    const struct cm_attr *row = ava->row == CM_ATTR_OTHER ? NULL : cm_attr_row(ava->row);
    *value = (struct certmap_value){
        .size = value->size,
        .rdn = ava->rdn,
        .subfield = row == NULL ? ava->label->oid : cm_view(row->name, strlen(row->name)),
        .oid = ava->label->oid,
        .type = ava->label->type,
        .der = ava->der,
        .text = ava->text.nfc,
        .unreadable = ava->unreadable,
    };
    return CERTMAP_OK;
}
