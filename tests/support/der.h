/* SPDX-License-Identifier: MIT */
/* Readable text to DER: Names, elements well-formed or not, and whole certificates.
 *
 * A mistake in a text that a test wrote ends the program with a message; so does a lack of memory.
 * Knows nothing of Check: fuzz targets and mkcert use it too. */
#ifndef T_DER_H
#define T_DER_H

#include "certmap/certmap.h"

/* Bytes that grow. Begins as T_BUF_INIT; free with t_buf_free. */
struct t_buf {
    uint8_t *data;
    size_t len;
    size_t cap;
};
#define T_BUF_INIT                                                                                                     \
    { NULL, 0, 0 }

void t_buf_free(struct t_buf *buf);
/* Empties it but keeps its memory. */
void t_buf_clear(struct t_buf *buf);
void t_bytes(struct t_buf *buf, const void *bytes, size_t len);
/* Appends the characters of a string. */
void t_put(struct t_buf *buf, const char *string);
/* The characters of a string; no bytes if it is NULL. */
struct certmap_view t_text(const char *string);
/* The bytes, until the buffer changes. data is never NULL. */
struct certmap_view t_view(struct t_buf *buf);

/* Elements by code. t_begin writes nothing yet: what is appended up to t_end becomes the contents. */
size_t t_begin(struct t_buf *buf);
/* Puts a tag of one octet and the length before what was appended since the mark. extra is how many
 * length octets to write above what DER allows: 0 for DER. */
void t_end(struct t_buf *buf, size_t mark, uint8_t tag, size_t extra);
void t_tlv(struct t_buf *buf, uint8_t tag, const void *contents, size_t len);

/* Appends what a text describes, element by element, right or wrong:
 *
 *     30 0B                hexadecimal: these octets
 *     2.5.4.3              the contents octets of an OID, arcs of any size
 *     "Alice"              the characters as they are; \xHH, \" and \\ as in C
 *     SEQUENCE{ ... }      tag, length, and what the braces hold
 *     A0{ ... }            the same with the tag as one octet
 *     SEQUENCE+{ ... }     a length with one octet more than needed; ++{ with two
 *     SEQUENCE-{ ... }     an indefinite length, and 00 00 at the end
 *     1000*SET{ ... }      the next element, 1000 times
 *     # ...                a comment to the end of the line
 *
 * Names of tags: BOOLEAN INTEGER BITSTRING OCTETSTRING NULL OID UTF8String SEQUENCE SET NumericString
 * PrintableString T61String IA5String UTCTime GeneralizedTime VisibleString GeneralString UniversalString
 * BMPString. */
void t_der(struct t_buf *buf, const char *text);

/* Appends a Name in DER, described in encoded order:
 *
 *     utf8 CN=Alice | printable OU=Sales + utf8 OU=Staff | t61 O=\xE9t\xE9 | bmp L=Zürich
 *
 *     |                RDNs, + the AVAs of one; white space around both is left out; "": no RDN
 *     utf8 CN=Alice    string type, attribute type, value; without a string type: utf8
 *       string types   utf8 printable ia5 visible numeric t61 bmp universal octet, or the tag as 0x1B;
 *                      raw: the value is the whole element
 *       attribute      a name of the attribute table, a dotted OID, or #550403: its octets
 *     \xHH             one byte; \\ \| \+ the character itself
 *     \{ab*1000}       ab a thousand times
 *     rdns 1000 ...    the RDN that follows, 1000 times
 *     avas 100 ...     the AVA that follows, 100 times
 *
 * Text is UTF-8 and goes in as it is; for bmp and universal it is converted, \xHH excepted. */
void t_name(struct t_buf *buf, const char *spec);

/* Appends an X.509v3 certificate with these two Names, tag and length included: serial number 1, valid
 * 2026 to 2046, the generator of P-256 as key, a signature that is none. Structurally complete: OpenSSL's
 * d2i_X509 accepts it if it accepts the Names. */
void t_cert(struct t_buf *buf, struct certmap_view subject, struct certmap_view issuer);
/* The same with these extensions - each a SEQUENCE of RFC 5280 4.1, one after the other - in place of its own. */
void t_cert_with(struct t_buf *buf, struct certmap_view subject, struct certmap_view issuer,
                 struct certmap_view extensions);
/* The same from two specs of t_name. */
void t_cert_names(struct t_buf *buf, const char *subject, const char *issuer);

/* Appends bytes as PEM. */
void t_pem(struct t_buf *buf, const char *label, struct certmap_view bytes);

/* Appends the certificates that a text describes, as PEM or as DER. It has lines `key: value`; one that begins
 * with a space continues the line before, one that begins with # is a comment.
 *
 *     subject: NAME              of t_name; "printable C=US | O=Contoso | CN=Alice" if not given
 *     issuer: NAME               "printable C=US | O=Contoso | CN=Contoso Issuing CA 1" if not given
 *     subject-der: ELEMENTS      of t_der, in place of the above
 *     issuer-der: ELEMENTS
 *     extensions-der: ELEMENTS   the extensions, one after the other, in place of those of t_cert
 *     certificate-der: ELEMENTS  in place of the whole
 *     append-der: ELEMENTS       after the certificate
 *     label: TEXT                of the PEM block; "CERTIFICATE" if not given
 *     expect: TEXT               for whoever reads the file; means nothing here
 *     next:                      what follows describes another one */
void t_certs(struct t_buf *buf, const char *text, bool pem);

#endif
