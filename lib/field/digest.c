/* SPDX-License-Identifier: MIT */
/* Digests, which are supplied, or computed by the caller's hash: of each piece once. */
#include "base/view.h"
#include "der/der.h"
#include "field/canonical.h"
#include "field/make.h"
#include "field/pieces.h"

static bool is_length(struct certmap_view digest, size_t size) {
    return digest.data == NULL || digest.len == size;
}

/* The issuer may be none: then its digests have no octets. */
static bool is_length_or_none(struct certmap_view digest, size_t size) {
    return digest.len == 0 || digest.len == size;
}

/* Of each CA of a chain, one after another; of none of them no octets. */
static bool is_row(struct certmap_view digests) {
    return digests.len % CERTMAP_SHA256_SIZE == 0 && digests.len / CERTMAP_SHA256_SIZE <= CERTMAP_MAX_CHAIN;
}

bool cm_digests_sound(const struct certmap_cert *cert) {
    return is_length(cert->sha256, CERTMAP_SHA256_SIZE) && is_length(cert->sha1, CERTMAP_SHA1_SIZE) &&
           is_length(cert->sha512, CERTMAP_SHA512_SIZE) && is_length(cert->key_sha256, CERTMAP_SHA256_SIZE) &&
           is_length(cert->key_sha1, CERTMAP_SHA1_SIZE) && is_length(cert->key_sha512, CERTMAP_SHA512_SIZE) &&
           is_length(cert->tbs_sha256, CERTMAP_SHA256_SIZE) &&
           is_length_or_none(cert->issuer_sha256, CERTMAP_SHA256_SIZE) &&
           is_length_or_none(cert->issuer_key_sha256, CERTMAP_SHA256_SIZE) &&
           is_length_or_none(cert->issuer_sha1, CERTMAP_SHA1_SIZE) && is_row(cert->chain_sha256) &&
           is_row(cert->chain_key_sha256);
}

static enum certmap_code make_digest(struct certmap_peer *peer, struct cm_list *list, struct certmap_view digest) {
    struct cm_value value = {.row = 0};
    if (digest.len == 0)
        return CERTMAP_CODE_NONE;
    const enum certmap_code code = cm_make_printed(peer, &value, cm_hex_print, digest);
    return cm_make_append(peer, list, &value, code);
}

static size_t size_of(enum certmap_hash hash) {
    if (hash == CERTMAP_HASH_SHA512)
        return CERTMAP_SHA512_SIZE;
    return hash == CERTMAP_HASH_SHA1 ? CERTMAP_SHA1_SIZE : CERTMAP_SHA256_SIZE;
}

/* A digest of data, if there are data and a hash. */
static enum certmap_code compute(struct certmap_peer *peer, struct cm_list *list, const struct certmap_cert *cert,
                                 enum certmap_hash hash, struct certmap_view data) {
    uint8_t digest[CERTMAP_SHA512_SIZE];
    if (data.data == NULL || cert->hash == NULL || !cert->hash(cert->hash_ctx, digest, hash, data))
        return CERTMAP_CODE_NOT_SUPPLIED;
    return make_digest(peer, list, cm_view(digest, size_of(hash)));
}

/* A digest that the caller supplies is the answer; else that of data is. */
static bool read_digest(struct certmap_peer *peer, enum certmap_field field, struct certmap_view digest,
                        const struct certmap_cert *cert, enum certmap_hash hash, struct certmap_view data) {
    struct cm_list *list = &peer->lists[field];
    if (digest.data != NULL)
        return cm_list_set_unknown(list, make_digest(peer, list, digest));
    return cm_list_set_unknown(list, compute(peer, list, cert, hash, data.len > 0 ? data : CM_VIEW_NONE));
}

/* The SubjectPublicKeyInfo of a certificate; false where it is not one. */
static bool find_key(struct certmap_view *key, struct certmap_view certificate) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    if (certmap_cert_from_der(&cert, certificate, NULL) != CERTMAP_OK)
        return false;
    *key = cert.key;
    return true;
}

/* The issuer's certificate, or its SubjectPublicKeyInfo. Where the chain has no issuer the list is empty; where
 * nobody says whether it has one, unknown. */
static enum certmap_code find_issuer(struct certmap_peer *peer, enum certmap_field field, struct certmap_view digest,
                                     const struct certmap_cert *cert, enum certmap_hash hash) {
    struct cm_list *list = &peer->lists[field];
    struct certmap_view data = cert->issuer_certificate;
    if (digest.data != NULL || (data.data != NULL && data.len == 0))
        return make_digest(peer, list, digest);
    if (data.data == NULL)
        return CERTMAP_CODE_NOT_SUPPLIED;
    if (field == CERTMAP_FIELD_ISSUER_KEY_SHA256 && !find_key(&data, data))
        return CERTMAP_CODE_MALFORMED_PIECE;
    return compute(peer, list, cert, hash, data);
}

static bool read_issuer(struct certmap_peer *peer, enum certmap_field field, struct certmap_view digest,
                        const struct certmap_cert *cert, enum certmap_hash hash) {
    return cm_list_set_unknown(&peer->lists[field], find_issuer(peer, field, digest, cert, hash));
}

