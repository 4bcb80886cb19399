/* SPDX-License-Identifier: MIT */
/* Diagnostics as people read them: the first line, the line of the source, and the caret. */
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/diagnostic.h"
#include "certmap/names.h"
#include "rules.h"

#define FFFD "\xEF\xBF\xBD"
#define MARK "\xEF\xBB\xBF"
#define TEN "0123456789"
#define FORTY TEN TEN TEN TEN
#define TILDES "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"
#define HUNDRED FORTY FORTY TEN TEN

/* Formats into memory of just that size. Free the text. */
static char *format(const struct certmap_diagnostic *diagnostic, struct certmap_view source,
                    enum certmap_diagnostic_style style) {
    size_t len = 0, again = 0;
    ck_assert_int_eq(certmap_diagnostic_format(NULL, 0, &len, diagnostic, source, style, NULL), CERTMAP_ERROR_BUFFER);
    char *text = malloc(len + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(certmap_diagnostic_format(text, len + 1, &again, diagnostic, source, style, NULL), CERTMAP_OK);
    ck_assert_uint_eq(again, len);
    ck_assert_uint_eq(strlen(text), len);
    return text;
}

static void check_format(const struct certmap_diagnostic *diagnostic, struct certmap_view source,
                         enum certmap_diagnostic_style style, const char *expected) {
    char *text = format(diagnostic, source, style);
    ck_assert_str_eq(text, expected);
    free(text);
}

/* ---- The first line ---- */

static const struct {
    struct certmap_diagnostic diagnostic;
    const char *line;
} heads[] = {
    {{.text = "no memory"}, "error: no memory"},
    {{.text = "a", .code = CERTMAP_CODE_SYNTAX}, "error: a [syntax]"},
    {{.text = "a", .line = 3}, "3: error: a"},
    {{.text = "a", .line = 3, .column = 7}, "3:7: error: a"},
    {{.text = "a", .column = 7}, "error: a"}, /* a column without a line is of nothing */
    {{.text = "a", .file = "x.rules"}, "x.rules: error: a"},
    {{.text = "a", .file = "x.rules", .line = 3}, "x.rules:3: error: a"},
    {{.text = "a", .file = "x.rules", .line = 3, .column = 7}, "x.rules:3:7: error: a"},
    {{.text = "a", .file = "", .line = 3, .column = 7}, "3:7: error: a"},
    {{.text = "a", .severity = CERTMAP_SEVERITY_WARNING}, "warning: a"},
    {{.text = "a", .severity = CERTMAP_SEVERITY_NOTE}, "note: a"},
    {{.text = ""}, "error: "},
    /* a code of a later version has a number */
    {{.text = "a", .code = (enum certmap_code)99999}, "error: a [99999]"},
    /* paths stay as they are; what forges lines, or moves the cursor, does not */
    {{.text = "a", .file = "C:\\rules\\\xC3\xA9.rules"}, "C:\\rules\\\xC3\xA9.rules: error: a"},
    {{.text = "a", .file = "x\n\x1B[2J\xE2\x80\xAE.rules"}, "x\\u{A}\\u{1B}[2J\\u{202E}.rules: error: a"},
    {{.text = "a", .file = "\xFF.rules"}, "\\xFF.rules: error: a"},
    {{.text = "a\nb \\5C"}, "error: a\\u{A}b \\5C"},
};

T_TEST(head) {
    check_format(&heads[_i].diagnostic, certmap_no_view(), CERTMAP_DIAGNOSTIC_PLAIN, heads[_i].line);
}

/* Without a line there is nothing to show, whatever the source is. */
T_TEST(head_with_a_source) {
    char *text = format(&heads[_i].diagnostic, CM_VIEW("source"), CERTMAP_DIAGNOSTIC_PLAIN);
    ck_assert_int_eq(strchr(text, '\n') != NULL, heads[_i].diagnostic.line > 0);
    ck_assert_int_eq(strncmp(text, heads[_i].line, strlen(heads[_i].line)), 0);
    free(text);
}

/* The member of a program that wrote it to its end. */
T_TEST(a_text_without_end) {
    struct certmap_diagnostic diagnostic = {.severity = CERTMAP_SEVERITY_NOTE};
    memset(diagnostic.text, 'x', sizeof diagnostic.text);
    char *text = format(&diagnostic, certmap_no_view(), CERTMAP_DIAGNOSTIC_PLAIN);
    ck_assert_uint_eq(strlen(text), strlen("note: ") + sizeof diagnostic.text);
    free(text);
}

/* ---- The line of the source ---- */

static const struct {
    const char *source;
    size_t len, offset, length;
    const char *shown; /* after the first line, with the LF before */
} lines[] = {
#define LINE(source, offset, length, shown)                                                                            \
    { source, sizeof(source) - 1, offset, length, shown }
    LINE("deny;", 0, 4, "\n  deny;\n  ^~~~"),
    LINE("deny;", 4, 1, "\n  deny;\n      ^"),
    LINE("deny;", 4, 0, "\n  deny;\n      ^"), /* a length that is not known */
    LINE("deny;", 2, 99, "\n  deny;\n    ^~~"),
    LINE("deny;", 2, SIZE_MAX, "\n  deny;\n    ^~~"),
    /* the end of the text, and beyond */
    LINE("deny;", 5, 0, "\n  deny;\n       ^"),
    LINE("deny;", 99, 1, "\n  deny;\n       ^"),
    LINE("deny;", SIZE_MAX, SIZE_MAX, "\n  deny;\n       ^"),
    LINE("deny;\n", 6, 0, ""),
    LINE("", 0, 0, ""),
    LINE("", 7, 7, ""),
    /* other lines, and what ends them */
    LINE("a\nbc\nd", 3, 1, "\n  bc\n   ^"),
    LINE("a\nbc\nd", 1, 1, "\n  a\n   ^"),
    LINE("a\nbc\nd", 4, 1, "\n  bc\n    ^"),
    LINE("a\r\nbc\r\nd", 3, 2, "\n  bc\n  ^~"),
    LINE("a\r\nbc\r\nd", 5, 1, "\n  bc\n    ^"),
    LINE("a\r\nbc\r\nd", 6, 1, "\n  bc\n    ^"),
    LINE("a\r\nbc\r", 6, 1, "\n  bc\n    ^"),
    LINE("a\n\nb", 2, 1, ""),
    LINE("a\r\n\r\nb", 3, 1, ""),
    /* a token that goes on in the next line */
    LINE("ab\ncd", 1, 4, "\n  ab\n   ^"),
    LINE("ab\r\ncd", 1, 4, "\n  ab\n   ^"),
    /* tabs keep their width before the caret */
    LINE("\twhen\tx", 6, 1, "\n  \twhen\tx\n  \t    \t^"),
    LINE("a\tb", 1, 1, "\n  a\tb\n   ^"),
    /* characters of several bytes are one, wherever in them the offset is */
    LINE("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x", 9, 1, "\n  \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x\n     ^"),
    LINE("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x", 0, 9, "\n  \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x\n  ^~~"),
    LINE("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x", 4, 1, "\n  \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x\n   ^"),
    LINE("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x", 8, 1, "\n  \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x\n    ^"),
    /* a mark at the beginning is not in the line, and no character anywhere else */
    LINE(MARK "deny;", 3, 4, "\n  deny;\n  ^~~~"),
    LINE(MARK "deny;", 0, 0, "\n  deny;\n  ^"),
    LINE(MARK "a\nb", 5, 1, "\n  b\n  ^"),
    LINE(MARK, 3, 0, ""),
    LINE(MARK MARK "a", 6, 1, "\n  " FFFD "a\n   ^"),
    /* what takes over terminals, forges lines, or is not UTF-8 */
    LINE("a\x1B[2Jb", 5, 1, "\n  a" FFFD "[2Jb\n       ^"),
    LINE("ab\0c", 3, 1, "\n  ab" FFFD "c\n     ^"),
    LINE("a\rb", 2, 1, "\n  a" FFFD "b\n    ^"),
    LINE("a\r\r\nb", 1, 1, "\n  a" FFFD "\n   ^"),
    LINE("a\xE2\x80\xAE"
         "b",
         4, 1, "\n  a" FFFD "b\n    ^"),
    LINE("a\xE2\x80\xA8"
         "b",
         4, 1, "\n  a" FFFD "b\n    ^"),
    LINE("a\xC2\x85"
         "b\x7F",
         3, 1, "\n  a" FFFD "b" FFFD "\n    ^"),
    LINE("a\xFF\xFE"
         "b",
         3, 1, "\n  a" FFFD FFFD "b\n     ^"),
    LINE("\x80\x80\x80\x80\x80x", 5, 1, "\n  " FFFD FFFD FFFD FFFD FFFD "x\n       ^"),
    LINE("\xF0\x9F\x98x", 3, 1, "\n  " FFFD "x\n   ^"),
    LINE("\xED\xA0\x80x", 3, 1, "\n  " FFFD FFFD FFFD "x\n     ^"),
    LINE("x\xE2\x82", 2, 1, "\n  x" FFFD "\n   ^"),
    /* lines that are cut: at 100 characters, and around the caret */
    LINE(HUNDRED, 0, 1, "\n  " HUNDRED "\n  ^"),
    LINE(HUNDRED "x", 0, 1, "\n  " HUNDRED "...\n  ^"),
    LINE(HUNDRED "x", 0, 101, "\n  " HUNDRED "...\n  ^" TILDES TILDES TILDES "~~~~~~~~~"),
    LINE(HUNDRED HUNDRED "x", 200, 1, "\n  ..." FORTY "x\n                                             ^"),
    LINE(HUNDRED HUNDRED HUNDRED, 100, 1,
         "\n  ..." FORTY FORTY TEN TEN "...\n                                             ^"),
};

static struct certmap_diagnostic at(size_t offset, size_t length) {
    struct certmap_diagnostic diagnostic = {.line = 1, .text = "t"};
    diagnostic.offset = offset;
    diagnostic.length = length;
    return diagnostic;
}

/* The source in a block of its own, so that whoever reads beyond it is seen. */
static char *format_line(int i, enum certmap_diagnostic_style style) {
    const struct certmap_diagnostic diagnostic = at(lines[i].offset, lines[i].length);
    uint8_t *copy = malloc(lines[i].len + (lines[i].len == 0));
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, lines[i].source, lines[i].len);
    char *text = format(&diagnostic, (struct certmap_view){copy, lines[i].len}, style);
    free(copy);
    return text;
}

