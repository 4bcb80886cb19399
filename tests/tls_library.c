/* SPDX-License-Identifier: MIT */
#include "tls_library.h"
#include "adapter.h"
#include "support/tls.h"
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509.h>

static const char rule_text[] = "certmap 1;\n"
                                "mapping \"contractors\" { when subject.OU = \"Contractors\"; deny; }\n"
                                "mapping \"staff\" {\n"
                                "    when issuer.CN = \"Contoso Issuing CA 1\" and subject.CN = \"Alice\"\n"
                                "        and subject.O = \"Contoso\" and valid at now;\n"
                                "    allow \"CONTOSO\\\\portal\";\n"
                                "}\n"
                                "mapping \"warehouse\" { when subject.OU = \"Warehouse\"; allow \"orders\"; }\n"
                                "mapping \"anybody\" { when subject.CN = \"Alice\"; allow \"guest\"; }\n";

static const struct library *library;
static struct t_pki *pki;
static struct certmap_rules *rules;

/* ---- a server of the library and a client of OpenSSL ---- */

size_t wire_take(struct wire *wire, void *bytes, size_t len) {
    const size_t there = wire->to_server.len - wire->taken;
    const size_t taken = len < there ? len : there;
    if (taken > 0)
        memcpy(bytes, wire->to_server.data + wire->taken, taken);
    wire->taken += taken;
    return taken;
}

static void put_certificate(struct t_buf *der, enum t_id id) {
    unsigned char *bytes = NULL;
    const int len = i2d_X509(t_pki_certificate(pki, id), &bytes);
    ck_assert_int_gt(len, 0);
    t_bytes(der, bytes, (size_t)len);
    OPENSSL_free(bytes);
}

static void put_key(struct t_buf *der, enum t_id id) {
    unsigned char *bytes = NULL;
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(t_pki_key(pki, id));
    const int len = i2d_PKCS8_PRIV_KEY_INFO(info, &bytes);
    ck_assert_int_gt(len, 0);
    t_bytes(der, bytes, (size_t)len);
    OPENSSL_free(bytes);
    PKCS8_PRIV_KEY_INFO_free(info);
}

static void start(bool tls13, bool lax) {
    struct t_buf root = T_BUF_INIT, own = T_BUF_INIT, ca = T_BUF_INIT, key = T_BUF_INIT;
    put_certificate(&root, T_ROOT);
    put_certificate(&own, T_SERVER);
    put_certificate(&ca, T_ISSUING);
    put_key(&key, T_SERVER);
    const struct server_setup setup = {t_view(&root), t_view(&own), t_view(&ca), t_view(&key), tls13, lax};
    library->start(&setup);
    t_buf_free(&root);
    t_buf_free(&own);
    t_buf_free(&ca);
    t_buf_free(&key);
}

struct connection {
    struct wire wire;
    void *server;
    SSL *client;
    int server_state; /* of library->handshake */
    bool client_done;
};

static void open_connection(struct connection *connection, SSL_CTX *ctx, SSL_SESSION *session) {
    *connection = (struct connection){.wire = {T_BUF_INIT, T_BUF_INIT, 0}};
    connection->server = library->open(&connection->wire);
    ck_assert_ptr_nonnull(connection->server);
    connection->client = SSL_new(ctx);
    SSL_set_bio(connection->client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(connection->client);
    if (session != NULL)
        ck_assert_int_eq(SSL_set_session(connection->client, session), 1);
}

static void close_connection(struct connection *connection) {
    library->close(connection->server);
    SSL_free(connection->client);
    t_buf_free(&connection->wire.to_server);
    t_buf_free(&connection->wire.to_client);
}

/* The client writes what it can; whether it wrote anything. */
static bool step_client(struct connection *connection) {
    char piece[4096];
    int len;
    bool wrote = false;
    struct t_buf *from_server = &connection->wire.to_client;
    if (from_server->len > 0)
        BIO_write(SSL_get_rbio(connection->client), from_server->data, (int)from_server->len);
    t_buf_clear(from_server);
    connection->client_done = SSL_do_handshake(connection->client) == 1;
    if (connection->client_done)
        (void)SSL_read(connection->client, piece, sizeof piece); /* tickets */
    while ((len = BIO_read(SSL_get_wbio(connection->client), piece, sizeof piece)) > 0) {
        t_bytes(&connection->wire.to_server, piece, (size_t)len);
        wrote = true;
    }
    ERR_clear_error();
    return wrote;
}

/* One answer of the server; whether it wrote anything. */
static bool step_server(struct connection *connection) {
    if (connection->server_state == 0)
        connection->server_state = library->handshake(connection->server);
    return connection->wire.to_client.len > 0;
}

static bool finish(struct connection *connection) {
    bool going = true;
    while (going) {
        const bool client = step_client(connection);
        const bool server = step_server(connection);
        going = client || server;
    }
    return connection->server_state == 1 && connection->client_done;
}

/* ---- what the recipe answers ---- */

/* Asks with a result and a peer that have been used before: neither may matter. */
static void check_rules(struct connection *connection, const struct certmap_rules *by, struct t_expected expected,
                        const char *row) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct certmap_peer *peer = t_peer_new();
    result.decision = CERTMAP_ALLOW;
    result.account = (struct certmap_view){(const uint8_t *)"stale", 5};
    const enum certmap_status status = library->match(connection->server, by, peer, &result, &err);
    ck_assert_msg(status == expected.status && result.decision == expected.decision, "%s: status %d, decision %d: %s",
                  row, status, result.decision, err.text);
    ck_assert_msg(expected.status == CERTMAP_OK || err.code == expected.code, "%s: %s", row,
                  certmap_code_name(err.code));
    ck_assert_msg(result.size == sizeof result, "%s", row);
    if (expected.account == NULL)
        ck_assert_msg(result.account.data == NULL, "%s: an account", row);
    else
        ck_assert_str_eq((const char *)result.account.data, expected.account);
    ck_assert_int_eq(library->match(connection->server, by, peer, &result, NULL), expected.status);
    certmap_peer_free(peer);
}

