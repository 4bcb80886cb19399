/* SPDX-License-Identifier: MIT */
/* What the candidates give of each certificate: they are made a rule set, and certmap_explain, the definition of the
 * language, says of each of its mappings whether it is true. */
#include "suggest.h"
#include <string.h>

struct answers {
    struct certmap_suggest *suggest;
    size_t first, cert;
};

static unsigned char flip(enum certmap_truth truth) {
    return (unsigned char)(truth == CERTMAP_UNKNOWN ? CERTMAP_UNKNOWN
                           : truth == CERTMAP_TRUE  ? CERTMAP_FALSE
                                                    : CERTMAP_TRUE);
}

static bool on_item(void *ctx, const struct certmap_explain_item *item) {
    const struct answers *answers = ctx;
    if (item->kind != CERTMAP_EXPLAIN_MAPPING)
        return true;
    struct cm_suggest_candidate *candidate = cm_suggest_candidate(answers->suggest, answers->first + item->mapping);
    candidate->truth[answers->cert] = candidate->exception ? flip(item->truth) : (unsigned char)item->truth;
    return true;
}

static void ask(struct certmap_suggest *suggest, const struct certmap_rules *rules, size_t first, size_t cert) {
    struct answers answers = {suggest, first, cert};
    struct certmap_result result = CERTMAP_RESULT_INIT;
    if (!cm_suggest_set(suggest, cm_suggest_spoken(suggest, cert), certmap_rules_needs(rules)))
        return;
    if (certmap_explain(rules, suggest->peer, &result, on_item, &answers, NULL) != CERTMAP_OK)
        suggest->failed = true;
}

/* Whether a candidate holds for all of the group, so that it can be a condition. */
static bool holds(const struct certmap_suggest *suggest, const struct cm_suggest_candidate *candidate) {
    for (size_t i = 0; i < suggest->spoken.count; i++)
        if (cm_suggest_spoken(suggest, i)->grouped && candidate->truth[i] != CERTMAP_TRUE)
            return false;
    return true;
}

/* Whether rules take the condition at all: an operand may be of a kind that they refuse. */
static bool is_taken(struct certmap_suggest *suggest, struct certmap_builder *builder,
                     const struct cm_suggest_candidate *candidate) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
    mapping.decision = CERTMAP_DENY;
    mapping.name = certmap_view_of("candidate");
    description.mapping = &mapping;
    description.conditions = &candidate->condition;
    description.condition_count = 1;
    const enum certmap_status status = certmap_builder_check(builder, &description, NULL, NULL, NULL);
    suggest->failed = suggest->failed || status == CERTMAP_ERROR_MEMORY;
    return status == CERTMAP_OK;
}

/* Drops what rules do not take. */
static void drop_refused(struct certmap_suggest *suggest, size_t first) {
    struct certmap_builder *builder = NULL;
    size_t kept = first;
    if (certmap_builder_new(&builder, &suggest->allocator, NULL) != CERTMAP_OK) {
        suggest->failed = true;
        return;
    }
    for (size_t i = first; i < suggest->candidates.count; i++)
        if (is_taken(suggest, builder, cm_suggest_candidate(suggest, i)))
            *cm_suggest_candidate(suggest, kept++) = *cm_suggest_candidate(suggest, i);
    suggest->candidates.count = kept;
    certmap_builder_free(builder);
}

static void drop_false(struct certmap_suggest *suggest, size_t first) {
    size_t kept = first;
    for (size_t i = first; i < suggest->candidates.count; i++)
        if (holds(suggest, cm_suggest_candidate(suggest, i)))
            *cm_suggest_candidate(suggest, kept++) = *cm_suggest_candidate(suggest, i);
    suggest->candidates.count = kept;
}

void cm_suggest_try(struct certmap_suggest *suggest, size_t first) {
    drop_refused(suggest, first);
    const size_t count = suggest->candidates.count - first, certs = suggest->spoken.count;
    unsigned char *truth = cm_lint_pool_take(&suggest->scratch, count * certs + 1, 1);
    if (truth == NULL || count == 0 || cm_suggest_is_bad(suggest))
        return;
    for (size_t i = 0; i < count; i++)
        cm_suggest_candidate(suggest, first + i)->truth = truth + i * certs;
    struct certmap_rules *rules = cm_suggest_build(suggest, cm_suggest_candidate(suggest, first), count);
    for (size_t i = 0; rules != NULL && i < certs && cm_suggest_step(suggest) && !cm_suggest_is_bad(suggest); i++)
        ask(suggest, rules, first, i);
    certmap_rules_free(rules);
    drop_false(suggest, first);
}
