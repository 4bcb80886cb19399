/* SPDX-License-Identifier: MIT */
/* The certificates of the command line, prepared one after the other. */
#ifndef TOOL_CLIENT_H
#define TOOL_CLIENT_H

#include "certmap/explain.h"
#include "options.h"
#include "text.h"
#include "validity.h"

/* One certificate, or the reason why there is none. Valid during the call only. */
struct tool_client {
    const char *label; /* the argument as given; FILE#1 and so on with --each */
    struct certmap_cert cert;
    struct certmap_peer *peer;              /* NULL after an error */
    const struct certmap_diagnostic *error; /* NULL unless peer is */
    const char *place;                      /* of error->offset: " of the Name" or ""; NULL: it has no position */
    const char *bundle;                     /* what is to be said of the file, or NULL */
    struct tool_validity validity;          /* zero after an error */
};

/* Adds what is wrong with a client that has an error, and at which byte. */
void tool_client_add_error(struct tool_text *text, const struct tool_client *client);

/* Adds the ASN.1 type of a value as people call it: "OCTET STRING", where the library says "tag 0x04"; nothing
 * where the value has none of its own. */
void tool_value_add_type(struct tool_text *text, const struct certmap_value *value);

typedef void tool_client_fn(void *ctx, const struct tool_client *client);

/* Calls fn for every certificate of the command line, in order, also for those that cannot be read.
 * needs: enum certmap_piece bits. Supplies what is not in a certificate: digests, the time if it is needed, and the
 * issuer of --issuer; where that cannot be read, no certificate can. */
void tool_clients_each(const struct tool_options *options, unsigned needs, tool_client_fn *fn, void *ctx);

#endif
