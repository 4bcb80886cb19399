/* SPDX-License-Identifier: MIT */
/* Walking a certificate down to both Names: what is accepted, and where and why the rest is not. */
#include "base/view.h"
#include "support/der.h"
#include "support/run.h"

/* Certificates in the language of t_der. What the Names hold is not looked at here. */
#define VERSION " A0{ INTEGER{02} }"
#define SERIAL " INTEGER{01}"
#define ALGORITHM " SEQUENCE{ OID{1.2.3} }"
#define ISSUER " SEQUENCE{\"issuer\"}"
#define VALIDITY " SEQUENCE{ UTCTime{\"from\"} UTCTime{\"to\"} }"
#define SUBJECT " SEQUENCE{\"subject\"}"
#define KEY " SEQUENCE{" ALGORITHM " BITSTRING{00} }"
#define UP_TO_SUBJECT VERSION SERIAL ALGORITHM ISSUER VALIDITY SUBJECT
#define SIGNED ALGORITHM " BITSTRING{00}"
#define CERT(tbs) "SEQUENCE{ SEQUENCE{" tbs " }" SIGNED " }"

/* ---- accepted ---- */

static const struct {
    const char *what, *der; /* t_der */
} accepted[] = {
    {"version 3", CERT(UP_TO_SUBJECT KEY)},
    {"version 1, by default", CERT(SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY)},
    {"extensions", CERT(UP_TO_SUBJECT KEY " A3{ SEQUENCE{} }")},
    {"unique identifiers", CERT(UP_TO_SUBJECT KEY " 81{00} 82{00}")},
    {"one unique identifier", CERT(UP_TO_SUBJECT KEY " 82{00}")},
    {"all that is optional", CERT(UP_TO_SUBJECT KEY " 81{00} 82{00} A3{ SEQUENCE{} }")},
    {"extensions that are none", CERT(UP_TO_SUBJECT KEY " A3{ FF }")},
    {"a serial number of 20 octets", CERT(VERSION " INTEGER{20*7F}" ALGORITHM ISSUER VALIDITY SUBJECT KEY)},
    {"a negative serial number", CERT(VERSION " INTEGER{FF}" ALGORITHM ISSUER VALIDITY SUBJECT KEY)},
    {"parameters of the algorithm", CERT(VERSION SERIAL " SEQUENCE{ OID{1.2.3} NULL{} }" ISSUER VALIDITY SUBJECT KEY)},
    {"times of another type", CERT(VERSION SERIAL ALGORITHM ISSUER " SEQUENCE{ 18{\"from\"} 18{\"to\"} }" SUBJECT KEY)},
    {"an arc past 64 bits",
     CERT(VERSION SERIAL " SEQUENCE{ OID{1.2.18446744073709551616} }" ISSUER VALIDITY SUBJECT KEY)},
};

static bool lies_inside(struct certmap_view part, struct certmap_view whole) {
    return part.data >= whole.data && part.len <= whole.len && part.data + part.len <= whole.data + whole.len;
}

T_TEST(acceptance) {
    struct t_buf buf = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.line = 77};
    t_der(&buf, accepted[_i].der);
    ck_assert_msg(certmap_cert_from_der(&cert, t_view(&buf), &err) == CERTMAP_OK, "%s: %s", accepted[_i].what,
                  err.text);
    ck_assert_uint_eq(err.line, 77);
    ck_assert_uint_eq(cert.size, sizeof cert);
    ck_assert(cm_view_equal(cert.issuer, CM_VIEW("\x30\x06issuer")));
    ck_assert(cm_view_equal(cert.subject, CM_VIEW("\x30\x07subject")));
    ck_assert(lies_inside(cert.issuer, t_view(&buf)) && lies_inside(cert.subject, t_view(&buf)));
    ck_assert_ptr_eq(cert.certificate.data, t_view(&buf).data);
    ck_assert_uint_eq(cert.certificate.len, t_view(&buf).len);
    t_buf_free(&buf);
}

/* ---- the pieces ---- */

