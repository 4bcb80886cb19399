/* SPDX-License-Identifier: MIT */
/* The table of attribute types itself, and looking things up in it. */
#include "base/out.h"
#include "base/view.h"
#include "certmap/names.h"
#include "der/oid.h"
#include "name/attr.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>

static const char *dotted(struct certmap_view oid) {
    static char printed[256];
    size_t len;
    struct cm_out out = {printed, sizeof printed, 0};
    cm_oid_print(&out, oid);
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    return printed;
}

static bool same(const char *a, const char *b) {
    return certmap_text_same(t_text(a), t_text(b));
}

/* ---- the table ---- */

/* What each type is, written out a second time: rows that users, IANA and Windows depend on. */
static const struct {
    const char *oid, *name, *ldap, *windows;
    enum cm_attr_string string;
} rows[] = {
    {"2.5.4.3", "CN", "CN", "CN", CM_ATTR_UTF8},
    {"2.5.4.11", "OU", "OU", "OU", CM_ATTR_UTF8},
    {"2.5.4.10", "O", "O", "O", CM_ATTR_UTF8},
    {"2.5.4.6", "C", "C", "C", CM_ATTR_PRINTABLE},
    {"0.9.2342.19200300.100.1.25", "DC", "DC", "DC", CM_ATTR_IA5},
    {"2.5.4.7", "L", "L", "L", CM_ATTR_UTF8},
    {"2.5.4.8", "S", "ST", "S", CM_ATTR_UTF8},
    {"1.2.840.113549.1.9.1", "E", "emailAddress", "E", CM_ATTR_IA5},
    {"2.5.4.5", "SERIALNUMBER", "serialNumber", "SERIALNUMBER", CM_ATTR_PRINTABLE},
    {"0.9.2342.19200300.100.1.1", "UID", "UID", NULL, CM_ATTR_UTF8},
    {"2.5.4.42", "G", "givenName", "G", CM_ATTR_UTF8},
    {"2.5.4.4", "SN", "sn", "SN", CM_ATTR_UTF8},
    {"2.5.4.12", "T", "title", "T", CM_ATTR_UTF8},
    {"2.5.4.43", "I", "initials", "I", CM_ATTR_UTF8},
    {"2.5.4.9", "STREET", "STREET", "STREET", CM_ATTR_UTF8},
    {"2.5.4.17", "postalCode", "postalCode", "PostalCode", CM_ATTR_UTF8},
    {"2.5.4.46", "DNQ", "dnQualifier", "dnQualifier", CM_ATTR_PRINTABLE},
    {"2.5.4.13", "description", "description", "Description", CM_ATTR_UTF8},
    {"2.5.4.97", "organizationIdentifier", NULL, NULL, CM_ATTR_UTF8},
    {"2.5.4.15", "businessCategory", "businessCategory", NULL, CM_ATTR_UTF8},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC", NULL, NULL, CM_ATTR_UTF8},
    {"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST", NULL, NULL, CM_ATTR_UTF8},
    {"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL", NULL, NULL, CM_ATTR_UTF8},
    {"2.5.4.65", "pseudonym", NULL, NULL, CM_ATTR_UTF8},
    {"2.5.4.44", "generationQualifier", "generationQualifier", NULL, CM_ATTR_UTF8},
    {"2.5.4.41", "name", "name", NULL, CM_ATTR_UTF8},
    {"1.2.840.113549.1.9.2", "unstructuredName", NULL, NULL, CM_ATTR_UTF8},
    {"1.2.840.113549.1.9.8", "unstructuredAddress", NULL, NULL, CM_ATTR_UTF8},
    {"2.5.4.45", "x500UniqueIdentifier", "x500UniqueIdentifier", NULL, CM_ATTR_UTF8},
    {"2.5.4.20", "telephoneNumber", "telephoneNumber", "Phone", CM_ATTR_UTF8},
    {"2.5.4.23", "facsimileTelephoneNumber", "facsimileTelephoneNumber", NULL, CM_ATTR_UTF8},
    {"2.5.4.16", "postalAddress", "postalAddress", NULL, CM_ATTR_UTF8},
    {"2.5.4.18", "postOfficeBox", "postOfficeBox", "POBox", CM_ATTR_UTF8},
    {"2.5.4.19", "physicalDeliveryOfficeName", "physicalDeliveryOfficeName", NULL, CM_ATTR_UTF8},
    {"2.5.4.51", "houseIdentifier", "houseIdentifier", NULL, CM_ATTR_UTF8},
    {"2.5.4.24", "x121Address", "x121Address", "X21Address", CM_ATTR_UTF8},
    {"2.5.4.54", "dmdName", "dmdName", NULL, CM_ATTR_UTF8},
    {"2.5.4.72", "role", NULL, NULL, CM_ATTR_UTF8},
    {"0.9.2342.19200300.100.1.3", "rfc822Mailbox", NULL, NULL, CM_ATTR_UTF8},
    {"0.9.2342.19200300.100.1.44", "uniqueIdentifier", "uniqueIdentifier", NULL, CM_ATTR_UTF8},
    {"2.16.840.1.113730.3.1.3", "employeeNumber", "employeeNumber", NULL, CM_ATTR_UTF8},
    {"2.16.840.1.113730.3.1.241", "displayName", "displayName", NULL, CM_ATTR_UTF8},
    {"1.2.643.100.1", "OGRN", NULL, NULL, CM_ATTR_UTF8},
    {"1.2.643.100.3", "SNILS", NULL, NULL, CM_ATTR_UTF8},
    {"1.2.643.100.4", "INNLE", NULL, NULL, CM_ATTR_UTF8},
    {"1.2.643.100.5", "OGRNIP", NULL, NULL, CM_ATTR_UTF8},
    {"1.2.643.3.131.1.1", "INN", NULL, NULL, CM_ATTR_UTF8},
};

