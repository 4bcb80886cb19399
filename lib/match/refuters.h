/* SPDX-License-Identifier: MIT */
/* Where the members of roots were that made mappings false in this match, counted from the end of the root: rules that are
 * written alike have theirs at the same place.
 *
 * An AND is false whichever of its members is looked at first. So where thousands of mappings are looked at, as NOTs and
 * other conditions without a key make it, the member that made the last ones false is tried before all others. What is known
 * of it costs nothing; else it is only tried while it is what makes mappings false, so that hardly any is evaluated in vain. */
#ifndef CM_MATCH_REFUTERS_H
#define CM_MATCH_REFUTERS_H

#include "index/tuning.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cm_refuter {
    uint32_t from_end; /* nodes from the begin of the member to the end of its root */
    uint32_t times;    /* that it made a mapping false, since it was tried in vain */
};

struct cm_refuters {
    uint32_t count; /* of all that were kept, of which the last ones are there */
    uint32_t vain;  /* how often lately a quicker one was looked for in vain, or tried in vain */
    uint32_t scans; /* how often lately none of a mapping was known to be false */
    struct cm_refuter kept[CM_REFUTERS];
};

static inline void cm_refuters_begin(struct cm_refuters *refuters) {
    refuters->count = refuters->vain = refuters->scans = 0;
}

/* How many are there. */
static inline size_t cm_refuters_there(const struct cm_refuters *refuters) {
    return refuters->count < CM_REFUTERS ? refuters->count : CM_REFUTERS;
}

/* Whether one is worth to be tried where nothing is known of it. */
static inline bool cm_refuter_is_likely(const struct cm_refuter *refuter) {
    return refuter->times >= CM_REFUTED_BEFORE;
}

/* Notes that one was tried. */
static inline void cm_refuters_tried(struct cm_refuters *refuters, struct cm_refuter *refuter, bool refuted) {
    refuter->times = refuted ? CM_REFUTED_BEFORE : 0;
    if (!refuted)
        refuters->vain++;
    else if (refuters->vain > 0)
        refuters->vain--;
}

/* The one at a place, which is added. */
static inline struct cm_refuter *cm_refuters_at(struct cm_refuters *refuters, uint32_t from_end) {
    const size_t there = cm_refuters_there(refuters);
    size_t at = 0;
    while (at < there && refuters->kept[at].from_end != from_end)
        at++;
    if (at == there) {
        at = refuters->count++ % CM_REFUTERS;
        refuters->kept[at] = (struct cm_refuter){from_end, 0};
    }
    return &refuters->kept[at];
}

/* Notes where a member was that is false. */
static inline void cm_refuters_note(struct cm_refuters *refuters, uint32_t from_end) {
    struct cm_refuter *refuter = cm_refuters_at(refuters, from_end);
    if (refuter->times < CM_REFUTED_BEFORE)
        refuter->times++;
}

/* Notes the same of one that is to be tried before the others. */
static inline void cm_refuters_prefer(struct cm_refuters *refuters, uint32_t from_end) {
    for (size_t i = 0; i < cm_refuters_there(refuters); i++)
        refuters->kept[i].times = 0;
    cm_refuters_at(refuters, from_end)->times = CM_REFUTED_BEFORE;
}

#endif
