/* SPDX-License-Identifier: MIT */
#include "adapter.h"
#include "certmap/openssl.h"
#include "text.h"
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>

const char tool_adapter_name[] = "openssl";

struct tool_adapter {
    X509 *x509;
    struct certmap_openssl_holder holder;
};

/* What OpenSSL last complained about. */
static const char *openssl_reason(void) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == NULL ? "no reason given" : reason;
}

/* The one certificate that der is, to its last byte. */
static X509 *decode(struct certmap_view der, struct certmap_diagnostic *err) {
    const unsigned char *next = der.data;
    ERR_clear_error();
    X509 *x509 = d2i_X509(NULL, &next, der.len > LONG_MAX ? LONG_MAX : (long)der.len);
    if (x509 == NULL) {
        tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED, "OpenSSL cannot decode it: %s",
                   openssl_reason());
        return NULL;
    }
    if (next == der.data + der.len)
        return x509;
    tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_CERTIFICATE,
               "something else follows the certificate");
    err->offset = (size_t)(next - der.data);
    X509_free(x509);
    return NULL;
}

enum certmap_status tool_adapter_decode(struct tool_adapter **adapter, struct certmap_cert *cert,
                                        struct certmap_view der, unsigned needs, struct certmap_diagnostic *err) {
    X509 *x509 = decode(der, err);
    if (x509 == NULL)
        return err->status;
    struct tool_adapter *made = tool_alloc(sizeof *made);
    *made = (struct tool_adapter){x509, CERTMAP_OPENSSL_HOLDER_INIT};
    enum certmap_status status = certmap_openssl_cert(cert, &made->holder, x509, needs, err);
    if (status == CERTMAP_OK)
        *adapter = made;
    else
        tool_adapter_free(made);
    return status;
}

void tool_adapter_free(struct tool_adapter *adapter) {
    if (adapter == NULL)
        return;
    certmap_openssl_holder_free(&adapter->holder);
    X509_free(adapter->x509);
    free(adapter);
}
