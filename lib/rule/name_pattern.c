/* SPDX-License-Identifier: MIT */
#include "rule/name_pattern.h"
#include "base/error.h"
#include "base/glob.h"
#include "base/quote.h"
#include "base/unicode.h"
#include "base/view.h"
#include "field/name_pattern.h"
#include "name/attr.h"

struct ava {
    struct certmap_view oid, glob;
};

struct element {
    enum cm_name_element kind;
    size_t count;
    struct ava avas[CERTMAP_MAX_PATTERN_AVAS];
};

struct compile {
    struct certmap_view text;
    size_t at;
    bool nocase;
    struct cm_arena *scratch;
    struct certmap_diagnostic *err;
    struct element *elements; /* leaf first */
    size_t count;
    uint8_t *run; /* literal bytes of a value, up to a wildcard */
    size_t run_len;
    uint8_t *glob; /* of the value so far */
    size_t glob_len;
};

/* NFC and folding make UTF-8 at most this many times as long. */
#define MAX_GROWTH 9

/* ---- text ---- */

static int peek(const struct compile *compile) {
    return compile->at < compile->text.len ? compile->text.data[compile->at] : -1;
}

/* What is left, as people wrote it, for errors. */
static struct cm_quoted quote_rest(const struct compile *compile, size_t from) {
    uint8_t shown[64];
    size_t len = 0;
    for (size_t i = from; i < compile->text.len && len < sizeof shown; i++) {
        const uint8_t c = compile->text.data[i];
        shown[len++] = c == CM_GLOB_MANY ? '*' : c == CM_GLOB_ONE ? '?' : c;
    }
    return cm_quote(cm_view(shown, len));
}

static enum certmap_status fail(const struct compile *compile, enum certmap_code code, size_t from, const char *what) {
    return cm_error(compile->err, CERTMAP_ERROR_SYNTAX, code, "%s: %s", quote_rest(compile, from).text, what);
}

static enum certmap_status too_many(const struct compile *compile, const char *what, unsigned most) {
    return cm_error(compile->err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "the pattern has more than %u %s", most,
                    what);
}

/* ---- values ---- */

static bool is_special(int c) {
    return c > 0 && strchr("\"+,;<>\\ #=", c) != NULL;
}

/* Takes what follows a backslash: a special character, or the octets of one. */
static enum certmap_status take_escape(struct compile *compile) {
    const size_t start = compile->at++;
    const int c = peek(compile);
    if (is_special(c)) {
        compile->run[compile->run_len++] = (uint8_t)c;
        compile->at++;
        return CERTMAP_OK;
    }
    const size_t left = compile->text.len - compile->at;
    const unsigned high = left > 0 ? cm_hex_value(compile->text.data[compile->at]) : 16;
    const unsigned low = left > 1 ? cm_hex_value(compile->text.data[compile->at + 1]) : 16;
    if (high > 15 || low > 15)
        return fail(compile, CERTMAP_CODE_DN_ESCAPE, start,
                    "\\ is to be followed by one of \" + , ; < > \\ # = or space, or by two hexadecimal digits");
    compile->run[compile->run_len++] = (uint8_t)(high << 4 | low);
    compile->at += 2;
    return CERTMAP_OK;
}

/* Normalises the run of literal bytes, and folds it where case is ignored. */
static enum certmap_status end_run(struct compile *compile, size_t from) {
    const struct certmap_view run = cm_view(compile->run, compile->run_len);
    struct cm_text made;
    compile->run_len = 0;
    if (run.len == 0)
        return CERTMAP_OK;
    if (cm_utf8_check(run) < run.len || memchr(run.data, 0, run.len) != NULL)
        return fail(compile, CERTMAP_CODE_DN_ESCAPE, from, "the escaped bytes are not UTF-8, or U+0000");
    if (!cm_text_make(&made, run, compile->scratch, compile->scratch))
        return cm_error_memory(compile->err);
    const struct certmap_view text = compile->nocase ? made.folded : made.nfc;
    memcpy(compile->glob + compile->glob_len, text.data, text.len);
    compile->glob_len += text.len;
    return CERTMAP_OK;
}

/* Takes a character of a value, or a wildcard. */
static enum certmap_status take_character(struct compile *compile, size_t from) {
    const uint8_t c = compile->text.data[compile->at];
    if (c == '\\')
        return take_escape(compile);
    if (c == '"' || c == ';' || c == '<' || c == '>')
        return fail(compile, CERTMAP_CODE_DN_SYNTAX, compile->at, "the character has to be escaped");
    compile->at++;
    if (c < CM_GLOB_ONE) {
        compile->run[compile->run_len++] = c;
        return CERTMAP_OK;
    }
    const enum certmap_status status = end_run(compile, from);
    compile->glob[compile->glob_len++] = c;
    return status;
}

