/* SPDX-License-Identifier: MIT */
/* The thread that loads what has changed. */
#include "memory.h"
#include "service.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

/* While a file changes it is looked at this often, so that it is loaded soon after it has stopped. */
#define CHANGING_SECONDS 1

static void end_of_wait(struct timespec *end, unsigned seconds) {
    (void)clock_gettime(CLOCK_MONOTONIC, end);
    end->tv_sec += (time_t)seconds;
}

/* Waits for a request or for the time of the next look. The caller holds the lock. False: it is to stop. */
static bool wait(struct cm_server_watch *watch, unsigned seconds, bool *reload) {
    struct timespec end;
    int waited = 0;
    end_of_wait(&end, seconds);
    while (!watch->stop && !watch->reload && waited != ETIMEDOUT)
        waited = seconds == 0 ? pthread_cond_wait(&watch->wake, &watch->lock)
                              : pthread_cond_timedwait(&watch->wake, &watch->lock, &end);
    *reload = watch->reload;
    watch->reload = false;
    return !watch->stop;
}

static bool is_changing(struct certmap_service *service) {
    (void)pthread_mutex_lock(&service->loading);
    bool changing = false;
    for (size_t i = 0; i < CM_SERVER_SETS; i++)
        changing = changing || service->sources[i].changing;
    (void)pthread_mutex_unlock(&service->loading);
    return changing;
}

static void *watch_files(void *ctx) {
    struct certmap_service *service = ctx;
    struct cm_server_watch *watch = &service->watch;
    unsigned seconds = watch->seconds;
    bool reload = false;
    (void)pthread_mutex_lock(&watch->lock);
    while (wait(watch, seconds, &reload)) {
        (void)pthread_mutex_unlock(&watch->lock);
        (void)(reload ? certmap_service_reload(service, NULL) : certmap_service_refresh(service, NULL));
        seconds = watch->seconds > CHANGING_SECONDS && is_changing(service) ? CHANGING_SECONDS : watch->seconds;
        (void)pthread_mutex_lock(&watch->lock);
    }
    (void)pthread_mutex_unlock(&watch->lock);
    return NULL;
}

/* ---- starting and stopping ---- */

static bool set_up(struct cm_server_watch *watch) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    const bool made =
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_mutex_init(&watch->lock, NULL) == 0;
    watch->set_up = made && pthread_cond_init(&watch->wake, &attributes) == 0;
    if (made && !watch->set_up)
        (void)pthread_mutex_destroy(&watch->lock);
    (void)pthread_condattr_destroy(&attributes);
    return watch->set_up;
}

static void clear(struct cm_server_watch *watch) {
    if (watch->set_up) {
        (void)pthread_cond_destroy(&watch->wake);
        (void)pthread_mutex_destroy(&watch->lock);
    }
    watch->set_up = false;
    atomic_store(&watch->owner, 0);
}

/* With all signals blocked, which the thread inherits: they are the server's. */
static bool start(struct certmap_service *service) {
    sigset_t all, before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    const bool started = pthread_create(&service->watch.thread, NULL, watch_files, service) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static bool is_running(struct cm_server_watch *watch) {
    const pid_t owner = atomic_load(&watch->owner);
    return owner != 0 && owner == getpid();
}

/* What a parent had is of no use after a fork. The caller holds `loading`. */
static enum certmap_status begin(struct certmap_service *service, unsigned seconds, struct certmap_diagnostic *err) {
    struct cm_server_watch *watch = &service->watch;
    if (is_running(watch))
        return cm_server_argument(err, "certmap_service_watch: the thread runs already");
    watch->seconds = seconds;
    watch->reload = watch->stop = watch->set_up = false;
    if (!set_up(watch) || !start(service)) {
        clear(watch);
        return cm_server_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "there can be no other thread");
    }
    atomic_store(&watch->owner, getpid());
    return CERTMAP_OK;
}

enum certmap_status certmap_service_watch(struct certmap_service *service, unsigned seconds,
                                          struct certmap_diagnostic *err) {
    if (service == NULL)
        return cm_server_argument(err, "certmap_service_watch: service is NULL");
    (void)pthread_mutex_lock(&service->loading);
    const enum certmap_status status = begin(service, seconds, err);
    (void)pthread_mutex_unlock(&service->loading);
    return status;
}

enum certmap_status certmap_service_reload_later(struct certmap_service *service, struct certmap_diagnostic *err) {
    if (service == NULL || !is_running(&service->watch))
        return cm_server_argument(err, "certmap_service_reload_later: there is no thread of certmap_service_watch");
    struct cm_server_watch *watch = &service->watch;
    (void)pthread_mutex_lock(&watch->lock);
    watch->reload = true;
    (void)pthread_cond_signal(&watch->wake);
    (void)pthread_mutex_unlock(&watch->lock);
    return CERTMAP_OK;
}

void cm_server_watch_stop(struct certmap_service *service) {
    struct cm_server_watch *watch = &service->watch;
    if (!is_running(watch))
        return;
    (void)pthread_mutex_lock(&watch->lock);
    watch->stop = true;
    (void)pthread_cond_signal(&watch->wake);
    (void)pthread_mutex_unlock(&watch->lock);
    (void)pthread_join(watch->thread, NULL);
    clear(watch);
}
