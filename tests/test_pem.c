/* SPDX-License-Identifier: MIT */
/* Which blocks a PEM text has: the same through the TLS library of this platform and through our own reading of its
 * lines, which is half of what Windows has. */
#include "pem_block.h"
#include "pem_lines.h"
#include "support/random.h"
#include "support/run.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* ---- Reading ---- */

static void tell_block(void *ctx, const char *label, struct certmap_view der) {
    struct t_buf *told = ctx;
    char hex[3];
    t_bytes(told, "[", 1);
    t_bytes(told, label, strlen(label));
    t_bytes(told, ":", 1);
    for (size_t i = 0; i < der.len; i++)
        t_bytes(told, hex, (size_t)snprintf(hex, sizeof hex, "%02X", der.data[i]));
    t_bytes(told, "]", 1);
}

static void tell_library(struct t_buf *told, struct certmap_view text) {
    struct t_buf blocks = T_BUF_INIT;
    const size_t count = tool_pem_blocks(text, tell_block, &blocks);
    char number[32];
    t_bytes(told, number, (size_t)snprintf(number, sizeof number, "%zu", count));
    t_bytes(told, t_view(&blocks).data, blocks.len);
    t_bytes(told, "", 1);
    t_buf_free(&blocks);
}

static unsigned sextet(uint8_t c) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    const char *at = strchr(alphabet, c);
    ck_assert_msg(c != '\0' && at != NULL, "0x%02X is not base64", c);
    return (unsigned)(at - alphabet) & 63;
}

/* What base64 stands for; the last characters have no bits but those of bytes. */
static void decode(struct t_buf *der, struct certmap_view base64) {
    ck_assert_uint_eq(base64.len % 4, 0);
    ck_assert_uint_gt(base64.len, 0);
    for (const uint8_t *p = base64.data, *end = p + base64.len; p < end; p += 4) {
        const unsigned bits = sextet(p[0]) << 18 | sextet(p[1]) << 12 | sextet(p[2]) << 6 | sextet(p[3]);
        const uint8_t bytes[] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
        const size_t padding = p[3] != '=' ? 0 : p[2] != '=' ? 1 : 2;
        ck_assert_msg(padding == 0 || p + 4 == end, "padding before the end");
        ck_assert_uint_eq(padding == 2 ? bytes[1] : 0, 0);
        ck_assert_uint_eq(padding > 0 ? bytes[2] : 0, 0);
        t_bytes(der, bytes, sizeof bytes - padding);
    }
}

static void tell_lines(struct t_buf *told, struct certmap_view text) {
    struct t_buf blocks = T_BUF_INIT;
    struct tool_pem_lines lines;
    char number[32];
    size_t count = 0;
    for (; tool_pem_lines_take(&lines, &text); count++) {
        struct t_buf der = T_BUF_INIT;
        decode(&der, tool_input_view(&lines.base64));
        tell_block(&blocks, lines.label.data, t_view(&der));
        t_buf_free(&der);
        tool_pem_lines_free(&lines);
    }
    tool_pem_lines_free(&lines);
    t_bytes(told, number, (size_t)snprintf(number, sizeof number, "%zu", count));
    t_bytes(told, t_view(&blocks).data, blocks.len);
    t_bytes(told, "", 1);
    t_buf_free(&blocks);
}

/* ---- Texts ---- */

#define BEGIN "-----BEGIN A-----\n"
#define END "-----END A-----\n"
#define LINE_64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LINE_254 LINE_64 LINE_64 LINE_64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ROW(text, blocks)                                                                                              \
    { text, sizeof(text) - 1, blocks }

