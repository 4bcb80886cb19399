/* SPDX-License-Identifier: MIT */
/* Differences of two rule sets, against the small world of random_rules.h. Whatever is answered differently is an effect of
 * an edit that is reported, and of the kind that is reported; whatever is reported is answered so.
 *
 * CERTMAP_LINT_SETS in the environment: how many random pairs of rule sets, instead of some hundred. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/diff.h"
#include "certmap/explain.h"
#include "certmap/walk.h"
#include "random_rules.h"
#include "support/alloc.h"

/* ---- the world ---- */

static struct certmap_peer *world[2][4096];
static struct cm_lint_pool pools[4096];
static size_t world_count;

static void add_certificate(const struct cm_lint_value *values, size_t count) {
    const struct cm_lint_witness witness = {values, count};
    struct cm_lint_pool *pool = &pools[world_count];
    ck_assert_uint_lt(world_count, sizeof pools / sizeof *pools);
    ck_assert(cm_lint_pool_init(pool, NULL));
    const struct certmap_view der = cm_lint_witness_der(pool, &witness);
    for (size_t t = 0; t < 2; t++) {
        ck_assert_int_eq(certmap_peer_new(&world[t][world_count], NULL, NULL), CERTMAP_OK);
        ck_assert(cm_lint_witness_set(world[t][world_count], pool, &witness, der));
    }
    world_count++;
}

static void make_world(void) {
    world_count = 0;
    add_certificates(&t_wide);
}

static void free_world(void) {
    for (size_t i = 0; i < world_count; i++) {
        certmap_peer_free(world[0][i]);
        certmap_peer_free(world[1][i]);
        cm_lint_pool_free(&pools[i]);
    }
}

/* ---- random rules ---- */

/* A mapping is kept without its name, which may change while it moves. */
struct mapping {
    char body[2048];
    unsigned name;
};

static bool templates; /* whether accounts have placeholders, too */

/* Drawn one after the other, as in random_rules.h. */
static void put_allow(void) {
    const char *group = draw(4) == 0 ? " group \"g\";" : "";
    const int account = 'x' + (int)draw(3);
    put("; allow \"%c\";%s }\n", account, group);
}

static void make_mapping(struct mapping *mapping, unsigned name) {
    text_len = 0;
    put("when ");
    put_expression(2);
    if (draw(3) == 0)
        put("; deny; }\n");
    else if (templates && draw(3) == 0)
        put("; allow \"u-${subject.CN}\"; }\n");
    else
        put_allow();
    ck_assert_uint_lt(text_len, sizeof mapping->body);
    memcpy(mapping->body, text, text_len + 1);
    mapping->name = name;
}

#define MAX_MAPPINGS 8

struct set {
    struct mapping mappings[MAX_MAPPINGS];
    size_t count;
    const char *head;
    char text[1 << 15];
};

static void print_set(struct set *set) {
    text_len = 0;
    put("certmap 1; %s\n", set->head);
    for (size_t i = 0; i < set->count; i++)
        put("mapping \"m%u\" { %s", set->mappings[i].name, set->mappings[i].body);
    memcpy(set->text, text, text_len + 1);
}

static void remove_mapping(struct set *set, size_t index) {
    memmove(&set->mappings[index], &set->mappings[index + 1], (--set->count - index) * sizeof *set->mappings);
}

static void insert_mapping(struct set *set, size_t index, const struct mapping *mapping) {
    memmove(&set->mappings[index + 1], &set->mappings[index], (set->count++ - index) * sizeof *set->mappings);
    set->mappings[index] = *mapping;
}

static void change(struct set *set, unsigned *name) {
    static struct mapping mapping;
    const size_t index = draw((unsigned)set->count);
    switch (draw(5)) {
    case 0:
        if (set->count > 1)
            remove_mapping(set, index);
        return;
    case 1:
        make_mapping(&mapping, (*name)++);
        if (set->count < MAX_MAPPINGS)
            insert_mapping(set, draw((unsigned)set->count + 1), &mapping);
        return;
    case 2:
        mapping = set->mappings[index];
        remove_mapping(set, index);
        insert_mapping(set, draw((unsigned)set->count + 1), &mapping);
        return;
    case 3:
        set->mappings[index].name = (*name)++;
        return;
    default:
        make_mapping(&set->mappings[index], set->mappings[index].name);
        return;
    }
}

