/* SPDX-License-Identifier: MIT */
#include "need.h"
#include "sample.h"

bool cm_lint_is_subject(const struct cm_lint_path *path) {
    return path->field == CERTMAP_FIELD_SUBJECT || path->field == CERTMAP_FIELD_SAN ||
           path->field == CERTMAP_FIELD_SAN_DIRNAME;
}

/* ---- conditions ---- */

/* Of a field that is not known here everything counts as asked for, so that nothing is said. */
static unsigned bits_of_field(enum certmap_field field) {
    switch ((int)field) {
    case CERTMAP_FIELD_ISSUER:
    case CERTMAP_FIELD_CHAIN_SHA256: /* a CA above others, which give what serial numbers and names they like */
    case CERTMAP_FIELD_CHAIN_KEY_SHA256:
        return CM_LINT_NEEDS_ISSUER;
    case CERTMAP_FIELD_AKI:
    case CERTMAP_FIELD_ISSUER_SHA256:
    case CERTMAP_FIELD_ISSUER_KEY_SHA256:
    case CERTMAP_FIELD_ISSUER_SHA1:
        return CM_LINT_NEEDS_ISSUER | CM_LINT_NEEDS_ISSUER_KEY;
    case CERTMAP_FIELD_SERIAL:
        return CM_LINT_NEEDS_SERIAL;
    case CERTMAP_FIELD_MS_SID:
        return CM_LINT_NEEDS_SID;
    case CERTMAP_FIELD_SKI:
        return CM_LINT_NEEDS_SKI;
    case CERTMAP_FIELD_SUBJECT:
    case CERTMAP_FIELD_SAN:
    case CERTMAP_FIELD_SAN_DIRNAME:
    case CERTMAP_FIELD_EKU:
    case CERTMAP_FIELD_KU:
    case CERTMAP_FIELD_POLICY:
    case CERTMAP_FIELD_MS_TEMPLATE:
    case CERTMAP_FIELD_VERSION:
    case CERTMAP_FIELD_VALIDITY:
    case CERTMAP_FIELD_EXTENSION:
        return 0;
    default: /* digests, which no other certificate has */
        return CM_LINT_NEEDS_ISSUER | CM_LINT_NEEDS_ISSUER_KEY | CM_LINT_NEEDS_DIGEST;
    }
}

bool cm_lint_names_person(const struct cm_lint_path *path) {
    static const char *const in_san[] = {"upn", "email", "krb5"}, *const in_subject[] = {"", "CN", "E", "UID"};
    for (size_t i = 0; path->field == CERTMAP_FIELD_SAN && i < sizeof in_san / sizeof *in_san; i++)
        if (cm_lint_is_named(path->subfield, in_san[i]))
            return true;
    for (size_t i = 0; path->field == CERTMAP_FIELD_SUBJECT && i < sizeof in_subject / sizeof *in_subject; i++)
        if (cm_lint_is_named(path->subfield, in_subject[i]))
            return true;
    return false;
}

static bool has_operands(const struct cm_lint_condition *condition) {
    return condition->operand_count > 0;
}

/* How many paths of subject and SAN a condition stands for: a whole Name, a serial number, a digest and what is not known
 * are as good as several; a usage, a policy or a date none. */
static struct cm_lint_ways ways_of(const struct cm_lint_path *path, uint32_t number) {
    const struct cm_lint_ways none = {true, false, false, false, 0}, several = {false, false, true, false, 0};
    if (cm_lint_is_subject(path) && !cm_lint_is_whole_name(path))
        return (struct cm_lint_ways){false, true, false, false, number};
    switch ((int)path->field) {
    case CERTMAP_FIELD_ISSUER:
    case CERTMAP_FIELD_EKU:
    case CERTMAP_FIELD_KU:
    case CERTMAP_FIELD_POLICY:
    case CERTMAP_FIELD_AKI:
    case CERTMAP_FIELD_MS_TEMPLATE:
    case CERTMAP_FIELD_VERSION:
    case CERTMAP_FIELD_VALIDITY:
    case CERTMAP_FIELD_ISSUER_SHA256:
    case CERTMAP_FIELD_ISSUER_KEY_SHA256:
    case CERTMAP_FIELD_CHAIN_SHA256:
    case CERTMAP_FIELD_CHAIN_KEY_SHA256:
        return none;
    default:
        return several;
    }
}

