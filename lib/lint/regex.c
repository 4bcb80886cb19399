/* SPDX-License-Identifier: MIT */
/* What can be written is in docs/rules.md; the loader has read the expression, so that it is well formed. */
#include "regex.h"
#include "one_condition.h"
#include "text.h"
#include "witness.h"
#include <string.h>

/* Longest sample, and most steps to it: an expression may repeat what is empty. */
#define MAX_SAMPLE 512
#define MAX_STEPS 20000

/* An expression that is read, and what was written for it. */
struct reading {
    const uint8_t *at, *end;
    uint8_t *text;
    size_t len, steps;
    bool more, failed;
};

static bool is_at(const struct reading *reading, uint8_t c) {
    return reading->at < reading->end && *reading->at == c;
}

static void put(struct reading *reading, const uint8_t *bytes, size_t len) {
    if (reading->len + len > MAX_SAMPLE) {
        reading->failed = true;
        return;
    }
    memcpy(reading->text + reading->len, bytes, len);
    reading->len += len;
}

/* ---- characters ---- */

/* The code point of an escape, after its backslash; a letter for a class of characters. */
static uint32_t read_escape(struct reading *reading) {
    const uint32_t c = cm_lint_next(&reading->at);
    if (c == 'n' || c == 't' || c == 'r')
        return c == 'n' ? '\n' : c == 't' ? '\t' : '\r';
    return c;
}

