/* SPDX-License-Identifier: MIT */
/* Accounts that somebody gets who should not:
 *
 *     privileged-account             an administrator's, by less than a key and a digest or a SID
 *     certificate-chooses-account    a placeholder that no condition confines, and any issuer
 *     placeholder-can-be-privileged  the issuer is known; but it issues to whoever is called Administrator
 *     placeholder-no-value           the conditions hold without the value, so that a deny waits
 *
 * Each but the first is said only if a certificate shows it. */
#include "advice.h"
#include "certmap/names.h"
#include "placeholder_paths.h"
#include "privileged.h"
#include "sample.h"
#include <string.h>

/* ---- accounts that are written out ---- */

/* One certificate, or one person of one issuer. */
static bool is_strong(unsigned needs) {
    const unsigned sid = CM_LINT_NEEDS_ISSUER_KEY | CM_LINT_NEEDS_SID;
    const unsigned serial = CM_LINT_NEEDS_ISSUER_KEY | CM_LINT_NEEDS_SERIAL;
    return (needs & CM_LINT_NEEDS_DIGEST) != 0 || (needs & sid) == sid || (needs & serial) == serial;
}

static void say_privileged(struct certmap_lint *lint, const struct cm_lint_advised *advised, struct certmap_view name,
                           struct certmap_position place) {
    struct cm_lint_draft draft;
    if (!cm_lint_is_privileged(lint, name) || !cm_lint_wants(lint, CERTMAP_CODE_PRIVILEGED_ACCOUNT))
        return;
    const bool shown = cm_lint_draft_begin(&draft, lint) && cm_lint_draft_mapping(&draft, advised->index, NULL, NULL) &&
                       cm_lint_draft_is_answered(&draft, advised->index, CERTMAP_ALLOW);
    struct certmap_lint_report *report = cm_lint_report_add(
        lint, CERTMAP_CODE_PRIVILEGED_ACCOUNT, shown ? CERTMAP_CERTAINTY_SHOWN : CERTMAP_CERTAINTY_ADVICE,
        advised->index, place, "whoever gets a certificate with these values is %s", cm_lint_quote(lint, name));
    cm_lint_report_help(lint, report,
                        "ask for the one certificate: issuer is spki.sha256 \"...\" and spki.sha256 = \"...\", or "
                        "ms.sid (certmap show prints them)");
    if (shown)
        cm_lint_draft_show(&draft, report);
}

static void advise_privileged(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    const struct cm_lint_mapping *mapping = advised->mapping;
    if (is_strong(advised->needs.all))
        return;
    if (!mapping->is.is_template)
        say_privileged(lint, advised, mapping->is.account, cm_lint_account_place(lint, advised->index));
    for (size_t i = 0; i < mapping->output_count; i++) {
        const struct certmap_output *output = cm_lint_output_at(&lint->model, mapping->output + i);
        if (output->kind == CERTMAP_OUTPUT_GROUP && !output->is_template)
            say_privileged(lint, advised, output->value, cm_lint_output_place(lint, advised->index, i));
    }
}

/* ---- placeholders ---- */

/* A pattern that any text fits. */
static bool takes_anything(const struct certmap_lint *lint, const struct cm_lint_condition *condition) {
    const struct certmap_view shown = cm_lint_shown(cm_lint_operand_at(&lint->model, condition->operand));
    for (size_t i = 0; i < shown.len; i++)
        if (shown.data[i] != '*' && shown.data[i] != '?')
            return false;
    return condition->op == CERTMAP_OP_LIKE && memchr(shown.data, '*', shown.len) != NULL;
}

/* The condition that confines a path, by its index in the model; SIZE_MAX: none does. */
static size_t find_confining(const struct certmap_lint *lint, const struct cm_lint_advised *advised,
                             const struct cm_lint_path *path) {
    for (size_t i = 0; i < advised->mapping->condition_count; i++) {
        const size_t index = advised->mapping->condition + i;
        const struct cm_lint_condition *condition = cm_lint_condition_at(&lint->model, index);
        const struct cm_lint_path *other = cm_lint_path_at(&lint->model, condition->path);
        if (!advised->refused[i] && condition->operand_count > 0 && other->field == path->field &&
            certmap_text_same(other->subfield, path->subfield) && !takes_anything(lint, condition))
            return index;
    }
    return SIZE_MAX;
}

static bool is_address(const struct cm_lint_path *path) {
    static const char *const names[] = {"email", "upn", "krb5", "E"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cm_lint_is_named(path->subfield, names[i]))
            return true;
    return false;
}

