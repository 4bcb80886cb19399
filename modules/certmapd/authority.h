/* SPDX-License-Identifier: MIT */
/* Who decides: the rules in force, and the CAs where certmapd verifies by itself. Both are loaded again together: every
 * answer is one of both old, or one of both new. Files are loaded in a thread of their own; everything else here is for
 * the thread of the event loop. */
#ifndef CERTMAPD_AUTHORITY_H
#define CERTMAPD_AUTHORITY_H

#include "options.h"

struct authority;

/* What a proxy says of a client. */
struct question {
    struct certmap_view certificate; /* DER; borrowed, as all of it */
    struct certmap_view chain;       /* what the client has sent beside it; may be empty */
    bool present;                    /* it has shown one */
    bool verified;                   /* the proxy says that it has accepted it: counts with --proxy-verifies only */
    bool rejected;                   /* it says that it has not: so the client is refused, whoever verifies */
    const char *client;              /* its name for the log; NULL: it has none */
};

/* NULL: what is wrong with the files is logged. The options have to live as long. */
struct authority *authority_open(const struct options *options);
/* Waits for a load that is going on. */
void authority_close(struct authority *authority);

/* NULL: refuse; there was no memory. The caller frees the answer. It is logged, as options say, and counted. */
struct certmap_answer *authority_ask(struct authority *authority, const struct question *question);

/* Begins to load the files again; authority_fd becomes readable when it is done, and then authority_end_load has to be
 * called. While one load goes on another one that is begun follows it. */
void authority_begin_load(struct authority *authority);
int authority_fd(const struct authority *authority);
/* True: another load follows. */
bool authority_end_load(struct authority *authority);

struct certmap_service *authority_service(const struct authority *authority);

#endif
