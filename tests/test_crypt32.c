/* SPDX-License-Identifier: MIT */
/* Certificates through Windows: the same views as certmap_cert_from_der gives, nothing copied, nothing left
 * after on failure. Which certificates Windows decodes is not asked here: where it does, both have to see the
 * same, and what certmap refuses is refused. */
#include "adapter.h"
#include "certmap/crypt32.h"
#include "support/windows_pki.h"
#include "unusual_names.h"
#include <time.h>

static struct t_windows_pki *pki;

static void make_pki(void) {
    pki = t_windows_pki_new();
}

static void free_pki(void) {
    t_windows_pki_free(pki);
}

/* What Windows makes of it; NULL if it refuses. */
static PCCERT_CONTEXT decode(struct certmap_view der) {
    return CertCreateCertificateContext(X509_ASN_ENCODING, der.data, (DWORD)der.len);
}

static struct certmap_view encoded(PCCERT_CONTEXT context) {
    return (struct certmap_view){context->pbCertEncoded, context->cbCertEncoded};
}

static bool inside(struct certmap_view view, PCCERT_CONTEXT context) {
    return view.data >= context->pbCertEncoded &&
           view.data + view.len <= context->pbCertEncoded + context->cbCertEncoded;
}

/* The Names are those that Windows holds, the rest is in the encoded certificate, and digests are in the holder. */
static void check_places(const struct certmap_cert *cert, const struct certmap_crypt32_holder *holder,
                         PCCERT_CONTEXT context, const char *row) {
    ck_assert_msg(cert->subject.data == context->pCertInfo->Subject.pbData, "%s: the subject was copied", row);
    ck_assert_msg(cert->issuer.data == context->pCertInfo->Issuer.pbData, "%s: the issuer was copied", row);
    for (int i = 2; i < COUNT(t_parts); i++) {
        const struct certmap_view part = t_view_at(cert, t_parts[i].at);
        ck_assert_msg(part.len == 0 || inside(part, context), "%s: %s was copied", row, t_parts[i].name);
    }
    ck_assert_msg(cert->sha256.data == holder->sha256 && cert->sha1.data == holder->sha1, "%s", row);
    ck_assert_msg(cert->key_sha256.data == holder->key_sha256 && cert->tbs_sha256.data == holder->tbs_sha256, "%s",
                  row);
}

/* Digests as Windows computes them by another function; a certmap_hash_fn. */
static bool compute(void *ctx, uint8_t *room, enum certmap_hash hash, struct certmap_view data) {
    static const ALG_ID algorithms[] = {CALG_SHA_256, CALG_SHA1, CALG_SHA_512};
    DWORD len = CERTMAP_SHA512_SIZE;
    (void)ctx;
    return CryptHashCertificate(0, algorithms[hash], 0, data.data, (DWORD)data.len, room, &len);
}

static void check_digests(const struct certmap_cert *cert, PCCERT_CONTEXT context, const char *row) {
    uint8_t room[CERTMAP_SHA1_SIZE];
    DWORD len = sizeof room;
    ck_assert_msg(CertGetCertificateContextProperty(context, CERT_SHA1_HASH_PROP_ID, room, &len), "%s", row);
    ck_assert_msg(t_equal(cert->sha1, (struct certmap_view){room, len}), "%s: sha1", row);
    t_check_digests(cert, cert, compute, row);
}

static void check_refused(PCCERT_CONTEXT context, const struct certmap_diagnostic *expected, const char *row) {
    static const unsigned needs[] = {0, CERTMAP_PIECE_SUBJECT, T_ALL_PIECES};
    for (int i = 0; i < COUNT(needs); i++) {
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
        struct certmap_diagnostic err = {.text = ""};
        ck_assert_msg(certmap_crypt32_cert(&cert, &holder, context, needs[i], &err) == expected->status, "%s", row);
        ck_assert_msg(err.code == expected->code && err.offset == expected->offset, "%s: %s", row, err.text);
        ck_assert_str_eq(err.text, expected->text);
        ck_assert_ptr_null(cert.subject.data);
    }
}