static bool ends_value(const struct compile *compile) {
    return compile->at == compile->text.len || peek(compile) == ',' || peek(compile) == '+';
}

/* A blank that is the last character is escaped by an odd number of backslashes: of two the second is escaped itself. */
static bool is_stray_space(const struct compile *compile, size_t start) {
    const uint8_t *text = compile->text.data;
    size_t backslashes = 0;
    if (compile->at == start || text[start] == ' ')
        return compile->at > start;
    const size_t last = compile->at - 1;
    while (last - backslashes > start && text[last - backslashes - 1] == '\\')
        backslashes++;
    return text[last] == ' ' && backslashes % 2 == 0;
}

/* How many bytes the value that begins here has. */
static size_t value_length(const struct compile *compile) {
    const struct certmap_view text = compile->text;
    size_t end = compile->at;
    while (end < text.len && text.data[end] != ',' && text.data[end] != '+')
        end += text.data[end] == '\\' && end + 1 < text.len ? 2 : 1;
    return end - compile->at;
}

static enum certmap_status take_value(struct compile *compile, struct certmap_view *glob) {
    const size_t start = compile->at, room = (value_length(compile) + 1) * MAX_GROWTH;
    enum certmap_status status = CERTMAP_OK;
    if (peek(compile) == '#')
        return fail(compile, CERTMAP_CODE_DN_HEX, start,
                    "a pattern has no values in hexadecimal; write the text, or \\# for the character");
    compile->glob = cm_arena_alloc(compile->scratch, room);
    compile->glob_len = compile->run_len = 0;
    if (compile->glob == NULL)
        return cm_error_memory(compile->err);
    while (status == CERTMAP_OK && !ends_value(compile))
        status = take_character(compile, start);
    if (status == CERTMAP_OK && is_stray_space(compile, start))
        return fail(compile, CERTMAP_CODE_DN_SYNTAX, start,
                    "a space at the beginning or end of a value has to be escaped");
    if (status == CERTMAP_OK)
        status = end_run(compile, start);
    *glob = cm_view(compile->glob, compile->glob_len);
    return status;
}

/* ---- RDNs ---- */

static enum certmap_status unknown_type(const struct compile *compile, struct certmap_view type) {
    const char *nearest = cm_attr_nearest(type);
    return cm_error(compile->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_ATTRIBUTE,
                    "%s is not a known attribute type%s%s%s", cm_quote(type).text,
                    nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                    nearest != NULL ? "?" : "");
}

static enum certmap_status take_type(struct compile *compile, struct certmap_view *oid) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    const size_t start = compile->at;
    while (peek(compile) >= 0 && peek(compile) < 0x80 && strchr("=,+\\ ", peek(compile)) == NULL)
        compile->at++;
    const struct certmap_view type = cm_view(compile->text.data + start, compile->at - start);
    if (type.len == 0 || peek(compile) != '=')
        return fail(
            compile, CERTMAP_CODE_DN_SYNTAX, start,
            "an attribute type and = are expected, such as CN=, or * for one RDN, or ** for any number of them");
    compile->at++;
    const enum certmap_code code = cm_attr_resolve(oid, buffer, type);
    if (code == CERTMAP_CODE_BAD_OID)
        return fail(compile, CERTMAP_CODE_DN_SYNTAX, start, "the attribute type is not a valid OID");
    if (code != CERTMAP_CODE_NONE)
        return unknown_type(compile, type);
    *oid = cm_arena_text(compile->scratch, *oid);
    return oid->data != NULL ? CERTMAP_OK : cm_error_memory(compile->err);
}

/* Moves past a character; false: it is not here. */
static bool accept(struct compile *compile, int c) {
    const bool here = peek(compile) == c;
    compile->at += here;
    return here;
}

static enum certmap_status take_avas(struct compile *compile, struct element *element) {
    element->kind = CM_NAME_RDN;
    do {
        if (element->count == CERTMAP_MAX_PATTERN_AVAS)
            return too_many(compile, "AVAs in an RDN", CERTMAP_MAX_PATTERN_AVAS);
        struct ava *ava = &element->avas[element->count++];
        enum certmap_status status = take_type(compile, &ava->oid);
        if (status == CERTMAP_OK)
            status = take_value(compile, &ava->glob);
        if (status != CERTMAP_OK)
            return status;
    } while (accept(compile, '+'));
    return CERTMAP_OK;
}

