/* SPDX-License-Identifier: MIT */
/* What the documentation says is true: rules and XML in it load, and its tables are those of the code. The
 * commands that it shows are run by test_examples.c; links, codes and C are looked at by scripts/lint/docs. */
#define _POSIX_C_SOURCE 200809L
#include "base/out.h"
#include "certmap/explain.h"
#include "certmap/iis.h"
#include "certmap/openssl.h"
#include "name/attr.h"
#include "pages.h"
#include <openssl/err.h>
#include <strings.h>

#define EXAMPLES "docs/examples"
#define RULES_PAGE "docs/rules.md"

static struct t_pages pages;
static struct t_blocks rule_blocks, xml_blocks;

static const char *text_of(struct t_buf *buf) {
    t_bytes(buf, "", 1);
    buf->len--;
    return (const char *)buf->data;
}

/* ---- rules ---- */

static bool begins_with(struct certmap_view text, const char *start) {
    return text.len >= strlen(start) && memcmp(text.data, start, strlen(start)) == 0;
}

/* Makes a rule file of a file, of what is in one, or of an expression. */
static void make_rules(struct t_buf *rules, struct certmap_view text) {
    const bool file = begins_with(text, "certmap") || begins_with(text, "#");
    const bool mapping = begins_with(text, "mapping") || begins_with(text, "policy");
    if (!file)
        t_put(rules, mapping ? "certmap 1; " : "certmap 1; mapping \"example\" { when ");
    t_bytes(rules, text.data, text.len);
    if (!file && !mapping)
        t_put(rules, "; deny; }");
}

/* The code of the first diagnostic of a load, or NONE. */
static void take_diagnostic(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct certmap_diagnostic *first = ctx;
    (void)severity;
    if (first->code == CERTMAP_CODE_NONE)
        *first = *diagnostic;
}

/* Every file that rules name has one certificate; test_examples.c has the command open the real ones. */
static const char *open_issuers(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add, void *add_ctx) {
    static const uint8_t digest[CERTMAP_SHA256_SIZE] = {1};
    (void)ctx;
    (void)name;
    return add(add_ctx, digest) ? NULL : "no room";
}

static struct certmap_diagnostic load(struct certmap_view text) {
    struct certmap_diagnostic first = {.code = CERTMAP_CODE_NONE};
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct t_buf whole = T_BUF_INIT;
    options.diagnostic = take_diagnostic;
    options.diagnostic_ctx = &first;
    options.issuer_file = open_issuers;
    make_rules(&whole, text);
    const enum certmap_status status = certmap_rules_parse(&rules, t_view(&whole), &options, NULL);
    ck_assert_int_eq(status == CERTMAP_OK, rules != NULL);
    certmap_rules_free(rules);
    t_buf_free(&whole);
    return first;
}

/* ---- blocks that are files, or parts of them ---- */

/* Runs of white space become one blank, so that a part may be indented otherwise. */
static void squeeze(struct t_buf *squeezed, struct certmap_view text) {
    bool blank = true;
    for (size_t i = 0; i < text.len; i++) {
        const bool space = text.data[i] == ' ' || text.data[i] == '\n';
        if (!space)
            t_bytes(squeezed, &text.data[i], 1);
        else if (!blank)
            t_bytes(squeezed, " ", 1);
        blank = space;
    }
    while (squeezed->len > 0 && squeezed->data[squeezed->len - 1] == ' ')
        squeezed->len--;
}

static bool stands_in(const char *part, const char *path) {
    struct t_buf text = T_BUF_INIT, squeezed = T_BUF_INIT;
    t_read_file(&text, path);
    squeeze(&squeezed, t_view(&text));
    const bool found = strstr(text_of(&squeezed), part) != NULL;
    t_buf_free(&text);
    t_buf_free(&squeezed);
    return found;
}

/* A block is in a file of the examples, which test_examples.c uses. */
static void check_in_file(const struct t_block *block, const char *end) {
    struct t_files files;
    struct t_buf part = T_BUF_INIT;
    bool found = false;
    squeeze(&part, block->text);
    t_list(&files, EXAMPLES, end);
    for (int i = 0; i < files.count && !found; i++) {
        char path[128];
        snprintf(path, sizeof path, EXAMPLES "/%s", files.names[i]);
        found = stands_in(text_of(&part), path);
    }
    ck_assert_msg(found, "%s:%d: this stands in no *%s of " EXAMPLES, block->page, block->line, end);
    t_buf_free(&part);
}

