/* SPDX-License-Identifier: MIT */
/* Choosing: of the conditions that hold for all who are to be in, the fewest and least spoofable that keep all others
 * out, then exceptions, then a second field; and nothing that is not needed. */
#include "suggest.h"
#include <string.h>

/* Fields of subject and SAN that a rule looks at, if it can. */
#define MIN_FIELDS 2

static bool is_out(const struct certmap_suggest *suggest, size_t cert) {
    return cm_suggest_spoken(suggest, cert)->role == CERTMAP_SUGGEST_OUT;
}

/* Whether the chosen candidates, but for one, keep a certificate out. */
static bool is_kept_out(const struct certmap_suggest *suggest, size_t cert, size_t but) {
    for (size_t i = 0; i < suggest->candidates.count; i++) {
        const struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
        if (i != but && candidate->chosen && cm_suggest_keeps_out(suggest, candidate, cert))
            return true;
    }
    return false;
}

/* Marks those that the chosen ones do not keep out. */
static size_t find_reached(struct certmap_suggest *suggest) {
    size_t count = 0;
    for (size_t i = 0; i < suggest->spoken.count; i++) {
        struct cm_suggest_cert *cert = cm_suggest_spoken(suggest, i);
        cert->reached = is_out(suggest, i) && !is_kept_out(suggest, i, SIZE_MAX);
        count += cert->reached;
    }
    return count;
}

/* What a candidate is good for: twice for each that it is false of, once where it is unknown. */
static size_t gain_of(const struct certmap_suggest *suggest, const struct cm_suggest_candidate *candidate) {
    size_t gain = 0;
    for (size_t i = 0; i < suggest->spoken.count; i++)
        if (cm_suggest_spoken(suggest, i)->reached && cm_suggest_keeps_out(suggest, candidate, i))
            gain += candidate->truth[i] == CERTMAP_FALSE ? 2 : 1;
    return gain;
}

/* Chooses from `first` on, the best first, until none of them keeps out any more. */
static void cover(struct certmap_suggest *suggest, size_t first) {
    while (find_reached(suggest) > 0) {
        struct cm_suggest_candidate *best = NULL;
        size_t best_gain = 0;
        for (size_t i = first; i < suggest->candidates.count; i++) {
            struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
            const size_t gain = candidate->chosen ? 0 : gain_of(suggest, candidate);
            /* gain / cost, without dividing; of the same, the less spoofable */
            const size_t mine = gain * (best == NULL ? 1 : best->cost), its = best_gain * candidate->cost;
            if (gain > 0 && (mine > its || (mine == its && candidate->cost < best->cost))) {
                best = candidate;
                best_gain = gain;
            }
        }
        if (best == NULL)
            return;
        best->chosen = true;
    }
}

/* ---- a second field ---- */

static bool is_same_field(const struct cm_suggest_candidate *a, const struct cm_suggest_candidate *b) {
    return a->condition.field == b->condition.field &&
           cm_suggest_same_text(a->condition.subfield, b->condition.subfield);
}

/* Whether a chosen candidate, but for one, looks at the same field. */
static bool is_field_chosen(const struct certmap_suggest *suggest, const struct cm_suggest_candidate *of, size_t before,
                            size_t but) {
    for (size_t i = 0; i < before; i++) {
        const struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
        if (i != but && candidate->chosen && candidate->counts && is_same_field(candidate, of))
            return true;
    }
    return false;
}

/* Fields of subject and SAN that the chosen ones, but for one, look at. */
static size_t count_fields(const struct certmap_suggest *suggest, size_t but) {
    size_t count = 0;
    for (size_t i = 0; i < suggest->candidates.count; i++) {
        const struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
        count += i != but && candidate->chosen && candidate->counts && !is_field_chosen(suggest, candidate, i, but);
    }
    return count;
}

static void add_fields(struct certmap_suggest *suggest) {
    while (count_fields(suggest, SIZE_MAX) < MIN_FIELDS) {
        struct cm_suggest_candidate *best = NULL;
        for (size_t i = 0; i < suggest->candidates.count; i++) {
            struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
            if (candidate->counts && !candidate->chosen &&
                !is_field_chosen(suggest, candidate, suggest->candidates.count, SIZE_MAX) &&
                (best == NULL || candidate->cost < best->cost))
                best = candidate;
        }
        if (best == NULL)
            return;
        best->chosen = true;
        best->why = CERTMAP_SUGGEST_SECOND;
    }
}

