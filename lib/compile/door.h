/* SPDX-License-Identifier: MIT */
/* What loaders of the core ask of a builder besides its public calls: memory, and how far they are. They see nothing of
 * its inside. */
#ifndef CM_COMPILE_DOOR_H
#define CM_COMPILE_DOOR_H

#include "base/progress.h"

/* The allocator with the limit of the options, for what has to be counted, too. */
const struct certmap_allocator *cm_builder_allocator(const struct certmap_builder *builder);
/* Says that a mapping of this name will be added next, which stays where it is until then. That the name is there already
 * takes long to find out where there are many: it is looked for meanwhile. */
void cm_builder_expect_name(struct certmap_builder *builder, struct certmap_view name);
/* What follows is the phase between these units of the whole. */
void cm_builder_phase(struct certmap_builder *builder, size_t from, size_t to);
/* The phase is at done of total, which is more than 0. False: it is to stop; that stays so. */
bool cm_builder_goes_on(struct certmap_builder *builder, size_t done, size_t total);
/* Where an error says that there is no memory, and the limit of the options is why: says that. */
void cm_builder_report_memory_limit(const struct certmap_builder *builder, struct certmap_diagnostic *error);

#endif
