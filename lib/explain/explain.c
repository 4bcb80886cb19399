/* SPDX-License-Identifier: MIT */
/* certmap_explain: the plain evaluator over everything, reported item by item.
 *
 * The answer comes from the search of certmap_match. Then the mappings that it looked at are evaluated once
 * more, as it did and with the same steps, and each node's verdict is kept. What that leaves out is evaluated
 * with steps apart, so that reporting more never changes the answer.
 *
 * Every loop goes through mappings, nodes or outputs once; what calls itself does so as deep as rules are nested
 * (CERTMAP_MAX_NESTING). Conditions and texts take steps: there are six purses, two of them of the search. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/view.h"
#include "certmap/versioned.h"
#include "explain/items.h"
#include "explain/nearest.h"
#include "match/bind.h"
#include "match/match.h"
#include "match/output.h"
#include "rule/positions.h"
#include <string.h>

/* In place of an index; rules have fewer mappings. */
#define ALL_MAPPINGS SIZE_MAX

struct explain {
    struct cm_search search;
    struct certmap_peer *peer;
    const struct certmap_result *answer;
    size_t answer_steps;         /* left for texts of the answer, as many as the search had */
    size_t text_steps;           /* left for texts that other mappings give */
    struct cm_eval again;        /* what the search did */
    struct cm_eval aside;        /* what it did not do */
    struct cm_verdict *verdicts; /* of the nodes of the current mapping */
    struct cm_report report;
    struct cm_built *kept;               /* the answer's texts, while others are where they were; NULL: none are */
    struct certmap_explain_item nearest; /* of the nearest mapping so far; size is 0 where there is none */
};

/* ---- evaluating ---- */

/* Evaluates the topmost nodes that the search did not read, and all that is in them. */
static void fill_node(struct explain *explain, const struct cm_mapping *mapping, const struct cm_node *node) {
    const struct cm_node *root = mapping->nodes;
    struct cm_verdict *verdict = &explain->verdicts[node - root];
    if (!verdict->read) {
        (void)cm_eval_node(&explain->aside, mapping, node);
        for (size_t i = 0; i < cm_node_size(node); i++)
            verdict[i].read = false;
        return;
    }
    for (const struct cm_node *member = node + 1; member < node + cm_node_size(node); member += cm_node_size(member))
        fill_node(explain, mapping, member);
}

static void evaluate(struct explain *explain, const struct cm_mapping *mapping, bool looked) {
    const struct cm_node *root = mapping->nodes;
    memset(explain->verdicts, 0, cm_node_size(root) * sizeof *explain->verdicts);
    if (looked)
        (void)cm_eval_mapping(&explain->again, mapping);
    fill_node(explain, mapping, root);
}

/* ---- reporting ---- */

static bool report_members(struct explain *explain, const struct cm_mapping *mapping, const struct cm_node *group,
                           unsigned depth);

static bool report_node(struct explain *explain, const struct cm_mapping *mapping, const struct cm_node *node,
                        unsigned depth) {
    const struct certmap_rules *rules = explain->aside.rules;
    const struct cm_verdict verdict = explain->verdicts[node - mapping->nodes];
    if (node->kind == CM_NODE_CONDITION) {
        const struct cm_condition condition = cm_condition_at(rules, node->value);
        return cm_report_condition(&explain->report, &explain->aside, &condition, cm_binding_at(rules, mapping, node),
                                   depth, verdict);
    }
    return cm_report_group(&explain->report, node, depth, verdict) && report_members(explain, mapping, node, depth + 1);
}

static bool report_members(struct explain *explain, const struct cm_mapping *mapping, const struct cm_node *group,
                           unsigned depth) {
    for (const struct cm_node *member = group + 1; member < group + cm_node_size(group); member += cm_node_size(member))
        if (!report_node(explain, mapping, member, depth))
            return false;
    return true;
}

/* Whether a mapping gave the answer, or has a part in it. */
static bool decides(const struct cm_search *search, size_t index, enum certmap_truth truth) {
    return index == search->answer.index || index == search->answer.other ||
           (search->together && index < search->looked && truth == CERTMAP_TRUE);
}

