/* SPDX-License-Identifier: MIT */
#include "spop_bytes.h"
#include <string.h>

/* The first byte of a number has up to 240 values of its own; from there on its upper half says that more follow. */
#define FIRST_CONTINUED 240
#define FIRST_BITS 4
/* The highest bit of each byte after it says so. */
#define NEXT_CONTINUED 128
#define NEXT_BITS 7

/* The byte before a value: what it is, and four flags, one of which is known. */
#define KIND_MASK 0x0F
#define FLAGS_MASK 0xF0
#define FLAG_TRUE 0x10

#define IPV4_SIZE 4
#define IPV6_SIZE 16

/* ---- reading ---- */

static bool take(struct certmap_view *from, size_t len, struct certmap_view *bytes) {
    if (len > from->len)
        return false;
    *bytes = (struct certmap_view){from->data, len};
    *from = (struct certmap_view){len > 0 ? from->data + len : from->data, from->len - len};
    return true;
}

bool spop_read_byte(struct certmap_view *from, uint8_t *byte) {
    struct certmap_view one;
    if (!take(from, 1, &one))
        return false;
    *byte = one.data[0];
    return true;
}

bool spop_read_big_endian32(struct certmap_view *from, uint32_t *number) {
    struct certmap_view four;
    if (!take(from, 4, &four))
        return false;
    *number = (uint32_t)four.data[0] << 24 | (uint32_t)four.data[1] << 16 | (uint32_t)four.data[2] << 8 | four.data[3];
    return true;
}

/* False: the sum has more than 64 bits. */
static bool add(uint64_t *number, uint8_t byte, unsigned shift) {
    const uint64_t bits = (uint64_t)byte << shift;
    if (bits >> shift != byte || bits > UINT64_MAX - *number)
        return false;
    *number += bits;
    return true;
}

/* Each number is written in one way only: what follows adds at least what fewer bytes cannot say. */
bool spop_read_varint(struct certmap_view *from, uint64_t *number) {
    uint8_t byte = 0;
    if (!spop_read_byte(from, &byte))
        return false;
    *number = byte;
    if (byte < FIRST_CONTINUED)
        return true;
    for (unsigned shift = FIRST_BITS; shift < 64; shift += NEXT_BITS) {
        if (!spop_read_byte(from, &byte) || !add(number, byte, shift))
            return false;
        if (byte < NEXT_CONTINUED)
            return true;
    }
    return false;
}

bool spop_read_string(struct certmap_view *from, struct certmap_view *string) {
    uint64_t len = 0;
    return spop_read_varint(from, &len) && len <= from->len && take(from, (size_t)len, string);
}

static bool is_in_range(const struct spop_value *value) {
    if (value->kind == SPOP_INT32)
        return value->number <= INT32_MAX || value->number >= (uint64_t)(int64_t)INT32_MIN;
    return value->kind != SPOP_UINT32 || value->number <= UINT32_MAX;
}

static bool read_contents(struct certmap_view *from, struct spop_value *value) {
    switch (value->kind) {
    case SPOP_NULL:
    case SPOP_BOOL:
        return true;
    case SPOP_INT32:
    case SPOP_UINT32:
    case SPOP_INT64:
    case SPOP_UINT64:
        return spop_read_varint(from, &value->number) && is_in_range(value);
    case SPOP_IPV4:
        return take(from, IPV4_SIZE, &value->bytes);
    case SPOP_IPV6:
        return take(from, IPV6_SIZE, &value->bytes);
    case SPOP_STRING:
    case SPOP_BINARY:
        return spop_read_string(from, &value->bytes);
    default:
        return false;
    }
}

bool spop_read_value(struct certmap_view *from, struct spop_value *value) {
    uint8_t type = 0;
    if (!spop_read_byte(from, &type))
        return false;
    *value = (struct spop_value){.kind = (enum spop_kind)(type & KIND_MASK), .truth = (type & FLAG_TRUE) != 0};
    const uint8_t known = value->kind == SPOP_BOOL ? FLAG_TRUE : 0;
    return (type & FLAGS_MASK & ~known) == 0 && read_contents(from, value);
}

bool spop_is_text(struct certmap_view bytes, const char *text) {
    const size_t len = strlen(text);
    return bytes.len == len && (len == 0 || memcmp(bytes.data, text, len) == 0);
}

/* ---- writing ---- */

static void put(struct spop_writer *to, const uint8_t *bytes, size_t len) {
    if (to->is_full || len > to->room - to->len) {
        to->is_full = true;
        return;
    }
    if (len > 0)
        memcpy(to->data + to->len, bytes, len);
    to->len += len;
}

void spop_write_byte(struct spop_writer *to, uint8_t byte) {
    put(to, &byte, 1);
}

void spop_write_big_endian32(struct spop_writer *to, uint32_t number) {
    const uint8_t four[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
    put(to, four, sizeof four);
}

void spop_write_varint(struct spop_writer *to, uint64_t number) {
    if (number < FIRST_CONTINUED) {
        spop_write_byte(to, (uint8_t)number);
        return;
    }
    spop_write_byte(to, (uint8_t)(number | FIRST_CONTINUED));
    number = (number - FIRST_CONTINUED) >> FIRST_BITS;
    while (number >= NEXT_CONTINUED) {
        spop_write_byte(to, (uint8_t)(number | NEXT_CONTINUED));
        number = (number - NEXT_CONTINUED) >> NEXT_BITS;
    }
    spop_write_byte(to, (uint8_t)number);
}

void spop_write_string(struct spop_writer *to, struct certmap_view string) {
    spop_write_varint(to, string.len);
    put(to, string.data, string.len);
}

void spop_write_text(struct spop_writer *to, struct certmap_view text) {
    spop_write_byte(to, SPOP_STRING);
    spop_write_string(to, text);
}

void spop_write_uint32(struct spop_writer *to, uint32_t number) {
    spop_write_byte(to, SPOP_UINT32);
    spop_write_varint(to, number);
}

void spop_write_int64(struct spop_writer *to, int64_t number) {
    spop_write_byte(to, SPOP_INT64);
    spop_write_varint(to, (uint64_t)number);
}
