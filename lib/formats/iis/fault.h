/* SPDX-License-Identifier: MIT */
/* What is wrong with a text that expat refuses, in words that say what to change. expat parses; this looks at the text
 * around the place where it stopped. */
#ifndef CM_FORMATS_IIS_FAULT_H
#define CM_FORMATS_IIS_FAULT_H

#include "run.h"

/* What expat said. */
struct cm_iis_fault {
    int code;                     /* enum XML_Error */
    struct cm_kit_position place; /* where it stopped */
    struct cm_kit_position open;  /* the start tag that is not closed yet; line 0: there is none */
};

/* What it is, and perhaps another place for it: that of the cause. "" if there is nothing to add to expat's words. No
 * value of an attribute and no text is in it, for it may be a password. */
struct cm_iis_fault_text {
    char text[200];
};
struct cm_iis_fault_text cm_iis_fault_describe(const struct cm_iis *iis, const struct cm_iis_encoding *encoding,
                                               struct cm_iis_fault *fault);

#endif
