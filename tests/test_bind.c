/* SPDX-License-Identifier: MIT */
/* The value that satisfied a condition: what a name has for a certificate, and rules that give names wrongly. */
#include "certmap/explain.h"
#include "certmap/limits.h"
#include "certmap/walk.h"
#include "rules.h"
#include "support/compare.h"
#include "support/copy.h"
#include "support/random.h"

/* ---- answers ---- */

#define R(code) "placeholder-" code

static const struct {
    const char *when, *gives, *subject, *wanted; /* the account, or the reason */
} rows[] = {
    {"subject.E like \"*@c\" as m", "${m | before-last(\"@\")}", "E=bobby@f | E=bob@c", "bob"},
    {"subject.E like \"*@c\" as m", "${m | before-last(\"@\")}", "E=bob@c | E=bobby@f", "bob"},
    {"subject.E like \"*@c\" as m", "${m}", "E=bob@c | E=eve@c", R("several-values")},
    {"subject.E like \"*@c\" as m", "${m}", "E=bob@c | E=bob@c", "bob@c"},
    {"subject.E like \"*@c\" as m", "${m}", "E=bob@c | octet E=x", R("unreadable")},
    {"first subject.E like \"*@c\" as m", "${m}", "E=bob@c | octet E=x", "bob@c"},
    {"last subject.E like \"*@c\" as m", "${m}", "E=eve@c | E=bob@c", "bob@c"},
    {"only subject.E like \"*@c\" as m", "${m}", "E=bob@c", "bob@c"},
    {"every subject.E like \"*@c\" as m", "${m}", "E=eve@c | E=bob@c", R("several-values")},
    {"subject.E = nocase \"BOB@C\" as m", "${m}", "E=x | E=Bob@c", "Bob@c"},
    {"subject.E = nocase \"BOB@C\" as m", "${m}", "E=bob@c | E=Bob@c", R("several-values")},
    {"subject.OU in (\"a\", \"b\") as ou", "${ou}", "OU=c | OU=b", "b"},
    {"subject.CN matches \"[0-9]{3}\" as n", "${n}", "CN=abc | CN=123", "123"},
    {"subject.1.2.3 = \"x\" as v", "${v}", "1.2.4=y | 1.2.3=x", "x"},

    /* what * took */
    {"subject.E like \"*@c\" as m", "${m.star}", "E=bobby@f | E=bob@c", "bob"},
    {"subject.CN like \"a*z\" as m", "${m.star}", "CN=abcz", "bc"},
    {"subject.CN like \"??*?\" as m", "${m.star}", "CN=a\xC3\xBC\xC3\xBC\xC3\xBC", "\xC3\xBC"},
    {"subject.CN like \"x*\" as m", "a${m.star}", "CN=x", R("empty")},
    {"subject.CN like nocase \"SVC-*\" as m", "${m.star}", "CN=svc-Web", "Web"},
    {"subject.CN like (\"a*\", \"*b\") as m", "${m.star}", "CN=axb", R("several-values")},
    {"subject.CN like (\"a*\", \"*b\") as m", "${m.star}", "CN=xb", "x"},
    {"subject.CN like \"a\\**\" as m", "${m.star}", "CN=a*b", "b"},

    /* several conditions of one name */
    {"subject.CN like \"a*\" as m and subject.OU like \"a*\" as m", "${m}", "CN=ab | OU=ab", "ab"},
    {"subject.CN like \"a*\" as m and subject.OU like \"a*\" as m", "${m}", "CN=ab | OU=ac", R("several-values")},
    {"(subject.CN like \"a*\" as m or subject.OU like \"a*\" as m)", "${m}", "CN=x | OU=ac", "ac"},
    {"(subject.CN like \"a*\" as m or subject.OU like \"a*\" as m)", "${m}", "CN=ab | OU=ac", R("several-values")},
    {"(subject.CN like \"a*\" as m or subject.OU like \"a*\" as m)", "${m}", "CN=ab | OU=ab", "ab"},
    {"(subject.CN like \"a*\" as m or subject.OU like \"a*\" as m)", "${m}", "octet CN=ab | OU=ac", R("unreadable")},
    {"((subject.CN like \"a*\" as m and subject.O = \"o\") or subject.OU like \"a*\" as m)", "${m}",
     "CN=ab | OU=ac | O=x", "ac"},
    {"((subject.CN like \"a*\" as m and subject.O = \"o\") or subject.OU like \"a*\" as m)", "${m}",
     "CN=ab | OU=ac | O=o", R("several-values")},
    {"((subject.CN like \"a*\" as m and subject.O = \"o\") or subject.OU like \"a*\" as m)", "${m}",
     "CN=ab | OU=ac | octet O=o", R("unreadable")},

    /* a name without a value */
    {"(subject.CN = \"a\" as m or subject.O = \"o\")", "${m ?\? \"none\"}", "CN=b | O=o", "none"},
    {"(subject.CN = \"a\" as m or subject.O = \"o\")", "${m ?\? \"none\"}", "CN=a | O=o", "a"},
    {"(subject.CN = \"a\" as m or subject.O = \"o\")", "${m ?\? \"none\"}", "octet CN=a | O=o", R("unreadable")},

    /* a value is as dangerous as any */
    {"subject.CN like \"a*\" as m", "D\\\\${m}", "CN=a\\\\b", R("character")},
    {"subject.CN like \"a*\" as m", "${m}@d", "CN=a@evil", R("character")},
    {"subject.CN like \"a*\" as m", "${m}", "CN=a\\x0Ab", R("character")},
};

