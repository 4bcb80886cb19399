/* SPDX-License-Identifier: MIT */
/* The values of a row, where they are many, by their text.
 *
 * Conditions that compare a certificate of hundreds of values with a text each, in thousands of mappings, would look at
 * every value for every condition. A match that meets such a row files its values once.
 *
 *     slots    [ value 3 + 1 | 0 | value 7 + 1 | value 0 + 1 | 0 ... ]     by the hash of their text */
#ifndef CM_RULE_CROWD_H
#define CM_RULE_CROWD_H

#include "field/list.h"

/* Fewer values in a list are looked at one by one, and so are more: a certificate of 4 KB has hardly more than 300. */
#define CM_CROWD_LEAST 32
#define CM_CROWD_MOST 512
/* Rows that are kept in mind at once: rules are about one or two of those that have many values, with and without case. */
#define CM_CROWDS 4
/* At most half of them are taken. */
#define CM_CROWD_SLOTS 1024

struct cm_crowd {
    const struct cm_list *list;
    uint32_t row;
    bool nocase;
    bool clouded; /* one of its values cannot be read */
    uint16_t slots[CM_CROWD_SLOTS];
};

struct cm_crowds {
    uint32_t count, next; /* 0 to begin with: how many there are; which one gives way to a further one */
    struct cm_crowd crowds[CM_CROWDS];
};

/* The values of a row that have no types; NULL: they are few, or too many. It stays until CM_CROWDS others were asked
 * for. */
const struct cm_crowd *cm_crowd_of(struct cm_crowds *crowds, const struct cm_list *list, uint32_t row, bool nocase);
/* Whether one of them has this text, folded if nocase was set; UNKNOWN: none that can be read. */
enum certmap_truth cm_crowd_has(const struct cm_crowd *crowd, struct certmap_view text);

#endif
