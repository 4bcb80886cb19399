/* SPDX-License-Identifier: MIT */
/* What items of an explanation hold as values, explanations that are stopped, and those of one mapping. */
#include "base/view.h"
#include "certmap/walk.h"
#include "rule/store.h"
#include "rules.h"
#include "support/alloc.h"
#include "support/random.h"

/* ---- recording ---- */

enum { MOST_ITEMS = 8192 };

struct record {
    struct t_buf text;
    size_t ends[MOST_ITEMS]; /* of each item in text */
    size_t mappings[MOST_ITEMS];
    bool nearest[MOST_ITEMS];
    size_t count;
    size_t stop; /* at this item; SIZE_MAX: at none */
};

static struct record *new_record(size_t stop) {
    struct record *record = calloc(1, sizeof *record);
    ck_assert_ptr_nonnull(record);
    record->stop = stop;
    return record;
}

static void free_record(struct record *record) {
    t_buf_free(&record->text);
    free(record);
}

static void put_view(struct t_buf *text, struct certmap_view view) {
    if (view.data == NULL)
        t_put(text, "-");
    else
        t_bytes(text, view.data, view.len);
    t_put(text, " ");
}

static void put_number(struct t_buf *text, size_t number) {
    char digits[32];
    snprintf(digits, sizeof digits, "%zu ", number);
    t_put(text, digits);
}

/* Everything that an item holds. */
static void put_item(struct t_buf *text, const struct certmap_explain_item *item) {
    const size_t numbers[] = {item->kind,        item->mapping, item->depth,   item->truth,    item->why,
                              item->read,        item->decides, item->line,    item->decision, item->term,
                              item->held,        item->number,  item->missing, item->score,    item->missing_digests,
                              item->mapping_kind};
    for (int i = 0; i < COUNT(numbers); i++)
        put_number(text, numbers[i]);
    put_view(text, item->text);
    put_view(text, item->field);
    put_view(text, item->operands);
    if (item->condition != NULL) {
        put_number(text, item->condition->field);
        put_view(text, item->condition->subfield);
        put_number(text, item->condition->op);
        put_number(text, item->condition->quantifier);
        put_number(text, item->condition->flags);
        put_number(text, item->condition->operand_count);
    }
    if (item->output != NULL) {
        put_number(text, item->output->kind);
        put_view(text, item->output->name);
        put_view(text, item->output->value);
    }
}

static bool record_item(void *ctx, const struct certmap_explain_item *item) {
    struct record *record = ctx;
    ck_assert_uint_eq(item->size, sizeof *item);
    ck_assert_uint_eq(item->reserved, 0);
    ck_assert_uint_lt(record->count, MOST_ITEMS);
    ck_assert(record->count <= record->stop); /* nothing after it has been stopped */
    put_item(&record->text, item);
    record->mappings[record->count] = item->mapping;
    record->nearest[record->count] = item->kind == CERTMAP_EXPLAIN_NEAREST;
    record->ends[record->count++] = record->text.len;
    return record->count <= record->stop;
}

/* The items of one mapping in the explanation of all. */
static void take_mapping(struct t_buf *text, const struct record *record, size_t mapping) {
    for (size_t i = 0; i < record->count; i++) {
        const size_t begin = i == 0 ? 0 : record->ends[i - 1];
        if (record->mappings[i] == mapping && !record->nearest[i])
            t_bytes(text, record->text.data + begin, record->ends[i] - begin);
    }
}

/* ---- one mapping, and stopping, on random rules ---- */

static void check_each_mapping(const struct record *whole, const struct certmap_rules *rules, struct certmap_peer *peer,
                               const struct certmap_result *matched) {
    for (size_t i = 0; i < certmap_rules_count(rules); i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        struct record *alone = new_record(SIZE_MAX);
        struct t_buf expected = T_BUF_INIT;
        ck_assert_int_eq(certmap_explain_mapping(rules, peer, &result, i, record_item, alone, NULL), CERTMAP_OK);
        t_assert_same_result(&result, matched);
        take_mapping(&expected, whole, i);
        ck_assert_str_eq(t_cstr(&alone->text), t_cstr(&expected));
        ck_assert_uint_gt(alone->count, 0);
        t_buf_free(&expected);
        free_record(alone);
    }
}

