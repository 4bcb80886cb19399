/* SPDX-License-Identifier: MIT */
/* What a qualified certificate is qualified for: RFC 3739 3.2.6, ETSI EN 319 412-5, ETSI TS 119 495.
 *
 *     QCStatements ::= SEQUENCE OF SEQUENCE { statementId OBJECT IDENTIFIER, statementInfo ANY OPTIONAL }
 *     QcType ::= SEQUENCE OF OBJECT IDENTIFIER
 *     PSD2QcType ::= SEQUENCE { rolesOfPSP SEQUENCE OF SEQUENCE { roleOfPspOid OBJECT IDENTIFIER,
 *         roleOfPspName UTF8String }, nCAName UTF8String, nCAId UTF8String }
 *
 * Every loop goes through a list, or through a table, once. */
#include "base/view.h"
#include "der/der.h"
#include "der/oid.h"
#include "field/canonical.h"
#include "field/make.h"
#include "field/oid_names.h"
#include "field/pieces.h"
#include <string.h>

/* One member of a list. */
struct member {
    struct cm_tlv oid;
    struct certmap_view info; /* of a statement: what is after the OID; data NULL where there is nothing */
    bool ambiguous;           /* it says two things */
};

typedef bool take_fn(struct cm_der *der, struct member *member);

static bool take_oid(struct cm_der *der, struct member *member) {
    *member = (struct member){.ambiguous = false};
    return cm_der_next(der, CM_DER_OID, &member->oid) && cm_oid_valid(member->oid.contents);
}

static bool take_statement(struct cm_der *der, struct member *member) {
    struct cm_tlv sequence, info;
    if (!cm_der_next(der, CM_DER_SEQUENCE, &sequence))
        return false;
    struct cm_der inside = cm_der_inside(der, sequence.contents);
    if (!take_oid(&inside, member))
        return false;
    if (cm_der_any(&inside, &info))
        member->info = info.whole;
    return cm_der_done(&inside);
}

/* ETSI TS 119 495 5.2.2: the name is that of the OID. */
static bool take_role(struct cm_der *der, struct member *member) {
    struct cm_tlv sequence, text;
    if (!cm_der_next(der, CM_DER_SEQUENCE, &sequence))
        return false;
    struct cm_der inside = cm_der_inside(der, sequence.contents);
    if (!take_oid(&inside, member) || !cm_der_next(&inside, CM_DER_UTF8_STRING, &text) || !cm_der_done(&inside))
        return false;
    const char *name = cm_qc_name(member->oid.contents);
    member->ambiguous = name != NULL && !cm_view_equal(text.contents, cm_view(name, strlen(name)));
    return true;
}

static bool count_members(size_t *count, struct cm_der der, take_fn *take) {
    struct member member;
    for (*count = 0; !cm_der_done(&der); ++*count)
        if (!take(&der, &member))
            return false;
    return true;
}

/* Makes the list of the OIDs; der is within the SEQUENCE. */
static enum certmap_code read_list(struct certmap_peer *peer, struct cm_list *list, struct cm_der der, take_fn *take) {
    struct member member = {.ambiguous = false};
    size_t count;
    if (!count_members(&count, der, take))
        return CERTMAP_CODE_MALFORMED_PIECE;
    if (count == 0)
        return CERTMAP_CODE_NONE;
    if (!cm_list_reserve(list, count, 0, &peer->arena))
        return CERTMAP_CODE_MEMORY;
    for (size_t i = 0; i < count; i++) {
        (void)take(&der, &member);
        list->values[i] = (struct cm_value){.der = member.oid.whole};
        if (member.ambiguous)
            list->values[i].unreadable = CERTMAP_CODE_VALUE_AMBIGUOUS;
        else if (cm_make_oid(peer, &list->values[i], cm_qc_name_print, member.oid.contents) != CERTMAP_CODE_NONE)
            return CERTMAP_CODE_MEMORY;
    }
    cm_list_chain(list, 0);
    return CERTMAP_CODE_NONE;
}

/* ---- the statements that say more ---- */

static enum certmap_code read_types(struct certmap_peer *peer, struct cm_list *list, struct certmap_view info) {
    struct cm_der inside;
    if (!cm_der_only(&inside, info, CM_DER_SEQUENCE) || cm_der_done(&inside))
        return CERTMAP_CODE_MALFORMED_PIECE;
    return read_list(peer, list, inside, take_oid);
}

static enum certmap_code read_psd2(struct certmap_peer *peer, struct cm_list *list, struct certmap_view info) {
    struct cm_der inside;
    struct cm_tlv roles, name, id;
    if (!cm_der_only(&inside, info, CM_DER_SEQUENCE) || !cm_der_next(&inside, CM_DER_SEQUENCE, &roles) ||
        !cm_der_next(&inside, CM_DER_UTF8_STRING, &name) || !cm_der_next(&inside, CM_DER_UTF8_STRING, &id) ||
        !cm_der_done(&inside))
        return CERTMAP_CODE_MALFORMED_PIECE;
    return read_list(peer, list, cm_der_inside(&inside, roles.contents), take_role);
}

/* A statement that has a field of its own. */
struct said {
    struct certmap_view oid;
    enum certmap_field field;
    cm_reader *read;
};

/* 0.4.0.1862.1.6 and 0.4.0.19495.2 */
static const struct said said[] = {
    {CM_VIEW_OF("\x04\x00\x8E\x46\x01\x06"), CERTMAP_FIELD_QC_TYPE, read_types},
    {CM_VIEW_OF("\x04\x00\x81\x98\x27\x02"), CERTMAP_FIELD_PSD2_ROLE, read_psd2},
};

/* Two statements of a kind are as malformed as none that can be read: nobody says which one counts. */
static enum certmap_code read_said(struct certmap_peer *peer, const struct said *row, struct cm_der der) {
    struct certmap_view info = CM_VIEW_NONE;
    struct member member = {.ambiguous = false};
    size_t count = 0;
    while (!cm_der_done(&der)) {
        (void)take_statement(&der, &member);
        if (!cm_oid_same(member.oid.contents, row->oid))
            continue;
        info = member.info;
        count++;
    }
    if (count == 0)
        return CERTMAP_CODE_NONE;
    return count == 1 ? row->read(peer, &peer->lists[row->field], info) : CERTMAP_CODE_MALFORMED_PIECE;
}

void cm_qc_set_unknown(struct certmap_peer *peer, enum certmap_code code) {
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        (void)cm_list_set_unknown(&peer->lists[said[i].field], code);
}

enum certmap_code cm_qc_statements_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_der inside;
    enum certmap_code code = CERTMAP_CODE_MALFORMED_PIECE;
    if (cm_der_only(&inside, piece, CM_DER_SEQUENCE))
        code = read_list(peer, list, inside, take_statement);
    if (code != CERTMAP_CODE_NONE) {
        cm_qc_set_unknown(peer, code);
        return code;
    }
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!cm_list_set_unknown(&peer->lists[said[i].field], read_said(peer, &said[i], inside)))
            return CERTMAP_CODE_MEMORY;
    return CERTMAP_CODE_NONE;
}
