/* SPDX-License-Identifier: MIT */
/* A TLS server for Windows that tells each client its account. It listens on 127.0.0.1 only. docs/windows.md
 * explains it.
 *
 *     schannel_server SUBJECT CLIENT-CAS RULES PORT
 *
 * SUBJECT: a part of the subject of the server's own certificate, which is in the user's store MY, with its key.
 * CLIENT-CAS: a file with the CAs that issue client certificates: one .cer, or several as .p7b or .sst. */
#include <winsock2.h>

#include <certmap/diagnostic.h>
#include <certmap/schannel.h>

#include <schannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT_FLAGS                                                                                                  \
    (ASC_REQ_MUTUAL_AUTH | ASC_REQ_CONFIDENTIALITY | ASC_REQ_REPLAY_DETECT | ASC_REQ_SEQUENCE_DETECT |                 \
     ASC_REQ_EXTENDED_ERROR | ASC_REQ_ALLOCATE_MEMORY | ASC_REQ_STREAM)

struct server {
    CredHandle credentials;
    HCERTSTORE client_cas;
    HCERTCHAINENGINE engine; /* trusts the client CAs and nothing else; needs the store while it is used */
    struct certmap_rules *rules;
    struct certmap_peer *peer;
    SOCKET listener;
};

/* One connection. input holds what was received and not read by Schannel yet. */
struct connection {
    SOCKET socket;
    CtxtHandle context;
    bool has_context;
    char input[65536]; /* a message of the handshake may be larger than a record */
    DWORD len;
};

/* ---- the client's certificate ---- */

/* Whether Windows could be asked; what it says of the chain is in policy. The certificates that the client sent
 * along are in the store of its certificate. */
static bool verify_client(PCCERT_CHAIN_CONTEXT *chain, CERT_CHAIN_POLICY_STATUS *policy, HCERTCHAINENGINE engine,
                          PCCERT_CONTEXT client) {
    char usage[] = szOID_PKIX_KP_CLIENT_AUTH;
    LPSTR usages[] = {usage};
    CERT_CHAIN_PARA chain_para = {.cbSize = sizeof chain_para};
    SSL_EXTRA_CERT_CHAIN_POLICY_PARA of_client = {.dwAuthType = AUTHTYPE_CLIENT};
    CERT_CHAIN_POLICY_PARA policy_para = {.cbSize = sizeof policy_para, .pvExtraPolicyPara = &of_client};
    of_client.cbSize = sizeof of_client;
    chain_para.RequestedUsage.dwType = USAGE_MATCH_TYPE_AND;
    chain_para.RequestedUsage.Usage = (CERT_ENHKEY_USAGE){1, usages};
    return CertGetCertificateChain(engine, client, NULL, client->hCertStore, &chain_para,
                                   CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT, NULL, chain) &&
           CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, *chain, &policy_para, policy);
}

/* The handshake is finished. The policy status begins as a failure, and stays one unless Windows says otherwise. */
static enum certmap_status ask(struct certmap_result *result, struct server *server, CtxtHandle *context,
                               struct certmap_diagnostic *err) {
    PCCERT_CONTEXT client = NULL;
    PCCERT_CHAIN_CONTEXT chain = NULL;
    CERT_CHAIN_POLICY_STATUS policy = {.cbSize = sizeof policy, .dwError = (DWORD)TRUST_E_FAIL};
    if (QueryContextAttributesW(context, SECPKG_ATTR_REMOTE_CERT_CONTEXT, (void *)&client) == SEC_E_OK &&
        !verify_client(&chain, &policy, server->engine, client))
        policy.dwError = (DWORD)TRUST_E_FAIL;
    const enum certmap_status status =
        certmap_crypt32_match_schannel(context, chain, &policy, server->rules, server->peer, result, err);
    if (chain != NULL)
        CertFreeCertificateChain(chain);
    CertFreeCertificateContext(client);
    return status;
}

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
        fprintf(stderr, "decision=%s mapping=(%lu bytes)\n", certmap_decision_name(result->decision),
                (unsigned long)result->mapping.len);
}

/* ---- TLS ---- */

