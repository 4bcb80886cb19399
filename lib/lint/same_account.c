/* SPDX-License-Identifier: MIT */
/* 665: two mappings that know different issuers, and build the same account: what one issuer calls somebody, the other
 * one can, too. Mappings whose accounts differ in nothing but placeholders are found by that text; then both are drafted
 * with the same name. */
#include "advice.h"
#include "certmap/names.h"
#include "placeholder_paths.h"
#include "sample.h"
#include <string.h>

#define NAME "ada"

static uint64_t mix(uint64_t hash, const void *data, size_t len) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash ^ len << 7;
}

/* A mapping whose account has placeholders. */
struct building {
    uint64_t shape, issuer;
    uint32_t mapping;
};

static uint64_t shape_of(struct certmap_lint *lint, const struct cm_lint_mapping *mapping) {
    const struct certmap_view shape = cm_lint_placeholders_shape(lint, mapping->is.account);
    uint64_t hash = mix(UINT64_C(0xCBF29CE484222325), shape.data, shape.len);
    for (size_t i = 0; i < mapping->output_count; i++) {
        const struct certmap_output *output = cm_lint_output_at(&lint->model, mapping->output + i);
        if (output->kind == CERTMAP_OUTPUT_DOMAIN)
            hash = mix(hash, output->value.data, output->value.len);
    }
    return hash;
}

static bool is_issuer(enum certmap_field field) {
    return field == CERTMAP_FIELD_ISSUER || field == CERTMAP_FIELD_AKI || field == CERTMAP_FIELD_ISSUER_SHA256 ||
           field == CERTMAP_FIELD_ISSUER_KEY_SHA256 || field == CERTMAP_FIELD_CHAIN_SHA256 ||
           field == CERTMAP_FIELD_CHAIN_KEY_SHA256;
}

static uint64_t issuer_of(const struct cm_lint_model *model, const struct cm_lint_mapping *mapping) {
    uint64_t hash = 1;
    for (size_t i = 0; i < mapping->condition_count; i++) {
        const struct cm_lint_condition *condition = cm_lint_condition_at(model, mapping->condition + i);
        uint64_t own = condition->path;
        if (!is_issuer(cm_lint_path_at(model, condition->path)->field))
            continue;
        for (size_t k = 0; k < condition->operand_count; k++) {
            const struct certmap_view text = cm_lint_shown(cm_lint_operand_at(model, condition->operand + k));
            own += mix(condition->path, text.data, text.len);
        }
        hash += own; /* their order does not matter */
    }
    return hash;
}

/* ---- drafts ---- */

/* The values of the placeholders that no condition gives. */
static bool add_names(struct cm_lint_draft *draft, struct certmap_lint *lint, size_t index) {
    const struct cm_lint_mapping *mapping = cm_lint_mapping_at(&lint->model, index);
    const struct cm_lint_placeholders placeholders = cm_lint_placeholders_in(lint, index);
    if (placeholders.unknown)
        return false;
    for (size_t i = 0; i < placeholders.count; i++) {
        const struct cm_lint_path *path = &placeholders.paths[i];
        struct certmap_view text = certmap_view_of(NAME);
        bool given = false;
        for (size_t k = 0; k < mapping->condition_count; k++) {
            const struct cm_lint_condition *condition = cm_lint_condition_at(&lint->model, mapping->condition + k);
            const struct cm_lint_path *other = cm_lint_path_at(&lint->model, condition->path);
            if (other->field != path->field || !certmap_text_same(other->subfield, path->subfield))
                continue;
            given = given || condition->op == CERTMAP_OP_EQUAL;
            if (condition->op == CERTMAP_OP_LIKE)
                text = cm_lint_fill(&lint->scratch, cm_lint_shown(cm_lint_operand_at(&lint->model, condition->operand)),
                                    "x", NAME);
        }
        if (!given && !cm_lint_draft_replace(draft, path, text))
            return false;
    }
    return true;
}

