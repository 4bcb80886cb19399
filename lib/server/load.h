/* SPDX-License-Identifier: MIT */
/* One rule file: what it is, what was read of it, and whether that has changed. */
#ifndef CM_SERVER_LOAD_H
#define CM_SERVER_LOAD_H

#include "file.h"
#include "log.h"
#include "set.h"

/* A file that was read, or was to be: the rule file first, then issuer files in the order of the rules. */
struct cm_server_watched {
    char *path;
    struct cm_server_stamp stamp; /* when it was read */
    struct cm_server_stamp seen;  /* at the last look */
};

/* Of the last attempt to load, whether it succeeded or not. */
struct cm_server_source {
    const struct certmap_allocator *allocator;
    const struct certmap_allocator *for_rules; /* NULL for malloc, which the core knows more of */
    const struct certmap_build_options *build; /* may be NULL */
    char *file;                                /* NULL: there is no such source */
    char *site;                                /* or NULL */
    enum certmap_service_format format;
    bool analysed; /* what is dangerous about the rules is logged */
    struct cm_server_watched *watched;
    size_t watched_count;
    size_t watched_cap;
    char digest[CM_SERVER_DIGEST_SIZE]; /* of what was read; "" where not all could be */
    bool changing;                      /* at the last look a file was not what it was at the one before */
    bool short_of_memory;               /* so that what failed has to be tried again, whether or not a file changes */
    bool fresh;                         /* a file may have changed after it was read without a trace in its stamp */
};

void cm_server_source_free(struct cm_server_source *source);

/* Reads and compiles the file. diagnostics go to the log, under the source's own name for it; err->file is `name`. now is in
 * seconds since 1970, or 0. Errors: as certmap_service_open. */
enum certmap_status cm_server_load(struct certmap_rules **rules, struct cm_server_source *source,
                                   const struct cm_server_log *log, const char *name, int64_t now,
                                   struct certmap_diagnostic *err);

/* What a look at the files found. */
enum cm_server_look { CM_SERVER_SAME, CM_SERVER_CHANGING, CM_SERVER_CHANGED };
enum cm_server_look cm_server_source_look(struct cm_server_source *source, int64_t now);

#endif
