/* SPDX-License-Identifier: MIT */
/* Certificates through OpenSSL: the same views as certmap_cert_from_der gives, the Names without a copy,
 * nothing left behind on failure. Which hostile certificates OpenSSL and certmap refuse is in the
 * table below. */
#include "adapter.h"
#include "certmap/openssl.h"
#include "support/tls.h"
#include "unusual_names.h"
#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

/* ---- OpenSSL's memory ---- */

static size_t requests; /* since the test began to count */
static size_t fail_at = SIZE_MAX;

static bool fails(void) {
    return requests++ == fail_at;
}

static void *give(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return fails() ? NULL : malloc(size);
}

static void *resize(void *p, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return fails() ? NULL : realloc(p, size);
}

static void take_back(void *p, const char *file, int line) {
    (void)file;
    (void)line;
    free(p);
}

/* The n-th request from here fails. */
static void let_fail(size_t n) {
    requests = 0;
    fail_at = n;
}

static bool has_failed(void) {
    const bool failed = requests > fail_at;
    fail_at = SIZE_MAX;
    return failed;
}

/* ---- comparing ---- */

static struct t_pki *pki;

static void make_pki(void) {
    pki = t_pki_new();
}

static void free_pki(void) {
    t_pki_free(pki);
}

/* What OpenSSL makes of it, if it takes all of it. */
static X509 *decode(struct certmap_view der) {
    const unsigned char *at = der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
    if (x509 != NULL && at != der.data + der.len) {
        X509_free(x509);
        x509 = NULL;
    }
    ERR_clear_error();
    return x509;
}

static enum certmap_status set_peer(const struct certmap_cert *cert) {
    struct certmap_peer *peer = t_peer_new();
    const enum certmap_status status = certmap_peer_set(peer, cert, NULL);
    certmap_peer_free(peer);
    return status;
}

/* The Names are those that OpenSSL holds, and the rest is in the holder. */
static void check_places(const struct certmap_cert *cert, const struct certmap_openssl_holder *holder, const X509 *x509,
                         const char *row) {
    const uint8_t *name;
    size_t len;
    ck_assert_msg(cert->certificate.data == holder->certificate, "%s: holder", row);
    ck_assert_msg(cert->sha256.data == holder->sha256 && cert->key_sha256.data == holder->key_sha256, "%s", row);
    ck_assert_int_eq(X509_NAME_get0_der(X509_get_subject_name(x509), &name, &len), 1);
    ck_assert_msg(cert->subject.data == name, "%s: the subject was copied", row);
    ck_assert_int_eq(X509_NAME_get0_der(X509_get_issuer_name(x509), &name, &len), 1);
    ck_assert_msg(cert->issuer.data == name, "%s: the issuer was copied", row);
}

/* A certmap_hash_fn. */
static bool compute(void *ctx, uint8_t *room, enum certmap_hash hash, struct certmap_view data) {
    (void)ctx;
    return EVP_Digest(data.data, data.len, room, NULL,
                      hash == CERTMAP_HASH_SHA256   ? EVP_sha256()
                      : hash == CERTMAP_HASH_SHA512 ? EVP_sha512()
                                                    : EVP_sha1(),
                      NULL) == 1;
}

static void check_views(const X509 *x509, struct certmap_view der, const char *row) {
    struct certmap_cert ours = CERTMAP_CERT_INIT;
    struct certmap_cert theirs = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    ck_assert_msg(certmap_cert_from_der(&ours, der, NULL) == CERTMAP_OK, "%s: certmap_cert_from_der", row);
    ck_assert_msg(certmap_openssl_cert(&theirs, &holder, x509, T_ALL_PIECES, NULL) == CERTMAP_OK, "%s", row);
    t_check_parts(&theirs, &ours, row);
    t_check_digests(&theirs, &ours, compute, row);
    check_places(&theirs, &holder, x509, row);
    t_check_prepared(&theirs, ours, compute, row);
    ck_assert_msg(theirs.issuer_sha256.data == NULL && theirs.issuer_key_sha256.data == NULL, "%s: issuer", row);
    certmap_openssl_holder_free(&holder);
}

