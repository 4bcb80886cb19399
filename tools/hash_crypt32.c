/* SPDX-License-Identifier: MIT */
#include "hash.h"
#include <windows.h>

#include <wincrypt.h>

bool tool_hash(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    const bool sha256 = hash == CERTMAP_HASH_SHA256;
    DWORD len = sha256 ? CERTMAP_SHA256_SIZE : CERTMAP_SHA1_SIZE;
    (void)ctx;
    return data.len <= MAXDWORD &&
           CryptHashCertificate2(sha256 ? L"SHA256" : L"SHA1", 0, NULL, data.data, (DWORD)data.len, digest, &len);
}
