/* SPDX-License-Identifier: MIT */
#include "rule/operand.h"
#include "base/ascii.h"
#include "base/error.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/quote.h"
#include "base/regex.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "certmap/names.h"
#include "field/canonical.h"
#include "field/compare.h"
#include "rule/name_pattern.h"

enum certmap_status cm_text_check(struct certmap_view text, const char *what, struct certmap_diagnostic *err) {
    if (text.len <= CERTMAP_MAX_TEXT_SIZE && cm_is_ascii_text(text))
        return CERTMAP_OK;
    size_t bad = cm_utf8_check(text);
    if (text.len > CERTMAP_MAX_TEXT_SIZE)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_TEXT_TOO_LONG, "%s has %zu bytes; the most is %d", what,
                        text.len, CERTMAP_MAX_TEXT_SIZE);
    if (bad < text.len)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_UTF8, "%s is not UTF-8 (byte %zu)", what, bad + 1);
    if (text.len > 0 && memchr(text.data, 0, text.len) != NULL)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NUL, "%s holds U+0000, which no readable value holds",
                        what);
    return CERTMAP_OK;
}

/* ---- patterns ---- */

/* A pattern while it is compiled: a run of literal bytes, and the two results so far. */
struct compile {
    struct cm_arena *scratch;
    uint8_t *literal;
    size_t literal_len;
    struct {
        uint8_t *bytes;
        size_t len;
    } nfc, folded;
    struct certmap_diagnostic *err;
};

/* NFC and folding make UTF-8 at most this many times as long. */
#define MAX_GROWTH 9

static bool start_compile(struct compile *compile, size_t len, struct cm_arena *scratch,
                          struct certmap_diagnostic *err) {
    *compile = (struct compile){.scratch = scratch, .err = err};
    compile->literal = cm_arena_alloc(scratch, len);
    compile->nfc.bytes = cm_arena_alloc(scratch, len * MAX_GROWTH);
    compile->folded.bytes = cm_arena_alloc(scratch, len * MAX_GROWTH);
    return compile->literal != NULL && compile->nfc.bytes != NULL && compile->folded.bytes != NULL;
}

/* Normalises the literal run and appends it to both results. */
static bool flush_literal(struct compile *compile) {
    struct cm_text text;
    if (compile->literal_len == 0)
        return true;
    if (!cm_text_make(&text, cm_view(compile->literal, compile->literal_len), compile->scratch, compile->scratch))
        return false;
    memcpy(compile->nfc.bytes + compile->nfc.len, text.nfc.data, text.nfc.len);
    memcpy(compile->folded.bytes + compile->folded.len, text.folded.data, text.folded.len);
    compile->nfc.len += text.nfc.len;
    compile->folded.len += text.folded.len;
    compile->literal_len = 0;
    return true;
}

static bool add_wildcard(struct compile *compile, uint8_t c) {
    const uint8_t byte = c == '*' ? CM_GLOB_MANY : CM_GLOB_ONE;
    if (!flush_literal(compile))
        return false;
    compile->nfc.bytes[compile->nfc.len++] = byte;
    compile->folded.bytes[compile->folded.len++] = byte;
    return true;
}

static enum certmap_status bad_escape(struct compile *compile) {
    return cm_error(compile->err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ESCAPE,
                    "a backslash in a pattern belongs before *, ? or another backslash only");
}

static enum certmap_status compile_text(struct compile *compile, struct certmap_view text, bool escapes) {
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if ((c == '*' || c == '?') && !add_wildcard(compile, c))
            return cm_error_memory(compile->err);
        if (c == '*' || c == '?')
            continue;
        if (c == '\\' && escapes) {
            c = ++i < text.len ? text.data[i] : 0;
            if (c != '*' && c != '?' && c != '\\')
                return bad_escape(compile);
        }
        compile->literal[compile->literal_len++] = c;
    }
    return flush_literal(compile) ? CERTMAP_OK : cm_error_memory(compile->err);
}

