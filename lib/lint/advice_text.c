/* SPDX-License-Identifier: MIT */
/* Texts that are not what they look like:
 *
 *     confusable           letters of two scripts in one word, or of another script in a word of look-alikes alone beside
 *                          Latin ones; characters that NFKC makes others of, as letters of full width
 *     edge-space           a blank at an end, two in a row, or one that is not U+0020
 *     invisible-character  a soft hyphen, a joiner
 *
 * Silent: words of one script, whatever it is; joiners where scripts need them, and after emoji. */
#include "advice.h"
#include "certmap/names.h"
#include "reach.h"
#include "sample.h"
#include "script.h"
#include "text.h"
#include <string.h>

/* ---- reading ---- */

/* A text as code points, and what it was probably meant to be. */
struct text {
    uint32_t *letters;
    size_t len;
    uint32_t *meant; /* up to MAX_PARTS for each letter */
    size_t meant_len;
    uint32_t odd; /* the first character that gives rise to a report */
};

/* Most characters that one of compatibility is made of; of a longer one nothing is said. */
#define MAX_PARTS 4

static bool read_text(struct text *text, struct cm_lint_pool *pool, struct certmap_view view) {
    *text = (struct text){.letters = cm_lint_pool_take(pool, view.len + 1, sizeof *text->letters),
                          .meant = cm_lint_pool_take(pool, MAX_PARTS * view.len + 1, sizeof *text->meant)};
    const uint8_t *at = view.data, *end = view.data + view.len;
    if (text->letters == NULL || text->meant == NULL)
        return false;
    while (view.len > 0 && at < end)
        text->letters[text->len++] = cm_lint_next(&at);
    return true;
}

/* The meant text in UTF-8. */
static struct certmap_view meant_of(struct cm_lint_pool *pool, const struct text *text) {
    static const uint8_t marks[] = {0, 0xC0, 0xE0, 0xF0};
    uint8_t *bytes = cm_lint_pool_take(pool, text->meant_len + 1, 4);
    size_t len = 0;
    for (size_t i = 0; bytes != NULL && i < text->meant_len; i++) {
        const uint32_t c = text->meant[i];
        const unsigned more = c >= 0x10000 ? 3 : c >= 0x800 ? 2 : c >= 0x80 ? 1 : 0;
        bytes[len++] = (uint8_t)(marks[more] | c >> 6 * more);
        for (unsigned k = 1; k <= more; k++)
            bytes[len++] = (uint8_t)(0x80 | (c >> 6 * (more - k) & 0x3F));
    }
    return (struct certmap_view){bytes, bytes != NULL ? len : 0};
}

/* ---- look-alikes ---- */

/* A word: where it ends, and how many letters of each script it has. */
struct word {
    size_t end;
    size_t counts[CM_LINT_SCRIPTS];
    bool alike; /* every letter has a Latin look-alike */
};

static struct word word_at(const struct text *text, size_t begin) {
    struct word word = {.end = begin, .alike = true};
    for (; word.end < text->len && cm_lint_is_letter(text->letters[word.end]); word.end++) {
        const uint32_t letter = text->letters[word.end];
        word.counts[cm_lint_script_of(letter)]++;
        word.alike = word.alike && cm_lint_look_alike(letter, CM_LINT_LATIN) != 0;
    }
    return word;
}

/* The script that most letters have, Latin before others; *several: there are two. */
static enum cm_lint_script script_of(const struct word *word, bool *several) {
    enum cm_lint_script most = CM_LINT_LATIN;
    size_t scripts = 0;
    for (int script = CM_LINT_LATIN; script < CM_LINT_SCRIPTS; script++) {
        scripts += word->counts[script] > 0;
        if (word->counts[script] > word->counts[most])
            most = (enum cm_lint_script)script;
    }
    *several = scripts > 1;
    return most;
}

