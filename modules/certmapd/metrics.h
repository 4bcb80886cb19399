/* SPDX-License-Identifier: MIT */
/* /metrics, in Prometheus's text format, and /ready. */
#ifndef CERTMAPD_METRICS_H
#define CERTMAPD_METRICS_H

#include "conn.h"
#include "forwardauth.h"
#include "spop_server.h"

struct metrics {
    struct authority *authority;
    const struct forwardauth *auth;
    const struct spop_server *spop;
    const struct conns *conns; /* of those who ask */
};

/* A http_handler_fn; arg is the struct metrics. Whether the daemon is ready: it is there, and does not end. */
void metrics_handle(void *arg, struct evhttp_request *request);

#endif
