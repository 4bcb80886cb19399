/* SPDX-License-Identifier: MIT */
/* The one pass over the corpus, and what is explained after it. */
#include "certmap/build.h"
#include "certmap/explain.h"
#include "corpus_digest.h"
#include "nearest.h"
#include "reason.h"
#include "report.h"
#include <stdlib.h>

/* ---- The pass ---- */

struct pass {
    struct tool_report *report;
    struct certmap_lint *lint;
};

enum certmap_status tool_report_prepare(struct tool_report *report, const struct tool_record *record,
                                        struct certmap_cert *cert, struct certmap_diagnostic *err) {
    enum certmap_status status = CERTMAP_OK;
    for (size_t i = 0; i < 2 && status == CERTMAP_OK; i++)
        if (report->peers[i] != NULL)
            status = tool_prepare(&report->prepare, report->peers[i], i == 0 ? cert : NULL, record, err);
    return status;
}

bool tool_report_prepare_example(struct tool_report *report, const struct tool_report_example *example) {
    struct certmap_diagnostic err;
    struct tool_record record = {.der = {example->der, example->len}};
    if (example->issuer_sha256 != NULL)
        record.issuer_sha256 = (struct certmap_view){example->issuer_sha256, CERTMAP_SHA256_SIZE};
    if (example->der == NULL)
        return false;
    if (tool_prepare(&report->prepare, report->peers[0], NULL, &record, &err) != CERTMAP_OK)
        tool_no_memory(); /* it was prepared before */
    return true;
}

static void add_to_digest(struct tool_report *report, const struct tool_record *record) {
    struct tool_text line = {NULL, 0, 0};
    tool_corpus_digest_add_line(&line, record);
    tool_corpus_digest_take(report->facts.digest, tool_text_view(&line));
    tool_text_free(&line);
}

static void count_damage(struct tool_report_facts *facts, enum certmap_code code) {
    size_t at = 0;
    while (at < facts->damage_count && facts->damages[at].code != code)
        at++;
    if (at == TOOL_REPORT_DAMAGES)
        return; /* it is in the sum of all */
    if (at == facts->damage_count)
        facts->damages[facts->damage_count++] = (struct tool_report_damage){code, 0};
    facts->damages[at].count++;
}

/* A tool_damage_fn: takes note of an entry that cannot be read. What was taken for a certificate is in the digest already. */
static void see_damage(void *ctx, const char *place, const struct tool_record *record) {
    const struct pass *pass = ctx;
    struct tool_report_facts *facts = &pass->report->facts;
    if (record->der.data == NULL)
        add_to_digest(pass->report, record);
    facts->answers[TOOL_REPORT_ERROR] = tool_rank_sum(facts->answers[TOOL_REPORT_ERROR], record->count);
    count_damage(facts, record->code);
    if (facts->broken_count < TOOL_REPORT_BROKEN)
        facts->broken[facts->broken_count++] =
            (struct tool_report_broken){tool_report_copy(tool_view(place)), tool_report_copy(tool_view(record->why))};
}

/* ---- Who decides ---- */

static void add_deciding(struct tool_report_deciding *deciding, size_t mapping) {
    deciding->mappings = tool_grow(deciding->mappings, deciding->count, &deciding->cap, sizeof *deciding->mappings);
    deciding->mappings[deciding->count++] = mapping;
}

static void add_output(struct tool_report_deciding *deciding, const struct certmap_explain_item *item, bool group) {
    deciding->outputs =
        tool_grow(deciding->outputs, deciding->output_count, &deciding->output_cap, sizeof *deciding->outputs);
    deciding->outputs[deciding->output_count++] =
        (struct tool_report_output){item->mapping, group, deciding->texts.len, item->text.len};
    tool_text_add(&deciding->texts, item->text);
}

/* What a mapping gives follows it. */
static bool see_holding(void *ctx, const struct certmap_explain_item *item) {
    struct tool_report_deciding *deciding = ctx;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING && item->decides)
        add_deciding(deciding, item->mapping);
    if (deciding->count == 0 || deciding->mappings[deciding->count - 1] != item->mapping || item->truth != CERTMAP_TRUE)
        return true;
    if (item->kind == CERTMAP_EXPLAIN_ACCOUNT)
        add_output(deciding, item, false);
    else if (item->kind == CERTMAP_EXPLAIN_OUTPUT && item->output->kind == CERTMAP_OUTPUT_GROUP)
        add_output(deciding, item, true);
    return true;
}

/* Under `all` each mapping that holds gives its account, whatever comes before it. */
static bool is_together(const struct tool_report *report, const struct certmap_result *result) {
    return result->decision == CERTMAP_ALLOW &&
           certmap_rules_combining(report->analysis.rules.rules) == CERTMAP_COMBINING_ALL;
}

static void find_deciding(struct tool_report *report, struct certmap_result *result) {
    struct tool_report_facts *facts = &report->facts;
    const struct certmap_rules *rules = report->analysis.rules.rules;
    report->deciding.count = report->deciding.output_count = report->deciding.texts.len = 0;
    if (!is_together(report, result)) {
        if (result->index < facts->mapping_count)
            add_deciding(&report->deciding, result->index);
        return;
    }
    facts->open = facts->open || facts->mapping_count > TOOL_REPORT_ASKED - facts->asked;
    if (facts->open) {
        add_deciding(&report->deciding, result->index);
        return;
    }
    facts->asked += facts->mapping_count;
    if (certmap_explain(rules, report->peers[0], result, see_holding, &report->deciding, NULL) != CERTMAP_OK)
        tool_no_memory();
    (void)certmap_match(rules, report->peers[0], result, NULL); /* the explanation has used the peer */
}

