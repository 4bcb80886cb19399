/* SPDX-License-Identifier: MIT */
#include "listener.h"
#include "log.h"
#include <errno.h>
#include <string.h>

static void pause_listener(struct evconnlistener *listener, void *arg) {
    (void)arg; /* of the protocol's callback, whatever that is */
    log_line(LOG_LEVEL_ERROR, "a connection cannot be accepted: %s; trying again in a second", strerror(errno));
    (void)evconnlistener_disable(listener);
}

struct evconnlistener *listener_new(struct event_base *base, int fd) {
    struct evconnlistener *listener = evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (listener != NULL)
        evconnlistener_set_error_cb(listener, pause_listener);
    return listener;
}

void listener_resume(struct evconnlistener *listener) {
    (void)evconnlistener_enable(listener);
}
