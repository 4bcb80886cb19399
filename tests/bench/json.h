/* SPDX-License-Identifier: MIT */
/* JSON, written as it comes. */
#ifndef B_JSON_H
#define B_JSON_H

#include "stats.h"
#include <stdio.h>

struct b_json {
    FILE *out;
    unsigned depth;
    int first; /* nothing is in the open object or array yet */
};

struct b_json b_json_to(FILE *out);
/* key is NULL inside an array, and for the outermost. */
void b_json_object(struct b_json *json, const char *key);
void b_json_object_end(struct b_json *json);
void b_json_array(struct b_json *json, const char *key);
void b_json_array_end(struct b_json *json);
void b_json_text(struct b_json *json, const char *key, const char *text);
/* null if it is not finite. */
void b_json_number(struct b_json *json, const char *key, double number);
/* An object of the five numbers. */
void b_json_stats(struct b_json *json, const char *key, const struct b_stats *stats);

#endif
