/* SPDX-License-Identifier: MIT */
/* Addresses: of the networks that are to have one, the smallest says where it is; it is then followed bit by bit to
 * where none of the others is. A network is left behind at the first bit that differs, so that the walk turns back at
 * most once for each. */
#include "theory.h"
#include <string.h>

#define MAX_OCTETS 16

static bool bit_at(const uint8_t *octets, size_t bit) {
    return (octets[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

static void set_bit(uint8_t *octets, size_t bit, bool on) {
    const uint8_t mask = (uint8_t)(0x80u >> bit % 8);
    octets[bit / 8] = (uint8_t)(on ? octets[bit / 8] | mask : octets[bit / 8] & ~mask);
}

/* Whether the first bits of both are the same. */
static bool agree(const uint8_t *a, const uint8_t *b, size_t bits) {
    for (size_t i = 0; i < bits; i++)
        if (bit_at(a, i) != bit_at(b, i))
            return false;
    return true;
}

struct walk {
    const struct cm_lint_wish *wish;
    uint8_t octets[MAX_OCTETS];
    size_t len;
};

/* What a network that is not to have the address says of the first bits: whether it has all that is there, and whether
 * it has some. */
static bool takes_all(const struct walk *walk, size_t bits, bool *takes_some) {
    *takes_some = false;
    for (size_t i = 0; i < walk->wish->count; i++) {
        const struct cm_lint_operand *network = walk->wish->items[i].operand;
        if (walk->wish->signs[i] >= 0 || network->compared_len != walk->len)
            continue;
        if (!agree(cm_lint_compared(network).data, walk->octets, network->bits < bits ? network->bits : bits))
            continue;
        if (network->bits <= bits)
            return true;
        *takes_some = true;
    }
    return false;
}

/* Goes on from the first bits to an address that no network has; below is how deep that may go: 128 at most. */
static bool find_free(struct walk *walk, size_t bits) {
    bool takes_some;
    if (takes_all(walk, bits, &takes_some))
        return false;
    if (!takes_some)
        return true;
    for (int on = 1; on >= 0; on--) {
        set_bit(walk->octets, bits, on != 0);
        if (find_free(walk, bits + 1))
            return true;
        for (size_t i = bits; i < 8 * walk->len; i++)
            set_bit(walk->octets, i, false);
    }
    return false;
}

/* The smallest of the networks that are to have the address. */
static const struct cm_lint_operand *smallest(const struct cm_lint_wish *wish) {
    const struct cm_lint_operand *found = NULL;
    for (size_t i = 0; i < wish->count; i++)
        if (wish->signs[i] > 0 && (found == NULL || wish->items[i].operand->bits > found->bits))
            found = wish->items[i].operand;
    return found;
}

static bool is_within_all(const struct cm_lint_operand *network, const struct cm_lint_wish *wish) {
    for (size_t i = 0; i < wish->count; i++) {
        const struct cm_lint_operand *other = wish->items[i].operand;
        if (wish->signs[i] > 0 && (other->compared_len != network->compared_len ||
                                   !agree(cm_lint_compared(other).data, cm_lint_compared(network).data, other->bits)))
            return false;
    }
    return true;
}

static enum cm_lint_exists give(struct certmap_view *value, struct cm_lint_pool *pool, const struct walk *walk) {
    *value = cm_lint_pool_copy(pool, (struct certmap_view){walk->octets, walk->len});
    return value->data != NULL ? CM_LINT_EXISTS : CM_LINT_UNDECIDED;
}

enum cm_lint_exists cm_lint_address_find(struct certmap_view *value, struct cm_lint_pool *pool,
                                         const struct cm_lint_wish *wish) {
    const struct cm_lint_operand *network = smallest(wish);
    struct walk walk = {wish, {0}, 4};
    if (network != NULL) {
        if (!is_within_all(network, wish))
            return CM_LINT_NONE;
        walk.len = network->compared_len;
        for (size_t i = 0; i < network->bits; i++)
            set_bit(walk.octets, i, bit_at(cm_lint_compared(network).data, i));
        return find_free(&walk, network->bits) ? give(value, pool, &walk) : CM_LINT_NONE;
    }
    static const uint8_t usual[] = {203, 0, 113, 66};
    memcpy(walk.octets, usual, sizeof usual);
    if (find_free(&walk, 32))
        return give(value, pool, &walk);
    for (; walk.len <= MAX_OCTETS; walk.len *= 4) {
        memset(walk.octets, 0, sizeof walk.octets);
        if (find_free(&walk, 0))
            return give(value, pool, &walk);
    }
    return CM_LINT_NONE;
}
