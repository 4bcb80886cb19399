/* SPDX-License-Identifier: MIT */
#include "advice/advice.h"
#include "base/alloc.h"
#include "compile/builder.h"
#include "field/canonical.h"

/* ---- what is remembered ---- */

void cm_advice_free(struct cm_advice *advice) {
    cm_release(&advice->allocator, advice->conditions);
    cm_release(&advice->allocator, advice->texts);
    cm_release(&advice->allocator, advice->notes);
}

void cm_advice_begin(struct cm_advice *advice) {
    advice->condition_count = advice->text_count = advice->note_count = 0;
    advice->visits = 0;
    advice->has_digests = false;
}

static void keep(struct cm_advice *advice, const struct certmap_diagnostic *diagnostic, bool refusals_only) {
    struct cm_advice_note *note = cm_advice_add(advice, advice->condition_count - 1);
    if (note == NULL)
        return;
    note->diagnostic = *diagnostic;
    note->number = advice->number;
    note->refusals_only = refusals_only;
}

/* ---- conditions ---- */

/* Whether a text has a character that something could be said of: most have none. */
static bool has_signs(struct certmap_view text) {
    static const bool signs[256] = {['*'] = true, ['?'] = true, ['['] = true, ['^'] = true, ['\\'] = true,
                                    ['('] = true, ['{'] = true, ['%'] = true, ['+'] = true, ['|'] = true};
    for (size_t i = 0; i < text.len; i++)
        if (signs[text.data[i]])
            return true;
    return false;
}

static void advise_operand(struct cm_advice *advice, const struct cm_advised_operand *operand) {
    struct certmap_diagnostic diagnostic;
    bool refusals_only = false;
    if (operand->path->kind != CM_TEXT_NAME && !has_signs(operand->text))
        return;
    if (cm_advise_wildcard(&diagnostic, operand, &refusals_only))
        keep(advice, &diagnostic, refusals_only);
    else if (cm_advise_pattern(&diagnostic, operand) || cm_advise_name(&diagnostic, operand) ||
             cm_advise_uri(&diagnostic, operand))
        keep(advice, &diagnostic, false);
}

/* Whether anything is said about operands of this kind. */
static bool is_advised(const struct cm_condition *made) {
    return made->operand_count > 0 && (made->path->kind == CM_TEXT_NAME || cm_kind_has_patterns(made->path->kind));
}

/* The first operand that gives a note of a code is enough: one change mends all of a list. */
static void advise_operands(struct cm_advice *advice, const struct cm_condition *made,
                            const struct certmap_condition *condition, struct certmap_position position,
                            const struct certmap_position *positions) {
    const size_t before = advice->note_count;
    const bool every = made->path->kind == CM_TEXT_NAME; /* each Name is turned round by itself */
    struct cm_advised_operand operand = {.path = made->path,
                                         .op = condition->op,
                                         .others = condition->operands,
                                         .other_count = condition->operand_count,
                                         .nocase = (condition->flags & CERTMAP_NOCASE) != 0};
    for (size_t i = 0; i < condition->operand_count && (every || advice->note_count == before); i++) {
        operand.text = condition->operands[i];
        operand.position = positions != NULL ? positions[i] : position;
        advise_operand(advice, &operand);
    }
}

static bool advise_condition(struct cm_advice *advice, const struct certmap_condition *condition,
                             struct certmap_position position, const struct certmap_position *positions) {
    const struct cm_condition made = cm_draft_condition_at(&advice->builder->draft, advice->number);
    struct cm_advised *conditions = cm_array_reserve(&advice->allocator, advice->conditions, &advice->condition_cap,
                                                     advice->condition_count + 1, sizeof *conditions);
    if (conditions == NULL)
        return false;
    advice->conditions = conditions;
    conditions[advice->condition_count++] =
        (struct cm_advised){positions != NULL && condition->operand_count > 0 ? positions[0] : position, false};
    advice->has_digests = advice->has_digests || cm_is_certificate_digest(made.path->field);
    if (is_advised(&made))
        advise_operands(advice, &made, condition, position, positions);
    return !advice->no_memory;
}

