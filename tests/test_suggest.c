/* SPDX-License-Identifier: MIT */
/* Rules made from certificates: what is chosen and why, what cannot be, and that hostile certificates change nothing. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/limits.h"
#include "certmap/suggest.h"
#include "rules.h"
#include "support/alloc.h"
#include "support/random.h"
#include "support/sha.h"
#include <stdio.h>
#include <string.h>

enum { MAX_CERTS = 64 };

/* A suggestion, with the certificates that it borrows. */
struct t_suggest {
    struct certmap_suggest *suggest;
    struct certmap_suggest_result result;
    struct certmap_diagnostic err;
    struct t_buf bytes[MAX_CERTS];
    size_t count;
};

static const uint8_t ca_key[CERTMAP_SHA256_SIZE] = {1}, other_key[CERTMAP_SHA256_SIZE] = {2};

/* The extensions of a certificate with an e-mail address, in the words of t_certs; "" for none. */
static const char *with_email(char *spec, size_t size, const char *subject, const char *email) {
    char san[600] = "";
    if (email != NULL)
        (void)snprintf(san, sizeof san,
                       "extensions-der: SEQUENCE{ OID{2.5.29.17} OCTETSTRING{ SEQUENCE{ 81{\"%s\"} } } }\n", email);
    (void)snprintf(spec, size, "subject: %s\n%s", subject, san);
    return spec;
}

static enum certmap_status add_spec(struct t_suggest *t, enum certmap_suggest_role role, const char *label,
                                    const char *spec, const uint8_t *issuer_key) {
    static const struct t_buf empty = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    ck_assert_uint_lt(t->count, MAX_CERTS);
    struct t_buf *bytes = &t->bytes[t->count++];
    *bytes = empty;
    t_certs(bytes, spec, false);
    ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(bytes), &t->err), CERTMAP_OK);
    cert.hash = t_sha;
    if (issuer_key != NULL)
        cert.issuer_key_sha256 = (struct certmap_view){issuer_key, CERTMAP_SHA256_SIZE};
    return certmap_suggest_add(t->suggest, role, &cert, certmap_view_of(label), &t->err);
}

static void add(struct t_suggest *t, enum certmap_suggest_role role, const char *label, const char *subject,
                const char *email) {
    char spec[2048];
    ck_assert_int_eq(add_spec(t, role, label, with_email(spec, sizeof spec, subject, email), ca_key), CERTMAP_OK);
}

static enum certmap_status begin_with(struct t_suggest *t, const struct certmap_suggest_options *options) {
    static const struct certmap_suggest_result none = CERTMAP_SUGGEST_RESULT_INIT;
    static const struct certmap_diagnostic fine = CERTMAP_DIAGNOSTIC_INIT;
    t->suggest = NULL;
    t->count = 0;
    t->result = none;
    t->err = fine;
    return certmap_suggest_new(&t->suggest, options, &t->err);
}

static struct certmap_suggest_options plain_options(void) {
    struct certmap_suggest_options options = CERTMAP_SUGGEST_OPTIONS_INIT;
    options.account = certmap_view_of("CONTOSO\\portal");
    return options;
}

static void begin(struct t_suggest *t) {
    const struct certmap_suggest_options options = plain_options();
    ck_assert_int_eq(begin_with(t, &options), CERTMAP_OK);
}

static void run(struct t_suggest *t) {
    const enum certmap_status status = certmap_suggest_run(t->suggest, &t->err);
    ck_assert_msg(status == CERTMAP_OK, "%s", t->err.text);
    ck_assert_int_eq(certmap_suggest_found(t->suggest, &t->result, NULL), CERTMAP_OK);
}

static void end(struct t_suggest *t) {
    certmap_suggest_free(t->suggest);
    for (size_t i = 0; i < t->count; i++)
        t_buf_free(&t->bytes[i]);
}

static void is_text(struct certmap_view text, const char *expected) {
    ck_assert_msg(text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0, "got:\n%.*s\nwant:\n%s",
                  (int)text.len, (const char *)text.data, expected);
}

#define KEY "0100000000000000000000000000000000000000000000000000000000000000"

static void add_staff(struct t_suggest *t) {
    add(t, CERTMAP_SUGGEST_IN, "in/alice.pem", "C=US | O=Contoso | OU=Sales | CN=Alice", "alice@contoso.example");
    add(t, CERTMAP_SUGGEST_IN, "in/bob.pem", "C=US | O=Contoso | OU=Sales | CN=Bob", "bob@contoso.example");
    add(t, CERTMAP_SUGGEST_IN, "in/carol.pem", "C=US | O=Contoso | OU=Support | CN=Carol", "carol@contoso.example");
}

