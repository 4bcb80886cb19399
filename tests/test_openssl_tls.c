/* SPDX-License-Identifier: MIT */
/* The one call for servers, on live connections of TLS 1.2 and TLS 1.3. Whatever is refused here must be
 * refused: every row that ends in an error also holds the result to CERTMAP_NONE. */
#include "adapter.h"
#include "certmap/openssl.h"
#include "support/alloc.h"
#include "support/tls.h"
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define REFUSED CERTMAP_ERROR_UNVERIFIED
#define STRICT (SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static const char rule_text[] = "certmap 1;\n"
                                "mapping \"contractors\" { when subject.OU = \"Contractors\"; deny; }\n"
                                "mapping \"staff\" {\n"
                                "    when issuer.CN = \"Contoso Issuing CA 1\" and subject.CN = \"Alice\";\n"
                                "    allow \"CONTOSO\\\\portal\";\n"
                                "}\n"
                                "mapping \"warehouse\" { when subject.OU = \"Warehouse\"; allow \"orders\"; }\n"
                                "mapping \"server\" { when subject.CN = \"server\"; allow \"backend\"; }\n";

/* What the tests share. Made once, before Check forks. */
static struct t_pki *pki;
static struct certmap_rules *rules;

static void make_shared(void) {
    pki = t_pki_new();
    rules = t_rules(rule_text);
}

static void free_shared(void) {
    certmap_rules_free(rules);
    t_pki_free(pki);
}

/* ---- one call, and what is always true of it ---- */

/* The errors of a program that has not looked at them yet. */
static void put_errors(void) {
    const unsigned char *at = (const unsigned char *)"no certificate";
    ERR_clear_error();
    ck_assert_ptr_null(d2i_X509(NULL, &at, 14));
}

/* How many errors are queued, and a number made of all of them. Empties the queue. */
static unsigned long take_errors(int *count) {
    unsigned long sum = 0;
    unsigned long error;
    *count = 0;
    while ((error = ERR_get_error()) != 0) {
        sum = sum * 31 + error;
        ++*count;
    }
    return sum;
}

/* Calls with a peer that holds another certificate, a result that holds another answer and a queue that
 * holds errors; none of it may matter, and the errors must stay. */
static void check_match(SSL *ssl, const struct certmap_rules *with, struct t_expected expected, const char *row) {
    struct certmap_peer *peer = t_peer_new();
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct certmap_result result = t_stale_result();
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    int before, after;
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), 0, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    put_errors();
    const unsigned long sum = take_errors(&before);
    put_errors();

    const enum certmap_status status = certmap_openssl_match(ssl, with, peer, &result, &err);
    ck_assert_msg(take_errors(&after) == sum && after == before && before > 0, "%s: error queue changed", row);
    t_check_outcome(peer, rules, &result, &err, status, expected, row);
}

/* ---- verify callbacks, the good and the bad ---- */

/* openssl.h forbids it. */
static int forgetful(int ok, X509_STORE_CTX *ctx) {
    (void)ok;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

/* ---- full handshakes ---- */

static const struct handshake {
    const char *name;
    enum t_id client;
    int mode;
    SSL_verify_cb callback;
    bool finishes;
    struct t_expected expected;
} handshakes[] = {
    {"verified, of the root", T_BOB, STRICT, NULL, true, ACCOUNT("orders")},
    {"verified, through an intermediate CA", T_ALICE, STRICT, NULL, true, ACCOUNT("CONTOSO\\portal")},
    {"verified, asked for but not required", T_ALICE, SSL_VERIFY_PEER, NULL, true, ACCOUNT("CONTOSO\\portal")},
    {"verified, under a lenient callback", T_ALICE, STRICT, t_verify_anything, true, ACCOUNT("CONTOSO\\portal")},
    {"verified, a deny mapping", T_EVE, STRICT, NULL, true, DENIED},
    {"verified, no mapping", T_STRANGER, STRICT, NULL, true, UNMATCHED},
    {"verified, an empty subject", T_UNNAMED, STRICT, NULL, true, UNMATCHED},
    {"no certificate", T_NOBODY, SSL_VERIFY_PEER, NULL, true, NO_CERTIFICATE},
    {"no certificate, lenient callback", T_NOBODY, SSL_VERIFY_PEER, t_verify_anything, true, NO_CERTIFICATE},
    {"no certificate, but required", T_NOBODY, STRICT, NULL, false, UNFINISHED},
    {"not asked for", T_ALICE, SSL_VERIFY_NONE, NULL, true, NO_CERTIFICATE},
    {"not asked for, lenient callback", T_ALICE, SSL_VERIFY_NONE, t_verify_anything, true, NO_CERTIFICATE},
    {"not asked for, and there is none", T_NOBODY, SSL_VERIFY_NONE, NULL, true, NO_CERTIFICATE},
    {"another CA of the same name", T_MALLORY, STRICT, NULL, false, UNFINISHED},
    {"another CA of the same name, lenient callback", T_MALLORY, STRICT, t_verify_anything, true, NOT_VERIFIED},
    {"self-signed, lenient callback", T_LONELY, STRICT, t_verify_anything, true, NOT_VERIFIED},
    {"expired", T_EXPIRED, STRICT, NULL, false, UNFINISHED},
    {"expired, lenient callback", T_EXPIRED, STRICT, t_verify_anything, true, NOT_VERIFIED},
    {"not valid yet, lenient callback", T_EARLY, STRICT, t_verify_anything, true, NOT_VERIFIED},
    {"not for clients, lenient callback", T_WEB, STRICT, t_verify_anything, true, NOT_VERIFIED},
    {"a Name that is not DER", T_LENGTHY, STRICT, NULL, true, MALFORMED},
    {"a Name over the limit", T_MANY_VALUES, STRICT, NULL, true, TOO_LARGE},
    {"a callback that hides the error: not detected", T_EXPIRED, STRICT, forgetful, true, UNMATCHED},
};

T_TEST(full_handshake) {
    const struct handshake *row = &handshakes[_i / COUNT(versions)];
    const int version = versions[_i % COUNT(versions)];
    SSL_CTX *server = t_tls_server(pki, version);
    SSL_CTX *client = t_tls_client(pki, version, row->client);
    SSL_CTX_set_verify(server, row->mode, row->callback);
    struct t_link link = t_link_open(server, client);
    ck_assert_msg(t_link_handshake(&link) == row->finishes, "%s", row->name);
    check_match(link.server, rules, row->expected, row->name);
    check_match(link.server, rules, row->expected, row->name); /* asking does not change the answer */
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* The client's intermediate CA is missing: nothing leads to the root. */
T_TEST(incomplete_chain) {
    const int version = versions[_i];
    SSL_CTX *server = t_tls_server(pki, version);
    SSL_CTX *client = t_tls_client(pki, version, T_ALICE);
    SSL_CTX_set_verify(server, STRICT, t_verify_anything);
    SSL_CTX_clear_chain_certs(client);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    check_match(link.server, rules, (struct t_expected)NOT_VERIFIED, "incomplete chain");
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

T_TEST(the_message_says_what_openssl_found) {
    struct certmap_peer *peer = t_peer_new();
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.text = ""};
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_EXPIRED);
    SSL_CTX_set_verify(server, STRICT, t_verify_anything);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, &result, &err), REFUSED);
    ck_assert_str_eq(err.text, "OpenSSL did not accept the peer's certificate: certificate has expired");
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, &result, NULL), REFUSED);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_peer_free(peer);
}

