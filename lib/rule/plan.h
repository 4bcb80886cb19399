/* SPDX-License-Identifier: MIT */
/* How few mappings are looked at: one after the other, texts that a certificate has one of first.
 *
 *     places    [ issuer.O | subject.CN ]                                   of conditions that are tests
 *     tests     [ O = "Contoso" | CN = "a" || O = "Contoso" | not CN = "b" || ... ]     of each mapping
 *     rest      [ || CONDITION | ANY 3 | CONDITION | CONDITION || ... ]        members after them, as nodes (rules.h)
 *     mappings  [ tests 0-1, rest none | tests 2-3, rest 0-3 | ... ]     in order of trial
 *
 * A test is a member of the root that compares with one text, or its NOT. It can be true or false, and nothing else,
 * where the certificate has at most one value of its place, which can be read; else the plan says nothing, and the
 * search is made in another way. It takes no steps: what all tests take at most is set aside. Of a
 * mapping those tests are first that fewest others have. */
#ifndef CM_RULE_PLAN_H
#define CM_RULE_PLAN_H

#include "base/hash.h"
#include "rule/rules.h"

/* Most places, so that they fit into a few lines of the cache; conditions about others are no tests. */
#define CM_MAX_PLAN_PLACES 8

/* A row of a list (field/list.h), and how it is compared. */
struct cm_plan_place {
    uint8_t list, row;
    bool nocase;
};

/* A text, and its last bytes, by which most texts differ. */
struct cm_plan_text {
    struct certmap_view text;
    uint64_t end;
};

struct cm_plan_test {
    struct cm_plan_text wanted;
    uint16_t place;
    uint16_t same; /* tests of the plan that are the same */
    bool negated;  /* the NOT of it */
};

struct cm_plan_mapping {
    const struct cm_mapping *mapping;
    const struct cm_plan_test *tests, *tests_end;
    const struct cm_node *rest, *rest_end;
    const struct certmap_result *result; /* when it is true; accounts is not set; NULL: it has to be built */
};

struct cm_plan {
    size_t place_count, mapping_count;
    uint64_t lists; /* a bit for each that a place is in */
    size_t steps;   /* set aside */
    struct cm_plan_place places[CM_MAX_PLAN_PLACES];
    const struct cm_plan_mapping *mappings;
};

/* Of texts of the same length: those of at most eight bytes are the same if these are. */
static inline uint64_t cm_plan_end(struct certmap_view text) {
    if (text.len >= sizeof(uint64_t))
        return cm_hash_load(text.data + text.len - sizeof(uint64_t));
    return text.len > 0 ? cm_hash_few(text.data, text.len) : 0;
}

#endif
