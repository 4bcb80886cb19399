/* SPDX-License-Identifier: MIT */
#include "corpus.h"
#include "advice.h"
#include "certmap/explain.h"
#include "certmap/names.h"
#include "reach.h"
#include "sample.h"
#include <string.h>
#include <utf8proc.h>

/* Patterns of a path that are tried with each value; of more nothing is said. */
#define MAX_PATTERNS 256
/* Values of a path that are kept, to name one that is near; of longer ones none is. */
#define MAX_KEPT 64
#define MAX_KEPT_SIZE 64
/* Most operands of a condition that are reported. */
#define MAX_UNSEEN 16
/* Under `all`, each mapping that has answered nobody yet is asked whether it holds, too: so often takes some seconds. */
#define MAX_ASKED 20000000

struct cm_lint_seen {
    bool any;
    struct certmap_view kept[MAX_KEPT];
    size_t kept_count;
    uint32_t patterns[MAX_PATTERNS]; /* indices of sought, that were not seen yet */
    size_t pattern_count;
};

struct cm_lint_sought {
    uint32_t operand, path;
    struct cm_lint_atom atom; /* of a pattern, in small letters */
};

/* ---- what is looked for ---- */

/* Texts, that is: not digests, serial numbers, networks and whole Names. */
static bool is_looked_for(const struct cm_lint_path *path) {
    const bool attribute = cm_lint_is_subject(path) || path->field == CERTMAP_FIELD_ISSUER;
    return attribute && !cm_lint_is_whole_name(path) && !cm_lint_is_named(path->subfield, "ip") &&
           !cm_lint_is_named(path->subfield, "rid");
}

/* Case is not looked at: a value in other letters is no misspelling of this kind. */
static struct cm_lint_atom small(struct cm_lint_pool *pool, struct certmap_view text, bool pattern) {
    struct cm_lint_atom atom = cm_lint_atom_make(pool, text, pattern);
    uint32_t *symbols = cm_lint_pool_take(pool, atom.count + 1, sizeof *symbols);
    for (size_t i = 0; symbols != NULL && atom.symbols != NULL && i < atom.count; i++)
        symbols[i] = atom.symbols[i] < CM_LINT_ONE ? (uint32_t)utf8proc_tolower((utf8proc_int32_t)atom.symbols[i])
                                                   : atom.symbols[i];
    atom.symbols = symbols;
    return atom;
}

static size_t slot_of(const struct cm_lint_corpus *corpus, uint32_t path, struct certmap_view text) {
    return (size_t)(certmap_text_hash(0, text) ^ path * UINT64_C(0x9E3779B97F4A7C15)) & corpus->mask;
}

static void seek_text(struct certmap_lint *lint, uint32_t index) {
    struct cm_lint_corpus *corpus = lint->corpus;
    const struct cm_lint_sought *sought = &corpus->sought[index];
    size_t slot = slot_of(corpus, sought->path, cm_lint_shown(cm_lint_operand_at(&lint->model, sought->operand)));
    while (corpus->slots[slot] != 0)
        slot = (slot + 1) & corpus->mask;
    corpus->slots[slot] = index + 1;
}

static void seek_pattern(struct certmap_lint *lint, uint32_t index) {
    struct cm_lint_corpus *corpus = lint->corpus;
    struct cm_lint_sought *sought = &corpus->sought[index];
    struct cm_lint_seen *seen = &corpus->paths[sought->path];
    if (seen->pattern_count == MAX_PATTERNS) {
        corpus->seen[sought->operand] = true;
        return;
    }
    sought->atom = small(&lint->pool, cm_lint_shown(cm_lint_operand_at(&lint->model, sought->operand)), true);
    seen->patterns[seen->pattern_count++] = index;
}