T_TEST(row_is_as_written) {
    const size_t number = cm_attr_by_name(t_text(rows[_i].name));
    ck_assert_msg(number != CM_ATTR_OTHER, "no row for %s", rows[_i].name);
    const struct cm_attr *row = cm_attr_row(number);
    ck_assert_str_eq(row->name, rows[_i].name);
    ck_assert_str_eq(dotted(row->oid), rows[_i].oid);
    ck_assert_pstr_eq(row->ldap, rows[_i].ldap);
    ck_assert_pstr_eq(row->windows, rows[_i].windows);
    ck_assert_int_eq(row->string, rows[_i].string);
    ck_assert_msg(cm_oid_valid(row->oid), "%s: not an OID", row->name);
    ck_assert_msg(cm_attr_by_oid(row->oid) == number, "%s: its OID leads elsewhere", row->name);
}

/* Every name of a row once, the rules' name first; returns how many. */
static size_t names_of(const struct cm_attr *row, const char *names[16]) {
    const char *own[] = {row->name, row->ldap, row->windows};
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        bool known = own[i] == NULL;
        for (size_t k = 0; k < count; k++)
            known = known || same(names[k], own[i]);
        if (!known)
            names[count++] = own[i];
    }
    for (size_t i = 0; row->aliases != NULL && row->aliases[i] != NULL; i++)
        names[count++] = row->aliases[i];
    ck_assert_msg(count <= 16, "%s has more names than this test has room for", row->name);
    return count;
}

/* No name is in two rows, or twice in one, whatever its case. */
T_TEST(names_are_unique) {
    const char *mine[16], *theirs[16];
    const struct cm_attr *row = cm_attr_row((size_t)_i);
    const size_t my_count = names_of(row, mine);
    for (size_t i = 0; i < my_count; i++) {
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(!same(mine[i], mine[k]), "%s: %s twice", row->name, mine[i]);
        for (size_t other = 0; other < (size_t)_i; other++) {
            const size_t their_count = names_of(cm_attr_row(other), theirs);
            for (size_t k = 0; k < their_count; k++)
                ck_assert_msg(!same(mine[i], theirs[k]), "%s also stands in row %s", mine[i], theirs[0]);
        }
    }
}

T_TEST(names_reach_their_row) {
    const char *names[16];
    const size_t count = names_of(cm_attr_row((size_t)_i), names);
    for (size_t i = 0; i < count; i++) {
        char other_case[64];
        size_t len = strlen(names[i]);
        for (size_t k = 0; k <= len; k++) {
            const char c = names[i][k];
            other_case[k] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? (char)(c ^ 0x20) : c;
        }
        ck_assert_msg(cm_attr_by_name(t_text(names[i])) == (size_t)_i, "%s leads elsewhere", names[i]);
        ck_assert_msg(cm_attr_by_name(t_text(other_case)) == (size_t)_i, "%s leads elsewhere", other_case);
    }
}

