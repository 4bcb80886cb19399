/* SPDX-License-Identifier: MIT */
/* What conditions that several mappings have gave in this match, where to find that out may take long.
 *
 * Most matches keep a few, in slots of their last bits. Where there are many, as where thousands of mappings have NOTs of
 * many values, those are kept by their offsets, two bits each: then no other condition takes their place. All of them are
 * before the mappings, so that their offsets are small numbers. */
#ifndef CM_MATCH_MEMO_H
#define CM_MATCH_MEMO_H

#include "base/assert.h"
#include "certmap/explain.h"
#include "index/tuning.h"
#include <string.h>

struct cm_memo {
    uint32_t kept;      /* how many were, up to CM_MEMOS_OF_MANY */
    uint32_t known_end; /* offsets before it are in known */
    uint8_t truths[CM_MEMOS];
    uint32_t offsets[CM_MEMOS];  /* UINT32_MAX: none */
    uint8_t known[CM_KNOWN / 4]; /* not set before there are many; of each offset 0, or its truth + 1 */
};

static inline void cm_memo_begin(struct cm_memo *memo) {
    memo->kept = memo->known_end = 0;
    memset(memo->offsets, 0xFF, sizeof memo->offsets);
}

/* The bits of an offset before known_end. */
static inline unsigned cm_memo_known(const struct cm_memo *memo, uint32_t offset) {
    return memo->known[offset / 4] >> offset % 4 * 2 & 3;
}

/* False: it is not kept. */
static inline bool cm_memo_recall(const struct cm_memo *memo, uint32_t offset, enum certmap_truth *truth) {
    const unsigned bits = offset < memo->known_end ? cm_memo_known(memo, offset) : 0;
    const bool there = bits != 0 || memo->offsets[offset % CM_MEMOS] == offset;
    if (there)
        *truth = (enum certmap_truth)(bits != 0 ? bits - 1 : memo->truths[offset % CM_MEMOS]);
    return there;
}

/* From here on they are kept by their offsets; all those that several mappings have are before end. */
static inline void cm_memo_widen(struct cm_memo *memo, uint32_t end) {
    memo->known_end = end < CM_KNOWN ? end : CM_KNOWN;
    memset(memo->known, 0, (memo->known_end + 3) / 4);
}

/* Of a condition that is not there, or gave the same. */
static inline void cm_memo_keep(struct cm_memo *memo, uint32_t offset, uint32_t end, enum certmap_truth truth) {
    if (memo->kept < CM_MEMOS_OF_MANY && ++memo->kept == CM_MEMOS_OF_MANY)
        cm_memo_widen(memo, end);
    if (offset < memo->known_end) {
        CM_ASSERT(cm_memo_known(memo, offset) == 0 || cm_memo_known(memo, offset) == (unsigned)truth + 1);
        memo->known[offset / 4] |= (uint8_t)(((unsigned)truth + 1) << offset % 4 * 2);
        return;
    }
    memo->offsets[offset % CM_MEMOS] = offset;
    memo->truths[offset % CM_MEMOS] = (uint8_t)truth;
}

#endif
