/* SPDX-License-Identifier: MIT */
/* The fields of a certificate: their names in rules, where their values are, and what is refused. */
#include "arenas.h"
#include "base/out.h"
#include "base/view.h"
#include "field/field.h"
#include "name/attr.h"
#include "rules.h"
#include "support/alloc.h"

static void assert_prints(const struct cm_path *path, const char *wanted) {
    char text[128];
    struct cm_out out = {text, sizeof text, 0};
    cm_path_print(&out, path);
    ck_assert_uint_lt(out.len, sizeof text);
    text[out.len] = 0;
    ck_assert_str_eq(text, wanted);
}

/* ---- paths ---- */

/* What a path leads to, and how rules print it. */
static const struct {
    const char *path;
    enum certmap_field field;
    const char *subfield;
    uint32_t list;
    enum cm_text_kind kind;
    bool by_oid;
    const char *printed;
} paths[] = {
    {"subject.CN", CERTMAP_FIELD_SUBJECT, "CN", CERTMAP_FIELD_SUBJECT, CM_TEXT_PLAIN, false, "subject.CN"},
    {"subject.commonName", CERTMAP_FIELD_SUBJECT, "commonName", CERTMAP_FIELD_SUBJECT, CM_TEXT_PLAIN, false,
     "subject.CN"},
    {"issuer.OID.2.5.4.3", CERTMAP_FIELD_ISSUER, "OID.2.5.4.3", CERTMAP_FIELD_ISSUER, CM_TEXT_PLAIN, false,
     "issuer.CN"},
    {"issuer.1.2.3", CERTMAP_FIELD_ISSUER, "1.2.3", CERTMAP_FIELD_ISSUER, CM_TEXT_PLAIN, true, "issuer.1.2.3"},
    {"subject", CERTMAP_FIELD_SUBJECT, "", CM_LIST_SUBJECT_NAME, CM_TEXT_NAME, false, "subject"},
    {"issuer", CERTMAP_FIELD_ISSUER, "", CM_LIST_ISSUER_NAME, CM_TEXT_NAME, false, "issuer"},
    {"certificate", CERTMAP_FIELD_CERTIFICATE, "", CERTMAP_FIELD_CERTIFICATE, CM_TEXT_HEX, false, "certificate"},
    {"san.dns", CERTMAP_FIELD_SAN, "dns", CERTMAP_FIELD_SAN, CM_TEXT_DNS, false, "san.dns"},
    {"san.dNSName", CERTMAP_FIELD_SAN, "dNSName", CERTMAP_FIELD_SAN, CM_TEXT_DNS, false, "san.dns"},
    {"san.email", CERTMAP_FIELD_SAN, "email", CERTMAP_FIELD_SAN, CM_TEXT_EMAIL, false, "san.email"},
    {"san.RFC822Name", CERTMAP_FIELD_SAN, "RFC822Name", CERTMAP_FIELD_SAN, CM_TEXT_EMAIL, false, "san.email"},
    {"san.1.3.6.1.5.5.7.8.9", CERTMAP_FIELD_SAN, "1.3.6.1.5.5.7.8.9", CERTMAP_FIELD_SAN, CM_TEXT_EMAIL, false,
     "san.email"},
    {"san.uri", CERTMAP_FIELD_SAN, "uri", CERTMAP_FIELD_SAN, CM_TEXT_URI, false, "san.uri"},
    {"san.uniformResourceIdentifier", CERTMAP_FIELD_SAN, "uniformResourceIdentifier", CERTMAP_FIELD_SAN, CM_TEXT_URI,
     false, "san.uri"},
    {"san.ip", CERTMAP_FIELD_SAN, "ip", CERTMAP_FIELD_SAN, CM_TEXT_IP, false, "san.ip"},
    {"san.iPAddress", CERTMAP_FIELD_SAN, "iPAddress", CERTMAP_FIELD_SAN, CM_TEXT_IP, false, "san.ip"},
    {"san.upn", CERTMAP_FIELD_SAN, "upn", CERTMAP_FIELD_SAN, CM_TEXT_PLAIN, false, "san.upn"},
    {"san.UPN", CERTMAP_FIELD_SAN, "UPN", CERTMAP_FIELD_SAN, CM_TEXT_PLAIN, false, "san.upn"},
    {"san.1.3.6.1.4.1.311.20.2.3", CERTMAP_FIELD_SAN, "1.3.6.1.4.1.311.20.2.3", CERTMAP_FIELD_SAN, CM_TEXT_PLAIN, false,
     "san.upn"},
    {"san.krb5", CERTMAP_FIELD_SAN, "krb5", CERTMAP_FIELD_SAN, CM_TEXT_KRB5, false, "san.krb5"},
    {"san.oid.1.3.6.1.5.2.2", CERTMAP_FIELD_SAN, "oid.1.3.6.1.5.2.2", CERTMAP_FIELD_SAN, CM_TEXT_KRB5, false,
     "san.krb5"},
    {"san.dirname", CERTMAP_FIELD_SAN, "dirname", CERTMAP_FIELD_SAN, CM_TEXT_NAME, false, "san.dirname"},
    {"san.directoryName", CERTMAP_FIELD_SAN, "directoryName", CERTMAP_FIELD_SAN, CM_TEXT_NAME, false, "san.dirname"},
    {"san.rid", CERTMAP_FIELD_SAN, "rid", CERTMAP_FIELD_SAN, CM_TEXT_OID, false, "san.rid"},
    {"san.registeredID", CERTMAP_FIELD_SAN, "registeredID", CERTMAP_FIELD_SAN, CM_TEXT_OID, false, "san.rid"},
    {"san.1.2.3", CERTMAP_FIELD_SAN, "1.2.3", CERTMAP_FIELD_SAN, CM_TEXT_PLAIN, true, "san.1.2.3"},
    {"san.OID.1.2.3", CERTMAP_FIELD_SAN, "OID.1.2.3", CERTMAP_FIELD_SAN, CM_TEXT_PLAIN, true, "san.1.2.3"},
    {"san.dirname.CN", CERTMAP_FIELD_SAN_DIRNAME, "CN", CERTMAP_FIELD_SAN_DIRNAME, CM_TEXT_PLAIN, false,
     "san.dirname.CN"},
    {"san.dirname.1.2.3", CERTMAP_FIELD_SAN_DIRNAME, "1.2.3", CERTMAP_FIELD_SAN_DIRNAME, CM_TEXT_PLAIN, true,
     "san.dirname.1.2.3"},
    {"eku", CERTMAP_FIELD_EKU, "", CERTMAP_FIELD_EKU, CM_TEXT_OID, false, "eku"},
    {"ku", CERTMAP_FIELD_KU, "", CERTMAP_FIELD_KU, CM_TEXT_USAGE, false, "ku"},
    {"policy", CERTMAP_FIELD_POLICY, "", CERTMAP_FIELD_POLICY, CM_TEXT_OID, false, "policy"},
    {"serial", CERTMAP_FIELD_SERIAL, "", CERTMAP_FIELD_SERIAL, CM_TEXT_SERIAL, false, "serial"},
    {"sha256", CERTMAP_FIELD_SHA256, "", CERTMAP_FIELD_SHA256, CM_TEXT_SHA256, false, "sha256"},
    {"sha1", CERTMAP_FIELD_SHA1, "", CERTMAP_FIELD_SHA1, CM_TEXT_SHA1, false, "sha1"},
    {"spki.sha256", CERTMAP_FIELD_KEY_SHA256, "", CERTMAP_FIELD_KEY_SHA256, CM_TEXT_SHA256, false, "spki.sha256"},
    {"sha512", CERTMAP_FIELD_SHA512, "", CERTMAP_FIELD_SHA512, CM_TEXT_SHA512, false, "sha512"},
    {"spki.sha512", CERTMAP_FIELD_KEY_SHA512, "", CERTMAP_FIELD_KEY_SHA512, CM_TEXT_SHA512, false, "spki.sha512"},
    {"spki.sha1", CERTMAP_FIELD_KEY_SHA1, "", CERTMAP_FIELD_KEY_SHA1, CM_TEXT_SHA1, false, "spki.sha1"},
    {"tbs.sha256", CERTMAP_FIELD_TBS_SHA256, "", CERTMAP_FIELD_TBS_SHA256, CM_TEXT_SHA256, false, "tbs.sha256"},
    {"ski", CERTMAP_FIELD_SKI, "", CERTMAP_FIELD_SKI, CM_TEXT_HEX, false, "ski"},
    {"aki", CERTMAP_FIELD_AKI, "", CERTMAP_FIELD_AKI, CM_TEXT_HEX, false, "aki"},
    {"ms.sid", CERTMAP_FIELD_MS_SID, "", CERTMAP_FIELD_MS_SID, CM_TEXT_SID, false, "ms.sid"},
    {"ms.template", CERTMAP_FIELD_MS_TEMPLATE, "", CERTMAP_FIELD_MS_TEMPLATE, CM_TEXT_PLAIN, false, "ms.template"},
    {"version", CERTMAP_FIELD_VERSION, "", CERTMAP_FIELD_VERSION, CM_TEXT_VERSION, false, "version"},
    {"validity", CERTMAP_FIELD_VALIDITY, "", CERTMAP_FIELD_VALIDITY, CM_TEXT_VALIDITY, false, "validity"},
    {"ext.2.5.29.15", CERTMAP_FIELD_EXTENSION, "2.5.29.15", CERTMAP_FIELD_EXTENSION, CM_TEXT_HEX, true,
     "ext.2.5.29.15"},
    {"ext.1.2.3.text", CERTMAP_FIELD_EXTENSION_TEXT, "1.2.3.text", CERTMAP_FIELD_EXTENSION_TEXT, CM_TEXT_PLAIN, true,
     "ext.1.2.3.text"},
    {"qc.statement", CERTMAP_FIELD_QC_STATEMENT, "", CERTMAP_FIELD_QC_STATEMENT, CM_TEXT_QC, false, "qc.statement"},
    {"qc.type", CERTMAP_FIELD_QC_TYPE, "", CERTMAP_FIELD_QC_TYPE, CM_TEXT_QC, false, "qc.type"},
    {"psd2.role", CERTMAP_FIELD_PSD2_ROLE, "", CERTMAP_FIELD_PSD2_ROLE, CM_TEXT_QC, false, "psd2.role"},
    {"ext.OID.1.2.3", CERTMAP_FIELD_EXTENSION, "OID.1.2.3", CERTMAP_FIELD_EXTENSION, CM_TEXT_HEX, true, "ext.1.2.3"},
};

