/* SPDX-License-Identifier: MIT */
/* What a mapping gives besides decision and name: account, domain, user, groups, attributes, of one mapping and of
 * several together. */
#include "certmap/limits.h"
#include "rule/rules.h"
#include "rules.h"
#include "support/alloc.h"
#include "support/random.h"

/* ---- one mapping ---- */

/* What an answer gives, as "allow: account | domain | user | group, group | name=value, name=value". */
static void describe(struct t_buf *text, const struct certmap_result *result) {
    const struct certmap_view parts[] = {result->account, result->domain, result->user};
    t_put(text, certmap_decision_name(result->decision));
    for (size_t i = 0; i < 3; i++) {
        t_put(text, i == 0 ? ": " : " | ");
        t_put(text, parts[i].data != NULL ? (const char *)parts[i].data : "-");
    }
    for (size_t i = 1; i < result->account_count; i++) {
        t_put(text, " + ");
        t_put(text, (const char *)result->accounts[i].data);
    }
    for (size_t i = 0; i < result->group_count; i++) {
        t_put(text, i == 0 ? " | " : ", ");
        t_put(text, (const char *)result->groups[i].data);
    }
    for (size_t i = 0; i < result->attribute_count; i++) {
        t_put(text, i == 0 ? " | " : ", ");
        t_put(text, (const char *)result->attributes[i].name.data);
        t_put(text, "=");
        t_put(text, (const char *)result->attributes[i].value.data);
    }
    if (result->reason != CERTMAP_CODE_NONE) {
        t_put(text, " ");
        t_put(text, certmap_code_name(result->reason));
    }
}

