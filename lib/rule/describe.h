/* SPDX-License-Identifier: MIT */
/* Parts of a compiled mapping as the builder takes them, for whoever hands them out. */
#ifndef CM_RULE_DESCRIBE_H
#define CM_RULE_DESCRIBE_H

#include "rule/store.h"

/* A condition, without its operands. path is what cm_path_print writes of its path, and has to live as long. */
struct certmap_condition cm_describe_condition(const struct cm_condition *condition, struct certmap_view path,
                                               const struct cm_binding *binding);
/* A domain, a group or an attribute. */
struct certmap_output cm_describe_output(const struct cm_output *output);

#endif
