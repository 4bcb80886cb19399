/* SPDX-License-Identifier: MIT */
/* What files look like that are no certificates: the shapes of DER, and the one table, whose every row some file of
 * tests/data/kinds is. */
#include "certfile.h"
#include "kind_shape.h"
#include "kind_table.h"
#include "support/der.h"
#include "support/run.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define FOLDER "tests/data/kinds"

/* ---- Shapes ---- */

static const struct {
    const char *shape;
    const char *der; /* of t_der */
    bool matches;
} shapes[] = {
    {"30", "SEQUENCE{ }", true},
    {"30", "SET{ }", false},
    {"30", "", false},
    {"30", "30", false},
    {"3?", "SET{ }", true},
    {"3?", "INTEGER{ }", false},
    {"??", "INTEGER{ }", true},
    {"30{02", "SEQUENCE{ INTEGER{01} }", true},
    {"30{02", "SEQUENCE{ }", false},
    {"30{02} 02", "SEQUENCE{ INTEGER{01} } INTEGER{02}", true},
    {"30{02 04", "SEQUENCE{ INTEGER{01} } OCTETSTRING{}", false},
    {"30{02 $", "SEQUENCE{ INTEGER{01} }", true},
    {"30{02 $", "SEQUENCE{ INTEGER{01} NULL{} }", false},
    {"30{~A0 02", "SEQUENCE{ A0{} INTEGER{01} }", true},
    {"30{~A0 02", "SEQUENCE{ INTEGER{01} }", true},
    {"30{~A0 02", "SEQUENCE{ A1{} INTEGER{01} }", false},
    {"30{~A0 $", "SEQUENCE{ }", true},
    {"02=03.", "INTEGER{03}", true},
    {"02=03.", "INTEGER{0301}", false},
    {"02=03.", "INTEGER{}", false},
    {"02^03.", "INTEGER{0301}", true},
    {"02^0301.", "INTEGER{03}", false},
    {"02=.", "INTEGER{}", true},
    /* lengths */
    {"30{02", "SEQUENCE-{ INTEGER{01} }", true},
    {"30{02", "SEQUENCE+{ INTEGER{01} }", true},
    {"30{02", "30 82 FF FF 02 01 01", true},
    {"30{02", "30 84 00 00 00 03 02 01 01", true},
    {"30{02", "30 85 00 00 00 00 03 02 01 01", false},
    {"30{02", "30 82 01", false},
    {"30{30{30{30{30{30{30{30{30{30{30{30{02",
     "30 80 30 80 30 80 30 80 30 80 30 80 30 80 30 80 30 80 30 80 30 80 30 80 02 00",
     false}, /* deeper than any shape is */
};

T_TEST(a_shape) {
    struct t_buf der = T_BUF_INIT;
    t_der(&der, shapes[_i].der);
    ck_assert_msg(tool_shape_matches(shapes[_i].shape, t_view(&der)) == shapes[_i].matches, "%s: %s", shapes[_i].shape,
                  shapes[_i].der);
    t_buf_free(&der);
}

static const struct {
    const char *der;
    size_t len;
} lengths[] = {
    {"SEQUENCE{ INTEGER{01} } 00", 5},
    {"SEQUENCE-{ INTEGER{01} }", 0},
    {"30 05 00", 0},
    {"30", 0},
    {"", 0},
    {"30 81 01 00", 4},
};

T_TEST(a_length) {
    struct t_buf der = T_BUF_INIT;
    t_der(&der, lengths[_i].der);
    ck_assert_uint_eq(tool_shape_length(t_view(&der)), lengths[_i].len);
    t_buf_free(&der);
}

/* ---- The table ---- */

