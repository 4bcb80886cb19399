/* SPDX-License-Identifier: MIT */
#include "log.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Whether the journal reads; written before there is a second thread. */
static bool journal;

/* Standard error is the stream that systemd says the journal reads. */
void log_open(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    char here[64];
    if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
        return;
    (void)snprintf(here, sizeof here, "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    journal = strcmp(stream, here) == 0;
}

/* In one call, so that lines of several threads are not mixed. A line that nobody takes is lost. */
void log_text(enum log_level level, const char *line) {
    char begin[16] = "certmapd: ";
    if (journal)
        (void)snprintf(begin, sizeof begin, "<%d>", (int)level);
    /* iov_base is not const; writev only reads it. */
    const struct iovec pieces[] = {
        {begin, strlen(begin)}, {(void *)(uintptr_t)line, strlen(line)}, {(void *)(uintptr_t) "\n", 1}};
    ssize_t written = writev(STDERR_FILENO, pieces, 3);
    (void)written;
}

void log_line(enum log_level level, const char *format, ...) {
    char line[LOG_MAX_LINE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    log_text(level, line);
}

void log_service(void *ctx, enum certmap_severity severity, const char *line) {
    (void)ctx;
    enum log_level level = LOG_LEVEL_INFO;
    if (severity == CERTMAP_SEVERITY_ERROR)
        level = LOG_LEVEL_ERROR;
    else if (severity == CERTMAP_SEVERITY_WARNING)
        level = LOG_LEVEL_WARNING;
    log_text(level, line);
}
