/* SPDX-License-Identifier: MIT */
/* What writes the page of certmap report: texts of strangers as HTML, numbers, drawings, and the table of keys. */
#include "certmap/names.h"
#include "rank.h"
#include "report_html.h"
#include "report_svg.h"
#include "report_table.h"
#include "support/run.h"

#include <string.h>

static const char *ended(struct tool_text *text) {
    tool_text_repeat(text, '\0', 1);
    return text->data;
}

/* ---- Texts ---- */

#define X(shown) "<b class=x>" shown "</b>"
#define BLANK X("\xE2\x90\xA3")
#define DOTS "\xE2\x80\xA6"

static const struct {
    const char *what, *text, *html;
    size_t limit;
} texts[] = {
    {"plain", "Sales", "Sales", 64},
    {"nothing", "", "", 64},
    {"what HTML reads", "<a href=\"x\">&'", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;", 64},
    {"an entity", "&lt;", "&amp;lt;", 64},
    {"the end of an element", "</bdi></td><script>", "&lt;/bdi&gt;&lt;/td&gt;&lt;script&gt;", 64},
    {"a comment", "--><!--", "--&gt;&lt;!--", 64},
    {"a backslash", "CONTOSO\\x", "CONTOSO\\x", 64},
    {"controls", "a\n\t\x1b[0m\x7f", "a" X("\\u{A}") X("\\u{9}") X("\\u{1B}") "[0m" X("\\u{7F}"), 64},
    {"controls of Latin-1", "\xC2\x80\xC2\x9F", X("\\u{80}") X("\\u{9F}"), 64},
    {"a soft hyphen",
     "a\xC2\xAD"
     "b",
     "a" X("\\u{AD}") "b", 64},
    {"a blank that does not break",
     "a\xC2\xA0"
     "b",
     "a" X("\\u{A0}") "b", 64},
    {"direction", "\xE2\x80\xAEgpj", X("\\u{202E}") "gpj", 64},
    {"isolates",
     "\xE2\x81\xA6"
     "a\xE2\x81\xA9",
     X("\\u{2066}") "a" X("\\u{2069}"), 64},
    {"lines", "\xE2\x80\xA8\xE2\x80\xA9", X("\\u{2028}") X("\\u{2029}"), 64},
    {"no width", "a\xE2\x80\x8B\xEF\xBB\xBF", "a" X("\\u{200B}") X("\\u{FEFF}"), 64},
    {"a filler of Hangul", "\xE3\x85\xA4", X("\\u{3164}"), 64},
    {"Braille without a dot", "\xE2\xA0\x80", X("\\u{2800}"), 64},
    {"a selector", "a\xEF\xB8\x8F", "a" X("\\u{FE0F}"), 64},
    {"a tag", "\xF3\xA0\x81\x81", X("\\u{E0041}"), 64},
    {"private", "\xEE\x80\x80\xF4\x8F\xBF\xBF", X("\\u{E000}") X("\\u{10FFFF}"), 64},
    {"a noncharacter", "\xF0\x9F\xBF\xBE", X("\\u{1FFFE}"), 64},
    {"letters of other scripts", "\xD7\xA9\xD7\x9C \xE4\xB8\xAD \xF0\x9F\x98\x80",
     "\xD7\xA9\xD7\x9C \xE4\xB8\xAD \xF0\x9F\x98\x80", 64},
    {"two marks", "e\xCC\x81\xCC\x82", "e\xCC\x81\xCC\x82", 64},
    {"three marks",
     "e\xCC\x81\xCC\x82\xCC\x83"
     "f",
     "e\xCC\x81\xCC\x82" X("\\u{303}") "f", 64},
    {"marks on the next letter",
     "e\xCC\x81\xCC\x82"
     "f\xCC\x81",
     "e\xCC\x81\xCC\x82"
     "f\xCC\x81",
     64},
    {"blanks at the ends", " a  b ", BLANK "a  b" BLANK, 64},
    {"one blank", " ", BLANK, 64},
    {"no UTF-8", "a\xFF\xC3(", "a" X("\xEF\xBF\xBD") X("\xEF\xBF\xBD") "(", 64},
    {"an overlong <", "\xC0\xBC", X("\xEF\xBF\xBD") X("\xEF\xBF\xBD"), 64},
    {"an overlong < of three", "\xE0\x80\xBC", X("\xEF\xBF\xBD") X("\xEF\xBF\xBD") X("\xEF\xBF\xBD"), 64},
    {"a surrogate", "\xED\xA0\x80", X("\xEF\xBF\xBD") X("\xEF\xBF\xBD") X("\xEF\xBF\xBD"), 64},
    {"past the end", "\xF4\x90\x80\x80", X("\xEF\xBF\xBD") X("\xEF\xBF\xBD") X("\xEF\xBF\xBD") X("\xEF\xBF\xBD"), 64},
    {"cut in a character", "a\xE4\xB8", "a" X("\xEF\xBF\xBD"), 64},
    {"at the limit", "abc", "abc", 3},
    {"over the limit", "abcd", "abc" DOTS, 3},
    {"no element is cut", "ab<", "ab" DOTS, 2},
    {"a blank before the cut is no end", "a b", "a " DOTS, 2},
};

T_TEST(text) {
    struct tool_text out = {NULL, 0, 0};
    char wanted[400];
    (void)snprintf(wanted, sizeof wanted, "<bdi>%s</bdi>", texts[_i].html);
    tool_html_text(&out, certmap_view_of(texts[_i].text), texts[_i].limit);
    ck_assert_msg(strcmp(ended(&out), wanted) == 0, "%s: %s", texts[_i].what, out.data);
    tool_text_free(&out);
}

T_TEST(title_has_no_element) {
    struct tool_text out = {NULL, 0, 0};
    tool_html_title(&out, certmap_view_of(" </title>\xE2\x80\xAE\xFF"), 64);
    ck_assert_str_eq(ended(&out), "\xE2\x90\xA3&lt;/title&gt;\\u{202E}\xEF\xBF\xBD");
    tool_text_free(&out);
}

T_TEST(nul_is_shown) {
    struct tool_text out = {NULL, 0, 0};
    tool_html_text(&out, (struct certmap_view){(const uint8_t *)"a\0b", 3}, 64);
    ck_assert_str_eq(ended(&out), "<bdi>a" X("\\u{0}") "b</bdi>");
    tool_text_free(&out);
}

/* What must not go to a terminal is not in a page either. */
T_TEST(hides_what_terminals_are_not_given) {
    for (uint32_t cp = 1; cp <= 0x10FFFF; cp++) {
        uint8_t bytes[4];
        const size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
        static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
        for (size_t i = 0; i < len; i++)
            bytes[len - 1 - i] = (uint8_t)(i + 1 < len ? 0x80 | (cp >> 6 * i & 0x3F) : leads[len] | cp >> 6 * i);
        if (cp < 0x10000 && cp >= 0x3400 && cp < 0xD800)
            continue; /* letters of China and Korea */
        if (tool_is_unsafe((struct certmap_view){bytes, len}))
            ck_assert_msg(tool_html_is_hidden(cp), "U+%04X", (unsigned)cp);
    }
}

static const struct {
    uint32_t cp;
    bool hidden;
} characters[] = {
    {0x1F, true},     {0x20, false},   {0x7E, false},    {0x7F, true},     {0xA0, true},       {0xA1, false},
    {0x34E, false},   {0x34F, true},   {0x350, false},   {0x1FFF, false},  {0x2000, true},     {0x2010, false},
    {0x202F, true},   {0x2030, false}, {0x205E, false},  {0x205F, true},   {0x206F, true},     {0x2070, false},
    {0xD7FF, false},  {0xD800, true},  {0xF8FF, true},   {0xF900, false},  {0xFDCF, false},    {0xFDD0, true},
    {0xFDEF, true},   {0xFDF0, false}, {0xFFFD, false},  {0xFFFE, true},   {0x10000, false},   {0x1FFFF, true},
    {0xDFFFD, false}, {0xE0000, true}, {0x10FFFF, true}, {0x110000, true}, {UINT32_MAX, true},
};

T_TEST(hidden) {
    ck_assert_msg(tool_html_is_hidden(characters[_i].cp) == characters[_i].hidden, "U+%04X",
                  (unsigned)characters[_i].cp);
}

/* ---- Numbers ---- */

#define N "\xE2\x80\xAF"

static const struct {
    uint64_t number;
    const char *text;
} numbers[] = {
    {0, "0"},
    {7, "7"},
    {999, "999"},
    {1000, "1" N "000"},
    {1234567, "1" N "234" N "567"},
    {UINT64_MAX, "18" N "446" N "744" N "073" N "709" N "551" N "615"},
};

T_TEST(number) {
    struct tool_text out = {NULL, 0, 0};
    tool_html_number(&out, numbers[_i].number);
    ck_assert_str_eq(ended(&out), numbers[_i].text);
    tool_text_free(&out);
}

static const struct {
    uint64_t part, all;
    const char *text;
} shares[] = {
    {0, 0, "0" N "%"},
    {0, 9, "0" N "%"},
    {9, 9, "100" N "%"},
    {1, 1000000, "&lt;0.1" N "%"},
    {1, 1000, "0.1" N "%"},
    {97, 1000, "9.7" N "%"},
    {79, 100, "79" N "%"},
    {995, 1000, "99.5" N "%"},
    {999999, 1000000, "99.9" N "%"},
    {12, 9, "100" N "%"},
    {UINT64_MAX - 1, UINT64_MAX, "99.9" N "%"},
    {UINT64_MAX / 2, UINT64_MAX, "50" N "%"},
};

T_TEST(share) {
    struct tool_text out = {NULL, 0, 0};
    tool_html_share(&out, shares[_i].part, shares[_i].all);
    ck_assert_str_eq(ended(&out), shares[_i].text);
    tool_text_free(&out);
}

T_TEST(count_has_a_plural) {
    struct tool_text out = {NULL, 0, 0};
    tool_html_count(&out, 1, "mapping");
    tool_html_count(&out, 2, "mapping");
    ck_assert_str_eq(ended(&out), "1 mapping2 mappings");
    tool_text_free(&out);
}

T_TEST(digest_is_base64) {
    uint8_t digest[32];
    char base64[TOOL_HTML_DIGEST];
    for (size_t i = 0; i < sizeof digest; i++)
        digest[i] = (uint8_t)(i * 8);
    tool_html_digest(base64, digest);
    ck_assert_str_eq(base64, "AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8Pg=");
}

/* ---- Ranks ---- */

/* What is expected of each is its index. */
T_TEST(worst_is_first) {
    struct tool_rank ranks[] = {{1, 9, 5}, {0, 1, 2}, {1, 10, 3}, {1, 9, 4}, {0, 2, 1}, {0, 2, 0}, {2, UINT64_MAX, 6}};
    tool_rank_sort(ranks, 0);
    tool_rank_sort(ranks, COUNT(ranks));
    for (size_t i = 0; i < COUNT(ranks); i++)
        ck_assert_uint_eq(ranks[i].index, i);
}

/* An account more is the worst. */
T_TEST(effects_are_ranked) {
    static const enum certmap_diff_effect_kind kinds[] = {CERTMAP_DIFF_GAIN, CERTMAP_DIFF_OTHER, CERTMAP_DIFF_LOSE,
                                                          CERTMAP_DIFF_REFUSED, CERTMAP_DIFF_LEFT};
    for (unsigned i = 0; i < COUNT(kinds); i++)
        ck_assert_uint_eq(tool_rank_of_effect(kinds[i]), i);
}

static const struct {
    size_t count, shown, folded; /* what there is, and is wanted */
    struct tool_rank_cut cut;
} cuts[] = {
    {0, 3, 5, {0, 0, 0}}, {2, 3, 5, {2, 2, 0}}, {3, 3, 5, {3, 3, 0}}, {4, 3, 5, {3, 4, 0}},
    {5, 3, 5, {3, 5, 0}}, {6, 3, 5, {3, 5, 1}}, {9, 6, 5, {6, 6, 3}},
};

T_TEST(cut_of_many) {
    const struct tool_rank_cut cut = tool_rank_cut(cuts[_i].count, cuts[_i].shown, cuts[_i].folded);
    ck_assert_uint_eq(cut.shown, cuts[_i].cut.shown);
    ck_assert_uint_eq(cut.folded, cuts[_i].cut.folded);
    ck_assert_uint_eq(cut.others, cuts[_i].cut.others);
}

T_TEST(sums_stay) {
    const struct tool_rank few[] = {{0, 7, 0}, {0, TOOL_MOST - 5, 1}, {0, 3, 2}, {0, 2, 3}, {0, 9, 4}};
    ck_assert_uint_eq(tool_rank_sum(1, 2), 3);
    ck_assert_uint_eq(tool_rank_sum(TOOL_MOST - 1, 0), TOOL_MOST - 1);
    ck_assert_uint_eq(tool_rank_sum(TOOL_MOST - 1, 1), TOOL_MOST);
    ck_assert_uint_eq(tool_rank_sum(TOOL_MOST, UINT64_MAX), TOOL_MOST);
    ck_assert_uint_eq(tool_rank_sum(0, UINT64_MAX), TOOL_MOST);
    ck_assert_uint_eq(tool_rank_sum_of_others(few, 5, &(struct tool_rank_cut){0, 2, 3}), 14);
    ck_assert_uint_eq(tool_rank_sum_of_others(few, 5, &(struct tool_rank_cut){0, 1, 4}), TOOL_MOST);
    ck_assert_uint_eq(tool_rank_sum_of_others(few, 5, &(struct tool_rank_cut){0, 5, 0}), 0);
}

/* ---- Drawings ---- */

static const struct {
    uint64_t hundredths;
    const char *text;
} lengths[] = {{0, "0"}, {5, "0.05"}, {10, "0.1"}, {100, "1"}, {1234, "12.34"}, {1230, "12.3"}, {96000, "960"}};

T_TEST(length) {
    struct tool_text out = {NULL, 0, 0};
    tool_svg_length(&out, lengths[_i].hundredths);
    ck_assert_str_eq(ended(&out), lengths[_i].text);
    tool_text_free(&out);
}

T_TEST(scale) {
    ck_assert_uint_eq(tool_svg_scale(0, 0, 100), 0);
    ck_assert_uint_eq(tool_svg_scale(1, 3, 100), 33);
    ck_assert_uint_eq(tool_svg_scale(3, 3, 100), 100);
    ck_assert_uint_eq(tool_svg_scale(4, 3, 100), 100);
    ck_assert_uint_eq(tool_svg_scale(UINT64_MAX / 2, UINT64_MAX, 10000), 4999);
    ck_assert_uint_eq(tool_svg_scale(UINT64_MAX, UINT64_MAX, 10000), 10000);
}

/* The top is not under what is drawn, and a quarter of it is a whole number. */
T_TEST(top_is_round) {
    for (uint64_t most = 0; most < UINT64_MAX / 16; most = most * 3 + 1) {
        const uint64_t round = tool_svg_top(most);
        ck_assert_uint_ge(round, most);
        ck_assert_uint_le(round / 3, most + 2);
        if (most < UINT64_MAX / 1000)
            ck_assert_uint_eq(round % 4, 0);
    }
    ck_assert_uint_ge(tool_svg_top(UINT64_MAX), UINT64_MAX);
    ck_assert_uint_eq(tool_svg_top(1000), 1000);
    ck_assert_uint_eq(tool_svg_top(1001), 1200);
}

T_TEST(log_never_falls) {
    unsigned last = 0;
    ck_assert_uint_eq(tool_svg_log(0), 0);
    ck_assert_uint_eq(tool_svg_log(1), 0);
    ck_assert_uint_eq(tool_svg_log(1024), 1000);
    for (uint64_t i = 1; i < 100000; i++) {
        ck_assert_uint_ge(tool_svg_log(i), last);
        last = tool_svg_log(i);
    }
    ck_assert_uint_ge(tool_svg_log(UINT64_MAX), 6390);
}

T_TEST(bar) {
    struct tool_text out = {NULL, 0, 0};
    tool_svg_bar(&out, "allow", 0, 10);
    ck_assert_uint_eq(out.len, 0);
    tool_svg_bar(&out, "allow", 1, 3);
    ck_assert_str_eq(ended(&out),
                     "<svg class=b aria-hidden=true><rect class=allow rx=2 height=\"100%\" width=\"33.33%\"/></svg>");
    out.len = 0;
    tool_svg_bar(&out, "deny", 1, 1000000);
    ck_assert_ptr_nonnull(strstr(ended(&out), "width=\"0.6%\""));
    tool_text_free(&out);
}

T_TEST(stack_says_its_numbers) {
    const struct tool_svg_part parts[] = {{"allow", 3}, {"deny", 0}, {"none", 1}};
    struct tool_text out = {NULL, 0, 0};
    tool_svg_stack(&out, parts, 3, 4, 4);
    ck_assert_str_eq(ended(&out), "<svg class=b role=img aria-label=\"allow 3, none 1\">"
                                  "<rect class=allow height=\"100%\" x=\"0%\" width=\"74.85%\"/>"
                                  "<rect class=none height=\"100%\" x=\"75%\" width=\"24.85%\"/></svg>");
    tool_text_free(&out);
}

/* Of many numbers a line has few points; nothing is drawn of none. */
T_TEST(ranks_are_few) {
    static uint64_t many[100000];
    struct tool_text out = {NULL, 0, 0};
    for (size_t i = 0; i < 100000; i++)
        many[i] = 99999 - i;
    tool_svg_ranks(&out, many, 0, 0);
    ck_assert_uint_eq(out.len, 0);
    tool_svg_ranks(&out, many, 100000, 99999);
    ck_assert_uint_lt(out.len, 20000);
    tool_text_free(&out);
}

/* ---- Keys ---- */

T_TEST(keys_are_there_once) {
    struct tool_table table = {.limit = 1000};
    char key[16];
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < 1000; i++) {
            (void)snprintf(key, sizeof key, "key %zu", i);
            ck_assert_uint_eq(tool_table_add(&table, certmap_view_of(key)), i);
        }
    ck_assert_uint_eq(table.count, 1000);
    ck_assert_uint_eq(tool_table_add(&table, certmap_view_of("one more")), SIZE_MAX);
    ck_assert_uint_eq(tool_table_add(&table, certmap_view_of("key 999")), 999);
    ck_assert_uint_eq(tool_table_key_at(&table, 7).len, 5);
    tool_table_free(&table);
    ck_assert_uint_eq(table.count, 0);
}

T_TEST(keys_may_be_empty) {
    struct tool_table table = {.limit = 2};
    ck_assert_uint_eq(tool_table_add(&table, certmap_no_view()), 0);
    ck_assert_uint_eq(tool_table_add(&table, certmap_view_of("a")), 1);
    ck_assert_uint_eq(tool_table_add(&table, certmap_view_of("")), 0);
    tool_table_free(&table);
}

T_TESTS("report",
        T_CASE("texts", T_LOOP(text, COUNT(texts)), title_has_no_element, nul_is_shown,
               hides_what_terminals_are_not_given, T_LOOP(hidden, COUNT(characters))),
        T_CASE("numbers", T_LOOP(number, COUNT(numbers)), T_LOOP(share, COUNT(shares)), count_has_a_plural,
               digest_is_base64),
        T_CASE("ranks", worst_is_first, effects_are_ranked, T_LOOP(cut_of_many, COUNT(cuts)), sums_stay),
        T_CASE("drawings", T_LOOP(length, COUNT(lengths)), scale, top_is_round, log_never_falls, bar,
               stack_says_its_numbers, ranks_are_few),
        T_CASE("keys", keys_are_there_once, keys_may_be_empty))
