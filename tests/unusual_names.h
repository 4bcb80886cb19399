/* SPDX-License-Identifier: MIT */
/* Certificates in which one Name is unusual: what every way into struct certmap_cert is tried on. */
#ifndef T_UNUSUAL_NAMES_H
#define T_UNUSUAL_NAMES_H

#include "support/der.h"

/* Whether OpenSSL decodes it; releases before 3.0 let some code points pass that are none. */
enum openssl_says { REFUSES, DECODES, DECODED_BEFORE_3 };

/* And whether certmap does: certmap_cert_from_der and certmap_peer_set. A value that certmap cannot read as
 * text does not count here: it makes conditions unknown. */
static const struct {
    const char *name;
    const char *spec; /* of t_name, or NULL */
    const char *der;  /* of t_der, where there is no spec */
    enum openssl_says openssl;
    bool certmap;
} names[] = {
    {"UTF8String", "utf8 CN=Jürgen", NULL, DECODES, true},
    {"PrintableString", "printable C=US | printable CN=Alice", NULL, DECODES, true},
    {"IA5String", "ia5 E=alice@contoso.example | ia5 DC=contoso", NULL, DECODES, true},
    {"NumericString", "numeric CN=123 456", NULL, DECODES, true},
    {"TeletexString", "t61 CN=J\\xFCrgen", NULL, DECODES, true},
    {"BMPString", "bmp CN=Jürgen", NULL, DECODES, true},
    {"UniversalString", "universal CN=Jürgen", NULL, DECODES, true},
    {"VisibleString", "visible CN=Alice", NULL, REFUSES, true},
    {"no RDN", "", NULL, DECODES, true},
    {"several AVAs in an RDN", "CN=Alice + OU=Sales + O=Contoso | C=US", NULL, DECODES, true},
    {"two CNs", "CN=Alice | CN=Bob", NULL, DECODES, true},
    {"an empty value", "CN=", NULL, DECODES, true},
    {"a NUL in the CN", "CN=alice\\x00.evil.example", NULL, DECODES, true},
    {"2,000 RDNs", "rdns 2000 CN=a", NULL, DECODES, true},
    {"200 AVAs in an RDN", "avas 200 CN=a", NULL, DECODES, true},
    {"a value of 64 KiB", "CN=\\{a*65536}", NULL, DECODES, true},
    {"a value of 70,000 bytes", "CN=\\{a*70000}", NULL, DECODES, true},
    {"AVAs that are not sorted", "OU=b + CN=a", NULL, DECODES, true},
    {"an arc of 64 bits", "1.2.18446744073709551619=x", NULL, DECODES, true},
    {"10,000 RDNs", "rdns 10000 CN=a", NULL, DECODES, false},
    {"300 AVAs in an RDN", "avas 300 CN=a", NULL, DECODES, false},
    {"a byte over 0x7F in a PrintableString", "printable CN=J\\xFCrgen", NULL, DECODES, true},
    {"a BMPString with a lone surrogate", "bmp CN=\\xD8\\x00", NULL, DECODED_BEFORE_3, true},
    {"a BMPString of an odd length", "bmp CN=\\x00\\x41\\x00", NULL, REFUSES, true},
    {"a UniversalString of five bytes", "universal CN=\\x00\\x00\\x00\\x41\\x00", NULL, REFUSES, true},
    {"a UniversalString past U+10FFFF", "universal CN=\\x00\\x11\\x00\\x00", NULL, DECODED_BEFORE_3, true},
    {"a UTF8String with a byte that is not UTF-8", "utf8 CN=\\xFF", NULL, REFUSES, true},
    {"a UTF8String with an overlong form", "utf8 CN=\\xC0\\x80", NULL, REFUSES, true},
    {"a UTF8String with a surrogate", "utf8 CN=\\xED\\xA0\\x80", NULL, DECODED_BEFORE_3, true},
    {"an OCTET STRING", "octet OU=Sales", NULL, REFUSES, true},
    {"an INTEGER", "raw CN=\\x02\\x01\\x05", NULL, REFUSES, true},
    {"a SEQUENCE", "raw CN=\\x30\\x03\\x02\\x01\\x05", NULL, DECODES, true},
    {"a BOOLEAN", "raw CN=\\x01\\x01\\xFF", NULL, REFUSES, true},
    {"a context tag", "raw CN=\\x80\\x01\\x41", NULL, REFUSES, true},
    {"a BIT STRING", "0x03 CN=\\x00A", NULL, DECODES, true},
    {"an empty RDN", NULL, "SEQUENCE{ SET{} }", DECODES, false},
    {"an empty RDN among others", NULL, "SEQUENCE{ SET{} SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"Alice\"} } } }",
     DECODES, false},
    {"a long length of the Name", NULL, "SEQUENCE+{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } }", DECODES,
     false},
    {"a long length of an RDN", NULL, "SEQUENCE{ SET+{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } }", DECODES, false},
    {"a long length of an AVA", NULL, "SEQUENCE{ SET{ SEQUENCE+{ OID{2.5.4.3} UTF8String{\"A\"} } } }", DECODES, false},
    {"a long length of an OID", NULL, "SEQUENCE{ SET{ SEQUENCE{ OID+{2.5.4.3} UTF8String{\"A\"} } } }", DECODES, false},
    {"a long length of a value", NULL, "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String+{\"A\"} } } }", DECODES,
     false},
    {"a Name without an end", NULL, "SEQUENCE-{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } }", DECODES, false},
    {"an RDN without an end", NULL, "SEQUENCE{ SET-{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } }", DECODES, false},
    {"an AVA without an end", NULL, "SEQUENCE{ SET{ SEQUENCE-{ OID{2.5.4.3} UTF8String{\"A\"} } } }", DECODES, false},
    {"a string in pieces", NULL,
     "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} 2C{ UTF8String{\"Al\"} UTF8String{\"ice\"} } } } }", DECODES, true},
    {"an AVA with a third element", NULL, "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} NULL{} } } }",
     REFUSES, false},
    {"an AVA without a value", NULL, "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} } } }", REFUSES, false},
    {"an AVA without a type", NULL, "SEQUENCE{ SET{ SEQUENCE{ UTF8String{\"A\"} } } }", REFUSES, false},
    {"an RDN that is a SEQUENCE", NULL, "SEQUENCE{ SEQUENCE{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } }", REFUSES,
     false},
    {"a Name that is a SET", NULL, "SET{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"A\"} } } }", REFUSES, false},
    {"an OID with a padded arc", NULL, "SEQUENCE{ SET{ SEQUENCE{ OID{55 80 04 03} UTF8String{\"A\"} } } }", REFUSES,
     false},
    {"an OID that does not end", NULL, "SEQUENCE{ SET{ SEQUENCE{ OID{55 04 83} UTF8String{\"A\"} } } }", REFUSES,
     false},
    {"an OID without octets", NULL, "SEQUENCE{ SET{ SEQUENCE{ OID{} UTF8String{\"A\"} } } }", REFUSES, false},
    {"a value past the end", NULL, "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} 0C 05 \"A\" } } }", REFUSES, false},
};

/* The certificate of a row, with that Name as subject or as issuer. */
static inline void make_certificate(struct t_buf *der, int row, bool as_issuer) {
    struct t_buf name = T_BUF_INIT;
    struct t_buf plain = T_BUF_INIT;
    t_name(&plain, "O=Contoso | CN=Contoso Root CA");
    if (names[row].spec != NULL)
        t_name(&name, names[row].spec);
    else
        t_der(&name, names[row].der);
    t_cert(der, t_view(as_issuer ? &plain : &name), t_view(as_issuer ? &name : &plain));
    t_buf_free(&name);
    t_buf_free(&plain);
}

#endif
