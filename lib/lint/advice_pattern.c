/* SPDX-License-Identifier: MIT */
/* Patterns that take more than a reader thinks. A value that is taken, and hardly meant, is put into a draft; where the
 * mapping does not let it in after all, as because of an exception, nothing is said.
 *
 *     domain-boundary  "*contoso.example" takes evilcontoso.example, "www.contoso.*" www.contoso.evil.example
 *     open-pattern     "Contoso*" takes Contosox: a letter or digit beside the star
 *     wide-pattern     "*", "*@*", "*.example", 0.0.0.0/0: nearly all there is
 *     no-wildcard      "Alice": what = says, too
 *
 * Silent: ? and what is beside it; a star beside a blank or a sign; what refuses. */
#include "advice.h"
#include "sample.h"
#include <string.h>

/* Longer patterns are not looked at: nobody reads them. */
#define MAX_PATTERN 1024
/* Most operands of a condition that are drafted: a match takes time in proportion to their number. */
#define MAX_DRAFTS 16

#define MANY 256
#define ONE 257

/* A pattern, letter by letter, and a value of it that is hardly meant. */
struct pattern {
    const struct cm_lint_path *path;
    struct certmap_view shown;
    unsigned symbols[MAX_PATTERN];
    size_t len;
    enum certmap_code code; /* NONE: there is nothing to say */
    size_t star;            /* which symbol is to blame */
    const char *filling;    /* what stands for it in the value */
};

static bool read_pattern(struct pattern *pattern, struct certmap_view shown) {
    pattern->shown = shown;
    pattern->len = 0;
    if (shown.len > MAX_PATTERN)
        return false;
    for (size_t i = 0; i < shown.len; i++) {
        const uint8_t c = shown.data[i];
        if (c == '\\' && i + 1 < shown.len)
            pattern->symbols[pattern->len++] = shown.data[++i];
        else
            pattern->symbols[pattern->len++] = c == '*' ? MANY : c == '?' ? ONE : c;
    }
    return true;
}

static unsigned symbol(const struct pattern *pattern, size_t at) {
    return at < pattern->len ? pattern->symbols[at] : 0;
}

/* A letter, a digit, or a part of a letter that is not ASCII. */
static bool is_word(unsigned c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0x80 && c < MANY);
}

static bool blame(struct pattern *pattern, enum certmap_code code, size_t star, const char *filling) {
    pattern->code = code;
    pattern->star = star;
    pattern->filling = filling;
    return true;
}

/* The value: the blamed star is filled, another is one letter. */
static struct certmap_view value_of(struct cm_lint_pool *pool, const struct pattern *pattern) {
    const size_t room = pattern->len + strlen(pattern->filling) + 1;
    uint8_t *text = cm_lint_pool_take(pool, room, 1);
    size_t len = 0;
    for (size_t i = 0; text != NULL && i < pattern->len; i++) {
        if (i == pattern->star) {
            memcpy(text + len, pattern->filling, strlen(pattern->filling));
            len += strlen(pattern->filling);
        } else {
            text[len++] = pattern->symbols[i] < MANY                     ? (uint8_t)pattern->symbols[i]
                          : pattern->path->field == CERTMAP_FIELD_MS_SID ? '1'
                                                                         : 'x';
        }
    }
    return (struct certmap_view){text, text != NULL ? len : 0};
}

/* ---- domains ---- */

/* How many dots there are from one symbol to another. */
static size_t dots(const struct pattern *pattern, size_t at, size_t end) {
    size_t count = 0;
    for (; at < end; at++)
        count += symbol(pattern, at) == '.';
    return count;
}

/* Whether all symbols are wildcards or of this text. */
static bool has_only(const struct pattern *pattern, size_t at, size_t end, const char *text) {
    for (; at < end; at++)
        if (symbol(pattern, at) < MANY && strchr(text, (int)symbol(pattern, at)) == NULL)
            return false;
    return true;
}

/* The first star from one symbol to another, or the end. */
static size_t find_star(const struct pattern *pattern, size_t at, size_t end) {
    while (at < end && symbol(pattern, at) != MANY)
        at++;
    return at;
}

/* A domain that begins at a symbol, and is the rest of the pattern. A star that is at its beginning, or in it, may not
 * end within one of the two labels to the right, and none may be the end. */
