/* SPDX-License-Identifier: MIT */
/* Building rule sets without text: the calls, their errors, and that the parser ends in the same. */
#include "certmap/limits.h"
#include "rules.h"
#include "support/alloc.h"
#include "support/every.h"

/* ---- scripts of calls ----
 *
 *     Ma Da    a many-to-one mapping "a" that allows or denies       & | !    open and, or, not
 *     1a 1     a one-to-one mapping, named or not                    )        close
 *     Cx       subject.CN = "x"                                      A        always
 *     X        a condition on a subfield that does not exist         0        disable
 *     Gx       the group "x"                                         Wa       a mapping of no kind that there is
 *     Hx       the domain "x"                                        P        a policy
 *     O        options */

static enum certmap_status call_mapping(struct certmap_builder *builder, const char *call,
                                        struct certmap_diagnostic *err) {
    const char name[] = {call[1] == ' ' ? (char)0 : call[1], 0};
    return t_add_mapping(builder, call[0] == '1' ? CERTMAP_KIND_ONE_TO_ONE : CERTMAP_KIND_MANY_TO_ONE,
                         name[0] == 0 ? NULL : name, call[0] == 'D' ? NULL : "account", err);
}

static enum certmap_status call_output(struct certmap_builder *builder, const char *call,
                                       struct certmap_diagnostic *err) {
    struct certmap_output output = CERTMAP_OUTPUT_INIT;
    output.kind = call[0] == 'G' ? CERTMAP_OUTPUT_GROUP : CERTMAP_OUTPUT_DOMAIN;
    output.value = (struct certmap_view){(const uint8_t *)call + 1, 1};
    return certmap_builder_output(builder, &output, err);
}

static enum certmap_status call_nonsense(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.kind = (enum certmap_kind)7;
    mapping.decision = CERTMAP_DENY;
    mapping.name = t_text("w");
    return certmap_builder_mapping(builder, &mapping, err);
}

static enum certmap_status call_options(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    const struct certmap_build_options options = CERTMAP_BUILD_OPTIONS_INIT;
    return certmap_builder_options(builder, &options, err);
}

static enum certmap_status call(struct certmap_builder *builder, const char *call, struct certmap_diagnostic *err) {
    switch (call[0]) {
    case 'C':
        return t_add_equal(builder, "CN", (const char[]){call[1], 0}, err);
    case 'X':
        return t_add_equal(builder, "XX", "a", err);
    case 'A':
        return certmap_builder_always(builder, err);
    case '0':
        return certmap_builder_disable(builder, err);
    case '&':
        return certmap_builder_open(builder, CERTMAP_ALL, err);
    case '|':
        return certmap_builder_open(builder, CERTMAP_ANY, err);
    case '!':
        return certmap_builder_open(builder, CERTMAP_NOT, err);
    case ')':
        return certmap_builder_close(builder, err);
    case 'G':
    case 'H':
        return call_output(builder, call, err);
    case 'W':
        return call_nonsense(builder, err);
    case 'O':
        return call_options(builder, err);
    case 'P':
        return certmap_builder_combining(builder, CERTMAP_COMBINING_MOST_SPECIFIC, err);
    default:
        return call_mapping(builder, call, err);
    }
}

static const char *next_call(const char *at) {
    at += strcspn(at, " ");
    return at + strspn(at, " ");
}

static char letter_of(enum certmap_status status) {
    static const char letters[] = ".AMLS";
    ck_assert_int_le((int)status, CERTMAP_ERROR_SYNTAX);
    return letters[status];
}

/* Each call and the end give OK '.', Argument, Limit, Syntax or Memory. */
static const struct {
    const char *about, *calls, *outcomes;
} scripts[] = {
    {"nothing", "", "."},
    {"a mapping", "Ma Cx", "..."},
    {"two mappings", "Ma Cx Db Cy", "....."},
    {"always", "Ma A", "..."},
    {"always among conditions", "Ma A Cx", "...."},
    {"one-to-one needs no name", "1 Cx 1 Cx", "....."},
    {"one-to-one may have a name", "1a Cx", "..."},
    {"groups", "Ma | Cx & Cy ! Cz ) ) )", "..........."},
    {"a group of one", "Ma | Cx )", "....."},
    {"not of a group", "Ma ! | Cx Cy ) )", "........"},
    {"always in a group", "Ma ! A )", "....."},
    {"disabled", "0 Ma Cx", "...."},
    {"disabled, and nothing else", "0", ".."},

    {"a many-to-one mapping without a name", "M", "SS"},
    {"a mapping without conditions", "Ma", ".A"},
    {"a mapping without conditions before another", "Ma Mb Cx", ".A.A"},
    {"a one-to-one mapping without conditions", "1", ".A"},
    {"a condition before any mapping", "Cx", "AA"},
    {"always before any mapping", "A", "AA"},
    {"a group before any mapping", "&", "AA"},
    {"a close before any mapping", ")", "AA"},
    {"disabled, but no mapping for a condition", "0 Cx", ".AA"},
    {"a close without a group", "Ma Cx )", "..AA"},
    {"a close too many", "Ma & Cx ) )", "....AA"},
    {"a group left open", "Ma & Cx", "...A"},
    {"a group left open before another mapping", "Ma & Cx Mb Cy", "...A.A"},
    {"an empty group", "Ma Cx & )", "...AA"},
    {"an empty not", "Ma Cx ! )", "...AA"},
    {"not of two", "Ma ! Cx Cy )", "....AA"},
    {"a name twice", "Ma Cx Ma Cx", "..S.S"},
    {"a name twice, of two kinds", "1a Cx Ma Cx", "..S.S"},
    {"a name three times", "Ma Cx Ma Cx Ma Cx", "..S.S.S"},
    {"an unknown subfield", "Ma X", ".SS"},
    {"an unknown subfield after a condition", "Ma Cx X", "..SS"},
    {"an unknown subfield, and then a name twice", "Ma Cx X Ma Cy", "..SS.S"},
    {"a name twice, and then no condition", "Ma Cx Ma X", "..SSS"},
    {"an unknown subfield, and then no mapping begins wrongly", "Ma X Mb Cx", ".SA.S"},
    {"the first mistake is what the end tells", "Ma ) X", ".ASA"},

    {"an output after a name twice", "Ma Cx Ma Cx Gg", "..S..S"},
    {"an output after a name twice, the first mapping with outputs", "Ma Cx Gg Ma Gh Cx", "...S..S"},
    {"an output after the first mapping's name was refused", "M Gg", "S.S"},
    {"an output after a mapping of no kind", "Ma Cx Wa Gg", "..A.A"},
    {"an output after the first mapping, of no kind", "Wa Gg Cx", "A..A"},
    {"outputs after a refused mapping are checked", "Ma Cx Gg Ma Hd Hd Gh X", "...S.S.SS"},
    {"outputs after a refused mapping that denies", "Da Cx Da Gg", "..SAS"},
    {"a refused mapping needs no condition", "Ma Cx Ma Mb Cx", "..S..S"},
    {"groups after a refused mapping are checked", "Ma Cx Ma & Cx ) )", "..S...AS"},
    {"a group left open after a refused mapping", "Ma Cx Ma & Cx Mb Cx", "..S..A.S"},
    {"a name is free when its mapping was refused for another reason", "Ma Cx Wb Mb Cx", "..A..A"},
    {"two refused in a row", "Ma Cx Ma Ma Gg Mb Cx", "..SS...S"},
    {"a one-to-one mapping refused", "Ma Cx 1a Gg Cx 1 Cx", "..S....S"},
    {"an output before any mapping", "Gg", "AA"},
    {"an output of a mapping that denies", "Da Cx Gg", "..AA"},
    {"a policy after a refused mapping", "Wa P", "AAA"},
    {"a policy, and a mapping", "P Ma Cx", "...."},
    {"options twice", "O O Ma Cx", ".A..A"},
    {"options late", "P O", ".AA"},
    {"options after the end of another rule set", "O", ".."},
};

