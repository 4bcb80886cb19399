/* SPDX-License-Identifier: MIT */
/* The subject alternative name (RFC 5280 4.2.1.6): GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName, where
 *
 *     GeneralName ::= CHOICE {
 *         otherName [0] SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY },
 *         rfc822Name [1] IA5String, dNSName [2] IA5String, x400Address [3] ORAddress,
 *         directoryName [4] EXPLICIT Name, ediPartyName [5] EDIPartyName,
 *         uniformResourceIdentifier [6] IA5String, iPAddress [7] OCTET STRING, registeredID [8] OBJECT IDENTIFIER }
 *
 * Tags are IMPLICIT but where they say otherwise.
 *
 * Every loop goes through the names, or through the AVAs of directory names, once. */
#include "base/view.h"
#include "der/der.h"
#include "der/oid.h"
#include "field/canonical.h"
#include "field/make.h"
#include "field/pieces.h"
#include "name/attr.h"

#define OTHER_NAME CM_DER_CONTEXT_CONSTRUCTED(0)
#define RFC822_NAME CM_DER_CONTEXT_PRIMITIVE(1)
#define DNS_NAME CM_DER_CONTEXT_PRIMITIVE(2)
#define X400_ADDRESS CM_DER_CONTEXT_CONSTRUCTED(3)
#define DIRECTORY_NAME CM_DER_CONTEXT_CONSTRUCTED(4)
#define EDI_PARTY_NAME CM_DER_CONTEXT_CONSTRUCTED(5)
#define URI CM_DER_CONTEXT_PRIMITIVE(6)
#define IP_ADDRESS CM_DER_CONTEXT_PRIMITIVE(7)
#define REGISTERED_ID CM_DER_CONTEXT_PRIMITIVE(8)

static enum certmap_code unreadable(struct cm_value *value, enum certmap_code code) {
    value->unreadable = code;
    return CERTMAP_CODE_NONE;
}

/* ---- otherName ---- */

/* RFC 9598 3: SmtpUTF8Mailbox ::= UTF8String. A UPN, and what is in no table, may be of any string type; the latter also
 * octets, such as the FASC-N of FIPS 201. */
static enum certmap_code make_other_name(struct certmap_peer *peer, struct cm_value *value,
                                         const struct cm_tlv *inner) {
    if (value->row == CM_SAN_KRB5 && inner->tag == CM_DER_SEQUENCE)
        return cm_krb5_read(peer, value, inner->whole);
    if (value->row == CM_SAN_OTHER && inner->tag == CM_DER_OCTET_STRING)
        return cm_make_printed(peer, value, cm_hex_print, inner->contents);
    if (value->row == CM_SAN_KRB5 || (value->row == CM_SAN_EMAIL && inner->tag != CM_DER_UTF8_STRING))
        return unreadable(value, CERTMAP_CODE_VALUE_TYPE);
    return cm_make_string(peer, value, value->row == CM_SAN_EMAIL ? CM_TEXT_EMAIL : CM_TEXT_PLAIN, inner->tag,
                          inner->contents);
}

static enum certmap_code read_other_name(struct certmap_peer *peer, struct cm_value *value, struct cm_der inside) {
    struct cm_tlv oid, box, inner;
    if (!cm_der_next(&inside, CM_DER_OID, &oid) || !cm_oid_valid(oid.contents) ||
        !cm_der_next(&inside, CM_DER_CONTEXT_CONSTRUCTED(0), &box) || !cm_der_done(&inside))
        return CERTMAP_CODE_MALFORMED_PIECE;
    struct cm_der boxed = cm_der_inside(&inside, box.contents);
    if (!cm_der_any(&boxed, &inner) || !cm_der_done(&boxed))
        return CERTMAP_CODE_MALFORMED_PIECE;
    if (oid.contents.len > CERTMAP_MAX_OID_SIZE)
        return CERTMAP_CODE_VALUE_TOO_LONG;
    value->oid = oid.contents;
    value->der = inner.whole;
    value->tag = inner.tag;
    value->row = (uint16_t)cm_san_row_by_oid(oid.contents);
    return make_other_name(peer, value, &inner);
}

/* ---- the others ---- */

/* The value is the Name, whose AVAs are a list of their own. */
static enum certmap_code read_directory_name(struct certmap_peer *peer, struct cm_value *value,
                                             struct certmap_view name) {
    struct cm_list *avas = cm_arena_alloc(&peer->arena, sizeof *avas);
    if (avas == NULL)
        return CERTMAP_CODE_MEMORY;
    const enum certmap_status status = cm_list_from_name(avas, name, &peer->arena, &peer->scratch, NULL);
    value->row = CM_SAN_DIRNAME;
    value->der = name;
    value->avas = avas;
    if (status == CERTMAP_OK)
        return CERTMAP_CODE_NONE;
    if (status == CERTMAP_ERROR_CERTIFICATE)
        return CERTMAP_CODE_MALFORMED_PIECE;
    /* A limit of the Name, or else of all the memory of a peer. */
    const bool name_is_too_large = status == CERTMAP_ERROR_LIMIT && !peer->arena.over && !peer->scratch.over;
    return name_is_too_large ? CERTMAP_CODE_VALUE_TOO_LONG : CERTMAP_CODE_MEMORY;
}

