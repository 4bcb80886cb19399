/* SPDX-License-Identifier: MIT */
/* What the parser uses of the builder beyond its public calls. */
#ifndef CM_RULE_BUILDER_H
#define CM_RULE_BUILDER_H

#include "rule/rules.h"

/* How many nodes the open mapping has so far: where the next one will stand. */
size_t cm_builder_mark(const struct certmap_builder *builder);
/* Makes what was added since mark the members of a group, for those who learn of it late. Errors:
 * MEMORY. */
enum certmap_status cm_builder_wrap(struct certmap_builder *builder, size_t mark, enum certmap_join join,
                                    struct certmap_error *err);
/* Sets what the open mapping decides, for those who learn of it late. Errors: MEMORY, SYNTAX. */
enum certmap_status cm_builder_decide(struct certmap_builder *builder, enum certmap_decision decision,
                                      struct certmap_view account, struct certmap_error *err);

#endif
