/* SPDX-License-Identifier: MIT */
/* Whether two rule sets are the same rules. Knows nothing of Check: fuzz targets use it too. */
#ifndef T_COMPARE_H
#define T_COMPARE_H

#include "certmap/certmap.h"

/* What of two rule sets is not the same - policy, names, expressions, conditions, what mappings give, scores -, in
 * a few words, or NULL if they say the same. Positions and kinds of mappings do not count, nor does a name where
 * the first set has none. */
const char *t_rules_difference(const struct certmap_rules *a, const struct certmap_rules *b);

#endif
