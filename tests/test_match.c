/* SPDX-License-Identifier: MIT */
/* What rules mean: every row of match_table.h, one-to-one mappings, and work that is bounded. */
#include "match_table.h"
#include "patterns.h"
#include "rules.h"
#include "support/alloc.h"

enum { LONG = 4096 };

static void assert_answer(const struct certmap_rules *rules, struct certmap_peer *peer, const char *wanted,
                          const char *about) {
    char answer[LONG];
    const struct certmap_result result = t_match(rules, peer);
    t_answer(answer, sizeof answer, &result);
    ck_assert_msg(strcmp(answer, wanted) == 0, "%s: \"%s\" instead of \"%s\"", about, answer, wanted);
}

/* ---- conditions ---- */

/* Puts the condition of a row into a mapping "m" with this decision, before one for everyone else. */
static void run_condition(const struct t_condition_row *row, const char *decision, const char *when_true,
                          const char *when_unknown) {
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, row->condition);
    t_put(&text, "; ");
    t_put(&text, decision);
    t_put(&text, "; } mapping \"rest\" { when always; allow \"rest\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, row->subject, T_ISSUER);
    const char *wanted = strcmp(row->truth, "true") == 0    ? when_true
                         : strcmp(row->truth, "false") == 0 ? "allow rest"
                                                            : when_unknown;
    assert_answer(rules, peer.peer, wanted, row->condition);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

T_TEST(condition_of_an_allow) {
    run_condition(&t_conditions[_i], "allow \"a\"", "allow m", "none m unreadable");
}

T_TEST(condition_of_a_deny) {
    run_condition(&t_conditions[_i], "deny", "deny m", "deny m unreadable");
}

/* And of every pattern. */
T_TEST(pattern_of_rules) {
    struct t_buf condition = T_BUF_INIT, subject = T_BUF_INIT;
    t_pattern_row(&condition, &subject, _i);
    const struct t_condition_row row = {(const char *)condition.data, (const char *)subject.data,
                                        t_patterns[_i].matches ? "true" : "false"};
    run_condition(&row, "allow \"a\"", "allow m", "none m unreadable");
    run_condition(&row, "deny", "deny m", "deny m unreadable");
    t_buf_free(&condition);
    t_buf_free(&subject);
}

/* ---- rule sets ---- */

T_TEST(rule_set) {
    const struct t_match_row *row = &t_matches[_i];
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1;\n");
    t_put(&text, row->mappings);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, row->subject, row->issuer);
    assert_answer(rules, peer.peer, row->answer, row->about);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

T_TEST(result_says_which_mapping_and_account) {
    struct certmap_rules *rules = t_rules("certmap 1;\n"
                                          "mapping \"a\" { when subject.CN = \"a\"; deny; }\n"
                                          "mapping \"b\" { when subject.CN = \"b\"; allow \"DOMAIN\\\\user\"; }\n"
                                          "mapping \"c\" { when subject.CN = \"c\"; allow \"user@domain\"; }\n"
                                          "mapping \"d\" { when subject.CN = \"d\"; allow \"user\"; }\n");
    static const struct {
        const char *subject;
        size_t index;
        const char *mapping, *account, *domain, *user;
    } rows[] = {
        {"CN=a", 0, "a", NULL, NULL, NULL},
        {"CN=b", 1, "b", "DOMAIN\\user", "DOMAIN", "user"},
        {"CN=c", 2, "c", "user@domain", "domain", "user"},
        {"CN=d", 3, "d", "user", NULL, "user"},
        {"CN=e", SIZE_MAX, NULL, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct t_peer peer;
        t_peer_make(&peer, rows[i].subject, "CN=CA");
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_int_eq(result.kind, CERTMAP_KIND_NATIVE);
        ck_assert_uint_eq(result.index, rows[i].index);
        ck_assert_pstr_eq((const char *)result.mapping.data, rows[i].mapping);
        ck_assert_pstr_eq((const char *)result.account.data, rows[i].account);
        ck_assert_pstr_eq((const char *)result.domain.data, rows[i].domain);
        ck_assert_pstr_eq((const char *)result.user.data, rows[i].user);
        t_peer_free(&peer);
    }
    certmap_rules_free(rules);
}

/* ---- one to one ---- */

/* What a peer supplies as its certificate, where the rule has "30 03 02 01 05". */
static const struct {
    const char *about, *supplied, *of_allow, *of_deny;
} certificates[] = {
    {"the same bytes", "30 03 02 01 05", "allow one", "deny one"},
    {"the last byte differs", "30 03 02 01 04", "allow rest", "allow rest"},
    {"the first byte differs", "31 03 02 01 05", "allow rest", "allow rest"},
    {"one byte less", "30 03 02 01", "allow rest", "allow rest"},
    {"one byte more", "30 03 02 01 05 00", "allow rest", "allow rest"},
    {"supplied, and empty", "", "allow rest", "allow rest"},
    {"not supplied", NULL, "none one unreadable", "deny one unreadable"},
};

static void run_certificate(const char *supplied, const char *account, const char *answer, const char *about) {
    static const uint8_t wanted[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    struct certmap_builder *builder = t_builder();
    struct t_buf bytes = T_BUF_INIT;
    struct t_peer peer;
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "rest", "rest", NULL);
    certmap_builder_always(builder, NULL);
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "one", account, NULL);
    t_add_certificate(builder, (struct certmap_view){wanted, sizeof wanted}, NULL);
    struct certmap_rules *rules = t_finish(builder);
    ck_assert_uint_eq(certmap_rules_needs(rules), CERTMAP_PIECE_CERTIFICATE);
    t_peer_make(&peer, "CN=a", "CN=CA");
    if (supplied != NULL) {
        t_der(&bytes, supplied);
        peer.cert.certificate = t_view(&bytes);
    }
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    assert_answer(rules, peer.peer, answer, about);
    t_peer_free(&peer);
    t_buf_free(&bytes);
    certmap_rules_free(rules);
}

T_TEST(one_to_one_allow) {
    run_certificate(certificates[_i].supplied, "account", certificates[_i].of_allow, certificates[_i].about);
}

T_TEST(one_to_one_deny) {
    run_certificate(certificates[_i].supplied, NULL, certificates[_i].of_deny, certificates[_i].about);
}

T_TEST(one_of_several_certificates) {
    struct certmap_builder *builder = t_builder();
    struct t_peer peer;
    t_peer_make_whole(&peer, "CN=a", "CN=CA");
    struct certmap_view certificate = t_view(&peer.certificate);
    const struct certmap_view operands[] = {{certificate.data, certificate.len - 1}, certificate, {NULL, 0}};
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = operands;
    condition.operand_count = 3;
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "one", "account", NULL);
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    assert_answer(rules, peer.peer, "allow one", "the second of three");
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* The kinds in the order of the calls, and the names in the order of trial. */
static const struct {
    const char *calls, *order;
} orders[] = {
    {"1a", "a"},
    {"Ma 1b", "b a"},
    {"1a Mb", "a b"},
    {"Ma Nb 1c", "c a b"},
    {"Ma 1b Nc 1d Me", "b d a c e"},
    {"1a 1b 1c", "a b c"},
    {"Na Mb Nc", "a b c"},
    {"Ma Mb Mc 1d 1e", "d e a b c"},
};

static enum certmap_kind kind_of(char c) {
    return c == '1' ? CERTMAP_KIND_ONE_TO_ONE : c == 'M' ? CERTMAP_KIND_MANY_TO_ONE : CERTMAP_KIND_NATIVE;
}

T_TEST(one_to_one_first) {
    struct certmap_builder *builder = t_builder();
    struct t_buf order = T_BUF_INIT;
    for (const char *at = orders[_i].calls; *at != 0; at += at[2] == ' ' ? 3 : 2) {
        t_add_mapping(builder, kind_of(*at), (const char[]){at[1], 0}, "account", NULL);
        t_add_equal(builder, "CN", (const char[]){at[1], 0}, NULL);
    }
    struct certmap_rules *rules = t_finish(builder);
    for (size_t i = 0; i < certmap_rules_count(rules); i++) {
        struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
        struct t_peer peer;
        ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, i, NULL), CERTMAP_OK);
        t_put(&order, i > 0 ? " " : "");
        t_bytes(&order, mapping.name.data, mapping.name.len);
        /* Its conditions moved with it. */
        char subject[] = {'C', 'N', '=', (char)mapping.name.data[0], 0};
        t_peer_make(&peer, subject, "CN=CA");
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_uint_eq(result.index, i);
        ck_assert_int_eq(result.kind, mapping.kind);
        t_peer_free(&peer);
    }
    ck_assert_str_eq(t_cstr(&order), orders[_i].order);
    t_buf_free(&order);
    certmap_rules_free(rules);
}

