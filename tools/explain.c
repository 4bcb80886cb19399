/* SPDX-License-Identifier: MIT */
/* certmap explain: every mapping and condition, the values seen, and why. */
#include "answer.h"
#include "choice.h"
#include "nearest.h"
#include "reason.h"
#include <string.h>

struct explain {
    const struct tool_options *options;
    struct tool_rules rules;
    struct tool_stream out;
    struct tool_stream err;
    enum certmap_code why;     /* the last condition is unknown */
    bool no_value;             /* the last item was a condition on a field: no value of it has come yet */
    unsigned depth;            /* of the last condition */
    struct tool_text operands; /* what it compares with, if it is not true */
    struct tool_nearest nearest;
    struct tool_choice choice;
    struct tool_run run; /* of mappings that are not shown */
    bool hidden;         /* the current mapping is one of them */
    json_t *mapping;     /* --json: the one being shown, not yet in mappings; so is condition in it */
    json_t *condition;
    struct tool_text mappings;
    bool shown; /* a certificate has been explained: a blank line goes before the next */
    enum tool_exit status;
};

static const char *truth_name(enum certmap_truth truth) {
    return truth == CERTMAP_TRUE ? "true" : truth == CERTMAP_FALSE ? "false" : "unknown";
}

/* The name of a code, or NULL for none. */
static const char *why_name(enum certmap_code why) {
    return why == CERTMAP_CODE_NONE ? NULL : certmap_code_name(why);
}

/* ---- For people ---- */

static enum tool_style truth_style(const struct certmap_explain_item *item) {
    return !item->read                      ? TOOL_STYLE_DIM
           : item->truth == CERTMAP_TRUE    ? TOOL_STYLE_GOOD
           : item->truth == CERTMAP_UNKNOWN ? TOOL_STYLE_WARN
                                            : TOOL_STYLE_PLAIN;
}

static void end_item(struct tool_stream *out, const struct certmap_explain_item *item) {
    if (item->why != CERTMAP_CODE_NONE)
        tool_text_format(&out->line, " (%s)", certmap_code_name(item->why));
    tool_style_end(out);
    tool_stream_end_line(out);
}

static void print_mapping(struct explain *explain, const struct certmap_explain_item *item) {
    struct tool_text *line = &explain->out.line;
    const bool scored = certmap_rules_combining(explain->rules.rules) == CERTMAP_COMBINING_MOST_SPECIFIC;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    (void)certmap_rules_mapping(explain->rules.rules, &mapping, item->mapping, NULL);
    tool_stream_end_line(&explain->out);
    tool_style_begin(&explain->out, item->read ? TOOL_STYLE_STRONG : TOOL_STYLE_DIM);
    tool_text_format(line, "mapping %zu", item->mapping + 1);
    if (item->text.len > 0) {
        tool_text_string(line, " ");
        tool_text_quoted(line, item->text);
    }
    tool_text_format(line, " (%s", certmap_kind_name(item->mapping_kind));
    if (item->line > 0)
        tool_text_format(line, ", line %zu", item->line);
    if (scored)
        tool_text_format(line, ", score %zu", item->score);
    tool_text_format(line, "), %s", certmap_decision_name(item->decision));
    if (item->decision == CERTMAP_ALLOW) {
        tool_text_string(line, " ");
        if (mapping.is_template)
            tool_text_source(line, mapping.account);
        else
            tool_text_safe(line, mapping.account);
    }
    tool_text_format(line, ": %s%s", truth_name(item->truth),
                     item->decides ? ", decides"
                     : item->read  ? ""
                                   : " [not read]");
    end_item(&explain->out, item);
}

#define TRUTH_WIDTH 9

/* Two spaces for each group that the item is in. */
static void indent(struct explain *explain, unsigned depth) {
    tool_text_repeat(&explain->out.line, ' ', 2 * (size_t)(depth - 1));
}

static void print_condition(struct explain *explain, const struct certmap_explain_item *item) {
    struct tool_text condition = {NULL, 0, 0};
    tool_reason_condition(&condition, explain->rules.rules, item, SIZE_MAX);
    tool_text_string(&explain->out.line, "  ");
    tool_style_word(&explain->out, truth_style(item), truth_name(item->truth), TRUTH_WIDTH);
    indent(explain, item->depth);
    tool_style_begin(&explain->out, item->read ? TOOL_STYLE_PLAIN : TOOL_STYLE_DIM);
    tool_text_safe(&explain->out.line, tool_text_view(&condition));
    tool_text_string(&explain->out.line, item->read ? "" : " [not read]");
    end_item(&explain->out, item);
    tool_text_free(&condition);
}

