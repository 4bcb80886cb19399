/* SPDX-License-Identifier: MIT */
/* Taking DER from a cursor (X.690 clauses 8 and 10). One place checks bounds; whatever takes
 * something reports success, and leaves the cursor where it was on failure. */
#ifndef CM_DER_DER_H
#define CM_DER_DER_H

#include "certmap/certmap.h"

struct cm_der {
    const uint8_t *next;
    const uint8_t *end;
    const uint8_t *start; /* of the outermost input, for offsets in errors */
};

/* Tags as one number: class and constructed bits from the first identifier octet in bits 31-29,
 * the tag number below. */
#define CM_DER_CLASS_CONTEXT 0x80000000u
#define CM_DER_CONSTRUCTED 0x20000000u
#define CM_DER_BOOLEAN 0x01u
#define CM_DER_INTEGER 0x02u
#define CM_DER_BIT_STRING 0x03u
#define CM_DER_OCTET_STRING 0x04u
#define CM_DER_OID 0x06u
#define CM_DER_UTF8_STRING 0x0Cu
#define CM_DER_SEQUENCE (CM_DER_CONSTRUCTED | 0x10u)
#define CM_DER_SET (CM_DER_CONSTRUCTED | 0x11u)
#define CM_DER_NUMERIC_STRING 0x12u
#define CM_DER_PRINTABLE_STRING 0x13u
#define CM_DER_TELETEX_STRING 0x14u
#define CM_DER_IA5_STRING 0x16u
#define CM_DER_UTC_TIME 0x17u
#define CM_DER_GENERALIZED_TIME 0x18u
#define CM_DER_VISIBLE_STRING 0x1Au
#define CM_DER_GENERAL_STRING 0x1Bu
#define CM_DER_UNIVERSAL_STRING 0x1Cu
#define CM_DER_BMP_STRING 0x1Eu

/* [number] of a context, around an element or a list (EXPLICIT, or IMPLICIT SEQUENCE), or in place of a
 * primitive type's tag (IMPLICIT). */
#define CM_DER_CONTEXT_CONSTRUCTED(number) (CM_DER_CLASS_CONTEXT | CM_DER_CONSTRUCTED | (number))
#define CM_DER_CONTEXT_PRIMITIVE(number) (CM_DER_CLASS_CONTEXT | (number))

/* One element. */
struct cm_tlv {
    uint32_t tag;
    struct certmap_view whole; /* tag and length included */
    struct certmap_view contents;
};

static inline struct cm_der cm_der_open(struct certmap_view input) {
    return (struct cm_der){input.data, input.len > 0 ? input.data + input.len : input.data, input.data};
}

/* A cursor over contents that lie inside der's input. */
static inline struct cm_der cm_der_inside(const struct cm_der *der, struct certmap_view contents) {
    return (struct cm_der){contents.data, contents.data + contents.len, der->start};
}

static inline bool cm_der_done(const struct cm_der *der) {
    return der->next == der->end;
}

/* Where the cursor is, from the start of the outermost input. */
static inline size_t cm_der_offset(const struct cm_der *der) {
    return (size_t)(der->next - der->start);
}

/* The next element, of any form; for cm_der_any. */
bool cm_der_any_form(struct cm_der *der, struct cm_tlv *tlv);

/* An element whose tag and length are one octet each, as those of nearly all are; false for any other. */
static inline bool cm_der_short(struct cm_der *der, struct cm_tlv *tlv) {
    const uint8_t *at = der->next;
    const size_t left = (size_t)(der->end - at);
    if (left < 2 || (at[0] & 0x1F) == 0x1F || at[1] >= 0x80 || at[1] > left - 2)
        return false;
    tlv->tag = (uint32_t)(at[0] & 0xE0u) << 24 | (at[0] & 0x1Fu);
    tlv->contents = (struct certmap_view){at + 2, at[1]};
    tlv->whole = (struct certmap_view){at, (size_t)at[1] + 2};
    der->next = at + 2 + at[1];
    return true;
}

/* Takes the next element, whatever its tag. Fails at the end, on a tag or length that is not
 * minimal or definite, and on contents that reach past the end. */
static inline bool cm_der_any(struct cm_der *der, struct cm_tlv *tlv) {
    return cm_der_short(der, tlv) || cm_der_any_form(der, tlv);
}

/* Takes the next element if it has this tag. */
bool cm_der_next(struct cm_der *der, uint32_t tag, struct cm_tlv *tlv);
/* Whether the input is one element of this tag and nothing more; sets *contents to a cursor over its inside. */
bool cm_der_only(struct cm_der *contents, struct certmap_view input, uint32_t tag);

#endif
