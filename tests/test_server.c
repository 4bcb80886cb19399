/* SPDX-License-Identifier: MIT */
/* libcertmap-server without connections: files and their reloading, answers and their texts, shadow and counters. */
#define _POSIX_C_SOURCE 200809L
#include "certmap/limits.h"
#include "server.h"
#include <openssl/err.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void make_pki(void) {
    s_pki = t_pki_new();
}

static void free_pki(void) {
    t_pki_free(s_pki);
}

/* ---- answers ---- */

static const struct {
    enum t_id id;
    const char *told;
} everybody[] = {
    {T_ALICE, "allow CONTOSO\\alice"},
    {T_BOB, "allow orders"},
    {T_EVE, "deny"},
    {T_STRANGER, "none no-match"},
    {T_EXPIRED, "unverified not-verified"},
    {T_EARLY, "unverified not-verified"},
    {T_UNNAMED, "none no-match"},
    {T_LENGTHY, "error malformed-der"},
    {T_MANY_VALUES, "error name-too-large"},
};

T_TEST(everybody_has_an_answer) {
    struct s_case test;
    s_begin(&test, s_rules);
    s_open(&test);
    ck_assert_str_eq(s_ask_told(&test, everybody[_i].id), everybody[_i].told);
    ck_assert_uint_eq(s_counts(&test).asked, 1);
    s_end(&test);
}

T_TEST(an_answer_has_its_texts) {
    struct s_case test;
    char digest[CERTMAP_SERVICE_DIGEST_SIZE], line[512];
    s_begin(&test, s_rules);
    s_open(&test);
    struct certmap_answer *answer = s_ask(&test, T_ALICE);
    ck_assert_int_eq(certmap_service_digest(test.service, digest, NULL), CERTMAP_OK);
    certmap_service_close(test.service); /* an answer owns its texts */
    test.service = NULL;
    static const struct {
        enum certmap_answer_text text;
        const char *plain, *header, *ascii;
    } rows[] = {
        {CERTMAP_ANSWER_OUTCOME, "allow", "allow", "allow"},
        {CERTMAP_ANSWER_REASON, "", "", ""},
        {CERTMAP_ANSWER_MESSAGE, "", "", ""},
        {CERTMAP_ANSWER_MAPPING, "sales", "sales", "sales"},
        {CERTMAP_ANSWER_ACCOUNT, "CONTOSO\\alice", "CONTOSO\\alice", "CONTOSO\\alice"},
        {CERTMAP_ANSWER_DOMAIN, "CONTOSO", "CONTOSO", "CONTOSO"},
        {CERTMAP_ANSWER_USER, "alice", "alice", "alice"},
        {CERTMAP_ANSWER_GROUPS, "staff,s\xC3\xA5les%2C north", "staff,s\xC3\xA5les%2C north",
         "staff,s%C3%A5les%2C north"},
        {CERTMAP_ANSWER_SERIAL, "4", "4", "4"},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        ck_assert_str_eq(s_text(answer, rows[i].text, CERTMAP_FORM_PLAIN), rows[i].plain);
        ck_assert_str_eq(s_text(answer, rows[i].text, CERTMAP_FORM_HEADER), rows[i].header);
        ck_assert_str_eq(s_text(answer, rows[i].text, CERTMAP_FORM_ASCII), rows[i].ascii);
    }
    ck_assert_str_eq(s_text(answer, CERTMAP_ANSWER_RULES, CERTMAP_FORM_PLAIN), digest);
    const char *sha256 = s_text(answer, CERTMAP_ANSWER_SHA256, CERTMAP_FORM_PLAIN);
    ck_assert_uint_eq(strlen(sha256), 64);
    snprintf(line, sizeof line,
             "client=\"192.0.2.7:4711\" cert=sha256:%s serial=4 decision=allow mapping=\"sales\" "
             "account=\"CONTOSO\\\\alice\" group=\"staff\" group=\"s\xC3\xA5les, north\" "
             "mail=\"alice@contoso.example\" reason=- rules=sha256:%s",
             sha256, digest);
    ck_assert_str_eq(certmap_answer_line(answer), line);
    certmap_answer_free(answer);
    s_end(&test);
}

T_TEST(an_answer_has_lists) {
    struct s_case test;
    s_begin(&test, s_rules);
    s_open(&test);
    struct certmap_answer *answer = s_ask(&test, T_ALICE);
    ck_assert_uint_eq(certmap_answer_count(answer, CERTMAP_ANSWER_LIST_ACCOUNTS), 1);
    ck_assert_uint_eq(certmap_answer_count(answer, CERTMAP_ANSWER_LIST_GROUPS), 2);
    ck_assert_uint_eq(certmap_answer_count(answer, CERTMAP_ANSWER_LIST_ATTRIBUTES), 1);
    ck_assert_uint_eq(certmap_answer_count(answer, (enum certmap_answer_list)3), 0);
    ck_assert(certmap_answer_has(answer, CERTMAP_ANSWER_LIST_GROUPS, certmap_view_of("staff")));
    ck_assert(certmap_answer_has(answer, CERTMAP_ANSWER_LIST_GROUPS, certmap_view_of("s\xC3\xA5les, north")));
    ck_assert(!certmap_answer_has(answer, CERTMAP_ANSWER_LIST_GROUPS, certmap_view_of("Staff")));
    ck_assert(!certmap_answer_has(answer, CERTMAP_ANSWER_LIST_GROUPS, certmap_view_of("staf")));
    ck_assert(!certmap_answer_has(answer, CERTMAP_ANSWER_LIST_GROUPS, certmap_view_of("")));
    ck_assert(certmap_answer_has(answer, CERTMAP_ANSWER_LIST_ACCOUNTS, certmap_view_of("CONTOSO\\alice")));
    ck_assert_str_eq((const char *)certmap_answer_item(answer, CERTMAP_ANSWER_LIST_GROUPS, 1, CERTMAP_FORM_ASCII).data,
                     "s%C3%A5les, north");
    ck_assert_uint_eq(certmap_answer_item(answer, CERTMAP_ANSWER_LIST_GROUPS, 2, CERTMAP_FORM_PLAIN).len, 0);
    ck_assert_str_eq((const char *)certmap_answer_attribute_name(answer, 0).data, "mail");
    ck_assert_uint_eq(certmap_answer_attribute_name(answer, 1).len, 0);
    ck_assert_str_eq((const char *)certmap_answer_attribute(answer, certmap_view_of("MAIL"), CERTMAP_FORM_HEADER).data,
                     "alice@contoso.example");
    ck_assert_uint_eq(certmap_answer_attribute(answer, certmap_view_of("mai"), CERTMAP_FORM_PLAIN).len, 0);
    ck_assert_uint_eq(certmap_answer_text(answer, (enum certmap_answer_text)99, CERTMAP_FORM_PLAIN).len, 0);
    ck_assert_uint_eq(certmap_answer_text(answer, CERTMAP_ANSWER_ACCOUNT, (enum certmap_form)3).len, 0);
    certmap_answer_free(answer);
    s_end(&test);
}

T_TEST(no_answer_is_an_error) {
    ck_assert_int_eq(certmap_answer_outcome(NULL), CERTMAP_OUTCOME_ERROR);
    ck_assert_int_eq(certmap_answer_reason(NULL), CERTMAP_CODE_MEMORY);
    ck_assert_str_eq(certmap_answer_line(NULL), "decision=error mapping=- account=- reason=memory");
    ck_assert_str_eq(s_text(NULL, CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_PLAIN), "");
    ck_assert_uint_eq(certmap_answer_count(NULL, CERTMAP_ANSWER_LIST_GROUPS), 0);
    ck_assert(!certmap_answer_has(NULL, CERTMAP_ANSWER_LIST_GROUPS, certmap_view_of("")));
    ck_assert_uint_eq(certmap_answer_attribute_name(NULL, 0).len, 0);
    ck_assert_int_eq(certmap_answer_holds_until(NULL), 0);
    ck_assert(!certmap_answer_may_be_kept(NULL));
    ck_assert(!certmap_service_is_current(NULL, NULL, 1));
    certmap_answer_free(NULL);
    certmap_service_close(NULL);
    ck_assert_ptr_null(certmap_answer_outcome_name((enum certmap_outcome)CERTMAP_OUTCOME_COUNT));
}

/* ---- texts in a header ---- */

static const struct {
    const char *account; /* as rules write it */
    const char *header, *ascii;
} headers[] = {
    {"plain", "plain", "plain"},
    {"two words", "two words", "two words"},
    {" front and end ", "%20front and end%20", "%20front and end%20"},
    {" ", "%20", "%20"},
    {"100%41", "100%2541", "100%2541"},
    {"\\u{C5}da \\u{17E}i\\u{17E}ka",
     "\xC3\x85"
     "da \xC5\xBEi\xC5\xBEka",
     "%C3%85da %C5%BEi%C5%BEka"},
    {"a, b; \\\"c\\\"", "a, b; \"c\"", "a, b; \"c\""},
    {"\\u{1F600}", "\xF0\x9F\x98\x80", "%F0%9F%98%80"},
    {"\\u{100}\\u{A0}", "\xC4\x80\xC2\xA0", "%C4%80%C2%A0"},
};

T_TEST(a_text_is_safe_in_a_header) {
    struct s_case test;
    char rules[256];
    snprintf(rules, sizeof rules, "certmap 1; mapping \"x\" { when always; allow \"%s\"; }", headers[_i].account);
    s_begin(&test, rules);
    s_open(&test);
    struct certmap_answer *answer = s_ask(&test, T_ALICE);
    ck_assert_str_eq(s_text(answer, CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_HEADER), headers[_i].header);
    ck_assert_str_eq(s_text(answer, CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_ASCII), headers[_i].ascii);
    certmap_answer_free(answer);
    s_end(&test);
}

/* A builder may give texts that the language of rules refuses; here, the name of the client may hold anything. */
static const struct {
    const char *client, *line;
} clients[] = {
    {NULL, "client=- "},
    {"", "client=\"\" "},
    {"192.0.2.7", "client=\"192.0.2.7\" "},
    {"a\" decision=allow \"", "client=\"a\\\" decision=allow \\\"\" "},
    {"a\r\nb", "client=\"a\\u{D}\\u{A}b\" "},
    {"\xE2\x80\xAE"
     "a",
     "client=\"\\u{202E}a\" "},
    {"\xFF", "client=\"\\xFF\" "},
};