static void print_value(struct explain *explain, const struct certmap_explain_item *item) {
    tool_text_repeat(&explain->out.line, ' ', 2 + TRUTH_WIDTH);
    indent(explain, item->depth);
    tool_style_begin(&explain->out, item->read ? TOOL_STYLE_PLAIN : TOOL_STYLE_DIM);
    tool_text_string(&explain->out.line, "saw  ");
    if (item->text.data != NULL)
        tool_text_quoted(&explain->out.line, item->text);
    else
        tool_text_string(&explain->out.line, "an unreadable value");
    tool_text_format(&explain->out.line, ": %s", truth_name(item->truth));
    end_item(&explain->out, item);
}

/* A line under the values of the last condition. */
static void print_beneath(struct explain *explain, const char *what, struct certmap_view text) {
    tool_text_repeat(&explain->out.line, ' ', 2 + TRUTH_WIDTH);
    indent(explain, explain->depth + 1);
    tool_text_string(&explain->out.line, what);
    tool_text_safe(&explain->out.line, text);
    tool_stream_end_line(&explain->out);
}

/* That a certificate has no value is known; of a field that is unknown as a whole, nothing is. */
static const char *why_no_value(enum certmap_code why) {
    switch ((int)why) {
    case CERTMAP_CODE_NONE:
        return "no value";
    case CERTMAP_CODE_NOT_SUPPLIED:
        return "nothing, because this was not supplied";
    case CERTMAP_CODE_MALFORMED_PIECE:
        return "nothing, because this is malformed";
    case CERTMAP_CODE_DUPLICATE_EXTENSION:
        return "nothing, because the extension is there twice";
    default:
        return "nothing";
    }
}

/* Says of the last condition that there was nothing to see, and what the rule has. */
static void end_condition(struct explain *explain) {
    if (explain->no_value)
        print_beneath(explain, "saw  ", tool_view(why_no_value(explain->why)));
    if (explain->operands.len > 0)
        print_beneath(explain, "rule ", tool_text_view(&explain->operands));
    explain->no_value = false;
    tool_text_free(&explain->operands);
}

/* Whether a condition is about values: "always" and those on the whole certificate are not. */
static bool has_values(const struct certmap_explain_item *item) {
    return item->kind == CERTMAP_EXPLAIN_CONDITION && item->condition != NULL &&
           item->condition->field != CERTMAP_FIELD_CERTIFICATE;
}

static void begin_condition(struct explain *explain, const struct certmap_explain_item *item) {
    explain->no_value = has_values(item);
    explain->why = item->why;
    explain->depth = item->depth;
    if (has_values(item) && item->truth != CERTMAP_TRUE)
        tool_text_add(&explain->operands, item->operands);
}

/* What the mapping gives, as the certificate fills it, or as the rule has it where that cannot be. */
static void print_output(struct explain *explain, const struct certmap_explain_item *item) {
    struct tool_text *line = &explain->out.line;
    tool_text_string(line, "  ");
    tool_style_word(&explain->out, truth_style(item), item->why == CERTMAP_CODE_NONE ? "gives" : "cannot", TRUTH_WIDTH);
    tool_style_begin(&explain->out, item->read ? TOOL_STYLE_PLAIN : TOOL_STYLE_DIM);
    tool_text_safe(line, item->field);
    tool_text_string(line, tool_reason_is_attribute(item) ? "=" : " ");
    if (item->why == CERTMAP_CODE_NONE)
        tool_text_quoted(line, item->text);
    else
        tool_text_source(line, item->text);
    end_item(&explain->out, item);
}

/* Whether an item is of a mapping that is not shown, which is counted instead. */
static bool hides(struct explain *explain, const struct certmap_explain_item *item) {
    if (item->kind == CERTMAP_EXPLAIN_NEAREST)
        return false;
    if (item->kind != CERTMAP_EXPLAIN_MAPPING)
        return explain->hidden;
    explain->hidden = !tool_choice_has(&explain->choice, item);
    explain->choice.shown += !explain->hidden;
    return explain->hidden;
}

/* Ends what was before a mapping, and begins it; or counts it. */
static void begin_mapping(struct explain *explain, const struct certmap_explain_item *item) {
    if (!explain->hidden) {
        tool_run_end(&explain->run, &explain->out);
        print_mapping(explain, item);
    } else if (tool_choice_counts(&explain->choice)) {
        tool_run_add(&explain->run, &explain->out, item);
    }
}

static bool print_item(void *ctx, const struct certmap_explain_item *item) {
    struct explain *explain = ctx;
    if (hides(explain, item) && item->kind != CERTMAP_EXPLAIN_MAPPING)
        return true;
    if (item->kind == CERTMAP_EXPLAIN_VALUE) {
        explain->no_value = false;
        print_value(explain, item);
        return true;
    }
    end_condition(explain);
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        begin_mapping(explain, item);
    else if ((item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT))
        print_output(explain, item);
    else if (item->kind == CERTMAP_EXPLAIN_NEAREST)
        tool_nearest_take(&explain->nearest, item);
    else
        print_condition(explain, item);
    begin_condition(explain, item);
    return true;
}

