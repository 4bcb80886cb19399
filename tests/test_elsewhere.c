/* SPDX-License-Identifier: MIT */
/* What people write rules for in other programs, as rules and what each certificate gets: PIV and CAC cards, groups of
 * Kubernetes, facts of Puppet, SPIFFE IDs, fingerprints of IRC servers, mappings of WinRM, principals of Kafka and
 * PostgreSQL, indexes of RabbitMQ. */
#include "rules.h"

#define EXTENSION(oid, value) "SEQUENCE{ SEQUENCE{ OID{ " oid " } OCTETSTRING{ " value " } } }"
#define SAN(names) EXTENSION("2.5.29.17", "SEQUENCE{ " names " }")
#define OTHER(oid, value) "A0{ OID{ " oid " } A0{ " value " } }"
#define UPN(text) OTHER("1.3.6.1.4.1.311.20.2.3", "UTF8String{ \"" text "\" }")
#define FACT(value) EXTENSION("1.3.6.1.4.1.34380.1.3.39", value)
#define NO_GROUPS ""
#define REFUSED NULL, NO_GROUPS

static const struct row {
    const char *what, *rules;     /* what is after "when" */
    const char *subject;          /* t_name */
    const char *extensions;       /* t_der; NULL: none */
    const char *account, *groups; /* account NULL: no account; groups with " | " between them */
} rows[] = {
/* the first ten digits of the name of a PIV card */
#define UPN16 "san.upn matches \"[0-9]{10,16}@mil\" as upn; allow \"${upn | slice(1, 10)}@mil\";"
    {"sixteen digits", UPN16, "CN=DOE.JANE.Q.1234567890", SAN(UPN("1234567890117274@mil")), "1234567890@mil",
     NO_GROUPS},
    {"ten digits", UPN16, "CN=DOE.JANE.Q.1234567890", SAN(UPN("1234567890@mil")), "1234567890@mil", NO_GROUPS},
    {"nine digits", UPN16, "CN=DOE.JANE.Q.1234567890", SAN(UPN("123456789@mil")), REFUSED},
    {"letters", UPN16, "CN=x", SAN(UPN("1234567890a@mil")), REFUSED},
    {"two names, one of them another", UPN16, "CN=x", SAN(UPN("0000000000@other") UPN("1234567890@mil")),
     "1234567890@mil", NO_GROUPS},

/* what is after the last dot */
#define EDIPI "subject.CN matches \"(.*\\.)[0-9]{10}\" as cn; allow posix-user \"u${cn | after-last(\".\")}\";"
    {"a middle name", EDIPI, "CN=DOE.JANE.Q.1234567890", NULL, "u1234567890", NO_GROUPS},
    {"none", EDIPI, "CN=DOE.JANE.1234567890", NULL, "u1234567890", NO_GROUPS},
    {"and a generation", EDIPI, "CN=DOE.JANE.Q.JR.1234567890", NULL, "u1234567890", NO_GROUPS},

/* the subject as the user */
#define SUBJECT "subject.O present; allow principal \"${subject}\";"
    {"a Name", SUBJECT, "C=DE | O=Contoso | OU=foo | CN=strimzi-kafka", NULL, "CN=strimzi-kafka,OU=foo,O=Contoso,C=DE",
     NO_GROUPS},
    {"a comma in it", SUBJECT, "O=Contoso | CN=a,O=b", NULL, "CN=a\\,O=b,O=Contoso", NO_GROUPS},
    {"a slash in it", SUBJECT, "O=Contoso | CN=a/b", NULL, "CN=a/b,O=Contoso", NO_GROUPS},
    {"with a prefix", "subject.O present; allow principal \"User:${subject}\";", "O=Contoso | CN=a", NULL,
     "User:CN=a,O=Contoso", NO_GROUPS},
    {"issuer and serial number", "subject.O present; allow principal \"${issuer}|${serial | dec}\";", "O=x", NULL,
     "CN=CA|4660", NO_GROUPS},

/* a group for each O */
#define GROUPS "subject.CN present; allow \"${subject.CN}\"; group each \"${subject.O}\";"
    {"two", GROUPS, "O=developers | O=admins | CN=jane", NULL, "jane", "developers | admins"},
    {"in one RDN", GROUPS, "O=admins + O=developers | CN=jane", NULL, "jane", "admins | developers"},
    {"one", GROUPS, "O=developers | CN=jane", NULL, "jane", "developers"},
    {"no group", GROUPS, "CN=jane", NULL, "jane", NO_GROUPS},
    {"one that cannot be read", GROUPS, "O=a | octet O=b | CN=jane", NULL, REFUSED},

/* the text in an extension, compared and put into an account */
#define FACTS "ext.1.3.6.1.4.1.34380.1.3.39.text = \"true\" as fact; allow \"cli-${fact}\";"
    {"UTF8String", FACTS, "CN=x", FACT("UTF8String{ \"true\" }"), "cli-true", NO_GROUPS},
    {"IA5String", FACTS, "CN=x", FACT("IA5String{ \"true\" }"), "cli-true", NO_GROUPS},
    {"PrintableString", FACTS, "CN=x", FACT("PrintableString{ \"true\" }"), "cli-true", NO_GROUPS},
    {"bytes", FACTS, "CN=x", FACT("\"true\""), "cli-true", NO_GROUPS},
    {"another text", FACTS, "CN=x", FACT("UTF8String{ \"false\" }"), REFUSED},

/* a SPIFFE ID is the account itself */
#define SPIFFE "only san.uri like \"spiffe://contoso.example/*\" as id; allow principal \"${id}\";"
    {"an ID", SPIFFE, "CN=x", SAN("86{ \"spiffe://contoso.example/ns/a/sa/b\" }"), "spiffe://contoso.example/ns/a/sa/b",
     NO_GROUPS},
    {"two IDs", SPIFFE, "CN=x", SAN("86{ \"spiffe://contoso.example/a\" } 86{ \"spiffe://contoso.example/b\" }"),
     REFUSED},
    {"another trust domain", SPIFFE, "CN=x", SAN("86{ \"spiffe://evil.example/contoso.example/\" }"), REFUSED},

/* the FASC-N, octets in an other name */
#define FASCN "san.2.16.840.1.101.3.6.6 = \"d4321058210c2ccc73ac839b86ab90a2d0843210c35a2d0bf1\"; allow \"jane\";"
    {"a FASC-N", FASCN, "CN=x",
     SAN(OTHER("2.16.840.1.101.3.6.6", "OCTETSTRING{ D4321058210C2CCC73AC839B86AB90A2D0843210C35A2D0BF1 }")), "jane",
     NO_GROUPS},
    {"another one", FASCN, "CN=x", SAN(OTHER("2.16.840.1.101.3.6.6", "OCTETSTRING{ D4 }")), REFUSED},

/* the value that the condition was about, wherever it is */
#define PICK "san.email like \"*@contoso.example\" as mail; allow \"CONTOSO\\\\${mail | before-last(\"@\")}\";"
    {"it is the last", PICK, "CN=Bob", SAN("81{ \"bobby@fabrikam.example\" } 81{ \"bob@contoso.example\" }"),
     "CONTOSO\\bob", NO_GROUPS},
    {"it is the first", PICK, "CN=Bob", SAN("81{ \"bob@contoso.example\" } 81{ \"bobby@fabrikam.example\" }"),
     "CONTOSO\\bob", NO_GROUPS},
    {"it is alone", PICK, "CN=Bob", SAN("81{ \"bob@contoso.example\" }"), "CONTOSO\\bob", NO_GROUPS},
    {"two of them", PICK, "CN=Bob", SAN("81{ \"bob@contoso.example\" } 81{ \"al@contoso.example\" }"), REFUSED},

/* one of several values */
#define SECOND "subject.CN present; allow \"${subject.CN | at(2)}\";"
    {"the second", SECOND, "CN=esin | CN=706330 | CN=Elvin Sample", NULL, "706330", NO_GROUPS},
    {"there is one", SECOND, "CN=esin", NULL, REFUSED},
    {"the second, in a condition", "at 2 subject.CN matches \"[0-9]+\" as id; allow \"${id}\";",
     "CN=esin | CN=706330 | CN=Elvin Sample", NULL, "706330", NO_GROUPS},
    {"another is second", "at 2 subject.CN matches \"[0-9]+\" as id; allow \"${id}\";", "CN=706330 | CN=esin", NULL,
     REFUSED},

/* digits only */
#define DIGITS "subject.CN matches \"[0-9]{7}\" as cn; allow \"${cn}\";"
    {"digits", DIGITS, "CN=1112345", NULL, "1112345", NO_GROUPS},
    {"a letter among them", DIGITS, "CN=11a2345", NULL, REFUSED},
    {"a path", DIGITS, "CN=../../x", NULL, REFUSED},

/* two @ in a name */
#define TWO_AT "san.upn like \"*@contoso.example\" as upn; allow \"CONTOSO\\\\${upn | before-last(\"@\") | lower}\";"
    {"one @", TWO_AT, "CN=x", SAN(UPN("Admin@contoso.example")), "CONTOSO\\admin", NO_GROUPS},
    {"two @", TWO_AT, "CN=x", SAN(UPN("admin@visitor@contoso.example")), REFUSED},
    {"two @, and no domain", "san.upn like \"*@contoso.example\" as upn; allow \"${upn | before-last(\"@\")}\";",
     "CN=x", SAN(UPN("admin@visitor@contoso.example")), "admin@visitor", NO_GROUPS},
    {"two @, what the star took", "san.upn like \"*@contoso.example\" as upn; allow \"${upn.star}@contoso.example\";",
     "CN=x", SAN(UPN("admin@visitor@contoso.example")), REFUSED},
};