/* ---- the chain ---- */

/* Fills a list from digests one after another, of which there are at most CERTMAP_MAX_CHAIN. */
static enum certmap_code make_digests(struct certmap_peer *peer, struct cm_list *list, struct certmap_view digests) {
    const size_t size = CERTMAP_SHA256_SIZE, count = digests.len / size;
    if (count == 0)
        return CERTMAP_CODE_NONE;
    if (!cm_list_reserve(list, count, 0, &peer->arena))
        return CERTMAP_CODE_MEMORY;
    for (size_t i = 0; i < count; i++) {
        list->values[i] = (struct cm_value){.row = 0};
        if (cm_make_printed(peer, &list->values[i], cm_hex_print, cm_view(digests.data + i * size, size)) !=
            CERTMAP_CODE_NONE)
            return CERTMAP_CODE_MEMORY;
    }
    cm_list_chain(list, 0);
    return CERTMAP_CODE_NONE;
}

/* The digests of certificates one after another, or of their keys. */
static enum certmap_code compute_chain(struct certmap_peer *peer, struct cm_list *list, bool keys,
                                       const struct certmap_cert *cert) {
    uint8_t digests[CERTMAP_MAX_CHAIN][CERTMAP_SHA256_SIZE];
    struct cm_der der = cm_der_open(cert->chain);
    size_t count = 0;
    for (; !cm_der_done(&der); count++) {
        struct cm_tlv element;
        if (!cm_der_next(&der, CM_DER_SEQUENCE, &element))
            return CERTMAP_CODE_MALFORMED_PIECE;
        if (count == CERTMAP_MAX_CHAIN)
            return CERTMAP_CODE_VALUE_TOO_LONG;
        struct certmap_view data = element.whole;
        if (keys && !find_key(&data, data))
            return CERTMAP_CODE_MALFORMED_PIECE;
        if (cert->hash == NULL || !cert->hash(cert->hash_ctx, digests[count], CERTMAP_HASH_SHA256, data))
            return CERTMAP_CODE_NOT_SUPPLIED;
    }
    return make_digests(peer, list, cm_view(digests, count * sizeof *digests));
}

/* The CAs of the chain, or their keys. Where it has none the list is empty; where nobody says which it has, unknown. */
static bool read_chain(struct certmap_peer *peer, enum certmap_field field, struct certmap_view digests,
                       const struct certmap_cert *cert) {
    struct cm_list *list = &peer->lists[field];
    enum certmap_code code = CERTMAP_CODE_NOT_SUPPLIED;
    if (digests.data != NULL)
        code = make_digests(peer, list, digests);
    else if (cert->chain.data != NULL)
        code = compute_chain(peer, list, field == CERTMAP_FIELD_CHAIN_KEY_SHA256, cert);
    return cm_list_set_unknown(list, code);
}

/* ---- all of them ---- */

bool cm_digests_read(struct certmap_peer *peer, const struct certmap_cert *cert) {
    const struct certmap_view tbs = peer->has_tbs ? peer->certificate : CM_VIEW_NONE;
    const struct {
        enum certmap_field field;
        enum certmap_hash hash;
        struct certmap_view digest, data;
    } rows[] = {
        {CERTMAP_FIELD_SHA256, CERTMAP_HASH_SHA256, cert->sha256, cert->certificate},
        {CERTMAP_FIELD_SHA1, CERTMAP_HASH_SHA1, cert->sha1, cert->certificate},
        {CERTMAP_FIELD_SHA512, CERTMAP_HASH_SHA512, cert->sha512, cert->certificate},
        {CERTMAP_FIELD_KEY_SHA256, CERTMAP_HASH_SHA256, cert->key_sha256, cert->key},
        {CERTMAP_FIELD_KEY_SHA1, CERTMAP_HASH_SHA1, cert->key_sha1, cert->key},
        {CERTMAP_FIELD_KEY_SHA512, CERTMAP_HASH_SHA512, cert->key_sha512, cert->key},
        {CERTMAP_FIELD_TBS_SHA256, CERTMAP_HASH_SHA256, cert->tbs_sha256, tbs},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!read_digest(peer, rows[i].field, rows[i].digest, cert, rows[i].hash, rows[i].data))
            return false;
    return read_issuer(peer, CERTMAP_FIELD_ISSUER_SHA256, cert->issuer_sha256, cert, CERTMAP_HASH_SHA256) &&
           read_issuer(peer, CERTMAP_FIELD_ISSUER_KEY_SHA256, cert->issuer_key_sha256, cert, CERTMAP_HASH_SHA256) &&
           read_issuer(peer, CERTMAP_FIELD_ISSUER_SHA1, cert->issuer_sha1, cert, CERTMAP_HASH_SHA1) &&
           read_chain(peer, CERTMAP_FIELD_CHAIN_SHA256, cert->chain_sha256, cert) &&
           read_chain(peer, CERTMAP_FIELD_CHAIN_KEY_SHA256, cert->chain_key_sha256, cert);
}
