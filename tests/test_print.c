/* SPDX-License-Identifier: MIT */
/* Printing rules: what is printed, and that it loads as the same rules again. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/limits.h"
#include "pages.h"
#include "rule/rules.h"
#include "rules.h"
#include "support/compare.h"
#include "support/every.h"
#include "support/sha.h"

/* ---- printing ---- */

/* The text of a rule set, from a call with a buffer that is just large enough. */
static char *print_hashed(const struct certmap_rules *rules, certmap_hash_fn *hash, void *ctx) {
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    size_t len = 0, again = 0;
    ck_assert_int_eq(certmap_rules_print(NULL, 0, &len, rules, hash, ctx, &error), CERTMAP_ERROR_BUFFER);
    ck_assert_int_eq(error.code, CERTMAP_CODE_BUFFER_TOO_SMALL);
    char *text = malloc(len + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(certmap_rules_print(text, len, &again, rules, hash, ctx, NULL), CERTMAP_ERROR_BUFFER);
    ck_assert_uint_eq(again, len);
    ck_assert_int_eq(text[0], 0);
    ck_assert_int_eq(certmap_rules_print(text, len + 1, &again, rules, hash, ctx, NULL), CERTMAP_OK);
    ck_assert_uint_eq(strlen(text), len);
    return text;
}

static char *print(const struct certmap_rules *rules) {
    return print_hashed(rules, NULL, NULL);
}

/* Prints, loads that, and prints it again; the rules have to be the same, and the text. Returns the text. */
static char *check_round(const struct certmap_rules *rules, const char *about) {
    char *text = print(rules);
    struct certmap_rules *loaded = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_msg(certmap_rules_parse(&loaded, t_text(text), NULL, &error) == CERTMAP_OK, "%s: %s: %.200s", about,
                  error.text, text + error.offset);
    const char *difference = t_rules_difference(rules, loaded);
    ck_assert_msg(difference == NULL, "%s: %s\n%.500s", about, difference, text);
    char *again = print(loaded);
    ck_assert_str_eq(again, text);
    free(again);
    certmap_rules_free(loaded);
    return text;
}

/* ---- conditions ---- */

#define HASH "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""
#define OTHER_HASH "\"abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789\""
#define SHORT_HASH "\"0123456789abcdef0123456789abcdef01234567\""

/* What is after "when", and how it prints; NULL: as it is. */
static const struct {
    const char *written, *printed;
} conditions[] = {
    {"always", NULL},
    {"subject.CN = \"Alice\"", NULL},
    {"subject.commonName = nocase \"Alice\"", "subject.CN = nocase \"Alice\""},
    {"issuer.OID.2.5.4.10 in ( \"a\",\"b\" )", "issuer.O in (\"a\", \"b\")"},
    {"subject.1.2.3.4 in nocase (\"a\", \"b\")", NULL},
    {"any subject.CN in (\"a\")", "subject.CN = \"a\""},
    {"every subject.CN like \"a*\\*?\\?\\\\\"", NULL},
    {"first subject.CN like nocase (\"a*\", \"b?\")", NULL},
    {"last subject.CN = \"\"", NULL},
    {"only subject.CN like \"\"", NULL},
    {"subject.CN matches \"PNO[A-Z]{2}-[0-9]{8,11}\"", NULL},
    {"every subject.CN matches nocase (\"a\\.b\\\\c\", \"\\d+|\\w*\")", NULL},
    {"subject.CN matches \"\\u{2e}\\u{202e}\\\"\\u{22}e\\u{301}\\u{a}\"",
     "subject.CN matches \"\\.\\u{202E}\\\"\\\"\xC3\xA9\\u{A}\""},
    {"subject.CN matches \"\\u{24}\\{a\\}?\\n\"", NULL},
    {"subject.CN matches \"\"", NULL},
    {"subject.CN present", NULL},
    {"issuer.CN absent", NULL},
    {"count(subject.CN) = 0", NULL},
    {"count ( subject.CN )=9999999", "count(subject.CN) = 9999999"},
    {"subject.CN = \"e\\u{301}\"", "subject.CN = \"\xC3\xA9\""},
    {"subject.CN = \"\\\"\\\\\\n\\t\\u{202e}\\u{1F600}\"",
     "subject.CN = \"\\\"\\\\\\u{A}\\u{9}\\u{202E}\xF0\x9F\x98\x80\""},
    {"subject.CN like \"\\\"\\n\\u{202e}\"", "subject.CN like \"\\\"\\u{A}\\u{202E}\""},
    {"subject.CN = \"\\u{24}{a}\"", NULL},
    {"subject.CN = \"$\\u{7b}a}\"", "subject.CN = \"\\u{24}{a}\""},
    {"subject.CN like \"*\\u{24}{a}\\u{24}{\"", NULL},
    {"subject.CN = \"$a{$}$\"", NULL},
    {"subject.CN like \"$*{$\"", NULL},

    /* groups */
    {"subject.CN = \"a\" and subject.O = \"b\"", "subject.CN = \"a\"\n     and subject.O = \"b\""},
    {"((subject.CN = \"a\" or ((subject.O = \"b\"))))", "subject.CN = \"a\"\n      or subject.O = \"b\""},
    {"not subject.CN = \"a\"", NULL},
    {"not not (subject.CN = \"a\")", "not not subject.CN = \"a\""},
    {"not (subject.CN = \"a\" and subject.O = \"b\")", NULL},
    {"(subject.CN = \"a\" or not subject.O = \"b\") and (subject.C = \"c\" and not (subject.L = \"d\" or subject.S = "
     "\"e\"))",
     "(subject.CN = \"a\" or not subject.O = \"b\")\n     and (subject.C = \"c\" and not (subject.L = \"d\" or "
     "subject.S = "
     "\"e\"))"},
    {"(subject.CN = \"a\" or subject.CN = \"b\") or subject.CN = \"c\"",
     "(subject.CN = \"a\" or subject.CN = \"b\")\n      or subject.CN = \"c\""},

    /* lists that are long: 100 characters, and 101 */
    {"subject.OU in (\"012345678901234567890123456789012345678\", \"012345678901234567890123456789012345678\")", NULL},
    {"subject.OU in (\"012345678901234567890123456789012345678\", \"0123456789012345678901234567890123456789\")",
     "subject.OU in (\n            \"012345678901234567890123456789012345678\",\n            "
     "\"0123456789012345678901234567890123456789\"\n            )"},
    {"subject.OU = \"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
     "789012345678901234567890\"",
     NULL},

    /* fields */
    {"subject = \"CN=Alice,O=Contoso\"", NULL},
    {"issuer in (\"CN=a\", \"CN=b\")", NULL},
    {"subject under \"O=Contoso,C=US\"", NULL},
    {"subject like \"CN=*,OU=Sales?\\\\, \\*,*,**\"", NULL},
    {"every san.dirname like nocase (\"**\", \"CN=e\\u{301}+O=*\")",
     "every san.dirname like nocase (\"**\", \"CN=\xC3\xA9+O=*\")"},
    {"issuer = exact \"CN=Alice,O=Contoso\"", NULL},
    {"issuer in exact (\"CN=a\", \"CN=b\")", NULL},
    {"count(subject) = 3", NULL},
    {"subject under (\"O=a\", \"O=b\\\\, c\")", NULL},
    {"san.dirname = \"CN=a\"", NULL},
    {"san.dirname under \"O=a\"", NULL},
    {"san.dirname.CN = \"a\"", NULL},
    {"san.dirname.1.2.3 present", NULL},
    {"san.dirname absent", NULL},
    {"san.dns = \"WWW.Example\"", "san.dns = \"www.example\""},
    {"san.dNSName like \"*.example\"", "san.dns like \"*.example\""},
    {"every san.dns like \"*.example\"", NULL},
    {"san.email = \"a@B.Example\"", "san.email = \"a@b.example\""},
    {"san.uri = \"HTTPS://Host/Path\"", "san.uri = \"https://host/Path\""},
    {"san.ip = \"10.0.0.0/8\"", NULL},
    {"san.ip in (\"10.0.0.0/8\", \"fd00::/8\", \"192.0.2.1\", \"2001:DB8:0:0::1\")",
     "san.ip in (\"10.0.0.0/8\", \"fd00::/8\", \"192.0.2.1\", \"2001:db8::1\")"},
    {"san.upn = \"alice@contoso.example\"", NULL},
    {"san.krb5 = \"a/b@R\"", NULL},
    {"san.rid = \"1.2.3\"", NULL},
    {"san.1.2.3 = \"a\"", NULL},
    {"san.1.3.6.1.5.2.2 = \"a@R\"", "san.krb5 = \"a@R\""},
    {"count(san.dns) = 1", NULL},
    {"eku = \"CLIENTAUTH\"", "eku = \"clientAuth\""},
    {"eku in (\"1.3.6.1.5.5.7.3.2\", \"1.2.3\")", "eku in (\"clientAuth\", \"1.2.3\")"},
    {"ku = \"DigitalSignature\"", "ku = \"digitalSignature\""},
    {"policy = \"anyPolicy\"", NULL},
    {"serial = \"00:0A:ff\"", "serial = \"0xaff\""},
    {"serial in (\"dec:255\", \"0x10\")", "serial in (\"0xff\", \"0x10\")"},
    {"sha256 = " HASH, NULL},
    {"sha1 = " SHORT_HASH, NULL},
    {"spki.sha256 = " HASH, NULL},
    {"tbs.sha256 = " HASH, NULL},
    {"spki.sha1 = " SHORT_HASH, NULL},
    {"issuer is sha1 " SHORT_HASH, NULL},
    {"ski = \"01:AB\"", "ski = \"01ab\""},
    {"aki = \"01ab\"", NULL},
    {"ms.sid = \"S-1-5-21-1\"", NULL},
    {"ms.template = \"User\"", NULL},
    {"version = \"3\"", NULL},
    {"valid at now", NULL},
    {"not valid at now", NULL},
    {"ext.1.2.3 present", NULL},
    {"ext.1.2.3 = \"05:00\"", "ext.1.2.3 = \"0500\""},
    {"certificate = \"30:00\"", "certificate = \"3000\""},
    {"issuer is sha256 " HASH, NULL},
    {"issuer is spki.sha256 " HASH, NULL},
    {"issuer is sha256 = " HASH, "issuer is sha256 " HASH},
    {"issuer is spki.sha256 present", NULL},
    {"chain has sha256 " HASH, NULL},
    {"not chain has spki.sha256 " HASH, NULL},
    {"chain has sha256 = " HASH, "chain has sha256 " HASH},
    {"last chain has spki.sha256 = " HASH, "last chain has spki.sha256 " HASH},
    {"chain has sha256 in (" HASH ")", "chain has sha256 " HASH},
    {"every chain has sha256 in (" HASH ", " OTHER_HASH ")",
     "every chain has sha256 in (\n            " HASH ",\n            " OTHER_HASH "\n            )"},
    {"count(chain has sha256) = 2", NULL},
    {"chain has spki.sha256 absent", NULL},
};

T_TEST(one_condition) {
    const char *wanted = conditions[_i].printed != NULL ? conditions[_i].printed : conditions[_i].written;
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, conditions[_i].written);
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_clear(&text);
    t_put(&text, "certmap 1;\n\nmapping \"m\" {\n    when ");
    t_put(&text, wanted);
    t_put(&text, ";\n    deny;\n}\n");
    char *printed = check_round(rules, conditions[_i].written);
    ck_assert_str_eq(printed, t_cstr(&text));
    free(printed);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- rule sets ---- */

/* Rules as written, and how they print; NULL: as they are. */
static const struct {
    const char *about, *written, *printed;
} sets[] = {
    {"an account", "certmap 1;\n\nmapping \"m\" {\n    when always;\n    allow \"CONTOSO\\\\portal\";\n}\n", NULL},
    {"several mappings, and a policy",
     "certmap 1;\npolicy most-specific;\n\nmapping \"a\" {\n    when subject.CN = \"a\";\n    deny;\n}\n\nmapping "
     "\"b\" "
     "{\n    when always;\n    allow \"b\";\n}\n",
     NULL},
    {"the usual policy needs no word", "certmap 1; policy first; mapping \"a\" { when always; deny; }",
     "certmap 1;\n\nmapping \"a\" {\n    when always;\n    deny;\n}\n"},
    {"names with anything in them",
     "certmap 1; mapping \"a \\\"b\\\" \\\\ \\n \\u{1F} \\u{202E} \\u{24}{c} \xC3\xA9\" { when always; deny; }",
     "certmap 1;\n\nmapping \"a \\\"b\\\" \\\\ \\u{A} \\u{1F} \\u{202E} \\u{24}{c} \xC3\xA9\" {\n    when always;\n    "
     "deny;\n}\n"},
    {"all that a mapping can give",
     "certmap 1;\n\nmapping \"m\" {\n    when subject.UID present;\n    allow \"CONTOSO\\\\${subject.UID | first | "
     "lower}-\\u{e9}\";\n    domain \"OTHER\";\n    group \"staff \\\"a\\\"\";\n    group \"ou-${subject.OU | "
     "first}\";\n    attribute \"mail\" = \"${san.email ?? \"none\"}\";\n    attribute \"filter\" = ldap-filter "
     "\"(uid=${subject.UID})\";\n    attribute \"a \\\"b\\\"\" = \"c\\u{24}{d}\";\n}\n",
     NULL},
    {"what would be placeholders elsewhere",
     "certmap 1;\n\nmapping \"m\" {\n    when always;\n    allow \"\\u{24}subject.CN\";\n    domain "
     "\"\\u{7B}subject.CN}\";\n    group \"\\u{25}{a}\\u{23}{b}\";\n    group \"\\u{7B}CN}\";\n    attribute \"a\" "
     "= \"\\u{7B}san.email}\";\n}\n",
     NULL},
    {"what would be none",
     "certmap 1;\n\nmapping \"m\" {\n    when always;\n    allow \"web$\";\n    group \"{a}\";\n    group "
     "\"$subject\";\n    group \"$subject.CNx\";\n    group \"100%\";\n    group \"#1 {\";\n    attribute \"a\" = "
     "\"%{User-Name} {CN}\";\n}\n",
     NULL},
    {"languages",
     "certmap 1;\n\nmapping \"1\" {\n    when always;\n    allow ldap-filter \"(uid=${subject.UID})\";\n}\n\nmapping "
     "\"2\" {\n    when always;\n    allow dn \"uid=${subject.UID},ou=people\";\n}\n\nmapping \"3\" {\n    when "
     "always;\n    allow url \"https://a.example/${subject.UID}\";\n}\n\nmapping \"4\" {\n    when always;\n    allow "
     "posix-user \"${subject.UID | lower}\";\n}\n\nmapping \"5\" {\n    when always;\n    allow ldap-filter "
     "\"(uid=a)\";\n}\n",
     NULL},
    {"each value, principals",
     "certmap 1;\n\nmapping \"m\" {\n    when always;\n    allow principal \"user/admin@REALM\";\n    group each "
     "\"${subject.OU | lower}\";\n    group each principal \"${san.uri}\";\n    attribute \"a\" each = dn "
     "\"uid=${subject.UID},ou=people\";\n    attribute \"b\" = \"${subject | java}\";\n}\n",
     NULL},
    {"issuers become conditions",
     "certmap 1; issuers \"partners\" { sha256 " HASH "; spki.sha256 " HASH "; } mapping \"m\" { when issuer is "
     "\"partners\" and subject.O = \"a\"; deny; }",
     "certmap 1;\n\nmapping \"m\" {\n    when (issuer is sha256 " HASH " or issuer is spki.sha256 " HASH
     ")\n     and subject.O = \"a\";\n    deny;\n}\n"},
    {"issuers of a chain, too",
     "certmap 1; issuers \"partners\" { sha256 " HASH "; spki.sha256 " HASH "; } mapping \"m\" { when not chain has "
     "\"partners\" and subject.O = \"a\"; deny; }",
     "certmap 1;\n\nmapping \"m\" {\n    when not (chain has sha256 " HASH " or chain has spki.sha256 " HASH
     ")\n     and subject.O = \"a\";\n    deny;\n}\n"},
};

T_TEST(rule_set) {
    struct certmap_rules *rules = t_rules(sets[_i].written);
    char *printed = check_round(rules, sets[_i].about);
    ck_assert_str_eq(printed, sets[_i].printed != NULL ? sets[_i].printed : sets[_i].written);
    free(printed);
    certmap_rules_free(rules);
}

/* ---- files: every one that loads ---- */

static const char *const folders[] = {"tests/data/rules", "fuzz/corpus/rules", "docs/examples"};
static struct t_files files[3];

T_TEST(file) {
    size_t folder = 0;
    int i = _i;
    char path[256];
    struct t_buf text = T_BUF_INIT;
    struct certmap_rules *rules = NULL;
    for (; i >= files[folder].count; folder++)
        i -= files[folder].count;
    snprintf(path, sizeof path, "%s/%s", folders[folder], files[folder].names[i]);
    t_read_file(&text, path);
    if (certmap_rules_parse(&rules, t_view(&text), NULL, NULL) == CERTMAP_OK)
        free(check_round(rules, path));
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- rule sets that no text can have made ---- */

static void add_condition(struct certmap_builder *builder, const struct certmap_condition *condition) {
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_msg(certmap_builder_condition(builder, condition, &error) == CERTMAP_OK, "%s", error.text);
}

static void add_present(struct certmap_builder *builder, const char *subfield) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.subfield = t_text(subfield);
    condition.op = CERTMAP_OP_PRESENT;
    add_condition(builder, &condition);
}

/* One mapping, made by calls in a row: ( and, [ or, ! not, ) the end of each, T always, or the subfield O, L, C. */
static const struct {
    const char *calls, *printed;
} built[] = {
    {"T", "always"},
    {"TT", "always"},
    {"(T)", "always"},
    {"[TC]", "always"},
    {"(T[CT])", "always"},
    {"TC", "subject.C present"},
    {"CTL", "subject.C present\n     and subject.L present"},
    {"[C]", "subject.C present"},
    {"[C]L", "subject.C present\n     and subject.L present"},
    {"((C)L)", "subject.C present\n     and subject.L present"},
    {"(TC)[L(TO)]", "subject.C present\n     and (subject.L present or subject.O present)"},
    {"!T)", "not (subject.CN present or subject.CN absent)"},
    {"!T)C", "not (subject.CN present or subject.CN absent)\n     and subject.C present"},
    {"[!T)C]", "not (subject.CN present or subject.CN absent)\n      or subject.C present"},
    {"!(T[CT]))", "not (subject.CN present or subject.CN absent)"},
    {"!(TC))", "not subject.C present"},
    {"!!C))", "not not subject.C present"},
    {"![C(L)])", "not (subject.C present or subject.L present)"},
};

static void call(struct certmap_builder *builder, char c) {
    const char name[2] = {c, 0};
    if (c == 'T')
        certmap_builder_always(builder, NULL);
    else if (c == ')' || c == ']')
        certmap_builder_close(builder, NULL);
    else if (strchr("([!", c) != NULL)
        certmap_builder_open(builder, c == '(' ? CERTMAP_ALL : c == '[' ? CERTMAP_ANY : CERTMAP_NOT, NULL);
    else
        add_present(builder, name);
}

/* ---- what loads, and what a builder takes, prints as text that loads ---- */

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A list with certificates and keys is printed as two conditions in parentheses. */
T_TEST(issuers_that_are_deep) {
    const size_t levels = CERTMAP_MAX_NESTING - (size_t)(_i == 0);
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; issuers \"list\" { sha256 \"" DIGEST "\"; spki.sha256 \"" DIGEST "\"; }"
                 "mapping \"m\" { when ");
    for (size_t i = 0; i < levels; i++)
        t_put(&text, "not ");
    t_put(&text, "issuer is ");
    const size_t wanted = text.len;
    t_put(&text, "\"list\"; deny; }");
    const enum certmap_status status = certmap_rules_parse(&rules, t_view(&text), NULL, &error);
    if (_i == 0) {
        ck_assert_int_eq(status, CERTMAP_OK);
        free(check_round(rules, "issuers"));
    } else {
        ck_assert_int_eq(status, CERTMAP_ERROR_SYNTAX);
        ck_assert_int_eq(error.code, CERTMAP_CODE_NESTING);
        ck_assert_uint_eq(error.offset, wanted);
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
}

T_TEST(always_that_is_deep) {
    struct certmap_builder *builder = t_builder();
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const size_t levels = CERTMAP_MAX_NESTING - (size_t)(_i == 0);
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", NULL, NULL);
    for (size_t i = 0; i < levels; i++)
        ck_assert_int_eq(certmap_builder_open(builder, CERTMAP_NOT, NULL), CERTMAP_OK);
    const enum certmap_status status = certmap_builder_always(builder, &error);
    if (_i == 0) {
        ck_assert_int_eq(status, CERTMAP_OK);
        for (size_t i = 0; i < levels; i++)
            ck_assert_int_eq(certmap_builder_close(builder, NULL), CERTMAP_OK);
        struct certmap_rules *rules = t_finish(builder);
        char *text = print(rules);
        struct certmap_rules *loaded = t_rules(text);
        certmap_rules_free(loaded);
        certmap_rules_free(rules);
        free(text);
    } else {
        ck_assert_int_eq(status, CERTMAP_ERROR_LIMIT);
        ck_assert_int_eq(error.code, CERTMAP_CODE_NESTING);
        certmap_builder_free(builder);
    }
}

/* Classes in which a $ is before a {, which a text can only have with an escape. */
static const struct {
    const char *expression, *printed;
} braces[] = {
    {"[${]", "[\\u{24}{]"}, {"a[^${}]+", "a[^\\u{24}{}]+"}, {"[\\\\${][$$]", "[\\\\\\u{24}{][$$]"},
    {"[$]{2}", "[$]{2}"},   {"\\$\\{", "\\u{24}\\{"},
};

T_TEST(expressions_with_braces) {
    struct certmap_builder *builder = t_builder();
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const struct certmap_view operand = t_text(braces[_i].expression);
    condition.subfield = t_text("CN");
    condition.op = CERTMAP_OP_MATCHES;
    condition.operands = &operand;
    condition.operand_count = 1;
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", NULL, NULL);
    add_condition(builder, &condition);
    struct certmap_rules *rules = t_finish(builder);
    char *text = print(rules), wanted[64];
    snprintf(wanted, sizeof wanted, "subject.CN matches \"%s\";", braces[_i].printed);
    ck_assert_msg(strstr(text, wanted) != NULL, "%s", text);
    struct certmap_rules *loaded = t_rules(text);
    char *again = print(loaded);
    ck_assert_str_eq(again, text);
    free(again);
    free(text);
    certmap_rules_free(loaded);
    certmap_rules_free(rules);
}

T_TEST(counts_that_are_large) {
    struct certmap_builder *builder = t_builder();
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    condition.subfield = t_text("CN");
    condition.op = CERTMAP_OP_COUNT;
    condition.count = CERTMAP_MAX_COUNT + (size_t)_i;
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", NULL, NULL);
    const enum certmap_status status = certmap_builder_condition(builder, &condition, &error);
    if (_i == 0) {
        ck_assert_int_eq(status, CERTMAP_OK);
        struct certmap_rules *rules = t_finish(builder);
        free(check_round(rules, "count"));
        certmap_rules_free(rules);
    } else {
        ck_assert_int_eq(status, CERTMAP_ERROR_LIMIT);
        ck_assert_int_eq(error.code, CERTMAP_CODE_TOO_MANY);
        certmap_builder_free(builder);
    }
}

/* The printed rules are true where the built ones are, and their scores are the same. */
T_TEST(built_expression) {
    static const char *const subjects[] = {"CN=a", "C=a", "L=a", "O=a", "C=a | L=a", "C=a | O=a", "C=a | L=a | O=a"};
    struct certmap_builder *builder = t_builder();
    struct t_buf wanted = T_BUF_INIT;
    certmap_builder_combining(builder, CERTMAP_COMBINING_MOST_SPECIFIC, NULL);
    t_add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "m", NULL, NULL);
    for (const char *at = built[_i].calls; *at != 0; at++)
        call(builder, *at);
    struct certmap_rules *rules = t_finish(builder);
    char *text = print(rules);
    t_put(&wanted, "certmap 1;\npolicy most-specific;\n\nmapping \"m\" {\n    when ");
    t_put(&wanted, built[_i].printed);
    t_put(&wanted, ";\n    deny;\n}\n");
    ck_assert_str_eq(text, t_cstr(&wanted));
    struct certmap_rules *loaded = t_rules(text);
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        struct t_peer peer;
        t_peer_make(&peer, subjects[i], "CN=CA");
        ck_assert_int_eq(t_match(rules, peer.peer).decision, t_match(loaded, peer.peer).decision);
        t_peer_free(&peer);
    }
    ck_assert_uint_eq(rules->scores[0], loaded->scores[0]);
    free(text);
    certmap_rules_free(rules);
    certmap_rules_free(loaded);
    t_buf_free(&wanted);
}

