/* SPDX-License-Identifier: MIT */
/* The bounded writer, quoting, and filling errors. */
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "support/run.h"
#include <stdio.h>

/* ---- the writer ---- */

static void write_bytes(struct cm_out *out) {
    cm_out_bytes(out, "ab\0c", 4);
    cm_out_bytes(out, NULL, 0);
}

static void write_view(struct cm_out *out) {
    cm_out_view(out, CM_VIEW("view"));
    cm_out_view(out, CM_VIEW_NONE);
}

static void write_string(struct cm_out *out) {
    cm_out_string(out, "one ");
    cm_out_string(out, "");
    cm_out_string(out, "two");
}

static void write_chars(struct cm_out *out) {
    cm_out_char(out, 'x');
    cm_out_char(out, '\xE9');
}

static void write_hex(struct cm_out *out) {
    cm_out_hex(out, CM_VIEW("\0\x1F\xA0\xFF"));
    cm_out_hex(out, CM_VIEW(""));
}

static void write_hex_lower(struct cm_out *out) {
    cm_out_char(out, 'x');
    cm_out_hex_lower(out, CM_VIEW("\0\x1F\xA0\xFF"));
    cm_out_hex_lower(out, CM_VIEW_NONE);
    cm_out_hex_lower(out, CM_VIEW("\xBC"));
}

static void write_numbers(struct cm_out *out) {
    cm_out_number(out, 0);
    cm_out_char(out, ' ');
    cm_out_number(out, 10);
    cm_out_char(out, ' ');
    cm_out_number(out, 4294967295u);
}

static void write_nothing(struct cm_out *out) {
    (void)out;
}

static const struct {
    const char *what;
    void (*write)(struct cm_out *out);
    struct certmap_view text;
} writers[] = {
    {"bytes", write_bytes, CM_VIEW_OF("ab\0c")},
    {"view", write_view, CM_VIEW_OF("view")},
    {"string", write_string, CM_VIEW_OF("one two")},
    {"chars", write_chars, CM_VIEW_OF("x\xE9")},
    {"hex", write_hex, CM_VIEW_OF("001FA0FF")},
    {"numbers", write_numbers, CM_VIEW_OF("0 10 4294967295")},
    {"small hex", write_hex_lower, CM_VIEW_OF("x001fa0ffbc")},
    {"nothing", write_nothing, CM_VIEW_OF("")},
};

/* In buffers of every size up to one byte more than needed. */
T_TEST(writer) {
    const struct certmap_view wanted = writers[_i].text;
    for (size_t cap = 0; cap <= wanted.len + 2; cap++) {
        char text[40];
        size_t len = 99;
        struct cm_out out = {cap > 0 ? text : NULL, cap, 0};
        const bool fits = cap > wanted.len;
        memset(text, '~', sizeof text);
        writers[_i].write(&out);
        ck_assert_int_eq(cm_out_finish(&out, &len, NULL), fits ? CERTMAP_OK : CERTMAP_ERROR_BUFFER);
        ck_assert_msg(len == wanted.len, "%s: %zu bytes", writers[_i].what, len);
        if (fits)
            ck_assert_mem_eq(text, wanted.data, wanted.len);
        ck_assert_msg(cap == 0 || text[fits ? wanted.len : 0] == 0, "%s: no NUL", writers[_i].what);
        ck_assert_msg(text[cap] == '~', "%s: past the end of %zu bytes", writers[_i].what, cap);
    }
}

T_TEST(the_largest_number) {
    char text[32], wanted[32];
    size_t len;
    struct cm_out out = {text, sizeof text, 0};
    cm_out_number(&out, SIZE_MAX);
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    snprintf(wanted, sizeof wanted, "%zu", SIZE_MAX);
    ck_assert_str_eq(text, wanted);
}

T_TEST(a_buffer_too_small_says_how_much_is_needed) {
    char text[4];
    size_t len;
    struct certmap_diagnostic err;
    struct cm_out out = {text, sizeof text, 0};
    cm_out_string(&out, "1234");
    ck_assert_int_eq(cm_out_finish(&out, &len, &err), CERTMAP_ERROR_BUFFER);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_BUFFER);
    ck_assert_int_eq(err.code, CERTMAP_CODE_BUFFER_TOO_SMALL);
    ck_assert_str_eq(err.text, "the buffer has 4 bytes, 5 are needed");
}

T_TEST(success_leaves_the_error_alone) {
    char text[8];
    size_t len;
    struct certmap_diagnostic err = {.line = 7};
    struct cm_out out = {text, sizeof text, 0};
    ck_assert_int_eq(cm_out_finish(&out, &len, &err), CERTMAP_OK);
    ck_assert_uint_eq(err.line, 7);
}

