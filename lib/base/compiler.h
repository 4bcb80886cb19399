/* SPDX-License-Identifier: MIT */
/* What some compilers can be told, and what is nothing where they cannot. */
#ifndef CM_BASE_COMPILER_H
#define CM_BASE_COMPILER_H

#if defined(__GNUC__)
/* Memory that will be read soon, so that several reads wait together. */
#define CM_PREFETCH(place) __builtin_prefetch(place)
/* A function that is hardly ever called: the registers that it needs are not saved where it is not. */
#define CM_RARELY __attribute__((noinline, cold))
/* The same of one that is called often once it is. */
#define CM_APART __attribute__((noinline))
#else
#define CM_PREFETCH(place) ((void)(place))
#define CM_RARELY
#define CM_APART
#endif

#endif
