/* SPDX-License-Identifier: MIT */
#include "random.h"
#include "certmap/build.h"
#include <stdio.h>
#include <string.h>

/* ---- numbers ---- */

static uint64_t next(struct t_random *random) {
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (random->state * 2685821657736338717u) >> 33;
}

size_t t_random_below(struct t_random *random, size_t limit) {
    if (random->len == 0)
        return (size_t)(next(random) % limit);
    random->len--;
    return *random->bytes++ * limit / 256;
}

bool t_random_chance(struct t_random *random, size_t percent) {
    return t_random_below(random, 100) < percent;
}

static size_t below(struct t_world *world, size_t limit) {
    return t_random_below(world->random, limit);
}

static bool chance(struct t_world *world, size_t percent) {
    return t_random_chance(world->random, percent);
}

/* ---- texts ---- */

/* Texts that fold, compose and come apart: sharp s, J with caron from two characters, the Kelvin and the Angstrom
 * sign, a final sigma, dotted and dotless i, Hangul, what wildcards are made of. */
static const char *const pieces[] = {
    "",
    "a",
    "b",
    "A",
    "B",
    "ab",
    "c",
    "\xC3\x9F",
    "ss",
    "J",
    "\xCC\x8C",
    "\xC7\xB0",
    "k",
    "K",
    "\xE2\x84\xAA",
    "\xC3\xA9",
    "e\xCC\x81",
    "\xE2\x84\xAB",
    "\xC3\xA5",
    "\xCF\x82",
    "\xCF\x83",
    "\xCE\xA3",
    "\xC4\xB0",
    "\xC4\xB1",
    "i",
    "\xEA\xB0\x80",
    "\xE1\x86\xA8",
    "*",
    "?",
    "\\",
    "\"",
    " ",
    "  ",
    "-",
    "\xF0\x9F\x98\x80",
    "+",
};
enum { PIECES = sizeof pieces / sizeof *pieces, SIMPLE_PIECES = 7 };

static void add_bytes(struct t_text *text, const void *bytes, size_t len) {
    if (len > sizeof text->bytes - text->len)
        return;
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
}

static void add_string(struct t_text *text, const char *string) {
    add_bytes(text, string, strlen(string));
}

/* As long as the ends that an index looks up, or one more or less. */
static void add_long(struct t_world *world, struct t_text *text) {
    for (size_t i = 62 + below(world, 5); i > 0; i--)
        add_string(text, i % 10 == 0 ? "x" : "y");
}

static struct t_text make_text(struct t_world *world, size_t theme) {
    struct t_text text = {.len = 0};
    char host[32];
    if (theme == 2) {
        snprintf(host, sizeof host, "host-%zu.%s", below(world, 12), below(world, 2) == 0 ? "example" : "test");
        add_string(&text, host);
        return text;
    }
    if (theme == 3 && chance(world, 60))
        add_long(world, &text);
    for (size_t i = below(world, 5); i > 0; i--)
        add_string(&text, pieces[below(world, theme == 1 ? PIECES : SIMPLE_PIECES)]);
    if (theme == 3 && chance(world, 40))
        add_long(world, &text);
    return text;
}

static bool is_boundary(const struct t_text *text, size_t at) {
    return at >= text->len || ((uint8_t)text->bytes[at] & 0xC0) != 0x80;
}

/* A piece of a text, whole characters. */
static void cut(struct t_world *world, struct t_text *text) {
    size_t start = below(world, text->len + 1), end = start + below(world, text->len - start + 1);
    while (!is_boundary(text, start))
        start++;
    while (!is_boundary(text, end))
        end++;
    memmove(text->bytes, text->bytes + start, end > start ? end - start : 0);
    text->len = end > start ? end - start : 0;
}

static void change_case(struct t_world *world, struct t_text *text) {
    for (size_t i = 0; i < text->len; i++) {
        char *c = &text->bytes[i];
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (letter && chance(world, 50))
            *c ^= 0x20;
    }
}

/* One of the texts, mostly as it is. */
static struct t_text choose_text(struct t_world *world) {
    struct t_text text = world->texts[below(world, T_WORLD_TEXTS)];
    switch (below(world, 12)) {
    case 0:
        cut(world, &text);
        break;
    case 1:
    case 2:
        change_case(world, &text);
        break;
    case 3:
        add_string(&text, pieces[below(world, PIECES)]);
        break;
    case 4: {
        const struct t_text more = world->texts[below(world, T_WORLD_TEXTS)];
        add_bytes(&text, more.bytes, more.len);
        break;
    }
    default:
        break;
    }
    return text;
}

/* ---- Names ---- */

static const struct {
    const char *name;
    const char *oid;
    size_t oid_len;
} types[] = {
    {"CN", "\x55\x04\x03", 3}, {"OU", "\x55\x04\x0B", 3},      {"O", "\x55\x04\x0A", 3},
    {"T", "\x55\x04\x0C", 3},  {"1.2.3.4", "\x2A\x03\x04", 3}, {"1.2.3.5", "\x2A\x03\x05", 3},
};
enum { TYPES = sizeof types / sizeof *types };

