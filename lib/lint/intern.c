/* SPDX-License-Identifier: MIT */
#include "intern.h"
#include <string.h>

/* ---- what is known ---- */

static bool is_subfield(const struct cm_lint_path *path, const char *name) {
    return path->subfield.len == strlen(name) && memcmp(path->subfield.data, name, path->subfield.len) == 0;
}

static enum cm_lint_domain domain_of_alternative_name(const struct cm_lint_path *path) {
    static const struct {
        const char *subfield;
        enum cm_lint_domain domain;
    } rows[] = {{"dns", CM_LINT_DOMAIN_DNS}, {"email", CM_LINT_DOMAIN_EMAIL}, {"uri", CM_LINT_DOMAIN_URI},
                {"upn", CM_LINT_DOMAIN_UPN}, {"krb5", CM_LINT_DOMAIN_KRB5},   {"ip", CM_LINT_DOMAIN_ADDRESS},
                {"rid", CM_LINT_DOMAIN_OID}, {"dirname", CM_LINT_DOMAIN_NAME}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_subfield(path, rows[i].subfield))
            return rows[i].domain;
    return CM_LINT_DOMAIN_TEXT; /* an otherName */
}

enum cm_lint_domain cm_lint_domain_of(const struct cm_lint_path *path) {
    switch ((int)path->field) {
    case CERTMAP_FIELD_SUBJECT:
    case CERTMAP_FIELD_ISSUER:
        return path->subfield.len == 0 ? CM_LINT_DOMAIN_NAME : CM_LINT_DOMAIN_TEXT;
    case CERTMAP_FIELD_SAN:
        return domain_of_alternative_name(path);
    case CERTMAP_FIELD_SAN_DIRNAME:
    case CERTMAP_FIELD_MS_TEMPLATE:
        return CM_LINT_DOMAIN_TEXT;
    case CERTMAP_FIELD_EXTENSION_TEXT:
        return CM_LINT_DOMAIN_TEXT;
    case CERTMAP_FIELD_EKU:
    case CERTMAP_FIELD_POLICY:
    case CERTMAP_FIELD_QC_STATEMENT:
    case CERTMAP_FIELD_QC_TYPE:
    case CERTMAP_FIELD_PSD2_ROLE:
        return CM_LINT_DOMAIN_OID;
    case CERTMAP_FIELD_KU:
        return CM_LINT_DOMAIN_USAGE;
    case CERTMAP_FIELD_SERIAL:
        return CM_LINT_DOMAIN_SERIAL;
    case CERTMAP_FIELD_SHA256:
    case CERTMAP_FIELD_KEY_SHA256:
    case CERTMAP_FIELD_ISSUER_SHA256:
    case CERTMAP_FIELD_ISSUER_KEY_SHA256:
    case CERTMAP_FIELD_TBS_SHA256:
    case CERTMAP_FIELD_CHAIN_SHA256:
    case CERTMAP_FIELD_CHAIN_KEY_SHA256:
        return CM_LINT_DOMAIN_SHA256;
    case CERTMAP_FIELD_SHA1:
    case CERTMAP_FIELD_KEY_SHA1:
    case CERTMAP_FIELD_ISSUER_SHA1:
        return CM_LINT_DOMAIN_SHA1;
    case CERTMAP_FIELD_SHA512:
    case CERTMAP_FIELD_KEY_SHA512:
        return CM_LINT_DOMAIN_SHA512;
    case CERTMAP_FIELD_SKI:
    case CERTMAP_FIELD_AKI:
    case CERTMAP_FIELD_EXTENSION:
        return CM_LINT_DOMAIN_OCTETS;
    case CERTMAP_FIELD_MS_SID:
        return CM_LINT_DOMAIN_SID;
    case CERTMAP_FIELD_VERSION:
        return CM_LINT_DOMAIN_VERSION;
    case CERTMAP_FIELD_VALIDITY:
        return CM_LINT_DOMAIN_VALIDITY;
    case CERTMAP_FIELD_CERTIFICATE:
        return CM_LINT_DOMAIN_UNKNOWN;
    }
    return CM_LINT_DOMAIN_UNKNOWN;
}

