/* SPDX-License-Identifier: MIT */
/* Findings about mappings that never answer, against small worlds: each certificate that has up to three common names and
 * two units, of a few texts and one value that cannot be read. What is said to answer nobody answers none of them; what
 * may be deleted is deleted, and no answer changes.
 *
 * CERTMAP_LINT_SETS in the environment: how many random rule sets, instead of 300. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/lint.h"
#include "certmap/walk.h"
#include "lint/witness.h"
#include "rules.h"
#include "support/alloc.h"
#include <stdarg.h>

/* ---- the world ---- */

static const char *const names[] = {"a", "A", "ab", "b", NULL}, *const units[] = {"a", "b",
                                                                                  NULL}; /* NULL: unreadable */
#define NAMES (sizeof names / sizeof *names)
#define UNITS (sizeof units / sizeof *units)
#define MAX_NAMES 3
#define MAX_UNITS 2

static struct certmap_peer *world[4096];
static struct cm_lint_pool pools[4096];
static size_t world_count;

static struct cm_lint_value value_of(const char *subfield, const char *text) {
    return (struct cm_lint_value){CERTMAP_FIELD_SUBJECT, t_text(subfield), t_text(text != NULL ? text : ""),
                                  text != NULL ? CERTMAP_LINT_READABLE : CERTMAP_LINT_UNREADABLE};
}

static void add_certificate(const struct cm_lint_value *values, size_t count) {
    const struct cm_lint_witness witness = {values, count};
    struct cm_lint_pool *pool = &pools[world_count];
    ck_assert_uint_lt(world_count, sizeof world / sizeof *world);
    ck_assert(cm_lint_pool_init(pool, NULL));
    ck_assert_int_eq(certmap_peer_new(&world[world_count], NULL, NULL), CERTMAP_OK);
    ck_assert(cm_lint_witness_set(world[world_count], pool, &witness, cm_lint_witness_der(pool, &witness)));
    world_count++;
}

static void add_units(struct cm_lint_value *values, size_t count, size_t left) {
    add_certificate(values, count);
    for (size_t i = 0; left > 0 && i < UNITS; i++) {
        values[count] = value_of("OU", units[i]);
        add_units(values, count + 1, left - 1);
    }
}

static void add_names(struct cm_lint_value *values, size_t count, size_t left) {
    add_units(values, count, MAX_UNITS);
    for (size_t i = 0; left > 0 && i < NAMES; i++) {
        values[count] = value_of("CN", names[i]);
        add_names(values, count + 1, left - 1);
    }
}

static void make_world(void) {
    struct cm_lint_value values[MAX_NAMES + MAX_UNITS];
    world_count = 0;
    add_names(values, 0, MAX_NAMES);
}

static void free_world(void) {
    for (size_t i = 0; i < world_count; i++) {
        certmap_peer_free(world[i]);
        cm_lint_pool_free(&pools[i]);
    }
}

/* ---- random rules ---- */

static uint64_t state;

static unsigned draw(unsigned below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}

static char text[1 << 14];
static size_t text_len;

static void put(const char *format, ...) CK_ATTRIBUTE_FORMAT(printf, 1, 2);

static void put(const char *format, ...) {
    va_list list;
    va_start(list, format);
    text_len += (size_t)vsnprintf(text + text_len, sizeof text - text_len, format, list);
    va_end(list);
    ck_assert_uint_lt(text_len, sizeof text);
}

static void put_operands(bool like) {
    static const char *const patterns[] = {"a*", "*b", "?", "*", "a?", "A*", "*a*", "b"};
    static const char *const texts[] = {"a", "A", "ab", "b", "c"};
    const unsigned count = 1 + draw(3);
    put("(");
    for (unsigned i = 0; i < count; i++)
        put("%s\"%s\"", i > 0 ? ", " : "", like ? patterns[draw(8)] : texts[draw(5)]);
    put(")");
}

static void put_condition(void) {
    static const char *const quantifiers[] = {"", "", "", "every ", "first ", "last ", "only "};
    const char *path = draw(3) == 0 ? "subject.OU" : "subject.CN";
    switch (draw(8)) {
    case 0:
        put("%s present", path);
        return;
    case 1:
        put("%s absent", path);
        return;
    case 2:
        put("count(%s) = %u", path, draw(4));
        return;
    default:
        break;
    }
    const bool like = draw(2) == 0;
    put("%s%s %s %s", quantifiers[draw(7)], path, like ? "like" : "in", draw(4) == 0 ? "nocase " : "");
    put_operands(like);
}

static void put_expression(unsigned depth) {
    const unsigned kind = draw(depth == 0 ? 2 : 5);
    if (kind < 2) {
        put(kind == 0 && draw(2) == 0 ? "not " : "");
        put_condition();
        return;
    }
    put(draw(4) == 0 ? "not (" : "(");
    put_expression(depth - 1);
    put(kind == 2 ? " and " : " or ");
    put_expression(depth - 1);
    put(")");
}

