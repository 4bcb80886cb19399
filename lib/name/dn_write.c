/* SPDX-License-Identifier: MIT */
#include "name/dn_write.h"
#include "base/view.h"
#include "der/der.h"

uint8_t *cm_dn_put_room(struct cm_dn_writer *writer, size_t len) {
    writer->len += len;
    return writer->room == NULL ? NULL : writer->room + (writer->size - writer->len);
}

void cm_dn_put_bytes(struct cm_dn_writer *writer, struct certmap_view bytes) {
    uint8_t *at = cm_dn_put_room(writer, bytes.len);
    if (at != NULL)
        memcpy(at, bytes.data, bytes.len);
}

static void put_byte(struct cm_dn_writer *writer, size_t byte) {
    const uint8_t octet = (uint8_t)byte;
    cm_dn_put_bytes(writer, cm_view(&octet, 1));
}

void cm_dn_put_length(struct cm_dn_writer *writer, size_t len) {
    size_t octets = 0;
    for (size_t rest = len; len >= 0x80 && rest > 0; rest >>= 8) {
        put_byte(writer, rest & 0xFF);
        octets++;
    }
    put_byte(writer, octets > 0 ? 0x80 | octets : len);
}

void cm_dn_put_head(struct cm_dn_writer *writer, size_t before, uint8_t tag) {
    cm_dn_put_length(writer, writer->len - before);
    put_byte(writer, tag);
}

/* ---- Order ---- */

static void reverse(uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len / 2; i++) {
        const uint8_t byte = bytes[i];
        bytes[i] = bytes[len - 1 - i];
        bytes[len - 1 - i] = byte;
    }
}

/* Moves the first `first` bytes after the `second` that follow them. */
static void swap_neighbours(uint8_t *bytes, size_t first, size_t second) {
    reverse(bytes, first);
    reverse(bytes + first, second);
    reverse(bytes, first + second);
}

/* An element never begins with the whole of another one, so that the shorter length decides. */
static bool is_less(struct certmap_view a, struct certmap_view b) {
    return memcmp(a.data, b.data, a.len < b.len ? a.len : b.len) < 0;
}

void cm_dn_sort_ava(const struct cm_dn_writer *writer, size_t before_rdn) {
    if (writer->room == NULL)
        return;
    uint8_t *at = writer->room + (writer->size - writer->len);
    struct cm_der der = cm_der_open(cm_view(at, writer->len - before_rdn));
    struct cm_tlv own, other;
    (void)cm_der_any(&der, &own);
    size_t smaller = 0;
    while (cm_der_any(&der, &other) && is_less(other.whole, own.whole))
        smaller += other.whole.len;
    swap_neighbours(at, own.whole.len, smaller);
}

/* Each element backwards, and then all of them: the elements are as they were, and their order is not. */
void cm_dn_turn(const struct cm_dn_writer *writer) {
    if (writer->room == NULL)
        return;
    uint8_t *at = writer->room + (writer->size - writer->len), *element = at;
    struct cm_der der = cm_der_open(cm_view(at, writer->len));
    for (struct cm_tlv tlv; cm_der_any(&der, &tlv); element += tlv.whole.len)
        reverse(element, tlv.whole.len);
    reverse(at, writer->len);
}
