/* SPDX-License-Identifier: MIT */
/* Certificates that their holder altered, without a key, into others that verify as well (docs/security.md): what a
 * refusal has to be written with, and that a one-to-one mapping does not lose its certificate. */
#include "certmap/openssl.h"
#include "iis.h"
#include "rules.h"
#include "support/tls.h"
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

static struct t_pki *pki;

static void make_pki(void) {
    pki = t_pki_new();
}

static void free_pki(void) {
    t_pki_free(pki);
}

/* ---- altering ---- */

/* What is in a certificate. */
struct parts {
    struct certmap_view tbs;
    struct t_buf whole, algorithm, signature;
};

static void take_apart(struct parts *parts, X509 *x509) {
    const ASN1_BIT_STRING *signature;
    const X509_ALGOR *algorithm;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    unsigned char *der = NULL;
    *parts = (struct parts){.whole = T_BUF_INIT, .algorithm = T_BUF_INIT, .signature = T_BUF_INIT};
    int len = i2d_X509(x509, &der);
    t_bytes(&parts->whole, der, (size_t)len);
    OPENSSL_free(der);
    ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(&parts->whole), NULL), CERTMAP_OK);
    parts->tbs = cert.tbs;
    X509_get0_signature(&signature, &algorithm, x509);
    der = NULL;
    len = i2d_X509_ALGOR((X509_ALGOR *)(uintptr_t)algorithm, &der);
    t_bytes(&parts->algorithm, der, (size_t)len);
    OPENSSL_free(der);
    t_bytes(&parts->signature, signature->data, (size_t)signature->length);
}

static void free_parts(struct parts *parts) {
    t_buf_free(&parts->whole);
    t_buf_free(&parts->algorithm);
    t_buf_free(&parts->signature);
}

/* The signature (r, s) as (r, n - s); nothing where it is no ECDSA. */
static void negate_s(struct parts *parts, const EC_GROUP *group) {
    const unsigned char *at = parts->signature.data;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)parts->signature.len);
    unsigned char *der = NULL;
    const BIGNUM *r, *s;
    ck_assert_ptr_nonnull(pair);
    ECDSA_SIG_get0(pair, &r, &s);
    BIGNUM *other = BN_new(), *same = BN_dup(r);
    ck_assert(BN_sub(other, EC_GROUP_get0_order(group), s) == 1 && ECDSA_SIG_set0(pair, same, other) == 1);
    const int len = i2d_ECDSA_SIG(pair, &der);
    t_buf_clear(&parts->signature);
    t_bytes(&parts->signature, der, (size_t)len);
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
}

static void put_bits(struct t_buf *out, struct certmap_view signature, uint8_t unused, uint8_t tag, size_t extra) {
    const size_t mark = t_begin(out);
    t_bytes(out, &unused, 1);
    t_bytes(out, signature.data, signature.len);
    t_end(out, mark, tag, extra);
}

/* How what is around the signed part can be written otherwise. */
enum form {
    AS_IT_WAS,
    NEGATIVE_S,
    UNUSED_BITS,
    LONG_BITS,
    BITS_IN_BITS,
    LONG_ALGORITHM,
    OTHER_PARAMETERS,
    LONG_OUTER,
    INDEFINITE_OUTER,
    LONGER_SIGNATURE,
    FORMS
};
static const char *const form_names[FORMS] = {"as it was",
                                              "n - s",
                                              "unused bits",
                                              "BIT STRING, long length",
                                              "BIT STRING in two",
                                              "algorithm, long length",
                                              "parameters NULL or not",
                                              "long length",
                                              "indefinite length",
                                              "a longer signature"};

static void put_algorithm(struct t_buf *out, struct certmap_view algorithm, enum form form) {
    if (form != LONG_ALGORITHM && form != OTHER_PARAMETERS) {
        t_bytes(out, algorithm.data, algorithm.len);
        return;
    }
    const size_t mark = t_begin(out);
    const size_t oid = 2u + algorithm.data[3];
    t_bytes(out, algorithm.data + 2, form == LONG_ALGORITHM ? algorithm.len - 2 : oid);
    if (form == OTHER_PARAMETERS && algorithm.len == 2 + oid)
        t_bytes(out, "\x05\x00", 2);
    t_end(out, mark, 0x30, form == LONG_ALGORITHM);
}

static void put_signature(struct t_buf *out, struct certmap_view signature, enum form form) {
    if (form == BITS_IN_BITS) {
        const size_t mark = t_begin(out);
        put_bits(out, signature, 0, 0x03, 0);
        t_end(out, mark, 0x23, 0);
    } else {
        put_bits(out, signature, form == UNUSED_BITS ? 1 : 0, 0x03, form == LONG_BITS);
    }
}

