/* SPDX-License-Identifier: MIT */
/* 653: a value that is written once, and that a slip makes of one that is written often on the same path.
 *
 * Every value is counted. Of those that are written often, each is put into a table once for each letter that can be left
 * out; then a rare one is looked up in the same way. Time is in proportion to the text of the rules. */
#include "advice.h"
#include "certmap/names.h"
#include "edit.h"
#include "reach.h"
#include "sample.h"
#include <string.h>

/* So often a value has to be written to be one that is meant. */
#define OFTEN 3
/* Most entries of the table that are looked at for one number. */
#define MAX_PROBES 32

/* A value, and the operand by which it is written first. There are as many as the rules have distinct values. */
struct value {
    uint32_t hash, path, operand, count;
};

/* Where an operand is: of which condition of its mapping, and which of its operands. */
struct where {
    size_t mapping, number, index;
};

/* A hash table of indices + 1; its size is a power of two, twice what it holds at least. */
struct table {
    uint32_t *slots;
    size_t mask;
};

struct near {
    struct certmap_lint *lint;
    struct cm_lint_array values;
    struct table by_text, by_slip;
};

static bool table_make(struct near *near, struct table *table, size_t count) {
    const struct certmap_allocator *allocator = &near->lint->allocator;
    size_t size = 16;
    while (size < 2 * count)
        size *= 2;
    *table = (struct table){allocator->alloc(allocator->ctx, size * sizeof *table->slots), size - 1};
    if (table->slots != NULL)
        memset(table->slots, 0, size * sizeof *table->slots);
    near->lint->failed = near->lint->failed || table->slots == NULL;
    return table->slots != NULL;
}

static void table_free(const struct near *near, struct table *table) {
    if (table->slots != NULL)
        near->lint->allocator.release(near->lint->allocator.ctx, table->slots);
    table->slots = NULL;
}

static struct value *value_at(const struct near *near, size_t index) {
    return (struct value *)near->values.items + index;
}

/* ---- where ---- */

/* The last mapping whose conditions begin at this one or before. */
static size_t mapping_of(const struct cm_lint_model *model, uint32_t condition) {
    size_t low = 0, high = model->mappings.count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        *(cm_lint_mapping_at(model, middle)->condition <= condition ? &low : &high) = middle;
    }
    return low;
}

/* The last condition whose operands begin at this one or before. */
static uint32_t condition_of(const struct cm_lint_model *model, uint32_t operand) {
    uint32_t low = 0, high = (uint32_t)model->conditions.count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        *(cm_lint_condition_at(model, middle)->operand <= operand ? &low : &high) = middle;
    }
    return low;
}

static struct where where_is(const struct near *near, const struct value *value) {
    const struct cm_lint_model *model = &near->lint->model;
    const uint32_t condition = condition_of(model, value->operand);
    const size_t mapping = mapping_of(model, condition);
    return (struct where){mapping, condition - cm_lint_mapping_at(model, mapping)->condition,
                          value->operand - cm_lint_condition_at(model, condition)->operand};
}

/* ---- counting ---- */

static bool is_looked_at(const struct cm_lint_path *path) {
    const bool attribute = cm_lint_is_subject(path) || path->field == CERTMAP_FIELD_ISSUER;
    return attribute && !cm_lint_is_whole_name(path) && !cm_lint_is_named(path->subfield, "ip") &&
           !cm_lint_is_named(path->subfield, "rid");
}

static struct certmap_view text_of(const struct near *near, const struct value *value) {
    return cm_lint_shown(cm_lint_operand_at(&near->lint->model, value->operand));
}

static uint32_t *slot_of(struct near *near, const struct value *value, struct certmap_view text) {
    const struct table *table = &near->by_text;
    size_t slot = value->hash & table->mask;
    for (; table->slots[slot] != 0; slot = (slot + 1) & table->mask) {
        const struct value *known = value_at(near, table->slots[slot] - 1);
        const struct certmap_view other = text_of(near, known);
        if (known->hash == value->hash && known->path == value->path && other.len == text.len &&
            memcmp(other.data, text.data, text.len) == 0)
            break;
    }
    return &table->slots[slot];
}

/* In IIS files each value is written as a pattern; one without a wildcard is a value. */
static bool is_pattern(const struct cm_lint_condition *condition, struct certmap_view text) {
    for (size_t i = 0; condition->op == CERTMAP_OP_LIKE && i < text.len; i++)
        if (text.data[i] == '*' || text.data[i] == '?' || text.data[i] == '\\')
            return true;
    return false;
}

/* Makes room for one value more. */
static bool grow(struct near *near) {
    struct table old = near->by_text;
    if (old.slots != NULL && 2 * (near->values.count + 1) <= old.mask + 1)
        return true;
    if (!table_make(near, &near->by_text, 2 * (near->values.count + 1))) {
        near->by_text = old;
        return false;
    }
    for (size_t i = 0; i < near->values.count; i++)
        *slot_of(near, value_at(near, i), text_of(near, value_at(near, i))) = (uint32_t)i + 1;
    table_free(near, &old);
    return true;
}

