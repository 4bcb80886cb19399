/* SPDX-License-Identifier: MIT */
/* Walking a certificate (RFC 5280 4.1) down to both Names.
 *
 *     Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE, signatureValue BIT STRING }
 *     TBSCertificate ::= SEQUENCE {
 *         version [0] OPTIONAL, serialNumber INTEGER, signature SEQUENCE, issuer Name, validity SEQUENCE,
 *         subject Name, subjectPublicKeyInfo SEQUENCE,
 *         issuerUniqueID [1], subjectUniqueID [2], extensions [3], all OPTIONAL } */
#include "base/error.h"
#include "der/der.h"

#define TAG_VERSION (CM_DER_CLASS_CONTEXT | CM_DER_CONSTRUCTED | 0u)
#define TAG_ISSUER_UNIQUE_ID (CM_DER_CLASS_CONTEXT | 1u)
#define TAG_SUBJECT_UNIQUE_ID (CM_DER_CLASS_CONTEXT | 2u)
#define TAG_EXTENSIONS (CM_DER_CLASS_CONTEXT | CM_DER_CONSTRUCTED | 3u)

/* What stands where the walk stopped. */
struct walk {
    struct cm_der der;
    const char *part; /* the field of RFC 5280 being read */
};

static bool take(struct walk *walk, const char *part, uint32_t tag, struct cm_tlv *tlv) {
    walk->part = part;
    return cm_der_next(&walk->der, tag, tlv);
}

static bool done(struct walk *walk) {
    walk->part = "end";
    return cm_der_done(&walk->der);
}

static void enter(struct walk *walk, struct cm_tlv tlv) {
    walk->der = cm_der_inside(&walk->der, tlv.contents);
}

/* The version, where there is one: one INTEGER and nothing else. */
static bool take_version(struct walk *walk) {
    struct cm_tlv tlv;
    struct walk inside = *walk;
    if (!take(walk, "version", TAG_VERSION, &tlv))
        return true; /* DEFAULT v1: the serial number comes next, or the certificate is malformed */
    enter(&inside, tlv);
    if (!take(&inside, "version", CM_DER_INTEGER, &tlv) || !done(&inside)) {
        *walk = inside;
        return false;
    }
    return true;
}

static void skip_optional(struct walk *walk, const char *part, uint32_t tag) {
    struct cm_tlv tlv;
    (void)take(walk, part, tag, &tlv);
}

static bool take_serial(struct walk *walk) {
    struct cm_tlv serial;
    struct walk before = *walk;
    if (!take(walk, "serialNumber", CM_DER_INTEGER, &serial))
        return false;
    if (serial.contents.len > 0)
        return true;
    walk->der = before.der;
    return false;
}

static bool walk_tbs(struct walk *walk, struct certmap_cert *cert) {
    struct cm_tlv tlv, issuer, subject;
    if (!take_version(walk) || !take_serial(walk) || !take(walk, "signature", CM_DER_SEQUENCE, &tlv) ||
        !take(walk, "issuer", CM_DER_SEQUENCE, &issuer) || !take(walk, "validity", CM_DER_SEQUENCE, &tlv) ||
        !take(walk, "subject", CM_DER_SEQUENCE, &subject) || !take(walk, "subjectPublicKeyInfo", CM_DER_SEQUENCE, &tlv))
        return false;
    skip_optional(walk, "issuerUniqueID", TAG_ISSUER_UNIQUE_ID);
    skip_optional(walk, "subjectUniqueID", TAG_SUBJECT_UNIQUE_ID);
    skip_optional(walk, "extensions", TAG_EXTENSIONS);
    if (!done(walk))
        return false;
    cert->issuer = issuer.whole;
    cert->subject = subject.whole;
    return true;
}

/* Fills the Names of cert, and leaves walk at the fault otherwise. */
static bool walk_certificate(struct walk *walk, struct certmap_cert *cert) {
    struct cm_tlv outer, tbs, tlv;
    if (!take(walk, "certificate", CM_DER_SEQUENCE, &outer) || !done(walk))
        return false;
    enter(walk, outer);
    if (!take(walk, "tbsCertificate", CM_DER_SEQUENCE, &tbs))
        return false;
    struct walk inside = *walk;
    enter(&inside, tbs);
    if (!walk_tbs(&inside, cert)) {
        *walk = inside;
        return false;
    }
    return take(walk, "signatureAlgorithm", CM_DER_SEQUENCE, &tlv) &&
           take(walk, "signatureValue", CM_DER_BIT_STRING, &tlv) && done(walk);
}

/* Says what is wrong where the walk stopped: bytes that are no DER, bytes too many, another element. */
static enum certmap_status explain_fault(struct walk *walk, struct certmap_error *err) {
    struct cm_tlv tlv;
    const size_t offset = cm_der_offset(&walk->der);
    if (cm_der_done(&walk->der))
        return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_CERTIFICATE, offset,
                           "the certificate ends before its %s", walk->part);
    if (!cm_der_any(&walk->der, &tlv))
        return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER, offset,
                           "the %s of the certificate is not DER", walk->part);
    return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_CERTIFICATE, offset,
                       "the certificate has something else where its %s should be", walk->part);
}

enum certmap_status certmap_cert_from_der(struct certmap_cert *cert, struct certmap_view der,
                                          struct certmap_error *err) {
    if (cert == NULL || cert->size < sizeof *cert || der.data == NULL)
        return cm_error_argument(err, "certmap_cert_from_der: cert or der is NULL, or cert->size is too small");
    struct certmap_cert filled = {.size = cert->size, .certificate = der};
    struct walk walk = {cm_der_open(der), ""};
    if (!walk_certificate(&walk, &filled))
        return explain_fault(&walk, err);
    *cert = filled;
    return CERTMAP_OK;
}
