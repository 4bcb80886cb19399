/* SPDX-License-Identifier: MIT */
/* A line of NDJSON with a certificate:
 *
 *     {"der": "MIIB...", "issuer_sha256": "5f2c...", "count": 12, "name": "laptop 17"}
 *
 * Strict JSON (RFC 8259). Members that are not named here are passed over, whatever is in them: an export of a log or of
 * a table may have more. Each of the four can be there once. */
#ifndef TOOL_NDJSON_H
#define TOOL_NDJSON_H

#include "text.h"

/* Arrays and objects in each other, in what is passed over: no export has so many. */
#define TOOL_MAX_JSON_DEPTH 64
/* The greatest count. All numbers up to it are exact in programs that have only floating point. */
#define TOOL_MAX_COUNT UINT64_C(9007199254740991)
/* The longest name, in bytes: it becomes part of lines that people read. */
#define TOOL_MAX_RECORD_NAME 1024

struct tool_ndjson {
    struct certmap_view der;  /* not empty */
    struct certmap_view name; /* data NULL: there is none */
    uint8_t issuer_sha256[CERTMAP_SHA256_SIZE];
    bool has_issuer;
    uint64_t count; /* 1 where it is not said */
};

/* Reads a line. room gets what is decoded, after what it has, and keeps it until it is used again; it must have as much
 * room as the line is long. Returns NULL, or what is wrong. Linear in the line, and no memory but room. */
const char *tool_ndjson_read(struct tool_ndjson *record, struct tool_text *room, struct certmap_view line);

#endif
