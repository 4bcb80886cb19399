/* SPDX-License-Identifier: MIT */
/* Conditions.
 *
 *     condition  = [quantifier] field comparison
 *                | field ( "present" | "absent" )
 *                | "count" "(" field ")" "=" number
 *                | ( "issuer" "is" | "chain" "has" ) string  a list of issuers
 *                | "valid" "at" "now"
 *     quantifier = "any" | "every" | "first" | "last" | "only" | "at" number
 *     (a comparison may be followed by "as" and a name)
 *     comparison = "=" [how] string | "in" [how] list
 *                | ( "like" | "matches" | "under" ) ["nocase"] ( string | list )
 *                | string                                    after "issuer is sha256", "chain has sha256" and the like
 *     how        = "nocase" | "exact"
 *     field      = path | "issuer" "is" ( "sha256" | "spki.sha256" | "sha1" ) | "chain" "has" ( "sha256" | "spki.sha256" )
 *     path       = a word that field.h splits
 *     list       = "(" string { "," string } ")" */
#include "base/view.h"
#include "certmap/names.h"
#include "field/canonical.h"
#include "parse/parser.h"

/* A condition while it is taken. */
struct test {
    struct certmap_condition condition;
    struct certmap_position field; /* of the subfield, or of the field where there is none */
    struct certmap_position op;
    size_t first_operand;             /* in the description */
    bool named;                       /* a list of issuers, */
    bool of_chain;                    /* any of the chain, */
    const struct cm_issuers *issuers; /* which is this; NULL: there is none */
};

/* ---- fields ---- */

/* The words other than fields that a condition begins with. */
static const struct certmap_view starts[] = {
    CM_VIEW_OF("not"),  CM_VIEW_OF("any"),   CM_VIEW_OF("every"), CM_VIEW_OF("first"), CM_VIEW_OF("last"),
    CM_VIEW_OF("only"), CM_VIEW_OF("count"), CM_VIEW_OF("valid"), CM_VIEW_OF("chain"), CM_VIEW_OF("at")};
#define START_COUNT (sizeof starts / sizeof *starts)

/* The field that a subfield alone stands for, "subject." or "san."; NULL where it is none. */
static const char *field_of_subfield(struct cm_parser *parser, struct certmap_view word) {
    struct cm_path path;
    if (cm_path_resolve(&path, CERTMAP_FIELD_SAN, word, &parser->scratch, NULL) == CERTMAP_OK)
        return "san.";
    return cm_path_resolve(&path, CERTMAP_FIELD_SUBJECT, word, &parser->scratch, NULL) == CERTMAP_OK ? "subject."
                                                                                                     : NULL;
}

/* The other word that a condition begins with and that was probably meant, or NULL. */
static const char *nearest_start(struct certmap_view word) {
    const size_t start = certmap_text_nearest(word, starts, START_COUNT);
    return start == SIZE_MAX || cm_view_equal(word, starts[start]) ? NULL : (const char *)starts[start].data;
}

/* A word that people look for and that is no field for a reason. */
static bool report_refused(struct cm_parser *parser) {
    const struct cm_token *token = &parser->token;
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD, "there is no field %s: %s",
             cm_quote(token->text).text, cm_field_refusal(token->text));
    return cm_parser_report(parser, token->position, &parser->error);
}

/* A word that is no field: a field misspelt, a subfield alone, or another word that a condition begins with.
 * first is what is before its first dot. */
static bool report_field(struct cm_parser *parser, struct certmap_view first) {
    const struct cm_token *token = &parser->token;
    const bool dotted = first.len < token->text.len;
    const char *field = dotted ? NULL : field_of_subfield(parser, first);
    const char *nearest = field != NULL ? NULL : cm_field_nearest(token->text);
    const struct certmap_view fault = nearest != NULL && strchr(nearest, '.') != NULL ? token->text : first;
    const struct cm_quoted quoted = cm_quote(fault);
    if (nearest == NULL && field == NULL && !dotted)
        nearest = nearest_start(first);
    if (field != NULL)
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "expected a condition, but there is %s; did you mean %s%.*s?", quoted.text, field, (int)first.len,
                 (const char *)first.data);
    else if (nearest != NULL)
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "expected a condition, but there is %s; did you mean %s?", quoted.text, nearest);
    else
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "expected a condition, but there is %s, which is no field", quoted.text);
    return cm_parser_report(parser, cm_token_part(token, fault), &parser->error);
}

