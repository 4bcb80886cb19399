/* SPDX-License-Identifier: MIT */
/* The programs of docs/servers.md do what it says. CERTMAP_SWAP, CERTMAP_PLAIN_SERVER and, where
 * libcertmap-server is built, CERTMAP_SERVER are their paths. */
#define _POSIX_C_SOURCE 200809L
#include "support/run.h"
#include "support/tls.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char rule_text[] = "certmap 1;\n"
                                "mapping \"contractors\" { when subject.OU = \"Contractors\"; deny; }\n"
                                "mapping \"staff\" { when subject.CN = \"Alice\"; allow \"CONTOSO\\\\portal\"; }\n";
static const char other_rules[] = "certmap 1; mapping \"all\" { when always; allow \"guest\"; }\n";
static const char broken_rules[] = "certmap 1;\nmapping \"all\" { when subject.XYZ present; allow \"guest\"; }\n";

static struct t_pki *pki;

/* ---- a folder with the files of the server ---- */

enum file { CERTIFICATES, KEY, CLIENT_CAS, RULES, LOG, FILE_COUNT };

static char folder[] = "/tmp/certmap-servers-XXXXXX";
static char paths[FILE_COUNT][64];

static FILE *create(enum file file) {
    FILE *made = fopen(paths[file], "w");
    ck_assert_msg(made != NULL, "%s", paths[file]);
    return made;
}

static void write_certificate(FILE *to, enum t_id id) {
    ck_assert_int_eq(PEM_write_X509(to, t_pki_certificate(pki, id)), 1);
}

static void write_rules(const char *text) {
    FILE *to = create(RULES);
    ck_assert_int_ge(fputs(text, to), 0);
    ck_assert_int_eq(fclose(to), 0);
}

