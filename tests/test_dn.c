/* SPDX-License-Identifier: MIT */
/* Names as text: RFC 4514 both ways, and Windows' X.500 form. DER is written as support/der.h has it, in
 * encoded order: the root first. */
#include "base/view.h"
#include "certmap/limits.h"
#include "certmap/names.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>

enum { ROOM = 8192, LARGE = 4 * CERTMAP_MAX_NAME_SIZE };

/* The Name of a spec as text. */
static const char *print(const char *spec, enum certmap_name_form form, enum certmap_name_order order) {
    static char printed[ROOM];
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf name = T_BUF_INIT;
    size_t len = 0;
    t_name(&name, spec);
    ck_assert_msg(certmap_name_to_text(printed, sizeof printed, &len, t_view(&name), form, order, &err) == CERTMAP_OK,
                  "%s: %s", spec, err.text);
    ck_assert_uint_eq(len, strlen(printed));
    t_buf_free(&name);
    return printed;
}

/* Holds the DER of a text to a spec. */
static void check_parse(struct certmap_view dn, const char *spec) {
    uint8_t der[ROOM];
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf name = T_BUF_INIT;
    size_t len = 0;
    t_name(&name, spec);
    ck_assert_msg(certmap_name_from_text(der, sizeof der, &len, dn, &err) == CERTMAP_OK, "%s: %s",
                  (const char *)dn.data, err.text);
    ck_assert_msg(cm_view_equal(cm_view(der, len), t_view(&name)), "%s is not %s", (const char *)dn.data, spec);
    t_buf_free(&name);
}

/* ---- both ways ---- */

static const struct {
    const char *dn, *spec;
} pairs[] = {
    /* RFC 4514 section 4 */
    {"UID=jsmith,DC=example,DC=net", "ia5 DC=net | ia5 DC=example | UID=jsmith"},
    {"OU=Sales+CN=J.  Smith,DC=example,DC=net", "ia5 DC=net | ia5 DC=example | OU=Sales + CN=J.  Smith"},
    {"CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net",
     "ia5 DC=net | ia5 DC=example | CN=James \"Jim\" Smith, III"},
    {"CN=Before\\0DAfter,DC=example,DC=net", "ia5 DC=net | ia5 DC=example | CN=Before\\x0DAfter"},
    {"1.3.6.1.4.1.1466.0=#04024869", "octet 1.3.6.1.4.1.1466.0=Hi"},
    /* RFC 2253 section 5 */
    {"CN=Steve Kille,O=Isode Limited,C=GB", "printable C=GB | O=Isode Limited | CN=Steve Kille"},
    {"OU=Sales+CN=J. Smith,O=Widget Inc.,C=US", "printable C=US | O=Widget Inc. | OU=Sales + CN=J. Smith"},
    {"CN=L. Eagle,O=Sue\\, Grabbit and Runn,C=GB", "printable C=GB | O=Sue, Grabbit and Runn | CN=L. Eagle"},
    {"CN=Before\\0DAfter,O=Test,C=GB", "printable C=GB | O=Test | CN=Before\\x0DAfter"},
    {"1.3.6.1.4.1.1466.0=#04024869,O=Test,C=GB", "printable C=GB | O=Test | octet 1.3.6.1.4.1.1466.0=Hi"},
    /* nothing at all, and an empty value */
    {"", ""},
    {"CN=", "CN="},
    {"CN=,OU=", "OU= | CN="},
    /* RFC 4514 2.4: what is escaped where */
    {"CN=\\ a", "CN=\\x20a"},
    {"CN=\\  a", "CN=\\x20\\x20a"},
    {"CN=a\\ ", "CN=a\\x20"},
    {"CN=a \\ ", "CN=a\\x20\\x20"},
    {"CN=\\ ", "CN=\\x20"},
    {"CN=\\ \\ ", "CN=\\x20\\x20"},
    {"CN=\\  \\ ", "CN=\\x20\\x20\\x20"},
    {"CN=a b", "CN=a b"},
    {"CN=\\#a", "CN=#a"},
    {"CN=a#", "CN=a#"},
    {"CN=\\#", "CN=#"},
    {"CN=a\\\"", "CN=a\""},
    {"CN=a\\+b", "CN=a\\+b"},
    {"CN=a\\,b", "CN=a,b"},
    {"CN=a\\;b", "CN=a;b"},
    {"CN=a\\<b", "CN=a<b"},
    {"CN=a\\>b", "CN=a>b"},
    {"CN=a\\\\b", "CN=a\\\\b"},
    {"CN=\\\\", "CN=\\\\"},
    {"CN=a=b", "CN=a=b"},
    {"CN==", "CN=="},
    {"CN=a|b", "CN=a\\|b"},
    {"CN=a'(){}[]!?*/@:.-_b", "CN=a'(){}[]!?*/@:.-_b"},
    /* characters that may not reach a terminal or a log */
    {"CN=\\01\\1F\\7F", "CN=\\x01\\x1F\\x7F"},
    {"CN=\\09a\\0A", "CN=\\x09a\\x0A"},
    {"CN=\\C2\\80\\C2\\9F", "CN=\\xC2\\x80\\xC2\\x9F"},
    {"CN=a\\E2\\80\\AEb", "CN=a\\xE2\\x80\\xAEb"}, /* U+202E */
    {"CN=\\E2\\80\\A8", "CN=\\xE2\\x80\\xA8"},     /* U+2028 */
    {"CN=\\EF\\BB\\BFa", "CN=\\xEF\\xBB\\xBFa"},   /* U+FEFF */
    /* others stay as they are */
    {"CN=Lu\xC4\x8Di\xC4\x87", "CN=Lu\xC4\x8Di\xC4\x87"},
    {"CN=\xC2\xA0", "CN=\xC2\xA0"}, /* a no-break space is no space */
    {"CN=\xF0\x9F\x94\x91", "CN=\xF0\x9F\x94\x91"},
    {"CN=e\xCC\x81", "CN=e\xCC\x81"}, /* not normalised */
    /* the LDAP name of each type, or its OID */
    {"ST=WA,STREET=Main 1,L=Redmond", "L=Redmond | STREET=Main 1 | ST=WA"},
    {"emailAddress=alice@contoso.example", "ia5 E=alice@contoso.example"},
    {"serialNumber=4711", "printable SERIALNUMBER=4711"},
    {"dnQualifier=a", "printable DNQ=a"},
    {"sn=A+title=B+givenName=C+initials=D", "SN=A + T=B + G=C + I=D"},
    {"2.5.4.97=#0C0141", "organizationIdentifier=A"},
    {"1.3.6.1.4.1.311.60.2.1.3=#0C025553", "jurisdictionC=US"},
    {"0.9.2342.19200300.100.1.3=#160161", "ia5 rfc822Mailbox=a"},
    {"1.2.18446744073709551616=#0500", "raw 1.2.18446744073709551616=\\x05\\x00"},
    /* the string type that RFC 5280 asks for, where the characters allow */
    {"C=US", "printable C=US"},
    {"C=a\\+b'()-./:=?Z 09", "printable C=a\\+b'()-./:=?Z 09"},
    {"C=A_B", "utf8 C=A_B"},
    {"C=A*", "utf8 C=A*"},
    {"C=", "printable C="},
    {"serialNumber=a@b", "utf8 SERIALNUMBER=a@b"},
    {"DC=a_b", "ia5 DC=a_b"},
    {"DC=\xC3\xBC", "utf8 DC=\xC3\xBC"},
    {"emailAddress=\xC3\xBC@x", "utf8 E=\xC3\xBC@x"},
    {"CN=A", "utf8 CN=A"},
    /* values that are no text: hexadecimal of the element */
    {"CN=#0401AA", "octet CN=\\xAA"},
    {"CN=#0C02C328", "utf8 CN=\\xC3("},
    {"CN=#0C03610062", "utf8 CN=a\\x00b"},
    {"CN=#1301E9", "printable CN=\\xE9"},
    {"CN=#1402C3A9", "t61 CN=\\xC3\\xA9"}, /* ambiguous */
    {"CN=#1E0141", "bmp CN=\\x41"},        /* odd */
    {"CN=#1E02D800", "bmp CN=\\xD8\\x00"}, /* a lone surrogate */
    {"CN=#1C0400110000", "universal CN=\\x00\\x11\\x00\\x00"},
    {"CN=#0500", "raw CN=\\x05\\x00"},
    {"CN=#3003020101", "raw CN=\\x30\\x03\\x02\\x01\\x01"},
    {"CN=#1F8100020102", "raw CN=\\x1F\\x81\\x00\\x02\\x01\\x02"},
    /* AVAs of an RDN in the order of a SET OF (X.690 11.6) */
    {"CN=A+OU=B", "CN=A + OU=B"},
    {"CN=A+CN=B+CN=AA", "CN=A + CN=B + CN=AA"},
    {"CN=A+CN=A", "CN=A + CN=A"},
};

