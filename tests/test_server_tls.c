/* SPDX-License-Identifier: MIT */
/* libcertmap-server on live connections of TLS 1.2 and TLS 1.3: full and resumed, under each policy. */
#define _POSIX_C_SOURCE 200809L
#include "server.h"
#include <limits.h>
#include <openssl/err.h>

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
static const enum certmap_resumed policies[] = {CERTMAP_RESUMED_REFUSE_UNKNOWN, CERTMAP_RESUMED_KEEP,
                                                CERTMAP_RESUMED_VERIFY};
#define VERSIONS COUNT(versions)
#define POLICIES COUNT(policies)

static const char issuer_rules[] = "certmap 1;\n"
                                   "issuers \"cas\" { file \"cas.pem\"; }\n"
                                   "mapping \"known\" { when issuer is \"cas\"; allow \"known\"; }\n"
                                   "mapping \"others\" { when subject.CN present; allow \"other\"; }\n";

static const char chain_rules[] = "certmap 1;\n"
                                  "issuers \"cas\" { file \"cas.pem\"; }\n"
                                  "mapping \"known\" { when chain has \"cas\"; allow \"known\"; }\n"
                                  "mapping \"others\" { when subject.CN present; allow \"other\"; }\n";
static const char chain_refusals[] = "certmap 1;\n"
                                     "issuers \"cas\" { file \"cas.pem\"; }\n"
                                     "mapping \"strangers\" { when not chain has \"cas\"; deny; }\n"
                                     "mapping \"others\" { when subject.CN present; allow \"known\"; }\n";

static void make_pki(void) {
    s_pki = t_pki_new();
}

static void free_pki(void) {
    t_pki_free(s_pki);
}

/* ---- connections ---- */

/* A server and what its client keeps. */
struct end {
    SSL_CTX *server, *client;
    SSL_SESSION *session;
    struct t_link link;
};

static void end_begin(struct end *end, int version, enum t_id id, enum certmap_resumed policy) {
    *end = (struct end){.server = t_tls_server(s_pki, version), .client = t_tls_client(s_pki, version, id)};
    if (policy == CERTMAP_RESUMED_KEEP)
        SSL_CTX_set_cert_verify_callback(end->server, certmap_service_keep_issuer, NULL);
    if (policy == CERTMAP_RESUMED_VERIFY) /* a ticket does not hold what the client sent along */
        ck_assert_int_eq(X509_STORE_add_cert(SSL_CTX_get_cert_store(end->server), t_pki_certificate(s_pki, T_ISSUING)),
                         1);
}

enum memory { TICKETS, CACHE, MEMORIES }; /* who remembers the session: the client, or the server */

static void remember_by(const struct end *end, enum memory memory) {
    if (memory == CACHE)
        SSL_CTX_set_options(end->server, SSL_OP_NO_TICKET);
    else
        SSL_CTX_set_session_cache_mode(end->server, SSL_SESS_CACHE_OFF);
}

/* A connection, resumed where there is a session. */
static void end_connect(struct end *end, bool resumed) {
    end->link = t_link_open(end->server, end->client);
    if (end->session != NULL)
        ck_assert_int_eq(SSL_set_session(end->link.client, end->session), 1);
    ck_assert(t_link_handshake(&end->link));
    ck_assert_int_eq(SSL_session_reused(end->link.server), resumed);
}

/* The client keeps the session. */
static void end_disconnect(struct end *end) {
    SSL_SESSION_free(end->session);
    end->session = SSL_get1_session(end->link.client);
    SSL_shutdown(end->link.server); /* else OpenSSL takes the session out of the cache */
    SSL_shutdown(end->link.client);
    t_link_close(&end->link);
}

static void end_close(struct end *end) {
    SSL_SESSION_free(end->session);
    SSL_CTX_free(end->server);
    SSL_CTX_free(end->client);
}

static struct certmap_answer *ask_link(struct s_case *test, struct t_link *link) {
    struct certmap_answer *answer = NULL;
    struct certmap_diagnostic err = {.text = ""};
    ck_assert_msg(certmap_service_ask(test->service, &answer, link->server, "192.0.2.7", &err) == CERTMAP_OK, "%s",
                  err.text);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return answer;
}