static void check_stops(const struct record *whole, const struct certmap_rules *rules, struct certmap_peer *peer,
                        const struct certmap_result *matched) {
    for (size_t stop = 0; stop < whole->count; stop += 1 + whole->count / 16) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
        struct record *record = new_record(stop);
        ck_assert_int_eq(certmap_explain(rules, peer, &result, record_item, record, &err), CERTMAP_OK);
        ck_assert_int_eq(err.status, CERTMAP_OK);
        t_assert_same_result(&result, matched);
        ck_assert_uint_eq(record->count, stop + 1);
        ck_assert_uint_eq(record->text.len, whole->ends[stop]);
        ck_assert_int_eq(memcmp(record->text.data, whole->text.data, record->text.len), 0);
        free_record(record);
    }
}

static void check_explanations(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result explained = CERTMAP_RESULT_INIT;
    const struct certmap_result matched = t_match(rules, peer);
    struct record *whole = new_record(SIZE_MAX);
    ck_assert_int_eq(certmap_explain(rules, peer, &explained, record_item, whole, NULL), CERTMAP_OK);
    check_each_mapping(whole, rules, peer, &matched);
    check_stops(whole, rules, peer, &matched);
    free_record(whole);
}

enum { SETS = 8, CERTIFICATES = 2 };

T_TEST(random_rules) {
    struct t_random random = T_RANDOM_SEED((uint64_t)_i + 77);
    struct t_random_cert made = T_RANDOM_CERT_INIT;
    struct certmap_peer *peer = t_peer_new();
    for (int set = 0; set < SETS; set++) {
        struct t_world world;
        struct t_buf text = T_BUF_INIT;
        t_world_make(&world, &random);
        t_world_rules(&text, &world);
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        for (int i = 0; i < CERTIFICATES; i++) {
            t_world_cert(&made, &world);
            if (certmap_peer_set(peer, &made.cert, NULL) == CERTMAP_OK)
                check_explanations(rules, peer);
        }
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
    t_random_cert_free(&made);
    certmap_peer_free(peer);
}

/* ---- without steps ---- */

struct truth {
    size_t mapping;
    enum certmap_truth truth;
    bool decides;
    size_t count;
};

static bool note_truth(void *ctx, const struct certmap_explain_item *item) {
    struct truth *truth = ctx;
    if (item->kind != CERTMAP_EXPLAIN_MAPPING || item->mapping != truth->mapping)
        return true;
    *truth = (struct truth){item->mapping, item->truth, item->decides, truth->count + 1};
    return false;
}

/* Ten mappings that take a few steps each, and one that takes many. */
static void write_costly(struct t_buf *text, const char *policy) {
    t_put(text, "certmap 1;\n");
    t_put(text, policy);
    for (size_t i = 0; i < 10; i++)
        t_put_line(text, "mapping \"m%\" { when subject.CN like \"*b*b*c%*\"; allow \"a\"; }\n", i);
    t_put(text, "mapping \"costly\" { when subject.O like \"*a?a*a?b*\"; allow \"a\"; }\n"
                "mapping \"last\" { when subject.CN like \"a*\"; allow \"a\"; }\n");
}

/* However few steps there are, the mapping that gives the answer gives alone what it gives in the explanation of all:
 * what it has alone is not more than it had there. Of the others, no more than unknown is another. */
T_TEST(few_steps) {
    static const char *const policies[] = {"", "policy unique;\n", "policy all;\n"};
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    size_t unknown = 0;
    write_costly(&text, policies[_i]);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "CN=aabbabababababbababaccacacacac | O=\\{a*400}", "CN=ca");
    for (size_t steps = 0; steps < 3000; steps += 3) {
        rules->steps = steps;
        const struct certmap_result matched = t_match(rules, peer.peer);
        for (size_t i = 0; i < certmap_rules_count(rules); i++) {
            struct truth whole = {.mapping = i}, alone = {.mapping = i};
            struct certmap_result result = CERTMAP_RESULT_INIT;
            ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, note_truth, &whole, NULL), CERTMAP_OK);
            ck_assert_int_eq(certmap_explain_mapping(rules, peer.peer, &result, i, note_truth, &alone, NULL),
                             CERTMAP_OK);
            t_assert_same_result(&result, &matched);
            ck_assert_uint_eq(alone.count, 1);
            ck_assert_int_eq(whole.decides, alone.decides);
            if (i == matched.index || whole.truth != CERTMAP_UNKNOWN)
                ck_assert_int_eq(whole.truth, alone.truth);
            unknown += i > 0 && i == matched.index && whole.truth == CERTMAP_UNKNOWN;
        }
    }
    ck_assert_uint_gt(unknown, 0);
    certmap_rules_free(rules);
    t_peer_free(&peer);
    t_buf_free(&text);
}

