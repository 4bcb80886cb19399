/* SPDX-License-Identifier: MIT */
/* The one pass over the corpus, and what is explained after it. */
#include "hash.h"
#include "nearest.h"
#include "reason.h"
#include "report.h"
#include <stdlib.h>
#include <string.h>

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

/* The digest of the corpus is that of the digests of its certificates, each over the one before: SHA-256(d || SHA-256(der)),
 * from 32 bytes of zero on. */
static void add_to_digest(uint8_t digest[CERTMAP_SHA256_SIZE], struct certmap_view der) {
    uint8_t both[2 * CERTMAP_SHA256_SIZE];
    memcpy(both, digest, CERTMAP_SHA256_SIZE);
    if (!tool_hash(NULL, both + CERTMAP_SHA256_SIZE, CERTMAP_HASH_SHA256, der) ||
        !tool_hash(NULL, digest, CERTMAP_HASH_SHA256, (struct certmap_view){both, sizeof both}))
        tool_no_memory();
}

static void leave_out(struct tool_report *report, const char *label, const char *why) {
    struct tool_report_facts *facts = &report->facts;
    tool_corpus_leave_out(&report->corpus, label, why);
    facts->answers[TOOL_REPORT_ERROR]++;
    if (facts->broken_count < TOOL_REPORT_BROKEN)
        facts->broken[facts->broken_count++] =
            (struct tool_report_broken){tool_report_copy(tool_view(label)), tool_report_copy(tool_view(why))};
}

/* Lint looks first: the results are to live. */
static void answer(const struct pass *pass, const char *label, const struct certmap_cert *cert,
                   const struct tool_record *record) {
    struct tool_report *report = pass->report;
    struct certmap_result before = CERTMAP_RESULT_INIT, after = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err;
    if (pass->lint != NULL && certmap_lint_certificate(pass->lint, report->analysis.rules.rules, report->peers[0],
                                                       tool_view(label), &err) == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    (void)certmap_match(report->analysis.rules.rules, report->peers[0], &before, NULL);
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
    add_to_digest(report->facts.digest, record->der);
    if (status == CERTMAP_OK)
        answer(pass, label, &cert, record);
    else
        leave_out(report, label, err.text);
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
    report->corpus = (struct tool_corpus){.fn = take, .ctx = &pass, .err = &report->err};
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
        report->facts.mappings[group->nearest].nearest += group->count;
}

static int compare_groups(const void *left, const void *right) {
    const struct tool_report_group *const *a = left, *const *b = right;
    if ((*a)->count != (*b)->count)
        return (*a)->count > (*b)->count ? -1 : 1;
    return *a < *b ? -1 : *a > *b; /* in the order in which they came */
}

void tool_report_explain(struct tool_report *report) {
    struct tool_report_facts *facts = &report->facts;
    const size_t count = facts->group_keys.count;
    struct tool_report_group **groups = tool_alloc(count * sizeof(struct tool_report_group *));
    const size_t mappings = facts->mapping_count > 0 ? facts->mapping_count : 1;
    size_t most = TOOL_REPORT_EXPLAINED / mappings;
    if (most < TOOL_REPORT_LEAST_EXPLAINED)
        most = TOOL_REPORT_LEAST_EXPLAINED;
    for (size_t i = 0; i < count; i++)
        groups[i] = &facts->groups[i];
    if (count > 1)
        qsort(groups, count, sizeof(struct tool_report_group *), compare_groups);
    for (size_t i = 0; i < count && i < most; i++)
        explain_group(report, groups[i]);
    free(groups);
}
