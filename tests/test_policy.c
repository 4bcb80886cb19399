/* SPDX-License-Identifier: MIT */
/* Policies: which of several mappings gives the answer, by hand and against an oracle that knows only what
 * docs/rules.md says; and scores. An explanation of every row has to give the same, and to mark the mappings
 * that the answer comes from. */
#include "certmap/limits.h"
#include "rule/rules.h"
#include "rules.h"

enum { MAX_MAPPINGS = 8, SETS_A_TEST = 500, RANDOM_TESTS = 20 };

/* ---- rule sets in short ----
 *
 *     "Ta Fd2 Ua"
 *
 * a word for each mapping, whose names are m1, m2 ... and whose accounts u1, u2 ...:
 *
 *     T F U   true, false, or unknown for the certificate
 *     a d     allows or denies
 *     2       two conditions that are so, instead of one; the score is 100 for each. 0: `always` (true, 0) */

#define SUBJECT "CN=x | octet OU=z"

struct brief {
    size_t count;
    struct one {
        enum certmap_truth truth;
        enum certmap_decision decision;
        size_t score;
    } mappings[MAX_MAPPINGS];
};

static struct brief read_brief(const char *text) {
    struct brief brief = {0};
    for (; *text != 0; text++) {
        struct one *one = &brief.mappings[brief.count];
        if (*text == ' ') {
            brief.count++;
            continue;
        }
        ck_assert_uint_lt(brief.count, MAX_MAPPINGS);
        if (strchr("TFU", *text) != NULL)
            *one = (struct one){*text == 'T'   ? CERTMAP_TRUE
                                : *text == 'F' ? CERTMAP_FALSE
                                               : CERTMAP_UNKNOWN,
                                CERTMAP_NONE, 100};
        else if (*text == 'a' || *text == 'd')
            one->decision = *text == 'a' ? CERTMAP_ALLOW : CERTMAP_DENY;
        else
            one->score = (size_t)(*text - '0') * 100;
    }
    brief.count++;
    return brief;
}

static void write_rules(struct t_buf *text, const struct brief *brief, enum certmap_combining policy) {
    static const char *const conditions[] = {[CERTMAP_TRUE] = "subject.CN = \"x\"",
                                             [CERTMAP_FALSE] = "subject.CN = \"y\"",
                                             [CERTMAP_UNKNOWN] = "subject.OU = \"z\""};
    char line[128];
    snprintf(line, sizeof line, "certmap 1; policy %s;\n", certmap_combining_name(policy));
    t_put(text, line);
    for (size_t i = 0; i < brief->count; i++) {
        const struct one *one = &brief->mappings[i];
        snprintf(line, sizeof line, "mapping \"m%zu\" { when %s", i + 1,
                 one->score == 0 ? "always" : conditions[one->truth]);
        t_put(text, line);
        for (size_t n = 1; n < one->score / 100; n++) {
            t_put(text, " and ");
            t_put(text, conditions[one->truth]);
        }
        snprintf(line, sizeof line, one->decision == CERTMAP_ALLOW ? "; allow \"u%zu\"; }\n" : "; deny; }\n", i + 1);
        t_put(text, line);
    }
}

/* ---- answers ----
 *
 *     allow m1 = u1             the mapping and the accounts
 *     allow m1 = u1 u3          all of them
 *     deny m2
 *     deny m2 unreadable        it could not be decided
 *     none m1 ambiguous m3      the two mappings
 *     none no-match */

static void put_view(struct t_buf *text, const char *before, struct certmap_view view) {
    t_put(text, before);
    t_bytes(text, view.data, view.len);
}

static void write_answer(struct t_buf *text, const struct certmap_result *result) {
    t_put(text, certmap_decision_name(result->decision));
    if (result->mapping.data != NULL)
        put_view(text, " ", result->mapping);
    if (result->reason != CERTMAP_CODE_NONE) {
        t_put(text, " ");
        t_put(text, certmap_code_name(result->reason));
    }
    if (result->other.data != NULL)
        put_view(text, " ", result->other);
    for (size_t i = 0; i < result->account_count; i++)
        put_view(text, i == 0 ? " = " : " ", result->accounts[i]);
}

/* What an explanation says of the mappings. */
struct told {
    const struct brief *brief;
    enum certmap_combining policy;
    bool decides[MAX_MAPPINGS];
    size_t count;
};

static bool see_mapping(void *ctx, const struct certmap_explain_item *item) {
    struct told *told = ctx;
    if (item->kind != CERTMAP_EXPLAIN_MAPPING)
        return true;
    const struct one *one = &told->brief->mappings[item->mapping];
    ck_assert_uint_eq(item->mapping, told->count);
    ck_assert_int_eq(item->truth, one->truth);
    ck_assert_int_eq(item->decision, one->decision);
    ck_assert_uint_eq(item->score, told->policy == CERTMAP_COMBINING_MOST_SPECIFIC ? one->score : 0);
    told->decides[told->count++] = item->decides;
    return true;
}