static struct t_random_name make_name(struct t_world *world) {
    struct t_random_name name = {.count = below(world, 6)};
    for (size_t i = 0; i < name.count; i++) {
        struct t_ava *ava = &name.avas[i];
        ava->type = below(world, TYPES);
        ava->rdn = i == 0 ? 0 : name.avas[i - 1].rdn + !chance(world, 25);
        ava->octets = chance(world, 3);
        ava->value = choose_text(world);
    }
    return name;
}

static void swap_avas(struct t_random_name *name, size_t at) {
    if (at + 1 >= name->count || name->avas[at].rdn != name->avas[at + 1].rdn)
        return;
    const struct t_ava ava = name->avas[at];
    name->avas[at] = name->avas[at + 1];
    name->avas[at + 1] = ava;
}

/* The same Name to RFC 5280: another case, more space. */
static void vary(struct t_world *world, struct t_text *value) {
    struct t_text spaced = {.len = 0};
    change_case(world, value);
    if (chance(world, 50))
        add_string(&spaced, " ");
    for (size_t i = 0; i < value->len; i++)
        add_bytes(&spaced, &value->bytes[i], value->bytes[i] == ' ' && chance(world, 50) ? 0 : 1);
    add_string(&spaced, chance(world, 50) ? "  " : "");
    *value = spaced;
}

static void change_name(struct t_world *world, struct t_random_name *name) {
    const size_t at = name->count > 0 ? below(world, name->count) : 0;
    switch (below(world, 10)) {
    case 0:
        name->count = at;
        break;
    case 1:
    case 2:
        swap_avas(name, at);
        break;
    case 3:
    case 4:
        if (name->count > 0)
            vary(world, &name->avas[at].value);
        break;
    case 5:
        if (name->count > 0)
            name->avas[at].value = choose_text(world);
        break;
    case 6:
        if (name->count > 0)
            name->avas[at].octets = true;
        break;
    case 7:
        if (name->count > 0 && name->count < T_NAME_AVAS) {
            name->avas[name->count] = name->avas[at];
            name->avas[name->count].rdn = name->avas[name->count - 1].rdn + 1;
            name->count++;
        }
        break;
    default:
        break;
    }
}

static struct t_random_name choose_name(struct t_world *world) {
    struct t_random_name name = world->names[below(world, T_WORLD_NAMES)];
    change_name(world, &name);
    return name;
}

static void put_ava(struct t_world *world, struct t_buf *der, const struct t_ava *ava) {
    const uint8_t tag = ava->octets ? 0x04 : chance(world, 2) ? 0x1E /* as UTF-16: other text, or none */ : 0x0C;
    const size_t mark = t_begin(der);
    t_tlv(der, 0x06, types[ava->type].oid, types[ava->type].oid_len);
    t_tlv(der, tag, ava->value.bytes, ava->value.len);
    t_end(der, mark, 0x30, 0);
}

static void put_name(struct t_world *world, struct t_buf *der, const struct t_random_name *name) {
    const size_t mark = t_begin(der);
    for (size_t i = 0; i < name->count;) {
        const size_t rdn = t_begin(der), first = i;
        while (i < name->count && name->avas[i].rdn == name->avas[first].rdn)
            put_ava(world, der, &name->avas[i++]);
        t_end(der, rdn, 0x31, 0);
    }
    t_end(der, mark, 0x30, 0);
}

/* ---- rules: strings ---- */

static void put_number(struct t_buf *text, size_t number) {
    char digits[32];
    snprintf(digits, sizeof digits, "%zu", number);
    t_put(text, digits);
}

static bool is_one_of(char c, const char *characters) {
    return c != 0 && strchr(characters, c) != NULL;
}

static void put_string(struct t_buf *text, const struct t_text *string, const char *escaped) {
    t_put(text, "\"");
    for (size_t i = 0; i < string->len; i++) {
        if (is_one_of(string->bytes[i], escaped))
            t_put(text, "\\");
        t_bytes(text, &string->bytes[i], 1);
    }
    t_put(text, "\"");
}

/* A pattern of a text: some characters become wildcards, others go. */
static void put_pattern(struct t_world *world, struct t_buf *text) {
    static const char *const wildcards[] = {"*", "?", "**", "*?", ""};
    const struct t_text literal = choose_text(world);
    struct t_text one = {.len = 0};
    const size_t stars = below(world, 4), every = literal.len / (stars + 1) + 1;
    size_t until = below(world, every + 1);
    t_put(text, "\"");
    for (size_t i = 0; i < literal.len; i++) {
        const bool start = is_boundary(&literal, i);
        if (start && until == 0 && stars > 0) {
            t_put(text, wildcards[below(world, 5)]);
            until = below(world, every + 1);
            if (chance(world, 50)) {
                while (!is_boundary(&literal, i + 1))
                    i++;
                continue;
            }
        }
        until -= until > 0;
        one.len = 0;
        add_bytes(&one, &literal.bytes[i], 1);
        if (is_one_of(one.bytes[0], "\"\\*?"))
            t_put(text, "\\");
        t_bytes(text, one.bytes, 1);
    }
    t_put(text, chance(world, 30) ? "*\"" : "\"");
}

