/* SPDX-License-Identifier: MIT */
/* The files that `issuers "..." { file "..."; }` names in a rule file. */
#ifndef TOOL_ISSUER_FILE_H
#define TOOL_ISSUER_FILE_H

#include "input.h"

/* The ctx of tool_issuer_file. */
struct tool_issuer_file {
    const char *rules;        /* path of the rule file: a relative name begins in its folder; "-": in the current one */
    char why[256];            /* what went wrong */
    struct tool_input *bytes; /* gets the bytes of each file; or NULL */
};

/* A certmap_issuer_file_fn: reads a file of certificates, in PEM or DER. */
const char *tool_issuer_file(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add, void *add_ctx);

#endif
