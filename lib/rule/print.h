/* SPDX-License-Identifier: MIT */
/* Conditions as text of the native language. */
#ifndef CM_RULE_PRINT_H
#define CM_RULE_PRINT_H

#include "rule/rules.h"

struct cm_out;

/* Prints a condition so that it could stand in a rule file. One on the whole certificate, which the
 * language cannot say, becomes `certificate = (N bytes)`. */
void cm_condition_print(struct cm_out *out, const struct cm_condition *condition);

#endif
