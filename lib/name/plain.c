/* SPDX-License-Identifier: MIT */
#include "name/plain.h"
#include "der/oid.h"
#include "name/attr.h"

/*     31 len  30 len  06 len  OID ...  tag len  value ...
 *     0  1    2  3    4  5    6                               */
enum { SET_LENGTH = 1, SEQUENCE_LENGTH = 3, OID_LENGTH = 5, OID = 6 };

/* The shortest RDN: an OID of one octet, and a value of none. */
#define MIN_RDN 9

/* Where the RDNs begin, after a length in the fewest octets. NULL: the Name is not plain. */
static const uint8_t *open_name(struct certmap_view name) {
    const uint8_t *at = name.data;
    if (name.len < 4 || at[0] != 0x30)
        return NULL;
    if (at[1] < 0x80)
        return at[1] == name.len - 2 ? at + 2 : NULL;
    if (at[1] == 0x81)
        return at[2] >= 0x80 && at[2] == name.len - 3 ? at + 3 : NULL;
    return at[1] == 0x82 && at[2] != 0 && ((size_t)at[2] << 8 | at[3]) == name.len - 4 ? at + 4 : NULL;
}

static bool take_type(struct cm_plain_ava *ava) {
    const struct certmap_view oid = {ava->oid, ava->oid_len};
    if (oid.len == 3 && oid.data[0] == 0x55 && oid.data[1] == 0x04 && oid.data[2] < 0x80)
        ava->row = (uint16_t)cm_attr_x520(oid.data[2]);
    else if (oid.len <= CERTMAP_MAX_OID_SIZE && cm_oid_valid(oid))
        ava->row = (uint16_t)cm_attr_by_oid(oid);
    else
        return false;
    return true;
}

/* Takes an RDN, of which at least MIN_RDN octets are there; NULL: it is not plain, else what comes after it. */
static const uint8_t *take_rdn(struct cm_plain_ava *ava, const uint8_t *at, size_t left) {
    const size_t set = at[SET_LENGTH], sequence = at[SEQUENCE_LENGTH], oid = at[OID_LENGTH];
    if (at[0] != 0x31 || at[2] != 0x30 || at[4] != 0x06)
        return NULL;
    if (set >= 0x80 || set + 2 > left || sequence + 2 != set || oid == 0 || oid + 4 > sequence)
        return NULL;
    const uint8_t *value = at + OID + oid;
    if ((value[0] & 0x1F) == 0x1F || (size_t)value[1] + oid + 4 != sequence)
        return NULL;
    *ava = (struct cm_plain_ava){at + OID, value, (uint8_t)oid, value[1], 0};
    return take_type(ava) ? at + set + 2 : NULL;
}

size_t cm_plain_name(struct cm_plain_ava avas[CM_PLAIN_AVAS], size_t *text, struct certmap_view name) {
    const uint8_t *at = open_name(name), *end = at != NULL ? name.data + name.len : NULL;
    size_t count = 0;
    *text = 0;
    while (at != end) { /* at most CM_PLAIN_AVAS times */
        const size_t left = (size_t)(end - at);
        at = count < CM_PLAIN_AVAS && left >= MIN_RDN ? take_rdn(&avas[count], at, left) : NULL;
        if (at == NULL)
            return 0;
        *text += avas[count++].len;
    }
    return count;
}