static struct set sets[2];

static void make_sets(const char *head, const char *other_head) {
    unsigned name = 0;
    sets[0].head = head;
    sets[0].count = 1 + draw(5);
    for (size_t i = 0; i < sets[0].count; i++)
        make_mapping(&sets[0].mappings[i], name++);
    sets[1] = sets[0];
    sets[1].head = other_head;
    for (unsigned i = draw(4); i > 0; i--)
        change(&sets[1], &name);
    print_set(&sets[0]);
    print_set(&sets[1]);
}

/* ---- what is said ---- */

struct said {
    struct certmap_diff_edit edits[2 * MAX_MAPPINGS + 1];
    bool has[2 * MAX_MAPPINGS + 1][CERTMAP_DIFF_LEFT + 1];
    size_t count;
    const struct certmap_rules *rules[2];
};

/* A witness is a certificate that really has this answer. */
static void check_witness(const struct certmap_rules *rules, const struct certmap_lint_witness *witness) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_peer *peer = NULL;
    ck_assert_ptr_nonnull(witness);
    if (witness->der.data == NULL)
        return; /* nobody has supplied its serial number */
    ck_assert_int_eq(certmap_cert_from_der(&cert, witness->der, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    ck_assert_int_eq(result.decision, witness->decision);
    ck_assert_int_eq(result.reason, witness->reason);
    ck_assert_uint_eq(result.index, witness->mapping);
    ck_assert_uint_eq(result.account.len, witness->account.len);
    certmap_peer_free(peer);
}

static bool is_kind(enum certmap_diff_effect_kind kind, enum certmap_decision before, enum certmap_decision after) {
    switch (kind) {
    case CERTMAP_DIFF_GAIN:
        return before != CERTMAP_ALLOW && after == CERTMAP_ALLOW;
    case CERTMAP_DIFF_LOSE:
        return before == CERTMAP_ALLOW && after != CERTMAP_ALLOW;
    case CERTMAP_DIFF_OTHER:
        return before == CERTMAP_ALLOW && after == CERTMAP_ALLOW;
    case CERTMAP_DIFF_REFUSED:
        return before == CERTMAP_NONE && after == CERTMAP_DENY;
    case CERTMAP_DIFF_LEFT:
        return before == CERTMAP_DENY && after == CERTMAP_NONE;
    }
    return false;
}

static bool on_edit(void *ctx, const struct certmap_diff_edit *edit) {
    struct said *said = ctx;
    ck_assert_uint_lt(said->count, sizeof said->edits / sizeof *said->edits);
    ck_assert_uint_eq(edit->size, sizeof *edit);
    for (size_t i = 0; i < edit->effect_count; i++) {
        const struct certmap_diff_effect *effect = &edit->effects[i];
        ck_assert_uint_eq(effect->size, sizeof *effect);
        ck_assert(!said->has[said->count][effect->kind]);
        said->has[said->count][effect->kind] = true;
        check_witness(said->rules[0], effect->before);
        check_witness(said->rules[1], effect->after);
        ck_assert(is_kind(effect->kind, effect->before->decision, effect->after->decision));
    }
    said->edits[said->count++] = *edit;
    return true;
}

static struct certmap_rules *load(const char *rules_text) {
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    ck_assert_msg(certmap_rules_parse(&rules, t_text(rules_text), NULL, &err) == CERTMAP_OK, "%s\n%s", err.text,
                  rules_text);
    return rules;
}

/* ---- what is ---- */

static bool on_item(void *ctx, const struct certmap_explain_item *item) {
    *(enum certmap_truth *)ctx = item->truth;
    return false;
}

static bool is_not_false(const struct certmap_rules *rules, struct certmap_peer *peer, size_t index) {
    enum certmap_truth truth = CERTMAP_UNKNOWN;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    ck_assert_int_eq(certmap_explain_mapping(rules, peer, &result, index, on_item, &truth, NULL), CERTMAP_OK);
    return truth != CERTMAP_FALSE;
}

static bool first; /* the first mapping decides, in both */

static bool is_concerned(const struct said *said, const struct certmap_diff_edit *edit, const size_t answered[2],
                         size_t certificate) {
    const size_t indices[2] = {edit->before, edit->after};
    bool concerned = edit->kind == CERTMAP_DIFF_POLICY;
    for (size_t t = 0; t < 2; t++)
        if (indices[t] != SIZE_MAX)
            concerned = concerned || (first ? answered[t] == indices[t]
                                            : is_not_false(said->rules[t], world[t][certificate], indices[t]));
    return concerned;
}

static size_t undecided, edits, effects, without;

static void check_said(const struct said *said) {
    static struct certmap_result results[2];
    for (size_t i = 0; i < world_count; i++) {
        enum certmap_diff_effect_kind kind;
        bool known = false;
        for (size_t t = 0; t < 2; t++) {
            results[t] = (struct certmap_result)CERTMAP_RESULT_INIT;
            ck_assert_int_eq(certmap_match(said->rules[t], world[t][i], &results[t], NULL), CERTMAP_OK);
        }
        if (!certmap_diff_results(&results[0], &results[1], &kind))
            continue;
        const size_t answered[2] = {results[0].index, results[1].index};
        for (size_t e = 0; e < said->count; e++) {
            if (!is_concerned(said, &said->edits[e], answered, i))
                continue;
            known = true;
            ck_assert_msg(said->edits[e].undecided != 0 || said->has[e][kind],
                          "certificate %zu, edit %zu, answers of %zu and %zu: %s not said:\n%s\n%s", i, e, answered[0],
                          answered[1], certmap_diff_effect_kind_name(kind), sets[0].text, sets[1].text);
        }
        ck_assert_msg(known, "%s of nobody:\n%s\n%s", certmap_diff_effect_kind_name(kind), sets[0].text, sets[1].text);
    }
}

static void run_pair(const char *head, const char *other_head) {
    static struct said said;
    struct certmap_diff_summary summary = CERTMAP_DIFF_SUMMARY_INIT;
    make_sets(head, other_head);
    memset(&said, 0, sizeof said);
    struct certmap_rules *before = load(sets[0].text), *after = load(sets[1].text);
    said.rules[0] = before;
    said.rules[1] = after;
    ck_assert_int_eq(certmap_diff(before, after, NULL, on_edit, &said, &summary, NULL), CERTMAP_OK);
    ck_assert_uint_eq(summary.edits, said.count);
    ck_assert_uint_eq(summary.undecided, summary.by_budget + summary.by_model + summary.by_solver);
    undecided += summary.undecided;
    edits += summary.edits;
    effects += summary.effects;
    for (size_t i = 0; i < said.count; i++)
        without += said.edits[i].effect_count == 0 && said.edits[i].undecided == 0;
    check_said(&said);
    certmap_rules_free(before);
    certmap_rules_free(after);
}

static long pair_count(long usual) {
    const char *given = getenv("CERTMAP_LINT_SETS");
    return given != NULL ? strtol(given, NULL, 10) : usual;
}

static void begin(uint64_t seed) {
    t_rich = false;
    make_world();
    state = seed;
    undecided = edits = effects = without = 0;
}

/* At most this share of the edits is not decided, in thousands. */
static void check_decided(size_t share) {
    if (getenv("CERTMAP_LINT_SETS") != NULL)
        printf("%zu edits, %zu effects, %zu without, %zu undecided\n", edits, effects, without, undecided);
    free_world();
    if (!certmap_lint_has_solver() || edits < 50)
        return;
    ck_assert_uint_le(undecided * 1000, edits * share);
    ck_assert_uint_gt(effects, edits);
    ck_assert_uint_gt(without, edits / 50);
}

T_TEST(first_decides) {
    first = true;
    templates = false;
    begin(0x9E3779B97F4A7C15u);
    for (long i = pair_count(200); i > 0; i--)
        run_pair("", "");
    check_decided(10);
}

T_TEST(rich_rules) {
    first = true;
    templates = false;
    begin(0x9E3779B97F4A7C23u);
    t_rich = true;
    for (long i = pair_count(100); i > 0; i--)
        run_pair("", "");
    check_decided(500);
}

T_TEST(accounts_are_built) {
    first = true;
    templates = true;
    begin(0x9E3779B97F4A7C17u);
    for (long i = pair_count(80); i > 0; i--)
        run_pair("", "");
    check_decided(500);
}

T_TEST(other_policies) {
    static const char *const policies[] = {"policy unique;", "policy all;", "policy most-specific;"};
    first = templates = false;
    begin(0x9E3779B97F4A7C19u);
    for (long i = pair_count(48); i > 0; i--)
        run_pair(policies[i % 3], policies[i % 3]);
    check_decided(200);
}

T_TEST(another_policy) {
    static const char *const policies[] = {"", "policy unique;", "policy all;", "policy most-specific;", "disabled;"};
    first = templates = false;
    begin(0x9E3779B97F4A7C21u);
    for (long i = pair_count(32); i > 0; i--) {
        const unsigned from = draw(5);
        run_pair(policies[from], policies[(from + 1 + draw(4)) % 5]);
    }
    check_decided(200);
}

/* ---- chosen pairs ---- */

static size_t last_effects, last_edits, last_undecided;
static bool last_loses; /* the first edit */

static enum certmap_status compare(const char *before_text, const char *after_text,
                                   const struct certmap_lint_options *options) {
    static struct said said;
    struct certmap_diff_summary summary = CERTMAP_DIFF_SUMMARY_INIT;
    struct certmap_rules *before = load(before_text), *after = load(after_text);
    memset(&said, 0, sizeof said);
    said.rules[0] = before;
    said.rules[1] = after;
    const enum certmap_status status = certmap_diff(before, after, options, on_edit, &said, &summary, NULL);
    last_effects = summary.effects;
    last_edits = summary.edits;
    last_undecided = summary.undecided;
    last_loses = said.has[0][CERTMAP_DIFF_LOSE];
    certmap_rules_free(before);
    certmap_rules_free(after);
    return status;
}

#define A "mapping \"a\" { when subject.CN = \"a\" and serial = \"0x1\"; allow \"x\"; }"
#define B "mapping \"b\" { when subject.CN = \"b\" and serial = \"0x2\"; allow \"y\"; }"
#define C "mapping \"c\" { when subject.O = \"c\"; deny; }"
#define C2 "mapping \"c2\" { when subject.O = \"c\"; deny; }"
#define ABC "certmap 1; " A B C

static const struct {
    const char *before, *after;
    size_t edits, effects;
    bool without_solver; /* nothing of it needs a solver */
} pairs[] = {
    {ABC, ABC, 0, 0, true},
    {ABC, "certmap 1; " A B C2, 0, 0, true}, /* a name is no part of an answer */
    {ABC, "certmap 1; " B A C, 1, 0, true},  /* a certificate has one serial number */
    {ABC, "certmap 1; " C A B, 1, 2, false}, /* lose */
    {ABC, "certmap 1; " A B, 1, 1, false},   /* left */
    {"certmap 1; " A B, ABC, 1, 1, false},   /* refused */
    {"certmap 1; disabled; " A, "certmap 1; disabled; " B, 2, 0, true},
    {"certmap 1; disabled; " A, "certmap 1; " A, 1, 1, false}, /* gain */
    {"certmap 1; " A, "certmap 1; policy unique; " A, 1, 0, false},
    {"certmap 1; " A C, "certmap 1; policy unique; " A C, 1, 2, false}, /* the same */
};

T_TEST(chosen_pairs) {
    first = true;
    ck_assert_int_eq(compare(pairs[_i].before, pairs[_i].after, NULL), CERTMAP_OK);
    ck_assert_uint_eq(last_edits, pairs[_i].edits);
    if (certmap_lint_has_solver() || pairs[_i].without_solver) {
        ck_assert_uint_eq(last_effects, pairs[_i].effects);
        ck_assert_uint_eq(last_undecided, 0);
    } else
        ck_assert_uint_le(last_effects, pairs[_i].effects);
}

static bool on_readable(void *ctx, const struct certmap_diff_edit *edit) {
    bool *readable = ctx;
    for (size_t i = 0; i < edit->effect_count; i++) {
        const struct certmap_lint_witness *witness = edit->effects[i].after;
        bool all = true;
        for (size_t k = 0; k < witness->value_count; k++)
            all = all && witness->values[k].state == CERTMAP_LINT_READABLE;
        readable[edit->effects[i].kind] = all;
    }
    return true;
}

/* A gain that is first found with a value that cannot be read, and that whoever has CN a and O b has, too. */
T_TEST(readable_if_there_is_one) {
    static const char rest[] = "mapping \"m1\" { when not subject.O = \"b\"; allow \"y\"; }"
                               "mapping \"m2\" { when not subject.CN like \"a*\"; allow \"y\"; }"
                               "mapping \"m3\" { when subject.L like \"a*\"; allow \"y\"; }"
                               "mapping \"m4\" { when not subject.L present; deny; }";
    bool readable[CERTMAP_DIFF_LEFT + 1] = {false};
    char before[1024], after[1024];
    (void)snprintf(before, sizeof before, "certmap 1; mapping \"m0\" { when subject.L = \"ab\"; allow \"x\"; } %s",
                   rest);
    (void)snprintf(after, sizeof after,
                   "certmap 1; mapping \"m0\" { when not subject.L = \"a\" or subject.CN = \"b\"; allow \"y\"; } %s",
                   rest);
    struct certmap_rules *old = load(before), *new = load(after);
    ck_assert_int_eq(certmap_diff(old, new, NULL, on_readable, readable, NULL, NULL), CERTMAP_OK);
    ck_assert(readable[CERTMAP_DIFF_GAIN] || !certmap_lint_has_solver());
    certmap_rules_free(old);
    certmap_rules_free(new);
}

/* What the analysis does not know exactly is not decided, and nobody who comes after it goes first. */
T_TEST(not_known) {
    static const char *const conditions[] = {"subject.any = \"a\"", "only subject.any like \"b*\"",
                                             "count(subject) = 3", "certificate = \"3000\""};
    static const char *const policies[] = {"first", "most-specific", "all"};
    first = true;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        for (size_t k = 0; k < sizeof policies / sizeof *policies; k++) {
            char before[256], after[512];
            (void)snprintf(before, sizeof before, "certmap 1; policy %s; mapping \"z\" { when always; allow \"z\"; }",
                           policies[k]);
            (void)snprintf(after, sizeof after,
                           "certmap 1; policy %s; mapping \"n\" { when %s; allow \"n\"; } mapping \"z\" { when always; "
                           "allow \"z\"; }",
                           policies[k], conditions[i]);
            ck_assert_int_eq(compare(before, after, NULL), CERTMAP_OK);
            ck_assert_uint_eq(last_edits, 1);
            ck_assert_msg(last_undecided == 1, "%s: %s", policies[k], conditions[i]);
        }
}

/* That what a mapping gives cannot be built says nothing of those of whom it can. */
T_TEST(not_built) {
    static const char *const policies[] = {"first", "most-specific", "all", "unique"};
    first = true;
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        char before[512], after[512];
        (void)snprintf(
            before, sizeof before,
            "certmap 1; policy %s; mapping \"m\" { when only subject.OU = \"a\" or san.dirname.CN = \"x\"; "
            "allow \"u\"; group each \"${subject.OU}\"; } mapping \"z\" { when subject.O = \"z\"; allow \"z\"; }",
            policies[i]);
        (void)snprintf(after, sizeof after,
                       "certmap 1; policy %s; mapping \"z\" { when subject.O = \"z\"; allow \"z\"; }", policies[i]);
        ck_assert_int_eq(compare(before, after, NULL), CERTMAP_OK);
        ck_assert_msg(last_undecided == 1 || last_loses, "%s", policies[i]);
    }
}

