/* SPDX-License-Identifier: MIT */
/* What a mapping decides, and what one that allows gives:
 *
 *     decision = "deny" ";" "}" | "allow" text ";" { output ";" } "}"
 *     output   = "domain" text | "group" text | "attribute" string "=" text
 *     text     = [ "plain" | "ldap-filter" | "dn" | "url" | "posix-user" ] template
 *     template: a string, which may have placeholders (template.c, template_placeholder.c) */
#include "base/view.h"
#include "parse/parser.h"

/* ---- texts ---- */

#define LANGUAGES (CERTMAP_LANGUAGE_POSIX_USER + 1)

static const struct certmap_view languages[LANGUAGES] = {
    [CERTMAP_LANGUAGE_PLAIN] = CM_VIEW_OF("plain"),
    [CERTMAP_LANGUAGE_LDAP_FILTER] = CM_VIEW_OF("ldap-filter"),
    [CERTMAP_LANGUAGE_DN] = CM_VIEW_OF("dn"),
    [CERTMAP_LANGUAGE_URL] = CM_VIEW_OF("url"),
    [CERTMAP_LANGUAGE_POSIX_USER] = CM_VIEW_OF("posix-user"),
};

/* A language and a text in it. */
struct text {
    enum certmap_language language;
    struct cm_advised_text advised;
    bool has_placeholders;
};

static void take_language(struct cm_parser *parser, struct text *text) {
    text->language = CERTMAP_LANGUAGE_PLAIN;
    text->advised.plain = false;
    for (size_t i = 0; i < LANGUAGES; i++)
        if (cm_parser_accept_word(parser, languages[i])) {
            text->language = (enum certmap_language)i;
            text->advised.plain = i == CERTMAP_LANGUAGE_PLAIN;
            return;
        }
}

/* A field without quotes and braces: allow subject.CN. */
static bool report_bare_field(struct cm_parser *parser, const char *expected) {
    const struct certmap_view word = parser->token.text;
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX,
             "expected %s, but there is %s; a value of the certificate is written \"${%.*s}\"", expected,
             cm_quote(word).text, (int)(word.len < 60 ? word.len : 60), (const char *)word.data);
    return cm_parser_report(parser, parser->token.position, &parser->error);
}

/* Takes a language and a template. */
static bool take_text(struct cm_parser *parser, struct text *text, const char *expected) {
    take_language(parser, text);
    const struct cm_token token = parser->token;
    if (token.kind == CM_TOKEN_WORD && memchr(token.text.data, '.', token.text.len) != NULL)
        return report_bare_field(parser, expected);
    if (token.kind != CM_TOKEN_STRING)
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX, expected, languages, LANGUAGES);
    text->advised.source =
        (struct cm_source){.text = token.text, .written = true, .position = cm_token_part(&token, token.text)};
    text->advised.whole = token.position;
    text->has_placeholders = token.placeholder.data != NULL;
    cm_parser_advance(parser);
    return true;
}

/* Reports what the builder did not take: at the part of the text that it names, or at the whole. */
static void report_text(struct cm_parser *parser, struct cm_position whole) {
    const struct certmap_diagnostic *error = &parser->error;
    const struct cm_position part = {error->line, error->column, error->offset, error->length};
    cm_parser_report(parser, part.line > 0 ? part : whole, &parser->error);
}

/* What the builder said to a text. False: stop. */
static bool end_text(struct cm_parser *parser, const struct text *text, enum certmap_status status) {
    if (status != CERTMAP_OK)
        report_text(parser, text->advised.whole);
    else if (text->has_placeholders && parser->advising && !cm_advice_text(&parser->advice, &text->advised))
        return cm_parser_memory_failed(parser);
    return !parser->fatal;
}

/* ---- the decision ---- */

static bool take_allow(struct cm_parser *parser) {
    struct text account = {.has_placeholders = false};
    if (!take_text(parser, &account, "the account, a string in double quotes"))
        return false;
    const enum certmap_status status =
        cm_builder_allow(parser->builder, &account.advised.source, account.language, &parser->error);
    return end_text(parser, &account, status) && cm_parser_expect_punct(parser, ';', "\";\" after the account");
}

/* Takes the name of an attribute; *at is where it stands. */
static bool take_name(struct cm_parser *parser, struct certmap_view *name, struct cm_position *at) {
    *at = parser->token.position;
    return cm_parser_take_string(parser, name, CM_STRING_TEXT, "the name of the attribute, a string in double quotes");
}

static bool take_output(struct cm_parser *parser, enum cm_output_kind kind) {
    const size_t errors = parser->findings.errors;
    const bool attribute = kind == CM_OUTPUT_ATTRIBUTE;
    struct certmap_view name = CM_VIEW_NONE;
    struct cm_output output = {.kind = kind};
    struct text value = {.has_placeholders = false};
    struct cm_position whole = parser->token.position;
    cm_parser_advance(parser);
    if (attribute && !take_name(parser, &name, &whole))
        return false;
    bool right = parser->findings.errors == errors;
    if (right && cm_builder_begin_output(parser->builder, &output, name, &parser->error) != CERTMAP_OK)
        right = cm_parser_report(parser, whole, &parser->error);
    if ((attribute && !cm_parser_expect_punct(parser, '=', "\"=\" after the name of the attribute")) ||
        !take_text(parser, &value, "a string in double quotes"))
        return false;
    output.language = value.language;
    if (right && !end_text(parser, &value,
                           cm_builder_add_output(parser->builder, &output, &value.advised.source, &parser->error)))
        return false;
    return cm_parser_expect_punct(parser, ';', "\";\" after what the mapping gives");
}

static bool take_outputs(struct cm_parser *parser) {
    static const struct certmap_view words[] = {CM_VIEW_OF("domain"), CM_VIEW_OF("group"), CM_VIEW_OF("attribute")};
    static const enum cm_output_kind kinds[] = {CM_OUTPUT_DOMAIN, CM_OUTPUT_GROUP, CM_OUTPUT_ATTRIBUTE};
    while (!cm_parser_accept_punct(parser, '}')) {
        size_t kind = 0;
        while (kind < 3 && !cm_parser_is_word(parser, words[kind]))
            kind++;
        if (kind == 3)
            return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX,
                                               "\"domain\", \"group\", \"attribute\" or \"}\" after the account", words,
                                               3);
        if (!take_output(parser, kinds[kind]))
            return false;
    }
    return true;
}

bool cm_parser_take_decision(struct cm_parser *parser, enum certmap_decision *decision) {
    static const struct certmap_view words[] = {CM_VIEW_OF("allow"), CM_VIEW_OF("deny")};
    *decision = CERTMAP_DENY;
    if (cm_parser_accept_word(parser, words[0])) {
        *decision = CERTMAP_ALLOW;
        return take_allow(parser) && take_outputs(parser);
    }
    if (!cm_parser_accept_word(parser, words[1]))
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_MISSING_DECISION, "\"allow\" or \"deny\"", words, 2);
    return cm_parser_expect_punct(parser, ';', "\";\" after the decision") &&
           cm_parser_expect_punct(parser, '}', "\"}\" after the decision");
}
