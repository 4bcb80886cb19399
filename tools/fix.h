/* SPDX-License-Identifier: MIT */
/* certmap lint --fix: changes of a rule file that change no answer to any certificate. */
#ifndef TOOL_FIX_H
#define TOOL_FIX_H

#include "lint.h"

/* Prints what --fix would change, as a unified diff. false: standard error says why that cannot be. */
bool tool_fix_show(const struct tool_analysis *analysis);
/* Makes the fixes of what is shown, and analyses what the file is then. false: standard error says why it is as it was. */
bool tool_fix_write(struct tool_analysis *analysis);

#endif
