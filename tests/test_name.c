/* SPDX-License-Identifier: MIT */
/* Walking a Name AVA by AVA, strictly: what comes out, and where and why a Name is refused. */
#include "base/out.h"
#include "base/view.h"
#include "der/oid.h"
#include "name/name.h"
#include "support/der.h"
#include "support/run.h"

/* ---- what comes out ---- */

/* One AVA as "0 2.5.4.3 0C:416C696365": RDN, type, tag and contents. A ; ends an RDN. */
static void print_ava(struct cm_out *out, const struct cm_rdn_ava *ava) {
    const uint8_t tag = (uint8_t)(ava->tag >> 24 | ava->tag);
    cm_out_number(out, ava->rdn);
    cm_out_char(out, ' ');
    cm_oid_print(out, ava->oid);
    cm_out_char(out, ' ');
    cm_out_hex(out, cm_view(&tag, 1));
    cm_out_char(out, ':');
    cm_out_hex(out, ava->contents);
    cm_out_string(out, ava->last_of_rdn ? ";" : " ");
}

/* Walks a Name to its end, or to the error. */
static enum certmap_status walk(struct cm_out *out, struct certmap_view name, struct certmap_diagnostic *err) {
    struct cm_name_cursor cursor;
    struct cm_rdn_ava ava;
    bool more = true;
    enum certmap_status status = cm_name_open(&cursor, name, err);
    while (status == CERTMAP_OK && more) {
        status = cm_name_next(&cursor, &ava, &more, err);
        if (status == CERTMAP_OK && more)
            print_ava(out, &ava);
    }
    return status;
}

static const struct {
    const char *what, *der, *walk; /* der: t_der */
} walks[] = {
    {"no RDN", "SEQUENCE{}", ""},
    {"one", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"Al\"} } } }", "0 2.5.4.3 0C:416C;"},
    {"an empty value", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{} } } }", "0 2.5.4.3 0C:;"},
    {"two RDNs",
     "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.6} PrintableString{\"US\"} } } SET{ SEQUENCE{ OID{2.5.4.3} IA5String{\"A\"} } "
     "} }",
     "0 2.5.4.6 13:5553;1 2.5.4.3 16:41;"},
    {"two AVAs",
     "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } SEQUENCE{ OID{2.5.4.11} UTF8String{\"B\"} } } }",
     "0 2.5.4.3 0C:41 0 2.5.4.11 0C:42;"},
    {"a SET in the wrong order",
     "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.11} UTF8String{\"B\"} } SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } }",
     "0 2.5.4.11 0C:42 0 2.5.4.3 0C:41;"},
    {"the same twice",
     "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } }",
     "0 2.5.4.3 0C:41 0 2.5.4.3 0C:41;"},
    {"an arc past 64 bits", "SEQUENCE{ SET{ SEQUENCE{ OID{1.2.18446744073709551619} UTF8String{\"A\"} } } }",
     "0 1.2.18446744073709551619 0C:41;"},
    {"a value of any type", "SEQUENCE{ SET{ SEQUENCE{ OID{1.2.3} OCTETSTRING{00 FF} } } }", "0 1.2.3 04:00FF;"},
    {"a value that is constructed", "SEQUENCE{ SET{ SEQUENCE{ OID{1.2.3} SEQUENCE{ INTEGER{07} } } } }",
     "0 1.2.3 30:020107;"},
    {"what is in a value is not looked at", "SEQUENCE{ SET{ SEQUENCE{ OID{1.2.3} SEQUENCE{ 30 80 } } } }",
     "0 1.2.3 30:3080;"},
    {"a value with a context tag", "SEQUENCE{ SET{ SEQUENCE{ OID{1.2.3} 80{\"x\"} } } }", "0 1.2.3 80:78;"},
    {"a value with a high tag", "SEQUENCE{ SET{ SEQUENCE{ OID{1.2.3} 5F 1F 01 78 } } }", "0 1.2.3 5F:78;"},
};

