/* SPDX-License-Identifier: MIT */
/* An atom of n letters and ?s is an automaton with the states 0 to n, of which one with a * after it may stay. A state
 * of the product is a bit set for each atom, one after the other, as words:
 *
 *     a*b     0 -a-> 1 -b-> 2, and 1 may stay            letter a: 1 -> may go, stay: .1.
 *     ??      0 -?-> 1 -?-> 2
 *
 *     | word of a*b | word of ?? |                       after "ab": 1 and 2 of a*b, 2 of ??
 *
 * States below the last one that may stay and is reached are left out: what leads to the end from there leads to it
 * from here. So few states are different. */
#include "search.h"
#include <string.h>

static bool has_letter(const struct cm_lint_question *question, uint32_t letter) {
    for (size_t i = 0; i < question->count; i++)
        for (size_t k = 0; question->signs[i] != 0 && k < question->atoms[i].count; k++)
            if (cm_lint_lower(question->atoms[i].symbols[k]) == letter)
                return true;
    return false;
}

uint32_t cm_lint_fresh_letter(const struct cm_lint_question *question) {
    static const char usual[] = "xyzqwvjkabcdefghilmnoprstu0123456789";
    for (const char *letter = usual + (question->digits ? 26 : 0); *letter != '\0'; letter++)
        if (!has_letter(question, (unsigned char)*letter))
            return (unsigned char)*letter;
    uint32_t letter = 0x4E00; /* of a script without case; there are fewer atoms than letters in it */
    while (has_letter(question, letter))
        letter++;
    return letter;
}

#define WORD_BITS 64

/* Most words of the tables, which are letters by words: 8 MB. */
#define MAX_TABLE (1u << 20)

struct automaton {
    size_t first, words; /* in a state of the product */
    size_t end;          /* the state that matches */
    int sign;
};

struct search {
    struct cm_lint_pool *pool;
    struct automaton *automata;
    size_t count;
    uint32_t *letters; /* of the atoms, and one more */
    size_t letter_count;
    size_t words;    /* of a state */
    uint64_t *stay;  /* which states may stay */
    uint64_t *moves; /* for each letter, which states it leads on from */
    uint64_t *states;
    uint32_t *parents, *by; /* of each state: where from, and by which letter */
    size_t state_count, state_cap, max_states;
    uint32_t *table; /* hash table: numbers of states + 1 */
    size_t table_size;
};

/* ---- bits ---- */

static void set_bit(uint64_t *words, size_t bit) {
    words[bit / WORD_BITS] |= (uint64_t)1 << bit % WORD_BITS;
}

static bool has_bit(const uint64_t *words, size_t bit) {
    return (words[bit / WORD_BITS] >> bit % WORD_BITS & 1) != 0;
}

/* Clears all bits below the highest one that is in both. */
static void drop_below(uint64_t *state, const uint64_t *stay, size_t words) {
    size_t word = words;
    while (word > 0 && (state[word - 1] & stay[word - 1]) == 0)
        word--;
    if (word == 0)
        return;
    uint64_t both = state[word - 1] & stay[word - 1], highest = 1;
    while ((both >>= 1) != 0)
        highest <<= 1;
    state[word - 1] &= ~(highest - 1);
    memset(state, 0, (word - 1) * sizeof *state);
}

/* ---- the automata ---- */

static size_t states_of(const struct cm_lint_atom *atom) {
    size_t states = 1;
    for (size_t i = 0; i < atom->count; i++)
        states += atom->symbols[i] != CM_LINT_MANY;
    return states;
}

/* Few letters: their number is bounded by MAX_TABLE, before which this stops. */
static bool add_letter(struct search *search, uint32_t letter) {
    for (size_t i = 0; i < search->letter_count; i++)
        if (search->letters[i] == letter)
            return true;
    search->letters[search->letter_count++] = letter;
    return search->letter_count * search->words <= MAX_TABLE;
}

/* Of an atom that ignores case, with all that fold to it. */
static bool add_symbol(struct search *search, const struct cm_lint_atom *atom, uint32_t symbol) {
    if (symbol >= CM_LINT_ONE)
        return true;
    if (atom->nocase && symbol >= 'a' && symbol <= 'z' && !add_letter(search, symbol - ('a' - 'A')))
        return false;
    return (!atom->nocase || symbol != 's' || add_letter(search, 0x17F)) && add_letter(search, symbol);
}

