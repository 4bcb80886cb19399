/* SPDX-License-Identifier: MIT */
#include "der.h"
#include "base/unicode.h"
#include "base/view.h"
#include "der/oid.h"
#include "name/attr.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- bytes ---- */

_Noreturn static void fail(const char *what, const char *at) {
    fprintf(stderr, "test support: %s at: %.60s\n", what, at);
    exit(EXIT_FAILURE);
}

static void reserve(struct t_buf *buf, size_t more) {
    if (more <= buf->cap - buf->len)
        return;
    buf->cap = 2 * (buf->cap + more) + 64;
    buf->data = realloc(buf->data, buf->cap);
    if (buf->data == NULL)
        fail("out of memory", "");
}

void t_buf_free(struct t_buf *buf) {
    free(buf->data);
    *buf = (struct t_buf)T_BUF_INIT;
}

void t_buf_clear(struct t_buf *buf) {
    buf->len = 0;
}

void t_bytes(struct t_buf *buf, const void *bytes, size_t len) {
    reserve(buf, len);
    if (len > 0)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
}

void t_put(struct t_buf *buf, const char *string) {
    t_bytes(buf, string, strlen(string));
}

struct certmap_view t_text(const char *string) {
    return (struct certmap_view){(const uint8_t *)string, string == NULL ? 0 : strlen(string)};
}

struct certmap_view t_view(struct t_buf *buf) {
    reserve(buf, 1);
    return cm_view(buf->data, buf->len);
}

static void put_byte(struct t_buf *buf, unsigned byte) {
    const uint8_t octet = (uint8_t)byte;
    t_bytes(buf, &octet, 1);
}

/* ---- elements ---- */

size_t t_begin(struct t_buf *buf) {
    return buf->len;
}

static void insert(struct t_buf *buf, size_t at, const uint8_t *bytes, size_t len) {
    reserve(buf, len);
    memmove(buf->data + at + len, buf->data + at, buf->len - at);
    memcpy(buf->data + at, bytes, len);
    buf->len += len;
}

void t_end(struct t_buf *buf, size_t mark, uint8_t tag, size_t extra) {
    const size_t len = buf->len - mark;
    uint8_t head[16] = {tag, (uint8_t)len};
    size_t octets = 0;
    while (len >= 0x80 && len >> (8 * octets) > 0)
        octets++;
    octets += extra;
    if (octets > 0)
        head[1] = (uint8_t)(0x80 | octets);
    for (size_t i = 0; i < octets; i++)
        head[2 + i] = (uint8_t)(len >> (8 * (octets - 1 - i)));
    insert(buf, mark, head, 2 + octets);
}

void t_tlv(struct t_buf *buf, uint8_t tag, const void *contents, size_t len) {
    const size_t mark = t_begin(buf);
    t_bytes(buf, contents, len);
    t_end(buf, mark, tag, 0);
}