T_TEST(der_to_text) {
    ck_assert_str_eq(print(pairs[_i].spec, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST), pairs[_i].dn);
}

T_TEST(text_to_der) {
    check_parse(t_text(pairs[_i].dn), pairs[_i].spec);
}

/* ---- text that prints otherwise ---- */

static const struct {
    const char *dn, *spec;
} spellings[] = {
    {"SN=Lu\\C4\\8Di\\C4\\87", "SN=Lu\xC4\x8Di\xC4\x87"}, /* RFC 2253 section 5 */
    {"CN=Lu\\C4\\8Di\\C4\\87", "CN=Lu\xC4\x8Di\xC4\x87"}, /* RFC 4514 section 4 */
    {"CN=Before\\0dAfter", "CN=Before\\x0DAfter"},
    {"cn=A,Ou=B", "OU=B | CN=A"},
    {"commonName=A", "CN=A"},
    {"S=WA", "S=WA"},
    {"SP=WA", "S=WA"},
    {"stateOrProvinceName=WA", "S=WA"},
    {"E=a@b", "ia5 E=a@b"},
    {"MAIL=a@b", "ia5 E=a@b"},
    {"G=A", "G=A"},
    {"SURNAME=A", "SN=A"},
    {"2.5.4.3=A", "CN=A"},
    {"OID.2.5.4.3=A", "CN=A"},
    {"oid.1.2.3=A", "utf8 1.2.3=A"},
    {"2.5.4.6=US", "printable C=US"},
    {"1.2.3=A", "utf8 1.2.3=A"},
    {"CN=\\41\\6c\\69ce", "CN=Alice"},
    {"CN=\\20\\23\\5C\\2C\\20", "CN=\\x20#\\\\,\\x20"},
    {"CN=a\\=b\\#c\\ d", "CN=a=b#c d"},
    {"CN=\\F0\\9F\\94\\91", "CN=\xF0\x9F\x94\x91"},
    {"CN=\\00", "CN=\\x00"}, /* allowed, and unreadable afterwards */
    {"CN=a\\00b", "CN=a\\x00b"},
    {"C=\\00", "utf8 C=\\x00"},
    {"DC=\\00", "ia5 DC=\\x00"},
    {"CN=\x01", "CN=\x01"},
    {"CN=#0c0141", "CN=A"},
    {"CN=#130141", "printable CN=A"},
    {"CN=#1e020041", "bmp CN=A"},
    {"CN=#1f1f00", "raw CN=\\x1F\\x1F\\x00"},
    {"OU=B+CN=A", "CN=A + OU=B"},
    {"CN=AA+CN=B+CN=A", "CN=A + CN=B + CN=AA"},
    {"OU=c+OU=b+OU=a+CN=z+OU=d", "CN=z + OU=a + OU=b + OU=c + OU=d"},
};