bool cm_lint_is_known(const struct cm_lint_model *model, const struct cm_lint_condition *condition) {
    const struct cm_lint_path *path = cm_lint_path_at(model, condition->path);
    const enum cm_lint_domain domain = cm_lint_domain_of(path);
    if (!condition->known || domain == CM_LINT_DOMAIN_UNKNOWN || condition->quantifier > CERTMAP_AT_VALUE)
        return false;
    switch ((int)condition->op) {
    case CERTMAP_OP_PRESENT:
    case CERTMAP_OP_ABSENT:
        return true;
    case CERTMAP_OP_COUNT:
        return domain != CM_LINT_DOMAIN_NAME || path->field == CERTMAP_FIELD_SAN; /* else of RDNs, not of values */
    case CERTMAP_OP_EQUAL:
        return condition->operand_count > 0;
    case CERTMAP_OP_LIKE:
        return condition->operand_count > 0 && (domain <= CM_LINT_DOMAIN_SID || domain == CM_LINT_DOMAIN_NAME);
    case CERTMAP_OP_MATCHES:
        return condition->operand_count > 0 && domain == CM_LINT_DOMAIN_TEXT;
    case CERTMAP_OP_UNDER:
        return condition->operand_count > 0 && domain == CM_LINT_DOMAIN_NAME;
    }
    return false;
}

/* ---- the same ---- */

static uint64_t mix(uint64_t hash, const void *data, size_t len) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): operands are numbered before conditions are */
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash ^ hash >> 29;
}

/* A table that says of a hash which things had it; slots hold a number + 1. */
struct table {
    uint32_t *slots;
    size_t mask;
};

/* Three quarters of it are taken at most, where all things are different; mostly they are not. */
static bool make_table(struct table *table, const struct certmap_allocator *allocator, size_t count) {
    size_t size = 16;
    while (size - size / 4 < count)
        size *= 2;
    table->slots = allocator->alloc(allocator->ctx, size * sizeof *table->slots);
    if (table->slots != NULL)
        memset(table->slots, 0, size * sizeof *table->slots);
    table->mask = size - 1;
    return table->slots != NULL;
}

/* ---- operands ---- */

/* How an operand is compared, with its path: what distinguishes it beside its text. */
static uint32_t how(const struct cm_lint_condition *condition) {
    return condition->path * 32 + (uint32_t)condition->op * 4 + (uint32_t)condition->exact * 2 + condition->nocase;
}

static void intern_operands(struct cm_lint_intern *intern, const struct cm_lint_model *model, struct table *table,
                            uint32_t *hows) {
    for (uint32_t c = 0; c < model->conditions.count; c++) {
        const struct cm_lint_condition *condition = cm_lint_condition_at(model, c);
        for (uint32_t i = condition->operand; i < condition->operand + condition->operand_count; i++)
            hows[i] = how(condition);
    }
    for (uint32_t i = 0; i < model->operands.count; i++) {
        const struct cm_lint_operand *operand = cm_lint_operand_at(model, i);
        const struct certmap_view compared = cm_lint_compared(operand);
        const uint64_t hash = mix(mix(hows[i] + 1, &operand->bits, sizeof operand->bits), compared.data, compared.len);
        size_t slot = (size_t)hash & table->mask;
        for (; table->slots[slot] != 0; slot = (slot + 1) & table->mask) {
            const uint32_t other = table->slots[slot] - 1;
            if (hows[other] == hows[i] && cm_lint_operands_agree(cm_lint_operand_at(model, other), operand))
                break;
        }
        if (table->slots[slot] == 0)
            table->slots[slot] = i + 1;
        intern->operands[i] = table->slots[slot] - 1;
    }
}

