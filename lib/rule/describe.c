/* SPDX-License-Identifier: MIT */
#include "rule/describe.h"
#include "base/view.h"
#include "rule/binding.h"
#include <string.h>

/* The subfield is what is printed of the path after the field and a dot. */
static struct certmap_view subfield_of(enum certmap_field field, struct certmap_view path) {
    const bool text = field == CERTMAP_FIELD_EXTENSION_TEXT; /* which comes last in a path */
    const size_t len = strlen(certmap_field_name(text ? CERTMAP_FIELD_EXTENSION : field));
    if (text)
        path.len -= strlen(".text");
    return path.len > len ? cm_view(path.data + len + 1, path.len - len - 1) : CM_VIEW("");
}

struct certmap_condition cm_describe_condition(const struct cm_condition *condition, struct certmap_view path,
                                               const struct cm_binding *binding) {
    return (struct certmap_condition){
        .size = sizeof(struct certmap_condition),
        .field = condition->path->field,
        .subfield = subfield_of(condition->path->field, path),
        .op = condition->op,
        .flags = (condition->nocase ? CERTMAP_NOCASE : 0u) | (condition->exact ? CERTMAP_EXACT : 0u),
        .operand_count = condition->operand_count,
        .quantifier = condition->quantifier,
        .count = condition->count,
        .as = binding != NULL ? binding->name : CM_VIEW_NONE,
    };
}

struct certmap_output cm_describe_output(const struct cm_output *output) {
    static const enum certmap_output_kind kinds[] = {[CM_OUTPUT_DOMAIN] = CERTMAP_OUTPUT_DOMAIN,
                                                     [CM_OUTPUT_GROUP] = CERTMAP_OUTPUT_GROUP,
                                                     [CM_OUTPUT_ATTRIBUTE] = CERTMAP_OUTPUT_ATTRIBUTE};
    return (struct certmap_output){.size = sizeof(struct certmap_output),
                                   .kind = kinds[output->kind],
                                   .name = output->name,
                                   .value = output->shown,
                                   .is_template = output->placeholders != NULL,
                                   .language = output->language,
                                   .each = output->each};
}
