/* SPDX-License-Identifier: MIT */
/* The beginning and the end of a service. */
#include "certmap/versioned.h"
#include "memory.h"
#include "service.h"

/* The size in the first release, which never changes. */
#define FIRST_OPTIONS (offsetof(struct certmap_service_options, build) + sizeof(void *))
#define ALL_FLAGS ((unsigned)(CERTMAP_SERVICE_COUNT_MAPPINGS | CERTMAP_SERVICE_LOG_SHADOW | CERTMAP_SERVICE_NO_LINT))

static bool copy_text(const struct certmap_allocator *allocator, char **copy, const char *text) {
    *copy = text == NULL ? NULL : cm_server_copy(allocator, text);
    return text == NULL || *copy != NULL;
}

static bool set_source(struct certmap_service *service, size_t which, const char *file, const char *site,
                       enum certmap_service_format format, const struct certmap_service_options *options) {
    struct cm_server_source *source = &service->sources[which];
    source->allocator = &service->allocator;
    source->for_rules = options->allocator == NULL ? NULL : &service->allocator;
    source->build = options->build == NULL ? NULL : &service->build;
    source->format = format;
    source->analysed = (options->flags & (unsigned)CERTMAP_SERVICE_NO_LINT) == 0;
    return copy_text(&service->allocator, &source->file, file) && copy_text(&service->allocator, &source->site, site);
}

/* Of build options, what holds for each load. False: a struct that this library does not know. */
static bool copy_build(struct certmap_build_options *copy, const struct certmap_build_options *given) {
    const struct certmap_build_options none = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_build_options room;
    *copy = none;
    if (given == NULL)
        return true;
    const struct certmap_build_options *known =
        certmap_struct_read(&room, given, CERTMAP_FIRST_BUILD_OPTIONS, sizeof room);
    if (known == NULL)
        return false;
    copy->memory = known->memory;
    copy->steps = known->steps;
    copy->seed = known->seed;
    return true;
}

static bool set_up(struct certmap_service *service, const struct certmap_service_options *options) {
    service->log = (struct cm_server_log){options->log, options->log_ctx, &service->allocator};
    service->clock = options->clock;
    service->clock_ctx = options->clock_ctx;
    service->resumed = options->resumed;
    service->flags = options->flags;
    service->hold_seconds = options->hold_seconds > 0 ? options->hold_seconds : CERTMAP_SERVICE_HOLD_SECONDS;
    service->counts = (struct certmap_counts)CERTMAP_COUNTS_INIT;
    atomic_init(&service->generation, 0);
    return set_source(service, CM_SERVER_ACTIVE, options->file, options->site, options->format, options) &&
           set_source(service, CM_SERVER_SHADOW, options->shadow_file, options->shadow_site, options->shadow_format,
                      options);
}

static bool is_format(enum certmap_service_format format) {
    return format == CERTMAP_SERVICE_AUTO || format == CERTMAP_SERVICE_NATIVE || format == CERTMAP_SERVICE_IIS;
}

/* What is wrong with the options, or NULL. */
static const char *doubt(const struct certmap_service_options *options) {
    if (options == NULL)
        return "certmap_service_open: options is NULL, or its size is not a size of it";
    if (options->file == NULL || options->file[0] == '\0')
        return "certmap_service_open: there is no file";
    if (!is_format(options->format) || !is_format(options->shadow_format))
        return "certmap_service_open: no such format";
    if (options->resumed != CERTMAP_RESUMED_REFUSE_UNKNOWN && options->resumed != CERTMAP_RESUMED_KEEP &&
        options->resumed != CERTMAP_RESUMED_VERIFY)
        return "certmap_service_open: no such policy for resumed sessions";
    if ((options->flags & ~ALL_FLAGS) != 0 || options->reserved != 0)
        return "certmap_service_open: no such flag";
    if (options->hold_seconds > CERTMAP_SERVICE_MAX_HOLD_SECONDS)
        return "certmap_service_open: hold_seconds is more than a day";
    if (options->shadow_file == NULL && options->shadow_site != NULL)
        return "certmap_service_open: a site for the shadow, which has no file";
    return NULL;
}

/* Both files. The first that does not load ends it. */
static enum certmap_status load_all(struct certmap_service *service, const struct certmap_service_options *options,
                                    struct certmap_diagnostic *err) {
    enum certmap_status status = cm_server_reload_one(service, CM_SERVER_ACTIVE, options->file, err);
    if (status == CERTMAP_OK && options->shadow_file != NULL)
        status = cm_server_reload_one(service, CM_SERVER_SHADOW, options->shadow_file, err);
    return status;
}

enum certmap_status certmap_service_open(struct certmap_service **service, const struct certmap_service_options *given,
                                         struct certmap_diagnostic *err) {
    struct certmap_service_options room;
    struct certmap_allocator allocator;
    struct certmap_build_options build;
    const struct certmap_service_options *options = certmap_struct_read(&room, given, FIRST_OPTIONS, sizeof room);
    const char *wrong = service == NULL ? "certmap_service_open: service is NULL" : doubt(options);
    if (wrong != NULL)
        return cm_server_argument(err, wrong);
    if (!cm_server_allocator(&allocator, options->allocator) || !copy_build(&build, options->build))
        return cm_server_argument(err, "certmap_service_open: allocator or build cannot be used");
    struct certmap_service *made = cm_server_new(&allocator, 1, sizeof *made);
    if (made == NULL)
        return cm_server_no_memory(err);
    made->allocator = allocator;
    made->build = build;
    (void)pthread_mutex_init(&made->loading, NULL);
    (void)pthread_mutex_init(&made->lock, NULL);
    const enum certmap_status status = set_up(made, options) ? load_all(made, options, err) : cm_server_no_memory(err);
    if (status == CERTMAP_OK)
        *service = made;
    else
        certmap_service_close(made);
    return status;
}

void certmap_service_close(struct certmap_service *service) {
    if (service == NULL)
        return;
    const struct certmap_allocator allocator = service->allocator;
    cm_server_watch_stop(service);
    for (size_t i = 0; i < CM_SERVER_SETS; i++) {
        cm_server_set_free(&allocator, service->sets[i]);
        cm_server_source_free(&service->sources[i]);
    }
    for (struct cm_server_spare *spare = service->spare, *next; spare != NULL; spare = next) {
        next = spare->next;
        cm_server_spare_free(&allocator, spare);
    }
    (void)pthread_mutex_destroy(&service->loading);
    (void)pthread_mutex_destroy(&service->lock);
    cm_server_release(&allocator, service);
}
