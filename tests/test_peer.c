/* SPDX-License-Identifier: MIT */
/* Prepared certificates: every value as rules see it, errors, reuse, and memory that runs out. */
#include "base/out.h"
#include "base/view.h"
#include "certmap/explain.h"
#include "field/peer.h"
#include "name/attr.h"
#include "support/alloc.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>

static struct t_alloc memory;
static struct certmap_allocator allocator;
static struct certmap_peer *peer;

static void set_up(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    allocator = t_alloc_allocator(&memory);
    ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
}

static void tear_down(void) {
    certmap_peer_free(peer);
    ck_assert_uint_eq(memory.live, 0);
}

/* Two Names, whose bytes live until the end of the test. */
struct names {
    struct t_buf subject, issuer;
    struct certmap_cert cert;
};
#define NAMES_INIT                                                                                                     \
    { T_BUF_INIT, T_BUF_INIT, CERTMAP_CERT_INIT }

static void names_free(struct names *names) {
    t_buf_free(&names->subject);
    t_buf_free(&names->issuer);
}

/* Both from specs of t_name. */
static const struct certmap_cert *make(struct names *names, const char *subject, const char *issuer) {
    t_buf_clear(&names->subject);
    t_buf_clear(&names->issuer);
    t_name(&names->subject, subject);
    t_name(&names->issuer, issuer);
    names->cert.subject = t_view(&names->subject);
    names->cert.issuer = t_view(&names->issuer);
    return &names->cert;
}

/* All values of a Name: `0 CN 2.5.4.3 UTF8String "Alice"`, or the code in place of the text. */
static const char *values(enum certmap_field field) {
    static char text[4096];
    size_t len;
    struct cm_out out = {text, sizeof text, 0};
    for (size_t i = 0; i < certmap_peer_value_count(peer, field); i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        ck_assert_int_eq(certmap_peer_value(peer, &value, field, i, NULL), CERTMAP_OK);
        cm_out_string(&out, i > 0 ? " | " : "");
        cm_out_number(&out, value.rdn);
        cm_out_char(&out, ' ');
        cm_out_view(&out, value.subfield);
        cm_out_char(&out, ' ');
        cm_out_view(&out, value.oid);
        cm_out_char(&out, ' ');
        cm_out_view(&out, value.type);
        cm_out_char(&out, ' ');
        if (value.text.data == NULL)
            cm_out_string(&out, certmap_code_name(value.unreadable));
        else
            cm_out_escaped(&out, value.text, true);
    }
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    return text;
}

/* ---- values ---- */