/* ---- values ---- */

struct expected {
    enum certmap_explain_kind kind;
    enum certmap_term_kind term;
    int field; /* of a condition; or kind of an output; -1: it has none */
    const char *subfield;
    enum certmap_operator op;
    enum certmap_quantifier quantifier;
    unsigned flags;
    size_t operands, number;
};

static const char typed_rules[] = "certmap 1;\n"
                                  "mapping \"m\" {\n"
                                  "    when subject.CN in nocase (\"Alice\", \"b\")\n"
                                  "     and (every subject.OU like \"Sa*\" or not issuer.1.2.3.4 present)\n"
                                  "     and san.dirname.O absent and count(san.dns) = 0 and eku absent;\n"
                                  "    allow \"acme\"; domain \"D\"; group \"account\"; attribute \"group\" = \"x\";\n"
                                  "}\n"
                                  "mapping \"all\" { when always; deny; }\n";

#define REST CERTMAP_OP_EQUAL, CERTMAP_ANY_VALUE, 0, 0, 0
#define NOTHING -1, "", REST
static const struct expected typed[] = {
    {CERTMAP_EXPLAIN_MAPPING, CERTMAP_TERM_CONDITION, NOTHING},
    {CERTMAP_EXPLAIN_CONDITION, CERTMAP_TERM_CONDITION, CERTMAP_FIELD_SUBJECT, "CN", CERTMAP_OP_EQUAL,
     CERTMAP_ANY_VALUE, CERTMAP_NOCASE, 2, 0},
    {CERTMAP_EXPLAIN_VALUE, CERTMAP_TERM_CONDITION, CERTMAP_FIELD_SUBJECT, "CN", CERTMAP_OP_EQUAL, CERTMAP_ANY_VALUE,
     CERTMAP_NOCASE, 2, 0},
    {CERTMAP_EXPLAIN_GROUP, CERTMAP_TERM_ANY, NOTHING},
    {CERTMAP_EXPLAIN_CONDITION, CERTMAP_TERM_CONDITION, CERTMAP_FIELD_SUBJECT, "OU", CERTMAP_OP_LIKE,
     CERTMAP_EVERY_VALUE, 0, 1, 1},
    {CERTMAP_EXPLAIN_VALUE, CERTMAP_TERM_CONDITION, CERTMAP_FIELD_SUBJECT, "OU", CERTMAP_OP_LIKE, CERTMAP_EVERY_VALUE,
     0, 1, 1},
    {CERTMAP_EXPLAIN_GROUP, CERTMAP_TERM_NOT, NOTHING},
    {CERTMAP_EXPLAIN_CONDITION, CERTMAP_TERM_CONDITION, CERTMAP_FIELD_ISSUER, "1.2.3.4", CERTMAP_OP_PRESENT,
     CERTMAP_ANY_VALUE, 0, 0, 2},
    {CERTMAP_EXPLAIN_CONDITION, CERTMAP_TERM_CONDITION, CERTMAP_FIELD_SAN_DIRNAME, "O", CERTMAP_OP_ABSENT,
     CERTMAP_ANY_VALUE, 0, 0, 3},
    {CERTMAP_EXPLAIN_CONDITION, CERTMAP_TERM_CONDITION, CERTMAP_FIELD_SAN, "dns", CERTMAP_OP_COUNT, CERTMAP_ANY_VALUE,
     0, 0, 4},
    {CERTMAP_EXPLAIN_CONDITION, CERTMAP_TERM_CONDITION, CERTMAP_FIELD_EKU, "", CERTMAP_OP_ABSENT, CERTMAP_ANY_VALUE, 0,
     0, 5},
    {CERTMAP_EXPLAIN_ACCOUNT, CERTMAP_TERM_CONDITION, NOTHING},
    {CERTMAP_EXPLAIN_OUTPUT, CERTMAP_TERM_CONDITION, CERTMAP_OUTPUT_DOMAIN, "", REST},
    {CERTMAP_EXPLAIN_OUTPUT, CERTMAP_TERM_CONDITION, CERTMAP_OUTPUT_GROUP, "", REST},
    {CERTMAP_EXPLAIN_OUTPUT, CERTMAP_TERM_CONDITION, CERTMAP_OUTPUT_ATTRIBUTE, "group", REST},
    {CERTMAP_EXPLAIN_MAPPING, CERTMAP_TERM_CONDITION, NOTHING},
    {CERTMAP_EXPLAIN_CONDITION, CERTMAP_TERM_ALWAYS, NOTHING},
};