T_TEST(oids_are_unique) {
    for (size_t other = 0; other < (size_t)_i; other++)
        ck_assert_msg(!cm_view_equal(cm_attr_row((size_t)_i)->oid, cm_attr_row(other)->oid), "%s and %s are the same",
                      cm_attr_row((size_t)_i)->name, cm_attr_row(other)->name);
}

T_TEST(this_test_has_every_row) {
    ck_assert_int_eq(COUNT(rows), CM_ATTR_COUNT);
}

/* ---- looking up ---- */

static const struct {
    const char *written, *name;
} spellings[] = {
    {"cn", "CN"},
    {"commonName", "CN"},
    {"COMMONNAME", "CN"},
    {"ou", "OU"},
    {"organizationalUnitName", "OU"},
    {"organizationName", "O"},
    {"l", "L"},
    {"localityName", "L"},
    {"S", "S"},
    {"ST", "S"},
    {"SP", "S"},
    {"stateOrProvinceName", "S"},
    {"c", "C"},
    {"countryName", "C"},
    {"street", "STREET"},
    {"streetAddress", "STREET"},
    {"dc", "DC"},
    {"domainComponent", "DC"},
    {"uid", "UID"},
    {"userId", "UID"},
    {"sn", "SN"},
    {"surname", "SN"},
    {"G", "G"},
    {"GN", "G"},
    {"givenName", "G"},
    {"I", "I"},
    {"initials", "I"},
    {"T", "T"},
    {"title", "T"},
    {"E", "E"},
    {"Email", "E"},
    {"emailAddress", "E"},
    {"MAIL", "E"},
    {"serialNumber", "SERIALNUMBER"},
    {"postalCode", "postalCode"},
    {"DNQ", "DNQ"},
    {"dnQualifier", "DNQ"},
    {"jurisdictionCountryName", "jurisdictionC"},
    {"jurisdictionST", "jurisdictionST"},
    {"jurisdictionLocalityName", "jurisdictionL"},
    {"POBox", "postOfficeBox"},
    {"generation", "generationQualifier"},
    {"Phone", "telephoneNumber"},
    /* by number: in the table, whatever the spelling */
    {"2.5.4.3", "CN"},
    {"OID.2.5.4.3", "CN"},
    {"oid.2.5.4.8", "S"},
    {"1.2.840.113549.1.9.1", "E"},
};

T_TEST(spelling_resolves) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid = CM_VIEW_NONE;
    ck_assert_msg(cm_attr_resolve(&oid, buffer, t_text(spellings[_i].written)) == CERTMAP_CODE_NONE, "%s",
                  spellings[_i].written);
    const struct cm_attr *row = cm_attr_row(cm_attr_by_name(t_text(spellings[_i].name)));
    ck_assert_msg(oid.data == row->oid.data && oid.len == row->oid.len, "%s is not %s", spellings[_i].written,
                  spellings[_i].name);
}

