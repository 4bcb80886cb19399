/* SPDX-License-Identifier: MIT */
#include "model.h"
#include <string.h>

/* ---- mappings ---- */

/* A walk of one mapping. */
struct reading {
    struct cm_lint_model *model;
    bool failed;
};

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The number of a path, of which a rule set has few: most conditions have one of the last. SIZE_MAX: no memory. */
static size_t path_of(struct cm_lint_model *model, const struct certmap_condition *condition) {
    for (size_t i = model->paths.count; i > 0; i--) {
        const struct cm_lint_path *path = cm_lint_path_at(model, i - 1);
        if (path->field == condition->field && same(path->subfield, condition->subfield))
            return i - 1;
    }
    struct cm_lint_path *path = cm_lint_array_add(&model->paths, &model->allocator, sizeof *path);
    if (path == NULL)
        return SIZE_MAX;
    *path = (struct cm_lint_path){condition->field, cm_lint_pool_copy(&model->pool, condition->subfield)};
    return path->subfield.data != NULL ? model->paths.count - 1 : SIZE_MAX;
}

static bool read_condition(struct cm_lint_model *model, const struct certmap_condition *condition) {
    const size_t path = path_of(model, condition);
    struct cm_lint_condition *made = cm_lint_array_add(&model->conditions, &model->allocator, sizeof *made);
    if (made == NULL || path == SIZE_MAX)
        return false;
    *made = (struct cm_lint_condition){
        .path = (uint32_t)path,
        .operand = (uint32_t)model->operands.count,
        .operand_count = (uint32_t)condition->operand_count,
        .op = (uint8_t)condition->op,
        .quantifier = (uint8_t)condition->quantifier,
        .nocase = (condition->flags & CERTMAP_NOCASE) != 0,
        .exact = (condition->flags & CERTMAP_EXACT) != 0,
        .known = (condition->flags & ~(unsigned)(CERTMAP_NOCASE | CERTMAP_IIS_PATTERN | CERTMAP_EXACT)) == 0,
        .named = condition->as.len > 0,
        .count = (uint32_t)condition->count,
    };
    return true;
}

static bool read_operand(struct cm_lint_model *model, const struct certmap_walk_item *item) {
    const struct cm_lint_operand **made =
        cm_lint_array_add(&model->operands, &model->allocator, sizeof(const struct cm_lint_operand *));
    if (made == NULL)
        return false;
    *made = cm_lint_operand_keep(&model->known, &model->pool, item);
    return *made != NULL;
}

static bool read_output(struct cm_lint_model *model, const struct certmap_output *output) {
    struct certmap_output *made = cm_lint_array_add(&model->outputs, &model->allocator, sizeof *made);
    if (made == NULL)
        return false;
    *made = *output; /* its texts are the rules' */
    return true;
}

static bool read_term(struct cm_lint_model *model, const struct certmap_walk_item *item) {
    struct certmap_term *term = cm_lint_array_add(&model->terms, &model->allocator, sizeof *term);
    if (term == NULL)
        return false;
    *term = item->term;
    return item->kind != CERTMAP_WALK_CONDITION || read_condition(model, item->condition);
}

static bool on_item(void *ctx, const struct certmap_walk_item *item) {
    struct reading *reading = ctx;
    if (item->kind == CERTMAP_WALK_OPERAND)
        reading->failed = !read_operand(reading->model, item);
    else if (item->kind == CERTMAP_WALK_OUTPUT)
        reading->failed = !read_output(reading->model, item->output);
    else
        reading->failed = !read_term(reading->model, item);
    return !reading->failed;
}

bool cm_lint_model_add(struct cm_lint_model *model, const struct certmap_rules *rules, size_t index) {
    struct cm_lint_mapping *mapping = cm_lint_array_add(&model->mappings, &model->allocator, sizeof *mapping);
    struct reading reading = {model, false};
    struct certmap_mapping is = CERTMAP_MAPPING_INIT;
    if (mapping == NULL)
        return false;
    model->needs |= certmap_rules_needs(rules);
    *mapping = (struct cm_lint_mapping){.term = (uint32_t)model->terms.count,
                                        .condition = (uint32_t)model->conditions.count,
                                        .output = (uint32_t)model->outputs.count};
    if (certmap_rules_mapping(rules, &is, index, NULL) != CERTMAP_OK ||
        certmap_rules_walk(rules, index, on_item, &reading, NULL) != CERTMAP_OK || reading.failed)
        return false;
    mapping->is = (struct cm_lint_about){is.account, (uint8_t)is.decision, (uint8_t)is.kind, (uint8_t)is.language,
                                         is.is_template};
    mapping->term_count = (uint32_t)model->terms.count - mapping->term;
    mapping->condition_count = (uint32_t)model->conditions.count - mapping->condition;
    mapping->output_count = (uint32_t)model->outputs.count - mapping->output;
    return true;
}