/* A pre-shared key from outside: a finished handshake, and nobody's certificate. */
static unsigned int psk_of_server(SSL *ssl, const char *identity, unsigned char *psk, unsigned int cap) {
    (void)ssl;
    (void)identity;
    ck_assert_uint_ge(cap, 32);
    memset(psk, 'k', 32);
    return 32;
}

static unsigned int psk_of_client(SSL *ssl, const char *hint, char *identity, unsigned int identity_cap,
                                  unsigned char *psk, unsigned int cap) {
    (void)hint;
    ck_assert_uint_ge(identity_cap, sizeof "alice");
    memcpy(identity, "alice", sizeof "alice");
    return psk_of_server(ssl, identity, psk, cap);
}

T_TEST(pre_shared_key) {
    const int version = versions[_i];
    SSL_CTX *server = t_tls_server(pki, version);
    SSL_CTX *client = t_tls_client(pki, version, T_ALICE);
    SSL_CTX_set_psk_server_callback(server, psk_of_server);
    SSL_CTX_set_psk_client_callback(client, psk_of_client);
    ck_assert_int_eq(SSL_CTX_set_cipher_list(client, "PSK-AES128-GCM-SHA256"), 1);
    ck_assert_int_eq(SSL_CTX_set_ciphersuites(client, "TLS_AES_128_GCM_SHA256"), 1);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    check_match(link.server, rules, (struct t_expected)NO_CERTIFICATE, "pre-shared key");
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* ---- resumed sessions ---- */

enum memory { TICKETS, CACHE }; /* who remembers the session: the client, or the server */

static const struct resumption {
    const char *name;
    enum t_id client;
    int mode; /* of the full handshake */
    SSL_verify_cb callback;
    int later_mode; /* of the resumed one, without a callback */
    struct t_expected expected;
} resumptions[] = {
    {"verified", T_ALICE, STRICT, NULL, STRICT, ACCOUNT("CONTOSO\\portal")},
    {"verified, denied", T_EVE, STRICT, NULL, STRICT, DENIED},
    {"no certificate", T_NOBODY, SSL_VERIFY_PEER, NULL, SSL_VERIFY_PEER, NO_CERTIFICATE},
    {"no certificate, later required", T_NOBODY, SSL_VERIFY_PEER, NULL, STRICT, NO_CERTIFICATE},
    {"not asked for, later required", T_ALICE, SSL_VERIFY_NONE, NULL, STRICT, NO_CERTIFICATE},
    {"another CA, lenient callback", T_MALLORY, STRICT, t_verify_anything, STRICT, NOT_VERIFIED},
    {"expired, lenient callback", T_EXPIRED, STRICT, t_verify_anything, STRICT, NOT_VERIFIED},
    {"expired, lenient callback, later not asked for", T_EXPIRED, STRICT, t_verify_anything, SSL_VERIFY_NONE,
     NOT_VERIFIED},
    {"verified, later not asked for", T_ALICE, STRICT, NULL, SSL_VERIFY_NONE, ACCOUNT("CONTOSO\\portal")},
};

/* Does a handshake with what the client has of an earlier one, if anything, and gives what it has now. */
static SSL_SESSION *connect_again(struct t_link *link, SSL_SESSION *earlier, bool reused, const char *row) {
    if (earlier != NULL)
        ck_assert_msg(SSL_set_session(link->client, earlier) == 1, "%s", row);
    SSL_SESSION_free(earlier);
    ck_assert_msg(t_link_handshake(link), "%s: handshake", row);
    ck_assert_msg((SSL_session_reused(link->server) != 0) == reused, "%s: resumption", row);
    return SSL_get1_session(link->client);
}

T_TEST(resumption) {
    const struct resumption *row = &resumptions[_i / 4];
    const int version = versions[_i % 2];
    const enum memory memory = _i / 2 % 2 == 0 ? TICKETS : CACHE;
    SSL_CTX *server = t_tls_server(pki, version);
    SSL_CTX *client = t_tls_client(pki, version, row->client);
    if (memory == CACHE)
        SSL_CTX_set_options(server, SSL_OP_NO_TICKET);
    else
        SSL_CTX_set_session_cache_mode(server, SSL_SESS_CACHE_OFF);
    struct t_link first = t_link_open(server, client);
    SSL_set_verify(first.server, row->mode, row->callback);
    SSL_SESSION *session = connect_again(&first, NULL, false, row->name);
    check_match(first.server, rules, row->expected, row->name);
    t_link_end(&first);
    for (int times = 0; times < 2; times++) {
        struct t_link later = t_link_open(server, client);
        SSL_set_verify(later.server, row->later_mode, NULL);
        session = connect_again(&later, session, true, row->name);
        check_match(later.server, rules, row->expected, row->name);
        t_link_end(&later);
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* What openssl.h says: the result of the full handshake stays, though the certificate has expired. */
T_TEST(resumption_does_not_verify_again) {
    const struct t_expected valid = UNMATCHED;
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_EXPIRED);
    SSL_CTX_set_verify(server, STRICT, NULL);
    struct t_link first = t_link_open(server, client);
    X509_VERIFY_PARAM_set_time(SSL_get0_param(first.server), time(NULL) - 15L * 24 * 60 * 60);
    SSL_SESSION *session = connect_again(&first, NULL, false, "valid");
    check_match(first.server, rules, valid, "valid");
    t_link_end(&first);
    struct t_link later = t_link_open(server, client);
    session = connect_again(&later, session, true, "expired since");
    check_match(later.server, rules, valid, "expired since");
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* The rules are asked on every connection: a session keeps no account. */
T_TEST(resumption_follows_new_rules) {
    struct certmap_rules *replaced = t_rules("certmap 1; mapping \"all\" { when always; allow \"guest\"; }");
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_ALICE);
    struct t_link first = t_link_open(server, client);
    SSL_SESSION *session = connect_again(&first, NULL, false, "old rules");
    check_match(first.server, rules, (struct t_expected)ACCOUNT("CONTOSO\\portal"), "old rules");
    t_link_end(&first);
    struct t_link later = t_link_open(server, client);
    session = connect_again(&later, session, true, "new rules");
    check_match(later.server, replaced, (struct t_expected)ACCOUNT("guest"), "new rules");
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_rules_free(replaced);
}

/* The advice of openssl.h: under another session id context nothing is resumed. */
T_TEST(another_session_id_context) {
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_ALICE);
    struct t_link first = t_link_open(server, client);
    SSL_set_verify(first.server, SSL_VERIFY_NONE, NULL);
    SSL_SESSION *session = connect_again(&first, NULL, false, "public part");
    check_match(first.server, rules, (struct t_expected)NO_CERTIFICATE, "public part");
    t_link_end(&first);
    struct t_link later = t_link_open(server, client);
    SSL_set_session_id_context(later.server, (const unsigned char *)"clients", 7);
    session = connect_again(&later, session, false, "part for clients");
    check_match(later.server, rules, (struct t_expected)ACCOUNT("CONTOSO\\portal"), "part for clients");
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* What docs/servers.md says to do where a session may not outlive its certificate. */
T_TEST(resumption_switched_off) {
    const struct t_expected alice = ACCOUNT("CONTOSO\\portal");
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_ALICE);
    SSL_CTX *ctx = server;
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(ctx, 0);
    struct t_link first = t_link_open(server, client);
    SSL_SESSION *session = connect_again(&first, NULL, false, "first");
    check_match(first.server, rules, alice, "first");
    t_link_end(&first);
    struct t_link later = t_link_open(server, client);
    session = connect_again(&later, session, false, "later");
    check_match(later.server, rules, alice, "later");
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* Early data of TLS 1.3 may be a replay: no account before the client's Finished, though the session
 * has its certificate. */
T_TEST(early_data) {
    const struct t_expected alice = ACCOUNT("CONTOSO\\portal");
    char text_read[16];
    size_t len = 0;
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
    SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    SSL_CTX_set_max_early_data(server, 1024);
    struct t_link first = t_link_open(server, client);
    SSL_SESSION *session = connect_again(&first, NULL, false, "full");
    t_link_end(&first);
    struct t_link later = t_link_open(server, client);
    ck_assert_int_eq(SSL_set_session(later.client, session), 1);
    ck_assert_int_eq(SSL_write_early_data(later.client, "early", 5, &len), 1);
    t_link_move(later.client, later.server, INT_MAX);
    ck_assert_int_eq(SSL_read_early_data(later.server, text_read, sizeof text_read, &len), SSL_READ_EARLY_DATA_SUCCESS);
    ck_assert_uint_eq(len, 5);
    ck_assert_ptr_nonnull(SSL_SESSION_get0_peer(SSL_get_session(later.server)));
    check_match(later.server, rules, (struct t_expected)UNFINISHED, "early data");
    t_link_move(later.server, later.client, INT_MAX);
    ck_assert_int_eq(SSL_do_handshake(later.client), 1);
    ck_assert_int_eq(t_link_move(later.client, later.server, 1), 1); /* EndOfEarlyData, without Finished */
    ck_assert_int_eq(SSL_read_early_data(later.server, text_read, sizeof text_read, &len), SSL_READ_EARLY_DATA_FINISH);
    check_match(later.server, rules, (struct t_expected)UNFINISHED, "end of early data");
    t_link_move(later.client, later.server, INT_MAX);
    ck_assert_int_eq(SSL_do_handshake(later.server), 1);
    check_match(later.server, rules, alice, "finished");
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* ---- before the end of a handshake ---- */

/* Record by record: refused until the server has seen the client's Finished. */
T_TEST(unfinished_at_every_record) {
    const int version = versions[_i];
    SSL_CTX *server = t_tls_server(pki, version);
    SSL_CTX *client = t_tls_client(pki, version, T_ALICE);
    struct t_link link = t_link_open(server, client);
    int steps = 0;
    int with_certificate = 0;
    check_match(link.server, rules, (struct t_expected)UNFINISHED, "before the first byte");
    while (!SSL_is_init_finished(link.server)) {
        (void)SSL_do_handshake(link.client);
        if (t_link_move(link.client, link.server, 1) == 0)
            ck_assert_int_gt(t_link_move(link.server, link.client, INT_MAX), 0);
        if (SSL_do_handshake(link.server) != 1) {
            with_certificate +=
                SSL_get_session(link.server) != NULL && SSL_SESSION_get0_peer(SSL_get_session(link.server)) != NULL;
            check_match(link.server, rules, (struct t_expected)UNFINISHED, "within");
        }
        ck_assert_int_lt(++steps, 50);
    }
    ck_assert_int_gt(with_certificate, 0); /* else the test has proved nothing */
    check_match(link.server, rules, (struct t_expected)ACCOUNT("CONTOSO\\portal"), "finished");
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

static int calls_within;

static int asks_too_early(int ok, X509_STORE_CTX *ctx) {
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    check_match(ssl, rules, (struct t_expected)UNFINISHED, "in the verify callback");
    calls_within++;
    return ok;
}

T_TEST(unfinished_in_the_verify_callback) {
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_ALICE);
    SSL_CTX_set_verify(server, STRICT, asks_too_early);
    struct t_link link = t_link_open(server, client);
    calls_within = 0;
    ck_assert(t_link_handshake(&link));
    ck_assert_int_ge(calls_within, 3); /* once for each certificate of the chain */
    check_match(link.server, rules, (struct t_expected)ACCOUNT("CONTOSO\\portal"), "finished");
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

static const struct {
    const char *name;
    enum t_id client;
    SSL_verify_cb callback;
    struct t_expected expected;
} later_requests[] = {
    {"verified", T_ALICE, NULL, ACCOUNT("CONTOSO\\portal")},
    {"expired, lenient callback", T_EXPIRED, t_verify_anything, NOT_VERIFIED},
    {"no certificate", T_NOBODY, NULL, NO_CERTIFICATE},
};

/* TLS 1.3: the server asks for the certificate when it sees what the client wants. */
T_TEST(post_handshake_authentication) {
    const enum t_id id = later_requests[_i].client;
    const char *row = later_requests[_i].name;
    char text_read[16];
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
    SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, id);
    SSL_CTX_set_verify(server, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_post_handshake_auth(client, 1);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    check_match(link.server, rules, (struct t_expected)NO_CERTIFICATE, row);

    SSL_set_verify(link.server, SSL_VERIFY_PEER, later_requests[_i].callback);
    ck_assert_int_eq(SSL_verify_client_post_handshake(link.server), 1);
    check_match(link.server, rules, (struct t_expected)UNFINISHED, row);
    ck_assert_int_eq(SSL_do_handshake(link.server), 1);
    check_match(link.server, rules, (struct t_expected)NO_CERTIFICATE, row); /* asked, not answered */
    t_link_move(link.server, link.client, INT_MAX);
    (void)SSL_read(link.client, text_read, sizeof text_read);

    ck_assert_int_eq(t_link_move(link.client, link.server, 1), 1); /* Certificate, without CertificateVerify */
    (void)SSL_read(link.server, text_read, sizeof text_read);
    ck_assert_int_eq(SSL_SESSION_get0_peer(SSL_get_session(link.server)) != NULL, id != T_NOBODY);
    check_match(link.server, rules, (struct t_expected)UNFINISHED, row);
    t_link_pump(&link);
    check_match(link.server, rules, later_requests[_i].expected, row);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* TLS 1.2: the same by a second handshake, which must not resume the first: hence the other session id
 * context. */
T_TEST(renegotiation) {
    const char *row = later_requests[_i].name;
    char text_read[16];
    SSL_CTX *server = t_tls_server(pki, TLS1_2_VERSION);
    SSL_CTX *client = t_tls_client(pki, TLS1_2_VERSION, later_requests[_i].client);
    SSL_CTX_set_verify(server, SSL_VERIFY_NONE, NULL);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    check_match(link.server, rules, (struct t_expected)NO_CERTIFICATE, row);
    SSL_set_verify(link.server, SSL_VERIFY_PEER, later_requests[_i].callback);
    SSL_set_session_id_context(link.server, (const unsigned char *)"clients", 7);
    ck_assert_int_eq(SSL_renegotiate(link.server), 1);
    ck_assert_int_eq(SSL_do_handshake(link.server), 1); /* HelloRequest */
    t_link_move(link.server, link.client, INT_MAX);
    (void)SSL_read(link.client, text_read, sizeof text_read);
    t_link_move(link.client, link.server, 1); /* ClientHello */
    (void)SSL_read(link.server, text_read, sizeof text_read);
    check_match(link.server, rules, (struct t_expected)UNFINISHED, row);
    t_link_pump(&link);
    ck_assert_int_eq(SSL_num_renegotiations(link.server), 1);
    ck_assert_int_eq(SSL_session_reused(link.server), 0);
    check_match(link.server, rules, later_requests[_i].expected, row);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* TLS 1.3: refused until the message is sent. */
T_TEST(key_update) {
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
    SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    ck_assert_int_eq(SSL_key_update(link.server, SSL_KEY_UPDATE_REQUESTED), 1);
    check_match(link.server, rules, (struct t_expected)UNFINISHED, "to be sent");
    ck_assert_int_eq(SSL_do_handshake(link.server), 1);
    check_match(link.server, rules, (struct t_expected)ACCOUNT("CONTOSO\\portal"), "sent");
    t_link_pump(&link);
    check_match(link.server, rules, (struct t_expected)ACCOUNT("CONTOSO\\portal"), "answered");
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* A finished connection whose session the program took away. */
T_TEST(session_taken_away) {
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_ALICE);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    ck_assert_int_eq(SSL_set_session(link.server, NULL), 1);
    check_match(link.server, rules, (struct t_expected)NO_CERTIFICATE, "no session");
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* SSL_clear for the next connection: what the last one proved is gone. */
T_TEST(cleared_for_the_next_connection) {
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_ALICE);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    check_match(link.server, rules, (struct t_expected)ACCOUNT("CONTOSO\\portal"), "before");
    ck_assert_int_eq(SSL_clear(link.server), 1);
    check_match(link.server, rules, (struct t_expected)UNFINISHED, "cleared");
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* ---- the client's end: the certificate is the server's ---- */

static const struct {
    const char *name;
    int mode;
    const char *host; /* that the client means; NULL: it does not say */
    bool finishes;
    struct t_expected expected;
} client_ends[] = {
    {"verified", SSL_VERIFY_PEER, NULL, true, ACCOUNT("backend")},
    {"verified, for this host", SSL_VERIFY_PEER, "localhost", true, ACCOUNT("backend")},
    {"for another host", SSL_VERIFY_PEER, "db.contoso.example", false, UNFINISHED},
    {"for another host, not enforced", SSL_VERIFY_NONE, "db.contoso.example", true, NOT_VERIFIED},
    {"not enforced, but fine", SSL_VERIFY_NONE, NULL, true, ACCOUNT("backend")},
};

T_TEST(client_end) {
    const int i = _i / COUNT(versions);
    const int version = versions[_i % COUNT(versions)];
    SSL_CTX *server = t_tls_server(pki, version);
    SSL_CTX *client = t_tls_client(pki, version, T_ALICE);
    SSL_CTX_set_verify(client, client_ends[i].mode, NULL);
    struct t_link link = t_link_open(server, client);
    ck_assert_int_eq(SSL_set1_host(link.client, client_ends[i].host), 1);
    check_match(link.client, rules, (struct t_expected)UNFINISHED, client_ends[i].name);
    ck_assert_msg(t_link_handshake(&link) == client_ends[i].finishes, "%s", client_ends[i].name);
    check_match(link.client, rules, client_ends[i].expected, client_ends[i].name);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* ---- rules that need the whole certificate ---- */

static struct certmap_rules *only_this_certificate(X509 *x509, const char *account) {
    struct certmap_builder *builder = NULL;
    struct certmap_rules *made = NULL;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    unsigned char *der = NULL;
    const int len = i2d_X509(x509, &der);
    ck_assert_int_gt(len, 0);
    const struct certmap_view operand = {der, (size_t)len};
    mapping.kind = CERTMAP_KIND_ONE_TO_ONE;
    mapping.decision = CERTMAP_ALLOW;
    mapping.account = t_text(account);
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = &operand;
    condition.operand_count = 1;
    ck_assert_int_eq(certmap_builder_new(&builder, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_finish(builder, &made, NULL), CERTMAP_OK);
    certmap_builder_free(builder);
    OPENSSL_free(der);
    return made;
}

static const struct {
    enum t_id client;
    struct t_expected expected;
} exact[] = {
    {T_ALICE, ACCOUNT("CONTOSO\\alice")},
    {T_BOB, UNMATCHED},
    {T_STRANGER, UNMATCHED},
};

T_TEST(one_to_one) {
    const int i = _i / COUNT(versions);
    const int version = versions[_i % COUNT(versions)];
    struct certmap_rules *one = only_this_certificate(t_pki_certificate(pki, T_ALICE), "CONTOSO\\alice");
    ck_assert_uint_eq(certmap_rules_needs(one) & CERTMAP_PIECE_CERTIFICATE, CERTMAP_PIECE_CERTIFICATE);
    SSL_CTX *server = t_tls_server(pki, version);
    SSL_CTX *client = t_tls_client(pki, version, exact[i].client);
    struct t_link first = t_link_open(server, client);
    SSL_SESSION *session = connect_again(&first, NULL, false, "full");
    check_match(first.server, one, exact[i].expected, "full");
    t_link_end(&first);
    struct t_link later = t_link_open(server, client); /* the session has the certificate byte for byte */
    session = connect_again(&later, session, true, "resumed");
    check_match(later.server, one, exact[i].expected, "resumed");
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_rules_free(one);
}

/* ---- rules that read other pieces ---- */

static struct certmap_rules *only_where(enum certmap_field field, const char *subfield, const char *operand) {
    struct certmap_builder *builder = NULL;
    struct certmap_rules *made = NULL;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const struct certmap_view view = t_text(operand);
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = mapping.account = t_text("found");
    condition.field = field;
    condition.subfield = t_text(subfield);
    condition.operands = &view;
    condition.operand_count = 1;
    ck_assert_int_eq(certmap_builder_new(&builder, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_finish(builder, &made, NULL), CERTMAP_OK);
    certmap_builder_free(builder);
    return made;
}

/* In hexadecimal, the digest of a certificate, or of its SubjectPublicKeyInfo. */
static void digest_of(char hex[2 * EVP_MAX_MD_SIZE + 1], X509 *x509, const EVP_MD *hash, bool key) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned char *der = NULL;
    unsigned size = 0;
    const int len = key ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der) : i2d_X509(x509, &der);
    ck_assert_int_gt(len, 0);
    ck_assert_int_eq(EVP_Digest(der, (size_t)len, digest, &size, hash, NULL), 1);
    for (unsigned i = 0; i < size; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
    OPENSSL_free(der);
}

static const struct reading {
    const char *name;
    enum t_id client;
    enum certmap_field field;
    const char *subfield;
    const char *operand; /* NULL: the digest below, of the client's certificate */
    const EVP_MD *(*hash)(void);
    bool key;
    bool holds;
} readings[] = {
    {"version", T_ALICE, CERTMAP_FIELD_VERSION, "", "3", NULL, false, true},
    {"another version", T_ALICE, CERTMAP_FIELD_VERSION, "", "1", NULL, false, false},
    {"serial", T_ALICE, CERTMAP_FIELD_SERIAL, "", "0x04", NULL, false, true},
    {"another serial", T_BOB, CERTMAP_FIELD_SERIAL, "", "0x04", NULL, false, false},
    {"valid", T_ALICE, CERTMAP_FIELD_VALIDITY, "", "valid", NULL, false, true},
    {"extended key usage", T_ALICE, CERTMAP_FIELD_EKU, "", "clientAuth", NULL, false, true},
    {"alternative name", T_UNNAMED, CERTMAP_FIELD_SAN, "email", "unnamed@contoso.example", NULL, false, true},
    {"no alternative name", T_ALICE, CERTMAP_FIELD_SAN, "email", "unnamed@contoso.example", NULL, false, false},
    {"sha256", T_ALICE, CERTMAP_FIELD_SHA256, "", NULL, EVP_sha256, false, true},
    {"sha1", T_ALICE, CERTMAP_FIELD_SHA1, "", NULL, EVP_sha1, false, true},
    {"spki.sha256", T_ALICE, CERTMAP_FIELD_KEY_SHA256, "", NULL, EVP_sha256, true, true},
    {"sha512", T_ALICE, CERTMAP_FIELD_SHA512, "", NULL, EVP_sha512, false, true},
    {"spki.sha512", T_ALICE, CERTMAP_FIELD_KEY_SHA512, "", NULL, EVP_sha512, true, true},
    {"spki.sha1", T_ALICE, CERTMAP_FIELD_KEY_SHA1, "", NULL, EVP_sha1, true, true},
    {"the key's digest is not the certificate's", T_ALICE, CERTMAP_FIELD_SHA256, "", NULL, EVP_sha256, true, false},
};

T_TEST(other_pieces) {
    const struct reading *row = &readings[_i / COUNT(versions)];
    const int version = versions[_i % COUNT(versions)];
    const struct t_expected found = ACCOUNT("found"), nothing = UNMATCHED;
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    if (row->operand == NULL)
        digest_of(hex, t_pki_certificate(pki, row->client), row->hash(), row->key);
    struct certmap_rules *where = only_where(row->field, row->subfield, row->operand == NULL ? hex : row->operand);
    SSL_CTX *server = t_tls_server(pki, version);
    SSL_CTX *client = t_tls_client(pki, version, row->client);
    SSL_SESSION *session = NULL;
    for (int times = 0; times < 2; times++) {
        struct t_link link = t_link_open(server, client);
        session = connect_again(&link, session, times > 0, row->name);
        check_match(link.server, where, row->holds ? found : nothing, row->name);
        t_link_end(&link);
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_rules_free(where);
}

static bool is(struct certmap_view view, const char *expected) {
    return view.data != NULL && view.len == strlen(expected) && memcmp(view.data, expected, view.len) == 0;
}

/* What is built from the certificate outlives the certificate, and the call. */
T_TEST(built_accounts) {
    struct certmap_rules *built =
        t_rules("certmap 1; policy all;\n"
                "mapping \"a\" { when subject.CN present;\n"
                "    allow \"CONTOSO\\\\${subject.CN | lower}\"; group \"ou-${subject.OU}\";\n"
                "    attribute \"serial\" = \"${serial}\"; }\n"
                "mapping \"b\" { when eku = \"clientAuth\"; allow posix-user \"u${serial}\"; }\n");
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_ALICE);
    struct t_link link = t_link_open(server, client);
    struct certmap_peer *peer = t_peer_new();
    struct certmap_result result = CERTMAP_RESULT_INIT;
    ck_assert(t_link_handshake(&link));
    ck_assert_int_eq(certmap_openssl_match(link.server, built, peer, &result, NULL), CERTMAP_OK);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    ck_assert(is(result.account, "CONTOSO\\alice") && is(result.domain, "CONTOSO") && is(result.user, "alice"));
    ck_assert_uint_eq(result.account_count, 2);
    ck_assert(is(result.accounts[0], "CONTOSO\\alice") && is(result.accounts[1], "u4"));
    ck_assert_uint_eq(result.group_count, 1);
    ck_assert(is(result.groups[0], "ou-Sales"));
    ck_assert_uint_eq(result.attribute_count, 1);
    ck_assert(is(result.attributes[0].name, "serial") && is(result.attributes[0].value, "4"));
    certmap_peer_free(peer);
    certmap_rules_free(built);
}

/* On a resumed session OpenSSL does not look at the dates again; a rule does. */
T_TEST(expired_since) {
    struct certmap_rules *valid = only_where(CERTMAP_FIELD_VALIDITY, "", "valid");
    SSL_CTX *server = t_tls_server(pki, versions[_i]);
    SSL_CTX *client = t_tls_client(pki, versions[_i], T_EXPIRED);
    SSL_CTX_set_verify(server, STRICT, NULL);
    struct t_link first = t_link_open(server, client);
    X509_VERIFY_PARAM_set_time(SSL_get0_param(first.server), time(NULL) - 15L * 24 * 60 * 60);
    SSL_SESSION *session = connect_again(&first, NULL, false, "was valid");
    t_link_end(&first);
    struct t_link later = t_link_open(server, client);
    session = connect_again(&later, session, true, "expired since");
    check_match(later.server, valid, (struct t_expected)UNMATCHED, "expired since");
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_rules_free(valid);
}

/* ---- arguments, memory, threads ---- */

T_TEST(arguments) {
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
    SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    struct t_link link = t_link_open(server, client);
    struct certmap_peer *peer = t_peer_new();
    struct certmap_result result = t_stale_result();
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    ck_assert(t_link_handshake(&link));
    const struct {
        SSL *ssl;
        const struct certmap_rules *rules;
        struct certmap_peer *peer;
    } rows[] = {{NULL, rules, peer}, {link.server, NULL, peer}, {link.server, rules, NULL}, {NULL, NULL, NULL}};
    for (int i = 0; i < COUNT(rows); i++) {
        result = t_stale_result();
        err.code = CERTMAP_CODE_NONE;
        ck_assert_int_eq(certmap_openssl_match(rows[i].ssl, rows[i].rules, rows[i].peer, &result, &err),
                         CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
        t_check_none(&result, "NULL");
        ck_assert_int_eq(certmap_openssl_match(rows[i].ssl, rows[i].rules, rows[i].peer, &result, NULL),
                         CERTMAP_ERROR_ARGUMENT);
    }
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, NULL, &err), CERTMAP_ERROR_ARGUMENT);
    result = t_stale_result();
    result.size = sizeof result - 1;
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, &result, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_uint_eq(result.size, sizeof result - 1);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW); /* what is said to be smaller is not written */
    ck_assert_uint_eq(result.index, 7);
    ck_assert_int_eq(certmap_openssl_match(NULL, NULL, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_peer_free(peer);
}

/* A program that was built with a later certmap, whose result is larger. */
T_TEST(a_larger_result) {
    struct {
        struct certmap_result result;
        unsigned char later_member[16];
    } large;
    unsigned char untouched[16];
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
    SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    struct t_link link = t_link_open(server, client);
    struct certmap_peer *peer = t_peer_new();
    memset(&large, 0xA5, sizeof large);
    memset(untouched, 0xA5, sizeof untouched);
    large.result.size = sizeof large;
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, &large.result, NULL), REFUSED);
    ck_assert_uint_eq(large.result.size, sizeof large);
    ck_assert_int_eq(large.result.decision, CERTMAP_NONE);
    ck_assert(t_link_handshake(&link));
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, &large.result, NULL), CERTMAP_OK);
    ck_assert_uint_eq(large.result.size, sizeof large);
    ck_assert_int_eq(large.result.decision, CERTMAP_ALLOW);
    ck_assert_mem_eq(large.later_member, untouched, sizeof untouched);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_peer_free(peer);
}

T_TEST(every_allocation_fails_once) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
    SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    struct t_link link = t_link_open(server, client);
    struct certmap_rules *one = NULL; /* what it reads of the Names takes memory */
    ck_assert_int_eq(certmap_rules_parse(&one,
                                         t_text("certmap 1; mapping \"a\" { when subject.CN = \"Alice\"; "
                                                "allow \"CONTOSO\\\\alice\"; }"),
                                         NULL, NULL),
                     CERTMAP_OK);
    ck_assert(t_link_handshake(&link));
    size_t n = 0;
    for (bool failed = true; failed; n++) {
        struct certmap_peer *peer = NULL;
        struct certmap_result result = t_stale_result();
        struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
        ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = certmap_openssl_match(link.server, one, peer, &result, &err);
        failed = t_alloc_failed(&memory);
        t_alloc_fail_at(&memory, SIZE_MAX);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        if (failed) {
            ck_assert_int_eq(err.code, CERTMAP_CODE_MEMORY);
            t_check_none(&result, "out of memory");
        }
        /* the same peer serves once there is memory */
        ck_assert_int_eq(certmap_openssl_match(link.server, one, peer, &result, NULL), CERTMAP_OK);
        ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
        certmap_peer_free(peer);
        ck_assert_uint_eq(memory.live, 0);
    }
    ck_assert_uint_gt(n, 1);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_rules_free(one);
}

/* The next connection costs no memory of its own. */
T_TEST(the_peer_keeps_its_memory) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_peer *peer = NULL;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
    SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    struct t_link link = t_link_open(server, client);
    ck_assert(t_link_handshake(&link));
    ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, &result, NULL), CERTMAP_OK);
    t_alloc_fail_at(&memory, 0);
    ck_assert_int_eq(certmap_openssl_match(link.server, rules, peer, &result, NULL), CERTMAP_OK);
    ck_assert(!t_alloc_failed(&memory));
    certmap_peer_free(peer);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

struct worker {
    pthread_t thread;
    enum t_id client;
    const char *account;
    int right;
};

enum { CONNECTIONS = 25 };

/* Check's assertions are for the main thread, so a worker counts. */
static void *serve(void *argument) {
    struct worker *worker = argument;
    struct certmap_peer *peer = NULL;
    if (certmap_peer_new(&peer, NULL, NULL) != CERTMAP_OK)
        return NULL;
    SSL_CTX *server = t_tls_server(pki, versions[worker->client == T_ALICE]);
    SSL_CTX *client = t_tls_client(pki, versions[worker->client == T_ALICE], worker->client);
    for (int i = 0; i < CONNECTIONS; i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        struct t_link link = t_link_open(server, client);
        worker->right += t_link_handshake(&link) &&
                         certmap_openssl_match(link.server, rules, peer, &result, NULL) == CERTMAP_OK &&
                         result.account.data != NULL && strcmp((const char *)result.account.data, worker->account) == 0;
        t_link_close(&link);
    }
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    certmap_peer_free(peer);
    return NULL;
}

T_TEST(threads_share_the_rules) {
    struct worker workers[] = {
        {.client = T_ALICE, .account = "CONTOSO\\portal"},
        {.client = T_BOB, .account = "orders"},
    };
    for (int i = 0; i < COUNT(workers); i++)
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, serve, &workers[i]), 0);
    for (int i = 0; i < COUNT(workers); i++)
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
    for (int i = 0; i < COUNT(workers); i++)
        ck_assert_int_eq(workers[i].right, CONNECTIONS);
}

