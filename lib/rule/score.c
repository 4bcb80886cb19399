/* SPDX-License-Identifier: MIT */
#include "rule/score.h"
#include "base/glob.h"
#include "base/regex.h"
#include "certmap/limits.h"
#include "field/name_pattern.h"
#include "rule/store.h"

/* A score has three parts, of which each outweighs all that can come after it: how many conditions are about one
 * certificate or one key, how many about a whole Name, and the sum over all others. A Name is equal only if each of its
 * attributes is, and a digest only if everything is: no number of conditions on parts says more. As a number of
 * decimal digits: I N RRRRRRRR. */
enum { SCORE_IDENTITY = 1000000000, SCORE_NAME = 100000000 };
/* Most of each part that counts. A certificate has two Names of its own, and a few in the SAN; the others together
 * give at most CERTMAP_MAX_CONDITIONS times SCORE_MAX_RDNS. */
enum { MAX_IDENTITIES = 3, MAX_NAMES = 9, MAX_OTHERS = SCORE_NAME - 1 };
/* One text; what many certificates have in common. */
enum { SCORE_TEXT = 100, SCORE_COMMON = 20 };
/* A subtree: for each RDN of its base, and at most. */
enum { SCORE_RDN = 20, SCORE_MAX_RDNS = 400 };
/* A pattern: to begin with, one more for each literal character, and at most. */
enum { SCORE_PATTERN = 10, SCORE_MAX_PATTERN = 90 };
/* A network: to begin with, and what a single address has more. */
enum { SCORE_NETWORK = 50, SCORE_ADDRESS = 50 };
/* not */
enum { SCORE_NOT = 1 };

_Static_assert((uint64_t)CERTMAP_MAX_CONDITIONS *SCORE_MAX_RDNS <= MAX_OTHERS, "others do not reach a Name");
_Static_assert((uint64_t)MAX_IDENTITIES *SCORE_IDENTITY + (uint64_t)MAX_NAMES * SCORE_NAME + MAX_OTHERS <= UINT32_MAX,
               "a score has 32 bits");

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The sum of two scores, part by part. */
static size_t add_scores(size_t a, size_t b) {
    const size_t identities = least(a / SCORE_IDENTITY + b / SCORE_IDENTITY, MAX_IDENTITIES);
    const size_t names = least(a % SCORE_IDENTITY / SCORE_NAME + b % SCORE_IDENTITY / SCORE_NAME, MAX_NAMES);
    return identities * SCORE_IDENTITY + names * SCORE_NAME + least(a % SCORE_NAME + b % SCORE_NAME, MAX_OTHERS);
}

/* ---- operands ---- */

/* What an exact comparison of a field is worth. */
static size_t score_exact(const struct cm_path *path) {
    switch (path->field) {
    case CERTMAP_FIELD_CERTIFICATE:
    case CERTMAP_FIELD_SERIAL:
    case CERTMAP_FIELD_SHA256:
    case CERTMAP_FIELD_SHA1:
    case CERTMAP_FIELD_KEY_SHA256:
    case CERTMAP_FIELD_TBS_SHA256:
    case CERTMAP_FIELD_SHA512:
    case CERTMAP_FIELD_KEY_SHA512:
    case CERTMAP_FIELD_KEY_SHA1:
    case CERTMAP_FIELD_SKI:
        return SCORE_IDENTITY;
    case CERTMAP_FIELD_EKU:
    case CERTMAP_FIELD_KU:
    case CERTMAP_FIELD_POLICY:
    case CERTMAP_FIELD_VERSION:
    case CERTMAP_FIELD_VALIDITY:
    case CERTMAP_FIELD_QC_STATEMENT:
    case CERTMAP_FIELD_QC_TYPE:
    case CERTMAP_FIELD_PSD2_ROLE:
        return SCORE_COMMON;
    case CERTMAP_FIELD_SUBJECT:
    case CERTMAP_FIELD_ISSUER:
    case CERTMAP_FIELD_SAN:
    case CERTMAP_FIELD_SAN_DIRNAME:
    case CERTMAP_FIELD_AKI: /* of a CA, like the last five: of many certificates */
    case CERTMAP_FIELD_MS_SID:
    case CERTMAP_FIELD_MS_TEMPLATE:
    case CERTMAP_FIELD_EXTENSION:
    case CERTMAP_FIELD_EXTENSION_TEXT:
    case CERTMAP_FIELD_ISSUER_SHA256:
    case CERTMAP_FIELD_ISSUER_KEY_SHA256:
    case CERTMAP_FIELD_ISSUER_SHA1:
    case CERTMAP_FIELD_CHAIN_SHA256:
    case CERTMAP_FIELD_CHAIN_KEY_SHA256:
        break;
    }
    return path->kind == CM_TEXT_NAME ? SCORE_NAME : SCORE_TEXT;
}

