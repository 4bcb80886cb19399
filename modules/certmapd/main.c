/* SPDX-License-Identifier: MIT */
/* certmapd: which account the client certificate of a request has, for proxies that ask. docs/certmapd.8 is its manual,
 * docs/forward-auth.md and docs/haproxy.md say how proxies ask. */
#include "authority.h"
#include "daemon.h"
#include "log.h"
#include <event2/event.h>
#include <stdlib.h>

/* As of most commands: the arguments are wrong. */
#define EXIT_USAGE 2

/* What libevent says: a shortage of memory or descriptors, mostly. */
static void log_event(int severity, const char *text) {
    if (severity == EVENT_LOG_WARN || severity == EVENT_LOG_ERR)
        log_text(severity == EVENT_LOG_ERR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, text);
}

static int check(const struct options *options) {
    struct authority *authority = authority_open(options);
    if (authority == NULL)
        return EXIT_FAILURE;
    authority_close(authority);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    struct options options;
    log_open();
    event_set_log_callback(log_event);
    switch (options_parse(&options, argc, argv)) {
    case OPTIONS_DONE:
        return EXIT_SUCCESS;
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    case OPTIONS_RUN:
    default:
        return options.check ? check(&options) : daemon_run(&options);
    }
}
