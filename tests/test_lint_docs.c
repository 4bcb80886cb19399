/* SPDX-License-Identifier: MIT */
/* What docs/lint.md says of each code: what it reports is reported, the certificate gets the answer that is written,
 * and what to write instead is not reported. A section is
 *
 *     ### `code`
 *     Reported:                        a block of rules
 *     A certificate that shows it:     a block of lines `subject.OU  "a", "b"`, and one `gets allow x (mapping "m")`
 *     Instead:                         a block of rules */
#define _POSIX_C_SOURCE 200809L

#include "certmap/lint.h"
#include "pages.h"
#include "rules.h"
#include "support/alloc.h"

#define PAGE "docs/lint.md"

/* What only the solver proves. */
static const char *const needs_solver[] = {
    "shadowed",
    "shadowed-by-several",
    "duplicate-condition",
    "dead-deny",
    "never-true",
    "decides-only-unreadable",
    "redundant-condition",
    "never-true-condition",
    "always-true-condition",
    "late-deny",
    "makes-no-difference",
    "ambiguous-pair",
    "never-wins",
    "tie",
};

static bool is_looked_for(const char *code) {
    for (size_t i = 0; !certmap_lint_has_solver() && i < sizeof needs_solver / sizeof *needs_solver; i++)
        if (strcmp(needs_solver[i], code) == 0)
            return false;
    return true;
}

/* ---- sections ---- */

enum { MAX_SECTIONS = 128 };

struct section {
    char code[64];
    struct certmap_view bad, certificate, good; /* data NULL: there is none */
};

static struct t_buf page;
static struct section sections[MAX_SECTIONS];
static int section_count;

/* The block that follows a line, which is its heading. */
static struct certmap_view take_block(const char *line) {
    const char *begin = t_next_line(t_next_line(line)), *end;
    if (strncmp(begin, "```", 3) != 0)
        return certmap_no_view();
    begin = t_next_line(begin);
    end = strstr(begin, "```");
    return (struct certmap_view){(const uint8_t *)begin, (size_t)(end - begin)};
}

static bool is_line(const char *line, const char *text) {
    const size_t len = strcspn(line, "\n");
    return len == strlen(text) && memcmp(line, text, len) == 0;
}

static void read_sections(void) {
    struct section *section = NULL;
    t_read_file(&page, PAGE);
    for (const char *line = (const char *)page.data; *line != '\0'; line = t_next_line(line)) {
        if (strncmp(line, "### `", 5) == 0 && section_count < MAX_SECTIONS) {
            section = &sections[section_count++];
            snprintf(section->code, sizeof section->code, "%.*s", (int)strcspn(line + 5, "`"), line + 5);
        }
        if (section != NULL && is_line(line, "Reported:"))
            section->bad = take_block(line);
        if (section != NULL && is_line(line, "A certificate that shows it:"))
            section->certificate = take_block(line);
        if (section != NULL && is_line(line, "Instead:"))
            section->good = take_block(line);
    }
}

/* ---- rules ---- */

struct wanted {
    const char *code;
    bool found;
};

static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    struct wanted *wanted = ctx;
    wanted->found = wanted->found || strcmp(certmap_code_name(report->diagnostic.code), wanted->code) == 0;
    return true;
}

static struct certmap_rules *load(struct certmap_view mappings, struct certmap_lint *lint) {
    struct certmap_parse_options parse = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    struct t_buf text = T_BUF_INIT;
    build.added = lint != NULL ? certmap_lint_added : NULL;
    build.added_ctx = lint;
    parse.build = &build;
    t_put(&text, "certmap 1;\n");
    t_bytes(&text, mappings.data, mappings.len);
    ck_assert_msg(certmap_rules_parse(&rules, t_view(&text), &parse, &err) == CERTMAP_OK, "%zu: %s\n%.*s", err.line,
                  err.text, (int)mappings.len, (const char *)mappings.data);
    t_buf_free(&text);
    return rules;
}

static bool reports(struct certmap_view mappings, const char *code) {
    struct wanted wanted = {code, false};
    struct certmap_lint *lint = NULL;
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    struct certmap_rules *rules = load(mappings, lint);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_report, &wanted, NULL), CERTMAP_OK);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
    return wanted.found;
}

T_TEST(examples_are_reported) {
    const struct section *section = &sections[_i];
    if (section->bad.data == NULL)
        return;
    ck_assert_msg(section->good.data != NULL, "%s: what to write instead is missing", section->code);
    ck_assert_msg(!is_looked_for(section->code) || reports(section->bad, section->code), "%s is not reported",
                  section->code);
    ck_assert_msg(!reports(section->good, section->code), "%s is reported of what to write instead", section->code);
}

/* ---- certificates ---- */

struct certificate {
    struct t_buf subject, issuer; /* specs of t_name */
    struct t_buf san;             /* GeneralNames, one after the other */
    char answer[128];
};