static bool is_word(uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether a class that is written with one letter has a character. */
static bool letter_has(uint32_t letter, uint32_t c) {
    switch (letter) {
    case 'd':
    case 'D':
        return (c >= '0' && c <= '9') == (letter == 'd');
    case 'w':
    case 'W':
        return is_word(c) == (letter == 'w');
    default:
        return (c == ' ' || (c >= '\t' && c <= '\r')) == (letter == 's');
    }
}

static bool is_class_letter(uint32_t c) {
    return c < 0x80 && c != 0 && strchr("dDwWsS", (int)c) != NULL;
}

/* A member of a class in brackets: a character, or one of those letters. */
static uint32_t read_member(struct reading *reading, bool *letter) {
    const bool escaped = is_at(reading, '\\');
    reading->at += escaped;
    const uint32_t c = escaped ? read_escape(reading) : cm_lint_next(&reading->at);
    *letter = escaped && is_class_letter(c);
    return c;
}

/* Whether the class in brackets that begins here has a character; *first gets one that it names. */
static bool class_has(struct reading reading, uint32_t c, uint32_t *first) {
    bool found = false, letter;
    reading.at++;
    const bool negated = is_at(&reading, '^');
    reading.at += negated;
    while (reading.at < reading.end && *reading.at != ']') {
        const uint32_t low = read_member(&reading, &letter);
        uint32_t high = low;
        if (letter) {
            found = found || letter_has(low, c);
            continue;
        }
        *first = *first == 0 ? low : *first;
        if (is_at(&reading, '-') && reading.at + 1 < reading.end && reading.at[1] != ']') {
            reading.at++;
            high = read_member(&reading, &letter);
        }
        found = found || (c >= low && c <= high);
    }
    return found != negated;
}

static void pass_class(struct reading *reading) {
    for (reading->at++; reading->at < reading->end && *reading->at != ']'; reading->at++)
        reading->at += *reading->at == '\\';
    reading->at += reading->at < reading->end;
}

static void put_code_point(struct reading *reading, uint32_t c) {
    uint8_t bytes[4];
    put(reading, bytes, cm_lint_put_utf8(bytes, c));
}

/* What people write first: letters, digits, signs. */
static const char usual[] =
    "xabcdefghijklmnopqrstuvwyzXABCDEFGHIJKLMNOPQRSTUVWYZ1234567890 -_.@/:,;+*#'()&!\"$%<=>?[\\]^`{|}~";

static void put_of_class(struct reading *reading) {
    uint32_t first = 0;
    for (const char *c = usual; *c != '\0'; c++)
        if (class_has(*reading, (unsigned char)*c, &first)) {
            put(reading, (const uint8_t *)c, 1);
            return;
        }
    put_code_point(reading, first);
}

static void put_of_letter(struct reading *reading, uint32_t letter) {
    for (const char *c = usual; *c != '\0'; c++)
        if (letter_has(letter, (unsigned char)*c)) {
            put(reading, (const uint8_t *)c, 1);
            return;
        }
}

/* ---- parts ---- */

static void read_branches(struct reading *reading);

/* Past a part that is not repeated: a character, a class, a group. */
static void pass_part(struct reading *reading) {
    size_t depth = 0;
    do {
        if (is_at(reading, '[')) {
            pass_class(reading);
            continue;
        }
        depth += is_at(reading, '(');
        depth -= is_at(reading, ')') && depth > 0;
        if (is_at(reading, '\\')) {
            reading->at++;
            (void)read_escape(reading);
        } else {
            (void)cm_lint_next(&reading->at);
        }
    } while (depth > 0 && reading->at < reading->end);
}

static void write_part(struct reading *reading) {
    if (++reading->steps > MAX_STEPS || reading->failed) {
        reading->failed = true;
    } else if (is_at(reading, '(')) {
        reading->at++;
        if (is_at(reading, '?'))
            reading->at += 2; /* (?: */
        read_branches(reading);
    } else if (is_at(reading, '[')) {
        put_of_class(reading);
    } else if (is_at(reading, '.')) {
        put(reading, (const uint8_t *)"x", 1);
    } else if (is_at(reading, '\\')) {
        reading->at++;
        const uint32_t c = read_escape(reading);
        if (is_class_letter(c))
            put_of_letter(reading, c);
        else
            put_code_point(reading, c);
    } else {
        put_code_point(reading, cm_lint_next(&reading->at));
    }
}

static size_t read_number(struct reading *reading, size_t other) {
    size_t number = 0;
    bool any = false;
    for (; reading->at < reading->end && *reading->at >= '0' && *reading->at <= '9' && number < MAX_SAMPLE; any = true)
        number = number * 10 + (size_t)(*reading->at++ - '0');
    return any ? number : other;
}

/* How often the part before is to be there. */
static size_t read_repetition(struct reading *reading) {
    size_t least = 1, most = 1;
    if (is_at(reading, '*') || is_at(reading, '?') || is_at(reading, '+')) {
        least = *reading->at == '+';
        most = *reading->at++ == '?' ? 1 : SIZE_MAX;
    } else if (is_at(reading, '{')) {
        reading->at++;
        least = most = read_number(reading, 0);
        if (is_at(reading, ',')) {
            reading->at++;
            most = read_number(reading, SIZE_MAX);
        }
        reading->at += is_at(reading, '}');
    }
    return reading->more && most > least ? least + 1 : least;
}

/* Up to the end of the group, or of the expression: the first branch is written, the others passed over. */
static void read_branches(struct reading *reading) {
    bool passed = false;
    while (reading->at < reading->end && !reading->failed && *reading->at != ')') {
        const uint8_t *part = reading->at;
        passed = passed || *part == '|';
        pass_part(reading);
        const size_t times = read_repetition(reading);
        const uint8_t *next = reading->at;
        for (size_t i = 0; i < times && !passed && !reading->failed; i++) {
            reading->at = part;
            write_part(reading);
        }
        reading->at = next;
    }
}

struct certmap_view cm_lint_regex_sample(struct cm_lint_pool *pool, struct certmap_view regex, bool more) {
    struct reading reading = {.at = regex.data, .end = regex.data + regex.len, .more = more};
    reading.text = cm_lint_pool_take(pool, MAX_SAMPLE, 1);
    if (reading.text == NULL)
        return certmap_no_view();
    if (regex.len > 0)
        read_branches(&reading);
    return reading.failed ? certmap_no_view() : (struct certmap_view){reading.text, reading.len};
}

/* ---- the matcher ---- */

/* Errors: as the builder's. */
static enum certmap_status make_rules(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                      struct certmap_view regex, bool nocase) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.subfield = certmap_view_of("CN");
    condition.op = CERTMAP_OP_MATCHES;
    condition.flags = nocase ? CERTMAP_NOCASE : 0;
    condition.operands = &regex;
    condition.operand_count = 1;
    return cm_lint_one_condition(rules, allocator, &condition);
}

bool cm_lint_regex_takes(bool *takes, struct cm_lint_pool *pool, struct certmap_peer *peer, struct certmap_view regex,
                         bool nocase, struct certmap_view text) {
    const struct cm_lint_value value = {CERTMAP_FIELD_SUBJECT, certmap_view_of("CN"), text, CERTMAP_LINT_READABLE};
    const struct cm_lint_witness witness = {&value, 1};
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_rules *rules = NULL;
    const enum certmap_status status = make_rules(&rules, &pool->allocator, regex, nocase);
    const bool matched = status == CERTMAP_OK &&
                         cm_lint_witness_set(peer, pool, &witness, cm_lint_witness_der(pool, &witness)) &&
                         certmap_match(rules, peer, &result, NULL) == CERTMAP_OK;
    *takes = result.decision == CERTMAP_ALLOW;
    pool->failed = pool->failed || status == CERTMAP_ERROR_MEMORY;
    if (status == CERTMAP_OK)
        certmap_rules_free(rules);
    return matched && (*takes || result.reason == CERTMAP_CODE_NO_MATCH);
}
