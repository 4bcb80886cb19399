/* SPDX-License-Identifier: MIT */
/* What two rule sets say of the certificates of the command line, where they differ. Those that change in the same way -
 * by the same mappings - are one line, with one of them as the example; the worst comes first. */
#include "corpus.h"
#include "diff.h"
#include "finding.h"
#include "left_out.h"
#include "pass.h"
#include "prepare.h"
#include "rank.h"
#include <stdlib.h>
#include <string.h>

/* What a rule set says of the example. */
struct said {
    size_t mapping;
    enum certmap_decision decision;
    enum certmap_code reason;
    struct tool_text account;
};

struct group {
    enum certmap_diff_effect_kind kind;
    struct said before, after;
    size_t count;
    uint64_t came; /* how often they did */
    struct tool_text example;
};

struct corpus {
    struct tool_diff *diff;
    struct tool_prepare prepare;
    struct group *groups; /* ordered by what they are */
    size_t group_count, group_cap;
    uint64_t count, changed, left_out;
    /* How often the certificates came, those that are answered differently, and what is left out. */
    uint64_t came, changed_came, left_out_came;
};

/* Of a thread: a peer for the old and one for the new rules, because both results are to live. */
struct worker {
    struct certmap_peer *peers[2];
};

/* A certificate that is answered differently. */
struct change {
    enum certmap_diff_effect_kind kind;
    struct said before, after;
    struct tool_record where; /* what it points to is gone when it is taken */
};

/* Of a chunk. */
struct part {
    struct change *changes;
    size_t count, cap;
    uint64_t certificates, came;
    struct tool_left_out left_out;
};

/* ---- Groups ---- */

static int compare_number(size_t a, size_t b) {
    return a < b ? -1 : a > b;
}

static int compare_group(const struct group *a, const struct group *b) {
    const int kind = compare_number(a->kind, b->kind), before = compare_number(a->before.mapping, b->before.mapping);
    return kind != 0 ? kind : before != 0 ? before : compare_number(a->after.mapping, b->after.mapping);
}

/* Where the group is, or belongs. */
static size_t find_group(const struct corpus *corpus, const struct group *group, bool *found) {
    size_t low = 0, high = corpus->group_count;
    *found = false;
    while (low < high && !*found) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_group(&corpus->groups[middle], group);
        *found = order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return *found ? high : low;
}

static struct group *insert_group(struct corpus *corpus, size_t at, const struct group *group) {
    if (corpus->group_count == corpus->group_cap) {
        const size_t cap = corpus->group_cap == 0 ? 16 : 2 * corpus->group_cap;
        struct group *grown = tool_alloc(cap * sizeof *grown);
        if (corpus->group_count > 0)
            memcpy(grown, corpus->groups, corpus->group_count * sizeof *grown);
        free(corpus->groups);
        corpus->groups = grown;
        corpus->group_cap = cap;
    }
    memmove(&corpus->groups[at + 1], &corpus->groups[at], (corpus->group_count - at) * sizeof *corpus->groups);
    corpus->groups[at] = *group;
    corpus->group_count++;
    return &corpus->groups[at];
}

static struct said said_of(const struct certmap_result *result) {
    return (struct said){result->index, result->decision, result->reason, {NULL, 0, 0}};
}

/* Takes the texts of a change that begins a group. */
static void add_change(struct corpus *corpus, struct change *change, const char *const *paths) {
    const struct group wanted = {.kind = change->kind, .before = change->before, .after = change->after};
    bool found;
    const size_t at = find_group(corpus, &wanted, &found);
    struct group *group = found ? &corpus->groups[at] : insert_group(corpus, at, &wanted);
    group->count++;
    group->came = tool_rank_sum(group->came, change->where.count);
    corpus->changed++;
    corpus->changed_came = tool_rank_sum(corpus->changed_came, change->where.count);
    corpus->diff->effects[change->kind]++;
    if (found) {
        tool_text_free(&change->before.account);
        tool_text_free(&change->after.account);
        return;
    }
    change->where.path = paths[change->where.piece];
    tool_record_add_place(&group->example, &change->where);
}

/* ---- The pass ---- */

static void *begin_worker(void *ctx) {
    struct worker *worker = tool_alloc(sizeof *worker);
    (void)ctx;
    for (size_t i = 0; i < 2; i++)
        if (certmap_peer_new(&worker->peers[i], NULL, NULL) != CERTMAP_OK)
            tool_no_memory();
    return worker;
}

static void end_worker(void *ctx, void *own) {
    struct worker *worker = own;
    (void)ctx;
    for (size_t i = 0; i < 2; i++)
        certmap_peer_free(worker->peers[i]);
    free(worker);
}

static void *new_part(void *ctx) {
    struct part *part = tool_alloc(sizeof *part);
    (void)ctx;
    *part = (struct part){.changes = NULL};
    return part;
}

