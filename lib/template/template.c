/* SPDX-License-Identifier: MIT */
/* Compiling a text that a mapping gives. */
#include "template/template.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "rule/operand.h"
#include "syntax/foreign.h"
#include "template/language.h"

/* An escape has at most ten bytes, \u{00000A}'s digits being six: a text that is longer is too long. */
#define LONGEST_ESCAPE 10

struct compile {
    struct cm_output *output;
    const struct cm_source *source;
    struct cm_token token; /* the source, as parts of it are read */
    struct cm_symbol *all;
    size_t count, placeholder_count;
    struct cm_arena *arena, *scratch;
};

const char *cm_output_noun(enum cm_output_kind kind) {
    static const char *const nouns[] = {[CM_OUTPUT_ACCOUNT] = "the account",
                                        [CM_OUTPUT_DOMAIN] = "the domain",
                                        [CM_OUTPUT_GROUP] = "the group",
                                        [CM_OUTPUT_ATTRIBUTE] = "the attribute"};
    return nouns[kind];
}

/* ---- errors ---- */

static struct certmap_view source_part(const struct compile *compile, size_t at, size_t len) {
    return cm_view(compile->source->text.data + at, len);
}

/* A text that is in no file has no lines. */
static enum certmap_status as_placed(const struct compile *compile, struct certmap_diagnostic *err) {
    if (compile->source->position.line == 0)
        err->line = err->column = 0;
    return err->status;
}

/* Places an error that has been filled. */
static enum certmap_status place(const struct compile *compile, struct certmap_view part,
                                 struct certmap_diagnostic *err) {
    cm_error_place(err, cm_token_part(&compile->token, part));
    return as_placed(compile, err);
}

/* ---- symbols ---- */

static void add_symbol(struct compile *compile, size_t at, size_t len, uint16_t code) {
    compile->all[compile->count++] = (struct cm_symbol){(uint32_t)at, (uint32_t)len, code};
}

/* The bytes of one character, which the source has at a place. */
static void add_bytes(struct compile *compile, size_t at, size_t len, struct certmap_view bytes) {
    for (size_t i = 0; i < bytes.len; i++)
        add_symbol(compile, at, len, bytes.data[i]);
}

/* How long the character or escape at a place is. */
static size_t written_length(struct certmap_view text, size_t at) {
    uint32_t cp;
    if (text.data[at] != '\\')
        return cm_utf8_decode(text.data + at, text.len - at, &cp);
    size_t len = 2;
    if (at + 1 < text.len && text.data[at + 1] == 'u')
        while (at + len < text.len && len < LONGEST_ESCAPE && text.data[at + len - 1] != '}')
            len++;
    else if (at + 1 < text.len)
        len = 1 + cm_utf8_decode(text.data + at + 1, text.len - at - 1, &cp);
    return len < text.len - at ? len : text.len - at;
}

/* What the lexer has seen to in a file, but a program that builds rules may not. */
static enum certmap_status check_written(const struct compile *compile, size_t at, size_t len,
                                         struct certmap_diagnostic *err) {
    const struct certmap_view part = source_part(compile, at, len);
    uint32_t cp;
    cm_utf8_decode(part.data, part.len, &cp);
    if (cm_is_unsafe(cp) && cp != '\t')
        cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_CONTROL_CHARACTER,
                 "control and direction characters cannot be in rules; in a string, write %s", cm_quote(part).text);
    else if (cp == '"')
        cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE, "a quote would end the string; write \\\"");
    else
        return CERTMAP_OK;
    return place(compile, part, err);
}

/* What another language would write for a placeholder would be the account of everyone. */
static enum certmap_status check_foreign(const struct compile *compile, size_t at, struct certmap_diagnostic *err) {
    char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE];
    const struct certmap_view text = compile->source->text;
    const size_t length = cm_foreign_placeholder(placeholder, cm_view(text.data + at, text.len - at),
                                                 compile->output->kind == CM_OUTPUT_ATTRIBUTE);
    if (length == 0)
        return CERTMAP_OK;
    cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
             "%s is no placeholder; write %s, or \\u{%X} for the first character, if that text itself is meant",
             cm_quote(source_part(compile, at, length)).text, placeholder, text.data[at]);
    return place(compile, source_part(compile, at, length), err);
}

/* One of the characters that stand for themselves. */
static bool is_plain(uint8_t c) {
    return c >= ' ' && c < 0x7F && c != '\\' && c != '"';
}