/* ---- work is bounded ---- */

/* Patterns against 65,536 times "a", in rules "PATTERN; DECISION". */
static const struct {
    const char *about;
    size_t stars; /* "*a" so many times, */
    size_t run;   /* then "*" and so many "a", */
    const char *end, *rest, *answer;
} patterns[] = {
    {"a thousand stars that match", 1000, 0, "*", "", "allow m"},
    {"a thousand stars and a wrong end", 1000, 0, "*b", "", "none no-match"},
    {"many stars and a wrong end", 30000, 0, "*b", "", "none no-match"},
    {"a run that is too much work", 0, 32000, "?b*", "", "none m unreadable"},
    {"a long end that the value does not have", 0, 32000, "b", "", "none no-match"},
    {"a run that is as long as the value", 0, 65000, "", "", "allow m"},
    {"nothing can be found false afterwards", 0, 32000, "?b*", " and subject.OU = \"x\"", "none m unreadable"},
    {"nothing can be found true afterwards", 0, 32000, "?b*", " or subject.CN like \"b*\"", "none m unreadable"},
    {"presence needs a step too", 0, 32000, "?b*", " or subject.CN present", "none m unreadable"},
    {"not even absence is known", 0, 32000, "?b*", " and subject.DC present", "none m unreadable"},
};

