/* SPDX-License-Identifier: MIT */
/* The mapping that is being read, as the compiler gets it at its end: its parts in arrays that are used again for the next
 * one. */
#ifndef CM_PARSE_DESCRIBED_H
#define CM_PARSE_DESCRIBED_H

#include "base/error.h"
#include "certmap/limits.h"

/* More conditions, and more outputs, are not collected: then there are so many mistakes, or one over a limit, that none
 * after them is reported. */
#define CM_DESCRIBED_CONDITIONS (CERTMAP_MAX_CONDITIONS + CERTMAP_MAX_DIAGNOSTICS)
#define CM_DESCRIBED_OUTPUTS (2 * CERTMAP_MAX_OUTPUTS + 1 + CERTMAP_MAX_DIAGNOSTICS)

struct cm_described {
    struct certmap_allocator allocator;
    struct certmap_mapping mapping; /* name: data NULL where it could not be read */
    struct certmap_position position, account, extent;
    struct certmap_term *terms;
    struct certmap_position *term_extents; /* of a term that is not known to stand alone: line 0 */
    size_t term_count, term_cap, term_extent_cap;
    struct certmap_condition *conditions; /* operands: NULL where they are the next ones of operands */
    struct certmap_condition_position *condition_positions;
    size_t condition_count, condition_cap, condition_position_cap;
    struct certmap_view *operands;
    struct certmap_position *operand_positions;
    size_t operand_count, operand_cap, operand_position_cap;
    struct certmap_output *outputs;
    struct certmap_output_position *output_positions;
    size_t output_count, output_cap, output_position_cap;
    bool flawed; /* something of it is not there */
};

/* Begins a mapping. */
void cm_described_begin(struct cm_described *described);
void cm_described_free(struct cm_described *described);

/* Each: false where there is no memory. */
bool cm_described_add_term(struct cm_described *described, enum certmap_term_kind kind);
/* Makes the terms from the one at mark on the members of a group. */
bool cm_described_wrap(struct cm_described *described, size_t mark, enum certmap_term_kind kind);
/* Adds an operand of the condition that is added next. */
bool cm_described_add_operand(struct cm_described *described, struct certmap_view operand,
                              struct certmap_position position);
/* Adds a condition and its term. Its operands are those added last, as many as it says, or its own. */
bool cm_described_add_condition(struct cm_described *described, const struct certmap_condition *condition,
                                struct certmap_position field, struct certmap_position op);
bool cm_described_add_output(struct cm_described *described, const struct certmap_output *output,
                             struct certmap_position what, struct certmap_position value);

/* The description, which holds until the next mapping begins. */
struct certmap_description cm_described_end(struct cm_described *described);

#endif
