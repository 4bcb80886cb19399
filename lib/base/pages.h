/* SPDX-License-Identifier: MIT */
/* Large blocks of memory. One file for each platform. */
#ifndef CM_BASE_PAGES_H
#define CM_BASE_PAGES_H

#include <stddef.h>

/* The smallest block, in bytes, that is worth asking about: a rule set of some ten thousand mappings. */
#define CM_MIN_PAGES ((size_t)4 << 20)

/* Asks the system to hold a block in large pages where it can: a match reads a few bytes here and there of a large rule
 * set, and with small pages it waits as long for their addresses as for the bytes. Changes nothing else; block may be NULL. */
void cm_pages_advise(void *block, size_t size);
/* The same at once, also for memory that is in small pages already, because something else was in it before. Takes as long
 * as copying the block: for what stays. Linux does so whatever its setting for large pages is. */
void cm_pages_collapse(void *block, size_t size);

#endif