/* A regular expression of a text: its characters, some of them as classes, repeated, or one of two. */
static void put_regex(struct t_world *world, struct t_buf *text) {
    static const char *const before[] = {"", "", "", "", "", "", ".", ".*", "", "(", "[^"}, *const after[] = {
                                                                                                "",  "",      "",  "?",
                                                                                                "+", "{0,2}", "?", "",
                                                                                                "",  "|ab)",  "]"};
    const struct t_text literal = choose_text(world);
    const size_t most = 40;
    size_t end;
    t_put(text, "\"");
    for (size_t i = 0, count = 0; i < literal.len && count < most; i = end, count++) {
        const size_t form = below(world, 11);
        for (end = i + 1; !is_boundary(&literal, end);)
            end++;
        t_put(text, before[form]);
        if (form == 10 && ((unsigned char)literal.bytes[i] & 0x80) != 0) /* a mark could compose with what is there */
            t_put(text, "x");
        if ((unsigned char)literal.bytes[i] < 0x80 && !is_one_of(literal.bytes[i], "0123456789") &&
            !((literal.bytes[i] | 0x20) >= 'a' && (literal.bytes[i] | 0x20) <= 'z'))
            t_put(text, "\\");
        t_bytes(text, &literal.bytes[i], end - i);
        t_put(text, after[form]);
    }
    t_put(text, chance(world, 40) ? ".*\"" : "\"");
}

/* RFC 4514, root last, between the quotes of a rule: each \ is written twice. */
static void put_hex(struct t_buf *text, const char *before, uint8_t byte) {
    char hex[8];
    snprintf(hex, sizeof hex, "%s%02x", before, (unsigned)byte);
    t_put(text, hex);
}

static void put_name_ava(struct t_buf *text, const struct t_ava *ava) {
    t_put(text, types[ava->type].name);
    t_put(text, "=");
    if (ava->octets) {
        t_put(text, "#04");
        put_hex(text, "", (uint8_t)(ava->value.len & 0x7F));
    }
    for (size_t i = 0; i < (ava->octets ? ava->value.len & 0x7F : ava->value.len); i++)
        put_hex(text, ava->octets ? "" : "\\\\", (uint8_t)ava->value.bytes[i]);
}

static void put_name_text(struct t_world *world, struct t_buf *text, bool under) {
    struct t_random_name name = choose_name(world);
    while (under && name.count == 0) /* every Name is under the empty one: an error */
        name = make_name(world);
    t_put(text, "\"");
    for (size_t i = name.count; i > 0; i--) {
        put_name_ava(text, &name.avas[i - 1]);
        if (i > 1)
            t_put(text, name.avas[i - 2].rdn == name.avas[i - 1].rdn ? "+" : ",");
    }
    t_put(text, "\"");
}

/* ---- rules: conditions ---- */

enum form { FORM_TEXT, FORM_PATTERN, FORM_REGEX };

static void put_operand(struct t_world *world, struct t_buf *text, enum form form) {
    const struct t_text operand = choose_text(world);
    if (form == FORM_PATTERN)
        put_pattern(world, text);
    else if (form == FORM_REGEX)
        put_regex(world, text);
    else
        put_string(text, &operand, "\"\\");
}

/* What comes after the field. */
static void put_comparison(struct t_world *world, struct t_buf *text) {
    const enum form form = chance(world, 50) ? FORM_TEXT : chance(world, 60) ? FORM_PATTERN : FORM_REGEX;
    const bool list = chance(world, 20), nocase = chance(world, 40);
    t_put(text, form == FORM_PATTERN ? " like " : form == FORM_REGEX ? " matches " : list ? " in " : " = ");
    t_put(text, nocase ? "nocase " : "");
    t_put(text, list ? "(" : "");
    for (size_t i = list ? below(world, chance(world, 30) ? 16 : 6) : 0; i > 0; i--) {
        put_operand(world, text, form);
        t_put(text, ", ");
    }
    put_operand(world, text, form);
    t_put(text, list ? ")" : "");
}

static void put_subfield(struct t_world *world, struct t_buf *text) {
    static const char *const fields[] = {"subject.", "subject.", "subject.", "issuer.", "san.dirname."};
    static const char *const others[] = {"san.upn", "san.1.2.3", "san.1.2.4", "ms.template"};
    if (chance(world, 10)) {
        t_put(text, others[below(world, 4)]);
        return;
    }
    t_put(text, fields[below(world, 5)]);
    t_put(text, chance(world, 10) ? "any" : types[below(world, TYPES)].name);
}

static void put_text_condition(struct t_world *world, struct t_buf *text) {
    static const char *const quantifiers[] = {"every ", "first ", "last ", "only ", "any ", "at 2 "};
    static const char *const presences[] = {" present", " absent"};
    const size_t kind = below(world, 12);
    if (kind == 0) {
        t_put(text, "count(");
        put_subfield(world, text);
        t_put(text, ") = ");
        put_number(text, below(world, 3));
        return;
    }
    t_put(text, kind > 1 && chance(world, 25) ? quantifiers[below(world, 6)] : "");
    put_subfield(world, text);
    if (kind == 1)
        t_put(text, presences[below(world, 2)]);
    else
        put_comparison(world, text);
}

