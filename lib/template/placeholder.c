/* SPDX-License-Identifier: MIT */
/* Compiling a placeholder:
 *
 *     placeholder   = "${" ( field | name [ ".star" ] ) { "|" filter } [ "??" string ] "}"
 *     filter = "first" | "last" | "at" "(" number ")"          in front of all others
 *            | "root-first" | "java" | "oneline"               how a whole Name is written
 *            | "dec" | "colons"                                before those that change text
 *            | "lower" | "upper" | ( "before" | "after" | "before-last" | "after-last" ) "(" string ")"
 *            | "replace" "(" string "," string ")" | "slice" "(" number "," number ")" */
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"
#include "field/canonical.h"
#include "name/attr.h"
#include "rule/operand.h"
#include "template/language.h"

struct placeholder_parser {
    struct cm_lexer lexer;
    struct cm_token token; /* the next one */
    const struct cm_placeholder_place *place;
    struct cm_filter filters[CERTMAP_MAX_PLACEHOLDERS];
    size_t filter_count;
    struct certmap_diagnostic *err;
};

/* ---- tokens ---- */

static void advance(struct placeholder_parser *parser) {
    cm_lex_next(&parser->lexer, &parser->token);
}

/* Places an error that has been filled; returns false. */
static bool fail_at(struct placeholder_parser *parser, struct certmap_position position) {
    cm_error_place(parser->err, position);
    return false;
}

static bool fail_memory(struct placeholder_parser *parser) {
    cm_error_memory(parser->err);
    return false;
}

/* Says what should be where the token does. */
static bool fail_expected(struct placeholder_parser *parser, const char *expected) {
    const struct cm_token *token = &parser->token;
    const bool character = token->kind == CM_TOKEN_BAD && token->bad != CERTMAP_CODE_SYNTAX;
    const enum certmap_code code = character ? token->bad : CERTMAP_CODE_BAD_TEMPLATE;
    if (token->kind == CM_TOKEN_END)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, code, "expected %s in the placeholder, but it ends", expected);
    else
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, code, "expected %s in the placeholder, but there is %s", expected,
                 cm_quote(token->text).text);
    return fail_at(parser, token->position);
}

static bool accept_punct(struct placeholder_parser *parser, struct certmap_view text) {
    const bool found = parser->token.kind == CM_TOKEN_PUNCT && cm_view_equal(parser->token.text, text);
    if (found)
        advance(parser);
    return found;
}

static bool expect_punct(struct placeholder_parser *parser, struct certmap_view text, const char *expected) {
    return accept_punct(parser, text) || fail_expected(parser, expected);
}

/* ---- strings ---- */

/* Unescapes a string into scratch. */
static bool unescape(struct placeholder_parser *parser, struct certmap_view *text, const struct cm_token *token) {
    struct certmap_view bad;
    uint8_t *out = cm_arena_alloc(parser->place->scratch, 2 * token->text.len);
    if (out == NULL)
        return fail_memory(parser);
    if (token->placeholder.data != NULL) {
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_MISPLACED_PLACEHOLDER,
                 "a placeholder cannot be in a placeholder");
        return fail_at(parser, cm_token_part(token, token->placeholder));
    }
    if (cm_string_unescape(text, out, token, CM_STRING_TEXT, &bad))
        return true;
    cm_string_bad_escape(parser->err, token->text, bad, CM_STRING_TEXT);
    return fail_at(parser, cm_token_part(token, bad));
}

/* Takes a string and keeps it in NFC, as values are. */
static bool take_string(struct placeholder_parser *parser, struct certmap_view *text, bool may_be_empty) {
    const struct cm_token token = parser->token;
    struct certmap_view unescaped;
    struct cm_text kept;
    if (token.kind != CM_TOKEN_STRING)
        return fail_expected(parser, "a string in double quotes");
    if (!unescape(parser, &unescaped, &token))
        return false;
    if (unescaped.len == 0 && !may_be_empty) {
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE, "this string must not be empty");
        return fail_at(parser, token.position);
    }
    if (!cm_text_make(&kept, unescaped, parser->place->arena, parser->place->scratch))
        return fail_memory(parser);
    *text = kept.nfc;
    advance(parser);
    return true;
}

/* ---- the field ---- */

/* A name that was probably meant, or NULL. */
static const struct certmap_view *nearest_name(const struct placeholder_parser *parser) {
    const struct cm_names *names = parser->place->names;
    const size_t nearest =
        names != NULL ? certmap_text_nearest(parser->token.text, names->items, names->count) : SIZE_MAX;
    return nearest == SIZE_MAX ? NULL : &names->items[nearest];
}

