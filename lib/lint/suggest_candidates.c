/* SPDX-License-Identifier: MIT */
/* Conditions that may be in the rule: what a group of certificates has in common, and what others have that it has not.
 * Whether a candidate is true of all is not decided here. */
#include "certmap/names.h"
#include "suggest.h"
#include <string.h>

/* More candidates than this tell nobody apart whom these do not; it bounds the work of a hostile certificate. */
#define MAX_CANDIDATES 512
/* A longer list is a list of people. */
#define MAX_LIST 16
/* Keys, or Names, of that many CAs; more are not one group. */
#define MAX_CAS 16

enum { COST_ITEM = 15, COST_LIST = 30, COST_PATTERN = 60, COST_SUBTREE = 150, COST_EXCEPTION = 150 };

struct cm_suggest_candidate *cm_suggest_add_candidate(struct certmap_suggest *suggest,
                                                      const struct cm_suggest_value *of, enum certmap_operator op,
                                                      const struct certmap_view *operands, size_t count) {
    static const struct certmap_condition none = CERTMAP_CONDITION_INIT;
    struct certmap_view *copies = cm_lint_pool_take(&suggest->scratch, count, sizeof *copies);
    if (suggest->candidates.count >= MAX_CANDIDATES || copies == NULL)
        return NULL;
    struct cm_suggest_candidate *added = cm_lint_array_add(&suggest->candidates, &suggest->allocator, sizeof *added);
    if (added == NULL) {
        suggest->failed = true;
        return NULL;
    }
    memcpy(copies, operands, count * sizeof *copies);
    added->condition = none;
    added->condition.field = of->field;
    added->condition.subfield = of->subfield;
    added->condition.op = op;
    added->condition.operands = copies;
    added->condition.operand_count = count;
    added->why = CERTMAP_SUGGEST_SEPARATES;
    return added;
}

/* ---- the CA ---- */

static struct certmap_view name_text(struct certmap_suggest *suggest, struct certmap_view der) {
    struct certmap_view none = {NULL, 0};
    size_t len = 0;
    if (certmap_name_to_text(NULL, 0, &len, der, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL) !=
            CERTMAP_ERROR_BUFFER ||
        len == 0)
        return none;
    char *text = cm_lint_pool_take(&suggest->scratch, len + 1, 1);
    if (text == NULL || certmap_name_to_text(text, len + 1, &len, der, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST,
                                             NULL) != CERTMAP_OK)
        return none;
    return (struct certmap_view){(const uint8_t *)text, len};
}

/* Adds a text that the list does not have. */
static bool add_once(struct certmap_view *texts, size_t *count, struct certmap_view text) {
    for (size_t i = 0; i < *count; i++)
        if (cm_suggest_same_text(texts[i], text))
            return true;
    if (*count == MAX_CAS)
        return false;
    texts[(*count)++] = text;
    return true;
}

/* The different texts that the group has of a field of the issuer; 0 where one has none, or there are too many. */
static size_t texts_of_group(const struct certmap_suggest *suggest, struct certmap_view texts[MAX_CAS],
                             enum certmap_field field) {
    size_t count = 0, having = 0, group = 0, last = SIZE_MAX;
    for (size_t i = 0; i < suggest->spoken.count; i++)
        group += cm_suggest_spoken(suggest, i)->grouped;
    for (size_t i = 0; i < suggest->values.count; i++) {
        const struct cm_suggest_value *value = cm_suggest_value(suggest, i);
        if (value->field != field || !cm_suggest_spoken(suggest, value->cert)->grouped)
            continue;
        having += value->cert != last || count == 0;
        last = value->cert;
        if (!add_once(texts, &count, value->text))
            return 0;
    }
    return having >= group ? count : 0;
}

static size_t names_of_group(struct certmap_suggest *suggest, struct certmap_view texts[MAX_CAS]) {
    size_t count = 0;
    for (size_t i = 0; i < suggest->spoken.count; i++) {
        const struct cm_suggest_cert *cert = cm_suggest_spoken(suggest, i);
        if (!cert->grouped)
            continue;
        const struct certmap_view text = name_text(suggest, cert->cert.issuer);
        if (text.data == NULL || !add_once(texts, &count, text))
            return 0;
    }
    return count;
}

