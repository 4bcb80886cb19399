/* SPDX-License-Identifier: MIT */
/* The draft of a rule set that is complete, for those who make an index once more. Knows nothing of Check: fuzz targets
 * use it too. */
#ifndef T_DRAFT_H
#define T_DRAFT_H

#include "rule/draft.h"

/* Its text is the rules' store. False: no memory; to be freed all the same. */
bool t_draft_make(struct cm_draft *draft, struct certmap_rules *rules);
void t_draft_free(struct cm_draft *draft);

#endif
