/* SPDX-License-Identifier: MIT */
/* Refusals that a certificate escapes, since a mapping above gives it an account.
 *
 * Nearly any two mappings have certificates in common, if these may have several values; who writes rules does not think
 * of them, and does not want to read of them. So a refusal is looked at if it is of a class, which asks only for what many
 * certificates have in common, and against accounts for classes: above a refusal of Contractors, what Alice gets is an
 * exception that somebody made, and what Sales get is not. The certificate that shows it has several values at most where
 * many certificates do. And both have to do with each other: they have a condition in common, or the refusal is for all
 * organisations. Other pairs are reported where there are few in all: where there are many, it is how the file is
 * written. */
#include "late.h"
#include "keys.h"
#include "reach.h"
#include "sample.h"
#include <string.h>

/* Most pairs that have nothing in common which are reported. */
#define MAX_STRANGERS 3
/* Most questions about one refusal: of pairs that have something in common, and of others. */
#define MAX_KIN_ASKED 16
#define MAX_STRANGERS_ASKED 8
/* Most mappings that are looked at for one refusal, beside those that a condition leads to. */
#define MAX_STEPS 4096

/* What kind of certificates a mapping is about. */
enum breadth {
    OF_ONE,    /* somebody: a common name, a serial number ... */
    OF_DOMAIN, /* a class by addresses or hosts, of which a certificate often has several */
    OF_CLASS   /* an organisation, a unit, a usage, an issuer ... */
};

/* An account for a class. */
struct account {
    uint32_t mapping;
    struct cm_lint_keys keys;
    uint32_t next[CM_LINT_MAX_KEYS]; /* of each key: the account before with the same one, + 1 */
};

struct pair {
    uint32_t refusal, account;
    bool weak; /* a note */
};

struct late {
    struct certmap_lint *lint;
    struct cm_lint_array accounts; /* of struct account, in the order of the mappings */
    uint32_t *last;                /* of each condition: the last account with it, + 1 */
    struct pair strangers[MAX_STRANGERS];
    size_t stranger_count;
    bool many;    /* strangers: more than are reported */
    size_t *open; /* why a question about the refusal stayed open; NULL: none did */
};

/* ---- classes ---- */

