/* SPDX-License-Identifier: MIT */
/* Files of certificates, PEM or DER. */
#ifndef TOOL_CERTFILE_H
#define TOOL_CERTFILE_H

#include "kind.h"
#include "pem.h"

/* Largest certificate file, in bytes: a chain of a few hundred certificates is far below. */
#define TOOL_MAX_CERT_FILE 16777216

/* Reads a file, or standard input for "-". What is no PEM, and not known for
 * something else, is taken for one certificate in DER. On success there is at least one; the caller frees certificates with tool_pem_free. */
enum certmap_status tool_certfile_read(struct tool_pem *certificates, const char *path, struct certmap_diagnostic *err);

/* Whether a content begins with a byte order mark of UTF-16, as no DER does. */
bool tool_certfile_is_utf16(struct certmap_view content);

/* Says why the file of an option was refused: what it is for, its path and why; or the option and why, where that leaves no
 * room for a path, since a long text has a command at its end. */
enum certmap_status tool_certfile_fail(struct certmap_diagnostic *err, enum certmap_status status,
                                       const struct certmap_diagnostic *why, const char *what, const char *option,
                                       const char *path);

/* What a content is, for who asked for rules: certificates, or what tool_kind_find knows. */
struct tool_kind_found tool_certfile_kind(struct certmap_view content);

#endif
