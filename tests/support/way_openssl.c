/* SPDX-License-Identifier: MIT */
#include "certmap/openssl.h"
#include "way.h"
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

const char *const t_way_name = "openssl";
const char *const t_way_title = OPENSSL_VERSION_TEXT;

struct t_way {
    X509 *x509;
    struct certmap_openssl_holder holder;
};

bool t_way_is_listed(void) {
    return OpenSSL_version_num() >> 20 == 0x300;
}

static enum certmap_status refuse(struct certmap_diagnostic *err) {
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    *err = (struct certmap_diagnostic){.status = CERTMAP_ERROR_CERTIFICATE, .code = CERTMAP_CODE_LIBRARY_REFUSED};
    snprintf(err->text, sizeof err->text, "%s", reason != NULL ? reason : "bytes are left behind the certificate");
    ERR_clear_error();
    return err->status;
}

static enum certmap_status fill(struct t_way *way, struct certmap_cert *cert, struct certmap_view der, unsigned needs,
                                struct certmap_diagnostic *err) {
    const uint8_t *end = der.data;
    ERR_clear_error();
    way->x509 = d2i_X509(NULL, &end, (long)der.len);
    if (way->x509 == NULL || end != der.data + der.len)
        return refuse(err);
    return certmap_openssl_cert(cert, &way->holder, way->x509, needs, err);
}

enum certmap_status t_way_open(struct t_way **way, struct certmap_cert *cert, struct certmap_view der, unsigned needs,
                               struct certmap_diagnostic *err) {
    struct t_way *made = malloc(sizeof *made);
    *way = NULL;
    if (made == NULL)
        return CERTMAP_ERROR_MEMORY;
    *made = (struct t_way){NULL, CERTMAP_OPENSSL_HOLDER_INIT};
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
    certmap_openssl_holder_free(&way->holder);
    X509_free(way->x509);
    free(way);
}
