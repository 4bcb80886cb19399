/* SPDX-License-Identifier: MIT */
/* A program outside the project, in the language that C11 and C++17 share. scripts/install-check
 * builds it in every way that a user may: it must map a Name that it builds itself. */
#include <certmap/names.h>
#include <stdio.h>
#include <string.h>
#ifdef CONSUMER_IIS
#include <certmap/iis.h>
#endif
#ifdef CONSUMER_OPENSSL
#include <certmap/openssl.h>
#endif
#ifdef CONSUMER_SERVER
#include <certmap/server.h>
#endif
#ifdef CONSUMER_CRYPT32
#include <certmap/schannel.h>
#endif

static struct certmap_view text_view(const char *text) {
    struct certmap_view view;
    view.data = (const uint8_t *)text;
    view.len = strlen(text);
    return view;
}

static const char native_rules[] = "certmap 1;\n"
                                   "mapping \"staff\" { when subject.O = \"Contoso\"; allow \"CONTOSO\\\\portal\"; }\n";

static enum certmap_status load_native(struct certmap_rules **rules, struct certmap_diagnostic *err) {
    return certmap_rules_parse(rules, text_view(native_rules), NULL, err);
}

#ifdef CONSUMER_IIS
static const char iis_rules[] =
    "<iisClientCertificateMappingAuthentication enabled=\"true\"><manyToOneMappings>"
    "<add name=\"staff\" userName=\"CONTOSO\\portal\"><rules><add certificateField=\"Subject\""
    " certificateSubField=\"O\" matchCriteria=\"Cont*\"/></rules></add>"
    "</manyToOneMappings></iisClientCertificateMappingAuthentication>";

static enum certmap_status load_iis(struct certmap_rules **rules, struct certmap_diagnostic *err) {
    return certmap_iis_load(rules, NULL, text_view(iis_rules), NULL, err);
}
#endif

/* Sets peer to a certificate with this subject, which der keeps. */
static enum certmap_status prepare(struct certmap_peer *peer, uint8_t *der, size_t cap,
                                   struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    size_t len = 0;
    enum certmap_status status = certmap_name_from_text(der, cap, &len, text_view("CN=Alice,O=Contoso"), err);
    cert.subject.data = der;
    cert.subject.len = len;
    cert.issuer = cert.subject;
    return status == CERTMAP_OK ? certmap_peer_set(peer, &cert, err) : status;
}

/* 0 if the rules give Contoso's account. */
static int ask(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_diagnostic err;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    char line[256];
    size_t len = 0;
    if (certmap_match(rules, peer, &result, &err) != CERTMAP_OK || result.decision != CERTMAP_ALLOW)
        return 1;
    if (certmap_result_format(line, sizeof(line), &len, &result, &err) != CERTMAP_OK)
        return 1;
    puts(line);
    return !certmap_text_same(result.account, text_view("CONTOSO\\portal"));
}

static int try_rules(enum certmap_status (*load)(struct certmap_rules **, struct certmap_diagnostic *)) {
    struct certmap_diagnostic err;
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    uint8_t der[256];
    int failed = 1;
    if (load(&rules, &err) == CERTMAP_OK && certmap_peer_new(&peer, NULL, &err) == CERTMAP_OK &&
        prepare(peer, der, sizeof(der), &err) == CERTMAP_OK)
        failed = ask(rules, peer);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    return failed;
}

int main(void) {
    int failed = try_rules(load_native);
#ifdef CONSUMER_IIS
    failed |= try_rules(load_iis);
#endif
#ifdef CONSUMER_OPENSSL
    {
        struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
        certmap_openssl_holder_free(&holder);
    }
#endif
#ifdef CONSUMER_SERVER
    {
        struct certmap_service_options options = CERTMAP_SERVICE_OPTIONS_INIT;
        struct certmap_presented presented = CERTMAP_PRESENTED_INIT;
        struct certmap_service *service = NULL;
        struct certmap_answer *answer = NULL;
        failed |= certmap_service_open(&service, &options, NULL) != CERTMAP_ERROR_ARGUMENT;
        failed |= certmap_service_ask_der(service, &answer, &presented, NULL) != CERTMAP_ERROR_ARGUMENT;
    }
#endif
#ifdef CONSUMER_CRYPT32
    {
        struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        failed |= certmap_crypt32_cert(&cert, &holder, NULL, 0, NULL) != CERTMAP_ERROR_ARGUMENT;
        failed |= certmap_crypt32_match_schannel(NULL, NULL, NULL, NULL, NULL, NULL, NULL) != CERTMAP_ERROR_ARGUMENT;
    }
#endif
    return failed;
}
