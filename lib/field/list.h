/* SPDX-License-Identifier: MIT */
/* Values of one field of a certificate, decoded once, as conditions and templates read them.
 *
 *     values:       [CN=Alice] [OU=Sales] [OU=Staff] [O=Contoso]     encoded order
 *     first:        CN -> 0, OU -> 1, O -> 3, others -> CM_VALUE_NONE
 *     values[].next: the next value of the same row: 1 -> 2
 *
 * What a row is depends on the field (field.h): for a Name a row of the attribute table, for the SAN a kind
 * of name. All values without a row share the last chain, and are told apart by their OID. */
#ifndef CM_FIELD_LIST_H
#define CM_FIELD_LIST_H

#include "base/arena.h"
#include "base/unicode.h"
#include "field/field.h"

#define CM_VALUE_NONE UINT32_MAX

struct cm_list;
struct cm_value_label;
struct cm_value_set;

/* What a match reads is in front, so that it is in one line of the cache or two. */
struct cm_value {
    struct cm_text text;          /* both NULL when unreadable, and for a whole Name */
    uint32_t next;                /* in this chain, or CM_VALUE_NONE */
    enum certmap_code unreadable; /* why there is no text */
    const struct cm_list *avas;   /* of a whole Name, which has no text of its own; else NULL */
    struct certmap_view oid;      /* contents octets; data NULL where the value has none */
    struct certmap_view der;      /* tag and length included; data NULL where the value is no DER */
    uint32_t tag;                 /* of an AVA */
    uint16_t rdn;                 /* of an AVA */
    uint16_t row;                 /* which chain it is in */
    struct cm_value_label *label; /* for certmap_peer_value; NULL until asked for */
};

/* A value of which nothing is set yet. Member by member, because compilers clear a whole struct by an instruction that takes
 * longer than all else that is done for a value. */
static inline void cm_value_begin(struct cm_value *value) {
    value->text.nfc.data = value->text.folded.data = NULL;
    value->text.nfc.len = value->text.folded.len = 0;
    value->next = 0;
    value->unreadable = CERTMAP_CODE_NONE;
    value->avas = NULL;
    value->oid.data = value->der.data = NULL;
    value->oid.len = value->der.len = 0;
    value->tag = 0;
    value->rdn = value->row = 0;
    value->label = NULL;
}

struct cm_list {
    struct cm_value *values;
    size_t count;
    uint32_t *first;                /* of each row, and of the last chain; NULL: there are no values */
    size_t rdn_count;               /* of a Name */
    enum certmap_code unknown;      /* why nothing is known of the field, or CERTMAP_CODE_NONE */
    const struct cm_value_set *set; /* of many values (value_set.h); NULL: there are few */
};

/* Whether a condition about the value is unknown, or could be: it cannot be read, or is a Name of which an AVA cannot. */
bool cm_value_may_be_unknown(const struct cm_value *value);

/* Makes a list unknown if code says so; false when it says that there is no memory. */
bool cm_list_set_unknown(struct cm_list *list, enum certmap_code code);
/* Makes room for count values and rows + 1 chains; false when there is none. */
bool cm_list_reserve(struct cm_list *list, size_t count, size_t rows, struct cm_arena *arena);
/* Threads the values of each row, in encoded order. */
void cm_list_chain(struct cm_list *list, size_t rows);
/* Adds a value to a list without rows, which is short, because it moves: what it held stays as garbage in the
 * arena. False when there is no room. */
bool cm_list_append(struct cm_list *list, const struct cm_value *value, struct cm_arena *arena);
/* The first value of a row, and the next one after `at`, or CM_VALUE_NONE. */
uint32_t cm_list_first(const struct cm_list *list, size_t row);
static inline uint32_t cm_list_next(const struct cm_list *list, size_t row, uint32_t at) {
    if (row != CM_ROW_ANY)
        return list->values[at].next;
    return at + 1 < list->count ? at + 1 : CM_VALUE_NONE;
}

/* Makes the list of the AVAs of a Name, read to its end. der has to stay as long as the list. Errors:
 * MEMORY, LIMIT, CERTIFICATE (offset into der). */
enum certmap_status cm_list_from_name(struct cm_list *list, struct certmap_view der, struct cm_arena *arena,
                                      struct cm_arena *scratch, struct certmap_diagnostic *err);
/* The same with a cursor, also where the Name is plain (name/plain.h): for tests. */
enum certmap_status cm_list_from_any_name(struct cm_list *list, struct certmap_view der, struct cm_arena *arena,
                                          struct cm_arena *scratch, struct certmap_diagnostic *err);
/* Reads a Name to its end, and makes nothing of it. Errors: LIMIT, CERTIFICATE (offset into der). */
enum certmap_status cm_list_check_name(struct certmap_view der, struct certmap_diagnostic *err);

#endif
