/* SPDX-License-Identifier: MIT */
#include "folder.h"
#include "text.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Whether an entry is reported, and what it is. A link to a file counts as a file. */
static bool entry_of(const char *folder, const char *name, enum tool_entry *entry) {
    struct tool_text path = {NULL, 0, 0};
    struct stat link, file;
    tool_text_string(&path, folder);
    tool_text_string(&path, "/");
    tool_text_string(&path, name);
    const bool found = lstat(path.data, &link) == 0 && stat(path.data, &file) == 0;
    tool_text_free(&path);
    *entry = found && S_ISDIR(link.st_mode) ? TOOL_ENTRY_FOLDER : TOOL_ENTRY_FILE;
    return found && (S_ISDIR(link.st_mode) || S_ISREG(file.st_mode));
}

static void add_name(char ***names, size_t *count, const char *name) {
    const size_t len = strlen(name) + 1;
    char **grown =
        (*count & (*count - 1)) == 0 ? realloc(*names, (*count == 0 ? 1 : *count * 2) * sizeof *grown) : *names;
    if (grown == NULL)
        tool_no_memory();
    *names = grown;
    grown[*count] = tool_alloc(len);
    memcpy(grown[(*count)++], name, len);
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dots(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool tool_folder_list(const char *path, tool_entry_fn *fn, void *ctx) {
    DIR *folder = opendir(path);
    char **names = NULL;
    size_t count = 0;
    if (folder == NULL)
        return false;
    errno = 0;
    for (const struct dirent *found; (found = readdir(folder)) != NULL; errno = 0)
        if (!is_dots(found->d_name))
            add_name(&names, &count, found->d_name);
    const int error = errno;
    (void)closedir(folder);
    if (count > 0)
        qsort(names, count, sizeof *names, by_bytes);
    for (size_t i = 0; i < count; i++) {
        enum tool_entry entry;
        if (error == 0 && entry_of(path, names[i], &entry))
            fn(ctx, names[i], entry);
        free(names[i]);
    }
    free(names);
    errno = error;
    return error == 0;
}

bool tool_folder_is(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}
