/* SPDX-License-Identifier: MIT */
/* Explanations: what they report, item by item; that they give what certmap_match gives; and that both
 * give what an evaluator written here gives, for random rules and Names. */
#include "certmap/limits.h"
#include "match_table.h"
#include "patterns.h"
#include "rules.h"
#include "support/alloc.h"

/* ---- by hand ---- */

static const struct {
    const char *about, *rules, *subject, *trace;
} rows[] = {
    {"one condition", "mapping \"m\" { when subject.CN = \"Alice\"; allow \"a\"; }", "CN=Alice",
     "! m: true\n"
     "  subject.CN = \"Alice\": true\n"
     "    Alice: true\n"},
    {"false, and no value", "mapping \"m\" { when subject.CN = \"Alice\"; allow \"a\"; }", "O=Alice",
     "m: false\n"
     "  subject.CN = \"Alice\": false\n"},
    {"every value is told, also behind the one that is enough", "mapping \"m\" { when subject.CN = \"b\"; deny; }",
     "CN=a | O=x | CN=b + CN=c",
     "! m: true\n"
     "  subject.CN = \"b\": true\n"
     "    a: false\n"
     "    b: true\n"
     "    c: false\n"},
    {"the top is and: its members stand in the mapping",
     "mapping \"m\" { when subject.CN = \"a\" and subject.O = \"b\"; deny; }", "CN=a | O=b",
     "! m: true\n"
     "  subject.CN = \"a\": true\n"
     "    a: true\n"
     "  subject.O = \"b\": true\n"
     "    b: true\n"},
    {"what a match leaves out",
     "mapping \"m\" { when subject.CN = \"x\" and subject.O = \"b\" and subject.L = \"y\"; deny; }",
     "CN=a | O=b | octet L=y",
     "m: false\n"
     "  subject.CN = \"x\": false\n"
     "    a: false\n"
     "  - subject.O = \"b\": true\n"
     "    - b: true\n"
     "  - subject.L = \"y\": unknown (value-type)\n"
     "    - ?: unknown (value-type)\n"},
    {"or", "mapping \"m\" { when subject.CN = \"x\" or subject.CN = \"a\" or subject.O = \"b\"; deny; }", "CN=a | O=b",
     "! m: true\n"
     "  or: true\n"
     "    subject.CN = \"x\": false\n"
     "      a: false\n"
     "    subject.CN = \"a\": true\n"
     "      a: true\n"
     "    - subject.O = \"b\": true\n"
     "      - b: true\n"},
    {"not", "mapping \"m\" { when not subject.CN = \"a\"; deny; }", "CN=a",
     "m: false\n"
     "  not: false\n"
     "    subject.CN = \"a\": true\n"
     "      a: true\n"},
    {"not of an unknown", "mapping \"m\" { when not subject.CN = \"a\"; deny; }", "octet CN=a",
     "! m: unknown (value-type)\n"
     "  not: unknown (value-type)\n"
     "    subject.CN = \"a\": unknown (value-type)\n"
     "      ?: unknown (value-type)\n"},
    {"groups in groups",
     "mapping \"m\" { when (subject.CN = \"x\" or (subject.O = \"b\" and not subject.L = \"c\")) and subject.C = "
     "\"d\"; deny; }",
     "CN=a | O=b | L=z | C=d",
     "! m: true\n"
     "  or: true\n"
     "    subject.CN = \"x\": false\n"
     "      a: false\n"
     "    and: true\n"
     "      subject.O = \"b\": true\n"
     "        b: true\n"
     "      not: true\n"
     "        subject.L = \"c\": false\n"
     "          z: false\n"
     "  subject.C = \"d\": true\n"
     "    d: true\n"},
    {"a group that a match leaves out, and a short cut in it",
     "mapping \"m\" { when subject.CN = \"x\" and (subject.O = \"b\" or subject.L = \"c\"); deny; }",
     "CN=a | O=b | L=c",
     "m: false\n"
     "  subject.CN = \"x\": false\n"
     "    a: false\n"
     "  - or: true\n"
     "    - subject.O = \"b\": true\n"
     "      - b: true\n"
     "    - subject.L = \"c\": true\n"
     "      - c: true\n"},
    {"the search goes on behind a false mapping, and ends at the first that is not",
     "mapping \"a\" { when subject.CN = \"x\"; deny; }\n"
     "mapping \"b\" { when subject.CN = \"a\"; allow \"b\"; }\n"
     "mapping \"c\" { when subject.CN = \"a\"; deny; }\n"
     "mapping \"d\" { when subject.CN = \"x\"; deny; }\n",
     "CN=a",
     "a: false\n"
     "  subject.CN = \"x\": false\n"
     "    a: false\n"
     "! b: true\n"
     "  subject.CN = \"a\": true\n"
     "    a: true\n"
     "- c: true\n"
     "  - subject.CN = \"a\": true\n"
     "    - a: true\n"
     "- d: false\n"
     "  - subject.CN = \"x\": false\n"
     "    - a: false\n"},
    {"an unknown mapping ends the search",
     "mapping \"a\" { when subject.CN = \"x\"; allow \"a\"; }\n"
     "mapping \"b\" { when subject.O present; allow \"b\"; }\n",
     "CN=\\xFF | O=b",
     "! a: unknown (value-encoding)\n"
     "  subject.CN = \"x\": unknown (value-encoding)\n"
     "    ?: unknown (value-encoding)\n"
     "- b: true\n"
     "  - subject.O present: true\n"
     "    - b: true\n"},
    {"each value has its own cause", "mapping \"m\" { when subject.CN = \"x\"; deny; }",
     "CN=a | octet CN=b | CN=\\xFF | CN=x\\x00 | t61 CN=\xC3\xA9 | CN=\\{a*65537}",
     "! m: unknown (value-type)\n"
     "  subject.CN = \"x\": unknown (value-type)\n"
     "    a: false\n"
     "    ?: unknown (value-type)\n"
     "    ?: unknown (value-encoding)\n"
     "    ?: unknown (value-nul)\n"
     "    ?: unknown (value-ambiguous)\n"
     "    ?: unknown (value-too-long)\n"},
    {"of a Name it is among the RDNs that were compared",
     "mapping \"m\" { when subject under \"1.2.3.4=#0500\"; deny; }", "1.2.3.4=x | CN=\\xFF",
     "! m: unknown (value-type)\n"
     "  subject under \"1.2.3.4=#0500\": unknown (value-type)\n"
     "    CN=#0C01FF,1.2.3.4=#0C0178: unknown (value-type)\n"},
    {"a value that is enough, among unreadable ones", "mapping \"m\" { when subject.CN = \"x\"; deny; }",
     "octet CN=b | CN=x",
     "! m: true\n"
     "  subject.CN = \"x\": true\n"
     "    ?: unknown (value-type)\n"
     "    x: true\n"},
    {"quantifiers print as they are written",
     "mapping \"m\" { when every subject.CN = \"a\" and first subject.CN like \"a*\" and last subject.CN in (\"a\", "
     "\"b\") "
     "and any subject.CN = nocase \"A\" and count(subject.2.5.4.3) = 2 and issuer.1.2.3 absent and not only subject.CN "
     "= "
     "\"a\"; deny; }",
     "CN=a + CN=a",
     "! m: true\n"
     "  every subject.CN = \"a\": true\n"
     "    a: true\n"
     "    a: true\n"
     "  first subject.CN like \"a*\": true\n"
     "    a: true\n"
     "    - a: true\n"
     "  last subject.CN in (\"a\", \"b\"): true\n"
     "    - a: true\n"
     "    a: true\n"
     "  subject.CN = nocase \"A\": true\n"
     "    a: true\n"
     "    a: true\n"
     "  count(subject.CN) = 2: true\n"
     "    a: true\n"
     "    a: true\n"
     "  issuer.1.2.3 absent: true\n"
     "  not: true\n"
     "    only subject.CN = \"a\": false\n"
     "      - a: true\n"
     "      - a: true\n"},
    {"present does not read", "mapping \"m\" { when subject.CN present; deny; }", "octet CN=b | CN=x",
     "! m: true\n"
     "  subject.CN present: true\n"
     "    ?: true\n"
     "    x: true\n"},
    {"always", "mapping \"m\" { when always; deny; }", "CN=a",
     "! m: true\n"
     "  always: true\n"},
    {"always, not reached", "mapping \"a\" { when always; deny; } mapping \"b\" { when always; deny; }", "CN=a",
     "! a: true\n"
     "  always: true\n"
     "- b: true\n"
     "  - always: true\n"},
    {"values in NFC, conditions too", "mapping \"m\" { when subject.CN = \"e\\u{301}\"; deny; }", "t61 CN=\\xE9",
     "! m: true\n"
     "  subject.CN = \"\xC3\xA9\": true\n"
     "    \xC3\xA9: true\n"},
    {"conditions under the names of the table",
     "mapping \"m\" { when subject.commonName present and issuer.ST present and subject.2.5.4.10 present and "
     "subject.OID.1.2.18446744073709551616 present; deny; }",
     "CN=a | 2.5.4.10=b | 1.2.18446744073709551616=c",
     "m: false\n"
     "  subject.CN present: true\n"
     "    a: true\n"
     "  issuer.S present: false\n"
     "  - subject.O present: true\n"
     "    - b: true\n"
     "  - subject.1.2.18446744073709551616 present: true\n"
     "    - c: true\n"},
    {"lists",
     "mapping \"m\" { when subject.CN in (\"b\", \"a\") or subject.CN like (\"x*\", \"y\") or subject.CN in (\"z\"); "
     "deny; }",
     "CN=q",
     "m: false\n"
     "  or: false\n"
     "    subject.CN in (\"b\", \"a\"): false\n"
     "      q: false\n"
     "    subject.CN like (\"x*\", \"y\"): false\n"
     "      q: false\n"
     "    subject.CN = \"z\": false\n"
     "      q: false\n"},
    {"nocase, as it was written",
     "mapping \"m\" { when subject.CN = nocase \"ABC\" and subject.CN in nocase (\"ABC\", \"d\") and subject.CN like "
     "nocase "
     "\"A*\"; deny; }",
     "CN=aBc",
     "! m: true\n"
     "  subject.CN = nocase \"ABC\": true\n"
     "    aBc: true\n"
     "  subject.CN in nocase (\"ABC\", \"d\"): true\n"
     "    aBc: true\n"
     "  subject.CN like nocase \"A*\": true\n"
     "    aBc: true\n"},
    {"escapes in conditions",
     "mapping \"m\" { when subject.CN = \"a\\\"b\\\\c\\n\\u{202E}\" or subject.CN like "
     "\"*\\*?\\?\\\\\\\"\\t\\u{2028}\"; deny; }",
     "O=a",
     "m: false\n"
     "  or: false\n"
     "    subject.CN = \"a\\\"b\\\\c\\u{A}\\u{202E}\": false\n"
     "    subject.CN like \"*\\*?\\?\\\\\\\"\\u{9}\\u{2028}\": false\n"},
    {"whole Names as RFC 4514 has them", "mapping \"m\" { when subject under \"O=c\" and issuer = \"CN=x\"; deny; }",
     "O=c | CN=a, b + OU=\\x0A",
     "m: false\n"
     "  subject under \"O=c\": true\n"
     "    CN=a\\, b+OU=\\0A,O=c: true\n"
     "  issuer = \"CN=x\": false\n"
     "    CN=CA: false\n"},
    {"a field of which nothing is known has no values",
     "mapping \"m\" { when san.dns = \"a\" or valid at now or issuer is sha256 present; deny; }", "CN=a",
     "! m: unknown (not-supplied)\n"
     "  or: unknown (not-supplied)\n"
     "    san.dns = \"a\": unknown (not-supplied)\n"
     "    valid at now: unknown (not-supplied)\n"
     "    issuer is sha256 present: unknown (not-supplied)\n"},
    {"empty operands", "mapping \"m\" { when subject.CN = \"\" or subject.CN like \"\"; deny; }", "CN=",
     "! m: true\n"
     "  or: true\n"
     "    subject.CN = \"\": true\n"
     "      : true\n"
     "    - subject.CN like \"\": true\n"
     "      - : true\n"},
};

