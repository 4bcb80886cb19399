/* SPDX-License-Identifier: MIT */
/* certmap diff: what a change of the rules changes, and for whom. */
#include "diff.h"
#include "answer.h"

/* Another account is an account that was not had before, and one that is not had any more. */
bool tool_diff_fails_on(const struct tool_options *options, enum certmap_diff_effect_kind kind) {
    switch (options->diff.fail_on) {
    case TOOL_FAIL_ON_ANY:
        return true;
    case TOOL_FAIL_ON_GAIN:
        return kind == CERTMAP_DIFF_GAIN || kind == CERTMAP_DIFF_OTHER;
    case TOOL_FAIL_ON_LOSE:
        return kind == CERTMAP_DIFF_LOSE || kind == CERTMAP_DIFF_OTHER;
    case TOOL_FAIL_ON_NONE:
        return false;
    }
    return true;
}

/* What is not decided may be an effect of any kind. */
static enum tool_exit exit_status(const struct tool_diff *diff) {
    bool fails = diff->undecided > 0 && diff->options->diff.fail_on != TOOL_FAIL_ON_NONE;
    for (enum certmap_diff_effect_kind kind = CERTMAP_DIFF_GAIN; kind <= CERTMAP_DIFF_LEFT; kind++)
        fails = fails || (diff->effects[kind] > 0 && tool_diff_fails_on(diff->options, kind));
    return tool_exit_worst(diff->status, fails ? TOOL_DIAGNOSTICS : TOOL_OK);
}

static bool load(struct tool_diff *diff, struct tool_rules *rules, const char *path) {
    struct tool_options options = *diff->options;
    options.rules = path;
    const bool loaded = tool_rules_load(rules, &options);
    if (loaded)
        tool_answer_print_hints(&diff->err, rules);
    else
        tool_rules_print(rules, &diff->err);
    return loaded;
}

enum tool_exit tool_diff(const struct tool_options *options) {
    struct tool_diff diff = {.options = options, .status = TOOL_FAILED};
    diff.out = tool_stream_open(stdout, options->color);
    diff.err = tool_stream_open(stderr, options->color);
    const bool has_before = load(&diff, &diff.before, options->rules);
    if (load(&diff, &diff.after, options->diff.after) && has_before &&
        tool_rules_have_site(options, &diff.before, &diff.after, &diff.err)) {
        diff.status = TOOL_OK;
        if (options->operand_count > 0)
            tool_diff_corpus(&diff);
        else
            tool_diff_rules(&diff);
    }
    tool_rules_free(&diff.before);
    tool_rules_free(&diff.after);
    tool_stream_close(&diff.out);
    tool_stream_close(&diff.err);
    return exit_status(&diff);
}