static bool fail_field(struct placeholder_parser *parser, struct certmap_view wrong) {
    const struct certmap_view *name = nearest_name(parser);
    if (name != NULL) {
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "there is no field %s; did you mean %.*s?", cm_quote(wrong).text, (int)name->len,
                 (const char *)name->data);
        return fail_at(parser, cm_token_part(&parser->token, wrong));
    }
    const char *nearest = cm_field_nearest(parser->token.text), *refusal = cm_field_refusal(parser->token.text);
    if (refusal != NULL)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD, "there is no field %s: %s",
                 cm_quote(parser->token.text).text, refusal);
    else if (nearest != NULL)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "there is no field %s; did you mean %s?", cm_quote(wrong).text, nearest);
    else if (cm_attr_by_name(parser->token.text) != CM_ATTR_OTHER)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "there is no field %s; did you mean subject.%s?", cm_quote(wrong).text,
                 cm_attr_row(cm_attr_by_name(parser->token.text))->name);
    else
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "there is no field %s; a placeholder reads for example subject.CN or san.email", cm_quote(wrong).text);
    return fail_at(parser, cm_token_part(&parser->token, wrong));
}

/* Only what is text can be put into a text. A whole Name is no name of a user, a domain or a group. */
static bool check_text(struct placeholder_parser *parser, const struct cm_path *path) {
    const struct cm_output *output = parser->place->output;
    const bool name = path->kind == CM_TEXT_NAME, fits = output->language == CERTMAP_LANGUAGE_PLAIN
                                                             ? output->kind == CM_OUTPUT_ATTRIBUTE
                                                             : output->language != CERTMAP_LANGUAGE_POSIX_USER;
    if (name ? fits : path->field != CERTMAP_FIELD_CERTIFICATE && path->field != CERTMAP_FIELD_VALIDITY)
        return true;
    cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
             name ? "%s is a whole Name; write principal before this text, or one attribute, for example subject.CN"
                  : "a placeholder cannot read %s",
             cm_quote(parser->token.text).text);
    return fail_at(parser, parser->token.position);
}

/* ---- the value of a condition ---- */

/* Splits NAME.star. */
static bool take_star(struct certmap_view *name) {
    const struct certmap_view star = CM_VIEW(".star");
    const bool found = name->len > star.len && memcmp(name->data + name->len - star.len, star.data, star.len) == 0;
    *name = cm_view(name->data, name->len - (found ? star.len : 0));
    return found;
}

static size_t find_name(const struct cm_names *names, struct certmap_view name) {
    for (size_t i = 0; names != NULL && i < names->count; i++)
        if (cm_view_equal(names->items[i], name))
            return i;
    return SIZE_MAX;
}

/* Whether the token is a name that a condition gives, which is then taken; *wrong: it is, and cannot be read so. */
static bool accept_name(struct placeholder_parser *parser, struct cm_placeholder *placeholder, bool *wrong) {
    struct certmap_view name = parser->token.text;
    const bool star = parser->token.kind == CM_TOKEN_WORD && take_star(&name);
    const size_t number = parser->token.kind == CM_TOKEN_WORD ? find_name(parser->place->names, name) : SIZE_MAX;
    *wrong = false;
    if (number == SIZE_MAX)
        return false;
    *wrong = star && (parser->place->names->starred >> number & 1) == 0;
    if (*wrong) {
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
                 "%s is what the one * took; every condition of this name has to be \"like\" patterns with one * each",
                 cm_quote(parser->token.text).text);
        return fail_at(parser, parser->token.position);
    }
    placeholder->binding = (uint32_t)number + 1;
    placeholder->star = star;
    advance(parser);
    return true;
}

/* A name that has no value in some way in which the mapping can be true needs a default. */
static bool check_bound(struct placeholder_parser *parser, const struct cm_placeholder *placeholder,
                        const struct cm_token *name) {
    if (placeholder->binding == 0 || placeholder->fallback.data != NULL ||
        (parser->place->names->always >> (placeholder->binding - 1) & 1) != 0)
        return true;
    cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
             "the mapping can be true without a value for %s; give it the name in every part of the \"or\", or a "
             "default, ?\? \"...\"",
             cm_quote(name->text).text);
    return fail_at(parser, name->position);
}

