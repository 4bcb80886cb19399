/* SPDX-License-Identifier: MIT */
/* A first look at a file that is read for a site. Whether a location applies may hang on what is after it: on the
 * list of applications, and on whether its path begins with a site or with a folder of a web.config. So the file is
 * walked twice; this walk looks at sites, applications and paths only, and ends with the list of sites. It reports
 * nothing: what is wrong with the XML, the second walk meets again. */
#include "run.h"
#include <string.h>

static struct certmap_view attribute_of(const char *const *attributes, const char *name) {
    for (; *attributes != NULL; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return (struct certmap_view){(const uint8_t *)attributes[1], strlen(attributes[1])};
    return (struct certmap_view){NULL, 0};
}

/* Of two sites of one name the first counts. */
static bool look_at_site(struct cm_iis *iis, struct certmap_view name) {
    const bool wanted = !iis->survey.found && cm_iis_is_of_site(iis, name);
    iis->survey.found = iis->survey.found || wanted;
    return wanted;
}

/* An element that says something; false if what is in it does not matter. */
static bool look(struct cm_iis *iis, enum cm_iis_element element, const char *const *attributes) {
    struct cm_iis_survey *survey = &iis->survey;
    if (element == CM_IIS_CONFIGURATION)
        survey->relative = true;
    else if (element == CM_IIS_APPLICATION_HOST)
        survey->relative = false;
    else if (element == CM_IIS_LOCATION && cm_iis_is_of_site(iis, attribute_of(attributes, "path")))
        survey->relative = false;
    else if (element == CM_IIS_SITE)
        return look_at_site(iis, attribute_of(attributes, "name"));
    else if (element == CM_IIS_APPLICATION)
        cm_iis_note_application(iis, attribute_of(attributes, "path"));
    return element == CM_IIS_CONFIGURATION || element == CM_IIS_APPLICATION_HOST || element == CM_IIS_SITES;
}

void cm_iis_survey_start(struct cm_iis *iis, const char *name, const char *const *attributes) {
    struct cm_iis_survey *survey = &iis->survey;
    if (++survey->depth > CERTMAP_IIS_MAX_DEPTH)
        survey->done = true;
    if (survey->skipped > 0) {
        survey->skipped++;
        return;
    }
    const enum cm_iis_element element = cm_iis_child(survey->stack[survey->top], name);
    if (element != CM_IIS_ELEMENTS && look(iis, element, attributes))
        survey->stack[++survey->top] = element;
    else
        survey->skipped = 1;
}

void cm_iis_survey_end(struct cm_iis *iis) {
    struct cm_iis_survey *survey = &iis->survey;
    survey->depth--;
    if (survey->skipped > 0)
        survey->skipped--;
    else
        survey->done = survey->stack[survey->top--] == CM_IIS_SITES;
}
