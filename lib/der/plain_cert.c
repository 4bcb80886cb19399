/* SPDX-License-Identifier: MIT */
#include "der/plain_cert.h"
#include "der/oid.h"

enum { INTEGER = 0x02, BIT_STRING = 0x03, OBJECT = 0x06, SEQUENCE = 0x30, VERSION = 0xA0, EXTENSIONS = 0xA3 };

/* What is left of contents. */
struct plain {
    const uint8_t *at, *end;
};

static inline size_t left(const struct plain *plain) {
    return (size_t)(plain->end - plain->at);
}

static inline bool is_done(const struct plain *plain) {
    return plain->at == plain->end;
}

/* Takes a tag of one octet and a length in the fewest octets, up to two beyond the first. */
static inline bool take_head(struct plain *plain, uint8_t tag, size_t *len) {
    const uint8_t *at = plain->at;
    const size_t room = left(plain);
    size_t head = 2;
    if (room < 2 || at[0] != tag)
        return false;
    *len = at[1];
    if (at[1] == 0x81 && room >= 3 && at[2] >= 0x80) {
        *len = at[2];
        head = 3;
    } else if (at[1] == 0x82 && room >= 4 && at[2] != 0) {
        *len = (size_t)at[2] << 8 | at[3];
        head = 4;
    } else if (at[1] >= 0x80) {
        return false;
    }
    plain->at += head;
    return *len <= left(plain);
}

/* Takes an element, and what is inside. */
static inline bool take(struct plain *plain, uint8_t tag, struct plain *inside) {
    size_t len;
    if (!take_head(plain, tag, &len))
        return false;
    *inside = (struct plain){plain->at, plain->at + len};
    plain->at += len;
    return true;
}

/* Takes an element, as a piece of the certificate, and what is inside. */
static inline bool take_piece(struct plain *plain, uint8_t tag, struct certmap_view *piece, struct plain *inside) {
    const uint8_t *start = plain->at;
    if (!take(plain, tag, inside))
        return false;
    *piece = (struct certmap_view){start, (size_t)(plain->at - start)};
    return true;
}

/* Takes an element of any tag of one octet, and a length of one. */
static inline bool take_short(struct plain *plain) {
    const uint8_t *at = plain->at;
    if (left(plain) < 2 || (at[0] & 0x1F) == 0x1F || at[1] >= 0x80 || at[1] > left(plain) - 2)
        return false;
    plain->at += 2 + (size_t)at[1];
    return true;
}

/* An OID, and one element at most. */
static bool take_algorithm(struct plain *plain) {
    struct plain inside, oid;
    return take(plain, SEQUENCE, &inside) && take(&inside, OBJECT, &oid) &&
           cm_oid_valid((struct certmap_view){oid.at, left(&oid)}) &&
           (is_done(&inside) || (take_short(&inside) && is_done(&inside)));
}

/* [0] with the INTEGER, or nothing. */
static bool take_version(struct plain *plain, struct certmap_view *version) {
    struct plain outer, inside;
    *version = (struct certmap_view){plain->at, 0};
    if (left(plain) == 0 || plain->at[0] != VERSION)
        return true;
    return take(plain, VERSION, &outer) && take_piece(&outer, INTEGER, version, &inside) && is_done(&outer);
}

static bool take_validity(struct plain *plain, struct certmap_view *validity) {
    struct plain inside;
    return take_piece(plain, SEQUENCE, validity, &inside) && take_short(&inside) && take_short(&inside) &&
           is_done(&inside);
}

static bool take_key(struct plain *plain, struct certmap_view *key) {
    struct plain inside, bits;
    return take_piece(plain, SEQUENCE, key, &inside) && take_algorithm(&inside) && take(&inside, BIT_STRING, &bits) &&
           is_done(&inside);
}

static bool take_extensions(struct plain *plain, struct certmap_view *extensions) {
    struct plain outer, inside;
    *extensions = (struct certmap_view){plain->at, 0};
    return is_done(plain) || (take(plain, EXTENSIONS, &outer) && is_done(plain) &&
                              take_piece(&outer, SEQUENCE, extensions, &inside) && is_done(&outer));
}

static bool read_tbs(struct certmap_cert *cert, struct plain *tbs) {
    struct plain inside;
    return take_version(tbs, &cert->version) && take_piece(tbs, INTEGER, &cert->serial, &inside) && !is_done(&inside) &&
           take_algorithm(tbs) && take_piece(tbs, SEQUENCE, &cert->issuer, &inside) &&
           take_validity(tbs, &cert->validity) && take_piece(tbs, SEQUENCE, &cert->subject, &inside) &&
           take_key(tbs, &cert->key) && take_extensions(tbs, &cert->extensions);
}

bool cm_plain_cert(struct certmap_cert *cert, struct certmap_view der) {
    struct plain all = {der.data, der.data + der.len}, certificate, tbs, bits;
    return take(&all, SEQUENCE, &certificate) && is_done(&all) &&
           take_piece(&certificate, SEQUENCE, &cert->tbs, &tbs) && take_algorithm(&certificate) &&
           take(&certificate, BIT_STRING, &bits) && is_done(&certificate) && read_tbs(cert, &tbs);
}
