/* SPDX-License-Identifier: MIT */
/* The rule for people who have only certificates: these are to be in, those out. Link with
 * libcertmap-lint. Conventions: certmap.h. docs/suggest.md shows it at work.
 *
 * The rule is the simplest that takes all of the first and none of the second, made of what a
 * stranger gets least easily; each answer was verified by matching. Nothing is concluded from what
 * no certificate shows: how many others a rule takes says a corpus, of which nobody said anything.
 */
#ifndef CERTMAP_SUGGEST_H
#define CERTMAP_SUGGEST_H

#include "build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Most certificates that are to be in or out, of both together: every candidate is tried on each.
 */
#define CERTMAP_MAX_SUGGEST_CERTIFICATES 16384
/* Most values of one certificate that are looked at; a real one has about twenty. */
#define CERTMAP_MAX_SUGGEST_VALUES 256
/* Most mappings of one suggestion: more is a list of people, which belongs into a directory. */
#define CERTMAP_MAX_SUGGEST_MAPPINGS 16
/* Most examples of each kind in a result. */
#define CERTMAP_MAX_SUGGEST_EXAMPLES 3

/* What is said of a certificate. */
enum certmap_suggest_role {
    CERTMAP_SUGGEST_IN = 0,    /* the rule is to take it */
    CERTMAP_SUGGEST_OUT = 1,   /* the rule must not take it */
    CERTMAP_SUGGEST_CORPUS = 2 /* nothing; it is counted whether the rule takes it */
};

/* Why a condition is there. */
enum certmap_suggest_why {
    CERTMAP_SUGGEST_CA = 0,      /* always: the CA, by its key */
    CERTMAP_SUGGEST_WEAK_CA = 1, /* the CA by what any CA can write: its certificate is not known */
    CERTMAP_SUGGEST_SEPARATES = 2, /* it keeps certificates out */
    CERTMAP_SUGGEST_EXCEPTION = 3, /* so does this `not`, where nothing that those in have does */
    CERTMAP_SUGGEST_SECOND = 4     /* one field of subject and SAN alone is not enough */
};

struct certmap_suggest_options {
    size_t size;                               /* sizeof(struct certmap_suggest_options) */
    const struct certmap_allocator *allocator; /* copied; NULL: malloc and free */
    certmap_progress_fn *progress;             /* in certificates; false: CANCELLED. May be NULL */
    void *progress_ctx;
    enum certmap_decision decision; /* ALLOW, or DENY: in is who is refused */
    unsigned reserved;              /* 0, else ARGUMENT */
    struct certmap_view account;    /* of ALLOW: as in a rule file, placeholders included. Copied */
    struct certmap_view name;       /* of the mapping; empty: one is made. Copied */
    const struct certmap_view *groups; /* of ALLOW; as in a rule file. Copied */
    size_t group_count;
    /* Rules that there are already, or NULL: then the result says where in them the suggestion
     * belongs. They have to outlive the suggestion. */
    const struct certmap_rules *current;
    /* How many times a rule is sought: for all certificates at once, and where there is none for
     * some of them; 0: 256. */
    size_t attempts;
};
#define CERTMAP_SUGGEST_OPTIONS_INIT                                                               \
    {                                                                                              \
        sizeof(struct certmap_suggest_options), NULL, NULL, NULL, CERTMAP_ALLOW, 0,                \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, NULL, 0, NULL, 0                                     \
    }

struct certmap_suggest;

