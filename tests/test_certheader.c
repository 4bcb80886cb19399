/* SPDX-License-Identifier: MIT */
/* certmapd: certificates in headers, in each form, and the bytes that no head of a request has. */
#include "certheader.h"
#include "screen.h"
#include "support/run.h"
#include <stdio.h>
#include <string.h>

/* ---- Forms ---- */

/* "abcd" is what a certificate is here: whatever is decoded is looked at elsewhere. */
#define BASE64 "YWJjZA=="
#define PEM "-----BEGIN%20CERTIFICATE-----%0A" BASE64 "%0A-----END%20CERTIFICATE-----%0A"

static const struct {
    enum certheader_form form;
    const char *value, *chain;
    const char *expected; /* what is decoded, "certificate|chain"; or what the problem begins with; NULL: none */
    enum certheader_status status;
} rows[] = {
    {CERTHEADER_ESCAPED_PEM, "", "", NULL, CERTHEADER_NONE},
    {CERTHEADER_ESCAPED_PEM, PEM, "", "abcd|", CERTHEADER_DECODED},
    {CERTHEADER_ESCAPED_PEM, "%2d----BEGIN CERTIFICATE-----%0d%0aYWJj%0D%0AZA%3d%3D%0a-----END CERTIFICATE-----", "",
     "abcd|", CERTHEADER_DECODED},
    {CERTHEADER_ESCAPED_PEM, PEM PEM, "", "something after", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, PEM "x", "", "something after", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, "x" PEM, "", "not one certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, PEM "%", "", "a % without", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, PEM "%0", "", "a % without", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, PEM "%0g", "", "a % without", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, PEM "%00", "", "something after", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, BASE64, "", "not one certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, "-----BEGIN%20CERTIFICATE-----", "", "not one certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, "-----BEGIN%20CERTIFICATE----------END%20CERTIFICATE-----", "", "not one certificate",
     CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, "-----BEGIN%20X509%20CRL-----%0A" BASE64 "%0A-----END%20X509%20CRL-----", "",
     "not one certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, "-----BEGIN%20CERTIFICATE-----%0AYW%00Jj%0A-----END%20CERTIFICATE-----", "",
     "not one certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_ESCAPED_PEM, "(null)", "", "not one certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, BASE64, "", "abcd|", CERTHEADER_DECODED},
    {CERTHEADER_BASE64, "YWJj", "", "abc|", CERTHEADER_DECODED},
    {CERTHEADER_BASE64, "YWI=", "", "ab|", CERTHEADER_DECODED},
    {CERTHEADER_BASE64, "/+8=", "", "\xFF\xEF|", CERTHEADER_DECODED},
    {CERTHEADER_BASE64, "YWJjZB==", "", "not a certificate", CERTHEADER_UNREADABLE}, /* bits after the end */
    {CERTHEADER_BASE64, "YWJ=", "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, "YWJjZA=", "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, "YWJjZA", "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, "Y===", "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, "====", "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, "YQ==YQ==", "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, "YW Jj", "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, "YW-_", "", "not a certificate", CERTHEADER_UNREADABLE}, /* base64url */
    {CERTHEADER_BASE64, BASE64 "," BASE64, "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_BASE64, "{http.request.tls.client.certificate_der_base64}", "", NULL, CERTHEADER_NONE},
    {CERTHEADER_BASE64, "{http.request.tls.client.certificate_der}", "", "not a certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, ":" BASE64 ":", "", "abcd|", CERTHEADER_DECODED},
    {CERTHEADER_RFC9440, ":" BASE64 ":", ":YQ==:,\t:YmM=: ,:ZA==:", "abcd|abcd", CERTHEADER_DECODED},
    {CERTHEADER_RFC9440, ":" BASE64 ":", ":YQ==:,", "a certificate of the chain", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, ":" BASE64 ":", "YQ==", "a certificate of the chain", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, "", ":YQ==:", "a chain without", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, BASE64, "", "not one byte sequence", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, ":" BASE64, "", "not one byte sequence", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, ":", "", "not one byte sequence", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, "::", "", "not one byte sequence", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, ":" BASE64 ":;a=1", "", "not one byte sequence", CERTHEADER_UNREADABLE},
    {CERTHEADER_RFC9440, ":" BASE64 ":, :" BASE64 ":", "", "not one byte sequence", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\"", "", "abcd|", CERTHEADER_DECODED},
    {CERTHEADER_XFCC, "Cert=" PEM, "", "abcd|", CERTHEADER_DECODED},
    {CERTHEADER_XFCC, "By=a;Hash=b;cert=\"" PEM "\";Subject=\"CN=\\\"x\\\",O=y;Cert=z\";URI=", "", "abcd|",
     CERTHEADER_DECODED},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\";Chain=\"" PEM PEM "\"", "", "abcd|abcdabcd", CERTHEADER_DECODED},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\";Chain=\"" PEM "x\"", "", "a certificate of the chain", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Hash=b;Subject=\"\"", "", NULL, CERTHEADER_WITHHELD},
    {CERTHEADER_XFCC, "Cert=\"\"", "", "not one certificate", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\",By=b", "", "more than one element", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "By=b,Cert=\"" PEM "\"", "", "more than one element", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\",", "", "more than one element", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\";Cert=\"" PEM "\"", "", "a key is there twice", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Chain=\"\";CHAIN=\"\"", "", "a key is there twice", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\"x;By=a", "", "something between", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert=\"" PEM, "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\\", "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert=\"" PEM "\\\"", "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "By=a\"b;Cert=\"" PEM "\"", "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "Cert", "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "=x", "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "By=a;", "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, ";By=a", "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_XFCC, "By=a; Cert=\"" PEM "\"", "", "not pairs", CERTHEADER_UNREADABLE},
    {CERTHEADER_TRAEFIK, BASE64, "", "abcd|", CERTHEADER_DECODED},
    {CERTHEADER_TRAEFIK, "YWJjZA%3D%3D", "", "abcd|", CERTHEADER_DECODED}, /* before version 2.8 */
    {CERTHEADER_TRAEFIK, "YQ==,YmM=,ZA==", "", "a|bcd", CERTHEADER_DECODED},
    {CERTHEADER_TRAEFIK, "YQ==,", "", "not certificates", CERTHEADER_UNREADABLE},
    {CERTHEADER_TRAEFIK, "YQ==,YQ==,", "", "a certificate of the chain", CERTHEADER_UNREADABLE},
    {CERTHEADER_TRAEFIK, ",YQ==", "", "not certificates", CERTHEADER_UNREADABLE},
};

T_TEST(row) {
    struct certheader header;
    char seen[64];
    ck_assert_int_eq(
        certheader_decode(&header, rows[_i].form, certmap_view_of(rows[_i].value), certmap_view_of(rows[_i].chain)),
        rows[_i].status);
    snprintf(seen, sizeof seen, "%.*s|%.*s", (int)header.certificate.len, (const char *)header.certificate.data,
             (int)header.chain.len, (const char *)header.chain.data);
    if (rows[_i].status == CERTHEADER_DECODED)
        ck_assert_str_eq(seen, rows[_i].expected);
    if (rows[_i].status == CERTHEADER_UNREADABLE)
        ck_assert_msg(strncmp(header.problem, rows[_i].expected, strlen(rows[_i].expected)) == 0, "%s", header.problem);
    ck_assert_int_eq(header.problem != NULL, rows[_i].status == CERTHEADER_UNREADABLE);
    certheader_free(&header);
}

/* As many certificates as a chain may have, and one more. */
T_TEST(chain_limit) {
    char chain[CERTHEADER_MAX_CHAIN * 8 + 16] = "";
    for (int i = 0; i <= CERTHEADER_MAX_CHAIN; i++) {
        struct certheader header;
        strcat(chain, i > 0 ? ",:YQ==:" : ":YQ==:");
        ck_assert_int_eq(
            certheader_decode(&header, CERTHEADER_RFC9440, certmap_view_of(":YQ==:"), certmap_view_of(chain)),
            i < CERTHEADER_MAX_CHAIN ? CERTHEADER_DECODED : CERTHEADER_UNREADABLE);
        certheader_free(&header);
    }
}

/* ---- Bytes ---- */

#define BYTES(text, good)                                                                                              \
    { text, sizeof(text) - 1, good }

static const struct {
    const char *bytes;
    size_t len, good;
} heads[] = {
    BYTES("GET / HTTP/1.1\r\nA: b\tc\xC3\xA9\r\n\r\n", 28),
    BYTES("", 0),
    BYTES("a\0b", 1),
    BYTES("a\x01", 1),
    BYTES("a\x1B", 1),
    BYTES("a\x7F", 1),
    BYTES("a\n", 1),
    BYTES("a\r\n\n", 3),
    BYTES("a\rb", 2),
    BYTES("a\r\rb", 2),
    BYTES("a\r\n b", 3),
    BYTES("a\r\n\tb", 3),
    BYTES(" a", 0),
    BYTES("\r\na", 3),
    BYTES("a b\r\n", 5),
};

/* At once, and byte by byte. */
T_TEST(head) {
    const uint8_t *bytes = (const uint8_t *)heads[_i].bytes;
    struct screen at_once = {.refused = false}, slowly = {.refused = false};
    size_t good = 0;
    ck_assert_uint_eq(screen_bytes(&at_once, bytes, heads[_i].len), heads[_i].good);
    for (size_t i = 0; i < heads[_i].len; i++)
        good += screen_bytes(&slowly, bytes + i, 1);
    ck_assert_uint_eq(good, heads[_i].good);
    ck_assert_int_eq(at_once.refused, heads[_i].good < heads[_i].len);
    ck_assert_int_eq(slowly.refused, at_once.refused);
    ck_assert_uint_eq(screen_bytes(&at_once, (const uint8_t *)"x", 1), at_once.refused || at_once.after_cr ? 0 : 1);
}

T_TESTS("certheader", T_CASE("forms", T_LOOP(row, COUNT(rows)), chain_limit),
        T_CASE("bytes", T_LOOP(head, COUNT(heads))))
