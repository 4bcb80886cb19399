/* SPDX-License-Identifier: MIT */
#include "copy.h"
#include <stdlib.h>
#include <string.h>

/* An array that grows. */
struct array {
    void *items;
    size_t count, cap;
};

static void *add(struct array *array, size_t size) {
    if (array->count == array->cap) {
        array->cap = array->cap == 0 ? 16 : 2 * array->cap;
        array->items = realloc(array->items, array->cap * size);
        if (array->items == NULL)
            abort();
    }
    return (char *)array->items + size * array->count++;
}

/* A mapping as it is put together. The texts of items live during the call only. */
struct copy {
    struct array terms, conditions, operands, outputs, texts;
    const char *why;
};

static struct certmap_view keep(struct copy *copy, struct certmap_view view) {
    unsigned char *bytes = malloc(view.len + 1);
    if (bytes == NULL)
        abort();
    if (view.len > 0)
        memcpy(bytes, view.data, view.len);
    *(void **)add(&copy->texts, sizeof(void *)) = bytes;
    return (struct certmap_view){bytes, view.len};
}

static bool refuse(struct copy *copy, const char *why) {
    copy->why = why;
    return false;
}

static bool keep_condition(struct copy *copy, const struct certmap_walk_item *item) {
    struct certmap_condition *made = add(&copy->conditions, sizeof *made);
    *made = *item->condition;
    made->subfield = keep(copy, made->subfield);
    if (item->number + 1 != copy->conditions.count)
        return refuse(copy, "a condition has another number");
    return made->operands == NULL || refuse(copy, "a condition has operands of its own");
}

static bool keep_operand(struct copy *copy, const struct certmap_walk_item *item) {
    if (copy->conditions.count == 0 || item->number >= item->condition->operand_count)
        return refuse(copy, "an operand is of no condition");
    if (item->compared.data == NULL)
        return refuse(copy, "an operand is not compared");
    const struct certmap_view shown = keep(copy, item->shown);
    *(struct certmap_view *)add(&copy->operands, sizeof shown) = shown;
    return true;
}

static bool keep_output(struct copy *copy, const struct certmap_walk_item *item) {
    struct certmap_output *made = add(&copy->outputs, sizeof *made);
    *made = *item->output;
    made->name = keep(copy, made->name);
    made->value = keep(copy, made->value);
    return item->number + 1 == copy->outputs.count || refuse(copy, "an output has another number");
}

static bool on_item(void *ctx, const struct certmap_walk_item *item) {
    struct copy *copy = ctx;
    if (item->size != sizeof *item)
        return refuse(copy, "an item has another size");
    if (item->kind == CERTMAP_WALK_OUTPUT)
        return keep_output(copy, item);
    if (item->kind == CERTMAP_WALK_OPERAND)
        return keep_operand(copy, item);
    *(struct certmap_term *)add(&copy->terms, sizeof item->term) = item->term;
    return item->kind != CERTMAP_WALK_CONDITION || keep_condition(copy, item);
}

/* The operands are all there, and move no more. */
static bool give_operands(struct copy *copy) {
    struct certmap_condition *conditions = copy->conditions.items;
    size_t next = 0;
    for (size_t i = 0; i < copy->conditions.count; i++) {
        if (conditions[i].operand_count > 0 && copy->operands.items != NULL)
            conditions[i].operands = (struct certmap_view *)copy->operands.items + next;
        next += conditions[i].operand_count;
        if (next > copy->operands.count)
            return refuse(copy, "operands are missing");
    }
    return next == copy->operands.count || refuse(copy, "there are too many operands");
}

static bool add_copy(struct copy *copy, struct certmap_builder *builder, const struct certmap_mapping *mapping) {
    struct certmap_description given = CERTMAP_DESCRIPTION_INIT;
    given.mapping = mapping;
    given.terms = copy->terms.items;
    given.term_count = copy->terms.count;
    given.conditions = copy->conditions.items;
    given.condition_count = copy->conditions.count;
    given.outputs = copy->outputs.items;
    given.output_count = copy->outputs.count;
    return certmap_builder_add(builder, &given, NULL, NULL, NULL) == CERTMAP_OK || refuse(copy, "a mapping is refused");
}

static void free_copy(struct copy *copy) {
    for (size_t i = 0; i < copy->texts.count; i++)
        free(((void **)copy->texts.items)[i]);
    free(copy->terms.items);
    free(copy->conditions.items);
    free(copy->operands.items);
    free(copy->outputs.items);
    free(copy->texts.items);
}

static bool copy_mapping(struct certmap_builder *builder, const struct certmap_rules *rules, size_t index,
                         const char **why) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct copy copy = {.why = "certmap_rules_mapping or certmap_rules_walk fails"};
    const bool copied = certmap_rules_mapping(rules, &mapping, index, NULL) == CERTMAP_OK &&
                        certmap_rules_walk(rules, index, on_item, &copy, NULL) == CERTMAP_OK && give_operands(&copy) &&
                        add_copy(&copy, builder, &mapping);
    *why = copy.why;
    free_copy(&copy);
    return copied;
}

static bool copy_all(struct certmap_builder *builder, const struct certmap_rules *rules, const char **why) {
    bool copied = certmap_builder_combining(builder, certmap_rules_combining(rules), NULL) == CERTMAP_OK &&
                  (!certmap_rules_disabled(rules) || certmap_builder_disable(builder, NULL) == CERTMAP_OK);
    *why = "the policy is refused";
    for (size_t i = 0; i < certmap_rules_count(rules) && copied; i++)
        copied = copy_mapping(builder, rules, i, why);
    return copied;
}

struct certmap_rules *t_copy_rules(const struct certmap_rules *rules, const char **why) {
    struct certmap_builder *builder = NULL;
    struct certmap_rules *made = NULL;
    if (certmap_builder_new(&builder, NULL, NULL) != CERTMAP_OK)
        abort();
    if (copy_all(builder, rules, why) && certmap_builder_finish(builder, &made, NULL) != CERTMAP_OK)
        *why = "the rules are refused";
    certmap_builder_free(builder);
    return made;
}
