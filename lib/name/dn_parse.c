/* SPDX-License-Identifier: MIT */
/* RFC 4514 section 3, strictly:
 *
 *     distinguishedName = [ rdn *( "," rdn ) ]
 *     rdn               = ava *( "+" ava )
 *     ava               = type "=" value
 *     type              = descr / numericoid
 *     value             = "#" 1*hexpair / string
 *
 * The text has the last RDN first, so the Name is written from its end: what is parsed goes before what
 * is there already, and then gets its tag and length.
 *
 *     text:  CN=Alice,O=Contoso
 *     room:  [                               | SET CN ]      after "CN=Alice"
 *     room:  [                       | SET O | SET CN ]      after "O=Contoso"
 *     room:  [            | SEQUENCE | SET O | SET CN ]      at the end */
#include "base/error.h"
#include "base/unicode.h"
#include "base/view.h"
#include "der/der.h"
#include "name/attr.h"
#include <string.h>

#define TAG_SEQUENCE 0x30
#define TAG_SET 0x31

/* ---- Writing DER backwards ---- */

/* The last len of the size bytes of room are written. Text is parsed twice: first without room, to check it and
 * to count, then with as much room as that found necessary. */
struct writer {
    uint8_t *room;
    size_t size;
    size_t len;
};

/* Makes len bytes before what is written the next. NULL when they are only counted. */
static uint8_t *put_room(struct writer *writer, size_t len) {
    writer->len += len;
    return writer->room == NULL ? NULL : writer->room + (writer->size - writer->len);
}

static void put_bytes(struct writer *writer, struct certmap_view bytes) {
    uint8_t *at = put_room(writer, bytes.len);
    if (at != NULL)
        memcpy(at, bytes.data, bytes.len);
}

static void put_byte(struct writer *writer, size_t byte) {
    const uint8_t octet = (uint8_t)byte;
    put_bytes(writer, cm_view(&octet, 1));
}

/* Puts the octets of a length (X.690 10.1). */
static void put_length(struct writer *writer, size_t len) {
    size_t octets = 0;
    for (size_t rest = len; len >= 0x80 && rest > 0; rest >>= 8) {
        put_byte(writer, rest & 0xFF);
        octets++;
    }
    put_byte(writer, octets > 0 ? 0x80 | octets : len);
}

/* Puts tag and length before what was written since it was `before` bytes long. */
static void put_head(struct writer *writer, size_t before, uint8_t tag) {
    put_length(writer, writer->len - before);
    put_byte(writer, tag);
}

/* ---- Sorting the AVAs of an RDN ---- */

static void reverse(uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len / 2; i++) {
        const uint8_t byte = bytes[i];
        bytes[i] = bytes[len - 1 - i];
        bytes[len - 1 - i] = byte;
    }
}

/* Moves the first `first` bytes behind the `second` that follow them. */
static void swap_neighbours(uint8_t *bytes, size_t first, size_t second) {
    reverse(bytes, first);
    reverse(bytes + first, second);
    reverse(bytes, first + second);
}

/* An element never begins with the whole of another one, so that the shorter length decides. */
static bool is_less(struct certmap_view a, struct certmap_view b) {
    return memcmp(a.data, b.data, a.len < b.len ? a.len : b.len) < 0;
}

/* X.690 11.6: the elements of a SET OF stand in ascending order. The AVA that was written last goes to its
 * place among those behind it, which are sorted already. */
static void sort_ava(const struct writer *writer, size_t before_rdn) {
    if (writer->room == NULL)
        return;
    uint8_t *at = writer->room + (writer->size - writer->len);
    struct cm_der der = cm_der_open(cm_view(at, writer->len - before_rdn));
    struct cm_tlv own, other;
    (void)cm_der_any(&der, &own);
    size_t smaller = 0;
    while (cm_der_any(&der, &other) && is_less(other.whole, own.whole))
        smaller += other.whole.len;
    swap_neighbours(at, own.whole.len, smaller);
}

/* ---- Reading the text ---- */

struct parser {
    struct certmap_view text;
    size_t at; /* offset into text */
    struct writer writer;
    struct certmap_error *err;
};

/* An error at some bytes of the text. */
static enum certmap_status place(const struct parser *parser, enum certmap_status status, size_t offset,
                                 size_t length) {
    struct cm_position position = {1, 1, offset, length};
    for (size_t i = 0; i < offset; i++)
        position.column += (parser->text.data[i] & 0xC0) != 0x80;
    cm_error_place(parser->err, position);
    return status;
}

static enum certmap_status fail(const struct parser *parser, enum certmap_code code, size_t offset, size_t length,
                                const char *what) {
    return place(parser, cm_error(parser->err, CERTMAP_ERROR_SYNTAX, code, "%s", what), offset, length);
}

