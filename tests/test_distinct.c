/* SPDX-License-Identifier: MIT */
/* No value is taken for another: of values of a kind that are made at random out of what could confuse them, two have
 * the same text exactly if docs/matching.md says that they are the same. Each maker writes the value, and its identity
 * as this page says it, in another way than the library: parts with their lengths before them. */
#include "base/view.h"
#include "certmap/explain.h"
#include "support/der.h"
#include "support/random.h"
#include "support/run.h"
#include <stdio.h>

enum { VALUES = 700, LONGEST = 40 };

/* A value: the extensions that have it, and what it is. */
struct value {
    struct t_buf der, identity, text;
    bool readable;
};

static struct t_random chance = T_RANDOM_SEED(1);

/* ---- parts ---- */

/* A few characters of an alphabet; returns how many. */
static size_t characters(char *text, const char *alphabet, size_t most) {
    const size_t len = t_random_below(&chance, most + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = alphabet[t_random_below(&chance, strlen(alphabet))];
    return len;
}

/* Adds a part of the identity. */
static void part(struct value *value, const char *text, size_t len) {
    const uint8_t length = (uint8_t)len;
    t_bytes(&value->identity, &length, 1);
    t_bytes(&value->identity, text, len);
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The same in small letters from a place on, up to another. */
static void part_lower(struct value *value, char *text, size_t len, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        text[i] = lower(text[i]);
    part(value, text, len);
}

/* One extension around a value that was appended since the mark. */
static void end_extension(struct value *value, size_t mark, const char *oid) {
    t_end(&value->der, mark, 0x04, 0);
    struct t_buf rest = T_BUF_INIT, octets = T_BUF_INIT;
    t_bytes(&octets, value->der.data, value->der.len);
    t_buf_clear(&value->der);
    const size_t list = t_begin(&value->der), extension = t_begin(&value->der);
    t_der(&rest, oid);
    t_tlv(&value->der, 0x06, rest.data, rest.len);
    t_bytes(&value->der, octets.data, octets.len);
    t_end(&value->der, extension, 0x30, 0);
    t_end(&value->der, list, 0x30, 0);
    t_buf_free(&rest);
    t_buf_free(&octets);
}

/* ---- names in the SAN ---- */

static void san(struct value *value, uint8_t tag, const void *contents, size_t len) {
    const size_t octets = t_begin(&value->der), names = t_begin(&value->der);
    t_tlv(&value->der, tag, contents, len);
    t_end(&value->der, names, 0x30, 0);
    end_extension(value, octets, "2.5.29.17");
}

/* An otherName of this type around an element. */
static void other_name(struct value *value, const char *oid, const struct t_buf *element) {
    struct t_buf contents = T_BUF_INIT, type = T_BUF_INIT;
    t_der(&type, oid);
    t_tlv(&contents, 0x06, type.data, type.len);
    t_tlv(&contents, 0xA0, element->data, element->len);
    san(value, 0xA0, contents.data, contents.len);
    t_buf_free(&contents);
    t_buf_free(&type);
}

static void make_dns(struct value *value) {
    char text[LONGEST];
    const size_t len = characters(text, "aA.*-b", 4);
    san(value, 0x82, text, len);
    part_lower(value, text, len, 0, len);
}

/* The host is after the last @. */
static void make_email(struct value *value) {
    char text[LONGEST];
    const size_t len = characters(text, "aA@@.\"\\", 5);
    size_t host = len;
    while (host > 0 && text[host - 1] != '@')
        host--;
    san(value, 0x81, text, len);
    part_lower(value, text, len, host, len);
}

/* A scheme, and where two slashes follow, who logs in, and a host. */
static void make_uri(struct value *value) {
    char text[4 * LONGEST], scheme[LONGEST], user[LONGEST], host[LONGEST], rest[LONGEST];
    const size_t schemes = 1 + characters(scheme + 1, "aA", 1), users = characters(user, "aA:", 2);
    const size_t hosts = characters(host, "aA.", 2), rests = characters(rest, "aA@?#/%:", 3);
    const bool authority = t_random_chance(&chance, 70), at = authority && t_random_chance(&chance, 50);
    scheme[0] = t_random_chance(&chance, 50) ? 'h' : 'H';
    if (!authority && rests > 0 && rest[0] == '/')
        rest[0] = 'a';
    const int len = snprintf(text, sizeof text, "%.*s:%s%.*s%s%.*s%s%.*s", (int)schemes, scheme, authority ? "//" : "",
                             (int)(at ? users : 0), user, at ? "@" : "", (int)(authority ? hosts : 0), host,
                             authority ? "/" : "", (int)rests, rest);
    const size_t from = schemes + 3 + (at ? users + 1 : 0);
    san(value, 0x86, text, (size_t)len);
    for (size_t i = 0; i < schemes; i++)
        text[i] = lower(text[i]);
    part_lower(value, text, (size_t)len, authority ? from : 0, authority ? from + hosts : 0);
}

static void make_ip(struct value *value) {
    char octets[16] = {0};
    const size_t len = t_random_chance(&chance, 50) ? 4 : 16;
    for (size_t i = 0; i < len; i++)
        octets[i] = (char)(t_random_chance(&chance, 70) ? 0 : t_random_chance(&chance, 50) ? 0xFF : 1);
    san(value, 0x87, octets, len);
    part(value, octets, len);
}

static void make_upn(struct value *value) {
    char text[LONGEST];
    struct t_buf element = T_BUF_INIT;
    const size_t len = characters(text, "aA@@\\/ ", 4);
    t_tlv(&element, t_random_chance(&chance, 50) ? 0x0C : 0x16, text, len);
    other_name(value, "1.3.6.1.4.1.311.20.2.3", &element);
    part(value, text, len);
    t_buf_free(&element);
}

static const char *some_oid(void) {
    static const char *const oids[] = {"0.0",
                                       "0.1",
                                       "1.0",
                                       "1.39",
                                       "2.0",
                                       "2.40",
                                       "2.999",
                                       "1.2.3",
                                       "1.2.3.0",
                                       "1.23",
                                       "2.5.29.32.0",
                                       "2.5.29.37.0",
                                       "1.3.6.1.5.5.7.3.2",
                                       "1.3.6.1.5.5.7.3.21"};
    return oids[t_random_below(&chance, sizeof oids / sizeof *oids)];
}

static void make_rid(struct value *value) {
    struct t_buf oid = T_BUF_INIT;
    const char *dotted = some_oid();
    t_der(&oid, dotted);
    san(value, 0x88, oid.data, oid.len);
    part(value, dotted, strlen(dotted));
    t_buf_free(&oid);
}

/* ---- principals ---- */

static void general_string(struct t_buf *out, struct value *value, const char *text, size_t len) {
    t_tlv(out, 0x1B, text, len);
    part(value, text, len);
}

/* The parts of a principal; what it is is which they are, the realm first. */
static void make_principal(struct value *value) {
    static const char alphabet[] = "aR/@\\\n";
    char text[LONGEST];
    struct t_buf element = T_BUF_INIT;
    const size_t all = t_begin(&element), box = t_begin(&element);
    general_string(&element, value, text, characters(text, t_random_chance(&chance, 60) ? "aR" : alphabet, 3));
    t_end(&element, box, 0xA0, 0);
    const size_t name_box = t_begin(&element), name = t_begin(&element);
    t_der(&element, t_random_chance(&chance, 50) ? "A0{ INTEGER{01} }" : "A0{ INTEGER{02} }");
    const size_t strings_box = t_begin(&element), strings = t_begin(&element);
    for (size_t left = 1 + t_random_below(&chance, 3); left > 0; left--)
        general_string(&element, value, text, characters(text, t_random_chance(&chance, 60) ? "aR" : alphabet, 2));
    t_end(&element, strings, 0x30, 0);
    t_end(&element, strings_box, 0xA1, 0);
    t_end(&element, name, 0x30, 0);
    t_end(&element, name_box, 0xA1, 0);
    t_end(&element, all, 0x30, 0);
    other_name(value, "1.3.6.1.5.2.2", &element);
    t_buf_free(&element);
}

/* ---- extensions ---- */

static void make_eku(struct value *value) {
    struct t_buf oid = T_BUF_INIT;
    const char *dotted = some_oid();
    const size_t octets = t_begin(&value->der), list = t_begin(&value->der);
    t_der(&oid, dotted);
    t_tlv(&value->der, 0x06, oid.data, oid.len);
    t_end(&value->der, list, 0x30, 0);
    end_extension(value, octets, "2.5.29.37");
    part(value, dotted, strlen(dotted));
    t_buf_free(&oid);
}

static void make_ski(struct value *value) {
    char octets[LONGEST];
    const size_t len = characters(octets, "\x01\x10\x11", 3), mark = t_begin(&value->der);
    t_tlv(&value->der, 0x04, octets, len);
    end_extension(value, mark, "2.5.29.14");
    part(value, octets, len);
}

/* The OID of a template, or a name, which may be chosen to read like one. */
static void make_template(struct value *value) {
    struct t_buf oid = T_BUF_INIT;
    const char *text = t_random_chance(&chance, 30) ? "User" : some_oid();
    const bool name = t_random_chance(&chance, 50);
    const size_t octets = t_begin(&value->der);
    const size_t list = t_begin(&value->der);
    t_der(&oid, name || text[0] == 'U' ? "1.2" : text);
    if (name)
        t_tlv(&value->der, 0x0C, text, strlen(text));
    else
        t_tlv(&value->der, 0x06, oid.data, oid.len);
    t_end(&value->der, list, 0x30, 0);
    end_extension(value, octets, name ? "1.3.6.1.4.1.311.20.2" : "1.3.6.1.4.1.311.21.7");
    part(value, name ? "name" : "oid", name ? 4 : 3);
    part(value, name || text[0] != 'U' ? text : "1.2", name || text[0] != 'U' ? strlen(text) : 3);
    t_buf_free(&oid);
}

/* ---- the certificate's own ---- */

/* Two's complement: octets at the front that say no more than the sign are no part of a number. */
static void make_serial(struct value *value) {
    char octets[LONGEST];
    size_t len = characters(octets, "\x01\x7F\x80\xFF", 3) + 1, from = 0;
    octets[len - 1] = (char)t_random_below(&chance, 3);
    if (t_random_chance(&chance, 30)) {
        memmove(octets + 1, octets, len++);
        octets[0] = 0;
    }
    t_tlv(&value->der, 0x02, octets, len);
    while (from + 1 < len && ((octets[from] == 0 && (octets[from + 1] & 0x80) == 0) ||
                              ((uint8_t)octets[from] == 0xFF && (octets[from + 1] & 0x80) != 0)))
        from++;
    part(value, octets + from, len - from);
}

/* ---- all of them ---- */

static const struct kind {
    const char *name;
    enum certmap_field field;
    void (*make)(struct value *value);
    size_t readable; /* at least so many of a hundred */
} kinds[] = {
    {"san.dns", CERTMAP_FIELD_SAN, make_dns, 100},       {"san.email", CERTMAP_FIELD_SAN, make_email, 30},
    {"san.uri", CERTMAP_FIELD_SAN, make_uri, 100},       {"san.ip", CERTMAP_FIELD_SAN, make_ip, 100},
    {"san.upn", CERTMAP_FIELD_SAN, make_upn, 100},       {"san.rid", CERTMAP_FIELD_SAN, make_rid, 100},
    {"san.krb5", CERTMAP_FIELD_SAN, make_principal, 30}, {"eku", CERTMAP_FIELD_EKU, make_eku, 100},
    {"ski", CERTMAP_FIELD_SKI, make_ski, 100},           {"ms.template", CERTMAP_FIELD_MS_TEMPLATE, make_template, 40},
    {"serial", CERTMAP_FIELD_SERIAL, make_serial, 100},
};

static void read_value(struct value *value, const struct kind *kind, struct certmap_peer *peer) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_value read = CERTMAP_VALUE_INIT;
    static const uint8_t empty[] = {0x30, 0x00};
    cert.subject = cert.issuer = cm_view(empty, sizeof empty);
    if (kind->field == CERTMAP_FIELD_SERIAL)
        cert.serial = t_view(&value->der);
    else
        cert.extensions = t_view(&value->der);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_field_unknown(peer, kind->field), CERTMAP_CODE_NONE);
    ck_assert_int_eq(certmap_peer_value(peer, &read, kind->field, 0, NULL), CERTMAP_OK);
    value->readable = read.text.data != NULL;
    t_bytes(&value->text, read.text.data, read.text.len);
}

