/* SPDX-License-Identifier: MIT */
/* The digests of a chain's CAs, for each adapter: one certificate after the other, each by way of a cert of its own. What
 * cannot be computed of every CA is supplied of none: a list that is shorter than the chain would say that the rest of it
 * is not there. */
#ifndef CM_CHAIN_DIGESTS_H
#define CM_CHAIN_DIGESTS_H

#include "certmap/cert.h"
#include "certmap/limits.h"
#include <string.h>

/* Which of them are asked for, and could be computed of every CA so far; and where they stand, a row for each CA. */
struct cm_chain_digests {
    bool certificates, keys;
    uint8_t (*sha256)[CERTMAP_SHA256_SIZE], (*key_sha256)[CERTMAP_SHA256_SIZE];
};

/* Into the rooms of a holder, by the pieces that are asked for. */
static inline struct cm_chain_digests cm_chain_digests_into(uint8_t (*sha256)[CERTMAP_SHA256_SIZE],
                                                            uint8_t (*key_sha256)[CERTMAP_SHA256_SIZE],
                                                            unsigned needs) {
    return (struct cm_chain_digests){(needs & CERTMAP_PIECE_CHAIN_SHA256) != 0,
                                     (needs & CERTMAP_PIECE_CHAIN_KEY_SHA256) != 0, sha256, key_sha256};
}

/* Whether the rest of the CAs has to be looked at: not of more than there is room for. */
static inline bool cm_chain_digests_wanted(const struct cm_chain_digests *found, size_t count) {
    return count <= CERTMAP_MAX_CHAIN && (found->certificates || found->keys);
}

/* What a CA's own cert needs. */
static inline unsigned cm_chain_digests_needs(const struct cm_chain_digests *found) {
    return (found->certificates ? (unsigned)CERTMAP_PIECE_SHA256 : 0u) |
           (found->keys ? (unsigned)CERTMAP_PIECE_KEY_SHA256 : 0u);
}

static inline void cm_chain_digests_take(struct cm_chain_digests *found, size_t index, const struct certmap_cert *ca) {
    found->certificates = found->certificates && ca->sha256.data != NULL;
    found->keys = found->keys && ca->key_sha256.data != NULL;
    if (found->certificates)
        memcpy(found->sha256[index], ca->sha256.data, CERTMAP_SHA256_SIZE);
    if (found->keys)
        memcpy(found->key_sha256[index], ca->key_sha256.data, CERTMAP_SHA256_SIZE);
}

/* After the last of them. */
static inline void cm_chain_digests_set(struct certmap_cert *cert, const struct cm_chain_digests *found, size_t count) {
    const size_t len = count * CERTMAP_SHA256_SIZE;
    if (found->certificates)
        cert->chain_sha256 = (struct certmap_view){found->sha256[0], len};
    if (found->keys)
        cert->chain_key_sha256 = (struct certmap_view){found->key_sha256[0], len};
}

#endif