/* ---- what both languages share ---- */

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int hex_digit(char c) {
    if (is_digit(c))
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hex(const char **at, unsigned *byte) {
    if (hex_digit((*at)[0]) < 0 || hex_digit((*at)[1]) < 0)
        return false;
    *byte = (unsigned)(hex_digit((*at)[0]) * 16 + hex_digit((*at)[1]));
    *at += 2;
    return true;
}

static unsigned need_hex(const char **at) {
    unsigned byte = 0;
    if (!take_hex(at, &byte))
        fail("two hexadecimal digits expected", *at);
    return byte;
}

static size_t take_number(const char **at) {
    size_t number = 0;
    while (is_digit(**at) && number < 100000000)
        number = number * 10 + (size_t)(*(*at)++ - '0');
    return number;
}

static void put_oid(struct t_buf *buf, struct certmap_view dotted) {
    uint8_t contents[CERTMAP_MAX_OID_SIZE];
    const size_t len = cm_oid_parse(contents, dotted);
    if (len == 0)
        fail("not an OID", (const char *)dotted.data);
    t_bytes(buf, contents, len);
}

/* ---- t_der ---- */

static const struct tag_name {
    const char *name;
    uint8_t tag;
} tag_names[] = {
    {"BOOLEAN", 0x01},
    {"INTEGER", 0x02},
    {"BITSTRING", 0x03},
    {"OCTETSTRING", 0x04},
    {"NULL", 0x05},
    {"OID", 0x06},
    {"UTF8String", 0x0C},
    {"SEQUENCE", 0x30},
    {"SET", 0x31},
    {"NumericString", 0x12},
    {"PrintableString", 0x13},
    {"T61String", 0x14},
    {"IA5String", 0x16},
    {"UTCTime", 0x17},
    {"GeneralizedTime", 0x18},
    {"VisibleString", 0x1A},
    {"GeneralString", 0x1B},
    {"UniversalString", 0x1C},
    {"BMPString", 0x1E},
};

static void skip_blank(const char **at) {
    while (is_space(**at) || **at == '#') {
        if (**at == '#')
            *at += strcspn(*at, "\n");
        else
            ++*at;
    }
}

/* A tag, by name or as an octet, if an element with braces begins here. */
static bool take_tag(const char **at, uint8_t *tag) {
    const size_t len = strcspn(*at, " \t\r\n\"#{}+-*");
    unsigned octet = 0;
    const char *start = *at;
    if (strchr("{+-", (*at)[len]) == NULL || (*at)[len] == 0)
        return false;
    if (len == 2 && take_hex(&start, &octet)) {
        *tag = (uint8_t)octet;
        *at += len;
        return true;
    }
    for (size_t i = 0; i < sizeof tag_names / sizeof *tag_names; i++) {
        if (strlen(tag_names[i].name) == len && memcmp(tag_names[i].name, *at, len) == 0) {
            *tag = tag_names[i].tag;
            *at += len;
            return true;
        }
    }
    fail("unknown tag", *at);
}

static void put_items(struct t_buf *buf, const char **at);

static void put_element(struct t_buf *buf, const char **at, uint8_t tag) {
    const size_t mark = t_begin(buf);
    const bool indefinite = **at == '-';
    size_t extra = 0;
    if (indefinite)
        ++*at;
    for (; **at == '+'; ++*at)
        extra++;
    if (*(*at)++ != '{')
        fail("{ expected", *at - 1);
    put_items(buf, at);
    if (*(*at)++ != '}')
        fail("} expected", *at - 1);
    if (indefinite) {
        insert(buf, mark, (const uint8_t[]){tag, 0x80}, 2);
        t_bytes(buf, "\0\0", 2);
    } else {
        t_end(buf, mark, tag, extra);
    }
}

static void put_string(struct t_buf *buf, const char **at) {
    for (++*at; **at != '"';) {
        if (**at == 0)
            fail("unterminated string", *at);
        if (**at != '\\') {
            put_byte(buf, (unsigned char)*(*at)++);
            continue;
        }
        ++*at;
        if (**at == 'x') {
            ++*at;
            put_byte(buf, need_hex(at));
        } else {
            put_byte(buf, (unsigned char)*(*at)++);
        }
    }
    ++*at;
}

static void put_item(struct t_buf *buf, const char **at) {
    const size_t digits = strspn(*at, "0123456789.");
    uint8_t tag = 0;
    if (**at == '"') {
        put_string(buf, at);
    } else if (digits > 0 && memchr(*at, '.', digits) != NULL) {
        put_oid(buf, cm_view(*at, digits));
        *at += digits;
    } else if (take_tag(at, &tag)) {
        put_element(buf, at, tag);
    } else {
        put_byte(buf, need_hex(at));
    }
}

/* The item here, repeated if a number and * are before it. */
static void put_repeated(struct t_buf *buf, const char **at) {
    const size_t digits = strspn(*at, "0123456789");
    const size_t mark = buf->len;
    size_t count = 1;
    if (digits > 0 && (*at)[digits] == '*') {
        count = take_number(at);
        ++*at;
    }
    put_item(buf, at);
    const size_t len = buf->len - mark;
    if (count == 0)
        buf->len = mark;
    for (; count > 1; count--) {
        reserve(buf, len);
        t_bytes(buf, buf->data + mark, len);
    }
}

static void put_items(struct t_buf *buf, const char **at) {
    for (skip_blank(at); **at != 0 && **at != '}'; skip_blank(at))
        put_repeated(buf, at);
}

void t_der(struct t_buf *buf, const char *text) {
    reserve(buf, 1);
    put_items(buf, &text);
    if (*text != 0)
        fail("} without {", text);
}

/* ---- t_name ---- */

enum conversion { AS_IS, TO_BMP, TO_UNIVERSAL, WHOLE_ELEMENT };

static const struct string_word {
    const char *word;
    uint8_t tag;
    enum conversion conversion;
} string_words[] = {
    {"utf8", 0x0C, AS_IS},     {"printable", 0x13, AS_IS},
    {"ia5", 0x16, AS_IS},      {"visible", 0x1A, AS_IS},
    {"numeric", 0x12, AS_IS},  {"t61", 0x14, AS_IS},
    {"octet", 0x04, AS_IS},    {"bmp", 0x1E, TO_BMP},
    {"raw", 0, WHOLE_ELEMENT}, {"universal", 0x1C, TO_UNIVERSAL},
};

static void skip_space(const char **at) {
    while (is_space(**at))
        ++*at;
}

/* Takes the word if it and a space are here. */
static bool take_word(const char **at, const char *word) {
    const size_t len = strlen(word);
    if (strncmp(*at, word, len) != 0 || !is_space((*at)[len]))
        return false;
    *at += len;
    skip_space(at);
    return true;
}

static struct string_word take_string_type(const char **at) {
    if ((*at)[0] == '0' && (*at)[1] == 'x') {
        *at += 2;
        const unsigned tag = need_hex(at);
        skip_space(at);
        return (struct string_word){"", (uint8_t)tag, AS_IS};
    }
    for (size_t i = 0; i < sizeof string_words / sizeof *string_words; i++)
        if (take_word(at, string_words[i].word))
            return string_words[i];
    return string_words[0];
}

static void put_type(struct t_buf *buf, const char **at) {
    const size_t len = strcspn(*at, "= |+");
    const size_t mark = t_begin(buf);
    uint8_t room[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid;
    if ((*at)[len] != '=')
        fail("type=value expected", *at);
    if (**at == '#') {
        for (const char *hex = *at + 1; hex < *at + len;)
            put_byte(buf, need_hex(&hex));
    } else if (cm_attr_resolve(&oid, room, cm_view(*at, len)) == CERTMAP_CODE_NONE) {
        t_bytes(buf, oid.data, oid.len);
    } else {
        fail("unknown attribute type", *at);
    }
    *at += len + 1;
    t_end(buf, mark, 0x06, 0);
}

static uint32_t take_character(const char **at) {
    uint32_t cp = 0;
    size_t room = 0;
    while (room < 4 && (*at)[room] != 0)
        room++;
    const size_t len = cm_utf8_decode((const uint8_t *)*at, room, &cp);
    if (len == 0)
        fail("not UTF-8", *at);
    *at += len;
    return cp;
}

static void put_16(struct t_buf *buf, uint32_t unit) {
    put_byte(buf, unit >> 8 & 0xFF);
    put_byte(buf, unit & 0xFF);
}

/* One character of UTF-8 in the string type's own encoding. */
static void put_character(struct t_buf *buf, const char **at, enum conversion conversion) {
    if (conversion == AS_IS || conversion == WHOLE_ELEMENT) {
        put_byte(buf, (unsigned char)*(*at)++);
        return;
    }
    uint32_t cp = take_character(at);
    if (conversion == TO_UNIVERSAL) {
        put_16(buf, cp >> 16);
    } else if (cp > 0xFFFF) {
        put_16(buf, 0xD800 + ((cp - 0x10000) >> 10));
        cp = 0xDC00 + (cp & 0x3FF);
    }
    put_16(buf, cp);
}

static void put_value(struct t_buf *buf, const char **at, enum conversion conversion);

/* {text*1000} */
static void put_run(struct t_buf *buf, const char **at, enum conversion conversion) {
    const size_t mark = buf->len;
    ++*at;
    while (**at != '*' && **at != 0)
        put_value(buf, at, conversion);
    const size_t len = buf->len - mark;
    ++*at;
    const size_t count = take_number(at);
    if (*(*at)++ != '}' || count == 0)
        fail("\\{text*count} expected", *at - 1);
    reserve(buf, len * count);
    for (size_t i = 1; i < count; i++)
        t_bytes(buf, buf->data + mark, len);
}

/* One character, escape or run of a value. */
static void put_value(struct t_buf *buf, const char **at, enum conversion conversion) {
    if (**at != '\\') {
        put_character(buf, at, conversion);
        return;
    }
    ++*at;
    if (**at == 'x') {
        ++*at;
        put_byte(buf, need_hex(at));
    } else if (**at == '{') {
        put_run(buf, at, conversion);
    } else if (**at != 0 && strchr("\\|+", **at) != NULL) {
        put_character(buf, at, conversion);
    } else {
        fail("unknown escape", *at - 1);
    }
}

static bool value_ends(const char *at) {
    skip_space(&at);
    return *at == 0 || *at == '|' || *at == '+';
}

static void put_ava(struct t_buf *buf, const char **at) {
    const size_t sequence = t_begin(buf);
    const struct string_word string = take_string_type(at);
    put_type(buf, at);
    const size_t value = t_begin(buf);
    while (!value_ends(*at))
        put_value(buf, at, string.conversion);
    skip_space(at);
    if (string.conversion != WHOLE_ELEMENT)
        t_end(buf, value, string.tag, 0);
    t_end(buf, sequence, 0x30, 0);
}

/* Takes "rdns 1000" or "avas 100": how often what follows is wanted. */
static size_t take_count(const char **at, const char *word) {
    if (!take_word(at, word))
        return 1;
    const size_t count = take_number(at);
    skip_space(at);
    if (count == 0)
        fail("a number expected", *at);
    return count;
}

static void repeat(struct t_buf *buf, size_t mark, size_t count) {
    const size_t len = buf->len - mark;
    reserve(buf, len * count);
    for (size_t i = 1; i < count; i++)
        t_bytes(buf, buf->data + mark, len);
}

static void put_rdn(struct t_buf *buf, const char **at) {
    const size_t rdn = t_begin(buf);
    const size_t rdns = take_count(at, "rdns");
    for (;;) {
        skip_space(at);
        const size_t ava = t_begin(buf);
        const size_t avas = take_count(at, "avas");
        put_ava(buf, at);
        repeat(buf, ava, avas);
        if (**at != '+')
            break;
        ++*at;
    }
    t_end(buf, rdn, 0x31, 0);
    repeat(buf, rdn, rdns);
}

void t_name(struct t_buf *buf, const char *spec) {
    const size_t name = t_begin(buf);
    skip_space(&spec);
    bool more = *spec != 0;
    while (more) {
        skip_space(&spec);
        put_rdn(buf, &spec);
        more = *spec == '|';
        spec += more;
    }
    t_end(buf, name, 0x30, 0);
}

/* ---- certificates ---- */

#define ECDSA_WITH_SHA256 "SEQUENCE{ OID{1.2.840.10045.4.3.2} }"

static void put_extensions(struct t_buf *buf, struct certmap_view extensions) {
    const size_t tagged = t_begin(buf), list = t_begin(buf);
    t_bytes(buf, extensions.data, extensions.len);
    t_end(buf, list, 0x30, 0);
    t_end(buf, tagged, 0xA3, 0);
}

static void put_tbs(struct t_buf *buf, struct certmap_view subject, struct certmap_view issuer,
                    struct certmap_view extensions) {
    const size_t tbs = t_begin(buf);
    t_der(buf, "A0{ INTEGER{02} } INTEGER{01}" ECDSA_WITH_SHA256);
    t_bytes(buf, issuer.data, issuer.len);
    t_der(buf, "SEQUENCE{ UTCTime{\"260101000000Z\"} UTCTime{\"460101000000Z\"} }");
    t_bytes(buf, subject.data, subject.len);
    t_der(buf, "SEQUENCE{ SEQUENCE{ OID{1.2.840.10045.2.1} OID{1.2.840.10045.3.1.7} } BITSTRING{ 00 04"
               " 6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
               " 4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5 } }");
    put_extensions(buf, extensions);
    t_end(buf, tbs, 0x30, 0);
}

void t_cert_with(struct t_buf *buf, struct certmap_view subject, struct certmap_view issuer,
                 struct certmap_view extensions) {
    const size_t certificate = t_begin(buf);
    put_tbs(buf, subject, issuer, extensions);
    t_der(buf, ECDSA_WITH_SHA256 "BITSTRING{ 00 SEQUENCE{ INTEGER{01} INTEGER{01} } }");
    t_end(buf, certificate, 0x30, 0);
}

void t_cert(struct t_buf *buf, struct certmap_view subject, struct certmap_view issuer) {
    struct t_buf extensions = T_BUF_INIT;
    t_der(&extensions, "SEQUENCE{ OID{2.5.29.19} BOOLEAN{FF} OCTETSTRING{ SEQUENCE{} } }"               /* not a CA */
                       "SEQUENCE{ OID{2.5.29.37} OCTETSTRING{ SEQUENCE{ OID{1.3.6.1.5.5.7.3.2} } } }"); /* clientAuth */
    t_cert_with(buf, subject, issuer, t_view(&extensions));
    t_buf_free(&extensions);
}

void t_cert_names(struct t_buf *buf, const char *subject, const char *issuer) {
    struct t_buf names[2] = {T_BUF_INIT, T_BUF_INIT};
    t_name(&names[0], subject);
    t_name(&names[1], issuer);
    t_cert(buf, t_view(&names[0]), t_view(&names[1]));
    t_buf_free(&names[0]);
    t_buf_free(&names[1]);
}

/* ---- PEM ---- */

/* Up to three bytes as four characters. */
static void put_base64(struct t_buf *buf, const uint8_t *bytes, size_t len) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t group = (uint32_t)bytes[0] << 16;
    if (len > 1)
        group |= (uint32_t)bytes[1] << 8;
    if (len > 2)
        group |= bytes[2];
    char text[] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63], digits[group & 63]};
    for (size_t i = len + 1; i < 4; i++)
        text[i] = '=';
    t_bytes(buf, text, sizeof text);
}

