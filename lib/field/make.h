/* SPDX-License-Identifier: MIT */
/* Making the text of a value from what the certificate has: canonical (canonical.h), normalised and folded, in
 * the memory of a peer. All of these return CERTMAP_CODE_NONE, or CERTMAP_CODE_MEMORY: a value that cannot be
 * read is marked so, which is no failure. What was in peer->scratch may be forgotten. */
#ifndef CM_FIELD_MAKE_H
#define CM_FIELD_MAKE_H

#include "field/peer.h"

/* From the contents of a string type. */
enum certmap_code cm_make_string(struct certmap_peer *peer, struct cm_value *value, enum cm_text_kind kind,
                                 uint32_t tag, struct certmap_view contents);
/* From text that is canonical already. */
enum certmap_code cm_make_text(struct certmap_peer *peer, struct cm_value *value, struct certmap_view text);
/* From octets, at most CERTMAP_MAX_VALUE_SIZE of them, by one of the printers of canonical.h or one like them,
 * which write ASCII. */
enum certmap_code cm_make_printed(struct certmap_peer *peer, struct cm_value *value,
                                  void (*print)(struct cm_out *out, struct certmap_view octets),
                                  struct certmap_view octets);
/* The same from the contents of an OID that is valid, at most CERTMAP_MAX_OID_SIZE. */
enum certmap_code cm_make_oid(struct certmap_peer *peer, struct cm_value *value,
                              void (*print)(struct cm_out *out, struct certmap_view contents),
                              struct certmap_view contents);
/* Appends a value to a short list if it was made, as code says; returns code, or MEMORY. */
enum certmap_code cm_make_append(struct certmap_peer *peer, struct cm_list *list, const struct cm_value *value,
                                 enum certmap_code code);

#endif
