/* SPDX-License-Identifier: MIT */
/* Names come from RFC 4519, RFC 4524 and RFC 5280 (and their IANA registrations), from the X.520
 * attributes that OpenSSL, GnuTLS, NSS, Java and Bouncy Castle name, from PKCS #9 (RFC 2985), from the CA/Browser
 * Forum's EV guidelines, and from the keys of Windows' CertStrToName. */
#include "name/attr.h"
#include "base/out.h"
#include "base/view.h"
#include "certmap/names.h"
#include "der/oid.h"

/* Contents octets, and the arcs that rows share. */
#define OID(octets)                                                                                                    \
    { (const uint8_t *)(octets), sizeof(octets) - 1 }
#define X520 "\x55\x04"                                 /* 2.5.4 */
#define COSINE "\x09\x92\x26\x89\x93\xF2\x2C\x64\x01"   /* 0.9.2342.19200300.100.1 */
#define PKCS9 "\x2A\x86\x48\x86\xF7\x0D\x01\x09"        /* 1.2.840.113549.1.9 */
#define EV "\x2B\x06\x01\x04\x01\x82\x37\x3C\x02\x01"   /* 1.3.6.1.4.1.311.60.2.1 */
#define NETSCAPE "\x60\x86\x48\x01\x86\xF8\x42\x03\x01" /* 2.16.840.1.113730.3.1 */
#define RUSSIA "\x2A\x85\x03\x64"                       /* 1.2.643.100 */
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A type that is not registered with IANA has no LDAP name: RFC 4514 2.3 then wants the OID. Rows are
 * in the order in which certificates use them, because every search begins at the top. */
