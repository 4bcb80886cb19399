/* SPDX-License-Identifier: MIT */
/* Atoms, and the cheap steps: each is linear in the atoms, but for inclusion, which is tried for each pair. */
#include "text.h"
#include "search.h"
#include <string.h>

/* ---- atoms ---- */

uint32_t cm_lint_next(const uint8_t **at) {
    const uint8_t first = *(*at)++;
    unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    uint32_t code_point = more == 0 ? first : first & (0x3Fu >> more);
    for (; more > 0; more--)
        code_point = code_point << 6 | (*(*at)++ & 0x3Fu);
    return code_point;
}

static uint32_t next_symbol(const uint8_t **at, bool pattern) {
    const uint8_t c = **at;
    if (pattern && (c == '*' || c == '?')) {
        ++*at;
        return c == '*' ? CM_LINT_MANY : CM_LINT_ONE;
    }
    if (pattern && c == '\\')
        ++*at;
    return cm_lint_next(at);
}

struct cm_lint_atom cm_lint_atom_make(struct cm_lint_pool *pool, struct certmap_view text, bool pattern) {
    uint32_t *symbols = cm_lint_pool_take(pool, text.len + 1, sizeof *symbols);
    struct cm_lint_atom atom = {symbols, 0, true, false};
    const uint8_t *at = text.data, *end = text.data + text.len;
    while (symbols != NULL && text.len > 0 && at < end) {
        const uint32_t symbol = next_symbol(&at, pattern);
        atom.exact = atom.exact && symbol < CM_LINT_ONE;
        symbols[atom.count++] = symbol;
    }
    return atom;
}

/* Whether the symbol of a pattern takes one of a text, or of another pattern whatever that stands for. */
static bool takes_one(const struct cm_lint_atom *atom, size_t at, uint32_t other) {
    const uint32_t symbol = atom->symbols[at];
    if (symbol == CM_LINT_ONE || other == CM_LINT_MANY)
        return other != CM_LINT_MANY;
    return symbol == (atom->nocase ? cm_lint_lower(other) : other);
}

/* Whether a pattern takes all of a text, which may itself be a pattern: then only if it takes every text of it letter
 * by letter. Greedy matching with one point of return. */
static bool takes(const struct cm_lint_atom *atom, const uint32_t *text, size_t len) {
    size_t p = 0, t = 0, retry_p = SIZE_MAX, retry_t = 0;
    while (t < len || p < atom->count) {
        if (p < atom->count && atom->symbols[p] == CM_LINT_MANY) {
            retry_p = ++p;
            retry_t = t;
        } else if (p < atom->count && t < len && takes_one(atom, p, text[t])) {
            p++;
            t++;
        } else if (retry_p != SIZE_MAX && retry_t < len) {
            p = retry_p;
            t = ++retry_t;
        } else {
            return false;
        }
    }
    return true;
}

bool cm_lint_atom_matches(const struct cm_lint_atom *atom, const uint32_t *text, size_t len) {
    return takes(atom, text, len);
}

/* ---- candidates ---- */

/* A text on its way. */
struct candidate {
    uint32_t *text;
    size_t len;
};

static bool satisfies(const struct cm_lint_question *question, const struct candidate *candidate) {
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] != 0 &&
            takes(&question->atoms[i], candidate->text, candidate->len) != (question->signs[i] > 0))
            return false;
    return true;
}

static bool try_string(struct candidate *candidate, const struct cm_lint_question *question, const char *string) {
    candidate->len = 0;
    for (; *string != '\0'; string++)
        candidate->text[candidate->len++] = (unsigned char)*string;
    return satisfies(question, candidate);
}

/* A pattern with one letter for each ?, and for each * none or one. */
static bool try_filled(struct candidate *candidate, const struct cm_lint_question *question,
                       const struct cm_lint_atom *atom, uint32_t fresh, bool long_stars) {
    candidate->len = 0;
    for (size_t i = 0; i < atom->count; i++)
        if (atom->symbols[i] != CM_LINT_MANY || long_stars)
            candidate->text[candidate->len++] = atom->symbols[i] < CM_LINT_ONE ? atom->symbols[i] : fresh;
    return satisfies(question, candidate);
}

/* What a pattern is made of: a head before its first *, a tail after its last one; without a * it is all head. */
static size_t head_of(const struct cm_lint_atom *atom) {
    size_t len = 0;
    while (len < atom->count && atom->symbols[len] != CM_LINT_MANY)
        len++;
    return len;
}

static size_t tail_of(const struct cm_lint_atom *atom) {
    size_t len = 0;
    while (len < atom->count && atom->symbols[atom->count - 1 - len] != CM_LINT_MANY)
        len++;
    return len < atom->count ? len : 0;
}

static void write_over(uint32_t *text, const uint32_t *symbols, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (symbols[i] < CM_LINT_ONE)
            text[i] = symbols[i];
}

static void append(struct candidate *candidate, const uint32_t *symbols, size_t len, uint32_t fresh) {
    for (size_t i = 0; i < len; i++)
        if (symbols[i] != CM_LINT_MANY)
            candidate->text[candidate->len++] = symbols[i] < CM_LINT_ONE ? symbols[i] : fresh;
}