T_TEST(the_simplest_rule) {
    struct t_suggest t;
    begin(&t);
    add_staff(&t);
    add(&t, CERTMAP_SUGGEST_OUT, "out/dave.pem", "C=US | O=Contoso | OU=Contractors | CN=Dave", "dave@contoso.example");
    add(&t, CERTMAP_SUGGEST_OUT, "out/eve.pem", "C=US | O=Fabrikam | OU=Sales | CN=Eve", "eve@fabrikam.example");
    run(&t);
    is_text(t.result.text, "certmap 1;\n"
                           "\n"
                           "mapping \"suggested\" {\n"
                           "    # always: a CA is known by its key\n"
                           "    when issuer is spki.sha256 \"" KEY "\"\n"
                           "    # keeps out out/eve.pem\n"
                           "     and subject.O = \"Contoso\"\n"
                           "    # keeps out out/dave.pem\n"
                           "     and subject.OU in (\"Sales\", \"Support\");\n"
                           "    allow \"CONTOSO\\\\portal\";\n"
                           "}\n");
    ck_assert_uint_eq(t.result.in, 3);
    ck_assert_uint_eq(t.result.out, 2);
    ck_assert_uint_eq(t.result.mappings, 1);
    ck_assert_uint_eq(t.result.weak, 0);
    ck_assert_uint_eq(t.result.condition_count, 3);
    ck_assert_int_eq(t.result.conditions[0].why, CERTMAP_SUGGEST_CA);
    ck_assert_int_eq(t.result.conditions[2].why, CERTMAP_SUGGEST_SEPARATES);
    ck_assert_uint_eq(t.result.conditions[2].alone, 1);
    ck_assert_uint_eq(t.result.note_count, 0);
    ck_assert_uint_eq(t.result.position, SIZE_MAX);
    end(&t);
}

static bool has(struct certmap_view text, const char *part) {
    const size_t len = strlen(part);
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.data + i, part, len) == 0)
            return true;
    return false;
}

#define HAS(text, part) ck_assert_msg(has(text, part), "no %s in:\n%.*s", part, (int)(text).len, (text).data)
#define HAS_NOT(text, part) ck_assert_msg(!has(text, part), "%s in:\n%.*s", part, (int)(text).len, (text).data)

static void fails(struct t_suggest *t, enum certmap_status status, enum certmap_code code, const char *text) {
    ck_assert_int_eq(certmap_suggest_run(t->suggest, &t->err), status);
    ck_assert_int_eq(t->err.code, code);
    ck_assert_str_eq(t->err.text, text);
    ck_assert_int_eq(certmap_suggest_found(t->suggest, &t->result, NULL), CERTMAP_ERROR_ARGUMENT);
}

T_TEST(a_mail_domain) {
    struct t_suggest t;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "a", "CN=Alice", "alice@Contoso.example");
    add(&t, CERTMAP_SUGGEST_IN, "b", "CN=Bob", "bob@contoso.example");
    add(&t, CERTMAP_SUGGEST_OUT, "c", "CN=Carol", "carol@fabrikam.example");
    run(&t);
    HAS(t.result.text, "san.email like nocase \"*@contoso.example\"");
    ck_assert_uint_eq(t.result.note_count, 1);
    HAS(t.result.notes[0], "fewer than two fields");
    end(&t);
}

/* Of several addresses the account takes the one that the condition is about. */
T_TEST(the_value_of_a_condition) {
    struct certmap_suggest_options options = plain_options();
    struct t_suggest t;
    options.account = certmap_view_of("CONTOSO\\${ san.email | before(\"@\")}-${san.email | first | after(\"@\")}");
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_OK);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | CN=Alice", "alice@contoso.example");
    add(&t, CERTMAP_SUGGEST_IN, "b", "O=Contoso | CN=Bob", "bob@contoso.example");
    add(&t, CERTMAP_SUGGEST_OUT, "c", "O=Contoso | CN=Carol", "carol@fabrikam.example");
    run(&t);
    HAS(t.result.text, "san.email like nocase \"*@contoso.example\" as email;");
    HAS(t.result.text, "allow \"CONTOSO\\\\${email | before(\"@\")}-${san.email | first | after(\"@\")}\";");
    end(&t);
}