static void check_condition(const struct certmap_condition *condition, const struct expected *row) {
    ck_assert_ptr_nonnull(condition);
    ck_assert_uint_eq(condition->size, sizeof *condition);
    ck_assert_int_eq(condition->field, row->field);
    ck_assert(cm_view_equal(condition->subfield, t_text(row->subfield)));
    ck_assert_int_eq(condition->op, row->op);
    ck_assert_int_eq(condition->quantifier, row->quantifier);
    ck_assert_uint_eq(condition->flags, row->flags);
    ck_assert_uint_eq(condition->operand_count, row->operands);
    ck_assert_ptr_null(condition->operands);
}

static bool check_typed(void *ctx, const struct certmap_explain_item *item) {
    size_t *at = ctx;
    ck_assert_int_lt((int)*at, COUNT(typed));
    const struct expected *row = &typed[(*at)++];
    const bool condition = row->field >= 0 && row->kind != CERTMAP_EXPLAIN_OUTPUT;
    ck_assert_int_eq(item->kind, row->kind);
    ck_assert_int_eq(item->term, row->term);
    ck_assert_uint_eq(item->number, row->number);
    ck_assert_int_eq(item->condition != NULL, condition);
    ck_assert_int_eq(item->output != NULL, row->kind == CERTMAP_EXPLAIN_OUTPUT);
    if (condition)
        check_condition(item->condition, row);
    if (item->output != NULL) {
        ck_assert_int_eq((int)item->output->kind, row->field);
        ck_assert(cm_view_equal(item->output->name, t_text(row->subfield)));
    }
    return true;
}

T_TEST(values_need_no_parsing) {
    struct certmap_rules *rules = t_rules(typed_rules);
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    size_t at = 0;
    t_peer_make(&peer, "CN=alice | OU=Sales", "CN=ca");
    peer.cert.extensions = (struct certmap_view){(const uint8_t *)"", 0};
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, check_typed, &at, NULL), CERTMAP_OK);
    ck_assert_int_eq((int)at, COUNT(typed));
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* A condition's number is that of certmap_rules_walk. */
struct numbers {
    size_t from_walk[8], from_items[8];
    size_t walked, items;
};

static bool see_part(void *ctx, const struct certmap_walk_item *item) {
    struct numbers *numbers = ctx;
    if (item->kind == CERTMAP_WALK_CONDITION)
        numbers->from_walk[numbers->walked++] = item->number * 100 + (size_t)item->condition->field;
    return true;
}

