/* SPDX-License-Identifier: MIT */
#include "pem.h"
#include "certmap/cert.h"
#include "kind.h"
#include "pem_block.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

#define BEGIN "-----BEGIN "
#define END "-----END "

/* What the blocks of a text come to. */
struct reading {
    struct tool_pem *pem;
    const char *path;
    struct certmap_diagnostic other; /* the first block that is not a certificate, nor parameters of a key after them */
    bool parameters;                 /* they are that */
};

/* Remembers what the first block that is not a certificate is. */
static void describe_other(struct reading *reading, const char *label) {
    const struct tool_kind_found found = tool_kind_of_label(label);
    if (reading->other.code != CERTMAP_CODE_NONE && !reading->parameters)
        return;
    reading->parameters = tool_kind_is_parameters(found.kind);
    if (found.kind != NULL) {
        tool_kind_error(&reading->other, &found, reading->path, TOOL_WANTED_CERTIFICATE);
        return;
    }
    struct tool_text quoted = {NULL, 0, 0};
    struct certmap_view view = tool_view(label);
    view.len = view.len > 64 ? 64 : view.len;
    tool_text_quoted(&quoted, view);
    tool_error(&reading->other, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
               "holds a PEM block of type %s, not a certificate", quoted.data);
    tool_text_free(&quoted);
}

/* The length of the first DER element: "openssl x509 -trustout" appends another to the certificate. All of it where
 * that has no length that can be read, which decoding complains about. */
static size_t first_element(struct certmap_view der) {
    const size_t more = der.len >= 2 && der.data[1] > 0x80 ? der.data[1] & 0x7Fu : 0;
    size_t len = der.len >= 2 ? der.data[1] : 0;
    if (der.len < 2 || (der.data[0] & 0x1F) == 0x1F || len == 0x80 || more > 4 || der.len < 2 + more)
        return der.len;
    if (more > 0)
        len = 0;
    for (size_t i = 0; i < more; i++)
        len = len << 8 | der.data[2 + i];
    return len > der.len - 2 - more ? der.len : 2 + more + len;
}

static void append(struct tool_pem *pem, struct certmap_view der) {
    struct tool_input *items = realloc(pem->items, (pem->count + 1) * sizeof *items);
    if (items == NULL)
        tool_no_memory();
    items[pem->count] = (struct tool_input){tool_alloc(der.len), der.len, der.len};
    memcpy(items[pem->count].data, der.data, der.len);
    pem->items = items;
    pem->count++;
}

static void take_block(void *ctx, const char *label, struct certmap_view der) {
    struct reading *reading = ctx;
    if (strcmp(label, "CERTIFICATE") == 0 || strcmp(label, "X509 CERTIFICATE") == 0)
        append(reading->pem, der);
    else if (strcmp(label, "TRUSTED CERTIFICATE") == 0)
        append(reading->pem, (struct certmap_view){der.data, first_element(der)});
    else
        describe_other(reading, label);
}

/* A line that begins a block. */
struct begin {
    size_t line;                /* from 1; 0: there is none */
    struct certmap_view behind; /* the text from it on */
};

/* The n-th line that begins a block, from 0. */
static struct begin find_begin(struct certmap_view text, size_t n) {
    size_t line = 1, begin = strlen(BEGIN);
    for (const uint8_t *p = text.data, *end = p + text.len, *next; p < end; p = next, line++) {
        const uint8_t *newline = memchr(p, '\n', (size_t)(end - p));
        next = newline == NULL ? end : newline + 1;
        if ((size_t)(end - p) >= begin && memcmp(p, BEGIN, begin) == 0 && n-- == 0)
            return (struct begin){line, {p, (size_t)(end - p)}};
    }
    return (struct begin){0, {NULL, 0}};
}

/* Whether a line ends a block, with blanks before it. */
static bool is_end(struct certmap_view line) {
    const size_t end = strlen(END);
    while (line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t'))
        line = (struct certmap_view){line.data + 1, line.len - 1};
    return line.len >= end && memcmp(line.data, END, end) == 0;
}

bool tool_pem_detect(struct certmap_view text) {
    return find_begin(text, 0).line > 0;
}

/* Why a block cannot be read. */
static enum certmap_status describe_broken(struct certmap_diagnostic *err, const struct begin *broken,
                                           const char *path) {
    const struct tool_kind_found found = tool_kind_of_broken(broken->behind);
    if (found.kind != NULL)
        return tool_kind_error(err, &found, path, TOOL_WANTED_CERTIFICATE);
    return tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
                      "the PEM block that begins in line %zu is cut short or damaged", broken->line);
}

