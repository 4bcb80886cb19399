/* SPDX-License-Identifier: MIT */
#include "hash.h"
#include <openssl/evp.h>

bool tool_hash(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    (void)ctx;
    const EVP_MD *type = hash == CERTMAP_HASH_SHA256   ? EVP_sha256()
                         : hash == CERTMAP_HASH_SHA1   ? EVP_sha1()
                         : hash == CERTMAP_HASH_SHA512 ? EVP_sha512()
                                                       : NULL;
    return type != NULL && EVP_Digest(data.data, data.len, digest, NULL, type, NULL) == 1;
}
