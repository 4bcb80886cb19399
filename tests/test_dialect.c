/* SPDX-License-Identifier: MIT */
/* Names as OpenSSL and Windows write them: what each dialect reads, what it refuses, and which one a text is
 * taken for. What OpenSSL writes is held to OpenSSL itself. */
#include "base/view.h"
#include "certmap/names.h"
#include "support/der.h"
#include "support/run.h"
#include <openssl/x509.h>
#include <stdio.h>

enum { ROOM = 8192 };

#define OPENSSL CERTMAP_DIALECT_OPENSSL
#define SLASHES CERTMAP_DIALECT_SLASHES
#define WINDOWS CERTMAP_DIALECT_WINDOWS

/* Holds the DER of a text to a spec of t_name. */
static void check_parse(enum certmap_dialect dialect, const char *dn, const char *spec) {
    uint8_t der[ROOM];
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf name = T_BUF_INIT;
    size_t len = 0;
    t_name(&name, spec);
    ck_assert_msg(certmap_name_from_dialect(der, sizeof der, &len, t_text(dn), dialect, &err) == CERTMAP_OK,
                  "%s %s: %zu: %s", certmap_dialect_name(dialect), dn, err.column, err.text);
    ck_assert_msg(cm_view_equal(cm_view(der, len), t_view(&name)), "%s %s is not %s", certmap_dialect_name(dialect), dn,
                  spec);
    t_buf_free(&name);
}

/* ---- what is read ---- */

