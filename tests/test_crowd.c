/* SPDX-License-Identifier: MIT */
/* Certificates with many values of a row: by their text, and one by one, they give the same. */
#include "rule/crowd.h"
#include "rules.h"
#include "support/search.h"

/* How many OUs a certificate has: "Unit 0", "Unit 1" and so on. */
static const size_t counts[] = {1,   CM_CROWD_LEAST - 2, CM_CROWD_LEAST - 1, CM_CROWD_LEAST,
                                300, CM_CROWD_MOST - 1,  CM_CROWD_MOST,      CM_CROWD_MOST + 1};

static const struct {
    const char *expression;
    const char *answer, *clouded; /* the second one where a further OU cannot be read */
} rows[] = {
    {"subject.OU = \"Unit 0\"", "deny m", "deny m"},
    {"subject.OU = \"unit 0\"", "none no-match", "deny m unreadable"},
    {"subject.OU = nocase \"uNIT 0\"", "deny m", "deny m"},
    {"subject.OU = \"Unit 9999\"", "none no-match", "deny m unreadable"},
    {"subject.OU = nocase \"Unit 9999\"", "none no-match", "deny m unreadable"},
    {"not subject.OU = \"Unit 0\"", "none no-match", "none no-match"},
    {"not subject.OU = \"Unit 9999\"", "deny m", "deny m unreadable"},
    {"subject.OU in (\"x\", \"Unit 0\")", "deny m", "deny m"},
    {"subject.OU in (\"x\", \"Unit 00\", \"Unit\")", "none no-match", "deny m unreadable"},
    {"not subject.OU in nocase (\"x\", \"unit 0\")", "none no-match", "none no-match"},
    {"every subject.OU = \"Unit 0\" and count(subject.OU) = 1", NULL, NULL},
    {"first subject.OU = \"Unit 0\" and not last subject.OU = \"Unit 9999\"", NULL, NULL},
    {"subject.OU like \"*it 0\" and not subject.OU like \"*it 9999\"", NULL, NULL},
    /* more rows than are kept in mind, one after the other and again */
    {"subject.OU = \"Unit 0\" and not subject.O = \"a\" and not subject.L = \"a\" and not subject.ST = \"a\" and not "
     "subject.CN = nocase \"b\" and subject.OU = nocase \"UNIT 0\" and not subject.OU in (\"y\", \"z\") and "
     "subject.CN = \"a\"",
     "deny m", "deny m unreadable"},
    {"subject.1.2.3.4 = \"a\" and not subject.1.2.3.5 = \"a\"", "deny m", "deny m"},
};

static void make_subject(struct t_buf *subject, size_t units, bool clouded) {
    char unit[32];
    t_put(subject, "CN=a | 1.2.3.4=a | 1.2.3.5=b");
    for (size_t i = units; i > 0; i--) {
        snprintf(unit, sizeof unit, " | OU=Unit %zu", i - 1);
        t_put(subject, unit);
    }
    t_put(subject, clouded ? " | octet OU=x" : "");
}

static struct certmap_rules *rules_of(const char *expression) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, expression);
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

static void check(const struct certmap_rules *rules, size_t units, bool clouded, const char *wanted) {
    struct t_buf subject = T_BUF_INIT;
    struct t_peer peer;
    char answer[64];
    make_subject(&subject, units, clouded);
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    ck_assert_msg(t_search_agree(rules, peer.peer), "%zu units", units);
    const struct certmap_result result = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &result);
    if (wanted != NULL)
        ck_assert_msg(strcmp(answer, wanted) == 0, "%zu units: %s, not %s", units, answer, wanted);
    t_peer_free(&peer);
    t_buf_free(&subject);
}

START_TEST(many_values) {
    struct certmap_rules *rules = rules_of(rows[_i].expression);
    for (size_t with_index = 0; with_index < 2; with_index++) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            check(rules, counts[i], false, rows[_i].answer);
            check(rules, counts[i], true, rows[_i].clouded);
        }
        ck_assert(t_index_make(rules));
    }
    certmap_rules_free(rules);
}
END_TEST

/* A row is filed once, and again when others have taken its place. */
START_TEST(places_of_rows) {
    struct cm_value values[CM_CROWD_LEAST];
    uint32_t first[2 * CM_CROWDS + 1];
    struct cm_list list = {values, CM_CROWD_LEAST, first, 0, CERTMAP_CODE_NONE};
    struct cm_crowds crowds = {.count = 0, .next = 0};
    for (size_t i = 0; i < CM_CROWD_LEAST; i++)
        values[i] = (struct cm_value){.text = {t_string("A"), t_string("a")}, .next = CM_VALUE_NONE};
    for (size_t i = 0; i < 2 * CM_CROWDS + 1; i++)
        first[i] = i < 2 * CM_CROWDS ? (uint32_t)i : CM_VALUE_NONE;
    for (uint32_t row = 0; row < 2 * CM_CROWDS; row++) {
        const struct cm_crowd *crowd = cm_crowd_of(&crowds, &list, row, row % 2 == 1);
        ck_assert_ptr_nonnull(crowd);
        ck_assert_ptr_eq(crowd, cm_crowd_of(&crowds, &list, row, row % 2 == 1));
        ck_assert_int_eq(cm_crowd_has(crowd, t_string("A")), row % 2 == 0 ? CERTMAP_TRUE : CERTMAP_FALSE);
        ck_assert_int_eq(cm_crowd_has(crowd, t_string("a")), row % 2 == 1 ? CERTMAP_TRUE : CERTMAP_FALSE);
        ck_assert_int_eq(cm_crowd_has(crowd, t_string("")), CERTMAP_FALSE);
        ck_assert_uint_le(crowds.count, CM_CROWDS);
    }
    ck_assert_int_eq(cm_crowd_has(cm_crowd_of(&crowds, &list, 2 * CM_CROWDS, false), t_string("A")), CERTMAP_FALSE);
    list.count = CM_CROWD_LEAST - 1;
    ck_assert_ptr_null(cm_crowd_of(&crowds, &list, 0, false));
    list.count = CM_CROWD_MOST + 1;
    ck_assert_ptr_null(cm_crowd_of(&crowds, &list, 0, false));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("crowd");
    TCase *values = tcase_create("many values");
    tcase_add_loop_test(values, many_values, 0, T_ROWS(rows));
    tcase_add_test(values, places_of_rows);
    suite_add_tcase(suite, values);
    return t_run(suite);
}
