/* SPDX-License-Identifier: MIT */
/* The prepared certificate, as the evaluator reads it: a list of values for each field (list.h). */
#ifndef CM_NAME_PEER_H
#define CM_NAME_PEER_H

#include "name/field.h"
#include "name/list.h"

struct certmap_peer {
    struct cm_arena arena;   /* what lives until the next set */
    struct cm_arena scratch; /* what lives during a call */
    bool set;
    struct cm_list lists[CM_LIST_COUNT]; /* by enum certmap_field, and CM_LIST_... */
    struct certmap_view certificate;     /* borrowed; data NULL: not supplied */
};

#endif
