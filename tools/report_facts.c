/* SPDX-License-Identifier: MIT */
/* What is kept of the certificates of a corpus: counts, and a few of them as examples. */
#include "certmap/explain.h"
#include "report.h"
#include <stdlib.h>
#include <string.h>

/* ---- Examples ---- */

/* The bytes are kept as long as there is room for them. */
static void keep_example(struct tool_report_facts *facts, struct tool_report_example *example, const char *label,
                         const struct certmap_cert *cert, const struct tool_record *record) {
    const struct certmap_view der = record->der, issuer = record->issuer_sha256;
    example->label = tool_report_copy(tool_view(label));
    example->subject = tool_report_copy_name(cert->subject);
    if (der.len > TOOL_REPORT_EXAMPLE_SIZE || der.len + CERTMAP_SHA256_SIZE > TOOL_REPORT_EXAMPLES_SIZE - facts->kept)
        return;
    facts->kept += der.len + CERTMAP_SHA256_SIZE;
    example->der = tool_alloc(der.len + CERTMAP_SHA256_SIZE);
    example->len = der.len;
    memcpy(example->der, der.data, der.len);
    if (issuer.len != CERTMAP_SHA256_SIZE)
        return;
    example->issuer_sha256 = example->der + der.len;
    memcpy(example->issuer_sha256, issuer.data, CERTMAP_SHA256_SIZE);
}

static void free_example(struct tool_report_example *example) {
    free(example->label);
    free(example->subject);
    free(example->der);
}

/* ---- Accounts ---- */

static void add_number(struct tool_text *key, uint64_t number) {
    tool_text_add(key, (struct certmap_view){(const uint8_t *)&number, sizeof number});
}

/* The key is the mapping, whether it is a group, and the text, which is what is shown. */
static void note_account(struct tool_report *report, const struct certmap_cert *cert, size_t mapping,
                         struct certmap_view text, bool group) {
    struct tool_report_facts *facts = &report->facts;
    struct tool_text key = {NULL, 0, 0};
    char *copy = tool_report_copy(text);
    add_number(&key, 2 * (uint64_t)mapping + group);
    tool_text_string(&key, copy);
    free(copy);
    const size_t count = facts->account_keys.count, at = tool_table_add(&facts->account_keys, tool_text_view(&key));
    tool_text_free(&key);
    if (at == SIZE_MAX) {
        facts->accounts_over++;
        return;
    }
    if (at == count) {
        facts->accounts = tool_grow(facts->accounts, count, &facts->account_cap, sizeof *facts->accounts);
        facts->accounts[at].mapping = mapping;
        facts->accounts[at].group = group;
        facts->accounts[at].subject = tool_report_copy_name(cert->subject);
        facts->mappings[mapping].accounts += !group;
    }
    facts->accounts[at].count++;
}

static void note_accounts(struct tool_report *report, const struct certmap_cert *cert,
                          const struct certmap_result *result) {
    bool privileged = false;
    for (size_t i = 0; i < result->account_count; i++) {
        privileged = privileged || certmap_lint_is_privileged(result->accounts[i]);
        note_account(report, cert, result->index, result->accounts[i], false);
    }
    for (size_t i = 0; i < result->group_count; i++) {
        privileged = privileged || certmap_lint_is_privileged(result->groups[i]);
        note_account(report, cert, result->index, result->groups[i], true);
    }
    report->facts.privileged += privileged;
}

/* ---- Those without an account ---- */

/* The units of the subject, one after the other. */
static void add_units(struct tool_text *key, struct certmap_peer *peer) {
    const size_t count = certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT);
    const char *plus = "";
    for (size_t i = 0; i < count && key->len < 2 * TOOL_REPORT_TEXT; i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        if (certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, i, NULL) != CERTMAP_OK || value.subfield.len != 2 ||
            memcmp(value.subfield.data, "OU", 2) != 0)
            continue;
        tool_text_string(key, plus);
        plus = " + ";
        if (value.text.data != NULL)
            tool_text_add(key, value.text);
        else
            tool_text_string(key, "(unreadable)");
    }
}

/* The key is whether a value is unreadable, the issuer, a NUL, and the unit. */
static size_t find_group(struct tool_report *report, const struct certmap_cert *cert, bool unreadable) {
    struct tool_text key = {NULL, 0, 0};
    char *issuer = tool_report_copy_name(cert->issuer);
    tool_text_string(&key, unreadable ? "u" : "n");
    tool_text_string(&key, issuer);
    tool_text_repeat(&key, '\0', 1);
    add_units(&key, report->peers[0]);
    const size_t at = tool_table_add(&report->facts.group_keys, tool_text_view(&key));
    tool_text_free(&key);
    free(issuer);
    return at;
}

static void note_none(struct tool_report *report, const char *label, const struct certmap_cert *cert,
                      const struct tool_record *record, const struct certmap_result *result) {
    struct tool_report_facts *facts = &report->facts;
    const size_t count = facts->group_keys.count;
    const bool unreadable = result->reason == CERTMAP_CODE_UNREADABLE;
    const size_t at = find_group(report, cert, unreadable);
    if (at == SIZE_MAX) {
        facts->groups_over++;
        return;
    }
    if (at == count) {
        facts->groups = tool_grow(facts->groups, count, &facts->group_cap, sizeof *facts->groups);
        facts->groups[at].nearest = SIZE_MAX;
        facts->groups[at].unreadable = unreadable;
        keep_example(facts, &facts->groups[at].example, label, cert, record);
    }
    struct tool_report_group *group = &facts->groups[at];
    if (group->count < TOOL_REPORT_EXAMPLES)
        group->subjects[group->count] = tool_report_copy_name(cert->subject);
    group->count++;
}