/* An address of which nothing is known is shown so. */
T_TEST(unknown_address) {
    first = true;
    ck_assert_int_eq(
        compare("certmap 1; mapping \"a\" { when san.ip = \"192.0.2.1\" and san.dns absent; allow \"a\"; } " C,
                "certmap 1; " C, NULL),
        CERTMAP_OK);
}

static bool never(void *ctx, size_t done, size_t total) {
    (void)ctx, (void)done, (void)total;
    return false;
}

static bool always(void *ctx) {
    (void)ctx;
    return true;
}

/* What is not looked at is not decided, and nothing is said of it. */
T_TEST(time_is_up) {
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    options.enough = always;
    ck_assert_int_eq(compare(ABC, "certmap 1; " C A B, &options), CERTMAP_OK);
    ck_assert_uint_eq(last_effects, 0);
    ck_assert_uint_eq(last_undecided, 1);
    options.progress = never;
    ck_assert_int_eq(compare(ABC, "certmap 1; " C A B, &options), CERTMAP_ERROR_CANCELLED);
}

T_TEST(wrong_arguments) {
    struct certmap_rules *rules = load(ABC);
    struct certmap_diff_summary summary = CERTMAP_DIFF_SUMMARY_INIT;
    struct said said;
    ck_assert_int_eq(certmap_diff(NULL, rules, NULL, on_edit, &said, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_diff(rules, NULL, NULL, on_edit, &said, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_diff(rules, rules, NULL, NULL, &said, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    summary.size = 0;
    ck_assert_int_eq(certmap_diff(rules, rules, NULL, on_edit, &said, &summary, NULL), CERTMAP_ERROR_ARGUMENT);
    summary.size = sizeof summary;
    ck_assert_int_eq(certmap_diff(rules, rules, NULL, on_edit, &said, &summary, NULL), CERTMAP_OK);
    ck_assert_uint_eq(summary.same, 3);
    certmap_rules_free(rules);
}

T_TEST(names_of_words) {
    ck_assert_str_eq(certmap_diff_edit_kind_name(CERTMAP_DIFF_POLICY), "policy");
    ck_assert_ptr_null(certmap_diff_edit_kind_name((enum certmap_diff_edit_kind)5));
    ck_assert_str_eq(certmap_diff_effect_kind_name(CERTMAP_DIFF_LEFT), "left");
    ck_assert_ptr_null(certmap_diff_effect_kind_name((enum certmap_diff_effect_kind)5));
}

static struct certmap_result result_of(enum certmap_decision decision) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    result.decision = decision;
    return result;
}

T_TEST(results) {
    const struct certmap_view groups[] = {t_text("g"), t_text("h")}, turned[] = {t_text("h"), t_text("g")};
    struct certmap_result a = result_of(CERTMAP_ALLOW), b = result_of(CERTMAP_ALLOW);
    const struct certmap_result deny = result_of(CERTMAP_DENY);
    enum certmap_diff_effect_kind kind;
    ck_assert(!certmap_diff_results(NULL, NULL, NULL));
    ck_assert(certmap_diff_results(NULL, &deny, &kind) && kind == CERTMAP_DIFF_REFUSED);
    ck_assert(certmap_diff_results(&deny, NULL, &kind) && kind == CERTMAP_DIFF_LEFT);
    ck_assert(certmap_diff_results(&deny, &a, &kind) && kind == CERTMAP_DIFF_GAIN);
    ck_assert(certmap_diff_results(&a, NULL, &kind) && kind == CERTMAP_DIFF_LOSE);
    a.groups = groups;
    b.groups = turned;
    a.group_count = b.group_count = 2;
    ck_assert(!certmap_diff_results(&a, &b, &kind));
    b.group_count = 1;
    ck_assert(certmap_diff_results(&a, &b, &kind) && kind == CERTMAP_DIFF_OTHER);
}

/* ---- memory ---- */

static bool count_edit(void *ctx, const struct certmap_diff_edit *edit) {
    *(size_t *)ctx += edit->effect_count;
    return true;
}

/* Each request fails in turn: nothing is said that is not so, and nothing is lost. */
T_TEST(out_of_memory) {
    struct certmap_rules *before = load(ABC), *after = load("certmap 1; " C A);
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    options.allocator = &allocator;
    for (size_t n = 0;; n++) {
        size_t count = 0;
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = certmap_diff(before, after, &options, count_edit, &count, NULL, NULL);
        ck_assert_uint_eq(memory.live, 0);
        if (!t_alloc_failed(&memory)) {
            ck_assert_int_eq(status, CERTMAP_OK);
            ck_assert_uint_ge(count, certmap_lint_has_solver() ? 2 : 0);
            break;
        }
        ck_assert_msg(status == CERTMAP_ERROR_MEMORY, "request %zu: status %d", n, (int)status);
    }
    certmap_rules_free(before);
    certmap_rules_free(after);
}

T_TESTS("diff",
        T_CASE("the library", time_is_up, readable_if_there_is_one, not_known, not_built, unknown_address,
               wrong_arguments, names_of_words, results, out_of_memory),
        T_CASE("chosen pairs", T_LOOP(chosen_pairs, (int)(sizeof pairs / sizeof *pairs))),
        T_CASE("small worlds", T_LONG, first_decides, rich_rules, accounts_are_built, other_policies, another_policy))