/* Every operator and quantifier on every field that has them prints so that it loads as the same. */
T_TEST(every_field) {
    const enum certmap_field field = (enum certmap_field)_i;
    static const char *const subfields[] = {[CERTMAP_FIELD_SUBJECT] = "CN",
                                            [CERTMAP_FIELD_ISSUER] = "1.2.3.4",
                                            [CERTMAP_FIELD_SAN] = "upn",
                                            [CERTMAP_FIELD_SAN_DIRNAME] = "DC",
                                            [CERTMAP_FIELD_EXTENSION] = "2.5.29.99",
                                            [CERTMAP_FIELD_EXTENSION_TEXT] = "1.2.3"};
    const char *subfield = (size_t)field < sizeof subfields / sizeof *subfields ? subfields[field] : NULL;
    /* One of them is an operand of each field. */
    const struct certmap_view operands[] = {t_text("3"),
                                            t_text("clientAuth"),
                                            t_text("digitalSignature"),
                                            t_text("0a"),
                                            t_text("valid"),
                                            t_text("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
                                            t_text("0123456789abcdef0123456789abcdef01234567"),
                                            t_text("QcCompliance")};
    struct certmap_builder *builder = t_builder();
    size_t count = 0;
    for (unsigned op = CERTMAP_OP_EQUAL; op <= CERTMAP_OP_UNDER; op++)
        for (unsigned quantifier = CERTMAP_ANY_VALUE; quantifier <= CERTMAP_ONLY_VALUE; quantifier++)
            for (unsigned flags = 0; flags <= CERTMAP_NOCASE; flags++)
                for (size_t i = 0; i < sizeof operands / sizeof *operands; i++) {
                    const bool compares = op == CERTMAP_OP_EQUAL || op == CERTMAP_OP_LIKE || op == CERTMAP_OP_UNDER;
                    const struct certmap_view pair[] = {operands[i], operands[i]};
                    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
                    struct certmap_builder *trial = t_builder();
                    condition.field = field;
                    condition.subfield = subfield != NULL ? t_text(subfield) : condition.subfield;
                    condition.op = (enum certmap_operator)op;
                    condition.quantifier = (enum certmap_quantifier)quantifier;
                    condition.flags = flags;
                    condition.operands = pair;
                    condition.operand_count = compares ? 1 + i % 2 : 0;
                    condition.count = op == CERTMAP_OP_COUNT ? i : 0;
                    t_add_mapping(trial, CERTMAP_KIND_NATIVE, "m", NULL, NULL);
                    char name[32];
                    snprintf(name, sizeof name, "m%zu", count);
                    if (certmap_builder_condition(trial, &condition, NULL) == CERTMAP_OK) {
                        count++;
                        t_add_mapping(builder, CERTMAP_KIND_NATIVE, name, NULL, NULL);
                        add_condition(builder, &condition);
                    }
                    certmap_builder_free(trial);
                }
    struct certmap_rules *rules = t_finish(builder);
    ck_assert_uint_gt(count, 0);
    free(check_round(rules, certmap_field_name(field)));
    certmap_rules_free(rules);
}

/* ---- mappings of IIS files ---- */

/* A digest that tells the bytes apart, or none for "unhashable". */
static bool fake_hash(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    size_t *calls = ctx;
    ++*calls;
    ck_assert_int_eq(hash, CERTMAP_HASH_SHA256);
    for (size_t i = 0; i < CERTMAP_SHA256_SIZE; i++)
        digest[i] = (uint8_t)(data.data[0] + i);
    return data.data[0] != 'u';
}

static struct certmap_rules *one_to_one(const char *taken, const char *also) {
    struct certmap_builder *builder = t_builder();
    t_add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, taken, NULL, NULL);
    t_add_equal(builder, "CN", "x", NULL);
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, also, NULL, NULL);
    t_add_certificate(builder, t_text("native"), NULL);
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, NULL, NULL, NULL);
    t_add_certificate(builder, t_text("known"), NULL);
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "named", NULL, NULL);
    t_add_certificate(builder, t_text("unhashable"), NULL);
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, NULL, NULL, NULL);
    t_add_certificate(builder, t_text("another"), NULL);
    return t_finish(builder);
}

