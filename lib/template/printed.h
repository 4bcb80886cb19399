/* SPDX-License-Identifier: MIT */
/* A whole Name as a text, in the form that another program prints. */
#ifndef CM_TEMPLATE_PRINTED_H
#define CM_TEMPLATE_PRINTED_H

#include "base/out.h"
#include "field/list.h"
#include "template/template.h"

/* Writes the AVAs of a Name. NONE, PLACEHOLDER_UNREADABLE, PLACEHOLDER_CHARACTER or PLACEHOLDER_TOO_LONG. A step for each byte of a value and of a type. */
enum certmap_code cm_printed_put(struct cm_out *out, const struct cm_list *name, enum cm_printed_form form,
                                 size_t *steps);

#endif
