/* SPDX-License-Identifier: MIT */
#include "rule/operand.h"
#include "base/error.h"
#include "base/glob.h"
#include "base/unicode.h"
#include "base/view.h"

enum certmap_status cm_text_check(struct certmap_view text, const char *what, struct certmap_error *err) {
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
    struct certmap_error *err;
};

/* NFC and folding make UTF-8 at most this many times as long. */
#define MOST_GROWTH 9

static bool start_compile(struct compile *compile, size_t len, struct cm_arena *scratch, struct certmap_error *err) {
    *compile = (struct compile){.scratch = scratch, .err = err};
    compile->literal = cm_arena_alloc(scratch, len);
    compile->nfc.bytes = cm_arena_alloc(scratch, len * MOST_GROWTH);
    compile->folded.bytes = cm_arena_alloc(scratch, len * MOST_GROWTH);
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
                    "a backslash in a pattern stands before *, ? or another backslash only");
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
                                        struct cm_arena *arena, struct cm_arena *scratch, struct certmap_error *err) {
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

/* ---- */

enum certmap_status cm_operand_make(struct cm_operand *operand, struct certmap_view text, enum cm_operand_kind kind,
                                    bool nocase, struct cm_arena *arena, struct cm_arena *scratch,
                                    struct certmap_error *err) {
    struct cm_text made;
    enum certmap_status status = cm_text_check(text, kind == CM_OPERAND_TEXT ? "the operand" : "the pattern", err);
    if (status != CERTMAP_OK)
        return status;
    if (kind != CM_OPERAND_TEXT)
        status = make_pattern(&made, text, kind == CM_OPERAND_PATTERN, arena, scratch, err);
    else if (!cm_text_make(&made, text, arena, scratch))
        status = cm_error_memory(err);
    if (status == CERTMAP_OK)
        *operand = (struct cm_operand){.shown = made.nfc, .matched = nocase ? made.folded : made.nfc};
    return status;
}