T_TEST(script) {
    char somewhere;
    struct certmap_rules *const untouched = (void *)&somewhere;
    struct certmap_builder *builder = t_builder();
    struct certmap_rules *rules = untouched;
    struct certmap_diagnostic first = {.status = CERTMAP_OK}, last = {.status = CERTMAP_OK};
    size_t i = 0;
    for (const char *at = scripts[_i].calls; *at != 0; at = next_call(at), i++) {
        struct certmap_diagnostic error = {.status = CERTMAP_OK};
        const enum certmap_status status = call(builder, at, &error);
        ck_assert_msg(letter_of(status) == scripts[_i].outcomes[i], "%s: call %zu: %c, %s", scripts[_i].about, i + 1,
                      letter_of(status), error.text);
        ck_assert_int_eq(error.status, status);
        ck_assert_uint_eq(error.line, 0);
        if (first.status == CERTMAP_OK)
            first = error;
    }
    const enum certmap_status status = certmap_builder_finish(builder, &rules, &last);
    ck_assert_msg(letter_of(status) == scripts[_i].outcomes[i] && scripts[_i].outcomes[i + 1] == 0,
                  "%s: at the end: %c, %s", scripts[_i].about, letter_of(status), last.text);
    ck_assert_int_eq(rules == untouched, status != CERTMAP_OK);
    ck_assert_int_eq(last.status, status);
    if (first.status != CERTMAP_OK)
        ck_assert_mem_eq(&last, &first, sizeof first);
    if (status == CERTMAP_OK)
        certmap_rules_free(rules);
    certmap_builder_free(builder);
}

/* After a mistake the builder is empty and as good as new, without another mapping's names or switches. */
T_TEST(script_and_then_another) {
    struct certmap_builder *builder = t_builder();
    struct certmap_rules *rules = NULL;
    for (const char *at = scripts[_i].calls; *at != 0; at = next_call(at))
        call(builder, at, NULL);
    if (certmap_builder_finish(builder, &rules, NULL) == CERTMAP_OK)
        certmap_rules_free(rules);
    for (const char *at = "Ma Cx Db Cy"; *at != 0; at = next_call(at))
        ck_assert_int_eq(call(builder, at, NULL), CERTMAP_OK);
    rules = t_finish(builder);
    ck_assert_uint_eq(certmap_rules_count(rules), 2);
    struct t_peer peer;
    t_peer_make(&peer, "CN=x", "CN=CA");
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_ALLOW);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(script_and_no_end) {
    struct certmap_builder *builder = t_builder();
    for (const char *at = scripts[_i].calls; *at != 0; at = next_call(at))
        call(builder, at, NULL);
    certmap_builder_free(builder); /* LeakSanitizer looks */
}

/* ---- the same as the parser ---- */

static const struct {
    const char *calls, *rules;
} equivalents[] = {
    {"Da Ca", "mapping \"a\" { when subject.CN = \"a\"; deny; }"},
    {"Da A", "mapping \"a\" { when always; deny; }"},
    {"Da Ca Cb", "mapping \"a\" { when subject.CN = \"a\" and subject.CN = \"b\"; deny; }"},
    {"Da & Ca Cb )", "mapping \"a\" { when subject.CN = \"a\" and subject.CN = \"b\"; deny; }"},
    {"Da & Ca Cb )", "mapping \"a\" { when (subject.CN = \"a\" and subject.CN = \"b\"); deny; }"},
    {"Da Ca Cb Cc", "mapping \"a\" { when subject.CN = \"a\" and subject.CN = \"b\" and subject.CN = \"c\"; deny; }"},
    {"Da | Ca Cb )", "mapping \"a\" { when subject.CN = \"a\" or subject.CN = \"b\"; deny; }"},
    {"Da | Ca Cb Cc )", "mapping \"a\" { when subject.CN = \"a\" or subject.CN = \"b\" or subject.CN = \"c\"; deny; }"},
    {"Da ! Ca )", "mapping \"a\" { when not subject.CN = \"a\"; deny; }"},
    {"Da ! ! Ca ) )", "mapping \"a\" { when not not subject.CN = \"a\"; deny; }"},
    {"Da ! Ca ) Cb", "mapping \"a\" { when not subject.CN = \"a\" and subject.CN = \"b\"; deny; }"},
    {"Da ! & Ca Cb ) )", "mapping \"a\" { when not (subject.CN = \"a\" and subject.CN = \"b\"); deny; }"},
    {"Da Ca | Cb Cc )",
     "mapping \"a\" { when subject.CN = \"a\" and (subject.CN = \"b\" or subject.CN = \"c\"); deny; }"},
    {"Da | Ca & Cb Cc ) )",
     "mapping \"a\" { when subject.CN = \"a\" or (subject.CN = \"b\" and subject.CN = \"c\"); deny; }"},
    {"Da | Ca Cb ) | Cc Cx )", "mapping \"a\" { when (subject.CN = \"a\" or subject.CN = \"b\") and (subject.CN = "
                               "\"c\" or subject.CN = \"x\"); deny; }"},
    {"Da & Ca Cb ) Cc",
     "mapping \"a\" { when (subject.CN = \"a\" and subject.CN = \"b\") and subject.CN = \"c\"; deny; }"},
    {"Da | ! & Ca ! Cb ) ) ) & Cc Cx ) )", "mapping \"a\" { when not (subject.CN = \"a\" and not subject.CN = \"b\") "
                                           "or (subject.CN = \"c\" and subject.CN = \"x\");"
                                           " deny; }"},
    {"Da Ca Db | Cb Cx ) Dc A", "mapping \"a\" { when subject.CN = \"a\"; deny; } mapping \"b\" { when subject.CN = "
                                "\"b\" or subject.CN = \"x\"; deny; }"
                                "mapping \"c\" { when always; deny; }"},
};

