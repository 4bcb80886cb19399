/* SPDX-License-Identifier: MIT */
#include "field/compare.h"
#include "base/hash.h"
#include "base/steps.h"
#include "base/view.h"
#include "certmap/limits.h"

/* ---- values ---- */

/* Folded text, of which insignificant space is left out (RFC 4518 2.6.1): at both ends, and all but one of
 * several. */
struct reader {
    struct certmap_view rest;
    bool begun;
};

/* The next byte, or -1 at the end. What is read takes steps, of those who read it. */
static int next_byte(struct reader *reader) {
    struct certmap_view *rest = &reader->rest;
    const size_t before = rest->len;
    while (rest->len > 0 && rest->data[0] == ' ')
        *rest = cm_view(rest->data + 1, rest->len - 1);
    if (rest->len == 0)
        return -1;
    if (rest->len < before && reader->begun)
        return ' ';
    reader->begun = true;
    const int byte = rest->data[0];
    *rest = cm_view(rest->data + 1, rest->len - 1);
    return byte;
}

/* Bytes that one step covers, where each is looked at for space. */
#define SPACED_BYTES_A_STEP 4

/* Takes its steps when it is done: no value has more than CERTMAP_MAX_VALUE_SIZE octets. */
static bool same_text(struct certmap_view a, struct certmap_view b, size_t *steps) {
    struct reader one = {a, false}, other = {b, false};
    int left, right;
    do {
        left = next_byte(&one);
        right = next_byte(&other);
    } while (left == right && left >= 0);
    (void)cm_steps_take(steps, (a.len - one.rest.len + b.len - other.rest.len) / SPACED_BYTES_A_STEP);
    return left == right;
}

/* Whether two values are surely the same: texts that equal, or what cannot be read and is the same bytes. */
static bool same_value(const struct cm_value *a, const struct cm_value *b, bool exact, size_t *steps) {
    if (!cm_steps_take(steps, cm_steps_to_compare(a->oid, b->oid)) || !cm_view_equal(a->oid, b->oid))
        return false;
    if (a->text.folded.data != NULL && b->text.folded.data != NULL && exact)
        return cm_steps_take(steps, cm_steps_to_compare(a->text.nfc, b->text.nfc)) &&
               cm_view_equal(a->text.nfc, b->text.nfc);
    if (a->text.folded.data != NULL && b->text.folded.data != NULL)
        return same_text(a->text.folded, b->text.folded, steps);
    (void)cm_steps_take(steps, a->der.len == b->der.len ? a->der.len / CM_BYTES_A_STEP : 0);
    return a->text.folded.data == b->text.folded.data && cm_view_equal(a->der, b->der);
}

/* ---- RDNs ---- */

/* The AVAs of one RDN, and which of them have no partner yet. */
struct rdn {
    const struct cm_value *avas;
    size_t count;
    bool alone[CERTMAP_MAX_AVAS_PER_RDN];
};

/* What it takes to go through the AVAs of an RDN without a look at any. */
static bool take_pass(const struct rdn *rdn, size_t *steps) {
    return cm_steps_take(steps, rdn->count / CM_BYTES_A_STEP);
}

/* AVAs that one step covers, where only the number of their RDN is read: each lies elsewhere in memory. */
#define AVAS_A_STEP 4

/* Takes the RDN that begins at an AVA of the list, and moves on: at most CERTMAP_MAX_AVAS_PER_RDN. */
static void take_rdn(struct rdn *rdn, const struct cm_list *list, size_t *at, size_t *steps) {
    rdn->avas = list->values + *at;
    rdn->count = 0;
    while (*at < list->count && list->values[*at].rdn == rdn->avas->rdn) {
        rdn->alone[rdn->count++] = true;
        ++*at;
    }
    (void)cm_steps_take(steps, rdn->count / AVAS_A_STEP);
}

/* Pairs AVAs that are surely the same. Which of several equal ones are paired makes no difference. Each pair that is
 * compared takes a step, and so do 16 that are passed. */
static void pair_off(struct rdn *a, struct rdn *b, bool exact, size_t *steps) {
    for (size_t i = 0; i < a->count && take_pass(b, steps); i++)
        for (size_t k = 0; k < b->count && a->alone[i]; k++)
            if (b->alone[k] && same_value(&a->avas[i], &b->avas[k], exact, steps))
                a->alone[i] = b->alone[k] = false;
}

/* How many AVAs of a type are alone, and how many of them can be read. Each that is alone takes a step, and so do 16
 * that are not. */