T_TEST(trace) {
    struct t_buf text = T_BUF_INIT, told = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1;\n");
    t_put(&text, rows[_i].rules);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, rows[_i].subject, "CN=CA");
    t_trace(&told, rules, peer.peer);
    ck_assert_msg(strcmp(t_cstr(&told), rows[_i].trace) == 0, "%s:\n%s", rows[_i].about, t_cstr(&told));
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&told);
}

/* What every item says of the mapping that it belongs to. */
static bool see_mapping(void *ctx, const struct certmap_explain_item *item) {
    static const struct {
        enum certmap_decision decision;
        enum certmap_kind kind;
        size_t line;
    } wanted[] = {
        {CERTMAP_DENY, CERTMAP_KIND_NATIVE, 2},
        {CERTMAP_ALLOW, CERTMAP_KIND_NATIVE, 5},
    };
    size_t *count = ctx;
    ck_assert_uint_lt(item->mapping, 2);
    ck_assert_int_eq(item->decision, wanted[item->mapping].decision);
    ck_assert_int_eq(item->mapping_kind, wanted[item->mapping].kind);
    ck_assert_uint_eq(item->line, wanted[item->mapping].line);
    ck_assert_int_eq(item->decides, item->kind == CERTMAP_EXPLAIN_MAPPING && item->mapping == 1);
    ++*count;
    return true;
}

T_TEST(items_name_their_mapping) {
    struct certmap_rules *rules = t_rules("certmap 1;\n"
                                          "mapping \"a\" { when subject.CN = \"a\"; deny; }\n"
                                          "\n"
                                          "\n"
                                          "  mapping \"b\" { when subject.CN = \"b\"; allow \"b\"; }\n");
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    size_t count = 0;
    t_peer_make(&peer, "CN=b", "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, see_mapping, &count, NULL), CERTMAP_OK);
    ck_assert_uint_eq(count, 7);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(whole_certificate) {
    struct certmap_builder *builder = t_builder();
    struct t_buf told = T_BUF_INIT;
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, NULL, "a", NULL);
    t_add_certificate(builder, t_text("not this one"), NULL);
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "two", "a", NULL);
    t_add_certificate(builder, t_text("another"), NULL);
    struct certmap_rules *rules = t_finish(builder);
    t_trace(&told, rules, peer.peer);
    ck_assert_str_eq(t_cstr(&told), "! ?: unknown (not-supplied)\n"
                                    "  certificate = \"6e6f742074686973206f6e65\": unknown (not-supplied)\n"
                                    "- two: unknown (not-supplied)\n"
                                    "  - certificate = \"616e6f74686572\": unknown (not-supplied)\n");
    peer.cert.certificate = t_text("another");
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    t_buf_clear(&told);
    t_trace(&told, rules, peer.peer);
    ck_assert_str_eq(t_cstr(&told), "?: false\n"
                                    "  certificate = \"6e6f742074686973206f6e65\": false\n"
                                    "! two: true\n"
                                    "  certificate = \"616e6f74686572\": true\n");
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&told);
}

T_TEST(iis_patterns_print_as_native_ones) {
    const struct certmap_view pattern = t_text("a\\*b?\"\\");
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_builder *builder = t_builder();
    struct t_buf told = T_BUF_INIT;
    struct t_peer peer;
    condition.subfield = t_text("CN");
    condition.op = CERTMAP_OP_LIKE;
    condition.flags = CERTMAP_IIS_PATTERN;
    condition.operands = &pattern;
    condition.operand_count = 1;
    t_add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "m", NULL, NULL);
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    t_peer_make(&peer, "CN=a\\\\xxbx\"\\\\", "CN=CA");
    t_trace(&told, rules, peer.peer);
    ck_assert_str_eq(t_cstr(&told), "! m: true\n"
                                    "  subject.CN like \"a\\\\*b?\\\"\\\\\": true\n"
                                    "    a\\xxbx\"\\: true\n");
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&told);
}