static const char *told(struct s_case *test, struct t_link *link) {
    struct certmap_answer *answer = ask_link(test, link);
    const char *text = s_told(answer);
    certmap_answer_free(answer);
    return text;
}

static void write_ca(const struct s_case *test, enum t_id id) {
    FILE *file = fopen(s_path(test, "cas.pem"), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(PEM_write_X509(file, t_pki_certificate(s_pki, id)), 1);
    ck_assert_int_eq(fclose(file), 0);
}

static void write_cas(const struct s_case *test) {
    write_ca(test, T_ISSUING);
}

/* ---- full handshakes ---- */

static const struct {
    enum t_id id;
    const char *told;
} everybody[] = {
    {T_ALICE, "allow CONTOSO\\alice"},
    {T_BOB, "allow orders"},
    {T_EVE, "deny"},
    {T_STRANGER, "none no-match"},
    {T_NOBODY, "unverified no-certificate"},
    {T_LENGTHY, "error malformed-der"},
    {T_MANY_VALUES, "error name-too-large"},
};

T_TEST(everybody_has_an_answer) {
    struct s_case test;
    struct end end;
    s_begin(&test, s_rules);
    test.options.resumed = policies[_i % POLICIES];
    s_open(&test);
    for (int i = 0; i < COUNT(everybody); i++) {
        end_begin(&end, versions[_i / POLICIES], everybody[i].id, test.options.resumed);
        end_connect(&end, false);
        ck_assert_str_eq(told(&test, &end.link), everybody[i].told);
        end_disconnect(&end);
        end_close(&end);
    }
    s_end(&test);
}

/* A verify callback lets them through; the verify result stays. */
static int let_through(int ok, X509_STORE_CTX *ctx) {
    (void)ok;
    (void)ctx;
    return 1;
}

T_TEST(who_is_not_verified_is_refused) {
    static const enum t_id ids[] = {T_EXPIRED, T_EARLY, T_WEB, T_MALLORY, T_LONELY};
    struct s_case test;
    struct end end;
    s_begin(&test, s_rules);
    s_open(&test);
    for (int i = 0; i < COUNT(ids); i++) {
        end_begin(&end, versions[_i], ids[i], CERTMAP_RESUMED_REFUSE_UNKNOWN);
        SSL_CTX_set_verify(end.server, SSL_VERIFY_PEER, let_through);
        end_connect(&end, false);
        struct certmap_answer *answer = ask_link(&test, &end.link);
        ck_assert_str_eq(s_told(answer), "unverified not-verified");
        ck_assert_uint_eq(certmap_answer_text(answer, CERTMAP_ANSWER_SHA256, CERTMAP_FORM_PLAIN).len, 64);
        ck_assert_uint_gt(certmap_answer_text(answer, CERTMAP_ANSWER_MESSAGE, CERTMAP_FORM_PLAIN).len, 0);
        certmap_answer_free(answer);
        end_disconnect(&end);
        end_close(&end);
    }
    s_end(&test);
}

T_TEST(too_early_is_not_kept) {
    struct s_case test;
    struct end end;
    s_begin(&test, s_rules);
    s_open(&test);
    end_begin(&end, versions[_i], T_ALICE, CERTMAP_RESUMED_REFUSE_UNKNOWN);
    end.link = t_link_open(end.server, end.client);
    struct certmap_answer *answer = ask_link(&test, &end.link);
    ck_assert_str_eq(s_told(answer), "unverified handshake-unfinished");
    ck_assert(!certmap_answer_may_be_kept(answer));
    ck_assert(!certmap_service_is_current(test.service, answer, 0));
    certmap_answer_free(answer);
    ck_assert(t_link_handshake(&end.link));
    answer = ask_link(&test, &end.link);
    ck_assert(certmap_service_is_current(test.service, answer, 0));
    certmap_answer_free(answer);
    end_disconnect(&end);
    end_close(&end);
    s_end(&test);
}

/* ---- resumed sessions ---- */

/* Who issued the certificate: on a full handshake everybody knows; on a resumed one, by policy. */
T_TEST(the_issuer_on_a_resumed_session) {
    static const char *const resumed[] = {"none unreadable", "allow known", "allow known"};
    static const char *const resumed_bob[] = {"none unreadable", "allow other", "allow other"};
    struct s_case test;
    struct end end;
    const enum t_id id = _i / POLICIES / VERSIONS % 2 == 0 ? T_ALICE : T_BOB;
    const int policy = _i % POLICIES;
    s_begin(&test, issuer_rules);
    write_cas(&test);
    test.options.resumed = policies[policy];
    s_open(&test);
    end_begin(&end, versions[_i / POLICIES % VERSIONS], id, test.options.resumed);
    remember_by(&end, (enum memory)(_i / POLICIES / VERSIONS / 2));
    for (int turn = 0; turn < 3; turn++) {
        const char *expected = id == T_BOB ? resumed_bob[policy] : resumed[policy];
        end_connect(&end, turn > 0);
        if (turn == 0)
            expected = id == T_BOB ? "allow other" : "allow known";
        ck_assert_str_eq(told(&test, &end.link), expected);
        end_disconnect(&end);
    }
    end_close(&end);
    s_end(&test);
}

/* The same of every CA of the chain: of Alice the issuing CA and the root, of Bob the root. */
static const struct {
    enum t_id ca, client;
    bool is_in_chain;
} in_chain[] = {{T_ISSUING, T_ALICE, true},
                {T_ROOT, T_ALICE, true},
                {T_ISSUING, T_BOB, false},
                {T_ROOT, T_BOB, true},
                {T_OTHER_ROOT, T_ALICE, false}};

static void check_chain(int row, bool refusals, int policy, int version, enum memory memory) {
    struct s_case test;
    struct end end;
    s_begin(&test, refusals ? chain_refusals : chain_rules);
    write_ca(&test, in_chain[row].ca);
    test.options.resumed = policies[policy];
    s_open(&test);
    end_begin(&end, versions[version], in_chain[row].client, test.options.resumed);
    remember_by(&end, memory);
    for (int turn = 0; turn < 3; turn++) {
        const bool known = turn == 0 || policies[policy] != CERTMAP_RESUMED_REFUSE_UNKNOWN;
        const char *expected = in_chain[row].is_in_chain ? "allow known" : refusals ? "deny" : "allow other";
        if (!known)
            expected = refusals ? "deny unreadable" : "none unreadable";
        end_connect(&end, turn > 0);
        ck_assert_str_eq(told(&test, &end.link), expected);
        end_disconnect(&end);
    }
    end_close(&end);
    s_end(&test);
}

T_TEST(the_chain_on_a_resumed_session) {
    const int memory = _i % MEMORIES, version = _i / MEMORIES % VERSIONS;
    for (int row = 0; row < COUNT(in_chain); row++) {
        check_chain(row, false, _i / MEMORIES / VERSIONS, version, (enum memory)memory);
        check_chain(row, true, _i / MEMORIES / VERSIONS, version, (enum memory)memory);
    }
}

/* SHA-1 of the issuer is kept, too. */
T_TEST(the_sha1_of_the_issuer_is_kept) {
    struct s_case test;
    struct end end;
    char rules[256];
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    int at = snprintf(rules, sizeof rules, "certmap 1; mapping \"m\" { when issuer is sha1 \"");
    ck_assert_int_eq(X509_digest(t_pki_certificate(s_pki, T_ISSUING), EVP_sha1(), digest, &len), 1);
    for (unsigned i = 0; i < len; i++)
        at += snprintf(rules + at, sizeof rules - (size_t)at, "%02x", digest[i]);
    snprintf(rules + at, sizeof rules - (size_t)at, "\"; allow \"known\"; }");
    s_begin(&test, rules);
    test.options.resumed = CERTMAP_RESUMED_KEEP;
    s_open(&test);
    end_begin(&end, versions[_i], T_ALICE, CERTMAP_RESUMED_KEEP);
    for (int turn = 0; turn < 2; turn++) {
        end_connect(&end, turn > 0);
        ck_assert_str_eq(told(&test, &end.link), "allow known");
        end_disconnect(&end);
    }
    end_close(&end);
    s_end(&test);
}

/* The certificate ends after the full handshake: refused under every policy, as the session still is resumed. */
T_TEST(a_certificate_that_has_expired_since) {
    struct s_case test;
    struct end end;
    s_begin(&test, s_rules);
    test.options.resumed = policies[_i % POLICIES];
    s_open(&test);
    end_begin(&end, versions[_i / POLICIES], T_ALICE, test.options.resumed);
    end_connect(&end, false);
    ck_assert_str_eq(told(&test, &end.link), "allow CONTOSO\\alice");
    test.now = (int64_t)time(NULL) + 31 * INT64_C(86400);
    ck_assert_str_eq(told(&test, &end.link), "unverified not-verified"); /* on the old connection, too */
    end_disconnect(&end);
    end_connect(&end, true);
    ck_assert_str_eq(told(&test, &end.link), "unverified not-verified");
    end_disconnect(&end);
    end_close(&end);
    s_end(&test);
}

/* ---- revocation ---- */

static void add_crl(X509_STORE *store, enum t_id ca, enum t_id id, bool revoked) {
    X509_CRL *crl = X509_CRL_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *from = X509_time_adj_ex(NULL, -1, 0, NULL), *to = X509_time_adj_ex(NULL, 1, 0, NULL);
    ck_assert_int_eq(X509_CRL_set_version(crl, 1), 1);
    ck_assert_int_eq(X509_CRL_set_issuer_name(crl, X509_get_subject_name(t_pki_certificate(s_pki, ca))), 1);
    ck_assert_int_eq(X509_CRL_set1_lastUpdate(crl, from), 1);
    ck_assert_int_eq(X509_CRL_set1_nextUpdate(crl, to), 1);
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(t_pki_certificate(s_pki, id)));
    X509_REVOKED_set_revocationDate(entry, from);
    if (revoked)
        ck_assert_int_eq(X509_CRL_add0_revoked(crl, entry), 1);
    else
        X509_REVOKED_free(entry);
    ck_assert_int_gt(X509_CRL_sign(crl, t_pki_key(s_pki, ca), EVP_sha256()), 0);
    ck_assert_int_eq(X509_STORE_add_crl(store, crl), 1);
    X509_CRL_free(crl);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
}

