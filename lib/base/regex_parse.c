/* SPDX-License-Identifier: MIT */
/* Reading regular expressions: text to code points, to a tree. Runs when rules are loaded, over at most
 * CERTMAP_MAX_REGEX_SIZE bytes. */
#include "base/error.h"
#include "base/regex_inside.h"
#include "base/unicode.h"
#include "base/view.h"

/* A code point of an expression. */
struct token {
    uint32_t cp;
    uint32_t at; /* which one it is, from 1, for errors */
    bool escaped;
    bool literal; /* it stands for itself, outside of classes */
};

struct parse {
    struct cm_regex_tree *tree;
    struct cm_arena *scratch;
    struct certmap_diagnostic *err;
    struct token *tokens;
    size_t count, at;
    unsigned nesting;
    bool nocase;
    enum certmap_status status;     /* not OK: nothing is read any more */
    struct cm_regex_range *set;     /* a class that is being read, */
    size_t set_count;               /* which has so many ranges */
    struct cm_regex_range *members; /* with nocase, what is written in it: what these fold to is added at its end */
    size_t member_count;
    struct cm_regex_range *folds;
    size_t fold_count; /* folds[i].first folds to folds[i].last, ascending; made when needed */
};

/* ---- errors ---- */

static uint32_t fail(struct parse *parse, enum certmap_status status) {
    if (parse->status == CERTMAP_OK)
        parse->status = status;
    return CM_REGEX_NONE;
}

static uint32_t no_memory(struct parse *parse) {
    return fail(parse, parse->status == CERTMAP_OK ? cm_error_memory(parse->err) : parse->status);
}

/* Says what is wrong at a code point of the expression. */
static uint32_t bad(struct parse *parse, size_t at, const char *what) {
    const size_t number = at < parse->count  ? parse->tokens[at].at
                          : parse->count > 0 ? parse->tokens[parse->count - 1].at
                                             : 0;
    if (parse->status != CERTMAP_OK)
        return CM_REGEX_NONE;
    return fail(parse, cm_error(parse->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_REGEX,
                                "%s (at character %zu of the expression)", what, number));
}

static uint32_t too_large(struct parse *parse, const char *what, unsigned most) {
    if (parse->status != CERTMAP_OK)
        return CM_REGEX_NONE;
    return fail(parse, cm_error(parse->err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_REGEX_TOO_LARGE,
                                "the expression has more than %u %s", most, what));
}

/* ---- tokens ---- */