/* `OU  "a", "b"` becomes ` | OU=a | OU=b`. */
static void add_values(struct t_buf *spec, const char *line) {
    const size_t name = strcspn(line, " ");
    for (const char *at = strchr(line, '"'); at != NULL && at < t_next_line(line); at = strchr(at, '"')) {
        const size_t len = strcspn(++at, "\"");
        t_put(spec, spec->len > 0 ? " | " : "");
        t_bytes(spec, line, name);
        t_put(spec, "=");
        t_bytes(spec, at, len);
        at += len + 1;
    }
}

/* A GeneralName of one of the string types. */
static void add_san(struct t_buf *san, uint8_t tag, const char *line) {
    const char *begin = strchr(line, '"') + 1;
    const size_t len = strcspn(begin, "\"");
    t_bytes(san, &tag, 1);
    t_bytes(san, &(uint8_t){(uint8_t)len}, 1);
    t_bytes(san, begin, len);
}

static void read_certificate(struct certificate *made, struct certmap_view text) {
    for (const char *line = (const char *)text.data; line < (const char *)text.data + text.len;
         line = t_next_line(line)) {
        if (strncmp(line, "subject.", 8) == 0)
            add_values(&made->subject, line + 8);
        else if (strncmp(line, "issuer.", 7) == 0)
            add_values(&made->issuer, line + 7);
        else if (strncmp(line, "san.dns ", 8) == 0)
            add_san(&made->san, 0x82, line);
        else if (strncmp(line, "gets ", 5) == 0)
            snprintf(made->answer, sizeof made->answer, "%.*s", (int)strcspn(line + 5, "\n"), line + 5);
        else
            ck_abort_msg("not a line of a certificate: %.*s", (int)strcspn(line, "\n"), line);
    }
}

static void add_extension(struct t_buf *out, const struct t_buf *san) {
    static const uint8_t id[] = {0x06, 0x03, 0x55, 0x1D, 0x11};
    const uint8_t len = (uint8_t)san->len;
    const uint8_t heads[] = {0x30, (uint8_t)(len + 9)}, inner[] = {0x04, (uint8_t)(len + 2), 0x30, len};
    if (san->len == 0)
        return;
    t_bytes(out, heads, sizeof heads);
    t_bytes(out, id, sizeof id);
    t_bytes(out, inner, sizeof inner);
    t_bytes(out, san->data, san->len);
}

/* As the command writes it. */
static void write_answer(char text[128], const struct certmap_rules *rules, const struct certmap_result *result) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    int len = snprintf(text, 128, "%s", certmap_decision_name(result->decision));
    if (result->account.data != NULL)
        len += snprintf(text + len, 128 - (size_t)len, " %.*s", (int)result->account.len,
                        (const char *)result->account.data);
    if (result->reason != CERTMAP_CODE_NONE)
        len += snprintf(text + len, 128 - (size_t)len, ", %s", certmap_code_name(result->reason));
    if (certmap_rules_mapping(rules, &mapping, result->index, NULL) == CERTMAP_OK)
        snprintf(text + len, 128 - (size_t)len, " (mapping \"%.*s\")", (int)mapping.name.len,
                 (const char *)mapping.name.data);
}

static const char *spec(struct t_buf *buf) {
    t_bytes(buf, "", 1);
    return (const char *)buf->data;
}

T_TEST(certificates_get_the_answer) {
    const struct section *section = &sections[_i];
    struct certificate made = {T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, ""};
    struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT, extensions = T_BUF_INIT, der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_peer *peer = NULL;
    char answer[128];
    if (section->certificate.data == NULL)
        return;
    read_certificate(&made, section->certificate);
    t_name(&subject, spec(&made.subject));
    t_name(&issuer, spec(&made.issuer));
    add_extension(&extensions, &made.san);
    t_cert_with(&der, t_view(&subject), t_view(&issuer), t_view(&extensions));
    struct certmap_rules *rules = load(section->bad, NULL);
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(&der), NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    write_answer(answer, rules, &result);
    ck_assert_msg(strcmp(answer, made.answer) == 0, "%s: the certificate gets %s", section->code, answer);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    t_buf_free(&made.subject);
    t_buf_free(&made.issuer);
    t_buf_free(&made.san);
    t_buf_free(&subject);
    t_buf_free(&issuer);
    t_buf_free(&extensions);
    t_buf_free(&der);
}

/* Each code of libcertmap-lint has a section. */
T_TEST(every_code_has_a_section) {
    for (int code = CERTMAP_CODE_SHADOWED; code <= CERTMAP_CODE_NOT_DECIDED; code++) {
        const char *name = certmap_code_name((enum certmap_code)code);
        bool found = name == NULL;
        for (int i = 0; i < section_count && !found; i++)
            found = strcmp(sections[i].code, name) == 0;
        ck_assert_msg(found, "%s has no section in " PAGE, name != NULL ? name : "");
    }
}

int main(void) {
    read_sections();
    const int status =
        T_RUN("lint_docs", T_CASE("docs", every_code_has_a_section, T_LOOP(examples_are_reported, section_count),
                                  T_LOOP(certificates_get_the_answer, section_count)));
    t_buf_free(&page);
    return status;
}
