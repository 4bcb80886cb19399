/* SPDX-License-Identifier: MIT */
/* What a suggestion is as text, and as JSON. */
#include "json.h"
#include "suggest.h"
#include <stdlib.h>
#include <string.h>

const char *tool_suggest_help(enum certmap_code code) {
    switch ((int)code) {
    case CERTMAP_CODE_SAME_CERTIFICATE:
        return "take it out of --in, or out of --out";
    case CERTMAP_CODE_NOT_SEPARABLE:
        return "refuse those that are to be out by a mapping before, made by: certmap suggest --deny --in FILE; or "
               "give "
               "fewer certificates, of one group";
    case CERTMAP_CODE_TOO_MANY:
        return "give fewer certificates: some of each kind are enough, and the others can be in --corpus";
    case CERTMAP_CODE_DUPLICATE_MAPPING:
        return "give another --name";
    case CERTMAP_CODE_PLACEHOLDER_NO_VALUE:
    case CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES:
    case CERTMAP_CODE_PLACEHOLDER_UNREADABLE:
    case CERTMAP_CODE_PLACEHOLDER_EMPTY:
    case CERTMAP_CODE_PLACEHOLDER_CHARACTER:
    case CERTMAP_CODE_PLACEHOLDER_TOO_LONG:
    case CERTMAP_CODE_PLACEHOLDER_USER_NAME:
        return "give another --account, or take the certificate out of --in";
    default:
        return NULL;
    }
}

/* ---- Where it belongs ---- */

/* The name of a mapping as messages have it: "sales", or mapping 3 where it has none. */
static void add_mapping_name(struct tool_text *text, const struct certmap_mapping *mapping, size_t index) {
    if (mapping->name.data != NULL) {
        tool_text_quoted(text, mapping->name);
    } else {
        tool_text_format(text, "mapping %zu", index + 1);
    }
    if (mapping->line > 0)
        tool_text_format(text, " (line %zu)", (size_t)mapping->line);
}

/* "before "sales" (line 3) in portal.rules", or "at the end of portal.rules". */
static void add_position(struct tool_text *text, const struct tool_suggestion *suggestion) {
    const struct certmap_rules *rules = suggestion->rules->rules;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    if (suggestion->result.position < certmap_rules_count(rules) &&
        certmap_rules_mapping(rules, &mapping, suggestion->result.position, NULL) == CERTMAP_OK) {
        tool_text_string(text, "before ");
        add_mapping_name(text, &mapping, suggestion->result.position);
        tool_text_string(text, " in ");
    } else {
        tool_text_string(text, "at the end of ");
    }
    tool_text_safe(text, tool_view(suggestion->rules->path));
}

/* ---- Text ---- */

static const char *certificates(size_t count) {
    return count == 1 ? "certificate" : "certificates";
}

static void end_line(struct tool_stream *out) {
    tool_stream_end_line(out);
}

static void print_comment(struct tool_stream *out, struct certmap_view line) {
    tool_text_string(&out->line, "# ");
    tool_text_safe(&out->line, line);
    end_line(out);
}

static void print_examples(struct tool_stream *out, const struct certmap_suggest_example *examples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tool_text_string(&out->line, "#   ");
        tool_text_safe(&out->line, examples[i].label);
        if (examples[i].reason.len > 0) {
            tool_text_string(&out->line, ": ");
            tool_text_add(&out->line, examples[i].reason);
        }
        end_line(out);
    }
}

/* "# It takes 3 certificates of 3 that are to be in, and none of 2 that are to be out." */
static void print_counts(struct tool_stream *out, const struct certmap_suggest_result *result) {
    tool_text_format(&out->line, "# It takes %s%zu %s of --in", result->in == 1 ? "the " : "all ", result->in,
                     certificates(result->in));
    if (result->out > 0)
        tool_text_format(&out->line, ", and none of %zu of --out", result->out);
    tool_text_string(&out->line, "; verified by matching.");
    end_line(out);
}

static void print_corpus(struct tool_stream *out, const struct certmap_suggest_result *result) {
    if (result->corpus == 0)
        return;
    tool_text_format(&out->line, "# Of %zu %s of the corpus, of which nobody said anything, it takes %zu%s",
                     result->corpus, certificates(result->corpus), result->taken, result->taken > 0 ? ":" : ".");
    end_line(out);
    print_examples(out, result->examples, result->example_count);
    if (result->taken > result->example_count)
        print_comment(out, tool_view("  ..."));
    if (result->nearest_count > 0)
        print_comment(out, tool_view("One condition keeps out:"));
    print_examples(out, result->nearest, result->nearest_count);
}

static void print_position(struct tool_stream *out, const struct tool_suggestion *suggestion) {
    const struct certmap_suggest_result *result = &suggestion->result;
    if (suggestion->rules == NULL || result->position == SIZE_MAX)
        return;
    tool_text_string(&out->line, "# It belongs ");
    add_position(&out->line, suggestion);
    if (result->changed == 0)
        tool_text_string(&out->line, ": no other certificate that was given gets another answer there.");
    else
        tool_text_string(&out->line, ", where others get another answer:");
    end_line(out);
    print_examples(out, result->changes, result->change_count);
    if (suggestion->rules->is_iis)
        print_comment(out, tool_view("These rules are an IIS file: certmap convert writes them in this language."));
}