static bool same(struct t_buf *a, struct t_buf *b) {
    return cm_view_equal(t_view(a), t_view(b));
}

static void compare(const struct kind *kind, struct value *a, struct value *b) {
    if (a->readable && b->readable)
        ck_assert_msg(same(&a->text, &b->text) == same(&a->identity, &b->identity), "%s: \"%.*s\" and \"%.*s\"",
                      kind->name, (int)a->text.len, (const char *)t_view(&a->text).data, (int)b->text.len,
                      (const char *)t_view(&b->text).data);
}

T_TEST(texts_are_distinct) {
    static struct value values[VALUES];
    const struct kind *kind = &kinds[_i];
    struct certmap_peer *peer;
    size_t readable = 0;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = (struct value){T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, false};
        kind->make(&values[i]);
        read_value(&values[i], kind, peer);
        readable += values[i].readable;
        for (size_t k = 0; k < i; k++)
            compare(kind, &values[k], &values[i]);
    }
    ck_assert_uint_ge(readable * 100, kind->readable * VALUES);
    for (size_t i = 0; i < VALUES; i++) {
        t_buf_free(&values[i].der);
        t_buf_free(&values[i].identity);
        t_buf_free(&values[i].text);
    }
    certmap_peer_free(peer);
}

/* ---- patterns about the parts of a principal ---- */

