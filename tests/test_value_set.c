/* SPDX-License-Identifier: MIT */
/* Certificates with many values of a row: by their text, and one by one, they give the same. */
#include "base/alloc.h"
#include "base/hash.h"
#include "match/value_set.h"
#include "rules.h"
#include "support/search.h"

/* How many OUs a certificate has: "Unit 0", "Unit 1" and so on. */
static const size_t counts[] = {1, CM_VALUE_SET_MIN - 4, CM_VALUE_SET_MIN - 3, CM_VALUE_SET_MIN, 300, 511, 512, 2000};

static const struct {
    const char *expression;
    const char *answer, *may_be_unknown; /* the second one where a further OU cannot be read */
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
    /* several rows, one after the other and again */
    {"subject.OU = \"Unit 0\" and not subject.O = \"a\" and not subject.L = \"a\" and not subject.ST = \"a\" and not "
     "subject.CN = nocase \"b\" and subject.OU = nocase \"UNIT 0\" and not subject.OU in (\"y\", \"z\") and "
     "subject.CN = \"a\"",
     "deny m", "deny m unreadable"},
    /* whatever the type, and types without a row */
    {"subject.any = \"Unit 0\" and subject.any = nocase \"UNIT 0\"", "deny m", "deny m"},
    {"subject.any = \"b\" and not subject.any in (\"c\", \"A\")", "deny m", "deny m unreadable"},
    {"subject.any in (\"c\", \"Unit 9999\")", "none no-match", "deny m unreadable"},
    {"subject.1.2.3.4 = \"a\" and not subject.1.2.3.4 = \"b\" and subject.1.2.3.5 = nocase \"B\"", "deny m", "deny m"},
    {"subject.1.2.3.6 = \"a\"", "none no-match", "none no-match"},
    {"subject.1.2.3.4 = \"a\" and not subject.1.2.3.5 = \"a\"", "deny m", "deny m"},
    {"subject.1.2.3.5 = \"b\" and subject.1.2.3.6 = nocase \"B\" and not subject.1.2.3.4 = \"b\"", "deny m", "deny m"},
    {"not subject.1.2.3.6 = \"b\"", "none no-match", "none no-match"},
};

static void make_subject(struct t_buf *subject, size_t units, bool may_be_unknown) {
    char unit[32];
    t_put(subject, "CN=a | 1.2.3.4=a | 1.2.3.5=b | 1.2.3.6=b");
    for (size_t i = units; i > 0; i--) {
        snprintf(unit, sizeof unit, " | OU=Unit %zu", i - 1);
        t_put(subject, unit);
    }
    t_put(subject, may_be_unknown ? " | octet OU=x" : "");
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

static void check(const struct certmap_rules *rules, size_t units, bool may_be_unknown, const char *wanted) {
    struct t_buf subject = T_BUF_INIT;
    struct t_peer peer;
    char answer[64];
    make_subject(&subject, units, may_be_unknown);
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    ck_assert_msg(t_search_agree(rules, peer.peer), "%zu units", units);
    const struct certmap_result result = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &result);
    if (wanted != NULL)
        ck_assert_msg(strcmp(answer, wanted) == 0, "%zu units: %s, not %s", units, answer, wanted);
    t_peer_free(&peer);
    t_buf_free(&subject);
}

T_TEST(many_values) {
    struct certmap_rules *rules = rules_of(rows[_i].expression);
    for (size_t with_index = 0; with_index < 2; with_index++) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            check(rules, counts[i], false, rows[_i].answer);
            check(rules, counts[i], true, rows[_i].may_be_unknown);
        }
        ck_assert(t_index_make(rules));
    }
    certmap_rules_free(rules);
}

/* ---- addresses ---- */