static struct certmap_rules *rules_of(const char *policy, const char *when, const char *gives) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; ");
    t_put(&text, policy);
    t_put(&text, "mapping \"m\" { when ");
    t_put(&text, when);
    t_put(&text, "; allow \"");
    t_put(&text, gives);
    t_put(&text, "\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

static const char *answer_of(const struct certmap_result *result) {
    return result->decision == CERTMAP_ALLOW ? (const char *)result->account.data : certmap_code_name(result->reason);
}

static const char *const policies[] = {"", "policy most-specific; ", "policy unique; ", "policy all; "};
enum { POLICIES = sizeof policies / sizeof *policies };

T_TEST(a_value) {
    for (size_t i = 0; i < POLICIES; i++) {
        struct certmap_rules *rules = rules_of(policies[i], rows[_i].when, rows[_i].gives);
        struct t_peer peer;
        t_peer_make(&peer, rows[_i].subject, "CN=CA");
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_msg(strcmp(answer_of(&result), rows[_i].wanted) == 0, "%s, %s: %s", rows[_i].when, rows[_i].subject,
                      answer_of(&result));
        t_peer_free(&peer);
        certmap_rules_free(rules);
    }
}

/* A serial number and digests that conditions are about, as those of fields. */
static const struct {
    const char *when, *gives, *wanted;
} numbers[] = {
    {"serial = \"0x1A2B\" as n", "${n | dec}", "6699"},
    {"serial in (\"0x1F\", \"dec:6699\") as n", "${n | colons | replace(\":\", \"-\")}", "1a-2b"},
    {"serial = \"0x1A2B\" as n", "${n | colons | upper | replace(\":\", \"-\")}", "1A-2B"},
    {"serial = \"0x1A2B\" as n", "${n}", "1a2b"},
    {"only serial = \"0x1A2B\" as n", "${n | dec | slice(1, 2)}", "66"},
    {"(serial = \"0x1F\" as n or serial = \"0x1A2B\" as n)", "${n | dec}", "6699"},
    {"(serial = \"0x1F\" as n or subject.CN = \"a\")", "${n | dec ?\? \"none\"}", "none"},
    {"sha1 = \"0123456789abcdef0123456789abcdef01234567\" as d", "${d | colons | slice(1, 8) | replace(\":\", \"-\")}",
     "01-23-45"},
    {"(serial = \"0x1A2B\" as n or sha1 = \"0000000000000000000000000000000000000000\" as n)",
     "${n | colons | replace(\":\", \"-\")}", "1a-2b"},
};

T_TEST(a_number) {
    static const uint8_t serial[] = {0x02, 0x02, 0x1A, 0x2B},
                         sha1[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x01, 0x23,
                                   0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x01, 0x23, 0x45, 0x67};
    for (size_t i = 0; i < POLICIES; i++) {
        struct certmap_rules *rules = rules_of(policies[i], numbers[_i].when, numbers[_i].gives);
        struct t_peer peer;
        t_peer_make(&peer, "CN=a", "CN=CA");
        peer.cert.serial = (struct certmap_view){serial, sizeof serial};
        peer.cert.sha1 = (struct certmap_view){sha1, sizeof sha1};
        ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_msg(strcmp(answer_of(&result), numbers[_i].wanted) == 0, "%s: %s", numbers[_i].when,
                      answer_of(&result));
        t_peer_free(&peer);
        certmap_rules_free(rules);
    }
}

/* One-to-one mappings come first, whatever the order they are added in; names stay with their mappings. */
T_TEST(names_stay_with_their_mappings) {
    struct certmap_rules *rules =
        t_rules("certmap 1; mapping \"a\" { when subject.CN = \"x\" as v; allow \"a-${v}\"; }"
                " mapping \"b\" { when subject.OU = \"y\"; allow \"b\"; }"
                " mapping \"c\" { when subject.O like \"z*\" as v and subject.L = \"l\" as w; allow \"${w}-${v}\"; }");
    struct t_peer peer;
    t_peer_make(&peer, "O=zz | L=l", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_str_eq(answer_of(&result), "l-zz");
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

static bool take_condition_name(void *ctx, const struct certmap_explain_item *item) {
    struct t_buf *names = ctx;
    if (item->kind == CERTMAP_EXPLAIN_CONDITION && item->condition != NULL)
        t_bytes(names, item->condition->as.data, item->condition->as.len);
    if (item->kind == CERTMAP_EXPLAIN_ACCOUNT)
        t_bytes(names, item->text.data, item->text.len);
    t_put(names, item->kind == CERTMAP_EXPLAIN_CONDITION || item->kind == CERTMAP_EXPLAIN_ACCOUNT ? ";" : "");
    return true;
}

/* Of a mapping that allows, and of one that denies and has no texts. */
T_TEST(explains_names) {
    struct certmap_rules *rules =
        t_rules("certmap 1; policy all; mapping \"a\" { when subject.CN like \"a*\" as v; allow "
                "\"${v.star}\"; } mapping \"d\" { when subject.CN = \"ab\" as w; deny; }");
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_buf names = T_BUF_INIT;
    struct t_peer peer;
    t_peer_make(&peer, "CN=ab", "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, take_condition_name, &names, NULL), CERTMAP_OK);
    ck_assert_int_eq(result.decision, CERTMAP_DENY);
    ck_assert_str_eq(t_cstr(&names), "v;b;w;");
    t_buf_free(&names);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- mistakes ---- */

#define ALLOW(when, gives) "mapping \"m\" { when " when "; allow \"" gives "\"; }"

static const struct {
    const char *rules, *at; /* where it is */
    enum certmap_code code;
    const char *says;
} mistakes[] = {
    {ALLOW("subject.CN = \"a\" as", "x"), "; allow", CERTMAP_CODE_SYNTAX, "a name after \"as\""},
    {ALLOW("subject.CN = \"a\" as \"m\"", "x"), "\"m\"; a", CERTMAP_CODE_SYNTAX, "without quotes"},
    {ALLOW("subject.CN = \"a\" as subject", "x"), "CN", CERTMAP_CODE_SYNTAX, "is a field"},
    {ALLOW("subject.CN = \"a\" as 1a", "x"), "CN", CERTMAP_CODE_SYNTAX, "one is a letter"},
    {ALLOW("subject.CN = \"a\" as a.b", "x"), "CN", CERTMAP_CODE_SYNTAX, "one is a letter"},
    {ALLOW("subject = \"CN=a\" as m", "x"), "=", CERTMAP_CODE_BAD_OPERATOR, "is about none"},
    {ALLOW("subject under \"CN=a\" as m", "x"), "under", CERTMAP_CODE_BAD_OPERATOR, "is about none"},
    {ALLOW("subject.CN present as m", "x"), "present", CERTMAP_CODE_BAD_OPERATOR, "is about none"},
    {ALLOW("not subject.CN = \"a\" as m", "x"), "CN", CERTMAP_CODE_SYNTAX, "below \"not\""},
    {ALLOW("subject.O = \"o\" and not (subject.CN = \"a\" as m or subject.CN = \"b\")", "x"), "CN", CERTMAP_CODE_SYNTAX,
     "below \"not\""},
    {ALLOW("subject.CN = \"a\" as mail", "${male}"), "male", CERTMAP_CODE_UNKNOWN_FIELD, "did you mean mail?"},
    {ALLOW("subject.CN = \"a\"", "${mail}"), "mail", CERTMAP_CODE_UNKNOWN_FIELD, "there is no field"},
    {ALLOW("subject.CN = \"a\" as m", "${m.star}"), "m.star", CERTMAP_CODE_BAD_TEMPLATE, "one * each"},
    {ALLOW("subject.CN like \"a*b*\" as m", "${m.star}"), "m.star", CERTMAP_CODE_BAD_TEMPLATE, "one * each"},
    {ALLOW("subject.CN like (\"a*\", \"b?\") as m", "${m.star}"), "m.star", CERTMAP_CODE_BAD_TEMPLATE, "one * each"},
    {ALLOW("subject.CN = \"a\" as m", "${m | first}"), "first", CERTMAP_CODE_BAD_TEMPLATE, "is one already"},
    {ALLOW("subject.CN = \"a\" as m or subject.O = \"o\"", "${m}"), "m}", CERTMAP_CODE_BAD_TEMPLATE,
     "without a value for"},
    {ALLOW("subject.CN = \"a\" as m or subject.O = \"o\" as n", "${m}"), "m}", CERTMAP_CODE_BAD_TEMPLATE,
     "without a value for"},
    {ALLOW("subject.CN = \"a\" as m", "${m | dec}"), "dec", CERTMAP_CODE_BAD_TEMPLATE, "this is none"},
    {ALLOW("subject.CN = \"ab\" as m", "${m | colons}"), "colons", CERTMAP_CODE_BAD_TEMPLATE, "this is none"},
    {ALLOW("ski = \"ab\" as m", "${m | dec}"), "dec", CERTMAP_CODE_BAD_TEMPLATE, "${serial | dec}"},
    {ALLOW("(serial = \"0x1F\" as m or subject.CN = \"a\" as m)", "${m | dec}"), "dec", CERTMAP_CODE_BAD_TEMPLATE,
     "this is none"},
    {ALLOW("(ski = \"ab\" as m or san.1.2.3 = \"ab\" as m)", "${m | colons}"), "colons", CERTMAP_CODE_BAD_TEMPLATE,
     "this is none"},
    {ALLOW("(ski = \"ab\" as m or serial = \"0x1F\" as m)", "${m | dec}"), "dec", CERTMAP_CODE_BAD_TEMPLATE,
     "this is none"},
    {ALLOW("ext.1.2.3.text = \"ab\" as m", "${m | colons}"), "colons", CERTMAP_CODE_BAD_TEMPLATE, "this is none"},
    {ALLOW("serial = \"0x1F\" as m", "${m | lower | dec}"), "dec", CERTMAP_CODE_BAD_TEMPLATE, "in front"},
    {ALLOW("serial = \"0x1F\" as m", "${m | dec | colons}"), "colons", CERTMAP_CODE_BAD_TEMPLATE, "in front"},
    {"mapping \"a\" { when subject.CN = \"a\" as m; allow \"${m}\"; } " ALLOW("subject.O = \"o\"", "${m}"), "m}\"; }",
     CERTMAP_CODE_UNKNOWN_FIELD, "there is no field"},
};

T_TEST(a_mistake) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic err = {.status = CERTMAP_OK};
    t_put(&text, "certmap 1; ");
    t_put(&text, mistakes[_i].rules);
    ck_assert_int_ne(certmap_rules_parse(&rules, t_view(&text), NULL, &err), CERTMAP_OK);
    ck_assert_msg(err.code == mistakes[_i].code && strstr(err.text, mistakes[_i].says) != NULL, "%s: %s",
                  mistakes[_i].rules, err.text);
    ck_assert_msg(strncmp(t_cstr(&text) + err.offset, mistakes[_i].at, strlen(mistakes[_i].at)) == 0, "%s: %s",
                  mistakes[_i].rules, t_cstr(&text) + err.offset);
    t_buf_free(&text);
}

/* As many names as a mapping can have, and one more. */
T_TEST(names_up_to_the_limit) {
    for (int more = 0; more < 2; more++) {
        struct t_buf text = T_BUF_INIT;
        struct certmap_rules *rules = NULL;
        struct certmap_diagnostic err = {.status = CERTMAP_OK};
        t_put(&text, "certmap 1; mapping \"m\" { when always");
        for (int i = 0; i < CERTMAP_MAX_BINDINGS + more; i++) {
            char condition[64];
            snprintf(condition, sizeof condition, "%s subject.CN = \"a\" as n%d", i > 0 ? " and" : "", i);
            if (i == 0)
                t_buf_clear(&text);
            t_put(&text, i == 0 ? "certmap 1; mapping \"m\" { when" : "");
            t_put(&text, condition);
        }
        t_put(&text, "; allow \"${n15}\"; }");
        ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), NULL, &err),
                         more ? CERTMAP_ERROR_LIMIT : CERTMAP_OK);
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
}

/* Calls have their texts before the conditions. */
T_TEST(calls_have_no_names) {
    struct certmap_builder *builder = t_builder();
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const struct certmap_view operand = t_text("a");
    condition.subfield = t_text("CN");
    condition.operands = &operand;
    condition.operand_count = 1;
    condition.as = t_text("m");
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "u", NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

/* ---- printing and walking ---- */

static bool take_name(void *ctx, const struct certmap_walk_item *item) {
    struct t_buf *names = ctx;
    if (item->kind == CERTMAP_WALK_CONDITION) {
        t_bytes(names, item->condition->as.data, item->condition->as.len);
        t_put(names, ";");
    }
    return true;
}

T_TEST(prints_and_walks) {
    static const char written[] =
        "certmap 1;\n\nmapping \"m\" {\n    when (subject.CN like \"*@c\" as upn or first "
        "subject.E in (\"a\", \"b\") as upn)\n     and subject.O = \"o\"\n     and "
        "not subject.OU = \"x\"\n     and subject.L = nocase \"l\" as a-1_b;\n    "
        "allow \"${upn}\";\n}\n\nmapping \"n\" {\n    when subject.CN = \"z\" as unused;\n    "
        "deny;\n}\n";
    struct certmap_rules *rules = t_rules(written);
    struct t_buf names = T_BUF_INIT;
    char text[1024];
    size_t len;
    ck_assert_int_eq(certmap_rules_print(text, sizeof text, &len, rules, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, written);
    ck_assert_int_eq(certmap_rules_walk(rules, 0, take_name, &names, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_rules_walk(rules, 1, take_name, &names, NULL), CERTMAP_OK);
    ck_assert_str_eq(t_cstr(&names), "upn;upn;;;a-1_b;unused;");
    t_buf_free(&names);
    certmap_rules_free(rules);
}

/* A program that has nothing but the walk makes the same rules of it; with names left out, others. */
static const char *const walked[] = {
    "mapping \"m\" { when san.upn like \"*@c\" as upn; allow \"${upn.star}\"; }",
    "mapping \"m\" { when (subject.CN = \"a\" as v or subject.O = \"o\"); allow \"${v ?\? \"none\"}\"; }",
    "mapping \"m\" { when (subject.CN = \"a\" as v or first subject.E in (\"b\", \"c\") as v) and subject.L matches "
    "\"[a-z]+\" as w; allow \"${v}-${w}\"; group \"${w}\"; attribute \"x\" = \"${v | upper}\"; }",
    "mapping \"m\" { when at 2 subject.OU like nocase \"a*\" as ou and not (subject.O = \"x\" or subject.O = \"y\"); "
    "allow \"${ou}\"; }",
    "policy all; mapping \"m\" { when subject.CN = \"a\" as v; allow \"${v}\"; } mapping \"n\" { when "
    "subject.CN = \"a\"; allow \"b\"; } mapping \"o\" { when subject.OU = \"c\" and subject.CN = \"a\" as w; deny; }",
};

T_TEST(is_made_anew_of_its_walk) {
    struct t_buf text = T_BUF_INIT;
    const char *why = NULL;
    char printed[2][1024];
    size_t len;
    t_put(&text, "certmap 1; ");
    t_put(&text, walked[_i]);
    struct certmap_rules *rules = t_rules(t_cstr(&text)), *copy = t_copy_rules(rules, &why);
    ck_assert_msg(copy != NULL, "%s: %s", walked[_i], why);
    const char *difference = t_rules_difference(rules, copy);
    ck_assert_msg(difference == NULL, "%s: %s", walked[_i], difference);
    ck_assert_int_eq(certmap_rules_print(printed[0], sizeof printed[0], &len, rules, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_rules_print(printed[1], sizeof printed[1], &len, copy, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_str_eq(printed[0], printed[1]);
    t_buf_free(&text);
    certmap_rules_free(copy);
    certmap_rules_free(rules);
}

T_TEST(other_names_are_a_difference) {
    static const char *const texts[] = {
        "certmap 1; mapping \"m\" { when subject.CN = \"a\" as v; deny; }",
        "certmap 1; mapping \"m\" { when subject.CN = \"a\" as w; deny; }",
        "certmap 1; mapping \"m\" { when subject.CN = \"a\"; deny; }",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t k = 0; k < COUNT(texts); k++) {
            struct certmap_rules *one = t_rules(texts[i]), *other = t_rules(texts[k]);
            ck_assert_int_eq(t_rules_difference(one, other) != NULL, i != k);
            certmap_rules_free(one);
            certmap_rules_free(other);
        }
}

/* ---- against an oracle ----
 *
 * Written from docs/matching.md alone: CNs and OUs of a, b, c or unreadable; conditions with = and like, quantified, on one
 * of them or on any attribute; and, or and not. It knows nothing of nodes, stores or steps. */

enum { MAX_VALUES = 3, CONDITIONS = 4 };
enum truth { FALSE, UNKNOWN, TRUE };

struct condition {
    int attribute; /* 0: CN, 1: OU, 2: any, CNs first as the subject has them */
    int quantifier;
    const char *letters; /* those that satisfy it */
    bool named;
};

struct model {
    char values[3][2 * MAX_VALUES]; /* a, b, c, or ?; the last: all of them */
    int counts[3];
    struct condition conditions[CONDITIONS];
    int shape;
};

/* The name so far. */
struct outcome {
    char value; /* 0: none */
    bool several, unreadable;
};

static enum truth one_value(const struct condition *condition, char value) {
    return value == '?' ? UNKNOWN : strchr(condition->letters, value) != NULL ? TRUE : FALSE;
}

/* The values that the quantifier is about: *begin up to the result. */
static int values_of(const struct model *model, const struct condition *condition, int *begin) {
    const int count = model->counts[condition->attribute];
    *begin = condition->quantifier == 3 && count > 0 ? count - 1 : condition->quantifier == 5 ? 1 : 0;
    if (condition->quantifier == 5)
        return count < 2 ? 1 : 2;
    if (condition->quantifier == 4 && count > 1)
        return 0;
    return condition->quantifier == 2 && count > 1 ? 1 : count;
}

static enum truth holds(const struct model *model, const struct condition *condition) {
    const char *values = model->values[condition->attribute];
    int begin;
    const int end = values_of(model, condition, &begin);
    const bool every = condition->quantifier == 1;
    enum truth truth = every && end > 0 ? TRUE : FALSE;
    for (int i = begin; i < end; i++) {
        const enum truth one = one_value(condition, values[i]);
        truth = every ? (one < truth ? one : truth) : (one > truth ? one : truth);
    }
    return truth;
}

static void name_values(struct outcome *outcome, const struct model *model, const struct condition *condition) {
    const char *values = model->values[condition->attribute];
    int begin;
    const int end = values_of(model, condition, &begin);
    for (int i = begin; i < end && condition->named; i++) {
        const enum truth one = one_value(condition, values[i]);
        outcome->unreadable = outcome->unreadable || one == UNKNOWN;
        if (one != TRUE)
            continue;
        outcome->several = outcome->several || (outcome->value != 0 && outcome->value != values[i]);
        outcome->value = values[i];
    }
}

static enum truth both(enum truth a, enum truth b) {
    return a < b ? a : b;
}

static enum truth either(enum truth a, enum truth b) {
    return a > b ? a : b;
}

/* The shapes: A and (B or C) and not D; (A and B) or (C and D); A or B or C or D; A and B and C and D. */
enum { SHAPES = 4 };

/* A part of an "or", of these conditions. */
static void name_part(struct outcome *outcome, const struct model *model, enum truth truth, int from, int to) {
    for (int i = from; i < to; i++) {
        if (truth == TRUE)
            name_values(outcome, model, &model->conditions[i]);
        else if (truth == UNKNOWN && model->conditions[i].named)
            outcome->unreadable = true;
    }
}

static enum truth evaluate(struct outcome *outcome, const struct model *model) {
    enum truth t[CONDITIONS];
    for (int i = 0; i < CONDITIONS; i++)
        t[i] = holds(model, &model->conditions[i]);
    if (model->shape == 0) {
        name_part(outcome, model, TRUE, 0, 1);
        name_part(outcome, model, t[1], 1, 2);
        name_part(outcome, model, t[2], 2, 3);
        return both(both(t[0], either(t[1], t[2])), t[3] == UNKNOWN ? UNKNOWN : t[3] == TRUE ? FALSE : TRUE);
    }
    if (model->shape == 1) {
        name_part(outcome, model, both(t[0], t[1]), 0, 2);
        name_part(outcome, model, both(t[2], t[3]), 2, 4);
        return either(both(t[0], t[1]), both(t[2], t[3]));
    }
    for (int i = 0; i < CONDITIONS; i++)
        name_part(outcome, model, model->shape == 2 ? t[i] : TRUE, i, i + 1);
    return model->shape == 2 ? either(either(t[0], t[1]), either(t[2], t[3]))
                             : both(both(t[0], t[1]), both(t[2], t[3]));
}

static unsigned below(struct t_random *random, unsigned most) {
    return (unsigned)t_random_below(random, most);
}

static struct model make_model(struct t_random *random) {
    static const char *const letters[] = {"a", "b", "ab", "abc"};
    struct model model = {.shape = (int)below(random, SHAPES)};
    for (int i = 0; i < 2; i++) {
        model.counts[i] = (int)below(random, MAX_VALUES + 1);
        for (int k = 0; k < model.counts[i]; k++)
            model.values[i][k] = "aabbc?"[below(random, 6)];
    }
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < model.counts[i]; k++)
            model.values[2][model.counts[2]++] = model.values[i][k];
    for (int i = 0; i < CONDITIONS; i++)
        model.conditions[i] =
            (struct condition){(int)below(random, 3), below(random, 2) == 0 ? 0 : (int)below(random, 6),
                               letters[below(random, 4)], (model.shape != 0 || i < 3) && below(random, 3) > 0};
    return model;
}

static void put_condition(char *text, size_t size, const struct condition *condition) {
    static const char *const quantifiers[] = {"any", "every", "first", "last", "only", "at 2"};
    static const char *const operands[] = {"= \"a\"", "= \"b\"", "in (\"b\", \"a\")", "like \"*\""};
    const int which = condition->letters[0] == 'b' ? 1
                      : condition->letters[1] == 0 ? 0
                      : condition->letters[2] == 0 ? 2
                                                   : 3;
    snprintf(text, size, "%s subject.%s %s%s", quantifiers[condition->quantifier],
             condition->attribute == 0   ? "CN"
             : condition->attribute == 1 ? "OU"
                                         : "any",
             operands[which], condition->named ? " as v" : "");
}

static void put_rules(char *text, size_t size, const struct model *model, const char *policy) {
    char conditions[CONDITIONS][96], when[512];
    bool named = false;
    for (int i = 0; i < CONDITIONS; i++) {
        put_condition(conditions[i], sizeof conditions[i], &model->conditions[i]);
        named = named || model->conditions[i].named;
    }
    const char *joins[SHAPES][5] = {{"", " and (", " or ", ") and not ", ""},
                                    {"(", " and ", ") or (", " and ", ")"},
                                    {"", " or ", " or ", " or ", ""},
                                    {"", " and ", " and ", " and ", ""}};
    const char *const *join = joins[model->shape];
    snprintf(when, sizeof when, "%s%s%s%s%s%s%s%s%s", join[0], conditions[0], join[1], conditions[1], join[2],
             conditions[2], join[3], conditions[3], join[4]);
    snprintf(text, size, "certmap 1; %smapping \"m\" { when %s; allow \"%s\"; }", policy, when,
             named ? "${v ?\? \"none\"}" : "none");
}

static void put_subject(struct t_buf *subject, const struct model *model) {
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < model->counts[i]; k++) {
            const char value[2] = {model->values[i][k], 0};
            t_put(subject, t_view(subject).len > 0 ? " | " : "");
            t_put(subject, value[0] == '?' ? "octet " : "");
            t_put(subject, i == 0 ? "CN=" : "OU=");
            t_put(subject, value[0] == '?' ? "x" : value);
        }
}

/* What the answer has to be; or, where a name has several values and one that cannot be read, either reason. */
static bool is_right(const char *answer, enum truth truth, const struct outcome *outcome) {
    const char value[2] = {outcome->value, 0};
    if (truth != TRUE)
        return strcmp(answer, truth == FALSE ? "no-match" : "unreadable") == 0;
    if (outcome->several && strcmp(answer, R("several-values")) == 0)
        return true;
    if (outcome->unreadable && strcmp(answer, R("unreadable")) == 0)
        return true;
    return !outcome->several && !outcome->unreadable && strcmp(answer, outcome->value != 0 ? value : "none") == 0;
}

enum { ROUNDS = 25000 };

T_TEST(as_the_oracle_says) {
    struct t_random random = T_RANDOM_SEED(1 + (uint64_t)_i);
    for (int i = 0; i < ROUNDS / 10; i++) {
        const struct model model = make_model(&random);
        char text[1024];
        put_rules(text, sizeof text, &model, policies[_i % POLICIES]);
        struct certmap_rules *rules = t_rules(text);
        for (int k = 0; k < 10; k++) {
            struct model other = make_model(&random);
            struct outcome outcome = {0, false, false};
            struct t_buf subject = T_BUF_INIT;
            struct t_peer peer;
            memcpy(other.conditions, model.conditions, sizeof other.conditions);
            other.shape = model.shape;
            put_subject(&subject, &other);
            t_peer_make(&peer, t_cstr(&subject), "CN=CA");
            const enum truth truth = evaluate(&outcome, &other);
            const struct certmap_result result = t_match(rules, peer.peer);
            ck_assert_msg(is_right(answer_of(&result), truth, &outcome), "%s\n%s: %s", text, t_cstr(&subject),
                          answer_of(&result));
            t_peer_free(&peer);
            t_buf_free(&subject);
        }
        certmap_rules_free(rules);
    }
}

T_TESTS("bind",
        T_CASE("values", T_LOOP(a_value, COUNT(rows)), T_LOOP(a_number, COUNT(numbers)), names_stay_with_their_mappings,
               explains_names, T_LOOP(a_mistake, COUNT(mistakes)), names_up_to_the_limit, calls_have_no_names,
               prints_and_walks, T_LOOP(is_made_anew_of_its_walk, COUNT(walked)), other_names_are_a_difference),
        T_CASE("oracle", T_TIMEOUT(120), T_LOOP(as_the_oracle_says, 4)))