static enum certmap_status make_pattern(struct cm_text *made, struct certmap_view text, bool escapes,
                                        struct cm_arena *arena, struct cm_arena *scratch,
                                        struct certmap_diagnostic *err) {
    struct compile compile;
    if (!start_compile(&compile, text.len, scratch, err))
        return cm_error_memory(err);
    enum certmap_status status = compile_text(&compile, text, escapes);
    if (status != CERTMAP_OK)
        return status;
    struct certmap_view nfc = cm_view(compile.nfc.bytes, compile.nfc.len);
    struct certmap_view folded = cm_view(compile.folded.bytes, compile.folded.len);
    made->nfc = cm_arena_text(arena, nfc);
    made->folded = cm_view_equal(nfc, folded) ? made->nfc : cm_arena_text(arena, folded);
    return made->nfc.data != NULL && made->folded.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

/* Canonical where case is insignificant, and compiled. */
static enum certmap_status make_pattern_operand(struct cm_text *made, struct certmap_view text,
                                                const struct cm_operand_use *use, struct cm_arena *arena,
                                                struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct certmap_view canonical;
    enum certmap_status status = cm_canonical_pattern(&canonical, use->kind, use->nocase, text, scratch, err);
    if (status != CERTMAP_OK)
        return status;
    return make_pattern(made, canonical, !use->iis_pattern, arena, scratch, err);
}

/* ---- regular expressions ---- */

/* A compiled pattern as it is written, with escapes. data is NULL where there is no memory. */
static struct certmap_view write_pattern(struct certmap_view compiled, struct cm_arena *arena) {
    uint8_t *bytes = cm_arena_alloc(arena, 2 * compiled.len + 1);
    size_t len = 0;
    for (size_t i = 0; bytes != NULL && i < compiled.len; i++) {
        const uint8_t c = compiled.data[i];
        if (c == '*' || c == '?' || c == '\\')
            bytes[len++] = '\\';
        bytes[len++] = c == CM_GLOB_MANY ? '*' : c == CM_GLOB_ONE ? '?' : c;
    }
    return cm_view(bytes, len);
}

/* Whether values of the kind can be what the expression describes, as far as its literals show. */
static enum certmap_status check_literals(struct certmap_view program, const struct cm_operand_use *use,
                                          struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct certmap_view canonical = CM_VIEW_NONE;
    const struct certmap_view pattern = write_pattern(cm_regex_glob(program), scratch);
    if (pattern.data == NULL)
        return cm_error_memory(err);
    enum certmap_status status = cm_canonical_check(use->kind, use->nocase, true, pattern, err);
    if (status == CERTMAP_OK)
        status = cm_canonical_pattern(&canonical, use->kind, use->nocase, pattern, scratch, err);
    if (status != CERTMAP_OK || use->nocase || cm_view_equal(canonical, pattern))
        return status;
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                    "hosts and schemes are compared in small letters, and an expression has to have these: %s",
                    cm_quote(canonical).text);
}

