/* SPDX-License-Identifier: MIT */
/* The certmap command: what its verbs share. It is a client of the public API, like any other. */
#ifndef TOOL_H
#define TOOL_H

#include "options.h"

/* Exit statuses. They are ordered: of several, the largest counts. */
enum tool_exit {
    TOOL_OK = 0,
    TOOL_DIAGNOSTICS = 1, /* match: not all allowed; check: warnings; diff: differences */
    TOOL_FAILED = 2       /* usage, rules, a certificate that cannot be read, output */
};

static inline enum tool_exit tool_exit_worst(enum tool_exit a, enum tool_exit b) {
    return a > b ? a : b;
}

/* The verbs. Each writes its answer to standard output and reports errors itself. */
enum tool_exit tool_match(const struct tool_options *options);
enum tool_exit tool_explain(const struct tool_options *options);
enum tool_exit tool_show(const struct tool_options *options);
enum tool_exit tool_check(const struct tool_options *options);
enum tool_exit tool_lint(const struct tool_options *options);
enum tool_exit tool_report(const struct tool_options *options);
enum tool_exit tool_suggest(const struct tool_options *options);
enum tool_exit tool_diff(const struct tool_options *options);
enum tool_exit tool_convert(const struct tool_options *options);
enum tool_exit tool_name(const struct tool_options *options);
enum tool_exit tool_completion(const struct tool_options *options);

#endif
