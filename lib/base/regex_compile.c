/* SPDX-License-Identifier: MIT */
/* From the tree to the program: Glushkov's construction. Runs when rules are loaded; the numbers of positions and ranges
 * have limits, and no loop here goes beyond their product. */
#include "base/error.h"
#include "base/glob.h"
#include "base/regex_inside.h"
#include "base/unicode.h"
#include "base/view.h"

#define WORDS CM_REGEX_WORDS
enum { MAX_POSITIONS = CERTMAP_MAX_REGEX_POSITIONS };
_Static_assert(MAX_POSITIONS <= 64 * WORDS, "a set of positions has so many words");
_Static_assert(MAX_POSITIONS < CM_REGEX_ENDLESS, "a text without repetitions that have no end is no longer");

/* A set of positions. */
struct set {
    uint64_t words[WORDS];
};

/* A part of the automaton: where it begins and ends. */
struct part {
    struct set first, last;
    bool empty; /* it holds of the empty text */
};

/* Code points from this one on, up to the next interval, are in the same sets. */
struct interval {
    uint32_t start;
    uint16_t id;
    struct set positions;
};

struct compile {
    const struct cm_regex_tree *tree;
    uint32_t positions;
    uint32_t nodes[MAX_POSITIONS]; /* of each position: the SET that it is of */
    struct set follow[MAX_POSITIONS];
    struct interval *intervals;
    size_t interval_count;
    struct set *classes; /* the distinct ones; the first is empty */
    size_t class_count;
    uint8_t *glob;
    size_t glob_len;
};

/* ---- sets ---- */

static void unite(struct set *set, const struct set *other) {
    for (size_t i = 0; i < WORDS; i++)
        set->words[i] |= other->words[i];
}

static bool has(const struct set *set, size_t position) {
    return (set->words[position / 64] >> position % 64 & 1) != 0;
}

static void put(struct set *set, size_t position) {
    set->words[position / 64] |= (uint64_t)1 << position % 64;
}

/* ---- the automaton ---- */

static struct part build(struct compile *compile, uint32_t node);

static struct part empty_part(void) {
    return (struct part){.empty = true};
}

/* After one part may come the beginning of the other. */
static void link(struct compile *compile, const struct set *last, const struct set *first) {
    for (size_t i = 0; i < compile->positions; i++)
        if (has(last, i))
            unite(&compile->follow[i], first);
}

static struct part join(struct compile *compile, const struct part *a, const struct part *b) {
    struct part part = {.first = a->first, .last = b->last, .empty = a->empty && b->empty};
    link(compile, &a->last, &b->first);
    if (a->empty)
        unite(&part.first, &b->first);
    if (b->empty)
        unite(&part.last, &a->last);
    return part;
}

static struct part build_set(struct compile *compile, uint32_t node) {
    struct part part = {.empty = false};
    put(&part.first, compile->positions);
    put(&part.last, compile->positions);
    compile->nodes[compile->positions++] = node;
    return part;
}

static struct part build_branch(struct compile *compile, uint32_t child) {
    struct part part = empty_part();
    for (; child != CM_REGEX_NONE; child = compile->tree->nodes[child].next) {
        if (compile->tree->nodes[child].positions == 0)
            continue;
        const struct part one = build(compile, child);
        part = join(compile, &part, &one);
    }
    return part;
}

static struct part build_alternatives(struct compile *compile, uint32_t child) {
    struct part part = {.empty = false};
    for (; child != CM_REGEX_NONE; child = compile->tree->nodes[child].next) {
        const struct part one = build(compile, child);
        unite(&part.first, &one.first);
        unite(&part.last, &one.last);
        part.empty = part.empty || one.empty;
    }
    return part;
}

/* Written out: x{2,4} is xxx?x?, and x{2,} is xx+. A part without positions was written out as nothing. */
static struct part build_repetition(struct compile *compile, const struct cm_regex_node *node) {
    struct part part = empty_part();
    const bool many = node->max == CM_REGEX_MANY;
    const uint32_t copies = !many ? node->max : node->min > 0 ? node->min : 1;
    for (uint32_t i = 0; i < copies; i++) {
        struct part one = build(compile, node->child);
        if (many && i + 1 == copies)
            link(compile, &one.last, &one.first);
        one.empty = one.empty || i >= node->min;
        part = join(compile, &part, &one);
    }
    return part;
}