static const struct {
    const char *gives, *wanted;
} mappings[] = {
    /* the account's parts: literal ones, and of a template */
    {"allow \"alice\";", "allow: alice | - | alice"},
    {"allow \"D\\\\alice\";", "allow: D\\alice | D | alice"},
    {"allow \"alice@d\";", "allow: alice@d | d | alice"},
    {"allow \"a@b@d\";", "allow: a@b@d | d | a@b"},
    {"allow \"D\\\\a@d\";", "allow: D\\a@d | D | a@d"},
    {"allow \"${subject.UID}\";", "allow: uid | - | uid"},
    {"allow \"D\\\\${subject.UID}\";", "allow: D\\uid | D | uid"},
    {"allow \"${subject.UID}@d\";", "allow: uid@d | d | uid"},
    {"allow \"${subject.UID}@${subject.O}\";", "allow: uid@o | o | uid"},
    {"allow \"${subject.O}\\\\${subject.UID}\";", "allow: o\\uid | o | uid"},
    {"allow \"x${subject.O}y\\\\z${subject.UID}\";", "allow: xoy\\zuid | xoy | zuid"},
    {"allow \"a@${subject.UID}@d\";", "allow: a@uid@d | d | a@uid"},
    {"allow \"D\\\\${subject.UID}@d\";", "allow: D\\uid@d | D | uid@d"},
    {"allow \"${subject.E}\";", "allow: m@x | - | m@x"},
    {"allow dn \"CN=\\\\\\\\${subject.UID}@d\";", "allow: CN=\\\\uid@d | - | CN=\\\\uid@d"},
    {"allow posix-user \"${subject.UID}\";", "allow: uid | - | uid"},

    /* principals are not split */
    {"allow principal \"D\\\\a@d\";", "allow: D\\a@d | - | D\\a@d"},
    {"allow principal \"user/admin@REALM\";", "allow: user/admin@REALM | - | user/admin@REALM"},
    {"allow principal \"${subject.UID}/admin@R\";", "allow: uid/admin@R | - | uid/admin@R"},
    {"allow principal \"${subject.E}\";", "allow: m@x | - | m@x"},
    {"allow principal \"${subject.E}@R\";", "deny: - | - | - placeholder-character"},
    {"allow principal \"${issuer}\"; group principal \"${issuer}\"; attribute \"n\" = \"${issuer}\";",
     "allow: CN=CA | - | CN=CA | CN=CA | n=CN=CA"},
    {"allow principal \"${subject}\";", "deny: - | - | - placeholder-unreadable"},

    /* domain */
    {"allow \"alice\"; domain \"X\";", "allow: alice | X | alice"},
    {"allow \"D\\\\alice\"; domain \"X\";", "allow: D\\alice | X | alice"},
    {"allow \"alice@d\"; domain \"X\";", "allow: alice@d | X | alice"},
    {"allow \"D\\\\${subject.UID}\"; domain \"X${subject.O}\";", "allow: D\\uid | Xo | uid"},
    {"allow \"${subject.UID}@d\"; domain \"X\";", "allow: uid@d | X | uid"},
    {"allow \"${subject.UID}\"; domain dn \"O=${subject.E}\";", "allow: uid | O=m@x | uid"},

    /* groups, in order, each once */
    {"allow \"a\"; group \"g\";", "allow: a | - | a | g"},
    {"allow \"a\"; group \"h\"; group \"g\"; group \"h\";", "allow: a | - | a | h, g"},
    {"allow \"a\"; group \"uid\"; group \"${subject.UID}\"; group \"${subject.O}\";", "allow: a | - | a | uid, o"},
    {"allow \"a\"; group \"${subject.UID}\"; group \"${subject.UID}\"; group \"x${subject.O}\";",
     "allow: a | - | a | uid, xo"},
    {"allow \"a\"; group \"g\"; group \"G\";", "allow: a | - | a | g, G"},

    /* attributes */
    {"allow \"a\"; attribute \"n\" = \"v\";", "allow: a | - | a | n=v"},
    {"allow \"a\"; attribute \"n\" = \"v\"; group \"g\"; attribute \"m\" = \"${subject.UID}\";",
     "allow: a | - | a | g | n=v, m=uid"},
    {"allow \"a\"; attribute \"n\" = \"v\"; attribute \"m\" = \"v\";", "allow: a | - | a | n=v, m=v"},

    /* one for each value */
    {"allow \"a\"; group each \"${subject.OU}\";", "allow: a | - | a | a, b"},
    {"allow \"a\"; group each \"ou-${subject.OU | upper}\"; group \"x\";", "allow: a | - | a | ou-A, ou-B, x"},
    {"allow \"a\"; group \"b\"; group each \"${subject.OU}\";", "allow: a | - | a | b, a"},
    {"allow \"a\"; group each \"${subject.OU | slice(1, 1) | replace(\"b\", \"a\")}\";", "allow: a | - | a | a"},
    {"allow \"a\"; group each \"${subject.O | first}.${subject.OU}\";", "allow: a | - | a | o.a, o.b"},
    {"allow \"a\"; group each \"${subject.L}\";", "allow: a | - | a"},
    {"allow \"a\"; group each \"${subject.L ?\? \"none\"}\";", "allow: a | - | a | none"},
    {"allow \"a\"; group each \"${subject.OU ?\? \"none\"}\";", "allow: a | - | a | a, b"},
    {"allow \"a\"; group each principal \"${issuer}\";", "allow: a | - | a | CN=CA"},
    {"allow \"a\"; attribute \"n\" each = \"${subject.OU}\";", "allow: a | - | a | n=a, n=b"},
    {"allow \"a\"; attribute \"n\" each = dn \"OU=${subject.OU},O=x\";", "allow: a | - | a | n=OU=a,O=x, n=OU=b,O=x"},
    {"allow \"a\"; group each \"${subject.T}\";", "deny: - | - | - placeholder-unreadable"},
    {"allow \"a\"; group each \"${san.email}\";", "deny: - | - | - placeholder-unreadable"},
    {"allow \"a\"; group each \"${subject.OU | after(\"a\")}x\";", "deny: - | - | - placeholder-empty"},
    {"allow \"a\"; group each \"x@${subject.E}\";", "deny: - | - | - placeholder-character"},

    /* one that cannot be built refuses everything */
    {"allow \"${subject.L}\"; group \"g\";", "deny: - | - | - placeholder-no-value"},
    {"allow \"a\"; domain \"${subject.L}\"; group \"g\";", "deny: - | - | - placeholder-no-value"},
    {"allow \"a\"; group \"g\"; group \"${subject.OU}\";", "deny: - | - | - placeholder-several-values"},
    {"allow \"a\"; group \"g\"; attribute \"n\" = \"${subject.T}\";", "deny: - | - | - placeholder-unreadable"},
    {"deny;", "deny: - | - | -"},
};