/* A pattern of a Name: some RDNs become stars, and some values. What has a meaning in Names or patterns is written as
 * hexadecimal. */
static void put_name_pattern(struct t_world *world, struct t_buf *text) {
    const struct t_random_name name = choose_name(world);
    bool open = false; /* an RDN is being written */
    t_put(text, "\"");
    for (size_t i = name.count; i > 0; i--) {
        const struct t_ava *ava = &name.avas[i - 1];
        const bool more = i > 1 && name.avas[i - 2].rdn == ava->rdn;
        const bool stars = !open && !more && chance(world, 25);
        if (stars)
            t_put(text, chance(world, 50) ? "**" : "*");
        else {
            t_put(text, types[ava->type].name);
            t_put(text, "=");
            for (size_t k = 0; k < ava->value.len && !ava->octets && k < 40; k++) {
                char pair[8];
                snprintf(pair, sizeof pair, "\\\\%02X", (unsigned char)ava->value.bytes[k]);
                t_put(text, pair);
            }
            t_put(text, ava->octets || ava->value.len > 40 || chance(world, 30) ? "*" : "");
        }
        open = more;
        t_put(text, i == 1 ? "" : more ? "+" : ",");
    }
    t_put(text, "\"");
}

static void put_name_condition(struct t_world *world, struct t_buf *text) {
    static const char *const fields[] = {"subject", "issuer", "san.dirname"};
    static const char *const ways[] = {"", "", "every ", "first ", "only "};
    if (chance(world, 40)) {
        t_put(text, ways[below(world, 5)]);
        t_put(text, fields[below(world, 3)]);
        t_put(text, chance(world, 50) ? " like " : " like nocase ");
        put_name_pattern(world, text);
        return;
    }
    const bool under = chance(world, 50), list = chance(world, 20);
    t_put(text, fields[below(world, 3)]);
    t_put(text, under ? " under " : list ? " in " : " = ");
    t_put(text, !under && chance(world, 30) ? "exact " : "");
    t_put(text, list ? "(" : "");
    for (size_t i = list ? below(world, chance(world, 50) ? 16 : 4) : 0; i > 0; i--) {
        put_name_text(world, text, under);
        t_put(text, ", ");
    }
    put_name_text(world, text, under);
    t_put(text, list ? ")" : "");
}

#define DIGEST_20 "\"0101010101010101010101010101010101010101\""
#define DIGEST_64                                                                                                      \
    "\"0000000000000000000000000000000000000000000000000000000000000000"                                               \
    "0000000000000000000000000000000000000000000000000000000000000000\""
#define DIGEST "\"0101010101010101010101010101010101010101010101010101010101010101\""

