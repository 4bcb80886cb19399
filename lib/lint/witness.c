/* SPDX-License-Identifier: MIT */
/* From values to a certificate, written from its end (der.h), so what comes last in it is written first. */
#include "witness.h"
#include "certmap/limits.h"
#include "certmap/names.h"
#include "der.h"
#include <limits.h>
#include <string.h>

#define VIEW(literal)                                                                                                  \
    (struct certmap_view) {                                                                                            \
        (const uint8_t *)(literal), sizeof(literal) - 1                                                                \
    }

/* A certificate on its way. */
struct making {
    struct cm_lint_der der;
    const struct cm_lint_witness *witness;
    bool impossible; /* a value is none that a certificate can have */
};

static bool is_string(struct certmap_view view, const char *string) {
    return view.len == strlen(string) && memcmp(view.data, string, view.len) == 0;
}

static const struct cm_lint_value *find(const struct making *making, enum certmap_field field) {
    for (size_t i = 0; i < making->witness->count; i++)
        if (making->witness->values[i].field == field)
            return &making->witness->values[i];
    return NULL;
}

static bool is_unknown(const struct cm_lint_value *value) {
    return value != NULL && value->state == CERTMAP_LINT_UNKNOWN;
}

/* ---- octets and object identifiers ---- */

static unsigned digit(uint8_t c) {
    return c >= 'a' ? c - 'a' + 10u : c - '0' + 0u;
}

/* The octets of lower-case hexadecimal; of an odd number of digits the first one is an octet. */
static struct certmap_view octets(struct making *making, struct certmap_view hex) {
    const size_t odd = hex.len % 2, len = hex.len / 2 + odd;
    uint8_t *bytes = cm_lint_pool_take(making->der.pool, len + 1, 1);
    for (size_t i = 0; bytes != NULL && i < hex.len; i++)
        bytes[(i + odd) / 2] = (uint8_t)((unsigned)bytes[(i + odd) / 2] << 4 | digit(hex.data[i]));
    return (struct certmap_view){bytes, bytes != NULL ? len : 0};
}

static void put_oid(struct making *making, struct certmap_view text) {
    uint8_t contents[CERTMAP_MAX_OID_SIZE];
    size_t len = 0;
    if (certmap_oid_from_text(contents, sizeof contents, &len, text, NULL) != CERTMAP_OK)
        making->impossible = true;
    cm_lint_der_put(&making->der, CM_LINT_OID, (struct certmap_view){contents, len});
}

/* ---- Names ---- */

/* Where a type is in a Name. */
static unsigned rank_of(struct certmap_view type) {
    static const char *const order[] = {"C", "DC", "S", "L", "O", "OU"};
    for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
        if (is_string(type, order[i]))
            return i;
    return is_string(type, "CN") ? 7 : 6;
}
#define RANKS 8

/* What is in a DER value, whose length is known to fit. */
static struct certmap_view contents_of(struct certmap_view der) {
    const size_t head = der.data[1] < 0x80 ? 2 : 2 + (size_t)(der.data[1] & 0x7F);
    return (struct certmap_view){der.data + head, der.len - head};
}

/* A Name in RFC 4514 as DER; data NULL: it is none, or there is no memory. */
static struct certmap_view name_of(struct making *making, struct certmap_view text) {
    struct cm_lint_pool *pool = making->der.pool;
    const size_t cap = 2 * text.len + 64; /* mostly enough: at once */
    size_t len = 0;
    uint8_t *bytes = cm_lint_pool_take(pool, cap, 1);
    enum certmap_status status =
        bytes != NULL ? certmap_name_from_text(bytes, cap, &len, text, NULL) : CERTMAP_ERROR_MEMORY;
    if (status == CERTMAP_ERROR_BUFFER) {
        bytes = cm_lint_pool_take(pool, len, 1);
        status = bytes != NULL ? certmap_name_from_text(bytes, len, &len, text, NULL) : CERTMAP_ERROR_MEMORY;
    }
    making->impossible = making->impossible || status != CERTMAP_OK;
    return status == CERTMAP_OK ? (struct certmap_view){bytes, len} : certmap_no_view();
}

