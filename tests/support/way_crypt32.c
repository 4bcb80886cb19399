/* SPDX-License-Identifier: MIT */
#include "certmap/crypt32.h"
#include "way.h"
#include <stdio.h>
#include <stdlib.h>

const char *const t_way_name = "crypt32";
const char *const t_way_title = "crypt32.dll of Wine 8.0, not of Windows";

struct t_way {
    PCCERT_CONTEXT context;
    struct certmap_crypt32_holder holder;
};

/* Wine says so; what Windows refuses nobody has listed. */
bool t_way_is_listed(void) {
    const HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    return ntdll != NULL && GetProcAddress(ntdll, "wine_get_version") != NULL;
}

static enum certmap_status refuse(struct certmap_diagnostic *err, const char *why) {
    *err = (struct certmap_diagnostic){.status = CERTMAP_ERROR_CERTIFICATE, .code = CERTMAP_CODE_LIBRARY_REFUSED};
    snprintf(err->text, sizeof err->text, "%s", why);
    return err->status;
}

/* Wine 8.0 takes the length of a BIT STRING without any octet for 4 GiB, and destroys its memory. */
static bool ends_in_empty_bit_string(struct certmap_view der) {
    return der.len >= 2 && der.data[der.len - 2] == 0x03 && der.data[der.len - 1] == 0x00;
}

static enum certmap_status fill(struct t_way *way, struct certmap_cert *cert, struct certmap_view der, unsigned needs,
                                struct certmap_diagnostic *err) {
    char reason[32];
    if (ends_in_empty_bit_string(der))
        return refuse(err, "not tried: Wine reads past the end of an empty BIT STRING");
    way->context = CertCreateCertificateContext(X509_ASN_ENCODING, der.data, (DWORD)der.len);
    if (way->context == NULL) {
        snprintf(reason, sizeof reason, "0x%08lX", (unsigned long)GetLastError());
        return refuse(err, reason);
    }
    return certmap_crypt32_cert(cert, &way->holder, way->context, needs, err);
}

enum certmap_status t_way_open(struct t_way **way, struct certmap_cert *cert, struct certmap_view der, unsigned needs,
                               struct certmap_diagnostic *err) {
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
