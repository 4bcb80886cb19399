/* SPDX-License-Identifier: MIT */
/* What is said of a matchCriteria that was cut out of a printed Name, and of what is where a certificate belongs; and
 * that nothing is said of those that are right. */
#include "formats/iis/doubt.h"
#include "iis.h"
#include <stdio.h>

/* ---- criteria ---- */

static const struct {
    const char *criterion;
    const char *part; /* of what is said; NULL: nothing */
} criteria[] = {
    {"", NULL},
    {"Contoso", NULL},
    {"contoso", NULL},
    {"Contoso, Inc.", NULL},
    {"Contoso*", NULL},
    {"*, Inc.", NULL},
    {"*", NULL},
    {"???", NULL},
    {"alice", NULL},
    {"alice smith", NULL},
    {"node01.contoso.example", NULL},
    {"svc-*", NULL},
    {"van Gogh", NULL},
    {"der Spiegel Verlag", NULL},
    {"iPhone Users", NULL},
    {"eBay Inc", NULL},
    {"e-mail Security", NULL},
    {"Joe \"The Man\" Smith", NULL},
    {"\"The Man\" Smith", NULL},
    {"Smith \"The Man\"", NULL},
    {"O'Brien", NULL},
    {"AT&T", NULL},
    {"R&D; Paris", NULL},
    {"CONTOSO\\alice", NULL},
    {"CONTOSO\\20th", "escape"},
    {"A\\*", NULL},
    {"a=b", NULL},
    {"Plan E=1", NULL},
    {"https://contoso.example/?a=b", NULL},
    {"C++", NULL},
    {"+49 30 1234", NULL},
    {"#1 Dealer", NULL},
    {"#12", NULL},
    {"1.2.3", NULL},
    {"US", NULL},
    {"\xD0\xB8\xD0\xBD\xD1\x81\xD1\x82\xD0\xB8\xD1\x82\xD1\x83\xD1\x82 Moscow", NULL},
    {"caf\xC3\xA9 Paris", NULL},

    {"\"Contoso", "a quote without its other half"},
    {"Contoso\"", "a quote without its other half"},
    {" Inc. Issuing CA\"", "a quote without its other half"},
    {"\"Contoso, Inc.\"", "is in quotes"},
    {"'Contoso'", "is in quotes"},
    {"\xE2\x80\x9C"
     "Contoso\xE2\x80\x9D",
     "is in quotes"},
    {"Contoso\\", "ends in a backslash"},
    {"Contoso\\, Inc.", "escape"},
    {"Contoso\\2C Inc.", "escape"},
    {"\\ Contoso", "escape"},
    {"Contoso ", "a blank"},
    {" Contoso", "a blank"},
    {"\tContoso", "a blank"},
    {"\xC2\xA0"
     "Contoso",
     "a blank"},
    {"Contoso\xC2\xA0", "a blank"},
    {" ", "a blank"},
    {"\xE2\x80\x8E"
     "Contoso",
     "invisible"},
    {"Con\xE2\x80\x8Btoso", "invisible"},
    {"\xEF\xBB\xBF"
     "Contoso",
     "invisible"},
    {"=Contoso", "separator"},
    {"CN=", "name of a subfield"},
    {"Contoso=", "separator"},
    {", Inc.", "separator"},
    {",Inc.", "separator"},
    {"Contoso,", "separator"},
    {"Contoso;", "separator"},
    {"CN=Contoso Issuing CA", "name of a subfield"},
    {"cn = Contoso Issuing CA", "name of a subfield"},
    {"*CN=Alice*", "name of a subfield"},
    {"Alice, OU=Sales", "name of a subfield"},
    {"2.5.4.3=Alice", "name of a subfield"},
    {"OID.2.5.4.3=Alice", "name of a subfield"},
    {"CN=Alice, OU=Sales, O=Contoso", "whole Name"},
    {"/C=US/O=Contoso/CN=Alice", "whole Name"},
    {"C = US, O = Contoso", "whole Name"},
    {"CN=Alice; O=Contoso", "whole Name"},
    {"&quot;Contoso&quot;", "escaped twice"},
    {"AT&amp;T", "escaped twice"},
    {"#0C05416C696365", "hexadecimal"},
    {"ontoso Issuing CA", "its start was cut off"},
    {"orthwind Traders CA 2", "its start was cut off"},
    {"racle America", "its start was cut off"},
};