T_TEST(equivalent) {
    struct certmap_builder *builder = t_builder();
    struct t_buf text = T_BUF_INIT, traces[2] = {T_BUF_INIT, T_BUF_INIT};
    struct t_peer peer;
    t_put(&text, "certmap 1; ");
    t_put(&text, equivalents[_i].rules);
    for (const char *at = equivalents[_i].calls; *at != 0; at = next_call(at))
        ck_assert_int_eq(call(builder, at, NULL), CERTMAP_OK);
    struct certmap_rules *parsed = t_rules(t_cstr(&text)), *built = t_finish(builder);
    t_peer_make(&peer, "CN=b | CN=c | octet CN=z", "CN=CA");
    t_trace(&traces[0], built, peer.peer);
    t_trace(&traces[1], parsed, peer.peer);
    ck_assert_str_eq(t_cstr(&traces[0]), t_cstr(&traces[1]));
    ck_assert_uint_eq(certmap_rules_needs(built), certmap_rules_needs(parsed));
    t_peer_free(&peer);
    certmap_rules_free(parsed);
    certmap_rules_free(built);
    t_buf_free(&text);
    t_buf_free(&traces[0]);
    t_buf_free(&traces[1]);
}

/* ---- names and accounts ---- */

static const struct {
    const char *a, *b;
    bool same;
} names[] = {
    {"staff", "staff", true},
    {"staff", "STAFF", true},
    {"staff", "Staff ", false},
    {"staff", "staf", false},
    {"\xC3\xA9", "\xC3\x89", true},
    {"\xC3\xA9", "e\xCC\x81", false}, /* case only; no normalisation */
    {"stra\xC3\x9F"
     "e",
     "STRASSE", false},
    {"k", "\xE2\x84\xAA", true},
    {"i", "\xC4\xB0", false},
    {"a\nb", "A\nB", true},
};

T_TEST(names_compare_without_case) {
    struct certmap_builder *builder = t_builder();
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, names[_i].a, NULL, NULL), CERTMAP_OK);
    certmap_builder_always(builder, NULL);
    const enum certmap_status status = t_add_mapping(builder, CERTMAP_KIND_NATIVE, names[_i].b, NULL, &error);
    ck_assert_msg((status != CERTMAP_OK) == names[_i].same, "\"%s\" and \"%s\"", names[_i].a, names[_i].b);
    if (names[_i].same) {
        ck_assert_int_eq(status, CERTMAP_ERROR_SYNTAX);
        ck_assert_int_eq(error.code, CERTMAP_CODE_DUPLICATE_MAPPING);
    }
    certmap_builder_free(builder);
}

T_TEST(says_where_the_name_was_first) {
    struct certmap_builder *builder = t_builder();
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    mapping.decision = CERTMAP_DENY;
    mapping.name = t_text("a");
    certmap_builder_mapping(builder, &mapping, NULL);
    certmap_builder_always(builder, NULL);
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, &error), CERTMAP_ERROR_SYNTAX);
    ck_assert_str_eq(error.text, "there is a mapping \"a\" already");
    mapping.name = t_text("b");
    mapping.line = 7;
    certmap_builder_mapping(builder, &mapping, NULL);
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, &error), CERTMAP_ERROR_SYNTAX);
    ck_assert_str_eq(error.text, "there is a mapping \"b\" already, in line 7");
    certmap_builder_free(builder);
}

T_TEST(many_names) {
    struct certmap_builder *builder = t_builder();
    char name[16];
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, name, NULL, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "N%d", i);
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, name, NULL, NULL), CERTMAP_ERROR_SYNTAX);
        certmap_builder_always(builder, NULL);
    }
    certmap_builder_free(builder);
}

/* domain and user NULL: not an account. domain "": it has none. */
static const struct {
    const char *account, *domain, *user;
} accounts[] = {
    {"CONTOSO\\portal", "CONTOSO", "portal"},
    {"portal@contoso.example", "contoso.example", "portal"},
    {"portal", "", "portal"},
    {"a", "", "a"},
    {"CONTOSO\\portal@x", "CONTOSO", "portal@x"},
    {"a@b@c", "c", "a@b"},
    {"A@B\\c", "A@B", "c"},
    {".\\local", ".", "local"},
    {"CONTOSO\\first last", "CONTOSO", "first last"},
    {" a ", "", " a "},
    {"B\xC3\x9CRO\\j\xC3\xBCrgen", "B\xC3\x9CRO", "j\xC3\xBCrgen"},
    {"a/b", "", "a/b"},
    {"", NULL, NULL},
    {"\\", NULL, NULL},
    {"@", NULL, NULL},
    {"\\user", NULL, NULL},
    {"DOMAIN\\", NULL, NULL},
    {"DOMAIN\\\\user", NULL, NULL},
    {"A\\B\\user", NULL, NULL},
    {"A\\user\\", NULL, NULL},
    {"@domain", NULL, NULL},
    {"user@", NULL, NULL},
    {"a@b@", NULL, NULL},
    {"a\nb", NULL, NULL},
    {"a\tb", NULL, NULL},
    {"a\x7F", NULL, NULL},
    {"a\xC2\x85", NULL, NULL},
    {"a\xE2\x80\xAE"
     "b",
     NULL, NULL},
    {"a\xE2\x80\xA8", NULL, NULL},
    {"a\xFF", NULL, NULL},
    {"a\xC0\x80", NULL, NULL},
};

