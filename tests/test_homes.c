/* SPDX-License-Identifier: MIT */
/* Where the mappings of a large rule set lie (index.h): whoever is there, the same is found. */
#include "base/view.h"
#include "index/key.h"
#include "index/tuning.h"
#include "rule/store.h"
#include "rules.h"
#include "support/alloc.h"
#include "support/random.h"
#include "support/search.h"

/* ---- where they lie ---- */

/* Rules of so many mappings from a number on, each with its CN; text is added to each. */
static struct certmap_rules *rules_from(size_t first, size_t count, const char *add) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = first; i < first + count; i++) {
        t_put_line(&text, "mapping \"m%\" { when ", i);
        t_put_line(&text, "subject.O = \"Contoso\" and subject.CN = \"user-%", i);
        t_put(&text, add);
        t_put(&text, "\"; allow \"u\"; }\n");
    }
    return t_rules_of(&text);
}

static struct certmap_rules *rules_of(size_t count, const char *add) {
    return rules_from(0, count, add);
}

static bool in_order_of_trial(const struct certmap_rules *rules) {
    for (size_t i = 1; i < rules->mapping_count; i++)
        if (rules->offsets[i - 1] >= rules->offsets[i])
            return false;
    return true;
}

T_TEST(few_have_none) {
    struct certmap_rules *few = rules_of(CM_MIN_HOMES - 1, ""), *enough = rules_of(CM_MIN_HOMES, "");
    ck_assert_uint_eq(few->index->home_size, 0);
    ck_assert(in_order_of_trial(few));
    ck_assert_uint_gt(enough->index->home_size, 0);
    ck_assert(!in_order_of_trial(enough));
    certmap_rules_free(few);
    certmap_rules_free(enough);
}

/* Each mapping has some 40 bytes of text beside it. */
T_TEST(long_ones_have_none) {
    char text[CM_MAX_HOME + 1];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    struct certmap_rules *rules = rules_of(CM_MIN_HOMES, text);
    ck_assert_uint_eq(rules->index->home_size, 0);
    ck_assert(in_order_of_trial(rules));
    certmap_rules_free(rules);
    text[CM_MAX_HOME / 4] = 0;
    rules = rules_of(CM_MIN_HOMES, text);
    ck_assert_uint_gt(rules->index->home_size, 0);
    certmap_rules_free(rules);
}

/* None lies before its home, and nearly all of them begin within what is fetched. */
T_TEST(near_their_homes) {
    struct certmap_rules *rules = rules_of(20 * CM_MIN_HOMES, "");
    const struct cm_index *index = rules->index;
    size_t count = 0, near = 0;
    for (size_t i = 0; i < index->slot_count; i++) {
        const struct cm_slot *slot = &index->slots[i];
        if (slot->kind != CM_TARGET_MAPPING)
            continue;
        const uint32_t home = index->home_begin + cm_key_home(slot->key, index->home_size);
        ck_assert_uint_ge(slot->at, home);
        count++;
        near += (slot->at - home) * CM_OFFSET_UNIT < CM_FETCH_HOME;
    }
    ck_assert_uint_gt(count, rules->mapping_count / 10 * 9);
    ck_assert_uint_gt(near, count / 10 * 8);
    certmap_rules_free(rules);
}

/* How many offsets mappings lie over, the last of them left out. */
static uint32_t extent(const struct certmap_rules *rules) {
    uint32_t first = UINT32_MAX, last = 0;
    for (size_t i = 0; i < rules->mapping_count; i++) {
        first = rules->offsets[i] < first ? rules->offsets[i] : first;
        last = rules->offsets[i] > last ? rules->offsets[i] : last;
    }
    ck_assert_uint_ge(first, rules->shared_end);
    return last - first;
}

/* A ninth of the room is free, which is an eighth of what mappings take, and they do not overlap. Numbers of the same length
 * make mappings of one size. */
T_TEST(little_is_free) {
    enum { COUNT_DENSE = CM_MIN_HOMES - 1, COUNT_SPREAD = 4 * CM_MIN_HOMES, FIRST = 10000 };
    struct certmap_rules *dense = rules_from(FIRST, COUNT_DENSE, ""), *spread = rules_from(FIRST, COUNT_SPREAD, "");
    const double each = (double)extent(dense) / (COUNT_DENSE - 1), size = (double)spread->index->home_size;
    ck_assert_double_eq_tol(size, each * COUNT_SPREAD * 9 / 8, size / 200);
    ck_assert_double_le((double)extent(spread), size * 1.01);
    for (size_t i = 0; i < COUNT_SPREAD; i++) {
        char name[16];
        const struct cm_mapping *mapping = cm_mapping_at(spread, i);
        const int len = snprintf(name, sizeof name, "m%zu", FIRST + i);
        ck_assert_uint_eq(mapping->index, i);
        ck_assert(cm_view_equal(cm_mapping_name(mapping), cm_view((const uint8_t *)name, (size_t)len)));
    }
    certmap_rules_free(dense);
    certmap_rules_free(spread);
}

/* With two keys. */
static void put_several(struct t_buf *text, struct t_random *random, size_t i) {
    (void)random;
    t_put_line(text, "mapping \"m%\" { when subject.CN in (", i);
    t_put_line(text, "\"a%\", ", i);
    t_put_line(text, "\"b%\"); allow \"u\"; }\n", i);
}

