/* SPDX-License-Identifier: MIT */
/* One text against one value: what both evaluators (eval.h, fast_eval.h) ask of most conditions, and mean the same by. */
#ifndef CM_MATCH_LEAF_H
#define CM_MATCH_LEAF_H

#include "base/glob.h"
#include "base/hash.h"
#include "base/regex.h"
#include "base/steps.h"
#include "base/view.h"
#include "field/list.h"
#include "index/tuning.h"

static inline bool same_text(struct certmap_view a, struct certmap_view b) {
    const size_t len = a.len;
    if (len < sizeof(uint64_t) || len > CM_MAX_SHORT_TEXT || len != b.len)
        return cm_view_equal(a, b);
    for (size_t i = 0; i + sizeof(uint64_t) < len; i += sizeof(uint64_t)) /* at most CM_MAX_SHORT_TEXT */
        if (cm_hash_load(a.data + i) != cm_hash_load(b.data + i))
            return false;
    return cm_hash_load(a.data + len - sizeof(uint64_t)) == cm_hash_load(b.data + len - sizeof(uint64_t));
}

/* Whether two addresses of as many octets have the same first bits. */
static inline bool cm_leaf_in_network(struct certmap_view a, struct certmap_view b, size_t bits) {
    const size_t whole = bits / 8, rest = bits % 8;
    CM_ASSERT(bits <= 8 * b.len);
    return memcmp(a.data, b.data, whole) == 0 &&
           (rest == 0 || ((a.data[whole] ^ b.data[whole]) & (0xFF00u >> rest)) == 0);
}

/* Whether the text of a value equals what is wanted, or is like it: of a value that can be read, and has a text. Takes
 * steps, and `before` first, for getting to the value; UNKNOWN when they run out, and then there are none left. */
static inline enum certmap_truth cm_leaf_compare(enum certmap_operator op, bool nocase, struct certmap_view wanted,
                                                 const struct cm_value *value, size_t before, size_t *steps) {
    const struct certmap_view text = nocase ? value->text.folded : value->text.nfc;
    if (op != CERTMAP_OP_EQUAL) { /* mostly it is */
        if (!cm_steps_take(steps, before))
            return CERTMAP_UNKNOWN;
        return op == CERTMAP_OP_LIKE ? cm_glob_match(wanted, text, steps) : cm_regex_match(wanted, text, steps);
    }
    if (!cm_steps_take(steps, before + cm_steps_to_compare(text, wanted)))
        return CERTMAP_UNKNOWN;
    return same_text(text, wanted) ? CERTMAP_TRUE : CERTMAP_FALSE;
}

#endif
