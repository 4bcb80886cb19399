/* SPDX-License-Identifier: MIT */
#include "der/der.h"

static bool take_byte(struct cm_der *der, uint8_t *byte) {
    if (der->next == der->end)
        return false;
    *byte = *der->next++;
    return true;
}

/* X.690 8.1.2.4: a tag number from 31 on, in base 128 without a leading zero digit. At most five octets are read. */
static bool take_high_tag(struct cm_der *der, uint32_t *number) {
    uint8_t byte;
    *number = 0;
    do {
        if (!take_byte(der, &byte) || (*number == 0 && byte == 0x80) || *number >= 1u << 21)
            return false;
        *number = *number << 7 | (byte & 0x7Fu);
    } while (byte & 0x80);
    return *number >= 31;
}

static bool take_tag(struct cm_der *der, uint32_t *tag) {
    uint8_t first;
    uint32_t number;
    if (!take_byte(der, &first))
        return false;
    number = first & 0x1Fu;
    if (number == 31 && !take_high_tag(der, &number))
        return false;
    *tag = (uint32_t)(first & 0xE0u) << 24 | number;
    return true;
}

/* X.690 10.1: definite, in the fewest octets. Four length octets are more than any input needs. */
static bool take_length(struct cm_der *der, size_t *length) {
    uint8_t octets;
    if (!take_byte(der, &octets))
        return false;
    *length = octets;
    if (octets < 0x80)
        return true;
    octets &= 0x7F;
    if (octets < 1 || octets > 4 || octets > der->end - der->next || der->next[0] == 0)
        return false;
    *length = 0;
    for (; octets > 0; octets--) /* at most four */
        *length = *length << 8 | *der->next++;
    return *length >= 0x80;
}

bool cm_der_any_form(struct cm_der *der, struct cm_tlv *tlv) {
    struct cm_der at = *der;
    size_t length;
    if (!take_tag(&at, &tlv->tag) || !take_length(&at, &length) || length > (size_t)(at.end - at.next))
        return false;
    tlv->contents = (struct certmap_view){at.next, length};
    at.next += length;
    tlv->whole = (struct certmap_view){der->next, (size_t)(at.next - der->next)};
    *der = at;
    return true;
}

bool cm_der_next(struct cm_der *der, uint32_t tag, struct cm_tlv *tlv) {
    const uint8_t *before = der->next;
    if (!cm_der_any(der, tlv))
        return false;
    if (tlv->tag != tag)
        der->next = before;
    return tlv->tag == tag;
}

bool cm_der_only(struct cm_der *contents, struct certmap_view input, uint32_t tag) {
    struct cm_der der = cm_der_open(input);
    struct cm_tlv tlv;
    if (!cm_der_next(&der, tag, &tlv) || !cm_der_done(&der))
        return false;
    *contents = cm_der_inside(&der, tlv.contents);
    return true;
}