static void check_match(struct connection *connection, struct t_expected expected, const char *row) {
    check_rules(connection, rules, expected, row);
}

/* ---- each client on its own connection ---- */

static const struct client {
    const char *row;
    enum t_id id;
    struct t_expected expected;
} clients[] = {
    {"Alice", T_ALICE, ACCOUNT("CONTOSO\\portal")},
    {"Bob", T_BOB, ACCOUNT("orders")},
    {"for anything", T_PLAIN, ACCOUNT("orders")},
    {"Eve is denied", T_EVE, {CERTMAP_OK, CERTMAP_CODE_NONE, CERTMAP_DENY, NULL}},
    {"a subject that no rule knows", T_UNNAMED, {CERTMAP_OK, CERTMAP_CODE_NONE, CERTMAP_NONE, NULL}},
    {"no certificate", T_NOBODY, NO_CERTIFICATE},
    {"of a CA that nobody trusts", T_MALLORY, NOT_VERIFIED},
    {"signed itself", T_LONELY, NOT_VERIFIED},
    {"expired", T_EXPIRED, NOT_VERIFIED},
    {"not yet valid", T_EARLY, NOT_VERIFIED},
    {"for servers only", T_WEB, NOT_VERIFIED},
};

static bool has_version(int tls13) {
    return !tls13 || library->tls13;
}

static SSL_CTX *new_client(int tls13, enum t_id id) {
    return t_tls_client(pki, tls13 ? TLS1_3_VERSION : TLS1_2_VERSION, id);
}

/* Whether the handshake finishes, and what the recipe says then. */
static void connect_client(const struct client *client, int tls13, bool lax) {
    struct connection connection;
    SSL_CTX *ctx = new_client(tls13, client->id);
    open_connection(&connection, ctx, NULL);
    const bool finished = finish(&connection);
    const bool good = client->expected.status == CERTMAP_OK;
    if (lax || good || !library->strict)
        ck_assert_msg(finished, "%s: no handshake", client->row);
    else
        ck_assert_msg(connection.server_state != 1, "%s: accepted", client->row);
    if (finished)
        check_match(&connection, client->expected, client->row);
    close_connection(&connection);
    SSL_CTX_free(ctx);
}

T_TEST(each_client) {
    const int tls13 = _i & 1;
    const bool lax = _i & 2;
    if (!has_version(tls13))
        return;
    start(tls13, lax);
    for (int i = 0; i < COUNT(clients); i++)
        connect_client(&clients[i], tls13, lax);
    library->stop();
}

/* At every point before the end the recipe refuses, however far the client's certificate has come: the client's
 * bytes arrive one record at a time. */
