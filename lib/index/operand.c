/* SPDX-License-Identifier: MIT */
#include "index/operand.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "base/glob.h"
#include "base/regex.h"
#include "base/view.h"
#include "field/compare.h"
#include "field/name_pattern.h"
#include "index/key.h"
#include "index/tuning.h"

/* ---- literals of a pattern ---- */

/* What a pattern has between its wildcards. */
struct literals {
    struct certmap_view prefix, suffix; /* empty: it begins, or ends, with a wildcard */
    struct certmap_view inner[CM_MAX_INNER];
    size_t inner_count;
    bool exact; /* no wildcard: prefix is all of it */
};

/* Keeps the longest. */
static void add_inner(struct literals *literals, struct certmap_view literal) {
    size_t slot = literals->inner_count;
    if (slot < CM_MAX_INNER) {
        literals->inner_count++;
    } else {
        for (size_t i = slot = 0; i < CM_MAX_INNER; i++)
            slot = literals->inner[i].len < literals->inner[slot].len ? i : slot;
        if (literals->inner[slot].len >= literal.len)
            return;
    }
    literals->inner[slot] = literal;
}

static void split(struct literals *literals, struct certmap_view pattern) {
    *literals = (struct literals){.inner_count = 0};
    for (size_t start = 0, end = 0; start <= pattern.len; start = ++end) {
        while (end < pattern.len && pattern.data[end] < CM_GLOB_ONE)
            end++;
        const struct certmap_view literal = cm_view(pattern.data + start, end - start);
        literals->exact = start == 0 && end == pattern.len;
        if (start == 0)
            literals->prefix = literal;
        else if (end == pattern.len)
            literals->suffix = literal;
        else if (literal.len > 0)
            add_inner(literals, literal);
    }
}

/* ---- lengths of ends ---- */

/* The shortest that occurs, and others so that each serves about as many patterns. */
static void choose(struct cm_ends *ends) {
    size_t total = 0, passed = 0;
    for (size_t i = 1; i <= CM_MAX_END; i++)
        total += ends->counts[i];
    for (size_t i = 1; i <= CM_MAX_END && ends->chosen_count < CM_MAX_END_LENGTHS; i++) {
        if (ends->counts[i] > 0 && passed >= ends->chosen_count * total / CM_MAX_END_LENGTHS)
            ends->chosen[ends->chosen_count++] = (uint8_t)i;
        passed += ends->counts[i];
    }
}

void cm_keys_choose(struct cm_keys *keys) {
    for (size_t i = 0; i < keys->end_count; i++)
        choose(&keys->ends[i]);
}

static bool count_end(struct cm_keys *keys, const struct cm_probe *probe, size_t length) {
    uint32_t number;
    const struct certmap_allocator *allocator = keys->allocator;
    if (!cm_intern_add(&keys->rows, cm_probe_pack(probe), &number, allocator))
        return false;
    struct cm_ends *ends = cm_array_reserve(allocator, keys->ends, &keys->end_cap, keys->rows.count, sizeof *ends);
    if (ends == NULL)
        return false;
    keys->ends = ends;
    if (number == keys->end_count)
        ends[keys->end_count++] = (struct cm_ends){.chosen_count = 0};
    ends[number].counts[length < CM_MAX_END ? length : CM_MAX_END]++;
    return true;
}

/* The longest chosen length that an end has; every end that was counted has one. */
static uint16_t fit(const struct cm_keys *keys, const struct cm_probe *probe, size_t length) {
    const struct cm_ends *ends = &keys->ends[cm_intern_find(&keys->rows, cm_probe_pack(probe))];
    uint16_t longest = 0;
    for (size_t i = 0; i < ends->chosen_count; i++)
        longest = ends->chosen[i] <= length ? ends->chosen[i] : longest;
    return longest;
}

/* ---- probes of a condition ---- */

static struct cm_probe probe_of(const struct cm_condition *condition, enum cm_key_shape shape) {
    const struct cm_path *path = condition->path;
    enum cm_key_text text = condition->nocase ? CM_KEY_FOLDED : CM_KEY_NFC;
    if (path->kind == CM_TEXT_NAME)
        text = CM_KEY_NAME;
    else if (path->kind == CM_TEXT_IP)
        text = CM_KEY_OCTETS;
    else if (path->field == CERTMAP_FIELD_CERTIFICATE)
        text = CM_KEY_BYTES;
    return (struct cm_probe){
        .list = (uint8_t)path->list,
        .row = (uint8_t)path->row,
        .text = (uint8_t)text,
        .shape = (uint8_t)shape,
        .typed = path->by_oid,
    };
}

/* ---- what an operand asks for ---- */

