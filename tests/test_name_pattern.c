/* SPDX-License-Identifier: MIT */
/* Patterns over whole Names: a table, what is refused, and random ones against a plain definition. */
#include "arenas.h"
#include "base/glob.h"
#include "base/view.h"
#include "field/name_pattern.h"
#include "rule/name_pattern.h"
#include "rules.h"
#include "support/random.h"

#define T CERTMAP_TRUE
#define F CERTMAP_FALSE
#define U CERTMAP_UNKNOWN

static struct certmap_diagnostic error;

/* A pattern in which * and ? are the wildcards; DN escapes only. */
static enum certmap_status compile(struct certmap_view *program, const char *pattern, bool nocase) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, pattern);
    for (size_t i = 0; i < text.len; i++)
        text.data[i] = text.data[i] == '*' ? CM_GLOB_MANY : text.data[i] == '?' ? CM_GLOB_ONE : text.data[i];
    const struct certmap_view kept = cm_arena_text(&arena, t_view(&text));
    t_buf_free(&text);
    error = (struct certmap_diagnostic){.status = CERTMAP_OK};
    return cm_name_pattern_compile(program, kept, nocase, &arena, &scratch, &error);
}

static enum certmap_truth match(struct certmap_view program, bool nocase, const struct cm_list *name) {
    size_t steps = 1000000;
    return cm_name_pattern_match(program, nocase, name, &steps);
}

/* ---- a table ---- */

static const struct {
    const char *pattern, *name;
    enum certmap_truth truth;
    bool nocase;
} rows[] = {
    {"CN=*,OU=Sales*,**", "C=US | O=Contoso | OU=Sales East | CN=Alice", T, false},
    {"CN=*,OU=Sales*,**", "OU=Sales | CN=Alice", T, false},
    {"CN=*,OU=Sales*,**", "OU=sales | CN=Alice", F, false},
    {"CN=*,OU=Sales*,**", "OU=sales | CN=Alice", T, true},
    {"CN=*,OU=Sales*,**", "OU=Sales | OU=x | CN=Alice", F, false},
    {"CN=*,OU=Sales*,**", "CN=Alice,OU=Sales", F, false},                    /* a comma in a value */
    {"CN=*,OU=Sales*,**", "C=US | OU=Sales + L=Paris | CN=Alice", F, false}, /* one AVA and no other */
    {"CN=*,OU=Sales*+L=*,**", "C=US | L=Paris + OU=Sales | CN=Alice", T, false},
    {"CN=*,*,O=Contoso", "O=Contoso | OU=a | CN=b", T, false},
    {"CN=*,*,O=Contoso", "O=Contoso | OU=a + L=c | CN=b", T, false},
    {"CN=*,*,O=Contoso", "O=Contoso | CN=b", F, false},
    {"CN=*,*,O=Contoso", "O=Contoso | OU=a | OU=a | CN=b", F, false},
    {"CN=*,**,O=Contoso", "O=Contoso | OU=a | OU=a | CN=b", T, false},
    {"CN=*,**,O=Contoso", "O=Contoso | CN=b", T, false},
    {"CN=*,**,**,O=Contoso", "O=Contoso | CN=b", T, false},
    {"**,OU=x,**,OU=y,**", "OU=y | O=a | OU=x", T, false},
    {"**,OU=x,**,OU=y,**", "OU=x | O=a | OU=y", F, false},
    {"**", "", T, false},
    {"**", "CN=a | octet CN=b", T, false},
    {"*", "octet CN=b", T, false},
    {"*", "", F, false},
    {"", "", T, false},
    {"", "CN=a", F, false},
    {"CN=", "CN=", T, false},
    {"CN=a\\,b", "CN=a,b", T, false},
    {"CN=a\\2Cb", "CN=a,b", T, false},
    {"CN=\\2A\\3F", "CN=*?", T, false},
    {"CN=\\2A\\3F", "CN=ab", F, false},
    {"CN=\\ a\\ ", "CN=\\x20a\\x20", T, false},
    {"CN=\\#a\\+\\\"\\\\", "CN=#a\\x2B\\x22\\x5C", T, false},
    {"CN=e\xCC\x81?", "CN=\xC3\xA9\xC3\xA9", T, false},
    {"cn=a,2.5.4.10=b,OID.2.5.4.6=c", "C=c | O=b | CN=a", T, false},
    {"1.2.3=a*", "1.2.3=ab", T, false},
    {"1.2.3=a*", "1.2.4=ab", F, false},
    {"CN=a*+CN=*b", "CN=ab + CN=ax", T, false}, /* each has one for itself */
    {"CN=a*+CN=*b", "CN=ax + CN=ay", F, false},
    {"CN=a*+CN=a*+CN=*b", "CN=ab + CN=ac + CN=ad", T, false},
    {"CN=a*+CN=ab+CN=*b", "CN=ab + CN=ac + CN=ad", F, false},
    /* what cannot be read */
    {"CN=*", "octet CN=a", U, false},
    {"OU=*", "octet CN=a", F, false},
    {"CN=a,**", "octet CN=a | CN=b", F, false},
    {"CN=a,**", "CN=b | octet CN=a", U, false},
    {"**,CN=a,**", "octet CN=a | CN=a", T, false},
    {"**,CN=a,**", "octet CN=a | CN=b", U, false},
    {"CN=a+CN=b", "CN=a + octet CN=x", U, false},
    {"CN=a+CN=b", "CN=c + octet CN=x", F, false},
    {"CN=a,O=b", "O=c | octet CN=a", F, false},
};

