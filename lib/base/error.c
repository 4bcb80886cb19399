/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/unicode.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* vsnprintf may have cut a character in two; the text stays UTF-8. */
static void trim_to_utf8(char *text) {
    struct certmap_view view = {(const uint8_t *)text, strlen(text)};
    text[cm_utf8_check(view)] = 0;
}

CM_PRINTF(5, 0)
static enum certmap_status fill(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                size_t offset, const char *format, va_list args) {
    if (err == NULL)
        return status;
    *err = (struct certmap_diagnostic){.status = status, .code = code, .offset = offset};
    /* Every caller has called va_start; the analyzer loses sight of it. */
    (void)vsnprintf(err->text, sizeof err->text, format, args); // NOLINT(clang-analyzer-valist.Uninitialized)
    trim_to_utf8(err->text);
    return status;
}

enum certmap_status cm_error(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                             const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(err, status, code, 0, format, args);
    va_end(args);
    return status;
}

enum certmap_status cm_error_at(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                size_t offset, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(err, status, code, offset, format, args);
    va_end(args);
    return status;
}

void cm_error_place(struct certmap_diagnostic *err, struct certmap_position position) {
    if (err == NULL)
        return;
    err->line = position.line;
    err->column = position.column;
    err->offset = position.offset;
    err->length = position.length;
}

enum certmap_status cm_error_memory(struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
}

enum certmap_status cm_error_argument(struct certmap_diagnostic *err, const char *what) {
    return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "%s", what);
}