#define WITH_DIGESTS                                                                                                   \
    "certmap 1;\n\n"                                                                                                   \
    "mapping \"certificate 1\" {\n    when sha256 = "                                                                  \
    "\"6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a\";\n    deny;\n}\n\n"                          \
    "mapping \"named\" {\n    when certificate = \"756e6861736861626c65\";\n    deny;\n}\n\n"                          \
    "mapping \"certificate 2\" {\n    when sha256 = "                                                                  \
    "\"6162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80\";\n    deny;\n}\n\n"                          \
    "mapping \"a\" {\n    when subject.CN = \"x\";\n    deny;\n}\n\n"                                                  \
    "mapping \"b\" {\n    when certificate = \"6e6174697665\";\n    deny;\n}\n"

T_TEST(digests) {
    struct certmap_rules *rules = one_to_one("a", "b");
    size_t calls = 0;
    char *text = print_hashed(rules, fake_hash, &calls);
    ck_assert_str_eq(text, WITH_DIGESTS);
    ck_assert_uint_eq(calls, 3 * 3); /* three certificates in three calls */
    certmap_rules_free(t_rules(text));
    free(text);
    certmap_rules_free(rules);
}

/* ---- the digest of a rule set ---- */

static const char *loaded_digest; /* of the one certificate of every issuer file */

