/* SPDX-License-Identifier: MIT */
/* Follows the elements down the table of iis_schema.c. What is outside of the table is passed over by
 * counting; so the stack never grows past the table's depth. */
#include "iis_load.h"
#include <string.h>

/* An element that is passed over may still be one that somebody misses. */
static void look_at_skipped(struct cm_iis *iis, const char *name) {
    if (iis->in_other && strcmp(name, "add") == 0)
        cm_iis_note_other(iis);
    if (strcmp(name, CM_IIS_SECTION_NAME) != 0)
        return;
    if (iis->in_nested)
        cm_iis_report(&iis->findings, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_NESTED_LOCATION, cm_iis_here(iis),
                      "the section is in a location that is in another location");
    else if (iis->misplaced.line == 0)
        iis->misplaced = cm_iis_here(iis);
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
        return;
    }
    if (iis->stack[iis->top--] == CM_IIS_LOCATION)
        cm_iis_end_location(iis);
}

bool cm_iis_text_matters(const struct cm_iis *iis) {
    return iis->skipped == 0 && iis->stack[iis->top] >= CM_IIS_SECTION && !iis->text_told;
}
