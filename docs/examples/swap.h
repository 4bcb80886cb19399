/* SPDX-License-Identifier: MIT */
/* A rule set that can be replaced while threads use it. */
#ifndef SWAP_H
#define SWAP_H

#include <certmap/certmap.h>
#include <pthread.h>

/* One loaded rule set, and how many hold it: the place where it is current, and each connection that is
 * being answered by it. */
struct generation {
    struct certmap_rules *rules;
    size_t holders; /* under the lock of the place */
};

/* The place where the current rule set is. */
struct place {
    pthread_mutex_t lock;
    struct generation *current; /* NULL before the first load */
};
#define PLACE_INIT                                                                                                     \
    { PTHREAD_MUTEX_INITIALIZER, NULL }

/* Makes these rules the current ones. If they do not load, the old ones stay, and err
 * says why. */
enum certmap_status place_load(struct place *place, struct certmap_view text, struct certmap_diagnostic *err);
/* The current rules, which stay whole until they are released. After a first load only. */
struct generation *place_acquire(struct place *place);
void place_release(struct place *place, struct generation *held);
/* Forgets the current rules; those who hold them may go on. */
void place_clear(struct place *place);

#endif