/* In a placeholder there can be whatever a rule file has there. */
T_TEST(an_account_with_strings) {
    struct certmap_suggest_options options = plain_options();
    struct t_suggest t;
    options.account = certmap_view_of("a\"b-${subject.CN | replace(\"}\", \"\\\\\")}");
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_OK);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | CN=Alice", NULL);
    run(&t);
    HAS(t.result.text, "a\\\"b-${");
    HAS(t.result.text, "replace(\"}\", \"\\\\\")}\";");
    end(&t);
}

/* A top level alone is nobody's domain; so nothing is left that tells them apart. */
T_TEST(a_domain_has_two_labels) {
    struct t_suggest t;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "a", "CN=Alice", "alice@contoso.example");
    add(&t, CERTMAP_SUGGEST_IN, "b", "CN=Bob", "bob@fabrikam.example");
    run(&t);
    HAS_NOT(t.result.text, "like");
    end(&t);
}

T_TEST(patterns_end_with_a_word) {
    struct t_suggest t;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | CN=printer-sales 1*", NULL);
    add(&t, CERTMAP_SUGGEST_IN, "b", "O=Contoso | CN=printer-salary 2", NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "c", "O=Contoso | CN=Carol", NULL);
    run(&t);
    HAS(t.result.text, "subject.CN like \"printer-*\"");
    end(&t);
}

T_TEST(one_certificate) {
    struct t_suggest t;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | OU=Sales | CN=Alice", NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "b", "O=Contoso | OU=Sales | CN=Bob", NULL);
    run(&t);
    HAS(t.result.text, "subject.CN = \"Alice\"");
    HAS(t.result.text, "subject.O = \"Contoso\"");
    HAS_NOT(t.result.text, "OU");
    end(&t);
}

T_TEST(without_the_issuer) {
    struct t_suggest t;
    char spec[1024];
    begin(&t);
    ck_assert_int_eq(
        add_spec(&t, CERTMAP_SUGGEST_IN, "a", with_email(spec, sizeof spec, "O=Contoso | OU=A | CN=a", NULL), NULL),
        CERTMAP_OK);
    run(&t);
    ck_assert_uint_eq(t.result.weak, 1);
    HAS(t.result.text, "always, but weak");
    HAS(t.result.text, "when issuer = \"CN=Contoso Issuing CA 1,O=Contoso,C=US\"");
    HAS(t.result.notes[0], "weak: the CA");
    end(&t);
}

T_TEST(another_ca) {
    struct t_suggest t;
    char spec[1024];
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | OU=Sales | CN=Alice", NULL);
    (void)with_email(spec, sizeof spec, "O=Contoso | OU=Sales | CN=Alice", "alice@contoso.example");
    ck_assert_int_eq(add_spec(&t, CERTMAP_SUGGEST_OUT, "b", spec, other_key), CERTMAP_OK);
    run(&t);
    ck_assert_int_eq(t.result.conditions[0].why, CERTMAP_SUGGEST_CA);
    ck_assert_uint_eq(t.result.conditions[0].alone, 1);
    end(&t);
}

T_TEST(exceptions) {
    struct t_suggest t;
    begin(&t);
    add_staff(&t);
    add(&t, CERTMAP_SUGGEST_OUT, "d", "C=US | O=Contoso | OU=Sales | OU=Contractors | CN=Dave", "dave@contoso.example");
    add(&t, CERTMAP_SUGGEST_OUT, "e", "C=US | O=Contoso | OU=Sales | OU=Robots | CN=Eve", "eve@contoso.example");
    run(&t);
    HAS(t.result.text, "and not subject.OU in (\"Contractors\", \"Robots\")");
    HAS(t.result.text, "# keeps out d, e, whom nothing tells apart");
    ck_assert_uint_eq(t.result.mappings, 1);
    end(&t);
}

/* Two departments, and somebody between them who has all that both have in common. */
T_TEST(several_mappings) {
    struct t_suggest t;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | OU=A | L=X | CN=1", NULL);
    add(&t, CERTMAP_SUGGEST_IN, "b", "O=Contoso | OU=A | L=X | CN=2", NULL);
    add(&t, CERTMAP_SUGGEST_IN, "c", "O=Contoso | OU=B | L=Y | CN=3", NULL);
    add(&t, CERTMAP_SUGGEST_IN, "d", "O=Contoso | OU=B | L=Y | CN=4", NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "e", "O=Contoso | OU=A | L=Y | CN=1", NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "f", "O=Contoso | OU=B | L=X | CN=3", NULL);
    run(&t);
    ck_assert_uint_eq(t.result.mappings, 2);
    HAS(t.result.text, "mapping \"suggested\" {");
    HAS(t.result.text, "mapping \"suggested 2\" {");
    end(&t);
}

