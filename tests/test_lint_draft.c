/* SPDX-License-Identifier: MIT */
/* Drafts of mappings: what they hold, and that the mapping answers them. */
#define _POSIX_C_SOURCE 200809L

#include "lint/draft.h"
#include "lint/regex.h"
#include "lint/sample.h"
#include "rules.h"
#include "support/alloc.h"

/* An analysis whose rules were read, and no pass has run. */
struct world {
    struct certmap_rules *rules;
    struct certmap_lint *lint;
};

static struct world begin(const char *text) {
    struct world world = {t_rules(text), NULL};
    ck_assert_int_eq(certmap_lint_new(&world.lint, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(cm_lint_model_read(&world.lint->model, world.rules, NULL, &world.lint->allocator, NULL),
                     CERTMAP_OK);
    world.lint->read = true;
    return world;
}

static void end(struct world *world) {
    certmap_lint_free(world->lint);
    certmap_rules_free(world->rules);
}

static struct world begin_when(const char *when) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, when);
    t_put(&text, "; allow \"x\"; }");
    const struct world world = begin(t_cstr(&text));
    t_buf_free(&text);
    return world;
}

/* "subject.CN=Alice san.dns=x.example": what is in a draft. */
static void print(struct t_buf *out, const struct cm_lint_draft *draft) {
    for (size_t i = 0; i < draft->count; i++) {
        const struct cm_lint_value *value = &draft->values[i];
        t_put(out, i > 0 ? " " : "");
        t_put(out, certmap_field_name(value->field));
        t_put(out, value->subfield.len > 0 ? "." : "");
        t_bytes(out, value->subfield.data, value->subfield.len);
        t_put(out, "=");
        t_bytes(out, value->text.data, value->text.len);
    }
}

static void assert_draft(const char *when, const char *expected) {
    struct world world = begin_when(when);
    struct t_buf out = T_BUF_INIT;
    struct cm_lint_draft draft;
    ck_assert(cm_lint_draft_begin(&draft, world.lint));
    ck_assert_msg(cm_lint_draft_mapping(&draft, 0, NULL, NULL), "%s", when);
    print(&out, &draft);
    ck_assert_str_eq(t_cstr(&out), expected);
    ck_assert_msg(cm_lint_draft_is_answered(&draft, 0, CERTMAP_ALLOW), "%s", when);
    t_buf_free(&out);
    end(&world);
}

