/* SPDX-License-Identifier: MIT */
/* The style and the script of a report. Both are constants: the page permits them by their digests and nothing else. */
#ifndef TOOL_REPORT_STYLE_H
#define TOOL_REPORT_STYLE_H

#include "text.h"

void tool_report_add_style(struct tool_text *out);
/* Search and sort for long lists. The page can be read without it. */
void tool_report_add_script(struct tool_text *out);

#endif