T_TEST(disabled_rules) {
    struct certmap_builder *builder = t_builder();
    struct t_buf told = T_BUF_INIT;
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "a", NULL);
    t_add_equal(builder, "CN", "a", NULL);
    certmap_builder_disable(builder, NULL);
    struct certmap_rules *rules = t_finish(builder);
    t_trace(&told, rules, peer.peer);
    ck_assert_str_eq(t_cstr(&told), "- m: true\n"
                                    "  - subject.CN = \"a\": true\n"
                                    "    - a: true\n");
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_DISABLED);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&told);
}

/* ---- the nearest miss ---- */

#define M(name, when) "mapping \"" name "\" { when " when "; allow \"u\"; }\n"
#define D(name, when) "mapping \"" name "\" { when " when "; deny; }\n"
#define CN_A "subject.CN = \"a\""
#define OU_B "subject.OU = \"b\""
#define O_C "subject.O = \"c\""
#define L_D "subject.L = \"d\""
/* Of the certificate that has no digest: they are unknown. */
#define HEX_20 "0000000000000000000000000000000000000000"
#define SHA_0 "sha256 = \"" HEX_20 "000000000000000000000000\""
#define KEY_0 "spki.sha256 = \"" HEX_20 "000000000000000000000000\""
#define TBS_0 "tbs.sha256 = \"" HEX_20 "000000000000000000000000\""
#define SHA1_0 "sha1 = \"" HEX_20 "\""
#define CERT_0 "certificate = \"3000\""

/* A mapping and how many conditions it misses; "": nothing is told. */
static const struct {
    const char *about, *rules, *subject, *nearest;
} misses[] = {
    {"one condition of one", M("m", CN_A), "CN=x", "m 1"},
    {"one of two", M("m", CN_A " and " OU_B), "CN=a | OU=x", "m 1"},
    {"both of two", M("m", CN_A " and " OU_B), "CN=x | OU=x", "m 2"},
    {"a value that is not there", M("m", CN_A " and " OU_B), "CN=a", "m 1"},
    {"of an or, the nearest member", M("m", CN_A " or " OU_B), "CN=x | OU=x", "m 1"},
    {"of an or of ands, the nearest", M("m", "(" CN_A " and " OU_B " and " O_C ") or (" CN_A " and " L_D ")"), "O=c",
     "m 2"},
    {"of an and of ors, all", M("m", "(" CN_A " or " OU_B ") and (" O_C " or " L_D ")"), "CN=x", "m 2"},
    {"of an and of ors, one of them is true", M("m", "(" CN_A " or " OU_B ") and (" O_C " or " L_D ")"), "OU=b", "m 1"},
    {"not: the condition has to become false", M("m", "not " CN_A), "CN=a", "m 1"},
    {"not of an and: one of them", M("m", "not (" CN_A " and " OU_B " and " O_C ")"), "CN=a | OU=b | O=c", "m 1"},
    {"not of an or: all that are true", M("m", "not (" CN_A " or " OU_B " or " O_C ")"), "CN=a | OU=b", "m 2"},
    {"not not", M("m", "not not " CN_A), "CN=x", "m 1"},
    {"a not that holds", M("m", "not " CN_A " and " OU_B " and " O_C), "CN=x", "m 2"},
    {"unknown is not true", M("m", CN_A " and " OU_B), "octet CN=a | OU=b", "m 1"},
    {"nor is it false", M("m", "not (" CN_A " or " OU_B ")"), "octet CN=x | OU=b", "m 2"},
    {"the nearest of several", M("m", CN_A " and " OU_B " and " O_C) M("n", CN_A " and " L_D) M("o", OU_B " and " L_D),
     "CN=a", "n 1"},
    {"the first of equals", M("m", CN_A " and " OU_B) M("n", CN_A) M("o", OU_B), "CN=x", "n 1"},
    {"a later one has to be nearer", M("m", CN_A) M("n", OU_B " or " O_C), "L=d", "m 1"},
    {"a mapping that denies is no miss", D("d", CN_A) M("m", OU_B " and " O_C), "CN=x", "m 2"},
    {"nothing to miss", D("d", CN_A) D("e", OU_B), "CN=x", ""},
    {"behind a refusal, one that is false", D("d", CN_A) M("m", CN_A " and " OU_B), "CN=a", "m 1"},
    {"behind a refusal, one that is true", D("d", CN_A) M("m", OU_B) M("n", CN_A), "CN=a", "n 0"},
    {"behind one that is unknown", M("m", CN_A " and " OU_B) M("n", O_C " and " L_D), "octet CN=a", "m 2"},
    {"unknown, and a true one behind it", M("m", CN_A) M("n", O_C), "octet CN=a | O=c", "n 0"},
    {"an answer", M("m", CN_A) M("n", OU_B), "OU=b", ""},
    {"a list is one condition", M("m", "subject.CN in (\"a\", \"b\") and " OU_B), "CN=x", "m 2"},
    {"present and absent", M("m", "subject.CN present and subject.OU absent and subject.O present"), "OU=b | O=c",
     "m 2"},
    {"a quantifier", M("m", "every subject.CN = \"a\" and only subject.OU = \"b\""), "CN=a | CN=x | OU=b", "m 1"},
    {"what was not reached counts", M("m", CN_A " and " OU_B " and " O_C " and " L_D), "OU=b | L=d", "m 2"},
    {"an account that cannot be built is no miss of a condition",
     "mapping \"m\" { when " CN_A "; allow \"${subject.UID}\"; }", "CN=a", "m 0"},
    {"everyone, behind a refusal", D("d", CN_A) M("m", "always"), "CN=a", "m 0"},
    {"of equally near ones, the one of which more holds", M("m", CN_A) M("n", OU_B " and " O_C " and " L_D),
     "OU=b | O=c", "n 1"},
    {"the same, the first of equals", M("m", CN_A " and " OU_B) M("n", OU_B " and " O_C), "OU=b", "m 1"},
    {"what a not leaves holds, too", M("m", CN_A) M("n", "not " OU_B " and " O_C), "L=x", "n 1"},
    {"a digest is farther than three attributes", M("m", SHA_0) M("n", CN_A " and " OU_B " and " O_C), "L=x", "n 3"},
    {"so is the certificate", M("m", CERT_0) M("n", CN_A " and " OU_B), "L=x", "n 2"},
    {"so is the key", M("m", KEY_0) M("n", CN_A " and " OU_B), "L=x", "n 2"},
    {"so is what was signed", M("m", TBS_0) M("n", CN_A " and " OU_B), "L=x", "n 2"},
    {"so is SHA-1", M("m", SHA1_0) M("n", CN_A " and " OU_B), "L=x", "n 2"},
    {"a digest with an attribute is farther than two attributes", M("m", SHA_0 " and " OU_B) M("n", CN_A " and " O_C),
     "OU=b", "n 2"},
    {"digests are named where there is nothing else", M("m", SHA_0 " and " CERT_0) M("n", KEY_0), "L=x", "n 1"},
    {"of digests, the one of which more holds", M("m", SHA_0) M("n", SHA_0 " and " OU_B), "OU=b", "n 1"},
    {"an or goes around a digest", M("m", "" SHA_0 " or (" CN_A " and " OU_B ")") M("n", O_C " and " L_D " and " CN_A),
     "L=x", "m 2"},
    {"a digest that is not to be is one that is missing", M("m", "not " SHA_0) M("n", CN_A " and " OU_B), "L=x", "n 2"},
    {"two under policy unique", "policy unique;\n" M("m", CN_A) M("n", OU_B), "CN=a | OU=b", "m 0"},
};

static bool see_nearest(void *ctx, const struct certmap_explain_item *item) {
    char *told = ctx;
    ck_assert_msg(strlen(told) == 0, "something is told behind %s", told);
    if (item->kind != CERTMAP_EXPLAIN_NEAREST)
        return true;
    ck_assert(!item->decides && !item->read);
    ck_assert_int_eq(item->decision, CERTMAP_ALLOW);
    ck_assert_uint_eq(item->depth, 0);
    snprintf(told, 64, "%.*s %zu", (int)item->text.len, (const char *)item->text.data, item->missing);
    return true;
}

