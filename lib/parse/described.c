/* SPDX-License-Identifier: MIT */
#include "parse/described.h"
#include "base/alloc.h"
#include <string.h>

void cm_described_begin(struct cm_described *described) {
    const struct certmap_mapping none = CERTMAP_MAPPING_INIT;
    described->mapping = none;
    described->position = described->account = (struct certmap_position){0, 0, 0, 0};
    described->flawed = false;
    described->term_count = described->condition_count = described->operand_count = described->output_count = 0;
}

void cm_described_free(struct cm_described *described) {
    void *const arrays[] = {
        described->terms,    described->term_extents,      described->conditions, described->condition_positions,
        described->operands, described->operand_positions, described->outputs,    described->output_positions};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        cm_release(&described->allocator, arrays[i]);
}

/* ---- terms ---- */

static bool insert_term(struct cm_described *described, size_t at, struct certmap_term term) {
    struct certmap_term *terms = cm_array_reserve(&described->allocator, described->terms, &described->term_cap,
                                                  described->term_count + 1, sizeof *terms);
    if (terms == NULL)
        return false;
    described->terms = terms;
    struct certmap_position *extents =
        cm_array_reserve(&described->allocator, described->term_extents, &described->term_extent_cap,
                         described->term_count + 1, sizeof *extents);
    if (extents == NULL)
        return false;
    described->term_extents = extents;
    if (at < described->term_count) {
        memmove(terms + at + 1, terms + at, (described->term_count - at) * sizeof *terms);
        memmove(extents + at + 1, extents + at, (described->term_count - at) * sizeof *extents);
    }
    terms[at] = term;
    extents[at] = (struct certmap_position){0, 0, 0, 0};
    described->term_count++;
    return true;
}

bool cm_described_add_term(struct cm_described *described, enum certmap_term_kind kind) {
    return insert_term(described, described->term_count, (struct certmap_term){kind, 1});
}

bool cm_described_wrap(struct cm_described *described, size_t mark, enum certmap_term_kind kind) {
    return insert_term(described, mark, (struct certmap_term){kind, (unsigned)(described->term_count - mark + 1)});
}

/* ---- conditions ---- */

bool cm_described_add_operand(struct cm_described *described, struct certmap_view operand,
                              struct certmap_position position) {
    const size_t index = described->operand_count;
    struct certmap_view *operands = cm_array_reserve(&described->allocator, described->operands,
                                                     &described->operand_cap, index + 1, sizeof *operands);
    if (operands == NULL)
        return false;
    described->operands = operands;
    struct certmap_position *positions =
        cm_array_reserve(&described->allocator, described->operand_positions, &described->operand_position_cap,
                         index + 1, sizeof *positions);
    if (positions == NULL)
        return false;
    described->operand_positions = positions;
    operands[index] = operand;
    positions[index] = position;
    described->operand_count++;
    return true;
}

bool cm_described_add_condition(struct cm_described *described, const struct certmap_condition *condition,
                                struct certmap_position field, struct certmap_position op) {
    const size_t index = described->condition_count;
    struct certmap_condition *conditions = cm_array_reserve(&described->allocator, described->conditions,
                                                            &described->condition_cap, index + 1, sizeof *conditions);
    if (conditions == NULL)
        return false;
    described->conditions = conditions;
    struct certmap_condition_position *positions =
        cm_array_reserve(&described->allocator, described->condition_positions, &described->condition_position_cap,
                         index + 1, sizeof *positions);
    if (positions == NULL)
        return false;
    described->condition_positions = positions;
    conditions[index] = *condition;
    positions[index] = (struct certmap_condition_position){field, op, NULL};
    described->condition_count++;
    return cm_described_add_term(described, CERTMAP_TERM_CONDITION);
}

/* ---- outputs ---- */

bool cm_described_add_output(struct cm_described *described, const struct certmap_output *output,
                             struct certmap_position what, struct certmap_position value) {
    const size_t index = described->output_count;
    if (index == CM_DESCRIBED_OUTPUTS)
        return true;
    struct certmap_output *outputs =
        cm_array_reserve(&described->allocator, described->outputs, &described->output_cap, index + 1, sizeof *outputs);
    if (outputs == NULL)
        return false;
    described->outputs = outputs;
    struct certmap_output_position *positions =
        cm_array_reserve(&described->allocator, described->output_positions, &described->output_position_cap, index + 1,
                         sizeof *positions);
    if (positions == NULL)
        return false;
    described->output_positions = positions;
    outputs[index] = *output;
    positions[index] = (struct certmap_output_position){what, value};
    described->output_count++;
    return true;
}

/* ---- the end ---- */

/* Now that no array moves any more: where the operands are. */
static void point_at_operands(struct cm_described *described) {
    size_t next = 0;
    for (size_t i = 0; i < described->condition_count; i++) {
        struct certmap_condition *condition = &described->conditions[i];
        if (condition->operand_count == 0 || condition->operands != NULL)
            continue;
        condition->operands = described->operands + next;
        described->condition_positions[i].operands = described->operand_positions + next;
        next += condition->operand_count;
    }
}

struct certmap_description cm_described_end(struct cm_described *described) {
    struct certmap_description made = CERTMAP_DESCRIPTION_INIT;
    point_at_operands(described);
    made.mapping = &described->mapping;
    made.terms = described->terms;
    made.term_count = described->term_count;
    made.conditions = described->conditions;
    made.condition_count = described->condition_count;
    made.outputs = described->outputs;
    made.output_count = described->output_count;
    made.position = described->position;
    made.account = described->account;
    made.condition_positions = described->condition_positions;
    made.output_positions = described->output_positions;
    made.flawed = described->flawed;
    made.extent = described->extent;
    made.term_extents = described->term_extents;
    return made;
}
