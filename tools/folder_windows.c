/* SPDX-License-Identifier: MIT */
#include "folder.h"
#include "text.h"
#include "wide.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

/* The entries that are reported, and what they are. */
struct entries {
    struct entry {
        char *name;
        enum tool_entry entry;
    } * items;
    size_t count, cap;
};

static void add_entry(struct entries *entries, const WIN32_FIND_DATAW *found) {
    const bool folder = (found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    const bool link = (found->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    if (wcscmp(found->cFileName, L".") == 0 || wcscmp(found->cFileName, L"..") == 0 || (folder && link))
        return;
    if (entries->count == entries->cap) {
        entries->cap = entries->cap == 0 ? 64 : entries->cap * 2;
        entries->items = realloc(entries->items, entries->cap * sizeof *entries->items);
        if (entries->items == NULL)
            tool_no_memory();
    }
    entries->items[entries->count].name = tool_wide_to_utf8(found->cFileName);
    entries->items[entries->count++].entry = folder ? TOOL_ENTRY_FOLDER : TOOL_ENTRY_FILE;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static HANDLE find_first(const char *path, WIN32_FIND_DATAW *found) {
    struct tool_text pattern = {NULL, 0, 0};
    tool_text_string(&pattern, path);
    tool_text_string(&pattern, "\\*");
    wchar_t *wide = tool_wide_from_utf8(pattern.data);
    HANDLE search = FindFirstFileW(wide, found);
    free(wide);
    tool_text_free(&pattern);
    return search;
}

bool tool_folder_list(const char *path, tool_entry_fn *fn, void *ctx) {
    struct entries entries = {NULL, 0, 0};
    WIN32_FIND_DATAW found;
    HANDLE search = find_first(path, &found);
    errno = ENOENT;
    if (search == INVALID_HANDLE_VALUE)
        return false;
    for (bool more = true; more; more = FindNextFileW(search, &found))
        add_entry(&entries, &found);
    (void)FindClose(search);
    if (entries.count > 0)
        qsort(entries.items, entries.count, sizeof *entries.items, by_name);
    for (size_t i = 0; i < entries.count; i++) {
        fn(ctx, entries.items[i].name, entries.items[i].entry);
        free(entries.items[i].name);
    }
    free(entries.items);
    return true;
}

bool tool_folder_is(const char *path) {
    wchar_t *wide = tool_wide_from_utf8(path);
    const DWORD attributes = GetFileAttributesW(wide);
    free(wide);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}
