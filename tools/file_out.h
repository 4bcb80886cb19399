/* SPDX-License-Identifier: MIT */
/* Writing files: whole or not at all. */
#ifndef TOOL_FILE_OUT_H
#define TOOL_FILE_OUT_H

#include "certmap/certmap.h"

/* How much of a path is the folder, with what ends it. */
size_t tool_file_folder(const char *path);
/* Puts content in the place of a file, or makes it: a temporary file in the same folder takes its name, so that readers
 * see the old content or the new. Links are followed; the mode stays. false: the mistake is on standard error, and the
 * file is as it was. */
bool tool_file_write(const char *path, struct certmap_view content);
/* The same, but a file that is there has to begin with head, or is another's and stays. */
bool tool_file_write_own(const char *path, struct certmap_view content, const char *head);
/* How a page of certmap report begins. */
#define TOOL_PAGE_HEAD "<!doctype html>\n"
/* Writes a page in the place of another one, of an empty file, or of none. */
bool tool_file_write_page(const char *path, struct certmap_view content);

#endif