T_TEST(nearest_miss) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    char told[64] = "";
    t_put(&text, "certmap 1;\n");
    t_put(&text, misses[_i].rules);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, misses[_i].subject, "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, see_nearest, told, NULL), CERTMAP_OK);
    ck_assert_msg(strcmp(told, misses[_i].nearest) == 0, "%s: \"%s\" instead of \"%s\"", misses[_i].about, told,
                  misses[_i].nearest);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* A builder can say `not always`, which nothing makes true. */
T_TEST(never_true) {
    struct certmap_builder *builder = t_builder();
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    char told[64] = "", wanted[64];
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", "a", NULL);
    certmap_builder_open(builder, CERTMAP_NOT, NULL);
    certmap_builder_always(builder, NULL);
    certmap_builder_close(builder, NULL);
    t_add_equal(builder, "CN", "x", NULL);
    struct certmap_rules *rules = t_finish(builder);
    t_peer_make(&peer, "CN=a", "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, see_nearest, told, NULL), CERTMAP_OK);
    snprintf(wanted, sizeof wanted, "m %zu", SIZE_MAX);
    ck_assert_str_eq(told, wanted);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- what else the items say ---- */

static void put_member(struct t_buf *text, const char *before, struct certmap_view member) {
    t_put(text, before);
    if (member.data == NULL)
        t_put(text, "-");
    else
        t_bytes(text, member.data, member.len);
    ck_assert(member.data == NULL || member.data[member.len] == 0);
}

/* "missing score" of a mapping, "field [operands]" of a condition, "field = text" of an output. */
static bool see_members(void *ctx, const struct certmap_explain_item *item) {
    struct t_buf *told = ctx;
    char numbers[64];
    if (item->kind == CERTMAP_EXPLAIN_MAPPING) {
        snprintf(numbers, sizeof numbers, "%zu %zu\n", item->missing, item->score);
        t_put(told, numbers);
    } else if (item->kind == CERTMAP_EXPLAIN_CONDITION) {
        put_member(told, "", item->field);
        put_member(told, " [", item->operands);
        t_put(told, "]\n");
    } else if ((item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT)) {
        ck_assert_uint_eq(item->depth, 1);
        ck_assert_int_eq(item->truth == CERTMAP_TRUE, item->why == CERTMAP_CODE_NONE);
        t_put(told, item->read ? "" : "- ");
        put_member(told, "", item->field);
        put_member(told, " = ", item->text);
        t_put(told, item->why != CERTMAP_CODE_NONE ? " " : "");
        t_put(told, certmap_code_name(item->why));
        t_put(told, "\n");
    } else {
        ck_assert(item->field.data == NULL || item->kind != CERTMAP_EXPLAIN_VALUE);
    }
    return true;
}

static const struct {
    const char *about, *rules, *subject, *told;
} told_members[] = {
    {"fields and operands",
     D("m",
       "subject.commonName = nocase \"a\" and subject.OU in (\"b\", \"c\") and issuer.O like \"*\\*\" and "
       "count(subject.L) = 2 and subject.C present and subject.1.2.3 absent and subject under \"O=c\" and not valid "
       "at now and issuer is sha256 present"),
     "CN=x",
     "8 0\nsubject.CN [\"a\"]\nsubject.OU [(\"b\", \"c\")]\nissuer.O [\"*\\*\"]\nsubject.L [2]\nsubject.C "
     "[-]\nsubject.1.2.3 [-]\nsubject [\"O=c\"]\nvalidity [\"valid\"]\nissuer is sha256 [-]\n"},
    {"always has neither", D("m", "always"), "CN=x", "0 0\n- [-]\n"},
    {"scores are of one policy", "policy most-specific;" D("m", CN_A " and " OU_B) D("n", "subject.CN present"), "CN=x",
     "2 200\nsubject.CN [\"a\"]\nsubject.OU [\"b\"]\n0 20\nsubject.CN [-]\n"},
    {"outputs",
     "mapping \"m\" { when " CN_A "; allow \"CONTOSO\\\\${subject.UID}\"; domain \"D\"; group \"g\"; group "
     "\"ou-${subject.OU}\"; attribute \"mail\" = \"${subject.E ?? \"none\"}\"; }",
     "CN=a | UID=u | OU=b",
     "0 0\nsubject.CN [\"a\"]\naccount = CONTOSO\\u\ndomain = D\ngroup = g\ngroup = ou-b\nmail = none\n"},
    {"an output that cannot be built", "mapping \"m\" { when " CN_A "; allow \"${subject.UID}@a\"; group \"g\"; }",
     "CN=a", "0 0\nsubject.CN [\"a\"]\naccount = ${subject.UID}@a placeholder-no-value\ngroup = g\n"},
    {"outputs of what is not the answer",
     M("m", CN_A) "mapping \"n\" { when " OU_B "; allow \"n\"; } mapping \"o\" { when " O_C "; allow \"o\"; }",
     "CN=a | OU=b",
     "0 0\nsubject.CN [\"a\"]\naccount = u\n0 0\nsubject.OU [\"b\"]\n- account = n\n1 0\nsubject.O [\"c\"]\n"},
    {"outputs of what is unknown", M("m", CN_A), "octet CN=a", "1 0\nsubject.CN [\"a\"]\n- account = u\n"},
    {"all of them together", "policy all;" M("m", CN_A) "mapping \"n\" { when " OU_B "; allow \"n\"; }", "CN=a | OU=b",
     "0 0\nsubject.CN [\"a\"]\naccount = u\n0 0\nsubject.OU [\"b\"]\naccount = n\n"},
    {"two of which there must be one", "policy unique;" M("m", CN_A) "mapping \"n\" { when " OU_B "; allow \"n\"; }",
     "CN=a | OU=b", "0 0\nsubject.CN [\"a\"]\n- account = u\n0 0\nsubject.OU [\"b\"]\n- account = n\n"},
};

T_TEST(item_members) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_buf text = T_BUF_INIT, told = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1;\n");
    t_put(&text, told_members[_i].rules);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, told_members[_i].subject, "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, see_members, &told, NULL), CERTMAP_OK);
    ck_assert_msg(strcmp(t_cstr(&told), told_members[_i].told) == 0, "%s:\n%s", told_members[_i].about, t_cstr(&told));
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&told);
}

