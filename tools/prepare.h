/* SPDX-License-Identifier: MIT */
/* Certificates of a corpus, prepared as a server would. */
#ifndef TOOL_PREPARE_H
#define TOOL_PREPARE_H

#include "chain.h"
#include "issuer.h"
#include "options.h"
#include "records.h"

/* What stays the same from certificate to certificate. Any number of threads may use it. */
struct tool_prepare {
    unsigned needs; /* enum certmap_piece bits */
    int64_t time;   /* 0: not needed */
    int64_t now;
    struct tool_issuer issuer;
    struct tool_chain chain;
};

/* Reads the certificates of --issuer and --chain. The caller frees it in either case. */
enum certmap_status tool_prepare_open(struct tool_prepare *prepare, const struct tool_options *options, unsigned needs,
                                      struct certmap_diagnostic *err);
void tool_prepare_free(struct tool_prepare *prepare);

/* Decodes the certificate of a record into cert, and sets the peer. What no rule reads is not computed, and left out of
 * cert but for what whole gets, which may be NULL. */
enum certmap_status tool_prepare(const struct tool_prepare *prepare, struct certmap_peer *peer,
                                 struct certmap_cert *whole, const struct tool_record *record,
                                 struct certmap_diagnostic *err);

#endif
