/* SPDX-License-Identifier: MIT */
/* mkcert FOLDER SPEC...: turns readable descriptions (t_certs in der.h) into PEM files, to try the command on:
 *
 *     mkdir /tmp/certs && build/tests/mkcert /tmp/certs tests/data/certs/two-cns.txt
 *     build/tools/certmap show /tmp/certs/two-cns.pem */
#include "der.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_text(struct t_buf *text, const char *path) {
    char piece[4096];
    size_t len;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        t_bytes(text, piece, len);
    t_bytes(text, "", 1);
    return fclose(file) == 0;
}

static bool write_bytes(const struct t_buf *bytes, const char *path) {
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    const bool written = fwrite(bytes->data, 1, bytes->len, file) == bytes->len;
    return fclose(file) == 0 && written;
}

/* FOLDER/name.pem for path/to/name.txt */
static bool make(const char *folder, const char *spec) {
    struct t_buf text = T_BUF_INIT;
    struct t_buf out = T_BUF_INIT;
    char path[1024];
    const char *slash = strrchr(spec, '/');
    const char *name = slash == NULL ? spec : slash + 1;
    const int len = snprintf(path, sizeof path, "%s/%.*s.pem", folder, (int)strcspn(name, "."), name);
    bool made = len > 0 && (size_t)len < sizeof path && read_text(&text, spec);
    if (made) {
        t_certs(&out, (const char *)text.data, true);
        made = write_bytes(&out, path);
    }
    t_buf_free(&text);
    t_buf_free(&out);
    return made;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: mkcert FOLDER SPEC...\n");
        return EXIT_FAILURE;
    }
    for (int i = 2; i < argc; i++) {
        if (!make(argv[1], argv[i])) {
            fprintf(stderr, "mkcert: %s cannot be read, or its PEM not written\n", argv[i]);
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
