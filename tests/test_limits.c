/* SPDX-License-Identifier: MIT */
/* The limits of certmap.h on Names, each at its edge: at the limit all is well, one more gives the answer that
 * the header promises. And what the worst Names within all limits cost. */
#include "base/view.h"
#include "certmap/explain.h"
#include "certmap/limits.h"
#include "support/alloc.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>

static struct t_alloc memory;
static struct certmap_peer *peer;
static struct t_buf name, other;

static void set_up(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
    t_name(&other, "CN=CA");
}

static void tear_down(void) {
    t_buf_free(&name);
    t_buf_free(&other);
    certmap_peer_free(peer);
    ck_assert_uint_eq(memory.live, 0);
}

/* Sets the peer to the Name as its subject. */
static enum certmap_status set_subject(struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    cert.subject = t_view(&name);
    cert.issuer = t_view(&other);
    return certmap_peer_set(peer, &cert, err);
}

static enum certmap_status set_issuer(struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    cert.subject = t_view(&other);
    cert.issuer = t_view(&name);
    return certmap_peer_set(peer, &cert, err);
}

static struct certmap_value value_at(size_t index) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, index, NULL), CERTMAP_OK);
    return value;
}

/* ---- the limits are at least what DESIGN asks for ---- */

static const struct {
    const char *what;
    size_t limit, floor;
} floors[] = {
    {"CERTMAP_MAX_VALUE_SIZE", CERTMAP_MAX_VALUE_SIZE, 65536},
    {"CERTMAP_MAX_TEXT_SIZE", CERTMAP_MAX_TEXT_SIZE, 65536},
    {"CERTMAP_MAX_RDNS", CERTMAP_MAX_RDNS, 2000},
    {"CERTMAP_MAX_AVAS_PER_RDN", CERTMAP_MAX_AVAS_PER_RDN, 200},
    {"CERTMAP_MAX_MAPPINGS", CERTMAP_MAX_MAPPINGS, 1000000},
    {"CERTMAP_MAX_NESTING", CERTMAP_MAX_NESTING, 200},
};

T_TEST(floor_of_a_limit) {
    ck_assert_msg(floors[_i].limit >= floors[_i].floor, "%s is %zu", floors[_i].what, floors[_i].limit);
}

/* ---- Names that are too large ---- */

/* A Name of exactly this many bytes, over 65,536, with one value that is not text. */
static void make_name_of_size(size_t size) {
    const size_t headers = 5 + 5 + 5 + 5 + 5; /* Name, RDN, AVA, type, value: four length octets, but for the type */
    const size_t sequence = t_begin(&name), set = t_begin(&name), ava = t_begin(&name);
    t_der(&name, "OID{2.5.4.3}");
    const size_t value = t_begin(&name);
    for (size_t i = headers; i < size; i++)
        t_bytes(&name, "x", 1);
    t_end(&name, value, 0x04, 0);
    t_end(&name, ava, 0x30, 0);
    t_end(&name, set, 0x31, 0);
    t_end(&name, sequence, 0x30, 0);
    ck_assert_uint_eq(name.len, size);
}

static void make_name_of_rdns(size_t count) {
    char spec[64];
    snprintf(spec, sizeof spec, "rdns %zu CN=A", count);
    t_name(&name, spec);
}

static void make_rdn_of_avas(size_t count) {
    char spec[64];
    snprintf(spec, sizeof spec, "C=US | avas %zu CN=A", count);
    t_name(&name, spec);
}

static void make_type_of_size(size_t size) {
    const size_t sequence = t_begin(&name), set = t_begin(&name), ava = t_begin(&name), type = t_begin(&name);
    for (size_t i = 0; i + 1 < size; i++)
        t_bytes(&name, "\xFF", 1);
    t_bytes(&name, "\x7F", 1);
    t_end(&name, type, 0x06, 0);
    t_der(&name, "UTF8String{\"x\"}");
    t_end(&name, ava, 0x30, 0);
    t_end(&name, set, 0x31, 0);
    t_end(&name, sequence, 0x30, 0);
}

static const struct {
    const char *what;
    void (*make)(size_t amount);
    size_t limit;
    size_t offset; /* of the error, one over */
    const char *text;
} limits[] = {
    {"size of a Name", make_name_of_size, CERTMAP_MAX_NAME_SIZE, 0, "the Name has more bytes than 1048576"},
    /* an RDN has 12 bytes, the header of the Name 4 */
    {"RDNs", make_name_of_rdns, CERTMAP_MAX_RDNS, 4 + 12 * CERTMAP_MAX_RDNS, "the Name has more RDNs than 4096"},
    /* an AVA has 10 bytes, the first RDN 13, headers 4 each */
    {"AVAs of an RDN", make_rdn_of_avas, CERTMAP_MAX_AVAS_PER_RDN, 4 + 13 + 4 + 10 * CERTMAP_MAX_AVAS_PER_RDN,
     "an RDN has more AVAs than 256"},
    {"size of a type", make_type_of_size, CERTMAP_MAX_OID_SIZE, 4 + 4 + 4,
     "the type of an AVA has more bytes than 1024"},
};

