/* SPDX-License-Identifier: MIT */
/* What lint found: copies of the reports of the analysis, and the diagnostics of the loader, in one list.
 *
 *     loader ----+
 *     analysis --+-> findings -> suppressed? -> sorted -> text, JSON, SARIF, GitHub
 *     comments --+
 *
 * The copies are in blocks that are freed together. */
#ifndef TOOL_FINDING_H
#define TOOL_FINDING_H

#include "certmap/lint.h"
#include "diagnostic.h"

/* Why a finding is not shown. */
enum tool_suppressed {
    TOOL_SUPPRESSED_NOT = 0,
    TOOL_SUPPRESSED_COMMENT = 1,
    TOOL_SUPPRESSED_OPTION = 2,
    TOOL_SUPPRESSED_BASELINE = 3
};

/* A struct certmap_diagnostic whose text takes no more than it has: of a bad rule set there are as many as mappings. */
struct tool_brief {
    enum certmap_code code;
    enum certmap_severity severity;
    size_t line, column, offset, length;
    const char *text;
};

/* A struct certmap_lint_report, all that it points at being the findings'. */
struct tool_found {
    struct tool_brief diagnostic;
    enum certmap_certainty certainty;
    bool fixed_by_edits;
    size_t mapping;
    const struct certmap_lint_related *related;
    size_t related_count;
    const struct certmap_lint_witness *witness;
    bool is_shown; /* there was a witness, kept or not */
    const char *help;
    const struct certmap_lint_edit *edits;
    size_t edit_count;
    uint64_t fingerprint;
};

struct tool_finding {
    struct tool_found report;
    bool analysed;               /* by libcertmap-lint: it has a certainty */
    struct certmap_view mapping; /* its name; data NULL: it is about no mapping that has one */
    enum tool_suppressed suppressed;
    struct certmap_view reason; /* of a comment; else data NULL */
    size_t comment;             /* the line of the comment; 0: none */
    size_t added;               /* before how many others */
};

struct tool_finding_block;

/* Of more findings that are alike than people read one by one, text shows the first. */
#define TOOL_FINDINGS_FEW 10

/* How many are of a kind. */
struct tool_kind_count {
    uint64_t kind;
    size_t count; /* 0: nothing is here */
};

/* What text does not show is not kept: what is milder than a level, and, of more that are alike, those after the first.
 * Nothing but that may be done with the findings, and the analysis reports in their order. */
struct tool_few {
    bool wanted;
    enum certmap_severity level;
    struct tool_kind_count *kinds; /* a hash table; its size is a power of two, twice what it holds at least */
    size_t count, cap;
    size_t line, column; /* of the last one */
};

struct tool_findings {
    struct tool_finding *items;
    size_t count, cap;
    const struct certmap_rules *rules; /* whose mappings they are about; NULL: none were loaded */
    bool as_files;                     /* certificates are wanted as files; else their der is empty, or no view */
    struct tool_few few;
    struct tool_finding_block *blocks;
};

/* Keeps a report; a certmap_lint_fn whose ctx is a struct tool_findings. */
bool tool_findings_report(void *findings, const struct certmap_lint_report *report);
/* Keeps a diagnostic of the loader, or of the command itself. */
struct tool_finding *tool_findings_add(struct tool_findings *findings, const struct certmap_diagnostic *diagnostic);
/* Puts them in the order of the file; what is at no place is first. What the loader says, and the analysis shows at the same
 * place, is there once. */
void tool_findings_sort(struct tool_findings *findings);
/* How many are of this severity and not suppressed. */
size_t tool_findings_count(const struct tool_findings *findings, enum certmap_severity severity);
size_t tool_findings_suppressed(const struct tool_findings *findings);
void tool_findings_free(struct tool_findings *findings);

/* `late-deny/4f1c20c0a1b2c3d4`, which stays when other parts of the file change. */
void tool_finding_fingerprint(struct tool_text *text, const struct tool_finding *finding);
/* The name of a mapping of the rules; data NULL where the index is none. */
struct certmap_view tool_mapping_name(const struct certmap_rules *rules, size_t index);

/* Where a part of the source ends, as lines and columns are counted. line 0: it is not known. */
struct tool_place {
    size_t line, column;
};
struct tool_place tool_place_end(struct certmap_view source, struct certmap_position position);
/* The position of a diagnostic. */
struct certmap_position tool_position_of(const struct tool_brief *diagnostic);
/* What it says: its code and severity, and its text but for what that quotes. */
uint64_t tool_brief_kind(const struct tool_brief *brief);
/* As it was reported; file is NULL. */
struct certmap_diagnostic tool_brief_whole(const struct tool_brief *brief);

#endif
