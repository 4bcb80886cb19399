/* SPDX-License-Identifier: MIT */
#include "pass.h"
#include "pace.h"
#include "thread.h"
#include <stdlib.h>

/* A chunk and what comes of it. They go around: as many as keep all threads at work. */
enum state { STATE_FREE, STATE_READY, STATE_RUNNING, STATE_DONE };

struct slot {
    enum state state;
    struct tool_chunk chunk;
    const char **paths;
    size_t *records; /* of each piece, errors too */
    size_t path_cap;
    void *part;
    struct tool_pass_totals totals;
};

struct run;

struct worker {
    struct run *run;
    struct tool_thread *thread; /* NULL: the thread that called, and those which could not be started */
    void *own;
    struct tool_records records;
    void *part; /* of the current chunk */
};

/* Slots are counted from the first chunk on: slot i % slot_count is that of chunk i. */
struct run {
    const struct tool_pass *pass;
    struct tool_lock *lock; /* NULL: there is one thread */
    struct slot *slots;
    size_t slot_count;
    size_t filled, begun, taken; /* chunks */
    bool taking;                 /* somebody does */
    bool complete;               /* no more chunks come */
    bool ended;                  /* no more is wanted */
    struct worker *workers;
    struct tool_pass_totals totals;
    size_t file_records; /* of the file that is being taken */
    struct tool_reader reader;
    uint64_t bytes; /* that were read */
    struct tool_pace pace;
};

static void take_lock(const struct run *run) {
    if (run->lock != NULL)
        tool_lock_take(run->lock);
}

static void give_lock(const struct run *run) {
    if (run->lock != NULL)
        tool_lock_give(run->lock);
}

static void signal_all(const struct run *run) {
    if (run->lock != NULL)
        tool_lock_signal(run->lock);
}

/* ---- Work ---- */

static void take_record(void *ctx, const struct tool_record *record) {
    const struct worker *worker = ctx;
    const struct tool_pass *pass = worker->run->pass;
    pass->work(pass->ctx, worker->own, worker->part, record);
}

static void make_paths(struct slot *slot) {
    if (slot->path_cap >= slot->chunk.count)
        return;
    free(slot->paths);
    free(slot->records);
    slot->path_cap = slot->chunk.count;
    slot->paths = tool_alloc(slot->path_cap * sizeof *slot->paths);
    slot->records = tool_alloc(slot->path_cap * sizeof *slot->records);
}

static void work(struct worker *worker, struct slot *slot) {
    const struct tool_chunk *chunk = &slot->chunk;
    make_paths(slot);
    slot->totals = (struct tool_pass_totals){0, 0, 0};
    worker->part = slot->part;
    for (size_t i = 0; i < chunk->count; i++) {
        const struct tool_piece *piece = &chunk->pieces[i];
        struct tool_records *records = &worker->records;
        tool_records_read(records, chunk, piece, take_record, worker);
        slot->paths[i] = tool_chunk_path(chunk, piece);
        slot->records[i] = records->certificates + records->errors;
        slot->totals.certificates += records->certificates;
        slot->totals.errors += records->errors;
        slot->totals.passed_over += records->passed_over;
    }
}

/* ---- Taking ---- */

/* A file whose pieces had nothing in them. */
static void note_nothing(struct worker *worker, const struct slot *slot, const struct tool_piece *piece) {
    struct run *run = worker->run;
    if (piece->in_folder) {
        run->totals.passed_over++;
        return;
    }
    const struct tool_record record = tool_record_of_nothing(tool_chunk_path(&slot->chunk, piece));
    worker->part = slot->part;
    run->totals.errors++;
    take_record(worker, &record);
}

/* false: no more is wanted. */
static bool take(struct worker *worker, struct slot *slot) {
    struct run *run = worker->run;
    for (size_t i = 0; i < slot->chunk.count; i++) {
        const struct tool_piece *piece = &slot->chunk.pieces[i];
        if (piece->first)
            run->file_records = 0;
        run->file_records += slot->records[i];
        if (piece->last && !piece->first && run->file_records == 0)
            note_nothing(worker, slot, piece);
    }
    run->totals.certificates += slot->totals.certificates;
    run->totals.errors += slot->totals.errors;
    run->totals.passed_over += slot->totals.passed_over;
    const bool more = run->pass->take(run->pass->ctx, slot->part, slot->paths);
    tool_chunk_clear(&slot->chunk);
    return more;
}

/* Takes what is done and next in order, unless another thread does. With the lock, which it gives back in between. */
static void take_done(struct worker *worker) {
    struct run *run = worker->run;
    if (run->taking)
        return;
    run->taking = true;
    for (struct slot *slot; run->taken < run->begun; run->taken++) {
        slot = &run->slots[run->taken % run->slot_count];
        if (slot->state != STATE_DONE)
            break;
        give_lock(run);
        const bool more = take(worker, slot);
        take_lock(run);
        run->ended = run->ended || !more;
        tool_pace_update(&run->pace, run->bytes, slot->totals.certificates + slot->totals.errors);
        slot->state = STATE_FREE;
        signal_all(run);
    }
    run->taking = false;
}