static bool send_all(SOCKET socket, const char *bytes, size_t len) {
    while (len > 0) {
        const int sent = send(socket, bytes, (int)len, 0);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool receive(struct connection *connection) {
    const DWORD room = (DWORD)sizeof connection->input - connection->len;
    const int received = recv(connection->socket, connection->input + connection->len, (int)room, 0);
    if (received <= 0) /* also if there is no room */
        return false;
    connection->len += (DWORD)received;
    return true;
}

/* Sends what Schannel has written, which may be an alert where the handshake failed. */
static bool send_token(SOCKET socket, const SecBuffer *token) {
    const bool sent = token->pvBuffer == NULL || send_all(socket, token->pvBuffer, token->cbBuffer);
    if (token->pvBuffer != NULL)
        FreeContextBuffer(token->pvBuffer);
    return sent;
}

/* Gives Schannel what was received, and keeps what it leaves. */
static SECURITY_STATUS step(struct connection *connection, CredHandle *credentials) {
    SecBuffer in[2] = {{connection->len, SECBUFFER_TOKEN, connection->input}, {0, SECBUFFER_EMPTY, NULL}};
    SecBuffer out = {0, SECBUFFER_TOKEN, NULL};
    SecBufferDesc in_list = {SECBUFFER_VERSION, 2, in}, out_list = {SECBUFFER_VERSION, 1, &out};
    unsigned long attributes = 0;
    const SECURITY_STATUS status =
        AcceptSecurityContext(credentials, connection->has_context ? &connection->context : NULL, &in_list,
                              CONTEXT_FLAGS, 0, &connection->context, &out_list, &attributes, NULL);
    if (status == SEC_E_INCOMPLETE_MESSAGE)
        return status;
    connection->has_context = connection->has_context || status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED;
    const DWORD left = in[1].BufferType == SECBUFFER_EXTRA ? in[1].cbBuffer : 0;
    memmove(connection->input, connection->input + (connection->len - left), left);
    connection->len = left;
    return send_token(connection->socket, &out) ? status : SEC_E_INTERNAL_ERROR;
}

static bool handshake(struct connection *connection, CredHandle *credentials) {
    SECURITY_STATUS status = SEC_E_INCOMPLETE_MESSAGE;
    while (status == SEC_E_INCOMPLETE_MESSAGE || status == SEC_I_CONTINUE_NEEDED) {
        if ((status == SEC_E_INCOMPLETE_MESSAGE || connection->len == 0) && !receive(connection))
            return false;
        status = step(connection, credentials);
    }
    if (status != SEC_E_OK)
        fprintf(stderr, "no handshake: error 0x%08lX\n", (unsigned long)status);
    return status == SEC_E_OK;
}

/* One record; what is longer is cut off. */
static bool write_text(struct connection *connection, const void *text, size_t len) {
    SecPkgContext_StreamSizes sizes;
    if (QueryContextAttributesW(&connection->context, SECPKG_ATTR_STREAM_SIZES, &sizes) != SEC_E_OK)
        return false;
    const DWORD body = len < sizes.cbMaximumMessage ? (DWORD)len : sizes.cbMaximumMessage;
    char *record = malloc((size_t)sizes.cbHeader + body + sizes.cbTrailer);
    if (record == NULL)
        return false;
    memcpy(record + sizes.cbHeader, text, body);
    SecBuffer parts[4] = {{sizes.cbHeader, SECBUFFER_STREAM_HEADER, record},
                          {body, SECBUFFER_DATA, record + sizes.cbHeader},
                          {sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, record + sizes.cbHeader + body},
                          {0, SECBUFFER_EMPTY, NULL}};
    SecBufferDesc list = {SECBUFFER_VERSION, 4, parts};
    const bool written =
        EncryptMessage(&connection->context, 0, &list, 0) == SEC_E_OK &&
        send_all(connection->socket, record, (size_t)parts[0].cbBuffer + parts[1].cbBuffer + parts[2].cbBuffer);
    free(record);
    return written;
}

/* Tells the client that nothing was cut off. */
static void say_goodbye(struct connection *connection, CredHandle *credentials) {
    DWORD shut = SCHANNEL_SHUTDOWN;
    SecBuffer in = {sizeof shut, SECBUFFER_TOKEN, &shut}, out = {0, SECBUFFER_TOKEN, NULL};
    SecBufferDesc in_list = {SECBUFFER_VERSION, 1, &in}, out_list = {SECBUFFER_VERSION, 1, &out};
    unsigned long attributes = 0;
    if (ApplyControlToken(&connection->context, &in_list) == SEC_E_OK &&
        AcceptSecurityContext(credentials, &connection->context, NULL, CONTEXT_FLAGS, 0, NULL, &out_list, &attributes,
                              NULL) == SEC_E_OK)
        (void)send_token(connection->socket, &out);
}

/* ---- one connection after the other ---- */

static void answer(struct server *server, struct connection *connection) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err;
    const enum certmap_status status = ask(&result, server, &connection->context, &err);
    log_answer(status, &result, &err);
    if (status == CERTMAP_OK && result.decision == CERTMAP_ALLOW)
        (void)write_text(connection, result.account.data, result.account.len);
    else
        (void)write_text(connection, "no account", 10);
    say_goodbye(connection, &server->credentials);
}

static void serve(struct server *server, SOCKET socket) {
    const DWORD patience = 10000; /* milliseconds */
    struct connection *connection = calloc(1, sizeof *connection);
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, (const char *)&patience, sizeof patience);
    if (connection != NULL) {
        connection->socket = socket;
        if (handshake(connection, &server->credentials))
            answer(server, connection);
        if (connection->has_context)
            DeleteSecurityContext(&connection->context);
    }
    free(connection);
    closesocket(socket);
}

/* ---- setting up ---- */

