/* SPDX-License-Identifier: MIT */
/* The pieces of a certificate that OpenSSL decoded. Its Names are in OpenSSL's memory as they were sent; all
 * else is read from a copy of the whole by the core's own walk, so that both ways give the same bytes. What that walk
 * refuses is refused whether or not a rule needs more than the Names: so another mapping, which does, changes nothing.
 * That costs half a microsecond, which a handshake does not notice: OpenSSL gives out the signed part, which it keeps as it
 * was sent, in no other way than a copy of the whole. */
#include "certmap/versioned.h"
#include "openssl_inside.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* The size in the first release, which never changes. */
#define FIRST_HOLDER CERTMAP_STRUCT_END(struct certmap_openssl_holder, reserved)

/* What is read from the copy. */
#define PIECES_OF_COPY                                                                                                 \
    ((unsigned)(CERTMAP_PIECE_CERTIFICATE | CERTMAP_PIECE_VERSION | CERTMAP_PIECE_SERIAL | CERTMAP_PIECE_VALIDITY |    \
                CERTMAP_PIECE_KEY | CERTMAP_PIECE_EXTENSIONS | CERTMAP_PIECE_SHA256 | CERTMAP_PIECE_SHA1 |             \
                CERTMAP_PIECE_KEY_SHA256 | CERTMAP_PIECE_TBS | CERTMAP_PIECE_TBS_SHA256 | CERTMAP_PIECE_SHA512 |       \
                CERTMAP_PIECE_KEY_SHA512 | CERTMAP_PIECE_KEY_SHA1))

enum certmap_status cm_openssl_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                    const char *text, const char *detail) {
    if (err != NULL) {
        *err = (struct certmap_diagnostic){.status = status, .code = code};
        (void)snprintf(err->text, sizeof err->text, "%s%.200s", text, detail);
    }
    return status;
}

/* ---- DER ---- */

/* Both Names as they were decoded, in the memory of x509. */
static bool view_names(struct certmap_cert *cert, const X509 *x509) {
    return X509_NAME_get0_der(X509_get_subject_name(x509), &cert->subject.data, &cert->subject.len) == 1 &&
           X509_NAME_get0_der(X509_get_issuer_name(x509), &cert->issuer.data, &cert->issuer.len) == 1;
}

static enum certmap_status cannot_encode(struct certmap_diagnostic *err) {
    return cm_openssl_fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED,
                           "OpenSSL cannot encode the certificate", "");
}

/* The whole certificate, in room if that is large enough, else in OpenSSL's memory, for the caller to free. */
static enum certmap_status encode(struct certmap_view *whole, uint8_t *room, size_t room_size, const X509 *x509,
                                  struct certmap_diagnostic *err) {
    X509 *source = (X509 *)(uintptr_t)x509; /* OpenSSL 1.1.1 has no const here, and writes nothing either */
    const int size = i2d_X509(source, NULL);
    if (size <= 0)
        return cannot_encode(err);
    uint8_t *begin = (size_t)size <= room_size ? room : OPENSSL_malloc((size_t)size), *end = begin;
    if (begin == NULL)
        return cm_openssl_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory", "");
    *whole = (struct certmap_view){begin, (size_t)size};
    return i2d_X509(source, &end) == size ? CERTMAP_OK : cannot_encode(err);
}

/* All but the Names. whole may be set on failure, too. */
static enum certmap_status view_whole(struct certmap_cert *cert, struct certmap_view *whole, uint8_t *room,
                                      size_t room_size, const X509 *x509, struct certmap_diagnostic *err) {
    struct certmap_cert walked = CERTMAP_CERT_INIT;
    enum certmap_status status = encode(whole, room, room_size, x509, err);
    if (status == CERTMAP_OK)
        status = certmap_cert_from_der(&walked, *whole, err);
    if (status != CERTMAP_OK)
        return status;
    walked.subject = cert->subject;
    walked.issuer = cert->issuer;
    *cert = walked;
    return CERTMAP_OK;
}

/* Certificates are seldom larger. */
#define ROOM_FOR_CHECK 4096

/* That the walk takes it, where nothing of it is needed. */
static enum certmap_status check_whole(const struct certmap_cert *cert, const X509 *x509,
                                       struct certmap_diagnostic *err) {
    uint8_t room[ROOM_FOR_CHECK];
    struct certmap_cert checked = *cert;
    struct certmap_view whole = CERTMAP_NO_VIEW;
    const enum certmap_status status = view_whole(&checked, &whole, room, sizeof room, x509, err);
    if (whole.data != room)
        OPENSSL_free((void *)(uintptr_t)whole.data);
    return status;
}

static enum certmap_status view_pieces(struct certmap_cert *cert, uint8_t **copy, const X509 *x509, unsigned needs,
                                       struct certmap_diagnostic *err) {
    struct certmap_view whole = CERTMAP_NO_VIEW;
    if (!view_names(cert, x509))
        return cm_openssl_fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED,
                               "OpenSSL cannot give the Names of the certificate", "");
    if ((needs & PIECES_OF_COPY) == 0)
        return check_whole(cert, x509, err);
    const enum certmap_status status = view_whole(cert, &whole, NULL, 0, x509, err);
    *copy = (uint8_t *)(uintptr_t)whole.data;
    if (status != CERTMAP_OK) {
        OPENSSL_free(*copy);
        *copy = NULL;
    }
    return status;
}

/* ---- digests and the time ---- */

/* A clock that fails gives no time, rather than one of 1969. */
static int64_t now(void) {
    const time_t seconds = time(NULL);
    return seconds == (time_t)-1 ? 0 : (int64_t)seconds;
}