static bool take_field(struct placeholder_parser *parser, struct cm_path *path) {
    const struct cm_token token = parser->token;
    struct certmap_view subfield;
    enum certmap_field field;
    if (token.kind != CM_TOKEN_WORD)
        return fail_expected(parser, "a field, for example subject.CN,");
    if (!cm_field_split(&field, &subfield, token.text))
        return fail_field(parser, subfield);
    if (cm_path_resolve(path, field, subfield, parser->place->arena, parser->err) != CERTMAP_OK)
        return fail_at(parser, subfield.len > 0 ? cm_token_part(&token, subfield) : token.position);
    if (!check_text(parser, path))
        return false;
    advance(parser);
    return true;
}

/* ---- filters ---- */

/* By enum cm_filter_kind; the words that choose a value come after them. */
static const struct filter_word {
    struct certmap_view name;
    size_t strings;
} filter_words[] = {
    [CM_FILTER_LOWER] = {CM_VIEW_OF("lower"), 0},
    [CM_FILTER_UPPER] = {CM_VIEW_OF("upper"), 0},
    [CM_FILTER_BEFORE] = {CM_VIEW_OF("before"), 1},
    [CM_FILTER_AFTER] = {CM_VIEW_OF("after"), 1},
    [CM_FILTER_BEFORE_LAST] = {CM_VIEW_OF("before-last"), 1},
    [CM_FILTER_AFTER_LAST] = {CM_VIEW_OF("after-last"), 1},
    [CM_FILTER_REPLACE] = {CM_VIEW_OF("replace"), 2},
    [CM_FILTER_SLICE] = {CM_VIEW_OF("slice"), 0},
    [CM_FILTER_DEC] = {CM_VIEW_OF("dec"), 0},
    [CM_FILTER_COLONS] = {CM_VIEW_OF("colons"), 0},
    {CM_VIEW_OF("first"), 0},
    {CM_VIEW_OF("last"), 0},
    {CM_VIEW_OF("at"), 0},
    {CM_VIEW_OF("root-first"), 0},
    {CM_VIEW_OF("java"), 0},
    {CM_VIEW_OF("oneline"), 0},
};
#define FILTER_WORDS (sizeof filter_words / sizeof *filter_words)
#define FIRST_WORD (CM_FILTER_COLONS + 1)
#define FIRST_FORM (FIRST_WORD + 3)

/* What other languages call a filter, and what it is here. */
static const char *other_word(struct certmap_view word) {
    static const struct {
        struct certmap_view word;
        const char *here;
    } others[] = {
        {CM_VIEW_OF("nth"), "at(N)"},
        {CM_VIEW_OF("index"), "at(N)"},
        {CM_VIEW_OF("take"), "slice(1, N)"},
        {CM_VIEW_OF("left"), "slice(1, N)"},
        {CM_VIEW_OF("substr"), "slice(FROM, LENGTH)"},
        {CM_VIEW_OF("substring"), "slice(FROM, LENGTH)"},
        {CM_VIEW_OF("decimal"), "dec"},
        {CM_VIEW_OF("lowercase"), "lower"},
        {CM_VIEW_OF("uppercase"), "upper"},
        {CM_VIEW_OF("openssl"), "oneline"},
        {CM_VIEW_OF("slashes"), "oneline"},
        {CM_VIEW_OF("reverse"), "root-first"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (certmap_text_same(word, others[i].word))
            return others[i].here;
    return NULL;
}

static bool fail_filter(struct placeholder_parser *parser) {
    struct certmap_view names[FILTER_WORDS];
    for (size_t i = 0; i < FILTER_WORDS; i++)
        names[i] = filter_words[i].name;
    const char *other = other_word(parser->token.text);
    const size_t nearest = certmap_text_nearest(parser->token.text, names, FILTER_WORDS);
    const struct cm_quoted quoted = cm_quote(parser->token.text);
    if (other != NULL)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FILTER, "there is no filter %s; write %s",
                 quoted.text, other);
    else if (nearest != SIZE_MAX)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FILTER,
                 "there is no filter %s; did you mean %s?", quoted.text, (const char *)names[nearest].data);
    else
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FILTER,
                 "there is no filter %s; there are first, last, lower, upper, before, after, before-last, "
                 "after-last, replace, slice, at, dec, colons, root-first, java and oneline",
                 quoted.text);
    return fail_at(parser, parser->token.position);
}

/* Takes a number from 1 on, which is not over most. */
static bool take_number(struct placeholder_parser *parser, size_t *number, size_t most) {
    const struct certmap_view text = parser->token.text;
    bool right = parser->token.kind == CM_TOKEN_WORD && text.data[0] != '0';
    *number = 0;
    for (size_t i = 0; right && i < text.len; i++) {
        right = text.data[i] >= '0' && text.data[i] <= '9';
        *number = *number * 10 + (text.data[i] - (size_t)'0');
        right = right && *number <= most;
    }
    if (right) {
        advance(parser);
        return true;
    }
    if (parser->token.kind != CM_TOKEN_WORD)
        return fail_expected(parser, "a number");
    cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
             "%s is no number from 1 to %zu; the first is 1", cm_quote(text).text, most);
    return fail_at(parser, parser->token.position);
}

