/* SPDX-License-Identifier: MIT */
#include "chain.h"
#include "certfile.h"
#include "issuer.h"
#include <string.h>

/* What they are called in messages. */
#define CHAIN "the certificates of --chain"

enum certmap_status tool_chain_read(struct tool_chain *chain, const char *path, struct certmap_diagnostic *err) {
    struct certmap_diagnostic why;
    *chain = (struct tool_chain){.pem = {NULL, 0}};
    if (path == NULL)
        return CERTMAP_OK;
    enum certmap_status status = tool_certfile_read(&chain->pem, path, &why);
    for (size_t i = 0; status == CERTMAP_OK && i < chain->pem.count; i++) {
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        status = certmap_cert_from_der(&cert, tool_input_view(&chain->pem.items[i]), &why);
        tool_text_add(&chain->der, tool_input_view(&chain->pem.items[i]));
    }
    if (status == CERTMAP_OK)
        return status;
    return tool_certfile_fail(err, status, &why, CHAIN, "--chain", path);
}

void tool_chain_free(struct tool_chain *chain) {
    tool_pem_free(&chain->pem);
    tool_text_free(&chain->der);
}

/* Of a certificate that was well-formed when it was read; else without parts. */
static struct certmap_cert parts_of(const struct tool_input *der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    if (certmap_cert_from_der(&cert, tool_input_view(der), NULL) != CERTMAP_OK)
        cert = (struct certmap_cert)CERTMAP_CERT_INIT;
    return cert;
}

bool tool_chain_has(const struct tool_chain *chain, struct certmap_view name) {
    bool has = false;
    for (size_t i = 0; i < chain->pem.count && !has; i++)
        has = tool_issuer_same_name(parts_of(&chain->pem.items[i]).subject, name);
    return has;
}

/* How many certificates at the front of the file are no CA's: the client's own, which many files have there. One that
 * signed itself is the CA of its chain. */
static size_t own_of(const struct tool_chain *chain, const struct certmap_cert *cert, struct certmap_view der) {
    const struct tool_input *first = &chain->pem.items[0];
    return first->len == der.len && memcmp(first->data, der.data, der.len) == 0 &&
           !tool_issuer_same_name(cert->subject, cert->issuer);
}

/* Whether each certificate can have been issued by the next. */
static bool may_be_chain(const struct tool_chain *chain, const struct certmap_cert *cert, size_t first) {
    struct certmap_view wanted = cert->issuer;
    for (size_t i = first; i < chain->pem.count; i++) {
        const struct certmap_cert ca = parts_of(&chain->pem.items[i]);
        if (!tool_issuer_same_name(ca.subject, wanted))
            return false;
        wanted = ca.issuer;
    }
    return true;
}

bool tool_chain_add(struct certmap_cert *cert, const struct tool_chain *chain, struct certmap_view der) {
    const struct tool_pem *pem = &chain->pem;
    if (pem->count == 0)
        return true;
    const size_t first = own_of(chain, cert, der), own = first > 0 ? pem->items[0].len : 0;
    if (!may_be_chain(chain, cert, first))
        return false;
    const struct certmap_view all = tool_text_view(&chain->der);
    cert->chain = (struct certmap_view){all.data + own, all.len - own};
    if (cert->issuer_certificate.data == NULL)
        cert->issuer_certificate =
            first < pem->count ? tool_input_view(&pem->items[first]) : (struct certmap_view){cert->chain.data, 0};
    return true;
}