/* Not supplied where OpenSSL does not compute it: SHA-1 may be forbidden. */
static struct certmap_view digest(uint8_t *room, const EVP_MD *hash, struct certmap_view data) {
    unsigned len = 0;
    if (EVP_Digest(data.data, data.len, room, &len, hash, NULL) != 1)
        return (struct certmap_view)CERTMAP_NO_VIEW;
    return (struct certmap_view){room, len};
}

static void add_digests(struct certmap_cert *cert, struct certmap_openssl_holder *holder, unsigned needs) {
    if (needs & CERTMAP_PIECE_SHA256)
        cert->sha256 = digest(holder->sha256, EVP_sha256(), cert->certificate);
    if (needs & CERTMAP_PIECE_SHA1)
        cert->sha1 = digest(holder->sha1, EVP_sha1(), cert->certificate);
    if (needs & CERTMAP_PIECE_KEY_SHA256)
        cert->key_sha256 = digest(holder->key_sha256, EVP_sha256(), cert->key);
    if (needs & CERTMAP_PIECE_TBS_SHA256)
        cert->tbs_sha256 = digest(holder->tbs_sha256, EVP_sha256(), cert->tbs);
    if (needs & CERTMAP_PIECE_SHA512)
        cert->sha512 = digest(holder->sha512, EVP_sha512(), cert->certificate);
    if (needs & CERTMAP_PIECE_KEY_SHA512)
        cert->key_sha512 = digest(holder->key_sha512, EVP_sha512(), cert->key);
    if (needs & CERTMAP_PIECE_KEY_SHA1)
        cert->key_sha1 = digest(holder->key_sha1, EVP_sha1(), cert->key);
}

bool cm_openssl_fit(const struct certmap_cert *cert, const struct certmap_openssl_holder *holder) {
    return certmap_struct_fits(cert, CERTMAP_FIRST_CERT, sizeof *cert) &&
           certmap_struct_fits(holder, FIRST_HOLDER, sizeof *holder);
}

enum certmap_status certmap_openssl_cert(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                         const X509 *x509, unsigned needs, struct certmap_diagnostic *err) {
    if (!cm_openssl_fit(cert, holder) || x509 == NULL)
        return cm_openssl_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_openssl_cert: cert, holder or x509 is NULL, or a size is not a size of it", "");
    struct certmap_cert filled = CERTMAP_CERT_INIT;
    uint8_t *copy = NULL;
    (void)ERR_set_mark();
    const enum certmap_status status = view_pieces(&filled, &copy, x509, needs, err);
    if (status == CERTMAP_OK) {
        certmap_openssl_holder_free(holder);
        holder->certificate = copy;
        add_digests(&filled, holder, needs);
        filled.time = needs & CERTMAP_PIECE_TIME ? now() : 0;
        certmap_cert_restrict(&filled, needs);
        certmap_struct_write(cert, &filled, sizeof filled);
    }
    (void)ERR_pop_to_mark();
    return status;
}

void certmap_openssl_holder_free(struct certmap_openssl_holder *holder) {
    const struct certmap_openssl_holder empty = CERTMAP_OPENSSL_HOLDER_INIT;
    if (!certmap_struct_fits(holder, FIRST_HOLDER, sizeof *holder))
        return;
    OPENSSL_free(holder->certificate);
    certmap_struct_write(holder, &empty, sizeof empty);
}

/* ---- the issuer ---- */

/* Its digests, by way of a cert and a holder of its own. */
static enum certmap_status digest_issuer(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                         const X509 *issuer, unsigned needs, struct certmap_diagnostic *err) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder own_holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct certmap_diagnostic own_err = {.status = CERTMAP_OK};
    unsigned own_needs = needs & CERTMAP_PIECE_ISSUER_SHA256 ? CERTMAP_PIECE_SHA256 : 0;
    own_needs |= needs & CERTMAP_PIECE_ISSUER_KEY_SHA256 ? CERTMAP_PIECE_KEY_SHA256 : 0;
    own_needs |= needs & CERTMAP_PIECE_ISSUER_SHA1 ? CERTMAP_PIECE_SHA1 : 0;
    if (certmap_openssl_cert(&own, &own_holder, issuer, own_needs, &own_err) != CERTMAP_OK)
        return cm_openssl_fail(err, own_err.status, own_err.code, "issuer: ", own_err.text);
    memcpy(holder->issuer_sha256, own_holder.sha256, sizeof holder->issuer_sha256);
    memcpy(holder->issuer_key_sha256, own_holder.key_sha256, sizeof holder->issuer_key_sha256);
    memcpy(holder->issuer_sha1, own_holder.sha1, sizeof holder->issuer_sha1);
    if (own.sha256.data != NULL)
        cert->issuer_sha256 = (struct certmap_view){holder->issuer_sha256, own.sha256.len};
    if (own.key_sha256.data != NULL)
        cert->issuer_key_sha256 = (struct certmap_view){holder->issuer_key_sha256, own.key_sha256.len};
    if (own.sha1.data != NULL)
        cert->issuer_sha1 = (struct certmap_view){holder->issuer_sha1, own.sha1.len};
    certmap_openssl_holder_free(&own_holder);
    return CERTMAP_OK;
}

enum certmap_status certmap_openssl_issuer(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                           const X509 *issuer, unsigned needs, struct certmap_diagnostic *err) {
    struct certmap_cert room, filled = CERTMAP_CERT_INIT;
    const struct certmap_cert *given = certmap_struct_read(&room, cert, CERTMAP_FIRST_CERT, sizeof room);
    if (given == NULL || !cm_openssl_fit(cert, holder))
        return cm_openssl_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_openssl_issuer: cert or holder is NULL, or a size is not a size of it", "");
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
