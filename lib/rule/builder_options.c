/* SPDX-License-Identifier: MIT */
/* The limit of memory: a meter stands between the caller's allocator and everything that is allocated from here on.
 * It belongs to the rules, which release through it when nothing else is left of the building. */
#include "base/error.h"
#include "base/meter.h"
#include "certmap/versioned.h"
#include "rule/builder.h"

static enum certmap_status fail_limit(const struct cm_meter *meter, struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_MEMORY_LIMIT,
                    "the rules take more than %zu bytes of memory to build, the limit that was given", meter->limit);
}

void cm_builder_blame_limit(const struct certmap_builder *builder, struct certmap_diagnostic *error) {
    const struct cm_meter *meter = builder->draft.rules != NULL ? builder->draft.rules->meter : NULL;
    if (error->status == CERTMAP_ERROR_MEMORY && meter != NULL && meter->over)
        fail_limit(meter, error);
}

/* Puts the meter in, and the rules that own it. */
static enum certmap_status set_limit(struct certmap_builder *builder, size_t limit, struct certmap_diagnostic *err) {
    const struct certmap_allocator inner = builder->allocator;
    struct cm_meter *meter = cm_meter_new(&inner, limit, sizeof *builder);
    if (meter == NULL)
        return cm_error_memory(err);
    const struct certmap_allocator metered = cm_meter_allocator(meter);
    cm_builder_start(builder, &metered);
    if (cm_builder_have_rules(builder)) {
        builder->draft.rules->meter = meter;
        return CERTMAP_OK;
    }
    const enum certmap_status status = meter->over ? fail_limit(meter, err) : cm_error_memory(err);
    cm_meter_free(meter);
    cm_builder_start(builder, &inner);
    return status;
}

enum certmap_status certmap_builder_options(struct certmap_builder *builder, const struct certmap_build_options *given,
                                            struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    struct certmap_build_options room;
    const struct certmap_build_options *options =
        certmap_struct_read(&room, given, CERTMAP_FIRST_BUILD_OPTIONS, sizeof room);
    enum certmap_status status = CERTMAP_OK;
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_options: builder is NULL");
    if (options == NULL || builder->has_options || builder->draft.rules != NULL || builder->first.status != CERTMAP_OK)
        status = cm_error_argument(&own, "certmap_builder_options: options is NULL, its size is not a size of it, or "
                                         "another call came before");
    else if (options->steps > CERTMAP_MAX_STEPS)
        status = cm_error_argument(&own, "certmap_builder_options: steps is more than CERTMAP_MAX_STEPS");
    else if (options->memory > 0)
        status = set_limit(builder, options->memory, &own);
    if (status == CERTMAP_OK) {
        builder->has_options = true;
        cm_progress_start(&builder->progress, options->progress, options->progress_ctx);
        builder->steps = options->steps;
        builder->seed = options->seed;
    }
    return cm_builder_note(builder, status, &own, err);
}
