/* SPDX-License-Identifier: MIT */
#include "syntax/lex.h"
#include "base/compiler.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/limits.h"

/* ---- positions ---- */

struct cm_lexer cm_lex_start(struct certmap_view text) {
    size_t mark = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    return (struct cm_lexer){.text = text, .offset = mark, .line = 1, .counted = mark, .column = 1};
}

/* How many code points begin in a text. */
static size_t count_code_points(const uint8_t *text, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += (text[i] & 0xC0) != 0x80;
    return count;
}

/* Offsets only grow, so that every byte of a line is counted once. */
static struct certmap_position position_at(struct cm_lexer *lexer, size_t offset, size_t length) {
    if (offset > lexer->counted)
        lexer->column += count_code_points(lexer->text.data + lexer->counted, offset - lexer->counted);
    lexer->counted = offset;
    return (struct certmap_position){lexer->line, lexer->column, offset, length};
}

struct certmap_position cm_token_part(const struct cm_token *token, struct certmap_view part) {
    struct certmap_position position = token->position;
    size_t quote = token->kind == CM_TOKEN_STRING ? 1 : 0;
    size_t before = (size_t)(part.data - token->text.data);
    position.column += quote + (token->plain ? before : count_code_points(token->text.data, before));
    position.offset += quote + before;
    position.length = part.len;
    return position;
}

struct cm_lexer cm_lex_at(const struct cm_token *token, struct certmap_view part) {
    const struct certmap_position position = cm_token_part(token, part);
    const struct certmap_view text = cm_view(part.data - position.offset, position.offset + part.len);
    return (struct cm_lexer){.text = text,
                             .offset = position.offset,
                             .line = position.line,
                             .counted = position.offset,
                             .column = position.column,
                             .in_placeholder = true};
}

/* ---- tokens ----
 *
 * A token is filled where its reader has it: there is one for every few bytes of a file. */

static void make_token(struct cm_lexer *lexer, struct cm_token *token, enum cm_token_kind kind, size_t start,
                       size_t end) {
    token->kind = kind;
    token->text = cm_view(lexer->text.data + start, end - start);
    token->position = position_at(lexer, start, end - start);
    token->placeholder = CM_VIEW_NONE;
    token->plain = kind == CM_TOKEN_WORD;
}

/* A bad token: from start to the lexer's new offset. */
CM_RARELY static void bad_token(struct cm_lexer *lexer, struct cm_token *token, enum certmap_code code, size_t start,
                                size_t end) {
    make_token(lexer, token, CM_TOKEN_BAD, start, end);
    token->bad = code;
    lexer->offset = end;
}

static bool at_end(const struct cm_lexer *lexer) {
    return lexer->offset >= lexer->text.len;
}