T_TEST(line) {
    char *text = format_line(_i, CERTMAP_DIAGNOSTIC_PLAIN);
    ck_assert_int_eq(strncmp(text, "1: error: t", 11), 0);
    ck_assert_str_eq(text + 11, lines[_i].shown);
    free(text);
}

/* The same text, with sequences in it. */
T_TEST(colours_change_nothing_else) {
    char *plain = format_line(_i, CERTMAP_DIAGNOSTIC_PLAIN), *text = format_line(_i, CERTMAP_DIAGNOSTIC_ANSI);
    size_t kept = 0;
    for (size_t i = 0; text[i] != 0; i++) {
        if (text[i] == '\x1B')
            i += strcspn(text + i, "m");
        else
            text[kept++] = text[i];
    }
    text[kept] = 0;
    ck_assert_str_eq(text, plain);
    free(plain);
    free(text);
}

T_TEST(colours) {
    struct certmap_diagnostic diagnostic = at(4, 1);
    diagnostic.file = "x";
    diagnostic.severity = (enum certmap_severity)_i;
    static const char *const expected[] = {
        "\x1B[1mx:1\x1B[0m: \x1B[31merror\x1B[0m: t\n  deny;\n      \x1B[32m^\x1B[0m",
        "\x1B[1mx:1\x1B[0m: \x1B[33mwarning\x1B[0m: t\n  deny;\n      \x1B[32m^\x1B[0m",
        "\x1B[1mx:1\x1B[0m: \x1B[2mnote\x1B[0m: t\n  deny;\n      \x1B[32m^\x1B[0m",
    };
    check_format(&diagnostic, CM_VIEW("deny;"), CERTMAP_DIAGNOSTIC_ANSI, expected[_i]);
}

