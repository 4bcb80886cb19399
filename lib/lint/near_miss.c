/* SPDX-License-Identifier: MIT */
/* 653: a value that is written once, and that a slip makes of one that is written often on the same path.
 *
 * Every value is counted. Of those that are written often, each is put into a table once for each letter that can be left
 * out; then a rare one is looked up in the same way. Time is in proportion to the text of the rules. */
#include "advice.h"
#include "certmap/names.h"
#include "edit.h"
#include "sample.h"
#include <string.h>

/* So often a value has to be written to be one that is meant. */
#define OFTEN 3
/* Most entries of the table that are looked at for one number. */
#define MAX_PROBES 32

/* A value, and where it is written first. */
struct value {
    uint64_t hash;
    uint32_t path, operand, mapping, number, index; /* the condition of the mapping, the operand of it */
    uint32_t count;
};

/* A hash table of indices + 1; its size is a power of two, twice what it holds at least. */
struct table {
    uint32_t *slots;
    size_t mask;
};

struct near {
    struct certmap_lint *lint;
    struct cm_lint_pool pool;
    struct value *values;
    size_t count;
    struct table by_text, by_slip;
};

static bool table_make(struct table *table, struct cm_lint_pool *pool, size_t count) {
    size_t size = 16;
    while (size < 2 * count)
        size *= 2;
    *table = (struct table){cm_lint_pool_take(pool, size, sizeof *table->slots), size - 1};
    return table->slots != NULL;
}

/* ---- counting ---- */

static bool is_looked_at(const struct cm_lint_path *path) {
    const bool attribute = cm_lint_is_subject(path) || path->field == CERTMAP_FIELD_ISSUER;
    return attribute && !cm_lint_is_whole_name(path) && !cm_lint_is_named(path->subfield, "ip") &&
           !cm_lint_is_named(path->subfield, "rid");
}

static struct certmap_view text_of(const struct near *near, const struct value *value) {
    return cm_lint_operand_at(&near->lint->model, value->operand)->shown;
}

static void count_value(struct near *near, const struct value *value, const struct cm_lint_word *word) {
    const struct certmap_view text = text_of(near, value);
    const uint64_t hash = cm_lint_word_hash(word, word->len, value->path);
    size_t slot = (size_t)hash & near->by_text.mask;
    for (; near->by_text.slots[slot] != 0; slot = (slot + 1) & near->by_text.mask) {
        struct value *known = &near->values[near->by_text.slots[slot] - 1];
        const struct certmap_view other = text_of(near, known);
        if (known->hash == hash && known->path == value->path && other.len == text.len &&
            memcmp(other.data, text.data, text.len) == 0) {
            known->count++;
            return;
        }
    }
    near->values[near->count] = *value;
    near->values[near->count].hash = hash;
    near->values[near->count].count = 1;
    near->by_text.slots[slot] = (uint32_t)++near->count;
}

/* In IIS files each value is written as a pattern; one without a wildcard is a value. */
static bool is_pattern(const struct cm_lint_condition *condition, struct certmap_view text) {
    for (size_t i = 0; condition->op == CERTMAP_OP_LIKE && i < text.len; i++)
        if (text.data[i] == '*' || text.data[i] == '?' || text.data[i] == '\\')
            return true;
    return false;
}

static void count_condition(struct near *near, size_t mapping, size_t number) {
    const struct cm_lint_model *model = &near->lint->model;
    const struct cm_lint_condition *condition =
        cm_lint_condition_at(model, cm_lint_mapping_at(model, mapping)->condition + number);
    struct cm_lint_word word;
    if ((condition->op != CERTMAP_OP_EQUAL && condition->op != CERTMAP_OP_LIKE) ||
        !is_looked_at(cm_lint_path_at(model, condition->path)))
        return;
    for (uint32_t i = 0; i < condition->operand_count; i++) {
        const struct certmap_view text = cm_lint_operand_at(model, condition->operand + i)->shown;
        const struct value value = {.path = condition->path,
                                    .operand = condition->operand + i,
                                    .mapping = (uint32_t)mapping,
                                    .number = (uint32_t)number,
                                    .index = i};
        if (!is_pattern(condition, text) && cm_lint_word_read(&word, text.data, text.len))
            count_value(near, &value, &word);
    }
}

static bool count_values(struct near *near) {
    const struct cm_lint_model *model = &near->lint->model;
    const size_t count = model->operands.count;
    near->values = cm_lint_pool_take(&near->pool, count + 1, sizeof *near->values);
    if (near->values == NULL || !table_make(&near->by_text, &near->pool, count))
        return false;
    for (size_t i = 0; i < model->mappings.count; i++)
        for (size_t k = 0; k < cm_lint_mapping_at(model, i)->condition_count; k++)
            count_condition(near, i, k);
    return true;
}

/* ---- what is written often ---- */

