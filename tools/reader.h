/* SPDX-License-Identifier: MIT */
/* The bytes of a corpus - files of any size, folders of them, standard input - in chunks that end where a record ends,
 * so that each can be taken apart alone, by any thread:
 *
 *     chunk   | piece: all of a.pem | piece: the first part of b.der |
 *     chunk   | piece: the rest of b.der                             |
 *
 * A few chunks are in memory, whatever the size of the corpus. What is damaged between records is left out by a piece
 * that says so. */
#ifndef TOOL_READER_H
#define TOOL_READER_H

#include "text.h"

/* A chunk has some hundred certificates: little beside the caches of a processor, and much beside the cost of handing it
 * over. */
#define TOOL_CHUNK_SIZE 262144
/* So many small files at most are in one. */
#define TOOL_MAX_PIECES 256
/* A certificate is a few kilobytes; what is longer, with a list of revoked ones in it say, is none. */
#define TOOL_MAX_RECORD 4194304
/* Folders in folders, so deep that nobody made them by hand. */
#define TOOL_MAX_CORPUS_DEPTH 32

enum tool_form { TOOL_FORM_PEM, TOOL_FORM_DER, TOOL_FORM_NDJSON };

/* Bytes of one file. */
struct tool_piece {
    size_t path; /* where it begins in the texts of the chunk */
    size_t why;  /* the same of why what was here is left out: then there are no bytes. SIZE_MAX: nothing is */
    enum tool_form form;
    bool in_folder;
    bool standard; /* input */
    bool first;    /* of its file; last alike */
    bool last;
    bool unread;  /* why is about the file, not about bytes of it */
    size_t begin; /* in the bytes of the chunk */
    size_t len;
    uint64_t offset; /* of the file */
    size_t line;     /* of the file, from 1; 0: it has no lines */
};

struct tool_chunk {
    uint8_t *data;
    size_t len, cap;
    struct tool_piece *pieces;
    size_t count, piece_cap;
    struct tool_text texts;
};

const char *tool_chunk_path(const struct tool_chunk *chunk, const struct tool_piece *piece);
/* Why what was there is left out; NULL: nothing is. */
const char *tool_chunk_why(const struct tool_chunk *chunk, const struct tool_piece *piece);
/* Empties it; what was made for a long record is freed. */
void tool_chunk_clear(struct tool_chunk *chunk);
void tool_chunk_free(struct tool_chunk *chunk);

/* Takes a chunk, whose bytes are its own: it may exchange them for those of an empty one. false: it wants no more. */
typedef bool tool_chunk_fn(void *ctx, struct tool_chunk *chunk);

/* Zero it, but for the first two, to begin. */
struct tool_reader {
    tool_chunk_fn *fn;
    void *ctx;
    bool ended;     /* fn wants no more */
    uint64_t bytes; /* that were read so far */
    struct tool_chunk chunk;
    struct tool_text carry; /* the begin of the next record */
};

/* Reads a file, a folder and the folders in it, or standard input for "-". */
void tool_reader_read(struct tool_reader *reader, const char *path);
/* Hands on what is left, and frees. */
void tool_reader_end(struct tool_reader *reader);

#endif
