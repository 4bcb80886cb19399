/* SPDX-License-Identifier: MIT */
/* The one table of kinds of files that are given where a certificate or rules belong. */
#ifndef TOOL_KIND_TABLE_H
#define TOOL_KIND_TABLE_H

#include "certmap/certmap.h"

/* Whether a text has some form: kind_form.c. */
typedef bool tool_form_fn(struct certmap_view text);

/* A kind is recognised by any of its last columns that are there. Of several rows, the first counts. */
struct tool_kind {
    enum certmap_code code;
    const char *what; /* "a private key" */
    const char *how;  /* what the command is for: "its certificate" */
    /* For a POSIX shell: %F is the file, %I "-inform DER " in front of it if it is DER, %N a length and %O an
     * offset from 1. */
    const char *command;
    const char *magic;  /* how the file begins: two hexadecimal digits a byte, .. for any */
    const char *shape;  /* of its DER: kind_shape.h */
    const char *label;  /* how the label of a PEM block ends */
    tool_form_fn *form; /* of its text, after a byte order mark and white space */
};

extern const struct tool_kind tool_kinds[];
extern const size_t tool_kind_count;

/* Rows that are found by other means. */
extern const struct tool_kind tool_kind_certificate; /* for who asked for rules */
extern const struct tool_kind tool_kind_pem;
extern const struct tool_kind tool_kind_mixed_pem;
extern const struct tool_kind tool_kind_trailing;
extern const struct tool_kind tool_kind_several;
extern const struct tool_kind tool_kind_inside;
extern const struct tool_kind tool_kind_mislabelled;
extern const struct tool_kind tool_kind_base64_other;

#endif
