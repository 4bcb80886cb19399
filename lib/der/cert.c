/* SPDX-License-Identifier: MIT */
/* Walking a certificate (RFC 5280 4.1) down to both Names, and keeping a view of each piece. What is inside
 * the extensions is left to those who read them.
 *
 *     Certificate ::= SEQUENCE { TBSCertificate, AlgorithmIdentifier, BIT STRING }
 *     TBSCertificate ::= SEQUENCE {
 *         [0] { INTEGER } OPTIONAL, serialNumber INTEGER, AlgorithmIdentifier, issuer Name,
 *         SEQUENCE { notBefore, notAfter }, subject Name, SEQUENCE { AlgorithmIdentifier, BIT STRING },
 *         issuerUniqueID [1] OPTIONAL, subjectUniqueID [2] OPTIONAL, extensions [3] OPTIONAL }
 *     AlgorithmIdentifier ::= SEQUENCE { OBJECT IDENTIFIER, ANY OPTIONAL }
 *
 * There is no loop here: each header is read once, a fault twice, and of what is inside only the OIDs are. */
#include "base/assert.h"
#include "base/error.h"
#include "certmap/versioned.h"
#include "der/der.h"
#include "der/oid.h"
#include "der/plain_cert.h"

#define TAG_VERSION (CM_DER_CLASS_CONTEXT | CM_DER_CONSTRUCTED | 0u)
#define TAG_ISSUER_UNIQUE_ID (CM_DER_CLASS_CONTEXT | 1u)
#define TAG_SUBJECT_UNIQUE_ID (CM_DER_CLASS_CONTEXT | 2u)
#define TAG_EXTENSIONS (CM_DER_CLASS_CONTEXT | CM_DER_CONSTRUCTED | 3u)

/* Where the walk is; after a failure, where it stopped. */
struct walk {
    struct cm_der der;
    const char *part; /* the field of RFC 5280 being read */
    struct certmap_cert *cert;
};

/* Takes an element of this tag; a walk that fails is before it. */
static bool take(struct walk *walk, const char *part, uint32_t tag, struct cm_tlv *tlv) {
    walk->part = part;
    return cm_der_next(&walk->der, tag, tlv);
}

static bool skip(struct walk *walk, const char *part, uint32_t tag) {
    struct cm_tlv tlv;
    return take(walk, part, tag, &tlv);
}

/* Takes an element and reads all of its inside; a walk that fails is at the fault. */
static bool take_inside(struct walk *walk, const char *part, uint32_t tag, bool (*read)(struct walk *inside)) {
    struct cm_tlv tlv;
    if (!take(walk, part, tag, &tlv))
        return false;
    struct walk inside = *walk;
    inside.der = cm_der_inside(&walk->der, tlv.contents);
    if (read(&inside) && cm_der_done(&inside.der))
        return true;
    *walk = inside;
    return false;
}

/* Takes an element of this tag and keeps a view of it. */
static bool keep(struct walk *walk, const char *part, uint32_t tag, struct certmap_view *piece) {
    struct cm_tlv tlv;
    if (!take(walk, part, tag, &tlv))
        return false;
    *piece = tlv.whole;
    return true;
}

/* A piece that the certificate does not have: nothing, at the place where the walk is. */
static struct certmap_view nothing_here(const struct walk *walk) {
    return (struct certmap_view){walk->der.next, 0};
}

static bool read_version(struct walk *walk) {
    return keep(walk, "version", CM_DER_INTEGER, &walk->cert->version);
}

static bool read_algorithm(struct walk *walk) {
    struct cm_tlv tlv;
    struct walk before = *walk;
    if (!take(walk, "algorithm", CM_DER_OID, &tlv))
        return false;
    if (!cm_oid_valid(tlv.contents)) {
        walk->der = before.der;
        return false;
    }
    return cm_der_done(&walk->der) || cm_der_any(&walk->der, &tlv);
}

static bool read_validity(struct walk *walk) {
    struct cm_tlv tlv;
    walk->part = "validity";
    return cm_der_any(&walk->der, &tlv) && cm_der_any(&walk->der, &tlv);
}

static bool read_key(struct walk *walk) {
    return take_inside(walk, "algorithm", CM_DER_SEQUENCE, read_algorithm) &&
           skip(walk, "subjectPublicKey", CM_DER_BIT_STRING);
}

/* RFC 5280 4.1.2.2; a serial number without a single octet is none. */
static bool take_serial(struct walk *walk) {
    struct cm_tlv serial;
    struct walk before = *walk;
    if (!take(walk, "serialNumber", CM_DER_INTEGER, &serial))
        return false;
    if (serial.contents.len == 0)
        walk->der = before.der;
    walk->cert->serial = serial.whole;
    return serial.contents.len > 0;
}

/* Takes a SEQUENCE, reads all of its inside, and keeps a view of it. */
static bool keep_inside(struct walk *walk, const char *part, bool (*read)(struct walk *inside),
                        struct certmap_view *piece) {
    const uint8_t *start = walk->der.next;
    if (!take_inside(walk, part, CM_DER_SEQUENCE, read))
        return false;
    *piece = (struct certmap_view){start, (size_t)(walk->der.next - start)};
    return true;
}