/* Matches and explains, which have to agree; the mappings marked in the explanation are those that the answer
 * names, and under `all` those that are true. */
static void check_brief(const struct brief *brief, enum certmap_combining policy, const char *about,
                        const char *wanted) {
    struct t_buf text = T_BUF_INIT, answer = T_BUF_INIT;
    struct told told = {.brief = brief, .policy = policy};
    struct certmap_result explained = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    write_rules(&text, brief, policy);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    ck_assert_int_eq(certmap_rules_combining(rules), policy);
    t_peer_make(&peer, SUBJECT, "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    write_answer(&answer, &result);
    ck_assert_msg(strcmp(t_cstr(&answer), wanted) == 0, "%s: \"%s\" instead of \"%s\"\n%s", about, t_cstr(&answer),
                  wanted, t_cstr(&text));
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &explained, see_mapping, &told, NULL), CERTMAP_OK);
    t_assert_same_result(&explained, &result);
    t_buf_clear(&answer);
    write_answer(&answer, &explained);
    ck_assert_str_eq(t_cstr(&answer), wanted);
    ck_assert_uint_eq(told.count, brief->count);
    for (size_t i = 0; i < brief->count; i++) {
        char name[32];
        snprintf(name, sizeof name, "m%zu", i + 1);
        const bool together = policy == CERTMAP_COMBINING_ALL && result.decision == CERTMAP_ALLOW &&
                              brief->mappings[i].truth == CERTMAP_TRUE;
        const bool other = result.other.len == 2 && memcmp(result.other.data, name, 2) == 0;
        ck_assert_msg(told.decides[i] == (i == result.index || together || other), "%s: %s\n%s", about, name,
                      t_cstr(&text));
    }
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&answer);
}

/* ---- by hand ---- */

#define FIRST CERTMAP_COMBINING_FIRST
#define BEST CERTMAP_COMBINING_MOST_SPECIFIC
#define UNIQUE CERTMAP_COMBINING_UNIQUE
#define TOGETHER CERTMAP_COMBINING_ALL