static const struct {
    const char *name, *values; /* name: t_name */
} tables[] = {
    {"", ""},
    {"CN=Alice", "0 CN 2.5.4.3 UTF8String \"Alice\""},
    {"printable C=US | O=Contoso | CN=Alice",
     "0 C 2.5.4.6 PrintableString \"US\" | 1 O 2.5.4.10 UTF8String \"Contoso\" | 2 CN 2.5.4.3 UTF8String \"Alice\""},
    {"OU=Sales + OU=Staff | CN=Alice",
     "0 OU 2.5.4.11 UTF8String \"Sales\" | 0 OU 2.5.4.11 UTF8String \"Staff\" | 1 CN 2.5.4.3 UTF8String \"Alice\""},
    {"CN=", "0 CN 2.5.4.3 UTF8String \"\""},
    /* names of types */
    {"ST=WA", "0 S 2.5.4.8 UTF8String \"WA\""},
    {"ia5 emailAddress=a@b", "0 E 1.2.840.113549.1.9.1 IA5String \"a@b\""},
    {"ia5 DC=example", "0 DC 0.9.2342.19200300.100.1.25 IA5String \"example\""},
    {"2.5.4.3=Alice", "0 CN 2.5.4.3 UTF8String \"Alice\""},
    {"1.2.3=x", "0 1.2.3 1.2.3 UTF8String \"x\""},
    {"1.2.18446744073709551619=x", "0 1.2.18446744073709551619 1.2.18446744073709551619 UTF8String \"x\""},
    {"2.25.329800735698586629295641978511506172918=x",
     "0 2.25.329800735698586629295641978511506172918 2.25.329800735698586629295641978511506172918 UTF8String \"x\""},
    /* 2.5.4.3 again, if arcs are cut to 32 or 64 bits */
    {"2.5.4.4294967299=x", "0 2.5.4.4294967299 2.5.4.4294967299 UTF8String \"x\""},
    {"2.5.4.18446744073709551619=x", "0 2.5.4.18446744073709551619 2.5.4.18446744073709551619 UTF8String \"x\""},
    /* string types */
    {"visible CN=A | numeric CN=1 | t61 CN=\\xE9 | bmp CN=Ä | universal CN=\xF0\x9F\x98\x80",
     "0 CN 2.5.4.3 VisibleString \"A\" | 1 CN 2.5.4.3 NumericString \"1\" | 2 CN 2.5.4.3 TeletexString \"\xC3\xA9\" | "
     "3 CN 2.5.4.3 BMPString \"\xC3\x84\" | 4 CN 2.5.4.3 UniversalString \"\xF0\x9F\x98\x80\""},
    /* text is in NFC, with its case */
    {"CN=Rene\xCC\x81 \xE2\x84\xAB", "0 CN 2.5.4.3 UTF8String \"Ren\xC3\xA9 \xC3\x85\""},
    {"CN=a\xE2\x80\xAE\x1B", "0 CN 2.5.4.3 UTF8String \"a\\u{202E}\\u{1B}\""},
    /* unreadable */
    {"octet OU=Sales", "0 OU 2.5.4.11 tag 0x04 value-type"},
    {"0x05 OU=", "0 OU 2.5.4.11 tag 0x05 value-type"},
    {"0x1B OU=Sales", "0 OU 2.5.4.11 tag 0x1B value-type"},
    {"0x2C OU=", "0 OU 2.5.4.11 tag 0x2C value-type"},
    {"0x8C OU=A", "0 OU 2.5.4.11 tag 0x8C value-type"},
    {"raw OU=\\x1F\\x1F\\x00", "0 OU 2.5.4.11 tag 0x1F1F value-type"},
    {"raw OU=\\xBF\\x88\\x37\\x00", "0 OU 2.5.4.11 tag 0xBF8837 value-type"},
    {"raw OU=\\xDF\\x81\\x80\\x00\\x00", "0 OU 2.5.4.11 tag 0xDF818000 value-type"},
    {"raw OU=\\xDF\\xFF\\xFF\\xFF\\x7F\\x02\\x80\\x80", "0 OU 2.5.4.11 tag 0xDFFFFFFF7F value-type"},
    {"OU=\\xFF", "0 OU 2.5.4.11 UTF8String value-encoding"},
    {"bmp OU=\\xD8\\x00", "0 OU 2.5.4.11 BMPString value-encoding"},
    {"bmp OU=\\x00", "0 OU 2.5.4.11 BMPString value-encoding"},
    {"t61 OU=\xC3\xA9", "0 OU 2.5.4.11 TeletexString value-ambiguous"},
    {"CN=good\\x00evil", "0 CN 2.5.4.3 UTF8String value-nul"},
    {"OU=Sales | octet OU=Sales | OU=Staff",
     "0 OU 2.5.4.11 UTF8String \"Sales\" | 1 OU 2.5.4.11 tag 0x04 value-type | 2 OU 2.5.4.11 UTF8String \"Staff\""},
};

T_TEST(values_of_the_subject) {
    struct names names = NAMES_INIT;
    ck_assert_int_eq(certmap_peer_set(peer, make(&names, tables[_i].name, "CN=CA"), NULL), CERTMAP_OK);
    ck_assert_str_eq(values(CERTMAP_FIELD_SUBJECT), tables[_i].values);
    ck_assert_str_eq(values(CERTMAP_FIELD_ISSUER), "0 CN 2.5.4.3 UTF8String \"CA\"");
    names_free(&names);
}

T_TEST(values_of_the_issuer) {
    struct names names = NAMES_INIT;
    ck_assert_int_eq(certmap_peer_set(peer, make(&names, "", tables[_i].name), NULL), CERTMAP_OK);
    ck_assert_str_eq(values(CERTMAP_FIELD_ISSUER), tables[_i].values);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    names_free(&names);
}

static void check_nul(struct certmap_view view) {
    ck_assert_ptr_nonnull(view.data);
    ck_assert_uint_eq(view.data[view.len], 0);
    ck_assert_uint_eq(strlen((const char *)view.data), view.len);
}