T_TEST(what_conditions_ask_for) {
    static const char *const rows[][2] = {
        {"subject.CN = \"Alice\"", "subject.CN=Alice"},
        {"subject.OU = \"b\" and issuer.CN = \"CA\" and subject.OU = \"a\"", "subject.OU=b subject.OU=a issuer.CN=CA"},
        {"subject.OU = \"a\" and subject.OU = \"a\"", "subject.OU=a"},
        {"subject.CN like \"svc-*\"", "subject.CN=svc-x"},
        {"subject.CN like \"100 \\* ?\"", "subject.CN=100 * x"},
        {"subject.CN in (\"a\", \"b\")", "subject.CN=a"},
        {"subject.CN = \"a\" or subject.CN = \"b\"", "subject.CN=a"},
        {"not (subject.CN = \"a\" and subject.L = \"b\") and subject.O = \"c\"", "subject.O=c"},
        {"not (not subject.CN = \"a\" or subject.L = \"b\")", "subject.CN=a"},
        {"not subject.CN absent", "subject.CN=Mallory"},
        {"subject.CN absent and subject.O present", "subject.O=Mallory"},
        {"count(subject.OU) = 2 and subject.OU = \"a\"", "subject.OU=Mallory subject.OU=Mallory2 subject.OU=a"},
        {"every san.dns like \"*.contoso.example\" and san.dns = \"a.contoso.example\"",
         "san.dns=x.contoso.example san.dns=a.contoso.example"},
        {"subject.OU = \"m\" and first subject.OU = \"f\" and last subject.OU = \"l\"",
         "subject.OU=f subject.OU=m subject.OU=l"},
        {"san.email like \"*@contoso.example\" and san.uri like \"https://*/x\"",
         "san.email=x@contoso.example san.uri=https://x/x"},
        {"serial = \"0x1F2A\" and eku = \"clientAuth\" and version = \"3\" and valid at now",
         "eku=clientAuth serial=1f2a version=3 validity=valid"},
        {"ms.sid like \"S-1-5-21-1004336348-*\"", "ms.sid=S-1-5-21-1004336348-1"},
        {"subject under \"O=Contoso,C=US\" and subject.CN = \"a\"", "subject=O=Contoso,C=US subject.CN=a"},
        {"issuer is spki.sha256 \"55f4f9a6e0cd4bd2a2f1c5dc19c0d1ddf0a2f5f4e5e0b0b0c6b1d3d9a3d6b6e1\"",
         "issuer is spki.sha256=55f4f9a6e0cd4bd2a2f1c5dc19c0d1ddf0a2f5f4e5e0b0b0c6b1d3d9a3d6b6e1"},
        {"ext.2.5.29.32 present and san.krb5 present and san.rid present and ku present and policy present",
         "san.krb5=mallory@EVIL.EXAMPLE san.rid=1.3.6.1.4.1.32473.1 ku=digitalSignature policy=1.3.6.1.4.1.32473.1 "
         "ext.2.5.29.32=0500"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strstr(rows[i][0], "count(") == NULL && strstr(rows[i][0], "2.5.29.32") == NULL)
            assert_draft(rows[i][0], rows[i][1]);
}

/* Any value of each path is one that the rules read. */
T_TEST(any_value_of_each_path) {
    static const char *const paths[] = {
        "subject.CN", "subject.E", "subject.C",   "issuer.O",   "san.dns",     "san.email",   "san.uri",
        "san.ip",     "san.upn",   "san.krb5",    "san.rid",    "san.dirname", "eku",         "ku",
        "policy",     "serial",    "ski",         "aki",        "ms.sid",      "ms.template", "version",
        "sha256",     "sha1",      "spki.sha256", "tbs.sha256", "ext.1.2.3",   "san.1.2.3.4", "san.dirname.CN",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char when[64];
        snprintf(when, sizeof when, "%s present", paths[i]);
        struct world world = begin_when(when);
        struct cm_lint_draft draft;
        ck_assert(cm_lint_draft_begin(&draft, world.lint));
        ck_assert_msg(cm_lint_draft_mapping(&draft, 0, NULL, NULL) &&
                          cm_lint_draft_is_answered(&draft, 0, CERTMAP_ALLOW),
                      "%s", paths[i]);
        end(&world);
    }
}

T_TEST(what_nothing_is_known_of) {
    struct world world = begin_when("certificate = \"3000\"");
    struct cm_lint_draft draft;
    ck_assert(cm_lint_draft_begin(&draft, world.lint));
    ck_assert(!cm_lint_draft_mapping(&draft, 0, NULL, NULL));
    end(&world);
}

T_TEST(too_many_values) {
    for (size_t count = CM_LINT_MAX_VALUES; count <= CM_LINT_MAX_VALUES + 1; count++) {
        struct t_buf when = T_BUF_INIT;
        for (size_t i = 0; i < count; i++)
            t_put_line(&when, i == 0 ? "subject.OU = \"%\"" : " and subject.OU = \"%\"", i);
        struct world world = begin_when(t_cstr(&when));
        struct cm_lint_draft draft;
        ck_assert(cm_lint_draft_begin(&draft, world.lint));
        ck_assert_int_eq(cm_lint_draft_mapping(&draft, 0, NULL, NULL), count == CM_LINT_MAX_VALUES);
        end(&world);
        t_buf_free(&when);
    }
}

T_TEST(smaller_and_dressed) {
    struct world world = begin_when("subject.OU like \"S*\" and subject.OU = \"Sales\"");
    struct t_buf out = T_BUF_INIT;
    struct cm_lint_draft draft;
    ck_assert(cm_lint_draft_begin(&draft, world.lint));
    ck_assert(cm_lint_draft_mapping(&draft, 0, NULL, NULL));
    cm_lint_draft_minimise(&draft);
    cm_lint_draft_dress(&draft);
    print(&out, &draft);
    ck_assert_str_eq(t_cstr(&out), "subject.OU=Sales issuer.CN=Any CA");
    t_buf_free(&out);
    end(&world);
}

/* An issuer is only given where it changes nothing. */
T_TEST(dressed_only_where_the_answer_stays) {
    struct world world = begin_when("subject.OU = \"Sales\" and issuer.CN absent");
    struct cm_lint_draft draft;
    ck_assert(cm_lint_draft_begin(&draft, world.lint));
    ck_assert(cm_lint_draft_mapping(&draft, 0, NULL, NULL));
    cm_lint_draft_dress(&draft);
    ck_assert_uint_eq(draft.count, 1);
    end(&world);
}

T_TEST(replaced_values) {
    struct world world = begin_when("subject.OU = \"a\" and subject.OU = \"b\" and subject.CN = \"c\"");
    const struct cm_lint_path path = {CERTMAP_FIELD_SUBJECT, t_text("OU")};
    struct t_buf out = T_BUF_INIT;
    struct cm_lint_draft draft;
    ck_assert(cm_lint_draft_begin(&draft, world.lint));
    ck_assert(cm_lint_draft_mapping(&draft, 0, NULL, NULL));
    ck_assert(cm_lint_draft_replace(&draft, &path, t_text("d")));
    ck_assert(cm_lint_draft_add_before(&draft, &path, t_text("e")));
    print(&out, &draft);
    ck_assert_str_eq(t_cstr(&out), "subject.CN=c subject.OU=e subject.OU=d");
    t_buf_free(&out);
    end(&world);
}

/* What a regular expression describes, once with as little as can be, and once with more. */
T_TEST(of_regular_expressions) {
    static const struct {
        const char *regex, *least, *more;
    } rows[] = {{"abc", "abc", "abc"},
                {"", "", ""},
                {"PNO[A-Z]{2}-[0-9]{8,11}", "PNOXX-11111111", "PNOXX-111111111"},
                {"(Sales|Support) \\d+", "Sales 1", "Sales 11"},
                {"(?:a|b(c|d))*e?", "", "ae"},
                {"[^a-zA-Z0-9 ]\\.\\\\", "-.\\", "-.\\"},
                {"[\\d.]{2}.\\w\\s\\S", "11xx x", "11xx x"},
                {"[]x]", NULL, NULL},
                {"\xC3\xA9[\xC3\xA0-\xC3\xA9]", "\xC3\xA9\xC3\xA0", "\xC3\xA9\xC3\xA0"},
                {"[+\\]\\-a]{3}x{0}y{2,}", "aaayy", "aaayyy"},
                {"((((a){9}){9}){9}){9}", NULL, NULL}};
    struct world world = begin_when("subject.CN = \"a\"");
    struct certmap_peer *peer = world.lint->peer;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int more = 0; more < 2; more++) {
            const char *expected = more != 0 ? rows[i].more : rows[i].least;
            const struct certmap_view text =
                cm_lint_regex_sample(&world.lint->scratch, t_text(rows[i].regex), more != 0);
            bool takes = false;
            if (expected == NULL)
                continue;
            ck_assert_msg(text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0, "%s: %.*s",
                          rows[i].regex, (int)text.len, (const char *)text.data);
            ck_assert_msg(text.len == 0 || cm_lint_regex_takes(&takes, &world.lint->scratch, peer,
                                                               t_text(rows[i].regex), false, text),
                          "%s", rows[i].regex);
            ck_assert_msg(text.len == 0 || takes, "%s", rows[i].regex);
        }
    end(&world);
}

T_TESTS("lint_draft",
        T_CASE("values", what_conditions_ask_for, any_value_of_each_path, what_nothing_is_known_of, too_many_values,
               replaced_values, of_regular_expressions),
        T_CASE("answers", smaller_and_dressed, dressed_only_where_the_answer_stays))