static bool choose_ca(struct certmap_suggest *suggest, enum certmap_field field, const struct certmap_view *texts,
                      size_t count, enum certmap_suggest_why why) {
    const struct cm_suggest_value of = {.field = field};
    struct cm_suggest_candidate *ca =
        count == 0 ? NULL : cm_suggest_add_candidate(suggest, &of, CERTMAP_OP_EQUAL, texts, count);
    if (ca == NULL)
        return false;
    ca->why = why;
    ca->chosen = true;
    return true;
}

static void make_ca(struct certmap_suggest *suggest) {
    struct certmap_view texts[MAX_CAS];
    size_t count = texts_of_group(suggest, texts, CERTMAP_FIELD_ISSUER_KEY_SHA256);
    if (choose_ca(suggest, CERTMAP_FIELD_ISSUER_KEY_SHA256, texts, count, CERTMAP_SUGGEST_CA))
        return;
    count = names_of_group(suggest, texts);
    (void)choose_ca(suggest, CERTMAP_FIELD_ISSUER, texts, count, CERTMAP_SUGGEST_WEAK_CA);
    count = texts_of_group(suggest, texts, CERTMAP_FIELD_AKI);
    (void)choose_ca(suggest, CERTMAP_FIELD_AKI, texts, count, CERTMAP_SUGGEST_WEAK_CA);
}

/* ---- values ---- */

/* Values of one path: those of the group. */
struct run {
    struct certmap_view *texts; /* different ones, in order */
    size_t *holders;            /* of each: how many certificates have it */
    size_t count, having;       /* certificates that have any */
    const struct cm_suggest_value *of;
};

/* Counts each certificate once: of many values of one, the mark keeps the others from counting. */
static void read_run(const struct certmap_suggest *suggest, struct run *run, size_t begin, size_t end, size_t *mark) {
    run->count = run->having = 0;
    run->of = cm_suggest_value(suggest, begin);
    size_t last = SIZE_MAX;
    for (size_t i = begin; i < end; i++) {
        const struct cm_suggest_value *value = cm_suggest_value(suggest, i);
        if (!cm_suggest_spoken(suggest, value->cert)->grouped)
            continue;
        if (run->count == 0 || !cm_suggest_same_text(run->texts[run->count - 1], value->text)) {
            run->texts[run->count] = value->text;
            run->holders[run->count++] = 0;
            last = SIZE_MAX;
        }
        run->holders[run->count - 1] += value->cert != last;
        last = value->cert;
        run->having += mark[value->cert] != begin + 1;
        mark[value->cert] = begin + 1;
    }
}

static void weigh(struct cm_suggest_candidate *candidate, const struct cm_suggest_path *path, unsigned more) {
    if (candidate == NULL)
        return;
    candidate->cost = path->cost + more;
    candidate->counts = path->counts;
}

static bool is_usable(const struct cm_suggest_path *path, enum certmap_field field, size_t all) {
    const bool single =
        field == CERTMAP_FIELD_MS_SID || field == CERTMAP_FIELD_SERIAL || field == CERTMAP_FIELD_KEY_SHA256;
    return path->usable && (!single || all == 1);
}

/* A list of what several have each, or, of what names nobody, of a few. */
static bool is_list(const struct run *run, const struct cm_suggest_path *path, size_t group) {
    const size_t most = group / 3 > 2 ? group / 3 : 2;
    if (run->count < 2 || run->count > most || run->count > MAX_LIST)
        return false;
    for (size_t i = 0; path->personal && i < run->count; i++)
        if (run->holders[i] < 2)
            return false;
    return true;
}

static void make_patterns(struct certmap_suggest *suggest, const struct run *run, const struct cm_suggest_path *path) {
    struct certmap_view patterns[3];
    const size_t count = cm_suggest_patterns(&suggest->scratch, patterns, run->texts, run->count, path->domain);
    for (size_t i = 0; i < count; i++) {
        struct cm_suggest_candidate *made =
            cm_suggest_add_candidate(suggest, run->of, CERTMAP_OP_LIKE, &patterns[i], 1);
        weigh(made, path, COST_PATTERN);
        if (made != NULL && path->domain)
            made->condition.flags = CERTMAP_NOCASE;
    }
}

