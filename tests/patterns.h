/* SPDX-License-Identifier: MIT */
/* Patterns and texts, by which test_glob asks the function that compares them, and test_match and test_explain rules
 * with `like`. No escape is part of a pattern here: * and ? are wildcards. */
#ifndef T_PATTERNS_H
#define T_PATTERNS_H

#include "support/der.h"
#include <stdio.h>

static const struct {
    const char *pattern, *text;
    bool matches;
} t_patterns[] = {
    {"", "", true},
    {"", "a", false},
    {"a", "", false},
    {"a", "a", true},
    {"a", "A", false},
    {"a", "aa", false},
    {"aa", "a", false},
    {"abc", "abc", true},
    {"abc", "abd", false},
    /* anchored at both ends */
    {"lic", "Alice", false},
    {"Alice", "Alice ", false},
    {"Alice", " Alice", false},
    /* any run, also none */
    {"*", "", true},
    {"*", "a", true},
    {"*", "anything at all", true},
    {"**", "", true},
    {"***", "abc", true},
    {"a*", "a", true},
    {"a*", "abc", true},
    {"a*", "ba", false},
    {"*a", "a", true},
    {"*a", "bca", true},
    {"*a", "ab", false},
    {"a*b", "ab", true},
    {"a*b", "axxb", true},
    {"a*b", "abc", false},
    {"a*b", "abcb", true},
    {"a*b*c", "abc", true},
    {"a*b*c", "acb", false},
    {"a*b*c", "abbc", true},
    {"a**c", "abc", true},
    {"*b*", "abc", true},
    {"*d*", "abc", false},
    {"*a*a*", "a", false},
    {"*a*a*", "aa", true},
    /* what follows a * is found again further right */
    {"*ab", "aab", true},
    {"*aab", "aaab", true},
    {"*abab", "abaabab", true},
    {"*ab*ab", "abab", true},
    {"*ab*ab", "aab", false},
    {"*issip*", "mississippi", true},
    {"m*iss*ppi", "mississippi", true},
    {"m*issx*", "mississippi", false},
    {"*.example.com", "a.example.com", true},
    {"*.example.com", "example.com", false},
    {"*.example.com", "a.example.com.evil.example", false},
    /* one code point */
    {"?", "", false},
    {"?", "a", true},
    {"?", "ab", false},
    {"??", "ab", true},
    {"a?c", "abc", true},
    {"a?c", "ac", false},
    {"a?", "a", false},
    {"?*", "", false},
    {"?*", "a", true},
    {"*?", "", false},
    {"*?", "abc", true},
    {"*?*", "a", true},
    {"*??", "a", false},
    {"*??", "ab", true},
    {"*?b", "ab", true},
    {"*?b", "b", false},
    {"*?b", "bb", true},
    {"a*?c", "ac", false},
    {"a*?c", "abc", true},
    /* of any number of bytes */
    {"?", "\xC3\xA9", true},
    {"?", "\xE2\x82\xAC", true},
    {"?", "\xF0\x9F\x98\x80", true},
    {"??", "\xC3\xA9", false},
    {"?", "\xC3\xA9\xC3\xA9", false},
    {"??", "\xC3\xA9\xF0\x9F\x98\x80", true},
    {"*?", "\xF0\x9F\x98\x80", true},
    {"?t?", "\xC3\xA9t\xC3\xA9", true},
    {"????", "\xF0\x9F\x98\x80", false},
    {"*\xC3\xA9", "\xC3\xA8\xC3\xA9", true},
    {"\xC3\xA9*", "\xC3\xA8", false}, /* the same first byte */
    {"*\xC3\xA9", "\xC4\xA9", false}, /* the same last byte */
    {"*\xE2\x82\xAC*", "100 \xE2\x82\xAC incl.", true},
    {"a\xC3\xA9?", "a\xC3\xA9\xE2\x82\xAC", true},
    {"*?\xC3\xA9", "\xC3\xA9\xC3\xA9", true},
    {"*?\xC3\xA9", "\xC3\xA9", false},
    /* a letter and a mark without a composed form are two */
    {"?", "q\xCC\x81", false},
    {"??", "q\xCC\x81", true},
    /* nothing else is special */
    {"[a]", "a", false},
    {"[a]", "[a]", true},
    {"a\\b", "a\\b", true},
    {"%", "abc", false},
    {"a.c", "abc", false},
    {"{a,b}", "a", false},
    /* ordinary ones */
    {"Alice", "Alice", true},
    {"Alice", "Alice2", false},
    {"Alice", "xAlice", false},
    {"Al*", "Alice", true},
    {"Al*", "Al", true},
    {"Al*", "xAl", false},
    {"*ice", "Alice", true},
    {"*ice", "Alices", false},
    {"*lic*", "Alice", true},
    {"*lic*", "lic", true},
    {"*lic*", "lci", false},
    {"A*e", "Alice", true},
    {"A*e", "Ae", true},
    {"A*e", "Alicf", false},
    {"a*a", "a", false},
    {"a*a", "aa", true},
    {"ab*ba", "aba", false},
    {"*a*b*", "xaxbx", true},
    {"*a*b*", "xbxax", false},
    {"*ab", "aaab", true},
    {"*abab*ab", "abaabababxab", true},
    {"*abc*abd", "abcabcabd", true},
    {"*abc*abd", "abcabcabe", false},
    {"a**b", "ab", true},
    {"a**b", "axxb", true},
    {"***", "", true},
    {"*", "Alice", true},
    {"?????", "Alice", true},
    {"????", "Alice", false},
    {"??????", "Alice", false},
    {"A?ice", "Alice", true},
    {"A?ice", "Aice", false},
    {"*?", "a", true},
    {"?*", "abc", true},
    {"a?*c", "ac", false},
    {"a?*c", "abbc", true},
    {"al*", "Alice", false},
};

/* A row as a condition, and the Name with the text. */
static inline void t_pattern_row(struct t_buf *condition, struct t_buf *subject, int row) {
    char octet[8];
    t_put(condition, "subject.CN like \"");
    for (const char *at = t_patterns[row].pattern; *at != 0; at++) {
        t_put(condition, *at == '\\' || *at == '"' ? "\\" : "");
        t_bytes(condition, at, 1);
    }
    t_bytes(condition, "\"", 2);
    t_put(subject, "CN=");
    for (const char *at = t_patterns[row].text; *at != 0; at++) {
        snprintf(octet, sizeof octet, "\\x%02X", (unsigned)(uint8_t)*at);
        t_put(subject, octet);
    }
    t_bytes(subject, "", 1);
}

#endif
