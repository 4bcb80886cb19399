/* SPDX-License-Identifier: MIT */
/* What the benchmark is made of: numbers that it prints must not be wrong, and what it measures must be an answer. */
#include "bench/certificate.h"
#include "bench/json.h"
#include "bench/machine.h"
#include "bench/memory.h"
#include "bench/rules.h"
#include "bench/stats.h"
#include "bench/svg.h"
#include "bench/worst.h"
#include "certmap/iis.h"
#include "support/run.h"
#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Statistics ---- */

static const struct {
    const char *name;
    size_t count;
    double samples[6];
    struct b_stats stats; /* median, low, high, min, max */
} stats_rows[] = {
    {"none", 0, {0}, {0, 0, 0, 0, 0}},
    {"one", 1, {7}, {7, 7, 7, 7, 7}},
    {"two: between them", 2, {10, 2}, {6, 4, 8, 2, 10}},
    {"three", 3, {9, 1, 5}, {5, 3, 7, 1, 9}},
    {"four", 4, {4, 1, 3, 2}, {2.5, 1.75, 3.25, 1, 4}},
    {"five: one far away does not move the median", 5, {1, 2, 3, 4, 1000}, {3, 2, 4, 1, 1000}},
    {"equal", 6, {3, 3, 3, 3, 3, 3}, {3, 3, 3, 3, 3}},
};

static void ck_stats(const struct b_stats *found, const struct b_stats *wanted) {
    ck_assert_double_eq_tol(found->median, wanted->median, 1e-9);
    ck_assert_double_eq_tol(found->low, wanted->low, 1e-9);
    ck_assert_double_eq_tol(found->high, wanted->high, 1e-9);
    ck_assert_double_eq_tol(found->min, wanted->min, 1e-9);
    ck_assert_double_eq_tol(found->max, wanted->max, 1e-9);
}

T_TEST(stats) {
    double samples[6];
    memcpy(samples, stats_rows[_i].samples, sizeof samples);
    const struct b_stats found = b_stats_of(samples, stats_rows[_i].count);
    ck_stats(&found, &stats_rows[_i].stats);
}

/* Round by round: the machine was ten times as slow in the second one, and the ratio is the same. */
T_TEST(ratio) {
    const double a[] = {20, 200, 22}, b[] = {10, 100, 10};
    double scratch[3];
    const struct b_stats found = b_stats_ratio(a, b, 3, scratch), wanted = {2, 2, 2.1, 2, 2.2};
    ck_stats(&found, &wanted);
}

/* ---- Memory ---- */

T_TEST(memory_counts) {
    struct b_memory memory = {0, 0};
    const struct certmap_allocator allocator = b_memory_allocator(&memory);
    void *a = allocator.alloc(&memory, 100);
    ck_assert_uint_eq(memory.bytes, 100);
    void *b = allocator.resize(&memory, NULL, 10);
    ck_assert_uint_eq(memory.bytes, 110);
    memset(a, 1, 100);
    a = allocator.resize(&memory, a, 300);
    ck_assert_uint_eq(((unsigned char *)a)[99], 1);
    ck_assert_uint_eq(memory.bytes, 310);
    ck_assert_uint_eq(memory.peak, 410);
    a = allocator.resize(&memory, a, 50);
    ck_assert_uint_eq(memory.bytes, 60);
    allocator.release(&memory, a);
    allocator.release(&memory, b);
    ck_assert_uint_eq(memory.bytes, 0);
    ck_assert_uint_eq(memory.peak, 410);
    ck_assert_ptr_null(allocator.alloc(&memory, SIZE_MAX));
    ck_assert_uint_eq(memory.bytes, 0);
}

/* ---- Workloads ---- */

/* Every workload at these sizes: all certificates of its rules, against what certmap says. */
static const size_t sizes[] = {1, 2, 10, 45};
enum { SIZES = sizeof sizes / sizeof *sizes };

static struct certmap_rules *parse(const struct t_buf *text, enum b_workload workload, bool iis) {
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.text = ""};
    const struct certmap_view view = {text->data, text->len};
    const enum certmap_status status =
        iis ? certmap_iis_load(&rules, NULL, view, NULL, &error) : certmap_rules_parse(&rules, view, NULL, &error);
    ck_assert_msg(status == CERTMAP_OK, "%s: line %zu: %s", b_workload_name(workload), error.line, error.text);
    return rules;
}