T_TEST(contradictions) {
    struct t_suggest t;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "in/a.pem", "O=Contoso | CN=Alice", NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "out/x\n\".pem", "O=Contoso | CN=Alice", NULL);
    fails(&t, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_SAME_CERTIFICATE,
          "in/a.pem and out/x\\u{A}\".pem are the same certificate, which cannot be in and out");
    end(&t);
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | CN=Alice", NULL);
    add(&t, CERTMAP_SUGGEST_IN, "b", "O=Contoso | CN=Bob", NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "c", "O=Contoso | CN=Alice | CN=Bob", NULL);
    run(&t);
    end(&t);
}

/* Both have the same values; only the extension that no rule of groups reads differs. */
T_TEST(what_no_condition_tells_apart) {
    static const char ski[] = "subject: O=Contoso | CN=%s\n"
                              "extensions-der: SEQUENCE{ OID{2.5.29.14} OCTETSTRING{ OCTETSTRING{ %s } } }\n";
    struct t_suggest t;
    char spec[512];
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "bob", "O=Contoso | CN=Bob", NULL);
    (void)snprintf(spec, sizeof spec, ski, "Alice", "01");
    ck_assert_int_eq(add_spec(&t, CERTMAP_SUGGEST_IN, "alice", spec, ca_key), CERTMAP_OK);
    (void)snprintf(spec, sizeof spec, ski, "Alice", "02");
    ck_assert_int_eq(add_spec(&t, CERTMAP_SUGGEST_OUT, "old alice", spec, ca_key), CERTMAP_OK);
    fails(&t, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_SEPARABLE,
          "no condition tells alice, which is to be in, from old alice, which is to be out");
    end(&t);
}

T_TEST(twins_count_once) {
    struct t_suggest t;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | CN=Alice", NULL);
    add(&t, CERTMAP_SUGGEST_IN, "b", "O=Contoso | CN=Alice", NULL);
    add(&t, CERTMAP_SUGGEST_CORPUS, "c", "O=Contoso | CN=Alice", NULL);
    run(&t);
    ck_assert_uint_eq(t.result.in, 1);
    ck_assert_uint_eq(t.result.corpus, 0);
    end(&t);
}

/* ---- refusals ---- */

T_TEST(a_deny) {
    struct certmap_suggest_options options = CERTMAP_SUGGEST_OPTIONS_INIT;
    struct t_suggest t;
    options.decision = CERTMAP_DENY;
    options.name = certmap_view_of("contractors");
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_OK);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | OU=Contractors | CN=Alice", NULL);
    add(&t, CERTMAP_SUGGEST_IN, "b", "O=Contoso | OU=Contractors | CN=Bob", NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "c", "O=Contoso | OU=Sales | CN=Carol", NULL);
    run(&t);
    HAS(t.result.text, "mapping \"contractors\" {");
    HAS(t.result.text, "    deny;\n");
    end(&t);
}

T_TEST(an_account_that_cannot_be_built) {
    struct certmap_suggest_options options = plain_options();
    struct t_suggest t;
    options.account = certmap_view_of("${subject.UID}");
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_OK);
    add(&t, CERTMAP_SUGGEST_IN, "a.pem", "O=Contoso | CN=Alice", NULL);
    fails(&t, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_PLACEHOLDER_NO_VALUE,
          "the account of a.pem cannot be built: placeholder-no-value");
    end(&t);
}

/* ---- hostile certificates ---- */

/* What a value holds stays a value, in conditions and in comments. */
T_TEST(text_stays_text) {
    static const char hostile[] = "O=Contoso\";\\x0A allow \"root\";\\x0A} # | OU=a*b?c\\\\ | CN=\\xE2\\x80\\xAEx";
    struct t_suggest t;
    struct certmap_rules *rules = NULL;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "in\n} mapping \"x\" { when always; allow \"root\"; }", hostile, NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "out\n}", "O=Contoso | OU=b | CN=x", NULL);
    run(&t);
    ck_assert_int_eq(certmap_rules_parse(&rules, t.result.text, NULL, NULL), CERTMAP_OK);
    ck_assert_uint_eq(certmap_rules_count(rules), 1);
    certmap_rules_free(rules);
    end(&t);
}