T_TEST(a_client_cannot_forge_a_line) {
    struct s_case test;
    struct certmap_answer *answer = NULL;
    unsigned char *der = NULL;
    s_begin(&test, s_rules);
    s_open(&test);
    struct certmap_presented presented = s_present(&der, T_ALICE);
    presented.client = clients[_i].client;
    ck_assert_int_eq(certmap_service_ask_der(test.service, &answer, &presented, NULL), CERTMAP_OK);
    ck_assert_int_eq(strncmp(certmap_answer_line(answer), clients[_i].line, strlen(clients[_i].line)), 0);
    certmap_answer_free(answer);
    OPENSSL_free(der);
    s_end(&test);
}

T_TEST(a_long_client_is_cut) {
    struct s_case test;
    struct certmap_answer *answer = NULL;
    unsigned char *der = NULL;
    char name[CERTMAP_SERVICE_MAX_CLIENT + 2];
    memset(name, 'a', sizeof name);
    name[CERTMAP_SERVICE_MAX_CLIENT + _i] = '\0';
    s_begin(&test, s_rules);
    s_open(&test);
    struct certmap_presented presented = s_present(&der, T_ALICE);
    presented.client = name;
    ck_assert_int_eq(certmap_service_ask_der(test.service, &answer, &presented, NULL), CERTMAP_OK);
    ck_assert_uint_eq(strcspn(certmap_answer_line(answer), " "), 9 + CERTMAP_SERVICE_MAX_CLIENT);
    certmap_answer_free(answer);
    OPENSSL_free(der);
    s_end(&test);
}

/* What is in a certificate's subject, in each kind of string, and what an account makes of it. */
static const struct {
    const char *cn;
    int type; /* of OpenSSL: V_ASN1_... */
    const char *told;
} hostile_names[] = {
    {"Alice", V_ASN1_UTF8STRING, "allow Alice"},
    {"a\r\nX-Remote-User: root", V_ASN1_UTF8STRING, "deny placeholder-character"},
    {"a\nb", V_ASN1_IA5STRING, "deny placeholder-character"},
    {"a\x7F", V_ASN1_UTF8STRING, "deny placeholder-character"},
    {"a\xC2\x85"
     "b",
     V_ASN1_UTF8STRING, "deny placeholder-character"},
    {"a\xE2\x80\xA8"
     "b",
     V_ASN1_UTF8STRING, "deny placeholder-character"},
    {"a\xE2\x80\xAE"
     "b",
     V_ASN1_UTF8STRING, "deny placeholder-character"},
    {"a\\root", V_ASN1_UTF8STRING, "deny placeholder-character"},
    {"\xC3\xA5", V_ASN1_T61STRING, "deny placeholder-unreadable"},
    {"\xC5\xBDi\xC5\xBEka", V_ASN1_UTF8STRING, "allow \xC5\xBDi\xC5\xBEka"},
    {"100%", V_ASN1_UTF8STRING, "allow 100%"},
    {"a,b", V_ASN1_UTF8STRING, "allow a,b"},
};

/* Of the root, with this name. */
static X509 *make_hostile(const char *cn, int type) {
    X509 *x509 = X509_dup(t_pki_certificate(s_pki, T_BOB));
    X509_NAME *name = X509_NAME_new();
    ck_assert_int_eq(
        X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING, (const unsigned char *)"x", 1, -1, 0), 1);
    /* The bytes as they are, which the function above would check. */
    ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, 0));
    ck_assert_int_eq(ASN1_STRING_set(value, cn, (int)strlen(cn)), 1);
    value->type = type;
    ck_assert_int_eq(X509_set_subject_name(x509, name), 1);
    ck_assert_int_gt(X509_sign(x509, t_pki_key(s_pki, T_ROOT), EVP_sha256()), 0);
    X509_NAME_free(name);
    return x509;
}

/* No byte that could end a header or its line. */
static void check_header(struct certmap_view view, bool ascii) {
    for (size_t i = 0; i < view.len; i++) {
        const uint8_t c = view.data[i], next = view.data[i + 1];
        ck_assert(c >= 0x20 && c != 0x7F && (c < 0x80 || !ascii));
        ck_assert(c != 0xC2 || next < 0x80 || next > 0x9F);
    }
    ck_assert(view.len == 0 || (view.data[0] != ' ' && view.data[view.len - 1] != ' '));
}

T_TEST(a_hostile_name_changes_no_header) {
    static const char rules[] = "certmap 1; mapping \"x\" { when subject.CN present; allow \"${subject.CN}\"; "
                                "group \"g,${subject.CN}\"; attribute \"cn\" = \"${subject.CN}\"; }";
    struct s_case test;
    struct certmap_answer *answer = NULL;
    unsigned char *der = NULL;
    s_begin(&test, rules);
    s_open(&test);
    X509 *x509 = make_hostile(hostile_names[_i].cn, hostile_names[_i].type);
    const int len = i2d_X509(x509, &der);
    const struct certmap_presented presented = s_presented(der, (size_t)len);
    ck_assert_int_eq(certmap_service_ask_der(test.service, &answer, &presented, NULL), CERTMAP_OK);
    ck_assert_str_eq(s_told(answer), hostile_names[_i].told);
    for (int i = 0; i < CERTMAP_ANSWER_TEXT_COUNT; i++)
        for (int form = CERTMAP_FORM_HEADER; form <= CERTMAP_FORM_ASCII; form++)
            check_header(certmap_answer_text(answer, (enum certmap_answer_text)i, (enum certmap_form)form),
                         form == CERTMAP_FORM_ASCII);
    check_header(certmap_view_of(certmap_answer_line(answer)), false);
    certmap_answer_free(answer);
    OPENSSL_free(der);
    X509_free(x509);
    s_end(&test);
}

/* ---- what a proxy tells ---- */

enum presenting {
    NOTHING,
    WITHHELD,
    UNVERIFIED_BYTES,
    NOT_PRESENT,
    GARBAGE,

    TRAILING,
    BY_STORE,
    BY_OTHER_STORE
};

static const struct {
    enum presenting presenting;
    enum t_id id;
    const char *told;
} presentings[] = {
    {NOTHING, T_ALICE, "unverified no-certificate"},
    {WITHHELD, T_ALICE, "error certificate-withheld"},
    {UNVERIFIED_BYTES, T_ALICE, "unverified not-verified"},
    {NOT_PRESENT, T_ALICE, "unverified no-certificate"},
    {GARBAGE, T_ALICE, "error malformed-der"},
    {TRAILING, T_ALICE, "error malformed-der"},
    {BY_STORE, T_ALICE, "allow CONTOSO\\alice"},
    {BY_STORE, T_EVE, "deny"},
    {BY_STORE, T_MALLORY, "unverified not-verified"},
    {BY_STORE, T_WEB, "unverified not-verified"},
    {BY_STORE, T_EXPIRED, "unverified not-verified"},
    {BY_STORE, T_LONELY, "unverified not-verified"},
    {BY_OTHER_STORE, T_ALICE, "unverified not-verified"},
};

static X509_STORE *store_of(enum t_id id) {
    X509_STORE *store = X509_STORE_new();
    ck_assert_int_eq(X509_STORE_add_cert(store, t_pki_certificate(s_pki, id)), 1);
    return store;
}

T_TEST(what_is_presented_has_an_answer) {
    struct s_case test;
    struct certmap_answer *answer = NULL;
    unsigned char *der = NULL, *chain = NULL;
    const enum presenting how = presentings[_i].presenting;
    X509_STORE *store = store_of(how == BY_OTHER_STORE ? T_OTHER_ROOT : T_ROOT);
    s_begin(&test, s_rules);
    s_open(&test);
    struct certmap_presented presented = s_present(&der, presentings[_i].id);
    unsigned char *longer = malloc(presented.certificate.len + 1);
    memcpy(longer, der, presented.certificate.len);
    longer[presented.certificate.len] = 0;
    presented.present = how != NOTHING && how != NOT_PRESENT;
    presented.verified = how != UNVERIFIED_BYTES && how != BY_STORE && how != BY_OTHER_STORE;
    if (how == NOTHING || how == WITHHELD)
        presented.certificate = (struct certmap_view)CERTMAP_NO_VIEW;
    if (how == GARBAGE)
        presented.certificate.len -= 1;
    if (how == TRAILING)
        presented.certificate = (struct certmap_view){longer, presented.certificate.len + 1};
    if (how == BY_STORE || how == BY_OTHER_STORE) {
        presented.store = store;
        const int len = i2d_X509(t_pki_certificate(s_pki, T_ISSUING), &chain);
        presented.chain = (struct certmap_view){chain, (size_t)len};
    }
    ck_assert_int_eq(certmap_service_ask_der(test.service, &answer, &presented, NULL), CERTMAP_OK);
    ck_assert_str_eq(s_told(answer), presentings[_i].told);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    certmap_answer_free(answer);
    free(longer);
    OPENSSL_free(der);
    OPENSSL_free(chain);
    X509_STORE_free(store);
    s_end(&test);
}

/* ---- until when ---- */

T_TEST(an_answer_holds_for_a_while) {
    struct s_case test;
    s_begin(&test, s_rules);
    test.options.hold_seconds = 10;
    s_open(&test);
    test.now = (int64_t)time(NULL);
    struct certmap_answer *answer = s_ask(&test, T_ALICE);
    ck_assert(certmap_answer_may_be_kept(answer));
    ck_assert_int_eq(certmap_answer_holds_until(answer), test.now + 10);
    ck_assert(certmap_service_is_current(test.service, answer, 0));
    ck_assert(certmap_service_is_current(test.service, answer, test.now + 10));
    ck_assert(!certmap_service_is_current(test.service, answer, test.now + 11));
    ck_assert(certmap_service_is_current(test.service, answer, test.now - 10));
    ck_assert(!certmap_service_is_current(test.service, answer, test.now - 11)); /* the clock was set back */
    ck_assert_int_eq(certmap_service_reload(test.service, NULL), CERTMAP_OK);
    ck_assert(!certmap_service_is_current(test.service, answer, 0));
    certmap_answer_free(answer);
    s_end(&test);
}