static const struct {
    const char *what, *der;                                     /* t_der */
    const char *version, *serial, *validity, *key, *extensions; /* t_der; "": the certificate does not have it */
} pieces[] = {
    {"all of them", CERT(UP_TO_SUBJECT KEY " 81{00} A3{ SEQUENCE{ NULL{} } }"), "INTEGER{02}", SERIAL, VALIDITY, KEY,
     "SEQUENCE{ NULL{} }"},
    {"no version, no extensions", CERT(SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY), "", SERIAL, VALIDITY, KEY, ""},
    {"no extensions after an identifier", CERT(UP_TO_SUBJECT KEY " 82{00}"), "INTEGER{02}", SERIAL, VALIDITY, KEY, ""},
    {"a version of two octets", CERT(" A0{ INTEGER{00 02} }" SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY),
     "INTEGER{00 02}", SERIAL, VALIDITY, KEY, ""},
    {"empty extensions", CERT(UP_TO_SUBJECT KEY " A3{ SEQUENCE{} }"), "INTEGER{02}", SERIAL, VALIDITY, KEY,
     "SEQUENCE{}"},
    /* never taken for a certificate without extensions */
    {"[3] of nothing", CERT(UP_TO_SUBJECT KEY " A3{}"), "INTEGER{02}", SERIAL, VALIDITY, KEY, "A3{}"},
    {"[3] of bytes", CERT(UP_TO_SUBJECT KEY " A3{ FF }"), "INTEGER{02}", SERIAL, VALIDITY, KEY, "A3{ FF }"},
    {"[3] of another element", CERT(UP_TO_SUBJECT KEY " A3{ SET{} }"), "INTEGER{02}", SERIAL, VALIDITY, KEY,
     "A3{ SET{} }"},
    {"[3] of two elements", CERT(UP_TO_SUBJECT KEY " A3{ 2*SEQUENCE{} }"), "INTEGER{02}", SERIAL, VALIDITY, KEY,
     "A3{ 2*SEQUENCE{} }"},
    {"[3] of an element and a byte", CERT(UP_TO_SUBJECT KEY " A3{ SEQUENCE{} 00 }"), "INTEGER{02}", SERIAL, VALIDITY,
     KEY, "A3{ SEQUENCE{} 00 }"},
};

static void check_piece(const char *what, const char *name, struct certmap_view piece, const char *expected,
                        struct certmap_view whole) {
    struct t_buf buf = T_BUF_INIT;
    t_der(&buf, expected);
    ck_assert_msg(piece.data != NULL && lies_inside(piece, whole), "%s: %s is elsewhere", what, name);
    ck_assert_msg(cm_view_equal(piece, t_view(&buf)), "%s: %s is another", what, name);
    t_buf_free(&buf);
}

/* The first element inside of the whole, up to the signature's algorithm. */
static void check_tbs(struct certmap_view tbs, struct certmap_view whole) {
    const uint8_t *end = tbs.data + tbs.len;
    ck_assert(lies_inside(tbs, whole));
    ck_assert_uint_ge((size_t)(tbs.data - whole.data), 2);
    ck_assert_uint_le((size_t)(tbs.data - whole.data), 4);
    ck_assert_uint_eq(tbs.data[0], 0x30);
    ck_assert_uint_eq(end[0], 0x30);
    ck_assert_uint_eq(end[end[1] + 2], 0x03);
    ck_assert_ptr_eq(end + end[1] + 4 + end[end[1] + 3], whole.data + whole.len);
}

T_TEST(views_of_pieces) {
    struct t_buf buf = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    cert.sha256 = cert.sha1 = cert.key_sha256 = cert.issuer_sha256 = cert.issuer_key_sha256 = CM_VIEW("before");
    cert.tbs = cert.tbs_sha256 = CM_VIEW("before");
    cert.issuer_certificate = cert.chain = cert.chain_sha256 = cert.chain_key_sha256 = CM_VIEW("before");
    cert.time = 1;
    t_der(&buf, pieces[_i].der);
    const struct certmap_view whole = t_view(&buf);
    ck_assert_int_eq(certmap_cert_from_der(&cert, whole, NULL), CERTMAP_OK);
    check_piece(pieces[_i].what, "version", cert.version, pieces[_i].version, whole);
    check_tbs(cert.tbs, whole);
    ck_assert_ptr_null(cert.tbs_sha256.data);
    check_piece(pieces[_i].what, "serial", cert.serial, pieces[_i].serial, whole);
    check_piece(pieces[_i].what, "validity", cert.validity, pieces[_i].validity, whole);
    check_piece(pieces[_i].what, "key", cert.key, pieces[_i].key, whole);
    check_piece(pieces[_i].what, "extensions", cert.extensions, pieces[_i].extensions, whole);
    ck_assert(cert.sha256.data == NULL && cert.sha1.data == NULL && cert.key_sha256.data == NULL);
    ck_assert(cert.issuer_certificate.data == NULL && cert.issuer_sha256.data == NULL);
    ck_assert(cert.issuer_key_sha256.data == NULL && cert.hash == NULL && cert.time == 0);
    ck_assert(cert.chain.data == NULL && cert.chain_sha256.data == NULL && cert.chain_key_sha256.data == NULL);
    t_buf_free(&buf);
}

