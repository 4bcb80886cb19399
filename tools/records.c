/* SPDX-License-Identifier: MIT */
#include "records.h"
#include "base64.h"
#include "certfile.h"
#include "der_cut.h"
#include "ndjson.h"
#include "platform.h"
#include "stray.h"
#include <string.h>

#define BEGIN "-----BEGIN "
#define END "-----END "

/* One call. The first record waits for the next one, or for the end: only then it is known whether it is alone. */
struct reading {
    struct tool_records *records;
    const struct tool_chunk *chunk;
    const struct tool_piece *piece;
    const char *path;
    tool_record_fn *fn;
    void *ctx;
    bool waits;
    struct tool_record first;
    struct tool_ndjson ndjson; /* of the current line, and of the first one */
    uint8_t issuer[CERTMAP_SHA256_SIZE];
};

static bool is_whole(const struct tool_piece *piece) {
    return piece->first && piece->last;
}

static void end_wait(struct reading *reading, bool alone) {
    if (!reading->waits)
        return;
    reading->waits = false;
    reading->first.alone = alone && is_whole(reading->piece);
    reading->fn(reading->ctx, &reading->first);
}

static struct tool_record record_at(const struct reading *reading, size_t line, uint64_t offset) {
    return (struct tool_record){.path = reading->path,
                                .line = line,
                                .offset = offset,
                                .piece = (size_t)(reading->piece - reading->chunk->pieces),
                                .count = 1};
}

/* What the first record has in the room stays there until it is handed over. */
static void hand_over(struct reading *reading, const struct tool_record *record) {
    struct tool_records *records = reading->records;
    const bool first = records->certificates + records->errors == 0 && is_whole(reading->piece);
    if (!first)
        end_wait(reading, false);
    records->certificates += record->der.data != NULL;
    records->errors += record->der.data == NULL;
    if (first) {
        reading->waits = true;
        reading->first = *record;
        return;
    }
    reading->fn(reading->ctx, record);
    records->room.len = 0;
}

static void leave_out(struct reading *reading, size_t line, uint64_t offset, enum certmap_code code, const char *why) {
    struct tool_record record = record_at(reading, line, offset);
    end_wait(reading, false); /* its text may be gone when the next one comes */
    reading->records->errors++;
    record.why = why;
    record.code = code;
    reading->fn(reading->ctx, &record);
}

/* Room for what comes from a text of this length, which does not move then. */
static uint8_t *make_room(struct reading *reading, size_t len) {
    struct tool_text *room = &reading->records->room;
    if (room->cap < TOOL_CHUNK_SIZE || room->cap - room->len <= len) {
        end_wait(reading, false);
        room->len = 0;
        tool_text_repeat(room, ' ', len > TOOL_CHUNK_SIZE ? len : TOOL_CHUNK_SIZE);
        room->len = 0;
    }
    return (uint8_t *)room->data + room->len;
}

/* ---- DER and PKCS #7 ---- */

static void take_der(struct reading *reading, struct certmap_view der, size_t line, uint64_t offset) {
    struct tool_record record = record_at(reading, line, offset);
    record.der = der;
    hand_over(reading, &record);
}

static void read_der(struct reading *reading) {
    struct certmap_view rest = {reading->chunk->data + reading->piece->begin, reading->piece->len};
    uint64_t offset = reading->piece->offset;
    while (rest.len > 0) {
        size_t len = 0;
        (void)tool_pkcs7_step(rest, true, &len); /* the piece has whole ones only, or the last is cut short */
        take_der(reading, (struct certmap_view){rest.data, len}, 0, offset);
        rest = (struct certmap_view){rest.data + len, rest.len - len};
        offset += len;
    }
}

/* The certificates of a PEM block that is PKCS #7. */
static void read_pkcs7(struct reading *reading, struct certmap_view der, size_t line) {
    struct tool_pkcs7 pkcs7;
    enum tool_der_step step = tool_pkcs7_open(&pkcs7, der);
    const size_t before = reading->records->certificates;
    if (step != TOOL_DER_CERTIFICATE || (!pkcs7.none && !pkcs7.unknown && pkcs7.len > der.len - pkcs7.begin)) {
        leave_out(reading, line, 0, CERTMAP_CODE_NOT_A_CERTIFICATE, "the PKCS #7 is cut short or damaged");
        return;
    }
    struct certmap_view rest = {der.data + pkcs7.begin, pkcs7.unknown ? der.len - pkcs7.begin : pkcs7.len};
    for (size_t len; !pkcs7.none && rest.len > 0 && step != TOOL_DER_END; rest.data += len, rest.len -= len) {
        step = tool_pkcs7_step(rest, true, &len);
        if (step == TOOL_DER_CERTIFICATE)
            take_der(reading, (struct certmap_view){rest.data, len}, line, 0);
        else if (step == TOOL_DER_OTHER)
            leave_out(reading, line, 0, CERTMAP_CODE_NOT_A_CERTIFICATE,
                      "something in the PKCS #7 is no certificate, and left out");
    }
    if (reading->records->certificates == before)
        leave_out(reading, line, 0, CERTMAP_CODE_NOT_A_CERTIFICATE, "the PKCS #7 has no certificate");
}

