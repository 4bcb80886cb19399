/* SPDX-License-Identifier: MIT */
/* What a mapping decides, and what one that allows gives:
 *
 *     decision = "deny" ";" "}" | "allow" text ";" { output ";" } "}"
 *     output   = "domain" text | "group" [ "each" ] text | "attribute" string [ "each" ] "=" text
 *     text     = [ "plain" | "ldap-filter" | "dn" | "url" | "posix-user" | "principal" ] template
 *     template: a string, which may have placeholders (template.c, template/placeholder.c) */
#include "base/view.h"
#include "parse/parser.h"

/* ---- texts ---- */

#define LANGUAGES (CERTMAP_LANGUAGE_PRINCIPAL + 1)

static const struct certmap_view languages[LANGUAGES] = {
    [CERTMAP_LANGUAGE_PLAIN] = CM_VIEW_OF("plain"),
    [CERTMAP_LANGUAGE_LDAP_FILTER] = CM_VIEW_OF("ldap-filter"),
    [CERTMAP_LANGUAGE_DN] = CM_VIEW_OF("dn"),
    [CERTMAP_LANGUAGE_URL] = CM_VIEW_OF("url"),
    [CERTMAP_LANGUAGE_POSIX_USER] = CM_VIEW_OF("posix-user"),
    [CERTMAP_LANGUAGE_PRINCIPAL] = CM_VIEW_OF("principal"),
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
    const struct cm_token *token = &parser->token;
    if (token->kind == CM_TOKEN_WORD && memchr(token->text.data, '.', token->text.len) != NULL)
        return report_bare_field(parser, expected);
    if (token->kind != CM_TOKEN_STRING)
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX, expected, languages, LANGUAGES);
    text->advised.source =
        (struct cm_source){.text = token->text, .written = true, .position = cm_token_part(token, token->text)};
    text->advised.whole = token->position;
    text->has_placeholders = token->placeholder.data != NULL;
    cm_parser_advance(parser);
    return true;
}

/* Remembers a text for what may be said of its placeholders. */
static bool advise_text(struct cm_parser *parser, const struct text *text) {
    return !text->has_placeholders || !parser->advising || cm_advice_text(&parser->advice, &text->advised) ||
           cm_parser_memory_failed(parser);
}

/* ---- the decision ---- */

static bool take_allow(struct cm_parser *parser) {
    struct certmap_mapping *mapping = &parser->described.mapping;
    struct text account = {.has_placeholders = false};
    if (!take_text(parser, &account, "the account, a string in double quotes"))
        return false;
    mapping->decision = CERTMAP_ALLOW;
    mapping->account = account.advised.source.text;
    mapping->is_template = true;
    mapping->language = account.language;
    parser->described.account = account.advised.whole;
    return advise_text(parser, &account) && cm_parser_expect_punct(parser, ';', "\";\" after the account");
}

/* Takes the name of an attribute; *at is where it is. */
static bool take_name(struct cm_parser *parser, struct certmap_view *name, struct certmap_position *at) {
    *at = parser->token.position;
    return cm_parser_take_string(parser, name, CM_STRING_TEXT, "the name of the attribute, a string in double quotes");
}

/* What is after its name; without a mistake, made gets it. */
static bool take_value(struct cm_parser *parser, struct certmap_output *made, struct certmap_position *at) {
    struct text value = {.has_placeholders = false};
    if (made->kind != CERTMAP_OUTPUT_DOMAIN && cm_parser_accept_word(parser, CM_VIEW("each")))
        made->each = 1;
    if ((made->kind == CERTMAP_OUTPUT_ATTRIBUTE &&
         !cm_parser_expect_punct(parser, '=',
                                 made->each != 0 ? "\"=\" after \"each\"" : "\"=\" after the name of the attribute")) ||
        !take_text(parser, &value, "a string in double quotes"))
        return false;
    made->value = value.advised.source.text;
    made->is_template = true;
    made->language = value.language;
    *at = value.advised.whole;
    return advise_text(parser, &value);
}

/* One whose name has a mistake is left out; of one whose text is none, the name is still looked at. */
static bool take_output(struct cm_parser *parser, enum certmap_output_kind kind) {
    const size_t errors = parser->errors;
    struct certmap_output made = CERTMAP_OUTPUT_INIT;
    struct certmap_position what = parser->token.position, at = {0, 0, 0, 0};
    made.kind = kind;
    cm_parser_advance(parser);
    if (kind == CERTMAP_OUTPUT_ATTRIBUTE && !take_name(parser, &made.name, &what))
        return false;
    const bool right = parser->errors == errors, taken = take_value(parser, &made, &at);
    if (right && !cm_described_add_output(&parser->described, &made, what, at))
        return cm_parser_memory_failed(parser);
    return taken && cm_parser_expect_punct(parser, ';', "\";\" after what the mapping gives");
}

static bool take_outputs(struct cm_parser *parser) {
    static const struct certmap_view words[] = {CM_VIEW_OF("domain"), CM_VIEW_OF("group"), CM_VIEW_OF("attribute")};
    static const enum certmap_output_kind kinds[] = {CERTMAP_OUTPUT_DOMAIN, CERTMAP_OUTPUT_GROUP,
                                                     CERTMAP_OUTPUT_ATTRIBUTE};
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

bool cm_parser_take_decision(struct cm_parser *parser) {
    static const struct certmap_view words[] = {CM_VIEW_OF("allow"), CM_VIEW_OF("deny")};
    if (cm_parser_accept_word(parser, words[0]))
        return take_allow(parser) && take_outputs(parser);
    if (!cm_parser_accept_word(parser, words[1]))
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_MISSING_DECISION, "\"allow\" or \"deny\"", words, 2);
    parser->described.mapping.decision = CERTMAP_DENY;
    return cm_parser_expect_punct(parser, ';', "\";\" after the decision") &&
           cm_parser_expect_punct(parser, '}', "\"}\" after the decision");
}
