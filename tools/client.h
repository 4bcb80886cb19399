/* SPDX-License-Identifier: MIT */
/* The certificates of the command line, prepared one after the other. */
#ifndef TOOL_CLIENT_H
#define TOOL_CLIENT_H

#include "options.h"
#include "text.h"

/* Largest certificate file, in bytes: a chain of a few hundred certificates is far below. */
#define TOOL_MAX_CERT_FILE 16777216

/* One certificate, or the reason why there is none. Valid during the call only. */
struct tool_client {
    const char *label; /* the argument as given; FILE#1 and so on with --each */
    struct certmap_cert cert;
    struct certmap_peer *peer;         /* NULL after an error */
    const struct certmap_error *error; /* NULL unless peer is */
    const char *place;                 /* of error->offset: " of the Name" or ""; NULL: it has no position */
};

/* Adds what is wrong with a client that has an error, and at which byte. */
void tool_client_add_error(struct tool_text *text, const struct tool_client *client);

/* Adds the ASN.1 type of a value as people call it: "OCTET STRING", where the library says "tag 0x04". */
void tool_value_add_type(struct tool_text *text, const struct certmap_value *value);

typedef void tool_client_fn(void *ctx, const struct tool_client *client);

/* Calls fn for every certificate of the command line, in order, also for those that cannot be read.
 * needs: enum certmap_piece bits. */
void tool_clients_each(const struct tool_options *options, unsigned needs, tool_client_fn *fn, void *ctx);

#endif