/* What all items of a mapping have in common. */
static struct certmap_explain_item start_mapping(const struct explain *explain, size_t index) {
    const struct certmap_rules *rules = explain->aside.rules;
    const struct cm_mapping *mapping = cm_mapping_at(rules, index);
    const struct cm_miss miss = cm_miss_of(rules, mapping, explain->verdicts);
    return (struct certmap_explain_item){
        .size = sizeof(struct certmap_explain_item),
        .mapping = index,
        .decision = cm_mapping_decision(mapping),
        .mapping_kind = (enum certmap_kind)mapping->kind,
        .line = cm_position_at(rules, index).line,
        .missing = miss.missing,
        .missing_digests = miss.digests,
        .held = miss.held,
        .score = rules->scores != NULL ? rules->scores[index] : 0,
        .term = CERTMAP_TERM_CONDITION,
    };
}

static bool is_nearer(const struct certmap_explain_item *a, const struct certmap_explain_item *b) {
    const struct cm_miss left = {a->missing_digests, a->missing, a->held};
    const struct cm_miss right = {b->missing_digests, b->missing, b->held};
    return cm_miss_is_nearer(&left, &right);
}

/* A miss is of a mapping that would have let the certificate in. */
static void note_nearest(struct explain *explain) {
    const struct certmap_explain_item *item = &explain->report.item;
    if (item->decision == CERTMAP_ALLOW && (explain->nearest.size == 0 || is_nearer(item, &explain->nearest)))
        explain->nearest = *item;
}

/* Why a text could not be given. */
struct refusal {
    enum certmap_code why; /* what refused the answer although each text alone can be built, or NONE */
    bool last;             /* it is reported with the last text, which this is of */
};

/* A text that has been built, or not. */
static bool report_text(struct explain *explain, const struct cm_output *output, struct certmap_view text,
                        enum certmap_code why, bool read, struct refusal *refusal) {
    if (why != CERTMAP_CODE_NONE)
        refusal->why = CERTMAP_CODE_NONE;
    else if (refusal->last)
        why = refusal->why;
    return cm_report_output(&explain->report, output, text, why, read);
}

/* A text for each value: so many as an answer can have, and one more, which is refused. */
static bool report_each(struct explain *explain, const struct cm_output *output, bool read, struct refusal *refusal,
                        size_t *steps) {
    const bool last = refusal->last;
    struct cm_each each;
    enum certmap_code why = cm_each_begin(&each, output, explain->peer, steps);
    bool more = true;
    for (size_t i = 0; more && why == CERTMAP_CODE_NONE && each.more && i <= CERTMAP_MAX_OUTPUTS; i++) {
        struct certmap_view text = output->shown;
        const struct cm_each current = each;
        why = cm_each_next(&each, output, explain->peer, steps);
        refusal->last = last && (!each.more || i == CERTMAP_MAX_OUTPUTS);
        if (why == CERTMAP_CODE_NONE)
            why = cm_output_text_each(&text, output, &current, explain->peer, steps);
        more = report_text(explain, output, text, why, read, refusal);
        if (why != CERTMAP_CODE_NONE)
            return more;
    }
    return more && (why == CERTMAP_CODE_NONE || report_text(explain, output, output->shown, why, read, refusal));
}

/* Puts the texts of the answer aside, once: over 50 KB, which is more than all else that an explanation reads where no texts
 * are reported. */
static bool keep_built(struct explain *explain) {
    if (explain->kept != NULL)
        return true;
    explain->kept = cm_alloc(&explain->aside.rules->allocator, sizeof *explain->kept);
    explain->report.no_memory = explain->kept == NULL;
    if (explain->kept != NULL)
        *explain->kept = explain->peer->built;
    return explain->kept != NULL;
}

static void put_built_back(struct explain *explain) {
    if (explain->kept != NULL)
        explain->peer->built = *explain->kept;
    cm_release(&explain->aside.rules->allocator, explain->kept);
}

/* Every text of a mapping, built apart from the others; read is whether the answer needs them, and refusal why it
 * could not be given although each text alone can. */