/* What most Names are made of, X.520: id-at is 2.5.4. False: it is something else. */
static bool put_usual_type(struct making *making, struct certmap_view type) {
    static const struct {
        const char *name;
        uint8_t oid[3];
    } usual[] = {
        {"CN", {0x55, 4, 3}}, {"C", {0x55, 4, 6}}, {"L", {0x55, 4, 7}}, {"O", {0x55, 4, 10}}, {"OU", {0x55, 4, 11}}};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (is_string(type, usual[i].name)) {
            cm_lint_der_put(&making->der, CM_LINT_OID, (struct certmap_view){usual[i].oid, sizeof usual[i].oid});
            return true;
        }
    return false;
}

/* The type of an attribute, by its name or its OID: that of a Name which has nothing else. */
static void put_type(struct making *making, struct certmap_view type) {
    if (put_usual_type(making, type))
        return;
    char *text = cm_lint_pool_take(making->der.pool, type.len + 2, 1);
    if (text == NULL)
        return;
    memcpy(text, type.data, type.len);
    memcpy(text + type.len, "=x", 2);
    const struct certmap_view name = name_of(making, (struct certmap_view){(const uint8_t *)text, type.len + 2});
    if (name.data == NULL)
        return;
    const struct certmap_view ava = contents_of(contents_of(contents_of(name)));
    const struct certmap_view oid = contents_of(ava);
    cm_lint_der_put(&making->der, CM_LINT_OID,
                    (struct certmap_view){oid.data, oid.len - 3}); /* the value is a letter */
}

/* An RDN of one attribute. */
static void put_rdn(struct making *making, const struct cm_lint_value *value) {
    const size_t before = cm_lint_der_len(&making->der);
    making->impossible = making->impossible || value->text.len > CERTMAP_MAX_VALUE_SIZE;
    if (value->state == CERTMAP_LINT_READABLE)
        cm_lint_der_put(&making->der, CM_LINT_UTF8, value->text);
    else
        cm_lint_der_put(&making->der, CM_LINT_OCTET_STRING, VIEW("\x01\x02"));
    put_type(making, value->subfield);
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
    cm_lint_der_wrap(&making->der, CM_LINT_SET, before);
}

/* The values of a rank in their order, the lowest rank first; before all a whole Name. */
static void put_name(struct making *making, enum certmap_field field) {
    const struct cm_lint_value *values = making->witness->values;
    const size_t before = cm_lint_der_len(&making->der);
    for (unsigned rank = RANKS; rank-- > 0;)
        for (size_t i = making->witness->count; i-- > 0;)
            if (values[i].field == field && values[i].subfield.len > 0 && rank_of(values[i].subfield) == rank)
                put_rdn(making, &values[i]);
    for (size_t i = 0; i < making->witness->count; i++)
        if (values[i].field == field && values[i].subfield.len == 0 && values[i].text.len > 0) {
            const struct certmap_view name = name_of(making, values[i].text);
            if (name.data != NULL) {
                const struct certmap_view rdns = contents_of(name);
                cm_lint_der_bytes(&making->der, rdns.data, rdns.len);
            }
        }
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
}

static void put_name_text(struct making *making, struct certmap_view view) {
    const struct certmap_view name = name_of(making, view);
    cm_lint_der_bytes(&making->der, name.data, name.len);
}

/* ---- alternative names ---- */

/* component/component@REALM */
static void put_principal(struct making *making, struct certmap_view text) {
    struct cm_lint_der *der = &making->der;
    const uint8_t *at = text.len > 0 ? memchr(text.data, '@', text.len) : NULL;
    const size_t user = at != NULL ? (size_t)(at - text.data) : text.len;
    const struct certmap_view realm = {text.data + user + (at != NULL), at != NULL ? text.len - user - 1 : 0};
    const size_t before = cm_lint_der_len(der);
    for (size_t end = user + 1; end > 0;) {
        size_t start = --end;
        while (start > 0 && text.data[start - 1] != '/')
            start--;
        cm_lint_der_put(der, CM_LINT_GENERAL_STRING, (struct certmap_view){text.data + start, end - start});
        end = start;
    }
    cm_lint_der_wrap(der, CM_LINT_SEQUENCE, before);
    cm_lint_der_wrap(der, 0xA1, before);
    cm_lint_der_bytes(der, "\xA0\x03\x02\x01\x01", 5); /* NT-PRINCIPAL */
    cm_lint_der_wrap(der, CM_LINT_SEQUENCE, before);
    cm_lint_der_wrap(der, 0xA1, before);
    const size_t principal = cm_lint_der_len(der);
    cm_lint_der_put(der, CM_LINT_GENERAL_STRING, realm);
    cm_lint_der_wrap(der, 0xA0, principal);
    cm_lint_der_wrap(der, CM_LINT_SEQUENCE, before);
}