/* ---- certificates in which one Name is unusual ---- */

static bool decodes(enum openssl_says says) {
    return says == DECODES || (says == DECODED_BEFORE_3 && OpenSSL_version_num() < 0x30000000);
}

T_TEST(who_decodes_which_name) {
    const int row = _i / 2;
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    make_certificate(&der, row, _i % 2);
    X509 *x509 = decode(t_view(&der));
    const bool walked = certmap_cert_from_der(&cert, t_view(&der), NULL) == CERTMAP_OK;
    ck_assert_msg((x509 != NULL) == decodes(names[row].openssl), "%s: OpenSSL", names[row].name);
    ck_assert_msg((walked && set_peer(&cert) == CERTMAP_OK) == names[row].certmap, "%s: certmap", names[row].name);
    if (x509 != NULL && walked)
        check_views(x509, t_view(&der), names[row].name);
    X509_free(x509);
    t_buf_free(&der);
}

/* What only OpenSSL decodes is refused all the same, at the latest when its views reach certmap_peer_set. */
T_TEST(openssl_does_not_make_names_well_formed) {
    const int row = _i / 2;
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    make_certificate(&der, row, _i % 2);
    X509 *x509 = decode(t_view(&der));
    if (x509 != NULL) {
        const bool filled = certmap_openssl_cert(&cert, &holder, x509, 0, NULL) == CERTMAP_OK;
        ck_assert_msg((filled && set_peer(&cert) == CERTMAP_OK) == names[row].certmap, "%s", names[row].name);
        certmap_openssl_holder_free(&holder);
    }
    X509_free(x509);
    t_buf_free(&der);
}

/* ---- the certificates that tests/data/certs describes ---- */

static struct t_files described;

T_TEST(certificates_described) {
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    t_described(&der, described.names[_i]);
    X509 *x509 = decode(t_view(&der));
    if (x509 != NULL && certmap_cert_from_der(&cert, t_view(&der), NULL) == CERTMAP_OK)
        check_views(x509, t_view(&der), described.names[_i]);
    X509_free(x509);
    t_buf_free(&der);
}

/* ---- certificates that OpenSSL made ---- */

T_TEST(certificates_of_the_pki) {
    unsigned char *bytes = NULL;
    X509 *made = t_pki_certificate(pki, (enum t_id)_i);
    const int len = i2d_X509(made, &bytes);
    ck_assert_int_gt(len, 0);
    const struct certmap_view der = {bytes, (size_t)len};
    X509 *x509 = decode(der);
    if (_i != T_LENGTHY) { /* which certmap_cert_from_der refuses */
        check_views(x509, der, "decoded");
        check_views(made, der, "as it was made");
    }
    X509_free(x509);
    OPENSSL_free(bytes);
}

enum key_kind { KEY_EC, KEY_RSA, KEY_ED25519 };

static const struct {
    const char *name;
    enum key_kind key;
    long version; /* from 0 */
    const char *serial;
    long days;
    bool extensions;
} made_rows[] = {
    {"EC, v3", KEY_EC, 2, "1", 30, true},
    {"RSA, v3", KEY_RSA, 2, "1", 30, true},
    {"Ed25519, v3", KEY_ED25519, 2, "1", 30, true},
    {"v1", KEY_EC, 0, "1", 30, false},
    {"v3 without extensions", KEY_EC, 2, "1", 30, false},
    {"a serial number of zero", KEY_EC, 2, "0", 30, true},
    {"a negative serial number", KEY_EC, 2, "-129", 30, true},
    {"a serial number of 20 octets", KEY_EC, 2, "1461501637330902918203684832716283019655932542975", 30, true},
    {"a serial number of 40 octets", KEY_EC, 2,
     "1067993517960455041197510853084776057301352261178326384973520803911109862890320275011481043468800", 30, true},
    {"GeneralizedTime", KEY_EC, 2, "1", 365L * 60, true},
};