/* Whether both take the certificate; if they do, they see the same. */
static bool check_views(PCCERT_CONTEXT context, struct certmap_view der, const char *row) {
    struct certmap_cert ours = CERTMAP_CERT_INIT;
    struct certmap_cert theirs = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    struct certmap_diagnostic err = {.text = ""};
    if (certmap_cert_from_der(&ours, der, &err) != CERTMAP_OK) {
        check_refused(context, &err, row);
        return false;
    }
    ck_assert_msg(certmap_crypt32_cert(&theirs, &holder, context, T_ALL_PIECES, &err) == CERTMAP_OK, "%s: %s", row,
                  err.text);
    t_check_parts(&theirs, &ours, row);
    check_places(&theirs, &holder, context, row);
    check_digests(&theirs, context, row);
    t_check_prepared(&theirs, ours, compute, row);
    ck_assert_msg(theirs.issuer_sha256.data == NULL && theirs.issuer_key_sha256.data == NULL, "%s: issuer", row);
    return true;
}

/* ---- certificates of all kinds ---- */

T_TEST(certificates_with_an_unusual_name) {
    const int row = _i / 2;
    struct t_buf der = T_BUF_INIT;
    make_certificate(&der, row, _i % 2);
    const PCCERT_CONTEXT context = decode(t_view(&der));
    /* Windows reads no Name when it decodes a certificate, so none that certmap can read may be lost. */
    if (names[row].openssl == DECODES && names[row].certmap)
        ck_assert_msg(context != NULL, "%s: error 0x%08lX", names[row].name, (unsigned long)GetLastError());
    if (context != NULL)
        check_views(context, t_view(&der), names[row].name);
    CertFreeCertificateContext(context);
    t_buf_free(&der);
}

static struct t_files described;

T_TEST(certificates_described) {
    int seen = 0;
    for (int i = 0; i < described.count; i++) {
        struct t_buf der = T_BUF_INIT;
        t_described(&der, described.names[i]);
        const PCCERT_CONTEXT context = decode(t_view(&der));
        seen += context != NULL && check_views(context, t_view(&der), described.names[i]);
        CertFreeCertificateContext(context);
        t_buf_free(&der);
    }
    ck_assert_int_gt(seen, described.count / 2);
}

T_TEST(certificates_of_the_pki) {
    const PCCERT_CONTEXT context = t_windows_pki_certificate(pki, (enum t_id)_i);
    ck_assert(check_views(context, encoded(context), "of the PKI"));
}

/* Each bit of a certificate turned over, one after the other. */
T_TEST(a_bit_turned_over) {
    struct t_buf der = T_BUF_INIT;
    int both = 0;
    t_described(&der, "alice.txt");
    for (size_t at = 0; at < der.len; at++) {
        char row[32];
        snprintf(row, sizeof row, "byte %u", (unsigned)at);
        der.data[at] ^= (uint8_t)(1 << _i);
        const PCCERT_CONTEXT context = decode(t_view(&der));
        both += context != NULL && check_views(context, t_view(&der), row);
        CertFreeCertificateContext(context);
        der.data[at] ^= (uint8_t)(1 << _i);
    }
    ck_assert_int_gt(both, (int)der.len / 4);
    t_buf_free(&der);
}

/* ---- pieces ---- */

static const struct {
    const char *file;
    const char *sha256;
    const char *sha1;
    const char *key_sha256;
} known[] = {
    {"alice.txt", "5429AF9ACD11E7E0AF443DBA9A353E7703F03DB7DD5137C577426A9C508AEA0C",
     "62CA1442B088585D1F5698871A19B398C70A0C35", "5CD252FB0CE8932436FAF8CCD1040981B89EE4AD6B9FE9E2A2B7E71AACB27CD3"},
    {"extensions.txt", "2EF74066CF5C11BB798446289E29AED8D28FF945CFB64764D859C1345AAB4CCD",
     "92A336EFD831C990394BE7ECE3E39B8E3B18653B", "5CD252FB0CE8932436FAF8CCD1040981B89EE4AD6B9FE9E2A2B7E71AACB27CD3"},
};

