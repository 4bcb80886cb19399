/* SPDX-License-Identifier: MIT */
/* Asking the values of a list that is a hash set (field/value_set.h). */
#ifndef CM_MATCH_VALUE_SET_H
#define CM_MATCH_VALUE_SET_H

#include "certmap/explain.h"
#include "field/value_set.h"
#include "rule/rules.h"

/* Whether a value of the row has this text, folded if nocase is set; UNKNOWN: none that can be read, or the steps ran
 * out. The list has a set. Values of the last chain are not told apart by their types. */
enum certmap_truth cm_value_set_has(const struct cm_list *list, uint32_t row, bool nocase, struct certmap_view text,
                                    size_t *steps);
/* Whether it is known at once that none has, and that all can be read: for a step, and one for 16 bytes. */
static inline bool cm_value_set_lacks(const struct cm_list *list, uint32_t row, bool nocase, struct certmap_view text) {
    const struct cm_value_set *set = list->set;
    return row >= set->row_count ||
           (!set->unreadable[row] && !cm_value_set_may_have(set, nocase, cm_value_set_hash(set, row, text)));
}
/* The same as cm_value_set_has of all rows. */
enum certmap_truth cm_value_set_any_has(const struct cm_list *list, bool nocase, struct certmap_view text,
                                        size_t *steps);
/* Whether it is known at once that no whole Name of the row is that of an operand: for a step. */
static inline bool cm_value_set_lacks_name(const struct cm_list *list, uint32_t row, const struct cm_operand *operand) {
    const struct cm_value_set *set = list->set;
    return operand->readable && set->spoiled_count == 0 &&
           !cm_value_set_may_have(set, false, cm_value_set_name_hash(set, row, operand->number));
}
/* Whether a whole Name of the row is that of an operand, with regard to case and space where exact is set. TRUE or FALSE; UNKNOWN:
 * that is not known, or the steps ran out. A step, one for each slot that is looked at, and what comparing takes: with the
 * Names that have AVAs that cannot be read, too. */
enum certmap_truth cm_value_set_has_name(const struct cm_list *list, uint32_t row, bool exact,
                                         const struct cm_operand *operand, size_t *steps);
/* Whether a value of the last chain has this type and text; UNKNOWN: that is not known, as where one of another type has the same
 * text, or the steps ran out. Takes a step for hashing 16 bytes, and what finding it takes. */
enum certmap_truth cm_value_set_has_typed(const struct cm_list *list, uint32_t row, struct certmap_view oid,
                                          bool nocase, struct certmap_view text, size_t *steps);

#endif