static const struct cm_attr table[] = {
    {OID(X520 "\x03"), "CN", "CN", "CN", NAMES("commonName"), CM_ATTR_UTF8},
    {OID(X520 "\x0B"), "OU", "OU", "OU", NAMES("organizationalUnitName", "organizationalUnit"), CM_ATTR_UTF8},
    {OID(X520 "\x0A"), "O", "O", "O", NAMES("organizationName", "organization"), CM_ATTR_UTF8},
    {OID(X520 "\x06"), "C", "C", "C", NAMES("countryName", "country"), CM_ATTR_PRINTABLE},
    {OID(COSINE "\x19"), "DC", "DC", "DC", NAMES("domainComponent"), CM_ATTR_IA5},
    {OID(X520 "\x07"), "L", "L", "L", NAMES("localityName", "locality"), CM_ATTR_UTF8},
    {OID(X520 "\x08"), "S", "ST", "S", NAMES("SP", "stateOrProvinceName", "stateOrProvince", "state"), CM_ATTR_UTF8},
    {OID(PKCS9 "\x01"), "E", "emailAddress", "E", NAMES("Email", "MAIL"), CM_ATTR_IA5},
    {OID(X520 "\x05"), "SERIALNUMBER", "serialNumber", "SERIALNUMBER", NULL, CM_ATTR_PRINTABLE},
    {OID(COSINE "\x01"), "UID", "UID", NULL, NAMES("userId"), CM_ATTR_UTF8},
    {OID(X520 "\x2A"), "G", "givenName", "G", NAMES("GN"), CM_ATTR_UTF8},
    {OID(X520 "\x04"), "SN", "sn", "SN", NAMES("surname"), CM_ATTR_UTF8},
    {OID(X520 "\x0C"), "T", "title", "T", NULL, CM_ATTR_UTF8},
    {OID(X520 "\x2B"), "I", "initials", "I", NULL, CM_ATTR_UTF8},
    {OID(X520 "\x09"), "STREET", "STREET", "STREET", NAMES("streetAddress"), CM_ATTR_UTF8},
    {OID(X520 "\x11"), "postalCode", "postalCode", "PostalCode", NULL, CM_ATTR_UTF8},
    {OID(X520 "\x2E"), "DNQ", "dnQualifier", "dnQualifier", NULL, CM_ATTR_PRINTABLE},
    {OID(X520 "\x0D"), "description", "description", "Description", NULL, CM_ATTR_UTF8},
    {OID(X520 "\x61"), "organizationIdentifier", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x0F"), "businessCategory", "businessCategory", NULL, NULL, CM_ATTR_UTF8},
    {OID(EV "\x03"), "jurisdictionC", NULL, NULL,
     NAMES("jurisdictionCountryName", "jurisdictionCountry", "jurisdictionOfIncorporationCountryName",
           "incorporationCountry"),
     CM_ATTR_UTF8},
    {OID(EV "\x02"), "jurisdictionST", NULL, NULL,
     NAMES("jurisdictionS", "jurisdictionStateOrProvinceName", "jurisdictionStateOrProvince",
           "jurisdictionOfIncorporationStateOrProvinceName", "incorporationState"),
     CM_ATTR_UTF8},
    {OID(EV "\x01"), "jurisdictionL", NULL, NULL,
     NAMES("jurisdictionLocalityName", "jurisdictionLocality", "jurisdictionOfIncorporationLocalityName",
           "incorporationLocality"),
     CM_ATTR_UTF8},
    {OID(X520 "\x41"), "pseudonym", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x2C"), "generationQualifier", "generationQualifier", NULL, NAMES("generation"), CM_ATTR_UTF8},
    {OID(X520 "\x29"), "name", "name", NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x02"), "unstructuredName", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x08"), "unstructuredAddress", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x2D"), "x500UniqueIdentifier", "x500UniqueIdentifier", NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x14"), "telephoneNumber", "telephoneNumber", "Phone", NULL, CM_ATTR_UTF8},
    {OID(X520 "\x17"), "facsimileTelephoneNumber", "facsimileTelephoneNumber", NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x10"), "postalAddress", "postalAddress", NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x12"), "postOfficeBox", "postOfficeBox", "POBox", NULL, CM_ATTR_UTF8},
    {OID(X520 "\x13"), "physicalDeliveryOfficeName", "physicalDeliveryOfficeName", NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x33"), "houseIdentifier", "houseIdentifier", NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x18"), "x121Address", "x121Address", "X21Address", NULL, CM_ATTR_UTF8},
    {OID(X520 "\x36"), "dmdName", "dmdName", NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x48"), "role", NULL, NULL, NULL, CM_ATTR_UTF8},
    /* Its LDAP name is `mail`, which here, as people who write rules expect, is another name of E: printed
     * as `mail` it would come back as E. */
    {OID(COSINE "\x03"), "rfc822Mailbox", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x2C"), "uniqueIdentifier", "uniqueIdentifier", NULL, NULL, CM_ATTR_UTF8},
    {OID(NETSCAPE "\x03"), "employeeNumber", "employeeNumber", NULL, NULL, CM_ATTR_UTF8},
    {OID(NETSCAPE "\x81\x71"), "displayName", "displayName", NULL, NULL, CM_ATTR_UTF8},
    {OID(RUSSIA "\x01"), "OGRN", NULL, NULL, NAMES("ОГРН"), CM_ATTR_UTF8},
    {OID(RUSSIA "\x03"), "SNILS", NULL, NULL, NAMES("СНИЛС"), CM_ATTR_UTF8},
    {OID(RUSSIA "\x04"), "INNLE", NULL, NULL, NAMES("ИНН ЮЛ", "ИННЮЛ"), CM_ATTR_UTF8},
    {OID(RUSSIA "\x05"), "OGRNIP", NULL, NULL, NAMES("ОГРНИП"), CM_ATTR_UTF8},
    {OID("\x2A\x85\x03\x03\x81\x03\x01\x01"), "INN", NULL, NULL, NAMES("ИНН"), CM_ATTR_UTF8}, /* 1.2.643.3.131.1.1 */
    /* What OpenSSL has more names for. They are read; but these rows have no number, so that every certificate need
     * not be asked for them, and rules print the OID. */
    {OID(COSINE "\x02"), "textEncodedORAddress", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x04"), "info", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x05"), "favouriteDrink", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x06"), "roomNumber", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x07"), "photo", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x08"), "userClass", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x09"), "host", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x0A"), "manager", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x0B"), "documentIdentifier", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x0C"), "documentTitle", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x0D"), "documentVersion", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x0E"), "documentAuthor", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x0F"), "documentLocation", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x14"), "homeTelephoneNumber", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x15"), "secretary", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x16"), "otherMailbox", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x17"), "lastModifiedTime", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x18"), "lastModifiedBy", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x1A"), "aRecord", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x1B"), "pilotAttributeType27", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x1C"), "mXRecord", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x1D"), "nSRecord", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x1E"), "sOARecord", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x1F"), "cNAMERecord", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x25"), "associatedDomain", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x26"), "associatedName", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x27"), "homePostalAddress", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x28"), "personalTitle", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x29"), "mobileTelephoneNumber", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x2A"), "pagerTelephoneNumber", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x2B"), "friendlyCountryName", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x2D"), "organizationalStatus", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x2E"), "janetMailbox", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x2F"), "mailPreferenceOption", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x30"), "buildingName", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x31"), "dSAQuality", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x32"), "singleLevelQuality", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x33"), "subtreeMinimumQuality", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x34"), "subtreeMaximumQuality", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x35"), "personalSignature", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x36"), "dITRedirect", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x37"), "audio", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(COSINE "\x38"), "documentPublisher", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(RUSSIA "\x6F"), "subjectSignTool", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(RUSSIA "\x70"), "issuerSignTool", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(RUSSIA "\x71"), "classSignTool", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x03"), "contentType", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x04"), "messageDigest", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x05"), "signingTime", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x06"), "countersignature", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x07"), "challengePassword", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x09"), "extendedCertificateAttributes", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x14"), "friendlyName", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(PKCS9 "\x15"), "localKeyID", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x0E"), "searchGuide", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x15"), "telexNumber", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x16"), "teletexTerminalIdentifier", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x19"), "internationaliSDNNumber", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x1A"), "registeredAddress", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x1B"), "destinationIndicator", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x1C"), "preferredDeliveryMethod", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x1D"), "presentationAddress", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x1E"), "supportedApplicationContext", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x1F"), "member", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x20"), "owner", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x21"), "roleOccupant", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x22"), "seeAlso", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x23"), "userPassword", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x24"), "userCertificate", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x25"), "cACertificate", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x26"), "authorityRevocationList", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x27"), "certificateRevocationList", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x28"), "crossCertificatePair", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x2F"), "enhancedSearchGuide", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x30"), "protocolInformation", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x31"), "distinguishedName", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x32"), "uniqueMember", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x34"), "supportedAlgorithms", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x35"), "deltaRevocationList", NULL, NULL, NULL, CM_ATTR_UTF8},
    {OID(X520 "\x62"), "c3", NULL, NULL, NAMES("countryCode3c"), CM_ATTR_UTF8},
    {OID(X520 "\x63"), "n3", NULL, NULL, NAMES("countryCode3n"), CM_ATTR_UTF8},
    {OID(X520 "\x64"), "dnsName", NULL, NULL, NULL, CM_ATTR_UTF8},
};

