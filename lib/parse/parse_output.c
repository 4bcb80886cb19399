/* SPDX-License-Identifier: MIT */
/* What a mapping decides, and what one that allows gives:
 *
 *     decision = "deny" ";" "}" | "allow" text ";" { output ";" } "}"
 *     output   = "domain" text | "group" text | "attribute" string "=" text
 *     text     = [ "plain" | "ldap-filter" | "dn" | "url" | "posix-user" ] template
 *     template: a string, which may have holes (template.c, template_hole.c) */
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

static enum certmap_language take_language(struct cm_parser *parser) {
    for (size_t i = 0; i < LANGUAGES; i++)
        if (cm_parser_accept_word(parser, languages[i]))
            return (enum certmap_language)i;
    return CERTMAP_LANGUAGE_PLAIN;
}

/* Takes a language and a template, which stands at *whole. */
static bool take_text(struct cm_parser *parser, struct cm_source *source, enum certmap_language *language,
                      struct cm_position *whole, const char *expected) {
    *language = take_language(parser);
    const struct cm_token token = parser->token;
    if (token.kind != CM_TOKEN_STRING)
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX, expected, languages, LANGUAGES);
    *source = (struct cm_source){.text = token.text, .written = true, .position = cm_token_part(&token, token.text)};
    *whole = token.position;
    cm_parser_advance(parser);
    return true;
}

/* Reports what the builder did not take: at the part of the text that it names, or at the whole. */
static void report_text(struct cm_parser *parser, struct cm_position whole) {
    const struct certmap_error *error = &parser->error;
    const struct cm_position part = {error->line, error->column, error->offset, error->length};
    cm_parser_report(parser, part.line > 0 ? part : whole, &parser->error);
}

/* ---- the decision ---- */

static bool take_allow(struct cm_parser *parser) {
    struct cm_source account;
    enum certmap_language language;
    struct cm_position whole;
    if (!take_text(parser, &account, &language, &whole, "the account, a string in double quotes"))
        return false;
    if (cm_builder_allow(parser->builder, &account, language, &parser->error) != CERTMAP_OK)
        report_text(parser, whole);
    return !parser->fatal && cm_parser_expect_punct(parser, ';', "\";\" after the account");
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
    struct cm_source value;
    struct cm_position whole = parser->token.position;
    cm_parser_advance(parser);
    if (attribute && !take_name(parser, &name, &whole))
        return false;
    bool right = parser->findings.errors == errors;
    if (right && cm_builder_begin_output(parser->builder, &output, name, &parser->error) != CERTMAP_OK)
        right = cm_parser_report(parser, whole, &parser->error);
    if ((attribute && !cm_parser_expect_punct(parser, '=', "\"=\" after the name of the attribute")) ||
        !take_text(parser, &value, &output.language, &whole, "a string in double quotes"))
        return false;
    if (right && cm_builder_add_output(parser->builder, &output, &value, &parser->error) != CERTMAP_OK)
        report_text(parser, whole);
    return !parser->fatal && cm_parser_expect_punct(parser, ';', "\";\" after what the mapping gives");
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