/* ---- Issuers ---- */

static void note_issuer(struct tool_report *report, const struct certmap_cert *cert, enum tool_report_answer answer) {
    struct tool_report_facts *facts = &report->facts;
    const size_t count = facts->issuer_keys.count;
    char *issuer = tool_report_copy_name(cert->issuer);
    const size_t at = tool_table_add(&facts->issuer_keys, tool_view(issuer));
    free(issuer);
    if (at == SIZE_MAX) {
        facts->issuers_over++;
        return;
    }
    if (at == count)
        facts->issuers = tool_grow(facts->issuers, count, &facts->issuer_cap, sizeof *facts->issuers);
    facts->issuers[at].answers[answer]++;
}

/* ---- What changes ---- */

static char *copy_account(const struct certmap_result *result) {
    return result->decision == CERTMAP_ALLOW ? tool_report_copy(result->account) : NULL;
}

static void note_change(struct tool_report *report, const char *label, const struct certmap_cert *cert,
                        const struct certmap_result *before, const struct certmap_result *after) {
    struct tool_report_facts *facts = &report->facts;
    enum certmap_diff_effect_kind kind;
    struct tool_text key = {NULL, 0, 0};
    if (!certmap_diff_results(before, after, &kind))
        return;
    facts->effects[kind]++;
    add_number(&key, (uint64_t)kind);
    add_number(&key, before->index);
    add_number(&key, after->index);
    const size_t count = facts->change_keys.count, at = tool_table_add(&facts->change_keys, tool_text_view(&key));
    tool_text_free(&key);
    if (at == SIZE_MAX) {
        facts->changes_over++;
        return;
    }
    if (at == count) {
        facts->changes = tool_grow(facts->changes, count, &facts->change_cap, sizeof *facts->changes);
        facts->changes[at] = (struct tool_report_change){kind,
                                                         0,
                                                         before->index,
                                                         after->index,
                                                         copy_account(before),
                                                         copy_account(after),
                                                         {NULL, NULL, NULL, 0, NULL}};
        facts->changes[at].example.label = tool_report_copy(tool_view(label));
        facts->changes[at].example.subject = tool_report_copy_name(cert->subject);
    }
    facts->changes[at].count++;
}

/* ---- All of it ---- */

static enum tool_report_answer answer_of(const struct certmap_result *result) {
    return result->decision == CERTMAP_ALLOW  ? TOOL_REPORT_ALLOW
           : result->decision == CERTMAP_DENY ? TOOL_REPORT_DENY
                                              : TOOL_REPORT_NONE;
}

static bool is_unbuilt(const struct certmap_result *result) {
    return result->decision == CERTMAP_DENY && result->reason != CERTMAP_CODE_NONE &&
           result->reason != CERTMAP_CODE_UNREADABLE;
}

static void note_mapping(struct tool_report *report, const char *label, const struct certmap_cert *cert,
                         const struct tool_record *record, const struct certmap_result *result) {
    struct tool_report_facts *facts = &report->facts;
    if (result->index >= facts->mapping_count)
        return;
    struct tool_report_mapping *mapping = &facts->mappings[result->index];
    mapping->unreadable += result->reason == CERTMAP_CODE_UNREADABLE;
    if (result->decision == CERTMAP_NONE)
        return; /* it could not be decided: it answers nobody by that */
    if (mapping->count++ == 0)
        keep_example(facts, &mapping->example, label, cert, record);
    mapping->unbuilt += is_unbuilt(result);
    if (result->decision == CERTMAP_ALLOW)
        note_accounts(report, cert, result);
}

void tool_report_note(struct tool_report *report, const char *label, const struct certmap_cert *cert,
                      const struct tool_record *record, const struct certmap_result *result,
                      const struct certmap_result *after) {
    const enum tool_report_answer answer = answer_of(result);
    report->facts.total++;
    report->facts.answers[answer]++;
    note_mapping(report, label, cert, record, result);
    note_issuer(report, cert, answer);
    tool_report_note_expiry(report, cert, result, answer);
    if (after != NULL)
        note_change(report, label, cert, result, after);
    if (answer == TOOL_REPORT_NONE)
        note_none(report, label, cert, record, result);
}

void tool_report_facts_free(struct tool_report_facts *facts) {
    for (size_t i = 0; i < facts->mapping_count; i++)
        free_example(&facts->mappings[i].example);
    for (size_t i = 0; i < facts->account_keys.count; i++)
        free(facts->accounts[i].subject);
    for (size_t i = 0; i < facts->group_keys.count; i++) {
        for (size_t k = 0; k < TOOL_REPORT_EXAMPLES; k++)
            free(facts->groups[i].subjects[k]);
        free(facts->groups[i].condition);
        free_example(&facts->groups[i].example);
    }
    for (size_t i = 0; i < facts->change_keys.count; i++) {
        free(facts->changes[i].account_before);
        free(facts->changes[i].account_after);
        free_example(&facts->changes[i].example);
    }
    for (size_t i = 0; i < facts->next_count; i++) {
        free(facts->next[i].subject);
        free(facts->next[i].account);
    }
    for (size_t i = 0; i < facts->broken_count; i++) {
        free(facts->broken[i].label);
        free(facts->broken[i].why);
    }
    free(facts->mappings);
    free(facts->accounts);
    free(facts->groups);
    free(facts->issuers);
    free(facts->changes);
    tool_table_free(&facts->account_keys);
    tool_table_free(&facts->group_keys);
    tool_table_free(&facts->issuer_keys);
    tool_table_free(&facts->change_keys);
}
