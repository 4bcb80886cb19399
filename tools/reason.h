/* SPDX-License-Identifier: MIT */
/* Why an answer is what it is, in words. */
#ifndef TOOL_REASON_H
#define TOOL_REASON_H

#include "certmap/explain.h"
#include "rules.h"

/* Adds `mapping "NAME"`, or what one without a name is. */
void tool_reason_mapping(struct tool_text *text, struct certmap_view name);
/* A condition can be as long as a rule file; a message shows this many bytes of it. */
#define TOOL_CONDITION_SHOWN 200
/* Adds a condition of an explanation, cut after `most` bytes; of one on the whole certificate how many bytes that has,
 * whose it is, and its SHA-256. */
void tool_reason_condition(struct tool_text *text, const struct certmap_rules *rules,
                           const struct certmap_explain_item *item, size_t most);
/* Adds why a result with a reason is what it is: which condition is unknown and why, which text cannot be built,
 * what is ambiguous. What was built for the result is invalid afterwards. */
void tool_reason_add(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                     const struct certmap_result *result);

/* Whether an item is an attribute that a mapping gives. */
bool tool_reason_is_attribute(const struct certmap_explain_item *item);

#endif
