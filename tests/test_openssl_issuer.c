/* SPDX-License-Identifier: MIT */
/* Who issued the client's certificate, on live connections, full and resumed: what the verified chain says, never
 * what the client sends along. The two ways of docs/examples/resume.c are held to the same answers. */
#include "../docs/examples/resume.h"
#include "rules.h"
#include "support/tls.h"
#include <limits.h>
#include <openssl/err.h>
#include <string.h>
#include <time.h>

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
static const enum certmap_field fields[] = {CERTMAP_FIELD_ISSUER_SHA256, CERTMAP_FIELD_ISSUER_KEY_SHA256};

/* ---- rules: `issuer is` this certificate, or its key ---- */

static struct t_pki *pki;
static struct certmap_rules *rules[COUNT(fields)][T_ID_COUNT];

/* The digest in hexadecimal. */
static void digest_of(char hex[2 * CERTMAP_SHA256_SIZE + 1], enum certmap_field field, X509 *x509) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    t_sha256(digest, x509, field == CERTMAP_FIELD_ISSUER_KEY_SHA256);
    for (size_t i = 0; i < CERTMAP_SHA256_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void begin_mapping(struct certmap_builder *builder, const char *name) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = mapping.account = t_text(name);
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
}

/* "same" if this is the issuer, else "other". */
static struct certmap_rules *issuer_is(enum certmap_field field, X509 *x509) {
    struct certmap_builder *builder = NULL;
    struct certmap_rules *made = NULL;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    char hex[2 * CERTMAP_SHA256_SIZE + 1];
    digest_of(hex, field, x509);
    const struct certmap_view operand = t_text(hex);
    condition.field = field;
    condition.operands = &operand;
    condition.operand_count = 1;
    ck_assert_int_eq(certmap_builder_new(&builder, NULL, NULL), CERTMAP_OK);
    begin_mapping(builder, "same");
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    begin_mapping(builder, "other");
    ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_finish(builder, &made, NULL), CERTMAP_OK);
    certmap_builder_free(builder);
    return made;
}

static void make_shared(void) {
    pki = t_pki_new();
    for (int i = 0; i < COUNT(fields); i++)
        for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++)
            rules[i][id] = issuer_is(fields[i], t_pki_certificate(pki, (enum t_id)id));
}

static void free_shared(void) {
    for (int i = 0; i < COUNT(fields); i++)
        for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++)
            certmap_rules_free(rules[i][id]);
    t_pki_free(pki);
}

/* ---- asking ---- */

/* How a server asks. */
enum way { PLAIN, KEPT, AGAIN };
static const char *const way_names[] = {"certmap_openssl_match", "match_kept", "match_again"};

struct asker {
    SSL *ssl;
    enum way way;
    X509_STORE *trusted; /* of AGAIN */
    struct certmap_peer *peer;
};

static enum certmap_status ask(const struct asker *asker, const struct certmap_rules *with,
                               struct certmap_result *result) {
    if (asker->way == KEPT)
        return match_kept(asker->ssl, with, asker->peer, result, NULL);
    if (asker->way == AGAIN)
        return match_again(asker->ssl, asker->trusted, with, asker->peer, result, NULL);
    return certmap_openssl_match(asker->ssl, with, asker->peer, result, NULL);
}

/* What a condition gives: true, false or unknown. */
static enum certmap_truth truth(const struct asker *asker, const struct certmap_rules *with) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    ck_assert_msg(ask(asker, with, &result) == CERTMAP_OK, "%s: error", way_names[asker->way]);
    return t_same_or_other(&result);
}

/* Besides one of enum t_id, or T_NOBODY: the verified chain has none. */
#define NOT_KNOWN T_ID_COUNT

/* What a condition on the issuer id must give. */
static enum certmap_truth expect(enum certmap_field field, enum t_id id, enum t_id issuer) {
    if (issuer == NOT_KNOWN)
        return CERTMAP_UNKNOWN;
    const bool same_key = (id == T_CROSS && issuer == T_ISSUING) || (id == T_ISSUING && issuer == T_CROSS);
    return id == issuer || (same_key && field == CERTMAP_FIELD_ISSUER_KEY_SHA256) ? CERTMAP_TRUE : CERTMAP_FALSE;
}

