/* SPDX-License-Identifier: MIT */
/* The command that was meant, where what was given shows it. */
#ifndef TOOL_ADVICE_H
#define TOOL_ADVICE_H

#include "options.h"
#include "text.h"

/* --rules is missing: adds "; did you mean: certmap VERB --rules FILE ...", with the operand that holds rules. */
void tool_advice_rules(struct tool_text *text, const struct tool_options *options);

/* Whether a file holds rules or an IIS configuration. Standard input is not read. */
bool tool_advice_is_rules(const char *path);

#endif