T_TEST(walking) {
    struct t_buf buf = T_BUF_INIT;
    char text[256];
    size_t len;
    struct cm_out out = {text, sizeof text, 0};
    struct certmap_diagnostic err = {.line = 77};
    t_der(&buf, walks[_i].der);
    ck_assert_msg(walk(&out, t_view(&buf), &err) == CERTMAP_OK, "%s: %s", walks[_i].what, err.text);
    ck_assert_uint_eq(err.line, 77);
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    ck_assert_msg(strcmp(text, walks[_i].walk) == 0, "%s: %s", walks[_i].what, text);
    t_buf_free(&buf);
}

T_TEST(views_and_numbers) {
    struct t_buf buf = T_BUF_INIT;
    struct cm_name_cursor cursor;
    struct cm_rdn_ava ava;
    bool more = false;
    t_name(&buf, "C=US | CN=Alice + bmp OU=Ä");
    ck_assert_int_eq(cm_name_open(&cursor, t_view(&buf), NULL), CERTMAP_OK);
    ck_assert_int_eq(cm_name_next(&cursor, &ava, &more, NULL), CERTMAP_OK);
    ck_assert(more && ava.rdn == 0 && ava.last_of_rdn);
    ck_assert_int_eq(cm_name_next(&cursor, &ava, &more, NULL), CERTMAP_OK);
    ck_assert(more && ava.rdn == 1 && !ava.last_of_rdn);
    ck_assert_int_eq(cm_name_next(&cursor, &ava, &more, NULL), CERTMAP_OK);
    ck_assert(more && ava.rdn == 1 && ava.last_of_rdn);
    ck_assert_uint_eq(ava.tag, 0x1E);
    ck_assert(cm_view_equal(ava.oid, CM_VIEW("\x55\x04\x0B")));
    ck_assert(cm_view_equal(ava.value, CM_VIEW("\x1E\x02\0\xC4")));
    ck_assert(cm_view_equal(ava.contents, CM_VIEW("\0\xC4")));
    ck_assert_ptr_eq(ava.value.data + ava.value.len, buf.data + buf.len);
    for (int again = 0; again < 2; again++) { /* the end stays the end, and the AVA as it was */
        ck_assert_int_eq(cm_name_next(&cursor, &ava, &more, NULL), CERTMAP_OK);
        ck_assert(!more && ava.rdn == 1 && ava.tag == 0x1E);
    }
    t_buf_free(&buf);
}

/* ---- refused ---- */

#define CN " SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} }"

