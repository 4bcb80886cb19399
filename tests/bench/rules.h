/* SPDX-License-Identifier: MIT */
/* The rules of a workload as certmap takes them: through the builder, as native text, as an IIS file. */
#ifndef B_RULES_H
#define B_RULES_H

#include "certmap/certmap.h"
#include "support/der.h"
#include "workload.h"

/* What building took, besides what the allocator counts. */
struct b_built {
    size_t text;    /* bytes of names, accounts and operands: what a rule set cannot do without */
    double seconds; /* in the calls of certmap; making the rules up is not counted */
};

/* Builds a set of so many rules. The caller frees *rules. built may be NULL. */
enum certmap_status b_rules_build(struct certmap_rules **rules, struct b_built *built, enum b_workload workload,
                                  size_t size, const struct certmap_allocator *allocator,
                                  struct certmap_diagnostic *err);

/* Appends the same in the native language. Not for B_ONE_TO_ONE. */
void b_rules_native(struct t_buf *text, enum b_workload workload, size_t size);
/* Appends the same as the section of an IIS file. Not for B_SHARED, whose NOT such a file cannot say. For
 * B_ONE_TO_ONE with certificates of their own. */
void b_rules_iis(struct t_buf *text, enum b_workload workload, size_t size);

#endif