#define ROW_COUNT (sizeof table / sizeof *table)

_Static_assert(sizeof table / sizeof *table == CM_ATTR_COUNT + 82, "CM_ATTR_COUNT is the number of rows with a number");

const struct cm_attr *cm_attr_row(size_t number) {
    return &table[number];
}

/* Looks at no more than the rows of the table. */
size_t cm_attr_by_oid(struct certmap_view oid) {
    if (oid.len == 0)
        return CM_ATTR_OTHER;
    size_t i = 0;
    while (i < CM_ATTR_COUNT && !cm_oid_same(table[i].oid, oid))
        i++;
    return i;
}

/* The row + 1 of each arc of 2.5.4 that has one; a test compares it with the table. */
static const uint8_t x520_rows[0x80] = {
    [0x03] = 1,  [0x04] = 12, [0x05] = 9,  [0x06] = 4,  [0x07] = 6,  [0x08] = 7,  [0x09] = 15, [0x0A] = 3,
    [0x0B] = 2,  [0x0C] = 13, [0x0D] = 18, [0x0F] = 20, [0x10] = 32, [0x11] = 16, [0x12] = 33, [0x13] = 34,
    [0x14] = 30, [0x17] = 31, [0x18] = 36, [0x29] = 26, [0x2A] = 11, [0x2B] = 14, [0x2C] = 25, [0x2D] = 29,
    [0x2E] = 17, [0x33] = 35, [0x36] = 37, [0x41] = 24, [0x48] = 38, [0x61] = 19,
};