static void assert_answer(const char *rules_text, const char *wanted) {
    struct t_buf given = T_BUF_INIT;
    struct certmap_rules *rules = t_rules(rules_text);
    struct t_peer peer;
    t_peer_make(&peer, "UID=uid | O=o | OU=a | OU=b | E=m@x | octet T=x", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    describe(&given, &result);
    ck_assert_msg(strcmp(t_cstr(&given), wanted) == 0, "%s\n%s", rules_text, t_cstr(&given));
    const bool allow = result.decision == CERTMAP_ALLOW;
    ck_assert_int_eq(result.account_count > 0, allow);
    ck_assert(!allow || t_same_view(result.accounts[0], result.account));
    ck_assert_int_eq(result.groups != NULL, result.group_count > 0);
    ck_assert_int_eq(result.attributes != NULL, result.attribute_count > 0);
    t_buf_free(&given);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(one_mapping) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when always; ");
    t_put(&text, mappings[_i].gives);
    t_put(&text, " }");
    assert_answer(t_cstr(&text), mappings[_i].wanted);
    t_buf_free(&text);
}

/* ---- all mappings that are true ---- */

#define ALL "certmap 1; policy all; "
#define MAPPING(name, gives) "mapping \"" name "\" { when subject.O = \"o\"; " gives " } "

#define FIRST MAPPING("1", "allow \"a\"; group \"z\";")

static const struct {
    const char *rules, *wanted;
} together[] = {
    {ALL MAPPING("1", "allow \"a\";") MAPPING("2", "allow \"b\";"), "allow: a | - | a + b"},
    {ALL MAPPING("1", "allow \"a\";") MAPPING("2", "allow \"a\";"), "allow: a | - | a"},
    {ALL MAPPING("1", "allow \"D\\\\a\";") MAPPING("2", "allow \"E\\\\b\";"), "allow: D\\a | D | a + E\\b"},
    {ALL MAPPING("1", "allow \"uid\"; group \"x\";")
         MAPPING("2", "allow \"${subject.UID}\"; group \"y\"; group \"x\";"),
     "allow: uid | - | uid | x, y"},
    {ALL MAPPING("1", "allow \"a\"; attribute \"n\" = \"v\";")
         MAPPING("2", "allow \"a\"; attribute \"n\" = \"v\"; attribute \"m\" = \"v\";")
             MAPPING("3", "allow \"a\"; attribute \"n\" = \"w\";"),
     "allow: a | - | a | n=v, m=v, n=w"},
    {ALL MAPPING("1", "allow \"a\"; group \"x\";") MAPPING("2", "allow \"${subject.L}\";"),
     "deny: - | - | - placeholder-no-value"},
    {ALL MAPPING("1", "allow \"${subject.L}\"; group \"x\";") MAPPING("2", "allow \"a\";"),
     "deny: - | - | - placeholder-no-value"},
    {ALL MAPPING("1", "allow \"a\";") MAPPING("2", "allow \"b\"; group \"${subject.OU}\";"),
     "deny: - | - | - placeholder-several-values"},

    /* the same text, but not the same output */
    {ALL FIRST MAPPING("2", "allow \"b\"; group \"g\";") MAPPING("3", "allow principal \"b\"; group \"g\";"),
     "allow: a | - | a + b + b | z, g"},
    {ALL FIRST MAPPING("2", "allow \"a\"; group each \"${subject.OU}\";")
         MAPPING("3", "allow \"a\"; group \"${subject.OU}\";"),
     "deny: - | - | - placeholder-several-values"},
    {ALL FIRST MAPPING("2", "allow \"a\"; group dn \"OU=x@${subject.E}\";")
         MAPPING("3", "allow \"a\"; group \"OU=x@${subject.E}\";"),
     "deny: - | - | - placeholder-character"},
    {ALL FIRST MAPPING("2", "allow \"a\"; group \"$\\u{7B}subject.UID}\";")
         MAPPING("3", "allow \"a\"; group \"${subject.UID}\";"),
     "allow: a | - | a | z, ${subject.UID}, uid"},
    {ALL FIRST MAPPING("2", "allow \"a\"; group \"${subject.UID}\";")
         MAPPING("3", "allow \"a\"; group \"$\\u{7B}subject.UID}\";"),
     "allow: a | - | a | z, uid, ${subject.UID}"},
    {ALL FIRST MAPPING("2", "allow \"a\"; attribute \"n\" = \"v\";")
         MAPPING("3", "allow \"a\"; attribute \"m\" = \"v\";"),
     "allow: a | - | a | z | n=v, m=v"},

    /* a name that two conditions gave other values, and then one of them alone */
    {ALL FIRST
     "mapping \"2\" { when (subject.UID = \"uid\" as v or subject.O = \"o\" as v) and subject.O like \"*\" as w;"
     " allow \"a\"; group \"${w}\"; }"
     "mapping \"3\" { when subject.O = \"o\" as v; allow \"a\"; group \"${v}-3\"; }",
     "allow: a | - | a | z, o, o-3"},
};

T_TEST(several_mappings) {
    assert_answer(together[_i].rules, together[_i].wanted);
}

/* An account is not a group of the same text, wherever their hashes put them. */
T_TEST(account_and_group) {
    enum { TEXTS = 1000 };
    struct t_peer peer;
    t_peer_make(&peer, "O=o", "CN=CA");
    for (size_t i = 0; i < TEXTS; i++) {
        struct t_buf text = T_BUF_INIT;
        t_put(&text, ALL FIRST);
        t_put_line(&text, MAPPING("2", "allow \"t%\"; group \"t%\";"), i);
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        ck_assert_msg(t_match(rules, peer.peer).group_count == 2, "%s", t_cstr(&text));
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
    t_peer_free(&peer);
}

/* ---- what several mappings give alike ---- */

static const char *const whens[] = {
    "subject.CN = \"a\" as v",           "subject.OU like \"u*\" as v",
    "subject.CN like \"*\" as v",        "(subject.CN = \"a\" as v or subject.OU = \"u\" as v)",
    "subject.O like nocase \"O*\" as v", "subject.CN = \"a\" and subject.O = \"o\" as v",
};

static const char *const alike_groups[] = {
    "group \"${v}\"",
    "group \"g-${subject.O | upper}\"",
    "group \"G-O\"",
    "group \"a\"",
    "group \"g-${v | upper}\"",
    "group \"${w.star ?\? \"no\"}\"",
    "group each \"e-${subject.OU}\"",
    "group \"${subject.O | upper}\"",
    "group \"${subject.OU}\"", /* last: often a deny */
};

static const char *const alike_attributes[] = {
    "attribute \"n\" = \"${subject.O | upper}\"",
    "attribute \"m\" = \"${subject.O | upper}\"",
    "attribute \"n\" = \"O\"",
    "attribute \"n\" = \"${w.star ?\? \"no\"}\"",
    "attribute \"m\" each = \"${subject.OU}\"",
};

enum { ALIKE = 12, ALIKE_SEEDS = 40 };

static void put_alike(struct t_buf *text, struct t_random *random, size_t number, size_t seldom) {
    const size_t groups = COUNT(alike_groups) - seldom, first = t_random_below(random, groups);
    t_put_line(text, "mapping \"m%\" { when ", number);
    t_put(text, whens[t_random_below(random, COUNT(whens))]);
    t_put(text, t_random_chance(random, 50) ? " and subject.CN like \"*\" as w" : " and subject.O like \"*\" as w");
    t_put(text, "; allow \"a\"; ");
    for (size_t i = t_random_below(random, 4); i > 0; i--) {
        t_put(text, alike_groups[(first + i) % groups]);
        t_put(text, "; ");
    }
    if (t_random_chance(random, 50)) {
        t_put(text, alike_attributes[t_random_below(random, COUNT(alike_attributes))]);
        t_put(text, "; ");
    }
    t_put(text, "}\n");
}

/* Adds a text to those that are there, each in lines of its own. */
static void add_once(struct t_buf *list, const char *name, struct certmap_view value) {
    struct t_buf line = T_BUF_INIT;
    t_put(&line, "\n");
    t_put(&line, name);
    t_put(&line, "=");
    t_bytes(&line, value.data, value.len);
    t_put(&line, "\n");
    if (list->len == 0 || strstr(t_cstr(list), t_cstr(&line)) == NULL)
        t_put(list, t_cstr(&line));
    t_buf_free(&line);
}

static void add_texts(struct t_buf *groups, struct t_buf *attributes, const struct certmap_result *result) {
    for (size_t i = 0; i < result->group_count; i++)
        add_once(groups, "", result->groups[i]);
    for (size_t i = 0; i < result->attribute_count; i++)
        add_once(attributes, (const char *)result->attributes[i].name.data, result->attributes[i].value);
}

/* The first reason of a mapping alone that cannot give its texts, or NONE. */
static enum certmap_code ask_each(struct t_buf *groups, struct t_buf *attributes, struct t_buf *texts,
                                  struct certmap_peer *peer) {
    enum certmap_code code = CERTMAP_CODE_NONE;
    for (size_t i = 0; i < ALIKE && code == CERTMAP_CODE_NONE; i++) {
        struct t_buf text = T_BUF_INIT;
        t_put(&text, ALL);
        t_put(&text, t_cstr(&texts[i]));
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        const struct certmap_result result = t_match(rules, peer);
        if (result.decision == CERTMAP_DENY)
            code = result.reason;
        add_texts(groups, attributes, &result);
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
    return code;
}

/* Mappings that say the same together give what each gives alone, also with a peer that knew other rules. */
T_TEST(as_each_alone) {
    static const char *const subjects[] = {"O=o | CN=a | OU=u", "O=o | CN=a | OU=u | OU=u2", "O=o | CN=a | octet OU=x",
                                           "O=o | CN=b | OU=u | OU=u"};
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct t_peer peer;
    t_peer_make(&peer, subjects[_i % 4], "CN=CA");
    for (size_t round = 0; round < 20; round++) {
        struct t_buf texts[ALIKE], all = T_BUF_INIT, wanted[2] = {T_BUF_INIT, T_BUF_INIT},
                                   got[2] = {T_BUF_INIT, T_BUF_INIT};
        t_put(&all, ALL);
        for (size_t i = 0; i < ALIKE; i++) {
            texts[i] = (struct t_buf)T_BUF_INIT;
            put_alike(&texts[i], &random, i, round % 2);
            t_put(&all, t_cstr(&texts[i]));
        }
        struct certmap_rules *rules = t_rules(t_cstr(&all));
        const enum certmap_code code = ask_each(&wanted[0], &wanted[1], texts, peer.peer);
        const struct certmap_result result = t_match(rules, peer.peer);
        add_texts(&got[0], &got[1], &result);
        if (result.reason != CERTMAP_CODE_UNREADABLE)
            ck_assert_msg(result.reason == code || (result.decision == CERTMAP_NONE && code == CERTMAP_CODE_NONE),
                          "%s\n%s", certmap_code_name(result.reason), t_cstr(&all));
        for (size_t i = 0; i < 2 && result.decision == CERTMAP_ALLOW; i++)
            ck_assert_msg(t_view(&wanted[i]).len == t_view(&got[i]).len &&
                              (got[i].len == 0 || strcmp(t_cstr(&wanted[i]), t_cstr(&got[i])) == 0),
                          "%s", t_cstr(&all));
        for (size_t i = 0; i < ALIKE; i++)
            t_buf_free(&texts[i]);
        for (size_t i = 0; i < 2; i++) {
            t_buf_free(&wanted[i]);
            t_buf_free(&got[i]);
        }
        t_buf_free(&all);
        certmap_rules_free(rules);
    }
    t_peer_free(&peer);
}

/* ---- limits of an answer ---- */

static const struct {
    const char *what, *gives, *end; /* the number of the mapping between them */
    int most;
} limits[] = {
    {"accounts", "allow \"a", "\";", CERTMAP_MAX_ACCOUNTS},
    {"groups", "allow \"a\"; group \"g", "\";", CERTMAP_MAX_OUTPUTS},
    {"attributes", "allow \"a\"; attribute \"n\" = \"v", "\";", CERTMAP_MAX_OUTPUTS},
};

T_TEST(answer_limit) {
    for (int over = 0; over < 2; over++) {
        struct t_buf text = T_BUF_INIT;
        struct t_peer peer;
        char line[128];
        t_put(&text, ALL);
        for (int i = 0; i < limits[_i].most + over; i++) {
            snprintf(line, sizeof line, "mapping \"m%d\" { when always; ", i);
            t_put(&text, line);
            snprintf(line, sizeof line, "%s%d%s }\n", limits[_i].gives, i, limits[_i].end);
            t_put(&text, line);
        }
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        t_peer_make(&peer, "CN=a", "CN=CA");
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_msg(result.reason == (over ? CERTMAP_CODE_TOO_MANY_OUTPUTS : CERTMAP_CODE_NONE), "%s: %s",
                      limits[_i].what, certmap_code_name(result.reason));
        ck_assert_int_eq(result.decision, over ? CERTMAP_DENY : CERTMAP_ALLOW);
        ck_assert_uint_eq(result.index, over ? (size_t)limits[_i].most : 0);
        t_peer_free(&peer);
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
}

/* A text that is there already takes no room: a thousand mappings give the same long account. */
T_TEST(same_text_takes_no_room) {
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    char line[128];
    t_put(&text, ALL);
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof line,
                 "mapping \"m%d\" { when always; allow \"${subject.CN}\"; group \"${subject.CN}\"; }\n", i);
        t_put(&text, line);
    }
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    rules->steps = CERTMAP_MAX_STEPS; /* it is about room */
    t_peer_make(&peer, "CN=\\{a*5000}", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    ck_assert_uint_eq(result.account_count, 1);
    ck_assert_uint_eq(result.group_count, 1);
    ck_assert_uint_eq(result.groups[0].len, 5000);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- builders ---- */

static struct certmap_output output_of(enum certmap_output_kind kind, const char *name, const char *value) {
    struct certmap_output output = CERTMAP_OUTPUT_INIT;
    output.kind = kind;
    output.name = t_text(name);
    output.value = t_text(value);
    return output;
}

T_TEST(built_outputs) {
    struct certmap_builder *builder = t_builder();
    struct t_buf given = T_BUF_INIT;
    struct t_peer peer;
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "m", "D\\u", NULL), CERTMAP_OK);
    struct certmap_output output = output_of(CERTMAP_OUTPUT_GROUP, "", "${subject.CN}");
    ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
    output.is_template = true;
    ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
    output = output_of(CERTMAP_OUTPUT_DOMAIN, "", "X");
    ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
    output = output_of(CERTMAP_OUTPUT_ATTRIBUTE, "n", "(cn=${subject.CN})");
    output.is_template = true;
    output.language = CERTMAP_LANGUAGE_LDAP_FILTER;
    ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
    /* one-to-one mappings come first; each keeps what it gives */
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, NULL, "other", NULL), CERTMAP_OK);
    ck_assert_int_eq(t_add_equal(builder, "CN", "b", NULL), CERTMAP_OK);
    output = output_of(CERTMAP_OUTPUT_GROUP, "", "o");
    ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    for (int i = 0; i < 2; i++) {
        t_peer_make(&peer, i == 0 ? "CN=*" : "CN=b", "CN=CA");
        const struct certmap_result result = t_match(rules, peer.peer);
        t_buf_clear(&given);
        describe(&given, &result);
        ck_assert_str_eq(t_cstr(&given), i == 0 ? "allow: D\\u | X | u | ${subject.CN}, * | n=(cn=\\2a)"
                                                : "allow: other | - | other | o");
        t_peer_free(&peer);
    }
    certmap_rules_free(rules);
    t_buf_free(&given);
}

