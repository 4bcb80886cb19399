/* SPDX-License-Identifier: MIT */
/* certmap name: a Name as some program printed it, in the form that rules take. */
#include "certmap/names.h"
#include "diagnostic.h"
#include "input.h"
#include "json.h"
#include "names.h"
#include "tool.h"
#include <stdlib.h>
#include <string.h>

/* As much of standard input as is read: Names of a chain, each as large as a Name may be, would fit. */
#define MAX_INPUT_SIZE (16u << 20)

/* One Name that a text may be. */
struct reading {
    enum certmap_dialect dialect;
    struct tool_text rfc4514; /* data NULL after an error */
};

struct name {
    struct certmap_view given; /* the argument, or a part of standard input */
    struct certmap_view text;  /* without the label */
    bool guessed;
    struct reading readings[CERTMAP_DIALECT_COUNT];
    size_t count; /* 1, or more where the text may be several Names; 0 after an error */
    struct certmap_diagnostic err;
};

struct run {
    const struct tool_options *options;
    struct tool_stream out, err;
    enum tool_exit status;
};

static enum certmap_dialect dialect_named(const char *name) {
    enum certmap_dialect dialect = CERTMAP_DIALECT_RFC4514;
    while (strcmp(certmap_dialect_name(dialect), name) != 0)
        dialect++;
    return dialect;
}

/* Which dialects the text may be in, of which one was asked for. */
static void find_dialects(struct name *name, const struct tool_options *options) {
    enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT] = {CERTMAP_DIALECT_RFC4514};
    name->count = 1;
    if (options->dialect != NULL)
        dialects[0] = dialect_named(options->dialect);
    else if (certmap_dialect_find(dialects, &name->count, name->given, NULL, &name->err) == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    for (size_t i = 0; i < CERTMAP_DIALECT_COUNT; i++)
        name->readings[i].dialect = i == 0 || i < name->count ? dialects[i] : CERTMAP_DIALECT_RFC4514;
}

static bool read_in(struct name *name, struct reading *reading) {
    size_t len = 0;
    if (certmap_name_from_dialect(NULL, 0, &len, name->text, reading->dialect, &name->err) != CERTMAP_ERROR_BUFFER)
        return false;
    uint8_t *der = tool_alloc(len);
    (void)certmap_name_from_dialect(der, len, &len, name->text, reading->dialect, NULL);
    tool_text_string(&reading->rfc4514, "");
    tool_text_name(&reading->rfc4514, (struct certmap_view){der, len});
    free(der);
    return true;
}

static void read_name(struct name *name, const struct tool_options *options, struct certmap_view given) {
    *name = (struct name){.given = given, .text = certmap_name_bare(given), .guessed = options->dialect == NULL};
    find_dialects(name, options);
    const struct certmap_diagnostic found = name->err;
    for (size_t i = 0; i < name->count; i++)
        if (!read_in(name, &name->readings[i]))
            name->count = 0;
    if (name->count > 1)
        name->err = found;
}

static void free_name(struct name *name) {
    for (size_t i = 0; i < CERTMAP_DIALECT_COUNT; i++)
        tool_text_free(&name->readings[i].rfc4514);
}

/* ---- For people ---- */

static bool is_root_first(enum certmap_dialect dialect) {
    switch (dialect) {
    case CERTMAP_DIALECT_OPENSSL:
    case CERTMAP_DIALECT_SLASHES:
    case CERTMAP_DIALECT_WINDOWS_REVERSED:
    case CERTMAP_DIALECT_PLAIN:
    case CERTMAP_DIALECT_MULTILINE:
    case CERTMAP_DIALECT_SLASHES_PLAIN:
        return true;
    case CERTMAP_DIALECT_RFC4514:
    case CERTMAP_DIALECT_WINDOWS:
    case CERTMAP_DIALECT_OPENSSL_REVERSED:
    case CERTMAP_DIALECT_PLAIN_REVERSED:
    case CERTMAP_DIALECT_MULTILINE_REVERSED:
        break;
    }
    return false;
}

static void add_dialect(struct tool_text *text, const struct name *name) {
    const enum certmap_dialect dialect = name->readings[0].dialect;
    tool_text_format(text, "%s %s, in which the root is %s", name->guessed ? "taken for" : "read as",
                     certmap_dialect_name(dialect), is_root_first(dialect) ? "first" : "last");
}

static void print_name(struct tool_stream *out, const struct name *name) {
    tool_style_begin(out, TOOL_STYLE_DIM);
    tool_text_string(&out->line, "# ");
    add_dialect(&out->line, name);
    tool_style_end(out);
    tool_stream_end_line(out);
    tool_text_literal(&out->line, tool_text_view(&name->readings[0].rfc4514));
    tool_stream_end_line(out);
}