T_TEST(a_certificate_that_was_revoked_since) {
    static const char *const resumed[] = {"allow orders", "allow orders", "unverified not-verified"};
    struct s_case test;
    struct end end;
    const int policy = _i % POLICIES;
    s_begin(&test, s_rules);
    test.options.resumed = policies[policy];
    s_open(&test);
    end_begin(&end, versions[_i / POLICIES], T_BOB, test.options.resumed);
    end_connect(&end, false);
    ck_assert_str_eq(told(&test, &end.link), "allow orders");
    add_crl(SSL_CTX_get_cert_store(end.server), T_ROOT, T_BOB, true);
    ck_assert_int_eq(X509_STORE_set_flags(SSL_CTX_get_cert_store(end.server), X509_V_FLAG_CRL_CHECK), 1);
    ck_assert_str_eq(told(&test, &end.link), "allow orders"); /* verified a moment ago */
    test.now = (int64_t)time(NULL) + CERTMAP_SERVICE_HOLD_SECONDS + 1;
    ck_assert_str_eq(told(&test, &end.link), resumed[policy]); /* and now it is time again */
    test.now = 0;
    end_disconnect(&end);
    end_connect(&end, true);
    ck_assert_str_eq(told(&test, &end.link), resumed[policy]);
    end_disconnect(&end);
    end_close(&end);
    s_end(&test);
}

