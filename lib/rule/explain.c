/* SPDX-License-Identifier: MIT */
/* certmap_explain: the plain evaluator over everything, told item by item.
 *
 * Up to the decision it runs as certmap_match does, with the same steps, and remembers what each node
 * gave. What that left out is evaluated afterwards, with steps apart, so that telling more never changes
 * the answer. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "rule/eval.h"
#include "rule/print.h"
#include <string.h>

struct explain {
    struct cm_eval eval;
    size_t spare;                /* steps left for what the search does not read */
    struct cm_verdict *verdicts; /* of the nodes of the mapping at hand */
    char *text;                  /* of the condition at hand */
    size_t text_cap;
    certmap_explain_fn *fn;
    void *ctx;
    struct certmap_explain_item item; /* what is common to the mapping at hand */
};

/* ---- telling ---- */

static void tell(const struct explain *explain, enum certmap_explain_kind kind, unsigned depth,
                 struct cm_verdict verdict, struct certmap_view text) {
    struct certmap_explain_item item = explain->item;
    item.kind = kind;
    item.depth = depth;
    item.truth = verdict.truth;
    item.why = verdict.why;
    item.read = verdict.read;
    item.decides = kind == CERTMAP_EXPLAIN_MAPPING && item.decides;
    item.text = text;
    explain->fn(explain->ctx, &item);
}

/* The printed condition, in memory that grows to the longest one. */
static bool print_condition(struct explain *explain, const struct cm_condition *condition, struct certmap_view *text) {
    struct cm_out out = {explain->text, explain->text_cap, 0};
    cm_condition_print(&out, condition);
    if (out.len >= out.cap) {
        char *grown = cm_resize(&explain->eval.rules->allocator, explain->text, out.len + 1);
        if (grown == NULL)
            return false;
        explain->text = grown;
        explain->text_cap = out.len + 1;
        out = (struct cm_out){grown, explain->text_cap, 0};
        cm_condition_print(&out, condition);
    }
    out.text[out.len] = 0;
    *text = cm_view(out.text, out.len);
    return true;
}

static void tell_values(struct explain *explain, const struct cm_condition *condition, unsigned depth, bool read) {
    struct cm_eval eval = explain->eval;
    if (condition->path.field == CERTMAP_FIELD_CERTIFICATE)
        return;
    eval.steps = explain->spare;
    uint32_t at = cm_eval_first(&eval, condition);
    for (; at != CM_VALUE_NONE; at = cm_eval_next(&eval, condition, at)) {
        const struct cm_value *value = &cm_eval_list(&eval, condition)->values[at];
        struct cm_verdict one = {CERTMAP_TRUE, CERTMAP_CODE_NONE, read};
        if (condition->op == CERTMAP_OP_EQUAL || condition->op == CERTMAP_OP_LIKE)
            one = cm_eval_value(&eval, condition, value);
        one.read = read;
        tell(explain, CERTMAP_EXPLAIN_VALUE, depth, one, value->text.nfc);
    }
    explain->spare = eval.steps;
}

static bool tell_condition(struct explain *explain, const struct cm_condition *condition, unsigned depth,
                           struct cm_verdict verdict) {
    struct certmap_view text;
    if (!print_condition(explain, condition, &text))
        return false;
    tell(explain, CERTMAP_EXPLAIN_CONDITION, depth, verdict, text);
    tell_values(explain, condition, depth + 1, verdict.read);
    return true;
}

static bool tell_members(struct explain *explain, const struct cm_mapping *mapping, const struct cm_node *group,
                         unsigned depth);

static bool tell_node(struct explain *explain, const struct cm_mapping *mapping, const struct cm_node *node,
                      unsigned depth) {
    static const char *const joins[] = {
        [CM_NODE_ALL] = "and", [CM_NODE_ANY] = "or", [CM_NODE_NOT] = "not", [CM_NODE_ALWAYS] = "always"};
    const struct certmap_rules *rules = explain->eval.rules;
    struct cm_verdict verdict = explain->verdicts[node - &rules->nodes[mapping->first_node]];
    if (node->kind == CM_NODE_CONDITION)
        return tell_condition(explain, &rules->conditions[mapping->first_condition + node->condition], depth, verdict);
    const char *join = joins[node->kind];
    tell(explain, node->kind == CM_NODE_ALWAYS ? CERTMAP_EXPLAIN_CONDITION : CERTMAP_EXPLAIN_GROUP, depth, verdict,
         cm_view(join, strlen(join)));
    return tell_members(explain, mapping, node, depth + 1);
}