static void check_hex(struct certmap_view digest, const char *hexadecimal) {
    char text[2 * CERTMAP_SHA256_SIZE + 1] = "";
    ck_assert_uint_le(digest.len, CERTMAP_SHA256_SIZE);
    for (size_t i = 0; i < digest.len; i++)
        snprintf(text + 2 * i, 3, "%02X", digest.data[i]);
    ck_assert_str_eq(text, hexadecimal);
}

/* As sha256sum and sha1sum say. */
T_TEST(known_digests) {
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    t_described(&der, known[_i].file);
    const PCCERT_CONTEXT context = decode(t_view(&der));
    ck_assert_ptr_nonnull(context);
    ck_assert_int_eq(certmap_crypt32_cert(&cert, &holder, context, T_ALL_PIECES, NULL), CERTMAP_OK);
    check_hex(cert.sha256, known[_i].sha256);
    check_hex(cert.sha1, known[_i].sha1);
    check_hex(cert.key_sha256, known[_i].key_sha256);
    CertFreeCertificateContext(context);
    t_buf_free(&der);
}

/* Besides the Names a piece is supplied if it is needed, or a digest of it, and only then. */
T_TEST(a_piece_that_is_needed_is_there) {
    const unsigned needs = 1u << _i;
    unsigned there = needs | CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    there |= needs & (CERTMAP_PIECE_SHA256 | CERTMAP_PIECE_SHA1) ? CERTMAP_PIECE_CERTIFICATE : 0u;
    there |= needs & CERTMAP_PIECE_KEY_SHA256 ? CERTMAP_PIECE_KEY : 0u;
    there |= needs & (CERTMAP_PIECE_CERTIFICATE | CERTMAP_PIECE_TBS_SHA256) ? CERTMAP_PIECE_TBS : 0u;
    ck_assert_int_eq(certmap_crypt32_cert(&cert, &holder, t_windows_pki_certificate(pki, T_ALICE), needs, NULL),
                     CERTMAP_OK);
    for (int i = 0; i < COUNT(t_parts); i++)
        ck_assert_msg((t_view_at(&cert, t_parts[i].at).data != NULL) == ((there & (unsigned)t_parts[i].piece) != 0),
                      "%s", t_parts[i].name);
    for (int i = 0; i < COUNT(t_digests); i++) {
        const struct certmap_view digest = t_view_at(&cert, t_digests[i].at);
        const bool needed = (unsigned)t_digests[i].piece == needs;
        ck_assert_msg((digest.data != NULL) == needed && digest.len == (needed ? t_digests[i].size : 0), "%s",
                      t_digests[i].name);
    }
    ck_assert_int_eq(cert.time != 0, needs == CERTMAP_PIECE_TIME);
    ck_assert_ptr_null(cert.hash);
}

T_TEST(the_time_is_now) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    const int64_t before = (int64_t)time(NULL);
    ck_assert_int_eq(
        certmap_crypt32_cert(&cert, &holder, t_windows_pki_certificate(pki, T_ALICE), CERTMAP_PIECE_TIME, NULL),
        CERTMAP_OK);
    ck_assert_int_ge(cert.time, before);
    ck_assert_int_le(cert.time, (int64_t)time(NULL));
}

/* The views live as long as anybody has a reference. */
T_TEST(another_reference_keeps_the_views) {
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_cert ours = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    t_described(&der, "alice.txt");
    const PCCERT_CONTEXT context = decode(t_view(&der));
    ck_assert_int_eq(certmap_crypt32_cert(&cert, &holder, context, T_ALL_PIECES, NULL), CERTMAP_OK);
    const PCCERT_CONTEXT other = CertDuplicateCertificateContext(context);
    CertFreeCertificateContext(context);
    ck_assert_int_eq(certmap_cert_from_der(&ours, t_view(&der), NULL), CERTMAP_OK);
    t_check_parts(&cert, &ours, "another reference");
    CertFreeCertificateContext(other);
    t_buf_free(&der);
}