T_TEST(table) {
    struct certmap_view program;
    const struct cm_list name = read_name(rows[_i].name);
    ck_assert_msg(compile(&program, rows[_i].pattern, rows[_i].nocase) == CERTMAP_OK, "%s: %s", rows[_i].pattern,
                  error.text);
    const enum certmap_truth truth = match(program, rows[_i].nocase, &name);
    ck_assert_msg(truth == rows[_i].truth, "%s on %s is %s", rows[_i].pattern, rows[_i].name, t_truth(truth));
}

/* With exactly the steps that it took, or more, the answer is the same, with any fewer it is unknown. */
T_TEST(steps_of_the_table) {
    struct certmap_view program;
    const struct cm_list name = read_name(rows[_i].name);
    size_t left = 1000;
    ck_assert_int_eq(compile(&program, rows[_i].pattern, rows[_i].nocase), CERTMAP_OK);
    (void)cm_name_pattern_match(program, rows[_i].nocase, &name, &left);
    for (size_t given = 0; given <= 1000 - left; given++) {
        size_t steps = given;
        ck_assert_int_eq(cm_name_pattern_match(program, rows[_i].nocase, &name, &steps), U);
        ck_assert_uint_eq(steps, 0);
    }
}

/* ---- what is no pattern ---- */

static const struct {
    const char *pattern;
    enum certmap_code code;
    const char *text;
} refused[] = {
    {"CN", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"*CN=a", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"***", CERTMAP_CODE_DN_SYNTAX, "\"***\": an attribute type"},
    {"?", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"CN=a,", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"CN=a,,O=b", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"CN=a, O=b", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"CN=a+**", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"**+CN=a", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"C*=a", CERTMAP_CODE_DN_SYNTAX, "an attribute type and = are expected"},
    {"CM=a", CERTMAP_CODE_DN_ATTRIBUTE, "did you mean CN?"},
    {"1.2.03=a", CERTMAP_CODE_DN_SYNTAX, "not a valid OID"},
    {"CN=a;b", CERTMAP_CODE_DN_SYNTAX, "has to be escaped"},
    {"CN=\"a\"", CERTMAP_CODE_DN_SYNTAX, "has to be escaped"},
    {"CN=\\q", CERTMAP_CODE_DN_ESCAPE, "is to be followed by"},
    {"CN=\\C3", CERTMAP_CODE_DN_ESCAPE, "not UTF-8"},
    {"CN=\\00", CERTMAP_CODE_DN_ESCAPE, "U+0000"},
    {"CN= a", CERTMAP_CODE_DN_SYNTAX, "a space at the beginning or end"},
    {"CN=a ,O=b", CERTMAP_CODE_DN_SYNTAX, "a space at the beginning or end"},
    {"CN=a\\\\ ,O=b", CERTMAP_CODE_DN_SYNTAX, "a space at the beginning or end"}, /* the backslash is the value's */
    {"CN=\\\\ ", CERTMAP_CODE_DN_SYNTAX, "a space at the beginning or end"},
    {"CN=a\\\\\\\\ ", CERTMAP_CODE_DN_SYNTAX, "a space at the beginning or end"},
    {"CN=* ,O=b", CERTMAP_CODE_DN_SYNTAX, "a space at the beginning or end"},
    {"CN=#0C0141", CERTMAP_CODE_DN_HEX, "no values in hexadecimal"},
};

