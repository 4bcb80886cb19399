/* SPDX-License-Identifier: MIT */
#include "theory.h"
#include "regex.h"
#include <stdio.h>
#include <string.h>

/* ---- texts ---- */

/* What most values of a domain look like: what every one of them matches, which is exact, or a wish that makes it
 * likelier that a text reads back; and texts to try first. */
static const struct {
    const char *shape;
    bool exact;
    bool digits;
    const char *usual;
} shapes[] = {
    [CM_LINT_DOMAIN_TEXT] = {NULL, false, false, "Mallory\0evil.example\0"},
    [CM_LINT_DOMAIN_DNS] = {"?*", false, false, "evil.example\0mallory\0"},
    [CM_LINT_DOMAIN_EMAIL] = {"*@*", true, false, "mallory@evil.example\0"},
    [CM_LINT_DOMAIN_URI] = {"*?:*", false, false, "https://evil.example/\0"},
    [CM_LINT_DOMAIN_UPN] = {"?*@?*", false, false, "mallory@evil.example\0"},
    [CM_LINT_DOMAIN_KRB5] = {"?*@?*", false, false, "mallory@EVIL.EXAMPLE\0"},
    [CM_LINT_DOMAIN_SID] = {"S-1-?*", false, true, "S-1-5-21-1-2-3-1000\0"},
};

static enum cm_lint_exists find_shaped(struct certmap_view *value, struct cm_lint_pool *pool,
                                       enum cm_lint_domain domain, const struct cm_lint_wish *wish) {
    struct cm_lint_atom *atoms = cm_lint_pool_take(pool, wish->count + 1, sizeof *atoms);
    signed char *signs = cm_lint_pool_take(pool, wish->count + 1, 1);
    if (atoms == NULL || signs == NULL)
        return CM_LINT_UNDECIDED;
    size_t count = 0;
    bool all_nocase = wish->count > 0;
    for (size_t i = 0; i < wish->count; i++)
        if (wish->signs[i] != 0) {
            atoms[count] = wish->atoms[i];
            all_nocase = all_nocase && wish->atoms[i].nocase;
            signs[count++] = wish->signs[i];
        }
    if (shapes[domain].shape != NULL) {
        atoms[count] = cm_lint_atom_make(pool, certmap_view_of(shapes[domain].shape), true);
        atoms[count].nocase = all_nocase && domain != CM_LINT_DOMAIN_SID;
        signs[count++] = 1;
    }
    const struct cm_lint_question question = {atoms,
                                              signs,
                                              count,
                                              CM_LINT_MAX_STATES,
                                              domain <= CM_LINT_DOMAIN_SID ? shapes[domain].usual : NULL,
                                              shapes[domain].digits};
    return cm_lint_text_find(value, pool, &question);
}

static enum cm_lint_exists find_text(struct certmap_view *value, struct cm_lint_pool *pool, enum cm_lint_domain domain,
                                     const struct cm_lint_wish *wish) {
    const struct cm_lint_question question = {wish->atoms,        wish->signs,          wish->count,
                                              CM_LINT_MAX_STATES, shapes[domain].usual, shapes[domain].digits};
    if (shapes[domain].shape != NULL) {
        const enum cm_lint_exists exists = find_shaped(value, pool, domain, wish);
        if (exists == CM_LINT_EXISTS || shapes[domain].exact)
            return exists;
    }
    return cm_lint_text_find(value, pool, &question);
}

/* ---- regular expressions ---- */

static bool has_regex(const struct cm_lint_wish *wish) {
    for (size_t i = 0; i < wish->count; i++)
        if (wish->signs[i] != 0 && wish->items[i].op == CERTMAP_OP_MATCHES)
            return true;
    return false;
}

static bool atoms_take(struct cm_lint_pool *pool, const struct cm_lint_wish *wish, struct certmap_view text) {
    const struct cm_lint_atom letters = cm_lint_atom_make(pool, text, false);
    for (size_t i = 0; letters.symbols != NULL && i < wish->count; i++)
        if (wish->signs[i] != 0 && wish->items[i].op != CERTMAP_OP_MATCHES &&
            cm_lint_atom_matches(&wish->atoms[i], letters.symbols, letters.count) != (wish->signs[i] > 0))
            return false;
    return letters.symbols != NULL;
}