static const char *open_issuers(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add, void *add_ctx) {
    uint8_t sha256[CERTMAP_SHA256_SIZE];
    (void)ctx;
    (void)name;
    memset(sha256, loaded_digest[0], sizeof sha256);
    return add(add_ctx, sha256) ? NULL : "stopped";
}

static void digest_of(uint8_t digest[CERTMAP_SHA256_SIZE], const char *text, const char *issuers) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    options.issuer_file = open_issuers;
    loaded_digest = issuers;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(text), &options, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_rules_digest(digest, rules, t_sha, NULL, NULL, NULL), CERTMAP_OK);
    certmap_rules_free(rules);
}

#define ISSUED(condition)                                                                                              \
    "certmap 1; issuers \"x\" { file \"ca.pem\"; } mapping \"m\" { when issuer is \"x\" and " condition "; deny; }"

/* The same for what says the same; another one for another condition, and for the same text with another issuer. */
T_TEST(digest) {
    uint8_t one[CERTMAP_SHA256_SIZE], two[CERTMAP_SHA256_SIZE];
    digest_of(one, ISSUED("subject.CN = \"a\""), "1");
    digest_of(two, "# a comment\r\n" ISSUED("subject.cn=\"\\u{61}\""), "1");
    ck_assert_mem_eq(one, two, sizeof one);
    digest_of(two, ISSUED("subject.CN = \"b\""), "1");
    ck_assert_mem_ne(one, two, sizeof one);
    digest_of(two, ISSUED("subject.CN = \"a\""), "2");
    ck_assert_mem_ne(one, two, sizeof one);
}

