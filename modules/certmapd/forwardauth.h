/* SPDX-License-Identifier: MIT */
/* Forward authentication: a proxy asks about each request, with the certificate of its client in a header, and gets 200,
 * 401 or 403. */
#ifndef CERTMAPD_FORWARDAUTH_H
#define CERTMAPD_FORWARDAUTH_H

#include "authority.h"
#include <event2/http.h>

/* How many questions had which answer. */
struct forwardauth_counts {
    unsigned long allowed;    /* 200 */
    unsigned long unverified; /* 401: no certificate, or none that was accepted */
    unsigned long refused;    /* 403 */
    unsigned long unreadable; /* 400: the headers are not as the options say */
    unsigned long failed;     /* 503: no memory */
};

struct forwardauth {
    const struct options *options;
    struct authority *authority;
    struct forwardauth_counts counts;
};

/* A http_handler_fn; arg is the struct forwardauth. */
void forwardauth_handle(void *arg, struct evhttp_request *request);

#endif