/* ---- For programs ---- */

/* Writes out the current mapping: a tree of all of them would be many times the text. */
static void end_mapping(struct explain *explain) {
    if (explain->mapping == NULL)
        return;
    if (explain->mappings.len > 0)
        tool_text_string(&explain->mappings, ",");
    tool_json_add(&explain->mappings, explain->mapping);
    explain->mapping = NULL;
}

static void add_mapping(struct explain *explain, const struct certmap_explain_item *item) {
    end_mapping(explain);
    explain->mapping = tool_json_object();
    tool_json_set(explain->mapping, "index", json_integer((json_int_t)item->mapping));
    tool_json_set(explain->mapping, "name", item->text.len > 0 ? tool_json_text(item->text) : json_null());
    tool_json_set(explain->mapping, "kind", tool_json_string(certmap_kind_name(item->mapping_kind)));
    tool_json_set(explain->mapping, "decision", tool_json_string(certmap_decision_name(item->decision)));
    tool_json_set(explain->mapping, "line", tool_json_position(item->line));
    tool_json_set(explain->mapping, "truth", tool_json_string(truth_name(item->truth)));
    tool_json_set(explain->mapping, "read", json_boolean(item->read));
    tool_json_set(explain->mapping, "decides", json_boolean(item->decides));
    tool_json_set(explain->mapping, "conditions", tool_json_array());
    tool_json_set(explain->mapping, "missing", json_integer((json_int_t)item->missing));
    tool_json_set(explain->mapping, "score", json_integer((json_int_t)item->score));
    tool_json_set(explain->mapping, "outputs", tool_json_array());
}

static void add_condition(struct explain *explain, const struct certmap_explain_item *item) {
    bool group = item->kind == CERTMAP_EXPLAIN_GROUP;
    json_t *condition = tool_json_object();
    tool_json_set(condition, "depth", json_integer((json_int_t)item->depth));
    tool_json_set(condition, "kind", tool_json_string(group ? "group" : "condition"));
    tool_json_set(condition, "text", tool_json_text(item->text));
    tool_json_set(condition, "truth", tool_json_string(truth_name(item->truth)));
    tool_json_set(condition, "why", tool_json_string(why_name(item->why)));
    tool_json_set(condition, "read", json_boolean(item->read));
    tool_json_set(condition, "values", tool_json_array());
    tool_json_set(condition, "field", tool_json_text(item->field));
    tool_json_set(condition, "operands", tool_json_text(item->operands));
    tool_json_append(json_object_get(explain->mapping, "conditions"), condition);
    explain->condition = condition;
}

static void add_value(struct explain *explain, const struct certmap_explain_item *item) {
    json_t *value = tool_json_object();
    tool_json_set(value, "text", tool_json_text(item->text));
    tool_json_set(value, "truth", tool_json_string(truth_name(item->truth)));
    tool_json_set(value, "why", tool_json_string(why_name(item->why)));
    tool_json_append(json_object_get(explain->condition, "values"), value);
}

static void add_output(struct explain *explain, const struct certmap_explain_item *item) {
    json_t *output = tool_json_object();
    tool_json_set(output, "field", tool_json_text(item->field));
    tool_json_set(output, "text", tool_json_text(item->text));
    tool_json_set(output, "built", json_boolean(item->why == CERTMAP_CODE_NONE));
    tool_json_set(output, "why", tool_json_string(why_name(item->why)));
    tool_json_append(json_object_get(explain->mapping, "outputs"), output);
}

static bool add_item(void *ctx, const struct certmap_explain_item *item) {
    struct explain *explain = ctx;
    if (hides(explain, item))
        return true;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        add_mapping(explain, item);
    else if (item->kind == CERTMAP_EXPLAIN_VALUE)
        add_value(explain, item);
    else if ((item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT))
        add_output(explain, item);
    else if (item->kind == CERTMAP_EXPLAIN_NEAREST)
        tool_nearest_take(&explain->nearest, item);
    else
        add_condition(explain, item);
    return true;
}

/* The object of match with two more members. */
static void print_json(struct explain *explain, const struct tool_answer *answer) {
    struct tool_text line = {NULL, 0, 0};
    end_mapping(explain);
    tool_json_add(&line, tool_answer_json(answer));
    line.len--; /* the closing brace */
    tool_text_string(&line, ",\"mappings\":[");
    if (explain->mappings.len > 0)
        tool_text_add(&line, tool_text_view(&explain->mappings));
    tool_text_string(&line, "],\"nearest\":");
    tool_json_add(&line, tool_nearest_json(&explain->nearest));
    tool_text_string(&line, "}\n");
    tool_text_flush(&line, stdout);
    tool_text_free(&line);
    tool_text_free(&explain->mappings);
}

