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

enum tool_report_power tool_report_power(const struct tool_report *report, struct certmap_view account) {
    const bool computer = account.len > 1 && account.data[account.len - 1] == '$';
    if (certmap_lint_is_named(account, report->privileged.names, report->privileged.count))
        return TOOL_REPORT_ADMINISTRATOR;
    if (!certmap_lint_is_privileged(account))
        return TOOL_REPORT_ORDINARY;
    return computer ? TOOL_REPORT_COMPUTER : TOOL_REPORT_ADMINISTRATOR;
}

/* Who has power over others has room of his own, and more of it than computers, of which a firm has thousands. */
static size_t room_for(size_t limit, enum tool_report_power power) {
    static const size_t more[] = {2 * TOOL_REPORT_PRIVILEGED, TOOL_REPORT_PRIVILEGED, 0}; /* enum tool_report_power */
    return limit + more[power];
}

static void count_over(struct tool_report_facts *facts, enum tool_report_power power, uint64_t count) {
    facts->accounts_over = tool_rank_sum(facts->accounts_over, count);
    if (power != TOOL_REPORT_ORDINARY)
        facts->privileged_over = tool_rank_sum(facts->privileged_over, count);
}

/* An account of a certificate. */
struct given {
    struct certmap_view text;
    size_t mapping;
    enum tool_report_power power;
    bool group;
    uint64_t count;
};

/* The key is the mapping, whether it is a group, and the text, which is what is shown. */
static void note_account(struct tool_report *report, const struct certmap_cert *cert, const struct given *given) {
    struct tool_report_facts *facts = &report->facts;
    struct tool_text key = {NULL, 0, 0};
    char *copy = tool_report_copy(given->text);
    add_number(&key, 2 * (uint64_t)given->mapping + given->group);
    tool_text_string(&key, copy);
    free(copy);
    facts->account_keys.limit = room_for(TOOL_REPORT_ACCOUNTS, given->power);
    const size_t count = facts->account_keys.count, at = tool_table_add(&facts->account_keys, tool_text_view(&key));
    tool_text_free(&key);
    if (at == SIZE_MAX) {
        count_over(facts, given->power, given->count);
        return;
    }
    if (at == count) {
        facts->accounts = tool_grow(facts->accounts, count, &facts->account_cap, sizeof *facts->accounts);
        facts->accounts[at].mapping = given->mapping;
        facts->accounts[at].power = given->power;
        facts->accounts[at].group = given->group;
        facts->accounts[at].subject = tool_report_copy_name(cert->subject);
        facts->mappings[given->mapping].accounts += !given->group;
    }
    facts->accounts[at].count = tool_rank_sum(facts->accounts[at].count, given->count);
}

/* The power of the most powerful account or group that an answer gives. */
static enum tool_report_power power_of(const struct tool_report *report, const struct certmap_result *result) {
    enum tool_report_power power = TOOL_REPORT_ORDINARY;
    for (size_t i = 0; i < result->account_count + result->group_count; i++) {
        const struct certmap_view text =
            i < result->account_count ? result->accounts[i] : result->groups[i - result->account_count];
        const enum tool_report_power one = tool_report_power(report, text);
        power = one < power ? one : power;
    }
    return power;
}

/* Of mappings that hold together, the first that gives this. */
static size_t giver_of(const struct tool_report_deciding *deciding, struct certmap_view text, bool group) {
    for (size_t i = 0; i < deciding->output_count; i++) {
        const struct tool_report_output *output = &deciding->outputs[i];
        if (output->group == group && output->len == text.len &&
            memcmp(deciding->texts.data + output->begin, text.data, text.len) == 0)
            return output->mapping;
    }
    return deciding->mappings[0];
}

/* power: of the most powerful of them. */
static void note_accounts(struct tool_report *report, const struct certmap_cert *cert,
                          const struct certmap_result *result, enum tool_report_power power, uint64_t count) {
    const size_t accounts = result->account_count, all = accounts + result->group_count;
    for (size_t i = 0; i < all; i++) {
        const bool group = i >= accounts;
        const struct certmap_view text = group ? result->groups[i - accounts] : result->accounts[i];
        const struct given given = {text, giver_of(&report->deciding, text, group),
                                    all == 1 ? power : tool_report_power(report, text), group, count};
        note_account(report, cert, &given);
    }
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
        facts->groups_over = tool_rank_sum(facts->groups_over, record->count);
        return;
    }
    if (at == count) {
        facts->groups = tool_grow(facts->groups, count, &facts->group_cap, sizeof *facts->groups);
        facts->groups[at].nearest = SIZE_MAX;
        facts->groups[at].unreadable = unreadable;
        keep_example(facts, &facts->groups[at].example, label, cert, record);
    }
    struct tool_report_group *group = &facts->groups[at];
    if (group->subject_count < TOOL_REPORT_EXAMPLES)
        group->subjects[group->subject_count++] = tool_report_copy_name(cert->subject);
    group->count = tool_rank_sum(group->count, record->count);
}

/* ---- Issuers ---- */