/* A CA between that only the client sends: known in a full handshake, not when the session is resumed. */
T_TEST(a_ca_that_the_store_lacks) {
    struct s_case test;
    struct end end;
    s_begin(&test, s_rules);
    test.options.resumed = CERTMAP_RESUMED_VERIFY;
    s_open(&test);
    end_begin(&end, versions[_i], T_ALICE, CERTMAP_RESUMED_REFUSE_UNKNOWN);
    end_connect(&end, false);
    ck_assert_str_eq(told(&test, &end.link), "allow CONTOSO\\alice");
    test.now = (int64_t)time(NULL) + CERTMAP_SERVICE_HOLD_SECONDS + 1; /* the client's chain is there, still */
    ck_assert_str_eq(told(&test, &end.link), "allow CONTOSO\\alice");
    test.now = 0;
    end_disconnect(&end);
    end_connect(&end, true);
    ck_assert_str_eq(told(&test, &end.link), "unverified not-verified");
    end_disconnect(&end);
    end_close(&end);
    s_end(&test);
}

/* ---- what is kept with a session ---- */

/* Anything but what certmap_service_keep_issuer puts there tells no issuer. */
T_TEST(other_data_of_a_ticket_tells_nothing) {
    struct s_case test;
    struct end end;
    uint8_t bytes[1200];
    static const size_t lengths[] = {0, 1, 65, 66, 86, 97, 129, 149, 150, 214, 1110, 1174};
    memset(bytes, 1, sizeof bytes);
    bytes[0] = (uint8_t)(1 + _i / (int)COUNT(lengths)); /* the version */
    s_begin(&test, issuer_rules);
    write_cas(&test);
    test.options.resumed = CERTMAP_RESUMED_KEEP;
    s_open(&test);
    end_begin(&end, TLS1_2_VERSION, T_ALICE, CERTMAP_RESUMED_KEEP);
    end_connect(&end, false);
    end_disconnect(&end);
    end_connect(&end, true);
    ck_assert_str_eq(told(&test, &end.link), "allow known");
    SSL_SESSION *session = SSL_get_session(end.link.server);
    ck_assert_int_eq(SSL_SESSION_set1_ticket_appdata(session, bytes, lengths[_i % (int)COUNT(lengths)]), 1);
    ck_assert_str_eq(told(&test, &end.link), "none unreadable");
    end_disconnect(&end);
    end_close(&end);
    s_end(&test);
}

