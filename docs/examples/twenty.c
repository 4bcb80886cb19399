/* SPDX-License-Identifier: MIT */
#include <certmap/certmap.h>
#include <stdio.h>

int main(void) { /* the account of the certificate, PEM or DER, on standard input */
    static uint8_t bytes[65536];
    size_t len = fread(bytes, 1, sizeof bytes, stdin);
    const char *text = "certmap 1; mapping \"sales\" { when subject.OU = \"Sales\"; allow \"portal\"; }";
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.text = ""}; /* what went wrong, or else the answer */
    if (certmap_rules_parse(&rules, certmap_view_of(text), NULL, &err) == CERTMAP_OK &&
        certmap_cert_from_pem(&cert, bytes, len, &err) == CERTMAP_OK &&
        certmap_peer_new(&peer, NULL, &err) == CERTMAP_OK && certmap_peer_set(peer, &cert, &err) == CERTMAP_OK &&
        certmap_match(rules, peer, &result, &err) == CERTMAP_OK)
        (void)certmap_result_format(err.text, sizeof err.text, &len, &result, NULL);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    return puts(err.text) == EOF || result.decision != CERTMAP_ALLOW;
}
