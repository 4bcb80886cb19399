/* SPDX-License-Identifier: MIT */
/* Every mapping is handed to the builder in one piece, for the builder knows which subfields, names and accounts there
 * are. Those that apply are added. The others - disabled, cleared, and after an error all - are only checked. */
#include "build.h"
#include "doubt.h"
#include <string.h>

/* ---- warnings about mappings that apply ---- */

static void warn(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct cm_kit_diagnostics *diagnostics = &build->iis->diagnostics;
    if (build->shadowed)
        cm_kit_report(diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_UNREACHABLE_MAPPING, mapping->place,
                      "a mapping above has no rules, so that %s is never tried", cm_kit_quote(mapping->name).text);
    else if (mapping->always && !mapping->deny)
        cm_kit_report(diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_ALLOWS_EVERYONE, mapping->place,
                      "%s has no rules, so that it gives its account to every certificate",
                      cm_kit_quote(mapping->name).text);
    build->shadowed = build->shadowed || mapping->always;
    const char *doubt = mapping->deny ? NULL : cm_iis_doubt_user(mapping->user);
    if (doubt != NULL) /* without the text, in which a password might be */
        cm_kit_report(diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_BAD_ACCOUNT, mapping->place, "userName %s",
                      doubt);
}

/* A rule that will hardly hold for any certificate as it is; else what the core says of patterns of other languages,
 * matchCriteria="[0-9]*". */
static void warn_of_criterion(struct cm_iis_build *build, const struct cm_iis_rule *rule) {
    const char *doubt = cm_iis_doubt_criterion(rule->criteria);
    struct certmap_diagnostic diagnostic;
    if (doubt != NULL)
        cm_kit_report(&build->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_DOUBTFUL_CRITERION, rule->place,
                      "matchCriteria=%s %s", cm_kit_quote(rule->criteria).text, doubt);
    else if (certmap_pattern_advise(rule->criteria, CERTMAP_IIS_PATTERN, &diagnostic))
        cm_kit_report(&build->iis->diagnostics, CERTMAP_SEVERITY_WARNING, diagnostic.code, rule->place,
                      "matchCriteria: %s", diagnostic.text);
}

/* ---- building ---- */

static bool is_about_memory(const struct certmap_diagnostic *error) {
    return error->status == CERTMAP_ERROR_MEMORY || error->code == CERTMAP_CODE_MEMORY_LIMIT;
}

/* What a builder refused, at its element. Anything but memory lets the search for errors go on. */
static void refuse(struct cm_iis_build *build, struct certmap_diagnostic *error, struct cm_kit_position place) {
    if (is_about_memory(error)) {
        cm_iis_fail(build->iis, error);
        return;
    }
    cm_kit_error_place(error, place);
    cm_kit_diagnostics_add(&build->iis->diagnostics, CERTMAP_SEVERITY_ERROR, error);
}

static bool has_domain(struct certmap_view user) {
    return memchr(user.data, '\\', user.len) != NULL || memchr(user.data, '@', user.len) != NULL;
}

/* userName, with defaultLogonDomain where it has none of its own. */
static struct certmap_view account_of(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_view domain = build->settings[CM_IIS_DEFAULT_DOMAIN].text, user = mapping->user;
    if (user.len == 0 || domain.len == 0 || has_domain(user))
        return user;
    size_t len = domain.len + 1 + user.len;
    char *account = cm_kit_grow(&build->iis->allocator, build->account, &build->account_cap, len, 1);
    if (account == NULL) {
        cm_iis_no_memory(build->iis);
        return user;
    }
    build->account = account;
    memcpy(account, domain.data, domain.len);
    account[domain.len] = '\\';
    memcpy(account + domain.len + 1, user.data, user.len);
    return (struct certmap_view){(const uint8_t *)account, len};
}

/* ---- what the builder refuses ---- */

/* A mapping that was handed over, and its rules that were. */
struct handed {
    struct cm_iis_build *build;
    const struct cm_iis_mapping *mapping;
    struct certmap_view account;
    bool nameless; /* the name was refused, after which nothing is said of the account */
};

/* userName="CONTOSO\\": the account "CONTOSO\\" is not ... */
static void refuse_mapping(const struct handed *handed, const struct certmap_diagnostic *error) {
    struct certmap_diagnostic named;
    const bool user = error->code == CERTMAP_CODE_BAD_ACCOUNT;
    const char *attribute = user ? "userName" : "name";
    if (user && handed->account.len != handed->mapping->user.len)
        attribute = "defaultLogonDomain and userName";
    cm_kit_error(&named, error->status, error->code, "%s: %s", attribute, error->text);
    refuse(handed->build, &named, handed->mapping->place);
}