static bool is_punctuation(uint32_t cp) {
    return cp >= 0x20 && cp < 0x7F && !(cp >= '0' && cp <= '9') && !((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z');
}

static bool is_meta(uint32_t cp) {
    return cp > 0 && cp < 0x80 && strchr(".*+?{}()|[]^$", (int)cp) != NULL;
}

/* What a backslash and a letter stand for, if it is one character; else 0. */
static uint32_t escaped_character(uint32_t cp) {
    if (is_punctuation(cp))
        return cp;
    return cp == 'n' ? '\n' : cp == 't' ? '\t' : cp == 'r' ? '\r' : 0;
}

/* Takes the code points of the text, which is UTF-8, and what is escaped. False: no memory. */
static bool take_tokens(struct parse *parse, struct certmap_view text) {
    uint32_t number = 0;
    parse->tokens = cm_arena_alloc(parse->scratch, (text.len + 1) * sizeof *parse->tokens);
    if (parse->tokens == NULL)
        return false;
    for (size_t i = 0; i < text.len;) {
        struct token token = {.at = ++number};
        i += cm_utf8_decode(text.data + i, text.len - i, &token.cp);
        token.escaped = token.cp == '\\' && i < text.len;
        if (token.escaped) {
            i += cm_utf8_decode(text.data + i, text.len - i, &token.cp);
            number++;
        }
        token.literal = token.escaped ? escaped_character(token.cp) != 0 : token.cp != '\\' && !is_meta(token.cp);
        parse->tokens[parse->count++] = token;
    }
    return true;
}

static bool is_raw(const struct parse *parse, size_t at, uint32_t cp) {
    return at < parse->count && !parse->tokens[at].escaped && parse->tokens[at].cp == cp;
}

static bool accept(struct parse *parse, uint32_t cp) {
    const bool there = is_raw(parse, parse->at, cp);
    parse->at += there;
    return there;
}

/* ---- literals in NFC ---- */

/* Writes a run of literal characters as text. */
static size_t write_run(uint8_t *out, const struct token *tokens, size_t count) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += cm_utf8_encode(out + len, tokens[i].escaped ? escaped_character(tokens[i].cp) : tokens[i].cp);
    return len;
}

/* Adds a run to the tokens that replace those that were read: normalised, and folded where case is ignored. */
static bool add_run(struct parse *parse, struct token *to, size_t *count, const struct token *run, size_t length) {
    struct cm_text text;
    uint8_t *bytes = cm_arena_alloc(parse->scratch, 4 * length);
    if (bytes == NULL ||
        !cm_text_make(&text, cm_view(bytes, write_run(bytes, run, length)), parse->scratch, parse->scratch))
        return false;
    const struct certmap_view made = parse->nocase ? text.folded : text.nfc;
    for (size_t i = 0, k = 0; i < made.len; k++) {
        struct token token = {.at = run[k < length ? k : length - 1].at, .literal = true};
        i += cm_utf8_decode(made.data + i, made.len - i, &token.cp);
        token.escaped = token.cp == '\\' || is_meta(token.cp); /* it was */
        to[(*count)++] = token;
    }
    return true;
}

/* Most code points that NFC makes of one. */
enum { MAX_GROWTH = 4 };

/* An escaped comma or colon keeps its backslash, without which it would be read in "{2,3}" or "(?:". Neither of them
 * composes with anything. */
static bool is_apart(const struct token *token) {
    return token->escaped && (token->cp == ',' || token->cp == ':');
}

/* Characters that follow one another compose, whatever a class or a repetition is after them. */
static bool normalise_runs(struct parse *parse) {
    const size_t count = parse->count;
    struct token *from = parse->tokens, *to = cm_arena_alloc(parse->scratch, (MAX_GROWTH * count + 1) * sizeof *to);
    size_t made = 0;
    bool in_class = false;
    if (to == NULL)
        return false;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && !in_class && from[end].literal && !is_apart(&from[end]);)
            end++;
        if (end > i && !add_run(parse, to, &made, from + i, end - i))
            return false;
        if (end > i)
            continue;
        in_class = from[i].escaped ? in_class : from[i].cp == '[' || (in_class && from[i].cp != ']');
        to[made++] = from[i];
        end = i + 1;
    }
    parse->tokens = to;
    parse->count = made;
    return true;
}

/* ---- nodes ---- */

static void *grown(struct parse *parse, const void *items, uint32_t count, uint32_t *cap, size_t size) {
    void *more = cm_arena_alloc(parse->scratch, (2 * (size_t)*cap + 16) * size);
    if (more == NULL)
        return NULL;
    if (count > 0)
        memcpy(more, items, count * size);
    *cap = 2 * *cap + 16;
    return more;
}

static uint32_t add_node(struct parse *parse, enum cm_regex_kind kind, uint32_t child) {
    struct cm_regex_tree *tree = parse->tree;
    if (tree->node_count == tree->node_cap) {
        struct cm_regex_node *more = grown(parse, tree->nodes, tree->node_count, &tree->node_cap, sizeof *more);
        if (more == NULL)
            return no_memory(parse);
        tree->nodes = more;
    }
    tree->nodes[tree->node_count] = (struct cm_regex_node){.kind = kind, .child = child, .next = CM_REGEX_NONE};
    return tree->node_count++;
}

/* A node for the ranges of parse->set, which are ascending and apart. */
static uint32_t add_set(struct parse *parse) {
    struct cm_regex_tree *tree = parse->tree;
    const uint32_t node = add_node(parse, CM_REGEX_SET, CM_REGEX_NONE);
    if (node == CM_REGEX_NONE)
        return node;
    if (tree->range_count + parse->set_count > CERTMAP_MAX_REGEX_RANGES)
        return too_large(parse, "ranges of characters", CERTMAP_MAX_REGEX_RANGES);
    while (tree->range_count + parse->set_count > tree->range_cap) {
        struct cm_regex_range *more = grown(parse, tree->ranges, tree->range_count, &tree->range_cap, sizeof *more);
        if (more == NULL)
            return no_memory(parse);
        tree->ranges = more;
    }
    tree->nodes[node].range = tree->range_count;
    tree->nodes[node].range_count = (uint32_t)parse->set_count;
    tree->nodes[node].positions = 1;
    if (parse->set_count > 0)
        memcpy(tree->ranges + tree->range_count, parse->set, parse->set_count * sizeof *parse->set);
    tree->range_count += (uint32_t)parse->set_count;
    return node;
}

