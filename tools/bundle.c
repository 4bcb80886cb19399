/* SPDX-License-Identifier: MIT */
#include "bundle.h"
#include "certmap/explain.h"
#include <string.h>

static bool is_same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Whether this is basicConstraints with cA TRUE: SEQUENCE { BOOLEAN ... }, which the library shows in hexadecimal
 * digits. Any octet but 00 is TRUE where BER is tolerated. */
static bool says_ca(const struct certmap_value *value) {
    static const char oid[] = "2.5.29.19", boolean[] = "0101";
    const struct certmap_view text = value->text;
    return is_same(value->oid, (struct certmap_view){(const uint8_t *)oid, strlen(oid)}) && text.len >= 10 &&
           memcmp(text.data + 4, boolean, strlen(boolean)) == 0 && memcmp(text.data + 8, "00", 2) != 0;
}

static bool is_ca(const struct certmap_cert *cert) {
    struct certmap_peer *peer;
    bool yes = false;
    if (certmap_peer_new(&peer, NULL, NULL) != CERTMAP_OK)
        tool_no_memory();
    if (certmap_peer_set(peer, cert, NULL) == CERTMAP_OK)
        for (size_t i = 0; i < certmap_peer_value_count(peer, CERTMAP_FIELD_EXTENSION) && !yes; i++) {
            struct certmap_value value = CERTMAP_VALUE_INIT;
            yes = certmap_peer_value(peer, &value, CERTMAP_FIELD_EXTENSION, i, NULL) == CERTMAP_OK && says_ca(&value);
        }
    certmap_peer_free(peer);
    return yes;
}

/* Whether another certificate of the file names this subject as its issuer, and another subject than that. */
static bool is_issuer(const struct tool_pem *certificates, struct certmap_view subject) {
    for (size_t i = 1; i < certificates->count; i++) {
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        if (certmap_cert_from_der(&cert, tool_input_view(&certificates->items[i]), NULL) == CERTMAP_OK &&
            is_same(cert.issuer, subject) && !is_same(cert.subject, subject))
            return true;
    }
    return false;
}

void tool_bundle_add_note(struct tool_text *text, const struct tool_pem *certificates) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    if (certificates->count < 2 ||
        certmap_cert_from_der(&cert, tool_input_view(&certificates->items[0]), NULL) != CERTMAP_OK)
        return;
    if (!is_ca(&cert) && !is_issuer(certificates, cert.subject))
        return;
    tool_text_format(
        text,
        "the first certificate is the client, and the first of these %zu is that of a CA: put the client's "
        "first, or use --each",
        certificates->count);
}
