/* SPDX-License-Identifier: MIT */
/* The records of a chunk: certificates, and what should have been one. */
#ifndef TOOL_RECORDS_H
#define TOOL_RECORDS_H

#include "reader.h"

/* A certificate of a corpus, of which nothing was decoded yet, or why there is none. Valid during the call only. */
struct tool_record {
    const char *path;
    size_t line;             /* where it begins, from 1; 0: in DER */
    uint64_t offset;         /* the same in DER, in bytes of the file */
    bool alone;              /* the file has no other; of a file of one piece only */
    bool whole;              /* it is about the file, not about a place in it */
    size_t piece;            /* of its chunk */
    struct certmap_view der; /* data NULL: there is none */
    const char *why;         /* then why; else NULL */
    enum certmap_code code;  /* the same */
    /* Of NDJSON. */
    struct certmap_view name;          /* data NULL: it has none */
    struct certmap_view issuer_sha256; /* of the certificate that issued it; data NULL: not given */
    uint64_t count;                    /* how often it came; 1 where nothing says so */
};

typedef void tool_record_fn(void *ctx, const struct tool_record *record);

/* What reading a piece came to. */
struct tool_records {
    struct tool_text room; /* for what is decoded; the caller zeroes and frees it */
    size_t certificates;   /* that were handed over */
    size_t errors;
    bool passed_over; /* a file of a folder, with nothing in it that was meant */
};

/* Calls fn for each record of a piece, in order. Any thread. */
void tool_records_read(struct tool_records *records, const struct tool_chunk *chunk, const struct tool_piece *piece,
                       tool_record_fn *fn, void *ctx);
/* The record of a file of several pieces in which there was none. */
struct tool_record tool_record_of_nothing(const char *path);

/* Adds where a record is: FILE, FILE:LINE, or FILE, byte OFFSET. */
void tool_record_add_place(struct tool_text *text, const struct tool_record *record);

#endif
