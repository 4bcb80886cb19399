/* SPDX-License-Identifier: MIT */
#include "explain/items.h"
#include "base/alloc.h"
#include "base/out.h"
#include "base/view.h"
#include "rule/describe.h"
#include "syntax/print.h"

static bool report_item(const struct cm_report *report, struct certmap_explain_item *item, unsigned depth,
                        struct cm_verdict verdict) {
    item->depth = depth;
    item->truth = verdict.truth;
    item->why = verdict.why;
    item->read = verdict.read;
    return report->fn(report->ctx, item);
}

/* An item without what only mappings have. */
static struct certmap_explain_item start_item(const struct cm_report *report, enum certmap_explain_kind kind) {
    struct certmap_explain_item item = report->item;
    item.kind = kind;
    item.missing = item.score = item.missing_digests = item.held = 0;
    return item;
}

bool cm_report_mapping(struct cm_report *report, const struct cm_mapping *mapping, struct cm_verdict verdict,
                       bool decides) {
    struct certmap_explain_item item = report->item;
    item.kind = CERTMAP_EXPLAIN_MAPPING;
    item.text = cm_mapping_name(mapping);
    item.decides = decides;
    report->conditions = 0;
    return report_item(report, &item, 0, verdict);
}

bool cm_report_group(struct cm_report *report, const struct cm_node *node, unsigned depth, struct cm_verdict verdict) {
    static const struct {
        const char *text;
        enum certmap_term_kind term;
    } joins[] = {[CM_NODE_ALL] = {"and", CERTMAP_TERM_ALL},
                 [CM_NODE_ANY] = {"or", CERTMAP_TERM_ANY},
                 [CM_NODE_NOT] = {"not", CERTMAP_TERM_NOT},
                 [CM_NODE_ALWAYS] = {"always", CERTMAP_TERM_ALWAYS}};
    const bool always = node->kind == CM_NODE_ALWAYS;
    struct certmap_explain_item item = start_item(report, always ? CERTMAP_EXPLAIN_CONDITION : CERTMAP_EXPLAIN_GROUP);
    item.text = cm_view(joins[node->kind].text, strlen(joins[node->kind].text));
    item.term = joins[node->kind].term;
    return report_item(report, &item, depth, verdict);
}

bool cm_report_output(struct cm_report *report, const struct cm_output *output, struct certmap_view text,
                      enum certmap_code why, bool read) {
    static const struct certmap_view fields[] = {[CM_OUTPUT_ACCOUNT] = CM_VIEW_OF("account"),
                                                 [CM_OUTPUT_DOMAIN] = CM_VIEW_OF("domain"),
                                                 [CM_OUTPUT_GROUP] = CM_VIEW_OF("group")};
    const bool built = why == CERTMAP_CODE_NONE, account = output->kind == CM_OUTPUT_ACCOUNT;
    struct certmap_explain_item item = start_item(report, account ? CERTMAP_EXPLAIN_ACCOUNT : CERTMAP_EXPLAIN_OUTPUT);
    struct certmap_output described;
    if (!account) {
        described = cm_describe_output(output);
        item.output = &described;
    }
    item.field = output->kind == CM_OUTPUT_ATTRIBUTE ? output->name : fields[output->kind];
    item.text = built ? text : output->shown;
    return report_item(report, &item, 1, (struct cm_verdict){built ? CERTMAP_TRUE : CERTMAP_FALSE, why, read});
}

bool cm_report_nearest(struct cm_report *report, const struct cm_mapping *mapping) {
    struct certmap_explain_item item = report->item;
    item.kind = CERTMAP_EXPLAIN_NEAREST;
    item.text = cm_mapping_name(mapping);
    return report_item(report, &item, 0, (struct cm_verdict){CERTMAP_FALSE, CERTMAP_CODE_NONE, false});
}

/* ---- conditions ---- */

/* Memory that grows to the longest text. */
static bool reserve_text(struct cm_report *report, size_t size, const struct certmap_allocator *allocator) {
    if (size <= report->text_cap)
        return true;
    char *grown = cm_resize(allocator, report->text, size);
    report->no_memory = grown == NULL;
    if (grown == NULL)
        return false;
    report->text = grown;
    report->text_cap = size;
    return true;
}