/* What an answer holds is as it was, though other texts were built for telling. */
T_TEST(answers_keep_their_texts) {
    struct certmap_rules *rules =
        t_rules("certmap 1; policy all;"
                "mapping \"a\" { when always; allow \"x-${subject.CN}\"; group \"g-${subject.OU}\"; }"
                "mapping \"b\" { when always; allow \"y-${subject.OU}\"; attribute \"n\" = \"v-${subject.CN}\"; }"
                "mapping \"c\" { when subject.O present; allow \"a longer text that is never built ${subject.CN}\"; }");
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    t_peer_make(&peer, "CN=one | OU=two", "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, t_no_item, NULL, NULL), CERTMAP_OK);
    ck_assert_uint_eq(result.account_count, 2);
    ck_assert_str_eq((const char *)result.account.data, "x-one");
    ck_assert_str_eq((const char *)result.accounts[0].data, "x-one");
    ck_assert_str_eq((const char *)result.accounts[1].data, "y-two");
    ck_assert_uint_eq(result.group_count, 1);
    ck_assert_str_eq((const char *)result.groups[0].data, "g-two");
    ck_assert_uint_eq(result.attribute_count, 1);
    ck_assert_str_eq((const char *)result.attributes[0].value.data, "v-one");
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* Bytes of values are told up to a limit; the conditions all are. */
static bool count_values(void *ctx, const struct certmap_explain_item *item) {
    size_t *counts = ctx;
    if (item->kind == CERTMAP_EXPLAIN_CONDITION)
        counts[0]++;
    if (item->kind == CERTMAP_EXPLAIN_VALUE)
        counts[1] += item->text.len + 1;
    return true;
}

T_TEST(values_without_end) {
    enum { CONDITIONS = 2000 };
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    size_t counts[2] = {0, 0};
    t_put(&text, "certmap 1; mapping \"m\" { when subject.CN present");
    for (size_t i = 1; i < CONDITIONS; i++)
        t_put(&text, " and subject.CN present");
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "CN=\\{a*65000}", "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, count_values, counts, NULL), CERTMAP_OK);
    ck_assert_uint_eq(counts[0], CONDITIONS);
    ck_assert_uint_le(counts[1], CERTMAP_MAX_REPORTED_SIZE);
    ck_assert_uint_gt(counts[1], CERTMAP_MAX_REPORTED_SIZE - 65001);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Names too are told up to the limit, and none after it, however short what is left would be. */
struct told_names {
    size_t conditions, values, bytes, last; /* last: the condition of the last value */
};

static bool count_names(void *ctx, const struct certmap_explain_item *item) {
    struct told_names *told = ctx;
    told->conditions += item->kind == CERTMAP_EXPLAIN_CONDITION;
    if (item->kind != CERTMAP_EXPLAIN_VALUE)
        return true;
    told->last = told->conditions;
    told->values++;
    told->bytes += item->text.len + 1;
    return true;
}

T_TEST(names_without_end) {
    enum { CONDITIONS = 4000, UNITS = 4000 };
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    struct told_names told = {0, 0, 0, 0};
    struct t_peer peer;
    char part[48];
    t_put(&text, "certmap 1; mapping \"m\" { when subject = \"CN=x0\"");
    for (unsigned i = 1; i < CONDITIONS; i++) {
        snprintf(part, sizeof part, " or subject = \"CN=x%u\"", i);
        t_put(&text, part);
    }
    t_put(&text, "; deny; }");
    t_put(&subject, "CN=a");
    for (size_t i = 0; i < UNITS; i++)
        t_put(&subject, " | OU=unit");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, count_names, &told, NULL), CERTMAP_OK);
    ck_assert_uint_eq(told.conditions, CONDITIONS);
    ck_assert_uint_eq(told.last, told.values);
    ck_assert_uint_le(told.bytes, CERTMAP_MAX_REPORTED_SIZE);
    ck_assert_uint_gt(told.bytes, CERTMAP_MAX_REPORTED_SIZE - told.bytes / told.values - 1);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&subject);
}

/* A value of a condition that was read is never told to be other than what the condition made of it, also when
 * conditions that were not read have used up the steps on the side. */
static bool see_other_truth(void *ctx, const struct certmap_explain_item *item) {
    size_t *told = ctx;
    if (item->kind != CERTMAP_EXPLAIN_VALUE)
        return true;
    ck_assert_int_eq(item->truth, CERTMAP_TRUE);
    ++*told;
    return true;
}

T_TEST(values_without_steps) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    size_t told = 0;
    t_put(&text, "certmap 1; mapping \"a\" { when subject.O = \"o\"; allow \"first ${subject.O}\"; }"
                 "mapping \"slow\" { when subject.O = \"o\" or subject.CN like \"*");
    for (size_t i = 0; i < 10000; i++)
        t_put(&text, "a");
    t_put(&text, "?b*\"; allow \"b\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "CN=\\{a*60000} | O=o", "CN=CA");
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, see_other_truth, &told, NULL), CERTMAP_OK);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    ck_assert_uint_eq(told, 1);
    t_check_gives(rules, peer.peer);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- what decides and what it gives ---- */

static const struct {
    const char *about, *rules;
    const char *reason; /* of the refusal, or NULL: an allow */
} given[] = {
    {"an allow behind one whose texts take all steps",
     "mapping \"no\" { when subject.C present; allow \"${subject.CN}\"; }"
     "mapping \"a\" { when always; allow \"${subject.O}\"; group \"${subject.O}\"; }",
     NULL},
    {"texts that are too long only together",
     "mapping \"a\" { when always; allow \"${subject.O}\"; group \"${subject.CN}\"; group \"2${subject.CN}\"; }",
     "placeholder-too-long"},
    {"the second of two that are together too long",
     "policy all; mapping \"a\" { when always; allow \"${subject.O}\"; group \"${subject.CN}\"; }"
     "mapping \"b\" { when always; allow \"b\"; group \"2${subject.CN}\"; }",
     "placeholder-too-long"},
    {"the first has no value", "mapping \"a\" { when always; allow \"${subject.L}\"; group \"${subject.O}\"; }",
     "placeholder-no-value"},
};

T_TEST(decides_and_gives) {
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; ");
    t_put(&text, given[_i].rules);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "CN=\\{a*10000} | O=o", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_msg(result.decision == (given[_i].reason == NULL ? CERTMAP_ALLOW : CERTMAP_DENY), "%s", given[_i].about);
    if (given[_i].reason != NULL)
        ck_assert_str_eq(certmap_code_name(result.reason), given[_i].reason);
    t_check_gives(rules, peer.peer);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- the same answer as a match ---- */

/* The rule files of the tables have no policy of their own. */
static void explain_row(enum certmap_combining policy, const char *mappings, const char *subject, const char *issuer) {
    struct t_buf text = T_BUF_INIT, told = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, certmap_combining_name(policy));
    t_put(&text, ";\n");
    t_put(&text, mappings);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, subject, issuer);
    t_trace(&told, rules, peer.peer);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&told);
}

T_TEST(rule_set) {
    for (unsigned policy = CERTMAP_COMBINING_FIRST; policy <= CERTMAP_COMBINING_ALL; policy++)
        explain_row((enum certmap_combining)policy, t_matches[_i].mappings, t_matches[_i].subject,
                    t_matches[_i].issuer);
}

static bool see_truth(void *ctx, const struct certmap_explain_item *item) {
    char *told = ctx;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        snprintf(told, 64, "%s%s%s", t_truth(item->truth), item->why != CERTMAP_CODE_NONE ? " " : "",
                 certmap_code_name(item->why));
    return true;
}

/* Here the code of the cause, which a result does not have, is compared too. */
static void explain_condition(const struct t_condition_row *row) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    char told[64] = "";
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, row->condition);
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, row->subject, T_ISSUER);
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, see_truth, told, NULL), CERTMAP_OK);
    ck_assert_msg(strcmp(told, row->truth) == 0, "%s: \"%s\" instead of \"%s\"", row->condition, told, row->truth);
    const struct certmap_result matched = t_match(rules, peer.peer);
    t_assert_same_result(&result, &matched);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

T_TEST(condition) {
    explain_condition(&t_conditions[_i]);
}

T_TEST(pattern_of_rules) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    t_pattern_row(&text, &subject, _i);
    const struct t_condition_row row = {(const char *)text.data, (const char *)subject.data,
                                        t_patterns[_i].matches ? "true" : "false"};
    explain_condition(&row);
    t_buf_free(&text);
    t_buf_free(&subject);
}

/* ---- random rules and Names, and an evaluator that knows nothing of the library ----
 *
 * The test makes values whose NFC and folded forms it knows, rules as trees, and their text from the trees.
 * Its evaluator works on the trees and the known forms. */

enum { SETS_A_TEST = 100, RANDOM_TESTS = 40, MAX_VALUES = 5, MAX_MAPPINGS = 5, MAX_MEMBERS = 3, MAX_DEPTH = 4 };
enum { MAX_NODES = 200, MAX_OPERANDS = 3, MAX_ITEMS = 4096, TYPES = 4, FIELDS = 2 };

struct random {
    uint64_t state;
};

/* xorshift64* */
static size_t below(struct random *random, size_t limit) {
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (size_t)((random->state * 2685821657736338717u) >> 33) % limit;
}

/* A value as t_name reads it, and what it is; nfc NULL: unreadable. */
static const struct value {
    const char *type, *text, *nfc, *folded;
} values[] = {
    {"utf8 ", "a", "a", "a"},
    {"printable ", "A", "A", "a"},
    {"ia5 ", "ab", "ab", "ab"},
    {"utf8 ", "aB", "aB", "ab"},
    {"utf8 ", "", "", ""},
    {"utf8 ", "e\xCC\x81", "\xC3\xA9", "\xC3\xA9"},
    {"t61 ", "\\xC9", "\xC3\x89", "\xC3\xA9"},
    {"bmp ", "a\xC3\xA9*", "a\xC3\xA9*", "a\xC3\xA9*"},
    {"universal ", "?", "?", "?"},
    {"utf8 ", "\xE2\x84\xAA", "K", "k"},
    {"octet ", "a", NULL, NULL},
    {"utf8 ", "a\\x00", NULL, NULL},
    {"utf8 ", "\\xFF", NULL, NULL},
    {"t61 ", "\\xC3\\xA9", NULL, NULL},
    {"bmp ", "\\x00", NULL, NULL},
};

