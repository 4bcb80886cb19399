/* SPDX-License-Identifier: MIT */
/* Certificates made of values: each value is read back from the certificate as it was asked for. */
#define _POSIX_C_SOURCE 200809L

#include "lint/witness.h"
#include "rules.h"
#include "support/alloc.h"

#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* One value of each field and subfield. ip is given in octets, and read as text. */
static const struct row {
    enum certmap_field field;
    const char *subfield, *text, *read; /* read: NULL, as text */
} rows[] = {
    {CERTMAP_FIELD_SUBJECT, "CN", "Alice", NULL},
    {CERTMAP_FIELD_SUBJECT, "CN", "", NULL},
    {CERTMAP_FIELD_SUBJECT, "CN", " a,b+c\"\\<>;=# ", NULL},
    {CERTMAP_FIELD_SUBJECT, "O", "\xCE\x91\xCE\xB8\xCE\xAE\xCE\xBD\xCE\xB1", NULL},
    {CERTMAP_FIELD_SUBJECT, "C", "US", NULL},
    {CERTMAP_FIELD_SUBJECT, "DC", "example", NULL},
    {CERTMAP_FIELD_SUBJECT, "E", "a@b.example", NULL},
    {CERTMAP_FIELD_SUBJECT, "UID", "ada", NULL},
    {CERTMAP_FIELD_SUBJECT, "SERIALNUMBER", "17", NULL},
    {CERTMAP_FIELD_SUBJECT, "1.3.6.1.4.1.32473.1", "x", NULL},
    {CERTMAP_FIELD_ISSUER, "CN", "Any CA", NULL},
    {CERTMAP_FIELD_ISSUER, "OU", "Issuing", NULL},
    {CERTMAP_FIELD_SAN, "dns", "host.contoso.example", NULL},
    {CERTMAP_FIELD_SAN, "email", "ada@contoso.example", NULL},
    {CERTMAP_FIELD_SAN, "uri", "https://contoso.example/people/ada?x=1", NULL},
    {CERTMAP_FIELD_SAN, "ip", "\xC6\x33\x64\x01", "198.51.100.1"},
    {CERTMAP_FIELD_SAN, "ip", "\x20\x01\x0D\xB8\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
     "2001:db8:101:101:101:101:101:101"},
    {CERTMAP_FIELD_SAN, "upn", "ada@contoso.example", NULL},
    {CERTMAP_FIELD_SAN, "krb5", "ada@CONTOSO.EXAMPLE", NULL},
    {CERTMAP_FIELD_SAN, "krb5", "ada/admin@CONTOSO.EXAMPLE", NULL},
    {CERTMAP_FIELD_SAN, "rid", "1.3.6.1.4.1.32473.3", NULL},
    {CERTMAP_FIELD_SAN, "1.3.6.1.4.1.32473.4", "badge 1103", NULL},
    {CERTMAP_FIELD_SAN_DIRNAME, "CN", "Ada", NULL},
    {CERTMAP_FIELD_EKU, "", "clientAuth", NULL},
    {CERTMAP_FIELD_EKU, "", "1.3.6.1.4.1.32473.9", NULL},
    {CERTMAP_FIELD_KU, "", "digitalSignature", NULL},
    {CERTMAP_FIELD_KU, "", "decipherOnly", NULL},
    {CERTMAP_FIELD_POLICY, "", "1.3.6.1.4.1.32473.2", NULL},
    {CERTMAP_FIELD_POLICY, "", "anyPolicy", NULL},
    {CERTMAP_FIELD_SERIAL, "", "1f2a", NULL},
    {CERTMAP_FIELD_SERIAL, "", "ff", NULL},
    {CERTMAP_FIELD_SERIAL, "", "a00015b", NULL},
    {CERTMAP_FIELD_SERIAL, "", "0", NULL},
    {CERTMAP_FIELD_SHA256, "", DIGEST, NULL},
    {CERTMAP_FIELD_SHA1, "", "00112233445566778899aabbccddeeff00112233", NULL},
    {CERTMAP_FIELD_KEY_SHA256, "", DIGEST, NULL},
    {CERTMAP_FIELD_TBS_SHA256, "", DIGEST, NULL},
    {CERTMAP_FIELD_ISSUER_SHA256, "", DIGEST, NULL},
    {CERTMAP_FIELD_ISSUER_KEY_SHA256, "", DIGEST, NULL},
    {CERTMAP_FIELD_SKI, "", "0123456789abcdef", NULL},
    {CERTMAP_FIELD_AKI, "", "fedcba98", NULL},
    {CERTMAP_FIELD_MS_SID, "", "S-1-5-21-1004336348-1177238915-682003330-512", NULL},
    {CERTMAP_FIELD_MS_TEMPLATE, "", "SmartcardLogon", NULL},
    {CERTMAP_FIELD_MS_TEMPLATE, "", "1.3.6.1.4.1.32473.5", NULL},
    {CERTMAP_FIELD_VERSION, "", "2", NULL},
    {CERTMAP_FIELD_VERSION, "", "3", NULL},
    {CERTMAP_FIELD_VALIDITY, "", "valid", NULL},
    {CERTMAP_FIELD_VALIDITY, "", "early", NULL},
    {CERTMAP_FIELD_VALIDITY, "", "expired", NULL},
    {CERTMAP_FIELD_EXTENSION, "1.3.6.1.4.1.32473.6", "0500", NULL},
};
#define ROWS (sizeof rows / sizeof *rows)

