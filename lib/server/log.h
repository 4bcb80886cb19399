/* SPDX-License-Identifier: MIT */
/* Lines for the server's log. */
#ifndef CM_SERVER_LOG_H
#define CM_SERVER_LOG_H

#include "certmap/server.h"

struct cm_server_log {
    certmap_service_log_fn *fn; /* NULL: nothing is said */
    void *ctx;
    const struct certmap_allocator *allocator;
};

/* One line: the path of a file, or NULL, escaped; then so many texts in a row, which are fit for a log. */
void cm_server_log(const struct cm_server_log *log, enum certmap_severity severity, const char *file,
                   const char *const *texts, size_t count);
/* What is wrong with a file: "site.rules:3:8: error: ... [unknown-field]". */
void cm_server_log_diagnostic(const struct cm_server_log *log, enum certmap_severity severity, const char *file,
                              const struct certmap_diagnostic *diagnostic);

#endif