/* Ten thousand values, unreadable ones, no subject at all. */
T_TEST(strange_certificates) {
    static char many[65536];
    struct t_suggest t;
    char spec[66000];
    size_t len = 0;
    for (int i = 0; i < 200; i++)
        len += (size_t)snprintf(many + len, sizeof many - len, "%sOU=unit %d", i == 0 ? "" : " | ", i);
    begin(&t);
    (void)snprintf(spec, sizeof spec, "subject: O=Contoso | rdns 3000 OU=x | %s | CN=Alice\n", many);
    ck_assert_int_eq(add_spec(&t, CERTMAP_SUGGEST_IN, "many", spec, ca_key), CERTMAP_OK);
    add(&t, CERTMAP_SUGGEST_OUT, "octets", "octet O=Contoso | t61 OU=\\xE9\\xC3\\xA9 | CN=Bob", NULL);
    add(&t, CERTMAP_SUGGEST_OUT, "empty", "", NULL);
    run(&t);
    ck_assert_uint_ge(t.result.note_count, 1);
    HAS(t.result.notes[0], "many has more than 256 values");
    end(&t);
}

T_TEST(a_subject_that_is_empty) {
    struct t_suggest t;
    begin(&t);
    add(&t, CERTMAP_SUGGEST_IN, "empty", "", "alice@contoso.example");
    add(&t, CERTMAP_SUGGEST_OUT, "other", "O=Contoso", NULL);
    run(&t);
    HAS(t.result.text, "san.email = \"alice@contoso.example\"");
    end(&t);
}

/* ---- others ---- */

T_TEST(a_corpus) {
    struct t_suggest t;
    begin(&t);
    add_staff(&t);
    add(&t, CERTMAP_SUGGEST_OUT, "d", "C=US | O=Contoso | OU=Contractors | CN=Dave", "dave@contoso.example");
    for (int i = 0; i < 20; i++) {
        char subject[128], label[32];
        (void)snprintf(subject, sizeof subject, "C=US | O=%s | OU=%s | CN=%d", i % 4 == 3 ? "Fabrikam" : "Contoso",
                       i % 2 == 0 ? "Sales" : "Legal", i);
        (void)snprintf(label, sizeof label, "corpus/%d.pem", i);
        add(&t, CERTMAP_SUGGEST_CORPUS, label, subject, i % 4 == 0 ? "x@contoso.example" : NULL);
    }
    run(&t);
    ck_assert_uint_eq(t.result.corpus, 20);
    ck_assert_uint_eq(t.result.taken, 10);
    ck_assert_uint_eq(t.result.example_count, 3);
    is_text(t.result.examples[0].label, "corpus/2.pem"); /* without an address it is less alike */
    ck_assert_uint_eq(t.result.nearest_count, 3);
    is_text(t.result.nearest[0].label, "corpus/1.pem");
    HAS(t.result.nearest[0].reason, "only this keeps it out: subject.OU in (\"Sales\", \"Support\")");
    end(&t);
}

static struct certmap_rules *load(const char *text) {
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    ck_assert_msg(certmap_rules_parse(&rules, t_text(text), NULL, &err) == CERTMAP_OK, "%s", err.text);
    return rules;
}