/* ---- sets ---- */

static const struct cm_regex_range digits[] = {{'0', '9'}}, words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}},
                                   spaces[] = {{'\t', '\r'}, {' ', ' '}};

/* The first of some ranges, which are ascending and apart, that does not end before this code point. Halves the rest
 * each time. */
static size_t first_range(const struct cm_regex_range *set, size_t count, uint32_t cp) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (set[middle].last < cp)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Puts a range into a set; what meets others becomes one with them. At most CERTMAP_MAX_REGEX_RANGES. */
static void put_range(struct parse *parse, struct cm_regex_range *set, size_t *count, struct cm_regex_range range) {
    const size_t from = first_range(set, *count, range.first > 0 ? range.first - 1 : 0);
    size_t to;
    if (from < *count && set[from].first <= range.first && range.last <= set[from].last)
        return;
    for (to = from; to < *count && set[to].first <= range.last + 1; to++) {
        range.first = set[to].first < range.first ? set[to].first : range.first;
        range.last = set[to].last > range.last ? set[to].last : range.last;
    }
    if (from == to && *count > CERTMAP_MAX_REGEX_RANGES) {
        too_large(parse, "ranges of characters", CERTMAP_MAX_REGEX_RANGES);
        return;
    }
    memmove(set + from + 1, set + to, (*count - to) * sizeof *set);
    set[from] = range;
    *count = *count - (to - from) + 1;
}

static void add_range(struct parse *parse, struct cm_regex_range range) {
    put_range(parse, parse->set, &parse->set_count, range);
}

/* Makes of the set all other code points. */
static void complement(struct parse *parse) {
    struct cm_regex_range *set = parse->set;
    const size_t count = parse->set_count;
    uint32_t next = 0;
    parse->set_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct cm_regex_range range = set[i];
        if (range.first > next)
            set[parse->set_count++] = (struct cm_regex_range){next, range.first - 1};
        next = range.last + 1;
    }
    if (next <= 0x10FFFF)
        set[parse->set_count++] = (struct cm_regex_range){next, 0x10FFFF};
}

/* The ranges of \d, \w or \s; *negated for the capital letters. 0: it is none of them. */
static size_t named_set(uint32_t cp, const struct cm_regex_range **ranges, bool *negated) {
    *negated = cp == 'D' || cp == 'W' || cp == 'S';
    *ranges = (cp | 0x20) == 'd' ? digits : (cp | 0x20) == 'w' ? words : spaces;
    return (cp | 0x20) == 'd' ? 1 : (cp | 0x20) == 'w' ? 4 : (cp | 0x20) == 's' ? 2 : 0;
}

static void add_named(struct parse *parse, const struct cm_regex_range *ranges, size_t count, bool negated) {
    uint32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if (!negated)
            add_range(parse, ranges[i]);
        else if (ranges[i].first > next)
            add_range(parse, (struct cm_regex_range){next, ranges[i].first - 1});
        next = ranges[i].last + 1;
    }
    if (negated)
        add_range(parse, (struct cm_regex_range){next, 0x10FFFF});
}

/* No code point from here on folds to another one (CaseFolding.txt ends before). */
enum { FOLDS_END = 0x20000, MAX_FOLDS = 4096 };

/* What a code point folds to. Counted: an expression looks up at most CM_REGEX_MAX_LOOKED_UP. */
static uint32_t look_up(struct parse *parse, uint32_t cp) {
    parse->tree->looked_up++;
    return cm_fold(cp);
}

/* Collects which code points fold to others: once for an expression. */
static bool find_folds(struct parse *parse) {
    if (parse->folds != NULL)
        return true;
    parse->folds = cm_arena_alloc(parse->scratch, MAX_FOLDS * sizeof *parse->folds);
    for (uint32_t cp = 0x80; parse->folds != NULL && cp < FOLDS_END && parse->fold_count < MAX_FOLDS; cp++) {
        const uint32_t folded = look_up(parse, cp);
        if (folded != cp)
            parse->folds[parse->fold_count++] = (struct cm_regex_range){cp, folded};
    }
    return parse->folds != NULL;
}

