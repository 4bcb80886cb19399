/* SPDX-License-Identifier: MIT */
/* Which parts of a file apply: the levels on the way to the site, and the locations that are on it. */
#include "iis_load.h"
#include <stdio.h>
#include <string.h>

/* ---- paths ---- */

/* Takes the next step of a path, "Default Web Site" of "/Default Web Site/app"; false at its end. */
static bool next_step(struct certmap_view *step, struct certmap_view *path) {
    while (path->len > 0 && *path->data == '/') {
        path->data++;
        path->len--;
    }
    *step = (struct certmap_view){path->data, 0};
    while (path->len > 0 && *path->data != '/') {
        path->data++;
        path->len--;
        step->len++;
    }
    return step->len > 0;
}

static size_t count_steps(struct certmap_view path) {
    struct certmap_view step;
    size_t count = 0;
    while (next_step(&step, &path))
        count++;
    return count;
}

static struct certmap_view first_step(struct certmap_view path) {
    struct certmap_view step;
    (void)next_step(&step, &path);
    return step;
}

/* The level that a location is: 0 for the server, the number of steps for a start of the site's path,
 * SIZE_MAX for any other. */
static size_t level_of(struct certmap_view site, struct certmap_view path) {
    struct certmap_view step, wanted;
    size_t level = 0;
    while (next_step(&step, &path)) {
        if (level == 0 && path.len == 0 && step.len == 1 && *step.data == '.')
            return 0;
        if (!next_step(&wanted, &site) || !certmap_text_same(step, wanted))
            return SIZE_MAX;
        level++;
    }
    return level;
}

enum certmap_status cm_iis_site_set(struct cm_iis *iis, struct certmap_view site, struct certmap_error *err) {
    size_t cap = 0, count = 1;
    if (site.data != NULL) {
        count += count_steps(site);
        if (count == 1)
            return cm_iis_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                                "certmap_iis_load: options->site has no name");
    }
    iis->levels = cm_iis_grow(&iis->allocator, NULL, &cap, count, sizeof *iis->levels);
    if (iis->levels == NULL)
        return cm_iis_error(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
    memset(iis->levels, 0, count * sizeof *iis->levels);
    iis->level_count = count;
    iis->site = site;
    return CERTMAP_OK;
}

/* ---- locations ---- */

static bool keep_path(struct cm_iis *iis, struct certmap_view path) {
    struct cm_iis_location *location = &iis->location;
    char *copy = cm_iis_grow(&iis->allocator, location->path, &location->path_cap, path.len + 1, 1);
    if (copy == NULL)
        return false;
    if (path.len > 0)
        memcpy(copy, path.data, path.len);
    location->path = copy;
    location->path_len = path.len;
    return true;
}

bool cm_iis_begin_location(struct cm_iis *iis, const struct cm_iis_values *values) {
    const struct cm_iis_value *inherit = &values->at[CM_IIS_INHERIT];
    if (!keep_path(iis, values->at[CM_IIS_PATH].text))
        cm_iis_no_memory(iis);
    iis->location.level = level_of(iis->site, values->at[CM_IIS_PATH].text);
    iis->location.place = iis->here;
    iis->location.inherits = inherit->number != 0;
    iis->location.bad_inherits = inherit->bad;
    iis->location.bad_told = false;
    iis->location.has_setup = false;
    return true;
}

/* What is about the set-up loads all the same. */
static void warn_of_inherits(struct cm_iis *iis) {
    if (iis->location.bad_inherits && iis->location.has_setup && !iis->location.bad_told)
        cm_iis_report(&iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_SETUP_VALUE, iis->location.place,
                      "inheritInChildApplications is not one of false, true");
}

void cm_iis_end_location(struct cm_iis *iis) {
    warn_of_inherits(iis);
    iis->location.level = 0;
    iis->location.path_len = 0;
    iis->location.inherits = true;
    iis->location.bad_inherits = false;
}