static struct cm_lint_value value_of(const struct row *row) {
    return (struct cm_lint_value){row->field, t_text(row->subfield), t_text(row->text), CERTMAP_LINT_READABLE};
}

/* The certificate that the peer is of. */
static struct cm_lint_pool pool;

/* Makes a peer of values; false: there is none. */
static bool prepare(struct certmap_peer *peer, const struct cm_lint_value *values, size_t count) {
    const struct cm_lint_witness witness = {values, count};
    cm_lint_pool_empty(&pool);
    const struct certmap_view der = cm_lint_witness_der(&pool, &witness);
    ck_assert(!pool.failed);
    return der.data != NULL && cm_lint_witness_set(peer, &pool, &witness, der);
}

static struct certmap_peer *new_peer(void) {
    struct certmap_peer *peer = NULL;
    ck_assert(cm_lint_pool_init(&pool, NULL));
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    return peer;
}

static void free_peer(struct certmap_peer *peer) {
    certmap_peer_free(peer);
    cm_lint_pool_free(&pool);
}

static bool equals(struct certmap_view a, struct certmap_view b) {
    return a.data != NULL && a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* How many values of the field and subfield the peer has with this text; unreadable ones if text.data is NULL. */
static size_t count_of(struct certmap_peer *peer, enum certmap_field field, const char *subfield,
                       struct certmap_view text) {
    size_t count = 0;
    for (size_t i = 0; i < certmap_peer_value_count(peer, field); i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        ck_assert_int_eq(certmap_peer_value(peer, &value, field, i, NULL), CERTMAP_OK);
        const bool named =
            equals(value.subfield, t_text(subfield)) || equals(value.oid, t_text(subfield)) || subfield[0] == '\0';
        count += named && (text.data == NULL ? value.text.data == NULL : equals(value.text, text));
    }
    return count;
}

T_TEST(each_value_is_read_back) {
    struct certmap_peer *peer = new_peer();
    for (size_t i = 0; i < ROWS; i++) {
        const struct cm_lint_value value = value_of(&rows[i]);
        const char *read = rows[i].read != NULL ? rows[i].read : rows[i].text;
        ck_assert_msg(prepare(peer, &value, 1), "%s.%s", certmap_field_name(rows[i].field), rows[i].subfield);
        ck_assert_msg(count_of(peer, rows[i].field, rows[i].subfield, t_text(read)) == 1, "%s.%s is not %s",
                      certmap_field_name(rows[i].field), rows[i].subfield, read);
    }
    free_peer(peer);
}

/* Fields with several values, beside each other, in the order in which they were given. */
T_TEST(several_values) {
    static const struct row several[] = {
        {CERTMAP_FIELD_SUBJECT, "OU", "b", NULL},
        {CERTMAP_FIELD_SUBJECT, "OU", "a", NULL},
        {CERTMAP_FIELD_SUBJECT, "CN", "c", NULL},
        {CERTMAP_FIELD_SAN, "dns", "b.example", NULL},
        {CERTMAP_FIELD_SAN, "email", "a@b.example", NULL},
        {CERTMAP_FIELD_SAN, "dns", "a.example", NULL},
        {CERTMAP_FIELD_SAN_DIRNAME, "CN", "Ada", NULL},
        {CERTMAP_FIELD_SAN_DIRNAME, "O", "Contoso", NULL},
        {CERTMAP_FIELD_EKU, "", "serverAuth", NULL},
        {CERTMAP_FIELD_EKU, "", "clientAuth", NULL},
        {CERTMAP_FIELD_KU, "", "digitalSignature", NULL},
        {CERTMAP_FIELD_KU, "", "decipherOnly", NULL},
        {CERTMAP_FIELD_POLICY, "", "1.3.6.1.4.1.32473.2", NULL},
        {CERTMAP_FIELD_POLICY, "", "1.3.6.1.4.1.32473.1", NULL},
    };
    struct cm_lint_value values[sizeof several / sizeof *several];
    struct certmap_value first = CERTMAP_VALUE_INIT;
    struct certmap_peer *peer = new_peer();
    for (size_t i = 0; i < sizeof several / sizeof *several; i++)
        values[i] = value_of(&several[i]);
    ck_assert(prepare(peer, values, sizeof several / sizeof *several));
    for (size_t i = 0; i < sizeof several / sizeof *several; i++)
        ck_assert_uint_eq(count_of(peer, several[i].field, several[i].subfield, t_text(several[i].text)), 1);
    ck_assert_int_eq(certmap_peer_value(peer, &first, CERTMAP_FIELD_SUBJECT, 0, NULL), CERTMAP_OK);
    ck_assert(equals(first.text, t_text("b")));
    free_peer(peer);
}

T_TEST(whole_names) {
    static const struct row names[] = {
        {CERTMAP_FIELD_SUBJECT, "", "CN=Ada,O=Fabrikam", NULL},
        {CERTMAP_FIELD_ISSUER, "", "CN=Contoso CA 1,O=Contoso,C=US", NULL},
        {CERTMAP_FIELD_SAN, "dirname", "CN=Ada,O=Contoso", NULL},
    };
    struct certmap_rules *rules = t_rules(
        "certmap 1; mapping \"all\" { when subject = \"CN=Ada,O=Fabrikam\" and issuer under \"C=US\" and issuer = "
        "\"CN=Contoso CA 1,O=Contoso,C=US\" and san.dirname = \"CN=Ada,O=Contoso\"; allow \"x\"; }");
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct cm_lint_value values[3];
    struct certmap_peer *peer = new_peer();
    for (size_t i = 0; i < 3; i++)
        values[i] = value_of(&names[i]);
    ck_assert(prepare(peer, values, 3));
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    free_peer(peer);
    certmap_rules_free(rules);
}

/* What can be there and be no text. */
T_TEST(unreadable_values) {
    static const struct row unreadable[] = {
        {CERTMAP_FIELD_SUBJECT, "CN", "", NULL},     {CERTMAP_FIELD_ISSUER, "O", "", NULL},
        {CERTMAP_FIELD_SAN_DIRNAME, "CN", "", NULL}, {CERTMAP_FIELD_SAN, "dns", "", NULL},
        {CERTMAP_FIELD_SAN, "email", "", NULL},      {CERTMAP_FIELD_SAN, "uri", "", NULL},
        {CERTMAP_FIELD_SAN, "ip", "", NULL},         {CERTMAP_FIELD_SAN, "upn", "", NULL},
        {CERTMAP_FIELD_SAN, "krb5", "", NULL},       {CERTMAP_FIELD_SAN, "1.3.6.1.4.1.32473.4", "", NULL},
    };
    struct certmap_peer *peer = new_peer();
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++) {
        struct cm_lint_value value = value_of(&unreadable[i]);
        value.state = CERTMAP_LINT_UNREADABLE;
        ck_assert(prepare(peer, &value, 1));
        ck_assert_msg(count_of(peer, unreadable[i].field, unreadable[i].subfield, (struct certmap_view){NULL, 0}) == 1,
                      "%s.%s", certmap_field_name(unreadable[i].field), unreadable[i].subfield);
    }
    free_peer(peer);
}