/* ---- PEM ---- */

enum label { LABEL_OTHER, LABEL_CERTIFICATE, LABEL_PKCS7 };

/* A block whose end has not come. */
struct block {
    enum label label;
    bool open;
    bool plain; /* base64 and nothing else, in whole groups a line */
    bool ended; /* it had its padding */
    bool stray; /* a certificate has begun that is not its own, and is left out */
    size_t line;
    const uint8_t *begin;
    struct certmap_view tail; /* its label and what follows it, in the line that begins it */
    uint8_t *to;              /* where the next byte goes */
    uint8_t *from;
};

static bool begins_with(struct certmap_view line, const char *word) {
    return line.len >= strlen(word) && memcmp(line.data, word, strlen(word)) == 0;
}

static struct certmap_view trim(struct certmap_view line) {
    while (line.len > 0 && line.data[line.len - 1] <= ' ')
        line.len--;
    return line;
}

/* What follows BEGIN or END, with which the line begins. The blanks that follow it are not part of it, but its own is. */
static struct certmap_view tail_of(struct certmap_view line, const char *word) {
    const size_t len = strlen(word);
    return trim((struct certmap_view){line.data + len, line.len - len});
}

static enum label label_of(struct certmap_view tail) {
    static const struct {
        const char *text;
        enum label label;
    } labels[] = {{"CERTIFICATE-----", LABEL_CERTIFICATE},         {"X509 CERTIFICATE-----", LABEL_CERTIFICATE},
                  {"TRUSTED CERTIFICATE-----", LABEL_CERTIFICATE}, {"PKCS7-----", LABEL_PKCS7},
                  {"PKCS #7 SIGNED DATA-----", LABEL_PKCS7},       {"CMS-----", LABEL_PKCS7}};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (begins_with(tail, labels[i].text))
            return labels[i].label;
    return LABEL_OTHER;
}

static void leave_out_block(struct reading *reading, const struct block *block) {
    leave_out(reading, block->line, 0, CERTMAP_CODE_NOT_A_CERTIFICATE,
              "the PEM block that begins here is cut short or damaged, and left out");
}

/* As whoever reads PEM strictly: what is unusual - header fields, lines of other lengths, what OpenSSL appends to a
 * trusted certificate. */
static void take_unusual(struct reading *reading, const struct block *block, const uint8_t *end) {
    struct tool_pem pem = {NULL, 0};
    struct certmap_diagnostic err;
    const struct certmap_view text = {block->begin, (size_t)(end - block->begin)};
    if (block->label == LABEL_CERTIFICATE && tool_pem_read(&pem, text, reading->path, &err) == CERTMAP_OK) {
        const struct certmap_view der = tool_input_view(&pem.items[0]);
        uint8_t *to = make_room(reading, der.len);
        memcpy(to, der.data, der.len);
        reading->records->room.len += der.len;
        take_der(reading, (struct certmap_view){to, der.len}, block->line, 0);
    } else {
        leave_out_block(reading, block);
    }
    tool_pem_free(&pem);
}

static void end_block(struct reading *reading, const struct block *block, struct certmap_view line) {
    const struct certmap_view tail = tail_of(line, END), der = {block->from, (size_t)(block->to - block->from)};
    const bool same = tail.len == block->tail.len && memcmp(tail.data, block->tail.data, tail.len) == 0;
    if (!block->plain || !same || der.len == 0 || begins_with(block->tail, "TRUSTED")) {
        take_unusual(reading, block, line.data + line.len);
        return;
    }
    reading->records->room.len += der.len;
    if (block->label == LABEL_PKCS7)
        read_pkcs7(reading, der, block->line);
    else
        take_der(reading, der, block->line, 0);
}

static struct block begin_block(struct reading *reading, struct certmap_view line, size_t number, size_t rest) {
    const struct certmap_view tail = tail_of(line, BEGIN);
    struct block block = {.label = label_of(tail), .open = true, .plain = true, .line = number};
    block.begin = line.data;
    block.tail = tail;
    if (block.label != LABEL_OTHER)
        block.from = block.to = make_room(reading, rest / 4 * 3 + 3);
    return block;
}

