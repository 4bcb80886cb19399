/* SPDX-License-Identifier: MIT */
/* Files of several certificates, of which the first is the client. */
#ifndef TOOL_BUNDLE_H
#define TOOL_BUNDLE_H

#include "pem.h"
#include "text.h"

/* Adds what is to be said of a file whose first certificate is that of a CA: it says so itself, or another of the file
 * names it as its issuer. Nothing else. */
void tool_bundle_add_note(struct tool_text *text, const struct tool_pem *certificates);

#endif
