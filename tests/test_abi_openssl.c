/* SPDX-License-Identifier: MIT */
/* Structs of openssl.h from programs that were built with another one. */
#include "abi.h"
#include "certmap/openssl.h"
#include "support/tls.h"

#define FIRST_HOLDER CERTMAP_STRUCT_END(struct certmap_openssl_holder, reserved)
#define ALL_PIECES (2u * T_LAST_PIECE - 1)

static struct t_pki *pki;
static struct certmap_cert cert = CERTMAP_CERT_INIT;
static struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
static struct certmap_result result = CERTMAP_RESULT_INIT;

/* The other struct of the pair is as this version has it. A holder that is refused has nothing to free. */
static enum certmap_status call_cert(void *object) {
    struct certmap_openssl_holder own = CERTMAP_OPENSSL_HOLDER_INIT;
    const enum certmap_status status =
        certmap_openssl_cert(object, &own, t_pki_certificate(pki, T_ALICE), ALL_PIECES, NULL);
    certmap_openssl_holder_free(&own);
    return status;
}

static enum certmap_status call_cert_holder(void *object) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    const enum certmap_status status =
        certmap_openssl_cert(&own, object, t_pki_certificate(pki, T_ALICE), ALL_PIECES, NULL);
    certmap_openssl_holder_free(object);
    return status;
}

static enum certmap_status call_issuer(void *object) {
    struct certmap_openssl_holder own = CERTMAP_OPENSSL_HOLDER_INIT;
    const enum certmap_status status =
        certmap_openssl_issuer(object, &own, t_pki_certificate(pki, T_ISSUING), ALL_PIECES, NULL);
    certmap_openssl_holder_free(&own);
    return status;
}

static enum certmap_status call_issuer_holder(void *object) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    const enum certmap_status status =
        certmap_openssl_issuer(&own, object, t_pki_certificate(pki, T_ISSUING), ALL_PIECES, NULL);
    certmap_openssl_holder_free(object);
    return status;
}

static enum certmap_status add_chain(struct certmap_cert *to, struct certmap_openssl_holder *with) {
    STACK_OF(X509) *cas = sk_X509_new_null();
    ck_assert_int_gt(sk_X509_push(cas, t_pki_certificate(pki, T_ROOT)), 0);
    const enum certmap_status status = certmap_openssl_chain(to, with, cas, ALL_PIECES, NULL);
    sk_X509_free(cas);
    return status;
}

static enum certmap_status call_chain(void *object) {
    struct certmap_openssl_holder own = CERTMAP_OPENSSL_HOLDER_INIT;
    const enum certmap_status status = add_chain(object, &own);
    certmap_openssl_holder_free(&own);
    return status;
}

static enum certmap_status call_chain_holder(void *object) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    const enum certmap_status status = add_chain(&own, object);
    certmap_openssl_holder_free(object);
    return status;
}

static const struct certmap_rules *everyone(struct certmap_rules **rules) {
    static const char text[] = "certmap 1; mapping \"m\" { when always; allow \"a\"; }";
    ck_assert_int_eq(certmap_rules_parse(rules, certmap_view_of(text), NULL, NULL), CERTMAP_OK);
    return *rules;
}

static enum certmap_status call_match(void *object) {
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION), *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    struct t_link link = t_link_open(server, client);
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    ck_assert(t_link_handshake(&link));
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    const enum certmap_status status = certmap_openssl_match(link.server, everyone(&rules), peer, object, NULL);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    return status;
}

static const struct t_abi_entry entries[] = {
    {"openssl_cert", call_cert, &cert, sizeof cert, CERTMAP_FIRST_CERT, 408, false},
    {"openssl_cert, holder", call_cert_holder, &holder, sizeof holder, FIRST_HOLDER, 1392, false},
    {"openssl_issuer", call_issuer, &cert, sizeof cert, CERTMAP_FIRST_CERT, 408, true},
    {"openssl_issuer, holder", call_issuer_holder, &holder, sizeof holder, FIRST_HOLDER, 1392, false},
    {"openssl_chain", call_chain, &cert, sizeof cert, CERTMAP_FIRST_CERT, 408, true},
    {"openssl_chain, holder", call_chain_holder, &holder, sizeof holder, FIRST_HOLDER, 1392, false},
    {"openssl_match", call_match, &result, sizeof result, CERTMAP_FIRST_RESULT, 168, false},
};

static void set_up(void) {
    pki = t_pki_new();
}

static void tear_down(void) {
    t_pki_free(pki);
}

static const struct t_abi_entry *t_abi_entry(int i) {
    return &entries[i];
}

T_TESTS("abi of openssl.h", T_CASE("sizes", T_ONCE(set_up, tear_down), T_ABI_SIZES(COUNT(entries))))