static const struct {
    const char *expression;
    const char *answer, *may_be_unknown; /* the second one where a further address cannot be read */
} addresses[] = {
    {"san.ip = \"10.0.0.7\"", "deny m", "deny m"},
    {"san.ip = \"10.0.1.7\"", "none no-match", "deny m unreadable"},
    {"not san.ip = \"fd00::7\"", "none no-match", "none no-match"},
    {"san.ip = \"::ffff:10.0.0.7\"", "none no-match", "deny m unreadable"},
    {"san.ip = \"10.0.0.0/8\" and san.ip = \"fd00::/16\"", "deny m", "deny m"},
    {"not san.ip in (\"11.0.0.0/8\", \"10.0.1.99\", \"fd01::/16\", \"0.0.0.0/32\")", "deny m", "deny m unreadable"},
    {"san.ip in (\"11.0.0.0/8\", \"10.0.0.3\")", "deny m", "deny m"},
    {"san.ip in (\"1.0.0.1\", \"1.0.0.2\", \"1.0.0.3\", \"1.0.0.4\", \"1.0.0.5\", \"1.0.0.6\", \"fd00::9\", "
     "\"1.0.0.8\")",
     "deny m", "deny m"},
    {"san.ip in (\"1.0.0.1\", \"1.0.0.2\", \"1.0.0.3\", \"1.0.0.4\", \"1.0.0.5\", \"1.0.0.6\", \"fd01::9\", "
     "\"1.0.0.8\")",
     "none no-match", "deny m unreadable"},
    {"san.ip in (\"1.0.0.1\", \"1.0.0.2\", \"1.0.0.3\", \"1.0.0.4\", \"1.0.0.5\", \"1.0.0.6\", \"fd00::/17\", "
     "\"1.0.0.8\")",
     "deny m", "deny m"},
};

/* 10.0.0.0, fd00::, 10.0.0.1 and so on; where they are few they are looked at one by one. */
static void put_addresses(struct t_buf *extensions, size_t count, bool may_be_unknown) {
    char address[128];
    t_put(extensions, "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ ");
    for (size_t i = 0; i < count; i++) {
        snprintf(address, sizeof address,
                 "87{ 0A 00 00 %02zX } 87{ FD 00 00 00 00 00 00 00 00 00 00 00 00 00 00 %02zX } ", i, i);
        t_put(extensions, address);
    }
    t_put(extensions, may_be_unknown ? "87{ 01 02 } } } } }" : "} } } }");
}

T_TEST(many_addresses) {
    struct certmap_rules *rules = rules_of(addresses[_i].expression);
    for (size_t i = 0; i < 4; i++) {
        struct t_buf extensions = T_BUF_INIT, der = T_BUF_INIT;
        struct t_peer peer;
        char answer[64];
        t_peer_make(&peer, "CN=a", "CN=CA");
        put_addresses(&extensions, i < 2 ? 200 : 12, i % 2 == 1);
        t_der(&der, t_cstr(&extensions));
        peer.cert.extensions = t_view(&der);
        ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
        ck_assert(t_search_agree(rules, peer.peer));
        const struct certmap_result result = t_match(rules, peer.peer);
        t_answer(answer, sizeof answer, &result);
        ck_assert_str_eq(answer, i % 2 == 1 ? addresses[_i].may_be_unknown : addresses[_i].answer);
        t_peer_free(&peer);
        t_buf_free(&extensions);
        t_buf_free(&der);
    }
    certmap_rules_free(rules);
}

/* ---- the set itself ---- */

enum { VALUES = 100, ROWS = 3 };

/* A list of VALUES values in ROWS rows: "A<n>" and folded "a<n>" in row n % ROWS; in the last row one cannot be read. */
struct made {
    struct cm_arena arena;
    struct cm_value values[VALUES];
    char texts[VALUES][2][8];
    uint32_t first[ROWS + 1];
    struct cm_list list;
};

static void make(struct made *made) {
    struct certmap_allocator allocator;
    ck_assert(cm_allocator_init(&allocator, NULL));
    cm_arena_init(&made->arena, &allocator, SIZE_MAX / 2);
    for (size_t i = 0; i < VALUES; i++) {
        snprintf(made->texts[i][0], 8, "A%zu", i);
        snprintf(made->texts[i][1], 8, "a%zu", i);
        made->values[i] = (struct cm_value){.text = {t_text(made->texts[i][0]), t_text(made->texts[i][1])},
                                            .row = (uint16_t)(i % ROWS)};
    }
    made->values[VALUES - 2] = (struct cm_value){.row = ROWS - 1, .unreadable = CERTMAP_CODE_VALUE_TYPE};
    made->list = (struct cm_list){.values = made->values, .count = VALUES, .first = made->first};
    cm_list_chain(&made->list, ROWS);
}

