/* SPDX-License-Identifier: MIT */
/* From what was read to a rule set.
 *
 *     merge.c   levels into one list of mappings; what is there twice
 *     build.c   each mapping to the builder
 *     result.c  what is to be said about the whole, and the result */
#ifndef CM_FORMATS_IIS_BUILD_H
#define CM_FORMATS_IIS_BUILD_H

#include "certmap/build.h"
#include "run.h"

/* What a mapping consists of while it is handed over; the arrays are used again for the next one. */
struct cm_iis_parts {
    struct certmap_condition *conditions;
    struct certmap_condition_position *positions;
    const struct cm_iis_rule **rules; /* what each condition is of; NULL: of a certificate */
    size_t count, condition_cap, position_cap, rule_cap;
    bool flawed; /* something of it was reported, and is not there */
};

struct cm_iis_build {
    struct cm_iis *iis;
    struct cm_iis_value settings[CM_IIS_SETTINGS]; /* merged */
    bool present;                                  /* some level has the section */
    struct cm_kit_position place;                  /* of the lowest that has */
    struct cm_iis_mapping **order;                 /* one-to-one first, then by level and place */
    size_t count, cap;
    size_t first_many;
    uint32_t generation[CM_IIS_LISTS]; /* the last of each list */
    struct cm_kit_set set;
    struct certmap_builder *builder;
    size_t applied; /* mappings in the rule set */
    bool shadowed;  /* one of them matches every certificate */
    struct cm_iis_parts parts;
    char *account;
    size_t account_cap;
};

/* Whether to read no further. */
bool cm_iis_stopped(const struct cm_iis_build *build);
void cm_iis_no_memory_unless(struct cm_iis_build *build, bool enough);

/* Merges the levels, and reports mappings that are there twice. */
void cm_iis_merge(struct cm_iis_build *build);
/* Reports rules that one mapping has twice. */
void cm_iis_check_rules(struct cm_iis_build *build, const struct cm_iis_mapping *mapping);
/* Whether a mapping is enabled and was not cleared. */
bool cm_iis_applies(const struct cm_iis_build *build, const struct cm_iis_mapping *mapping);

/* Hands every mapping to the builder. */
void cm_iis_add_mappings(struct cm_iis_build *build);

#endif
