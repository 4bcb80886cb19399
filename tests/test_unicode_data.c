/* SPDX-License-Identifier: MIT */
/* NFC and simple folding against Unicode's own files, all of them: NormalizationTest.txt and
 * CaseFolding.txt, whose paths are in the environment. Without them, or where they are of another
 * version of Unicode than utf8proc, the program says so and is skipped. */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"
#include "support/run.h"
#include <stdio.h>
#include <stdlib.h>

enum { SKIPPED = 77, CODE_POINTS = 0x110000, PLANES = 17, PLANE = 0x10000, ROWS_OF_A_TEST = 500, MAX_BYTES = 128 };

/* One row of NormalizationTest.txt: source; NFC; NFD; NFKC; NFKD. */
struct row {
    unsigned line;
    struct column {
        uint8_t bytes[MAX_BYTES];
        size_t len;
    } columns[5];
};

static struct row *rows;
static size_t row_count;
static bool in_part_1[CODE_POINTS];  /* has a row of its own there; every other code point is its own NFC */
static uint32_t folded[CODE_POINTS]; /* by CaseFolding.txt */

/* ---- reading the files ---- */

/* Opens a file whose first line is "# Name-15.0.0.txt"; NULL with a message if that is not so. */
static FILE *open_data(const char *variable, const char *name) {
    char line[256] = "", wanted[256];
    const char *path = getenv(variable);
    FILE *file = path == NULL ? NULL : fopen(path, "r");
    if (file == NULL) {
        printf("skipped: %s is not set or cannot be read\n", variable);
        return NULL;
    }
    snprintf(wanted, sizeof wanted, "# %s-%s.txt", name, certmap_unicode_version());
    if (fgets(line, sizeof line, file) != NULL && strncmp(line, wanted, strlen(wanted)) == 0)
        return file;
    printf("skipped: %s is not of Unicode %s, as utf8proc is\n", path, certmap_unicode_version());
    fclose(file);
    return NULL;
}

/* "1E0A 0323;": appends UTF-8, returns what follows the semicolon. */
static char *take_column(struct column *column, char *at) {
    while (*at != ';') {
        column->len += cm_utf8_encode(column->bytes + column->len, (uint32_t)strtoul(at, &at, 16));
        while (*at == ' ')
            at++;
    }
    return at + 1;
}

static void add_row(char *line, unsigned number, bool part_1) {
    if (row_count % 1024 == 0)
        rows = realloc(rows, (row_count + 1024) * sizeof *rows);
    if (rows == NULL)
        exit(EXIT_FAILURE);
    if (part_1)
        in_part_1[strtoul(line, NULL, 16)] = true;
    struct row *row = &rows[row_count++];
    *row = (struct row){.line = number};
    for (size_t i = 0; i < 5; i++)
        line = take_column(&row->columns[i], line);
}

static void read_normalization_test(FILE *file) {
    char line[2048];
    bool part_1 = false;
    for (unsigned number = 2; fgets(line, sizeof line, file) != NULL; number++) {
        if (line[0] == '@')
            part_1 = strncmp(line, "@Part1 ", 7) == 0;
        else if (line[0] != '#' && line[0] != '\n')
            add_row(line, number, part_1);
    }
    fclose(file);
}

/* "0041; C; 0061; # LATIN CAPITAL LETTER A" */
static void read_case_folding(FILE *file) {
    char line[1024];
    for (uint32_t cp = 0; cp < CODE_POINTS; cp++)
        folded[cp] = cp;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned from, to;
        char status;
        if (sscanf(line, "%x; %c; %x", &from, &status, &to) == 3 && (status == 'C' || status == 'S'))
            folded[from] = to;
    }
    fclose(file);
}

/* ---- checks ---- */

static struct cm_arena keep, scratch; /* of the process that runs a test */

static void set_up(void) {
    struct certmap_allocator allocator;
    (void)cm_allocator_init(&allocator, NULL);
    cm_arena_init(&keep, &allocator, SIZE_MAX);
    cm_arena_init(&scratch, &allocator, SIZE_MAX);
}

static void tear_down(void) {
    cm_arena_free(&keep);
    cm_arena_free(&scratch);
}

/* NFC of bytes; valid until the next call. */
static struct certmap_view nfc(const uint8_t *bytes, size_t len) {
    struct cm_text text;
    cm_arena_reset(&keep);
    cm_arena_reset(&scratch);
    if (!cm_text_make(&text, cm_view(bytes, len), &keep, &scratch))
        ck_abort_msg("out of memory");
    return text.nfc;
}

static void check_column(const struct row *row, int source, int wanted) {
    const struct column *from = &row->columns[source - 1], *to = &row->columns[wanted - 1];
    if (!cm_view_equal(nfc(from->bytes, from->len), cm_view(to->bytes, to->len)))
        ck_abort_msg("NormalizationTest.txt:%u: c%d is not toNFC(c%d)", row->line, wanted, source);
}

T_TEST(normalisation_rows) {
    const size_t first = (size_t)_i * ROWS_OF_A_TEST;
    for (size_t i = first; i < row_count && i < first + ROWS_OF_A_TEST; i++) {
        for (int source = 1; source <= 3; source++)
            check_column(&rows[i], source, 2);
        check_column(&rows[i], 4, 4);
        check_column(&rows[i], 5, 4);
    }
}

T_TEST(every_other_code_point_is_its_own_nfc) {
    const uint32_t first = (uint32_t)_i * PLANE;
    for (uint32_t cp = first; cp < first + PLANE; cp++) {
        uint8_t bytes[4];
        if (in_part_1[cp] || (cp >= 0xD800 && cp <= 0xDFFF))
            continue;
        const size_t len = cm_utf8_encode(bytes, cp);
        if (!cm_view_equal(nfc(bytes, len), cm_view(bytes, len)))
            ck_abort_msg("U+%04X", (unsigned)cp);
    }
}

T_TEST(simple_folding_of_every_code_point) {
    const uint32_t first = (uint32_t)_i * PLANE;
    for (uint32_t cp = first; cp < first + PLANE; cp++)
        if (cm_fold(cp) != folded[cp])
            ck_abort_msg("U+%04X folds to U+%04X, not to U+%04X", (unsigned)cp, (unsigned)cm_fold(cp),
                         (unsigned)folded[cp]);
}

/* The files were read: a few rows that everyone knows. */
T_TEST(the_files_hold_what_they_should) {
    ck_assert_uint_gt(row_count, 18000);
    ck_assert(in_part_1[0xC0] && in_part_1[0x212B] && !in_part_1['A']);
    ck_assert_uint_eq(folded['A'], 'a');
    ck_assert_uint_eq(folded[0x1E9E], 0xDF);
    ck_assert_uint_eq(folded[0x130], 0x130);
}

int main(void) {
    FILE *normalization = open_data("CERTMAP_NORMALIZATION_TEST", "NormalizationTest");
    FILE *folding = open_data("CERTMAP_CASE_FOLDING", "CaseFolding");
    if (normalization == NULL || folding == NULL)
        return SKIPPED;
    read_normalization_test(normalization);
    read_case_folding(folding);
    const int status = T_RUN(
        "unicode data", T_CASE("every row", T_EACH(set_up, tear_down), the_files_hold_what_they_should,
                               T_LOOP(normalisation_rows, (int)((row_count + ROWS_OF_A_TEST - 1) / ROWS_OF_A_TEST)),
                               T_LOOP(every_other_code_point_is_its_own_nfc, PLANES),
                               T_LOOP(simple_folding_of_every_code_point, PLANES)));
    free(rows);
    return status;
}