T_TEST(unknown_fields) {
    static const enum certmap_field fields[] = {
        CERTMAP_FIELD_SAN,           CERTMAP_FIELD_SAN_DIRNAME,
        CERTMAP_FIELD_EKU,           CERTMAP_FIELD_KU,
        CERTMAP_FIELD_POLICY,        CERTMAP_FIELD_SKI,
        CERTMAP_FIELD_AKI,           CERTMAP_FIELD_MS_SID,
        CERTMAP_FIELD_MS_TEMPLATE,   CERTMAP_FIELD_SHA256,
        CERTMAP_FIELD_SHA1,          CERTMAP_FIELD_KEY_SHA256,
        CERTMAP_FIELD_TBS_SHA256,    CERTMAP_FIELD_ISSUER_KEY_SHA256,
        CERTMAP_FIELD_ISSUER_SHA256, CERTMAP_FIELD_VALIDITY,
    };
    struct certmap_peer *peer = new_peer();
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct cm_lint_value value = {fields[i], t_text(""), t_text(""), CERTMAP_LINT_UNKNOWN};
        ck_assert_msg(prepare(peer, &value, 1), "%s", certmap_field_name(fields[i]));
        ck_assert_msg(certmap_peer_field_unknown(peer, fields[i]) != CERTMAP_CODE_NONE, "%s",
                      certmap_field_name(fields[i]));
    }
    free_peer(peer);
}