/* What is not looked for counts as seen. */
static void seek(struct certmap_lint *lint, const struct cm_lint_condition *condition) {
    struct cm_lint_corpus *corpus = lint->corpus;
    const bool pattern = condition->op == CERTMAP_OP_LIKE, text = condition->op == CERTMAP_OP_EQUAL;
    const bool wanted = (pattern || text) && is_looked_for(cm_lint_path_at(&lint->model, condition->path));
    for (uint32_t i = 0; i < condition->operand_count; i++) {
        const uint32_t operand = condition->operand + i, index = (uint32_t)corpus->sought_count;
        corpus->seen[operand] = !wanted;
        if (!wanted)
            continue;
        corpus->sought[corpus->sought_count++] = (struct cm_lint_sought){.operand = operand, .path = condition->path};
        if (pattern)
            seek_pattern(lint, index);
        else
            seek_text(lint, index);
    }
}

static bool begin(struct certmap_lint *lint) {
    const struct cm_lint_model *model = &lint->model;
    struct cm_lint_corpus *corpus = cm_lint_pool_take(&lint->pool, 1, sizeof *corpus);
    size_t size = 16;
    while (size < 2 * model->operands.count)
        size *= 2;
    if (corpus == NULL)
        return false;
    corpus->answered = cm_lint_pool_take(&lint->pool, model->mappings.count + 1, sizeof *corpus->answered);
    corpus->seen = cm_lint_pool_take(&lint->pool, model->operands.count + 1, sizeof *corpus->seen);
    corpus->paths = cm_lint_pool_take(&lint->pool, model->paths.count + 1, sizeof *corpus->paths);
    corpus->sought = cm_lint_pool_take(&lint->pool, model->operands.count + 1, sizeof *corpus->sought);
    corpus->slots = cm_lint_pool_take(&lint->pool, size, sizeof *corpus->slots);
    corpus->mask = size - 1;
    if (lint->pool.failed)
        return false;
    lint->corpus = corpus;
    if (!cm_lint_corpus_begin_groups(lint))
        return false;
    for (size_t i = 0; i < model->conditions.count; i++)
        seek(lint, cm_lint_condition_at(model, i));
    return !lint->pool.failed;
}

/* ---- a certificate ---- */

static void keep(struct certmap_lint *lint, struct cm_lint_seen *seen, struct certmap_view text) {
    if (seen->kept_count == MAX_KEPT || text.len > MAX_KEPT_SIZE)
        return;
    for (size_t i = 0; i < seen->kept_count; i++)
        if (seen->kept[i].len == text.len && memcmp(seen->kept[i].data, text.data, text.len) == 0)
            return;
    seen->kept[seen->kept_count++] = cm_lint_pool_copy(&lint->pool, text);
}

static void see_text(struct certmap_lint *lint, uint32_t path, struct certmap_view text) {
    struct cm_lint_corpus *corpus = lint->corpus;
    for (size_t slot = slot_of(corpus, path, text); corpus->slots[slot] != 0; slot = (slot + 1) & corpus->mask) {
        const struct cm_lint_sought *sought = &corpus->sought[corpus->slots[slot] - 1];
        if (!corpus->seen[sought->operand] && sought->path == path &&
            certmap_text_same(text, cm_lint_shown(cm_lint_operand_at(&lint->model, sought->operand))))
            corpus->seen[sought->operand] = true;
    }
}

static void see_patterns(struct certmap_lint *lint, struct cm_lint_seen *seen, struct certmap_view text) {
    struct cm_lint_corpus *corpus = lint->corpus;
    size_t left = 0;
    if (seen->pattern_count == 0)
        return;
    const struct cm_lint_atom value = small(&lint->scratch, text, false);
    for (size_t i = 0; value.symbols != NULL && i < seen->pattern_count; i++) {
        const struct cm_lint_sought *sought = &corpus->sought[seen->patterns[i]];
        if (cm_lint_atom_matches(&sought->atom, value.symbols, value.count))
            corpus->seen[sought->operand] = true;
        else
            seen->patterns[left++] = seen->patterns[i];
    }
    seen->pattern_count = value.symbols != NULL ? left : seen->pattern_count;
}