/* Appends x509 in another form. */
static void alter(struct t_buf *out, X509 *x509, const EC_GROUP *group, enum form form) {
    struct parts parts;
    struct t_buf inside = T_BUF_INIT;
    take_apart(&parts, x509);
    if (form == NEGATIVE_S)
        negate_s(&parts, group);
    if (form == LONGER_SIGNATURE)
        t_bytes(&parts.signature, "", 1);
    t_bytes(&inside, parts.tbs.data, parts.tbs.len);
    put_algorithm(&inside, t_view(&parts.algorithm), form);
    put_signature(&inside, t_view(&parts.signature), form);
    if (form == INDEFINITE_OUTER) {
        t_bytes(out, "\x30\x80", 2);
        t_bytes(out, inside.data, inside.len);
        t_bytes(out, "\0\0", 2);
    } else {
        const size_t mark = t_begin(out);
        t_bytes(out, inside.data, inside.len);
        t_end(out, mark, 0x30, form == LONG_OUTER);
    }
    free_parts(&parts);
    t_buf_free(&inside);
}

/* As OpenSSL decodes it: NULL where it does not. */
static X509 *decode(struct t_buf *der) {
    const unsigned char *at = der->data;
    X509 *x509 = d2i_X509(NULL, &at, (long)der->len);
    ERR_clear_error();
    return x509;
}

/* ---- every kind of key ---- */

static const struct kind {
    const char *name;
    int key, curve;
    const EVP_MD *(*hash)(void);
    bool pss;
    int accepted; /* forms that OpenSSL verifies, itself included: at least so many */
} key_kinds[] = {
    {"ECDSA P-256", EVP_PKEY_EC, NID_X9_62_prime256v1, EVP_sha256, false, 6},
    {"Ed25519", EVP_PKEY_ED25519, 0, NULL, false, 5},
    /* What follows is slow where instructions are. */
    {"RSA", EVP_PKEY_RSA, 0, EVP_sha256, false, 5},
    {"RSA-PSS", EVP_PKEY_RSA, 0, EVP_sha256, true, 5},
    {"ECDSA P-384", EVP_PKEY_EC, NID_secp384r1, EVP_sha384, false, 6},
    {"ECDSA P-521", EVP_PKEY_EC, NID_secp521r1, EVP_sha512, false, 6},
    {"Ed448", EVP_PKEY_ED448, 0, NULL, false, 5},
};

enum { QUICK_KEYS = 2 };

static EVP_PKEY *make_key(const struct kind *kind) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(kind->key, NULL);
    ck_assert(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1);
    if (kind->key == EVP_PKEY_RSA)
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
    if (kind->curve != 0)
        ck_assert_int_eq(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, kind->curve), 1);
    ck_assert_int_eq(EVP_PKEY_keygen(ctx, &key), 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* Signs what is in x509 with a key. */
static void sign(X509 *x509, EVP_PKEY *key, const struct kind *kind) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options = NULL;
    ck_assert_int_eq(EVP_DigestSignInit(ctx, &options, kind->hash == NULL ? NULL : kind->hash(), NULL, key), 1);
    if (kind->pss)
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 1);
    ck_assert_int_gt(X509_sign_ctx(x509, ctx), 0);
    EVP_MD_CTX_free(ctx);
}

static struct certmap_rules *one_and_all(struct certmap_view certificate) {
    struct certmap_builder *builder = t_builder();
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "", "one", NULL);
    t_add_certificate(builder, certificate, NULL);
    t_add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "all", "all", NULL);
    certmap_builder_always(builder, NULL);
    return t_finish(builder);
}

/* The account, through OpenSSL or by the walk of the core; NULL: an error. */
static const char *account_of(const struct certmap_rules *rules, struct certmap_peer *peer,
                              const struct certmap_cert *cert) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    ck_assert_int_eq(certmap_peer_set(peer, cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    return result.account.data == NULL ? "none" : (const char *)result.account.data;
}

/* Whatever OpenSSL verifies is the same certificate, as OpenSSL decoded it and as it was sent. */
static bool check_form(struct t_buf *der, const struct certmap_rules *rules, struct certmap_peer *peer, EVP_PKEY *key,
                       const char *what) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    X509 *x509 = decode(der);
    const bool verified = x509 != NULL && X509_verify(x509, key) == 1;
    ERR_clear_error();
    if (x509 != NULL && certmap_openssl_cert(&cert, &holder, x509, certmap_rules_needs(rules), NULL) == CERTMAP_OK)
        ck_assert_msg(strcmp(account_of(rules, peer, &cert), "one") == 0, "%s, through OpenSSL", what);
    certmap_openssl_holder_free(&holder);
    X509_free(x509);
    cert = (struct certmap_cert)CERTMAP_CERT_INIT;
    if (certmap_cert_from_der(&cert, t_view(der), NULL) == CERTMAP_OK)
        ck_assert_msg(strcmp(account_of(rules, peer, &cert), "one") == 0, "%s, as it was sent", what);
    return verified;
}