static void put_letter(struct text *text, uint32_t letter, enum cm_lint_script wanted, bool odd_word) {
    const bool other = odd_word && cm_lint_script_of(letter) != wanted;
    const uint32_t alike = other ? cm_lint_look_alike(letter, wanted) : 0;
    if ((other && cm_lint_script_of(letter) != CM_LINT_NO_SCRIPT) || cm_lint_is_compatible(letter))
        text->odd = text->odd == 0 ? letter : text->odd;
    if (alike != 0)
        text->meant[text->meant_len++] = alike;
    else if (cm_lint_is_compatible(letter))
        text->meant_len += cm_lint_decompose(text->meant + text->meant_len, MAX_PARTS, letter);
    else
        text->meant[text->meant_len++] = letter;
}

static bool has_latin(const struct text *text) {
    for (size_t i = 0; i < text->len; i++)
        if (cm_lint_script_of(text->letters[i]) == CM_LINT_LATIN)
            return true;
    return false;
}

/* Reads the words; whether one is odd. */
static bool find_confusable(struct text *text) {
    const bool latin = has_latin(text);
    text->meant_len = 0;
    text->odd = 0;
    for (size_t i = 0; i < text->len;) {
        const struct word word = word_at(text, i);
        bool odd = false;
        enum cm_lint_script wanted = script_of(&word, &odd);
        if (!odd && latin && word.alike && word.end > i && wanted != CM_LINT_LATIN) {
            odd = true;
            wanted = CM_LINT_LATIN;
        }
        const size_t end = word.end > i ? word.end : i + 1;
        for (; i < end; i++)
            put_letter(text, text->letters[i], wanted, odd);
    }
    return text->odd != 0;
}

/* ---- blanks, and what nobody sees ---- */

/* Without the blanks that are one too many. */
static bool find_blank(struct text *text) {
    text->meant_len = 0;
    text->odd = 0;
    for (size_t i = 0; i < text->len; i++) {
        const uint32_t c = text->letters[i];
        const bool blank = cm_lint_is_blank(c);
        const bool extra = blank && (i == 0 || i + 1 == text->len || cm_lint_is_blank(text->letters[i - 1]));
        if (blank && (extra || c != ' ') && text->odd == 0)
            text->odd = c;
        if (!extra)
            text->meant[text->meant_len++] = blank ? ' ' : c;
    }
    while (text->meant_len > 0 && text->meant[text->meant_len - 1] == ' ')
        text->meant_len--;
    return text->odd != 0;
}

/* Joiners and variations belong to scripts and emoji: after what is none of Latin, Greek and Cyrillic. */
static bool is_needed(const struct text *text, size_t at) {
    const uint32_t c = text->letters[at];
    const bool joins = c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F) || c >= 0xE0000;
    return joins && at > 0 && text->letters[at - 1] >= 0x0590;
}

static bool find_invisible(struct text *text) {
    text->meant_len = 0;
    text->odd = 0;
    for (size_t i = 0; i < text->len; i++) {
        const uint32_t c = text->letters[i];
        const bool odd = cm_lint_is_invisible(c) && !is_needed(text, i);
        if (odd && text->odd == 0)
            text->odd = c;
        if (!odd)
            text->meant[text->meant_len++] = c;
    }
    return text->odd != 0;
}

/* ---- reports ---- */

/* A text of the mapping that is looked at. */
struct about {
    const struct cm_lint_advised *advised;
    size_t number; /* of the condition; SIZE_MAX: the account */
    struct certmap_view shown;
    struct certmap_position place;
    bool drafted; /* there is no other text of the condition for which it was tried too often */
};

/* Most operands of a condition that are drafted: a match takes time in proportion to their number. */
#define MAX_DRAFTS 16

/* What a certificate with the meant text gets; where it is this mapping all the same, one with the text itself. */
static bool draft_meant(struct cm_lint_draft *draft, struct certmap_lint *lint, const struct about *about,
                        struct certmap_view meant) {
    const struct cm_lint_advised *advised = about->advised;
    const struct cm_lint_condition *condition;
    if (about->number == SIZE_MAX || meant.len == 0 || !about->drafted)
        return false;
    condition = cm_lint_condition_at(&lint->model, advised->mapping->condition + about->number);
    const size_t index = advised->mapping->condition + about->number;
    const bool like = condition->op == CERTMAP_OP_LIKE;
    const struct certmap_view text = like ? cm_lint_fill(&lint->scratch, meant, "x", "x") : meant;
    if (!cm_lint_draft_about(draft, lint, advised, index, text))
        return false;
    if (!advised->refused[about->number] &&
        cm_lint_draft_is_answered(draft, advised->index, advised->mapping->is.decision))
        return cm_lint_draft_about(draft, lint, advised, index,
                                   like ? cm_lint_fill(&lint->scratch, about->shown, "x", "x") : about->shown);
    return true;
}