/* The call takes no reference: a store whose certificates nobody else holds can be closed. */
T_TEST(no_reference_is_kept) {
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    PCCERT_CONTEXT stored = NULL;
    ck_assert(CertAddCertificateContextToStore(store, t_windows_pki_certificate(pki, T_ALICE), CERT_STORE_ADD_ALWAYS,
                                               &stored));
    ck_assert_int_eq(certmap_crypt32_cert(&cert, &holder, stored, T_ALL_PIECES, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_crypt32_issuer(&cert, &holder, stored, T_ALL_PIECES, NULL), CERTMAP_OK);
    CertFreeCertificateContext(stored);
    ck_assert(CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG));
}

/* ---- failure ---- */

/* What a call that fails may not touch. */
struct outputs {
    struct certmap_cert cert;
    struct certmap_crypt32_holder holder;
    struct certmap_diagnostic err;
};

static struct outputs bob_in(void) {
    struct outputs out = {.cert = CERTMAP_CERT_INIT, .holder = CERTMAP_CRYPT32_HOLDER_INIT};
    const PCCERT_CONTEXT bob = t_windows_pki_certificate(pki, T_BOB);
    const PCCERT_CONTEXT root = t_windows_pki_certificate(pki, T_ROOT);
    ck_assert_int_eq(certmap_crypt32_cert(&out.cert, &out.holder, bob, T_ALL_PIECES, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_crypt32_issuer(&out.cert, &out.holder, root, T_ALL_PIECES, NULL), CERTMAP_OK);
    return out;
}

/* Bob's certificate is still there, and so are the digests. */
static void check_untouched(const struct outputs *out, const struct outputs *before, enum certmap_status status,
                            enum certmap_code code) {
    ck_assert_mem_eq(&out->cert, &before->cert, sizeof out->cert);
    ck_assert_mem_eq(&out->holder, &before->holder, sizeof out->holder);
    ck_assert_int_eq(out->err.status, status);
    ck_assert_int_eq(out->err.code, code);
    ck_assert(out->err.text[0] != 0);
}

T_TEST(arguments) {
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    struct outputs out = bob_in();
    const struct outputs before = out;
    struct certmap_cert small = out.cert;
    struct certmap_crypt32_holder small_holder = {.size = sizeof small_holder - 1};
    small.size--;
    struct certmap_cert *const certs[] = {NULL, &small, &out.cert, &out.cert, &out.cert};
    struct certmap_crypt32_holder *const holders[] = {&out.holder, &out.holder, NULL, &small_holder, &out.holder};
    const PCCERT_CONTEXT contexts[] = {alice, alice, alice, alice, NULL};
    for (int i = 0; i < COUNT(certs); i++) {
        ck_assert_int_eq(certmap_crypt32_cert(certs[i], holders[i], contexts[i], T_ALL_PIECES, &out.err),
                         CERTMAP_ERROR_ARGUMENT);
        check_untouched(&out, &before, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT);
        ck_assert_int_eq(certmap_crypt32_cert(certs[i], holders[i], contexts[i], 0, NULL), CERTMAP_ERROR_ARGUMENT);
        if (contexts[i] == NULL)
            continue; /* no issuer, which is something else */
        ck_assert_int_eq(certmap_crypt32_issuer(certs[i], holders[i], contexts[i], T_ALL_PIECES, &out.err),
                         CERTMAP_ERROR_ARGUMENT);
        check_untouched(&out, &before, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT);
    }
}

/* A context that a program made or changed. */
static const struct change {
    const char *name;
    DWORD encoding;
    bool without_info;
    enum { ITS_OWN, OF_BOB, SHORTER, NOTHING } subject, issuer;
} changes[] = {
    {"no encoding", 0, false, ITS_OWN, ITS_OWN},
    {"the encoding of messages only", PKCS_7_ASN_ENCODING, false, ITS_OWN, ITS_OWN},
    {"an encoding that Windows does not define", 2, false, ITS_OWN, ITS_OWN},
    {"no CERT_INFO", X509_ASN_ENCODING, true, ITS_OWN, ITS_OWN},
    {"another subject", X509_ASN_ENCODING, false, OF_BOB, ITS_OWN},
    {"another issuer", X509_ASN_ENCODING, false, ITS_OWN, OF_BOB},
    {"a subject that is cut short", X509_ASN_ENCODING, false, SHORTER, ITS_OWN},
    {"an issuer that is cut short", X509_ASN_ENCODING, false, ITS_OWN, SHORTER},
    {"no subject", X509_ASN_ENCODING, false, NOTHING, ITS_OWN},
    {"no issuer", X509_ASN_ENCODING, false, ITS_OWN, NOTHING},
};

static void change_name(CERT_NAME_BLOB *blob, int how, const CERT_NAME_BLOB *of_bob) {
    if (how == OF_BOB)
        *blob = *of_bob;
    if (how == SHORTER)
        blob->cbData--;
    if (how == NOTHING)
        *blob = (CERT_NAME_BLOB){0, NULL};
}

T_TEST(a_context_that_was_changed) {
    const struct change *change = &changes[_i];
    const PCCERT_CONTEXT bob = t_windows_pki_certificate(pki, T_BOB);
    CERT_CONTEXT context = *t_windows_pki_certificate(pki, T_ALICE);
    CERT_INFO info = *context.pCertInfo;
    struct outputs out = bob_in();
    const struct outputs before = out;
    change_name(&info.Subject, (int)change->subject, &bob->pCertInfo->Subject);
    change_name(&info.Issuer, (int)change->issuer, &bob->pCertInfo->Issuer);
    context.dwCertEncodingType = change->encoding;
    context.pCertInfo = change->without_info ? NULL : &info;
    ck_assert_msg(certmap_crypt32_cert(&out.cert, &out.holder, &context, CERTMAP_PIECE_SUBJECT, &out.err) ==
                      CERTMAP_ERROR_CERTIFICATE,
                  "%s", change->name);
    check_untouched(&out, &before, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED);
}

/* Both encodings together are what many programs say. */
T_TEST(both_encodings) {
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    const PCCERT_CONTEXT context = CertCreateCertificateContext(X509_ASN_ENCODING | PKCS_7_ASN_ENCODING,
                                                                alice->pbCertEncoded, alice->cbCertEncoded);
    ck_assert_ptr_nonnull(context);
    ck_assert(check_views(context, encoded(alice), "both encodings"));
    CertFreeCertificateContext(context);
}

/* Wine keeps what comes after a certificate; if Windows cuts it off, there is nothing to refuse. */
T_TEST(a_byte_behind_the_certificate) {
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    struct outputs out = bob_in();
    const struct outputs before = out;
    struct t_buf longer = T_BUF_INIT;
    t_bytes(&longer, alice->pbCertEncoded, alice->cbCertEncoded);
    t_bytes(&longer, "", 1);
    const PCCERT_CONTEXT context = decode(t_view(&longer));
    if (context != NULL && context->cbCertEncoded == longer.len) {
        ck_assert_int_eq(certmap_crypt32_cert(&out.cert, &out.holder, context, 0, &out.err), CERTMAP_ERROR_CERTIFICATE);
        check_untouched(&out, &before, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER);
        ck_assert_uint_eq(out.err.offset, alice->cbCertEncoded);
    } else if (context != NULL) {
        ck_assert(check_views(context, encoded(alice), "cut off"));
    }
    CertFreeCertificateContext(context);
    t_buf_free(&longer);
}

/* A program that was built with a later certmap, whose cert is larger. */
T_TEST(a_larger_cert) {
    struct {
        struct certmap_cert cert;
        struct certmap_view later_piece;
    } large = {.cert = {.size = sizeof large}};
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    ck_assert_int_eq(certmap_crypt32_cert(&large.cert, &holder, t_windows_pki_certificate(pki, T_ALICE), 0, NULL),
                     CERTMAP_OK);
    ck_assert_uint_eq(large.cert.size, sizeof large);
    ck_assert_ptr_nonnull(large.cert.subject.data);
    ck_assert_ptr_null(large.later_piece.data);
}

T_TEST(a_holder_is_used_again) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    static const enum t_id ids[] = {T_ALICE, T_MANY_VALUES, T_BOB};
    for (int i = 0; i < COUNT(ids); i++) {
        const PCCERT_CONTEXT context = t_windows_pki_certificate(pki, ids[i]);
        ck_assert_int_eq(certmap_crypt32_cert(&cert, &holder, context, T_ALL_PIECES, NULL), CERTMAP_OK);
        check_digests(&cert, context, "used again");
    }
    ck_assert_uint_eq(holder.size, sizeof holder);
}