void t_pem(struct t_buf *buf, const char *label, struct certmap_view bytes) {
    t_put(buf, "-----BEGIN ");
    t_put(buf, label);
    t_put(buf, "-----\n");
    for (size_t i = 0; i < bytes.len; i += 3) {
        put_base64(buf, bytes.data + i, bytes.len - i < 3 ? bytes.len - i : 3);
        if (i % 48 == 45 || i + 3 >= bytes.len)
            t_put(buf, "\n");
    }
    t_put(buf, "-----END ");
    t_put(buf, label);
    t_put(buf, "-----\n");
}

/* ---- t_certs ---- */

/* The pieces of one certificate; cap 0: not given. */
struct pieces {
    struct t_buf subject;
    struct t_buf issuer;
    struct t_buf extensions;
    struct t_buf certificate;
    struct t_buf append;
    struct t_buf label;
};

static void take_line(struct pieces *pieces, const char *key, const char *value) {
    if (strcmp(key, "subject") == 0)
        t_name(&pieces->subject, value);
    else if (strcmp(key, "subject-der") == 0)
        t_der(&pieces->subject, value);
    else if (strcmp(key, "issuer") == 0)
        t_name(&pieces->issuer, value);
    else if (strcmp(key, "issuer-der") == 0)
        t_der(&pieces->issuer, value);
    else if (strcmp(key, "extensions-der") == 0)
        t_der(&pieces->extensions, value);
    else if (strcmp(key, "certificate-der") == 0)
        t_der(&pieces->certificate, value);
    else if (strcmp(key, "append-der") == 0)
        t_der(&pieces->append, value);
    else if (strcmp(key, "label") == 0)
        t_bytes(&pieces->label, value, strlen(value) + 1);
    else if (strcmp(key, "expect") != 0)
        fail("unknown key", key);
}

