/* SPDX-License-Identifier: MIT */
#include "file_out.h"
#include "folder.h"
#include "input.h"
#include "platform.h"
#include "text.h"
#include <errno.h>
#include <string.h>

size_t tool_file_folder(const char *path) {
    return tool_platform_folder(path);
}

static bool complain(const char *path, const char *why) {
    struct tool_text line = {NULL, 0, 0};
    tool_text_string(&line, "certmap: ");
    tool_text_safe(&line, tool_view(path));
    tool_text_format(&line, ": %s\n", why);
    tool_text_flush(&line, stderr);
    tool_text_free(&line);
    return false;
}

static bool cannot_write(const char *path, int number) {
    char why[TOOL_FORMAT_MAX + 1];
    (void)snprintf(why, sizeof why, "cannot write: %s", number == 0 ? "unknown error" : strerror(number));
    return complain(path, why);
}

/* A file could take the name of an empty folder on some systems. */
bool tool_file_write(const char *path, struct certmap_view content) {
    if (tool_folder_is(path))
        return cannot_write(path, EISDIR);
    errno = 0;
    return tool_platform_replace(path, content.data, content.len) || cannot_write(path, errno);
}

/* Whether a file begins so. false also where it is none; *missing says that. */
static bool begins_with(const char *path, const char *head, bool *missing) {
    char piece[64];
    const size_t len = strlen(head);
    errno = 0;
    FILE *file = tool_platform_open(path);
    *missing = file == NULL && (errno == ENOENT || errno == ENOTDIR);
    if (file == NULL)
        return false;
    const bool same = fread(piece, 1, len, file) == len && memcmp(piece, head, len) == 0;
    (void)fclose(file);
    return same;
}

bool tool_file_write_own(const char *path, struct certmap_view content, const char *head) {
    bool missing;
    if (begins_with(path, head, &missing))
        return tool_file_write(path, content);
    if (!missing)
        return complain(path, "is not overwritten: certmap lint did not write it");
    return tool_file_write(path, content);
}

bool tool_file_write_page(const char *path, struct certmap_view content) {
    bool missing;
    if (tool_platform_size(path) > 0 && !begins_with(path, TOOL_PAGE_HEAD, &missing))
        return complain(path, "is not overwritten: certmap report did not write it");
    return tool_file_write(path, content);
}
