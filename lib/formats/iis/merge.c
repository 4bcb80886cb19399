/* SPDX-License-Identifier: MIT */
#include "build.h"
#include "certmap/names.h"
#include <string.h>

bool cm_iis_stopped(const struct cm_iis_build *build) {
    return build->iis->stop || cm_kit_diagnostics_full(&build->iis->diagnostics);
}

/* So many rules are compared with each other; more go through a set. */
enum { FEW_RULES = 8 };

void cm_iis_no_memory_unless(struct cm_iis_build *build, bool enough) {
    if (!enough)
        cm_iis_no_memory(build->iis);
}

/* ---- merging ---- */

static void merge_settings(struct cm_iis_build *build) {
    struct cm_iis_values values;
    static const char *const none[] = {NULL};
    cm_iis_read(&values, &build->iis->diagnostics, CM_IIS_SECTION, none, (struct cm_kit_position){0, 0, 0, 0});
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
static void merge_list(struct cm_iis_build *build, struct cm_iis_list *list, uint32_t *generation) {
    for (size_t i = 0; i < list->count; i++) {
        list->items[i].generation += *generation;
        build->order[build->count++] = &list->items[i];
    }
    *generation += list->generation;
}

static void merge_lists(struct cm_iis_build *build) {
    struct cm_iis *iis = build->iis;
    size_t total = 0;
    for (size_t i = 0; i < iis->level_count; i++)
        total += iis->levels[i].lists[CM_IIS_LIST_ONE].count + iis->levels[i].lists[CM_IIS_LIST_MANY].count;
    if (total == 0)
        return;
    build->order = cm_kit_grow(&iis->allocator, NULL, &build->cap, total, sizeof(struct cm_iis_mapping *));
    cm_iis_no_memory_unless(build, build->order != NULL);
    for (int kind = CM_IIS_LIST_ONE; kind < CM_IIS_LISTS && !iis->stop; kind++) {
        build->first_many = build->count;
        for (size_t i = 0; i < iis->level_count; i++)
            merge_list(build, &iis->levels[i].lists[kind], &build->generation[kind]);
    }
}

/* Whether a mapping is enabled and was not cleared. */
bool cm_iis_applies(const struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
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

static struct certmap_view compared(const struct cm_iis_mapping *mapping) {
    return (struct certmap_view){mapping->certificate.data + mapping->compared_at, mapping->compared_len};
}

static bool certificates_same(const void *things, size_t a, size_t b) {
    struct cm_iis_mapping *const *order = things;
    return order[a]->generation == order[b]->generation && (order[a]->compared_at > 0) == (order[b]->compared_at > 0) &&
           bytes_same(compared(order[a]), compared(order[b]));
}

static bool rules_same(const void *things, size_t a, size_t b) {
    const struct cm_iis_rule *rules = things;
    return rules[a].generation == rules[b].generation && rules[a].issuer == rules[b].issuer &&
           rules[a].nocase == rules[b].nocase && bytes_same(rules[a].subfield, rules[b].subfield) &&
           bytes_same(rules[a].criteria, rules[b].criteria);
}

static void check_names(struct cm_iis_build *build) {
    struct cm_iis *iis = build->iis;
    cm_iis_no_memory_unless(build, cm_kit_set_begin(&build->set, &iis->allocator, build->count - build->first_many));
    for (size_t i = build->first_many; i < build->count && !cm_iis_stopped(build); i++) {
        const struct cm_iis_mapping *mapping = build->order[i];
        if (mapping->name.len == 0)
            continue;
        uint64_t hash = certmap_text_hash(cm_kit_hash_seed(&build->set, mapping->generation), mapping->name);
        size_t there = cm_kit_set_add(&build->set, hash, i, names_same, build->order);
        if (there != SIZE_MAX)
            cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_DUPLICATE_MAPPING, mapping->place,
                          "there is a mapping %s already, in line %lu", cm_kit_quote(mapping->name).text,
                          (unsigned long)build->order[there]->place.line);
    }
}

static void check_certificates(struct cm_iis_build *build) {
    struct cm_iis *iis = build->iis;
    cm_iis_no_memory_unless(build, cm_kit_set_begin(&build->set, &iis->allocator, build->first_many));
    for (size_t i = 0; i < build->first_many && !cm_iis_stopped(build); i++) {
        const struct cm_iis_mapping *mapping = build->order[i];
        if (mapping->certificate.len == 0)
            continue;
        uint64_t hash = cm_kit_hash(cm_kit_hash_seed(&build->set, mapping->generation), compared(mapping));
        size_t there = cm_kit_set_add(&build->set, hash, i, certificates_same, build->order);
        if (there != SIZE_MAX)
            cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_DUPLICATE_CERTIFICATE, mapping->place,
                          "the certificate is mapped already, in line %lu",
                          (unsigned long)build->order[there]->place.line);
    }
}

/* Whether no two of a few rules are the same. */
static bool rules_differ(const struct cm_iis_rule *rules, size_t count) {
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (rules_same(rules, i, k))
                return false;
    return true;
}

void cm_iis_check_rules(struct cm_iis_build *build, const struct cm_iis_mapping *mapping) {
    struct cm_iis *iis = build->iis;
    if (mapping->rule_count < 2)
        return;
    const struct cm_iis_rule *rules = &iis->rules[mapping->first_rule];
    if (mapping->rule_count <= FEW_RULES && rules_differ(rules, mapping->rule_count))
        return;
    cm_iis_no_memory_unless(build, cm_kit_set_begin(&build->set, &iis->allocator, mapping->rule_count));
    for (size_t i = 0; i < mapping->rule_count && !cm_iis_stopped(build); i++) {
        uint64_t hash = cm_kit_hash(cm_kit_hash(cm_kit_hash_seed(&build->set, rules[i].generation), rules[i].subfield),
                                    rules[i].criteria);
        size_t there = cm_kit_set_add(&build->set, hash, i, rules_same, rules);
        if (there != SIZE_MAX)
            cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_DUPLICATE_RULE, rules[i].place,
                          "the same rule is there already, in line %lu", (unsigned long)rules[there].place.line);
    }
}

/* ---- */

void cm_iis_merge(struct cm_iis_build *build) {
    merge_settings(build);
    if (!cm_iis_stopped(build))
        merge_lists(build);
    if (!cm_iis_stopped(build))
        check_certificates(build);
    if (!cm_iis_stopped(build))
        check_names(build);
}
