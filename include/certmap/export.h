/* SPDX-License-Identifier: MIT */
/* CERTMAP_API marks what the libraries export. Nothing else is visible.
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

#endif