/* A session says for which realm its certificate was accepted; a full handshake is of the one that was asked. */
T_TEST(a_session_is_of_its_realm) {
    static char realm[] = "ca.pem 3";
    struct end end;
    const bool named = _i % 2 != 0;
    end_begin(&end, versions[_i / 2], T_ALICE, CERTMAP_RESUMED_REFUSE_UNKNOWN);
    SSL_CTX_set_cert_verify_callback(end.server, certmap_service_keep_issuer, named ? realm : NULL);
    end_connect(&end, false);
    ck_assert(certmap_service_session_is_of(end.link.server, "any"));
    end_disconnect(&end);
    end_connect(&end, true);
    ck_assert(certmap_service_session_is_of(end.link.server, realm) == named);
    ck_assert(certmap_service_session_is_of(end.link.server, NULL) != named);
    ck_assert(certmap_service_session_is_of(end.link.server, "") != named);
    ck_assert(!certmap_service_session_is_of(end.link.server, "ca.pem 33"));
    SSL_SESSION *session = SSL_get_session(end.link.server);
    ck_assert_int_eq(SSL_SESSION_set1_ticket_appdata(session, "", 0), 1);
    ck_assert(!certmap_service_session_is_of(end.link.server, named ? realm : NULL));
    end_disconnect(&end);
    end_close(&end);
    ck_assert(!certmap_service_session_is_of(NULL, NULL));
}

/* A session of an SSL_CTX that keeps nothing is of no realm; one without a certificate has nothing to be refused for. */
T_TEST(a_session_without_a_realm) {
    struct end end;
    const enum t_id id = _i % 2 == 0 ? T_ALICE : T_NOBODY;
    end_begin(&end, versions[_i / 2], id, CERTMAP_RESUMED_REFUSE_UNKNOWN);
    end_connect(&end, false);
    end_disconnect(&end);
    end_connect(&end, true);
    ck_assert(certmap_service_session_is_of(end.link.server, NULL) == (id == T_NOBODY));
    end_disconnect(&end);
    end_close(&end);
}

