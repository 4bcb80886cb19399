/* SPDX-License-Identifier: MIT */
/* The files of tests/data/iis. Each ends in a comment that says what is to come out, in lines:
 *
 *     <!-- test
 *     site Default Web Site/app       what follows is about a load for this site; "site -": for the server
 *     load 3                          it loads, with three mappings; "load disabled 3"; "fails"
 *     find error bad-enum 12:13 permissionMode="Alow"
 *                                     the next diagnostic: severity, code, line:column, a part of its text
 *     issuer O=Contoso | CN=CA        of the certificates below
 *     match O=Contoso | CN=Alice => allow CONTOSO\portal
 *                                     or "=> deny NAME", "=> none REASON"
 *     logon Network
 *     password 1 clear secret         of the mapping at an index; or "absent", "encrypted"
 *     -->
 *
 * Every diagnostic has to be named. Each site is a Check test of its own. */
#include "iis.h"
#include <stdio.h>

static const char *const files[] = {
    "allow-without-user",
    "applicationhost",
    "bad-base64",
    "bad-boolean",
    "bad-enum",
    "bare-section",
    "case",
    "catch-all",
    "cdata-and-comments",
    "clear",
    "clear-rules",
    "config-source",
    "criteria",
    "default-domain",
    "defaults",
    "deny",
    "disabled-mappings",
    "disabled-section",
    "doctype",
    "doubtful-criteria",
    "duplicate-certificate",
    "duplicate-certificate-altered",
    "duplicate-mapping",
    "duplicate-rule",
    "duplicate-section",
    "encrypted-data",
    "encrypted-password",
    "encrypted-section",
    "encrypted-user",
    "entity",
    "enum-numbers",
    "inherit",
    "inherit-applications",
    "inherit-bad",
    "inherited-duplicate",
    "issuer",
    "levels",
    "levels-any-order",
    "location-either",
    "location-paths",
    "locks",
    "microsoft-many",
    "microsoft-one",
    "misplaced-mappings",
    "misplaced-section",
    "missing-attributes",
    "mistyped-attributes",
    "mistyped-elements",
    "mistyped-root",
    "nested-location",
    "no-section",
    "not-iis",
    "one-to-one",
    "order",
    "other-site-unlisted",
    "other-sites",
    "passwords",
    "root-location",
    "rules-and",
    "several-errors",
    "site-names",
    "switches",
    "text-in-section",
    "unknown-site",
    "unknown-subfield",
    "useless-certificate",
    "user-forms",
    "web",
    "web-location",
};

enum { MAX_SIZE = 65536, MAX_STANZAS = 512 };

/* One site of one file. */
static struct stanza {
    const char *file;
    size_t number; /* among those of the file */
} stanzas[MAX_STANZAS];
static int stanza_count;

static struct certmap_view read_text(const char *name, char *buffer) {
    char path[128];
    snprintf(path, sizeof path, "tests/data/iis/%s.config", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(EXIT_FAILURE);
    }
    size_t len = fread(buffer, 1, MAX_SIZE - 1, file);
    fclose(file);
    buffer[len] = 0;
    return (struct certmap_view){(const uint8_t *)buffer, len};
}

/* Cuts the next line off *rest; NULL at the comment's end. */
static char *next_line(char **rest) {
    char *line = *rest;
    size_t len = strcspn(line, "\n");
    if (strncmp(line, "-->", 3) == 0 || line[len] == 0)
        return NULL;
    *rest = line + len + 1;
    line[len] = 0;
    return line;
}

/* What follows a word in a line, or NULL if the line does not begin with it. */
static char *after(char *line, const char *word) {
    size_t len = strlen(word);
    if (strncmp(line, word, len) != 0 || (line[len] != ' ' && line[len] != 0))
        return NULL;
    return line + len + (line[len] == ' ');
}

/* The lines after "<!-- test". */
static char *expectations(char *text) {
    char *start = strstr(text, "<!-- test\n");
    ck_assert_ptr_nonnull(start);
    return start + strlen("<!-- test\n");
}

/* ---- one line each ---- */

/* The state of a stanza while its lines are read. */
struct check {
    struct t_iis load;
    size_t found; /* diagnostics that were named */
    const char *issuer;
    char line[1024];
};

static void check_load(struct check *check, char *rest) {
    char *disabled = after(rest, "disabled");
    size_t count = (size_t)strtoul(disabled != NULL ? disabled : rest, NULL, 10);
    ck_assert_msg(check->load.status == CERTMAP_OK, "%s: %s", check->line, t_iis_first(&check->load));
    ck_assert_msg(certmap_rules_count(check->load.rules) == count, "%s: %zu mappings", check->line,
                  certmap_rules_count(check->load.rules));
    struct certmap_result result = t_iis_match(check->load.rules, "CN=nobody that a file knows", "CN=nor this");
    ck_assert_msg((result.reason == CERTMAP_CODE_DISABLED) == (disabled != NULL), "%s: reason %s", check->line,
                  certmap_code_name(result.reason));
}

static void check_diagnostic(struct check *check, char *rest) {
    static const char *const severities[] = {"error", "warning", "note"};
    char severity[16], code[32];
    size_t line, column;
    int used;
    ck_assert_int_eq(sscanf(rest, "%15s %31s %zu:%zu %n", severity, code, &line, &column, &used), 4);
    ck_assert_msg(check->found < check->load.count, "not found: %s", check->line);
    const struct t_diagnostic *diagnostic = &check->load.diagnostics[check->found++];
    ck_assert_msg(strcmp(severities[diagnostic->severity], severity) == 0 &&
                      strcmp(certmap_code_name(diagnostic->error.code), code) == 0 && diagnostic->error.line == line &&
                      diagnostic->error.column == column && strstr(diagnostic->error.text, rest + used) != NULL,
                  "wanted %s, got: %s %s %zu:%zu %s", check->line, severities[diagnostic->severity],
                  certmap_code_name(diagnostic->error.code), diagnostic->error.line, diagnostic->error.column,
                  diagnostic->error.text);
}