static void free_part(void *own) {
    struct part *part = own;
    tool_text_free(&part->left_out.texts);
    free(part->changes);
    free(part);
}

static struct change *new_change(struct part *part) {
    if (part->count == part->cap) {
        part->cap = part->cap == 0 ? 64 : 2 * part->cap;
        struct change *grown = realloc(part->changes, part->cap * sizeof *grown);
        if (grown == NULL)
            tool_no_memory();
        part->changes = grown;
    }
    return &part->changes[part->count++];
}

static void compare_answers(const struct corpus *corpus, const struct worker *worker, struct part *part,
                            const struct tool_record *record) {
    struct certmap_result before = CERTMAP_RESULT_INIT, after = CERTMAP_RESULT_INIT;
    enum certmap_diff_effect_kind kind;
    (void)certmap_match(corpus->diff->before.rules, worker->peers[0], &before, NULL);
    (void)certmap_match(corpus->diff->after.rules, worker->peers[1], &after, NULL);
    part->certificates++;
    part->came = tool_rank_sum(part->came, record->count);
    if (!certmap_diff_results(&before, &after, &kind))
        return;
    struct change *change = new_change(part);
    *change = (struct change){.kind = kind, .before = said_of(&before), .after = said_of(&after)};
    change->where = *record;
    tool_text_add(&change->before.account, before.account);
    tool_text_add(&change->after.account, after.account);
}