/* An otherName: its OID and, EXPLICIT, its value. */
static void put_other(struct making *making, const struct cm_lint_value *value) {
    struct cm_lint_der *der = &making->der;
    const bool upn = is_string(value->subfield, "upn"), krb5 = is_string(value->subfield, "krb5");
    const size_t before = cm_lint_der_len(der);
    if (value->state != CERTMAP_LINT_READABLE)
        cm_lint_der_put(der, CM_LINT_INTEGER, VIEW("\x01\x02"));
    else if (krb5)
        put_principal(making, value->text);
    else
        cm_lint_der_put(der, CM_LINT_UTF8, value->text);
    cm_lint_der_wrap(der, 0xA0, before);
    put_oid(making, upn ? VIEW("1.3.6.1.4.1.311.20.2.3") : krb5 ? VIEW("1.3.6.1.5.2.2") : value->subfield);
    cm_lint_der_wrap(der, 0xA0, before);
}

/* Kinds of GeneralName that are a string: their tags, and what none of them can read. */
static const struct string_kind {
    const char *subfield;
    unsigned tag;
    struct certmap_view unreadable;
} string_kinds[] = {
    {"email", 0x81, {(const uint8_t *)"ab", 2}},
    {"dns", 0x82, {(const uint8_t *)"a b", 3}},
    {"uri", 0x86, {(const uint8_t *)"\x80", 1}},
    {"ip", 0x87, {(const uint8_t *)"abc", 3}},
};

static void put_alternative_name(struct making *making, const struct cm_lint_value *value) {
    struct cm_lint_der *der = &making->der;
    const size_t before = cm_lint_der_len(der);
    for (size_t i = 0; i < sizeof string_kinds / sizeof *string_kinds; i++)
        if (is_string(value->subfield, string_kinds[i].subfield)) {
            cm_lint_der_put(der, string_kinds[i].tag,
                            value->state == CERTMAP_LINT_READABLE ? value->text : string_kinds[i].unreadable);
            return;
        }
    if (is_string(value->subfield, "rid")) {
        put_oid(making, value->text);
        if (cm_lint_der_len(der) > before)
            der->bytes[der->start] = 0x88; /* IMPLICIT */
    } else if (is_string(value->subfield, "dirname")) {
        put_name_text(making, value->text);
        cm_lint_der_wrap(der, 0xA4, before);
    } else {
        put_other(making, value);
    }
}

/* All directory names are one, but that each whole Name would be one of its own. */
static void put_directory_name(struct making *making) {
    const size_t before = cm_lint_der_len(&making->der);
    put_name(making, CERTMAP_FIELD_SAN_DIRNAME);
    cm_lint_der_wrap(&making->der, 0xA4, before);
}

/* ---- extensions ---- */

/* Writes what is in an extension; false: it is not there. */
typedef bool contents_fn(struct making *making, const struct cm_lint_value *value);

static bool put_alternative_names(struct making *making, const struct cm_lint_value *value) {
    const struct cm_lint_value *values = making->witness->values;
    const size_t before = cm_lint_der_len(&making->der);
    (void)value;
    if (find(making, CERTMAP_FIELD_SAN_DIRNAME) != NULL)
        put_directory_name(making);
    for (size_t i = making->witness->count; i-- > 0;)
        if (values[i].field == CERTMAP_FIELD_SAN)
            put_alternative_name(making, &values[i]);
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
    return true;
}

static bool put_usages(struct making *making, const struct cm_lint_value *value) {
    const struct cm_lint_value *values = making->witness->values;
    const size_t before = cm_lint_der_len(&making->der);
    for (size_t i = making->witness->count; i-- > 0;)
        if (values[i].field == value->field) {
            const size_t start = cm_lint_der_len(&making->der);
            put_oid(making, values[i].text);
            if (value->field == CERTMAP_FIELD_POLICY)
                cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, start);
        }
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
    return true;
}