T_TEST(whatever_verifies_is_the_same) {
    const struct kind *kind = &key_kinds[_i];
    EVP_PKEY *key = make_key(kind);
    X509 *x509 = X509_dup(t_pki_certificate(pki, T_ALICE));
    EC_GROUP *group = kind->curve != 0 ? EC_GROUP_new_by_curve_name(kind->curve) : NULL;
    struct t_buf der = T_BUF_INIT;
    struct certmap_peer *peer = NULL;
    char what[80];
    int verified = 0;
    sign(x509, key, kind);
    alter(&der, x509, group, AS_IT_WAS);
    struct certmap_rules *rules = one_and_all(t_view(&der));
    peer = t_peer_new();
    for (int form = AS_IT_WAS; form < FORMS; form++) {
        if (form == NEGATIVE_S && group == NULL)
            continue;
        t_buf_clear(&der);
        alter(&der, x509, group, (enum form)form);
        snprintf(what, sizeof what, "%s: %s", kind->name, form_names[form]);
        const bool holds = check_form(&der, rules, peer, key, what);
        ck_assert_msg(holds || (form != AS_IT_WAS && form != NEGATIVE_S), "%s does not verify", what);
        verified += holds;
    }
    ck_assert_int_ge(verified, kind->accepted);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    t_buf_free(&der);
    EC_GROUP_free(group);
    X509_free(x509);
    EVP_PKEY_free(key);
}

/* ---- on a live connection ---- */

static void put_digest(struct t_buf *text, struct certmap_view data) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    char hex[2 * CERTMAP_SHA256_SIZE + 1];
    ck_assert_int_eq(EVP_Digest(data.data, data.len, digest, NULL, EVP_sha256(), NULL), 1);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    t_put(text, hex);
}

/* A refusal of Alice, or of her issuer, before a mapping that lets everybody in. */
enum refused_by { BY_SHA256, BY_TBS, BY_KEY, BY_SERIAL, BY_WHOLE, BY_ISSUER, BY_ISSUER_KEY };
static const struct refusal {
    const char *name;
    enum refused_by by;
    bool slipped_past; /* by an altered certificate of her, or of the issuer */
} refusals[] = {
    {"sha256", BY_SHA256, true},
    {"tbs.sha256", BY_TBS, false},
    {"spki.sha256", BY_KEY, false},
    {"serial and issuer", BY_SERIAL, false},
    {"certificate", BY_WHOLE, false},
    {"issuer is sha256", BY_ISSUER, true},
    {"issuer is spki.sha256", BY_ISSUER_KEY, false},
};

static void put_condition(struct t_buf *text, enum refused_by by, struct parts *alice, struct parts *issuing) {
    static const char *const begins[] = {"sha256 = \"",      "tbs.sha256 = \"",     "spki.sha256 = \"",        "",
                                         "certificate = \"", "issuer is sha256 \"", "issuer is spki.sha256 \""};
    struct certmap_cert cert = CERTMAP_CERT_INIT, issuer = CERTMAP_CERT_INIT;
    ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(&alice->whole), NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_cert_from_der(&issuer, t_view(&issuing->whole), NULL), CERTMAP_OK);
    const struct certmap_view digested[] = {
        [BY_SHA256] = cert.certificate,   [BY_TBS] = cert.tbs,         [BY_KEY] = cert.key, [BY_WHOLE] = {NULL, 0},
        [BY_ISSUER] = issuer.certificate, [BY_ISSUER_KEY] = issuer.key};
    char octets[40];
    t_put(text, begins[by]);
    if (by == BY_SERIAL) {
        snprintf(octets, sizeof octets, "serial = \"0x%02x\" and issuer.CN present", T_ALICE);
        t_put(text, octets);
        return;
    }
    for (size_t i = 0; by == BY_WHOLE && i < cert.certificate.len; i++) {
        snprintf(octets, sizeof octets, "%02x", cert.certificate.data[i]);
        t_put(text, octets);
    }
    if (by != BY_WHOLE)
        put_digest(text, digested[by]);
    t_put(text, "\"");
}