static EVP_PKEY *make_key(enum key_kind kind) {
    static const int types[] = {EVP_PKEY_EC, EVP_PKEY_RSA, EVP_PKEY_ED25519};
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(types[kind], NULL);
    ck_assert_int_eq(EVP_PKEY_keygen_init(ctx), 1);
    if (kind == KEY_EC)
        ck_assert_int_eq(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1), 1);
    if (kind == KEY_RSA)
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
    ck_assert_int_eq(EVP_PKEY_keygen(ctx, &key), 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static void set_serial(X509 *x509, const char *decimal) {
    BIGNUM *number = NULL;
    ck_assert_int_gt(BN_dec2bn(&number, decimal), 0);
    ck_assert_ptr_nonnull(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)));
    BN_free(number);
}

static void add_extensions(X509 *x509) {
    CONF *no_file = NCONF_new(NULL);
    X509V3_CTX ctx;
    static const struct {
        int nid;
        const char *value;
    } extensions[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {NID_ext_key_usage, "clientAuth,emailProtection"},
        {NID_subject_alt_name, "email:alice@contoso.example,DNS:alice.contoso.example,otherName:1.3.6.1.4.1.311.20.2.3;"
                               "UTF8:alice@contoso.example"},
        {NID_certificate_policies, "1.2.3.4.5"},
    };
    X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
    X509V3_set_nconf(&ctx, no_file);
    for (int i = 0; i < COUNT(extensions); i++) {
        X509_EXTENSION *extension = X509V3_EXT_nconf_nid(no_file, &ctx, extensions[i].nid, extensions[i].value);
        ck_assert_ptr_nonnull(extension);
        ck_assert_int_eq(X509_add_ext(x509, extension, -1), 1);
        X509_EXTENSION_free(extension);
    }
    NCONF_free(no_file);
}

T_TEST(certificates_of_every_kind) {
    EVP_PKEY *key = make_key(made_rows[_i].key);
    unsigned char *bytes = NULL;
    X509 *made = X509_new();
    X509_NAME *name = X509_get_subject_name(made);
    ck_assert_int_eq(X509_set_version(made, made_rows[_i].version), 1);
    set_serial(made, made_rows[_i].serial);
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Contoso", -1, -1, 0),
                     1);
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"Alice", -1, -1, -1),
                     1);
    ck_assert_int_eq(X509_set_issuer_name(made, name), 1);
    ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notBefore(made), 0));
    ck_assert_ptr_nonnull(X509_time_adj_ex(X509_getm_notAfter(made), (int)made_rows[_i].days, 0, NULL));
    ck_assert_int_eq(X509_set_pubkey(made, key), 1);
    if (made_rows[_i].extensions)
        add_extensions(made);
    ck_assert_int_gt(X509_sign(made, key, made_rows[_i].key == KEY_ED25519 ? NULL : EVP_sha256()), 0);
    const int len = i2d_X509(made, &bytes);
    ck_assert_int_gt(len, 0);
    X509 *x509 = decode((struct certmap_view){bytes, (size_t)len});
    ck_assert_msg(x509 != NULL, "%s", made_rows[_i].name);
    check_views(x509, (struct certmap_view){bytes, (size_t)len}, made_rows[_i].name);
    X509_free(x509);
    X509_free(made);
    OPENSSL_free(bytes);
    EVP_PKEY_free(key);
}

/* ---- damaged certificates ---- */

/* Where it says how many bits of signatureValue are unused. OpenSSL sets those to zero, so that it gives
 * another certificate than was sent; no signature algorithm leaves bits unused. */
static int unused_bits_octet(const X509 *x509, int len) {
    const ASN1_BIT_STRING *signature;
    X509_get0_signature(&signature, NULL, x509);
    return len - ASN1_STRING_length(signature) - 1;
}

/* Each bit of a certificate turned over, one after the other: either one of the two refuses it, or both
 * see the same. */