static void count_alone(const struct rdn *rdn, struct certmap_view oid, size_t *alone, size_t *readable,
                        size_t *steps) {
    *alone = *readable = 0;
    (void)take_pass(rdn, steps);
    for (size_t i = 0; i < rdn->count; i++) {
        const bool counts = rdn->alone[i] && cm_steps_take(steps, cm_steps_to_compare(rdn->avas[i].oid, oid)) &&
                            cm_view_equal(rdn->avas[i].oid, oid);
        *alone += counts;
        *readable += counts && rdn->avas[i].text.folded.data != NULL;
    }
}

/* Whether those of a type that are alone could be partners: as many here as there, and for each that can be
 * read one on the other side that cannot. Two that can be read would have been paired. */
static bool could_pair(const struct rdn *a, const struct rdn *b, struct certmap_view oid, size_t *steps) {
    size_t here, there, readable_here, readable_there;
    count_alone(a, oid, &here, &readable_here, steps);
    count_alone(b, oid, &there, &readable_there, steps);
    return here == there && readable_here <= there - readable_there;
}

/* The AVAs as a set in which the same one may be several times. */
static enum certmap_truth compare_rdns(struct rdn *a, struct rdn *b, bool exact, size_t *steps) {
    enum certmap_truth truth = CERTMAP_TRUE;
    if (a->count != b->count)
        return CERTMAP_FALSE;
    pair_off(a, b, exact, steps);
    for (size_t i = 0; *steps > 0 && i < a->count; i++) {
        if (!a->alone[i])
            continue;
        if (!could_pair(a, b, a->avas[i].oid, steps))
            return CERTMAP_FALSE;
        truth = CERTMAP_UNKNOWN;
    }
    return truth;
}

/* ---- Names ---- */

/* The first RDNs of both, as many as asked for: a step each. */
static enum certmap_truth compare_first(const struct cm_list *a, const struct cm_list *b, size_t rdns, bool exact,
                                        size_t *steps) {
    struct rdn one, other;
    size_t at = 0, other_at = 0;
    enum certmap_truth truth = CERTMAP_TRUE;
    for (size_t i = 0; i < rdns && truth != CERTMAP_FALSE && cm_steps_take(steps, 1); i++) {
        take_rdn(&one, a, &at, steps);
        take_rdn(&other, b, &other_at, steps);
        const enum certmap_truth pair = compare_rdns(&one, &other, exact, steps);
        if (pair != CERTMAP_TRUE)
            truth = pair;
    }
    return *steps > 0 ? truth : CERTMAP_UNKNOWN;
}

/* A Name that has too many RDNs, or too few, takes a step as well: an operand is one. */
enum certmap_truth cm_name_equal(const struct cm_list *a, const struct cm_list *b, bool exact, size_t *steps) {
    if (!cm_steps_take(steps, 1))
        return CERTMAP_UNKNOWN;
    return a->rdn_count == b->rdn_count ? compare_first(a, b, a->rdn_count, exact, steps) : CERTMAP_FALSE;
}

enum certmap_truth cm_name_under(const struct cm_list *name, const struct cm_list *base, size_t *steps) {
    if (!cm_steps_take(steps, 1))
        return CERTMAP_UNKNOWN;
    return name->rdn_count >= base->rdn_count ? compare_first(name, base, base->rdn_count, false, steps)
                                              : CERTMAP_FALSE;
}

/* ---- hashes ---- */

/* Of a readable value, so that values that same_value takes for one have the same. Linear in the text; the index takes
 * work for it before. */
static uint64_t hash_value(const struct cm_value *value, uint64_t seed) {
    struct reader reader = {value->text.folded, false};
    uint64_t hash = cm_hash_bytes(value->oid.data, value->oid.len, seed);
    for (int byte; (byte = next_byte(&reader)) >= 0;)
        hash = cm_hash_mix(hash ^ (uint64_t)byte);
    return hash;
}

/* The AVAs of an RDN are a set: a sum does not depend on their order. Linear in the Name, as above. */
uint64_t cm_name_hash(const struct cm_list *name, size_t rdns, uint64_t seed) {
    uint64_t hash = cm_hash_mix(seed ^ rdns), sum = 0;
    for (size_t i = 0; i < name->count && name->values[i].rdn < rdns; i++) {
        sum += hash_value(&name->values[i], seed);
        if (i + 1 < name->count && name->values[i + 1].rdn == name->values[i].rdn)
            continue;
        hash = cm_hash_mix(hash ^ sum);
        sum = 0;
    }
    return hash;
}

uint64_t cm_name_number(const struct cm_list *name) {
    return cm_name_hash(name, name->rdn_count, 0);
}
