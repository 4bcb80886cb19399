/* SPDX-License-Identifier: MIT */
#include "name/dn_parse.h"
#include "base/error.h"
#include "base/view.h"
#include "der/der.h"
#include "name/attr.h"

#define TAG_SEQUENCE 0x30
#define TAG_SET 0x31

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
    parser->at += cm_dn_type_length(parser->text, start, !parser->dialect->has_spaces);
    *type = since(parser, start);
    if (type->len == 0)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, start, 0,
                          cm_dn_peek(parser) == ' ' ? "a space may not be before an attribute type"
                                                    : "an attribute type is expected, such as CN");
    const size_t end = parser->at;
    cm_dn_skip_spaces(parser);
    if (cm_dn_peek(parser) != '=')
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, parser->at, 0, "= is expected after the attribute type");
    if (parser->strict && (parser->at > end) != parser->spaced)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, parser->at, 1, "spaces are around some = only");
    return CERTMAP_OK;
}

/* Moves past what is between = and a value: of a value that keeps its spaces, the one that = has on both sides. */
static void skip_value_spaces(struct cm_dn_parser *parser) {
    const bool one = parser->dialect->keeps_spaces;
    const bool here = parser->dialect->has_spaces && (!one || parser->spaced);
    if (!here)
        return;
    do {
        if (cm_dn_peek(parser) != ' ')
            return;
        parser->at++;
    } while (!one);
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
    skip_value_spaces(parser);
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
 * them is here. */
static bool take_separator(struct cm_dn_parser *parser, const char *separators) {
    const bool here = cm_dn_is_one_of(cm_dn_peek(parser), separators);
    parser->at += here;
    while (here && parser->dialect->has_spaces && cm_dn_is_one_of(cm_dn_peek(parser), " \t\r\n"))
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
    while (len > 0 && cm_dn_is_one_of(text.data[len - 1], " \r\n") && (len == 1 || text.data[len - 2] != '\\'))
        len--;
    return len;
}

/* White space around the whole text is insignificant where spaces are. */
static struct cm_dn_parser begin(struct certmap_view text, const struct cm_dn_dialect *dialect, bool strict,
                                 struct certmap_diagnostic *err) {
    struct cm_dn_parser parser = {.dialect = dialect, .text = text, .strict = strict, .err = err};
    if (dialect->has_spaces && !dialect->keeps_spaces)
        parser.text.len = trimmed_length(text);
    while (dialect->has_spaces && cm_dn_is_one_of(cm_dn_peek(&parser), " \t\r\n"))
        parser.at++;
    parser.spaced =
        cm_dn_byte_at(&parser, parser.at + cm_dn_type_length(parser.text, parser.at, !dialect->has_spaces)) == ' ';
    return parser;
}

static enum certmap_status parse(uint8_t *der, size_t cap, size_t *len, struct cm_dn_parser parser) {
    const struct cm_dn_parser first = parser;
    enum certmap_status status = take_name(&parser);
    if (status != CERTMAP_OK)
        return status;
    *len = parser.writer.len;
    if (*len > cap)
        return cm_error(parser.err, CERTMAP_ERROR_BUFFER, CERTMAP_CODE_BUFFER_TOO_SMALL,
                        "the buffer has %zu bytes, %zu are needed", cap, *len);
    parser = first;
    parser.err = NULL;
    parser.writer = (struct cm_dn_writer){der, *len, 0};
    return take_name(&parser);
}

enum certmap_status cm_dn_parse(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                const struct cm_dn_dialect *dialect, const char *call, struct certmap_diagnostic *err) {
    if (len == NULL || (der == NULL && cap > 0) || !cm_view_sound(text))
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "%s: der, len or text is NULL", call);
    return parse(der, cap, len, begin(text, dialect, false, err));
}

enum certmap_status cm_dn_parse_strict(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                       const struct cm_dn_dialect *dialect, struct certmap_diagnostic *err) {
    return parse(der, cap, len, begin(text, dialect, true, err));
}