T_TEST(a_bit_turned_over) {
    unsigned char *bytes = NULL;
    const X509 *alice = t_pki_certificate(pki, T_ALICE);
    const int len = i2d_X509(t_pki_certificate(pki, T_ALICE), &bytes);
    int both = 0;
    int neither = 0;
    for (int at = 0; at < len; at++) {
        if (at == unused_bits_octet(alice, len))
            continue;
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        const struct certmap_view der = {bytes, (size_t)len};
        bytes[at] ^= (unsigned char)(1 << _i);
        X509 *x509 = decode(der);
        const bool walked = certmap_cert_from_der(&cert, der, NULL) == CERTMAP_OK;
        both += x509 != NULL && walked;
        neither += x509 == NULL && !walked;
        if (x509 != NULL && walked) {
            char row[32];
            snprintf(row, sizeof row, "byte %d", at);
            check_views(x509, der, row);
        }
        X509_free(x509);
        bytes[at] ^= (unsigned char)(1 << _i);
    }
    ck_assert_int_gt(both, len / 4);
    ck_assert_int_gt(neither, 20);
    OPENSSL_free(bytes);
}

/* ---- the holder ---- */

T_TEST(nothing_is_copied_that_is_not_needed) {
    const X509 *alice = t_pki_certificate(pki, T_ALICE);
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_cert again = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    let_fail(0);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, alice, CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER, NULL),
                     CERTMAP_OK);
    ck_assert(!has_failed());
    ck_assert_ptr_null(holder.certificate);
    for (int i = 2; i < COUNT(t_parts); i++)
        ck_assert_msg(t_view_at(&cert, t_parts[i].at).data == NULL, "%s", t_parts[i].name);
    ck_assert_int_eq(certmap_openssl_cert(&again, &holder, alice, 0, NULL), CERTMAP_OK);
    ck_assert_ptr_eq(again.subject.data, cert.subject.data);
    ck_assert_ptr_eq(again.issuer.data, cert.issuer.data);
}

/* One piece that is asked for brings the others of the certificate, but no digest. */
T_TEST(a_piece_that_is_needed_is_there) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    ck_assert_int_eq(
        certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), (unsigned)t_parts[_i].piece, NULL),
        CERTMAP_OK);
    ck_assert_msg(t_view_at(&cert, t_parts[_i].at).data != NULL, "%s", t_parts[_i].name);
    for (int i = 0; i < COUNT(t_digests); i++)
        ck_assert_msg(t_view_at(&cert, t_digests[i].at).data == NULL, "%s: %s", t_parts[_i].name, t_digests[i].name);
    ck_assert_int_eq(cert.time, 0);
    ck_assert_ptr_null(cert.hash);
    certmap_openssl_holder_free(&holder);
}

T_TEST(a_digest_that_is_needed_is_there) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    ck_assert_int_eq(
        certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), (unsigned)t_digests[_i].piece, NULL),
        CERTMAP_OK);
    for (int i = 0; i < COUNT(t_digests); i++)
        ck_assert_msg((t_view_at(&cert, t_digests[i].at).data != NULL) == (i == _i), "%s: %s", t_digests[_i].name,
                      t_digests[i].name);
    certmap_openssl_holder_free(&holder);
}

T_TEST(the_time_is_now) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    const int64_t before = (int64_t)time(NULL);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), CERTMAP_PIECE_TIME, NULL),
                     CERTMAP_OK);
    ck_assert_int_ge(cert.time, before);
    ck_assert_int_le(cert.time, (int64_t)time(NULL));
    ck_assert_ptr_null(holder.certificate);
}

T_TEST(a_holder_is_used_again) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    static const enum t_id ids[] = {T_ALICE, T_MANY_VALUES, T_BOB};
    for (int i = 0; i < COUNT(ids); i++) {
        X509 *x509 = t_pki_certificate(pki, ids[i]);
        ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, x509, CERTMAP_PIECE_CERTIFICATE, NULL), CERTMAP_OK);
        ck_assert_ptr_eq(cert.certificate.data, holder.certificate);
        ck_assert_uint_eq(cert.certificate.len, (size_t)i2d_X509(x509, NULL));
    }
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_BOB), 0, NULL), CERTMAP_OK);
    ck_assert_ptr_null(holder.certificate);
    ck_assert_ptr_null(cert.certificate.data);
}

