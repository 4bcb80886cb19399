/* SPDX-License-Identifier: MIT */
/* Matching patterns over Names. Every loop over RDNs and AVAs of a Name takes steps; those over a pattern are bounded by
 * CERTMAP_MAX_PATTERN_RDNS and CERTMAP_MAX_PATTERN_AVAS. */
#include "field/name_pattern.h"
#include "base/assert.h"
#include "base/glob.h"
#include "base/steps.h"
#include "base/view.h"

_Static_assert(CERTMAP_MAX_PATTERN_RDNS < 64, "a set of states is a word, and one state is after the last element");
_Static_assert(CERTMAP_MAX_PATTERN_AVAS <= 16, "a set of AVAs is 16 bits");

/* A pattern that is being matched. */
struct run {
    uint64_t many;                                     /* elements that are ** */
    uint64_t one;                                      /* and those that are * */
    const uint8_t *elements[CERTMAP_MAX_PATTERN_RDNS]; /* of the others: the number of AVAs, and these */
    size_t count;
    bool nocase;
    size_t *steps;
};

/* AVAs of an RDN. */
struct rdn {
    const struct cm_value *avas;
    size_t count;
};

/* Which AVAs of a pattern fit which of an RDN: surely, or maybe. */
struct pairs {
    uint16_t sure[CERTMAP_MAX_PATTERN_AVAS], maybe[CERTMAP_MAX_PATTERN_AVAS];
};

static struct run begin(struct certmap_view pattern, bool nocase, size_t *steps) {
    struct cm_name_pattern cursor = {pattern.data};
    struct run run = {.count = cm_name_pattern_number(&cursor), .nocase = nocase, .steps = steps};
    CM_ASSERT(run.count <= CERTMAP_MAX_PATTERN_RDNS);
    for (size_t i = 0; i < run.count; i++) {
        const size_t kind = cm_name_pattern_number(&cursor);
        run.many |= (uint64_t)(kind == CM_NAME_MANY) << i;
        run.one |= (uint64_t)(kind == CM_NAME_ONE) << i;
        run.elements[i] = cursor.at;
        for (size_t avas = kind == CM_NAME_RDN ? cm_name_pattern_number(&cursor) : 0; avas > 0; avas--) {
            (void)cm_name_pattern_bytes(&cursor);
            (void)cm_name_pattern_bytes(&cursor);
        }
    }
    CM_ASSERT(cursor.at == pattern.data + pattern.len);
    return run;
}

/* ---- RDNs ---- */

/* Whether a value fits a pattern for it; of another type it does not, whether it can be read or not. */
static enum certmap_truth compare_ava(const struct run *run, struct certmap_view type, struct certmap_view glob,
                                      const struct cm_value *ava) {
    if (!cm_steps_take(run->steps, cm_steps_to_compare(type, ava->oid)))
        return CERTMAP_UNKNOWN;
    if (!cm_view_equal(type, ava->oid))
        return CERTMAP_FALSE;
    if (ava->unreadable != CERTMAP_CODE_NONE)
        return CERTMAP_UNKNOWN;
    return cm_glob_match(glob, run->nocase ? ava->text.folded : ava->text.nfc, run->steps);
}

/* Finds a partner for an AVA of the pattern, for which others may have to take another one: at most as deep as there are
 * AVAs, each of which is tried once. */
static bool find_partner(const uint16_t *pairs, size_t ava, uint8_t *partner, uint16_t *tried, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if ((pairs[ava] >> i & 1) == 0 || (*tried >> i & 1) != 0)
            continue;
        *tried = (uint16_t)(*tried | 1u << i);
        if (partner[i] == UINT8_MAX || find_partner(pairs, partner[i], partner, tried, count)) {
            partner[i] = (uint8_t)ava;
            return true;
        }
    }
    return false;
}

/* Whether each AVA of a pattern can have one of the RDN for itself. */
static bool can_pair(const uint16_t *pairs, size_t count) {
    uint8_t partner[CERTMAP_MAX_PATTERN_AVAS];
    memset(partner, 0xFF, sizeof partner);
    for (size_t i = 0; i < count; i++) {
        uint16_t tried = 0;
        if (!find_partner(pairs, i, partner, &tried, count))
            return false;
    }
    return true;
}