/* Calls itself as deep as the tree is, which is a few times as deep as groups are nested. */
static struct part build(struct compile *compile, uint32_t number) {
    const struct cm_regex_node *node = &compile->tree->nodes[number];
    if (node->positions == 0)
        return empty_part();
    switch (node->kind) {
    case CM_REGEX_SET:
        return build_set(compile, number);
    case CM_REGEX_CAT:
        return build_branch(compile, node->child);
    case CM_REGEX_ALT:
        return build_alternatives(compile, node->child);
    case CM_REGEX_REPEAT:
        return build_repetition(compile, node);
    case CM_REGEX_EMPTY:
        break;
    }
    return empty_part();
}

/* ---- classes of code points ---- */

/* Puts the beginning of an interval where it belongs. */
static void add_start(struct compile *compile, uint32_t start) {
    size_t low = 0, high = compile->interval_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (compile->intervals[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < compile->interval_count && compile->intervals[low].start == start)
        return;
    memmove(compile->intervals + low + 1, compile->intervals + low,
            (compile->interval_count - low) * sizeof *compile->intervals);
    compile->intervals[low] = (struct interval){.start = start};
    compile->interval_count++;
}

/* Marks the intervals of a range with a position. */
static void mark(struct compile *compile, const struct cm_regex_range *range, size_t position) {
    for (size_t i = 0; i < compile->interval_count && compile->intervals[i].start <= range->last; i++)
        if (compile->intervals[i].start >= range->first)
            put(&compile->intervals[i].positions, position);
}

static void find_intervals(struct compile *compile) {
    const struct cm_regex_tree *tree = compile->tree;
    add_start(compile, 0);
    add_start(compile, 0x80);
    for (uint32_t i = 0; i < tree->range_count; i++) {
        add_start(compile, tree->ranges[i].first);
        add_start(compile, tree->ranges[i].last + 1);
    }
    for (uint32_t i = 0; i < compile->positions; i++) {
        const struct cm_regex_node *node = &tree->nodes[compile->nodes[i]];
        for (uint32_t k = 0; k < node->range_count; k++)
            mark(compile, &tree->ranges[node->range + k], i);
    }
}

/* Numbers the distinct sets. */
static void find_classes(struct compile *compile) {
    compile->classes[0] = (struct set){{0}};
    compile->class_count = 1;
    for (size_t i = 0; i < compile->interval_count; i++) {
        size_t id = 0;
        while (id < compile->class_count &&
               memcmp(&compile->classes[id], &compile->intervals[i].positions, sizeof(struct set)) != 0)
            id++;
        if (id == compile->class_count)
            compile->classes[compile->class_count++] = compile->intervals[i].positions;
        compile->intervals[i].id = (uint16_t)id;
    }
}

/* ---- the pattern that is less exact ---- */

static void add_star(struct compile *compile) {
    if (compile->glob_len == 0 || compile->glob[compile->glob_len - 1] != CM_GLOB_MANY)
        compile->glob[compile->glob_len++] = CM_GLOB_MANY;
}

static void add_pattern(struct compile *compile, uint32_t number);

static void add_character(struct compile *compile, const struct cm_regex_node *node) {
    const struct cm_regex_range *range = node->range_count > 0 ? compile->tree->ranges + node->range : NULL;
    if (node->range_count == 1 && range->first == range->last)
        compile->glob_len += cm_utf8_encode(compile->glob + compile->glob_len, range->first);
    else
        compile->glob[compile->glob_len++] = CM_GLOB_ONE;
}

static void add_repeated(struct compile *compile, const struct cm_regex_node *node) {
    for (uint32_t i = 0; i < node->min; i++)
        add_pattern(compile, node->child);
    if (node->min != node->max)
        add_star(compile);
}

/* What a node requires of a text. Each position adds a character, a part that repeats a star: as many at most. */
static void add_pattern(struct compile *compile, uint32_t number) {
    const struct cm_regex_node *node = &compile->tree->nodes[number];
    if (node->positions == 0)
        return;
    if (node->kind == CM_REGEX_SET)
        add_character(compile, node);
    else if (node->kind == CM_REGEX_REPEAT)
        add_repeated(compile, node);
    else if (node->kind == CM_REGEX_ALT && compile->tree->nodes[node->child].next != CM_REGEX_NONE)
        add_star(compile);
    else
        for (uint32_t child = node->child; child != CM_REGEX_NONE; child = compile->tree->nodes[child].next)
            add_pattern(compile, child);
}

/* ---- the longest text ---- */

static uint32_t longest_of(const struct cm_regex_tree *tree, uint32_t number);

/* Of the children of a node: of the longest one, or of all of them one after the other. */
static uint32_t longest_child(const struct cm_regex_tree *tree, const struct cm_regex_node *node) {
    const bool choice = node->kind == CM_REGEX_ALT;
    uint32_t longest = 0;
    for (uint32_t child = node->child; child != CM_REGEX_NONE; child = tree->nodes[child].next) {
        const uint32_t one = longest_of(tree, child);
        if (!choice)
            longest += one;
        else if (one > longest)
            longest = one;
    }
    return longest;
}

/* In code points, which are no more than the positions of the node, or CM_REGEX_ENDLESS. Only a node that has positions adds
 * anything, so that sums are small. Calls itself as build does. */
static uint32_t longest_of(const struct cm_regex_tree *tree, uint32_t number) {
    const struct cm_regex_node *node = &tree->nodes[number];
    if (node->positions == 0)
        return 0;
    if (node->kind == CM_REGEX_SET)
        return 1;
    if (node->kind == CM_REGEX_REPEAT && node->max == CM_REGEX_MANY)
        return CM_REGEX_ENDLESS;
    const uint32_t child = longest_child(tree, node), most = child < CM_REGEX_ENDLESS ? child : CM_REGEX_ENDLESS;
    if (node->kind != CM_REGEX_REPEAT || most == CM_REGEX_ENDLESS)
        return most;
    return most * node->max;
}

/* ---- the program ---- */

struct writing {
    uint8_t *program;
    size_t words;
};

static void write_set(const struct writing *writing, size_t at, const struct set *set) {
    memcpy(writing->program + at, set->words, writing->words * sizeof set->words[0]);
}

static void write_classes(const struct compile *compile, const struct writing *writing,
                          const struct cm_regex_parts *parts) {
    size_t interval = 0, beyond = 0;
    for (uint32_t cp = 0; cp < 0x80; cp++) {
        while (interval + 1 < compile->interval_count && compile->intervals[interval + 1].start <= cp)
            interval++;
        memcpy(writing->program + parts->ascii + cp * sizeof(uint16_t), &compile->intervals[interval].id,
               sizeof(uint16_t));
    }
    for (size_t i = 0; i < compile->interval_count; i++) {
        const struct interval *one = &compile->intervals[i];
        if (one->start < 0x80)
            continue;
        memcpy(writing->program + parts->starts + beyond * sizeof one->start, &one->start, sizeof one->start);
        memcpy(writing->program + parts->ids + beyond++ * sizeof one->id, &one->id, sizeof one->id);
    }
    for (size_t i = 0; i < compile->class_count; i++)
        write_set(writing, parts->classes + i * writing->words * sizeof(uint64_t), &compile->classes[i]);
}

/* What may follow each set of four positions. */
static void write_follow(const struct compile *compile, const struct writing *writing,
                         const struct cm_regex_parts *parts, size_t chunks) {
    size_t at = parts->follow;
    for (size_t chunk = 0; chunk < chunks; chunk++)
        for (unsigned states = 0; states < 16; states++, at += writing->words * sizeof(uint64_t)) {
            struct set set = {{0}};
            for (size_t i = 0; i < 4 && 4 * chunk + i < compile->positions; i++)
                if ((states >> i & 1) != 0)
                    unite(&set, &compile->follow[4 * chunk + i]);
            write_set(writing, at, &set);
        }
}

static bool overlap(const struct set *a, const struct set *b) {
    uint64_t any = 0;
    for (size_t i = 0; i < WORDS; i++)
        any |= a->words[i] & b->words[i];
    return any != 0;
}

/* Notes which characters are in a set of positions. */
static void note_ascii(const struct compile *compile, uint64_t ascii[2], const struct set *set) {
    for (size_t i = 0; i < compile->interval_count && compile->intervals[i].start < 0x80; i++) {
        const uint32_t end = i + 1 < compile->interval_count ? compile->intervals[i + 1].start : 0x80;
        if (!overlap(&compile->intervals[i].positions, set))
            continue;
        for (uint32_t cp = compile->intervals[i].start; cp < end && cp < 0x80; cp++)
            ascii[cp / 64] |= (uint64_t)1 << cp % 64;
    }
}

static size_t beyond_ascii(const struct compile *compile) {
    size_t count = 0;
    for (size_t i = 0; i < compile->interval_count; i++)
        count += compile->intervals[i].start >= 0x80;
    return count;
}

static bool write_program(const struct compile *compile, const struct part *whole, struct certmap_view *program,
                          struct cm_arena *arena) {
    const size_t words = compile->positions > 0 ? (compile->positions + 63) / 64 : 1;
    struct cm_regex_head head = {.words = (uint16_t)words,
                                 .chunks = (uint16_t)((compile->positions + 3) / 4),
                                 .classes = (uint16_t)compile->class_count,
                                 .intervals = (uint16_t)beyond_ascii(compile),
                                 .glob = (uint16_t)compile->glob_len,
                                 .empty = whole->empty,
                                 .longest = (uint16_t)longest_of(compile->tree, compile->tree->root)};
    note_ascii(compile, head.begins, &whole->first);
    note_ascii(compile, head.ends, &whole->last);
    const struct cm_regex_parts parts = cm_regex_parts_of(&head);
    const struct writing writing = {cm_arena_alloc(arena, parts.size), words};
    if (writing.program == NULL)
        return false;
    memcpy(writing.program, &head, sizeof head);
    write_classes(compile, &writing, &parts);
    write_set(&writing, parts.first, &whole->first);
    write_set(&writing, parts.last, &whole->last);
    write_follow(compile, &writing, &parts, head.chunks);
    if (compile->glob_len > 0)
        memcpy(writing.program + parts.glob, compile->glob, compile->glob_len);
    *program = cm_view(writing.program, parts.size);
    return true;
}

/* ---- the call ---- */

static struct compile *begin(const struct cm_regex_tree *tree, struct cm_arena *scratch) {
    struct compile *compile = cm_arena_alloc(scratch, sizeof *compile);
    const size_t intervals = 2 * (size_t)tree->range_count + 2;
    if (compile == NULL)
        return NULL;
    memset(compile, 0, sizeof *compile);
    compile->tree = tree;
    compile->intervals = cm_arena_alloc(scratch, intervals * sizeof *compile->intervals);
    compile->classes = cm_arena_alloc(scratch, (intervals + 1) * sizeof *compile->classes);
    compile->glob = cm_arena_alloc(scratch, 5 * ((size_t)tree->nodes[tree->root].positions + 1));
    return compile->intervals != NULL && compile->classes != NULL && compile->glob != NULL ? compile : NULL;
}

enum certmap_status cm_regex_compile(struct certmap_view *program, struct certmap_view *shown, struct certmap_view text,
                                     bool nocase, struct cm_arena *arena, struct cm_arena *scratch,
                                     struct certmap_diagnostic *err) {
    struct cm_regex_tree tree;
    const enum certmap_status status = cm_regex_parse(&tree, shown, text, nocase, scratch, err);
    if (status != CERTMAP_OK)
        return status;
    struct compile *compile = begin(&tree, scratch);
    if (compile == NULL)
        return cm_error_memory(err);
    const struct part whole = build(compile, tree.root);
    find_intervals(compile);
    find_classes(compile);
    add_pattern(compile, tree.root);
    return write_program(compile, &whole, program, arena) ? CERTMAP_OK : cm_error_memory(err);
}
