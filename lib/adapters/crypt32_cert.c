/* SPDX-License-Identifier: MIT */
/* The pieces of a certificate that Windows decoded. Its Names are in the memory of Windows as they were sent; all
 * else is read from the encoded certificate by the core's own walk, so that both ways give the same bytes. */
#include "certmap/versioned.h"
#include "crypt32_inside.h"
#include <stdio.h>
#include <string.h>

/* The size in the first release, which never changes. */
#define FIRST_HOLDER CERTMAP_STRUCT_END(struct certmap_crypt32_holder, reserved)

enum certmap_status cm_crypt32_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                    const char *text, const char *detail) {
    if (err != NULL) {
        *err = (struct certmap_diagnostic){.status = status, .code = code};
        (void)snprintf(err->text, sizeof err->text, "%s%.200s", text, detail);
    }
    return status;
}

enum certmap_status cm_crypt32_refuse(struct certmap_diagnostic *err, enum certmap_code code, const char *text,
                                      unsigned long number) {
    char hexadecimal[16];
    (void)snprintf(hexadecimal, sizeof hexadecimal, "0x%08lX", number);
    return cm_crypt32_fail(err, CERTMAP_ERROR_UNVERIFIED, code, text, hexadecimal);
}

static enum certmap_status changed(struct certmap_diagnostic *err, const char *what) {
    return cm_crypt32_fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED,
                           "the certificate's context was changed: ", what);
}

/* ---- DER ---- */

static struct certmap_view view_name(const CERT_NAME_BLOB *blob) {
    return (struct certmap_view){blob->pbData, blob->cbData};
}

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && a.data != NULL && b.data != NULL && memcmp(a.data, b.data, a.len) == 0;
}

/* Everything, needed or not: it costs no copy, and what is refused does not depend on the rules. */
static enum certmap_status view_all(struct certmap_cert *cert, PCCERT_CONTEXT context, struct certmap_diagnostic *err) {
    const struct certmap_view der = {context->pbCertEncoded, context->cbCertEncoded};
    if (GET_CERT_ENCODING_TYPE(context->dwCertEncodingType) != X509_ASN_ENCODING || context->pCertInfo == NULL)
        return changed(err, "it is not one of X.509");
    const enum certmap_status status = certmap_cert_from_der(cert, der, err);
    if (status != CERTMAP_OK)
        return status;
    const struct certmap_view subject = view_name(&context->pCertInfo->Subject);
    const struct certmap_view issuer = view_name(&context->pCertInfo->Issuer);
    if (!same(subject, cert->subject) || !same(issuer, cert->issuer))
        return changed(err, "its Names are not those of the encoded certificate");
    cert->subject = subject;
    cert->issuer = issuer;
    return CERTMAP_OK;
}

/* ---- digests and the time ---- */

#define FILETIME_SECOND 10000000              /* a FILETIME counts in 100 nanoseconds */
#define SECONDS_FROM_1601_TO_1970 11644473600 /* and from 1601 */

static int64_t now(void) {
    FILETIME time;
    GetSystemTimeAsFileTime(&time);
    const uint64_t ticks = (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
    return (int64_t)(ticks / FILETIME_SECOND) - SECONDS_FROM_1601_TO_1970;
}

/* Not supplied where Windows does not compute it. */
static struct certmap_view digest(uint8_t *room, DWORD size, const wchar_t *hash, struct certmap_view data) {
    DWORD len = size;
    if (!CryptHashCertificate2(hash, 0, NULL, data.data, (DWORD)data.len, room, &len) || len != size)
        return (struct certmap_view)CERTMAP_NO_VIEW;
    return (struct certmap_view){room, len};
}

static void add_digests(struct certmap_cert *cert, struct certmap_crypt32_holder *holder, unsigned needs) {
    const struct certmap_view certificate = cert->certificate;
    const struct certmap_view key = cert->key;
    if (needs & CERTMAP_PIECE_SHA256)
        cert->sha256 = digest(holder->sha256, sizeof holder->sha256, L"SHA256", certificate);
    if (needs & CERTMAP_PIECE_SHA1)
        cert->sha1 = digest(holder->sha1, sizeof holder->sha1, L"SHA1", certificate);
    if (needs & CERTMAP_PIECE_KEY_SHA256)
        cert->key_sha256 = digest(holder->key_sha256, sizeof holder->key_sha256, L"SHA256", key);
    if (needs & CERTMAP_PIECE_TBS_SHA256)
        cert->tbs_sha256 = digest(holder->tbs_sha256, sizeof holder->tbs_sha256, L"SHA256", cert->tbs);
    if (needs & CERTMAP_PIECE_SHA512)
        cert->sha512 = digest(holder->sha512, sizeof holder->sha512, L"SHA512", certificate);
    if (needs & CERTMAP_PIECE_KEY_SHA512)
        cert->key_sha512 = digest(holder->key_sha512, sizeof holder->key_sha512, L"SHA512", key);
    if (needs & CERTMAP_PIECE_KEY_SHA1)
        cert->key_sha1 = digest(holder->key_sha1, sizeof holder->key_sha1, L"SHA1", key);
}

bool cm_crypt32_fit(const struct certmap_cert *cert, const struct certmap_crypt32_holder *holder) {
    return certmap_struct_fits(cert, CERTMAP_FIRST_CERT, sizeof *cert) &&
           certmap_struct_fits(holder, FIRST_HOLDER, sizeof *holder);
}

enum certmap_status certmap_crypt32_cert(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                                         PCCERT_CONTEXT context, unsigned needs, struct certmap_diagnostic *err) {
    if (!cm_crypt32_fit(cert, holder) || context == NULL)
        return cm_crypt32_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_crypt32_cert: cert, holder or context is NULL, or a size is not a size of it",
                               "");
    struct certmap_cert filled = CERTMAP_CERT_INIT;
    const enum certmap_status status = view_all(&filled, context, err);
    if (status != CERTMAP_OK)
        return status;
    add_digests(&filled, holder, needs);
    certmap_cert_restrict(&filled, needs);
    filled.time = needs & CERTMAP_PIECE_TIME ? now() : 0;
    certmap_struct_write(cert, &filled, sizeof filled);
    return CERTMAP_OK;
}