/* What a value is tried to be, one after the other: whoever is let in by one of them shows it. */
enum guess {
    GUESS_USUAL,    /* the pattern that confines it, its stars being the name; else the name or an address of it */
    GUESS_NAME,     /* the name itself */
    GUESS_BOUNDARY, /* the pattern, its first star being the name, and nothing in the others */
    GUESSES
};

/* The pattern with the name in its first star. */
static struct certmap_view fill_first(struct certmap_lint *lint, struct certmap_view pattern, const char *name) {
    const uint8_t *star = memchr(pattern.data, '*', pattern.len);
    if (star == NULL)
        return certmap_no_view();
    const size_t head = (size_t)(star - pattern.data), named = strlen(name);
    uint8_t *text = cm_lint_pool_take(&lint->scratch, pattern.len + named, 1);
    if (text == NULL)
        return certmap_no_view();
    memcpy(text, pattern.data, head);
    memcpy(text + head, name, named);
    memcpy(text + head + named, star + 1, pattern.len - head - 1);
    return cm_lint_fill(&lint->scratch, (struct certmap_view){text, pattern.len + named - 1}, "1", "");
}

/* What the value is if its owner is called so. data NULL: it cannot be chosen. */
static struct certmap_view chosen(struct certmap_lint *lint, const struct cm_lint_advised *advised,
                                  const struct cm_lint_path *path, const char *name, enum guess guess) {
    const size_t confining = find_confining(lint, advised, path);
    if (confining == SIZE_MAX && is_address(path) && guess == GUESS_USUAL)
        return cm_lint_fill(&lint->scratch, certmap_view_of("*@evil.example"), "x", name);
    if (confining == SIZE_MAX || guess == GUESS_NAME)
        return cm_lint_pool_copy(&lint->scratch, certmap_view_of(name));
    const struct cm_lint_condition *condition = cm_lint_condition_at(&lint->model, confining);
    if (condition->op != CERTMAP_OP_LIKE)
        return certmap_no_view();
    const struct certmap_view pattern = cm_lint_shown(cm_lint_operand_at(&lint->model, condition->operand));
    return guess == GUESS_BOUNDARY ? fill_first(lint, pattern, name) : cm_lint_fill(&lint->scratch, pattern, "x", name);
}

/* A draft in which every placeholder takes the name, as far as it can be chosen. */
static bool draft_chosen(struct cm_lint_draft *draft, struct certmap_lint *lint, const struct cm_lint_advised *advised,
                         const struct cm_lint_placeholders *placeholders, const char *name, enum guess guess) {
    if (!cm_lint_draft_begin(draft, lint) || !cm_lint_draft_mapping(draft, advised->index, NULL, NULL))
        return false;
    for (size_t i = 0; i < placeholders->count; i++) {
        const struct cm_lint_path *path = &placeholders->paths[i];
        const struct certmap_view text = chosen(lint, advised, path, name, guess);
        if (text.data != NULL && !cm_lint_draft_replace(draft, path, text))
            return false;
    }
    return true;
}

static bool is_confined(const struct certmap_lint *lint, const struct cm_lint_advised *advised,
                        const struct cm_lint_placeholders *placeholders) {
    for (size_t i = 0; i < placeholders->count; i++)
        if (find_confining(lint, advised, &placeholders->paths[i]) == SIZE_MAX)
            return false;
    return true;
}

static void add_stranger(struct cm_lint_draft *draft) {
    const struct cm_lint_path path = {CERTMAP_FIELD_ISSUER, certmap_view_of("CN")};
    for (size_t i = 0; i < draft->count; i++)
        if (draft->values[i].field == CERTMAP_FIELD_ISSUER)
            return;
    (void)cm_lint_draft_add(draft, &path, certmap_view_of("Cheap Public CA"));
}

/* A certificate of any CA that gets an account of its choice: that account. data NULL: there is none. */
static struct certmap_view draft_choosing(struct cm_lint_draft *draft, struct certmap_lint *lint,
                                          const struct cm_lint_advised *advised,
                                          const struct cm_lint_placeholders *placeholders) {
    for (enum guess guess = GUESS_USUAL; guess < GUESSES; guess++) {
        if (!draft_chosen(draft, lint, advised, placeholders, "root", guess))
            continue;
        add_stranger(draft);
        const struct certmap_view account = cm_lint_draft_account(draft, advised->index);
        if (account.data != NULL)
            return account;
    }
    return certmap_no_view();
}