T_TEST(spelling) {
    check_parse(t_text(spellings[_i].dn), spellings[_i].spec);
}

/* The text of each string type that another one stands for. */
static const struct {
    const char *spec, *dn;
} string_types[] = {
    {"utf8 CN=Z\xC3\xBCrich", "CN=Z\xC3\xBCrich"},
    {"printable CN=A*b", "CN=A*b"},
    {"ia5 CN=a@b", "CN=a@b"},
    {"visible CN=A", "CN=A"},
    {"numeric CN=1 2", "CN=1 2"},
    {"t61 CN=Z\\xFCrich", "CN=Z\xC3\xBCrich"},
    {"t61 CN=\\x85", "CN=\\C2\\85"},
    {"bmp CN=Z\xC3\xBCrich", "CN=Z\xC3\xBCrich"},
    {"bmp CN=\xF0\x9F\x94\x91", "CN=\xF0\x9F\x94\x91"},
    {"bmp CN=", "CN="},
    {"bmp CN=a, ", "CN=a\\,"},
    {"bmp CN=\\x00\\x20a\\x00\\x20", "CN=\\ a\\ "},
    {"bmp CN=\\x20\\x2E", "CN=\\E2\\80\\AE"},
    {"universal CN=Z\xC3\xBCrich", "CN=Z\xC3\xBCrich"},
    {"universal CN=\xF0\x9F\x94\x91#", "CN=\xF0\x9F\x94\x91#"},
    {"OU=B + CN=A", "OU=B+CN=A"}, /* encoded order, right or wrong */
    {"0x1B CN=A", "CN=#1B0141"},
    {"0x17 CN=260101000000Z", "CN=#170D3236303130313030303030305A"},
};

T_TEST(string_type) {
    ck_assert_str_eq(print(string_types[_i].spec, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST), string_types[_i].dn);
}

/* ---- errors in text ---- */