static void run_in(struct t_suggest *t, const struct certmap_rules *rules) {
    struct certmap_suggest_options options = plain_options();
    options.current = rules;
    ck_assert_int_eq(begin_with(t, &options), CERTMAP_OK);
    add(t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | OU=Sales | CN=Alice", NULL);
    add(t, CERTMAP_SUGGEST_IN, "b", "O=Contoso | OU=Sales | CN=Bob", NULL);
    add(t, CERTMAP_SUGGEST_OUT, "c", "O=Contoso | OU=Legal | CN=Carol", NULL);
    add(t, CERTMAP_SUGGEST_CORPUS, "temp", "O=Contoso | OU=Sales | CN=temp", NULL);
    run(t);
}

T_TEST(a_place_in_rules) {
    struct certmap_rules *rules = load("certmap 1;\n"
                                       "mapping \"suggested\" { when subject.CN = \"temp\"; deny; }\n"
                                       "mapping \"legal\" { when subject.OU = \"Legal\"; allow \"l\"; }\n"
                                       "mapping \"rest\" { when always; deny; }\n");
    struct t_suggest t;
    run_in(&t, rules);
    ck_assert_uint_eq(t.result.position, 1);
    ck_assert_uint_eq(t.result.changed, 0);
    HAS(t.result.text, "mapping \"suggested 2\" {");
    end(&t);
    certmap_rules_free(rules);
}

T_TEST(no_place_without_changes) {
    struct certmap_rules *rules = load("certmap 1;\n"
                                       "mapping \"sales\" { when subject.CN in (\"Alice\", \"Bob\"); allow \"s\"; }\n"
                                       "mapping \"temp\" { when subject.CN = \"temp\"; deny; }\n");
    struct t_suggest t;
    run_in(&t, rules);
    ck_assert_uint_eq(t.result.position, 0);
    ck_assert_uint_eq(t.result.changed, 1);
    is_text(t.result.changes[0].label, "temp");
    is_text(t.result.changes[0].reason, "deny becomes allow \"CONTOSO\\\\portal\"");
    HAS(t.result.notes[0], "changes the answer of 1 certificate that is not to be in");
    end(&t);
    certmap_rules_free(rules);
}

T_TEST(a_policy_without_order) {
    struct certmap_rules *rules = load("certmap 1; policy unique;\n"
                                       "mapping \"rest\" { when subject.O = \"Contoso\"; deny; }\n");
    struct t_suggest t;
    run_in(&t, rules);
    ck_assert_uint_eq(t.result.position, SIZE_MAX);
    HAS(t.result.notes[0], "nowhere in the rules");
    end(&t);
    certmap_rules_free(rules);
}

/* ---- arguments, memory, time ---- */

static bool stop(void *ctx, size_t done, size_t total) {
    ck_assert_uint_le(done, total);
    return ++*(size_t *)ctx < 2;
}

T_TEST(wrong_arguments) {
    struct certmap_suggest_options options = plain_options();
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct t_suggest t;
    size_t calls = 0;
    ck_assert_int_eq(certmap_suggest_new(&t.suggest, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_suggest_new(NULL, &options, NULL), CERTMAP_ERROR_ARGUMENT);
    options.reserved = 1;
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_ERROR_ARGUMENT);
    options.reserved = 0;
    options.decision = CERTMAP_NONE;
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_ERROR_ARGUMENT);
    options.decision = CERTMAP_ALLOW;
    options.account = certmap_no_view();
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_ERROR_SYNTAX);
    options.account = certmap_view_of("${nonsense}");
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_ERROR_SYNTAX);
    ck_assert_ptr_null(t.suggest);
    options = plain_options();
    options.progress = stop;
    options.progress_ctx = &calls;
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_OK);
    ck_assert_int_eq(certmap_suggest_run(t.suggest, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_suggest_add(t.suggest, CERTMAP_SUGGEST_IN, &cert, t_text("x"), NULL),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_suggest_add(t.suggest, (enum certmap_suggest_role)3, &cert, t_text("x"), NULL),
                     CERTMAP_ERROR_ARGUMENT);
    add(&t, CERTMAP_SUGGEST_IN, "a", "O=Contoso | CN=Alice", NULL);
    ck_assert_int_eq(certmap_suggest_run(t.suggest, NULL), CERTMAP_ERROR_CANCELLED);
    ck_assert_int_eq(certmap_suggest_run(t.suggest, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_suggest_free(NULL);
    end(&t);
}

T_TEST(a_name_that_is_taken) {
    struct certmap_rules *rules = load("certmap 1; mapping \"Portal\" { when always; deny; }");
    struct certmap_suggest_options options = plain_options();
    struct t_suggest t;
    options.name = certmap_view_of("portal");
    options.current = rules;
    ck_assert_int_eq(begin_with(&t, &options), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(t.err.code, CERTMAP_CODE_DUPLICATE_MAPPING);
    certmap_rules_free(rules);
}

/* All of it, with rules and a corpus, in the caller's memory; the specs are certificates already. */
static enum certmap_status whole(const struct certmap_allocator *allocator, const struct certmap_rules *rules,
                                 const struct certmap_cert certs[6]) {
    static const enum certmap_suggest_role roles[] = {CERTMAP_SUGGEST_IN,  CERTMAP_SUGGEST_IN,  CERTMAP_SUGGEST_IN,
                                                      CERTMAP_SUGGEST_OUT, CERTMAP_SUGGEST_OUT, CERTMAP_SUGGEST_CORPUS};
    struct certmap_suggest_options options = plain_options();
    struct certmap_suggest *suggest = NULL;
    options.allocator = allocator;
    options.current = rules;
    enum certmap_status status = certmap_suggest_new(&suggest, &options, NULL);
    for (size_t i = 0; i < 6 && status == CERTMAP_OK; i++)
        status = certmap_suggest_add(suggest, roles[i], &certs[i], t_text("a certificate"), NULL);
    if (status == CERTMAP_OK)
        status = certmap_suggest_run(suggest, NULL);
    certmap_suggest_free(suggest);
    return status;
}

T_TEST(no_memory) {
    static const char *const subjects[] = {"O=Contoso | OU=A | L=X | CN=1", "O=Contoso | OU=A | L=X | CN=2",
                                           "O=Contoso | OU=B | L=Y | CN=3", "O=Contoso | OU=A | L=Y | CN=1",
                                           "O=Contoso | OU=B | L=X | CN=3", "O=Contoso | OU=A | L=X | CN=9"};
    struct certmap_rules *rules = load("certmap 1; mapping \"rest\" { when always; deny; }");
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_cert certs[6];
    struct t_buf bytes[6];
    for (size_t i = 0; i < 6; i++) {
        static const struct t_buf empty = T_BUF_INIT;
        static const struct certmap_cert none = CERTMAP_CERT_INIT;
        char spec[256];
        bytes[i] = empty;
        certs[i] = none;
        t_certs(&bytes[i], with_email(spec, sizeof spec, subjects[i], NULL), false);
        ck_assert_int_eq(certmap_cert_from_der(&certs[i], t_view(&bytes[i]), NULL), CERTMAP_OK);
        certs[i].issuer_key_sha256 = (struct certmap_view){ca_key, CERTMAP_SHA256_SIZE};
    }
    for (size_t n = 0;; n++) {
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = whole(&allocator, rules, certs);
        ck_assert_uint_eq(memory.live, 0);
        if (!t_alloc_failed(&memory)) {
            ck_assert_int_eq(status, CERTMAP_OK);
            break;
        }
        ck_assert_msg(status == CERTMAP_ERROR_MEMORY, "request %zu: %d", n, (int)status);
    }
    for (size_t i = 0; i < 6; i++)
        t_buf_free(&bytes[i]);
    certmap_rules_free(rules);
}

/* ---- any certificates ---- */

static void random_subject(struct t_random *random, char *subject, size_t size) {
    static const char *const companies[] = {"Contoso", "Fabrikam"};
    static const char *const units[] = {"Sales", "Support", "Legal", "Contractors"};
    (void)snprintf(subject, size, "O=%s | OU=%s%s%s | L=%c | CN=%s %u", companies[t_random_below(random, 2)],
                   units[t_random_below(random, 4)], t_random_below(random, 4) == 0 ? " | OU=" : "",
                   t_random_below(random, 4) == 0 ? units[t_random_below(random, 4)] : "x",
                   (char)('A' + t_random_below(random, 3)), t_random_below(random, 3) == 0 ? "robot" : "person",
                   (unsigned)t_random_below(random, 10));
}

/* The rules of the result without one condition, which is found as text; NULL: it is the only one of its mapping. */
static struct certmap_rules *without(const struct t_suggest *t, size_t index) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_rules *rules = NULL;
    const struct certmap_suggest_condition *conditions = t->result.conditions;
    t_put(&text, "certmap 1;\n");
    for (size_t m = 0; m < t->result.mappings; m++) {
        char name[64];
        bool first = true;
        (void)snprintf(name, sizeof name, "mapping \"%zu\" {", m);
        t_put(&text, name);
        for (size_t i = 0; i < t->result.condition_count; i++) {
            if (conditions[i].mapping != m || i == index)
                continue;
            t_put(&text, first ? " when " : " and ");
            t_bytes(&text, conditions[i].text.data, conditions[i].text.len);
            first = false;
        }
        t_put(&text, first ? " when always; allow \"x\"; }\n" : "; allow \"x\"; }\n");
    }
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), NULL, NULL), CERTMAP_OK);
    t_buf_free(&text);
    return rules;
}

