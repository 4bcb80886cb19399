/* SPDX-License-Identifier: MIT */
/* Reading the pieces of a certificate into the lists of a peer; docs/matching.md, "Fields besides the Names".
 *
 * A reader fills one list, which is empty before, and returns
 *     CERTMAP_CODE_NONE    the list has all values that there are, unreadable ones included;
 *     CERTMAP_CODE_MEMORY  there is none;
 *     any other code       nothing is known of the field, and this is why; what the list holds is then void. */
#ifndef CM_FIELD_PIECES_H
#define CM_FIELD_PIECES_H

#include "field/peer.h"

typedef enum certmap_code cm_reader(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece);

/* Whether every digest that is supplied has the length of one. */
bool cm_digests_sound(const struct certmap_cert *cert);
/* Fills every list but those of the subject and the issuer; false when there is no memory. The peer keeps views
 * of the pieces. */
bool cm_pieces_read(struct certmap_peer *peer, const struct certmap_cert *cert);

/* ---- what it is made of ---- */

/* The digests of the certificate, of its key, and of those that issued it (digest.c). */
bool cm_digests_read(struct certmap_peer *peer, const struct certmap_cert *cert);
/* Whether the certificate is valid at a time (time.c): the SEQUENCE of both of its times. */
enum certmap_code cm_validity_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece,
                                   int64_t now);
/* Every field that is read from an extension, and the extensions themselves (extension.c): a SEQUENCE of them. */
bool cm_extensions_read(struct certmap_peer *peer, struct certmap_view piece);

/* What extnValue holds, by extension. The SAN fills the list of the attributes of its directory names too,
 * which belongs to the same peer (general_name.c). */
cm_reader cm_san_read;
/* usage.c */
cm_reader cm_key_usage_read;
cm_reader cm_extended_key_usage_read;
cm_reader cm_policies_read;
/* identifier.c; the reader of templates appends to what the list holds. */
cm_reader cm_subject_key_identifier_read;
cm_reader cm_authority_key_identifier_read;
cm_reader cm_ms_sid_read;
cm_reader cm_ms_template_read;
cm_reader cm_ms_template_name_read;

/* A KRB5PrincipalName, the whole element, becomes the text of a value (krb5.c). NONE or MEMORY. */
enum certmap_code cm_krb5_read(struct certmap_peer *peer, struct cm_value *value, struct certmap_view element);

#endif
