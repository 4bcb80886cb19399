/* SPDX-License-Identifier: MIT */
/* Rule files in UTF-16: how they are told from others, what they become, and where they are wrong. */
#include "support/run.h"
#include "text.h"
#include "utf16.h"
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define ROW(bytes, ...)                                                                                                \
    { bytes, sizeof(bytes) - 1, __VA_ARGS__ }

/* ---- Telling ---- */

static const struct {
    const char *bytes;
    size_t len;
    bool marked, detected;
} kinds[] = {
    ROW("", false, false),
    ROW("c", false, false),
    ROW("\xFF", false, false),
    ROW("ce", false, false),
    ROW("\xEF\xBB\xBF"
        "c",
        false, false),
    ROW("\xFF\xFE", true, true),
    ROW("\xFE\xFF", true, true),
    ROW("\xFF\xFE"
        "c\0",
        true, true),
    ROW("\xFE\xFF\0c", true, true),
    ROW("c\0", false, true),
    ROW("\0c", false, true),
    ROW("#\0\x3D\xD8", false, true),
    /* UTF-32, with a mark and without; zeros */
    ROW("\xFF\xFE\0\0", false, false),
    ROW("\0\0\xFE\xFF", false, false),
    ROW("c\0\0\0", false, false),
    ROW("\0\0\0c", false, false),
    ROW("\0\0", false, false),
    ROW("\0", false, false),
    ROW("\xFE\xFE", false, false),
};

START_TEST(kind) {
    const struct certmap_view text = {(const uint8_t *)kinds[_i].bytes, kinds[_i].len};
    ck_assert_int_eq(tool_utf16_is_marked(text), kinds[_i].marked);
    ck_assert_int_eq(tool_utf16_detect(text), kinds[_i].detected);
}
END_TEST

/* ---- Decoding ---- */

static const struct {
    const char *bytes;
    size_t len;
    const char *text;
    size_t line, column, offset; /* of what is wrong; line 0: nothing is */
} texts[] = {
    ROW("\xFF\xFE", "", 0, 0, 0),
    ROW("\xFF\xFE"
        "a\0\n\0",
        "a\n", 0, 0, 0),
    ROW("\xFE\xFF\0a\0\n", "a\n", 0, 0, 0),
    ROW("a\0b\0", "ab", 0, 0, 0),
    ROW("\0a\0b", "ab", 0, 0, 0),
    /* the edges of each length */
    ROW("\xFE\xFF\0\x7F\0\x80\x07\xFF\x08\0", "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80", 0, 0, 0),
    ROW("\xFE\xFF\xD7\xFF\xE0\0\xFF\xFF", "\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", 0, 0, 0),
    ROW("\xFE\xFF\xD8\0\xDC\0\xDB\xFF\xDF\xFF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 0, 0, 0),
    ROW("\xFF\xFE\x3D\xD8\0\xDE", "\xF0\x9F\x98\x80", 0, 0, 0),
    /* one mark is taken, no more */
    ROW("\xFF\xFE\xFF\xFE"
        "a\0",
        "\xEF\xBB\xBF"
        "a",
        0, 0, 0),
    ROW("\xFF\xFE\xFE\xFF", "\xEF\xBF\xBE", 0, 0, 0),
    /* halves */
    ROW("\xFE\xFF\xD8\0", "\xEF\xBF\xBD", 1, 1, 0),
    ROW("\xFE\xFF\xDC\0", "\xEF\xBF\xBD", 1, 1, 0),
    ROW("\xFE\xFF\xDC\0\xD8\0", "\xEF\xBF\xBD\xEF\xBF\xBD", 1, 1, 0),
    ROW("\xFE\xFF\xD8\0\0a",
        "\xEF\xBF\xBD"
        "a",
        1, 1, 0),
    ROW("\xFE\xFF\xD8\0\xD8\0\xDC\0", "\xEF\xBF\xBD\xF0\x90\x80\x80", 1, 1, 0),
    ROW("\xFE\xFF\xD8\0\xDC\0\xDC\0", "\xF0\x90\x80\x80\xEF\xBF\xBD", 1, 2, 4),
    ROW("\xFE\xFF\0a\0\n\0\xE9\xD8\x3D\xDE\0\xDB\xFF", "a\n\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD", 2, 3, 8),
    ROW("\xFF\xFE"
        "a",
        "\xEF\xBF\xBD", 1, 1, 0),
    ROW("\xFF\xFE"
        "a\0b",
        "a\xEF\xBF\xBD", 1, 2, 1),
    ROW("\xFE\xFF\xD8\0\xDC", "\xEF\xBF\xBD\xEF\xBF\xBD", 1, 1, 0),
};

START_TEST(decoding) {
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct tool_input input = {tool_alloc(texts[_i].len), texts[_i].len, texts[_i].len};
    memcpy(input.data, texts[_i].bytes, texts[_i].len);
    const enum certmap_status status = tool_utf16_decode(&input, &err);
    ck_assert_uint_eq(input.len, strlen(texts[_i].text));
    ck_assert_int_eq(memcmp(input.data, texts[_i].text, input.len), 0);
    ck_assert_int_eq(status, texts[_i].line == 0 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(err.code, texts[_i].line == 0 ? CERTMAP_CODE_NONE : CERTMAP_CODE_ENCODING);
    ck_assert_uint_eq(err.line, texts[_i].line);
    ck_assert_uint_eq(err.column, texts[_i].column);
    ck_assert_uint_eq(err.offset, texts[_i].offset);
    tool_input_free(&input);
}
END_TEST

/* Every character of every length, at once: the room is enough. */
START_TEST(all_characters) {
    for (uint32_t cp = 1; cp <= 0x10FFFF; cp += cp == 0xD7FF ? 0x801 : 1) {
        const uint32_t high = 0xD7C0 + (cp >> 10), low = 0xDC00 + (cp & 0x3FF);
        const size_t len = cp < 0x10000 ? 4 : 6;
        uint8_t *bytes = tool_alloc(6);
        const uint8_t small[] = {0xFE, 0xFF, (uint8_t)(cp >> 8), (uint8_t)cp};
        const uint8_t large[] = {0xFE, 0xFF, (uint8_t)(high >> 8), (uint8_t)high, (uint8_t)(low >> 8), (uint8_t)low};
        struct tool_input input = {bytes, len, 6};
        struct certmap_diagnostic err;
        uint32_t back;
        memcpy(bytes, cp < 0x10000 ? small : large, len);
        ck_assert_int_eq(tool_utf16_decode(&input, &err), CERTMAP_OK);
        const size_t taken = tool_utf8_take(tool_input_view(&input), &back);
        if (taken != input.len || back != cp)
            ck_abort_msg("U+%04X is U+%04X", (unsigned)cp, (unsigned)back);
        tool_input_free(&input);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("utf16");
    TCase *tcase = tcase_create("files");
    tcase_add_loop_test(tcase, kind, 0, COUNT(kinds));
    tcase_add_loop_test(tcase, decoding, 0, COUNT(texts));
    tcase_add_test(tcase, all_characters);
    suite_add_tcase(suite, tcase);
    return t_run(suite);
}
