/* SPDX-License-Identifier: MIT */
/* certmap match: the account of each certificate. */
#include "match.h"
#include "answer.h"
#include <string.h>

struct match {
    const struct tool_options *options;
    struct tool_rules rules;
    struct tool_stream out;
    struct tool_stream err;
    size_t width; /* of the column of labels */
    bool hinted;  /* why no mapping applies has been said */
    enum tool_exit status;
};

/* A column is at most this wide; a longer label pushes its own line. */
#define LABEL_WIDTH 48

static size_t label_width(const char *label) {
    struct tool_text shown = {NULL, 0, 0};
    tool_text_safe(&shown, tool_view(label));
    size_t width = tool_utf8_count(tool_text_view(&shown));
    tool_text_free(&shown);
    return width;
}

/* The width of the widest label that fits. With --each, #1 to #9 follow the file. */
static size_t column_width(const struct tool_options *options) {
    size_t widest = 0;
    for (size_t i = 0; i < options->operand_count; i++) {
        size_t width = label_width(options->operands[i]) + (options->each ? 2 : 0);
        if (width > widest && width <= LABEL_WIDTH)
            widest = width;
    }
    return widest;
}

static void print_answer(struct match *match, const struct tool_answer *answer) {
    size_t width = label_width(answer->certificate);
    tool_text_safe(&match->out.line, tool_view(answer->certificate));
    tool_text_repeat(&match->out.line, ' ', width < match->width ? match->width - width + 2 : 2);
    tool_answer_add(&match->out, answer, strlen("allow"));
    tool_stream_end_line(&match->out);
    if (answer->hints && !match->hinted)
        tool_answer_print_hints(&match->err, &match->rules);
    match->hinted = match->hinted || answer->hints;
}

static void print_json(const struct match *match, struct tool_answer *answer) {
    tool_answer_add_hints(answer, &match->rules);
    tool_json_print(tool_answer_json(answer));
}

static void match_client(void *ctx, const struct tool_client *client) {
    struct match *match = ctx;
    struct tool_answer answer;
    tool_answer_make(&answer, &match->rules, client);
    if (match->options->json)
        print_json(match, &answer);
    else if (answer.status == TOOL_FAILED)
        tool_answer_complain(&match->err, &answer);
    else
        print_answer(match, &answer);
    if (!match->options->json)
        tool_answer_print_note(&match->err, &answer);
    match->status = tool_exit_worst(match->status, answer.status);
    tool_answer_free(&answer);
}

static void report_rules(struct match *match) {
    struct tool_answer answer;
    tool_answer_rules(&answer, &match->rules);
    if (match->options->json)
        tool_json_print(tool_answer_json(&answer));
    else
        tool_rules_print(&match->rules, &match->err);
    match->status = answer.status;
    tool_answer_free(&answer);
}

enum tool_exit tool_match(const struct tool_options *options) {
    struct match match = {.options = options, .status = TOOL_OK, .width = column_width(options)};
    match.out = tool_stream_open(stdout, options->color);
    match.err = tool_stream_open(stderr, options->color);
    if (!tool_rules_load(&match.rules, options))
        report_rules(&match);
    else if (options->switches.count > 0)
        match.status = tool_match_corpus(options, &match.rules);
    else
        tool_clients_each(options, certmap_rules_needs(match.rules.rules), match_client, &match);
    tool_rules_free(&match.rules);
    tool_stream_close(&match.out);
    tool_stream_close(&match.err);
    return match.status;
}
