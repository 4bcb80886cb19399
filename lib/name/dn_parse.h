/* SPDX-License-Identifier: MIT */
/* The parser of Names as text: one grammar, and what the dialects change of it.
 *
 *     name  = [ rdn *( separator rdn ) ]
 *     rdn   = ava *( "+" ava )
 *     ava   = type "=" value
 *     type  = name / numericoid
 *     value = "#" 1*hexpair / string / quoted */
#ifndef CM_NAME_DN_PARSE_H
#define CM_NAME_DN_PARSE_H

#include "certmap/names.h"
#include "name/dn_write.h"

struct cm_dn_parser;

/* How values may be quoted. */
enum cm_dn_quotes {
    CM_DN_QUOTES_NONE,      /* " is to be escaped */
    CM_DN_QUOTES_BACKSLASH, /* "a \"b\"" */
    CM_DN_QUOTES_DOUBLED    /* "a ""b""" */
};
/* What a backslash does. */
enum cm_dn_escapes {
    CM_DN_ESCAPES_RFC4514, /* \, and \C3\BC */
    CM_DN_ESCAPES_OPENSSL, /* the same, and \U0416 and \W0001F511 */
    CM_DN_ESCAPES_HEX,     /* \xC3\xBC, \/ and \+; any other is an ordinary character */
    CM_DN_ESCAPES_BYTES,   /* \xC3\xBC, \U0416 and \W0001F511; any other is an ordinary character */
    CM_DN_ESCAPES_NONE     /* it is an ordinary character */
};

struct cm_dn_dialect {
    bool root_first;
    bool has_spaces;   /* space around types, = and separators is insignificant */
    bool keeps_spaces; /* space at the ends of a value belongs to it: else it is an error or insignificant; with
                        * has_spaces, but for one after = and one before + */
    bool has_hex;      /* #0C0141 */
    bool is_openssl;   /* `mail` and `uid`, in lower case, are what OpenSSL calls so */
    bool is_raw;       /* values are not escaped: a separator is one only before a known type, which is followed by =
                        * as the first type is, and # begins a string unless it begins an element */
    bool no_plus;      /* no + between the AVAs of an RDN: a / is */
    bool has_latin1;   /* \HH that is no UTF-8 is a character of ISO 8859-1 */
    enum cm_dn_quotes quotes;
    enum cm_dn_escapes escapes;
    const char *to_escape;   /* characters that may not be in a string as they are */
    const char *before_name; /* the character that a Name begins with, or "" */
    const char *separators;  /* any of them is between RDNs */
};

struct cm_dn_parser {
    const struct cm_dn_dialect *dialect;
    struct certmap_view text;
    size_t at;   /* offset into text */
    bool strict; /* only what a program prints: no needless quotes or escapes, = always with or without spaces */
    bool spaced; /* the first type has a space before its = */
    struct cm_dn_writer writer;
    struct certmap_diagnostic *err;
};

/* A Name to DER, as certmap_name_from_text says. call: the name of the public function. */
enum certmap_status cm_dn_parse(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                const struct cm_dn_dialect *dialect, const char *call, struct certmap_diagnostic *err);
/* The same of what a program printed: what people may write, but the program would not, is an error. Where this gives
 * a Name, cm_dn_parse gives the same one. */
enum certmap_status cm_dn_parse_strict(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                       const struct cm_dn_dialect *dialect, struct certmap_diagnostic *err);
/* What a dialect permits; dialect is one of the enum. */
const struct cm_dn_dialect *cm_dn_dialect(enum certmap_dialect dialect);

/* ---- for the files dn_*.c: dn_cursor.c ---- */

/* Sets the position of an error that has been filled, at some bytes of the text; returns status. */
enum certmap_status cm_dn_place(const struct cm_dn_parser *parser, enum certmap_status status, size_t offset,
                                size_t length);
enum certmap_status cm_dn_fail(const struct cm_dn_parser *parser, enum certmap_code code, size_t offset, size_t length,
                               const char *what);
enum certmap_status cm_dn_too_large(const struct cm_dn_parser *parser, enum certmap_code code, size_t offset,
                                    const char *what, size_t limit);
/* The byte at an offset, or here; -1 at the end. */
int cm_dn_byte_at(const struct cm_dn_parser *parser, size_t offset);
int cm_dn_peek(const struct cm_dn_parser *parser);
/* Whether a byte is one of these characters. */
bool cm_dn_is_one_of(int c, const char *characters);
/* Moves past spaces, where the dialect has them. */
void cm_dn_skip_spaces(struct cm_dn_parser *parser);
/* How long the type at an offset is; ascii: of RFC 4514. Outside RFC 4514 there are types with letters that are not ASCII, such as
 * \xD0\x98\xD0\x9D\xD0\x9D, and one of them consists of two words. */
size_t cm_dn_type_length(struct certmap_view text, size_t offset, bool ascii);
/* Whether `type "="` is at an offset. */
bool cm_dn_is_type(const struct cm_dn_parser *parser, size_t offset);
/* What begins at an offset, followed by = with or without a space before it: a type, a word that could be one, or
 * something else. */
enum cm_dn_type { CM_DN_TYPE_NONE, CM_DN_TYPE_UNKNOWN, CM_DN_TYPE_KNOWN };
enum cm_dn_type cm_dn_type_at(struct certmap_view text, size_t offset, bool spaced);
/* Whether a known type or an OID begins at an offset, and how it is followed by =: with a space before it or not. */
bool cm_dn_is_known_type(struct certmap_view text, size_t offset, bool spaced);
/* Whether a value ends here: at the end of the text, at a separator, or at +. */
bool cm_dn_ends_value(const struct cm_dn_parser *parser);

/* ---- dn_value.c ---- */

/* Takes a value and writes it: an element. oid: contents of its type. */
enum certmap_status cm_dn_take_value(struct cm_dn_parser *parser, struct certmap_view oid);

#endif
