/* SPDX-License-Identifier: MIT */
/* The prepared certificate, as the evaluator reads it: a list of values for each field (list.h). */
#ifndef CM_FIELD_PEER_H
#define CM_FIELD_PEER_H

#include "certmap/limits.h"
#include "field/field.h"
#include "field/list.h"

/* The value of the conditions of one name. */
struct cm_bound {
    struct certmap_view value; /* data NULL: none */
    struct certmap_view star;  /* what the one * of its patterns took; data NULL: nothing that is known */
    enum certmap_code code;    /* why it has none although a condition holds, or NONE */
    enum certmap_code star_code;
};

struct cm_output;

/* What conditions gave the names of a mapping, and which texts it gave, is kept for the next mappings of a match. */
#define CM_BUILT_GIVEN 256

/* What a name was given by one condition alone. */
struct cm_bound_once {
    uint32_t offset; /* of the condition; UINT32_MAX: none */
    struct cm_bound bound;
};

/* What the last match built, and room to build it in, so that a match allocates nothing (match/output.h). What every
 * match touches is in front, beside the lists. */
struct cm_built {
    size_t len; /* bytes of text in use */
    bool again; /* a second mapping gives something, under `all`; else what is kept for it is not set */
    struct certmap_view accounts[CERTMAP_MAX_ACCOUNTS];
    struct certmap_view groups[CERTMAP_MAX_OUTPUTS];
    struct certmap_attribute attributes[CERTMAP_MAX_OUTPUTS];
    uint8_t text[CERTMAP_MAX_BUILT_SIZE];
    uint8_t work[2][CERTMAP_MAX_BUILT_SIZE];     /* a value on its way through filters */
    struct cm_bound bound[CERTMAP_MAX_BINDINGS]; /* of the current mapping */
    struct cm_bound_once once[CERTMAP_MAX_BINDINGS];
    const struct cm_output *given[CM_BUILT_GIVEN]; /* outputs whose texts are there, in slots of their hash */
};

/* Bytes that a match may use besides, so that it allocates nothing and needs little of the stack. Most matches leave them
 * alone. */
#define CM_PEER_ROOM (80 * 1024)

struct certmap_peer {
    struct cm_arena arena;   /* what lives until the next set */
    struct cm_arena scratch; /* what lives during a call */
    bool set;
    bool few; /* most lists are not supplied, and have not been touched since they were set so (peer.c) */
    uint64_t may_be_unknown; /* a bit for each list: it is not known, or holds a value that cannot be read */
    struct cm_list lists[CM_LIST_COUNT]; /* by enum certmap_field, and CM_LIST_... */
    struct cm_value names[2];            /* the values of the lists of whole Names */
    uint32_t name_first[2];              /* and their chains */
    struct certmap_view certificate;     /* what it is compared by: the TBSCertificate; borrowed */
    bool has_tbs;                        /* else certificate is all of it, which is not one, or was not supplied */
    struct cm_built built;
    _Alignas(uint64_t)
        uint8_t room[CM_PEER_ROOM]; /* what a match keeps in mind (match/fast_eval.h); neither cleared nor kept */
};

/* LIMIT, and that the certificate needs more memory than a peer has. */
enum certmap_status cm_peer_too_large(struct certmap_diagnostic *err);
/* The text of a value as people read it: of a whole Name in RFC 4514, made once for a certificate and kept in the peer.
 * False: no memory; where peer->arena.over, because of its limit. */
bool cm_peer_text(struct certmap_peer *peer, struct certmap_view *text, struct cm_value *value);

#endif