T_TEST(path) {
    struct certmap_view subfield;
    enum certmap_field field = CERTMAP_FIELD_SUBJECT;
    struct cm_path resolved;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert(cm_field_split(&field, &subfield, t_text(paths[_i].path)));
    ck_assert_int_eq(field, paths[_i].field);
    ck_assert(cm_view_equal(subfield, t_text(paths[_i].subfield)));
    ck_assert_msg(cm_path_resolve(&resolved, field, subfield, &arena, &error) == CERTMAP_OK, "%s", error.text);
    ck_assert_int_eq(resolved.field, field);
    ck_assert_uint_eq(resolved.list, paths[_i].list);
    ck_assert_int_eq(resolved.kind, paths[_i].kind);
    ck_assert_int_eq(resolved.by_oid, paths[_i].by_oid);
    assert_prints(&resolved, paths[_i].printed);
}

/* What is printed reads back as the same. */
T_TEST(printed_path) {
    struct certmap_view subfield;
    enum certmap_field field = CERTMAP_FIELD_SUBJECT;
    struct cm_path first, second;
    ck_assert(cm_field_split(&field, &subfield, t_text(paths[_i].path)));
    ck_assert_int_eq(cm_path_resolve(&first, field, subfield, &arena, NULL), CERTMAP_OK);
    ck_assert(cm_field_split(&field, &subfield, t_text(paths[_i].printed)));
    ck_assert_int_eq(cm_path_resolve(&second, field, subfield, &arena, NULL), CERTMAP_OK);
    ck_assert_int_eq(second.field, first.field);
    ck_assert_uint_eq(second.list, first.list);
    ck_assert_uint_eq(second.row, first.row);
    ck_assert_int_eq(second.kind, first.kind);
    ck_assert_int_eq(second.by_oid, first.by_oid);
    ck_assert(cm_view_equal(second.oid, first.oid));
}