static struct cm_lint_needs needs_of_condition(const struct cm_lint_model *model, size_t condition, bool positive) {
    const struct cm_lint_condition *made = cm_lint_condition_at(model, condition);
    const struct cm_lint_path *path = cm_lint_path_at(model, made->path);
    struct cm_lint_needs needs = {.ways = {true, false, false, false, 0}};
    const bool subject = cm_lint_is_subject(path);
    if (!positive) {
        needs.refused = subject && has_operands(made);
        return needs;
    }
    needs.asked = subject && made->op != CERTMAP_OP_ABSENT;
    if (!has_operands(made))
        return needs;
    needs.all = bits_of_field(path->field);
    if (made->op == CERTMAP_OP_EQUAL && made->operand_count == 1 && cm_lint_names_person(path))
        needs.all |= CM_LINT_NEEDS_PERSON;
    needs.ways = ways_of(path, made->path);
    return needs;
}

/* ---- groups ---- */

static bool differ(const struct cm_lint_ways *a, const struct cm_lint_ways *b) {
    return a->single && b->single && (a->mixed || b->mixed || a->path != b->path);
}

/* Both of them. */
static struct cm_lint_ways joined(const struct cm_lint_ways *a, const struct cm_lint_ways *b) {
    const bool any_a = a->none || a->single || a->several, any_b = b->none || b->single || b->several;
    return (struct cm_lint_ways){
        .none = a->none && b->none,
        .single = (a->single && b->none) || (a->none && b->single) || (a->single && b->single && !differ(a, b)),
        .several = (a->several && any_b) || (b->several && any_a) || differ(a, b),
        .mixed = a->mixed || b->mixed || differ(a, b),
        .path = a->single ? a->path : b->path,
    };
}

/* One of them. */
static struct cm_lint_ways either(const struct cm_lint_ways *a, const struct cm_lint_ways *b) {
    return (struct cm_lint_ways){
        .none = a->none || b->none,
        .single = a->single || b->single,
        .several = a->several || b->several,
        .mixed = a->mixed || b->mixed || differ(a, b),
        .path = a->single ? a->path : b->path,
    };
}

static void add(struct cm_lint_needs *needs, const struct cm_lint_needs *member, bool all) {
    needs->all = all ? needs->all | member->all : needs->all & member->all;
    needs->ways = all ? joined(&needs->ways, &member->ways) : either(&needs->ways, &member->ways);
    needs->asked += member->asked;
    needs->refused += member->refused;
}

static struct cm_lint_needs needs_of(const struct cm_lint_model *model, size_t term, size_t *condition, bool positive);

static struct cm_lint_needs needs_of_members(const struct cm_lint_model *model, size_t term, size_t end,
                                             size_t *condition, bool positive, bool all) {
    struct cm_lint_needs needs = {.all = all ? 0 : ~0u, .ways = {all, false, false, false, 0}};
    for (; term < end; term += cm_lint_term_at(model, term)->size) {
        const struct cm_lint_needs member = needs_of(model, term, condition, positive);
        add(&needs, &member, all);
    }
    return needs;
}

/* As deep as the expression. */
static struct cm_lint_needs needs_of(const struct cm_lint_model *model, size_t term, size_t *condition, bool positive) {
    const struct certmap_term *made = cm_lint_term_at(model, term);
    switch ((int)made->kind) {
    case CERTMAP_TERM_ALL:
    case CERTMAP_TERM_ANY:
        return needs_of_members(model, term + 1, term + made->size, condition, positive,
                                (made->kind == CERTMAP_TERM_ALL) == positive);
    case CERTMAP_TERM_NOT:
        return needs_of(model, term + 1, condition, !positive);
    case CERTMAP_TERM_CONDITION:
        return needs_of_condition(model, (*condition)++, positive);
    default:
        return (struct cm_lint_needs){.ways = {true, false, false, false, 0}};
    }
}

struct cm_lint_needs cm_lint_needs_of_term(const struct cm_lint_model *model, size_t term, size_t condition,
                                           bool positive) {
    return needs_of(model, term, &condition, positive);
}

struct cm_lint_needs cm_lint_needs_of(const struct cm_lint_model *model, const struct cm_lint_mapping *mapping) {
    size_t condition = mapping->condition;
    return needs_of_members(model, mapping->term, mapping->term + mapping->term_count, &condition, true, true);
}
