/* SPDX-License-Identifier: MIT */
/* Patterns over a whole Name, compiled (lib/rule/name_pattern.c) and matched.
 *
 *     CN=*,OU=Sales*,**     root first: [ ** ] [ 1 AVA: OU | Sales* ] [ 1 AVA: CN | * ]
 *
 * RDNs are the letters of an automaton, and the elements of a pattern its states: `**` is any number of RDNs, `*` is one,
 * and any other element is one whose AVAs it describes, each by a pattern of its own (glob.h). A set of states is a word.
 *
 *     pattern   number of elements, elements
 *     element   0: ** | 1: * | 2, number of AVAs, AVAs
 *     AVA       type and pattern, each a length and bytes
 *
 * A number has seven bits a byte, the lowest first. */
#ifndef CM_FIELD_NAME_PATTERN_H
#define CM_FIELD_NAME_PATTERN_H

#include "certmap/explain.h"
#include "certmap/limits.h"
#include "field/list.h"

enum cm_name_element { CM_NAME_MANY, CM_NAME_ONE, CM_NAME_RDN };

/* Goes through a compiled pattern. */
struct cm_name_pattern {
    const uint8_t *at;
};

/* Takes a number. */
static inline size_t cm_name_pattern_number(struct cm_name_pattern *pattern) {
    size_t number = 0;
    unsigned shift = 0;
    for (; *pattern->at >= 0x80; shift += 7) /* at most four */
        number |= (size_t)(*pattern->at++ & 0x7F) << shift;
    return number | (size_t)*pattern->at++ << shift;
}

static inline struct certmap_view cm_name_pattern_bytes(struct cm_name_pattern *pattern) {
    const size_t len = cm_name_pattern_number(pattern);
    const struct certmap_view bytes = {pattern->at, len};
    pattern->at += len;
    return bytes;
}

/* Whether a Name, root first, is what a pattern describes. An AVA that cannot be read makes it unknown, unless another way
 * to read the pattern is true, or it is false whatever the AVA is. Takes a step for each RDN and each element that it is
 * compared with, for each AVA, and those of patterns; UNKNOWN when they run out, and then there are none left. */
enum certmap_truth cm_name_pattern_match(struct certmap_view pattern, bool nocase, const struct cm_list *name,
                                         size_t *steps);

#endif