static const struct {
    enum certmap_combining policy;
    const char *mappings, *answer;
} rows[] = {
    /* nothing is true */
    {FIRST, "Fa Fd", "none no-match"},
    {BEST, "Fa Fd", "none no-match"},
    {UNIQUE, "Fa Fd", "none no-match"},
    {TOGETHER, "Fa Fd", "none no-match"},

    /* one is */
    {FIRST, "Fa Ta Fd", "allow m2 = u2"},
    {BEST, "Fa Ta Fd", "allow m2 = u2"},
    {UNIQUE, "Fa Ta Fd", "allow m2 = u2"},
    {TOGETHER, "Fa Ta Fd", "allow m2 = u2"},
    {FIRST, "Fa Td Fd", "deny m2"},
    {BEST, "Fa Td Fd", "deny m2"},
    {UNIQUE, "Fa Td Fd", "deny m2"},
    {TOGETHER, "Fa Td Fd", "deny m2"},

    /* two allow */
    {FIRST, "Ta Ta2", "allow m1 = u1"},
    {BEST, "Ta Ta2", "allow m2 = u2"},
    {UNIQUE, "Ta Ta2", "none m1 ambiguous m2"},
    {TOGETHER, "Ta Ta2", "allow m1 = u1 u2"},
    {UNIQUE, "Fa Ta Fa Ta Ta", "none m2 ambiguous m4"},
    {TOGETHER, "Fa Ta Fa Ta Ta", "allow m2 = u2 u4 u5"},

    /* ties go by order; a later one has to be better */
    {BEST, "Ta2 Ta2 Ta", "allow m1 = u1"},
    {BEST, "Ta Ta2 Ta2", "allow m2 = u2"},
    {BEST, "Ta0 Ta Ta3 Ta2", "allow m3 = u3"},
    {BEST, "Ta0", "allow m1 = u1"},
    {BEST, "Ta0 Td0", "allow m1 = u1"},
    {BEST, "Td0 Ta0", "deny m1"},

    /* one allows, one denies */
    {FIRST, "Ta Td", "allow m1 = u1"},
    {FIRST, "Td Ta", "deny m1"},
    {BEST, "Ta Td2", "deny m2"},
    {BEST, "Ta2 Td", "allow m1 = u1"},
    {BEST, "Td Ta", "deny m1"},
    {UNIQUE, "Ta Td", "deny m2 ambiguous m1"},
    {UNIQUE, "Td Ta", "deny m1 ambiguous m2"},
    {UNIQUE, "Ta Td Ta", "deny m2 ambiguous m1"},
    {UNIQUE, "Td Td", "deny m1 ambiguous m2"},
    {UNIQUE, "Ta Ta Td", "deny m3 ambiguous m1"},
    {TOGETHER, "Ta Td", "deny m2"},
    {TOGETHER, "Td Ta", "deny m1"},
    {TOGETHER, "Ta Td Td", "deny m2"},

    /* an allow that is unknown */
    {FIRST, "Ua", "none m1 unreadable"},
    {BEST, "Ua", "none m1 unreadable"},
    {UNIQUE, "Ua", "none m1 unreadable"},
    {TOGETHER, "Ua", "none m1 unreadable"},
    {FIRST, "Ua Ta", "none m1 unreadable"},
    {FIRST, "Ta Ua", "allow m1 = u1"},
    {BEST, "Ua Ta2", "none m1 unreadable"},
    {BEST, "Ta2 Ua", "none m2 unreadable"},
    {BEST, "Ua3 Ta", "none m1 unreadable"},
    {UNIQUE, "Ua Ta", "none m1 unreadable"},
    {UNIQUE, "Ta Ua", "none m2 unreadable"},
    {UNIQUE, "Ta Ta Ua", "none m3 unreadable"},
    {TOGETHER, "Ua Ta", "none m1 unreadable"},
    {TOGETHER, "Ta Ua Ua", "none m2 unreadable"},

    /* a deny that is unknown */
    {FIRST, "Ud", "deny m1 unreadable"},
    {BEST, "Ud", "deny m1 unreadable"},
    {UNIQUE, "Ud", "deny m1 unreadable"},
    {TOGETHER, "Ud", "deny m1 unreadable"},
    {FIRST, "Ta Ud", "allow m1 = u1"},
    {BEST, "Ta Ud2", "deny m2 unreadable"},
    {BEST, "Ta2 Ud", "allow m1 = u1"},
    {BEST, "Ta Ud", "allow m1 = u1"},
    {BEST, "Ud Ta", "deny m1 unreadable"},
    {BEST, "Ud Td2", "deny m2"},
    {BEST, "Ud2 Td", "deny m1 unreadable"},
    {UNIQUE, "Ta Ud", "deny m2 unreadable"},
    {UNIQUE, "Ta Ta Ud", "deny m3 unreadable"},
    {UNIQUE, "Ud Td", "deny m2"},
    {UNIQUE, "Ud Td Ta", "deny m2 ambiguous m3"},
    {TOGETHER, "Ta Ud", "deny m2 unreadable"},
    {TOGETHER, "Ud Td", "deny m1 unreadable"},

    /* both are unknown: a deny that applies goes first */
    {FIRST, "Ua Ud", "none m1 unreadable"},
    {FIRST, "Ud Ua", "deny m1 unreadable"},
    {BEST, "Ua Ud", "deny m2 unreadable"},
    {BEST, "Ua Td", "deny m2"},
    {BEST, "Ua Ta2 Td", "none m1 unreadable"},
    {BEST, "Ua Ta Td2", "deny m3"},
    {UNIQUE, "Ua Ud", "deny m2 unreadable"},
    {UNIQUE, "Ua Td", "deny m2"},
    {UNIQUE, "Ua Ta Td", "deny m3 ambiguous m2"},
    {TOGETHER, "Ua Ud", "deny m2 unreadable"},
    {TOGETHER, "Ua Ta Td", "deny m3"},
    {TOGETHER, "Ta Ua Td Ud", "deny m3"},
};

T_TEST(by_hand) {
    const struct brief brief = read_brief(rows[_i].mappings);
    check_brief(&brief, rows[_i].policy, rows[_i].mappings, rows[_i].answer);
}