static enum certmap_status too_large(const struct parser *parser, enum certmap_code code, size_t offset,
                                     const char *what, size_t limit) {
    return place(parser, cm_error(parser->err, CERTMAP_ERROR_LIMIT, code, "%s %zu", what, limit), offset, 0);
}

/* The byte here, or -1 at the end. */
static int peek(const struct parser *parser) {
    return parser->at < parser->text.len ? parser->text.data[parser->at] : -1;
}

/* Whether what was peeked at stands after a value. */
static bool ends_value(int c) {
    return c < 0 || c == ',' || c == '+';
}

static struct certmap_view since(const struct parser *parser, size_t start) {
    return cm_view(parser->text.data + start, parser->at - start);
}

/* The value of the two hexadecimal digits at an offset, or -1. */
static int hex_pair(const struct parser *parser, size_t offset) {
    int value = 0;
    for (size_t i = offset; i < offset + 2; i++) {
        const int c = i < parser->text.len ? parser->text.data[i] : -1;
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if ((c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'))
            value = value * 16 + (c & 0xF) + 9;
        else
            return -1;
    }
    return value;
}

/* ---- Types ---- */

static bool is_type_char(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static enum certmap_status unknown_type(const struct parser *parser, size_t start) {
    const struct certmap_view type = since(parser, start);
    const char *nearest = cm_attr_nearest(type);
    if (nearest == NULL)
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_ATTRIBUTE, "%s is not a known attribute type",
                 cm_quote(type).text);
    else
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_ATTRIBUTE,
                 "%s is not a known attribute type; did you mean %s?", cm_quote(type).text, nearest);
    return place(parser, CERTMAP_ERROR_SYNTAX, start, type.len);
}

/* Takes `type "="`. oid gets the contents, in the attribute table or in buffer. */
static enum certmap_status take_type(struct parser *parser, struct certmap_view *oid,
                                     uint8_t buffer[CERTMAP_MAX_OID_SIZE]) {
    const size_t start = parser->at;
    while (is_type_char(peek(parser)))
        parser->at++;
    const struct certmap_view type = since(parser, start);
    if (type.len == 0)
        return fail(parser, CERTMAP_CODE_DN_SYNTAX, start, 0,
                    peek(parser) == ' ' ? "a space may not stand before an attribute type"
                                        : "an attribute type is expected, such as CN");
    if (peek(parser) != '=')
        return fail(parser, CERTMAP_CODE_DN_SYNTAX, parser->at, 0, "= is expected after the attribute type");
    const enum certmap_code code = cm_attr_resolve(oid, buffer, type);
    if (code == CERTMAP_CODE_BAD_OID)
        return fail(parser, CERTMAP_CODE_DN_SYNTAX, start, type.len, "the attribute type is not a valid OID");
    if (code != CERTMAP_CODE_NONE)
        return unknown_type(parser, start);
    parser->at++;
    return CERTMAP_OK;
}

/* ---- Values in hexadecimal ---- */

/* More than the tag and length of any element take. */
#define HEAD_SIZE 16

/* Whether `count` octets, of which the first stand in head, are one element: a tag, and the length that
 * DER has for the rest. */
static bool is_element(const uint8_t head[HEAD_SIZE], size_t count) {
    uint8_t alone[HEAD_SIZE] = {head[0]}; /* the tag with the length 0 */
    uint8_t room[HEAD_SIZE];
    struct writer length = {room, sizeof room, 0};
    size_t tag = 1;
    for (bool more = (head[0] & 0x1F) == 0x1F; more && tag < HEAD_SIZE - 1; tag++) {
        alone[tag] = head[tag];
        more = head[tag] >= 0x80;
    }
    struct cm_der der = cm_der_open(cm_view(alone, tag + 1));
    struct cm_tlv tlv;
    if (count <= tag || !cm_der_any(&der, &tlv))
        return false;
    size_t octets = 0;
    do {
        length.len = 0;
        put_length(&length, count - tag - ++octets);
    } while (length.len > octets);
    return length.len == octets && memcmp(room + (sizeof room - octets), head + tag, octets) == 0;
}

/* Takes `"#" 1*hexpair`. */
static enum certmap_status take_hex(struct parser *parser) {
    const size_t start = ++parser->at;
    uint8_t head[HEAD_SIZE] = {0};
    size_t count = 0;
    int octet;
    for (; (octet = hex_pair(parser, parser->at)) >= 0; parser->at += 2, count++)
        if (count < HEAD_SIZE)
            head[count] = (uint8_t)octet;
    if (count == 0 || !ends_value(peek(parser)))
        return fail(parser, CERTMAP_CODE_DN_HEX, parser->at, 0, "two hexadecimal digits are expected");
    if (!is_element(head, count))
        return fail(parser, CERTMAP_CODE_DN_HEX, start - 1, 2 * count + 1,
                    "the value is not the hexadecimal form of one DER element");
    uint8_t *at = put_room(&parser->writer, count);
    for (size_t i = 0; at != NULL && i < count; i++)
        at[i] = (uint8_t)hex_pair(parser, start + 2 * i);
    return CERTMAP_OK;
}

/* ---- Values as strings ---- */

/* \HH, as often as one character of UTF-8 needs it. */
static enum certmap_status take_hex_pairs(struct parser *parser, uint32_t *cp) {
    uint8_t bytes[4];
    size_t count = 0;
    while (count < sizeof bytes) {
        const size_t pair = parser->at + 3 * count;
        const int octet = pair < parser->text.len && parser->text.data[pair] == '\\' ? hex_pair(parser, pair + 1) : -1;
        if (octet < 0)
            break;
        bytes[count++] = (uint8_t)octet;
    }
    const size_t len = cm_utf8_decode(bytes, count, cp);
    if (len == 0)
        return fail(parser, CERTMAP_CODE_DN_ESCAPE, parser->at, 3, "the escaped bytes are not UTF-8");
    parser->at += 3 * len;
    return CERTMAP_OK;
}

/* pair = "\" ( special / hexpair ) */
static enum certmap_status take_escape(struct parser *parser, uint32_t *cp) {
    const size_t next = parser->at + 1;
    const int c = next < parser->text.len ? parser->text.data[next] : 0;
    if (c != 0 && strchr("\"+,;<>\\ #=", c) != NULL) {
        *cp = (uint32_t)c;
        parser->at += 2;
        return CERTMAP_OK;
    }
    if (hex_pair(parser, next) < 0)
        return fail(parser, CERTMAP_CODE_DN_ESCAPE, parser->at, 1,
                    "\\ is to be followed by one of \" + , ; < > \\ # = or space, or by two hexadecimal digits");
    return take_hex_pairs(parser, cp);
}

static enum certmap_status take_raw(struct parser *parser, uint32_t *cp) {
    const struct certmap_view rest = cm_view(parser->text.data + parser->at, parser->text.len - parser->at);
    const size_t len = cm_utf8_decode(rest.data, rest.len, cp);
    if (len == 0)
        return fail(parser, CERTMAP_CODE_DN_SYNTAX, parser->at, 1, "the text is not UTF-8");
    if (*cp == 0 || (*cp < 0x80 && strchr("\";<>", (int)*cp) != NULL)) {
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_SYNTAX, "%s has to be escaped",
                 cm_quote(cm_view(rest.data, 1)).text);
        return place(parser, CERTMAP_ERROR_SYNTAX, parser->at, 1);
    }
    parser->at += len;
    return CERTMAP_OK;
}

