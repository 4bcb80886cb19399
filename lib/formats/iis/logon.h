/* SPDX-License-Identifier: MIT */
/* The passwords of a file, apart from its rules. */
#ifndef CM_FORMATS_IIS_LOGON_H
#define CM_FORMATS_IIS_LOGON_H

#include "../kit/store.h"
#include "certmap/iis.h"

struct cm_iis_password {
    enum certmap_iis_password_state state;
    struct certmap_view text; /* in the store of secrets, for CLEAR only, and only if asked for */
};

/* Takes over the secrets, which are then empty, and has room for count passwords, all absent. NULL
 * when there is no memory. */
struct certmap_iis_logon *cm_iis_logon_new(struct cm_kit_store *secrets, size_t count,
                                           enum certmap_iis_logon_method method);
void cm_iis_logon_set(struct certmap_iis_logon *logon, size_t index, struct cm_iis_password password);

#endif
