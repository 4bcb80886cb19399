/* SPDX-License-Identifier: MIT */
/* What each dialect of textual Names permits.
 *
 * OPENSSL is X509_NAME_print_ex with XN_FLAG_ONELINE, as `openssl x509` prints Names: values that RFC 2253 would
 * escape are in quotes instead, and in them " and \ are escaped. SLASHES is X509_NAME_oneline, which escapes
 * bytes that are no printable ASCII and, since OpenSSL 3, / and +, but no backslash. WINDOWS is CertStrToName without flags, and the lines that the
 * certificate dialog shows; a #value is read as the DER of an element, as CertNameToStr writes it.
 *
 * PLAIN is X509_NAME_print, of which `openssl x509 -text` made use up to OpenSSL 1.0, and X509_NAME_print_ex without a
 * flag that escapes. MULTILINE is X509_NAME_print_ex with XN_FLAG_SEP_MULTILINE, as Node prints Names, too:
 * one space after = is not of the value where one is before it, and all others are.
 * SLASHES_PLAIN is X509_NAME_oneline up to OpenSSL 1.1. */
#include "base/error.h"
#include "base/view.h"
#include "name/dn_parse.h"

#define OPENSSL_QUOTED                                                                                                 \
    .has_spaces = true, .has_hex = true, .is_openssl = true, .quotes = CM_DN_QUOTES_BACKSLASH,                         \
    .escapes = CM_DN_ESCAPES_OPENSSL, .to_escape = "\"<>\r\n", .before_name = "", .separators = ",;"
#define OPENSSL_PLAIN                                                                                                  \
    .has_spaces = true, .has_hex = true, .is_openssl = true, .is_raw = true, .escapes = CM_DN_ESCAPES_BYTES,           \
    .to_escape = "\r\n", .before_name = "", .separators = ",;/"
#define OPENSSL_SLASHES                                                                                                \
    .root_first = true, .keeps_spaces = true, .is_openssl = true, .to_escape = "\t\r\n", .before_name = "/",           \
    .separators = "/"
#define OPENSSL_LINES                                                                                                  \
    .has_spaces = true, .keeps_spaces = true, .has_hex = true, .is_openssl = true, .is_raw = true, .has_latin1 = true, \
    .escapes = CM_DN_ESCAPES_OPENSSL, .to_escape = "\r\n", .before_name = "", .separators = "\r\n"
#define WINDOWS                                                                                                        \
    .has_spaces = true, .has_hex = true, .quotes = CM_DN_QUOTES_DOUBLED, .escapes = CM_DN_ESCAPES_NONE,                \
    .to_escape = "\"", .before_name = "", .separators = ",;\r\n"

static const struct cm_dn_dialect dialects[] = {
    [CERTMAP_DIALECT_RFC4514] = {.has_hex = true, .to_escape = "\";<>", .before_name = "", .separators = ","},
    [CERTMAP_DIALECT_OPENSSL] = {OPENSSL_QUOTED, .root_first = true},
    [CERTMAP_DIALECT_SLASHES] = {OPENSSL_SLASHES, .escapes = CM_DN_ESCAPES_HEX},
    [CERTMAP_DIALECT_WINDOWS] = {WINDOWS},
    [CERTMAP_DIALECT_OPENSSL_REVERSED] = {OPENSSL_QUOTED},
    [CERTMAP_DIALECT_WINDOWS_REVERSED] = {WINDOWS, .root_first = true},
    [CERTMAP_DIALECT_PLAIN] = {OPENSSL_PLAIN, .root_first = true},
    [CERTMAP_DIALECT_PLAIN_REVERSED] = {OPENSSL_PLAIN},
    [CERTMAP_DIALECT_MULTILINE] = {OPENSSL_LINES, .root_first = true},
    [CERTMAP_DIALECT_MULTILINE_REVERSED] = {OPENSSL_LINES},
    [CERTMAP_DIALECT_SLASHES_PLAIN] = {OPENSSL_SLASHES, .no_plus = true, .escapes = CM_DN_ESCAPES_BYTES},
};

const struct cm_dn_dialect *cm_dn_dialect(enum certmap_dialect dialect) {
    return &dialects[dialect];
}

enum certmap_status certmap_name_from_text(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                           struct certmap_diagnostic *err) {
    return cm_dn_parse(der, cap, len, text, &dialects[CERTMAP_DIALECT_RFC4514], "certmap_name_from_text", err);
}

enum certmap_status certmap_name_from_dialect(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                              enum certmap_dialect dialect, struct certmap_diagnostic *err) {
    if (certmap_dialect_name(dialect) == NULL)
        return cm_error_argument(err, "certmap_name_from_dialect: no such dialect");
    return cm_dn_parse(der, cap, len, text, &dialects[dialect], "certmap_name_from_dialect", err);
}
