/* SPDX-License-Identifier: MIT */
#include "log.h"
#include "text.h"

static void say(const struct cm_server_log *log, enum certmap_severity severity, struct cm_server_text *line) {
    cm_server_text_char(line, '\0');
    log->fn(log->ctx, severity, line->failed ? "out of memory for a line of the log" : line->data);
    cm_server_text_free(line);
}

void cm_server_log(const struct cm_server_log *log, enum certmap_severity severity, const char *file,
                   const char *const *texts, size_t count) {
    struct cm_server_text line = {.allocator = log->allocator};
    if (log->fn == NULL)
        return;
    if (file != NULL)
        cm_server_text_escaped(&line, certmap_view_of(file), false);
    for (size_t i = 0; i < count; i++)
        cm_server_text_string(&line, texts[i]);
    say(log, severity, &line);
}

void cm_server_log_diagnostic(const struct cm_server_log *log, enum certmap_severity severity, const char *file,
                              const struct certmap_diagnostic *diagnostic) {
    struct cm_server_text line = {.allocator = log->allocator};
    struct certmap_diagnostic named = *diagnostic;
    if (log->fn == NULL)
        return;
    named.file = file;
    named.severity = severity;
    cm_server_text_diagnostic(&line, &named);
    say(log, severity, &line);
}
