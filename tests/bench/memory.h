/* SPDX-License-Identifier: MIT */
/* An allocator that counts bytes, and hardly costs time: unlike that of tests/support it fills nothing and lets
 * blocks grow where they are. */
#ifndef B_MEMORY_H
#define B_MEMORY_H

#include "certmap/build.h"

struct b_memory {
    size_t bytes; /* as asked for, in blocks that were handed out and not released */
    size_t peak;  /* the most that bytes has been; while a block grows, the old and the new one count */
};

/* An allocator whose ctx is memory, which must outlive every block. */
struct certmap_allocator b_memory_allocator(struct b_memory *memory);

#endif