/* An operand as rules write it, and what it is. */
static const struct operand {
    const char *text, *nfc, *folded;
} operands[] = {
    {"a", "a", "a"},
    {"A", "A", "a"},
    {"AB", "AB", "ab"},
    {"", "", ""},
    {"e\\u{301}", "\xC3\xA9", "\xC3\xA9"},
    {"\xC3\x89", "\xC3\x89", "\xC3\xA9"},
    {"k", "k", "k"},
    {"a\xC3\xA9*", "a\xC3\xA9*", "a\xC3\xA9*"},
    {"zzz", "zzz", "zzz"},
};

/* A pattern as rules write it, and what it is, where \1 stands for * and \2 for ?. */
static const struct operand patterns[] = {
    {"*", "\1", "\1"},
    {"?", "\2", "\2"},
    {"??", "\2\2", "\2\2"},
    {"a*", "a\1", "a\1"},
    {"A*", "A\1", "a\1"},
    {"*B", "\1B", "\1b"},
    {"*\xC3\xA9*", "\1\xC3\xA9\1", "\1\xC3\xA9\1"},
    {"*\\*", "\1*", "\1*"},
    {"\\?", "?", "?"},
    {"", "", ""},
    {"a?\\*", "a\2*", "a\2*"},
    {"K*", "K\1", "k\1"},
};

static const char *const types[TYPES] = {"CN", "OU", "O", "1.2.3.4"};
static const char *const fields[FIELDS] = {"subject", "issuer"};

enum node_kind { AND, OR, NOT, EQUAL, LIKE, PRESENT, ABSENT, COUNT };

/* Which values a condition is about. */
enum which { ANY, EVERY, FIRST, LAST, ONLY, WHICHES };

/* A node is followed by its members; size counts it and them. */
struct node {
    enum node_kind kind;
    size_t size;
    size_t field, type;
    bool nocase;
    enum which which;
    size_t count; /* COUNT */
    size_t operands[MAX_OPERANDS];
    size_t operand_count;
};

struct world {
    struct random random;
    struct {
        size_t type, value;
    } names[FIELDS][MAX_VALUES];
    size_t name_count[FIELDS];
    struct node nodes[MAX_NODES];
    size_t node_count;
    size_t first[MAX_MAPPINGS]; /* the first node of each mapping */
    bool allow[MAX_MAPPINGS];
    size_t mapping_count;
    enum certmap_truth told[MAX_ITEMS]; /* of mappings, groups and conditions, in order */
    enum certmap_explain_kind kinds[MAX_ITEMS];
    size_t told_count;
    struct t_buf conditions; /* as printed; a truth before each, a NUL after */
};

/* ---- making ---- */

static void make_condition(struct world *world, struct node *node) {
    static const enum node_kind kinds[] = {EQUAL, EQUAL, EQUAL, LIKE, LIKE, LIKE, PRESENT, ABSENT, COUNT};
    struct random *random = &world->random;
    node->kind = kinds[below(random, sizeof kinds / sizeof *kinds)];
    node->which = node->kind < PRESENT ? (enum which)below(random, WHICHES) : ANY;
    node->count = below(random, 4);
    node->field = below(random, FIELDS);
    node->type = below(random, TYPES);
    node->nocase = below(random, 2) == 1;
    node->operand_count = node->kind >= PRESENT ? 0 : below(random, 4) > 0 ? 1 : 1 + below(random, MAX_OPERANDS);
    for (size_t i = 0; i < node->operand_count; i++)
        node->operands[i] =
            below(random, node->kind == LIKE ? sizeof patterns / sizeof *patterns : sizeof operands / sizeof *operands);
}

static void make_node(struct world *world, size_t depth) {
    const size_t at = world->node_count++;
    struct node *node = &world->nodes[at];
    static const enum node_kind groups[] = {AND, OR, NOT};
    *node = (struct node){.kind = groups[below(&world->random, 3)]};
    if (depth == MAX_DEPTH || below(&world->random, 3) == 0) {
        make_condition(world, node);
    } else {
        size_t members = node->kind == NOT ? 1 : 2 + below(&world->random, MAX_MEMBERS - 1);
        for (; members > 0 && world->node_count < MAX_NODES - MAX_DEPTH * MAX_MEMBERS; members--)
            make_node(world, depth + 1);
        for (; members > 0; members--) /* no room for more than conditions */
            make_node(world, MAX_DEPTH);
    }
    node->size = world->node_count - at;
}

static void make_world(struct world *world, uint64_t seed) {
    memset(world, 0, sizeof *world);
    world->random.state = seed * 0x9E3779B97F4A7C15u + 1;
    for (size_t field = 0; field < FIELDS; field++) {
        world->name_count[field] = below(&world->random, MAX_VALUES + 1);
        for (size_t i = 0; i < world->name_count[field]; i++) {
            world->names[field][i].type = below(&world->random, TYPES);
            world->names[field][i].value = below(&world->random, sizeof values / sizeof *values);
        }
    }
    world->mapping_count = 1 + below(&world->random, MAX_MAPPINGS);
    for (size_t i = 0; i < world->mapping_count; i++) {
        world->first[i] = world->node_count;
        world->allow[i] = below(&world->random, 2) == 1;
        make_node(world, world->node_count > MAX_NODES / 2 ? MAX_DEPTH : 0);
    }
}

/* ---- writing ---- */

static void write_name(struct world *world, size_t field, struct t_buf *spec) {
    for (size_t i = 0; i < world->name_count[field]; i++) {
        const struct value *value = &values[world->names[field][i].value];
        if (i > 0)
            t_put(spec, below(&world->random, 3) == 0 ? " + " : " | ");
        t_put(spec, value->type);
        t_put(spec, types[world->names[field][i].type]);
        t_put(spec, "=");
        t_put(spec, value->text);
    }
}

static void write_field(const struct node *node, struct t_buf *text) {
    t_put(text, fields[node->field]);
    t_put(text, ".");
    t_put(text, types[node->type]);
}

static void write_presence(const struct node *node, struct t_buf *text) {
    t_put(text, node->kind == COUNT ? "count(" : "");
    write_field(node, text);
    t_put(text, node->kind == PRESENT  ? " present"
                : node->kind == ABSENT ? " absent"
                                       : (const char *[]){") = 0", ") = 1", ") = 2", ") = 3"}[node->count]);
}

static void write_condition(const struct node *node, struct t_buf *text) {
    static const char *const whiches[WHICHES] = {"", "every ", "first ", "last ", "only "};
    const bool list = node->operand_count > 1;
    if (node->kind >= PRESENT) {
        write_presence(node, text);
        return;
    }
    t_put(text, whiches[node->which]);
    write_field(node, text);
    t_put(text, node->kind == LIKE ? " like " : list ? " in " : " = ");
    t_put(text, node->nocase ? "nocase " : "");
    t_put(text, list ? "(" : "");
    for (size_t i = 0; i < node->operand_count; i++) {
        t_put(text, i > 0 ? ", \"" : "\"");
        t_put(text, node->kind == LIKE ? patterns[node->operands[i]].text : operands[node->operands[i]].text);
        t_put(text, "\"");
    }
    t_put(text, list ? ")" : "");
}

static void write_node(const struct node *node, struct t_buf *text) {
    const struct node *member = node + 1;
    if (node->kind >= EQUAL) {
        write_condition(node, text);
    } else if (node->kind == NOT) {
        t_put(text, "not ");
        write_node(member, text);
    } else {
        t_put(text, "(");
        for (; member < node + node->size; member += member->size) {
            t_put(text, member == node + 1 ? "" : node->kind == AND ? " and " : " or ");
            write_node(member, text);
        }
        t_put(text, ")");
    }
}

