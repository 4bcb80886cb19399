/* SPDX-License-Identifier: MIT */
/* Conditions on every field. First every operator and quantifier on lists of values, held against a definition
 * (docs/matching.md: a condition holds if any value satisfies it; unknown if none does but one cannot be read); then what
 * each field takes for equal, row by row. */
#include "rules.h"

/* Which piece of the certificate a text of t_der becomes. */
enum piece {
    SUBJECT,
    EXTENSIONS,
    VERSION,
    SERIAL,
    VALIDITY,
    SHA256,
    SHA1,
    KEY_SHA256,
    TBS_SHA256,
    SHA512,
    KEY_SHA512,
    KEY_SHA1,
    ISSUER_SHA1,
    ISSUER_SHA256,
    ISSUER_KEY_SHA256,
    CHAIN_SHA256,
    CHAIN_KEY_SHA256
};

#define H1 "01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01"
#define H2 "02 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02"
#define H1_32 H1 " 01 01 01 01 01 01 01 01 01 01 01 01"
#define H2_32 H2 " 02 02 02 02 02 02 02 02 02 02 02 02"

#define CN(value) "SET{ SEQUENCE{ OID{ 2.5.4.3 } " value " } }"
#define SAN(names) "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ " names " } } } }"
#define SAN_BEGIN "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{"
#define LIST_END "} } } }"
#define EXTENSION(oid, value) "SEQUENCE{ SEQUENCE{ OID{ " oid " } OCTETSTRING{ " value " } } }"
#define OTHER_NAME(oid, value) "A0{ OID{ " oid " } A0{ " value " } }"
#define UPN(value) OTHER_NAME("1.3.6.1.4.1.311.20.2.3", value)
#define KRB5(name)                                                                                                     \
    OTHER_NAME("1.3.6.1.5.2.2", "SEQUENCE{ A0{ GeneralString{ \"R\" } } A1{ SEQUENCE{ A0{ INTEGER{ 01 } } A1{ "        \
                                "SEQUENCE{ GeneralString{ " name " } } } } } }")
#define DAYS(from, to) "SEQUENCE{ UTCTime{ \"" from "000000Z\" } UTCTime{ \"" to "000000Z\" } }"

static struct certmap_view *piece_of(struct certmap_cert *cert, enum piece piece) {
    struct certmap_view *const views[] = {
        [SUBJECT] = &cert->subject,
        [EXTENSIONS] = &cert->extensions,
        [VERSION] = &cert->version,
        [SERIAL] = &cert->serial,
        [VALIDITY] = &cert->validity,
        [SHA256] = &cert->sha256,
        [SHA1] = &cert->sha1,
        [KEY_SHA256] = &cert->key_sha256,
        [TBS_SHA256] = &cert->tbs_sha256,
        [SHA512] = &cert->sha512,
        [KEY_SHA512] = &cert->key_sha512,
        [KEY_SHA1] = &cert->key_sha1,
        [ISSUER_SHA1] = &cert->issuer_sha1,
        [ISSUER_SHA256] = &cert->issuer_sha256,
        [ISSUER_KEY_SHA256] = &cert->issuer_key_sha256,
        [CHAIN_SHA256] = &cert->chain_sha256,
        [CHAIN_KEY_SHA256] = &cert->chain_key_sha256,
    };
    return views[piece];
}

#define NOON 1767268800 /* 2026-01-01 12:00 UTC */

/* A peer in which one piece is what a text of t_der says; NULL: not supplied; "": the certificate has none. */
static void make_peer(struct t_peer *peer, struct t_buf *bytes, enum piece piece, const char *der) {
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    t_peer_make(peer, "CN=subject", "CN=issuer");
    t_buf_clear(bytes);
    if (der != NULL) {
        t_der(bytes, der);
        *piece_of(&peer->cert, piece) = t_view(bytes);
    }
    peer->cert.time = NOON;
    ck_assert_msg(certmap_peer_set(peer->peer, &peer->cert, &error) == CERTMAP_OK, "%s", error.text);
}

/* What a condition gives. */
static enum certmap_truth truth_of(const char *condition, struct certmap_peer *peer) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, condition);
    t_put(&text, "; allow \"a\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    const struct certmap_result result = t_match(rules, peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    if (result.decision == CERTMAP_ALLOW)
        return CERTMAP_TRUE;
    return result.reason == CERTMAP_CODE_UNREADABLE ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}

/* ---- operators and quantifiers ---- */

/* A field, and values of it: one that satisfies the operand, one that does not, one that cannot be read. The first
 * two are in what encloses them; most is how many there can be. */
