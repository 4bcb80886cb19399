/* SPDX-License-Identifier: MIT */
/* The CAs above the client's certificate, on live connections: what the verified chain says, never what the client
 * sends along. */
#include "certmap/openssl.h"
#include "rules.h"
#include "support/tls.h"
#include <openssl/err.h>
#include <string.h>

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/* ---- rules: `chain has` this certificate, or its key ---- */

static struct t_pki *pki;
static const char *const conditions[] = {"chain has sha256", "not chain has sha256", "chain has spki.sha256",
                                         "not chain has spki.sha256"};
static struct certmap_rules *rules[COUNT(conditions)][T_ID_COUNT];

/* "same" if the condition is true, "other" if it is false. */
static struct certmap_rules *rules_of(int condition, X509 *x509) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    char text[512], hex[2 * CERTMAP_SHA256_SIZE + 1];
    t_sha256(digest, x509, condition >= 2);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    snprintf(text, sizeof text,
             "certmap 1; mapping \"same\" { when %s \"%s\"; allow \"same\"; } mapping \"other\" { when always; allow "
             "\"other\"; }",
             conditions[condition], hex);
    return t_rules(text);
}

static void make_shared(void) {
    pki = t_pki_new();
    for (int i = 0; i < COUNT(conditions); i++)
        for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++)
            rules[i][id] = rules_of(i, t_pki_certificate(pki, (enum t_id)id));
}

static void free_shared(void) {
    for (int i = 0; i < COUNT(conditions); i++)
        for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++)
            certmap_rules_free(rules[i][id]);
    t_pki_free(pki);
}

/* ---- who is trusted, who sends what, and the CAs ---- */

static const struct scenario {
    const char *name;
    enum t_id client;
    enum t_id sent[T_MAX_LISTED]; /* with the client's certificate */
    enum t_id trusted[T_MAX_LISTED];
    bool partial; /* X509_V_FLAG_PARTIAL_CHAIN */
    enum t_id cas[T_MAX_LISTED];
} scenarios[] = {
    {"two", T_BOB, {T_NOBODY}, {T_ROOT}, false, {T_ROOT}},
    {"three", T_ALICE, {T_ISSUING}, {T_ROOT}, false, {T_ISSUING, T_ROOT}},
    {"three, all in the store", T_ALICE, {T_NOBODY}, {T_ROOT, T_ISSUING}, false, {T_ISSUING, T_ROOT}},
    {"three, the root sent", T_ALICE, {T_ISSUING, T_ROOT}, {T_ROOT}, false, {T_ISSUING, T_ROOT}},
    {"three, others sent",
     T_ALICE,
     {T_ISSUING, T_FALSE_CA, T_CROSS, T_OTHER_ROOT},
     {T_ROOT},
     false,
     {T_ISSUING, T_ROOT}},
    {"under the other root", T_ALICE, {T_CROSS}, {T_OTHER_ROOT}, false, {T_CROSS, T_OTHER_ROOT}},
    {"a root of the issuer's name", T_MALLORY, {T_FALSE_CA}, {T_ROOT, T_FALSE_CA}, false, {T_FALSE_CA}},
    {"partial", T_ALICE, {T_NOBODY}, {T_ISSUING}, true, {T_ISSUING}},
    {"partial, the whole chain sent", T_ALICE, {T_ISSUING, T_ROOT}, {T_ISSUING}, true, {T_ISSUING}},
    {"partial, another certificate of the issuer sent", T_ALICE, {T_CROSS}, {T_ISSUING}, true, {T_ISSUING}},
    {"itself trusted", T_ALICE, {T_NOBODY}, {T_ALICE}, true, {T_NOBODY}},
    {"itself trusted, the whole chain sent", T_ALICE, {T_ISSUING, T_ROOT}, {T_ALICE}, true, {T_NOBODY}},
    {"itself trusted, another chain sent", T_ALICE, {T_CROSS, T_OTHER_ROOT}, {T_ALICE}, true, {T_NOBODY}},
    {"itself and the root trusted", T_ALICE, {T_ISSUING}, {T_ALICE, T_ROOT}, true, {T_ISSUING, T_ROOT}},
    {"itself and another CA trusted", T_ALICE, {T_ISSUING}, {T_ALICE, T_OTHER_ROOT}, true, {T_NOBODY}},
    {"signed itself", T_LONELY, {T_NOBODY}, {T_LONELY}, false, {T_LONELY}},
    {"signed itself, more sent", T_LONELY, {T_ISSUING, T_ROOT}, {T_LONELY}, false, {T_LONELY}},
};

