/* SPDX-License-Identifier: MIT */
/* NFC without working memory, for texts that are built during a match: the text is decomposed code point by
 * code point as it is read, and composed as it is written.
 *
 *     in:  S m m m | S | S m m      S a starter, m the marks after it, which have to be put in order
 *     out: S m m               the last starter is where it can still be replaced by a composite
 *
 * unicode.c does the same for values of certificates, faster, with memory.
 *
 * Every loop takes a step for each code point that it reads. */
#include "base/unicode.h"
#include <string.h>
#include <utf8proc.h>

/* Most code points in the canonical decomposition of one. */
#define MAX_DECOMPOSED 4
/* Below it, nothing composes with what is before it. */
#define NEVER_SECOND_BELOW 0x300

/* The decomposed code points of a text; a copy goes on by itself. */
struct reader {
    struct certmap_view rest;
    uint32_t (*map)(uint32_t);
    utf8proc_int32_t points[MAX_DECOMPOSED];
    size_t next, count; /* of points */
    size_t *steps;
};

struct writer {
    uint8_t *out;
    size_t cap, len;
    bool full;          /* something did not fit, or the steps ran out */
    bool begun;         /* there is a starter */
    uint32_t starter;   /* the last one */
    size_t starter_at;  /* where it is */
    size_t starter_len; /* its bytes */
    unsigned last;      /* the class of what was written after it; 0: nothing */
};

static unsigned class_of(uint32_t cp) {
    return (unsigned)utf8proc_get_property((utf8proc_int32_t)cp)->combining_class;
}

static bool next_point(struct reader *reader, uint32_t *cp) {
    int boundclass = 0;
    if (reader->next == reader->count) {
        if (reader->rest.len == 0 || *reader->steps == 0)
            return false;
        const size_t len = cm_utf8_decode(reader->rest.data, reader->rest.len, cp);
        reader->rest.data += len;
        reader->rest.len -= len;
        reader->next = 0;
        reader->count =
            (size_t)utf8proc_decompose_char((utf8proc_int32_t)reader->map(*cp), reader->points, MAX_DECOMPOSED,
                                            UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, &boundclass);
        --*reader->steps;
    }
    *cp = (uint32_t)reader->points[reader->next++];
    return true;
}

/* U+11A7 is just before the trailing consonants of Hangul and is none, but utf8proc 2.8 takes it for one. */
static bool compose(uint32_t first, uint32_t second, uint32_t *composite) {
    utf8proc_int32_t pair[] = {(utf8proc_int32_t)first, (utf8proc_int32_t)second};
    if (second < NEVER_SECOND_BELOW || second == 0x11A7 ||
        utf8proc_normalize_utf32(pair, 2, UTF8PROC_COMPOSE | UTF8PROC_STABLE) != 1)
        return false;
    *composite = (uint32_t)pair[0];
    return true;
}

/* Puts a code point at a place in the text, over `old` bytes there. The marks after a starter are moved when it is
 * replaced by a composite: fewer than MAX_DECOMPOSED times, because there is none of more code points. */
static void splice(struct writer *writer, size_t at, size_t old, uint32_t cp) {
    uint8_t bytes[4];
    const size_t len = cm_utf8_encode(bytes, cp);
    writer->full = writer->full || writer->len - old + len > writer->cap;
    if (writer->full)
        return;
    memmove(writer->out + at + len, writer->out + at + old, writer->len - at - old);
    memcpy(writer->out + at, bytes, len);
    writer->len = writer->len - old + len;
}

static void set_starter(struct writer *writer, size_t at, size_t old, uint32_t cp) {
    const size_t before = writer->len - old;
    splice(writer, at, old, cp);
    writer->starter = cp;
    writer->starter_at = at;
    writer->starter_len = writer->len - before;
}

/* The Canonical Composition Algorithm (Unicode 3.11, D117): what no other mark of its class, or above, or
 * starter keeps from the last starter, may compose with it. */
static void put(struct writer *writer, uint32_t cp) {
    const unsigned class = class_of(cp);
    const bool reaches = class == 0 ? writer->last == 0 : class > writer->last;
    uint32_t composite;
    if (writer->begun && reaches && compose(writer->starter, cp, &composite)) {
        set_starter(writer, writer->starter_at, writer->starter_len, composite);
    } else if (class == 0) {
        set_starter(writer, writer->len, 0, cp);
        writer->begun = true;
        writer->last = 0;
    } else {
        splice(writer, writer->len, 0, cp);
        writer->last = class;
    }
}

/* Puts the marks of one class that a run of marks begins with; returns the next higher class in it, or 0. */
static unsigned put_class(struct writer *writer, struct reader run, unsigned class) {
    unsigned above = 0, now;
    for (uint32_t cp; next_point(&run, &cp) && (now = class_of(cp)) != 0;) {
        if (now == class)
            put(writer, cp);
        else if (now > class && (above == 0 || now < above))
            above = now;
    }
    return above;
}

/* Whether a run of marks is in order (D109) already. */
static bool in_order(struct reader run) {
    unsigned last = 0, now;
    for (uint32_t cp; next_point(&run, &cp) && (now = class_of(cp)) != 0; last = now)
        if (now < last)
            return false;
    return true;
}

/* Puts a run of marks in canonical order, and leaves the reader after it. */
static void put_marks(struct writer *writer, struct reader *reader) {
    const bool ordered = in_order(*reader);
    for (unsigned class = ordered ? 0 : put_class(writer, *reader, 0); class != 0;)
        class = put_class(writer, *reader, class);
    struct reader behind = *reader;
    for (uint32_t cp; next_point(&behind, &cp) && class_of(cp) != 0; *reader = behind)
        if (ordered)
            put(writer, cp);
}

size_t cm_nfc_write(uint8_t *out, size_t cap, struct certmap_view utf8, uint32_t (*map)(uint32_t), size_t *steps) {
    struct reader reader = {utf8, map, {0}, 0, 0, steps}, before = reader;
    struct writer writer = {out, cap, 0, false, false, 0, 0, 0, 0};
    for (uint32_t cp; next_point(&reader, &cp) && !writer.full; before = reader) {
        if (class_of(cp) == 0) {
            put(&writer, cp);
        } else {
            reader = before;
            put_marks(&writer, &reader);
        }
    }
    return writer.full || reader.rest.len > 0 ? SIZE_MAX : writer.len;
}
