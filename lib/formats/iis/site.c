/* SPDX-License-Identifier: MIT */
/* Which parts of a file apply: the levels on the way to the site, and the locations that are on it. */
#include "certmap/names.h"
#include "run.h"
#include <stdio.h>
#include <string.h>

/* ---- paths ---- */

/* No name holds a backslash, so that one can only be meant as a slash. */
static bool is_slash(uint8_t c) {
    return c == '/' || c == '\\';
}

/* Takes what is up to the next slash; false at the end. */
static bool take_part(struct certmap_view *part, struct certmap_view *path) {
    while (path->len > 0 && is_slash(*path->data)) {
        path->data++;
        path->len--;
    }
    *part = (struct certmap_view){path->data, 0};
    while (path->len > 0 && !is_slash(*path->data)) {
        path->data++;
        path->len--;
        part->len++;
    }
    return part->len > 0;
}

/* Takes the next step of a path, "Default Web Site" of "/Default Web Site/./app"; false at its end. "." is where one
 * is, and no step. */
static bool next_step(struct certmap_view *step, struct certmap_view *path) {
    do {
        if (!take_part(step, path))
            return false;
    } while (step->len == 1 && *step->data == '.');
    return true;
}

static size_t count_steps(struct certmap_view path) {
    struct certmap_view step;
    size_t count = 0;
    while (next_step(&step, &path))
        count++;
    return count;
}

/* The name of the site in its path. "." is the one of a site that nobody has. */
static struct certmap_view site_name(struct certmap_view site) {
    struct certmap_view step, path = site;
    return next_step(&step, &path) ? step : site;
}

/* How many steps a path has if the site's path begins with them, else SIZE_MAX. */
static size_t count_common(struct certmap_view site, struct certmap_view path) {
    struct certmap_view step, wanted;
    size_t count = 0;
    for (; next_step(&step, &path); count++)
        if (!next_step(&wanted, &site) || !certmap_text_same(step, wanted))
            return SIZE_MAX;
    return count;
}

/* The level of a location in a web.config, whose path begins in the folder of that file. It is one on the site's path,
 * and the first that makes the location apply. */
static size_t relative_level(struct certmap_view site, struct certmap_view path, size_t *folder) {
    struct certmap_view step;
    size_t count;
    if (count_steps(path) == 0)
        return 0;
    for (*folder = 1; next_step(&step, &site); ++*folder)
        if ((count = count_common(site, path)) != SIZE_MAX)
            return *folder + count;
    *folder = 0;
    return SIZE_MAX;
}

/* The level that a location is: 0 for the server, the number of steps for a start of the site's path,
 * SIZE_MAX for any other. */
static size_t level_of(const struct cm_iis *iis, struct certmap_view path, size_t *folder) {
    *folder = 0;
    return iis->survey.relative ? relative_level(iis->site, path, folder) : count_common(iis->site, path);
}

bool cm_iis_is_of_site(const struct cm_iis *iis, struct certmap_view path) {
    struct certmap_view step, wanted = site_name(iis->site);
    return next_step(&step, &path) && certmap_text_same(step, wanted);
}

void cm_iis_note_application(struct cm_iis *iis, struct certmap_view path) {
    struct certmap_view step, rest = iis->site;
    (void)next_step(&step, &rest); /* the site */
    const size_t count = count_common(rest, path);
    iis->survey.applications = true;
    if (count != SIZE_MAX)
        iis->levels[count + 1].application = true;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t';
}

/* Whether the path has a part that no site and no folder has: "..", one with a backslash, or with a blank at an end. */
static bool is_odd(struct certmap_view path) {
    struct certmap_view part;
    bool odd = path.len > 0 && memchr(path.data, '\\', path.len) != NULL;
    while (take_part(&part, &path))
        odd = odd || (part.len == 2 && memcmp(part.data, "..", 2) == 0) || is_blank(part.data[0]) ||
              is_blank(part.data[part.len - 1]);
    return odd;
}

