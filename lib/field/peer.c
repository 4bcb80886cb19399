/* SPDX-License-Identifier: MIT */
#include "field/peer.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/out.h"
#include "base/view.h"
#include "certmap/explain.h"
#include "certmap/names.h"
#include "certmap/versioned.h"
#include "der/oid.h"
#include "field/pieces.h"
#include "field/value_set.h"
#include "name/attr.h"
#include "name/value.h"
#include <string.h>

/* Texts about a value that only certmap_peer_value needs; made when first asked for. */
struct cm_value_label {
    struct certmap_view oid;  /* dotted; empty where the value has none */
    struct certmap_view type; /* the string type, or "tag 0x04"; empty where the value is no AVA */
    struct certmap_view text; /* a whole Name in RFC 4514; else that of the value */
};

enum certmap_status certmap_peer_new(struct certmap_peer **peer, const struct certmap_allocator *allocator,
                                     struct certmap_diagnostic *err) {
    struct certmap_allocator own;
    if (peer == NULL || !cm_allocator_init(&own, allocator))
        return cm_error_argument(err, "certmap_peer_new: peer is NULL, or the allocator lacks a function");
    struct certmap_peer *made = cm_alloc(&own, sizeof *made);
    if (made == NULL)
        return cm_error_memory(err);
    memset(made, 0, offsetof(struct certmap_peer, built.text)); /* the room after it is written before it is read */
    cm_arena_init(&made->arena, &own, CERTMAP_MAX_PEER_MEMORY / 4 * 3);
    cm_arena_init(&made->scratch, &own, CERTMAP_MAX_PEER_MEMORY / 4);
    *peer = made;
    return CERTMAP_OK;
}

/* All but the lists. */
static void reset(struct certmap_peer *peer) {
    cm_arena_reset(&peer->arena);
    cm_arena_reset(&peer->scratch);
    peer->set = false;
    peer->may_be_unknown = 0;
    peer->certificate = CM_VIEW_NONE;
    peer->has_tbs = false;
}

void certmap_peer_clear(struct certmap_peer *peer) {
    if (peer == NULL)
        return;
    reset(peer);
    memset(peer->lists, 0, sizeof peer->lists);
    peer->few = false;
}

void certmap_peer_free(struct certmap_peer *peer) {
    if (peer == NULL)
        return;
    struct certmap_allocator own = peer->arena.allocator;
    cm_arena_free(&peer->arena);
    cm_arena_free(&peer->scratch);
    cm_release(&own, peer);
}

enum certmap_status cm_peer_too_large(struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE,
                    "the certificate needs more memory than %d bytes", CERTMAP_MAX_PEER_MEMORY);
}

static enum certmap_status no_room(const struct certmap_peer *peer, struct certmap_diagnostic *err) {
    return peer->arena.over || peer->scratch.over ? cm_peer_too_large(err) : cm_error_memory(err);
}

/* A list of one value, the whole Name, whose row is 0. */
static void set_whole(struct certmap_peer *peer, size_t list, size_t whole, struct certmap_view der) {
    const size_t at = whole - CM_LIST_SUBJECT_NAME;
    struct cm_value *value = &peer->names[at];
    cm_value_begin(value);
    value->der = der;
    value->avas = &peer->lists[list];
    value->next = CM_VALUE_NONE;
    peer->name_first[at] = 0;
    peer->lists[whole] = (struct cm_list){.values = value, .count = 1, .first = &peer->name_first[at]};
}

/* A Name that no rule reads is checked, so that a certificate is refused whatever the rules are. */
static enum certmap_status check_name(struct certmap_peer *peer, size_t list, size_t whole, struct certmap_view der,
                                      struct certmap_diagnostic *err) {
    peer->lists[list] = peer->lists[whole] = (struct cm_list){.unknown = CERTMAP_CODE_NOT_SUPPLIED};
    return cm_list_check_name(der, err);
}

