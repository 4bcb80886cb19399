/* SPDX-License-Identifier: MIT */
#include "name/dn_parse.h"
#include "base/error.h"
#include "base/view.h"
#include "der/der.h"
#include "name/attr.h"

#define TAG_SEQUENCE 0x30
#define TAG_SET 0x31

/* ---- Errors ---- */

enum certmap_status cm_dn_place(const struct cm_dn_parser *parser, enum certmap_status status, size_t offset,
                                size_t length) {
    struct cm_position position = {1, 1, offset, length};
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

static int byte_at(const struct cm_dn_parser *parser, size_t offset) {
    return offset < parser->text.len ? parser->text.data[offset] : -1;
}

int cm_dn_peek(const struct cm_dn_parser *parser) {
    return byte_at(parser, parser->at);
}

static bool is_one_of(int c, const char *characters) {
    return c > 0 && strchr(characters, c) != NULL;
}

static bool is_type_char(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

void cm_dn_skip_spaces(struct cm_dn_parser *parser) {
    while (parser->dialect->has_spaces && is_one_of(cm_dn_peek(parser), " \t"))
        parser->at++;
}

bool cm_dn_is_type(const struct cm_dn_parser *parser, size_t offset) {
    const size_t start = offset;
    while (is_type_char(byte_at(parser, offset)))
        offset++;
    return offset > start && byte_at(parser, offset) == '=';
}

/* Where values cannot be quoted and keep their spaces, a separator is one only before a type. */
bool cm_dn_ends_value(const struct cm_dn_parser *parser) {
    const int c = cm_dn_peek(parser);
    if (c < 0)
        return true;
    if (c != '+' && !is_one_of(c, parser->dialect->separators))
        return false;
    return !parser->dialect->keeps_spaces || cm_dn_is_type(parser, parser->at + 1);
}

static struct certmap_view since(const struct cm_dn_parser *parser, size_t start) {
    return cm_view(parser->text.data + start, parser->at - start);
}

/* ---- Types ---- */

static enum certmap_status unknown_type(const struct cm_dn_parser *parser, size_t start, struct certmap_view type) {
    const char *nearest = cm_attr_nearest(type);
    if (nearest == NULL)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_ATTRIBUTE, "%s is not a known attribute type",
                 cm_quote(type).text);
    else
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_ATTRIBUTE,
                 "%s is not a known attribute type; did you mean %s?", cm_quote(type).text, nearest);
    return cm_dn_place(parser, CERTMAP_ERROR_SYNTAX, start, type.len);
}

/* Beware: to OpenSSL, whose names are case-sensitive, `mail` is not emailAddress and `uid` is not UID. */
static struct certmap_view own_name(const struct cm_dn_parser *parser, struct certmap_view type) {
    if (parser->dialect->is_openssl && cm_view_equal(type, CM_VIEW("mail")))
        return CM_VIEW("rfc822Mailbox");
    if (parser->dialect->is_openssl && cm_view_equal(type, CM_VIEW("uid")))
        return CM_VIEW("uniqueIdentifier");
    return type;
}

/* The characters of a type. */
static enum certmap_status take_type_name(struct cm_dn_parser *parser, struct certmap_view *type) {
    const size_t start = parser->at;
    while (is_type_char(cm_dn_peek(parser)))
        parser->at++;
    *type = since(parser, start);
    if (type->len == 0)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, start, 0,
                          cm_dn_peek(parser) == ' ' ? "a space may not stand before an attribute type"
                                                    : "an attribute type is expected, such as CN");
    cm_dn_skip_spaces(parser);
    if (cm_dn_peek(parser) != '=')
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, parser->at, 0, "= is expected after the attribute type");
    return CERTMAP_OK;
}

/* Takes `type "="`. oid gets the contents, in the attribute table or in buffer. */
static enum certmap_status take_type(struct cm_dn_parser *parser, struct certmap_view *oid,
                                     uint8_t buffer[CERTMAP_MAX_OID_SIZE]) {
    const size_t start = parser->at;
    struct certmap_view type;
    const enum certmap_status status = take_type_name(parser, &type);
    if (status != CERTMAP_OK)
        return status;
    const enum certmap_code code = cm_attr_resolve(oid, buffer, own_name(parser, type));
    if (code == CERTMAP_CODE_BAD_OID)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, start, type.len, "the attribute type is not a valid OID");
    if (code != CERTMAP_CODE_NONE)
        return unknown_type(parser, start, type);
    parser->at++;
    cm_dn_skip_spaces(parser);
    return CERTMAP_OK;
}

/* ---- Names ---- */