/* Optional: what follows the serial number's place says whether it is there. */
static bool take_version(struct walk *walk) {
    struct walk ahead = *walk;
    walk->cert->version = nothing_here(walk);
    return !skip(&ahead, "version", TAG_VERSION) || take_inside(walk, "version", TAG_VERSION, read_version);
}

/* Optional. What [3] holds is not checked here: where it is not a single SEQUENCE, the piece is [3] itself, so that
 * those who read it find that it is malformed, and never that there is none. */
static void take_extensions(struct walk *walk) {
    struct cm_tlv outer, inner;
    struct certmap_view *piece = &walk->cert->extensions;
    *piece = nothing_here(walk);
    if (!take(walk, "extensions", TAG_EXTENSIONS, &outer))
        return;
    struct cm_der inside = cm_der_inside(&walk->der, outer.contents);
    *piece = cm_der_next(&inside, CM_DER_SEQUENCE, &inner) && cm_der_done(&inside) ? inner.whole : outer.whole;
}

static bool read_tbs(struct walk *walk) {
    if (!take_version(walk) || !take_serial(walk) || !take_inside(walk, "signature", CM_DER_SEQUENCE, read_algorithm) ||
        !keep(walk, "issuer", CM_DER_SEQUENCE, &walk->cert->issuer) ||
        !keep_inside(walk, "validity", read_validity, &walk->cert->validity) ||
        !keep(walk, "subject", CM_DER_SEQUENCE, &walk->cert->subject) ||
        !keep_inside(walk, "subjectPublicKeyInfo", read_key, &walk->cert->key))
        return false;
    (void)skip(walk, "issuerUniqueID", TAG_ISSUER_UNIQUE_ID);
    (void)skip(walk, "subjectUniqueID", TAG_SUBJECT_UNIQUE_ID);
    take_extensions(walk);
    walk->part = "end";
    return true;
}

static bool read_certificate(struct walk *walk) {
    return keep_inside(walk, "tbsCertificate", read_tbs, &walk->cert->tbs) &&
           take_inside(walk, "signatureAlgorithm", CM_DER_SEQUENCE, read_algorithm) &&
           skip(walk, "signatureValue", CM_DER_BIT_STRING);
}

/* Says what is wrong where the walk stopped: the end, bytes that are no DER, a bad OID, another element. */
static enum certmap_status explain_fault(struct walk *walk, struct certmap_diagnostic *err) {
    struct cm_tlv tlv;
    const size_t offset = cm_der_offset(&walk->der);
    if (cm_der_done(&walk->der))
        return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_CERTIFICATE, offset,
                           "the certificate ends before its %s", walk->part);
    if (!cm_der_any(&walk->der, &tlv))
        return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER, offset,
                           "the %s of the certificate is not DER", walk->part);
    if (tlv.tag == CM_DER_OID && !cm_oid_valid(tlv.contents))
        return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_OID, offset,
                           "the %s of the certificate is not a valid OID", walk->part);
    return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_CERTIFICATE, offset,
                       "the certificate has something else than its %s, or more than it", walk->part);
}

enum certmap_status cm_cert_walk(struct certmap_cert *filled, struct certmap_view der, struct certmap_diagnostic *err) {
    *filled = (struct certmap_cert){.certificate = der};
    struct walk walk = {cm_der_open(der), "", filled};
    if (!take_inside(&walk, "outer SEQUENCE", CM_DER_SEQUENCE, read_certificate))
        return explain_fault(&walk, err);
    if (!cm_der_done(&walk.der))
        return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER, cm_der_offset(&walk.der),
                           "bytes follow the certificate");
    return CERTMAP_OK;
}

static bool is_same(struct certmap_view a, struct certmap_view b) {
    return a.data == b.data && a.len == b.len;
}

/* Whether the walk finds the same pieces. */
static bool is_walked(const struct certmap_cert *cert, struct certmap_view der) {
    struct certmap_cert walked;
    return cm_cert_walk(&walked, der, NULL) == CERTMAP_OK && is_same(cert->tbs, walked.tbs) &&
           is_same(cert->version, walked.version) && is_same(cert->serial, walked.serial) &&
           is_same(cert->issuer, walked.issuer) && is_same(cert->validity, walked.validity) &&
           is_same(cert->subject, walked.subject) && is_same(cert->key, walked.key) &&
           is_same(cert->extensions, walked.extensions);
}

/* Sets the pieces of a certificate, and clears all else as far as the struct reaches. */
static void give_pieces(struct certmap_cert *cert, const struct certmap_cert *walked) {
    const size_t size = cert->size, known = size < sizeof *cert ? size : sizeof *cert;
    memset((unsigned char *)cert + sizeof size, 0, known - sizeof size);
    cert->certificate = walked->certificate;
    cert->tbs = walked->tbs;
    cert->version = walked->version;
    cert->serial = walked->serial;
    cert->issuer = walked->issuer;
    cert->validity = walked->validity;
    cert->subject = walked->subject;
    cert->key = walked->key;
    cert->extensions = walked->extensions;
}