static bool trust_client_cas(struct server *server, const char *file) {
    CERT_CHAIN_ENGINE_CONFIG config = {.cbSize = 0};
    server->client_cas = CertOpenStore(CERT_STORE_PROV_FILENAME_A, X509_ASN_ENCODING | PKCS_7_ASN_ENCODING, 0,
                                       CERT_STORE_OPEN_EXISTING_FLAG | CERT_STORE_READONLY_FLAG, file);
    /* The struct of Windows 7, which later releases take as well. */
    config.cbSize = offsetof(CERT_CHAIN_ENGINE_CONFIG, hExclusiveTrustedPeople) + sizeof config.hExclusiveTrustedPeople;
    config.hExclusiveRoot = server->client_cas;
    if (server->client_cas != NULL && CertCreateCertificateChainEngine(&config, &server->engine))
        return true;
    fprintf(stderr, "%s: error 0x%08lX\n", file, (unsigned long)GetLastError());
    return false;
}

/* hRootStore has the CAs that Schannel names to clients, where it is set up to name any; it verifies no client
 * certificate by them. */
static SECURITY_STATUS acquire(struct server *server, PCCERT_CONTEXT certificate) {
    wchar_t package[] = UNISP_NAME_W;
    SCHANNEL_CRED schannel = {.dwVersion = SCHANNEL_CRED_VERSION, .cCreds = 1, .paCred = &certificate};
    schannel.hRootStore = server->client_cas;
    schannel.dwFlags = SCH_CRED_NO_SYSTEM_MAPPER;
    return AcquireCredentialsHandleW(NULL, package, SECPKG_CRED_INBOUND, NULL, &schannel, NULL, NULL,
                                     &server->credentials, NULL);
}

static bool acquire_credentials(struct server *server, const char *subject) {
    HCERTSTORE own = CertOpenSystemStoreW(0, L"MY");
    SECURITY_STATUS status = SEC_E_NO_CREDENTIALS;
    PCCERT_CONTEXT certificate = NULL;
    if (own == NULL)
        return false;
    certificate = CertFindCertificateInStore(own, X509_ASN_ENCODING, 0, CERT_FIND_SUBJECT_STR_A, subject, NULL);
    if (certificate != NULL)
        status = acquire(server, certificate);
    if (status != SEC_E_OK)
        fprintf(stderr, "%s: error 0x%08lX\n", subject, (unsigned long)status);
    CertFreeCertificateContext(certificate);
    CertCloseStore(own, 0);
    return status == SEC_E_OK;
}

/* FILE:LINE:COLUMN: error: ..., in one line. */
static void log_diagnostic(const char *path, const struct certmap_diagnostic *err) {
    struct certmap_diagnostic named = *err;
    char line[1024];
    size_t len = 0;
    named.file = path;
    if (certmap_diagnostic_format(line, sizeof line, &len, &named, certmap_no_view(), CERTMAP_DIAGNOSTIC_PLAIN, NULL) ==
        CERTMAP_OK)
        fprintf(stderr, "%s\n", line);
    else
        fprintf(stderr, "error: %s\n", err->text); /* a path of a thousand characters */
}

static bool load_rules(struct server *server, const char *path) {
    struct certmap_diagnostic err = {.text = "cannot be read"};
    FILE *file = fopen(path, "rb");
    const size_t cap = 1 << 20; /* as much as a file of rules has here */
    uint8_t *text = malloc(cap);
    const size_t len = file == NULL || text == NULL ? 0 : fread(text, 1, cap, file);
    const bool loaded = len > 0 && len < cap &&
                        certmap_rules_parse(&server->rules, (struct certmap_view){text, len}, NULL, &err) == CERTMAP_OK;
    if (!loaded)
        log_diagnostic(path, &err);
    if (file != NULL)
        fclose(file);
    free(text);
    return loaded;
}

static bool listen_on(struct server *server, const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((u_short)strtoul(port, NULL, 10))};
    const BOOL alone = TRUE; /* no other process may listen on the same port */
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    return server->listener != INVALID_SOCKET &&
           setsockopt(server->listener, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&alone, sizeof alone) == 0 &&
           bind(server->listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
           listen(server->listener, 64) == 0;
}

/* Ends with the process, which gives everything back. */
int main(int argc, char **argv) {
    struct server server = {.listener = INVALID_SOCKET};
    WSADATA sockets;
    if (argc != 5) {
        fprintf(stderr, "usage: %s SUBJECT CLIENT-CAS RULES PORT\n", argv[0]);
        return EXIT_FAILURE;
    }
    if (WSAStartup(MAKEWORD(2, 2), &sockets) != 0 || !load_rules(&server, argv[3]) ||
        certmap_peer_new(&server.peer, NULL, NULL) != CERTMAP_OK || !trust_client_cas(&server, argv[2]) ||
        !acquire_credentials(&server, argv[1]) || !listen_on(&server, argv[4]))
        return EXIT_FAILURE;
    for (;;) {
        const SOCKET socket = accept(server.listener, NULL, NULL);
        if (socket != INVALID_SOCKET)
            serve(&server, socket);
    }
}