/* certificateSubField="CM": there is no subfield "CM"; did you mean CN? */
static void refuse_rule(struct cm_iis_build *build, const struct certmap_diagnostic *error,
                        const struct cm_iis_rule *rule) {
    struct certmap_diagnostic named;
    bool subfield = error->code == CERTMAP_CODE_UNKNOWN_SUBFIELD || error->code == CERTMAP_CODE_BAD_OID;
    cm_kit_error(&named, error->status, error->code, "%s=%s: %s", subfield ? "certificateSubField" : "matchCriteria",
                 cm_kit_quote(subfield ? rule->subfield : rule->criteria).text, error->text);
    refuse(build, &named, rule->place);
}

static void on_mistake(void *ctx, enum certmap_part part, size_t index, const struct certmap_diagnostic *error) {
    struct handed *handed = ctx;
    struct cm_iis_build *build = handed->build;
    struct certmap_diagnostic plain = *error;
    cm_kit_error_place(&plain, (struct cm_kit_position){0, 0, 0, 0});
    if (part == CERTMAP_PART_ACCOUNT && handed->nameless && !is_about_memory(error))
        return;
    handed->nameless = handed->nameless || part == CERTMAP_PART_NAME;
    if (is_about_memory(error))
        cm_iis_fail(build->iis, &plain);
    else if (part == CERTMAP_PART_CONDITION && handed->mapping->kind == CM_IIS_LIST_MANY)
        refuse_rule(build, error, build->parts.rules[index]);
    else if (part == CERTMAP_PART_NAME || part == CERTMAP_PART_ACCOUNT)
        refuse_mapping(handed, error);
    else
        refuse(build, &plain, handed->mapping->place);
}

/* ---- handing over ---- */

static struct certmap_position position_of(struct cm_kit_position place) {
    return (struct certmap_position){place.line, place.column, place.offset, place.length};
}

/* A rule is one element, of which the parts have no positions of their own. */
static struct certmap_condition_position position_of_condition(const struct cm_iis_mapping *mapping,
                                                               const struct cm_iis_rule *rule) {
    const struct certmap_position position = position_of(rule != NULL ? rule->place : mapping->place);
    return (struct certmap_condition_position){.field = position, .op = position};
}

/* Adds a condition to those of the mapping. rule: NULL where it has none. */
static void add_condition(struct cm_iis_build *build, const struct cm_iis_mapping *mapping,
                          const struct certmap_condition *condition, const struct cm_iis_rule *rule) {
    struct cm_iis_parts *parts = &build->parts;
    const struct certmap_allocator *allocator = &build->iis->allocator;
    struct certmap_condition *conditions =
        cm_kit_grow(allocator, parts->conditions, &parts->condition_cap, parts->count + 1, sizeof *conditions);
    if (conditions != NULL)
        parts->conditions = conditions;
    struct certmap_condition_position *positions =
        cm_kit_grow(allocator, parts->positions, &parts->position_cap, parts->count + 1, sizeof *positions);
    if (positions != NULL)
        parts->positions = positions;
    const struct cm_iis_rule **rules =
        cm_kit_grow(allocator, parts->rules, &parts->rule_cap, parts->count + 1, sizeof(const struct cm_iis_rule *));
    if (rules != NULL)
        parts->rules = rules;
    cm_iis_no_memory_unless(build, conditions != NULL && positions != NULL && rules != NULL);
    if (conditions == NULL || positions == NULL || rules == NULL)
        return;
    conditions[parts->count] = *condition;
    positions[parts->count] = position_of_condition(mapping, rule);
    rules[parts->count++] = rule;
}

static void add_rule(struct cm_iis_build *build, const struct cm_iis_mapping *mapping, const struct cm_iis_rule *rule) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_diagnostic error;
    if (rule->subfield.len == 0) { /* which to the builder would be the whole Name */
        cm_kit_error(&error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD, "it is empty");
        refuse_rule(build, &error, rule);
        build->parts.flawed = true;
        return;
    }
    condition.field = rule->issuer ? CERTMAP_FIELD_ISSUER : CERTMAP_FIELD_SUBJECT;
    condition.subfield = rule->subfield;
    condition.op = CERTMAP_OP_LIKE;
    condition.flags = CERTMAP_IIS_PATTERN | (rule->nocase ? CERTMAP_NOCASE : 0u);
    condition.operands = &rule->criteria;
    condition.operand_count = 1;
    add_condition(build, mapping, &condition, rule);
}