/* All patterns that are to match, one over the other at their ends and one after the other between them. If none has a
 * *, their heads are all that there is. */
static bool try_joined(struct candidate *candidate, const struct cm_lint_question *question, uint32_t fresh) {
    size_t head = 0, tail = 0;
    for (size_t i = 0; i < question->count; i++) {
        const struct cm_lint_atom *atom = &question->atoms[i];
        head = question->signs[i] > 0 && head_of(atom) > head ? head_of(atom) : head;
        tail = question->signs[i] > 0 && tail_of(atom) > tail ? tail_of(atom) : tail;
    }
    for (candidate->len = 0; candidate->len < head; candidate->len++)
        candidate->text[candidate->len] = fresh;
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] > 0)
            write_over(candidate->text, question->atoms[i].symbols, head_of(&question->atoms[i]));
    for (size_t i = 0; i < question->count; i++) {
        const struct cm_lint_atom *atom = &question->atoms[i];
        const size_t ends = head_of(atom) + tail_of(atom);
        if (question->signs[i] > 0 && ends < atom->count)
            append(candidate, atom->symbols + head_of(atom), atom->count - ends, fresh);
    }
    uint32_t *end = candidate->text + candidate->len;
    for (size_t i = 0; i < tail; i++)
        candidate->text[candidate->len++] = fresh;
    for (size_t i = 0; i < question->count; i++) {
        const struct cm_lint_atom *atom = &question->atoms[i];
        if (question->signs[i] > 0)
            write_over(end + tail - tail_of(atom), atom->symbols + atom->count - tail_of(atom), tail_of(atom));
    }
    return satisfies(question, candidate);
}

/* ---- steps ---- */

static const char *usual_of(const struct cm_lint_question *question) {
    return question->usual != NULL ? question->usual : "Mallory\0evil.example\0";
}

/* The room that any candidate needs: all patterns that are to match, one after the other, twice for their ends; or a word. */
static size_t room_for(const struct cm_lint_question *question) {
    size_t room = 0;
    for (const char *word = usual_of(question); *word != '\0'; word += strlen(word) + 1)
        room += strlen(word);
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] > 0)
            room += 3 * question->atoms[i].count;
    return room;
}

static bool try_usual(struct candidate *candidate, const struct cm_lint_question *question) {
    for (const char *text = usual_of(question); *text != '\0'; text += strlen(text) + 1)
        if (try_string(candidate, question, text))
            return true;
    return false;
}

static bool has_positive(const struct cm_lint_question *question) {
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] > 0)
            return true;
    return false;
}

static bool try_candidates(struct candidate *candidate, const struct cm_lint_question *question) {
    const uint32_t fresh = cm_lint_fresh_letter(question);
    if (!has_positive(question) && try_usual(candidate, question))
        return true;
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] > 0 && (try_filled(candidate, question, &question->atoms[i], fresh, false) ||
                                       try_filled(candidate, question, &question->atoms[i], fresh, true)))
            return true;
    return try_joined(candidate, question, fresh) || try_usual(candidate, question);
}

/* ---- case ---- */

/* Whether some of the atoms ignore case, and some do not. */
static bool is_mixed(const struct cm_lint_question *question) {
    bool is[2] = {false, false};
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] != 0)
            is[question->atoms[i].nocase] = true;
    return is[0] && is[1];
}

/* Letters that fold to one letter together with a mark that may follow. */
static bool has_marked_form(uint32_t letter) {
    return letter == 'h' || letter == 'j' || letter == 's' || letter == 't' || letter == 'w' || letter == 'y';
}

/* Whether an atom of a mixed question may be about more than letter by letter. */
static bool is_inexact(const struct cm_lint_atom *atom) {
    for (size_t i = 0; i < atom->count; i++) {
        const uint32_t symbol = atom->symbols[i];
        if (symbol >= 0x80 && symbol < CM_LINT_ONE)
            return true;
        if (atom->nocase && symbol >= CM_LINT_ONE &&
            (symbol == CM_LINT_ONE || (i > 0 && has_marked_form(atom->symbols[i - 1]))))
            return true;
    }
    return false;
}

/* Whether no text has the signs of those atoms alone that ignore case, or of those that do not: that is exact. */
static bool is_none_of(struct cm_lint_pool *pool, const struct cm_lint_question *question, bool nocase) {
    struct cm_lint_question part = *question;
    signed char *signs = cm_lint_pool_take(pool, question->count + 1, 1);
    struct certmap_view text;
    for (size_t i = 0; signs != NULL && i < question->count; i++)
        signs[i] = question->atoms[i].nocase == nocase ? question->signs[i] : 0;
    part.signs = signs;
    return signs != NULL && cm_lint_text_find(&text, pool, &part) == CM_LINT_NONE;
}

/* That there is none, unless case makes that uncertain. */
static enum cm_lint_exists no_text(struct cm_lint_pool *pool, const struct cm_lint_question *question) {
    bool inexact = false;
    for (size_t i = 0; i < question->count; i++)
        inexact = inexact || (question->signs[i] != 0 && is_inexact(&question->atoms[i]));
    if (!inexact || !is_mixed(question) || is_none_of(pool, question, false) || is_none_of(pool, question, true))
        return CM_LINT_NONE;
    return CM_LINT_UNDECIDED;
}