struct cm_iis_level *cm_iis_level_here(const struct cm_iis *iis) {
    const struct cm_iis_location *location = &iis->location;
    size_t last = iis->level_count - 1;
    if (location->level == SIZE_MAX || (!location->inherits && location->level > 0 && location->level < last))
        return NULL;
    return &iis->levels[location->level];
}

struct cm_iis_level *cm_iis_applying_level(struct cm_iis *iis) {
    struct cm_iis_level *level = cm_iis_level_here(iis);
    if (level == NULL || !iis->location.bad_inherits)
        return level;
    iis->location.bad_told = true;
    cm_iis_report(&iis->findings, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_BAD_BOOLEAN, iis->location.place,
                  "inheritInChildApplications is not one of false, true");
    return level;
}

/* ---- the list of sites ---- */

bool cm_iis_begin_sites(struct cm_iis *iis, const struct cm_iis_values *values) {
    (void)values;
    if (!iis->sites.listed)
        iis->sites.place = iis->here;
    iis->sites.listed = true;
    return true;
}

bool cm_iis_begin_site(struct cm_iis *iis, const struct cm_iis_values *values) {
    struct cm_iis_sites *sites = &iis->sites;
    struct certmap_view name = values->at[CM_IIS_NAME].text;
    sites->inside = false;
    if (iis->site.data == NULL || name.len == 0 || sites->found)
        return true;
    struct certmap_view wanted = first_step(iis->site);
    sites->found = sites->inside = certmap_text_same(name, wanted);
    if (sites->found)
        iis->bindings.site = iis->here;
    /* Of two names the nearer one; so only one is kept however many there are. */
    struct certmap_view both[2] = {sites->nearest, name};
    size_t skip = sites->nearest.len == 0;
    if (certmap_text_nearest(wanted, both + skip, 2 - skip) == 1 - skip)
        sites->nearest = cm_iis_keep(iis, name);
    return true;
}

void cm_iis_report_unknown_site(struct cm_iis *iis) {
    const struct cm_iis_sites *sites = &iis->sites;
    char suggestion[80] = "";
    if (iis->site.data == NULL || !sites->listed || sites->found)
        return;
    if (sites->nearest.len > 0)
        (void)snprintf(suggestion, sizeof suggestion, "; did you mean %s?", cm_iis_quote(sites->nearest).text);
    cm_iis_report(&iis->findings, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_UNKNOWN_SITE, sites->place,
                  "the file lists no site %s%s", cm_iis_quote(first_step(iis->site)).text, suggestion);
}

/* ---- mappings that do not apply ---- */

void cm_iis_note_other(struct cm_iis *iis) {
    struct cm_iis_sites *sites = &iis->sites;
    struct certmap_view path = {(const uint8_t *)iis->location.path, iis->location.path_len};
    for (size_t i = 0; i < sites->other_count; i++)
        if (certmap_text_same(sites->others[i], path))
            return;
    if (sites->other_count == 0)
        sites->other_place = iis->here;
    sites->more_others = sites->other_count == CM_IIS_OTHERS;
    if (sites->more_others)
        return;
    sites->others[sites->other_count] = cm_iis_keep(iis, path);
    sites->other_count += iis->fatal.status == CERTMAP_OK;
}

void cm_iis_report_others(struct cm_iis *iis) {
    const struct cm_iis_sites *sites = &iis->sites;
    char list[CM_IIS_OTHERS * 66] = "";
    size_t len = 0;
    for (size_t i = 0; i < sites->other_count; i++)
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i > 0 ? ", " : "",
                                cm_iis_quote(sites->others[i]).text);
    if (sites->other_count > 0)
        cm_iis_report(&iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_OTHER_SITES, sites->other_place,
                      "mappings exist for %s %s%s: use --site", sites->other_count == 1 ? "site" : "sites", list,
                      sites->more_others ? " and others" : "");
}
