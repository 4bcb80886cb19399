/* SPDX-License-Identifier: MIT */
/* A text of a mapping, for one certificate. */
#ifndef CM_TEMPLATE_EXPAND_H
#define CM_TEMPLATE_EXPAND_H

#include "field/peer.h"
#include "template/template.h"

/* Builds the text of an output after what is built in the peer already; one without placeholders is there already.
 * *separator gets where in it the output's separator is, if it has one. Returns why it cannot be built, or
 * NONE. A value looked at takes a step, filters and escaping one a byte, and text of the rule one for 16 bytes; when they run out, PLACEHOLDER_TOO_LONG. */
enum certmap_code cm_expand(struct certmap_view *text, size_t *separator, const struct cm_output *output,
                            struct certmap_peer *peer, size_t *steps);

/* The values that the texts of an output with `each` have, in the order of the certificate. */
struct cm_each {
    uint32_t at; /* the value of the current text; CM_VALUE_NONE: its default */
    bool more;   /* there is one; else that was all */
};

/* The first text; why there can be none at all, or NONE. A step for each value that is looked at. */
enum certmap_code cm_each_begin(struct cm_each *each, const struct cm_output *output, const struct certmap_peer *peer,
                                size_t *steps);
/* Goes on to the next one; as cm_each_begin. */
enum certmap_code cm_each_next(struct cm_each *each, const struct cm_output *output, const struct certmap_peer *peer,
                               size_t *steps);
/* As cm_expand, with this value. */
enum certmap_code cm_expand_each(struct certmap_view *text, const struct cm_output *output, const struct cm_each *each,
                                 struct certmap_peer *peer, size_t *steps);
/* Copies a text after what is built already, with a NUL; false: no room. */
bool cm_built_copy(struct certmap_view *copy, struct cm_built *built, struct certmap_view text);

/* Runs a value through the filters of a placeholder: *value becomes a part of itself, or text in built->work.
 * PLACEHOLDER_EMPTY, PLACEHOLDER_TOO_LONG, or NONE. */
enum certmap_code cm_filter_run(struct certmap_view *value, const struct cm_placeholder *placeholder,
                                struct cm_built *built, size_t *steps);

#endif