static void work(void *ctx, void *own, void *own_part, const struct tool_record *record) {
    const struct corpus *corpus = ctx;
    const struct worker *worker = own;
    struct part *part = own_part;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    enum certmap_status status = CERTMAP_OK;
    if (record->why != NULL)
        status = tool_error(&err, CERTMAP_ERROR_CERTIFICATE, record->code, "%s", record->why);
    for (size_t i = 0; i < 2 && status == CERTMAP_OK; i++)
        status = tool_prepare(&corpus->prepare, worker->peers[i], NULL, record, &err);
    if (status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    if (status == CERTMAP_OK)
        compare_answers(corpus, worker, part, record);
    else
        tool_left_out_add(&part->left_out, record, err.text);
}

static bool take(void *ctx, void *own, const char *const *paths) {
    struct corpus *corpus = ctx;
    struct part *part = own;
    for (size_t i = 0; i < part->count; i++)
        add_change(corpus, &part->changes[i], paths);
    corpus->left_out_came = tool_rank_sum(corpus->left_out_came, part->left_out.came);
    tool_left_out_say(&part->left_out, &corpus->diff->err, &corpus->left_out);
    corpus->count += part->certificates;
    corpus->came = tool_rank_sum(corpus->came, part->came);
    part->count = 0;
    part->certificates = part->came = 0;
    return true;
}

/* ---- Out ---- */

static void add_said(struct tool_text *text, const struct said *said, const struct tool_rules *rules) {
    const struct certmap_view name = tool_mapping_name(rules->rules, said->mapping);
    tool_text_string(text, certmap_decision_name(said->decision));
    if (said->account.len > 0) {
        tool_text_string(text, " ");
        tool_text_safe(text, tool_text_view(&said->account));
    }
    if (said->reason != CERTMAP_CODE_NONE)
        tool_text_format(text, ", %s", certmap_code_name(said->reason));
    if (name.data != NULL) {
        tool_text_string(text, " (mapping ");
        tool_text_source(text, name);
        tool_text_string(text, ")");
    }
}

static void print_group(struct tool_diff *diff, const struct group *group) {
    struct tool_text *line = &diff->out.line;
    tool_text_format(line, "%7zu  ", group->count);
    if (group->came != group->count)
        tool_text_format(line, "(%llu times)  ", (unsigned long long)group->came);
    tool_text_format(line, "%-7s  ", certmap_diff_effect_kind_name(group->kind));
    add_said(line, &group->before, &diff->before);
    tool_text_string(line, " -> ");
    add_said(line, &group->after, &diff->after);
    tool_text_string(line, ": ");
    tool_text_safe(line, tool_text_view(&group->example));
    tool_stream_end_line(&diff->out);
}

static json_t *said_json(const struct said *said, const struct tool_rules *rules) {
    json_t *object = tool_json_object();
    tool_json_set(object, "decision", tool_json_string(certmap_decision_name(said->decision)));
    tool_json_set(object, "account",
                  said->decision == CERTMAP_ALLOW ? tool_json_text(tool_text_view(&said->account)) : json_null());
    tool_json_set(object, "mapping", tool_json_text(tool_mapping_name(rules->rules, said->mapping)));
    tool_json_set(object, "reason",
                  tool_json_string(said->reason != CERTMAP_CODE_NONE ? certmap_code_name(said->reason) : NULL));
    return object;
}

static void print_group_json(const struct tool_diff *diff, const struct group *group) {
    json_t *object = tool_json_object();
    tool_json_set(object, "effect", tool_json_string(certmap_diff_effect_kind_name(group->kind)));
    tool_json_set(object, "count", json_integer((json_int_t)group->count));
    tool_json_set(object, "came", json_integer((json_int_t)group->came));
    tool_json_set(object, "before", said_json(&group->before, &diff->before));
    tool_json_set(object, "after", said_json(&group->after, &diff->after));
    tool_json_set(object, "example", tool_json_text(tool_text_view(&group->example)));
    tool_json_print(object);
}

static void print_summary_json(const struct corpus *corpus) {
    json_t *object = tool_json_object(), *counts = tool_json_object();
    tool_json_set(counts, "certificates", json_integer((json_int_t)corpus->count));
    tool_json_set(counts, "changed", json_integer((json_int_t)corpus->changed));
    tool_json_set(counts, "came", json_integer((json_int_t)corpus->came));
    tool_json_set(counts, "changed_came", json_integer((json_int_t)corpus->changed_came));
    tool_json_set(counts, "left_out", json_integer((json_int_t)corpus->left_out));
    tool_json_set(counts, "left_out_came", json_integer((json_int_t)corpus->left_out_came));
    tool_json_set(object, "summary", counts);
    tool_json_print(object);
}

static void print_summary(struct corpus *corpus) {
    const uint64_t stay = corpus->count - corpus->changed;
    struct tool_text *line = &corpus->diff->out.line;
    tool_text_format(line, "of %llu certificate%s %llu get%s another answer", (unsigned long long)corpus->count,
                     corpus->count == 1 ? "" : "s", (unsigned long long)corpus->changed,
                     corpus->changed == 1 ? "s" : "");
    if (corpus->came != corpus->count)
        tool_text_format(line, " (%llu of %llu times)", (unsigned long long)corpus->changed_came,
                         (unsigned long long)corpus->came);
    tool_text_format(line, "; %llu stay%s", (unsigned long long)stay, stay == 1 ? "s" : "");
    if (corpus->left_out > 0)
        tool_text_format(line, "; %llu cannot be read", (unsigned long long)corpus->left_out);
    if (corpus->left_out_came != corpus->left_out)
        tool_text_format(line, " (%llu times)", (unsigned long long)corpus->left_out_came);
    tool_stream_end_line(&corpus->diff->out);
}

static void print(struct corpus *corpus) {
    const size_t count = corpus->group_count;
    struct tool_rank *ranks = tool_alloc(count * sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        ranks[i] = (struct tool_rank){tool_rank_of_effect(corpus->groups[i].kind), corpus->groups[i].came, i};
    tool_rank_sort(ranks, count);
    for (size_t i = 0; i < count; i++)
        if (corpus->diff->options->json)
            print_group_json(corpus->diff, &corpus->groups[ranks[i].index]);
        else
            print_group(corpus->diff, &corpus->groups[ranks[i].index]);
    if (corpus->diff->options->json)
        print_summary_json(corpus);
    else
        print_summary(corpus);
    free(ranks);
}

static void read_all(struct corpus *corpus) {
    struct tool_diff *diff = corpus->diff;
    const struct tool_pass pass = {.ctx = corpus,
                                   .workers = diff->options->corpus.workers,
                                   .doing = "comparing",
                                   .begin = begin_worker,
                                   .end = end_worker,
                                   .part_new = new_part,
                                   .part_free = free_part,
                                   .work = work,
                                   .take = take};
    struct tool_pass_totals totals;
    tool_pass_run(&pass, diff->options->operands, diff->options->operand_count, &totals);
    tool_corpus_say_rest(&diff->err, corpus->left_out, totals.passed_over);
    print(corpus);
    if (totals.certificates + totals.errors == 0)
        tool_complain(&diff->err, NULL, tool_view("the corpus has no certificate"));
    if (corpus->left_out > 0 || totals.certificates == 0)
        diff->status = TOOL_FAILED;
}

static void free_all(struct corpus *corpus) {
    for (size_t i = 0; i < corpus->group_count; i++) {
        tool_text_free(&corpus->groups[i].before.account);
        tool_text_free(&corpus->groups[i].after.account);
        tool_text_free(&corpus->groups[i].example);
    }
    free(corpus->groups);
    tool_prepare_free(&corpus->prepare);
}

void tool_diff_corpus(struct tool_diff *diff) {
    struct corpus corpus = {.diff = diff};
    struct certmap_diagnostic err;
    const unsigned needs = certmap_rules_needs(diff->before.rules) | certmap_rules_needs(diff->after.rules);
    if (tool_prepare_open(&corpus.prepare, diff->options, needs, &err) == CERTMAP_OK) {
        read_all(&corpus);
    } else {
        tool_complain(&diff->err, NULL, tool_view(err.text));
        diff->status = TOOL_FAILED;
    }
    free_all(&corpus);
}