T_TEST(a_holder_is_freed_twice) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    const X509 *alice = t_pki_certificate(pki, T_ALICE);
    certmap_openssl_holder_free(NULL);
    certmap_openssl_holder_free(&holder);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, alice, T_ALL_PIECES, NULL), CERTMAP_OK);
    certmap_openssl_holder_free(&holder);
    ck_assert_uint_eq(holder.size, sizeof holder);
    ck_assert_ptr_null(holder.certificate);
    certmap_openssl_holder_free(&holder);
}

/* Filled again while the first certificate's copy is in it: by one that needs none, and by one that fails. */
T_TEST(a_holder_is_filled_again) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    const X509 *alice = t_pki_certificate(pki, T_ALICE);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, alice, T_ALL_PIECES, NULL), CERTMAP_OK);
    const uint8_t *copy = holder.certificate;
    const struct certmap_view digest = cert.sha256;
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_LENGTHY), T_ALL_PIECES, NULL),
                     CERTMAP_ERROR_CERTIFICATE);
    ck_assert_ptr_eq(holder.certificate, copy);
    ck_assert_ptr_eq(cert.certificate.data, copy);
    ck_assert_ptr_eq(cert.sha256.data, digest.data);
    t_check_digests(&cert, &cert, compute, "kept");
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, alice, CERTMAP_PIECE_SUBJECT, NULL), CERTMAP_OK);
    ck_assert_ptr_null(holder.certificate);
    ck_assert_ptr_null(cert.sha256.data);
    ck_assert_ptr_null(cert.key.data);
}

/* ---- failure ---- */

/* What a call that fails may not touch. */
struct outputs {
    struct certmap_cert cert;
    struct certmap_openssl_holder holder;
    struct certmap_diagnostic err;
    unsigned long queued;
};

static struct outputs bob_in(void) {
    struct outputs out = {.cert = CERTMAP_CERT_INIT, .holder = CERTMAP_OPENSSL_HOLDER_INIT};
    ck_assert_int_eq(certmap_openssl_cert(&out.cert, &out.holder, t_pki_certificate(pki, T_BOB), T_ALL_PIECES, NULL),
                     CERTMAP_OK);
    const unsigned char *at = (const unsigned char *)"no certificate";
    ck_assert_ptr_null(d2i_X509(NULL, &at, 14));
    out.queued = ERR_peek_last_error();
    ck_assert_uint_ne(out.queued, 0);
    return out;
}

/* Bob's certificate is still there, and so are the errors that were queued. */
static void check_untouched(struct outputs *out, enum certmap_status status, enum certmap_code code) {
    const X509 *bob = t_pki_certificate(pki, T_BOB);
    struct certmap_cert expected = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    ck_assert_uint_eq(ERR_peek_last_error(), out->queued);
    ck_assert_int_eq(certmap_openssl_cert(&expected, &holder, bob, T_ALL_PIECES, NULL), CERTMAP_OK);
    ck_assert_ptr_eq(out->cert.subject.data, expected.subject.data);
    ck_assert_ptr_eq(out->cert.certificate.data, out->holder.certificate);
    ck_assert(t_equal(out->cert.certificate, expected.certificate));
    ck_assert_int_eq(out->err.status, status);
    ck_assert_int_eq(out->err.code, code);
    ck_assert(out->err.text[0] != 0);
    certmap_openssl_holder_free(&holder);
    certmap_openssl_holder_free(&out->holder);
    ERR_clear_error();
}

