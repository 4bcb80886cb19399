/* SPDX-License-Identifier: MIT */
/* The value of an AVA in text. */
#include "base/error.h"
#include "base/unicode.h"
#include "base/view.h"
#include "der/der.h"
#include "name/attr.h"
#include "name/dn_parse.h"

/* The value of the two hexadecimal digits at an offset, or -1. */
static int hex_pair(const struct cm_dn_parser *parser, size_t offset) {
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

/* ---- Values in hexadecimal ---- */

/* More than the tag and length of any element take. */
#define HEAD_SIZE 16

/* Whether `count` octets, of which the first are in head, are one element: a tag, and the length that
 * DER has for the rest. */
static bool is_element(const uint8_t head[HEAD_SIZE], size_t count) {
    uint8_t alone[HEAD_SIZE] = {head[0]}; /* the tag with the length 0 */
    uint8_t room[HEAD_SIZE];
    struct cm_dn_writer length = {room, sizeof room, 0};
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
        cm_dn_put_length(&length, count - tag - ++octets);
    } while (length.len > octets);
    return length.len == octets && memcmp(room + (sizeof room - octets), head + tag, octets) == 0;
}

/* The next octet of a value in hexadecimal, or -1. Windows has spaces between them. */
static int next_octet(struct cm_dn_parser *parser) {
    cm_dn_skip_spaces(parser);
    const int octet = hex_pair(parser, parser->at);
    parser->at += octet < 0 ? 0 : 2;
    return octet;
}

/* Takes `"#" 1*hexpair`. */
static enum certmap_status take_hex(struct cm_dn_parser *parser) {
    const size_t start = ++parser->at;
    uint8_t head[HEAD_SIZE] = {0};
    size_t count = 0;
    for (int octet; (octet = next_octet(parser)) >= 0; count++)
        if (count < HEAD_SIZE)
            head[count] = (uint8_t)octet;
    if (count == 0 || !cm_dn_ends_value(parser))
        return cm_dn_fail(parser, CERTMAP_CODE_DN_HEX, parser->at, 0, "two hexadecimal digits are expected");
    if (!is_element(head, count))
        return cm_dn_fail(parser, CERTMAP_CODE_DN_HEX, start - 1, parser->at - start + 1,
                          "the value is not the hexadecimal form of one DER element");
    uint8_t *to = cm_dn_put_room(&parser->writer, count);
    const size_t end = parser->at;
    parser->at = start;
    for (size_t i = 0; to != NULL && i < count; i++)
        to[i] = (uint8_t)next_octet(parser);
    parser->at = end;
    return CERTMAP_OK;
}

/* ---- Characters ---- */

/* What OpenSSL writes as \HH: control characters, bytes over 0x7F, and with esc_2254 these. */
static bool is_escaped_by_openssl(uint32_t cp) {
    return cp < 0x20 || cp > 0x7E || strchr("*()\\", (int)cp) != NULL;
}

/* Programs write hexadecimal escapes in capitals; CONTOSO\adam is a name. */
static bool has_small_digit(const struct cm_dn_parser *parser, size_t offset) {
    return parser->text.data[offset] >= 'a' || parser->text.data[offset + 1] >= 'a';
}

/* Escaped bytes, as often as one character of UTF-8 needs them; before each are `mark` characters. */
static enum certmap_status take_hex_pairs(struct cm_dn_parser *parser, size_t mark, uint32_t *cp) {
    uint8_t bytes[4] = {0};
    size_t count = 0;
    while (count < sizeof bytes) {
        const size_t escape = parser->at + (mark + 2) * count;
        const bool here = escape + mark <= parser->text.len && memcmp(parser->text.data + escape, "\\x", mark) == 0;
        const int octet = here ? hex_pair(parser, escape + mark) : -1;
        if (octet < 0 || ((parser->strict || parser->dialect->has_latin1) && has_small_digit(parser, escape + mark)))
            break;
        bytes[count++] = (uint8_t)octet;
    }
    size_t len = count == 0 ? 0 : cm_utf8_decode(bytes, count, cp);
    if (len == 0 && count > 0 && parser->dialect->has_latin1) {
        *cp = bytes[0];
        len = 1;
    }
    if (len == 0)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_ESCAPE, parser->at, mark + 2, "the escaped bytes are not UTF-8");
    if (parser->strict && !is_escaped_by_openssl(*cp))
        return cm_dn_fail(parser, CERTMAP_CODE_DN_ESCAPE, parser->at, mark + 2, "the character needs no escape");
    parser->at += (mark + 2) * len;
    return CERTMAP_OK;
}

