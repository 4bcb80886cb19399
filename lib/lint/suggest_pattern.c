/* SPDX-License-Identifier: MIT */
/* What texts have in common, cut where a word ends: no reader would accept `Sal*` for Sales and Salary. */
#include "certmap/names.h"
#include "suggest.h"
#include <string.h>

/* A head or tail shorter than this says next to nothing. */
#define MIN_PART 4

static bool is_boundary(uint8_t c) {
    return c != 0 && strchr(" -_./@:", c) != NULL;
}

static uint8_t small(uint8_t c, bool nocase) {
    return nocase && c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Bytes at the beginning that all have in common. */
static size_t common_head(const struct certmap_view *texts, size_t count, bool nocase) {
    size_t len = texts[0].len;
    for (size_t i = 1; i < count; i++) {
        size_t same = 0;
        while (same < len && same < texts[i].len &&
               small(texts[0].data[same], nocase) == small(texts[i].data[same], nocase))
            same++;
        len = same;
    }
    return len;
}

static size_t common_tail(const struct certmap_view *texts, size_t count, bool nocase) {
    size_t len = texts[0].len;
    for (size_t i = 1; i < count; i++) {
        size_t same = 0;
        while (same < len && same < texts[i].len &&
               small(texts[0].data[texts[0].len - 1 - same], nocase) ==
                   small(texts[i].data[texts[i].len - 1 - same], nocase))
            same++;
        len = same;
    }
    return len;
}

/* The head ends with the last boundary in it. */
static struct certmap_view cut_head(struct certmap_view head) {
    while (head.len > 0 && !is_boundary(head.data[head.len - 1]))
        head.len--;
    return head;
}

static struct certmap_view shorten(struct certmap_view tail) {
    return (struct certmap_view){tail.data + 1, tail.len - 1};
}

/* The tail begins with the first boundary in it. */
static struct certmap_view cut_tail(struct certmap_view tail) {
    while (tail.len > 0 && !is_boundary(tail.data[0]))
        tail = shorten(tail);
    return tail;
}

static size_t count_of(struct certmap_view text, uint8_t c) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == c;
    return count;
}

/* A domain with what separates it from the rest: from the last @ on, or from the first dot; at least two labels. */
static struct certmap_view cut_domain(struct certmap_view tail) {
    if (count_of(tail, '@') > 0) {
        while (count_of(tail, '@') > 1 || tail.data[0] != '@')
            tail = shorten(tail);
    } else
        while (tail.len > 0 && tail.data[0] != '.')
            tail = shorten(tail);
    const bool full = tail.len > 0 && count_of(tail, '.') >= (tail.data[0] == '@' ? 1u : 2u) &&
                      tail.data[tail.len - 1] != '.' && tail.data[1] != '.';
    return full ? tail : (struct certmap_view){tail.data, 0};
}

/* Appends text to a pattern, in which it means itself. */
static void add_literal(uint8_t *pattern, size_t *len, struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '*' || text.data[i] == '?' || text.data[i] == '\\')
            pattern[(*len)++] = '\\';
        pattern[(*len)++] = text.data[i];
    }
}

static void add_pattern(struct cm_lint_pool *pool, struct certmap_view patterns[3], size_t *count,
                        struct certmap_view head, struct certmap_view tail) {
    uint8_t *pattern = cm_lint_pool_take(pool, 2 * (head.len + tail.len) + 2, 1);
    size_t len = 0;
    if (pattern == NULL)
        return;
    add_literal(pattern, &len, head);
    pattern[len++] = '*';
    add_literal(pattern, &len, tail);
    patterns[(*count)++] = (struct certmap_view){pattern, len};
}

static size_t shortest(const struct certmap_view *texts, size_t count) {
    size_t len = texts[0].len;
    for (size_t i = 1; i < count; i++)
        len = texts[i].len < len ? texts[i].len : len;
    return len;
}

