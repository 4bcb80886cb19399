/* SPDX-License-Identifier: MIT */
/* A rule set made anew of what certmap_rules_walk says of another: whatever it left out or got wrong is a difference
 * (compare.h). Knows nothing of Check: fuzz targets use it too. */
#ifndef T_COPY_H
#define T_COPY_H

#include "certmap/walk.h"

/* NULL where a call fails, or a walk contradicts itself; *why then says which. Free with certmap_rules_free. */
struct certmap_rules *t_copy_rules(const struct certmap_rules *rules, const char **why);

#endif