/* Of fields whose values are not just any text. */
static const char *const conditions[] = {
    "san.dns = \"a.example\"",
    "san.dns = \"B.example\"",
    "san.dns like \"*.example\"",
    "every san.dns like \"*.example\"",
    "san.dns like \"xn--*\"",
    "san.dns present",
    "count(san.dns) = 2",
    "count(subject) = 2",
    "not count(issuer) = 1",
    "count(subject.any) = 3",
    "count(san.dirname) = 1",
    "at 2 san.dns like \"*.example\"",
    "at 2 san.dirname like \"**,CN=*\"",
    "san.email = \"alice@A.example\"",
    "san.email like \"*@a.example\"",
    "san.email like nocase \"ALICE@*\"",
    "san.uri = \"https://a.example/x\"",
    "san.uri like \"https://*/x\"",
    "san.ip = \"10.0.0.1\"",
    "san.ip = \"10.0.0.0/8\"",
    "san.ip = \"10.128.0.0/9\"",
    "san.ip = \"0.0.0.0/0\"",
    "san.ip = \"10.0.0.0/30\"",
    "san.ip = \"2001:db8::/32\"",
    "san.ip = \"2001:db8::1\"",
    "san.ip in (\"10.0.0.2\", \"2001:db8::/29\", \"192.0.2.0/24\")",
    "every san.ip = \"10.0.0.0/7\"",
    "only san.ip in (\"10.0.0.1\", \"10.0.0.2\")",
    "san.ip in (\"10.0.0.1\", \"10.0.0.2\", \"10.0.0.3\", \"2001:db8::1\", \"192.0.2.0/25\", \"198.51.100.0/24\", "
    "\"203.0.113.0/24\", \"2001:db8:1::/48\", \"10.0.0.3\")",
    "every san.ip in (\"10.128.0.0/9\", \"10.0.0.0/9\", \"11.0.0.0/8\", \"12.0.0.0/6\", \"2001:db8::/127\", "
    "\"192.0.2.6/31\", \"2001:db8::/33\", \"192.0.2.4/30\")",
    "san.rid = \"1.2.3\"",
    "san.krb5 = \"a@R\"",
    "eku = \"clientAuth\"",
    "eku in (\"serverAuth\", \"1.2.3\")",
    "every eku = \"clientAuth\"",
    "ku = \"digitalSignature\"",
    "first ku = \"keyEncipherment\"",
    "policy = \"1.2.3\"",
    "policy in (\"anyPolicy\", \"1.2.4\")",
    "serial = \"0x01\"",
    "serial in (\"0x02\", \"7f01\")",
    "sha256 = " DIGEST,
    "spki.sha256 = " DIGEST,
    "tbs.sha256 = " DIGEST,
    "sha512 = " DIGEST_64,
    "spki.sha512 in (" DIGEST_64 ")",
    "spki.sha1 = " DIGEST_20,
    "issuer is sha1 " DIGEST_20,
    "issuer is sha256 " DIGEST,
    "issuer is spki.sha256 " DIGEST,
    "issuer is \"both\"",
    "chain has sha256 " DIGEST,
    "last chain has sha256 " DIGEST,
    "every chain has spki.sha256 " DIGEST,
    "count(chain has sha256) = 2",
    "chain has spki.sha256 absent",
    "chain has \"both\"",
    "ski = \"0102\"",
    "aki in (\"0102\", \"03\")",
    "ms.sid = \"S-1-5-21-1\"",
    "ms.sid matches \"S(-[0-9]{1,2})*-[2-4]\"",
    "ms.sid absent",
    "san.1.2.3 = \"0a0b\"",
    "every san.1.2.3 matches \"[0-9a-f]*\"",
    "version = \"3\"",
    "valid at now",
    "validity in (\"early\", \"expired\")",
    "ext.1.2.3 = \"0102\"",
    "ext.1.2.3 = \"0103\"",
    "ext.1.2.4 = \"0102\"",
    "ext.1.2.3 present",
    "ext.1.2.3.text = \"ab\"",
    "ext.1.2.4.text like \"a*\"",
    "ext.2.5.29.14.text = nocase \"AB\"",
    "every ext.1.2.3.text in (\"ab\", \"ac\")",
    "qc.statement = \"QcCompliance\"",
    "every qc.type = \"web\"",
    "psd2.role in (\"PSP_AS\", \"PSP_PI\")",
    "certificate = \"3000\"",
    "certificate = \"3024301b020101300306012a300030041700170030003007300306012a0300300306012a0300\"",
    "certificate in (\"31\", \"3025301b020101300306012a300030041700170030003007300306012a0300300306012a030100\")",
    "certificate in (\"300130\", \"3000\", \"31\")",
    "certificate in (\"300130\", \"3000\", \"31\", \"32\", \"33\", \"34\", \"35\", \"36\", "
    "\"3025301b020101300306012a300030041700170030003007300306012a0300300306012a030100\")",
    "serial in (\"0x02\", \"0x03\", \"0x04\", \"0x05\", \"0x06\", \"0x07\", \"7f01\", \"0x08\")",
};
enum { CONDITIONS = sizeof conditions / sizeof *conditions };

static void put_condition(struct t_world *world, struct t_buf *text) {
    const size_t kind = below(world, world->plain ? 7 : 10);
    if (kind < 7)
        put_text_condition(world, text);
    else if (kind == 7)
        put_name_condition(world, text);
    else
        t_put(text, conditions[below(world, CONDITIONS)]);
}

/* ---- rules: mappings ---- */

static void put_expression(struct t_world *world, struct t_buf *text, size_t depth) {
    const size_t kind = below(world, 10);
    if (kind < 2) {
        const struct t_text *shared = &world->shared[below(world, T_WORLD_SHARED)];
        t_bytes(text, shared->bytes, shared->len);
        return;
    }
    if (kind < 5 || depth == 0) {
        put_condition(world, text);
        return;
    }
    if (kind == 5) {
        t_put(text, "not (");
        put_expression(world, text, depth - 1);
        t_put(text, ")");
        return;
    }
    const char *join = kind < 8 ? " and " : " or ";
    for (size_t members = 2 + below(world, 2); members > 0; members--) {
        t_put(text, "(");
        put_expression(world, text, depth - 1);
        t_put(text, members > 1 ? ")" : "");
        t_put(text, members > 1 ? join : ")");
    }
}

/* What people write: a conjunction, of which much is the same in many mappings. */
static void put_conjunction(struct t_world *world, struct t_buf *text) {
    size_t members = 1 + below(world, 4);
    for (; members > 0; members--) {
        const struct t_text *shared = &world->shared[below(world, T_WORLD_SHARED)];
        t_put(text, chance(world, 8) ? "not " : "");
        if (chance(world, 60))
            t_bytes(text, shared->bytes, shared->len);
        else
            put_text_condition(world, text);
        t_put(text, members > 1 ? " and " : "");
    }
}

static void put_decision(struct t_world *world, struct t_buf *text) {
    static const char *const outputs[] = {
        "deny;",
        "deny;",
        "allow \"a1\";",
        "allow \"D\\\\a2\";",
        "allow \"a3\"; group \"g3\";",
        "allow \"a4\"; group \"g1\"; group \"g2\";",
        "allow \"a5\"; group \"g2\"; attribute \"n\" = \"v\"; attribute \"m\" = \"${subject.CN | first}\";",
        "allow \"${subject.CN}\";",
        "allow principal \"${subject}\"; group each \"${subject.OU}\";",
        "allow principal \"x/${issuer | oneline}\"; attribute \"n\" each = \"${subject.CN ?? \"d\"}\";",
        "allow \"x-${subject.OU | first | lower}\"; group \"${subject.CN ?? \"none\"}\";",
    };
    if (chance(world, 40)) {
        t_put(text, "allow \"u");
        put_number(text, below(world, 100));
        t_put(text, "\";");
    } else {
        t_put(text, outputs[below(world, sizeof outputs / sizeof *outputs)]);
    }
}

