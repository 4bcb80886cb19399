/* SPDX-License-Identifier: MIT */
/* The certificates of --chain: the CAs above the others. */
#ifndef TOOL_CHAIN_H
#define TOOL_CHAIN_H

#include "certmap/cert.h"
#include "pem.h"
#include "text.h"

/* Zero it to begin: none is given. */
struct tool_chain {
    struct tool_pem pem;  /* count 0: not given */
    struct tool_text der; /* of all of them, one after another */
};

/* Reads the certificates of a file, which are well-formed. path NULL: none. The caller frees chain, also after an error. */
enum certmap_status tool_chain_read(struct tool_chain *chain, const char *path, struct certmap_diagnostic *err);
/* Whether one of its certificates has this Name. */
bool tool_chain_has(const struct tool_chain *chain, struct certmap_view name);
void tool_chain_free(struct tool_chain *chain);

/* Adds them, where they are given, to cert, which was decoded from der, and the first as its issuer, where it has no other.
 * False: their Names are not those of its CAs from the issuer to the root, so that a condition would be answered for
 * another certificate. The client's own certificate may be before them. The views in cert are into chain. */
bool tool_chain_add(struct certmap_cert *cert, const struct tool_chain *chain, struct certmap_view der);

#endif
