/* SPDX-License-Identifier: MIT */
#include "compare.h"
#include "base/view.h"
#include "rule/rules.h"

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
    if (!same_path(&a->path, &b->path))
        return "the field of a condition";
    if (a->op != b->op || a->quantifier != b->quantifier || a->count != b->count ||
        (a->operand_count > 0 && a->nocase != b->nocase))
        return "the operator of a condition";
    if (a->operand_count != b->operand_count)
        return "the number of operands";
    for (size_t i = 0; i < a->operand_count; i++)
        if (!same_operand(&a->operands[i], &b->operands[i]))
            return "an operand";
    return NULL;
}

static const char *expression_difference(const struct certmap_rules *a, const struct cm_mapping *in_a,
                                         const struct certmap_rules *b, const struct cm_mapping *in_b) {
    const struct cm_node *left = &a->nodes[in_a->first_node], *right = &b->nodes[in_b->first_node];
    if (left->size != right->size)
        return "the size of an expression";
    for (size_t i = 0; i < left->size; i++) {
        if (left[i].kind != right[i].kind || left[i].size != right[i].size)
            return "the shape of an expression";
        const char *difference = left[i].kind != CM_NODE_CONDITION
                                     ? NULL
                                     : condition_difference(&a->conditions[in_a->first_condition + left[i].condition],
                                                            &b->conditions[in_b->first_condition + right[i].condition]);
        if (difference != NULL)
            return difference;
    }
    return NULL;
}

static const char *output_difference(const struct cm_output *a, const struct cm_output *b) {
    if (a->kind != b->kind || a->language != b->language || !same(a->name, b->name))
        return "the kind of an output";
    return same(a->shown, b->shown) && (a->holes == NULL) == (b->holes == NULL) ? NULL : "the text of an output";
}

static const char *mapping_difference(const struct certmap_rules *a, const struct cm_mapping *in_a,
                                      const struct certmap_rules *b, const struct cm_mapping *in_b) {
    if (in_a->name.data != NULL && !same(in_a->name, in_b->name))
        return "the name of a mapping";
    if (in_a->decision != in_b->decision || in_a->score != in_b->score)
        return "the decision or the score of a mapping";
    if (!same(in_a->account, in_b->account) || !same(in_a->domain, in_b->domain) || !same(in_a->user, in_b->user))
        return "an account";
    if (in_a->output_count != in_b->output_count)
        return "the number of outputs";
    for (size_t i = 0; i < in_a->output_count; i++) {
        const char *difference =
            output_difference(&a->outputs[in_a->first_output + i], &b->outputs[in_b->first_output + i]);
        if (difference != NULL)
            return difference;
    }
    return expression_difference(a, in_a, b, in_b);
}

const char *t_rules_difference(const struct certmap_rules *a, const struct certmap_rules *b) {
    if (a->policy != b->policy || a->needs != b->needs || a->mapping_count != b->mapping_count)
        return "the policy, the needs or the number of mappings";
    for (size_t i = 0; i < a->mapping_count; i++) {
        const char *difference = mapping_difference(a, &a->mappings[i], b, &b->mappings[i]);
        if (difference != NULL)
            return difference;
    }
    return NULL;
}