static enum certmap_status prepare_name(struct certmap_peer *peer, size_t list, size_t whole, struct certmap_view der,
                                        struct certmap_diagnostic *err) {
    const enum certmap_status status = cm_list_from_name(&peer->lists[list], der, &peer->arena, &peer->scratch, err);
    if (status == CERTMAP_OK)
        set_whole(peer, list, whole, der);
    return status;
}

/* Says which of the two Names an error is about. */
static void name_the_field(struct certmap_diagnostic *err, const char *field) {
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

static enum certmap_status prepare_names(struct certmap_peer *peer, const struct certmap_cert *cert,
                                         struct certmap_diagnostic *err) {
    enum certmap_status status = (cert->unread & CERTMAP_PIECE_SUBJECT ? check_name : prepare_name)(
        peer, CERTMAP_FIELD_SUBJECT, CM_LIST_SUBJECT_NAME, cert->subject, err);
    if (status != CERTMAP_OK) {
        name_the_field(err, "subject");
        return status;
    }
    status = (cert->unread & CERTMAP_PIECE_ISSUER ? check_name : prepare_name)(peer, CERTMAP_FIELD_ISSUER,
                                                                               CM_LIST_ISSUER_NAME, cert->issuer, err);
    if (status != CERTMAP_OK)
        name_the_field(err, "issuer");
    return status;
}

/* A bit for each list but those of the Names and of the certificate itself. */
#define OTHER_LISTS                                                                                                    \
    ((((uint64_t)1 << CM_LIST_SUBJECT_NAME) - 1) &                                                                     \
     ~((uint64_t)1 << CERTMAP_FIELD_SUBJECT | (uint64_t)1 << CERTMAP_FIELD_ISSUER |                                    \
       (uint64_t)1 << CERTMAP_FIELD_CERTIFICATE))

/* Linear in the certificate, once. */
static bool may_be_unknown(const struct cm_list *list) {
    bool unknown = list->unknown != CERTMAP_CODE_NONE;
    for (size_t i = 0; i < list->count && !unknown; i++)
        unknown = cm_value_may_be_unknown(&list->values[i]);
    return unknown;
}

static uint64_t note_list(const struct certmap_peer *peer, size_t list) {
    return (uint64_t)may_be_unknown(&peer->lists[list]) << list;
}

/* Where little is known of the certificate, most lists are not looked at. */
static void note_unknown(struct certmap_peer *peer) {
    uint64_t unknown = peer->few ? OTHER_LISTS : 0;
    for (size_t i = 0; i < CM_LIST_SUBJECT_NAME && !peer->few; i++)
        unknown |= note_list(peer, i);
    unknown |= note_list(peer, CERTMAP_FIELD_SUBJECT) | note_list(peer, CERTMAP_FIELD_ISSUER) |
               note_list(peer, CERTMAP_FIELD_CERTIFICATE);
    unknown |= (unknown >> CERTMAP_FIELD_SUBJECT & 1u) << CM_LIST_SUBJECT_NAME; /* of the same AVAs */
    unknown |= (unknown >> CERTMAP_FIELD_ISSUER & 1u) << CM_LIST_ISSUER_NAME;
    peer->may_be_unknown = unknown;
}

/* What seeds the value sets: where the peer and its memory lie, which the system chooses anew for each process where it
 * has randomness for that. The core asks the system for nothing; who guesses it gains nothing (value_set.h). */
static uint64_t make_seed(const struct certmap_peer *peer) {
    return cm_hash_word((uint64_t)(uintptr_t)peer, (uint64_t)(uintptr_t)peer->lists[CERTMAP_FIELD_SUBJECT].values);
}

static bool make_value_set(struct certmap_peer *peer, size_t list) {
    return peer->lists[list].count < CM_VALUE_SET_MIN ||
           cm_value_set_make(&peer->lists[list], make_seed(peer), &peer->arena);
}

static bool make_value_sets(struct certmap_peer *peer) {
    if (peer->few)
        return make_value_set(peer, CERTMAP_FIELD_SUBJECT) && make_value_set(peer, CERTMAP_FIELD_ISSUER);
    bool done = true;
    for (size_t i = 0; i < CM_LIST_COUNT && done; i++)
        done = make_value_set(peer, i);
    return done;
}

/* Nothing is known of most fields, however many there are. They stay so from certificate to certificate. */
static void begin_few(struct certmap_peer *peer, const struct certmap_cert *cert) {
    reset(peer);
    for (size_t i = 0; i < CM_LIST_SUBJECT_NAME && !peer->few; i++)
        if ((OTHER_LISTS >> i & 1) != 0)
            peer->lists[i] = (struct cm_list){.unknown = CERTMAP_CODE_NOT_SUPPLIED};
    peer->few = true;
    cm_tbs_keep(peer, cert);
}

/* few: there are Names, and no digest that could be wrong. */
static enum certmap_status check_arguments(const struct certmap_peer *peer, const struct certmap_cert *cert, bool *few,
                                           struct certmap_diagnostic *err) {
    if (peer == NULL || cert == NULL)
        return cm_error_argument(err, "certmap_peer_set: peer or cert is NULL, or cert->size is not a size of it");
    if (cert->subject.data == NULL || cert->issuer.data == NULL)
        return cm_error_argument(err, "certmap_peer_set: subject and issuer have to be supplied");
    *few = cm_pieces_are_few(cert);
    if (!*few && !cm_digests_sound(cert))
        return cm_error_argument(err, "certmap_peer_set: a digest is not as long as its hash makes it");
    return CERTMAP_OK;
}

enum certmap_status certmap_peer_set(struct certmap_peer *peer, const struct certmap_cert *given,
                                     struct certmap_diagnostic *err) {
    struct certmap_cert room;
    const struct certmap_cert *cert = certmap_struct_read(&room, given, CERTMAP_FIRST_CERT, sizeof room);
    bool few = false;
    enum certmap_status status = check_arguments(peer, cert, &few, err);
    if (status == CERTMAP_OK && few)
        begin_few(peer, cert);
    else
        certmap_peer_clear(peer);
    if (status != CERTMAP_OK)
        return status;
    status = prepare_names(peer, cert, err);
    if (status == CERTMAP_OK && ((!peer->few && !cm_pieces_read(peer, cert)) || !make_value_sets(peer)))
        status = no_room(peer, err);
    peer->set = status == CERTMAP_OK;
    if (status != CERTMAP_OK)
        certmap_peer_clear(peer);
    else
        note_unknown(peer);
    return status;
}

enum certmap_code certmap_peer_field_unknown(const struct certmap_peer *peer, enum certmap_field field) {
    if (peer == NULL || !peer->set || certmap_field_name(field) == NULL)
        return CERTMAP_CODE_NOT_SUPPLIED;
    return peer->lists[field].unknown;
}

size_t certmap_peer_value_count(const struct certmap_peer *peer, enum certmap_field field) {
    return peer == NULL || certmap_field_name(field) == NULL ? 0 : peer->lists[field].count;
}

/* ---- values, for those who show them ---- */

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
static struct certmap_view type_text(struct certmap_peer *peer, const struct cm_value *value) {
    char text[16];
    struct cm_out out = {text, sizeof text, 0};
    const char *name = cm_value_type_name(value->tag);
    size_t octets = 1;
    if (name != NULL)
        return cm_view(name, strlen(name));
    while ((value->der.data[0] & 0x1F) == 0x1F && octets < 5 /* at most so many */ &&
           (octets == 1 || value->der.data[octets - 1] & 0x80))
        octets++;
    cm_out_string(&out, "tag 0x");
    cm_out_hex(&out, cm_view(value->der.data, octets));
    return cm_arena_text(&peer->arena, cm_view(text, out.len));
}

/* A Name that has been read, so that nothing but memory can be missing. Linear in the Name; the label that it is for is
 * made once for a certificate. */
static struct certmap_view name_text(struct certmap_peer *peer, struct certmap_view name) {
    size_t len;
    (void)certmap_name_to_text(NULL, 0, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL);
    char *text = cm_arena_alloc(&peer->arena, len + 1);
    if (text == NULL)
        return CM_VIEW_NONE;
    (void)certmap_name_to_text(text, len + 1, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL);
    return cm_view(text, len);
}

/* Fields whose values are AVAs, so that their rows are those of the table of types. */
static bool has_avas(enum certmap_field field) {
    return field == CERTMAP_FIELD_SUBJECT || field == CERTMAP_FIELD_ISSUER || field == CERTMAP_FIELD_SAN_DIRNAME;
}

static bool label(struct certmap_peer *peer, struct cm_value *value, bool is_ava) {
    struct cm_value_label *made = cm_arena_alloc(&peer->arena, sizeof *made);
    if (made == NULL)
        return false;
    *made = (struct cm_value_label){CM_VIEW(""), CM_VIEW(""), value->text.nfc};
    if (value->oid.data != NULL)
        made->oid = dotted(peer, value->oid);
    if (is_ava)
        made->type = type_text(peer, value);
    if (value->avas != NULL)
        made->text = name_text(peer, value->der);
    if (made->oid.data == NULL || made->type.data == NULL || (value->avas != NULL && made->text.data == NULL))
        return false;
    value->label = made;
    return true;
}

/* Sets what there is to say about a value besides its text; most values have nothing, and take no memory. */
static bool take_label(struct certmap_peer *peer, struct cm_value_label *taken, struct cm_value *value, bool is_ava) {
    *taken = (struct cm_value_label){CM_VIEW(""), CM_VIEW(""), value->text.nfc};
    if (!is_ava && value->oid.data == NULL && value->avas == NULL)
        return true;
    if (value->label == NULL && !label(peer, value, is_ava))
        return false;
    *taken = *value->label;
    return true;
}

bool cm_peer_text(struct certmap_peer *peer, struct certmap_view *text, struct cm_value *value) {
    struct cm_value_label made = {.text = value->text.nfc};
    const bool done = value->avas == NULL || take_label(peer, &made, value, false);
    *text = made.text;
    return done;
}

/* The name that rules have for what picks this value, or its OID; nothing where the field has no subfields. */
static struct certmap_view subfield(enum certmap_field field, const struct cm_value *value,
                                    const struct cm_value_label *made) {
    const char *name = NULL;
    if (has_avas(field) && value->row != CM_ATTR_OTHER)
        name = cm_attr_row(value->row)->name;
    else if (field == CERTMAP_FIELD_SAN && value->row != CM_SAN_OTHER)
        name = cm_san_row_name((enum cm_san_row)value->row);
    return name == NULL ? made->oid : cm_view(name, strlen(name));
}

enum certmap_status certmap_peer_value(struct certmap_peer *peer, struct certmap_value *value, enum certmap_field field,
                                       size_t index, struct certmap_diagnostic *err) {
    if (!certmap_struct_fits(value, CERTMAP_FIRST_VALUE, sizeof *value) ||
        index >= certmap_peer_value_count(peer, field))
        return cm_error_argument(err, "certmap_peer_value: value is NULL, its size is not a size of it, or there is no "
                                      "such value");
    struct cm_value *own = &peer->lists[field].values[index];
    struct cm_value_label made;
    if (!take_label(peer, &made, own, has_avas(field)))
        return no_room(peer, err);
    const struct certmap_value filled = {
        .rdn = own->rdn,
        .subfield = subfield(field, own, &made),
        .oid = made.oid,
        .type = made.type,
        .der = own->der,
        .text = made.text,
        .unreadable = own->unreadable,
    };
    certmap_struct_write(value, &filled, sizeof filled);
    return CERTMAP_OK;
}