/* Begins a suggestion, which the caller frees. Errors: ARGUMENT, MEMORY, SYNTAX (an account, a
 * group or a name that rules do not take, or the name of a mapping of current). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_suggest_new(struct certmap_suggest **suggest, const struct certmap_suggest_options *options,
                    struct certmap_diagnostic *err);
/* Adds a certificate. The struct and the label, what messages call it, are copied; the bytes that
 * the struct points to, and its hash_ctx, have to outlive the suggestion. Where the certificate
 * that issued it is supplied, the rule knows the CA by its key. Errors: ARGUMENT (after the run,
 * too), MEMORY, LIMIT, CERTIFICATE (one that certmap_peer_set refuses: nothing is added). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_suggest_add(struct certmap_suggest *suggest, enum certmap_suggest_role role,
                    const struct certmap_cert *cert, struct certmap_view label,
                    struct certmap_diagnostic *err);
/* Makes the rule, once. Takes time in proportion to the certificates in and out, and for each
 * attempt again, and to those of the corpus.
 * Errors: ARGUMENT (nothing is in, or it has run), MEMORY, CANCELLED, LIMIT (more than
 * CERTMAP_MAX_SUGGEST_MAPPINGS or attempts); CERTIFICATE with SAME_CERTIFICATE (one is in and out),
 * NOT_SEPARABLE (no condition tells two apart), or the reason why the account of one cannot be
 * built; the text names the certificates. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_suggest_run(struct certmap_suggest *suggest, struct certmap_diagnostic *err);

/* A condition of the suggestion. */
struct certmap_suggest_condition {
    size_t size;    /* sizeof(struct certmap_suggest_condition) of the library that calls */
    size_t mapping; /* of which of the suggested mappings, from 0 */
    enum certmap_suggest_why why;
    unsigned reserved;          /* 0 */
    struct certmap_view text;   /* in the native language */
    struct certmap_view reason; /* one sentence, escaped */
    size_t keeps_out;           /* of the certificates out: of how many it is not true */
    size_t alone;               /* and no other condition of the mapping keeps them out */
};

/* A certificate that the result speaks of. */
struct certmap_suggest_example {
    size_t size;                /* sizeof(struct certmap_suggest_example) */
    struct certmap_view label;  /* as it was added */
    struct certmap_view reason; /* why it is worth a look; escaped */
};

/* What was found. Views and arrays live as long as the suggestion. */
struct certmap_suggest_result {
    size_t size; /* sizeof(struct certmap_suggest_result) */
    /* A rule file: comments with the reasons, and the mappings. */
    struct certmap_view text;
    const struct certmap_suggest_condition *conditions; /* in the order of the text */
    size_t condition_count;
    size_t mappings;
    size_t in, out, corpus; /* certificates; twins of others, and of the corpus what was said to be
                              * in or out, are not counted */
    size_t weak;            /* 1: the CA is not known by its key; else 0 */
    size_t taken;           /* of the corpus */
    const struct certmap_suggest_example *examples; /* of them, the least like those in first */
    size_t example_count;
    const struct certmap_suggest_example *nearest; /* of the corpus: not taken for one condition */
    size_t nearest_count;
    /* With current: the suggestion goes before the mapping of this index, or after the last one
     * (certmap_rules_count). SIZE_MAX: nowhere, or there are no rules; what is to be known is in
     * notes. */
    size_t position;
    size_t changed; /* at that position: certificates not in that get another answer */
    const struct certmap_suggest_example *changes; /* of them */
    size_t change_count;
    const struct certmap_view *notes; /* what could not be done, and what to do about it; escaped */
    size_t note_count;
};
#define CERTMAP_SUGGEST_RESULT_INIT                                                                \
    {                                                                                              \
        sizeof(struct certmap_suggest_result), CERTMAP_NO_VIEW, NULL, 0, 0, 0, 0, 0, 0, 0, NULL,   \
            0, NULL, 0, SIZE_MAX, 0, NULL, 0, NULL, 0                                              \
    }
/* After a run that succeeded. Errors: ARGUMENT. */
CERTMAP_API enum certmap_status certmap_suggest_found(const struct certmap_suggest *suggest,
                                                      struct certmap_suggest_result *result,
                                                      struct certmap_diagnostic *err);
/* NULL is fine. */
CERTMAP_API void certmap_suggest_free(struct certmap_suggest *suggest);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_suggest_role);
CERTMAP_WIDTH_OF(enum certmap_suggest_why);

#ifdef __cplusplus
}
#endif

#endif
