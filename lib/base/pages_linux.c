/* SPDX-License-Identifier: MIT */
#include "base/pages.h"
#include <stdint.h>
#include <sys/mman.h>

/* Where large pages may begin: as on x86-64 and AArch64. Where they are of another size, advice about these is no harm. */
#define LARGE_PAGE ((uintptr_t)2 << 20)

/* Since Linux 6.1, which the C library's headers may be older than. */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* Only pages that are all within the block: what is beside it is not ours. That nothing comes of the advice is no
 * error. */
static void advise(void *block, size_t size, int advice) {
    if (block == NULL || size < CM_MIN_PAGES)
        return;
    const uintptr_t at = (uintptr_t)block, before = (0 - at) & (LARGE_PAGE - 1);
    (void)madvise((char *)block + before, (size - before) & ~(size_t)(LARGE_PAGE - 1), advice);
}

void cm_pages_advise(void *block, size_t size) {
    advise(block, size, MADV_HUGEPAGE);
}

void cm_pages_collapse(void *block, size_t size) {
    advise(block, size, MADV_COLLAPSE);
}