static enum certmap_status add_character(struct compile *compile, size_t at, size_t len,
                                         struct certmap_diagnostic *err) {
    uint8_t out[2 * LONGEST_ESCAPE];
    const uint8_t first = compile->source->text.data[at];
    if (strchr("${%#", first) != NULL && check_foreign(compile, at, err) != CERTMAP_OK)
        return err->status;
    if (is_plain(first)) {
        add_symbol(compile, at, len, first);
        return CERTMAP_OK;
    }
    struct cm_token part = compile->token;
    struct certmap_view bytes, bad;
    enum certmap_status status = check_written(compile, at, len, err);
    if (status != CERTMAP_OK)
        return status;
    part.text = source_part(compile, at, len);
    if (!cm_string_unescape(&bytes, out, &part, CM_STRING_TEXT, &bad)) {
        cm_string_bad_escape(err, compile->source->text, bad, CM_STRING_TEXT);
        return place(compile, bad, err);
    }
    add_bytes(compile, at, len, bytes);
    return CERTMAP_OK;
}

static bool begins_placeholder(struct certmap_view text, size_t at) {
    return text.len - at >= 2 && text.data[at] == '$' && text.data[at + 1] == '{';
}

static enum certmap_status add_placeholder(struct compile *compile, size_t at, size_t *len,
                                           struct certmap_diagnostic *err) {
    const struct certmap_view text = compile->source->text;
    *len = cm_placeholder_length(cm_view(text.data + at, text.len - at));
    if (*len == 0)
        cm_error(
            err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
            "the placeholder does not end; a placeholder is ${...}, and these two characters are written \\u{24}{");
    else if (compile->placeholder_count == CERTMAP_MAX_PLACEHOLDERS)
        cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "there are more than %d placeholders",
                 CERTMAP_MAX_PLACEHOLDERS);
    if (*len == 0 || compile->placeholder_count == CERTMAP_MAX_PLACEHOLDERS)
        return place(compile, source_part(compile, at, 2), err);
    compile->placeholder_count++;
    add_symbol(compile, at, *len, CM_SYMBOL_PLACEHOLDER);
    return CERTMAP_OK;
}

/* A text with placeholders is kept as it is written, and must not be too long so. */
static enum certmap_status check_kept(const struct compile *compile, struct certmap_diagnostic *err) {
    return compile->placeholder_count == 0 || compile->source->text.len <= CERTMAP_MAX_TEXT_SIZE
               ? CERTMAP_OK
               : cm_text_check(compile->source->text, cm_output_noun(compile->output->kind), err);
}

static enum certmap_status add_written(struct compile *compile, struct certmap_diagnostic *err) {
    const struct certmap_view text = compile->source->text;
    enum certmap_status status = CERTMAP_OK;
    for (size_t at = 0, len; at < text.len && status == CERTMAP_OK; at += len) {
        if (begins_placeholder(text, at)) {
            status = add_placeholder(compile, at, &len, err);
        } else {
            len = written_length(text, at);
            status = add_character(compile, at, len, err);
        }
    }
    return status == CERTMAP_OK ? check_kept(compile, err) : status;
}

static void add_plain(struct compile *compile) {
    const struct certmap_view text = compile->source->text;
    for (size_t at = 0, len; at < text.len; at += len) {
        uint32_t cp;
        len = cm_utf8_decode(text.data + at, text.len - at, &cp);
        add_bytes(compile, at, len, source_part(compile, at, len));
    }
}

static enum certmap_status read_symbols(struct compile *compile, struct certmap_diagnostic *err) {
    const struct certmap_view text = compile->source->text;
    if (compile->source->position.line == 0 || text.len > (size_t)LONGEST_ESCAPE * CERTMAP_MAX_TEXT_SIZE)
        if (cm_text_check(text, cm_output_noun(compile->output->kind), err) != CERTMAP_OK)
            return err->status;
    compile->all = cm_arena_alloc(compile->scratch, text.len * sizeof *compile->all);
    if (compile->all == NULL)
        return cm_error_memory(err);
    if (compile->source->written)
        return add_written(compile, err);
    add_plain(compile);
    return CERTMAP_OK;
}

/* ---- checks ---- */

/* The text with something plain in each placeholder. */
static struct certmap_view flatten(const struct compile *compile) {
    uint8_t *text = cm_arena_alloc(compile->scratch, compile->count + 1);
    for (size_t i = 0; i < compile->count && text != NULL; i++)
        text[i] = compile->all[i].code == CM_SYMBOL_PLACEHOLDER ? 'x' : (uint8_t)compile->all[i].code;
    return cm_view(text, compile->count);
}