static void assert_text(struct certmap_view view, const char *wanted) {
    ck_assert_msg(view.data != NULL && view.len == strlen(wanted) && memcmp(view.data, wanted, view.len + 1) == 0,
                  "\"%s\"", wanted); /* its NUL too */
}

T_TEST(account_row) {
    struct certmap_builder *builder = t_builder();
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const enum certmap_status status =
        t_add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "m", accounts[_i].account, &error);
    const bool good = accounts[_i].user != NULL;
    ck_assert_msg((status == CERTMAP_OK) == good, "\"%s\": %s", accounts[_i].account, error.text);
    certmap_builder_always(builder, NULL);
    if (!good) {
        ck_assert_int_eq(status, CERTMAP_ERROR_SYNTAX);
        ck_assert(error.code == CERTMAP_CODE_BAD_ACCOUNT || error.code == CERTMAP_CODE_BAD_UTF8);
        certmap_builder_free(builder);
        return;
    }
    struct certmap_rules *rules = t_finish(builder);
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    assert_text(result.account, accounts[_i].account);
    assert_text(result.user, accounts[_i].user);
    if (accounts[_i].domain[0] == 0)
        ck_assert_ptr_null(result.domain.data);
    else
        assert_text(result.domain, accounts[_i].domain);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* Texts with a length, for what a C string cannot hold. */
static const struct {
    const char *about, *text;
    size_t len;
    enum certmap_code code; /* of it as a name, as an account, as an operand and as a pattern */
} texts[] = {
    {"U+0000", "a\0b", 3, CERTMAP_CODE_NUL},
    {"U+0000 alone", "\0", 1, CERTMAP_CODE_NUL},
    {"U+0000 at the end", "a\0", 2, CERTMAP_CODE_NUL},
    {"a byte that is not UTF-8", "a\xFF", 2, CERTMAP_CODE_BAD_UTF8},
    {"overlong", "\xC0\x80", 2, CERTMAP_CODE_BAD_UTF8},
    {"a surrogate", "\xED\xA0\x80", 3, CERTMAP_CODE_BAD_UTF8},
    {"cut", "\xC3", 1, CERTMAP_CODE_BAD_UTF8},
};

static enum certmap_status add_text(struct certmap_builder *builder, int use, struct certmap_view text,
                                    struct certmap_diagnostic *error) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = use == 0 ? text : t_text("m");
    mapping.account = use == 1 ? text : t_text("a");
    condition.subfield = t_text("CN");
    condition.op = use == 3 ? CERTMAP_OP_LIKE : CERTMAP_OP_EQUAL;
    condition.operands = &text;
    condition.operand_count = 1;
    const enum certmap_status status = certmap_builder_mapping(builder, &mapping, error);
    return use < 2 ? status : certmap_builder_condition(builder, &condition, error);
}

T_TEST(unclean_text) {
    for (int use = 0; use < 4; use++) {
        struct certmap_builder *builder = t_builder();
        struct certmap_diagnostic error = {.status = CERTMAP_OK};
        const struct certmap_view text = {(const uint8_t *)texts[_i].text, texts[_i].len};
        ck_assert_msg(add_text(builder, use, text, &error) == CERTMAP_ERROR_SYNTAX, "%s, use %d", texts[_i].about, use);
        ck_assert_msg(error.code == texts[_i].code, "%s, use %d: %s", texts[_i].about, use, error.text);
        certmap_builder_free(builder);
    }
}

/* ---- conditions ---- */

static const struct certmap_view one_operand[] = {{(const uint8_t *)"a", 1}};
static const struct certmap_view null_operand[] = {{NULL, 0}};
static const struct certmap_view lying_operand[] = {{NULL, 1}};
static const struct certmap_view escape_operand[] = {{(const uint8_t *)"a\\b", 3}};
static const struct certmap_view good_escapes[] = {{(const uint8_t *)"\\\\\\*\\?", 6}};
static const struct certmap_view bad_and_good[] = {{(const uint8_t *)"\xFF", 1}, {(const uint8_t *)"a", 1}};
static const struct certmap_view good_and_bad[] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"\xFF", 1}};
static const struct certmap_view name_operand[] = {{(const uint8_t *)"CN=a", 4}};
static const struct certmap_view last_backslash[] = {{(const uint8_t *)"a\\", 2}};

#define SUBJECT CERTMAP_FIELD_SUBJECT
#define ISSUER CERTMAP_FIELD_ISSUER
#define SAN CERTMAP_FIELD_SAN
#define WHOLE CERTMAP_FIELD_CERTIFICATE
#define EQUAL CERTMAP_OP_EQUAL
#define LIKE CERTMAP_OP_LIKE
#define UNDER CERTMAP_OP_UNDER
#define PRESENT CERTMAP_OP_PRESENT
#define ABSENT CERTMAP_OP_ABSENT
#define OP_COUNT CERTMAP_OP_COUNT
#define ANY CERTMAP_ANY_VALUE
#define EVERY CERTMAP_EVERY_VALUE

