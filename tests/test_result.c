/* SPDX-License-Identifier: MIT */
/* The audit line of a result, and the names of decisions, kinds and codes. */
#include "rules.h"

#define VIEW(literal)                                                                                                  \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define NO_VIEW                                                                                                        \
    { NULL, 0 }

static const struct {
    enum certmap_decision decision;
    enum certmap_code reason;
    struct certmap_view mapping, account;
    const char *line;
} lines[] = {
    {CERTMAP_ALLOW, CERTMAP_CODE_NONE, VIEW("Contoso staff"), VIEW("CONTOSO\\portal"),
     "decision=allow mapping=\"Contoso staff\" account=\"CONTOSO\\\\portal\" reason=-"},
    {CERTMAP_DENY, CERTMAP_CODE_NONE, VIEW("contractors"), NO_VIEW,
     "decision=deny mapping=\"contractors\" account=- reason=-"},
    {CERTMAP_DENY, CERTMAP_CODE_UNREADABLE, VIEW("contractors"), NO_VIEW,
     "decision=deny mapping=\"contractors\" account=- reason=unreadable"},
    {CERTMAP_NONE, CERTMAP_CODE_UNREADABLE, VIEW("staff"), NO_VIEW,
     "decision=none mapping=\"staff\" account=- reason=unreadable"},
    {CERTMAP_NONE, CERTMAP_CODE_NO_MATCH, NO_VIEW, NO_VIEW, "decision=none mapping=- account=- reason=no-match"},
    {CERTMAP_NONE, CERTMAP_CODE_DISABLED, NO_VIEW, NO_VIEW, "decision=none mapping=- account=- reason=disabled"},
    {CERTMAP_NONE, CERTMAP_CODE_EMPTY_RULES, NO_VIEW, NO_VIEW, "decision=none mapping=- account=- reason=empty-rules"},
    {CERTMAP_NONE, CERTMAP_CODE_NONE, NO_VIEW, NO_VIEW, "decision=none mapping=- account=- reason=-"},
    {CERTMAP_ALLOW, CERTMAP_CODE_NONE, NO_VIEW, VIEW("alice"), "decision=allow mapping=- account=\"alice\" reason=-"},
    {CERTMAP_ALLOW, CERTMAP_CODE_NONE, VIEW(""), VIEW("a"), "decision=allow mapping=\"\" account=\"a\" reason=-"},

    /* nothing ends its quotes or the line */
    {CERTMAP_ALLOW, CERTMAP_CODE_NONE, VIEW("a\" account=\"root"), VIEW("b"),
     "decision=allow mapping=\"a\\\" account=\\\"root\" account=\"b\" reason=-"},
    {CERTMAP_ALLOW, CERTMAP_CODE_NONE, VIEW("a\\"), VIEW("b"),
     "decision=allow mapping=\"a\\\\\" account=\"b\" reason=-"},
    {CERTMAP_DENY, CERTMAP_CODE_NONE, VIEW("a\ndecision=allow\r"), NO_VIEW,
     "decision=deny mapping=\"a\\u{A}decision=allow\\u{D}\" account=- reason=-"},
    {CERTMAP_DENY, CERTMAP_CODE_NONE, VIEW("\x1B[31m\x7F\t"), NO_VIEW,
     "decision=deny mapping=\"\\u{1B}[31m\\u{7F}\\u{9}\" account=- reason=-"},
    {CERTMAP_DENY, CERTMAP_CODE_NONE, VIEW("a\0b"), NO_VIEW, "decision=deny mapping=\"a\\u{0}b\" account=- reason=-"},
    {CERTMAP_DENY, CERTMAP_CODE_NONE, VIEW("\xC2\x9B\xE2\x80\xAE\xE2\x80\xA8\xEF\xBB\xBF"), NO_VIEW,
     "decision=deny mapping=\"\\u{9B}\\u{202E}\\u{2028}\\u{FEFF}\" account=- reason=-"},
    {CERTMAP_DENY, CERTMAP_CODE_NONE, VIEW("a\xFF\xC3"), NO_VIEW,
     "decision=deny mapping=\"a\\xFF\\xC3\" account=- reason=-"},
    {CERTMAP_DENY, CERTMAP_CODE_NONE, VIEW("Z\xC3\xBCrich \xF0\x9F\x98\x80"), NO_VIEW,
     "decision=deny mapping=\"Z\xC3\xBCrich \xF0\x9F\x98\x80\" account=- reason=-"},
};

static struct certmap_result result_of(int row) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    result.decision = lines[row].decision;
    result.reason = lines[row].reason;
    result.mapping = lines[row].mapping;
    result.account = lines[row].account;
    return result;
}

