/* SPDX-License-Identifier: MIT */
#include "corpus.h"
#include <string.h>

/* ---- What is left out ---- */

static void leave_out(struct tool_corpus *corpus, const struct tool_record *record) {
    struct tool_text place = {NULL, 0, 0};
    tool_record_add_place(&place, record);
    if (corpus->left_out++ < TOOL_MAX_CORPUS_MESSAGES)
        tool_complain(corpus->err, place.data, tool_view(record->why));
    if (corpus->damaged != NULL)
        corpus->damaged(corpus->ctx, place.data, record);
    tool_text_free(&place);
}

void tool_corpus_leave_out(struct tool_corpus *corpus, const struct tool_record *record,
                           const struct certmap_diagnostic *why) {
    struct tool_record damaged = *record;
    damaged.why = why->text;
    damaged.code = why->code;
    leave_out(corpus, &damaged);
}

void tool_corpus_say_rest(struct tool_stream *err, uint64_t left_out, uint64_t passed_over) {
    struct tool_text text = {NULL, 0, 0};
    if (left_out > TOOL_MAX_CORPUS_MESSAGES) {
        tool_text_format(&text, "%llu more were left out", (unsigned long long)left_out - TOOL_MAX_CORPUS_MESSAGES);
        tool_complain(err, NULL, tool_text_view(&text));
        tool_text_free(&text);
    }
    if (passed_over > 0) {
        tool_text_format(&text, "note: %llu %s of folders %s no certificate", (unsigned long long)passed_over,
                         passed_over == 1 ? "file" : "files", passed_over == 1 ? "holds" : "hold");
        tool_complain(err, NULL, tool_text_view(&text));
        tool_text_free(&text);
    }
}

bool tool_corpus_end(struct tool_corpus *corpus) {
    tool_corpus_say_rest(corpus->err, corpus->left_out, corpus->passed_over);
    return corpus->left_out == 0;
}

/* ---- Records ---- */

static void take_record(void *ctx, const struct tool_record *record) {
    struct tool_corpus *corpus = ctx;
    struct tool_text label = {NULL, 0, 0};
    corpus->file_records++;
    if (corpus->ended)
        return;
    if (record->why != NULL) {
        leave_out(corpus, record);
        return;
    }
    corpus->file_certificates++;
    if (corpus->first && corpus->file_certificates > 1)
        return;
    if (corpus->first)
        tool_text_string(&label, record->path);
    else
        tool_record_add_place(&label, record);
    corpus->certificates++;
    corpus->ended = !corpus->fn(corpus->ctx, label.data, record);
    tool_text_free(&label);
}

/* A file whose pieces had nothing in them. */
static void note_nothing(struct tool_corpus *corpus, const struct tool_chunk *chunk, const struct tool_piece *piece) {
    const struct tool_record record = tool_record_of_nothing(tool_chunk_path(chunk, piece));
    if (piece->in_folder)
        corpus->passed_over++;
    else
        leave_out(corpus, &record);
}

/* A tool_chunk_fn. */
static bool take_chunk(void *ctx, struct tool_chunk *chunk) {
    struct tool_corpus *corpus = ctx;
    struct tool_records records = {.room = {NULL, 0, 0}};
    for (size_t i = 0; i < chunk->count && !corpus->ended; i++) {
        const struct tool_piece *piece = &chunk->pieces[i];
        if (piece->first)
            corpus->file_certificates = corpus->file_records = 0;
        tool_records_read(&records, chunk, piece, take_record, corpus);
        corpus->passed_over += records.passed_over;
        if (piece->last && !piece->first && corpus->file_records == 0 && !corpus->ended)
            note_nothing(corpus, chunk, piece);
    }
    tool_text_free(&records.room);
    return !corpus->ended;
}

void tool_corpus_read(struct tool_corpus *corpus, const char *path) {
    struct tool_reader reader = {.fn = take_chunk, .ctx = corpus};
    if (corpus->ended)
        return;
    tool_reader_read(&reader, path);
    tool_reader_end(&reader);
}