/* Whether rules take all in and none out. */
static bool answers_all(const struct certmap_rules *rules, struct t_suggest *t,
                        const enum certmap_suggest_role *roles) {
    struct certmap_peer *peer = t_peer_new();
    bool right = true;
    for (size_t i = 0; i < t->count && right; i++) {
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        struct certmap_result result = CERTMAP_RESULT_INIT;
        ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(&t->bytes[i]), NULL), CERTMAP_OK);
        cert.hash = t_sha;
        cert.issuer_key_sha256 = (struct certmap_view){ca_key, CERTMAP_SHA256_SIZE};
        ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
        right = (result.decision == CERTMAP_ALLOW) == (roles[i] == CERTMAP_SUGGEST_IN);
    }
    certmap_peer_free(peer);
    return right;
}

static bool begins(struct certmap_view text, const char *word) {
    return text.len >= strlen(word) && memcmp(text.data, word, strlen(word)) == 0;
}

/* Whether a condition is one of those of which there are to be two. */
static bool is_field(const struct certmap_suggest_condition *condition) {
    return begins(condition->text, "subject") || begins(condition->text, "san");
}

static size_t count_fields(const struct t_suggest *t, size_t mapping) {
    size_t count = 0;
    for (size_t i = 0; i < t->result.condition_count; i++)
        count += t->result.conditions[i].mapping == mapping && is_field(&t->result.conditions[i]);
    return count;
}

