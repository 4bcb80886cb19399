/* SPDX-License-Identifier: MIT */
/* The table of attribute types: the one place where a subfield has its names. */
#ifndef CM_NAME_ATTR_H
#define CM_NAME_ATTR_H

#include "certmap/certmap.h"
#include "certmap/limits.h"

struct cm_out;

/* The string type that RFC 5280 appendix A asks for when a value is encoded. */
enum cm_attr_string { CM_ATTR_UTF8, CM_ATTR_PRINTABLE, CM_ATTR_IA5 };

struct cm_attr {
    struct certmap_view oid;    /* contents octets */
    const char *name;           /* as rules print it: "S" */
    const char *ldap;           /* the registered LDAP descriptor, for RFC 4514: "ST"; NULL: 1.2.3 */
    const char *windows;        /* in Windows' X.500 form: "S"; NULL: OID.1.2.3 */
    const char *const *aliases; /* every further name, NULL at the end; may be NULL */
    enum cm_attr_string string;
};

/* How many rows have a number, from 0, the commonest types first. The table has further ones for cm_attr_resolve and
 * cm_attr_nearest only. */
#define CM_ATTR_COUNT 47
#define CM_ATTR_OTHER CM_ATTR_COUNT /* the number of every type that has no row */

const struct cm_attr *cm_attr_row(size_t number);
/* Prints a type as rules name it: the row's name, or the dotted OID. */
void cm_attr_print(struct cm_out *out, size_t row, struct certmap_view oid);
/* The row of an OID, or CM_ATTR_OTHER. */
size_t cm_attr_by_oid(struct certmap_view oid);
/* The same of 2.5.4.arc, the arc below 128: nearly all types are so. */
size_t cm_attr_x520(uint8_t arc);
/* The row of a name or alias, without regard to case, or CM_ATTR_OTHER. */
size_t cm_attr_by_name(struct certmap_view name);
/* The name nearest to a misspelt one, or NULL. */
const char *cm_attr_nearest(struct certmap_view name);

/* A subfield as people write it - a name, 1.2.3, OID.1.2.3 - to its OID. oid gets the contents, in
 * the table's memory or in buffer. Returns CERTMAP_CODE_NONE, UNKNOWN_SUBFIELD or BAD_OID. */
enum certmap_code cm_attr_resolve(struct certmap_view *oid, uint8_t buffer[CERTMAP_MAX_OID_SIZE],
                                  struct certmap_view text);

#endif
