/* SPDX-License-Identifier: MIT */
#include <certmap/certmap.h>
#include <stdio.h>

static const char rules_text[] = "certmap 1; mapping \"sales\" { when subject.OU = \"Sales\"; allow \"portal\"; }";

int main(void) {
    static uint8_t pem[65536];
    size_t n = fread(pem, 1, sizeof pem, stdin);
    char line[1024] = "";
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    if (certmap_rules_parse(&rules, certmap_view_of(rules_text), NULL, &err) == CERTMAP_OK &&
        certmap_cert_from_pem(&cert, pem, n, &err) == CERTMAP_OK && certmap_peer_new(&peer, NULL, &err) == CERTMAP_OK &&
        certmap_peer_set(peer, &cert, &err) == CERTMAP_OK && certmap_match(rules, peer, &result, &err) == CERTMAP_OK)
        certmap_result_format(line, sizeof line, &n, &result, &err);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    return puts(err.status == CERTMAP_OK ? line : err.text) == EOF || result.decision != CERTMAP_ALLOW;
}
