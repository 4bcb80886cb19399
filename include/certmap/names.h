/* SPDX-License-Identifier: MIT */
/* Names as text, and text for people: for programs that show certificates or read what people
 * paste. Conventions: certmap.h. */
#ifndef CERTMAP_NAMES_H
#define CERTMAP_NAMES_H

#include "certmap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Names ---------------------------------------------------------------------------------- */

enum certmap_name_form {
    CERTMAP_NAME_RFC4514 = 0, /* CN=Alice,O=Contoso: escaped so that it parses back */
    CERTMAP_NAME_X500 = 1 /* CN=Alice, O=Contoso, S=WA: the form Windows shows. For people: types
                           * without a Windows name are OID.1.2.3, control and direction
                           * characters become U+FFFD */
};
enum certmap_name_order {
    CERTMAP_NAME_ROOT_LAST = 0, /* RFC 4514's: last RDN first */
    CERTMAP_NAME_ROOT_FIRST = 1 /* encoded order */
};

/* Writes a DER Name as text. A value that cannot be read as text, and in RFC 4514 a value of a type
 * without an LDAP name, appears as #hex. At most cap bytes are written, a NUL included; *len gets
 * the length without the NUL, also on BUFFER, where text is "" if cap > 0. The text is for people
 * and logs: never match it.
 * Errors: ARGUMENT, BUFFER, LIMIT, CERTIFICATE (offset into name). */
CERTMAP_API enum certmap_status certmap_name_to_text(char *text, size_t cap, size_t *len,
                                                     struct certmap_view name,
                                                     enum certmap_name_form form,
                                                     enum certmap_name_order order,
                                                     struct certmap_diagnostic *err);

/* Writes the DER of an RFC 4514 string, root last. Every name of the attribute table and dotted
 * OIDs are accepted as types. Values become PrintableString for C, serialNumber and dnQualifier
 * where its alphabet allows, IA5String for DC and emailAddress where ASCII, UTF8String otherwise;
 * #hex stands for itself. The AVAs of an RDN are put in the order that DER asks for (X.690 11.6).
 * *len gets the length, also on BUFFER.
 * Errors: ARGUMENT, BUFFER, LIMIT (a value over CERTMAP_MAX_VALUE_SIZE included), SYNTAX (line 1,
 * column and offset into text). */
CERTMAP_API enum certmap_status certmap_name_from_text(uint8_t *der, size_t cap, size_t *len,
                                                       struct certmap_view text,
                                                       struct certmap_diagnostic *err);

/* The forms in which people paste Names. Rules take RFC 4514 only; tools may ask for another. */
enum certmap_dialect {
    CERTMAP_DIALECT_RFC4514 = 0, /* CN=Alice,O=Contoso: as certmap_name_from_text */
    CERTMAP_DIALECT_OPENSSL =
        1, /* O = Contoso, CN = Alice: `openssl x509 -subject` since 1.1, root first */
    CERTMAP_DIALECT_SLASHES =
        2, /* /O=Contoso/CN=Alice: X509_NAME_oneline of OpenSSL 3, root first */
    CERTMAP_DIALECT_WINDOWS = 3, /* CN=Alice, OU="a, b"; O=Contoso: root last, as Windows shows
                                  * Names; also one to a line */
    CERTMAP_DIALECT_OPENSSL_REVERSED =
        4, /* as OPENSSL, root last: `-nameopt dn_rev` and `RFC2253`, Java */
    CERTMAP_DIALECT_WINDOWS_REVERSED =
        5, /* as WINDOWS, root first: CertNameToStr without CERT_NAME_STR_REVERSE */
    CERTMAP_DIALECT_PLAIN =
        6, /* O=Contoso, CN=Alice/emailAddress=a@b, root first, values as they are:
            * `-text` up to OpenSSL 1.0, and `-nameopt` without `esc_...` */
    CERTMAP_DIALECT_PLAIN_REVERSED = 7, /* the same, root last */
    CERTMAP_DIALECT_MULTILINE = 8,      /* commonName = Alice, one to a line, root first:
                                         * `-nameopt multiline` and `sep_multiline`, Node */
    CERTMAP_DIALECT_SLASHES_PLAIN = 9,  /* as SLASHES up to OpenSSL 1.1, which escapes no / and + */
    CERTMAP_DIALECT_MULTILINE_REVERSED =
        10 /* as MULTILINE, root last: `-nameopt RFC2253,sep_multiline` */
};
#define CERTMAP_DIALECT_COUNT 11
/* "rfc4514", "openssl", "openssl-reversed" ...; NULL for another number. Static storage. */
CERTMAP_API const char *certmap_dialect_name(enum certmap_dialect dialect);
/* As certmap_name_from_text, from a text in this dialect, without a label. In all but RFC4514 and
 * SLASHES space around types, = and separators is insignificant, and so is white space around the
 * text; but in MULTILINE a value keeps the spaces around it, save one after = where one is
 * before it. In OPENSSL and WINDOWS values may be in double quotes. What a dialect cannot tell
 * apart is an error or has one reading: in SLASHES a slash in a value that is not followed by a
 * type and = is part of the value, one that is begins an RDN; so does a plus an AVA, and a
 * separator in PLAIN and MULTILINE. Errors: as certmap_name_from_text. */
CERTMAP_API enum certmap_status certmap_name_from_dialect(uint8_t *der, size_t cap, size_t *len,
                                                          struct certmap_view text,
                                                          enum certmap_dialect dialect,
                                                          struct certmap_diagnostic *err);