static void add_line(struct block *block, struct certmap_view line) {
    const struct certmap_view text = trim(line);
    if (!block->plain || text.len == 0 || block->ended) {
        block->plain = false;
        return;
    }
    const size_t len = tool_base64(block->to, text, false, &block->ended);
    block->plain = len != SIZE_MAX;
    block->to += block->plain ? len : 0;
}

/* The most that can be of one block: up to the next line that begins with a hyphen. */
static size_t room_for(struct certmap_view rest) {
    const uint8_t *hyphen = rest.len > 0 ? memchr(rest.data, '-', rest.len) : NULL;
    return hyphen == NULL ? rest.len : (size_t)(hyphen - rest.data);
}

/* Of a block whose first line is damaged, or has another label, only the last one is left. */
static void leave_out_end(struct reading *reading, struct certmap_view line, size_t number) {
    if (label_of(tail_of(line, END)) != LABEL_OTHER)
        leave_out(reading, number, 0, CERTMAP_CODE_NOT_A_CERTIFICATE,
                  "a PEM block ends here whose begin is damaged, and is left out");
}

/* A certificate of which neither line is as it should be. */
static void leave_out_stray(struct reading *reading, size_t number) {
    leave_out(reading, number, 0, CERTMAP_CODE_NOT_A_CERTIFICATE,
              "the base64 of a certificate begins here, in no PEM block of one, and is left out");
}

/* A line that begins or ends a block somebody has indented, as in YAML, without what is before it: the block is one, if
 * a damaged one. */
static struct certmap_view without_indent(struct certmap_view line) {
    struct certmap_view text = line;
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (struct certmap_view){text.data + 1, text.len - 1};
    return begins_with(text, BEGIN) || begins_with(text, END) ? text : line;
}

/* A line that neither begins nor ends a block. */
static void take_inner(struct reading *reading, struct block *block, struct certmap_view line, size_t number) {
    if (block->open && block->label != LABEL_OTHER) {
        add_line(block, line);
    } else if (tool_stray_begins(line)) {
        leave_out_stray(reading, number);
        block->stray = true;
    }
}

static void take_pem_line(struct reading *reading, struct block *block, struct certmap_view line, size_t number,
                          size_t room) {
    const bool marked = line.data[0] == '-', meant = block->open && block->label != LABEL_OTHER;
    if (marked && begins_with(line, BEGIN)) {
        if (block->open)
            leave_out_block(reading, block);
        *block = begin_block(reading, line, number, room);
    } else if (marked && begins_with(line, END)) {
        if (meant)
            end_block(reading, block, line);
        else if (!block->stray)
            leave_out_end(reading, line, number);
        block->open = block->stray = false;
    } else {
        take_inner(reading, block, line, number);
    }
}

static void read_pem(struct reading *reading) {
    struct certmap_view rest = {reading->chunk->data + reading->piece->begin, reading->piece->len};
    struct block block = {.open = false};
    for (size_t number = reading->piece->line; rest.len > 0; number++) {
        const uint8_t *newline = memchr(rest.data, '\n', rest.len);
        const size_t len = newline == NULL ? rest.len : (size_t)(newline - rest.data) + 1;
        const struct certmap_view line = without_indent((struct certmap_view){rest.data, len});
        rest = (struct certmap_view){rest.data + len, rest.len - len};
        take_pem_line(reading, &block, line, number, line.data[0] == '-' ? room_for(rest) : 0);
    }
    if (block.open)
        leave_out_block(reading, &block);
}

/* ---- NDJSON ---- */

/* A line without its end, and what JSON takes for blanks before it: a NUL is none. */
static struct certmap_view without_end(struct certmap_view line) {
    while (line.len > 0 && memchr(" \t\r\n", line.data[line.len - 1], 4) != NULL)
        line.len--;
    return line;
}

static void take_line(struct reading *reading, struct certmap_view line, size_t number) {
    (void)make_room(reading, 2 * line.len + 16);
    struct tool_record record = record_at(reading, number, 0);
    struct tool_ndjson ndjson;
    const char *why = tool_ndjson_read(&ndjson, &reading->records->room, line);
    if (why != NULL) {
        leave_out(reading, number, 0, CERTMAP_CODE_NOT_A_CERTIFICATE, why);
        return;
    }
    if (ndjson.has_issuer) {
        end_wait(reading, false); /* the digest of the first record is in the same place */
        memcpy(reading->issuer, ndjson.issuer_sha256, sizeof reading->issuer);
        record.issuer_sha256 = (struct certmap_view){reading->issuer, sizeof reading->issuer};
    }
    record.der = ndjson.der;
    record.name = ndjson.name;
    record.count = ndjson.count;
    hand_over(reading, &record);
}