static struct certmap_rules *pattern_rules(int row, const char *decision) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.CN like \"");
    for (size_t i = 0; i < patterns[row].stars; i++)
        t_put(&text, "*a");
    t_put(&text, patterns[row].run > 0 ? "*" : "");
    for (size_t i = 0; i < patterns[row].run; i++)
        t_put(&text, "a");
    t_put(&text, patterns[row].end);
    t_put(&text, "\"");
    t_put(&text, patterns[row].rest);
    t_put(&text, decision);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

static void run_pattern(int row, const char *decision, const char *wanted) {
    struct certmap_rules *rules = pattern_rules(row, decision);
    struct certmap_result explained = CERTMAP_RESULT_INIT;
    struct t_buf trace = T_BUF_INIT;
    struct t_peer peer;
    char answer[LONG];
    t_peer_make(&peer, "CN=b\\{a*65535}", "CN=CA");
    const struct certmap_result matched = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &matched);
    ck_assert_msg(strcmp(answer, wanted) == 0, "%s: \"%s\" instead of \"%s\"", patterns[row].about, answer, wanted);
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &explained, t_trace_item, &trace, NULL), CERTMAP_OK);
    t_assert_same_result(&matched, &explained);
    if (strstr(wanted, "unreadable") != NULL)
        ck_assert_msg(strstr(t_cstr(&trace), "! m: unknown (steps)") != NULL, "%.200s", t_cstr(&trace));
    t_buf_free(&trace);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(pattern_of_an_allow) {
    run_pattern(_i, "; allow \"a\"; }", patterns[_i].answer);
}

T_TEST(pattern_of_a_deny) {
    const bool unknown = strcmp(patterns[_i].answer, "none m unreadable") == 0;
    const bool held = strcmp(patterns[_i].answer, "allow m") == 0;
    run_pattern(_i, "; deny; }", unknown ? "deny m unreadable" : held ? "deny m" : "none no-match");
}