static const struct {
    const char *text;
    size_t len;
    const char *blocks; /* how many, and [LABEL:BYTES] of each */
} rows[] = {
    ROW("", "0"),
    ROW("text\n", "0"),
    ROW(BEGIN "AQID\n" END, "1[A:010203]"),
    ROW(BEGIN "AQID\n-----END A-----", "1[A:010203]"),
    ROW("-----BEGIN A-----\r\nAQ\r\nID\r\n-----END A-----\r\n", "1[A:010203]"),
    ROW("text\n" BEGIN "AQID\n" END "text\n" BEGIN "BAUG\n" END "text", "2[A:010203][A:040506]"),
    ROW("-----BEGIN -----\nAQID\n-----END -----\n", "1[:010203]"),
    ROW("-----BEGIN A B-----\nAQID\n-----END A B-----\n", "1[A B:010203]"),
    /* what is around a label */
    ROW("-----BEGIN A----- \t\nAQID\n-----END A----- \t\r\n", "1[A:010203]"),
    ROW(" " BEGIN "AQID\n" END, "0"),
    ROW("-----BEGIN A----\nAQID\n" END, "0"),
    ROW("-----BEGIN A-----x\nAQID\n" END, "0"),
    ROW("-----BEGIN A------\nAQID\n-----END A------\n", "1[A-:010203]"),
    ROW(BEGIN "AQID\n -----END A-----\n", "0"),
    ROW(BEGIN "AQID\n-----END A----\n", "0"),
    ROW(BEGIN "AQID\n-----END A-----x\n", "0"),
    ROW(BEGIN "AQID\n-----END AB-----\n", "0"),
    ROW(BEGIN "AQID\n-----END -----\n", "0"),
    ROW(BEGIN "AQID\n", "0"),
    ROW(BEGIN BEGIN "AQID\n" END, "0"),
    ROW("\xEF\xBB\xBF" BEGIN "AQID\n" END "\xEF\xBB\xBFtext\n", "1[A:010203]"),
    /* base64 */
    ROW(BEGIN "AQ==\n" END, "1[A:01]"),
    ROW(BEGIN "AQI=\n" END, "1[A:0102]"),
    ROW(BEGIN "AQ=\n=\n" END, "1[A:01]"),
    ROW(BEGIN "AR==\n" END, "1[A:01]"),
    ROW(BEGIN "AQJ=\n" END, "1[A:0102]"),
    ROW(BEGIN " A Q\tI\rD \n" END, "1[A:010203]"),
    ROW(BEGIN "+/+/\n" END, "1[A:FBFFBF]"),
    ROW(BEGIN "-_-_\n" END, "0"),
    ROW(BEGIN "AQI\n" END, "0"),
    ROW(BEGIN "AQIDB\n" END, "0"),
    ROW(BEGIN "A===\n" END, "0"),
    ROW(BEGIN "====\n" END, "0"),
    ROW(BEGIN "AQ==AQ==\n" END, "0"),
    ROW(BEGIN "AQ=D\n" END, "0"),
    ROW(BEGIN "AQ==\n==\n" END, "0"),
    ROW(BEGIN "AQI*\n" END, "0"),
    ROW(BEGIN "AQI\v\n" END, "0"),
    ROW(BEGIN "AQ\vID\n" END, "0"),
    ROW(BEGIN "AQ\x80ID\n" END, "0"),
    ROW(BEGIN "AQID-*\n" END, "1[A:010203]"),
    ROW(BEGIN "AQID\n-AQ\nID\n" END, "1[A:010203]"),
    ROW(BEGIN "AQI-\n" END, "0"),
    ROW(BEGIN "-AQID\n" END, "0"),
    ROW(BEGIN "AQID\0*\n" END, "1[A:010203]"),
    ROW(BEGIN END, "0"),
    /* header fields, and blank lines */
    ROW(BEGIN "Proc-Type: 4,ENCRYPTED\nDEK-Info: X\n\nAQID\n" END, "1[A:010203]"),
    ROW(BEGIN "\nAQID\n" END, "1[A:010203]"),
    ROW(BEGIN " \t\r\nAQID\n" END, "1[A:010203]"),
    ROW(BEGIN "AQID\n\n" END, "0"),
    ROW(BEGIN "AQID\n\nBAUG\n" END, "1[A:040506]"),
    ROW(BEGIN "\n\nAQID\n" END, "0"),
    ROW(BEGIN "\nAQID\n\n" END, "0"),
    ROW(BEGIN "a: b\nAQID\n" END, "0"),
    ROW(BEGIN "AQID\na: b\n\nBAUG\n" END, "1[A:040506]"),
    ROW(BEGIN "AQID\n-----END A:-----\n", "0"),
    ROW(BEGIN "\n" LINE_64 "\nAQID\n" END, "1[A:" /* 48 bytes */
                                           "000000000000000000000000000000000000000000000000"
                                           "000000000000000000000000000000000000000000000000010203]"),
    ROW(BEGIN "\nAQID\n" LINE_64 "\n" END, "0"),
    ROW(BEGIN "\n" LINE_64 "AQID\n" END, "0"),
    /* long lines */
    ROW(LINE_254 BEGIN "AQID\n" END, "1[A:010203]"),
    ROW(LINE_254 "\n" BEGIN "AQID\n" END, "1[A:010203]"),
    ROW("A" LINE_254 BEGIN "AQID\n" END, "0"),
};

