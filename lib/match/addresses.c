/* SPDX-License-Identifier: MIT */
#include "match/addresses.h"
#include "base/assert.h"
#include "base/steps.h"
#include <string.h>

/* Words of an address, from its highest bits on; and how many octets it has. */
enum { WORDS_OF_FOUR = 1, WORDS_OF_SIXTEEN = 4, OCTETS_A_WORD = 4 };

/* Addresses of one kind, side by side. */
struct run {
    uint32_t *words;
    size_t count;
    size_t each; /* words of one */
};

static uint32_t load(const uint8_t *octets) {
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
}

static uint32_t *words_at(const struct run *run, size_t index) {
    return run->words + index * run->each;
}

/* At most WORDS_OF_SIXTEEN words. */
static inline bool is_less(const uint32_t *a, const uint32_t *b, size_t each) {
    size_t i = 0;
    while (i + 1 < each && a[i] == b[i])
        i++;
    return a[i] < b[i];
}

static struct run fours_of(struct cm_addresses *addresses) {
    return (struct run){addresses->words, addresses->fours, WORDS_OF_FOUR};
}

static struct run sixteens_of(struct cm_addresses *addresses) {
    return (struct run){addresses->words + CM_ADDRESS_WORDS - addresses->sixteens * WORDS_OF_SIXTEEN,
                        addresses->sixteens, WORDS_OF_SIXTEEN};
}

/* ---- sorting ---- */

static void swap(const struct run *run, size_t a, size_t b) {
    uint32_t kept[WORDS_OF_SIXTEEN];
    const size_t size = run->each * sizeof kept[0];
    memcpy(kept, words_at(run, a), size);
    memcpy(words_at(run, a), words_at(run, b), size);
    memcpy(words_at(run, b), kept, size);
}

/* Lets an address sink in the heap of the first count ones: as often as a search by halves looks. */
static void sink(const struct run *run, size_t place, size_t count) {
    for (size_t child = 2 * place + 1; child < count; child = 2 * place + 1) {
        if (child + 1 < count && is_less(words_at(run, child), words_at(run, child + 1), run->each))
            child++;
        if (!is_less(words_at(run, place), words_at(run, child), run->each))
            return;
        swap(run, place, child);
        place = child;
    }
}

/* By a heap: whoever makes a certificate chooses their order. */
static void sort(const struct run *run) {
    for (size_t i = run->count / 2; i > 0; i--)
        sink(run, i - 1, run->count);
    for (size_t left = run->count; left > 1; left--) {
        swap(run, 0, left - 1);
        sink(run, 0, left - 1);
    }
}

/* ---- taking ---- */

/* One of another length is in no network. */
static void take(struct cm_addresses *addresses, const struct cm_value *value) {
    const size_t octets = value->der.len - 2, words = octets / OCTETS_A_WORD;
    const size_t used = addresses->fours * WORDS_OF_FOUR + addresses->sixteens * WORDS_OF_SIXTEEN;
    if (octets != WORDS_OF_FOUR * OCTETS_A_WORD && octets != WORDS_OF_SIXTEEN * OCTETS_A_WORD)
        return;
    addresses->too_many = addresses->too_many || used + words > CM_ADDRESS_WORDS;
    if (addresses->too_many)
        return;
    if (words == WORDS_OF_FOUR)
        addresses->fours++;
    else
        addresses->sixteens++;
    const struct run run = words == WORDS_OF_FOUR ? fours_of(addresses) : sixteens_of(addresses);
    uint32_t *to = words == WORDS_OF_FOUR ? words_at(&run, run.count - 1) : run.words;
    for (size_t i = 0; i < words; i++)
        to[i] = load(value->der.data + 2 + OCTETS_A_WORD * i);
}

/* Each address takes as many steps as sorting thousands takes for it. Where they run out there are
 * none, until somebody asks again with steps. */
static void take_all(struct cm_addresses *addresses, size_t *steps) {
    const struct cm_list *list = addresses->list;
    uint32_t value = list->first[addresses->row];
    addresses->fours = addresses->sixteens = 0;
    for (; value != CM_VALUE_NONE && cm_steps_take(steps, CM_STEPS_TO_SORT); value = list->values[value].next) {
        if (list->values[value].unreadable != CERTMAP_CODE_NONE)
            addresses->unreadable = true;
        else
            take(addresses, &list->values[value]);
    }
    const struct run fours = fours_of(addresses), sixteens = sixteens_of(addresses);
    if (addresses->too_many || *steps == 0)
        return;
    sort(&fours);
    sort(&sixteens);
    addresses->sorted = true;
}

static void begin(struct cm_addresses *addresses, const struct cm_list *list, uint32_t row) {
    addresses->list = list;
    addresses->row = row;
    addresses->asked = 0;
    addresses->sorted = addresses->too_many = addresses->unreadable = false;
}

bool cm_addresses_sort(struct cm_addresses *addresses, const struct cm_list *list, uint32_t row, size_t *steps) {
    if (addresses->list == NULL)
        begin(addresses, list, row);
    if (addresses->list != list || addresses->row != row || addresses->too_many)
        return false;
    if (!addresses->sorted && ++addresses->asked > CM_ADDRESSES_ASKED)
        take_all(addresses, steps);
    return addresses->sorted;
}

/* ---- asking ---- */

/* The first address that is not less: a search by halves, of as many steps whatever there is, so that the processor need not
 * guess. */
static inline size_t find(const struct run *run, const uint32_t *wanted, size_t each) {
    const uint32_t *words = run->words;
    size_t low = 0;
    for (size_t left = run->count; left > 0; left -= (left + 1) / 2) {
        const size_t half = (left + 1) / 2;
        low += is_less(words + (low + half - 1) * each, wanted, each) ? half : 0;
    }
    return low;
}

/* Whether two addresses have the same first bits. */
static bool same_bits(const uint32_t *a, const uint32_t *b, size_t bits) {
    size_t i = 0;
    for (; bits >= 32 && a[i] == b[i]; bits -= 32)
        i++;
    return bits < 32 && (bits == 0 || ((a[i] ^ b[i]) >> (32 - bits)) == 0);
}

/* The first address of a network. */
static void begin_of(uint32_t *words, const struct cm_operand *network) {
    for (size_t i = 0; i < network->matched.len / OCTETS_A_WORD; i++) {
        const size_t before = 32 * i, bits = network->bits > before ? network->bits - before : 0;
        const uint32_t word = load(network->matched.data + OCTETS_A_WORD * i);
        words[i] = bits >= 32 ? word : bits == 0 ? 0 : word & UINT32_MAX << (32 - bits);
    }
}

enum certmap_truth cm_addresses_in(struct cm_addresses *addresses, const struct cm_operand *network, size_t *steps) {
    const bool four = network->matched.len == WORDS_OF_FOUR * OCTETS_A_WORD;
    const struct run run = four ? fours_of(addresses) : sixteens_of(addresses);
    uint32_t wanted[WORDS_OF_SIXTEEN] = {0};
    CM_ASSERT(four || network->matched.len == WORDS_OF_SIXTEEN * OCTETS_A_WORD);
    if (!cm_steps_take(steps, CM_STEPS_TO_HALVE))
        return CERTMAP_UNKNOWN;
    begin_of(wanted, network);
    const size_t place = four ? find(&run, wanted, WORDS_OF_FOUR) : find(&run, wanted, WORDS_OF_SIXTEEN);
    if (place < run.count && same_bits(words_at(&run, place), wanted, network->bits))
        return CERTMAP_TRUE;
    return addresses->unreadable ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}