static bool is_common_attribute(struct certmap_view subfield) {
    static const char *const common[] = {"O", "OU", "C", "L", "S", "ST", "DC", "T", "title", "businessCategory"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (cm_lint_is_named(subfield, common[i]))
            return true;
    return false;
}

static enum breadth breadth_of_path(const struct cm_lint_path *path, const struct cm_lint_condition *condition) {
    switch ((int)path->field) {
    case CERTMAP_FIELD_SUBJECT:
        return is_common_attribute(path->subfield) || condition->op == CERTMAP_OP_UNDER ? OF_CLASS : OF_ONE;
    case CERTMAP_FIELD_SAN:
        return condition->op == CERTMAP_OP_LIKE || condition->op == CERTMAP_OP_ABSENT ? OF_DOMAIN : OF_ONE;
    case CERTMAP_FIELD_ISSUER:
    case CERTMAP_FIELD_AKI:
    case CERTMAP_FIELD_ISSUER_SHA256:
    case CERTMAP_FIELD_ISSUER_KEY_SHA256:
    case CERTMAP_FIELD_ISSUER_SHA1:
    case CERTMAP_FIELD_EKU:
    case CERTMAP_FIELD_KU:
    case CERTMAP_FIELD_POLICY:
    case CERTMAP_FIELD_MS_TEMPLATE:
    case CERTMAP_FIELD_VERSION:
    case CERTMAP_FIELD_VALIDITY:
        return OF_CLASS;
    default:
        return OF_ONE;
    }
}

/* A number of values, or the place of one among them, is about a form of certificate. */
static enum breadth breadth_of_condition(const struct cm_lint_model *model, const struct cm_lint_condition *condition) {
    const bool form = condition->op == CERTMAP_OP_COUNT || condition->quantifier == CERTMAP_FIRST_VALUE ||
                      condition->quantifier == CERTMAP_LAST_VALUE || condition->quantifier == CERTMAP_ONLY_VALUE;
    return form ? OF_ONE : breadth_of_path(cm_lint_path_at(model, condition->path), condition);
}

static enum breadth breadth_of(const struct cm_lint_model *model, size_t mapping) {
    const struct cm_lint_mapping *made = cm_lint_mapping_at(model, mapping);
    enum breadth breadth = OF_CLASS;
    for (uint32_t i = 0; i < made->condition_count; i++) {
        const enum breadth own = breadth_of_condition(model, cm_lint_condition_at(model, made->condition + i));
        breadth = own < breadth ? own : breadth;
    }
    return breadth;
}

/* ---- what mappings have in common ---- */

/* Whether nothing says of which organisation, place or issuer: it is for all of them. */
static bool is_for_all(const struct late *late, const struct cm_lint_keys *keys) {
    const struct cm_lint_model *model = &late->lint->model;
    for (size_t i = 0; i < keys->count; i++)
        if (cm_lint_is_mostly_single(cm_lint_path_at(model, cm_lint_condition_at(model, keys->of[i])->path)))
            return false;
    return true;
}

/* ---- certificates ---- */

static enum cm_lint_verdict ask(struct late *late, const struct cm_lint_query *query, struct cm_lint_witness *witness) {
    const enum cm_lint_verdict verdict = cm_lint_ask(late->lint->engine, query, witness, NULL);
    if (verdict == CM_LINT_OPEN)
        late->open = cm_lint_open_why(late->lint);
    return verdict;
}

/* Whether all that a mapping is true of is in the refusal, too. */
static bool is_exception(struct late *late, size_t mapping, size_t refusal) {
    const struct cm_lint_model *model = &late->lint->model;
    const struct cm_lint_want wants[] = {{cm_lint_part_of(model, mapping), CM_LINT_TRUE},
                                         {cm_lint_part_of(model, refusal), CM_LINT_FALSE}};
    const struct cm_lint_query query = {wants, 2, true, false, false};
    struct cm_lint_witness witness;
    return ask(late, &query, &witness) != CM_LINT_POSSIBLE;
}

/* A certificate that the refusal is true of, and the account is given to. */
static bool escapes(struct late *late, const struct pair *pair, struct cm_lint_witness *witness,
                    struct cm_lint_claim *claim) {
    const struct cm_lint_model *model = &late->lint->model;
    const struct cm_lint_want wants[] = {{cm_lint_part_of(model, pair->refusal), CM_LINT_TRUE},
                                         {cm_lint_part_of(model, pair->account), CM_LINT_TRUE}};
    const struct cm_lint_query query = {wants, 2, true, true, pair->weak};
    return ask(late, &query, witness) == CM_LINT_POSSIBLE &&
           cm_lint_claim_of(late->lint, claim, witness, pair->refusal, SIZE_MAX, CERTMAP_TRUE) &&
           claim->decision == CERTMAP_ALLOW && claim->answered < pair->refusal &&
           !is_exception(late, claim->answered, pair->refusal);
}

/* ---- reports ---- */

static void report_pair(struct late *late, const struct pair *pair, const struct cm_lint_claim *claim,
                        const struct cm_lint_witness *witness) {
    struct certmap_lint *lint = late->lint;
    const char *name = cm_lint_name(lint, claim->answered);
    const struct cm_lint_about *answered = &cm_lint_mapping_at(&lint->model, claim->answered)->is;
    struct certmap_lint_report *report =
        cm_lint_report_add(lint, CERTMAP_CODE_LATE_DENY, CERTMAP_CERTAINTY_SHOWN, pair->refusal,
                           cm_lint_mapping_place(lint, pair->refusal),
                           "a certificate escapes this refusal: %s, above it, gives it an account", name);
    if (report == NULL)
        return;
    if (pair->weak && lint->options.profile != CERTMAP_LINT_STRICT)
        report->diagnostic.severity = CERTMAP_SEVERITY_NOTE;
    cm_lint_report_relate(lint, report, claim->answered, cm_lint_mapping_place(lint, claim->answered), "%s gives it %s",
                          name, cm_lint_quote(lint, answered->account));
    cm_lint_report_help(lint, report, "move %s above %s", cm_lint_name(lint, pair->refusal), name);
    cm_lint_show(lint, report, claim, witness);
}

static bool is_late(struct late *late, const struct pair *pair) {
    struct cm_lint_witness witness;
    struct cm_lint_claim claim;
    if (!escapes(late, pair, &witness, &claim))
        return false;
    report_pair(late, pair, &claim, &witness);
    return true;
}

/* Keeps a pair that has nothing in common until it is known whether there are many. */
static void keep(struct late *late, const struct pair *pair) {
    struct cm_lint_witness witness;
    struct cm_lint_claim claim;
    if (!escapes(late, pair, &witness, &claim))
        return;
    late->many = late->stranger_count == MAX_STRANGERS;
    if (!late->many)
        late->strangers[late->stranger_count++] = *pair;
}

/* ---- the search ---- */

/* A refusal on its way. */
struct refusal {
    uint32_t mapping;
    enum breadth breadth;
    struct cm_lint_keys keys;
    size_t asked;
};

static const struct account *account_at(const struct late *late, size_t index) {
    return (const struct account *)late->accounts.items + index;
}

/* Asks about a pair, if there is a point to. */
static bool is_late_after(struct late *late, struct refusal *refusal, const struct account *account) {
    const struct pair pair = {refusal->mapping, account->mapping, false};
    if (!cm_lint_keys_may_meet(&late->lint->model, &refusal->keys, &account->keys, false))
        return false;
    refusal->asked++;
    return is_late(late, &pair);
}

/* The accounts that ask for the same as the refusal does, the last ones first. */
static bool is_late_after_kin(struct late *late, struct refusal *refusal) {
    for (size_t i = 0; i < refusal->keys.count; i++) {
        uint32_t at = late->last[refusal->keys.of[i]];
        while (at != 0 && refusal->asked < MAX_KIN_ASKED && !cm_lint_enough(late->lint)) {
            const struct account *account = account_at(late, at - 1);
            if (is_late_after(late, refusal, account))
                return true;
            at = 0;
            for (size_t k = 0; k < account->keys.count; k++)
                if (account->keys.of[k] == refusal->keys.of[i])
                    at = account->next[k];
        }
    }
    return false;
}

/* The last accounts before it. */
static bool is_late_after_any(struct late *late, struct refusal *refusal) {
    const size_t count = late->accounts.count, end = count > MAX_STEPS ? count - MAX_STEPS : 0;
    for (size_t i = count; i > end && refusal->asked < MAX_KIN_ASKED && !cm_lint_enough(late->lint); i--)
        if (is_late_after(late, refusal, account_at(late, i - 1)))
            return true;
    return false;
}

static void look_at_strangers(struct late *late, const struct refusal *refusal) {
    const size_t count = late->accounts.count, end = count > MAX_STEPS ? count - MAX_STEPS : 0,
                 before = late->stranger_count;
    size_t asked = 0;
    for (size_t i = count; i > end && asked < MAX_STRANGERS_ASKED && !late->many && late->stranger_count == before;
         i--) {
        const struct account *account = account_at(late, i - 1);
        const struct pair pair = {refusal->mapping, account->mapping, refusal->breadth == OF_ONE};
        if (cm_lint_enough(late->lint))
            return;
        if (!cm_lint_keys_may_meet(&late->lint->model, &refusal->keys, &account->keys, false) ||
            (refusal->breadth == OF_CLASS && cm_lint_keys_share(&refusal->keys, &account->keys)))
            continue;
        asked++;
        keep(late, &pair);
    }
}

static bool is_late_of_class(struct late *late, struct refusal *refusal) {
    return refusal->breadth == OF_CLASS &&
           (is_late_after_kin(late, refusal) || (is_for_all(late, &refusal->keys) && is_late_after_any(late, refusal)));
}

/* Where nothing is found, a question that stayed open is one that is not decided. */
static void look_at(struct late *late, size_t mapping) {
    struct refusal refusal = {.mapping = (uint32_t)mapping, .breadth = breadth_of(&late->lint->model, mapping)};
    const size_t before = late->stranger_count;
    refusal.keys = cm_lint_keys_of(late->lint, mapping);
    late->open = NULL;
    if (late->accounts.count == 0 || is_late_of_class(late, &refusal))
        return;
    if (!late->many)
        look_at_strangers(late, &refusal);
    if (late->open != NULL && late->stranger_count == before)
        cm_lint_undecided(late->lint, late->open);
}

static void add_account(struct late *late, size_t mapping) {
    struct account *account = cm_lint_array_add(&late->accounts, &late->lint->allocator, sizeof *account);
    late->lint->failed = late->lint->failed || account == NULL;
    if (account == NULL)
        return;
    account->mapping = (uint32_t)mapping;
    account->keys = cm_lint_keys_of(late->lint, mapping);
    for (size_t i = 0; i < account->keys.count; i++) {
        account->next[i] = late->last[account->keys.of[i]];
        late->last[account->keys.of[i]] = (uint32_t)late->accounts.count;
    }
}

static void take(struct late *late, size_t mapping) {
    const struct cm_lint_mapping *made = cm_lint_mapping_at(&late->lint->model, mapping);
    if (late->lint->dead[mapping] || made->condition_count == 0)
        return;
    if (made->is.decision == CERTMAP_DENY)
        look_at(late, mapping);
    else if (breadth_of(&late->lint->model, mapping) != OF_ONE)
        add_account(late, mapping);
}

void cm_lint_pass_late(struct certmap_lint *lint) {
    const size_t count = lint->model.mappings.count;
    struct late late = {.lint = lint};
    if (certmap_rules_combining(lint->model.rules) != CERTMAP_COMBINING_FIRST ||
        !cm_lint_wants(lint, CERTMAP_CODE_LATE_DENY))
        return;
    late.last = cm_lint_pool_take(&lint->pass, lint->model.conditions.count + 1, sizeof *late.last);
    for (size_t i = 0; late.last != NULL && i < count && cm_lint_goes_on(lint, i); i++)
        take(&late, i);
    for (size_t i = 0; !late.many && i < late.stranger_count && !lint->failed && !lint->cancelled; i++) {
        cm_lint_forget(lint);
        (void)is_late(&late, &late.strangers[i]);
    }
    cm_lint_array_free(&late.accounts, &lint->allocator);
}
