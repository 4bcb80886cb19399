/* SPDX-License-Identifier: MIT */
/* certmap convert: rules in the native language, and as comments what is not as it was. */
#include "certmap/build.h"
#include "hash.h"
#include "rules.h"
#include "tool.h"
#include <stdlib.h>
#include <string.h>

/* The rules as text. */
static void add_rules(struct tool_text *text, const struct certmap_rules *rules) {
    size_t len = 0;
    (void)certmap_rules_print(NULL, 0, &len, rules, tool_hash, NULL, NULL);
    char *printed = tool_alloc(len + 1);
    if (certmap_rules_print(printed, len + 1, &len, rules, tool_hash, NULL, NULL) == CERTMAP_OK)
        tool_text_add(text, (struct certmap_view){(const uint8_t *)printed, len});
    free(printed);
}

/* ---- What differs ---- */

static void add_passwords(struct tool_text *text, const struct tool_rules *rules) {
    const size_t mappings = certmap_rules_count(rules->rules);
    size_t count = 0;
    for (size_t i = 0; i < mappings; i++)
        count += certmap_iis_logon_password(rules->logon, NULL, i) != CERTMAP_IIS_PASSWORD_ABSENT;
    if (count > 0)
        tool_text_format(text, "# %zu password%s left out: rules hold none.\n", count, count == 1 ? " is" : "s are");
}

static void add_logon_method(struct tool_text *text, const struct tool_rules *rules) {
    static const char *const names[] = {"Interactive", "Batch", "Network", "ClearText"};
    const enum certmap_iis_logon_method method = certmap_iis_logon_method(rules->logon);
    if (method != CERTMAP_IIS_LOGON_CLEAR_TEXT)
        tool_text_format(text, "# logonMethod %s is left out: how an account logs on is up to your server.\n",
                         names[method]);
}

static void add_one_to_one(struct tool_text *text, const struct certmap_rules *rules) {
    const size_t mappings = certmap_rules_count(rules);
    size_t count = 0;
    for (size_t i = 0; i < mappings; i++) {
        struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
        (void)certmap_rules_mapping(rules, &mapping, i, NULL);
        count += mapping.kind == CERTMAP_KIND_ONE_TO_ONE;
    }
    if (count > 0)
        tool_text_format(text,
                         "# %zu one-to-one mapping%s compare%s the SHA-256 of what was signed of the certificate, and "
                         "%s a name that is made up.\n",
                         count, count == 1 ? "" : "s", count == 1 ? "s" : "", count == 1 ? "has" : "have");
}

/* ---- Patterns that hold anywhere in a value ---- */

/* Where the text of a rule file is read. */
struct walk {
    const char *at;
    bool like;                   /* the operator before it */
    struct certmap_view mapping; /* the name of the mapping, in its quotes */
};

/* The string literal that begins here, in its quotes. */
static struct certmap_view literal_at(const char *at) {
    size_t len = 1;
    while (at[len] != '"')
        len += at[len] == '\\' ? 2 : 1;
    return (struct certmap_view){(const uint8_t *)at, len + 1};
}

static bool begins_with(const char *at, const char *word) {
    return strncmp(at, word, strlen(word)) == 0;
}

/* Whether a pattern, in its quotes, has a star at both ends and some text in between. */
static bool is_loose(struct certmap_view literal) {
    bool text = false;
    for (size_t i = 1; i + 1 < literal.len; i++)
        text = text || (literal.data[i] != '*' && literal.data[i] != '?');
    return text && literal.data[1] == '*' && literal.data[literal.len - 2] == '*' &&
           literal.data[literal.len - 3] != '\\';
}

static void see_literal(struct tool_text *text, const struct walk *walk, struct certmap_view literal) {
    if (!walk->like || !is_loose(literal))
        return;
    tool_text_string(text, "# mapping ");
    tool_text_add(text, walk->mapping);
    tool_text_string(text, ": like ");
    tool_text_add(text, literal);
    tool_text_string(text, " holds wherever that is in a value. Is = or in what is meant?\n");
}

