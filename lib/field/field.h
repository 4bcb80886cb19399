/* SPDX-License-Identifier: MIT */
/* The fields of a certificate and their subfields: the one place where they have their names, and where it
 * is how the values of each read. */
#ifndef CM_FIELD_FIELD_H
#define CM_FIELD_FIELD_H

#include "base/arena.h"

struct cm_out;

/* How values and operands become comparable text (canonical.h). */
enum cm_text_kind {
    CM_TEXT_PLAIN,    /* text, in NFC */
    CM_TEXT_DNS,      /* a host name */
    CM_TEXT_EMAIL,    /* a mailbox */
    CM_TEXT_URI,      /* a URI */
    CM_TEXT_KRB5,     /* a Kerberos principal */
    CM_TEXT_SID,      /* a security identifier of Windows */
    CM_TEXT_IP,       /* an address; operands may be networks */
    CM_TEXT_OID,      /* an object identifier, or its name */
    CM_TEXT_QC,       /* the same, with the names of qualified certificates */
    CM_TEXT_USAGE,    /* a bit of the key usage */
    CM_TEXT_SERIAL,   /* a serial number */
    CM_TEXT_HEX,      /* octets */
    CM_TEXT_SHA256,   /* a digest */
    CM_TEXT_SHA1,     /* a digest */
    CM_TEXT_SHA512,   /* a digest */
    CM_TEXT_VERSION,  /* 1, 2 or 3 */
    CM_TEXT_VALIDITY, /* valid, early or expired */
    CM_TEXT_NAME      /* a whole Name, which is no text: compare.h */
};

/* The lists of a peer: one for each enum certmap_field, and two of one value, a whole Name. */
#define CM_LIST_SUBJECT_NAME 32
#define CM_LIST_ISSUER_NAME 33
#define CM_LIST_COUNT 34

/* The rows of the SAN's list; all other otherNames share the chain after the last. */
enum cm_san_row {
    CM_SAN_DNS,
    CM_SAN_EMAIL, /* rfc822Name, and otherName SmtpUTF8Mailbox */
    CM_SAN_URI,
    CM_SAN_IP,
    CM_SAN_UPN,
    CM_SAN_KRB5,
    CM_SAN_DIRNAME,
    CM_SAN_RID,
    CM_SAN_OTHER
};

/* The rows of the texts of extensions: those that standards and TLS libraries know, of which hardly any is a text, share the
 * last chain, so that what they are does not matter to rules about the others. */
#define CM_EXTENSION_ROWS 1

/* In place of a row: the values of every row, in encoded order. No list has so many rows. */
#define CM_ROW_ANY 0xFFu

/* Where the values of a field and subfield are found. */
struct cm_path {
    enum certmap_field field;
    uint32_t list;           /* of the peer */
    uint32_t row;            /* which chain of it; CM_ROW_ANY: every attribute of a Name */
    bool by_oid;             /* the chain has values of several types: those with this oid are meant */
    struct certmap_view oid; /* contents octets; data NULL where the subfield has none */
    enum cm_text_kind kind;
};

/* How many rows the lists of a field have. */
size_t cm_field_rows(enum certmap_field field);
/* The pieces (enum certmap_piece) that a field is read from. */
unsigned cm_field_pieces(enum certmap_field field);
/* What its values are, where that does not depend on the subfield. */
enum cm_text_kind cm_field_kind(enum certmap_field field);
/* Splits a path as rules write it ("san.dirname.CN", "spki.sha256") into field and subfield, which is empty
 * where nothing follows the field. False: there is no such field; then *field is untouched, and *subfield is
 * what was looked for, the text up to the first dot. */
bool cm_field_split(enum certmap_field *field, struct certmap_view *subfield, struct certmap_view text);
/* The field that a misspelt one was probably meant to be, or NULL. */
const char *cm_field_nearest(struct certmap_view text);
/* Why what text asks for is no field, and what to write instead, where people look for one: a sentence, or NULL. */
const char *cm_field_refusal(struct certmap_view text);

/* Finds the path of a subfield, which is empty for a field without. An OID that is in no table is copied to
 * arena. Errors: SYNTAX (UNKNOWN_SUBFIELD, BAD_OID), MEMORY. */
enum certmap_status cm_path_resolve(struct cm_path *path, enum certmap_field field, struct certmap_view subfield,
                                    struct cm_arena *arena, struct certmap_diagnostic *err);
/* The path of the attributes of a type in a whole Name, which is another path. */
struct cm_path cm_path_of_type(const struct cm_path *name, struct certmap_view oid);
/* Prints a path as rules write it. */
void cm_path_print(struct cm_out *out, const struct cm_path *path);
/* The OID's row of the SAN, or CM_SAN_OTHER. Looks at a table. */
enum cm_san_row cm_san_row_by_oid(struct certmap_view oid);
/* The row that the texts of an extension are in. */
uint32_t cm_extension_row(struct certmap_view oid);
/* The name of a row of the SAN: "dns"; row is below CM_SAN_OTHER. */
const char *cm_san_row_name(enum cm_san_row row);

#endif
