/* SPDX-License-Identifier: MIT */
/* Writing the DER of a Name from its end to its beginning: what comes next goes before what is there already,
 * and then gets its tag and length.
 *
 *     text:  CN=Alice,O=Contoso
 *     room:  [                               | SET CN ]      after "CN=Alice"
 *     room:  [                       | SET O | SET CN ]      after "O=Contoso"
 *     room:  [            | SEQUENCE | SET O | SET CN ]      at the end
 *
 * Text whose first RDN is the root leaves the RDNs in the wrong order, and they are turned around. */
#ifndef CM_NAME_DN_WRITE_H
#define CM_NAME_DN_WRITE_H

#include "certmap/certmap.h"

/* The last len of the size bytes of room are written. Text is parsed twice: first without room, to check it and
 * to count, then with as much room as that found necessary. */
struct cm_dn_writer {
    uint8_t *room;
    size_t size;
    size_t len;
};

/* Makes len bytes before what is written the next. NULL when they are only counted. */
uint8_t *cm_dn_put_room(struct cm_dn_writer *writer, size_t len);
void cm_dn_put_bytes(struct cm_dn_writer *writer, struct certmap_view bytes);
/* Puts the octets of a length (X.690 10.1). */
void cm_dn_put_length(struct cm_dn_writer *writer, size_t len);
/* Puts tag and length before what was written since it was `before` bytes long. */
void cm_dn_put_head(struct cm_dn_writer *writer, size_t before, uint8_t tag);

/* X.690 11.6: the elements of a SET OF are in ascending order. The AVA that was written last goes to its
 * place among those after it, which are sorted already. before_rdn: how much was written before the RDN. */
void cm_dn_sort_ava(const struct cm_dn_writer *writer, size_t before_rdn);
/* Turns the order of the elements around that are written so far. */
void cm_dn_turn(const struct cm_dn_writer *writer);

#endif
