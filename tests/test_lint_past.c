/* SPDX-License-Identifier: MIT */
/* Mappings behind others that are in the way of nearly all: what gets a certificate past them is kept, and what is found
 * behind them is what would be found without them. */
#define _POSIX_C_SOURCE 200809L

#include "lint/past.h"
#include "lint/reach.h"
#include "rules.h"
#include "support/alloc.h"

/* ---- what is kept ---- */

/* An analysis whose rules were read, and no pass has run. */
struct world {
    struct certmap_rules *rules;
    struct certmap_lint *lint;
    struct cm_lint_past past;
};

static struct world begin(void) {
    struct world world = {t_rules("certmap 1;\n"
                                  "mapping \"o\" { when subject.O = \"a\"; allow \"x\"; }\n"
                                  "mapping \"l\" { when subject.L = \"Rome\" and version = \"3\"; allow \"y\"; }\n"),
                          NULL,
                          {.count = 0}};
    ck_assert_int_eq(certmap_lint_new(&world.lint, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(cm_lint_model_read(&world.lint->model, world.rules, NULL, &world.lint->allocator, NULL),
                     CERTMAP_OK);
    world.lint->read = true;
    cm_lint_past_begin(&world.past, world.lint);
    return world;
}

static void end(struct world *world) {
    cm_lint_past_free(&world->past);
    certmap_lint_free(world->lint);
    certmap_rules_free(world->rules);
}

static struct cm_lint_value value_of(const char *subfield, const char *text) {
    const enum certmap_lint_state state = text != NULL ? CERTMAP_LINT_READABLE : CERTMAP_LINT_UNREADABLE;
    return (struct cm_lint_value){CERTMAP_FIELD_SUBJECT, t_text(subfield), t_text(text != NULL ? text : ""), state};
}

/* Keeps, of a certificate that "o" answers. */
static void keep(struct world *world, const struct cm_lint_value *values, size_t count) {
    cm_lint_past_keep(&world->past, 0, &(struct cm_lint_witness){values, count});
}

/* "O=a L=k": the draft of a mapping with what is kept at the index. */
static void assert_added(struct world *world, size_t mapping, size_t index, bool beside, const char *expected) {
    struct cm_lint_draft draft, more;
    struct t_buf out = T_BUF_INIT;
    ck_assert(cm_lint_draft_begin(&draft, world->lint) && cm_lint_draft_begin(&more, world->lint));
    ck_assert(cm_lint_draft_mapping(&draft, mapping, NULL, NULL));
    ck_assert(cm_lint_past_add(&world->past, index, &more, &draft, beside));
    for (size_t i = 0; i < more.count; i++) {
        t_put(&out, i > 0 ? " " : "");
        t_bytes(&out, more.values[i].subfield.data, more.values[i].subfield.len);
        t_put(&out, "=");
        t_bytes(&out, more.values[i].text.data, more.values[i].text.len);
    }
    ck_assert_str_eq(t_cstr(&out), expected);
    t_buf_free(&out);
}

T_TEST(what_the_mapping_does_not_ask_for_is_kept) {
    struct world world = begin();
    const struct cm_lint_value values[] = {value_of("O", "a"), value_of("L", "k"), value_of("OU", NULL),
                                           value_of("L", "m")};
    keep(&world, values, 4);
    ck_assert_uint_eq(world.past.count, 1);
    assert_added(&world, 0, 0, false, "O=a L=k L=m");
    end(&world);
}

/* To a path of which the draft has something, only if that is asked for, and never a second version. */
T_TEST(what_is_kept_beside_what_there_is) {
    struct world world = begin();
    const struct cm_lint_value values[] = {value_of("L", "k"),
                                           {CERTMAP_FIELD_VERSION, {NULL, 0}, t_text("1"), CERTMAP_LINT_READABLE}};
    keep(&world, values, 2);
    assert_added(&world, 1, 0, false, "L=Rome =3");
    assert_added(&world, 1, 0, true, "L=Rome L=k =3");
    end(&world);
}

/* The texts are copies: a witness is gone with the next question. */
T_TEST(what_is_kept_is_a_copy) {
    struct world world = begin();
    char text[] = "k";
    const struct cm_lint_value value = value_of("L", text);
    keep(&world, &value, 1);
    text[0] = 'x';
    assert_added(&world, 0, 0, false, "O=a L=k");
    end(&world);
}

T_TEST(only_the_newest_are_kept) {
    struct world world = begin();
    static const char *const texts[] = {"1", "2", "3", "4", "5"};
    ck_assert_uint_eq(CM_LINT_MAX_PAST, 4);
    for (size_t i = 0; i < 5; i++) {
        const struct cm_lint_value value = value_of("L", texts[i]);
        keep(&world, &value, 1);
    }
    ck_assert_uint_eq(world.past.count, 4);
    assert_added(&world, 0, 0, false, "O=a L=5");
    assert_added(&world, 0, 1, false, "O=a L=2");
    end(&world);
}

T_TEST(nothing_and_too_much_are_not_kept) {
    struct world world = begin();
    struct cm_lint_value values[CM_LINT_MAX_PAST_VALUES + 1];
    for (size_t i = 0; i <= CM_LINT_MAX_PAST_VALUES; i++)
        values[i] = value_of("L", "k");
    keep(&world, values, 0);
    keep(&world, &(struct cm_lint_value){.field = CERTMAP_FIELD_SUBJECT, .subfield = t_text("O"), .text = t_text("a")},
         1);
    keep(&world, values, CM_LINT_MAX_PAST_VALUES + 1);
    ck_assert_uint_eq(world.past.count, 0);
    keep(&world, values, CM_LINT_MAX_PAST_VALUES);
    ck_assert_uint_eq(world.past.count, 1);
    end(&world);
}

T_TEST(a_draft_has_no_room_for_more) {
    struct world world = begin();
    struct cm_lint_draft draft, more;
    const struct cm_lint_path ou = {CERTMAP_FIELD_SUBJECT, t_text("OU")};
    const struct cm_lint_value value = value_of("L", "k");
    keep(&world, &value, 1);
    ck_assert(cm_lint_draft_begin(&draft, world.lint) && cm_lint_draft_begin(&more, world.lint));
    for (size_t i = 0; i < CM_LINT_MAX_VALUES; i++)
        ck_assert(cm_lint_draft_add(&draft, &ou, t_text("u")));
    ck_assert(!cm_lint_past_add(&world.past, 0, &more, &draft, false));
    end(&world);
}

/* ---- what is found ---- */

/* "shadowed b by a" line by line. */
static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    struct t_buf *out = ctx;
    char line[80];
    snprintf(line, sizeof line, "%s m%zu by m%zu\n", certmap_code_name(report->diagnostic.code), report->mapping,
             report->related_count > 0 ? report->related[0].mapping : SIZE_MAX);
    t_put(out, line);
    return true;
}

/* So many mappings that take nearly everyone, then these. What is dead is said of mappings by their numbers. */
static void find(struct t_buf *out, size_t broad, const char *rules) {
    static const enum certmap_code only[] = {
        CERTMAP_CODE_SHADOWED,  CERTMAP_CODE_SHADOWED_BY_SEVERAL, CERTMAP_CODE_DUPLICATE_CONDITION,
        CERTMAP_CODE_DEAD_DENY, CERTMAP_CODE_NEVER_TRUE,          CERTMAP_CODE_DECIDES_ONLY_UNREADABLE};
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
    struct certmap_lint *lint = NULL;
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < broad; i++)
        t_put_line(&text,
                   "mapping \"c%\" { when subject.OU = \"b_%\" or not subject.L like \"*k_%_*\"; allow \"c\"; }\n", i);
    t_put(&text, rules);
    struct certmap_rules *made = t_rules(t_cstr(&text));
    options.only = only;
    options.only_count = sizeof only / sizeof *only;
    ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_run(lint, made, on_report, out, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
    ck_assert_uint_eq(summary.undecided, 0);
    certmap_lint_free(lint);
    certmap_rules_free(made);
    t_buf_free(&text);
}

/* Fewer than are taken at once, more than that, and as many as one certificate can get past. */
T_TEST(behind_many_broad_mappings) {
    if (!certmap_lint_has_solver())
        return;
    static const size_t counts[] = {2, CM_LINT_MANY_SUSPECTS, CM_LINT_MANY_SUSPECTS + 3, 40};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct t_buf out = T_BUF_INIT;
        char expected[256];
        const size_t first = counts[i];
        find(&out, first,
             "mapping \"a\" { when subject.O = \"a\"; allow \"x\"; }\n"
             "mapping \"b\" { when subject.O = \"a\" and subject.CN = \"b\"; allow \"y\"; }\n"
             "mapping \"same\" { when subject.O = \"a\"; allow \"z\"; }\n"
             "mapping \"never\" { when subject.O present and subject.O absent; allow \"x\"; }\n"
             "mapping \"rome\" { when subject.O = \"r\" and subject.L = \"Rome\"; allow \"x\"; }\n"
             "mapping \"only\" { when every subject.L = \"Rome\"; allow \"x\"; }\n"
             "mapping \"late\" { when subject.O = \"a\" and subject.C = \"US\"; deny; }\n"
             "mapping \"last\" { when subject.O = \"c\"; allow \"x\"; }\n");
        snprintf(expected, sizeof expected,
                 "shadowed m%zu by m%zu\nduplicate-condition m%zu by m%zu\nnever-true m%zu by m%zu\n"
                 "shadowed m%zu by m0\ndead-deny m%zu by m%zu\n",
                 first + 1, first, first + 2, first, first + 3, first + 3, first + 5, first + 6, first);
        ck_assert_str_eq(t_cstr(&out), expected);
        t_buf_free(&out);
    }
}

