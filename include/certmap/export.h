/* SPDX-License-Identifier: MIT */
/* The version, and marks of declarations. CERTMAP_API marks what the libraries export. Nothing else
 * is visible.
 *
 * On Windows a module definition file made from lib/certmap.map decides what a DLL exports, and the
 * mark is empty: every export is a function, so a program calls the same name whether it is linked
 * with the DLL or with the static library, and nobody has to define anything. */
#ifndef CERTMAP_EXPORT_H
#define CERTMAP_EXPORT_H

#if defined(__GNUC__) && !defined(_WIN32)
#define CERTMAP_API __attribute__((visibility("default")))
#else
#define CERTMAP_API
#endif

/* Marks calls whose status must be looked at, because on failure there is nothing to go on with:
 * the compiler warns where it is dropped. Calls that leave an answer which grants nothing, as
 * certmap_match does, have no mark. */
#if defined(__GNUC__)
#define CERTMAP_MUST_CHECK __attribute__((warn_unused_result))
#else
#define CERTMAP_MUST_CHECK
#endif

/* An enum of the API is as wide as an int, whatever the options of the compiler: its values cross
 * between the library and programs. */
#ifdef __cplusplus
#define CERTMAP_WIDTH_OF(type)                                                                     \
    static_assert(sizeof(type) == sizeof(int), "certmap: enums have the width of int")
#else
#define CERTMAP_WIDTH_OF(type)                                                                     \
    _Static_assert(sizeof(type) == sizeof(int), "certmap: enums have the width of int")
#endif

/* The version of this header: what a program was built with. certmap_version() is the version that
 * it runs with, "MAJOR.MINOR.PATCH", in static storage. */
#define CERTMAP_VERSION_MAJOR 0
#define CERTMAP_VERSION_MINOR 1
#define CERTMAP_VERSION_PATCH 0
#ifdef __cplusplus
extern "C" {
#endif
CERTMAP_API const char *certmap_version(void);
#ifdef __cplusplus
}
#endif

#endif
