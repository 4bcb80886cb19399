/* SPDX-License-Identifier: MIT */
/* A certificate that comes as PEM: what is taken, and where and why the rest is not. */
#include "base/view.h"
#include "support/der.h"
#include "support/run.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define PKCS7 "a block of PKCS #7 may hold certificates; \"openssl pkcs7 -print_certs\" takes them out"
#define NEARLY "this line is like -----BEGIN CERTIFICATE-----, and not the same"
#define ENDED "a certificate ends here, and no line -----BEGIN CERTIFICATE----- is before it"
#define NO_TEXT "this is no text; is it DER, or UTF-16?"
#define BASE64 "this is base64, and no line -----BEGIN CERTIFICATE----- is before it"
#define IN_OTHER "this is the base64 of a certificate, in a block with another label"
#define SUBJECT "subject: CN=Alice\n"

static enum certmap_status read_pem(struct certmap_cert *cert, struct t_buf *buf, struct certmap_diagnostic *err) {
    return certmap_cert_from_pem(cert, buf->data, buf->len, err);
}

/* ---- accepted ---- */

static const struct {
    const char *what, *before, *indent, *newline, *after;
} accepted[] = {
    {"lines of 64", "", "", "\n", ""},
    {"carriage returns", "", "", "\r\n", ""},
    {"blanks at the end of lines", "", "", " \t\n", ""},
    {"indented", "", "    ", "\n", ""},
    {"indented by a tab", "client: |\n", "\t", "\n", ""},
    {"lines between that are empty", "", "", "\n\n\r\n", ""},
    {"a byte order mark", "\xEF\xBB\xBF", "", "\n", ""},
    {"text before", "Certificate:\n    Data:\n        Version: 3 (0x2)\n", "", "\n", ""},
    {"a line that only looks like one before", "-----BEGIN CERTIFICATE REQUEST-----\n-----BEGIN CERTIFICATE\n", "",
     "\n", ""},
    {"a key before", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", "", "\n", ""},
    {"another certificate after", "", "", "\n", BEGIN "\nMAA=\n" END "\n"},
    {"anything after", "", "", "\n", "\xFF\0"},
};

/* A certificate in PEM, each of its lines with something before and after it. */
static void put_pem(struct t_buf *buf, const char *indent, const char *newline) {
    struct t_buf pem = T_BUF_INIT;
    t_certs(&pem, SUBJECT, true);
    for (size_t i = 0; i < pem.len; i++) {
        if (i == 0 || pem.data[i - 1] == '\n')
            t_put(buf, indent);
        if (pem.data[i] == '\n')
            t_put(buf, newline);
        else
            t_bytes(buf, &pem.data[i], 1);
    }
    t_buf_free(&pem);
}

static void check_is_alice(struct t_buf *buf, const char *what) {
    struct certmap_cert cert = CERTMAP_CERT_INIT, expected = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.line = 77};
    struct t_buf der = T_BUF_INIT;
    t_certs(&der, SUBJECT, false);
    ck_assert_msg(read_pem(&cert, buf, &err) == CERTMAP_OK, "%s: %s", what, err.text);
    ck_assert_uint_eq(err.line, 77);
    ck_assert_int_eq(certmap_cert_from_der(&expected, t_view(&der), NULL), CERTMAP_OK);
    ck_assert_ptr_eq(cert.certificate.data, buf->data);
    ck_assert(cm_view_equal(cert.certificate, t_view(&der)));
    ck_assert(cm_view_equal(cert.subject, expected.subject) && cm_view_equal(cert.key, expected.key));
    t_buf_free(&der);
}

T_TEST(acceptance) {
    struct t_buf buf = T_BUF_INIT;
    t_put(&buf, accepted[_i].before);
    put_pem(&buf, accepted[_i].indent, accepted[_i].newline);
    t_put(&buf, accepted[_i].after);
    check_is_alice(&buf, accepted[_i].what);
    t_buf_free(&buf);
}