enum certmap_status tool_pem_read(struct tool_pem *pem, struct certmap_view text, const char *path,
                                  struct certmap_diagnostic *err) {
    struct reading reading = {.pem = pem, .path = path, .other = {.code = CERTMAP_CODE_NONE}};
    *pem = (struct tool_pem){NULL, 0};
    const struct begin broken = find_begin(text, tool_pem_blocks(text, take_block, &reading));
    if (broken.line == 0 && pem->count > 0)
        return CERTMAP_OK;
    if (broken.line > 0)
        describe_broken(err, &broken, path);
    else
        *err = reading.other;
    tool_pem_free(pem);
    return CERTMAP_ERROR_CERTIFICATE;
}

/* ---- None is lost ---- */

/* What certmap_certs_from_pem, which passes over no certificate, has to say of a text. */
struct check {
    struct tool_pem found;
    size_t damaged;               /* blocks whose DER is none of a certificate: who decodes them says why */
    struct certmap_diagnostic of; /* the first of these, or what else is at fault */
};

/* A certmap_cert_der_fn. */
static bool keep(void *ctx, struct certmap_view der) {
    struct check *check = ctx;
    append(&check->found, der);
    return true;
}

/* Its own lines are those of the rest of a text, after so many. */
static void remember(struct check *check, const struct certmap_diagnostic *why, size_t lines) {
    const char *colon = strstr(why->text, ": ");
    if (check->of.code == CERTMAP_CODE_NONE || why->code == CERTMAP_CODE_NOT_A_CERTIFICATE)
        tool_error(&check->of, why->status, why->code, "line %zu: %s", lines + why->line,
                   colon == NULL ? why->text : colon + strlen(": "));
}

/* Where so many lines end, from a byte on. */
static size_t skip_lines(struct certmap_view text, size_t begin, size_t count) {
    for (; count > 0 && begin < text.len; count--) {
        const uint8_t *newline = memchr(text.data + begin, '\n', text.len - begin);
        begin = newline == NULL ? text.len : (size_t)(newline - text.data) + 1;
    }
    return begin;
}

/* Looks at a text from a byte on, after so many lines. Returns how many of them end with a damaged block; 0: there is
 * none, or what else is wrong is in check->of. bytes are a copy, of which the front is overwritten, behind the end of a line:
 * so that no text is taken for DER. */
static size_t check_rest(struct check *check, struct certmap_view text, uint8_t *bytes, size_t begin, size_t lines) {
    struct certmap_diagnostic why = {.code = CERTMAP_CODE_NONE};
    if (certmap_certs_from_pem(bytes + begin, text.len - begin + 1, keep, check, &why) == CERTMAP_OK || why.line <= 1)
        return 0;
    why.line--; /* the empty one */
    remember(check, &why, lines);
    if (why.code == CERTMAP_CODE_NOT_A_CERTIFICATE)
        return 0;
    check->damaged++;
    return why.line;
}

static void check_all(struct check *check, struct certmap_view text) {
    uint8_t *bytes = tool_alloc(text.len + 1);
    size_t begin = 0, lines = 0, more = 1;
    bytes[0] = '\n';
    memcpy(bytes + 1, text.data, text.len);
    while (more > 0 && begin < text.len) {
        more = check_rest(check, text, bytes, begin, lines);
        begin = skip_lines(text, begin, more);
        lines += more;
        for (bool ended = more == 0; !ended && begin < text.len; lines++) {
            const size_t next = skip_lines(text, begin, 1);
            ended = is_end((struct certmap_view){text.data + begin, next - begin});
            begin = next;
        }
    }
    free(bytes);
}

enum certmap_status tool_pem_check(struct tool_pem *pem, struct certmap_view text, struct certmap_diagnostic *err) {
    struct check check = {.found = {NULL, 0}, .of = {.code = CERTMAP_CODE_NONE}};
    check_all(&check, text);
    const bool whole = check.damaged == 0 && check.found.count >= pem->count; /* never fewer than there were */
    struct tool_pem *other = whole ? pem : &check.found;
    const bool lost = check.of.code == CERTMAP_CODE_NOT_A_CERTIFICATE ||
                      (check.damaged > 0 && check.found.count + check.damaged != pem->count);
    tool_pem_free(other);
    if (whole)
        *pem = check.found;
    if (!lost)
        return CERTMAP_OK;
    tool_pem_free(pem);
    *err = check.of;
    return CERTMAP_ERROR_CERTIFICATE;
}

void tool_pem_free(struct tool_pem *pem) {
    for (size_t i = 0; i < pem->count; i++)
        tool_input_free(&pem->items[i]);
    free(pem->items);
    *pem = (struct tool_pem){NULL, 0};
}