/* The texts of a condition's item, one after the other, each with a NUL. Linear in the text of the condition. */
static void put_texts(struct cm_out *out, const struct cm_condition *condition, size_t ends[3]) {
    cm_condition_print(out, condition, NULL);
    ends[0] = out->len;
    cm_out_char(out, 0);
    cm_path_print(out, condition->path);
    ends[1] = out->len;
    cm_out_char(out, 0);
    if (cm_condition_compares(condition))
        cm_operands_print(out, condition);
    ends[2] = out->len;
    cm_out_char(out, 0);
}

static bool print_texts(struct cm_report *report, struct certmap_explain_item *item,
                        const struct cm_condition *condition, const struct certmap_allocator *allocator) {
    size_t ends[3];
    struct cm_out out = {report->text, report->text_cap, 0};
    put_texts(&out, condition, ends);
    if (!reserve_text(report, out.len, allocator))
        return false;
    if (out.len > out.cap) {
        out = (struct cm_out){report->text, report->text_cap, 0};
        put_texts(&out, condition, ends);
    }
    item->text = cm_view(report->text, ends[0]);
    item->field = cm_view(report->text + ends[0] + 1, ends[1] - ends[0] - 1);
    if (cm_condition_compares(condition))
        item->operands = cm_view(report->text + ends[1] + 1, ends[2] - ends[1] - 1);
    return true;
}

/* ---- values ---- */

/* Whether a condition lets a value be read, that is at this position, from 1, or the last. */
static bool reads(const struct cm_condition *condition, size_t position, bool last) {
    switch (condition->quantifier) {
    case CERTMAP_FIRST_VALUE:
        return position == 1;
    case CERTMAP_AT_VALUE:
        return position == condition->count;
    case CERTMAP_LAST_VALUE:
        return last;
    case CERTMAP_ONLY_VALUE:
        return position == 1 && last;
    case CERTMAP_ANY_VALUE:
    case CERTMAP_EVERY_VALUE:
        break;
    }
    return true;
}

/* *room is false when no more may be reported. */
static bool report_value(struct cm_report *report, struct cm_eval *eval, const struct cm_condition *condition,
                         struct cm_value *value, unsigned depth, bool read, bool *room) {
    struct certmap_explain_item item = start_item(report, CERTMAP_EXPLAIN_VALUE);
    struct cm_verdict verdict = {CERTMAP_TRUE, CERTMAP_CODE_NONE, read};
    item.condition = &report->condition;
    item.number = report->conditions;
    report->no_memory = !cm_peer_text(report->peer, &item.text, value);
    report->too_large = report->no_memory && report->peer->arena.over;
    if (report->no_memory)
        return false;
    *room = item.text.len < report->value_bytes;
    report->value_bytes -=
        *room ? item.text.len + 1 : report->value_bytes; /* once there was none, nothing is looked at */
    if (*room && condition->operand_count > 0)
        verdict = cm_eval_value(eval, condition, value);
    *room = *room && eval->steps > 0; /* without steps, its truth would be another than the one that decided */
    if (!*room)
        return true;
    verdict.read = read;
    return report_item(report, &item, depth, verdict);
}

/* A step for each value, and what evaluating it takes, until no more may be reported. */
static bool report_values(struct cm_report *report, struct cm_eval *eval, const struct cm_condition *condition,
                          unsigned depth, bool read) {
    const struct cm_list *list = cm_eval_list(eval, condition);
    bool room = report->value_bytes > 0;
    if (condition->path->field == CERTMAP_FIELD_CERTIFICATE || list->unknown != CERTMAP_CODE_NONE)
        return true;
    uint32_t at = cm_eval_first(eval, condition), next;
    for (size_t position = 1; at != CM_VALUE_NONE && room; position++, at = next) {
        next = cm_eval_next(eval, condition, at);
        if (eval->steps == 0)
            return true;
        const bool chosen = reads(condition, position, next == CM_VALUE_NONE);
        if (!report_value(report, eval, condition, &list->values[at], depth, read && chosen, &room))
            return false;
    }
    return true;
}

bool cm_report_condition(struct cm_report *report, struct cm_eval *eval, const struct cm_condition *condition,
                         const struct cm_binding *binding, unsigned depth, struct cm_verdict verdict) {
    struct certmap_explain_item item = start_item(report, CERTMAP_EXPLAIN_CONDITION);
    if (!print_texts(report, &item, condition, &eval->rules->allocator))
        return false;
    report->condition = cm_describe_condition(condition, item.field, binding);
    item.condition = &report->condition;
    item.number = report->conditions;
    const bool more =
        report_item(report, &item, depth, verdict) && report_values(report, eval, condition, depth + 1, verdict.read);
    report->conditions++;
    return more;
}