T_TEST(at_the_limit) {
    struct certmap_diagnostic err;
    limits[_i].make(limits[_i].limit);
    ck_assert_msg(set_subject(&err) == CERTMAP_OK, "%s: %s", limits[_i].what, err.text);
    ck_assert_uint_gt(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert_msg(set_issuer(&err) == CERTMAP_OK, "%s: %s", limits[_i].what, err.text);
}

static void check_over(int row, const char *field, enum certmap_status (*set)(struct certmap_diagnostic *err)) {
    struct certmap_diagnostic err;
    char text[256];
    snprintf(text, sizeof text, "%s: %s", field, limits[row].text);
    ck_assert_msg(set(&err) == CERTMAP_ERROR_LIMIT, "%s of the %s", limits[row].what, field);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NAME_TOO_LARGE);
    ck_assert_str_eq(err.text, text);
    ck_assert_uint_eq(err.offset, limits[row].offset);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_ISSUER), 0);
}

T_TEST(one_over_the_limit) {
    limits[_i].make(limits[_i].limit + 1);
    check_over(_i, "subject", set_subject);
    check_over(_i, "issuer", set_issuer);
}

T_TEST(far_over_the_limit) {
    limits[_i].make(limits[_i].limit * 2);
    ck_assert_int_eq(set_subject(NULL), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(set_issuer(NULL), CERTMAP_ERROR_LIMIT);
}

/* A type that is no OID is malformed, however large. */
T_TEST(a_large_type_that_is_padded) {
    struct certmap_diagnostic err;
    t_der(&name, "SEQUENCE{ SET{ SEQUENCE{ OID{ 80 2000*FF 7F } UTF8String{\"x\"} } } }");
    ck_assert_int_eq(set_subject(&err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, CERTMAP_CODE_MALFORMED_OID);
}

T_TEST(the_largest_type_as_text) {
    make_type_of_size(CERTMAP_MAX_OID_SIZE);
    ck_assert_int_eq(set_subject(NULL), CERTMAP_OK);
    const struct certmap_value value = value_at(0);
    ck_assert_uint_eq(value.oid.len, 2 + 2158); /* 2^7168 - 81, under 2 */
    ck_assert_mem_eq(value.oid.data, "2.", 2);
    ck_assert(cm_view_equal(value.subfield, value.oid));
}

T_TEST(ten_thousand_rdns) {
    struct certmap_diagnostic err;
    make_name_of_rdns(10000);
    ck_assert_int_eq(set_subject(&err), CERTMAP_ERROR_LIMIT);
    ck_assert_str_eq(err.text, "subject: the Name has more RDNs than 4096");
}

/* ---- values that are too large ---- */

static const struct {
    const char *what, *spec; /* a value of CERTMAP_MAX_VALUE_SIZE bytes */
    const char *more;        /* what makes it one code point longer */
    size_t len;              /* of its text in NFC */
} values[] = {
    {"utf8", "utf8 CN=\\{a*65536}", "a", 65536},
    {"utf8 of two bytes", "utf8 CN=\\{\xC3\xA9*32768}", "a", 65536},
    {"utf8 of four bytes", "utf8 CN=\\{\xF0\x9F\x98\x80*16384}", "a", 65536},
    {"utf8 that becomes three times as long", "utf8 CN=\\{\xF0\x9D\x85\xA0*16384}", "a", 3 * 65536},
    {"utf8 that becomes shorter", "utf8 CN=ab\\{e\xCC\x81*21844}cd", "a", 2 + 2 * 21844 + 2},
    {"printable", "printable CN=\\{A*65536}", "a", 65536},
    {"ia5", "ia5 CN=\\{A*65536}", "a", 65536},
    {"visible", "visible CN=\\{A*65536}", "a", 65536},
    {"numeric", "numeric CN=\\{1*65536}", "1", 65536},
    {"t61", "t61 CN=\\{\\xE9*65536}", "a", 2 * 65536},
    {"bmp", "bmp CN=\\{\xE2\x82\xAC*32768}", "a", 3 * 32768},
    {"bmp that becomes six times as long", "bmp CN=\\{\xEF\xAC\xAC*32768}", "a", 6 * 32768},
    {"universal", "universal CN=\\{a*16384}", "a", 16384},
};

T_TEST(a_value_at_the_limit) {
    t_name(&name, values[_i].spec);
    ck_assert_int_eq(set_subject(NULL), CERTMAP_OK);
    const struct certmap_value value = value_at(0);
    ck_assert_uint_eq(value.der.len, 5 + CERTMAP_MAX_VALUE_SIZE);
    ck_assert_msg(value.unreadable == CERTMAP_CODE_NONE, "%s: %s", values[_i].what,
                  certmap_code_name(value.unreadable));
    ck_assert_uint_eq(value.text.len, values[_i].len);
    ck_assert_uint_eq(value.text.data[value.text.len], 0);
}

/* It is unreadable, and the others are not. */
T_TEST(a_value_over_the_limit) {
    char spec[128];
    snprintf(spec, sizeof spec, "OU=before | %s%s | OU=after", values[_i].spec, values[_i].more);
    t_name(&name, spec);
    ck_assert_int_eq(set_subject(NULL), CERTMAP_OK);
    const struct certmap_value value = value_at(1);
    ck_assert_msg(value.unreadable == CERTMAP_CODE_VALUE_TOO_LONG, "%s: %s", values[_i].what,
                  certmap_code_name(value.unreadable));
    ck_assert_ptr_null(value.text.data);
    ck_assert_uint_gt(value.der.len, 5 + CERTMAP_MAX_VALUE_SIZE);
    ck_assert(cm_view_equal(value_at(0).text, CM_VIEW("before")));
    ck_assert(cm_view_equal(value_at(2).text, CM_VIEW("after")));
}

/* The type is looked at first: a large value that is no text is that. */
T_TEST(a_large_value_of_another_type) {
    t_name(&name, "octet CN=\\{x*70000}");
    ck_assert_int_eq(set_subject(NULL), CERTMAP_OK);
    ck_assert_int_eq(value_at(0).unreadable, CERTMAP_CODE_VALUE_TYPE);
}

/* ---- the worst within all limits ---- */

/* Names of nearly CERTMAP_MAX_NAME_SIZE bytes that take much memory for their size. */
static const struct {
    const char *what, *spec;
    size_t count; /* of AVAs */
} hostile[] = {
    {"empty values", "rdns 583 avas 256 1.2=", 583 * 256},
    {"values of one letter", "rdns 510 avas 256 1.2=A", 510 * 256},
    {"values of one letter that is not ASCII", "rdns 510 avas 256 t61 1.2=\\xE9", 510 * 256},
    {"values of one code point that becomes three", "rdns 370 avas 256 1.2=\xF0\x9D\x85\xA0", 370 * 256},
    {"values that are no text", "rdns 583 avas 256 0x05 1.2=", 583 * 256},
    {"as many RDNs as there may be", "rdns 4096 avas 30 1.2=A", 4096 * 30},
    {"values of 64 KiB that become six times as long", "rdns 15 bmp CN=\\{\xEF\xAC\xAC*32768}", 15},
    {"values of 64 KiB that become three times as long", "rdns 15 CN=\\{\xF0\x9D\x85\xA0*16384}", 15},
    {"64 KiB in the worst order", "rdns 15 CN=\\{\xCC\x81\xCC\xA3*16384}", 15},
    {"64 KiB of Latin-1", "rdns 15 t61 CN=\\{\\xE9*65536}", 15},
};

/* Room for the head of each chunk and the peer itself. */
#define SLACK 8192

/* Asks for every value; where the memory of the peer is used up, that is said. */
static void ask_for_all(size_t count) {
    for (size_t i = 0; i < 2 * count; i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        const enum certmap_field field = i % 2 == 0 ? CERTMAP_FIELD_SUBJECT : CERTMAP_FIELD_ISSUER;
        const enum certmap_status status = certmap_peer_value(peer, &value, field, i / 2, NULL);
        if (status != CERTMAP_OK && status != CERTMAP_ERROR_LIMIT)
            ck_abort_msg("value %zu: %d", i / 2, (int)status);
    }
}

T_TEST(the_worst_names) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err;
    t_name(&name, hostile[_i].spec);
    ck_assert_uint_le(name.len, CERTMAP_MAX_NAME_SIZE);
    ck_assert_uint_gt(name.len, CERTMAP_MAX_NAME_SIZE / 10 * 9);
    cert.subject = cert.issuer = t_view(&name);
    for (int round = 0; round < 2; round++) { /* the second with what the first has left */
        ck_assert_msg(certmap_peer_set(peer, &cert, &err) == CERTMAP_OK, "%s: %s", hostile[_i].what, err.text);
        ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), hostile[_i].count);
        ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_ISSUER), hostile[_i].count);
    }
    ask_for_all(hostile[_i].count);
    ck_assert_msg(memory.peak <= CERTMAP_MAX_PEER_MEMORY + SLACK, "%s: %zu bytes", hostile[_i].what, memory.peak);
}

T_TESTS("limits",
        T_CASE("Names", T_EACH(set_up, tear_down), T_LOOP(floor_of_a_limit, COUNT(floors)),
               T_LOOP(at_the_limit, COUNT(limits)), T_LOOP(one_over_the_limit, COUNT(limits)),
               T_LOOP(far_over_the_limit, COUNT(limits)), a_large_type_that_is_padded, the_largest_type_as_text,
               ten_thousand_rdns),
        T_CASE("values", T_EACH(set_up, tear_down), T_LOOP(a_value_at_the_limit, COUNT(values)),
               T_LOOP(a_value_over_the_limit, COUNT(values)), a_large_value_of_another_type),
        T_CASE("worst", T_TAGS(T_SLOW), T_EACH(set_up, tear_down), T_LOOP(the_worst_names, COUNT(hostile))))