/* For an existing file, without the line that every file begins with. */
static struct certmap_view text_of(const struct tool_suggestion *suggestion) {
    struct certmap_view text = suggestion->result.text;
    static const char head[] = "certmap 1;\n\n";
    if (suggestion->rules != NULL && text.len > strlen(head) && memcmp(text.data, head, strlen(head)) == 0)
        text = (struct certmap_view){text.data + strlen(head), text.len - strlen(head)};
    return text;
}

void tool_suggest_print_text(const struct tool_suggestion *suggestion) {
    struct tool_stream out = tool_stream_open(stdout, suggestion->options->color);
    const struct certmap_suggest_result *result = &suggestion->result;
    tool_text_add(&out.line, text_of(suggestion));
    end_line(&out);
    print_counts(&out, result);
    print_corpus(&out, result);
    print_position(&out, suggestion);
    for (size_t i = 0; i < result->note_count; i++) {
        tool_text_string(&out.line, "# Note: ");
        tool_text_add(&out.line, result->notes[i]);
        end_line(&out);
    }
    if (!suggestion->options->suggest.deny && suggestion->options->suggest.account == NULL)
        print_comment(&out, tool_view("Write the account: --account was not given."));
    tool_stream_close(&out);
}

/* ---- JSON ---- */

static json_t *number(size_t value) {
    json_t *made = json_integer((json_int_t)value);
    if (made == NULL)
        tool_no_memory();
    return made;
}

static json_t *condition_json(const struct certmap_suggest_condition *condition) {
    static const char *const whys[] = {"ca", "weak-ca", "separates", "exception", "second"}; /* certmap_suggest_why */
    json_t *object = tool_json_object();
    tool_json_set(object, "mapping", number(condition->mapping));
    tool_json_set(object, "text", tool_json_text(condition->text));
    tool_json_set(object, "why", tool_json_string(whys[condition->why]));
    tool_json_set(object, "reason", tool_json_text(condition->reason));
    tool_json_set(object, "keepsOut", number(condition->keeps_out));
    tool_json_set(object, "alone", number(condition->alone));
    return object;
}

static json_t *conditions_json(const struct certmap_suggest_result *result) {
    json_t *array = tool_json_array();
    for (size_t i = 0; i < result->condition_count; i++)
        tool_json_append(array, condition_json(&result->conditions[i]));
    return array;
}

static json_t *examples_json(const struct certmap_suggest_example *examples, size_t count) {
    json_t *array = tool_json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = tool_json_object();
        tool_json_set(object, "certificate", tool_json_text(examples[i].label));
        tool_json_set(object, "reason", tool_json_text(examples[i].reason));
        tool_json_append(array, object);
    }
    return array;
}

/* null: there are no rules, or nowhere. before: null at the end. */
static json_t *position_json(const struct tool_suggestion *suggestion) {
    const struct certmap_suggest_result *result = &suggestion->result;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    if (suggestion->rules == NULL || result->position == SIZE_MAX)
        return json_null();
    json_t *object = tool_json_object();
    const bool last = certmap_rules_mapping(suggestion->rules->rules, &mapping, result->position, NULL) != CERTMAP_OK;
    tool_json_set(object, "index", number(result->position));
    tool_json_set(object, "before", last ? json_null() : tool_json_text(mapping.name));
    tool_json_set(object, "line", tool_json_position(last ? 0 : mapping.line));
    return object;
}

static json_t *notes_json(const struct certmap_suggest_result *result) {
    json_t *array = tool_json_array();
    for (size_t i = 0; i < result->note_count; i++)
        tool_json_append(array, tool_json_text(result->notes[i]));
    return array;
}

static json_t *error_json(const struct certmap_diagnostic *error) {
    if (error == NULL)
        return json_null();
    json_t *object = tool_json_object();
    tool_json_set(object, "code", tool_json_string(certmap_code_name(error->code)));
    tool_json_set(object, "message", tool_json_string(error->text));
    tool_json_set(object, "help", tool_json_string(tool_suggest_help(error->code)));
    return object;
}

void tool_suggest_print_json(const struct tool_suggestion *suggestion) {
    const struct certmap_suggest_result *result = &suggestion->result;
    json_t *object = tool_json_object();
    tool_json_set(object, "text", tool_json_text(result->text));
    tool_json_set(object, "mappings", number(result->mappings));
    tool_json_set(object, "conditions", conditions_json(result));
    tool_json_set(object, "in", number(result->in));
    tool_json_set(object, "out", number(result->out));
    tool_json_set(object, "corpus", number(result->corpus));
    tool_json_set(object, "weak", json_boolean(result->weak != 0));
    tool_json_set(object, "taken", number(result->taken));
    tool_json_set(object, "examples", examples_json(result->examples, result->example_count));
    tool_json_set(object, "near", examples_json(result->nearest, result->nearest_count));
    tool_json_set(object, "position", position_json(suggestion));
    tool_json_set(object, "changed", number(result->changed));
    tool_json_set(object, "changes", examples_json(result->changes, result->change_count));
    tool_json_set(object, "notes", notes_json(result));
    tool_json_set(object, "error", error_json(suggestion->error));
    tool_json_print(object);
}
