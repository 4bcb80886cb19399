/* SPDX-License-Identifier: MIT */
/* The extensions of a certificate (RFC 5280 4.1 and 4.2):
 *
 *     Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension
 *     Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
 *
 * An empty list, which X.509 does not have, is read as no list, which is what every library makes of it.
 *
 * The values of the field `ext` are made first; whatever is read from an extension is read from them.
 *
 * Every loop but those of the sort goes through the extensions once, or through a table. */
#include "base/view.h"
#include "der/der.h"
#include "der/oid.h"
#include "field/canonical.h"
#include "field/make.h"
#include "field/pieces.h"

/* ---- the extensions that have fields ---- */

static const struct known {
    struct certmap_view oid;
    enum certmap_field field;
    cm_reader *read;
} known[] = {
    {CM_VIEW_OF("\x55\x1D\x11"), CERTMAP_FIELD_SAN, cm_san_read},
    {CM_VIEW_OF("\x55\x1D\x25"), CERTMAP_FIELD_EKU, cm_extended_key_usage_read},
    {CM_VIEW_OF("\x55\x1D\x0F"), CERTMAP_FIELD_KU, cm_key_usage_read},
    {CM_VIEW_OF("\x55\x1D\x20"), CERTMAP_FIELD_POLICY, cm_policies_read},
    {CM_VIEW_OF("\x55\x1D\x0E"), CERTMAP_FIELD_SKI, cm_subject_key_identifier_read},
    {CM_VIEW_OF("\x55\x1D\x23"), CERTMAP_FIELD_AKI, cm_authority_key_identifier_read},
    {CM_VIEW_OF("\x2B\x06\x01\x05\x05\x07\x01\x03"), CERTMAP_FIELD_QC_STATEMENT, cm_qc_statements_read},
    /* 1.3.6.1.4.1.311. 25.2, 21.7 and 20.2 */
    {CM_VIEW_OF("\x2B\x06\x01\x04\x01\x82\x37\x19\x02"), CERTMAP_FIELD_MS_SID, cm_ms_sid_read},
    {CM_VIEW_OF("\x2B\x06\x01\x04\x01\x82\x37\x15\x07"), CERTMAP_FIELD_MS_TEMPLATE, cm_ms_template_read},
    {CM_VIEW_OF("\x2B\x06\x01\x04\x01\x82\x37\x14\x02"), CERTMAP_FIELD_MS_TEMPLATE, cm_ms_template_name_read},
};

static const struct known *find_known(struct certmap_view oid) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (cm_oid_same(known[i].oid, oid))
            return &known[i];
    return NULL;
}

/* ---- one extension ---- */

/* As many as most certificates have, or fewer. Looking at each pair of so few is cheaper than sorting them. */
#define FEW 16

struct extension {
    struct cm_tlv oid;
    struct cm_tlv octets;
};

/* In DER, TRUE is FF (X.690 11.1), and FALSE, being the default, is not written (11.5). CAs break the second rule, and
 * every library takes any octet but zero for TRUE (8.2.2); rules do not ask. */
static bool skip_critical(struct cm_der *der) {
    struct cm_tlv critical;
    if (!cm_der_next(der, CM_DER_BOOLEAN, &critical))
        return true;
    return critical.contents.len == 1;
}

static bool take_extension(struct cm_der *der, struct extension *extension) {
    struct cm_tlv sequence;
    if (!cm_der_next(der, CM_DER_SEQUENCE, &sequence))
        return false;
    struct cm_der inside = cm_der_inside(der, sequence.contents);
    return cm_der_next(&inside, CM_DER_OID, &extension->oid) && cm_oid_valid(extension->oid.contents) &&
           skip_critical(&inside) && cm_der_next(&inside, CM_DER_OCTET_STRING, &extension->octets) &&
           cm_der_done(&inside);
}

/* ---- those that are there twice ---- */

/* Shorter ones first; any order would do. */
static bool is_before(struct certmap_view a, struct certmap_view b) {
    return a.len != b.len ? a.len < b.len : memcmp(a.data, b.data, a.len) < 0;
}

/* Moves the value at the root of a heap, the greatest at the top, to where it belongs. A level each: at most as many as
 * CERTMAP_MAX_EXTENSIONS has bits. */
static void sift(uint32_t *heap, size_t count, size_t root, const struct cm_value *values) {
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        const uint32_t moved = heap[root];
        child += child + 1 < count && is_before(values[heap[child]].oid, values[heap[child + 1]].oid);
        if (!is_before(values[moved].oid, values[heap[child]].oid))
            return;
        heap[root] = heap[child];
        heap[child] = moved;
    }
}

/* Heapsort: whoever makes a certificate chooses the OIDs, and cannot make it slow. Each is sifted twice. */
static void sort_by_oid(uint32_t *order, const struct cm_list *list) {
    for (size_t i = 0; i < list->count; i++)
        order[i] = (uint32_t)i;
    for (size_t root = list->count / 2; root-- > 0;)
        sift(order, list->count, root, list->values);
    for (size_t end = list->count; end-- > 1;) {
        const uint32_t greatest = order[0];
        order[0] = order[end];
        order[end] = greatest;
        sift(order, end, 0, list->values);
    }
}

static void mark_if_same(struct cm_value *a, struct cm_value *b) {
    if (cm_oid_same(a->oid, b->oid))
        a->unreadable = b->unreadable = CERTMAP_CODE_DUPLICATE_EXTENSION;
}

/* At most FEW times FEW. */
static void mark_duplicates_of_few(struct cm_list *list) {
    for (size_t i = 1; i < list->count; i++)
        for (size_t k = 0; k < i; k++)
            mark_if_same(&list->values[k], &list->values[i]);
}