static size_t score_pattern(struct certmap_view pattern, size_t exact) {
    size_t score = SCORE_PATTERN;
    for (size_t i = 0; i < pattern.len && score < SCORE_MAX_PATTERN; i++)
        score += pattern.data[i] < CM_GLOB_ONE && (pattern.data[i] & 0xC0) != 0x80;
    return least(score, exact);
}

/* A pattern over a Name: as a subtree, for each RDN that it describes. */
static size_t score_name_pattern(struct certmap_view pattern) {
    struct cm_name_pattern cursor = {pattern.data};
    size_t score = SCORE_PATTERN;
    for (size_t elements = cm_name_pattern_number(&cursor); elements > 0; elements--) {
        if (cm_name_pattern_number(&cursor) != CM_NAME_RDN)
            continue;
        score += SCORE_RDN;
        for (size_t avas = cm_name_pattern_number(&cursor); avas > 0; avas--) {
            (void)cm_name_pattern_bytes(&cursor);
            (void)cm_name_pattern_bytes(&cursor);
        }
    }
    return least(score, SCORE_MAX_RDNS);
}

static size_t score_operand(const struct cm_condition *condition, const struct cm_operand *operand) {
    if (condition->op == CERTMAP_OP_LIKE && condition->path->kind == CM_TEXT_NAME)
        return score_name_pattern(operand->matched);
    if (condition->op == CERTMAP_OP_LIKE)
        return score_pattern(operand->shown, score_exact(condition->path));
    if (condition->op == CERTMAP_OP_MATCHES)
        return score_pattern(cm_regex_glob(operand->matched), score_exact(condition->path));
    if (condition->op == CERTMAP_OP_UNDER)
        return least(SCORE_RDN * operand->name->rdn_count, SCORE_MAX_RDNS);
    if (condition->path->kind == CM_TEXT_IP)
        return SCORE_NETWORK + SCORE_ADDRESS * operand->bits / (8 * operand->matched.len);
    return score_exact(condition->path);
}

/* ---- expressions ---- */

static size_t score_condition(const struct cm_condition *condition) {
    size_t score = SIZE_MAX;
    if (condition->operand_count == 0)
        return SCORE_COMMON;
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    while (cm_operands_next(&operands, &operand))
        score = least(score, score_operand(condition, &operand));
    return score;
}

static size_t score_node(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                         const struct cm_node *node) {
    size_t sum = 0, smallest = SIZE_MAX;
    if (node->kind == CM_NODE_CONDITION) {
        const struct cm_condition condition = cm_condition_at(rules, node->value);
        return score_condition(&condition);
    }
    if (node->kind == CM_NODE_NOT)
        return SCORE_NOT;
    for (const struct cm_node *member = node + 1; member < node + cm_node_size(node); member += cm_node_size(member)) {
        const size_t one = score_node(rules, mapping, member);
        sum = add_scores(sum, one);
        smallest = least(smallest, one);
    }
    return node->kind == CM_NODE_ANY ? smallest : sum;
}

size_t cm_score_mapping(const struct certmap_rules *rules, const struct cm_mapping *mapping) {
    return score_node(rules, mapping, mapping->nodes);
}