/* Works on the next chunk that waits. false: there is none. With the lock, which it gives back in between. */
static bool work_one(struct worker *worker) {
    struct run *run = worker->run;
    if (run->begun == run->filled)
        return false;
    struct slot *slot = &run->slots[run->begun++ % run->slot_count];
    slot->state = STATE_RUNNING;
    give_lock(run);
    work(worker, slot);
    take_lock(run);
    slot->state = STATE_DONE;
    take_done(worker);
    return true;
}

static void run_worker(void *ctx) {
    struct worker *worker = ctx;
    struct run *run = worker->run;
    take_lock(run);
    while (work_one(worker) || !run->complete)
        if (run->begun == run->filled && !run->complete)
            tool_lock_wait(run->lock);
    give_lock(run);
}

/* ---- Reading ---- */

/* A tool_chunk_fn, in the thread that reads: where no slot is free, it works, too. */
static bool take_chunk(void *ctx, struct tool_chunk *chunk) {
    struct run *run = ctx;
    take_lock(run);
    struct slot *slot = &run->slots[run->filled % run->slot_count];
    while (slot->state != STATE_FREE)
        if (!work_one(&run->workers[0]))
            tool_lock_wait(run->lock);
    const struct tool_chunk empty = slot->chunk;
    slot->chunk = *chunk;
    *chunk = empty;
    slot->state = STATE_READY;
    run->filled++;
    run->bytes = run->reader.bytes;
    const bool ended = run->ended;
    signal_all(run);
    give_lock(run);
    return !ended;
}

static void read_all(struct run *run, char *const *paths, size_t count) {
    run->reader = (struct tool_reader){.fn = take_chunk, .ctx = run};
    for (size_t i = 0; i < count; i++)
        tool_reader_read(&run->reader, paths[i]);
    tool_reader_end(&run->reader);
    take_lock(run);
    run->complete = true;
    signal_all(run);
    give_lock(run);
}

/* What is left, until all of it has been taken. */
static void finish(struct run *run) {
    take_lock(run);
    while (run->taken < run->filled)
        if (!work_one(&run->workers[0]) && run->taken < run->filled)
            tool_lock_wait(run->lock);
    give_lock(run);
}

/* ---- The whole ---- */

static void make_slots(struct run *run, size_t workers) {
    run->slot_count = workers == 1 ? 1 : 2 * workers + 2;
    run->slots = tool_alloc(run->slot_count * sizeof *run->slots);
    for (size_t i = 0; i < run->slot_count; i++) {
        run->slots[i] = (struct slot){.state = STATE_FREE};
        run->slots[i].part = run->pass->part_new(run->pass->ctx);
    }
    run->workers = tool_alloc(workers * sizeof *run->workers);
    for (size_t i = 0; i < workers; i++) {
        run->workers[i] = (struct worker){.run = run};
        run->workers[i].own = run->pass->begin(run->pass->ctx);
    }
}

static void free_slots(struct run *run, size_t workers) {
    for (size_t i = 0; i < workers; i++) {
        run->pass->end(run->pass->ctx, run->workers[i].own);
        tool_text_free(&run->workers[i].records.room);
    }
    for (size_t i = 0; i < run->slot_count; i++) {
        run->pass->part_free(run->slots[i].part);
        tool_chunk_free(&run->slots[i].chunk);
        free(run->slots[i].paths);
        free(run->slots[i].records);
    }
    free(run->workers);
    free(run->slots);
}

/* The thread that calls is one of them. Where no other can be started, it does all the work. */
static void run_threads(struct run *run, size_t workers, char *const *paths, size_t count) {
    run->lock = workers > 1 ? tool_lock_new() : NULL;
    for (size_t i = 1; i < workers; i++)
        run->workers[i].thread = tool_thread_start(run_worker, &run->workers[i]);
    read_all(run, paths, count);
    finish(run);
    for (size_t i = 1; i < workers; i++)
        if (run->workers[i].thread != NULL)
            tool_thread_join(run->workers[i].thread);
    if (run->lock != NULL)
        tool_lock_free(run->lock);
}

void tool_pass_run(const struct tool_pass *pass, char *const *paths, size_t count, struct tool_pass_totals *totals) {
    struct run run = {.pass = pass};
    size_t workers = pass->workers > 0 ? pass->workers : tool_processors();
    workers = workers < TOOL_MAX_WORKERS ? workers : TOOL_MAX_WORKERS;
    tool_pace_begin(&run.pace, pass->doing, paths, count);
    make_slots(&run, workers);
    run_threads(&run, workers, paths, count);
    tool_pace_end(&run.pace);
    free_slots(&run, workers);
    *totals = run.totals;
}
