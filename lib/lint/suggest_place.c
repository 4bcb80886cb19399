/* SPDX-License-Identifier: MIT */
/* Where in rules that there are a suggestion belongs. Under FIRST a mapping answers a certificate unless an earlier one
 * does, so it has to go before the first one that answers any of those in, and after all that answer others that it
 * takes:
 *
 *     current     [ 0 | 1 | 2 | 3 | 4 ]
 *     answers     others: 1     in: 3        from 2 up to 3: the first place is 2
 *
 * Whatever is found is built, and matched with all certificates. */
#include "model.h"
#include "suggest.h"

struct place {
    struct certmap_suggest *suggest;
    const struct certmap_rules *current;
    struct certmap_rules *both; /* current with the suggestion in it */
    size_t position, made, one_to_one;
    size_t first, last; /* the places where it answers all in, and nobody else of whom it answers */
    size_t order[CERTMAP_MAX_SUGGEST_EXAMPLES];
    struct certmap_suggest_example *changes;
};

static size_t count_certs(const struct certmap_suggest *suggest) {
    return suggest->spoken.count + suggest->corpus.count;
}

static const struct cm_suggest_cert *cert_at(const struct certmap_suggest *suggest, size_t i) {
    return i < suggest->spoken.count
               ? cm_suggest_spoken(suggest, i)
               : (const struct cm_suggest_cert *)suggest->corpus.items + (i - suggest->spoken.count);
}

/* What rules answer; NONE where the certificate cannot be prepared with what they need. */
static struct certmap_result answer_of(struct certmap_suggest *suggest, const struct certmap_rules *rules,
                                       const struct cm_suggest_cert *cert) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    if (cm_suggest_set(suggest, cert, certmap_rules_needs(rules)))
        (void)certmap_match(rules, suggest->peer, &result, NULL);
    return result;
}

/* Narrows the places by one certificate. */
static void narrow(struct place *place, const struct cm_suggest_cert *cert) {
    const struct certmap_result mine = answer_of(place->suggest, place->suggest->made, cert);
    if (mine.index == SIZE_MAX)
        return;
    const struct certmap_result its = answer_of(place->suggest, place->current, cert);
    if (its.index == SIZE_MAX)
        return;
    if (cert->role == CERTMAP_SUGGEST_IN)
        place->last = its.index < place->last ? its.index : place->last;
    else if (its.index + 1 > place->first)
        place->first = its.index + 1;
}

static void find_position(struct place *place) {
    const size_t count = certmap_rules_count(place->current);
    place->last = count;
    place->position = count;
    if (certmap_rules_combining(place->current) != CERTMAP_COMBINING_FIRST)
        return;
    for (size_t i = 0; i < count; i++) {
        struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
        if (certmap_rules_mapping(place->current, &mapping, i, NULL) == CERTMAP_OK &&
            mapping.kind == CERTMAP_KIND_ONE_TO_ONE)
            place->one_to_one++;
    }
    place->first = place->one_to_one;
    for (size_t i = 0; i < count_certs(place->suggest) && cm_suggest_step(place->suggest); i++)
        narrow(place, cert_at(place->suggest, i));
    place->position = place->first <= place->last ? place->first : place->last;
    if (place->position < place->one_to_one)
        place->position = place->one_to_one;
}

/* ---- both rule sets in one ---- */

static struct certmap_condition condition_of(struct cm_lint_pool *pool, const struct cm_lint_model *model,
                                             const struct cm_lint_condition *of) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const struct cm_lint_path *path = cm_lint_path_at(model, of->path);
    struct certmap_view *operands = cm_lint_pool_take(pool, of->operand_count + 1u, sizeof *operands);
    condition.field = path->field;
    condition.subfield = path->subfield;
    condition.op = of->op;
    condition.flags = of->nocase ? CERTMAP_NOCASE : 0;
    condition.quantifier = of->quantifier;
    condition.count = of->count;
    condition.operands = operands;
    condition.operand_count = operands == NULL ? 0 : of->operand_count;
    for (size_t i = 0; i < condition.operand_count; i++)
        operands[i] = cm_lint_shown(cm_lint_operand_at(model, of->operand + i));
    return condition;
}

