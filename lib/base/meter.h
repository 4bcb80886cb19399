/* SPDX-License-Identifier: MIT */
/* An allocator that counts what it hands out, up to a limit.
 *
 *     block of the inner allocator:  [size | ...... max_align_t] [what the caller gets]
 *
 * What counts is what the inner allocator is asked for, the headers included, and while a block is resized both the
 * old one and the new one, because it may hold both. */
#ifndef CM_BASE_METER_H
#define CM_BASE_METER_H

#include "certmap/build.h"

struct cm_meter {
    struct certmap_allocator inner;
    size_t limit;
    size_t taken;  /* now */
    bool over;     /* the last failure was the limit, not the inner allocator */
    bool counting; /* false: nothing here changes any more, so that threads may share it */
};

/* A meter that counts itself, and `taken` bytes that the inner allocator was asked for already; where these are over
 * the limit, it hands out nothing. Its blocks must be released before it. NULL when there is no memory. */
struct cm_meter *cm_meter_new(const struct certmap_allocator *inner, size_t limit, size_t taken);
/* The allocator to use. */
struct certmap_allocator cm_meter_allocator(struct cm_meter *meter);
/* From now on nothing is counted, and there is no limit. meter may be NULL. */
void cm_meter_stop(struct cm_meter *meter);
/* meter may be NULL. */
void cm_meter_free(struct cm_meter *meter);

#endif