static bool report_outputs(struct explain *explain, const struct cm_mapping *mapping, bool read,
                           enum certmap_code refused) {
    size_t *steps = read ? &explain->answer_steps : &explain->text_steps;
    const struct certmap_rules *rules = explain->aside.rules;
    const size_t count = cm_mapping_outputs(rules, mapping);
    struct refusal refusal = {refused, false};
    bool more = keep_built(explain);
    if (more)
        cm_output_bind(rules, mapping, explain->peer, steps);
    for (size_t i = 0; more && i < count; i++) {
        struct cm_output room;
        const struct cm_output *output = cm_mapping_output(rules, mapping, i, &room);
        struct certmap_view text = output->shown;
        refusal.last = i + 1 == count;
        if (output->each) {
            more = report_each(explain, output, read, &refusal, steps);
            continue;
        }
        const enum certmap_code why = cm_output_text(&text, output, explain->peer, steps);
        more = report_text(explain, output, text, why, read, &refusal);
    }
    return more;
}

/* Why a mapping that allows refused: what could not be built of it. */
static enum certmap_code refusal_of(const struct explain *explain, size_t index) {
    const bool refused = explain->answer->decision == CERTMAP_DENY && explain->answer->index == index &&
                         cm_mapping_at(explain->aside.rules, index)->allow;
    return refused ? explain->answer->reason : CERTMAP_CODE_NONE;
}

/* A mapping whose nodes have been evaluated. */
static bool report_mapping(struct explain *explain, size_t index) {
    const struct cm_mapping *mapping = cm_mapping_at(explain->aside.rules, index);
    const struct cm_verdict verdict = explain->verdicts[0];
    const bool part = decides(&explain->search, index, verdict.truth);
    explain->report.item = start_mapping(explain, index);
    note_nearest(explain);
    if (!cm_report_mapping(&explain->report, mapping, verdict, part) ||
        !report_members(explain, mapping, mapping->nodes, 1))
        return false;
    return verdict.truth == CERTMAP_FALSE ||
           report_outputs(explain, mapping, part && explain->answer->decision != CERTMAP_NONE,
                          refusal_of(explain, index));
}

static void explain_all(struct explain *explain) {
    const struct certmap_rules *rules = explain->aside.rules;
    for (size_t i = 0; i < rules->mapping_count; i++) {
        evaluate(explain, cm_mapping_at(rules, i), i < explain->search.looked);
        if (!report_mapping(explain, i))
            return;
    }
    if (explain->answer->decision == CERTMAP_ALLOW || explain->nearest.size == 0)
        return;
    explain->report.item = explain->nearest;
    (void)cm_report_nearest(&explain->report, cm_mapping_at(rules, explain->nearest.mapping));
}

/* ---- one mapping ---- */

/* Whether a mapping that the search looked at gives something else than it gave to the search: it had fewer steps there,
 * because mappings before had taken some. What the search found of mappings that are not in its answer is known only
 * where the first one that is not false gives it. */
static bool differs(const struct explain *explain, size_t index) {
    const struct cm_answer *answer = &explain->search.answer;
    const enum certmap_truth truth = explain->verdicts[0].truth;
    if (index == answer->index || index == answer->other)
        return truth != (answer->unknown ? CERTMAP_UNKNOWN : CERTMAP_TRUE);
    return explain->aside.rules->policy == CERTMAP_COMBINING_FIRST && truth != CERTMAP_FALSE;
}

/* As in the explanation of all mappings, at the cost of this one; only where the search ran out of steps, those before
 * are evaluated, too, with the steps that it had. */
static void explain_one(struct explain *explain, size_t index) {
    const struct certmap_rules *rules = explain->aside.rules;
    const bool looked = index < explain->search.looked;
    evaluate(explain, cm_mapping_at(rules, index), looked);
    if (looked && differs(explain, index)) {
        explain->again.steps = explain->aside.steps = rules->steps;
        for (size_t i = 0; i < index; i++)
            (void)cm_eval_mapping(&explain->again, cm_mapping_at(rules, i));
        evaluate(explain, cm_mapping_at(rules, index), looked);
    }
    (void)report_mapping(explain, index);
}

