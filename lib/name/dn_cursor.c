/* SPDX-License-Identifier: MIT */
/* Reading a Name as text: characters, types, and where values end. */
#include "base/error.h"
#include "base/view.h"
#include "name/attr.h"
#include "name/dn_parse.h"

/* As much white space before a type as is passed over where it takes a type to make a separator, so that many lines
 * that are empty cost no more than their number: programs print less than 30. */
#define MAX_INDENT 128

/* ---- Errors ---- */

enum certmap_status cm_dn_place(const struct cm_dn_parser *parser, enum certmap_status status, size_t offset,
                                size_t length) {
    struct certmap_position position = {1, 1, offset, length};
    if (parser->err == NULL)
        return status;
    for (size_t i = 0; i < offset; i++)
        position.column += (parser->text.data[i] & 0xC0) != 0x80;
    cm_error_place(parser->err, position);
    return status;
}

enum certmap_status cm_dn_fail(const struct cm_dn_parser *parser, enum certmap_code code, size_t offset, size_t length,
                               const char *what) {
    return cm_dn_place(parser, cm_error(parser->err, CERTMAP_ERROR_SYNTAX, code, "%s", what), offset, length);
}

enum certmap_status cm_dn_too_large(const struct cm_dn_parser *parser, enum certmap_code code, size_t offset,
                                    const char *what, size_t limit) {
    return cm_dn_place(parser, cm_error(parser->err, CERTMAP_ERROR_LIMIT, code, "%s %zu", what, limit), offset, 0);
}

/* ---- Reading the text ---- */

int cm_dn_byte_at(const struct cm_dn_parser *parser, size_t offset) {
    return offset < parser->text.len ? parser->text.data[offset] : -1;
}

int cm_dn_peek(const struct cm_dn_parser *parser) {
    return cm_dn_byte_at(parser, parser->at);
}

bool cm_dn_is_one_of(int c, const char *characters) {
    return c > 0 && strchr(characters, c) != NULL;
}

static bool is_type_char(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

size_t cm_dn_type_length(struct certmap_view text, size_t offset, bool ascii) {
    const size_t start = offset;
    bool other = false;
    for (; offset < text.len; offset++) {
        const uint8_t c = text.data[offset];
        const bool between = other && c == ' ' && offset + 1 < text.len && text.data[offset + 1] >= 0x80;
        other = other || (c >= 0x80 && !ascii);
        if (!is_type_char(c) && !(c >= 0x80 && !ascii) && !between)
            break;
    }
    return offset - start;
}

void cm_dn_skip_spaces(struct cm_dn_parser *parser) {
    while (parser->dialect->has_spaces && cm_dn_is_one_of(cm_dn_peek(parser), " \t"))
        parser->at++;
}

bool cm_dn_is_type(const struct cm_dn_parser *parser, size_t offset) {
    const size_t start = offset;
    while (is_type_char(cm_dn_byte_at(parser, offset)))
        offset++;
    return offset > start && cm_dn_byte_at(parser, offset) == '=';
}

enum cm_dn_type cm_dn_type_at(struct certmap_view text, size_t offset, bool spaced) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid;
    const size_t len = cm_dn_type_length(text, offset, false);
    size_t after = offset + len;
    while (after < text.len && text.data[after] == ' ')
        after++;
    if (len == 0 || after == text.len || text.data[after] != '=' || (after > offset + len) != spaced)
        return CM_DN_TYPE_NONE;
    return cm_attr_resolve(&oid, buffer, cm_view(text.data + offset, len)) == CERTMAP_CODE_NONE ? CM_DN_TYPE_KNOWN
                                                                                                : CM_DN_TYPE_UNKNOWN;
}

bool cm_dn_is_known_type(struct certmap_view text, size_t offset, bool spaced) {
    return cm_dn_type_at(text, offset, spaced) == CM_DN_TYPE_KNOWN;
}

/* Whether a separator of values that are not escaped is here: a type follows. A slash is before those types only
 * whose names are not one or two capitals, which get a comma (X509_NAME_print). A plus has spaces around it, unless = has
 * them. */
static bool is_raw_separator(const struct cm_dn_parser *parser) {
    const int c = cm_dn_peek(parser);
    const bool slash = c == '/';
    if (c == '+' && !parser->spaced && cm_dn_byte_at(parser, parser->at - 1) != ' ')
        return false;
    const size_t last = parser->at + 1 + (slash ? 0 : MAX_INDENT);
    size_t next = parser->at + 1;
    while (next < last && cm_dn_is_one_of(cm_dn_byte_at(parser, next), c == '+' ? " " : " \t\r\n"))
        next++;
    return cm_dn_is_known_type(parser->text, next, parser->spaced) &&
           !(slash && cm_dn_type_length(parser->text, next, true) <= 2);
}

/* Where values cannot be quoted and keep their spaces, a separator is one only before a type. */
bool cm_dn_ends_value(const struct cm_dn_parser *parser) {
    const int c = cm_dn_peek(parser);
    if (c < 0)
        return true;
    if (c == '+' ? parser->dialect->no_plus : !cm_dn_is_one_of(c, parser->dialect->separators))
        return false;
    if (parser->dialect->is_raw)
        return is_raw_separator(parser);
    return !parser->dialect->keeps_spaces || cm_dn_is_type(parser, parser->at + 1);
}
