/* SPDX-License-Identifier: MIT */
/* Unwrapping PEM (RFC 7468). */
#ifndef TOOL_PEM_H
#define TOOL_PEM_H

#include "input.h"

/* The certificates of a file, in its order. */
struct tool_pem {
    struct tool_input *items; /* DER */
    size_t count;
};

/* Whether a line begins like a PEM block. */
bool tool_pem_detect(struct certmap_view text);

/* Reads a text in which tool_pem_detect found something. The blocks CERTIFICATE, X509 CERTIFICATE and TRUSTED
 * CERTIFICATE count, the last without what OpenSSL appends to the certificate; others are passed
 * over. At least one is found, or the error says what the text holds instead, and
 * names path, the file, in the command that makes it right. The caller frees pem. */
enum certmap_status tool_pem_read(struct tool_pem *pem, struct certmap_view text, const char *path,
                                  struct certmap_diagnostic *err);
/* Looks for certificates in the text that are not in what tool_pem_read has found there: those of an indented block are
 * added in their place. What else would be lost - the block is damaged or misspelt, or is PKCS #7 - is an error, with its
 * line; then pem is freed. What is in a block and not the DER of a certificate is left to who decodes it. */
enum certmap_status tool_pem_check(struct tool_pem *pem, struct certmap_view text, struct certmap_diagnostic *err);
void tool_pem_free(struct tool_pem *pem);

#endif
