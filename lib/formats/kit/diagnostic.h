/* SPDX-License-Identifier: MIT */
/* What an importer has to say about a file. Diagnostics are kept until the end, in the order of the file, and then
 * reported: much is known only when the file has been read, and a reader of the list should not notice. */
#ifndef CM_FORMATS_KIT_DIAGNOSTIC_H
#define CM_FORMATS_KIT_DIAGNOSTIC_H

#include "certmap/certmap.h"
#include "certmap/limits.h"

#if defined(__MINGW32__)
#define CM_KIT_PRINTF(text, first) __attribute__((format(gnu_printf, text, first)))
#elif defined(__GNUC__)
#define CM_KIT_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define CM_KIT_PRINTF(text, first)
#endif

/* Where an element is. CERTMAP_MAX_RULES_SIZE keeps every number below 2^31. */
struct cm_kit_position {
    uint32_t line;   /* from 1; 0: nowhere */
    uint32_t column; /* from 1, in code points */
    uint32_t offset; /* in bytes, from 0 */
    uint32_t length; /* bytes of its start tag, 0: not known */
};

/* The first CERTMAP_MAX_DIAGNOSTICS by offset. When they are full, an error takes the place of a warning
 * or note, and a warning that of a note. */
struct cm_kit_diagnostics {
    size_t count;
    size_t errors; /* found, also those that had no place */
    struct cm_kit_diagnostic {
        enum certmap_severity severity;
        struct certmap_diagnostic error;
    } items[CERTMAP_MAX_DIAGNOSTICS];
};

/* Adds a diagnostic whose status, code, text and position are filled. */
void cm_kit_diagnostics_add(struct cm_kit_diagnostics *diagnostics, enum certmap_severity severity,
                            const struct certmap_diagnostic *error);
/* Adds one with a text of its own; what the format quotes must have gone through cm_kit_quote. */
void cm_kit_report(struct cm_kit_diagnostics *diagnostics, enum certmap_severity severity, enum certmap_code code,
                   struct cm_kit_position place, const char *format, ...) CM_KIT_PRINTF(5, 6);
/* Whether there are as many errors as will be reported, so that looking for more is of no use. */
bool cm_kit_diagnostics_full(const struct cm_kit_diagnostics *diagnostics);
/* Reports them all, diagnostic may be NULL; the status of the first error, which goes to err, or OK. file: what the caller calls
 * the text, or NULL. */
enum certmap_status cm_kit_diagnostics_report(const struct cm_kit_diagnostics *diagnostics,
                                              certmap_diagnostic_fn *diagnostic, void *ctx, const char *file,
                                              struct certmap_diagnostic *err);

/* Fills an error; vsnprintf's text is cut at a character. err may be NULL. Returns status. */
enum certmap_status cm_kit_error(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                 const char *format, ...) CM_KIT_PRINTF(4, 5);
void cm_kit_error_place(struct certmap_diagnostic *err, struct cm_kit_position place);

/* A piece of the file made safe to be in a text: escaped, in quotes, cut with "..." where long. */
struct cm_kit_quoted {
    char text[64];
};
struct cm_kit_quoted cm_kit_quote(struct certmap_view view);
/* The same of a text that ends in NUL. */
struct cm_kit_quoted cm_kit_quote_string(const char *string);

#endif
