/* SPDX-License-Identifier: MIT */
/* certmap match --corpus: the answer for each of many certificates, or how many have which. */
#include "answer.h"
#include "answer_line.h"
#include "certmap/explain.h"
#include "corpus.h"
#include "finding.h"
#include "json.h"
#include "left_out.h"
#include "match.h"
#include "pass.h"
#include "platform.h"
#include "prepare.h"
#include "rank.h"
#include <stdlib.h>
#include <string.h>

enum outcome { OUTCOME_ALLOW, OUTCOME_DENY, OUTCOME_NONE, OUTCOME_ERROR, OUTCOME_COUNT };
static const char *const outcome_names[] = {"allow", "deny", "none", "error"};

/* How many certificates, and how many of them came. */
struct counted {
    uint64_t certificates, came;
};

/* What was answered: by each mapping, and by none, whose row is the last. An error is of none. */
struct tally {
    struct counted *rows[OUTCOME_ERROR];
    struct counted outcomes[OUTCOME_COUNT];
};

struct match {
    const struct tool_options *options;
    const struct tool_rules *rules;
    struct tool_stream err;
    struct tool_prepare prepare;
    enum tool_line form;
    bool lines;      /* not a summary */
    size_t mappings; /* of the rules */
    struct tally tally;
    uint64_t said; /* messages about what is left out */
};

struct worker {
    struct certmap_peer *peer;
    struct tally tally;
};

/* Of a chunk. */
struct part {
    struct tool_text out; /* the answers */
    struct tool_left_out left_out;
};

/* ---- Counting ---- */

static void count_up(struct counted *counted, struct counted more) {
    counted->certificates = tool_rank_sum(counted->certificates, more.certificates);
    counted->came = tool_rank_sum(counted->came, more.came);
}

static void tally_begin(struct tally *tally, const struct match *match) {
    *tally = (struct tally){.rows = {NULL}};
    for (size_t i = 0; i < OUTCOME_ERROR && !match->lines; i++) {
        const size_t size = (match->mappings + 1) * sizeof *tally->rows[i];
        tally->rows[i] = tool_alloc(size);
        memset(tally->rows[i], 0, size);
    }
}

static void tally_free(struct tally *tally) {
    for (size_t i = 0; i < OUTCOME_ERROR; i++)
        free(tally->rows[i]);
}

static void tally_add(struct tally *tally, const struct match *match, const struct certmap_result *result,
                      uint64_t came) {
    const enum outcome outcome = result == NULL                      ? OUTCOME_ERROR
                                 : result->decision == CERTMAP_ALLOW ? OUTCOME_ALLOW
                                 : result->decision == CERTMAP_DENY  ? OUTCOME_DENY
                                                                     : OUTCOME_NONE;
    const struct counted one = {1, came};
    count_up(&tally->outcomes[outcome], one);
    if (result != NULL && !match->lines)
        count_up(&tally->rows[outcome][result->index == SIZE_MAX ? match->mappings : result->index], one);
}

static void tally_sum(struct tally *all, const struct tally *tally, const struct match *match) {
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        count_up(&all->outcomes[i], tally->outcomes[i]);
    for (size_t i = 0; i < OUTCOME_ERROR && !match->lines; i++)
        for (size_t k = 0; k <= match->mappings; k++)
            count_up(&all->rows[i][k], tally->rows[i][k]);
}

/* ---- The pass ---- */

static void *begin_worker(void *ctx) {
    struct worker *worker = tool_alloc(sizeof *worker);
    if (certmap_peer_new(&worker->peer, NULL, NULL) != CERTMAP_OK)
        tool_no_memory();
    tally_begin(&worker->tally, ctx);
    return worker;
}

static void end_worker(void *ctx, void *own) {
    struct match *match = ctx;
    struct worker *worker = own;
    tally_sum(&match->tally, &worker->tally, match);
    tally_free(&worker->tally);
    certmap_peer_free(worker->peer);
    free(worker);
}

static void *new_part(void *ctx) {
    struct part *part = tool_alloc(sizeof *part);
    (void)ctx;
    *part = (struct part){.out = {NULL, 0, 0}};
    return part;
}

static void free_part(void *own) {
    struct part *part = own;
    tool_text_free(&part->out);
    tool_text_free(&part->left_out.texts);
    free(part);
}