/* The part of an identity that begins here; *at is moved after it. */
static struct certmap_view take_part(struct t_buf *identity, size_t *at) {
    const struct certmap_view taken = cm_view(identity->data + *at + 1, identity->data[*at]);
    *at += 1 + taken.len;
    return taken;
}

static bool realm_is_r(struct value *value) {
    size_t at = 0;
    return cm_view_equal(take_part(&value->identity, &at), CM_VIEW("R"));
}

static bool last_component_is_a(struct value *value) {
    size_t at = 0, parts = 0;
    struct certmap_view last = CM_VIEW_NONE;
    for (; at < value->identity.len; parts++)
        last = take_part(&value->identity, &at);
    return parts > 2 && cm_view_equal(last, CM_VIEW("a")) && realm_is_r(value);
}

static bool first_component_is_a(struct value *value) {
    size_t at = 0;
    (void)take_part(&value->identity, &at);
    return cm_view_equal(take_part(&value->identity, &at), CM_VIEW("a")) && at < value->identity.len;
}

static bool realm_begins_with_r(struct value *value) {
    size_t at = 0;
    const struct certmap_view realm = take_part(&value->identity, &at);
    return realm.len > 0 && realm.data[0] == 'R';
}

static const struct {
    const char *pattern;
    bool (*holds)(struct value *value);
} patterns[] = {
    {"*@R", realm_is_r},
    {"*@R*", realm_begins_with_r},
    {"*/a@R", last_component_is_a},
    {"a/*", first_component_is_a},
};