/* The policy comes first: what a mapping may give depends on it. */
T_TEST(policy_after_a_mapping) {
    struct certmap_builder *builder = t_builder();
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "a", NULL);
    ck_assert_int_eq(certmap_builder_combining(builder, CERTMAP_COMBINING_ALL, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

T_TEST(switched_off_and_empty) {
    struct t_peer peer;
    t_peer_make(&peer, SUBJECT, "CN=CA");
    for (unsigned policy = CERTMAP_COMBINING_FIRST; policy <= CERTMAP_COMBINING_ALL; policy++) {
        struct certmap_builder *builder = t_builder();
        ck_assert_int_eq(certmap_builder_combining(builder, (enum certmap_combining)policy, NULL), CERTMAP_OK);
        struct certmap_rules *empty = t_finish(builder);
        ck_assert_int_eq(t_match(empty, peer.peer).reason, CERTMAP_CODE_EMPTY_RULES);
        builder = t_builder();
        ck_assert_int_eq(certmap_builder_combining(builder, (enum certmap_combining)policy, NULL), CERTMAP_OK);
        t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "a", NULL);
        t_add_equal(builder, "CN", "x", NULL);
        certmap_builder_disable(builder, NULL);
        struct certmap_rules *off = t_finish(builder);
        ck_assert_int_eq(t_match(off, peer.peer).reason, CERTMAP_CODE_DISABLED);
        ck_assert_int_eq(t_match(off, peer.peer).decision, CERTMAP_NONE);
        certmap_rules_free(empty);
        certmap_rules_free(off);
    }
    t_peer_free(&peer);
}

/* ---- what all mappings give together ---- */

#define TRUE_MAPPING(name, gives) "mapping \"" name "\" { when subject.CN = \"x\"; " gives " }\n"

/* The answer, with groups after + and attributes after &. */
static const struct {
    const char *about, *mappings, *answer, *decides;
} unions[] = {
    {"equal ones once",
     TRUE_MAPPING("a", "allow \"u\"; group \"g\"; group \"h\"; attribute \"n\" = \"v\";")
         TRUE_MAPPING("b", "allow \"u\"; group \"h\"; attribute \"n\" = \"v\"; attribute \"n2\" = \"v\";")
             TRUE_MAPPING("c", "allow \"w\"; group \"i\"; attribute \"n\" = \"v2\";"),
     "allow a = u w + g h i & n=v n2=v n=v2", "abc"},
    {"built texts are compared as they are built",
     TRUE_MAPPING("a", "allow \"${subject.CN}\";") TRUE_MAPPING("b", "allow \"x\";")
         TRUE_MAPPING("c", "allow \"y${subject.CN}\";"),
     "allow a = x yx", "abc"},
    {"one that cannot be built is a refusal by it",
     TRUE_MAPPING("a", "allow \"u\";") TRUE_MAPPING("b", "allow \"${subject.UID}\";") TRUE_MAPPING("c", "allow \"w\";"),
     "deny b placeholder-no-value", "b"},
    {"the first of them",
     TRUE_MAPPING("a", "allow \"${subject.UID}\";") TRUE_MAPPING("b", "allow \"u\"; group \"${subject.L}\";"),
     "deny a placeholder-no-value", "a"},
    {"a refusal goes before it", TRUE_MAPPING("a", "allow \"${subject.UID}\";") TRUE_MAPPING("b", "deny;"), "deny b",
     "b"},
    {"one that is unknown too",
     TRUE_MAPPING("a", "allow \"${subject.UID}\";") "mapping \"b\" { when subject.OU = \"z\"; allow \"u\"; }",
     "deny a placeholder-no-value", "a"},
    {"one that is unknown, in front of it",
     "mapping \"a\" { when subject.OU = \"z\"; allow \"u\"; }" TRUE_MAPPING("b", "allow \"${subject.UID}\";"),
     "deny b placeholder-no-value", "b"},
    {"texts of one that is false do not matter",
     TRUE_MAPPING("a", "allow \"u\";") "mapping \"b\" { when subject.CN = \"y\"; allow \"${subject.UID}\"; }",
     "allow a = u", "a"},
};

static bool see_decides(void *ctx, const struct certmap_explain_item *item) {
    if (item->kind == CERTMAP_EXPLAIN_MAPPING && item->decides)
        put_view(ctx, "", item->text);
    return true;
}

static void write_union(struct t_buf *text, const struct certmap_result *result) {
    write_answer(text, result);
    for (size_t i = 0; i < result->group_count; i++)
        put_view(text, i == 0 ? " + " : " ", result->groups[i]);
    for (size_t i = 0; i < result->attribute_count; i++) {
        put_view(text, i == 0 ? " & " : " ", result->attributes[i].name);
        put_view(text, "=", result->attributes[i].value);
    }
}

T_TEST(together) {
    struct t_buf text = T_BUF_INIT, answer = T_BUF_INIT, deciding = T_BUF_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; policy all;\n");
    t_put(&text, unions[_i].mappings);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, SUBJECT, "CN=CA");
    const struct certmap_result matched = t_match(rules, peer.peer);
    write_union(&answer, &matched);
    ck_assert_msg(strcmp(t_cstr(&answer), unions[_i].answer) == 0, "%s: %s", unions[_i].about, t_cstr(&answer));
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, see_decides, &deciding, NULL), CERTMAP_OK);
    t_buf_clear(&answer);
    write_union(&answer, &result);
    ck_assert_msg(strcmp(t_cstr(&answer), unions[_i].answer) == 0, "%s: %s", unions[_i].about, t_cstr(&answer));
    ck_assert_msg(strcmp(t_cstr(&deciding), unions[_i].decides) == 0, "%s: %s", unions[_i].about, t_cstr(&deciding));
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&answer);
    t_buf_free(&deciding);
}

