/* SPDX-License-Identifier: MIT */
/* Many certificates, one after the other, in one thread: files of any size, and folders of them (reader.h, records.h). What
 * is damaged is left out and said, and reading goes on after it. */
#ifndef TOOL_CORPUS_H
#define TOOL_CORPUS_H

#include "records.h"
#include "style.h"

/* So many messages about what is left out are read by somebody. */
#define TOOL_MAX_CORPUS_MESSAGES 10

/* Takes a certificate. label: the file, or where several are read of it FILE:LINE or the byte, as in messages. false: it wants no more. Valid during the
 * call only. */
typedef bool tool_corpus_fn(void *ctx, const char *label, const struct tool_record *record);

/* Sees what cannot be read, after it was counted and said. place: FILE:LINE and so on. */
typedef void tool_damage_fn(void *ctx, const char *place, const struct tool_record *record);

/* Zero it, but for the first five, to begin. */
struct tool_corpus {
    tool_corpus_fn *fn;
    tool_damage_fn *damaged; /* or NULL */
    void *ctx;
    struct tool_stream *err;
    bool first;                             /* of each file the first certificate: the others are its chain */
    size_t certificates;                    /* that were handed over */
    size_t left_out;                        /* that could not be read; so far */
    size_t passed_over;                     /* files in folders that hold no certificate */
    bool ended;                             /* fn wants no more */
    size_t file_certificates, file_records; /* of the file that is being read */
};

/* Reads a file, a folder and the folders in it, or standard input for "-". */
void tool_corpus_read(struct tool_corpus *corpus, const char *path);
/* For who decodes: says why a certificate is left out, and counts it. Then damaged sees it, with this code. */
void tool_corpus_leave_out(struct tool_corpus *corpus, const struct tool_record *record,
                           const struct certmap_diagnostic *why);
/* Says how much was left out and passed over, after the last file. false: something was left out. */
bool tool_corpus_end(struct tool_corpus *corpus);

/* The same of a pass, whose first messages have been said. */
void tool_corpus_say_rest(struct tool_stream *err, uint64_t left_out, uint64_t passed_over);

#endif