/* ---- the calls ---- */

/* The answer first, because what is reported says which mappings it comes from. Its texts are in the peer, where
 * texts for reporting are built too: they are kept, and put back in the end. */
static enum certmap_status run(struct explain *explain, struct certmap_result *answer, size_t only,
                               struct certmap_diagnostic *err) {
    const struct certmap_rules *rules = explain->aside.rules;
    cm_search(&explain->search, rules, explain->peer, answer);
    if (only == ALL_MAPPINGS)
        explain_all(explain);
    else
        explain_one(explain, only);
    put_built_back(explain);
    cm_release(&rules->allocator, explain->report.text);
    if (explain->report.too_large)
        return cm_peer_too_large(err);
    return explain->report.no_memory ? cm_error_memory(err) : CERTMAP_OK;
}

static enum certmap_status start_and_run(const struct certmap_rules *rules, struct certmap_peer *peer,
                                         struct certmap_result *answer, size_t only, struct cm_report report,
                                         struct certmap_diagnostic *err) {
    enum certmap_status status = CERTMAP_ERROR_MEMORY;
    struct cm_verdict *verdicts =
        cm_alloc(&rules->allocator, (rules->largest_mapping + 1) * sizeof *verdicts); /* also of no mapping */
    struct explain explain = {
        .peer = peer,
        .answer = answer,
        .answer_steps = rules->steps,
        .text_steps = rules->steps,
        .again = {.rules = rules, .peer = peer, .steps = rules->steps, .verdicts = verdicts},
        .aside = {.rules = rules, .peer = peer, .steps = rules->steps, .thorough = true, .verdicts = verdicts},
        .verdicts = verdicts,
        .report = report};
    if (verdicts != NULL)
        status = run(&explain, answer, only, err);
    else
        (void)cm_error_memory(err);
    cm_release(&rules->allocator, verdicts);
    return status;
}

/* Of one mapping, or of ALL_MAPPINGS. */
static enum certmap_status explain_some(const struct certmap_rules *rules, struct certmap_peer *peer,
                                        struct certmap_result *result, size_t only, certmap_explain_fn *fn, void *ctx,
                                        struct certmap_diagnostic *err) {
    struct certmap_result answer = {.size = sizeof answer};
    if (!certmap_struct_fits(result, CERTMAP_FIRST_RESULT, sizeof *result))
        return cm_error_argument(err, "certmap_explain: result is NULL, or its size is not a size of it");
    cm_result_clear(&answer);
    certmap_struct_write(result, &answer, sizeof answer);
    if (rules == NULL || peer == NULL || !peer->set || fn == NULL)
        return cm_error_argument(err, "certmap_explain: rules, peer or fn is NULL, or the peer is not set");
    if (only != ALL_MAPPINGS && only >= rules->mapping_count)
        return cm_error_argument(err, "certmap_explain_mapping: there is no mapping of this index");
    const struct cm_report report = {
        .rules = rules, .peer = peer, .fn = fn, .ctx = ctx, .value_bytes = CERTMAP_MAX_REPORTED_SIZE};
    enum certmap_status status = start_and_run(rules, peer, &answer, only, report, err);
    if (status == CERTMAP_OK)
        certmap_struct_write(result, &answer, sizeof answer);
    return status;
}

enum certmap_status certmap_explain(const struct certmap_rules *rules, struct certmap_peer *peer,
                                    struct certmap_result *result, certmap_explain_fn *fn, void *ctx,
                                    struct certmap_diagnostic *err) {
    return explain_some(rules, peer, result, ALL_MAPPINGS, fn, ctx, err);
}

enum certmap_status certmap_explain_mapping(const struct certmap_rules *rules, struct certmap_peer *peer,
                                            struct certmap_result *result, size_t index, certmap_explain_fn *fn,
                                            void *ctx, struct certmap_diagnostic *err) {
    return explain_some(rules, peer, result, index == ALL_MAPPINGS ? ALL_MAPPINGS - 1 : index, fn, ctx, err);
}