static const struct {
    const char *about;
    enum certmap_field field;
    const char *subfield;
    enum certmap_operator op;
    unsigned flags;
    const struct certmap_view *operands;
    size_t count;
    enum certmap_code code; /* NONE: it is right */
    enum certmap_quantifier quantifier;
    size_t number; /* of OP_COUNT */
} conditions[] = {
    {"equal", SUBJECT, "CN", EQUAL, 0, one_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"equal to nothing", SUBJECT, "CN", EQUAL, 0, null_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"nocase", ISSUER, "cn", EQUAL, CERTMAP_NOCASE, one_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"an OID", ISSUER, "1.2.3", EQUAL, 0, one_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"present", SUBJECT, "OID.1.2.3", PRESENT, 0, NULL, 0, CERTMAP_CODE_NONE, ANY, 0},
    {"absent", SUBJECT, "CN", ABSENT, 0, NULL, 0, CERTMAP_CODE_NONE, ANY, 0},
    {"count", SUBJECT, "CN", OP_COUNT, 0, NULL, 0, CERTMAP_CODE_NONE, ANY, 2},
    {"count of none", SUBJECT, "CN", OP_COUNT, 0, NULL, 0, CERTMAP_CODE_NONE, ANY, 0},
    {"every", SUBJECT, "CN", EQUAL, 0, one_operand, 1, CERTMAP_CODE_NONE, EVERY, 0},
    {"at", SUBJECT, "CN", LIKE, 0, one_operand, 1, CERTMAP_CODE_NONE, CERTMAP_AT_VALUE, 1},
    {"at the last place", SUBJECT, "any", EQUAL, 0, one_operand, 1, CERTMAP_CODE_NONE, CERTMAP_AT_VALUE,
     CERTMAP_MAX_COUNT},
    {"at no place", SUBJECT, "CN", LIKE, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, CERTMAP_AT_VALUE, 0},
    {"at, present", SUBJECT, "CN", PRESENT, 0, NULL, 0, CERTMAP_CODE_ARGUMENT, CERTMAP_AT_VALUE, 1},
    {"a place with first", SUBJECT, "CN", LIKE, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, CERTMAP_FIRST_VALUE, 1},
    {"any attribute", ISSUER, "any", LIKE, 0, one_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"any attribute, counted", ISSUER, "Any", OP_COUNT, 0, NULL, 0, CERTMAP_CODE_NONE, ANY, 3},
    {"only", SUBJECT, "CN", LIKE, 0, one_operand, 1, CERTMAP_CODE_NONE, CERTMAP_ONLY_VALUE, 0},
    {"like, escaped", SUBJECT, "CN", LIKE, 0, good_escapes, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"like, IIS", SUBJECT, "CN", LIKE, CERTMAP_IIS_PATTERN, escape_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"like, IIS, nocase", SUBJECT, "CN", LIKE, CERTMAP_IIS_PATTERN | CERTMAP_NOCASE, last_backslash, 1,
     CERTMAP_CODE_NONE, ANY, 0},
    {"equal knows no escapes", SUBJECT, "CN", EQUAL, 0, last_backslash, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"the certificate", WHOLE, "", EQUAL, 0, one_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"no certificate", WHOLE, "", EQUAL, 0, null_operand, 1, CERTMAP_CODE_NONE, ANY, 0},

    {"no such field", (enum certmap_field)T_FIELDS, "CN", EQUAL, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"no such operator", SUBJECT, "CN", (enum certmap_operator)7, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"no such quantifier", SUBJECT, "CN", EQUAL, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, (enum certmap_quantifier)6,
     0},
    {"every present", SUBJECT, "CN", PRESENT, 0, NULL, 0, CERTMAP_CODE_ARGUMENT, EVERY, 0},
    {"every absent", SUBJECT, "CN", ABSENT, 0, NULL, 0, CERTMAP_CODE_ARGUMENT, EVERY, 0},
    {"every count", SUBJECT, "CN", OP_COUNT, 0, NULL, 0, CERTMAP_CODE_ARGUMENT, EVERY, 1},
    {"absent with an operand", SUBJECT, "CN", ABSENT, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"count with an operand", SUBJECT, "CN", OP_COUNT, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, ANY, 1},
    {"a number without count", SUBJECT, "CN", PRESENT, 0, NULL, 0, CERTMAP_CODE_ARGUMENT, ANY, 1},
    {"no such flag", SUBJECT, "CN", EQUAL, 8, one_operand, 1, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"no operand", SUBJECT, "CN", EQUAL, 0, one_operand, 0, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"no operands", SUBJECT, "CN", EQUAL, 0, NULL, 1, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"like without a pattern", SUBJECT, "CN", LIKE, 0, NULL, 0, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"present with an operand", SUBJECT, "CN", PRESENT, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"an operand that is not there", SUBJECT, "CN", EQUAL, 0, lying_operand, 1, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"a subfield that is not there", SUBJECT, NULL, EQUAL, 0, one_operand, 1, CERTMAP_CODE_ARGUMENT, ANY, 0},
    {"under without a Name", SUBJECT, "", UNDER, 0, NULL, 0, CERTMAP_CODE_ARGUMENT, ANY, 0},

    {"the certificate with a subfield", WHOLE, "CN", EQUAL, 0, one_operand, 1, CERTMAP_CODE_UNKNOWN_SUBFIELD, ANY, 0},
    {"the certificate like something", WHOLE, "", LIKE, 0, one_operand, 1, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"the certificate present", WHOLE, "", PRESENT, 0, NULL, 0, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"the certificate absent", WHOLE, "", ABSENT, 0, NULL, 0, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"the certificate counted", WHOLE, "", OP_COUNT, 0, NULL, 0, CERTMAP_CODE_BAD_OPERATOR, ANY, 1},
    {"the certificate nocase", WHOLE, "", EQUAL, CERTMAP_NOCASE, one_operand, 1, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"every certificate", WHOLE, "", EQUAL, 0, one_operand, 1, CERTMAP_CODE_BAD_OPERATOR, EVERY, 0},

    {"a whole Name", SUBJECT, "", EQUAL, 0, name_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"one of no RDNs", SUBJECT, "", EQUAL, 0, null_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"a subtree", ISSUER, "", UNDER, 0, name_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"every Name in a subtree", SAN, "dirname", UNDER, 0, name_operand, 1, CERTMAP_CODE_NONE, EVERY, 0},
    {"Names counted", SAN, "dirname", OP_COUNT, 0, NULL, 0, CERTMAP_CODE_NONE, ANY, 1},
    {"a whole Name, nocase", SUBJECT, "", EQUAL, CERTMAP_NOCASE, name_operand, 1, CERTMAP_CODE_NONE, ANY, 0},
    {"no Name", SUBJECT, "", EQUAL, 0, one_operand, 1, CERTMAP_CODE_DN_SYNTAX, ANY, 0},
    {"the subtree of everything", SUBJECT, "", UNDER, 0, null_operand, 1, CERTMAP_CODE_BAD_OPERAND, ANY, 0},
    {"exact for an attribute", SUBJECT, "CN", EQUAL, CERTMAP_EXACT, one_operand, 1, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"exact and without case", SUBJECT, "", EQUAL, CERTMAP_EXACT | CERTMAP_NOCASE, name_operand, 1,
     CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"no pattern for a whole Name", SUBJECT, "", LIKE, 0, one_operand, 1, CERTMAP_CODE_DN_SYNTAX, ANY, 0},
    {"no pattern for a directory name", SAN, "dirname", LIKE, 0, one_operand, 1, CERTMAP_CODE_DN_SYNTAX, ANY, 0},
    {"a regular expression for a whole Name", SUBJECT, "", CERTMAP_OP_MATCHES, 0, one_operand, 1,
     CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"a whole Name present", SUBJECT, "", PRESENT, 0, NULL, 0, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"a whole Name absent", ISSUER, "", ABSENT, 0, NULL, 0, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"an attribute in a subtree", SUBJECT, "CN", UNDER, 0, name_operand, 1, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},
    {"an address in a subtree", SAN, "ip", UNDER, 0, name_operand, 1, CERTMAP_CODE_BAD_OPERATOR, ANY, 0},

    {"an unknown subfield", SUBJECT, "XX", EQUAL, 0, one_operand, 1, CERTMAP_CODE_UNKNOWN_SUBFIELD, ANY, 0},
    {"an unknown subfield present", ISSUER, "XX", PRESENT, 0, NULL, 0, CERTMAP_CODE_UNKNOWN_SUBFIELD, ANY, 0},
    {"a blank in a subfield", SUBJECT, "CN ", EQUAL, 0, one_operand, 1, CERTMAP_CODE_UNKNOWN_SUBFIELD, ANY, 0},
    {"a subfield that is not UTF-8", SUBJECT, "\xFF", EQUAL, 0, one_operand, 1, CERTMAP_CODE_UNKNOWN_SUBFIELD, ANY, 0},
    {"a bad OID", SUBJECT, "1.2.", EQUAL, 0, one_operand, 1, CERTMAP_CODE_BAD_OID, ANY, 0},
    {"a bad escape", SUBJECT, "CN", LIKE, 0, escape_operand, 1, CERTMAP_CODE_BAD_ESCAPE, ANY, 0},
    {"the first of two is bad", SUBJECT, "CN", EQUAL, 0, bad_and_good, 2, CERTMAP_CODE_BAD_UTF8, ANY, 0},
    {"the second of two is bad", SUBJECT, "CN", EQUAL, 0, good_and_bad, 2, CERTMAP_CODE_BAD_UTF8, ANY, 0},
    {"a backslash at the end", SUBJECT, "CN", LIKE, 0, last_backslash, 1, CERTMAP_CODE_BAD_ESCAPE, ANY, 0},
};