static const struct {
    enum certmap_dialect dialect;
    const char *dn, *spec;
} rows[] = {
    {CERTMAP_DIALECT_RFC4514, "CN=a\\, b,C=US", "printable C=US | CN=a, b"},
    /* the root is first, and AVAs are in DER's order */
    {OPENSSL, "C = US, O = Contoso, CN = Alice", "printable C=US | O=Contoso | CN=Alice"},
    {OPENSSL, "C=US, O=Contoso, CN=Alice", "printable C=US | O=Contoso | CN=Alice"},
    {OPENSSL, "O = Contoso, UID = b + CN = a", "O=Contoso | CN=a + UID=b"},
    {OPENSSL, "CN=b+CN=a", "CN=a + CN=b"},
    {OPENSSL, "CN=a;O=b", "CN=a | O=b"},
    {OPENSSL, "  CN  =  a b  ,\r\n\tO = b \n", "CN=a b | O=b"},
    {OPENSSL, "", ""},
    {OPENSSL, " \n", ""},
    {OPENSSL, "CN = ", "CN="},
    {OPENSSL, "CN = , O = b", "CN= | O=b"},
    /* quotes and escapes */
    {OPENSSL, "O = \"Contoso, Ltd.\" , CN = a", "O=Contoso, Ltd. | CN=a"},
    {OPENSSL, "CN = \"\"", "CN="},
    {OPENSSL, "CN = \"a \\\"b\\\" \\\\\"", "CN=a \"b\" \\\\"},
    {OPENSSL, "CN = \" a \"", "CN=\\x20a\\x20"},
    {OPENSSL, "CN = \"#a\"", "CN=#a"},
    {OPENSSL, "CN = \"a+b=c;d<e>\"", "CN=a\\+b=c;d<e>"},
    {OPENSSL, "CN = \"B\\C3\\BCro, 1\"", "CN=B\xC3\xBCro, 1"},
    {OPENSSL, "CN = \"B\xC3\xBCro, 1\"", "CN=B\xC3\xBCro, 1"},
    {OPENSSL, "CN = B\\C3\\BCro", "CN=B\xC3\xBCro"},
    {OPENSSL, "CN = a\\0Ab",
     "CN=a\\x0A"
     "b"},
    {OPENSSL, "CN = a\\, b\\ ", "CN=a, b\\x20"},
    {OPENSSL, "CN = a=b", "CN=a=b"},
    {OPENSSL, "CN = #0C0141, O = #1E020042", "CN=A | bmp O=B"},
    /* types: the names of OpenSSL, of which two differ in case only */
    {OPENSSL, "emailAddress = a@b, serialNumber = 1, GN = c, ST = d",
     "ia5 E=a@b | printable SERIALNUMBER=1 | G=c | S=d"},
    {OPENSSL, "commonName = a, 1.2.3 = b, 2.5.4.10 = c", "CN=a | 1.2.3=b | O=c"},
    {OPENSSL, "UID = a, uid = b, mail = c, Uid = d", "UID=a | uniqueIdentifier=b | rfc822Mailbox=c | UID=d"},
    {SLASHES, "/UID=a/uid=b/mail=c", "UID=a | uniqueIdentifier=b | rfc822Mailbox=c"},
    {WINDOWS, "UID=a, MAIL=b, mail=c", "ia5 E=c | ia5 E=b | UID=a"},
    /* slashes */
    {SLASHES, "", ""},
    {SLASHES, "/C=US/O=Contoso/CN=Alice", "printable C=US | O=Contoso | CN=Alice"},
    {SLASHES, "/CN=a+UID=b/O=c", "CN=a + UID=b | O=c"},
    {SLASHES, "/CN=http://a.example/b", "CN=http://a.example/b"},
    {SLASHES, "/CN=a/b c=d", "CN=a/b c=d"},
    {SLASHES, "/CN=C++/O=1 + 1 = 2", "CN=C\\+\\+ | O=1 \\+ 1 = 2"},
    {SLASHES, "/CN=a//O=b/", "CN=a/ | O=b/"},
    {SLASHES, "/CN= a /O= ", "CN=\\x20a\\x20 | O=\\x20"},
    {SLASHES, "/CN=/O=b", "CN= | O=b"},
    {SLASHES, "/CN=\"a\"/O=a, b;c<d>#\\, e", "CN=\"a\" | O=a, b;c<d>#\\\\, e"},
    {SLASHES, "/CN=#0C0141", "CN=#0C0141"},
    {SLASHES, "/CN=B\\xC3\\xBCro\\x0A", "CN=B\xC3\xBCro\\x0A"},
    {SLASHES, "/CN=\\xc3\\xbc", "CN=\xC3\xBC"},
    {SLASHES, "/CN=\xC3\xBC", "CN=\xC3\xBC"},
    {SLASHES, "/CN=\\x7F", "CN=\\x7F"},
    {SLASHES, "/CN=a\\/b\\+c\\\\/d", "CN=a/b\\+c\\\\/d"},
    {SLASHES, "/CN=a\\x41\\x\\xG1\\y\\", "CN=a\\\\x41\\\\x\\\\xG1\\\\y\\\\"},
    /* Windows: the root is last, as Windows shows Names */
    {WINDOWS, "CN=Alice, O=Contoso, C=US", "printable C=US | O=Contoso | CN=Alice"},
    {WINDOWS, "CN=Alice;O=Contoso ; C=US", "printable C=US | O=Contoso | CN=Alice"},
    {WINDOWS, "CN = Alice\r\nO = Contoso\r\nC = US\r\n", "printable C=US | O=Contoso | CN=Alice"},
    {WINDOWS, "CN = Alice,\n\n O = Contoso", "O=Contoso | CN=Alice"},
    {WINDOWS, "", ""},
    {WINDOWS, "CN=b + OU=a, O=c", "O=c | CN=b + OU=a"},
    {WINDOWS, "CN=\"Contoso, Ltd.\", O=\"Bob \"\"Gage\"\"\" ,C=US",
     "printable C=US | O=Bob \"Gage\" | CN=Contoso, Ltd."},
    {WINDOWS, "CN=\"\", O=\"\"\"\"", "O=\" | CN="},
    {WINDOWS, "CN=\" a\nb \"",
     "CN=\\x20"
     "a\\x0A"
     "b\\x20"},
    {WINDOWS, "CN=CONTOSO\\alice, O=\"a\\\"", "O=a\\\\ | CN=CONTOSO\\\\alice"},
    {WINDOWS, "CN=a=b<c>#, O=", "O= | CN=a=b<c>#"},
    {WINDOWS, "S=WA, E=a@b, OID.1.2.3=c, STREET=d, SERIALNUMBER=1, PostalCode=2, SN=e, T=f",
     "T=f | SN=e | postalCode=2 | printable SERIALNUMBER=1 | STREET=d | 1.2.3=c | ia5 E=a@b | S=WA"},
    {WINDOWS, "CN=#0C 01 41, O=#1e020042 ", "bmp O=B | CN=A"},
};

T_TEST(row) {
    check_parse(rows[_i].dialect, rows[_i].dn, rows[_i].spec);
}

/* ---- what is refused ---- */