/* What says which certificate of a CA is meant, or its key. */
struct digest_word {
    struct certmap_view word;
    enum certmap_field field;
};

static bool accept_digest_word(struct cm_parser *parser, struct test *test, const struct digest_word *words,
                               size_t count) {
    for (size_t i = 0; i < count; i++)
        if (cm_parser_accept_word(parser, words[i].word)) {
            test->condition.field = words[i].field;
            return true;
        }
    return false;
}

/* What follows "issuer is". */
static bool take_issuer(struct cm_parser *parser, struct test *test, bool may_be_list) {
    static const struct digest_word fields[] = {{CM_VIEW_OF("sha256"), CERTMAP_FIELD_ISSUER_SHA256},
                                                {CM_VIEW_OF("spki.sha256"), CERTMAP_FIELD_ISSUER_KEY_SHA256},
                                                {CM_VIEW_OF("sha1"), CERTMAP_FIELD_ISSUER_SHA1}};
    static const struct certmap_view words[] = {CM_VIEW_OF("sha256"), CM_VIEW_OF("spki.sha256"), CM_VIEW_OF("sha1")};
    test->field = parser->token.position;
    test->named = may_be_list && parser->token.kind == CM_TOKEN_STRING;
    if (test->named)
        return cm_parser_take_issuers_name(parser, &test->issuers);
    if (accept_digest_word(parser, test, fields, sizeof fields / sizeof *fields))
        return true;
    if (parser->token.kind == CM_TOKEN_WORD && cm_field_refusal(parser->token.text) != NULL)
        return report_refused(parser);
    return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX,
                                       may_be_list ? "\"sha256\", \"spki.sha256\", \"sha1\" or the name of a list, a "
                                                     "string"
                                                   : "\"sha256\", \"spki.sha256\" or \"sha1\"",
                                       words, sizeof words / sizeof *words);
}

/* What follows "chain". */
static bool take_chain(struct cm_parser *parser, struct test *test, bool may_be_list) {
    static const struct digest_word fields[] = {{CM_VIEW_OF("sha256"), CERTMAP_FIELD_CHAIN_SHA256},
                                                {CM_VIEW_OF("spki.sha256"), CERTMAP_FIELD_CHAIN_KEY_SHA256}};
    static const struct certmap_view has = CM_VIEW_OF("has"),
                                     words[] = {CM_VIEW_OF("sha256"), CM_VIEW_OF("spki.sha256")};
    if (!cm_parser_accept_word(parser, has))
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX, "\"has\" after \"chain\"", &has, 1);
    test->field = parser->token.position;
    test->named = test->of_chain = may_be_list && parser->token.kind == CM_TOKEN_STRING;
    if (test->named)
        return cm_parser_take_issuers_name(parser, &test->issuers);
    if (accept_digest_word(parser, test, fields, sizeof fields / sizeof *fields))
        return true;
    if (parser->token.kind == CM_TOKEN_WORD && cm_field_refusal(parser->token.text) != NULL)
        return report_refused(parser);
    return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX,
                                       may_be_list ? "\"sha256\", \"spki.sha256\" or the name of a list, a string"
                                                   : "\"sha256\" or \"spki.sha256\"",
                                       words, sizeof words / sizeof *words);
}

/* Reports a subfield that there is not, which does not fail: what follows may be wrong too. */
static bool check_subfield(struct cm_parser *parser, const struct test *test) {
    struct cm_path path;
    if (cm_path_resolve(&path, test->condition.field, test->condition.subfield, &parser->scratch, &parser->error) !=
        CERTMAP_OK)
        cm_parser_report(parser, test->field, &parser->error);
    return !parser->fatal;
}