static bool tell_members(struct explain *explain, const struct cm_mapping *mapping, const struct cm_node *group,
                         unsigned depth) {
    for (const struct cm_node *member = group + 1; member < group + group->size; member += member->size)
        if (!tell_node(explain, mapping, member, depth))
            return false;
    return true;
}

/* ---- evaluating ---- */

/* Evaluates the topmost nodes that the search did not read. Their insides follow, because the short
 * cuts taken in them leave nodes out in turn. */
static void fill_node(struct explain *explain, const struct cm_mapping *mapping, const struct cm_node *node,
                      bool read) {
    const struct cm_node *root = &explain->eval.rules->nodes[mapping->first_node];
    struct cm_verdict *verdict = &explain->verdicts[node - root];
    struct cm_eval aside = explain->eval;
    aside.verdicts = NULL;
    aside.steps = explain->spare;
    read = read && verdict->read;
    if (!read) {
        *verdict = cm_eval_node(&aside, mapping, node);
        verdict->read = false;
        explain->spare = aside.steps;
    }
    for (const struct cm_node *member = node + 1; member < node + node->size; member += member->size)
        fill_node(explain, mapping, member, read);
}

/* Explains one mapping; searching says that no earlier one has decided. Returns what it gave. */
static bool explain_mapping(struct explain *explain, size_t index, bool *searching, struct certmap_result *result) {
    const struct certmap_rules *rules = explain->eval.rules;
    const struct cm_mapping *mapping = &rules->mappings[index];
    const struct cm_node *root = &rules->nodes[mapping->first_node];
    memset(explain->verdicts, 0, root->size * sizeof *explain->verdicts);
    if (*searching)
        (void)cm_eval_mapping(&explain->eval, mapping);
    fill_node(explain, mapping, root, *searching);
    const bool decides = *searching && explain->verdicts[0].truth != CERTMAP_FALSE;
    if (decides)
        cm_result_decide(result, rules, index, explain->verdicts[0].truth);
    *searching = *searching && !decides;
    explain->item = (struct certmap_explain_item){
        .size = sizeof explain->item,
        .mapping = index,
        .decides = decides,
        .decision = mapping->decision,
        .mapping_kind = mapping->kind,
        .line = mapping->line,
    };
    tell(explain, CERTMAP_EXPLAIN_MAPPING, 0, explain->verdicts[0], mapping->name);
    return tell_members(explain, mapping, root, 1);
}

static enum certmap_status explain_all(struct explain *explain, struct certmap_result *result,
                                       struct certmap_error *err) {
    const struct certmap_rules *rules = explain->eval.rules;
    bool searching = !rules->disabled;
    for (size_t i = 0; i < rules->mapping_count; i++)
        if (!explain_mapping(explain, i, &searching, result))
            return cm_error_memory(err);
    return CERTMAP_OK;
}

enum certmap_status certmap_explain(const struct certmap_rules *rules, struct certmap_peer *peer,
                                    struct certmap_result *result, certmap_explain_fn *fn, void *ctx,
                                    struct certmap_error *err) {
    if (result == NULL || result->size < sizeof *result)
        return cm_error_argument(err, "certmap_explain: result is NULL, or its size is too small");
    cm_result_clear(result);
    if (rules == NULL || peer == NULL || !peer->set || fn == NULL)
        return cm_error_argument(err, "certmap_explain: rules, peer or fn is NULL, or the peer is not set");
    struct certmap_result answer = *result;
    struct explain explain = {
        .eval = {rules, peer, CERTMAP_MAX_STEPS, NULL}, .spare = CERTMAP_MAX_STEPS, .fn = fn, .ctx = ctx};
    explain.verdicts = cm_alloc(&rules->allocator, (rules->largest_mapping + 1) * sizeof *explain.verdicts);
    if (explain.verdicts == NULL)
        return cm_error_memory(err);
    explain.eval.verdicts = explain.verdicts;
    cm_result_none(&answer, rules);
    enum certmap_status status = explain_all(&explain, &answer, err);
    if (status == CERTMAP_OK)
        *result = answer;
    cm_release(&rules->allocator, explain.text);
    cm_release(&rules->allocator, explain.verdicts);
    return status;
}