/* ---- conditions ---- */

static uint64_t hash_of(const struct cm_lint_intern *intern, const struct cm_lint_condition *condition) {
    const uint64_t words[] = {how(condition), (uint64_t)condition->quantifier, condition->count,
                              condition->operand_count};
    return mix(mix(1, words, sizeof words), intern->operands + condition->operand,
               condition->operand_count * sizeof *intern->operands);
}

/* What the analysis does not know may be compared with more than it sees: then what is written has to be the same. */
static bool are_written_alike(const struct cm_lint_model *model, const struct cm_lint_condition *a,
                              const struct cm_lint_condition *b) {
    for (uint32_t i = 0; i < a->operand_count; i++) {
        const struct certmap_view left = cm_lint_shown(cm_lint_operand_at(model, a->operand + i));
        const struct certmap_view right = cm_lint_shown(cm_lint_operand_at(model, b->operand + i));
        if (left.len != right.len || (left.len > 0 && memcmp(left.data, right.data, left.len) != 0))
            return false;
    }
    return true;
}

static bool are_same(const struct cm_lint_intern *intern, const struct cm_lint_model *model,
                     const struct cm_lint_condition *a, const struct cm_lint_condition *b) {
    return how(a) == how(b) && a->known == b->known && a->quantifier == b->quantifier && a->count == b->count &&
           a->operand_count == b->operand_count &&
           memcmp(intern->operands + a->operand, intern->operands + b->operand,
                  a->operand_count * sizeof *intern->operands) == 0 &&
           (cm_lint_is_known(model, a) || are_written_alike(model, a, b));
}

static void intern_conditions(struct cm_lint_intern *intern, const struct cm_lint_model *model, struct table *table) {
    for (uint32_t i = 0; i < model->conditions.count; i++) {
        const struct cm_lint_condition *condition = cm_lint_condition_at(model, i);
        size_t slot = (size_t)hash_of(intern, condition) & table->mask;
        while (table->slots[slot] != 0 &&
               !are_same(intern, model, cm_lint_condition_at(model, table->slots[slot] - 1), condition))
            slot = (slot + 1) & table->mask;
        if (table->slots[slot] == 0)
            table->slots[slot] = i + 1;
        intern->conditions[i] = table->slots[slot] - 1;
    }
}

static void free_table(struct table *table, const struct certmap_allocator *allocator) {
    if (table->slots != NULL)
        allocator->release(allocator->ctx, table->slots);
    table->slots = NULL;
}

static bool make_operands(struct cm_lint_intern *intern, const struct cm_lint_model *model) {
    const struct certmap_allocator *allocator = &model->allocator;
    struct table table = {NULL, 0};
    uint32_t *hows = allocator->alloc(allocator->ctx, (model->operands.count + 1) * sizeof *hows);
    const bool made = hows != NULL && make_table(&table, allocator, model->operands.count);
    if (made)
        intern_operands(intern, model, &table, hows);
    if (hows != NULL)
        allocator->release(allocator->ctx, hows);
    free_table(&table, allocator);
    return made;
}

static bool make_conditions(struct cm_lint_intern *intern, const struct cm_lint_model *model) {
    struct table table = {NULL, 0};
    const bool made = make_table(&table, &model->allocator, model->conditions.count);
    if (made)
        intern_conditions(intern, model, &table);
    free_table(&table, &model->allocator);
    return made;
}

bool cm_lint_intern_make(struct cm_lint_intern *intern, struct cm_lint_pool *pool, const struct cm_lint_model *model) {
    intern->operands = cm_lint_pool_take(pool, model->operands.count + 1, sizeof *intern->operands);
    intern->conditions = cm_lint_pool_take(pool, model->conditions.count + 1, sizeof *intern->conditions);
    return !pool->failed && make_operands(intern, model) && make_conditions(intern, model);
}