/* ---- what is not needed ---- */

static bool is_needed(const struct certmap_suggest *suggest, size_t index) {
    const size_t fields = count_fields(suggest, SIZE_MAX), without = count_fields(suggest, index);
    if (without < fields && without < MIN_FIELDS)
        return true;
    for (size_t i = 0; i < suggest->spoken.count; i++)
        if (is_out(suggest, i) && !is_kept_out(suggest, i, index))
            return true;
    return false;
}

/* The dearest first. One that is needed beside more is needed beside fewer: once round is enough. */
static void drop_needless(struct certmap_suggest *suggest) {
    unsigned before = UINT32_MAX;
    for (size_t round = 0; round < suggest->candidates.count; round++) {
        unsigned next = 0;
        for (size_t i = 0; i < suggest->candidates.count; i++) {
            const struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
            if (candidate->chosen && candidate->cost < before && candidate->cost > next)
                next = candidate->cost;
        }
        if (next == 0)
            return;
        for (size_t i = suggest->candidates.count; i-- > 0;) {
            struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
            if (candidate->chosen && candidate->cost == next && !is_needed(suggest, i))
                candidate->chosen = false;
        }
        before = next;
    }
}

/* ---- exceptions of one field become a list ---- */

static void join(struct certmap_suggest *suggest, struct cm_suggest_candidate *into, size_t first) {
    const size_t count = suggest->candidates.count - first, certs = suggest->spoken.count;
    struct certmap_view *operands = cm_lint_pool_take(&suggest->scratch, count, sizeof *operands);
    unsigned char *truth = cm_lint_pool_take(&suggest->scratch, certs + 1, 1);
    size_t used = 0;
    if (operands == NULL || truth == NULL)
        return;
    memset(truth, CERTMAP_TRUE, certs);
    for (size_t i = first; i < suggest->candidates.count; i++) {
        struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
        if (!candidate->chosen || !candidate->exception || !is_same_field(candidate, into))
            continue;
        operands[used++] = candidate->condition.operands[0];
        /* Kleene's and: false before unknown before true. */
        for (size_t c = 0; c < certs; c++)
            truth[c] = candidate->truth[c] == CERTMAP_FALSE || truth[c] == CERTMAP_FALSE ? CERTMAP_FALSE
                       : candidate->truth[c] == CERTMAP_TRUE && truth[c] == CERTMAP_TRUE ? CERTMAP_TRUE
                                                                                         : CERTMAP_UNKNOWN;
        candidate->chosen = candidate == into;
    }
    into->condition.operands = operands;
    into->condition.operand_count = used;
    into->truth = truth;
}

static void join_exceptions(struct certmap_suggest *suggest, size_t first) {
    for (size_t i = first; i < suggest->candidates.count; i++)
        if (cm_suggest_candidate(suggest, i)->chosen && cm_suggest_candidate(suggest, i)->exception)
            join(suggest, cm_suggest_candidate(suggest, i), i);
}

bool cm_suggest_solve(struct certmap_suggest *suggest, size_t *left) {
    suggest->candidates.count = 0;
    cm_suggest_make_candidates(suggest);
    cm_suggest_try(suggest, 0);
    if (cm_suggest_is_bad(suggest))
        return false;
    cover(suggest, 0);
    const size_t first = suggest->candidates.count;
    if (find_reached(suggest) > 0) {
        cm_suggest_make_exceptions(suggest);
        cm_suggest_try(suggest, first);
        if (cm_suggest_is_bad(suggest))
            return false;
        cover(suggest, first);
    }
    add_fields(suggest);
    drop_needless(suggest);
    join_exceptions(suggest, first);
    for (size_t i = 0; i < suggest->spoken.count; i++)
        if (is_out(suggest, i) && !is_kept_out(suggest, i, SIZE_MAX)) {
            *left = i;
            return false;
        }
    return !cm_suggest_is_bad(suggest);
}
