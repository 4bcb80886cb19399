/* SPDX-License-Identifier: MIT */
#include "certmap/crypt32.h"
#include "way.h"
#include <stdio.h>
#include <stdlib.h>

const char *const t_way_name = "crypt32";
const char *const t_way_title = "crypt32";

struct t_way {
    PCCERT_CONTEXT context;
    struct certmap_crypt32_holder holder;
};

static enum certmap_status refuse(struct certmap_error *err) {
    const DWORD reason = GetLastError();
    *err = (struct certmap_error){.status = CERTMAP_ERROR_CERTIFICATE, .code = CERTMAP_CODE_LIBRARY_REFUSED};
    snprintf(err->text, sizeof err->text, "0x%08lX", (unsigned long)reason);
    return err->status;
}

static enum certmap_status fill(struct t_way *way, struct certmap_cert *cert, struct certmap_view der, unsigned needs,
                                struct certmap_error *err) {
    way->context = CertCreateCertificateContext(X509_ASN_ENCODING, der.data, (DWORD)der.len);
    if (way->context == NULL)
        return refuse(err);
    return certmap_crypt32_cert(cert, &way->holder, way->context, needs, err);
}

enum certmap_status t_way_open(struct t_way **way, struct certmap_cert *cert, struct certmap_view der, unsigned needs,
                               struct certmap_error *err) {
    struct t_way *made = malloc(sizeof *made);
    *way = NULL;
    if (made == NULL)
        return CERTMAP_ERROR_MEMORY;
    *made = (struct t_way){NULL, CERTMAP_CRYPT32_HOLDER_INIT};
    const enum certmap_status status = fill(made, cert, der, needs, err);
    if (status == CERTMAP_OK)
        *way = made;
    else
        t_way_close(made);
    return status;
}

void t_way_close(struct t_way *way) {
    if (way == NULL)
        return;
    if (way->context != NULL)
        CertFreeCertificateContext(way->context);
    free(way);
}
