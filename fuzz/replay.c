/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files of a folder, given as the argument, without a fuzzer. Each file
 * is a Check test of its own, in a process of its own; its test case bears the file's name, so that a
 * crash names the file. */
#define _POSIX_C_SOURCE 200809L

#include "support/run.h"
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FILES = 4096 };

static const char *folder;
static char *names[MAX_FILES];
static int name_count;

static long file_size(FILE *file) {
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    ck_assert_int_ge(size, 0);
    ck_assert_int_eq(fseek(file, 0, SEEK_SET), 0);
    return size;
}

T_TEST(seed) {
    char path[1024];
    int len = snprintf(path, sizeof(path), "%s/%s", folder, names[_i]);
    ck_assert_msg(len > 0 && (size_t)len < sizeof(path), "path too long: %s", names[_i]);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    size_t size = (size_t)file_size(file);
    /* Exactly as large as the input, so that a sanitizer sees a read past its end. */
    uint8_t *data = malloc(size + (size == 0));
    ck_assert_ptr_nonnull(data);
    ck_assert_uint_eq(fread(data, 1, size, file), size);
    fclose(file);
    ck_assert_int_eq(LLVMFuzzerTestOneInput(data, size), 0);
    free(data);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* False if the folder cannot be read, is empty, or holds more than MAX_FILES. */
static bool list_folder(void) {
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return false;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            if (name_count == MAX_FILES || (names[name_count] = strdup(entry->d_name)) == NULL) {
                closedir(dir);
                return false;
            }
            name_count++;
        }
    }
    closedir(dir);
    qsort(names, (size_t)name_count, sizeof(names[0]), by_name);
    return name_count > 0;
}

int main(int argc, char **argv) {
    static struct t_entry cases[2 * MAX_FILES];
    folder = argc == 2 ? argv[1] : "";
    if (!list_folder()) {
        fprintf(stderr, "usage: %s FOLDER (with 1 to %d files)\n", argv[0], MAX_FILES);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < name_count; i++) {
        cases[2 * i] = (struct t_entry){.name = names[i]};
        cases[2 * i + 1] = T_RANGE(seed, i, i + 1);
    }
    int status = t_run_table(folder, cases, (size_t)name_count * 2);
    while (name_count > 0)
        free(names[--name_count]);
    return status;
}