/* ---- all of them ---- */

int main(void) {
    const int both = COUNT(versions);
    return T_RUN("openssl_tls",
                 T_CASE("full", T_ONCE(make_shared, free_shared), T_LOOP(full_handshake, COUNT(handshakes) * both),
                        T_LOOP(incomplete_chain, both), T_LOOP(the_message_says_what_openssl_found, both),
                        T_LOOP(pre_shared_key, both)),
                 T_CASE("resumed", T_ONCE(make_shared, free_shared), T_LOOP(resumption, COUNT(resumptions) * 2 * both),
                        T_LOOP(resumption_does_not_verify_again, both), T_LOOP(resumption_follows_new_rules, both),
                        T_LOOP(another_session_id_context, both), T_LOOP(resumption_switched_off, both), early_data),
                 T_CASE("unfinished", T_ONCE(make_shared, free_shared), T_LOOP(unfinished_at_every_record, both),
                        T_LOOP(unfinished_in_the_verify_callback, both),
                        T_LOOP(post_handshake_authentication, COUNT(later_requests)),
                        T_LOOP(renegotiation, COUNT(later_requests)), key_update, T_LOOP(session_taken_away, both),
                        T_LOOP(cleared_for_the_next_connection, both)),
                 T_CASE("other", T_ONCE(make_shared, free_shared), T_LOOP(client_end, COUNT(client_ends) * both),
                        T_LOOP(one_to_one, COUNT(exact) * both), T_LOOP(other_pieces, COUNT(readings) * both),
                        T_LOOP(built_accounts, both), T_LOOP(expired_since, both), arguments, a_larger_result,
                        every_allocation_fails_once, the_peer_keeps_its_memory, threads_share_the_rules));
}
