/* SPDX-License-Identifier: MIT */
/* Reports: made by the passes, kept (kept.h) until all have run, given to the caller in the order of the file. */
#include "report.h"
#include "certmap/explain.h"
#include "certmap/names.h"
#include "code.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- fingerprints ---- */

/* FNV-1a, of 64 bits: no secret, and the same on each machine. */
static uint64_t mix(uint64_t hash, const void *data, size_t len) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static uint64_t mix_number(uint64_t hash, uint64_t number) {
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(number >> 8 * i);
    return mix(hash, bytes, sizeof bytes);
}

static uint64_t mix_text(uint64_t hash, struct certmap_view text) {
    return mix(mix_number(hash, text.len), text.data, text.len);
}

static uint64_t mix_condition(uint64_t hash, const struct cm_lint_model *model,
                              const struct cm_lint_condition *condition) {
    const struct cm_lint_path *path = cm_lint_path_at(model, condition->path);
    const unsigned words[] = {path->field, condition->op, condition->quantifier, condition->nocase};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        hash = mix_number(hash, words[i]);
    hash = mix_number(mix_text(hash, path->subfield), condition->count);
    for (size_t i = 0; i < condition->operand_count; i++)
        hash = mix_text(hash, cm_lint_shown(cm_lint_operand_at(model, condition->operand + i)));
    return hash;
}

static uint64_t mix_mapping(uint64_t hash, const struct cm_lint_model *model, const struct cm_lint_mapping *mapping) {
    for (size_t i = 0; i < mapping->term_count; i++) {
        const struct certmap_term *term = cm_lint_term_at(model, mapping->term + i);
        hash = mix_number(mix_number(hash, term->kind), term->size);
    }
    for (size_t i = 0; i < mapping->condition_count; i++)
        hash = mix_condition(hash, model, cm_lint_condition_at(model, mapping->condition + i));
    return mix_text(mix_number(hash, mapping->is.decision), mapping->is.account);
}

static uint64_t fingerprint(const struct certmap_lint *lint, enum certmap_code code, size_t mapping) {
    const uint64_t hash = mix_number(UINT64_C(0xCBF29CE484222325), code);
    return mapping < lint->model.mappings.count
               ? mix_mapping(hash, &lint->model, cm_lint_mapping_at(&lint->model, mapping))
               : hash;
}

/* ---- adding ---- */

static void set_position(struct certmap_diagnostic *diagnostic, struct certmap_position position) {
    diagnostic->line = position.line;
    diagnostic->column = position.column;
    diagnostic->offset = position.offset;
    diagnostic->length = position.length;
}

/* Prints into the scratch pool. NULL: no memory. */
CM_LINT_PRINTF(2, 0)
static const char *print(struct certmap_lint *lint, const char *format, va_list list) {
    va_list again;
    va_copy(again, list);
    const int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = len >= 0 ? cm_lint_pool_take(&lint->scratch, (size_t)len + 1, 1) : NULL;
    if (text != NULL)
        (void)vsnprintf(text, (size_t)len + 1, format, list);
    return text;
}

static void count_report(struct certmap_lint_summary *summary, enum certmap_severity severity) {
    size_t *counter = severity == CERTMAP_SEVERITY_ERROR     ? &summary->errors
                      : severity == CERTMAP_SEVERITY_WARNING ? &summary->warnings
                                                             : &summary->notes;
    ++*counter;
}

/* Whether reports of a severity are only counted. */
static bool is_omitted(const struct certmap_lint *lint, enum certmap_severity severity) {
    return (unsigned)severity + lint->options.omit > CERTMAP_SEVERITY_NOTE;
}

struct certmap_lint_report *cm_lint_report_add(struct certmap_lint *lint, enum certmap_code code,
                                               enum certmap_certainty certainty, size_t mapping,
                                               struct certmap_position position, const char *format, ...) {
    static const struct certmap_diagnostic none = CERTMAP_DIAGNOSTIC_INIT;
    const enum certmap_severity severity = cm_lint_severity(code, lint->options.profile);
    if (!cm_lint_wants(lint, code))
        return NULL;
    if (severity == CERTMAP_SEVERITY_NOTE && is_omitted(lint, severity)) { /* a warning may become a note yet */
        count_report(&lint->summary, severity);
        return NULL;
    }
    struct cm_lint_making **slot = cm_lint_array_add(&lint->making, &lint->allocator, sizeof(struct cm_lint_making *));
    struct cm_lint_making *made = slot != NULL ? cm_lint_pool_take(&lint->scratch, 1, sizeof *made) : NULL;
    if (made == NULL) {
        lint->failed = true;
        lint->making.count -= slot != NULL;
        return NULL;
    }
    *slot = made;
    made->is = (struct certmap_lint_report){.size = sizeof made->is,
                                            .diagnostic = none,
                                            .certainty = certainty,
                                            .mapping = mapping,
                                            .fingerprint = fingerprint(lint, code, mapping)};
    made->is.diagnostic.code = code;
    made->is.diagnostic.severity = severity;
    set_position(&made->is.diagnostic, position);
    va_list list;
    va_start(list, format);
    (void)vsnprintf(made->is.diagnostic.text, sizeof made->is.diagnostic.text, format, list);
    va_end(list);
    return &made->is;
}