static enum certmap_truth has(const struct made *made, uint32_t row, bool nocase, const char *text) {
    size_t steps = 100;
    return cm_value_set_has(&made->list, row, nocase, t_text(text), &steps);
}

T_TEST(rows_and_forms) {
    struct made made;
    make(&made);
    ck_assert(cm_value_set_make(&made.list, 1, &made.arena));
    ck_assert_ptr_nonnull(made.list.set);
    for (size_t i = 0; i < VALUES; i++) {
        const uint32_t row = (uint32_t)(i % ROWS);
        if (i == VALUES - 2)
            continue;
        ck_assert_int_eq(has(&made, row, false, made.texts[i][0]), CERTMAP_TRUE);
        ck_assert_int_eq(has(&made, row, true, made.texts[i][1]), CERTMAP_TRUE);
        ck_assert_int_eq(has(&made, row, true, made.texts[i][0]), row == 2 ? CERTMAP_UNKNOWN : CERTMAP_FALSE);
        ck_assert_int_eq(has(&made, (row + 1) % ROWS, false, made.texts[i][0]),
                         row == 1 ? CERTMAP_UNKNOWN : CERTMAP_FALSE);
    }
    ck_assert_int_eq(has(&made, ROWS, false, "A1"), CERTMAP_FALSE);
    ck_assert_int_eq(has(&made, 0, false, ""), CERTMAP_FALSE);
    cm_arena_free(&made.arena);
}

/* Of the last chain it is known of each type; not where one of them cannot be read. */
T_TEST(types_and_all_rows) {
    struct made made;
    size_t steps = 1000;
    make(&made);
    made.values[2].oid = t_text("x");
    made.values[5].oid = t_text("y");
    ck_assert(cm_value_set_make(&made.list, 1, &made.arena));
    ck_assert_int_eq(cm_value_set_any_has(&made.list, false, t_text("A1"), &steps), CERTMAP_TRUE);
    ck_assert_int_eq(cm_value_set_any_has(&made.list, false, t_text("a1"), &steps), CERTMAP_UNKNOWN);
    ck_assert_int_eq(cm_value_set_has_typed(&made.list, 2, t_text("y"), false, t_text("A2"), &steps), CERTMAP_UNKNOWN);
    made.values[VALUES - 2] = made.values[2];
    ck_assert(cm_value_set_make(&made.list, 1, &made.arena));
    ck_assert_int_eq(cm_value_set_any_has(&made.list, false, t_text("a1"), &steps), CERTMAP_FALSE);
    ck_assert_int_eq(cm_value_set_has_typed(&made.list, 2, t_text("y"), false, t_text("A2"), &steps), CERTMAP_FALSE);
    ck_assert_int_eq(cm_value_set_has_typed(&made.list, 2, t_text("x"), false, t_text("A2"), &steps), CERTMAP_TRUE);
    ck_assert_int_eq(cm_value_set_has_typed(&made.list, ROWS, t_text("x"), false, t_text("A2"), &steps), CERTMAP_FALSE);
    ck_assert(cm_value_set_lacks(&made.list, 2, false, t_text("a2")) &&
              !cm_value_set_lacks(&made.list, 2, true, t_text("a2")));
    ck_assert_uint_gt(steps, 900);
    steps = 0;
    ck_assert_int_eq(cm_value_set_any_has(&made.list, false, t_text("A1"), &steps), CERTMAP_UNKNOWN);
    ck_assert_int_eq(cm_value_set_has_typed(&made.list, 2, t_text("y"), false, t_text("A2"), &steps), CERTMAP_UNKNOWN);
    cm_arena_free(&made.arena);
}

