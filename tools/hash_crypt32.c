/* SPDX-License-Identifier: MIT */
#include "hash.h"
#include <windows.h>

#include <wincrypt.h>

bool tool_hash(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    static const struct {
        const wchar_t *name;
        DWORD size;
    } hashes[] = {
        [CERTMAP_HASH_SHA256] = {L"SHA256", CERTMAP_SHA256_SIZE},
        [CERTMAP_HASH_SHA1] = {L"SHA1", CERTMAP_SHA1_SIZE},
        [CERTMAP_HASH_SHA512] = {L"SHA512", CERTMAP_SHA512_SIZE},
    };
    (void)ctx;
    if (data.len > MAXDWORD || (size_t)hash >= sizeof hashes / sizeof *hashes)
        return false;
    DWORD len = hashes[hash].size;
    return CryptHashCertificate2(hashes[hash].name, 0, NULL, data.data, (DWORD)data.len, digest, &len);
}
