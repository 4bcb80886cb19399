/* SPDX-License-Identifier: MIT */
/* Rule files in UTF-16: how they are told from others, what they become, and where they are wrong. */
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"
#include "support/run.h"
#include <string.h>

#define ROW(bytes, ...)                                                                                                \
    { bytes, sizeof(bytes) - 1, __VA_ARGS__ }

/* ---- Telling ---- */

static const struct {
    const char *bytes;
    size_t len;
    bool detected;
} kinds[] = {
    ROW("", false),
    ROW("c", false),
    ROW("\xFF", false),
    ROW("ce", false),
    ROW("\xEF\xBB\xBF"
        "c",
        false),
    ROW("\xFF\xFE", true),
    ROW("\xFE\xFF", true),
    ROW("\xFF\xFE"
        "c\0",
        true),
    ROW("\xFE\xFF\0c", true),
    ROW("c\0", true),
    ROW("\0c", true),
    ROW("#\0\x3D\xD8", true),
    /* UTF-32, with a mark and without; zeros */
    ROW("\xFF\xFE\0\0", false),
    ROW("\0\0\xFE\xFF", false),
    ROW("c\0\0\0", false),
    ROW("\0\0\0c", false),
    ROW("\0\0", false),
    ROW("\0", false),
    ROW("\xFE\xFE", false),
};

T_TEST(kind) {
    const struct certmap_view text = {(const uint8_t *)kinds[_i].bytes, kinds[_i].len};
    ck_assert_int_eq(certmap_text_is_utf16(text), kinds[_i].detected);
}

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

T_TEST(decoding) {
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    const struct certmap_view bytes = cm_view(texts[_i].bytes, texts[_i].len);
    const size_t wanted = strlen(texts[_i].text);
    char text[64];
    size_t len = 0;
    ck_assert_int_eq(certmap_text_from_utf16(text, wanted + 1, &len, bytes, &err),
                     texts[_i].line == 0 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
    ck_assert_uint_eq(len, wanted);
    ck_assert_int_eq(memcmp(text, texts[_i].text, wanted + 1), 0);
    ck_assert_int_eq(err.code, texts[_i].line == 0 ? CERTMAP_CODE_NONE : CERTMAP_CODE_ENCODING);
    ck_assert_uint_eq(err.line, texts[_i].line);
    ck_assert_uint_eq(err.column, texts[_i].column);
    ck_assert_uint_eq(err.offset, texts[_i].offset);
    ck_assert_uint_le(wanted + 1, bytes.len / 2 * 3 + 4);
}

/* One byte less than is needed, or none, is BUFFER with the length, whatever is wrong with the text. */
T_TEST(small_buffers) {
    struct certmap_diagnostic err;
    const struct certmap_view bytes = cm_view(texts[_i].bytes, texts[_i].len);
    const size_t wanted = strlen(texts[_i].text);
    char text[64];
    for (size_t cap = 0; cap <= wanted; cap++) {
        size_t len = 0;
        ck_assert_int_eq(certmap_text_from_utf16(cap == 0 ? NULL : text, cap, &len, bytes, &err), CERTMAP_ERROR_BUFFER);
        ck_assert_uint_eq(len, wanted);
    }
}

T_TEST(wrong_arguments) {
    const struct certmap_view null = {NULL, 2};
    char text[8];
    size_t len;
    ck_assert_int_eq(certmap_text_from_utf16(text, sizeof text, NULL, cm_view("a", 2), NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_text_from_utf16(NULL, 8, &len, cm_view("a", 2), NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_text_from_utf16(text, sizeof text, &len, null, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert(!certmap_text_is_utf16(null));
}

/* Every character of every length: the room is enough. */
T_TEST(all_characters) {
    for (uint32_t cp = 1; cp <= 0x10FFFF; cp += cp == 0xD7FF ? 0x801 : 1) {
        const uint32_t high = 0xD7C0 + (cp >> 10), low = 0xDC00 + (cp & 0x3FF);
        const size_t size = cp < 0x10000 ? 4 : 6;
        const uint8_t small[] = {0xFE, 0xFF, (uint8_t)(cp >> 8), (uint8_t)cp};
        const uint8_t large[] = {0xFE, 0xFF, (uint8_t)(high >> 8), (uint8_t)high, (uint8_t)(low >> 8), (uint8_t)low};
        char text[6 / 2 * 3 + 4];
        uint32_t back;
        size_t len;
        ck_assert_int_eq(
            certmap_text_from_utf16(text, size / 2 * 3 + 4, &len, cm_view(cp < 0x10000 ? small : large, size), NULL),
            CERTMAP_OK);
        if (cm_utf8_decode((const uint8_t *)text, len, &back) != len || back != cp)
            ck_abort_msg("U+%04X is U+%04X", (unsigned)cp, (unsigned)back);
    }
}

T_TESTS("utf16", T_CASE("files", T_LOOP(kind, COUNT(kinds)), T_LOOP(decoding, COUNT(texts)),
                        T_LOOP(small_buffers, COUNT(texts)), wrong_arguments, all_characters))
