/* SPDX-License-Identifier: MIT */
/* Operands that take nothing that the others of their list do not take: then each value is taken or not as before without
 * them, and one that cannot be read is as unknown as before, whatever the quantifier. */
#include "implied.h"
#include "theory.h"
#include <string.h>

/* Most operands of which each is compared with all others together; in a longer list those that are there twice are
 * found. Each whole Name is compared by a match, which takes longer. */
#define MAX_TOGETHER 256
#define MAX_NAMES 16

/* A list that is looked at. */
struct list {
    struct certmap_lint *lint;
    uint32_t mapping, number; /* which condition of it */
    const struct cm_lint_condition *condition;
    enum cm_lint_domain domain;
    struct cm_lint_item *items;
    struct cm_lint_atom *atoms;
    signed char *signs; /* 0: it is reported already, and does not count */
};

static const struct cm_lint_operand *operand_at(const struct list *list, size_t index) {
    return cm_lint_operand_at(&list->lint->model, list->condition->operand + index);
}

static bool make_list(struct list *list) {
    struct cm_lint_pool *pool = &list->lint->scratch;
    const size_t count = list->condition->operand_count;
    list->items = cm_lint_pool_take(pool, count, sizeof *list->items);
    list->atoms = cm_lint_pool_take(pool, count, sizeof *list->atoms);
    list->signs = cm_lint_pool_take(pool, count, 1);
    for (size_t i = 0; !pool->failed && i < count; i++) {
        list->items[i] = (struct cm_lint_item){operand_at(list, i), list->condition->op, list->condition->nocase,
                                               list->condition->exact};
        list->signs[i] = -1;
        if (list->domain > CM_LINT_DOMAIN_SID)
            continue;
        list->atoms[i] =
            cm_lint_atom_make(pool, cm_lint_compared(operand_at(list, i)), list->condition->op == CERTMAP_OP_LIKE);
        list->atoms[i].nocase = list->condition->nocase;
    }
    return !pool->failed;
}

/* Whether there is a value that the operand takes and the others, of which signs says which count, do not. */
static enum cm_lint_exists takes_more(const struct list *list, size_t index, const signed char *signs) {
    struct certmap_view value;
    const size_t count = list->condition->operand_count;
    signed char *asked = cm_lint_pool_take(&list->lint->scratch, count, 1);
    if (asked == NULL)
        return CM_LINT_UNDECIDED;
    memcpy(asked, signs, count);
    asked[index] = 1;
    const struct cm_lint_wish wish = {list->items, list->atoms, asked, count, true};
    return cm_lint_value_find(&value, &list->lint->scratch, list->lint->peer, list->domain, &wish);
}

/* The operand that takes all of it alone; SIZE_MAX: it takes several. */
static size_t alone(const struct list *list, size_t index) {
    const size_t count = list->condition->operand_count;
    signed char *signs = cm_lint_pool_take(&list->lint->scratch, count, 1);
    for (size_t i = 0; signs != NULL && i < count; i++) {
        if (list->signs[i] == 0 || i == index)
            continue;
        signs[i] = -1;
        if (takes_more(list, index, signs) == CM_LINT_NONE)
            return i;
        signs[i] = 0;
    }
    return SIZE_MAX;
}

/* ---- reports ---- */

static struct certmap_position place_of(const struct list *list, size_t index) {
    return cm_lint_operand_place(list->lint, list->mapping, list->number, index);
}

/* How many columns it has: its text, and quotes and escapes, which are of one byte each. */
static size_t columns_of(const struct list *list, size_t index, const struct certmap_position *place) {
    const struct certmap_view shown = cm_lint_shown(operand_at(list, index));
    size_t columns = place->length;
    for (size_t i = 0; i < shown.len; i++)
        columns -= (shown.data[i] & 0xC0) == 0x80 && columns > 0;
    return columns;
}

/* From the begin of an operand to that of the next one, or, of the last, from the end of the one before. Line 0: the
 * places are not those of a list. */
static struct certmap_position extent_of(const struct list *list, size_t index) {
    static const struct certmap_position nowhere = {0, 0, 0, 0};
    const size_t count = list->condition->operand_count;
    struct certmap_position own = place_of(list, index);
    const struct certmap_position other = place_of(list, index + 1 < count ? index + 1 : index - 1);
    if (own.line == 0 || own.length == 0 || own.offset == other.offset)
        return nowhere;
    if (index + 1 < count) {
        own.length = other.offset - own.offset;
        return own;
    }
    const size_t end = own.offset + own.length;
    own = other;
    own.offset += other.length;
    own.column += columns_of(list, index - 1, &other);
    own.length = end - own.offset;
    return own;
}

