/* SPDX-License-Identifier: MIT */
/* What the threads of a pass leave out of a corpus: where it is and why, for each record of a chunk, until it is said in the
 * order of the corpus. */
#ifndef TOOL_LEFT_OUT_H
#define TOOL_LEFT_OUT_H

#include "records.h"
#include "style.h"

/* Of a chunk. Zero it to begin; the caller frees texts. */
struct tool_left_out {
    struct tool_text texts; /* places and reasons, each with a NUL after it */
    uint64_t came;          /* how often the records came */
};

/* Takes note of a record. */
void tool_left_out_add(struct tool_left_out *left_out, const struct tool_record *record, const char *why);
/* Says what it has, but no more than TOOL_MAX_CORPUS_MESSAGES of all chunks, and empties it. said: of the chunks before, and
 * then of this one, too, with those that were over the limit. */
void tool_left_out_say(struct tool_left_out *left_out, struct tool_stream *err, uint64_t *said);

#endif