/* ---- escaping ---- */

static const struct {
    struct certmap_view view;
    const char *bare, *quoted;
} escapes[] = {
    {CM_VIEW_OF(""), "", "\"\""},
    {CM_VIEW_OF("plain text"), "plain text", "\"plain text\""},
    {CM_VIEW_OF("Z\xC3\xBCrich \xF0\x9F\x98\x80"), "Z\xC3\xBCrich \xF0\x9F\x98\x80",
     "\"Z\xC3\xBCrich \xF0\x9F\x98\x80\""},
    {CM_VIEW_OF("CONTOSO\\portal"), "CONTOSO\\\\portal", "\"CONTOSO\\\\portal\""},
    {CM_VIEW_OF("say \"hi\""), "say \"hi\"", "\"say \\\"hi\\\"\""},
    {CM_VIEW_OF("a\nb\r\tc"), "a\\u{A}b\\u{D}\\u{9}c", "\"a\\u{A}b\\u{D}\\u{9}c\""},
    {CM_VIEW_OF("a\0b"), "a\\u{0}b", "\"a\\u{0}b\""},
    {CM_VIEW_OF("\x1B[31m"), "\\u{1B}[31m", "\"\\u{1B}[31m\""},
    {CM_VIEW_OF("\x7F\xC2\x85"), "\\u{7F}\\u{85}", "\"\\u{7F}\\u{85}\""},
    {CM_VIEW_OF("evil\xE2\x80\xAEtxt"), "evil\\u{202E}txt", "\"evil\\u{202E}txt\""},
    {CM_VIEW_OF("\xE2\x80\xA8|\xE2\x81\xA9|\xEF\xBB\xBF"), "\\u{2028}|\\u{2069}|\\u{FEFF}",
     "\"\\u{2028}|\\u{2069}|\\u{FEFF}\""},
    {CM_VIEW_OF("\xF3\xA0\x81\x81"), "\\u{E0041}", "\"\\u{E0041}\""},
    {CM_VIEW_OF("\xE9t\xE9"), "\\xE9t\\xE9", "\"\\xE9t\\xE9\""},
    {CM_VIEW_OF("\xC0\x80"), "\\xC0\\x80", "\"\\xC0\\x80\""},
    {CM_VIEW_OF("\xED\xA0\x80"), "\\xED\\xA0\\x80", "\"\\xED\\xA0\\x80\""},
    {CM_VIEW_OF("\xE2\x82"), "\\xE2\\x82", "\"\\xE2\\x82\""},
    {CM_VIEW_OF("\xE2\x82\xAC\xFF"), "\xE2\x82\xAC\\xFF", "\"\xE2\x82\xAC\\xFF\""},
};

T_TEST(escaping) {
    for (int quote = 0; quote < 2; quote++) {
        char text[64];
        size_t len;
        struct cm_out out = {text, sizeof text, 0};
        cm_out_escaped(&out, escapes[_i].view, quote == 1);
        ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
        ck_assert_str_eq(text, quote == 1 ? escapes[_i].quoted : escapes[_i].bare);
    }
}

/* ---- quoting in errors ---- */

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define BEL_TEN "\a\a\a\a\a\a\a\a\a\a"