/* Texts end in a NUL; the DER is where the caller has it. */
T_TEST(views_of_a_value) {
    struct names names = NAMES_INIT;
    struct certmap_value value = CERTMAP_VALUE_INIT, again = CERTMAP_VALUE_INIT;
    make(&names, "C=US | 1.2.3=Ä + raw OU=\\x1F\\x1F\\x01x", "CN=CA");
    ck_assert_int_eq(certmap_peer_set(peer, &names.cert, NULL), CERTMAP_OK);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, i, NULL), CERTMAP_OK);
        check_nul(value.subfield);
        check_nul(value.oid);
        check_nul(value.type);
        if (i < 2)
            check_nul(value.text);
        ck_assert(value.der.data > names.subject.data);
        ck_assert(value.der.data + value.der.len <= names.subject.data + names.subject.len);
        ck_assert_int_eq(certmap_peer_value(peer, &again, CERTMAP_FIELD_SUBJECT, i, NULL), CERTMAP_OK);
        ck_assert_ptr_eq(again.oid.data, value.oid.data);
        ck_assert_ptr_eq(again.type.data, value.type.data);
    }
    ck_assert(cm_view_equal(value.der, CM_VIEW("\x1F\x1F\x01x")));
    ck_assert_ptr_eq(value.der.data + value.der.len, names.subject.data + names.subject.len);
    names_free(&names);
}

T_TEST(a_larger_value_struct) {
    struct names names = NAMES_INIT;
    struct {
        struct certmap_value value;
        size_t later;
    } larger = {CERTMAP_VALUE_INIT, 42};
    larger.value.size = sizeof larger;
    ck_assert_int_eq(certmap_peer_set(peer, make(&names, "CN=Alice", "CN=CA"), NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_value(peer, &larger.value, CERTMAP_FIELD_SUBJECT, 0, NULL), CERTMAP_OK);
    ck_assert_uint_eq(larger.value.size, sizeof larger);
    ck_assert_uint_eq(larger.later, 42);
    names_free(&names);
}

/* ---- the chains that the evaluator follows ---- */

/* "0 2 5": the AVAs of one row of the table of types. */
static const char *chain(size_t row) {
    static char text[256];
    size_t len;
    struct cm_out out = {text, sizeof text, 0};
    const struct cm_list *name = &peer->lists[CERTMAP_FIELD_SUBJECT];
    for (uint32_t i = name->first[row]; i != CM_VALUE_NONE; i = name->values[i].next) {
        ck_assert_uint_lt(i, name->count);
        cm_out_string(&out, out.len > 0 ? " " : "");
        cm_out_number(&out, i);
    }
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    return text;
}

T_TEST(chains) {
    struct names names = NAMES_INIT;
    make(&names, "OU=1 | CN=a + OU=2 | 1.2.3=x | octet OU=3 | 1.2.4=y | CN=b | 1.2.3=z", "CN=CA");
    ck_assert_int_eq(certmap_peer_set(peer, &names.cert, NULL), CERTMAP_OK);
    ck_assert_str_eq(chain(cm_attr_by_name(CM_VIEW("CN"))), "1 6");
    ck_assert_str_eq(chain(cm_attr_by_name(CM_VIEW("OU"))), "0 2 4");
    ck_assert_str_eq(chain(cm_attr_by_name(CM_VIEW("O"))), "");
    ck_assert_str_eq(chain(CM_ATTR_OTHER), "3 5 7");
    names_free(&names);
}

/* ---- errors ---- */

static const struct {
    const char *what, *name; /* name: t_der */
    enum certmap_code code;
    size_t offset;
    const char *text; /* after "subject: " or "issuer: " */
} faults[] = {
    {"nothing", "", 300, 0, "the Name is not DER"},
    {"no Name", "SET{}", 302, 0, "the Name is not a SEQUENCE"},
    {"a byte after it", "SEQUENCE{} 00", 300, 2, "bytes follow the Name"},
    {"an empty RDN", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } SET{} }", 304, 14,
     "an RDN of the Name is empty"},
    {"a padded OID", "SEQUENCE{ SET{ SEQUENCE{ OID{55 04 80 03} UTF8String{\"A\"} } } }", 303, 6,
     "the type of an AVA is not a valid OID"},
    {"two values", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} NULL{} } } }", 302, 14,
     "an AVA has more than a value"},
};

