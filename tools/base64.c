/* SPDX-License-Identifier: MIT */
#include "base64.h"

/* What a character stands for, and KNOWN. */
enum { KNOWN = 0x40 };
/* clang-format off */
static const uint8_t sextets[256] = {
    ['A'] = 0x40, ['B'] = 0x41, ['C'] = 0x42, ['D'] = 0x43, ['E'] = 0x44, ['F'] = 0x45, ['G'] = 0x46, ['H'] = 0x47,
    ['I'] = 0x48, ['J'] = 0x49, ['K'] = 0x4A, ['L'] = 0x4B, ['M'] = 0x4C, ['N'] = 0x4D, ['O'] = 0x4E, ['P'] = 0x4F,
    ['Q'] = 0x50, ['R'] = 0x51, ['S'] = 0x52, ['T'] = 0x53, ['U'] = 0x54, ['V'] = 0x55, ['W'] = 0x56, ['X'] = 0x57,
    ['Y'] = 0x58, ['Z'] = 0x59, ['a'] = 0x5A, ['b'] = 0x5B, ['c'] = 0x5C, ['d'] = 0x5D, ['e'] = 0x5E, ['f'] = 0x5F,
    ['g'] = 0x60, ['h'] = 0x61, ['i'] = 0x62, ['j'] = 0x63, ['k'] = 0x64, ['l'] = 0x65, ['m'] = 0x66, ['n'] = 0x67,
    ['o'] = 0x68, ['p'] = 0x69, ['q'] = 0x6A, ['r'] = 0x6B, ['s'] = 0x6C, ['t'] = 0x6D, ['u'] = 0x6E, ['v'] = 0x6F,
    ['w'] = 0x70, ['x'] = 0x71, ['y'] = 0x72, ['z'] = 0x73, ['0'] = 0x74, ['1'] = 0x75, ['2'] = 0x76, ['3'] = 0x77,
    ['4'] = 0x78, ['5'] = 0x79, ['6'] = 0x7A, ['7'] = 0x7B, ['8'] = 0x7C, ['9'] = 0x7D, ['+'] = 0x7E, ['/'] = 0x7F,
};
/* clang-format on */

/* What KNOWN adds to a group. */
#define KNOWN_OF_ALL ((uint32_t)KNOWN << 18 | (uint32_t)KNOWN << 12 | (uint32_t)KNOWN << 6 | (uint32_t)KNOWN)

/* The group at the end, with padding. */
static size_t take_padded(uint8_t *bytes, const uint8_t *group, bool strict) {
    const uint8_t a = sextets[group[0]], b = sextets[group[1]], c = sextets[group[2]];
    const bool two = group[2] != '=';
    if (group[3] != '=' || (a & b & KNOWN) == 0 || (two && (c & KNOWN) == 0))
        return SIZE_MAX;
    if (strict && (two ? c & 3 : b & 15) != 0)
        return SIZE_MAX;
    bytes[0] = (uint8_t)(a << 2 | (b & 0x3F) >> 4);
    bytes[1] = (uint8_t)(b << 4 | (c & 0x3F) >> 2);
    return two ? 2 : 1;
}

size_t tool_base64(uint8_t *bytes, struct certmap_view text, bool strict, bool *ended) {
    uint8_t *to = bytes;
    if (text.len % 4 != 0)
        return SIZE_MAX;
    for (size_t i = 0; i < text.len; i += 4, to += 3) {
        const uint8_t *group = text.data + i;
        const uint32_t a = sextets[group[0]], b = sextets[group[1]], c = sextets[group[2]], d = sextets[group[3]];
        if ((a & b & c & d & KNOWN) == 0) {
            const size_t padded = i + 4 == text.len ? take_padded(to, group, strict) : SIZE_MAX;
            *ended = true;
            return padded == SIZE_MAX ? SIZE_MAX : (size_t)(to - bytes) + padded;
        }
        const uint32_t bits = (a << 18) + (b << 12) + (c << 6) + d - KNOWN_OF_ALL;
        to[0] = (uint8_t)(bits >> 16);
        to[1] = (uint8_t)(bits >> 8);
        to[2] = (uint8_t)bits;
    }
    return (size_t)(to - bytes);
}