static const struct {
    enum certmap_dialect dialect;
    const char *dn;
    enum certmap_code code;
    size_t column, length;
    const char *message;
} errors[] = {
    {CERTMAP_DIALECT_RFC4514, "CN=a, O=b", CERTMAP_CODE_DN_SYNTAX, 6, 0, "a space may not be before an attribute type"},
    {OPENSSL, "CN = a,", CERTMAP_CODE_DN_SYNTAX, 8, 0, "an attribute type is expected, such as CN"},
    {OPENSSL, "CN = a, b", CERTMAP_CODE_DN_SYNTAX, 10, 0, "= is expected after the attribute type"},
    {OPENSSL, "CN = a, CM = b", CERTMAP_CODE_DN_ATTRIBUTE, 9, 2,
     "\"CM\" is not a known attribute type; did you mean CN?"},
    {OPENSSL, "CN = \"a, b", CERTMAP_CODE_DN_SYNTAX, 6, 1, "the closing quote is missing"},
    {OPENSSL, "CN = \"a\" b", CERTMAP_CODE_DN_SYNTAX, 10, 1, "a separator is expected after the closing quote"},
    {OPENSSL, "CN = \"a\"\"b\"", CERTMAP_CODE_DN_SYNTAX, 9, 1, "a separator is expected after the closing quote"},
    {OPENSSL, "CN = a\"b", CERTMAP_CODE_DN_SYNTAX, 7, 1, "\"\\\"\" has to be escaped"},
    {OPENSSL, "CN = a\nO = b", CERTMAP_CODE_DN_SYNTAX, 7, 1, "\"\\u{A}\" has to be escaped"},
    {OPENSSL, "CN = \"a\\q\"", CERTMAP_CODE_DN_ESCAPE, 8, 1,
     "\\ is to be followed by one of \" + , ; < > \\ # = or space, or by two hexadecimal digits"},
    {OPENSSL, "CN = \xC3\xBC\\FC", CERTMAP_CODE_DN_ESCAPE, 7, 3, "the escaped bytes are not UTF-8"},
    {OPENSSL, "CN = #0C0", CERTMAP_CODE_DN_HEX, 9, 0, "two hexadecimal digits are expected"},
    {OPENSSL, "CN = #0C02, O = a", CERTMAP_CODE_DN_HEX, 6, 5,
     "the value is not the hexadecimal form of one DER element"},
    {OPENSSL, "1.2.x = a", CERTMAP_CODE_DN_SYNTAX, 1, 5, "the attribute type is not a valid OID"},
    {SLASHES, "CN=a", CERTMAP_CODE_DN_SYNTAX, 1, 0, "the Name is to begin with /"},
    {SLASHES, "/", CERTMAP_CODE_DN_SYNTAX, 2, 0, "an attribute type is expected, such as CN"},
    {SLASHES, "/CN=host/svc=x", CERTMAP_CODE_DN_ATTRIBUTE, 10, 3, NULL},
    {SLASHES, "/CN=1+1=2", CERTMAP_CODE_DN_SYNTAX, 7, 1, "the attribute type is not a valid OID"},
    {SLASHES, "/CN=\\xFC", CERTMAP_CODE_DN_ESCAPE, 5, 4, "the escaped bytes are not UTF-8"},
    {SLASHES, "/CN=\\xC3", CERTMAP_CODE_DN_ESCAPE, 5, 4, "the escaped bytes are not UTF-8"},
    {SLASHES, "/CN=\\xC3\\y", CERTMAP_CODE_DN_ESCAPE, 5, 4, "the escaped bytes are not UTF-8"},
    {SLASHES, "/CN=\\x00A", CERTMAP_CODE_DN_ESCAPE, 5, 4,
     "\\x00 is half of a character in a string that is not UTF-8; this form cannot hold it"},
    {SLASHES, "/CN=a\\/O=b", CERTMAP_CODE_DN_ESCAPE, 6, 2,
     "the value ends in \\, or what follows belongs to it: this form cannot tell"},
    {SLASHES, "/CN=a\nb", CERTMAP_CODE_DN_SYNTAX, 6, 1, "\"\\u{A}\" has to be escaped"},
    {SLASHES, "/CN=\xFF", CERTMAP_CODE_DN_SYNTAX, 5, 1, "the text is not UTF-8"},
    {WINDOWS, "CN=a\"b\"", CERTMAP_CODE_DN_SYNTAX, 5, 1, "\"\\\"\" has to stand in quotes"},
    {WINDOWS, "CN=\"a\"\"", CERTMAP_CODE_DN_SYNTAX, 4, 1, "the closing quote is missing"},
    {WINDOWS, "CN=\"a\" b, O=c", CERTMAP_CODE_DN_SYNTAX, 8, 1, "a separator is expected after the closing quote"},
    {WINDOWS, "CN=a, b, O=c", CERTMAP_CODE_DN_SYNTAX, 8, 0, "= is expected after the attribute type"},
    {WINDOWS, "CN=#41", CERTMAP_CODE_DN_HEX, 4, 3, "the value is not the hexadecimal form of one DER element"},
    {WINDOWS, "CN=#4g", CERTMAP_CODE_DN_HEX, 5, 0, "two hexadecimal digits are expected"},
    {WINDOWS, "CN=a, ,O=c", CERTMAP_CODE_DN_SYNTAX, 7, 0, "an attribute type is expected, such as CN"},
};

