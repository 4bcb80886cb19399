/* SPDX-License-Identifier: MIT */
/* Rule files as editors on Windows write them. */
#ifndef CM_SERVER_UTF16_H
#define CM_SERVER_UTF16_H

#include "file.h"

/* Whether a rule file is in UTF-16: by its byte order mark, or because its first character has a zero byte. */
bool cm_server_utf16_detect(struct certmap_view text);
/* Makes it UTF-8, without a mark. Errors: MEMORY, LIMIT, SYNTAX (with line and column) for what is not UTF-16. */
enum certmap_status cm_server_utf16_decode(struct cm_server_bytes *bytes, struct certmap_diagnostic *err);

#endif
