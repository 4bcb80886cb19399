/* SPDX-License-Identifier: MIT */
/* 603, a pattern of another language: a class of characters ([0-9]), a regular expression (^Sales.*$), SQL (%Sales%), a
 * choice of a shell ({a,b}). To certmap all of this is text.
 *
 * Real values have brackets, backslashes, dots, dollars and percent signs too: "Alice [Contractor]", "CONTOSO\dave",
 * "web.*", the account of a computer "WEB01$", "100%". So only what no value is likely to hold is a sign:
 *
 *     [0-9] [A-Za-z_]   ranges that make sense, and nothing but ranges and a few characters
 *     [!x] [^x] [:digit:]
 *     web[12] [Cc]on    digits, or a letter in both cases, or letters in a row, right at other text
 *     ^...              at the beginning; $ only after what is a sign by itself
 *     .* .+             at the beginning, after ( ^ - _ @ = or a blank, or before ) $; .+ also before @ and at the end
 *     a|b               letters or wildcards at both sides of the bar
 *     \d+ \w* \.        where no user name of a domain can be meant
 *     (a|b) (?i) .{8}
 *     {a,b}             without blanks
 *     %...  ...%        at an end, without * and ?; not after a digit */
#include "advice/advice.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/view.h"
#include "syntax/print.h"

/* What a sign is of. */
enum sign { SIGN_NONE, SIGN_CLASS, SIGN_REGEX, SIGN_CHOICE, SIGN_SQL };

/* A pattern as it is read: the units, and the sign that was found. */
struct reading {
    struct certmap_view units;
    enum cm_text_kind kind;
    enum sign sign;
    size_t at, len; /* of the sign */
};

/* ---- characters ---- */

static bool is_digit(unsigned c) {
    return c >= '0' && c <= '9';
}

static bool is_small(unsigned c) {
    return c >= 'a' && c <= 'z';
}