/* ---- The verb ---- */

/* Tells everything first: the answer that is made afterwards is then the last thing that the peer was used for. */
static void report(struct explain *explain, struct certmap_peer *peer, certmap_explain_fn *fn) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    tool_choice_look(&explain->choice, explain->rules.rules, peer);
    if (certmap_explain(explain->rules.rules, peer, &result, fn, explain, NULL) != CERTMAP_OK)
        tool_no_memory();
    end_condition(explain);
    tool_run_end(&explain->run, &explain->out);
    tool_nearest_find(&explain->nearest, explain->rules.rules, peer);
}

static void explain_json(struct explain *explain, const struct tool_client *client) {
    struct tool_answer answer;
    if (client->peer != NULL)
        report(explain, client->peer, add_item);
    tool_answer_make(&answer, &explain->rules, client);
    tool_answer_add_hints(&answer, &explain->rules);
    print_json(explain, &answer);
    tool_answer_free(&answer);
}

/* How to see what was only counted. */
static void print_rest(struct explain *explain) {
    const size_t rest = certmap_rules_count(explain->rules.rules) - explain->choice.shown;
    if (rest == 0 || !tool_choice_counts(&explain->choice))
        return;
    tool_style_begin(&explain->out, TOOL_STYLE_DIM);
    tool_text_format(&explain->out.line, "(--all shows the other %zu mappings, --mapping NAME one of them)", rest);
    tool_style_end(&explain->out);
    tool_stream_end_line(&explain->out);
}

static void print_decision(struct explain *explain, const struct tool_client *client) {
    struct tool_answer answer;
    tool_answer_make(&answer, &explain->rules, client);
    tool_text_string(&explain->out.line, "decision: ");
    tool_answer_add(&explain->out, &answer, 0);
    tool_stream_end_line(&explain->out);
    tool_nearest_print(&explain->out, &explain->nearest);
    print_rest(explain);
    if (answer.hints)
        tool_answer_print_hints(&explain->err, &explain->rules);
    tool_answer_print_note(&explain->err, &answer);
    tool_answer_free(&answer);
}

static void explain_plain(struct explain *explain, const struct tool_client *client) {
    const enum certmap_combining policy = certmap_rules_combining(explain->rules.rules);
    if (explain->shown)
        tool_stream_end_line(&explain->out);
    explain->shown = true;
    tool_text_safe(&explain->out.line, tool_view(client->label));
    tool_stream_end_line(&explain->out);
    if (policy != CERTMAP_COMBINING_FIRST) {
        tool_text_format(&explain->out.line, "policy %s", certmap_combining_name(policy));
        tool_stream_end_line(&explain->out);
    }
    report(explain, client->peer, print_item);
    tool_stream_end_line(&explain->out);
    print_decision(explain, client);
}

static void explain_error(struct explain *explain, const struct tool_client *client) {
    struct tool_answer answer;
    tool_answer_make(&answer, &explain->rules, client);
    tool_answer_complain(&explain->err, &answer);
    tool_answer_free(&answer);
}

static void explain_client(void *ctx, const struct tool_client *client) {
    struct explain *explain = ctx;
    if (explain->options->json)
        explain_json(explain, client);
    else if (client->peer != NULL)
        explain_plain(explain, client);
    else
        explain_error(explain, client);
    tool_nearest_free(&explain->nearest);
    if (client->peer == NULL)
        explain->status = TOOL_FAILED;
}

static void report_rules(struct explain *explain) {
    struct tool_answer answer;
    tool_answer_rules(&answer, &explain->rules);
    if (explain->options->json)
        print_json(explain, &answer);
    else
        tool_rules_print(&explain->rules, &explain->err);
    explain->status = answer.status;
    tool_answer_free(&answer);
}

enum tool_exit tool_explain(const struct tool_options *options) {
    struct explain explain = {.options = options, .status = TOOL_OK};
    explain.out = tool_stream_open(stdout, options->color);
    explain.err = tool_stream_open(stderr, options->color);
    if (!tool_rules_load(&explain.rules, options))
        report_rules(&explain);
    else if (tool_choice_start(&explain.choice, options, &explain.rules, &explain.err))
        tool_clients_each(options, certmap_rules_needs(explain.rules.rules), explain_client, &explain);
    else
        explain.status = TOOL_FAILED;
    tool_choice_free(&explain.choice);
    tool_rules_free(&explain.rules);
    tool_stream_close(&explain.out);
    tool_stream_close(&explain.err);
    return explain.status;
}
