/* SPDX-License-Identifier: MIT */
/* What a certificate may be used for: key usage, extended key usage, certificate policies. Every loop goes through the
 * nine bits, or through the list once. */
#include "base/out.h"
#include "base/view.h"
#include "der/der.h"
#include "der/oid.h"
#include "field/canonical.h"
#include "field/make.h"
#include "field/pieces.h"
#include <string.h>

/* ---- KeyUsage ::= BIT STRING { digitalSignature (0), ... decipherOnly (8) } ---- */

#define KEY_USAGES 9

/* Whether the bits are the same to everyone: those that are not used are zero (X.690 11.2.1), because some libraries
 * would take them for bits of the value. That the last one that is used is set (11.2.2) is a rule that CAs break. */
static bool is_bit_string(struct certmap_view contents) {
    if (contents.len < 2 || contents.data[0] > 7)
        return false;
    return (contents.data[contents.len - 1] & ((1u << contents.data[0]) - 1)) == 0;
}

static bool has_bit(struct certmap_view contents, size_t bit) {
    return 1 + bit / 8 < contents.len && (contents.data[1 + bit / 8] & 0x80u >> bit % 8) != 0;
}

static size_t count_bits(struct certmap_view contents) {
    size_t count = 0;
    for (size_t bit = 0; bit < KEY_USAGES; bit++)
        count += has_bit(contents, bit);
    return count;
}

static bool make_usage(struct certmap_peer *peer, struct cm_value *value, size_t bit) {
    const char *name = cm_key_usage_name(bit);
    *value = (struct cm_value){.row = 0};
    return cm_make_text(peer, value, cm_view(name, strlen(name))) == CERTMAP_CODE_NONE;
}

/* RFC 5280 4.2.1.3: at least one bit is set. Without one the list would be that of a certificate without the
 * extension, which may be used for everything. */
enum certmap_code cm_key_usage_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_der inside;
    if (!cm_der_only(&inside, piece, CM_DER_BIT_STRING))
        return CERTMAP_CODE_MALFORMED_PIECE;
    const struct certmap_view contents = cm_view(inside.next, (size_t)(inside.end - inside.next));
    const size_t count = is_bit_string(contents) ? count_bits(contents) : 0;
    if (count == 0)
        return CERTMAP_CODE_MALFORMED_PIECE;
    if (!cm_list_reserve(list, count, 0, &peer->arena))
        return CERTMAP_CODE_MEMORY;
    for (size_t bit = 0, at = 0; at < count; bit++)
        if (has_bit(contents, bit) && !make_usage(peer, &list->values[at++], bit))
            return CERTMAP_CODE_MEMORY;
    cm_list_chain(list, 0);
    return CERTMAP_CODE_NONE;
}

/* ---- SEQUENCE SIZE (1..MAX) OF what begins with an OID ---- */

/* KeyPurposeId ::= OBJECT IDENTIFIER */
static bool take_purpose(struct cm_der *der, struct cm_tlv *oid) {
    return cm_der_next(der, CM_DER_OID, oid) && cm_oid_valid(oid->contents);
}

/* PolicyInformation ::= SEQUENCE { policyIdentifier OBJECT IDENTIFIER, policyQualifiers SEQUENCE OPTIONAL } */
static bool take_policy(struct cm_der *der, struct cm_tlv *oid) {
    struct cm_tlv policy, qualifiers;
    if (!cm_der_next(der, CM_DER_SEQUENCE, &policy))
        return false;
    struct cm_der inside = cm_der_inside(der, policy.contents);
    return take_purpose(&inside, oid) &&
           (cm_der_done(&inside) || (cm_der_next(&inside, CM_DER_SEQUENCE, &qualifiers) && cm_der_done(&inside)));
}

/* How many there are, or 0 if one of them is none. */
static size_t count_oids(struct cm_der der, bool (*take)(struct cm_der *der, struct cm_tlv *oid)) {
    struct cm_tlv oid;
    size_t count = 0;
    while (!cm_der_done(&der)) {
        if (!take(&der, &oid))
            return 0;
        count++;
    }
    return count;
}

static enum certmap_code read_oids(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece,
                                   bool (*take)(struct cm_der *der, struct cm_tlv *oid)) {
    struct cm_der inside;
    struct cm_tlv oid;
    const size_t count = cm_der_only(&inside, piece, CM_DER_SEQUENCE) ? count_oids(inside, take) : 0;
    if (count == 0)
        return CERTMAP_CODE_MALFORMED_PIECE;
    if (!cm_list_reserve(list, count, 0, &peer->arena))
        return CERTMAP_CODE_MEMORY;
    for (size_t i = 0; i < count; i++) {
        (void)take(&inside, &oid);
        list->values[i] = (struct cm_value){.der = oid.whole};
        if (cm_make_oid(peer, &list->values[i], cm_oid_name_print, oid.contents) != CERTMAP_CODE_NONE)
            return CERTMAP_CODE_MEMORY;
    }
    cm_list_chain(list, 0);
    return CERTMAP_CODE_NONE;
}

enum certmap_code cm_extended_key_usage_read(struct certmap_peer *peer, struct cm_list *list,
                                             struct certmap_view piece) {
    return read_oids(peer, list, piece, take_purpose);
}

enum certmap_code cm_policies_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    return read_oids(peer, list, piece, take_policy);
}