T_TEST(refusals) {
    struct certmap_view program;
    ck_assert_msg(compile(&program, refused[_i].pattern, false) == CERTMAP_ERROR_SYNTAX, "%s", refused[_i].pattern);
    ck_assert_msg(error.code == refused[_i].code && strstr(error.text, refused[_i].text) != NULL, "%s: %s",
                  refused[_i].pattern, error.text);
}

/* Each at its edge. */
T_TEST(limits) {
    struct certmap_view program;
    for (unsigned more = 0; more < 2; more++) {
        struct t_buf rdns = T_BUF_INIT, avas = T_BUF_INIT;
        for (unsigned i = 0; i < CERTMAP_MAX_PATTERN_RDNS + more; i++)
            t_put(&rdns, i == 0 ? "CN=a" : ",CN=a");
        for (unsigned i = 0; i < CERTMAP_MAX_PATTERN_AVAS + more; i++)
            t_put(&avas, i == 0 ? "CN=a" : "+CN=a");
        t_bytes(&rdns, "", 1);
        t_bytes(&avas, "", 1);
        ck_assert_int_eq(compile(&program, (const char *)rdns.data, false),
                         more == 0 ? CERTMAP_OK : CERTMAP_ERROR_LIMIT);
        ck_assert_int_eq(compile(&program, (const char *)avas.data, false),
                         more == 0 ? CERTMAP_OK : CERTMAP_ERROR_LIMIT);
        t_buf_free(&rdns);
        t_buf_free(&avas);
    }
}

/* ---- random ones against the definition ---- */

enum { RANDOM_TESTS = 20, RANDOM_EACH = 2000, MAX_RDNS = 6, MAX_AVAS = 3 };

/* A value: one letter, or what cannot be read. A pattern of one: a letter, or `?`. */
struct part {
    char type, value; /* value '!': unreadable; of a pattern '*': any */
};

struct rdn {
    char stars; /* of a pattern: '1' for *, 'n' for **, 0 for AVAs */
    size_t count;
    struct part avas[MAX_AVAS];
};

static enum certmap_truth and (enum certmap_truth a, enum certmap_truth b) {
    return a == F || b == F   ? F
           : a == U || b == U ? U
                              : T;
}

static enum certmap_truth or (enum certmap_truth a, enum certmap_truth b) {
    return a == T || b == T   ? T
           : a == U || b == U ? U
                              : F;
}

static enum certmap_truth fits_ava(struct part pattern, struct part ava) {
    if (pattern.type != ava.type)
        return F;
    return ava.value == '!' ? U : pattern.value == '*' || pattern.value == ava.value ? T : F;
}

/* Every way to give each AVA of the pattern, from the at-th on, one of the RDN. */
static enum certmap_truth fits_rdn(const struct rdn *pattern, const struct rdn *rdn, size_t at, unsigned used) {
    enum certmap_truth truth = F;
    if (pattern->count != rdn->count)
        return F;
    if (at == pattern->count)
        return T;
    for (size_t i = 0; i < rdn->count; i++)
        if ((used >> i & 1) == 0)
            truth = or (truth,
                        and(fits_ava(pattern->avas[at], rdn->avas[i]), fits_rdn(pattern, rdn, at + 1, used | 1u << i)));
    return truth;
}