/* Whichever request for memory fails. */
T_TEST(without_memory) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_rules *rules = t_rules("certmap 1;\n"
                                          "mapping \"o\" { when not subject.L = \"k\"; allow \"x\"; }\n"
                                          "mapping \"l\" { when subject.O = \"a\"; allow \"y\"; }\n"
                                          "mapping \"m\" { when subject.O = \"b\"; allow \"y\"; }\n");
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    options.allocator = &allocator;
    for (size_t n = 0;; n++) {
        struct certmap_lint *lint = NULL;
        struct t_buf out = T_BUF_INIT;
        t_alloc_fail_at(&memory, n);
        enum certmap_status status = certmap_lint_new(&lint, &options, NULL);
        if (status == CERTMAP_OK)
            status = certmap_lint_run(lint, rules, on_report, &out, NULL);
        certmap_lint_free(lint);
        t_buf_free(&out);
        ck_assert_uint_eq(memory.live, 0);
        if (!t_alloc_failed(&memory))
            break;
        ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
    }
    certmap_rules_free(rules);
}

T_TESTS("lint_past",
        T_CASE("kept", what_the_mapping_does_not_ask_for_is_kept, what_is_kept_beside_what_there_is,
               what_is_kept_is_a_copy, only_the_newest_are_kept, nothing_and_too_much_are_not_kept,
               a_draft_has_no_room_for_more),
        T_CASE("found", behind_many_broad_mappings, without_memory))