/* Asks for everybody who might be the issuer. */
static void check_issuer(struct asker asker, enum t_id issuer, const char *row) {
    asker.peer = t_peer_new();
    ERR_clear_error();
    for (int i = 0; i < COUNT(fields); i++)
        for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++) {
            const enum certmap_truth got = truth(&asker, rules[i][id]);
            ck_assert_msg(got == expect(fields[i], (enum t_id)id, issuer), "%s: %s: %s, id %d: %d", row,
                          way_names[asker.way], certmap_field_name(fields[i]), id, got);
        }
    ck_assert_uint_eq(ERR_peek_error(), 0);
    certmap_peer_free(asker.peer);
}

/* ---- who is trusted, and who sends what ---- */

static const struct scenario {
    const char *name;
    enum t_id client;
    enum t_id sent[T_MAX_LISTED]; /* with the client's certificate */
    enum t_id trusted[T_MAX_LISTED];
    enum t_id between[T_MAX_LISTED]; /* what the store for AGAIN has, too: a ticket does not hold what was sent */
    bool partial;                    /* X509_V_FLAG_PARTIAL_CHAIN */
    enum t_id issuer;
} scenarios[] = {
    {"two", T_BOB, {T_NOBODY}, {T_ROOT}, {T_NOBODY}, false, T_ROOT},
    {"three", T_ALICE, {T_ISSUING}, {T_ROOT}, {T_ISSUING}, false, T_ISSUING},
    {"three, all in the store", T_ALICE, {T_NOBODY}, {T_ROOT, T_ISSUING}, {T_NOBODY}, false, T_ISSUING},
    {"three, with others sent",
     T_ALICE,
     {T_ISSUING, T_FALSE_CA, T_CROSS, T_OTHER_ROOT},
     {T_ROOT},
     {T_ISSUING},
     false,
     T_ISSUING},
    {"under the other root", T_ALICE, {T_CROSS}, {T_OTHER_ROOT}, {T_CROSS}, false, T_CROSS},
    {"another CA of the same name, also trusted",
     T_MALLORY,
     {T_FALSE_CA},
     {T_ROOT, T_FALSE_CA},
     {T_NOBODY},
     false,
     T_FALSE_CA},
    {"partial", T_ALICE, {T_NOBODY}, {T_ISSUING}, {T_NOBODY}, true, T_ISSUING},
    {"partial, the issuer sent", T_ALICE, {T_ISSUING}, {T_ISSUING}, {T_NOBODY}, true, T_ISSUING},
    {"partial, the whole chain sent", T_ALICE, {T_ISSUING, T_ROOT}, {T_ISSUING}, {T_NOBODY}, true, T_ISSUING},
    {"partial, another certificate of the issuer sent", T_ALICE, {T_CROSS}, {T_ISSUING}, {T_NOBODY}, true, T_ISSUING},
    {"itself trusted", T_ALICE, {T_NOBODY}, {T_ALICE}, {T_NOBODY}, true, T_NOBODY},
    {"itself trusted, the issuer sent", T_ALICE, {T_ISSUING}, {T_ALICE}, {T_NOBODY}, true, T_NOBODY},
    {"itself trusted, the whole chain sent", T_ALICE, {T_ISSUING, T_ROOT}, {T_ALICE}, {T_NOBODY}, true, T_NOBODY},
    {"itself trusted, another issuer sent", T_ALICE, {T_CROSS, T_OTHER_ROOT}, {T_ALICE}, {T_NOBODY}, true, T_NOBODY},
    {"itself and the root trusted", T_ALICE, {T_ISSUING}, {T_ALICE, T_ROOT}, {T_ISSUING}, true, T_ISSUING},
    {"itself trusted, of the same name", T_NAMESAKE, {T_NOBODY}, {T_NAMESAKE}, {T_NOBODY}, true, T_NOBODY},
    {"signed itself", T_LONELY, {T_NOBODY}, {T_LONELY}, {T_NOBODY}, false, T_LONELY},
    {"signed itself, more sent", T_LONELY, {T_ISSUING, T_ROOT}, {T_LONELY}, {T_NOBODY}, false, T_LONELY},
    {"signed itself, partial", T_LONELY, {T_NOBODY}, {T_LONELY, T_ROOT}, {T_NOBODY}, true, T_LONELY},
};

