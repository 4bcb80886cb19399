/* SPDX-License-Identifier: MIT */
#include "prepare.h"
#include "hash.h"
#include "moment.h"

enum certmap_status tool_prepare_open(struct tool_prepare *prepare, const struct tool_options *options, unsigned needs,
                                      struct certmap_diagnostic *err) {
    *prepare = (struct tool_prepare){.needs = needs};
    prepare->now = options->time != 0 ? options->time : tool_moment_now();
    prepare->time = (needs & (unsigned)CERTMAP_PIECE_TIME) != 0 ? prepare->now : 0;
    const enum certmap_status status = tool_issuer_read(&prepare->issuer, options->issuer, err);
    return status == CERTMAP_OK ? tool_chain_read(&prepare->chain, options->chain, err) : status;
}

void tool_prepare_free(struct tool_prepare *prepare) {
    tool_issuer_free(&prepare->issuer);
    tool_chain_free(&prepare->chain);
}

/* Where a certificate of a CA is given, and has another Name, it is another CA, surely: conditions on it are false, not
 * unknown. */
static void add_issuer(const struct tool_prepare *prepare, struct certmap_cert *cert) {
    if (prepare->issuer.der.data == NULL)
        return;
    cert->issuer_certificate = prepare->issuer.der;
    if (!tool_issuer_fits(&prepare->issuer, cert->issuer))
        cert->issuer_certificate.len = 0;
}

enum certmap_status tool_prepare(const struct tool_prepare *prepare, struct certmap_peer *peer,
                                 struct certmap_cert *whole, const struct tool_record *record,
                                 struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    const enum certmap_status status = certmap_cert_from_der(&cert, record->der, err);
    if (status != CERTMAP_OK)
        return status;
    if (whole != NULL)
        *whole = cert;
    cert.hash = tool_hash;
    cert.time = prepare->time;
    add_issuer(prepare, &cert);
    if (record->issuer_sha256.data != NULL) {
        cert.issuer_certificate = certmap_no_view();
        cert.issuer_sha256 = record->issuer_sha256;
    }
    (void)tool_chain_add(&cert, &prepare->chain, record->der); /* those of another CA are as if not given */
    certmap_cert_restrict(&cert, prepare->needs);
    return certmap_peer_set(peer, &cert, err);
}