enum certmap_status cm_iis_site_set(struct cm_iis *iis, struct certmap_view site, struct certmap_diagnostic *err) {
    size_t cap = 0, count = 1;
    if (site.data != NULL) {
        struct certmap_view part, path = site;
        const bool has_name = take_part(&part, &path);
        count += has_name && count_steps(site) == 0 ? 1 : count_steps(site); /* "." is a name that no site has */
        if (!has_name)
            return cm_kit_error(
                err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                "the site has no name: an empty one, or nothing but slashes, is no site; \"Default Web Site\" is one");
    }
    iis->levels = cm_kit_grow(&iis->allocator, NULL, &cap, count, sizeof *iis->levels);
    if (iis->levels == NULL)
        return cm_kit_error(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
    memset(iis->levels, 0, count * sizeof *iis->levels);
    iis->level_count = count;
    iis->site = site;
    return CERTMAP_OK;
}

/* ---- locations ---- */

static bool keep_path(struct cm_iis *iis, struct certmap_view path) {
    struct cm_iis_location *location = &iis->location;
    char *copy = cm_kit_grow(&iis->allocator, location->path, &location->path_cap, path.len + 1, 1);
    if (copy == NULL)
        return false;
    if (path.len > 0)
        memcpy(copy, path.data, path.len);
    location->path = copy;
    location->path_len = path.len;
    return true;
}

/* Whether an application begins below a level and above where the site's path ends, or at it. */
static bool is_crossed(const struct cm_iis *iis, size_t level) {
    for (size_t i = level + 1; i < iis->level_count; i++)
        if (iis->levels[i].application)
            return true;
    return false;
}

/* Whether it is not known that the location, which does not reach child applications, applies. What a server level
 * that does not means for sites, IIS does not document. */
static bool may_end(const struct cm_iis *iis) {
    const size_t level = iis->location.level, last = iis->level_count - 1;
    if (level == SIZE_MAX || level >= last)
        return false;
    if (level == 0)
        return iis->survey.found || last > 1;
    return !iis->survey.applications;
}

bool cm_iis_begin_location(struct cm_iis *iis, const struct cm_iis_values *values) {
    const struct cm_iis_value *inherit = &values->at[CM_IIS_INHERIT];
    if (!keep_path(iis, values->at[CM_IIS_PATH].text))
        cm_iis_no_memory(iis);
    iis->location.level = level_of(iis, values->at[CM_IIS_PATH].text, &iis->location.folder);
    iis->location.place = iis->here;
    iis->location.inherits = inherit->number != 0;
    iis->location.bad_inherits = inherit->bad;
    iis->location.bad_told = false;
    iis->location.has_setup = false;
    iis->location.has_section = false;
    iis->location.ends_unknown = !iis->location.inherits && may_end(iis);
    return true;
}

/* What is about the set-up loads all the same. */
static void warn_of_inherits(struct cm_iis *iis) {
    if (iis->location.bad_inherits && iis->location.has_setup && !iis->location.bad_told)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_SETUP_VALUE, iis->location.place,
                      "inheritInChildApplications is not one of false, true");
}

/* Left out, the location might take a refusal with it. */
static void warn_of_end(struct cm_iis *iis) {
    const struct cm_iis_location *location = &iis->location;
    if (!location->ends_unknown || !(location->has_section || location->has_setup))
        return;
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_UNKNOWN_APPLICATION, location->place,
                  location->level == 0
                      ? "inheritInChildApplications=\"false\" for the whole server: whether sites "
                        "inherit this, IIS does not document; it is taken to apply to %s"
                      : "inheritInChildApplications=\"false\": the file does not list the applications "
                        "of the site, and this is taken to apply to %s, as if none began below it",
                  cm_kit_quote(iis->site).text);
}

/* A path that begins in the folder of a web.config. Of two folders that fit, the wrong one may have been taken. */
static void report_relative(struct cm_iis *iis) {
    const struct cm_iis_location *location = &iis->location;
    if (location->folder == 0 || !location->has_section)
        return;
    cm_kit_report(&iis->diagnostics, location->folder == 1 ? CERTMAP_SEVERITY_NOTE : CERTMAP_SEVERITY_WARNING,
                  CERTMAP_CODE_RELATIVE_LOCATION, location->place,
                  location->folder == 1
                      ? "the path %s is taken to begin in the site, as in its web.config, so that this applies"
                      : "the path %s is taken to begin in an application or folder, as in its web.config, so that this "
                        "applies; in the web.config of the site it would not",
                  cm_kit_quote((struct certmap_view){(const uint8_t *)location->path, location->path_len}).text);
}

void cm_iis_end_location(struct cm_iis *iis) {
    warn_of_inherits(iis);
    warn_of_end(iis);
    report_relative(iis);
    iis->location.level = 0;
    iis->location.path_len = 0;
    iis->location.inherits = true;
    iis->location.bad_inherits = false;
}

