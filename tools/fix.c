/* SPDX-License-Identifier: MIT */
/* One fix after the other, each proven of the text that the one before left: two that are proven of the same text may
 * both hold and not together, as where each of two mappings makes the other one needless. */
#include "fix.h"
#include "certmap/diff.h"
#include "file_out.h"
#include "unified.h"
#include <string.h>

/* So many are more than anybody reads in one diff; each costs an analysis. */
#define MAX_FIXES 1000

/* ---- One fix ---- */

/* Whether the edits are in the text, in its order and apart. */
static bool are_sound(const struct tool_found *report, struct certmap_view source) {
    size_t at = 0;
    for (size_t i = 0; i < report->edit_count; i++) {
        const struct certmap_position *place = &report->edits[i].position;
        if (place->offset < at || place->offset > source.len || place->length > source.len - place->offset)
            return false;
        at = place->offset + place->length;
    }
    return report->edit_count > 0;
}

static bool can_be_fixed(const struct tool_analysis *analysis, const struct tool_finding *finding) {
    return finding->report.fixed_by_edits && tool_analysis_shows(analysis, finding) &&
           are_sound(&finding->report, analysis->source);
}

/* The text with a line end as the file has them. */
static void add_text(struct tool_text *out, struct certmap_view text, bool crlf) {
    for (size_t i = 0; i < text.len; i++) {
        if (crlf && text.data[i] == '\n' && (i == 0 || text.data[i - 1] != '\r'))
            tool_text_string(out, "\r");
        tool_text_add(out, (struct certmap_view){text.data + i, 1});
    }
}

/* Whether the first line ends as Windows ends lines. */
static bool has_crlf(struct certmap_view source) {
    const uint8_t *end = source.len > 0 ? memchr(source.data, '\n', source.len) : NULL;
    return end != NULL && end > source.data && end[-1] == '\r';
}

static void apply(struct tool_text *out, struct certmap_view source, const struct tool_found *report) {
    const bool crlf = has_crlf(source);
    size_t at = 0;
    for (size_t i = 0; i < report->edit_count; i++) {
        const struct certmap_lint_edit *edit = &report->edits[i];
        tool_text_add(out, (struct certmap_view){source.data + at, edit->position.offset - at});
        add_text(out, edit->text, crlf);
        at = edit->position.offset + edit->position.length;
    }
    tool_text_add(out, (struct certmap_view){source.data + at, source.len - at});
}

/* ---- One after the other ---- */

static struct tool_input take(struct tool_text *text) {
    const struct tool_input input = {(uint8_t *)text->data, text->len, text->cap};
    *text = (struct tool_text){NULL, 0, 0};
    return input;
}

static bool on_edit(void *ctx, const struct certmap_diff_edit *edit) {
    (void)ctx;
    return edit->effect_count == 0;
}

/* Whether both answer each certificate alike, proven. A build without the solver, which cannot decide it, has what the
 * analysis proved of the finding. */
static bool answer_alike(const struct certmap_rules *before, const struct certmap_rules *after) {
    struct certmap_diff_summary summary = CERTMAP_DIFF_SUMMARY_INIT;
    return certmap_diff(before, after, NULL, on_edit, NULL, &summary, NULL) == CERTMAP_OK && summary.effects == 0 &&
           summary.undecided == summary.by_solver;
}

/* Makes the first fix that leaves rules that load, and that answer as before. What is proven of one finding is proven of
 * the whole text once more, by comparing the rules. false: there is none. */
static bool fix_one(struct tool_analysis *now, struct tool_analysis *next) {
    for (size_t i = 0; i < now->findings.count; i++) {
        const struct tool_finding *finding = &now->findings.items[i];
        struct tool_text text = {NULL, 0, 0};
        if (!can_be_fixed(now, finding))
            continue;
        apply(&text, now->source, &finding->report);
        struct tool_input input = take(&text);
        *next = (struct tool_analysis){
            .options = now->options, .privileged = now->privileged, .privileged_count = now->privileged_count};
        if (tool_analysis_run(next, &input) && answer_alike(now->rules.rules, next->rules.rules))
            return true;
        tool_analysis_free(next);
    }
    return false;
}

/* All of them. *now is the analysis of what is left then; the first one stays the caller's. false: none was made. */
static bool fix_all(const struct tool_analysis *first, struct tool_analysis *now) {
    struct tool_analysis next;
    struct tool_analysis begun = *first;
    if (!fix_one(&begun, now))
        return false;
    size_t fixes = 1;
    while (fixes < MAX_FIXES && fix_one(now, &next)) {
        tool_analysis_free(now);
        *now = next;
        fixes++;
    }
    now->fixes = fixes;
    return true;
}

/* ---- The file ---- */

/* Why a file is not edited, or NULL. */
static const char *refusal(const struct tool_analysis *analysis) {
    if (analysis->rules.is_iis)
        return "an IIS file is not edited; certmap convert makes a rule file of it";
    if (analysis->rules.was_utf16)
        return "the file is in UTF-16, and is not edited; write it in UTF-8";
    if (analysis->source.data == NULL)
        return "the file may hold a password, and is not edited";
    return NULL;
}

bool tool_fix_show(const struct tool_analysis *analysis) {
    struct tool_analysis fixed;
    struct tool_text diff = {NULL, 0, 0};
    const char *why = refusal(analysis);
    if (why != NULL)
        return tool_lint_complain(analysis->options->rules, why);
    if (!fix_all(analysis, &fixed))
        return true;
    tool_unified_diff(&diff, analysis->options->rules, analysis->source, fixed.source);
    tool_text_flush(&diff, stdout);
    tool_text_free(&diff);
    tool_analysis_free(&fixed);
    return true;
}

/* Whether the file is still what was analysed. */
static bool is_unchanged(const struct tool_analysis *analysis) {
    struct tool_input input;
    struct certmap_diagnostic err;
    const struct certmap_view source = analysis->source;
    if (tool_input_read(&input, analysis->options->rules, source.len + 1, &err) != CERTMAP_OK)
        return tool_lint_complain(analysis->options->rules, err.text);
    const bool same = input.len == source.len && (source.len == 0 || memcmp(input.data, source.data, source.len) == 0);
    tool_input_free(&input);
    return same || tool_lint_complain(analysis->options->rules, "it has changed meanwhile, and is left as it is");
}

bool tool_fix_write(struct tool_analysis *analysis) {
    struct tool_analysis fixed;
    const char *why = refusal(analysis);
    if (why != NULL)
        return tool_lint_complain(analysis->options->rules, why);
    if (!fix_all(analysis, &fixed))
        return true;
    if (!is_unchanged(analysis) || !tool_file_write(analysis->options->rules, fixed.source)) {
        tool_analysis_free(&fixed);
        return false;
    }
    tool_analysis_free(analysis);
    *analysis = fixed;
    return true;
}