/* ---- What rules really give ---- */

struct collected {
    struct certmap_diagnostic items[8];
    size_t count;
};

static void collect(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct collected *collected = ctx;
    ck_assert_int_eq(diagnostic->severity, severity);
    ck_assert_uint_lt(collected->count, COUNT(collected->items));
    collected->items[collected->count++] = *diagnostic;
}

static enum certmap_status parse(struct collected *collected, struct certmap_view text,
                                 struct certmap_diagnostic *err) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    options.file = "staff.rules";
    options.diagnostic = collect;
    options.diagnostic_ctx = collected;
    const enum certmap_status status = certmap_rules_parse(&rules, text, &options, err);
    certmap_rules_free(rules);
    return status;
}

/* The example of the header. */
T_TEST(the_header_does_not_lie) {
    const struct certmap_view text = CM_VIEW("certmap 1;\nmapping \"a\" { when subject.CM = \"x\"; deny; }\n");
    struct collected collected = {.count = 0};
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    ck_assert_int_eq(parse(&collected, text, &err), CERTMAP_ERROR_SYNTAX);
    ck_assert_uint_eq(collected.count, 1);
    ck_assert_int_eq(memcmp(&err, &collected.items[0], sizeof err), 0);
    check_format(&err, text, CERTMAP_DIAGNOSTIC_PLAIN,
                 "staff.rules:2:28: error: there is no subfield \"CM\"; did you mean CN? [unknown-subfield]\n"
                 "  mapping \"a\" { when subject.CM = \"x\"; deny; }\n"
                 "                             ^~");
}

