/* SPDX-License-Identifier: MIT */
/* Files that are read whole, and whether they have changed since. */
#ifndef CM_SERVER_FILE_H
#define CM_SERVER_FILE_H

#include "certmap/certmap.h"
#include <sys/stat.h>

/* Which file stood under a name, and in which state. All zero: none that could be looked at. */
struct cm_server_stamp {
    bool exists;
    dev_t device;
    ino_t number;
    off_t size;
    struct timespec written;
    struct timespec changed; /* also when a program has set `written` back */
};

/* The bytes of a file. They may hold passwords: they are wiped when they go. */
struct cm_server_bytes {
    const struct certmap_allocator *allocator;
    uint8_t *data;
    size_t len;
    size_t cap;
};

struct cm_server_stamp cm_server_stamp(const char *path);
bool cm_server_stamp_same(const struct cm_server_stamp *a, const struct cm_server_stamp *b);
/* Whether the file may have been written once more at the very time that the stamp says. now: when it was read. */
bool cm_server_stamp_is_fresh(const struct cm_server_stamp *stamp, int64_t now);

/* Reads a regular file of at most `limit` bytes. stamp gets what was read, also on failure, where that is known.
 * Errors: MEMORY (or too many files are open), LIMIT, ARGUMENT (it cannot be read, or is being written). */
enum certmap_status cm_server_read(struct cm_server_bytes *bytes, struct cm_server_stamp *stamp, const char *path,
                                   size_t limit, struct certmap_diagnostic *err);
/* Makes UTF-8 of UTF-16. Errors: MEMORY, SYNTAX (with line and column). */
enum certmap_status cm_server_bytes_from_utf16(struct cm_server_bytes *bytes, struct certmap_diagnostic *err);
void cm_server_bytes_free(struct cm_server_bytes *bytes);
struct certmap_view cm_server_bytes_view(const struct cm_server_bytes *bytes);

#endif