/* Every Name that the text may be, with the option that chooses it. */
static void print_readings(struct tool_stream *err, const struct name *name) {
    for (size_t i = 0; i < name->count; i++) {
        tool_text_format(&err->line, "  --dialect %-18s  ", certmap_dialect_name(name->readings[i].dialect));
        tool_text_literal(&err->line, tool_text_view(&name->readings[i].rfc4514));
        tool_stream_end_line(err);
    }
}

/* Errors about the whole text do not depend on a dialect. */
static void print_error(struct tool_stream *err, const struct name *name) {
    struct tool_text what = {NULL, 0, 0};
    if (name->err.line > 0) {
        tool_text_string(&what, "the Name is ");
        add_dialect(&what, name);
        tool_complain(err, NULL, tool_text_view(&what));
    }
    tool_diagnostic_print(err, "name", name->text, &name->err);
    print_readings(err, name);
    tool_text_free(&what);
}

/* ---- For programs ---- */

static const char *order_of(enum certmap_dialect dialect) {
    return is_root_first(dialect) ? "root-first" : "root-last";
}

static json_t *reading_json(const struct reading *reading) {
    json_t *object = tool_json_object();
    tool_json_set(object, "dialect", tool_json_string(certmap_dialect_name(reading->dialect)));
    tool_json_set(object, "order", tool_json_string(order_of(reading->dialect)));
    tool_json_set(object, "rfc4514", tool_json_text(tool_text_view(&reading->rfc4514)));
    return object;
}

static json_t *candidates_json(const struct name *name) {
    json_t *array = tool_json_array();
    for (size_t i = 0; name->count > 1 && i < name->count; i++)
        tool_json_append(array, reading_json(&name->readings[i]));
    return array;
}

static json_t *error_json(const struct certmap_diagnostic *err) {
    json_t *error = tool_json_object();
    tool_json_set(error, "code", tool_json_string(certmap_code_name(err->code)));
    tool_json_set(error, "message", tool_json_string(err->text));
    tool_json_set(error, "column", tool_json_position(err->column));
    return error;
}

static void print_json(const struct name *name) {
    const enum certmap_dialect dialect = name->readings[0].dialect;
    const bool known = name->count == 1 || (name->count == 0 && name->err.line > 0);
    const bool ok = name->count == 1;
    json_t *object = tool_json_object();
    tool_json_set(object, "name", tool_json_text(name->given));
    tool_json_set(object, "dialect", known ? tool_json_string(certmap_dialect_name(dialect)) : json_null());
    tool_json_set(object, "order", known ? tool_json_string(order_of(dialect)) : json_null());
    tool_json_set(object, "guessed", json_boolean(name->guessed));
    tool_json_set(object, "rfc4514", ok ? tool_json_text(tool_text_view(&name->readings[0].rfc4514)) : json_null());
    tool_json_set(object, "candidates", candidates_json(name));
    tool_json_set(object, "error", ok ? json_null() : error_json(&name->err));
    tool_json_print(object);
}

/* ---- The verb ---- */

static void show_name(void *ctx, struct certmap_view given) {
    struct run *run = ctx;
    struct name name;
    read_name(&name, run->options, given);
    if (run->options->json)
        print_json(&name);
    else if (name.count == 1)
        print_name(&run->out, &name);
    else
        print_error(&run->err, &name);
    run->status = tool_exit_worst(run->status, name.count == 1 ? TOOL_OK : TOOL_FAILED);
    free_name(&name);
}

static void show_input(struct run *run) {
    struct tool_input input = {NULL, 0, 0};
    struct certmap_diagnostic err;
    if (tool_input_read(&input, "-", MAX_INPUT_SIZE, &err) == CERTMAP_OK) {
        tool_names_each(tool_input_view(&input), show_name, run);
    } else {
        tool_complain(&run->err, "-", tool_view(err.text));
        run->status = TOOL_FAILED;
    }
    tool_input_free(&input);
}

enum tool_exit tool_name(const struct tool_options *options) {
    struct run run = {.options = options, .status = TOOL_OK};
    run.out = tool_stream_open(stdout, options->color);
    run.err = tool_stream_open(stderr, options->color);
    for (size_t i = 0; i < options->operand_count; i++)
        if (strcmp(options->operands[i], "-") == 0)
            show_input(&run);
        else
            show_name(&run, tool_view(options->operands[i]));
    tool_stream_close(&run.out);
    tool_stream_close(&run.err);
    return run.status;
}