static void write_rules(const struct world *world, enum certmap_combining policy, struct t_buf *text) {
    t_put(text, "certmap 1; policy ");
    t_put(text, certmap_combining_name(policy));
    t_put(text, ";\n");
    for (size_t i = 0; i < world->mapping_count; i++) {
        t_put(text, (const char[]){'m', 'a', 'p', 'p', 'i', 'n', 'g', ' ', '"', (char)('a' + i), '"', 0});
        t_put(text, " { when ");
        write_node(&world->nodes[world->first[i]], text);
        t_put(text, world->allow[i] ? "; allow \"account\"; }\n" : "; deny; }\n");
    }
}

/* ---- the evaluator ---- */

static size_t character_length(const char *text) {
    size_t len = 1;
    while (((unsigned char)text[len] & 0xC0) == 0x80)
        len++;
    return len;
}

static bool matches(const char *pattern, const char *text) {
    if (*pattern == 0)
        return *text == 0;
    if (*pattern == '\1')
        return matches(pattern + 1, text) || (*text != 0 && matches(pattern, text + character_length(text)));
    if (*text == 0)
        return false;
    if (*pattern == '\2')
        return matches(pattern + 1, text + character_length(text));
    return *pattern == *text && matches(pattern + 1, text + 1);
}

static bool satisfies(const struct node *node, const struct value *value) {
    const char *text = node->nocase ? value->folded : value->nfc;
    for (size_t i = 0; i < node->operand_count; i++) {
        const struct operand *operand =
            node->kind == LIKE ? &patterns[node->operands[i]] : &operands[node->operands[i]];
        const char *wanted = node->nocase ? operand->folded : operand->nfc;
        if (node->kind == LIKE ? matches(wanted, text) : strcmp(wanted, text) == 0)
            return true;
    }
    return false;
}

/* What each value of the condition's type gives; returns how many there are. */
static size_t value_truths(const struct world *world, const struct node *node, enum certmap_truth truths[MAX_VALUES]) {
    size_t count = 0;
    for (size_t i = 0; i < world->name_count[node->field]; i++) {
        const struct value *value = &values[world->names[node->field][i].value];
        if (world->names[node->field][i].type == node->type)
            truths[count++] = value->nfc == NULL       ? CERTMAP_UNKNOWN
                              : satisfies(node, value) ? CERTMAP_TRUE
                                                       : CERTMAP_FALSE;
    }
    return count;
}

static bool has_truth(const enum certmap_truth *truths, size_t count, enum certmap_truth truth) {
    for (size_t i = 0; i < count; i++)
        if (truths[i] == truth)
            return true;
    return false;
}

static enum certmap_truth which_truth(enum which which, const enum certmap_truth *truths, size_t count) {
    const enum certmap_truth decisive = which == ANY ? CERTMAP_TRUE : CERTMAP_FALSE;
    if (count == 0 || (which == ONLY && count > 1))
        return CERTMAP_FALSE;
    if (which == FIRST || which == LAST || which == ONLY)
        return which == LAST ? truths[count - 1] : truths[0];
    if (has_truth(truths, count, decisive))
        return decisive;
    return has_truth(truths, count, CERTMAP_UNKNOWN) ? CERTMAP_UNKNOWN : which == ANY ? CERTMAP_FALSE : CERTMAP_TRUE;
}

static enum certmap_truth condition_truth(const struct world *world, const struct node *node) {
    enum certmap_truth truths[MAX_VALUES];
    const size_t count = value_truths(world, node, truths);
    if (node->kind < PRESENT)
        return which_truth(node->which, truths, count);
    const size_t wanted = node->kind == COUNT ? node->count : 0;
    return (count == wanted) == (node->kind != PRESENT) ? CERTMAP_TRUE : CERTMAP_FALSE;
}

/* Kleene: false below unknown below true; and is the least, or the greatest, not turns the order round. */
static int rank(enum certmap_truth truth) {
    return truth == CERTMAP_TRUE ? 2 : truth == CERTMAP_UNKNOWN ? 1 : 0;
}

static enum certmap_truth node_truth(const struct world *world, const struct node *node) {
    static const enum certmap_truth by_rank[] = {CERTMAP_FALSE, CERTMAP_UNKNOWN, CERTMAP_TRUE};
    int result = node->kind == AND ? 2 : 0;
    if (node->kind >= EQUAL)
        return condition_truth(world, node);
    for (const struct node *member = node + 1; member < node + node->size; member += member->size) {
        const int one = rank(node_truth(world, member));
        if (node->kind == NOT)
            result = 2 - one;
        else if (node->kind == AND ? one < result : one > result)
            result = one;
    }
    return by_rank[result];
}

/* The answer as t_answer writes it. */
static void world_answer(const struct world *world, char *answer, size_t cap) {
    for (size_t i = 0; i < world->mapping_count; i++) {
        const enum certmap_truth truth = node_truth(world, &world->nodes[world->first[i]]);
        if (truth == CERTMAP_FALSE)
            continue;
        snprintf(answer, cap, "%s %c%s",
                 !world->allow[i]        ? "deny"
                 : truth == CERTMAP_TRUE ? "allow"
                                         : "none",
                 (char)('a' + i), truth == CERTMAP_UNKNOWN ? " unreadable" : "");
        return;
    }
    snprintf(answer, cap, "none no-match");
}

/* ---- comparing ---- */

static bool note_item(void *ctx, const struct certmap_explain_item *item) {
    struct world *world = ctx;
    if (item->kind == CERTMAP_EXPLAIN_VALUE ||
        (item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT) ||
        item->kind == CERTMAP_EXPLAIN_NEAREST)
        return true;
    ck_assert_uint_lt(world->told_count, MAX_ITEMS);
    world->kinds[world->told_count] = item->kind;
    world->told[world->told_count++] = item->truth;
    if (item->kind != CERTMAP_EXPLAIN_CONDITION)
        return true;
    t_bytes(&world->conditions, (const char[]){(char)item->truth}, 1);
    t_bytes(&world->conditions, item->text.data, item->text.len + 1); /* its NUL too */
    return true;
}

static void check_item(const struct world *world, size_t *at, enum certmap_explain_kind kind,
                       enum certmap_truth truth) {
    ck_assert_uint_lt(*at, world->told_count);
    ck_assert_int_eq(world->kinds[*at], kind);
    ck_assert_int_eq(world->told[*at], truth);
    ++*at;
}

static void check_node(const struct world *world, size_t *at, const struct node *node) {
    check_item(world, at, node->kind >= EQUAL ? CERTMAP_EXPLAIN_CONDITION : CERTMAP_EXPLAIN_GROUP,
               node_truth(world, node));
    for (const struct node *member = node + 1; member < node + node->size; member += member->size)
        check_node(world, at, member);
}

static void check_told(const struct world *world) {
    size_t at = 0;
    for (size_t i = 0; i < world->mapping_count; i++) {
        const struct node *root = &world->nodes[world->first[i]];
        check_item(world, &at, CERTMAP_EXPLAIN_MAPPING, node_truth(world, root));
        if (root->kind != AND) {
            check_node(world, &at, root);
            continue;
        }
        for (const struct node *member = root + 1; member < root + root->size; member += member->size)
            check_node(world, &at, member);
    }
    ck_assert_uint_eq(at, world->told_count);
}

/* Each printed condition, as the only one of a mapping, is as true as it was. */
static void check_printed(struct world *world, struct certmap_peer *peer) {
    struct t_buf text = T_BUF_INIT;
    const char *end = (const char *)world->conditions.data + world->conditions.len;
    for (const char *at = (const char *)world->conditions.data; at < end; at += strlen(at + 1) + 2) {
        t_buf_clear(&text);
        t_put(&text, "certmap 1; mapping \"x\" { when ");
        t_put(&text, at + 1);
        t_put(&text, "; deny; }");
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        const struct certmap_result result = t_match(rules, peer);
        const enum certmap_truth truth = result.decision == CERTMAP_NONE            ? CERTMAP_FALSE
                                         : result.reason == CERTMAP_CODE_UNREADABLE ? CERTMAP_UNKNOWN
                                                                                    : CERTMAP_TRUE;
        ck_assert_msg(truth == (enum certmap_truth)at[0], "%s", at + 1);
        certmap_rules_free(rules);
    }
    t_buf_free(&text);
}