/* ---- the call ---- */

T_TEST(allocates_nothing) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    struct t_peer made;
    options.allocator = &allocator;
    t_peer_make(&made, "CN=a | OU=b | octet O=c", "CN=CA");
    ck_assert_int_eq(certmap_rules_parse(&rules,
                                         t_text("certmap 1; mapping \"m\" { when subject.CN like \"x*\" or "
                                                "subject.OU in nocase (\"X\", \"B\"); allow \"D\\\\u\"; }"),
                                         &options, NULL),
                     CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &made.cert, NULL), CERTMAP_OK);
    t_alloc_fail_at(&memory, SIZE_MAX);
    assert_answer(rules, peer, "allow m", "with an allocator that counts");
    ck_assert_uint_eq(memory.requests, 0);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    ck_assert_uint_eq(memory.live, 0);
    t_peer_free(&made);
}

T_TEST(one_peer_serves_many_rule_sets) {
    struct certmap_rules *first = t_rules("certmap 1; mapping \"a\" { when subject.CN = \"a\"; allow \"a\"; }");
    struct certmap_rules *second = t_rules("certmap 1; mapping \"b\" { when subject.CN = \"a\"; deny; }");
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    assert_answer(first, peer.peer, "allow a", "first");
    assert_answer(second, peer.peer, "deny b", "second");
    certmap_rules_free(second);
    assert_answer(first, peer.peer, "allow a", "first again");
    certmap_rules_free(first);
    t_peer_free(&peer);
}

T_TEST(a_peer_that_is_set_again) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when subject.CN = \"a\"; allow \"a\"; }");
    struct t_peer yes, no;
    t_peer_make(&yes, "CN=a", "CN=CA");
    t_peer_make(&no, "CN=b", "CN=CA");
    assert_answer(rules, yes.peer, "allow m", "first");
    ck_assert_int_eq(certmap_peer_set(yes.peer, &no.cert, NULL), CERTMAP_OK);
    assert_answer(rules, yes.peer, "none no-match", "set again");
    ck_assert_int_eq(certmap_peer_set(yes.peer, &yes.cert, NULL), CERTMAP_OK);
    assert_answer(rules, yes.peer, "allow m", "and again");
    t_peer_free(&yes);
    t_peer_free(&no);
    certmap_rules_free(rules);
}

/* A result that grants everything, to see that a call that fails takes it away. */
static struct certmap_result granting(void) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    result.decision = CERTMAP_ALLOW;
    result.index = 0;
    result.mapping = result.account = result.domain = result.user = t_text("root");
    return result;
}

static void assert_refused(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = granting();
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    char answer[LONG];
    ck_assert_int_eq(certmap_match(rules, peer, &result, &error), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.status, CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_ARGUMENT);
    t_answer(answer, sizeof answer, &result);
    ck_assert_str_eq(answer, "none");
    ck_assert_uint_eq(result.size, sizeof result);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_ERROR_ARGUMENT);
}