T_TEST(rules_load) {
    const struct t_block *block = &rule_blocks.items[_i];
    const struct certmap_diagnostic first = load(block->text);
    ck_assert_msg(first.code == CERTMAP_CODE_NONE, "%s:%d: %s", block->page, block->line, first.text);
    if (begins_with(block->text, "certmap") || begins_with(block->text, "#"))
        check_in_file(block, ".rules");
}

T_TEST(xml_stands_in_files) {
    check_in_file(&xml_blocks.items[_i], ".config");
}

/* ---- the file with everything ---- */

static const char *const constructs[] = {
    "san.dns ",     "san.email ", "san.uri ",    "san.ip ",   "san.upn ", "san.krb5 ",     "san.dirname ",
    "san.dirname.", "san.rid ",   "san.1.",      "subject =", "issuer =", "subject under", "issuer is",
    "valid at now", "=",          "in (",        "like",      "nocase",   "present",       "absent",
    "count(",       "any ",       "every ",      "first ",    "last ",    "only ",         "not ",
    " and ",        " or ",       "always",      "allow",     "deny",     "domain",        "group",
    "attribute",    "plain",      "ldap-filter", "dn ",       "url",      "posix-user",    "principal",
    " as ",         " each ",     "chain has ",  "| first",   "| last",   "| lower",       "| upper",
    "before(",      "after(",     "replace(",    "??",        "policy ",  "issuers ",      "file ",
};

T_TEST(everything_has_every_construct) {
    struct t_buf text = T_BUF_INIT;
    t_read_file(&text, EXAMPLES "/everything.rules");
    ck_assert_msg(strstr(text_of(&text), constructs[_i]) != NULL, "no \"%s\"", constructs[_i]);
    t_buf_free(&text);
}

/* All but those of the issuer's certificate, which have words of their own, above. */
T_TEST(everything_has_every_field) {
    struct t_buf text = T_BUF_INIT;
    t_read_file(&text, EXAMPLES "/everything.rules");
    const char *name = certmap_field_name((enum certmap_field)_i);
    ck_assert_msg(strstr(text_of(&text), name) != NULL, "no \"%s\"", name);
    t_buf_free(&text);
}

T_TEST(readme_has_twenty_lines) {
    struct t_buf example = T_BUF_INIT, readme = T_BUF_INIT;
    t_read_file(&example, EXAMPLES "/twenty.c");
    t_read_file(&readme, "README.md");
    const char *code = t_next_line((const char *)example.data); /* after the licence */
    ck_assert_msg(strstr((const char *)readme.data, code) != NULL, "README.md does not show twenty.c as it is");
    int lines = 0;
    for (const char *line = code; *line != 0; line = t_next_line(line))
        lines += *line != '\n';
    ck_assert_int_le(lines, 20);
    t_buf_free(&example);
    t_buf_free(&readme);
}

/* ---- the codes of docs/rules.md, and an example of each ---- */

enum { MAX_EXAMPLES = 64 };

/* A row | 501 | `unknown-subfield` | ... | `subject.OUU = "Sales"` |. */
static struct code_example {
    char name[32];
    struct certmap_view example;
} code_examples[MAX_EXAMPLES];
static int code_example_count;
static struct t_buf rules_page;

/* Takes the text between the last two ` of a row that ends in ` |; false if it has none. */
static bool last_cell(struct certmap_view *cell, const char *row, size_t len) {
    if (len < 4 || memcmp(row + len - 3, "` |", 3) != 0)
        return false;
    const char *end = row + len - 3, *begin = end;
    while (begin > row + 2 && memcmp(begin - 3, "| `", 3) != 0)
        begin--;
    *cell = (struct certmap_view){(const uint8_t *)begin, (size_t)(end - begin)};
    return true;
}

static void take_code_row(const char *row) {
    struct code_example *example = &code_examples[code_example_count];
    int number;
    if (sscanf(row, "| %d | `%31[a-z0-9-]` |", &number, example->name) == 2 &&
        last_cell(&example->example, row, strcspn(row, "\n")))
        code_example_count++;
}

static void find_code_examples(void) {
    t_read_file(&rules_page, RULES_PAGE);
    for (const char *line = (const char *)rules_page.data; *line != 0; line = t_next_line(line))
        if (code_example_count < MAX_EXAMPLES)
            take_code_row(line);
}

