/* SPDX-License-Identifier: MIT */
#include "base64.h"

/* What a byte is other than one of the 64 digits. */
enum { SPACE = 64, PAD = 65, BAD = 66 };

static unsigned digit(uint8_t c) {
    if (c >= 'A' && c <= 'Z')
        return c - (unsigned)'A';
    if (c >= 'a' && c <= 'z')
        return c - (unsigned)'a' + 26;
    if (c >= '0' && c <= '9')
        return c - (unsigned)'0' + 52;
    if (c == '+')
        return 62;
    if (c == '/')
        return 63;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        return SPACE;
    return c == '=' ? PAD : BAD;
}

/* Whether the bits that the last digit has too many are zero: a text that was cut mostly has others. */
static const char *check_end(size_t digits, size_t pads, uint32_t bits) {
    size_t rest = digits % 4;
    if (rest == 1 || (pads > 0 && (digits + pads) % 4 != 0) || pads > 2)
        return "has the wrong length: characters are missing at its end, or somewhere";
    if ((rest == 2 && (bits & 0x0F) != 0) || (rest == 3 && (bits & 0x03) != 0))
        return "ends in bits that are not zero";
    return NULL;
}

const char *cm_kit_base64_decode(uint8_t *bytes, size_t *len, size_t *at, struct certmap_view text) {
    size_t digits = 0, pads = 0, out = 0;
    uint32_t bits = 0;
    for (*at = 0; *at < text.len; ++*at) {
        unsigned value = digit(text.data[*at]);
        if (value == BAD)
            return "holds a character that is not base64";
        pads += value == PAD;
        if (value >= SPACE)
            continue;
        if (pads > 0)
            return "goes on after its padding";
        bits = bits << 6 | value;
        digits++;
        if (digits % 4 != 1) /* the first digit of four completes no byte */
            bytes[out++] = (uint8_t)(bits >> (6 - 2 * ((digits - 1) % 4)));
    }
    *len = out;
    return check_end(digits, pads, bits);
}