/* Whether the matcher takes a text for one with the signs of the expressions: EXISTS, NONE, or that cannot be said. */
static enum cm_lint_exists regexes_take(struct cm_lint_pool *pool, struct certmap_peer *peer,
                                        const struct cm_lint_wish *wish, struct certmap_view text) {
    for (size_t i = 0; i < wish->count; i++) {
        const struct cm_lint_item *item = &wish->items[i];
        bool takes;
        if (wish->signs[i] == 0 || item->op != CERTMAP_OP_MATCHES)
            continue;
        if (!cm_lint_regex_takes(&takes, pool, peer, cm_lint_shown(item->operand), item->nocase, text))
            return CM_LINT_UNDECIDED;
        if (takes != (wish->signs[i] > 0))
            return CM_LINT_NONE;
    }
    return CM_LINT_EXISTS;
}

/* Whether there is one text that has the signs of the others, and nothing that expressions see can be different in it. */
static bool is_only_text(const struct cm_lint_wish *wish) {
    bool exact = false, folded = false, with_case = false;
    for (size_t i = 0; i < wish->count; i++) {
        const bool regex = wish->items[i].op == CERTMAP_OP_MATCHES;
        if (wish->signs[i] > 0 && !regex && wish->atoms[i].exact) {
            exact = exact || !wish->atoms[i].nocase;
            folded = folded || wish->atoms[i].nocase;
        }
        with_case = with_case || (wish->signs[i] != 0 && regex && !wish->items[i].nocase);
    }
    return exact || (folded && !with_case);
}

/* Texts that expressions probably describe, and a few others. */
static bool try_samples(struct certmap_view *value, struct cm_lint_pool *pool, struct certmap_peer *peer,
                        const struct cm_lint_wish *wish) {
    static const char *const others[] = {"Mallory", "mallory", "7731", "evil.example", "Mallory 7731!"};
    enum { OTHERS = sizeof others / sizeof *others };
    for (size_t i = 0; i < 2 * wish->count + OTHERS; i++) {
        const size_t item = i / 2;
        const bool sample = item < wish->count;
        if (sample && (wish->signs[item] <= 0 || wish->items[item].op != CERTMAP_OP_MATCHES))
            continue;
        *value = sample ? cm_lint_regex_sample(pool, cm_lint_shown(wish->items[item].operand), i % 2 != 0)
                        : certmap_view_of(others[i - 2 * wish->count]);
        if (value->data != NULL && atoms_take(pool, wish, *value) &&
            regexes_take(pool, peer, wish, *value) == CM_LINT_EXISTS)
            return true;
    }
    return false;
}

/* A text for the others that the expressions take or do not, as they are to; that there is none only where the others leave
 * one text. */
static enum cm_lint_exists find_matching(struct certmap_view *value, struct cm_lint_pool *pool,
                                         struct certmap_peer *peer, enum cm_lint_domain domain,
                                         const struct cm_lint_wish *wish) {
    signed char *signs = cm_lint_pool_take(pool, wish->count + 1, 1);
    if (signs == NULL)
        return CM_LINT_UNDECIDED;
    for (size_t i = 0; i < wish->count; i++)
        signs[i] = wish->items[i].op == CERTMAP_OP_MATCHES ? 0 : wish->signs[i];
    const struct cm_lint_wish others = {wish->items, wish->atoms, signs, wish->count, wish->odd};
    enum cm_lint_exists exists = find_text(value, pool, domain, &others);
    if (exists != CM_LINT_EXISTS)
        return exists;
    exists = regexes_take(pool, peer, wish, *value);
    if (exists == CM_LINT_EXISTS || (exists == CM_LINT_NONE && is_only_text(wish)))
        return exists;
    return try_samples(value, pool, peer, wish) ? CM_LINT_EXISTS : CM_LINT_UNDECIDED;
}

