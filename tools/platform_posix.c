/* SPDX-License-Identifier: MIT */
#include "platform.h"
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Arguments are bytes, and shells expand patterns. */
void tool_platform_start(struct tool_platform *platform, int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    *platform = (struct tool_platform){.arguments = NULL};
    (void)signal(SIGPIPE, SIG_IGN);
}

void tool_platform_end(struct tool_platform *platform) {
    (void)platform;
}

void tool_platform_expand(struct tool_platform *platform, char ***operands, size_t *count) {
    (void)platform;
    (void)operands;
    (void)count;
}

FILE *tool_platform_open(const char *path) {
    return fopen(path, "rb");
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