static bool judge_domain(struct pattern *pattern, size_t at, const char *host, const char *rest) {
    const size_t first = find_star(pattern, at, pattern->len);
    size_t star = first;
    if (first == pattern->len)
        return false;
    if (has_only(pattern, at, pattern->len, "."))
        return blame(pattern, CERTMAP_CODE_WIDE_PATTERN, first, host);
    for (size_t i = first; i < pattern->len; i = find_star(pattern, i + 1, pattern->len))
        star = i;
    const unsigned next = symbol(pattern, star + 1);
    if (star + 1 == pattern->len)
        return blame(pattern, CERTMAP_CODE_DOMAIN_BOUNDARY, star, is_word(symbol(pattern, star - 1)) ? rest : rest + 1);
    if (next == '.' && dots(pattern, star + 2, pattern->len) == 0 && star == at)
        return blame(pattern, CERTMAP_CODE_WIDE_PATTERN, star, host);
    if (!is_word(next) || has_only(pattern, star + 1, pattern->len, ""))
        return false;
    return blame(pattern,
                 dots(pattern, star + 1, pattern->len) < 2 ? CERTMAP_CODE_DOMAIN_BOUNDARY : CERTMAP_CODE_OPEN_PATTERN,
                 star, host);
}

/* ---- words ---- */

/* A star that ends, or begins, a word in the middle. */
static bool judge_words(struct pattern *pattern, size_t end) {
    for (size_t i = find_star(pattern, 0, end); i < end; i = find_star(pattern, i + 1, end))
        if ((i > 0 && is_word(symbol(pattern, i - 1))) || is_word(symbol(pattern, i + 1)))
            return blame(pattern, CERTMAP_CODE_OPEN_PATTERN, i,
                         pattern->path->field == CERTMAP_FIELD_MS_SID ? "1" : "x");
    return false;
}

/* ---- kinds of values ---- */

static bool judge_dns(struct pattern *pattern) {
    return judge_domain(pattern, 0, "evil", ".evil.example");
}

static size_t find_at(const struct pattern *pattern) {
    size_t at = pattern->len;
    for (size_t i = 0; i < pattern->len; i++)
        at = symbol(pattern, i) == '@' ? i : at;
    return at;
}

/* An address: what is before the last @, and the domain after it. */
static bool judge_address(struct pattern *pattern) {
    const size_t at = find_at(pattern);
    if (has_only(pattern, 0, pattern->len, "@."))
        return blame(pattern, CERTMAP_CODE_WIDE_PATTERN, find_star(pattern, 0, pattern->len),
                     at < pattern->len ? "evil.example" : "mallory@evil.example");
    if (at == pattern->len)
        return judge_domain(pattern, 0, "mallory@evil", "x@evil.example");
    return judge_domain(pattern, at + 1, "evil", ".evil.example") || judge_words(pattern, at);
}

/* Where the host of a URI begins; the end: it has none. */
static size_t find_host(const struct pattern *pattern) {
    for (size_t i = 0; i + 3 <= pattern->len; i++)
        if (symbol(pattern, i) == ':' && symbol(pattern, i + 1) == '/' && symbol(pattern, i + 2) == '/')
            return i + 3;
    return pattern->len;
}

/* A star in the host stands for slashes too. */
static bool judge_uri(struct pattern *pattern) {
    const size_t host = find_host(pattern);
    size_t end = host;
    while (end < pattern->len && symbol(pattern, end) != '/')
        end++;
    const size_t star = find_star(pattern, host, end);
    if (star == end || host == pattern->len)
        return false;
    if (has_only(pattern, host, pattern->len, "/"))
        return blame(pattern, CERTMAP_CODE_WIDE_PATTERN, star, "evil.example");
    return blame(pattern, CERTMAP_CODE_DOMAIN_BOUNDARY, star,
                 star == host                         ? "evil.example/"
                 : is_word(symbol(pattern, star - 1)) ? ".evil.example/"
                                                      : "evil.example/");
}

static bool is_subject_address(const struct cm_lint_path *path) {
    return (path->field == CERTMAP_FIELD_SUBJECT || path->field == CERTMAP_FIELD_SAN_DIRNAME) &&
           cm_lint_is_named(path->subfield, "E");
}

static bool judge_kind(struct pattern *pattern) {
    const struct cm_lint_path *path = pattern->path;
    const bool san = path->field == CERTMAP_FIELD_SAN;
    if (san && cm_lint_is_named(path->subfield, "dns"))
        return judge_dns(pattern);
    if (san && cm_lint_is_named(path->subfield, "uri"))
        return judge_uri(pattern);
    if (is_subject_address(path) ||
        (san && (cm_lint_is_named(path->subfield, "email") || cm_lint_is_named(path->subfield, "upn") ||
                 cm_lint_is_named(path->subfield, "krb5"))))
        return judge_address(pattern);
    return judge_words(pattern, pattern->len);
}