static struct certmap_rules *refusing(enum refused_by by, struct parts *alice, struct parts *issuing) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"no\" { when ");
    put_condition(&text, by, alice, issuing);
    t_put(&text, "; deny; } mapping \"all\" { when always; allow \"all\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

/* The client sends this certificate in place of its own, and that of the issuer. */
static SSL_CTX *client_with(X509 *own, X509 *issuer) {
    SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    ck_assert_int_eq(SSL_CTX_use_certificate(client, own), 1);
    SSL_CTX_clear_chain_certs(client);
    SSL_CTX_clear_extra_chain_certs(client);
    ck_assert_int_eq(SSL_CTX_add1_chain_cert(client, issuer), 1);
    return client;
}

static struct certmap_result answer(const struct certmap_rules *rules, struct certmap_peer *peer, X509 *own,
                                    X509 *issuer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION), *client = client_with(own, issuer);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, &result, NULL), CERTMAP_OK);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    return result;
}

/* Alice and her issuer, and both with another signature. */
struct cast {
    X509 *alice, *issuing, *altered, *altered_issuing;
    struct parts alice_parts, issuing_parts;
    struct certmap_peer *peer;
};

static X509 *with_other_signature(X509 *x509) {
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    struct t_buf der = T_BUF_INIT;
    alter(&der, x509, group, NEGATIVE_S);
    X509 *altered = decode(&der);
    ck_assert_ptr_nonnull(altered);
    ck_assert_int_ne(X509_cmp(altered, x509), 0);
    t_buf_free(&der);
    EC_GROUP_free(group);
    return altered;
}

static void gather(struct cast *cast) {
    cast->alice = t_pki_certificate(pki, T_ALICE);
    cast->issuing = t_pki_certificate(pki, T_ISSUING);
    cast->altered = with_other_signature(cast->alice);
    cast->altered_issuing = with_other_signature(cast->issuing);
    take_apart(&cast->alice_parts, cast->alice);
    take_apart(&cast->issuing_parts, cast->issuing);
    cast->peer = t_peer_new();
}

static void dismiss(struct cast *cast) {
    X509_free(cast->altered);
    X509_free(cast->altered_issuing);
    free_parts(&cast->alice_parts);
    free_parts(&cast->issuing_parts);
    certmap_peer_free(cast->peer);
}

T_TEST(refusals_on_a_connection) {
    const struct refusal *row = &refusals[_i];
    struct cast cast;
    gather(&cast);
    struct certmap_rules *rules = refusing(row->by, &cast.alice_parts, &cast.issuing_parts);
    struct certmap_result result = answer(rules, cast.peer, cast.alice, cast.issuing);
    ck_assert_msg(result.decision == CERTMAP_DENY, "%s: does not refuse", row->name);
    result = answer(rules, cast.peer, cast.altered, cast.altered_issuing);
    ck_assert_msg((result.decision == CERTMAP_ALLOW) == row->slipped_past, "%s", row->name);
    ck_assert_int_eq(result.decision, row->slipped_past ? CERTMAP_ALLOW : CERTMAP_DENY);
    certmap_rules_free(rules);
    dismiss(&cast);
}

/* The one-to-one mapping gives less than the general one, which would be reached by an altered certificate. */
T_TEST(one_to_one_of_iis) {
    static const char begin[] =
        "<iisClientCertificateMappingAuthentication enabled=\"true\"><manyToOneMappings><add name=\"all\" "
        "userName=\"administrator\" password=\"\"><rules/></add></manyToOneMappings><oneToOneMappings><add "
        "userName=\"limited\" password=\"\" certificate=\"";
    struct cast cast;
    struct t_iis load;
    struct t_buf text = T_BUF_INIT;
    gather(&cast);
    struct parts *parts = &cast.alice_parts;
    unsigned char *base64 = malloc(parts->whole.len * 2 + 4);
    EVP_EncodeBlock(base64, parts->whole.data, (int)parts->whole.len);
    t_put(&text, begin);
    t_put(&text, (const char *)base64);
    t_put(&text, "\"/></oneToOneMappings></iisClientCertificateMappingAuthentication>");
    t_iis_load(&load, t_view(&text), NULL);
    ck_assert_int_eq(load.status, CERTMAP_OK);
    struct certmap_result result = answer(load.rules, cast.peer, cast.alice, cast.issuing);
    ck_assert_str_eq((const char *)result.account.data, "limited");
    result = answer(load.rules, cast.peer, cast.altered, cast.altered_issuing);
    ck_assert_str_eq((const char *)result.account.data, "limited");
    t_iis_free(&load);
    t_buf_free(&text);
    free(base64);
    dismiss(&cast);
}

T_TESTS("altered", T_CASE("forms", T_ONCE(make_pki, free_pki), T_LOOP(whatever_verifies_is_the_same, QUICK_KEYS)),
        T_SLOW_CASE(T_ONCE(make_pki, free_pki), T_RANGE(whatever_verifies_is_the_same, QUICK_KEYS, COUNT(key_kinds))),
        T_CASE("connections", T_ONCE(make_pki, free_pki), T_LOOP(refusals_on_a_connection, COUNT(refusals)),
               one_to_one_of_iis))
