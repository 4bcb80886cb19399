/* SPDX-License-Identifier: MIT */
/* The catalogue: how severe each code is, under each profile. */
#ifndef CM_LINT_CODE_H
#define CM_LINT_CODE_H

#include "certmap/lint.h"

/* The severity of a code that libcertmap-lint reports. A code that is not in the catalogue is an ERROR. */
enum certmap_severity cm_lint_severity(enum certmap_code code, enum certmap_lint_profile profile);

#endif