static SSL_CTX *new_server(const struct scenario *row, int version) {
    return t_tls_server_that_trusts(pki, version, row->trusted, row->partial);
}

static SSL_CTX *new_client(const struct scenario *row, int version) {
    return t_tls_client_that_sends(pki, version, row->client, row->sent);
}

T_TEST(full_handshake) {
    const struct scenario *row = &scenarios[_i / COUNT(versions)];
    const int version = versions[_i % COUNT(versions)];
    SSL_CTX *server = new_server(row, version);
    SSL_CTX *client = new_client(row, version);
    struct t_link link = t_link_open(server, client);
    ck_assert_msg(t_link_handshake(&link), "%s: handshake", row->name);
    check_issuer((struct asker){.ssl = link.server, .way = PLAIN}, row->issuer, row->name);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* ---- resumed ---- */

enum memory { TICKETS, CACHE }; /* who remembers the session: the client, or the server */

static void remember_by(SSL_CTX *server, enum memory memory) {
    if (memory == CACHE)
        SSL_CTX_set_options(server, SSL_OP_NO_TICKET);
    else
        SSL_CTX_set_session_cache_mode(server, SSL_SESS_CACHE_OFF);
}

/* Does a handshake, from what the client remembers if that is not NULL, and gives what it remembers now. */
static SSL_SESSION *connect_with(struct t_link *link, SSL_SESSION *earlier, const char *row) {
    if (earlier != NULL)
        ck_assert_int_eq(SSL_set_session(link->client, earlier), 1);
    ck_assert_msg(t_link_handshake(link), "%s: handshake", row);
    ck_assert_msg((SSL_session_reused(link->server) != 0) == (earlier != NULL), "%s: resumption", row);
    SSL_SESSION_free(earlier);
    return SSL_get1_session(link->client);
}

/* The plain call does not know; the other two know what the full handshake found. */
T_TEST(resumption) {
    const struct scenario *row = &scenarios[_i / 4];
    const int version = versions[_i % 2];
    SSL_CTX *server = new_server(row, version);
    SSL_CTX *client = new_client(row, version);
    X509_STORE *trusted = t_store_new(pki, row->trusted, row->partial);
    SSL_SESSION *session = NULL;
    t_store_add(trusted, pki, row->between);
    remember_by(server, _i / 2 % 2 == 0 ? TICKETS : CACHE);
    SSL_CTX_set_cert_verify_callback(server, keep_issuer, NULL);
    for (int times = 0; times < 3; times++) {
        struct t_link link = t_link_open(server, client);
        session = connect_with(&link, session, row->name);
        check_issuer((struct asker){.ssl = link.server, .way = PLAIN}, times == 0 ? row->issuer : NOT_KNOWN, row->name);
        check_issuer((struct asker){.ssl = link.server, .way = KEPT}, row->issuer, row->name);
        check_issuer((struct asker){.ssl = link.server, .way = AGAIN, .trusted = trusted}, row->issuer, row->name);
        t_link_end(&link);
    }
    SSL_SESSION_free(session);
    X509_STORE_free(trusted);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* A session from before the server kept anything. */
T_TEST(nothing_kept) {
    const struct scenario *row = &scenarios[0];
    SSL_CTX *server = new_server(row, versions[_i]);
    SSL_CTX *client = new_client(row, versions[_i]);
    struct t_link first = t_link_open(server, client);
    SSL_SESSION *session = connect_with(&first, NULL, "first");
    t_link_end(&first);
    SSL_CTX_set_cert_verify_callback(server, keep_issuer, NULL);
    struct t_link later = t_link_open(server, client);
    session = connect_with(&later, session, "later");
    check_issuer((struct asker){.ssl = later.server, .way = KEPT}, NOT_KNOWN, "later");
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* What is not verified is refused by each way, and nothing is kept of it. */
T_TEST(not_verified) {
    const struct scenario row = {.name = "not trusted", .client = T_MALLORY, .sent = {T_FALSE_CA}, .trusted = {T_ROOT}};
    SSL_CTX *server = new_server(&row, versions[_i]);
    SSL_CTX *client = new_client(&row, versions[_i]);
    SSL_CTX_set_verify(server, SSL_VERIFY_PEER, t_verify_anything);
    SSL_CTX_set_cert_verify_callback(server, keep_issuer, NULL);
    struct t_link link = t_link_open(server, client);
    struct asker asker = {.ssl = link.server, .trusted = SSL_CTX_get_cert_store(server)};
    void *data = &asker;
    size_t len = 1;
    ck_assert(t_link_handshake(&link));
    asker.peer = t_peer_new();
    for (int way = PLAIN; way <= AGAIN; way++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        asker.way = (enum way)way;
        ck_assert_int_eq(ask(&asker, rules[0][T_FALSE_CA], &result), CERTMAP_ERROR_UNVERIFIED);
        ck_assert_int_eq(result.decision, CERTMAP_NONE);
    }
    ck_assert_int_eq(SSL_SESSION_get0_ticket_appdata(SSL_get_session(link.server), &data, &len), 1);
    ck_assert_uint_eq(len, 0);
    certmap_peer_free(asker.peer);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* A certificate that expired between the handshakes: the second way finds out. */
T_TEST(expired_since) {
    const struct scenario row = {.name = "expired", .client = T_EXPIRED, .trusted = {T_ROOT}};
    SSL_CTX *server = new_server(&row, versions[_i]);
    SSL_CTX *client = new_client(&row, versions[_i]);
    SSL_CTX_set_cert_verify_callback(server, keep_issuer, NULL);
    struct t_link first = t_link_open(server, client);
    X509_VERIFY_PARAM_set_time(SSL_get0_param(first.server), time(NULL) - 15L * 24 * 60 * 60);
    SSL_SESSION *session = connect_with(&first, NULL, "valid");
    check_issuer((struct asker){.ssl = first.server, .way = KEPT}, T_ROOT, "valid");
    t_link_end(&first);
    struct t_link later = t_link_open(server, client);
    struct asker asker = {later.server, AGAIN, SSL_CTX_get_cert_store(server), NULL};
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.text = ""};
    session = connect_with(&later, session, "expired since");
    check_issuer((struct asker){.ssl = later.server, .way = KEPT}, T_ROOT, "expired since");
    asker.peer = t_peer_new();
    ck_assert_int_eq(match_again(asker.ssl, asker.trusted, rules[0][T_ROOT], asker.peer, &result, &err),
                     CERTMAP_ERROR_UNVERIFIED);
    ck_assert_str_eq(err.text, "the certificate is no longer accepted: certificate has expired");
    ck_assert_int_eq(result.decision, CERTMAP_NONE);
    certmap_peer_free(asker.peer);
    t_link_end(&later);
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* ---- chains that are not this certificate's, and stores of the handshake alone ---- */

/* The connection has Alice's chain and Bob's session: the chain must not count for his certificate. The program puts
 * the session there, because OpenSSL's client cannot choose another session for a renegotiation. */
T_TEST(a_chain_of_another_certificate) {
    const struct scenario bob = {.name = "Bob", .client = T_BOB, .trusted = {T_ROOT}};
    const struct scenario alice = {.name = "Alice", .client = T_ALICE, .sent = {T_ISSUING}, .trusted = {T_ROOT}};
    SSL_CTX *server = new_server(&bob, versions[_i]);
    SSL_CTX *as_bob = new_client(&bob, versions[_i]);
    SSL_CTX *as_alice = new_client(&alice, versions[_i]);
    struct t_link first = t_link_open(server, as_bob);
    struct t_link link = t_link_open(server, as_alice);
    SSL_SESSION_free(connect_with(&first, NULL, "Bob"));
    SSL_SESSION_free(connect_with(&link, NULL, "Alice"));
    check_issuer((struct asker){.ssl = link.server, .way = PLAIN}, T_ISSUING, "Alice");
    ck_assert_int_eq(SSL_set_session(link.server, SSL_get_session(first.server)), 1);
    check_issuer((struct asker){.ssl = link.server, .way = PLAIN}, NOT_KNOWN, "Bob in Alice's connection");
    t_link_close(&first);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(as_bob);
    SSL_CTX_free(as_alice);
}

/* The server verifies clients by a store of its own, of the SSL_CTX or of the connection. OpenSSL 1.1.1 does not say
 * which: then only a chain of one, which needs no look into it, is known. */
static const struct {
    struct scenario scenario;
    enum t_id issuer, issuer_before_3;
} other_stores[] = {
    {{.name = "two", .client = T_BOB, .trusted = {T_ROOT}}, T_ROOT, NOT_KNOWN},
    {{.name = "three", .client = T_ALICE, .sent = {T_ISSUING}, .trusted = {T_ROOT}}, T_ISSUING, NOT_KNOWN},
    {{.name = "itself trusted", .client = T_ALICE, .trusted = {T_ALICE}, .partial = true}, T_NOBODY, T_NOBODY},
    {{.name = "itself trusted, more sent",
      .client = T_ALICE,
      .sent = {T_ISSUING},
      .trusted = {T_ALICE},
      .partial = true},
     T_NOBODY,
     NOT_KNOWN},
    {{.name = "signed itself", .client = T_LONELY, .trusted = {T_LONELY}}, T_LONELY, T_LONELY},
};

T_TEST(another_store_of_the_handshake) {
    const bool of_connection = _i / COUNT(versions) % 2 == 1;
    const struct scenario *row = &other_stores[_i / COUNT(versions) / 2].scenario;
    const enum t_id issuer = other_stores[_i / COUNT(versions) / 2].issuer;
    const enum t_id before_3 = other_stores[_i / COUNT(versions) / 2].issuer_before_3;
    const int version = versions[_i % COUNT(versions)];
    const struct scenario nobody = {.name = "nobody trusted"};
    SSL_CTX *server = new_server(&nobody, version);
    SSL_CTX *client = new_client(row, version);
    X509_STORE *trusted = t_store_new(pki, row->trusted, row->partial);
    SSL_CTX_set_cert_verify_callback(server, keep_issuer, NULL);
    if (!of_connection)
        ck_assert_int_eq(SSL_CTX_set1_verify_cert_store(server, trusted), 1);
    struct t_link link = t_link_open(server, client);
    if (of_connection)
        ck_assert_int_eq(SSL_set1_verify_cert_store(link.server, trusted), 1);
    ck_assert_msg(t_link_handshake(&link), "%s", row->name);
    check_issuer((struct asker){.ssl = link.server, .way = PLAIN},
                 OPENSSL_VERSION_NUMBER >= 0x30000000L ? issuer : before_3, row->name);
    check_issuer((struct asker){.ssl = link.server, .way = KEPT}, issuer, row->name);
    t_link_close(&link);
    X509_STORE_free(trusted);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* TLS 1.3: a resumed connection without a certificate at first; the one that is asked for later is verified on
 * this connection, so that the plain call knows its issuer. */
T_TEST(post_handshake_authentication) {
    const struct scenario row = {.name = "later", .client = T_ALICE, .sent = {T_ISSUING}, .trusted = {T_ROOT}};
    SSL_CTX *server = new_server(&row, TLS1_3_VERSION);
    SSL_CTX *client = new_client(&row, TLS1_3_VERSION);
    SSL_SESSION *session = NULL;
    SSL_CTX_set_verify(server, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_post_handshake_auth(client, 1);
    for (int times = 0; times < 2; times++) {
        struct t_link link = t_link_open(server, client);
        session = connect_with(&link, session, "first");
        SSL_set_verify(link.server, SSL_VERIFY_PEER, NULL);
        ck_assert_int_eq(SSL_verify_client_post_handshake(link.server), 1);
        ck_assert_int_eq(SSL_do_handshake(link.server), 1);
        t_link_pump(&link);
        check_issuer((struct asker){.ssl = link.server, .way = PLAIN}, T_ISSUING, "later");
        t_link_close(&link);
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* ---- rules as people write them ---- */

/* What a rule says of Alice of the issuing CA; of Alice under the CA's other certificate, by the other root; and of
 * somebody whose CA has the same name and is trusted, too. */
static const struct {
    const char *when;
    enum certmap_truth alice, cross, mallory;
} written[] = {
    {"issuer.CN = \"Contoso Issuing CA 1\"", CERTMAP_TRUE, CERTMAP_TRUE, CERTMAP_TRUE},
    {"issuer = \"CN=Contoso Issuing CA 1,O=Contoso\"", CERTMAP_TRUE, CERTMAP_TRUE, CERTMAP_TRUE},
    {"issuer is \"certificates\"", CERTMAP_TRUE, CERTMAP_FALSE, CERTMAP_FALSE},
    {"issuer is \"keys\"", CERTMAP_TRUE, CERTMAP_TRUE, CERTMAP_FALSE},
    {"not issuer is \"keys\"", CERTMAP_FALSE, CERTMAP_FALSE, CERTMAP_TRUE},
    {"issuer is \"keys\" and issuer is \"certificates\"", CERTMAP_TRUE, CERTMAP_FALSE, CERTMAP_FALSE},
    {"issuer is \"keys\" and valid at now", CERTMAP_TRUE, CERTMAP_TRUE, CERTMAP_FALSE},
};

static struct certmap_rules *parse(const char *when) {
    struct certmap_rules *made = NULL;
    struct certmap_diagnostic err = {.text = ""};
    char sha256[2 * CERTMAP_SHA256_SIZE + 1];
    char key_sha256[2 * CERTMAP_SHA256_SIZE + 1];
    char source[1024];
    digest_of(sha256, CERTMAP_FIELD_ISSUER_SHA256, t_pki_certificate(pki, T_ISSUING));
    digest_of(key_sha256, CERTMAP_FIELD_ISSUER_KEY_SHA256, t_pki_certificate(pki, T_ISSUING));
    snprintf(source, sizeof source,
             "certmap 1;\n"
             "issuers \"certificates\" { sha256 \"%s\"; }\n"
             "issuers \"keys\" { spki.sha256 \"%s\"; }\n"
             "mapping \"same\" { when %s; allow \"same\"; }\n"
             "mapping \"other\" { when always; allow \"other\"; }\n",
             sha256, key_sha256, when);
    ck_assert_msg(certmap_rules_parse(&made, t_text(source), NULL, &err) == CERTMAP_OK, "%s: %s", when, err.text);
    return made;
}

static enum certmap_truth truth_for(const struct scenario *row, int version, const struct certmap_rules *with) {
    struct asker asker = {.way = PLAIN};
    SSL_CTX *server = new_server(row, version);
    SSL_CTX *client = new_client(row, version);
    struct t_link link = t_link_open(server, client);
    ck_assert_msg(t_link_handshake(&link), "%s: handshake", row->name);
    asker.peer = t_peer_new();
    asker.ssl = link.server;
    const enum certmap_truth got = truth(&asker, with);
    certmap_peer_free(asker.peer);
    t_link_close(&link);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    return got;
}

T_TEST(written_rules) {
    const struct scenario alice = {.name = "Alice", .client = T_ALICE, .sent = {T_ISSUING}, .trusted = {T_ROOT}};
    const struct scenario cross = {.name = "cross", .client = T_ALICE, .sent = {T_CROSS}, .trusted = {T_OTHER_ROOT}};
    const struct scenario mallory = {
        .name = "Mallory", .client = T_MALLORY, .sent = {T_ISSUING, T_FALSE_CA}, .trusted = {T_ROOT, T_FALSE_CA}};
    const int version = versions[_i % COUNT(versions)];
    const int i = _i / COUNT(versions);
    struct certmap_rules *made = parse(written[i].when);
    ck_assert_msg(truth_for(&alice, version, made) == written[i].alice, "%s: Alice", written[i].when);
    ck_assert_msg(truth_for(&cross, version, made) == written[i].cross, "%s: cross", written[i].when);
    ck_assert_msg(truth_for(&mallory, version, made) == written[i].mallory, "%s: Mallory", written[i].when);
    certmap_rules_free(made);
}

/* ---- the calls by themselves ---- */

static bool same(struct certmap_view view, const char *expected_hex) {
    char hex[2 * CERTMAP_SHA256_SIZE + 1] = "";
    for (size_t i = 0; i < view.len && i < CERTMAP_SHA256_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", view.data[i]);
    return strcmp(hex, expected_hex) == 0;
}

#define SHA256 CERTMAP_PIECE_ISSUER_SHA256
#define KEY_SHA256 CERTMAP_PIECE_ISSUER_KEY_SHA256

static const struct {
    const char *name;
    unsigned needs;
} needed[] = {
    {"both", SHA256 | KEY_SHA256}, {"sha256", SHA256}, {"spki.sha256", KEY_SHA256}, {"nothing", CERTMAP_PIECE_SUBJECT}};

T_TEST(digests_of_the_issuer) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    X509 *issuer = t_pki_certificate(pki, T_ISSUING);
    const unsigned needs = needed[_i].needs;
    char sha256[2 * CERTMAP_SHA256_SIZE + 1];
    char key_sha256[2 * CERTMAP_SHA256_SIZE + 1];
    digest_of(sha256, CERTMAP_FIELD_ISSUER_SHA256, issuer);
    digest_of(key_sha256, CERTMAP_FIELD_ISSUER_KEY_SHA256, issuer);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), CERTMAP_PIECE_SHA256, NULL),
                     CERTMAP_OK);
    const struct certmap_view subject = cert.subject, own = cert.sha256;
    ck_assert_int_eq(certmap_openssl_issuer(&cert, &holder, issuer, needs, NULL), CERTMAP_OK);
    ck_assert_msg(same(cert.issuer_sha256, needs & SHA256 ? sha256 : ""), "%s", needed[_i].name);
    ck_assert_msg(same(cert.issuer_key_sha256, needs & KEY_SHA256 ? key_sha256 : ""), "%s", needed[_i].name);
    ck_assert_msg((cert.issuer_sha256.data != NULL) == ((needs & SHA256) != 0), "%s", needed[_i].name);
    ck_assert_msg((cert.issuer_key_sha256.data != NULL) == ((needs & KEY_SHA256) != 0), "%s", needed[_i].name);
    ck_assert_ptr_eq(cert.subject.data, subject.data);
    ck_assert_ptr_eq(cert.sha256.data, own.data);
    certmap_openssl_holder_free(&holder);
}

T_TEST(no_issuer) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), 0, NULL), CERTMAP_OK);
    ck_assert_int_eq(
        certmap_openssl_issuer(&cert, &holder, t_pki_certificate(pki, T_ISSUING), SHA256 | KEY_SHA256, NULL),
        CERTMAP_OK);
    ck_assert_int_eq(certmap_openssl_issuer(&cert, &holder, NULL, SHA256 | KEY_SHA256, NULL), CERTMAP_OK);
    const struct certmap_view pieces[] = {cert.issuer_certificate, cert.issuer_sha256, cert.issuer_key_sha256};
    for (int i = 0; i < COUNT(pieces); i++) {
        ck_assert_ptr_nonnull(pieces[i].data);
        ck_assert_uint_eq(pieces[i].len, 0);
    }
}

/* certmap reads the issuer strictly, too; the message says whose fault it is. */
T_TEST(an_issuer_that_is_refused) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct certmap_diagnostic err = {.text = ""};
    X509 *issuer = t_pki_certificate(pki, T_LENGTHY);
    ck_assert_int_eq(certmap_openssl_cert(&cert, &holder, t_pki_certificate(pki, T_ALICE), 0, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_openssl_issuer(&cert, &holder, issuer, SHA256, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, CERTMAP_CODE_MALFORMED_DER);
    ck_assert_msg(strncmp(err.text, "issuer: ", 8) == 0, "%s", err.text);
    ck_assert_ptr_nonnull(cert.subject.data);
    ck_assert_ptr_null(cert.issuer_sha256.data);
}

T_TEST(arguments) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_cert small = {.size = sizeof small - 1};
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct certmap_openssl_holder small_holder = {.size = sizeof small_holder - 1};
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    X509 *x509 = NULL;
    ck_assert_int_eq(certmap_openssl_issuer(NULL, &holder, NULL, SHA256, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_issuer(&small, &holder, NULL, SHA256, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_issuer(&cert, NULL, NULL, SHA256, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_issuer(&cert, &small_holder, NULL, SHA256, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(cert.issuer_sha256.data);
    ck_assert_int_eq(certmap_openssl_verified_issuer(NULL, ctx, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_verified_issuer(&x509, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_openssl_peer_certificate(NULL, &x509, NULL), CERTMAP_ERROR_ARGUMENT);
    X509_STORE_CTX_free(ctx);
}

/* A chain that was not built, or not accepted, has no issuer to give. */
T_TEST(a_context_without_a_verified_chain) {
    const struct scenario row = {.trusted = {T_ROOT}};
    X509_STORE *store = t_store_new(pki, row.trusted, row.partial);
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    struct certmap_diagnostic err = {.text = ""};
    X509 *issuer = NULL;
    ck_assert_int_eq(X509_STORE_CTX_init(ctx, store, t_pki_certificate(pki, T_EXPIRED), NULL), 1);
    ck_assert_int_eq(certmap_openssl_verified_issuer(&issuer, ctx, &err), CERTMAP_ERROR_UNVERIFIED);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NOT_VERIFIED);
    ck_assert_int_eq(X509_verify_cert(ctx), 0);
    ck_assert_int_eq(certmap_openssl_verified_issuer(&issuer, ctx, &err), CERTMAP_ERROR_UNVERIFIED);
    ck_assert_str_eq(err.text, "the chain is not verified: certificate has expired");
    ck_assert_ptr_null(issuer);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
}

int main(void) {
    const int both = COUNT(versions);
    return T_RUN("openssl_issuer",
                 T_CASE("live", T_ONCE(make_shared, free_shared), T_LOOP(full_handshake, COUNT(scenarios) * both),
                        T_LOOP(nothing_kept, both), T_LOOP(not_verified, both), T_LOOP(expired_since, both),
                        T_LOOP(a_chain_of_another_certificate, both),
                        T_LOOP(another_store_of_the_handshake, COUNT(other_stores) * both * 2),
                        post_handshake_authentication, T_LOOP(written_rules, COUNT(written) * both)),
                 T_CASE("resumed", T_ONCE(make_shared, free_shared), T_TAGS(T_TLS),
                        T_LOOP(resumption, COUNT(scenarios) * 2 * both)),
                 T_CASE("calls", T_ONCE(make_shared, free_shared), T_LOOP(digests_of_the_issuer, COUNT(needed)),
                        no_issuer, an_issuer_that_is_refused, arguments, a_context_without_a_verified_chain),
                 T_SLOW_CASE(T_ONCE(make_shared, free_shared), T_LOOP(resumption, COUNT(scenarios) * 2 * both)));
}
