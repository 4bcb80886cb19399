/* SPDX-License-Identifier: MIT */
/* Extensions of one value: key identifiers, and what Microsoft's CA says of an account and a template. */
#include "base/view.h"
#include "certmap/names.h"
#include "der/der.h"
#include "der/oid.h"
#include "field/canonical.h"
#include "field/make.h"
#include "field/pieces.h"
#include <string.h>

static enum certmap_code append_octets(struct certmap_peer *peer, struct cm_list *list, const struct cm_tlv *octets) {
    struct cm_value value = {.der = octets->whole};
    const enum certmap_code code = cm_make_printed(peer, &value, cm_hex_print, octets->contents);
    return cm_make_append(peer, list, &value, code);
}

/* RFC 5280 4.2.1.2: SubjectKeyIdentifier ::= KeyIdentifier ::= OCTET STRING */
enum certmap_code cm_subject_key_identifier_read(struct certmap_peer *peer, struct cm_list *list,
                                                 struct certmap_view piece) {
    struct cm_der der = cm_der_open(piece);
    struct cm_tlv identifier;
    if (!cm_der_next(&der, CM_DER_OCTET_STRING, &identifier) || !cm_der_done(&der))
        return CERTMAP_CODE_MALFORMED_PIECE;
    return append_octets(peer, list, &identifier);
}

/* RFC 5280 4.2.1.1: AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] KeyIdentifier OPTIONAL,
 *     authorityCertIssuer [1] GeneralNames OPTIONAL, authorityCertSerialNumber [2] INTEGER OPTIONAL } */
enum certmap_code cm_authority_key_identifier_read(struct certmap_peer *peer, struct cm_list *list,
                                                   struct certmap_view piece) {
    struct cm_der inside;
    struct cm_tlv identifier, skipped;
    if (!cm_der_only(&inside, piece, CM_DER_SEQUENCE))
        return CERTMAP_CODE_MALFORMED_PIECE;
    const bool has_one = cm_der_next(&inside, CM_DER_CONTEXT_PRIMITIVE(0), &identifier);
    (void)cm_der_next(&inside, CM_DER_CONTEXT_CONSTRUCTED(1), &skipped);
    (void)cm_der_next(&inside, CM_DER_CONTEXT_PRIMITIVE(2), &skipped);
    if (!cm_der_done(&inside))
        return CERTMAP_CODE_MALFORMED_PIECE;
    return has_one ? append_octets(peer, list, &identifier) : CERTMAP_CODE_NONE;
}

/* ---- [MS-WCCE] 2.2.2.7.7.4, szOID_NTDS_CA_SECURITY_EXT ---- */

static const struct certmap_view sid_oid = CM_VIEW_OF("\x2B\x06\x01\x04\x01\x82\x37\x19\x02\x01");

/* Linear in the text, once. */
static bool is_sid(struct certmap_view text) {
    static const char start[] = "S-1-";
    if (text.len < sizeof start || memcmp(text.data, start, sizeof start - 1) != 0)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x21 || text.data[i] > 0x7E)
            return false;
    return true;
}

/* SEQUENCE { [0] { type-id OBJECT IDENTIFIER, value [0] EXPLICIT OCTET STRING } }: GeneralNames of one otherName. */
enum certmap_code cm_ms_sid_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_value value = {.row = 0};
    struct cm_der names, name;
    struct cm_tlv outer, oid, box, sid;
    if (!cm_der_only(&names, piece, CM_DER_SEQUENCE) || !cm_der_next(&names, CM_DER_CONTEXT_CONSTRUCTED(0), &outer) ||
        !cm_der_done(&names))
        return CERTMAP_CODE_MALFORMED_PIECE;
    name = cm_der_inside(&names, outer.contents);
    if (!cm_der_next(&name, CM_DER_OID, &oid) || !cm_view_equal(oid.contents, sid_oid) ||
        !cm_der_next(&name, CM_DER_CONTEXT_CONSTRUCTED(0), &box) || !cm_der_done(&name))
        return CERTMAP_CODE_MALFORMED_PIECE;
    name = cm_der_inside(&name, box.contents);
    if (!cm_der_next(&name, CM_DER_OCTET_STRING, &sid) || !cm_der_done(&name) || !is_sid(sid.contents))
        return CERTMAP_CODE_MALFORMED_PIECE;
    value.der = sid.whole;
    return cm_make_append(peer, list, &value,
                          cm_make_string(peer, &value, CM_TEXT_PLAIN, CM_DER_IA5_STRING, sid.contents));
}

/* ---- a URI of the SAN that says the SID (Microsoft, KB5014754) ---- */

/* A tag (RFC 4151), which compares letter by letter but for its scheme. */
static const struct certmap_view sid_tag = CM_VIEW_OF("tag:microsoft.com,2022-09-14:sid:");

/* The URI of a value of the SAN, as the certificate has it. */
static struct certmap_view uri_of(const struct cm_value *value) {
    struct cm_der inside;
    (void)cm_der_only(&inside, value->der, CM_DER_CONTEXT_PRIMITIVE(6));
    return cm_view(inside.next, (size_t)(inside.end - inside.next));
}

