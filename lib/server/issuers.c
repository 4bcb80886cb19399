/* SPDX-License-Identifier: MIT */
#include "issuers.h"
#include "certmap/cert.h"
#include "certmap/names.h"
#include <openssl/evp.h>
#include <stdio.h>

/* Where the certificates go. */
struct intake {
    certmap_issuer_add_fn *add;
    void *add_ctx;
    bool failed; /* a digest could not be computed */
};

/* A certmap_cert_der_fn. Where add wants no more, whoever called knows why. */
static bool add_certificate(void *ctx, struct certmap_view der) {
    struct intake *intake = ctx;
    uint8_t digest[CERTMAP_SHA256_SIZE];
    intake->failed = EVP_Digest(der.data, der.len, digest, NULL, EVP_sha256(), NULL) != 1;
    return !intake->failed && intake->add(intake->add_ctx, digest);
}

/* Whether a text in UTF-16 begins with a byte order mark, as no DER does. tools/certfile.c says the same. */
static bool is_marked_utf16(struct certmap_view bytes) {
    return certmap_text_is_utf16(bytes) && bytes.data[0] >= 0xFE && bytes.data[1] >= 0xFE;
}

const char *cm_server_issuers(char room[160], struct cm_server_bytes *bytes, certmap_issuer_add_fn *add,
                              void *add_ctx) {
    struct intake intake = {add, add_ctx, false};
    struct certmap_diagnostic err;
    enum certmap_status status = CERTMAP_OK;
    if (bytes->len == 0)
        return "the file is empty";
    if (is_marked_utf16(cm_server_bytes_view(bytes)))
        status = cm_server_bytes_from_utf16(bytes, &err);
    if (status == CERTMAP_OK)
        status = certmap_certs_from_pem(bytes->data, bytes->len, add_certificate, &intake, &err);
    if (intake.failed)
        return "the digest of a certificate cannot be computed";
    if (status == CERTMAP_OK)
        return NULL;
    (void)snprintf(room, 160, "%.159s", err.text);
    return room;
}