static SSL_CTX *new_server(const struct scenario *row, int version) {
    return t_tls_server_that_trusts(pki, version, row->trusted, row->partial);
}

static SSL_CTX *new_client(const struct scenario *row, int version) {
    return t_tls_client_that_sends(pki, version, row->client, row->sent);
}

/* ---- asking ---- */

static enum certmap_truth truth(SSL *ssl, const struct certmap_rules *with, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    ck_assert_int_eq(certmap_openssl_match(ssl, with, peer, &result, NULL), CERTMAP_OK);
    return t_same_or_other(&result);
}

static bool is_among(const struct scenario *row, enum t_id id, bool key) {
    bool found = false;
    for (int i = 0; i < T_MAX_LISTED && row->cas[i] != T_NOBODY; i++)
        found = found || row->cas[i] == id ||
                (key && ((row->cas[i] == T_CROSS && id == T_ISSUING) || (row->cas[i] == T_ISSUING && id == T_CROSS)));
    return found;
}

static enum certmap_truth expect(const struct scenario *row, int condition, enum t_id id, bool known) {
    if (!known)
        return CERTMAP_UNKNOWN;
    return is_among(row, id, condition >= 2) == (condition % 2 == 0) ? CERTMAP_TRUE : CERTMAP_FALSE;
}

/* Asks for everybody who might be a CA of the chain, in both polarities. */
static void check_chain(SSL *ssl, const struct scenario *row, bool known) {
    struct certmap_peer *peer = t_peer_new();
    ERR_clear_error();
    for (int i = 0; i < COUNT(conditions); i++)
        for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++) {
            const enum certmap_truth got = truth(ssl, rules[i][id], peer);
            ck_assert_msg(got == expect(row, i, (enum t_id)id, known), "%s: %s, id %d: %d", row->name, conditions[i],
                          id, got);
        }
    ck_assert_uint_eq(ERR_peek_error(), 0);
    certmap_peer_free(peer);
}

