/* SPDX-License-Identifier: MIT */
#include "rule/store.h"

struct certmap_view cm_mapping_name(const struct certmap_rules *rules, const struct cm_mapping *mapping) {
    if (mapping->name == CM_TEXT_NONE)
        return (struct certmap_view){NULL, 0};
    const uint8_t *at = rules->text + mapping->name;
    return cm_store_string(&at);
}

size_t cm_mapping_outputs(const struct certmap_rules *rules, const struct cm_mapping *mapping) {
    size_t count = mapping->allow;
    if (mapping->allow && !mapping->plain)
        while (!rules->outputs[mapping->outputs + count - 1].last)
            count++;
    return count;
}

const struct cm_output *cm_mapping_output(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                                          size_t index, struct cm_output *room) {
    if (!mapping->plain)
        return &rules->outputs[mapping->outputs + index];
    const struct cm_plain_account account = cm_mapping_account(rules, mapping);
    *room = (struct cm_output){.kind = CM_OUTPUT_ACCOUNT, .last = true, .shown = account.text, .head = account.head};
    room->separator = account.separator > 0 ? account.text.data + account.separator - 1 : NULL;
    return room;
}