/* What follows "at". */
static bool take_at(struct placeholder_parser *parser, struct cm_placeholder *placeholder) {
    return expect_punct(parser, CM_VIEW("("), "\"(\" and a number") &&
           take_number(parser, &placeholder->number, CERTMAP_MAX_COUNT) && expect_punct(parser, CM_VIEW(")"), "\")\"");
}

static bool take_choice(struct placeholder_parser *parser, struct cm_placeholder *placeholder, enum cm_choice choice) {
    if (placeholder->binding > 0) {
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
                 "the value of a condition is one already; leave out %s", cm_quote(parser->token.text).text);
        return fail_at(parser, parser->token.position);
    }
    if (placeholder->choice != CM_CHOICE_ONLY || parser->filter_count > 0) {
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
                 "first, last and at choose among several values: one of them, in front of the other filters");
        return fail_at(parser, parser->token.position);
    }
    placeholder->choice = choice;
    advance(parser);
    return choice != CM_CHOICE_AT || take_at(parser, placeholder);
}

/* What a placeholder reads: of the value of a condition, what all conditions of its name are about. */
static enum cm_text_kind kind_of(const struct placeholder_parser *parser, const struct cm_placeholder *placeholder) {
    const uint32_t bit = placeholder->binding > 0 && !placeholder->star ? 1u << (placeholder->binding - 1) : 0;
    if (bit == 0)
        return placeholder->path.kind;
    if ((parser->place->names->serials & bit) != 0)
        return CM_TEXT_SERIAL;
    return (parser->place->names->octets & bit) != 0 ? CM_TEXT_HEX : placeholder->path.kind;
}

/* dec is about numbers, and colons about hexadecimal, as the certificate has them. */
static bool check_number_filter(struct placeholder_parser *parser, enum cm_text_kind kind, bool dec) {
    if (dec ? kind != CM_TEXT_SERIAL : !cm_kind_is_hexadecimal(kind))
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
                 dec ? "dec writes a serial number in decimal, and this is none: ${serial | dec}"
                     : "colons are put between the octets of hexadecimal, and this is none: ${sha256 | colons}");
    else if (parser->filter_count > 0)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
                 "%s has to be in front of the other filters", dec ? "dec" : "colons");
    else
        return true;
    return fail_at(parser, parser->token.position);
}

/* How a whole Name is written: once, before it is changed. */
static bool take_form(struct placeholder_parser *parser, struct cm_placeholder *placeholder,
                      enum cm_printed_form form) {
    if (placeholder->path.kind != CM_TEXT_NAME)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
                 "%s is how a whole Name is written, and this is none: ${subject | %s}",
                 cm_quote(parser->token.text).text, (const char *)filter_words[FIRST_FORM + form - 1].name.data);
    else if (placeholder->form != CM_PRINTED_RFC4514 || parser->filter_count > 0)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
                 "root-first, java and oneline are how a Name is written: one of them, in front of the other filters");
    else {
        placeholder->form = form;
        advance(parser);
        return true;
    }
    return fail_at(parser, parser->token.position);
}

/* The text of a Name is not taken apart: a value in it can hold whatever is cut at. */
static bool check_name_filter(struct placeholder_parser *parser, enum cm_text_kind kind, enum cm_filter_kind filter) {
    if (kind != CM_TEXT_NAME || filter == CM_FILTER_LOWER || filter == CM_FILTER_UPPER)
        return true;
    cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
             "the text of a whole Name is not taken apart; read one attribute, for example subject.CN");
    return fail_at(parser, parser->token.position);
}

static bool take_slice(struct placeholder_parser *parser, struct cm_filter *filter) {
    return expect_punct(parser, CM_VIEW("("), "\"(\" and two numbers") &&
           take_number(parser, &filter->from, CERTMAP_MAX_TEXT_SIZE) &&
           expect_punct(parser, CM_VIEW(","), "\",\" and how many characters") &&
           take_number(parser, &filter->length, CERTMAP_MAX_TEXT_SIZE) && expect_punct(parser, CM_VIEW(")"), "\")\"");
}