/* As many accounts as an answer holds, and one more. */
T_TEST(as_many_as_there_is_room_for) {
    for (size_t count = CERTMAP_MAX_ACCOUNTS; count <= CERTMAP_MAX_ACCOUNTS + 1; count++) {
        struct t_buf text = T_BUF_INIT;
        struct t_peer peer;
        const bool fits = count == CERTMAP_MAX_ACCOUNTS;
        t_put(&text, "certmap 1; policy all;\n");
        for (size_t i = 0; i < count; i++) {
            char line[128];
            snprintf(line, sizeof line, "mapping \"m%zu\" { when always; allow \"u%zu\"; }\n", i, i);
            t_put(&text, line);
        }
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        t_peer_make(&peer, SUBJECT, "CN=CA");
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_int_eq(result.decision, fits ? CERTMAP_ALLOW : CERTMAP_DENY);
        ck_assert_int_eq(result.reason, fits ? CERTMAP_CODE_NONE : CERTMAP_CODE_TOO_MANY_OUTPUTS);
        ck_assert_uint_eq(result.account_count, fits ? count : 0);
        ck_assert_uint_eq(result.index, fits ? 0 : count - 1);
        t_peer_free(&peer);
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
}

/* A text that is there already takes no room, however often it is built. */
T_TEST(equal_ones_take_no_room) {
    enum { MAPPINGS = 1000 };
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; policy all;\n");
    for (size_t i = 0; i < MAPPINGS; i++) {
        char line[160];
        snprintf(line, sizeof line,
                 "mapping \"m%zu\" { when subject.CN = \"x\"; allow \"account-of-${subject.CN}\"; group "
                 "\"group-of-${subject.CN}\"; }\n",
                 i);
        t_put(&text, line);
    }
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, SUBJECT, "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    ck_assert_uint_eq(result.account_count, 1);
    ck_assert_uint_eq(result.group_count, 1);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- random sets, and an oracle ---- */

static uint64_t next_random(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (*state * 2685821657736338717u) >> 33;
}

static struct brief random_brief(uint64_t *state) {
    struct brief brief = {.count = 1 + next_random(state) % MAX_MAPPINGS};
    /* Mostly false, so that every answer comes up. */
    static const enum certmap_truth truths[] = {CERTMAP_FALSE, CERTMAP_FALSE, CERTMAP_FALSE,  CERTMAP_TRUE,
                                                CERTMAP_TRUE,  CERTMAP_TRUE,  CERTMAP_UNKNOWN};
    for (size_t i = 0; i < brief.count; i++) {
        const enum certmap_truth truth = truths[next_random(state) % 7];
        const size_t conditions = next_random(state) % 4;
        brief.mappings[i] = (struct one){truth, next_random(state) % 3 == 0 ? CERTMAP_DENY : CERTMAP_ALLOW,
                                         100 * (truth == CERTMAP_TRUE || conditions > 0 ? conditions : 1)};
    }
    return brief;
}

static bool is(const struct brief *brief, size_t i, enum certmap_truth truth, enum certmap_decision decision) {
    return brief->mappings[i].truth == truth && brief->mappings[i].decision == decision;
}

/* The first that is so, from `from` on, or count. */
static size_t find(const struct brief *brief, size_t from, enum certmap_truth truth, enum certmap_decision decision) {
    while (from < brief->count && !is(brief, from, truth, decision))
        from++;
    return from;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static void say(char *answer, const char *decision, size_t index, const char *reason) {
    snprintf(answer, 64, "%s m%zu%s", decision, index + 1, reason);
}

static void oracle_first(const struct brief *brief, char *answer) {
    for (size_t i = 0; i < brief->count; i++) {
        const struct one *one = &brief->mappings[i];
        if (one->truth == CERTMAP_FALSE)
            continue;
        if (one->decision == CERTMAP_DENY)
            say(answer, "deny", i, one->truth == CERTMAP_UNKNOWN ? " unreadable" : "");
        else if (one->truth == CERTMAP_UNKNOWN)
            say(answer, "none", i, " unreadable");
        else
            snprintf(answer, 64, "allow m%zu = u%zu", i + 1, i + 1);
        return;
    }
}

/* From the highest score down: the first mapping that is true, or a deny that may be. */
static void oracle_best(const struct brief *brief, char *answer) {
    const size_t spoilt = find(brief, 0, CERTMAP_UNKNOWN, CERTMAP_ALLOW);
    size_t best = brief->count;
    for (size_t score = 100 * MAX_MAPPINGS; best == brief->count; score -= 100) {
        for (size_t i = brief->count; i > 0; i--)
            if (brief->mappings[i - 1].score == score &&
                (brief->mappings[i - 1].truth == CERTMAP_TRUE || is(brief, i - 1, CERTMAP_UNKNOWN, CERTMAP_DENY)))
                best = i - 1;
        if (score == 0)
            break;
    }
    if (best < brief->count && brief->mappings[best].decision == CERTMAP_DENY)
        say(answer, "deny", best, brief->mappings[best].truth == CERTMAP_UNKNOWN ? " unreadable" : "");
    else if (spoilt < brief->count)
        say(answer, "none", spoilt, " unreadable");
    else if (best < brief->count)
        snprintf(answer, 64, "allow m%zu = u%zu", best + 1, best + 1);
}

static void oracle_unique(const struct brief *brief, char *answer) {
    const size_t deny = find(brief, 0, CERTMAP_TRUE, CERTMAP_DENY);
    const size_t maybe = find(brief, 0, CERTMAP_UNKNOWN, CERTMAP_DENY);
    const size_t spoilt = find(brief, 0, CERTMAP_UNKNOWN, CERTMAP_ALLOW);
    const size_t allow = find(brief, 0, CERTMAP_TRUE, CERTMAP_ALLOW);
    const size_t another_deny = find(brief, deny + 1, CERTMAP_TRUE, CERTMAP_DENY);
    const size_t another_allow = find(brief, allow + 1, CERTMAP_TRUE, CERTMAP_ALLOW);
    const size_t other = smaller(allow, another_deny);
    if (deny < brief->count && other < brief->count)
        snprintf(answer, 64, "deny m%zu ambiguous m%zu", deny + 1, other + 1);
    else if (deny < brief->count)
        say(answer, "deny", deny, "");
    else if (maybe < brief->count)
        say(answer, "deny", maybe, " unreadable");
    else if (spoilt < brief->count)
        say(answer, "none", spoilt, " unreadable");
    else if (another_allow < brief->count)
        snprintf(answer, 64, "none m%zu ambiguous m%zu", allow + 1, another_allow + 1);
    else if (allow < brief->count)
        snprintf(answer, 64, "allow m%zu = u%zu", allow + 1, allow + 1);
}

static void oracle_all(const struct brief *brief, char *answer) {
    const size_t deny = find(brief, 0, CERTMAP_TRUE, CERTMAP_DENY);
    const size_t maybe = find(brief, 0, CERTMAP_UNKNOWN, CERTMAP_DENY);
    const size_t spoilt = find(brief, 0, CERTMAP_UNKNOWN, CERTMAP_ALLOW);
    const size_t allow = find(brief, 0, CERTMAP_TRUE, CERTMAP_ALLOW);
    if (smaller(deny, maybe) < brief->count)
        say(answer, "deny", smaller(deny, maybe), maybe < deny ? " unreadable" : "");
    else if (spoilt < brief->count)
        say(answer, "none", spoilt, " unreadable");
    else if (allow < brief->count) {
        size_t len = (size_t)snprintf(answer, 64, "allow m%zu =", allow + 1);
        for (size_t i = 0; i < brief->count; i++)
            if (is(brief, i, CERTMAP_TRUE, CERTMAP_ALLOW))
                len += (size_t)snprintf(answer + len, 64 - len, " u%zu", i + 1);
    }
}

T_TEST(random_sets) {
    static void (*const oracles[])(const struct brief *, char *) = {oracle_first, oracle_best, oracle_unique,
                                                                    oracle_all};
    uint64_t state = (uint64_t)_i * 0x9E3779B97F4A7C15u + 1;
    size_t answers[3] = {0, 0, 0};
    for (size_t i = 0; i < SETS_A_TEST; i++) {
        const struct brief brief = random_brief(&state);
        for (unsigned policy = CERTMAP_COMBINING_FIRST; policy <= CERTMAP_COMBINING_ALL; policy++) {
            char answer[64] = "none no-match";
            oracles[policy](&brief, answer);
            check_brief(&brief, (enum certmap_combining)policy, certmap_combining_name((enum certmap_combining)policy),
                        answer);
            answers[answer[0] == 'a' ? 1 : answer[0] == 'd' ? 2 : 0]++;
        }
    }
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_ge(answers[i], SETS_A_TEST / 10);
}

/* ---- steps ---- */

/* A pattern that takes all steps there are leaves everything after it unknown. */
T_TEST(without_steps) {
    static const struct {
        enum certmap_combining policy;
        const char *after, *answer;
    } ends[] = {
        {BEST, "allow \"b\"", "none slow unreadable"},     {BEST, "deny", "deny after unreadable"},
        {UNIQUE, "allow \"b\"", "none slow unreadable"},   {UNIQUE, "deny", "deny after unreadable"},
        {TOGETHER, "allow \"b\"", "none slow unreadable"}, {TOGETHER, "deny", "deny after unreadable"},
    };
    struct t_buf text = T_BUF_INIT, answer = T_BUF_INIT;
    struct certmap_result explained = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, certmap_combining_name(ends[_i].policy));
    t_put(&text, "; mapping \"slow\" { when subject.CN like \"*");
    for (size_t i = 0; i < 10000; i++)
        t_put(&text, "a");
    t_put(&text, "?b*\"; allow \"a\"; } mapping \"after\" { when subject.O = \"o\"; ");
    t_put(&text, ends[_i].after);
    t_put(&text, "; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "CN=b\\{a*60000} | O=o", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    write_answer(&answer, &result);
    ck_assert_str_eq(t_cstr(&answer), ends[_i].answer);
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &explained, t_no_item, NULL, NULL), CERTMAP_OK);
    t_assert_same_result(&explained, &result);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&answer);
}

