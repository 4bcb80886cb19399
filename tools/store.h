/* SPDX-License-Identifier: MIT */
/* A certificate in a store of Windows, named by its SHA-1, as Windows does. */
#ifndef TOOL_STORE_H
#define TOOL_STORE_H

#include "pem.h"
#include "text.h"

/* Which certificate. Zero it to begin. */
struct tool_store {
    const char *name; /* of the store, such as "MY"; NULL: not given */
    bool machine;     /* a store of the computer, not of the user */
    bool has_sha1;
    uint8_t sha1[CERTMAP_SHA1_SIZE];
};

/* Takes a store as users write it: MY, CurrentUser\MY or LocalMachine\MY, with Cert:\ before it or not. False: it has no
 * name, or another location. The name is not copied. */
bool tool_store_set_name(struct tool_store *store, const char *text);
/* Takes a SHA-1 as Windows shows it: hexadecimal digits, with blanks, colons, or the invisible marks that come along
 * when it is copied out of a dialog. NULL, or what is wrong, for free(). */
char *tool_store_set_sha1(struct tool_store *store, const char *text);

/* Adds the path of the store: CurrentUser\MY. */
void tool_store_add_path(struct tool_text *text, const struct tool_store *store);
/* Adds the path of the certificate, as PowerShell has it: Cert:\CurrentUser\MY\432EAB... */
void tool_store_add_label(struct tool_text *text, const struct tool_store *store);

/* ---- One file for each platform ---- */

/* Whether there are stores at all. */
bool tool_store_exists(void);
/* Copies the certificate out of its store. On success there is one; the caller frees certificates. */
enum certmap_status tool_store_read(struct tool_pem *certificates, const struct tool_store *store,
                                    struct certmap_diagnostic *err);

#endif
