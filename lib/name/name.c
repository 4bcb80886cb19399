/* SPDX-License-Identifier: MIT */
#include "name/name.h"
#include "base/error.h"
#include "der/oid.h"

/* There is no loop here: each call reads one AVA, and callers go through a Name once. */

static enum certmap_status malformed(struct certmap_diagnostic *err, enum certmap_code code, size_t offset,
                                     const char *what) {
    return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, code, offset, "%s", what);
}

static enum certmap_status too_large(struct certmap_diagnostic *err, size_t offset, const char *what, size_t limit) {
    return cm_error_at(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE, offset, "%s %zu", what, limit);
}

enum certmap_status cm_name_open(struct cm_name_cursor *cursor, struct certmap_view name,
                                 struct certmap_diagnostic *err) {
    struct cm_der der = cm_der_open(name);
    struct cm_tlv tlv;
    if (name.len > CERTMAP_MAX_NAME_SIZE)
        return too_large(err, 0, "the Name has more bytes than", CERTMAP_MAX_NAME_SIZE);
    if (!cm_der_any(&der, &tlv))
        return malformed(err, CERTMAP_CODE_MALFORMED_DER, 0, "the Name is not DER");
    if (tlv.tag != CM_DER_SEQUENCE)
        return malformed(err, CERTMAP_CODE_MALFORMED_NAME, 0, "the Name is not a SEQUENCE");
    if (!cm_der_done(&der))
        return malformed(err, CERTMAP_CODE_MALFORMED_DER, cm_der_offset(&der), "bytes follow the Name");
    const struct cm_der rdns = cm_der_inside(&der, tlv.contents);
    *cursor = (struct cm_name_cursor){.rdns = rdns, .avas = cm_der_inside(&rdns, (struct certmap_view){rdns.next, 0})};
    return CERTMAP_OK;
}

/* Enters the next RDN. */
static enum certmap_status next_rdn(struct cm_name_cursor *cursor, struct certmap_diagnostic *err) {
    struct cm_tlv set;
    const size_t offset = cm_der_offset(&cursor->rdns);
    if (cursor->rdn_count == CERTMAP_MAX_RDNS)
        return too_large(err, offset, "the Name has more RDNs than", CERTMAP_MAX_RDNS);
    if (!cm_der_any(&cursor->rdns, &set))
        return malformed(err, CERTMAP_CODE_MALFORMED_DER, offset, "an RDN of the Name is not DER");
    if (set.tag != CM_DER_SET)
        return malformed(err, CERTMAP_CODE_MALFORMED_NAME, offset, "an RDN of the Name is not a SET");
    if (set.contents.len == 0)
        return malformed(err, CERTMAP_CODE_EMPTY_RDN, offset, "an RDN of the Name is empty");
    cursor->avas = cm_der_inside(&cursor->rdns, set.contents);
    cursor->rdn_count++;
    cursor->ava_count = 0;
    return CERTMAP_OK;
}

static enum certmap_status read_type(struct cm_der *inside, struct cm_rdn_ava *ava, struct certmap_diagnostic *err) {
    struct cm_tlv oid;
    const size_t offset = cm_der_offset(inside);
    if (cm_der_done(inside))
        return malformed(err, CERTMAP_CODE_MALFORMED_NAME, offset, "an AVA of the Name is empty");
    if (!cm_der_any(inside, &oid))
        return malformed(err, CERTMAP_CODE_MALFORMED_DER, offset, "the type of an AVA is not DER");
    if (oid.tag != CM_DER_OID)
        return malformed(err, CERTMAP_CODE_MALFORMED_NAME, offset, "an AVA of the Name does not begin with its type");
    if (!cm_oid_valid(oid.contents))
        return malformed(err, CERTMAP_CODE_MALFORMED_OID, offset, "the type of an AVA is not a valid OID");
    if (oid.contents.len > CERTMAP_MAX_OID_SIZE)
        return too_large(err, offset, "the type of an AVA has more bytes than", CERTMAP_MAX_OID_SIZE);
    ava->oid = oid.contents;
    return CERTMAP_OK;
}

/* AttributeTypeAndValue, in the contents of its SEQUENCE. */
static enum certmap_status read_ava(struct cm_der inside, struct cm_rdn_ava *ava, struct certmap_diagnostic *err) {
    struct cm_tlv value;
    enum certmap_status status = read_type(&inside, ava, err);
    if (status != CERTMAP_OK)
        return status;
    const size_t offset = cm_der_offset(&inside);
    if (cm_der_done(&inside))
        return malformed(err, CERTMAP_CODE_MALFORMED_NAME, offset, "an AVA of the Name has no value");
    if (!cm_der_any(&inside, &value))
        return malformed(err, CERTMAP_CODE_MALFORMED_DER, offset, "the value of an AVA is not DER");
    if (!cm_der_done(&inside))
        return malformed(err, CERTMAP_CODE_MALFORMED_NAME, cm_der_offset(&inside), "an AVA has more than a value");
    ava->tag = value.tag;
    ava->value = value.whole;
    ava->contents = value.contents;
    return CERTMAP_OK;
}

static enum certmap_status next_ava(struct cm_name_cursor *cursor, struct cm_rdn_ava *ava,
                                    struct certmap_diagnostic *err) {
    struct cm_tlv sequence;
    const size_t offset = cm_der_offset(&cursor->avas);
    if (cursor->ava_count == CERTMAP_MAX_AVAS_PER_RDN)
        return too_large(err, offset, "an RDN has more AVAs than", CERTMAP_MAX_AVAS_PER_RDN);
    if (!cm_der_any(&cursor->avas, &sequence))
        return malformed(err, CERTMAP_CODE_MALFORMED_DER, offset, "an AVA of the Name is not DER");
    if (sequence.tag != CM_DER_SEQUENCE)
        return malformed(err, CERTMAP_CODE_MALFORMED_NAME, offset, "an AVA of the Name is not a SEQUENCE");
    cursor->ava_count++;
    ava->rdn = cursor->rdn_count - 1;
    ava->last_of_rdn = cm_der_done(&cursor->avas);
    return read_ava(cm_der_inside(&cursor->avas, sequence.contents), ava, err);
}

enum certmap_status cm_name_next(struct cm_name_cursor *cursor, struct cm_rdn_ava *ava, bool *more,
                                 struct certmap_diagnostic *err) {
    const bool enters = cm_der_done(&cursor->avas);
    *more = !enters || !cm_der_done(&cursor->rdns);
    if (!*more)
        return CERTMAP_OK;
    const enum certmap_status status = enters ? next_rdn(cursor, err) : CERTMAP_OK;
    return status == CERTMAP_OK ? next_ava(cursor, ava, err) : status;
}
