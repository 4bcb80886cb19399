/* SPDX-License-Identifier: MIT */
#include "certmap/diagnostic.h"
#include "base/error.h"
#include "base/excerpt.h"
#include "base/view.h"
#include "certmap/names.h"
#include <string.h>

const char *certmap_severity_name(enum certmap_severity severity) {
    switch (severity) {
    case CERTMAP_SEVERITY_ERROR:
        return "error";
    case CERTMAP_SEVERITY_WARNING:
        return "warning";
    case CERTMAP_SEVERITY_NOTE:
        return "note";
    }
    return NULL;
}

/* ---- Colours: ECMA-48, 8.3.117 ---- */

struct palette {
    const char *strong, *severities[3], *good, *end;
};

static const struct palette palettes[] = {
    [CERTMAP_DIAGNOSTIC_PLAIN] = {"", {"", "", ""}, "", ""},
    [CERTMAP_DIAGNOSTIC_ANSI] = {"\x1b[1m", {"\x1b[31m", "\x1b[33m", "\x1b[2m"}, "\x1b[32m", "\x1b[0m"},
};

/* ---- The first line ---- */

/* FILE:LINE:COLUMN, without what is not known. */
static void write_position(struct cm_out *out, const struct certmap_diagnostic *diagnostic) {
    const struct certmap_view file = certmap_view_of(diagnostic->file);
    cm_out_readable(out, file);
    if (diagnostic->line == 0)
        return;
    if (file.len > 0)
        cm_out_char(out, ':');
    cm_out_number(out, diagnostic->line);
    if (diagnostic->column > 0) {
        cm_out_char(out, ':');
        cm_out_number(out, diagnostic->column);
    }
}

static void write_code(struct cm_out *out, enum certmap_code code) {
    const char *name = certmap_code_name(code);
    if (code == CERTMAP_CODE_NONE)
        return;
    cm_out_string(out, " [");
    if (name != NULL)
        cm_out_string(out, name);
    else
        cm_out_number(out, (size_t)(unsigned)code);
    cm_out_char(out, ']');
}

/* The text ends with its member, too. */
static struct certmap_view text_of(const struct certmap_diagnostic *diagnostic) {
    const char *end = memchr(diagnostic->text, 0, sizeof diagnostic->text);
    return cm_view(diagnostic->text, end == NULL ? sizeof diagnostic->text : (size_t)(end - diagnostic->text));
}

static void write_head(struct cm_out *out, const struct certmap_diagnostic *diagnostic, const struct palette *palette) {
    if (certmap_view_of(diagnostic->file).len > 0 || diagnostic->line > 0) {
        cm_out_string(out, palette->strong);
        write_position(out, diagnostic);
        cm_out_string(out, palette->end);
        cm_out_string(out, ": ");
    }
    cm_out_string(out, palette->severities[diagnostic->severity]);
    cm_out_string(out, certmap_severity_name(diagnostic->severity));
    cm_out_string(out, palette->end);
    cm_out_string(out, ": ");
    cm_out_readable(out, text_of(diagnostic));
    write_code(out, diagnostic->code);
}

enum certmap_status certmap_diagnostic_format(char *text, size_t cap, size_t *len,
                                              const struct certmap_diagnostic *diagnostic, struct certmap_view source,
                                              enum certmap_diagnostic_style style, struct certmap_diagnostic *err) {
    if (len == NULL || (text == NULL && cap > 0) || diagnostic == NULL || !cm_view_sound(source))
        return cm_error_argument(err, "certmap_diagnostic_format: text, len, diagnostic or source is NULL");
    if (certmap_severity_name(diagnostic->severity) == NULL || (unsigned)style > CERTMAP_DIAGNOSTIC_ANSI)
        return cm_error_argument(err, "certmap_diagnostic_format: there is no such severity or style");
    const struct palette *palette = &palettes[style];
    struct cm_out out = {text, cap, 0};
    write_head(&out, diagnostic, palette);
    if (source.data != NULL && diagnostic->line > 0 && !certmap_text_is_utf16(source))
        cm_excerpt_write(&out, source, diagnostic->offset, diagnostic->length,
                         (struct cm_excerpt_style){palette->good, palette->end});
    return cm_out_finish(&out, len, err);
}