bool cm_lint_atom_is_ascii(const struct cm_lint_atom *atom) {
    for (size_t i = 0; i < atom->count; i++)
        if (atom->symbols[i] >= 0x80)
            return false;
    return true;
}

static bool is_ascii_pattern(const struct cm_lint_atom *atom) {
    for (size_t i = 0; i < atom->count; i++)
        if (atom->symbols[i] >= 0x80 && atom->symbols[i] < CM_LINT_ONE)
            return false;
    return true;
}

/* An atom without wildcards that is to match: the only text there is. */
static const struct cm_lint_atom *only_text(const struct cm_lint_question *question) {
    const bool mixed = is_mixed(question);
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] > 0 && question->atoms[i].exact && !(mixed && question->atoms[i].nocase))
            return &question->atoms[i];
    return NULL;
}

/* Whether a pattern with case, letter by letter within one without, is surely within it: each letter of it that folds
 * together with a mark is before another letter, and so before no mark. */
static bool is_surely_within(const struct cm_lint_atom *atom, const struct cm_lint_atom *within) {
    if (!is_ascii_pattern(atom) || !is_ascii_pattern(within))
        return false;
    for (size_t i = 0; i + 1 < atom->count; i++)
        if (atom->symbols[i + 1] >= CM_LINT_ONE && has_marked_form(cm_lint_lower(atom->symbols[i])))
            return false;
    for (size_t i = 0; i < within->count; i++)
        if (within->symbols[i] == CM_LINT_ONE)
            return false;
    return true;
}

/* Whether a pattern that is to match is included in one that is not. surely: whatever case makes of it. */
static bool is_included(const struct cm_lint_question *question, bool surely) {
    for (size_t i = 0; i < question->count; i++)
        for (size_t k = 0; question->signs[i] < 0 && k < question->count; k++)
            if (question->signs[k] > 0 && (question->atoms[i].nocase || !question->atoms[k].nocase) &&
                (!surely || question->atoms[i].nocase == question->atoms[k].nocase ||
                 is_surely_within(&question->atoms[k], &question->atoms[i])) &&
                takes(&question->atoms[i], question->atoms[k].symbols, question->atoms[k].count))
                return true;
    return false;
}

static bool takes_all(const struct cm_lint_atom *atom) {
    return atom->count == 1 && atom->symbols[0] == CM_LINT_MANY;
}

/* Whether a pattern that is not to match matches everything. */
static bool is_refused(const struct cm_lint_question *question) {
    for (size_t i = 0; i < question->count; i++)
        if (question->signs[i] < 0 && takes_all(&question->atoms[i]))
            return true;
    return false;
}

size_t cm_lint_put_utf8(uint8_t *at, uint32_t c) {
    const unsigned more = c >= 0x10000 ? 3 : c >= 0x800 ? 2 : c >= 0x80 ? 1 : 0;
    static const uint8_t marks[] = {0, 0xC0, 0xE0, 0xF0};
    at[0] = (uint8_t)(marks[more] | c >> 6 * more);
    for (unsigned i = 1; i <= more; i++)
        at[i] = (uint8_t)(0x80 | (c >> 6 * (more - i) & 0x3F));
    return more + 1;
}

/* No memory: UNDECIDED. */
static enum cm_lint_exists give(struct certmap_view *text, struct cm_lint_pool *pool, const uint32_t *letters,
                                size_t len) {
    uint8_t *bytes = cm_lint_pool_take(pool, 4 * len + 1, 1);
    size_t used = 0;
    for (size_t i = 0; bytes != NULL && i < len; i++)
        used += cm_lint_put_utf8(bytes + used, letters[i]);
    *text = (struct certmap_view){bytes, used};
    return bytes != NULL ? CM_LINT_EXISTS : CM_LINT_UNDECIDED;
}

enum cm_lint_exists cm_lint_text_find(struct certmap_view *text, struct cm_lint_pool *pool,
                                      const struct cm_lint_question *question) {
    const struct cm_lint_atom *only = only_text(question);
    struct candidate candidate = {cm_lint_pool_take(pool, room_for(question), sizeof(uint32_t)), 0};
    if (candidate.text == NULL)
        return CM_LINT_UNDECIDED;
    if (only != NULL ? try_filled(&candidate, question, only, 0, false) : try_candidates(&candidate, question))
        return give(text, pool, candidate.text, candidate.len);
    if (is_refused(question) || (only != NULL && cm_lint_atom_is_ascii(only)))
        return CM_LINT_NONE;
    if (is_included(question, true))
        return CM_LINT_NONE;
    if (only != NULL || is_included(question, false))
        return no_text(pool, question);
    const uint32_t *letters;
    size_t len;
    const enum cm_lint_exists exists = cm_lint_search(&letters, &len, pool, question);
    if (exists == CM_LINT_EXISTS)
        return give(text, pool, letters, len);
    return exists == CM_LINT_NONE ? no_text(pool, question) : exists;
}