/* KeyUsage, RFC 5280 4.2.1.3; bit 0 is the highest of the first octet. */
static bool put_key_usage(struct making *making, const struct cm_lint_value *value) {
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign",          "encipherOnly",   "decipherOnly"};
    uint8_t contents[3] = {0, 0, 0};
    size_t last = 0;
    (void)value;
    for (size_t i = 0; i < making->witness->count; i++)
        for (size_t bit = 0; bit < sizeof names / sizeof *names; bit++)
            if (making->witness->values[i].field == CERTMAP_FIELD_KU &&
                is_string(making->witness->values[i].text, names[bit])) {
                contents[1 + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
                last = bit > last ? bit : last;
            }
    contents[0] = (uint8_t)(7 - last % 8);
    making->impossible = making->impossible || (contents[1] | contents[2]) == 0;
    cm_lint_der_put(&making->der, CM_LINT_BIT_STRING, (struct certmap_view){contents, 2 + last / 8});
    return true;
}

static bool put_key_identifier(struct making *making, const struct cm_lint_value *value) {
    const size_t before = cm_lint_der_len(&making->der);
    const bool authority = value->field == CERTMAP_FIELD_AKI;
    cm_lint_der_put(&making->der, authority ? 0x80 : CM_LINT_OCTET_STRING, octets(making, value->text));
    if (authority)
        cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
    return true;
}

/* A GeneralNames of one otherName, an OCTET STRING. */
static bool put_sid(struct making *making, const struct cm_lint_value *value) {
    const size_t before = cm_lint_der_len(&making->der);
    cm_lint_der_put(&making->der, CM_LINT_OCTET_STRING, value->text);
    cm_lint_der_wrap(&making->der, 0xA0, before);
    put_oid(making, VIEW("1.3.6.1.4.1.311.25.2.1"));
    cm_lint_der_wrap(&making->der, 0xA0, before);
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
    return true;
}

static bool is_dotted(struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != '.' && (text.data[i] < '0' || text.data[i] > '9'))
            return false;
    return text.len > 2;
}

/* The newer extension has an OID, the older one a name. */
static bool put_template(struct making *making, const struct cm_lint_value *value) {
    const size_t before = cm_lint_der_len(&making->der);
    if (!is_dotted(value->text)) {
        cm_lint_der_put(&making->der, CM_LINT_UTF8, value->text);
        return true;
    }
    put_oid(making, value->text);
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
    return true;
}

static bool put_bytes(struct making *making, const struct cm_lint_value *value) {
    const struct certmap_view bytes = octets(making, value->text);
    cm_lint_der_bytes(&making->der, bytes.data, bytes.len);
    return true;
}

/* Extension ::= SEQUENCE { extnID, extnValue OCTET STRING }; of a field of which nothing is to be known the value is
 * NULL, which no field is. */
static void put_extension(struct making *making, struct certmap_view oid, const struct cm_lint_value *value,
                          contents_fn *contents) {
    const size_t before = cm_lint_der_len(&making->der);
    if (is_unknown(value))
        cm_lint_der_bytes(&making->der, "\x05\x00", 2);
    else
        contents(making, value);
    cm_lint_der_wrap(&making->der, CM_LINT_OCTET_STRING, before);
    put_oid(making, oid);
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
}

static const struct {
    enum certmap_field field;
    const char *oid;
    contents_fn *contents;
} extensions[] = {
    {CERTMAP_FIELD_SAN, "2.5.29.17", put_alternative_names}, {CERTMAP_FIELD_EKU, "2.5.29.37", put_usages},
    {CERTMAP_FIELD_KU, "2.5.29.15", put_key_usage},          {CERTMAP_FIELD_POLICY, "2.5.29.32", put_usages},
    {CERTMAP_FIELD_SKI, "2.5.29.14", put_key_identifier},    {CERTMAP_FIELD_AKI, "2.5.29.35", put_key_identifier},
    {CERTMAP_FIELD_MS_SID, "1.3.6.1.4.1.311.25.2", put_sid},
};

/* What no certificate is made for here: where a question needs one, it stays open. */
static bool is_beyond(enum certmap_field field) {
    return field == CERTMAP_FIELD_QC_STATEMENT || field == CERTMAP_FIELD_QC_TYPE || field == CERTMAP_FIELD_PSD2_ROLE ||
           field == CERTMAP_FIELD_EXTENSION_TEXT;
}

