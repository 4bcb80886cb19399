/* SPDX-License-Identifier: MIT */
/* Follows the elements down the table of schema.c. What is outside of the table is passed over by
 * counting; so the stack never grows past the table's depth. What an element means is in section.c, setup.c and
 * site.c. */
#include "certmap/names.h"
#include "run.h"
#include <string.h>

static struct certmap_view view_of(const char *string) {
    return (struct certmap_view){(const uint8_t *)string, strlen(string)};
}

/* near: also a name that is meant to be one. */
static bool is_list(const char *name, bool near) {
    const struct certmap_view lists[] = {view_of("oneToOneMappings"), view_of("manyToOneMappings")};
    return certmap_text_same(view_of(name), lists[0]) || certmap_text_same(view_of(name), lists[1]) ||
           (near && certmap_text_nearest(view_of(name), lists, 2) != SIZE_MAX);
}

/* Where lists of mappings are that nobody reads: the element that they are in, by name and place. */
static void note_misplaced_list(struct cm_iis *iis, const char *name) {
    const bool directory = iis->skipped == 0 && iis->stack[iis->top] == CM_IIS_DIRECTORY;
    if (iis->in_other || iis->in_unread || iis->in_nested || !is_list(name, directory))
        return;
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_MISPLACED_MAPPINGS, cm_iis_here(iis),
                  directory ? "%s in <clientCertificateMappingAuthentication>, which asks Active Directory and has no "
                              "mappings, are not read; they belong in <" CM_IIS_SECTION_NAME ">"
                            : "%s here are not read; they belong in <" CM_IIS_SECTION_NAME
                              "> of system.webServer/security/authentication",
                  cm_kit_quote_string(name).text);
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
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_MISSPELT_SECTION, cm_iis_here(iis),
                  "there is no section %s, so that this is not read; did you mean " CM_IIS_SECTION_NAME "?",
                  cm_kit_quote_string(name).text);
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
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_NESTED_LOCATION, cm_iis_here(iis),
                      "the section is in a location that is in another location");
    else
        note_misplaced_section(iis);
}

/* An element that is not in the table. */
static void start_unknown(struct cm_iis *iis, enum cm_iis_element parent, const char *name) {
    if (parent == CM_IIS_DOCUMENT || parent >= CM_IIS_SECTION)
        cm_iis_report_child(&iis->diagnostics, parent, name, cm_iis_here(iis));
    else
        look_at_skipped(iis, name);
    if (parent == CM_IIS_DOCUMENT)
        iis->stop = true;
}

/* ---- elements of the table ---- */

/* An element of the table begins; false if what is in it is to be passed over. */
static bool begin(struct cm_iis *iis, enum cm_iis_element element, const char *const *attributes) {
    static bool (*const handlers[CM_IIS_ELEMENTS])(struct cm_iis *, const struct cm_iis_values *) = {
        [CM_IIS_LOCATION] = cm_iis_begin_location,
        [CM_IIS_SITES] = cm_iis_begin_sites,
        [CM_IIS_SITE] = cm_iis_begin_site,
        [CM_IIS_SECTION] = cm_iis_begin_section,
        [CM_IIS_ENCRYPTED_DATA] = cm_iis_begin_encrypted,
        [CM_IIS_MANY_ADD] = cm_iis_begin_many_add,
        [CM_IIS_MANY_CLEAR] = cm_iis_begin_many_clear,
        [CM_IIS_RULE_ADD] = cm_iis_begin_rule_add,
        [CM_IIS_RULE_CLEAR] = cm_iis_begin_rule_clear,
        [CM_IIS_ONE_ADD] = cm_iis_begin_one_add,
        [CM_IIS_ONE_CLEAR] = cm_iis_begin_one_clear,
    };
    struct cm_iis_values values;
    iis->here = cm_iis_here(iis);
    if (iis->root.line == 0)
        iis->root = iis->here;
    iis->has_configuration = iis->has_configuration || element == CM_IIS_CONFIGURATION;
    iis->in_nested = element == CM_IIS_NESTED_LOCATION;
    if (iis->in_nested)
        return false;
    if (element >= CM_IIS_BINDINGS && element < CM_IIS_SECTION) {
        if (iis->check_setup)
            cm_iis_begin_setup(iis, element, attributes);
        return true;
    }
    if (element == CM_IIS_SECTION)
        iis->level = cm_iis_applying_level(iis);
    if (element == CM_IIS_SECTION && iis->level == NULL) {
        cm_iis_begin_other(iis, attributes);
        return false;
    }
    cm_iis_read(&values, &iis->diagnostics, element, attributes, iis->here);
    return handlers[element] == NULL || handlers[element](iis, &values);
}

/* ---- any element ---- */

void cm_iis_start(struct cm_iis *iis, const char *name, const char *const *attributes) {
    iis->text_told = false;
    if (++iis->depth > CERTMAP_IIS_MAX_DEPTH) {
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_NESTING, cm_iis_here(iis),
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
    if (element != CM_IIS_ELEMENTS && begin(iis, element, attributes))
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