/* The Name in what a program printed: without what is in front - space, "subject=", "Issuer: ",
 * " 0 s:" - and without ends of lines after it. A view into text. */
CERTMAP_API struct certmap_view certmap_name_bare(struct certmap_view text);
/* Which dialect the text of a Name is in, a label and spaces in front included. One of the dialects
 * in which it is a Name, if that is the only one that programs print it for, or all of them read
 * the same Name: then *count is 1. Where the text may be several Names, *count is how many, and
 * dialects gets one for each, the likeliest first; the error is DN_AMBIGUOUS, and whoever knows the
 * program has to choose; where they are too many to list, *count is 0. After any other error *count
 * is 0 and dialects[0] is the dialect that the error speaks of. Read the Name with
 * certmap_name_from_dialect, from certmap_name_bare. allocator: for as long as the call takes, may
 * be NULL; about the bytes of ten Names.
 * A certificate may have types in any order. So the order of types does not decide where programs
 * print both orders by default; where only an option that few people use (dn_rev) prints the other
 * one, the form by default is taken, unless C or DC is at the end of the text that is not the
 * root's then. UTF-8 in hexadecimal (\C3\BC) is an escape: nobody's name has these characters
 * in it.
 * Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX (DN_AMBIGUOUS, DN_EMPTY, DN_STRING_TYPE without a
 * position; others with line 1, column and offset into certmap_name_bare). Any number of threads.
 */
CERTMAP_API enum certmap_status
certmap_dialect_find(enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT], size_t *count,
                     struct certmap_view text, const struct certmap_allocator *allocator,
                     struct certmap_diagnostic *err);
/* Which dialect a text is probably in, also where certmap_dialect_find finds several or none. The
 * guess is for messages: never read a Name by it. */
CERTMAP_API enum certmap_dialect certmap_dialect_guess(struct certmap_view text);

/* Writes the contents octets of an object identifier, which is dotted text ("1.3.6.1.5.5.7.3.2"),
 * or the name of an extended key usage or certificate policy as rules have it ("clientAuth"),
 * without regard to case. At most cap bytes are written; *len gets the length, also on BUFFER.
 * contents may be NULL if cap is 0. Any thread.
 * Errors: ARGUMENT, BUFFER, SYNTAX (BAD_OID, also over CERTMAP_MAX_OID_SIZE). */
CERTMAP_API enum certmap_status certmap_oid_from_text(uint8_t *contents, size_t cap, size_t *len,
                                                      struct certmap_view text,
                                                      struct certmap_diagnostic *err);

/* ---- Text, for loaders and tools ------------------------------------------------------------ */

/* Writes text so that it can go to a terminal or a log: control characters, direction overrides and
 * line separators as \u{H..}, bytes that are not UTF-8 as \xHH, and \ as \\. With quote, it is put
 * in double quotes and " becomes \". At most cap bytes are written, a NUL included; *len gets the
 * length without the NUL, also on BUFFER. Errors: ARGUMENT, BUFFER. */
CERTMAP_API enum certmap_status certmap_text_escape(char *text, size_t cap, size_t *len,
                                                    struct certmap_view view, bool quote,
                                                    struct certmap_diagnostic *err);
/* Whether a file is in UTF-16, as editors and shells on Windows write it: it begins with the byte
 * order mark, or with a character of which one byte is zero, as the ASCII that rules and XML begin
 * with. UTF-32 is not. */
CERTMAP_API bool certmap_text_is_utf16(struct certmap_view bytes);
/* Writes a text in UTF-16 as UTF-8, without its byte order mark. That mark, or else the first
 * character, decides which byte of a unit comes first. At most cap bytes are written, a NUL
 * included; bytes.len / 2 * 3 + 4 are always enough. *len gets the length without the NUL, also on
 * BUFFER. Half of a surrogate pair and half a code unit become U+FFFD: that is SYNTAX (ENCODING),
 * with the position of the first one in text, which is complete, so that its line can be shown.
 * Errors: ARGUMENT, BUFFER, SYNTAX. Any number of threads. */
CERTMAP_API enum certmap_status certmap_text_from_utf16(char *text, size_t cap, size_t *len,
                                                        struct certmap_view bytes,
                                                        struct certmap_diagnostic *err);
/* Whether two texts are the same code points after simple case folding (Unicode CaseFolding.txt, C
 * and S; no normalisation). Bytes that are not UTF-8 equal only themselves. */
CERTMAP_API bool certmap_text_same(struct certmap_view a, struct certmap_view b);
/* A number that is the same for texts that certmap_text_same takes for one, for hash tables. It
 * depends on the seed: with one that cannot be guessed, texts cannot be chosen so that many have
 * the same number. Not for anything that is kept: it may change with the version. */
CERTMAP_API uint64_t certmap_text_hash(uint64_t seed, struct certmap_view text);
/* The index of the candidate that word was probably meant to be - few insertions, deletions,
 * replacements or swaps away, without regard to case -, or SIZE_MAX. Looks at words up to 64 bytes.
 */
CERTMAP_API size_t certmap_text_nearest(struct certmap_view word,
                                        const struct certmap_view *candidates, size_t count);

/* The version of Unicode that normalisation and case folding follow. Static storage. */
CERTMAP_API const char *certmap_unicode_version(void);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_name_form);
CERTMAP_WIDTH_OF(enum certmap_name_order);
CERTMAP_WIDTH_OF(enum certmap_dialect);

#ifdef __cplusplus
}
#endif

#endif