T_TEST(arguments) {
    const X509 *alice = t_pki_certificate(pki, T_ALICE);
    for (int i = 0; i < 5; i++) {
        struct outputs out = bob_in();
        struct certmap_cert small = out.cert;
        struct certmap_openssl_holder small_holder = {.size = sizeof small_holder - 1};
        small.size--;
        struct certmap_cert *const certs[] = {NULL, &small, &out.cert, &out.cert, &out.cert};
        struct certmap_openssl_holder *const holders[] = {&out.holder, &out.holder, NULL, &small_holder, &out.holder};
        const X509 *const x509s[] = {alice, alice, alice, alice, NULL};
        ck_assert_int_eq(certmap_openssl_cert(certs[i], holders[i], x509s[i], T_ALL_PIECES, &out.err),
                         CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(certmap_openssl_cert(certs[i], holders[i], x509s[i], 0, NULL), CERTMAP_ERROR_ARGUMENT);
        ck_assert_ptr_null(small_holder.certificate);
        check_untouched(&out, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT);
    }
}

T_TEST(openssl_has_no_memory_for_the_copy) {
    const X509 *alice = t_pki_certificate(pki, T_ALICE);
    struct outputs out = bob_in();
    let_fail(0);
    ck_assert_int_eq(certmap_openssl_cert(&out.cert, &out.holder, alice, T_ALL_PIECES, &out.err), CERTMAP_ERROR_MEMORY);
    ck_assert(has_failed());
    check_untouched(&out, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY);
}

/* A certificate whose Names OpenSSL has yet to encode. */
static X509 *unencoded(void) {
    X509 *x509 = X509_dup(t_pki_certificate(pki, T_ALICE));
    X509_NAME *both[] = {X509_get_subject_name(x509), X509_get_issuer_name(x509)};
    for (int i = 0; i < COUNT(both); i++)
        ck_assert_int_eq(
            X509_NAME_add_entry_by_txt(both[i], "OU", MBSTRING_UTF8, (const unsigned char *)"more", -1, -1, 0), 1);
    return x509;
}

T_TEST(a_certificate_that_was_changed) {
    X509 *x509 = unencoded();
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct t_buf subject = T_BUF_INIT;
    struct t_buf issuer = T_BUF_INIT;
    t_name(&subject, "O=Contoso | OU=Sales | CN=Alice | OU=more");
    t_name(&issuer, "O=Contoso | CN=Contoso Issuing CA 1 | OU=more");
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, x509, 0, NULL), CERTMAP_OK);
    ck_assert(t_equal(cert.subject, t_view(&subject)));
    ck_assert(t_equal(cert.issuer, t_view(&issuer)));
    t_buf_free(&subject);
    t_buf_free(&issuer);
    X509_free(x509);
}

/* Every request for memory fails once, those for encoding either Name included. */
T_TEST(openssl_cannot_encode_a_name) {
    bool failed = true;
    size_t n = 0;
    for (; failed; n++) {
        X509 *x509 = unencoded();
        struct outputs out = bob_in();
        let_fail(n);
        const enum certmap_status status = certmap_openssl_cert(&out.cert, &out.holder, x509, 0, &out.err);
        failed = has_failed();
        if (failed)
            check_untouched(&out, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_CERTIFICATE : CERTMAP_OK);
        certmap_openssl_holder_free(&out.holder);
        ERR_clear_error();
        X509_free(x509);
    }
    ck_assert_uint_gt(n, 2);
}

/* A certificate without key, signature and dates. What i2d_X509 makes of it depends on the release. */
T_TEST(openssl_cannot_encode_the_certificate) {
    X509 *x509 = X509_new();
    struct outputs out = bob_in();
    (void)ERR_set_mark();
    const bool encodes = i2d_X509(x509, NULL) > 0;
    (void)ERR_pop_to_mark();
    const enum certmap_status expected = encodes ? CERTMAP_OK : CERTMAP_ERROR_CERTIFICATE;
    ck_assert_int_eq(certmap_openssl_cert(&out.cert, &out.holder, x509, T_ALL_PIECES, &out.err), expected);
    if (encodes)
        certmap_openssl_holder_free(&out.holder);
    else
        check_untouched(&out, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED);
    ERR_clear_error();
    X509_free(x509);
}

