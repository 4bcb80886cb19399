/* SPDX-License-Identifier: MIT */
/* What can happen to whom under a rule set, and where its mistakes are. Link with libcertmap-lint.
 * Conventions: certmap.h. docs/lint.md has every code with an example.
 *
 * The analysis reads a rule set through walk.h, so it takes native rules, IIS files and what a
 * program built alike. A finding of the analysis is proven, or shown by a certificate on which the
 * rules were really matched, or it is advice that follows from the text of the rules.
 */
#ifndef CERTMAP_LINT_H
#define CERTMAP_LINT_H

#include "build.h"

#ifdef __cplusplus
extern "C" {
#endif

enum certmap_certainty {
    CERTMAP_CERTAINTY_ADVICE = 0, /* follows from how the rules are written */
    CERTMAP_CERTAINTY_SHOWN = 1,  /* the witness was matched: it has the answer that is said */
    CERTMAP_CERTAINTY_PROVEN = 2  /* holds of every certificate there can be */
};
/* "advice", "shown" or "proven"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_certainty_name(enum certmap_certainty certainty);

/* What is reported at which severity. */
enum certmap_lint_profile {
    CERTMAP_LINT_DEFAULT = 0,
    CERTMAP_LINT_STRICT = 1,   /* what is a note by default is a warning */
    CERTMAP_LINT_KB5014754 = 2 /* weak mappings, as Microsoft's KB5014754 has them, are warnings */
};
/* "default", "strict" or "kb5014754"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_lint_profile_name(enum certmap_lint_profile profile);

/* A value of a witness. */
enum certmap_lint_state {
    CERTMAP_LINT_READABLE = 0,
    CERTMAP_LINT_UNREADABLE = 1, /* the value is there, and is no text */
    CERTMAP_LINT_UNKNOWN = 2     /* of the field nothing is known: malformed, or not supplied */
};
struct certmap_lint_value {
    size_t size; /* sizeof(struct certmap_lint_value) of the library that calls */
    enum certmap_field field;
    enum certmap_lint_state state;
    struct certmap_view subfield; /* as rules write it; empty where there is none */
    struct certmap_view text;     /* as rules write it; empty unless READABLE */
};

/* A certificate that shows something, and the answer that the rules gave it. It is signed by nobody
 * and can be used nowhere. */
struct certmap_lint_witness {
    size_t size;                             /* sizeof(struct certmap_lint_witness) */
    const struct certmap_lint_value *values; /* what matters of it, in the order of the fields */
    size_t value_count;
    struct certmap_view der; /* data NULL: no file can have these values, as a digest that is given;
                              * they were matched all the same */
    enum certmap_decision decision;
    enum certmap_code reason;
    size_t mapping;              /* that answered; SIZE_MAX: none */
    struct certmap_view account; /* data NULL unless ALLOW */
};

/* Another place that a report speaks of. */
struct certmap_lint_related {
    size_t size;    /* sizeof(struct certmap_lint_related) */
    size_t mapping; /* its index */
    struct certmap_position position;
    const char *text; /* what it does: `"net" answers it` */
};

/* A change of the file: length bytes from offset on become text. */
struct certmap_lint_edit {
    size_t size; /* sizeof(struct certmap_lint_edit) */
    struct certmap_position position;
    struct certmap_view text;
};

/* One finding. What is pointed at lives during the call only. */
struct certmap_lint_report {
    size_t size; /* sizeof(struct certmap_lint_report) of the library that calls */
    /* code, severity, text - what happens to whom - and, where the positions are known, where. file
     * is NULL: the analysis does not know it. */
    struct certmap_diagnostic diagnostic;
    enum certmap_certainty certainty;
    bool fixed_by_edits; /* the edits change no answer to any certificate, proven in three values */
    size_t mapping;      /* its index; SIZE_MAX: it is about the rule set */
    const struct certmap_lint_related *related;
    size_t related_count;
    const struct certmap_lint_witness *witness; /* NULL: none was made, or none can be */
    const char *help;                           /* what to write instead; NULL: nothing is known */
    const struct certmap_lint_edit *edits; /* in the order of the file, apart from each other */
    size_t edit_count;
    /* Code, and canonical text of the mapping, hashed; not its line, not its name. It stays when
     * something else in the file changes. */
    uint64_t fingerprint;
};
/* False: it has seen enough. */
typedef bool certmap_lint_fn(void *ctx, const struct certmap_lint_report *report);

/* Asked now and then, between two questions of the analysis: whether time is up. What is not
 * decided then stays so, and is counted; what needs no proof is looked at all the same. */
typedef bool certmap_lint_enough_fn(void *ctx);

struct certmap_lint_options {
    size_t size;                               /* sizeof(struct certmap_lint_options) */
    const struct certmap_allocator *allocator; /* copied; NULL: malloc and free */
    certmap_progress_fn *progress;             /* in mappings; false: CANCELLED. May be NULL */
    void *progress_ctx;
    certmap_lint_enough_fn *enough; /* may be NULL */
    void *enough_ctx;
    enum certmap_lint_profile profile;
    unsigned reserved; /* 0, else ARGUMENT */
    /* Names of accounts that an administrator would not hand out, beside those that are known; as
     * an account is written, without case. Copied. */
    const struct certmap_view *privileged;
    size_t privileged_count;
    /* Codes to look for; NULL: all. Copied. */
    const enum certmap_code *only;
    size_t only_count;
    /* Which reports are counted in the summary, and not made, which saves time and memory: 0, none;
     * 1, notes; 2, warnings too; else ARGUMENT. */
    unsigned omit;
};
#define CERTMAP_LINT_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(struct certmap_lint_options), NULL, NULL, NULL, NULL, NULL, CERTMAP_LINT_DEFAULT,   \
            0, NULL, 0, NULL, 0, 0                                                                 \
    }