static void check_match(struct check *check, char *rest) {
    char *arrow = strstr(rest, " => "), decision[16], got[512];
    int used;
    ck_assert_ptr_nonnull(arrow);
    *arrow = 0;
    ck_assert_int_eq(sscanf(arrow + 4, "%15s %n", decision, &used), 1);
    const char *wanted = arrow + 4 + used;
    ck_assert_msg(check->load.rules != NULL, "did not load: %s", t_iis_first(&check->load));
    struct certmap_result result = t_iis_match(check->load.rules, rest, check->issuer);
    size_t len;
    ck_assert_int_eq(certmap_result_format(got, sizeof got, &len, &result, NULL), CERTMAP_OK);
    bool same = strcmp(decision, certmap_decision_name(result.decision)) == 0;
    if (result.decision == CERTMAP_ALLOW)
        same = same && t_same(result.account, wanted);
    else if (result.decision == CERTMAP_DENY)
        same = same && t_same(result.mapping, wanted);
    else
        same = same && strcmp(certmap_code_name(result.reason), wanted) == 0;
    ck_assert_msg(same, "%s => %s %s, got: %s", rest, decision, wanted, got);
}

static void check_logon(struct check *check, const char *rest) {
    static const char *const methods[] = {"Interactive", "Batch", "Network", "ClearText"};
    ck_assert_str_eq(methods[certmap_iis_logon_method(check->load.logon)], rest);
}

static void check_password(struct check *check, char *rest) {
    static const char *const states[] = {"absent", "clear", "encrypted"};
    struct certmap_view password;
    char state[16];
    size_t index;
    int used;
    ck_assert_int_eq(sscanf(rest, "%zu %15s%n", &index, state, &used), 2);
    ck_assert_str_eq(states[certmap_iis_logon_password(check->load.logon, &password, index)], state);
    if (strcmp(state, "clear") != 0)
        ck_assert_ptr_null(password.data);
    else
        ck_assert_msg(t_same(password, rest + used + 1) && password.data[password.len] == 0, "%s", check->line);
}

static void check_line(struct check *check, char *line) {
    char *rest;
    snprintf(check->line, sizeof check->line, "%s", line);
    if ((rest = after(line, "load")) != NULL)
        check_load(check, rest);
    else if ((rest = after(line, "fails")) != NULL)
        ck_assert_msg(check->load.status == CERTMAP_ERROR_SYNTAX, "it loads");
    else if ((rest = after(line, "find")) != NULL)
        check_diagnostic(check, rest);
    else if ((rest = after(line, "issuer")) != NULL)
        check->issuer = rest;
    else if ((rest = after(line, "match")) != NULL)
        check_match(check, rest);
    else if ((rest = after(line, "logon")) != NULL)
        check_logon(check, rest);
    else if ((rest = after(line, "password")) != NULL)
        check_password(check, rest);
    else
        ck_abort_msg("not understood: %s", line);
}

/* ---- files ---- */

/* The site of the n-th stanza; *lines is then what is after it. */
static char *find_stanza(char **lines, size_t n) {
    for (;;) {
        char *line = next_line(lines), *site;
        ck_assert_ptr_nonnull(line);
        if ((site = after(line, "site")) != NULL && n-- == 0)
            return site;
    }
}

T_TEST(file_gives_what_it_says) {
    static char buffer[MAX_SIZE], copy[MAX_SIZE];
    static struct check check;
    const struct stanza *stanza = &stanzas[_i];
    struct certmap_view text = read_text(stanza->file, buffer);
    memcpy(copy, buffer, text.len + 1);
    char *lines = expectations(copy), *line, *site = find_stanza(&lines, stanza->number);
    check = (struct check){.issuer = "C=US | O=Contoso | CN=Contoso Issuing CA 1"};
    t_iis_load_with(&check.load, text, strcmp(site, "-") == 0 ? NULL : site, true, NULL);
    while ((line = next_line(&lines)) != NULL && after(line, "site") == NULL)
        check_line(&check, line);
    ck_assert_msg(check.found == check.load.count, "%s, site %s: also found %s", stanza->file, site,
                  check.load.diagnostics[check.found].error.text);
    t_iis_free(&check.load);
}

/* Counts the stanzas, so that each is a test. */
static void list_stanzas(const char *file) {
    static char buffer[MAX_SIZE];
    size_t number = 0;
    read_text(file, buffer);
    char *lines = strstr(buffer, "<!-- test\n"), *line;
    while (lines != NULL && (line = next_line(&lines)) != NULL)
        if (after(line, "site") != NULL && stanza_count < MAX_STANZAS)
            stanzas[stanza_count++] = (struct stanza){file, number++};
    if (number == 0) {
        fprintf(stderr, "%s says nothing about what is to come out\n", file);
        exit(EXIT_FAILURE);
    }
}

int main(void) {
    struct t_entry cases[2 * COUNT(files)];
    for (int i = 0; i < COUNT(files); i++) {
        int first = stanza_count;
        list_stanzas(files[i]);
        cases[2 * i] = (struct t_entry){.name = files[i]};
        cases[2 * i + 1] = T_RANGE(file_gives_what_it_says, first, stanza_count);
    }
    return t_run_table("iis", cases, COUNT(cases));
}
