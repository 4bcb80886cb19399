/* SPDX-License-Identifier: MIT */
/* certmap suggest: the forms in which a suggestion is written. */
#ifndef TOOL_SUGGEST_H
#define TOOL_SUGGEST_H

#include "certmap/suggest.h"
#include "rules.h"

/* The account where none was given: nobody has it. */
#define TOOL_SUGGEST_ACCOUNT "write-the-account-here"

struct tool_suggestion {
    const struct tool_options *options;
    const struct tool_rules *rules;         /* of --rules; NULL: none */
    struct certmap_suggest_result result;   /* zero after an error */
    const struct certmap_diagnostic *error; /* why there is no rule, or NULL */
};

/* A rule file: the rule, and what is to be said of it as comments. */
void tool_suggest_print_text(const struct tool_suggestion *suggestion);
/* An object, also of an error. */
void tool_suggest_print_json(const struct tool_suggestion *suggestion);
/* What is to be done about an error, or NULL. */
const char *tool_suggest_help(enum certmap_code code);

#endif