static void report(struct certmap_lint *lint, const struct about *about, enum certmap_code code,
                   const struct text *text, const char *what) {
    const struct certmap_view meant = meant_of(&lint->scratch, text);
    struct certmap_result result;
    struct cm_lint_draft draft;
    if (!cm_lint_wants(lint, code) || lint->scratch.failed)
        return;
    const bool shown = draft_meant(&draft, lint, about, meant) && cm_lint_draft_answer(&draft, &result);
    const bool is_other = shown && !cm_lint_answers(lint, &result, about->advised->index);
    struct certmap_lint_report *made = cm_lint_report_add(
        lint, code, shown ? CERTMAP_CERTAINTY_SHOWN : CERTMAP_CERTAINTY_ADVICE, about->advised->index, about->place,
        is_other ? "this text has U+%04X, %s: a certificate with %s is not what it means"
                 : "this text has U+%04X, %s: it is another one than %s",
        (unsigned)text->odd, what, cm_lint_quote(lint, meant));
    cm_lint_report_help(lint, made,
                        "write %s; a character that is meant is written \\u{%X}, and allowed: # certmap: allow %s -- "
                        "WHY at the end of its line, or --allow %s:MAPPING",
                        cm_lint_quote(lint, meant), (unsigned)text->odd, certmap_code_name(code),
                        certmap_code_name(code));
    if (shown)
        cm_lint_draft_show(&draft, made);
}

/* Most texts are ASCII without a blank too many. */
static bool is_ordinary(struct certmap_view text) {
    bool blank = true;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 0x80 || (text.data[i] == ' ' && blank))
            return false;
        blank = text.data[i] == ' ';
    }
    return text.len == 0 || !blank;
}

/* Whether it was looked at closely. */
static bool advise(struct certmap_lint *lint, const struct about *about, bool blanks) {
    struct text text;
    if (is_ordinary(about->shown) || !read_text(&text, &lint->scratch, about->shown))
        return false;
    if (find_confusable(&text))
        report(lint, about, CERTMAP_CODE_CONFUSABLE, &text, "which looks like another character");
    if (blanks && find_blank(&text))
        report(lint, about, CERTMAP_CODE_EDGE_SPACE, &text, "a blank that nobody sees");
    if (find_invisible(&text))
        report(lint, about, CERTMAP_CODE_INVISIBLE_CHARACTER, &text, "which nobody sees");
    return true;
}

/* In a whole Name blanks mean nothing; certificates and digests are no text. */
static void advise_condition(struct certmap_lint *lint, const struct cm_lint_advised *advised, size_t number) {
    const struct cm_lint_condition *condition =
        cm_lint_condition_at(&lint->model, advised->mapping->condition + number);
    const struct cm_lint_path *path = cm_lint_path_at(&lint->model, condition->path);
    size_t looked = 0;
    if (path->field == CERTMAP_FIELD_CERTIFICATE ||
        (condition->op != CERTMAP_OP_EQUAL && condition->op != CERTMAP_OP_LIKE && condition->op != CERTMAP_OP_UNDER))
        return;
    for (size_t i = 0; i < condition->operand_count; i++) {
        const struct about about = {advised, number,
                                    cm_lint_shown(cm_lint_operand_at(&lint->model, condition->operand + i)),
                                    cm_lint_operand_place(lint, advised->index, number, i), looked < MAX_DRAFTS};
        looked += advise(lint, &about, !cm_lint_is_whole_name(path));
    }
}

void cm_lint_advise_text(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    const struct about account = {advised, SIZE_MAX, advised->mapping->is.account,
                                  cm_lint_account_place(lint, advised->index), false};
    for (size_t i = 0; i < advised->mapping->condition_count; i++)
        advise_condition(lint, advised, i);
    if (advised->allows && !advised->mapping->is.is_template)
        (void)advise(lint, &account, true);
}