/* A full handshake tells the chain; a session that is resumed does not. */
T_TEST(handshakes) {
    const struct scenario *row = &scenarios[_i / COUNT(versions)];
    SSL_CTX *server = new_server(row, versions[_i % COUNT(versions)]);
    SSL_CTX *client = new_client(row, versions[_i % COUNT(versions)]);
    SSL_SESSION *session = NULL;
    for (int times = 0; times < 2; times++) {
        struct t_link link = t_link_open(server, client);
        ck_assert_int_eq(session == NULL || SSL_set_session(link.client, session) == 1, 1);
        ck_assert_msg(t_link_handshake(&link), "%s: handshake", row->name);
        ck_assert_int_eq(SSL_session_reused(link.server), times);
        check_chain(link.server, row, times == 0);
        SSL_SESSION_free(session);
        session = SSL_get1_session(link.client);
        t_link_end(&link);
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* The store of the handshake is not the one that is looked into, or has changed: nothing is told. */
T_TEST(a_store_that_changed) {
    const struct scenario row = {.name = "changed", .client = T_ALICE, .sent = {T_ISSUING}, .trusted = {T_ROOT}};
    const struct scenario since = {.name = "since", .trusted = {T_ISSUING}, .partial = true};
    SSL_CTX *server = new_server(&row, versions[_i]);
    SSL_CTX *client = new_client(&row, versions[_i]);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    check_chain(link.server, &(struct scenario){.name = "before", .cas = {T_ISSUING, T_ROOT}}, true);
    SSL_CTX_set_cert_store(server, t_store_new(pki, since.trusted, since.partial));
    check_chain(link.server, &row, false);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* ---- the calls by themselves ---- */

/* The chain that X509_verify_cert gives, in its order. */
T_TEST(verified_chains) {
    const struct scenario *row = &scenarios[_i];
    X509_STORE *store = t_store_new(pki, row->trusted, row->partial);
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *sent = sk_X509_new_null(), *cas = NULL;
    int count = 0;
    for (int i = 0; i < T_MAX_LISTED && row->sent[i] != T_NOBODY; i++)
        ck_assert_int_gt(sk_X509_push(sent, t_pki_certificate(pki, row->sent[i])), 0);
    ck_assert_int_eq(X509_STORE_CTX_init(ctx, store, t_pki_certificate(pki, row->client), sent), 1);
    ck_assert_int_eq(certmap_openssl_verified_chain(&cas, ctx, NULL), CERTMAP_ERROR_UNVERIFIED);
    ck_assert_int_eq(X509_verify_cert(ctx), 1);
    ck_assert_int_eq(certmap_openssl_verified_chain(&cas, ctx, NULL), CERTMAP_OK);
    for (; count < T_MAX_LISTED && row->cas[count] != T_NOBODY; count++)
        ck_assert_msg(X509_cmp(sk_X509_value(cas, count), t_pki_certificate(pki, row->cas[count])) == 0, "%s: %d",
                      row->name, count);
    ck_assert_int_eq(sk_X509_num(cas), count);
    sk_X509_free(cas);
    sk_X509_free(sent);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
}

static STACK_OF(X509) * stack_of(enum t_id id, int count) {
    STACK_OF(X509) *cas = sk_X509_new_null();
    for (int i = 0; i < count; i++)
        ck_assert_int_gt(sk_X509_push(cas, t_pki_certificate(pki, id)), 0);
    return cas;
}

#define SHA256 CERTMAP_PIECE_CHAIN_SHA256
#define KEY_SHA256 CERTMAP_PIECE_CHAIN_KEY_SHA256

static const unsigned needed[] = {SHA256 | KEY_SHA256, SHA256, KEY_SHA256, CERTMAP_PIECE_SUBJECT};

/* One after another, in the order of the chain; what is not needed is not supplied. */
T_TEST(digests_of_the_chain) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    STACK_OF(X509) *cas = stack_of(T_ISSUING, 1);
    const unsigned needs = needed[_i];
    uint8_t digests[2][2][CERTMAP_SHA256_SIZE];
    ck_assert_int_gt(sk_X509_push(cas, t_pki_certificate(pki, T_ROOT)), 0);
    for (int i = 0; i < 4; i++)
        t_sha256(digests[i / 2][i % 2], t_pki_certificate(pki, i % 2 == 0 ? T_ISSUING : T_ROOT), i / 2 == 1);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), needs, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_openssl_chain(&cert, &holder, cas, needs, NULL), CERTMAP_OK);
    const struct certmap_view found[] = {cert.chain_sha256, cert.chain_key_sha256};
    for (int i = 0; i < 2; i++) {
        const bool wanted = (needs & (i == 0 ? SHA256 : KEY_SHA256)) != 0;
        ck_assert_uint_eq(found[i].len, wanted ? sizeof digests[i] : 0);
        ck_assert((found[i].data != NULL) == wanted);
        if (wanted)
            ck_assert_mem_eq(found[i].data, digests[i], sizeof digests[i]);
    }
    ck_assert_ptr_nonnull(cert.subject.data);
    sk_X509_free(cas);
    certmap_openssl_holder_free(&holder);
}