/* With a list of its own. */
static void put_list(struct t_buf *text, struct t_random *random, size_t i) {
    (void)random;
    t_put_line(text, "mapping \"m%\" { when ", i);
    t_put_line(text, "subject.CN = \"user-%\" and subject.OU in (", i);
    for (size_t k = 0; k < 12; k++)
        t_put_line(text, "\"%\", ", 12 * i + k);
    t_put(text, "\"x\"); allow \"u\"; }\n");
}

/* Few of them would be at their homes. */
T_TEST(not_at_one_home) {
    struct certmap_rules *rules = t_rules_each("first", 2 * CM_MIN_HOMES, NULL, _i == 0 ? put_several : put_list);
    ck_assert_uint_eq(rules->index->home_size, 0);
    certmap_rules_free(rules);
}

/* ---- what is found ---- */

enum { SEEDS = 6, PEOPLE = 400, CERTIFICATES = 40 };

static const char *const conditions[] = {
    "subject.CN = \"user-%\"",
    "subject.CN = nocase \"USER-%\"",
    "subject.CN like \"*er-%\"",
    "subject.CN like \"user-%*\"",
    "subject.CN in (\"x\", \"user-%\", \"y\")",
    "subject.OU = \"Unit %\"",
    "subject.O like \"*Org %*\"",
    "(subject.CN = \"user-%\" or subject.OU = \"nobody\")",
    "not subject.OU = \"Unit %\"",
};

static void put_mapping(struct t_buf *text, struct t_random *random, size_t number) {
    t_put_line(text, "mapping \"m%\" { when issuer.CN present", number);
    for (size_t i = 1 + t_random_below(random, 3); i > 0; i--) {
        t_put(text, " and ");
        t_put_line(text, conditions[t_random_below(random, COUNT(conditions))], t_random_below(random, PEOPLE));
    }
    t_put(text, t_random_chance(random, 30) ? "; deny; }\n" : "; allow \"u\"; }\n");
}

static void random_peer(struct t_peer *peer, struct t_random *random) {
    struct t_buf subject = T_BUF_INIT;
    t_put_line(&subject, "CN=user-%", t_random_below(random, PEOPLE));
    t_put_line(&subject, " | O=Org %", t_random_below(random, PEOPLE));
    t_put(&subject, t_random_chance(random, 10) ? " | octet CN=x" : "");
    for (size_t i = t_random_below(random, 4); i > 0; i--)
        t_put_line(&subject, " | OU=Unit %", t_random_below(random, PEOPLE));
    t_peer_make(peer, t_cstr(&subject), "CN=CA");
    t_buf_free(&subject);
}

static const char *const policies[] = {"first", "all", "unique", "most-specific"};

T_TEST(the_same_is_found) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct certmap_rules *rules =
        t_rules_each(policies[(size_t)_i % COUNT(policies)], CM_MIN_HOMES + 100, &random, put_mapping);
    size_t decided = 0;
    ck_assert_uint_gt(rules->index->home_size, 0);
    for (size_t i = 0; i < CERTIFICATES; i++) {
        struct t_peer peer;
        random_peer(&peer, &random);
        ck_assert_msg(t_search_agree(rules, peer.peer), "certificate %zu", i);
        decided += t_match(rules, peer.peer).decision != CERTMAP_NONE;
        t_peer_free(&peer);
    }
    ck_assert_uint_gt(decided, 0);
    certmap_rules_free(rules);
}

/* ---- without memory ---- */

static enum certmap_status load(struct certmap_rules **rules, struct t_buf *text, struct t_alloc *memory,
                                struct certmap_diagnostic *error) {
    const struct certmap_allocator allocator = t_alloc_allocator(memory);
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    options.allocator = &allocator;
    return certmap_rules_parse(rules, t_view(text), &options, error);
}

/* The last requests are those for the index, the order, the layout and the store. */
T_TEST(no_memory_for_them) {
    enum { LAST = 60 };
    struct t_buf text = T_BUF_INIT;
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < CM_MIN_HOMES; i++) {
        t_put_line(&text, "mapping \"m%\" { when ", i);
        t_put_line(&text, "subject.CN = \"user-%\"; allow \"u\"; }\n", i);
    }
    ck_assert_int_eq(load(&rules, &text, &memory, &error), CERTMAP_OK);
    ck_assert_uint_gt(rules->index->home_size, 0);
    certmap_rules_free(rules);
    const size_t requests = memory.requests;
    ck_assert_uint_gt(requests, LAST);
    for (size_t n = requests - LAST; n < requests; n++) {
        rules = NULL;
        t_alloc_fail_at(&memory, n);
        ck_assert_int_eq(load(&rules, &text, &memory, &error), CERTMAP_ERROR_MEMORY);
        ck_assert_ptr_null(rules);
        ck_assert_uint_eq(memory.live, 0);
    }
    t_buf_free(&text);
}

T_TESTS("homes",
        T_CASE("where they lie", few_have_none, long_ones_have_none, near_their_homes, little_is_free,
               T_LOOP(not_at_one_home, 2)),
        T_CASE("what is found", T_LOOP(the_same_is_found, SEEDS)), T_CASE("no memory", no_memory_for_them))
