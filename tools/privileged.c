/* SPDX-License-Identifier: MIT */
#include "privileged.h"
#include "style.h"
#include <stdlib.h>
#include <string.h>

/* Names of accounts, one a line. Longer files are no lists that somebody made. */
#define MAX_PRIVILEGED_FILE 1048576

static struct certmap_view take_line(struct certmap_view *text) {
    const uint8_t *end = memchr(text->data, '\n', text->len);
    const size_t len = end == NULL ? text->len : (size_t)(end - text->data);
    struct certmap_view line = {text->data, len};
    const size_t taken = end == NULL ? len : len + 1;
    *text = (struct certmap_view){text->data + taken, text->len - taken};
    while (line.len > 0 && strchr(" \t\r", line.data[line.len - 1]) != NULL)
        line.len--;
    while (line.len > 0 && (*line.data == ' ' || *line.data == '\t'))
        line = (struct certmap_view){line.data + 1, line.len - 1};
    return line;
}

/* A line that is empty, or begins with #, names nobody. */
static void read_names(struct tool_privileged *privileged) {
    struct certmap_view text = tool_input_view(&privileged->input);
    privileged->names = tool_alloc((text.len + 1) * sizeof *privileged->names);
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        text = (struct certmap_view){text.data + 3, text.len - 3};
    while (text.len > 0) {
        const struct certmap_view line = take_line(&text);
        if (line.len > 0 && *line.data != '#')
            privileged->names[privileged->count++] = line;
    }
}

static bool complain(const char *path, const char *text) {
    struct tool_stream errors = tool_stream_open(stderr, TOOL_WHEN_NEVER);
    tool_complain(&errors, path, tool_view(text));
    tool_stream_close(&errors);
    return false;
}

bool tool_privileged_read(struct tool_privileged *privileged, const char *path) {
    struct certmap_diagnostic err;
    if (path == NULL)
        return true;
    if (tool_input_read(&privileged->input, path, MAX_PRIVILEGED_FILE, &err) != CERTMAP_OK)
        return complain(path, err.text);
    read_names(privileged);
    return true;
}

void tool_privileged_free(struct tool_privileged *privileged) {
    free(privileged->names);
    tool_input_free(&privileged->input);
}
