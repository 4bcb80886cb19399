/* SPDX-License-Identifier: MIT */
#include "places.h"
#include "packed.h"

/* ---- writing ---- */

/* A mapping that is written. */
struct writing {
    struct cm_lint_packing to;
    struct certmap_position before;
};

static void put_number(struct writing *writing, uint64_t number) {
    cm_lint_pack_number(&writing->to, number);
}

/* 0, -1, 1, -2 ... are 0, 1, 2, 3 ...: small numbers on either side are short. What wraps around here does so again when it
 * is read. */
static uint64_t difference(uint64_t from, uint64_t to) {
    const uint64_t up = to - from, down = from - to;
    return up < down || up == 0 ? up << 1 : (down << 1) - 1;
}

/* Of what is on the line of the position before, the column differs as the offset does, but for letters of several octets:
 * then one number, over 0, says all of that. Else three come after a 0. What is nowhere is a line of 0. */
static void put_position(struct writing *writing, const struct certmap_position *position) {
    const struct certmap_position *before = &writing->before;
    const uint64_t moved = (uint64_t)position->offset - before->offset;
    const uint64_t offset = difference(before->offset, position->offset);
    const bool short_form =
        position->line == before->line && position->column == (size_t)(before->column + moved) && offset < UINT64_MAX;
    put_number(writing, short_form ? offset + 1 : 0);
    if (!short_form) {
        put_number(writing, difference(before->line, position->line));
        put_number(writing, offset);
        put_number(writing, difference(before->column + moved, position->column));
    }
    put_number(writing, position->length);
    writing->before = *position;
}

static void put_conditions(struct writing *writing, const struct certmap_description *added) {
    const size_t count = added->condition_positions != NULL ? added->condition_count : 0;
    put_number(writing, count);
    for (size_t i = 0; i < count; i++) {
        const struct certmap_condition_position *position = &added->condition_positions[i];
        const size_t operands = position->operands != NULL ? added->conditions[i].operand_count : 0;
        put_position(writing, &position->field);
        put_position(writing, &position->op);
        put_number(writing, operands);
        for (size_t k = 0; k < operands; k++)
            put_position(writing, &position->operands[k]);
    }
}

static void put_outputs(struct writing *writing, const struct certmap_description *added) {
    const size_t count = added->output_positions != NULL ? added->output_count : 0;
    put_number(writing, count);
    for (size_t i = 0; i < count; i++)
        put_position(writing, &added->output_positions[i].value);
}

/* Rules have no group of all terms, which all have to hold anyhow. */
static size_t first_term(const struct certmap_description *added) {
    return added->term_count > 1 && added->terms[0].kind == CERTMAP_TERM_ALL &&
           added->terms[0].size == added->term_count;
}

static void put_terms(struct writing *writing, const struct certmap_description *added) {
    const size_t first = first_term(added), end = added->term_extents != NULL ? added->term_count : first;
    put_number(writing, end - first);
    for (size_t i = first; i < end; i++)
        put_position(writing, &added->term_extents[i]);
}

void cm_lint_places_add(struct cm_lint_places *places, const struct certmap_allocator *allocator,
                        const struct certmap_description *added) {
    struct writing writing = {{&places->bytes, allocator, false}, {0, 0, 0, 0}};
    uint32_t *start = cm_lint_array_add(&places->starts, allocator, sizeof *start);
    if (start == NULL || places->bytes.count > UINT32_MAX) {
        places->failed = true;
        return;
    }
    *start = (uint32_t)places->bytes.count;
    put_number(&writing, added->mapping->kind == CERTMAP_KIND_ONE_TO_ONE);
    put_position(&writing, &added->position);
    put_position(&writing, &added->account);
    put_position(&writing, &added->extent);
    put_conditions(&writing, added);
    put_outputs(&writing, added);
    put_terms(&writing, added);
    places->failed = places->failed || writing.to.failed;
}

void cm_lint_places_trim(struct cm_lint_places *places, const struct certmap_allocator *allocator) {
    if (!cm_lint_array_trim(&places->bytes, allocator, 1) ||
        !cm_lint_array_trim(&places->starts, allocator, sizeof(uint32_t)))
        places->failed = true;
}