/* Rows whose first cell is a condition: | `subject.CN = "Alice"` | ... | */
static struct certmap_view conditions[MAX_EXAMPLES];
static int condition_count;

static void find_conditions(void) {
    for (const char *line = (const char *)rules_page.data; *line != 0; line = t_next_line(line)) {
        const char *end = strstr(line, "` |");
        if (strncmp(line, "   | `", 6) == 0 && end != NULL && condition_count < MAX_EXAMPLES)
            conditions[condition_count++] = (struct certmap_view){(const uint8_t *)line + 6, (size_t)(end - line) - 6};
    }
}

T_TEST(condition_loads) {
    const struct certmap_diagnostic first = load(conditions[_i]);
    ck_assert_msg(first.code == CERTMAP_CODE_NONE, "%.*s: %s", (int)conditions[_i].len,
                  (const char *)conditions[_i].data, first.text);
}

T_TEST(example_gives_its_code) {
    const struct code_example *row = &code_examples[_i];
    const struct certmap_diagnostic first = load(row->example);
    ck_assert_msg(first.code != CERTMAP_CODE_NONE, "%s: the example has nothing wrong", row->name);
    ck_assert_str_eq(certmap_code_name(first.code), row->name);
}

/* ---- tables that are those of the code ---- */

/* The table that is expected goes to stderr: Check's messages are shorter than it may be. */
static void check_table(const char *page, struct t_buf *table) {
    struct t_buf text = T_BUF_INIT;
    t_read_file(&text, page);
    const bool found = strstr((const char *)text.data, text_of(table)) != NULL;
    if (!found)
        fprintf(stderr, "%s should have\n%s", page, (const char *)table->data);
    ck_assert_msg(found, "%s lacks what was written to stderr", page);
    t_buf_free(&text);
}

/* Appends a name of a row, unless it is one of those already there but for case. */
static void put_name(struct t_buf *line, const char *names[16], size_t *count, const char *name) {
    for (size_t i = 0; i < *count; i++)
        if (name == NULL || strcasecmp(names[i], name) == 0)
            return;
    t_put(line, *count > 1 ? ", `" : " `");
    t_put(line, name);
    t_put(line, "`");
    names[(*count)++] = name;
}

static void put_subfield(struct t_buf *table, const struct cm_attr *row) {
    char oid[64];
    struct cm_out out = {oid, sizeof oid, 0};
    const char *names[16] = {row->name};
    size_t count = 1;
    t_put(table, "| `");
    t_put(table, row->name);
    t_put(table, "` |");
    put_name(table, names, &count, row->ldap);
    put_name(table, names, &count, row->windows);
    for (size_t i = 0; row->aliases != NULL && row->aliases[i] != NULL; i++)
        put_name(table, names, &count, row->aliases[i]);
    cm_attr_print(&out, CM_ATTR_OTHER, row->oid);
    t_put(table, " | ");
    t_bytes(table, oid, out.len);
    t_put(table, " |\n");
}

T_TEST(subfields) {
    struct t_buf table = T_BUF_INIT;
    t_put(&table, "| subfield | also | OID |\n|---|---|---|\n");
    for (size_t i = 0; i < CM_ATTR_COUNT; i++)
        put_subfield(&table, cm_attr_row(i));
    t_put(&table, "\n");
    check_table(RULES_PAGE, &table);
    t_buf_free(&table);
}

#define LIMIT(name)                                                                                                    \
    { #name, name }
static const struct {
    const char *name;
    unsigned long value;
} limits[] = {
    LIMIT(CERTMAP_MAX_NAME_SIZE),   LIMIT(CERTMAP_MAX_RDNS),          LIMIT(CERTMAP_MAX_AVAS_PER_RDN),
    LIMIT(CERTMAP_MAX_VALUE_SIZE),  LIMIT(CERTMAP_MAX_OID_SIZE),      LIMIT(CERTMAP_MAX_PEER_MEMORY),
    LIMIT(CERTMAP_MAX_RULES_SIZE),  LIMIT(CERTMAP_MAX_MAPPINGS),      LIMIT(CERTMAP_MAX_CONDITIONS),
    LIMIT(CERTMAP_MAX_TEXT_SIZE),   LIMIT(CERTMAP_MAX_NESTING),       LIMIT(CERTMAP_MAX_COUNT),
    LIMIT(CERTMAP_MAX_DIAGNOSTICS), LIMIT(CERTMAP_MAX_REPORTED_SIZE), LIMIT(CERTMAP_MAX_STEPS),
    LIMIT(CERTMAP_DEFAULT_STEPS),   LIMIT(CERTMAP_STEPS_PER_MAPPING), LIMIT(CERTMAP_MAX_RULES_TEXT),
    LIMIT(CERTMAP_IIS_MAX_DEPTH),
};

/* 65536 as 65,536. */
static void put_number(struct t_buf *buf, unsigned long number) {
    char digits[32];
    const int len = snprintf(digits, sizeof digits, "%lu", number);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            t_put(buf, ",");
        t_bytes(buf, &digits[i], 1);
    }
}

