/* SPDX-License-Identifier: MIT */
/* certmap_iis_load: checks what it is given, runs the stages of run.h, and frees what they used. */
#include "certmap/versioned.h"
#include "run.h"
#include <string.h>

/* The size in the first release, which never changes. */
#define FIRST_OPTIONS CERTMAP_STRUCT_END(struct certmap_iis_options, file)

static enum certmap_status fail_argument(struct certmap_diagnostic *err, const char *what) {
    return cm_kit_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "certmap_iis_load: %s", what);
}

static enum certmap_status fail_memory(struct certmap_diagnostic *err) {
    return cm_kit_error(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
}

static void free_run(struct cm_iis *iis) {
    const struct certmap_allocator allocator = iis->allocator;
    for (size_t i = 0; i < iis->level_count; i++) {
        cm_kit_release(&allocator, iis->levels[i].lists[CM_IIS_LIST_ONE].items);
        cm_kit_release(&allocator, iis->levels[i].lists[CM_IIS_LIST_MANY].items);
    }
    cm_kit_release(&allocator, iis->levels);
    cm_kit_release(&allocator, iis->rules);
    cm_kit_release(&allocator, iis->location.path);
    cm_kit_store_free(&iis->store);
    cm_kit_store_free(&iis->secrets);
    cm_kit_release(&allocator, iis);
}

/* A run over the text, at the server level. NULL when there is no memory. */
static struct cm_iis *new_run(struct certmap_view text, const struct certmap_allocator *allocator) {
    struct cm_iis *iis = allocator->alloc(allocator->ctx, sizeof *iis);
    if (iis == NULL)
        return NULL;
    memset(iis, 0, sizeof *iis);
    iis->allocator = *allocator;
    iis->store.allocator = *allocator;
    iis->secrets.allocator = *allocator;
    iis->text = text;
    iis->location.inherits = true;
    return iis;
}

static void run(struct cm_iis *iis, struct certmap_rules **rules, struct certmap_iis_logon **logon) {
    cm_iis_parse(iis);
    if (!iis->stop)
        cm_iis_build(iis, rules, logon);
}

/* What ended the run, or what it found. */
static enum certmap_status report(const struct cm_iis *iis, const struct certmap_iis_options *options,
                                  struct certmap_diagnostic *err) {
    if (iis->fatal.status == CERTMAP_OK)
        return cm_kit_diagnostics_report(&iis->diagnostics, options->diagnostic, options->diagnostic_ctx, options->file,
                                         err);
    if (err != NULL)
        *err = iis->fatal;
    return iis->fatal.status;
}

/* The options as they are known here. */
struct options {
    struct certmap_iis_options room;
    struct certmap_build_options build_room;
};

static enum certmap_status check_options(struct options *options, const struct certmap_iis_options *given,
                                         struct certmap_allocator *allocator, struct certmap_diagnostic *err) {
    struct certmap_iis_options *room = &options->room;
    const struct certmap_iis_options *known = certmap_struct_read(room, given, FIRST_OPTIONS, sizeof *room);
    if (known == NULL)
        return fail_argument(err, "the size of options is not a size of it");
    memmove(room, known, sizeof *room);
    if (given->build != NULL)
        room->build = certmap_struct_read(&options->build_room, given->build, CERTMAP_FIRST_BUILD_OPTIONS,
                                          sizeof options->build_room);
    if (room->build == NULL && given->build != NULL)
        return fail_argument(err, "the size of options->build is not a size of it");
    return cm_kit_allocator_init(allocator, room->allocator) ? CERTMAP_OK
                                                             : fail_argument(err, "the allocator lacks a function");
}

static void set_options(struct cm_iis *iis, const struct certmap_iis_options *options) {
    iis->check_setup = options->check_setup;
    iis->build = options->build;
    if (options->build == NULL)
        return;
    iis->progress.fn = options->build->progress;
    iis->progress.ctx = options->build->progress_ctx;
}

static enum certmap_status load(struct certmap_rules **rules, struct certmap_iis_logon **logon,
                                struct certmap_view text, const struct certmap_iis_options *given,
                                const struct certmap_allocator *allocator, struct certmap_diagnostic *err) {
    if (text.len > CERTMAP_MAX_RULES_SIZE)
        return cm_kit_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_RULES_TOO_LARGE, "the rules have more than %d bytes",
                            CERTMAP_MAX_RULES_SIZE);
    if (text.data == NULL)
        text.data = (const uint8_t *)"";
    struct cm_iis *iis = new_run(text, allocator);
    if (iis == NULL)
        return fail_memory(err);
    iis->keep_passwords = logon != NULL;
    set_options(iis, given);
    enum certmap_status status = cm_iis_site_set(iis, given->site, err);
    if (status == CERTMAP_OK) {
        run(iis, rules, logon);
        status = report(iis, given, err);
    }
    free_run(iis);
    cm_kit_wipe_stack();
    return status;
}

enum certmap_status certmap_iis_load(struct certmap_rules **rules, struct certmap_iis_logon **logon,
                                     struct certmap_view text, const struct certmap_iis_options *options,
                                     struct certmap_diagnostic *err) {
    static const struct certmap_iis_options none = CERTMAP_IIS_OPTIONS_INIT;
    struct options known = {.room = CERTMAP_IIS_OPTIONS_INIT};
    struct certmap_allocator allocator;
    if (rules == NULL || (text.data == NULL && text.len > 0))
        return fail_argument(err, "rules or text is NULL");
    enum certmap_status status = check_options(&known, options != NULL ? options : &none, &allocator, err);
    if (status != CERTMAP_OK)
        return status;
    status = load(rules, logon, text, &known.room, &allocator, err);
    if (status != CERTMAP_OK && err != NULL)
        err->file = known.room.file;
    return status;
}
