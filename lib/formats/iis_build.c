/* SPDX-License-Identifier: MIT */
/* Merges the levels and hands what applies to certmap_builder.
 *
 * Every mapping goes through a builder, for the builder knows which subfields, names and accounts there
 * are. Those that apply go to the one whose rule set the caller gets. The others - disabled, cleared,
 * and after an error all - go to a builder of their own, which is thrown away. */
#include "iis_load.h"
#include <stdio.h>
#include <string.h>

struct build {
    struct cm_iis *iis;
    struct cm_iis_value settings[CM_IIS_SETTINGS]; /* merged */
    bool present;                                  /* some level has the section */
    struct cm_iis_place place;                     /* of the lowest that has */
    struct cm_iis_mapping **order;                 /* one-to-one first, then by level and place */
    size_t count, cap;
    size_t first_many;
    uint32_t generation[CM_IIS_LISTS]; /* the last of each list */
    struct cm_iis_set set;
    struct certmap_builder *builder; /* of the rule set */
    struct certmap_builder *probe;   /* of a mapping that is only checked */
    size_t applied;                  /* mappings in the rule set */
    bool shadowed;                   /* one of them matches every certificate */
    char *account;
    size_t account_cap;
};

static bool stopped(const struct build *build) {
    return build->iis->stop || cm_iis_findings_full(&build->iis->findings);
}

static void no_memory_unless(struct build *build, bool enough) {
    if (!enough)
        cm_iis_no_memory(build->iis);
}

/* ---- merging ---- */

static void merge_settings(struct build *build) {
    struct cm_iis_values values;
    static const char *const none[] = {NULL};
    cm_iis_read(&values, &build->iis->findings, CM_IIS_SECTION, none, (struct cm_iis_place){0, 0, 0, 0});
    memcpy(build->settings, values.at, sizeof build->settings);
    for (size_t i = 0; i < build->iis->level_count; i++) {
        const struct cm_iis_level *level = &build->iis->levels[i];
        if (!level->present)
            continue;
        build->present = true;
        build->place = level->place;
        for (size_t slot = 0; slot < CM_IIS_SETTINGS; slot++)
            if (level->settings[slot].text.data != NULL)
                build->settings[slot] = level->settings[slot];
    }
}

/* Appends one level's list; its generations go on where those of the level above ended. */
static void merge_list(struct build *build, struct cm_iis_list *list, uint32_t *generation) {
    for (size_t i = 0; i < list->count; i++) {
        list->items[i].generation += *generation;
        build->order[build->count++] = &list->items[i];
    }
    *generation += list->generation;
}

static void merge_lists(struct build *build) {
    struct cm_iis *iis = build->iis;
    size_t total = 0;
    for (size_t i = 0; i < iis->level_count; i++)
        total += iis->levels[i].lists[CM_IIS_LIST_ONE].count + iis->levels[i].lists[CM_IIS_LIST_MANY].count;
    if (total == 0)
        return;
    build->order = cm_iis_grow(&iis->allocator, NULL, &build->cap, total, sizeof(struct cm_iis_mapping *));
    no_memory_unless(build, build->order != NULL);
    for (int kind = CM_IIS_LIST_ONE; kind < CM_IIS_LISTS && !iis->stop; kind++) {
        build->first_many = build->count;
        for (size_t i = 0; i < iis->level_count; i++)
            merge_list(build, &iis->levels[i].lists[kind], &build->generation[kind]);
    }
}

/* Whether a mapping is enabled and was not cleared. */
static bool applies(const struct build *build, const struct cm_iis_mapping *mapping) {
    static const enum cm_iis_slot switches[CM_IIS_LISTS] = {CM_IIS_ONE_ENABLED, CM_IIS_MANY_ENABLED};
    return mapping->enabled && mapping->generation == build->generation[mapping->kind] &&
           build->settings[switches[mapping->kind]].number != 0;
}

/* ---- what is there twice ---- */

static bool bytes_same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static bool names_same(const void *things, size_t a, size_t b) {
    struct cm_iis_mapping *const *order = things;
    return order[a]->generation == order[b]->generation && certmap_text_same(order[a]->name, order[b]->name);
}

static bool certificates_same(const void *things, size_t a, size_t b) {
    struct cm_iis_mapping *const *order = things;
    return order[a]->generation == order[b]->generation && bytes_same(order[a]->certificate, order[b]->certificate);
}

static bool rules_same(const void *things, size_t a, size_t b) {
    const struct cm_iis_rule *rules = things;
    return rules[a].generation == rules[b].generation && rules[a].issuer == rules[b].issuer &&
           rules[a].nocase == rules[b].nocase && bytes_same(rules[a].subfield, rules[b].subfield) &&
           bytes_same(rules[a].criteria, rules[b].criteria);
}

