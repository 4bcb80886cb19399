/* SPDX-License-Identifier: MIT */
/* A TLS server that tells each client its account, with libcertmap-server. It listens on 127.0.0.1 only, and loads its
 * rules again on SIGHUP or when the file has changed. docs/server-library.md explains it.
 *
 *     server CERTIFICATES KEY CLIENT-CAS RULES [PORT]
 *
 * The first three are PEM files. RULES is a rule file or an IIS file. Without a port the system chooses one; it is
 * printed. A client that is let in gets its account at once, and again for each line that it sends. */
#include <arpa/inet.h>
#include <certmap/server.h>
#include <errno.h>
#include <openssl/err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { WORKERS = 4, LOOK_SECONDS = 5 };

/* What the threads share. */
struct server {
    SSL_CTX *ctx;
    int listener;
    struct certmap_service *service;
};

/* ---- the rules ---- */

static void log_line(void *ctx, enum certmap_severity severity, const char *line) {
    static const char *const names[] = {"error", "warning", "note"};
    (void)ctx;
    fprintf(stderr, "%s: %s\n", names[severity], line);
}

static struct certmap_service *open_service(const char *file) {
    struct certmap_service_options options = CERTMAP_SERVICE_OPTIONS_INIT;
    struct certmap_service *service = NULL;
    options.file = file;
    options.resumed = CERTMAP_RESUMED_KEEP;
    options.log = log_line;
    if (certmap_service_open(&service, &options, NULL) != CERTMAP_OK)
        return NULL; /* the log says why */
    if (certmap_service_watch(service, LOOK_SECONDS, NULL) == CERTMAP_OK)
        return service;
    certmap_service_close(service);
    return NULL;
}

/* ---- one connection ---- */

/* Asks again where there is no answer yet, or the one there is does not hold any more. */
static struct certmap_answer *renew(struct certmap_answer *answer, struct certmap_service *service, SSL *ssl,
                                    const char *client) {
    if (certmap_service_is_current(service, answer, 0))
        return answer;
    certmap_answer_free(answer);
    (void)certmap_service_ask(service, &answer, ssl, client, NULL);
    fprintf(stderr, "%s\n", certmap_answer_line(answer));
    return answer;
}

/* Only one outcome grants. No answer at all, where there was no memory for one, has another. */
static bool tell(SSL *ssl, const struct certmap_answer *answer) {
    char line[512] = "no account\n";
    const bool allowed = certmap_answer_outcome(answer) == CERTMAP_OUTCOME_ALLOW;
    if (allowed)
        snprintf(line, sizeof line, "account %s\n",
                 (const char *)certmap_answer_text(answer, CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_HEADER).data);
    return SSL_write(ssl, line, (int)strlen(line)) > 0 && allowed;
}

static void converse(struct certmap_service *service, SSL *ssl, const char *client) {
    struct certmap_answer *answer = NULL;
    char line[256];
    do
        answer = renew(answer, service, ssl, client);
    while (tell(ssl, answer) && SSL_read(ssl, line, sizeof line) > 0);
    certmap_answer_free(answer);
}

static void serve(struct server *server, int connection, const char *client) {
    const struct timeval patience = {.tv_sec = 10};
    SSL *ssl = SSL_new(server->ctx);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (ssl != NULL && SSL_set_fd(ssl, connection) == 1 && SSL_accept(ssl) == 1) {
        converse(server->service, ssl, client);
        SSL_shutdown(ssl);
    } else {
        const char *reason = ERR_reason_error_string(ERR_peek_error());
        fprintf(stderr, "no handshake: %s\n", reason != NULL ? reason : "the connection ended");
    }
    SSL_free(ssl);
    ERR_clear_error();
    close(connection);
}

/* A thread has no state of certmap's. */
static void *work(void *argument) {
    struct server *server = argument;
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    char client[INET_ADDRSTRLEN] = "";
    int connection = -1;
    while ((connection = accept(server->listener, (struct sockaddr *)&address, &len)) >= 0 || errno == EINTR ||
           errno == ECONNABORTED)
        if (connection >= 0) {
            inet_ntop(AF_INET, &address.sin_addr, client, sizeof client);
            serve(server, connection, client);
        }
    return NULL;
}

/* ---- setting up ---- */

/* Who may come in is decided here, by OpenSSL: certmap asks for the result. */
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
    SSL_CTX_set_cert_verify_callback(ctx, certmap_service_keep_issuer, NULL);
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
        (void)certmap_service_reload(server->service, NULL);
    shutdown(server->listener, SHUT_RDWR); /* on Linux, accept gives an error from now on */
    while (started-- > 0)
        pthread_join(workers[started], NULL);
}

int main(int argc, char **argv) {
    struct server server = {.listener = -1};
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
    server.ctx = new_context(argv[1], argv[2], argv[3]);
    if (server.ctx != NULL && (server.service = open_service(argv[4])) != NULL)
        server.listener = listen_on(argc == 6 ? argv[5] : "0");
    const bool ready = server.listener >= 0;
    if (ready) {
        run(&server, &signals);
        close(server.listener);
    }
    certmap_service_close(server.service);
    SSL_CTX_free(server.ctx);
    return ready ? EXIT_SUCCESS : EXIT_FAILURE;
}
