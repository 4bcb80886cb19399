/* SPDX-License-Identifier: MIT */
/* Lines for standard error. Where the journal reads it (systemd), each begins with its priority: "<6>". */
#ifndef CERTMAPD_LOG_H
#define CERTMAPD_LOG_H

#include <certmap/certmap.h>

/* Priorities of syslog(3). */
enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_INFO = 6 };

/* Longest line that log_line makes, in bytes; the rest is left out. */
#define LOG_MAX_LINE 1024

/* Looks whether the journal reads. Before this, it is taken that it does not. Not while other threads log. */
void log_open(void);
/* One line, from any thread; it must not have control characters. */
void log_text(enum log_level level, const char *line);
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);
/* A certmap_service_log_fn. */
void log_service(void *ctx, enum certmap_severity severity, const char *line);

#endif