/* SAN and its directory names are one extension: malformed for one, it is for the other. */
static const struct cm_lint_value *value_of(const struct making *making, enum certmap_field field) {
    const struct cm_lint_value *value = find(making, field);
    const struct cm_lint_value *names = field == CERTMAP_FIELD_SAN ? find(making, CERTMAP_FIELD_SAN_DIRNAME) : NULL;
    return value == NULL || is_unknown(names) ? (names != NULL ? names : value) : value;
}

static void put_template_extension(struct making *making) {
    const struct cm_lint_value *value = find(making, CERTMAP_FIELD_MS_TEMPLATE);
    if (value != NULL)
        put_extension(making,
                      is_unknown(value) || is_dotted(value->text) ? VIEW("1.3.6.1.4.1.311.21.7")
                                                                  : VIEW("1.3.6.1.4.1.311.20.2"),
                      value, put_template);
}

static void put_extensions(struct making *making) {
    const struct cm_lint_value *values = making->witness->values;
    const size_t before = cm_lint_der_len(&making->der);
    for (size_t i = making->witness->count; i-- > 0;)
        making->impossible = making->impossible || is_beyond(values[i].field);
    for (size_t i = making->witness->count; i-- > 0;)
        if (values[i].field == CERTMAP_FIELD_EXTENSION)
            put_extension(making, values[i].subfield, &values[i], put_bytes);
    put_template_extension(making);
    for (size_t i = sizeof extensions / sizeof *extensions; i-- > 0;) {
        const struct cm_lint_value *value = value_of(making, extensions[i].field);
        if (value != NULL)
            put_extension(making, certmap_view_of(extensions[i].oid), value, extensions[i].contents);
    }
    if (cm_lint_der_len(&making->der) == before)
        return;
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
    cm_lint_der_wrap(&making->der, 0xA3, before);
}

/* ---- the certificate ---- */

/* ecdsa-with-SHA256 */
static const uint8_t algorithm[] = {0x30, 0x0A, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2};
/* The generator of P-256, which is nobody's key. */
static const uint8_t key[] = {
    0x30, 0x59, 0x30, 0x13, 6,    7,    0x2A, 0x86, 0x48, 0xCE, 0x3D, 2,    1,    6,    8,    0x2A, 0x86, 0x48, 0xCE,
    0x3D, 3,    1,    7,    3,    0x42, 0,    4,    0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6,
    0xE5, 0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98,
    0xC2, 0x96, 0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B,
    0xCE, 0x33, 0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5};
/* r and s are 1, which no signature is. */
static const uint8_t signature[] = {3, 9, 0, 0x30, 6, 2, 1, 1, 2, 1, 1};

/* From 2025 to 2035, around CM_LINT_NOW, or on one side of it. */
static void put_validity(struct making *making) {
    const struct cm_lint_value *value = find(making, CERTMAP_FIELD_VALIDITY);
    const bool early = value != NULL && is_string(value->text, "early");
    const bool expired = value != NULL && is_string(value->text, "expired");
    const size_t before = cm_lint_der_len(&making->der);
    cm_lint_der_put(&making->der, CM_LINT_UTC_TIME, expired ? VIEW("260101000000Z") : VIEW("350101000000Z"));
    cm_lint_der_put(&making->der, CM_LINT_UTC_TIME, early ? VIEW("330101000000Z") : VIEW("250101000000Z"));
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
}

/* Serial numbers are hexadecimal without leading zeros; an octet more says that they are positive. */
static void put_serial(struct making *making) {
    const struct cm_lint_value *value = find(making, CERTMAP_FIELD_SERIAL);
    const struct certmap_view text = value != NULL && !is_unknown(value) ? value->text : VIEW("77000007");
    const bool negative = text.len > 0 && text.data[0] == '-';
    const struct certmap_view digits = {text.data + negative, text.len - negative};
    const struct certmap_view bytes = octets(making, digits);
    const size_t before = cm_lint_der_len(&making->der);
    cm_lint_der_bytes(&making->der, bytes.data, bytes.len);
    if (bytes.len > 0 && bytes.data[0] >= 0x80)
        cm_lint_der_bytes(&making->der, "", 1);
    cm_lint_der_wrap(&making->der, CM_LINT_INTEGER, before);
    making->impossible = making->impossible || negative || bytes.len == 0;
}