T_TEST(refuses_what_is_missing) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when always; allow \"a\"; }");
    struct certmap_peer *empty = t_peer_new();
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    assert_refused(NULL, peer.peer);
    assert_refused(rules, NULL);
    assert_refused(rules, empty);
    peer.cert.subject.len--;
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_ERROR_CERTIFICATE);
    assert_refused(rules, peer.peer);
    ck_assert_int_eq(certmap_match(rules, peer.peer, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_peer_free(empty);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(refuses_a_result_that_is_too_small) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when always; allow \"a\"; }");
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    result.size = sizeof result - 1;
    ck_assert_int_eq(certmap_match(rules, peer.peer, &result, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(result.decision, CERTMAP_NONE);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* A caller compiled against a later header has a larger struct, of which the end is its own. */
T_TEST(keeps_the_size_of_a_larger_result) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when always; allow \"a\"; }");
    struct {
        struct certmap_result result;
        char later[64];
    } larger = {.result = CERTMAP_RESULT_INIT};
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    memset(larger.later, 'x', sizeof larger.later);
    larger.result.size = sizeof larger;
    ck_assert_int_eq(certmap_match(rules, peer.peer, &larger.result, NULL), CERTMAP_OK);
    ck_assert_int_eq(larger.result.decision, CERTMAP_ALLOW);
    ck_assert_uint_eq(larger.result.size, sizeof larger);
    for (size_t i = 0; i < sizeof larger.later; i++)
        ck_assert_int_eq(larger.later[i], 'x');
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- a result that is used again ---- */

static const char *const used_again[] = {
    "mapping \"m\" { when subject.CN = \"a\"; allow \"CONTOSO\\\\b\"; }",
    "mapping \"m\" { when subject.CN = \"a\"; allow \"b@contoso.example\"; group \"g\"; attribute \"k\" = \"v\"; }",
    "mapping \"m\" { when subject.CN like \"a*\"; allow \"${subject.CN}\"; }",
    "mapping \"m\" { when subject.CN = \"a\"; deny; }",
    "mapping \"m\" { when subject.CN = \"b\"; allow \"c\"; }",
    "mapping \"m\" { when san.dns = \"b\"; allow \"c\"; }",
    "policy unique; mapping \"m\" { when always; allow \"c\"; } mapping \"n\" { when always; allow \"d\"; }",
    "policy all; mapping \"m\" { when always; allow \"c\"; } mapping \"n\" { when always; allow \"d\"; }",
    "policy all; mapping \"m\" { when subject.CN = \"b\"; allow \"c\"; }",
    "disabled; mapping \"m\" { when always; allow \"c\"; }",
};

/* Each member is set, whatever was in it. */
T_TEST(every_member_is_set) {
    char text[512], answers[2][LONG];
    struct certmap_result fresh = CERTMAP_RESULT_INIT, used;
    struct t_peer peer;
    snprintf(text, sizeof text, "certmap 1; %s", used_again[_i]);
    struct certmap_rules *rules = t_rules(text);
    t_peer_make(&peer, "CN=a", "CN=CA");
    ck_assert_int_eq(certmap_match(rules, peer.peer, &fresh, NULL), CERTMAP_OK);
    t_answer(answers[0], sizeof answers[0], &fresh);
    memset(&used, 0xA5, sizeof used);
    used.size = sizeof used;
    ck_assert_int_eq(certmap_match(rules, peer.peer, &used, NULL), CERTMAP_OK);
    t_answer(answers[1], sizeof answers[1], &used);
    ck_assert_str_eq(answers[0], answers[1]);
    t_assert_same_result(&fresh, &used);
    ck_assert_ptr_eq(fresh.accounts, used.accounts);
    ck_assert_ptr_eq(fresh.groups, used.groups);
    ck_assert_ptr_eq(fresh.attributes, used.attributes);
    ck_assert_uint_eq(fresh.principals, used.principals);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TESTS("match",
        T_CASE("conditions", T_LOOP(condition_of_an_allow, COUNT(t_conditions)),
               T_LOOP(condition_of_a_deny, COUNT(t_conditions)), T_LOOP(pattern_of_rules, COUNT(t_patterns))),
        T_CASE("rule sets", T_LOOP(rule_set, COUNT(t_matches)), result_says_which_mapping_and_account),
        T_CASE("one to one", T_LOOP(one_to_one_allow, COUNT(certificates)),
               T_LOOP(one_to_one_deny, COUNT(certificates)), one_of_several_certificates,
               T_LOOP(one_to_one_first, COUNT(orders))),
        T_CASE("work", T_TAGS(T_SLOW), T_LONG, T_LOOP(pattern_of_an_allow, COUNT(patterns)),
               T_LOOP(pattern_of_a_deny, 5) /* where what follows makes no difference */),
        T_CASE("call", allocates_nothing, one_peer_serves_many_rule_sets, a_peer_that_is_set_again,
               refuses_what_is_missing, refuses_a_result_that_is_too_small, keeps_the_size_of_a_larger_result,
               T_LOOP(every_member_is_set, COUNT(used_again))))