T_TEST(warnings_have_their_severity) {
    const struct certmap_view text = CM_VIEW("certmap 1;\nmapping \"a\" { when subject.CN = \"x*\"; deny; }\n");
    struct collected collected = {.count = 0};
    ck_assert_int_eq(parse(&collected, text, NULL), CERTMAP_OK);
    ck_assert_uint_eq(collected.count, 1);
    char *shown = format(&collected.items[0], text, CERTMAP_DIAGNOSTIC_PLAIN);
    ck_assert_int_eq(strncmp(shown, "staff.rules:2:33: warning: ", 27), 0);
    free(shown);
}

/* A file in UTF-16 is shown as what it was made to, and never as it is. */
T_TEST(utf16) {
    static const char file[] = "\xFF\xFE"
                               "c\0e\0r\0t\0m\0a\0p\0 \0001\0;\0\n\0\xE9\0 \0x\0";
    const struct certmap_view bytes = {(const uint8_t *)file, sizeof file - 1};
    struct collected collected = {.count = 0};
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    char text[64];
    size_t len = 0;
    ck_assert_int_eq(certmap_text_from_utf16(text, sizeof text, &len, bytes, NULL), CERTMAP_OK);
    ck_assert_int_eq(parse(&collected, cm_view(text, len), &err), CERTMAP_ERROR_SYNTAX);
    char *shown = format(&err, cm_view(text, len), CERTMAP_DIAGNOSTIC_PLAIN);
    ck_assert_ptr_nonnull(strstr(shown, "\n  \xC3\xA9 x\n  ^"));
    free(shown);
    shown = format(&err, bytes, CERTMAP_DIAGNOSTIC_PLAIN);
    ck_assert_ptr_null(strchr(shown, '\n'));
    free(shown);
}

