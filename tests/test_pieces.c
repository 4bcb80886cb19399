/* SPDX-License-Identifier: MIT */
/* The fields of a certificate besides its Names: what each piece becomes, and what makes a field unknown. */
#include "base/out.h"
#include "base/view.h"
#include "certmap/explain.h"
#include "field/peer.h"
#include "support/alloc.h"
#include "support/der.h"
#include "support/every.h"
#include "support/run.h"
#include <stdio.h>

static struct t_alloc memory;
static struct certmap_allocator allocator;
static struct certmap_peer *peer;
static struct certmap_cert cert;
static struct t_buf subject, issuer, bytes;

static void set_up(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    allocator = t_alloc_allocator(&memory);
    ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
    t_name(&subject, "CN=Alice");
    t_name(&issuer, "CN=CA");
    cert = (struct certmap_cert)CERTMAP_CERT_INIT;
    cert.subject = t_view(&subject);
    cert.issuer = t_view(&issuer);
}

static void tear_down(void) {
    certmap_peer_free(peer);
    ck_assert_uint_eq(memory.live, 0);
    t_buf_free(&subject);
    t_buf_free(&issuer);
    t_buf_free(&bytes);
}

/* A piece from a text of t_der, in a buffer that lives until the end of the test; "" is a piece that the certificate
 * does not have. */
static struct certmap_view piece(const char *text) {
    t_buf_clear(&bytes);
    t_der(&bytes, text);
    return t_view(&bytes);
}

static void set(void) {
    struct certmap_diagnostic err = {.text = ""};
    ck_assert_msg(certmap_peer_set(peer, &cert, &err) == CERTMAP_OK, "%s", err.text);
}

static void put_value(struct cm_out *out, const struct certmap_value *value) {
    if (value->oid.len > 0 && !cm_view_equal(value->oid, value->subfield)) {
        cm_out_char(out, '(');
        cm_out_view(out, value->oid);
        cm_out_string(out, ") ");
    }
    if (value->subfield.len > 0) {
        cm_out_view(out, value->subfield);
        cm_out_char(out, ' ');
    }
    if (value->text.data != NULL)
        cm_out_escaped(out, value->text, true);
    else
        cm_out_string(out, certmap_code_name(value->unreadable));
}

/* All of a field: `dns "a.example" | (1.2.3) upn "x" | ip value-encoding`; or `? malformed-piece`. */
static const char *show(enum certmap_field field) {
    static char text[8192];
    struct certmap_value value = CERTMAP_VALUE_INIT;
    struct cm_out out = {text, sizeof text, 0};
    size_t len;
    if (certmap_peer_field_unknown(peer, field) != CERTMAP_CODE_NONE) {
        ck_assert_uint_eq(certmap_peer_value_count(peer, field), 0);
        cm_out_string(&out, "? ");
        cm_out_string(&out, certmap_code_name(certmap_peer_field_unknown(peer, field)));
    }
    for (size_t i = 0; i < certmap_peer_value_count(peer, field); i++) {
        ck_assert_int_eq(certmap_peer_value(peer, &value, field, i, NULL), CERTMAP_OK);
        ck_assert((value.text.data == NULL) == (value.unreadable != CERTMAP_CODE_NONE));
        cm_out_string(&out, i > 0 ? " | " : "");
        put_value(&out, &value);
    }
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    return text;
}

#define CHECK_FIELD(what, field, expected)                                                                             \
    ck_assert_msg(strcmp(show(field), expected) == 0, "%s: %s is %s", what, certmap_field_name(field), show(field))

/* ---- pieces that are no extensions ---- */

static const struct {
    const char *what, *der, *expected;
} versions[] = {
    {"none", "", "\"1\""},
    {"version 1, written out", "INTEGER{00}", "\"1\""},
    {"version 2", "INTEGER{01}", "\"2\""},
    {"version 3", "INTEGER{02}", "\"3\""},
    {"version 10", "INTEGER{09}", "\"10\""},
    {"version 129", "INTEGER{00 80}", "\"129\""},
    {"version 0", "INTEGER{FF}", "\"0\""},
    {"a negative version", "INTEGER{80}", "\"-127\""},
    {"four octets", "INTEGER{7F FF FF FF}", "\"2147483648\""},
    {"four negative octets", "INTEGER{80 00 00 00}", "\"-2147483647\""},
    {"five octets", "INTEGER{01 00 00 00 00}", "value-too-long"},
    {"a padded one", "INTEGER{00 02}", "? malformed-piece"},
    {"a padded negative one", "INTEGER{FF 80}", "? malformed-piece"},
    {"a negative one that is not padded", "INTEGER{FF 7F}", "\"-128\""},
    {"no octets", "INTEGER{}", "? malformed-piece"},
    {"something else", "OCTETSTRING{02}", "? malformed-piece"},
    {"with its tag", "A0{ INTEGER{02} }", "? malformed-piece"},
    {"two", "INTEGER{02} INTEGER{02}", "? malformed-piece"},
    {"a length that is not minimal", "INTEGER+{02}", "? malformed-piece"},
    {"cut short", "02 02 01", "? malformed-piece"},
};

T_TEST(version) {
    cert.version = piece(versions[_i].der);
    set();
    CHECK_FIELD(versions[_i].what, CERTMAP_FIELD_VERSION, versions[_i].expected);
}

static const struct {
    const char *what, *der, *expected;
} serials[] = {
    {"one octet", "INTEGER{01}", "\"1\""},
    {"in the order of the octets", "INTEGER{1A 2B 3C}", "\"1a2b3c\""},
    {"zero", "INTEGER{00}", "\"0\""},
    {"an octet for the sign", "INTEGER{00 FF}", "\"ff\""},
    {"padded", "INTEGER{00 00 00 01}", "\"1\""},
    {"zero, padded", "INTEGER{00 00}", "\"0\""},
    {"negative", "INTEGER{FF}", "\"-1\""},
    {"negative, padded", "INTEGER{FF FF}", "\"-1\""},
    {"the least of an octet", "INTEGER{80}", "\"-80\""},
    {"20 octets", "INTEGER{20*7F}", "\"7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f\""},
    {"no octet", "INTEGER{}", "? malformed-piece"},
    {"none at all", "", "? malformed-piece"},
    {"something else", "BITSTRING{00 01}", "? malformed-piece"},
    {"a byte after it", "INTEGER{01} 00", "? malformed-piece"},
    {"the largest that is read", "INTEGER{65535*00 01}", "\"1\""},
    {"too large", "INTEGER{65536*00 01}", "value-too-long"},
};

T_TEST(serial) {
    cert.serial = piece(serials[_i].der);
    set();
    CHECK_FIELD(serials[_i].what, CERTMAP_FIELD_SERIAL, serials[_i].expected);
}

/* ---- validity ---- */

#define UTC(text) "UTCTime{\"" text "\"} "
#define GENERALIZED(text) "GeneralizedTime{\"" text "\"} "
#define LONG_AGO UTC("500101000000Z")
#define AFTER_ALL GENERALIZED("99991231235959Z")

static const struct {
    const char *what, *times;
    int64_t now;
    const char *expected;
} validities[] = {
    /* the ends belong to it; 1767225600 is 2026-01-01 */
    {"before", UTC("260101000000Z") AFTER_ALL, 1767225599, "\"early\""},
    {"from the first second", UTC("260101000000Z") AFTER_ALL, 1767225600, "\"valid\""},
    {"to the last second", LONG_AGO UTC("260101000000Z"), 1767225600, "\"valid\""},
    {"after", LONG_AGO UTC("260101000000Z"), 1767225601, "\"expired\""},
    {"the wrong way round, before", UTC("270101000000Z") UTC("260101000000Z"), 1767225600, "\"early\""},
    {"the wrong way round, after", UTC("270101000000Z") UTC("260101000000Z"), 1900000000, "\"expired\""},
    /* the calendar: each time is a second before, at, or after the one that is there */
    {"the day before 1970", UTC("691231235959Z") AFTER_ALL, -1, "\"valid\""},
    {"the second before", UTC("691231235959Z") AFTER_ALL, -2, "\"early\""},
    {"the first second of 1970", UTC("700101000001Z") AFTER_ALL, 1, "\"valid\""},
    {"UTCTime begins in 1950", LONG_AGO AFTER_ALL, -631152000, "\"valid\""},
    {"and not before", LONG_AGO AFTER_ALL, -631152001, "\"early\""},
    {"UTCTime ends in 2049", LONG_AGO UTC("491231235959Z"), 2524607999, "\"valid\""},
    {"and not after", LONG_AGO UTC("491231235959Z"), 2524608000, "\"expired\""},
    {"2050", GENERALIZED("20500101000000Z") AFTER_ALL, 2524608000, "\"valid\""},
    {"before 2050", GENERALIZED("20500101000000Z") AFTER_ALL, 2524607999, "\"early\""},
    {"a GeneralizedTime before 2050", GENERALIZED("20260101000000Z") AFTER_ALL, 1767225600, "\"valid\""},
    {"before it", GENERALIZED("20260101000000Z") AFTER_ALL, 1767225599, "\"early\""},
    {"the end of the world", LONG_AGO AFTER_ALL, 253402300799, "\"valid\""},
    {"after the end", LONG_AGO AFTER_ALL, 253402300800, "\"expired\""},
    {"the year 0", GENERALIZED("00000101000000Z") AFTER_ALL, -62167219200, "\"valid\""},
    {"before the year 0", GENERALIZED("00000101000000Z") AFTER_ALL, -62167219201, "\"early\""},
    {"the year 0 has a February 29", GENERALIZED("00000229000000Z") AFTER_ALL, -62162121600, "\"valid\""},
    {"February 29", UTC("240229000000Z") AFTER_ALL, 1709164800, "\"valid\""},
    {"before February 29", UTC("240229000000Z") AFTER_ALL, 1709164799, "\"early\""},
    {"March 1 of a leap year", UTC("240301000000Z") AFTER_ALL, 1709251199, "\"early\""},
    {"March 1 of a leap year, reached", UTC("240301000000Z") AFTER_ALL, 1709251200, "\"valid\""},
    {"February 29 of 2000", UTC("000229000000Z") AFTER_ALL, 951782400, "\"valid\""},
    {"no February 29 in 2023", UTC("230229000000Z") AFTER_ALL, 1, "value-encoding"},
    {"no February 29 in 2100", GENERALIZED("21000229000000Z") AFTER_ALL, 1, "value-encoding"},
    {"March 1 of 2100", GENERALIZED("21000301000000Z") AFTER_ALL, 4107542400, "\"valid\""},
    {"before March 1 of 2100", GENERALIZED("21000301000000Z") AFTER_ALL, 4107542399, "\"early\""},
    {"no February 30", UTC("240230000000Z") AFTER_ALL, 1, "value-encoding"},
    {"April 30", UTC("260430000000Z") AFTER_ALL, 1777507200, "\"valid\""},
    {"no April 31", UTC("260431000000Z") AFTER_ALL, 1, "value-encoding"},
    {"no June 31", UTC("260631000000Z") AFTER_ALL, 1, "value-encoding"},
    {"no September 31", UTC("260931000000Z") AFTER_ALL, 1, "value-encoding"},
    {"no November 31", UTC("261131000000Z") AFTER_ALL, 1, "value-encoding"},
    {"December 31", UTC("261231000000Z") AFTER_ALL, 1798675200, "\"valid\""},
    {"no December 32", UTC("261232000000Z") AFTER_ALL, 1, "value-encoding"},
    {"no month 0", UTC("260001000000Z") AFTER_ALL, 1, "value-encoding"},
    {"no month 13", UTC("261301000000Z") AFTER_ALL, 1, "value-encoding"},
    {"no day 0", UTC("260100000000Z") AFTER_ALL, 1, "value-encoding"},
    {"no hour 24", UTC("260101240000Z") AFTER_ALL, 1, "value-encoding"},
    {"no minute 60", UTC("260101006000Z") AFTER_ALL, 1, "value-encoding"},
    {"no leap second", UTC("161231235960Z") AFTER_ALL, 1, "value-encoding"},
    /* forms that the types permit and RFC 5280 does not */
    {"no seconds", UTC("2601010000Z") AFTER_ALL, 1, "value-encoding"},
    {"no Z", UTC("260101000000") AFTER_ALL, 1, "value-encoding"},
    {"a small z", UTC("260101000000z") AFTER_ALL, 1, "value-encoding"},
    {"an offset", UTC("260101000000+0000") AFTER_ALL, 1, "value-encoding"},
    {"no seconds and an offset", UTC("2601010000+00") AFTER_ALL, 1, "value-encoding"},
    {"a fraction", GENERALIZED("20260101000000.5Z") AFTER_ALL, 1, "value-encoding"},
    {"a GeneralizedTime without Z", GENERALIZED("20260101000000") AFTER_ALL, 1, "value-encoding"},
    {"a GeneralizedTime of a UTCTime", GENERALIZED("260101000000Z") AFTER_ALL, 1, "value-encoding"},
    {"a UTCTime of a GeneralizedTime", UTC("20260101000000Z") AFTER_ALL, 1, "value-encoding"},
    {"a letter", UTC("26010100000aZ") AFTER_ALL, 1, "value-encoding"},
    {"a sign", UTC("-60101000000Z") AFTER_ALL, 1, "value-encoding"},
    {"a space", UTC("26 101000000Z") AFTER_ALL, 1, "value-encoding"},
    {"a colon", UTC("26010100:000Z") AFTER_ALL, 1, "value-encoding"},
    {"nothing", UTC("") AFTER_ALL, 1, "value-encoding"},
    {"another type", "IA5String{\"260101000000Z\"}" AFTER_ALL, 1, "value-encoding"},
    {"notAfter is none", LONG_AGO UTC("no time"), 1, "value-encoding"},
    /* not two times */
    {"one time", AFTER_ALL, 1, "? malformed-piece"},
    {"no time", "", 1, "? malformed-piece"},
    {"three times", LONG_AGO AFTER_ALL AFTER_ALL, 1, "? malformed-piece"},
    {"a time that is cut", LONG_AGO "17 02 00", 1, "? malformed-piece"},
    /* no now */
    {"no time supplied", LONG_AGO AFTER_ALL, 0, "? not-supplied"},
};