/* The rules of the mapping: those that it has, or those that were cleared. */
static void add_rules(struct cm_iis_build *build, const struct cm_iis_mapping *mapping, bool cleared) {
    build->parts.count = 0;
    build->parts.flawed = false;
    for (size_t i = 0; i < mapping->rule_count && !cm_iis_stopped(build); i++) {
        const struct cm_iis_rule *rule = &build->iis->rules[mapping->first_rule + i];
        if ((rule->generation != mapping->rule_generation) == cleared)
            add_rule(build, mapping, rule);
    }
}

static void add_certificate(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    build->parts.count = 0;
    build->parts.flawed = mapping->certificate.len == 0;
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = &mapping->certificate;
    condition.operand_count = 1;
    if (mapping->certificate.len > 0)
        add_condition(build, mapping, &condition, NULL);
}

/* The mapping without its conditions. */
static struct certmap_mapping describe(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_mapping made = CERTMAP_MAPPING_INIT;
    made.kind = mapping->kind == CM_IIS_LIST_ONE ? CERTMAP_KIND_ONE_TO_ONE : CERTMAP_KIND_MANY_TO_ONE;
    made.line = mapping->place.line;
    made.column = mapping->place.column;
    if (build->parts.flawed && mapping->broken)
        return made;
    made.name = mapping->name;
    made.account = account_of(build, mapping);
    /* One without a user is not enabled, or an error that was reported. */
    made.decision = mapping->deny || made.account.len == 0 ? CERTMAP_DENY : CERTMAP_ALLOW;
    return made;
}

/* Hands over what was collected of the mapping. */
static void hand_over(struct cm_iis_build *build, const struct cm_iis_mapping *mapping,
                      const struct certmap_mapping *made, bool adds) {
    static const struct certmap_term always = {CERTMAP_TERM_ALWAYS, 1};
    struct handed handed = {build, mapping, made->account, false};
    struct certmap_description given = CERTMAP_DESCRIPTION_INIT;
    given.mapping = made;
    given.conditions = build->parts.conditions;
    given.condition_count = build->parts.count;
    given.position = position_of(mapping->place);
    given.condition_positions = build->parts.positions;
    given.flawed = build->parts.flawed || (build->parts.count == 0 && !mapping->always); /* all rules are wrong */
    if (mapping->always) {
        given.terms = &always;
        given.term_count = 1;
    }
    if (adds)
        (void)certmap_builder_add(build->builder, &given, on_mistake, &handed, NULL);
    else
        (void)certmap_builder_check(build->builder, &given, on_mistake, &handed, NULL);
}

/* Rules that were cleared are checked by themselves. */
static void check_cleared(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_mapping made = CERTMAP_MAPPING_INIT;
    if (mapping->rule_generation == 0)
        return;
    add_rules(build, mapping, true);
    made.kind = CERTMAP_KIND_MANY_TO_ONE;
    build->parts.flawed = true;
    if (!cm_iis_stopped(build) && build->parts.count > 0)
        hand_over(build, mapping, &made, false);
}

static void warn_of_criteria(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    for (size_t i = 0; i < mapping->rule_count; i++) {
        const struct cm_iis_rule *rule = &build->iis->rules[mapping->first_rule + i];
        if (rule->generation == mapping->rule_generation)
            warn_of_criterion(build, rule);
    }
}

static void add_mapping(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    const bool applies = cm_iis_applies(build, mapping);
    cm_iis_check_rules(build, mapping);
    check_cleared(build, mapping);
    if (mapping->kind == CM_IIS_LIST_MANY)
        add_rules(build, mapping, false);
    else
        add_certificate(build, mapping);
    build->parts.flawed = build->parts.flawed || mapping->broken;
    const struct certmap_mapping made = describe(build, mapping);
    if (!cm_iis_stopped(build))
        hand_over(build, mapping, &made, applies && build->iis->diagnostics.errors == 0);
    if (applies && !build->iis->stop)
        warn_of_criteria(build, mapping);
    if (!applies || mapping->broken)
        return;
    warn(build, mapping);
    build->applied++;
}

void cm_iis_add_mappings(struct cm_iis_build *build) {
    for (size_t i = 0; i < build->count && !cm_iis_stopped(build) && cm_iis_goes_on(build->iis, i, build->count); i++)
        add_mapping(build, build->order[i]);
}
