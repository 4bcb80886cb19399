/* SPDX-License-Identifier: MIT */
/* Input in messages. */
#ifndef CM_BASE_QUOTE_H
#define CM_BASE_QUOTE_H

#include "certmap/certmap.h"

/* A piece of input made safe to be in an error text: escaped as certmap_text_escape does, in
 * quotes, cut with "..." at 60 bytes. */
struct cm_quoted {
    char text[72];
};
struct cm_quoted cm_quote(struct certmap_view view);

#endif
