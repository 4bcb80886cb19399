/* SPDX-License-Identifier: MIT */
#include "kind_shape.h"
#include <string.h>

/* The deepest shape of the table has fewer levels. */
#define MAX_DEPTH 12

/* Contents that are being walked through, outermost first. */
struct walk {
    const char *at; /* in the shape */
    struct certmap_view level[MAX_DEPTH];
    size_t depth;
};

struct element {
    uint8_t tag;
    struct certmap_view contents;
    struct certmap_view rest;
};

/* Reads the octets of a length after the first. */
static bool take_length(size_t *len, struct certmap_view *der, size_t octets) {
    *len = 0;
    if (octets > 4 || octets > der->len)
        return false;
    for (size_t i = 0; i < octets; i++)
        *len = *len << 8 | der->data[i];
    der->data += octets;
    der->len -= octets;
    return true;
}

/* Takes an element off the front. One whose length is indefinite, or more than there is, goes to the end. */
static bool take_element(struct element *element, struct certmap_view der, bool *whole) {
    if (der.len < 2)
        return false;
    const uint8_t first = der.data[1];
    size_t len = first;
    element->tag = der.data[0];
    der.data += 2;
    der.len -= 2;
    if (first > 0x80 && !take_length(&len, &der, first & 0x7Fu))
        return false;
    *whole = first != 0x80 && len <= der.len;
    if (!*whole)
        len = der.len;
    element->contents = (struct certmap_view){der.data, len};
    element->rest = (struct certmap_view){der.data + len, der.len - len};
    return true;
}

static unsigned digit(char c) {
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A' + 10);
}

static bool is_nibble(char c, unsigned nibble) {
    return c == '?' || digit(c) == nibble;
}

static bool is_tag(const char *shape, uint8_t tag) {
    return is_nibble(shape[0], tag >> 4) && is_nibble(shape[1], tag & 0xFu);
}

/* "=2A86." or "^2A86." */
static bool take_bytes(struct walk *walk, struct certmap_view contents) {
    const bool all = *walk->at++ == '=';
    for (; *walk->at != '.'; walk->at += 2) {
        if (contents.len == 0 || contents.data[0] != (digit(walk->at[0]) << 4 | digit(walk->at[1])))
            return false;
        contents.data++;
        contents.len--;
    }
    walk->at++;
    return !all || contents.len == 0;
}

/* An element of the shape, and what is said of its contents. */
static bool take_wanted(struct walk *walk) {
    struct element element;
    bool whole;
    if (!take_element(&element, walk->level[walk->depth], &whole) || !is_tag(walk->at, element.tag))
        return false;
    walk->level[walk->depth] = element.rest;
    walk->at += 2;
    if (*walk->at == '=' || *walk->at == '^')
        return take_bytes(walk, element.contents);
    if (*walk->at == '{') {
        walk->at++;
        walk->level[++walk->depth] = element.contents;
    }
    return true;
}

static void take_optional(struct walk *walk) {
    struct element element;
    bool whole;
    if (take_element(&element, walk->level[walk->depth], &whole) && is_tag(walk->at + 1, element.tag))
        walk->level[walk->depth] = element.rest;
    walk->at += 3;
}

/* The next part of the shape; false: it is not so. */
static bool take_part(struct walk *walk) {
    switch (*walk->at) {
    case ' ':
        walk->at++;
        return true;
    case '}':
        walk->at++;
        walk->depth--;
        return true;
    case '$':
        walk->at++;
        return walk->level[walk->depth].len == 0;
    case '~':
        take_optional(walk);
        return true;
    default:
        return take_wanted(walk);
    }
}

bool tool_shape_matches(const char *shape, struct certmap_view der) {
    struct walk walk = {.at = shape, .level = {der}};
    while (*walk.at != '\0')
        if (walk.depth + 1 == MAX_DEPTH || !take_part(&walk))
            return false;
    return true;
}

size_t tool_shape_length(struct certmap_view der) {
    struct element element;
    bool whole;
    return take_element(&element, der, &whole) && whole ? der.len - element.rest.len : 0;
}
