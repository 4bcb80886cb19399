/* SPDX-License-Identifier: MIT */
/* What both forms of show share. */
#ifndef TOOL_SHOW_H
#define TOOL_SHOW_H

#include "client.h"
#include "style.h"

/* The index-th value of a field. An error of the library is LIMIT or MEMORY; *value then has no text, and says
 * VALUE_TOO_LONG for the former. */
void tool_show_value(const struct tool_client *client, struct certmap_value *value, enum certmap_field field,
                     size_t index);

/* Prints the certificate as rule elements of IIS. */
void tool_show_iis(struct tool_stream *out, const struct tool_client *client);

#endif