/* What the characters of a string are. */
struct string {
    size_t len; /* bytes of UTF-8 */
    bool ascii;
    bool printable;
};

/* The alphabet of PrintableString (X.680 41.4). */
static bool is_printable(uint32_t cp) {
    return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || (cp >= '0' && cp <= '9') ||
           (cp > 0 && cp < 0x80 && strchr(" '()+,-./:=?", (int)cp) != NULL);
}

static void add_character(struct string *string, uint32_t cp, uint8_t *to) {
    uint8_t bytes[4];
    const size_t len = cm_utf8_encode(bytes, cp);
    if (to != NULL)
        memcpy(to + string->len, bytes, len);
    string->len += len;
    string->ascii = string->ascii && cp < 0x80;
    string->printable = string->printable && is_printable(cp);
}

static enum certmap_status stray_space(const struct parser *parser, size_t offset) {
    return fail(parser, CERTMAP_CODE_DN_SYNTAX, offset, 1,
                "a space at the beginning or end of a value has to be escaped");
}

/* Takes a string and writes it to `to`, unless that is NULL. */
static enum certmap_status take_string(struct parser *parser, struct string *string, uint8_t *to) {
    const size_t none = SIZE_MAX;
    size_t spaces = none; /* where the unescaped spaces before here begin */
    *string = (struct string){0, true, true};
    if (peek(parser) == ' ')
        return stray_space(parser, parser->at);
    while (!ends_value(peek(parser))) {
        const int c = peek(parser);
        uint32_t cp;
        if (c != ' ')
            spaces = none;
        else if (spaces == none)
            spaces = parser->at;
        enum certmap_status status = c == '\\' ? take_escape(parser, &cp) : take_raw(parser, &cp);
        if (status != CERTMAP_OK)
            return status;
        add_character(string, cp, to);
    }
    return spaces == none ? CERTMAP_OK : stray_space(parser, spaces);
}