static void put_mapping(struct t_world *world, struct t_buf *text, struct t_buf *expression, size_t number) {
    if (number == 0 || !chance(world, 8)) { /* else the expression before, again */
        t_buf_clear(expression);
        if (chance(world, world->plain ? 1 : 2))
            t_put(expression, "always");
        else if (world->plain)
            put_conjunction(world, expression);
        else
            put_expression(world, expression, 3);
    }
    t_put(text, "mapping \"m");
    put_number(text, number);
    t_put(text, "\" { when ");
    t_bytes(text, expression->data, expression->len);
    t_put(text, "; ");
    put_decision(world, text);
    t_put(text, " }\n");
}

void t_world_rules(struct t_buf *text, struct t_world *world) {
    struct t_buf expression = T_BUF_INIT;
    const unsigned policy = chance(world, 50) ? 0 : (unsigned)below(world, 4);
    const size_t count = 1 + below(world, world->most);
    t_put(text, "certmap 1;\npolicy ");
    t_put(text, certmap_combining_name((enum certmap_combining)policy));
    t_put(text, ";\nissuers \"both\" { sha256 " DIGEST "; spki.sha256 " DIGEST "; }\n");
    for (size_t i = 0; i < count; i++)
        put_mapping(world, text, &expression, i);
    t_buf_free(&expression);
}

static void make_shared(struct t_world *world) {
    struct t_buf text = T_BUF_INIT;
    for (size_t i = 0; i < T_WORLD_SHARED; i++) {
        t_buf_clear(&text);
        while (text.len == 0 || text.len > T_MAX_TEXT) {
            t_buf_clear(&text);
            put_condition(world, &text);
        }
        world->shared[i].len = 0;
        add_bytes(&world->shared[i], text.data, text.len);
    }
    t_buf_free(&text);
}

void t_world_make(struct t_world *world, struct t_random *random) {
    static const size_t sizes[] = {8, 8, 8, 30, 30, 100, 300};
    *world = (struct t_world){.random = random};
    const size_t theme = below(world, 4);
    for (size_t i = 0; i < T_WORLD_TEXTS; i++)
        world->texts[i] = make_text(world, theme);
    for (size_t i = 0; i < T_WORLD_NAMES; i++)
        world->names[i] = make_name(world);
    world->most = sizes[below(world, sizeof sizes / sizeof *sizes)];
    world->plain = chance(world, 50);
    make_shared(world);
}

/* ---- certificates ---- */

#define OTHER_NAME(oid, inside) "A0{ OID{ " oid " } A0{ " inside " } }"
#define KRB5                                                                                                           \
    OTHER_NAME("1.3.6.1.5.2.2", "SEQUENCE{ A0{ GeneralString{\"R\"} } "                                                \
                                "A1{ SEQUENCE{ A0{ INTEGER{01} } A1{ SEQUENCE{ GeneralString{\"a\"} } } } } }")

/* Of a SAN; the last ones make it unknown as a whole. */
static const char *const general_names[] = {
    "82{\"a.example\"}",
    "82{\"A.Example\"}",
    "82{\"b.example\"}",
    "82{\"c.test\"}",
    "82{\"xn--bcher-kva.example\"}",
    "82{FF}",
    "81{\"alice@a.EXAMPLE\"}",
    "81{\"bob@b.example\"}",
    "86{\"https://a.example/x\"}",
    "86{\"HTTPS://B.example/x\"}",
    "86{FF}",
    "87{0A 00 00 01}",
    "87{0A 00 00 02}",
    "87{0A 80 00 01}",
    "87{C0 00 02 07}",
    "87{20 01 0D B8 11*00 01}",
    "87{20 01 0D B8 12*00}",
    "87{0A 00 00}",
    "88{2A 03}",
    "88{2A 04}",
    KRB5,
    OTHER_NAME("1.2.3", "UTF8String{\"\"}"),
    OTHER_NAME("1.2.3", "NULL{}"),
    OTHER_NAME("1.2.3", "OCTETSTRING{ 0A 0B }"),
    OTHER_NAME("1.2.3", "24{ OCTETSTRING{ 0A 0B } }"),
    "86{\"tag:microsoft.com,2022-09-14:sid:S-1-5-21-1\"}",
    "86{\"TAG:microsoft.com,2022-09-14:sid:S-1-5-21-3\"}",
    "86{\"tag:microsoft.com,2022-09-14:sid:\"}",
    "89{}",
    OTHER_NAME("1.2.3", ""),
};
enum { GENERAL_NAMES = sizeof general_names / sizeof *general_names, BAD_GENERAL_NAMES = 2 };

