/* SPDX-License-Identifier: MIT */
/* What two rule sets say of the certificates of the command line, where they differ. Those that change in the same way -
 * by the same mappings - are one line, with one of them as the example; the worst comes first. */
#include "corpus.h"
#include "diff.h"
#include "finding.h"
#include "hash.h"
#include "issuer.h"
#include "moment.h"
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
    struct tool_text example;
};

struct corpus {
    struct tool_diff *diff;
    struct tool_corpus files;
    struct tool_issuer issuer;
    struct certmap_peer *peers[2]; /* for the old and the new rules: both results are to live */
    unsigned needs;
    int64_t time;
    struct group *groups; /* ordered by what they are */
    size_t group_count, group_cap;
    size_t count, changed;
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

static void add_change(struct corpus *corpus, enum certmap_diff_effect_kind kind, const char *label,
                       const struct certmap_result *before, const struct certmap_result *after) {
    const struct group wanted = {.kind = kind, .before = said_of(before), .after = said_of(after)};
    bool found;
    const size_t at = find_group(corpus, &wanted, &found);
    struct group *group = found ? &corpus->groups[at] : insert_group(corpus, at, &wanted);
    group->count++;
    corpus->changed++;
    corpus->diff->effects[kind]++;
    if (found)
        return;
    tool_text_string(&group->example, label);
    tool_text_add(&group->before.account, before->account);
    tool_text_add(&group->after.account, after->account);
}

/* ---- Certificates ---- */

/* As a server would prepare it. */
static enum certmap_status prepare(const struct corpus *corpus, struct certmap_view der,
                                   struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    enum certmap_status status = certmap_cert_from_der(&cert, der, err);
    if (status != CERTMAP_OK)
        return status;
    certmap_cert_restrict(&cert, corpus->needs);
    cert.hash = tool_hash;
    cert.time = corpus->time;
    if (tool_issuer_fits(&corpus->issuer, cert.issuer))
        cert.issuer_certificate = corpus->issuer.der;
    else if (corpus->issuer.der.data != NULL)
        cert.issuer_certificate = (struct certmap_view){corpus->issuer.der.data, 0}; /* another CA, surely */
    for (size_t i = 0; i < 2 && status == CERTMAP_OK; i++)
        status = certmap_peer_set(corpus->peers[i], &cert, err);
    return status;
}

static void compare_answers(struct corpus *corpus, const char *label) {
    struct certmap_result before = CERTMAP_RESULT_INIT, after = CERTMAP_RESULT_INIT;
    enum certmap_diff_effect_kind kind;
    (void)certmap_match(corpus->diff->before.rules, corpus->peers[0], &before, NULL);
    (void)certmap_match(corpus->diff->after.rules, corpus->peers[1], &after, NULL);
    corpus->count++;
    if (certmap_diff_results(&before, &after, &kind))
        add_change(corpus, kind, label, &before, &after);
}

static bool take(void *ctx, const char *label, struct certmap_view der) {
    struct corpus *corpus = ctx;
    struct certmap_diagnostic err;
    const enum certmap_status status = prepare(corpus, der, &err);
    if (status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    if (status == CERTMAP_OK)
        compare_answers(corpus, label);
    else
        tool_corpus_leave_out(&corpus->files, label, err.text);
    for (size_t i = 0; i < 2; i++)
        certmap_peer_clear(corpus->peers[i]);
    return true;
}

/* ---- Out ---- */

/* How bad it is: an account more, another one, one less, and no account either way. */
static unsigned rank(enum certmap_diff_effect_kind kind) {
    static const unsigned ranks[] = {[CERTMAP_DIFF_GAIN] = 0,
                                     [CERTMAP_DIFF_OTHER] = 1,
                                     [CERTMAP_DIFF_LOSE] = 2,
                                     [CERTMAP_DIFF_REFUSED] = 3,
                                     [CERTMAP_DIFF_LEFT] = 4};
    return ranks[kind];
}

static int compare_worst(const void *left, const void *right) {
    const struct group *a = left, *b = right;
    const int ranked = compare_number(rank(a->kind), rank(b->kind)), counted = compare_number(b->count, a->count);
    return ranked != 0 ? ranked : counted != 0 ? counted : compare_group(a, b);
}

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
    tool_text_format(line, "%7zu  %-7s  ", group->count, certmap_diff_effect_kind_name(group->kind));
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
    tool_json_set(object, "before", said_json(&group->before, &diff->before));
    tool_json_set(object, "after", said_json(&group->after, &diff->after));
    tool_json_set(object, "example", tool_json_text(tool_text_view(&group->example)));
    tool_json_print(object);
}

static void print_summary(struct corpus *corpus) {
    if (corpus->diff->options->json) {
        json_t *object = tool_json_object(), *counts = tool_json_object();
        tool_json_set(counts, "certificates", json_integer((json_int_t)corpus->count));
        tool_json_set(counts, "changed", json_integer((json_int_t)corpus->changed));
        tool_json_set(counts, "left_out", json_integer((json_int_t)corpus->files.left_out));
        tool_json_set(object, "summary", counts);
        tool_json_print(object);
        return;
    }
    tool_text_format(&corpus->diff->out.line, "of %zu certificate%s %zu get%s another answer; %zu stay%s",
                     corpus->count, corpus->count == 1 ? "" : "s", corpus->changed, corpus->changed == 1 ? "s" : "",
                     corpus->count - corpus->changed, corpus->count - corpus->changed == 1 ? "s" : "");
    tool_stream_end_line(&corpus->diff->out);
}

static void print(struct corpus *corpus) {
    if (corpus->group_count > 1)
        qsort(corpus->groups, corpus->group_count, sizeof *corpus->groups, compare_worst);
    for (size_t i = 0; i < corpus->group_count; i++)
        if (corpus->diff->options->json)
            print_group_json(corpus->diff, &corpus->groups[i]);
        else
            print_group(corpus->diff, &corpus->groups[i]);
    print_summary(corpus);
}

static void read_all(struct corpus *corpus) {
    struct tool_diff *diff = corpus->diff;
    const struct tool_options *options = diff->options;
    corpus->needs = certmap_rules_needs(diff->before.rules) | certmap_rules_needs(diff->after.rules);
    if ((corpus->needs & (unsigned)CERTMAP_PIECE_TIME) != 0)
        corpus->time = options->time != 0 ? options->time : tool_moment_now();
    for (size_t i = 0; i < options->operand_count; i++)
        tool_corpus_read(&corpus->files, options->operands[i]);
    if (!tool_corpus_end(&corpus->files))
        diff->status = TOOL_FAILED;
    print(corpus);
}

static void free_all(struct corpus *corpus) {
    for (size_t i = 0; i < corpus->group_count; i++) {
        tool_text_free(&corpus->groups[i].before.account);
        tool_text_free(&corpus->groups[i].after.account);
        tool_text_free(&corpus->groups[i].example);
    }
    free(corpus->groups);
    for (size_t i = 0; i < 2; i++)
        certmap_peer_free(corpus->peers[i]);
    tool_issuer_free(&corpus->issuer);
}

void tool_diff_corpus(struct tool_diff *diff) {
    struct corpus corpus = {.diff = diff};
    struct certmap_diagnostic err;
    corpus.files = (struct tool_corpus){.fn = take, .ctx = &corpus, .err = &diff->err};
    for (size_t i = 0; i < 2; i++)
        if (certmap_peer_new(&corpus.peers[i], NULL, NULL) != CERTMAP_OK)
            tool_no_memory();
    if (tool_issuer_read(&corpus.issuer, diff->options->issuer, &err) == CERTMAP_OK) {
        read_all(&corpus);
    } else {
        tool_complain(&diff->err, NULL, tool_view(err.text));
        diff->status = TOOL_FAILED;
    }
    free_all(&corpus);
}
