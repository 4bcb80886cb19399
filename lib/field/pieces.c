/* SPDX-License-Identifier: MIT */
#include "field/pieces.h"
#include "base/out.h"
#include "base/view.h"
#include "der/der.h"
#include "field/canonical.h"
#include "field/make.h"
#include "field/tbs.h"
#include <string.h>

/* ---- version and serial number: an INTEGER each ---- */

/* Whether a piece is an INTEGER, with an octet at least. */
static bool is_integer(struct certmap_view piece, struct certmap_view *contents) {
    struct cm_der inside;
    if (!cm_der_only(&inside, piece, CM_DER_INTEGER))
        return false;
    *contents = (struct certmap_view){inside.next, (size_t)(inside.end - inside.next)};
    return contents->len > 0;
}

/* X.690 8.3.2: the first nine bits are not all the same. */
static bool is_shortest(struct certmap_view contents) {
    return contents.len == 1 || (contents.data[0] != 0x00 && contents.data[0] != 0xFF) ||
           (contents.data[0] ^ contents.data[1]) >= 0x80;
}

/* An INTEGER of up to four octets, two's complement. There is no other loop here. */
static int64_t number_of(struct certmap_view contents) {
    int64_t number = contents.data[0] >= 0x80 ? -1 : 0;
    for (size_t i = 0; i < contents.len; i++)
        number = number * 256 + contents.data[i];
    return number;
}

/* RFC 5280 4.1: Version ::= INTEGER { v1(0), v2(1), v3(2) }, so that people count from 1. */
static void print_version(struct cm_out *out, struct certmap_view contents) {
    const int64_t version = number_of(contents) + 1;
    if (version < 0)
        cm_out_char(out, '-');
    cm_out_number(out, (size_t)(version < 0 ? -version : version));
}

static enum certmap_code read_version(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_value value = {.der = piece.len > 0 ? piece : CM_VIEW_NONE};
    struct certmap_view contents = CM_VIEW(""); /* v1, as DEFAULT says */
    enum certmap_code code = CERTMAP_CODE_NONE;
    if (piece.len > 0 && (!is_integer(piece, &contents) || !is_shortest(contents)))
        return CERTMAP_CODE_MALFORMED_PIECE;
    if (piece.len == 0)
        code = cm_make_text(peer, &value, CM_VIEW("1"));
    else if (contents.len > 4)
        value.unreadable = CERTMAP_CODE_VALUE_TOO_LONG;
    else
        code = cm_make_printed(peer, &value, print_version, contents);
    return cm_make_append(peer, list, &value, code);
}

/* Octets at the front that say nothing are tolerated, as there are CAs that write them. */
static enum certmap_code read_serial(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece) {
    struct cm_value value = {.der = piece};
    struct certmap_view contents;
    if (!is_integer(piece, &contents))
        return CERTMAP_CODE_MALFORMED_PIECE;
    enum certmap_code code = cm_make_printed(peer, &value, cm_serial_print, contents);
    return cm_make_append(peer, list, &value, code);
}

/* ---- all of them ---- */

static bool read_piece(struct certmap_peer *peer, enum certmap_field field, struct certmap_view piece,
                       cm_reader *read) {
    struct cm_list *list = &peer->lists[field];
    return cm_list_set_unknown(list, piece.data == NULL ? CERTMAP_CODE_NOT_SUPPLIED : read(peer, list, piece));
}

static bool read_validity(struct certmap_peer *peer, const struct certmap_cert *cert) {
    struct cm_list *list = &peer->lists[CERTMAP_FIELD_VALIDITY];
    if (cert->validity.data == NULL || cert->time == 0)
        return cm_list_set_unknown(list, CERTMAP_CODE_NOT_SUPPLIED);
    return cm_list_set_unknown(list, cm_validity_read(peer, list, cert->validity, cert->time));
}

void cm_tbs_keep(struct certmap_peer *peer, const struct certmap_cert *cert) {
    peer->certificate = cert->tbs;
    peer->has_tbs = cert->tbs.len > 0;
    if (!peer->has_tbs && cert->certificate.data != NULL)
        peer->has_tbs = cm_tbs_find(&peer->certificate, cert->certificate);
    if (!peer->has_tbs)
        peer->certificate = cert->certificate;
    peer->lists[CERTMAP_FIELD_CERTIFICATE].unknown =
        peer->certificate.data == NULL ? CERTMAP_CODE_NOT_SUPPLIED : CERTMAP_CODE_NONE;
}

/* Whether a part of a struct, from one offset to another, is zero. */
static bool is_zero(const struct certmap_cert *cert, size_t from, size_t to) {
    static const unsigned char zeros[sizeof *cert];
    return memcmp((const unsigned char *)cert + from, zeros, to - from) == 0;
}

_Static_assert(offsetof(struct certmap_cert, version) ==
                       offsetof(struct certmap_cert, certificate) + sizeof(struct certmap_view) &&
                   offsetof(struct certmap_cert, tbs_sha256) ==
                       offsetof(struct certmap_cert, tbs) + sizeof(struct certmap_view) &&
                   offsetof(struct certmap_cert, reserved) == offsetof(struct certmap_cert, unread) + sizeof(unsigned),
               "cm_pieces_are_few looks at everything else");

bool cm_pieces_are_few(const struct certmap_cert *cert) {
    return is_zero(cert, offsetof(struct certmap_cert, version), offsetof(struct certmap_cert, tbs)) &&
           is_zero(cert, offsetof(struct certmap_cert, tbs_sha256), offsetof(struct certmap_cert, unread)) &&
           is_zero(cert, offsetof(struct certmap_cert, reserved), sizeof *cert);
}

bool cm_pieces_read(struct certmap_peer *peer, const struct certmap_cert *cert) {
    cm_tbs_keep(peer, cert);
    return read_piece(peer, CERTMAP_FIELD_VERSION, cert->version, read_version) &&
           read_piece(peer, CERTMAP_FIELD_SERIAL, cert->serial, read_serial) && read_validity(peer, cert) &&
           cm_digests_read(peer, cert) && cm_extensions_read(peer, cert->extensions);
}