/* The field that a word is, if it is one of the last that were right, else NULL. Most differ at their ends. */
static const struct cm_known_field *recall(const struct cm_parser *parser, struct certmap_view word) {
    for (size_t i = 0; i < CM_PARSER_FIELDS; i++) {
        const struct cm_known_field *known = &parser->known[i];
        if (known->word.len == word.len && known->word.data[word.len - 1] == word.data[word.len - 1] &&
            memcmp(known->word.data, word.data, word.len) == 0)
            return known;
    }
    return NULL;
}

/* Takes such a word, which is no other than a field. */
static bool accept_known(struct cm_parser *parser, struct test *test) {
    const struct cm_token *token = &parser->token;
    const struct cm_known_field *known = token->kind == CM_TOKEN_WORD ? recall(parser, token->text) : NULL;
    if (known == NULL)
        return false;
    test->condition.field = known->field;
    test->condition.subfield = cm_view(token->text.data + token->text.len - known->subfield_len, known->subfield_len);
    test->field = cm_token_part(token, test->condition.subfield);
    cm_parser_advance(parser);
    return true;
}

/* Remembers a word with a subfield, in place of the oldest. */
static void remember_field(struct cm_parser *parser, const struct certmap_condition *condition,
                           struct certmap_view word) {
    const struct cm_known_field known = {word, condition->field, condition->subfield.len};
    parser->known[parser->next_known++ % CM_PARSER_FIELDS] = known;
}

/* Takes subject.CN: a field and a subfield, or one of them without. */
static bool take_field(struct cm_parser *parser, struct test *test, bool may_be_list) {
    const struct cm_token token = parser->token;
    struct certmap_condition *condition = &test->condition;
    const size_t errors = parser->errors;
    if (token.kind != CM_TOKEN_WORD)
        return cm_parser_report_syntax(parser, "a condition");
    if (cm_parser_accept_word(parser, CM_VIEW("chain")))
        return take_chain(parser, test, may_be_list);
    if (accept_known(parser, test))
        return true;
    if (!cm_field_split(&condition->field, &condition->subfield, token.text))
        return cm_field_refusal(token.text) != NULL ? report_refused(parser)
                                                    : report_field(parser, condition->subfield);
    if (condition->subfield.len == 0 && token.text.data[token.text.len - 1] == '.') {
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD, "a subfield is missing after %s",
                 cm_quote(token.text).text);
        return cm_parser_report(parser, token.position, &parser->error);
    }
    test->field = condition->subfield.len > 0 ? cm_token_part(&token, condition->subfield) : token.position;
    cm_parser_advance(parser);
    const bool issuer = condition->field == CERTMAP_FIELD_ISSUER && condition->subfield.len == 0;
    if (issuer && cm_parser_accept_word(parser, CM_VIEW("is")))
        return take_issuer(parser, test, may_be_list);
    const bool goes_on = check_subfield(parser, test);
    if (condition->subfield.len > 0 && parser->errors == errors)
        remember_field(parser, condition, token.text);
    return goes_on;
}

/* ---- operands ---- */

static bool add_operand(struct cm_parser *parser, struct test *test, struct certmap_view text,
                        struct certmap_position position) {
    if (!cm_described_add_operand(&parser->described, text, position))
        return cm_parser_memory_failed(parser);
    test->condition.operand_count++;
    return true;
}

/* A word where a string should be: subject.CN = Alice. */
static bool report_bare_word(struct cm_parser *parser) {
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX,
             "expected a string in double quotes, but there is %s; the quotes have to be written, too",
             cm_quote(parser->token.text).text);
    return cm_parser_report(parser, parser->token.position, &parser->error);
}

static bool take_operand(struct cm_parser *parser, struct test *test) {
    const struct certmap_position position = parser->token.position;
    const enum certmap_operator op = test->condition.op;
    const enum cm_string_use use = op == CERTMAP_OP_LIKE      ? CM_STRING_PATTERN
                                   : op == CERTMAP_OP_MATCHES ? CM_STRING_REGEX
                                                              : CM_STRING_TEXT;
    struct certmap_view text;
    if (parser->token.kind == CM_TOKEN_WORD && !cm_parser_is_word(parser, CM_VIEW("nocase")))
        return report_bare_word(parser);
    return cm_parser_take_string(parser, &text, use, "a string in double quotes") &&
           add_operand(parser, test, text, position);
}

