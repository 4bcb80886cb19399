/* SPDX-License-Identifier: MIT */
/* Reading the pieces of a certificate into the lists of a peer; docs/matching.md, "Fields besides the Names".
 *
 * A reader fills one list, which is empty before, and returns
 *     CERTMAP_CODE_NONE    the list has all values that there are, unreadable ones included;
 *     CERTMAP_CODE_MEMORY  there is none;
 *     any other code       nothing is known of the field, and this is why; what the list holds is then void. */
#ifndef CM_FIELD_PIECES_H
#define CM_FIELD_PIECES_H

#include "der/der.h"
#include "field/peer.h"

typedef enum certmap_code cm_reader(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece);

/* Whether every digest that is supplied has the length of one. */
bool cm_digests_sound(const struct certmap_cert *cert);
/* Whether there are two Names and perhaps the certificate itself, and nothing else, as most rules need it. */
bool cm_pieces_are_few(const struct certmap_cert *cert);
/* Keeps the TBSCertificate, if it is supplied, or can be found. */
void cm_tbs_keep(struct certmap_peer *peer, const struct certmap_cert *cert);
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
/* qc.c: fills the lists of what single statements say, too. */
cm_reader cm_qc_statements_read;
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

/* Nothing is known of what single statements say (qc.c). */
void cm_qc_set_unknown(struct certmap_peer *peer, enum certmap_code code);
/* The SID that a URI of the SAN says is added to the extension's (identifier.c); after both have been read. False: no
 * memory. */
bool cm_ms_sid_add(struct certmap_peer *peer);
/* The field of texts, from the values of `ext` (extension_text.c); false when there is no memory. */
bool cm_extension_texts_read(struct certmap_peer *peer, const struct cm_list *extensions);

/* What is in the OCTET STRING of a value of `ext`. */
static inline struct certmap_view cm_extension_octets(const struct cm_value *value) {
    struct cm_der inside;
    (void)cm_der_only(&inside, value->der, CM_DER_OCTET_STRING);
    return (struct certmap_view){inside.next, (size_t)(inside.end - inside.next)};
}

/* A KRB5PrincipalName, the whole element, becomes the text of a value (krb5.c). NONE or MEMORY. */
enum certmap_code cm_krb5_read(struct certmap_peer *peer, struct cm_value *value, struct certmap_view element);

#endif