/* The content of a file of the folder. */
static void read_kind(struct t_buf *content, const char *name) {
    uint8_t piece[4096];
    char path[512];
    size_t len;
    snprintf(path, sizeof path, FOLDER "/%s", name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be read", path);
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        t_bytes(content, piece, len);
    fclose(file);
}

/* Calls fn for each file of the folder. */
static void each_file(void (*fn)(void *ctx, struct certmap_view content), void *ctx) {
    const struct dirent *entry;
    DIR *dir = opendir(FOLDER);
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL) {
        struct t_buf content = T_BUF_INIT;
        if (entry->d_name[0] == '.')
            continue;
        read_kind(&content, entry->d_name);
        fn(ctx, t_view(&content));
        t_buf_free(&content);
    }
    closedir(dir);
}

static void mark(bool *seen, const struct tool_kind *kind) {
    if (kind >= tool_kinds && kind < tool_kinds + tool_kind_count)
        seen[kind - tool_kinds] = true;
}

static void mark_file(void *ctx, struct certmap_view content) {
    const struct tool_kind_found found = tool_certfile_kind(content);
    mark(ctx, found.kind);
    mark(ctx, found.inner);
}

T_TEST(every_row_has_a_file) {
    static bool seen[256];
    ck_assert_uint_le(tool_kind_count, 256);
    each_file(mark_file, seen);
    for (size_t i = 0; i < tool_kind_count; i++)
        ck_assert_msg(seen[i], "no file in " FOLDER " is %s by row %zu", tool_kinds[i].what, i);
}

/* What a message has to have room for besides: " not a certificate", the name of the file twice. */
T_TEST(every_row_is_whole) {
    const struct tool_kind *kind = &tool_kinds[_i];
    ck_assert(kind->magic != NULL || kind->shape != NULL || kind->label != NULL || kind->form != NULL);
    ck_assert_str_ne(certmap_code_name(kind->code), "");
    ck_assert_msg(strchr(kind->how, ':') == NULL && strchr(kind->what, ';') == NULL, "%s", kind->what);
    ck_assert_msg(strlen(kind->what) + strlen(kind->how) + strlen(kind->command) <
                      sizeof((struct certmap_diagnostic *)0)->text - 60,
                  "%s: too long", kind->what);
    if (kind->label != NULL)
        ck_assert_ptr_nonnull(tool_kind_of_label(kind->label).kind);
}

/* Every beginning of a file can be looked at. Where instructions are slow, it is every 37th of the longer ones. */
static void cut_file(void *ctx, struct certmap_view content) {
    const bool few = t_left_out(T_SLOW);
    (void)ctx;
    for (size_t len = 0; len < content.len; len += few && len >= 200 ? 37 : 1) {
        uint8_t *copy = malloc(len + 1); /* so that a read after the end is seen */
        ck_assert_ptr_nonnull(copy);
        memcpy(copy + 1, content.data, len);
        (void)tool_kind_find((struct certmap_view){copy + 1, len});
        free(copy);
    }
}

T_TEST(cut_short) {
    each_file(cut_file, NULL);
}

/* What nobody can tell is left to decoding, and a certificate that is not well-formed too. */
T_TEST(unknown) {
    static const char *const texts[] = {"",     "x",          "this is no certificate", "0", "MII",
                                        "3082", "-----BEGIN", "[a]\nb=\"c\"",           "<", "{"};
    struct t_buf cert = T_BUF_INIT;
    for (size_t i = 0; i < 8; i++)
        ck_assert_msg(tool_kind_find((struct certmap_view){(const uint8_t *)texts[i], strlen(texts[i])}).kind == NULL,
                      "%s", texts[i]);
    t_cert_names(&cert, "CN=a", "CN=b");
    ck_assert_ptr_null(tool_kind_find(t_view(&cert)).kind);
    for (size_t len = 0; len < cert.len; len++)
        ck_assert_ptr_null(tool_kind_find((struct certmap_view){cert.data, len}).kind);
    t_buf_free(&cert);
}

T_TESTS("kind", T_CASE("kind", T_LOOP(a_shape, COUNT(shapes)), T_LOOP(a_length, COUNT(lengths)), every_row_has_a_file,
                       T_LOOP(every_row_is_whole, (int)tool_kind_count), cut_short, unknown))