/* An unreadable value is one that may be any. */
static void see(struct certmap_lint *lint, uint32_t path, const struct certmap_value *value) {
    struct cm_lint_seen *seen = &lint->corpus->paths[path];
    seen->any = true;
    if (value->text.data == NULL || !is_looked_for(cm_lint_path_at(&lint->model, path)))
        return;
    keep(lint, seen, value->text);
    see_text(lint, path, value->text);
    see_patterns(lint, seen, value->text);
}

static bool is_of(const struct cm_lint_path *path, enum certmap_field field, const struct certmap_value *value) {
    return path->field == field && (path->subfield.len == 0 || certmap_text_same(path->subfield, value->subfield) ||
                                    certmap_text_same(path->subfield, value->oid));
}

static enum certmap_status see_field(struct certmap_lint *lint, struct certmap_peer *peer, enum certmap_field field,
                                     struct certmap_diagnostic *err) {
    const size_t count = certmap_peer_value_count(peer, field);
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        const enum certmap_status status = certmap_peer_value(peer, &value, field, i, err);
        if (status != CERTMAP_OK)
            return status;
        for (uint32_t path = 0; path < lint->model.paths.count; path++)
            if (is_of(cm_lint_path_at(&lint->model, path), field, &value))
                see(lint, path, &value);
    }
    return CERTMAP_OK;
}

/* The fields that some path has, each once. */
static enum certmap_status see_values(struct certmap_lint *lint, struct certmap_peer *peer,
                                      struct certmap_diagnostic *err) {
    const size_t count = lint->model.paths.count;
    for (size_t i = 0; i < count; i++) {
        const enum certmap_field field = cm_lint_path_at(&lint->model, i)->field;
        size_t first = 0;
        while (cm_lint_path_at(&lint->model, first)->field != field)
            first++;
        const enum certmap_status status = first == i ? see_field(lint, peer, field, err) : CERTMAP_OK;
        if (status != CERTMAP_OK)
            return status;
        if (certmap_peer_field_unknown(peer, field) != CERTMAP_CODE_NONE)
            lint->corpus->paths[i].any = true;
    }
    return CERTMAP_OK;
}

static bool on_mapping(void *ctx, const struct certmap_explain_item *item) {
    *(enum certmap_truth *)ctx = item->truth;
    return false; /* the first one is the mapping */
}

/* Under `all` nobody is kept from giving an account by who comes before: those that hold, too, have answered. */
static enum certmap_status see_together(struct certmap_lint *lint, struct certmap_peer *peer,
                                        struct certmap_diagnostic *err) {
    struct cm_lint_corpus *corpus = lint->corpus;
    for (size_t i = 0; i < lint->model.mappings.count; i++) {
        enum certmap_truth truth = CERTMAP_FALSE;
        struct certmap_result result = CERTMAP_RESULT_INIT;
        if (corpus->answered[i] || cm_lint_mapping_at(&lint->model, i)->is.decision != CERTMAP_ALLOW)
            continue;
        corpus->open = corpus->open || corpus->asked++ == MAX_ASKED;
        if (corpus->open)
            return CERTMAP_OK;
        const enum certmap_status status =
            certmap_explain_mapping(lint->model.rules, peer, &result, i, on_mapping, &truth, err);
        if (status != CERTMAP_OK)
            return status;
        corpus->answered[i] = truth == CERTMAP_TRUE;
    }
    return CERTMAP_OK;
}

static enum certmap_status fail_memory(struct certmap_diagnostic *err) {
    static const struct certmap_diagnostic none = CERTMAP_DIAGNOSTIC_INIT;
    if (err != NULL) {
        *err = none;
        err->status = CERTMAP_ERROR_MEMORY;
        err->code = CERTMAP_CODE_MEMORY;
        memcpy(err->text, "out of memory", sizeof "out of memory");
    }
    return CERTMAP_ERROR_MEMORY;
}

/* Who gets an answer, and who gets none. */
static void count_answer(struct certmap_lint *lint, const struct certmap_result *result, uint64_t count) {
    struct cm_lint_corpus *corpus = lint->corpus;
    corpus->taken++;
    corpus->certificates = cm_lint_corpus_sum(corpus->certificates, count);
    if (result->index < lint->model.mappings.count)
        corpus->answered[result->index] = true;
    else
        corpus->unanswered = cm_lint_corpus_sum(corpus->unanswered, count);
}