T_TEST(condition_row) {
    static const uint8_t nothing = 0;
    struct certmap_builder *builder = t_builder();
    struct certmap_condition made = CERTMAP_CONDITION_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK, .code = CERTMAP_CODE_NONE};
    made.field = conditions[_i].field;
    made.subfield = conditions[_i].subfield == NULL ? (struct certmap_view){NULL, 1} : t_text(conditions[_i].subfield);
    if (made.subfield.len == 0)
        made.subfield.data = &nothing;
    made.op = conditions[_i].op;
    made.flags = conditions[_i].flags;
    made.operands = conditions[_i].operands;
    made.operand_count = conditions[_i].count;
    made.quantifier = conditions[_i].quantifier;
    made.count = conditions[_i].number;
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", NULL, NULL);
    const enum certmap_status status = certmap_builder_condition(builder, &made, &error);
    ck_assert_msg(error.code == conditions[_i].code, "%s: %s", conditions[_i].about, error.text);
    ck_assert_int_eq(status, conditions[_i].code == CERTMAP_CODE_NONE       ? CERTMAP_OK
                             : conditions[_i].code == CERTMAP_CODE_ARGUMENT ? CERTMAP_ERROR_ARGUMENT
                                                                            : CERTMAP_ERROR_SYNTAX);
    certmap_builder_free(builder);
}

/* What the calls are given may go. */
T_TEST(everything_is_copied) {
    struct certmap_builder *builder = t_builder();
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    char name[] = "mapping", account[] = "DOMAIN\\user", subfield[] = "1.2.3", operand[] = "value";
    struct certmap_view operands[] = {t_text(operand)};
    struct t_peer peer;
    mapping.decision = CERTMAP_ALLOW;
    mapping.kind = CERTMAP_KIND_MANY_TO_ONE;
    mapping.name = t_text(name);
    mapping.account = t_text(account);
    mapping.line = 3;
    mapping.column = 5;
    certmap_builder_mapping(builder, &mapping, NULL);
    condition.subfield = t_text(subfield);
    condition.operands = operands;
    condition.operand_count = 1;
    certmap_builder_condition(builder, &condition, NULL);
    memset(name, 'x', sizeof name);
    memset(account, 'x', sizeof account);
    memset(subfield, 'x', sizeof subfield);
    memset(operand, 'x', sizeof operand);
    memset(operands, 0, sizeof operands);
    struct certmap_rules *rules = t_finish(builder);
    t_peer_make(&peer, "1.2.3=value", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    assert_text(result.mapping, "mapping");
    assert_text(result.account, "DOMAIN\\user");
    ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, 0, NULL), CERTMAP_OK);
    assert_text(mapping.name, "mapping");
    assert_text(mapping.account, "DOMAIN\\user");
    ck_assert_int_eq(mapping.kind, CERTMAP_KIND_MANY_TO_ONE);
    ck_assert_int_eq(mapping.decision, CERTMAP_ALLOW);
    ck_assert_uint_eq(mapping.line, 3);
    ck_assert_uint_eq(mapping.column, 5);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- what comes out ---- */

