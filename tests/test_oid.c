/* SPDX-License-Identifier: MIT */
/* Object identifiers: contents octets and dotted text, both ways. */
#include "base/out.h"
#include "base/view.h"
#include "der/oid.h"
#include "support/der.h"
#include "support/run.h"

/* ---- both ways ---- */

static const struct {
    const char *dotted, *octets;
} pairs[] = {
    {"0.0", "00"},
    {"0.39", "27"},
    {"1.0", "28"},
    {"1.39", "4F"},
    {"2.0", "50"},
    {"2.39", "77"},
    {"2.40", "78"},
    {"2.47", "7F"},
    {"2.48", "8100"},
    {"2.999", "8837"},     /* X.690 8.19.5 */
    {"2.999.3", "883703"}, /* X.690 8.19.5's example */
    {"2.5.4.3", "550403"},
    {"1.2.840.113549", "2A864886F70D"},
    {"1.2.840.113549.1.9.1", "2A864886F70D010901"},
    {"0.9.2342.19200300.100.1.25", "0992268993F22C640119"},
    {"1.2.0.0.0", "2A000000"},
    {"1.2.127", "2A7F"},
    {"1.2.128", "2A8100"},
    {"1.2.16383", "2AFF7F"},
    {"1.2.16384", "2A818000"},
    /* past 28, 32, 53, 63 and 64 bits */
    {"1.2.268435455", "2AFFFFFF7F"},
    {"1.2.268435456", "2A8180808000"},
    {"1.2.4294967295", "2A8FFFFFFF7F"},
    {"1.2.4294967296", "2A9080808000"},
    {"1.2.4294967299", "2A9080808003"},
    {"1.2.9007199254740993", "2A9080808080808001"},
    {"1.2.9223372036854775807", "2AFFFFFFFFFFFFFFFF7F"},
    {"1.2.9223372036854775808", "2A81808080808080808000"},
    {"1.2.18446744073709551615", "2A81FFFFFFFFFFFFFFFF7F"},
    {"1.2.18446744073709551616", "2A82808080808080808000"},
    {"1.2.18446744073709551619", "2A82808080808080808003"},
    /* X.667: a UUID as an arc, 128 bits */
    {"2.25.329800735698586629295641978511506172918", "6983F09DA7EBCFDEE0C7A1A7B2C0948CC8F9D776"},
    /* the second arc as well, past 10^9 and 2^64 */
    {"2.999999919", "83DCEB937F"},
    {"2.999999920", "83DCEB9400"},
    {"2.999999999", "83DCEB944F"},
    {"2.1000000000", "83DCEB9450"},
    {"2.18446744073709551536", "8280808080808080 8000"},
    {"2.18446744073709551616", "8280808080808080 8050"},
    /* decimal groups of nine and of eight digits that are all zeros */
    {"1.2.1000000000", "2A83DCEB9400"},
    {"1.2.1000000000000000000", "2A8DF0ADD6BABB908000"},
    {"1.2.100000000", "2AAFD7C200"},
    {"1.2.10000000000000000", "2A91E1DEA6FE848000"},
};

T_TEST(octets_to_text) {
    struct t_buf octets = T_BUF_INIT;
    char printed[256];
    size_t len;
    struct cm_out out = {printed, sizeof printed, 0};
    t_der(&octets, pairs[_i].octets);
    ck_assert_msg(cm_oid_valid(t_view(&octets)), "%s", pairs[_i].dotted);
    cm_oid_print(&out, t_view(&octets));
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    ck_assert_str_eq(printed, pairs[_i].dotted);
    t_buf_free(&octets);
}

T_TEST(text_to_octets) {
    struct t_buf octets = T_BUF_INIT;
    uint8_t contents[CERTMAP_MAX_OID_SIZE];
    t_der(&octets, pairs[_i].octets);
    struct certmap_view parsed = {contents, cm_oid_parse(contents, t_text(pairs[_i].dotted))};
    ck_assert_msg(cm_view_equal(parsed, t_view(&octets)), "%s", pairs[_i].dotted);
    t_buf_free(&octets);
}

/* ---- what is no OID ---- */

static const struct {
    const char *octets;
    bool valid;
} contents[] = {
    {"", false},           {"2A", true},          {"80", false}, /* never ends */
    {"81", false},         {"2A81", false},       {"2A8180", false},
    {"8001", false}, /* padded: X.690 8.19.2 */
    {"2A8001", false},     {"2A808001", false},   {"2A810180", false},
    {"2A81018003", false}, {"2A8180 8001", true}, /* 80 inside an arc is a digit */
    {"550403", true},      {"55048003", false},   {"FFFFFFFFFFFFFFFFFFFF7F", true},
};

T_TEST(validity) {
    struct t_buf octets = T_BUF_INIT;
    t_der(&octets, contents[_i].octets);
    ck_assert_msg(cm_oid_valid(t_view(&octets)) == contents[_i].valid, "%s", contents[_i].octets);
    t_buf_free(&octets);
}

static const char *const no_oids[] = {
    "",
    "1",
    "2",
    ".",
    "1.",
    ".1",
    "1..2",
    "1.2.",
    "1.2..3",
    "3.1",
    "9.1",
    "10.1",
    "00.1",
    "01.1",
    "1.02",
    "1.00",
    "1.2.03",
    "1.40",
    "0.40",
    "1.999",
    "0.4294967296",
    "1.18446744073709551616",
    "1.2 ",
    " 1.2",
    "1 .2",
    "1.2.-3",
    "1.2.+3",
    "1.2.0x3",
    "1.2.3a",
    "a.b",
    "OID.1.2",
    "1.2.3\n",
    "1,2,3",
    "1.2.3.\xC2\xB2",
};