static bool judge(struct pattern *pattern, const struct cm_lint_path *path, struct certmap_view shown) {
    pattern->path = path;
    pattern->code = CERTMAP_CODE_NONE;
    if (!read_pattern(pattern, shown) || find_star(pattern, 0, pattern->len) == pattern->len)
        return false;
    if (has_only(pattern, 0, pattern->len, "")) {
        const bool address =
            is_subject_address(path) || (path->field == CERTMAP_FIELD_SAN && !cm_lint_is_named(path->subfield, "dns"));
        return blame(pattern, CERTMAP_CODE_WIDE_PATTERN, find_star(pattern, 0, pattern->len),
                     path->field == CERTMAP_FIELD_MS_SID ? "S-1-5-21-1-2-3-1105"
                     : address                           ? "mallory@evil.example"
                                                         : "Mallory");
    }
    return judge_kind(pattern);
}

/* ---- reports ---- */

static void add_help(struct certmap_lint *lint, struct certmap_lint_report *report, const struct pattern *pattern) {
    const struct certmap_view shown = pattern->shown;
    const bool front = pattern->star == 0, back = pattern->star + 1 == pattern->len;
    const struct certmap_view rest = {shown.data + front, shown.len - 1};
    const bool alone = (front != back) && shown.len > 1 && memchr(rest.data, '*', rest.len) == NULL &&
                       memchr(rest.data, '?', rest.len) == NULL && memchr(rest.data, '\\', rest.len) == NULL;
    const char *text = alone ? cm_lint_quote(lint, rest) : "";
    const int bare = alone ? (int)strlen(text) - 2 : 0; /* without its quotes */
    if (pattern->code == CERTMAP_CODE_WIDE_PATTERN)
        cm_lint_report_help(lint, report, "name what is meant; if anything is, write present");
    else if (!alone)
        cm_lint_report_help(
            lint, report,
            pattern->code == CERTMAP_CODE_DOMAIN_BOUNDARY
                ? "write the domain out to its end, and a . or @ before it: \"*.contoso.example\""
                : "put a blank or a sign between the * and the word, as in \"svc-*\", or list the values");
    else if (pattern->code == CERTMAP_CODE_DOMAIN_BOUNDARY && front)
        cm_lint_report_help(lint, report, "write \"%s%.*s\"; for %.*s itself, a condition with =",
                            find_at(pattern) == pattern->len && is_subject_address(pattern->path) ? "*@" : "*.", bare,
                            text + 1, bare, text + 1);
    else if (pattern->code == CERTMAP_CODE_DOMAIN_BOUNDARY)
        cm_lint_report_help(lint, report, "write the whole domain, as = \"%.*s\", or \"%.*s/*\" of a URI", bare,
                            text + 1, bare, text + 1);
    else if (front)
        cm_lint_report_help(lint, report, "write = %s, or like \"* %.*s\" for what ends with this word", text, bare,
                            text + 1);
    else
        cm_lint_report_help(lint, report, "write = %s, or like \"%.*s *\" for what begins with this word", text, bare,
                            text + 1);
}

/* Says it, if such a value is let in. */
static void show(struct certmap_lint *lint, const struct cm_lint_advised *advised, size_t number, size_t operand,
                 const struct pattern *pattern, struct certmap_view value) {
    struct cm_lint_draft draft;
    if (!cm_lint_draft_about(&draft, lint, advised, advised->mapping->condition + number, value) ||
        !cm_lint_draft_is_answered(&draft, advised->index, CERTMAP_ALLOW))
        return;
    struct certmap_lint_report *report = cm_lint_report_add(
        lint, pattern->code, CERTMAP_CERTAINTY_SHOWN, advised->index,
        cm_lint_operand_place(lint, advised->index, number, operand),
        pattern->code == CERTMAP_CODE_WIDE_PATTERN ? "nearly every value passes, as %s" : "whoever has %s passes too",
        cm_lint_quote(lint, value));
    add_help(lint, report, pattern);
    cm_lint_draft_show(&draft, report);
}

/* ---- conditions ---- */

static void advise_pattern(struct certmap_lint *lint, const struct cm_lint_advised *advised, size_t number) {
    const struct cm_lint_condition *condition =
        cm_lint_condition_at(&lint->model, advised->mapping->condition + number);
    struct pattern pattern;
    size_t drafts = 0;
    for (size_t i = 0; i < condition->operand_count && drafts < MAX_DRAFTS; i++) {
        const struct cm_lint_operand *operand = cm_lint_operand_at(&lint->model, condition->operand + i);
        if (!judge(&pattern, cm_lint_path_at(&lint->model, condition->path), cm_lint_shown(operand)) ||
            !cm_lint_wants(lint, pattern.code))
            continue;
        drafts++;
        show(lint, advised, number, i, &pattern, value_of(&lint->scratch, &pattern));
    }
}

