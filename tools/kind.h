/* SPDX-License-Identifier: MIT */
/* What a file is that is not what was asked for, and the command that makes it right. */
#ifndef TOOL_KIND_H
#define TOOL_KIND_H

#include "certmap/certmap.h"

/* A row of the table in kind_table.c. */
struct tool_kind;

/* What was recognised, and where in the file. */
struct tool_kind_found {
    const struct tool_kind *kind;  /* NULL: nothing */
    const struct tool_kind *inner; /* what it was made of, or NULL */
    bool der;                      /* an element of DER, not a text */
    size_t offset;                 /* of a certificate that is in the file */
    size_t len;                    /* of it */
};

/* What was asked for. */
enum tool_wanted { TOOL_WANTED_CERTIFICATE, TOOL_WANTED_RULES };

/* What a content looks like, which is neither a certificate in DER nor PEM that can be read. A text in UTF-16 is
 * brought to UTF-8 before. Linear in the content. */
struct tool_kind_found tool_kind_find(struct certmap_view content);
/* What the first PEM block of a text is, by its label; any text that has one is at least PEM. */
struct tool_kind_found tool_kind_of_pem(struct certmap_view text);
/* Why the PEM block at the front of a text cannot be read, where its form says so. */
struct tool_kind_found tool_kind_of_broken(struct certmap_view text);
/* What a PEM block is, by its label. */
struct tool_kind_found tool_kind_of_label(const char *label);
/* What is between the lines of a block that says CERTIFICATE, where it is something else. */
struct tool_kind_found tool_kind_of_block(struct certmap_view der);

/* Whether a content is one certificate in DER, and nothing else. */
bool tool_kind_is_der(struct certmap_view content);
/* A certificate, for who asked for rules. */
struct tool_kind_found tool_kind_is_certificate(void);
/* Whether it is a rule file or an IIS configuration. */
bool tool_kind_is_rules(const struct tool_kind *kind);
/* Whether it is what openssl writes before a key. */
bool tool_kind_is_parameters(const struct tool_kind *kind);
/* Whether a content is a web page, which begins as an IIS file does. */
bool tool_kind_is_web_page(struct certmap_view content);

/* Longer names of files are FILE in commands: they would leave too little room. */
#define TOOL_KIND_MAX_PATH 40
/* A file's name as a shell takes it: FILE for standard input, for a name that needs quotes, and for a long one. */
void tool_kind_path(char shown[TOOL_KIND_MAX_PATH + 1], const char *path);

/* Fills *err: what the file is, and the command that makes it right. path: of the file. */
enum certmap_status tool_kind_error(struct certmap_diagnostic *err, const struct tool_kind_found *found,
                                    const char *path, enum tool_wanted wanted);

#endif
