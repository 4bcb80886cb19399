/* SPDX-License-Identifier: MIT */
/* A certificate as PEM: the first block, whatever is before and after it. */
#include "base/error.h"
#include "der/armor.h"

#define BEGIN CM_VIEW("-----BEGIN CERTIFICATE-----")
#define END CM_VIEW("-----END CERTIFICATE-----")

static enum certmap_status refuse(struct certmap_diagnostic *err, const char *why) {
    return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE, 0, "%s", why);
}

/* Decodes the first block; *len is that of the DER. */
static enum certmap_status decode_first(uint8_t *bytes, size_t *len, struct certmap_diagnostic *err) {
    struct cm_armor pem = cm_armor_begin(bytes, *len);
    struct certmap_view line;
    while (cm_armor_line(&pem, &line))
        if (cm_view_equal(line, BEGIN))
            return cm_armor_decode(&pem, END, len, err);
    return refuse(err, "this is neither DER nor has a line -----BEGIN CERTIFICATE-----");
}

enum certmap_status certmap_cert_from_pem(struct certmap_cert *cert, uint8_t *bytes, size_t len,
                                          struct certmap_diagnostic *err) {
    if (cert == NULL || cert->size < sizeof *cert || bytes == NULL)
        return cm_error_argument(err, "certmap_cert_from_pem: cert or bytes is NULL, or cert->size is too small");
    if (len == 0)
        return refuse(err, "there is nothing where a certificate should be");
    const enum certmap_status status =
        cm_armor_is_der(cm_view(bytes, len)) ? CERTMAP_OK : decode_first(bytes, &len, err);
    return status != CERTMAP_OK ? status : certmap_cert_from_der(cert, cm_view(bytes, len), err);
}