T_TEST(few_values_have_none) {
    struct made made;
    make(&made);
    made.list.count = CM_VALUE_SET_MIN - 1;
    ck_assert(cm_value_set_make(&made.list, 1, &made.arena));
    ck_assert_ptr_null(made.list.set);
    made.list.count = CM_VALUE_SET_MIN;
    ck_assert(cm_value_set_make(&made.list, 1, &made.arena));
    ck_assert_ptr_nonnull(made.list.set);
    cm_arena_free(&made.arena);
}

/* With exactly the steps that it takes the answer is the same; with any fewer it is unknown. */
T_TEST(asking_takes_steps) {
    struct made made;
    make(&made);
    ck_assert(cm_value_set_make(&made.list, 1, &made.arena));
    const char *const texts[] = {"A0", "A99", "none", "a text of more than sixteen bytes, and of thirty-two"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t left = 1000, needed;
        const enum certmap_truth truth = cm_value_set_has(&made.list, 0, false, t_text(texts[i]), &left);
        needed = 1000 - left;
        ck_assert_uint_ge(needed, 2 + strlen(texts[i]) / 16);
        for (size_t steps = 0; steps <= needed; steps++) {
            left = steps;
            const enum certmap_truth now = cm_value_set_has(&made.list, 0, false, t_text(texts[i]), &left);
            ck_assert_int_eq(now, steps < needed ? CERTMAP_UNKNOWN : truth);
            ck_assert_uint_eq(left, 0);
        }
    }
    cm_arena_free(&made.arena);
}

/* Who knows the seed can choose texts that all want the same slots: then there is no set, and nothing is wrong but that
 * values are looked at one by one. Under another seed the same texts are as good as any. */
enum { SEED = 7, COLLIDING = 256 };

T_TEST(collisions_are_harmless) {
    static char texts[COLLIDING][16];
    static struct cm_value values[COLLIDING];
    uint32_t first[1];
    struct cm_arena arena;
    struct certmap_allocator allocator;
    struct cm_list list = {.values = values, .count = COLLIDING, .first = first};
    const uint64_t seed = cm_hash_mix(SEED);
    size_t count = 0;
    ck_assert(cm_allocator_init(&allocator, NULL));
    cm_arena_init(&arena, &allocator, SIZE_MAX / 2);
    for (size_t i = 0; count < COLLIDING; i++) {
        snprintf(texts[count], sizeof texts[count], "unit %zu", i);
        const struct certmap_view text = t_text(texts[count]);
        if ((cm_hash_bytes(text.data, text.len, seed) & (2 * COLLIDING - 1)) == 5)
            values[count++] = (struct cm_value){.text = {text, text}};
    }
    cm_list_chain(&list, 0);
    ck_assert(cm_value_set_make(&list, SEED, &arena));
    ck_assert_ptr_null(list.set);
    ck_assert(cm_value_set_make(&list, SEED + 1, &arena));
    ck_assert_ptr_nonnull(list.set);
    cm_arena_free(&arena);
}

/* Two peers do not have the same seed. */
T_TEST(seeds_of_peers) {
    struct t_buf subject = T_BUF_INIT;
    struct t_peer a, b;
    make_subject(&subject, 100, false);
    t_peer_make(&a, t_cstr(&subject), "CN=CA");
    t_peer_make(&b, t_cstr(&subject), "CN=CA");
    const struct cm_list *first = &a.peer->lists[CERTMAP_FIELD_SUBJECT];
    const struct cm_list *second = &b.peer->lists[CERTMAP_FIELD_SUBJECT];
    ck_assert_ptr_nonnull(first->set);
    ck_assert_ptr_nonnull(second->set);
    ck_assert(first->set->seed != second->set->seed && first->set->seed != 0);
    t_peer_free(&a);
    t_peer_free(&b);
    t_buf_free(&subject);
}

T_TESTS("value set", T_CASE("many values", T_LOOP(many_values, COUNT(rows)), T_LOOP(many_addresses, COUNT(addresses))),
        T_CASE("set", rows_and_forms, types_and_all_rows, few_values_have_none, asking_takes_steps,
               collisions_are_harmless, seeds_of_peers))
