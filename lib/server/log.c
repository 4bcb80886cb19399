/* SPDX-License-Identifier: MIT */
#include "log.h"
#include "text.h"

/* A path may hold any byte; certmap's own texts come as they are, and are escaped already. */
static void add_clean(struct cm_server_text *line, const char *text) {
    const struct certmap_view view = certmap_view_of(text);
    for (size_t i = 0; i < view.len; i++) {
        const uint8_t c = view.data[i];
        cm_server_text_char(line, c < 0x20 || c == 0x7F ? '?' : (char)c);
    }
}

static void say(const struct cm_server_log *log, enum certmap_severity severity, struct cm_server_text *line) {
    cm_server_text_char(line, '\0');
    log->fn(log->ctx, severity, line->failed ? "out of memory for a line of the log" : line->data);
    cm_server_text_free(line);
}

void cm_server_log(const struct cm_server_log *log, enum certmap_severity severity, const char *const *texts,
                   size_t count) {
    struct cm_server_text line = {.allocator = log->allocator};
    if (log->fn == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        add_clean(&line, texts[i]);
    say(log, severity, &line);
}

void cm_server_log_diagnostic(const struct cm_server_log *log, enum certmap_severity severity, const char *file,
                              const struct certmap_diagnostic *diagnostic) {
    static const char *const names[] = {"error: ", "warning: ", "note: "};
    struct cm_server_text line = {.allocator = log->allocator};
    if (log->fn == NULL)
        return;
    add_clean(&line, file);
    if (diagnostic->line > 0) {
        cm_server_text_char(&line, ':');
        cm_server_text_number(&line, diagnostic->line);
        cm_server_text_char(&line, ':');
        cm_server_text_number(&line, diagnostic->column);
    }
    cm_server_text_string(&line, ": ");
    cm_server_text_string(&line, names[severity]);
    add_clean(&line, diagnostic->text);
    cm_server_text_string(&line, " [");
    cm_server_text_string(&line, certmap_code_name(diagnostic->code));
    cm_server_text_char(&line, ']');
    say(log, severity, &line);
}