static void put_other_name(struct t_world *world, struct t_buf *der) {
    static const struct {
        const char *bytes;
        size_t len;
    } oids[] = {{"\x2B\x06\x01\x04\x01\x82\x37\x14\x02\x03", 10}, {"\x2A\x03", 2}, {"\x2A\x03\x01", 3}};
    const size_t oid = below(world, 3), outer = t_begin(der);
    const struct t_text value = choose_text(world);
    t_tlv(der, 0x06, oids[oid].bytes, oids[oid].len);
    const size_t inner = t_begin(der);
    t_tlv(der, 0x0C, value.bytes, value.len);
    t_end(der, inner, 0xA0, 0);
    t_end(der, outer, 0xA0, 0);
}

static void put_general_name(struct t_world *world, struct t_buf *der) {
    const size_t kind = below(world, 10);
    if (kind < 3) {
        put_other_name(world, der);
    } else if (kind < 5) {
        const struct t_random_name name = choose_name(world);
        const size_t mark = t_begin(der);
        put_name(world, der, &name);
        t_end(der, mark, 0xA4, 0);
    } else {
        t_der(der, general_names[below(world, chance(world, 2) ? GENERAL_NAMES : GENERAL_NAMES - BAD_GENERAL_NAMES)]);
    }
}

static void put_san(struct t_world *world, struct t_buf *der) {
    const size_t extension = t_begin(der);
    t_der(der, "OID{ 2.5.29.17 }");
    const size_t octets = t_begin(der), names = t_begin(der);
    for (size_t i = 1 + below(world, 6); i > 0; i--)
        put_general_name(world, der);
    t_end(der, names, 0x30, 0);
    t_end(der, octets, 0x04, 0);
    t_end(der, extension, 0x30, 0);
}

static void put_template(struct t_world *world, struct t_buf *der) {
    const struct t_text value = choose_text(world);
    const size_t extension = t_begin(der);
    t_der(der, "OID{ 1.3.6.1.4.1.311.20.2 }");
    const size_t octets = t_begin(der);
    t_tlv(der, 0x0C, value.bytes, value.len);
    t_end(der, octets, 0x04, 0);
    t_end(der, extension, 0x30, 0);
}

#define EXTENSION(oid, inside) "SEQUENCE{ OID{ " oid " } OCTETSTRING{ " inside " } }"

static const char *const extensions[] = {
    EXTENSION("2.5.29.37", "SEQUENCE{ OID{ 1.3.6.1.5.5.7.3.2 } OID{ 1.2.3 } }"),
    EXTENSION("2.5.29.37", "SEQUENCE{ OID{ 1.3.6.1.5.5.7.3.2 } }"),
    EXTENSION("2.5.29.37", "SEQUENCE{ NULL{} }"),
    EXTENSION("2.5.29.15", "BITSTRING{ 05 A0 }"),
    EXTENSION("2.5.29.15", "BITSTRING{ 05 20 }"),
    EXTENSION("2.5.29.32", "SEQUENCE{ SEQUENCE{ OID{ 1.2.3 } } SEQUENCE{ OID{ 1.2.4 } } }"),
    EXTENSION("2.5.29.32", "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.32.0 } } }"),
    EXTENSION("2.5.29.14", "OCTETSTRING{ 01 02 }"),
    EXTENSION("2.5.29.35", "SEQUENCE{ 80{ 01 02 } }"),
    EXTENSION("1.3.6.1.4.1.311.25.2",
              "SEQUENCE{ A0{ OID{1.3.6.1.4.1.311.25.2.1} A0{ OCTETSTRING{\"S-1-5-21-1\"} } } }"),
    EXTENSION("1.2.3", "01 02"),
    EXTENSION("1.2.3", "01 03"),
    EXTENSION("1.2.4", "01 02"),
    EXTENSION("1.2.3", "UTF8String{\"ab\"}"),
    EXTENSION("1.2.4", "\"ab\""),
    EXTENSION(
        "1.3.6.1.5.5.7.1.3",
        "SEQUENCE{ SEQUENCE{ OID{0.4.0.1862.1.1} } SEQUENCE{ OID{0.4.0.1862.1.6} SEQUENCE{ OID{0.4.0.1862.1.6.3} } }"
        " SEQUENCE{ OID{0.4.0.19495.2} SEQUENCE{ SEQUENCE{ SEQUENCE{ OID{0.4.0.19495.1.2} UTF8String{\"PSP_PI\"} } }"
        " UTF8String{\"x\"} UTF8String{\"y\"} } } }"),
    EXTENSION("1.3.6.1.5.5.7.1.3", "SEQUENCE{ SEQUENCE{ OID{0.4.0.1862.1.6} } }"),
};
enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

static void put_extensions(struct t_world *world, struct t_buf *der) {
    const size_t mark = t_begin(der);
    if (chance(world, 80))
        put_san(world, der);
    if (chance(world, 30))
        put_template(world, der);
    for (size_t i = below(world, 5); i > 0; i--)
        t_der(der, extensions[below(world, EXTENSIONS)]);
    if (chance(world, 2))
        t_put(der, "\x31");
    t_end(der, mark, 0x30, 0);
}

static struct certmap_view bytes_of(struct t_buf *buf, const char *text) {
    t_buf_clear(buf);
    t_der(buf, text);
    return t_view(buf);
}