static const struct {
    const char *what;
    struct certmap_view view;
    const char *quoted;
} quotations[] = {
    {"nothing", {NULL, 0}, "\"\""},
    {"a word", CM_VIEW_OF("CNN"), "\"CNN\""},
    {"escapes", CM_VIEW_OF("a\"\\\n\xFF"), "\"a\\\"\\\\\\u{A}\\xFF\""},
    {"as long as fits", CM_VIEW_OF(FIFTY "0123456"), "\"" FIFTY "0123456\""},
    {"one byte more", CM_VIEW_OF(FIFTY "01234567"), "\"" FIFTY "0123456...\""},
    {"much more", CM_VIEW_OF(FIFTY FIFTY FIFTY), "\"" FIFTY "0123456...\""},
    {"two bytes at the cut", CM_VIEW_OF(FIFTY "012345\xC3\xA9!"), "\"" FIFTY "012345...\""},
    {"two bytes that just fit", CM_VIEW_OF(FIFTY "01234\xC3\xA9"), "\"" FIFTY "01234\xC3\xA9\""},
    {"four bytes at the cut", CM_VIEW_OF(FIFTY "0123\xF0\x9F\x98\x80!"), "\"" FIFTY "0123...\""},
    {"an escape at the cut", CM_VIEW_OF(FIFTY "0123\n!"), "\"" FIFTY "0123...\""},
    {"an escape that just fits", CM_VIEW_OF(FIFTY "01\n"), "\"" FIFTY "01\\u{A}\""},
    {"only escapes", CM_VIEW_OF(BEL_TEN BEL_TEN),
     "\"\\u{7}\\u{7}\\u{7}\\u{7}\\u{7}\\u{7}\\u{7}\\u{7}\\u{7}\\u{7}\\u{7}...\""},
    {"quotation marks", CM_VIEW_OF("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""),
     "\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\"
     "\""
     "...\""},
    {"lead bytes without more", CM_VIEW_OF("\xC3\xC3\xC3\xC3\xC3\xC3\xC3\xC3\xC3\xC3\xC3\xC3\xC3\xC3\xC3"),
     "\"\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3\\xC3...\""},
    {"continuation bytes alone", CM_VIEW_OF("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"), "\"...\""},
};

T_TEST(quoting) {
    const struct cm_quoted quoted = cm_quote(quotations[_i].view);
    ck_assert_msg(strcmp(quoted.text, quotations[_i].quoted) == 0, "%s: %s", quotations[_i].what, quoted.text);
}

/* ---- errors ---- */

static struct certmap_diagnostic garbage(void) {
    struct certmap_diagnostic err;
    memset(&err, 0x5A, sizeof err);
    return err;
}

T_TEST(an_error_without_a_position) {
    struct certmap_diagnostic err = garbage();
    ck_assert_int_eq(cm_error(&err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX, "%s at %d", "here", 5),
                     CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(err.code, CERTMAP_CODE_SYNTAX);
    ck_assert_str_eq(err.text, "here at 5");
    ck_assert_uint_eq(err.line + err.column + err.offset + err.length, 0);
}

T_TEST(an_error_at_a_byte) {
    struct certmap_diagnostic err = garbage();
    ck_assert_int_eq(cm_error_at(&err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER, 42, "not %s", "DER"),
                     CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, CERTMAP_CODE_MALFORMED_DER);
    ck_assert_str_eq(err.text, "not DER");
    ck_assert_uint_eq(err.offset, 42);
    ck_assert_uint_eq(err.line + err.column + err.length, 0);
}

T_TEST(an_error_gets_a_place) {
    struct certmap_diagnostic err = garbage();
    cm_error(&err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX, "text");
    cm_error_place(&err, (struct certmap_position){.line = 1, .column = 2, .offset = 3, .length = 4});
    ck_assert_uint_eq(err.line, 1);
    ck_assert_uint_eq(err.column, 2);
    ck_assert_uint_eq(err.offset, 3);
    ck_assert_uint_eq(err.length, 4);
    ck_assert_str_eq(err.text, "text");
}

T_TEST(the_commonest_errors) {
    struct certmap_diagnostic err = garbage();
    ck_assert_int_eq(cm_error_memory(&err), CERTMAP_ERROR_MEMORY);
    ck_assert_int_eq(err.code, CERTMAP_CODE_MEMORY);
    ck_assert_str_eq(err.text, "out of memory");
    ck_assert_int_eq(cm_error_argument(&err, "100 % wrong: %s"), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_str_eq(err.text, "100 % wrong: %s");
}

T_TEST(nobody_wants_the_error) {
    ck_assert_int_eq(cm_error(NULL, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX, "x"), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(cm_error_at(NULL, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NESTING, 1, "x"), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(cm_error_memory(NULL), CERTMAP_ERROR_MEMORY);
    ck_assert_int_eq(cm_error_argument(NULL, "x"), CERTMAP_ERROR_ARGUMENT);
    cm_error_place(NULL, (struct certmap_position){.line = 1});
}

/* A text that is too long is cut, but not inside a character. */
T_TEST(a_long_text_stays_utf8) {
    struct certmap_diagnostic err;
    char before[256];
    const size_t most = sizeof err.text - 1;
    memset(before, 'x', sizeof before);
    before[most - 4 + (size_t)_i] = 0;
    cm_error(&err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX, "%s\xF0\x9F\x98\x80...", before);
    if (_i > 0)
        ck_assert_str_eq(err.text, before);
    else
        ck_assert_str_eq(err.text + most - 4, "\xF0\x9F\x98\x80");
}

T_TESTS("out",
        T_CASE("writer", T_LOOP(writer, COUNT(writers)), the_largest_number, a_buffer_too_small_says_how_much_is_needed,
               success_leaves_the_error_alone, T_LOOP(escaping, COUNT(escapes))),
        T_CASE("quoting", T_LOOP(quoting, COUNT(quotations))),
        T_CASE("errors", an_error_without_a_position, an_error_at_a_byte, an_error_gets_a_place, the_commonest_errors,
               nobody_wants_the_error, T_LOOP(a_long_text_stays_utf8, 5)))