static void assert_reason(struct certmap_rules *rules, enum certmap_code reason) {
    struct t_peer peer;
    t_peer_make(&peer, "CN=x", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(result.decision, CERTMAP_NONE);
    ck_assert_int_eq(result.reason, reason);
    ck_assert_uint_eq(result.index, SIZE_MAX);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(empty_rules_match_nothing) {
    assert_reason(t_finish(t_builder()), CERTMAP_CODE_EMPTY_RULES);
}

T_TEST(disabled_rules_match_nothing) {
    struct certmap_builder *builder = t_builder();
    for (const char *at = "1a Cx Db A 0"; *at != 0; at = next_call(at))
        ck_assert_int_eq(call(builder, at, NULL), CERTMAP_OK);
    assert_reason(t_finish(builder), CERTMAP_CODE_DISABLED);
    builder = t_builder();
    certmap_builder_disable(builder, NULL);
    assert_reason(t_finish(builder), CERTMAP_CODE_DISABLED);
}

T_TEST(a_deny_has_no_account) {
    struct certmap_builder *builder = t_builder();
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.decision = CERTMAP_DENY;
    mapping.name = t_text("m");
    mapping.account = t_text("\xFF not looked at");
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
    certmap_builder_always(builder, NULL);
    struct certmap_rules *rules = t_finish(builder);
    ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, 0, NULL), CERTMAP_OK);
    ck_assert_ptr_null(mapping.account.data);
    certmap_rules_free(rules);
}

T_TEST(an_unnamed_mapping_has_no_name) {
    struct certmap_builder *builder = t_builder();
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    for (const char *at = "1 Cx"; *at != 0; at = next_call(at))
        ck_assert_int_eq(call(builder, at, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, 0, NULL), CERTMAP_OK);
    ck_assert_uint_eq(mapping.name.len, 0);
    ck_assert_int_eq(mapping.kind, CERTMAP_KIND_ONE_TO_ONE);
    certmap_rules_free(rules);
}

/* ---- running out of memory ---- */

static const char *const memory_scripts[] = {
    "",
    "Ma Cx",
    "1 Cx Ma Cy Mb Cz", /* the first request for nodes comes with a one-to-one mapping */
    "0",
    "Ma Cx | Cy ! Cz ) Ca ) 1 Cb 1b Cc 0 Mc & Ca Cb ) Dd A Me Ca Mf Cb Mg Cc Mh Cd Mi Ce Mj Cf",
};

/* Goes on after a mistake, as a loader may, or stops. */
static enum certmap_status build_all(struct certmap_builder *builder, const char *calls, bool stop,
                                     struct certmap_rules **rules, struct certmap_diagnostic *error) {
    for (const char *at = calls; *at != 0; at = next_call(at))
        if (call(builder, at, NULL) != CERTMAP_OK && stop)
            break;
    if (strlen(calls) > 1 && (t_add_equal(builder, "1.2.3", "e\xCC\x81 normalised", NULL) == CERTMAP_OK || !stop))
        t_add_certificate(builder, t_text("certificate"), NULL);
    return certmap_builder_finish(builder, rules, error);
}

static void run_out(const char *calls, bool stop) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct certmap_builder *builder = NULL;
        struct certmap_rules *rules = NULL;
        struct certmap_diagnostic error = {.status = CERTMAP_OK};
        t_alloc_fail_at(&memory, n);
        enum certmap_status status = certmap_builder_new(&builder, &allocator, &error);
        ck_assert_int_eq(builder == NULL, status != CERTMAP_OK);
        if (status == CERTMAP_OK)
            status = build_all(builder, calls, stop, &rules, &error);
        failed = t_alloc_failed(&memory);
        ck_assert_msg(status == (failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK), "request %zu: %s", n, error.text);
        ck_assert_int_eq(error.code, failed ? CERTMAP_CODE_MEMORY : CERTMAP_CODE_NONE);
        ck_assert_int_eq(rules == NULL, failed);
        certmap_rules_free(rules);
        certmap_builder_free(builder);
        ck_assert_msg(memory.live == 0, "request %zu leaks", n);
    }
}

T_TEST(without_memory_and_stopping) {
    run_out(memory_scripts[_i], true);
}

T_TEST(without_memory_and_going_on) {
    run_out(memory_scripts[_i], false);
}

/* Texts that no piece of memory has room for beside others, each in a builder of its own. */
static const struct {
    const char *about;
    enum certmap_field field;
    const char *subfield;
    enum certmap_operator op;
    unsigned flags;
    const char *unit;
} long_operands[] = {
    {"a certificate", WHOLE, "", EQUAL, 0, "certificate"},
    {"ASCII", SUBJECT, "CN", EQUAL, 0, "A"},
    {"ASCII, folded", SUBJECT, "1.2.3", EQUAL, CERTMAP_NOCASE, "A"},
    {"normalised", SUBJECT, "CN", EQUAL, 0, "E\xCC\x81"},
    {"normalised and folded", SUBJECT, "CN", EQUAL, CERTMAP_NOCASE, "E\xCC\x81"},
    {"a pattern", SUBJECT, "CN", LIKE, 0, "a"},
    {"a pattern, folded", SUBJECT, "CN", LIKE, CERTMAP_NOCASE, "A"},
    {"a pattern, normalised", SUBJECT, "2.999", LIKE, CERTMAP_NOCASE, "E\xCC\x81"},
    {"a pattern of literals and stars", SUBJECT, "CN", LIKE, 0, "Ae\xCC\x81*"},
    {"a pattern of stars and literals", SUBJECT, "CN", LIKE, CERTMAP_IIS_PATTERN, "?e\xCC\x81"},
};

static enum certmap_status add_long(struct certmap_builder *builder, int row, struct t_buf *text) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const struct certmap_view operand = t_view(text);
    condition.field = long_operands[row].field;
    condition.subfield = t_text(long_operands[row].subfield);
    condition.op = long_operands[row].op;
    condition.flags = long_operands[row].flags;
    condition.operands = &operand;
    condition.operand_count = 1;
    return certmap_builder_condition(builder, &condition, NULL);
}

T_TEST(long_operand_without_memory) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct t_buf text = T_BUF_INIT;
    bool failed = true;
    while (text.len < 5000)
        t_put(&text, long_operands[_i].unit);
    for (size_t n = 0; failed; n++) {
        struct certmap_builder *builder = NULL;
        ck_assert_int_eq(certmap_builder_new(&builder, &allocator, NULL), CERTMAP_OK);
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, NULL, NULL, NULL), CERTMAP_OK);
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = add_long(builder, _i, &text);
        failed = t_alloc_failed(&memory);
        ck_assert_msg(status == (failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK), "%s, request %zu",
                      long_operands[_i].about, n);
        t_alloc_fail_at(&memory, SIZE_MAX);
        certmap_builder_free(builder);
        ck_assert_uint_eq(memory.live, 0);
    }
    t_buf_free(&text);
}

