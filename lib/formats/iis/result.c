/* SPDX-License-Identifier: MIT */
#include "build.h"
#include <stdio.h>

/* ---- the section as a whole ---- */

static void report_no_section(struct cm_iis_build *build) {
    struct cm_iis *iis = build->iis;
    if (iis->misplaced.line > 0)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_NO_SECTION, iis->misplaced,
                      "this section is not in system.webServer/security/authentication, so that it means nothing; "
                      "no other applies");
    else if (iis->site.data != NULL)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_NO_SECTION, iis->root,
                      "no section " CM_IIS_SECTION_NAME " applies to %s", cm_kit_quote(iis->site).text);
    else
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_NO_SECTION, iis->root,
                      "no section " CM_IIS_SECTION_NAME " applies to the server");
}

static void check_section(struct cm_iis_build *build) {
    bool enabled = build->settings[CM_IIS_ENABLED].number != 0;
    cm_iis_report_unknown_site(build->iis);
    if (build->iis->diagnostics.errors > 0) /* nothing results of which this could be said */
        return;
    if (build->present && build->iis->misplaced.line > 0)
        cm_kit_report(&build->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_MISPLACED_MAPPINGS,
                      build->iis->misplaced,
                      "this section is not in system.webServer/security/authentication, so that it means nothing");
    if (!build->present)
        report_no_section(build);
    else if (!enabled)
        cm_kit_report(&build->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_SECTION_DISABLED, build->place,
                      build->settings[CM_IIS_ENABLED].text.data == NULL
                          ? "the section is disabled: it does not say enabled=\"true\""
                          : "the section is disabled: enabled=\"false\"");
    /* A file without a list of sites may be a web.config all the same. */
    const bool may_apply = !build->iis->sites.listed && build->iis->sites.others_fit;
    if (!enabled || build->applied == 0 || build->iis->site.data == NULL || build->iis->survey.relative || may_apply)
        cm_iis_report_others(build->iis);
}

/* ---- the set-up ---- */

/* The lowest section that gives a setting. */
static struct cm_kit_position place_of_setting(const struct cm_iis_build *build, enum cm_iis_slot slot) {
    size_t i = build->iis->level_count - 1;
    while (build->iis->levels[i].settings[slot].text.data == NULL)
        i--;
    return build->iis->levels[i].place;
}

/* Mappings that would apply, but for the switch of their list. */
static void check_switch(struct cm_iis_build *build, enum cm_iis_list_kind kind, enum cm_iis_slot slot,
                         const char *name) {
    size_t count = 0;
    if (build->settings[slot].number != 0)
        return;
    for (size_t i = 0; i < build->count; i++) {
        const struct cm_iis_mapping *mapping = build->order[i];
        count += mapping->kind == kind && mapping->enabled && mapping->generation == build->generation[kind];
    }
    if (count > 0)
        cm_kit_report(&build->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_MAPPINGS_DISABLED,
                      place_of_setting(build, slot), "%s=\"false\" switches off %lu %s", name, (unsigned long)count,
                      count == 1 ? "mapping" : "mappings");
}

/* Said once, at the first in the file, however many there are. */
static void check_passwords(struct cm_iis_build *build) {
    struct cm_kit_position first = {0, 0, UINT32_MAX, 0};
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
        cm_kit_report(&build->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_CLEAR_PASSWORD, first,
                      "password is stored in clear%s; the tools of IIS encrypt what they write", others);
}

/* A section that is on, and maps nobody: each mapping is disabled, or was cleared by another level. */
static void check_enabled(struct cm_iis_build *build) {
    const bool on = build->settings[CM_IIS_ENABLED].number != 0 && build->settings[CM_IIS_ONE_ENABLED].number != 0 &&
                    build->settings[CM_IIS_MANY_ENABLED].number != 0;
    if (on && build->count > 0 && build->applied == 0)
        cm_kit_report(&build->iis->diagnostics, CERTMAP_SEVERITY_NOTE, CERTMAP_CODE_MAPPINGS_DISABLED, build->place,
                      "no mapping is enabled, so that no certificate gets an answer: %lu %s disabled or cleared",
                      (unsigned long)build->count, build->count == 1 ? "is" : "are");
}

