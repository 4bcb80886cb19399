/* SPDX-License-Identifier: MIT */
/* Matching: what runs on each connection. A code point takes a bounded number of operations, which its steps cover. */
#include "base/regex.h"
#include "base/assert.h"
#include "base/compiler.h"
#include "base/glob.h"
#include "base/regex_inside.h"
#include "base/steps.h"
#include "base/unicode.h"
#include "base/view.h"

/* A program that is being run. */
struct run {
    struct cm_regex_head head;
    struct cm_regex_parts parts;
    const uint8_t *program;
    uint64_t states[CM_REGEX_WORDS];
};

static struct cm_regex_head head_of(struct certmap_view program) {
    struct cm_regex_head head;
    CM_ASSERT(program.len >= sizeof head);
    memcpy(&head, program.data, sizeof head);
    CM_ASSERT(head.words <= CM_REGEX_WORDS);
    return head;
}

static inline uint64_t word_at(const struct run *run, size_t set, size_t word) {
    uint64_t value;
    memcpy(&value, run->program + set + word * sizeof value, sizeof value);
    return value;
}

static inline uint16_t id_at(const struct run *run, size_t at) {
    uint16_t id;
    memcpy(&id, run->program + at, sizeof id);
    return id;
}

/* The class of a code point beyond ASCII: of the last interval that does not begin after it. Bisects at most
 * 2 * CERTMAP_MAX_REGEX_RANGES of them. */
static uint16_t class_of(const struct run *run, uint32_t cp) {
    size_t low = 0, high = run->head.intervals;
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        uint32_t start;
        memcpy(&start, run->program + run->parts.starts + middle * sizeof start, sizeof start);
        low = start <= cp ? middle : low;
        high = start <= cp ? high : middle;
    }
    return id_at(run, run->parts.ids + low * sizeof(uint16_t));
}

/* Makes of the states all that may follow them: at most 16 chunks a word. words is a number that the compiler knows, so that
 * what is gathered needs no memory. */
static inline void follow_words(struct run *run, size_t words) {
    uint64_t next[CM_REGEX_WORDS] = {0};
    const size_t set = words * sizeof(uint64_t);
    for (size_t i = 0; i < words; i++) {
        size_t row = run->parts.follow + i * 16 * 16 * set;
        for (uint64_t left = run->states[i]; left != 0; left >>= 4, row += 16 * set)
            for (size_t k = 0; k < words; k++)
                next[k] |= word_at(run, row + (size_t)(left & 15) * set, k);
    }
    for (size_t k = 0; k < words; k++)
        run->states[k] = next[k];
}

static void follow(struct run *run) {
    if (run->head.words == 1)
        follow_words(run, 1);
    else if (run->head.words == 2)
        follow_words(run, 2);
    else if (run->head.words == 3)
        follow_words(run, 3);
    else
        follow_words(run, CM_REGEX_WORDS);
}

/* Keeps the states that a code point of the class leads to; false: there is none. */
static bool keep(struct run *run, uint16_t id) {
    const size_t words = run->head.words, set = run->parts.classes + id * words * sizeof(uint64_t);
    uint64_t any = 0;
    for (size_t i = 0; i < words; i++)
        any |= run->states[i] &= word_at(run, set, i);
    return any != 0;
}

static bool is_accepted(const struct run *run) {
    uint64_t any = 0;
    for (size_t i = 0; i < run->head.words; i++)
        any |= run->states[i] & word_at(run, run->parts.last, i);
    return any != 0;
}

/* Takes the next code point of a text that is not at its end. */
static uint16_t take_class(const struct run *run, struct certmap_view *rest) {
    uint32_t cp = rest->data[0];
    size_t len = 1;
    if (cp < 0x80) {
        *rest = cm_view(rest->data + 1, rest->len - 1);
        return id_at(run, run->parts.ascii + cp * sizeof(uint16_t));
    }
    len = cm_utf8_decode(rest->data, rest->len, &cp);
    CM_ASSERT(len > 0);
    *rest = cm_view(rest->data + len, rest->len - len);
    return class_of(run, cp);
}

