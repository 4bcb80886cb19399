/* SPDX-License-Identifier: MIT */
#include "memory.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *plain_alloc(void *ctx, size_t size) {
    (void)ctx;
    return malloc(size);
}

static void *plain_resize(void *ctx, void *p, size_t size) {
    (void)ctx;
    return realloc(p, size);
}

static void plain_release(void *ctx, void *p) {
    (void)ctx;
    free(p);
}

bool cm_server_allocator(struct certmap_allocator *copy, const struct certmap_allocator *given) {
    static const struct certmap_allocator plain = {plain_alloc, plain_resize, plain_release, NULL, {NULL, NULL}};
    *copy = given == NULL ? plain : *given;
    return copy->alloc != NULL && copy->resize != NULL && copy->release != NULL && copy->reserved[0] == NULL &&
           copy->reserved[1] == NULL;
}

void *cm_server_new(const struct certmap_allocator *allocator, size_t count, size_t size) {
    void *p = count > SIZE_MAX / size ? NULL : allocator->alloc(allocator->ctx, count * size);
    return p == NULL ? NULL : memset(p, 0, count * size);
}

char *cm_server_copy(const struct certmap_allocator *allocator, const char *text) {
    const size_t size = strlen(text) + 1;
    char *copy = allocator->alloc(allocator->ctx, size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

void cm_server_release(const struct certmap_allocator *allocator, void *p) {
    if (p != NULL)
        allocator->release(allocator->ctx, p);
}

enum certmap_status cm_server_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                   const char *format, ...) {
    va_list arguments;
    if (err == NULL)
        return status;
    *err = (struct certmap_diagnostic){.status = status, .code = code};
    va_start(arguments, format);
    (void)vsnprintf(err->text, sizeof err->text, format, arguments); // NOLINT(clang-analyzer-valist.Uninitialized)
    va_end(arguments);
    return status;
}

enum certmap_status cm_server_no_memory(struct certmap_diagnostic *err) {
    return cm_server_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
}

enum certmap_status cm_server_argument(struct certmap_diagnostic *err, const char *text) {
    return cm_server_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "%s", text);
}