static void assemble(struct t_buf *der, struct pieces *pieces) {
    if (pieces->subject.cap == 0)
        t_name(&pieces->subject, "printable C=US | O=Contoso | CN=Alice");
    if (pieces->issuer.cap == 0)
        t_name(&pieces->issuer, "printable C=US | O=Contoso | CN=Contoso Issuing CA 1");
    if (pieces->certificate.cap == 0 && pieces->extensions.cap == 0)
        t_cert(der, t_view(&pieces->subject), t_view(&pieces->issuer));
    else if (pieces->certificate.cap == 0)
        t_cert_with(der, t_view(&pieces->subject), t_view(&pieces->issuer), t_view(&pieces->extensions));
    t_bytes(der, pieces->certificate.data, pieces->certificate.len);
    t_bytes(der, pieces->append.data, pieces->append.len);
}

/* Appends the certificate and forgets its pieces. */
static void finish(struct t_buf *buf, struct pieces *pieces, bool pem) {
    struct t_buf der = T_BUF_INIT;
    assemble(&der, pieces);
    if (pem)
        t_pem(buf, pieces->label.len > 0 ? (const char *)pieces->label.data : "CERTIFICATE", t_view(&der));
    else
        t_bytes(buf, der.data, der.len);
    t_buf_free(&der);
    t_buf_free(&pieces->subject);
    t_buf_free(&pieces->issuer);
    t_buf_free(&pieces->extensions);
    t_buf_free(&pieces->certificate);
    t_buf_free(&pieces->append);
    t_buf_free(&pieces->label);
}

/* The end of the line and of those that continue it. */
static char *line_end(char *line) {
    char *end = strchr(line, '\n');
    while (end[1] == ' ')
        end = strchr(end + 1, '\n');
    return end;
}

void t_certs(struct t_buf *buf, const char *text, bool pem) {
    struct pieces pieces = {T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT};
    struct t_buf copy = T_BUF_INIT;
    t_put(&copy, text);
    t_bytes(&copy, "\n", 2);
    for (char *line = (char *)copy.data, *end; *line != 0; line = end + 1) {
        end = line_end(line);
        *end = 0;
        char *colon = strstr(line, ": ");
        if (strcmp(line, "next:") == 0) {
            finish(buf, &pieces, pem);
        } else if (*line != '#' && *line != 0) {
            if (colon == NULL)
                fail("key: value expected", line);
            *colon = 0;
            take_line(&pieces, line, colon + 2);
        }
    }
    finish(buf, &pieces, pem);
    t_buf_free(&copy);
}
