/* SPDX-License-Identifier: MIT */
/* What a change of the rules changes, and for whom. Link with libcertmap-lint. Conventions:
 * certmap.h. docs/diff.md shows it at work.
 *
 * The two rule sets are aligned mapping by mapping; where they differ is a list of edits. Of each
 * edit a certificate is shown for each kind of effect that it has, and both rule sets were really
 * matched with it; a kind that is not there is proven not to be. No other certificate is answered
 * differently, because no other mapping differs.
 */
#ifndef CERTMAP_DIFF_H
#define CERTMAP_DIFF_H

#include "lint.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a mapping. Mappings with the same conditions, in the same order, and the same
 * outputs are one, whatever their names; as many as can be are taken to have stayed where they are.
 */
enum certmap_diff_edit_kind {
    CERTMAP_DIFF_NEW = 0,
    CERTMAP_DIFF_REMOVED = 1,
    CERTMAP_DIFF_CHANGED = 2, /* it has its name, and other conditions or outputs */
    CERTMAP_DIFF_MOVED = 3,   /* it is before or after others that it was not */
    CERTMAP_DIFF_POLICY = 4   /* no mapping: the policy is another one, or the rules were switched
                               * on or off; any certificate may be concerned */
};
/* "new", "removed", "changed", "moved" or "policy"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_diff_edit_kind_name(enum certmap_diff_edit_kind kind);

/* What a certificate has of it. An account is had by ALLOW only. */
enum certmap_diff_effect_kind {
    CERTMAP_DIFF_GAIN = 0,    /* no account before, one now */
    CERTMAP_DIFF_LOSE = 1,    /* an account before, none now */
    CERTMAP_DIFF_OTHER = 2,   /* another account or domain, or other groups or attributes */
    CERTMAP_DIFF_REFUSED = 3, /* no answer before, a refusal now: no account either way */
    CERTMAP_DIFF_LEFT = 4     /* a refusal before, no answer now: no account either way */
};
/* "gain", "lose", "other", "refused" or "left"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_diff_effect_kind_name(enum certmap_diff_effect_kind kind);

/* How two answers to one certificate differ. False: they do not. Accounts are compared in their
 * order, because the first is the account; groups and attributes as sets; which mapping gave the
 * answer, and why, does not matter. Each result has to be valid still: a second match with the same
 * peer ends the first one (certmap.h). NULL is an answer NONE. *kind, which may be NULL, is written
 * where they differ. */
CERTMAP_API bool certmap_diff_results(const struct certmap_result *before,
                                      const struct certmap_result *after,
                                      enum certmap_diff_effect_kind *kind);

/* A certificate that the two rule sets answer differently. */
struct certmap_diff_effect {
    size_t size; /* sizeof(struct certmap_diff_effect) of the library that calls */
    enum certmap_diff_effect_kind kind;
    unsigned reserved;                         /* 0 */
    const struct certmap_lint_witness *before; /* the certificate; what the old rules say */
    const struct certmap_lint_witness *after;  /* the same one; what the new rules say */
};

/* An edit, and whom it concerns. Under CERTMAP_COMBINING_FIRST it concerns those whom the mapping
 * answers, in the old rules or in the new ones; under other policies those of whom it is not false.
 * What is pointed at lives during the call only. */
struct certmap_diff_edit {
    size_t size; /* sizeof(struct certmap_diff_edit) of the library that calls */
    enum certmap_diff_edit_kind kind;
    /* 0: these are all kinds of effect that it has, proven, with none: it changes no answer. 1: it
     * may have others. */
    unsigned undecided;
    /* The index of the mapping in each rule set; SIZE_MAX: it is not there. */
    size_t before, after;
    const struct certmap_diff_effect *effects; /* at most one of each kind, gains first */
    size_t effect_count;
};
/* False: it has seen enough. */
typedef bool certmap_diff_fn(void *ctx, const struct certmap_diff_edit *edit);

/* What a comparison came to, as far as it went. */
struct certmap_diff_summary {
    size_t size;      /* sizeof(struct certmap_diff_summary) */
    size_t edits;     /* that were reported */
    size_t effects;   /* of them */
    size_t undecided; /* edits that may have more kinds of effect */
    size_t by_budget; /* of them: for want of steps or time */
    size_t by_model;  /* of them: something that the analysis does not know exactly */
    size_t by_solver; /* of them: because this build has no solver */
    size_t same;      /* mappings that are as they were, where they were */
};
#define CERTMAP_DIFF_SUMMARY_INIT                                                                  \
    { sizeof(struct certmap_diff_summary), 0, 0, 0, 0, 0, 0, 0 }

/* Compares two rule sets, and calls report for each edit: that of the policy, those of the new
 * rules in their order, then what was removed. With no effect and nothing undecided the two answer
 * each certificate alike. Of options, which may be NULL, allocator, progress - in edits - and
 * enough count; when that says that time is up, the rest stays undecided. Both rule sets have to
 * outlive the call; they may be one. summary may be NULL.
 * Takes time in proportion to the mappings, and for each edit that of some questions, each of them
 * bounded; memory too. Any number of threads.
 * Errors: ARGUMENT, MEMORY, CANCELLED; report may have been called already. */
CERTMAP_API enum certmap_status
certmap_diff(const struct certmap_rules *before, const struct certmap_rules *after,
             const struct certmap_lint_options *options, certmap_diff_fn *report, void *ctx,
             struct certmap_diff_summary *summary, struct certmap_diagnostic *err);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_diff_edit_kind);
CERTMAP_WIDTH_OF(enum certmap_diff_effect_kind);

#ifdef __cplusplus
}
#endif

#endif
