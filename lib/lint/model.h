/* SPDX-License-Identifier: MIT */
/* A rule set as the analysis sees it: what certmap_rules_walk says of each mapping, in arrays, and where it is.
 *
 *     mappings   [ 0 | 1 | ... ]                      in order of trial
 *     terms      [ of mapping 0 ... | of mapping 1 ... ]      in prefix order
 *     conditions [ of mapping 0 ... | of mapping 1 ... ]
 *     operands   [ of condition 0 ... | of condition 1 ... ]
 *     paths      [ subject.CN | issuer | ... ]        each once
 *
 * Texts are in a pool; names and accounts are the rules' own. */
#ifndef CM_LINT_MODEL_H
#define CM_LINT_MODEL_H

#include "certmap/walk.h"
#include "places.h"
#include "pool.h"

/* Which part of a certificate a condition is about. */
struct cm_lint_path {
    enum certmap_field field;
    struct certmap_view subfield;
};

struct cm_lint_operand {
    struct certmap_view shown, compared; /* as in struct certmap_walk_item */
    size_t bits;
};

struct cm_lint_condition {
    uint32_t path;
    uint32_t operand, operand_count; /* the first one, and how many */
    enum certmap_operator op;
    enum certmap_quantifier quantifier;
    bool nocase;
    bool known; /* it has no flag that the analysis does not know */
    bool named; /* placeholders may ask for the value that satisfied it */
    size_t count;
};

struct cm_lint_mapping {
    struct certmap_mapping is; /* name, decision, account */
    uint32_t term, term_count;
    uint32_t condition, condition_count;
    uint32_t output, output_count;
    uint32_t place; /* which of the places it has, + 1; 0: none is known */
};

struct cm_lint_model {
    const struct certmap_rules *rules;
    unsigned needs; /* which pieces of a certificate any of its rules reads */
    struct certmap_allocator allocator;
    struct cm_lint_pool pool; /* texts */
    struct cm_lint_array mappings, terms, conditions, operands, outputs, paths;
};

/* Reads the rules, which have to outlive the model. places are those of the same load, or of none. Free it also after an
 * error. Errors: MEMORY. */
enum certmap_status cm_lint_model_read(struct cm_lint_model *model, const struct certmap_rules *rules,
                                       const struct cm_lint_places *places, const struct certmap_allocator *allocator,
                                       struct certmap_diagnostic *err);
/* Adds a mapping of other rules, which have to outlive the model, after those that there are. False: no memory. */
bool cm_lint_model_add(struct cm_lint_model *model, const struct certmap_rules *rules, size_t index);
void cm_lint_model_free(struct cm_lint_model *model);

/* The first item of no mapping's is asked for, too: each array has memory, whether something is in it or not. */
static inline const struct cm_lint_mapping *cm_lint_mapping_at(const struct cm_lint_model *model, size_t index) {
    return (const struct cm_lint_mapping *)model->mappings.items + index;
}

static inline const struct certmap_term *cm_lint_term_at(const struct cm_lint_model *model, size_t index) {
    return (const struct certmap_term *)model->terms.items + index;
}

static inline const struct cm_lint_condition *cm_lint_condition_at(const struct cm_lint_model *model, size_t index) {
    return (const struct cm_lint_condition *)model->conditions.items + index;
}

static inline const struct cm_lint_operand *cm_lint_operand_at(const struct cm_lint_model *model, size_t index) {
    return (const struct cm_lint_operand *)model->operands.items + index;
}

static inline const struct certmap_output *cm_lint_output_at(const struct cm_lint_model *model, size_t index) {
    return (const struct certmap_output *)model->outputs.items + index;
}

static inline const struct cm_lint_path *cm_lint_path_at(const struct cm_lint_model *model, size_t index) {
    return (const struct cm_lint_path *)model->paths.items + index;
}

#endif