static void put_slips(struct near *near, size_t index) {
    const struct value *value = &near->values[index];
    const struct certmap_view text = text_of(near, value);
    struct cm_lint_word word;
    if (value->count < OFTEN || !cm_lint_word_read(&word, text.data, text.len))
        return;
    for (size_t i = 0; i <= word.len; i++) {
        size_t slot = (size_t)cm_lint_word_hash(&word, i, value->path) & near->by_slip.mask, probes = 0;
        while (near->by_slip.slots[slot] != 0 && probes++ < MAX_PROBES)
            slot = (slot + 1) & near->by_slip.mask;
        if (near->by_slip.slots[slot] == 0)
            near->by_slip.slots[slot] = (uint32_t)index + 1;
    }
}

static bool put_all_slips(struct near *near) {
    size_t count = 0;
    for (size_t i = 0; i < near->count; i++)
        if (near->values[i].count >= OFTEN)
            count += CM_LINT_MAX_WORD < text_of(near, &near->values[i]).len ? CM_LINT_MAX_WORD + 1
                                                                            : text_of(near, &near->values[i]).len + 1;
    if (count == 0 || !table_make(&near->by_slip, &near->pool, count))
        return false;
    for (size_t i = 0; i < near->count; i++)
        put_slips(near, i);
    return true;
}

/* ---- what is written once ---- */

static const struct value *find_meant(const struct near *near, const struct value *value) {
    const struct certmap_view text = text_of(near, value);
    struct cm_lint_word word, other;
    if (!cm_lint_word_read(&word, text.data, text.len))
        return NULL;
    for (size_t i = 0; i <= word.len; i++) {
        size_t slot = (size_t)cm_lint_word_hash(&word, i, value->path) & near->by_slip.mask;
        for (size_t k = 0; near->by_slip.slots[slot] != 0 && k < MAX_PROBES; k++) {
            const struct value *meant = &near->values[near->by_slip.slots[slot] - 1];
            const struct certmap_view often = text_of(near, meant);
            if (meant->path == value->path && cm_lint_word_read(&other, often.data, often.len) &&
                cm_lint_word_is_slip(&word, &other))
                return meant;
            slot = (slot + 1) & near->by_slip.mask;
        }
    }
    return NULL;
}

/* The certificate with the value that was probably meant, which this mapping does not take. */
static void show(struct certmap_lint *lint, struct certmap_lint_report *report, const struct value *value,
                 struct certmap_view meant) {
    const struct cm_lint_mapping *mapping = cm_lint_mapping_at(&lint->model, value->mapping);
    const struct cm_lint_advised advised = {.index = value->mapping, .mapping = mapping};
    struct certmap_result result;
    struct cm_lint_draft draft;
    if (report != NULL && cm_lint_draft_about(&draft, lint, &advised, mapping->condition + value->number, meant) &&
        cm_lint_draft_answer(&draft, &result) && result.index != value->mapping)
        cm_lint_draft_show(&draft, report);
}

static void say(struct near *near, const struct value *value, const struct value *meant) {
    struct certmap_lint *lint = near->lint;
    const char *often = cm_lint_quote(lint, text_of(near, meant));
    struct certmap_lint_report *report =
        cm_lint_report_add(lint, CERTMAP_CODE_NEAR_MISS, CERTMAP_CERTAINTY_ADVICE, value->mapping,
                           cm_lint_operand_place(lint, value->mapping, value->number, value->index),
                           "%s is here alone, and %s, one letter away, %u times: who has that is not meant by this",
                           cm_lint_quote(lint, text_of(near, value)), often, (unsigned)meant->count);
    cm_lint_report_relate(lint, report, meant->mapping,
                          cm_lint_operand_place(lint, meant->mapping, meant->number, meant->index), "%s is here",
                          often);
    cm_lint_report_help(lint, report, "write %s, if that is meant", often);
    show(lint, report, value, text_of(near, meant));
}

static bool differs_in_case_only(const struct near *near, const struct value *value, const struct value *meant) {
    const struct cm_lint_model *model = &near->lint->model;
    const struct cm_lint_condition *condition =
        cm_lint_condition_at(model, cm_lint_mapping_at(model, value->mapping)->condition + value->number);
    return condition->nocase && certmap_text_same(text_of(near, value), text_of(near, meant));
}

void cm_lint_pass_near_miss(struct certmap_lint *lint) {
    struct near near = {.lint = lint};
    if (!cm_lint_wants(lint, CERTMAP_CODE_NEAR_MISS))
        return;
    (void)cm_lint_pool_init(&near.pool, &lint->allocator);
    const bool any = count_values(&near) && put_all_slips(&near);
    for (size_t i = 0; any && i < near.count && !lint->failed; i++) {
        const struct value *value = &near.values[i];
        const struct value *meant = value->count == 1 && !lint->dead[value->mapping] ? find_meant(&near, value) : NULL;
        if (meant != NULL && !differs_in_case_only(&near, value, meant))
            say(&near, value, meant);
        cm_lint_forget(lint);
    }
    lint->failed = lint->failed || near.pool.failed;
    cm_lint_pool_free(&near.pool);
}
