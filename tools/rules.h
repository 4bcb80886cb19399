/* SPDX-License-Identifier: MIT */
/* The rule file of the command line. */
#ifndef TOOL_RULES_H
#define TOOL_RULES_H

#include "certmap/build.h"
#include "certmap/iis.h"
#include "diagnostic.h"
#include "input.h"

struct tool_rules {
    struct certmap_rules *rules; /* NULL after an error */
    const char *path;
    struct tool_diagnostics diagnostics;
    struct tool_input input; /* the text in the native language; an IIS file's is wiped already */
    bool is_iis;
    bool was_utf16;                  /* the file; the input is UTF-8 */
    bool has_domain;                 /* an IIS file: it has a defaultLogonDomain somewhere */
    struct tool_input bytes;         /* for the digest, of the file as it is, and of the issuer files that it names */
    struct certmap_iis_logon *logon; /* for convert, of an IIS file; else NULL */
};

/* Who looks on while rules are loaded. */
struct tool_rules_watch {
    /* Before they are: source is the text in the native language, or no view of an IIS file. Loading goes on after OK. */
    enum certmap_status (*begin)(void *ctx, struct certmap_view source, struct certmap_diagnostic *err);
    certmap_added_fn *added; /* of struct certmap_build_options */
    void *ctx;
};

/* Reads and loads the file that the options name. false: diagnostics has at least one error. The
 * caller frees in either case. */
bool tool_rules_load(struct tool_rules *rules, const struct tool_options *options);
bool tool_rules_load_watched(struct tool_rules *rules, const struct tool_options *options,
                             const struct tool_rules_watch *watch);
/* The same of a text in the native language, in UTF-8, which is taken. */
bool tool_rules_load_text(struct tool_rules *rules, const struct tool_options *options, struct tool_input *text,
                          const struct tool_rules_watch *watch);
/* Where there are old and new rules, --site is of whichever is an IIS file. false: neither is, which is said. */
bool tool_rules_have_site(const struct tool_options *options, const struct tool_rules *before,
                          const struct tool_rules *after, struct tool_stream *err);
/* Adds sha256: and the digest of the files of the rules as they are, in hexadecimal: what the audit lines of servers have.
 * Of rules that were loaded for --digest or for report. */
void tool_rules_add_digest(struct tool_text *text, const struct tool_rules *rules);
/* The source that may be shown: no view of an IIS file, and of what may be a damaged one. */
struct certmap_view tool_rules_source(const struct tool_rules *rules);
void tool_rules_free(struct tool_rules *rules);

/* Prints the diagnostics, with the source lines of native rules only: an IIS file holds passwords. */
void tool_rules_print(const struct tool_rules *rules, struct tool_stream *stream);
/* Whether a diagnostic says that mappings exist in the file but do not apply, or are switched off. */
bool tool_rules_explains_none(const struct certmap_diagnostic *diagnostic);

#endif