static const struct {
    const char *written;
    enum certmap_code code;
} refusals[] = {
    {"", CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {"CM", CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {"commonNam", CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {"commonName1", CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {"CN ", CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {" CN", CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {"O.U", CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {"OID", CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {"OID.", CERTMAP_CODE_BAD_OID},
    {"OID.CN", CERTMAP_CODE_BAD_OID},
    {"OID.OID.2.5.4.3", CERTMAP_CODE_BAD_OID},
    {"2", CERTMAP_CODE_BAD_OID},
    {"2.5.4.", CERTMAP_CODE_BAD_OID},
    {"2.5.04.3", CERTMAP_CODE_BAD_OID},
    {"3.1.2", CERTMAP_CODE_BAD_OID},
    {"2.5.4.3 ", CERTMAP_CODE_BAD_OID},
    {"4CN", CERTMAP_CODE_BAD_OID},
};

T_TEST(refusal) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid = CM_VIEW("untouched");
    ck_assert_msg(cm_attr_resolve(&oid, buffer, t_text(refusals[_i].written)) == refusals[_i].code, "\"%s\"",
                  refusals[_i].written);
    ck_assert_msg(oid.len == strlen("untouched"), "\"%s\" wrote its output", refusals[_i].written);
}

T_TEST(a_nul_ends_no_name) {
    ck_assert_uint_eq(cm_attr_by_name(CM_VIEW("CN\0")), CM_ATTR_OTHER);
    ck_assert_uint_eq(cm_attr_by_name(CM_VIEW("CN\0x")), CM_ATTR_OTHER);
    ck_assert_uint_eq(cm_attr_by_name(CM_VIEW("\0")), CM_ATTR_OTHER);
}

T_TEST(oid_outside_the_table) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid = CM_VIEW_NONE;
    ck_assert_int_eq(cm_attr_resolve(&oid, buffer, t_text("OID.1.3.6.1.4.1.99999.1")), CERTMAP_CODE_NONE);
    ck_assert_ptr_eq(oid.data, buffer);
    ck_assert_str_eq(dotted(oid), "1.3.6.1.4.1.99999.1");
    ck_assert_uint_eq(cm_attr_by_oid(oid), CM_ATTR_OTHER);
    /* the same length and last octet as CN, a prefix of CN, CN with more, and nothing */
    ck_assert_uint_eq(cm_attr_by_oid(CM_VIEW("\x55\x1D\x03")), CM_ATTR_OTHER);
    ck_assert_uint_eq(cm_attr_by_oid(CM_VIEW("\x55\x04")), CM_ATTR_OTHER);
    ck_assert_uint_eq(cm_attr_by_oid(CM_VIEW("\x55\x04\x03\x03")), CM_ATTR_OTHER);
    ck_assert_uint_eq(cm_attr_by_oid(CM_VIEW_NONE), CM_ATTR_OTHER);
}

T_TEST(printing) {
    char printed[64];
    size_t len;
    struct cm_out out = {printed, sizeof printed, 0};
    const struct certmap_view cn = CM_VIEW("\x55\x04\x03"), other = CM_VIEW("\x2A\x03\x04");
    cm_attr_print(&out, cm_attr_by_oid(cn), cn);
    cm_out_char(&out, ' ');
    cm_attr_print(&out, cm_attr_by_oid(other), other);
    ck_assert_int_eq(cm_out_finish(&out, &len, NULL), CERTMAP_OK);
    ck_assert_str_eq(printed, "CN 1.2.3.4");
}

/* ---- misspellings ---- */

static const struct {
    const char *written, *nearest;
} misspellings[] = {
    {"CM", "CN"},
    {"NC", "CN"},
    {"Ou1", "OU"},
    {"0U", "OU"},
    {"OUU", "OU"},
    {"emailAdress", "emailAddress"},
    {"e-mail", "Email"},
    {"comonName", "commonName"},
    {"organisationName", "organizationName"},
    {"organizationalUnit Name", "organizationalUnitName"},
    {"givenname1", "givenName"},
    {"STREE", "STREET"},
    {"serialNumbr", "SERIALNUMBER"},
    {"SERIAL-NUMBER", "SERIALNUMBER"},
    {"sirname", "surname"},
    {"postcode", "postalCode"},
    {"stateOrProvince_Name", "stateOrProvinceName"},
    {"jurisdictionCountry Name", "jurisdictionCountryName"},
    {"xyzzy", NULL},
    {"", NULL},
    {"subject", NULL},
    {"a text that is far longer than any name in the table of attribute types", NULL},
};

T_TEST(misspelling) {
    const char *nearest = cm_attr_nearest(t_text(misspellings[_i].written));
    ck_assert_msg((nearest == NULL) == (misspellings[_i].nearest == NULL) &&
                      (nearest == NULL || strcmp(nearest, misspellings[_i].nearest) == 0),
                  "\"%s\": %s instead of %s", misspellings[_i].written, nearest == NULL ? "none" : nearest,
                  misspellings[_i].nearest == NULL ? "none" : misspellings[_i].nearest);
}

T_TESTS("attr",
        T_CASE("table", T_LOOP(row_is_as_written, COUNT(rows)), T_LOOP(names_are_unique, CM_ATTR_COUNT),
               T_LOOP(names_reach_their_row, CM_ATTR_COUNT), T_LOOP(oids_are_unique, CM_ATTR_COUNT),
               this_test_has_every_row),
        T_CASE("lookup", T_LOOP(spelling_resolves, COUNT(spellings)), T_LOOP(refusal, COUNT(refusals)),
               a_nul_ends_no_name, oid_outside_the_table, printing, T_LOOP(misspelling, COUNT(misspellings))))