/* Whether an RDN is what an element describes. The AVAs are sets. */
static enum certmap_truth compare_rdn(const struct run *run, size_t element, const struct rdn *rdn) {
    struct cm_name_pattern cursor = {run->elements[element]};
    struct pairs pairs = {{0}, {0}};
    const size_t count = cm_name_pattern_number(&cursor);
    if (!cm_steps_take(run->steps, 1))
        return CERTMAP_UNKNOWN;
    if (count != rdn->count)
        return CERTMAP_FALSE;
    for (size_t i = 0; i < count; i++) {
        const struct certmap_view type = cm_name_pattern_bytes(&cursor), glob = cm_name_pattern_bytes(&cursor);
        for (size_t k = 0; k < count; k++) {
            const enum certmap_truth truth = compare_ava(run, type, glob, &rdn->avas[k]);
            pairs.sure[i] = (uint16_t)(pairs.sure[i] | (unsigned)(truth == CERTMAP_TRUE) << k);
            pairs.maybe[i] = (uint16_t)(pairs.maybe[i] | (unsigned)(truth != CERTMAP_FALSE) << k);
        }
    }
    if (can_pair(pairs.sure, count))
        return CERTMAP_TRUE;
    return can_pair(pairs.maybe, count) ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}

/* ---- the automaton ---- */

/* A state at a ** is also one after it; no two of them follow one another. */
static uint64_t pass_many(const struct run *run, uint64_t states) {
    return states | (states & run->many) << 1;
}

/* States that the text so far leads to, surely or maybe. */
struct states {
    uint64_t sure, maybe;
};

static void take_rdn(const struct run *run, struct states *states, const struct rdn *rdn) {
    struct states next = {(states->sure & run->many) | (states->sure & run->one) << 1,
                          (states->maybe & run->many) | (states->maybe & run->one) << 1};
    const uint64_t others = states->maybe & ~run->many & ~run->one;
    for (size_t i = 0; i < run->count; i++) {
        if ((others >> i & 1) == 0)
            continue;
        const enum certmap_truth truth = compare_rdn(run, i, rdn);
        const uint64_t after = (uint64_t)1 << (i + 1);
        next.sure |= truth == CERTMAP_TRUE && (states->sure >> i & 1) != 0 ? after : 0;
        next.maybe |= truth != CERTMAP_FALSE ? after : 0;
    }
    states->sure = pass_many(run, next.sure);
    states->maybe = pass_many(run, next.maybe);
}

/* Whether so many AVAs after one there is another of the same RDN. */
static bool is_same_rdn(const struct cm_list *name, size_t at, size_t after) {
    return after < name->count - at && name->values[at + after].rdn == name->values[at].rdn;
}

/* The RDN that begins at an AVA; the next one begins at *at. RDNs are numbered one after the other, so that the last AVA is
 * looked for in steps that double and then halve. A step, and one for 16 AVAs. */
static struct rdn next_rdn(const struct cm_list *name, size_t *at, size_t *steps) {
    struct rdn rdn = {name->values + *at, 1};
    size_t size = 1;
    while (is_same_rdn(name, *at, size))
        size *= 2;
    for (; size > 0; size /= 2)
        if (is_same_rdn(name, *at, rdn.count - 1 + size))
            rdn.count += size;
    *at += rdn.count;
    (void)cm_steps_take(steps, 1 + rdn.count / CM_BYTES_A_STEP);
    return rdn;
}

enum certmap_truth cm_name_pattern_match(struct certmap_view pattern, bool nocase, const struct cm_list *name,
                                         size_t *steps) {
    if (!cm_steps_take(steps, 1 + pattern.len / CM_BYTES_A_STEP)) /* all of it is read, whatever the Name is */
        return CERTMAP_UNKNOWN;
    const struct run run = begin(pattern, nocase, steps);
    const uint64_t start = pass_many(&run, 1), end = (uint64_t)1 << run.count;
    struct states states = {start, start};
    for (size_t at = 0; at < name->count && states.maybe != 0 && *steps > 0;) {
        const struct rdn rdn = next_rdn(name, &at, steps);
        take_rdn(&run, &states, &rdn);
    }
    if (*steps == 0)
        return CERTMAP_UNKNOWN;
    if ((states.sure & end) != 0)
        return CERTMAP_TRUE;
    return (states.maybe & end) != 0 ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}
