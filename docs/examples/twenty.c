/* SPDX-License-Identifier: MIT */
#include <certmap/certmap.h>
#include <stdio.h>

int main(void) { /* the account of the DER certificate on standard input */
    static const uint8_t text[] = "certmap 1; mapping \"sales\" { when subject.OU = \"Sales\"; allow \"portal\"; }";
    static uint8_t der[65536];
    const size_t len = fread(der, 1, sizeof der, stdin);
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_error err = {.text = "no account"};
    if (certmap_rules_parse(&rules, (struct certmap_view){text, sizeof text - 1}, NULL, &err) == CERTMAP_OK &&
        certmap_cert_from_der(&cert, (struct certmap_view){der, len}, &err) == CERTMAP_OK &&
        certmap_peer_new(&peer, NULL, &err) == CERTMAP_OK && certmap_peer_set(peer, &cert, &err) == CERTMAP_OK)
        (void)certmap_match(rules, peer, &result, &err);
    puts(result.decision == CERTMAP_ALLOW ? (const char *)result.account.data : err.text);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    return result.decision != CERTMAP_ALLOW;
}
