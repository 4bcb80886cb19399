/* SPDX-License-Identifier: MIT */
#include "daemon.h"
#include "forwardauth.h"
#include "http.h"
#include "log.h"
#include "metrics.h"
#include "spop_server.h"
#include "systemd.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum signal_event { ON_HUP, ON_TERM, ON_INT };
#define SIGNALS 3

/* How often everything is looked through where there is no connection, in milliseconds; else HTTP_TICK_MS. */
#define IDLE_TICK_MS 1000

struct daemon {
    const struct options *options;
    struct event_base *base;
    struct authority *authority;
    struct conns *conns, *metrics_conns;
    struct bound bound[LISTENINGS];
    struct http *http, *metrics_http;
    struct streams *spop;
    struct forwardauth auth;
    struct spop_server spop_server;
    struct metrics metrics;
    struct event *signals[SIGNALS], *tick, *loaded, *watchdog;
    bool draining;
};

static bool no_memory(void) {
    log_text(LOG_LEVEL_ERROR, "out of memory");
    return false;
}

/* ---- the end ---- */

static void stop_listening(struct daemon *daemon) {
    if (daemon->http != NULL)
        http_stop(daemon->http);
    if (daemon->metrics_http != NULL)
        http_stop(daemon->metrics_http);
    if (daemon->spop != NULL)
        streams_stop(daemon->spop);
    for (size_t i = 0; i < LISTENINGS; i++)
        address_close(&daemon->bound[i]);
}

static bool has_conns(const struct daemon *daemon) {
    return conns_count(daemon->conns) + conns_count(daemon->metrics_conns) > 0;
}

static void schedule_tick(struct daemon *daemon) {
    const long ms = has_conns(daemon) ? HTTP_TICK_MS : IDLE_TICK_MS;
    const struct timeval soon = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    if (daemon->draining && !has_conns(daemon))
        (void)event_base_loopbreak(daemon->base);
    else
        (void)event_add(daemon->tick, &soon);
}

static void drain(evutil_socket_t number, short what, void *arg) {
    struct daemon *daemon = arg;
    const struct timeval patience = {.tv_sec = DAEMON_DRAIN_SECONDS};
    (void)what;
    if (daemon->draining) { /* told twice */
        (void)event_base_loopbreak(daemon->base);
        return;
    }
    log_line(LOG_LEVEL_INFO, "ends: signal %d", (int)number);
    systemd_notify("STOPPING=1");
    daemon->draining = true;
    (void)event_base_loopexit(daemon->base, &patience);
    stop_listening(daemon);
    conns_drain(daemon->conns);
    conns_drain(daemon->metrics_conns);
    schedule_tick(daemon);
}

/* ---- events ---- */

static void tick(evutil_socket_t fd, short what, void *arg) {
    struct daemon *daemon = arg;
    (void)fd;
    (void)what;
    if (daemon->http != NULL)
        http_tick(daemon->http);
    if (daemon->metrics_http != NULL)
        http_tick(daemon->metrics_http);
    if (daemon->spop != NULL)
        streams_resume(daemon->spop);
    schedule_tick(daemon);
}

static void say_alive(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    (void)arg;
    systemd_notify("WATCHDOG=1");
}

static void load(evutil_socket_t fd, short what, void *arg) {
    struct daemon *daemon = arg;
    (void)fd;
    (void)what;
    systemd_notify_reloading();
    authority_begin_load(daemon->authority);
}

static void end_load(evutil_socket_t fd, short what, void *arg) {
    struct daemon *daemon = arg;
    (void)fd;
    (void)what;
    if (!authority_end_load(daemon->authority))
        systemd_notify("READY=1");
}

static bool add_signal(struct daemon *daemon, enum signal_event which, int number, event_callback_fn callback) {
    daemon->signals[which] = evsignal_new(daemon->base, number, callback, daemon);
    return daemon->signals[which] != NULL && event_add(daemon->signals[which], NULL) == 0;
}

/* Three times as often as systemd wants it, so that one late word is none too few. */
static bool add_watchdog(struct daemon *daemon) {
    const uint64_t pause = systemd_watchdog() / 3;
    const struct timeval often = {.tv_sec = (time_t)(pause / 1000000), .tv_usec = (suseconds_t)(pause % 1000000)};
    if (pause == 0)
        return true;
    daemon->watchdog = event_new(daemon->base, -1, EV_PERSIST, say_alive, NULL);
    return daemon->watchdog != NULL && event_add(daemon->watchdog, &often) == 0;
}

static bool add_events(struct daemon *daemon) {
    daemon->tick = evtimer_new(daemon->base, tick, daemon);
    daemon->loaded = event_new(daemon->base, authority_fd(daemon->authority), EV_READ | EV_PERSIST, end_load, daemon);
    if (daemon->tick != NULL)
        schedule_tick(daemon);
    const bool added = daemon->tick != NULL && daemon->loaded != NULL && event_add(daemon->loaded, NULL) == 0 &&
                       add_watchdog(daemon) && add_signal(daemon, ON_HUP, SIGHUP, load) &&
                       add_signal(daemon, ON_TERM, SIGTERM, drain) && add_signal(daemon, ON_INT, SIGINT, drain);
    return added || no_memory();
}

/* ---- sockets ---- */

static bool take_sockets(struct daemon *daemon) {
    struct systemd_sockets sockets;
    if (!systemd_sockets(&sockets))
        return false;
    for (unsigned i = 0; i < sockets.count; i++) {
        size_t which = 0;
        while (which < LISTENINGS && strcmp(sockets.names[i], listening_names[which]) != 0)
            which++;
        if (which == LISTENINGS || daemon->bound[which].fd >= 0 || daemon->options->listen[which] != NULL) {
            log_line(LOG_LEVEL_ERROR,
                     "systemd hands over a socket \"%s\": write FileDescriptorName=http, spop or metrics, each once, "
                     "and no option for the same",
                     sockets.names[i]);
            return false;
        }
        daemon->bound[which].fd = sockets.fds[i];
    }
    return true;
}

