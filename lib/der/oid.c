/* SPDX-License-Identifier: MIT */
#include "der/oid.h"
#include "base/out.h"

/* The last octet ends an arc, and none begins with a zero digit (X.690 8.19.2: the fewest octets possible). Linear. */
bool cm_oid_valid(struct certmap_view contents) {
    if (contents.len == 0 || contents.data[contents.len - 1] >= 0x80)
        return false;
    for (size_t i = 0; i < contents.len; i++)
        if (contents.data[i] == 0x80 && (i == 0 || contents.data[i - 1] < 0x80))
            return false;
    return true;
}

/* ---- Arcs of any size ----
 *
 * A number in limbs, the least significant first. In base 10^9 decimal digits come out of the limbs, in
 * base 2^28 four base-128 digits out of each. The limbs hold the largest arc that fits into
 * CERTMAP_MAX_OID_SIZE octets, 7 bits from each. So every loop over limbs is bounded by that, and an OID takes at most
 * the square of it. */
#define DECIMAL 1000000000u
#define BINARY (1u << 28)
#define BINARY_OCTETS 4

struct number {
    uint32_t limbs[CERTMAP_MAX_OID_SIZE / BINARY_OCTETS];
    size_t count;
};

static void clear(struct number *number) {
    number->limbs[0] = 0;
    number->count = 0;
}

/* number = number * factor + addend, in limbs below base; false when the limbs run out. Neither factor
 * nor addend is above base. */
static bool multiply_add(struct number *number, uint32_t base, uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (size_t i = 0; i < number->count; i++) {
        carry += (uint64_t)number->limbs[i] * factor;
        number->limbs[i] = (uint32_t)(carry % base);
        carry /= base;
    }
    if (carry == 0)
        return true;
    if (number->count == sizeof number->limbs / sizeof *number->limbs)
        return false;
    number->limbs[number->count++] = (uint32_t)carry;
    return true;
}

/* number = number - amount, which is not more, in base DECIMAL. */
static void subtract(struct number *number, uint32_t amount) {
    size_t i = 0;
    for (; number->limbs[i] < amount; i++) {
        number->limbs[i] += DECIMAL - amount;
        amount = 1;
    }
    number->limbs[i] -= amount;
    if (number->count > 0 && number->limbs[number->count - 1] == 0)
        number->count--;
}

/* ---- Contents octets to text ---- */

/* An arc to base DECIMAL, four octets at a time. */
static void from_octets(struct number *number, struct certmap_view arc) {
    uint32_t group = 0;
    clear(number);
    for (size_t left = arc.len; left > 0; left--) {
        group = group << 7 | (arc.data[arc.len - left] & 0x7Fu);
        if (left % BINARY_OCTETS == 1) {
            (void)multiply_add(number, DECIMAL, BINARY, group);
            group = 0;
        }
    }
}

static void print_number(struct cm_out *out, const struct number *number) {
    if (number->count == 0) {
        cm_out_char(out, '0');
        return;
    }
    cm_out_number(out, number->limbs[number->count - 1]);
    for (size_t i = number->count - 1; i-- > 0;)
        for (uint32_t unit = DECIMAL / 10; unit > 0; unit /= 10)
            cm_out_char(out, (char)('0' + number->limbs[i] / unit % 10));
}

/* An arc of a few octets, as nearly all are. */
static uint32_t small_arc(struct certmap_view arc) {
    uint32_t number = 0;
    for (size_t i = 0; i < arc.len; i++)
        number = number << 7 | (arc.data[i] & 0x7Fu);
    return number;
}

/* X.690 8.19.4: the first octets hold 40 * first + second, where the first arc is 0, 1 or 2. */
static void print_first_two(struct cm_out *out, struct number *number) {
    uint32_t first = number->count > 1 ? 2 : number->limbs[0] / 40;
    if (first > 2)
        first = 2;
    subtract(number, first * 40);
    cm_out_number(out, first);
    cm_out_char(out, '.');
    print_number(out, number);
}

/* An arc with its dot; the first one is the first two. */
static void print_arc(struct cm_out *out, struct certmap_view arc, bool first) {
    struct number number;
    if (arc.len <= BINARY_OCTETS && !first) {
        cm_out_char(out, '.');
        cm_out_number(out, small_arc(arc));
        return;
    }
    from_octets(&number, arc);
    if (first) {
        print_first_two(out, &number);
    } else {
        cm_out_char(out, '.');
        print_number(out, &number);
    }
}

void cm_oid_print(struct cm_out *out, struct certmap_view contents) {
    size_t start = 0;
    for (size_t i = 0; i < contents.len; i++) {
        if (contents.data[i] >= 0x80)
            continue;
        print_arc(out, (struct certmap_view){contents.data + start, i + 1 - start}, start == 0);
        start = i + 1;
    }
}

/* ---- Text to contents octets ---- */

/* Takes ".digits" to base BINARY, eight digits at a time; false if there are none, a leading zero, or more
 * than fit. */
static bool take_arc(struct certmap_view *text, struct number *number) {
    const uint32_t factor = 100000000;
    size_t len = 1;
    while (len < text->len && text->data[len] >= '0' && text->data[len] <= '9')
        len++;
    if (text->data[0] != '.' || len == 1 || (len > 2 && text->data[1] == '0'))
        return false;
    uint32_t group = 0;
    clear(number);
    for (size_t i = 1; i < len; i++) {
        group = group * 10 + (text->data[i] - (uint32_t)'0');
        if ((len - i) % 8 == 1) {
            if (!multiply_add(number, BINARY, factor, group))
                return false;
            group = 0;
        }
    }
    text->data += len;
    text->len -= len;
    return true;
}

/* Makes the second arc the number that stands for the first two. */
static bool join_first_two(struct number *number, uint32_t first) {
    if (first < 2 && (number->count > 1 || number->limbs[0] >= 40))
        return false;
    return multiply_add(number, BINARY, 1, first * 40);
}

/* Appends an arc; false when there is no room. */
static bool put_arc(uint8_t contents[CERTMAP_MAX_OID_SIZE], size_t *len, const struct number *number) {
    bool begun = false;
    for (size_t i = number->count > 0 ? number->count * BINARY_OCTETS : 1; i-- > 0;) {
        const uint32_t octet = number->limbs[i / BINARY_OCTETS] >> (7 * (i % BINARY_OCTETS)) & 0x7F;
        if (octet == 0 && !begun && i > 0)
            continue;
        if (*len == CERTMAP_MAX_OID_SIZE)
            return false;
        contents[(*len)++] = (uint8_t)(octet | (i > 0 ? 0x80 : 0));
        begun = true;
    }
    return true;
}

size_t cm_oid_parse(uint8_t contents[CERTMAP_MAX_OID_SIZE], struct certmap_view text) {
    struct number number;
    size_t len = 0;
    if (text.len == 0 || text.data[0] < '0' || text.data[0] > '2')
        return 0;
    const uint32_t first = text.data[0] - (uint32_t)'0';
    text.data++;
    text.len--;
    while (text.len > 0) {
        if (!take_arc(&text, &number) || (len == 0 && !join_first_two(&number, first)) ||
            !put_arc(contents, &len, &number))
            return 0;
    }
    return len;
}
