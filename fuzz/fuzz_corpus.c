/* SPDX-License-Identifier: MIT */
/* Bytes as a chunk of a corpus, in each of its forms: every record is in its bytes or in what was decoded, has a reason
 * if there is no certificate, and comes once. */
#include "der_cut.h"
#include "records.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition) {
    if (!condition)
        abort();
}

struct seen {
    size_t certificates, errors;
    unsigned sum; /* so that every byte is read */
};

static void see(void *ctx, const struct tool_record *record) {
    struct seen *seen = ctx;
    hold((record->der.data == NULL) == (record->why != NULL));
    hold(record->count > 0);
    for (size_t i = 0; i < record->der.len; i++)
        seen->sum += record->der.data[i];
    for (size_t i = 0; i < record->name.len; i++)
        seen->sum += record->name.data[i];
    seen->certificates += record->der.data != NULL;
    seen->errors += record->der.data == NULL;
}

static void read_form(enum tool_form form, const uint8_t *data, size_t size) {
    static char name[] = "-";
    struct tool_piece piece = {.why = SIZE_MAX, .form = form, .standard = true, .first = true, .last = true};
    struct tool_chunk chunk = {.data = malloc(size + 1), .len = size, .cap = size, .pieces = &piece, .count = 1};
    struct tool_records records = {.room = {NULL, 0, 0}};
    struct seen seen = {0, 0, 0};
    if (chunk.data == NULL)
        return;
    if (size > 0)
        memcpy(chunk.data, data, size);
    chunk.texts.data = name;
    piece.len = size;
    piece.line = form != TOOL_FORM_DER;
    tool_records_read(&records, &chunk, &piece, see, &seen);
    hold(seen.certificates == records.certificates && seen.errors == records.errors);
    hold(seen.certificates + seen.errors > 0);
    free(chunk.data);
    tool_text_free(&records.room);
}

/* Every step goes on, and stays in the bytes. */
static void cut_der(const uint8_t *data, size_t size) {
    while (size > 0) {
        size_t len = 0;
        const enum tool_der_step step = tool_der_step((struct certmap_view){data, size}, true, &len);
        hold(step == TOOL_DER_CERTIFICATE || step == TOOL_DER_OTHER);
        hold(len > 0 && len <= size);
        data += len;
        size -= len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tool_pkcs7 pkcs7;
    read_form(TOOL_FORM_PEM, data, size);
    read_form(TOOL_FORM_DER, data, size);
    read_form(TOOL_FORM_NDJSON, data, size);
    cut_der(data, size);
    if (tool_pkcs7_open(&pkcs7, (struct certmap_view){data, size}) == TOOL_DER_CERTIFICATE)
        hold(pkcs7.begin <= size);
    return 0;
}
