/* SPDX-License-Identifier: MIT */
#include "corpus_digest.h"
#include "certmap/names.h"
#include "corpus.h"
#include "hash.h"
#include "left_out.h"
#include "pass.h"
#include <stdlib.h>
#include <string.h>

/* ---- The digest ---- */

static void add_hex(struct tool_text *text, const uint8_t digest[CERTMAP_SHA256_SIZE]) {
    static const char digits[] = "0123456789abcdef";
    uint8_t hex[2 * CERTMAP_SHA256_SIZE];
    for (size_t i = 0; i < CERTMAP_SHA256_SIZE; i++) {
        hex[2 * i] = (uint8_t)digits[digest[i] >> 4];
        hex[2 * i + 1] = (uint8_t)digits[digest[i] & 15];
    }
    tool_text_add(text, (struct certmap_view){hex, sizeof hex});
}

void tool_corpus_digest_add_line(struct tool_text *lines, const struct tool_record *record) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    if (record->why != NULL) {
        tool_text_format(lines, "damaged %s\n", certmap_code_name(record->code));
        return;
    }
    if (!tool_hash(NULL, digest, CERTMAP_HASH_SHA256, record->der))
        tool_no_memory();
    add_hex(lines, digest);
    if (record->count == 1)
        tool_text_string(lines, " 1 "); /* as nearly all are */
    else
        tool_text_format(lines, " %llu ", (unsigned long long)record->count);
    if (record->issuer_sha256.data != NULL)
        add_hex(lines, record->issuer_sha256.data);
    tool_text_string(lines, record->issuer_sha256.data != NULL ? "\n" : "-\n");
}

/* Hexadecimal digits of two digests, a count, blanks and the end. */
#define MAX_LINE 192

void tool_corpus_digest_take(uint8_t digest[CERTMAP_SHA256_SIZE], struct certmap_view line) {
    uint8_t both[CERTMAP_SHA256_SIZE + MAX_LINE];
    const size_t len = line.len < MAX_LINE ? line.len : MAX_LINE;
    memcpy(both, digest, CERTMAP_SHA256_SIZE);
    memcpy(both + CERTMAP_SHA256_SIZE, line.data, len);
    if (!tool_hash(NULL, digest, CERTMAP_HASH_SHA256, (struct certmap_view){both, CERTMAP_SHA256_SIZE + len}))
        tool_no_memory();
}

void tool_corpus_digest_print(struct tool_text *text, const uint8_t digest[CERTMAP_SHA256_SIZE]) {
    tool_text_string(text, "sha256:");
    add_hex(text, digest);
}

/* ---- The pass ---- */

struct run {
    uint8_t *digest;
    struct tool_stream err;
    uint64_t said;
};

/* Of a chunk. */
struct part {
    struct tool_text lines;
    struct tool_left_out left_out;
};

static void *begin_worker(void *ctx) {
    return ctx;
}

static void end_worker(void *ctx, void *own) {
    (void)ctx;
    (void)own;
}

static void *new_part(void *ctx) {
    struct part *part = tool_alloc(sizeof *part);
    (void)ctx;
    *part = (struct part){.lines = {NULL, 0, 0}};
    return part;
}

static void free_part(void *own) {
    struct part *part = own;
    tool_text_free(&part->lines);
    tool_text_free(&part->left_out.texts);
    free(part);
}

static void work(void *ctx, void *own, void *own_part, const struct tool_record *record) {
    struct part *part = own_part;
    (void)ctx;
    (void)own;
    tool_corpus_digest_add_line(&part->lines, record);
    if (record->why != NULL)
        tool_left_out_add(&part->left_out, record, record->why);
}

static bool take(void *ctx, void *own, const char *const *paths) {
    struct run *run = ctx;
    struct part *part = own;
    struct certmap_view rest = tool_text_view(&part->lines);
    (void)paths;
    while (rest.len > 0) {
        const size_t len = (size_t)((const uint8_t *)memchr(rest.data, '\n', rest.len) - rest.data) + 1;
        tool_corpus_digest_take(run->digest, (struct certmap_view){rest.data, len});
        rest = (struct certmap_view){rest.data + len, rest.len - len};
    }
    tool_left_out_say(&part->left_out, &run->err, &run->said);
    part->lines.len = 0;
    return true;
}

bool tool_corpus_digest_compute(uint8_t digest[CERTMAP_SHA256_SIZE], const struct tool_options *options) {
    struct run run = {.digest = digest, .err = tool_stream_open(stderr, options->color)};
    const struct tool_pass pass = {.ctx = &run,
                                   .workers = options->corpus.workers,
                                   .doing = "reading",
                                   .begin = begin_worker,
                                   .end = end_worker,
                                   .part_new = new_part,
                                   .part_free = free_part,
                                   .work = work,
                                   .take = take};
    struct tool_pass_totals totals;
    memset(digest, 0, CERTMAP_SHA256_SIZE);
    tool_pass_run(&pass, options->operands, options->operand_count, &totals);
    tool_corpus_say_rest(&run.err, run.said, totals.passed_over);
    if (totals.certificates + totals.errors == 0)
        tool_complain(&run.err, NULL, tool_view("the corpus has no certificate"));
    tool_stream_close(&run.err);
    return totals.certificates > 0 && totals.errors == 0;
}
