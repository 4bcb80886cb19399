/* SPDX-License-Identifier: MIT */
#include "logon.h"
#include "../kit/memory.h"

struct certmap_iis_logon {
    struct cm_kit_store secrets; /* its allocator is that of the object */
    enum certmap_iis_logon_method method;
    struct cm_iis_password *passwords; /* by index of the mapping; NULL if there is none */
    size_t count;
    size_t cap;
};

static bool make_room(struct certmap_iis_logon *logon, size_t count) {
    if (count == 0)
        return true;
    logon->passwords = cm_kit_grow(&logon->secrets.allocator, NULL, &logon->cap, count, sizeof *logon->passwords);
    if (logon->passwords == NULL)
        return false;
    for (; logon->count < count; logon->count++)
        logon->passwords[logon->count] = (struct cm_iis_password){CERTMAP_IIS_PASSWORD_ABSENT, {NULL, 0}};
    return true;
}

struct certmap_iis_logon *cm_iis_logon_new(struct cm_kit_store *secrets, size_t count,
                                           enum certmap_iis_logon_method method) {
    const struct certmap_allocator *allocator = &secrets->allocator;
    struct certmap_iis_logon *logon = allocator->alloc(allocator->ctx, sizeof *logon);
    if (logon == NULL)
        return NULL;
    *logon = (struct certmap_iis_logon){.secrets = {*allocator, NULL}, .method = method};
    if (!make_room(logon, count)) {
        certmap_iis_logon_free(logon);
        return NULL;
    }
    logon->secrets.head = secrets->head;
    secrets->head = NULL;
    return logon;
}

void cm_iis_logon_set(struct certmap_iis_logon *logon, size_t index, struct cm_iis_password password) {
    logon->passwords[index] = password;
}

enum certmap_iis_logon_method certmap_iis_logon_method(const struct certmap_iis_logon *logon) {
    return logon == NULL ? CERTMAP_IIS_LOGON_CLEAR_TEXT : logon->method;
}

enum certmap_iis_password_state certmap_iis_logon_password(const struct certmap_iis_logon *logon,
                                                           struct certmap_view *password, size_t index) {
    if (password != NULL)
        *password = (struct certmap_view){NULL, 0};
    if (logon == NULL || index >= logon->count)
        return CERTMAP_IIS_PASSWORD_ABSENT;
    if (password != NULL)
        *password = logon->passwords[index].text;
    return logon->passwords[index].state;
}

void certmap_iis_logon_free(struct certmap_iis_logon *logon) {
    if (logon == NULL)
        return;
    struct certmap_allocator allocator = logon->secrets.allocator;
    cm_kit_store_free(&logon->secrets);
    cm_kit_release(&allocator, logon->passwords);
    cm_kit_release(&allocator, logon);
}