static bool add_mapping(struct certmap_builder *builder, struct cm_lint_pool *pool, const struct cm_lint_model *model,
                        size_t index) {
    const struct cm_lint_mapping *mapping = cm_lint_mapping_at(model, index);
    const struct certmap_mapping is = cm_lint_mapping_of(model, index);
    struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
    struct certmap_condition *conditions = cm_lint_pool_take(pool, mapping->condition_count + 1u, sizeof *conditions);
    for (size_t i = 0; conditions != NULL && i < mapping->condition_count; i++)
        conditions[i] = condition_of(pool, model, cm_lint_condition_at(model, mapping->condition + i));
    if (pool->failed)
        return false;
    description.mapping = &is;
    description.terms = cm_lint_term_at(model, mapping->term);
    description.term_count = mapping->term_count;
    description.conditions = conditions;
    description.condition_count = mapping->condition_count;
    if (mapping->output_count > 0)
        description.outputs = cm_lint_output_at(model, mapping->output);
    description.output_count = mapping->output_count;
    return certmap_builder_add(builder, &description, NULL, NULL, NULL) == CERTMAP_OK;
}

static bool add_all(struct certmap_builder *builder, struct cm_lint_pool *pool, const struct cm_lint_model *current,
                    const struct cm_lint_model *made, size_t position) {
    bool added = true;
    for (size_t i = 0; added && i <= current->mappings.count; i++) {
        for (size_t m = 0; added && i == position && m < made->mappings.count; m++)
            added = add_mapping(builder, pool, made, m);
        if (added && i < current->mappings.count)
            added = add_mapping(builder, pool, current, i);
    }
    return added;
}

/* False: no memory, or the rules are as large as they can be. */
static bool build_both(struct place *place, const struct cm_lint_model *current, const struct cm_lint_model *made) {
    struct certmap_suggest *suggest = place->suggest;
    struct certmap_builder *builder = NULL;
    bool built = certmap_builder_new(&builder, &suggest->allocator, NULL) == CERTMAP_OK &&
                 certmap_builder_combining(builder, certmap_rules_combining(place->current), NULL) == CERTMAP_OK &&
                 (!certmap_rules_disabled(place->current) || certmap_builder_disable(builder, NULL) == CERTMAP_OK) &&
                 add_all(builder, &suggest->scratch, current, made, place->position) &&
                 certmap_builder_finish(builder, &place->both, NULL) == CERTMAP_OK;
    certmap_builder_free(builder);
    return built;
}

static enum certmap_status build(struct place *place, struct certmap_diagnostic *err) {
    struct certmap_suggest *suggest = place->suggest;
    struct cm_lint_model current, made;
    cm_lint_pool_empty(&suggest->scratch);
    enum certmap_status status = cm_lint_model_read(&current, place->current, NULL, &suggest->allocator, err);
    if (status == CERTMAP_OK) {
        status = cm_lint_model_read(&made, suggest->made, NULL, &suggest->allocator, err);
        if (status == CERTMAP_OK && !build_both(place, &current, &made))
            status = cm_suggest_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY,
                                     "out of memory for the rules with the suggestion in them");
        cm_lint_model_free(&made);
    }
    cm_lint_model_free(&current);
    return status;
}

/* ---- verifying ---- */

static bool is_of_suggestion(const struct place *place, size_t index) {
    return index >= place->position && index < place->position + place->made;
}

/* Whether two answers of different rule sets are the same; the mappings by their names, which stay. */
static bool is_same(const struct certmap_result *a, const struct certmap_result *b) {
    return a->decision == b->decision && a->reason == b->reason && cm_suggest_same_text(a->mapping, b->mapping) &&
           cm_suggest_same_text(a->account, b->account) && a->group_count == b->group_count &&
           a->account_count == b->account_count && a->attribute_count == b->attribute_count;
}

