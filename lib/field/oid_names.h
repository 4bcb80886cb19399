/* SPDX-License-Identifier: MIT */
/* The names of extended key usages and certificate policies, and of what qualified certificates say: the one place where
 * they are. The latter are words such as "web", and so in a table of their own. */
#ifndef CM_FIELD_OID_NAMES_H
#define CM_FIELD_OID_NAMES_H

#include "certmap/certmap.h"

/* The name of an OID, given as contents octets; NULL if it has none. */
const char *cm_oid_name(struct certmap_view contents);
/* The contents octets of the OID of a name, without regard to case; data NULL if there is no such name. */
struct certmap_view cm_oid_by_name(struct certmap_view name);
/* The name that a misspelt one was probably meant to be, or NULL. */
const char *cm_oid_name_nearest(struct certmap_view name);
/* The same for statements, types and roles of qualified certificates. */
const char *cm_qc_name(struct certmap_view contents);
struct certmap_view cm_qc_by_name(struct certmap_view name);
const char *cm_qc_name_nearest(struct certmap_view name);

#endif