/* Takes \U and four, or \W and eight, hexadecimal digits, as OpenSSL writes characters over U+00FF that it does not
 * convert to UTF-8. False if nothing of the kind is here. */
static bool take_wide(struct cm_dn_parser *parser, uint32_t *cp) {
    const int letter = parser->at + 1 < parser->text.len ? parser->text.data[parser->at + 1] : 0;
    const size_t pairs = letter == 'U' ? 2 : 4;
    uint32_t value = 0;
    if (letter != 'U' && letter != 'W')
        return false;
    for (size_t i = 0; i < pairs; i++) {
        const int octet = hex_pair(parser, parser->at + 2 + 2 * i);
        if (octet < 0)
            return false;
        value = value << 8 | (uint32_t)octet;
    }
    if (value < 0x100 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return false;
    *cp = value;
    parser->at += 2 + 2 * pairs;
    return true;
}

/* pair = "\" ( special / hexpair ) */
static enum certmap_status take_escape(struct cm_dn_parser *parser, uint32_t *cp) {
    const size_t next = parser->at + 1;
    const int c = next < parser->text.len ? parser->text.data[next] : 0;
    if (c != 0 && strchr("\"+,;<>\\ #=", c) != NULL) {
        *cp = (uint32_t)c;
        parser->at += 2;
        return CERTMAP_OK;
    }
    if (hex_pair(parser, next) < 0)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_ESCAPE, parser->at, 1,
                          "\\ is to be followed by one of \" + , ; < > \\ # = or space, or by two hexadecimal digits");
    return take_hex_pairs(parser, 1, cp);
}

/* A character as it is, unless it is one of to_escape. */
static enum certmap_status take_raw(struct cm_dn_parser *parser, const char *to_escape, uint32_t *cp) {
    const struct certmap_view rest = cm_view(parser->text.data + parser->at, parser->text.len - parser->at);
    const size_t len = cm_utf8_decode(rest.data, rest.len, cp);
    if (len == 0)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, parser->at, 1, "the text is not UTF-8");
    if (*cp == 0 || (*cp < 0x80 && strchr(to_escape, (int)*cp) != NULL)) {
        cm_error(parser->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_SYNTAX, "%s has to %s",
                 cm_quote(cm_view(rest.data, 1)).text,
                 parser->dialect->escapes == CM_DN_ESCAPES_NONE ? "stand in quotes" : "be escaped");
        return cm_dn_place(parser, CERTMAP_ERROR_SYNTAX, parser->at, 1);
    }
    parser->at += len;
    return CERTMAP_OK;
}

/* \xHH, which OpenSSL writes for each byte that is no printable ASCII, and for no other: \x41 is itself. */
static enum certmap_status take_hidden(struct cm_dn_parser *parser, int octet, uint32_t *cp) {
    if (octet == 0)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_ESCAPE, parser->at, 4,
                          "\\x00 is half of a character in a string that is not UTF-8; this form cannot hold it");
    return octet >= ' ' && octet <= '~' ? take_raw(parser, "", cp) : take_hex_pairs(parser, 2, cp);
}

/* \/ and \+, as OpenSSL 3 writes them. It does not escape a backslash: before a type it may as well be the
 * last character of a value. */
static enum certmap_status take_escaped_separator(struct cm_dn_parser *parser, uint32_t *cp) {
    if (cm_dn_is_type(parser, parser->at + 2))
        return cm_dn_fail(parser, CERTMAP_CODE_DN_ESCAPE, parser->at, 2,
                          "the value ends in \\, or what follows belongs to it: this form cannot tell");
    *cp = parser->text.data[parser->at + 1];
    parser->at += 2;
    return CERTMAP_OK;
}