/* The fields that are no start of a path have words of their own. */
T_TEST(issuer_fields) {
    static const struct {
        enum certmap_field field;
        const char *name;
        enum cm_text_kind kind;
    } rows[] = {{CERTMAP_FIELD_ISSUER_SHA256, "issuer is sha256", CM_TEXT_SHA256},
                {CERTMAP_FIELD_ISSUER_KEY_SHA256, "issuer is spki.sha256", CM_TEXT_SHA256},
                {CERTMAP_FIELD_ISSUER_SHA1, "issuer is sha1", CM_TEXT_SHA1},
                {CERTMAP_FIELD_CHAIN_SHA256, "chain has sha256", CM_TEXT_SHA256},
                {CERTMAP_FIELD_CHAIN_KEY_SHA256, "chain has spki.sha256", CM_TEXT_SHA256}};
    struct cm_path resolved;
    ck_assert_str_eq(certmap_field_name(rows[_i].field), rows[_i].name);
    ck_assert_int_eq(cm_path_resolve(&resolved, rows[_i].field, CM_VIEW(""), &arena, NULL), CERTMAP_OK);
    ck_assert_int_eq(resolved.kind, rows[_i].kind);
    ck_assert_uint_eq(resolved.list, (uint32_t)rows[_i].field);
    assert_prints(&resolved, rows[_i].name);
}

