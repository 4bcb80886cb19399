/* SPDX-License-Identifier: MIT */
#include "swap.h"
#include <stdlib.h>

struct generation *place_acquire(struct place *place) {
    pthread_mutex_lock(&place->lock);
    struct generation *held = place->current;
    held->holders++;
    pthread_mutex_unlock(&place->lock);
    return held;
}

void place_release(struct place *place, struct generation *held) {
    pthread_mutex_lock(&place->lock);
    const bool last = --held->holders == 0;
    pthread_mutex_unlock(&place->lock);
    if (last) {
        certmap_rules_free(held->rules);
        free(held);
    }
}

/* The place lets go of what it held; what has readers is freed by the last of them. */
static void replace(struct place *place, struct generation *fresh) {
    pthread_mutex_lock(&place->lock);
    struct generation *old = place->current;
    place->current = fresh;
    pthread_mutex_unlock(&place->lock);
    if (old != NULL)
        place_release(place, old);
}

enum certmap_status place_load(struct place *place, struct certmap_view text, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = NULL;
    struct generation *fresh = malloc(sizeof *fresh);
    if (fresh == NULL) {
        *err = (struct certmap_diagnostic){CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, .text = "out of memory"};
        return err->status;
    }
    const enum certmap_status status = certmap_rules_parse(&rules, text, NULL, err); /* without the lock */
    if (status != CERTMAP_OK) {
        free(fresh);
        return status;
    }
    *fresh = (struct generation){rules, 1};
    replace(place, fresh);
    return CERTMAP_OK;
}

void place_clear(struct place *place) {
    replace(place, NULL);
}