/* Leaf first, by recursion. */
static enum certmap_truth fits(const struct rdn *pattern, size_t patterns, const struct rdn *name, size_t rdns) {
    if (patterns == 0)
        return rdns == 0 ? T : F;
    if (pattern->stars == 'n')
        return or (fits(pattern + 1, patterns - 1, name, rdns),
                   rdns > 0 ? fits(pattern, patterns, name + 1, rdns - 1) : F);
    if (rdns == 0)
        return F;
    return and(pattern->stars == '1' ? T : fits_rdn(pattern, name, 0, 0),
               fits(pattern + 1, patterns - 1, name + 1, rdns - 1));
}

static size_t make_rdns(struct t_random *random, struct rdn *rdns, bool pattern) {
    const size_t count = t_random_below(random, MAX_RDNS + 1);
    for (size_t i = 0; i < count; i++) {
        rdns[i] =
            (struct rdn){.stars = 0, .count = t_random_chance(random, 75) ? 1 : 1 + t_random_below(random, MAX_AVAS)};
        if (pattern && t_random_chance(random, 40))
            rdns[i].stars = t_random_chance(random, 50) ? 'n' : '1';
        for (size_t k = 0; k < rdns[i].count; k++)
            rdns[i].avas[k] =
                (struct part){"CO"[t_random_below(random, 2)],
                              pattern ? "ab*"[t_random_below(random, 3)] : "aabb!"[t_random_below(random, 5)]};
    }
    return count;
}

/* Of a pattern leaf first, of a Name, as t_name reads it, root first. */
static void put_rdns(struct t_buf *text, const struct rdn *rdns, size_t count, bool pattern) {
    for (size_t i = 0; i < count; i++) {
        const struct rdn *rdn = &rdns[pattern ? i : count - 1 - i];
        t_put(text, i == 0 ? "" : pattern ? "," : " | ");
        if (rdn->stars != 0)
            t_put(text, rdn->stars == 'n' ? "**" : "*");
        for (size_t k = 0; k < rdn->count && rdn->stars == 0; k++) {
            const char value[] = {rdn->avas[k].value, 0};
            t_put(text, k == 0 ? "" : pattern ? "+" : " + ");
            t_put(text, !pattern && value[0] == '!' ? "octet " : "");
            t_put(text, rdn->avas[k].type == 'C' ? "CN=" : "O=");
            t_put(text, value);
        }
    }
    t_bytes(text, "", 1);
}

T_TEST(as_defined) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    for (unsigned i = 0; i < RANDOM_EACH; i++) {
        struct rdn pattern[MAX_RDNS], name[MAX_RDNS];
        struct t_buf pattern_text = T_BUF_INIT, name_text = T_BUF_INIT;
        struct certmap_view program;
        const size_t patterns = make_rdns(&random, pattern, true), rdns = make_rdns(&random, name, false);
        cm_arena_reset(&arena);
        cm_arena_reset(&scratch);
        put_rdns(&pattern_text, pattern, patterns, true);
        put_rdns(&name_text, name, rdns, false);
        const struct cm_list list = read_name((const char *)name_text.data);
        ck_assert_int_eq(compile(&program, (const char *)pattern_text.data, false), CERTMAP_OK);
        const enum certmap_truth truth = match(program, false, &list), wanted = fits(pattern, patterns, name, rdns);
        ck_assert_msg(truth == wanted, "%s on %s is %s", (const char *)pattern_text.data, (const char *)name_text.data,
                      t_truth(truth));
        t_buf_free(&pattern_text);
        t_buf_free(&name_text);
    }
}

T_TESTS("name_pattern",
        T_CASE("table", T_EACH(start_arenas, free_arenas), T_LOOP(table, COUNT(rows)),
               T_LOOP(steps_of_the_table, COUNT(rows)), T_LOOP(refusals, COUNT(refused)), limits),
        T_CASE("random", T_EACH(start_arenas, free_arenas), T_LOOP(as_defined, RANDOM_TESTS)))