/* The text that has its literals: of a regular expression, the pattern in it. */
static struct certmap_view literal_text(const struct cm_condition *condition, const struct cm_operand *operand) {
    return condition->op == CERTMAP_OP_MATCHES ? cm_regex_glob(operand->matched) : operand->matched;
}

/* Its text is all of the value, or the ends of it; of a Name and a network, the front. */
struct wish {
    struct literals literals;
    bool whole, front;
    size_t length; /* of the front */
};

static bool is_readable(const struct cm_list *name) {
    for (size_t i = 0; i < name->count; i++)
        if (name->values[i].unreadable != CERTMAP_CODE_NONE)
            return false;
    return true;
}

static struct wish wish_of(const struct cm_condition *condition, const struct cm_operand *operand) {
    struct wish wish = {.whole = condition->op == CERTMAP_OP_EQUAL};
    const enum cm_text_kind kind = condition->path->kind;
    if (kind == CM_TEXT_NAME && !is_readable(operand->name)) /* compared with others it is unknown, not false */
        return (struct wish){.whole = false};
    if (condition->op == CERTMAP_OP_UNDER) {
        wish.front = true;
        wish.length = operand->name->rdn_count;
    } else if (kind == CM_TEXT_IP && operand->bits < 8 * operand->matched.len) {
        wish.whole = false;
        wish.length = operand->bits / 8;
        wish.front = wish.length > 0;
    } else if (condition->op == CERTMAP_OP_LIKE || condition->op == CERTMAP_OP_MATCHES) {
        split(&wish.literals, literal_text(condition, operand));
        wish.whole = wish.literals.exact;
        wish.front = !wish.whole && wish.literals.prefix.len > 0;
        wish.length = wish.literals.prefix.len;
    }
    return wish;
}

/* Conditions on whichever attribute are not looked up: a key would have to be made of each value for them. */
static bool has_keys(const struct cm_condition *condition) {
    return condition->path->row != CM_ROW_ANY;
}

bool cm_keys_exact(const struct cm_condition *condition) {
    return has_keys(condition) && condition->op == CERTMAP_OP_EQUAL && condition->path->kind != CM_TEXT_NAME &&
           condition->path->kind != CM_TEXT_IP;
}

/* An AVA of a pattern over a Name, as a condition on the attribute: without it the pattern is false. */
struct part {
    struct cm_path path;
    struct cm_condition condition;
    struct cm_operand operand;
};

static bool is_name_pattern(const struct cm_condition *condition) {
    return condition->op == CERTMAP_OP_LIKE && condition->path->kind == CM_TEXT_NAME;
}

/* Goes through the AVAs of a pattern over a Name. */
struct parts {
    struct cm_name_pattern cursor;
    size_t elements, avas; /* left; of the element that is open */
};

static struct parts parts_of(const struct cm_operand *operand) {
    struct parts parts = {.cursor = {operand->matched.data}, .avas = 0};
    parts.elements = cm_name_pattern_number(&parts.cursor);
    return parts;
}

/* Takes the next AVA; false: there is none. */
static bool next_part(struct parts *parts, const struct cm_condition *condition, struct part *part) {
    while (parts->avas == 0) {
        if (parts->elements-- == 0)
            return false;
        if (cm_name_pattern_number(&parts->cursor) == CM_NAME_RDN)
            parts->avas = cm_name_pattern_number(&parts->cursor);
    }
    parts->avas--;
    part->path = cm_path_of_type(condition->path, cm_name_pattern_bytes(&parts->cursor));
    const struct certmap_view glob = cm_name_pattern_bytes(&parts->cursor);
    part->condition = (struct cm_condition){.path = &part->path, .op = CERTMAP_OP_LIKE, .nocase = condition->nocase};
    part->operand = (struct cm_operand){.shown = glob, .matched = glob};
    return true;
}

static bool count_ends(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand) {
    const struct wish wish = wish_of(condition, operand);
    const struct cm_probe prefix = probe_of(condition, CM_KEY_PREFIX), suffix = probe_of(condition, CM_KEY_SUFFIX);
    return (!wish.front || count_end(keys, &prefix, wish.length)) &&
           (wish.literals.suffix.len == 0 || count_end(keys, &suffix, wish.literals.suffix.len));
}

bool cm_keys_count(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand) {
    struct part part;
    if (!has_keys(condition) || cm_keys_exact(condition))
        return true;
    if (!is_name_pattern(condition))
        return count_ends(keys, condition, operand);
    struct parts parts = parts_of(operand);
    while (next_part(&parts, condition, &part))
        if (!count_ends(keys, &part.condition, &part.operand))
            return false;
    return true;
}

/* ---- keys ---- */