static void make_folder(void) {
    static const char *const names[] = {"server.pem", "server.key", "ca.pem", "staff.rules", "log"};
    pki = t_pki_new();
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (int i = 0; i < FILE_COUNT; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
    FILE *certificates = create(CERTIFICATES);
    write_certificate(certificates, T_SERVER);
    write_certificate(certificates, T_ISSUING);
    fclose(certificates);
    FILE *key = create(KEY);
    ck_assert_int_eq(PEM_write_PrivateKey(key, t_pki_key(pki, T_SERVER), NULL, NULL, 0, NULL, NULL), 1);
    fclose(key);
    FILE *cas = create(CLIENT_CAS);
    write_certificate(cas, T_ROOT);
    fclose(cas);
    fclose(create(LOG));
}

static void remove_folder(void) {
    for (int i = 0; i < FILE_COUNT; i++)
        unlink(paths[i]);
    rmdir(folder);
    t_pki_free(pki);
}

/* ---- the server ---- */

static const char *program(const char *variable) {
    const char *path = getenv(variable);
    ck_assert_msg(path != NULL, "%s is not set", variable);
    return path;
}

struct process {
    pid_t pid;
    int port;
};

/* Begins with its standard output in a pipe and its messages in the log. The shell puts the wrapper, if there is one,
 * before it and becomes it. */
static pid_t start(int output, const char *path) {
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        const int log = open(paths[LOG], O_WRONLY | O_TRUNC);
        alarm(300); /* a test that fails leaves no server for long */
        if (dup2(output, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0)
            execl("/bin/sh", "sh", "-c", "exec " T_WRAPPER " \"$0\" \"$@\"", path, paths[CERTIFICATES], paths[KEY],
                  paths[CLIENT_CAS], paths[RULES], (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Both servers do the same. */
static const char *const servers[] = {"CERTMAP_PLAIN_SERVER", "CERTMAP_SERVER"};
enum { PLAIN, WITH_LIBRARY };

static struct process start_server(int which, const char *rules) {
    struct process server = {0, 0};
    int ends[2];
    write_rules(rules);
    ck_assert_int_eq(pipe(ends), 0);
    server.pid = start(ends[1], program(servers[which]));
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    ck_assert_int_eq(fscanf(output, "127.0.0.1:%d", &server.port), 1);
    fclose(output);
    return server;
}

static void stop_server(struct process server) {
    int status = -1;
    ck_assert_int_eq(kill(server.pid, SIGTERM), 0);
    ck_assert_int_eq(waitpid(server.pid, &status, 0), server.pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server ended with status %d", status);
}

static void check_log(const char *part, const char *row) {
    char text[4096] = "";
    FILE *log = fopen(paths[LOG], "r");
    ck_assert_ptr_nonnull(log);
    text[fread(text, 1, sizeof text - 1, log)] = 0;
    fclose(log);
    ck_assert_msg(strstr(text, part) != NULL, "%s: the log says: %s", row, text);
}

/* ---- a client ---- */

static int connect_to(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(connection, (struct sockaddr *)&address, sizeof address), 0);
    return connection;
}

/* The line that the server says to somebody; "" if it ends the connection without a word. */
static void ask(char *text, size_t cap, int port, enum t_id id) {
    SSL_CTX *ctx = t_tls_client(pki, TLS1_3_VERSION, id);
    SSL *ssl = SSL_new(ctx);
    const int connection = connect_to(port);
    size_t len = 0;
    int got = 0;
    ck_assert_int_eq(SSL_set_fd(ssl, connection), 1);
    ck_assert_int_eq(SSL_set1_host(ssl, "localhost"), 1);
    if (SSL_connect(ssl) == 1) {
        while ((len == 0 || text[len - 1] != '\n') && (got = SSL_read(ssl, text + len, (int)(cap - 1 - len))) > 0)
            len += (size_t)got;
        SSL_shutdown(ssl);
    }
    text[len] = 0;
    ERR_clear_error();
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(connection);
}

static const struct {
    const char *name;
    enum t_id client;
    const char *answer;
    const char *logs[COUNT(servers)];
} clients[] = {
    {"Alice",
     T_ALICE,
     "account CONTOSO\\portal\n",
     {"decision=allow mapping=\"staff\" account=\"CONTOSO\\\\portal\" reason=-\n",
      " serial=4 decision=allow mapping=\"staff\" account=\"CONTOSO\\\\portal\" reason=- rules=sha256:"}},
    {"Eve",
     T_EVE,
     "no account\n",
     {"decision=deny mapping=\"contractors\" account=- reason=-\n", "client=\"127.0.0.1\" cert=sha256:"}},
    {"Bob",
     T_BOB,
     "no account\n",
     {"decision=none mapping=- account=- reason=no-match\n",
      " serial=5 decision=none mapping=- account=- reason=no-match rules=sha256:"}},
    {"nobody",
     T_NOBODY,
     "no account\n",
     {"refused: no-certificate: the peer sent no certificate\n",
      "client=\"127.0.0.1\" cert=- serial=- decision=unverified mapping=- account=- reason=no-certificate "
      "message=\"the peer sent no certificate\" rules=sha256:"}},
    {"a malformed Name",
     T_LENGTHY,
     "no account\n",
     {"refused: malformed-der: the subject",
      "decision=error mapping=- account=- reason=malformed-der message=\"the subject"}},
    {"another CA", T_MALLORY, "", {"no handshake: ", "no handshake: "}},
    {"expired", T_EXPIRED, "", {"no handshake: ", "no handshake: "}},
};

/* Without the library, the tests of its server are left out. */
static int server_count = COUNT(servers);

T_TEST(each_client_gets_its_account) {
    const int row = _i / server_count, kind = _i % server_count;
    char text[256];
    struct process server = start_server(kind, rule_text);
    ask(text, sizeof text, server.port, clients[row].client);
    stop_server(server);
    ck_assert_msg(strcmp(text, clients[row].answer) == 0, "%s: %s", clients[row].name, text);
    check_log(clients[row].logs[kind], clients[row].name);
}

static void wait_a_little(void) {
    const struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
}

T_TEST(rules_are_replaced) {
    char text[256] = "";
    struct process server = start_server(_i, rule_text);
    ask(text, sizeof text, server.port, T_BOB);
    ck_assert_str_eq(text, "no account\n");
    write_rules(other_rules);
    ck_assert_int_eq(kill(server.pid, SIGHUP), 0);
    for (int i = 0; i < 500 && strcmp(text, "account guest\n") != 0; i++) {
        wait_a_little();
        ask(text, sizeof text, server.port, T_BOB);
    }
    ck_assert_str_eq(text, "account guest\n");
    stop_server(server);
}

/* On one connection, with the rules loaded again between two lines: the answer that was kept does not hold any more. */
T_TEST(each_line_has_an_answer) {
    char text[256] = "";
    struct process server = start_server(WITH_LIBRARY, rule_text);
    SSL_CTX *ctx = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
    SSL *ssl = SSL_new(ctx);
    const int connection = connect_to(server.port);
    ck_assert_int_eq(SSL_set_fd(ssl, connection), 1);
    ck_assert_int_eq(SSL_connect(ssl), 1);
    ck_assert_int_gt(SSL_read(ssl, text, sizeof text - 1), 0);
    ck_assert_str_eq(text, "account CONTOSO\\portal\n");
    write_rules(other_rules);
    ck_assert_int_eq(kill(server.pid, SIGHUP), 0);
    for (int i = 0; i < 500 && strcmp(text, "account guest\n") != 0; i++) {
        wait_a_little();
        ck_assert_int_eq(SSL_write(ssl, "\n", 1), 1);
        const int got = SSL_read(ssl, text, sizeof text - 1);
        ck_assert_int_gt(got, 0);
        text[got] = 0;
    }
    ck_assert_str_eq(text, "account guest\n");
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(connection);
    stop_server(server);
}

/* The old rules stay. */
T_TEST(broken_rules_are_not_loaded) {
    char text[256] = "";
    char found[256] = "";
    struct process server = start_server(_i, other_rules);
    write_rules(broken_rules);
    ck_assert_int_eq(kill(server.pid, SIGHUP), 0);
    for (int i = 0; i < 500 && strchr(found, '\n') == NULL; i++) {
        wait_a_little();
        FILE *log = fopen(paths[LOG], "r");
        found[fread(found, 1, sizeof found - 1, log)] = 0;
        fclose(log);
    }
    ask(text, sizeof text, server.port, T_ALICE);
    stop_server(server);
    ck_assert_str_eq(text, "account guest\n");
    check_log("staff.rules:2:", "broken rules");
}

T_TEST(does_not_start_without_rules) {
    int status = -1;
    int ends[2];
    char byte;
    write_rules(broken_rules);
    ck_assert_int_eq(pipe(ends), 0);
    const pid_t pid = start(ends[1], program(servers[_i]));
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
    check_log("staff.rules:2:", "broken rules");
}

T_TEST(swap) {
    int status = -1;
    int ends[2];
    char text[64] = "";
    ck_assert_int_eq(pipe(ends), 0);
    const pid_t pid = start(ends[1], program("CERTMAP_SWAP"));
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
    close(ends[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_str_eq(text, "200 rule sets, 4 threads: right\n");
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
}

int main(void) {
    if (getenv(servers[WITH_LIBRARY]) == NULL)
        server_count = WITH_LIBRARY;
    signal(SIGPIPE, SIG_IGN); /* of a server that ended the connection */
    return T_RUN("servers", T_CASE("servers", T_ONCE(make_folder, remove_folder),
                                   T_LOOP(each_client_gets_its_account, COUNT(clients) * server_count),
                                   T_RANGE(rules_are_replaced, PLAIN, server_count),
                                   T_RANGE(broken_rules_are_not_loaded, PLAIN, server_count),
                                   T_RANGE(does_not_start_without_rules, PLAIN, server_count),
                                   T_LOOP(each_line_has_an_answer, server_count > WITH_LIBRARY), swap));
}