T_TEST(unfinished_handshake) {
    struct connection connection;
    struct t_buf waiting = T_BUF_INIT;
    int asked = 0;
    if (!has_version(_i))
        return;
    start(_i, true);
    SSL_CTX *ctx = new_client(_i, T_ALICE);
    open_connection(&connection, ctx, NULL);
    while (connection.server_state == 0) {
        step_client(&connection);
        struct t_buf *arrived = &connection.wire.to_server;
        t_bytes(&waiting, arrived->data + connection.wire.taken, arrived->len - connection.wire.taken);
        t_buf_clear(arrived);
        connection.wire.taken = 0;
        size_t record = 0;
        for (size_t at = 0; at < waiting.len && connection.server_state == 0; at += record) {
            check_match(&connection, (struct t_expected)UNFINISHED, "unfinished");
            asked++;
            record = 5U + ((size_t)waiting.data[at + 3] << 8) + waiting.data[at + 4]; /* RFC 8446 5.1 */
            ck_assert_uint_le(at + record, waiting.len);
            t_bytes(arrived, waiting.data + at, record);
            step_server(&connection);
        }
        t_buf_clear(&waiting);
    }
    ck_assert_int_eq(connection.server_state, 1);
    ck_assert_int_ge(asked, 4);
    check_match(&connection, (struct t_expected)ACCOUNT("CONTOSO\\portal"), "finished");
    close_connection(&connection);
    SSL_CTX_free(ctx);
    t_buf_free(&waiting);
    library->stop();
}

/* ---- digests, which the library computes ---- */

static void put_hex(struct t_buf *text, const unsigned char *bytes, unsigned len) {
    char digits[3];
    for (unsigned i = 0; i < len; i++) {
        snprintf(digits, sizeof digits, "%02x", bytes[i]);
        t_bytes(text, digits, 2);
    }
}

/* Rules that let Alice in by three digests of her certificate that OpenSSL computed. */
static struct certmap_rules *digest_rules(void) {
    struct t_buf text = T_BUF_INIT, der = T_BUF_INIT;
    unsigned char digest[EVP_MAX_MD_SIZE], *spki = NULL;
    unsigned len = 0;
    put_certificate(&der, T_ALICE);
    const int spki_len = i2d_PUBKEY(t_pki_key(pki, T_ALICE), &spki);
    t_put(&text, "certmap 1; mapping \"digests\" { when sha256 = \"");
    ck_assert_int_eq(EVP_Digest(der.data, der.len, digest, &len, EVP_sha256(), NULL), 1);
    put_hex(&text, digest, len);
    t_put(&text, "\" and sha1 = \"");
    ck_assert_int_eq(EVP_Digest(der.data, der.len, digest, &len, EVP_sha1(), NULL), 1);
    put_hex(&text, digest, len);
    t_put(&text, "\" and spki.sha256 = \"");
    ck_assert_int_eq(EVP_Digest(spki, (size_t)spki_len, digest, &len, EVP_sha256(), NULL), 1);
    put_hex(&text, digest, len);
    t_bytes(&text, "\"; allow \"known\"; }\n", sizeof "\"; allow \"known\"; }\n");
    struct certmap_rules *made = t_rules((const char *)text.data);
    OPENSSL_free(spki);
    t_buf_free(&text);
    t_buf_free(&der);
    return made;
}

/* Nobody else has these digests; and who issued a certificate is not supplied, which grants nothing either way. */
T_TEST(digests) {
    static const char by_issuer[] =
        "certmap 1; mapping \"issuer\" { when issuer is sha256 "
        "\"4f9b0da552b8e6c73aa9f76b8677dca4038850f3c1ab1101ae7c8d45165ab84f\" or not issuer "
        "is sha256 \"4f9b0da552b8e6c73aa9f76b8677dca4038850f3c1ab1101ae7c8d45165ab84f\"; "
        "allow \"guest\"; }";
    struct certmap_rules *by_digest = digest_rules(), *unknown = t_rules(by_issuer);
    const struct t_expected none = {CERTMAP_OK, CERTMAP_CODE_NONE, CERTMAP_NONE, NULL};
    start(false, false);
    for (int i = 0; i < 2; i++) {
        struct connection connection;
        SSL_CTX *ctx = new_client(false, i == 0 ? T_ALICE : T_BOB);
        open_connection(&connection, ctx, NULL);
        ck_assert(finish(&connection));
        check_rules(&connection, by_digest, i == 0 ? (struct t_expected)ACCOUNT("known") : none, "digests");
        check_rules(&connection, unknown, none, "issuer");
        close_connection(&connection);
        SSL_CTX_free(ctx);
    }
    library->stop();
    certmap_rules_free(by_digest);
    certmap_rules_free(unknown);
}

/* ---- resumed sessions ---- */