T_TEST(limit_is_as_written) {
    struct t_buf row = T_BUF_INIT;
    t_put(&row, "| `");
    t_put(&row, limits[_i].name);
    t_put(&row, "` | ");
    put_number(&row, limits[_i].value);
    t_put(&row, " |");
    check_table(RULES_PAGE, &row);
    t_buf_free(&row);
}

/* ---- several values ---- */

/* The OUs of a subject, as the page writes them and as t_name reads them. */
static const struct {
    const char *shown;
    const char *spec;
} several[] = {
    {"Sales", "OU=Sales"},
    {"Staff", "OU=Staff"},
    {"Staff, Sales", "OU=Staff | OU=Sales"},
    {"Sales, Staff", "OU=Sales + OU=Staff"},
    {"Sales, Sales", "OU=Sales | OU=Sales"},
    {"?", "octet OU=Sales"},
    {"?, Sales", "octet OU=Sales | OU=Sales"},
    {"?, Staff", "octet OU=Sales | OU=Staff"},
    {"none", "O=Contoso"},
};

static bool take_truth(void *ctx, const struct certmap_explain_item *item) {
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        *(enum certmap_truth *)ctx = item->truth;
    return true;
}

/* What a condition with this quantifier says about the peer. */
static const char *ask(struct certmap_peer *peer, const char *quantifier) {
    static const char *const names[] = {"false", "true", "unknown"};
    enum certmap_truth truth = CERTMAP_FALSE;
    struct certmap_rules *rules = NULL;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    char text[128];
    const int len =
        snprintf(text, sizeof text, "certmap 1; mapping \"m\" { when %s subject.OU = \"Sales\"; deny; }", quantifier);
    const struct certmap_view view = {(const uint8_t *)text, (size_t)len};
    ck_assert_int_eq(certmap_rules_parse(&rules, view, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_explain(rules, peer, &result, take_truth, &truth, NULL), CERTMAP_OK);
    certmap_rules_free(rules);
    return names[truth];
}

static void put_several(struct t_buf *table, const char *shown, const char *spec) {
    static const char *const quantifiers[] = {"any", "every", "first", "last", "only", "at 2"};
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct t_buf name = T_BUF_INIT;
    t_name(&name, spec);
    cert.subject = cert.issuer = t_view(&name);
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    t_put(table, "| ");
    t_put(table, shown);
    for (size_t i = 0; i < sizeof quantifiers / sizeof *quantifiers; i++) {
        t_put(table, " | ");
        t_put(table, ask(peer, quantifiers[i]));
    }
    t_put(table, " |\n");
    certmap_peer_free(peer);
    t_buf_free(&name);
}

T_TEST(several_values) {
    struct t_buf table = T_BUF_INIT;
    t_put(&table, "| OUs | any | `every` | `first` | `last` | `only` | `at 2` |\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof several / sizeof *several; i++)
        put_several(&table, several[i].shown, several[i].spec);
    t_put(&table, "\n");
    check_table("docs/matching.md", &table);
    t_buf_free(&table);
}

/* ---- what certmap and OpenSSL make of the certificates of tests/data/certs ---- */

#define CERTS "tests/data/certs"

static enum certmap_code first_unreadable(struct certmap_peer *peer) {
    const size_t count = certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT);
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, i, NULL), CERTMAP_OK);
        if (value.unreadable != CERTMAP_CODE_NONE)
            return value.unreadable;
    }
    return CERTMAP_CODE_NONE;
}

struct outcome {
    bool error;
    enum certmap_code code; /* of the error, or why a value cannot be read */
};

static struct outcome prepare(struct certmap_cert *cert, struct certmap_diagnostic *err) {
    struct certmap_peer *peer = NULL;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    const bool set = certmap_peer_set(peer, cert, err) == CERTMAP_OK;
    const struct outcome outcome = {!set, set ? first_unreadable(peer) : err->code};
    certmap_peer_free(peer);
    return outcome;
}

