/* SPDX-License-Identifier: MIT */
/* A certificate that shows a finding: for people, and as a file. */
#ifndef TOOL_WITNESS_H
#define TOOL_WITNESS_H

#include "finding.h"
#include "tool.h"

/* The field of a value as rules write it: issuer.CN, san.dns. */
void tool_witness_field(struct tool_text *text, const struct certmap_lint_value *value);
/* "readable", "unreadable" or "unknown". */
const char *tool_witness_state(enum certmap_lint_state state);
/* The values, a line for each field, each line after this many blanks and before a line end. */
void tool_witness_values(struct tool_text *text, const struct certmap_lint_witness *witness, size_t blanks);
/* What the rules answer: allow portal (mapping "sales"). */
void tool_witness_answer(struct tool_text *text, const struct certmap_lint_witness *witness,
                         const struct certmap_rules *rules);
/* Base64 of it, in lines of this many characters; 0: in one, without a line end. */
void tool_witness_base64(struct tool_text *text, struct certmap_view der, size_t width);

/* Writes the certificates of the findings that are shown to a folder, as CODE-LINE.pem. What another program wrote is
 * not overwritten. false: the mistake is on standard error. */
bool tool_witness_write(const struct tool_findings *findings, const char *folder, enum certmap_severity level);

#endif
