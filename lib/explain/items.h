/* SPDX-License-Identifier: MIT */
/* Reporting an explanation, item by item. */
#ifndef CM_EXPLAIN_ITEMS_H
#define CM_EXPLAIN_ITEMS_H

#include "match/eval.h"

struct cm_report {
    struct certmap_explain_item item; /* what is common to the items of the current mapping */
    const struct certmap_rules *rules;
    struct certmap_peer *peer;
    certmap_explain_fn *fn;
    void *ctx;
    size_t value_bytes;                 /* of values, that may still be reported */
    char *text;                         /* of the current condition */
    size_t text_cap;                    /* of text */
    struct certmap_condition condition; /* the current one */
    size_t conditions;                  /* of the current mapping, so far */
    bool no_memory;                     /* why nothing more is reported; else fn has seen enough */
    bool too_large;                     /* ... and that is because of the limit of the peer */
};

/* All of these are false when nothing more is to be reported. */

/* The current mapping, which report->item is about. */
bool cm_report_mapping(struct cm_report *report, const struct cm_mapping *mapping, struct cm_verdict verdict,
                       bool decides);
/* A group, or `always`. */
bool cm_report_group(struct cm_report *report, const struct cm_node *node, unsigned depth, struct cm_verdict verdict);
/* A condition and the values that it is about, which take steps of eval. */
bool cm_report_condition(struct cm_report *report, struct cm_eval *eval, const struct cm_condition *condition,
                         const struct cm_binding *binding, unsigned depth, struct cm_verdict verdict);
/* A text that the mapping gives: as it was built, or as the rule has it and why it could not be. */
bool cm_report_output(struct cm_report *report, const struct cm_output *output, struct certmap_view text,
                      enum certmap_code why, bool read);
/* The nearest miss. */
bool cm_report_nearest(struct cm_report *report, const struct cm_mapping *mapping);

#endif
