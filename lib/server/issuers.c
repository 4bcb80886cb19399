/* SPDX-License-Identifier: MIT */
#include "issuers.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

/* Where the certificates go. */
struct intake {
    char *room;
    certmap_issuer_add_fn *add;
    void *add_ctx;
    size_t count;
    bool enough; /* add wants no more, and whoever called knows why */
};

static const char *refuse(struct intake *intake, const char *text) {
    (void)snprintf(intake->room, 160, "certificate %zu: %.120s", intake->count + 1, text);
    return intake->room;
}

/* Only what is a certificate: the digest of anything else is no issuer's. */
static const char *add_certificate(struct intake *intake, struct certmap_view der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err;
    uint8_t digest[CERTMAP_SHA256_SIZE];
    if (certmap_cert_from_der(&cert, der, &err) != CERTMAP_OK)
        return refuse(intake, err.text);
    if (EVP_Digest(der.data, der.len, digest, NULL, EVP_sha256(), NULL) != 1)
        return "the digest of a certificate cannot be computed";
    intake->enough = !intake->add(intake->add_ctx, digest);
    intake->count++;
    return NULL;
}

static bool is_label(const char *label) {
    return strcmp(label, PEM_STRING_X509) == 0 || strcmp(label, PEM_STRING_X509_OLD) == 0;
}

/* One block of PEM, if it is a certificate. Other blocks are passed over. *more: there may be another. */
static const char *add_block(struct intake *intake, BIO *bio, bool *more) {
    char *label = NULL, *header = NULL;
    unsigned char *data = NULL;
    const char *why = NULL;
    long len = 0;
    *more = PEM_read_bio(bio, &label, &header, &data, &len) == 1;
    if (*more && is_label(label))
        why = add_certificate(intake, (struct certmap_view){data, (size_t)len});
    else if (!*more && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        why = refuse(intake, "this is not PEM");
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, (size_t)len); /* it may be a private key */
    return why;
}

static const char *add_blocks(struct intake *intake, struct certmap_view content) {
    const char *why = NULL;
    bool more = true;
    BIO *bio = BIO_new_mem_buf(content.data, (int)content.len);
    if (bio == NULL)
        return "out of memory";
    while (more && why == NULL && !intake->enough)
        why = add_block(intake, bio, &more);
    BIO_free(bio);
    return why;
}

const char *cm_server_issuers(char room[160], struct certmap_view content, certmap_issuer_add_fn *add, void *add_ctx) {
    struct intake intake = {room, add, add_ctx, 0, false};
    if (content.len == 0)
        return "the file is empty";
    (void)ERR_set_mark();
    const char *why = content.data[0] == 0x30 ? add_certificate(&intake, content) : add_blocks(&intake, content);
    (void)ERR_pop_to_mark();
    return why;
}
