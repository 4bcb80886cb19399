/* SPDX-License-Identifier: MIT */
#include "rule/draft.h"
#include "base/alloc.h"

void cm_draft_free(struct cm_draft *draft) {
    if (draft->rules == NULL)
        return;
    const struct certmap_allocator *own = &draft->rules->allocator;
    cm_release(own, draft->mappings);
    cm_release(own, draft->nodes);
    cm_release(own, draft->conditions);
    cm_release(own, draft->text);
    *draft = (struct cm_draft){.rules = draft->rules};
}