static bool collect_letters(struct search *search, const struct cm_lint_question *question) {
    size_t most = 1;
    for (size_t i = 0; i < question->count; i++)
        most += 3 * question->atoms[i].count;
    search->letters = cm_lint_pool_take(search->pool, most, sizeof *search->letters);
    if (search->letters == NULL)
        return false;
    for (size_t i = 0; i < question->count; i++)
        for (size_t k = 0; question->signs[i] != 0 && k < question->atoms[i].count; k++)
            if (!add_symbol(search, &question->atoms[i], question->atoms[i].symbols[k]))
                return false;
    return add_letter(search, cm_lint_fresh_letter(question));
}

static bool plan(struct search *search, const struct cm_lint_question *question) {
    search->automata = cm_lint_pool_take(search->pool, question->count + 1, sizeof *search->automata);
    for (size_t i = 0; search->automata != NULL && i < question->count; i++) {
        if (question->signs[i] == 0)
            continue;
        const size_t states = states_of(&question->atoms[i]), words = (states + WORD_BITS - 1) / WORD_BITS;
        search->automata[search->count++] = (struct automaton){search->words, words, states - 1, question->signs[i]};
        search->words += words;
    }
    return search->automata != NULL && search->words <= MAX_TABLE;
}

static void fill_automaton(struct search *search, const struct automaton *automaton, const struct cm_lint_atom *atom) {
    size_t state = 0;
    for (size_t i = 0; i < atom->count; i++) {
        const uint32_t symbol = atom->symbols[i];
        if (symbol == CM_LINT_MANY) {
            set_bit(search->stay + automaton->first, state);
            continue;
        }
        for (size_t k = 0; k < search->letter_count; k++)
            if (symbol == CM_LINT_ONE ||
                symbol == (atom->nocase ? cm_lint_lower(search->letters[k]) : search->letters[k]))
                set_bit(search->moves + k * search->words + automaton->first, state);
        state++;
    }
}

static bool fill(struct search *search, const struct cm_lint_question *question) {
    search->stay = cm_lint_pool_take(search->pool, search->words, sizeof *search->stay);
    search->moves = cm_lint_pool_take(search->pool, search->words * search->letter_count, sizeof *search->moves);
    if (search->stay == NULL || search->moves == NULL)
        return false;
    const struct automaton *automaton = search->automata;
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] != 0)
            fill_automaton(search, automaton++, &question->atoms[i]);
    return true;
}

/* ---- states ---- */

static uint64_t *state_at(const struct search *search, size_t number) {
    return search->states + number * search->words;
}

static size_t hash(const struct search *search, const uint64_t *state) {
    uint64_t mixed = 0;
    for (size_t i = 0; i < search->words; i++)
        mixed = (mixed ^ state[i]) * 0x9E3779B97F4A7C15u + (mixed >> 29);
    return (size_t)(mixed ^ mixed >> 32) & (search->table_size - 1);
}

/* The slot of a state: where its number + 1 is, or 0 where it is to be put. */
static uint32_t *slot_of(const struct search *search, const uint64_t *state) {
    size_t slot = hash(search, state);
    while (search->table[slot] != 0 &&
           memcmp(state_at(search, search->table[slot] - 1), state, search->words * sizeof *state) != 0)
        slot = (slot + 1) & (search->table_size - 1);
    return &search->table[slot];
}

/* Room for twice as many; the table is never more than half full. */
static bool grow(struct search *search) {
    const size_t cap = search->state_cap == 0 ? 256 : 2 * search->state_cap;
    const struct search before = *search;
    search->states = cm_lint_pool_take(search->pool, cap, search->words * sizeof *search->states);
    search->parents = cm_lint_pool_take(search->pool, cap, sizeof *search->parents);
    search->by = cm_lint_pool_take(search->pool, cap, sizeof *search->by);
    search->table = cm_lint_pool_take(search->pool, 2 * cap, sizeof *search->table);
    if (search->pool->failed)
        return false;
    search->state_cap = cap;
    search->table_size = 2 * cap;
    if (before.state_count == 0)
        return true;
    memcpy(search->states, before.states, before.state_count * before.words * sizeof *before.states);
    memcpy(search->parents, before.parents, before.state_count * sizeof *before.parents);
    memcpy(search->by, before.by, before.state_count * sizeof *before.by);
    for (size_t i = 0; i < search->state_count; i++)
        *slot_of(search, state_at(search, i)) = (uint32_t)i + 1;
    return true;
}