static void put_version(struct making *making) {
    const struct cm_lint_value *value = find(making, CERTMAP_FIELD_VERSION);
    const bool one = value != NULL && is_string(value->text, "1"), two = value != NULL && is_string(value->text, "2");
    const bool four = value != NULL && is_string(value->text, "4");
    if (!one)
        cm_lint_der_bytes(&making->der,
                          two    ? "\xA0\x03\x02\x01\x01"
                          : four ? "\xA0\x03\x02\x01\x03"
                                 : "\xA0\x03\x02\x01\x02",
                          5);
}

static void put_signed_part(struct making *making) {
    const size_t before = cm_lint_der_len(&making->der);
    put_extensions(making);
    cm_lint_der_bytes(&making->der, key, sizeof key);
    put_name(making, CERTMAP_FIELD_SUBJECT);
    put_validity(making);
    put_name(making, CERTMAP_FIELD_ISSUER);
    cm_lint_der_bytes(&making->der, algorithm, sizeof algorithm);
    put_serial(making);
    put_version(making);
    cm_lint_der_wrap(&making->der, CM_LINT_SEQUENCE, before);
}

struct certmap_view cm_lint_witness_der(struct cm_lint_pool *pool, const struct cm_lint_witness *witness) {
    struct making making = {.der = {.pool = pool}, .witness = witness};
    cm_lint_der_bytes(&making.der, signature, sizeof signature);
    cm_lint_der_bytes(&making.der, algorithm, sizeof algorithm);
    put_signed_part(&making);
    cm_lint_der_wrap(&making.der, CM_LINT_SEQUENCE, 0);
    if (pool->failed || making.impossible)
        return (struct certmap_view){NULL, 0};
    return cm_lint_der_view(&making.der);
}

/* ---- the peer ---- */

/* What stands for a digest that no rule has. */
#define SIXES 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66
static struct certmap_view other_digest(size_t size) {
    static const uint8_t sixes[] = {SIXES, SIXES, SIXES, SIXES, SIXES, SIXES, SIXES, SIXES};
    return (struct certmap_view){sixes, size};
}

static struct certmap_view digest(struct making *making, enum certmap_field field, size_t size) {
    const struct cm_lint_value *value = find(making, field);
    if (is_unknown(value))
        return (struct certmap_view){NULL, 0};
    return value != NULL ? octets(making, value->text) : other_digest(size);
}

/* The issuer is the first CA of the chain: where nothing is said of the one, the other says it. */
static struct certmap_view issuer_digest(struct making *making, enum certmap_field issuer, enum certmap_field chain) {
    const struct cm_lint_value *first = find(making, chain);
    const bool from_chain = find(making, issuer) == NULL && first != NULL && !is_unknown(first);
    return digest(making, from_chain ? chain : issuer, CERTMAP_SHA256_SIZE);
}

/* The issuer and the CAs above it, one after another. */
static struct certmap_view chain_digests(struct making *making, enum certmap_field issuer, enum certmap_field chain) {
    const struct cm_lint_witness *witness = making->witness;
    const struct certmap_view none = {NULL, 0}, first = issuer_digest(making, issuer, chain);
    uint8_t *bytes = cm_lint_pool_take(making->der.pool, witness->count + 1, CERTMAP_SHA256_SIZE);
    size_t len = 0;
    if (bytes == NULL || is_unknown(find(making, chain)) || first.len != CERTMAP_SHA256_SIZE)
        return none;
    memcpy(bytes, first.data, first.len);
    len = first.len;
    for (size_t i = 0; i < witness->count; i++) {
        if (witness->values[i].field != chain)
            continue;
        const struct certmap_view ca = octets(making, witness->values[i].text);
        if (ca.len != CERTMAP_SHA256_SIZE)
            return none;
        if (len == first.len && memcmp(ca.data, first.data, ca.len) == 0)
            continue; /* the issuer */
        memcpy(bytes + len, ca.data, ca.len);
        len += ca.len;
    }
    return (struct certmap_view){bytes, len};
}