/* The fault is in the subject or in the issuer; the peer, which was set, is empty, and can be set again. */
static void check_fault(int row, enum certmap_field field, const char *prefix) {
    struct names names = NAMES_INIT;
    struct t_buf bad = T_BUF_INIT;
    struct certmap_diagnostic err;
    char text[256];
    struct certmap_cert cert = *make(&names, "CN=Alice", "CN=CA");
    t_der(&bad, faults[row].name);
    if (field == CERTMAP_FIELD_SUBJECT)
        cert.subject = t_view(&bad);
    else
        cert.issuer = t_view(&bad);
    ck_assert_int_eq(certmap_peer_set(peer, &names.cert, NULL), CERTMAP_OK);
    ck_assert_msg(certmap_peer_set(peer, &cert, &err) == CERTMAP_ERROR_CERTIFICATE, "%s", faults[row].what);
    snprintf(text, sizeof text, "%s: %s", prefix, faults[row].text);
    ck_assert_str_eq(err.text, text);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, faults[row].code);
    ck_assert_uint_eq(err.offset, faults[row].offset);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_ISSUER), 0);
    ck_assert(!peer->set);
    ck_assert_int_eq(certmap_peer_set(peer, &names.cert, NULL), CERTMAP_OK);
    ck_assert_str_eq(values(CERTMAP_FIELD_SUBJECT), "0 CN 2.5.4.3 UTF8String \"Alice\"");
    t_buf_free(&bad);
    names_free(&names);
}

T_TEST(a_fault_in_the_subject) {
    check_fault(_i, CERTMAP_FIELD_SUBJECT, "subject");
}

T_TEST(a_fault_in_the_issuer) {
    check_fault(_i, CERTMAP_FIELD_ISSUER, "issuer");
}

