/* SPDX-License-Identifier: MIT */
/* The bytes of SPOP (HAProxy's doc/SPOE.txt, section 3.1): numbers, texts and typed values. What is read is a view of
 * the bytes; nothing is read beyond their end. What is written goes into room that the caller gives; what does not fit
 * is not written, and is_full says so. */
#ifndef CERTMAPD_SPOP_BYTES_H
#define CERTMAPD_SPOP_BYTES_H

#include <certmap/certmap.h>

/* Most bytes of a number: 2^64-1. */
#define SPOP_MAX_VARINT 10

enum spop_kind {
    SPOP_NULL = 0, /* HAProxy has no value here */
    SPOP_BOOL = 1,
    SPOP_INT32 = 2,
    SPOP_UINT32 = 3,
    SPOP_INT64 = 4,
    SPOP_UINT64 = 5,
    SPOP_IPV4 = 6,
    SPOP_IPV6 = 7,
    SPOP_STRING = 8,
    SPOP_BINARY = 9
};

struct spop_value {
    enum spop_kind kind;
    bool truth;                /* of a BOOL */
    uint64_t number;           /* of the four kinds of numbers; a negative one as two's complement */
    struct certmap_view bytes; /* of IPV4, IPV6, STRING, BINARY */
};

/* Each of these takes what it reads from the front of the view. False: the bytes are not that, and what is left of the
 * view is of no use. */
bool spop_read_byte(struct certmap_view *from, uint8_t *byte);
bool spop_read_big_endian32(struct certmap_view *from, uint32_t *number);
bool spop_read_varint(struct certmap_view *from, uint64_t *number);
bool spop_read_string(struct certmap_view *from, struct certmap_view *string);
bool spop_read_value(struct certmap_view *from, struct spop_value *value);

/* Whether the bytes are this text. */
bool spop_is_text(struct certmap_view bytes, const char *text);

struct spop_writer {
    uint8_t *data;
    size_t room, len;
    bool is_full; /* something did not fit, and what is there is of no use */
};

void spop_write_byte(struct spop_writer *to, uint8_t byte);
void spop_write_big_endian32(struct spop_writer *to, uint32_t number);
void spop_write_varint(struct spop_writer *to, uint64_t number);
/* Without a type, as names are. */
void spop_write_string(struct spop_writer *to, struct certmap_view string);
/* With it, as values are. */
void spop_write_text(struct spop_writer *to, struct certmap_view text);
void spop_write_uint32(struct spop_writer *to, uint32_t number);
void spop_write_int64(struct spop_writer *to, int64_t number);

#endif
