/* SPDX-License-Identifier: MIT */
/* Filling a struct certmap_diagnostic. */
#ifndef CM_BASE_ERROR_H
#define CM_BASE_ERROR_H

#include "base/quote.h"
#include "certmap/build.h"

#if defined(__MINGW32__)
#define CM_PRINTF(index, first) __attribute__((format(gnu_printf, index, first)))
#elif defined(__GNUC__)
#define CM_PRINTF(index, first) __attribute__((format(printf, index, first)))
#else
#define CM_PRINTF(index, first)
#endif

/* Overwrites *err (which may be NULL) with an error without a position; returns status. What the
 * format quotes must have gone through cm_quote. */
enum certmap_status cm_error(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                             const char *format, ...) CM_PRINTF(4, 5);
/* The same at a byte of DER. */
enum certmap_status cm_error_at(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                size_t offset, const char *format, ...) CM_PRINTF(5, 6);
/* Sets the position of an error that has been filled. */
void cm_error_place(struct certmap_diagnostic *err, struct certmap_position position);

/* The commonest ones. */
enum certmap_status cm_error_memory(struct certmap_diagnostic *err);
enum certmap_status cm_error_argument(struct certmap_diagnostic *err, const char *what);

#endif
