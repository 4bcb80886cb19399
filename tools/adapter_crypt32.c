/* SPDX-License-Identifier: MIT */
#include "adapter.h"
#include "certmap/crypt32.h"
#include "text.h"
#include <stdlib.h>

const char tool_adapter_name[] = "crypt32";

struct tool_adapter {
    PCCERT_CONTEXT context;
    struct certmap_crypt32_holder holder;
};

static PCCERT_CONTEXT decode(struct certmap_view der, struct certmap_diagnostic *err) {
    PCCERT_CONTEXT context =
        der.len <= MAXDWORD ? CertCreateCertificateContext(X509_ASN_ENCODING, der.data, (DWORD)der.len) : NULL;
    if (context == NULL)
        tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED,
                   "Windows cannot decode it: error 0x%08lX", (unsigned long)GetLastError());
    return context;
}

enum certmap_status tool_adapter_decode(struct tool_adapter **adapter, struct certmap_cert *cert,
                                        struct certmap_view der, unsigned needs, struct certmap_diagnostic *err) {
    PCCERT_CONTEXT context = decode(der, err);
    if (context == NULL)
        return err->status;
    struct tool_adapter *made = tool_alloc(sizeof *made);
    *made = (struct tool_adapter){context, CERTMAP_CRYPT32_HOLDER_INIT};
    enum certmap_status status = certmap_crypt32_cert(cert, &made->holder, context, needs, err);
    if (status == CERTMAP_OK)
        *adapter = made;
    else
        tool_adapter_free(made);
    return status;
}

void tool_adapter_free(struct tool_adapter *adapter) {
    if (adapter == NULL)
        return;
    (void)CertFreeCertificateContext(adapter->context);
    free(adapter);
}