static enum certmap_status check_characters(const struct compile *compile, struct certmap_view flat,
                                            struct certmap_diagnostic *err) {
    for (size_t i = 0; i < flat.len;) {
        uint32_t cp;
        i += cm_utf8_decode(flat.data + i, flat.len - i, &cp);
        if (compile->source->written && (cp == '\t' || cp == '\n'))
            return cm_string_bad_account(err, compile->source->text, flat, cp == '\t',
                                         cm_output_noun(compile->output->kind));
        if (cm_is_unsafe(cp))
            return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT,
                            "%s %s holds a control or direction character", cm_output_noun(compile->output->kind),
                            cm_quote(flat).text);
    }
    return CERTMAP_OK;
}

static enum certmap_status check_language(const struct compile *compile, struct certmap_view flat,
                                          struct certmap_diagnostic *err) {
    const enum certmap_language language = compile->output->language;
    struct cm_cursor cursor = {compile->all, compile->count, 0};
    const char *wrong = cm_language_check(language, &cursor);
    struct certmap_view part = source_part(compile, compile->source->text.len, 0);
    if (wrong != NULL) {
        if (cursor.at < cursor.count)
            part = source_part(compile, cursor.all[cursor.at].at, cursor.all[cursor.at].len);
        cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE, "%s", wrong);
        return place(compile, part, err);
    }
    if (cm_language_refuses_whole(language, flat) == CERTMAP_CODE_NONE)
        return CERTMAP_OK;
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE, "%s",
                    language == CERTMAP_LANGUAGE_URL ? "the path of a URL must not have a segment . or .."
                                                     : "a portable user name is not . or .. or a number");
}

static enum certmap_status check(const struct compile *compile, struct certmap_view *flattened,
                                 struct certmap_diagnostic *err) {
    const struct certmap_view flat = *flattened = flatten(compile);
    if (flat.data == NULL)
        return cm_error_memory(err);
    if (flat.len == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT, "%s is empty",
                        cm_output_noun(compile->output->kind));
    enum certmap_status status = cm_text_check(flat, cm_output_noun(compile->output->kind), err);
    if (status != CERTMAP_OK)
        return status;
    status = check_characters(compile, flat, err);
    return status == CERTMAP_OK ? check_language(compile, flat, err) : status;
}

/* ---- the account's parts ---- */

static bool is_literal(const struct compile *compile, size_t i, char c) {
    return compile->all[i].code == (uint8_t)c;
}

/* Where the first \ is, else the last @, else count. */
static size_t find_separator(const struct compile *compile) {
    size_t at = compile->count;
    for (size_t i = 0; i < compile->count; i++)
        if (is_literal(compile, i, '\\'))
            return i;
        else if (is_literal(compile, i, '@'))
            at = i;
    return at;
}

/* DOMAIN\user, user@domain or user: neither is empty, and no user has a \. */
static bool is_account(const struct compile *compile, size_t separator) {
    bool right = separator > 0 && separator + 1 != compile->count;
    for (size_t i = separator + 1; i < compile->count; i++)
        right = right && !is_literal(compile, i, '\\');
    return right;
}

/* ---- what is kept ---- */

/* Everything that a template needs in the arena. */
struct keep {
    struct cm_template *made;
    uint8_t *literals; /* of all pieces, one after the other */
    struct cm_piece *pieces;
    struct cm_placeholder *placeholders;
};

static bool make_room(struct keep *keep, const struct compile *compile) {
    struct cm_arena *arena = compile->arena;
    keep->made = cm_arena_alloc(arena, sizeof *keep->made);
    keep->literals = cm_arena_alloc(arena, compile->count - compile->placeholder_count);
    keep->pieces = cm_arena_alloc(arena, (compile->placeholder_count + 1) * sizeof *keep->pieces);
    keep->placeholders = cm_arena_alloc(arena, compile->placeholder_count * sizeof *keep->placeholders);
    return keep->made != NULL && keep->literals != NULL && keep->pieces != NULL && keep->placeholders != NULL;
}

static void keep_literals(const struct keep *keep, const struct compile *compile) {
    struct cm_piece *piece = keep->pieces;
    const struct cm_placeholder *placeholder = keep->placeholders;
    uint8_t *end = keep->literals;
    *piece = (struct cm_piece){cm_view(end, 0), NULL};
    for (size_t i = 0; i < compile->count; i++)
        if (compile->all[i].code == CM_SYMBOL_PLACEHOLDER) {
            piece->placeholder = placeholder++;
            *++piece = (struct cm_piece){cm_view(end, 0), NULL};
        } else {
            *end++ = (uint8_t)compile->all[i].code;
            piece->literal.len++;
        }
}

