/* SPDX-License-Identifier: MIT */
#include "rule/store.h"

/* What a mapping gives comes after its name. */
static const uint8_t *outputs_of(const struct cm_mapping *mapping) {
    const uint8_t *at = cm_mapping_texts(mapping);
    if (mapping->named)
        cm_store_skip(&at);
    return at;
}

/* The first output of one that is not plain. */
static const struct cm_output *first_output(const struct certmap_rules *rules, const struct cm_mapping *mapping) {
    const uint8_t *at = outputs_of(mapping);
    return &rules->outputs[cm_store_number(&at)];
}

/* As many as the rule gives. */
size_t cm_mapping_outputs(const struct certmap_rules *rules, const struct cm_mapping *mapping) {
    size_t count = mapping->allow;
    if (!mapping->allow || mapping->plain)
        return count;
    const struct cm_output *first = first_output(rules, mapping);
    while (!first[count - 1].last)
        count++;
    return count;
}

struct cm_output cm_plain_output(const struct cm_plain_account *account) {
    struct cm_output output = {
        .kind = CM_OUTPUT_ACCOUNT, .last = true, .shown = account->text, .prefix = account->prefix};
    output.separator = account->separator > 0 ? account->text.data + account->separator - 1 : NULL;
    return output;
}

const struct cm_output *cm_mapping_output(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                                          size_t index, struct cm_output *room) {
    if (!mapping->plain)
        return first_output(rules, mapping) + index;
    const struct cm_plain_account account = cm_plain_account_at(rules->prefixes, outputs_of(mapping));
    *room = cm_plain_output(&account);
    return room;
}
