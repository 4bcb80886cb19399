/* SPDX-License-Identifier: MIT */
/* certmap name: a Name as people paste it, in the form that rules take. */
#include "finding.h"
#include "json.h"
#include "tool.h"
#include <stdlib.h>
#include <string.h>

struct name {
    const char *given; /* the argument */
    struct certmap_view text;
    enum certmap_dialect dialect;
    bool guessed;
    struct tool_text rfc4514; /* data NULL after an error */
    struct certmap_error err;
};

static struct certmap_view skip(struct certmap_view text, size_t len) {
    return (struct certmap_view){text.data + len, text.len - len};
}

/* Passes over white space, and what openssl prints before a Name and people copy with it. */
static struct certmap_view skip_label(struct certmap_view text) {
    static const char *const labels[] = {"subject=", "issuer=", "subject:", "issuer:"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        const struct certmap_view label = tool_view(labels[i]);
        if (text.len >= label.len && certmap_text_same((struct certmap_view){text.data, label.len}, label))
            text = skip(text, label.len);
    }
    while (text.len > 0 && memchr(" \t\r\n", text.data[0], 4) != NULL)
        text = skip(text, 1);
    return text;
}

static enum certmap_dialect dialect_named(const char *name) {
    enum certmap_dialect dialect = CERTMAP_DIALECT_RFC4514;
    while (strcmp(certmap_dialect_name(dialect), name) != 0)
        dialect++;
    return dialect;
}

static bool read_name(struct name *name, const struct tool_options *options, const char *given) {
    size_t len = 0;
    *name = (struct name){.given = given, .text = skip_label(tool_view(given)), .guessed = options->dialect == NULL};
    name->dialect = name->guessed ? certmap_dialect_guess(name->text) : dialect_named(options->dialect);
    enum certmap_status status = certmap_name_from_dialect(NULL, 0, &len, name->text, name->dialect, &name->err);
    if (status != CERTMAP_ERROR_BUFFER)
        return false;
    uint8_t *der = tool_alloc(len);
    (void)certmap_name_from_dialect(der, len, &len, name->text, name->dialect, NULL);
    tool_text_string(&name->rfc4514, "");
    tool_text_name(&name->rfc4514, (struct certmap_view){der, len});
    free(der);
    return true;
}

/* ---- For people ---- */

static void add_dialect(struct tool_text *text, const struct name *name) {
    const bool root_first = name->dialect == CERTMAP_DIALECT_OPENSSL || name->dialect == CERTMAP_DIALECT_SLASHES;
    tool_text_format(text, "%s %s, in which the root is %s", name->guessed ? "taken for" : "read as",
                     certmap_dialect_name(name->dialect), root_first ? "first" : "last");
}

static void print_name(struct tool_stream *out, const struct name *name) {
    tool_style_begin(out, TOOL_STYLE_DIM);
    tool_text_string(&out->line, "# ");
    add_dialect(&out->line, name);
    tool_style_end(out);
    tool_stream_end_line(out);
    tool_text_literal(&out->line, tool_text_view(&name->rfc4514));
    tool_stream_end_line(out);
}

static void print_error(struct tool_stream *err, const struct name *name) {
    const struct tool_finding finding = {CERTMAP_SEVERITY_ERROR, name->err};
    struct tool_text what = {NULL, 0, 0};
    tool_text_string(&what, "the Name is ");
    add_dialect(&what, name);
    tool_complain(err, NULL, tool_text_view(&what));
    tool_finding_print(err, "name", name->text, &finding);
    tool_text_free(&what);
}

/* ---- For programs ---- */

static void print_json(const struct name *name, bool ok) {
    json_t *object = tool_json_object(), *error = tool_json_object();
    tool_json_set(object, "name", tool_json_string(name->given));
    tool_json_set(object, "dialect", tool_json_string(certmap_dialect_name(name->dialect)));
    tool_json_set(object, "guessed", json_boolean(name->guessed));
    tool_json_set(object, "rfc4514", tool_json_text(tool_text_view(&name->rfc4514)));
    tool_json_set(error, "code", tool_json_string(certmap_code_name(name->err.code)));
    tool_json_set(error, "message", tool_json_string(name->err.text));
    tool_json_set(error, "column", tool_json_position(name->err.column));
    tool_json_set(object, "error", ok ? json_null() : json_incref(error));
    json_decref(error);
    tool_json_print(object);
}

/* ---- The verb ---- */

enum tool_exit tool_name(const struct tool_options *options) {
    struct tool_stream out = tool_stream_open(stdout, options->color), err = tool_stream_open(stderr, options->color);
    enum tool_exit status = TOOL_OK;
    for (size_t i = 0; i < options->operand_count; i++) {
        struct name name;
        const bool ok = read_name(&name, options, options->operands[i]);
        if (options->json)
            print_json(&name, ok);
        else if (ok)
            print_name(&out, &name);
        else
            print_error(&err, &name);
        status = tool_exit_worst(status, ok ? TOOL_OK : TOOL_FAILED);
        tool_text_free(&name.rfc4514);
    }
    tool_stream_close(&out);
    tool_stream_close(&err);
    return status;
}