/* Those of the separators that the text itself has; NULL: no memory. */
static const char *find_separators(const struct compile *compile) {
    char *found = cm_arena_alloc(compile->arena, sizeof CM_SEPARATORS);
    size_t len = 0;
    for (const char *c = CM_SEPARATORS; found != NULL && *c != 0; c++) {
        size_t i = 0;
        while (i < compile->count && !is_literal(compile, i, *c))
            i++;
        if (i < compile->count)
            found[len++] = *c;
    }
    if (found != NULL)
        found[len] = 0;
    return found;
}

static enum certmap_status keep_placeholders(const struct keep *keep, const struct compile *compile, unsigned *needs,
                                             struct certmap_diagnostic *err) {
    const struct cm_placeholder_place where = {compile->output, keep->made->separators, compile->source->names,
                                               compile->arena, compile->scratch};
    struct cm_placeholder *placeholder = keep->placeholders;
    for (size_t i = 0; i < compile->count; i++) {
        const struct cm_symbol *symbol = &compile->all[i];
        if (symbol->code != CM_SYMBOL_PLACEHOLDER)
            continue;
        const struct certmap_view part = source_part(compile, symbol->at, symbol->len);
        if (cm_placeholder_compile(placeholder, &compile->token, part, &where, err) != CERTMAP_OK)
            return as_placed(compile, err);
        keep->made->bound = keep->made->bound || placeholder->binding > 0;
        *needs |= placeholder->binding > 0 ? 0 : cm_field_pieces(placeholder->path.field);
        placeholder++;
    }
    return CERTMAP_OK;
}

/* The placeholder that `each` is of: the only one that does not say which value it takes. */
static enum certmap_status find_each(const struct keep *keep, const struct compile *compile,
                                     struct certmap_diagnostic *err) {
    size_t count = 0;
    for (size_t i = 0; i < compile->placeholder_count; i++)
        if (keep->placeholders[i].choice == CM_CHOICE_ONLY && keep->placeholders[i].binding == 0) {
            keep->made->each = &keep->placeholders[i];
            count++;
        }
    if (count == 1)
        return CERTMAP_OK;
    cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
             count == 0
                 ? "\"each\" takes every value, and no placeholder is left to take them; leave out | first, or \"each\""
                 : "\"each\" takes every value of one placeholder; write | first, | last or | at(N) in the others");
    return place(compile, compile->source->text, err);
}

/* Whether the values of a whole Name and of what is beside it can be told apart in the text. */
static enum certmap_status check_distinct(const struct keep *keep, const struct compile *compile,
                                          struct certmap_diagnostic *err) {
    const enum certmap_language language = compile->output->language;
    size_t number = language != CERTMAP_LANGUAGE_PLAIN ? cm_template_indistinct(keep->made, language) : SIZE_MAX;
    size_t i = 0;
    if (number == SIZE_MAX)
        return CERTMAP_OK;
    while (compile->all[i].code != CM_SYMBOL_PLACEHOLDER || number-- > 0)
        i++;
    cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
             "a whole Name is beside another placeholder, and two different pairs of values could give one text; %s",
             language == CERTMAP_LANGUAGE_PRINCIPAL
                 ? "write one of \\ / : ; @ | # & ? < > between them, as in \"${subject}|${issuer}\""
                 : "write something between them that is escaped in values");
    return place(compile, source_part(compile, compile->all[i].at, compile->all[i].len), err);
}

static enum certmap_status keep_template(const struct compile *compile, size_t separator, unsigned *needs,
                                         struct certmap_diagnostic *err) {
    struct cm_output *output = compile->output;
    struct keep keep;
    output->shown = cm_arena_text(compile->arena, compile->source->text);
    if (output->shown.data == NULL || !make_room(&keep, compile))
        return cm_error_memory(err);
    keep_literals(&keep, compile);
    *keep.made =
        (struct cm_template){keep.pieces, compile->placeholder_count + 1, NULL, false, find_separators(compile)};
    if (keep.made->separators == NULL)
        return cm_error_memory(err);
    output->placeholders = keep.made;
    size_t before = 0;
    for (size_t i = 0; i < separator; i++)
        before += compile->all[i].code != CM_SYMBOL_PLACEHOLDER;
    output->separator = separator < compile->count ? keep.literals + before : NULL;
    enum certmap_status status = keep_placeholders(&keep, compile, needs, err);
    if (status == CERTMAP_OK)
        status = check_distinct(&keep, compile, err);
    return status == CERTMAP_OK && output->each ? find_each(&keep, compile, err) : status;
}

/* A text without placeholders stays where it is, for the caller to copy. */
static enum certmap_status keep_text(const struct compile *compile, struct certmap_view flat, size_t separator) {
    struct cm_output *output = compile->output;
    output->shown = flat;
    output->separator = separator < flat.len ? flat.data + separator : NULL;
    return CERTMAP_OK;
}