void cm_lint_places_free(struct cm_lint_places *places, const struct certmap_allocator *allocator) {
    cm_lint_array_free(&places->bytes, allocator);
    cm_lint_array_free(&places->starts, allocator);
    places->failed = false;
}

/* ---- reading ---- */

/* What was written is read: nothing of it is a stranger's. */
struct reading {
    const uint8_t *at;
    struct certmap_position before;
};

static uint64_t take_number(struct reading *reading) {
    return cm_lint_unpack_number(&reading->at);
}

static uint64_t add_difference(uint64_t number, uint64_t from) {
    return number % 2 == 0 ? from + (number >> 1) : from - ((number >> 1) + 1);
}

static struct certmap_position take_position(struct reading *reading) {
    const struct certmap_position *before = &reading->before;
    struct certmap_position position = *before;
    const uint64_t short_form = take_number(reading);
    if (short_form == 0)
        position.line = (size_t)add_difference(take_number(reading), before->line);
    position.offset = (size_t)add_difference(short_form > 0 ? short_form - 1 : take_number(reading), before->offset);
    const uint64_t moved = (uint64_t)position.offset - before->offset;
    position.column = (size_t)(before->column + moved);
    if (short_form == 0)
        position.column = (size_t)add_difference(take_number(reading), before->column + moved);
    position.length = (size_t)take_number(reading);
    reading->before = position;
    return position;
}

static void *add_item(struct cm_lint_open_place *open, struct cm_lint_array *array, size_t size) {
    void *item = open->failed ? NULL : cm_lint_array_add(array, &open->allocator, size);
    open->failed = open->failed || item == NULL;
    return item;
}

static size_t take_positions(struct cm_lint_open_place *open, struct reading *reading, struct cm_lint_array *array) {
    const size_t count = (size_t)take_number(reading);
    for (size_t i = 0; i < count && !open->failed; i++) {
        struct certmap_position *position = add_item(open, array, sizeof *position);
        if (position != NULL)
            *position = take_position(reading);
    }
    return count;
}

static size_t take_conditions(struct cm_lint_open_place *open, struct reading *reading) {
    const size_t count = (size_t)take_number(reading);
    for (size_t i = 0; i < count && !open->failed; i++) {
        struct cm_lint_condition_place *place = add_item(open, &open->conditions, sizeof *place);
        if (place == NULL)
            break;
        place->field = take_position(reading);
        place->op = take_position(reading);
        place->operand = (uint32_t)open->operands.count;
        place->operand_count = (uint32_t)take_positions(open, reading, &open->operands);
    }
    return count;
}

static const uint8_t *bytes_of(const struct cm_lint_places *places, size_t index) {
    return (const uint8_t *)places->bytes.items + ((const uint32_t *)places->starts.items)[index];
}

bool cm_lint_places_is_one_to_one(const struct cm_lint_places *places, size_t index) {
    return *bytes_of(places, index) != 0;
}

bool cm_lint_place_open(struct cm_lint_open_place *open, const struct cm_lint_places *places, size_t index) {
    struct reading reading = {bytes_of(places, index), {0, 0, 0, 0}};
    if (open->number == index + 1)
        return true;
    open->number = 0;
    open->conditions.count = open->operands.count = open->outputs.count = open->terms.count = 0;
    open->is.one_to_one = take_number(&reading) != 0;
    open->is.name = take_position(&reading);
    open->is.account = take_position(&reading);
    open->is.extent = take_position(&reading);
    open->is.condition_count = take_conditions(open, &reading);
    if (!open->failed)
        open->is.output_count = take_positions(open, &reading, &open->outputs);
    if (!open->failed)
        open->is.term_count = take_positions(open, &reading, &open->terms);
    open->number = open->failed ? 0 : (uint32_t)index + 1;
    return !open->failed;
}

void cm_lint_place_close(struct cm_lint_open_place *open) {
    cm_lint_array_free(&open->conditions, &open->allocator);
    cm_lint_array_free(&open->operands, &open->allocator);
    cm_lint_array_free(&open->outputs, &open->allocator);
    cm_lint_array_free(&open->terms, &open->allocator);
    open->number = 0;
}
