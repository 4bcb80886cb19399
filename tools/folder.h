/* SPDX-License-Identifier: MIT */
/* What is in a folder. One file for each platform. */
#ifndef TOOL_FOLDER_H
#define TOOL_FOLDER_H

#include <stdbool.h>

/* What an entry of a folder is. */
enum tool_entry { TOOL_ENTRY_FILE, TOOL_ENTRY_FOLDER };
typedef void tool_entry_fn(void *ctx, const char *name, enum tool_entry entry);
/* Calls fn for the files and folders of a folder, in the order of their names, but not for links to folders, devices and
 * pipes. false: errno says why. */
bool tool_folder_list(const char *path, tool_entry_fn *fn, void *ctx);
/* Whether it is a folder, or a link to one. */
bool tool_folder_is(const char *path);

#endif
