/* SPDX-License-Identifier: MIT */
#include "pem_block.h"
#include "text.h"
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>

/* One block, in OpenSSL's memory. */
struct block {
    char *label;
    char *header;
    unsigned char *data;
    long len;
};

static void block_free(struct block *block) {
    OPENSSL_free(block->label);
    OPENSSL_free(block->header);
    OPENSSL_clear_free(block->data, (size_t)block->len); /* it may be a private key */
}

size_t tool_pem_blocks(struct certmap_view text, tool_pem_block_fn *fn, void *ctx) {
    struct block block;
    size_t count = 0;
    BIO *bio = BIO_new_mem_buf(text.data, text.len > INT_MAX ? INT_MAX : (int)text.len);
    if (bio == NULL)
        tool_no_memory();
    for (; PEM_read_bio(bio, &block.label, &block.header, &block.data, &block.len) == 1; count++) {
        fn(ctx, block.label, (struct certmap_view){block.data, (size_t)block.len});
        block_free(&block);
    }
    BIO_free(bio);
    ERR_clear_error();
    return count;
}