T_TEST(no_oid) {
    uint8_t parsed[CERTMAP_MAX_OID_SIZE];
    ck_assert_msg(cm_oid_parse(parsed, t_text(no_oids[_i])) == 0, "\"%s\"", no_oids[_i]);
}

T_TEST(no_oid_with_a_nul) {
    uint8_t parsed[CERTMAP_MAX_OID_SIZE];
    ck_assert_uint_eq(cm_oid_parse(parsed, CM_VIEW("1.2\0")), 0);
    ck_assert_uint_eq(cm_oid_parse(parsed, CM_VIEW("1.\0"
                                                   "2")),
                      0);
    ck_assert_uint_eq(cm_oid_parse(parsed, CM_VIEW_NONE), 0);
}

/* ---- the limit ---- */

/* 2.<number>, and back. */
static size_t there_and_back(struct certmap_view octets) {
    static char printed[8 * CERTMAP_MAX_OID_SIZE];
    uint8_t parsed[CERTMAP_MAX_OID_SIZE];
    size_t len;
    struct cm_out out = {printed, sizeof printed, 0};
    cm_oid_print(&out, octets);
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    struct certmap_view again = {parsed, cm_oid_parse(parsed, cm_view(printed, len))};
    ck_assert(cm_view_equal(again, octets));
    return len;
}

T_TEST(one_arc_of_the_largest_size) {
    struct t_buf octets = T_BUF_INIT;
    t_der(&octets, "1023*FF 7F");
    ck_assert_uint_eq(t_view(&octets).len, CERTMAP_MAX_OID_SIZE);
    /* 2^7168 - 1 - 80 has 2158 digits */
    ck_assert_uint_eq(there_and_back(t_view(&octets)), 2 + 2158);
    t_buf_free(&octets);
}

T_TEST(most_arcs) {
    struct t_buf octets = T_BUF_INIT;
    t_der(&octets, "2A 1023*7F");
    ck_assert_uint_eq(there_and_back(t_view(&octets)), 3 + 1023 * 4);
    t_buf_free(&octets);
}

/* Every length of arc, so that each way of filling a limb occurs. */
T_TEST(arc_of_every_length) {
    struct t_buf octets = T_BUF_INIT;
    const uint8_t first = 0x2A, high = 0x81, middle = 0x80, low = 0x01;
    t_bytes(&octets, &first, 1);
    t_bytes(&octets, &high, 1);
    for (int i = 0; i < _i; i++)
        t_bytes(&octets, i % 3 == 0 ? &middle : &high, 1);
    t_bytes(&octets, &low, 1);
    there_and_back(t_view(&octets));
    t_buf_free(&octets);
}

static const struct {
    const char *what, *head, *digits; /* the dotted text is head, then digits 2200 times */
} too_large[] = {
    {"an arc", "1.2.9", "9"},
    {"the second arc", "2.9", "9"},
    {"many arcs", "1.2", ".1"},
    {"arcs that fit alone", "1.2", ".16384.18446744073709551616"},
};

T_TEST(too_large_to_parse) {
    struct t_buf dotted = T_BUF_INIT;
    uint8_t parsed[CERTMAP_MAX_OID_SIZE];
    t_bytes(&dotted, too_large[_i].head, strlen(too_large[_i].head));
    for (int i = 0; i < 2200; i++)
        t_bytes(&dotted, too_large[_i].digits, strlen(too_large[_i].digits));
    ck_assert_msg(cm_oid_parse(parsed, t_view(&dotted)) == 0, "%s", too_large[_i].what);
    t_buf_free(&dotted);
}

/* 2^7168 - 80 is the first second arc under 2 that no longer fits; 2^7168 - 81 was tested above. */
T_TEST(just_too_large_to_parse) {
    struct t_buf octets = T_BUF_INIT;
    char printed[4096];
    uint8_t parsed[CERTMAP_MAX_OID_SIZE];
    size_t len;
    struct cm_out out = {printed, sizeof printed, 0};
    t_der(&octets, "1023*FF 7F");
    cm_oid_print(&out, t_view(&octets));
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    ck_assert_int_ne(printed[len - 1], '9');
    ck_assert_uint_eq(cm_oid_parse(parsed, cm_view(printed, len)), CERTMAP_MAX_OID_SIZE);
    printed[len - 1]++;
    ck_assert_uint_eq(cm_oid_parse(parsed, cm_view(printed, len)), 0);
    t_buf_free(&octets);
}

T_TEST(a_buffer_too_small) {
    char printed[6];
    size_t len;
    struct cm_out out = {printed, sizeof printed, 0};
    cm_oid_print(&out, CM_VIEW("\x55\x04\x03"));
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_ERROR_BUFFER);
    ck_assert_uint_eq(len, strlen("2.5.4.3"));
}

T_TESTS("oid", T_CASE("both ways", T_LOOP(octets_to_text, COUNT(pairs)), T_LOOP(text_to_octets, COUNT(pairs))),
        T_CASE("refused", T_LOOP(validity, COUNT(contents)), T_LOOP(no_oid, COUNT(no_oids)), no_oid_with_a_nul),
        T_CASE("limit", one_arc_of_the_largest_size, most_arcs, T_LOOP(arc_of_every_length, 40),
               T_LOOP(too_large_to_parse, COUNT(too_large)), just_too_large_to_parse, a_buffer_too_small))