/* 30 days after the certificate was made, it ends. */
T_TEST(an_answer_ends_with_the_certificate) {
    struct s_case test;
    int days = 0, seconds = 0;
    s_begin(&test, s_rules);
    test.options.hold_seconds = 100;
    s_open(&test);
    const time_t system_now = time(NULL);
    ASN1_TIME *now = ASN1_TIME_set(NULL, system_now);
    ck_assert_int_eq(ASN1_TIME_diff(&days, &seconds, now, X509_get0_notAfter(t_pki_certificate(s_pki, T_ALICE))), 1);
    ASN1_TIME_free(now);
    const int64_t last = (int64_t)system_now + days * INT64_C(86400) + seconds;
    test.now = last - 5;
    struct certmap_answer *answer = s_ask(&test, T_ALICE);
    ck_assert_str_eq(s_told(answer), "allow CONTOSO\\alice");
    ck_assert_int_eq(certmap_answer_holds_until(answer), last);
    certmap_answer_free(answer);
    test.now = last;
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "allow CONTOSO\\alice");
    test.now = last + 1;
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "unverified not-verified");
    test.now = -1;
    answer = s_ask(&test, T_ALICE);
    ck_assert_str_eq(s_told(answer), "unverified not-verified");
    ck_assert(!certmap_answer_may_be_kept(answer));
    certmap_answer_free(answer);
    s_end(&test);
}

/* Dates as certificates have them; the time is 2031-03-01 12:00:00 UTC. */
static const struct {
    int first_type;
    const char *first;
    int last_type;
    const char *last;
    const char *told;
    int64_t until; /* the last second, from 1970; 0: of no interest */
} dates[] = {
    {V_ASN1_UTCTIME, "310301120000Z", V_ASN1_UTCTIME, "310301120000Z", "allow x", 1930132800},
    {V_ASN1_UTCTIME, "310301120001Z", V_ASN1_UTCTIME, "320301120000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300301120000Z", V_ASN1_UTCTIME, "310301115959Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "500101000000Z", V_ASN1_UTCTIME, "491231235959Z", "allow x", 0}, /* 1950 to 2049 */
    {V_ASN1_GENERALIZEDTIME, "00010101000000Z", V_ASN1_GENERALIZEDTIME, "99991231235959Z", "allow x", 0},
    {V_ASN1_GENERALIZEDTIME, "20310228120000Z", V_ASN1_GENERALIZEDTIME, "20310301120059Z", "allow x", 1930132859},
    {V_ASN1_GENERALIZEDTIME, "20280229000000Z", V_ASN1_UTCTIME, "320229000000Z", "allow x", 0},
    {V_ASN1_GENERALIZEDTIME, "20000229000000Z", V_ASN1_UTCTIME, "320229000000Z", "allow x", 0},
    {V_ASN1_UTCTIME, "300229000000Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_GENERALIZEDTIME, "19000229000000Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "301301000000Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300001000000Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300100000000Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300101240000Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300101006000Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300101000060Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "3001010000Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300101000000+0100", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "30010100000aZ", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300101000000", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_GENERALIZEDTIME, "20300101000000.5Z", V_ASN1_UTCTIME, "320229000000Z", "unverified not-verified", 0},
    {V_ASN1_UTCTIME, "300101000000Z", V_ASN1_UTCTIME, "nonsense", "unverified not-verified", 0},
};

static void set_date(ASN1_TIME *date, int type, const char *text) {
    ck_assert_int_eq(ASN1_STRING_set(date, text, (int)strlen(text)), 1);
    date->type = type;
}

T_TEST(dates_are_read) {
    struct s_case test;
    struct certmap_answer *answer = NULL;
    unsigned char *der = NULL;
    s_begin(&test, "certmap 1; mapping \"x\" { when always; allow \"x\"; }");
    test.options.hold_seconds = CERTMAP_SERVICE_MAX_HOLD_SECONDS;
    s_open(&test);
    test.now = 1930132800;
    X509 *x509 = X509_dup(t_pki_certificate(s_pki, T_BOB));
    set_date(X509_getm_notBefore(x509), dates[_i].first_type, dates[_i].first);
    set_date(X509_getm_notAfter(x509), dates[_i].last_type, dates[_i].last);
    ck_assert_int_gt(X509_sign(x509, t_pki_key(s_pki, T_ROOT), EVP_sha256()), 0);
    const int len = i2d_X509(x509, &der);
    const struct certmap_presented presented = s_presented(der, (size_t)len);
    ck_assert_int_eq(certmap_service_ask_der(test.service, &answer, &presented, NULL), CERTMAP_OK);
    ck_assert_str_eq(s_told(answer), dates[_i].told);
    if (dates[_i].until != 0)
        ck_assert_int_eq(certmap_answer_holds_until(answer), dates[_i].until);
    certmap_answer_free(answer);
    OPENSSL_free(der);
    X509_free(x509);
    s_end(&test);
}

/* ---- what does not open ---- */

static const char issuer_rules[] = "certmap 1;\n"
                                   "issuers \"cas\" { file \"cas.pem\"; }\n"
                                   "mapping \"known\" { when issuer is \"cas\"; allow \"known\"; }\n"
                                   "mapping \"others\" { when always; deny; }\n";

static const struct {
    const char *text; /* NULL: there is no file */
    const char *site;
    enum certmap_service_format format;
    enum certmap_status status;
    enum certmap_code code;
    const char *log; /* after the path */
} broken[] = {
    {NULL, NULL, CERTMAP_SERVICE_AUTO, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ,
     ": error: cannot read: No such file or directory [cannot-read]"},
    {"", NULL, CERTMAP_SERVICE_AUTO, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NO_MAPPINGS, ":1:1: error: "},
    {"certmap 1;\nmapping \"a\" { when subject.XYZ present; deny; }\n", NULL, CERTMAP_SERVICE_AUTO,
     CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD, ":2:28: error: "},
    {"certmap 1;\nmapping \"a\" { when always; de", NULL, CERTMAP_SERVICE_AUTO, CERTMAP_ERROR_SYNTAX,
     CERTMAP_CODE_MISSING_DECISION, ":2:28: error: "},
    {"<configuration>\n<x", NULL, CERTMAP_SERVICE_AUTO, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_XML, ":2:"},
    {"<configuration/>", NULL, CERTMAP_SERVICE_NATIVE, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX,
     ":1:1: error: this is XML"},
    {"certmap 1; mapping \"a\" { when always; deny; }", "Default Web Site", CERTMAP_SERVICE_AUTO,
     CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, ": error: a site is for IIS files"},
    {"certmap 1;\nissuers \"x\" { file \"none.pem\"; }\nmapping \"a\" { when issuer is \"x\"; deny; }\n", NULL,
     CERTMAP_SERVICE_AUTO, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_ISSUER_FILE,
     ":2:20: error: the file \"none.pem\" cannot be loaded: cannot read: No such file or directory"},
};

T_TEST(a_broken_file_opens_nothing) {
    struct s_case test;
    struct certmap_diagnostic err = {.text = ""};
    char expected[256];
    s_begin(&test, broken[_i].text);
    test.options.site = broken[_i].site;
    test.options.format = broken[_i].format;
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, &err), broken[_i].status);
    ck_assert_ptr_null(test.service);
    ck_assert_str_eq(certmap_code_name(err.code), certmap_code_name(broken[_i].code));
    ck_assert_ptr_eq(err.file, test.rules);
    snprintf(expected, sizeof expected, "0 %s%s", test.rules, broken[_i].log);
    s_expect_log(&test, expected);
    s_end(&test);
}

static void spoil(struct certmap_service_options *options, int how) {
    static const struct certmap_allocator none = {NULL, NULL, NULL, NULL, {NULL, NULL}};
    static struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    build.size = 1;
    switch (how) {
    case 0:
        options->file = NULL;
        break;
    case 1:
        options->file = "";
        break;
    case 2:
        options->format = (enum certmap_service_format)3;
        break;
    case 3:
        options->shadow_format = (enum certmap_service_format)3;
        break;
    case 4:
        options->resumed = (enum certmap_resumed)3;
        break;
    case 5:
        options->flags = 8;
        break;
    case 6:
        options->reserved = 1;
        break;
    case 7:
        options->hold_seconds = CERTMAP_SERVICE_MAX_HOLD_SECONDS + 1;
        break;
    case 8:
        options->shadow_site = "x";
        break;
    case 9:
        options->allocator = &none;
        break;
    case 10:
        options->build = &build;
        break;
    default:
        options->size = sizeof options->size;
    }
}

T_TEST(wrong_options_open_nothing) {
    struct s_case test;
    struct certmap_diagnostic err = {.text = ""};
    s_begin(&test, s_rules);
    spoil(&test.options, _i);
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_ptr_null(test.service);
    s_end(&test);
}

T_TEST(the_longest_hold_is_taken) {
    struct s_case test;
    s_begin(&test, s_rules);
    test.options.hold_seconds = CERTMAP_SERVICE_MAX_HOLD_SECONDS;
    s_open(&test);
    s_end(&test);
}

/* The name of a file can hold any byte but NUL and /; a log gets it without control characters, and in UTF-8. */
T_TEST(a_path_is_safe_in_the_log) {
    struct s_case test;
    s_begin(&test, NULL);
    snprintf(test.rules, sizeof test.rules, "%s/a\n\x1B\xC2\x85\xFF", test.folder);
    s_write(test.rules, s_rules);
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, NULL), CERTMAP_OK);
    s_expect_log(&test, "/a\\u{A}\\u{1B}\\u{85}\\xFF: in force");
    s_write(test.rules, "certmap 1; mapping x");
    ck_assert_int_eq(certmap_service_reload(test.service, NULL), CERTMAP_ERROR_SYNTAX);
    ck_assert_ptr_nonnull(strstr(test.log, "/a\\u{A}\\u{1B}\\u{85}\\xFF:1:20: error: "));
    s_expect_log(&test, "/a\\u{A}\\u{1B}\\u{85}\\xFF: not loaded");
    s_end(&test);
}

