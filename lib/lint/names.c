/* SPDX-License-Identifier: MIT */
/* Whole Names. How they compare is the matcher's to say: a rule set of one mapping is asked. */
#include "theory.h"
#include "witness.h"
#include <string.h>

bool cm_lint_name_set(struct certmap_peer *peer, struct cm_lint_pool *pool, struct certmap_view name) {
    const struct cm_lint_value value = {CERTMAP_FIELD_SUBJECT, CERTMAP_NO_VIEW, name, CERTMAP_LINT_READABLE};
    const struct cm_lint_witness witness = {&value, name.len > 0};
    return cm_lint_witness_set(peer, pool, &witness, cm_lint_witness_der(pool, &witness));
}

static struct certmap_rules *make_rules(const struct certmap_allocator *allocator, const struct cm_lint_item *item) {
    struct certmap_builder *builder = NULL;
    struct certmap_rules *rules = NULL;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const struct certmap_view shown = cm_lint_shown(item->operand);
    mapping.name = mapping.account = certmap_view_of("x");
    mapping.decision = CERTMAP_ALLOW;
    condition.op = item->subtree ? CERTMAP_OP_UNDER : CERTMAP_OP_EQUAL;
    condition.operands = &shown;
    condition.operand_count = 1;
    if (certmap_builder_new(&builder, allocator, NULL) == CERTMAP_OK &&
        certmap_builder_mapping(builder, &mapping, NULL) == CERTMAP_OK &&
        certmap_builder_condition(builder, &condition, NULL) == CERTMAP_OK &&
        certmap_builder_finish(builder, &rules, NULL) != CERTMAP_OK)
        rules = NULL;
    certmap_builder_free(builder);
    return rules;
}

/* Whether the operand takes the Name of the peer. False: that cannot be said. */
static bool compare(bool *takes, struct certmap_peer *peer, struct cm_lint_pool *pool,
                    const struct cm_lint_item *item) {
    struct certmap_rules *rules = make_rules(&pool->allocator, item);
    struct certmap_result result = CERTMAP_RESULT_INIT;
    const bool matched = rules != NULL && certmap_match(rules, peer, &result, NULL) == CERTMAP_OK;
    *takes = result.decision == CERTMAP_ALLOW;
    pool->failed = pool->failed || rules == NULL;
    certmap_rules_free(rules);
    return matched && (*takes || result.reason == CERTMAP_CODE_NO_MATCH);
}

/* Whether a Name has the signs: EXISTS, NONE, or that cannot be said. */
static enum cm_lint_exists suits(struct certmap_view name, struct cm_lint_pool *pool, struct certmap_peer *peer,
                                 const struct cm_lint_wish *wish) {
    bool takes;
    if (!cm_lint_name_set(peer, pool, name))
        return CM_LINT_UNDECIDED;
    for (size_t i = 0; i < wish->count; i++) {
        if (wish->signs[i] == 0)
            continue;
        if (!compare(&takes, peer, pool, &wish->items[i]))
            return CM_LINT_UNDECIDED;
        if (takes != (wish->signs[i] > 0))
            return CM_LINT_NONE;
    }
    return CM_LINT_EXISTS;
}

/* The Name that the others have to agree with: one that it is to be, or of those that it is to be under the longest. */
static const struct cm_lint_item *leading(const struct cm_lint_wish *wish) {
    const struct cm_lint_item *found = NULL;
    for (size_t i = 0; i < wish->count; i++) {
        const struct cm_lint_item *item = &wish->items[i];
        if (wish->signs[i] <= 0)
            continue;
        if (!item->subtree)
            return item;
        if (found == NULL || item->operand->compared_len > found->operand->compared_len)
            found = item;
    }
    return found;
}

/* A Name that is under another one, and that nobody else has. */
static struct certmap_view below(struct cm_lint_pool *pool, struct certmap_view name) {
    static const char first[] = "CN=Mallory 7731,";
    const size_t prefix = sizeof first - 1 - (name.len == 0);
    uint8_t *text = cm_lint_pool_take(pool, prefix + name.len + 1, 1);
    if (text == NULL)
        return certmap_no_view();
    memcpy(text, first, prefix);
    if (name.len > 0)
        memcpy(text + prefix, name.data, name.len);
    return (struct certmap_view){text, prefix + name.len};
}

enum cm_lint_exists cm_lint_name_find(struct certmap_view *value, struct cm_lint_pool *pool, struct certmap_peer *peer,
                                      const struct cm_lint_wish *wish) {
    const struct cm_lint_item *lead = leading(wish);
    if (lead != NULL && !lead->subtree) {
        *value = cm_lint_shown(lead->operand);
        return suits(*value, pool, peer, wish);
    }
    /* Under a Name is that Name itself, and whatever begins with it. */
    *value = lead != NULL ? cm_lint_shown(lead->operand) : certmap_no_view();
    enum cm_lint_exists exists = suits(*value, pool, peer, wish);
    if (exists != CM_LINT_NONE)
        return exists;
    *value = below(pool, *value);
    exists = value->data != NULL ? suits(*value, pool, peer, wish) : CM_LINT_UNDECIDED;
    return exists;
}
