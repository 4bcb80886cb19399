/* SPDX-License-Identifier: MIT */
/* certmap explain: every mapping and condition, the values seen, and why. */
#include "answer.h"

struct explain {
    const struct tool_options *options;
    struct tool_rules rules;
    struct tool_stream out;
    struct tool_stream err;
    bool no_value;   /* the last item was a condition on a subfield: no value of it has come yet */
    unsigned depth;  /* of the last condition */
    json_t *mapping; /* --json: the one being told, not yet in mappings; so is condition in it */
    json_t *condition;
    struct tool_text mappings;
    bool told; /* a certificate has been explained: a blank line goes before the next */
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
    tool_text_format(line, "), %s", certmap_decision_name(item->decision));
    if (item->decision == CERTMAP_ALLOW) {
        tool_text_string(line, " ");
        tool_text_safe(line, mapping.account);
    }
    tool_text_format(line, ": %s%s", truth_name(item->truth),
                     item->decides ? ", decides"
                     : item->read  ? ""
                                   : " [not read]");
    end_item(&explain->out, item);
}

#define TRUTH_WIDTH 9

/* Two spaces for each group that the item stands in. */
static void indent(struct explain *explain, unsigned depth) {
    tool_text_repeat(&explain->out.line, ' ', 2 * (size_t)(depth - 1));
}

static void print_condition(struct explain *explain, const struct certmap_explain_item *item) {
    tool_text_string(&explain->out.line, "  ");
    tool_style_word(&explain->out, truth_style(item), truth_name(item->truth), TRUTH_WIDTH);
    indent(explain, item->depth);
    tool_style_begin(&explain->out, item->read ? TOOL_STYLE_PLAIN : TOOL_STYLE_DIM);
    tool_text_safe(&explain->out.line, item->text);
    tool_text_string(&explain->out.line, item->read ? "" : " [not read]");
    end_item(&explain->out, item);
}

static void print_value(struct explain *explain, const struct certmap_explain_item *item) {
    tool_text_repeat(&explain->out.line, ' ', 2 + TRUTH_WIDTH);
    indent(explain, item->depth);
    tool_style_begin(&explain->out, item->read ? TOOL_STYLE_PLAIN : TOOL_STYLE_DIM);
    tool_text_string(&explain->out.line, "saw ");
    if (item->text.data != NULL)
        tool_text_quoted(&explain->out.line, item->text);
    else
        tool_text_string(&explain->out.line, "an unreadable value");
    tool_text_format(&explain->out.line, ": %s", truth_name(item->truth));
    end_item(&explain->out, item);
}

/* Says of the last condition that there was nothing to see. */
static void print_no_value(struct explain *explain) {
    if (!explain->no_value)
        return;
    tool_text_repeat(&explain->out.line, ' ', 2 + TRUTH_WIDTH);
    indent(explain, explain->depth + 1);
    tool_text_string(&explain->out.line, "saw no value");
    tool_stream_end_line(&explain->out);
    explain->no_value = false;
}

/* Whether a condition is about a subfield: "always" and those on the whole certificate are not. */
static bool has_values(const struct certmap_explain_item *item) {
    for (size_t i = 0; item->kind == CERTMAP_EXPLAIN_CONDITION && i < item->text.len && item->text.data[i] != ' '; i++)
        if (item->text.data[i] == '.')
            return true;
    return false;
}

static void print_item(void *ctx, const struct certmap_explain_item *item) {
    struct explain *explain = ctx;
    if (item->kind == CERTMAP_EXPLAIN_VALUE)
        explain->no_value = false;
    print_no_value(explain);
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        print_mapping(explain, item);
    else if (item->kind == CERTMAP_EXPLAIN_VALUE)
        print_value(explain, item);
    else
        print_condition(explain, item);
    explain->no_value = has_values(item);
    explain->depth = item->depth;
}

/* ---- For programs ---- */

/* Writes out the mapping at hand: a tree of all of them would be many times the text. */
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

static void add_item(void *ctx, const struct certmap_explain_item *item) {
    struct explain *explain = ctx;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        add_mapping(explain, item);
    else if (item->kind == CERTMAP_EXPLAIN_VALUE)
        add_value(explain, item);
    else
        add_condition(explain, item);
}

/* The object of match with one more member. */
static void print_json(struct explain *explain, const struct tool_answer *answer) {
    struct tool_text line = {NULL, 0, 0};
    end_mapping(explain);
    tool_json_add(&line, tool_answer_json(answer));
    line.len--; /* the closing brace */
    tool_text_string(&line, ",\"mappings\":[");
    if (explain->mappings.len > 0)
        tool_text_add(&line, tool_text_view(&explain->mappings));
    tool_text_string(&line, "]}\n");
    tool_text_flush(&line, stdout);
    tool_text_free(&line);
    tool_text_free(&explain->mappings);
}

/* ---- The verb ---- */

static void tell(struct explain *explain, struct certmap_peer *peer, certmap_explain_fn *fn) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    if (certmap_explain(explain->rules.rules, peer, &result, fn, explain, NULL) != CERTMAP_OK)
        tool_no_memory();
}

static void explain_json(struct explain *explain, struct tool_answer *answer, struct certmap_peer *peer) {
    if (answer->status != TOOL_FAILED)
        tell(explain, peer, add_item);
    tool_answer_add_hints(answer, &explain->rules);
    print_json(explain, answer);
}

static void explain_plain(struct explain *explain, const struct tool_answer *answer, struct certmap_peer *peer) {
    if (answer->status == TOOL_FAILED) {
        tool_answer_complain(&explain->err, answer);
        return;
    }
    if (explain->told)
        tool_stream_end_line(&explain->out);
    explain->told = true;
    tool_text_safe(&explain->out.line, tool_view(answer->certificate));
    tool_stream_end_line(&explain->out);
    tell(explain, peer, print_item);
    print_no_value(explain);
    tool_stream_end_line(&explain->out);
    tool_text_string(&explain->out.line, "decision: ");
    tool_answer_add(&explain->out, answer, 0);
    tool_stream_end_line(&explain->out);
    if (answer->hints)
        tool_answer_print_hints(&explain->err, &explain->rules);
}

static void explain_client(void *ctx, const struct tool_client *client) {
    struct explain *explain = ctx;
    struct tool_answer answer;
    tool_answer_make(&answer, &explain->rules, client);
    if (explain->options->json)
        explain_json(explain, &answer, client->peer);
    else
        explain_plain(explain, &answer, client->peer);
    if (answer.status == TOOL_FAILED)
        explain->status = TOOL_FAILED;
    tool_answer_free(&answer);
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
    if (tool_rules_load(&explain.rules, options))
        tool_clients_each(options, certmap_rules_needs(explain.rules.rules), explain_client, &explain);
    else
        report_rules(&explain);
    tool_rules_free(&explain.rules);
    tool_stream_close(&explain.out);
    tool_stream_close(&explain.err);
    return explain.status;
}