static bool advise_choosing(struct certmap_lint *lint, const struct cm_lint_advised *advised,
                            const struct cm_lint_placeholders *placeholders) {
    struct cm_lint_draft draft;
    if ((advised->needs.all & CM_LINT_NEEDS_ISSUER) != 0 || is_confined(lint, advised, placeholders))
        return false;
    const struct certmap_view account = draft_choosing(&draft, lint, advised, placeholders);
    if (account.data == NULL)
        return false;
    struct certmap_lint_report *report = cm_lint_report_add(
        lint, CERTMAP_CODE_CERTIFICATE_CHOOSES_ACCOUNT, CERTMAP_CERTAINTY_SHOWN, advised->index,
        cm_lint_account_place(lint, advised->index),
        "whoever has a certificate chooses the account: one from any CA gets %s", cm_lint_quote(lint, account));
    cm_lint_report_help(lint, report,
                        "add the issuer - issuer is spki.sha256 \"...\" -, and a condition on the field that the "
                        "placeholder takes");
    cm_lint_draft_show(&draft, report);
    return true;
}

/* A certificate that gets the account of an administrator: that account. data NULL: there is none. */
static struct certmap_view draft_privileged(struct cm_lint_draft *draft, struct certmap_lint *lint,
                                            const struct cm_lint_advised *advised,
                                            const struct cm_lint_placeholders *placeholders) {
    const struct certmap_view account = advised->mapping->is.account;
    const bool domain =
        memchr(account.data, '\\', account.len) != NULL || memchr(account.data, '@', account.len) != NULL;
    const char *const names[] = {domain ? "administrator" : "root", domain ? "root" : "administrator"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (enum guess guess = GUESS_USUAL; guess < GUESSES; guess++) {
            if (!draft_chosen(draft, lint, advised, placeholders, names[i], guess))
                continue;
            const struct certmap_view given = cm_lint_draft_account(draft, advised->index);
            if (given.data != NULL && cm_lint_is_privileged(lint, given))
                return given;
        }
    return certmap_no_view();
}

static void advise_can_be_privileged(struct certmap_lint *lint, const struct cm_lint_advised *advised,
                                     const struct cm_lint_placeholders *placeholders) {
    struct cm_lint_draft draft;
    if (!cm_lint_wants(lint, CERTMAP_CODE_PLACEHOLDER_CAN_BE_PRIVILEGED))
        return;
    const struct certmap_view given = draft_privileged(&draft, lint, advised, placeholders);
    if (given.data == NULL)
        return;
    struct certmap_lint_report *report =
        cm_lint_report_add(lint, CERTMAP_CODE_PLACEHOLDER_CAN_BE_PRIVILEGED, CERTMAP_CERTAINTY_SHOWN, advised->index,
                           cm_lint_account_place(lint, advised->index), "whoever this issuer calls so is let in as %s",
                           cm_lint_quote(lint, given));
    cm_lint_report_help(lint, report,
                        "refuse these names in a mapping before this one, or put a prefix before the placeholder");
    cm_lint_draft_show(&draft, report);
}

static void advise_no_value(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    struct cm_lint_draft draft;
    struct certmap_result result;
    if (!cm_lint_wants(lint, CERTMAP_CODE_PLACEHOLDER_NO_VALUE) || !cm_lint_draft_begin(&draft, lint) ||
        !cm_lint_draft_mapping(&draft, advised->index, NULL, NULL) || !cm_lint_draft_answer(&draft, &result) ||
        result.index != advised->index || result.decision != CERTMAP_DENY ||
        result.reason != CERTMAP_CODE_PLACEHOLDER_NO_VALUE)
        return;
    struct certmap_lint_report *report = cm_lint_report_add(
        lint, CERTMAP_CODE_PLACEHOLDER_NO_VALUE, CERTMAP_CERTAINTY_SHOWN, advised->index,
        cm_lint_account_place(lint, advised->index),
        "whoever has no value for this placeholder is refused, and no mapping after this one is tried");
    cm_lint_report_help(lint, report,
                        "ask for the field in the conditions: and count(...) = 1; or give a value: ${... ?? \"...\"}");
    cm_lint_draft_show(&draft, report);
}

void cm_lint_advise_account(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    if (!advised->allows)
        return;
    advise_privileged(lint, advised);
    if (!advised->mapping->is.is_template)
        return;
    const struct cm_lint_placeholders placeholders = cm_lint_placeholders_in(lint, advised->index);
    if (placeholders.count == 0 || placeholders.unknown)
        return;
    advise_no_value(lint, advised);
    if (!advise_choosing(lint, advised, &placeholders) && !is_strong(advised->needs.all))
        advise_can_be_privileged(lint, advised, &placeholders);
}
