/* SPDX-License-Identifier: MIT */
/* Where mappings and their parts are, as their file was loaded: a rule set of a million mappings has fifteen million
 * positions, of which a few are asked for. So they are kept packed (packed.h), as what differs from the position before:
 *
 *     bytes   [ name account extent | field op operands ... | outputs ... | terms ... ][ the next mapping ...
 *     starts  [ 0 | 81 | ... ]        of each mapping, where in bytes
 *
 * One mapping at a time is open: written out, to be asked about. */
#ifndef CM_LINT_PLACES_H
#define CM_LINT_PLACES_H

#include "array.h"

/* Where a mapping is. */
struct cm_lint_place {
    struct certmap_position name, account, extent;
    size_t condition_count, output_count, term_count;
    bool one_to_one;
};

struct cm_lint_condition_place {
    struct certmap_position field, op;
    uint32_t operand, operand_count; /* the first one of operands */
};

/* The mapping that is open. */
struct cm_lint_open_place {
    struct certmap_allocator allocator;
    uint32_t number; /* of its place, + 1; 0: none */
    struct cm_lint_place is;
    struct cm_lint_array conditions, operands, outputs, terms; /* the first of struct cm_lint_condition_place */
    bool failed;                                               /* there was no memory for one of them */
};

/* What a loader said, mapping by mapping. */
struct cm_lint_places {
    struct cm_lint_array bytes, starts; /* of uint8_t; of uint32_t */
    bool failed;                        /* there was no memory for all of it, or it is over 4 GiB */
};

/* Keeps where a mapping is. */
void cm_lint_places_add(struct cm_lint_places *places, const struct certmap_allocator *allocator,
                        const struct certmap_description *added);
/* When there are no more of them. */
void cm_lint_places_trim(struct cm_lint_places *places, const struct certmap_allocator *allocator);
/* Whether the mapping of a place is one-to-one: such mappings are tried before the others. */
bool cm_lint_places_is_one_to_one(const struct cm_lint_places *places, size_t index);
void cm_lint_places_free(struct cm_lint_places *places, const struct certmap_allocator *allocator);

/* Opens a place, by its index. False: there is no memory, which open says. */
bool cm_lint_place_open(struct cm_lint_open_place *open, const struct cm_lint_places *places, size_t index);
void cm_lint_place_close(struct cm_lint_open_place *open);

#endif
