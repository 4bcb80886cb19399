/* SPDX-License-Identifier: MIT */
/* Every mapping goes through a builder, for the builder knows which subfields, names and accounts there
 * are. Those that apply go to the one whose rule set the caller gets. The others - disabled, cleared,
 * and after an error all - go to a builder of their own, which is thrown away. */
#include "iis_build.h"
#include "iis_doubt.h"
#include <string.h>

/* ---- warnings about mappings that apply ---- */

static void warn(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct cm_kit_findings *findings = &build->iis->findings;
    if (build->shadowed)
        cm_kit_report(findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_UNREACHABLE_MAPPING, mapping->place,
                      "a mapping above has no rules, so that %s is never tried", cm_kit_quote(mapping->name).text);
    else if (mapping->always && !mapping->deny)
        cm_kit_report(findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_ALLOWS_EVERYONE, mapping->place,
                      "%s has no rules, so that it gives its account to every certificate",
                      cm_kit_quote(mapping->name).text);
    build->shadowed = build->shadowed || mapping->always;
}

/* A rule that will hardly hold for any certificate as it stands; else what the core says of patterns of other languages,
 * matchCriteria="[0-9]*". */
static void warn_of_criterion(struct cm_iis_build *build, const struct cm_iis_rule *rule) {
    const char *doubt = cm_iis_doubt_criterion(rule->criteria);
    struct certmap_diagnostic finding;
    if (doubt != NULL)
        cm_kit_report(&build->iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_DOUBTFUL_CRITERION, rule->place,
                      "matchCriteria=%s %s", cm_kit_quote(rule->criteria).text, doubt);
    else if (certmap_pattern_advise(rule->criteria, CERTMAP_IIS_PATTERN, &finding))
        cm_kit_report(&build->iis->findings, CERTMAP_SEVERITY_WARNING, finding.code, rule->place, "matchCriteria: %s",
                      finding.text);
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
    cm_kit_findings_add(&build->iis->findings, CERTMAP_SEVERITY_ERROR, error);
}

/* The builder for the next mapping. */
static struct certmap_builder *choose(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_diagnostic error;
    if (cm_iis_applies(build, mapping) && build->iis->findings.errors == 0)
        return build->builder;
    certmap_builder_free(build->probe);
    build->probe = NULL;
    if (certmap_builder_new(&build->probe, &build->iis->allocator, &error) != CERTMAP_OK)
        refuse(build, &error, mapping->place);
    return build->probe;
}