static const struct field_row {
    const char *path, *operand;
    const char *pattern; /* that matches what satisfies the operand; NULL: it has none */
    enum piece piece;
    const char *before, *yes, *no, *unreadable, *after;
    size_t most;
} fields[] = {
    {"subject.CN", "a", "a*", SUBJECT, "SEQUENCE{", CN("UTF8String{ \"a\" }"), CN("UTF8String{ \"b\" }"),
     CN("OCTETSTRING{ 00 }"), "}", 3},
    {"subject.any", "a", "a*", SUBJECT, "SEQUENCE{", CN("UTF8String{ \"a\" }"),
     "SET{ SEQUENCE{ OID{ 1.2.3.4 } UTF8String{ \"b\" } } }", CN("OCTETSTRING{ 00 }"), "}", 3},
    {"san.dirname.ANY", "a", "?", EXTENSIONS, SAN_BEGIN,
     "A4{ SEQUENCE{ SET{ SEQUENCE{ OID{ 2.5.4.11 } UTF8String{ \"a\" } } } } }",
     "A4{ SEQUENCE{ " CN("UTF8String{ \"bb\" }") " } }", "A4{ SEQUENCE{ " CN("OCTETSTRING{ 00 }") " } }", LIST_END, 3},
    {"san.dns", "A.example", "A.*", EXTENSIONS, SAN_BEGIN, "82{ \"a.example\" }", "82{ \"b.example\" }", "82{ FF }",
     LIST_END, 3},
    {"san.email", "a@A.example", "a@*", EXTENSIONS, SAN_BEGIN, "81{ \"a@a.EXAMPLE\" }", "81{ \"A@a.example\" }",
     "81{ \"a\" }", LIST_END, 3},
    {"san.uri", "HTTP://a/", "http://A/*", EXTENSIONS, SAN_BEGIN, "86{ \"http://A/\" }", "86{ \"http://b/\" }",
     "86{ FF }", LIST_END, 3},
    {"san.ip", "10.0.0.0/8", NULL, EXTENSIONS, SAN_BEGIN, "87{ 0A 01 02 03 }", "87{ 0B 01 02 03 }", "87{ 0A }",
     LIST_END, 3},
    {"san.upn", "a@b", "a@?", EXTENSIONS, SAN_BEGIN, UPN("UTF8String{ \"a@b\" }"), UPN("UTF8String{ \"A@B\" }"),
     UPN("OCTETSTRING{ 00 }"), LIST_END, 3},
    {"san.krb5", "a@R", "*@R", EXTENSIONS, SAN_BEGIN, KRB5("\"a\""),
     OTHER_NAME("1.3.6.1.5.2.2", "SEQUENCE{ A0{ GeneralString{ \"S\" } } A1{ SEQUENCE{ A0{ INTEGER{ 01 } } A1{ "
                                 "SEQUENCE{ GeneralString{ \"a\" } } } } } }"),
     OTHER_NAME("1.3.6.1.5.2.2", "UTF8String{ \"a@R\" }"), LIST_END, 3},
    {"san.dirname", "CN=A", NULL, EXTENSIONS, SAN_BEGIN, "A4{ SEQUENCE{ " CN("UTF8String{ \"a\" }") " } }",
     "A4{ SEQUENCE{ " CN("UTF8String{ \"b\" }") " } }", "A4{ SEQUENCE{ " CN("OCTETSTRING{ 00 }") " } }", LIST_END, 3},
    {"san.dirname.CN", "a", "?", EXTENSIONS, SAN_BEGIN, "A4{ SEQUENCE{ " CN("UTF8String{ \"a\" }") " } }",
     "A4{ SEQUENCE{ " CN("UTF8String{ \"bb\" }") " } }", "A4{ SEQUENCE{ " CN("OCTETSTRING{ 00 }") " } }", LIST_END, 3},
    {"san.rid", "1.2.3", NULL, EXTENSIONS, SAN_BEGIN, "88{ 1.2.3 }", "88{ 1.3.3 }", NULL, LIST_END, 3},
    {"san.1.2.3", "a", "a", EXTENSIONS, SAN_BEGIN, OTHER_NAME("1.2.3", "UTF8String{ \"a\" }"),
     OTHER_NAME("1.2.3", "UTF8String{ \"b\" }"), OTHER_NAME("1.2.3", "INTEGER{ 00 }"), LIST_END, 3},
    {"eku", "clientAuth", NULL, EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.37 } OCTETSTRING{ SEQUENCE{",
     "OID{ 1.3.6.1.5.5.7.3.2 }", "OID{ 2.5.29.37.0 }", NULL, LIST_END, 3},
    {"policy", "2.23.140.1.2.1", NULL, EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.32 } OCTETSTRING{ SEQUENCE{",
     "SEQUENCE{ OID{ 2.23.140.1.2.1 } }", "SEQUENCE{ OID{ 2.5.29.32.0 } }", NULL, LIST_END, 2},
    {"ku", "DigitalSignature", NULL, EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.15 } OCTETSTRING{",
     "BITSTRING{ 07 80 }", "BITSTRING{ 06 40 }", NULL, "} } }", 1},
    {"ski", "01:02", NULL, EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.14 } OCTETSTRING{", "OCTETSTRING{ 01 02 }",
     "OCTETSTRING{ 01 02 03 }", NULL, "} } }", 1},
    {"aki", "01 02", NULL, EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.35 } OCTETSTRING{", "SEQUENCE{ 80{ 01 02 } }",
     "SEQUENCE{ 80{ 01 } }", NULL, "} } }", 1},
    {"ms.sid", "S-1-5-21-1", "S-1-5-*", EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 1.3.6.1.4.1.311.25.2 } OCTETSTRING{",
     "SEQUENCE{ A0{ OID{ 1.3.6.1.4.1.311.25.2.1 } A0{ OCTETSTRING{ \"S-1-5-21-1\" } } } }",
     "SEQUENCE{ A0{ OID{ 1.3.6.1.4.1.311.25.2.1 } A0{ OCTETSTRING{ \"S-1-9-21-1\" } } } }", NULL, "} } }", 1},
    {"ms.template", "User", "U*", EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 1.3.6.1.4.1.311.20.2 } OCTETSTRING{",
     "BMPString{ 00 \"U\" 00 \"s\" 00 \"e\" 00 \"r\" }", "BMPString{ 00 \"X\" }", "BMPString{ 00 }", "} } }", 1},
    {"ext.1.2.3", "01 02", NULL, EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{", "01 02", "01", NULL,
     "} } }", 1},
    {"ext.1.2.3.text", "a", "a*", EXTENSIONS, "SEQUENCE{ SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{", "UTF8String{ \"a\" }",
     "\"b\"", "00", "} } }", 1},
    {"qc.statement", "qccompliance", NULL, EXTENSIONS,
     "SEQUENCE{ SEQUENCE{ OID{ 1.3.6.1.5.5.7.1.3 } OCTETSTRING{ SEQUENCE{", "SEQUENCE{ OID{ 0.4.0.1862.1.1 } }",
     "SEQUENCE{ OID{ 1.2.3 } }", NULL, LIST_END, 2},
    {"qc.type", "0.4.0.1862.1.6.3", NULL, EXTENSIONS,
     "SEQUENCE{ SEQUENCE{ OID{ 1.3.6.1.5.5.7.1.3 } OCTETSTRING{ SEQUENCE{ SEQUENCE{ OID{ 0.4.0.1862.1.6 } SEQUENCE{",
     "OID{ 0.4.0.1862.1.6.3 }", "OID{ 1.2.3 }", NULL, "} } } } } }", 2},
    {"version", "3", NULL, VERSION, "", "INTEGER{ 02 }", "INTEGER{ 01 }", NULL, "", 1},
    {"serial", "0x80", NULL, SERIAL, "", "INTEGER{ 00 80 }", "INTEGER{ 80 }", NULL, "", 1},
    {"sha256", H1_32, NULL, SHA256, "", H1_32, H2_32, NULL, "", 1},
    {"sha1", H1, NULL, SHA1, "", H1, H2, NULL, "", 1},
    {"spki.sha256", H1_32, NULL, KEY_SHA256, "", H1_32, H2_32, NULL, "", 1},
    {"tbs.sha256", H1_32, NULL, TBS_SHA256, "", H1_32, H2_32, NULL, "", 1},
    {"sha512", H1_32 H1_32, NULL, SHA512, "", H1_32 H1_32, H1_32 H2_32, NULL, "", 1},
    {"spki.sha512", H1_32 H1_32, NULL, KEY_SHA512, "", H1_32 H1_32, H1_32 H2_32, NULL, "", 1},
    {"spki.sha1", H1, NULL, KEY_SHA1, "", H1, H2, NULL, "", 1},
    {"issuer is sha1", H1, NULL, ISSUER_SHA1, "", H1, H2, NULL, "", 1},
    {"issuer is sha256", H1_32, NULL, ISSUER_SHA256, "", H1_32, H2_32, NULL, "", 1},
    {"issuer is spki.sha256", H1_32, NULL, ISSUER_KEY_SHA256, "", H1_32, H2_32, NULL, "", 1},
    {"chain has sha256", H1_32, NULL, CHAIN_SHA256, "", H1_32, H2_32, NULL, "", 3},
    {"chain has spki.sha256", H1_32, NULL, CHAIN_KEY_SHA256, "", H1_32, H2_32, NULL, "", 3},
    {"validity", "valid", NULL, VALIDITY, "", DAYS("250101", "270101"), DAYS("240101", "250101"),
     "SEQUENCE{ UTCTime{ \"250101Z\" } UTCTime{ \"270101000000Z\" } }", "", 1},
};

/* Values of a field: y satisfies, n does not, x cannot be read; "?": nothing is known. */
static const char *const lists[] = {"",   "y",  "n",   "x",   "yy",  "yn",  "ny",  "nn",  "yx",  "xy", "nx",
                                    "xn", "xx", "yny", "nyn", "yxy", "nxn", "xyn", "nyx", "yyx", "?"};

static void describe(struct t_buf *der, const struct field_row *row, const char *list) {
    t_put(der, row->before);
    for (const char *at = list; *at != 0; at++) {
        t_put(der, " ");
        t_put(der, *at == 'y' ? row->yes : *at == 'n' ? row->no : row->unreadable);
    }
    t_put(der, row->after);
}

/* Whether the field can have such values. What is no extension is always there. */
static bool is_possible(const struct field_row *row, const char *list) {
    if (strcmp(list, "?") == 0)
        return row->piece != SUBJECT;
    if (list[0] == 0)
        return row->piece == EXTENSIONS || row->piece == SUBJECT;
    if (row->path[0] == 'p' && strcmp(list, "yy") == 0)
        return false; /* a policy is not there twice (RFC 5280 4.2.1.4) */
    return strlen(list) <= row->most && (row->unreadable != NULL || strchr(list, 'x') == NULL);
}

static enum certmap_truth letter(char c) {
    return c == 'y' ? CERTMAP_TRUE : c == 'n' ? CERTMAP_FALSE : CERTMAP_UNKNOWN;
}

/* ---- the definition ---- */

static enum certmap_truth quantified(const char *list, const char *quantifier) {
    const size_t count = strlen(list);
    const bool yes = strchr(list, 'y') != NULL, no = strchr(list, 'n') != NULL, unreadable = strchr(list, 'x') != NULL;
    if (strcmp(list, "?") == 0)
        return CERTMAP_UNKNOWN;
    if (count == 0)
        return CERTMAP_FALSE;
    if (strcmp(quantifier, "every") == 0)
        return no ? CERTMAP_FALSE : unreadable ? CERTMAP_UNKNOWN : CERTMAP_TRUE;
    if (strcmp(quantifier, "first") == 0)
        return letter(list[0]);
    if (strcmp(quantifier, "last") == 0)
        return letter(list[count - 1]);
    if (strncmp(quantifier, "at ", 3) == 0)
        return (size_t)(quantifier[3] - '0') <= count ? letter(list[quantifier[3] - '1']) : CERTMAP_FALSE;
    if (strcmp(quantifier, "only") == 0)
        return count > 1 ? CERTMAP_FALSE : letter(list[0]);
    return yes ? CERTMAP_TRUE : unreadable ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}

static enum certmap_truth counted(const char *list, bool holds) {
    return strcmp(list, "?") == 0 ? CERTMAP_UNKNOWN : holds ? CERTMAP_TRUE : CERTMAP_FALSE;
}

static enum certmap_truth negated(enum certmap_truth truth) {
    return truth == CERTMAP_UNKNOWN ? truth : truth == CERTMAP_TRUE ? CERTMAP_FALSE : CERTMAP_TRUE;
}

/* ---- */

static void check(struct certmap_peer *peer, const char *condition, const char *list, enum certmap_truth wanted) {
    char negation[300];
    const enum certmap_truth got = truth_of(condition, peer);
    ck_assert_msg(got == wanted, "%s of \"%s\": %s instead of %s", condition, list, t_truth(got), t_truth(wanted));
    snprintf(negation, sizeof negation, "not (%s)", condition);
    ck_assert_msg(truth_of(negation, peer) == negated(wanted), "%s of \"%s\"", negation, list);
}

static void check_comparisons(struct certmap_peer *peer, const struct field_row *row, const char *list) {
    static const char *const quantifiers[] = {"",     "any",  "every", "first", "last",
                                              "only", "at 1", "at 2",  "at 3",  "at 4"};
    char condition[280];
    for (size_t i = 0; i < sizeof quantifiers / sizeof *quantifiers; i++) {
        const enum certmap_truth wanted = quantified(list, quantifiers[i]);
        snprintf(condition, sizeof condition, "%s %s = \"%s\"", quantifiers[i], row->path, row->operand);
        check(peer, condition, list, wanted);
        snprintf(condition, sizeof condition, "%s %s in nocase (\"%s\")", quantifiers[i], row->path, row->operand);
        if (row->pattern == NULL) /* where case means nothing in any case */
            check(peer, condition, list, wanted);
        snprintf(condition, sizeof condition, "%s %s like \"%s\"", quantifiers[i], row->path,
                 row->pattern == NULL ? "" : row->pattern);
        if (row->pattern != NULL)
            check(peer, condition, list, wanted);
        snprintf(condition, sizeof condition, "%s %s under \"%s\"", quantifiers[i], row->path, row->operand);
        if (strcmp(row->path, "san.dirname") == 0)
            check(peer, condition, list, wanted);
    }
}

static void check_presence(struct certmap_peer *peer, const struct field_row *row, const char *list) {
    char condition[280];
    const size_t count = strlen(list);
    snprintf(condition, sizeof condition, "%s present", row->path);
    check(peer, condition, list, counted(list, count > 0));
    snprintf(condition, sizeof condition, "%s absent", row->path);
    check(peer, condition, list, counted(list, count == 0));
    for (size_t i = 0; i < 4; i++) {
        snprintf(condition, sizeof condition, "count(%s) = %zu", row->path, i);
        check(peer, condition, list, counted(list, count == i));
    }
}

T_TEST(operators_on_lists) {
    const struct field_row *row = &fields[(size_t)_i / (sizeof lists / sizeof *lists)];
    const char *list = lists[(size_t)_i % (sizeof lists / sizeof *lists)];
    struct t_buf der = T_BUF_INIT, bytes = T_BUF_INIT;
    struct t_peer peer;
    if (!is_possible(row, list))
        return;
    const bool unknown = strcmp(list, "?") == 0;
    if (!unknown)
        describe(&der, row, list);
    const bool nothing = list[0] == 0 && row->piece == EXTENSIONS;
    make_peer(&peer, &bytes, row->piece, unknown ? NULL : nothing ? "" : t_cstr(&der));
    check_comparisons(peer.peer, row, list);
    check_presence(peer.peer, row, list);
    t_peer_free(&peer);
    t_buf_free(&der);
    t_buf_free(&bytes);
}

/* ---- what is equal ---- */

static const struct {
    const char *condition;
    enum piece piece;
    const char *der;
    const char *truth;
} rows[] = {
    /* addresses: IPv4 and IPv6 have nothing in common */
    {"san.ip = \"10.0.0.1\"", EXTENSIONS, SAN("87{ 0A 00 00 01 }"), "true"},
    {"san.ip = \"10.0.0.1\"", EXTENSIONS, SAN("87{ 0A 00 00 02 }"), "false"},
    {"san.ip = \"::ffff:10.0.0.1\"", EXTENSIONS, SAN("87{ 0A 00 00 01 }"), "false"},
    {"san.ip = \"10.0.0.1\"", EXTENSIONS, SAN("87{ 00 00 00 00 00 00 00 00 00 00 FF FF 0A 00 00 01 }"), "false"},
    {"san.ip = \"0.0.0.0/0\"", EXTENSIONS, SAN("87{ 00 00 00 00 00 00 00 00 00 00 FF FF 0A 00 00 01 }"), "false"},
    {"san.ip = \"0.0.0.0/0\"", EXTENSIONS, SAN("87{ FF FF FF FF }"), "true"},
    {"san.ip = \"::/0\"", EXTENSIONS, SAN("87{ FF FF FF FF }"), "false"},
    {"san.ip = \"::/0\"", EXTENSIONS, SAN("87{ 20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 01 }"), "true"},
    {"san.ip = \"2001:db8::/33\"", EXTENSIONS, SAN("87{ 20 01 0D B8 7F 00 00 00 00 00 00 00 00 00 00 01 }"), "true"},
    {"san.ip = \"2001:db8::/33\"", EXTENSIONS, SAN("87{ 20 01 0D B8 80 00 00 00 00 00 00 00 00 00 00 01 }"), "false"},
    {"san.ip = \"192.0.2.128/25\"", EXTENSIONS, SAN("87{ C0 00 02 80 }"), "true"},
    {"san.ip = \"192.0.2.128/25\"", EXTENSIONS, SAN("87{ C0 00 02 7F }"), "false"},
    {"san.ip = \"192.0.2.128/31\"", EXTENSIONS, SAN("87{ C0 00 02 81 }"), "true"},
    {"san.ip = \"192.0.2.128/31\"", EXTENSIONS, SAN("87{ C0 00 02 82 }"), "false"},
    {"san.ip in (\"10.0.0.0/8\", \"fd00::/8\")", EXTENSIONS,
     SAN("87{ FD 01 00 00 00 00 00 00 00 00 00 00 00 00 00 01 }"), "true"},
    {"san.ip in (\"10.0.0.0/8\", \"fd00::/8\")", EXTENSIONS,
     SAN("87{ FE 01 00 00 00 00 00 00 00 00 00 00 00 00 00 01 }"), "false"},

    /* a name in a certificate is compared as it is; a wildcard there is an ordinary character */
    {"san.dns = \"*.example\"", EXTENSIONS, SAN("82{ \"*.EXAMPLE\" }"), "true"},
    {"san.dns = \"www.example\"", EXTENSIONS, SAN("82{ \"*.example\" }"), "false"},
    {"san.dns = \"www.example\"", EXTENSIONS, SAN("82{ \"www.example.\" }"), "false"},
    {"san.dns like \"*.Example\"", EXTENSIONS, SAN("82{ \"a.b.example\" }"), "true"},
    {"san.dns like \"\\*.example\"", EXTENSIONS, SAN("82{ \"a.example\" }"), "false"},
    {"san.dns = \"example\"", EXTENSIONS, SAN("81{ \"a@example\" }"), "false"},
    {"san.email = \"Alice@example\"", EXTENSIONS, SAN("81{ \"alice@example\" }"), "false"},
    {"san.email = nocase \"Alice@example\"", EXTENSIONS, SAN("81{ \"alice@example\" }"), "true"},
    {"san.email = \"a@example\"", EXTENSIONS, SAN(OTHER_NAME("1.3.6.1.5.5.7.8.9", "UTF8String{ \"a@example\" }")),
     "true"},
    {"san.1.3.6.1.5.5.7.8.9 = \"a@example\"", EXTENSIONS, SAN("81{ \"a@example\" }"), "true"},
    {"san.uri = \"http://host/A\"", EXTENSIONS, SAN("86{ \"HTTP://HOST/A\" }"), "true"},
    {"san.uri = \"http://host/A\"", EXTENSIONS, SAN("86{ \"http://host/a\" }"), "false"},
    {"san.1.2.3 = \"a\"", EXTENSIONS, SAN(OTHER_NAME("1.2.4", "UTF8String{ \"a\" }")), "false"},
    {"san.1.2.3 absent", EXTENSIONS, SAN(OTHER_NAME("1.2.4", "UTF8String{ \"a\" }")), "true"},
    {"count(san.1.2.3) = 1", EXTENSIONS,
     SAN(OTHER_NAME("1.2.4", "UTF8String{ \"a\" }") OTHER_NAME("1.2.3", "UTF8String{ \"a\" }")), "true"},

    /* a usage matches itself only, and any is no wildcard */
    {"eku = \"anyExtendedKeyUsage\"", EXTENSIONS, EXTENSION("2.5.29.37", "SEQUENCE{ OID{ 2.5.29.37.0 } }"), "true"},
    {"eku = \"clientAuth\"", EXTENSIONS, EXTENSION("2.5.29.37", "SEQUENCE{ OID{ 2.5.29.37.0 } }"), "false"},
    {"eku = \"anyExtendedKeyUsage\"", EXTENSIONS, EXTENSION("2.5.29.37", "SEQUENCE{ OID{ 1.3.6.1.5.5.7.3.2 } }"),
     "false"},
    {"ku = \"contentCommitment\"", EXTENSIONS, EXTENSION("2.5.29.15", "BITSTRING{ 06 40 }"), "true"},
    {"ku = \"decipherOnly\"", EXTENSIONS, EXTENSION("2.5.29.15", "BITSTRING{ 07 00 80 }"), "true"},
    {"every ku in (\"keyCertSign\", \"cRLSign\")", EXTENSIONS, EXTENSION("2.5.29.15", "BITSTRING{ 01 06 }"), "true"},

    /* whole Names */
    {"san.dirname = \"CN=a,O=b\"", EXTENSIONS,
     SAN("A4{ SEQUENCE{ SET{ SEQUENCE{ OID{ 2.5.4.10 } PrintableString{ \"B\" } } } " CN("UTF8String{ \"A\" }") " } }"),
     "true"},
    {"san.dirname under \"O=b\"", EXTENSIONS,
     SAN("A4{ SEQUENCE{ SET{ SEQUENCE{ OID{ 2.5.4.10 } PrintableString{ \"B\" } } } " CN("UTF8String{ \"A\" }") " } }"),
     "true"},
    {"san.dirname under \"CN=a\"", EXTENSIONS,
     SAN("A4{ SEQUENCE{ SET{ SEQUENCE{ OID{ 2.5.4.10 } PrintableString{ \"B\" } } } " CN("UTF8String{ \"A\" }") " } }"),
     "false"},
    {"subject = \"CN=Subject\"", SUBJECT, NULL, "true"},
    {"subject in (\"CN=a\", \"CN=subject\")", SUBJECT, NULL, "true"},
    {"every subject = \"CN=subject\"", SUBJECT, NULL, "true"},
    {"issuer = \"CN=subject\"", SUBJECT, NULL, "false"},
    {"issuer under \"CN=issuer\"", SUBJECT, NULL, "true"},
    {"subject = \"\"", SUBJECT, NULL, "false"},
    {"subject = \"\"", SUBJECT, "SEQUENCE{}", "true"},
    {"subject = \"CN=a\"", SUBJECT, "SEQUENCE{ " CN("OCTETSTRING{ \"a\" }") " }", "unknown"},
    {"subject = \"CN=#040161\"", SUBJECT, "SEQUENCE{ " CN("OCTETSTRING{ \"a\" }") " }", "true"},
    {"subject = \"CN=#040161\"", SUBJECT, "SEQUENCE{ " CN("UTF8String{ \"a\" }") " }", "unknown"},
    {"subject = \"O=a\"", SUBJECT, "SEQUENCE{ " CN("OCTETSTRING{ \"a\" }") " }", "false"},
    /* unknown for one operand, true for another */
    {"subject in (\"CN=a\", \"CN=#040161\")", SUBJECT, "SEQUENCE{ " CN("OCTETSTRING{ \"a\" }") " }", "true"},
    {"subject in (\"O=a\", \"CN=b\")", SUBJECT, "SEQUENCE{ " CN("OCTETSTRING{ \"a\" }") " }", "unknown"},

    /* numbers and octets */
    {"serial = \"dec:128\"", SERIAL, "INTEGER{ 00 80 }", "true"},
    {"serial = \"00:80\"", SERIAL, "INTEGER{ 00 80 }", "true"},
    {"serial = \"-0x80\"", SERIAL, "INTEGER{ 80 }", "true"},
    {"serial = \"0x80\"", SERIAL, "INTEGER{ 80 }", "false"},
    {"serial = \"0x0\"", SERIAL, "INTEGER{ 00 }", "true"},
    {"version = \"1\"", VERSION, "", "true"},
    {"ext.1.2.3 = \"\"", EXTENSIONS, EXTENSION("1.2.3", ""), "true"},
    {"ext.1.2.4 absent", EXTENSIONS, EXTENSION("1.2.3", "00"), "true"},
    {"ext.1.2.3 = \"\"", EXTENSIONS,
     "SEQUENCE{ SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{} } SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{} } }", "unknown"},
    {"count(ext.1.2.3) = 2", EXTENSIONS,
     "SEQUENCE{ SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{} } SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{} } }", "true"},
    {"ext.1.2.4 absent", EXTENSIONS,
     "SEQUENCE{ SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{} } SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{} } }", "true"},
    {"san.dns absent", EXTENSIONS, EXTENSION("2.5.29.17", "00"), "unknown"},
    {"eku absent", EXTENSIONS, EXTENSION("2.5.29.17", "00"), "true"},

    /* the time: 2026-01-01 12:00, both ends included */
    {"valid at now", VALIDITY, "SEQUENCE{ UTCTime{ \"260101120000Z\" } UTCTime{ \"260101120000Z\" } }", "true"},
    {"valid at now", VALIDITY, "SEQUENCE{ UTCTime{ \"260101120001Z\" } UTCTime{ \"270101120000Z\" } }", "false"},
    {"valid at now", VALIDITY, "SEQUENCE{ UTCTime{ \"250101120001Z\" } UTCTime{ \"260101115959Z\" } }", "false"},
    {"validity = \"early\"", VALIDITY, "SEQUENCE{ UTCTime{ \"260101120001Z\" } UTCTime{ \"270101120000Z\" } }", "true"},
    {"validity = \"expired\"", VALIDITY, "SEQUENCE{ UTCTime{ \"250101120001Z\" } UTCTime{ \"260101115959Z\" } }",
     "true"},
    {"not valid at now", VALIDITY, "SEQUENCE{ UTCTime{ \"250101120001Z\" } UTCTime{ \"260101115959Z\" } }", "true"},
    {"valid at now", VALIDITY, NULL, "unknown"},

    /* who issued it */
    {"issuer is sha256 \"" H1_32 "\"", ISSUER_SHA256, H1_32, "true"},
    {"issuer is sha256 in (\"" H2_32 "\", \"" H1_32 "\")", ISSUER_SHA256, H1_32, "true"},
    {"issuer is sha256 \"" H2_32 "\"", ISSUER_SHA256, H1_32, "false"},
    {"issuer is spki.sha256 \"" H1_32 "\"", ISSUER_KEY_SHA256, H1_32, "true"},
    {"issuer is spki.sha256 \"" H1_32 "\"", ISSUER_SHA256, H1_32, "unknown"},
    {"issuer is sha256 \"" H1_32 "\"", ISSUER_SHA256, NULL, "unknown"},

    /* the chain: from the issuer to the root */
    {"chain has sha256 \"" H1_32 "\"", CHAIN_SHA256, H2_32 " " H1_32, "true"},
    {"chain has sha256 \"" H2_32 "\"", CHAIN_SHA256, H2_32 " " H1_32, "true"},
    {"chain has sha256 in (\"" H1_32 "\", \"" H2_32 "\")", CHAIN_SHA256, H2_32, "true"},
    {"chain has sha256 \"" H1_32 "\"", CHAIN_SHA256, H2_32 " " H2_32, "false"},
    {"not chain has sha256 \"" H1_32 "\"", CHAIN_SHA256, H2_32, "true"},
    {"first chain has sha256 = \"" H2_32 "\"", CHAIN_SHA256, H2_32 " " H1_32, "true"},
    {"last chain has sha256 \"" H2_32 "\"", CHAIN_SHA256, H2_32 " " H1_32, "false"},
    {"every chain has spki.sha256 in (\"" H1_32 "\", \"" H2_32 "\")", CHAIN_KEY_SHA256, H2_32 " " H1_32, "true"},
    {"count(chain has sha256) = 2", CHAIN_SHA256, H2_32 " " H1_32, "true"},
    {"chain has spki.sha256 \"" H1_32 "\"", CHAIN_SHA256, H1_32, "unknown"},
    {"not chain has spki.sha256 \"" H1_32 "\"", CHAIN_SHA256, H1_32, "unknown"},
    {"chain has sha256 \"" H1_32 "\"", ISSUER_SHA256, H1_32, "unknown"},
    /* it ends with the certificate itself */
    {"chain has sha256 \"" H1_32 "\"", CHAIN_SHA256, "", "false"},
    {"not chain has sha256 \"" H1_32 "\"", CHAIN_SHA256, "", "true"},
    {"chain has sha256 absent", CHAIN_SHA256, "", "true"},
    /* nobody has verified one */
    {"chain has sha256 \"" H1_32 "\"", CHAIN_SHA256, NULL, "unknown"},
    {"not chain has sha256 \"" H1_32 "\"", CHAIN_SHA256, NULL, "unknown"},
    {"chain has sha256 present", CHAIN_SHA256, NULL, "unknown"},
    {"chain has sha256 absent", CHAIN_SHA256, NULL, "unknown"},
};

T_TEST(condition_row) {
    struct t_buf bytes = T_BUF_INIT;
    struct t_peer peer;
    make_peer(&peer, &bytes, rows[_i].piece, rows[_i].der);
    const enum certmap_truth truth = truth_of(rows[_i].condition, peer.peer);
    ck_assert_msg(strcmp(t_truth(truth), rows[_i].truth) == 0, "%s on %s: %s", rows[_i].condition,
                  rows[_i].der == NULL ? "nothing" : rows[_i].der, t_truth(truth));
    t_peer_free(&peer);
    t_buf_free(&bytes);
}

/* ---- lists of issuers ---- */

static const struct {
    const char *list, *certificate, *key; /* digests of the issuer; NULL: not supplied */
    enum certmap_decision decision;
    enum certmap_code reason;
} issuers[] = {
    {"sha256 \"" H1_32 "\";", H1_32, NULL, CERTMAP_ALLOW, CERTMAP_CODE_NONE},
    {"sha256 \"" H1_32 "\";", H2_32, NULL, CERTMAP_NONE, CERTMAP_CODE_NO_MATCH},
    {"sha256 \"" H1_32 "\", \"" H2_32 "\";", H2_32, NULL, CERTMAP_ALLOW, CERTMAP_CODE_NONE},
    {"sha256 \"" H1_32 "\"; sha256 \"" H2_32 "\";", H2_32, NULL, CERTMAP_ALLOW, CERTMAP_CODE_NONE},
    {"sha256 \"" H1_32 "\";", NULL, H1_32, CERTMAP_NONE, CERTMAP_CODE_UNREADABLE},
    {"spki.sha256 \"" H1_32 "\";", NULL, H1_32, CERTMAP_ALLOW, CERTMAP_CODE_NONE},
    {"spki.sha256 \"" H1_32 "\";", H1_32, H2_32, CERTMAP_NONE, CERTMAP_CODE_NO_MATCH},
    {"spki.sha256 \"" H2_32 "\"; sha256 \"" H1_32 "\";", H1_32, H1_32, CERTMAP_ALLOW, CERTMAP_CODE_NONE},
    {"spki.sha256 \"" H2_32 "\"; sha256 \"" H1_32 "\";", H2_32, H2_32, CERTMAP_ALLOW, CERTMAP_CODE_NONE},
    {"spki.sha256 \"" H2_32 "\"; sha256 \"" H1_32 "\";", H2_32, H1_32, CERTMAP_NONE, CERTMAP_CODE_NO_MATCH},
    {"spki.sha256 \"" H2_32 "\"; sha256 \"" H1_32 "\";", H1_32, NULL, CERTMAP_ALLOW, CERTMAP_CODE_NONE},
    {"spki.sha256 \"" H2_32 "\"; sha256 \"" H1_32 "\";", H2_32, NULL, CERTMAP_NONE, CERTMAP_CODE_UNREADABLE},
};

/* Gives a digest, after what there is already. */
static void give_digest(struct certmap_view *piece, struct t_buf *bytes, const char *digest) {
    if (digest == NULL)
        return;
    t_der(bytes, digest);
    *piece = t_view(bytes);
}

/* A row, by a condition on the issuer, or on any CA of the chain: there the first is an intermediate, of which no list says
 * anything. */
static void check_list(int row, const char *condition, bool chain) {
    static const uint8_t other[CERTMAP_SHA256_SIZE] = {3};
    const size_t others = chain ? sizeof other : 0;
    struct t_buf text = T_BUF_INIT, certificates = T_BUF_INIT, keys = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; issuers \"Partners\" { ");
    t_put(&text, issuers[row].list);
    t_put(&text, " } mapping \"m\" { when ");
    t_put(&text, condition);
    t_put(&text, " and subject.CN = \"subject\"; allow \"a\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "CN=subject", "CN=issuer");
    t_bytes(&certificates, other, others);
    t_bytes(&keys, other, others);
    give_digest(chain ? &peer.cert.chain_sha256 : &peer.cert.issuer_sha256, &certificates, issuers[row].certificate);
    give_digest(chain ? &peer.cert.chain_key_sha256 : &peer.cert.issuer_key_sha256, &keys, issuers[row].key);
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(result.decision, issuers[row].decision);
    ck_assert_int_eq(result.reason, issuers[row].reason);
    certmap_rules_free(rules);
    t_peer_free(&peer);
    t_buf_free(&text);
    t_buf_free(&certificates);
    t_buf_free(&keys);
}

T_TEST(chain_list) {
    check_list(_i, "chain has \"partners\"", true);
}

T_TEST(issuer_list) {
    check_list(_i, "issuer is \"partners\"", false);
}

/* ---- the certificate, byte for byte ---- */

T_TEST(certificate_in_hexadecimal) {
    static const uint8_t bytes[] = {0x30, 0x01, 0xAB};
    struct t_peer peer;
    t_peer_make(&peer, "CN=subject", "CN=issuer");
    ck_assert_int_eq(truth_of("certificate = \"3001ab\"", peer.peer), CERTMAP_UNKNOWN);
    peer.cert.certificate = (struct certmap_view){bytes, sizeof bytes};
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(truth_of("certificate = \"30:01:AB\"", peer.peer), CERTMAP_TRUE);
    ck_assert_int_eq(truth_of("certificate in (\"30\", \"3001AB\")", peer.peer), CERTMAP_TRUE);
    ck_assert_int_eq(truth_of("certificate = \"3001AB00\"", peer.peer), CERTMAP_FALSE);
    ck_assert_int_eq(truth_of("certificate = \"\"", peer.peer), CERTMAP_FALSE);
    t_peer_free(&peer);
}

/* ---- steps ---- */

/* Names that are compared, and addresses, take steps: when none are left the condition is unknown. */
T_TEST(steps_of_other_comparisons) {
    static const char *const conditions[] = {"subject = \"CN=subject\"", "san.ip = \"10.0.0.1\""};
    struct t_buf bytes = T_BUF_INIT, text = T_BUF_INIT, subject = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.OU like \"*");
    for (size_t i = 0; i < 32000; i++)
        t_put(&text, "a");
    t_put(&text, "?b*\" or ");
    t_put(&text, conditions[_i]);
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    make_peer(&peer, &bytes, EXTENSIONS, SAN("87{ 0A 00 00 01 }"));
    t_name(&subject, "OU=b\\{a*65535} | CN=subject");
    peer.cert.subject = t_view(&subject);
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(result.decision, CERTMAP_DENY);
    ck_assert_int_eq(result.reason, CERTMAP_CODE_UNREADABLE);
    certmap_rules_free(rules);
    t_peer_free(&peer);
    t_buf_free(&bytes);
    t_buf_free(&text);
    t_buf_free(&subject);
}

T_TESTS("condition", T_CASE("operators", T_LOOP(operators_on_lists, COUNT(fields) * COUNT(lists))),
        T_CASE("table", T_LOOP(condition_row, COUNT(rows)), T_LOOP(issuer_list, COUNT(issuers)),
               T_LOOP(chain_list, COUNT(issuers)), certificate_in_hexadecimal),
        T_CASE("work", T_TAGS(T_SLOW), T_LOOP(steps_of_other_comparisons, 2)))
