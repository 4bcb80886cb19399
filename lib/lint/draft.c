/* SPDX-License-Identifier: MIT */
#include "draft.h"
#include "certmap/explain.h"
#include "reach.h"
#include "sample.h"
#include <string.h>

bool cm_lint_draft_begin(struct cm_lint_draft *draft, struct certmap_lint *lint) {
    enum { FEW = 16 };
    *draft = (struct cm_lint_draft){.lint = lint, .cap = FEW};
    draft->values = cm_lint_pool_take(&lint->scratch, draft->cap, sizeof *draft->values);
    return draft->values != NULL;
}

/* ---- values ---- */

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool is_of(const struct cm_lint_value *value, const struct cm_lint_path *path) {
    return value->field == path->field && same(value->subfield, path->subfield);
}

size_t cm_lint_draft_find(const struct cm_lint_draft *draft, const struct cm_lint_path *path) {
    size_t i = 0;
    while (i < draft->count && !is_of(&draft->values[i], path))
        i++;
    return i;
}

size_t cm_lint_draft_values(const struct cm_lint_draft *draft, const struct cm_lint_path *path) {
    size_t count = 0;
    for (size_t i = 0; i < draft->count; i++)
        count += is_of(&draft->values[i], path);
    return count;
}

static bool grow(struct cm_lint_draft *draft) {
    struct cm_lint_value *values = cm_lint_pool_take(&draft->lint->scratch, 2 * draft->cap, sizeof *values);
    if (values == NULL)
        return false;
    memcpy(values, draft->values, draft->count * sizeof *values);
    draft->values = values;
    draft->cap *= 2;
    return true;
}

static bool insert(struct cm_lint_draft *draft, size_t at, const struct cm_lint_path *path, struct certmap_view text) {
    if (draft->count == CM_LINT_MAX_VALUES || text.data == NULL || (draft->count == draft->cap && !grow(draft)))
        return false;
    memmove(&draft->values[at + 1], &draft->values[at], (draft->count - at) * sizeof *draft->values);
    draft->values[at] = (struct cm_lint_value){path->field, path->subfield, text, CERTMAP_LINT_READABLE};
    draft->count++;
    return true;
}

bool cm_lint_draft_add(struct cm_lint_draft *draft, const struct cm_lint_path *path, struct certmap_view text) {
    size_t at = draft->count;
    while (at > 0 && draft->values[at - 1].field > path->field)
        at--;
    return insert(draft, at, path, text);
}

bool cm_lint_draft_add_before(struct cm_lint_draft *draft, const struct cm_lint_path *path, struct certmap_view text) {
    const size_t at = cm_lint_draft_find(draft, path);
    return at < draft->count ? insert(draft, at, path, text) : cm_lint_draft_add(draft, path, text);
}

void cm_lint_draft_drop(struct cm_lint_draft *draft, size_t index) {
    memmove(&draft->values[index], &draft->values[index + 1], (--draft->count - index) * sizeof *draft->values);
}

bool cm_lint_draft_replace(struct cm_lint_draft *draft, const struct cm_lint_path *path, struct certmap_view text) {
    for (size_t i = draft->count; i > 0; i--)
        if (is_of(&draft->values[i - 1], path))
            cm_lint_draft_drop(draft, i - 1);
    return cm_lint_draft_add(draft, path, text);
}

/* ---- conditions ---- */

static bool has_text(const struct cm_lint_draft *draft, const struct cm_lint_path *path, struct certmap_view text) {
    for (size_t i = 0; i < draft->count; i++)
        if (is_of(&draft->values[i], path) && same(draft->values[i].text, text))
            return true;
    return false;
}

/* Values of which nothing is asked, until there are so many. */
static bool add_any(struct cm_lint_draft *draft, const struct cm_lint_path *path, size_t count) {
    for (size_t have = cm_lint_draft_values(draft, path); have < count; have++)
        if (!cm_lint_draft_add(draft, path, cm_lint_any_text(&draft->lint->scratch, path, have)))
            return false;
    return true;
}

/* A value at a number, with others before it. */
static bool add_at(struct cm_lint_draft *draft, const struct cm_lint_path *path, struct certmap_view text,
                   size_t number) {
    const size_t first = cm_lint_draft_find(draft, path);
    if (cm_lint_draft_values(draft, path) < number)
        return add_any(draft, path, number - 1) && cm_lint_draft_add(draft, path, text);
    draft->values[first + number - 1].text = text; /* those of a path are together */
    return true;
}

/* A value that satisfies the first operand. Where a condition is about all values, or a certificate has one, what is
 * there already has to do. */