/* Under any policy an explanation gives what a match gives. */
static void check_policy(const struct world *world, enum certmap_combining policy, struct certmap_peer *peer) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_result explained = CERTMAP_RESULT_INIT;
    write_rules(world, policy, &text);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    const struct certmap_result matched = t_match(rules, peer);
    ck_assert_int_eq(certmap_explain(rules, peer, &explained, t_no_item, NULL, NULL), CERTMAP_OK);
    t_assert_same_result(&explained, &matched);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* The answer of the world, checked. */
static enum certmap_decision check_world(struct world *world) {
    struct t_buf text = T_BUF_INIT, specs[FIELDS] = {T_BUF_INIT, T_BUF_INIT};
    struct certmap_result explained = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    char answer[64], wanted[64];
    write_rules(world, CERTMAP_COMBINING_FIRST, &text);
    for (size_t field = 0; field < FIELDS; field++)
        write_name(world, field, &specs[field]);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, t_cstr(&specs[0]), t_cstr(&specs[1]));
    const struct certmap_result matched = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &matched);
    world_answer(world, wanted, sizeof wanted);
    ck_assert_msg(strcmp(answer, wanted) == 0, "%s instead of %s\n%s%s\n%s", answer, wanted, t_cstr(&text),
                  t_cstr(&specs[0]), t_cstr(&specs[1]));
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &explained, note_item, world, NULL), CERTMAP_OK);
    t_assert_same_result(&explained, &matched);
    check_told(world);
    check_printed(world, peer.peer);
    for (unsigned policy = CERTMAP_COMBINING_MOST_SPECIFIC; policy <= CERTMAP_COMBINING_ALL; policy++)
        check_policy(world, (enum certmap_combining)policy, peer.peer);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&world->conditions);
    t_buf_free(&text);
    t_buf_free(&specs[0]);
    t_buf_free(&specs[1]);
    return matched.decision;
}

T_TEST(random_rules) {
    struct world *world = malloc(sizeof *world);
    size_t answers[3] = {0, 0, 0};
    ck_assert_ptr_nonnull(world);
    for (uint64_t i = 0; i < SETS_A_TEST; i++) {
        make_world(world, (uint64_t)_i * SETS_A_TEST + i + 1);
        answers[check_world(world)]++;
    }
    /* Rules and Names that meet now and then. */
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_ge(answers[i], SETS_A_TEST / 10);
    free(world);
}

/* ---- the call ---- */

T_TEST(refuses_what_is_missing) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when always; allow \"a\"; }");
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct certmap_peer *empty = NULL;
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    empty = t_peer_new();
    const struct {
        const struct certmap_rules *rules;
        struct certmap_peer *peer;
        certmap_explain_fn *fn;
    } calls[] = {
        {NULL, peer.peer, t_no_item}, {rules, NULL, t_no_item}, {rules, empty, t_no_item}, {rules, peer.peer, NULL}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        result.decision = CERTMAP_ALLOW;
        result.account = t_text("root");
        ck_assert_int_eq(certmap_explain(calls[i].rules, calls[i].peer, &result, calls[i].fn, NULL, &error),
                         CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(error.code, CERTMAP_CODE_ARGUMENT);
        ck_assert_int_eq(result.decision, CERTMAP_NONE);
        ck_assert_ptr_null(result.account.data);
    }
    ck_assert_int_eq(certmap_explain(rules, peer.peer, NULL, t_no_item, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    result.size--;
    ck_assert_int_eq(certmap_explain(rules, peer.peer, &result, t_no_item, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_peer_free(empty);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(without_memory) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_rules *rules = NULL;
    struct t_peer peer;
    options.allocator = &allocator;
    ck_assert_int_eq(certmap_rules_parse(&rules,
                                         t_text("certmap 1; mapping \"m\" { when subject.CN = \"a\" and subject.OU = "
                                                "\"a longer operand, for which the text has to grow\"; deny; }"),
                                         &options, NULL),
                     CERTMAP_OK);
    t_peer_make(&peer, "CN=a", "CN=CA");
    const size_t live = memory.live;
    for (size_t n = 0;; n++) {
        struct certmap_diagnostic error = {.status = CERTMAP_OK};
        t_alloc_fail_at(&memory, n);
        result.decision = CERTMAP_ALLOW;
        enum certmap_status status = certmap_explain(rules, peer.peer, &result, t_no_item, NULL, &error);
        ck_assert_uint_eq(memory.live, live);
        if (!t_alloc_failed(&memory)) {
            ck_assert_int_eq(status, CERTMAP_OK);
            ck_assert_uint_ge(n, 3);
            break;
        }
        ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
        ck_assert_int_eq(error.code, CERTMAP_CODE_MEMORY);
        ck_assert_int_eq(result.decision, CERTMAP_NONE);
    }
    t_peer_free(&peer);
    certmap_rules_free(rules);
    ck_assert_uint_eq(memory.live, 0);
}

/* Extensions: a subjectAltName of so many directory names that have no RDN. */
static void put_empty_names(struct t_buf *buf, size_t count) {
    static const uint8_t empty[] = {0xA4, 0x02, 0x30, 0x00};
    t_buf_clear(buf);
    const size_t extensions = t_begin(buf), extension = t_begin(buf);
    t_tlv(buf, 0x06, "\x55\x1D\x11", 3);
    const size_t octets = t_begin(buf), names = t_begin(buf);
    for (size_t i = 0; i < count; i++)
        t_bytes(buf, empty, sizeof empty);
    t_end(buf, names, 0x30, 0);
    t_end(buf, octets, 0x04, 0);
    t_end(buf, extension, 0x30, 0);
    t_end(buf, extensions, 0x30, 0);
}

/* Directory names that have no RDN: four octets each, and much more in a peer. Where there is room for them, and not for
 * their texts, that is said, and not that there is no memory. */
T_TEST(a_certificate_too_large) {
    enum { FEWEST = 120000, STEP = 3000, MOST = 150000 };
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when san.dirname under \"C=US\"; deny; }");
    struct t_buf names = T_BUF_INIT;
    struct t_peer peer;
    size_t too_large = 0;
    t_peer_make(&peer, "CN=a", "CN=CA");
    for (size_t count = FEWEST; count <= MOST; count += STEP) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
        put_empty_names(&names, count);
        peer.cert.extensions = t_view(&names);
        if (certmap_peer_set(peer.peer, &peer.cert, NULL) != CERTMAP_OK)
            break;
        if (certmap_explain(rules, peer.peer, &result, count_names, &(struct told_names){0, 0, 0, 0}, &err) !=
            CERTMAP_OK) {
            ck_assert_int_eq(err.status, CERTMAP_ERROR_LIMIT);
            ck_assert_int_eq(err.code, CERTMAP_CODE_NAME_TOO_LARGE);
            ck_assert_int_eq(result.decision, CERTMAP_NONE);
            too_large++;
        }
    }
    ck_assert(too_large > 0 || sizeof(void *) < 8); /* with short pointers 1 MiB of names fits */
    t_buf_free(&names);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TESTS("explain",
        T_CASE("by hand", T_LOOP(trace, COUNT(rows)), items_name_their_mapping, whole_certificate,
               iis_patterns_print_as_native_ones, disabled_rules, T_LOOP(nearest_miss, COUNT(misses)), never_true,
               T_LOOP(item_members, COUNT(told_members)), answers_keep_their_texts, values_without_end,
               T_LOOP(decides_and_gives, COUNT(given))),
        T_CASE("same as match", T_LOOP(rule_set, COUNT(t_matches)), T_LOOP(condition, COUNT(t_conditions)),
               T_LOOP(pattern_of_rules, COUNT(t_patterns))),
        T_CASE("call", refuses_what_is_missing, without_memory),
        T_SLOW_CASE(names_without_end, values_without_steps, a_certificate_too_large,
                    T_LOOP(random_rules, RANDOM_TESTS)))