/* What is before and after a separator, each so long. */
static const struct {
    size_t before;
    const char *separator;
    size_t after;
} long_accounts[] = {{5000, "", 0},    {3000, "\\", 3000}, {3000, "@", 3000},
                     {10, "\\", 5000}, {5000, "@", 10},    {2500, "\\", 10}};

T_TEST(long_account_without_memory) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct t_buf account = T_BUF_INIT;
    bool failed = true;
    for (size_t i = 0; i < long_accounts[_i].before + long_accounts[_i].after; i++) {
        if (i == long_accounts[_i].before)
            t_put(&account, long_accounts[_i].separator);
        t_put(&account, "a");
    }
    for (size_t n = 0; failed; n++) {
        struct certmap_builder *builder = NULL;
        ck_assert_int_eq(certmap_builder_new(&builder, &allocator, NULL), CERTMAP_OK);
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status =
            t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, NULL, t_cstr(&account), NULL);
        failed = t_alloc_failed(&memory);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        t_alloc_fail_at(&memory, SIZE_MAX);
        certmap_builder_free(builder);
        ck_assert_uint_eq(memory.live, 0);
    }
    t_buf_free(&account);
}

/* A caller that is told of a bad name may go on with the mapping; told of no memory, it may not. */
T_TEST(no_memory_counts_more_than_a_bad_name) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct certmap_builder *builder = NULL;
        ck_assert_int_eq(certmap_builder_new(&builder, &allocator, NULL), CERTMAP_OK);
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = t_add_mapping(builder, CERTMAP_KIND_NATIVE, "", NULL, NULL);
        failed = t_alloc_failed(&memory);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_ERROR_SYNTAX);
        ck_assert_int_eq(certmap_builder_always(builder, NULL), failed ? CERTMAP_ERROR_ARGUMENT : CERTMAP_OK);
        t_alloc_fail_at(&memory, SIZE_MAX);
        certmap_builder_free(builder);
        ck_assert_uint_eq(memory.live, 0);
    }
}

/* ---- arguments ---- */

T_TEST(refuses_arguments) {
    struct certmap_builder *builder = t_builder();
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_int_eq(certmap_builder_new(NULL, NULL, &error), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_builder_mapping(NULL, &mapping, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_condition(NULL, &condition, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_always(NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_open(NULL, CERTMAP_ALL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_close(NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_disable(NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_finish(NULL, &rules, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_finish(builder, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(rules);
    certmap_builder_free(builder);
    certmap_builder_free(NULL);
}

T_TEST(refuses_an_allocator_that_lacks_a_function) {
    struct t_alloc memory = T_ALLOC_INIT;
    for (int lacking = 0; lacking < 3; lacking++) {
        struct certmap_allocator allocator = t_alloc_allocator(&memory);
        struct certmap_builder *builder = NULL;
        if (lacking == 0)
            allocator.alloc = NULL;
        else if (lacking == 1)
            allocator.resize = NULL;
        else
            allocator.release = NULL;
        ck_assert_int_eq(certmap_builder_new(&builder, &allocator, NULL), CERTMAP_ERROR_ARGUMENT);
        ck_assert_ptr_null(builder);
    }
}

/* Which member of a mapping, a condition or a group is wrong. */
T_TEST(refuses_structs_that_are_wrong) {
    struct certmap_builder *builder = t_builder();
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_mapping good = CERTMAP_MAPPING_INIT, wrong[8];
    size_t count = 0;
    good.name = t_text("m");
    good.account = t_text("a");
    good.decision = CERTMAP_ALLOW;
    for (size_t i = 0; i < 8; i++)
        wrong[i] = good;
    wrong[count++].size--;
    wrong[count++].kind = (enum certmap_kind)3;
    wrong[count++].decision = CERTMAP_NONE;
    wrong[count++].decision = (enum certmap_decision)3;
    wrong[count++].name.data = NULL;
    wrong[count++].account.data = NULL;
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(certmap_builder_mapping(builder, &wrong[i], NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_mapping(builder, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_mapping(builder, &good, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_condition(builder, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    condition.subfield = t_text("CN");
    condition.op = CERTMAP_OP_PRESENT;
    condition.size--;
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_ERROR_ARGUMENT);
    condition.size++;
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_open(builder, (enum certmap_join)3, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

T_TEST(rule_sets_answer_for_nothing) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_uint_eq(certmap_rules_count(NULL), 0);
    ck_assert_uint_eq(certmap_rules_needs(NULL), 0);
    ck_assert_int_eq(certmap_rules_mapping(NULL, &mapping, 0, &error), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_ARGUMENT);
    certmap_rules_free(NULL);
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when always; deny; }");
    ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, 1, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_rules_mapping(rules, NULL, 0, NULL), CERTMAP_ERROR_ARGUMENT);
    mapping.size--;
    ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, 0, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_rules_free(rules);
}

T_TESTS("builder",
        T_CASE("calls", T_LOOP(script, COUNT(scripts)), T_LOOP(script_and_then_another, COUNT(scripts)),
               T_LOOP(script_and_no_end, COUNT(scripts)), T_LOOP(equivalent, COUNT(equivalents))),
        T_CASE("text", T_LOOP(names_compare_without_case, COUNT(names)), says_where_the_name_was_first, many_names,
               T_LOOP(account_row, COUNT(accounts)), T_LOOP(unclean_text, COUNT(texts)),
               T_LOOP(condition_row, COUNT(conditions)), everything_is_copied),
        T_CASE("outcome", empty_rules_match_nothing, disabled_rules_match_nothing, a_deny_has_no_account,
               an_unnamed_mapping_has_no_name),
        T_CASE("memory", T_LOOP(without_memory_and_stopping, COUNT(memory_scripts)),
               T_LOOP(without_memory_and_going_on, COUNT(memory_scripts)),
               T_LOOP(long_operand_without_memory, COUNT(long_operands)),
               T_LOOP(long_account_without_memory, COUNT(long_accounts)), no_memory_counts_more_than_a_bad_name),
        T_CASE("arguments", refuses_arguments, refuses_an_allocator_that_lacks_a_function,
               refuses_structs_that_are_wrong, rule_sets_answer_for_nothing))
