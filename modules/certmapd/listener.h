/* SPDX-License-Identifier: MIT */
/* Accepting connections. Where the system gives no descriptor, nothing is accepted until listener_resume, so that the
 * loop does not spin. */
#ifndef CERTMAPD_LISTENER_H
#define CERTMAPD_LISTENER_H

#include <event2/event.h>
#include <event2/listener.h>

/* Its callback is still to be set. It does not close fd. NULL: no memory. */
struct evconnlistener *listener_new(struct event_base *base, int fd);
/* Once a second. */
void listener_resume(struct evconnlistener *listener);

#endif