static bool see_item(void *ctx, const struct certmap_explain_item *item) {
    struct numbers *numbers = ctx;
    if (item->kind == CERTMAP_EXPLAIN_CONDITION)
        numbers->from_items[numbers->items++] = item->number * 100 + (size_t)item->condition->field;
    return true;
}

T_TEST(numbers_are_those_of_a_walk) {
    struct certmap_rules *rules = t_rules(typed_rules);
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct numbers numbers = {.walked = 0};
    struct t_peer peer;
    t_peer_make(&peer, "CN=alice", "CN=ca");
    ck_assert_int_eq(certmap_rules_walk(rules, 0, see_part, &numbers, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_explain_mapping(rules, peer.peer, &result, 0, see_item, &numbers, NULL), CERTMAP_OK);
    ck_assert_uint_eq(numbers.items, 6);
    ck_assert_uint_eq(numbers.walked, numbers.items);
    ck_assert_int_eq(memcmp(numbers.from_walk, numbers.from_items, sizeof numbers.from_walk), 0);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- by name ---- */

T_TEST(diagnostic_a_mapping) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"\xC3\x89t\xC3\xA9\" { when always; deny; }\n"
                                          "mapping \"two\" { when always; deny; }\n");
    const struct certmap_view null = {NULL, 3};
    ck_assert_uint_eq(certmap_rules_find(rules, t_text("\xC3\xA9t\xC3\x89")), 0);
    ck_assert_uint_eq(certmap_rules_find(rules, t_text("TWO")), 1);
    ck_assert_uint_eq(certmap_rules_find(rules, t_text("tw")), SIZE_MAX);
    ck_assert_uint_eq(certmap_rules_find(rules, t_text("")), SIZE_MAX);
    ck_assert_uint_eq(certmap_rules_find(rules, null), SIZE_MAX);
    ck_assert_uint_eq(certmap_rules_find(NULL, t_text("two")), SIZE_MAX);
    certmap_rules_free(rules);
}

/* ---- what is refused ---- */

T_TEST(refuses_what_is_missing) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when always; allow \"a\"; }");
    const size_t indexes[] = {1, SIZE_MAX - 1, SIZE_MAX};
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    for (int i = 0; i < COUNT(indexes); i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
        result.decision = CERTMAP_ALLOW;
        ck_assert_int_eq(certmap_explain_mapping(rules, peer.peer, &result, indexes[i], t_no_item, NULL, &err),
                         CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
        ck_assert_int_eq(result.decision, CERTMAP_NONE);
    }
    struct certmap_result result = CERTMAP_RESULT_INIT;
    ck_assert_int_eq(certmap_explain_mapping(NULL, peer.peer, &result, 0, t_no_item, NULL, NULL),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_explain_mapping(rules, NULL, &result, 0, t_no_item, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_explain_mapping(rules, peer.peer, &result, 0, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_explain_mapping(rules, peer.peer, NULL, 0, t_no_item, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* No memory is an error whether one mapping or all are explained, and stopping before it is needed is none. */
T_TEST(without_memory) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct t_peer peer;
    options.allocator = &allocator;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(typed_rules), &options, NULL), CERTMAP_OK);
    t_peer_make(&peer, "CN=alice", "CN=ca");
    const size_t live = memory.live;
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = certmap_explain_mapping(rules, peer.peer, &result, 0, t_no_item, NULL, NULL);
        failed = t_alloc_failed(&memory);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        ck_assert_uint_eq(memory.live, live);
        ck_assert(failed || n >= 3);
    }
    t_alloc_fail_at(&memory, SIZE_MAX);
    certmap_rules_free(rules);
    t_peer_free(&peer);
}

T_TESTS("explain items",
        T_CASE("items", T_LOOP(random_rules, 10), T_LOOP(few_steps, 3), values_need_no_parsing,
               numbers_are_those_of_a_walk, diagnostic_a_mapping, refuses_what_is_missing, without_memory))
