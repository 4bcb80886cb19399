/* SPDX-License-Identifier: MIT */
#include "base/excerpt.h"
#include "base/unicode.h"
#include "base/view.h"

/* A longer line is cut: this many characters of it are shown, and this many before the token. Nobody looks for a
 * token further away, and a rule file may be one line of a gigabyte: each loop here ends after so many characters. */
#define SHOWN 100
#define BEFORE 40

#define REPLACEMENT "\xEF\xBF\xBD"

/* The part of a source that is shown. Offsets are of characters' first bytes. */
struct window {
    struct certmap_view source;
    size_t from;
    size_t caret; /* from <= caret */
    bool cut;     /* the line begins before from */
};

static size_t take(struct certmap_view source, size_t at, uint32_t *cp) {
    return cm_utf8_take(cm_view(source.data + at, source.len - at), cp);
}

/* Where the character begins that holds this byte: at most three bytes before it. */
static size_t begin_of(struct certmap_view source, size_t at) {
    size_t begin = at;
    uint32_t cp;
    while (begin > 0 && at - begin < 3 && (source.data[begin] & 0xC0) == 0x80)
        begin--;
    return begin + take(source, begin, &cp) > at ? begin : at;
}

/* Whether a line ends here: before LF, before CR LF, and where the source does. */
static bool is_end(struct certmap_view source, size_t at) {
    if (at < source.len && source.data[at] == '\r')
        at++;
    return at == source.len || source.data[at] == '\n';
}

/* The character that an offset is about; of what ends a line and of what is beyond the source, the end of that line. */
static size_t character_at(struct certmap_view source, size_t offset) {
    const size_t at = offset < source.len ? offset : source.len;
    if (at > 0 && source.data[at - 1] == '\r' && (at == source.len || source.data[at] == '\n'))
        return at - 1;
    return at < source.len ? begin_of(source, at) : at;
}

/* Goes back by at most so many characters of the line. Returns how many there were. */
static size_t go_back(struct certmap_view source, size_t *at, size_t most) {
    size_t count = 0;
    while (count<most && * at> 0 && source.data[*at - 1] != '\n') {
        *at = begin_of(source, *at - 1);
        count++;
    }
    return count;
}

static struct window window_around(struct certmap_view source, size_t caret) {
    struct window window = {.source = source, .from = caret, .caret = caret};
    window.cut = go_back(source, &window.from, SHOWN - BEFORE) == SHOWN - BEFORE;
    if (window.cut) {
        window.from = caret;
        (void)go_back(source, &window.from, BEFORE);
    }
    return window;
}

static void write_character(struct cm_out *out, struct certmap_view bytes, uint32_t cp) {
    if (cp == '\t')
        cm_out_char(out, '\t');
    else if (cp == CM_REPLACEMENT || cm_is_unsafe(cp))
        cm_out_string(out, REPLACEMENT);
    else
        cm_out_view(out, bytes);
}

static void write_line(struct cm_out *out, const struct window *window) {
    const struct certmap_view source = window->source;
    size_t at = window->from;
    cm_out_string(out, window->cut ? "\n  ..." : "\n  ");
    for (size_t count = 0; count < SHOWN && !is_end(source, at); count++) {
        uint32_t cp;
        const size_t len = take(source, at, &cp);
        write_character(out, cm_view(source.data + at, len), cp);
        at += len;
    }
    cm_out_string(out, is_end(source, at) ? "" : "...");
}

/* The white space before the caret, as wide as what is above it. Returns how many characters that are. */
static size_t write_blank(struct cm_out *out, const struct window *window) {
    size_t count = 0;
    uint32_t cp;
    cm_out_string(out, window->cut ? "\n     " : "\n  ");
    for (size_t at = window->from; at < window->caret; count++) {
        at += take(window->source, at, &cp);
        cm_out_char(out, cp == '\t' ? '\t' : ' ');
    }
    return count;
}

/* The rest of the token, up to where the line shown ends. */
static void write_tildes(struct cm_out *out, const struct window *window, size_t count, size_t end) {
    const struct certmap_view source = window->source;
    uint32_t cp;
    size_t at = window->caret;
    for (; count < SHOWN && at < end && !is_end(source, at); count++) {
        cm_out_string(out, at > window->caret ? "~" : "");
        at += take(source, at, &cp);
    }
}

/* A byte order mark is no part of the first line. Returns how long it is. */
static size_t skip_mark(struct certmap_view *source) {
    if (source->len < 3 || memcmp(source->data, "\xEF\xBB\xBF", 3) != 0)
        return 0;
    source->data += 3;
    source->len -= 3;
    return 3;
}

void cm_excerpt_write(struct cm_out *out, struct certmap_view source, size_t offset, size_t length,
                      struct cm_excerpt_style style) {
    const size_t mark = skip_mark(&source);
    offset = offset > mark ? offset - mark : 0;
    const struct window window = window_around(source, character_at(source, offset));
    if (window.from == window.caret && is_end(source, window.caret))
        return; /* the end of the text, or an empty line: there is nothing to point at */
    const size_t end = offset < source.len && length < source.len - offset ? offset + length : source.len;
    write_line(out, &window);
    const size_t before = write_blank(out, &window);
    cm_out_string(out, style.begin);
    cm_out_char(out, '^');
    write_tildes(out, &window, before, end);
    cm_out_string(out, style.end);
}
