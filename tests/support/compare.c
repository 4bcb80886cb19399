/* SPDX-License-Identifier: MIT */
#include "compare.h"
#include "base/view.h"
#include "rule/binding.h"
#include "rule/store.h"

static bool same(struct certmap_view a, struct certmap_view b) {
    return (a.data == NULL) == (b.data == NULL) && cm_view_equal(a, b);
}

static bool same_path(const struct cm_path *a, const struct cm_path *b) {
    return a->field == b->field && a->list == b->list && a->row == b->row && a->by_oid == b->by_oid &&
           a->kind == b->kind && (!a->by_oid || same(a->oid, b->oid));
}

static bool same_operand(const struct cm_operand *a, const struct cm_operand *b) {
    return same(a->shown, b->shown) && same(a->matched, b->matched) && a->bits == b->bits &&
           (a->name == NULL) == (b->name == NULL);
}

static const char *condition_difference(const struct cm_condition *a, const struct cm_condition *b) {
    if (!same_path(a->path, b->path))
        return "the field of a condition";
    if (a->op != b->op || a->quantifier != b->quantifier || a->count != b->count || a->exact != b->exact ||
        (a->operand_count > 0 && a->nocase != b->nocase))
        return "the operator of a condition";
    if (a->operand_count != b->operand_count)
        return "the number of operands";
    struct cm_operands in_a = cm_operands_of(a), in_b = cm_operands_of(b);
    struct cm_operand one, other;
    while (cm_operands_next(&in_a, &one))
        if (!cm_operands_next(&in_b, &other) || !same_operand(&one, &other))
            return "an operand";
    return NULL;
}

static struct certmap_view name_at(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                                   const struct cm_node *node) {
    const struct cm_binding *binding = cm_binding_at(rules, mapping, node);
    return binding != NULL ? binding->name : CM_VIEW_NONE;
}

static const char *expression_difference(const struct certmap_rules *a, const struct cm_mapping *in_a,
                                         const struct certmap_rules *b, const struct cm_mapping *in_b) {
    const struct cm_node *left = in_a->nodes, *right = in_b->nodes;
    if (left->value != right->value)
        return "the size of an expression";
    for (size_t i = 0; i < left->value; i++) {
        if (left[i].kind != right[i].kind || cm_node_size(&left[i]) != cm_node_size(&right[i]))
            return "the shape of an expression";
        if (left[i].kind != CM_NODE_CONDITION)
            continue;
        if (!same(name_at(a, in_a, &left[i]), name_at(b, in_b, &right[i])))
            return "the name of a value";
        const struct cm_condition one = cm_condition_at(a, left[i].value), other = cm_condition_at(b, right[i].value);
        const char *difference = condition_difference(&one, &other);
        if (difference != NULL)
            return difference;
    }
    return NULL;
}

static const char *output_difference(const struct cm_output *a, const struct cm_output *b) {
    if (a->kind != b->kind || a->language != b->language || !same(a->name, b->name))
        return "the kind of an output";
    if ((a->separator == NULL) != (b->separator == NULL) ||
        (a->placeholders == NULL && a->separator != NULL &&
         a->separator - a->shown.data != b->separator - b->shown.data) ||
        !same(a->prefix, b->prefix))
        return "an account";
    return same(a->shown, b->shown) && (a->placeholders == NULL) == (b->placeholders == NULL) ? NULL
                                                                                              : "the text of an output";
}

static uint32_t score_of(const struct certmap_rules *rules, const struct cm_mapping *mapping) {
    return rules->scores != NULL ? rules->scores[mapping->index] : 0;
}

static const char *mapping_difference(const struct certmap_rules *a, const struct cm_mapping *in_a,
                                      const struct certmap_rules *b, const struct cm_mapping *in_b) {
    const struct certmap_view name = cm_mapping_name(in_a);
    if (name.data != NULL && !same(name, cm_mapping_name(in_b)))
        return "the name of a mapping";
    if (in_a->allow != in_b->allow || score_of(a, in_a) != score_of(b, in_b))
        return "the decision or the score of a mapping";
    if (cm_mapping_outputs(a, in_a) != cm_mapping_outputs(b, in_b))
        return "the number of outputs";
    for (size_t i = 0; i < cm_mapping_outputs(a, in_a); i++) {
        struct cm_output room, other;
        const char *difference =
            output_difference(cm_mapping_output(a, in_a, i, &room), cm_mapping_output(b, in_b, i, &other));
        if (difference != NULL)
            return difference;
    }
    return expression_difference(a, in_a, b, in_b);
}

const char *t_rules_difference(const struct certmap_rules *a, const struct certmap_rules *b) {
    if (a->policy != b->policy || a->needs != b->needs || a->mapping_count != b->mapping_count)
        return "the policy, the needs or the number of mappings";
    for (size_t i = 0; i < a->mapping_count; i++) {
        const char *difference = mapping_difference(a, cm_mapping_at(a, i), b, cm_mapping_at(b, i));
        if (difference != NULL)
            return difference;
    }
    return NULL;
}