/* Mappings are in the order of their places, but that one-to-one mappings are in front. Where the numbers differ, as of
 * a rule set that was not made with these places, none is known. */
static void take_places(struct cm_lint_model *model, const struct cm_lint_places *places) {
    struct cm_lint_mapping *mappings = model->mappings.items;
    size_t next[2] = {0, 0};
    if (places->starts.count != model->mappings.count || places->failed)
        return;
    while (next[0] < model->mappings.count && mappings[next[0]].is.kind == CERTMAP_KIND_ONE_TO_ONE)
        next[0]++;
    for (size_t i = 0; i < places->starts.count; i++) {
        size_t *index = &next[cm_lint_places_is_one_to_one(places, i)];
        if (*index < model->mappings.count)
            mappings[(*index)++].place = (uint32_t)i + 1;
    }
}

static bool begin_arrays(struct cm_lint_model *model) {
    const struct certmap_allocator *allocator = &model->allocator;
    return cm_lint_array_begin(&model->mappings, allocator, sizeof(struct cm_lint_mapping)) &&
           cm_lint_array_begin(&model->terms, allocator, sizeof(struct certmap_term)) &&
           cm_lint_array_begin(&model->conditions, allocator, sizeof(struct cm_lint_condition)) &&
           cm_lint_array_begin(&model->operands, allocator, sizeof(const struct cm_lint_operand *)) &&
           cm_lint_array_begin(&model->outputs, allocator, sizeof(struct certmap_output)) &&
           cm_lint_array_begin(&model->paths, allocator, sizeof(struct cm_lint_path));
}

/* A model that is read does not grow, but that of a diff by a few mappings. */
static bool trim_arrays(struct cm_lint_model *model) {
    const struct certmap_allocator *allocator = &model->allocator;
    return cm_lint_array_trim(&model->mappings, allocator, sizeof(struct cm_lint_mapping)) &&
           cm_lint_array_trim(&model->terms, allocator, sizeof(struct certmap_term)) &&
           cm_lint_array_trim(&model->conditions, allocator, sizeof(struct cm_lint_condition)) &&
           cm_lint_array_trim(&model->operands, allocator, sizeof(const struct cm_lint_operand *)) &&
           cm_lint_array_trim(&model->outputs, allocator, sizeof(struct certmap_output));
}

static bool read_mappings(struct cm_lint_model *model) {
    for (size_t i = 0; i < certmap_rules_count(model->rules); i++)
        if (!cm_lint_model_add(model, model->rules, i))
            return false;
    return true;
}

enum certmap_status cm_lint_model_read(struct cm_lint_model *model, const struct certmap_rules *rules,
                                       const struct cm_lint_places *places, const struct certmap_allocator *allocator,
                                       struct certmap_diagnostic *err) {
    *model = (struct cm_lint_model){.rules = rules, .allocator = *allocator};
    (void)cm_lint_pool_init(&model->pool, allocator);
    const bool read = begin_arrays(model) && cm_lint_operand_table_begin(&model->known, allocator) &&
                      read_mappings(model) && trim_arrays(model);
    cm_lint_operand_table_free(&model->known, allocator);
    if (!read) {
        if (err != NULL)
            *err = (struct certmap_diagnostic){
                .status = CERTMAP_ERROR_MEMORY, .code = CERTMAP_CODE_MEMORY, .text = "out of memory"};
        return CERTMAP_ERROR_MEMORY;
    }
    if (places != NULL)
        take_places(model, places);
    return CERTMAP_OK;
}

struct certmap_mapping cm_lint_mapping_of(const struct cm_lint_model *model, size_t index) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    (void)certmap_rules_mapping(model->rules, &mapping, index, NULL); /* it was read before */
    return mapping;
}

void cm_lint_model_free(struct cm_lint_model *model) {
    cm_lint_array_free(&model->mappings, &model->allocator);
    cm_lint_array_free(&model->terms, &model->allocator);
    cm_lint_array_free(&model->conditions, &model->allocator);
    cm_lint_array_free(&model->operands, &model->allocator);
    cm_lint_array_free(&model->outputs, &model->allocator);
    cm_lint_array_free(&model->paths, &model->allocator);
    cm_lint_pool_free(&model->pool);
}
