/* SPDX-License-Identifier: MIT */
/* A TLS server that tells each client its account, with certmap and its OpenSSL adapter alone. It listens on 127.0.0.1
 * only, and loads its rules anew on SIGHUP. docs/servers.md explains it; server.c is the same with libcertmap-server.
 *
 *     plain_server CERTIFICATES KEY CLIENT-CAS RULES [PORT]
 *
 * The first three are PEM files. Without a port the system chooses one; it is printed. */
#include "swap.h"
#include <arpa/inet.h>
#include <certmap/diagnostic.h>
#include <certmap/openssl.h>
#include <errno.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { WORKERS = 4 };

/* What the threads share. */
struct server {
    SSL_CTX *ctx;
    int listener;
    struct place place;
    const char *rules_file;
};

/* ---- the rules ---- */

static bool read_file(uint8_t **text, size_t *len, const char *path) {
    FILE *file = fopen(path, "rb");
    long size = -1;
    if (file == NULL)
        return false;
    if (fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    rewind(file);
    *len = size > 0 ? (size_t)size : 0;
    *text = size > 0 ? malloc(*len) : NULL;
    const bool read = *text != NULL && fread(*text, 1, *len, file) == *len;
    fclose(file);
    if (!read)
        free(*text);
    return read;
}

/* FILE:LINE:COLUMN: error: ..., in one line. */
static void log_diagnostic(const char *file, const struct certmap_diagnostic *err) {
    struct certmap_diagnostic named = *err;
    char line[1024];
    size_t len = 0;
    named.file = file;
    if (certmap_diagnostic_format(line, sizeof line, &len, &named, certmap_no_view(), CERTMAP_DIAGNOSTIC_PLAIN, NULL) ==
        CERTMAP_OK)
        fprintf(stderr, "%s\n", line);
    else
        fprintf(stderr, "error: %s\n", err->text); /* a path of a thousand characters */
}

/* At the start, and on SIGHUP. A file that does not load leaves the old rules in force. */
static bool load_rules(struct server *server) {
    struct certmap_diagnostic err;
    uint8_t *text = NULL;
    size_t len = 0;
    if (!read_file(&text, &len, server->rules_file)) {
        fprintf(stderr, "%s: cannot be read\n", server->rules_file);
        return false;
    }
    const enum certmap_status status = place_load(&server->place, (struct certmap_view){text, len}, &err);
    free(text);
    if (status != CERTMAP_OK)
        log_diagnostic(server->rules_file, &err);
    return status == CERTMAP_OK;
}

/* ---- one connection ---- */

/* A line for the log. Nothing that a client sends can end the line or forge another. */
static void log_answer(enum certmap_status status, const struct certmap_result *result,
                       const struct certmap_diagnostic *err) {
    char line[1024];
    size_t len = 0;
    if (status != CERTMAP_OK)
        fprintf(stderr, "refused: %s: %s\n", certmap_code_name(err->code), err->text);
    else if (certmap_result_format(line, sizeof line, &len, result, NULL) == CERTMAP_OK)
        fprintf(stderr, "%s\n", line);
    else
        fprintf(stderr, "decision=%s mapping=(%zu bytes)\n", certmap_decision_name(result->decision),
                result->mapping.len);
}

/* The handshake is finished. The account is used before the rules are released, because it points into them. */
static void answer(struct server *server, SSL *ssl, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err;
    struct generation *held = place_acquire(&server->place);
    const enum certmap_status status = certmap_openssl_match(ssl, held->rules, peer, &result, &err);
    log_answer(status, &result, &err);
    if (status == CERTMAP_OK && result.decision == CERTMAP_ALLOW) {
        SSL_write(ssl, "account ", 8);
        SSL_write(ssl, result.account.data, (int)result.account.len);
        SSL_write(ssl, "\n", 1);
    } else {
        SSL_write(ssl, "no account\n", 11);
    }
    place_release(&server->place, held);
}

static void serve(struct server *server, int connection, struct certmap_peer *peer) {
    const struct timeval patience = {.tv_sec = 10};
    SSL *ssl = SSL_new(server->ctx);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (ssl != NULL && SSL_set_fd(ssl, connection) == 1 && SSL_accept(ssl) == 1) {
        answer(server, ssl, peer);
        SSL_shutdown(ssl);
    } else {
        const char *reason = ERR_reason_error_string(ERR_peek_error());
        fprintf(stderr, "no handshake: %s\n", reason != NULL ? reason : "the connection ended");
    }
    SSL_free(ssl);
    ERR_clear_error();
    close(connection);
}

/* Each thread has a peer of its own, and uses it for one connection after the other. */
static void *work(void *argument) {
    struct server *server = argument;
    struct certmap_peer *peer = NULL;
    int connection = -1;
    if (certmap_peer_new(&peer, NULL, NULL) != CERTMAP_OK)
        return NULL;
    while ((connection = accept(server->listener, NULL, NULL)) >= 0 || errno == EINTR || errno == ECONNABORTED)
        if (connection >= 0)
            serve(server, connection, peer);
    certmap_peer_free(peer);
    return NULL;
}

/* ---- setting up ---- */

/* Who may come in is decided here, by OpenSSL: certmap asks for the result and verifies nothing. */
static SSL_CTX *new_context(const char *certificates, const char *key, const char *client_cas) {
    static const unsigned char session_id_context[] = "accounts";
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
        SSL_CTX_use_certificate_chain_file(ctx, certificates) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_locations(ctx, client_cas, NULL) != 1 ||
        SSL_CTX_set_session_id_context(ctx, session_id_context, sizeof session_id_context - 1) != 1) {
        ERR_print_errors_fp(stderr);
        SSL_CTX_free(ctx);
        return NULL;
    }
    SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(client_cas));
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    return ctx;
}

static int listen_on(const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    socklen_t len = sizeof address;
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, len) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &len) != 0) {
        perror("127.0.0.1");
        close(listener);
        return -1;
    }
    printf("127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

/* Until SIGTERM or SIGINT. The signals are blocked in all threads, and taken here. */
static void run(struct server *server, const sigset_t *signals) {
    pthread_t workers[WORKERS];
    int started = 0;
    int signal = 0;
    while (started < WORKERS && pthread_create(&workers[started], NULL, work, server) == 0)
        started++;
    while (started > 0 && sigwait(signals, &signal) == 0 && signal == SIGHUP)
        (void)load_rules(server);
    shutdown(server->listener, SHUT_RDWR); /* on Linux, accept gives an error from now on */
    while (started-- > 0)
        pthread_join(workers[started], NULL);
}

int main(int argc, char **argv) {
    struct server server = {.listener = -1, .place = PLACE_INIT};
    sigset_t signals;
    if (argc < 5 || argc > 6) {
        fprintf(stderr, "usage: %s CERTIFICATES KEY CLIENT-CAS RULES [PORT]\n", argv[0]);
        return EXIT_FAILURE;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    server.rules_file = argv[4];
    server.ctx = new_context(argv[1], argv[2], argv[3]);
    if (server.ctx != NULL && load_rules(&server))
        server.listener = listen_on(argc == 6 ? argv[5] : "0");
    const bool ready = server.listener >= 0;
    if (ready) {
        run(&server, &signals);
        close(server.listener);
    }
    place_clear(&server.place);
    SSL_CTX_free(server.ctx);
    return ready ? EXIT_SUCCESS : EXIT_FAILURE;
}
