/* SPDX-License-Identifier: MIT */
#include "issuer_file.h"
#include "certfile.h"
#include "certmap/cert.h"
#include "hash.h"
#include "platform.h"
#include "text.h"
#include <string.h>

/* A relative name always gets a folder: "-" is a file here, not standard input. */
static void add_path(struct tool_text *path, const char *rules, struct certmap_view name) {
    const size_t len = tool_platform_folder(rules);
    const bool absolute = tool_platform_is_absolute((const char *)name.data);
    if (!absolute && len > 0)
        tool_text_add(path, (struct certmap_view){(const uint8_t *)rules, len});
    else if (!absolute)
        tool_text_string(path, "./");
    tool_text_add(path, name);
}

/* Where the certificates go. */
struct intake {
    certmap_issuer_add_fn *add;
    void *add_ctx;
    bool failed; /* a digest could not be computed */
};

/* A certmap_cert_der_fn. Nothing is said where add wants no more: who called knows why. */
static bool add_certificate(void *ctx, struct certmap_view der) {
    struct intake *intake = ctx;
    uint8_t digest[CERTMAP_SHA256_SIZE];
    intake->failed = !tool_hash(NULL, digest, CERTMAP_HASH_SHA256, der);
    return !intake->failed && intake->add(intake->add_ctx, digest);
}

/* What the file is instead, where that can be told. */
static const char *say_why(struct tool_issuer_file *file, const char *path, struct certmap_diagnostic *err) {
    struct tool_pem certificates = {NULL, 0};
    struct certmap_diagnostic other;
    const bool is_other = tool_certfile_read(&certificates, path, &other) != CERTMAP_OK;
    tool_pem_free(&certificates);
    (void)snprintf(file->why, sizeof file->why, "%.255s", is_other ? other.text : err->text);
    return file->why;
}

/* Takes the bytes, as servers do: lib/server/issuers.c. */
static const char *add_each(struct tool_issuer_file *file, const char *path, struct tool_input *input,
                            certmap_issuer_add_fn *add, void *add_ctx) {
    struct intake intake = {add, add_ctx, false};
    struct certmap_diagnostic err;
    enum certmap_status status = CERTMAP_OK;
    if (tool_certfile_is_utf16(tool_input_view(input)))
        status = tool_input_from_utf16(input, &err);
    if (status == CERTMAP_OK)
        status = certmap_certs_from_pem(input->data, input->len, add_certificate, &intake, &err);
    if (intake.failed)
        return "the digest of a certificate cannot be computed";
    return status == CERTMAP_OK ? NULL : say_why(file, path, &err);
}

const char *tool_issuer_file(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add, void *add_ctx) {
    struct tool_issuer_file *file = ctx;
    struct tool_text path = {NULL, 0, 0};
    struct tool_input input;
    struct certmap_diagnostic err;
    const char *why = file->why;
    add_path(&path, file->rules, name);
    const enum certmap_status status = tool_input_read(&input, path.data, TOOL_MAX_CERT_FILE, &err);
    if (status != CERTMAP_OK) {
        (void)snprintf(file->why, sizeof file->why, "%.255s", err.text);
    } else {
        if (file->bytes != NULL)
            tool_input_add(file->bytes, &input);
        why = add_each(file, path.data, &input, add, add_ctx);
        tool_input_free(&input);
    }
    tool_text_free(&path);
    return why;
}