static bool no_hash(void *ctx, uint8_t *made, enum certmap_hash hash, struct certmap_view data) {
    (void)ctx;
    (void)made;
    (void)hash;
    return data.len == SIZE_MAX;
}

static void *no_memory(void *ctx, size_t size) {
    (void)ctx;
    (void)size;
    return NULL;
}

static void *no_more(void *ctx, void *p, size_t size) {
    (void)ctx;
    (void)p;
    (void)size;
    return NULL;
}

static void nothing_to_free(void *ctx, void *p) {
    (void)ctx;
    (void)p;
}

T_TEST(digest_that_cannot_be) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when always; deny; }");
    const struct certmap_allocator empty = {.alloc = no_memory, .resize = no_more, .release = nothing_to_free};
    uint8_t made[CERTMAP_SHA256_SIZE];
    ck_assert_int_eq(certmap_rules_digest(NULL, rules, t_sha, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_rules_digest(made, NULL, t_sha, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_rules_digest(made, rules, NULL, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_rules_digest(made, rules, no_hash, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_rules_digest(made, rules, t_sha, NULL, &empty, NULL), CERTMAP_ERROR_MEMORY);
    certmap_rules_free(rules);
}

T_TEST(names_that_are_free) {
    static const struct {
        const char *taken, *also, *one, *two;
    } names[] = {
        {"a", "b", "\"certificate 1\"", "\"certificate 2\""},
        {"certificates", "certificat", "\"certificate 1\"", "\"certificate 2\""},
        {"certificate 2", "b", "\"certificate-1 1\"", "\"certificate-1 2\""},
        {"CERTIFICATE 1", "certificate-1 x", "\"certificate-2 1\"", "\"certificate-2 2\""},
        {"certificate-1 1", "certificate-2 1", "\"certificate 1\"", "\"certificate 2\""},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct certmap_rules *rules = one_to_one(names[i].taken, names[i].also);
        char *text = check_round(rules, names[i].taken);
        ck_assert_ptr_nonnull(strstr(text, names[i].one));
        ck_assert_ptr_nonnull(strstr(text, names[i].two));
        free(text);
        certmap_rules_free(rules);
    }
}

/* ---- the call ---- */

T_TEST(refuses_what_is_missing) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when always; deny; }");
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    char text[64];
    size_t len = 7;
    ck_assert_int_eq(certmap_rules_print(text, sizeof text, NULL, rules, NULL, NULL, &error), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_rules_print(NULL, 1, &len, rules, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_rules_print(text, sizeof text, &len, NULL, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_uint_eq(len, 7);
    certmap_rules_free(rules);
}

T_TEST(nothing_to_print) {
    struct certmap_rules *rules = t_finish(t_builder());
    char *text = print(rules);
    ck_assert_str_eq(text, "certmap 1;\ndisabled;\n");
    free(text);
    certmap_rules_free(rules);
}

int main(void) {
    int count = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        t_list(&files[i], folders[i], i == 1 ? "" : ".rules");
        count += files[i].count;
    }
    return T_RUN("print", T_CASE("by hand", T_LOOP(one_condition, COUNT(conditions)), T_LOOP(rule_set, COUNT(sets))),
                 T_CASE("files", T_LOOP(file, count)),
                 T_CASE("builders", T_LOOP(built_expression, COUNT(built)), T_LOOP(every_field, T_FIELDS),
                        T_LOOP(issuers_that_are_deep, 2), T_LOOP(always_that_is_deep, 2),
                        T_LOOP(counts_that_are_large, 2), T_LOOP(expressions_with_braces, COUNT(braces)), digests,
                        digest, digest_that_cannot_be, names_that_are_free),
                 T_CASE("call", refuses_what_is_missing, nothing_to_print));
}