/* A network that is all addresses. */
static void advise_network(struct certmap_lint *lint, const struct cm_lint_advised *advised, size_t number) {
    const struct cm_lint_condition *condition =
        cm_lint_condition_at(&lint->model, advised->mapping->condition + number);
    const struct cm_lint_path *path = cm_lint_path_at(&lint->model, condition->path);
    struct cm_lint_draft draft;
    size_t drafts = 0;
    if (path->field != CERTMAP_FIELD_SAN || !cm_lint_is_named(path->subfield, "ip"))
        return;
    for (size_t i = 0; i < condition->operand_count && drafts < MAX_DRAFTS; i++) {
        const struct cm_lint_operand *operand = cm_lint_operand_at(&lint->model, condition->operand + i);
        if (operand->bits > 0 || !cm_lint_wants(lint, CERTMAP_CODE_WIDE_PATTERN))
            continue;
        drafts++;
        if (!cm_lint_draft_about(&draft, lint, advised, advised->mapping->condition + number,
                                 cm_lint_compared(operand).len == 4 ? certmap_view_of("\xC6\x33\x64\x07")
                                                                    : cm_lint_compared(operand)) ||
            !cm_lint_draft_is_answered(&draft, advised->index, CERTMAP_ALLOW))
            continue;
        struct certmap_lint_report *report =
            cm_lint_report_add(lint, CERTMAP_CODE_WIDE_PATTERN, CERTMAP_CERTAINTY_SHOWN, advised->index,
                               cm_lint_operand_place(lint, advised->index, number, i), "every address passes");
        cm_lint_report_help(lint, report, "name the networks that are meant; if any is, write present");
        cm_lint_draft_show(&draft, report);
    }
}

/* *escaped: it has a character that would be one, which = has without its backslash. */
static bool has_wildcard(struct certmap_view shown, bool *escaped) {
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.data[i] == '*' || shown.data[i] == '?')
            return true;
        *escaped = *escaped || shown.data[i] == '\\';
        i += shown.data[i] == '\\';
    }
    return false;
}

/* Attributes compare with = as they do with like. */
static bool is_plain(const struct cm_lint_path *path) {
    return path->subfield.len > 0 && (path->field == CERTMAP_FIELD_SUBJECT || path->field == CERTMAP_FIELD_ISSUER ||
                                      path->field == CERTMAP_FIELD_SAN_DIRNAME);
}

/* In IIS files every pattern is one, and whole Names compare otherwise with = than with like. */
static void advise_no_wildcard(struct certmap_lint *lint, const struct cm_lint_advised *advised, size_t number) {
    const struct cm_lint_condition *condition =
        cm_lint_condition_at(&lint->model, advised->mapping->condition + number);
    const struct cm_lint_path *path = cm_lint_path_at(&lint->model, condition->path);
    if (advised->mapping->is.kind != CERTMAP_KIND_NATIVE || condition->operand_count == 0 ||
        cm_lint_is_whole_name(path))
        return;
    bool escaped = false;
    for (size_t i = 0; i < condition->operand_count; i++)
        if (has_wildcard(cm_lint_shown(cm_lint_operand_at(&lint->model, condition->operand + i)), &escaped))
            return;
    const bool single = condition->operand_count == 1;
    struct certmap_lint_report *report =
        cm_lint_report_add(lint, CERTMAP_CODE_NO_WILDCARD, CERTMAP_CERTAINTY_PROVEN, advised->index,
                           cm_lint_operand_place(lint, advised->index, number, 0),
                           "there is no wildcard in this pattern, so that it takes the text itself and nothing else");
    cm_lint_report_help(lint, report, "write %s instead of like%s; no answer changes", single ? "=" : "in",
                        escaped ? ", and \\* and \\? without their backslash" : "");
    const struct certmap_position place = cm_lint_operator_place(lint, advised->index, number);
    if (report != NULL && !escaped && is_plain(path) && place.length == strlen("like")) {
        cm_lint_report_edit(lint, report, place, certmap_view_of(single ? "=" : "in"));
        report->fixed_by_edits = report->edit_count > 0;
    }
}

void cm_lint_advise_pattern(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    for (size_t i = 0; i < advised->mapping->condition_count; i++) {
        const struct cm_lint_condition *condition = cm_lint_condition_at(&lint->model, advised->mapping->condition + i);
        if (condition->op == CERTMAP_OP_LIKE)
            advise_no_wildcard(lint, advised, i);
        if (!advised->allows || advised->refused[i])
            continue;
        if (condition->op == CERTMAP_OP_LIKE)
            advise_pattern(lint, advised, i);
        else if (condition->op == CERTMAP_OP_EQUAL)
            advise_network(lint, advised, i);
    }
}
