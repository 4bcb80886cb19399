/* SPDX-License-Identifier: MIT */
/* As replay.c, where there is no Check: all files in one process, in no order, and the closing line that Check would
 * print. What a target finds ends the program; the file that it was reading has been printed last. */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, const char *name) {
    fprintf(stderr, "%s %s: %s\n", what, name, strerror(errno));
    exit(EXIT_FAILURE);
}

/* Replays a file in exactly as much memory as it needs. */
static void replay(const char *folder, const char *name) {
    char path[1024];
    const int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = len > 0 && (size_t)len < sizeof path ? fopen(path, "rb") : NULL;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        fail("cannot open", name);
    const long size = ftell(file);
    uint8_t *data = size >= 0 ? malloc((size_t)size + (size == 0)) : NULL;
    if (data == NULL || fseek(file, 0, SEEK_SET) != 0 || fread(data, 1, (size_t)size, file) != (size_t)size)
        fail("cannot read", name);
    fclose(file);
    puts(name);
    fflush(stdout);
    if (LLVMFuzzerTestOneInput(data, (size_t)size) != 0)
        fail("not replayed:", name);
    free(data);
}

int main(int argc, char **argv) {
    const char *folder = argc == 2 ? argv[1] : "";
    int count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        fail("cannot list", folder);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] == '.')
            continue;
        replay(folder, entry->d_name);
        count++;
    }
    closedir(dir);
    printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
