/* SPDX-License-Identifier: MIT */
/* Canonical text of every kind: values of certificates, octets, operands and patterns of rules. */
#include "arenas.h"
#include "base/out.h"
#include "base/view.h"
#include "der/oid.h"
#include "field/canonical.h"
#include "field/oid_names.h"
#include "rules.h"
#include "support/alloc.h"

enum {
    OK = CERTMAP_CODE_NONE,
    ENCODING = CERTMAP_CODE_VALUE_ENCODING,
    AMBIGUOUS = CERTMAP_CODE_VALUE_AMBIGUOUS,
    PLAIN = CM_TEXT_PLAIN,
    DNS = CM_TEXT_DNS,
    EMAIL = CM_TEXT_EMAIL,
    URI = CM_TEXT_URI,
    KRB5 = CM_TEXT_KRB5,
    SID = CM_TEXT_SID,
    IP = CM_TEXT_IP,
    OID = CM_TEXT_OID,
    USAGE = CM_TEXT_USAGE,
    SERIAL = CM_TEXT_SERIAL,
    HEX = CM_TEXT_HEX,
    SHA256 = CM_TEXT_SHA256,
    SHA1 = CM_TEXT_SHA1,
    VERSION = CM_TEXT_VERSION,
    VALIDITY = CM_TEXT_VALIDITY
};

#define U_UMLAUT "\xC3\xBC"
#define U_UMLAUT_UPPER "\xC3\x9C"
#define HEX20 "0123456789abcdef0123456789abcdef01234567"
#define HEX32 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void assert_text(struct certmap_view text, const char *wanted, const char *about) {
    ck_assert_msg(cm_view_equal(text, t_text(wanted)), "%s: \"%.*s\" instead of \"%s\"", about, (int)text.len,
                  (const char *)text.data, wanted);
}

/* ---- text ---- */

static const struct text_row {
    unsigned kind;
    const char *text;
    unsigned code;
    const char *canonical; /* NULL: text itself, not a copy */
} texts[] = {
    {PLAIN, "", OK, NULL},
    {PLAIN, "Alice", OK, NULL},
    {PLAIN, " A  \t\x01" U_UMLAUT, OK, NULL},

    {DNS, "www.example.com", OK, NULL},
    {DNS, "WWW.Example.COM", OK, "www.example.com"},
    {DNS, "*.Example.com", OK, "*.example.com"},
    {DNS, "XN--BCHER-KVA.example", OK, "xn--bcher-kva.example"},
    {DNS, "AZ[@`{", OK, "az[@`{"}, /* what is around the letters in ASCII */
    {DNS, "", OK, NULL},
    {DNS, "!~", OK, NULL},
    {DNS, "a b", ENCODING, NULL},
    {DNS, "a\x7F", ENCODING, NULL},
    {DNS, "\ta", ENCODING, NULL},
    {DNS, "b" U_UMLAUT "cher.example", ENCODING, NULL},

    {EMAIL, "Alice@Example.COM", OK, "Alice@example.com"},
    {EMAIL, "Alice@example.com", OK, NULL},
    {EMAIL, "\"A@B\"@Example.com", OK, "\"A@B\"@example.com"},
    {EMAIL, "@A", OK, "@a"},
    {EMAIL, "A@", OK, NULL},
    {EMAIL, U_UMLAUT_UPPER "@EXAMPLE.com", OK, U_UMLAUT_UPPER "@example.com"},
    {EMAIL, "alice@b" U_UMLAUT "cher.example", AMBIGUOUS, NULL},
    {EMAIL, "alice", ENCODING, NULL},
    {EMAIL, "", ENCODING, NULL},

    {URI, "HTTPS://User:Pass@WWW.Example.COM:8443/Path?Q=A#F", OK, "https://User:Pass@www.example.com:8443/Path?Q=A#F"},
    {URI, "https://www.example.com/Path", OK, NULL},
    {URI, "http://A", OK, "http://a"},
    {URI, "http://A?B", OK, "http://a?B"},
    {URI, "http://A#B", OK, "http://a#B"},
    {URI, "http://A/B@C", OK, "http://a/B@C"},
    {URI, "http://U@V@W", OK, "http://U@V@w"},
    {URI, "URN:UUID:F81D4FAE", OK, "urn:UUID:F81D4FAE"},
    {URI, "A+1-.Z:X", OK, "a+1-.z:X"},
    {URI, "A:/B", OK, "a:/B"},
    {URI, "A:", OK, "a:"},
    {URI, "A:/", OK, "a:/"},
    {URI, "A://", OK, "a://"},
    {URI, "//HOST/Path", OK, NULL},
    {URI, "Path:://A", OK, "path:://A"},
    {URI, "No Scheme:X", OK, NULL},
    {URI, ":X", OK, NULL},
    {URI, "", OK, NULL},
    {URI, "http://b" U_UMLAUT "cher/", ENCODING, NULL},
};

T_TEST(text) {
    const struct text_row *row = &texts[_i];
    const struct certmap_view source = t_text(row->text);
    struct certmap_view canonical = CM_VIEW_NONE;
    const enum certmap_code code = cm_canonical_text(&canonical, (enum cm_text_kind)row->kind, source, &arena);
    ck_assert_msg(code == row->code, "\"%s\": %s", row->text, certmap_code_name(code));
    if (code == CERTMAP_CODE_NONE)
        assert_text(canonical, row->canonical == NULL ? row->text : row->canonical, row->text);
    if (code == CERTMAP_CODE_NONE && row->canonical == NULL)
        ck_assert_ptr_eq(canonical.data, source.data);
    /* What is canonical stays so. */
    struct certmap_view again;
    if (code == CERTMAP_CODE_NONE) {
        ck_assert_int_eq(cm_canonical_text(&again, (enum cm_text_kind)row->kind, canonical, &arena), OK);
        ck_assert_ptr_eq(again.data, canonical.data);
    }
}