/* What no certificate can have. */
T_TEST(impossible_values) {
    static const struct row impossible[] = {
        {CERTMAP_FIELD_SERIAL, "", "", NULL},         {CERTMAP_FIELD_SERIAL, "", "-1f", NULL},
        {CERTMAP_FIELD_KU, "", "nothing", NULL},      {CERTMAP_FIELD_EKU, "", "no OID", NULL},
        {CERTMAP_FIELD_SUBJECT, "", "no Name", NULL}, {CERTMAP_FIELD_SAN, "nothing", "x", NULL},
        {CERTMAP_FIELD_EXTENSION, "x", "0500", NULL},
    };
    struct certmap_peer *peer = new_peer();
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        const struct cm_lint_value value = value_of(&impossible[i]);
        ck_assert_msg(!prepare(peer, &value, 1), "%s.%s %s", certmap_field_name(impossible[i].field),
                      impossible[i].subfield, impossible[i].text);
    }
    free_peer(peer);
}

T_TEST(nothing_at_all) {
    struct certmap_peer *peer = new_peer();
    ck_assert(prepare(peer, NULL, 0));
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT), 0);
    ck_assert_uint_eq(certmap_peer_value_count(peer, CERTMAP_FIELD_SAN), 0);
    free_peer(peer);
}

T_TEST(each_allocation_fails) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct cm_lint_value values[ROWS];
    size_t count = 0, made = 0;
    for (size_t i = 0; i < ROWS && rows[i].field < CERTMAP_FIELD_EKU; i++)
        values[count++] = value_of(&rows[i]);
    const struct cm_lint_witness witness = {values, count};
    for (size_t n = 0; made == 0; n++) {
        ck_assert(cm_lint_pool_init(&pool, &allocator));
        t_alloc_fail_at(&memory, n);
        const struct certmap_view der = cm_lint_witness_der(&pool, &witness);
        ck_assert_int_eq(der.data == NULL, t_alloc_failed(&memory));
        ck_assert_int_eq(pool.failed, t_alloc_failed(&memory));
        made = der.len;
        cm_lint_pool_free(&pool);
        ck_assert_uint_eq(memory.live, 0);
    }
}

T_TEST(what_no_file_has) {
    const struct cm_lint_value digest = {CERTMAP_FIELD_ISSUER_KEY_SHA256, t_text(""), t_text(DIGEST),
                                         CERTMAP_LINT_READABLE};
    const struct cm_lint_value name = value_of(&rows[0]);
    ck_assert(!cm_lint_witness_is_file(&(struct cm_lint_witness){&digest, 1}));
    ck_assert(cm_lint_witness_is_file(&(struct cm_lint_witness){&name, 1}));
    static const enum certmap_field fields[] = {CERTMAP_FIELD_SERIAL, CERTMAP_FIELD_VERSION, CERTMAP_FIELD_VALIDITY};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct cm_lint_value unknown = {fields[i], t_text(""), {NULL, 0}, CERTMAP_LINT_UNKNOWN};
        ck_assert(!cm_lint_witness_is_file(&(struct cm_lint_witness){&unknown, 1}));
    }
}

T_TESTS("lint_witness",
        T_CASE("values", each_value_is_read_back, several_values, whole_names, unreadable_values, unknown_fields,
               impossible_values, nothing_at_all),
        T_CASE("files", what_no_file_has), T_CASE("memory", each_allocation_fails))