/* An array in the scratch pool with one more item, the last, zeroed: a copy, since reports have few. NULL: no memory. */
static void *grown(struct certmap_lint *lint, const void *items, size_t count, size_t item_size) {
    uint8_t *made = cm_lint_pool_take(&lint->scratch, count + 1, item_size);
    if (made != NULL && count > 0)
        memcpy(made, items, count * item_size);
    lint->failed = lint->failed || made == NULL;
    return made;
}

void cm_lint_report_relate(struct certmap_lint *lint, struct certmap_lint_report *report, size_t mapping,
                           struct certmap_position position, const char *format, ...) {
    struct certmap_lint_related *related =
        report != NULL ? grown(lint, report->related, report->related_count, sizeof *related) : NULL;
    if (related == NULL)
        return;
    va_list list;
    va_start(list, format);
    const char *text = print(lint, format, list);
    va_end(list);
    related[report->related_count] =
        (struct certmap_lint_related){sizeof *related, mapping, position, text != NULL ? text : ""};
    report->related = related;
    report->related_count++;
}

void cm_lint_report_help(struct certmap_lint *lint, struct certmap_lint_report *report, const char *format, ...) {
    if (report == NULL)
        return;
    va_list list;
    va_start(list, format);
    report->help = print(lint, format, list);
    va_end(list);
}

void cm_lint_report_edit(struct certmap_lint *lint, struct certmap_lint_report *report,
                         struct certmap_position position, struct certmap_view text) {
    struct certmap_lint_edit *edits =
        report != NULL && position.line != 0 ? grown(lint, report->edits, report->edit_count, sizeof *edits) : NULL;
    if (edits == NULL)
        return;
    edits[report->edit_count] =
        (struct certmap_lint_edit){sizeof *edits, position, cm_lint_pool_copy(&lint->scratch, text)};
    report->edits = edits;
    report->edit_count++;
}

/* ---- witnesses ---- */

/* Whether the peer has it as an address: where the field is unknown, it has none. */
static bool is_address(const struct cm_lint_value *value) {
    return value->state != CERTMAP_LINT_UNKNOWN && value->field == CERTMAP_FIELD_SAN && value->subfield.len == 2 &&
           memcmp(value->subfield.data, "ip", 2) == 0;
}

/* The number-th address of the peer, which was just made of the witness, as rules write it. */
static struct certmap_view address(struct certmap_lint *lint, size_t number) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    const size_t count = certmap_peer_value_count(lint->peer, CERTMAP_FIELD_SAN);
    for (size_t i = 0; i < count; i++)
        if (certmap_peer_value(lint->peer, &value, CERTMAP_FIELD_SAN, i, NULL) == CERTMAP_OK &&
            value.subfield.len == 2 && memcmp(value.subfield.data, "ip", 2) == 0 && number-- == 0)
            return value.text;
    lint->failed = true;
    return (struct certmap_view){NULL, 0};
}

/* Values for the caller, copied: the witness may be in the scratch pool. */
static const struct certmap_lint_value *copy_values(struct certmap_lint *lint, struct cm_lint_pool *pool,
                                                    const struct cm_lint_witness *witness) {
    size_t addresses = 0;
    struct certmap_lint_value *values = cm_lint_pool_take(pool, witness->count + 1, sizeof *values);
    for (size_t i = 0; values != NULL && i < witness->count; i++) {
        const struct cm_lint_value *value = &witness->values[i];
        const struct certmap_view text = is_address(value) ? address(lint, addresses++) : value->text;
        values[i] =
            (struct certmap_lint_value){sizeof *values, value->field, value->state,
                                        cm_lint_pool_copy(pool, value->subfield), cm_lint_pool_copy(pool, text)};
    }
    return values;
}

