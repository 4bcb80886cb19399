/* SPDX-License-Identifier: MIT */
#include "json.h"
#include <float.h>

struct b_json b_json_to(FILE *out) {
    return (struct b_json){out, 0, 1};
}

static void put_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04X", (unsigned)c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void new_line(struct b_json *json) {
    fputc('\n', json->out);
    for (unsigned i = 0; i < json->depth; i++)
        fputs("  ", json->out);
}

static void begin(struct b_json *json, const char *key) {
    if (json->depth > 0) {
        if (!json->first)
            fputc(',', json->out);
        new_line(json);
    }
    json->first = 0;
    if (key != NULL) {
        put_string(json->out, key);
        fputs(": ", json->out);
    }
}

static void open_with(struct b_json *json, const char *key, char bracket) {
    begin(json, key);
    fputc(bracket, json->out);
    json->depth++;
    json->first = 1;
}

static void close_with(struct b_json *json, char bracket) {
    const int empty = json->first;
    json->depth--;
    json->first = 0;
    if (!empty)
        new_line(json);
    fputc(bracket, json->out);
    if (json->depth == 0)
        fputc('\n', json->out);
}

void b_json_object(struct b_json *json, const char *key) {
    open_with(json, key, '{');
}

void b_json_object_end(struct b_json *json) {
    close_with(json, '}');
}

void b_json_array(struct b_json *json, const char *key) {
    open_with(json, key, '[');
}

void b_json_array_end(struct b_json *json) {
    close_with(json, ']');
}

void b_json_text(struct b_json *json, const char *key, const char *text) {
    begin(json, key);
    put_string(json->out, text);
}

void b_json_number(struct b_json *json, const char *key, double number) {
    begin(json, key);
    if (number >= -DBL_MAX && number <= DBL_MAX) // neither NaN nor an infinity
        fprintf(json->out, "%.9g", number);
    else
        fputs("null", json->out);
}

void b_json_stats(struct b_json *json, const char *key, const struct b_stats *stats) {
    b_json_object(json, key);
    b_json_number(json, "median", stats->median);
    b_json_number(json, "low", stats->low);
    b_json_number(json, "high", stats->high);
    b_json_number(json, "min", stats->min);
    b_json_number(json, "max", stats->max);
    b_json_object_end(json);
}