static void check_names(struct build *build) {
    struct cm_iis *iis = build->iis;
    no_memory_unless(build, cm_iis_set_begin(&build->set, &iis->allocator, build->count - build->first_many));
    for (size_t i = build->first_many; i < build->count && !stopped(build); i++) {
        const struct cm_iis_mapping *mapping = build->order[i];
        if (mapping->name.len == 0)
            continue;
        uint64_t hash = certmap_text_hash(cm_iis_hash_seed(&build->set, mapping->generation), mapping->name);
        size_t there = cm_iis_set_add(&build->set, hash, i, names_same, build->order);
        if (there != SIZE_MAX)
            cm_iis_report(&iis->findings, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_DUPLICATE_MAPPING, mapping->place,
                          "there is a mapping %s already, in line %lu", cm_iis_quote(mapping->name).text,
                          (unsigned long)build->order[there]->place.line);
    }
}

static void check_certificates(struct build *build) {
    struct cm_iis *iis = build->iis;
    no_memory_unless(build, cm_iis_set_begin(&build->set, &iis->allocator, build->first_many));
    for (size_t i = 0; i < build->first_many && !stopped(build); i++) {
        const struct cm_iis_mapping *mapping = build->order[i];
        if (mapping->certificate.len == 0)
            continue;
        uint64_t hash = cm_iis_hash(cm_iis_hash_seed(&build->set, mapping->generation), mapping->certificate);
        size_t there = cm_iis_set_add(&build->set, hash, i, certificates_same, build->order);
        if (there != SIZE_MAX)
            cm_iis_report(&iis->findings, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_DUPLICATE_CERTIFICATE, mapping->place,
                          "the certificate is mapped already, in line %lu",
                          (unsigned long)build->order[there]->place.line);
    }
}

static void check_rules(struct build *build, const struct cm_iis_mapping *mapping) {
    struct cm_iis *iis = build->iis;
    if (mapping->rule_count < 2)
        return;
    const struct cm_iis_rule *rules = &iis->rules[mapping->first_rule];
    no_memory_unless(build, cm_iis_set_begin(&build->set, &iis->allocator, mapping->rule_count));
    for (size_t i = 0; i < mapping->rule_count && !stopped(build); i++) {
        uint64_t hash = cm_iis_hash(cm_iis_hash(cm_iis_hash_seed(&build->set, rules[i].generation), rules[i].subfield),
                                    rules[i].criteria);
        size_t there = cm_iis_set_add(&build->set, hash, i, rules_same, rules);
        if (there != SIZE_MAX)
            cm_iis_report(&iis->findings, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_DUPLICATE_RULE, rules[i].place,
                          "the same rule is there already, in line %lu", (unsigned long)rules[there].place.line);
    }
}

/* ---- warnings about mappings that apply ---- */

static void warn(struct build *build, const struct cm_iis_mapping *mapping) {
    struct cm_iis_findings *findings = &build->iis->findings;
    if (build->shadowed)
        cm_iis_report(findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_UNREACHABLE_MAPPING, mapping->place,
                      "a mapping above has no rules, so that %s is never tried", cm_iis_quote(mapping->name).text);
    else if (mapping->always && !mapping->deny)
        cm_iis_report(findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_ALLOWS_EVERYONE, mapping->place,
                      "%s has no rules, so that it gives its account to every certificate",
                      cm_iis_quote(mapping->name).text);
    build->shadowed = build->shadowed || mapping->always;
}

/* ---- building ---- */

/* What a builder refused, at its element. Anything but memory lets the search for errors go on. */
static void refuse(struct build *build, struct certmap_error *error, struct cm_iis_place place) {
    if (error->status == CERTMAP_ERROR_MEMORY) {
        cm_iis_no_memory(build->iis);
        return;
    }
    cm_iis_error_place(error, place);
    cm_iis_findings_add(&build->iis->findings, CERTMAP_SEVERITY_ERROR, error);
}

/* The builder for the next mapping. */
static struct certmap_builder *choose(struct build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_error error;
    if (applies(build, mapping) && build->iis->findings.errors == 0)
        return build->builder;
    certmap_builder_free(build->probe);
    build->probe = NULL;
    if (certmap_builder_new(&build->probe, &build->iis->allocator, &error) != CERTMAP_OK)
        refuse(build, &error, mapping->place);
    return build->probe;
}