static void resume(SSL_CTX *ctx, const struct client *client) {
    struct connection connection;
    open_connection(&connection, ctx, NULL);
    ck_assert_msg(finish(&connection), "%s: no handshake", client->row);
    SSL_SESSION *session = SSL_get1_session(connection.client);
    SSL_set_shutdown(connection.client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    close_connection(&connection);
    struct t_expected expected = client->expected;
    open_connection(&connection, ctx, session);
    ck_assert_msg(finish(&connection), "%s: no second handshake", client->row);
    const bool resumed = SSL_session_reused(connection.client) == 1;
    ck_assert_msg(resumed || expected.status != CERTMAP_OK, "%s: not resumed", client->row);
    if (resumed && !library->resumes)
        expected = (struct t_expected)NOT_VERIFIED;
    check_match(&connection, expected, client->row);
    close_connection(&connection);
    SSL_SESSION_free(session);
}

/* A session that began with a certificate that was not accepted, or with none, does not become better. */
T_TEST(resumed_session) {
    if (!has_version(_i))
        return;
    start(_i, true);
    for (int i = 0; i < COUNT(clients); i++) {
        SSL_CTX *ctx = new_client(_i, clients[i].id);
        resume(ctx, &clients[i]);
        SSL_CTX_free(ctx);
    }
    library->stop();
}

/* ---- what the library decodes ---- */

static int compared;

static void check_piece(const char *file, const char *piece, const struct t_buf *got, struct certmap_view expected) {
    if (got->data == NULL)
        return;
    compared++;
    ck_assert_msg(got->len == expected.len && memcmp(got->data, expected.data, got->len) == 0, "%s: another %s", file,
                  piece);
}

/* What is after the tag and the length. */
static struct certmap_view contents(struct certmap_view element) {
    const size_t skip = element.data[1] < 0x80 ? 2 : 2 + (element.data[1] & 0x7FU);
    return (struct certmap_view){element.data + skip, element.len - skip};
}

/* Appends the file's name to refused if only the library refuses it. */
static void compare(struct t_buf *refused, const char *file, struct certmap_view der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct decoded decoded = {T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT};
    const bool read = library->decode(&decoded, der);
    const bool own = certmap_cert_from_der(&cert, der, NULL) == CERTMAP_OK;
    if (own && !read) {
        t_bytes(refused, file, strlen(file));
        t_bytes(refused, "\n", 1);
    } else if (own) {
        check_piece(file, "certificate", &decoded.whole, der);
        check_piece(file, "subject", &decoded.subject, cert.subject);
        check_piece(file, "issuer", &decoded.issuer, cert.issuer);
        check_piece(file, "key", &decoded.key, cert.key);
        if (cert.serial.data != NULL)
            check_piece(file, "serial number", &decoded.serial, contents(cert.serial));
        check_piece(file, "list of extensions", &decoded.extensions, cert.extensions);
    }
    t_buf_free(&decoded.whole);
    t_buf_free(&decoded.subject);
    t_buf_free(&decoded.issuer);
    t_buf_free(&decoded.key);
    t_buf_free(&decoded.serial);
    t_buf_free(&decoded.extensions);
}

static void compare_folder(struct t_buf *refused, const char *folder, const char *end, bool text) {
    struct t_files files;
    t_list(&files, folder, end);
    for (int i = 0; i < files.count; i++) {
        struct t_buf file = T_BUF_INIT, der = T_BUF_INIT;
        char path[256];
        if (files.names[i][0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, files.names[i]);
        t_read_file(&file, path);
        if (text)
            t_certs(&der, (const char *)file.data, false);
        compare(refused, path, t_view(text ? &der : &file));
        t_buf_free(&file);
        t_buf_free(&der);
    }
}

/* Bytes of the library are the same as certmap's slices, and what it refuses is what the list in tests/data/tls says,
 * which is about Debian 12's versions. */
T_TEST(decoded_certificates) {
    struct t_buf refused = T_BUF_INIT, listed = T_BUF_INIT;
    char path[64];
    if (library->begin_decoding != NULL)
        library->begin_decoding();
    compare_folder(&refused, "tests/data/certs", ".txt", true);
    compare_folder(&refused, "fuzz/corpus/cert", "", false);
    if (library->end_decoding != NULL)
        library->end_decoding();
    snprintf(path, sizeof path, "tests/data/tls/%s.refused", library->name);
    t_read_file(&listed, path);
    t_bytes(&refused, "", 1);
    ck_assert_str_eq((const char *)refused.data, (const char *)listed.data);
    ck_assert_int_gt(compared, 50);
    t_buf_free(&refused);
    t_buf_free(&listed);
}

/* Before Check forks. */
static void make_shared(void) {
    pki = t_pki_new();
    rules = t_rules(rule_text);
}

static void free_shared(void) {
    certmap_rules_free(rules);
    t_pki_free(pki);
}

int library_run(const struct library *which) {
    library = which;
    return T_RUN(which->name,
                 T_CASE(which->name, T_TAGS(which->opaque ? T_SLOW : NULL), T_ONCE(make_shared, free_shared),
                        T_LOOP(each_client, 4), T_LOOP(unfinished_handshake, 2), digests, T_LOOP(resumed_session, 2)),
                 T_CASE("decoding", T_TAGS(which->opaque ? NULL : T_SLOW), decoded_certificates));
}