/* A builder that can go on after an error: a new one with a mapping without a name. */
static struct certmap_builder *start_over(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_mapping anonymous = CERTMAP_MAPPING_INIT;
    struct certmap_diagnostic error;
    anonymous.kind = CERTMAP_KIND_ONE_TO_ONE;
    anonymous.decision = CERTMAP_DENY;
    certmap_builder_free(build->probe);
    build->probe = NULL;
    if (certmap_builder_new(&build->probe, &build->iis->allocator, &error) != CERTMAP_OK ||
        certmap_builder_mapping(build->probe, &anonymous, &error) != CERTMAP_OK)
        refuse(build, &error, mapping->place);
    return build->probe;
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

/* userName="CONTOSO\\": the account "CONTOSO\\" is not ... */
static void refuse_mapping(struct cm_iis_build *build, struct certmap_diagnostic *error,
                           const struct cm_iis_mapping *mapping, struct certmap_view account) {
    struct certmap_diagnostic named;
    const bool user = error->code == CERTMAP_CODE_BAD_ACCOUNT;
    const char *attribute = user ? "userName" : "name";
    if (user && account.len != mapping->user.len)
        attribute = "defaultLogonDomain and userName";
    cm_kit_error(&named, error->status, error->code, "%s: %s", attribute, error->text);
    refuse(build, is_about_memory(error) ? error : &named, mapping->place);
}

/* Begins the mapping in the builder; returns the builder to go on with. */
static struct certmap_builder *begin_mapping(struct cm_iis_build *build, struct certmap_builder *builder,
                                             const struct cm_iis_mapping *mapping) {
    struct certmap_mapping made = CERTMAP_MAPPING_INIT;
    struct certmap_diagnostic error;
    if (mapping->broken)
        return start_over(build, mapping);
    made.kind = mapping->kind == CM_IIS_LIST_ONE ? CERTMAP_KIND_ONE_TO_ONE : CERTMAP_KIND_MANY_TO_ONE;
    made.name = mapping->name;
    made.account = account_of(build, mapping);
    /* One without a user is not enabled, or an error that was reported. */
    made.decision = mapping->deny || made.account.len == 0 ? CERTMAP_DENY : CERTMAP_ALLOW;
    made.line = mapping->place.line;
    made.column = mapping->place.column;
    if (certmap_builder_mapping(builder, &made, &error) == CERTMAP_OK)
        return builder;
    refuse_mapping(build, &error, mapping, made.account);
    return start_over(build, mapping);
}

/* certificateSubField="CM": there is no subfield "CM"; did you mean CN? */
static void refuse_rule(struct cm_iis_build *build, struct certmap_diagnostic *error, const struct cm_iis_rule *rule) {
    struct certmap_diagnostic named;
    bool subfield = error->code == CERTMAP_CODE_UNKNOWN_SUBFIELD || error->code == CERTMAP_CODE_BAD_OID;
    cm_kit_error(&named, error->status, error->code, "%s=%s: %s", subfield ? "certificateSubField" : "matchCriteria",
                 cm_kit_quote(subfield ? rule->subfield : rule->criteria).text, error->text);
    refuse(build, is_about_memory(error) ? error : &named, rule->place);
}

static struct certmap_builder *add_rule(struct cm_iis_build *build, struct certmap_builder *builder,
                                        const struct cm_iis_mapping *mapping, const struct cm_iis_rule *rule) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_diagnostic error;
    if (rule->subfield.len == 0) { /* which to the builder would be the whole Name */
        cm_kit_error(&error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD, "it is empty");
        refuse_rule(build, &error, rule);
        return builder;
    }
    condition.field = rule->issuer ? CERTMAP_FIELD_ISSUER : CERTMAP_FIELD_SUBJECT;
    condition.subfield = rule->subfield;
    condition.op = CERTMAP_OP_LIKE;
    condition.flags = CERTMAP_IIS_PATTERN | (rule->nocase ? CERTMAP_NOCASE : 0u);
    condition.operands = &rule->criteria;
    condition.operand_count = 1;
    if (certmap_builder_condition(builder, &condition, &error) == CERTMAP_OK)
        return builder;
    refuse_rule(build, &error, rule);
    return start_over(build, mapping);
}

/* Rules that were cleared are checked in a builder of their own. */
static void probe_cleared(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_builder *builder = mapping->rule_generation > 0 ? start_over(build, mapping) : NULL;
    for (size_t i = 0; i < mapping->rule_count && !cm_iis_stopped(build); i++) {
        const struct cm_iis_rule *rule = &build->iis->rules[mapping->first_rule + i];
        if (rule->generation != mapping->rule_generation)
            builder = add_rule(build, builder, mapping, rule);
    }
}

static void add_rules(struct cm_iis_build *build, struct certmap_builder *builder,
                      const struct cm_iis_mapping *mapping) {
    for (size_t i = 0; i < mapping->rule_count && !cm_iis_stopped(build); i++) {
        const struct cm_iis_rule *rule = &build->iis->rules[mapping->first_rule + i];
        if (rule->generation != mapping->rule_generation)
            continue;
        builder = add_rule(build, builder, mapping, rule);
        if (cm_iis_applies(build, mapping))
            warn_of_criterion(build, rule);
    }
}

static void add_conditions(struct cm_iis_build *build, struct certmap_builder *builder,
                           const struct cm_iis_mapping *mapping) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    if (mapping->always)
        (void)certmap_builder_always(builder, &error);
    else if (mapping->kind == CM_IIS_LIST_MANY)
        add_rules(build, builder, mapping);
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = &mapping->certificate;
    condition.operand_count = 1;
    if (mapping->certificate.len > 0)
        (void)certmap_builder_condition(builder, &condition, &error);
    if (error.status != CERTMAP_OK)
        refuse(build, &error, mapping->place);
}

static void add_mapping(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    cm_iis_check_rules(build, mapping);
    probe_cleared(build, mapping);
    struct certmap_builder *builder = cm_iis_stopped(build) ? NULL : choose(build, mapping);
    if (!cm_iis_stopped(build))
        builder = begin_mapping(build, builder, mapping);
    if (!cm_iis_stopped(build))
        add_conditions(build, builder, mapping);
    if (!cm_iis_applies(build, mapping) || mapping->broken)
        return;
    warn(build, mapping);
    build->applied++;
}

void cm_iis_add_mappings(struct cm_iis_build *build) {
    for (size_t i = 0; i < build->count && !cm_iis_stopped(build) && cm_iis_goes_on(build->iis, i, build->count); i++)
        add_mapping(build, build->order[i]);
}
