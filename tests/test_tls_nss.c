/* SPDX-License-Identifier: MIT */
/* docs/examples/nss.c on live connections, and what NSS decodes. */
#include "tls_library.h"
#include <cert.h>
#include <certdb.h>
#include <nspr.h>
#include <nss.h>
#include <pk11pub.h>
#include <ssl.h>
#include <sslproto.h>

static CERTCertificate *root, *own, *ca;
static SECKEYPrivateKey *key;
static PRDescIdentity layer;
static PRIOMethods methods;
static struct server_setup_flags { bool tls13, lax; } flags;

static SECItem item(struct certmap_view view) {
    return (SECItem){siBuffer, (unsigned char *)(uintptr_t)view.data, (unsigned)view.len};
}

/* ---- bytes: a bottom layer of NSPR over a wire ---- */

static PRInt32 push(PRFileDesc *fd, const void *bytes, PRInt32 len, PRIntn unused, PRIntervalTime timeout) {
    (void)unused;
    (void)timeout;
    t_bytes(&((struct wire *)(void *)fd->secret)->to_client, bytes, (size_t)len);
    return len;
}

static PRInt32 pull(PRFileDesc *fd, void *bytes, PRInt32 len, PRIntn unused, PRIntervalTime timeout) {
    const size_t taken = wire_take((struct wire *)(void *)fd->secret, bytes, (size_t)len);
    (void)unused;
    (void)timeout;
    if (taken > 0)
        return (PRInt32)taken;
    PR_SetError(PR_WOULD_BLOCK_ERROR, 0);
    return -1;
}

static PRStatus peer_name(PRFileDesc *fd, PRNetAddr *address) {
    (void)fd;
    return PR_InitializeNetAddr(PR_IpAddrLoopback, 1, address);
}

static PRStatus get_option(PRFileDesc *fd, PRSocketOptionData *option) {
    (void)fd;
    option->value.non_blocking = PR_TRUE;
    return option->option == PR_SockOpt_Nonblocking ? PR_SUCCESS : PR_FAILURE;
}

static PRStatus set_option(PRFileDesc *fd, const PRSocketOptionData *option) {
    (void)fd;
    (void)option;
    return PR_SUCCESS;
}

static PRStatus shut_down(PRFileDesc *fd, PRIntn how) {
    (void)fd;
    (void)how;
    return PR_SUCCESS;
}

static PRStatus close_layer(PRFileDesc *fd) {
    fd->secret = NULL;
    fd->dtor(fd);
    return PR_SUCCESS;
}

static void make_layer(void) {
    layer = PR_GetUniqueIdentity("wire");
    methods = *PR_GetDefaultIOMethods();
    methods.send = push;
    methods.recv = pull;
    methods.getpeername = peer_name;
    methods.getsocketoption = get_option;
    methods.setsocketoption = set_option;
    methods.shutdown = shut_down;
    methods.close = close_layer;
}

/* ---- the server ---- */

static CERTCertificate *decode_certificate(struct certmap_view der) {
    SECItem bytes = item(der);
    return CERT_NewTempCertificate(CERT_GetDefaultCertDB(), &bytes, NULL, PR_FALSE, PR_TRUE);
}

static void begin_decoding(void) {
    ck_assert_int_eq(NSS_NoDB_Init(NULL), SECSuccess);
}

static void end_decoding(void) {
    ck_assert_int_eq(NSS_Shutdown(), SECSuccess);
}

static void start(const struct server_setup *setup) {
    CERTCertTrust trust = {CERTDB_TRUSTED_CLIENT_CA | CERTDB_VALID_CA, 0, 0};
    SECItem bytes = item(setup->key);
    begin_decoding();
    ck_assert_int_eq(NSS_SetDomesticPolicy(), SECSuccess);
    root = decode_certificate(setup->root);
    own = decode_certificate(setup->own);
    ca = decode_certificate(setup->ca);
    ck_assert(root != NULL && own != NULL && ca != NULL);
    ck_assert_int_eq(CERT_ChangeCertTrust(CERT_GetDefaultCertDB(), root, &trust), SECSuccess);
    PK11SlotInfo *slot = PK11_GetInternalSlot();
    SECKEYPublicKey *public_key = CERT_ExtractPublicKey(own);
    ck_assert_int_eq(PK11_ImportDERPrivateKeyInfoAndReturnKey(slot, &bytes, NULL, &public_key->u.ec.publicValue,
                                                              PR_FALSE, PR_TRUE, KU_ALL, &key, NULL),
                     SECSuccess);
    SECKEY_DestroyPublicKey(public_key);
    PK11_FreeSlot(slot);
    ck_assert_int_eq(SSL_ConfigServerSessionIDCache(0, 0, 0, NULL), SECSuccess);
    make_layer();
    flags = (struct server_setup_flags){setup->tls13, setup->lax};
}