static const struct {
    const char *dn;
    enum certmap_code code;
    size_t column, length;
    const char *message;
} errors[] = {
    {"CN", CERTMAP_CODE_DN_SYNTAX, 3, 0, "= is expected after the attribute type"},
    {"CN Alice", CERTMAP_CODE_DN_SYNTAX, 3, 0, "= is expected after the attribute type"},
    {"CN =Alice", CERTMAP_CODE_DN_SYNTAX, 3, 0, "= is expected after the attribute type"},
    {"C_N=Alice", CERTMAP_CODE_DN_SYNTAX, 2, 0, "= is expected after the attribute type"},
    {"=Alice", CERTMAP_CODE_DN_SYNTAX, 1, 0, "an attribute type is expected, such as CN"},
    {",", CERTMAP_CODE_DN_SYNTAX, 1, 0, "an attribute type is expected, such as CN"},
    {"CN=Alice,", CERTMAP_CODE_DN_SYNTAX, 10, 0, "an attribute type is expected, such as CN"},
    {"CN=Alice+", CERTMAP_CODE_DN_SYNTAX, 10, 0, "an attribute type is expected, such as CN"},
    {"CN=Alice,,O=x", CERTMAP_CODE_DN_SYNTAX, 10, 0, "an attribute type is expected, such as CN"},
    {"CN=Alice+,O=x", CERTMAP_CODE_DN_SYNTAX, 10, 0, "an attribute type is expected, such as CN"},
    {",CN=Alice", CERTMAP_CODE_DN_SYNTAX, 1, 0, "an attribute type is expected, such as CN"},
    {" CN=Alice", CERTMAP_CODE_DN_SYNTAX, 1, 0, "a space may not be before an attribute type"},
    {"CN=Alice, O=x", CERTMAP_CODE_DN_SYNTAX, 10, 0, "a space may not be before an attribute type"},
    {"CN=Alice,O=x + OU=y", CERTMAP_CODE_DN_SYNTAX, 13, 1,
     "a space at the beginning or end of a value has to be escaped"},
    {"CN= Alice", CERTMAP_CODE_DN_SYNTAX, 4, 1, "a space at the beginning or end of a value has to be escaped"},
    {"CN= ", CERTMAP_CODE_DN_SYNTAX, 4, 1, "a space at the beginning or end of a value has to be escaped"},
    {"CN=Alice   ", CERTMAP_CODE_DN_SYNTAX, 9, 1, "a space at the beginning or end of a value has to be escaped"},
    {"CN=a b  ,O=x", CERTMAP_CODE_DN_SYNTAX, 7, 1, "a space at the beginning or end of a value has to be escaped"},
    {"CN=a\\  ", CERTMAP_CODE_DN_SYNTAX, 7, 1, "a space at the beginning or end of a value has to be escaped"},
    {"CN=a;O=x", CERTMAP_CODE_DN_SYNTAX, 5, 1, "\";\" has to be escaped"},
    {"CN=\"a, b\"", CERTMAP_CODE_DN_SYNTAX, 4, 1, "\"\\\"\" has to be escaped"},
    {"CN=a<b", CERTMAP_CODE_DN_SYNTAX, 5, 1, "\"<\" has to be escaped"},
    {"CN=a>b", CERTMAP_CODE_DN_SYNTAX, 5, 1, "\">\" has to be escaped"},
    {"CN=\xC3\xBC>b", CERTMAP_CODE_DN_SYNTAX, 5, 1, "\">\" has to be escaped"}, /* columns are characters */
    {"CN=\xF0\x9F\x94\x91,X=b", CERTMAP_CODE_DN_ATTRIBUTE, 6, 1, NULL},
    {"CN=a\xFF", CERTMAP_CODE_DN_SYNTAX, 5, 1, "the text is not UTF-8"},
    {"CN=a\xC3", CERTMAP_CODE_DN_SYNTAX, 5, 1, "the text is not UTF-8"},
    {"CN=\xED\xA0\x80", CERTMAP_CODE_DN_SYNTAX, 4, 1, "the text is not UTF-8"},
    {"\xC3\xBC=a", CERTMAP_CODE_DN_SYNTAX, 1, 0, "an attribute type is expected, such as CN"},
    /* types */
    {"CM=Alice", CERTMAP_CODE_DN_ATTRIBUTE, 1, 2, "\"CM\" is not a known attribute type; did you mean CN?"},
    {"CN=a,emailAdress=b", CERTMAP_CODE_DN_ATTRIBUTE, 6, 11,
     "\"emailAdress\" is not a known attribute type; did you mean emailAddress?"},
    {"CN=a+xyzzy=b", CERTMAP_CODE_DN_ATTRIBUTE, 6, 5, "\"xyzzy\" is not a known attribute type"},
    {"OID=a", CERTMAP_CODE_DN_ATTRIBUTE, 1, 3, NULL},
    {"1=a", CERTMAP_CODE_DN_SYNTAX, 1, 1, "the attribute type is not a valid OID"},
    {"1.2.=a", CERTMAP_CODE_DN_SYNTAX, 1, 4, "the attribute type is not a valid OID"},
    {"1.2.03=a", CERTMAP_CODE_DN_SYNTAX, 1, 6, "the attribute type is not a valid OID"},
    {"3.2=a", CERTMAP_CODE_DN_SYNTAX, 1, 3, "the attribute type is not a valid OID"},
    {"OID.CN=a", CERTMAP_CODE_DN_SYNTAX, 1, 6, "the attribute type is not a valid OID"},
    /* escapes */
    {"CN=a\\", CERTMAP_CODE_DN_ESCAPE, 5, 1, NULL},
    {"CN=a\\b", CERTMAP_CODE_DN_ESCAPE, 5, 1, NULL},
    {"CN=a\\n", CERTMAP_CODE_DN_ESCAPE, 5, 1,
     "\\ is to be followed by one of \" + , ; < > \\ # = or space, or by two hexadecimal digits"},
    {"CN=a\\4", CERTMAP_CODE_DN_ESCAPE, 5, 1, NULL},
    {"CN=a\\4g", CERTMAP_CODE_DN_ESCAPE, 5, 1, NULL},
    {"CN=a\\g4", CERTMAP_CODE_DN_ESCAPE, 5, 1, NULL},
    {"CN=a\\:", CERTMAP_CODE_DN_ESCAPE, 5, 1, NULL},
    {"CN=a\\'", CERTMAP_CODE_DN_ESCAPE, 5, 1, NULL},
    {"CN=\xC3\xBC\\\xC3\xBC", CERTMAP_CODE_DN_ESCAPE, 5, 1, NULL},
    {"CN=a\\C3", CERTMAP_CODE_DN_ESCAPE, 5, 3, "the escaped bytes are not UTF-8"},
    {"CN=a\\C3b", CERTMAP_CODE_DN_ESCAPE, 5, 3, "the escaped bytes are not UTF-8"},
    {"CN=a\\C3\\", CERTMAP_CODE_DN_ESCAPE, 5, 3, "the escaped bytes are not UTF-8"},
    {"CN=a\\C3\\28", CERTMAP_CODE_DN_ESCAPE, 5, 3, "the escaped bytes are not UTF-8"},
    {"CN=\\41\\80", CERTMAP_CODE_DN_ESCAPE, 7, 3, "the escaped bytes are not UTF-8"},
    {"CN=\\C3\xBC", CERTMAP_CODE_DN_ESCAPE, 4, 3, "the escaped bytes are not UTF-8"},
    {"CN=\\F0\\9F\\94", CERTMAP_CODE_DN_ESCAPE, 4, 3, "the escaped bytes are not UTF-8"},
    {"CN=\\C0\\80", CERTMAP_CODE_DN_ESCAPE, 4, 3, "the escaped bytes are not UTF-8"},
    {"CN=\\ED\\A0\\80", CERTMAP_CODE_DN_ESCAPE, 4, 3, "the escaped bytes are not UTF-8"},
    /* hexadecimal */
    {"CN=#", CERTMAP_CODE_DN_HEX, 5, 0, "two hexadecimal digits are expected"},
    {"CN=#,O=x", CERTMAP_CODE_DN_HEX, 5, 0, "two hexadecimal digits are expected"},
    {"CN=#0", CERTMAP_CODE_DN_HEX, 5, 0, "two hexadecimal digits are expected"},
    {"CN=#050", CERTMAP_CODE_DN_HEX, 7, 0, "two hexadecimal digits are expected"},
    {"CN=#05 00", CERTMAP_CODE_DN_HEX, 7, 0, "two hexadecimal digits are expected"},
    {"CN=#0500 ", CERTMAP_CODE_DN_HEX, 9, 0, "two hexadecimal digits are expected"},
    {"CN=#0500\\+", CERTMAP_CODE_DN_HEX, 9, 0, "two hexadecimal digits are expected"},
    {"CN=#xy", CERTMAP_CODE_DN_HEX, 5, 0, "two hexadecimal digits are expected"},
    {"CN=#05", CERTMAP_CODE_DN_HEX, 4, 3, "the value is not the hexadecimal form of one DER element"},
    {"O=x,CN=#0501,C=y", CERTMAP_CODE_DN_HEX, 8, 5, NULL}, /* shorter than it says */
    {"CN=#050000", CERTMAP_CODE_DN_HEX, 4, 7, NULL},       /* longer */
    {"CN=#0500050000", CERTMAP_CODE_DN_HEX, 4, 11, NULL},  /* two of them */
    {"CN=#0C810141", CERTMAP_CODE_DN_HEX, 4, 9, NULL},     /* a length that is not minimal */
    {"CN=#0C800000", CERTMAP_CODE_DN_HEX, 4, 9, NULL},     /* indefinite */
    {"CN=#0CFF41", CERTMAP_CODE_DN_HEX, 4, 7, NULL},
    {"CN=#1F", CERTMAP_CODE_DN_HEX, 4, 3, NULL}, /* a tag that never ends */
    {"CN=#1F81", CERTMAP_CODE_DN_HEX, 4, 5, NULL},
    {"CN=#1F0C0141", CERTMAP_CODE_DN_HEX, 4, 9, NULL}, /* a tag that is not minimal */
    {"CN=#1F808100", CERTMAP_CODE_DN_HEX, 4, 9, NULL},
    {"CN=#1F818181818181818181818181818181818100", CERTMAP_CODE_DN_HEX, 4, 39, NULL},
};