/* Whether the certificate is past its time; -1: it has none that can be read. */
static int is_expired(const struct match *match, const struct certmap_cert *cert) {
    int64_t before, after;
    if (match->prepare.now == 0 || certmap_cert_validity(&before, &after, cert, NULL) != CERTMAP_OK)
        return -1;
    return match->prepare.now > after;
}

/* Of a summary, why there is no answer is said: it has no line of it. */
static void add_answer(const struct match *match, struct part *part, const struct tool_answer_line *line) {
    if (match->lines)
        tool_answer_line_add(&part->out, line, match->form);
    else if (line->error != NULL)
        tool_left_out_add(&part->left_out, line->record, line->error->text);
}

static void work(void *ctx, void *own, void *own_part, const struct tool_record *record) {
    const struct match *match = ctx;
    struct worker *worker = own;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct tool_answer_line line = {.record = record, .expired = -1};
    enum certmap_status status = CERTMAP_ERROR_CERTIFICATE;
    if (record->why != NULL)
        (void)tool_error(&err, status, record->code, "%s", record->why);
    else
        status = tool_prepare(&match->prepare, worker->peer, &cert, record, &err);
    if (status == CERTMAP_OK)
        status = certmap_match(match->rules->rules, worker->peer, &result, &err);
    if (status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    line.result = status == CERTMAP_OK ? &result : NULL;
    line.error = status == CERTMAP_OK ? NULL : &err;
    if (status == CERTMAP_OK && match->lines && match->form == TOOL_LINE_JSON)
        line.expired = is_expired(match, &cert);
    tally_add(&worker->tally, match, line.result, record->count);
    add_answer(match, own_part, &line);
    certmap_peer_clear(worker->peer);
}

static bool take(void *ctx, void *own, const char *const *paths) {
    struct match *match = ctx;
    struct part *part = own;
    (void)paths;
    if (part->out.len > 0)
        tool_platform_write(stdout, part->out.data, part->out.len);
    tool_left_out_say(&part->left_out, &match->err, &match->said);
    part->out.len = 0;
    return !ferror(stdout);
}

/* ---- The summary ---- */

static void print_row(const struct match *match, enum outcome outcome, size_t mapping, const struct counted *counted) {
    struct tool_text line = {NULL, 0, 0};
    const struct certmap_view name = tool_mapping_name(match->rules->rules, mapping);
    tool_text_format(&line, "%10llu  ", (unsigned long long)counted->certificates);
    if (counted->came != counted->certificates)
        tool_text_format(&line, "(%llu times)  ", (unsigned long long)counted->came);
    tool_text_format(&line, "%-5s  ", outcome_names[outcome]);
    if (mapping == match->mappings)
        tool_text_string(&line, "no mapping");
    else if (name.len > 0)
        tool_text_quoted(&line, name);
    else
        tool_text_format(&line, "mapping %zu", mapping + 1);
    tool_text_string(&line, "\n");
    tool_text_flush(&line, stdout);
    tool_text_free(&line);
}

static struct counted sum_of(const struct match *match) {
    struct counted sum = {0, 0};
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        count_up(&sum, match->tally.outcomes[i]);
    return sum;
}

/* "read 9 = allow 5 + deny 1 + none 2 + error 1" */
static void print_sum_of(const struct match *match, const char *what, bool came) {
    struct tool_text line = {NULL, 0, 0};
    const struct counted sum = sum_of(match);
    tool_text_format(&line, "%s %llu", what, (unsigned long long)(came ? sum.came : sum.certificates));
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        const struct counted *outcome = &match->tally.outcomes[i];
        tool_text_format(&line, "%s%s %llu", i == 0 ? " = " : " + ", outcome_names[i],
                         (unsigned long long)(came ? outcome->came : outcome->certificates));
    }
    tool_text_string(&line, "\n");
    tool_text_flush(&line, stdout);
    tool_text_free(&line);
}

static void print_sum(const struct match *match) {
    const struct counted sum = sum_of(match);
    print_sum_of(match, "read", false);
    if (sum.came != sum.certificates)
        print_sum_of(match, "came", true);
}

/* Sums are no greater than tool_rank_sum makes them. */
static json_t *number_json(uint64_t number) {
    return json_integer((json_int_t)number);
}

