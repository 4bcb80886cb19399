/* SPDX-License-Identifier: MIT */
/* Small worlds, and random rules about them: the certificates, one after the other, each that has up to three common names
 * and two units, of a few texts and one value that cannot be read; and conditions that ask for such texts. Who includes
 * this keeps the certificates, in add_certificate. */
#ifndef T_RANDOM_RULES_H
#define T_RANDOM_RULES_H

#include "lint/witness.h"
#include "rules.h"
#include <stdarg.h>

/* ---- what there is, and what is asked for ---- */

/* What the certificates have, NULL for what cannot be read, and what rules ask for. */
struct t_world_kind {
    const char *names[16], *units[4];
    size_t name_count, unit_count, max_names, max_units;
    const char *texts[8], *patterns[8];
    unsigned text_count, pattern_count;
};

/* Rich in what can be asked, and not all that can be had. */
static const struct t_world_kind t_wide = {
    {"a", "A", "ab", "b", NULL},
    {"a", "b", NULL},
    5,
    3,
    3,
    2,
    {"a", "A", "ab", "b", "c"},
    {"a*", "*b", "?", "*", "a?", "A*", "*a*", "b"},
    5,
    8,
};
/* All that can be told apart of what can be asked: a value of each kind, and as many of them as a mapping of up to three
 * conditions can ask for. */
static const struct t_world_kind t_whole = {
    {"a", "b", "ab", "x", "xy", NULL}, {NULL}, 6, 0, 4, 0, {"a", "b"}, {"a*", "?", "*", "b"}, 2, 4,
};

static const struct t_world_kind *asked = &t_wide;

/* ---- each certificate ---- */

static void add_certificate(const struct cm_lint_value *values, size_t count);

static inline struct cm_lint_value value_of(const char *subfield, const char *text) {
    return (struct cm_lint_value){CERTMAP_FIELD_SUBJECT, t_text(subfield), t_text(text != NULL ? text : ""),
                                  text != NULL ? CERTMAP_LINT_READABLE : CERTMAP_LINT_UNREADABLE};
}

static inline void add_units(struct cm_lint_value *values, size_t count, size_t left) {
    add_certificate(values, count);
    for (size_t i = 0; left > 0 && i < asked->unit_count; i++) {
        values[count] = value_of("OU", asked->units[i]);
        add_units(values, count + 1, left - 1);
    }
}

static inline void add_names(struct cm_lint_value *values, size_t count, size_t left) {
    add_units(values, count, asked->max_units);
    for (size_t i = 0; left > 0 && i < asked->name_count; i++) {
        values[count] = value_of("CN", asked->names[i]);
        add_names(values, count + 1, left - 1);
    }
}

static inline void add_certificates(const struct t_world_kind *of) {
    struct cm_lint_value values[8] = {0};
    asked = of;
    add_names(values, 0, asked->max_names);
}

/* ---- random expressions ---- */

static uint64_t state;

static inline unsigned draw(unsigned below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}

static char text[1 << 15];
static size_t text_len;

CK_ATTRIBUTE_FORMAT(printf, 1, 2) static inline void put(const char *format, ...) {
    va_list list;
    va_start(list, format);
    text_len += (size_t)vsnprintf(text + text_len, sizeof text - text_len, format, list);
    va_end(list);
    ck_assert_uint_lt(text_len, sizeof text);
}

/* Also whole Names and regular expressions, of which the analysis proves less. */
static bool t_rich;

static const char *const t_expressions[] = {"a.*", "[ab]+", ".", "(a|A)b?", "[^a]*", "b{1,2}"};
enum { T_EXPRESSIONS = sizeof t_expressions / sizeof *t_expressions };

/* One that the operator takes, which its first letter tells. */
static inline const char *any_operand(const char *operator) {
    switch (operator[0]) {
    case 'l': /* like */
        return asked->patterns[draw(asked->pattern_count)];
    case 'm': /* matches */
        return t_expressions[draw(T_EXPRESSIONS)];
    default:
        return asked->texts[draw(asked->text_count)];
    }
}

static inline void put_operands(const char *operator) {
    const unsigned count = 1 + draw(3);
    put("(");
    for (unsigned i = 0; i < count; i++)
        put("%s\"%s\"", i > 0 ? ", " : "", any_operand(operator));
    put(")");
}

/* A condition on the whole Name. */
static inline void put_whole(void) {
    static const char *const whole[] = {"= \"CN=a\"",          "= \"CN=b,OU=a\"",    "= exact \"CN=A\"",
                                        "= exact \"CN=a\"",    "like \"CN=a*,**\"",  "like nocase \"CN=*,OU=a\"",
                                        "like \"**,OU=a,**\"", "like \"CN=?,CN=*\"", "under \"OU=a\"",
                                        "under \"CN=a,OU=b\""};
    put("subject %s", whole[draw(sizeof whole / sizeof *whole)]);
}

static inline void put_condition(void) {
    static const char *const quantifiers[] = {"",      "",      "",      "every ", "first ",
                                              "last ", "only ", "at 1 ", "at 2 ",  "at 3 "};
    const char *path = asked->unit_count > 0 && draw(3) == 0 ? "subject.OU" : "subject.CN";
    switch (draw(8)) {
    case 0:
        put("%s present", path);
        return;
    case 1:
        put("%s absent", path);
        return;
    case 2:
        put("count(%s) = %u", path, draw(4));
        return;
    case 3:
        if (t_rich && draw(2) == 0) {
            put_whole();
            return;
        }
        break;
    default:
        break;
    }
    static const char *const operators[] = {"like", "in", "like", "in", "matches"};
    const char *operator= operators[draw(t_rich ? 5 : 4)];
    /* One after the other: compilers draw the arguments of a call in orders of their own, and the rules would be others. */
    const char *nocase = asked->unit_count > 0 && draw(4) == 0 ? "nocase " : "";
    const char *quantifier = quantifiers[draw(10)];
    put("%s%s %s %s", quantifier, path, operator, nocase);
    put_operands(operator);
}

static inline void put_expression(unsigned depth) {
    const unsigned kind = draw(depth == 0 ? 2 : 5);
    if (kind < 2) {
        put(kind == 0 && draw(2) == 0 ? "not " : "");
        put_condition();
        return;
    }
    put(draw(4) == 0 ? "not (" : "(");
    put_expression(depth - 1);
    put(kind == 2 ? " and " : " or ");
    put_expression(depth - 1);
    put(")");
}

#endif