static bool ends_element(const struct compile *compile, size_t stars) {
    const size_t end = compile->at + stars;
    return end == compile->text.len || (end < compile->text.len && compile->text.data[end] == ',');
}

/* Takes * or **; false: neither is here. */
static bool take_stars(struct compile *compile, struct element *element) {
    size_t stars = 0;
    while (stars < 3 && compile->at + stars < compile->text.len &&
           compile->text.data[compile->at + stars] == CM_GLOB_MANY)
        stars++;
    if (stars == 0 || stars > 2 || !ends_element(compile, stars))
        return false;
    element->kind = stars == 1 ? CM_NAME_ONE : CM_NAME_MANY;
    compile->at += stars;
    return true;
}

static enum certmap_status take_element(struct compile *compile) {
    struct element element = {.count = 0};
    if (compile->count == CERTMAP_MAX_PATTERN_RDNS)
        return too_many(compile, "RDNs", CERTMAP_MAX_PATTERN_RDNS);
    const enum certmap_status status = take_stars(compile, &element) ? CERTMAP_OK : take_avas(compile, &element);
    if (status != CERTMAP_OK)
        return status;
    const bool again = element.kind == CM_NAME_MANY && compile->count > 0 &&
                       compile->elements[compile->count - 1].kind == CM_NAME_MANY;
    compile->elements[compile->count] = element;
    compile->count += !again; /* two ** are one */
    return CERTMAP_OK;
}

static enum certmap_status take_elements(struct compile *compile) {
    enum certmap_status status = CERTMAP_OK;
    if (compile->text.len == 0)
        return CERTMAP_OK;
    do
        status = take_element(compile);
    while (status == CERTMAP_OK && accept(compile, ','));
    if (status == CERTMAP_OK && compile->at < compile->text.len)
        return fail(compile, CERTMAP_CODE_DN_SYNTAX, compile->at, "a comma is expected");
    return status;
}

/* ---- the program ---- */

static void put_number(uint8_t *out, size_t *len, size_t number) {
    for (; number >= 0x80; number >>= 7)
        out[(*len)++] = (uint8_t)(number | 0x80);
    out[(*len)++] = (uint8_t)number;
}

static void put_bytes(uint8_t *out, size_t *len, struct certmap_view bytes) {
    put_number(out, len, bytes.len);
    if (bytes.len > 0)
        memcpy(out + *len, bytes.data, bytes.len);
    *len += bytes.len;
}

/* Root first. */
static size_t write_program(const struct compile *compile, uint8_t *out) {
    size_t len = 0;
    put_number(out, &len, compile->count);
    for (size_t i = compile->count; i-- > 0;) {
        const struct element *element = &compile->elements[i];
        put_number(out, &len, (size_t)element->kind);
        if (element->kind != CM_NAME_RDN)
            continue;
        put_number(out, &len, element->count);
        for (size_t k = 0; k < element->count; k++) {
            put_bytes(out, &len, element->avas[k].oid);
            put_bytes(out, &len, element->avas[k].glob);
        }
    }
    return len;
}

/* No number takes more than five bytes. */
static size_t program_room(const struct compile *compile) {
    size_t room = 5;
    for (size_t i = 0; i < compile->count; i++) {
        room += 10;
        for (size_t k = 0; k < compile->elements[i].count; k++)
            room += 10 + compile->elements[i].avas[k].oid.len + compile->elements[i].avas[k].glob.len;
    }
    return room;
}

enum certmap_status cm_name_pattern_compile(struct certmap_view *program, struct certmap_view text, bool nocase,
                                            struct cm_arena *arena, struct cm_arena *scratch,
                                            struct certmap_diagnostic *err) {
    struct compile compile = {.text = text, .nocase = nocase, .scratch = scratch, .err = err};
    compile.elements = cm_arena_alloc(scratch, (CERTMAP_MAX_PATTERN_RDNS + 1) * sizeof *compile.elements);
    compile.run = cm_arena_alloc(scratch, text.len + 1);
    if (compile.elements == NULL || compile.run == NULL)
        return cm_error_memory(err);
    const enum certmap_status status = take_elements(&compile);
    if (status != CERTMAP_OK)
        return status;
    uint8_t *out = cm_arena_alloc(arena, program_room(&compile));
    if (out == NULL)
        return cm_error_memory(err);
    *program = cm_view(out, write_program(&compile, out));
    return CERTMAP_OK;
}