T_TEST(error_in_text) {
    uint8_t der[ROOM];
    struct certmap_diagnostic err = {.text = ""};
    size_t len = 4711;
    memset(der, 0xEE, sizeof der);
    const enum certmap_status status = certmap_name_from_text(der, sizeof der, &len, t_text(errors[_i].dn), &err);
    ck_assert_msg(status == CERTMAP_ERROR_SYNTAX && err.status == status, "%s: %s", errors[_i].dn, err.text);
    ck_assert_msg(err.code == errors[_i].code, "%s: %s: %s", errors[_i].dn, certmap_code_name(err.code), err.text);
    ck_assert_msg(err.line == 1 && err.column == errors[_i].column, "%s: column %zu", errors[_i].dn, err.column);
    ck_assert_msg(err.length == errors[_i].length, "%s: length %zu", errors[_i].dn, err.length);
    if (errors[_i].message != NULL)
        ck_assert_str_eq(err.text, errors[_i].message);
    ck_assert_msg(len == 4711 && der[0] == 0xEE && der[sizeof der - 1] == 0xEE, "%s: output touched", errors[_i].dn);
    ck_assert_int_eq(certmap_name_from_text(NULL, 0, &len, t_text(errors[_i].dn), NULL), CERTMAP_ERROR_SYNTAX);
}

T_TEST(offset_is_in_bytes) {
    struct certmap_diagnostic err = {.text = ""};
    size_t len;
    ck_assert_int_eq(certmap_name_from_text(NULL, 0, &len, t_text("CN=\xC3\xBC\xC3\xBC,X=b"), &err),
                     CERTMAP_ERROR_SYNTAX);
    ck_assert_uint_eq(err.column, 7);
    ck_assert_uint_eq(err.offset, 8);
}

