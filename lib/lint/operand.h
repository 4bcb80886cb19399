/* SPDX-License-Identifier: MIT */
/* Operands of conditions. A rule set of a million mappings has three million, of which many are the same: each is in memory
 * once, as long as its texts are.
 *
 *     table   [ | -> "Sales" | | -> "*.example" ... ]        while rules are read
 *     operand [ lengths | shown \0 ]      or      [ lengths | shown \0 compared \0 ] */
#ifndef CM_LINT_OPERAND_H
#define CM_LINT_OPERAND_H

#include "certmap/walk.h"
#include "pool.h"
#include <string.h>

/* What a rule file has is shorter than 4 GiB: CERTMAP_MAX_RULES_SIZE. */
struct cm_lint_operand {
    uint32_t shown_len, compared_len;
    uint8_t bits; /* as in struct certmap_walk_item */
    bool apart;   /* it is compared by another text than is shown */
    uint8_t text[];
};

/* As in struct certmap_walk_item. */
static inline struct certmap_view cm_lint_shown(const struct cm_lint_operand *operand) {
    return (struct certmap_view){operand->text, operand->shown_len};
}

static inline struct certmap_view cm_lint_compared(const struct cm_lint_operand *operand) {
    return (struct certmap_view){operand->text + (operand->apart ? operand->shown_len + 1U : 0U),
                                 operand->compared_len};
}

/* Whether both are compared alike. */
static inline bool cm_lint_operands_agree(const struct cm_lint_operand *a, const struct cm_lint_operand *b) {
    return a == b || (a->bits == b->bits && a->compared_len == b->compared_len &&
                      memcmp(cm_lint_compared(a).data, cm_lint_compared(b).data, a->compared_len) == 0);
}

/* Which operands there are already. Its size is a power of two, at least twice what it holds. */
struct cm_lint_operand_table {
    const struct cm_lint_operand **slots; /* NULL: nothing is kept in mind, and each operand is a new one */
    size_t size, count;
};

/* The operand of an item, in the pool. NULL: there is no memory. */
const struct cm_lint_operand *cm_lint_operand_keep(struct cm_lint_operand_table *table, struct cm_lint_pool *pool,
                                                   const struct certmap_walk_item *item);
/* False: there is no memory. */
bool cm_lint_operand_table_begin(struct cm_lint_operand_table *table, const struct certmap_allocator *allocator);
void cm_lint_operand_table_free(struct cm_lint_operand_table *table, const struct certmap_allocator *allocator);

#endif