static void assert_refused(struct certmap_builder *builder, const struct certmap_output *output,
                           enum certmap_code code) {
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_int_ne(certmap_builder_output(builder, output, &error), CERTMAP_OK);
    ck_assert_msg(error.code == code, "%s: %s", certmap_code_name(error.code), error.text);
    ck_assert_int_ne(certmap_builder_output(builder, output, NULL), CERTMAP_OK);
}

T_TEST(refuses_arguments) {
    struct certmap_builder *builder = t_builder();
    struct certmap_rules *rules = NULL;
    struct certmap_output output = output_of(CERTMAP_OUTPUT_GROUP, "", "g");
    assert_refused(NULL, &output, CERTMAP_CODE_ARGUMENT);
    assert_refused(builder, &output, CERTMAP_CODE_ARGUMENT); /* no mapping */
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "d", NULL, NULL), CERTMAP_OK);
    assert_refused(builder, &output, CERTMAP_CODE_ARGUMENT); /* one that denies */
    ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "u", NULL), CERTMAP_OK);
    assert_refused(builder, NULL, CERTMAP_CODE_ARGUMENT);
    output.size--;
    assert_refused(builder, &output, CERTMAP_CODE_ARGUMENT);
    output.size++;
    output.kind = (enum certmap_output_kind)3;
    assert_refused(builder, &output, CERTMAP_CODE_ARGUMENT);
    output.kind = CERTMAP_OUTPUT_GROUP;
    output.language = (enum certmap_language)6;
    assert_refused(builder, &output, CERTMAP_CODE_ARGUMENT);
    output.language = CERTMAP_LANGUAGE_PLAIN;
    output.value = (struct certmap_view){NULL, 1};
    assert_refused(builder, &output, CERTMAP_CODE_ARGUMENT);
    output.value = t_text("g");
    output.name = (struct certmap_view){NULL, 1};
    assert_refused(builder, &output, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_builder_finish(builder, &rules, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

T_TEST(refuses_texts) {
    struct certmap_builder *builder = t_builder();
    struct certmap_output output = output_of(CERTMAP_OUTPUT_GROUP, "", "");
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "u", NULL), CERTMAP_OK);
    assert_refused(builder, &output, CERTMAP_CODE_BAD_ACCOUNT);
    output = output_of(CERTMAP_OUTPUT_ATTRIBUTE, "", "v");
    assert_refused(builder, &output, CERTMAP_CODE_EMPTY_NAME);
    output = output_of(CERTMAP_OUTPUT_ATTRIBUTE, "\xFF", "v");
    assert_refused(builder, &output, CERTMAP_CODE_BAD_UTF8);
    output = output_of(CERTMAP_OUTPUT_ATTRIBUTE, "\n", "v");
    assert_refused(builder, &output, CERTMAP_CODE_BAD_ACCOUNT);
    output = output_of(CERTMAP_OUTPUT_ATTRIBUTE, "n", "v");
    ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
    output = output_of(CERTMAP_OUTPUT_ATTRIBUTE, "N", "v");
    assert_refused(builder, &output, CERTMAP_CODE_DUPLICATE_OUTPUT);
    output = output_of(CERTMAP_OUTPUT_DOMAIN, "", "d");
    ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
    assert_refused(builder, &output, CERTMAP_CODE_DUPLICATE_OUTPUT);
    certmap_builder_free(builder);
}