static void print_row_json(const struct match *match, enum outcome outcome, size_t mapping,
                           const struct counted *counted) {
    json_t *object = tool_json_object();
    const bool some = mapping < match->mappings;
    tool_json_set(object, "decision", tool_json_string(outcome_names[outcome]));
    tool_json_set(object, "mapping", tool_json_text(tool_mapping_name(match->rules->rules, mapping)));
    tool_json_set(object, "index", some ? json_integer((json_int_t)mapping) : json_null());
    tool_json_set(object, "certificates", number_json(counted->certificates));
    tool_json_set(object, "came", number_json(counted->came));
    tool_json_print(object);
}

static void print_sum_json(const struct match *match) {
    json_t *object = tool_json_object(), *sum = tool_json_object();
    const struct counted all = sum_of(match);
    tool_json_set(sum, "read", number_json(all.certificates));
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        tool_json_set(sum, outcome_names[i], number_json(match->tally.outcomes[i].certificates));
    tool_json_set(sum, "came", number_json(all.came));
    tool_json_set(sum, "error_came", number_json(match->tally.outcomes[OUTCOME_ERROR].came));
    tool_json_set(object, "summary", sum);
    tool_json_print(object);
}

/* By mapping, in the order of the file; what no mapping answers is last. */
static void print_summary(const struct match *match) {
    for (size_t k = 0; k <= match->mappings; k++)
        for (size_t i = 0; i < OUTCOME_ERROR; i++) {
            const struct counted *counted = &match->tally.rows[i][k];
            if (counted->certificates == 0)
                continue;
            if (match->options->json)
                print_row_json(match, (enum outcome)i, k, counted);
            else
                print_row(match, (enum outcome)i, k, counted);
        }
    if (match->options->json)
        print_sum_json(match);
    else
        print_sum(match);
}

/* ---- The whole ---- */

static enum tool_exit exit_status(const struct match *match) {
    const struct counted *outcomes = match->tally.outcomes;
    if (outcomes[OUTCOME_ERROR].certificates > 0 || sum_of(match).certificates == 0)
        return TOOL_FAILED;
    return outcomes[OUTCOME_DENY].certificates + outcomes[OUTCOME_NONE].certificates > 0 ? TOOL_DIAGNOSTICS : TOOL_OK;
}

static void run(struct match *match) {
    const struct tool_options *options = match->options;
    const struct tool_pass pass = {.ctx = match,
                                   .workers = options->corpus.workers,
                                   .doing = "matching",
                                   .begin = begin_worker,
                                   .end = end_worker,
                                   .part_new = new_part,
                                   .part_free = free_part,
                                   .work = work,
                                   .take = take};
    struct tool_pass_totals totals;
    struct tool_text head = {NULL, 0, 0};
    if (match->lines)
        tool_answer_line_add_head(&head, match->form);
    tool_text_flush(&head, stdout);
    tool_text_free(&head);
    tool_pass_run(&pass, options->operands, options->operand_count, &totals);
    if (!match->lines)
        print_summary(match);
    tool_corpus_say_rest(&match->err, match->lines ? 0 : match->said, totals.passed_over);
    if (totals.certificates + totals.errors == 0)
        tool_complain(&match->err, NULL, tool_view("the corpus has no certificate"));
}

enum tool_exit tool_match_corpus(const struct tool_options *options, const struct tool_rules *rules) {
    struct match match = {.options = options, .rules = rules, .lines = !options->corpus.summary};
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    enum tool_exit status = TOOL_FAILED;
    match.err = tool_stream_open(stderr, options->color);
    match.form = options->corpus.csv ? TOOL_LINE_CSV : options->json ? TOOL_LINE_JSON : TOOL_LINE_TEXT;
    match.mappings = certmap_rules_count(rules->rules);
    tally_begin(&match.tally, &match);
    tool_answer_print_hints(&match.err, rules);
    if (tool_prepare_open(&match.prepare, options, certmap_rules_needs(rules->rules), &err) == CERTMAP_OK) {
        run(&match);
        status = exit_status(&match);
    } else {
        tool_complain(&match.err, NULL, tool_view(err.text));
    }
    tally_free(&match.tally);
    tool_prepare_free(&match.prepare);
    tool_stream_close(&match.err);
    return status;
}