T_TEST(criterion_row) {
    const char *said = cm_iis_doubt_criterion(t_text(criteria[_i].criterion));
    if (criteria[_i].part == NULL)
        ck_assert_msg(said == NULL, "%s: %s", criteria[_i].criterion, said);
    else
        ck_assert_msg(said != NULL && strstr(said, criteria[_i].part) != NULL, "%s: %s", criteria[_i].criterion,
                      said != NULL ? said : "nothing");
}

/* No start of a criterion is read past its end. */
T_TEST(criterion_of_any_length) {
    const size_t len = strlen(criteria[_i].criterion);
    for (size_t i = 0; i <= len; i++) {
        char *copy = malloc(i + 1); /* of exactly its size, for the sanitizers */
        memcpy(copy, criteria[_i].criterion, i);
        (void)cm_iis_doubt_criterion((struct certmap_view){(const uint8_t *)copy, i});
        (void)cm_iis_doubt_certificate((struct certmap_view){(const uint8_t *)copy, i});
        (void)cm_iis_doubt_user((struct certmap_view){(const uint8_t *)copy, i});
        (void)cm_iis_doubt_der((struct certmap_view){(const uint8_t *)copy, i});
        free(copy);
    }
}

/* ---- certificates ---- */

#define SHA1 "162BA11CC40F3E81E099A19A23E61C75B0CC2B55"
#define LRM "\xE2\x80\x8E"