struct certmap_lint;

/* Begins an analysis. options may be NULL. Errors: ARGUMENT, MEMORY. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_lint_new(struct certmap_lint **lint, const struct certmap_lint_options *options,
                 struct certmap_diagnostic *err);
/* For struct certmap_build_options: added is this function, and added_ctx the lint, so that reports
 * have positions. One load only. */
CERTMAP_API void certmap_lint_added(void *lint, const struct certmap_description *description);
/* Takes a certificate of a corpus, as those that come in the course of a month: certmap_lint_run
 * then says which mappings answered none of them, which values and fields none has, and to which
 * mappings those without an answer are nearest. peer is prepared (certmap_peer_set) and is the
 * caller's; label is what reports call the certificate, or no view: its number; count is how often
 * it came, 1 or more. Nothing is kept but counts, of each part of a certificate that the rules ask
 * for a few values, and of the first certificate that is nearest to a mapping the label. Memory is
 * in proportion to the rules, which are those of the run and have to outlive it. After an error the
 * certificate is not counted, or not wholly. Errors: ARGUMENT, MEMORY, LIMIT. */
CERTMAP_API enum certmap_status certmap_lint_certificate(struct certmap_lint *lint,
                                                         const struct certmap_rules *rules,
                                                         struct certmap_peer *peer,
                                                         struct certmap_view label, uint64_t count,
                                                         struct certmap_diagnostic *err);
/* Analyses the rules and calls report for each finding, in the order of the file, else of the
 * mappings. The rules have to outlive the call; of an index with which they were loaded nothing is
 * kept. Once for each lint. A fault of the analysis itself - a model and a match that differ - is
 * CERTMAP_CODE_NOT_DECIDED, never a claim.
 * Errors: ARGUMENT, MEMORY, CANCELLED, LIMIT. */
CERTMAP_API enum certmap_status certmap_lint_run(struct certmap_lint *lint,
                                                 const struct certmap_rules *rules,
                                                 certmap_lint_fn *report, void *ctx,
                                                 struct certmap_diagnostic *err);

/* What an analysis came to. */
struct certmap_lint_summary {
    size_t size;     /* sizeof(struct certmap_lint_summary) */
    size_t mappings; /* that were looked at */
    size_t errors, warnings, notes;
    size_t undecided; /* questions that stayed open */
    size_t by_budget; /* of them: for want of steps or time */
    size_t by_model;  /* of them: something that the analysis does not know exactly */
    size_t by_solver; /* of them: because this build has no solver */
};
#define CERTMAP_LINT_SUMMARY_INIT                                                                  \
    { sizeof(struct certmap_lint_summary), 0, 0, 0, 0, 0, 0, 0, 0 }
/* After a run. Errors: ARGUMENT. */
CERTMAP_API enum certmap_status certmap_lint_summarize(const struct certmap_lint *lint,
                                                       struct certmap_lint_summary *summary,
                                                       struct certmap_diagnostic *err);
/* Whether this build has the solver; without it what needs a proof by cases is not decided. */
CERTMAP_API bool certmap_lint_has_solver(void);
/* Whether an account or a group is one that an administrator would not hand out, as
 * CERTMAP_CODE_PRIVILEGED_ACCOUNT has it: root, Administrator, Domain Admins and so on, with a
 * domain before or after it or without, whatever the case of its letters; and accounts of Windows
 * computers, whose names end with a dollar sign. False for no view. Any number of threads. */
CERTMAP_API bool certmap_lint_is_privileged(struct certmap_view account);
/* Whether it is among these names, as it is or without its domain, whatever the case. */
CERTMAP_API bool certmap_lint_is_named(struct certmap_view account,
                                       const struct certmap_view *names, size_t count);
/* NULL is fine. */
CERTMAP_API void certmap_lint_free(struct certmap_lint *lint);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_certainty);
CERTMAP_WIDTH_OF(enum certmap_lint_profile);
CERTMAP_WIDTH_OF(enum certmap_lint_state);

#ifdef __cplusplus
}
#endif

#endif
