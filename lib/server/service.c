/* SPDX-License-Identifier: MIT */
#include "service.h"
#include "memory.h"
#include <time.h>

int64_t cm_server_now(const struct certmap_service *service) {
    const int64_t now = service->clock != NULL ? service->clock(service->clock_ctx) : (int64_t)time(NULL);
    return now > 0 ? now : 0;
}

/* ---- holding ---- */

void cm_server_hold_sets(struct cm_server_hold *hold, struct certmap_service *service) {
    *hold = (struct cm_server_hold){.spare = NULL};
    (void)pthread_mutex_lock(&service->lock);
    for (size_t i = 0; i < CM_SERVER_SETS; i++) {
        hold->sets[i] = service->sets[i];
        if (hold->sets[i] != NULL)
            hold->sets[i]->holders++;
    }
    hold->generation = atomic_load(&service->generation);
    (void)pthread_mutex_unlock(&service->lock);
}

static struct cm_server_spare *take_spare(struct certmap_service *service) {
    (void)pthread_mutex_lock(&service->lock);
    struct cm_server_spare *spare = service->spare;
    if (spare != NULL) {
        service->spare = spare->next;
        service->spare_count--;
    }
    (void)pthread_mutex_unlock(&service->lock);
    return spare;
}

void cm_server_spare_free(const struct certmap_allocator *allocator, struct cm_server_spare *spare) {
    certmap_peer_free(spare->peer);
    cm_server_release(allocator, spare);
}

static struct cm_server_spare *make_spare(const struct certmap_allocator *allocator) {
    struct cm_server_spare *spare = cm_server_new(allocator, 1, sizeof *spare);
    if (spare != NULL && certmap_peer_new(&spare->peer, allocator, NULL) != CERTMAP_OK) {
        cm_server_release(allocator, spare);
        return NULL;
    }
    return spare;
}

bool cm_server_enter(struct cm_server_hold *hold, struct certmap_service *service) {
    struct cm_server_spare *spare = take_spare(service);
    if (spare == NULL)
        spare = make_spare(&service->allocator);
    if (spare == NULL)
        return false;
    cm_server_hold_sets(hold, service);
    hold->spare = spare;
    return true;
}

/* ---- giving back ---- */

/* Under the lock. What nobody holds any more is left in hold, the rest is NULL there. */
static void let_go(struct cm_server_hold *hold) {
    for (size_t i = 0; i < CM_SERVER_SETS; i++)
        if (hold->sets[i] != NULL && --hold->sets[i]->holders > 0)
            hold->sets[i] = NULL;
}

static void free_sets(const struct certmap_allocator *allocator, struct cm_server_hold *hold) {
    for (size_t i = 0; i < CM_SERVER_SETS; i++)
        cm_server_set_free(allocator, hold->sets[i]);
}

void cm_server_release_sets(struct certmap_service *service, struct cm_server_hold *hold) {
    (void)pthread_mutex_lock(&service->lock);
    let_go(hold);
    (void)pthread_mutex_unlock(&service->lock);
    free_sets(&service->allocator, hold);
}

static uint64_t *outcome_count(struct certmap_counts *counts, enum certmap_outcome outcome) {
    switch (outcome) {
    case CERTMAP_OUTCOME_NONE:
        return &counts->none;
    case CERTMAP_OUTCOME_ALLOW:
        return &counts->allowed;
    case CERTMAP_OUTCOME_DENY:
        return &counts->denied;
    case CERTMAP_OUTCOME_UNVERIFIED:
        return &counts->unverified;
    case CERTMAP_OUTCOME_ERROR:
        break;
    }
    return &counts->errors;
}

/* Under the lock. */
static void count(struct certmap_service *service, const struct cm_server_hold *hold,
                  const struct cm_server_event *event) {
    const struct cm_server_set *held = hold->sets[CM_SERVER_ACTIVE];
    service->counts.asked++;
    ++*outcome_count(&service->counts, event->outcome);
    service->counts.shadow_asked += event->shadow_asked;
    service->counts.shadow_differences += event->shadow_differs;
    if (held != NULL && held->tally.slots != NULL && event->mapping != SIZE_MAX)
        cm_server_tally_count(&service->sets[CM_SERVER_ACTIVE]->tally, &held->tally, event->mapping);
}

void cm_server_leave(struct certmap_service *service, struct cm_server_hold *hold, const struct cm_server_event *event,
                     bool keep_peer) {
    struct cm_server_spare *spare = hold->spare;
    (void)pthread_mutex_lock(&service->lock);
    count(service, hold, event);
    if (spare != NULL && keep_peer && service->spare_count < CM_SERVER_MAX_SPARE) {
        spare->next = service->spare;
        service->spare = spare;
        service->spare_count++;
        spare = NULL;
    }
    let_go(hold);
    (void)pthread_mutex_unlock(&service->lock);
    if (spare != NULL)
        cm_server_spare_free(&service->allocator, spare);
    free_sets(&service->allocator, hold);
}

void cm_server_replace(struct certmap_service *service, size_t which, struct cm_server_set *fresh) {
    struct cm_server_hold old = {.sets = {NULL}};
    const bool tallies = which == CM_SERVER_ACTIVE && fresh->tally.slots != NULL;
    if (tallies && service->sets[which] != NULL)
        cm_server_tally_carry(&fresh->tally, &service->sets[which]->tally);
    (void)pthread_mutex_lock(&service->lock);
    old.sets[which] = service->sets[which];
    if (tallies && old.sets[which] != NULL)
        cm_server_tally_begin(&fresh->tally, &old.sets[which]->tally);
    service->sets[which] = fresh;
    atomic_fetch_add(&service->generation, 1);
    let_go(&old);
    (void)pthread_mutex_unlock(&service->lock);
    free_sets(&service->allocator, &old);
}
