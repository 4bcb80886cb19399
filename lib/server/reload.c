/* SPDX-License-Identifier: MIT */
/* Loading while others are being answered. */
#include "memory.h"
#include "service.h"

/* The rules are there, and no memory for what goes with them. */
static enum certmap_status no_memory_for_set(struct certmap_service *service, struct cm_server_source *source,
                                             const char *name, struct certmap_diagnostic *err) {
    struct certmap_diagnostic own;
    (void)cm_server_no_memory(&own);
    cm_server_log_diagnostic(&service->log, CERTMAP_SEVERITY_ERROR, source->file, &own);
    own.file = name;
    source->short_of_memory = true;
    if (err != NULL)
        *err = own;
    return own.status;
}

enum certmap_status cm_server_reload_one(struct certmap_service *service, size_t which, const char *name,
                                         struct certmap_diagnostic *err) {
    struct cm_server_source *source = &service->sources[which];
    struct certmap_rules *rules = NULL;
    const bool counts = which == CM_SERVER_ACTIVE && (service->flags & CERTMAP_SERVICE_COUNT_MAPPINGS) != 0;
    const enum certmap_status status = cm_server_load(&rules, source, &service->log, name, cm_server_now(service), err);
    if (status != CERTMAP_OK)
        return status;
    struct cm_server_set *fresh = cm_server_set_new(&service->allocator, rules, source->digest, counts);
    if (fresh == NULL)
        return no_memory_for_set(service, source, name, err);
    cm_server_replace(service, which, fresh);
    const char *const texts[] = {": in force, sha256:", source->digest};
    cm_server_log(&service->log, CERTMAP_SEVERITY_NOTE, source->file, texts, sizeof texts / sizeof *texts);
    return CERTMAP_OK;
}

static void count_reload(struct certmap_service *service, bool loaded) {
    (void)pthread_mutex_lock(&service->lock);
    service->counts.reloads += loaded;
    service->counts.failed_reloads += !loaded;
    (void)pthread_mutex_unlock(&service->lock);
}

/* One of the files, in place of one that is in force. */
static enum certmap_status reload(struct certmap_service *service, size_t which, struct certmap_diagnostic *err) {
    const char *file = service->sources[which].file;
    const char *const texts[] = {": not loaded; the old rules stay in force"};
    const enum certmap_status status = cm_server_reload_one(service, which, file, err);
    if (status != CERTMAP_OK)
        cm_server_log(&service->log, CERTMAP_SEVERITY_ERROR, file, texts, sizeof texts / sizeof *texts);
    count_reload(service, status == CERTMAP_OK);
    return status;
}

/* Whether to load a file. */
typedef bool choose_fn(struct certmap_service *service, size_t which);

static bool choose_all(struct certmap_service *service, size_t which) {
    (void)service;
    (void)which;
    return true;
}

static bool choose_changed(struct certmap_service *service, size_t which) {
    return cm_server_source_look(&service->sources[which], cm_server_now(service)) == CM_SERVER_CHANGED;
}

/* Each file for itself, so that a shadow that is broken keeps nobody from loading the active rules. The first error
 * counts. */
static enum certmap_status reload_chosen(struct certmap_service *service, choose_fn *choose,
                                         struct certmap_diagnostic *err) {
    enum certmap_status first = CERTMAP_OK;
    (void)pthread_mutex_lock(&service->loading);
    for (size_t which = 0; which < CM_SERVER_SETS; which++)
        if (service->sources[which].file != NULL && choose(service, which)) {
            const enum certmap_status status = reload(service, which, first == CERTMAP_OK ? err : NULL);
            first = first == CERTMAP_OK ? status : first;
        }
    (void)pthread_mutex_unlock(&service->loading);
    return first;
}

enum certmap_status certmap_service_reload(struct certmap_service *service, struct certmap_diagnostic *err) {
    if (service == NULL)
        return cm_server_argument(err, "certmap_service_reload: service is NULL");
    return reload_chosen(service, choose_all, err);
}

enum certmap_status certmap_service_refresh(struct certmap_service *service, struct certmap_diagnostic *err) {
    if (service == NULL)
        return cm_server_argument(err, "certmap_service_refresh: service is NULL");
    return reload_chosen(service, choose_changed, err);
}