static void help(const struct list *list, struct certmap_lint_report *report, size_t index) {
    struct certmap_lint *lint = list->lint;
    if (certmap_rules_combining(lint->model.rules) == CERTMAP_COMBINING_MOST_SPECIFIC) {
        cm_lint_report_help(lint, report, "delete it, unless it is to change the score of the mapping");
        return;
    }
    cm_lint_report_help(lint, report, "delete it; no answer changes, also not for certificates with unreadable values");
    cm_lint_report_edit(lint, report, extent_of(list, index), certmap_view_of(""));
    if (report != NULL)
        report->fixed_by_edits = report->edit_count > 0;
}

static struct certmap_lint_report *add_report(const struct list *list, size_t index, size_t by, bool twice) {
    struct certmap_lint *lint = list->lint;
    const char *own = cm_lint_quote(lint, cm_lint_shown(operand_at(list, index)));
    const struct certmap_position place = place_of(list, index);
#define ADD(...)                                                                                                       \
    cm_lint_report_add(lint, CERTMAP_CODE_REDUNDANT_OPERAND, CERTMAP_CERTAINTY_PROVEN, list->mapping, place,           \
                       __VA_ARGS__)
    if (twice)
        return ADD("%s is in the list twice", own);
    if (by == SIZE_MAX)
        return ADD("%s takes nothing that the others of the list do not take together", own);
    return ADD("%s takes nothing that %s, in the same list, does not take", own,
               cm_lint_quote(lint, cm_lint_shown(operand_at(list, by))));
#undef ADD
}

/* by: the operand that takes all of it; SIZE_MAX: several do. */
static void report_operand(struct list *list, size_t index, size_t by, bool twice) {
    struct certmap_lint_report *report = add_report(list, index, by, twice);
    if (by != SIZE_MAX)
        cm_lint_report_relate(list->lint, report, list->mapping, place_of(list, by),
                              twice ? "here it is, too" : "this takes all of it");
    help(list, report, index);
    list->signs[index] = 0;
}

/* ---- the pass ---- */

/* The first operand that is the same as this one; the index itself: there is none before it. */
static size_t twin(const struct list *list, size_t index) {
    const struct cm_lint_operand *own = operand_at(list, index);
    for (size_t i = 0; i < index; i++) {
        const struct cm_lint_operand *other = operand_at(list, i);
        if (cm_lint_operands_agree(own, other))
            return i;
    }
    return index;
}

static bool are_compared(const struct list *list) {
    const size_t count = list->condition->operand_count;
    const bool patterns = list->condition->op == CERTMAP_OP_LIKE || list->condition->op == CERTMAP_OP_UNDER ||
                          list->domain == CM_LINT_DOMAIN_ADDRESS;
    return cm_lint_is_known(&list->lint->model, list->condition) && patterns &&
           count <= (list->domain == CM_LINT_DOMAIN_NAME ? MAX_NAMES : MAX_TOGETHER);
}

/* From the last one to the first: of two that take the same the first one stays. */
static void look_at_operands(struct list *list) {
    const bool compared = are_compared(list);
    for (size_t i = list->condition->operand_count; i > 0; i--) {
        const size_t first = twin(list, i - 1);
        if (first != i - 1) {
            report_operand(list, i - 1, first, true);
            continue;
        }
        if (!compared)
            continue;
        const enum cm_lint_exists exists = takes_more(list, i - 1, list->signs);
        if (exists == CM_LINT_NONE)
            report_operand(list, i - 1, alone(list, i - 1), false);
        else if (exists == CM_LINT_UNDECIDED && !list->lint->scratch.failed)
            cm_lint_undecided(list->lint, &list->lint->summary.by_budget);
    }
}

/* Most operands that are compared with each before: of more, as few rule sets have, none is looked at. */
#define MAX_LISTED 4096

static void look_at(struct certmap_lint *lint, size_t mapping) {
    const struct cm_lint_mapping *made = cm_lint_mapping_at(&lint->model, mapping);
    for (uint32_t i = 0; i < made->condition_count; i++) {
        const struct cm_lint_condition *condition = cm_lint_condition_at(&lint->model, made->condition + i);
        struct list list = {.lint = lint,
                            .mapping = (uint32_t)mapping,
                            .number = i,
                            .condition = condition,
                            .domain = cm_lint_domain_of(cm_lint_path_at(&lint->model, condition->path))};
        if (condition->operand_count < 2)
            continue;
        if (condition->operand_count > MAX_LISTED)
            cm_lint_undecided(lint, &lint->summary.by_budget);
        else if (make_list(&list))
            look_at_operands(&list);
    }
}

void cm_lint_pass_operands(struct certmap_lint *lint) {
    const size_t count = lint->model.mappings.count;
    const bool wanted = cm_lint_wants(lint, CERTMAP_CODE_REDUNDANT_OPERAND);
    for (size_t i = 0; wanted && i < count && cm_lint_goes_on(lint, i); i++)
        if (!lint->dead[i])
            look_at(lint, i);
}
