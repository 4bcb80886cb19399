/* SPDX-License-Identifier: MIT */
/* A rule set as the analysis sees it: what certmap_rules_walk says of each mapping, in arrays, and where it is.
 *
 *     mappings   [ 0 | 1 | ... ]                      in order of trial
 *     terms      [ of mapping 0 ... | of mapping 1 ... ]      in prefix order
 *     conditions [ of mapping 0 ... | of mapping 1 ... ]
 *     operands   [ of condition 0 ... | of condition 1 ... ]    pointers: each is in the pool once
 *     paths      [ subject.CN | issuer | ... ]        each once
 *
 * Accounts are the rules' own, and what is asked for once, as names are, is left to the rules. So it takes about as much as
 * the rules themselves. */
#ifndef CM_LINT_MODEL_H
#define CM_LINT_MODEL_H

#include "operand.h"
#include "places.h"

/* Which part of a certificate a condition is about. */
struct cm_lint_path {
    enum certmap_field field;
    struct certmap_view subfield;
};

struct cm_lint_condition {
    uint32_t path;
    uint32_t operand, operand_count; /* the first one, and how many */
    uint32_t count;                  /* CERTMAP_MAX_COUNT at most */
    uint8_t op, quantifier;          /* enum certmap_operator, certmap_quantifier */
    bool nocase : 1;
    bool exact : 1; /* of whole Names: case and space count */
    bool known : 1; /* it has no flag that the analysis does not know */
    bool named : 1; /* placeholders may ask for the value that satisfied it */
};

/* Of a struct certmap_mapping what passes ask for of each mapping. */
struct cm_lint_about {
    struct certmap_view account;
    uint8_t decision, kind, language; /* enum certmap_decision, certmap_kind, certmap_language */
    bool is_template;
};

struct cm_lint_mapping {
    struct cm_lint_about is;
    uint32_t term, term_count;
    uint32_t condition, condition_count;
    uint32_t output, output_count;
    uint32_t place; /* which of the places it has, + 1; 0: none is known */
};

struct cm_lint_model {
    const struct certmap_rules *rules;
    unsigned needs; /* which pieces of a certificate any of its rules reads */
    struct certmap_allocator allocator;
    struct cm_lint_pool pool;           /* operands, and the texts of paths */
    struct cm_lint_operand_table known; /* while the rules are read */
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
/* All that the rules say of a mapping, of those that were read and not added. */
struct certmap_mapping cm_lint_mapping_of(const struct cm_lint_model *model, size_t index);

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
    return ((const struct cm_lint_operand *const *)model->operands.items)[index];
}

static inline const struct certmap_output *cm_lint_output_at(const struct cm_lint_model *model, size_t index) {
    return (const struct certmap_output *)model->outputs.items + index;
}

static inline const struct cm_lint_path *cm_lint_path_at(const struct cm_lint_model *model, size_t index) {
    return (const struct cm_lint_path *)model->paths.items + index;
}

#endif