T_TEST(one_long_line) {
    struct t_buf pem = T_BUF_INIT, buf = T_BUF_INIT;
    t_certs(&pem, SUBJECT, true);
    for (size_t i = 0; i < pem.len; i++)
        if (pem.data[i] != '\n' || i < strlen(BEGIN "\n") || i > pem.len - strlen("\n" END "\n"))
            t_bytes(&buf, &pem.data[i], 1);
        else if (pem.data[i + 1] == '-')
            t_put(&buf, "\n");
    check_is_alice(&buf, "one long line");
    t_buf_free(&pem);
    t_buf_free(&buf);
}

T_TEST(without_a_last_newline) {
    struct t_buf buf = T_BUF_INIT;
    t_certs(&buf, SUBJECT, true);
    buf.len--;
    check_is_alice(&buf, "no newline at the end");
    t_buf_free(&buf);
}

T_TEST(der_is_itself) {
    struct t_buf buf = T_BUF_INIT;
    t_certs(&buf, SUBJECT, false);
    check_is_alice(&buf, "DER");
    t_buf_free(&buf);
}

/* A certificate cannot bring another one along as text. */
T_TEST(der_that_holds_pem) {
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    t_put(&der, "0\x82\n" BEGIN "\n");
    t_certs(&der, SUBJECT, true);
    ck_assert_int_eq(read_pem(&cert, &der, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, CERTMAP_CODE_MALFORMED_DER);
    ck_assert_ptr_null(cert.subject.data);
    t_buf_free(&der);
}

/* Whatever the bytes are, and however many, they come out as they went in. */
T_TEST(every_length) {
    struct t_buf raw = T_BUF_INIT, pem = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    for (int i = 0; i <= _i; i++) {
        const uint8_t byte = (uint8_t)(0xFB - 37 * i);
        t_bytes(&raw, &byte, 1);
    }
    t_pem(&pem, "CERTIFICATE", t_view(&raw));
    ck_assert_int_eq(read_pem(&cert, &pem, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_ne(err.code, CERTMAP_CODE_NOT_A_CERTIFICATE);
    ck_assert_mem_eq(pem.data, raw.data, raw.len);
    t_buf_free(&raw);
    t_buf_free(&pem);
}

/* ---- refused ---- */

#define NEITHER "this is neither DER nor has a line " BEGIN
#define NO_END "the PEM block has no line " END
#define CHARACTER "the PEM block has a character that is not base64"
#define NOT_WHOLE "the base64 of the PEM block is not whole"

static const struct {
    const char *text;
    size_t offset;
    const char *message;
} refused[] = {
    {"", 0, "there is nothing where a certificate should be"},
    {"hello\n", 0, NEITHER},
    {"\xEF\xBB\xBF", 0, NEITHER},
    {"MAA=\n", 0, NEITHER},
    {"-----BEGIN TRUSTED CERTIFICATE-----\nMAA=\n-----END TRUSTED CERTIFICATE-----\n", 0, NEITHER},
    {"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", 0, NEITHER},
    {"-----BEGIN CERTIFICATE----\nMAA=\n" END "\n", 0, NEITHER},
    {BEGIN "x\nMAA=\n" END "\n", 0, NEITHER},
    {"x" BEGIN "\nMAA=\n" END "\n", 0, NEITHER},
    {BEGIN, 27, NO_END},
    {BEGIN "\nMAA=\n", 33, NO_END},
    {BEGIN "\nMAA=\n-----END X509 CERTIFICATE-----\n", 33, CHARACTER},
    {BEGIN "\nMAA=\n" BEGIN "\nMAA=\n" END "\n", 33, CHARACTER},
    {BEGIN "\nMA*=\n" END "\n", 30, CHARACTER},
    {BEGIN "\nMA-_\n" END "\n", 30, CHARACTER},
    {BEGIN "\nMAA=MAA=\n" END "\n", 32, CHARACTER},
    {BEGIN "\nMAA=\nMAA=\n" END "\n", 33, CHARACTER},
    {BEGIN "\nProc-Type: 4,ENCRYPTED\n\nMAA=\n" END "\n", 32, CHARACTER},
    {BEGIN "\n" END "\n", 28, NOT_WHOLE},
    {BEGIN "\nM\n" END "\n", 30, NOT_WHOLE},
    {BEGIN "\nMAA\n" END "\n", 32, NOT_WHOLE},
    {BEGIN "\nMA=\n" END "\n", 32, NOT_WHOLE},
    {BEGIN "\nM===\n" END "\n", 33, NOT_WHOLE},
    {BEGIN "\nMAA==\n" END "\n", 34, NOT_WHOLE},
    {BEGIN "\n====\n" END "\n", 33, NOT_WHOLE},
};

T_TEST(refusal) {
    struct t_buf buf = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    t_put(&buf, refused[_i].text);
    t_bytes(&buf, "", 1);
    buf.len--;
    ck_assert_int_eq(read_pem(&cert, &buf, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NOT_A_CERTIFICATE);
    ck_assert_str_eq(err.text, refused[_i].message);
    ck_assert_uint_eq(err.offset, refused[_i].offset);
    ck_assert_ptr_null(cert.certificate.data);
    t_buf_free(&buf);
}

T_TEST(wrong_arguments) {
    uint8_t byte = '0';
    struct certmap_cert cert = CERTMAP_CERT_INIT, small = CERTMAP_CERT_INIT;
    small.size--;
    ck_assert_int_eq(certmap_cert_from_pem(NULL, &byte, 1, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_cert_from_pem(&small, &byte, 1, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_cert_from_pem(&cert, NULL, 0, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_cert_from_pem(&cert, NULL, 1, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_cert_from_pem(&cert, &byte, 1, NULL), CERTMAP_ERROR_CERTIFICATE);
}

/* ---- all that a file has ---- */

#define CSR "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"
#define KEY "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"

/* As that of a certificate begins; and of so many characters, but not all of base64. */
#define LINE "MIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wgg+/\n"
/* Its beginning alone: with lengths of two bytes and a version. And a line that is none. */
#define FRONT "MIIC/zCCAeegAwIBAgIU"
#define REST "eIxdXNlckBjb250b3NvLmV4YW1wbGUxMDE2NDAyMDEwMA\n"
#define LINE_OF_TEXT "MIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4w gg+/\n"

/* The certificates that were taken, one after another. */
static bool take_der(void *ctx, struct certmap_view der) {
    struct t_buf *taken = ctx;
    t_bytes(taken, der.data, der.len);
    return true;
}

/* X509_AUX, which says that a CA is trusted for what the certificate allows. */
static void put_trusted(struct t_buf *buf) {
    struct t_buf der = T_BUF_INIT;
    t_certs(&der, SUBJECT, false);
    t_bytes(&der, "\x30\x00", 2);
    t_pem(buf, "TRUSTED CERTIFICATE", t_view(&der));
    t_buf_free(&der);
}

static void put_labelled(struct t_buf *buf, const char *label) {
    struct t_buf der = T_BUF_INIT;
    t_certs(&der, SUBJECT, false);
    t_pem(buf, label, t_view(&der));
    t_buf_free(&der);
}

#define ROW_OF_SIGNS "========================================\n"
#define ROW_OF_SLASHES "////////////////////+///////////////////\n"
#define DIGEST "4f9b0da552b8e6c73aa9f76b8677dca4038850f3c1ab1101ae7c8d45165ab84f\n"

/* How a certificate is written where another is after it. */
static const struct {
    const char *what, *before, *label, *after;
} listed[] = {
    {"plain", "", "CERTIFICATE", ""},
    {"an old label", "", "X509 CERTIFICATE", ""},
    {"a byte order mark", "\xEF\xBB\xBF", "CERTIFICATE", ""},
    {"text of openssl x509 -text", "Certificate:\n    Data:\n", "CERTIFICATE", "\n"},
    {"a text that begins with 0", "0 s:CN = Alice\n   i:CN = Contoso Issuing CA 1\n", "CERTIFICATE", ""},
    {"a heading", "# --- Begin certificates of Contoso ---\n", "CERTIFICATE", "# --- End certificates ---\n"},
    {"a request", CSR, "CERTIFICATE", CSR},
    {"an attribute certificate", "-----BEGIN ATTRIBUTE CERTIFICATE-----\nMAA=\n-----END ATTRIBUTE CERTIFICATE-----\n",
     "CERTIFICATE", "-----BEGIN NEW CERTIFICATE REQUEST-----\nMAA=\n-----END NEW CERTIFICATE REQUEST-----\n"},
    {"a key", KEY, "CERTIFICATE", KEY},
    {"a key that looks like a certificate", "-----BEGIN PRIVATE KEY-----\n" LINE "-----END PRIVATE KEY-----\n",
     "CERTIFICATE", "-----BEGIN X509 CRL-----\n" LINE},
    {"a block of PGP",
     "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" REST REST "=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n", "CERTIFICATE",
     "-----BEGIN PGP SIGNATURE-----\n\n" REST REST "-----END PGP SIGNATURE-----\n"},
    {"the end of a key", "-----END EC PRIVATE KEY-----\n", "CERTIFICATE", REST "and\n" REST},
    {"rows of signs", ROW_OF_SIGNS ROW_OF_SIGNS, "CERTIFICATE", DIGEST DIGEST},
    {"rows of signs that base64 has", ROW_OF_SLASHES ROW_OF_SLASHES, "CERTIFICATE", ROW_OF_SLASHES},
    {"what is base64 by chance", "4f9b0da552b8e6c73aa9f76b8677dca4038850f3c1ab1101ae7c8d45165ab84f\n", "CERTIFICATE",
     "MITRE\nMIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wgg+\n" LINE_OF_TEXT},
    {"what other programs put into text", "\t\f\v\n", "CERTIFICATE", "\x1A\n\xE9\n"},
    {"trusted", "", NULL, ""},
};

/* The certificate twice, and nothing else. */
static void check_two(const struct t_buf *taken, const char *what) {
    struct t_buf der = T_BUF_INIT;
    t_certs(&der, SUBJECT, false);
    ck_assert_msg(taken->len == 2 * der.len, "%s: %zu bytes", what, taken->len);
    ck_assert(memcmp(taken->data, der.data, der.len) == 0 && memcmp(taken->data + der.len, der.data, der.len) == 0);
    t_buf_free(&der);
}

static void check_list(struct t_buf *pem, const char *what) {
    struct t_buf taken = T_BUF_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    ck_assert_msg(certmap_certs_from_pem(pem->data, pem->len, take_der, &taken, &err) == CERTMAP_OK, "%s: %s", what,
                  err.text);
    check_two(&taken, what);
    t_buf_free(&taken);
}

T_TEST(a_list) {
    struct t_buf pem = T_BUF_INIT;
    t_put(&pem, listed[_i].before);
    if (listed[_i].label == NULL)
        put_trusted(&pem);
    else
        put_labelled(&pem, listed[_i].label);
    t_put(&pem, listed[_i].after);
    put_pem(&pem, "    ", "\r\n");
    check_list(&pem, listed[_i].what);
    t_buf_free(&pem);
}

/* What could be a certificate, after one in nine lines. */
static const struct {
    const char *text;
    size_t line;
    const char *message;
} lost[] = {
    {BEGIN "\nMAA=\n", 10, "certificate 2, in line 10: " NO_END},
    {BEGIN "\n???\n" END "\n", 10, "certificate 2, in line 10: " CHARACTER},
    {"\n" BEGIN "\nProc-Type: 4,ENCRYPTED\n\nMAA=\n" END "\n", 11, "certificate 2, in line 11: " CHARACTER},
    {BEGIN "\nMAMCAQE=\n" END "\n", 10,
     "certificate 2, in line 10: the certificate has something else than its tbsCertificate, or more than it"},
    {BEGIN "\nMAA=\n-----END X509 CERTIFICATE-----\n", 10, "certificate 2, in line 10: " CHARACTER},
    {"-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n", 10, "line 10: " PKCS7},
    {"-----BEGIN PKCS #7 SIGNED DATA-----\n", 10, "line 10: " PKCS7},
    {"-----BEGIN CMS-----\n", 10, "line 10: " PKCS7},
    {"-----BEGIN certificate-----\nMAA=\n", 10, "line 10: " NEARLY},
    {"----BEGIN CERTIFICATE----\nMAA=\n", 10, "line 10: " NEARLY},
    {"-----BEGIN CERTIFICATE\nMAA=\n", 10, "line 10: " NEARLY},
    {BEGIN " x\nMAA=\n", 10, "line 10: " NEARLY},
    {"\nca: " BEGIN "\nMAA=\n", 11, "line 11: " NEARLY},
    {"\"" BEGIN "\\nMAA=\\n" END "\\n\"\n", 10, "line 10: " NEARLY},
    {"-----BEGIN  CERTIFICATE-----\nMAA=\n", 10, "line 10: " NEARLY},
    {"----- BEGIN CERTIFICATE -----\nMAA=\n", 10, "line 10: " NEARLY},
    {"-----BEGIN MY CERTIFICATE-----\nMAA=\n", 10, "line 10: " NEARLY},
    {"begin: " BEGIN "\nMAA=\n", 10, "line 10: " NEARLY},
    {"- begin certificates: " BEGIN "\nMAA=\n", 10, "line 10: " NEARLY},
    {"MAA=\n" END "\n", 11, "line 11: " ENDED},
    {"-----BEGIN CERTIFICAT-----\nMAA=\n" END "\n", 12, "line 12: " ENDED},
    {"\n-----END X509 CERTIFICATE-----\n", 11, "line 11: " ENDED},
    {"-----END TRUSTED CERTIFICATE-----\n", 10, "line 10: " ENDED},
    {"BEGIN CERTIFICATE-----\n" LINE, 10, "line 10: " NEARLY},
    {"=====BEGIN CERTIFICATE=====\n" LINE "=====END CERTIFICATE=====\n", 11, "line 11: " BASE64},
    {KEY LINE, 13, "line 13: " BASE64},
    {"-----BEGIN CERTIFCATE-----\n" LINE "-----END CERTIFCATE-----\n", 11, "line 11: " BASE64},
    {"-----BEGIN CERT-----\n> " FRONT "\n", 11, "line 11: " BASE64},
    {"MIIB" FRONT "\n", 10, "line 10: " BASE64},
    {"-----BEGIN RSA PRIVATE KEY-----\n" FRONT "\n", 11, "line 11: " IN_OTHER},
    {CSR "-----BEGIN X509 CRL-----\n  \"" FRONT "\\n\"\n", 14, "line 14: " IN_OTHER},
    {REST REST, 11, "line 11: " BASE64},
    {"-----BEGIN CERTIFI\n", 10, "line 10: " NEARLY},
    {"-----BEG CERTIFICATE-----\n", 10, "line 10: " NEARLY},
    {"-----END CERTIFCATE-----\n", 10, "line 10: " ENDED},
    {KEY "-----END X-----\n", 13, "line 13: " ENDED},
    {"\n0\x82\x01", 11, "line 11: " NO_TEXT},
    {"\x08", 10, "line 10: " NO_TEXT},
    {"\x0E", 10, "line 10: " NO_TEXT},
    {"\x1F", 10, "line 10: " NO_TEXT},
};

T_TEST(a_list_loses_nothing) {
    struct t_buf pem = T_BUF_INIT, taken = T_BUF_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    put_labelled(&pem, "CERTIFICATE");
    size_t lines = 1;
    for (size_t i = 0; i < pem.len; i++)
        lines += pem.data[i] == '\n';
    for (; lines < 10; lines++)
        t_put(&pem, "\n");
    t_put(&pem, lost[_i].text);
    ck_assert_int_eq(certmap_certs_from_pem(pem.data, pem.len, take_der, &taken, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_str_eq(err.text, lost[_i].message);
    ck_assert_uint_eq(err.line, lost[_i].line);
    t_buf_free(&taken);
    t_buf_free(&pem);
}

/* Two certificates of a list with a fault. */
static void check_fault(const struct t_buf *pem, const char *what, size_t at) {
    struct t_buf taken = T_BUF_INIT, der = T_BUF_INIT, bytes = T_BUF_INIT;
    t_certs(&der, SUBJECT, false);
    t_bytes(&bytes, pem->data, pem->len);
    const enum certmap_status status = certmap_certs_from_pem(bytes.data, bytes.len, take_der, &taken, NULL);
    ck_assert_msg(status != CERTMAP_OK || taken.len == 2 * der.len, "%s at %zu: %.*s", what, at, (int)pem->len,
                  (const char *)pem->data);
    t_buf_free(&bytes);
    t_buf_free(&der);
    t_buf_free(&taken);
}

/* What one wrong byte may be: another character, no text, the end of a line, a blank, a dash; and one that is missing. */
static const char faults[] = {'x', 'A', '\0', '\x80', '\n', '\r', ' ', '-', '='};

T_TEST(a_list_with_one_fault) {
    const size_t missing = COUNT(faults);
    struct t_buf pem = T_BUF_INIT;
    for (int i = 0; i < 2; i++)
        put_labelled(&pem, "CERTIFICATE");
    for (size_t at = 0; at < pem.len; at++)
        for (size_t i = 0; i <= missing; i++) {
            struct t_buf wrong = T_BUF_INIT;
            t_bytes(&wrong, pem.data, at);
            t_bytes(&wrong, &faults[i < missing ? i : 0], i < missing);
            t_bytes(&wrong, pem.data + at + 1, pem.len - at - 1);
            check_fault(&wrong, i < missing ? "another byte" : "a byte is missing", at);
            t_buf_free(&wrong);
        }
    t_buf_free(&pem);
}

/* Where a line ends, and the next begins. */
static size_t line_end(const struct t_buf *text, size_t begin) {
    while (begin < text->len && text->data[begin] != '\n')
        begin++;
    return begin < text->len ? begin + 1 : begin;
}

T_TEST(a_list_without_some_lines) {
    struct t_buf pem = T_BUF_INIT;
    for (int i = 0; i < 2; i++)
        put_labelled(&pem, "CERTIFICATE");
    for (size_t from = 0; from < pem.len; from = line_end(&pem, from))
        for (size_t to = line_end(&pem, from); to < pem.len; to = line_end(&pem, to)) {
            struct t_buf wrong = T_BUF_INIT;
            t_bytes(&wrong, pem.data, from);
            t_bytes(&wrong, pem.data + to, pem.len - to);
            if (wrong.len != pem.len / 2) /* one certificate is gone without a trace */
                check_fault(&wrong, "lines are missing", from);
            t_buf_free(&wrong);
        }
    t_buf_free(&pem);
}

/* What becomes of the first line of a block, of the last one, and of each between them; first as they should be. */
static const char *const first_lines[] = {
    BEGIN,
    "",
    "    " BEGIN,
    "> " BEGIN,
    "\xEF\xBB\xBF" BEGIN,
    "----BEGIN CERTIFICATE-----",
    "-----BEGIN CERTIFICATE----",
    "BEGIN CERTIFICATE",
    "-----BEGIN CERTIFCATE-----",
    "  -----BEGIN CERTIFCATE-----",
    "-----BEGIN CERTIFICATES-----",
    "-----BEGIN CERT-----",
    "-----BEGN CERTIFICATE-----",
    "-----begin certificate-----",
    "=====BEGIN CERTIFICATE=====",
    "\xE2\x80\x94"
    "BEGIN CERTIFICATE\xE2\x80\x94",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN X509 CRL-----",
    "-----BEGIN CERTIFICATE REQUEST-----",
    "-----BEGIN PGP MESSAGE-----",
    "-----END CERTIFICATE-----",
    "-----BEGIN CER",
};
static const char *const last_lines[] = {
    END,
    "",
    "    " END,
    "> " END,
    "----END CERTIFICATE-----",
    "-----END CERTIFICATE----",
    "END CERTIFICATE",
    "-----END CERTIFCATE-----",
    "  -----END CERTIFCATE-----",
    "-----END CERTIFICATES-----",
    "-----END CERT-----",
    "-----ED CERTIFICATE-----",
    "-----end certificate-----",
    "\xE2\x80\x94"
    "END CERTIFICATE\xE2\x80\x94",
    "-----END PRIVATE KEY-----",
    "-----END X509 CRL-----",
    "-----END CERTIFICATE REQUEST-----",
    "-----END PGP MESSAGE-----",
    BEGIN,
    "-----END CER",
};
static const struct {
    const char *before, *after;
} other_lines[] = {{"", ""}, {"    ", ""}, {"> ", ""}, {"\"", "\\n\""}, {"", "\\"}, {"\xE2\x80\x8B", ""}, {"1: ", ""}};

/* A certificate whose lines are those of the tables. */
static void put_faults(struct t_buf *pem, size_t first, size_t last, size_t other) {
    struct t_buf right = T_BUF_INIT;
    put_labelled(&right, "CERTIFICATE");
    const size_t end = right.len - strlen(END "\n");
    t_put(pem, first_lines[first]);
    t_put(pem, "\n");
    for (size_t from = line_end(&right, 0), to = 0; from < end; from = to) {
        to = line_end(&right, from);
        t_put(pem, other_lines[other].before);
        t_bytes(pem, right.data + from, to - from - 1);
        t_put(pem, other_lines[other].after);
        t_put(pem, "\n");
    }
    t_put(pem, last_lines[last]);
    t_put(pem, "\n");
    t_buf_free(&right);
}

T_TEST(a_list_with_several_faults) {
    for (size_t last = 0; last < COUNT(last_lines); last++)
        for (size_t other = 0; other < COUNT(other_lines); other++)
            for (int before = 0; before < 2; before++) {
                struct t_buf pem = T_BUF_INIT;
                if (before)
                    put_labelled(&pem, "CERTIFICATE");
                put_faults(&pem, (size_t)_i, last, other);
                if (!before)
                    put_labelled(&pem, "CERTIFICATE");
                check_fault(&pem, first_lines[_i], last);
                t_buf_free(&pem);
            }
}

static bool take_no_more(void *ctx, struct certmap_view der) {
    (void)der;
    return ++*(size_t *)ctx < 2;
}

T_TEST(a_list_that_is_enough) {
    struct t_buf pem = T_BUF_INIT;
    size_t count = 0;
    for (int i = 0; i < 2; i++)
        put_labelled(&pem, "CERTIFICATE");
    t_put(&pem, BEGIN "\n???\n");
    ck_assert_int_eq(certmap_certs_from_pem(pem.data, pem.len, take_no_more, &count, NULL), CERTMAP_OK);
    ck_assert_uint_eq(count, 2);
    t_buf_free(&pem);
}

T_TEST(a_list_of_none) {
    uint8_t text[] = "\xEF\xBB\xBFhello\n" KEY;
    struct t_buf der = T_BUF_INIT, taken = T_BUF_INIT;
    struct certmap_diagnostic err;
    ck_assert_int_eq(certmap_certs_from_pem(text, sizeof text - 1, take_der, &taken, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_str_eq(err.text, NEITHER);
    ck_assert_int_eq(certmap_certs_from_pem(text, 0, take_der, &taken, NULL), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(certmap_certs_from_pem(NULL, 0, take_der, &taken, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_certs_from_pem(text, 1, NULL, &taken, NULL), CERTMAP_ERROR_ARGUMENT);
    t_certs(&der, SUBJECT, false);
    ck_assert_int_eq(certmap_certs_from_pem(der.data, der.len, take_der, &taken, &err), CERTMAP_OK);
    ck_assert(cm_view_equal(t_view(&taken), t_view(&der)));
    ck_assert_int_eq(certmap_certs_from_pem(der.data, der.len - 1, take_der, &taken, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert(strncmp(err.text, "certificate 1: ", 15) == 0);
    t_buf_free(&taken);
    t_buf_free(&der);
}

/* ---- views of strings ---- */

T_TEST(view_of_a_string) {
    const char *text = "Alice";
    ck_assert(cm_view_equal(certmap_view_of(text), CM_VIEW("Alice")));
    ck_assert(certmap_view_of(text).data == (const uint8_t *)text);
    ck_assert_uint_eq(certmap_view_of("").len, 0);
    ck_assert_ptr_nonnull(certmap_view_of("").data);
    ck_assert_ptr_null(certmap_view_of(NULL).data);
    ck_assert_uint_eq(certmap_view_of(NULL).len, 0);
}

T_TESTS("cert_pem",
        T_CASE("PEM", T_LOOP(acceptance, COUNT(accepted)), one_long_line, without_a_last_newline, der_is_itself,
               der_that_holds_pem, T_LOOP(every_length, 100), T_LOOP(refusal, COUNT(refused)), wrong_arguments,
               view_of_a_string),
        T_CASE("list", T_LOOP(a_list, COUNT(listed)), T_LOOP(a_list_loses_nothing, COUNT(lost)), a_list_with_one_fault,
               a_list_without_some_lines, T_LOOP(a_list_with_several_faults, COUNT(first_lines)), a_list_that_is_enough,
               a_list_of_none))