T_TEST(what_is_reserved_is_zero) {
    struct s_case test;
    struct certmap_answer *answer = NULL;
    unsigned char *der = NULL;
    s_begin(&test, s_rules);
    s_open(&test);
    struct certmap_presented presented = s_present(&der, T_ALICE);
    presented.reserved[5] = 1;
    ck_assert_int_eq(certmap_service_ask_der(test.service, &answer, &presented, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(answer);
    OPENSSL_free(der);
    s_end(&test);
}

/* Files of zeros that take no room. */
static void make_sparse(const char *path, off_t size) {
    s_write(path, "");
    ck_assert_int_eq(truncate(path, size), 0);
}

T_TEST(a_file_may_be_too_large) {
    struct s_case test;
    struct certmap_diagnostic err;
    s_begin(&test, issuer_rules);
    make_sparse(s_path(&test, "cas.pem"), 16777216 + _i);
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, &err), CERTMAP_ERROR_SYNTAX);
    s_expect_log(&test, _i == 0 ? "line 1: this is no text" : "the file is larger than 16777216 bytes");
    make_sparse(test.rules, (off_t)CERTMAP_MAX_RULES_SIZE + 1);
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, &err), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_CANNOT_READ);
    s_end(&test);
}

/* A file that says it is empty, and is not: as one to which is written at this moment. */
T_TEST(a_file_that_is_being_written_is_refused) {
    struct s_case test;
    struct certmap_diagnostic err;
    s_begin(&test, s_rules);
    if (access("/proc/self/status", R_OK) == 0) {
        test.options.file = "/proc/self/status";
        ck_assert_int_eq(certmap_service_open(&test.service, &test.options, &err), CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(err.code, CERTMAP_CODE_BEING_WRITTEN);
    }
    s_end(&test);
}

T_TEST(arguments_are_checked) {
    struct s_case test;
    struct certmap_answer *answer = NULL;
    struct certmap_presented presented = CERTMAP_PRESENTED_INIT;
    struct certmap_counts counts = CERTMAP_COUNTS_INIT;
    char digest[CERTMAP_SERVICE_DIGEST_SIZE];
    s_begin(&test, s_rules);
    ck_assert_int_eq(certmap_service_open(NULL, &test.options, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_open(&test.service, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    s_open(&test);
    ck_assert_int_eq(certmap_service_reload(NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_refresh(NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_watch(NULL, 1, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_reload_later(NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_reload_later(test.service, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_ask(NULL, &answer, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_ask(test.service, &answer, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_ask_der(test.service, NULL, &presented, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_ask_der(test.service, &answer, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    presented.size = 1;
    ck_assert_int_eq(certmap_service_ask_der(test.service, &answer, &presented, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_counts(NULL, &counts, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_counts(test.service, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    counts.size = 1;
    ck_assert_int_eq(certmap_service_counts(test.service, &counts, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_uint_eq(certmap_service_needs(NULL), 0);
    ck_assert_uint_eq(certmap_service_needs(test.service), CERTMAP_PIECE_SUBJECT);
    ck_assert_int_eq(certmap_service_digest(test.service, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_digest(NULL, digest, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_mapping_counts(test.service, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_service_metrics(&test.service, 0, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(answer);
    s_end(&test);
}

/* Structs of an older and of a newer program. */
T_TEST(structs_may_have_other_sizes) {
    struct s_case test;
    struct {
        struct certmap_service_options known;
        unsigned char more[16];
    } options = {.more = {0}};
    struct {
        struct certmap_counts known;
        uint64_t more[2];
    } counts = {.more = {7, 7}};
    s_begin(&test, s_rules);
    options.known = test.options;
    options.known.size = sizeof options;
    ck_assert_int_eq(certmap_service_open(&test.service, &options.known, NULL), CERTMAP_OK);
    counts.known.size = sizeof counts;
    ck_assert_int_eq(certmap_service_counts(test.service, &counts.known, NULL), CERTMAP_OK);
    ck_assert_uint_eq(counts.known.size, sizeof counts);
    ck_assert_uint_eq(counts.known.mappings, 3);
    ck_assert_uint_eq(counts.more[0], 7);
    s_end(&test);
    options.more[15] = 1;
    ck_assert_int_eq(certmap_service_open(&test.service, &options.known, NULL), CERTMAP_ERROR_ARGUMENT);
}

/* ---- kinds of files ---- */

static void to_utf16(const char *path, const char *text, bool big, bool mark) {
    uint8_t bytes[8192];
    size_t len = 0;
    if (mark) {
        bytes[len++] = big ? 0xFE : 0xFF;
        bytes[len++] = big ? 0xFF : 0xFE;
    }
    for (; *text != '\0'; text++) {
        bytes[len++] = big ? 0 : (uint8_t)*text;
        bytes[len++] = big ? (uint8_t)*text : 0;
    }
    s_write_bytes(path, bytes, len);
}

static const char iis_text[] =
    "<configuration><location path=\"Shop\"><system.webServer><security><authentication>\n"
    "<iisClientCertificateMappingAuthentication enabled=\"true\" defaultLogonDomain=\"CONTOSO\"><manyToOneMappings>\n"
    "<add name=\"Contractors\" permissionMode=\"Deny\"><rules><add certificateField=\"Subject\" "
    "certificateSubField=\"OU\" matchCriteria=\"Contract*\"/></rules></add>\n"
    "<add name=\"Staff\" userName=\"portal\" password=\"s3cret\"><rules><add certificateField=\"Subject\" "
    "certificateSubField=\"O\" matchCriteria=\"Contoso\"/></rules></add>\n"
    "</manyToOneMappings></iisClientCertificateMappingAuthentication></authentication></security></system.webServer>"
    "</location></configuration>\n";

T_TEST(an_iis_file_is_loaded) {
    struct s_case test;
    s_begin(&test, NULL);
    test.options.site = "Shop";
    if (_i == 0)
        s_write(test.rules, iis_text);
    else
        to_utf16(test.rules, iis_text, _i == 2, true);
    s_open(&test);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "allow CONTOSO\\portal");
    ck_assert_str_eq(s_ask_told(&test, T_EVE), "deny");
    ck_assert_str_eq(s_ask_told(&test, T_STRANGER), "none no-match");
    s_end(&test);
}

T_TEST(rules_in_utf16_are_loaded) {
    struct s_case test;
    s_begin(&test, NULL);
    to_utf16(test.rules, s_rules, (_i & 1) != 0, (_i & 2) != 0);
    s_open(&test);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "allow CONTOSO\\alice");
    s_end(&test);
}

static const struct {
    const char *bytes;
    size_t len;
    const char *log;
} half_characters[] = {
    {"\xFF\xFE"
     "c\0\n\0#\0x",
     9, ":2:2: error: the file is in UTF-16"},
    {"\xFF\xFE"
     "\n\0\x3D\xD8",
     6, ":2:1: error: the file is in UTF-16"},
    {"\xFE\xFF"
     "\xDC\0\0c",
     6, ":1:1: error: the file is in UTF-16"},
    {"\xFF\xFE"
     "\x3D\xD8"
     "a\0",
     6, ":1:1: error: the file is in UTF-16"},
};

T_TEST(half_a_character_is_told) {
    struct s_case test;
    struct certmap_diagnostic err;
    s_begin(&test, NULL);
    s_write_bytes(test.rules, half_characters[_i].bytes, half_characters[_i].len);
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, &err), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ENCODING);
    s_expect_log(&test, half_characters[_i].log);
    s_end(&test);
}

/* A pair of surrogates in a comment, and the text after it. */
T_TEST(characters_beyond_the_first_plane_are_loaded) {
    static const char begin[] = "\xFF\xFE#\0\x3D\xD8\0\xDE\n\0";
    struct s_case test;
    uint8_t bytes[4096];
    size_t len = sizeof begin - 1;
    s_begin(&test, NULL);
    memcpy(bytes, begin, len);
    for (const char *p = s_rules; *p != '\0'; p++) {
        bytes[len++] = (uint8_t)*p;
        bytes[len++] = 0;
    }
    s_write_bytes(test.rules, bytes, len);
    s_open(&test);
    s_end(&test);
}

static void write_pem(const struct s_case *test, const char *name, enum t_id id) {
    FILE *file = fopen(s_path(test, name), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(PEM_write_X509(file, t_pki_certificate(s_pki, id)), 1);
    ck_assert_int_eq(fclose(file), 0);
}

/* Makes UTF-16 of it behind this character, as PowerShell writes it behind a byte order mark. */
static void widen(const struct s_case *test, const char *name, const uint8_t first[2]) {
    uint8_t text[8192];
    FILE *file = fopen(s_path(test, name), "r");
    const size_t len = fread(text, 1, sizeof text, file);
    ck_assert_int_eq(fclose(file), 0);
    file = fopen(s_path(test, name), "w");
    ck_assert(fputc(first[0], file) != EOF && fputc(first[1], file) != EOF);
    for (size_t i = 0; i < len; i++)
        ck_assert(fputc(text[i], file) != EOF && fputc(0, file) != EOF);
    ck_assert_int_eq(fclose(file), 0);
}

/* By a store, who issued it is known. */
static const char *ask_by_store(struct s_case *test, enum t_id id) {
    struct certmap_answer *answer = NULL;
    unsigned char *der = NULL;
    X509_STORE *store = store_of(T_ROOT);
    ck_assert_int_eq(X509_STORE_add_cert(store, t_pki_certificate(s_pki, T_ISSUING)), 1);
    struct certmap_presented presented = s_present(&der, id);
    presented.store = store;
    ck_assert_int_eq(certmap_service_ask_der(test->service, &answer, &presented, NULL), CERTMAP_OK);
    const char *told = s_told(answer);
    certmap_answer_free(answer);
    OPENSSL_free(der);
    X509_STORE_free(store);
    return told;
}

T_TEST(issuer_files_stand_beside_the_rules) {
    struct s_case test;
    char text[512], digest[CERTMAP_SERVICE_DIGEST_SIZE], command[512], expected[80] = "";
    s_begin(&test, issuer_rules);
    write_pem(&test, "cas.pem", T_ISSUING);
    if (_i == 1) {
        snprintf(text, sizeof text,
                 "certmap 1; issuers \"cas\" { file \"%s\"; } "
                 "mapping \"known\" { when issuer is \"cas\"; allow \"known\"; }"
                 "mapping \"others\" { when always; deny; }",
                 s_path(&test, "cas.pem"));
        s_write(test.rules, text);
    }
    if (_i == 2)
        widen(&test, "cas.pem", (const uint8_t[]){0xFF, 0xFE});
    s_open(&test);
    ck_assert_uint_ne(certmap_service_needs(test.service) & CERTMAP_PIECE_ISSUER_SHA256, 0);
    ck_assert_str_eq(ask_by_store(&test, T_ALICE), "allow known");
    ck_assert_str_eq(ask_by_store(&test, T_BOB), "deny");
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "none unreadable"); /* the server's word tells no issuer */
    /* The digest is what docs/server-library.md says. */
    snprintf(command, sizeof command, "cat %s/site.rules %s/cas.pem | openssl dgst -sha256 -r", test.folder,
             test.folder);
    FILE *output = popen(command, "r");
    ck_assert_ptr_nonnull(fgets(expected, sizeof expected, output));
    ck_assert_int_eq(pclose(output), 0);
    ck_assert_int_eq(certmap_service_digest(test.service, digest, NULL), CERTMAP_OK);
    ck_assert_int_eq(strncmp(digest, expected, 64), 0);
    s_end(&test);
}

static const struct {
    const char *content, *log;
} issuer_files[] = {
    {"", "the file is empty"},
    {"nothing", "this is neither DER nor has a line -----BEGIN CERTIFICATE-----"},
    {"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n", "certificate 1, in line 1: "},
    {"\n-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n",
     "certificate 1, in line 2: the PEM block has a character that is not base64"},
    {"-----BEGIN certificate-----\n", "line 1: this line is like -----BEGIN CERTIFICATE-----, and not the same"},
    {"0\x81\x03\x02\x01\x01", "certificate 1: "},
    {NULL, "line 1: this is no text"},
};

/* UTF-16 without a mark is no text, as the command says, even where the first byte is that of a mark: U+00FF. */
static void write_unmarked(const struct s_case *test, const char *name) {
    write_pem(test, name, T_ISSUING);
    widen(test, name, (const uint8_t[]){0xFF, 0x00});
}

T_TEST(a_broken_issuer_file_opens_nothing) {
    struct s_case test;
    s_begin(&test, issuer_rules);
    if (issuer_files[_i].content == NULL)
        write_unmarked(&test, "cas.pem");
    else
        s_write(s_path(&test, "cas.pem"), issuer_files[_i].content);
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, NULL), CERTMAP_ERROR_SYNTAX);
    s_expect_log(&test, issuer_files[_i].log);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    s_end(&test);
}

/* ---- reloading ---- */

static const char other_rules[] = "certmap 1; mapping \"all\" { when always; allow \"guest\"; }\n";
#define OLD "allow CONTOSO\\alice"
#define NEW "allow guest"

enum change { REWRITTEN, RENAMED, BROKEN, HALF, EMPTY, GONE, DIRECTORY, PIPE, LOOP, UNREADABLE, OF_ANOTHER_KIND };

static const struct {
    enum change change;
    enum certmap_status status;
    const char *told, *log;
} changes[] = {
    {REWRITTEN, CERTMAP_OK, NEW, "in force, sha256:"},
    {RENAMED, CERTMAP_OK, NEW, "in force, sha256:"},
    {BROKEN, CERTMAP_ERROR_SYNTAX, OLD, ":2:17: error: "},
    {HALF, CERTMAP_ERROR_SYNTAX, OLD, ":10:60: error: "},
    {EMPTY, CERTMAP_ERROR_SYNTAX, OLD, ":1:1: error: "},
    {GONE, CERTMAP_ERROR_ARGUMENT, OLD, ": error: cannot read: No such file or directory"},
    {DIRECTORY, CERTMAP_ERROR_ARGUMENT, OLD, ": error: cannot read: it is a directory, not a file"},
    {PIPE, CERTMAP_ERROR_ARGUMENT, OLD, ": error: cannot read: it is not a regular file"},
    {LOOP, CERTMAP_ERROR_ARGUMENT, OLD, ": error: cannot read: Too many levels of symbolic links"},
    {UNREADABLE, CERTMAP_ERROR_ARGUMENT, OLD, ": error: cannot read: Permission denied"},
    {OF_ANOTHER_KIND, CERTMAP_ERROR_SYNTAX, OLD, ":1:1: error: "},
};

static void change_file(const struct s_case *test, enum change change) {
    char other[160];
    switch (change) {
    case REWRITTEN:
        s_write(test->rules, other_rules);
        break;
    case RENAMED:
        snprintf(other, sizeof other, "%s.new", test->rules);
        s_write(other, other_rules);
        ck_assert_int_eq(rename(other, test->rules), 0);
        break;
    case BROKEN:
        s_write(test->rules, "certmap 1;\nmapping \"all\" { whe\n");
        break;
    case HALF:
        s_write_bytes(test->rules, s_rules, strlen(s_rules) - 10);
        break;
    case EMPTY:
        s_write(test->rules, "");
        break;
    case GONE:
        ck_assert_int_eq(unlink(test->rules), 0);
        break;
    case DIRECTORY:
        ck_assert_int_eq(unlink(test->rules), 0);
        ck_assert_int_eq(mkdir(test->rules, 0755), 0);
        break;
    case PIPE:
        ck_assert_int_eq(unlink(test->rules), 0);
        ck_assert_int_eq(mkfifo(test->rules, 0644), 0);
        break;
    case LOOP:
        ck_assert_int_eq(unlink(test->rules), 0);
        ck_assert_int_eq(symlink("site.rules", test->rules), 0);
        break;
    case UNREADABLE:
        ck_assert_int_eq(chmod(test->rules, 0), 0);
        break;
    case OF_ANOTHER_KIND:
        s_write(test->rules, "\x7F"
                             "ELF");
        break;
    }
}

/* Root may read everything. Another user's process may not. */
static bool can_be_refused(enum change change) {
    return change != UNREADABLE || geteuid() != 0 || seteuid(65534) == 0;
}

T_TEST(a_file_is_loaded_again_by_call) {
    struct s_case test;
    struct certmap_diagnostic err = {.text = ""};
    s_begin(&test, s_rules);
    s_open(&test);
    change_file(&test, changes[_i].change);
    ck_assert(can_be_refused(changes[_i].change));
    ck_assert_int_eq(certmap_service_reload(test.service, &err), changes[_i].status);
    if (geteuid() == 65534)
        ck_assert_int_eq(seteuid(0), 0);
    const bool loaded = changes[_i].status == CERTMAP_OK;
    if (!loaded) {
        ck_assert_str_eq(err.file, test.rules);
        ck_assert_ptr_nonnull(strstr(test.log, "not loaded; the old rules stay in force"));
    }
    s_expect_log(&test, changes[_i].log);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), changes[_i].told);
    ck_assert_uint_eq(s_counts(&test).reloads, loaded);
    ck_assert_uint_eq(s_counts(&test).failed_reloads, !loaded);
    ck_assert_uint_eq(s_counts(&test).generation, loaded ? 2 : 1);
    s_end(&test);
}

/* ---- what is dangerous about rules that load ---- */

#define DANGEROUS                                                                                                      \
    "certmap 1;\nmapping \"s\\u{A}\" { when serial = \"0x1F2A\" and subject.O = \"x\"; allow \"a\"; }\n"               \
    "mapping \"w\" { when issuer.CN = \"CA\" and san.dns like \"*contoso.example\"; allow \"a\"; }\n"

static size_t count_in_log(const struct s_case *test, const char *text) {
    size_t count = 0;
    for (const char *at = test->log; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

/* Each once for a load; nothing is refused for it, and nothing below an error is there. */
T_TEST(what_is_dangerous_is_logged) {
    struct s_case test;
    char expected[256];
    s_begin(&test, DANGEROUS);
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, NULL), CERTMAP_OK);
    ck_assert_uint_eq(count_in_log(&test, "[serial-without-issuer]"), 1);
    ck_assert_uint_eq(count_in_log(&test, "[domain-boundary]"), 1);
    ck_assert_uint_eq(count_in_log(&test, "issuer-by-name"), 0);
    snprintf(expected, sizeof expected, "0 %s:2:9: error: ", test.rules);
    s_expect_log(&test, expected);
    ck_assert_int_eq(certmap_service_reload(test.service, NULL), CERTMAP_OK);
    ck_assert_uint_eq(count_in_log(&test, "[serial-without-issuer]"), 1);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "none no-match");
    s_end(&test);
}

T_TEST(what_is_dangerous_need_not_be_logged) {
    struct s_case test;
    s_begin(&test, DANGEROUS);
    test.options.flags = CERTMAP_SERVICE_NO_LINT;
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, NULL), CERTMAP_OK);
    ck_assert_uint_eq(count_in_log(&test, "[serial-without-issuer]"), 0);
    s_expect_log(&test, "in force");
    s_end(&test);
}

/* At the most mappings that are analysed, and at one more. */
T_TEST(a_large_set_is_not_analysed) {
    enum { MOST = 10000 };
    struct s_case test;
    struct t_buf text = T_BUF_INIT;
    t_put(&text, DANGEROUS);
    for (int i = 2; i < MOST + _i; i++) {
        char line[128];
        snprintf(line, sizeof line, "mapping \"m%d\" { when issuer.CN = \"CA\" and subject.CN = \"%d\"; deny; }\n", i,
                 i);
        t_put(&text, line);
    }
    t_bytes(&text, "", 1);
    s_begin(&test, (const char *)text.data);
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, NULL), CERTMAP_OK);
    ck_assert_uint_eq(count_in_log(&test, "[serial-without-issuer]"), _i == 0);
    s_end(&test);
    t_buf_free(&text);
}

/* Two looks: a file that has changed is loaded when it has stopped changing. A third and a fourth do nothing. */
T_TEST(a_file_is_loaded_again_because_it_changed) {
    struct s_case test;
    s_begin(&test, s_rules);
    s_open(&test);
    ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
    ck_assert_str_eq(test.log, "");
    change_file(&test, changes[_i].change);
    ck_assert(can_be_refused(changes[_i].change));
    ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
    ck_assert_str_eq(test.log, "");
    ck_assert_int_eq(certmap_service_refresh(test.service, NULL), changes[_i].status);
    s_expect_log(&test, changes[_i].log);
    ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
    ck_assert_str_eq(test.log, ""); /* told once */
    if (geteuid() == 65534)
        ck_assert_int_eq(seteuid(0), 0);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), changes[_i].told);
    s_end(&test);
}

/* A file that was mended after it was broken. */
T_TEST(a_file_that_is_mended_is_loaded) {
    struct s_case test;
    s_begin(&test, s_rules);
    s_open(&test);
    change_file(&test, GONE);
    for (int i = 0; i < 3; i++)
        (void)certmap_service_refresh(test.service, NULL);
    s_expect_log(&test, "cannot read");
    s_write(test.rules, other_rules);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), NEW);
    s_end(&test);
}

/* Other bytes, as many as before, with the times set back. */
T_TEST(a_change_that_hides_is_found) {
    static const char after[] = "certmap 1; mapping \"all\" { when always; allow \"other\"; }\n";
    struct s_case test;
    struct stat before;
    s_begin(&test, other_rules);
    ck_assert_int_eq(sizeof after, sizeof other_rules);
    ck_assert_int_eq(stat(test.rules, &before), 0);
    s_open(&test);
    s_write(test.rules, after);
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    ck_assert_int_eq(utimensat(AT_FDCWD, test.rules, times, 0), 0);
    test.now = (int64_t)time(NULL) + 10; /* stamps are old enough to be believed, by then */
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "allow other");
    s_end(&test);
}

T_TEST(an_issuer_file_is_loaded_again) {
    struct s_case test;
    s_begin(&test, issuer_rules);
    write_pem(&test, "cas.pem", T_ISSUING);
    s_open(&test);
    ck_assert_str_eq(ask_by_store(&test, T_BOB), "deny");
    write_pem(&test, "cas.pem", T_ROOT);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
    ck_assert_str_eq(ask_by_store(&test, T_BOB), "allow known");
    s_write(s_path(&test, "cas.pem"), "");
    (void)certmap_service_refresh(test.service, NULL);
    ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_ERROR_SYNTAX);
    ck_assert_str_eq(ask_by_store(&test, T_BOB), "allow known");
    s_end(&test);
}

/* ---- the thread ---- */

static void wait_for(struct s_case *test, const char *told) {
    for (int i = 0; i < 300 && strcmp(s_ask_told(test, T_ALICE), told) != 0; i++)
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    ck_assert_str_eq(s_ask_told(test, T_ALICE), told);
}

T_TEST(a_thread_loads_what_has_changed) {
    struct s_case test;
    s_begin(&test, s_rules);
    s_open(&test);
    ck_assert_int_eq(certmap_service_watch(test.service, _i == 0 ? 1 : 0, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_service_watch(test.service, 1, NULL), CERTMAP_ERROR_ARGUMENT);
    s_write(test.rules, other_rules);
    if (_i == 1)
        ck_assert_int_eq(certmap_service_reload_later(test.service, NULL), CERTMAP_OK);
    wait_for(&test, NEW);
    s_end(&test);
}

/* The child has rules and no thread; it may have one of its own. */
T_TEST(a_child_may_use_the_service) {
    struct s_case test;
    int status = -1;
    s_begin(&test, s_rules);
    s_open(&test);
    ck_assert_int_eq(certmap_service_watch(test.service, 3600, NULL), CERTMAP_OK);
    const pid_t child = fork();
    if (child == 0) {
        bool good = strcmp(s_ask_told(&test, T_ALICE), OLD) == 0 &&
                    certmap_service_reload_later(test.service, NULL) == CERTMAP_ERROR_ARGUMENT &&
                    (_i == 0 || (certmap_service_watch(test.service, 3600, NULL) == CERTMAP_OK &&
                                 certmap_service_reload_later(test.service, NULL) == CERTMAP_OK));
        certmap_service_close(test.service);
        _exit(good ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), OLD);
    s_end(&test);
}

/* ---- the shadow ---- */

static const struct {
    const char *shadow;
    bool differs;
} shadows[] = {
    {"certmap 1; mapping \"x\" { when subject.OU = \"Sales\"; allow \"CONTOSO\\\\alice\"; group \"staff\"; "
     "group \"s\\u{E5}les, north\"; attribute \"mail\" = \"alice@contoso.example\"; }",
     false},
    {"certmap 1; mapping \"x\" { when always; deny; }", true},
    {"certmap 1; mapping \"x\" { when subject.OU = \"Ho\"; deny; }", true},
    {"certmap 1; mapping \"x\" { when always; allow \"CONTOSO\\\\bob\"; group \"staff\"; "
     "group \"s\\u{E5}les, north\"; attribute \"mail\" = \"alice@contoso.example\"; }",
     true},
    {"certmap 1; mapping \"x\" { when always; allow \"CONTOSO\\\\alice\"; group \"staff\"; "
     "attribute \"mail\" = \"alice@contoso.example\"; }",
     true},
    {"certmap 1; mapping \"x\" { when always; allow \"CONTOSO\\\\alice\"; group \"s\\u{E5}les, north\"; "
     "group \"staff\"; attribute \"mail\" = \"alice@contoso.example\"; }",
     true},
    {"certmap 1; mapping \"x\" { when always; allow \"CONTOSO\\\\alice\"; group \"staff\"; "
     "group \"s\\u{E5}les, north\"; attribute \"post\" = \"alice@contoso.example\"; }",
     true},
    {"certmap 1; mapping \"x\" { when always; allow \"CONTOSO\\\\alice\"; group \"staff\"; "
     "group \"s\\u{E5}les, north\"; attribute \"mail\" = \"alice@fabrikam.example\"; }",
     true},
};

static void add_shadow(struct s_case *test, char path[160], const char *text) {
    snprintf(path, 160, "%s/shadow.rules", test->folder);
    s_write(path, text);
    test->options.shadow_file = path;
}

T_TEST(a_shadow_is_asked_and_not_obeyed) {
    struct s_case test;
    char path[160];
    s_begin(&test, s_rules);
    add_shadow(&test, path, shadows[_i].shadow);
    test.options.flags = CERTMAP_SERVICE_LOG_SHADOW;
    s_open(&test);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), OLD);
    ck_assert_uint_eq(s_counts(&test).shadow_asked, 1);
    ck_assert_uint_eq(s_counts(&test).shadow_differences, shadows[_i].differs);
    if (shadows[_i].differs)
        s_expect_log(&test, "2 shadow differs: active: client=\"192.0.2.7:4711\" ");
    ck_assert_str_eq(test.log, "");
    ck_assert_str_eq(s_ask_told(&test, T_EXPIRED), "unverified not-verified");
    ck_assert_uint_eq(s_counts(&test).shadow_asked, 1); /* nobody is asked about that */
    s_end(&test);
}

/* Each file for itself. */
T_TEST(a_broken_shadow_stops_nothing) {
    struct s_case test;
    struct certmap_diagnostic err;
    char path[160];
    s_begin(&test, s_rules);
    add_shadow(&test, path, other_rules);
    s_open(&test);
    s_write(path, "certmap 1; mapping");
    s_write(test.rules, other_rules);
    ck_assert_int_eq(certmap_service_reload(test.service, &err), CERTMAP_ERROR_SYNTAX);
    ck_assert_str_eq(err.file, path);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), NEW);
    ck_assert_uint_eq(s_counts(&test).reloads, 1);
    ck_assert_uint_eq(s_counts(&test).failed_reloads, 1);
    ck_assert_uint_eq(s_counts(&test).shadow_differences, 0);
    s_end(&test);
    s_begin(&test, s_rules);
    add_shadow(&test, path, "certmap 1; mapping");
    ck_assert_int_eq(certmap_service_open(&test.service, &test.options, &err), CERTMAP_ERROR_SYNTAX);
    ck_assert_ptr_eq(err.file, path);
    s_end(&test);
}

/* ---- counters ---- */

struct tally {
    char text[512];
};

static bool add_tally(void *ctx, struct certmap_view name, uint64_t count) {
    struct tally *tally = ctx;
    const size_t len = strlen(tally->text);
    ck_assert_uint_eq(name.data[name.len], 0);
    snprintf(tally->text + len, sizeof tally->text - len, "%s=%d ", (const char *)name.data, (int)count);
    return strcmp((const char *)name.data, "stop") != 0;
}

static struct tally read_tally(struct s_case *test) {
    struct tally tally = {""};
    ck_assert_int_eq(certmap_service_mapping_counts(test->service, add_tally, &tally, NULL), CERTMAP_OK);
    return tally;
}

static void ask_all(struct s_case *test) {
    static const enum t_id ids[] = {T_ALICE, T_ALICE, T_BOB, T_EVE, T_STRANGER, T_EXPIRED, T_MANY_VALUES};
    for (int i = 0; i < COUNT(ids); i++)
        (void)s_ask_told(test, ids[i]);
}

T_TEST(answers_are_counted) {
    struct s_case test;
    s_begin(&test, s_rules);
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS;
    s_open(&test);
    ask_all(&test);
    const struct certmap_counts counts = s_counts(&test);
    ck_assert_uint_eq(counts.asked, 7);
    ck_assert_uint_eq(counts.allowed, 3);
    ck_assert_uint_eq(counts.denied, 1);
    ck_assert_uint_eq(counts.none, 1);
    ck_assert_uint_eq(counts.unverified, 1);
    ck_assert_uint_eq(counts.errors, 1);
    ck_assert_uint_eq(counts.mappings, 3);
    ck_assert_str_eq(read_tally(&test).text, "contractors=1 sales=2 warehouse=1 ");
    s_write(test.rules, "certmap 1; mapping \"stop\" { when subject.CN = \"x\"; deny; } "
                        "mapping \"sales\" { when always; deny; } mapping \"a\" { when always; deny; }");
    ck_assert_int_eq(certmap_service_reload(test.service, NULL), CERTMAP_OK);
    ck_assert_str_eq(read_tally(&test).text, "a=0 sales=2 stop=0 "); /* what has kept its name has kept its count */
    (void)s_ask_told(&test, T_BOB);
    ck_assert_str_eq(read_tally(&test).text, "a=0 sales=3 stop=0 ");
    s_end(&test);
}

/* One-to-one mappings have no name. */
T_TEST(mappings_without_a_name_count_together) {
    struct s_case test;
    char text[4096], base64[2048];
    unsigned char *der = NULL;
    static const char form[] =
        "<iisClientCertificateMappingAuthentication enabled=\"true\"><oneToOneMappings>"
        "<add userName=\"alice\" password=\"x\" certificate=\"%s\"/></oneToOneMappings><manyToOneMappings>"
        "<add name=\"all\" userName=\"all\" password=\"x\"/></manyToOneMappings>"
        "</iisClientCertificateMappingAuthentication>";
    s_begin(&test, NULL);
    const int len = i2d_X509(t_pki_certificate(s_pki, T_ALICE), &der);
    EVP_EncodeBlock((unsigned char *)base64, der, len);
    OPENSSL_free(der);
    snprintf(text, sizeof text, form, base64);
    s_write(test.rules, text);
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS;
    s_open(&test);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "allow alice");
    ck_assert_str_eq(s_ask_told(&test, T_BOB), "allow all");
    ck_assert_str_eq(read_tally(&test).text, "=1 all=1 ");
    s_end(&test);
}

static void take_metrics(void *ctx, struct certmap_view text) {
    struct t_buf *buf = ctx;
    t_bytes(buf, text.data, text.len);
    t_bytes(buf, "", 1);
}

static const char metrics_form[] =
    "# HELP certmap_questions_total Questions that were asked, whatever the answer.\n"
    "# TYPE certmap_questions_total counter\n"
    "certmap_questions_total{rules=\"%1$s\"} 7\n"
    "certmap_questions_total{rules=\"%1$s.2\"} 0\n"
    "# HELP certmap_answers_total Answers by outcome.\n"
    "# TYPE certmap_answers_total counter\n"
    "certmap_answers_total{rules=\"%1$s\",outcome=\"allow\"} 3\n"
    "certmap_answers_total{rules=\"%1$s.2\",outcome=\"allow\"} 0\n"
    "certmap_answers_total{rules=\"%1$s\",outcome=\"deny\"} 1\n"
    "certmap_answers_total{rules=\"%1$s.2\",outcome=\"deny\"} 0\n"
    "certmap_answers_total{rules=\"%1$s\",outcome=\"none\"} 1\n"
    "certmap_answers_total{rules=\"%1$s.2\",outcome=\"none\"} 0\n"
    "certmap_answers_total{rules=\"%1$s\",outcome=\"unverified\"} 1\n"
    "certmap_answers_total{rules=\"%1$s.2\",outcome=\"unverified\"} 0\n"
    "certmap_answers_total{rules=\"%1$s\",outcome=\"error\"} 1\n"
    "certmap_answers_total{rules=\"%1$s.2\",outcome=\"error\"} 0\n"
    "# HELP certmap_reloads_total Rule files that were loaded again.\n"
    "# TYPE certmap_reloads_total counter\n"
    "certmap_reloads_total{rules=\"%1$s\",result=\"loaded\"} 1\n"
    "certmap_reloads_total{rules=\"%1$s.2\",result=\"loaded\"} 0\n"
    "certmap_reloads_total{rules=\"%1$s\",result=\"failed\"} 0\n"
    "certmap_reloads_total{rules=\"%1$s.2\",result=\"failed\"} 0\n"
    "# HELP certmap_shadow_answers_total Answers that the shadow rules were asked for, too.\n"
    "# TYPE certmap_shadow_answers_total counter\n"
    "certmap_shadow_answers_total{rules=\"%1$s\"} 0\n"
    "certmap_shadow_answers_total{rules=\"%1$s.2\"} 0\n"
    "# HELP certmap_shadow_differences_total Answers of the shadow rules that differ.\n"
    "# TYPE certmap_shadow_differences_total counter\n"
    "certmap_shadow_differences_total{rules=\"%1$s\"} 0\n"
    "certmap_shadow_differences_total{rules=\"%1$s.2\"} 0\n"
    "# HELP certmap_mappings Mappings of the active rules.\n"
    "# TYPE certmap_mappings gauge\n"
    "certmap_mappings{rules=\"%1$s\"} 4\n"
    "certmap_mappings{rules=\"%1$s.2\"} 1\n"
    "# HELP certmap_rules_info The digest of the active rules.\n"
    "# TYPE certmap_rules_info gauge\n"
    "certmap_rules_info{rules=\"%1$s\",sha256=\"%2$s\"} 1\n"
    "certmap_rules_info{rules=\"%1$s.2\",sha256=\"%3$s\"} 1\n"
    "# HELP certmap_mapping_answers_total Answers by mapping.\n"
    "# TYPE certmap_mapping_answers_total counter\n"
    "certmap_mapping_answers_total{rules=\"%1$s\",mapping=\"\\\"a\\\\b\\\"\"} 0\n"
    "certmap_mapping_answers_total{rules=\"%1$s\",mapping=\"contractors\"} 1\n"
    "certmap_mapping_answers_total{rules=\"%1$s\",mapping=\"sales\"} 2\n"
    "certmap_mapping_answers_total{rules=\"%1$s\",mapping=\"warehouse\"} 1\n";

T_TEST(counters_are_written_for_prometheus) {
    struct s_case test;
    struct t_buf buf = T_BUF_INIT;
    char rules[2048], second[160], digests[2][CERTMAP_SERVICE_DIGEST_SIZE];
    static char expected[16384];
    struct certmap_service *services[2] = {NULL, NULL};
    snprintf(rules, sizeof rules, "%smapping \"\\\"a\\\\b\\\"\" { when subject.CN = \"\\\\\"; deny; }\n", s_rules);
    s_begin(&test, rules);
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS;
    s_open(&test);
    ask_all(&test);
    ck_assert_int_eq(certmap_service_reload(test.service, NULL), CERTMAP_OK);
    snprintf(second, sizeof second, "%s.2", test.rules);
    s_write(second, other_rules);
    struct certmap_service_options options = CERTMAP_SERVICE_OPTIONS_INIT;
    options.file = second;
    services[0] = test.service;
    ck_assert_int_eq(certmap_service_open(&services[1], &options, NULL), CERTMAP_OK);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(certmap_service_digest(services[i], digests[i], NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_service_metrics(services, 2, take_metrics, &buf, NULL), CERTMAP_OK);
    snprintf(expected, sizeof expected, metrics_form, test.rules, digests[0], digests[1]);
    ck_assert_str_eq((const char *)buf.data, expected);
    certmap_service_close(services[1]);
    t_buf_free(&buf);
    s_end(&test);
}

/* ---- memory ---- */

/* Everything that a service does, with allocations failing in turn. True: it needed no more of them. */
static enum certmap_status live(struct s_case *test, struct t_alloc *memory, size_t fail_at) {
    struct certmap_answer *answer = NULL;
    struct certmap_diagnostic err = {.status = CERTMAP_OK};
    struct t_buf buf = T_BUF_INIT;
    unsigned char *der = NULL;
    const struct certmap_presented presented = s_present(&der, T_ALICE);
    t_alloc_fail_at(memory, fail_at);
    enum certmap_status status = certmap_service_open(&test->service, &test->options, &err);
    if (status == CERTMAP_OK)
        status = certmap_service_ask_der(test->service, &answer, &presented, &err);
    ck_assert(status == CERTMAP_OK ? certmap_answer_outcome(answer) == CERTMAP_OUTCOME_ALLOW : answer == NULL);
    certmap_answer_free(answer);
    if (status == CERTMAP_OK)
        status = certmap_service_reload(test->service, &err);
    if (status == CERTMAP_OK)
        status = certmap_service_metrics(&test->service, 1, take_metrics, &buf, &err);
    if (status != CERTMAP_OK) {
        ck_assert_int_eq(err.status, CERTMAP_ERROR_MEMORY);
        ck_assert_int_eq(err.code, CERTMAP_CODE_MEMORY);
    }
    certmap_service_close(test->service);
    test->service = NULL;
    t_buf_free(&buf);
    OPENSSL_free(der);
    return status;
}

T_TEST(each_allocation_may_fail) {
    struct s_case test;
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    char shadow[160];
    size_t n = 0;
    bool failed = true;
    s_begin(&test, s_rules);
    if (_i == 1)
        to_utf16(test.rules, s_rules, true, true);
    add_shadow(&test, shadow, other_rules);
    test.options.allocator = &allocator;
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS | CERTMAP_SERVICE_LOG_SHADOW;
    for (; failed; n++) {
        const enum certmap_status status = live(&test, &memory, n);
        failed = t_alloc_failed(&memory);
        ck_assert_uint_eq(memory.live, 0);
        /* A line of the log, and the shadow, may be missing: nobody is told another answer. */
        ck_assert(status == CERTMAP_OK || (failed && status == CERTMAP_ERROR_MEMORY));
    }
    ck_assert_uint_gt(n, 100);
    s_end(&test);
}

static const char short_rules[] = "certmap 1; issuers \"cas\" { file \"cas.pem\"; }\n"
                                  "mapping \"all\" { when always; allow \"x\"; }\n";
static const char longer_rules[] = "certmap 1; issuers \"cas\" { file \"cas.pem\"; }\n"
                                   "mapping \"nobody\" { when always; deny; }\n";

/* A shortage passes: rules that it kept out come into force at the next look, though their file has not changed. With
 * issuers, so that it may meet the second file. */
T_TEST(what_a_shortage_kept_out_is_loaded) {
    struct s_case test;
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_diagnostic err;
    size_t n = 0;
    bool failed = true;
    s_begin(&test, short_rules);
    write_pem(&test, "cas.pem", T_ISSUING);
    test.options.allocator = &allocator;
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS;
    for (; failed; n++) {
        s_write(test.rules, short_rules);
        t_alloc_fail_at(&memory, SIZE_MAX);
        s_open(&test);
        s_write(test.rules, longer_rules);
        (void)certmap_service_refresh(test.service, NULL); /* it changes */
        t_alloc_fail_at(&memory, n);
        err.file = NULL;
        const enum certmap_status status = certmap_service_refresh(test.service, &err);
        failed = t_alloc_failed(&memory);
        if (status != CERTMAP_OK)
            ck_assert_pstr_eq(err.file, test.rules);
        t_alloc_fail_at(&memory, SIZE_MAX);
        ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
        ck_assert_str_eq(s_ask_told(&test, T_ALICE), "deny");
        certmap_service_close(test.service);
        test.service = NULL;
    }
    ck_assert_uint_gt(n, 20);
    s_end(&test);
}

/* No file can be opened while the limit of this process is reached. */
T_TEST(too_many_open_files_pass) {
    struct s_case test;
    struct rlimit limit, none;
    struct certmap_diagnostic err;
    s_begin(&test, short_rules);
    write_pem(&test, "cas.pem", T_ISSUING);
    s_open(&test);
    s_write(test.rules, longer_rules);
    ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK); /* it changes */
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    const enum certmap_status status = certmap_service_refresh(test.service, &err);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
    ck_assert_int_eq(err.code, CERTMAP_CODE_CANNOT_READ);
    ck_assert_int_eq(certmap_service_refresh(test.service, NULL), CERTMAP_OK);
    ck_assert_str_eq(s_ask_told(&test, T_ALICE), "deny");
    s_end(&test);
}

/* A question without an answer is an error, and no mapping's. */
T_TEST(no_answer_is_counted_for_no_mapping) {
    struct s_case test;
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_answer *answer = NULL;
    unsigned char *der = NULL;
    const struct certmap_presented presented = s_present(&der, T_ALICE);
    s_begin(&test, "certmap 1; mapping \"x\" { when always; allow \"x\"; }");
    test.options.allocator = &allocator;
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS;
    s_open(&test);
    (void)s_ask_told(&test, T_ALICE);
    for (size_t n = 0; answer == NULL; n++) {
        t_alloc_fail_at(&memory, n);
        (void)certmap_service_ask_der(test.service, &answer, &presented, NULL);
        t_alloc_fail_at(&memory, SIZE_MAX);
        ck_assert_str_eq(read_tally(&test).text, answer == NULL ? "x=1 " : "x=2 ");
    }
    certmap_answer_free(answer);
    OPENSSL_free(der);
    s_end(&test);
}

/* ---- OpenSSL's memory ---- */

/* The request of OpenSSL that finds no memory, from 0; SIZE_MAX: none. */
static size_t openssl_requests, openssl_fails_at = SIZE_MAX;

static void *openssl_alloc(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return openssl_requests++ == openssl_fails_at ? NULL : malloc(size);
}

static void openssl_release(void *p, const char *file, int line) {
    (void)file;
    (void)line;
    free(p);
}

static void *openssl_resize(void *p, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return openssl_requests++ == openssl_fails_at ? NULL : realloc(p, size);
}

static void let_openssl_fail(size_t at) {
    openssl_requests = 0;
    openssl_fails_at = at;
}

/* Whether a request has failed; none does from now on. */
static bool openssl_failed(void) {
    const bool failed = openssl_requests > openssl_fails_at;
    openssl_fails_at = SIZE_MAX;
    ERR_clear_error();
    return failed;
}

/* ---- an answer that is kept ---- */

/* What a server may read for each request on a connection whose answer it has kept. */
static size_t read_kept(const struct s_case *test, const struct certmap_answer *answer) {
    const struct certmap_view name = certmap_view_of("mail");
    size_t len = certmap_service_is_current(test->service, answer, 0) + strlen(certmap_answer_line(answer));
    len += certmap_answer_outcome(answer) == CERTMAP_OUTCOME_ALLOW && certmap_answer_may_be_kept(answer);
    len += (size_t)certmap_answer_reason(answer) + (certmap_answer_holds_until(answer) > 0);
    for (int form = CERTMAP_FORM_PLAIN; form <= CERTMAP_FORM_ASCII; form++) {
        for (int text = 0; text < CERTMAP_ANSWER_TEXT_COUNT; text++)
            len += certmap_answer_text(answer, (enum certmap_answer_text)text, (enum certmap_form)form).len;
        for (int list = CERTMAP_ANSWER_LIST_ACCOUNTS; list <= CERTMAP_ANSWER_LIST_ATTRIBUTES; list++) {
            const size_t count = certmap_answer_count(answer, (enum certmap_answer_list)list);
            for (size_t i = 0; i < count; i++)
                len += certmap_answer_item(answer, (enum certmap_answer_list)list, i, (enum certmap_form)form).len;
            len += certmap_answer_has(answer, (enum certmap_answer_list)list, name);
        }
        len += certmap_answer_attribute(answer, name, (enum certmap_form)form).len;
    }
    return len + certmap_answer_attribute_name(answer, 0).len;
}

T_TEST(a_kept_answer_allocates_nothing) {
    struct s_case test;
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    s_begin(&test, s_rules);
    test.options.allocator = &allocator;
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS;
    s_open(&test);
    struct certmap_answer *answer = s_ask(&test, T_ALICE);
    const size_t len = read_kept(&test, answer);
    ck_assert_uint_gt(len, 100);
    t_alloc_fail_at(&memory, SIZE_MAX);
    openssl_requests = 0;
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(read_kept(&test, answer), len);
    ck_assert_uint_eq(memory.requests, 0);
    ck_assert_uint_eq(openssl_requests, 0);
    certmap_answer_free(answer);
    s_end(&test);
}

/* ---- OpenSSL without memory ---- */

/* Whatever OpenSSL has no memory for: nobody is let in who is not, and who is let in is who he is. */
T_TEST(openssl_may_have_no_memory_to_answer) {
    struct s_case test;
    unsigned char *der = NULL, *chain = NULL;
    X509_STORE *store = store_of(T_ROOT);
    size_t n = 0;
    bool failed = true;
    s_begin(&test, issuer_rules);
    write_pem(&test, "cas.pem", T_ISSUING);
    s_open(&test);
    struct certmap_presented presented = s_present(&der, T_ALICE);
    presented.store = store;
    presented.chain.len = (size_t)i2d_X509(t_pki_certificate(s_pki, T_ISSUING), &chain);
    presented.chain.data = chain;
    for (; failed; n++) {
        struct certmap_answer *answer = NULL;
        let_openssl_fail(n);
        const enum certmap_status status = certmap_service_ask_der(test.service, &answer, &presented, NULL);
        failed = openssl_failed();
        const bool allows = certmap_answer_outcome(answer) == CERTMAP_OUTCOME_ALLOW;
        ck_assert(status == CERTMAP_OK || status == CERTMAP_ERROR_MEMORY);
        ck_assert(!allows || strcmp(s_told(answer), "allow known") == 0);
        ck_assert(failed || allows);
        certmap_answer_free(answer);
    }
    ck_assert_uint_gt(n, 50);
    OPENSSL_free(der);
    OPENSSL_free(chain);
    X509_STORE_free(store);
    s_end(&test);
}

/* Either the rules are those of the files, or nothing is opened. */
T_TEST(openssl_may_have_no_memory_to_load) {
    struct s_case test;
    size_t n = 0;
    bool failed = true;
    s_begin(&test, issuer_rules);
    write_pem(&test, "cas.pem", T_ISSUING);
    for (; failed; n++) {
        let_openssl_fail(n);
        const enum certmap_status status = certmap_service_open(&test.service, &test.options, NULL);
        failed = openssl_failed();
        ck_assert(failed || status == CERTMAP_OK);
        if (status == CERTMAP_OK)
            ck_assert_str_eq(ask_by_store(&test, T_ALICE), "allow known");
        certmap_service_close(test.service);
        test.service = NULL;
        test.log[0] = '\0';
    }
    ck_assert_uint_gt(n, 5);
    s_end(&test);
}

int main(void) {
    if (CRYPTO_set_mem_functions(openssl_alloc, openssl_resize, openssl_release) != 1)
        return EXIT_FAILURE;
    const int children = t_is_emulated() ? 0 : 2;
    if (children == 0)
        t_skipped(2, "a service in a child", "QEMU may end when a program with threads forks");
    return T_RUN("server",
                 T_CASE("answers", T_ONCE(make_pki, free_pki), T_LOOP(everybody_has_an_answer, COUNT(everybody)),
                        an_answer_has_its_texts, an_answer_has_lists, no_answer_is_an_error,
                        T_LOOP(a_text_is_safe_in_a_header, COUNT(headers)),
                        T_LOOP(a_client_cannot_forge_a_line, COUNT(clients)), T_LOOP(a_long_client_is_cut, 2),
                        T_LOOP(a_hostile_name_changes_no_header, COUNT(hostile_names)),
                        T_LOOP(what_is_presented_has_an_answer, COUNT(presentings)), an_answer_holds_for_a_while,
                        an_answer_ends_with_the_certificate, T_LOOP(dates_are_read, COUNT(dates))),
                 T_CASE("files", T_ONCE(make_pki, free_pki), T_LOOP(a_file_may_be_too_large, 2),
                        a_file_that_is_being_written_is_refused, T_LOOP(a_broken_file_opens_nothing, COUNT(broken)),
                        T_LOOP(wrong_options_open_nothing, 12), the_longest_hold_is_taken, arguments_are_checked,
                        structs_may_have_other_sizes, what_is_reserved_is_zero, a_path_is_safe_in_the_log,
                        T_LOOP(an_iis_file_is_loaded, 3), T_LOOP(rules_in_utf16_are_loaded, 4),
                        T_LOOP(half_a_character_is_told, COUNT(half_characters)),
                        characters_beyond_the_first_plane_are_loaded, T_LOOP(issuer_files_stand_beside_the_rules, 3),
                        T_LOOP(a_broken_issuer_file_opens_nothing, COUNT(issuer_files))),
                 T_CASE("reload", T_ONCE(make_pki, free_pki), T_LOOP(a_file_is_loaded_again_by_call, COUNT(changes)),
                        what_is_dangerous_is_logged, what_is_dangerous_need_not_be_logged,
                        T_LOOP(a_file_is_loaded_again_because_it_changed, COUNT(changes)),
                        a_file_that_is_mended_is_loaded, a_change_that_hides_is_found, an_issuer_file_is_loaded_again,
                        T_LOOP(a_thread_loads_what_has_changed, 2), T_LOOP(a_child_may_use_the_service, children)),
                 T_CASE("large", T_ONCE(make_pki, free_pki), T_TAGS(T_SLOW) /* 400 ms are to be enough */,
                        T_LOOP(a_large_set_is_not_analysed, 2)),
                 T_CASE("counts", T_ONCE(make_pki, free_pki), T_LOOP(a_shadow_is_asked_and_not_obeyed, COUNT(shadows)),
                        a_broken_shadow_stops_nothing, answers_are_counted, mappings_without_a_name_count_together,
                        counters_are_written_for_prometheus, T_LOOP(each_allocation_may_fail, 2),
                        what_a_shortage_kept_out_is_loaded, too_many_open_files_pass,
                        no_answer_is_counted_for_no_mapping, a_kept_answer_allocates_nothing,
                        openssl_may_have_no_memory_to_answer, openssl_may_have_no_memory_to_load));
}