static bool add_operand(struct cm_lint_draft *draft, const struct cm_lint_path *path,
                        const struct cm_lint_condition *condition) {
    const struct cm_lint_model *model = &draft->lint->model;
    const bool is_there = cm_lint_draft_find(draft, path) < draft->count;
    if (condition->operand_count == 0)
        return false;
    const struct certmap_view text =
        cm_lint_sample(&draft->lint->scratch, path, condition, cm_lint_operand_at(model, condition->operand));
    if (text.data == NULL)
        return false;
    switch ((int)condition->quantifier) {
    case CERTMAP_ANY_VALUE:
        return has_text(draft, path, text) || (is_there && cm_lint_is_single(path)) ||
               cm_lint_draft_add(draft, path, text);
    case CERTMAP_EVERY_VALUE:
    case CERTMAP_ONLY_VALUE:
        return is_there || cm_lint_draft_add(draft, path, text);
    case CERTMAP_FIRST_VALUE:
        return cm_lint_draft_add_before(draft, path, text);
    case CERTMAP_LAST_VALUE:
        return cm_lint_draft_add(draft, path, text);
    case CERTMAP_AT_VALUE:
        return add_at(draft, path, text, condition->count);
    }
    return false;
}

bool cm_lint_draft_condition(struct cm_lint_draft *draft, size_t condition) {
    const struct cm_lint_condition *made = cm_lint_condition_at(&draft->lint->model, condition);
    const struct cm_lint_path *path = cm_lint_path_at(&draft->lint->model, made->path);
    switch ((int)made->op) {
    case CERTMAP_OP_EQUAL:
    case CERTMAP_OP_LIKE:
    case CERTMAP_OP_UNDER:
    case CERTMAP_OP_MATCHES:
        return add_operand(draft, path, made);
    case CERTMAP_OP_PRESENT:
        return add_any(draft, path, 1);
    case CERTMAP_OP_COUNT:
        return add_any(draft, path, made->count);
    case CERTMAP_OP_ABSENT:
        return true;
    }
    return false;
}

/* ---- expressions ---- */

/* A mapping that is read, and how far. */
struct reading {
    struct cm_lint_draft *draft;
    cm_lint_prefers_fn *prefers;
    void *ctx;
    size_t condition; /* the next one, by its index in the model */
};

static const struct certmap_term *term_at(const struct reading *reading, size_t term) {
    return cm_lint_term_at(&reading->draft->lint->model, term);
}

static void pass_over(struct reading *reading, size_t term, size_t end) {
    for (; term < end; term++)
        reading->condition += term_at(reading, term)->kind == CERTMAP_TERM_CONDITION;
}

/* A condition below "not" asks for nothing, but that what is not to be absent is there. */
static bool read_condition(struct reading *reading, bool positive) {
    const size_t condition = reading->condition++;
    const struct cm_lint_condition *made = cm_lint_condition_at(&reading->draft->lint->model, condition);
    if (positive)
        return cm_lint_draft_condition(reading->draft, condition);
    return made->op != CERTMAP_OP_ABSENT ||
           add_any(reading->draft, cm_lint_path_at(&reading->draft->lint->model, made->path), 1);
}

static bool read_term(struct reading *reading, size_t term, bool positive);

static bool read_all(struct reading *reading, size_t term, size_t end, bool positive) {
    for (; term < end; term += term_at(reading, term)->size)
        if (!read_term(reading, term, positive))
            return false;
    return true;
}

/* One member of these: the one that is preferred, else the first. */
static bool read_one(struct reading *reading, size_t first, size_t end, bool positive) {
    const size_t condition = reading->condition;
    size_t chosen = first;
    while (reading->prefers != NULL && chosen < end &&
           !reading->prefers(reading->ctx, chosen, reading->condition, positive)) {
        pass_over(reading, chosen, chosen + term_at(reading, chosen)->size);
        chosen += term_at(reading, chosen)->size;
    }
    if (chosen >= end) {
        chosen = first;
        reading->condition = condition;
    }
    const bool is_read = read_term(reading, chosen, positive);
    pass_over(reading, chosen + term_at(reading, chosen)->size, end);
    return is_read;
}

/* As deep as the expression. */
static bool read_term(struct reading *reading, size_t term, bool positive) {
    const struct certmap_term *made = term_at(reading, term);
    switch ((int)made->kind) {
    case CERTMAP_TERM_ALL:
    case CERTMAP_TERM_ANY:
        return (made->kind == CERTMAP_TERM_ALL) == positive ? read_all(reading, term + 1, term + made->size, positive)
                                                            : read_one(reading, term + 1, term + made->size, positive);
    case CERTMAP_TERM_NOT:
        return read_term(reading, term + 1, !positive);
    case CERTMAP_TERM_CONDITION:
        return read_condition(reading, positive);
    case CERTMAP_TERM_ALWAYS:
        return positive;
    }
    return false;
}

bool cm_lint_draft_mapping(struct cm_lint_draft *draft, size_t mapping, cm_lint_prefers_fn *prefers, void *ctx) {
    const struct cm_lint_mapping *made = cm_lint_mapping_at(&draft->lint->model, mapping);
    struct reading reading = {draft, prefers, ctx, made->condition};
    return made->term_count > 0 && read_all(&reading, made->term, made->term + made->term_count, true);
}