static size_t put_rules(void) {
    const unsigned count = 2 + draw(6);
    text_len = 0;
    put("certmap 1;\n");
    for (unsigned i = 0; i < count; i++) {
        put("mapping \"m%u\" { when ", i);
        put_expression(2);
        if (draw(3) == 0)
            put("; deny; }\n");
        else
            put("; allow \"%c\"; }\n", 'x' + (int)draw(3));
    }
    return count;
}

/* ---- what is said ---- */

struct said {
    bool dead[16], removable[16];
    char fixed[16][1 << 14]; /* the rules without the mapping */
    size_t reports;
};

static bool is_dead(enum certmap_code code) {
    return code >= CERTMAP_CODE_SHADOWED && code <= CERTMAP_CODE_DECIDES_ONLY_UNREADABLE;
}

static void apply(char *fixed, const struct certmap_lint_report *report) {
    size_t at = 0, len = 0;
    for (size_t i = 0; i < report->edit_count; i++) {
        const struct certmap_lint_edit *edit = &report->edits[i];
        memcpy(fixed + len, text + at, edit->position.offset - at);
        len += edit->position.offset - at;
        memcpy(fixed + len, edit->text.data, edit->text.len);
        len += edit->text.len;
        at = edit->position.offset + edit->position.length;
    }
    memcpy(fixed + len, text + at, text_len - at + 1);
}

static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    struct said *said = ctx;
    said->reports++;
    if (!is_dead(report->diagnostic.code))
        return true;
    said->dead[report->mapping] = true;
    said->removable[report->mapping] = report->fixed_by_edits;
    if (report->fixed_by_edits)
        apply(said->fixed[report->mapping], report);
    return true;
}

static struct certmap_rules *load(const char *rules_text, struct certmap_lint *lint) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    build.added = lint != NULL ? certmap_lint_added : NULL;
    build.added_ctx = lint;
    options.build = &build;
    ck_assert_msg(certmap_rules_parse(&rules, t_text(rules_text), &options, &err) == CERTMAP_OK, "%s\n%s", err.text,
                  rules_text);
    return rules;
}

/* Decision and account are the answer of two rule sets. */
static bool is_same_answer(const struct certmap_result *a, const struct certmap_result *b) {
    return a->decision == b->decision && a->account.len == b->account.len &&
           (a->account.len == 0 || memcmp(a->account.data, b->account.data, a->account.len) == 0);
}

static void check_fixed(const struct certmap_rules *rules, const char *fixed) {
    if (strstr(fixed, "mapping") == NULL)
        return; /* no rules are no file */
    struct certmap_rules *without = load(fixed, NULL);
    for (size_t i = 0; i < world_count; i++) {
        struct certmap_result before = CERTMAP_RESULT_INIT, after = CERTMAP_RESULT_INIT;
        ck_assert_int_eq(certmap_match(rules, world[i], &before, NULL), CERTMAP_OK);
        char account[8];
        const size_t len = before.account.len;
        memcpy(account, before.account.data != NULL ? before.account.data : (const uint8_t *)"", len);
        ck_assert_int_eq(certmap_match(without, world[i], &after, NULL), CERTMAP_OK);
        before.account = (struct certmap_view){(const uint8_t *)account, len};
        ck_assert_msg(is_same_answer(&before, &after), "%s\n%s", text, fixed);
    }
    certmap_rules_free(without);
}

static void check_said(const struct certmap_rules *rules, const struct said *said, size_t count) {
    for (size_t i = 0; i < world_count; i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        ck_assert_int_eq(certmap_match(rules, world[i], &result, NULL), CERTMAP_OK);
        if (result.index != SIZE_MAX && result.reason != CERTMAP_CODE_UNREADABLE)
            ck_assert_msg(!said->dead[result.index], "m%zu answers:\n%s", result.index, text);
    }
    for (size_t i = 0; i < count; i++)
        if (said->removable[i])
            check_fixed(rules, said->fixed[i]);
}

static size_t undecided, dead_count, removable_count;

static void run_set(void) {
    static struct said said;
    struct certmap_lint *lint = NULL;
    struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
    const size_t count = put_rules();
    memset(&said, 0, sizeof said);
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    struct certmap_rules *rules = load(text, lint);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_report, &said, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
    undecided += summary.undecided;
    for (size_t i = 0; i < count; i++) {
        dead_count += said.dead[i];
        removable_count += said.removable[i];
    }
    check_said(rules, &said, count);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

T_TEST(random_rules) {
    const char *sets = getenv("CERTMAP_LINT_SETS");
    const long count = sets != NULL ? strtol(sets, NULL, 10) : 300;
    make_world();
    state = 0x9E3779B97F4A7C15u;
    undecided = dead_count = removable_count = 0;
    for (long i = 0; i < count; i++)
        run_set();
    free_world();
    if (certmap_lint_has_solver()) {
        ck_assert_uint_lt(undecided * 100, (size_t)count);
        ck_assert_uint_gt(dead_count, (size_t)count / 4);
        ck_assert_uint_gt(removable_count, (size_t)count / 8);
    }
}

T_TESTS("lint_reach", T_CASE("against small worlds", T_LONG, random_rules))
