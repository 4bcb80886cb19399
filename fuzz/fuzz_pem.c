/* SPDX-License-Identifier: MIT */
/* Certificates as PEM. What is taken is the certificate that certmap_cert_from_der takes, at the beginning of the
 * bytes; an error is at a byte of them. And whatever the bytes are, as PEM they come out as they went in. */
#include "support/der.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition) {
    if (!condition)
        abort();
}

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.data == b.data && a.len == b.len;
}

static void check_certificate(const struct certmap_cert *cert, const struct t_buf *bytes) {
    struct certmap_cert again = CERTMAP_CERT_INIT;
    hold(cert->certificate.data == bytes->data && cert->certificate.len <= bytes->len);
    hold(certmap_cert_from_der(&again, cert->certificate, NULL) == CERTMAP_OK);
    hold(same(cert->subject, again.subject) && same(cert->issuer, again.issuer) && same(cert->key, again.key));
}

static void check_error(const struct certmap_diagnostic *err, size_t size) {
    hold(err->status == CERTMAP_ERROR_CERTIFICATE && err->offset <= size && err->text[0] != '\0');
}

/* Bytes from outside, in room of just their size. */
static void check_bytes(const uint8_t *data, size_t size) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct t_buf bytes = {malloc(size > 0 ? size : 1), size, size};
    if (bytes.data == NULL)
        return;
    if (size > 0)
        memcpy(bytes.data, data, size);
    if (certmap_cert_from_pem(&cert, bytes.data, bytes.len, &err) == CERTMAP_OK)
        check_certificate(&cert, &bytes);
    else
        check_error(&err, size);
    free(bytes.data);
}

static bool take_certificate(void *ctx, struct certmap_view der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    hold(certmap_cert_from_der(&cert, der, NULL) == CERTMAP_OK);
    ++*(size_t *)ctx;
    return true;
}

/* As a list. Where there is one certificate, the list has it or is an error, and never less. */
static void check_list(const uint8_t *data, size_t size) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct t_buf bytes = {malloc(size), size, size};
    size_t count = 0;
    if (bytes.data == NULL)
        return;
    memcpy(bytes.data, data, size);
    const enum certmap_status status = certmap_certs_from_pem(bytes.data, size, take_certificate, &count, &err);
    hold(status == CERTMAP_OK ? count > 0 : status == CERTMAP_ERROR_CERTIFICATE && err.text[0] != '\0');
    memcpy(bytes.data, data, size);
    if (certmap_cert_from_pem(&cert, bytes.data, size, NULL) == CERTMAP_OK)
        hold(count > 0 || status != CERTMAP_OK);
    free(bytes.data);
}

/* A list of two certificates into which bytes from outside are written: what takes a byte of one of them away, and is no line
 * of its own, leaves two of them or is an error. */
static void check_two(const uint8_t *data, size_t size) {
    struct t_buf list = T_BUF_INIT;
    size_t count = 0;
    if (size < 4 || memchr(data, '\n', size) != NULL)
        return;
    t_certs(&list, "subject: CN=a\nnext:\nsubject: CN=b\n", true);
    const size_t at = ((size_t)data[0] << 8 | data[1]) % list.len, gone = data[2] % 8, rest = list.len - at;
    struct t_buf wrong = T_BUF_INIT;
    t_bytes(&wrong, list.data, at);
    t_bytes(&wrong, data + 3, size - 3);
    t_bytes(&wrong, list.data + at + (gone < rest ? gone : rest), rest - (gone < rest ? gone : rest));
    if (certmap_certs_from_pem(wrong.data, wrong.len, take_certificate, &count, NULL) == CERTMAP_OK)
        hold(count >= 2);
    t_buf_free(&wrong);
    t_buf_free(&list);
}

static void check_round_trip(const uint8_t *data, size_t size) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct t_buf pem = T_BUF_INIT;
    t_pem(&pem, "CERTIFICATE", (struct certmap_view){data, size});
    if (certmap_cert_from_pem(&cert, pem.data, pem.len, &err) != CERTMAP_OK)
        hold(err.code != CERTMAP_CODE_NOT_A_CERTIFICATE);
    hold(memcmp(pem.data, data, size) == 0);
    t_buf_free(&pem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_bytes(data, size);
    if (size == 0)
        return 0;
    check_list(data, size);
    check_two(data, size);
    check_round_trip(data, size);
    return 0;
}