/* ---- answers ---- */

struct cm_lint_witness cm_lint_draft_witness(const struct cm_lint_draft *draft) {
    return (struct cm_lint_witness){draft->values, draft->count};
}

bool cm_lint_draft_answer(struct cm_lint_draft *draft, struct certmap_result *result) {
    const struct cm_lint_witness witness = cm_lint_draft_witness(draft);
    return cm_lint_answer(draft->lint, draft->lint->model.rules, &witness, result, NULL);
}

bool cm_lint_draft_is_answered(struct cm_lint_draft *draft, size_t mapping, enum certmap_decision decision) {
    struct certmap_result result;
    return cm_lint_draft_answer(draft, &result) && result.decision == decision &&
           cm_lint_answers(draft->lint, &result, mapping);
}

/* The account of a mapping as it is built; the scratch pool keeps it. */
struct given {
    struct cm_lint_pool *pool;
    struct certmap_view account;
};

static bool on_item(void *ctx, const struct certmap_explain_item *item) {
    struct given *given = ctx;
    if (item->kind != CERTMAP_EXPLAIN_ACCOUNT)
        return true;
    if (item->truth == CERTMAP_TRUE)
        given->account = cm_lint_pool_copy(given->pool, item->text);
    return false;
}

struct certmap_view cm_lint_draft_account(struct cm_lint_draft *draft, size_t mapping) {
    struct certmap_lint *lint = draft->lint;
    struct certmap_result result;
    struct given given = {&lint->scratch, {NULL, 0}};
    if (!cm_lint_draft_answer(draft, &result) || result.decision != CERTMAP_ALLOW)
        return given.account;
    if (result.index == mapping)
        return cm_lint_pool_copy(&lint->scratch, result.account);
    if (cm_lint_answers(lint, &result, mapping) &&
        certmap_explain_mapping(lint->model.rules, lint->peer, &result, mapping, on_item, &given, NULL) ==
            CERTMAP_ERROR_MEMORY)
        lint->failed = true;
    return given.account;
}

/* An answer, kept: a result lives until the next match. */
struct answer {
    enum certmap_decision decision;
    enum certmap_code reason;
    size_t mapping;
    struct certmap_view account;
};

static bool ask(struct cm_lint_draft *draft, struct answer *answer) {
    struct certmap_result result;
    if (!cm_lint_draft_answer(draft, &result))
        return false;
    *answer = (struct answer){result.decision, result.reason, result.index, {NULL, 0}};
    if (result.account.data != NULL)
        answer->account = cm_lint_pool_copy(&draft->lint->scratch, result.account);
    return true;
}

static bool stays(struct cm_lint_draft *draft, const struct answer *before) {
    struct answer now;
    return ask(draft, &now) && now.decision == before->decision && now.reason == before->reason &&
           now.mapping == before->mapping && same(now.account, before->account);
}

static bool has_others(const struct cm_lint_draft *draft, size_t index) {
    const struct cm_lint_path path = {draft->values[index].field, draft->values[index].subfield};
    return cm_lint_draft_values(draft, &path) > 1;
}

void cm_lint_draft_minimise(struct cm_lint_draft *draft) {
    struct answer before = {0};
    bool asked = false;
    for (size_t i = draft->count; i > 0; i--) {
        const struct cm_lint_value value = draft->values[i - 1];
        const struct cm_lint_path path = {value.field, value.subfield};
        if (!has_others(draft, i - 1))
            continue;
        if (!asked && !ask(draft, &before))
            return;
        asked = true;
        cm_lint_draft_drop(draft, i - 1);
        if (!stays(draft, &before))
            (void)insert(draft, i - 1, &path, value.text);
    }
}

static void dress(struct cm_lint_draft *draft, enum certmap_field field, const char *name) {
    const struct cm_lint_path path = {field, certmap_view_of("CN")};
    struct answer before;
    for (size_t i = 0; i < draft->count; i++)
        if (draft->values[i].field == field)
            return;
    if (!ask(draft, &before) || !cm_lint_draft_add(draft, &path, certmap_view_of(name)) || stays(draft, &before))
        return;
    cm_lint_draft_drop(draft, cm_lint_draft_find(draft, &path));
}

void cm_lint_draft_dress(struct cm_lint_draft *draft) {
    dress(draft, CERTMAP_FIELD_ISSUER, "Any CA");
    dress(draft, CERTMAP_FIELD_SUBJECT, "Mallory");
}

void cm_lint_draft_show(struct cm_lint_draft *draft, struct certmap_lint_report *report) {
    if (report == NULL)
        return;
    cm_lint_draft_minimise(draft);
    cm_lint_draft_dress(draft);
    const struct cm_lint_witness witness = cm_lint_draft_witness(draft);
    cm_lint_report_witness(draft->lint, report, &witness);
}