static bool is_capital(unsigned c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(unsigned c) {
    return is_digit(c) || is_small(c) || is_capital(c);
}

/* The unit at an offset, 0 after the end. */
static unsigned unit(const struct reading *reading, size_t at) {
    return at < reading->units.len ? reading->units.data[at] : 0;
}

static unsigned before(const struct reading *reading, size_t at) {
    return at > 0 ? reading->units.data[at - 1] : 0;
}

static bool found(struct reading *reading, enum sign sign, size_t at, size_t len) {
    reading->sign = sign;
    reading->at = at;
    reading->len = len;
    return true;
}

/* ---- classes ---- */

/* Whether a-b is a range of one kind of characters. */
static bool is_range(unsigned a, unsigned b) {
    return a < b && ((is_digit(a) && is_digit(b)) || (is_small(a) && is_small(b)) || (is_capital(a) && is_capital(b)));
}

static bool same_kind(unsigned a, unsigned b) {
    return (is_digit(a) && is_digit(b)) || ((is_small(a) || is_capital(a)) && (is_small(b) || is_capital(b)));
}

/* Whether ranges, and at most two letters or digits apart from them, are all that is from begin to end. A range that
 * touches a character of its kind, which begins none, is a part of a word or a number: E-Mail, 10-20. */
static bool has_ranges_only(const struct reading *reading, size_t begin, size_t end) {
    size_t ranges = 0, others = 0;
    for (size_t i = begin; i < end; i++) {
        if (i + 2 < end && unit(reading, i + 1) == '-' && is_range(unit(reading, i), unit(reading, i + 2))) {
            if (others > 0 && i > begin && same_kind(unit(reading, i - 1), unit(reading, i)))
                return false;
            ranges++;
            i += 2;
        } else {
            others += is_alnum(unit(reading, i));
            if (unit(reading, i) == ' ' && i > begin && i + 1 < end)
                return false;
        }
    }
    return ranges > 0 && others <= 2;
}

/* Whether these are a few digits, the two cases of a letter, or letters in a row. */
static bool is_small_set(const struct reading *reading, size_t begin, size_t end) {
    bool digits = end - begin >= 2, row = digits;
    for (size_t i = begin; i < end; i++) {
        digits = digits && is_digit(unit(reading, i));
        row = row && is_small(unit(reading, i)) && (i == begin || unit(reading, i) == unit(reading, i - 1) + 1);
    }
    const bool cases = end - begin == 2 && is_capital(unit(reading, begin)) &&
                       unit(reading, begin + 1) == unit(reading, begin) + ('a' - 'A');
    return digits || row || cases;
}

/* Whether a bracket is where a class would: at a letter or digit, after what joins words, or at the beginning and
 * before a wildcard. */
static bool stands_like_class(const struct reading *reading, size_t at, size_t end) {
    const unsigned last = before(reading, at), next = unit(reading, end + 1);
    return is_alnum(last) || is_alnum(next) || last == '-' || last == '_' || last == '.' ||
           (at == 0 && (next == CM_GLOB_MANY || next == CM_GLOB_ONE));
}

static bool find_class(struct reading *reading, size_t at) {
    size_t end = at + 1;
    const unsigned first = unit(reading, at + 1);
    while (end < reading->units.len && unit(reading, end) != ']' && unit(reading, end) != '[')
        end++;
    if (unit(reading, at + 1) == ':' || (first == '[' && unit(reading, at + 2) == ':'))
        return reading->kind != CM_TEXT_URI && is_small(unit(reading, at + 2 + (first == '['))) &&
               found(reading, SIGN_CLASS, at, reading->units.len - at < 9 ? reading->units.len - at : 9);
    if (unit(reading, end) != ']' || end == at + 1)
        return false;
    const bool negated = (first == '!' || first == '^') && end > at + 2;
    if (negated || has_ranges_only(reading, at + 1, end) || reading->kind == CM_TEXT_DNS ||
        (stands_like_class(reading, at, end) && is_small_set(reading, at + 1, end)))
        return found(reading, SIGN_CLASS, at, end + 1 - at);
    return false;
}

/* ---- regular expressions ---- */

/* A dot with a quantifier. */
static bool find_dot(struct reading *reading, size_t at) {
    const unsigned quantifier = unit(reading, at + 1), next = unit(reading, at + 2), last = before(reading, at);
    if (quantifier == '{' && is_digit(next))
        return found(reading, SIGN_REGEX, at, 3);
    if (quantifier != CM_GLOB_MANY && quantifier != '+')
        return false;
    if (at == 0 || (last < 0x80 && strchr("(^-_ @=", (int)last) != NULL) || next == ')' || next == '$' ||
        (quantifier == '+' && (next == '@' || at + 2 == reading->units.len)))
        return found(reading, SIGN_REGEX, at, 2);
    return false;
}

/* Whether something repeats what is before it. */
static bool is_quantifier(unsigned c) {
    return c == '+' || c == '{';
}

/* \d and the like, and a dot that is escaped. In a Kerberos principal a backslash escapes. */
static bool find_backslash(struct reading *reading, size_t at) {
    const unsigned c = unit(reading, at + 1), next = unit(reading, at + 2), last = before(reading, at);
    if (c == '.')
        return (last != 0 || next != 0) && found(reading, SIGN_REGEX, at, 2);
    if (c != 'd' && c != 'w' && c != 's' && c != 'D' && c != 'W' && c != 'S')
        return false;
    const bool apart = !is_alnum(last) && last != '.' && last < CM_GLOB_ONE; /* no domain is before it */
    if (is_quantifier(next) || (apart && !is_alnum(next)))
        return found(reading, SIGN_REGEX, at, 2);
    const bool doubled = next == '\\' && unit(reading, at + 3) == c;
    return doubled && found(reading, SIGN_REGEX, at, 2);
}

/* (a|b), (?i) and (?:...) */
static bool find_group(struct reading *reading, size_t at) {
    bool choice = false;
    size_t end = at + 1;
    const unsigned flag = unit(reading, at + 2);
    if (unit(reading, at + 1) == CM_GLOB_ONE &&
        (flag == ':' || flag == '!' || flag == '=' || (flag == 'i' && unit(reading, at + 3) == ')')))
        return found(reading, SIGN_REGEX, at, 3);
    for (; end < reading->units.len && unit(reading, end) != ')' && unit(reading, end) != '('; end++)
        choice = choice || unit(reading, end) == '|';
    return choice && unit(reading, end) == ')' && found(reading, SIGN_CHOICE, at, end + 1 - at);
}

/* Contoso|Fabrikam, Sales*|Support*: a bar that joins two words. Between blanks it is in titles, and before a number
 * in names: John|12345. */
static bool is_word_end(unsigned c) {
    return is_small(c) || is_capital(c) || c >= CM_GLOB_ONE;
}

static bool find_bar(struct reading *reading, size_t at) {
    return reading->kind != CM_TEXT_URI && is_word_end(before(reading, at)) && is_word_end(unit(reading, at + 1)) &&
           found(reading, SIGN_CHOICE, at, 1);
}

/* {contoso,fabrikam} */
static bool find_braces(struct reading *reading, size_t at) {
    bool choice = false;
    size_t end = at + 1;
    for (; end < reading->units.len && unit(reading, end) != '}'; end++) {
        if (unit(reading, end) == ' ' || unit(reading, end) == '{' || unit(reading, end) == '"')
            return false;
        choice = choice || (unit(reading, end) == ',' && end > at + 1);
    }
    return choice && unit(reading, end) == '}' && found(reading, SIGN_CHOICE, at, end + 1 - at);
}

/* ---- SQL ---- */

static bool is_percent_encoded(const struct reading *reading, size_t at) {
    return cm_hex_value((uint8_t)unit(reading, at + 1)) < 16 && cm_hex_value((uint8_t)unit(reading, at + 2)) < 16;
}

static bool find_percent(struct reading *reading) {
    const size_t last = reading->units.len - 1;
    for (size_t i = 0; i <= last; i++)
        if (unit(reading, i) >= CM_GLOB_ONE)
            return false;
    if (unit(reading, 0) == '%' && unit(reading, 1) != ' ' &&
        !(reading->kind == CM_TEXT_URI && is_percent_encoded(reading, 0)))
        return found(reading, SIGN_SQL, 0, 1);
    if (unit(reading, last) == '%' && !is_digit(before(reading, last)) && before(reading, last) != ' ')
        return found(reading, SIGN_SQL, last, 1);
    return false;
}

/* ---- all ---- */

static bool find_at(struct reading *reading, size_t at) {
    switch (unit(reading, at)) {
    case '[':
        return find_class(reading, at);
    case '^':
        return at == 0 && reading->units.len > 1 && found(reading, SIGN_REGEX, 0, 1);
    case '.':
        return find_dot(reading, at);
    case '\\':
        return reading->kind != CM_TEXT_KRB5 && find_backslash(reading, at);
    case '(':
        return find_group(reading, at);
    case '{':
        return find_braces(reading, at);
    case '|':
        return find_bar(reading, at);
    default:
        return false;
    }
}

static bool find_sign(struct reading *reading) {
    reading->sign = SIGN_NONE;
    for (size_t i = 0; i < reading->units.len; i++)
        if (find_at(reading, i))
            return true;
    return reading->units.len > 0 && find_percent(reading);
}

/* ---- what to write instead ---- */

/* One step of a regular expression or of SQL as units; returns how long it is in the source, 0: it has no such form. */
static size_t convert_step(const struct reading *reading, size_t at, uint8_t *units, size_t *len) {
    const unsigned c = unit(reading, at), next = unit(reading, at + 1);
    const bool regex = reading->sign == SIGN_REGEX;
    if (regex && ((c == '^' && at == 0) || (c == '$' && at + 1 == reading->units.len)))
        return 1;
    if (regex && c == '.' && (next == CM_GLOB_MANY || next == '+')) {
        if (next == '+')
            units[(*len)++] = CM_GLOB_ONE;
        units[(*len)++] = CM_GLOB_MANY;
        return 2;
    }
    if (regex && c == '\\' && next != 0 && !is_alnum(next)) {
        units[(*len)++] = (uint8_t)next;
        return 2;
    }
    if (regex && (c >= CM_GLOB_ONE || strchr("\\[](){}|+^$", (int)c) != NULL))
        return 0;
    units[(*len)++] = c == '%' && !regex ? CM_GLOB_MANY : (uint8_t)c;
    return 1;
}

/* The whole as a pattern, where there is one that means the same. */
static bool convert(const struct reading *reading, uint8_t units[CM_ADVICE_PATTERN_SIZE], size_t *len) {
    *len = 0;
    if (reading->sign != SIGN_REGEX && reading->sign != SIGN_SQL)
        return false;
    for (size_t i = 0, step; i < reading->units.len; i += step) {
        step = convert_step(reading, i, units, len);
        if (step == 0)
            return false;
    }
    return *len > 0;
}

/* ---- messages ---- */

/* The sign as it was written, but for escapes. */
static void print_sign(struct cm_out *out, const struct reading *reading) {
    for (size_t i = reading->at; i < reading->at + reading->len && i < reading->units.len; i++)
        if (unit(reading, i) >= CM_GLOB_ONE)
            cm_out_char(out, unit(reading, i) == CM_GLOB_MANY ? '*' : '?');
        else
            cm_out_bytes(out, reading->units.data + i, 1);
}

static const char *meaning(enum sign sign) {
    switch ((int)sign) {
    case SIGN_CLASS:
        return ", which here are these characters: a pattern has * and ? and no classes of characters; ";
    case SIGN_CHOICE:
        return ", which here are these characters: a pattern has * and ? and no choice; ";
    case SIGN_SQL:
        return ", which here is this character: * stands for any characters; ";
    default:
        return ", which here are these characters: a pattern has * and ? and is no regular expression; ";
    }
}

static const char *cure(enum sign sign, bool iis) {
    if (sign == SIGN_CLASS)
        return iis ? "write ? for any one character"
                   : "write matches and a regular expression, or ? for any one character";
    if (sign == SIGN_CHOICE)
        return iis ? "write a mapping for each"
                   : "write a list, like (\"a*\", \"b*\"), or matches and a regular expression";
    return "write * for any characters and ? for one; a pattern is about the whole value";
}

static void say(struct certmap_diagnostic *diagnostic, const struct reading *reading,
                const struct cm_advised_operand *operand) {
    struct cm_advice_message message;
    uint8_t units[CM_ADVICE_PATTERN_SIZE];
    size_t len;
    char sign[48];
    struct cm_out raw = {sign, sizeof sign, 0};
    cm_advice_start(&message);
    cm_out_string(&message.out, "the pattern has ");
    print_sign(&raw, reading);
    cm_out_escaped(&message.out, cm_view(sign, raw.len < raw.cap ? raw.len : raw.cap), true);
    cm_out_string(&message.out, meaning(reading->sign));
    const size_t before_cure = message.out.len;
    if (convert(reading, units, &len)) {
        cm_out_string(&message.out, "write ");
        if (operand != NULL)
            cm_advice_print_like(&message.out, operand);
        cm_pattern_print(&message.out, cm_view(units, len));
    }
    if (message.out.len == before_cure || message.out.len > message.out.cap) {
        message.out.len = before_cure;
        cm_out_string(&message.out, cure(reading->sign, operand == NULL));
    }
    const struct certmap_position position =
        operand != NULL ? operand->position : (struct certmap_position){0, 0, 0, 0};
    cm_advice_finish(diagnostic, &message, CERTMAP_CODE_LITERAL_CLASS,
                     "the pattern is in another language than certmap's", position);
}

/* After = only what is a pattern for sure is a sign. */
static bool is_sure(const struct reading *reading) {
    const unsigned last = before(reading, reading->units.len);
    return (reading->sign == SIGN_REGEX && reading->at == 0 && unit(reading, 0) == '^' && last == '$') ||
           (reading->sign == SIGN_CLASS && has_ranges_only(reading, reading->at + 1, reading->at + reading->len - 1));
}

/* Whether a pattern has a character that a sign has: most have * and ? only. */
static bool may_have_sign(struct certmap_view pattern) {
    static const bool signs[256] = {['['] = true, ['^'] = true, ['\\'] = true, ['('] = true,
                                    ['{'] = true, ['%'] = true, ['+'] = true,  ['|'] = true};
    for (size_t i = 0; i < pattern.len; i++)
        if (signs[pattern.data[i]] || (pattern.data[i] == '*' && i > 0 && pattern.data[i - 1] == '.'))
            return true;
    return false;
}

bool cm_advise_pattern(struct certmap_diagnostic *diagnostic, const struct cm_advised_operand *operand) {
    uint8_t units[CM_ADVICE_PATTERN_SIZE];
    const bool like = operand->op == CERTMAP_OP_LIKE;
    if (operand->path->kind == CM_TEXT_NAME || (!like && operand->op != CERTMAP_OP_EQUAL) ||
        !may_have_sign(operand->text))
        return false;
    const size_t len = cm_advice_units(units, operand->text, like);
    if (len == SIZE_MAX)
        return false;
    struct reading reading = {.units = {units, len}, .kind = operand->path->kind};
    if (!find_sign(&reading) || (!like && !is_sure(&reading)))
        return false;
    say(diagnostic, &reading, operand);
    return true;
}

bool certmap_pattern_advise(struct certmap_view pattern, unsigned flags, struct certmap_diagnostic *diagnostic) {
    uint8_t units[CM_ADVICE_PATTERN_SIZE];
    struct certmap_diagnostic own;
    if (!cm_view_sound(pattern) || !may_have_sign(pattern))
        return false;
    const size_t len = cm_advice_units(units, pattern, (flags & CERTMAP_IIS_PATTERN) == 0);
    if (len == SIZE_MAX)
        return false;
    struct reading reading = {.units = {units, len}, .kind = CM_TEXT_PLAIN};
    if (!find_sign(&reading))
        return false;
    say(diagnostic != NULL ? diagnostic : &own, &reading, NULL);
    return true;
}