static bool is_word(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What a character may go on with, in rows of 16 from 0x00: most of every file is asked about here, byte by byte. */
enum { IN_WORD = 1 /* - . 0-9 A-Z _ a-z */, IN_STRING = 2 /* printable ASCII without a meaning in strings */ };
/* clang-format off */
static const uint8_t s_runs[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    2, 2, 0, 2, 0, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 2, /* not " $ */
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2,
    2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 0, 2, 2, 3, /* not the backslash */
    2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 0,
};
/* clang-format on */

/* Printable ASCII: most of every file, and looked at no further. */
static bool is_plain(uint8_t c) {
    return c >= ' ' && c < 0x7F;
}

/* The length of the character at an offset if it may be in rules: UTF-8, and nothing that could hide
 * what follows from a reader. Otherwise 0, and *code says why. */
static size_t clean_character(const struct cm_lexer *lexer, size_t offset, enum certmap_code *code) {
    uint32_t cp;
    if (is_plain(lexer->text.data[offset]))
        return 1;
    size_t len = cm_utf8_decode(lexer->text.data + offset, lexer->text.len - offset, &cp);
    *code = len == 0 ? CERTMAP_CODE_BAD_UTF8 : CERTMAP_CODE_CONTROL_CHARACTER;
    return len > 0 && (cp == '\t' || !cm_is_unsafe(cp)) ? len : 0;
}

/* A bad token for the character at an offset; reading goes on at `next`, so that one in a string or
 * comment does not make the rest of it look like rules, or after it where next is 0. */
CM_RARELY static void bad_character(struct cm_lexer *lexer, struct cm_token *token, enum certmap_code code,
                                    size_t offset, size_t next) {
    uint32_t cp;
    size_t len = cm_utf8_decode(lexer->text.data + offset, lexer->text.len - offset, &cp);
    bad_token(lexer, token, code, offset, offset + (len > 0 ? len : 1));
    if (next > 0)
        lexer->offset = next;
}

static bool is_line_end(uint8_t c) {
    return c == '\n' || c == '\r';
}

static size_t line_end(const struct cm_lexer *lexer, size_t offset) {
    while (offset < lexer->text.len && !is_line_end(lexer->text.data[offset]))
        offset++;
    return offset;
}

/* Skips a comment; false at a character that may not be in it. */
CM_RARELY static bool skip_comment(struct cm_lexer *lexer, enum certmap_code *code) {
    while (!at_end(lexer) && !is_line_end(lexer->text.data[lexer->offset])) {
        size_t len = clean_character(lexer, lexer->offset, code);
        if (len == 0)
            return false;
        lexer->offset += len;
    }
    return true;
}

/* A CR ends a line together with LF only; alone it would end a comment where some readers see no end. */
static bool before_line_feed(const struct cm_lexer *lexer) {
    return lexer->offset + 1 < lexer->text.len && lexer->text.data[lexer->offset + 1] == '\n';
}

/* Blanks are a column each, and so are those that begin a line. */
static bool skip_space(struct cm_lexer *lexer, enum certmap_code *code) {
    bool blank = lexer->counted == lexer->offset; /* what is not counted yet is blanks */
    for (; !at_end(lexer); lexer->offset++) {
        uint8_t c = lexer->text.data[lexer->offset];
        if (c > '#')
            break;
        if (c == ' ')
            continue;
        if (c == '#' && !lexer->in_placeholder) {
            blank = false;
            if (!skip_comment(lexer, code))
                return false;
            lexer->offset--;
        } else if (c == '\n') {
            blank = true;
            lexer->line++;
            lexer->counted = lexer->offset + 1;
            lexer->column = 1;
        } else if (c == '\r' && !before_line_feed(lexer)) {
            *code = CERTMAP_CODE_CONTROL_CHARACTER;
            return false;
        } else if (c != '\t' && c != '\r') {
            break;
        }
    }
    if (blank) {
        lexer->column += lexer->offset - lexer->counted;
        lexer->counted = lexer->offset;
    }
    return true;
}

/* So many characters of a run are looked at without a look at the end of the text. */
enum { TOGETHER = 8 };

/* Where a run of such characters ends that may begin at `at`. */
static size_t run_end(struct certmap_view text, size_t at, uint8_t run) {
    for (; text.len - at >= TOGETHER; at += TOGETHER)
        for (size_t i = 0; i < TOGETHER; i++)
            if ((s_runs[text.data[at + i]] & run) == 0)
                return at + i;
    while (at < text.len && (s_runs[text.data[at]] & run) != 0)
        at++;
    return at;
}

/* A token that is ASCII, to `end`, where reading goes on. */
static void take_ascii(struct cm_lexer *lexer, struct cm_token *token, enum cm_token_kind kind, size_t end) {
    make_token(lexer, token, kind, lexer->offset, end);
    lexer->column += end - lexer->offset;
    lexer->counted = lexer->offset = end;
}

/* How far a character or an escape of a string goes that begins at `at`. */
static size_t behind_character(struct certmap_view text, size_t at) {
    const bool escape = text.data[at++] == '\\';
    return escape && at < text.len && (text.data[at] == '"' || text.data[at] == '\\') ? at + 1 : at;
}

/* Whether a string goes on at `at`: neither its quote nor the end of the line or text. */
static bool in_string(struct certmap_view text, size_t at) {
    return at < text.len && text.data[at] != '"' && !is_line_end(text.data[at]);
}

static bool begins_placeholder(struct certmap_view text, size_t at) {
    return text.len - at >= 2 && text.data[at] == '$' && text.data[at + 1] == '{';
}

/* Strings in a placeholder may hold what would end it. It is looked for as far as a string can be long. */
size_t cm_placeholder_length(struct certmap_view text) {
    size_t at = 2;
    if (text.len > CERTMAP_MAX_TEXT_SIZE)
        text.len = CERTMAP_MAX_TEXT_SIZE;
    while (at < text.len && text.data[at] != '}' && !is_line_end(text.data[at])) {
        const bool quote = text.data[at++] == '"';
        while (quote && in_string(text, at))
            at = behind_character(text, at);
        at += quote && at < text.len && text.data[at] == '"';
    }
    return at < text.len && text.data[at] == '}' ? at + 1 : 0;
}

/* So many placeholders of a line are looked through in vain, which may take 64 KiB each; the file is wrong anyway. */
enum { MAX_UNCLOSED = 4 };

/* Whether the end of a placeholder is worth a look. */
static bool may_look(const struct cm_lexer *lexer) {
    return lexer->unclosed_line != lexer->line || lexer->unclosed < MAX_UNCLOSED;
}

/* Counts a placeholder that does not end. */
static void note_unclosed(struct cm_lexer *lexer) {
    lexer->unclosed = lexer->unclosed_line == lexer->line ? lexer->unclosed + 1 : 1;
    lexer->unclosed_line = lexer->line;
}

/* The end of a string that begins at start: at the quote that ends it, or at the end of the line or text. *placeholder
 * gets the first "${". */
static size_t string_end(struct cm_lexer *lexer, size_t start, struct certmap_view *placeholder) {
    const struct certmap_view text = lexer->text;
    bool closed = may_look(lexer); /* after a placeholder without an end, "${" is nothing special any more */
    size_t end = start + 1;
    while (in_string(text, end)) {
        const size_t next = run_end(text, end, IN_STRING);
        if (next > end) {
            end = next;
            continue;
        }
        const bool begins = begins_placeholder(text, end);
        const size_t length = begins && closed ? cm_placeholder_length(cm_view(text.data + end, text.len - end)) : 0;
        if (begins && placeholder->data == NULL)
            *placeholder = cm_view(text.data + end, 2);
        if (begins && closed && length == 0) {
            note_unclosed(lexer);
            closed = false;
        }
        end = length > 0 ? end + length : behind_character(text, end);
    }
    return end;
}

/* A token without its quotes. */
static void unquote(struct cm_token *token) {
    token->text = cm_view(token->text.data + 1, token->text.len - 2);
}

/* Any string. */
CM_RARELY static void take_any_string(struct cm_lexer *lexer, struct cm_token *token) {
    struct certmap_view placeholder = CM_VIEW_NONE;
    size_t start = lexer->offset, end = string_end(lexer, start, &placeholder);
    enum certmap_code code;
    const bool closed = end < lexer->text.len && lexer->text.data[end] == '"';
    for (size_t i = start + 1, len; i < end; i += len) {
        len = clean_character(lexer, i, &code);
        if (len == 0) {
            bad_character(lexer, token, code, i, closed ? end + 1 : end);
            return;
        }
    }
    if (!closed) {
        bad_token(lexer, token, CERTMAP_CODE_UNTERMINATED_STRING, start, end);
        return;
    }
    lexer->offset = end + 1;
    make_token(lexer, token, CM_TOKEN_STRING, start, end + 1);
    unquote(token);
    token->placeholder = placeholder;
}

/* Where a run that goes on behind escapes ends; nothing of it is a placeholder. */
static size_t escaped_end(struct certmap_view text, size_t at) {
    while (at < text.len && text.data[at] == '\\')
        at = run_end(text, behind_character(text, at), IN_STRING);
    return at;
}

static void take_string(struct cm_lexer *lexer, struct cm_token *token) {
    const size_t first = run_end(lexer->text, lexer->offset + 1, IN_STRING), end = escaped_end(lexer->text, first);
    if (end == lexer->text.len || lexer->text.data[end] != '"') {
        take_any_string(lexer, token);
        return;
    }
    take_ascii(lexer, token, CM_TOKEN_STRING, end + 1);
    unquote(token);
    token->plain = end == first;
}

/* How long the punctuation at the lexer's offset is; 0: there is none. */
static size_t punct_length(const struct cm_lexer *lexer) {
    const uint8_t *at = lexer->text.data + lexer->offset;
    switch (*at) {
    case '{':
    case '}':
    case '(':
    case ')':
    case ';':
    case ',':
    case '=':
        return 1;
    case '?':
        return lexer->in_placeholder && lexer->offset + 1 < lexer->text.len && at[1] == '?' ? 2 : 0;
    default:
        return lexer->in_placeholder && *at == '|' ? 1 : 0;
    }
}

/* What no token begins with. */
CM_RARELY static void take_nothing(struct cm_lexer *lexer, struct cm_token *token) {
    enum certmap_code code;
    if (clean_character(lexer, lexer->offset, &code) > 0)
        code = CERTMAP_CODE_SYNTAX;
    bad_character(lexer, token, code, lexer->offset, 0);
}

void cm_lex_next(struct cm_lexer *lexer, struct cm_token *token) {
    enum certmap_code code;
    size_t punct;
    if (!skip_space(lexer, &code))
        bad_character(lexer, token, code, lexer->offset, line_end(lexer, lexer->offset + 1));
    else if (at_end(lexer))
        make_token(lexer, token, CM_TOKEN_END, lexer->offset, lexer->offset);
    else if (is_word(lexer->text.data[lexer->offset]))
        take_ascii(lexer, token, CM_TOKEN_WORD, run_end(lexer->text, lexer->offset, IN_WORD));
    else if (lexer->text.data[lexer->offset] == '"')
        take_string(lexer, token);
    else if ((punct = punct_length(lexer)) > 0)
        take_ascii(lexer, token, CM_TOKEN_PUNCT, lexer->offset + punct);
    else
        take_nothing(lexer, token);
}

/* ---- escapes ---- */

/* What is left to unescape, and what came of it. */
struct unescape {
    struct certmap_view rest;
    uint8_t *out;
    size_t len;
    enum cm_string_use use;
};

static void put(struct unescape *un, const void *bytes, size_t len) {
    memcpy(un->out + un->len, bytes, len);
    un->len += len;
}

/* \u{H..}: 1 to 6 digits, a Unicode scalar value other than U+0000. Returns its length, or 0. */
static size_t unicode_escape(struct certmap_view rest, uint32_t *cp) {
    size_t i = 3;
    *cp = 0;
    if (rest.len < 3 || rest.data[2] != '{')
        return 0;
    for (; i < rest.len && i < 9 && cm_hex_value(rest.data[i]) < 16; i++)
        *cp = *cp << 4 | cm_hex_value(rest.data[i]);
    bool scalar = *cp > 0 && *cp <= 0x10FFFF && (*cp < 0xD800 || *cp > 0xDFFF);
    return i > 3 && i < rest.len && rest.data[i] == '}' && scalar ? i + 1 : 0;
}

/* Whether a character has a meaning where it has no backslash before it. */
static bool has_meaning(enum cm_string_use use, uint8_t c) {
    return (use == CM_STRING_PATTERN && memchr("*?\\", c, 3) != NULL) ||
           (use == CM_STRING_REGEX && c > 0x20 && c < 0x7F && memchr("\\.*+?{}()|[]^$-&", c, 16) != NULL);
}

/* In a pattern, the characters with a meaning stand for themselves only after a backslash. */
static void put_literal(struct unescape *un, const uint8_t *bytes, size_t len) {
    if (has_meaning(un->use, bytes[0]))
        put(un, "\\", 1);
    put(un, bytes, len);
}

/* Takes one escape; returns its length in the source, or 0. Only a part of a string, before a placeholder, can end in
 * a lone backslash: it would have escaped the quote. */
static size_t take_escape(struct unescape *un) {
    static const char plain[] = "\\\"nt", meant[] = "\\\"\n\t";
    uint8_t c = un->rest.len > 1 ? un->rest.data[1] : 0, bytes[4];
    uint32_t cp;
    if (un->use == CM_STRING_REGEX && c != '"' && c != 'u' && c != 0) {
        put(un, un->rest.data, 2);
        return 2;
    }
    const char *at = memchr(plain, c, sizeof plain - 1);
    if (at != NULL) {
        put_literal(un, (const uint8_t *)&meant[at - plain], 1);
        return 2;
    }
    if (un->use == CM_STRING_PATTERN && (c == '*' || c == '?')) {
        put_literal(un, &c, 1);
        return 2;
    }
    size_t len = c == 'u' ? unicode_escape(un->rest, &cp) : 0;
    if (len > 0)
        put_literal(un, bytes, cm_utf8_encode(bytes, cp));
    return len;
}

/* How much of a bad escape to point at: the character after the backslash, and of \u{41 the digits and
 * the braces that are there. */
static size_t bad_length(struct certmap_view rest) {
    uint32_t cp;
    if (rest.len == 1)
        return 1;
    size_t len = 1 + cm_utf8_decode(rest.data + 1, rest.len - 1, &cp);
    if (cp != 'u' || len == rest.len || rest.data[len] != '{')
        return len;
    do
        len++;
    while (len < rest.len && cm_hex_value(rest.data[len]) < 16);
    return len < rest.len && rest.data[len] == '}' ? len + 1 : len;
}

bool cm_string_unescape(struct certmap_view *result, uint8_t *out, const struct cm_token *token, enum cm_string_use use,
                        struct certmap_view *bad) {
    struct unescape un = {token->text, out, 0, use};
    while (un.rest.len > 0) {
        const uint8_t *escape = memchr(un.rest.data, '\\', un.rest.len);
        size_t len = escape != NULL ? (size_t)(escape - un.rest.data) : un.rest.len;
        if (len > 0)
            put(&un, un.rest.data, len);
        else
            len = take_escape(&un);
        if (len == 0) {
            *bad = cm_view(un.rest.data, bad_length(un.rest));
            return false;
        }
        un.rest.data += len;
        un.rest.len -= len;
    }
    *result = cm_view(out, un.len);
    return true;
}
