/* SPDX-License-Identifier: MIT */
/* What is known already: a file of fingerprints, one a line, as often as the finding is there. */
#include "file_out.h"
#include "lint.h"
#include <stdlib.h>
#include <string.h>

#define HEAD "certmap baseline 1"
/* Of a million findings. */
#define MAX_BASELINE_FILE 67108864

/* ---- Reading ---- */

struct known {
    struct certmap_view *lines; /* sorted */
    size_t count;
};

static bool complain(const char *path, size_t line, const char *text) {
    struct tool_stream errors = tool_stream_open(stderr, TOOL_WHEN_NEVER);
    struct tool_text message = {NULL, 0, 0};
    if (line > 0)
        tool_text_format(&message, "line %zu: ", line);
    tool_text_string(&message, text);
    tool_complain(&errors, path, tool_text_view(&message));
    tool_text_free(&message);
    tool_stream_close(&errors);
    return false;
}

static struct certmap_view take_line(struct certmap_view *text) {
    const uint8_t *end = memchr(text->data, '\n', text->len);
    const size_t taken = end == NULL ? text->len : (size_t)(end - text->data) + 1;
    struct certmap_view line = {text->data, end == NULL ? taken : taken - 1};
    *text = (struct certmap_view){text->data + taken, text->len - taken};
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* CODE/ and 16 hexadecimal digits. */
static bool is_fingerprint(struct certmap_view line) {
    const uint8_t *slash = line.len > 0 ? memchr(line.data, '/', line.len) : NULL;
    if (slash == NULL || line.len - (size_t)(slash - line.data) != 17)
        return false;
    for (size_t i = 1; i <= 16; i++)
        if (slash[i] == '\0' || strchr("0123456789abcdef", slash[i]) == NULL)
            return false;
    return true;
}

static int compare(const void *a, const void *b) {
    const struct certmap_view *left = a, *right = b;
    const size_t len = left->len < right->len ? left->len : right->len;
    const int order = len > 0 ? memcmp(left->data, right->data, len) : 0;
    return order != 0 ? order : left->len < right->len ? -1 : left->len > right->len;
}

static bool read_lines(struct known *known, struct certmap_view text, const char *path) {
    size_t number = 1;
    const struct certmap_view head = take_line(&text);
    if (head.len != strlen(HEAD) || memcmp(head.data, HEAD, head.len) != 0)
        return complain(path, 1, "this is no baseline; certmap lint --write-baseline writes one");
    known->lines = tool_alloc((text.len / 18 + 1) * sizeof *known->lines);
    while (text.len > 0) {
        const struct certmap_view line = take_line(&text);
        number++;
        if (line.len == 0)
            continue;
        if (!is_fingerprint(line))
            return complain(path, number, "this is no fingerprint: a code, / and 16 hexadecimal digits");
        known->lines[known->count++] = line;
    }
    if (known->count > 1)
        qsort(known->lines, known->count, sizeof *known->lines, compare);
    return true;
}

/* The first line that is not before this one. */
static size_t find(const struct known *known, struct certmap_view line) {
    size_t low = 0, high = known->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare(&known->lines[middle], &line) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* One line is for one finding. taken[first of equal lines] counts how many of them are taken. */
static void suppress(const struct known *known, size_t *taken, struct tool_finding *finding) {
    struct tool_text print = {NULL, 0, 0};
    tool_finding_fingerprint(&print, finding);
    const struct certmap_view line = tool_text_view(&print);
    const size_t first = find(known, line);
    if (first < known->count) {
        const size_t at = first + taken[first];
        if (at < known->count && compare(&known->lines[at], &line) == 0) {
            finding->suppressed = TOOL_SUPPRESSED_BASELINE;
            taken[first]++;
        }
    }
    tool_text_free(&print);
}

bool tool_baseline_read(const char *path, struct tool_findings *findings) {
    struct tool_input input;
    struct certmap_diagnostic err;
    struct known known = {NULL, 0};
    if (tool_input_read(&input, path, MAX_BASELINE_FILE, &err) != CERTMAP_OK)
        return complain(path, 0, err.text);
    const bool read = read_lines(&known, tool_input_view(&input), path);
    size_t *taken = calloc(known.count + 1, sizeof *taken);
    if (taken == NULL)
        tool_no_memory();
    for (size_t i = 0; read && i < findings->count; i++)
        if (findings->items[i].suppressed == TOOL_SUPPRESSED_NOT)
            suppress(&known, taken, &findings->items[i]);
    free(taken);
    free(known.lines);
    tool_input_free(&input);
    return read;
}

/* ---- Writing ---- */

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool tool_baseline_write(const char *path, const struct tool_findings *findings) {
    struct tool_text text = {NULL, 0, 0};
    char **lines = tool_alloc((findings->count + 1) * sizeof *lines);
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++) {
        struct tool_text line = {NULL, 0, 0};
        const enum tool_suppressed why = findings->items[i].suppressed;
        if (why != TOOL_SUPPRESSED_NOT && why != TOOL_SUPPRESSED_BASELINE)
            continue;
        tool_finding_fingerprint(&line, &findings->items[i]);
        lines[count++] = line.data;
    }
    if (count > 1)
        qsort(lines, count, sizeof *lines, by_text);
    tool_text_string(&text, HEAD "\n");
    for (size_t i = 0; i < count; i++) {
        tool_text_string(&text, lines[i]);
        tool_text_string(&text, "\n");
        free(lines[i]);
    }
    free(lines);
    const bool written = tool_file_write_own(path, tool_text_view(&text), HEAD "\n");
    tool_text_free(&text);
    return written;
}
