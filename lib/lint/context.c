/* SPDX-License-Identifier: MIT */
/* What the passes ask of an analysis: what is wanted, whether time is up, and where something is. */
#include "lint.h"

bool cm_lint_wants(const struct certmap_lint *lint, enum certmap_code code) {
    for (size_t i = 0; i < lint->options.only_count; i++)
        if (lint->options.only[i] == code)
            return true;
    return lint->options.only == NULL;
}

bool cm_lint_enough(const struct certmap_lint *lint) {
    return lint->options.enough != NULL && lint->options.enough(lint->options.enough_ctx);
}

bool cm_lint_progress(struct certmap_lint *lint, size_t done, size_t total) {
    if (lint->options.progress != NULL && !lint->cancelled)
        lint->cancelled = !lint->options.progress(lint->options.progress_ctx, done, total);
    return !lint->cancelled;
}

void cm_lint_forget(struct certmap_lint *lint) {
    lint->failed = lint->failed || lint->scratch.failed;
    cm_lint_reports_keep(lint);
    cm_lint_pool_empty(&lint->scratch);
}

void cm_lint_undecided(struct certmap_lint *lint, size_t *why) {
    lint->summary.undecided++;
    ++*why;
}

bool cm_lint_goes_on(struct certmap_lint *lint, size_t mapping) {
    const size_t left = lint->model.mappings.count - mapping;
    cm_lint_forget(lint);
    if (lint->failed || !cm_lint_progress(lint, mapping, lint->model.mappings.count))
        return false;
    if (!cm_lint_enough(lint))
        return true;
    lint->summary.undecided += left;
    lint->summary.by_budget += left;
    return false;
}

/* ---- where ---- */

/* Opens the place of the mapping. NULL: none is known. */
static const struct cm_lint_open_place *place_of(const struct certmap_lint *lint, size_t mapping) {
    const uint32_t place = mapping < lint->model.mappings.count ? cm_lint_mapping_at(&lint->model, mapping)->place : 0;
    return place > 0 && cm_lint_place_open(lint->open, &lint->places, place - 1) ? lint->open : NULL;
}

struct certmap_position cm_lint_mapping_extent(const struct certmap_lint *lint, size_t mapping) {
    const struct cm_lint_open_place *place = place_of(lint, mapping);
    return place != NULL ? place->is.extent : (struct certmap_position){0, 0, 0, 0};
}

/* Without the places of its file, a mapping has at least the line that it was loaded from. */
struct certmap_position cm_lint_mapping_place(const struct certmap_lint *lint, size_t mapping) {
    const struct cm_lint_open_place *place = place_of(lint, mapping);
    struct certmap_position position = {0, 0, 0, 0};
    if (place != NULL)
        position = place->is.name;
    else if (mapping < lint->model.mappings.count) {
        const struct certmap_mapping is = cm_lint_mapping_of(&lint->model, mapping);
        position = (struct certmap_position){is.line, is.column, 0, 0};
    }
    return position;
}

struct certmap_position cm_lint_account_place(const struct certmap_lint *lint, size_t mapping) {
    const struct cm_lint_open_place *place = place_of(lint, mapping);
    return place != NULL && place->is.account.line > 0 ? place->is.account : cm_lint_mapping_place(lint, mapping);
}

static const struct cm_lint_condition_place *condition_place(const struct certmap_lint *lint, size_t mapping,
                                                             size_t number) {
    const struct cm_lint_open_place *place = place_of(lint, mapping);
    return place != NULL && number < place->is.condition_count
               ? (const struct cm_lint_condition_place *)place->conditions.items + number
               : NULL;
}

struct certmap_position cm_lint_condition_place(const struct certmap_lint *lint, size_t mapping, size_t number) {
    const struct cm_lint_condition_place *place = condition_place(lint, mapping, number);
    return place != NULL && place->field.line > 0 ? place->field : cm_lint_mapping_place(lint, mapping);
}

struct certmap_position cm_lint_operator_place(const struct certmap_lint *lint, size_t mapping, size_t number) {
    static const struct certmap_position nowhere = {0, 0, 0, 0};
    const struct cm_lint_condition_place *place = condition_place(lint, mapping, number);
    return place != NULL ? place->op : nowhere;
}

struct certmap_position cm_lint_operand_place(const struct certmap_lint *lint, size_t mapping, size_t number,
                                              size_t operand) {
    const struct cm_lint_condition_place *place = condition_place(lint, mapping, number);
    const struct certmap_position *operands = place != NULL ? lint->open->operands.items : NULL;
    return place != NULL && operand < place->operand_count && operands[place->operand + operand].line > 0
               ? operands[place->operand + operand]
               : cm_lint_condition_place(lint, mapping, number);
}

struct certmap_position cm_lint_term_extent(const struct certmap_lint *lint, size_t mapping, size_t number) {
    static const struct certmap_position nowhere = {0, 0, 0, 0};
    const struct cm_lint_open_place *place = place_of(lint, mapping);
    const struct certmap_position *terms = place != NULL ? place->terms.items : NULL;
    return place != NULL && place->is.term_count == cm_lint_mapping_at(&lint->model, mapping)->term_count &&
                   number < place->is.term_count
               ? terms[number]
               : nowhere;
}

struct certmap_position cm_lint_output_place(const struct certmap_lint *lint, size_t mapping, size_t number) {
    const struct cm_lint_open_place *place = place_of(lint, mapping);
    const struct certmap_position *outputs = place != NULL ? place->outputs.items : NULL;
    return place != NULL && number < place->is.output_count && outputs[number].line > 0
               ? outputs[number]
               : cm_lint_mapping_place(lint, mapping);
}