/* A builder that can go on after an error: a new one with a mapping without a name. */
static struct certmap_builder *start_over(struct build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_mapping anonymous = CERTMAP_MAPPING_INIT;
    struct certmap_error error;
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
static struct certmap_view account_of(struct build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_view domain = build->settings[CM_IIS_DEFAULT_DOMAIN].text, user = mapping->user;
    if (user.len == 0 || domain.len == 0 || has_domain(user))
        return user;
    size_t len = domain.len + 1 + user.len;
    char *account = cm_iis_grow(&build->iis->allocator, build->account, &build->account_cap, len, 1);
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

/* Begins the mapping in the builder; returns the builder to go on with. */
static struct certmap_builder *begin_mapping(struct build *build, struct certmap_builder *builder,
                                             const struct cm_iis_mapping *mapping) {
    struct certmap_mapping made = CERTMAP_MAPPING_INIT;
    struct certmap_error error;
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
    refuse(build, &error, mapping->place);
    return start_over(build, mapping);
}

/* certificateSubField="CM": there is no subfield "CM"; did you mean CN? */
static void refuse_rule(struct build *build, const struct certmap_error *error, const struct cm_iis_rule *rule) {
    struct certmap_error named;
    bool subfield = error->code == CERTMAP_CODE_UNKNOWN_SUBFIELD || error->code == CERTMAP_CODE_BAD_OID;
    cm_iis_error(&named, error->status, error->code, "%s=%s: %s", subfield ? "certificateSubField" : "matchCriteria",
                 cm_iis_quote(subfield ? rule->subfield : rule->criteria).text, error->text);
    refuse(build, &named, rule->place);
}

static struct certmap_builder *add_rule(struct build *build, struct certmap_builder *builder,
                                        const struct cm_iis_mapping *mapping, const struct cm_iis_rule *rule) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_error error;
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
static void probe_cleared(struct build *build, const struct cm_iis_mapping *mapping) {
    struct certmap_builder *builder = mapping->rule_generation > 0 ? start_over(build, mapping) : NULL;
    for (size_t i = 0; i < mapping->rule_count && !stopped(build); i++) {
        const struct cm_iis_rule *rule = &build->iis->rules[mapping->first_rule + i];
        if (rule->generation != mapping->rule_generation)
            builder = add_rule(build, builder, mapping, rule);
    }
}

static void add_rules(struct build *build, struct certmap_builder *builder, const struct cm_iis_mapping *mapping) {
    for (size_t i = 0; i < mapping->rule_count && !stopped(build); i++) {
        const struct cm_iis_rule *rule = &build->iis->rules[mapping->first_rule + i];
        if (rule->generation == mapping->rule_generation)
            builder = add_rule(build, builder, mapping, rule);
    }
}

static void add_conditions(struct build *build, struct certmap_builder *builder, const struct cm_iis_mapping *mapping) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_error error = {.status = CERTMAP_OK};
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

static void add_mapping(struct build *build, const struct cm_iis_mapping *mapping) {
    check_rules(build, mapping);
    probe_cleared(build, mapping);
    struct certmap_builder *builder = stopped(build) ? NULL : choose(build, mapping);
    if (!stopped(build))
        builder = begin_mapping(build, builder, mapping);
    if (!stopped(build))
        add_conditions(build, builder, mapping);
    if (!applies(build, mapping) || mapping->broken)
        return;
    warn(build, mapping);
    build->applied++;
}

static void add_mappings(struct build *build) {
    for (size_t i = 0; i < build->count && !stopped(build); i++)
        add_mapping(build, build->order[i]);
}

/* ---- the section as a whole ---- */

static void report_no_section(struct build *build) {
    struct cm_iis *iis = build->iis;
    if (iis->misplaced.line > 0)
        cm_iis_report(&iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_NO_SECTION, iis->misplaced,
                      "this section is not in system.webServer/security/authentication, so that it means nothing; "
                      "no other applies");
    else if (iis->site.data != NULL)
        cm_iis_report(&iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_NO_SECTION, iis->root,
                      "no section " CM_IIS_SECTION_NAME " applies to %s", cm_iis_quote(iis->site).text);
    else
        cm_iis_report(&iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_NO_SECTION, iis->root,
                      "no section " CM_IIS_SECTION_NAME " applies to the server");
}

static void check_section(struct build *build) {
    bool enabled = build->settings[CM_IIS_ENABLED].number != 0;
    cm_iis_report_unknown_site(build->iis);
    if (build->iis->findings.errors > 0) /* nothing results of which this could be said */
        return;
    if (!build->present)
        report_no_section(build);
    else if (!enabled)
        cm_iis_report(&build->iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_SECTION_DISABLED, build->place,
                      build->settings[CM_IIS_ENABLED].text.data == NULL
                          ? "the section is disabled: it does not say enabled=\"true\""
                          : "the section is disabled: enabled=\"false\"");
    if (!enabled || build->applied == 0 || build->iis->site.data == NULL)
        cm_iis_report_others(build->iis);
}

/* ---- the set-up ---- */

/* The lowest section that gives a setting. */
static struct cm_iis_place place_of_setting(const struct build *build, enum cm_iis_slot slot) {
    size_t i = build->iis->level_count - 1;
    while (build->iis->levels[i].settings[slot].text.data == NULL)
        i--;
    return build->iis->levels[i].place;
}

/* Mappings that would apply, but for the switch of their list. */
static void check_switch(struct build *build, enum cm_iis_list_kind kind, enum cm_iis_slot slot, const char *name) {
    size_t count = 0;
    if (build->settings[slot].number != 0)
        return;
    for (size_t i = 0; i < build->count; i++) {
        const struct cm_iis_mapping *mapping = build->order[i];
        count += mapping->kind == kind && mapping->enabled && mapping->generation == build->generation[kind];
    }
    if (count > 0)
        cm_iis_report(&build->iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_MAPPINGS_DISABLED,
                      place_of_setting(build, slot), "%s=\"false\" switches off %lu %s", name, (unsigned long)count,
                      count == 1 ? "mapping" : "mappings");
}

/* Said once, at the first in the file, however many there are. */
static void check_passwords(struct build *build) {
    struct cm_iis_place first = {0, 0, UINT32_MAX, 0};
    char others[48] = "";
    size_t count = 0;
    for (size_t i = 0; i < build->count; i++) {
        const struct cm_iis_mapping *mapping = build->order[i];
        if (mapping->password.state != CERTMAP_IIS_PASSWORD_CLEAR)
            continue;
        count++;
        if (mapping->place.offset < first.offset)
            first = mapping->place;
    }
    if (count > 1)
        (void)snprintf(others, sizeof others, ", and so in %lu more %s", (unsigned long)(count - 1),
                       count == 2 ? "mapping" : "mappings");
    if (count > 0)
        cm_iis_report(&build->iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_CLEAR_PASSWORD, first,
                      "password is stored in clear%s; the tools of IIS encrypt what they write", others);
}

static void check_setup(struct build *build) {
    if (!build->iis->check_setup || !build->present || build->iis->findings.errors > 0)
        return;
    check_switch(build, CM_IIS_LIST_ONE, CM_IIS_ONE_ENABLED, "oneToOneCertificateMappingsEnabled");
    check_switch(build, CM_IIS_LIST_MANY, CM_IIS_MANY_ENABLED, "manyToOneCertificateMappingsEnabled");
    check_passwords(build);
    cm_iis_check_setup(build->iis, build->place);
}

/* ---- the result ---- */

static void collect_passwords(struct build *build, struct certmap_iis_logon *logon) {
    size_t index = 0;
    for (size_t i = 0; i < build->count; i++)
        if (applies(build, build->order[i]))
            cm_iis_logon_set(logon, index++, build->order[i]->password);
}

static void finish(struct build *build, struct certmap_rules **rules, struct certmap_iis_logon **logon) {
    struct cm_iis *iis = build->iis;
    struct certmap_iis_logon *made = NULL;
    struct certmap_error error = {.status = CERTMAP_OK};
    if (build->settings[CM_IIS_ENABLED].number == 0)
        (void)certmap_builder_disable(build->builder, &error);
    if (logon != NULL) {
        made = cm_iis_logon_new(&iis->secrets, build->applied,
                                (enum certmap_iis_logon_method)build->settings[CM_IIS_LOGON_METHOD].number);
        no_memory_unless(build, made != NULL);
    }
    if (iis->stop || certmap_builder_finish(build->builder, rules, &error) != CERTMAP_OK) {
        cm_iis_no_memory(iis); /* the builder was told nothing wrong, so that nothing else is possible */
        certmap_iis_logon_free(made);
        return;
    }
    if (logon == NULL)
        return;
    collect_passwords(build, made);
    *logon = made;
}

void cm_iis_build(struct cm_iis *iis, struct certmap_rules **rules, struct certmap_iis_logon **logon) {
    struct build build = {.iis = iis};
    no_memory_unless(&build, certmap_builder_new(&build.builder, &iis->allocator, NULL) == CERTMAP_OK);
    merge_settings(&build);
    if (!stopped(&build))
        merge_lists(&build);
    if (!stopped(&build))
        check_certificates(&build);
    if (!stopped(&build))
        check_names(&build);
    add_mappings(&build);
    if (!stopped(&build))
        check_section(&build);
    if (!stopped(&build))
        check_setup(&build);
    if (!stopped(&build) && iis->findings.errors == 0)
        finish(&build, rules, logon);
    certmap_builder_free(build.builder);
    certmap_builder_free(build.probe);
    cm_iis_release(&iis->allocator, build.order);
    cm_iis_release(&iis->allocator, build.set.slots);
    cm_iis_release(&iis->allocator, build.account);
}
