/* SPDX-License-Identifier: MIT */
#include "match/counted.h"
#include "base/steps.h"
#include "match/leaf.h"

bool cm_counted_knows(const struct cm_condition *condition) {
    const bool far = condition->count > CM_NEAR_VALUES;
    if (condition->op == CERTMAP_OP_COUNT)
        return far;
    if (!cm_op_has_operands(condition->op))
        return false;
    return condition->quantifier == CERTMAP_LAST_VALUE || condition->quantifier == CERTMAP_ONLY_VALUE ||
           (condition->quantifier == CERTMAP_AT_VALUE && far);
}

/* ---- counting ---- */

/* Makes room for more marks: every second one stays. */
static void thin_out(struct cm_counted_path *of) {
    for (size_t i = 0; i < CM_COUNTED_MARKS / 2; i++)
        of->marks[i] = of->marks[2 * i];
    of->stride *= 2;
}

static void count_value(struct cm_counted_path *of, uint32_t at) {
    if (of->count == of->stride * CM_COUNTED_MARKS)
        thin_out(of);
    if (of->count % of->stride == 0)
        of->marks[of->count / of->stride] = at;
    of->count++;
    of->last = at;
}

/* Goes through all values once, each of which takes its steps. Where they run out the path is not kept. */
static void count_values(struct cm_counted_path *of, struct cm_eval *eval, const struct cm_condition *condition) {
    uint32_t at = cm_eval_first(eval, condition);
    *of = (struct cm_counted_path){.path = condition->path, .last = CM_VALUE_NONE, .stride = 1};
    for (; at != CM_VALUE_NONE; at = cm_eval_next(eval, condition, at))
        count_value(of, at);
    if (eval->steps == 0)
        of->path = NULL;
}

static const struct cm_counted_path *counted_of(struct cm_counted *counted, struct cm_eval *eval,
                                                const struct cm_condition *condition) {
    const size_t number = (size_t)(condition->path - eval->rules->paths);
    struct cm_counted_path *of = &counted->paths[number % CM_COUNTED_PATHS];
    for (size_t i = 0; i < CM_COUNTED_PATHS && !counted->any; i++)
        counted->paths[i].path = NULL;
    counted->any = true;
    if (of->path != condition->path)
        count_values(of, eval, condition);
    return of;
}

/* ---- asking ---- */

/* Goes on by so many values, each of which takes its steps. */
static uint32_t pass(struct cm_eval *eval, const struct cm_condition *condition, uint32_t at, size_t left) {
    const struct cm_list *list = cm_eval_list(eval, condition);
    if (condition->path->by_oid) {
        for (; left > 0 && at != CM_VALUE_NONE; left--)
            at = cm_eval_next(eval, condition, at);
        return at;
    }
    if (!cm_steps_take(&eval->steps, left))
        return CM_VALUE_NONE;
    for (; left > 0; left--)
        at = cm_list_next(list, condition->path->row, at);
    return at;
}

/* The value at a place, from 0: from the mark before it on. */
static uint32_t value_at(const struct cm_counted_path *of, struct cm_eval *eval, const struct cm_condition *condition,
                         size_t place) {
    if (place >= of->count)
        return CM_VALUE_NONE;
    return pass(eval, condition, of->marks[place / of->stride], place % of->stride);
}

static uint32_t choose(const struct cm_counted_path *of, struct cm_eval *eval, const struct cm_condition *condition) {
    if (condition->quantifier == CERTMAP_AT_VALUE)
        return value_at(of, eval, condition, condition->count - 1);
    return condition->quantifier == CERTMAP_ONLY_VALUE && of->count > 1 ? CM_VALUE_NONE : of->last;
}

/* What cm_eval_value says; of texts and patterns one by one it is said here. */
static enum certmap_truth eval_value(struct cm_eval *eval, const struct cm_condition *condition,
                                     const struct cm_value *value) {
    const enum cm_text_kind kind = condition->path->kind;
    enum certmap_truth truth = CERTMAP_FALSE;
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    if (kind == CM_TEXT_NAME || kind == CM_TEXT_IP || condition->set != NULL)
        return cm_eval_value(eval, condition, value).truth;
    if (value->unreadable != CERTMAP_CODE_NONE)
        return CERTMAP_UNKNOWN;
    while (truth == CERTMAP_FALSE && cm_operands_next(&operands, &operand))
        truth = cm_leaf_compare(condition->op, condition->nocase, operand.matched, value, 0, &eval->steps);
    return truth;
}

static enum certmap_truth answer(const struct cm_counted_path *of, struct cm_eval *eval,
                                 const struct cm_condition *condition) {
    if (condition->op == CERTMAP_OP_COUNT)
        return of->count == condition->count ? CERTMAP_TRUE : CERTMAP_FALSE;
    const uint32_t at = choose(of, eval, condition);
    if (at == CM_VALUE_NONE)
        return CERTMAP_FALSE;
    return eval_value(eval, condition, &cm_eval_list(eval, condition)->values[at]);
}

enum certmap_truth cm_counted_eval(struct cm_counted *counted, struct cm_eval *eval,
                                   const struct cm_condition *condition) {
    if (!cm_steps_take(&eval->steps, 1))
        return CERTMAP_UNKNOWN;
    const struct cm_counted_path *of = counted_of(counted, eval, condition);
    const enum certmap_truth truth = answer(of, eval, condition);
    return eval->steps > 0 ? truth : CERTMAP_UNKNOWN;
}
