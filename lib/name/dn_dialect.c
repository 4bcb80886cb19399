/* SPDX-License-Identifier: MIT */
/* What each dialect of textual Names permits.
 *
 * OPENSSL is X509_NAME_print_ex with XN_FLAG_ONELINE, as `openssl x509` prints Names: values that RFC 2253 would
 * escape are in quotes instead, and in them " and \ are escaped. SLASHES is X509_NAME_oneline, which escapes
 * bytes that are no printable ASCII and, since OpenSSL 3, / and +, but no backslash. WINDOWS is CertStrToName without flags, and the lines that the
 * certificate dialog shows; a #value is read as the DER of an element, as CertNameToStr writes it. */
#include "base/error.h"
#include "base/view.h"
#include "name/dn_parse.h"

static const struct cm_dn_dialect dialects[] = {
    [CERTMAP_DIALECT_RFC4514] = {.has_hex = true, .to_escape = "\";<>", .before_name = "", .separators = ","},
    [CERTMAP_DIALECT_OPENSSL] = {.root_first = true,
                                 .has_spaces = true,
                                 .has_hex = true,
                                 .is_openssl = true,
                                 .quotes = CM_DN_QUOTES_BACKSLASH,
                                 .to_escape = "\"<>\t\r\n",
                                 .before_name = "",
                                 .separators = ",;"},
    [CERTMAP_DIALECT_SLASHES] = {.root_first = true,
                                 .keeps_spaces = true,
                                 .is_openssl = true,
                                 .escapes = CM_DN_ESCAPES_HEX,
                                 .to_escape = "\t\r\n",
                                 .before_name = "/",
                                 .separators = "/"},
    [CERTMAP_DIALECT_WINDOWS] = {.has_spaces = true,
                                 .has_hex = true,
                                 .quotes = CM_DN_QUOTES_DOUBLED,
                                 .escapes = CM_DN_ESCAPES_NONE,
                                 .to_escape = "\"\t",
                                 .before_name = "",
                                 .separators = ",;\r\n"},
};

enum certmap_status certmap_name_from_text(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                           struct certmap_error *err) {
    return cm_dn_parse(der, cap, len, text, &dialects[CERTMAP_DIALECT_RFC4514], "certmap_name_from_text", err);
}

enum certmap_status certmap_name_from_dialect(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                              enum certmap_dialect dialect, struct certmap_error *err) {
    if (certmap_dialect_name(dialect) == NULL)
        return cm_error_argument(err, "certmap_name_from_dialect: no such dialect");
    return cm_dn_parse(der, cap, len, text, &dialects[dialect], "certmap_name_from_dialect", err);
}