T_TEST(nul_in_text) {
    struct certmap_diagnostic err = {.text = ""};
    size_t len;
    ck_assert_int_eq(certmap_name_from_text(NULL, 0, &len, CM_VIEW("CN=a\0b"), &err), CERTMAP_ERROR_SYNTAX);
    ck_assert_str_eq(err.text, "\"\\u{0}\" has to be escaped");
    ck_assert_uint_eq(err.column, 5);
    ck_assert_int_eq(certmap_name_from_text(NULL, 0, &len, CM_VIEW("CN\0=a"), &err), CERTMAP_ERROR_SYNTAX);
    ck_assert_uint_eq(err.column, 3);
    ck_assert_int_eq(certmap_name_from_text(NULL, 0, &len, CM_VIEW("CN=a\\\0"), &err), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(err.code, CERTMAP_CODE_DN_ESCAPE);
}

/* ---- Windows' X.500 form ---- */

static const struct {
    const char *spec, *root_last, *root_first;
} windows[] = {
    {"", "", ""},
    {"printable C=US | O=Contoso | CN=Alice", "CN=Alice, O=Contoso, C=US", "C=US, O=Contoso, CN=Alice"},
    {"O=Contoso | OU=Sales + CN=Alice", "OU=Sales + CN=Alice, O=Contoso", "O=Contoso, OU=Sales + CN=Alice"},
    {"E=a@b | S=WA", "S=WA, E=a@b", "E=a@b, S=WA"},
    /* Windows' names, and OIDs where it has none */
    {"G=A | I=B | SN=C | T=D", "T=D, SN=C, I=B, G=A", "G=A, I=B, SN=C, T=D"},
    {"SERIALNUMBER=1 + DNQ=2 + description=3 + postalCode=4",
     "SERIALNUMBER=1 + dnQualifier=2 + Description=3 + PostalCode=4", NULL},
    {"postOfficeBox=1 + telephoneNumber=2 + x121Address=3", "POBox=1 + Phone=2 + X21Address=3", NULL},
    {"STREET=1 + L=2 + DC=3", "STREET=1 + L=2 + DC=3", NULL},
    {"UID=a", "OID.0.9.2342.19200300.100.1.1=a", NULL},
    {"jurisdictionC=US", "OID.1.3.6.1.4.1.311.60.2.1.3=US", NULL},
    {"1.2.18446744073709551616=a", "OID.1.2.18446744073709551616=a", NULL},
    /* quotes */
    {"CN=", "CN=\"\"", NULL},
    {"CN=a b", "CN=a b", NULL},
    {"CN=a  b", "CN=a  b", NULL},
    {"CN=\\x20a", "CN=\" a\"", NULL},
    {"CN=a\\x20", "CN=\"a \"", NULL},
    {"CN=\\x20", "CN=\" \"", NULL},
    {"CN=a,b", "CN=\"a,b\"", NULL},
    {"CN=a\\+b", "CN=\"a+b\"", NULL},
    {"CN=a=b", "CN=\"a=b\"", NULL},
    {"CN=a<b", "CN=\"a<b\"", NULL},
    {"CN=a>b", "CN=\"a>b\"", NULL},
    {"CN=a#", "CN=\"a#\"", NULL},
    {"CN=a;b", "CN=\"a;b\"", NULL},
    {"CN=a\"b", "CN=\"a\"\"b\"", NULL},
    {"CN=\"", "CN=\"\"\"\"", NULL},
    {"CN=a\\\\b", "CN=a\\b", NULL},
    {"CN=a'b", "CN=a'b", NULL},
    {"bmp CN=a,\xC3\xBC", "CN=\"a,\xC3\xBC\"", NULL},
    /* control and direction characters */
    {"CN=a\\x01z", "CN=a\xEF\xBF\xBDz", NULL},
    {"CN=a\\x0Az", "CN=\"a\xEF\xBF\xBDz\"", NULL},
    {"CN=\\xE2\\x80\\xAEz", "CN=\xEF\xBF\xBDz", NULL},
    /* unreadable values */
    {"octet CN=Hi", "CN=#04024869", NULL},
    {"utf8 CN=a\\x00b", "CN=#0C03610062", NULL},
    {"octet 1.2.3=Hi", "OID.1.2.3=#04024869", NULL},
};

T_TEST(x500) {
    const char *first = windows[_i].root_first == NULL ? windows[_i].root_last : windows[_i].root_first;
    ck_assert_str_eq(print(windows[_i].spec, CERTMAP_NAME_X500, CERTMAP_NAME_ROOT_LAST), windows[_i].root_last);
    ck_assert_str_eq(print(windows[_i].spec, CERTMAP_NAME_X500, CERTMAP_NAME_ROOT_FIRST), first);
}

T_TEST(rfc4514_root_first) {
    ck_assert_str_eq(print("C=US | O=Contoso | OU=a + CN=b", CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_FIRST),
                     "C=US,O=Contoso,OU=a+CN=b");
}

/* ---- buffers ---- */

static const char buffer_spec[] = "C=US | O=Sue, Grabbit | OU=a + CN=\xC3\xBC | 1.2.3=x";

/* Every size of buffer, one per test: what fits is written whole, what does not is not written. */
T_TEST(text_buffer) {
    static const char whole[] = "1.2.3=#0C0178,OU=a+CN=\xC3\xBC,O=Sue\\, Grabbit,C=US";
    char printed[sizeof whole + 8];
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf name = T_BUF_INIT;
    const size_t cap = (size_t)_i;
    size_t len = 0;
    t_name(&name, buffer_spec);
    memset(printed, '~', sizeof printed);
    const enum certmap_status status = certmap_name_to_text(cap == 0 ? NULL : printed, cap, &len, t_view(&name),
                                                            CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, &err);
    ck_assert_uint_eq(len, strlen(whole));
    ck_assert_int_eq(printed[cap], '~');
    if (cap >= sizeof whole) {
        ck_assert_int_eq(status, CERTMAP_OK);
        ck_assert_str_eq(printed, whole);
    } else {
        ck_assert_int_eq(status, CERTMAP_ERROR_BUFFER);
        ck_assert_int_eq(err.code, CERTMAP_CODE_BUFFER_TOO_SMALL);
        ck_assert_int_eq(printed[0], cap == 0 ? '~' : 0);
    }
    t_buf_free(&name);
}

T_TEST(der_buffer) {
    uint8_t der[ROOM];
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf name = T_BUF_INIT;
    const size_t cap = (size_t)_i;
    size_t len = 0;
    t_name(&name, "printable C=US | OU=a + OU=b | 1.2.3=x");
    memset(der, 0xEE, sizeof der);
    const enum certmap_status status =
        certmap_name_from_text(cap == 0 ? NULL : der, cap, &len, t_text("1.2.3=#0C0178,OU=b+OU=a,C=US"), &err);
    ck_assert_uint_eq(len, name.len);
    ck_assert_uint_eq(der[cap < len ? 0 : len], 0xEE);
    ck_assert_int_eq(status, cap < len ? CERTMAP_ERROR_BUFFER : CERTMAP_OK);
    if (cap >= len)
        ck_assert(cm_view_equal(cm_view(der, len), t_view(&name)));
    else
        ck_assert_int_eq(err.code, CERTMAP_CODE_BUFFER_TOO_SMALL);
    t_buf_free(&name);
}

/* ---- limits ---- */

static uint8_t *large(void) {
    uint8_t *room = malloc(LARGE);
    ck_assert_ptr_nonnull(room);
    return room;
}

/* Name -> text -> Name, in the largest sizes; also a bound on the time, by Check's timeout. */
static const struct {
    const char *spec;
    bool same; /* the DER that comes back is the same */
} largest[] = {
    {"rdns 4096 CN=a", true},
    {"rdns 4096 avas 2 CN=a", true},
    {"avas 256 OU=\\{a*100}", true},
    {"CN=\\{a*65536}", true},
    {"CN=\\{a*65537}", true}, /* too long to be text */
    {"bmp CN=\\{\xE2\x82\xAC*21845}", false},
    {"rdns 1000 1.2.3=a", true},
    {"rdns 15 CN=\\{a*65536} | octet CN=\\{x*64500}", true},
};

T_TEST(largest_name) {
    uint8_t *room = large();
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf name = T_BUF_INIT, again = T_BUF_INIT;
    size_t len, der_len;
    t_name(&name, largest[_i].spec);
    ck_assert_msg(certmap_name_to_text((char *)room, LARGE, &len, t_view(&name), CERTMAP_NAME_RFC4514,
                                       CERTMAP_NAME_ROOT_LAST, &err) == CERTMAP_OK,
                  "%s", err.text);
    t_bytes(&again, room, len);
    ck_assert_msg(certmap_name_from_text(room, LARGE, &der_len, t_view(&again), &err) == CERTMAP_OK, "%s", err.text);
    ck_assert(!largest[_i].same || cm_view_equal(cm_view(room, der_len), t_view(&name)));
    t_buf_free(&name);
    t_buf_free(&again);
    free(room);
}

/* Reversing must not cost the square of the size. */
T_TEST(large_name_in_every_form) {
    uint8_t *room = large();
    struct t_buf name = T_BUF_INIT;
    size_t first = 0, last = 0;
    t_name(&name, "rdns 4000 avas 8 CN=abcdefghijklmnopqrs"); /* 1 MB */
    for (enum certmap_name_form form = CERTMAP_NAME_RFC4514; form <= CERTMAP_NAME_X500; form++) {
        ck_assert_int_eq(
            certmap_name_to_text((char *)room, LARGE, &last, t_view(&name), form, CERTMAP_NAME_ROOT_LAST, NULL),
            CERTMAP_OK);
        ck_assert_int_eq(
            certmap_name_to_text((char *)room, LARGE, &first, t_view(&name), form, CERTMAP_NAME_ROOT_FIRST, NULL),
            CERTMAP_OK);
        ck_assert_uint_eq(first, last);
    }
    t_buf_free(&name);
    free(room);
}

/* Text of head, then body count times, then tail. */
static const struct {
    const char *what, *head, *body;
    size_t count;
    const char *tail;
    enum certmap_status status;
    enum certmap_code code;
    size_t column;
} sizes[] = {
    {"most RDNs", "", "CN=a,", 4095, "CN=a", CERTMAP_OK, CERTMAP_CODE_NONE, 0},
    {"an RDN too many", "", "CN=a,", 4096, "CN=a", CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE, 4096 * 5 + 1},
    {"most AVAs", "", "CN=a+", 255, "CN=a", CERTMAP_OK, CERTMAP_CODE_NONE, 0},
    {"an AVA too many", "", "CN=a+", 256, "CN=a", CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE, 256 * 5 + 1},
    {"the longest value", "CN=", "a", 65536, "", CERTMAP_OK, CERTMAP_CODE_NONE, 0},
    {"the longest escaped value", "CN=", "\\41", 65536, "", CERTMAP_OK, CERTMAP_CODE_NONE, 0},
    {"a value too long", "O=x,CN=", "a", 65537, "", CERTMAP_ERROR_LIMIT, CERTMAP_CODE_VALUE_TOO_LONG, 8},
    {"a value too long in UTF-8", "CN=", "\xC3\xBC", 32769, "", CERTMAP_ERROR_LIMIT, CERTMAP_CODE_VALUE_TOO_LONG, 4},
    /* 30 83 L L L  31 83 L L L  30 83 L L L  06 03 55 04 03  04 83 L L L: 25 bytes of 1,048,576 */
    {"the largest Name", "CN=#04830FFFE7", "00", 1048551, "", CERTMAP_OK, CERTMAP_CODE_NONE, 0},
    {"a Name too large", "CN=#04830FFFE8", "00", 1048552, "", CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE, 1},
    {"an AVA too large", "CN=a,CN=#0483100000", "00", 1048576, ",CN=b", CERTMAP_ERROR_LIMIT,
     CERTMAP_CODE_NAME_TOO_LARGE, 6},
    {"a length that is not minimal", "CN=#04817F", "00", 127, "", CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_HEX, 4},
    {"many spaces", "CN=a", " ", 60000, "b", CERTMAP_OK, CERTMAP_CODE_NONE, 0},
    {"many spaces at the end", "CN=a", " ", 60000, "", CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_SYNTAX, 5},
};

T_TEST(size_of_text) {
    uint8_t *room = large();
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf dn = T_BUF_INIT;
    size_t len;
    t_bytes(&dn, sizes[_i].head, strlen(sizes[_i].head));
    for (size_t i = 0; i < sizes[_i].count; i++)
        t_bytes(&dn, sizes[_i].body, strlen(sizes[_i].body));
    t_bytes(&dn, sizes[_i].tail, strlen(sizes[_i].tail));
    const enum certmap_status status = certmap_name_from_text(room, LARGE, &len, t_view(&dn), &err);
    ck_assert_msg(status == sizes[_i].status, "%s: %s", sizes[_i].what, err.text);
    ck_assert_msg(err.code == sizes[_i].code, "%s: %s", sizes[_i].what, err.text);
    ck_assert_msg(err.column == sizes[_i].column, "%s: column %zu", sizes[_i].what, err.column);
    if (status == CERTMAP_OK)
        ck_assert_int_eq(
            certmap_name_to_text(NULL, 0, &len, cm_view(room, len), CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL),
            CERTMAP_ERROR_BUFFER);
    t_buf_free(&dn);
    free(room);
}

/* An AVA of every length from 120 to 140 and around 256 and 65,536 octets: each way of writing a length. */
T_TEST(length_of_every_size) {
    static const size_t around[] = {110, 240, 65510};
    for (size_t i = 0; i < 3; i++) {
        uint8_t *room = large();
        char spec[64];
        struct t_buf name = T_BUF_INIT, dn = T_BUF_INIT;
        size_t len;
        snprintf(spec, sizeof spec, "octet CN=\\{a*%zu}", around[i] + (size_t)_i);
        t_name(&name, spec);
        ck_assert_int_eq(certmap_name_to_text((char *)room, LARGE, &len, t_view(&name), CERTMAP_NAME_RFC4514,
                                              CERTMAP_NAME_ROOT_LAST, NULL),
                         CERTMAP_OK);
        t_bytes(&dn, room, len);
        ck_assert_int_eq(certmap_name_from_text(room, LARGE, &len, t_view(&dn), NULL), CERTMAP_OK);
        ck_assert_msg(cm_view_equal(cm_view(room, len), t_view(&name)), "%s", spec);
        t_buf_free(&name);
        t_buf_free(&dn);
        free(room);
    }
}

/* ---- DER that is no Name ---- */

static const struct {
    const char *what, *der;
    enum certmap_status status;
    enum certmap_code code;
    size_t offset;
} malformed[] = {
    {"nothing", "", CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER, 0},
    {"a SET", "SET{}", CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_NAME, 0},
    {"a trailing byte", "SEQUENCE{} 00", CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER, 2},
    {"an empty RDN", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"a\"} } } SET{} }", CERTMAP_ERROR_CERTIFICATE,
     CERTMAP_CODE_EMPTY_RDN, 14},
    {"a padded arc", "SEQUENCE{ SET{ SEQUENCE{ OID{55 04 80 03} UTF8String{\"a\"} } } }", CERTMAP_ERROR_CERTIFICATE,
     CERTMAP_CODE_MALFORMED_OID, 6},
    {"a fault in the second AVA",
     "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"a\"} } SEQUENCE{ OID{2.5.4.3} UTF8String+{\"a\"} } } }",
     CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER, 21},
    {"too many RDNs", "SEQUENCE{ 4097*SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{} } } }", CERTMAP_ERROR_LIMIT,
     CERTMAP_CODE_NAME_TOO_LARGE, 4 + 4096 * 11},
};

T_TEST(no_name) {
    char printed[64] = "untouched";
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf name = T_BUF_INIT;
    size_t len = 4711;
    t_der(&name, malformed[_i].der);
    const enum certmap_status status = certmap_name_to_text(printed, sizeof printed, &len, t_view(&name),
                                                            CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, &err);
    ck_assert_msg(status == malformed[_i].status, "%s: %s", malformed[_i].what, err.text);
    ck_assert_msg(err.code == malformed[_i].code, "%s: %s", malformed[_i].what, err.text);
    ck_assert_msg(err.offset == malformed[_i].offset, "%s: offset %zu", malformed[_i].what, err.offset);
    ck_assert_msg(len == 4711 && strcmp(printed, "untouched") == 0, "%s", malformed[_i].what);
    t_buf_free(&name);
}

/* ---- arguments ---- */

T_TEST(arguments_of_printing) {
    const struct certmap_view name = CM_VIEW("\x30\x00");
    const enum certmap_name_form form = CERTMAP_NAME_RFC4514;
    const enum certmap_name_order order = CERTMAP_NAME_ROOT_LAST;
    char printed[8];
    size_t len;
    ck_assert_int_eq(certmap_name_to_text(printed, 8, NULL, name, form, order, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_to_text(NULL, 8, &len, name, form, order, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_to_text(printed, 8, &len, CM_VIEW_NONE, form, order, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_to_text(printed, 8, &len, name, (enum certmap_name_form)2, order, NULL),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_to_text(printed, 8, &len, name, form, (enum certmap_name_order)2, NULL),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_to_text(printed, 8, &len, name, form, order, NULL), CERTMAP_OK);
}

T_TEST(arguments_of_parsing) {
    uint8_t der[8];
    size_t len;
    const struct certmap_view nowhere = {NULL, 1};
    ck_assert_int_eq(certmap_name_from_text(der, 8, NULL, t_text(""), NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_from_text(NULL, 8, &len, t_text(""), NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_from_text(der, 8, &len, nowhere, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_from_text(der, 8, &len, CM_VIEW_NONE, NULL), CERTMAP_OK);
    ck_assert_uint_eq(len, 2);
}

T_TESTS("dn",
        T_CASE("both ways", T_LOOP(der_to_text, COUNT(pairs)), T_LOOP(text_to_der, COUNT(pairs)),
               T_LOOP(spelling, COUNT(spellings)), T_LOOP(string_type, COUNT(string_types))),
        T_CASE("errors", T_LOOP(error_in_text, COUNT(errors)), offset_is_in_bytes, nul_in_text,
               T_LOOP(no_name, COUNT(malformed)), arguments_of_printing, arguments_of_parsing),
        T_CASE("forms", T_LOOP(x500, COUNT(windows)), rfc4514_root_first),
        T_CASE("sizes", T_LOOP(text_buffer, 48), T_LOOP(der_buffer, 64), T_LOOP(largest_name, COUNT(largest) - 1),
               T_LOOP(size_of_text, COUNT(sizes)), T_LOOP(length_of_every_size, 32)),
        T_SLOW_CASE(T_RANGE(largest_name, COUNT(largest) - 1, COUNT(largest)), large_name_in_every_form))