static uint64_t seed_of(const struct cm_keys *keys, const struct cm_condition *condition,
                        const struct cm_probe *probe) {
    const uint64_t seed = cm_key_seed(keys->seed, probe);
    return probe->typed ? cm_key_typed(seed, condition->path->oid) : seed;
}

static void add_key(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_probe *probe,
                    struct certmap_view bytes, uint32_t weight) {
    const uint64_t seed = seed_of(keys, condition, probe);
    CM_ASSERT(keys->count < CM_MAX_KEYS);
    keys->made[keys->count++] = (struct cm_key){*probe, cm_key_hash(bytes.data, bytes.len, seed), bytes.data, weight};
}

static void add_name(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_probe *probe,
                     const struct cm_list *name, size_t rdns) {
    const uint64_t seed = seed_of(keys, condition, probe);
    CM_ASSERT(keys->count < CM_MAX_KEYS);
    keys->made[keys->count++] = (struct cm_key){*probe, cm_name_hash(name, rdns, seed), NULL, 1};
}

static void add_whole(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand) {
    const struct cm_probe probe = probe_of(condition, CM_KEY_EXACT);
    if (operand->name != NULL)
        add_name(keys, condition, &probe, operand->name, operand->name->rdn_count);
    else
        add_key(keys, condition, &probe, literal_text(condition, operand), 1);
}

static void add_front(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand,
                      size_t length) {
    struct cm_probe probe = probe_of(condition, CM_KEY_PREFIX);
    const uint16_t fitting = fit(keys, &probe, length);
    probe.length = fitting;
    if (operand->name != NULL)
        add_name(keys, condition, &probe, operand->name, fitting);
    else
        add_key(keys, condition, &probe, cm_view(literal_text(condition, operand).data, fitting), 1);
}

static void add_back(struct cm_keys *keys, const struct cm_condition *condition, struct certmap_view suffix) {
    struct cm_probe probe = probe_of(condition, CM_KEY_SUFFIX);
    const uint16_t fitting = fit(keys, &probe, suffix.len);
    probe.length = fitting;
    add_key(keys, condition, &probe, cm_view(suffix.data + suffix.len - fitting, fitting), 1);
}

/* Pieces from the middle and both ends of a literal between wildcards, as long as lengths that are looked up are. */
static void add_grams(struct cm_keys *keys, const struct cm_condition *condition, struct certmap_view literal) {
    static const uint8_t sizes[] = {CM_MAX_GRAM, 6, 4, 3, 2, 1};
    struct cm_probe probe = probe_of(condition, CM_KEY_GRAM);
    size_t i = 0;
    while (sizes[i] > literal.len)
        i++;
    const size_t size = sizes[i], last = literal.len - size;
    const uint32_t weight = size >= 6 ? CM_WEIGHT_LONG_GRAM : CM_WEIGHT_GRAM;
    probe.length = (uint16_t)size;
    add_key(keys, condition, &probe, cm_view(literal.data, size), weight);
    if (last > 0)
        add_key(keys, condition, &probe, cm_view(literal.data + last, size), weight);
    if (last > 1)
        add_key(keys, condition, &probe, cm_view(literal.data + last / 2, size), weight);
}

/* Keys of all of a text, or of its ends: two at most. */
static void add_ends(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand,
                     const struct wish *wish) {
    if (wish->whole)
        add_whole(keys, condition, operand);
    if (wish->front)
        add_front(keys, condition, operand, wish->length);
    if (wish->literals.suffix.len > 0)
        add_back(keys, condition, wish->literals.suffix);
}

/* Of as many AVAs as there is room for. */
static void add_parts(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand) {
    struct parts parts = parts_of(operand);
    struct part part;
    while (keys->count + 2 <= CM_MAX_KEYS && next_part(&parts, condition, &part)) {
        const struct wish wish = wish_of(&part.condition, &part.operand);
        add_ends(keys, &part.condition, &part.operand, &wish);
    }
}

void cm_keys_make(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand) {
    keys->count = 0;
    if (!has_keys(condition))
        return;
    if (cm_keys_exact(condition)) {
        add_whole(keys, condition, operand);
        return;
    }
    if (is_name_pattern(condition)) {
        add_parts(keys, condition, operand);
        return;
    }
    const struct wish wish = wish_of(condition, operand);
    add_ends(keys, condition, operand, &wish);
    for (size_t i = 0; i < wish.literals.inner_count; i++)
        add_grams(keys, condition, wish.literals.inner[i]);
}

void cm_keys_free(struct cm_keys *keys) {
    const struct certmap_allocator *allocator = keys->allocator;
    cm_intern_free(&keys->rows, allocator);
    cm_release(allocator, keys->ends);
}