/* Host names are in small letters, whatever the expression has. */
static enum certmap_status make_regex(struct cm_operand *operand, struct certmap_view text,
                                      const struct cm_operand_use *use, struct cm_arena *arena,
                                      struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct certmap_view shown;
    const bool folded = use->nocase || use->kind == CM_TEXT_DNS;
    enum certmap_status status = cm_regex_compile(&operand->matched, &shown, text, folded, arena, scratch, err);
    if (status == CERTMAP_OK)
        status = check_literals(operand->matched, use, scratch, err);
    if (status != CERTMAP_OK)
        return status;
    operand->shown = cm_arena_text(arena, shown);
    return operand->shown.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

/* ---- addresses ---- */

static enum certmap_status make_address(struct cm_operand *operand, struct certmap_view text, struct cm_arena *arena,
                                        struct certmap_diagnostic *err) {
    uint8_t octets[16];
    char shown[64];
    struct cm_out out = {shown, sizeof shown, 0};
    size_t len;
    enum certmap_status status = cm_ip_parse(octets, &len, &operand->bits, text, err);
    if (status != CERTMAP_OK)
        return status;
    cm_ip_print(&out, cm_view(octets, len));
    if (operand->bits < 8 * len) {
        cm_out_char(&out, '/');
        cm_out_number(&out, operand->bits);
    }
    operand->shown = cm_arena_text(arena, cm_view(shown, out.len));
    operand->matched = cm_arena_text(arena, cm_view(octets, len));
    return operand->shown.data != NULL && operand->matched.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

/* ---- whole Names ---- */

static enum certmap_status encode_name(struct certmap_view *der, struct certmap_view text, struct cm_arena *arena,
                                       struct certmap_diagnostic *err) {
    size_t len;
    enum certmap_status status = certmap_name_from_text(NULL, 0, &len, text, err);
    if (status != CERTMAP_ERROR_BUFFER)
        return status;
    uint8_t *bytes = cm_arena_alloc(arena, len);
    if (bytes == NULL)
        return cm_error_memory(err);
    *der = cm_view(bytes, len);
    return certmap_name_from_text(bytes, len, &len, text, err);
}

/* Where a text is no Name as RFC 4514 writes it but looks like one of another dialect, the error says so. */
static void add_dialect(struct certmap_diagnostic *err, struct certmap_view text) {
    const enum certmap_dialect dialect = certmap_dialect_guess(text);
    if (err == NULL || err->status != CERTMAP_ERROR_SYNTAX || dialect == CERTMAP_DIALECT_RFC4514)
        return;
    const struct certmap_diagnostic found = *err;
    cm_error(err, found.status, found.code, "%.160s; \"certmap name\" turns the %s form into RFC 4514", found.text,
             certmap_dialect_name(dialect));
}

/* An error in the text of a Name has a position there, but whoever gave the text knows where that is. */
static enum certmap_status make_name(struct cm_operand *operand, struct certmap_view text, struct cm_arena *arena,
                                     struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct certmap_view der = CM_VIEW_NONE;
    enum certmap_status status = encode_name(&der, text, arena, err);
    if (status != CERTMAP_OK) {
        add_dialect(err, text);
        cm_error_place(err, (struct certmap_position){0, 0, 0, 0});
        return status;
    }
    struct cm_list *avas = cm_arena_alloc(arena, sizeof *avas);
    operand->shown = cm_arena_text(arena, text);
    if (avas == NULL || operand->shown.data == NULL)
        return cm_error_memory(err);
    operand->matched = der;
    operand->name = avas;
    return cm_list_from_name(avas, der, arena, scratch, err);
}

/* A pattern over a Name: what is shown has the wildcards, what is matched is compiled once more. */
static enum certmap_status make_name_pattern(struct cm_operand *operand, struct certmap_view text,
                                             const struct cm_operand_use *use, struct cm_arena *arena,
                                             struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct cm_text made;
    const enum certmap_status status = make_pattern(&made, text, !use->iis_pattern, arena, scratch, err);
    if (status != CERTMAP_OK)
        return status;
    operand->shown = made.nfc;
    return cm_name_pattern_compile(&operand->matched, made.nfc, use->nocase, arena, scratch, err);
}

static bool has_unreadable(const struct cm_list *avas) {
    bool any = false;
    for (size_t i = 0; i < avas->count && !any; i++)
        any = avas->values[i].unreadable != CERTMAP_CODE_NONE;
    return any;
}

enum certmap_status cm_operand_keep_name(struct cm_operand *kept, const struct cm_operand *name, struct cm_arena *arena,
                                         struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct cm_list *avas = cm_arena_alloc(arena, sizeof *avas);
    *kept = (struct cm_operand){
        .shown = cm_arena_text(arena, name->shown), .matched = cm_arena_text(arena, name->matched), .name = avas};
    if (avas == NULL || kept->shown.data == NULL || kept->matched.data == NULL)
        return cm_error_memory(err);
    const enum certmap_status status = cm_list_from_name(avas, kept->matched, arena, scratch, err);
    if (status != CERTMAP_OK)
        return status;
    kept->number = cm_name_number(avas);
    kept->readable = !has_unreadable(avas);
    return CERTMAP_OK;
}

/* ---- text ---- */

/* A serial number is shown so that it reads back as what it is: digits alone could be decimal. */
static struct certmap_view show_serial(struct certmap_view serial, struct cm_arena *arena) {
    const bool negative = serial.data[0] == '-';
    uint8_t *shown = cm_arena_alloc(arena, serial.len + 3);
    if (shown == NULL)
        return CM_VIEW_NONE;
    memcpy(shown, negative ? "-0x" : "0x", negative ? 3 : 2);
    memcpy(shown + (negative ? 3 : 2), serial.data + negative, serial.len - negative);
    shown[serial.len + 2] = 0;
    return cm_view(shown, serial.len + 2);
}

static enum certmap_status make_text(struct cm_text *made, struct certmap_view text, enum cm_text_kind kind,
                                     struct cm_arena *arena, struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct certmap_view canonical;
    enum certmap_status status = cm_canonical_operand(&canonical, kind, text, scratch, err);
    if (status != CERTMAP_OK)
        return status;
    return cm_text_make(made, canonical, arena, scratch) ? CERTMAP_OK : cm_error_memory(err);
}

/* ---- what most operands are: ASCII for a field of plain text ---- */

/* Whether such a text is one that can be, and neither NFC nor escapes change it. */
static bool is_simple(struct certmap_view text, const struct cm_operand_use *use) {
    if (use->kind != CM_TEXT_PLAIN || use->regex || text.len > CERTMAP_MAX_TEXT_SIZE || !cm_is_ascii_text(text))
        return false;
    return !use->pattern || use->iis_pattern || text.len == 0 || memchr(text.data, '\\', text.len) == NULL;
}

/* Where nothing is to be changed, the operand is the text as it was given. */
static enum certmap_status make_simple(struct cm_operand *operand, struct certmap_view text,
                                       const struct cm_operand_use *use, struct cm_arena *arena,
                                       struct certmap_diagnostic *err) {
    operand->shown = operand->matched = text;
    if (!use->pattern && !use->nocase)
        return CERTMAP_OK;
    uint8_t *shown = cm_arena_alloc(arena, text.len), *matched = cm_arena_alloc(arena, text.len);
    if (shown == NULL || matched == NULL)
        return cm_error_memory(err);
    for (size_t i = 0; i < text.len; i++) {
        shown[i] = use->pattern ? cm_glob_byte(text.data[i]) : text.data[i];
        matched[i] = use->nocase ? cm_ascii_lower(shown[i]) : shown[i];
    }
    operand->shown = cm_view(shown, text.len);
    operand->matched = cm_view(matched, text.len);
    return CERTMAP_OK;
}

enum certmap_status cm_operand_make(struct cm_operand *operand, struct certmap_view text,
                                    const struct cm_operand_use *use, struct cm_arena *arena, struct cm_arena *scratch,
                                    struct certmap_diagnostic *err) {
    struct cm_text made = {CM_VIEW_NONE, CM_VIEW_NONE};
    *operand = (struct cm_operand){.name = NULL};
    if (is_simple(text, use))
        return make_simple(operand, text, use, arena, err);
    enum certmap_status status = cm_text_check(text,
                                               use->pattern ? "the pattern"
                                               : use->regex ? "the expression"
                                                            : "the operand",
                                               err);
    if (status != CERTMAP_OK)
        return status;
    if (text.data == NULL)
        text = CM_VIEW("");
    if (use->regex)
        return make_regex(operand, text, use, arena, scratch, err);
    if (use->kind == CM_TEXT_IP)
        return make_address(operand, text, arena, err);
    if (use->kind == CM_TEXT_NAME && use->pattern)
        return make_name_pattern(operand, text, use, arena, scratch, err);
    if (use->kind == CM_TEXT_NAME)
        return make_name(operand, text, arena, scratch, err);
    status = cm_canonical_check(use->kind, use->nocase, use->pattern, text, err);
    if (status != CERTMAP_OK)
        return status;
    status = use->pattern ? make_pattern_operand(&made, text, use, arena, scratch, err)
                          : make_text(&made, text, use->kind, arena, scratch, err);
    if (status != CERTMAP_OK)
        return status;
    operand->matched = use->nocase ? made.folded : made.nfc;
    operand->shown = use->kind == CM_TEXT_SERIAL ? show_serial(made.nfc, arena) : made.nfc;
    return operand->shown.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}
