/* SPDX-License-Identifier: MIT */
/* Names as nearly all are: few RDNs of one AVA each, and every length of one octet, save that of the Name. They are read in one pass without a cursor.
 * What is not so, and every fault, is for name.h, which reads all Names, and reads these alike. */
#ifndef CM_NAME_PLAIN_H
#define CM_NAME_PLAIN_H

#include "certmap/certmap.h"

struct cm_plain_ava {
    const uint8_t *oid;   /* contents octets */
    const uint8_t *value; /* its tag, which is one octet, as its length is */
    uint8_t oid_len;
    uint8_t len; /* of the contents */
    uint16_t row;
};

/* Most AVAs: more than nearly all Names have, and a few cache lines of stack. */
#define CM_PLAIN_AVAS 16

/* Reads the AVAs of a Name. Returns how many, and what their contents have together; 0: the Name is not plain. */
size_t cm_plain_name(struct cm_plain_ava avas[CM_PLAIN_AVAS], size_t *text, struct certmap_view name);

#endif