static void check_setup(struct cm_iis_build *build) {
    if (!build->iis->check_setup || !build->present || build->iis->diagnostics.errors > 0)
        return;
    check_switch(build, CM_IIS_LIST_ONE, CM_IIS_ONE_ENABLED, "oneToOneCertificateMappingsEnabled");
    check_switch(build, CM_IIS_LIST_MANY, CM_IIS_MANY_ENABLED, "manyToOneCertificateMappingsEnabled");
    check_enabled(build);
    check_passwords(build);
    cm_iis_check_setup(build->iis, build->place);
}

/* ---- the result ---- */

static void collect_passwords(struct cm_iis_build *build, struct certmap_iis_logon *logon) {
    size_t index = 0;
    for (size_t i = 0; i < build->count; i++)
        if (cm_iis_applies(build, build->order[i]))
            cm_iis_logon_set(logon, index++, build->order[i]->password);
}

/* Where the mapping with this index is; the builder has those that apply, in this order. */
static struct cm_kit_position place_of(const struct cm_iis_build *build, size_t index) {
    size_t i = 0;
    while (!cm_iis_applies(build, build->order[i]) || index-- > 0)
        i++;
    return build->order[i]->place;
}

/* Says where an ordinary certificate could take too many of the steps that the rules have. */
static void look_at_cost(struct cm_iis_build *build, const struct certmap_rules *rules) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    size_t costly;
    const size_t cost = certmap_rules_cost(rules, &costly), steps = certmap_rules_steps(rules);
    if (cost <= steps / 2)
        return;
    (void)certmap_rules_mapping(rules, &mapping, costly, NULL);
    cm_kit_report(&build->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_OVER_BUDGET, place_of(build, costly),
                  "an ordinary certificate could take %zu steps of the %zu that a match has, for mappings such as %s",
                  cost, steps, cm_kit_quote(mapping.name).text);
}

static void finish(struct cm_iis_build *build, struct certmap_rules **rules, struct certmap_iis_logon **logon) {
    struct cm_iis *iis = build->iis;
    struct certmap_iis_logon *made = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    if (build->settings[CM_IIS_ENABLED].number == 0)
        (void)certmap_builder_disable(build->builder, &error);
    if (logon != NULL) {
        made = cm_iis_logon_new(&iis->secrets, build->applied,
                                (enum certmap_iis_logon_method)build->settings[CM_IIS_LOGON_METHOD].number);
        cm_iis_no_memory_unless(build, made != NULL);
    }
    cm_kit_progress_phase(&iis->progress, CM_IIS_LOADED);
    if (!iis->stop && certmap_builder_finish(build->builder, rules, &error) != CERTMAP_OK)
        cm_iis_fail(iis, &error);
    if (iis->stop) {
        certmap_iis_logon_free(made);
        return;
    }
    look_at_cost(build, *rules);
    if (logon == NULL)
        return;
    collect_passwords(build, made);
    *logon = made;
}

/* ---- the builder ---- */

static bool report_compiling(void *ctx, size_t done, size_t total) {
    struct cm_iis *iis = ctx;
    return cm_kit_progress_at(&iis->progress, done, total);
}

static void begin(struct cm_iis_build *build) {
    struct cm_iis *iis = build->iis;
    const struct certmap_build_options none = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_build_options options = iis->build != NULL ? *iis->build : none;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    options.size = sizeof options;
    options.progress = report_compiling;
    options.progress_ctx = iis;
    cm_kit_progress_phase(&iis->progress, CM_IIS_CHECKED);
    if (certmap_builder_new(&build->builder, &iis->allocator, &error) != CERTMAP_OK ||
        certmap_builder_options(build->builder, &options, &error) != CERTMAP_OK)
        cm_iis_fail(iis, &error);
}

void cm_iis_build(struct cm_iis *iis, struct certmap_rules **rules, struct certmap_iis_logon **logon) {
    struct cm_iis_build build = {.iis = iis};
    begin(&build);
    cm_iis_merge(&build);
    cm_iis_add_mappings(&build);
    if (!cm_iis_stopped(&build))
        check_section(&build);
    if (!cm_iis_stopped(&build))
        check_setup(&build);
    if (!cm_iis_stopped(&build) && iis->diagnostics.errors == 0)
        finish(&build, rules, logon);
    certmap_builder_free(build.builder);
    cm_kit_release(&iis->allocator, build.parts.conditions);
    cm_kit_release(&iis->allocator, build.parts.positions);
    cm_kit_release(&iis->allocator, build.parts.rules);
    cm_kit_release(&iis->allocator, build.order);
    cm_kit_release(&iis->allocator, build.set.slots);
    cm_kit_release(&iis->allocator, build.account);
}