const struct certmap_lint_witness *cm_lint_witness_show(struct certmap_lint *lint, struct cm_lint_pool *pool,
                                                        const struct certmap_rules *rules,
                                                        const struct cm_lint_witness *witness) {
    struct certmap_result result;
    struct certmap_view der;
    if (!cm_lint_answer(lint, rules, witness, &result, &der))
        return NULL;
    struct certmap_lint_witness *made = cm_lint_pool_take(pool, 1, sizeof *made);
    const struct certmap_view account =
        result.account.data != NULL ? cm_lint_pool_copy(pool, result.account) : result.account;
    const struct certmap_lint_value *values = made != NULL ? copy_values(lint, pool, witness) : NULL;
    if (values == NULL) {
        lint->failed = true;
        return NULL;
    }
    *made = (struct certmap_lint_witness){
        .size = sizeof *made,
        .values = values,
        .value_count = witness->count,
        .decision = result.decision,
        .reason = result.reason,
        .mapping = result.index,
    };
    if (cm_lint_witness_is_file(witness))
        made->der = cm_lint_pool_copy(pool, der);
    made->account = account;
    return made;
}

void cm_lint_report_witness(struct certmap_lint *lint, struct certmap_lint_report *report,
                            const struct cm_lint_witness *witness) {
    struct cm_lint_making *made = (struct cm_lint_making *)(void *)report;
    if (report == NULL)
        return;
    struct cm_lint_value *values = cm_lint_pool_take(&lint->scratch, witness->count + 1, sizeof *values);
    for (size_t i = 0; values != NULL && i < witness->count; i++) {
        values[i] = witness->values[i];
        values[i].text = cm_lint_pool_copy(&lint->scratch, witness->values[i].text);
    }
    made->shown = (struct cm_lint_witness){values, witness->count};
    made->is_shown = !lint->scratch.failed;
}

/* ---- texts ---- */

const char *cm_lint_print(struct certmap_lint *lint, const char *format, ...) {
    va_list list;
    va_start(list, format);
    const char *text = print(lint, format, list);
    va_end(list);
    return text != NULL ? text : "";
}

static const char *escape(struct certmap_lint *lint, struct certmap_view text, bool quotes) {
    size_t len = 0;
    if (certmap_text_escape(NULL, 0, &len, text, quotes, NULL) != CERTMAP_ERROR_BUFFER)
        return quotes ? "\"\"" : "";
    char *escaped = cm_lint_pool_take(&lint->scratch, len + 1, 1);
    if (escaped == NULL || certmap_text_escape(escaped, len + 1, &len, text, quotes, NULL) != CERTMAP_OK)
        return "";
    return escaped;
}

const char *cm_lint_quote(struct certmap_lint *lint, struct certmap_view text) {
    return escape(lint, text, true);
}

const char *cm_lint_escape(struct certmap_lint *lint, struct certmap_view text) {
    return escape(lint, text, false);
}

const char *cm_lint_name(struct certmap_lint *lint, size_t mapping) {
    return cm_lint_quote(lint, cm_lint_mapping_of(&lint->model, mapping).name);
}

/* ---- giving ---- */

/* Gives one, with the certificate made anew. */
static bool give(struct certmap_lint *lint, const struct cm_lint_kept *kept, certmap_lint_fn *report, void *ctx) {
    struct cm_lint_making given;
    cm_lint_pool_empty(&lint->scratch);
    if (!cm_lint_kept_give(&given, &lint->scratch, kept))
        lint->failed = true;
    if (!lint->failed && given.is_shown)
        given.is.witness = cm_lint_witness_show(lint, &lint->scratch, lint->model.rules, &given.shown);
    lint->failed = lint->failed || lint->scratch.failed;
    return !lint->failed && report(ctx, &given.is);
}

/* A pass may have made one milder. */
bool cm_lint_reports_give(struct certmap_lint *lint, certmap_lint_fn *report, void *ctx) {
    struct cm_lint_kept *kept = lint->reports.items;
    bool goes_on = true;
    cm_lint_kept_sort(kept, lint->reports.count);
    for (size_t i = 0; i < lint->reports.count; i++)
        count_report(&lint->summary, (enum certmap_severity)kept[i].severity);
    for (size_t i = 0; i < lint->reports.count && goes_on; i++)
        goes_on = is_omitted(lint, (enum certmap_severity)kept[i].severity) || give(lint, &kept[i], report, ctx);
    cm_lint_pool_free(&lint->scratch);
    return !lint->failed;
}
