/* SPDX-License-Identifier: MIT */
/* ASCII, eight bytes at a time where there are so many: a word holds eight bytes of text, in the order of the
 * machine's memory, which none of these depends on. */
#ifndef CM_BASE_ASCII_H
#define CM_BASE_ASCII_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define CM_WORD 8
/* A word of eight equal bytes. */
#define CM_WORD_OF(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t cm_word_load(const uint8_t *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* Fewer bytes than a word has, but one at least, as a word that has each of them and no other. */
static inline uint64_t cm_word_of_few(const uint8_t *p, size_t len) {
    uint32_t front, back;
    if (len < sizeof front) {
        front = p[0] | (uint32_t)p[len / 2] << 8 | (uint32_t)p[len - 1] << 16 | (uint32_t)p[0] << 24;
        return front | (uint64_t)front << 32;
    }
    memcpy(&front, p, sizeof front);
    memcpy(&back, p + len - sizeof back, sizeof back);
    return front | (uint64_t)back << 32;
}

static inline void cm_word_store(uint8_t *p, uint64_t word) {
    memcpy(p, &word, sizeof word);
}

/* Whether every byte is below 0x80. */
static inline bool cm_word_is_ascii(uint64_t word) {
    return (word & CM_WORD_OF(0x80)) == 0;
}

/* Whether every byte is from 0x01 to 0x7F: one taken from each byte sets bit 7 of 0x00, and of no byte that
 * lies between, unless a 0x00 has borrowed from it. */
static inline bool cm_word_is_text(uint64_t word) {
    return cm_word_is_ascii((word - CM_WORD_OF(1)) | word);
}

/* Bit 7 of every byte that is a capital letter, of a word that is ASCII: both sums have it from a letter on, and
 * none carries into the next byte. */
static inline uint64_t cm_word_capitals(uint64_t word) {
    const uint64_t from_a = word + CM_WORD_OF(0x80 - 'A');
    const uint64_t behind_z = word + CM_WORD_OF(0x80 - 'Z' - 1);
    return (from_a ^ behind_z) & CM_WORD_OF(0x80);
}

static inline bool cm_word_has_no_capital(uint64_t word) {
    return cm_word_capitals(word) == 0;
}

/* A word that is ASCII in small letters, which differ from capitals in bit 5. */
static inline uint64_t cm_word_lower(uint64_t word) {
    return word | cm_word_capitals(word) >> 2;
}

static inline bool cm_ascii_is_capital(uint8_t c) {
    return c >= 'A' && c <= 'Z';
}

/* What is no letter stays. */
static inline uint8_t cm_ascii_lower(uint8_t c) {
    return cm_ascii_is_capital(c) ? (uint8_t)(c + 32) : c;
}

#endif
