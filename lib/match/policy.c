/* SPDX-License-Identifier: MIT */
#include "match/policy.h"
#include "base/assert.h"

struct cm_found cm_found_nothing(const struct certmap_rules *rules) {
    return (struct cm_found){rules, CM_NO_MAPPING, CM_NO_MAPPING, CM_NO_MAPPING, CM_NO_MAPPING, CM_NO_MAPPING};
}

/* Keeps the first. */
static void keep(size_t *place, size_t index) {
    if (*place == CM_NO_MAPPING)
        *place = index;
}

/* Of those that count, true ones and denies that may be, the one with the highest score; the first of several. */
static void keep_best(struct cm_found *found, size_t index, bool deny, bool unknown) {
    const uint32_t *scores = found->rules->scores;
    if (found->hit != CM_NO_MAPPING && scores[found->hit] >= scores[index])
        return;
    found->hit = index;
    found->deny = deny && !unknown ? index : CM_NO_MAPPING;
    found->unknown_deny = deny && unknown ? index : CM_NO_MAPPING;
}

bool cm_found_take(struct cm_found *found, const struct cm_mapping *mapping, enum certmap_truth truth) {
    const size_t index = mapping->index;
    const enum certmap_combining policy = found->rules->policy;
    const bool deny = !mapping->allow, unknown = truth == CERTMAP_UNKNOWN;
    CM_ASSERT(found->hit == CM_NO_MAPPING || found->hit < index);
    if (truth == CERTMAP_FALSE)
        return true;
    if (unknown && !deny)
        keep(&found->unknown_allow, index);
    else if (policy == CERTMAP_COMBINING_MOST_SPECIFIC)
        keep_best(found, index, deny, unknown);
    else if (unknown)
        keep(&found->unknown_deny, index);
    else {
        keep(found->hit == CM_NO_MAPPING ? &found->hit : &found->second, index);
        if (deny)
            keep(&found->deny, index);
    }
    return policy != CERTMAP_COMBINING_FIRST && (policy != CERTMAP_COMBINING_ALL || !deny);
}

/* A deny goes first, then an allow that is unknown, then one that is true. */
static struct cm_answer choose(const struct cm_found *found) {
    if (found->deny != CM_NO_MAPPING)
        return (struct cm_answer){found->deny, false, CM_NO_MAPPING};
    if (found->unknown_deny != CM_NO_MAPPING)
        return (struct cm_answer){found->unknown_deny, true, CM_NO_MAPPING};
    if (found->unknown_allow != CM_NO_MAPPING)
        return (struct cm_answer){found->unknown_allow, true, CM_NO_MAPPING};
    return (struct cm_answer){found->hit, false, CM_NO_MAPPING};
}

struct cm_answer cm_found_answer(const struct cm_found *found) {
    struct cm_answer answer = choose(found);
    if (found->rules->policy == CERTMAP_COMBINING_UNIQUE && !answer.unknown)
        answer.other = answer.index == found->hit ? found->second : found->hit;
    return answer;
}