static void note_issuer(struct tool_report *report, const struct certmap_cert *cert, enum tool_report_answer answer,
                        uint64_t came) {
    struct tool_report_facts *facts = &report->facts;
    const size_t count = facts->issuer_keys.count;
    char *issuer = tool_report_copy_name(cert->issuer);
    const size_t at = tool_table_add(&facts->issuer_keys, tool_view(issuer));
    free(issuer);
    if (at == SIZE_MAX) {
        facts->issuers_over = tool_rank_sum(facts->issuers_over, came);
        return;
    }
    if (at == count)
        facts->issuers = tool_grow(facts->issuers, count, &facts->issuer_cap, sizeof *facts->issuers);
    facts->issuers[at].answers[answer] = tool_rank_sum(facts->issuers[at].answers[answer], came);
}

/* ---- What changes ---- */

static char *copy_account(const struct certmap_result *result) {
    return result->decision == CERTMAP_ALLOW ? tool_report_copy(result->account) : NULL;
}

static void begin_change(struct tool_report_facts *facts, size_t at, const struct tool_report_change *change) {
    facts->changes = tool_grow(facts->changes, at, &facts->change_cap, sizeof *facts->changes);
    facts->changes[at] = *change;
}

/* The key is the kind, the power, and the mappings; of administrators also the accounts: what happens to each must be
 * seen. */
static void add_change_key(struct tool_text *key, const struct tool_report_change *change) {
    add_number(key, 4 * (uint64_t)change->kind + change->power);
    add_number(key, change->before);
    add_number(key, change->after);
    if (change->power != TOOL_REPORT_ADMINISTRATOR)
        return;
    tool_text_string(key, change->account_before != NULL ? change->account_before : "");
    tool_text_repeat(key, '\0', 1);
    tool_text_string(key, change->account_after != NULL ? change->account_after : "");
}

static void free_change(struct tool_report_change *change) {
    free(change->account_before);
    free(change->account_after);
    free_example(&change->example);
}

static void note_change(struct tool_report *report, const char *label, const struct certmap_cert *cert,
                        const struct certmap_result *before, const struct certmap_result *after, uint64_t came) {
    struct tool_report_facts *facts = &report->facts;
    struct tool_report_change change = {.before = before->index, .after = after->index};
    struct tool_text key = {NULL, 0, 0};
    if (!certmap_diff_results(before, after, &change.kind))
        return;
    const enum tool_report_power had = power_of(report, before), has = power_of(report, after);
    change.power = had < has ? had : has;
    change.account_before = copy_account(before);
    change.account_after = copy_account(after);
    facts->effects[change.kind] = tool_rank_sum(facts->effects[change.kind], came);
    add_change_key(&key, &change);
    facts->change_keys.limit = room_for(TOOL_REPORT_CHANGES, change.power);
    const size_t count = facts->change_keys.count, at = tool_table_add(&facts->change_keys, tool_text_view(&key));
    tool_text_free(&key);
    if (at == count) {
        change.example.label = tool_report_copy(tool_view(label));
        change.example.subject = tool_report_copy_name(cert->subject);
        begin_change(facts, at, &change);
    } else {
        free_change(&change);
    }
    uint64_t *counter = at == SIZE_MAX ? &facts->changes_over : &facts->changes[at].count;
    *counter = tool_rank_sum(*counter, came);
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

static void note_mapping(struct tool_report *report, size_t index, const char *label, const struct certmap_cert *cert,
                         const struct tool_record *record, const struct certmap_result *result) {
    struct tool_report_facts *facts = &report->facts;
    struct tool_report_mapping *mapping = &facts->mappings[index];
    if (result->reason == CERTMAP_CODE_UNREADABLE)
        mapping->unreadable = tool_rank_sum(mapping->unreadable, record->count);
    if (result->decision == CERTMAP_NONE)
        return; /* it could not be decided: it answers nobody by that */
    if (mapping->count == 0)
        keep_example(facts, &mapping->example, label, cert, record);
    mapping->count = tool_rank_sum(mapping->count, record->count);
    if (is_unbuilt(result))
        mapping->unbuilt = tool_rank_sum(mapping->unbuilt, record->count);
}

uint64_t tool_report_all(const struct tool_report *report) {
    return tool_rank_sum(report->facts.total, report->facts.answers[TOOL_REPORT_ERROR]);
}

void tool_report_note(struct tool_report *report, const char *label, const struct certmap_cert *cert,
                      const struct tool_record *record, const struct certmap_result *result,
                      const struct certmap_result *after) {
    struct tool_report_facts *facts = &report->facts;
    const enum tool_report_answer answer = answer_of(result);
    const enum tool_report_power power = power_of(report, result);
    facts->entries++;
    facts->total = tool_rank_sum(facts->total, record->count);
    facts->answers[answer] = tool_rank_sum(facts->answers[answer], record->count);
    for (size_t i = 0; i < report->deciding.count; i++)
        note_mapping(report, report->deciding.mappings[i], label, cert, record, result);
    note_accounts(report, cert, result, power, record->count);
    facts->powers[power] = tool_rank_sum(facts->powers[power], record->count);
    note_issuer(report, cert, answer, record->count);
    tool_report_note_expiry(report, cert, result, answer, record->count);
    if (after != NULL)
        note_change(report, label, cert, result, after, record->count);
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
    for (size_t i = 0; i < facts->change_keys.count; i++)
        free_change(&facts->changes[i]);
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
