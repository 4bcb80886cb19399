/* SPDX-License-Identifier: MIT */
/* The addresses of a row in order, so that whether any of thousands is in a network is a search by halves. They are sorted when
 * a match has asked about networks before, and kept no longer than the match.
 *
 *     words    [ 10.0.0.1 | 10.0.7.1 | ...            ... | fd00::2 | fd00::1 ]
 *                IPv4, a word each                      IPv6, four words each, from the end */
#ifndef CM_MATCH_ADDRESSES_H
#define CM_MATCH_ADDRESSES_H

#include "certmap/explain.h"
#include "field/list.h"
#include "index/tuning.h"
#include "rule/store.h"

struct cm_addresses {
    const struct cm_list *list; /* NULL: none yet */
    uint32_t row;
    uint32_t asked;
    bool sorted;
    bool too_many;          /* they have no room */
    bool unreadable;        /* one of the values cannot be read */
    size_t fours, sixteens; /* how many there are of each */
    uint32_t words[CM_ADDRESS_WORDS];
};

static inline void cm_addresses_begin(struct cm_addresses *addresses) {
    addresses->list = NULL;
}

/* Whether the addresses of the row are sorted, or are so now. Each takes steps when they are. */
bool cm_addresses_sort(struct cm_addresses *addresses, const struct cm_list *list, uint32_t row, size_t *steps);
/* Whether one of them, which are sorted, is in a network: UNKNOWN, where one cannot be read, or the steps ran out. */
enum certmap_truth cm_addresses_in(struct cm_addresses *addresses, const struct cm_operand *network, size_t *steps);

#endif
