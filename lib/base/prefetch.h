/* SPDX-License-Identifier: MIT */
/* Tells the processor of memory that will be read soon, so that several reads wait together. Where the compiler has no
 * such thing it is nothing. */
#ifndef CM_BASE_PREFETCH_H
#define CM_BASE_PREFETCH_H

#if defined(__GNUC__)
#define CM_PREFETCH(place) __builtin_prefetch(place)
#else
#define CM_PREFETCH(place) ((void)(place))
#endif

#endif