/* OpenSSL verifies by the store for verifying, where there is one; so does whoever verifies again. */
T_TEST(the_store_of_the_handshake_verifies_again) {
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    struct s_case test;
    struct end end;
    X509_STORE *store = X509_STORE_new();
    s_begin(&test, s_rules);
    test.options.resumed = CERTMAP_RESUMED_VERIFY;
    s_open(&test);
    end_begin(&end, versions[_i], T_BOB, test.options.resumed);
    ck_assert_int_eq(X509_STORE_add_cert(store, t_pki_certificate(s_pki, T_ROOT)), 1);
    ck_assert_int_eq(SSL_CTX_set1_verify_cert_store(end.server, store), 1);
    end_connect(&end, false);
    end_disconnect(&end);
    end_connect(&end, true);
    ck_assert_str_eq(told(&test, &end.link), "allow orders");
    add_crl(store, T_ROOT, T_BOB, true);
    ck_assert_int_eq(X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK), 1);
    ck_assert_str_eq(told(&test, &end.link), "unverified not-verified");
    end_disconnect(&end);
    end_close(&end);
    X509_STORE_free(store);
    s_end(&test);
#endif
}

/* A certificate that the client gives later. What the session kept before is of no certificate. */
T_TEST(a_certificate_that_comes_later) {
    struct s_case test;
    struct end end;
    s_begin(&test, issuer_rules);
    write_cas(&test);
    test.options.resumed = policies[_i];
    s_open(&test);
    end_begin(&end, TLS1_3_VERSION, T_ALICE, test.options.resumed);
    SSL_CTX_set_verify(end.server, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_post_handshake_auth(end.client, 1);
    end_connect(&end, false);
    ck_assert_str_eq(told(&test, &end.link), "unverified no-certificate");
    SSL_set_verify(end.link.server, SSL_VERIFY_PEER | SSL_VERIFY_POST_HANDSHAKE, NULL);
    ck_assert_int_eq(SSL_verify_client_post_handshake(end.link.server), 1);
    ck_assert_str_eq(told(&test, &end.link), "unverified handshake-unfinished");
    ck_assert_int_eq(SSL_do_handshake(end.link.server), 1);
    t_link_pump(&end.link);
    ck_assert_str_eq(told(&test, &end.link), "allow known");
    end_disconnect(&end);
    end_close(&end);
    s_end(&test);
}

/* The callback verifies as OpenSSL does. */
T_TEST(keeping_verifies) {
    static const enum t_id ids[] = {T_EXPIRED, T_EARLY, T_WEB, T_MALLORY, T_LONELY};
    struct end end;
    for (int i = 0; i < COUNT(ids); i++) {
        end_begin(&end, versions[_i], ids[i], CERTMAP_RESUMED_KEEP);
        end.link = t_link_open(end.server, end.client);
        ck_assert(!t_link_handshake(&end.link));
        end_disconnect(&end);
        end_close(&end);
    }
}

T_TESTS("server_tls",
        T_CASE("full", T_ONCE(make_pki, free_pki), T_LOOP(everybody_has_an_answer, VERSIONS *POLICIES),
               T_LOOP(who_is_not_verified_is_refused, VERSIONS), T_LOOP(too_early_is_not_kept, VERSIONS),
               T_LOOP(a_certificate_that_comes_later, POLICIES), T_LOOP(keeping_verifies, VERSIONS)),
        T_CASE("resumed", T_TAGS(T_TLS), T_ONCE(make_pki, free_pki),
               T_LOOP(the_issuer_on_a_resumed_session, MEMORIES * 2 * VERSIONS * POLICIES),
               T_LOOP(the_chain_on_a_resumed_session, MEMORIES *VERSIONS *POLICIES),
               T_LOOP(the_sha1_of_the_issuer_is_kept, VERSIONS),
               T_LOOP(a_certificate_that_has_expired_since, VERSIONS *POLICIES),
               T_LOOP(a_certificate_that_was_revoked_since, VERSIONS *POLICIES),
               T_LOOP(a_ca_that_the_store_lacks, VERSIONS), T_LOOP(other_data_of_a_ticket_tells_nothing, 4 * 12),
               T_LOOP(a_session_is_of_its_realm, 2 * VERSIONS), T_LOOP(a_session_without_a_realm, 2 * VERSIONS),
               T_LOOP(the_store_of_the_handshake_verifies_again, OPENSSL_VERSION_NUMBER >= 0x30000000L ? VERSIONS : 0)))
