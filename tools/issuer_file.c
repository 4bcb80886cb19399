/* SPDX-License-Identifier: MIT */
#include "issuer_file.h"
#include "certfile.h"
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

/* Only what is a certificate: the digest of anything else is no issuer's. Nothing is said where add wants no more:
 * who called knows why. */
static const char *add_each(struct tool_issuer_file *file, const struct tool_pem *certificates,
                            certmap_issuer_add_fn *add, void *add_ctx) {
    for (size_t i = 0; i < certificates->count; i++) {
        const struct certmap_view der = tool_input_view(&certificates->items[i]);
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        struct certmap_diagnostic err;
        uint8_t digest[CERTMAP_SHA256_SIZE];
        if (certmap_cert_from_der(&cert, der, &err) != CERTMAP_OK) {
            (void)snprintf(file->why, sizeof file->why, "certificate %zu: %.200s", i + 1, err.text);
            return file->why;
        }
        if (!tool_hash(NULL, digest, CERTMAP_HASH_SHA256, der))
            return "the digest of a certificate cannot be computed";
        if (!add(add_ctx, digest))
            return NULL;
    }
    return NULL;
}

static void keep_bytes(const struct tool_issuer_file *file, const char *path) {
    struct tool_input input;
    struct certmap_diagnostic err;
    if (file->bytes == NULL || tool_input_read(&input, path, TOOL_MAX_CERT_FILE, &err) != CERTMAP_OK)
        return;
    tool_input_add(file->bytes, &input);
    tool_input_free(&input);
}

const char *tool_issuer_file(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add, void *add_ctx) {
    struct tool_issuer_file *file = ctx;
    struct tool_text path = {NULL, 0, 0};
    struct tool_pem certificates = {NULL, 0};
    struct certmap_diagnostic err;
    const char *why = file->why;
    add_path(&path, file->rules, name);
    keep_bytes(file, path.data);
    if (tool_certfile_read(&certificates, path.data, &err) == CERTMAP_OK)
        why = add_each(file, &certificates, add, add_ctx);
    else
        (void)snprintf(file->why, sizeof file->why, "%.255s", err.text);
    tool_pem_free(&certificates);
    tool_text_free(&path);
    return why;
}