T_TEST(patterns_know_the_parts) {
    char text[160];
    struct certmap_peer *peer;
    struct certmap_rules *rules;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    size_t true_ones = 0;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    const int len = snprintf(text, sizeof text, "certmap 1; mapping \"k\" { when san.krb5 like \"%s\"; allow \"k\"; }",
                             patterns[_i].pattern);
    ck_assert_int_eq(certmap_rules_parse(&rules, cm_view(text, (size_t)len), NULL, NULL), CERTMAP_OK);
    for (size_t i = 0; i < 20 * VALUES; i++) {
        struct value value = {T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, false};
        make_principal(&value);
        read_value(&value, &(struct kind){"", CERTMAP_FIELD_SAN, NULL, 0}, peer);
        ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
        const bool holds = patterns[_i].holds(&value), allowed = result.decision == CERTMAP_ALLOW;
        ck_assert_msg(allowed == (holds && value.readable), "%s", patterns[_i].pattern);
        true_ones += allowed;
        t_buf_free(&value.der);
        t_buf_free(&value.identity);
        t_buf_free(&value.text);
    }
    ck_assert_uint_gt(true_ones, 20);
    certmap_rules_free(rules);
    certmap_peer_free(peer);
}

T_TESTS("distinct", T_CASE("texts", T_LOOP(texts_are_distinct, sizeof kinds / sizeof *kinds),
                           T_LOOP(patterns_know_the_parts, sizeof patterns / sizeof *patterns)))