/* OpenSSL decodes it, certmap_cert_from_der does not: an error, whatever is needed, with what that call says of it. */
T_TEST(what_certmap_refuses_is_refused) {
    X509 *lengthy = t_pki_certificate(pki, T_LENGTHY);
    struct outputs out = bob_in();
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    const unsigned needs = _i == 0 ? CERTMAP_PIECE_SUBJECT : CERTMAP_PIECE_SERIAL;
    struct certmap_diagnostic expected = {.text = ""};
    unsigned char *der = NULL;
    const int len = i2d_X509(lengthy, &der);
    ck_assert_int_eq(certmap_cert_from_der(&cert, (struct certmap_view){der, (size_t)len}, &expected),
                     CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(certmap_openssl_cert(&out.cert, &out.holder, lengthy, needs, &out.err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_str_eq(out.err.text, expected.text);
    ck_assert_uint_eq(out.err.offset, expected.offset);
    check_untouched(&out, CERTMAP_ERROR_CERTIFICATE, expected.code);
    OPENSSL_free(der);
}

/* Every request for memory fails once: a digest that cannot be computed is not supplied, all else is an error. */
T_TEST(openssl_has_no_memory) {
    const X509 *alice = t_pki_certificate(pki, T_ALICE);
    const unsigned needs = CERTMAP_PIECE_SHA256 | CERTMAP_PIECE_KEY_SHA256;
    bool failed = true;
    int without_digest = 0;
    for (size_t n = 0; failed; n++) {
        struct outputs out = bob_in();
        let_fail(n);
        const enum certmap_status status = certmap_openssl_cert(&out.cert, &out.holder, alice, needs, &out.err);
        failed = has_failed();
        without_digest += status == CERTMAP_OK && (out.cert.sha256.data == NULL || out.cert.key_sha256.data == NULL);
        ck_assert(status == CERTMAP_OK || failed);
        if (status != CERTMAP_OK)
            check_untouched(&out, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY);
        certmap_openssl_holder_free(&out.holder);
        ERR_clear_error();
    }
    ck_assert_int_gt(without_digest, 0);
}

/* A queue that was empty is empty afterwards. */
T_TEST(no_error_is_left) {
    X509 *x509 = X509_new();
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    ERR_clear_error();
    ck_assert_int_ne(certmap_openssl_cert(&cert, &holder, x509, T_ALL_PIECES, NULL), CERTMAP_OK);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    certmap_openssl_holder_free(&holder);
    X509_free(x509);
}

/* A program that was built with a later certmap, whose cert is larger. */
T_TEST(a_larger_cert) {
    struct {
        struct certmap_cert cert;
        struct certmap_view later_piece;
    } large = {.cert = {.size = sizeof large}};
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    ck_assert_int_eq(certmap_openssl_cert(&large.cert, &holder, t_pki_certificate(pki, T_ALICE), 0, NULL), CERTMAP_OK);
    ck_assert_uint_eq(large.cert.size, sizeof large);
    ck_assert_ptr_nonnull(large.cert.subject.data);
    ck_assert_ptr_null(large.later_piece.data);
}

/* ---- what certmap reads, OpenSSL reads the same ---- */

/* The bits of `ku` in these octets of a BIT STRING, bit 0 first; false where nothing is known of it. */
static bool read_usage(struct certmap_peer *peer, unsigned *bits, const uint8_t *octets, size_t len) {
    static const char *const usages[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                         "dataEncipherment", "keyAgreement",   "keyCertSign",
                                         "cRLSign",          "encipherOnly",   "decipherOnly"};
    static const uint8_t oid[] = {0x55, 0x1D, 0x0F}, empty[] = {0x30, 0x00};
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct t_buf der = T_BUF_INIT;
    const size_t list = t_begin(&der), extension = t_begin(&der);
    t_tlv(&der, 0x06, oid, sizeof oid);
    const size_t value = t_begin(&der);
    t_tlv(&der, 0x03, octets, len);
    t_end(&der, value, 0x04, 0);
    t_end(&der, extension, 0x30, 0);
    t_end(&der, list, 0x30, 0);
    cert.subject = cert.issuer = (struct certmap_view){empty, sizeof empty};
    cert.extensions = t_view(&der);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    *bits = 0;
    for (size_t i = 0; i < certmap_peer_value_count(peer, CERTMAP_FIELD_KU); i++) {
        struct certmap_value usage = CERTMAP_VALUE_INIT;
        ck_assert_int_eq(certmap_peer_value(peer, &usage, CERTMAP_FIELD_KU, i, NULL), CERTMAP_OK);
        for (unsigned bit = 0; bit < 9; bit++)
            *bits |= (unsigned)(strcmp((const char *)usage.text.data, usages[bit]) == 0) << bit;
    }
    t_buf_free(&der);
    return certmap_peer_field_unknown(peer, CERTMAP_FIELD_KU) == CERTMAP_CODE_NONE;
}

static void compare_usage(struct certmap_peer *peer, const uint8_t *octets, size_t len, size_t *known) {
    uint8_t der[8] = {0x03, (uint8_t)len};
    const unsigned char *at = der;
    unsigned bits, of_openssl = 0;
    memcpy(der + 2, octets, len);
    if (!read_usage(peer, &bits, octets, len))
        return;
    ASN1_BIT_STRING *usage = d2i_ASN1_BIT_STRING(NULL, &at, (long)len + 2);
    ck_assert_ptr_nonnull(usage);
    for (int bit = 0; bit < 9; bit++)
        of_openssl |= (unsigned)ASN1_BIT_STRING_get_bit(usage, bit) << bit;
    ASN1_BIT_STRING_free(usage);
    ck_assert_msg(bits == of_openssl && bits != 0, "%02x %02x %02x", octets[0], octets[1], len > 2 ? octets[2] : 0);
    ++*known;
}

/* Every BIT STRING of one octet, and of two that begin with one of these. */
T_TEST(key_usages_of_openssl) {
    static const uint8_t firsts[] = {0x00, 0x80, 0x01, 0xA0, 0xFF};
    struct certmap_peer *peer = t_peer_new();
    size_t known = 0;
    for (unsigned unused = 0; unused < 10; unused++)
        for (unsigned octet = 0; octet < 256; octet++) {
            const uint8_t one[] = {(uint8_t)unused, (uint8_t)octet};
            compare_usage(peer, one, sizeof one, &known);
            for (size_t i = 0; i < sizeof firsts; i++) {
                const uint8_t two[] = {(uint8_t)unused, firsts[i], (uint8_t)octet};
                compare_usage(peer, two, sizeof two, &known);
            }
        }
    /* 510 patterns that fit into an octet, of which eight are all zero; as many after four octets that are not zero,
     * and those of 128 to 255 after a zero. */
    ck_assert_uint_eq(known, (510 - 8) + 4 * 510 + (128 + 64 + 32 + 16 + 8 + 4 + 2 + 1));
    certmap_peer_free(peer);
}

int main(void) {
    if (CRYPTO_set_mem_functions(give, resize, take_back) != 1)
        return EXIT_FAILURE;
    t_list(&described, T_DESCRIBED, ".txt");
    return T_RUN("openssl",
                 T_CASE("views", T_ONCE(make_pki, free_pki), T_LOOP(who_decodes_which_name, COUNT(names) * 2),
                        T_LOOP(openssl_does_not_make_names_well_formed, COUNT(names) * 2),
                        T_LOOP(certificates_described, described.count),
                        T_RANGE(certificates_of_the_pki, T_NOBODY + 1, T_ID_COUNT),
                        T_LOOP(certificates_of_every_kind, COUNT(made_rows)), a_certificate_that_was_changed),
                 T_CASE("calls", T_ONCE(make_pki, free_pki), nothing_is_copied_that_is_not_needed,
                        T_LOOP(a_piece_that_is_needed_is_there, COUNT(t_parts)),
                        T_LOOP(a_digest_that_is_needed_is_there, COUNT(t_digests)), the_time_is_now,
                        a_holder_is_used_again, a_holder_is_freed_twice, a_holder_is_filled_again,
                        T_LOOP(what_certmap_refuses_is_refused, 2), arguments, openssl_has_no_memory_for_the_copy,
                        openssl_has_no_memory, openssl_cannot_encode_a_name, openssl_cannot_encode_the_certificate,
                        no_error_is_left, a_larger_cert, key_usages_of_openssl),
                 T_SLOW_CASE(T_ONCE(make_pki, free_pki), T_LOOP(a_bit_turned_over, 8)));
}