/* ---- scores ---- */

#define HASH "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""
#define SHORT_HASH "\"0123456789abcdef0123456789abcdef01234567\""

#define THREE_NAMES "subject = \"CN=a\" and issuer = \"CN=b\" and san.dirname = \"CN=c\""
#define NINE_NAMES THREE_NAMES " and " THREE_NAMES " and " THREE_NAMES

static const struct {
    const char *condition;
    size_t score;
} scores[] = {
    {"always", 0},
    /* one certificate, one key, one issuer */
    {"certificate = \"3000\"", 1000000000},
    {"sha256 = " HASH, 1000000000},
    {"sha1 = " SHORT_HASH, 1000000000},
    {"spki.sha256 = " HASH, 1000000000},
    {"tbs.sha256 = " HASH, 1000000000},
    {"spki.sha1 = " SHORT_HASH, 1000000000},
    {"issuer is sha1 " SHORT_HASH, 100},
    {"issuer is sha256 " HASH, 100},
    {"issuer is spki.sha256 " HASH, 100},
    {"chain has sha256 " HASH, 100},
    {"chain has spki.sha256 " HASH, 100},
    {"serial = \"0x1\"", 1000000000},
    {"ski = \"01\"", 1000000000},
    {"aki = \"01\"", 100},
    {"ext.1.2.3 = \"0500\"", 100},
    /* Names */
    {"subject = \"CN=a,O=b\"", 100000000},
    {"issuer = \"CN=a\"", 100000000},
    {"san.dirname = \"CN=a\"", 100000000},
    {"subject under \"O=b\"", 20},
    {"subject like \"CN=*,**,O=b\"", 50},
    {"subject like \"**\"", 10},
    {"subject = exact \"O=b\"", 100000000},
    {"subject.CN matches \"abc[0-9]*\"", 13},
    {"subject under \"OU=a,O=b,C=SE\"", 60},
    {"subject under \"OU=a+CN=c,O=b\"", 40},
    {"issuer under \"DC=1,DC=2,DC=3,DC=4,DC=5,DC=6,DC=7,DC=8,DC=9,DC=10,DC=11,DC=12,DC=13,DC=14,DC=15,DC=16,DC=17,"
     "DC=18,DC=19,DC=20\"",
     400},
    {"issuer under \"DC=1,DC=2,DC=3,DC=4,DC=5,DC=6,DC=7,DC=8,DC=9,DC=10,DC=11,DC=12,DC=13,DC=14,DC=15,DC=16,DC=17,"
     "DC=18,DC=19,DC=20,DC=21\"",
     400},
    /* text */
    {"subject.CN = \"a\"", 100},
    {"subject.CN = nocase \"a\"", 100},
    {"every subject.CN = \"a\"", 100},
    {"san.dns = \"a.example\"", 100},
    {"san.email = \"a@b.example\"", 100},
    {"san.uri = \"urn:a\"", 100},
    {"san.upn = \"a@b\"", 100},
    {"san.krb5 = \"a@B\"", 100},
    {"san.rid = \"1.2.3\"", 100},
    {"san.1.2.3 = \"a\"", 100},
    {"san.dirname.CN = \"a\"", 100},
    {"ms.sid = \"S-1-5-21-1\"", 100},
    {"ms.template = \"User\"", 100},
    /* lists: the least */
    {"subject.CN in (\"a\", \"b\")", 100},
    {"subject.CN like (\"abc*\", \"a*\")", 11},
    {"subject under (\"O=b,C=SE\", \"O=c\")", 20},
    {"san.ip in (\"192.0.2.1\", \"192.0.2.0/24\")", 87},
    /* addresses and networks */
    {"san.ip = \"192.0.2.1\"", 100},
    {"san.ip = \"2001:db8::1\"", 100},
    {"san.ip = \"10.0.0.0/8\"", 62},
    {"san.ip = \"2001:db8::/32\"", 62},
    {"san.ip = \"0.0.0.0/0\"", 50},
    /* patterns */
    {"subject.CN like \"*\"", 10},
    {"subject.CN like \"???\"", 10},
    {"subject.CN like \"\"", 10},
    {"subject.CN like \"a*c\"", 12},
    {"subject.CN like \"\\*\\?\\\\\"", 13},
    {"subject.CN like \"\xC3\xA9\xF0\x9F\x98\x80*\"", 12},
    {"subject.CN like \"01234567890123456789012345678901234567890123456789012345678901234567890123456789\"", 90},
    {"subject.CN like \"012345678901234567890123456789012345678901234567890123456789012345678901234567890\"", 90},
    /* what many certificates have in common */
    {"subject.CN present", 20},
    {"subject.CN absent", 20},
    {"count(subject.CN) = 2", 20},
    {"eku = \"clientAuth\"", 20},
    {"ku = \"digitalSignature\"", 20},
    {"policy = \"1.2.3\"", 20},
    {"version = \"3\"", 20},
    {"valid at now", 20},
    {"ext.1.2.3 present", 20},
    /* joined */
    {"subject.CN = \"a\" and subject.O = \"b\" and subject.OU present", 220},
    {"subject.CN = \"a\" or subject.O = \"b\" or subject.OU present", 20},
    {"not subject.CN = \"a\"", 1},
    {"not (subject.CN = \"a\" and subject.O = \"b\")", 1},
    {"not not subject.CN = \"a\"", 1},
    {"subject.CN = \"a\" and not subject.O = \"b\"", 101},
    {"(subject.CN = \"a\" and subject.O = \"b\") or subject = \"CN=a\"", 200},
    {"subject.CN = \"a\" and (subject.O = \"b\" or subject.OU like \"*\")", 110},
    /* each part of a score has a most, and none reaches the next */
    {"subject = \"CN=a\" and subject.CN = \"a\" and valid at now", 100000120},
    {"subject = \"CN=a\" and issuer = \"CN=b\"", 200000000},
    {"subject = \"CN=a\" or subject.CN = \"a\"", 100},
    {"not subject = \"CN=a\"", 1},
    {"serial = \"0x1\" and issuer = \"CN=b\" and subject.O = \"c\"", 1100000100},
    {NINE_NAMES, 900000000},
    {NINE_NAMES " and san.dirname = \"CN=a\"", 900000000},
    {NINE_NAMES " and san.dirname = \"CN=a\" and subject.CN = \"a\"", 900000100},
    {"ski = \"01\" and ski = \"02\" and ski = \"03\"", 3000000000},
    {"ski = \"01\" and ski = \"02\" and ski = \"03\" and ski = \"04\" and subject.O = \"c\"", 3000000100},
};