static bool take_list(struct cm_parser *parser, struct test *test) {
    if (cm_parser_is_punct(parser, ')'))
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_EMPTY_LIST, "at least one string in the list", NULL, 0);
    do
        if (!take_operand(parser, test))
            return false;
    while (cm_parser_accept_punct(parser, ','));
    return cm_parser_expect_punct(parser, ')', "\",\" or \")\" after a string of the list");
}

/* ---- what follows the field ---- */

/* "present" and "absent", which are about values being there, not about what a quantifier could choose from. */
static bool take_presence(struct cm_parser *parser, struct test *test, bool quantified) {
    static const struct certmap_view words[] = {CM_VIEW_OF("in"),    CM_VIEW_OF("like"),    CM_VIEW_OF("matches"),
                                                CM_VIEW_OF("under"), CM_VIEW_OF("present"), CM_VIEW_OF("absent")};
    const bool present = !quantified && cm_parser_accept_word(parser, words[4]);
    test->condition.op = present ? CERTMAP_OP_PRESENT : CERTMAP_OP_ABSENT;
    if (present || (!quantified && cm_parser_accept_word(parser, words[5])))
        return true;
    if (quantified)
        return cm_parser_report_unexpected(
            parser, CERTMAP_CODE_SYNTAX, "\"=\", \"in\", \"like\", \"matches\" or \"under\" after the quantified field",
            words, 4);
    return cm_parser_report_unexpected(
        parser, CERTMAP_CODE_SYNTAX,
        "\"=\", \"in\", \"like\", \"matches\", \"under\", \"present\" or \"absent\" after the field", words, 6);
}

/* An operator that has operands; false where there is none. */
static bool accept_operator(struct cm_parser *parser, struct test *test, bool *in) {
    *in = cm_parser_accept_word(parser, CM_VIEW("in"));
    test->condition.op = CERTMAP_OP_EQUAL;
    if (*in || cm_parser_accept_punct(parser, '='))
        return true;
    test->condition.op = CERTMAP_OP_LIKE;
    if (cm_parser_accept_word(parser, CM_VIEW("like")))
        return true;
    test->condition.op = CERTMAP_OP_MATCHES;
    if (cm_parser_accept_word(parser, CM_VIEW("matches")))
        return true;
    test->condition.op = CERTMAP_OP_UNDER;
    return cm_parser_accept_word(parser, CM_VIEW("under"));
}

/* == */
static bool report_double(struct cm_parser *parser) {
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX,
             "expected a string in double quotes, but there is \"=\"; write = once");
    return cm_parser_report(parser, parser->token.position, &parser->error);
}

/* Fields that need no "=" before a string. */
static bool is_of_ca(enum certmap_field field) {
    return field == CERTMAP_FIELD_ISSUER_SHA256 || field == CERTMAP_FIELD_ISSUER_KEY_SHA256 ||
           field == CERTMAP_FIELD_ISSUER_SHA1 || field == CERTMAP_FIELD_CHAIN_SHA256 ||
           field == CERTMAP_FIELD_CHAIN_KEY_SHA256;
}

static bool take_comparison(struct cm_parser *parser, struct test *test, bool quantified) {
    const bool equal = cm_parser_is_punct(parser, '=');
    bool in;
    test->op = parser->token.position;
    if (is_of_ca(test->condition.field) && parser->token.kind == CM_TOKEN_STRING)
        return take_operand(parser, test);
    if (!accept_operator(parser, test, &in))
        return take_presence(parser, test, quantified);
    if (equal && cm_parser_is_punct(parser, '='))
        return report_double(parser);
    if (cm_parser_accept_word(parser, CM_VIEW("nocase")))
        test->condition.flags = CERTMAP_NOCASE;
    else if (cm_parser_accept_word(parser, CM_VIEW("exact")))
        test->condition.flags = CERTMAP_EXACT;
    if (!equal && cm_parser_accept_punct(parser, '('))
        return take_list(parser, test);
    if (in)
        return cm_parser_report_syntax(parser, "\"(\" and a list of strings after \"in\"");
    return take_operand(parser, test);
}

/* ---- whole conditions ---- */