/* The conditions of the mapping are those of its description, in the same order. */
static bool advise_conditions(struct cm_advice *advice, const struct certmap_description *description) {
    size_t size, next = 0;
    const struct cm_node *root = cm_advice_root(advice, &size);
    bool enough = true;
    for (const struct cm_node *node = root; node < root + size && enough; node++) {
        if (node->kind != CM_NODE_CONDITION || next == description->condition_count)
            continue;
        const struct certmap_condition_position *positions = &description->condition_positions[next];
        advice->number = node->value;
        enough = advise_condition(advice, &description->conditions[next++], positions->field, positions->operands);
    }
    return enough;
}

bool cm_advice_text(struct cm_advice *advice, const struct cm_advised_text *text) {
    struct cm_advised_text *texts =
        cm_array_reserve(&advice->allocator, advice->texts, &advice->text_cap, advice->text_count + 1, sizeof *texts);
    if (texts == NULL)
        return false;
    advice->texts = texts;
    texts[advice->text_count++] = *text;
    return true;
}

/* ---- the end of a mapping ---- */

/* Finds out which conditions are below an odd number of "not". Groups nest no deeper than CERTMAP_MAX_NESTING. */
static void find_negated(struct cm_advice *advice) {
    const struct cm_node *ends[CERTMAP_MAX_NESTING + 1]; /* of the "not"s that are open */
    size_t size, open = 0, condition = 0;
    const struct cm_node *root = cm_advice_root(advice, &size);
    for (const struct cm_node *node = root + 1; node < root + size; node++) {
        while (open > 0 && node >= ends[open - 1])
            open--;
        if (node->kind == CM_NODE_NOT && open <= CERTMAP_MAX_NESTING)
            ends[open++] = node + cm_node_size(node);
        else if (node->kind == CM_NODE_CONDITION && condition < advice->condition_count)
            advice->conditions[condition++].negated = open % 2 == 1;
    }
}

/* Whether what was found in a condition is so in the whole mapping. */
static bool holds(const struct cm_advice *advice, const struct cm_advice_note *note) {
    if (note->refusals_only && !cm_advice_refuses(advice, note->condition))
        return false;
    if (note->diagnostic.code != CERTMAP_CODE_DOMAIN_BOUNDARY)
        return true;
    if (advice->conditions[note->condition].negated && cm_advice_refuses(advice, note->condition))
        return false; /* "and not": to exclude more is safe */
    const struct cm_condition condition = cm_draft_condition_at(&advice->builder->draft, note->number);
    return !cm_advice_uri_is_guarded(advice, &condition);
}

static void drop_notes(struct cm_advice *advice) {
    size_t kept = 0;
    for (size_t i = 0; i < advice->note_count; i++)
        if (holds(advice, &advice->notes[i]))
            advice->notes[kept++] = advice->notes[i];
    advice->note_count = kept;
}

/* Into the order of the text: there are few, most of them in order. */
static void sort_notes(struct cm_advice *advice) {
    for (size_t i = 1; i < advice->note_count; i++) {
        const struct cm_advice_note note = advice->notes[i];
        size_t at = i;
        for (; at > 0 && advice->notes[at - 1].diagnostic.offset > note.diagnostic.offset; at--)
            advice->notes[at] = advice->notes[at - 1];
        advice->notes[at] = note;
    }
}

/* The texts with placeholders are there in the order in which they were noted. */
static void advise_texts(struct cm_advice *advice) {
    const struct certmap_builder *builder = advice->builder;
    const struct cm_draft_mapping *mapping = cm_builder_open_mapping(builder);
    if (mapping->plain || !mapping->allow)
        return;
    size_t text = 0;
    for (size_t i = mapping->outputs; i < builder->output_count && text < advice->text_count; i++) {
        const struct cm_output *output = &builder->draft.rules->outputs[i];
        if (output->placeholders == NULL)
            continue;
        cm_advise_text(advice, &advice->texts[text], output);
        cm_advise_placeholders(advice, &advice->texts[text], output);
        text++;
    }
}

bool cm_advice_end(struct cm_advice *advice, const struct certmap_description *description) {
    if (!advise_conditions(advice, description))
        return false;
    if (advice->note_count > 0 || advice->has_digests)
        find_negated(advice);
    drop_notes(advice);
    if (advice->has_digests)
        cm_advise_refusals(advice);
    if (advice->text_count > 0)
        advise_texts(advice);
    sort_notes(advice);
    return !advice->no_memory;
}
