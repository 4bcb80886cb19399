/* SPDX-License-Identifier: MIT */
/* Asking the values of a list that is a hash set (field/value_set.h). */
#ifndef CM_MATCH_VALUE_SET_H
#define CM_MATCH_VALUE_SET_H

#include "certmap/explain.h"
#include "field/value_set.h"

/* Whether a value of the row has this text, folded if nocase is set; UNKNOWN: none that can be read, or the steps ran
 * out. The list has a set. Values of the last chain are not told apart by their types. */
enum certmap_truth cm_value_set_has(const struct cm_list *list, uint32_t row, bool nocase, struct certmap_view text,
                                    size_t *steps);

#endif