/* A decimal number without leading zeros that can be a count. */
static bool take_number(struct cm_parser *parser, size_t *number) {
    struct certmap_view text = parser->token.text;
    const size_t most_digits = 7; /* CERTMAP_MAX_COUNT */
    *number = 0;
    bool digits =
        parser->token.kind == CM_TOKEN_WORD && text.len <= most_digits && (text.data[0] != '0' || text.len == 1);
    for (size_t i = 0; digits && i < text.len; i++) {
        digits = text.data[i] >= '0' && text.data[i] <= '9';
        *number = *number * 10 + (size_t)(text.data[i] - '0');
    }
    if (!digits)
        return cm_parser_report_syntax(parser, "a number of at most 7 digits");
    cm_parser_advance(parser);
    return true;
}

/* What follows "count". */
static bool take_count(struct cm_parser *parser, struct test *test) {
    test->condition.op = CERTMAP_OP_COUNT;
    test->op = parser->token.position;
    return cm_parser_expect_punct(parser, '(', "\"(\" after \"count\"") && take_field(parser, test, false) &&
           cm_parser_expect_punct(parser, ')', "\")\" after the field") &&
           cm_parser_expect_punct(parser, '=', "\"=\" and a number after \"count(...)\"") &&
           take_number(parser, &test->condition.count);
}

/* What follows "valid": the state of the validity that certmap_peer_set found. */
static bool take_valid(struct cm_parser *parser, struct test *test) {
    static const struct certmap_view words[] = {CM_VIEW_OF("at"), CM_VIEW_OF("now")};
    test->field = parser->token.position;
    test->condition.field = CERTMAP_FIELD_VALIDITY;
    for (size_t i = 0; i < 2; i++)
        if (!cm_parser_accept_word(parser, words[i]))
            return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX, "\"valid at now\"", words + i, 1);
    return add_operand(parser, test, CM_VIEW("valid"), test->field);
}

static bool accept_quantifier(struct cm_parser *parser, enum certmap_quantifier *quantifier) {
    static const struct certmap_view words[] = {
        [CERTMAP_ANY_VALUE] = CM_VIEW_OF("any"),     [CERTMAP_EVERY_VALUE] = CM_VIEW_OF("every"),
        [CERTMAP_FIRST_VALUE] = CM_VIEW_OF("first"), [CERTMAP_LAST_VALUE] = CM_VIEW_OF("last"),
        [CERTMAP_ONLY_VALUE] = CM_VIEW_OF("only"),
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cm_parser_accept_word(parser, words[i])) {
            *quantifier = (enum certmap_quantifier)i;
            return true;
        }
    return false;
}

/* What follows "at": which value, from 1. */
static bool take_position(struct cm_parser *parser, struct test *test) {
    const struct certmap_position position = parser->token.position;
    test->condition.quantifier = CERTMAP_AT_VALUE;
    if (!take_number(parser, &test->condition.count))
        return false;
    if (test->condition.count > 0)
        return true;
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX, "the first value is at 1; there is none at 0");
    return cm_parser_report(parser, position, &parser->error);
}

/* What follows a comparison: the name of the value that satisfied it. */
static bool take_as(struct cm_parser *parser, struct test *test) {
    const struct certmap_view as = CM_VIEW("as");
    if (!cm_parser_accept_word(parser, as))
        return true;
    if (parser->token.kind != CM_TOKEN_WORD)
        return cm_parser_report_syntax(parser, "a name after \"as\", without quotes");
    test->condition.as = parser->token.text;
    cm_parser_advance(parser);
    return true;
}

static bool take_test(struct cm_parser *parser, struct test *test) {
    if (accept_known(parser, test))
        return take_comparison(parser, test, false) && take_as(parser, test);
    if (cm_parser_accept_word(parser, CM_VIEW("count")))
        return take_count(parser, test);
    if (cm_parser_accept_word(parser, CM_VIEW("valid")))
        return take_valid(parser, test);
    const bool at = cm_parser_accept_word(parser, CM_VIEW("at"));
    const bool quantified = at || accept_quantifier(parser, &test->condition.quantifier);
    return (!at || take_position(parser, test)) && take_field(parser, test, !quantified) &&
           (test->named || (take_comparison(parser, test, quantified) && take_as(parser, test)));
}