/* ---- what is refused ---- */

static const struct {
    const char *text;
    const char *looked_for; /* what is before the dot */
    const char *nearest;
} no_fields[] = {
    {"", "", NULL},
    {"CN", "CN", NULL},
    {"Subject.CN", "Subject", "subject"},
    {"sbject.CN", "sbject", "subject"},
    {"subjects", "subjects", "subject"},
    {"subject-CN", "subject-CN", "subject"},
    {"sans.dns", "sans", "san"},
    {"spki", "spki", "spki.sha256"},
    {"sha-512", "sha-512", "sha512"},
    {"spki.sha265", "spki", "spki.sha256"},
    {"spkisha256", "spkisha256", "spki.sha256"},
    {"tbs", "tbs", "tbs.sha256"},
    {"tbs.sha1", "tbs", "tbs.sha256"},
    {"TBSCertificate", "TBSCertificate", "tbs.sha256"},
    {"tbs.sha265", "tbs", "tbs.sha256"},
    {"ms", "ms", NULL},
    {"ms.sidd", "ms", "ms.sid"},
    {"ms.templat", "ms", "ms.template"},
    {"serialnumber", "serialnumber", NULL},
    {"serail", "serail", "serial"},
    {"exts.1.2", "exts", "ext"},
    {".CN", "", NULL},
};

T_TEST(no_field) {
    struct certmap_view subfield;
    enum certmap_field field = CERTMAP_FIELD_POLICY;
    ck_assert(!cm_field_split(&field, &subfield, t_text(no_fields[_i].text)));
    ck_assert_int_eq(field, CERTMAP_FIELD_POLICY);
    ck_assert(cm_view_equal(subfield, t_text(no_fields[_i].looked_for)));
    ck_assert_pstr_eq(cm_field_nearest(t_text(no_fields[_i].text)), no_fields[_i].nearest);
}

static const struct {
    enum certmap_field field;
    const char *subfield;
    enum certmap_code code;
    const char *says;
} refused[] = {
    {CERTMAP_FIELD_SUBJECT, "XN", CERTMAP_CODE_UNKNOWN_SUBFIELD, "there is no subfield \"XN\"; did you mean CN?"},
    {CERTMAP_FIELD_ISSUER, "xyzzy", CERTMAP_CODE_UNKNOWN_SUBFIELD, "every type can be written as an OID"},
    {CERTMAP_FIELD_SUBJECT, "1.2.", CERTMAP_CODE_BAD_OID, "\"1.2.\" is not an object identifier"},
    {CERTMAP_FIELD_CERTIFICATE, "CN", CERTMAP_CODE_UNKNOWN_SUBFIELD, "certificate has no subfields"},
    {CERTMAP_FIELD_SAN, "", CERTMAP_CODE_UNKNOWN_SUBFIELD, "san needs a subfield, for example san.dns"},
    {CERTMAP_FIELD_SAN, "dn", CERTMAP_CODE_UNKNOWN_SUBFIELD, "did you mean dns?"},
    {CERTMAP_FIELD_SAN, "CN", CERTMAP_CODE_UNKNOWN_SUBFIELD, "san has dns, email, uri, ip, upn, krb5, dirname, rid"},
    {CERTMAP_FIELD_SAN, "1.2.", CERTMAP_CODE_BAD_OID, "\"1.2.\" is not an object identifier"},
    {CERTMAP_FIELD_SAN, "OID.dns", CERTMAP_CODE_BAD_OID, "\"OID.dns\" is not an object identifier"},
    {CERTMAP_FIELD_SAN, "OID.", CERTMAP_CODE_UNKNOWN_SUBFIELD, "there is no subfield \"OID.\""},
    {CERTMAP_FIELD_SAN_DIRNAME, "", CERTMAP_CODE_UNKNOWN_SUBFIELD, "for example san.dirname.CN"},
    {CERTMAP_FIELD_SAN_DIRNAME, "dns", CERTMAP_CODE_UNKNOWN_SUBFIELD, "there is no subfield \"dns\""},
    {CERTMAP_FIELD_EKU, "clientAuth", CERTMAP_CODE_UNKNOWN_SUBFIELD, "eku has no subfields"},
    {CERTMAP_FIELD_KEY_SHA256, "x", CERTMAP_CODE_UNKNOWN_SUBFIELD, "spki.sha256 has no subfields"},
    {CERTMAP_FIELD_EXTENSION, "", CERTMAP_CODE_UNKNOWN_SUBFIELD, "for example ext.2.5.29.17"},
    {CERTMAP_FIELD_EXTENSION, "keyUsage", CERTMAP_CODE_BAD_OID, "\"keyUsage\" is not an object identifier"},
    {CERTMAP_FIELD_EXTENSION, "3.1", CERTMAP_CODE_BAD_OID, "\"3.1\" is not an object identifier"},
    {CERTMAP_FIELD_ISSUER_SHA256, "x", CERTMAP_CODE_UNKNOWN_SUBFIELD, "issuer is sha256 has no subfields"},
    {CERTMAP_FIELD_CHAIN_SHA256, "x", CERTMAP_CODE_UNKNOWN_SUBFIELD, "chain has sha256 has no subfields"},
};