/* Adds the state after the last one, if it is a new one. False: there are too many, or there is no memory. */
static bool add_state(struct search *search, size_t parent, size_t letter) {
    uint32_t *slot = slot_of(search, state_at(search, search->state_count));
    if (*slot != 0)
        return true;
    search->parents[search->state_count] = (uint32_t)parent;
    search->by[search->state_count] = (uint32_t)letter;
    *slot = (uint32_t)++search->state_count;
    return search->state_count < search->max_states && (search->state_count < search->state_cap || grow(search));
}

/* ---- the search ---- */

static bool is_goal(const struct search *search, const uint64_t *state) {
    for (size_t i = 0; i < search->count; i++) {
        const struct automaton *automaton = &search->automata[i];
        if (has_bit(state + automaton->first, automaton->end) != (automaton->sign > 0))
            return false;
    }
    return true;
}

static bool is_empty(const uint64_t *words, size_t count) {
    uint64_t any = 0;
    for (size_t i = 0; i < count; i++)
        any |= words[i];
    return any == 0;
}

/* Whether no longer text can help: an atom to match cannot any more, or one not to match always will. */
static bool is_dead(const struct search *search, const uint64_t *state) {
    for (size_t i = 0; i < search->count; i++) {
        const struct automaton *automaton = &search->automata[i];
        const uint64_t *own = state + automaton->first;
        if (automaton->sign > 0
                ? is_empty(own, automaton->words)
                : has_bit(own, automaton->end) && has_bit(search->stay + automaton->first, automaton->end))
            return true;
    }
    return false;
}

/* Writes the state that a letter leads to. */
static void step(const struct search *search, uint64_t *to, const uint64_t *from, size_t letter) {
    const uint64_t *moves = search->moves + letter * search->words;
    for (size_t i = 0; i < search->count; i++) {
        const struct automaton *automaton = &search->automata[i];
        uint64_t carry = 0;
        for (size_t w = automaton->first; w < automaton->first + automaton->words; w++) {
            const uint64_t moved = from[w] & moves[w];
            to[w] = (from[w] & search->stay[w]) | moved << 1 | carry;
            carry = moved >> (WORD_BITS - 1);
        }
        drop_below(to + automaton->first, search->stay + automaton->first, automaton->words);
    }
}

/* The letters that led to a state. */
static enum cm_lint_exists give(const struct search *search, const uint32_t **text, size_t *len, size_t state) {
    size_t count = 0;
    for (size_t at = state; at > 0; at = search->parents[at])
        count++;
    uint32_t *letters = cm_lint_pool_take(search->pool, count + 1, sizeof *letters);
    if (letters == NULL)
        return CM_LINT_UNDECIDED;
    *len = count;
    for (size_t at = state; at > 0; at = search->parents[at])
        letters[--count] = search->letters[search->by[at]];
    *text = letters;
    return CM_LINT_EXISTS;
}

/* States in the order in which they were found; the first is that of the empty text. */
static enum cm_lint_exists run(struct search *search, const uint32_t **text, size_t *len) {
    for (size_t i = 0; i < search->count; i++)
        set_bit(search->states + search->automata[i].first, 0);
    if (!add_state(search, 0, 0))
        return CM_LINT_UNDECIDED;
    for (size_t at = 0; at < search->state_count; at++) {
        if (is_goal(search, state_at(search, at)))
            return give(search, text, len, at);
        if (is_dead(search, state_at(search, at)))
            continue;
        for (size_t letter = 0; letter < search->letter_count; letter++) {
            step(search, state_at(search, search->state_count), state_at(search, at), letter);
            if (!add_state(search, at, letter))
                return CM_LINT_UNDECIDED;
        }
    }
    return CM_LINT_NONE;
}

enum cm_lint_exists cm_lint_search(const uint32_t **text, size_t *len, struct cm_lint_pool *pool,
                                   const struct cm_lint_question *question) {
    struct search search = {.pool = pool, .max_states = question->max_states};
    if (!plan(&search, question) || !collect_letters(&search, question) || !fill(&search, question) || !grow(&search))
        return CM_LINT_UNDECIDED;
    return run(&search, text, len);
}