/* One line as long as a file may be: what is written has an end, and comes at once. */
T_TEST(a_line_without_end) {
    const size_t size = 1u << 26;
    uint8_t *source = malloc(size);
    ck_assert_ptr_nonnull(source);
    memset(source, 'x', size);
    for (size_t i = 0; i < 20000; i++) {
        const struct certmap_diagnostic diagnostic = at(size / 20000 * i, size);
        size_t len = 0;
        (void)certmap_diagnostic_format(NULL, 0, &len, &diagnostic, cm_view(source, size), CERTMAP_DIAGNOSTIC_PLAIN,
                                        NULL);
        ck_assert_uint_le(len, 256);
    }
    free(source);
}

/* ---- Arguments ---- */

T_TEST(small_buffers) {
    const struct certmap_diagnostic diagnostic = at(3, 2);
    const struct certmap_view source = CM_VIEW("when x");
    char *whole = format(&diagnostic, source, CERTMAP_DIAGNOSTIC_PLAIN);
    const size_t wanted = strlen(whole);
    for (size_t cap = 1; cap <= wanted; cap++) {
        char text[64] = "????";
        size_t len = 0;
        ck_assert_int_eq(
            certmap_diagnostic_format(text, cap, &len, &diagnostic, source, CERTMAP_DIAGNOSTIC_PLAIN, NULL),
            CERTMAP_ERROR_BUFFER);
        ck_assert_uint_eq(len, wanted);
        ck_assert_str_eq(text, "");
    }
    free(whole);
}

static enum certmap_status try_with(char *text, size_t *len, const struct certmap_diagnostic *diagnostic,
                                    struct certmap_view source, int style) {
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    const enum certmap_status status =
        certmap_diagnostic_format(text, 64, len, diagnostic, source, (enum certmap_diagnostic_style)style, &err);
    ck_assert_int_eq(err.status, status);
    return status;
}

T_TEST(wrong_arguments) {
    const struct certmap_view null = {NULL, 2}, none = CERTMAP_NO_VIEW;
    struct certmap_diagnostic diagnostic = {.text = "t"};
    char text[64];
    size_t len;
    ck_assert_int_eq(try_with(text, &len, &diagnostic, none, 0), CERTMAP_OK);
    ck_assert_int_eq(try_with(NULL, &len, &diagnostic, none, 0), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(try_with(text, NULL, &diagnostic, none, 0), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(try_with(text, &len, NULL, none, 0), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(try_with(text, &len, &diagnostic, null, 0), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(try_with(text, &len, &diagnostic, none, 2), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(try_with(text, &len, &diagnostic, none, -1), CERTMAP_ERROR_ARGUMENT);
    diagnostic.severity = (enum certmap_severity)3;
    ck_assert_int_eq(try_with(text, &len, &diagnostic, none, 0), CERTMAP_ERROR_ARGUMENT);
    diagnostic.severity = (enum certmap_severity) - 1;
    ck_assert_int_eq(try_with(text, &len, &diagnostic, none, 0), CERTMAP_ERROR_ARGUMENT);
}

T_TEST(severities) {
    ck_assert_str_eq(certmap_severity_name(CERTMAP_SEVERITY_ERROR), "error");
    ck_assert_str_eq(certmap_severity_name(CERTMAP_SEVERITY_WARNING), "warning");
    ck_assert_str_eq(certmap_severity_name(CERTMAP_SEVERITY_NOTE), "note");
    ck_assert_ptr_null(certmap_severity_name((enum certmap_severity)3));
    ck_assert_ptr_null(certmap_severity_name((enum certmap_severity) - 1));
}

T_TESTS("diagnostic",
        T_CASE("format", T_LOOP(head, COUNT(heads)), T_LOOP(head_with_a_source, COUNT(heads)), a_text_without_end,
               T_LOOP(line, COUNT(lines)), T_LOOP(colours_change_nothing_else, COUNT(lines)), T_LOOP(colours, 3),
               the_header_does_not_lie, warnings_have_their_severity, utf16, small_buffers, wrong_arguments,
               severities),
        T_SLOW_CASE(a_line_without_end))