/* A mapping whose account is wrong: what follows it is checked, and nothing results. */
T_TEST(after_a_wrong_account) {
    struct certmap_builder *builder = t_builder();
    struct certmap_rules *rules = NULL;
    if (_i == 1) { /* one in front, which has outputs of its own */
        const struct certmap_output group = output_of(CERTMAP_OUTPUT_GROUP, "", "g");
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "n", "u", NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_builder_output(builder, &group, NULL), CERTMAP_OK);
    }
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "@", NULL), CERTMAP_ERROR_SYNTAX);
    for (size_t i = 0; i < 3; i++) {
        struct certmap_output output = output_of(CERTMAP_OUTPUT_GROUP, "", "g");
        ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
        output = output_of(CERTMAP_OUTPUT_DOMAIN, "", "d");
        if (i == 0)
            ck_assert_int_eq(certmap_builder_output(builder, &output, NULL), CERTMAP_OK);
        else
            assert_refused(builder, &output, CERTMAP_CODE_DUPLICATE_OUTPUT);
        output = output_of(CERTMAP_OUTPUT_GROUP, "", "");
        assert_refused(builder, &output, CERTMAP_CODE_BAD_ACCOUNT);
    }
    ck_assert_int_eq(certmap_builder_finish(builder, &rules, NULL), CERTMAP_ERROR_SYNTAX);
    certmap_builder_free(builder);
}