/* The attribute, what comes of it, and a part of the text. */
static const struct {
    const char *certificate;
    enum certmap_code code;
    const char *part;
} certificates[] = {
    {SHA1, CERTMAP_CODE_USELESS_CERTIFICATE, "looks like a thumbprint (SHA-1); the certificate itself belongs here"},
    {"162ba11cc40f3e81e099a19a23e61c75b0cc2b55", CERTMAP_CODE_USELESS_CERTIFICATE, "looks like a thumbprint"},
    {"16 2B A1 1C C4 0F 3E 81 E0 99 A1 9A 23 E6 1C 75 B0 CC 2B 55", CERTMAP_CODE_USELESS_CERTIFICATE, "thumbprint"},
    {"16:2B:A1:1C:C4:0F:3E:81:E0:99:A1:9A:23:E6:1C:75:B0:CC:2B:55", CERTMAP_CODE_BAD_BASE64, "thumbprint"},
    {"16-2B-A1-1C-C4-0F-3E-81-E0-99-A1-9A-23-E6-1C-75-B0-CC-2B-55", CERTMAP_CODE_BAD_BASE64, "thumbprint"},
    {LRM SHA1, CERTMAP_CODE_BAD_BASE64, "looks like a thumbprint, with an invisible character"},
    {SHA1 LRM, CERTMAP_CODE_BAD_BASE64, "thumbprint"},
    {SHA1 "162BA11CC40F3E81E099A19A", CERTMAP_CODE_USELESS_CERTIFICATE, "thumbprint (SHA-256)"},
    {"162BA11CC40F3E81E099A19A23E61C75", CERTMAP_CODE_USELESS_CERTIFICATE, "looks like a digest"},
    {"162BA11CC40F3E81", CERTMAP_CODE_USELESS_CERTIFICATE, "serial number"},
    {"", CERTMAP_CODE_MISSING_ATTRIBUTE, "is empty; the certificate itself belongs here"},
    {" \n ", CERTMAP_CODE_MISSING_ATTRIBUTE, "is empty"},
    {"-----BEGIN CERTIFICATE-----MIIB-----END CERTIFICATE-----", CERTMAP_CODE_BAD_BASE64, "PEM header"},
    {"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", CERTMAP_CODE_USELESS_CERTIFICATE, "is the base64 of a PEM file"},
    {"C:\\certs\\alice.cer", CERTMAP_CODE_BAD_BASE64, "looks like the name of a file"},
    {"C:/certs/alice", CERTMAP_CODE_BAD_BASE64, "looks like the name of a file"},
    {"\\\\server\\share\\alice", CERTMAP_CODE_BAD_BASE64, "looks like the name of a file"},
    {"alice.PEM", CERTMAP_CODE_BAD_BASE64, "looks like the name of a file"},
    {"CN=Alice, O=Contoso", CERTMAP_CODE_BAD_BASE64, "looks like a Name"},
    {"MIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDAjA", CERTMAP_CODE_USELESS_CERTIFICATE, "is cut off"},
    {"MIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDAjA-", CERTMAP_CODE_BAD_BASE64, "of the kind for URLs"},
    {"MIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDA", CERTMAP_CODE_BAD_BASE64, "characters are missing"},
    {"MIILwgYJKoZIhvcNAQcCoIILszCCC68CAQExADALBgkqhkiG9w0BBwGgggs=", CERTMAP_CODE_USELESS_CERTIFICATE, "PKCS #7"},
    {"MIIEYAIBAzCCBBYGCSqGSIb3DQEHAaCCBAcEggQDMIID", CERTMAP_CODE_USELESS_CERTIFICATE, "PKCS #12"},
    {"3082014D3081F4A003020102020210013082014D3081F4A003020102020210013082014D3081F4A00302010202021001AABB",
     CERTMAP_CODE_USELESS_CERTIFICATE, "part of a thumbprint"},
    {"[enc:AesProvider:bm90:enc]", CERTMAP_CODE_BAD_BASE64, "is encrypted"},
    {"MAA=", CERTMAP_CODE_USELESS_CERTIFICATE, "is not one that any client can send"},
    {"0x162BA11CC40F3E81E099A19A23E61C75B0CC2B55", CERTMAP_CODE_BAD_BASE64, "looks like a thumbprint (SHA-1)"},
    {"sha1:162BA11CC40F3E81E099A19A23E61C75B0CC2B55", CERTMAP_CODE_BAD_BASE64, "looks like a thumbprint (SHA-1)"},
    {"SHA1 Fingerprint=16:2B:A1:1C:C4:0F:3E:81:E0:99:A1:9A:23:E6:1C:75:B0:CC:2B:55", CERTMAP_CODE_BAD_BASE64,
     "looks like a thumbprint (SHA-1)"},
    {"FiuhHMQPPoHgmaGaI+YcdbDMK1U=", CERTMAP_CODE_USELESS_CERTIFICATE, "thumbprint in base64"},
    {"uoFV2D/KQJWsFtWHy4J+e5QNVOaKxRuVBSx6rKlE4rA=", CERTMAP_CODE_USELESS_CERTIFICATE, "thumbprint in base64"},
    {"alice", CERTMAP_CODE_BAD_BASE64, "is a text"},
    {"todo", CERTMAP_CODE_USELESS_CERTIFICATE, "is a text"},
    {"alice@contoso.example", CERTMAP_CODE_BAD_BASE64, "is a text"},
    {"CONTOSO\\alice", CERTMAP_CODE_BAD_BASE64, "is a text"},
    {"System.Byte[]", CERTMAP_CODE_BAD_BASE64, "is a text"},
    {"MIIBTTCB9KADAgEC...", CERTMAP_CODE_BAD_BASE64, "cut short"},
    {"MIIBTTCB9KADAgEC\xE2\x80\xA6", CERTMAP_CODE_BAD_BASE64, "cut short"},
    {"MIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDB", CERTMAP_CODE_BAD_BASE64, "is cut off, or characters are missing"},
    {"MIIB", CERTMAP_CODE_USELESS_CERTIFICATE, "is cut off"},
    {"MIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDAg==\nMIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDAg==", CERTMAP_CODE_BAD_BASE64,
     "with another one"},
    {"TTCB9KADAgECAgIQATAKBggqhkjOPQQDAjAmMQswCQYDVQQGEwJVUzEXMBUGA1UECgwOQ29udG9zbyBJc3N1aW5nIE"
     "NBMIIBTTCB9KADAgECAgIQATAK",
     CERTMAP_CODE_USELESS_CERTIFICATE, "its beginning is missing"},
    {"&quot;MIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDAg==&quot;", CERTMAP_CODE_BAD_BASE64, "is in quotes"},
    {"MIIBTTCB9KADAgECAgIQATAK%2BggqhkjOPQQDAg%3D%3D", CERTMAP_CODE_BAD_BASE64, "is URL-encoded"},
    {"TUlJQlRUQ0I5S0FEQWdFQ0FnSVFBVEFLQmdncWhrak9QUVFEQWc9PQ==", CERTMAP_CODE_USELESS_CERTIFICATE, "base64 of base64"},
    {"TQBJAEkAQgBUAFQAQwBCADkASwA=", CERTMAP_CODE_USELESS_CERTIFICATE, "base64 of base64 in UTF-16"},
    {"MC4CAQAwBQYDK2VwBCIEIDBYo/ckyckCB7SBnasOh1IY96XdxW41EvRtSB/uGQvP", CERTMAP_CODE_USELESS_CERTIFICATE,
     "is a private key"},
    {"MHcCAQEEIEM4zdYGiaSoZQsdfbQwEyh+S8COvwhEFgqyKsZLSpTtoAoGCCqGSM49AwEHoUQDQgAEuCSuiEFKzZ3x7U"
     "hPdBs3kZhPqtXUKqXw7CobUyv86ZFXlpAfG/2ze6ezncteUknSiiK3dUVtQCwqsPw8w6327A==",
     CERTMAP_CODE_USELESS_CERTIFICATE, "is a private key"},
    {"MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhbRYNYu3stZAICCAAwDAYIKoZIhvcNAgkFADAdBglghk"
     "gBZQMEASoEEGKr5bJSi7OmscP6DpiYBQYEQJyLN/w701yTfcQ2GnsXrpIyDfOvyWSUQxKvHQa/MRsvi6sNwPAD39Pq"
     "Bz2YpLdggFb1EllD4WvB5lmVHtUJGgE=",
     CERTMAP_CODE_USELESS_CERTIFICATE, "is an encrypted private key"},
    {"MCowBQYDK2VwAyEApOY0fXCAaLvjEMVkPbKZpr5JqoX6tAnBtPQiI+tW42M=", CERTMAP_CODE_USELESS_CERTIFICATE,
     "is a public key"},
    {"MIGLMD8CAQAwDDEKMAgGA1UEAwwBYTAqMAUGAytlcAMhAKTmNH1wgGi74xDFZD2ymaa+SaqF+rQJwbT0IiPrVuNjoA"
     "AwBQYDK2VwA0EAcFQx5GldpzUcPsp6W6PoAoLjBuZo0n/XhDpJor4klFQkDdDKA3XG2/uU0YfrkXzxAcE5xSpUxGbn"
     "byZ2Ear2CQ==",
     CERTMAP_CODE_USELESS_CERTIFICATE, "is a request"},
    {"MH8wMzAFBgMrZXAwDDEKMAgGA1UEAwwBYRcNMjYxMTI4MjEzNzUwWhcNMjYxMjI4MjEzNzUwWjAFBgMrZXADQQCsSl"
     "ucmLg1dXihKthN8Xx1w5YcL2Bx2g+xQPWgQwfw4dd3go12Pe57p9yCdnVZGSpJsbUOqx39W851H3oQ7kMP",
     CERTMAP_CODE_USELESS_CERTIFICATE, "is a revocation list"},
    {"?", CERTMAP_CODE_BAD_BASE64, "holds a character that is not base64"},
};

