/* SPDX-License-Identifier: MIT */
/* What a rule file says about all of its mappings.
 *
 *     disabled = "disabled" ";"
 *     policy   = "policy" ( "first" | "most-specific" | "unique" | "all" ) ";" */
#include "base/view.h"
#include "parse/parser.h"

/* The policies, by number. */
#define POLICIES (CERTMAP_COMBINING_ALL + 1)

static bool report_place(struct cm_parser *parser, const char *what) {
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX, "%s", what);
    return cm_parser_report(parser, parser->token.position, &parser->error);
}

/* A policy misspelt or one that there is not. */
static bool report_policy(struct cm_parser *parser, const struct certmap_view *words) {
    return cm_parser_report_unexpected(parser, CERTMAP_CODE_UNKNOWN_POLICY,
                                       "the policy first, most-specific, unique or all", words, POLICIES);
}

bool cm_parser_take_policy(struct cm_parser *parser) {
    struct certmap_view words[POLICIES];
    size_t policy = 0;
    if (parser->has_policy)
        return report_place(parser, "the policy is given twice");
    if (parser->mapping_count > 0)
        return report_place(parser, "the policy belongs before the first mapping");
    cm_parser_advance(parser);
    for (size_t i = 0; i < POLICIES; i++) {
        const char *name = certmap_combining_name((enum certmap_combining)i);
        words[i] = cm_view(name, strlen(name));
    }
    while (policy < POLICIES && !cm_parser_is_word(parser, words[policy]))
        policy++;
    if (policy == POLICIES)
        return report_policy(parser, words);
    cm_parser_advance(parser);
    parser->has_policy = true;
    parser->combining = (enum certmap_combining)policy;
    if (certmap_builder_combining(parser->builder, (enum certmap_combining)policy, &parser->error) != CERTMAP_OK)
        return cm_parser_report(parser, parser->token.position, &parser->error);
    return cm_parser_expect_punct(parser, ';', "\";\" after the policy");
}

/* Somebody who looks for the reason why nobody gets an account finds it here. */
static void warn_of_disabled(struct cm_parser *parser) {
    struct certmap_diagnostic warning;
    cm_error(&warning, CERTMAP_OK, CERTMAP_CODE_RULES_DISABLED,
             "the rules are switched off, so that no certificate gets an answer from them");
    cm_error_place(&warning, parser->token.position);
    cm_diagnostic_add(&parser->diagnostics, CERTMAP_SEVERITY_WARNING, &warning);
}

bool cm_parser_take_disabled(struct cm_parser *parser) {
    if (parser->is_disabled)
        return report_place(parser, "the rules are switched off twice");
    if (parser->mapping_count > 0)
        return report_place(parser, "what switches the rules off belongs before the first mapping");
    warn_of_disabled(parser);
    cm_parser_advance(parser);
    parser->is_disabled = true;
    if (certmap_builder_disable(parser->builder, &parser->error) != CERTMAP_OK)
        return cm_parser_report(parser, parser->token.position, &parser->error);
    return cm_parser_expect_punct(parser, ';', "\";\" after \"disabled\"");
}