static void set_cas(struct certmap_cert *cert, struct making *making) {
    cert->issuer_sha1 = digest(making, CERTMAP_FIELD_ISSUER_SHA1, CERTMAP_SHA1_SIZE);
    cert->issuer_sha256 = issuer_digest(making, CERTMAP_FIELD_ISSUER_SHA256, CERTMAP_FIELD_CHAIN_SHA256);
    cert->issuer_key_sha256 = issuer_digest(making, CERTMAP_FIELD_ISSUER_KEY_SHA256, CERTMAP_FIELD_CHAIN_KEY_SHA256);
    cert->chain_sha256 = chain_digests(making, CERTMAP_FIELD_ISSUER_SHA256, CERTMAP_FIELD_CHAIN_SHA256);
    cert->chain_key_sha256 = chain_digests(making, CERTMAP_FIELD_ISSUER_KEY_SHA256, CERTMAP_FIELD_CHAIN_KEY_SHA256);
}

bool cm_lint_witness_set_for(struct certmap_peer *peer, struct cm_lint_pool *pool,
                             const struct cm_lint_witness *witness, struct certmap_view der, unsigned needs) {
    struct making making = {.der = {.pool = pool}, .witness = witness};
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    if (der.data == NULL || certmap_cert_from_der(&cert, der, NULL) != CERTMAP_OK)
        return false;
    cert.sha256 = digest(&making, CERTMAP_FIELD_SHA256, CERTMAP_SHA256_SIZE);
    cert.sha1 = digest(&making, CERTMAP_FIELD_SHA1, CERTMAP_SHA1_SIZE);
    cert.key_sha256 = digest(&making, CERTMAP_FIELD_KEY_SHA256, CERTMAP_SHA256_SIZE);
    cert.tbs_sha256 = digest(&making, CERTMAP_FIELD_TBS_SHA256, CERTMAP_SHA256_SIZE);
    cert.sha512 = digest(&making, CERTMAP_FIELD_SHA512, CERTMAP_SHA512_SIZE);
    cert.key_sha512 = digest(&making, CERTMAP_FIELD_KEY_SHA512, CERTMAP_SHA512_SIZE);
    cert.key_sha1 = digest(&making, CERTMAP_FIELD_KEY_SHA1, CERTMAP_SHA1_SIZE);
    set_cas(&cert, &making);
    cert.time = is_unknown(find(&making, CERTMAP_FIELD_VALIDITY)) ? 0 : CM_LINT_NOW;
    if (is_unknown(find(&making, CERTMAP_FIELD_SERIAL)))
        cert.serial = certmap_no_view();
    if (is_unknown(find(&making, CERTMAP_FIELD_VERSION)))
        cert.version = certmap_no_view();
    certmap_cert_restrict(&cert, needs);
    const enum certmap_status status = pool->failed ? CERTMAP_ERROR_MEMORY : certmap_peer_set(peer, &cert, NULL);
    pool->failed = pool->failed || status == CERTMAP_ERROR_MEMORY;
    return status == CERTMAP_OK;
}

bool cm_lint_witness_set(struct certmap_peer *peer, struct cm_lint_pool *pool, const struct cm_lint_witness *witness,
                         struct certmap_view der) {
    return cm_lint_witness_set_for(peer, pool, witness, der, UINT_MAX);
}

static bool is_digest(enum certmap_field field) {
    return field == CERTMAP_FIELD_SHA256 || field == CERTMAP_FIELD_SHA1 || field == CERTMAP_FIELD_KEY_SHA256 ||
           field == CERTMAP_FIELD_TBS_SHA256 || field == CERTMAP_FIELD_ISSUER_SHA256 ||
           field == CERTMAP_FIELD_ISSUER_KEY_SHA256 || field == CERTMAP_FIELD_SHA512 ||
           field == CERTMAP_FIELD_KEY_SHA512 || field == CERTMAP_FIELD_KEY_SHA1 || field == CERTMAP_FIELD_ISSUER_SHA1 ||
           field == CERTMAP_FIELD_CHAIN_SHA256 || field == CERTMAP_FIELD_CHAIN_KEY_SHA256;
}

/* What a certificate always says, and the time with it; only who hands it over can leave it out. */
static bool is_left_out(const struct cm_lint_value *value) {
    return is_unknown(value) && (value->field == CERTMAP_FIELD_SERIAL || value->field == CERTMAP_FIELD_VERSION ||
                                 value->field == CERTMAP_FIELD_VALIDITY);
}

bool cm_lint_witness_is_file(const struct cm_lint_witness *witness) {
    for (size_t i = 0; i < witness->count; i++)
        if (is_digest(witness->values[i].field) || is_left_out(&witness->values[i]))
            return false;
    return true;
}
