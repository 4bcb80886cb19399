/* SPDX-License-Identifier: MIT */
#include "passes.h"
#include <stddef.h>

cm_lint_pass *const cm_lint_passes[] = {
    NULL,
};