static void check_groups(const struct row *row, const struct certmap_result *result) {
    struct t_buf groups = T_BUF_INIT;
    for (size_t i = 0; i < result->group_count; i++) {
        t_put(&groups, i > 0 ? " | " : "");
        t_bytes(&groups, result->groups[i].data, result->groups[i].len);
    }
    ck_assert_msg(strcmp(t_cstr(&groups), row->groups) == 0, "%s: groups %s", row->what, t_cstr(&groups));
    t_buf_free(&groups);
}

static struct certmap_rules *rules_of(const char *when) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, when);
    t_put(&text, " }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

T_TEST(a_rule) {
    static const uint8_t serial[] = {0x02, 0x02, 0x12, 0x34};
    const struct row *row = &rows[_i];
    struct certmap_rules *rules = rules_of(row->rules);
    struct t_buf extensions = T_BUF_INIT;
    struct t_peer peer;
    t_peer_make(&peer, row->subject, "CN=CA");
    t_der(&extensions, row->extensions != NULL ? row->extensions : "");
    peer.cert.extensions = t_view(&extensions);
    peer.cert.serial = (struct certmap_view){serial, sizeof serial};
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_msg((result.decision == CERTMAP_ALLOW) == (row->account != NULL), "%s: %s", row->what,
                  certmap_code_name(result.reason));
    if (row->account != NULL)
        ck_assert_msg(strcmp((const char *)result.account.data, row->account) == 0, "%s: %s", row->what,
                      (const char *)result.account.data);
    check_groups(row, &result);
    t_peer_free(&peer);
    t_buf_free(&extensions);
    certmap_rules_free(rules);
}

/* ---- digests ---- */

/* What is a digest of what; the operand is what sha of the bytes "abc" is. */
static const struct {
    const char *path, *digest;
} digests[] = {
    {"sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {"spki.sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {"spki.sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"issuer is sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
};

/* A fingerprint of an IRC server, a key of Active Directory, a CA of a WinRM mapping. */
T_TEST(a_fingerprint) {
    uint8_t digest[64];
    size_t len = 0;
    char text[256];
    struct t_peer peer;
    for (const char *at = digests[_i].digest; *at != 0; at += 2) {
        unsigned byte;
        ck_assert_int_eq(sscanf(at, "%2x", &byte), 1);
        digest[len++] = (uint8_t)byte;
    }
    const struct certmap_view view = {digest, len};
    snprintf(text, sizeof text, "%s%s \"%s\"; allow \"nick\";", digests[_i].path, _i == 3 ? "" : " =",
             digests[_i].digest);
    struct certmap_rules *rules = rules_of(text);
    t_peer_make(&peer, "CN=nick", "CN=CA");
    struct certmap_view *const pieces[] = {&peer.cert.sha512, &peer.cert.key_sha512, &peer.cert.key_sha1,
                                           &peer.cert.issuer_sha1};
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_NONE);
    *pieces[_i] = view;
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_ALLOW);
    digest[len - 1] ^= 1;
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_NONE);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- the chain ---- */

/* Digests of the CAs of a chain, from the issuer to the root, of 32 equal octets each. */
static const struct {
    const char *what, *condition, *chain; /* an octet of each CA; NULL: no chain was verified */
    enum certmap_decision decision;
} chains[] = {
#define FOUR(octets) octets octets octets octets
#define OF(octets) "\"" FOUR(FOUR(octets)) "\""
#define ROOT OF("cccc")
    {"below this root", "chain has sha256 " ROOT, "abc", CERTMAP_ALLOW},
    {"below this CA, which is no root", "chain has sha256 " OF("bbbb"), "abc", CERTMAP_ALLOW},
    {"issued by it", "chain has sha256 " OF("aaaa"), "abc", CERTMAP_ALLOW},
    {"the root is the issuer", "chain has sha256 " ROOT, "c", CERTMAP_ALLOW},
    {"the last is the root", "last chain has sha256 " ROOT, "abc", CERTMAP_ALLOW},
    {"it is there, and no root", "last chain has sha256 " ROOT, "acb", CERTMAP_NONE},
    {"below another root", "chain has sha256 " ROOT, "abd", CERTMAP_NONE},
    {"of two, the other one", "chain has sha256 in (" OF("dddd") ", " ROOT ")", "abc", CERTMAP_ALLOW},
    {"no verified chain", "chain has sha256 " ROOT, NULL, CERTMAP_NONE},
    {"no verified chain, and not it", "not chain has sha256 " ROOT, NULL, CERTMAP_NONE},
    {"not below it", "not chain has sha256 " ROOT, "abd", CERTMAP_ALLOW},
    {"below it after all", "not chain has sha256 " ROOT, "abc", CERTMAP_NONE},
};

/* Whether a certificate is below this root, or this CA, anywhere: what HAProxy, Keycloak and SNMP ask of a chain. */
T_TEST(a_chain) {
    uint8_t digests_of_chain[8 * 32];
    size_t count = 0;
    char text[512];
    struct t_peer peer;
    for (const char *ca = chains[_i].chain; ca != NULL && *ca != 0; ca++)
        memset(digests_of_chain + 32 * count++, 0x11 * (10 + *ca - 'a'), 32);
    snprintf(text, sizeof text, "%s; allow \"u\";", chains[_i].condition);
    struct certmap_rules *rules = rules_of(text);
    t_peer_make(&peer, "CN=u", "CN=CA");
    if (chains[_i].chain != NULL)
        peer.cert.chain_sha256 = (struct certmap_view){digests_of_chain, 32 * count};
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_msg(result.decision == chains[_i].decision, "%s: %s", chains[_i].what,
                  certmap_decision_name(result.decision));
    ck_assert_int_eq(result.reason == CERTMAP_CODE_UNREADABLE, chains[_i].chain == NULL);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- what is refused ---- */

/* What nobody should let in by is an error that says what to write. */
T_TEST(weak_digests) {
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const char *text = "certmap 1; mapping \"m\" { when md5 = \"00\"; allow \"nick\"; }";
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(text), NULL, &error), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(error.code, CERTMAP_CODE_UNKNOWN_FIELD);
    ck_assert_msg(strstr(error.text, "sha256") != NULL, "%s", error.text);
}

T_TESTS("elsewhere", T_CASE("rules", T_LOOP(a_rule, COUNT(rows))),
        T_CASE("digests", T_LOOP(a_fingerprint, COUNT(digests)), T_LOOP(a_chain, COUNT(chains)), weak_digests))