/* The same where memory was missing. */
T_TEST(after_an_output_without_memory) {
    for (size_t n = 0, failures = 1; failures > 0; n++) {
        const struct certmap_output output = output_of(CERTMAP_OUTPUT_GROUP, "", "g");
        struct t_alloc memory = T_ALLOC_INIT;
        const struct certmap_allocator allocator = t_alloc_allocator(&memory);
        struct certmap_builder *builder = NULL;
        struct certmap_rules *rules = NULL;
        ck_assert_int_eq(certmap_builder_new(&builder, &allocator, NULL), CERTMAP_OK);
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "u", NULL), CERTMAP_OK);
        t_alloc_fail_at(&memory, n);
        failures = 0;
        for (size_t i = 0; i < 3; i++)
            failures += certmap_builder_output(builder, &output, NULL) != CERTMAP_OK;
        ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
        t_alloc_fail_at(&memory, SIZE_MAX);
        ck_assert_int_eq(certmap_builder_finish(builder, &rules, NULL),
                         failures > 0 ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        certmap_rules_free(rules);
        certmap_builder_free(builder);
        ck_assert_uint_eq(memory.live, 0);
    }
}

/* As many groups, and as many attributes, as an answer can have, and one more. */
T_TEST(each_up_to_the_limit) {
    static const char *const gives[] = {"group each \"${subject.OU}\"", "attribute \"n\" each = \"${subject.OU}\""};
    for (int i = 0; i < 4; i++) {
        const size_t count = CERTMAP_MAX_OUTPUTS + (size_t)(i % 2);
        struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
        struct t_peer peer;
        t_put(&text, "certmap 1; mapping \"m\" { when always; allow \"u\"; ");
        t_put(&text, gives[i / 2]);
        t_put(&text, "; }");
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        for (size_t k = 0; k < count; k++) {
            char ava[32];
            snprintf(ava, sizeof ava, "%sOU=%zu | OU=%zu", k > 0 ? " | " : "", k, k);
            t_put(&subject, ava);
        }
        t_peer_make(&peer, t_cstr(&subject), "CN=CA");
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_int_eq(result.reason, i % 2 == 1 ? CERTMAP_CODE_TOO_MANY_OUTPUTS : CERTMAP_CODE_NONE);
        ck_assert_int_eq(result.decision, i % 2 == 1 ? CERTMAP_DENY : CERTMAP_ALLOW);
        ck_assert_uint_eq(result.group_count + result.attribute_count, i % 2 == 1 ? 0 : count);
        t_peer_free(&peer);
        t_buf_free(&text);
        t_buf_free(&subject);
        certmap_rules_free(rules);
    }
}

