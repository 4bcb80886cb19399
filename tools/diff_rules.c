/* SPDX-License-Identifier: MIT */
/* What differs between two rule sets, edit by edit, each effect with a certificate. */
#include "certmap/build.h"
#include "diff.h"
#include "file_out.h"
#include "finding.h"
#include "lint.h"
#include "platform.h"
#include "witness.h"
#include <string.h>

/* The first words of a file that diff wrote, which it may write again. */
#define HEAD "certmap diff: "

struct run {
    struct tool_diff *diff;
    uint64_t begun;
};

/* ---- What an edit is called ---- */

static struct certmap_mapping mapping_of(const struct tool_rules *rules, size_t index) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    (void)certmap_rules_mapping(rules->rules, &mapping, index, NULL);
    return mapping;
}

static bool is_there(size_t index) {
    return index != SIZE_MAX;
}

static struct certmap_mapping mapping_of_edit(const struct tool_diff *diff, const struct certmap_diff_edit *edit) {
    return is_there(edit->after) ? mapping_of(&diff->after, edit->after) : mapping_of(&diff->before, edit->before);
}

/* changed "m5" (line 5, now 4) */
static void add_edit(struct tool_text *text, const struct tool_diff *diff, const struct certmap_diff_edit *edit) {
    tool_text_string(text, certmap_diff_edit_kind_name(edit->kind));
    if (edit->kind == CERTMAP_DIFF_POLICY) {
        tool_text_string(text, ": all mappings");
        return;
    }
    const size_t before = is_there(edit->before) ? mapping_of(&diff->before, edit->before).line : 0;
    const size_t after = is_there(edit->after) ? mapping_of(&diff->after, edit->after).line : 0;
    tool_text_string(text, " ");
    tool_text_source(text, mapping_of_edit(diff, edit).name);
    if (before > 0 && after > 0)
        tool_text_format(text, " (line %zu, now %zu)", before, after);
    else if (before + after > 0)
        tool_text_format(text, " (line %zu)", before + after);
}

/* ---- Text ---- */

static bool is_readable(const struct certmap_lint_witness *witness) {
    bool readable = true;
    for (size_t i = 0; i < witness->value_count; i++)
        readable = readable && witness->values[i].state == CERTMAP_LINT_READABLE;
    return readable;
}

static void print_effect(struct tool_diff *diff, const struct certmap_diff_effect *effect) {
    struct tool_text *line = &diff->out.line;
    tool_text_format(line, "  %s", certmap_diff_effect_kind_name(effect->kind));
    tool_text_string(line, is_readable(effect->before) ? ":\n" : ", shown with a value that cannot be read:\n");
    tool_witness_values(line, effect->before, 6);
    tool_text_string(line, "    had ");
    tool_witness_answer(line, effect->before, diff->before.rules);
    tool_text_string(line, "\n    has ");
    tool_witness_answer(line, effect->after, diff->after.rules);
    tool_stream_end_line(&diff->out);
}

static void print_edit(struct tool_diff *diff, const struct certmap_diff_edit *edit) {
    add_edit(&diff->out.line, diff, edit);
    tool_stream_end_line(&diff->out);
    for (size_t i = 0; i < edit->effect_count; i++)
        print_effect(diff, &edit->effects[i]);
    if (edit->undecided || edit->effect_count == 0) {
        tool_text_string(&diff->out.line, !edit->undecided          ? "  changes no answer (proven)"
                                          : edit->effect_count == 0 ? "  not decided whether it changes an answer"
                                                                    : "  not decided whether it has other effects");
        tool_stream_end_line(&diff->out);
    }
    tool_stream_end_line(&diff->out);
}

static void add_reason(struct tool_text *text, const char **before, size_t count, const char *why) {
    if (count == 0)
        return;
    tool_text_format(text, "%s%zu %s", *before, count, why);
    *before = ", ";
}

static void print_summary(struct tool_diff *diff, const struct certmap_diff_summary *summary) {
    struct tool_text *line = &diff->out.line;
    const char *before = ": ";
    tool_text_format(line, "%zu edit%s, %zu mapping%s as before", summary->edits, summary->edits == 1 ? "" : "s",
                     summary->same, summary->same == 1 ? "" : "s");
    tool_text_string(line, summary->effects + summary->undecided == 0
                               ? "; no certificate is answered differently (proven)"
                               : "; no certificate is concerned but by these edits (proven)");
    tool_stream_end_line(&diff->out);
    if (summary->undecided == 0)
        return;
    tool_text_format(line, "of %zu edit%s not all is known", summary->undecided, summary->undecided == 1 ? "" : "s");
    add_reason(line, &before, summary->by_budget, "for want of time or steps");
    add_reason(line, &before, summary->by_model, "about what the analysis does not know exactly");
    add_reason(line, &before, summary->by_solver, "that a certmap built with PicoSAT decides");
    tool_stream_end_line(&diff->out);
}

/* ---- JSON ---- */

static json_t *index_json(const struct tool_rules *rules, size_t index) {
    if (!is_there(index))
        return json_null();
    const struct certmap_mapping mapping = mapping_of(rules, index);
    json_t *object = tool_json_object();
    tool_json_set(object, "mapping", tool_json_text(mapping.name));
    tool_json_set(object, "line", tool_json_position(mapping.line));
    return object;
}