static bool is_sid_tag(struct certmap_view uri) {
    const size_t scheme = 3;
    if (uri.len < sid_tag.len || !certmap_text_same(cm_view(uri.data, scheme), cm_view(sid_tag.data, scheme)))
        return false;
    return memcmp(uri.data + scheme, sid_tag.data + scheme, sid_tag.len - scheme) == 0;
}

static void spoil(struct cm_value *value, enum certmap_code code) {
    value->text = (struct cm_text){CM_VIEW_NONE, CM_VIEW_NONE};
    value->unreadable = code;
}

/* The first SID that there is becomes the value; another one spoils it. The list has one value at most. */
static bool add_sid(struct certmap_peer *peer, struct cm_list *list, const struct cm_value *uri,
                    struct certmap_view sid) {
    struct cm_value value = {.der = uri->der};
    if (list->count > 0) {
        if (!cm_view_equal(list->values[0].text.nfc, sid))
            spoil(&list->values[0], CERTMAP_CODE_VALUE_AMBIGUOUS);
        return true;
    }
    if (!is_sid(sid)) {
        spoil(&value, CERTMAP_CODE_VALUE_ENCODING);
        return cm_make_append(peer, list, &value, CERTMAP_CODE_NONE) == CERTMAP_CODE_NONE;
    }
    const enum certmap_code code = cm_make_string(peer, &value, CM_TEXT_PLAIN, CM_DER_IA5_STRING, sid);
    return cm_make_append(peer, list, &value, code) == CERTMAP_CODE_NONE;
}

/* Whoever may choose the SAN of his certificate must not choose another SID than the CA has put beside it: two that differ
 * are none. A SAN of which nothing is known could have one. */
bool cm_ms_sid_add(struct certmap_peer *peer) {
    struct cm_list *list = &peer->lists[CERTMAP_FIELD_MS_SID];
    const struct cm_list *san = &peer->lists[CERTMAP_FIELD_SAN];
    if (list->unknown != CERTMAP_CODE_NONE)
        return true;
    if (san->unknown != CERTMAP_CODE_NONE)
        return cm_list_set_unknown(list, san->unknown);
    for (uint32_t at = cm_list_first(san, CM_SAN_URI); at != CM_VALUE_NONE; at = san->values[at].next) {
        const struct certmap_view uri = uri_of(&san->values[at]);
        if (is_sid_tag(uri) &&
            !add_sid(peer, list, &san->values[at], cm_view(uri.data + sid_tag.len, uri.len - sid_tag.len)))
            return false;
    }
    return true;
}

/* ---- [MS-WCCE] 2.2.2.7.7.2 and 2.2.2.7.7.1: templates of version 2, and of version 1 ---- */

/* CertificateTemplateOID ::= SEQUENCE { templateID OBJECT IDENTIFIER, templateMajorVersion INTEGER OPTIONAL,
 *     templateMinorVersion INTEGER OPTIONAL } */
enum certmap_code cm_ms_template_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_value value = {.row = 0};
    struct cm_der inside;
    struct cm_tlv oid, version;
    if (!cm_der_only(&inside, piece, CM_DER_SEQUENCE) || !cm_der_next(&inside, CM_DER_OID, &oid) ||
        !cm_oid_valid(oid.contents))
        return CERTMAP_CODE_MALFORMED_PIECE;
    (void)cm_der_next(&inside, CM_DER_INTEGER, &version);
    (void)cm_der_next(&inside, CM_DER_INTEGER, &version);
    if (!cm_der_done(&inside))
        return CERTMAP_CODE_MALFORMED_PIECE;
    value.der = oid.whole;
    return cm_make_append(peer, list, &value, cm_make_oid(peer, &value, cm_oid_print, oid.contents));
}

/* A name that could be taken for the OID of a template of version 2, which another extension has. Reading it ends where
 * it is more than an OID may have. */
static void refuse_oid(struct cm_value *value) {
    uint8_t oid[CERTMAP_MAX_OID_SIZE];
    if (value->unreadable != CERTMAP_CODE_NONE || cm_oid_parse(oid, value->text.nfc) == 0)
        return;
    value->text = (struct cm_text){CM_VIEW_NONE, CM_VIEW_NONE};
    value->unreadable = CERTMAP_CODE_VALUE_AMBIGUOUS;
}

/* CertificateTemplateName ::= SEQUENCE { Name UTF8String }, says the document; Windows writes a BMPString, and no
 * SEQUENCE around it. Both are read, and so is any string type. */
enum certmap_code cm_ms_template_name_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_der der = cm_der_open(piece), inside;
    struct cm_value value = {.row = 0};
    struct cm_tlv name;
    if (cm_der_only(&inside, piece, CM_DER_SEQUENCE))
        der = inside;
    if (!cm_der_any(&der, &name) || !cm_der_done(&der))
        return CERTMAP_CODE_MALFORMED_PIECE;
    value.der = name.whole;
    const enum certmap_code code = cm_make_string(peer, &value, CM_TEXT_PLAIN, name.tag, name.contents);
    refuse_oid(&value);
    return cm_make_append(peer, list, &value, code);
}
