/* SPDX-License-Identifier: MIT */
/* JSON out, one object a line. */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include "text.h"
#include <jansson.h>

/* A string; what is not UTF-8 becomes U+FFFD. null where data is NULL. */
json_t *tool_json_text(struct certmap_view text);
/* A string, or null for NULL. */
json_t *tool_json_string(const char *string);
/* A number, or null for 0. */
json_t *tool_json_position(size_t number);
/* Adds a member to an object, which takes value over. */
void tool_json_set(json_t *object, const char *key, json_t *value);
/* Adds value to an array, which takes it over. */
void tool_json_append(json_t *array, json_t *value);
/* Objects and arrays that are never NULL. */
json_t *tool_json_object(void);
json_t *tool_json_array(void);

/* Writes a value, compact and without a newline. Characters that a terminal must not get are \u
 * escapes, also where JSON does not ask for it. Takes value over. */
void tool_json_add(struct tool_text *text, json_t *value);
/* Writes a value and a newline to standard output. Takes value over. */
void tool_json_print(json_t *value);

#endif