T_TEST(line) {
    const struct certmap_result result = result_of(_i);
    char text[256];
    size_t len = 0;
    ck_assert_int_eq(certmap_result_format(text, sizeof text, &len, &result, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, lines[_i].line);
    ck_assert_uint_eq(len, strlen(lines[_i].line));
}

/* Buffers of every size: the length is told, nothing is written past the end, and text is never half a line. */
T_TEST(line_in_every_buffer) {
    const struct certmap_result result = result_of(_i);
    const size_t wanted = strlen(lines[_i].line);
    for (size_t cap = 0; cap <= wanted + 2; cap++) {
        struct certmap_diagnostic error = {.status = CERTMAP_OK, .code = CERTMAP_CODE_NONE};
        char *text = malloc(cap > 0 ? cap : 1); /* of this size, so that a sanitizer sees a write past it */
        size_t len = 0;
        ck_assert_ptr_nonnull(text);
        const bool fits = cap > wanted;
        ck_assert_int_eq(certmap_result_format(cap > 0 ? text : NULL, cap, &len, &result, &error),
                         fits ? CERTMAP_OK : CERTMAP_ERROR_BUFFER);
        ck_assert_int_eq(error.code, fits ? CERTMAP_CODE_NONE : CERTMAP_CODE_BUFFER_TOO_SMALL);
        ck_assert_uint_eq(len, wanted);
        if (cap > 0)
            ck_assert_str_eq(text, fits ? lines[_i].line : "");
        free(text);
    }
}

/* ---- domains, groups and attributes ---- */

static const struct {
    const char *account, *domain; /* the domain: NULL for none */
    const char *line;             /* from account= to reason= */
} domains[] = {
    /* said by the account itself */
    {"CONTOSO\\alice", "CONTOSO", "account=\"CONTOSO\\\\alice\""},
    {"alice@contoso", "contoso", "account=\"alice@contoso\""},
    {"alice", NULL, "account=\"alice\""},
    /* given besides it */
    {"alice", "CONTOSO", "account=\"alice\" domain=\"CONTOSO\""},
    {"D\\alice", "CONTOSO", "account=\"D\\\\alice\" domain=\"CONTOSO\""},
    {"alice@d", "x", "account=\"alice@d\" domain=\"x\""},
    {"D\\alice", "D\\alice", "account=\"D\\\\alice\" domain=\"D\\\\alice\""},
    {"XX", "X", "account=\"XX\" domain=\"X\""},
    {"a", "\" reason=-\n", "account=\"a\" domain=\"\\\" reason=-\\u{A}\""},
};

static void assert_line(const struct certmap_result *result, const char *wanted) {
    char text[512], whole[512];
    size_t len = 0;
    snprintf(whole, sizeof whole, "decision=allow mapping=\"m\" %s reason=-", wanted);
    ck_assert_int_eq(certmap_result_format(text, sizeof text, &len, result, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, whole);
}

static struct certmap_result allowed(struct certmap_view account) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    result.decision = CERTMAP_ALLOW;
    result.mapping = t_text("m");
    result.account = account;
    return result;
}

T_TEST(domain) {
    struct certmap_result result = allowed(t_text(domains[_i].account));
    if (domains[_i].domain != NULL)
        result.domain = t_text(domains[_i].domain);
    assert_line(&result, domains[_i].line);
}

T_TEST(groups_and_attributes) {
    const struct certmap_view accounts[] = {VIEW("a"), VIEW("b\"")}, groups[] = {VIEW("g"), VIEW("h\n")};
    const struct certmap_attribute attributes[] = {
        {VIEW("mail"), VIEW("a@b")}, {VIEW("x.y-z_1"), VIEW("\"")}, {VIEW("reason"), VIEW("-")},
        {VIEW("a b"), VIEW("v")},    {VIEW("a=b"), VIEW("v")},      {VIEW("a\"b"), VIEW("v")},
        {VIEW("a\\b"), VIEW("v")},   {VIEW("\xC3\xBC"), VIEW("v")}, {VIEW("\x7F"), VIEW("v")},
        {VIEW(""), VIEW("v")},
    };
    struct certmap_result result = allowed(accounts[0]);
    result.accounts = accounts;
    result.account_count = 1;
    assert_line(&result, "account=\"a\"");
    result.account_count = 2;
    result.groups = groups;
    result.group_count = 2;
    result.attributes = attributes;
    result.attribute_count = sizeof attributes / sizeof *attributes;
    assert_line(&result, "account=\"a\" account=\"b\\\"\" group=\"g\" group=\"h\\u{A}\" mail=\"a@b\" x.y-z_1=\"\\\"\" "
                         "\"reason\"=\"-\" \"a b\"=\"v\" \"a=b\"=\"v\" \"a\\\"b\"=\"v\" \"a\\\\b\"=\"v\" "
                         "\"\xC3\xBC\"=\"v\" \"\\u{7F}\"=\"v\" \"\"=\"v\"");
}

/* Two mappings where there must be one: both are named. */
T_TEST(other_mapping) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    char text[128];
    size_t len = 0;
    result.reason = CERTMAP_CODE_AMBIGUOUS;
    result.mapping = t_text("m");
    result.other = t_text("n\"");
    ck_assert_int_eq(certmap_result_format(text, sizeof text, &len, &result, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, "decision=none mapping=\"m\" account=- other=\"n\\\"\" reason=ambiguous");
}

T_TEST(line_of_a_match) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"a\\n\" { when subject.CN = \"a\"; allow \"D\\\\u\"; }");
    struct t_peer peer;
    char text[256];
    size_t len = 0;
    t_peer_make(&peer, "CN=a", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(certmap_result_format(text, sizeof text, &len, &result, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, "decision=allow mapping=\"a\\u{A}\" account=\"D\\\\u\" reason=-");
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- copies ---- */

static const char copied_rules[] =
    "certmap 1; mapping \"m\" { when subject.CN = \"a\"; allow \"D\\\\${subject.CN}\"; "
    "group \"${subject.O}\"; group \"staff\"; attribute \"mail\" = \"${subject.CN}@x\"; }";

static void assert_same_result(const struct certmap_result *a, const struct certmap_result *b) {
    char one[512], two[512];
    size_t len = 0;
    ck_assert_int_eq(certmap_result_format(one, sizeof one, &len, a, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_result_format(two, sizeof two, &len, b, NULL), CERTMAP_OK);
    ck_assert_str_eq(one, two);
}

/* Rooms of every size and at every address; what is copied stays when the peer answers for somebody else. */
T_TEST(copy_in_every_room) {
    struct certmap_rules *rules = t_rules(copied_rules);
    struct t_peer peer, again;
    size_t wanted = 0, len = 0;
    t_peer_make(&peer, "O=Contoso | CN=a", "CN=CA");
    t_peer_make(&again, "O=Contoso | CN=a", "CN=CA");
    const struct certmap_result kept = t_match(rules, again.peer);
    const struct certmap_result result = t_match(rules, peer.peer);
    struct certmap_result copy = CERTMAP_RESULT_INIT;
    ck_assert_int_eq(certmap_result_copy(&copy, NULL, 0, &wanted, &result, NULL), CERTMAP_ERROR_BUFFER);
    ck_assert_int_eq(copy.decision, CERTMAP_NONE);
    for (size_t cap = 0; cap <= wanted; cap++) {
        uint8_t *room = malloc(cap > 0 ? cap : 1);
        const enum certmap_status status = certmap_result_copy(&copy, cap > 0 ? room : NULL, cap, &len, &result, NULL);
        ck_assert_uint_eq(len, wanted);
        ck_assert_msg(status == CERTMAP_OK || (status == CERTMAP_ERROR_BUFFER && cap < wanted), "room of %zu", cap);
        if (status == CERTMAP_OK)
            assert_same_result(&copy, &kept);
        free(room);
    }
    uint8_t *room = malloc(wanted + 16);
    for (size_t at = 0; at < 16; at++)
        ck_assert_int_eq(certmap_result_copy(&copy, room + at, wanted, &len, &result, NULL), CERTMAP_OK);
    certmap_peer_clear(peer.peer);
    t_peer_free(&peer);
    assert_same_result(&copy, &kept);
    ck_assert_uint_eq(copy.accounts[0].data[copy.accounts[0].len], 0);
    free(room);
    t_peer_free(&again);
    certmap_rules_free(rules);
}

T_TEST(copy_of_nothing) {
    struct certmap_result result = CERTMAP_RESULT_INIT, copy = CERTMAP_RESULT_INIT;
    uint8_t room[16];
    size_t len = 99;
    copy.decision = CERTMAP_ALLOW;
    ck_assert_int_eq(certmap_result_copy(&copy, room, sizeof room, &len, &result, NULL), CERTMAP_OK);
    ck_assert_int_eq(copy.decision, CERTMAP_NONE);
    ck_assert_uint_lt(len, sizeof room);
    ck_assert_int_eq(certmap_result_copy(&result, room, sizeof room, &len, &result, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_result_copy(NULL, room, sizeof room, &len, &result, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_result_copy(&copy, NULL, 1, &len, &result, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_result_copy(&copy, room, sizeof room, NULL, &result, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_result_copy(&copy, room, sizeof room, &len, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    copy.size = 8;
    ck_assert_int_eq(certmap_result_copy(&copy, room, sizeof room, &len, &result, NULL), CERTMAP_ERROR_ARGUMENT);
}

static void assert_refused(char *text, size_t cap, size_t *len, const struct certmap_result *result) {
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_int_eq(certmap_result_format(text, cap, len, result, &error), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_result_format(text, cap, len, result, NULL), CERTMAP_ERROR_ARGUMENT);
}

T_TEST(refuses_arguments) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    char text[256];
    size_t len = 0;
    assert_refused(NULL, 1, &len, &result);
    assert_refused(text, sizeof text, NULL, &result);
    assert_refused(text, sizeof text, &len, NULL);
    result.size--;
    assert_refused(text, sizeof text, &len, &result);
    result.size++;
    result.decision = (enum certmap_decision)3;
    assert_refused(text, sizeof text, &len, &result);
    result.decision = CERTMAP_NONE;
    result.reason = (enum certmap_code)1;
    assert_refused(text, sizeof text, &len, &result);
}

/* ---- names ---- */

T_TEST(names_of_decisions) {
    ck_assert_str_eq(certmap_decision_name(CERTMAP_NONE), "none");
    ck_assert_str_eq(certmap_decision_name(CERTMAP_ALLOW), "allow");
    ck_assert_str_eq(certmap_decision_name(CERTMAP_DENY), "deny");
    ck_assert_ptr_null(certmap_decision_name((enum certmap_decision)3));
    ck_assert_int_eq(CERTMAP_NONE, 0); /* a zeroed result grants nothing */
}

T_TEST(names_of_kinds) {
    ck_assert_str_eq(certmap_kind_name(CERTMAP_KIND_NATIVE), "native");
    ck_assert_str_eq(certmap_kind_name(CERTMAP_KIND_MANY_TO_ONE), "manyToOne");
    ck_assert_str_eq(certmap_kind_name(CERTMAP_KIND_ONE_TO_ONE), "oneToOne");
    ck_assert_ptr_null(certmap_kind_name((enum certmap_kind)3));
}

enum { CODES = 1000 };

/* Words of a-z with hyphens between, each the name of one code. */
T_TEST(names_of_codes) {
    static const char *names[CODES];
    size_t count = 0;
    for (int code = 1; code < CODES; code++) {
        const char *name = certmap_code_name((enum certmap_code)code);
        if (name == NULL)
            continue;
        const size_t len = strlen(name);
        ck_assert_msg(len > 0 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len && name[0] != '-' &&
                          name[len - 1] != '-' && strstr(name, "--") == NULL,
                      "%d: \"%s\"", code, name);
        for (size_t i = 0; i < count; i++)
            ck_assert_str_ne(name, names[i]);
        names[count++] = name;
    }
    ck_assert_uint_gt(count, 50);
    ck_assert_str_eq(certmap_code_name(CERTMAP_CODE_NONE), "");
    ck_assert_ptr_null(certmap_code_name((enum certmap_code)1));
    ck_assert_ptr_null(certmap_code_name((enum certmap_code)CODES));
}

/* Names are permanent: programs and JSON hold them. */
static const struct {
    enum certmap_code code;
    int number;
    const char *name;
} codes[] = {
    {CERTMAP_CODE_NO_MATCH, 100, "no-match"},
    {CERTMAP_CODE_DISABLED, 101, "disabled"},
    {CERTMAP_CODE_UNREADABLE, 102, "unreadable"},
    {CERTMAP_CODE_EMPTY_RULES, 103, "empty-rules"},
    {CERTMAP_CODE_VALUE_TYPE, 120, "value-type"},
    {CERTMAP_CODE_VALUE_ENCODING, 121, "value-encoding"},
    {CERTMAP_CODE_VALUE_AMBIGUOUS, 122, "value-ambiguous"},
    {CERTMAP_CODE_VALUE_NUL, 123, "value-nul"},
    {CERTMAP_CODE_VALUE_TOO_LONG, 124, "value-too-long"},
    {CERTMAP_CODE_NOT_SUPPLIED, 125, "not-supplied"},
    {CERTMAP_CODE_STEPS, 126, "steps"},
    {CERTMAP_CODE_SYNTAX, 500, "syntax"},
    {CERTMAP_CODE_UNKNOWN_SUBFIELD, 501, "unknown-subfield"},
    {CERTMAP_CODE_UNKNOWN_FIELD, 502, "unknown-field"},
    {CERTMAP_CODE_UNTERMINATED_STRING, 503, "unterminated-string"},
    {CERTMAP_CODE_BAD_ESCAPE, 504, "bad-escape"},
    {CERTMAP_CODE_BAD_UTF8, 505, "bad-utf8"},
    {CERTMAP_CODE_MIXED_AND_OR, 506, "mixed-and-or"},
    {CERTMAP_CODE_DUPLICATE_MAPPING, 507, "duplicate-mapping"},
    {CERTMAP_CODE_NO_MAPPINGS, 508, "no-mappings"},
    {CERTMAP_CODE_MISSING_VERSION, 509, "missing-version"},
    {CERTMAP_CODE_UNSUPPORTED_VERSION, 510, "unsupported-version"},
    {CERTMAP_CODE_NESTING, 511, "nesting"},
    {CERTMAP_CODE_TEXT_TOO_LONG, 512, "text-too-long"},
    {CERTMAP_CODE_TOO_MANY, 513, "too-many"},
    {CERTMAP_CODE_MISSING_WHEN, 514, "missing-when"},
    {CERTMAP_CODE_MISSING_DECISION, 515, "missing-decision"},
    {CERTMAP_CODE_EMPTY_NAME, 516, "empty-name"},
    {CERTMAP_CODE_BAD_ACCOUNT, 517, "bad-account"},
    {CERTMAP_CODE_NUL, 518, "nul"},
    {CERTMAP_CODE_RULES_TOO_LARGE, 519, "rules-too-large"},
    {CERTMAP_CODE_CONTROL_CHARACTER, 520, "control-character"},
    {CERTMAP_CODE_EMPTY_LIST, 521, "empty-list"},
    {CERTMAP_CODE_BAD_OID, 522, "bad-oid"},
    {CERTMAP_CODE_AMBIGUOUS, 104, "ambiguous"},
    {CERTMAP_CODE_TOO_MANY_OUTPUTS, 105, "too-many-outputs"},
    {CERTMAP_CODE_MALFORMED_PIECE, 127, "malformed-piece"},
    {CERTMAP_CODE_DUPLICATE_EXTENSION, 128, "duplicate-extension"},
    {CERTMAP_CODE_PLACEHOLDER_NO_VALUE, 140, "placeholder-no-value"},
    {CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES, 141, "placeholder-several-values"},
    {CERTMAP_CODE_PLACEHOLDER_UNREADABLE, 142, "placeholder-unreadable"},
    {CERTMAP_CODE_PLACEHOLDER_EMPTY, 143, "placeholder-empty"},
    {CERTMAP_CODE_PLACEHOLDER_CHARACTER, 144, "placeholder-character"},
    {CERTMAP_CODE_PLACEHOLDER_TOO_LONG, 145, "placeholder-too-long"},
    {CERTMAP_CODE_PLACEHOLDER_USER_NAME, 146, "placeholder-user-name"},
    {CERTMAP_CODE_BAD_OPERAND, 523, "bad-operand"},
    {CERTMAP_CODE_BAD_OPERATOR, 524, "bad-operator"},
    {CERTMAP_CODE_BAD_TEMPLATE, 525, "bad-template"},
    {CERTMAP_CODE_MISPLACED_PLACEHOLDER, 526, "misplaced-placeholder"},
    {CERTMAP_CODE_UNKNOWN_FILTER, 527, "unknown-filter"},
    {CERTMAP_CODE_DUPLICATE_OUTPUT, 534, "duplicate-output"},
    {CERTMAP_CODE_ALLOWS_EVERYONE, 600, "allows-everyone"},
    {CERTMAP_CODE_UNREACHABLE_MAPPING, 601, "unreachable-mapping"},
    {CERTMAP_CODE_OVER_BUDGET, 608, "over-budget"},
};

T_TEST(code_is_permanent) {
    ck_assert_int_eq((int)codes[_i].code, codes[_i].number);
    ck_assert_str_eq(certmap_code_name(codes[_i].code), codes[_i].name);
}

T_TESTS("result",
        T_CASE("format", T_LOOP(line, COUNT(lines)), T_LOOP(line_in_every_buffer, COUNT(lines)),
               T_LOOP(domain, COUNT(domains)), groups_and_attributes, other_mapping, line_of_a_match,
               refuses_arguments),
        T_CASE("copy", copy_in_every_room, copy_of_nothing),
        T_CASE("names", names_of_decisions, names_of_kinds, names_of_codes, T_LOOP(code_is_permanent, COUNT(codes))))
