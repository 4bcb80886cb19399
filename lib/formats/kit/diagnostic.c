/* SPDX-License-Identifier: MIT */
#include "diagnostic.h"
#include "certmap/names.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

/* Where a character was cut in two at the end, its half goes too. */
static void trim(char *text) {
    size_t len = strlen(text), start = len;
    while (start > 0 && len - start < 3 && ((uint8_t)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    uint8_t lead = (uint8_t)text[start - 1];
    size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - start + 1 < want)
        text[start - 1] = 0;
}

CM_KIT_PRINTF(4, 0)
static void fill(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code, const char *format,
                 va_list args) {
    *err = (struct certmap_diagnostic){.status = status, .code = code};
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    trim(err->text);
}

enum certmap_status cm_kit_error(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                 const char *format, ...) {
    va_list args;
    if (err == NULL)
        return status;
    va_start(args, format);
    fill(err, status, code, format, args);
    va_end(args);
    return status;
}

void cm_kit_error_place(struct certmap_diagnostic *err, struct cm_kit_position place) {
    err->line = place.line;
    err->column = place.column;
    err->offset = place.offset;
    err->length = place.length;
}

/* ---- diagnostics ---- */

/* Makes room for one more by dropping the last of the least weight, if that weighs less. */
static bool make_room(struct cm_kit_diagnostics *diagnostics, enum certmap_severity severity) {
    size_t least = 0;
    if (diagnostics->count < CERTMAP_MAX_DIAGNOSTICS)
        return true;
    for (size_t i = 1; i < diagnostics->count; i++)
        if (diagnostics->items[i].severity >= diagnostics->items[least].severity)
            least = i;
    if (diagnostics->items[least].severity <= severity)
        return false;
    diagnostics->count--;
    memmove(&diagnostics->items[least], &diagnostics->items[least + 1],
            (diagnostics->count - least) * sizeof diagnostics->items[0]);
    return true;
}

void cm_kit_diagnostics_add(struct cm_kit_diagnostics *diagnostics, enum certmap_severity severity,
                            const struct certmap_diagnostic *error) {
    diagnostics->errors += severity == CERTMAP_SEVERITY_ERROR;
    if (!make_room(diagnostics, severity))
        return;
    size_t i = diagnostics->count++;
    for (; i > 0 && diagnostics->items[i - 1].error.offset > error->offset; i--)
        diagnostics->items[i] = diagnostics->items[i - 1];
    diagnostics->items[i] = (struct cm_kit_diagnostic){severity, *error};
}

void cm_kit_report(struct cm_kit_diagnostics *diagnostics, enum certmap_severity severity, enum certmap_code code,
                   struct cm_kit_position place, const char *format, ...) {
    struct certmap_diagnostic error;
    va_list args;
    va_start(args, format);
    fill(&error, severity == CERTMAP_SEVERITY_ERROR ? CERTMAP_ERROR_SYNTAX : CERTMAP_OK, code, format, args);
    va_end(args);
    cm_kit_error_place(&error, place);
    cm_kit_diagnostics_add(diagnostics, severity, &error);
}

bool cm_kit_diagnostics_full(const struct cm_kit_diagnostics *diagnostics) {
    return diagnostics->errors >= CERTMAP_MAX_DIAGNOSTICS;
}

enum certmap_status cm_kit_diagnostics_report(const struct cm_kit_diagnostics *diagnostics,
                                              certmap_diagnostic_fn *diagnostic, void *ctx, const char *file,
                                              struct certmap_diagnostic *err) {
    enum certmap_status status = CERTMAP_OK;
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct cm_kit_diagnostic *item = &diagnostics->items[i];
        struct certmap_diagnostic named = item->error;
        named.file = file;
        named.severity = item->severity;
        if (diagnostic != NULL)
            diagnostic(ctx, item->severity, &named);
        if (status != CERTMAP_OK || item->severity != CERTMAP_SEVERITY_ERROR)
            continue;
        status = item->error.status;
        if (err != NULL)
            *err = named;
    }
    return status;
}

/* ---- quoting ---- */

struct cm_kit_quoted cm_kit_quote(struct certmap_view view) {
    struct cm_kit_quoted quoted = {""};
    const size_t room = sizeof quoted.text - 3; /* for "..." in place of the NUL */
    struct certmap_view start = {view.data, view.len < room ? view.len : room};
    size_t len;
    /* The longest start that fits: escapes make it up to ten times as long. */
    while ((start.len > 0 && start.len < view.len && (view.data[start.len] & 0xC0) == 0x80) ||
           certmap_text_escape(quoted.text, room, &len, start, true, NULL) != CERTMAP_OK)
        start.len--;
    if (start.len < view.len)
        memcpy(quoted.text + len - 1, "...\"", 5);
    return quoted;
}

struct cm_kit_quoted cm_kit_quote_string(const char *string) {
    return cm_kit_quote((struct certmap_view){(const uint8_t *)string, strlen(string)});
}