static bool copy_account(struct certmap_suggest *suggest, struct certmap_result *result) {
    if (result->account.data != NULL)
        result->account = cm_lint_pool_copy(&suggest->pool, result->account);
    return !suggest->pool.failed;
}

/* allow "portal", deny, none: not-supplied */
static const char *answer_text(struct certmap_suggest *suggest, const struct certmap_result *result) {
    const char *word = certmap_decision_name(result->decision);
    if (result->account.data != NULL)
        return (const char *)cm_suggest_print(suggest, "%s %s", word, cm_suggest_quote(suggest, result->account)).data;
    if (result->reason == CERTMAP_CODE_NONE || result->reason == CERTMAP_CODE_NO_MATCH)
        return word;
    return (const char *)cm_suggest_print(suggest, "%s: %s", word, certmap_code_name(result->reason)).data;
}

static void report_change(struct place *place, const struct cm_suggest_cert *cert, const struct certmap_result *before,
                          const struct certmap_result *after) {
    struct certmap_suggest_result *result = &place->suggest->result;
    result->changed++;
    if (result->change_count < CERTMAP_MAX_SUGGEST_EXAMPLES)
        cm_suggest_keep_example(place->suggest, place->changes, place->order, &result->change_count, 0, cert,
                                cm_suggest_print(place->suggest, "%s becomes %s", answer_text(place->suggest, before),
                                                 answer_text(place->suggest, after)));
}

/* Whether those in get the suggested answer; counts others whose answer changes. */
static bool verify(struct place *place, const struct cm_suggest_cert *cert) {
    struct certmap_suggest *suggest = place->suggest;
    struct certmap_result before = answer_of(suggest, place->current, cert);
    if (!copy_account(suggest, &before))
        return false;
    const struct certmap_result after = answer_of(suggest, place->both, cert);
    if (cert->role == CERTMAP_SUGGEST_IN)
        return certmap_rules_combining(place->current) == CERTMAP_COMBINING_ALL
                   ? after.decision == suggest->options.decision
                   : is_of_suggestion(place, after.index) && after.decision == suggest->options.decision;
    if (!is_same(&before, &after))
        report_change(place, cert, &before, &after);
    return true;
}

static void note_place(struct place *place, const struct cm_suggest_cert *refused) {
    struct certmap_suggest *suggest = place->suggest;
    if (refused != NULL)
        cm_suggest_note(suggest,
                        cm_suggest_print(suggest,
                                         "nowhere in the rules does the suggestion answer all who are to be in: "
                                         "not %s, for one",
                                         cm_suggest_label(suggest, refused)));
    else if (suggest->result.changed > 0)
        cm_suggest_note(suggest, cm_suggest_print(suggest,
                                                  "in the rules it changes the answer of %zu certificate%s that "
                                                  "%s not to be in; there is no better place",
                                                  suggest->result.changed, suggest->result.changed == 1 ? "" : "s",
                                                  suggest->result.changed == 1 ? "is" : "are"));
}

enum certmap_status cm_suggest_place(struct certmap_suggest *suggest, struct certmap_diagnostic *err) {
    struct place place = {.suggest = suggest,
                          .current = suggest->options.current,
                          .made = suggest->mappings,
                          .changes =
                              cm_lint_pool_take(&suggest->pool, CERTMAP_MAX_SUGGEST_EXAMPLES, sizeof *place.changes)};
    const struct cm_suggest_cert *refused = NULL;
    find_position(&place);
    const enum certmap_status status = cm_suggest_is_bad(suggest) ? CERTMAP_OK : build(&place, err);
    suggest->result.changes = place.changes;
    if (status != CERTMAP_OK || place.both == NULL || cm_suggest_is_bad(suggest)) {
        certmap_rules_free(place.both);
        return status;
    }
    for (size_t i = 0; i < count_certs(suggest) && cm_suggest_step(suggest); i++)
        if (!verify(&place, cert_at(suggest, i)) && refused == NULL)
            refused = cert_at(suggest, i);
    if (refused == NULL)
        suggest->result.position = place.position;
    note_place(&place, refused);
    certmap_rules_free(place.both);
    return CERTMAP_OK;
}