static void check_minimal(struct t_suggest *t, const enum certmap_suggest_role *roles) {
    for (size_t i = 0; i < t->result.condition_count; i++) {
        const struct certmap_suggest_condition *condition = &t->result.conditions[i];
        if (condition->why == CERTMAP_SUGGEST_CA || (is_field(condition) && count_fields(t, condition->mapping) <= 2))
            continue;
        struct certmap_rules *rules = without(t, i);
        ck_assert_msg(!answers_all(rules, t, roles), "needless: %.*s in\n%.*s", (int)condition->text.len,
                      condition->text.data, (int)t->result.text.len, t->result.text.data);
        certmap_rules_free(rules);
    }
}

T_TEST(whatever_it_finds_is_right_and_minimal) {
    struct t_random random = T_RANDOM_SEED(2026);
    size_t found = 0, apart = 0;
    for (int round = 0; round < 400; round++) {
        enum certmap_suggest_role roles[MAX_CERTS];
        struct t_suggest t;
        const size_t count = 2 + t_random_below(&random, 10);
        struct certmap_suggest_options options = plain_options();
        if (t_random_below(&random, 2) == 0)
            options.account = certmap_view_of("${subject.L | lower}-${subject.CN}");
        ck_assert_int_eq(begin_with(&t, &options), CERTMAP_OK);
        for (size_t i = 0; i < count; i++) {
            char subject[256], label[16];
            random_subject(&random, subject, sizeof subject);
            roles[i] = i == 0 || t_random_below(&random, 2) == 0 ? CERTMAP_SUGGEST_IN : CERTMAP_SUGGEST_OUT;
            (void)snprintf(label, sizeof label, "%zu", i);
            add(&t, roles[i], label, subject, t_random_below(&random, 3) == 0 ? "a@contoso.example" : NULL);
        }
        const enum certmap_status status = certmap_suggest_run(t.suggest, &t.err);
        if (status == CERTMAP_OK) {
            struct certmap_rules *rules = NULL;
            ck_assert_int_eq(certmap_suggest_found(t.suggest, &t.result, NULL), CERTMAP_OK);
            ck_assert_int_eq(certmap_rules_parse(&rules, t.result.text, NULL, NULL), CERTMAP_OK);
            ck_assert(answers_all(rules, &t, roles));
            check_minimal(&t, roles);
            certmap_rules_free(rules);
            found++;
        } else {
            ck_assert_msg(t.err.code == CERTMAP_CODE_SAME_CERTIFICATE || t.err.code == CERTMAP_CODE_NOT_SEPARABLE, "%s",
                          t.err.text);
            apart++;
        }
        end(&t);
    }
    ck_assert_uint_gt(found, 300);
    ck_assert_uint_lt(apart, 100);
}

T_TESTS("suggest",
        T_CASE("rules", the_simplest_rule, a_mail_domain, the_value_of_a_condition, an_account_with_strings,
               a_domain_has_two_labels, patterns_end_with_a_word, one_certificate, without_the_issuer, another_ca,
               exceptions, several_mappings, contradictions, what_no_condition_tells_apart, twins_count_once, a_deny,
               an_account_that_cannot_be_built),
        T_CASE("hostile certificates", text_stays_text, strange_certificates, a_subject_that_is_empty),
        T_CASE("others", a_corpus, a_place_in_rules, no_place_without_changes, a_policy_without_order),
        T_CASE("limits", wrong_arguments, a_name_that_is_taken, no_memory, whatever_it_finds_is_right_and_minimal))