/* RFC 5280 4.2: a certificate must not include more than one instance of a particular extension. */
static bool mark_duplicates(struct certmap_peer *peer, struct cm_list *list) {
    if (list->count <= FEW) {
        mark_duplicates_of_few(list);
        return true;
    }
    cm_arena_reset(&peer->scratch);
    uint32_t *order = cm_arena_alloc(&peer->scratch, list->count * sizeof *order);
    if (order == NULL)
        return false;
    sort_by_oid(order, list);
    for (size_t i = 1; i < list->count; i++)
        mark_if_same(&list->values[order[i - 1]], &list->values[order[i]]);
    return true;
}

/* ---- all of them ---- */

/* Extensions that have been read to their end. The first ones are kept, which are all that most certificates have;
 * the others are read again. */
struct extensions {
    struct extension kept[FEW];
    size_t count;         /* of all */
    struct cm_der behind; /* comes after those that are kept */
};

/* Whether all are well-formed, and within the limits. */
static enum certmap_code walk_extensions(struct extensions *all, struct cm_der der) {
    struct extension other = {.oid = {.tag = 0}};
    enum certmap_code code = CERTMAP_CODE_NONE;
    for (all->count = 0; !cm_der_done(&der); all->count++) {
        struct extension *extension = all->count < FEW ? &all->kept[all->count] : &other;
        if (all->count == FEW)
            all->behind = der;
        if (!take_extension(&der, extension))
            return CERTMAP_CODE_MALFORMED_PIECE;
        if (all->count == CERTMAP_MAX_EXTENSIONS || extension->oid.contents.len > CERTMAP_MAX_OID_SIZE)
            code = CERTMAP_CODE_VALUE_TOO_LONG;
    }
    return code;
}

/* The extensions one after the other, up to the last. */
static const struct extension *next_extension(struct extensions *all, size_t number) {
    if (number < FEW)
        return &all->kept[number];
    (void)take_extension(&all->behind, &all->kept[0]);
    return &all->kept[0];
}

/* Makes the values of `ext`, with their text but where there are two. */
static enum certmap_code read_extensions(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_der der;
    struct extensions all;
    if (piece.len > CERTMAP_MAX_EXTENSIONS_SIZE)
        return CERTMAP_CODE_VALUE_TOO_LONG;
    if (!cm_der_only(&der, piece, CM_DER_SEQUENCE))
        return CERTMAP_CODE_MALFORMED_PIECE;
    const enum certmap_code code = walk_extensions(&all, der);
    if (code != CERTMAP_CODE_NONE || all.count == 0)
        return code;
    if (!cm_list_reserve(list, all.count, 0, &peer->arena))
        return CERTMAP_CODE_MEMORY;
    for (size_t i = 0; i < all.count; i++) {
        const struct extension *extension = next_extension(&all, i);
        list->values[i] = (struct cm_value){.oid = extension->oid.contents, .der = extension->octets.whole};
    }
    cm_list_chain(list, 0);
    return mark_duplicates(peer, list) ? CERTMAP_CODE_NONE : CERTMAP_CODE_MEMORY;
}

static bool make_texts(struct certmap_peer *peer, struct cm_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        struct cm_value *value = &list->values[i];
        if (value->unreadable == CERTMAP_CODE_NONE &&
            cm_make_printed(peer, value, cm_hex_print, cm_extension_octets(value)) != CERTMAP_CODE_NONE)
            return false;
    }
    return true;
}

/* Nothing is known of any field that is read from an extension. */
static bool set_all_unknown(struct certmap_peer *peer, enum certmap_code code) {
    for (unsigned field = 0; field < CM_LIST_SUBJECT_NAME; field++)
        if (cm_field_pieces((enum certmap_field)field) & CERTMAP_PIECE_EXTENSIONS)
            (void)cm_list_set_unknown(&peer->lists[field], code);
    return code != CERTMAP_CODE_MEMORY;
}

/* Reads the field of an extension, if it has one. A field that two extensions have is unknown if one of them is. */
static bool read_known(struct certmap_peer *peer, const struct cm_value *extension) {
    const struct known *row = find_known(extension->oid);
    if (row == NULL || peer->lists[row->field].unknown != CERTMAP_CODE_NONE)
        return true;
    struct cm_list *list = &peer->lists[row->field];
    if (extension->unreadable != CERTMAP_CODE_DUPLICATE_EXTENSION)
        return cm_list_set_unknown(list, row->read(peer, list, cm_extension_octets(extension)));
    if (row->field == CERTMAP_FIELD_SAN)
        (void)cm_list_set_unknown(&peer->lists[CERTMAP_FIELD_SAN_DIRNAME], CERTMAP_CODE_DUPLICATE_EXTENSION);
    if (row->field == CERTMAP_FIELD_QC_STATEMENT)
        cm_qc_set_unknown(peer, CERTMAP_CODE_DUPLICATE_EXTENSION);
    return cm_list_set_unknown(list, CERTMAP_CODE_DUPLICATE_EXTENSION);
}

bool cm_extensions_read(struct certmap_peer *peer, struct certmap_view piece) {
    struct cm_list *list = &peer->lists[CERTMAP_FIELD_EXTENSION];
    if (piece.data == NULL)
        return set_all_unknown(peer, CERTMAP_CODE_NOT_SUPPLIED);
    if (piece.len == 0)
        return true;
    const enum certmap_code code = read_extensions(peer, list, piece);
    if (code != CERTMAP_CODE_NONE)
        return set_all_unknown(peer, code);
    for (size_t i = 0; i < list->count; i++)
        if (!read_known(peer, &list->values[i]))
            return false;
    return cm_ms_sid_add(peer) && make_texts(peer, list) && cm_extension_texts_read(peer, list);
}
