/* SPDX-License-Identifier: MIT */
/* Memory and errors of libcertmap-server. */
#ifndef CM_SERVER_MEMORY_H
#define CM_SERVER_MEMORY_H

#include "certmap/build.h"

/* A copy of the caller's allocator, or malloc, realloc and free for NULL. False: it cannot be used. */
bool cm_server_allocator(struct certmap_allocator *copy, const struct certmap_allocator *given);
/* Zeroed; NULL when there is none. count is not 0. */
void *cm_server_new(const struct certmap_allocator *allocator, size_t count, size_t size);
/* A copy of a C string; NULL when there is no memory. */
char *cm_server_copy(const struct certmap_allocator *allocator, const char *text);
/* p may be NULL. */
void cm_server_release(const struct certmap_allocator *allocator, void *p);

/* Writes an error, the text as by printf, and returns its status. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
enum certmap_status
cm_server_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code, const char *format,
               ...);
enum certmap_status cm_server_no_memory(struct certmap_diagnostic *err);
enum certmap_status cm_server_argument(struct certmap_diagnostic *err, const char *text);

#endif