T_TEST(refused_subfield) {
    struct cm_path resolved;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_int_eq(cm_path_resolve(&resolved, refused[_i].field, t_text(refused[_i].subfield), &arena, &error),
                     CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(error.code, refused[_i].code);
    ck_assert_msg(strstr(error.text, refused[_i].says) != NULL, "\"%s\": says %s", refused[_i].subfield, error.text);
}

T_TEST(without_memory) {
    static const enum certmap_field fields[] = {CERTMAP_FIELD_SUBJECT, CERTMAP_FIELD_SAN, CERTMAP_FIELD_EXTENSION};
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct cm_arena empty;
    struct cm_path resolved;
    cm_arena_init(&empty, &allocator, SIZE_MAX);
    t_alloc_fail_at(&memory, 0);
    ck_assert_int_eq(cm_path_resolve(&resolved, fields[_i], CM_VIEW("1.2.3"), &empty, NULL), CERTMAP_ERROR_MEMORY);
    cm_arena_free(&empty);
}

/* ---- tables ---- */

/* Every field has a name, pieces that it is read from, and the rows that its subfields need. */
T_TEST(fields) {
    for (unsigned i = 0; i < CM_LIST_SUBJECT_NAME; i++) {
        ck_assert_ptr_nonnull(certmap_field_name((enum certmap_field)i));
        ck_assert_uint_ne(cm_field_pieces((enum certmap_field)i), 0);
        for (unsigned k = 0; k < i; k++)
            ck_assert_str_ne(certmap_field_name((enum certmap_field)i), certmap_field_name((enum certmap_field)k));
    }
    ck_assert_ptr_null(certmap_field_name((enum certmap_field)CM_LIST_SUBJECT_NAME));
    ck_assert_uint_eq(cm_field_rows(CERTMAP_FIELD_SUBJECT), CM_ATTR_COUNT);
    ck_assert_uint_eq(cm_field_rows(CERTMAP_FIELD_SAN_DIRNAME), CM_ATTR_COUNT);
    ck_assert_uint_eq(cm_field_rows(CERTMAP_FIELD_SAN), CM_SAN_OTHER);
    ck_assert_uint_eq(cm_field_rows(CERTMAP_FIELD_EXTENSION), 0);
    ck_assert_uint_eq(cm_field_rows(CERTMAP_FIELD_EKU), 0);
}

T_TEST(rows_of_the_san) {
    for (unsigned row = 0; row < CM_SAN_OTHER; row++) {
        struct cm_path resolved;
        const char *name = cm_san_row_name((enum cm_san_row)row);
        ck_assert_int_eq(cm_path_resolve(&resolved, CERTMAP_FIELD_SAN, t_text(name), &arena, NULL), CERTMAP_OK);
        ck_assert_uint_eq(resolved.row, row);
    }
    ck_assert_int_eq(cm_san_row_by_oid(CM_VIEW("\x2B\x06\x01\x05\x02\x02")), CM_SAN_KRB5);
    ck_assert_int_eq(cm_san_row_by_oid(CM_VIEW("\x2A\x03")), CM_SAN_OTHER);
    ck_assert_int_eq(cm_san_row_by_oid(CM_VIEW("")), CM_SAN_OTHER);
}

T_TESTS("field",
        T_CASE("names", T_EACH(start_arenas, free_arenas), T_LOOP(path, COUNT(paths)),
               T_LOOP(printed_path, COUNT(paths)), T_LOOP(issuer_fields, 5), T_LOOP(no_field, COUNT(no_fields)),
               T_LOOP(refused_subfield, COUNT(refused)), T_LOOP(without_memory, 3)),
        T_CASE("tables", T_EACH(start_arenas, free_arenas), fields, rows_of_the_san))
