/* SPDX-License-Identifier: MIT */
/* The certificate of --issuer. */
#ifndef TOOL_ISSUER_H
#define TOOL_ISSUER_H

#include "pem.h"

/* What it is called in messages. */
#define TOOL_ISSUER "the certificate of --issuer"

/* Zero it to begin: none is given. */
struct tool_issuer {
    struct tool_pem pem;
    struct certmap_view der;  /* data NULL: not given */
    struct certmap_view name; /* its subject */
};

/* Reads the first certificate of a file, which is well-formed. path NULL: none. */
enum certmap_status tool_issuer_read(struct tool_issuer *issuer, const char *path, struct certmap_diagnostic *err);
void tool_issuer_free(struct tool_issuer *issuer);

/* Whether two Names read the same: a CA may write its Name in other string types, or in other letters. */
bool tool_issuer_same_name(struct certmap_view a, struct certmap_view b);
/* Whether it is given and can have issued a certificate, whose issuer is this Name. That it did is for whoever verified the
 * chain, but with another Name it surely did not. */
bool tool_issuer_fits(const struct tool_issuer *issuer, struct certmap_view name);

#endif
