/* SPDX-License-Identifier: MIT */
/* The policy of a rule file.
 *
 *     policy = "policy" ( "first" | "most-specific" | "unique" | "all" ) ";" */
#include "base/view.h"
#include "parse/parser.h"

/* The policies, by number. */
#define POLICIES (CERTMAP_POLICY_ALL + 1)

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
        return report_place(parser, "the policy stands before the first mapping");
    cm_parser_advance(parser);
    for (size_t i = 0; i < POLICIES; i++) {
        const char *name = certmap_policy_name((enum certmap_policy)i);
        words[i] = cm_view(name, strlen(name));
    }
    while (policy < POLICIES && !cm_parser_is_word(parser, words[policy]))
        policy++;
    if (policy == POLICIES)
        return report_policy(parser, words);
    cm_parser_advance(parser);
    parser->has_policy = true;
    if (certmap_builder_policy(parser->builder, (enum certmap_policy)policy, &parser->error) != CERTMAP_OK)
        return cm_parser_report(parser, parser->token.position, &parser->error);
    return cm_parser_expect_punct(parser, ';', "\";\" after the policy");
}
