/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/error.h"
#include "base/meter.h"
#include "base/view.h"
#include "certmap/names.h"
#include "certmap/versioned.h"
#include "rule/positions.h"

static void free_store(struct certmap_rules *rules, const struct certmap_allocator *own) {
    for (size_t i = 0; i < CM_MAX_BLOCKS; i++)
        if ((rules->heads >> i & 1) != 0)
            cm_release(own, (void *)(rules->blocks[i] + i * CM_BLOCK_SIZE));
}

void certmap_rules_free(struct certmap_rules *rules) {
    if (rules == NULL)
        return;
    struct certmap_allocator own = rules->allocator;
    struct cm_meter *meter = rules->meter;
    cm_arena_free(&rules->arena);
    free_store(rules, &own);
    cm_release(&own, rules->offsets);
    cm_release(&own, rules->paths);
    cm_release(&own, rules->names);
    cm_release(&own, rules->outputs);
    cm_release(&own, rules->bindings);
    cm_release(&own, rules->positions);
    cm_release(&own, rules->prefixes);
    cm_release(&own, rules->scores);
    cm_release(&own, rules->index);
    cm_release(&own, rules->plan);
    cm_release(&own, rules);
    cm_meter_free(meter);
}

unsigned certmap_rules_needs(const struct certmap_rules *rules) {
    return rules == NULL ? 0 : rules->needs;
}

size_t certmap_rules_steps(const struct certmap_rules *rules) {
    return rules == NULL ? 0 : rules->steps;
}

size_t certmap_rules_cost(const struct certmap_rules *rules, size_t *mapping) {
    if (mapping != NULL)
        *mapping = rules == NULL ? 0 : rules->costly;
    return rules == NULL ? 0 : rules->cost;
}

size_t certmap_rules_count(const struct certmap_rules *rules) {
    return rules == NULL ? 0 : rules->mapping_count;
}

enum certmap_combining certmap_rules_combining(const struct certmap_rules *rules) {
    return rules == NULL ? CERTMAP_COMBINING_FIRST : rules->policy;
}

size_t certmap_rules_find(const struct certmap_rules *rules, struct certmap_view name) {
    const size_t count = cm_view_sound(name) ? certmap_rules_count(rules) : 0;
    for (size_t i = 0; i < count; i++)
        if (certmap_text_same(cm_mapping_name(cm_mapping_at(rules, i)), name))
            return i;
    return SIZE_MAX;
}

enum certmap_status certmap_rules_mapping(const struct certmap_rules *rules, struct certmap_mapping *mapping,
                                          size_t index, struct certmap_diagnostic *err) {
    if (!certmap_struct_fits(mapping, CERTMAP_FIRST_MAPPING, sizeof *mapping) || index >= certmap_rules_count(rules))
        return cm_error_argument(err,
                                 "certmap_rules_mapping: mapping is NULL, its size is not a size of it, or there is "
                                 "no such index");
    const struct cm_mapping *own = cm_mapping_at(rules, index);
    struct cm_output room;
    const struct cm_position position = cm_position_at(rules, index);
    const struct cm_output *account = own->allow ? cm_mapping_output(rules, own, 0, &room) : NULL;
    const struct certmap_mapping filled = {
        .kind = (enum certmap_kind)own->kind,
        .decision = cm_mapping_decision(own),
        .name = cm_mapping_name(own),
        .account = account != NULL ? account->shown : CM_VIEW_NONE,
        .line = position.line,
        .column = position.column,
        .is_template = account != NULL && account->placeholders != NULL,
        .language = account != NULL ? account->language : CERTMAP_LANGUAGE_PLAIN,
    };
    certmap_struct_write(mapping, &filled, sizeof filled);
    return CERTMAP_OK;
}