T_TEST(refused) {
    struct certmap_diagnostic err = {.text = ""};
    const char *dn = errors[_i].dn;
    size_t len = 4711;
    ck_assert_msg(certmap_name_from_dialect(NULL, 0, &len, t_text(dn), errors[_i].dialect, &err) ==
                      CERTMAP_ERROR_SYNTAX,
                  "%s is not refused", dn);
    ck_assert_uint_eq(len, 4711);
    ck_assert_msg(err.status == CERTMAP_ERROR_SYNTAX && err.code == errors[_i].code, "%s: %s", dn, err.text);
    ck_assert_msg(err.line == 1 && err.column == errors[_i].column, "%s: column %zu: %s", dn, err.column, err.text);
    ck_assert_msg(err.length == errors[_i].length, "%s: length %zu", dn, err.length);
    if (errors[_i].message != NULL)
        ck_assert_str_eq(err.text, errors[_i].message);
}

T_TEST(a_nul_is_refused) {
    static const enum certmap_dialect dialects[] = {OPENSSL, SLASHES, WINDOWS};
    struct certmap_diagnostic err = {.text = ""};
    size_t len = 0;
    ck_assert_int_eq(certmap_name_from_dialect(NULL, 0, &len, cm_view("/CN=a\0b", 7), dialects[_i], &err),
                     CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(certmap_name_from_dialect(NULL, 0, &len, cm_view("CN=\"a\0b\"", 8), dialects[_i], &err),
                     CERTMAP_ERROR_SYNTAX);
}

/* ---- arguments and limits ---- */

T_TEST(arguments) {
    struct certmap_diagnostic err = {.text = ""};
    size_t len = 0;
    ck_assert_int_eq(certmap_name_from_dialect(NULL, 0, NULL, t_text("CN=a"), WINDOWS, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_str_eq(err.text, "certmap_name_from_dialect: der, len or text is NULL");
    ck_assert_int_eq(certmap_name_from_dialect(NULL, 1, &len, t_text("CN=a"), WINDOWS, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_name_from_dialect(NULL, 0, &len, cm_view(NULL, 1), WINDOWS, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(
        certmap_name_from_dialect(NULL, 0, &len, t_text("CN=a"), (enum certmap_dialect)CERTMAP_DIALECT_COUNT, &err),
        CERTMAP_ERROR_ARGUMENT);
    ck_assert_str_eq(err.text, "certmap_name_from_dialect: no such dialect");
}

T_TEST(the_buffer) {
    uint8_t der[32];
    size_t len = 0;
    ck_assert_int_eq(certmap_name_from_dialect(der, 13, &len, t_text("/CN=a"), SLASHES, NULL), CERTMAP_ERROR_BUFFER);
    ck_assert_uint_eq(len, 14);
    ck_assert_int_eq(certmap_name_from_dialect(der, 14, &len, t_text("/CN=a"), SLASHES, NULL), CERTMAP_OK);
    ck_assert_uint_eq(len, 14);
}

/* ---- which dialect it is ---- */

static const struct {
    const char *dn;
    enum certmap_dialect dialect;
} guesses[] = {
    {"", CERTMAP_DIALECT_RFC4514},
    {"  ", CERTMAP_DIALECT_RFC4514},
    {"CN=Alice", CERTMAP_DIALECT_RFC4514},
    {"CN=Alice,O=Contoso", CERTMAP_DIALECT_RFC4514},
    {"CN=a\\, b,O=Contoso", CERTMAP_DIALECT_RFC4514},
    {"C=US,O=Contoso,CN=Alice", CERTMAP_DIALECT_RFC4514},
    {"CM=Alice,O=Contoso", CERTMAP_DIALECT_RFC4514},
    {"Alice", CERTMAP_DIALECT_RFC4514},
    {"CN=a\\q,O=b", CERTMAP_DIALECT_RFC4514},
    {"/C=US/O=Contoso/CN=Alice", SLASHES},
    {" /CN=Alice", SLASHES},
    {"C = US, O = Contoso, CN = Alice", OPENSSL},
    {"C=US, O=Contoso, CN=Alice", OPENSSL},
    {"DC = net, DC = example, UID = a", OPENSSL},
    {"ST=WA, L=Redmond, OU=a", OPENSSL},
    {"CN = Alice", OPENSSL},
    {"CN = a, UID = b", OPENSSL},
    {"CN=\"a\\\\b\"", OPENSSL},
    {"O=\"a, b\", CN=c", OPENSSL},
    {"    countryName               = US\n    commonName                = a\n", CERTMAP_DIALECT_MULTILINE},
    {"CN=Alice, O=Contoso, C=US", WINDOWS},
    {"CN=Alice, OU=\"a, C=b\", O=Contoso", WINDOWS},
    {"CN = Alice\r\nO = Contoso\r\nC = US", WINDOWS},
    {"CN = Alice\r\nUID = a", WINDOWS},
    {"CN=Alice; UID=a", WINDOWS},
    {"CN=Alice;UID=a", WINDOWS},
    {"CN=\"a \"\"b\"\"\", UID=c\\d", WINDOWS},
    {"CN = \"\"\"a\"", WINDOWS},
    {"CN = \"\"", OPENSSL},
    {"OID.1.2.3=a, CN=b", WINDOWS},
    {"CN=a, UID=b", WINDOWS},
    {"CN= a", WINDOWS},
    {"CN=\"a\"", WINDOWS},
    {"E=a@b, CN=a + UID=b, OU=c, O=d, L=e, S=f, C=DE", WINDOWS},
};

T_TEST(guess) {
    const enum certmap_dialect got = certmap_dialect_guess(t_text(guesses[_i].dn));
    ck_assert_msg(got == guesses[_i].dialect, "%s is taken for %s", guesses[_i].dn, certmap_dialect_name(got));
}

T_TEST(guess_of_nothing) {
    ck_assert_int_eq(certmap_dialect_guess(CM_VIEW_NONE), CERTMAP_DIALECT_RFC4514);
    ck_assert_int_eq(certmap_dialect_guess((struct certmap_view){NULL, 5}), CERTMAP_DIALECT_RFC4514);
}

T_TEST(names) {
    ck_assert_str_eq(certmap_dialect_name(CERTMAP_DIALECT_RFC4514), "rfc4514");
    ck_assert_str_eq(certmap_dialect_name(OPENSSL), "openssl");
    ck_assert_str_eq(certmap_dialect_name(SLASHES), "slashes");
    ck_assert_str_eq(certmap_dialect_name(WINDOWS), "windows");
    ck_assert_ptr_null(certmap_dialect_name((enum certmap_dialect)CERTMAP_DIALECT_COUNT));
}

/* ---- what OpenSSL itself writes ---- */

/* Names whose string types are those that a parser chooses, so that the bytes come back. */
static const char *const specs[] = {
    "",
    "printable C=US | O=Contoso | OU=Sales | CN=Alice",
    "ia5 DC=net | ia5 DC=example | UID=jsmith",
    "O=Contoso | CN=a + UID=b | OU=c",
    "CN=a + CN=b + OU=c",
    "O=Contoso, Ltd. | CN=\"a\" \\\\ \"b\"",
    "CN=\\x20a\\x20 | O=#b | OU=\\x20",
    "CN=a;b<c>=d\\+e | O=a=b",
    "CN=B\xC3\xBCro | O=Z\xC3\xBCrich, 1 | OU=\xF0\x9F\x94\x91",
    "CN=a\\x0A\\x01\\x7Fz | O=c",
    "CN= | O=",
    "ia5 E=alice@contoso.example | printable SERIALNUMBER=4711 | S=WA | STREET=Main 1 | T=Dr. | G=A | SN=B | I=C",
    "uniqueIdentifier=a | rfc822Mailbox=b | UID=c",
    "1.2.3.4=a | organizationIdentifier=b | jurisdictionC=US | businessCategory=c | postalCode=1",
    "CN=a/b | O=c//d | OU=\\x20e",
    "CN=a\\\\x41\\\\y | O=b, c",
};

/* The flags of `openssl x509 -nameopt`. */
static const struct {
    const char *nameopt;
    unsigned long flags;
} nameopts[] = {
    {"oneline", XN_FLAG_ONELINE},
    {"oneline,utf8,-esc_msb", XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB},
    {"oneline,-space_eq", XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ}, /* since OpenSSL 3.2 */
    {"oneline,sep_semi_plus_space", (XN_FLAG_ONELINE & ~(unsigned long)XN_FLAG_SEP_MASK) | XN_FLAG_SEP_SPLUS_SPC},
    {"oneline,lname", (XN_FLAG_ONELINE & ~(unsigned long)XN_FLAG_FN_MASK) | XN_FLAG_FN_LN},
    {"oneline,oid", (XN_FLAG_ONELINE & ~(unsigned long)XN_FLAG_FN_MASK) | XN_FLAG_FN_OID},
};

static X509_NAME *openssl_name(const char *spec) {
    struct t_buf name = T_BUF_INIT;
    t_name(&name, spec);
    const unsigned char *at = name.data;
    X509_NAME *made = d2i_X509_NAME(NULL, &at, (long)name.len);
    ck_assert_msg(made != NULL, "OpenSSL refuses %s", spec);
    t_buf_free(&name);
    return made;
}

T_TEST(openssl_prints) {
    const char *spec = specs[_i / COUNT(nameopts)];
    char printed[ROOM];
    X509_NAME *name = openssl_name(spec);
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert_int_ge(X509_NAME_print_ex(bio, name, 0, nameopts[_i % COUNT(nameopts)].flags), 0);
    const int len = BIO_read(bio, printed, sizeof printed - 1);
    printed[len > 0 ? len : 0] = '\0';
    check_parse(OPENSSL, printed, spec);
    BIO_free(bio);
    X509_NAME_free(name);
}

T_TEST(openssl_prints_slashes) {
    X509_NAME *name = openssl_name(specs[_i]);
    char *printed = X509_NAME_oneline(name, NULL, 0);
    ck_assert_ptr_nonnull(printed);
    check_parse(SLASHES, printed, specs[_i]);
    OPENSSL_free(printed);
    X509_NAME_free(name);
}

/* Our own form for Windows comes back too. */
T_TEST(the_x500_form) {
    char printed[ROOM];
    struct t_buf name = T_BUF_INIT;
    size_t len = 0;
    t_name(&name, specs[_i]);
    ck_assert_int_eq(certmap_name_to_text(printed, sizeof printed, &len, t_view(&name), CERTMAP_NAME_X500,
                                          CERTMAP_NAME_ROOT_LAST, NULL),
                     CERTMAP_OK);
    if (strstr(specs[_i], "\\x0A") == NULL) /* U+FFFD stands for a control character */
        check_parse(WINDOWS, printed, specs[_i]);
    t_buf_free(&name);
}

/* ---- which Name a text is: what is in hexadecimal after a backslash ---- */

static const struct {
    const char *dn;
    size_t count;
    enum certmap_dialect dialect; /* the first */
} found[] = {
    /* UTF-8 is an escape, also where Windows could have printed these characters */
    {"CN=a\\C3\\BC", 1, CERTMAP_DIALECT_RFC4514},
    {"CN=a/\\C3\\BC", 1, CERTMAP_DIALECT_RFC4514},
    /* half a character is none: the text is what it looks like */
    {"CN=a\\C3", 1, CERTMAP_DIALECT_WINDOWS_REVERSED},
    /* an escape of ASCII may be either, and is not guessed */
    {"CN=a\\41", 2, CERTMAP_DIALECT_RFC4514},
};

T_TEST(hexadecimal) {
    enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT];
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    size_t count = 0;
    const enum certmap_status status = certmap_dialect_find(dialects, &count, t_text(found[_i].dn), NULL, &err);
    ck_assert_int_eq(status, found[_i].count == 1 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(err.code, found[_i].count == 1 ? CERTMAP_CODE_NONE : CERTMAP_CODE_DN_AMBIGUOUS);
    ck_assert_uint_eq(count, found[_i].count);
    ck_assert_int_eq(dialects[0], found[_i].dialect);
}

T_TESTS("dialect", T_CASE("hexadecimal", T_LOOP(hexadecimal, COUNT(found))),
        T_CASE("dialects", T_LOOP(row, COUNT(rows)), T_LOOP(refused, COUNT(errors)), T_LOOP(a_nul_is_refused, 3),
               arguments, the_buffer, T_LOOP(guess, COUNT(guesses)), guess_of_nothing, names),
        T_CASE("openssl", T_LOOP(openssl_prints, COUNT(specs) * COUNT(nameopts)),
               T_LOOP(openssl_prints_slashes, COUNT(specs)), T_LOOP(the_x500_form, COUNT(specs))))