struct cm_iis_level *cm_iis_level_here(const struct cm_iis *iis) {
    const struct cm_iis_location *location = &iis->location;
    if (location->level == SIZE_MAX)
        return NULL;
    if (!location->inherits && location->level > 0 && is_crossed(iis, location->level))
        return NULL;
    return &iis->levels[location->level];
}

struct cm_iis_level *cm_iis_applying_level(struct cm_iis *iis) {
    struct cm_iis_level *level = cm_iis_level_here(iis);
    const struct certmap_view path = {(const uint8_t *)iis->location.path, iis->location.path_len};
    if (is_odd(path))
        cm_kit_report(
            &iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_LOCATION_PATH, iis->location.place,
            "the path %s is not one of a location: steps are separated by /, have no blanks at their ends, and .. "
            "is none",
            cm_kit_quote(path).text);
    iis->location.has_section = level != NULL;
    if (level == NULL || !iis->location.bad_inherits)
        return level;
    iis->location.bad_told = true;
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_BAD_BOOLEAN, iis->location.place,
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

/* Whether a name is nearly that of the site asked for. */
static bool is_near(const struct cm_iis *iis, struct certmap_view name) {
    const struct certmap_view wanted = site_name(iis->site);
    return !certmap_text_same(name, wanted) && certmap_text_nearest(name, &wanted, 1) == 0;
}

static void note_near(struct cm_iis *iis, struct certmap_view name) {
    struct cm_iis_sites *sites = &iis->sites;
    if (iis->site.data == NULL || name.len == 0 || sites->more_near || !is_near(iis, name))
        return;
    sites->more_near = sites->near_count == CM_IIS_NEAR;
    if (!sites->more_near)
        sites->near[sites->near_count++] = cm_iis_keep(iis, name);
}

bool cm_iis_begin_site(struct cm_iis *iis, const struct cm_iis_values *values) {
    struct cm_iis_sites *sites = &iis->sites;
    struct certmap_view name = values->at[CM_IIS_NAME].text;
    sites->inside = false;
    note_near(iis, name);
    if (iis->site.data == NULL || name.len == 0 || sites->found)
        return true;
    struct certmap_view wanted = site_name(iis->site);
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
        (void)snprintf(suggestion, sizeof suggestion, "; did you mean %s?", cm_kit_quote(sites->nearest).text);
    const struct certmap_view wanted = site_name(iis->site);
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_UNKNOWN_SITE, sites->place,
                  "the file lists no site %s%s", cm_kit_quote(wanted).text, suggestion);
}

/* ---- mappings that do not apply ---- */

/* A location of a site that the file does not list, and that is nearly the one asked for: what it refuses is left out. */
static void warn_of_unlisted(struct cm_iis *iis, struct certmap_view path) {
    struct cm_iis_sites *sites = &iis->sites;
    struct certmap_view step;
    if (sites->unlisted_told || !sites->found || sites->more_near || !next_step(&step, &path) || !is_near(iis, step))
        return;
    for (size_t i = 0; i < sites->near_count; i++)
        if (certmap_text_same(sites->near[i], step))
            return;
    sites->unlisted_told = true;
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_OTHER_SITES, iis->location.place,
                  "the file lists no site %s, so that the mappings of this location apply to none; did you mean %s?",
                  cm_kit_quote(step).text, cm_kit_quote(site_name(iis->site)).text);
}

void cm_iis_note_other(struct cm_iis *iis) {
    struct cm_iis_sites *sites = &iis->sites;
    struct certmap_view path = {(const uint8_t *)iis->location.path, iis->location.path_len};
    warn_of_unlisted(iis, path);
    for (size_t i = 0; i < sites->other_count; i++)
        if (certmap_text_same(sites->others[i], path))
            return;
    size_t folder;
    sites->others_fit = sites->others_fit || relative_level(iis->site, path, &folder) != SIZE_MAX;
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
    const bool folder = iis->has_configuration && !sites->listed; /* the file may be a web.config */
    const char *const words[2][2] = {{"sites", "site"}, {"locations", "location"}};
    for (size_t i = 0; i < sites->other_count; i++)
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i > 0 ? ", " : "",
                                cm_kit_quote(sites->others[i]).text);
    if (sites->other_count > 0)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_OTHER_SITES, sites->other_place,
                      "mappings exist for %s %s%s: use --site%s", words[folder][sites->other_count == 1], list,
                      sites->more_others ? " and others" : "",
                      folder ? ", with the site before it if this is a web.config" : "");
}
