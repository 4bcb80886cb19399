/* SPDX-License-Identifier: MIT */
/* The daemon: sockets, signals and the event loop, from the start to the end. */
#ifndef CERTMAPD_DAEMON_H
#define CERTMAPD_DAEMON_H

#include "options.h"

/* For questions that have begun, when the daemon is to end. */
#define DAEMON_DRAIN_SECONDS 5

/* Runs until a signal ends it. The exit status. */
int daemon_run(const struct options *options);

#endif
