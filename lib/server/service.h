/* SPDX-License-Identifier: MIT */
/* The service: what is in force, the peers that nobody uses, and what was counted.
 *
 *     service -- active --> set <-- held by those who are being answered
 *             -- shadow --> set
 *             -- spare ---> peer -> peer -> ...
 *
 * Two locks. `loading` is held for a whole load, by one after the other. `lock` is held for a few instructions, by
 * everybody; nobody calls out while he holds it. */
#ifndef CM_SERVER_SERVICE_H
#define CM_SERVER_SERVICE_H

#include "certmap/build.h"
#include "certmap/server.h"
#include "load.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* Most peers that are kept for later. A server with more threads at once makes and frees the others. */
#define CM_SERVER_MAX_SPARE 64
/* Largest certificate after which a peer is kept, in bytes: it keeps the memory that a certificate took, and a client
 * may send one that takes megabytes. */
#define CM_SERVER_MAX_KEPT_CERTIFICATE 16384

/* Which of two rule sets. */
enum { CM_SERVER_ACTIVE, CM_SERVER_SHADOW, CM_SERVER_SETS };

/* A peer that nobody uses, or that somebody has taken. */
struct cm_server_spare {
    struct certmap_peer *peer;
    struct cm_server_spare *next;
};

struct cm_server_watch {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    unsigned seconds; /* between two looks; 0: never */
    bool reload;      /* asked for */
    bool stop;
    bool set_up;         /* lock and wake are there */
    _Atomic pid_t owner; /* the process that has the thread, set when all else is; 0: none */
};

struct certmap_service {
    struct certmap_allocator allocator;
    struct certmap_build_options build;
    struct cm_server_log log;
    certmap_service_clock_fn *clock;
    void *clock_ctx;
    enum certmap_resumed resumed;
    unsigned flags;
    unsigned hold_seconds;

    pthread_mutex_t loading;
    struct cm_server_source sources[CM_SERVER_SETS]; /* under loading */

    pthread_mutex_t lock;
    struct cm_server_set *sets[CM_SERVER_SETS]; /* the shadow may be NULL */
    struct cm_server_spare *spare;
    size_t spare_count;
    struct certmap_counts counts;
    atomic_ulong generation; /* written under lock */

    struct cm_server_watch watch;
};

/* What one who asks has taken, until he gives it back. */
struct cm_server_hold {
    struct cm_server_set *sets[CM_SERVER_SETS];
    struct cm_server_spare *spare;
    unsigned long generation;
};

/* False: no memory for a peer, and nothing is held. */
bool cm_server_enter(struct cm_server_hold *hold, struct certmap_service *service);
/* Only the sets, for those who need no peer. */
void cm_server_hold_sets(struct cm_server_hold *hold, struct certmap_service *service);

/* What is counted of one question. */
struct cm_server_event {
    enum certmap_outcome outcome;
    size_t mapping; /* that gave the answer, or SIZE_MAX */
    bool shadow_asked;
    bool shadow_differs;
};
/* Gives back and counts. keep_peer: it has not grown. */
void cm_server_leave(struct certmap_service *service, struct cm_server_hold *hold, const struct cm_server_event *event,
                     bool keep_peer);
/* Gives back only the sets. */
void cm_server_release_sets(struct certmap_service *service, struct cm_server_hold *hold);

void cm_server_spare_free(const struct certmap_allocator *allocator, struct cm_server_spare *spare);

/* Puts a set in force. The old one is freed by its last holder. */
void cm_server_replace(struct certmap_service *service, size_t which, struct cm_server_set *fresh);

/* By the service's clock; 0 if it has none to report. */
int64_t cm_server_now(const struct certmap_service *service);

/* Loads one of the sources and puts it in force. The caller holds `loading`. Errors: as certmap_service_reload. */
enum certmap_status cm_server_reload_one(struct certmap_service *service, size_t which, const char *name,
                                         struct certmap_diagnostic *err);
void cm_server_watch_stop(struct certmap_service *service);

#endif