/* What a code point takes: as the square of the words, of which one goes through 16 chunks of four states. The most that a
 * value of 64 KiB can take is half of the steps of a match. */
static inline size_t steps_each(const struct cm_regex_head *head) {
    static const uint8_t steps[CM_REGEX_WORDS + 1] = {1, 1, 3, 5, 7};
    return steps[head->words];
}

static void begin(struct run *run) {
    run->states[0] = word_at(run, run->parts.first, 0);
    for (size_t i = 1; i < run->head.words; i++)
        run->states[i] = word_at(run, run->parts.first, i);
}

/* ---- before a text is gone through ---- */

/* Octets of a code point in UTF-8. */
enum { MAX_OCTETS = 4 };

/* Whether a text has more code points than any that the expression holds of. */
static bool is_too_long(const struct cm_regex_head *head, struct certmap_view text) {
    return head->longest != CM_REGEX_ENDLESS && text.len > MAX_OCTETS * (size_t)head->longest;
}

/* Code points that are taken before the literals of an expression are looked for: most texts fail at one of these, and that
 * takes less. */
enum { TRIED = 16 };

/* Whether a byte is one of some characters; of one beyond ASCII that is not asked. */
static inline bool may_be(const uint64_t ascii[2], uint8_t byte) {
    return byte >= 0x80 || (ascii[byte / 64] >> byte % 64 & 1) != 0;
}

/* Whether a text that is not empty may be one: it is not too long, and begins and ends with what may be there. */
static bool may_hold(const struct cm_regex_head *head, struct certmap_view text) {
    return may_be(head->begins, text.data[0]) && may_be(head->ends, text.data[text.len - 1]) &&
           !is_too_long(head, text);
}

static bool has_literal_ends(struct certmap_view glob) {
    return glob.len > 0 && (glob.data[0] < CM_GLOB_ONE || glob.data[glob.len - 1] < CM_GLOB_ONE);
}

/* What is asked of the whole text after so many code points of it: after the first one with which literals it begins and ends,
 * later which ones it has. TRUE: it may hold. */
static enum certmap_truth ask_whole(const struct run *run, size_t taken, struct certmap_view text, size_t *steps) {
    const struct certmap_view glob = cm_view(run->program + run->parts.glob, run->head.glob);
    if (taken == TRIED)
        return cm_glob_has_literals(glob, text, steps);
    return has_literal_ends(glob) ? cm_glob_has_ends(glob, text, steps) : CERTMAP_TRUE;
}

/* ---- the call ---- */

/* Goes through a text that may hold. Apart, because most texts do not. */
static CM_APART enum certmap_truth run_through(struct certmap_view program, struct certmap_view text, size_t *steps) {
    struct run run = {.head = head_of(program), .program = program.data};
    const size_t each = steps_each(&run.head);
    struct certmap_view rest = text;
    run.parts = cm_regex_parts_of(&run.head);
    CM_ASSERT(run.parts.size == program.len);
    begin(&run);
    for (size_t taken = 1; cm_steps_take(steps, each); taken++) {
        if (!keep(&run, take_class(&run, &rest)))
            return CERTMAP_FALSE;
        if (taken == 1 || taken == TRIED) {
            const enum certmap_truth truth = ask_whole(&run, taken, text, steps);
            if (truth != CERTMAP_TRUE)
                return truth;
        }
        if (rest.len == 0)
            return is_accepted(&run) ? CERTMAP_TRUE : CERTMAP_FALSE;
        follow(&run);
    }
    return CERTMAP_UNKNOWN;
}

enum certmap_truth cm_regex_match(struct certmap_view program, struct certmap_view text, size_t *steps) {
    const struct cm_regex_head head = head_of(program);
    if (!cm_steps_take(steps, 1))
        return CERTMAP_UNKNOWN;
    if (text.len == 0)
        return head.empty ? CERTMAP_TRUE : CERTMAP_FALSE;
    return may_hold(&head, text) ? run_through(program, text, steps) : CERTMAP_FALSE;
}

struct certmap_view cm_regex_glob(struct certmap_view program) {
    const struct cm_regex_head head = head_of(program);
    return cm_view(program.data + sizeof head, head.glob);
}
