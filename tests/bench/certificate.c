/* SPDX-License-Identifier: MIT */
#include "certificate.h"
#include "random.h"
#include <stdio.h>

static void subject_of(const struct b_person *person, char spec[6 * B_TEXT]) {
    snprintf(spec, 6 * B_TEXT, "printable C=US | O=Contoso Client Services | L=%s | OU=%s | CN=%s",
             person->values[B_SUBJECT_L], person->values[B_SUBJECT_OU], person->values[B_SUBJECT_CN]);
}

static void issuer_of(const struct b_person *person, char spec[4 * B_TEXT]) {
    snprintf(spec, 4 * B_TEXT, "printable C=US | O=%s | OU=Certification Services | CN=Contoso Issuing CA 3",
             person->values[B_ISSUER_O]);
}

void b_certificate_small(struct t_buf *der, const struct b_person *person) {
    char subject[6 * B_TEXT], issuer[4 * B_TEXT];
    subject_of(person, subject);
    issuer_of(person, issuer);
    t_cert_names(der, subject, issuer);
}

/* 256 bytes, the first and the last odd: a modulus, or a signature. */
static void number(struct t_buf *der, uint64_t seed) {
    struct b_random random = {seed};
    for (size_t i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)(b_random_next(&random) | (i == 0 ? 0x81 : 0) | (i == 255 ? 1 : 0));
        t_bytes(der, &byte, 1);
    }
}

static void key(struct t_buf *der) {
    size_t info = t_begin(der);
    t_der(der, "SEQUENCE{ OID{ 1.2.840.113549.1.1.1 } NULL{} }");
    size_t bits = t_begin(der);
    t_der(der, "00");
    size_t rsa = t_begin(der);
    size_t modulus = t_begin(der);
    t_der(der, "00");
    number(der, 1);
    t_end(der, modulus, 0x02, 0);
    t_der(der, "INTEGER{ 01 00 01 }");
    t_end(der, rsa, 0x30, 0);
    t_end(der, bits, 0x03, 0);
    t_end(der, info, 0x30, 0);
}

static const char extensions[] =
    "A3{ SEQUENCE{"
    "SEQUENCE{ OID{ 2.5.29.19 } BOOLEAN{ FF } OCTETSTRING{ SEQUENCE{} } }"
    "SEQUENCE{ OID{ 2.5.29.15 } BOOLEAN{ FF } OCTETSTRING{ BITSTRING{ 05 A0 } } }"
    "SEQUENCE{ OID{ 2.5.29.37 } OCTETSTRING{ SEQUENCE{ OID{ 1.3.6.1.5.5.7.3.2 } OID{ 1.3.6.1.5.5.7.3.4 } } } }"
    "SEQUENCE{ OID{ 2.5.29.14 } OCTETSTRING{ OCTETSTRING{ 00112233445566778899AABBCCDDEEFF01234567 } } }"
    "SEQUENCE{ OID{ 2.5.29.35 } OCTETSTRING{ SEQUENCE{ 80{ 76543210FFEEDDCCBBAA99887766554433221100 } } } }"
    "SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{"
    "  81{ \"client.services@contoso.example\" }"
    "  A0{ OID{ 1.3.6.1.4.1.311.20.2.3 } A0{ UTF8String{ \"client.services@corp.contoso.example\" } } } } } }"
    "SEQUENCE{ OID{ 2.5.29.31 } OCTETSTRING{ SEQUENCE{ SEQUENCE{ A0{ A0{"
    "  86{ \"http://pki.contoso.example/crl/contoso-issuing-ca-3.crl\" } } } } } } }"
    "SEQUENCE{ OID{ 1.3.6.1.5.5.7.1.1 } OCTETSTRING{ SEQUENCE{"
    "  SEQUENCE{ OID{ 1.3.6.1.5.5.7.48.1 } 86{ \"http://ocsp.contoso.example\" } }"
    "  SEQUENCE{ OID{ 1.3.6.1.5.5.7.48.2 } 86{ \"http://pki.contoso.example/aia/contoso-issuing-ca-3.crt\" } } } } }"
    "SEQUENCE{ OID{ 2.5.29.32 } OCTETSTRING{ SEQUENCE{ SEQUENCE{ OID{ 1.3.6.1.4.1.99999.1.1 } SEQUENCE{ SEQUENCE{"
    "  OID{ 1.3.6.1.5.5.7.2.1 } IA5String{ \"http://pki.contoso.example/cps\" } } } } } } }"
    "} }";

static const char algorithm[] = "SEQUENCE{ OID{ 1.2.840.113549.1.1.11 } NULL{} }";

void b_certificate(struct t_buf *der, const struct b_person *person) {
    char subject[6 * B_TEXT], issuer[4 * B_TEXT];
    subject_of(person, subject);
    issuer_of(person, issuer);
    size_t certificate = t_begin(der), tbs = t_begin(der);
    t_der(der, "A0{ INTEGER{ 02 } } INTEGER{ 4A00000123456789ABCDEF0123456789 }");
    t_der(der, algorithm);
    t_name(der, issuer);
    t_der(der, "SEQUENCE{ UTCTime{ \"260101000000Z\" } UTCTime{ \"460101000000Z\" } }");
    t_name(der, subject);
    key(der);
    t_der(der, extensions);
    t_end(der, tbs, 0x30, 0);
    t_der(der, algorithm);
    size_t signature = t_begin(der);
    t_der(der, "00");
    number(der, 2);
    t_end(der, signature, 0x03, 0);
    t_end(der, certificate, 0x30, 0);
}