/* ---- the issuer ---- */

T_TEST(an_issuer) {
    static const struct certmap_crypt32_holder zeroed = CERTMAP_CRYPT32_HOLDER_INIT;
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    const PCCERT_CONTEXT issuing = t_windows_pki_certificate(pki, T_ISSUING);
    struct certmap_cert own = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder own_holder = CERTMAP_CRYPT32_HOLDER_INIT;
    ck_assert_int_eq(certmap_crypt32_cert(&own, &own_holder, issuing, T_ALL_PIECES, NULL), CERTMAP_OK);
    for (int bits = 0; bits < 4; bits++) {
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
        const unsigned needs =
            (bits & 1 ? CERTMAP_PIECE_ISSUER_SHA256 : 0u) | (bits & 2 ? CERTMAP_PIECE_ISSUER_KEY_SHA256 : 0u);
        ck_assert_int_eq(certmap_crypt32_cert(&cert, &holder, alice, needs, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_crypt32_issuer(&cert, &holder, issuing, needs, NULL), CERTMAP_OK);
        ck_assert(bits & 1 ? t_equal(cert.issuer_sha256, own.sha256) : cert.issuer_sha256.data == NULL);
        ck_assert(bits & 2 ? t_equal(cert.issuer_key_sha256, own.key_sha256) : cert.issuer_key_sha256.data == NULL);
        ck_assert_ptr_null(cert.issuer_certificate.data);
        ck_assert(bits & 1 || memcmp(holder.issuer_sha256, zeroed.issuer_sha256, sizeof zeroed.issuer_sha256) == 0);
    }
}

/* Supplied, and absent. */
T_TEST(no_issuer) {
    struct outputs out = bob_in();
    ck_assert_int_eq(certmap_crypt32_issuer(&out.cert, &out.holder, NULL, T_ALL_PIECES, NULL), CERTMAP_OK);
    ck_assert_ptr_nonnull(out.cert.issuer_sha256.data);
    ck_assert_ptr_nonnull(out.cert.issuer_key_sha256.data);
    ck_assert_ptr_nonnull(out.cert.issuer_certificate.data);
    ck_assert_uint_eq(out.cert.issuer_sha256.len + out.cert.issuer_key_sha256.len + out.cert.issuer_certificate.len, 0);
}

T_TEST(an_issuer_that_is_refused) {
    struct outputs out = bob_in();
    const struct outputs before = out;
    CERT_CONTEXT context = *t_windows_pki_certificate(pki, T_ISSUING);
    context.cbCertEncoded--;
    ck_assert_int_eq(certmap_crypt32_issuer(&out.cert, &out.holder, &context, T_ALL_PIECES, &out.err),
                     CERTMAP_ERROR_CERTIFICATE);
    check_untouched(&out, &before, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER);
    ck_assert(strncmp(out.err.text, "issuer: ", 8) == 0);
    ck_assert_int_eq(certmap_crypt32_issuer(&out.cert, &out.holder, &context, T_ALL_PIECES, NULL),
                     CERTMAP_ERROR_CERTIFICATE);
}

int main(void) {
    t_list(&described, T_DESCRIBED, ".txt");
    return T_RUN("crypt32",
                 T_CASE("views", T_ONCE(make_pki, free_pki),
                        T_LOOP(certificates_with_an_unusual_name, COUNT(names) * 2), certificates_described,
                        T_RANGE(certificates_of_the_pki, T_NOBODY + 1, T_ID_COUNT), T_LOOP(a_bit_turned_over, 8),
                        both_encodings),
                 T_CASE("calls", T_ONCE(make_pki, free_pki), T_LOOP(known_digests, COUNT(known)),
                        T_LOOP(a_piece_that_is_needed_is_there, 14), the_time_is_now, another_reference_keeps_the_views,
                        no_reference_is_kept, arguments, T_LOOP(a_context_that_was_changed, COUNT(changes)),
                        a_byte_behind_the_certificate, a_larger_cert, a_holder_is_used_again, an_issuer, no_issuer,
                        an_issuer_that_is_refused));
}
