/* SPDX-License-Identifier: MIT */
#include "one_condition.h"

enum certmap_status cm_lint_one_condition(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                          const struct certmap_condition *condition) {
    struct certmap_builder *builder = NULL;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.name = mapping.account = certmap_view_of("x");
    mapping.decision = CERTMAP_ALLOW;
    enum certmap_status status = certmap_builder_new(&builder, allocator, NULL);
    if (status == CERTMAP_OK)
        status = certmap_builder_mapping(builder, &mapping, NULL);
    if (status == CERTMAP_OK)
        status = certmap_builder_condition(builder, condition, NULL);
    if (status == CERTMAP_OK)
        status = certmap_builder_finish(builder, rules, NULL);
    certmap_builder_free(builder);
    return status;
}
