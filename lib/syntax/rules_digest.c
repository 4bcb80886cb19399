/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/error.h"
#include "certmap/build.h"

static enum certmap_status digest_text(uint8_t digest[CERTMAP_SHA256_SIZE], char *text, size_t len,
                                       const struct certmap_rules *rules, certmap_hash_fn *hash, void *hash_ctx,
                                       struct certmap_diagnostic *err) {
    size_t printed = 0;
    uint8_t made[CERTMAP_SHA512_SIZE]; /* the longest that there is: the function is the caller's */
    const enum certmap_status status = certmap_rules_print(text, len + 1, &printed, rules, NULL, NULL, err);
    if (status != CERTMAP_OK)
        return status;
    if (!hash(hash_ctx, made, CERTMAP_HASH_SHA256, (struct certmap_view){(const uint8_t *)text, printed}))
        return cm_error_argument(err, "certmap_rules_digest: hash cannot compute SHA-256");
    for (size_t i = 0; i < CERTMAP_SHA256_SIZE; i++)
        digest[i] = made[i];
    return CERTMAP_OK;
}

enum certmap_status certmap_rules_digest(uint8_t digest[CERTMAP_SHA256_SIZE], const struct certmap_rules *rules,
                                         certmap_hash_fn *hash, void *hash_ctx, const struct certmap_allocator *given,
                                         struct certmap_diagnostic *err) {
    struct certmap_allocator allocator;
    size_t len = 0;
    if (digest == NULL || rules == NULL || hash == NULL || !cm_allocator_init(&allocator, given))
        return cm_error_argument(err,
                                 "certmap_rules_digest: digest, rules or hash is NULL, or the allocator is not whole");
    (void)certmap_rules_print(NULL, 0, &len, rules, NULL, NULL, NULL);
    char *text = cm_alloc(&allocator, len + 1);
    if (text == NULL)
        return cm_error_memory(err);
    const enum certmap_status status = digest_text(digest, text, len, rules, hash, hash_ctx, err);
    cm_release(&allocator, text);
    return status;
}
