/* SPDX-License-Identifier: MIT */
/* What must be so whatever comes from outside: where it is not, the library is wrong. Tests, fuzz targets and sanitizers
 * are built with CM_ASSERTIONS (meson.options), and end the program there. Anywhere else nothing is evaluated: a
 * condition has no effects. */
#ifndef CM_BASE_ASSERT_H
#define CM_BASE_ASSERT_H

#if !defined(CM_ASSERTIONS)
#define CM_ASSERT(condition) ((void)(0 && (condition)))
#elif defined(__GNUC__)
#define CM_ASSERT(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#include <stdlib.h>
#define CM_ASSERT(condition) ((condition) ? (void)0 : abort())
#endif

#endif