static void set_extensions(struct t_random_cert *made, struct t_world *world) {
    t_buf_clear(&made->extensions);
    if (chance(world, 90))
        put_extensions(world, &made->extensions);
    if (chance(world, 95))
        made->cert.extensions = t_view(&made->extensions);
}

/* A certificate, as small as one can be, and one that differs from it in the signature alone: as text in rules below. */
#define SMALL_CERT(length, signature)                                                                                  \
    "\x30" length                                                                                                      \
    "\x30\x1B\x02\x01\x01\x30\x03\x06\x01\x2A\x30\x00\x30\x04\x17\x00\x17\x00\x30\x00\x30\x07\x30\x03\x06\x01\x2A"     \
    "\x03\x00\x30\x03\x06\x01\x2A" signature

#define DIGEST_BYTES 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1

/* Of up to three CAs, or none that was verified. */
static void set_chain(struct certmap_cert *cert, struct t_world *world) {
    static const uint8_t digests[5][CERTMAP_SHA256_SIZE] = {{2}, {DIGEST_BYTES}, {3}, {DIGEST_BYTES}, {2}};
    struct certmap_view *const wanted[] = {&cert->chain_sha256, &cert->chain_key_sha256};
    for (size_t i = 0; i < 2; i++) {
        const size_t count = below(world, 4), first = below(world, 3);
        if (chance(world, 70))
            *wanted[i] = (struct certmap_view){digests[first], count * sizeof *digests};
    }
}

/* Pieces that are there, or not. */
static void set_pieces(struct t_random_cert *made, struct t_world *world) {
    static const uint8_t digests[2][CERTMAP_SHA256_SIZE] = {{DIGEST_BYTES}, {2}};
    static const uint8_t long_digests[2][CERTMAP_SHA512_SIZE] = {{0}, {2}};
    static const struct certmap_view certificates[] = {{(const uint8_t *)"\x30", 2},
                                                       {(const uint8_t *)"\x30\x01\x30", 3},
                                                       {(const uint8_t *)"1", 1},
                                                       {(const uint8_t *)SMALL_CERT("\x24", "\x03\x00"), 38},
                                                       {(const uint8_t *)SMALL_CERT("\x25", "\x03\x01\x00"), 39}};
    static const char *const serials[] = {"INTEGER{01}", "INTEGER{02}", "INTEGER{7F 01}", "NULL{}"};
    struct certmap_cert *cert = &made->cert;
    struct certmap_view *const wanted[] = {&cert->sha256, &cert->key_sha256, &cert->tbs_sha256, &cert->issuer_sha256,
                                           &cert->issuer_key_sha256};
    struct certmap_view *const longer[] = {&cert->sha512, &cert->key_sha512}, *const shorter[] = {&cert->key_sha1,
                                                                                                  &cert->issuer_sha1};
    for (size_t i = 0; i < 2; i++) {
        if (chance(world, 70))
            *longer[i] = (struct certmap_view){long_digests[below(world, 2)], CERTMAP_SHA512_SIZE};
        if (chance(world, 70))
            *shorter[i] = (struct certmap_view){digests[below(world, 2)], CERTMAP_SHA1_SIZE};
    }
    for (size_t i = 0; i < 5; i++)
        if (chance(world, 70))
            *wanted[i] = (struct certmap_view){digests[below(world, 2)], CERTMAP_SHA256_SIZE};
    set_chain(cert, world);
    if (chance(world, 60))
        cert->certificate = certificates[below(world, 5)];
    if (chance(world, 80))
        cert->serial = bytes_of(&made->serial, serials[below(world, 4)]);
    if (chance(world, 80))
        cert->version = (struct certmap_view){(const uint8_t *)"\x02\x01\x02", 3};
    if (chance(world, 80))
        cert->validity = bytes_of(&made->validity, "SEQUENCE{ UTCTime{\"200101000000Z\"} UTCTime{\"300101000000Z\"} }");
    cert->time = chance(world, 80) ? 1500000000 + (int64_t)below(world, 3) * 250000000 : 0;
}

/* The Names, and perhaps the certificate: as much as a server supplies where rules read no more. */
static void know_less(struct certmap_cert *cert) {
    struct certmap_cert less = CERTMAP_CERT_INIT;
    less.subject = cert->subject;
    less.issuer = cert->issuer;
    less.certificate = cert->certificate;
    *cert = less;
}

void t_world_cert(struct t_random_cert *made, struct t_world *world) {
    struct t_random_name subject = choose_name(world), issuer = choose_name(world);
    while (chance(world, 30))
        change_name(world, &subject);
    made->cert = (struct certmap_cert)CERTMAP_CERT_INIT;
    t_buf_clear(&made->subject);
    put_name(world, &made->subject, &subject);
    t_buf_clear(&made->issuer);
    put_name(world, &made->issuer, &issuer);
    made->cert.subject = t_view(&made->subject);
    made->cert.issuer = t_view(&made->issuer);
    set_extensions(made, world);
    set_pieces(made, world);
    if (chance(world, 15))
        know_less(&made->cert);
}

void t_random_cert_free(struct t_random_cert *made) {
    t_buf_free(&made->subject);
    t_buf_free(&made->issuer);
    t_buf_free(&made->extensions);
    t_buf_free(&made->validity);
    t_buf_free(&made->serial);
}