T_TEST(certificate_row) {
    static struct t_iis load;
    char text[1024];
    snprintf(text, sizeof text,
             "<iisClientCertificateMappingAuthentication enabled='true'><oneToOneMappings><add userName='u' "
             "certificate='%s'/></oneToOneMappings></iisClientCertificateMappingAuthentication>",
             certificates[_i].certificate);
    t_iis_load(&load, t_text(text), NULL);
    ck_assert_uint_eq(load.count, 1);
    ck_assert_msg(strstr(load.diagnostics[0].error.text, certificates[_i].part) != NULL, "%s: %s", text,
                  load.diagnostics[0].error.text);
    ck_assert_int_eq(load.diagnostics[0].error.code, certificates[_i].code);
    t_iis_free(&load);
}

/* ---- accounts ---- */

static const struct {
    const char *user;
    const char *part; /* of what is said; NULL: nothing */
} users[] = {
    {"alice", NULL},
    {"CONTOSO\\alice", NULL},
    {".\\alice", NULL},
    {"alice.smith-2@contoso.example", NULL},
    {"alice+mail@contoso.example", NULL},
    {"NT AUTHORITY\\NETWORK SERVICE", NULL},
    {"IIS APPPOOL\\Default Web Site", NULL},
    {"CONTOSO\\WEB01$", NULL},
    {"O'Brien", NULL},
    {"\xC3\xA4nne", NULL},
    {"deadbeef", NULL},
    {SHA1, "looks like a thumbprint"},
    {SHA1 "162BA11CC40F3E81E099A19A", "looks like a thumbprint"},
    {"MIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDAjAmMQswCQYDVQQGEwJVUzEXMBUGA1UECgwOQ29udG9zbyBJc3N1aW5nIENBMIIBTTCB",
     "looks like a certificate"},
    {"CN=alice", "looks like a Name"},
    {"CN=alice, O=Contoso", "looks like a Name"},
    {"&quot;alice&quot;", "is in quotes"},
    {" alice", "a blank"},
    {"alice ", "a blank"},
    {"${subject.CN}", "nothing of the certificate"},
    {"CONTOSO\\$(CN)", "nothing of the certificate"},
    {"%USERNAME%", "nothing of the certificate"},
    {"CONTOSO/alice", "no name of a Windows account"},
    {"alice;bob", "no name of a Windows account"},
    {"CONTOSO\\*", "no name of a Windows account"},
    {"alice:secret", "no name of a Windows account"},
    {"a=b", "no name of a Windows account"},
};