static void make_of_run(struct certmap_suggest *suggest, const struct run *run, size_t group, size_t all) {
    const struct cm_suggest_path *path = cm_suggest_path_of(run->of->field, run->of->subfield);
    bool common = false;
    if (!is_usable(path, run->of->field, all) || run->having < group)
        return;
    for (size_t i = 0; i < run->count; i++)
        if (run->holders[i] == group) {
            common = true;
            weigh(cm_suggest_add_candidate(suggest, run->of, CERTMAP_OP_EQUAL, &run->texts[i], 1), path, 0);
        }
    if (common)
        return;
    if (is_list(run, path, group))
        weigh(cm_suggest_add_candidate(suggest, run->of, CERTMAP_OP_EQUAL, run->texts, run->count), path,
              COST_LIST + COST_ITEM * (unsigned)run->count);
    if (run->count > 1 && path->counts)
        make_patterns(suggest, run, path);
}

static void make_subtree(struct certmap_suggest *suggest, size_t group) {
    const struct cm_suggest_value of = {.field = CERTMAP_FIELD_SUBJECT};
    struct certmap_view *names = cm_lint_pool_take(&suggest->scratch, group + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; names != NULL && i < suggest->spoken.count; i++)
        if (cm_suggest_spoken(suggest, i)->grouped)
            names[count++] = cm_suggest_spoken(suggest, i)->cert.subject;
    const struct certmap_view text =
        count < 2 ? (struct certmap_view){NULL, 0} : cm_suggest_subtree(&suggest->scratch, names, count);
    struct cm_suggest_candidate *made =
        text.len == 0 ? NULL : cm_suggest_add_candidate(suggest, &of, CERTMAP_OP_UNDER, &text, 1);
    if (made != NULL) {
        made->cost = COST_SUBTREE;
        made->counts = true;
    }
}

static size_t end_of_path(const struct certmap_suggest *suggest, size_t begin) {
    size_t end = begin + 1;
    while (end < suggest->values.count &&
           cm_suggest_same_path(cm_suggest_value(suggest, begin), cm_suggest_value(suggest, end)))
        end++;
    return end;
}

void cm_suggest_make_candidates(struct certmap_suggest *suggest) {
    const size_t most = suggest->values.count + 1;
    struct run run = {.texts = cm_lint_pool_take(&suggest->scratch, most, sizeof *run.texts)};
    size_t *mark = cm_lint_pool_take(&suggest->scratch, suggest->spoken.count + 1, sizeof *mark);
    size_t group = 0, all = 0;
    run.holders = cm_lint_pool_take(&suggest->scratch, most, sizeof *run.holders);
    if (suggest->scratch.failed || run.texts == NULL || run.holders == NULL || mark == NULL)
        return;
    for (size_t i = 0; i < suggest->spoken.count; i++) {
        group += cm_suggest_spoken(suggest, i)->grouped;
        all += cm_suggest_spoken(suggest, i)->role == CERTMAP_SUGGEST_IN;
    }
    make_ca(suggest);
    for (size_t begin = 0, end; begin < suggest->values.count; begin = end) {
        end = end_of_path(suggest, begin);
        read_run(suggest, &run, begin, end, mark);
        if (run.count > 0)
            make_of_run(suggest, &run, group, all);
    }
    make_subtree(suggest, group);
}

/* ---- exceptions ---- */

/* Whether an exception is to be made of a value: it is that of one who is to be kept out, for whom nothing was found. */
static bool is_exceptional(const struct certmap_suggest *suggest, const struct cm_suggest_value *value) {
    const struct cm_suggest_cert *cert = cm_suggest_spoken(suggest, value->cert);
    const struct cm_suggest_path *path = cm_suggest_path_of(value->field, value->subfield);
    return cert->reached && cert->role == CERTMAP_SUGGEST_OUT && is_usable(path, value->field, 0);
}

void cm_suggest_make_exceptions(struct certmap_suggest *suggest) {
    const struct cm_suggest_value *last = NULL;
    for (size_t i = 0; i < suggest->values.count; i++) {
        const struct cm_suggest_value *value = cm_suggest_value(suggest, i);
        if (!is_exceptional(suggest, value) ||
            (last != NULL && cm_suggest_same_path(last, value) && cm_suggest_same_text(last->text, value->text)))
            continue;
        struct cm_suggest_candidate *made = cm_suggest_add_candidate(suggest, value, CERTMAP_OP_EQUAL, &value->text, 1);
        weigh(made, cm_suggest_path_of(value->field, value->subfield), COST_EXCEPTION);
        if (made != NULL) {
            made->exception = true;
            made->counts = false;
            made->why = CERTMAP_SUGGEST_EXCEPTION;
        }
        last = value;
    }
}