size_t cm_suggest_patterns(struct cm_lint_pool *pool, struct certmap_view patterns[3], const struct certmap_view *texts,
                           size_t count, bool domain) {
    size_t made = 0;
    const size_t tail_len = common_tail(texts, count, domain), least = shortest(texts, count);
    struct certmap_view head = {texts[0].data, common_head(texts, count, domain)};
    struct certmap_view tail = {texts[0].data + texts[0].len - tail_len, tail_len};
    const struct certmap_view none = {texts[0].data, 0};
    head = domain ? none : cut_head(head);
    tail = domain ? cut_domain(tail) : cut_tail(tail);
    head = head.len < MIN_PART ? none : head;
    tail = tail.len < MIN_PART ? none : tail;
    if (head.len > 0)
        add_pattern(pool, patterns, &made, head, none);
    if (tail.len > 0)
        add_pattern(pool, patterns, &made, none, tail);
    if (head.len > 0 && tail.len > 0 && head.len + tail.len <= least)
        add_pattern(pool, patterns, &made, head, tail);
    return made;
}

/* ---- Names ---- */

/* A subtree of one RDN, the country mostly, is no group. */
#define MIN_RDNS 2
#define MAX_RDNS 64

/* Takes the next element of DER, whole. False: there is none, or it does not fit. Prepared certificates have
 * well-formed Names, so this only has to stay inside. */
static bool take_element(struct certmap_view *rest, struct certmap_view *element) {
    size_t head = 2, len;
    if (rest->len < 2)
        return false;
    len = rest->data[1];
    if (len >= 0x80) {
        const size_t octets = len & 0x7F;
        if (octets == 0 || octets > 3 || rest->len < 2 + octets)
            return false;
        head += octets;
        len = 0;
        for (size_t i = 0; i < octets; i++)
            len = len << 8 | rest->data[2 + i];
    }
    if (len > rest->len - head)
        return false;
    *element = (struct certmap_view){rest->data, head + len};
    *rest = (struct certmap_view){rest->data + head + len, rest->len - head - len};
    return true;
}

/* What is in a SEQUENCE. */
static struct certmap_view contents_of(struct certmap_view sequence) {
    const size_t octets = sequence.len >= 2 && sequence.data[1] >= 0x80 ? sequence.data[1] & 0x7Fu : 0;
    return sequence.len < 2 + octets ? (struct certmap_view){NULL, 0}
                                     : (struct certmap_view){sequence.data + 2 + octets, sequence.len - 2 - octets};
}

/* How many bytes of RDNs all the Names begin with; *rdns gets how many these are. *proper: no Name ends there. */
static size_t common_rdns(const struct certmap_view *names, size_t count, size_t *rdns, bool *proper) {
    const struct certmap_view first = contents_of(names[0]);
    struct certmap_view rest = first, element;
    size_t len = 0;
    *rdns = 0;
    *proper = true;
    while (*rdns < MAX_RDNS && take_element(&rest, &element)) {
        for (size_t i = 1; i < count; i++) {
            const struct certmap_view other = contents_of(names[i]);
            if (other.len < len + element.len || memcmp(other.data + len, element.data, element.len) != 0)
                return len;
        }
        len += element.len;
        ++*rdns;
    }
    *proper = false;
    return len;
}

struct certmap_view cm_suggest_subtree(struct cm_lint_pool *pool, const struct certmap_view *names, size_t count) {
    const struct certmap_view none = {NULL, 0};
    size_t rdns, need, len;
    bool proper;
    const size_t common = common_rdns(names, count, &rdns, &proper);
    if (rdns < MIN_RDNS || !proper || common > 0xFFFF)
        return none;
    const struct certmap_view first = contents_of(names[0]);
    uint8_t *der = first.data != NULL ? cm_lint_pool_take(pool, common + 4, 1) : NULL;
    if (der == NULL)
        return none;
    const size_t head = common < 0x80 ? 2 : common < 0x100 ? 3 : 4;
    der[0] = 0x30;
    der[1] = (uint8_t)(head == 2 ? common : 0x80 + head - 2);
    if (head > 2)
        der[head - 1] = (uint8_t)(common & 0xFF);
    if (head == 4)
        der[2] = (uint8_t)(common >> 8);
    memcpy(der + head, first.data, common);
    const struct certmap_view name = {der, head + common};
    if (certmap_name_to_text(NULL, 0, &need, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL) !=
        CERTMAP_ERROR_BUFFER)
        return none;
    char *text = cm_lint_pool_take(pool, need + 1, 1);
    if (text == NULL || certmap_name_to_text(text, need + 1, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST,
                                             NULL) != CERTMAP_OK)
        return none;
    return (struct certmap_view){(uint8_t *)text, len};
}
