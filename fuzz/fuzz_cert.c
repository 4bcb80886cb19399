/* SPDX-License-Identifier: MIT */
/* Whole certificates. What certmap_cert_from_der accepts gives views inside the input; where OpenSSL takes all
 * of it too, the adapter's views are the same bytes, and preparing them ends the same way. What OpenSSL accepts is
 * refused or accepted by the adapter whatever is asked of it; where the walk refuses the input, the adapter may accept
 * it only for what OpenSSL mends around the signed part.
 *
 * Preparing a certificate with all its pieces never fails for what the pieces hold, beyond the two Names; it changes
 * nothing in the Names; and every value of every field is one. The same holds of any bytes as a piece, and as what an
 * extension holds. */
#include "certmap/explain.h"
#include "certmap/limits.h"
#include "certmap/openssl.h"
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition) {
    if (!condition)
        abort();
}

static bool equal(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* ---- the walk ---- */

/* Whether a piece lies inside the certificate; it may be nothing where the certificate may lack it. */
static bool inside(struct certmap_view piece, struct certmap_view der, bool optional) {
    return piece.data != NULL && piece.data > der.data && piece.data + piece.len < der.data + der.len &&
           (optional || piece.len >= 2);
}

static bool walk(struct certmap_cert *cert, struct certmap_view der) {
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    const enum certmap_status status = certmap_cert_from_der(cert, der, &err);
    hold(status == CERTMAP_OK || status == CERTMAP_ERROR_CERTIFICATE);
    if (status != CERTMAP_OK) {
        hold(err.status == status && err.code != CERTMAP_CODE_NONE && err.offset <= der.len);
        hold(cert->subject.data == NULL);
        return false;
    }
    hold(cert->certificate.data == der.data && cert->certificate.len == der.len);
    hold(inside(cert->subject, der, false) && inside(cert->issuer, der, false));
    hold(inside(cert->serial, der, false) && inside(cert->validity, der, false) && inside(cert->key, der, false));
    hold(inside(cert->version, der, true) && inside(cert->extensions, der, true));
    return true;
}

/* ---- values ---- */

static bool is_text(struct certmap_view view) {
    return view.data != NULL && view.data[view.len] == 0 && memchr(view.data, 0, view.len) == NULL;
}

static bool is_optional_part(struct certmap_view part, struct certmap_view whole) {
    return part.data == NULL || (part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void check_value(const struct certmap_value *value, struct certmap_view der) {
    hold((value->text.data == NULL) == (value->unreadable != CERTMAP_CODE_NONE));
    hold(value->text.data == NULL || is_text(value->text));
    hold(is_text(value->subfield) && is_text(value->oid) && is_text(value->type));
    hold(der.len == 0 || is_optional_part(value->der, der));
}

/* Reads every value of a field. LIMIT: a peer's memory is used up by the certificate. */
static void check_field(struct certmap_peer *peer, enum certmap_field field, struct certmap_view der) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    const size_t count = certmap_peer_value_count(peer, field);
    const enum certmap_code unknown = certmap_peer_field_unknown(peer, field);
    hold(certmap_field_name(field) != NULL && (unknown == CERTMAP_CODE_NONE || count == 0));
    for (size_t i = 0; i < count; i++) {
        const enum certmap_status status = certmap_peer_value(peer, &value, field, i, NULL);
        hold(status == CERTMAP_OK || status == CERTMAP_ERROR_LIMIT);
        if (status == CERTMAP_OK)
            check_value(&value, der);
    }
}

/* ---- preparing ---- */

static struct certmap_peer *new_peer(void) {
    struct certmap_peer *peer = NULL;
    hold(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    return peer;
}

/* Prepares a certificate and reads every value of it. */
static enum certmap_status prepare(struct certmap_peer *peer, const struct certmap_cert *cert,
                                   struct certmap_view der) {
    const enum certmap_status status = certmap_peer_set(peer, cert, NULL);
    hold(status == CERTMAP_OK || status == CERTMAP_ERROR_CERTIFICATE || status == CERTMAP_ERROR_LIMIT);
    for (unsigned field = CERTMAP_FIELD_SUBJECT; certmap_field_name((enum certmap_field)field) != NULL; field++) {
        hold(status == CERTMAP_OK || certmap_peer_value_count(peer, (enum certmap_field)field) == 0);
        check_field(peer, (enum certmap_field)field, der);
    }
    return status;
}

static enum certmap_status prepare_alone(const struct certmap_cert *cert) {
    const struct certmap_view anywhere = CERTMAP_NO_VIEW;
    struct certmap_peer *peer = new_peer();
    const enum certmap_status status = prepare(peer, cert, anywhere);
    certmap_peer_free(peer);
    return status;
}

static void same_values(struct certmap_peer *a, struct certmap_peer *b, enum certmap_field field) {
    struct certmap_value left = CERTMAP_VALUE_INIT, right = CERTMAP_VALUE_INIT;
    const size_t count = certmap_peer_value_count(a, field);
    hold(count == certmap_peer_value_count(b, field));
    for (size_t i = 0; i < count; i++) {
        hold(certmap_peer_value(a, &left, field, i, NULL) == CERTMAP_OK);
        hold(certmap_peer_value(b, &right, field, i, NULL) == CERTMAP_OK);
        hold(left.rdn == right.rdn && left.unreadable == right.unreadable && equal(left.text, right.text));
        hold(left.der.data == right.der.data && equal(left.oid, right.oid) && equal(left.type, right.type));
    }
}

/* Fields of extensions, when the list of them is unknown, are unknown for the same reason; else each for its own,
 * and both halves of the SAN for the same. */
static void check_extensions(const struct certmap_peer *peer) {
    const enum certmap_code all = certmap_peer_field_unknown(peer, CERTMAP_FIELD_EXTENSION);
    static const enum certmap_field fields[] = {
        CERTMAP_FIELD_SAN,
        CERTMAP_FIELD_SAN_DIRNAME,
        CERTMAP_FIELD_EKU,
        CERTMAP_FIELD_KU,
        CERTMAP_FIELD_POLICY,
        CERTMAP_FIELD_SKI,
        CERTMAP_FIELD_AKI,
        CERTMAP_FIELD_MS_SID,
        CERTMAP_FIELD_MS_TEMPLATE,
        CERTMAP_FIELD_QC_STATEMENT,
        CERTMAP_FIELD_QC_TYPE,
        CERTMAP_FIELD_PSD2_ROLE,
        CERTMAP_FIELD_EXTENSION_TEXT,
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const enum certmap_code code = certmap_peer_field_unknown(peer, fields[i]);
        hold(all == CERTMAP_CODE_NONE || code == all);
        hold(code == CERTMAP_CODE_NONE || code == CERTMAP_CODE_MALFORMED_PIECE ||
             code == CERTMAP_CODE_DUPLICATE_EXTENSION || code == CERTMAP_CODE_VALUE_TOO_LONG);
    }
    hold(certmap_peer_field_unknown(peer, CERTMAP_FIELD_SAN) ==
         certmap_peer_field_unknown(peer, CERTMAP_FIELD_SAN_DIRNAME));
}

/* No hash, but enough of one. */
static bool sum(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    (void)ctx;
    static const size_t sizes[] = {CERTMAP_SHA256_SIZE, CERTMAP_SHA1_SIZE, CERTMAP_SHA512_SIZE};
    memset(digest, 0, sizes[hash]);
    for (size_t i = 0; i < data.len; i++)
        digest[i % 16] = (uint8_t)(digest[i % 16] * 31 + data.data[i]);
    return true;
}

static enum certmap_status prepare_all_pieces(const struct certmap_cert *walked) {
    struct certmap_cert names = CERTMAP_CERT_INIT, all = *walked;
    struct certmap_peer *plain = new_peer(), *full = new_peer();
    names.subject = walked->subject;
    names.issuer = walked->issuer;
    all.issuer_certificate = all.chain = walked->certificate;
    all.hash = sum;
    all.time = 1767225600;
    const enum certmap_status status = prepare(full, &all, walked->certificate);
    const enum certmap_status names_status = certmap_peer_set(plain, &names, NULL);
    hold(status == names_status || status == CERTMAP_ERROR_LIMIT);
    if (status == CERTMAP_OK) {
        same_values(full, plain, CERTMAP_FIELD_SUBJECT);
        same_values(full, plain, CERTMAP_FIELD_ISSUER);
        check_extensions(full);
        hold(certmap_peer_value_count(full, CERTMAP_FIELD_SHA256) == 1);
        hold(certmap_peer_value_count(full, CERTMAP_FIELD_ISSUER_KEY_SHA256) == 1);
        hold(certmap_peer_value_count(full, CERTMAP_FIELD_KEY_SHA512) == 1);
        hold(certmap_peer_value_count(full, CERTMAP_FIELD_CHAIN_SHA256) == 1);
        hold(certmap_peer_value_count(full, CERTMAP_FIELD_CHAIN_KEY_SHA256) == 1);
    }
    certmap_peer_free(plain);
    certmap_peer_free(full);
    return status;
}

/* ---- any bytes as a piece ---- */

/* Both Names empty. */
static void begin_plain(struct certmap_cert *cert) {
    static const uint8_t name[] = {0x30, 0x00};
    cert->subject = cert->issuer = (struct certmap_view){name, sizeof name};
    cert->time = 1767225600;
}

/* Never an error but for memory. */
static void check_plain(const struct certmap_cert *cert, bool one_extension) {
    const struct certmap_view anywhere = CERTMAP_NO_VIEW;
    struct certmap_peer *peer = new_peer();
    const enum certmap_status status = prepare(peer, cert, anywhere);
    hold(status == CERTMAP_OK || status == CERTMAP_ERROR_LIMIT);
    if (status == CERTMAP_OK) {
        check_extensions(peer);
        hold(!one_extension || certmap_peer_value_count(peer, CERTMAP_FIELD_EXTENSION) == 1);
    }
    certmap_peer_free(peer);
}

static void check_pieces_of_anything(struct certmap_view bytes) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    begin_plain(&cert);
    cert.version = cert.serial = cert.validity = cert.extensions = cert.chain = bytes;
    cert.hash = sum;
    check_plain(&cert, false);
}

/* Writes a tag and a length; returns how many octets they take. */
static size_t put_header(uint8_t *at, uint8_t tag, size_t len) {
    const size_t octets = len < 0x80 ? 0 : len < 0x100 ? 1 : len < 0x10000 ? 2 : 3;
    *at++ = tag;
    *at++ = (uint8_t)(octets == 0 ? len : 0x80 + octets);
    for (size_t i = octets; i-- > 0;)
        *at++ = (uint8_t)(len >> 8 * i);
    return 2 + octets;
}

/* Puts a header before what is at the end of a block, from *start on. */
static void wrap(uint8_t *block, size_t size, size_t *start, uint8_t tag) {
    uint8_t header[8];
    const size_t len = put_header(header, tag, size - *start);
    *start -= len;
    memcpy(block + *start, header, len);
}

/* The first byte chooses an extension, which holds the rest. */
static void check_extension_of_anything(struct certmap_view bytes) {
    static const struct {
        uint8_t octets[12]; /* the element */
    } oids[] = {
        {"\x06\x03\x55\x1D\x11"},
        {"\x06\x03\x55\x1D\x25"},
        {"\x06\x03\x55\x1D\x0F"},
        {"\x06\x03\x55\x1D\x20"},
        {"\x06\x03\x55\x1D\x0E"},
        {"\x06\x03\x55\x1D\x23"},
        {"\x06\x09\x2B\x06\x01\x04\x01\x82\x37\x19\x02"},
        {"\x06\x09\x2B\x06\x01\x04\x01\x82\x37\x15\x07"},
        {"\x06\x09\x2B\x06\x01\x04\x01\x82\x37\x14\x02"},
        {"\x06\x02\x2A\x03"},
    };
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    enum { ROOM = 64 };
    if (bytes.len == 0 || bytes.len > CERTMAP_MAX_EXTENSIONS_SIZE - ROOM)
        return;
    const uint8_t *oid = oids[bytes.data[0] % (sizeof oids / sizeof *oids)].octets;
    const size_t size = ROOM + bytes.len - 1, oid_len = 2 + (size_t)oid[1];
    size_t start = ROOM;
    uint8_t *block = malloc(size);
    hold(block != NULL);
    memcpy(block + start, bytes.data + 1, bytes.len - 1);
    wrap(block, size, &start, 0x04);
    start -= oid_len;
    memcpy(block + start, oid, oid_len);
    wrap(block, size, &start, 0x30);
    wrap(block, size, &start, 0x30);
    begin_plain(&cert);
    cert.extensions = (struct certmap_view){block + start, size - start};
    check_plain(&cert, true);
    free(block);
}

/* ---- OpenSSL ---- */

/* What OpenSSL makes of it, if it takes all of it. */
static X509 *decode(struct certmap_view der) {
    const unsigned char *at = der.data;
    X509 *x509 = der.len <= LONG_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;
    if (x509 != NULL && at != der.data + der.len) {
        X509_free(x509);
        x509 = NULL;
    }
    ERR_clear_error();
    return x509;
}

/* Whether the core's walk takes what OpenSSL makes of a certificate, encoded anew. */
static bool encoded_is_accepted(const X509 *x509) {
    unsigned char *whole = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    X509 *source = (X509 *)(uintptr_t)x509;
    const int size = i2d_X509(source, &whole);
    const bool accepted =
        size > 0 && certmap_cert_from_der(&cert, (struct certmap_view){whole, (size_t)size}, NULL) == CERTMAP_OK;
    OPENSSL_free(whole);
    ERR_clear_error();
    return accepted;
}

/* The Names alone: refused if and only if the whole is. */
static void check_names(const X509 *x509) {
    struct certmap_cert given = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    const enum certmap_status status = certmap_openssl_cert(&given, &holder, x509, 0, NULL);
    hold(status == (encoded_is_accepted(x509) ? CERTMAP_OK : CERTMAP_ERROR_CERTIFICATE));
    hold(holder.certificate == NULL && given.certificate.data == NULL);
    hold((given.subject.data != NULL) == (status == CERTMAP_OK));
    if (status == CERTMAP_OK)
        (void)prepare_alone(&given);
}

/* All pieces, which both give. Not the whole: OpenSSL mends what is around the signed part. */
static void check_pieces(const X509 *x509, const struct certmap_cert *walked, enum certmap_status status) {
    struct certmap_cert given = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    hold(certmap_openssl_cert(&given, &holder, x509, 2u * CERTMAP_PIECE_CHAIN_KEY_SHA256 - 1, NULL) == CERTMAP_OK);
    hold(equal(given.subject, walked->subject) && equal(given.issuer, walked->issuer));
    hold(equal(given.version, walked->version) && equal(given.serial, walked->serial));
    hold(equal(given.validity, walked->validity) && equal(given.key, walked->key));
    hold(equal(given.extensions, walked->extensions));
    hold(given.sha256.len == CERTMAP_SHA256_SIZE && given.key_sha256.len == CERTMAP_SHA256_SIZE);
    hold(prepare_alone(&given) == status);
    certmap_openssl_holder_free(&holder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct certmap_view der = {size > 0 ? data : (const uint8_t *)"", size};
    struct certmap_cert walked = CERTMAP_CERT_INIT;
    const bool accepted = walk(&walked, der);
    const enum certmap_status status = accepted ? prepare_all_pieces(&walked) : CERTMAP_ERROR_CERTIFICATE;
    X509 *x509 = decode(der);
    check_pieces_of_anything(der);
    check_extension_of_anything(der);
    if (x509 != NULL)
        check_names(x509);
    if (x509 != NULL && accepted)
        check_pieces(x509, &walked, status);
    hold(ERR_peek_error() == 0);
    X509_free(x509);
    return 0;
}