/* ---- what is only equal or not ---- */

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Whether a value has the signs. */
static bool suits(struct certmap_view value, const struct cm_lint_wish *wish) {
    for (size_t i = 0; i < wish->count; i++)
        if (wish->signs[i] != 0 && same(value, cm_lint_compared(wish->items[i].operand)) != (wish->signs[i] > 0))
            return false;
    return true;
}

static const struct cm_lint_operand *wanted(const struct cm_lint_wish *wish) {
    for (size_t i = 0; i < wish->count; i++)
        if (wish->signs[i] > 0)
            return wish->items[i].operand;
    return NULL;
}

/* The number-th value of a domain that has more of them than a wish can exclude. */
static struct certmap_view nth_value(struct cm_lint_pool *pool, enum cm_lint_domain domain, unsigned number) {
    enum { SIZE = 136 };
    char *text = cm_lint_pool_take(pool, SIZE, 1);
    int len = 0;
    if (text == NULL)
        return certmap_no_view();
    if (domain == CM_LINT_DOMAIN_OID)
        len = snprintf(text, SIZE, "1.3.6.1.4.1.99999.%u", number + 1);
    else if (domain == CM_LINT_DOMAIN_SERIAL)
        len = snprintf(text, SIZE, "77%06x", number + 7);
    else
        len = snprintf(text, SIZE, "%0*x",
                       domain == CM_LINT_DOMAIN_SHA512   ? 128
                       : domain == CM_LINT_DOMAIN_SHA256 ? 64
                       : domain == CM_LINT_DOMAIN_SHA1   ? 40
                                                         : 8,
                       number + 0x66);
    return (struct certmap_view){(const uint8_t *)text, (size_t)len};
}

static enum cm_lint_exists find_equal(struct certmap_view *value, struct cm_lint_pool *pool, enum cm_lint_domain domain,
                                      const struct cm_lint_wish *wish) {
    const struct cm_lint_operand *only = wanted(wish);
    if (only != NULL) {
        *value = cm_lint_compared(only);
        return suits(*value, wish) ? CM_LINT_EXISTS : CM_LINT_NONE;
    }
    for (unsigned i = 0; i <= wish->count; i++) {
        *value = nth_value(pool, domain, i);
        if (value->data == NULL)
            return CM_LINT_UNDECIDED;
        if (suits(*value, wish))
            return CM_LINT_EXISTS;
    }
    return CM_LINT_UNDECIDED;
}

/* ---- words ---- */

static const char *const usages[] = {
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly",     NULL};
static const char *const versions[] = {"3", "1", "2", NULL};
/* Whoever reads a certificate sees any number, which no rule can be about: one stands for all of them. */
static const char *const odd_versions[] = {"3", "1", "2", "4", NULL};
static const char *const validities[] = {"valid", "early", "expired", NULL};

static enum cm_lint_exists find_word(struct certmap_view *value, const char *const *words,
                                     const struct cm_lint_wish *wish) {
    for (; *words != NULL; words++) {
        *value = certmap_view_of(*words);
        if (suits(*value, wish))
            return CM_LINT_EXISTS;
    }
    return CM_LINT_NONE;
}

enum cm_lint_exists cm_lint_value_find(struct certmap_view *value, struct cm_lint_pool *pool, struct certmap_peer *peer,
                                       enum cm_lint_domain domain, const struct cm_lint_wish *wish) {
    switch ((int)domain) {
    case CM_LINT_DOMAIN_ADDRESS:
        return cm_lint_address_find(value, pool, wish);
    case CM_LINT_DOMAIN_NAME:
        return cm_lint_name_find(value, pool, peer, wish);
    case CM_LINT_DOMAIN_USAGE:
        return find_word(value, usages, wish);
    case CM_LINT_DOMAIN_VERSION:
        return find_word(value, wish->odd ? odd_versions : versions, wish);
    case CM_LINT_DOMAIN_VALIDITY:
        return find_word(value, validities, wish);
    case CM_LINT_DOMAIN_UNKNOWN:
        return CM_LINT_UNDECIDED;
    default:
        if (domain > CM_LINT_DOMAIN_SID)
            return find_equal(value, pool, domain, wish);
        return has_regex(wish) ? find_matching(value, pool, peer, domain, wish) : find_text(value, pool, domain, wish);
    }
}
