/* SPDX-License-Identifier: MIT */
/* The memory of expat: blocks of the caller's allocator that are wiped before they are released. */
#ifndef CM_FORMATS_IIS_HEAP_H
#define CM_FORMATS_IIS_HEAP_H

#include "certmap/certmap.h"
#include <expat.h>

/* The functions that expat is given. */
extern const XML_Memory_Handling_Suite cm_iis_heap_suite;

/* From here to cm_iis_heap_leave expat allocates from this allocator, on this thread. Returns what was in force before.
 * The allocator has to live as long as the blocks. */
const struct certmap_allocator *cm_iis_heap_enter(const struct certmap_allocator *allocator);
void cm_iis_heap_leave(const struct certmap_allocator *before);

#endif