/* ---- the issuer ---- */

/* Its digests, by way of a cert and a holder of its own. */
static enum certmap_status digest_issuer(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                                         PCCERT_CONTEXT issuer, unsigned needs, struct certmap_diagnostic *err) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder own_holder = CERTMAP_CRYPT32_HOLDER_INIT;
    struct certmap_diagnostic own_err = {.status = CERTMAP_OK};
    unsigned own_needs = needs & CERTMAP_PIECE_ISSUER_SHA256 ? CERTMAP_PIECE_SHA256 : 0;
    own_needs |= needs & CERTMAP_PIECE_ISSUER_KEY_SHA256 ? CERTMAP_PIECE_KEY_SHA256 : 0;
    own_needs |= needs & CERTMAP_PIECE_ISSUER_SHA1 ? CERTMAP_PIECE_SHA1 : 0;
    if (certmap_crypt32_cert(&own, &own_holder, issuer, own_needs, &own_err) != CERTMAP_OK)
        return cm_crypt32_fail(err, own_err.status, own_err.code, "issuer: ", own_err.text);
    memcpy(holder->issuer_sha256, own_holder.sha256, sizeof holder->issuer_sha256);
    memcpy(holder->issuer_key_sha256, own_holder.key_sha256, sizeof holder->issuer_key_sha256);
    memcpy(holder->issuer_sha1, own_holder.sha1, sizeof holder->issuer_sha1);
    if (own.sha256.data != NULL)
        cert->issuer_sha256 = (struct certmap_view){holder->issuer_sha256, own.sha256.len};
    if (own.key_sha256.data != NULL)
        cert->issuer_key_sha256 = (struct certmap_view){holder->issuer_key_sha256, own.key_sha256.len};
    if (own.sha1.data != NULL)
        cert->issuer_sha1 = (struct certmap_view){holder->issuer_sha1, own.sha1.len};
    return CERTMAP_OK;
}

enum certmap_status certmap_crypt32_issuer(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                                           PCCERT_CONTEXT issuer, unsigned needs, struct certmap_diagnostic *err) {
    struct certmap_cert room, filled = CERTMAP_CERT_INIT;
    const struct certmap_cert *given = certmap_struct_read(&room, cert, CERTMAP_FIRST_CERT, sizeof room);
    if (given == NULL || !cm_crypt32_fit(cert, holder))
        return cm_crypt32_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_crypt32_issuer: cert or holder is NULL, or a size is not a size of it", "");
    const struct certmap_view none =
        issuer == NULL ? (struct certmap_view){holder->issuer_sha256, 0} : (struct certmap_view)CERTMAP_NO_VIEW;
    enum certmap_status status = CERTMAP_OK;
    memcpy(&filled, given, sizeof filled);
    filled.size = sizeof filled;
    filled.issuer_certificate = filled.issuer_sha256 = filled.issuer_key_sha256 = filled.issuer_sha1 = none;
    if (issuer != NULL)
        status = digest_issuer(&filled, holder, issuer, needs, err);
    if (status == CERTMAP_OK)
        certmap_struct_write(cert, &filled, sizeof filled);
    return status;
}