/* What certmap says about a certificate of rule id: a position, or SIZE_MAX. */
static size_t answer(const struct certmap_rules *rules, struct certmap_peer *peer, enum b_workload workload, size_t id,
                     bool small, uint64_t seed) {
    struct b_random random = {seed};
    struct b_person person;
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    b_workload_person(workload, id, &random, &person);
    (small ? b_certificate_small : b_certificate)(&der, &person);
    ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(&der), NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    certmap_peer_clear(peer);
    t_buf_free(&der);
    return result.index;
}

static void ck_answers(const struct certmap_rules *rules, enum b_workload workload, size_t size, const char *form) {
    struct certmap_peer *peer;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_uint_eq(certmap_rules_count(rules), size);
    for (size_t id = 0; id < size; id++) {
        const bool one = workload == B_ONE_TO_ONE;
        const size_t found = answer(rules, peer, workload, id, one, one ? id : 7 * id + 1);
        ck_assert_msg(found == b_workload_expected(workload, id, size), "%s, %s, %zu mappings: rule %zu: %zu", form,
                      b_workload_name(workload), size, id, found);
    }
    certmap_peer_free(peer);
}

T_TEST(built) {
    const enum b_workload workload = (enum b_workload)(_i / SIZES);
    const size_t size = sizes[_i % SIZES];
    struct certmap_rules *rules;
    struct b_built sum;
    ck_assert_int_eq(b_rules_build(&rules, &sum, workload, size, NULL, NULL), CERTMAP_OK);
    ck_assert_uint_ge(sum.text, 30 * size);
    ck_answers(rules, workload, size, "built");
    certmap_rules_free(rules);
}