/* As many as there may be, one more, and none. */
T_TEST(lengths_of_chains) {
    static const struct {
        int count;
        bool known;
    } rows[] = {{0, true}, {CERTMAP_MAX_CHAIN, true}, {CERTMAP_MAX_CHAIN + 1, false}};
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct certmap_peer *peer = t_peer_new();
    STACK_OF(X509) *cas = stack_of(T_ROOT, rows[_i].count);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_BOB), SHA256, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_openssl_chain(&cert, &holder, cas, SHA256 | KEY_SHA256, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    for (int i = 0; i < 2; i++) {
        const enum certmap_field field = i == 0 ? CERTMAP_FIELD_CHAIN_SHA256 : CERTMAP_FIELD_CHAIN_KEY_SHA256;
        ck_assert_int_eq(certmap_peer_field_unknown(peer, field),
                         rows[_i].known ? CERTMAP_CODE_NONE : CERTMAP_CODE_NOT_SUPPLIED);
        ck_assert_uint_eq(certmap_peer_value_count(peer, field), rows[_i].known ? (size_t)rows[_i].count : 0);
    }
    certmap_peer_free(peer);
    sk_X509_free(cas);
    certmap_openssl_holder_free(&holder);
}

/* certmap reads the CAs strictly, too; the message says whose fault it is. */
T_TEST(a_ca_that_is_refused) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct certmap_diagnostic err = {.text = ""};
    STACK_OF(X509) *cas = stack_of(T_ISSUING, 1);
    ck_assert_int_gt(sk_X509_push(cas, t_pki_certificate(pki, T_LENGTHY)), 0);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), 0, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_openssl_chain(&cert, &holder, cas, SHA256, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, CERTMAP_CODE_MALFORMED_DER);
    ck_assert_msg(strncmp(err.text, "chain: ", 7) == 0, "%s", err.text);
    ck_assert_ptr_null(cert.chain_sha256.data);
    sk_X509_free(cas);
    certmap_openssl_holder_free(&holder);
}

T_TEST(arguments) {
    struct certmap_cert cert = CERTMAP_CERT_INIT, small = {.size = sizeof small - 1};
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT, small_holder = {.size = 8};
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
    SSL *ssl = SSL_new(server);
    STACK_OF(X509) *none = sk_X509_new_null(), *cas = NULL;
    X509 *alice = t_pki_certificate(pki, T_ALICE);
    ck_assert_int_eq(certmap_openssl_chain(NULL, &holder, none, SHA256, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_chain(&small, &holder, none, SHA256, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_chain(&cert, NULL, none, SHA256, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_chain(&cert, &small_holder, none, SHA256, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_chain(&cert, &holder, NULL, SHA256, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_verified_chain(NULL, ctx, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_verified_chain(&cas, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_handshake_chain(NULL, ssl, alice, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_handshake_chain(&cas, NULL, alice, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_handshake_chain(&cas, ssl, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_handshake_chain(&cas, ssl, alice, &err), CERTMAP_ERROR_UNVERIFIED);
    ck_assert_str_eq(err.text, "no handshake of this connection tells the chain");
    ck_assert(cas == NULL && cert.chain_sha256.data == NULL);
    sk_X509_free(none);
    SSL_free(ssl);
    SSL_CTX_free(server);
    X509_STORE_CTX_free(ctx);
}

int main(void) {
    const int both = COUNT(versions);
    return T_RUN("openssl_chain",
                 T_CASE("live", T_ONCE(make_shared, free_shared), T_TAGS(T_TLS),
                        T_LOOP(handshakes, COUNT(scenarios) * both), T_LOOP(a_store_that_changed, both)),
                 T_CASE("calls", T_ONCE(make_shared, free_shared), T_LOOP(verified_chains, COUNT(scenarios)),
                        T_LOOP(digests_of_the_chain, COUNT(needed)), T_LOOP(lengths_of_chains, 3), a_ca_that_is_refused,
                        arguments));
}