T_TEST(score) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; policy most-specific; mapping \"m\" { when ");
    t_put(&text, scores[_i].condition);
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    ck_assert_msg(rules->scores[0] == scores[_i].score, "%s: %zu instead of %zu", scores[_i].condition,
                  (size_t)rules->scores[0], scores[_i].score);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* The more specific one; and so many conditions of a kind that could not outweigh it. */
static const struct {
    const char *specific, *other;
    size_t count;
} outweighs[] = {
    {"subject = \"CN=a\"", "subject.CN = \"a\"", 6},
    {"subject = \"CN=a\"", "subject.CN = \"a\"", 65536},
    {"subject = \"CN=a\"",
     "subject under \"DC=1,DC=2,DC=3,DC=4,DC=5,DC=6,DC=7,DC=8,DC=9,DC=10,DC=11,DC=12,DC=13,DC=14,DC=15,DC=16,DC=17,"
     "DC=18,DC=19,DC=20\"",
     2000},
    {"issuer = \"CN=a\"", "not subject.CN = \"a\"", 65536},
    {"san.dirname = \"CN=a\"", "san.ip = \"192.0.2.1\"", 1000},
    {"sha256 = " HASH, "subject = \"CN=a\"", 65536},
    {"sha1 = " SHORT_HASH, "issuer = \"CN=a\"", 20},
    {"spki.sha256 = " HASH, "subject.CN = \"a\"", 65536},
    {"certificate = \"3000\"", "san.dirname = \"CN=a\"", 65536},
    {"subject = \"CN=a\" and subject.O present", "subject = \"CN=a\"", 1},
    {"sha256 = " HASH " and subject = \"CN=a\"", "sha256 = " HASH, 1},
};

