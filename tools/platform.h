/* SPDX-License-Identifier: MIT */
/* What standard C does not have. One file for each platform. */
#ifndef TOOL_PLATFORM_H
#define TOOL_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What tool_platform_end has to undo and to free. */
struct tool_platform {
    char **arguments; /* or NULL; so are the next */
    char **files;
    void *terminals[2]; /* behind standard output and standard error, where a mode was changed */
    uint32_t modes[2];  /* what they were */
};

/* Once, first thing. A reader that goes away becomes a write error, not a signal; standard streams carry bytes as they
 * are; the arguments become UTF-8 where they are not, and live until tool_platform_end. */
void tool_platform_start(struct tool_platform *platform, int *argc, char ***argv);
/* Last thing. */
void tool_platform_end(struct tool_platform *platform);
/* Replaces the operands by the files that they name where the shell leaves that to programs. Once. marks: indices of
 * operands, in order; they move with what they stand at. */
void tool_platform_expand(struct tool_platform *platform, char ***operands, size_t *count, size_t *marks,
                          size_t mark_count);

/* Opens a file to read its bytes. NULL: errno says why; a directory may open, but not be read: EISDIR in either case. */
FILE *tool_platform_open(const char *path);
/* The bytes of a file; 0 where it is not a file, or nobody can tell. */
uint64_t tool_platform_size(const char *path);
/* Whether two names are of one file, through links or in another spelling. A device is none, and neither is a folder. */
bool tool_platform_same(const char *path, const char *other);
/* Puts bytes in the place of a file, whole or not at all, and makes it where it is not there: they are written to a file
 * of another name in its folder, which then takes its name. A link is followed; the mode stays. false: errno says why,
 * and the file is as it was. */
bool tool_platform_replace(const char *path, const void *data, size_t len);
/* How much of a path is the folder, with what ends it. */
size_t tool_platform_folder(const char *path);
/* Whether a path says where it begins, so that it cannot be looked for in a folder. */
bool tool_platform_is_absolute(const char *path);

/* Whether people read this file on a terminal. */
bool tool_platform_is_terminal(FILE *file);
/* Whether they do, and it takes the escape sequences of colours, as far as it says. */
bool tool_platform_has_colors(FILE *file);
/* The columns of that terminal, or 0. */
size_t tool_platform_columns(FILE *file);
/* Writes UTF-8 that ends with a whole character. The file keeps an error. */
void tool_platform_write(FILE *file, const char *text, size_t len);

/* A clock that only goes forward, whenever it began. */
uint64_t tool_platform_milliseconds(void);

#endif