/* ---- into the description ---- */

/* The certificate is compared byte for byte: hexadecimal to bytes. */
static bool decode_certificate(struct cm_parser *parser, size_t index) {
    struct certmap_view digits, *operand = &parser->described.operands[index];
    if (cm_canonical_operand(&digits, CM_TEXT_HEX, *operand, &parser->scratch, &parser->error) != CERTMAP_OK)
        return cm_parser_report(parser, parser->described.operand_positions[index], &parser->error);
    uint8_t *bytes = cm_arena_alloc(&parser->strings, digits.len / 2);
    if (bytes == NULL)
        return cm_parser_memory_failed(parser);
    for (size_t i = 0; i < digits.len / 2; i++)
        bytes[i] = (uint8_t)(cm_hex_value(digits.data[2 * i]) << 4 | cm_hex_value(digits.data[2 * i + 1]));
    *operand = cm_view(bytes, digits.len / 2);
    return true;
}

/* The certificate's operands, which are hexadecimal; a mistake in one does not fail. */
static void decode_operands(struct cm_parser *parser, const struct test *test, size_t errors) {
    if (test->condition.field == CERTMAP_FIELD_CERTIFICATE)
        for (size_t i = 0; i < test->condition.operand_count && parser->errors == errors; i++)
            decode_certificate(parser, test->first_operand + i);
}

/* Where there are too many, the compiler says so. */
static bool add_condition(struct cm_parser *parser, const struct certmap_condition *condition,
                          const struct test *test) {
    return (cm_described_add_condition(&parser->described, condition, test->field, test->op) ||
            cm_parser_memory_failed(parser)) &&
           parser->described.condition_count < CM_DESCRIBED_CONDITIONS;
}

/* Joins what was added since mark by "or", which as text takes parentheses. */
static bool join_issuers(struct cm_parser *parser, const struct test *test, size_t mark) {
    if (!cm_parser_enter(parser, test->field))
        return false;
    parser->nesting--;
    return cm_described_wrap(&parser->described, mark, CERTMAP_TERM_ANY) || cm_parser_memory_failed(parser);
}

/* One condition on certificates and one on keys, where the list has both. One that has neither was reported. */
static bool add_issuers(struct cm_parser *parser, const struct test *test) {
    const struct cm_digests *const digests[] = {&test->issuers->certificates, &test->issuers->keys};
    static const enum certmap_field of_issuer[] = {CERTMAP_FIELD_ISSUER_SHA256, CERTMAP_FIELD_ISSUER_KEY_SHA256},
                                    of_chain[] = {CERTMAP_FIELD_CHAIN_SHA256, CERTMAP_FIELD_CHAIN_KEY_SHA256};
    const enum certmap_field *fields = test->of_chain ? of_chain : of_issuer;
    const size_t mark = parser->described.term_count;
    parser->described.flawed = parser->described.flawed || digests[0]->count + digests[1]->count == 0;
    for (size_t i = 0; i < 2; i++) {
        struct certmap_condition condition = CERTMAP_CONDITION_INIT;
        condition.field = fields[i];
        condition.operands = digests[i]->items;
        condition.operand_count = digests[i]->count;
        if (digests[i]->count > 0 && !add_condition(parser, &condition, test))
            return false;
    }
    return digests[0]->count == 0 || digests[1]->count == 0 || join_issuers(parser, test, mark);
}

/* A condition with a mistake is left out. */
static bool take_condition(struct cm_parser *parser, struct test *test) {
    const size_t errors = parser->errors;
    if (!cm_parser_goes_on(parser) || !take_test(parser, test))
        return false;
    if (test->named)
        return test->issuers == NULL || add_issuers(parser, test);
    decode_operands(parser, test, errors);
    if (parser->errors == errors)
        return add_condition(parser, &test->condition, test);
    parser->described.operand_count = test->first_operand;
    return !parser->fatal;
}

bool cm_parser_take_condition(struct cm_parser *parser) {
    struct test test = {.condition = CERTMAP_CONDITION_INIT, .first_operand = parser->described.operand_count};
    cm_arena_reset(&parser->scratch);
    return take_condition(parser, &test);
}
