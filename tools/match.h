/* SPDX-License-Identifier: MIT */
/* certmap match: what its parts share. */
#ifndef TOOL_MATCH_H
#define TOOL_MATCH_H

#include "rules.h"
#include "tool.h"

/* Answers for the corpus of the command line. */
enum tool_exit tool_match_corpus(const struct tool_options *options, const struct tool_rules *rules);

#endif