static void stop(void) {
    SECKEY_DestroyPrivateKey(key);
    CERT_DestroyCertificate(root);
    CERT_DestroyCertificate(own);
    CERT_DestroyCertificate(ca);
    ck_assert_int_eq(SSL_ShutdownServerSessionIDCache(), SECSuccess);
    SSL_ClearSessionCache();
    end_decoding();
}

/* A mistake that docs/tls-libraries.md warns of. */
static SECStatus accept_all(void *unused, PRFileDesc *ssl, PRBool check, PRBool server) {
    (void)unused;
    (void)ssl;
    (void)check;
    (void)server;
    return SECSuccess;
}

static void *open_server(struct wire *wire) {
    const PRUint16 version = flags.tls13 ? SSL_LIBRARY_VERSION_TLS_1_3 : SSL_LIBRARY_VERSION_TLS_1_2;
    const SSLVersionRange range = {version, version};
    PRFileDesc *bottom = PR_CreateIOLayerStub(layer, &methods);
    bottom->secret = (void *)wire;
    PRFileDesc *ssl = SSL_ImportFD(NULL, bottom);
    ck_assert_ptr_nonnull(ssl);
    ck_assert_int_eq(SSL_OptionSet(ssl, SSL_SECURITY, PR_TRUE), SECSuccess);
    ck_assert_int_eq(SSL_OptionSet(ssl, SSL_HANDSHAKE_AS_SERVER, PR_TRUE), SECSuccess);
    ck_assert_int_eq(SSL_OptionSet(ssl, SSL_REQUEST_CERTIFICATE, PR_TRUE), SECSuccess);
    ck_assert_int_eq(SSL_OptionSet(ssl, SSL_REQUIRE_CERTIFICATE, flags.lax ? SSL_REQUIRE_NEVER : SSL_REQUIRE_ALWAYS),
                     SECSuccess);
    ck_assert_int_eq(SSL_OptionSet(ssl, SSL_ENABLE_SESSION_TICKETS, PR_TRUE), SECSuccess);
    ck_assert_int_eq(SSL_VersionRangeSet(ssl, &range), SECSuccess);
    ck_assert_int_eq(SSL_ConfigServerCert(ssl, own, key, NULL, 0), SECSuccess);
    if (flags.lax)
        ck_assert_int_eq(SSL_AuthCertificateHook(ssl, accept_all, NULL), SECSuccess);
    ck_assert_int_eq(SSL_ResetHandshake(ssl, PR_TRUE), SECSuccess);
    return ssl;
}

static int handshake(void *ssl) {
    if (SSL_ForceHandshake(ssl) == SECSuccess)
        return 1;
    return PR_GetError() == PR_WOULD_BLOCK_ERROR ? 0 : -1;
}

static enum certmap_status match(void *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                                 struct certmap_result *result, struct certmap_diagnostic *err) {
    return match_nss(ssl, rules, peer, result, err);
}

static void close_server(void *ssl) {
    PR_Close(ssl);
}

/* ---- decoding ---- */

static void put(struct t_buf *buf, const SECItem *bytes) {
    t_bytes(buf, bytes->data, bytes->len);
}

static bool decode(struct decoded *decoded, struct certmap_view der) {
    CERTCertificate *x509 = decode_certificate(der);
    if (x509 == NULL)
        return false;
    put(&decoded->whole, &x509->derCert);
    put(&decoded->subject, &x509->derSubject);
    put(&decoded->issuer, &x509->derIssuer);
    put(&decoded->key, &x509->derPublicKey);
    put(&decoded->serial, &x509->serialNumber);
    CERT_DestroyCertificate(x509);
    return true;
}

int main(void) {
    static const struct library library = {
        .name = "nss",
        .tls13 = true,
        .strict = true,
        .opaque = true,
        .resumes = true,
        .start = start,
        .stop = stop,
        .open = open_server,
        .handshake = handshake,
        .match = match,
        .close = close_server,
        .decode = decode,
        .begin_decoding = begin_decoding,
        .end_decoding = end_decoding,
    };
    return library_run(&library);
}
