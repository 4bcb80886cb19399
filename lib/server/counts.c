/* SPDX-License-Identifier: MIT */
/* What was counted, as numbers and for Prometheus. */
#include "certmap/versioned.h"
#include "memory.h"
#include "service.h"
#include "text.h"
#include <string.h>

/* The size in the first release, which never changes. */
#define FIRST_COUNTS CERTMAP_STRUCT_END(struct certmap_counts, mappings)

/* ---- as numbers ---- */

/* A copy, and the sets that it is about. */
static struct certmap_counts copy_counts(struct cm_server_hold *hold, struct certmap_service *service) {
    cm_server_hold_sets(hold, service);
    (void)pthread_mutex_lock(&service->lock);
    struct certmap_counts counts = service->counts;
    (void)pthread_mutex_unlock(&service->lock);
    counts.size = sizeof counts;
    counts.generation = hold->generation;
    counts.mappings = certmap_rules_count(hold->sets[CM_SERVER_ACTIVE]->rules);
    return counts;
}

enum certmap_status certmap_service_counts(struct certmap_service *service, struct certmap_counts *counts,
                                           struct certmap_diagnostic *err) {
    struct cm_server_hold hold;
    if (service == NULL || !certmap_struct_fits(counts, FIRST_COUNTS, sizeof *counts))
        return cm_server_argument(err, "certmap_service_counts: service or counts is NULL, or its size is not a size "
                                       "of it");
    const struct certmap_counts own = copy_counts(&hold, service);
    cm_server_release_sets(service, &hold);
    certmap_struct_write(counts, &own, sizeof own);
    return CERTMAP_OK;
}

/* A copy of the counts of a set, or NULL without memory. */
static uint64_t *copy_tally(struct certmap_service *service, const struct cm_server_tally *tally) {
    uint64_t *copy = cm_server_new(&service->allocator, tally->count > 0 ? tally->count : 1, sizeof *copy);
    if (copy == NULL)
        return NULL;
    (void)pthread_mutex_lock(&service->lock);
    if (tally->count > 0)
        memcpy(copy, tally->counts, tally->count * sizeof *copy);
    (void)pthread_mutex_unlock(&service->lock);
    return copy;
}

/* Of a set that is held. False: no memory. */
static bool each_mapping(struct certmap_service *service, const struct cm_server_tally *tally,
                         certmap_mapping_count_fn *fn, void *ctx) {
    uint64_t *copy = copy_tally(service, tally);
    bool more = copy != NULL;
    for (size_t i = 0; i < tally->count && more; i++)
        more = fn(ctx, tally->names[i].len > 0 ? tally->names[i] : certmap_view_of(""), copy[i]);
    cm_server_release(&service->allocator, copy);
    return copy != NULL;
}

enum certmap_status certmap_service_mapping_counts(struct certmap_service *service, certmap_mapping_count_fn *fn,
                                                   void *ctx, struct certmap_diagnostic *err) {
    struct cm_server_hold hold;
    if (service == NULL || fn == NULL || (service->flags & CERTMAP_SERVICE_COUNT_MAPPINGS) == 0)
        return cm_server_argument(err, "certmap_service_mapping_counts: service or fn is NULL, or mappings are not "
                                       "counted");
    cm_server_hold_sets(&hold, service);
    const bool copied = each_mapping(service, &hold.sets[CM_SERVER_ACTIVE]->tally, fn, ctx);
    cm_server_release_sets(service, &hold);
    return copied ? CERTMAP_OK : cm_server_no_memory(err);
}

enum certmap_status certmap_service_digest(struct certmap_service *service, char digest[CERTMAP_SERVICE_DIGEST_SIZE],
                                           struct certmap_diagnostic *err) {
    struct cm_server_hold hold;
    if (service == NULL || digest == NULL)
        return cm_server_argument(err, "certmap_service_digest: service or digest is NULL");
    cm_server_hold_sets(&hold, service);
    memcpy(digest, hold.sets[CM_SERVER_ACTIVE]->digest, CERTMAP_SERVICE_DIGEST_SIZE);
    cm_server_release_sets(service, &hold);
    return CERTMAP_OK;
}
