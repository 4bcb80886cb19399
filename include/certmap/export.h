/* SPDX-License-Identifier: MIT */
/* CERTMAP_API marks what the libraries export. Nothing else is visible.
 *
 * Programs that link the static libraries on Windows define CERTMAP_STATIC (the pkg-config files
 * say so); everyone else needs to do nothing. */
#ifndef CERTMAP_EXPORT_H
#define CERTMAP_EXPORT_H

#if defined(_WIN32) && !defined(CERTMAP_STATIC)
#ifdef CERTMAP_BUILDING
#define CERTMAP_API __declspec(dllexport)
#else
#define CERTMAP_API __declspec(dllimport)
#endif
#elif defined(__GNUC__) && !defined(_WIN32)
#define CERTMAP_API __attribute__((visibility("default")))
#else
#define CERTMAP_API
#endif

#endif