/* That certmap_cert_validity says the same of cert. */
static void check_dates(int64_t now, const char *expected) {
    int64_t before = 4, after = 5;
    struct certmap_diagnostic err;
    if (certmap_cert_validity(&before, &after, &cert, &err) == CERTMAP_OK)
        ck_assert_msg(now == 0 || strcmp(expected, now < before  ? "\"early\""
                                                   : now > after ? "\"expired\""
                                                                 : "\"valid\"") == 0,
                      "%s", expected);
    else
        ck_assert_msg(before == 4 && after == 5 && err.status == CERTMAP_ERROR_CERTIFICATE &&
                          strstr(expected, certmap_code_name(err.code)) != NULL,
                      "%s: %s", expected, err.text);
}

T_TEST(dates_without_a_place) {
    int64_t before, after;
    struct certmap_diagnostic err;
    struct certmap_cert none = CERTMAP_CERT_INIT;
    ck_assert_int_eq(certmap_cert_validity(&before, &after, &none, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NOT_SUPPLIED);
    ck_assert_int_eq(certmap_cert_validity(NULL, &after, &none, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_cert_validity(&before, NULL, &none, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_cert_validity(&before, &after, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    none.size = 1;
    ck_assert_int_eq(certmap_cert_validity(&before, &after, &none, NULL), CERTMAP_ERROR_ARGUMENT);
}

T_TEST(validity) {
    struct t_buf der = T_BUF_INIT;
    const size_t mark = t_begin(&der);
    t_der(&der, validities[_i].times);
    t_end(&der, mark, 0x30, 0);
    cert.validity = t_view(&der);
    cert.time = validities[_i].now;
    set();
    CHECK_FIELD(validities[_i].what, CERTMAP_FIELD_VALIDITY, validities[_i].expected);
    check_dates(validities[_i].now, validities[_i].expected);
    t_buf_free(&der);
}

T_TEST(a_validity_that_is_none) {
    static const char *const rows[] = {"", "SET{}", "SEQUENCE{ SEQUENCE{} }", UTC("260101000000Z")};
    cert.validity = piece(rows[_i]);
    cert.time = 1;
    set();
    CHECK_FIELD(rows[_i], CERTMAP_FIELD_VALIDITY, "? malformed-piece");
}

/* ---- digests ---- */

/* A hash that shows what it was given: its number, how many bytes, and the first of them. */
static size_t hashed;

static bool show_input(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    ck_assert_ptr_eq(ctx, &hashed);
    ck_assert_uint_gt(data.len, 0);
    hashed++;
    static const size_t sizes[] = {CERTMAP_SHA256_SIZE, CERTMAP_SHA1_SIZE, CERTMAP_SHA512_SIZE};
    memset(digest, 0, sizes[hash]);
    digest[0] = (uint8_t)hash;
    digest[1] = (uint8_t)data.len;
    digest[2] = data.data[data.len - 1];
    return true;
}

static bool cannot(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    (void)ctx, (void)digest, (void)hash, (void)data;
    return false;
}

#define ZEROS_16 "00000000000000000000000000000000"
#define ZEROS_17 ZEROS_16 "00"
#define ZEROS_29 ZEROS_16 "00000000000000000000000000"

#define ZEROS_61 ZEROS_29 ZEROS_16 ZEROS_16

static const uint8_t digest_bytes[CERTMAP_SHA512_SIZE + 1] = {0xAB, 0x01};
#define SUPPLIED_SHA256 "\"ab01" ZEROS_29 "00\""
#define SUPPLIED_SHA512 "\"ab01" ZEROS_61 "00\""
#define SUPPLIED_SHA1 "\"ab01" ZEROS_16 "0000\""

T_TEST(digests_that_are_supplied) {
    const struct certmap_view sha256 = cm_view(digest_bytes, 32);
    cert.sha256 = cert.key_sha256 = cert.issuer_sha256 = cert.issuer_key_sha256 = cert.tbs_sha256 = sha256;
    cert.sha1 = cert.key_sha1 = cert.issuer_sha1 = cm_view(digest_bytes, 20);
    cert.sha512 = cert.key_sha512 = cm_view(digest_bytes, 64);
    cert.certificate = cert.key = cert.tbs = CM_VIEW("not hashed");
    cert.issuer_certificate = CM_VIEW("not a certificate");
    cert.hash = cannot;
    set();
    CHECK_FIELD("supplied", CERTMAP_FIELD_SHA256, SUPPLIED_SHA256);
    CHECK_FIELD("supplied", CERTMAP_FIELD_SHA1, SUPPLIED_SHA1);
    CHECK_FIELD("supplied", CERTMAP_FIELD_KEY_SHA256, SUPPLIED_SHA256);
    CHECK_FIELD("supplied", CERTMAP_FIELD_TBS_SHA256, SUPPLIED_SHA256);
    CHECK_FIELD("supplied", CERTMAP_FIELD_ISSUER_SHA256, SUPPLIED_SHA256);
    CHECK_FIELD("supplied", CERTMAP_FIELD_ISSUER_KEY_SHA256, SUPPLIED_SHA256);
    CHECK_FIELD("supplied", CERTMAP_FIELD_SHA512, SUPPLIED_SHA512);
    CHECK_FIELD("supplied", CERTMAP_FIELD_KEY_SHA512, SUPPLIED_SHA512);
    CHECK_FIELD("supplied", CERTMAP_FIELD_KEY_SHA1, SUPPLIED_SHA1);
    CHECK_FIELD("supplied", CERTMAP_FIELD_ISSUER_SHA1, SUPPLIED_SHA1);
}

/* The issuer's, which may have no octets, come last. */
static const struct {
    enum certmap_field field;
    size_t size;
    struct certmap_view *digest;
} digests[] = {
    {CERTMAP_FIELD_SHA256, CERTMAP_SHA256_SIZE, &cert.sha256},
    {CERTMAP_FIELD_SHA1, CERTMAP_SHA1_SIZE, &cert.sha1},
    {CERTMAP_FIELD_SHA512, CERTMAP_SHA512_SIZE, &cert.sha512},
    {CERTMAP_FIELD_KEY_SHA256, CERTMAP_SHA256_SIZE, &cert.key_sha256},
    {CERTMAP_FIELD_KEY_SHA1, CERTMAP_SHA1_SIZE, &cert.key_sha1},
    {CERTMAP_FIELD_KEY_SHA512, CERTMAP_SHA512_SIZE, &cert.key_sha512},
    {CERTMAP_FIELD_TBS_SHA256, CERTMAP_SHA256_SIZE, &cert.tbs_sha256},
    {CERTMAP_FIELD_ISSUER_SHA256, CERTMAP_SHA256_SIZE, &cert.issuer_sha256},
    {CERTMAP_FIELD_ISSUER_KEY_SHA256, CERTMAP_SHA256_SIZE, &cert.issuer_key_sha256},
    {CERTMAP_FIELD_ISSUER_SHA1, CERTMAP_SHA1_SIZE, &cert.issuer_sha1},
};
#define FIRST_OF_ISSUER 7

/* One octet too few, one too many, and no octets, which only an issuer may have. */
T_TEST(digests_of_a_wrong_length) {
    struct certmap_diagnostic err;
    const size_t right = digests[_i].size;
    const size_t wrong[] = {right - 1, right + 1, 1, 0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        *digests[_i].digest = cm_view(digest_bytes, right);
        set();
        *digests[_i].digest = cm_view(digest_bytes, wrong[i]);
        if (wrong[i] == 0 && _i >= FIRST_OF_ISSUER) {
            set();
            CHECK_FIELD("no issuer", digests[_i].field, "");
            continue;
        }
        ck_assert_int_eq(certmap_peer_set(peer, &cert, &err), CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
        ck_assert_str_eq(err.text, "certmap_peer_set: a digest is not as long as its hash makes it");
        ck_assert(!peer->set);
    }
}

/* The issuer's certificate of the tests below, whose SubjectPublicKeyInfo has 91 bytes, the last 0xF5. */
static void put_issuer(struct t_buf *buf) {
    t_cert_names(buf, "CN=CA", "CN=Root");
}

T_TEST(digests_that_are_computed) {
    struct t_buf ca = T_BUF_INIT;
    char expected[80];
    put_issuer(&ca);
    cert.certificate = CM_VIEW("certificate\x11");
    cert.key = CM_VIEW("key\x22");
    cert.tbs = CM_VIEW("signed\x33");
    cert.issuer_certificate = t_view(&ca);
    cert.hash = show_input;
    cert.hash_ctx = &hashed;
    hashed = 0;
    set();
    ck_assert_uint_eq(hashed, COUNT(digests));
    CHECK_FIELD("computed", CERTMAP_FIELD_SHA256, "\"000c11" ZEROS_29 "\"");
    CHECK_FIELD("computed", CERTMAP_FIELD_SHA1, "\"010c11" ZEROS_17 "\"");
    CHECK_FIELD("computed", CERTMAP_FIELD_KEY_SHA256, "\"000422" ZEROS_29 "\"");
    CHECK_FIELD("computed", CERTMAP_FIELD_TBS_SHA256, "\"000733" ZEROS_29 "\"");
    snprintf(expected, sizeof expected, "\"00%02x%02x" ZEROS_29 "\"", (unsigned)(ca.len & 0xFF), ca.data[ca.len - 1]);
    CHECK_FIELD("computed", CERTMAP_FIELD_ISSUER_SHA256, expected);
    CHECK_FIELD("computed", CERTMAP_FIELD_ISSUER_KEY_SHA256, "\"005bf5" ZEROS_29 "\"");
    CHECK_FIELD("computed", CERTMAP_FIELD_SHA512, "\"020c11" ZEROS_61 "\"");
    CHECK_FIELD("computed", CERTMAP_FIELD_KEY_SHA512, "\"020422" ZEROS_61 "\"");
    CHECK_FIELD("computed", CERTMAP_FIELD_KEY_SHA1, "\"010422" ZEROS_17 "\"");
    snprintf(expected, sizeof expected, "\"01%02x%02x" ZEROS_17 "\"", (unsigned)(ca.len & 0xFF), ca.data[ca.len - 1]);
    CHECK_FIELD("computed", CERTMAP_FIELD_ISSUER_SHA1, expected);
    t_buf_free(&ca);
}

/* What is missing: everything; the hash; the data; a hash that works; the data, which are said not to be there. */
T_TEST(digests_that_are_not_supplied) {
    struct t_buf ca = T_BUF_INIT;
    put_issuer(&ca);
    if (_i == 1 || _i == 3) {
        cert.certificate = cert.key = CM_VIEW("data");
        cert.issuer_certificate = t_view(&ca);
    }
    if (_i >= 2) {
        cert.hash = _i == 3 ? cannot : show_input;
        cert.hash_ctx = &hashed;
    }
    if (_i == 4)
        cert.certificate = cert.key = CM_VIEW("");
    set();
    for (int i = 0; i < COUNT(digests); i++)
        CHECK_FIELD("not supplied", digests[i].field, "? not-supplied");
    t_buf_free(&ca);
}

/* What was signed is looked for in the certificate where it is not supplied. */
T_TEST(what_was_signed_is_found) {
    struct t_buf whole = T_BUF_INIT;
    struct certmap_cert walked = CERTMAP_CERT_INIT;
    char expected[80];
    put_issuer(&whole);
    cert.certificate = t_view(&whole);
    cert.hash = show_input;
    cert.hash_ctx = &hashed;
    ck_assert_int_eq(certmap_cert_from_der(&walked, cert.certificate, NULL), CERTMAP_OK);
    snprintf(expected, sizeof expected, "\"00%02x%02x" ZEROS_29 "\"", (unsigned)(walked.tbs.len & 0xFF),
             walked.tbs.data[walked.tbs.len - 1]);
    for (int i = 0; i < 3; i++) { /* not supplied, supplied empty, supplied */
        cert.tbs = i == 0 ? CM_VIEW_NONE : i == 1 ? CM_VIEW("") : walked.tbs;
        set();
        CHECK_FIELD("found", CERTMAP_FIELD_TBS_SHA256, expected);
    }
    cert.certificate.len--;
    cert.tbs = CM_VIEW_NONE;
    set();
    CHECK_FIELD("no certificate", CERTMAP_FIELD_TBS_SHA256, "? not-supplied");
    t_buf_free(&whole);
}

T_TEST(a_chain_without_an_issuer) {
    cert.issuer_certificate = CM_VIEW("");
    cert.hash = show_input;
    cert.hash_ctx = &hashed;
    set();
    CHECK_FIELD("none", CERTMAP_FIELD_ISSUER_SHA256, "");
    CHECK_FIELD("none", CERTMAP_FIELD_ISSUER_KEY_SHA256, "");
    cert.issuer_sha256 = cm_view(digest_bytes, 32);
    set();
    CHECK_FIELD("supplied all the same", CERTMAP_FIELD_ISSUER_SHA256, SUPPLIED_SHA256);
    CHECK_FIELD("none", CERTMAP_FIELD_ISSUER_KEY_SHA256, "");
}

/* Its digest is that of its bytes; its key is not found. */
T_TEST(an_issuer_that_is_no_certificate) {
    cert.issuer_certificate = CM_VIEW("\x30\x00");
    cert.hash = show_input;
    cert.hash_ctx = &hashed;
    set();
    CHECK_FIELD("any bytes", CERTMAP_FIELD_ISSUER_SHA256, "\"000200" ZEROS_29 "\"");
    CHECK_FIELD("no certificate", CERTMAP_FIELD_ISSUER_KEY_SHA256, "? malformed-piece");
}

/* ---- the chain ---- */

#define SECOND_SHA256 "\"cd02" ZEROS_29 "00\""

/* Digests one after another, in the order of the chain. */
static const uint8_t two_digests[2 * CERTMAP_SHA256_SIZE + 1] = {[0] = 0xAB, [1] = 0x01, [32] = 0xCD, [33] = 0x02};

T_TEST(a_chain_of_digests) {
    cert.chain_sha256 = cm_view(two_digests, 64);
    cert.chain_key_sha256 = cm_view(two_digests + 32, 32);
    cert.chain = CM_VIEW("not hashed");
    cert.hash = cannot;
    set();
    CHECK_FIELD("supplied", CERTMAP_FIELD_CHAIN_SHA256, SUPPLIED_SHA256 " | " SECOND_SHA256);
    CHECK_FIELD("supplied", CERTMAP_FIELD_CHAIN_KEY_SHA256, SECOND_SHA256);
}

/* The certificate is itself trusted: nothing is above it, which is not the same as that nobody says. */
T_TEST(a_chain_of_none) {
    cert.chain = CM_VIEW("");
    cert.chain_key_sha256 = _i == 0 ? CM_VIEW_NONE : CM_VIEW("");
    set();
    CHECK_FIELD("none", CERTMAP_FIELD_CHAIN_SHA256, "");
    CHECK_FIELD("none", CERTMAP_FIELD_CHAIN_KEY_SHA256, "");
    cert.chain = CM_VIEW_NONE;
    set();
    CHECK_FIELD("not supplied", CERTMAP_FIELD_CHAIN_SHA256, "? not-supplied");
    CHECK_FIELD("not supplied", CERTMAP_FIELD_CHAIN_KEY_SHA256, _i == 0 ? "? not-supplied" : "");
}

/* A part of a digest, and one digest more than a chain may have. */
T_TEST(a_chain_of_a_wrong_length) {
    static const uint8_t many[(CERTMAP_MAX_CHAIN + 1) * CERTMAP_SHA256_SIZE] = {0};
    static const size_t wrong[] = {1, 31, 33, 63, sizeof many - 1, sizeof many};
    struct certmap_diagnostic err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cert.chain_sha256 = cert.chain_key_sha256 = cm_view(many, sizeof many - CERTMAP_SHA256_SIZE);
        set();
        ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_CHAIN_SHA256), CERTMAP_MAX_CHAIN);
        ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_CHAIN_KEY_SHA256), CERTMAP_MAX_CHAIN);
        *(_i == 0 ? &cert.chain_sha256 : &cert.chain_key_sha256) = cm_view(many, wrong[i]);
        ck_assert_int_eq(certmap_peer_set(peer, &cert, &err), CERTMAP_ERROR_ARGUMENT);
        ck_assert_str_eq(err.text, "certmap_peer_set: a digest is not as long as its hash makes it");
    }
}

/* Certificates one after another, each of which show_input sees by itself. */
T_TEST(a_chain_that_is_computed) {
    struct t_buf chain = T_BUF_INIT;
    char expected[160];
    put_issuer(&chain);
    const size_t first = chain.len;
    const uint8_t end = chain.data[first - 1];
    t_cert_names(&chain, "CN=A root with a longer name", "CN=A root with a longer name");
    snprintf(expected, sizeof expected, "\"00%02x%02x" ZEROS_29 "\" | \"00%02x%02x" ZEROS_29 "\"",
             (unsigned)(first & 0xFF), end, (unsigned)(chain.len - first) & 0xFF, chain.data[chain.len - 1]);
    cert.chain = t_view(&chain);
    cert.hash = show_input;
    cert.hash_ctx = &hashed;
    hashed = 0;
    set();
    ck_assert_uint_eq(hashed, 4);
    CHECK_FIELD("computed", CERTMAP_FIELD_CHAIN_SHA256, expected);
    CHECK_FIELD("computed", CERTMAP_FIELD_CHAIN_KEY_SHA256, "\"005bf5" ZEROS_29 "\" | \"005bf5" ZEROS_29 "\"");
    cert.hash = cannot;
    set();
    CHECK_FIELD("cannot", CERTMAP_FIELD_CHAIN_SHA256, "? not-supplied");
    CHECK_FIELD("cannot", CERTMAP_FIELD_CHAIN_KEY_SHA256, "? not-supplied");
    cert.hash = NULL;
    set();
    CHECK_FIELD("no hash", CERTMAP_FIELD_CHAIN_SHA256, "? not-supplied");
    t_buf_free(&chain);
}

/* Of a chain that cannot be taken apart nothing is known, whatever its beginning is. */
static const struct {
    const char *after; /* the first certificate */
    const char *certificates, *keys;
} broken_chains[] = {
    {"SEQUENCE{}", NULL, "? malformed-piece"},
    {"INTEGER{01}", "? malformed-piece", "? malformed-piece"},
    {"30 03 02", "? malformed-piece", "? malformed-piece"},
    {"00", "? malformed-piece", "? malformed-piece"},
};

T_TEST(a_chain_that_is_broken) {
    struct t_buf chain = T_BUF_INIT;
    put_issuer(&chain);
    t_der(&chain, broken_chains[_i].after);
    cert.chain = t_view(&chain);
    cert.hash = show_input;
    cert.hash_ctx = &hashed;
    set();
    if (broken_chains[_i].certificates != NULL)
        CHECK_FIELD("certificates", CERTMAP_FIELD_CHAIN_SHA256, broken_chains[_i].certificates);
    else
        ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_CHAIN_SHA256), 2);
    CHECK_FIELD("keys", CERTMAP_FIELD_CHAIN_KEY_SHA256, broken_chains[_i].keys);
    t_buf_free(&chain);
}