static bool take_strings(struct placeholder_parser *parser, struct cm_filter *filter, size_t strings) {
    if (strings == 0)
        return true;
    return expect_punct(parser, CM_VIEW("("), "\"(\" and a string") && take_string(parser, &filter->what, false) &&
           (strings < 2 || (expect_punct(parser, CM_VIEW(","), "\",\" and a string to put in its place") &&
                            take_string(parser, &filter->with, true))) &&
           expect_punct(parser, CM_VIEW(")"), "\")\"");
}

static bool take_filter(struct placeholder_parser *parser, struct cm_placeholder *placeholder) {
    size_t word = 0;
    if (parser->token.kind != CM_TOKEN_WORD)
        return fail_expected(parser, "a filter");
    while (word < FILTER_WORDS && !cm_view_equal(parser->token.text, filter_words[word].name))
        word++;
    if (word == FILTER_WORDS)
        return fail_filter(parser);
    if (word >= FIRST_FORM)
        return take_form(parser, placeholder, (enum cm_printed_form)(word - FIRST_FORM + CM_PRINTED_ROOT_FIRST));
    if (word >= FIRST_WORD)
        return take_choice(parser, placeholder, (enum cm_choice)(word - FIRST_WORD + CM_CHOICE_FIRST));
    if ((word == CM_FILTER_DEC || word == CM_FILTER_COLONS) &&
        !check_number_filter(parser, kind_of(parser, placeholder), word == CM_FILTER_DEC))
        return false;
    if (!check_name_filter(parser, placeholder->path.kind, (enum cm_filter_kind)word))
        return false;
    if (parser->filter_count == CERTMAP_MAX_PLACEHOLDERS) {
        cm_error(parser->err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY,
                 "there are more than %d filters in a placeholder", CERTMAP_MAX_PLACEHOLDERS);
        return fail_at(parser, parser->token.position);
    }
    struct cm_filter *filter = &parser->filters[parser->filter_count++];
    *filter = (struct cm_filter){.kind = (enum cm_filter_kind)word};
    advance(parser);
    return word == CM_FILTER_SLICE ? take_slice(parser, filter)
                                   : take_strings(parser, filter, filter_words[word].strings);
}

/* ---- the default ---- */

/* A default that could not be in the placeholder would be found out with the first certificate that needs it. */
static bool take_fallback(struct placeholder_parser *parser, struct cm_placeholder *placeholder) {
    const struct cm_token token = parser->token;
    if (!take_string(parser, &placeholder->fallback, false))
        return false;
    if (cm_language_refuses(parser->place->output, parser->place->separators, false, placeholder->fallback) ==
        CERTMAP_CODE_NONE)
        return true;
    cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
             "%s holds what a value of a placeholder must not hold here", cm_quote(token.text).text);
    return fail_at(parser, token.position);
}

/* ---- the placeholder ---- */

static bool take_placeholder(struct placeholder_parser *parser, struct cm_placeholder *placeholder) {
    const struct cm_token first = parser->token;
    bool wrong;
    if (!accept_name(parser, placeholder, &wrong) && (wrong || !take_field(parser, &placeholder->path)))
        return false;
    while (accept_punct(parser, CM_VIEW("|")))
        if (!take_filter(parser, placeholder))
            return false;
    if (accept_punct(parser, CM_VIEW("\?\?")) && !take_fallback(parser, placeholder))
        return false;
    if (!check_bound(parser, placeholder, &first))
        return false;
    if (parser->token.kind != CM_TOKEN_END)
        return fail_expected(parser, placeholder->fallback.data != NULL ? "}" : "|, ?\? or }");
    return true;
}

static bool keep_filters(struct placeholder_parser *parser, struct cm_placeholder *placeholder) {
    struct cm_filter *kept = cm_arena_alloc(parser->place->arena, parser->filter_count * sizeof *kept);
    if (kept == NULL)
        return fail_memory(parser);
    memcpy(kept, parser->filters, parser->filter_count * sizeof *kept);
    placeholder->filters = kept;
    placeholder->filter_count = parser->filter_count;
    return true;
}

enum certmap_status cm_placeholder_compile(struct cm_placeholder *placeholder, const struct cm_token *token,
                                           struct certmap_view part, const struct cm_placeholder_place *place,
                                           struct certmap_diagnostic *err) {
    struct placeholder_parser parser;
    parser.lexer = cm_lex_at(token, cm_view(part.data + 2, part.len - 3));
    parser.place = place;
    parser.filter_count = 0;
    parser.err = err;
    *placeholder = (struct cm_placeholder){.choice = CM_CHOICE_ONLY};
    advance(&parser);
    return take_placeholder(&parser, placeholder) && keep_filters(&parser, placeholder) ? CERTMAP_OK : err->status;
}