static enum certmap_status keep_output(const struct compile *compile, struct certmap_view flat, unsigned *needs,
                                       struct certmap_diagnostic *err) {
    const struct cm_output *output = compile->output;
    const bool plain = output->language == CERTMAP_LANGUAGE_PLAIN;
    const size_t separator = plain ? find_separator(compile) : compile->count;
    if (output->kind == CM_OUTPUT_ACCOUNT && plain && !is_account(compile, separator))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT,
                        "the account %s is not DOMAIN\\user, user@domain or user",
                        cm_quote(compile->placeholder_count > 0 ? compile->source->text : flat).text);
    if (output->each && compile->placeholder_count == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_TEMPLATE,
                        "\"each\" needs a placeholder whose values it takes, for example \"${subject.OU}\"");
    return compile->placeholder_count > 0 ? keep_template(compile, separator, needs, err)
                                          : keep_text(compile, flat, separator);
}

/* ---- texts that need none of this ---- */

/* Whether a character that is written may begin what stands for something else, here or in another language. */
static bool may_stand_for(uint8_t c) {
    return c == '$' || c == '{' || c == '%' || c == '#' || c == '"';
}

/* The text of one that is written in printable ASCII, with no escape but those of the backslash and the quote; data is
 * NULL: it is another. It has room for it all. */
static struct certmap_view unescape_simple(struct certmap_view written, uint8_t *text) {
    size_t len = 0;
    for (size_t i = 0; i < written.len; i++) {
        const bool escape = written.data[i] == '\\';
        i += escape;
        if (i == written.len)
            return CM_VIEW_NONE;
        const uint8_t c = written.data[i];
        if (escape ? c != '\\' && c != '"' : c < ' ' || c >= 0x7F || may_stand_for(c))
            return CM_VIEW_NONE;
        text[len++] = c;
    }
    return cm_view(text, len);
}

/* Printable ASCII: nothing could be refused. */
static bool is_simple(struct certmap_view text) {
    uint8_t wrong = 0;
    for (size_t i = 0; i < text.len; i++)
        wrong |= (text.data[i] < ' ') | (text.data[i] >= 0x7F);
    return text.len > 0 && !wrong;
}

/* Where the first \ is, else the last @, else NULL. */
static const uint8_t *simple_separator(struct certmap_view text) {
    const uint8_t *at = memchr(text.data, '\\', text.len);
    for (size_t i = text.len; i > 0 && at == NULL; i--)
        if (text.data[i - 1] == '@')
            at = text.data + i - 1;
    return at;
}

/* As is_account, of a simple text without a placeholder. False: the long way will say what is wrong. */
static bool compile_simple(struct cm_output *output, struct certmap_view text) {
    const uint8_t *separator = simple_separator(text), *last = text.data + text.len - 1;
    if (output->kind == CM_OUTPUT_ACCOUNT && separator != NULL &&
        (separator == text.data || separator == last ||
         memchr(separator + 1, '\\', (size_t)(last - separator)) != NULL))
        return false;
    output->shown = text;
    output->separator = separator;
    return true;
}

enum certmap_status cm_template_compile(struct cm_output *output, unsigned *needs, const struct cm_source *source,
                                        struct cm_arena *arena, struct cm_arena *scratch,
                                        struct certmap_diagnostic *err) {
    const bool in_file = source->position.line > 0;
    struct compile compile = {.output = output, .source = source, .arena = arena, .scratch = scratch};
    struct certmap_view flat;
    output->placeholders = NULL;
    if (!output->each && output->language == CERTMAP_LANGUAGE_PLAIN && source->text.len <= CERTMAP_MAX_TEXT_SIZE) {
        uint8_t *room = source->written ? cm_arena_alloc(scratch, source->text.len) : NULL;
        if (source->written && room == NULL)
            return cm_error_memory(err);
        const struct certmap_view text = source->written ? unescape_simple(source->text, room) : source->text;
        if (text.len > 0 && (source->written || is_simple(text)) && compile_simple(output, text))
            return CERTMAP_OK;
    }
    compile.token = (struct cm_token){.kind = CM_TOKEN_WORD, .text = source->text, .position = source->position};
    if (!in_file)
        compile.token.position = (struct certmap_position){.line = 1, .column = 1};
    enum certmap_status status = read_symbols(&compile, err);
    if (status == CERTMAP_OK)
        status = check(&compile, &flat, err);
    return status == CERTMAP_OK ? keep_output(&compile, flat, needs, err) : status;
}