T_TEST(outweigh) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; policy most-specific; mapping \"specific\" { when ");
    t_put(&text, outweighs[_i].specific);
    t_put(&text, "; deny; } mapping \"other\" { when ");
    for (size_t i = 0; i < outweighs[_i].count; i++) {
        t_put(&text, i > 0 ? " and " : "");
        t_put(&text, outweighs[_i].other);
    }
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    ck_assert_msg(rules->scores[0] > rules->scores[1], "%s: %zu, and %zu times %s: %zu", outweighs[_i].specific,
                  (size_t)rules->scores[0], outweighs[_i].count, outweighs[_i].other, (size_t)rules->scores[1]);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

T_TESTS("policy", T_CASE("by hand", T_LOOP(by_hand, COUNT(rows)), policy_after_a_mapping, switched_off_and_empty),
        T_CASE("together", T_LOOP(together, COUNT(unions)), as_many_as_there_is_room_for, equal_ones_take_no_room),
        T_CASE("random", T_LOOP(random_sets, RANDOM_TESTS), T_TAGS(T_SLOW)),
        T_CASE("steps", T_LOOP(without_steps, 6), T_TAGS(T_SLOW)),
        T_CASE("scores", T_LOOP(score, COUNT(scores)), T_LOOP(outweigh, COUNT(outweighs))))