enum certmap_status cm_lint_corpus_take(struct certmap_lint *lint, struct certmap_peer *peer, struct certmap_view label,
                                        uint64_t count, struct certmap_diagnostic *err) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    if (lint->corpus == NULL && !begin(lint))
        return fail_memory(err);
    enum certmap_status status = certmap_match(lint->model.rules, peer, &result, err);
    if (status == CERTMAP_OK) {
        count_answer(lint, &result, count);
        const bool together =
            result.decision == CERTMAP_ALLOW && certmap_rules_combining(lint->model.rules) == CERTMAP_COMBINING_ALL;
        status = together ? see_together(lint, peer, err) : CERTMAP_OK;
        if (status == CERTMAP_OK)
            status = see_values(lint, peer, err);
        if (status == CERTMAP_OK && result.index >= lint->model.mappings.count)
            status = cm_lint_corpus_group(lint, peer, label, count, err);
    }
    if (status == CERTMAP_OK && (lint->pool.failed || lint->scratch.failed))
        status = fail_memory(err);
    cm_lint_forget(lint);
    return status;
}

/* ---- reports ---- */

static const char *path_name(struct certmap_lint *lint, const struct cm_lint_path *path) {
    const char *field = certmap_field_name(path->field);
    const size_t len = strlen(field);
    char *text = cm_lint_pool_take(&lint->scratch, len + path->subfield.len + 2, 1);
    if (text == NULL)
        return "";
    memcpy(text, field, len);
    if (path->subfield.len > 0) {
        text[len] = '.';
        memcpy(text + len + 1, path->subfield.data, path->subfield.len);
    }
    return text;
}

/* The certificate with the value that there is, which this mapping does not take. */
static void show_nearest(struct certmap_lint *lint, struct certmap_lint_report *report, size_t mapping,
                         size_t condition, struct certmap_view nearest) {
    const struct cm_lint_advised advised = {.index = mapping, .mapping = cm_lint_mapping_at(&lint->model, mapping)};
    struct certmap_result result;
    struct cm_lint_draft draft;
    if (report != NULL && cm_lint_draft_about(&draft, lint, &advised, condition, nearest) &&
        cm_lint_draft_answer(&draft, &result) && !cm_lint_answers(lint, &result, mapping))
        cm_lint_draft_show(&draft, report);
}

static void report_value(struct certmap_lint *lint, size_t mapping, size_t number, size_t operand) {
    const size_t index = cm_lint_mapping_at(&lint->model, mapping)->condition + number;
    const struct cm_lint_condition *condition = cm_lint_condition_at(&lint->model, index);
    const struct cm_lint_seen *seen = &lint->corpus->paths[condition->path];
    const struct certmap_view shown = cm_lint_shown(cm_lint_operand_at(&lint->model, condition->operand + operand));
    const size_t nearest = certmap_text_nearest(shown, seen->kept, seen->kept_count);
    struct certmap_lint_report *report =
        cm_lint_report_add(lint, CERTMAP_CODE_UNSEEN_VALUE, CERTMAP_CERTAINTY_ADVICE, mapping,
                           cm_lint_operand_place(lint, mapping, number, operand),
                           "of %llu certificates none has %s in %s", (unsigned long long)lint->corpus->certificates,
                           cm_lint_quote(lint, shown), path_name(lint, cm_lint_path_at(&lint->model, condition->path)));
    if (nearest == SIZE_MAX) {
        cm_lint_report_help(lint, report, "compare with certmap show, which prints what certificates have");
        return;
    }
    cm_lint_report_help(lint, report, "there is %s: write that, if it is meant",
                        cm_lint_quote(lint, seen->kept[nearest]));
    show_nearest(lint, report, mapping, index, seen->kept[nearest]);
}