/* The string type for an attribute type, which is CM_ATTR_OTHER for those without a row. */
static uint8_t string_tag(size_t number, const struct string *string) {
    const enum cm_attr_string wanted = number == CM_ATTR_OTHER ? CM_ATTR_UTF8 : cm_attr_row(number)->string;
    if (wanted == CM_ATTR_PRINTABLE && string->printable)
        return CM_DER_PRINTABLE_STRING;
    if (wanted == CM_ATTR_IA5 && string->ascii)
        return CM_DER_IA5_STRING;
    return CM_DER_UTF8_STRING;
}

/* Measures the string, so that its place is known, and takes it again to that place. */
static enum certmap_status take_string_value(struct parser *parser, size_t number) {
    const size_t start = parser->at;
    const size_t before = parser->writer.len;
    struct string string;
    enum certmap_status status = take_string(parser, &string, NULL);
    if (status != CERTMAP_OK)
        return status;
    if (string.len > CERTMAP_MAX_VALUE_SIZE)
        return too_large(parser, CERTMAP_CODE_VALUE_TOO_LONG, start, "the value has more bytes than",
                         CERTMAP_MAX_VALUE_SIZE);
    uint8_t *to = put_room(&parser->writer, string.len);
    if (to != NULL) {
        parser->at = start;
        (void)take_string(parser, &string, to);
    }
    put_head(&parser->writer, before, string_tag(number, &string));
    return CERTMAP_OK;
}

/* ---- Names ---- */

static enum certmap_status take_ava(struct parser *parser) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid = {buffer, 0};
    const size_t start = parser->at;
    const size_t before = parser->writer.len;
    enum certmap_status status = take_type(parser, &oid, buffer);
    if (status != CERTMAP_OK)
        return status;
    status = peek(parser) == '#' ? take_hex(parser) : take_string_value(parser, cm_attr_by_oid(oid));
    if (status != CERTMAP_OK)
        return status;
    const size_t before_oid = parser->writer.len;
    put_bytes(&parser->writer, oid);
    put_head(&parser->writer, before_oid, CM_DER_OID);
    put_head(&parser->writer, before, TAG_SEQUENCE);
    if (parser->writer.len > CERTMAP_MAX_NAME_SIZE)
        return too_large(parser, CERTMAP_CODE_NAME_TOO_LARGE, start, "the Name has more bytes than",
                         CERTMAP_MAX_NAME_SIZE);
    return CERTMAP_OK;
}

/* Moves past a separator; false if another byte, or the end, stands here. */
static bool take_byte(struct parser *parser, char separator) {
    const bool here = peek(parser) == separator;
    parser->at += here;
    return here;
}

static enum certmap_status take_rdn(struct parser *parser) {
    const size_t before = parser->writer.len;
    size_t count = 0;
    do {
        if (count++ == CERTMAP_MAX_AVAS_PER_RDN)
            return too_large(parser, CERTMAP_CODE_NAME_TOO_LARGE, parser->at, "the RDN has more AVAs than",
                             CERTMAP_MAX_AVAS_PER_RDN);
        enum certmap_status status = take_ava(parser);
        if (status != CERTMAP_OK)
            return status;
        sort_ava(&parser->writer, before);
    } while (take_byte(parser, '+'));
    put_head(&parser->writer, before, TAG_SET);
    return CERTMAP_OK;
}

static enum certmap_status take_name(struct parser *parser) {
    size_t count = 0;
    do {
        if (parser->text.len == 0)
            break;
        if (count++ == CERTMAP_MAX_RDNS)
            return too_large(parser, CERTMAP_CODE_NAME_TOO_LARGE, parser->at, "the Name has more RDNs than",
                             CERTMAP_MAX_RDNS);
        enum certmap_status status = take_rdn(parser);
        if (status != CERTMAP_OK)
            return status;
    } while (take_byte(parser, ','));
    put_head(&parser->writer, 0, TAG_SEQUENCE);
    if (parser->writer.len > CERTMAP_MAX_NAME_SIZE)
        return too_large(parser, CERTMAP_CODE_NAME_TOO_LARGE, 0, "the Name has more bytes than", CERTMAP_MAX_NAME_SIZE);
    return CERTMAP_OK;
}

enum certmap_status certmap_name_from_text(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                           struct certmap_error *err) {
    if (len == NULL || (der == NULL && cap > 0) || (text.data == NULL && text.len > 0))
        return cm_error_argument(err, "certmap_name_from_text: der, len or text is NULL");
    struct parser parser = {.text = text, .err = err};
    enum certmap_status status = take_name(&parser);
    if (status != CERTMAP_OK)
        return status;
    *len = parser.writer.len;
    if (*len > cap)
        return cm_error(err, CERTMAP_ERROR_BUFFER, CERTMAP_CODE_BUFFER_TOO_SMALL,
                        "the buffer has %zu bytes, %zu are needed", cap, *len);
    parser = (struct parser){.text = text, .writer = {der, *len, 0}};
    return take_name(&parser);
}