enum certmap_status certmap_cert_from_der(struct certmap_cert *cert, struct certmap_view der,
                                          struct certmap_diagnostic *err) {
    struct certmap_cert walked; /* its pieces, and nothing else of it */
    if (!certmap_struct_fits(cert, CERTMAP_FIRST_CERT, sizeof *cert) || der.data == NULL)
        return cm_error_argument(err, "certmap_cert_from_der: cert or der is NULL, or cert->size is not a size of it");
    walked.certificate = der;
    const bool plain = cm_plain_cert(&walked, der);
    CM_ASSERT(!plain || is_walked(&walked, der)); /* plain_cert.c and the walk say the same */
    const enum certmap_status status = plain ? CERTMAP_OK : cm_cert_walk(&walked, der, err);
    if (status == CERTMAP_OK)
        give_pieces(cert, &walked);
    return status;
}

static void keep_piece(struct certmap_view *piece, bool needed) {
    if (!needed)
        *piece = (struct certmap_view){NULL, 0};
}

static void keep_pieces(struct certmap_cert *cert, unsigned needs) {
    const unsigned own_digests = CERTMAP_PIECE_SHA256 | CERTMAP_PIECE_SHA1 | CERTMAP_PIECE_SHA512;
    const unsigned key_digests = CERTMAP_PIECE_KEY_SHA256 | CERTMAP_PIECE_KEY_SHA512 | CERTMAP_PIECE_KEY_SHA1;
    const unsigned issuer_digests =
        CERTMAP_PIECE_ISSUER_SHA256 | CERTMAP_PIECE_ISSUER_KEY_SHA256 | CERTMAP_PIECE_ISSUER_SHA1;
    const unsigned chain_digests = CERTMAP_PIECE_CHAIN_SHA256 | CERTMAP_PIECE_CHAIN_KEY_SHA256;
    keep_piece(&cert->certificate, needs & (CERTMAP_PIECE_CERTIFICATE | own_digests));
    keep_piece(&cert->tbs, needs & (CERTMAP_PIECE_CERTIFICATE | CERTMAP_PIECE_TBS | CERTMAP_PIECE_TBS_SHA256));
    keep_piece(&cert->tbs_sha256, needs & CERTMAP_PIECE_TBS_SHA256);
    keep_piece(&cert->version, needs & CERTMAP_PIECE_VERSION);
    keep_piece(&cert->serial, needs & CERTMAP_PIECE_SERIAL);
    keep_piece(&cert->validity, needs & CERTMAP_PIECE_VALIDITY);
    keep_piece(&cert->key, needs & (CERTMAP_PIECE_KEY | key_digests));
    keep_piece(&cert->extensions, needs & CERTMAP_PIECE_EXTENSIONS);
    keep_piece(&cert->sha256, needs & CERTMAP_PIECE_SHA256);
    keep_piece(&cert->sha1, needs & CERTMAP_PIECE_SHA1);
    keep_piece(&cert->key_sha256, needs & CERTMAP_PIECE_KEY_SHA256);
    keep_piece(&cert->issuer_certificate, needs & issuer_digests);
    keep_piece(&cert->issuer_sha256, needs & CERTMAP_PIECE_ISSUER_SHA256);
    keep_piece(&cert->issuer_key_sha256, needs & CERTMAP_PIECE_ISSUER_KEY_SHA256);
    keep_piece(&cert->sha512, needs & CERTMAP_PIECE_SHA512);
    keep_piece(&cert->key_sha512, needs & CERTMAP_PIECE_KEY_SHA512);
    keep_piece(&cert->key_sha1, needs & CERTMAP_PIECE_KEY_SHA1);
    keep_piece(&cert->issuer_sha1, needs & CERTMAP_PIECE_ISSUER_SHA1);
    keep_piece(&cert->chain, needs & chain_digests);
    keep_piece(&cert->chain_sha256, needs & CERTMAP_PIECE_CHAIN_SHA256);
    keep_piece(&cert->chain_key_sha256, needs & CERTMAP_PIECE_CHAIN_KEY_SHA256);
    if ((needs & (own_digests | key_digests | CERTMAP_PIECE_TBS_SHA256 | issuer_digests | chain_digests)) == 0)
        cert->hash = NULL;
    if ((needs & CERTMAP_PIECE_TIME) == 0)
        cert->time = 0;
    cert->unread |= ~needs & (CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER);
}

void certmap_cert_restrict(struct certmap_cert *cert, unsigned needs) {
    struct certmap_cert room;
    const struct certmap_cert *given = certmap_struct_read(&room, cert, CERTMAP_FIRST_CERT, sizeof room);
    if (given == NULL)
        return;
    struct certmap_cert *kept = given == cert ? cert : &room; /* the caller's own, unless it is smaller */
    keep_pieces(kept, needs);
    certmap_struct_write(cert, kept, sizeof room);
}