T_TEST(native) {
    const enum b_workload workload = (enum b_workload)(_i / SIZES);
    const size_t size = sizes[_i % SIZES];
    struct t_buf text = T_BUF_INIT;
    b_rules_native(&text, workload, size);
    struct certmap_rules *rules = parse(&text, workload, false);
    ck_answers(rules, workload, size, "native");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

T_TEST(iis) {
    static const enum b_workload workloads[] = {B_EXACT, B_MIXED, B_WILDCARDS, B_ONE_TO_ONE};
    const enum b_workload workload = workloads[_i / SIZES];
    const size_t size = sizes[_i % SIZES];
    struct t_buf text = T_BUF_INIT;
    b_rules_iis(&text, workload, size);
    struct certmap_rules *rules = parse(&text, workload, true);
    ck_answers(rules, workload, size, "IIS");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Rule 4321 is the same in every set, and no other has its certificate. */
T_TEST(ids) {
    struct b_rule rule, other;
    struct b_random random = {3};
    struct b_person person;
    b_workload_rule(B_EXACT, 4321, &rule);
    b_workload_person(B_EXACT, 4321, &random, &person);
    ck_assert_str_eq(rule.conditions[2].text, person.values[B_SUBJECT_CN]);
    for (size_t id = 0; id < 20000; id++) {
        b_workload_rule(B_EXACT, id, &other);
        ck_assert_int_eq(strcmp(other.conditions[2].text, person.values[B_SUBJECT_CN]) == 0, id == 4321);
    }
    ck_assert_uint_eq(b_workload_id(b_workload_expected(B_EXACT, 4321, 9000), 9000), 4321);
}

/* A certificate is as large as those of a server's clients. */
T_TEST(certificate_sizes) {
    struct t_buf der = T_BUF_INIT;
    struct b_random random = {3};
    struct b_person person;
    b_workload_person(B_MIXED, 5, &random, &person);
    b_certificate(&der, &person);
    ck_assert_uint_ge(der.len, 1250);
    ck_assert_uint_le(der.len, 1450);
    t_buf_clear(&der);
    b_certificate_small(&der, &person);
    ck_assert_uint_le(der.len, 450);
    t_buf_free(&der);
}

/* ---- Worst cases: nothing is true, for the reason that was meant; or much is, where all that hold are asked for ---- */

T_TEST(worst) {
    const struct b_worst *row = &b_worst_cases[_i];
    struct t_buf der = T_BUF_INIT;
    struct certmap_diagnostic error = {.text = ""};
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_peer *peer;
    struct certmap_rules *rules = b_worst_rules(row, 200, &error);
    ck_assert_msg(rules != NULL, "%s: %s", row->name, error.text);
    ck_assert_uint_eq(certmap_rules_count(rules), 200);
    b_worst_certificate(&der, row);
    ck_assert_msg(row->most_ms != 1 || der.len < 6000, "%s: %zu bytes", row->name, der.len);
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(&der), NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    const bool ended = row->most_ms > 1 && result.reason == CERTMAP_CODE_UNREADABLE; /* by its steps */
    if (row->combining == CERTMAP_COMBINING_ALL)
        ck_assert_msg(result.decision == CERTMAP_ALLOW, "%s", row->name);
    else
        ck_assert_msg(result.decision == CERTMAP_NONE && (result.reason == CERTMAP_CODE_NO_MATCH || ended),
                      "%s: mapping %zu", row->name, result.index);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    t_buf_free(&der);
}

/* ---- Files that are written ---- */

/* What was written to the file, which is closed; text ends in a NUL. */
static size_t read_back(FILE *file, char *text, size_t cap) {
    ck_assert_int_eq(fflush(file), 0);
    rewind(file);
    const size_t length = fread(text, 1, cap - 1, file);
    ck_assert_uint_lt(length, cap - 1);
    text[length] = '\0';
    fclose(file);
    return length;
}

T_TEST(json_text) {
    char text[1024];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    struct b_json json = b_json_to(file);
    const struct b_stats one = {1, 0.5, 2, 0.25, 1e9};
    b_json_object(&json, NULL);
    b_json_text(&json, "a\"b", "c\\d\n");
    b_json_array(&json, "list");
    b_json_number(&json, NULL, 1);
    b_json_number(&json, NULL, (double)INFINITY);
    b_json_array(&json, NULL);
    b_json_array_end(&json);
    b_json_array_end(&json);
    b_json_stats(&json, "s", &one);
    b_json_object_end(&json);
    read_back(file, text, sizeof text);
    ck_assert_str_eq(text, "{\n  \"a\\\"b\": \"c\\\\d\\u000A\",\n  \"list\": [\n    1,\n    null,\n    []\n  ],\n"
                           "  \"s\": {\n    \"median\": 1,\n    \"low\": 0.5,\n    \"high\": 2,\n    \"min\": 0.25,\n"
                           "    \"max\": 1e+09\n  }\n}\n");
}

/* What an SVG document shows, as far as it is counted here. */
struct drawing {
    int lines; /* <polyline> with more than one point */
    int circles;
    char text[4096]; /* all text, each in brackets */
};

static void XMLCALL element(void *ctx, const XML_Char *name, const XML_Char **attributes) {
    struct drawing *drawing = ctx;
    (void)attributes;
    drawing->lines += strcmp(name, "polyline") == 0;
    drawing->circles += strcmp(name, "circle") == 0;
    if (strcmp(name, "text") == 0)
        strcat(drawing->text, "|");
}

static void XMLCALL characters(void *ctx, const XML_Char *text, int length) {
    struct drawing *drawing = ctx;
    const size_t had = strlen(drawing->text);
    if (length > 0 && text[0] != '\n' && had + (size_t)length < sizeof drawing->text)
        snprintf(drawing->text + had, sizeof drawing->text - had, "%.*s", length, text);
}

static void read_drawing(struct drawing *drawing, const char *title, const struct b_curve *curves, size_t count) {
    static char text[65536];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    b_svg(file, title, curves, count);
    const size_t length = read_back(file, text, sizeof text);
    ck_assert_msg(strstr(text, "nan") == NULL && strstr(text, "inf") == NULL, "%s", text);
    XML_Parser parser = XML_ParserCreate("UTF-8");
    *drawing = (struct drawing){.lines = 0};
    XML_SetUserData(parser, drawing);
    XML_SetElementHandler(parser, element, NULL);
    XML_SetCharacterDataHandler(parser, characters);
    ck_assert_msg(XML_Parse(parser, text, (int)length, 1) == XML_STATUS_OK, "line %lu: %s",
                  XML_GetCurrentLineNumber(parser), XML_ErrorString(XML_GetErrorCode(parser)));
    XML_ParserFree(parser);
}

/* Each curve that is drawn has a line to its name; one that is not level has a line and its points besides. */
static const struct {
    const char *name;
    size_t count;
    struct b_curve curves[3];
    int lines, circles;
    const char *text; /* somewhere in it */
} svg_rows[] = {
    {"nothing", 0, {{NULL, false, false, 0, {0}, {0}}}, 0, 0, "|t <&> t"},
    {"no point", 1, {{"a", false, false, 0, {0}, {0}}}, 0, 0, "|t <&> t"},
    {"not above zero", 1, {{"a", false, false, 2, {1, 10}, {5, 0}}}, 0, 0, "|t <&> t"},
    {"one point", 1, {{"a", false, true, 1, {10}, {10}}}, 2, 1, "|10|100|rules"},
    {"markup in a name", 1, {{"a<b & c", false, false, 2, {1, 10}, {5, 50}}}, 2, 2, "|a<b & c"},
    {"ten powers of ten",
     1,
     {{"a", false, false, 2, {1, 1e6}, {1, 1e9}}},
     2,
     2,
     "|1 ns|10 ns|100 ns|1 \xC2\xB5s|10 \xC2\xB5s|100 \xC2\xB5s|1 ms|10 ms|100 ms|1 s|"},
    {"counts", 1, {{"a", false, false, 2, {1, 1e7}, {1, 10}}}, 2, 2, "|1|10|100|1,000|10,000|100,000|1,000,000|1e7|"},
    {"below a nanosecond", 1, {{"a", false, false, 2, {1, 10}, {0.01, 10}}}, 2, 2, "|1e-2 ns|1e-1 ns|1 ns|"},
    {"a level",
     2,
     {{"unit", true, false, 2, {1, 10}, {5, 7}}, {"a", false, true, 2, {1, 10}, {9, 90}}},
     3,
     2,
     "|a|unit"},
    {"names by height",
     3,
     {{"high", false, false, 2, {1, 10}, {5, 5000}},
      {"low", false, false, 2, {1, 10}, {5, 6}},
      {"middle", false, false, 2, {1, 10}, {5, 70}}},
     6,
     6,
     "|high|middle|low"},
};

T_TEST(svg) {
    struct drawing drawing;
    read_drawing(&drawing, "t <&> t", svg_rows[_i].curves, svg_rows[_i].count);
    ck_assert_msg(drawing.lines == svg_rows[_i].lines && drawing.circles == svg_rows[_i].circles,
                  "%s: %d lines, %d circles", svg_rows[_i].name, drawing.lines, drawing.circles);
    ck_assert_msg(strstr(drawing.text, svg_rows[_i].text) != NULL, "%s: %s", svg_rows[_i].name, drawing.text);
}

/* ---- The machine ---- */

static const struct {
    const char *loadavg, *stat;
    bool known;
    struct b_machine machine;
} machines[] = {
    {"0.50 1.00 2.00 1/2 3\n", "cpu  10 1 5 100 2 0 2 30 0 0\n", true, {0.5, 150, 30}},
    {"12.25 1 2 1/2 3\n", "cpu  0 0 0 0 0 0 0 0\n", true, {12.25, 0, 0}},
    {"", "cpu  10 1 5 100 2 0 2 30 0 0\n", false, {0, 0, 0}},
    {"0.5", "", false, {0, 0, 0}},
    {"0.5", "cpu0 10 1 5 100 2 0 2 30\n", false, {0, 0, 0}},
    {"0.5", "cpu  10 1 5 100 2 0 2\n", false, {0, 0, 0}}, /* before Linux 2.6.11 */
};

T_TEST(machine) {
    struct b_machine made;
    ck_assert(b_machine_parse(&made, machines[_i].loadavg, machines[_i].stat) == machines[_i].known);
    if (!machines[_i].known)
        return;
    ck_assert_double_eq(made.load, machines[_i].machine.load);
    ck_assert_double_eq(made.ticks, machines[_i].machine.ticks);
    ck_assert_double_eq(made.stolen, machines[_i].machine.stolen);
}

T_TEST(stolen) {
    const struct b_machine before = {0, 1000, 10}, after = {0, 1200, 60};
    ck_assert_double_eq(b_machine_stolen(&before, &after), 25);
    ck_assert_double_eq(b_machine_stolen(&before, &before), 0);
}

T_TEST(unsteady) {
    const struct b_stats steady = {100, 90, 110, 0, 900}, apart = {100, 90, 111, 90, 111}, none = {0, 0, 0, 0, 0};
    ck_assert(!b_stats_unsteady(&steady));
    ck_assert(b_stats_unsteady(&apart));
    ck_assert(!b_stats_unsteady(&none));
}

T_TESTS("bench",
        T_CASE("bench", T_LOOP(stats, COUNT(stats_rows)), ratio, memory_counts, T_LOOP(built, B_WORKLOADS *SIZES),
               T_LOOP(native, (B_WORKLOADS - 1) * SIZES) /* all but one-to-one, which is the last */,
               T_LOOP(iis, 4 * SIZES), ids, certificate_sizes, T_LOOP(machine, COUNT(machines)), stolen, unsteady,
               T_LOOP(worst, (int)b_worst_count), json_text, T_LOOP(svg, COUNT(svg_rows))))