static enum certmap_code read_string(struct certmap_peer *peer, struct cm_value *value, enum cm_san_row row,
                                     enum cm_text_kind kind, struct certmap_view contents) {
    value->row = (uint16_t)row;
    return cm_make_string(peer, value, kind, CM_DER_IA5_STRING, contents);
}

static void print_ip(struct cm_out *out, struct certmap_view octets) {
    (void)cm_ip_print(out, octets);
}

static enum certmap_code read_ip(struct certmap_peer *peer, struct cm_value *value, struct certmap_view octets) {
    value->row = CM_SAN_IP;
    if (octets.len != 4 && octets.len != 16)
        return unreadable(value, CERTMAP_CODE_VALUE_ENCODING);
    return cm_make_printed(peer, value, print_ip, octets);
}

static enum certmap_code read_registered_id(struct certmap_peer *peer, struct cm_value *value,
                                            struct certmap_view oid) {
    value->row = CM_SAN_RID;
    return cm_oid_valid(oid) ? cm_make_oid(peer, value, cm_oid_name_print, oid) : CERTMAP_CODE_MALFORMED_PIECE;
}

/* ---- GeneralNames ---- */

/* Rules cannot speak of these. */
static bool is_skipped(uint32_t tag) {
    return tag == X400_ADDRESS || tag == EDI_PARTY_NAME;
}

/* Any element is a GeneralName so far; which one it is, its tag says. */
static bool count_names(size_t *count, size_t *kept, struct cm_der der) {
    struct cm_tlv name;
    *count = *kept = 0;
    while (!cm_der_done(&der)) {
        if (!cm_der_any(&der, &name))
            return false;
        *kept += !is_skipped(name.tag);
        ++*count;
    }
    return *count > 0;
}

static enum certmap_code read_name(struct certmap_peer *peer, struct cm_value *value, const struct cm_der *der,
                                   const struct cm_tlv *name) {
    *value = (struct cm_value){.der = name->whole};
    switch (name->tag) {
    case OTHER_NAME:
        return read_other_name(peer, value, cm_der_inside(der, name->contents));
    case RFC822_NAME:
        return read_string(peer, value, CM_SAN_EMAIL, CM_TEXT_EMAIL, name->contents);
    case DNS_NAME:
        return read_string(peer, value, CM_SAN_DNS, CM_TEXT_DNS, name->contents);
    case DIRECTORY_NAME:
        return read_directory_name(peer, value, name->contents);
    case URI:
        return read_string(peer, value, CM_SAN_URI, CM_TEXT_URI, name->contents);
    case IP_ADDRESS:
        return read_ip(peer, value, name->contents);
    case REGISTERED_ID:
        return read_registered_id(peer, value, name->contents);
    default:
        return CERTMAP_CODE_MALFORMED_PIECE;
    }
}

static enum certmap_code read_names(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_der der;
    struct cm_tlv name;
    size_t count, kept, at = 0;
    if (!cm_der_only(&der, piece, CM_DER_SEQUENCE) || !count_names(&count, &kept, der))
        return CERTMAP_CODE_MALFORMED_PIECE;
    if (!cm_list_reserve(list, kept, CM_SAN_OTHER, &peer->arena))
        return CERTMAP_CODE_MEMORY;
    while (cm_der_any(&der, &name)) {
        enum certmap_code code = CERTMAP_CODE_NONE;
        if (!is_skipped(name.tag))
            code = read_name(peer, &list->values[at++], &der, &name);
        if (code != CERTMAP_CODE_NONE)
            return code;
    }
    cm_list_chain(list, CM_SAN_OTHER);
    return CERTMAP_CODE_NONE;
}

/* ---- the AVAs of all directory names ---- */

static size_t count_avas(const struct cm_list *names) {
    size_t count = 0;
    for (uint32_t i = cm_list_first(names, CM_SAN_DIRNAME); i != CM_VALUE_NONE; i = names->values[i].next)
        count += names->values[i].avas->count;
    return count;
}

static enum certmap_code join_directory_names(struct certmap_peer *peer, struct cm_list *list,
                                              const struct cm_list *names) {
    const size_t count = count_avas(names);
    struct cm_value *at;
    if (count == 0)
        return CERTMAP_CODE_NONE;
    if (!cm_list_reserve(list, count, CM_ATTR_COUNT, &peer->arena))
        return CERTMAP_CODE_MEMORY;
    at = list->values;
    for (uint32_t i = cm_list_first(names, CM_SAN_DIRNAME); i != CM_VALUE_NONE; i = names->values[i].next) {
        const struct cm_list *avas = names->values[i].avas;
        for (size_t j = 0; j < avas->count; j++)
            *at++ = avas->values[j];
    }
    cm_list_chain(list, CM_ATTR_COUNT);
    return CERTMAP_CODE_NONE;
}

enum certmap_code cm_san_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_list *avas = &peer->lists[CERTMAP_FIELD_SAN_DIRNAME];
    enum certmap_code code = read_names(peer, list, piece);
    if (code == CERTMAP_CODE_NONE)
        code = join_directory_names(peer, avas, list);
    (void)cm_list_set_unknown(avas, code);
    return code;
}