T_TEST(a_chain_that_is_long) {
    struct t_buf chain = T_BUF_INIT;
    cert.hash = show_input;
    cert.hash_ctx = &hashed;
    for (size_t i = 0; i < CERTMAP_MAX_CHAIN; i++)
        put_issuer(&chain);
    cert.chain = t_view(&chain);
    set();
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_CHAIN_SHA256), CERTMAP_MAX_CHAIN);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_CHAIN_KEY_SHA256), CERTMAP_MAX_CHAIN);
    put_issuer(&chain);
    cert.chain = t_view(&chain);
    set();
    CHECK_FIELD("one more", CERTMAP_FIELD_CHAIN_SHA256, "? value-too-long");
    CHECK_FIELD("one more", CERTMAP_FIELD_CHAIN_KEY_SHA256, "? value-too-long");
    t_buf_free(&chain);
}

/* ---- extensions ---- */

static const enum certmap_field extension_fields[] = {
    CERTMAP_FIELD_SAN,       CERTMAP_FIELD_SAN_DIRNAME,    CERTMAP_FIELD_EKU,
    CERTMAP_FIELD_KU,        CERTMAP_FIELD_POLICY,         CERTMAP_FIELD_SKI,
    CERTMAP_FIELD_AKI,       CERTMAP_FIELD_MS_SID,         CERTMAP_FIELD_MS_TEMPLATE,
    CERTMAP_FIELD_EXTENSION, CERTMAP_FIELD_EXTENSION_TEXT, CERTMAP_FIELD_QC_STATEMENT,
    CERTMAP_FIELD_QC_TYPE,   CERTMAP_FIELD_PSD2_ROLE,
};
#define EXTENSION_FIELDS (sizeof extension_fields / sizeof *extension_fields)

static void all_extension_fields_are(const char *what, const char *expected) {
    for (size_t i = 0; i < EXTENSION_FIELDS; i++)
        CHECK_FIELD(what, extension_fields[i], expected);
}

#define EXT(oid, contents) "SEQUENCE{ OID{" oid "} OCTETSTRING{ " contents " } } "
#define EXTENSIONS(list) "SEQUENCE{ " list " }"
#define OTHER_EXT EXT("1.2.3", "FF")

/* Whatever is wrong with the list itself: nothing is known of any of them. */
static const struct {
    const char *what, *der, *expected;
} lists[] = {
    {"not there", "", ""},
    {"no SEQUENCE", "SET{" OTHER_EXT "}", "? malformed-piece"},
    {"[3] itself", "A3{ SEQUENCE{" OTHER_EXT "} }", "? malformed-piece"},
    {"bytes", "FF", "? malformed-piece"},
    {"a byte after it", EXTENSIONS(OTHER_EXT) "00", "? malformed-piece"},
    {"indefinite length", "SEQUENCE-{" OTHER_EXT "}", "? malformed-piece"},
    {"empty", "SEQUENCE{}", ""},
    {"an empty list in [3]", "A3{ SEQUENCE{} }", "? malformed-piece"},
    {"something else in it", EXTENSIONS("SET{}"), "? malformed-piece"},
    {"after a good one", EXTENSIONS(OTHER_EXT "NULL{}"), "? malformed-piece"},
    {"a byte in it", EXTENSIONS(OTHER_EXT "30"), "? malformed-piece"},
    {"an empty extension", EXTENSIONS("SEQUENCE{}"), "? malformed-piece"},
    {"no OID", EXTENSIONS("SEQUENCE{ OCTETSTRING{} }"), "? malformed-piece"},
    {"an OID that is padded", EXTENSIONS("SEQUENCE{ OID{2A 80 03} OCTETSTRING{} }"), "? malformed-piece"},
    {"an empty OID", EXTENSIONS("SEQUENCE{ OID{} OCTETSTRING{} }"), "? malformed-piece"},
    {"no value", EXTENSIONS("SEQUENCE{ OID{1.2.3} }"), "? malformed-piece"},
    {"critical, and no value", EXTENSIONS("SEQUENCE{ OID{1.2.3} BOOLEAN{FF} }"), "? malformed-piece"},
    {"another value", EXTENSIONS("SEQUENCE{ OID{1.2.3} BITSTRING{00} }"), "? malformed-piece"},
    {"a constructed value", EXTENSIONS("SEQUENCE{ OID{1.2.3} 24{ OCTETSTRING{} } }"), "? malformed-piece"},
    {"two values", EXTENSIONS("SEQUENCE{ OID{1.2.3} OCTETSTRING{} OCTETSTRING{} }"), "? malformed-piece"},
    {"critical after it", EXTENSIONS("SEQUENCE{ OID{1.2.3} OCTETSTRING{} BOOLEAN{FF} }"), "? malformed-piece"},
    {"critical twice", EXTENSIONS("SEQUENCE{ OID{1.2.3} BOOLEAN{FF} BOOLEAN{FF} OCTETSTRING{} }"), "? malformed-piece"},
    {"a BOOLEAN of nothing", EXTENSIONS("SEQUENCE{ OID{1.2.3} BOOLEAN{} OCTETSTRING{} }"), "? malformed-piece"},
    {"a BOOLEAN of two octets", EXTENSIONS("SEQUENCE{ OID{1.2.3} BOOLEAN{FF FF} OCTETSTRING{} }"), "? malformed-piece"},
    {"an OID that is too large", EXTENSIONS("SEQUENCE{ OID{1025*01} OCTETSTRING{} }"), "? value-too-long"},
    {"malformed after one that is too large", EXTENSIONS("SEQUENCE{ OID{1025*01} OCTETSTRING{} } NULL{}"),
     "? malformed-piece"},
};

T_TEST(list_of_extensions) {
    cert.extensions = piece(lists[_i].der);
    set();
    all_extension_fields_are(lists[_i].what, lists[_i].expected);
    CHECK_FIELD(lists[_i].what, CERTMAP_FIELD_SUBJECT, "(2.5.4.3) CN \"Alice\"");
}

T_TEST(extensions_that_are_not_supplied) {
    set();
    all_extension_fields_are("not supplied", "? not-supplied");
}

/* Rows for one field each; every other field of an extension is known, and empty. */
#define SAN(names) EXT("2.5.29.17", "SEQUENCE{ " names " }")
#define OTHER_NAME(oid, value) "A0{ OID{" oid "} A0{ " value " } } "
#define UPN "1.3.6.1.4.1.311.20.2.3"
#define MAILBOX "1.3.6.1.5.5.7.8.9"
#define KRB5 "1.3.6.1.5.2.2"
#define ALICE_NAME "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"Alice\"} } } }"
#define BOB_NAME                                                                                                       \
    "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.10} UTF8String{\"Contoso\"} } }"                                               \
    "          SET{ SEQUENCE{ OID{2.5.4.3} OCTETSTRING{\"Bob\"} } SEQUENCE{ OID{1.2.3} UTF8String{\"x\"} } } }"
#define PRINCIPAL(realm, type, strings)                                                                                \
    OTHER_NAME(KRB5, "SEQUENCE{ A0{ " realm " } A1{ SEQUENCE{ A0{ " type " } A1{ SEQUENCE{ " strings " } } } } }")
#define NAMED(strings) PRINCIPAL("GeneralString{\"R\"}", "INTEGER{01}", strings)
#define REALM(realm) PRINCIPAL("GeneralString{\"" realm "\"}", "INTEGER{01}", "GeneralString{\"x\"}")
#define EKU(list) EXT("2.5.29.37", "SEQUENCE{ " list " }")
#define KU(bits) EXT("2.5.29.15", "BITSTRING{ " bits " }")
#define POLICIES(list) EXT("2.5.29.32", "SEQUENCE{ " list " }")
#define POLICY(oid) "SEQUENCE{ OID{" oid "} } "
#define SKI(contents) EXT("2.5.29.14", contents)
#define AKI(contents) EXT("2.5.29.35", "SEQUENCE{ " contents " }")
#define SID(contents) EXT("1.3.6.1.4.1.311.25.2", contents)
#define SID_TAG "tag:microsoft.com,2022-09-14:sid:"
#define QC(statements) EXT("1.3.6.1.5.5.7.1.3", "SEQUENCE{ " statements " }")
#define STATEMENT(oid, info) "SEQUENCE{ OID{" oid "} " info " } "
#define QC_TYPE(types) STATEMENT("0.4.0.1862.1.6", "SEQUENCE{ " types " }")
#define ROLE(oid, name) "SEQUENCE{ OID{" oid "} UTF8String{\"" name "\"} } "
#define PSD2(roles)                                                                                                    \
    STATEMENT("0.4.0.19495.2", "SEQUENCE{ SEQUENCE{ " roles " } UTF8String{\"BaFin\"} UTF8String{\"DE-BAFIN\"} }")
#define SID_OF(text) SID("SEQUENCE{ A0{ OID{1.3.6.1.4.1.311.25.2.1} A0{ OCTETSTRING{\"" text "\"} } } }")
#define TEMPLATE(contents) EXT("1.3.6.1.4.1.311.21.7", "SEQUENCE{ " contents " }")
#define TEMPLATE_NAME(contents) EXT("1.3.6.1.4.1.311.20.2", contents)