static bool listen_on_all(struct daemon *daemon) {
    const struct options *options = daemon->options;
    for (size_t i = 0; i < LISTENINGS; i++)
        if (options->listen[i] != NULL &&
            !address_listen(&daemon->bound[i], &options->address[i], &options->access, options->listen[i]))
            return false;
    if (daemon->bound[LISTENING_HTTP].fd < 0 && daemon->bound[LISTENING_SPOP].fd < 0) {
        log_text(LOG_LEVEL_ERROR, "nobody could ask: write --http ADDRESS, or --spop ADDRESS");
        return false;
    }
    return true;
}

/* As many connections as there are descriptors for. */
static unsigned conns_allowed(void) {
    struct rlimit limit = {0, 0};
    const rlim_t spare = CONN_SPARE_FDS + CONN_MAX_METRICS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return CONN_MAX;
    if (limit.rlim_cur < spare + CONN_MAX && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max < spare + CONN_MAX ? limit.rlim_max : spare + CONN_MAX;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= spare + CONN_MAX)
        return CONN_MAX;
    const unsigned allowed = limit.rlim_cur > spare + CONN_MIN ? (unsigned)(limit.rlim_cur - spare) : 0;
    log_line(LOG_LEVEL_WARNING, "the limit of open files allows %u connections, not %d", allowed, CONN_MAX);
    return allowed;
}

static bool serve_http(struct daemon *daemon) {
    const int fd = daemon->bound[LISTENING_HTTP].fd, metrics_fd = daemon->bound[LISTENING_METRICS].fd;
    daemon->auth = (struct forwardauth){.options = daemon->options, .authority = daemon->authority};
    daemon->metrics = (struct metrics){daemon->authority, &daemon->auth, &daemon->spop_server, daemon->conns};
    if (fd >= 0)
        daemon->http = http_new(daemon->base, daemon->conns, fd, forwardauth_handle, &daemon->auth);
    if (metrics_fd >= 0)
        daemon->metrics_http =
            http_new(daemon->base, daemon->metrics_conns, metrics_fd, metrics_handle, &daemon->metrics);
    return ((fd < 0 || daemon->http != NULL) && (metrics_fd < 0 || daemon->metrics_http != NULL)) || no_memory();
}

static bool serve_spop(struct daemon *daemon) {
    const int fd = daemon->bound[LISTENING_SPOP].fd;
    daemon->spop_server.options = daemon->options;
    daemon->spop_server.authority = daemon->authority;
    if (fd >= 0)
        daemon->spop = streams_new(daemon->base, daemon->conns, fd, &spop_protocol, &daemon->spop_server);
    return fd < 0 || daemon->spop != NULL || no_memory();
}

/* ---- the beginning ---- */

static bool set_up(struct daemon *daemon) {
    const unsigned allowed = conns_allowed();
    if (allowed == 0) {
        log_text(LOG_LEVEL_ERROR, "too few files may be open (LimitNOFILE, ulimit -n)");
        return false;
    }
    daemon->base = event_base_new();
    if (daemon->base == NULL)
        return no_memory();
    daemon->conns = conns_new(daemon->base, allowed);
    daemon->metrics_conns = conns_new(daemon->base, CONN_MAX_METRICS);
    if (daemon->conns == NULL || daemon->metrics_conns == NULL)
        return no_memory();
    daemon->authority = authority_open(daemon->options);
    return daemon->authority != NULL && listen_on_all(daemon) && serve_http(daemon) && serve_spop(daemon) &&
           add_events(daemon);
}

static void log_start(const struct daemon *daemon) {
    char address[160];
    for (size_t i = 0; i < LISTENINGS; i++)
        if (daemon->bound[i].fd >= 0) {
            address_print(&daemon->bound[i], address, sizeof address);
            log_line(LOG_LEVEL_INFO, "answers %s on %s", listening_names[i], address);
        }
}

static void free_event(struct event *event) {
    if (event != NULL)
        event_free(event);
}

static void tear_down(struct daemon *daemon) {
    stop_listening(daemon);
    if (daemon->http != NULL)
        http_free(daemon->http);
    if (daemon->metrics_http != NULL)
        http_free(daemon->metrics_http);
    if (daemon->spop != NULL)
        streams_free(daemon->spop);
    for (size_t i = 0; i < SIGNALS; i++)
        free_event(daemon->signals[i]);
    free_event(daemon->tick);
    free_event(daemon->loaded);
    free_event(daemon->watchdog);
    if (daemon->authority != NULL)
        authority_close(daemon->authority);
    if (daemon->base != NULL) {
        (void)event_base_loop(daemon->base, EVLOOP_NONBLOCK); /* what was freed is so in the next turn of the loop */
        event_base_free(daemon->base);
    }
    conns_free(daemon->conns);
    conns_free(daemon->metrics_conns);
}

static void ignore_signals(void) {
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL); /* until the files are loaded */
}

int daemon_run(const struct options *options) {
    struct daemon daemon = {.options = options};
    int status = EXIT_FAILURE;
    ignore_signals();
    for (size_t i = 0; i < LISTENINGS; i++)
        daemon.bound[i].fd = -1;
    if (take_sockets(&daemon) && set_up(&daemon)) {
        log_start(&daemon);
        systemd_notify("READY=1");
        status = event_base_dispatch(daemon.base) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    tear_down(&daemon);
    return status;
}