/* ---- A certificate ---- */

/* Lint looks first: the results are to live. */
static void answer(const struct pass *pass, const char *label, const struct certmap_cert *cert,
                   const struct tool_record *record) {
    struct tool_report *report = pass->report;
    struct certmap_result before = CERTMAP_RESULT_INIT, after = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err;
    if (pass->lint != NULL && certmap_lint_certificate(pass->lint, report->analysis.rules.rules, report->peers[0],
                                                       tool_view(label), record->count, &err) == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    (void)certmap_match(report->analysis.rules.rules, report->peers[0], &before, NULL);
    find_deciding(report, &before);
    if (report->has_after)
        (void)certmap_match(report->after.rules, report->peers[1], &after, NULL);
    tool_report_note(report, label, cert, record, &before, report->has_after ? &after : NULL);
}

static bool take(void *ctx, const char *label, const struct tool_record *record) {
    const struct pass *pass = ctx;
    struct tool_report *report = pass->report;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err;
    const enum certmap_status status = tool_report_prepare(report, record, &cert, &err);
    if (status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    add_to_digest(report, record);
    if (status == CERTMAP_OK) {
        answer(pass, label, &cert, record);
        return true;
    }
    tool_corpus_leave_out(&report->corpus, record, &err);
    return true;
}

static void begin(struct tool_report *report) {
    struct tool_report_facts *facts = &report->facts;
    const struct certmap_rules *rules = report->analysis.rules.rules;
    facts->mapping_count = certmap_rules_count(rules);
    facts->mappings = tool_alloc(facts->mapping_count * sizeof *facts->mappings);
    for (size_t i = 0; i < facts->mapping_count; i++)
        facts->mappings[i] = (struct tool_report_mapping){.count = 0};
    facts->account_keys.limit = TOOL_REPORT_ACCOUNTS;
    facts->group_keys.limit = TOOL_REPORT_GROUPS;
    facts->issuer_keys.limit = TOOL_REPORT_ISSUERS;
    facts->change_keys.limit = TOOL_REPORT_CHANGES;
    for (size_t i = 0; i < 2; i++)
        if ((i == 0 || report->has_after) && certmap_peer_new(&report->peers[i], NULL, NULL) != CERTMAP_OK)
            tool_no_memory();
}

void tool_report_read(struct tool_report *report, struct certmap_lint *lint) {
    struct pass pass = {report, lint};
    begin(report);
    report->corpus = (struct tool_corpus){.fn = take, .damaged = see_damage, .ctx = &pass, .err = &report->err};
    for (size_t i = 0; i < report->options->operand_count; i++)
        tool_corpus_read(&report->corpus, report->options->operands[i]);
    report->analysis.incomplete = !tool_corpus_end(&report->corpus);
}

/* ---- The nearest ---- */

static bool see_nearest(void *ctx, const struct certmap_explain_item *item) {
    if (item->kind == CERTMAP_EXPLAIN_NEAREST)
        tool_nearest_take(ctx, item);
    return true;
}

static void explain_nearest(struct tool_report *report, struct tool_report_group *group) {
    struct tool_nearest nearest = {.found = false};
    struct certmap_result result = CERTMAP_RESULT_INIT;
    const struct certmap_rules *rules = report->analysis.rules.rules;
    if (certmap_explain(rules, report->peers[0], &result, see_nearest, &nearest, NULL) != CERTMAP_OK)
        tool_no_memory();
    tool_nearest_find(&nearest, rules, report->peers[0]);
    if (nearest.found && nearest.missing > 0 && nearest.missing != SIZE_MAX && nearest.count > 0) {
        group->nearest = nearest.mapping;
        group->missing = nearest.missing;
        group->condition = tool_report_copy(tool_text_view(&nearest.shown[0]));
    }
    tool_nearest_free(&nearest);
}

/* A value cannot be read: the mapping is the one that asked about it. */
static void explain_unreadable(struct tool_report *report, struct tool_report_group *group) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct tool_text why = {NULL, 0, 0};
    (void)certmap_match(report->analysis.rules.rules, report->peers[0], &result, NULL);
    group->nearest = result.index;
    tool_reason_add(&why, report->analysis.rules.rules, report->peers[0], &result);
    group->condition = tool_report_copy(tool_text_view(&why));
    tool_text_free(&why);
}

static void explain_group(struct tool_report *report, struct tool_report_group *group) {
    if (!tool_report_prepare_example(report, &group->example))
        return;
    if (group->unreadable)
        explain_unreadable(report, group);
    else
        explain_nearest(report, group);
    group->explained = true;
    if (group->nearest < report->facts.mapping_count && !group->unreadable)
        report->facts.mappings[group->nearest].nearest =
            tool_rank_sum(report->facts.mappings[group->nearest].nearest, group->count);
}

void tool_report_explain(struct tool_report *report) {
    struct tool_report_facts *facts = &report->facts;
    const size_t count = facts->group_keys.count;
    struct tool_rank *ranks = tool_alloc(count * sizeof *ranks);
    const size_t mappings = facts->mapping_count > 0 ? facts->mapping_count : 1;
    size_t most = TOOL_REPORT_EXPLAINED / mappings;
    if (most < TOOL_REPORT_LEAST_EXPLAINED)
        most = TOOL_REPORT_LEAST_EXPLAINED;
    for (size_t i = 0; i < count; i++)
        ranks[i] = (struct tool_rank){0, facts->groups[i].count, i};
    tool_rank_sort(ranks, count);
    for (size_t i = 0; i < count && i < most; i++)
        explain_group(report, &facts->groups[ranks[i].index]);
    free(ranks);
}
