/* SPDX-License-Identifier: MIT */
#include "file.h"
#include "certmap/names.h"
#include "memory.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

/* File systems keep times to some milliseconds, old ones to two seconds. */
#define COARSEST_SECONDS 2

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static struct cm_server_stamp stamp_of(const struct stat *st) {
    return (struct cm_server_stamp){true, st->st_dev, st->st_ino, st->st_size, st->st_mtim, st->st_ctim};
}

struct cm_server_stamp cm_server_stamp(const char *path) {
    struct stat st;
    const struct cm_server_stamp none = {.exists = false};
    return stat(path, &st) == 0 ? stamp_of(&st) : none;
}

bool cm_server_stamp_same(const struct cm_server_stamp *a, const struct cm_server_stamp *b) {
    return a->exists == b->exists &&
           (!a->exists || (a->device == b->device && a->number == b->number && a->size == b->size &&
                           same_time(a->written, b->written) && same_time(a->changed, b->changed)));
}

bool cm_server_stamp_is_fresh(const struct cm_server_stamp *stamp, int64_t now) {
    return stamp->exists && ((int64_t)stamp->changed.tv_sec >= now - COARSEST_SECONDS ||
                             (int64_t)stamp->written.tv_sec >= now - COARSEST_SECONDS);
}

/* ---- reading ---- */

static enum certmap_status unreadable(struct certmap_diagnostic *err, const char *why) {
    return cm_server_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ, "cannot read: %s", why);
}

/* strerror is not for several threads; what happens to files has names here. */
static const char *reason(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return "No such file or directory";
    case EACCES:
    case EPERM:
        return "Permission denied";
    case ELOOP:
        return "Too many levels of symbolic links";
    case EMFILE:
    case ENFILE:
        return "Too many open files";
    case ENAMETOOLONG:
        return "File name too long";
    case EIO:
        return "Input/output error";
    default:
        return "the system refuses it";
    }
}

/* A shortage passes, whatever becomes of the file: it is MEMORY. */
static enum certmap_status failed(struct certmap_diagnostic *err, int number) {
    const bool passes = number == EMFILE || number == ENFILE || number == ENOMEM || number == EAGAIN;
    return cm_server_fail(err, passes ? CERTMAP_ERROR_MEMORY : CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ,
                          "cannot read: %s", reason(number));
}

static enum certmap_status being_written(struct certmap_diagnostic *err) {
    return cm_server_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_BEING_WRITTEN,
                          "the file was written while it was read: write another one and rename it");
}

/* Up to one byte more than the file had when it was opened. */
static enum certmap_status read_all(struct cm_server_bytes *bytes, int file, struct certmap_diagnostic *err) {
    while (bytes->len < bytes->cap) {
        const ssize_t got = read(file, bytes->data + bytes->len, bytes->cap - bytes->len);
        if (got == 0)
            break;
        if (got > 0)
            bytes->len += (size_t)got;
        else if (errno != EINTR)
            return failed(err, errno);
    }
    return CERTMAP_OK;
}

static enum certmap_status read_opened(struct cm_server_bytes *bytes, struct cm_server_stamp *stamp, int file,
                                       size_t limit, struct certmap_diagnostic *err) {
    struct stat st;
    if (fstat(file, &st) != 0)
        return failed(err, errno);
    *stamp = stamp_of(&st);
    if (S_ISDIR(st.st_mode))
        return unreadable(err, "it is a directory, not a file");
    if (!S_ISREG(st.st_mode))
        return unreadable(err, "it is not a regular file");
    if (st.st_size < 0 || (uintmax_t)st.st_size > limit)
        return cm_server_fail(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_CANNOT_READ, "the file is larger than %zu bytes",
                              limit);
    bytes->cap = (size_t)st.st_size + 1;
    bytes->data = cm_server_new(bytes->allocator, bytes->cap, 1);
    if (bytes->data == NULL)
        return cm_server_no_memory(err);
    const enum certmap_status status = read_all(bytes, file, err);
    if (status != CERTMAP_OK || fstat(file, &st) != 0)
        return status != CERTMAP_OK ? status : failed(err, errno);
    const struct cm_server_stamp after = stamp_of(&st);
    return cm_server_stamp_same(stamp, &after) && bytes->len + 1 == bytes->cap ? CERTMAP_OK : being_written(err);
}

enum certmap_status cm_server_read(struct cm_server_bytes *bytes, struct cm_server_stamp *stamp, const char *path,
                                   size_t limit, struct certmap_diagnostic *err) {
    /* Without O_NONBLOCK a pipe of that name would wait for somebody to write. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *stamp = (struct cm_server_stamp){.exists = false};
    if (file < 0) {
        const int number = errno;
        *stamp = cm_server_stamp(path);
        return failed(err, number);
    }
    const enum certmap_status status = read_opened(bytes, stamp, file, limit, err);
    (void)close(file);
    if (status != CERTMAP_OK)
        cm_server_bytes_free(bytes);
    return status;
}

enum certmap_status cm_server_bytes_from_utf16(struct cm_server_bytes *bytes, struct certmap_diagnostic *err) {
    struct cm_server_bytes text = {.allocator = bytes->allocator, .cap = bytes->len / 2 * 3 + 4};
    text.data = cm_server_new(text.allocator, text.cap, 1);
    if (text.data == NULL)
        return cm_server_no_memory(err);
    const enum certmap_status status =
        certmap_text_from_utf16((char *)text.data, text.cap, &text.len, cm_server_bytes_view(bytes), err);
    cm_server_bytes_free(bytes);
    *bytes = text;
    return status;
}

void cm_server_bytes_free(struct cm_server_bytes *bytes) {
    if (bytes->data != NULL)
        OPENSSL_cleanse(bytes->data, bytes->cap);
    cm_server_release(bytes->allocator, bytes->data);
    bytes->data = NULL;
    bytes->len = bytes->cap = 0;
}

struct certmap_view cm_server_bytes_view(const struct cm_server_bytes *bytes) {
    return (struct certmap_view){bytes->data, bytes->len};
}
