/* SPDX-License-Identifier: MIT */
#include "platform.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* A block of so many bytes is given back to the system when it is freed. Left alone, glibc raises that to the largest block
 * that was freed, up to 32 MiB: then what loading a large rule set needed and gave back stays with the process, in pieces
 * that nothing later fits. */
#define LARGE_BLOCK 1048576
/* As much at the end of the heap stays: less of it was taken and given back at each question of a large analysis. */
#define SMALL_BLOCKS (8 * LARGE_BLOCK)

static void give_large_blocks_back(void) {
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
    (void)mallopt(M_TRIM_THRESHOLD, SMALL_BLOCKS);
#endif
}

/* Arguments are bytes, and shells expand patterns. */
void tool_platform_start(struct tool_platform *platform, int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    *platform = (struct tool_platform){.arguments = NULL};
    (void)signal(SIGPIPE, SIG_IGN);
    give_large_blocks_back();
}

void tool_platform_end(struct tool_platform *platform) {
    (void)platform;
}

void tool_platform_expand(struct tool_platform *platform, char ***operands, size_t *count, size_t *marks,
                          size_t mark_count) {
    (void)platform;
    (void)operands;
    (void)count;
    (void)marks;
    (void)mark_count;
}

FILE *tool_platform_open(const char *path) {
    return fopen(path, "rb");
}

uint64_t tool_platform_size(const char *path) {
    struct stat is;
    return stat(path, &is) == 0 && S_ISREG(is.st_mode) && is.st_size > 0 ? (uint64_t)is.st_size : 0;
}

bool tool_platform_same(const char *path, const char *other) {
    struct stat is, of;
    return stat(path, &is) == 0 && stat(other, &of) == 0 && S_ISREG(is.st_mode) && is.st_dev == of.st_dev &&
           is.st_ino == of.st_ino;
}

/* Whether all of it is on the disk. The descriptor is closed in either case. */
static bool write_closed(int file, const char *data, size_t len) {
    bool ok = true;
    while (ok && len > 0) {
        const ssize_t written = write(file, data, len);
        ok = written > 0 || (written < 0 && errno == EINTR);
        data += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
    ok = ok && fsync(file) == 0;
    const int number = errno;
    const bool closed = close(file) == 0;
    if (!ok)
        errno = number;
    return ok && closed;
}

/* The mode of a file that is there; else what a new one gets. */
static mode_t mode_of(const char *path) {
    struct stat is;
    if (stat(path, &is) == 0)
        return is.st_mode & 07777;
    const mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

/* What mkstemp takes: the path and an ending. NULL: no memory. */
static char *temporary_name(const char *path) {
    static const char ending[] = ".XXXXXX";
    const size_t len = strlen(path);
    char *name = malloc(len + sizeof ending);
    if (name != NULL) {
        memcpy(name, path, len);
        memcpy(name + len, ending, sizeof ending);
    }
    return name;
}

/* Writes to another name in the folder of target, then takes its name. */
static bool replace(const char *target, const char *data, size_t len) {
    char *name = temporary_name(target);
    const int file = name != NULL ? mkstemp(name) : -1;
    bool ok = file >= 0 && fchmod(file, mode_of(target)) == 0;
    int number = errno;
    if (file >= 0) {
        ok = write_closed(file, data, len) && ok && rename(name, target) == 0;
        number = errno;
        if (!ok)
            (void)unlink(name);
    }
    free(name);
    errno = number;
    return ok;
}

bool tool_platform_replace(const char *path, const void *data, size_t len) {
    struct stat is;
    if (stat(path, &is) == 0 && !S_ISREG(is.st_mode)) {
        errno = EINVAL; /* a device, a pipe or a folder: nothing to put a file in place of */
        return false;
    }
    char *real = realpath(path, NULL);
    if (real == NULL && (errno != ENOENT || lstat(path, &is) == 0)) /* a link to nothing has no place for a file */
        return false;
    const bool ok = replace(real != NULL ? real : path, data, len);
    const int number = errno;
    free(real);
    errno = number;
    return ok;
}

size_t tool_platform_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

bool tool_platform_is_absolute(const char *path) {
    return path[0] == '/';
}

bool tool_platform_is_terminal(FILE *file) {
    return isatty(fileno(file)) == 1;
}

bool tool_platform_has_colors(FILE *file) {
    return tool_platform_is_terminal(file);
}

/* The shell keeps them in COLUMNS. */
size_t tool_platform_columns(FILE *file) {
    (void)file;
    return 0;
}

void tool_platform_write(FILE *file, const char *text, size_t len) {
    (void)fwrite(text, 1, len, file);
}

uint64_t tool_platform_milliseconds(void) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