static void add_one(struct parse *parse, struct cm_regex_range range, uint32_t folded) {
    if (folded < range.first || folded > range.last)
        add_range(parse, (struct cm_regex_range){folded, folded});
}

/* The ends of folds are not ascending, their beginnings are. */
static size_t first_fold(const struct parse *parse, uint32_t cp) {
    size_t low = 0, high = parse->fold_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (parse->folds[middle].first < cp)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds what the members of a range fold to: texts that are compared hold no other. The few members of most ranges are
 * looked up, as long as an expression has few in all; else, once, all code points are. */
static void add_folded(struct parse *parse, struct cm_regex_range range) {
    for (uint32_t cp = 'A'; cp <= 'Z'; cp++)
        if (range.first <= cp && cp <= range.last)
            add_one(parse, range, cm_fold(cp));
    if (range.first < 0x80)
        range.first = 0x80;
    if (range.last < range.first)
        return;
    if (parse->folds == NULL && range.last - range.first < CM_REGEX_FEW_LOOKED_UP - parse->tree->looked_up) {
        for (uint32_t cp = range.first; cp <= range.last; cp++)
            add_one(parse, range, look_up(parse, cp));
        return;
    }
    if (!find_folds(parse)) {
        no_memory(parse);
        return;
    }
    for (size_t i = first_fold(parse, range.first);
         i < parse->fold_count && parse->folds[i].first <= range.last && parse->status == CERTMAP_OK; i++)
        add_one(parse, range, parse->folds[i].last);
}

/* The members are apart by now, so that each code point folds once for a class. */
static void fold_members(struct parse *parse) {
    for (size_t i = 0; i < parse->member_count && parse->status == CERTMAP_OK; i++)
        add_folded(parse, parse->members[i]);
}

/* ---- classes ---- */

/* What is not read in a class. */
static const char *bad_member(const struct parse *parse) {
    const size_t at = parse->at;
    if (is_raw(parse, at, '[') &&
        (is_raw(parse, at + 1, ':') || is_raw(parse, at + 1, '.') || is_raw(parse, at + 1, '=')))
        return "classes have no names such as [:digit:]; write the range, 0-9";
    if (is_raw(parse, at, '['))
        return "a class holds no other one; write \\[ for the character";
    if (is_raw(parse, at, '&') && is_raw(parse, at + 1, '&'))
        return "classes are not intersected; write \\&\\& for the characters";
    return NULL;
}

/* Takes a character of a class; SIZE_MAX where it is none, an escape of a set. */
static uint32_t take_member(struct parse *parse) {
    const struct token token = parse->tokens[parse->at];
    const uint32_t cp = token.escaped ? escaped_character(token.cp) : token.cp;
    if (cp == 0 || (!token.escaped && cp == '\\'))
        return bad(parse, parse->at,
                   "a backslash in a class belongs before punctuation, n, t, r, d, D, w, W, s or S only");
    parse->at++;
    return cp;
}

/* \d and the like in a class; false: there is none. */
static bool take_named_member(struct parse *parse) {
    const struct cm_regex_range *ranges;
    bool negated;
    const struct token token = parse->tokens[parse->at];
    const size_t count = token.escaped ? named_set(token.cp, &ranges, &negated) : 0;
    if (count == 0)
        return false;
    add_named(parse, ranges, count, negated);
    parse->at++;
    if (is_raw(parse, parse->at, '-') && !is_raw(parse, parse->at + 1, ']'))
        bad(parse, parse->at, "a range does not begin with a class; write \\- for the character");
    return true;
}

static void take_range(struct parse *parse) {
    const size_t at = parse->at;
    const char *why = bad_member(parse);
    if (why != NULL) {
        bad(parse, at, why);
        return;
    }
    if (take_named_member(parse))
        return;
    struct cm_regex_range range;
    range.first = range.last = take_member(parse);
    if (is_raw(parse, parse->at, '-') && parse->at + 1 < parse->count && !is_raw(parse, parse->at + 1, ']')) {
        parse->at++;
        range.last = take_member(parse);
    }
    if (parse->status == CERTMAP_OK && range.last < range.first)
        bad(parse, at, "a range ends before it begins");
    if (parse->status != CERTMAP_OK)
        return;
    add_range(parse, range);
    if (parse->nocase)
        put_range(parse, parse->members, &parse->member_count, range);
}

/* What follows "[". */
static uint32_t take_class(struct parse *parse) {
    const size_t start = parse->at - 1;
    const bool negated = accept(parse, '^');
    parse->set_count = parse->member_count = 0;
    if (is_raw(parse, parse->at, ']'))
        return bad(parse, start, "the class is empty; write \\] for the character");
    while (parse->status == CERTMAP_OK && parse->at < parse->count && !is_raw(parse, parse->at, ']'))
        take_range(parse);
    if (parse->status == CERTMAP_OK && !accept(parse, ']'))
        return bad(parse, start, "the class does not end; write ] after it, or \\[ for the character");
    fold_members(parse);
    if (negated)
        complement(parse);
    return parse->status == CERTMAP_OK ? add_set(parse) : CM_REGEX_NONE;
}

/* ---- what is read elsewhere and not here ---- */

/* What begins with "(?"; at is that of the question mark. */
static const char *bad_group(const struct parse *parse, size_t at) {
    const uint32_t next = at + 1 < parse->count ? parse->tokens[at + 1].cp : 0;
    const bool behind = next == '<' && (is_raw(parse, at + 2, '=') || is_raw(parse, at + 2, '!'));
    if (next == '=' || next == '!')
        return "look-ahead needs backtracking; write what may be there, or a second condition";
    if (behind)
        return "look-behind needs backtracking; write what may be there, or a second condition";
    if (next == '>')
        return "an atomic group needs backtracking; write ( )";
    if (next == '<' || next == 'P' || next == '\'')
        return "groups have no names; write ( )";
    if (next == '#')
        return "expressions have no comments";
    if (next == '(' || next == 'R' || next == '&' || (next >= '0' && next <= '9'))
        return "conditions and recursion need backtracking, and are not known";
    return "options are not written in the expression; write \"matches nocase\" to ignore case";
}

/* An escape that expressions do not have. */
static const char *bad_escape(uint32_t cp) {
    if ((cp >= '1' && cp <= '9') || cp == 'k' || cp == 'g')
        return "a backreference needs backtracking; write what may be there once more";
    if (cp == 'b' || cp == 'B' || cp == 'A' || cp == 'Z' || cp == 'z' || cp == 'G')
        return "anchors are not needed: an expression is always about the whole value";
    if (cp == 'p' || cp == 'P')
        return "properties of characters are not known; write ranges, for example [A-Za-z]";
    if (cp == 'x' || cp == 'u' || cp == 'U' || cp == 'N')
        return "a character is written by its number as \\u{41} in the rule, or is written itself";
    return "a backslash belongs before punctuation, n, t, r, d, D, w, W, s or S only";
}

static const char *bad_atom(uint32_t cp) {
    switch (cp) {
    case '^':
        return "anchors are not needed: an expression is always about the whole value; leave out ^, or write \\^ for "
               "the "
               "character";
    case '$':
        return "anchors are not needed: an expression is always about the whole value; leave out $, or write \\$ for "
               "the "
               "character";
    case '*':
    case '+':
    case '?':
    case '{':
        return "there is nothing to repeat; write a backslash before the character if it is one";
    case '}':
        return "} without {; write \\} for the character";
    case ']':
        return "] without [; write \\] for the character";
    default:
        return "a backslash is the last character; write \\\\ for the character";
    }
}

/* ---- atoms ---- */

static uint32_t take_alternatives(struct parse *parse);

/* What follows "(". */
static uint32_t take_group(struct parse *parse) {
    const size_t start = parse->at - 1;
    if (is_raw(parse, parse->at, '?')) {
        if (!is_raw(parse, parse->at + 1, ':'))
            return bad(parse, parse->at, bad_group(parse, parse->at));
        parse->at += 2;
    }
    if (is_raw(parse, parse->at, '*') && parse->at + 1 < parse->count && parse->tokens[parse->at + 1].literal)
        return bad(parse, parse->at, "verbs such as (*ATOMIC) are not known");
    if (parse->nesting == CERTMAP_MAX_NESTING)
        return too_large(parse, "groups in one another", CERTMAP_MAX_NESTING);
    parse->nesting++;
    const uint32_t node = take_alternatives(parse);
    parse->nesting--;
    if (node != CM_REGEX_NONE && !accept(parse, ')'))
        return bad(parse, start, "the group does not end; write ) after it, or \\( for the character");
    return node;
}

static uint32_t one_character(struct parse *parse, uint32_t cp) {
    parse->set[0] = (struct cm_regex_range){cp, cp};
    parse->set_count = 1;
    return add_set(parse);
}

/* \d and the like. */
static uint32_t take_escape(struct parse *parse, uint32_t cp) {
    const struct cm_regex_range *ranges;
    bool negated;
    const size_t count = named_set(cp, &ranges, &negated);
    if (count == 0)
        return bad(parse, parse->at, bad_escape(cp));
    parse->at++;
    parse->set_count = 0;
    add_named(parse, ranges, count, negated);
    return add_set(parse);
}

static uint32_t take_atom(struct parse *parse) {
    const struct token token = parse->tokens[parse->at];
    if (token.literal) {
        parse->at++;
        return one_character(parse, token.cp);
    }
    if (token.escaped)
        return take_escape(parse, token.cp);
    if (accept(parse, '(')) /* a closing one ends the branch */
        return take_group(parse);
    if (accept(parse, '['))
        return take_class(parse);
    if (accept(parse, '.')) {
        parse->set[0] = (struct cm_regex_range){0, 0x10FFFF};
        parse->set_count = 1;
        return add_set(parse);
    }
    return bad(parse, parse->at, bad_atom(token.cp));
}

/* ---- repetitions ---- */

/* A number of a repetition; false: there is none. */
static bool take_number(struct parse *parse, uint32_t *number) {
    const size_t start = parse->at;
    *number = 0;
    for (; parse->at < parse->count && !parse->tokens[parse->at].escaped; parse->at++) {
        const uint32_t cp = parse->tokens[parse->at].cp;
        if (cp < '0' || cp > '9')
            break;
        *number = *number * 10 + (cp - '0');
        if (*number > CERTMAP_MAX_REGEX_POSITIONS) {
            too_large(parse, "repetitions of a part", CERTMAP_MAX_REGEX_POSITIONS);
            return false;
        }
    }
    return parse->at > start;
}

/* What follows "{". */
static void take_bounds(struct parse *parse, uint32_t *min, uint32_t *max) {
    const size_t start = parse->at - 1;
    const bool number = take_number(parse, min);
    *max = *min;
    if (number && accept(parse, ',') && !take_number(parse, max))
        *max = CM_REGEX_MANY;
    if (parse->status == CERTMAP_OK && (!number || !accept(parse, '}')))
        bad(parse, start, "a repetition is written {2}, {2,} or {2,5}; write \\{ for the character");
    else if (parse->status == CERTMAP_OK && *max < *min)
        bad(parse, start, "a repetition ends before it begins");
}

/* A repetition; false: there is none. */
static bool take_repetition(struct parse *parse, uint32_t *min, uint32_t *max) {
    *min = 0;
    *max = CM_REGEX_MANY;
    if (accept(parse, '*'))
        return true;
    *min = 1;
    if (accept(parse, '+'))
        return true;
    *min = 0;
    *max = 1;
    if (accept(parse, '?'))
        return true;
    if (!accept(parse, '{'))
        return false;
    take_bounds(parse, min, max);
    return true;
}

/* What may not follow a repetition. */
static const char *bad_second(const struct parse *parse) {
    if (is_raw(parse, parse->at, '?'))
        return "a lazy repetition needs backtracking; leave out the ?, which changes nothing about a whole value";
    if (is_raw(parse, parse->at, '+'))
        return "a possessive repetition needs backtracking; leave out the +";
    if (is_raw(parse, parse->at, '*') || is_raw(parse, parse->at, '{'))
        return "two repetitions follow one another; write parentheses around the first";
    return NULL;
}

/* How many positions a node repeated has: at least those of the text that it takes, at most CERTMAP_MAX_REGEX_POSITIONS. */
static uint32_t repeated_positions(uint32_t positions, uint32_t min, uint32_t max) {
    const uint64_t copies = max != CM_REGEX_MANY ? max : min > 0 ? min : 1;
    const uint64_t all = positions * copies;
    return all <= CERTMAP_MAX_REGEX_POSITIONS ? (uint32_t)all : CERTMAP_MAX_REGEX_POSITIONS + 1;
}

static uint32_t take_piece(struct parse *parse) {
    uint32_t min, max;
    const uint32_t atom = take_atom(parse);
    if (atom == CM_REGEX_NONE || !take_repetition(parse, &min, &max))
        return atom;
    if (bad_second(parse) != NULL)
        return bad(parse, parse->at, bad_second(parse));
    const uint32_t node = parse->status == CERTMAP_OK ? add_node(parse, CM_REGEX_REPEAT, atom) : CM_REGEX_NONE;
    if (node == CM_REGEX_NONE)
        return node;
    struct cm_regex_node *made = &parse->tree->nodes[node];
    made->min = min;
    made->max = max;
    made->positions = repeated_positions(parse->tree->nodes[atom].positions, min, max);
    return node;
}

/* ---- branches ---- */

/* Adds a child to a node, after the last one; false: they have too many positions. */
static bool add_child(struct parse *parse, uint32_t parent, uint32_t *last, uint32_t child) {
    struct cm_regex_node *nodes = parse->tree->nodes;
    if (*last == CM_REGEX_NONE)
        nodes[parent].child = child;
    else
        nodes[*last].next = child;
    *last = child;
    nodes[parent].positions += nodes[child].positions;
    if (nodes[parent].positions > CERTMAP_MAX_REGEX_POSITIONS)
        too_large(parse, "characters and classes, those that are repeated counted each time",
                  CERTMAP_MAX_REGEX_POSITIONS);
    return parse->status == CERTMAP_OK;
}

static uint32_t take_branch(struct parse *parse) {
    const uint32_t node = add_node(parse, CM_REGEX_CAT, CM_REGEX_NONE);
    uint32_t last = CM_REGEX_NONE;
    while (node != CM_REGEX_NONE && parse->at < parse->count && !is_raw(parse, parse->at, '|') &&
           !is_raw(parse, parse->at, ')')) {
        const uint32_t piece = take_piece(parse);
        if (piece == CM_REGEX_NONE || !add_child(parse, node, &last, piece))
            return CM_REGEX_NONE;
    }
    return node;
}

/* Calls itself as deep as groups are nested. */
static uint32_t take_alternatives(struct parse *parse) {
    const uint32_t node = add_node(parse, CM_REGEX_ALT, CM_REGEX_NONE);
    uint32_t last = CM_REGEX_NONE;
    do {
        const uint32_t branch = node != CM_REGEX_NONE ? take_branch(parse) : CM_REGEX_NONE;
        if (branch == CM_REGEX_NONE || !add_child(parse, node, &last, branch))
            return CM_REGEX_NONE;
    } while (accept(parse, '|'));
    return node;
}

/* ---- the call ---- */

static bool begin(struct parse *parse, struct certmap_view *shown, struct certmap_view text) {
    struct cm_text made;
    parse->set = cm_arena_alloc(parse->scratch, (CERTMAP_MAX_REGEX_RANGES + 4) * sizeof *parse->set);
    parse->members = cm_arena_alloc(parse->scratch, (CERTMAP_MAX_REGEX_RANGES + 4) * sizeof *parse->members);
    if (parse->set == NULL || parse->members == NULL || !cm_text_make(&made, text, parse->scratch, parse->scratch))
        return false;
    *shown = made.nfc;
    return take_tokens(parse, made.nfc) && normalise_runs(parse);
}

enum certmap_status cm_regex_parse(struct cm_regex_tree *tree, struct certmap_view *shown, struct certmap_view text,
                                   bool nocase, struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct parse parse = {.tree = tree, .scratch = scratch, .err = err, .nocase = nocase, .status = CERTMAP_OK};
    *tree = (struct cm_regex_tree){.root = CM_REGEX_NONE};
    if (text.len > CERTMAP_MAX_REGEX_SIZE)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_REGEX_TOO_LARGE,
                        "the expression has %zu bytes; the most is %d", text.len, CERTMAP_MAX_REGEX_SIZE);
    if (!begin(&parse, shown, text))
        return cm_error_memory(err);
    tree->root = take_alternatives(&parse);
    if (parse.status == CERTMAP_OK && parse.at < parse.count)
        bad(&parse, parse.at, ") without (; write \\) for the character");
    return parse.status;
}