/* ---- octets ---- */

/* Prints into a buffer that is just large enough, as callers do that ask for the size first. */
#define PRINT(buffer, call)                                                                                            \
    do {                                                                                                               \
        struct cm_out out = {NULL, 0, 0};                                                                              \
        call;                                                                                                          \
        ck_assert_uint_lt(out.len, sizeof(buffer));                                                                    \
        out = (struct cm_out){buffer, out.len + 1, 0};                                                                 \
        call;                                                                                                          \
        (buffer)[out.len] = 0;                                                                                         \
    } while (0)

static const struct {
    const char *octets; /* hexadecimal */
    const char *text;   /* NULL: no address */
} addresses[] = {
    {"C0 00 02 01", "192.0.2.1"},
    {"00 00 00 00", "0.0.0.0"},
    {"FF FF FF FF", "255.255.255.255"},
    {"0A 00 00 64", "10.0.0.100"},
    /* RFC 5952 4.1: leading zeros go */
    {"20 01 0D B8 00 01 00 02 00 03 00 04 00 05 00 01", "2001:db8:1:2:3:4:5:1"},
    {"20 01 0D B8 AA AA BB BB CC CC DD DD EE EE 00 01", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
    {"0F FF 00 10 01 00 00 0A 00 A0 0A 00 A0 00 FF FF", "fff:10:100:a:a0:a00:a000:ffff"},
    /* 4.2.1: as short as possible */
    {"20 01 0D B8 00 00 00 00 00 00 00 00 00 02 00 01", "2001:db8::2:1"},
    /* 4.2.2: one zero group is no run */
    {"20 01 0D B8 00 00 00 01 00 01 00 01 00 01 00 01", "2001:db8:0:1:1:1:1:1"},
    {"00 00 00 01 00 02 00 03 00 04 00 05 00 06 00 00", "0:1:2:3:4:5:6:0"},
    /* 4.2.3: the longest run, the first of equal ones */
    {"20 01 00 00 00 00 00 01 00 00 00 00 00 00 00 01", "2001:0:0:1::1"},
    {"20 01 0D B8 00 00 00 00 00 01 00 00 00 00 00 01", "2001:db8::1:0:0:1"},
    {"00 00 00 00 00 01 00 02 00 03 00 00 00 00 00 04", "::1:2:3:0:0:4"},
    {"00 01 00 02 00 00 00 03 00 04 00 05 00 00 00 00", "1:2:0:3:4:5::"},
    {"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "::"},
    {"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01", "::1"},
    {"00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "1::"},
    {"FE 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01", "fe80::1"},
    /* 5: IPv4 inside */
    {"00 00 00 00 00 00 00 00 00 00 FF FF C0 00 02 01", "::ffff:192.0.2.1"},
    {"00 00 00 00 00 00 00 00 00 00 00 00 C0 00 02 01", "::c000:201"},
    {"00 00 00 00 00 00 00 00 00 00 FF FE C0 00 02 01", "::fffe:c000:201"},
    {"", NULL},
    {"0A", NULL},
    {"0A 00 00", NULL},
    {"0A 00 00 01 02", NULL},
    {"0A 00 00 00 FF 00 00 00", NULL}, /* as in a name constraint */
    {"20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00", NULL},
    {"20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 00 01", NULL},
};

T_TEST(address) {
    struct t_buf octets = T_BUF_INIT;
    char buffer[64];
    bool is = false;
    t_der(&octets, addresses[_i].octets);
    PRINT(buffer, is = cm_ip_print(&out, t_view(&octets)));
    ck_assert_int_eq(is, addresses[_i].text != NULL);
    ck_assert_str_eq(buffer, is ? addresses[_i].text : "");
    if (is) { /* an operand written so means these octets */
        uint8_t parsed[16];
        size_t len, bits;
        ck_assert_int_eq(cm_ip_parse(parsed, &len, &bits, t_text(buffer), NULL), CERTMAP_OK);
        ck_assert_uint_eq(bits, 8 * len);
        ck_assert(cm_view_equal(cm_view(parsed, len), t_view(&octets)));
    }
    t_buf_free(&octets);
}

static const struct {
    const char *contents, *text;
} serials[] = {
    {"00", "0"},
    {"01", "1"},
    {"7F", "7f"},
    {"00 80", "80"},
    {"00 00 00", "0"},
    {"00 00 AB", "ab"},
    {"01 00", "100"},
    {"00 FF 00", "ff00"},
    {"12 34 56 78 9A BC DE F0", "123456789abcdef0"},
    {"7F FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF", "7fffffffffffffffffffffffffffffffffffffff"},
    {"FF", "-1"},
    {"80", "-80"},
    {"81", "-7f"},
    {"FF FF", "-1"}, /* padded, as DER forbids */
    {"FF 00", "-100"},
    {"FE FF", "-101"},
    {"80 00", "-8000"},
    {"FF 7F", "-81"},
    {"FF 80 00", "-8000"},
};

T_TEST(serial) {
    struct t_buf contents = T_BUF_INIT;
    char buffer[64];
    t_der(&contents, serials[_i].contents);
    PRINT(buffer, cm_serial_print(&out, t_view(&contents)));
    ck_assert_str_eq(buffer, serials[_i].text);
    t_buf_free(&contents);
}

T_TEST(octets_in_hexadecimal) {
    char buffer[16];
    PRINT(buffer, cm_hex_print(&out, CM_VIEW("\x00\x0A\xF0\xFF")));
    ck_assert_str_eq(buffer, "000af0ff");
    PRINT(buffer, cm_hex_print(&out, CM_VIEW("")));
    ck_assert_str_eq(buffer, "");
}

T_TEST(key_usages) {
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign",          "encipherOnly",   "decipherOnly"};
    for (size_t i = 0; i < 9; i++)
        ck_assert_str_eq(cm_key_usage_name(i), names[i]);
    ck_assert_ptr_null(cm_key_usage_name(9));
    ck_assert_ptr_null(cm_key_usage_name(SIZE_MAX));
}

/* ---- names of OIDs ---- */

static const struct {
    const char *dotted, *name;
} oids[] = {
    {"2.5.29.37.0", "anyExtendedKeyUsage"},
    {"1.3.6.1.5.5.7.3.1", "serverAuth"},
    {"1.3.6.1.5.5.7.3.2", "clientAuth"},
    {"1.3.6.1.5.5.7.3.3", "codeSigning"},
    {"1.3.6.1.5.5.7.3.4", "emailProtection"},
    {"1.3.6.1.5.5.7.3.5", "ipsecEndSystem"},
    {"1.3.6.1.5.5.7.3.6", "ipsecTunnel"},
    {"1.3.6.1.5.5.7.3.7", "ipsecUser"},
    {"1.3.6.1.5.5.7.3.8", "timeStamping"},
    {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
    {"1.3.6.1.5.5.7.3.10", "dvcs"},
    {"1.3.6.1.5.5.7.3.13", "eapOverPPP"},
    {"1.3.6.1.5.5.7.3.14", "eapOverLAN"},
    {"1.3.6.1.5.5.7.3.15", "scvpServer"},
    {"1.3.6.1.5.5.7.3.16", "scvpClient"},
    {"1.3.6.1.5.5.7.3.17", "ipsecIKE"},
    {"1.3.6.1.5.5.7.3.18", "capwapAC"},
    {"1.3.6.1.5.5.7.3.19", "capwapWTP"},
    {"1.3.6.1.5.5.7.3.20", "sipDomain"},
    {"1.3.6.1.5.5.7.3.21", "secureShellClient"},
    {"1.3.6.1.5.5.7.3.22", "secureShellServer"},
    {"1.3.6.1.5.5.7.3.23", "sendRouter"},
    {"1.3.6.1.5.5.7.3.24", "sendProxiedRouter"},
    {"1.3.6.1.5.5.7.3.25", "sendOwner"},
    {"1.3.6.1.5.5.7.3.26", "sendProxiedOwner"},
    {"1.3.6.1.5.5.7.3.27", "cmcCA"},
    {"1.3.6.1.5.5.7.3.28", "cmcRA"},
    {"1.3.6.1.5.5.7.3.29", "cmcArchive"},
    {"1.3.6.1.5.5.7.3.30", "bgpsecRouter"},
    {"1.3.6.1.5.5.7.3.36", "documentSigning"},
    {"1.3.6.1.5.2.3.4", "pkinitClientAuth"},
    {"1.3.6.1.5.2.3.5", "pkinitKDC"},
    {"2.16.840.1.101.3.6.8", "pivCardAuth"},
    {"1.3.6.1.4.1.311.20.2.1", "enrollmentAgent"},
    {"1.3.6.1.4.1.311.20.2.2", "smartcardLogon"},
    {"1.3.6.1.4.1.311.10.3.4", "encryptedFileSystem"},
    {"1.3.6.1.4.1.311.10.3.12", "msDocumentSigning"},
    {"2.5.29.32.0", "anyPolicy"},
    {"2.23.140.1.1", "extendedValidation"},
    {"2.23.140.1.2.1", "domainValidated"},
    {"2.23.140.1.2.2", "organizationValidated"},
    {"2.23.140.1.2.3", "individualValidated"},
};

/* Both ways, and as an operand in either form. */
T_TEST(oid_name) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    const struct certmap_view contents = cm_view(buffer, cm_oid_parse(buffer, t_text(oids[_i].dotted)));
    struct certmap_view canonical;
    char printed[64];
    PRINT(printed, cm_oid_name_print(&out, contents));
    ck_assert_str_eq(printed, oids[_i].name);
    ck_assert(cm_view_equal(cm_oid_by_name(t_text(oids[_i].name)), contents));
    ck_assert_int_eq(cm_canonical_operand(&canonical, CM_TEXT_OID, t_text(oids[_i].dotted), &arena, NULL), OK);
    assert_text(canonical, oids[_i].name, oids[_i].dotted);
    ck_assert_int_eq(cm_canonical_operand(&canonical, CM_TEXT_OID, t_text(oids[_i].name), &arena, NULL), OK);
    assert_text(canonical, oids[_i].name, oids[_i].name);
}

T_TEST(oid_without_a_name) {
    char printed[64];
    PRINT(printed, cm_oid_name_print(&out, CM_VIEW("\x2A\x03")));
    ck_assert_str_eq(printed, "1.2.3");
    PRINT(printed, cm_oid_name_print(&out, CM_VIEW("\x2B\x06\x01\x05\x05\x07\x03"))); /* the start of many */
    ck_assert_str_eq(printed, "1.3.6.1.5.5.7.3");
}

/* ---- operands ---- */

#define BAD NULL
#define NINES "99999999999999999999999999999999999999999999999999"

static const struct operand_row {
    unsigned kind;
    const char *operand;
    const char *canonical; /* BAD: no value can be that; then: */
    const char *says;      /* what the error says */
} operands[] = {
    {PLAIN, "Any " U_UMLAUT, "Any " U_UMLAUT, NULL},
    {DNS, "WWW.Example.com", "www.example.com", NULL},
    {DNS, "", "", NULL},
    {DNS, "b" U_UMLAUT "cher", BAD, "write the A-label (xn--...) of \"b" U_UMLAUT "cher\""},
    {DNS, "a b", BAD, "holds a space or a control character"},
    {EMAIL, "Alice@EXAMPLE.com", "Alice@example.com", NULL},
    {EMAIL, "alice@b" U_UMLAUT "cher", BAD, "write the A-label"},
    {EMAIL, "alice", BAD, "\"alice\" is no mailbox: write user@host"},
    {URI, "HTTP://A/B", "http://a/B", NULL},
    {URI, U_UMLAUT, BAD, "a URI in a certificate is ASCII"},

    {OID, "CLIENTAUTH", "clientAuth", NULL},
    {OID, "OID.1.3.6.1.5.5.7.3.2", "clientAuth", NULL},
    {OID, "oid.1.2.3", "1.2.3", NULL},
    {OID, "2.999.340282366920938463463374607431768211456", "2.999.340282366920938463463374607431768211456", NULL},
    {OID, "clientauht", BAD, "there is no object identifier \"clientauht\"; did you mean \"clientAuth\"?"},
    {OID, "OID.clientAuth", BAD, "there is no object identifier"},
    {OID, "1.2.", BAD, "one without a name here is written like 1.3.6.1.5.5.7.3.2"},
    {OID, "", BAD, "there is no object identifier \"\""},

    {USAGE, "digitalSignature", "digitalSignature", NULL},
    {USAGE, "DIGITALSIGNATURE", "digitalSignature", NULL},
    {USAGE, "contentCommitment", "nonRepudiation", NULL},
    {USAGE, "crlsign", "cRLSign", NULL},
    {USAGE, "decipherOnly", "decipherOnly", NULL},
    {USAGE, "keyCertSing", BAD, "there is no key usage \"keyCertSing\"; did you mean \"keyCertSign\"?"},
    {USAGE, "contentComitment", BAD, "did you mean \"contentCommitment\"?"},
    {USAGE, "clientAuth", BAD, "the names are those of RFC 5280 4.2.1.3"},
    {USAGE, "", BAD, "there is no key usage \"\""},

    {SERIAL, "0x1234", "1234", NULL},
    {SERIAL, "0X12aB", "12ab", NULL},
    {SERIAL, "AB", "ab", NULL},
    {SERIAL, "12:34", "1234", NULL},
    {SERIAL, "0:1", "1", NULL},
    {SERIAL, "a", "a", NULL},
    {SERIAL, "0x1", "1", NULL},
    {SERIAL, "0x0", "0", NULL},
    {SERIAL, "0x0000", "0", NULL},
    {SERIAL, "00:00:ab", "ab", NULL},
    {SERIAL, "0 0 0 a b c", "abc", NULL},
    {SERIAL, "0x 12 34", "1234", NULL},
    {SERIAL, "-0x1", "-1", NULL},
    {SERIAL, "-ab", "-ab", NULL},
    {SERIAL, "-0x0", "0", NULL},
    {SERIAL, "dec:0", "0", NULL},
    {SERIAL, "dec:000", "0", NULL},
    {SERIAL, "dec:10", "a", NULL},
    {SERIAL, "DEC:255", "ff", NULL},
    {SERIAL, "dec:256", "100", NULL},
    {SERIAL, "dec:4660", "1234", NULL},
    {SERIAL, "-dec:1", "-1", NULL},
    {SERIAL, "dec:1461501637330902918203684832716283019655932542975", "ffffffffffffffffffffffffffffffffffffffff", NULL},
    {SERIAL, "dec:" NINES NINES, "1249ad2594c37ceb0b2784c4ce0bf38ace408e211a7caab24308a82e8f0fffffffffffffffffffffffff",
     NULL},
    {SERIAL, "dec:0" NINES NINES, BAD, "or as dec:6699 with at most 100 digits"},
    {SERIAL, "1234", BAD, "is \"1234\" hexadecimal or decimal? write 0x1234 or dec:1234"},
    {SERIAL, "12 34", BAD, "is \"12 34\" hexadecimal or decimal? write 0x1234 or dec:1234"},
    {SERIAL, "-1", BAD, "hexadecimal or decimal? write 0x1 or dec:1"},
    {SERIAL, "0", BAD, "hexadecimal or decimal?"},
    {SERIAL, NINES NINES, BAD, "hexadecimal or decimal?"},
    {SERIAL, "", BAD, "\"\" is no serial number"},
    {SERIAL, "-", BAD, "is no serial number"},
    {SERIAL, ":", BAD, "is no serial number"},
    {SERIAL, "0x", BAD, "is no serial number"},
    {SERIAL, "dec:", BAD, "is no serial number"},
    {SERIAL, "dec:1a", BAD, "is no serial number"},
    {SERIAL, "dec:-1", BAD, "is no serial number"},
    {SERIAL, "xyz", BAD, "\"xyz\" is no serial number: write it in hexadecimal, 0x1A2B or 1a:2b"},
    {SERIAL, "--ab", BAD, "is no serial number"},
    {SERIAL, "ab-cd", BAD, "is no serial number"},

    {HEX, "", "", NULL},
    {HEX, "00", "00", NULL},
    {HEX, "00:AB cd", "00abcd", NULL},
    {HEX, ": :", "", NULL},
    {HEX, "0", BAD, "\"0\" is no hexadecimal: two digits an octet"},
    {HEX, "0x00", BAD, "is no hexadecimal"},
    {HEX, "0g", BAD, "is no hexadecimal"},
    {HEX, "0@", BAD, "is no hexadecimal"},
    {HEX, "00-11", BAD, "is no hexadecimal"},
    {SHA256, HEX32, HEX32, NULL},
    {SHA256, HEX20, BAD, "a SHA-256 digest has 64 hexadecimal digits, and this has 40"},
    {SHA256, HEX32 "00", BAD, "and this has 66"},
    {SHA256, "", BAD, "and this has 0"},
    {SHA256, "x", BAD, "is no hexadecimal"},
    {SHA1, HEX20, HEX20, NULL},
    {SHA1, "01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67", HEX20, NULL},
    {SHA1, HEX32, BAD, "a SHA-1 digest has 40 hexadecimal digits, and this has 64"},

    {VERSION, "1", "1", NULL},
    {VERSION, "2", "2", NULL},
    {VERSION, "3", "3", NULL},
    {VERSION, "0", BAD, "\"0\" is no version: 1, 2 or 3"},
    {VERSION, "v3", BAD, "is no version"},
    {VERSION, "", BAD, "is no version"},
    {VALIDITY, "valid", "valid", NULL},
    {VALIDITY, "EARLY", "early", NULL},
    {VALIDITY, "expired", "expired", NULL},
    {VALIDITY, "now", BAD, "\"now\" is no state of validity: valid, early or expired"},
};

T_TEST(operand) {
    const struct operand_row *row = &operands[_i];
    struct certmap_view canonical = CM_VIEW_NONE;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const enum certmap_status status =
        cm_canonical_operand(&canonical, (enum cm_text_kind)row->kind, t_text(row->operand), &arena, &error);
    if (row->canonical == BAD) {
        ck_assert_msg(status == CERTMAP_ERROR_SYNTAX, "\"%s\"", row->operand);
        ck_assert_int_eq(error.code, CERTMAP_CODE_BAD_OPERAND);
        ck_assert_msg(strstr(error.text, row->says) != NULL, "\"%s\": says %s", row->operand, error.text);
        return;
    }
    ck_assert_msg(status == CERTMAP_OK, "\"%s\": %s", row->operand, error.text);
    assert_text(canonical, row->canonical, row->operand);
}

/* The canonical text of a value that is text is also its operand's. */
T_TEST(text_as_an_operand) {
    const struct text_row *row = &texts[_i];
    struct certmap_view value = CM_VIEW_NONE, canonical = CM_VIEW_NONE;
    const enum cm_text_kind kind = (enum cm_text_kind)row->kind;
    const enum certmap_code code = cm_canonical_text(&value, kind, t_text(row->text), &arena);
    const enum certmap_status status = cm_canonical_operand(&canonical, kind, t_text(row->text), &arena, NULL);
    ck_assert_int_eq(status, code == CERTMAP_CODE_NONE ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
    ck_assert(cm_view_equal(canonical, value));
    if (code == CERTMAP_CODE_NONE) {
        ck_assert_int_eq(cm_canonical_operand(&canonical, kind, value, &arena, NULL), CERTMAP_OK);
        ck_assert(cm_view_equal(canonical, value));
    }
}

/* What a serial number prints as, said to be hexadecimal, is its operand. */
T_TEST(serial_as_an_operand) {
    const bool negative = serials[_i].text[0] == '-';
    char hex[80];
    struct certmap_view canonical;
    snprintf(hex, sizeof hex, "%s0x%s", negative ? "-" : "", serials[_i].text + negative);
    ck_assert_int_eq(cm_canonical_operand(&canonical, CM_TEXT_SERIAL, t_text(hex), &arena, NULL), CERTMAP_OK);
    assert_text(canonical, serials[_i].text, hex);
}

/* ---- addresses and networks ---- */

static const struct network_row {
    const char *text;
    const char *octets; /* hexadecimal; NULL: not accepted; then bits is nothing, and: */
    size_t bits;
    const char *says;
} networks[] = {
    {"192.0.2.1", "C0 00 02 01", 32, NULL},
    {"192.0.2.1/32", "C0 00 02 01", 32, NULL},
    {"192.0.2.0/24", "C0 00 02 00", 24, NULL},
    {"192.0.2.128/25", "C0 00 02 80", 25, NULL},
    {"10.0.0.0/8", "0A 00 00 00", 8, NULL},
    {"128.0.0.0/1", "80 00 00 00", 1, NULL},
    {"0.0.0.0/0", "00 00 00 00", 0, NULL},
    {"::", "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", 128, NULL},
    {"::/0", "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", 0, NULL},
    {"::1", "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01", 128, NULL},
    {"2001:db8::/32", "20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 00", 32, NULL},
    {"2001:DB8::1", "20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 01", 128, NULL},
    {"2001:0db8:0000:0000:0000:0000:0000:0001", "20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 01", 128, NULL},
    {"fd00::/8", "FD 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", 8, NULL},
    {"1:2:3:4:5:6:7::", "00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 00", 128, NULL},
    {"::2:3:4:5:6:7:8", "00 00 00 02 00 03 00 04 00 05 00 06 00 07 00 08", 128, NULL},
    {"1:2:3:4:5:6:7:8", "00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08", 128, NULL},
    {"1:2::7:8", "00 01 00 02 00 00 00 00 00 00 00 00 00 07 00 08", 128, NULL},
    {"::ffff:192.0.2.1", "00 00 00 00 00 00 00 00 00 00 FF FF C0 00 02 01", 128, NULL},
    {"::ffff:0:0/96", "00 00 00 00 00 00 00 00 00 00 FF FF 00 00 00 00", 96, NULL},
    {"64:ff9b::192.0.2.33", "00 64 FF 9B 00 00 00 00 00 00 00 00 C0 00 02 21", 128, NULL},
    {"1:2:3:4:5:6:192.0.2.1", "00 01 00 02 00 03 00 04 00 05 00 06 C0 00 02 01", 128, NULL},

    {"", NULL, 0, "is no address; write for example 192.0.2.1, 2001:db8::1 or the network 192.0.2.0/24"},
    {"/", NULL, 0, "is no address"},
    {"/8", NULL, 0, "is no address"},
    {"10", NULL, 0, "is no address"},
    {"10.0.0", NULL, 0, "is no address"},
    {"10.0.0.", NULL, 0, "is no address"},
    {"10.0.0.0.", NULL, 0, "is no address"},
    {"10.0.0.0.0", NULL, 0, "is no address"},
    {"10.0.0.256", NULL, 0, "is no address"},
    {"10.0.0.1000", NULL, 0, "is no address"},
    {"10.0.0.01", NULL, 0, "is no address"}, /* octal to some */
    {"010.0.0.1", NULL, 0, "is no address"},
    {"0x0A.0.0.1", NULL, 0, "is no address"},
    {"10.0.0.a", NULL, 0, "is no address"},
    {" 10.0.0.1", NULL, 0, "is no address"},
    {"10.0.0.1 ", NULL, 0, "is no address"},
    {"10..0.1", NULL, 0, "is no address"},
    {"10,0.0.1", NULL, 0, "is no address"},
    {":", NULL, 0, "is no address"},
    {":::", NULL, 0, "is no address"},
    {"1::2::3", NULL, 0, "is no address"},
    {"1:2:3:4:5:6:7", NULL, 0, "is no address"},
    {"1:2:3:4:5:6:7:8:9", NULL, 0, "is no address"},
    {"1:2:3:4:5:6:7:8::", NULL, 0, "is no address"},
    {"1:2:3:4::5:6:7:8", NULL, 0, "is no address"},
    {"::1:2:3:4:5:6:7:8", NULL, 0, "is no address"},
    {":1:2:3:4:5:6:7", NULL, 0, "is no address"},
    {"1:2:3:4:5:6:7:", NULL, 0, "is no address"},
    {"1:2:", NULL, 0, "is no address"},
    {"12345::", NULL, 0, "is no address"},
    {"::12345", NULL, 0, "is no address"},
    {"::g", NULL, 0, "is no address"},
    {"::G", NULL, 0, "is no address"},
    {"::@", NULL, 0, "is no address"},
    {"fe80::1%eth0", NULL, 0, "is no address"},
    {"[::1]", NULL, 0, "is no address"},
    {"192.0.2.1::", NULL, 0, "is no address"},
    {"::192.0.2.1:1", NULL, 0, "is no address"},
    {"1:2:3:4:5:6:7:192.0.2.1", NULL, 0, "is no address"},
    {"::1:2:3:4:5:6:192.0.2.1", NULL, 0, "is no address"},
    {"10.0.0.0/", NULL, 0, "\"10.0.0.0/\" is not a network: write a number from 0 to 32 after the slash"},
    {"10.0.0.0/33", NULL, 0, "from 0 to 32"},
    {"10.0.0.0/08", NULL, 0, "from 0 to 32"},
    {"10.0.0.0/8/8", NULL, 0, "from 0 to 32"},
    {"10.0.0.0/-1", NULL, 0, "from 0 to 32"},
    {"10.0.0.0/8 ", NULL, 0, "from 0 to 32"},
    {"10.0.0.0/255.0.0.0", NULL, 0, "from 0 to 32"},
    {"::/129", NULL, 0, "from 0 to 128"},
    {"::/99999999999", NULL, 0, "from 0 to 128"},
    {"10.1.2.3/8", NULL, 0, "\"10.1.2.3/8\" is an address inside a network; the network is \"10.0.0.0/8\""},
    {"10.0.0.1/31", NULL, 0, "the network is \"10.0.0.0/31\""},
    {"10.0.0.1/0", NULL, 0, "the network is \"0.0.0.0/0\""},
    {"192.0.2.129/25", NULL, 0, "the network is \"192.0.2.128/25\""},
    {"2001:db8::1/127", NULL, 0, "the network is \"2001:db8::/127\""},
    {"2001:db8::/28", NULL, 0, "the network is \"2001:db0::/28\""},
};

T_TEST(network) {
    const struct network_row *row = &networks[_i];
    struct t_buf wanted = T_BUF_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    uint8_t octets[16];
    size_t len, bits;
    const enum certmap_status status = cm_ip_parse(octets, &len, &bits, t_text(row->text), &error);
    if (row->octets == NULL) {
        ck_assert_msg(status == CERTMAP_ERROR_SYNTAX, "\"%s\"", row->text);
        ck_assert_int_eq(error.code, CERTMAP_CODE_BAD_OPERAND);
        ck_assert_msg(strstr(error.text, row->says) != NULL, "\"%s\": says %s", row->text, error.text);
        return;
    }
    t_der(&wanted, row->octets);
    ck_assert_msg(status == CERTMAP_OK, "\"%s\": %s", row->text, error.text);
    ck_assert_msg(cm_view_equal(cm_view(octets, len), t_view(&wanted)), "\"%s\"", row->text);
    ck_assert_uint_eq(bits, row->bits);
    t_buf_free(&wanted);
}

/* ---- patterns ---- */

static const struct pattern_row {
    unsigned kind;
    const char *pattern;
    const char *canonical; /* NULL: refused */
} patterns[] = {
    {PLAIN, "*A" U_UMLAUT_UPPER "?", "*A" U_UMLAUT_UPPER "?"},
    {OID, "Client*", "Client*"},
    {DNS, "*.Example.COM", "*.example.com"},
    {DNS, "\\*.A?", "\\*.a?"},
    {DNS, "*.b" U_UMLAUT "cher", NULL},
    {DNS, "* a", NULL},
    {EMAIL, "A*@*.Example.COM", "A*@*.example.com"},
    {EMAIL, "A*.Example.COM", "A*.example.com"}, /* the star covers the @ */
    {EMAIL, "A?Example", "A?example"},
    {EMAIL, "A*b*C", "A*b*c"},
    {EMAIL, "A*B*C", NULL},
    {EMAIL, "*EVIL*", NULL},
    {EMAIL, "*A@B*C", "*A@b*c"},
    {EMAIL, "\\*A*B", "\\*A*b"},
    {EMAIL, "*@b" U_UMLAUT "cher", NULL},
    {EMAIL, U_UMLAUT_UPPER "*@A", U_UMLAUT_UPPER "*@a"},
    {URI, "HTTPS://*.Example.COM/Path*", "https://*.example.com/Path*"},
    {URI, "HTTP*://A/B", "http*://a/B"},
    {URI, "H?TP://A?B/C", "h?tp://a?b/C"}, /* ? is a wildcard here, */
    {URI, "HTTP://A\\?B", "http://a\\?B"}, /* and a question mark here */
    {URI, "HTTP://A\\*B/C", "http://a\\*b/C"},
    {URI, "HTTP://A#B", "http://a#B"},
    {URI, "HTTP://A\\", "http://a\\"}, /* refused later */
    {URI, "HTTP://U*@A*b", "http://U*@a*b"},
    {URI, "https://*admin", "https://*admin"},
    {URI, "*host*", "*host*"},
    {URI, "urn:UUID:*", "urn:UUID:*"},
    {URI, "*A/B", NULL},
    {URI, "https://*Admin", NULL},
    {URI, "*Host.Example*", NULL},
    {URI, "https://host?Query=*", NULL},
    {URI, "*" U_UMLAUT, NULL},
};

T_TEST(pattern) {
    struct certmap_view canonical = CM_VIEW_NONE;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const enum certmap_status status = cm_canonical_pattern(&canonical, (enum cm_text_kind)patterns[_i].kind, false,
                                                            t_text(patterns[_i].pattern), &arena, &error);
    if (patterns[_i].canonical == NULL) {
        ck_assert_int_eq(status, CERTMAP_ERROR_SYNTAX);
        ck_assert_int_eq(error.code, CERTMAP_CODE_BAD_OPERAND);
        return;
    }
    ck_assert_msg(status == CERTMAP_OK, "%s", error.text);
    assert_text(canonical, patterns[_i].canonical, patterns[_i].pattern);
}

T_TEST(kinds_with_patterns) {
    for (unsigned kind = CM_TEXT_PLAIN; kind <= CM_TEXT_NAME; kind++)
        ck_assert_int_eq(cm_kind_has_patterns((enum cm_text_kind)kind),
                         kind == PLAIN || kind == DNS || kind == EMAIL || kind == URI || kind == KRB5 || kind == SID);
}

/* ---- what no value can be ---- */

static const struct check_row {
    unsigned kind;
    bool nocase, pattern;
    const char *text;
    const char *says; /* NULL: a value can be that */
} checks[] = {
    {SID, false, false, "S-1-5-21-1", NULL},
    {SID, false, false, "S-1-", NULL},
    {SID, false, false, "S-1", "\"S-1\" is no SID: every SID begins with S-1-"},
    {SID, false, false, "", "is no SID"},
    {SID, false, false, "s-1-5-21-1", "is no SID"},
    {SID, true, false, "s-1-5-21-1", NULL},
    {SID, true, false, "S-1-5-21-1", NULL},
    {SID, true, false, "s-2-5", "is no SID"},
    {SID, false, false, "*1", "is no SID"},
    {SID, false, false, "?-1-5", "is no SID"},
    {SID, false, true, "*-1103", NULL},
    {SID, false, true, "S-*", NULL},
    {SID, false, true, "S?1-5", NULL},
    {SID, false, true, "?-1-", NULL},
    {SID, false, true, "S-1?", NULL},
    {SID, false, true, "s*", "is no SID"},
    {SID, true, true, "s*", NULL},
    {SID, false, true, "S-2*", "is no SID"},
    {SID, false, true, "\\*-1-5", "is no SID"},
    {SID, false, true, "???", "is no SID"},

    {KRB5, false, false, "alice@EXAMPLE.COM", NULL},
    {KRB5, false, false, "@", NULL},
    {KRB5, false, false, "host/a.example@R", NULL},
    {KRB5, false, false, "a\\@b@R", "one with an @, a / or a \\ inside a part is unreadable"},
    {KRB5, false, false, "a\\/b@R", "is no Kerberos principal"},
    {KRB5, false, false, "a@R\\\\", "is no Kerberos principal"},
    {KRB5, false, false, "alice", "\"alice\" is no Kerberos principal: write user@REALM"},
    {KRB5, false, false, "", "is no Kerberos principal"},
    {KRB5, false, false, "alice\\@R", "is no Kerberos principal"},
    {KRB5, false, false, "a@b@R", "is no Kerberos principal"},
    {KRB5, false, false, "a*", "is no Kerberos principal"},
    {KRB5, false, false, "a\\", "is no Kerberos principal"},
    {KRB5, false, true, "a*", NULL},
    {KRB5, false, true, "a?R", NULL},
    {KRB5, false, true, "a@R", NULL},
    {KRB5, false, true, "alice", "is no Kerberos principal"},
    {KRB5, false, true, "alice\\*", "is no Kerberos principal"},
    {KRB5, false, true, "alice\\*@R", NULL},
    {KRB5, false, true, "*\\\\@R", "is no Kerberos principal"},
    {KRB5, false, true, "*\\@b@R", "is no Kerberos principal"},
    {KRB5, false, true, "*@a@R", "is no Kerberos principal"},
    {KRB5, false, true, "*@*", NULL},
    {KRB5, false, true, "?", NULL},
    {KRB5, false, true, "*/admin@R", NULL},
    {KRB5, false, true, "host/*", NULL},
    {KRB5, false, true, "*/*", NULL},
    /* the realm has no / */
    {KRB5, false, false, "alice@R/admin", "is no Kerberos principal"},
    {KRB5, false, true, "*@R/*", "is no Kerberos principal"},
    {KRB5, false, true, "*@*/", "is no Kerberos principal"},
    {KRB5, false, true, "*/admin", "is no Kerberos principal"},
    {KRB5, true, true, "*/ADMIN", "is no Kerberos principal"},
    {KRB5, false, false, "\xC3\xA4lice@R", "and so is what is not ASCII"},
    {KRB5, true, true, "*\xC3\xA4*@R", "and so is what is not ASCII"},
    {KRB5, false, false, "a\nb@R", "is no Kerberos principal"},

    {PLAIN, false, false, "", NULL},
};

T_TEST(check) {
    const struct check_row *row = &checks[_i];
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const enum certmap_status status =
        cm_canonical_check((enum cm_text_kind)row->kind, row->nocase, row->pattern, t_text(row->text), &error);
    ck_assert_msg((status == CERTMAP_OK) == (row->says == NULL), "\"%s\": %s", row->text, error.text);
    if (row->says == NULL)
        return;
    ck_assert_int_eq(error.code, CERTMAP_CODE_BAD_OPERAND);
    ck_assert_msg(strstr(error.text, row->says) != NULL, "\"%s\": says %s", row->text, error.text);
}

/* ---- memory ---- */

/* Each of these needs some. */
T_TEST(without_memory) {
    static const struct {
        enum cm_text_kind kind;
        const char *operand;
    } rows[] = {{CM_TEXT_DNS, "A"}, {CM_TEXT_OID, "1.2.3"}, {CM_TEXT_SERIAL, "0x1"}, {CM_TEXT_HEX, "00"}};
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct cm_arena empty;
    struct certmap_view view;
    cm_arena_init(&empty, &allocator, SIZE_MAX);
    t_alloc_fail_at(&memory, 0);
    ck_assert_int_eq(cm_canonical_text(&view, CM_TEXT_DNS, CM_VIEW("A"), &empty), CERTMAP_CODE_MEMORY);
    t_alloc_fail_at(&memory, 0);
    ck_assert_int_eq(cm_canonical_pattern(&view, CM_TEXT_DNS, false, CM_VIEW("A"), &empty, NULL), CERTMAP_ERROR_MEMORY);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        t_alloc_fail_at(&memory, 0);
        ck_assert_int_eq(cm_canonical_operand(&view, rows[i].kind, t_text(rows[i].operand), &empty, NULL),
                         CERTMAP_ERROR_MEMORY);
    }
    cm_arena_free(&empty);
}

T_TESTS("canonical",
        T_CASE("values", T_EACH(start_arenas, free_arenas), T_LOOP(text, COUNT(texts)),
               T_LOOP(address, COUNT(addresses)), T_LOOP(serial, COUNT(serials)), octets_in_hexadecimal, key_usages,
               T_LOOP(oid_name, COUNT(oids)), oid_without_a_name),
        T_CASE("rules", T_EACH(start_arenas, free_arenas), T_LOOP(operand, COUNT(operands)),
               T_LOOP(text_as_an_operand, COUNT(texts)), T_LOOP(serial_as_an_operand, COUNT(serials)),
               T_LOOP(network, COUNT(networks)), T_LOOP(pattern, COUNT(patterns)), T_LOOP(check, COUNT(checks)),
               kinds_with_patterns, without_memory))
