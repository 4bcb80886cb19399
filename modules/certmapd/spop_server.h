/* SPDX-License-Identifier: MIT */
/* HAProxy's questions over SPOP, each with a certificate in it, and their answers as variables of HAProxy's. */
#ifndef CERTMAPD_SPOP_SERVER_H
#define CERTMAPD_SPOP_SERVER_H

#include "authority.h"
#include "spop_session.h"
#include "stream.h"

/* How many questions had which answer. */
struct spop_counts {
    unsigned long answers[CERTMAP_OUTCOME_COUNT]; /* by outcome: what the variable `decision` says */
    unsigned long misunderstood; /* that were not as certmap.spoe has them; their decision is `error`, too */
    unsigned long faults;        /* connections that certmapd has ended */
};

/* One for all connections. */
struct spop_server {
    const struct options *options;
    struct authority *authority;
    struct spop_counts counts;
    uint8_t room[SPOP_PREFIX + SPOP_MAX_FRAME]; /* for what is said to one frame */
};

/* The argument of its streams is the struct spop_server. */
extern const struct protocol spop_protocol;

#endif