size_t cm_attr_x520(uint8_t arc) {
    return x520_rows[arc] > 0 ? x520_rows[arc] - (size_t)1 : CM_ATTR_OTHER;
}

/* ---- names ---- */

static uint8_t lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* How many characters text and word have in common at the start, without regard to case. */
static size_t common(struct certmap_view text, const char *word) {
    size_t i = 0;
    while (i < text.len && word[i] != 0 && lower(text.data[i]) == lower((uint8_t)word[i]))
        i++;
    return i;
}

static bool same_name(struct certmap_view text, const char *name) {
    const size_t len = common(text, name);
    return len == text.len && name[len] == 0;
}

/* Walks all names of a row, of which some are the same: NULL after the last. */
static const char *next_name(const struct cm_attr *row, size_t *at) {
    const char *const own[] = {row->name, row->ldap, row->windows};
    const size_t own_count = sizeof own / sizeof *own;
    while (*at < own_count) {
        const char *name = own[(*at)++];
        if (name != NULL)
            return name;
    }
    return row->aliases == NULL ? NULL : row->aliases[(*at)++ - own_count];
}

static bool has_name(const struct cm_attr *row, struct certmap_view text) {
    size_t at = 0;
    const char *name;
    while ((name = next_name(row, &at)) != NULL)
        if (same_name(text, name))
            return true;
    return false;
}

/* The row of a name in all of the table, or ROW_COUNT. */
static size_t row_by_name(struct certmap_view name) {
    size_t i = 0;
    while (i < ROW_COUNT && !has_name(&table[i], name))
        i++;
    return i;
}

size_t cm_attr_by_name(struct certmap_view name) {
    const size_t row = row_by_name(name);
    return row < CM_ATTR_COUNT ? row : CM_ATTR_OTHER;
}

void cm_attr_print(struct cm_out *out, size_t row, struct certmap_view oid) {
    if (row == CM_ATTR_OTHER)
        cm_oid_print(out, oid);
    else
        cm_out_string(out, table[row].name);
}

static struct certmap_view text_of(const char *name) {
    return cm_view(name, name == NULL ? 0 : strlen(name));
}

const char *cm_attr_nearest(struct certmap_view name) {
    const char *best = NULL;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        size_t at = 0;
        const char *rival;
        while ((rival = next_name(&table[i], &at)) != NULL) {
            const struct certmap_view pair[] = {text_of(best), text_of(rival)};
            if (certmap_text_nearest(name, pair, 2) == 1)
                best = rival;
        }
    }
    return best;
}

/* ---- */

/* Dotted decimal to contents octets, in the table's memory where they are there. */
static enum certmap_code resolve_dotted(struct certmap_view *oid, uint8_t buffer[CERTMAP_MAX_OID_SIZE],
                                        struct certmap_view dotted) {
    const struct certmap_view parsed = {buffer, cm_oid_parse(buffer, dotted)};
    if (parsed.len == 0)
        return CERTMAP_CODE_BAD_OID;
    const size_t number = cm_attr_by_oid(parsed);
    *oid = number == CM_ATTR_OTHER ? parsed : table[number].oid;
    return CERTMAP_CODE_NONE;
}

enum certmap_code cm_attr_resolve(struct certmap_view *oid, uint8_t buffer[CERTMAP_MAX_OID_SIZE],
                                  struct certmap_view text) {
    const size_t prefix = sizeof "OID." - 1;
    if (common(text, "OID.") == prefix)
        return resolve_dotted(oid, buffer, (struct certmap_view){text.data + prefix, text.len - prefix});
    if (text.len > 0 && text.data[0] >= '0' && text.data[0] <= '9')
        return resolve_dotted(oid, buffer, text);
    const size_t row = row_by_name(text);
    if (row == ROW_COUNT)
        return CERTMAP_CODE_UNKNOWN_SUBFIELD;
    *oid = table[row].oid;
    return CERTMAP_CODE_NONE;
}