static struct outcome by_certmap(struct certmap_view der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    if (certmap_cert_from_der(&cert, der, &err) != CERTMAP_OK)
        return (struct outcome){true, err.code};
    return prepare(&cert, &err);
}

/* LIBRARY_REFUSED where OpenSSL does not decode it, or has bytes left. */
static struct outcome by_openssl(struct certmap_view der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct outcome outcome = {true, CERTMAP_CODE_LIBRARY_REFUSED};
    const uint8_t *end = der.data;
    X509 *x509 = d2i_X509(NULL, &end, (long)der.len);
    if (x509 != NULL && end == der.data + der.len) {
        const bool filled = certmap_openssl_cert(&cert, &holder, x509, CERTMAP_PIECE_SUBJECT, &err) == CERTMAP_OK;
        outcome = filled ? prepare(&cert, &err) : (struct outcome){true, err.code};
    }
    X509_free(x509);
    ERR_clear_error();
    certmap_openssl_holder_free(&holder);
    return outcome;
}

static void put_outcome(struct t_buf *row, struct outcome outcome) {
    if (outcome.code == CERTMAP_CODE_LIBRARY_REFUSED)
        t_put(row, "refused");
    else if (outcome.code == CERTMAP_CODE_NONE)
        t_put(row, "read");
    else {
        t_put(row, outcome.error ? "error: `" : "unreadable: `");
        t_put(row, certmap_code_name(outcome.code));
        t_put(row, "`");
    }
}

/* Adds a row for a certificate that one of the two does not simply read. */
static void put_certificate(struct t_buf *table, const char *name) {
    struct t_buf text = T_BUF_INIT, der = T_BUF_INIT;
    char path[128];
    snprintf(path, sizeof path, CERTS "/%s", name);
    t_read_file(&text, path);
    t_certs(&der, (const char *)text.data, false);
    const struct outcome own = by_certmap(t_view(&der)), openssl = by_openssl(t_view(&der));
    if (own.code != CERTMAP_CODE_NONE || openssl.code != CERTMAP_CODE_NONE) {
        t_put(table, "| [");
        t_bytes(table, name, strlen(name) - strlen(".txt"));
        t_put(table, "](../");
        t_put(table, path);
        t_put(table, ") | ");
        put_outcome(table, own);
        t_put(table, " | ");
        put_outcome(table, openssl);
        t_put(table, " |\n");
    }
    t_buf_free(&text);
    t_buf_free(&der);
}

T_TEST(what_each_library_refuses) {
    struct t_files files;
    struct t_buf table = T_BUF_INIT;
    if (OpenSSL_version_num() >> 20 != 0x300)
        return; /* the table is about OpenSSL 3.0 */
    t_put(&table, "| certificate | certmap | through OpenSSL 3.0 |\n|---|---|---|\n");
    t_list(&files, CERTS, ".txt");
    for (int i = 0; i < files.count; i++)
        put_certificate(&table, files.names[i]);
    t_put(&table, "\n");
    check_table("docs/matching.md", &table);
    t_buf_free(&table);
}

/* A loop over nothing would pass. */
T_TEST(there_is_something_to_check) {
    ck_assert_int_gt(rule_blocks.count, 0);
    ck_assert_int_gt(xml_blocks.count, 0);
    ck_assert_int_gt(condition_count, 0);
    ck_assert_int_gt(code_example_count, 0);
}

int main(void) {
    t_pages_read(&pages);
    t_pages_blocks(&rule_blocks, &pages, "certmap");
    t_pages_blocks(&xml_blocks, &pages, "xml");
    find_code_examples();
    find_conditions();
    const int status = T_RUN(
        "docs",
        T_CASE("docs", there_is_something_to_check, T_LOOP(rules_load, rule_blocks.count),
               T_LOOP(xml_stands_in_files, xml_blocks.count), T_LOOP(everything_has_every_construct, COUNT(constructs)),
               T_LOOP(everything_has_every_field, CERTMAP_FIELD_ISSUER_SHA256), readme_has_twenty_lines,
               T_LOOP(condition_loads, condition_count), T_LOOP(example_gives_its_code, code_example_count), subfields,
               T_LOOP(limit_is_as_written, COUNT(limits)), several_values, what_each_library_refuses));
    t_buf_free(&rules_page);
    t_pages_free(&pages);
    return status;
}