static enum certmap_status take_ava(struct cm_dn_parser *parser) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid = {buffer, 0};
    const size_t start = parser->at;
    const size_t before = parser->writer.len;
    enum certmap_status status = take_type(parser, &oid, buffer);
    if (status == CERTMAP_OK)
        status = cm_dn_take_value(parser, oid);
    if (status != CERTMAP_OK)
        return status;
    const size_t before_oid = parser->writer.len;
    cm_dn_put_bytes(&parser->writer, oid);
    cm_dn_put_head(&parser->writer, before_oid, CM_DER_OID);
    cm_dn_put_head(&parser->writer, before, TAG_SEQUENCE);
    if (parser->writer.len > CERTMAP_MAX_NAME_SIZE)
        return cm_dn_too_large(parser, CERTMAP_CODE_NAME_TOO_LARGE, start, "the Name has more bytes than",
                               CERTMAP_MAX_NAME_SIZE);
    return CERTMAP_OK;
}

/* Moves past one of these characters and the white space after it, in which a line may end; false if none of
 * them stands here. */
static bool take_separator(struct cm_dn_parser *parser, const char *separators) {
    const bool here = is_one_of(cm_dn_peek(parser), separators);
    parser->at += here;
    while (here && parser->dialect->has_spaces && is_one_of(cm_dn_peek(parser), " \t\r\n"))
        parser->at++;
    return here;
}

static enum certmap_status take_rdn(struct cm_dn_parser *parser) {
    const size_t before = parser->writer.len;
    size_t count = 0;
    do {
        if (count++ == CERTMAP_MAX_AVAS_PER_RDN)
            return cm_dn_too_large(parser, CERTMAP_CODE_NAME_TOO_LARGE, parser->at, "the RDN has more AVAs than",
                                   CERTMAP_MAX_AVAS_PER_RDN);
        enum certmap_status status = take_ava(parser);
        if (status != CERTMAP_OK)
            return status;
        cm_dn_sort_ava(&parser->writer, before);
    } while (take_separator(parser, "+"));
    cm_dn_put_head(&parser->writer, before, TAG_SET);
    return CERTMAP_OK;
}

static enum certmap_status take_rdns(struct cm_dn_parser *parser) {
    const char *slash = parser->dialect->before_name;
    size_t count = 0;
    if (slash[0] != '\0' && !take_separator(parser, slash))
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, 0, 0, "the Name is to begin with /");
    do {
        if (count++ == CERTMAP_MAX_RDNS)
            return cm_dn_too_large(parser, CERTMAP_CODE_NAME_TOO_LARGE, parser->at, "the Name has more RDNs than",
                                   CERTMAP_MAX_RDNS);
        enum certmap_status status = take_rdn(parser);
        if (status != CERTMAP_OK)
            return status;
    } while (take_separator(parser, parser->dialect->separators));
    return CERTMAP_OK;
}

static enum certmap_status take_name(struct cm_dn_parser *parser) {
    enum certmap_status status = parser->text.len == parser->at ? CERTMAP_OK : take_rdns(parser);
    if (status != CERTMAP_OK)
        return status;
    if (parser->dialect->root_first)
        cm_dn_turn(&parser->writer);
    cm_dn_put_head(&parser->writer, 0, TAG_SEQUENCE);
    if (parser->writer.len > CERTMAP_MAX_NAME_SIZE)
        return cm_dn_too_large(parser, CERTMAP_CODE_NAME_TOO_LARGE, 0, "the Name has more bytes than",
                               CERTMAP_MAX_NAME_SIZE);
    return CERTMAP_OK;
}

/* How long the text is without the white space at its end. A space after a backslash may be escaped: it stays, and
 * the value that it is in says whether it counts. */
static size_t trimmed_length(struct certmap_view text) {
    size_t len = text.len;
    while (len > 0 && is_one_of(text.data[len - 1], " \t\r\n") && (len == 1 || text.data[len - 2] != '\\'))
        len--;
    return len;
}

/* White space around the whole text is insignificant where spaces are. */
static struct cm_dn_parser begin(struct certmap_view text, const struct cm_dn_dialect *dialect,
                                 struct certmap_error *err) {
    struct cm_dn_parser parser = {.dialect = dialect, .text = text, .err = err};
    if (dialect->has_spaces)
        parser.text.len = trimmed_length(text);
    while (dialect->has_spaces && is_one_of(cm_dn_peek(&parser), " \t\r\n"))
        parser.at++;
    return parser;
}

enum certmap_status cm_dn_parse(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                const struct cm_dn_dialect *dialect, const char *call, struct certmap_error *err) {
    if (len == NULL || (der == NULL && cap > 0) || !cm_view_sound(text))
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "%s: der, len or text is NULL", call);
    struct cm_dn_parser parser = begin(text, dialect, err);
    enum certmap_status status = take_name(&parser);
    if (status != CERTMAP_OK)
        return status;
    *len = parser.writer.len;
    if (*len > cap)
        return cm_error(err, CERTMAP_ERROR_BUFFER, CERTMAP_CODE_BUFFER_TOO_SMALL,
                        "the buffer has %zu bytes, %zu are needed", cap, *len);
    parser = begin(text, dialect, NULL);
    parser.writer = (struct cm_dn_writer){der, *len, 0};
    return take_name(&parser);
}