static bool count_value(struct near *near, const struct value *value) {
    uint32_t *slot = grow(near) ? slot_of(near, value, text_of(near, value)) : NULL;
    struct value *made =
        slot != NULL && *slot == 0 ? cm_lint_array_add(&near->values, &near->lint->allocator, sizeof *made) : NULL;
    if (made != NULL) {
        *made = *value;
        *slot = (uint32_t)near->values.count;
    }
    near->lint->failed = near->lint->failed || slot == NULL || *slot == 0;
    if (!near->lint->failed)
        value_at(near, *slot - 1)->count++;
    return !near->lint->failed;
}

static bool count_condition(struct near *near, const struct cm_lint_condition *condition) {
    const struct cm_lint_model *model = &near->lint->model;
    struct cm_lint_word word;
    bool counted = true;
    if ((condition->op != CERTMAP_OP_EQUAL && condition->op != CERTMAP_OP_LIKE) ||
        !is_looked_at(cm_lint_path_at(model, condition->path)))
        return true;
    for (uint32_t i = condition->operand; counted && i < condition->operand + condition->operand_count; i++) {
        const struct certmap_view text = cm_lint_shown(cm_lint_operand_at(model, i));
        if (is_pattern(condition, text) || !cm_lint_word_read(&word, text.data, text.len))
            continue;
        const struct value value = {(uint32_t)cm_lint_word_hash(&word, word.len, condition->path), condition->path, i,
                                    0};
        counted = count_value(near, &value);
    }
    return counted;
}

static bool count_values(struct near *near) {
    const struct cm_lint_model *model = &near->lint->model;
    bool counted = true;
    for (size_t i = 0; counted && i < model->conditions.count; i++)
        counted = count_condition(near, cm_lint_condition_at(model, i));
    table_free(near, &near->by_text);
    return counted;
}

/* ---- what is written often ---- */

static void put_slips(struct near *near, size_t index) {
    const struct value *value = value_at(near, index);
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
    for (size_t i = 0; i < near->values.count; i++) {
        const size_t len = text_of(near, value_at(near, i)).len;
        if (value_at(near, i)->count >= OFTEN)
            count += (CM_LINT_MAX_WORD < len ? CM_LINT_MAX_WORD : len) + 1;
    }
    if (count == 0 || !table_make(near, &near->by_slip, count))
        return false;
    for (size_t i = 0; i < near->values.count; i++)
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
            const struct value *meant = value_at(near, near->by_slip.slots[slot] - 1);
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
static void show(struct certmap_lint *lint, struct certmap_lint_report *report, const struct where *where,
                 struct certmap_view meant) {
    const struct cm_lint_mapping *mapping = cm_lint_mapping_at(&lint->model, where->mapping);
    const struct cm_lint_advised advised = {.index = where->mapping, .mapping = mapping};
    struct certmap_result result;
    struct cm_lint_draft draft;
    if (report != NULL && cm_lint_draft_about(&draft, lint, &advised, mapping->condition + where->number, meant) &&
        cm_lint_draft_answer(&draft, &result) && !cm_lint_answers(lint, &result, where->mapping))
        cm_lint_draft_show(&draft, report);
}

static void say(struct near *near, const struct value *value, const struct where *where, const struct value *meant) {
    struct certmap_lint *lint = near->lint;
    const struct where first = where_is(near, meant);
    const char *often = cm_lint_quote(lint, text_of(near, meant));
    struct certmap_lint_report *report =
        cm_lint_report_add(lint, CERTMAP_CODE_NEAR_MISS, CERTMAP_CERTAINTY_ADVICE, where->mapping,
                           cm_lint_operand_place(lint, where->mapping, where->number, where->index),
                           "%s is here alone, and %s, one letter away, %u times: who has that is not meant by this",
                           cm_lint_quote(lint, text_of(near, value)), often, (unsigned)meant->count);
    cm_lint_report_relate(lint, report, first.mapping,
                          cm_lint_operand_place(lint, first.mapping, first.number, first.index), "%s is here", often);
    cm_lint_report_help(lint, report, "write %s, if that is meant", often);
    show(lint, report, where, text_of(near, meant));
}

static bool differs_in_case_only(const struct near *near, const struct value *value, const struct value *meant) {
    const struct cm_lint_model *model = &near->lint->model;
    return cm_lint_condition_at(model, condition_of(model, value->operand))->nocase &&
           certmap_text_same(text_of(near, value), text_of(near, meant));
}

static void look_at(struct near *near, const struct value *value) {
    const struct where where = where_is(near, value);
    const struct value *meant = near->lint->dead[where.mapping] ? NULL : find_meant(near, value);
    if (meant != NULL && !differs_in_case_only(near, value, meant))
        say(near, value, &where, meant);
    cm_lint_forget(near->lint);
}

void cm_lint_pass_near_miss(struct certmap_lint *lint) {
    struct near near = {.lint = lint};
    if (!cm_lint_wants(lint, CERTMAP_CODE_NEAR_MISS))
        return;
    const bool any = count_values(&near) && put_all_slips(&near);
    for (size_t i = 0; any && i < near.values.count && !lint->failed; i++)
        if (value_at(&near, i)->count == 1)
            look_at(&near, value_at(&near, i));
    table_free(&near, &near.by_text);
    table_free(&near, &near.by_slip);
    cm_lint_array_free(&near.values, &lint->allocator);
}
