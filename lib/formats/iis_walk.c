/* SPDX-License-Identifier: MIT */
/* Follows the elements down the table of iis_schema.c. What is outside of the table is passed over by
 * counting; so the stack never grows past the table's depth. */
#include "iis_load.h"
#include <string.h>

static struct certmap_view view_of(const char *string) {
    return (struct certmap_view){(const uint8_t *)string, strlen(string)};
}

static bool is_list(const char *name) {
    static const char *const lists[] = {"oneToOneMappings", "manyToOneMappings"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (certmap_text_same(view_of(name), view_of(lists[i])))
            return true;
    return false;
}

/* Where lists of mappings stand that nobody reads: the element that they are in, by name and place. */
static void note_misplaced_list(struct cm_iis *iis, const char *name) {
    if (iis->in_other || iis->in_unread || iis->in_nested || !is_list(name))
        return;
    const bool directory = iis->skipped == 0 && iis->stack[iis->top] == CM_IIS_DIRECTORY;
    cm_iis_report(&iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_MISPLACED_MAPPINGS, cm_iis_here(iis),
                  directory ? "%s in <clientCertificateMappingAuthentication>, which asks Active Directory and has no "
                              "mappings, are not read; they belong in <" CM_IIS_SECTION_NAME ">"
                            : "%s here are not read; they belong in <" CM_IIS_SECTION_NAME
                              "> of system.webServer/security/authentication",
                  cm_iis_quote_string(name).text);
}

/* Whether a name is meant to be the one of the section, and not that of Active Directory's. Most elements are far too
 * short for that, and a file may have many. */
static bool is_misspelt_section(const char *name) {
    const struct certmap_view known[] = {view_of(CM_IIS_SECTION_NAME),
                                         view_of("clientCertificateMappingAuthentication")};
    return view_of(name).len + 4 > known[1].len && strcmp(name, CM_IIS_SECTION_NAME) != 0 &&
           certmap_text_nearest(view_of(name), known, 2) == 0;
}

static void note_misspelt_section(struct cm_iis *iis, const char *name) {
    if (iis->in_other || !is_misspelt_section(name))
        return;
    iis->in_unread = true;
    cm_iis_report(&iis->findings, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_MISSPELT_SECTION, cm_iis_here(iis),
                  "there is no section %s, so that this is not read; did you mean " CM_IIS_SECTION_NAME "?",
                  cm_iis_quote_string(name).text);
}

/* Our section where it means nothing; of more than one, the lists are noted. */
static void note_misplaced_section(struct cm_iis *iis) {
    if (iis->misplaced.line > 0)
        return;
    iis->misplaced = cm_iis_here(iis);
    iis->in_unread = true;
}

/* An element that is passed over may still be one that somebody misses. */
static void look_at_skipped(struct cm_iis *iis, const char *name) {
    note_misplaced_list(iis, name);
    note_misspelt_section(iis, name);
    if (iis->in_other && strcmp(name, "add") == 0)
        cm_iis_note_other(iis);
    if (strcmp(name, CM_IIS_SECTION_NAME) != 0)
        return;
    if (iis->in_nested)
        cm_iis_report(&iis->findings, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_NESTED_LOCATION, cm_iis_here(iis),
                      "the section is in a location that is in another location");
    else
        note_misplaced_section(iis);
}

/* An element that is not in the table. */
static void start_unknown(struct cm_iis *iis, enum cm_iis_element parent, const char *name) {
    if (parent == CM_IIS_DOCUMENT || parent >= CM_IIS_SECTION)
        cm_iis_report_child(&iis->findings, parent, name, cm_iis_here(iis));
    else
        look_at_skipped(iis, name);
    if (parent == CM_IIS_DOCUMENT)
        iis->stop = true;
}

void cm_iis_start(struct cm_iis *iis, const char *name, const char *const *attributes) {
    iis->text_told = false;
    if (++iis->depth > CERTMAP_IIS_MAX_DEPTH) {
        cm_iis_report(&iis->findings, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_NESTING, cm_iis_here(iis),
                      "elements are nested more than %d deep", CERTMAP_IIS_MAX_DEPTH);
        iis->stop = true;
        return;
    }
    if (iis->skipped > 0) {
        iis->skipped++;
        look_at_skipped(iis, name);
        return;
    }
    enum cm_iis_element parent = iis->stack[iis->top], element = cm_iis_child(parent, name);
    if (element == CM_IIS_ELEMENTS)
        start_unknown(iis, parent, name);
    if (element != CM_IIS_ELEMENTS && cm_iis_begin(iis, element, attributes))
        iis->stack[++iis->top] = element;
    else
        iis->skipped = 1;
}

void cm_iis_end(struct cm_iis *iis) {
    iis->text_told = false;
    iis->depth--;
    if (iis->skipped > 0) {
        iis->skipped--;
        iis->in_other = iis->in_other && iis->skipped > 0;
        iis->in_nested = iis->in_nested && iis->skipped > 0;
        iis->in_unread = iis->in_unread && iis->skipped > 0;
        return;
    }
    if (iis->stack[iis->top--] == CM_IIS_LOCATION)
        cm_iis_end_location(iis);
}

bool cm_iis_text_matters(const struct cm_iis *iis) {
    return iis->skipped == 0 && iis->stack[iis->top] >= CM_IIS_SECTION && !iis->text_told;
}