static void report_condition(struct certmap_lint *lint, size_t mapping, size_t number) {
    const struct cm_lint_condition *condition =
        cm_lint_condition_at(&lint->model, cm_lint_mapping_at(&lint->model, mapping)->condition + number);
    const struct cm_lint_path *path = cm_lint_path_at(&lint->model, condition->path);
    size_t reported = 0;
    if (!lint->corpus->paths[condition->path].any) {
        if (path->field != CERTMAP_FIELD_CERTIFICATE && !cm_lint_is_whole_name(path) &&
            condition->op != CERTMAP_OP_ABSENT)
            cm_lint_report_help(
                lint,
                cm_lint_report_add(lint, CERTMAP_CODE_UNSEEN_FIELD, CERTMAP_CERTAINTY_ADVICE, mapping,
                                   cm_lint_condition_place(lint, mapping, number), "of %llu certificates none has %s",
                                   (unsigned long long)lint->corpus->certificates, path_name(lint, path)),
                "compare with certmap show, which prints what certificates have");
        return;
    }
    for (size_t i = 0; i < condition->operand_count && reported < MAX_UNSEEN; i++)
        if (!lint->corpus->seen[condition->operand + i]) {
            report_value(lint, mapping, number, i);
            reported++;
        }
}

/* A mapping that answered none; whether it did is not decided where not every certificate was asked about it. */
static void report_unused(struct certmap_lint *lint, size_t mapping) {
    const bool allows = cm_lint_mapping_at(&lint->model, mapping)->is.decision == CERTMAP_ALLOW;
    if (!cm_lint_wants(lint, CERTMAP_CODE_UNUSED_MAPPING))
        return;
    if (lint->corpus->open && allows) {
        cm_lint_undecided(lint, &lint->summary.by_budget);
        return;
    }
    cm_lint_report_help(lint,
                        cm_lint_report_add(lint, CERTMAP_CODE_UNUSED_MAPPING, CERTMAP_CERTAINTY_ADVICE, mapping,
                                           cm_lint_mapping_place(lint, mapping),
                                           "of %llu certificates none is answered by this mapping",
                                           (unsigned long long)lint->corpus->certificates),
                        "certmap explain says of a certificate which condition it misses");
}

static void report_mapping(struct certmap_lint *lint, size_t mapping) {
    if (!lint->corpus->answered[mapping])
        report_unused(lint, mapping);
    for (size_t i = 0; i < cm_lint_mapping_at(&lint->model, mapping)->condition_count; i++)
        report_condition(lint, mapping, i);
}

/* How many were compared with the mappings, where that were not all. */
static const char *say_compared(struct certmap_lint *lint) {
    const struct cm_lint_corpus *corpus = lint->corpus;
    if (corpus->uncompared == 0)
        return "";
    return cm_lint_print(lint, ", the first %llu of which were compared with each mapping",
                         (unsigned long long)(corpus->unanswered - corpus->uncompared));
}

static void report_unanswered(struct certmap_lint *lint) {
    static const struct certmap_position nowhere = {0, 0, 0, 0};
    const struct cm_lint_corpus *corpus = lint->corpus;
    struct certmap_lint_report *report = cm_lint_report_add(
        lint, CERTMAP_CODE_UNMAPPED_CERTIFICATES, CERTMAP_CERTAINTY_ADVICE, SIZE_MAX, nowhere,
        "of %llu certificates %llu %s no answer%s", (unsigned long long)corpus->certificates,
        (unsigned long long)corpus->unanswered, corpus->unanswered == 1 ? "gets" : "get", say_compared(lint));
    cm_lint_corpus_tell_groups(lint, report);
    cm_lint_report_help(lint, report,
                        "certmap explain says of a certificate what it misses; of those that are meant to "
                        "get no answer there is nothing to do");
}

void cm_lint_pass_corpus(struct certmap_lint *lint) {
    const struct cm_lint_corpus *corpus = lint->corpus;
    if (corpus == NULL)
        return;
    if (corpus->unanswered > 0)
        report_unanswered(lint);
    for (size_t i = 0; i < lint->model.mappings.count && !lint->failed; i++) {
        if (!lint->dead[i])
            report_mapping(lint, i);
        cm_lint_forget(lint);
    }
}