/* Adds a comment for each such pattern of rules that the library has printed. */
static void add_loose_patterns(struct tool_text *text, const struct tool_text *printed) {
    struct walk walk = {.at = printed->data};
    bool names = false;
    while (*walk.at != '\0') {
        if (*walk.at == '"') {
            const struct certmap_view literal = literal_at(walk.at);
            if (names)
                walk.mapping = literal;
            else
                see_literal(text, &walk, literal);
            walk.at += literal.len;
            names = false;
            continue;
        }
        names = names || begins_with(walk.at, "mapping ");
        walk.like = begins_with(walk.at, " like ") || (walk.like && *walk.at != '=' && !begins_with(walk.at, " in "));
        walk.at++;
    }
}

/* ---- The verb ---- */

static void add_head(struct tool_text *text, const struct tool_rules *rules, const struct tool_options *options) {
    tool_text_string(text, "# From the IIS file ");
    tool_text_quoted(text, tool_view(rules->path));
    if (options->site != NULL) {
        tool_text_string(text, ", site ");
        tool_text_quoted(text, tool_view(options->site));
    }
    tool_text_string(text, ". Disabled mappings and descriptions are left out.\n");
    if (rules->has_domain)
        tool_text_string(text, "# Accounts without a domain got the defaultLogonDomain.\n");
    add_logon_method(text, rules);
    add_passwords(text, rules);
    add_one_to_one(text, rules->rules);
}

/* Why the rules give no answer. With "disabled;" they give none, as the section of IIS; a refusal would be one, and a
 * server that has another way to sign in would not offer it. */
static void add_disabled(struct tool_text *text, const struct tool_rules *rules, const struct tool_text *printed) {
    const bool empty = certmap_rules_count(rules->rules) == 0;
    const char *why =
        empty ? "the section is disabled." : "the section is disabled. Without \"disabled;\" the mappings apply.";
    if (!begins_with(printed->data, "certmap 1;\ndisabled;"))
        return;
    if (tool_diagnostics_has(&rules->diagnostics, CERTMAP_CODE_NO_SECTION))
        why = "no section applies.";
    else if (empty && !tool_diagnostics_has(&rules->diagnostics, CERTMAP_CODE_SECTION_DISABLED))
        why = "no mapping of the section is enabled.";
    tool_text_format(text, "# IIS maps no certificate, and these rules give no answer: %s\n", why);
}

static void print_rules(const struct tool_rules *rules, const struct tool_options *options) {
    struct tool_text text = {NULL, 0, 0}, printed = {NULL, 0, 0};
    tool_text_string(&printed, "");
    add_rules(&printed, rules->rules);
    if (rules->is_iis) {
        add_head(&text, rules, options);
        add_disabled(&text, rules, &printed);
        add_loose_patterns(&text, &printed);
    }
    tool_text_add(&text, tool_text_view(&printed));
    tool_text_flush(&text, stdout);
    tool_text_free(&text);
    tool_text_free(&printed);
}

enum tool_exit tool_convert(const struct tool_options *options) {
    struct tool_rules rules;
    struct tool_stream err = tool_stream_open(stderr, options->color);
    enum tool_exit status = TOOL_FAILED;
    const bool loaded = tool_rules_load(&rules, options);
    tool_diagnostics_drop(&rules.diagnostics,
                          CERTMAP_CODE_SETUP_NOT_SHOWN); /* it is about other parts of the configuration */
    tool_rules_print(&rules, &err);
    if (loaded) {
        print_rules(&rules, options);
        status = tool_diagnostics_count(&rules.diagnostics, CERTMAP_SEVERITY_WARNING) > 0 ? TOOL_DIAGNOSTICS : TOOL_OK;
    }
    tool_rules_free(&rules);
    tool_stream_close(&err);
    return status;
}
