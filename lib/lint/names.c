/* SPDX-License-Identifier: MIT */
/* Whole Names. How they compare is the matcher's to say: a rule set of one mapping is asked. */
#include "one_condition.h"
#include "sample.h"
#include "theory.h"
#include "witness.h"
#include <string.h>

bool cm_lint_name_set(struct certmap_peer *peer, struct cm_lint_pool *pool, struct certmap_view name) {
    const struct cm_lint_value value = {CERTMAP_FIELD_SUBJECT, CERTMAP_NO_VIEW, name, CERTMAP_LINT_READABLE};
    const struct cm_lint_witness witness = {&value, name.len > 0};
    return cm_lint_witness_set(peer, pool, &witness, cm_lint_witness_der(pool, &witness));
}

static enum certmap_status make_rules(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                      const struct cm_lint_item *item) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const struct certmap_view shown = cm_lint_shown(item->operand);
    condition.op = item->op;
    condition.flags = (item->nocase ? CERTMAP_NOCASE : 0) | (item->exact ? CERTMAP_EXACT : 0);
    condition.operands = &shown;
    condition.operand_count = 1;
    return cm_lint_one_condition(rules, allocator, &condition);
}

/* Whether the operand takes the Name of the peer. False: that cannot be said. */
static bool compare(bool *takes, struct certmap_peer *peer, struct cm_lint_pool *pool,
                    const struct cm_lint_item *item) {
    struct certmap_rules *rules = NULL;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    const enum certmap_status status = make_rules(&rules, &pool->allocator, item);
    const bool matched = status == CERTMAP_OK && certmap_match(rules, peer, &result, NULL) == CERTMAP_OK;
    *takes = result.decision == CERTMAP_ALLOW;
    pool->failed = pool->failed || status == CERTMAP_ERROR_MEMORY;
    if (status == CERTMAP_OK)
        certmap_rules_free(rules);
    return matched && (*takes || result.reason == CERTMAP_CODE_NO_MATCH);
}

/* Whether the operand sees the case and space of a Name, in which Names that are the same can differ. */
static bool sees_form(const struct cm_lint_item *item) {
    return item->op == CERTMAP_OP_LIKE || item->exact;
}

/* Whether a Name has the signs: EXISTS, NONE, or that cannot be said. form: there is no other Name that is the same. */
static enum cm_lint_exists suits(struct certmap_view name, struct cm_lint_pool *pool, struct certmap_peer *peer,
                                 const struct cm_lint_wish *wish, bool form) {
    enum cm_lint_exists exists = CM_LINT_EXISTS;
    bool takes;
    if (!cm_lint_name_set(peer, pool, name))
        return CM_LINT_UNDECIDED;
    for (size_t i = 0; i < wish->count; i++) {
        if (wish->signs[i] == 0)
            continue;
        if (!compare(&takes, peer, pool, &wish->items[i]))
            return CM_LINT_UNDECIDED;
        if (takes == (wish->signs[i] > 0))
            continue;
        if (form || !sees_form(&wish->items[i]))
            return CM_LINT_NONE;
        exists = CM_LINT_UNDECIDED;
    }
    return exists;
}

/* The Name that the others have to agree with: one that it is to be, exactly if there is such a one, or of those that it
 * is to be under the longest. */
static const struct cm_lint_item *leading(const struct cm_lint_wish *wish) {
    const struct cm_lint_item *found = NULL;
    for (size_t i = 0; i < wish->count; i++) {
        const struct cm_lint_item *item = &wish->items[i];
        if (wish->signs[i] <= 0 || item->op == CERTMAP_OP_LIKE)
            continue;
        if (item->exact)
            return item;
        if (found == NULL ||
            (found->op == CERTMAP_OP_UNDER &&
             (item->op == CERTMAP_OP_EQUAL || item->operand->compared_len > found->operand->compared_len)))
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

/* ---- patterns ---- */

/* The RDNs at the end of a pattern that have no wildcard: whatever it takes is under that Name. */
static struct certmap_view written_end(struct certmap_view pattern) {
    size_t begin = 0;
    bool wild = false;
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.data[i] == '\\') {
            i++;
        } else if (pattern.data[i] == '*' || pattern.data[i] == '?') {
            wild = true;
        } else if (pattern.data[i] == ',' && wild) {
            begin = i + 1;
            wild = false;
        }
    }
    begin = wild ? pattern.len : begin;
    return (struct certmap_view){pattern.data + begin, pattern.len - begin};
}

/* Whether all that a pattern takes is under a Name that it is not to be under. */
static bool is_excluded(struct cm_lint_pool *pool, struct certmap_peer *peer, const struct cm_lint_wish *wish) {
    for (size_t i = 0; i < wish->count; i++) {
        const struct certmap_view end = written_end(cm_lint_shown(wish->items[i].operand));
        bool takes;
        if (wish->signs[i] <= 0 || wish->items[i].op != CERTMAP_OP_LIKE || end.len == 0 ||
            memchr(end.data, '\\', end.len) != NULL || !cm_lint_name_set(peer, pool, end))
            continue;
        for (size_t k = 0; k < wish->count; k++)
            if (wish->signs[k] < 0 && wish->items[k].op == CERTMAP_OP_UNDER &&
                compare(&takes, peer, pool, &wish->items[k]) && takes)
                return true;
    }
    return false;
}

/* Names that patterns probably describe. */
static bool try_patterns(struct certmap_view *value, struct cm_lint_pool *pool, struct certmap_peer *peer,
                         const struct cm_lint_wish *wish) {
    for (size_t i = 0; i < wish->count; i++)
        if (wish->signs[i] > 0 && wish->items[i].op == CERTMAP_OP_LIKE) {
            *value = cm_lint_fill_name(pool, cm_lint_shown(wish->items[i].operand));
            if (value->data != NULL && suits(*value, pool, peer, wish, true) == CM_LINT_EXISTS)
                return true;
        }
    return false;
}

static bool has_form(const struct cm_lint_wish *wish) {
    bool any = false;
    for (size_t i = 0; i < wish->count; i++)
        any = any || (wish->signs[i] != 0 && sees_form(&wish->items[i]));
    return any;
}

enum cm_lint_exists cm_lint_name_find(struct certmap_view *value, struct cm_lint_pool *pool, struct certmap_peer *peer,
                                      const struct cm_lint_wish *wish) {
    const struct cm_lint_item *lead = leading(wish);
    if (lead != NULL && lead->op != CERTMAP_OP_UNDER) {
        *value = cm_lint_shown(lead->operand);
        return suits(*value, pool, peer, wish, lead->exact);
    }
    /* Under a Name is that Name itself, and whatever begins with it. */
    *value = lead != NULL ? cm_lint_shown(lead->operand) : certmap_no_view();
    enum cm_lint_exists exists = suits(*value, pool, peer, wish, false);
    if (exists == CM_LINT_EXISTS || (exists == CM_LINT_UNDECIDED && !has_form(wish)))
        return exists;
    *value = below(pool, *value);
    exists = value->data != NULL ? suits(*value, pool, peer, wish, false) : CM_LINT_UNDECIDED;
    if (!has_form(wish) || exists == CM_LINT_EXISTS)
        return exists;
    if (is_excluded(pool, peer, wish))
        return CM_LINT_NONE;
    return try_patterns(value, pool, peer, wish) ? CM_LINT_EXISTS : CM_LINT_UNDECIDED;
}