static const struct {
    const char *what, *der; /* t_der */
    size_t offset;
    enum certmap_code code;
    const char *text;
} refused[] = {
    /* the Name */
    {"nothing", "", 0, 300, "the Name is not DER"},
    {"a Name that is cut", "30 0C 31 0A", 0, 300, "the Name is not DER"},
    {"a Name of indefinite length", "SEQUENCE-{ SET{" CN " } }", 0, 300, "the Name is not DER"},
    {"a Name in long form", "SEQUENCE+{ SET{" CN " } }", 0, 300, "the Name is not DER"},
    {"a Name that is a SET", "SET{ SET{" CN " } }", 0, 302, "the Name is not a SEQUENCE"},
    {"a Name that is text", "UTF8String{\"CN=A\"}", 0, 302, "the Name is not a SEQUENCE"},
    {"a primitive SEQUENCE", "10 00", 0, 302, "the Name is not a SEQUENCE"},
    {"a byte after it", "SEQUENCE{ SET{" CN " } } 00", 14, 300, "bytes follow the Name"},
    {"another Name after it", "SEQUENCE{} SEQUENCE{}", 2, 300, "bytes follow the Name"},
    /* an RDN */
    {"an RDN that is a SEQUENCE", "SEQUENCE{ SEQUENCE{" CN " } }", 2, 302, "an RDN of the Name is not a SET"},
    {"a primitive SET", "SEQUENCE{ 11{" CN " } }", 2, 302, "an RDN of the Name is not a SET"},
    {"an empty RDN", "SEQUENCE{ SET{} }", 2, 304, "an RDN of the Name is empty"},
    {"an empty RDN at the end", "SEQUENCE{ SET{" CN " } SET{} }", 14, 304, "an RDN of the Name is empty"},
    {"an RDN that is cut", "SEQUENCE{ 31 0B" CN " }", 2, 300, "an RDN of the Name is not DER"},
    {"what an RDN would reach after it", "SEQUENCE{ SET{" CN " } 31 02 } 30 00", 16, 300, "bytes follow the Name"},
    {"an RDN of indefinite length", "SEQUENCE{ SET-{" CN " } }", 2, 300, "an RDN of the Name is not DER"},
    {"an RDN in long form", "SEQUENCE{ SET++{" CN " } }", 2, 300, "an RDN of the Name is not DER"},
    {"a byte after the RDNs", "SEQUENCE{ SET{" CN " } 00 }", 14, 300, "an RDN of the Name is not DER"},
    {"an element after the RDNs", "SEQUENCE{ SET{" CN " } NULL{} }", 14, 302, "an RDN of the Name is not a SET"},
    /* an AVA */
    {"an AVA that is a SET", "SEQUENCE{ SET{ SET{ OID{2.5.4.3} UTF8String{\"A\"} } } }", 4, 302,
     "an AVA of the Name is not a SEQUENCE"},
    {"an AVA without its SEQUENCE", "SEQUENCE{ SET{ OID{2.5.4.3} UTF8String{\"A\"} } }", 4, 302,
     "an AVA of the Name is not a SEQUENCE"},
    {"an AVA that is cut", "SEQUENCE{ SET{ 30 09 06 03 55 04 03 0C 01 } }", 4, 300, "an AVA of the Name is not DER"},
    {"an AVA of indefinite length", "SEQUENCE{ SET{ SEQUENCE-{ OID{2.5.4.3} UTF8String{\"A\"} } } }", 4, 300,
     "an AVA of the Name is not DER"},
    {"an AVA in long form", "SEQUENCE{ SET{ SEQUENCE+{ OID{2.5.4.3} UTF8String{\"A\"} } } }", 4, 300,
     "an AVA of the Name is not DER"},
    {"a byte after the AVAs", "SEQUENCE{ SET{" CN " 00 } }", 14, 300, "an AVA of the Name is not DER"},
    {"an element after the AVAs", "SEQUENCE{ SET{" CN " NULL{} } }", 14, 302, "an AVA of the Name is not a SEQUENCE"},
    {"an empty AVA", "SEQUENCE{ SET{ SEQUENCE{} } }", 6, 302, "an AVA of the Name is empty"},
    /* its type */
    {"a type that is no OID", "SEQUENCE{ SET{ SEQUENCE{ UTF8String{\"CN\"} UTF8String{\"A\"} } } }", 6, 302,
     "an AVA of the Name does not begin with its type"},
    {"a constructed type", "SEQUENCE{ SET{ SEQUENCE{ 26{55 04 03} UTF8String{\"A\"} } } }", 6, 302,
     "an AVA of the Name does not begin with its type"},
    {"a type that is cut", "SEQUENCE{ SET{ SEQUENCE{ 06 04 55 04 03 } } }", 6, 300, "the type of an AVA is not DER"},
    {"a type in long form", "SEQUENCE{ SET{ SEQUENCE{ OID+{2.5.4.3} UTF8String{\"A\"} } } }", 6, 300,
     "the type of an AVA is not DER"},
    {"an empty type", "SEQUENCE{ SET{ SEQUENCE{ OID{} UTF8String{\"A\"} } } }", 6, 303,
     "the type of an AVA is not a valid OID"},
    {"a type with a padded arc", "SEQUENCE{ SET{ SEQUENCE{ OID{55 04 80 03} UTF8String{\"A\"} } } }", 6, 303,
     "the type of an AVA is not a valid OID"},
    {"a type with a padded first arc", "SEQUENCE{ SET{ SEQUENCE{ OID{80 55 04 03} UTF8String{\"A\"} } } }", 6, 303,
     "the type of an AVA is not a valid OID"},
    {"a type without an end", "SEQUENCE{ SET{ SEQUENCE{ OID{55 04 83} UTF8String{\"A\"} } } }", 6, 303,
     "the type of an AVA is not a valid OID"},
    /* its value */
    {"no value", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} } } }", 11, 302, "an AVA of the Name has no value"},
    {"a value that is cut", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} 0C 02 41 } } }", 11, 300,
     "the value of an AVA is not DER"},
    {"a value of indefinite length", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} 2C-{ UTF8String{\"A\"} } } } }", 11, 300,
     "the value of an AVA is not DER"},
    {"a value in long form", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String+{\"A\"} } } }", 11, 300,
     "the value of an AVA is not DER"},
    {"a value whose length has five octets", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} 0C8500000000 01 41 } } }", 11, 300,
     "the value of an AVA is not DER"},
    {"a value with a high tag number below 31", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} 1F 0C 01 41 } } }", 11, 300,
     "the value of an AVA is not DER"},
    {"two values", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} UTF8String{\"B\"} } } }", 14, 302,
     "an AVA has more than a value"},
    {"a byte after the value", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} 00 } } }", 14, 302,
     "an AVA has more than a value"},
    /* further back */
    {"the second RDN", "SEQUENCE{ SET{" CN " } SET{ SEQUENCE{ OID{55 04 80 03} UTF8String{\"A\"} } } }", 18, 303,
     "the type of an AVA is not a valid OID"},
    {"the second AVA", "SEQUENCE{ SET{" CN " SEQUENCE{ OID{2.5.4.3} } } }", 21, 302, "an AVA of the Name has no value"},
};