static void read_ndjson(struct reading *reading) {
    struct certmap_view rest = {reading->chunk->data + reading->piece->begin, reading->piece->len};
    for (size_t number = reading->piece->line; rest.len > 0; number++) {
        const uint8_t *newline = memchr(rest.data, '\n', rest.len);
        const size_t len = newline == NULL ? rest.len : (size_t)(newline - rest.data) + 1;
        const struct certmap_view line = without_end((struct certmap_view){rest.data, len});
        if (line.len > 0)
            take_line(reading, line, number);
        rest = (struct certmap_view){rest.data + len, rest.len - len};
    }
}

/* ---- What is none of them ---- */

static struct tool_record record_of_file(const char *path) {
    return (struct tool_record){
        .path = path, .whole = true, .count = 1, .code = CERTMAP_CODE_CANNOT_READ, .alone = true};
}

struct tool_record tool_record_of_nothing(const char *path) {
    struct tool_record record = record_of_file(path);
    record.code = CERTMAP_CODE_NOT_A_CERTIFICATE;
    record.why = "there is no certificate";
    return record;
}

static void take_whole(struct reading *reading, const char *why, enum certmap_code code) {
    struct tool_record record = record_of_file(reading->path);
    reading->records->errors++;
    record.why = why;
    record.code = code;
    reading->fn(reading->ctx, &record);
}

/* What has no kind is taken for a certificate in DER where somebody named it, and in a folder if it begins like one. */
static bool is_meant(const struct reading *reading, const struct tool_pem *pem) {
    return !reading->piece->in_folder || tool_kind_is_der(tool_input_view(&pem->items[0]));
}

/* A pipe gives its bytes once, and whoever opens it again waits forever. */
static bool is_gone(const struct reading *reading) {
    const struct tool_piece *piece = reading->piece;
    return piece->standard || (!piece->in_folder && tool_platform_size(reading->path) == 0);
}

static void take_gone(struct reading *reading) {
    const struct tool_piece *piece = reading->piece;
    if (piece->standard || piece->len > 0 || piece->form == TOOL_FORM_DER)
        take_whole(reading, "there is no certificate", CERTMAP_CODE_NOT_A_CERTIFICATE);
    else
        take_whole(reading, "the file is empty", CERTMAP_CODE_CANNOT_READ);
}

/* A file in which nothing was found: UTF-16, or something else, which has a name. */
static void read_other(struct reading *reading) {
    struct tool_pem pem = {NULL, 0};
    struct certmap_diagnostic err;
    if (is_gone(reading))
        take_gone(reading);
    else if (tool_certfile_read(&pem, reading->path, &err) == CERTMAP_OK && is_meant(reading, &pem))
        for (size_t i = 0; i < pem.count; i++)
            take_der(reading, tool_input_view(&pem.items[i]), 0, 0);
    else if (reading->piece->in_folder)
        reading->records->passed_over = true;
    else
        take_whole(reading, err.text, err.code);
    end_wait(reading, true);
    tool_pem_free(&pem);
}

void tool_records_read(struct tool_records *records, const struct tool_chunk *chunk, const struct tool_piece *piece,
                       tool_record_fn *fn, void *ctx) {
    struct reading reading = {.records = records, .chunk = chunk, .piece = piece, .fn = fn, .ctx = ctx};
    const char *why = tool_chunk_why(chunk, piece);
    reading.path = tool_chunk_path(chunk, piece);
    records->certificates = records->errors = records->room.len = 0;
    records->passed_over = false;
    if (why != NULL && piece->unread)
        take_whole(&reading, why, CERTMAP_CODE_CANNOT_READ);
    else if (why != NULL)
        leave_out(&reading, piece->line, piece->offset, CERTMAP_CODE_NOT_A_CERTIFICATE, why);
    else if (piece->form == TOOL_FORM_DER)
        read_der(&reading);
    else if (piece->form == TOOL_FORM_PEM)
        read_pem(&reading);
    else
        read_ndjson(&reading);
    if (is_whole(piece) && records->certificates + records->errors == 0)
        read_other(&reading);
    end_wait(&reading, true);
    if (records->room.cap > 4 * (size_t)TOOL_CHUNK_SIZE)
        tool_text_free(&records->room);
}

void tool_record_add_place(struct tool_text *text, const struct tool_record *record) {
    tool_text_string(text, record->path);
    if (record->whole || (record->alone && record->why == NULL))
        return;
    if (record->line > 0)
        tool_text_format(text, ":%zu", record->line);
    else
        tool_text_format(text, ", byte %llu", (unsigned long long)record->offset);
}
