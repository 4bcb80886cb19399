/* SPDX-License-Identifier: MIT */
/* Decoding through a TLS library in place of certmap_cert_from_der. One file for each library; a
 * platform has one. */
#ifndef TOOL_ADAPTER_H
#define TOOL_ADAPTER_H

#include "certmap/certmap.h"

/* The one that is built in: "openssl". */
extern const char tool_adapter_name[];

struct tool_adapter;

/* Decodes der and fills cert with views into *adapter, which the caller frees. needs: enum
 * certmap_piece bits. */
enum certmap_status tool_adapter_decode(struct tool_adapter **adapter, struct certmap_cert *cert,
                                        struct certmap_view der, unsigned needs, struct certmap_diagnostic *err);
void tool_adapter_free(struct tool_adapter *adapter);

#endif