static const struct row {
    enum certmap_field field;
    const char *what, *extensions, *expected;
} rows[] = {
    /* GeneralNames */
    {CERTMAP_FIELD_SAN, "all kinds of names",
     SAN("82{\"a.example\"} 81{\"alice@example\"} 86{\"https://a.example/\"} 87{0A 00 00 01} 88{2A 03}" OTHER_NAME(
         UPN, "UTF8String{\"alice@corp\"}") "A4{" ALICE_NAME "}"),
     "dns \"a.example\" | email \"alice@example\" | uri \"https://a.example/\" | ip \"10.0.0.1\" | rid \"1.2.3\" | "
     "(" UPN ") upn \"alice@corp\" | dirname \"CN=Alice\""},
    {CERTMAP_FIELD_SAN, "encoded order", SAN("82{\"b\"} 81{\"x@y\"} 82{\"a\"}"),
     "dns \"b\" | email \"x@y\" | dns \"a\""},
    {CERTMAP_FIELD_SAN, "the same twice", SAN("82{\"a\"} 82{\"a\"}"), "dns \"a\" | dns \"a\""},
    {CERTMAP_FIELD_SAN, "names that no rule can speak of", SAN("A3{ SEQUENCE{} } 82{\"a\"} A5{ 81{\"x\"} }"),
     "dns \"a\""},
    {CERTMAP_FIELD_SAN, "only such names", SAN("A3{ FF } A5{}"), ""},
    {CERTMAP_FIELD_SAN, "no names", SAN(""), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "nothing", EXT("2.5.29.17", ""), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "no SEQUENCE", EXT("2.5.29.17", "82{\"a\"}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "a byte after it", EXT("2.5.29.17", "SEQUENCE{ 82{\"a\"} } 00"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "a name that is cut", SAN("82{\"a\"} 82 02 00"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "a name in long form", SAN("82+{\"a\"}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "a universal type", SAN("82{\"a\"} IA5String{\"a\"}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "[9]", SAN("89{\"a\"}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "a constructed dNSName", SAN("A2{ IA5String{\"a\"} }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "a primitive otherName", SAN("80{\"a\"}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "a primitive directoryName", SAN("84{ 30 00 }"), "? malformed-piece"},
    /* dNSName */
    {CERTMAP_FIELD_SAN, "dns: case", SAN("82{\"A.Example\"}"), "dns \"a.example\""},
    {CERTMAP_FIELD_SAN, "dns: a wildcard", SAN("82{\"*.example\"}"), "dns \"*.example\""},
    {CERTMAP_FIELD_SAN, "dns: empty", SAN("82{}"), "dns \"\""},
    {CERTMAP_FIELD_SAN, "dns: NUL", SAN("82{\"a.example\\x00.evil\"} 82{\"b\"}"), "dns value-nul | dns \"b\""},
    {CERTMAP_FIELD_SAN, "dns: a space", SAN("82{\"a b\"}"), "dns value-encoding"},
    {CERTMAP_FIELD_SAN, "dns: a control character", SAN("82{\"a\\x1F\"}"), "dns value-encoding"},
    {CERTMAP_FIELD_SAN, "dns: DEL", SAN("82{\"a\\x7F\"}"), "dns value-encoding"},
    {CERTMAP_FIELD_SAN, "dns: UTF-8", SAN("82{\"a\\xC3\\xA4\"}"), "dns value-encoding"},
    {CERTMAP_FIELD_SAN, "dns: too long", SAN("82{ 65537*61 }"), "dns value-too-long"},
    /* rfc822Name and SmtpUTF8Mailbox */
    {CERTMAP_FIELD_SAN, "email: case of the host only", SAN("81{\"Alice@Example.ORG\"}"),
     "email \"Alice@example.org\""},
    {CERTMAP_FIELD_SAN, "email: the last @", SAN("81{\"\\\"A@B\\\"@C\"}"), "email \"\\\"A@B\\\"@c\""},
    {CERTMAP_FIELD_SAN, "email: no @", SAN("81{\"alice\"}"), "email value-encoding"},
    {CERTMAP_FIELD_SAN, "email: empty", SAN("81{}"), "email value-encoding"},
    {CERTMAP_FIELD_SAN, "email: UTF-8", SAN("81{\"\\xC3\\xA4@b\"}"), "email value-encoding"},
    {CERTMAP_FIELD_SAN, "email: SmtpUTF8Mailbox", SAN(OTHER_NAME(MAILBOX, "UTF8String{\"A\\xCC\\x88@Example\"}")),
     "(" MAILBOX ") email \"\xC3\x84@example\""},
    {CERTMAP_FIELD_SAN, "email: a U-label", SAN(OTHER_NAME(MAILBOX, "UTF8String{\"a@\\xC3\\xA4\"}")),
     "(" MAILBOX ") email value-ambiguous"},
    {CERTMAP_FIELD_SAN, "email: SmtpUTF8Mailbox of another type", SAN(OTHER_NAME(MAILBOX, "IA5String{\"a@b\"}")),
     "(" MAILBOX ") email value-type"},
    {CERTMAP_FIELD_SAN, "email: no UTF-8", SAN(OTHER_NAME(MAILBOX, "UTF8String{\"\\xFF@b\"}")),
     "(" MAILBOX ") email value-encoding"},
    /* uniformResourceIdentifier */
    {CERTMAP_FIELD_SAN, "uri: case of scheme and host", SAN("86{\"HTTPS://Me@Example:443/Path?Q\"}"),
     "uri \"https://Me@example:443/Path?Q\""},
    {CERTMAP_FIELD_SAN, "uri: UTF-8", SAN("86{\"urn:\\xC3\\xA4\"}"), "uri value-encoding"},
    /* iPAddress */
    {CERTMAP_FIELD_SAN, "ip: version 6", SAN("87{20 01 0D B8 11*00 01}"), "ip \"2001:db8::1\""},
    {CERTMAP_FIELD_SAN, "ip: version 4 in 6", SAN("87{10*00 FF FF 0A 00 00 01}"), "ip \"::ffff:10.0.0.1\""},
    {CERTMAP_FIELD_SAN, "ip: wrong lengths", SAN("87{} 87{3*00} 87{5*00} 87{8*00} 87{15*00} 87{17*00} 87{32*00}"),
     "ip value-encoding | ip value-encoding | ip value-encoding | ip value-encoding | ip value-encoding | "
     "ip value-encoding | ip value-encoding"},
    /* registeredID */
    {CERTMAP_FIELD_SAN, "rid: a name", SAN("88{2B 06 01 05 05 07 03 02}"), "rid \"clientAuth\""},
    {CERTMAP_FIELD_SAN, "rid: padded", SAN("88{2A 80 03}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "rid: empty", SAN("88{}"), "? malformed-piece"},
    /* otherName */
    {CERTMAP_FIELD_SAN, "other: a string", SAN(OTHER_NAME("1.2.3", "UTF8String{\"Ab\"}")), "1.2.3 \"Ab\""},
    {CERTMAP_FIELD_SAN, "other: string types",
     SAN(OTHER_NAME("1.2.3", "BMPString{ 00 41 }") OTHER_NAME("1.2.4", "T61String{\"\\xE9\"}")),
     "1.2.3 \"A\" | 1.2.4 \"\xC3\xA9\""},
    {CERTMAP_FIELD_SAN, "other: no string", SAN(OTHER_NAME("1.2.3", "SEQUENCE{ FF }") OTHER_NAME("1.2.3", "INTEGER{}")),
     "1.2.3 value-type | 1.2.3 value-type"},
    {CERTMAP_FIELD_SAN, "other: octets",
     SAN(OTHER_NAME("1.2.3", "OCTETSTRING{ D4 32 }") OTHER_NAME("1.2.3", "OCTETSTRING{}")
             OTHER_NAME(UPN, "OCTETSTRING{ 61 }") OTHER_NAME(MAILBOX, "OCTETSTRING{ 61 40 62 }")),
     "1.2.3 \"d432\" | 1.2.3 \"\" | (" UPN ") upn value-type | (" MAILBOX ") email value-type"},
    {CERTMAP_FIELD_SAN, "other: too many octets", SAN(OTHER_NAME("1.2.3", "OCTETSTRING{ 65537*00 }")),
     "1.2.3 value-too-long"},
    {CERTMAP_FIELD_SAN, "upn: string types",
     SAN(OTHER_NAME(UPN, "IA5String{\"a\"}") OTHER_NAME(UPN, "BMPString{ D8 00 }")
             OTHER_NAME(UPN, "OCTETSTRING{\"a\"}")),
     "(" UPN ") upn \"a\" | (" UPN ") upn value-encoding | (" UPN ") upn value-type"},
    {CERTMAP_FIELD_SAN, "upn: NUL", SAN(OTHER_NAME(UPN, "UTF8String{\"a\\x00b\"}")), "(" UPN ") upn value-nul"},
    {CERTMAP_FIELD_SAN, "other: an OID that begins like one of the table",
     SAN(OTHER_NAME("1.3.6.1.4.1.311.20.2.3.1", "UTF8String{\"a\"}")), "1.3.6.1.4.1.311.20.2.3.1 \"a\""},
    {CERTMAP_FIELD_SAN, "other: an OID that is too large", SAN("A0{ OID{1025*01} A0{ NULL{} } } 82{\"a\"}"),
     "? value-too-long"},
    {CERTMAP_FIELD_SAN, "other: empty", SAN("A0{}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: no OID", SAN("A0{ A0{ NULL{} } }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: a padded OID", SAN("A0{ OID{80 01} A0{ NULL{} } }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: no value", SAN("A0{ OID{1.2.3} }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: an empty value", SAN("A0{ OID{1.2.3} A0{} }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: a value without [0]", SAN("A0{ OID{1.2.3} UTF8String{\"a\"} }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: a primitive [0]", SAN("A0{ OID{1.2.3} 80{\"a\"} }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: two values", SAN(OTHER_NAME("1.2.3", "NULL{} NULL{}")), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: a value that is cut", SAN(OTHER_NAME("1.2.3", "0C 05 61")), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: more after it", SAN("A0{ OID{1.2.3} A0{ NULL{} } NULL{} }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "other: with a SEQUENCE of its own", SAN("A0{ SEQUENCE{ OID{1.2.3} A0{ NULL{} } } }"),
     "? malformed-piece"},
    /* KRB5PrincipalName */
    {CERTMAP_FIELD_SAN, "krb5: one component", SAN(NAMED("GeneralString{\"alice\"}")), "(" KRB5 ") krb5 \"alice@R\""},
    {CERTMAP_FIELD_SAN, "krb5: several",
     SAN(NAMED("GeneralString{\"host\"} GeneralString{\"a.example\"} GeneralString{\"x\"}")),
     "(" KRB5 ") krb5 \"host/a.example/x@R\""},
    {CERTMAP_FIELD_SAN, "krb5: a slash in a component", SAN(NAMED("GeneralString{\"bob/admin\"}")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: an @ in a component", SAN(NAMED("GeneralString{\"a\"} GeneralString{\"b@C\"}")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: a backslash in a component", SAN(NAMED("GeneralString{\"a\\\\\"}")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: a slash in the realm", SAN(REALM("A/B")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: an @ in the realm", SAN(REALM("EVIL@R")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: an @ before the realm", SAN(REALM("@R")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: a backslash in the realm", SAN(REALM("A\\\\B")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: a NUL in the realm", SAN(REALM("R\\x00")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: a line feed in the realm", SAN(REALM("R\\x0A")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: DEL in the realm", SAN(REALM("R\\x7F")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: an empty realm", SAN(REALM("")), "(" KRB5 ") krb5 \"x@\""},
    {CERTMAP_FIELD_SAN, "krb5: spaces", SAN(NAMED("GeneralString{\"a b \"}")), "(" KRB5 ") krb5 \"a b @R\""},
    {CERTMAP_FIELD_SAN, "krb5: controls", SAN(NAMED("GeneralString{\"a\\x09\"}")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: empty components", SAN(NAMED("GeneralString{} GeneralString{}")),
     "(" KRB5 ") krb5 \"/@R\""},
    {CERTMAP_FIELD_SAN, "krb5: no component", SAN(NAMED("")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: NUL", SAN(NAMED("GeneralString{\"a\\x00\"}")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: not ASCII", SAN(NAMED("GeneralString{\"a\"} GeneralString{\"\\xE9\"}")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: another string type", SAN(NAMED("UTF8String{\"a\"}")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: a component that is cut", SAN(NAMED("1B 05 61")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: another type of realm",
     SAN(PRINCIPAL("IA5String{\"R\"}", "INTEGER{01}", "GeneralString{\"x\"}")), "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: a realm that is not ASCII",
     SAN(PRINCIPAL("GeneralString{\"\\xE9\"}", "INTEGER{01}", "GeneralString{\"x\"}")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: two realms",
     SAN(PRINCIPAL("GeneralString{} GeneralString{}", "INTEGER{01}", "GeneralString{\"x\"}")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: no type of name", SAN(PRINCIPAL("GeneralString{\"R\"}", "", "GeneralString{\"x\"}")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: no realm", SAN(OTHER_NAME(KRB5, "SEQUENCE{ A1{ SEQUENCE{} } }")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: no name", SAN(OTHER_NAME(KRB5, "SEQUENCE{ A0{ GeneralString{\"R\"} } }")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: no strings",
     SAN(OTHER_NAME(KRB5, "SEQUENCE{ A0{ GeneralString{\"R\"} } A1{ SEQUENCE{ A0{ INTEGER{01} } } } }")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: more after the strings",
     SAN(OTHER_NAME(KRB5, "SEQUENCE{ A0{ GeneralString{\"R\"} } A1{ SEQUENCE{ A0{ INTEGER{01} } "
                          "A1{ SEQUENCE{ GeneralString{\"x\"} } } NULL{} } } }")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: more after the name",
     SAN(OTHER_NAME(KRB5, "SEQUENCE{ A0{ GeneralString{\"R\"} } A1{ SEQUENCE{ A0{ INTEGER{01} } "
                          "A1{ SEQUENCE{ GeneralString{\"x\"} } } } } NULL{} }")),
     "(" KRB5 ") krb5 value-encoding"},
    {CERTMAP_FIELD_SAN, "krb5: a string", SAN(OTHER_NAME(KRB5, "UTF8String{\"alice@R\"}")),
     "(" KRB5 ") krb5 value-type"},
    {CERTMAP_FIELD_SAN, "krb5: too long", SAN(NAMED("GeneralString{ 65536*61 }")), "(" KRB5 ") krb5 value-too-long"},
    /* directoryName */
    {CERTMAP_FIELD_SAN, "dirname: two", SAN("A4{" ALICE_NAME "} 82{\"a\"} A4{" BOB_NAME "}"),
     "dirname \"CN=Alice\" | dns \"a\" | dirname \"CN=#0403426F62+1.2.3=#0C0178,O=Contoso\""},
    {CERTMAP_FIELD_SAN_DIRNAME, "the attributes of two", SAN("A4{" ALICE_NAME "} 82{\"a\"} A4{" BOB_NAME "}"),
     "(2.5.4.3) CN \"Alice\" | (2.5.4.10) O \"Contoso\" | (2.5.4.3) CN value-type | 1.2.3 \"x\""},
    {CERTMAP_FIELD_SAN, "dirname: an empty Name", SAN("A4{ SEQUENCE{} }"), "dirname \"\""},
    {CERTMAP_FIELD_SAN_DIRNAME, "the attributes of an empty Name", SAN("A4{ SEQUENCE{} }"), ""},
    {CERTMAP_FIELD_SAN_DIRNAME, "no directory name", SAN("82{\"a\"}"), ""},
    {CERTMAP_FIELD_SAN, "dirname: nothing", SAN("A4{}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN_DIRNAME, "dirname: an empty RDN", SAN("A4{ SEQUENCE{ SET{} } }"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN, "dirname: after a good one", SAN("A4{" ALICE_NAME "} A4{ SEQUENCE{ SET{} } }"),
     "? malformed-piece"},
    {CERTMAP_FIELD_SAN_DIRNAME, "dirname: two Names in one", SAN("A4{" ALICE_NAME ALICE_NAME "}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN_DIRNAME, "dirname: a fault elsewhere", SAN("A4{" ALICE_NAME "} 89{}"), "? malformed-piece"},
    {CERTMAP_FIELD_SAN_DIRNAME, "dirname: too many AVAs",
     SAN("A4{ SEQUENCE{ SET{ 257*SEQUENCE{ OID{1.2} NULL{} } } } }"), "? value-too-long"},
    /* extended key usage */
    {CERTMAP_FIELD_EKU, "purposes", EKU("OID{1.3.6.1.5.5.7.3.2} OID{1.3.6.1.4.1.311.20.2.2} OID{1.2.3}"),
     "\"clientAuth\" | \"smartcardLogon\" | \"1.2.3\""},
    {CERTMAP_FIELD_EKU, "any purpose", EKU("OID{2.5.29.37.0}"), "\"anyExtendedKeyUsage\""},
    {CERTMAP_FIELD_EKU, "too large", EKU("OID{1025*01} OID{1.2.3}"), "value-too-long | \"1.2.3\""},
    {CERTMAP_FIELD_EKU, "none", EKU(""), "? malformed-piece"},
    {CERTMAP_FIELD_EKU, "no SEQUENCE", EXT("2.5.29.37", "OID{1.2.3}"), "? malformed-piece"},
    {CERTMAP_FIELD_EKU, "a byte after it", EXT("2.5.29.37", "SEQUENCE{ OID{1.2.3} } 00"), "? malformed-piece"},
    {CERTMAP_FIELD_EKU, "something else in it", EKU("OID{1.2.3} NULL{}"), "? malformed-piece"},
    {CERTMAP_FIELD_EKU, "a padded OID", EKU("OID{1.2.3} OID{80 01}"), "? malformed-piece"},
    /* key usage */
    {CERTMAP_FIELD_KU, "two bits", KU("05 A0"), "\"digitalSignature\" | \"keyEncipherment\""},
    {CERTMAP_FIELD_KU, "all bits", KU("07 FF 80"),
     "\"digitalSignature\" | \"nonRepudiation\" | \"keyEncipherment\" | \"dataEncipherment\" | \"keyAgreement\" | "
     "\"keyCertSign\" | \"cRLSign\" | \"encipherOnly\" | \"decipherOnly\""},
    {CERTMAP_FIELD_KU, "eight bits", KU("00 01"), "\"encipherOnly\""},
    {CERTMAP_FIELD_KU, "bits past the last", KU("00 80 7F FF"), "\"digitalSignature\""},
    {CERTMAP_FIELD_KU, "only bits past the last", KU("06 00 40"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "no bits", KU("00"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "no octets", KU(""), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "no bit is set", KU("07 00"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "a bit that is not used is set", KU("05 A1"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "a zero at the end", KU("04 A0"), "\"digitalSignature\" | \"keyEncipherment\""},
    {CERTMAP_FIELD_KU, "zeros at the end", KU("00 80"), "\"digitalSignature\""},
    {CERTMAP_FIELD_KU, "an octet of zeros at the end", KU("00 A0 00"), "\"digitalSignature\" | \"keyEncipherment\""},
    {CERTMAP_FIELD_KU, "octets of zeros at the end", KU("07 06 5*00"), "\"keyCertSign\" | \"cRLSign\""},
    {CERTMAP_FIELD_KU, "the ninth bit, and zeros", KU("00 00 80"), "\"decipherOnly\""},
    {CERTMAP_FIELD_KU, "zeros, of which none is unused", KU("00 00"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "zeros alone, in several octets", KU("03 3*00"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "all that is not used is set", KU("07 FF"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "one that is not used is set, after a zero", KU("06 00 81"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "in pieces, as BER permits", EXT("2.5.29.15", "23{ BITSTRING{ 07 80 } }"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "with a byte after it", EXT("2.5.29.15", "BITSTRING{ 07 80 } 00"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "with a length of two octets", EXT("2.5.29.15", "BITSTRING+{ 07 80 }"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "more unused bits than an octet has", KU("08 80"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "another type", EXT("2.5.29.15", "OCTETSTRING{05 A0}"), "? malformed-piece"},
    {CERTMAP_FIELD_KU, "a byte after it", EXT("2.5.29.15", "BITSTRING{05 A0} 00"), "? malformed-piece"},
    /* certificate policies */
    {CERTMAP_FIELD_POLICY, "policies", POLICIES(POLICY("2.5.29.32.0") POLICY("1.2.3")), "\"anyPolicy\" | \"1.2.3\""},
    {CERTMAP_FIELD_POLICY, "with qualifiers",
     POLICIES("SEQUENCE{ OID{1.2.3} SEQUENCE{ SEQUENCE{ OID{1.3.6.1.5.5.7.2.1} IA5String{\"http://x\"} } } }"),
     "\"1.2.3\""},
    {CERTMAP_FIELD_POLICY, "too large", POLICIES("SEQUENCE{ OID{1025*01} }"), "value-too-long"},
    {CERTMAP_FIELD_POLICY, "none", POLICIES(""), "? malformed-piece"},
    {CERTMAP_FIELD_POLICY, "an empty policy", POLICIES("SEQUENCE{}"), "? malformed-piece"},
    {CERTMAP_FIELD_POLICY, "no SEQUENCE in it", POLICIES("OID{1.2.3}"), "? malformed-piece"},
    {CERTMAP_FIELD_POLICY, "a padded OID", POLICIES("SEQUENCE{ OID{80 01} }"), "? malformed-piece"},
    {CERTMAP_FIELD_POLICY, "qualifiers of another type", POLICIES("SEQUENCE{ OID{1.2.3} NULL{} }"),
     "? malformed-piece"},
    {CERTMAP_FIELD_POLICY, "more than qualifiers", POLICIES("SEQUENCE{ OID{1.2.3} SEQUENCE{} NULL{} }"),
     "? malformed-piece"},
    /* key identifiers */
    {CERTMAP_FIELD_SKI, "octets", SKI("OCTETSTRING{00 AB CD}"), "\"00abcd\""},
    {CERTMAP_FIELD_SKI, "no octets", SKI("OCTETSTRING{}"), "\"\""},
    {CERTMAP_FIELD_SKI, "too long", SKI("OCTETSTRING{65537*00}"), "value-too-long"},
    {CERTMAP_FIELD_SKI, "the octets alone", SKI("00 AB CD"), "? malformed-piece"},
    {CERTMAP_FIELD_SKI, "a byte after it", SKI("OCTETSTRING{00} 00"), "? malformed-piece"},
    {CERTMAP_FIELD_AKI, "octets", AKI("80{00 AB CD}"), "\"00abcd\""},
    {CERTMAP_FIELD_AKI, "all of it", AKI("80{AB} A1{ A4{ SEQUENCE{} } } 82{01}"), "\"ab\""},
    {CERTMAP_FIELD_AKI, "without an identifier", AKI("A1{ A4{ SEQUENCE{} } } 82{01}"), ""},
    {CERTMAP_FIELD_AKI, "without anything", AKI(""), ""},
    {CERTMAP_FIELD_AKI, "in disorder", AKI("82{01} 80{AB}"), "? malformed-piece"},
    {CERTMAP_FIELD_AKI, "twice", AKI("80{AB} 80{AB}"), "? malformed-piece"},
    {CERTMAP_FIELD_AKI, "a constructed identifier", AKI("A0{ OCTETSTRING{AB} }"), "? malformed-piece"},
    {CERTMAP_FIELD_AKI, "something else", AKI("80{AB} NULL{}"), "? malformed-piece"},
    {CERTMAP_FIELD_AKI, "no SEQUENCE", EXT("2.5.29.35", "OCTETSTRING{AB}"), "? malformed-piece"},
    /* Microsoft */
    {CERTMAP_FIELD_MS_SID, "a SID", SID_OF("S-1-5-21-1-2-3-1103"), "\"S-1-5-21-1-2-3-1103\""},
    {CERTMAP_FIELD_MS_SID, "no SID", SID_OF("1103"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "only the beginning of one", SID_OF("S-1-"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "in lower case", SID_OF("s-1-5-21"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "NUL", SID_OF("S-1-5\\x00"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "a space", SID_OF("S-1-5 "), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "not ASCII", SID_OF("S-1-\\xC3\\xA4"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "too long",
     SID("SEQUENCE{ A0{ OID{1.3.6.1.4.1.311.25.2.1} A0{ OCTETSTRING{\"S-1-\" 65536*30} } } }"), "value-too-long"},
    {CERTMAP_FIELD_MS_SID, "the text alone", SID("\"S-1-5-21\""), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "no name", SID("SEQUENCE{}"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "another kind of name", SID("SEQUENCE{ 82{\"S-1-5-21\"} }"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "two names",
     SID("SEQUENCE{ 2*A0{ OID{1.3.6.1.4.1.311.25.2.1} A0{ OCTETSTRING{\"S-1-5-21\"} } } }"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "no OID", SID("SEQUENCE{ A0{ A0{ OCTETSTRING{\"S-1-5-21\"} } } }"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "another OID", SID("SEQUENCE{ A0{ OID{1.2.3} A0{ OCTETSTRING{\"S-1-5-21\"} } } }"),
     "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "no [0]", SID("SEQUENCE{ A0{ OID{1.3.6.1.4.1.311.25.2.1} OCTETSTRING{\"S-1-5-21\"} } }"),
     "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "more than [0]",
     SID("SEQUENCE{ A0{ OID{1.3.6.1.4.1.311.25.2.1} A0{ OCTETSTRING{\"S-1-5-21\"} } NULL{} } }"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "another type",
     SID("SEQUENCE{ A0{ OID{1.3.6.1.4.1.311.25.2.1} A0{ UTF8String{\"S-1-5-21\"} } } }"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "two values",
     SID("SEQUENCE{ A0{ OID{1.3.6.1.4.1.311.25.2.1} A0{ 2*OCTETSTRING{\"S-1-5-21\"} } } }"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "an OID", TEMPLATE("OID{1.3.6.1.4.1.311.21.8.1.2} INTEGER{64} INTEGER{0A}"),
     "\"1.3.6.1.4.1.311.21.8.1.2\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "without versions", TEMPLATE("OID{1.2.3}"), "\"1.2.3\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "an OID that has a name elsewhere", TEMPLATE("OID{1.3.6.1.5.5.7.3.2}"),
     "\"1.3.6.1.5.5.7.3.2\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "too large", TEMPLATE("OID{1025*01}"), "value-too-long"},
    {CERTMAP_FIELD_MS_TEMPLATE, "three versions", TEMPLATE("OID{1.2.3} 3*INTEGER{01}"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "no OID", TEMPLATE("INTEGER{01}"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "a padded OID", TEMPLATE("OID{80 01}"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "the OID alone", EXT("1.3.6.1.4.1.311.21.7", "OID{1.2.3}"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "a name", TEMPLATE_NAME("BMPString{ 00 55 00 73 00 65 00 72 }"), "\"User\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "a name of another string type", TEMPLATE_NAME("UTF8String{\"User\"}"), "\"User\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "a name as MS-WCCE has it", TEMPLATE_NAME("SEQUENCE{ UTF8String{\"User\"} }"),
     "\"User\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "two names", TEMPLATE_NAME("SEQUENCE{ 2*UTF8String{\"User\"} }"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "an empty SEQUENCE", TEMPLATE_NAME("SEQUENCE{}"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "a SEQUENCE and more", TEMPLATE_NAME("SEQUENCE{ UTF8String{\"User\"} } NULL{}"),
     "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "a SEQUENCE in a SEQUENCE",
     TEMPLATE_NAME("SEQUENCE{ SEQUENCE{ UTF8String{\"User\"} } }"), "value-type"},
    {CERTMAP_FIELD_MS_TEMPLATE, "a name that reads like an OID", TEMPLATE_NAME("UTF8String{\"1.2.3\"}"),
     "value-ambiguous"},
    {CERTMAP_FIELD_MS_TEMPLATE, "a name with a number in it", TEMPLATE_NAME("UTF8String{\"User 1.2\"}"),
     "\"User 1.2\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "a name of half a character", TEMPLATE_NAME("BMPString{ 00 }"), "value-encoding"},
    {CERTMAP_FIELD_MS_TEMPLATE, "no text", TEMPLATE_NAME("OCTETSTRING{\"User\"}"), "value-type"},
    {CERTMAP_FIELD_MS_TEMPLATE, "no element", TEMPLATE_NAME("\"U\""), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "a byte after it", TEMPLATE_NAME("UTF8String{\"User\"} 00"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "both", TEMPLATE_NAME("UTF8String{\"User\"}") TEMPLATE("OID{1.2.3}"),
     "\"User\" | \"1.2.3\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "both the other way", TEMPLATE("OID{1.2.3}") TEMPLATE_NAME("UTF8String{\"User\"}"),
     "\"1.2.3\" | \"User\""},
    {CERTMAP_FIELD_MS_TEMPLATE, "one of both is malformed", TEMPLATE("OID{1.2.3}") TEMPLATE_NAME(""),
     "? malformed-piece"},
    {CERTMAP_FIELD_MS_TEMPLATE, "the first of both is malformed", TEMPLATE("") TEMPLATE_NAME("UTF8String{\"User\"}"),
     "? malformed-piece"},
    /* a SID in a URI */
    {CERTMAP_FIELD_MS_SID, "in a URI", SAN("86{\"" SID_TAG "S-1-5-21-7\"}"), "\"S-1-5-21-7\""},
    {CERTMAP_FIELD_MS_SID, "in a URI, whose scheme has capitals",
     SAN("82{\"a\"} 86{\"TAG:microsoft.com,2022-09-14:sid:S-1-5-21-7\"}"), "\"S-1-5-21-7\""},
    {CERTMAP_FIELD_MS_SID, "in a URI and in the extension", SAN("86{\"" SID_TAG "S-1-5-21-7\"}") SID_OF("S-1-5-21-7"),
     "\"S-1-5-21-7\""},
    {CERTMAP_FIELD_MS_SID, "another one in the URI", SID_OF("S-1-5-21-7") SAN("86{\"" SID_TAG "S-1-5-21-8\"}"),
     "value-ambiguous"},
    {CERTMAP_FIELD_MS_SID, "another one in a URI before", SAN("86{\"" SID_TAG "S-1-5-21-8\"}") SID_OF("S-1-5-21-7"),
     "value-ambiguous"},
    {CERTMAP_FIELD_MS_SID, "two URIs that differ", SAN("86{\"" SID_TAG "S-1-5-21-7\"} 86{\"" SID_TAG "S-1-5-21-8\"}"),
     "value-ambiguous"},
    {CERTMAP_FIELD_MS_SID, "three URIs that say the same", SAN("3*86{\"" SID_TAG "S-1-5-21-7\"}"), "\"S-1-5-21-7\""},
    {CERTMAP_FIELD_MS_SID, "no SID after the tag", SAN("86{\"" SID_TAG "x\"}"), "value-encoding"},
    {CERTMAP_FIELD_MS_SID, "nothing after the tag", SAN("86{\"" SID_TAG "\"}"), "value-encoding"},
    {CERTMAP_FIELD_MS_SID, "not ASCII after the tag", SAN("86{\"" SID_TAG "S-1-5\xFF\"}"), "value-encoding"},
    {CERTMAP_FIELD_MS_SID, "another tag", SAN("86{\"tag:microsoft.com,2022-09-15:sid:S-1-5-21-7\"}"), ""},
    {CERTMAP_FIELD_MS_SID, "a tag in capitals", SAN("86{\"tag:Microsoft.com,2022-09-14:sid:S-1-5-21-7\"}"), ""},
    {CERTMAP_FIELD_MS_SID, "a tag that is no URI", SAN("82{\"" SID_TAG "S-1-5-21-7\"}"), ""},
    {CERTMAP_FIELD_MS_SID, "beside a SAN that is malformed", SID_OF("S-1-5-21-7") SAN("89{}"), "? malformed-piece"},
    {CERTMAP_FIELD_MS_SID, "beside two SANs", SID_OF("S-1-5-21-7") SAN("82{\"a\"}") SAN("82{\"a\"}"),
     "? duplicate-extension"},
    /* qualified certificates */
    {CERTMAP_FIELD_QC_STATEMENT, "statements",
     QC(STATEMENT("0.4.0.1862.1.1", "") STATEMENT("1.2.3", "NULL{}") PSD2("")),
     "\"QcCompliance\" | \"1.2.3\" | \"psd2-qcStatement\""},
    {CERTMAP_FIELD_QC_STATEMENT, "none", QC(""), ""},
    {CERTMAP_FIELD_QC_STATEMENT, "no SEQUENCE", EXT("1.3.6.1.5.5.7.1.3", "SET{}"), "? malformed-piece"},
    {CERTMAP_FIELD_QC_STATEMENT, "nothing", EXT("1.3.6.1.5.5.7.1.3", ""), "? malformed-piece"},
    {CERTMAP_FIELD_QC_STATEMENT, "no OID", QC("SEQUENCE{ NULL{} }"), "? malformed-piece"},
    {CERTMAP_FIELD_QC_STATEMENT, "an empty statement", QC("SEQUENCE{}"), "? malformed-piece"},
    {CERTMAP_FIELD_QC_STATEMENT, "more in a statement", QC(STATEMENT("1.2.3", "2*NULL{}")), "? malformed-piece"},
    {CERTMAP_FIELD_QC_STATEMENT, "more after them", EXT("1.3.6.1.5.5.7.1.3", "SEQUENCE{} 00"), "? malformed-piece"},
    {CERTMAP_FIELD_QC_STATEMENT, "an indefinite length", EXT("1.3.6.1.5.5.7.1.3", "30 80 00 00"), "? malformed-piece"},
    {CERTMAP_FIELD_QC_STATEMENT, "an OID that is too large", QC("SEQUENCE{ OID{1025*01} }"), "value-too-long"},
    {CERTMAP_FIELD_QC_STATEMENT, "twice", QC(STATEMENT("1.2.3", "")) QC(STATEMENT("1.2.3", "")),
     "? duplicate-extension"},
    {CERTMAP_FIELD_QC_TYPE, "twice", QC("") QC(""), "? duplicate-extension"},
    {CERTMAP_FIELD_PSD2_ROLE, "twice", QC("") QC(""), "? duplicate-extension"},
    {CERTMAP_FIELD_QC_TYPE, "of malformed statements", QC(QC_TYPE("OID{1.2.3}") "NULL{}"), "? malformed-piece"},
    {CERTMAP_FIELD_PSD2_ROLE, "of malformed statements", QC(PSD2("") "NULL{}"), "? malformed-piece"},
    {CERTMAP_FIELD_QC_TYPE, "types", QC(QC_TYPE("OID{0.4.0.1862.1.6.2} OID{0.4.0.1862.1.6.3} OID{1.2.3}")),
     "\"eseal\" | \"web\" | \"1.2.3\""},
    {CERTMAP_FIELD_QC_TYPE, "no types", QC(QC_TYPE("")), "? malformed-piece"},
    {CERTMAP_FIELD_QC_TYPE, "no SEQUENCE", QC(STATEMENT("0.4.0.1862.1.6", "OID{1.2.3}")), "? malformed-piece"},
    {CERTMAP_FIELD_QC_TYPE, "nothing", QC(STATEMENT("0.4.0.1862.1.6", "")), "? malformed-piece"},
    {CERTMAP_FIELD_QC_TYPE, "something else in it", QC(QC_TYPE("OID{1.2.3} NULL{}")), "? malformed-piece"},
    {CERTMAP_FIELD_QC_TYPE, "two statements", QC("2*" QC_TYPE("OID{0.4.0.1862.1.6.1}")), "? malformed-piece"},
    {CERTMAP_FIELD_QC_TYPE, "beside roles that are malformed",
     QC(QC_TYPE("OID{0.4.0.1862.1.6.1}") STATEMENT("0.4.0.19495.2", "NULL{}")), "\"esign\""},
    {CERTMAP_FIELD_PSD2_ROLE, "roles",
     QC(PSD2(ROLE("0.4.0.19495.1.2", "PSP_PI") ROLE("0.4.0.19495.1.3", "PSP_AI") ROLE("1.2.3", "x"))),
     "\"PSP_PI\" | \"PSP_AI\" | \"1.2.3\""},
    {CERTMAP_FIELD_PSD2_ROLE, "all four",
     QC(PSD2(ROLE("0.4.0.19495.1.1", "PSP_AS") ROLE("0.4.0.19495.1.2", "PSP_PI") ROLE("0.4.0.19495.1.3", "PSP_AI")
                 ROLE("0.4.0.19495.1.4", "PSP_IC"))),
     "\"PSP_AS\" | \"PSP_PI\" | \"PSP_AI\" | \"PSP_IC\""},
    {CERTMAP_FIELD_PSD2_ROLE, "the name of another role", QC(PSD2(ROLE("0.4.0.19495.1.2", "PSP_AI"))),
     "value-ambiguous"},
    {CERTMAP_FIELD_PSD2_ROLE, "no roles", QC(PSD2("")), ""},
    {CERTMAP_FIELD_PSD2_ROLE, "a role without a name", QC(PSD2("SEQUENCE{ OID{1.2.3} }")), "? malformed-piece"},
    {CERTMAP_FIELD_PSD2_ROLE, "a name of another type", QC(PSD2("SEQUENCE{ OID{1.2.3} IA5String{\"x\"} }")),
     "? malformed-piece"},
    {CERTMAP_FIELD_PSD2_ROLE, "no authority", QC(STATEMENT("0.4.0.19495.2", "SEQUENCE{ SEQUENCE{} }")),
     "? malformed-piece"},
    {CERTMAP_FIELD_PSD2_ROLE, "two statements", QC(PSD2("") PSD2("")), "? malformed-piece"},
    /* those that are there twice */
    {CERTMAP_FIELD_SAN, "twice", SAN("82{\"a\"}") SAN("82{\"b\"}"), "? duplicate-extension"},
    {CERTMAP_FIELD_SAN_DIRNAME, "twice", SAN("82{\"a\"}") SAN("82{\"b\"}"), "? duplicate-extension"},
    {CERTMAP_FIELD_SAN, "the same twice", SAN("82{\"a\"}") SAN("82{\"a\"}"), "? duplicate-extension"},
    {CERTMAP_FIELD_EKU, "twice, with others between", EKU("OID{1.2.3}") OTHER_EXT EKU("OID{1.2.3}"),
     "? duplicate-extension"},
    {CERTMAP_FIELD_KU, "three times", KU("07 80") KU("07 80") KU("07 80"), "? duplicate-extension"},
    {CERTMAP_FIELD_POLICY, "twice and malformed", POLICIES("") POLICIES(""), "? duplicate-extension"},
    {CERTMAP_FIELD_MS_TEMPLATE, "one of both twice",
     TEMPLATE("OID{1.2.3}") TEMPLATE_NAME("UTF8String{\"User\"}") TEMPLATE("OID{1.2.3}"), "? duplicate-extension"},
    /* extensions as text */
    {CERTMAP_FIELD_EXTENSION_TEXT, "strings",
     EXT("1.2.3", "UTF8String{\"true\"}") EXT("1.2.4", "IA5String{\"true\"}") EXT("1.2.5", "BMPString{ 00 41 }"),
     "1.2.3 \"true\" | 1.2.4 \"true\" | 1.2.5 \"A\""},
    {CERTMAP_FIELD_EXTENSION_TEXT, "bytes",
     EXT("1.2.3", "\"true\"") EXT("1.2.4", "\"{\\x0A\\x09 1}\"") EXT("1.2.5", ""),
     "1.2.3 \"true\" | 1.2.4 \"{\\u{A}\\u{9} 1}\" | 1.2.5 \"\""},
    {CERTMAP_FIELD_EXTENSION_TEXT, "in an OCTET STRING",
     EXT("1.2.3", "OCTETSTRING{ PrintableString{\"true\"} }") EXT("1.2.4", "OCTETSTRING{\"true\"}"),
     "1.2.3 \"true\" | 1.2.4 \"true\""},
    {CERTMAP_FIELD_EXTENSION_TEXT, "in two OCTET STRINGs", EXT("1.2.3", "OCTETSTRING{ OCTETSTRING{\"true\"} }"),
     "1.2.3 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "NFC", EXT("1.2.3", "\"A\\xCC\\x88\""), "1.2.3 \"\xC3\x84\""},
    {CERTMAP_FIELD_EXTENSION_TEXT, "no UTF-8", EXT("1.2.3", "\"a\\xFF\""), "1.2.3 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "a control character", EXT("1.2.3", "\"a\\x07\"") EXT("1.2.4", "\"a\\x7F\""),
     "1.2.3 value-type | 1.2.4 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "the end of a line first", EXT("1.2.3", "\"\\x0Aa\""), "1.2.3 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "what DER begins with", EXT("1.2.3", "\"0\\x20\""), "1.2.3 \"0 \""},
    {CERTMAP_FIELD_EXTENSION_TEXT, "a string and more", EXT("1.2.3", "UTF8String{\"a\"} 00"), "1.2.3 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "an OCTET STRING and more", EXT("1.2.3", "2*OCTETSTRING{\"a\"}"),
     "1.2.3 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "a string that is cut", EXT("1.2.3", "0C 05 61"), "1.2.3 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "an indefinite length", EXT("1.2.3", "2C 80 0C 01 61 00 00"), "1.2.3 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "a bad string", EXT("1.2.3", "UTF8String{FF}"), "1.2.3 value-encoding"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "NUL", EXT("1.2.3", "UTF8String{\"a\\x00\"}") EXT("1.2.4", "\"a\\x00\""),
     "1.2.3 value-nul | 1.2.4 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "no text", EXT("1.2.3", "SEQUENCE{ INTEGER{01} }"), "1.2.3 value-type"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "too long", EXT("1.2.3", "UTF8String{ 65537*61 }") EXT("1.2.4", "65537*61"),
     "1.2.3 value-too-long | 1.2.4 value-too-long"},
    {CERTMAP_FIELD_EXTENSION_TEXT, "twice", EXT("1.2.3", "\"a\"") EXT("1.2.4", "\"b\"") EXT("1.2.3", "\"a\""),
     "1.2.3 duplicate-extension | 1.2.4 \"b\" | 1.2.3 duplicate-extension"},
    /* the extensions themselves */
    {CERTMAP_FIELD_EXTENSION, "octets", EXT("1.2.3", "00 AB") EXT("1.2.4", ""), "1.2.3 \"00ab\" | 1.2.4 \"\""},
    {CERTMAP_FIELD_EXTENSION, "critical or not",
     "SEQUENCE{ OID{1.2.3} BOOLEAN{FF} OCTETSTRING{01} } SEQUENCE{ OID{1.2.4} BOOLEAN{00} OCTETSTRING{02} }"
     "SEQUENCE{ OID{1.2.5} BOOLEAN{01} OCTETSTRING{03} }",
     "1.2.3 \"01\" | 1.2.4 \"02\" | 1.2.5 \"03\""},
    {CERTMAP_FIELD_EXTENSION, "one of them twice", EXT("1.2.3", "00") EXT("1.2.4", "01") EXT("1.2.3", "02"),
     "1.2.3 duplicate-extension | 1.2.4 \"01\" | 1.2.3 duplicate-extension"},
    {CERTMAP_FIELD_EXTENSION, "OIDs that begin alike", EXT("1.2.3", "00") EXT("1.2.3.4", "01") EXT("1.2.4", "02"),
     "1.2.3 \"00\" | 1.2.3.4 \"01\" | 1.2.4 \"02\""},
    {CERTMAP_FIELD_EXTENSION, "too long", EXT("1.2.3", "65537*00") EXT("1.2.4", "00"),
     "1.2.3 value-too-long | 1.2.4 \"00\""},
};

/* A SAN can have a SID. */
static bool is_of_san(enum certmap_field field) {
    return field == CERTMAP_FIELD_SAN || field == CERTMAP_FIELD_SAN_DIRNAME || field == CERTMAP_FIELD_MS_SID;
}

static bool is_of_qc(enum certmap_field field) {
    return field == CERTMAP_FIELD_QC_STATEMENT || field == CERTMAP_FIELD_QC_TYPE || field == CERTMAP_FIELD_PSD2_ROLE;
}

/* Fields that have to do with the extensions of a row. */
static bool concerns(enum certmap_field field, enum certmap_field other) {
    return field == other || other == CERTMAP_FIELD_EXTENSION || other == CERTMAP_FIELD_EXTENSION_TEXT ||
           (is_of_san(field) && is_of_san(other)) || (is_of_qc(field) && is_of_qc(other));
}

/* Both fields of a SAN are known, or neither is, for the same reason. */
static void check_san(const char *what) {
    ck_assert_msg(certmap_peer_field_unknown(peer, CERTMAP_FIELD_SAN) ==
                      certmap_peer_field_unknown(peer, CERTMAP_FIELD_SAN_DIRNAME),
                  "%s: one field of the SAN is known", what);
}

T_TEST(one_extension) {
    struct t_buf der = T_BUF_INIT;
    const size_t mark = t_begin(&der);
    t_der(&der, rows[_i].extensions);
    t_end(&der, mark, 0x30, 0);
    cert.extensions = t_view(&der);
    set();
    CHECK_FIELD(rows[_i].what, rows[_i].field, rows[_i].expected);
    for (size_t i = 0; i < EXTENSION_FIELDS; i++)
        if (!concerns(rows[_i].field, extension_fields[i]))
            CHECK_FIELD(rows[_i].what, extension_fields[i], "");
    ck_assert_int_eq(certmap_peer_field_unknown(peer, CERTMAP_FIELD_EXTENSION), CERTMAP_CODE_NONE);
    check_san(rows[_i].what);
    t_buf_free(&der);
}

/* One that is malformed takes nothing from the others. */
T_TEST(several_extensions) {
    cert.extensions = piece(EXTENSIONS(SAN("82{\"a\"} 89{}") EKU("OID{1.3.6.1.5.5.7.3.2}") KU("07 00")
                                           SKI("OCTETSTRING{01}") SKI("OCTETSTRING{02}") AKI("80{03}")));
    set();
    CHECK_FIELD("malformed", CERTMAP_FIELD_SAN, "? malformed-piece");
    CHECK_FIELD("malformed", CERTMAP_FIELD_SAN_DIRNAME, "? malformed-piece");
    CHECK_FIELD("well-formed", CERTMAP_FIELD_EKU, "\"clientAuth\"");
    CHECK_FIELD("malformed", CERTMAP_FIELD_KU, "? malformed-piece");
    CHECK_FIELD("twice", CERTMAP_FIELD_SKI, "? duplicate-extension");
    CHECK_FIELD("well-formed", CERTMAP_FIELD_AKI, "\"03\"");
    CHECK_FIELD("the extensions", CERTMAP_FIELD_EXTENSION,
                "2.5.29.17 \"30058201618900\" | 2.5.29.37 \"300a06082b06010505070302\" | 2.5.29.15 \"03020700\" | "
                "2.5.29.14 duplicate-extension | 2.5.29.14 duplicate-extension | 2.5.29.35 \"3003800103\"");
}

/* ---- limits ---- */

/* The SEQUENCE of one extension whose value makes it this long. */
static void put_extensions_of_size(struct t_buf *buf, size_t size) {
    const size_t list = t_begin(buf), extension = t_begin(buf);
    t_der(buf, "OID{1.2.3}");
    const size_t octets = t_begin(buf);
    for (size_t i = 0; i < size - 19; i++) /* three headers of 5 octets, and the OID */
        t_bytes(buf, "", 1);
    t_end(buf, octets, 0x04, 0);
    t_end(buf, extension, 0x30, 0);
    t_end(buf, list, 0x30, 0);
    ck_assert_uint_eq(buf->len, size);
}

T_TEST(size_of_the_extensions) {
    put_extensions_of_size(&bytes, CERTMAP_MAX_EXTENSIONS_SIZE + (size_t)_i);
    cert.extensions = t_view(&bytes);
    set();
    if (_i == 0)
        CHECK_FIELD("the largest", CERTMAP_FIELD_EXTENSION, "1.2.3 value-too-long");
    else
        all_extension_fields_are("too large", "? value-too-long");
}

/* Extensions without octets: the i-th has the OID 1.2.first + i * step % modulus, in three octets of arcs. */
static void put_extensions(struct t_buf *buf, size_t count, size_t step, size_t modulus) {
    const size_t list = t_begin(buf);
    for (size_t i = 0; i < count; i++) {
        const size_t number = i * step % modulus;
        const uint8_t extension[] = {0x30,
                                     0x08,
                                     0x06,
                                     0x04,
                                     0x2A,
                                     (uint8_t)(0x81 + number / 16384),
                                     (uint8_t)(0x80 | (number / 128 & 0x7F)),
                                     (uint8_t)(number & 0x7F),
                                     0x04,
                                     0x00};
        t_bytes(buf, extension, sizeof extension);
    }
    t_end(buf, list, 0x30, 0);
}

static size_t count_unreadable(enum certmap_code code) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    size_t count = 0;
    for (size_t i = 0; i < certmap_peer_value_count(peer, CERTMAP_FIELD_EXTENSION); i++) {
        ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_EXTENSION, i, NULL), CERTMAP_OK);
        count += value.unreadable == code;
    }
    return count;
}

T_TEST(number_of_extensions) {
    put_extensions(&bytes, CERTMAP_MAX_EXTENSIONS + (size_t)_i, 1, 65536);
    cert.extensions = t_view(&bytes);
    set();
    if (_i > 0) {
        all_extension_fields_are("too many", "? value-too-long");
        return;
    }
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_EXTENSION), CERTMAP_MAX_EXTENSIONS);
    ck_assert_uint_eq(count_unreadable(CERTMAP_CODE_NONE), CERTMAP_MAX_EXTENSIONS);
}

/* To sort them, where there is memory for the Names only. */
T_TEST(no_memory_for_their_order) {
    put_extensions(&bytes, CERTMAP_MAX_EXTENSIONS, 1, 65536);
    cert.extensions = t_view(&bytes);
    peer->scratch.limit = 4096;
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_ERROR_LIMIT);
    ck_assert(!peer->set);
}

/* In any order, and in any number. */
static const struct {
    size_t count, step, modulus, duplicates;
} disorders[] = {
    {1, 1, 1, 0},          {2, 1, 2, 0},          {2, 1, 1, 2},       {3, 1, 3, 0},        {3, 2, 3, 0},
    {3, 1, 2, 2},          {3, 1, 1, 3},          {5, 3, 5, 0},       {4096, 1, 4096, 0},  {4096, 4095, 4096, 0},
    {4096, 1237, 4096, 0}, {4096, 1237, 4095, 2}, {4096, 1, 4095, 2}, {4096, 77, 4093, 6}, {4096, 1237, 2048, 4096},
    {4096, 1, 1, 4096},    {15, 1, 15, 0},        {16, 1, 16, 0},     {16, 1, 15, 2},      {17, 1, 17, 0},
    {17, 1, 16, 2},        {17, 5, 17, 0},        {40, 7, 40, 0},     {40, 7, 39, 2},      {40, 1, 20, 40},
};

T_TEST(duplicates_are_found) {
    put_extensions(&bytes, disorders[_i].count, disorders[_i].step, disorders[_i].modulus);
    cert.extensions = t_view(&bytes);
    set();
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_EXTENSION), disorders[_i].count);
    ck_assert_uint_eq(count_unreadable(CERTMAP_CODE_DUPLICATE_EXTENSION), disorders[_i].duplicates);
    ck_assert_uint_eq(count_unreadable(CERTMAP_CODE_NONE), disorders[_i].count - disorders[_i].duplicates);
}

static const struct {
    const char *what, *extensions;
    enum certmap_field field;
} edges[] = {
    {"the octets of an extension", EXT("1.2.3", "65536*00"), CERTMAP_FIELD_EXTENSION},
    {"the OID of an extension", "SEQUENCE{ OID{1024*01} OCTETSTRING{} }", CERTMAP_FIELD_EXTENSION},
    {"a dNSName", SAN("82{ 65536*61 }"), CERTMAP_FIELD_SAN},
    {"an otherName", SAN(OTHER_NAME("1.2.3", "UTF8String{ 65536*61 }")), CERTMAP_FIELD_SAN},
    {"the OID of an otherName", SAN("A0{ OID{1024*01} A0{ UTF8String{\"a\"} } }"), CERTMAP_FIELD_SAN},
    {"a registeredID", SAN("88{1024*01}"), CERTMAP_FIELD_SAN},
    {"a purpose", EKU("OID{1024*01}"), CERTMAP_FIELD_EKU},
    {"a policy", POLICIES("SEQUENCE{ OID{1024*01} }"), CERTMAP_FIELD_POLICY},
    {"a template", TEMPLATE("OID{1024*01}"), CERTMAP_FIELD_MS_TEMPLATE},
    {"a subject key identifier", SKI("OCTETSTRING{65536*00}"), CERTMAP_FIELD_SKI},
};

/* What is just as large as it may be is read; one octet more is in the tables above. */
T_TEST(the_largest_that_is_read) {
    struct t_buf der = T_BUF_INIT;
    struct certmap_value value = CERTMAP_VALUE_INIT;
    const size_t mark = t_begin(&der);
    t_der(&der, edges[_i].extensions);
    t_end(&der, mark, 0x30, 0);
    cert.extensions = t_view(&der);
    set();
    ck_assert_msg(certmap_peer_value_count(peer, edges[_i].field) == 1, "%s", edges[_i].what);
    ck_assert_int_eq(certmap_peer_value(peer, &value, edges[_i].field, 0, NULL), CERTMAP_OK);
    ck_assert_msg(value.text.data != NULL, "%s: %s", edges[_i].what, certmap_code_name(value.unreadable));
    t_buf_free(&der);
}

T_TEST(a_rid_that_is_too_large) {
    cert.extensions = piece(EXTENSIONS(SAN("88{1025*01}")));
    set();
    CHECK_FIELD("1025 octets", CERTMAP_FIELD_SAN, "rid value-too-long");
}

/* Names, of nothing, in all but an extension's greatest size: more than a peer has memory for, except that values
 * without names of their own fit where a pointer has four bytes. */
T_TEST(more_values_than_memory) {
    static const char *const names[] = {"500000*82{}", "250000*A4{ SEQUENCE{} }"};
    const bool fit = _i == 0 && sizeof(void *) < 8;
    struct certmap_diagnostic err;
    const size_t list = t_begin(&bytes), extension = t_begin(&bytes);
    t_der(&bytes, "OID{2.5.29.17}");
    const size_t octets = t_begin(&bytes), sequence = t_begin(&bytes);
    t_der(&bytes, names[_i]);
    t_end(&bytes, sequence, 0x30, 0);
    t_end(&bytes, octets, 0x04, 0);
    t_end(&bytes, extension, 0x30, 0);
    t_end(&bytes, list, 0x30, 0);
    ck_assert_uint_lt(bytes.len, CERTMAP_MAX_EXTENSIONS_SIZE);
    cert.extensions = t_view(&bytes);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, &err), fit ? CERTMAP_OK : CERTMAP_ERROR_LIMIT);
    if (fit)
        ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SAN), 500000);
    else
        ck_assert_str_eq(err.text, "the certificate needs more memory than 67108864 bytes");
    ck_assert_uint_le(memory.peak, CERTMAP_MAX_PEER_MEMORY + 65536);
    cert.extensions = CM_VIEW_NONE;
    set();
}

/* ---- values as certmap_peer_value tells them ---- */

static void check_text(struct certmap_view view) {
    ck_assert_ptr_nonnull(view.data);
    ck_assert_uint_eq(view.data[view.len], 0);
    ck_assert_uint_eq(strlen((const char *)view.data), view.len);
}

/* The certificate of the tests below, and the list of what is expected of its fields. */
#define EVERYTHING                                                                                                     \
    EXTENSIONS(SAN("82{\"a\"} A4{" BOB_NAME "} " OTHER_NAME(UPN, "UTF8String{\"u\"}") OTHER_NAME("1.2.3", "NULL{}")    \
                       NAMED("GeneralString{\"k\"}")) EKU("OID{1.2.3}") KU("05 A0") POLICIES(POLICY("1.2.3"))          \
                   SKI("OCTETSTRING{01}") AKI("80{02}") SID_OF("S-1-5-21") TEMPLATE("OID{1.2.3}")                      \
                       TEMPLATE_NAME("BMPString{ 00 55 }")                                                             \
                           OTHER_EXT QC(QC_TYPE("OID{1.2.3}") PSD2(ROLE("1.2.3", "x"))) EXT("1.2.4", "\"text\""))

static void supply_everything(struct t_buf *rest) {
    t_der(rest, "INTEGER{02} INTEGER{01} SEQUENCE{" LONG_AGO AFTER_ALL "}");
    const struct certmap_view der = t_view(rest);
    cert.version = cm_view(der.data, 3);
    cert.serial = cm_view(der.data + 3, 3);
    cert.validity = cm_view(der.data + 6, der.len - 6);
    cert.time = 1;
    cert.extensions = piece(EVERYTHING);
    cert.certificate = cert.key = cert.tbs = CM_VIEW("x");
    cert.hash = show_input;
    cert.hash_ctx = &hashed;
    cert.issuer_sha256 = cert.issuer_key_sha256 = cm_view(digest_bytes, 32);
    cert.issuer_sha1 = cm_view(digest_bytes, 20);
    cert.chain_sha256 = cert.chain_key_sha256 = cm_view(two_digests, 64);
}

/* `der` as octets, for what is short. */
static const struct {
    enum certmap_field field;
    size_t index;
    const char *der;  /* t_der; "": there is none */
    const char *type; /* of an AVA */
} views[] = {
    {CERTMAP_FIELD_SUBJECT, 0, "UTF8String{\"Alice\"}", "UTF8String"},
    {CERTMAP_FIELD_VERSION, 0, "INTEGER{02}", ""},
    {CERTMAP_FIELD_SERIAL, 0, "INTEGER{01}", ""},
    {CERTMAP_FIELD_VALIDITY, 0, "SEQUENCE{" LONG_AGO AFTER_ALL "}", ""},
    {CERTMAP_FIELD_SHA256, 0, "", ""},
    {CERTMAP_FIELD_SHA1, 0, "", ""},
    {CERTMAP_FIELD_KEY_SHA256, 0, "", ""},
    {CERTMAP_FIELD_TBS_SHA256, 0, "", ""},
    {CERTMAP_FIELD_SHA512, 0, "", ""},
    {CERTMAP_FIELD_KEY_SHA512, 0, "", ""},
    {CERTMAP_FIELD_KEY_SHA1, 0, "", ""},
    {CERTMAP_FIELD_ISSUER_SHA1, 0, "", ""},
    {CERTMAP_FIELD_ISSUER_SHA256, 0, "", ""},
    {CERTMAP_FIELD_ISSUER_KEY_SHA256, 0, "", ""},
    {CERTMAP_FIELD_CHAIN_SHA256, 1, "", ""},
    {CERTMAP_FIELD_CHAIN_KEY_SHA256, 0, "", ""},
    {CERTMAP_FIELD_SAN, 0, "82{\"a\"}", ""},
    {CERTMAP_FIELD_SAN, 1, BOB_NAME, ""},
    {CERTMAP_FIELD_SAN, 2, "UTF8String{\"u\"}", ""},
    {CERTMAP_FIELD_SAN, 3, "NULL{}", ""},
    {CERTMAP_FIELD_SAN_DIRNAME, 0, "UTF8String{\"Contoso\"}", "UTF8String"},
    {CERTMAP_FIELD_SAN_DIRNAME, 1, "OCTETSTRING{\"Bob\"}", "tag 0x04"},
    {CERTMAP_FIELD_SAN_DIRNAME, 2, "UTF8String{\"x\"}", "UTF8String"},
    {CERTMAP_FIELD_EKU, 0, "OID{1.2.3}", ""},
    {CERTMAP_FIELD_KU, 0, "", ""},
    {CERTMAP_FIELD_KU, 1, "", ""},
    {CERTMAP_FIELD_POLICY, 0, "OID{1.2.3}", ""},
    {CERTMAP_FIELD_SKI, 0, "OCTETSTRING{01}", ""},
    {CERTMAP_FIELD_AKI, 0, "80{02}", ""},
    {CERTMAP_FIELD_MS_SID, 0, "OCTETSTRING{\"S-1-5-21\"}", ""},
    {CERTMAP_FIELD_MS_TEMPLATE, 0, "OID{1.2.3}", ""},
    {CERTMAP_FIELD_MS_TEMPLATE, 1, "BMPString{ 00 55 }", ""},
    {CERTMAP_FIELD_EXTENSION, 9, "OCTETSTRING{FF}", ""},
    {CERTMAP_FIELD_EXTENSION_TEXT, 11, "OCTETSTRING{\"text\"}", ""},
    {CERTMAP_FIELD_QC_STATEMENT, 0, "OID{0.4.0.1862.1.6}", ""},
    {CERTMAP_FIELD_QC_TYPE, 0, "OID{1.2.3}", ""},
    {CERTMAP_FIELD_PSD2_ROLE, 0, "OID{1.2.3}", ""},
};

T_TEST(views_of_a_value) {
    struct t_buf rest = T_BUF_INIT, expected = T_BUF_INIT;
    struct certmap_value value = CERTMAP_VALUE_INIT, again = CERTMAP_VALUE_INIT;
    supply_everything(&rest);
    set();
    t_der(&expected, views[_i].der);
    ck_assert_int_eq(certmap_peer_value(peer, &value, views[_i].field, views[_i].index, NULL), CERTMAP_OK);
    check_text(value.subfield);
    check_text(value.oid);
    check_text(value.type);
    if (value.unreadable == CERTMAP_CODE_NONE)
        check_text(value.text);
    ck_assert(cm_view_equal(value.der, t_view(&expected)));
    ck_assert((value.der.data == NULL) == (expected.len == 0));
    ck_assert_str_eq((const char *)value.type.data, views[_i].type);
    ck_assert_uint_eq(value.rdn, views[_i].field == CERTMAP_FIELD_SAN_DIRNAME && views[_i].index > 0 ? 1 : 0);
    ck_assert_int_eq(certmap_peer_value(peer, &again, views[_i].field, views[_i].index, NULL), CERTMAP_OK);
    ck_assert_ptr_eq(again.text.data, value.text.data);
    ck_assert_ptr_eq(again.oid.data, value.oid.data);
    t_buf_free(&rest);
    t_buf_free(&expected);
}

T_TEST(an_absent_version_has_no_der) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    cert.version = piece("");
    set();
    ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_VERSION, 0, NULL), CERTMAP_OK);
    ck_assert_ptr_null(value.der.data);
}

/* The lists by which the evaluator finds a directory name, and its attributes. */
T_TEST(a_directory_name_is_a_name) {
    cert.extensions = piece(EXTENSIONS(SAN("82{\"a\"} A4{" BOB_NAME "}")));
    set();
    const struct cm_list *san = &peer->lists[CERTMAP_FIELD_SAN];
    ck_assert_uint_eq(cm_list_first(san, CM_SAN_DNS), 0);
    ck_assert_uint_eq(cm_list_first(san, CM_SAN_DIRNAME), 1);
    ck_assert_uint_eq(cm_list_first(san, CM_SAN_OTHER), CM_VALUE_NONE);
    const struct cm_list *avas = san->values[1].avas;
    ck_assert_ptr_nonnull(avas);
    ck_assert_uint_eq(avas->count, 3);
    ck_assert_uint_eq(avas->rdn_count, 2);
    ck_assert_ptr_null(san->values[0].avas);
    ck_assert_ptr_null(san->values[1].text.nfc.data);
}

/* ---- pieces and memory ---- */

T_TEST(nothing_is_supplied) {
    set();
    for (unsigned i = CERTMAP_FIELD_CERTIFICATE; i < T_FIELDS; i++)
        CHECK_FIELD("not supplied", (enum certmap_field)i, "? not-supplied");
    CHECK_FIELD("always there", CERTMAP_FIELD_SUBJECT, "(2.5.4.3) CN \"Alice\"");
    ck_assert_int_eq(certmap_peer_field_unknown(peer, (enum certmap_field) - 1), CERTMAP_CODE_NOT_SUPPLIED);
    ck_assert_int_eq(certmap_peer_field_unknown(peer, (enum certmap_field)T_FIELDS), CERTMAP_CODE_NOT_SUPPLIED);
    ck_assert_int_eq(certmap_peer_field_unknown(NULL, CERTMAP_FIELD_SUBJECT), CERTMAP_CODE_NOT_SUPPLIED);
    certmap_peer_clear(peer);
    ck_assert_int_eq(certmap_peer_field_unknown(peer, CERTMAP_FIELD_SUBJECT), CERTMAP_CODE_NOT_SUPPLIED);
}

T_TEST(everything_is_supplied) {
    struct t_buf rest = T_BUF_INIT;
    supply_everything(&rest);
    set();
    for (unsigned i = 0; i < T_FIELDS; i++) {
        const enum certmap_field field = (enum certmap_field)i;
        ck_assert_int_eq(certmap_peer_field_unknown(peer, field), CERTMAP_CODE_NONE);
        ck_assert_msg((certmap_peer_value_count(peer, field) > 0) == (field != CERTMAP_FIELD_CERTIFICATE), "%s",
                      certmap_field_name(field));
    }
    set();
    CHECK_FIELD("again", CERTMAP_FIELD_SKI, "\"01\"");
    cert.extensions = cert.version = cert.serial = CM_VIEW_NONE;
    set();
    CHECK_FIELD("nothing is left", CERTMAP_FIELD_SKI, "? not-supplied");
    CHECK_FIELD("nothing is left", CERTMAP_FIELD_VERSION, "? not-supplied");
    t_buf_free(&rest);
}

/* Reads every value of every field. */
static enum certmap_status read_all(void) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    enum certmap_status status = CERTMAP_OK;
    for (unsigned field = 0; field < T_FIELDS; field++)
        for (size_t i = 0; status == CERTMAP_OK && i < certmap_peer_value_count(peer, (enum certmap_field)field); i++)
            status = certmap_peer_value(peer, &value, (enum certmap_field)field, i, NULL);
    return status;
}

/* Whatever request fails, the call says so, and the peer works afterwards. A new peer for each, because a peer
 * that has memory asks for none. */
T_TEST(memory_that_runs_out) {
    struct t_buf rest = T_BUF_INIT;
    supply_everything(&rest);
    for (size_t n = 0;; n++) {
        certmap_peer_free(peer);
        ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
        t_alloc_fail_at(&memory, n);
        enum certmap_status status = certmap_peer_set(peer, &cert, NULL);
        if (status == CERTMAP_OK)
            status = read_all();
        if (!t_alloc_failed(&memory))
            break;
        t_alloc_fail_at(&memory, SIZE_MAX);
        ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
        set();
        CHECK_FIELD("afterwards", CERTMAP_FIELD_SKI, "\"01\"");
    }
    ck_assert_int_eq(read_all(), CERTMAP_OK);
    t_buf_free(&rest);
}

/* The same for each piece of an arena: with a limit a little higher each time, another one is the first that does
 * not fit. 0: what is kept; 1: working memory. */
T_TEST(every_piece_of_memory_is_the_last) {
    struct t_buf rest = T_BUF_INIT;
    struct certmap_diagnostic err = {.status = CERTMAP_OK};
    enum certmap_status status = CERTMAP_ERROR_LIMIT;
    supply_everything(&rest);
    for (size_t limit = 0; status == CERTMAP_ERROR_LIMIT; limit += 16) {
        certmap_peer_free(peer);
        ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
        *(_i == 0 ? &peer->arena.limit : &peer->scratch.limit) = limit;
        status = certmap_peer_set(peer, &cert, &err);
        ck_assert(peer->set == (status == CERTMAP_OK));
        if (status == CERTMAP_OK)
            status = read_all();
        ck_assert_uint_lt(limit, 65536);
    }
    ck_assert_int_eq(status, CERTMAP_OK);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NAME_TOO_LARGE);
    t_buf_free(&rest);
}

T_TESTS("pieces",
        T_CASE("pieces", T_EACH(set_up, tear_down), T_LOOP(version, COUNT(versions)), T_LOOP(serial, COUNT(serials)),
               T_LOOP(validity, COUNT(validities)), dates_without_a_place, T_LOOP(a_validity_that_is_none, 4),
               digests_that_are_supplied, T_LOOP(digests_of_a_wrong_length, COUNT(digests)), digests_that_are_computed,
               T_LOOP(digests_that_are_not_supplied, 5), a_chain_without_an_issuer, what_was_signed_is_found,
               an_issuer_that_is_no_certificate),
        T_CASE("chain", T_EACH(set_up, tear_down), a_chain_of_digests, T_LOOP(a_chain_of_none, 2),
               T_LOOP(a_chain_of_a_wrong_length, 2), a_chain_that_is_computed,
               T_LOOP(a_chain_that_is_broken, COUNT(broken_chains)), a_chain_that_is_long),
        T_CASE("extensions", T_EACH(set_up, tear_down), T_LOOP(list_of_extensions, COUNT(lists)),
               extensions_that_are_not_supplied, T_LOOP(one_extension, COUNT(rows)), several_extensions,
               T_LOOP(duplicates_are_found, COUNT(disorders))),
        T_CASE("limits", T_EACH(set_up, tear_down), T_LOOP(size_of_the_extensions, 2), T_LOOP(number_of_extensions, 2),
               no_memory_for_their_order, T_LOOP(the_largest_that_is_read, COUNT(edges)), a_rid_that_is_too_large,
               T_LOOP(more_values_than_memory, 2)),
        T_CASE("values", T_EACH(set_up, tear_down), T_LOOP(views_of_a_value, COUNT(views)),
               an_absent_version_has_no_der, a_directory_name_is_a_name, nothing_is_supplied, everything_is_supplied,
               memory_that_runs_out, T_LOOP(every_piece_of_memory_is_the_last, 2)))