T_TEST(user_row) {
    static struct t_iis load;
    char text[1024];
    snprintf(
        text, sizeof text,
        "<iisClientCertificateMappingAuthentication enabled='true'><manyToOneMappings><add name='n' userName=\"%s\">"
        "<rules><add certificateField='1' certificateSubField='O' matchCriteria='x'/></rules></add>"
        "</manyToOneMappings></iisClientCertificateMappingAuthentication>",
        users[_i].user);
    t_iis_load(&load, t_text(text), NULL);
    ck_assert_int_eq(load.status, CERTMAP_OK);
    ck_assert_uint_eq(load.count, users[_i].part != NULL);
    if (users[_i].part != NULL) {
        ck_assert_int_eq(load.diagnostics[0].error.code, CERTMAP_CODE_BAD_ACCOUNT);
        ck_assert_int_eq(load.diagnostics[0].severity, CERTMAP_SEVERITY_WARNING);
        ck_assert_msg(strstr(load.diagnostics[0].error.text, users[_i].part) != NULL, "%s",
                      load.diagnostics[0].error.text);
        ck_assert_ptr_null(strstr(load.diagnostics[0].error.text, "secret"));
    }
    t_iis_free(&load);
}

T_TESTS("iis_doubt",
        T_CASE("values", T_LOOP(criterion_row, COUNT(criteria)), T_LOOP(criterion_of_any_length, COUNT(criteria)),
               T_LOOP(certificate_row, COUNT(certificates)), T_LOOP(user_row, COUNT(users))))