T_TEST(blocks) {
    struct t_buf library = T_BUF_INIT, lines = T_BUF_INIT;
    const struct certmap_view text = {(const uint8_t *)rows[_i].text, rows[_i].len};
    tell_library(&library, text);
    tell_lines(&lines, text);
    ck_assert_str_eq((const char *)lines.data, rows[_i].blocks);
    ck_assert_str_eq((const char *)library.data, rows[_i].blocks);
    t_buf_free(&library);
    t_buf_free(&lines);
}

/* A line of 254 bytes and the end of a line after it are one line, not one and a blank one. */
T_TEST(long_lines) {
    static const char end[] = "AA\n" END;
    for (size_t len = 4; len <= 1024; len += len < 248 || len > 264 ? 4 : 1) {
        struct t_buf text = T_BUF_INIT, library = T_BUF_INIT, lines = T_BUF_INIT;
        t_bytes(&text, BEGIN, strlen(BEGIN));
        for (size_t i = 0; i < len; i++)
            t_bytes(&text, "A", 1);
        t_bytes(&text, "\n", 1);
        t_bytes(&text, end, len % 4 == 2 ? strlen(end) : 0);
        if (len % 4 != 2)
            t_bytes(&text, END, strlen(END));
        tell_library(&library, t_view(&text));
        tell_lines(&lines, t_view(&text));
        ck_assert_str_eq((const char *)lines.data, (const char *)library.data);
        ck_assert_int_eq(lines.data[0], len % 2 == 0 ? '1' : '0');
        t_buf_free(&text);
        t_buf_free(&library);
        t_buf_free(&lines);
    }
}

/* ---- Random texts ---- */

/* What base64 goes on with comes up more often. */
static const char *const pieces[] = {
    "AQID\n",
    "BAUG\n",
    "AQID",
    "+/+/\r\n",
    LINE_64,
    LINE_64 "\n",
    LINE_254,
    "AQ==",
    "AQ=",
    "A",
    "=",
    "\n",
    "\r\n",
    " ",
    "a: b\n",
    "-",
    "*",
    "-----\n",
    "\t\n",
    "\v",
    ":",
    BEGIN,
    END,
    "-----BEGIN A B-----\n",
    "-----END A B-----\n",
    "-----BEGIN A-----",
    "-----END A-----",
#if CHAR_MIN < 0 /* else OpenSSL does not take these bytes for space */
    "\xEF\xBB\xBF",
#endif
};
enum { OFTEN = 7 };

static void make_text(struct t_buf *text, struct t_random *random) {
    const size_t count = t_random_below(random, 7);
    if (t_random_chance(random, 70))
        t_bytes(text, BEGIN, strlen(BEGIN));
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[t_random_below(random, t_random_chance(random, 60) ? OFTEN : COUNT(pieces))];
        t_bytes(text, piece, strlen(piece) + t_random_chance(random, 1)); /* sometimes with its NUL */
    }
    if (t_random_chance(random, 70))
        t_bytes(text, END, strlen(END));
}

T_TEST(random_texts) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    size_t found = 0;
    for (int i = 0; i < 10000; i++) {
        struct t_buf text = T_BUF_INIT, library = T_BUF_INIT, lines = T_BUF_INIT;
        make_text(&text, &random);
        tell_library(&library, t_view(&text));
        tell_lines(&lines, t_view(&text));
        ck_assert_msg(library.len == lines.len && memcmp(library.data, lines.data, lines.len) == 0,
                      "%s and not %s in\n%.*s", (const char *)lines.data, (const char *)library.data, (int)text.len,
                      (const char *)t_view(&text).data);
        found += library.data[0] != '0';
        t_buf_free(&text);
        t_buf_free(&library);
        t_buf_free(&lines);
    }
    ck_assert_uint_gt(found, 1000);
}

T_TESTS("pem", T_CASE("blocks", T_LOOP(blocks, (int)COUNT(rows)), long_lines), T_SLOW_CASE(T_LOOP(random_texts, 8)))