/* What a draft of a mapping gets; data NULL: it is not let in by this mapping. */
static struct certmap_view account_of(struct cm_lint_draft *draft, struct certmap_lint *lint, size_t mapping) {
    if (!cm_lint_draft_begin(draft, lint) || !cm_lint_draft_mapping(draft, mapping, NULL, NULL) ||
        !add_names(draft, lint, mapping))
        return (struct certmap_view){NULL, 0};
    return cm_lint_draft_account(draft, mapping);
}

static bool has_same_issuer(const struct cm_lint_draft *a, const struct cm_lint_draft *b) {
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; is_issuer(a->values[i].field) && k < b->count; k++)
            if (a->values[i].field == b->values[k].field &&
                certmap_text_same(a->values[i].subfield, b->values[k].subfield))
                return certmap_text_same(a->values[i].text, b->values[k].text);
    return false;
}

static void compare(struct certmap_lint *lint, size_t first, size_t second) {
    struct cm_lint_draft a, b;
    const struct certmap_view one = account_of(&a, lint, first), other = account_of(&b, lint, second);
    if (one.data == NULL || other.data == NULL || !certmap_text_same(one, other) || has_same_issuer(&a, &b))
        return;
    struct certmap_lint_report *report = cm_lint_report_add(
        lint, CERTMAP_CODE_SAME_ACCOUNT, CERTMAP_CERTAINTY_SHOWN, second, cm_lint_account_place(lint, second),
        "whoever this issuer calls so is %s, whom %s lets in by another issuer", cm_lint_quote(lint, other),
        cm_lint_name(lint, first));
    cm_lint_report_relate(lint, report, first, cm_lint_account_place(lint, first), "the other one is here");
    cm_lint_report_help(lint, report, "give the accounts of each issuer a prefix or a domain of their own");
    cm_lint_draft_show(&b, report);
}

/* ---- mappings of one shape ---- */

/* Looks for an earlier mapping of the same shape and another issuer: the first of each shape is kept. */
static void take(struct certmap_lint *lint, struct building *kept, uint32_t *slots, size_t mask, size_t *count,
                 const struct building *building) {
    size_t slot = (size_t)(building->shape ^ building->shape >> 31) & mask;
    for (; slots[slot] != 0; slot = (slot + 1) & mask) {
        const struct building *known = &kept[slots[slot] - 1];
        if (known->shape != building->shape)
            continue;
        if (known->issuer != building->issuer)
            compare(lint, known->mapping, building->mapping);
        return;
    }
    kept[*count] = *building;
    slots[slot] = (uint32_t)++ * count;
}

static bool is_building(const struct certmap_lint *lint, size_t index) {
    const struct cm_lint_mapping *mapping = cm_lint_mapping_at(&lint->model, index);
    return !lint->dead[index] && mapping->is.is_template && mapping->is.decision == CERTMAP_ALLOW &&
           (cm_lint_needs_of(&lint->model, mapping).all & CM_LINT_NEEDS_ISSUER) != 0;
}

static size_t count_templates(const struct certmap_lint *lint) {
    size_t count = 0;
    for (size_t i = 0; i < lint->model.mappings.count; i++)
        count += cm_lint_mapping_at(&lint->model, i)->is.is_template;
    return count;
}

void cm_lint_pass_same_account(struct certmap_lint *lint) {
    const size_t templates = count_templates(lint);
    size_t size = 16, count = 0;
    while (size < 2 * templates)
        size *= 2;
    if (templates == 0 || !cm_lint_wants(lint, CERTMAP_CODE_SAME_ACCOUNT))
        return;
    struct building *kept = cm_lint_pool_take(&lint->pass, templates, sizeof *kept);
    uint32_t *slots = cm_lint_pool_take(&lint->pass, size, sizeof *slots);
    for (size_t i = 0; i < lint->model.mappings.count && !lint->pass.failed && !lint->failed; i++)
        if (is_building(lint, i)) {
            const struct cm_lint_mapping *mapping = cm_lint_mapping_at(&lint->model, i);
            const struct building building = {shape_of(lint, mapping), issuer_of(&lint->model, mapping), (uint32_t)i};
            take(lint, kept, slots, size - 1, &count, &building);
            cm_lint_forget(lint);
        }
}
