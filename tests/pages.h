/* SPDX-License-Identifier: MIT */
/* Reading the pages of the documentation in tests: README.md and docs/?*.md, and what is in them between
 * lines of ```. */
#ifndef T_PAGES_H
#define T_PAGES_H

#include "support/der.h"
#include "support/run.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* The whole file, with a NUL after its end. Also called before tests run, where nothing can be asserted. */
static inline void t_read_file(struct t_buf *buf, const char *path) {
    char piece[65536];
    size_t len;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        t_bytes(buf, piece, len);
    fclose(file);
    t_bytes(buf, "", 1);
    buf->len--;
}

static inline const char *t_next_line(const char *line) {
    const size_t len = strcspn(line, "\n");
    return line + len + (line[len] == '\n');
}

static inline bool t_ends_with(const char *string, const char *end) {
    const size_t len = strlen(string), end_len = strlen(end);
    return len >= end_len && strcmp(string + len - end_len, end) == 0;
}

/* ---- the files of a folder ---- */

enum { T_MAX_FILES = 256 };

struct t_files {
    char names[T_MAX_FILES][64];
    int count;
};

static inline int t_by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

/* The files of a folder whose names end so, sorted; none that begins with a dot, as the folder itself does. */
static inline void t_list(struct t_files *files, const char *folder, const char *end) {
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    files->count = 0;
    while (dir != NULL && (entry = readdir(dir)) != NULL && files->count < T_MAX_FILES)
        if (entry->d_name[0] != '.' && t_ends_with(entry->d_name, end) &&
            strlen(entry->d_name) < sizeof files->names[0])
            memcpy(files->names[files->count++], entry->d_name, strlen(entry->d_name) + 1);
    if (dir != NULL)
        closedir(dir);
    qsort(files->names, (size_t)files->count, sizeof files->names[0], t_by_name);
}

/* ---- blocks ---- */

enum { T_MAX_BLOCKS = 256 };

/* What is between two lines of ```. */
struct t_block {
    char page[80];
    int line; /* of its first line */
    struct certmap_view text;
};

struct t_blocks {
    struct t_block items[T_MAX_BLOCKS];
    int count;
};

static inline void t_add_block(struct t_blocks *blocks, const char *page, int line, const char *text, const char *end) {
    struct t_block *block = &blocks->items[blocks->count++];
    if (blocks->count == T_MAX_BLOCKS)
        exit(EXIT_FAILURE);
    snprintf(block->page, sizeof block->page, "%s", page);
    block->line = line;
    block->text = (struct certmap_view){(const uint8_t *)text, (size_t)(end - text)};
}

/* Adds the blocks of a page whose first line is ``` and this language; the text must stay. */
static inline void t_page_blocks(struct t_blocks *blocks, const char *page, const char *text, const char *language) {
    const char *begin = NULL;
    bool wanted = false;
    int line = 1, first = 0;
    for (; *text != 0; text = t_next_line(text), line++) {
        if (strncmp(text, "```", 3) != 0)
            continue;
        if (begin == NULL) {
            const size_t len = strcspn(text + 3, "\n");
            wanted = len == strlen(language) && memcmp(text + 3, language, len) == 0;
            begin = t_next_line(text);
            first = line + 1;
        } else {
            if (wanted)
                t_add_block(blocks, page, first, begin, text);
            begin = NULL;
        }
    }
}

/* README.md and the pages of docs. */
struct t_pages {
    struct t_files files;
    struct t_buf texts[T_MAX_FILES + 1];
};

/* README.md comes after the others. */
static inline void t_page_path(char path[80], const struct t_pages *pages, int i) {
    if (i < pages->files.count)
        snprintf(path, 80, "docs/%s", pages->files.names[i]);
    else
        snprintf(path, 80, "README.md");
}

static inline void t_pages_read(struct t_pages *pages) {
    char path[80];
    t_list(&pages->files, "docs", ".md");
    for (int i = 0; i <= pages->files.count; i++) {
        t_page_path(path, pages, i);
        pages->texts[i] = (struct t_buf)T_BUF_INIT;
        t_read_file(&pages->texts[i], path);
    }
}

/* The blocks in a language of all pages. */
static inline void t_pages_blocks(struct t_blocks *blocks, const struct t_pages *pages, const char *language) {
    char path[80];
    blocks->count = 0;
    for (int i = 0; i <= pages->files.count; i++) {
        t_page_path(path, pages, i);
        t_page_blocks(blocks, path, (const char *)pages->texts[i].data, language);
    }
}

static inline void t_pages_free(struct t_pages *pages) {
    for (int i = 0; i <= pages->files.count; i++)
        t_buf_free(&pages->texts[i]);
}

#endif