T_TEST(refuses_each_where_it_is_not) {
    const struct {
        enum certmap_output_kind kind;
        const char *value;
        unsigned each, reserved;
        enum certmap_code code;
    } rows[] = {
        {CERTMAP_OUTPUT_DOMAIN, "${subject.OU}", 1, 0, CERTMAP_CODE_ARGUMENT},
        {CERTMAP_OUTPUT_GROUP, "${subject.OU}", 2, 0, CERTMAP_CODE_ARGUMENT},
        {CERTMAP_OUTPUT_GROUP, "${subject.OU}", 0, 1, CERTMAP_CODE_ARGUMENT},
        {CERTMAP_OUTPUT_GROUP, "g", 1, 0, CERTMAP_CODE_BAD_TEMPLATE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct certmap_output output = output_of(rows[i].kind, "", rows[i].value);
        struct certmap_builder *builder = t_builder();
        output.is_template = true;
        output.each = rows[i].each;
        output.reserved = rows[i].reserved;
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "u", NULL), CERTMAP_OK);
        assert_refused(builder, &output, rows[i].code);
        certmap_builder_free(builder);
    }
}

T_TESTS("output",
        T_CASE("answers", T_LOOP(one_mapping, COUNT(mappings)), T_LOOP(several_mappings, COUNT(together)),
               account_and_group, T_LOOP(as_each_alone, ALIKE_SEEDS), T_LOOP(answer_limit, COUNT(limits)),
               same_text_takes_no_room, each_up_to_the_limit),
        T_CASE("builders", built_outputs, refuses_each_where_it_is_not, refuses_arguments, refuses_texts,
               T_LOOP(after_a_wrong_account, 2), after_an_output_without_memory))