static json_t *effect_json(const struct tool_diff *diff, const struct certmap_diff_effect *effect) {
    struct tool_finding before = {.analysed = true}, after = {.analysed = true};
    json_t *object = tool_json_object();
    before.report.witness = effect->before;
    after.report.witness = effect->after;
    tool_json_set(object, "effect", tool_json_string(certmap_diff_effect_kind_name(effect->kind)));
    tool_json_set(object, "readable", json_boolean(is_readable(effect->before)));
    tool_json_set(object, "before", tool_lint_witness_json(&before, diff->before.rules));
    tool_json_set(object, "after", tool_lint_witness_json(&after, diff->after.rules));
    return object;
}

static void print_edit_json(const struct tool_diff *diff, const struct certmap_diff_edit *edit) {
    json_t *object = tool_json_object(), *effects = tool_json_array();
    for (size_t i = 0; i < edit->effect_count; i++)
        tool_json_append(effects, effect_json(diff, &edit->effects[i]));
    tool_json_set(object, "edit", tool_json_string(certmap_diff_edit_kind_name(edit->kind)));
    tool_json_set(object, "before", index_json(&diff->before, edit->before));
    tool_json_set(object, "after", index_json(&diff->after, edit->after));
    tool_json_set(object, "decided", json_boolean(!edit->undecided));
    tool_json_set(object, "effects", effects);
    tool_json_print(object);
}

static void print_summary_json(const struct certmap_diff_summary *summary) {
    const struct {
        const char *name;
        size_t count;
    } members[] = {{"edits", summary->edits},         {"same", summary->same},
                   {"effects", summary->effects},     {"undecided", summary->undecided},
                   {"by_budget", summary->by_budget}, {"by_model", summary->by_model},
                   {"by_solver", summary->by_solver}};
    json_t *object = tool_json_object(), *counts = tool_json_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        tool_json_set(counts, members[i].name, json_integer((json_int_t)members[i].count));
    tool_json_set(object, "summary", counts);
    tool_json_print(object);
}

/* ---- Certificates as files ---- */

/* EDIT-EFFECT-NUMBER.pem, with the number of the mapping. */
static bool write_witness(const struct tool_diff *diff, const struct certmap_diff_edit *edit,
                          const struct certmap_diff_effect *effect) {
    const char *folder = diff->options->lint.witness;
    const size_t index = is_there(edit->after) ? edit->after : edit->before, len = strlen(folder);
    struct tool_text path = {NULL, 0, 0}, pem = {NULL, 0, 0};
    tool_text_string(&path, folder);
    if (len > 0 && tool_file_folder(folder) != len)
        tool_text_string(&path, "/");
    tool_text_format(&path, "%s-%s-%zu.pem", certmap_diff_edit_kind_name(edit->kind),
                     certmap_diff_effect_kind_name(effect->kind), is_there(index) ? index + 1 : 0);
    tool_text_string(&pem, HEAD);
    add_edit(&pem, diff, edit);
    tool_text_format(&pem, ": %s\n", certmap_diff_effect_kind_name(effect->kind));
    tool_witness_values(&pem, effect->before, 2);
    tool_text_string(&pem, "-----BEGIN CERTIFICATE-----\n");
    tool_witness_base64(&pem, effect->before->der, 64);
    tool_text_string(&pem, "-----END CERTIFICATE-----\n");
    const bool ok = tool_file_write_own(path.data, tool_text_view(&pem), HEAD);
    tool_text_free(&path);
    tool_text_free(&pem);
    return ok;
}

static bool write_witnesses(const struct tool_diff *diff, const struct certmap_diff_edit *edit) {
    bool ok = true;
    for (size_t i = 0; ok && diff->options->lint.witness != NULL && i < edit->effect_count; i++)
        if (edit->effects[i].before->der.data != NULL)
            ok = write_witness(diff, edit, &edit->effects[i]);
    return ok;
}

/* ---- All of it ---- */

static bool on_edit(void *ctx, const struct certmap_diff_edit *edit) {
    struct run *run = ctx;
    struct tool_diff *diff = run->diff;
    for (size_t i = 0; i < edit->effect_count; i++)
        diff->effects[edit->effects[i].kind]++;
    diff->undecided += edit->undecided;
    if (diff->options->json)
        print_edit_json(diff, edit);
    else
        print_edit(diff, edit);
    if (!write_witnesses(diff, edit))
        diff->status = TOOL_FAILED;
    return diff->status != TOOL_FAILED && !ferror(stdout);
}

static bool is_time_up(void *ctx) {
    const struct run *run = ctx;
    const uint64_t limit = (uint64_t)run->diff->options->lint.time_limit * 1000;
    return limit > 0 && tool_platform_milliseconds() - run->begun >= limit;
}

void tool_diff_rules(struct tool_diff *diff) {
    struct run run = {.diff = diff, .begun = tool_platform_milliseconds()};
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_diff_summary summary = CERTMAP_DIFF_SUMMARY_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    options.enough = is_time_up;
    options.enough_ctx = &run;
    const enum certmap_status status =
        certmap_diff(diff->before.rules, diff->after.rules, &options, on_edit, &run, &summary, &err);
    if (status != CERTMAP_OK) {
        tool_complain(&diff->err, diff->after.path, tool_view(err.text));
        diff->status = TOOL_FAILED;
    } else if (diff->options->json) {
        print_summary_json(&summary);
    } else {
        print_summary(diff, &summary);
    }
}