/* A backslash in BYTES. */
static enum certmap_status take_plain_backslash(struct cm_dn_parser *parser, uint32_t *cp) {
    const bool hidden = parser->at + 1 < parser->text.len && parser->text.data[parser->at + 1] == 'x';
    const int octet = hidden ? hex_pair(parser, parser->at + 2) : -1;
    if (take_wide(parser, cp))
        return CERTMAP_OK;
    return octet < 0 ? take_raw(parser, "", cp) : take_hidden(parser, octet, cp);
}

/* A backslash that may escape something in SLASHES. */
static enum certmap_status take_backslash(struct cm_dn_parser *parser, uint32_t *cp) {
    const struct certmap_view rest = cm_view(parser->text.data + parser->at, parser->text.len - parser->at);
    const int c = rest.len > 1 ? rest.data[1] : 0;
    const int octet = c == 'x' ? hex_pair(parser, parser->at + 2) : -1;
    if (c == '/' || c == '+')
        return take_escaped_separator(parser, cp);
    return octet < 0 ? take_raw(parser, "", cp) : take_hidden(parser, octet, cp);
}

/* The next character of a string. */
static enum certmap_status take_character(struct cm_dn_parser *parser, bool quoted, uint32_t *cp) {
    const struct cm_dn_dialect *dialect = parser->dialect;
    const int c = cm_dn_peek(parser);
    if (quoted && c == '"') { /* the first of two */
        *cp = '"';
        parser->at += 2;
        return CERTMAP_OK;
    }
    if (c != '\\')
        return take_raw(parser, quoted ? "" : dialect->to_escape, cp);
    switch (dialect->escapes) {
    case CM_DN_ESCAPES_RFC4514:
        return take_escape(parser, cp);
    case CM_DN_ESCAPES_OPENSSL:
        return take_wide(parser, cp) ? CERTMAP_OK : take_escape(parser, cp);
    case CM_DN_ESCAPES_HEX:
        return take_backslash(parser, cp);
    case CM_DN_ESCAPES_BYTES:
        return take_plain_backslash(parser, cp);
    case CM_DN_ESCAPES_NONE:
        break;
    }
    return take_raw(parser, quoted ? "" : dialect->to_escape, cp);
}

/* ---- Values as strings ---- */

/* What the characters of a string are. */
struct string {
    size_t len; /* bytes of UTF-8 */
    bool ascii;
    bool printable;
    bool special;            /* some character is a reason to put the string into quotes */
    bool special_to_windows; /* for CertNameToStr, besides quotes and ends of lines */
    uint32_t last;           /* character */
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
    string->special = string->special || (cp > 0 && cp < 0x80 && strchr(",+\"\\<>;=#\n\r\t", (int)cp) != NULL) ||
                      (cp == ' ' && (string->len == 0 || string->last == ' '));
    string->special_to_windows =
        string->special_to_windows || (cp > 0 && cp < 0x80 && strchr(",+=<>#;", (int)cp) != NULL);
    string->last = cp;
    string->len += len;
    string->ascii = string->ascii && cp < 0x80;
    string->printable = string->printable && is_printable(cp);
}

/* Whether the closing quote, or the end of the text, is here. */
static bool ends_quotes(const struct cm_dn_parser *parser) {
    const size_t next = parser->at + 1;
    if (cm_dn_peek(parser) != '"')
        return cm_dn_peek(parser) < 0;
    return parser->dialect->quotes != CM_DN_QUOTES_DOUBLED || next >= parser->text.len ||
           parser->text.data[next] != '"';
}

static enum certmap_status take_quoted(struct cm_dn_parser *parser, struct string *string, uint8_t *to) {
    const size_t start = parser->at++;
    uint32_t cp;
    while (!ends_quotes(parser)) {
        const enum certmap_status status = take_character(parser, true, &cp);
        if (status != CERTMAP_OK)
            return status;
        add_character(string, cp, to);
    }
    if (cm_dn_peek(parser) < 0)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, start, 1, "the closing quote is missing");
    parser->at++;
    cm_dn_skip_spaces(parser);
    if (!cm_dn_ends_value(parser))
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, parser->at, 1,
                          "a separator is expected after the closing quote");
    if (parser->strict && !string->special && string->len > 0 && string->last != ' ')
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, start, 1, "the value needs no quotes");
    return CERTMAP_OK;
}

static enum certmap_status stray_space(const struct cm_dn_parser *parser, size_t offset) {
    return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, offset, 1,
                      "a space at the beginning or end of a value has to be escaped");
}

