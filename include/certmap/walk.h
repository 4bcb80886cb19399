/* SPDX-License-Identifier: MIT */
/* What a rule set holds, mapping by mapping and part by part: for programs that analyse rules or
 * turn them into something else. Conventions: certmap.h. */
#ifndef CERTMAP_WALK_H
#define CERTMAP_WALK_H

#include "build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* certmap_rules_count and certmap_rules_mapping (build.h) give the mappings in order of trial, with
 * name, decision and account. The calls here give what is in a mapping. A program that hands all of
 * it to certmap_builder_add gets rules that answer alike. Where the parts are in a file:
 * struct certmap_build_options.added. */

enum certmap_walk_kind {
    CERTMAP_WALK_GROUP = 0,     /* term.kind is ALL, ANY or NOT; its members follow, one deeper */
    CERTMAP_WALK_ALWAYS = 1,    /* it holds for every certificate */
    CERTMAP_WALK_CONDITION = 2, /* its operands follow, one deeper */
    CERTMAP_WALK_OPERAND = 3,   /* of the condition before */
    CERTMAP_WALK_OUTPUT = 4     /* a domain, group or attribute; after the expression */
};

/* A part of a mapping; valid during the call only. The parts of depth 0 all have to hold, as the
 * terms of a struct certmap_description. */
struct certmap_walk_item {
    size_t size; /* sizeof(struct certmap_walk_item) of the library that calls */
    enum certmap_walk_kind kind;
    unsigned depth;           /* of the groups that it is in */
    struct certmap_term term; /* GROUP, ALWAYS, CONDITION: as in struct certmap_description */
    /* CONDITION, OPERAND: as the builder takes it, with canonical names. operands is NULL: they are
     * items; flags say nothing of IIS, whose patterns are shown with escapes; nocase is dropped
     * where case means nothing. */
    const struct certmap_condition *condition;
    size_t number; /* which condition or output of the mapping, which operand: from 0 */
    /* OPERAND: as the builder takes it, in NFC; bytes of a certificate. */
    struct certmap_view shown;
    /* OPERAND: what values are compared with: text that is folded if the condition ignores case, a
     * pattern with the escapes \* \? and \\; a regular expression as it is shown, whatever the case
     * of its letters: of a condition with NOCASE, or on san.dns, it is about folded text, and so
     * are its characters and classes; a pattern over a whole Name in the same way, as it is shown;
     * the octets of an address; the DER of a whole Name; of
     * a certificate its TBSCertificate, or all bytes where it is not one. */
    struct certmap_view compared;
    size_t bits; /* OPERAND: of an address, how many of its bits count; else 0 */
    const struct certmap_output *output; /* OUTPUT; else NULL */
};

/* False: it has seen enough. */
typedef bool certmap_walk_fn(void *ctx, const struct certmap_walk_item *item);

/* Calls fn for each part of the index-th mapping, in order, until there is none or fn has seen
 * enough. Takes time in proportion to the text of the mapping. Allocates for patterns, from the
 * allocator of the rules. Any number of threads, each with an fn of its own.
 * Errors: ARGUMENT, MEMORY (fn may have been called already). */
CERTMAP_API enum certmap_status certmap_rules_walk(const struct certmap_rules *rules, size_t index,
                                                   certmap_walk_fn *fn, void *ctx,
                                                   struct certmap_diagnostic *err);
/* The score of a mapping, by which CERTMAP_COMBINING_MOST_SPECIFIC chooses (docs/rules.md); 0 under
 * other policies, for NULL, and for an index that there is not. */
CERTMAP_API size_t certmap_rules_score(const struct certmap_rules *rules, size_t index);
/* Whether the rules are switched off, so that a match gives NONE with reason DISABLED; false for
 * NULL. */
CERTMAP_API bool certmap_rules_disabled(const struct certmap_rules *rules);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_walk_kind);

#ifdef __cplusplus
}
#endif

#endif