T_TEST(both_names_are_faulty) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err;
    cert.subject = CM_VIEW("\x30\x02\x31\x00");
    cert.issuer = CM_VIEW("\x31\x00");
    ck_assert_int_eq(certmap_peer_set(peer, &cert, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_str_eq(err.text, "subject: an RDN of the Name is empty");
}

/* ---- arguments ---- */

T_TEST(new_without_an_argument) {
    struct certmap_peer *none = NULL;
    struct certmap_allocator lacking = allocator;
    struct certmap_diagnostic err;
    lacking.resize = NULL;
    ck_assert_int_eq(certmap_peer_new(NULL, NULL, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_peer_new(&none, &lacking, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(none);
}

T_TEST(new_with_malloc) {
    struct names names = NAMES_INIT;
    struct certmap_peer *own;
    ck_assert_int_eq(certmap_peer_new(&own, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(own, make(&names, "CN=Alice", "CN=CA"), NULL), CERTMAP_OK);
    ck_assert_uint_eq(certmap_peer_value_count(own, CERTMAP_FIELD_SUBJECT), 1);
    certmap_peer_free(own);
    names_free(&names);
}

/* What a caller may forget; a peer that was set is empty then. */
T_TEST(set_without_an_argument) {
    struct names names = NAMES_INIT;
    struct certmap_diagnostic err;
    struct certmap_cert cert = *make(&names, "CN=Alice", "CN=CA");
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    if (_i == 0)
        cert.size--;
    else if (_i == 1)
        cert.size = 0;
    else if (_i == 2)
        cert.subject = CM_VIEW_NONE;
    else if (_i == 3)
        cert.issuer = CM_VIEW_NONE;
    ck_assert_int_eq(certmap_peer_set(peer, _i == 4 ? NULL : &cert, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert(!peer->set);
    names_free(&names);
}

T_TEST(no_peer) {
    struct names names = NAMES_INIT;
    struct certmap_value value = CERTMAP_VALUE_INIT;
    ck_assert_int_eq(certmap_peer_set(NULL, make(&names, "CN=Alice", "CN=CA"), NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_uint_eq(certmap_peer_value_count(NULL, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert_int_eq(certmap_peer_value(NULL, &value, CERTMAP_FIELD_SUBJECT, 0, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_peer_clear(NULL);
    certmap_peer_free(NULL);
    names_free(&names);
}

T_TEST(an_empty_peer) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_ISSUER), 0);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_CERTIFICATE), 0);
    ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, 0, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_peer_clear(peer);
    certmap_peer_clear(peer);
}

static const struct {
    const char *what;
    bool value;
    size_t size;
    int field;
    size_t index;
} no_values[] = {
    {"no value", false, sizeof(struct certmap_value), CERTMAP_FIELD_SUBJECT, 0},
    {"too small", true, sizeof(struct certmap_value) - 1, CERTMAP_FIELD_SUBJECT, 0},
    {"size 0", true, 0, CERTMAP_FIELD_SUBJECT, 0},
    {"index past the end", true, sizeof(struct certmap_value), CERTMAP_FIELD_SUBJECT, 2},
    {"index past the end of the issuer", true, sizeof(struct certmap_value), CERTMAP_FIELD_ISSUER, 1},
    {"the largest index", true, sizeof(struct certmap_value), CERTMAP_FIELD_SUBJECT, SIZE_MAX},
    {"the certificate", true, sizeof(struct certmap_value), CERTMAP_FIELD_CERTIFICATE, 0},
    {"no field", true, sizeof(struct certmap_value), 3, 0},
    {"a negative field", true, sizeof(struct certmap_value), -1, 0},
};

T_TEST(no_value) {
    struct names names = NAMES_INIT;
    struct certmap_diagnostic err;
    struct certmap_value value, before;
    memset(&value, 0x5A, sizeof value);
    value.size = no_values[_i].size;
    before = value;
    ck_assert_int_eq(certmap_peer_set(peer, make(&names, "CN=Alice | OU=Sales", "CN=CA"), NULL), CERTMAP_OK);
    ck_assert_msg(certmap_peer_value(peer, no_values[_i].value ? &value : NULL, (enum certmap_field)no_values[_i].field,
                                     no_values[_i].index, &err) == CERTMAP_ERROR_ARGUMENT,
                  "%s", no_values[_i].what);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_mem_eq(&value, &before, sizeof value);
    names_free(&names);
}

/* Every AVA of a long Name is where it was encoded, in RDNs of one, two and three AVAs. */
T_TEST(a_name_of_any_length) {
    char spec[1024] = "", expected[4096] = "";
    size_t spec_len = 0, expected_len = 0, rdn = 0;
    struct names names = NAMES_INIT;
    for (int i = 0; i < _i; i++) {
        const bool joined = i % 6 == 2 || i % 6 == 4 || i % 6 == 5;
        rdn += i > 0 && !joined;
        spec_len += (size_t)snprintf(spec + spec_len, sizeof spec - spec_len, "%s%s=v%d",
                                     i == 0   ? ""
                                     : joined ? " + "
                                              : " | ",
                                     i % 2 == 0 ? "OU" : "1.2.3", i);
        expected_len +=
            (size_t)snprintf(expected + expected_len, sizeof expected - expected_len, "%s%zu %s UTF8String \"v%d\"",
                             i == 0 ? "" : " | ", rdn, i % 2 == 0 ? "OU 2.5.4.11" : "1.2.3 1.2.3", i);
    }
    ck_assert_int_eq(certmap_peer_set(peer, make(&names, spec, spec), NULL), CERTMAP_OK);
    ck_assert_str_eq(values(CERTMAP_FIELD_SUBJECT), expected);
    ck_assert_str_eq(values(CERTMAP_FIELD_ISSUER), expected);
    names_free(&names);
}

/* ---- use again and again ---- */

T_TEST(cleared) {
    struct names names = NAMES_INIT;
    ck_assert_int_eq(certmap_peer_set(peer, make(&names, "CN=Alice", "CN=CA"), NULL), CERTMAP_OK);
    ck_assert(peer->set);
    const size_t bytes = memory.bytes;
    certmap_peer_clear(peer);
    ck_assert(!peer->set);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert_uint_eq(memory.bytes, bytes); /* kept for the next certificate */
    names_free(&names);
}

T_TEST(the_struct_itself_is_not_kept) {
    struct names names = NAMES_INIT;
    struct certmap_cert cert = *make(&names, "CN=Alice", "CN=CA");
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    memset(&cert, 0x5A, sizeof cert);
    ck_assert_str_eq(values(CERTMAP_FIELD_SUBJECT), "0 CN 2.5.4.3 UTF8String \"Alice\"");
    names_free(&names);
}

T_TEST(steady_use_allocates_nothing) {
    struct names names = NAMES_INIT;
    make(&names, "C=US | O=Contoso | bmp OU=Ä + t61 OU=\\xE9 | 1.2.3=x | CN=\\{Rene\xCC\x81*500}", "CN=CA");
    for (int round = 0; round < 20; round++) {
        if (round == 4)
            t_alloc_fail_at(&memory, SIZE_MAX);
        ck_assert_int_eq(certmap_peer_set(peer, &names.cert, NULL), CERTMAP_OK);
        (void)values(CERTMAP_FIELD_ISSUER);
    }
    ck_assert_uint_eq(memory.requests, 0);
    names_free(&names);
}

/* What is known of a certificate: of the same one, more or less of it. */
static struct certmap_cert known_of(struct names *names, size_t which) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    cert.subject = t_view(&names->subject);
    cert.issuer = t_view(&names->issuer);
    if (which == 1)
        cert.unread = CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER;
    if (which == 2 || which == 3)
        cert.certificate = CM_VIEW("\x30\x03\x02\x01\x05");
    if (which == 3)
        cert.tbs = CM_VIEW("\x02\x01\x05");
    if (which == 4)
        cert.serial = CM_VIEW("\x02\x01\x05");
    if (which == 5)
        cert.extensions = CM_VIEW("");
    if (which == 6)
        cert.sha1 = CM_VIEW("01234567890123456789");
    return cert;
}

enum { KNOWN = 7 };

static void assert_same_list(const struct cm_list *a, const struct cm_list *b) {
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_uint_eq(a->rdn_count, b->rdn_count);
    ck_assert_int_eq(a->unknown, b->unknown);
    ck_assert_int_eq(a->first == NULL, b->first == NULL);
    ck_assert_int_eq(a->set == NULL, b->set == NULL);
}

/* A peer that had another certificate, of which more or less was known, is what a new one is. */
T_TEST(nothing_is_left) {
    struct names first = NAMES_INIT, second = NAMES_INIT;
    struct certmap_peer *fresh;
    make(&first, "CN=Alice | octet OU=x | O=Contoso", "CN=CA | octet O=x");
    make(&second, "CN=Bob", "CN=CA");
    const struct certmap_cert before = known_of(&first, (size_t)_i / KNOWN),
                              after = known_of(&second, (size_t)_i % KNOWN);
    ck_assert_int_eq(certmap_peer_new(&fresh, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(fresh, &after, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &before, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &after, NULL), CERTMAP_OK);
    for (size_t i = 0; i < CM_LIST_COUNT; i++)
        assert_same_list(&peer->lists[i], &fresh->lists[i]);
    ck_assert_uint_eq(peer->may_be_unknown, fresh->may_be_unknown);
    ck_assert_ptr_eq(peer->certificate.data, fresh->certificate.data);
    ck_assert_int_eq(peer->has_tbs, fresh->has_tbs);
    certmap_peer_free(fresh);
    names_free(&first);
    names_free(&second);
}

/* Values of many sizes, one after the other in one peer. */
T_TEST(many_different_certificates) {
    struct names names = NAMES_INIT;
    struct certmap_value value = CERTMAP_VALUE_INIT;
    for (size_t i = 1; i < 300; i++) {
        const size_t len = 1 + i * 7919 % 50000; /* large and small in turn */
        char subject[64];
        snprintf(subject, sizeof subject, "CN=User %zu | OU=\\{x*%zu}", len, len);
        ck_assert_int_eq(certmap_peer_set(peer, make(&names, subject, "CN=CA"), NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, 1, NULL), CERTMAP_OK);
        ck_assert_uint_eq(value.text.len, len);
        ck_assert_uint_eq(value.text.data[len - 1], 'x');
    }
    names_free(&names);
}

/* ---- memory that runs out ---- */

/* Long values, so that each of their forms needs new memory, and short ones. */
static const struct {
    const char *what, *subject, *issuer;
} large[] = {
    {"short values", "C=US | O=Contoso | CN=Alice", "CN=CA"},
    {"nothing", "", ""},
    {"ASCII", "CN=\\{Abc*3000}", "OU=\\{Abc*20000}"},
    {"BMP", "bmp CN=\\{Ä*3000}", "bmp OU=\\{Ä*20000}"},
    {"Latin-1", "t61 CN=\\{\\xE9*3000}", "t61 OU=\\{\\xE9*20000}"},
    {"decomposed", "CN=\\{E\xCC\x81*3000}", "OU=\\{E\xCC\x81*20000}"},
    {"many", "rdns 200 CN=A", "rdns 2000 OU=B"},
};

T_TEST(every_allocation_of_a_set_fails) {
    struct names names = NAMES_INIT;
    make(&names, large[_i].subject, large[_i].issuer);
    for (size_t n = 0;; n++) {
        struct certmap_diagnostic err = {.status = CERTMAP_OK};
        struct certmap_peer *own = NULL;
        t_alloc_fail_at(&memory, n);
        enum certmap_status status = certmap_peer_new(&own, &allocator, &err);
        if (status == CERTMAP_OK)
            status = certmap_peer_set(own, &names.cert, &err);
        const bool failed = t_alloc_failed(&memory);
        ck_assert_msg(status == (failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK), "%s: request %zu", large[_i].what, n);
        ck_assert_int_eq(err.status, status);
        ck_assert_str_eq(err.text, failed ? "out of memory" : "");
        ck_assert_uint_eq(certmap_peer_value_count(own, CERTMAP_FIELD_SUBJECT) > 0,
                          !failed && large[_i].subject[0] != 0);
        t_alloc_fail_at(&memory, SIZE_MAX);
        if (own != NULL) /* usable as if nothing had been */
            ck_assert_int_eq(certmap_peer_set(own, &names.cert, NULL), CERTMAP_OK);
        certmap_peer_free(own);
        ck_assert_uint_eq(memory.live, 1); /* the peer of the fixture */
        if (!failed)
            break;
    }
    names_free(&names);
}

/* Sets the peer and takes all that is left of its memory, in pieces of 16 bytes, but for the last ones. */
static size_t set_and_use_up(const struct certmap_cert *cert, size_t pieces) {
    size_t taken = 0;
    ck_assert_int_eq(certmap_peer_set(peer, cert, NULL), CERTMAP_OK);
    t_alloc_fail_at(&memory, 0);
    while (taken < pieces && cm_arena_alloc(&peer->arena, 16) != NULL)
        taken++;
    return taken;
}

static const char *const labelled[] = {"1.2.3=x", "octet OU=y", "raw 1.2.3=\\x1F\\x1F\\x00"};

T_TEST(every_allocation_of_a_value_fails) {
    struct names names = NAMES_INIT;
    struct certmap_value before = CERTMAP_VALUE_INIT, value = before;
    make(&names, labelled[_i], "CN=CA");
    const size_t all = set_and_use_up(&names.cert, SIZE_MAX);
    for (size_t left = 0; left < 20; left++) {
        struct certmap_diagnostic err;
        (void)set_and_use_up(&names.cert, all - left);
        t_alloc_fail_at(&memory, 0);
        const enum certmap_status status = certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, 0, &err);
        if (status == CERTMAP_OK) {
            ck_assert(!t_alloc_failed(&memory));
            ck_assert_uint_ge(left, 2);
            break;
        }
        ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
        ck_assert_int_eq(err.code, CERTMAP_CODE_MEMORY);
        ck_assert_mem_eq(&value, &before, sizeof value);
        ck_assert_uint_lt(left, 10);
    }
    ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, 0, NULL), CERTMAP_OK);
    names_free(&names);
}

/* A peer with a smaller limit than the public one, which no certificate within the other limits reaches. */
static const struct {
    const char *what, *subject, *issuer, *text;
    size_t arena, scratch; /* limits */
} small[] = {
    {"AVAs of the subject", "rdns 100 CN=A", "CN=CA", "subject: the Names need more memory than 67108864 bytes", 4096,
     SIZE_MAX},
    {"AVAs of the issuer", "CN=Alice", "rdns 100 CN=A", "issuer: the Names need more memory than 67108864 bytes", 4096,
     SIZE_MAX},
    {"a text", "CN=\\{a*5000}", "CN=CA", "subject: the Names need more memory than 67108864 bytes", 4096, SIZE_MAX},
    {"a folded text", "CN=\\{A*3000}", "CN=CA", "subject: the Names need more memory than 67108864 bytes", 4096,
     SIZE_MAX},
    {"decoding", "CN=Alice", "bmp CN=\\{Ä*3000}", "issuer: the Names need more memory than 67108864 bytes", SIZE_MAX,
     4096},
    {"normalising", "CN=\\{Ж*300}", "CN=CA", "subject: the Names need more memory than 67108864 bytes", SIZE_MAX, 4096},
};

T_TEST(memory_of_a_peer_is_limited) {
    struct names names = NAMES_INIT;
    struct certmap_diagnostic err;
    peer->arena.limit = small[_i].arena;
    peer->scratch.limit = small[_i].scratch;
    make(&names, small[_i].subject, small[_i].issuer);
    ck_assert_msg(certmap_peer_set(peer, &names.cert, &err) == CERTMAP_ERROR_LIMIT, "%s", small[_i].what);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NAME_TOO_LARGE);
    ck_assert_str_eq(err.text, small[_i].text);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert_int_eq(certmap_peer_set(peer, &names.cert, NULL), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(certmap_peer_set(peer, make(&names, "CN=Alice", "CN=CA"), NULL), CERTMAP_OK);
    ck_assert_str_eq(values(CERTMAP_FIELD_SUBJECT), "0 CN 2.5.4.3 UTF8String \"Alice\"");
    names_free(&names);
}

T_TEST(memory_of_values_is_limited) {
    struct names names = NAMES_INIT;
    struct certmap_diagnostic err;
    struct certmap_value value = CERTMAP_VALUE_INIT;
    make(&names, "1.2.3=x", "CN=CA");
    (void)set_and_use_up(&names.cert, SIZE_MAX);
    peer->arena.limit = peer->arena.total;
    ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, 0, &err), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NAME_TOO_LARGE);
    ck_assert_ptr_null(value.oid.data);
    ck_assert_int_eq(certmap_peer_set(peer, &names.cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, 0, &err), CERTMAP_OK);
    names_free(&names);
}

/* ---- Names that nobody reads ---- */

static const unsigned unread[] = {CERTMAP_PIECE_SUBJECT, CERTMAP_PIECE_ISSUER,
                                  CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER};

/* It has no values, and the other Name has its own. */
T_TEST(a_name_that_is_not_read) {
    static const enum certmap_field fields[] = {CERTMAP_FIELD_SUBJECT, CERTMAP_FIELD_ISSUER};
    struct names names = NAMES_INIT;
    (void)make(&names, "CN=Alice", "O=Contoso");
    names.cert.unread = unread[_i];
    ck_assert_int_eq(certmap_peer_set(peer, &names.cert, NULL), CERTMAP_OK);
    for (size_t i = 0; i < 2; i++) {
        const bool read = (unread[_i] & (i == 0 ? CERTMAP_PIECE_SUBJECT : CERTMAP_PIECE_ISSUER)) == 0;
        ck_assert_int_eq(certmap_peer_field_unknown(peer, fields[i]),
                         read ? CERTMAP_CODE_NONE : CERTMAP_CODE_NOT_SUPPLIED);
        ck_assert_uint_eq(certmap_peer_value_count(peer, fields[i]), read ? 1 : 0);
    }
    names_free(&names);
}

/* Its form is looked at all the same, plain or not. */
T_TEST(a_fault_where_nothing_is_read) {
    struct names names = NAMES_INIT;
    struct t_buf faulty = T_BUF_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    (void)make(&names, "CN=Alice", "O=Contoso");
    t_der(&faulty, "SEQUENCE{ SET{} }");
    names.cert.unread = CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER;
    *(_i == 0 ? &names.cert.subject : &names.cert.issuer) = t_view(&faulty);
    ck_assert_int_eq(certmap_peer_set(peer, &names.cert, &err), CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(err.code, CERTMAP_CODE_EMPTY_RDN);
    ck_assert_msg(strncmp(err.text, _i == 0 ? "subject: " : "issuer: ", 8) == 0, "%s", err.text);
    t_buf_free(&faulty);
    names_free(&names);
}

T_TESTS("peer",
        T_CASE("values", T_EACH(set_up, tear_down), T_LOOP(values_of_the_subject, COUNT(tables)),
               T_LOOP(values_of_the_issuer, COUNT(tables)), views_of_a_value, a_larger_value_struct, chains,
               T_LOOP(a_name_of_any_length, 50)),
        T_CASE("errors", T_EACH(set_up, tear_down), T_LOOP(a_fault_in_the_subject, COUNT(faults)),
               T_LOOP(a_fault_in_the_issuer, COUNT(faults)), both_names_are_faulty, new_without_an_argument,
               new_with_malloc, T_LOOP(set_without_an_argument, 5), no_peer, an_empty_peer,
               T_LOOP(no_value, COUNT(no_values))),
        T_CASE("Names that nobody reads", T_EACH(set_up, tear_down), T_LOOP(a_name_that_is_not_read, COUNT(unread)),
               T_LOOP(a_fault_where_nothing_is_read, 2)),
        T_CASE("again and again", T_EACH(set_up, tear_down), cleared, T_LOOP(nothing_is_left, KNOWN *KNOWN),
               the_struct_itself_is_not_kept, steady_use_allocates_nothing, many_different_certificates),
        T_CASE("memory", T_EACH(set_up, tear_down), T_LOOP(every_allocation_of_a_set_fails, COUNT(large)),
               T_LOOP(every_allocation_of_a_value_fails, COUNT(labelled)),
               T_LOOP(memory_of_a_peer_is_limited, COUNT(small)), memory_of_values_is_limited))