/* Whether the space before a + is here, which belongs to it. */
static bool is_before_plus(const struct cm_dn_parser *parser) {
    struct cm_dn_parser after = *parser;
    after.at++;
    return parser->dialect->has_spaces && parser->dialect->keeps_spaces && cm_dn_peek(parser) == ' ' &&
           cm_dn_peek(&after) == '+' && cm_dn_ends_value(&after);
}

/* Spaces wait until it is known whether something follows them. */
static enum certmap_status take_unquoted(struct cm_dn_parser *parser, struct string *string, uint8_t *to) {
    const bool keeps_spaces = parser->dialect->keeps_spaces;
    size_t spaces = 0;
    uint32_t cp;
    if (cm_dn_peek(parser) == ' ' && !keeps_spaces)
        return stray_space(parser, parser->at);
    while (!cm_dn_ends_value(parser) && !is_before_plus(parser)) {
        if (cm_dn_peek(parser) == ' ' && !keeps_spaces) {
            spaces++;
            parser->at++;
            continue;
        }
        const enum certmap_status status = take_character(parser, false, &cp);
        if (status != CERTMAP_OK)
            return status;
        for (; spaces > 0; spaces--)
            add_character(string, ' ', to);
        add_character(string, cp, to);
    }
    parser->at += is_before_plus(parser);
    if (parser->strict && parser->dialect->quotes == CM_DN_QUOTES_DOUBLED && string->special_to_windows)
        return cm_dn_fail(parser, CERTMAP_CODE_DN_SYNTAX, parser->at, 0, "the value needs quotes");
    return spaces == 0 || parser->dialect->has_spaces ? CERTMAP_OK : stray_space(parser, parser->at - spaces);
}

/* Takes a string and writes it to `to`, unless that is NULL. */
static enum certmap_status take_string(struct cm_dn_parser *parser, struct string *string, uint8_t *to) {
    const bool quoted = parser->dialect->quotes != CM_DN_QUOTES_NONE && cm_dn_peek(parser) == '"';
    *string = (struct string){.ascii = true, .printable = true};
    return quoted ? take_quoted(parser, string, to) : take_unquoted(parser, string, to);
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
static enum certmap_status take_string_value(struct cm_dn_parser *parser, size_t number) {
    const size_t start = parser->at;
    const size_t before = parser->writer.len;
    struct string string;
    enum certmap_status status = take_string(parser, &string, NULL);
    if (status != CERTMAP_OK)
        return status;
    if (string.len > CERTMAP_MAX_VALUE_SIZE)
        return cm_dn_too_large(parser, CERTMAP_CODE_VALUE_TOO_LONG, start, "the value has more bytes than",
                               CERTMAP_MAX_VALUE_SIZE);
    uint8_t *to = cm_dn_put_room(&parser->writer, string.len);
    if (to != NULL) {
        parser->at = start;
        (void)take_string(parser, &string, to);
    }
    cm_dn_put_head(&parser->writer, before, string_tag(number, &string));
    return CERTMAP_OK;
}

/* Where nothing is escaped, a string may begin with #, too. */
static enum certmap_status take_raw_hex(struct cm_dn_parser *parser, struct certmap_view oid) {
    const struct cm_dn_parser before = *parser;
    parser->err = NULL;
    const enum certmap_status status = take_hex(parser);
    if (status == CERTMAP_OK) {
        parser->err = before.err;
        return CERTMAP_OK;
    }
    *parser = before;
    return take_string_value(parser, cm_attr_by_oid(oid));
}

/* OpenSSL does not escape a # that is the whole value. */
static bool is_single_hash(const struct cm_dn_parser *parser) {
    struct cm_dn_parser after = *parser;
    after.at++;
    cm_dn_skip_spaces(&after);
    return parser->dialect->is_openssl && cm_dn_ends_value(&after);
}

enum certmap_status cm_dn_take_value(struct cm_dn_parser *parser, struct certmap_view oid) {
    if (!parser->dialect->has_hex || cm_dn_peek(parser) != '#' || is_single_hash(parser))
        return take_string_value(parser, cm_attr_by_oid(oid));
    return parser->dialect->is_raw ? take_raw_hex(parser, oid) : take_hex(parser);
}