T_TEST(refusal) {
    struct t_buf buf = T_BUF_INIT;
    char text[256];
    struct cm_out out = {text, sizeof text, 0};
    struct certmap_diagnostic err;
    t_der(&buf, refused[_i].der);
    ck_assert_msg(walk(&out, t_view(&buf), &err) == CERTMAP_ERROR_CERTIFICATE, "%s", refused[_i].what);
    ck_assert_msg(strcmp(err.text, refused[_i].text) == 0, "%s: %s", refused[_i].what, err.text);
    ck_assert_msg(err.code == refused[_i].code, "%s: %s", refused[_i].what, certmap_code_name(err.code));
    ck_assert_msg(err.offset == refused[_i].offset, "%s: offset %zu", refused[_i].what, err.offset);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_CERTIFICATE);
    ck_assert_int_eq(walk(&out, t_view(&buf), NULL), CERTMAP_ERROR_CERTIFICATE);
    t_buf_free(&buf);
}

T_TEST(every_beginning_is_refused) {
    struct t_buf buf = T_BUF_INIT;
    t_name(&buf, "C=US | O=Contoso | OU=Sales + 1.2.18446744073709551619=x | CN=Alice");
    for (size_t len = 0; len < buf.len; len++) {
        char text[256];
        struct cm_out out = {text, sizeof text, 0};
        uint8_t *bytes = malloc(len + 1);
        ck_assert_ptr_nonnull(bytes);
        memcpy(bytes + 1, buf.data, len); /* ends where the block ends */
        ck_assert_msg(walk(&out, cm_view(bytes + 1, len), NULL) == CERTMAP_ERROR_CERTIFICATE, "%zu bytes", len);
        free(bytes);
    }
    t_buf_free(&buf);
}

T_TESTS("name", T_CASE("walked", T_LOOP(walking, COUNT(walks)), views_and_numbers),
        T_CASE("refused", T_LOOP(refusal, COUNT(refused)), every_beginning_is_refused))