/* ---- refused ---- */

/* A @ is where the error is to point to. */
static const struct {
    const char *what, *der; /* t_der, and a @ */
    enum certmap_code code;
    const char *text;
} refused[] = {
    /* the outer SEQUENCE */
    {"nothing", "@", 301, "the certificate ends before its outer SEQUENCE"},
    {"something else", "@SET{}", 301, "the certificate has something else than its outer SEQUENCE, or more than it"},
    {"PEM", "@\"-----BEGIN CERTIFICATE-----\"", 300, "the outer SEQUENCE of the certificate is not DER"},
    {"cut", "@30 05 00", 300, "the outer SEQUENCE of the certificate is not DER"},
    {"an indefinite length", "@SEQUENCE-{ SEQUENCE{" UP_TO_SUBJECT KEY " }" SIGNED " }", 300,
     "the outer SEQUENCE of the certificate is not DER"},
    {"a length that is not minimal", "@SEQUENCE+{ SEQUENCE{" UP_TO_SUBJECT KEY " }" SIGNED " }", 300,
     "the outer SEQUENCE of the certificate is not DER"},
    {"a byte follows", CERT(UP_TO_SUBJECT KEY) "@00", 300, "bytes follow the certificate"},
    {"a line feed follows", CERT(UP_TO_SUBJECT KEY) "@0A", 300, "bytes follow the certificate"},
    {"an element follows", CERT(UP_TO_SUBJECT KEY) "@NULL{}", 300, "bytes follow the certificate"},
    /* its three elements */
    {"an empty certificate", "SEQUENCE{@}", 301, "the certificate ends before its tbsCertificate"},
    {"no SEQUENCE inside", "SEQUENCE{@INTEGER{01} }", 301,
     "the certificate has something else than its tbsCertificate, or more than it"},
    {"a tbsCertificate that is cut", "SEQUENCE{@30 02 00}", 300, "the tbsCertificate of the certificate is not DER"},
    {"a tbsCertificate of indefinite length", "SEQUENCE{@SEQUENCE-{" UP_TO_SUBJECT KEY " }" SIGNED " }", 300,
     "the tbsCertificate of the certificate is not DER"},
    {"a tbsCertificate whose length is not minimal", "SEQUENCE{@SEQUENCE+{" UP_TO_SUBJECT KEY " }" SIGNED " }", 300,
     "the tbsCertificate of the certificate is not DER"},
    {"no signature at all", "SEQUENCE{ SEQUENCE{" UP_TO_SUBJECT KEY " }@}", 301,
     "the certificate ends before its signatureAlgorithm"},
    {"no signatureAlgorithm", "SEQUENCE{ SEQUENCE{" UP_TO_SUBJECT KEY " }@BITSTRING{00} }", 301,
     "the certificate has something else than its signatureAlgorithm, or more than it"},
    {"an empty signatureAlgorithm", "SEQUENCE{ SEQUENCE{" UP_TO_SUBJECT KEY " } SEQUENCE{@} BITSTRING{00} }", 301,
     "the certificate ends before its algorithm"},
    {"no signatureValue", "SEQUENCE{ SEQUENCE{" UP_TO_SUBJECT KEY " }" ALGORITHM "@}", 301,
     "the certificate ends before its signatureValue"},
    {"a signatureValue of another type", "SEQUENCE{ SEQUENCE{" UP_TO_SUBJECT KEY " }" ALGORITHM "@OCTETSTRING{00} }",
     301, "the certificate has something else than its signatureValue, or more than it"},
    {"a signatureValue that is cut", "SEQUENCE{ SEQUENCE{" UP_TO_SUBJECT KEY " }" ALGORITHM "@03 09 00 }", 300,
     "the signatureValue of the certificate is not DER"},
    {"a fourth element", "SEQUENCE{ SEQUENCE{" UP_TO_SUBJECT KEY " }" SIGNED "@NULL{} }", 301,
     "the certificate has something else than its signatureValue, or more than it"},
    /* version */
    {"an empty version", CERT(" A0{@}" SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate ends before its version"},
    {"a version that is no INTEGER", CERT(" A0{@NULL{} }" SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its version, or more than it"},
    {"a version that is not DER", CERT(" A0{@0280} " SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY), 300,
     "the version of the certificate is not DER"},
    {"two versions", CERT(" A0{ INTEGER{02}@INTEGER{02} }" SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its version, or more than it"},
    {"a byte after the version", CERT(" A0{ INTEGER{02}@00 }" SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY), 300,
     "the version of the certificate is not DER"},
    {"a primitive version", CERT("@80{ INTEGER{02} }" SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its serialNumber, or more than it"},
    {"the version twice", CERT(VERSION "@A0{ INTEGER{02} }" SERIAL ALGORITHM ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its serialNumber, or more than it"},
    /* serialNumber */
    {"an empty tbsCertificate", CERT("@"), 301, "the certificate ends before its serialNumber"},
    {"a version only", CERT(VERSION "@"), 301, "the certificate ends before its serialNumber"},
    {"no serial number", CERT(VERSION "@SEQUENCE{ OID{1.2.3} }" ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its serialNumber, or more than it"},
    {"an empty serial number", CERT(VERSION "@INTEGER{}" ALGORITHM ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its serialNumber, or more than it"},
    {"a serial number in long form", CERT(VERSION "@INTEGER+{01}" ALGORITHM ISSUER VALIDITY SUBJECT KEY), 300,
     "the serialNumber of the certificate is not DER"},
    /* signature */
    {"no signature", CERT(VERSION SERIAL "@"), 301, "the certificate ends before its signature"},
    {"a signature that is no SEQUENCE", CERT(VERSION SERIAL "@OID{1.2.3}" ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its signature, or more than it"},
    {"an algorithm without an OID", CERT(VERSION SERIAL " SEQUENCE{@NULL{} }" ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its algorithm, or more than it"},
    {"an empty OID", CERT(VERSION SERIAL " SEQUENCE{@OID{} }" ISSUER VALIDITY SUBJECT KEY), 303,
     "the algorithm of the certificate is not a valid OID"},
    {"a padded OID", CERT(VERSION SERIAL " SEQUENCE{@OID{2A 80 03} }" ISSUER VALIDITY SUBJECT KEY), 303,
     "the algorithm of the certificate is not a valid OID"},
    {"an OID without an end", CERT(VERSION SERIAL " SEQUENCE{@OID{2A 83} NULL{} }" ISSUER VALIDITY SUBJECT KEY), 303,
     "the algorithm of the certificate is not a valid OID"},
    {"an OID that is cut", CERT(VERSION SERIAL " SEQUENCE{@06 05 2A }" ISSUER VALIDITY SUBJECT KEY), 300,
     "the algorithm of the certificate is not DER"},
    {"parameters that are not DER", CERT(VERSION SERIAL " SEQUENCE{ OID{1.2.3}@05 }" ISSUER VALIDITY SUBJECT KEY), 300,
     "the algorithm of the certificate is not DER"},
    {"parameters twice", CERT(VERSION SERIAL " SEQUENCE{ OID{1.2.3} NULL{}@NULL{} }" ISSUER VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its algorithm, or more than it"},
    {"a byte after the parameters",
     CERT(VERSION SERIAL " SEQUENCE{ OID{1.2.3} NULL{}@00 }" ISSUER VALIDITY SUBJECT KEY), 300,
     "the algorithm of the certificate is not DER"},
    /* issuer, validity, subject */
    {"no issuer", CERT(VERSION SERIAL ALGORITHM "@"), 301, "the certificate ends before its issuer"},
    {"an issuer that is a SET", CERT(VERSION SERIAL ALGORITHM "@SET{}" VALIDITY SUBJECT KEY), 301,
     "the certificate has something else than its issuer, or more than it"},
    {"an issuer in long form", CERT(VERSION SERIAL ALGORITHM "@SEQUENCE+{\"issuer\"}" VALIDITY SUBJECT KEY), 300,
     "the issuer of the certificate is not DER"},
    {"an issuer of indefinite length", CERT(VERSION SERIAL ALGORITHM "@SEQUENCE-{}" VALIDITY SUBJECT KEY), 300,
     "the issuer of the certificate is not DER"},
    {"an issuer that reaches out", CERT(VERSION SERIAL ALGORITHM "@30 20 00"), 300,
     "the issuer of the certificate is not DER"},
    {"no validity", CERT(VERSION SERIAL ALGORITHM ISSUER "@"), 301, "the certificate ends before its validity"},
    {"an empty validity", CERT(VERSION SERIAL ALGORITHM ISSUER " SEQUENCE{@}" SUBJECT KEY), 301,
     "the certificate ends before its validity"},
    {"half a validity", CERT(VERSION SERIAL ALGORITHM ISSUER " SEQUENCE{ UTCTime{}@}" SUBJECT KEY), 301,
     "the certificate ends before its validity"},
    {"three times", CERT(VERSION SERIAL ALGORITHM ISSUER " SEQUENCE{ UTCTime{} UTCTime{}@UTCTime{} }" SUBJECT KEY), 301,
     "the certificate has something else than its validity, or more than it"},
    {"a time that is not DER", CERT(VERSION SERIAL ALGORITHM ISSUER " SEQUENCE{ UTCTime{}@1780 }" SUBJECT KEY), 300,
     "the validity of the certificate is not DER"},
    {"a validity that is a time", CERT(VERSION SERIAL ALGORITHM ISSUER "@UTCTime{}" SUBJECT KEY), 301,
     "the certificate has something else than its validity, or more than it"},
    {"no subject", CERT(VERSION SERIAL ALGORITHM ISSUER VALIDITY "@"), 301, "the certificate ends before its subject"},
    {"a subject that is text", CERT(VERSION SERIAL ALGORITHM ISSUER VALIDITY "@UTF8String{\"CN=Alice\"}" KEY), 301,
     "the certificate has something else than its subject, or more than it"},
    {"a subject in long form", CERT(VERSION SERIAL ALGORITHM ISSUER VALIDITY "@SEQUENCE++{\"subject\"}" KEY), 300,
     "the subject of the certificate is not DER"},
    /* subjectPublicKeyInfo and what follows */
    {"no key", CERT(UP_TO_SUBJECT "@"), 301, "the certificate ends before its subjectPublicKeyInfo"},
    {"a key that is a BIT STRING", CERT(UP_TO_SUBJECT "@BITSTRING{00}"), 301,
     "the certificate has something else than its subjectPublicKeyInfo, or more than it"},
    {"an empty key", CERT(UP_TO_SUBJECT " SEQUENCE{@}"), 301, "the certificate ends before its algorithm"},
    {"a key without bits", CERT(UP_TO_SUBJECT " SEQUENCE{" ALGORITHM "@}"), 301,
     "the certificate ends before its subjectPublicKey"},
    {"a key with a padded OID", CERT(UP_TO_SUBJECT " SEQUENCE{ SEQUENCE{@OID{80 2A} } BITSTRING{00} }"), 303,
     "the algorithm of the certificate is not a valid OID"},
    {"a key and more", CERT(UP_TO_SUBJECT " SEQUENCE{" ALGORITHM " BITSTRING{00}@NULL{} }"), 301,
     "the certificate has something else than its subjectPublicKey, or more than it"},
    {"an unknown element", CERT(UP_TO_SUBJECT KEY "@NULL{}"), 301,
     "the certificate has something else than its end, or more than it"},
    {"a byte too many", CERT(UP_TO_SUBJECT KEY "@00"), 300, "the end of the certificate is not DER"},
    {"extensions twice", CERT(UP_TO_SUBJECT KEY " A3{}@A3{}"), 301,
     "the certificate has something else than its end, or more than it"},
    {"extensions before an identifier", CERT(UP_TO_SUBJECT KEY " A3{}@81{00}"), 301,
     "the certificate has something else than its end, or more than it"},
    {"extensions of indefinite length", CERT(UP_TO_SUBJECT KEY "@A3-{ SEQUENCE{} }"), 300,
     "the end of the certificate is not DER"},
    {"extensions in long form", CERT(UP_TO_SUBJECT KEY "@A3+{ SEQUENCE{} }"), 300,
     "the end of the certificate is not DER"},
    {"extensions under another number", CERT(UP_TO_SUBJECT KEY "@A4{ SEQUENCE{} }"), 301,
     "the certificate has something else than its end, or more than it"},
    {"a constructed identifier", CERT(UP_TO_SUBJECT KEY "@A1{ 00 }"), 301,
     "the certificate has something else than its end, or more than it"},
};

/* How many bytes come of a text from which the beginning, and so some {, has been cut. */
static size_t size_of_rest(const char *rest) {
    struct t_buf items = T_BUF_INIT, buf = T_BUF_INIT;
    size_t depth = 0;
    for (; *rest != 0; rest++) {
        depth += *rest == '{';
        if (*rest != '}' || depth > 0)
            t_bytes(&items, rest, 1);
        depth -= *rest == '}' && depth > 0;
    }
    t_bytes(&items, "", 1);
    t_der(&buf, (const char *)items.data);
    const size_t size = buf.len;
    t_buf_free(&items);
    t_buf_free(&buf);
    return size;
}

/* Appends what a text with a @ describes; returns the offset of the @: all headers of what is open there are
 * before it. */
static size_t put_marked(struct t_buf *buf, const char *text) {
    struct t_buf plain = T_BUF_INIT;
    const char *mark = strchr(text, '@');
    ck_assert_ptr_nonnull(mark);
    t_bytes(&plain, text, (size_t)(mark - text));
    t_bytes(&plain, " ", 1);
    t_bytes(&plain, mark + 1, strlen(mark + 1) + 1);
    t_der(buf, (const char *)plain.data);
    t_buf_free(&plain);
    return buf->len - size_of_rest(mark + 1);
}

T_TEST(refusal) {
    struct t_buf buf = T_BUF_INIT;
    struct certmap_cert cert, before;
    struct certmap_diagnostic err;
    memset(&cert, 0x5A, sizeof cert);
    cert.size = sizeof cert;
    before = cert;
    const size_t offset = put_marked(&buf, refused[_i].der);
    ck_assert_msg(certmap_cert_from_der(&cert, t_view(&buf), &err) == CERTMAP_ERROR_CERTIFICATE, "%s",
                  refused[_i].what);
    ck_assert_msg(strcmp(err.text, refused[_i].text) == 0, "%s: %s", refused[_i].what, err.text);
    ck_assert_msg(err.code == refused[_i].code, "%s: %s", refused[_i].what, certmap_code_name(err.code));
    ck_assert_msg(err.offset == offset, "%s: offset %zu, not %zu", refused[_i].what, err.offset, offset);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_CERTIFICATE);
    ck_assert_uint_eq(err.line + err.column + err.length, 0);
    ck_assert_mem_eq(&cert, &before, sizeof cert);
    ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(&buf), NULL), CERTMAP_ERROR_CERTIFICATE);
    t_buf_free(&buf);
}

/* ---- arguments ---- */

T_TEST(without_an_argument) {
    struct t_buf buf = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    t_der(&buf, CERT(UP_TO_SUBJECT KEY));
    if (_i == 0)
        cert.size--;
    if (_i == 1)
        cert.size = 0;
    ck_assert_int_eq(certmap_cert_from_der(_i == 2 ? NULL : &cert, _i == 3 ? CM_VIEW_NONE : t_view(&buf), &err),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_ptr_null(cert.subject.data);
    t_buf_free(&buf);
}

/* A caller that was built with a later header: only the members that are known here are written. */
T_TEST(a_larger_struct) {
    struct t_buf buf = T_BUF_INIT;
    struct {
        struct certmap_cert cert;
        size_t later;
    } larger = {CERTMAP_CERT_INIT, 42};
    larger.cert.size = sizeof larger;
    t_der(&buf, CERT(UP_TO_SUBJECT KEY));
    ck_assert_int_eq(certmap_cert_from_der(&larger.cert, t_view(&buf), NULL), CERTMAP_OK);
    ck_assert_uint_eq(larger.cert.size, sizeof larger);
    ck_assert_uint_eq(larger.later, 42);
    t_buf_free(&buf);
}

/* ---- a whole certificate ---- */

static struct t_buf whole;

static void set_up(void) {
    t_cert_names(&whole, "printable C=US | O=Contoso | OU=Sales + OU=Staff | bmp CN=Alice",
                 "printable C=US | t61 O=Contoso | CN=Contoso Issuing CA 1");
}

static void tear_down(void) {
    t_buf_free(&whole);
}

/* Prepares a certificate from a block of exactly its size. Whatever the views are, they lie inside. */
static bool prepares(struct certmap_peer *peer, struct certmap_view der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    uint8_t *bytes = malloc(der.len > 0 ? der.len : 1);
    if (bytes == NULL)
        ck_abort_msg("out of memory");
    memcpy(bytes, der.data, der.len);
    const struct certmap_view block = cm_view(bytes, der.len);
    enum certmap_status status = certmap_cert_from_der(&cert, block, NULL);
    if (status == CERTMAP_OK) {
        if (!lies_inside(cert.subject, block) || !lies_inside(cert.issuer, block) ||
            !cm_view_equal(cert.certificate, block))
            ck_abort_msg("a view outside the certificate");
        status = certmap_peer_set(peer, &cert, NULL);
    }
    if (status != CERTMAP_OK && status != CERTMAP_ERROR_CERTIFICATE)
        ck_abort_msg("status %d", (int)status);
    certmap_peer_clear(peer);
    free(bytes);
    return status == CERTMAP_OK;
}

T_TEST(no_beginning_of_it_is_accepted) {
    struct certmap_peer *peer;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert(prepares(peer, t_view(&whole)));
    for (size_t len = 0; len < whole.len; len++)
        ck_assert_msg(!prepares(peer, cm_view(whole.data, len)), "%zu bytes", len);
    certmap_peer_free(peer);
}

T_TEST(no_end_of_it_is_accepted) {
    struct certmap_peer *peer;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    for (size_t start = 1; start <= whole.len; start++)
        ck_assert_msg(!prepares(peer, cm_view(whole.data + start, whole.len - start)), "from %zu", start);
    certmap_peer_free(peer);
}

/* Many of these are certificates, with another letter in a name. */
T_TEST(every_byte_has_every_value) {
    struct certmap_peer *peer;
    size_t accepted_ones = 0;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    for (size_t i = (size_t)_i; i < whole.len; i += 16) {
        const uint8_t before = whole.data[i];
        for (unsigned value = 0; value < 256; value++) {
            whole.data[i] = (uint8_t)value;
            accepted_ones += prepares(peer, t_view(&whole));
        }
        whole.data[i] = before;
        ck_assert(prepares(peer, t_view(&whole)));
    }
    ck_assert_uint_gt(accepted_ones, whole.len / 16);
    certmap_peer_free(peer);
}

/* The certificate with the bytes from start to end replaced, and the outer length made right again. */
static void splice(struct t_buf *buf, size_t start, size_t end, struct certmap_view replacement) {
    const size_t header = 4; /* 30 82 xx xx */
    ck_assert_uint_eq(whole.data[1], 0x82);
    t_buf_clear(buf);
    const size_t mark = t_begin(buf);
    t_bytes(buf, whole.data + header, start - header);
    t_bytes(buf, replacement.data, replacement.len);
    t_bytes(buf, whole.data + end, whole.len - end);
    t_end(buf, mark, 0x30, 0);
}

T_TEST(a_byte_left_out) {
    struct certmap_peer *peer;
    struct t_buf shorter = T_BUF_INIT;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    for (size_t i = 4; i < whole.len; i++) {
        splice(&shorter, i, i + 1, CM_VIEW_NONE);
        ck_assert_msg(!prepares(peer, t_view(&shorter)), "byte %zu", i);
    }
    t_buf_free(&shorter);
    certmap_peer_free(peer);
}

T_TEST(a_byte_put_in) {
    struct certmap_peer *peer;
    struct t_buf longer = T_BUF_INIT;
    const uint8_t byte = (uint8_t)(_i * 0x33);
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    for (size_t i = 4; i <= whole.len; i++) {
        splice(&longer, i, i, cm_view(&byte, 1));
        ck_assert_msg(!prepares(peer, t_view(&longer)), "%02X before byte %zu", byte, i);
    }
    t_buf_free(&longer);
    certmap_peer_free(peer);
}

/* ---- only what is needed ---- */

static bool hash_nothing(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    (void)ctx;
    (void)digest;
    (void)hash;
    (void)data;
    return false;
}

/* What stays, a letter each: c certificate, v version, s serial, t validity, k key, e extensions, d sha256,
 * D sha1, K key_sha256, i issuer_certificate, I issuer_sha256, J issuer_key_sha256, h hash, n time, b tbs,
 * B tbs_sha256, 5 sha512, 6 key_sha512, 1 key_sha1, 2 issuer_sha1, y chain, Y chain_sha256, Z chain_key_sha256. */
static const struct {
    unsigned needs;
    const char *stays;
} kept[] = {
    {0, ""},
    {CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER, ""},
    {CERTMAP_PIECE_CERTIFICATE, "cb"},
    {CERTMAP_PIECE_TBS, "b"},
    {CERTMAP_PIECE_TBS_SHA256, "hbB"},
    {CERTMAP_PIECE_VERSION, "v"},
    {CERTMAP_PIECE_SERIAL, "s"},
    {CERTMAP_PIECE_VALIDITY | CERTMAP_PIECE_TIME, "tn"},
    {CERTMAP_PIECE_KEY, "k"},
    {CERTMAP_PIECE_EXTENSIONS, "e"},
    {CERTMAP_PIECE_SHA256, "cdh"},
    {CERTMAP_PIECE_SHA1, "cDh"},
    {CERTMAP_PIECE_KEY_SHA256, "kKh"},
    {CERTMAP_PIECE_ISSUER_SHA256, "iIh"},
    {CERTMAP_PIECE_ISSUER_KEY_SHA256, "iJh"},
    {CERTMAP_PIECE_SHA512, "ch5"},
    {CERTMAP_PIECE_KEY_SHA512, "kh6"},
    {CERTMAP_PIECE_KEY_SHA1, "kh1"},
    {CERTMAP_PIECE_ISSUER_SHA1, "ih2"},
    {CERTMAP_PIECE_CHAIN_SHA256, "hyY"},
    {CERTMAP_PIECE_CHAIN_KEY_SHA256, "hyZ"},
    {~0u, "cvstkedDKiIJhnbB5612yYZ"},
};

T_TEST(what_is_kept) {
    const struct certmap_view some = CM_VIEW("some");
    struct certmap_cert cert = {sizeof cert, some, some, some, some, some,         some, some, some, some,
                                some,        some, some, some, some, hash_nothing, NULL, 1,    some, some,
                                some,        some, some, some, some, some,         some, 0,    0};
    certmap_cert_restrict(&cert, kept[_i].needs);
    ck_assert(cert.subject.data != NULL && cert.issuer.data != NULL);
    const bool there[] = {cert.certificate.data != NULL,
                          cert.version.data != NULL,
                          cert.serial.data != NULL,
                          cert.validity.data != NULL,
                          cert.key.data != NULL,
                          cert.extensions.data != NULL,
                          cert.sha256.data != NULL,
                          cert.sha1.data != NULL,
                          cert.key_sha256.data != NULL,
                          cert.issuer_certificate.data != NULL,
                          cert.issuer_sha256.data != NULL,
                          cert.issuer_key_sha256.data != NULL,
                          cert.hash != NULL,
                          cert.time != 0,
                          cert.tbs.data != NULL,
                          cert.tbs_sha256.data != NULL,
                          cert.sha512.data != NULL,
                          cert.key_sha512.data != NULL,
                          cert.key_sha1.data != NULL,
                          cert.issuer_sha1.data != NULL,
                          cert.chain.data != NULL,
                          cert.chain_sha256.data != NULL,
                          cert.chain_key_sha256.data != NULL};
    char stays[sizeof there + 1] = "";
    for (size_t i = 0, len = 0; i < sizeof there; i++)
        if (there[i])
            stays[len++] = "cvstkedDKiIJhnbB5612yYZ"[i];
    ck_assert_str_eq(stays, kept[_i].stays);
}

T_TEST(nothing_to_keep) {
    struct certmap_cert small = CERTMAP_CERT_INIT;
    small.size--;
    small.serial = CM_VIEW("some");
    certmap_cert_restrict(NULL, 0);
    certmap_cert_restrict(&small, 0);
    ck_assert_ptr_nonnull(small.serial.data);
}

T_TESTS("cert",
        T_CASE("table", T_LOOP(acceptance, COUNT(accepted)), T_LOOP(views_of_pieces, COUNT(pieces)),
               T_LOOP(refusal, COUNT(refused))),
        T_CASE("arguments", T_LOOP(without_an_argument, 4), a_larger_struct),
        T_CASE("needs", T_LOOP(what_is_kept, COUNT(kept)), nothing_to_keep),
        T_CASE("a whole certificate", T_EACH(set_up, tear_down), no_beginning_of_it_is_accepted,
               no_end_of_it_is_accepted, T_LOOP(every_byte_has_every_value, 16), a_byte_left_out,
               T_LOOP(a_byte_put_in, 6)))
