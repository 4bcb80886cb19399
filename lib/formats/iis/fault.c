/* SPDX-License-Identifier: MIT */
#include "fault.h"
#include <expat.h>
#include <stdio.h>
#include <string.h>

/* ---- the text as ASCII ---- */

/* A text whose characters take one or two bytes, by offset. */
struct source {
    const uint8_t *data;
    size_t begin, end;
    size_t width;
    size_t low; /* of the bytes of a unit, the one with the lower half */
};

/* What stands for a character that is not ASCII, and for the end. */
enum { OTHER = 0x80, END = 0x81 };

static unsigned at(const struct source *source, size_t offset) {
    if (offset + source->width > source->end)
        return END;
    const uint8_t *unit = source->data + offset;
    if (source->width == 2 && unit[1 - source->low] != 0)
        return OTHER;
    return unit[source->low] < 0x80 ? unit[source->low] : OTHER;
}

static bool has(const struct source *source, size_t offset, const char *string) {
    for (; *string != '\0'; string++, offset += source->width)
        if (at(source, offset) != (unsigned)(uint8_t)*string)
            return false;
    return true;
}

static bool is_blank(unsigned c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(unsigned c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == ':' || c == OTHER;
}

/* Line and column of an offset, as expat counts: CR, LF and CR LF end lines. */
static struct cm_kit_position place_at(const struct source *source, size_t offset) {
    struct cm_kit_position place = {1, 1, (uint32_t)offset, 0};
    for (size_t i = source->begin; i < offset; i += source->width) {
        const unsigned c = at(source, i);
        if (c == '\n' || (c == '\r' && at(source, i + source->width) != '\n')) {
            place.line++;
            place.column = 1;
        } else if (source->width == 2 ? (source->data[i + 1 - source->low] & 0xFC) != 0xDC
                                      : (source->data[i] & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

/* ---- names that may be shown ---- */

struct name {
    char text[48];
};

/* The name of an element, as far as it is ASCII. */
static struct name name_at(const struct source *source, size_t offset) {
    struct name name = {""};
    size_t len = 0;
    for (; len + 1 < sizeof name.text && is_name(at(source, offset)); offset += source->width)
        name.text[len++] = at(source, offset) == OTHER ? '?' : (char)at(source, offset);
    return name;
}

/* The name of an attribute, if it is one of the tables. Any other might be a part of a value whose quotes are wrong. */
static const char *attribute_at(const struct source *source, size_t offset) {
    const struct name name = name_at(source, offset);
    for (size_t i = 0; i < cm_iis_attribute_count; i++)
        if (strcmp((const char *)cm_iis_attributes[i].name.data, name.text) == 0)
            return (const char *)cm_iis_attributes[i].name.data;
    return "an attribute";
}

/* ---- where in a tag ---- */

enum state { IN_TEXT, IN_ELEMENT_NAME, BEFORE_NAME, IN_NAME, BEFORE_EQUAL, BEFORE_VALUE, IN_VALUE, AFTER_VALUE };

struct tag {
    enum state state;
    size_t begin; /* of the tag: its < */
    size_t name;  /* of the attribute that was begun last */
    size_t quote; /* of its value */
};

static void step_value(struct tag *tag, const struct source *source, size_t offset) {
    const unsigned c = at(source, offset);
    if (tag->state == BEFORE_VALUE && (c == '"' || c == '\'')) {
        tag->state = IN_VALUE;
        tag->quote = offset;
    } else if (tag->state == IN_VALUE && c == at(source, tag->quote)) {
        tag->state = AFTER_VALUE;
    }
}

static void step(struct tag *tag, const struct source *source, size_t offset) {
    const unsigned c = at(source, offset);
    if (tag->state == BEFORE_VALUE || tag->state == IN_VALUE) {
        step_value(tag, source, offset);
    } else if (tag->state == IN_TEXT) {
        return;
    } else if (c == '>') {
        tag->state = IN_TEXT;
    } else if (is_blank(c)) {
        tag->state = tag->state == IN_NAME || tag->state == BEFORE_EQUAL ? BEFORE_EQUAL : BEFORE_NAME;
    } else if (c == '=') {
        tag->state = BEFORE_VALUE;
    } else if (tag->state == BEFORE_NAME && is_name(c)) {
        tag->state = IN_NAME;
        tag->name = offset;
    }
}

/* The state before the character at an offset. What opened the last tag before it is a <, which is nowhere else. */
static struct tag tag_before(const struct source *source, size_t offset) {
    struct tag tag = {.state = IN_TEXT, .begin = offset};
    while (tag.begin >= source->begin + source->width && at(source, tag.begin - source->width) != '<')
        tag.begin -= source->width;
    if (tag.begin < source->begin + source->width)
        return tag;
    tag.begin -= source->width;
    tag.state = IN_ELEMENT_NAME;
    tag.name = tag.quote = tag.begin;
    for (size_t i = tag.begin + source->width; i < offset; i += source->width)
        step(&tag, source, i);
    return tag;
}

/* ---- what is wrong there ---- */

/* What is described. */
struct description {
    const struct source *source;
    struct cm_iis_fault *fault;
    struct cm_iis_fault_text out;
};

static void say(struct description *to, const char *text) {
    (void)snprintf(to->out.text, sizeof to->out.text, "%s", text);
}

static void move_to(struct description *to, size_t offset) {
    to->fault->place = place_at(to->source, offset);
}

/* Whether a value goes on where another attribute or tag begins: then its end is missing. */
static bool lacks_end(const struct source *source, size_t quote, size_t end) {
    for (size_t i = quote + source->width; i < end; i += source->width)
        if (at(source, i) == '>' || at(source, i) == '\n' || (at(source, i) == '=' && i + source->width == end))
            return true;
    return false;
}

static void say_quote_missing(struct description *to, const struct tag *tag) {
    const struct cm_kit_position end = to->fault->place;
    move_to(to, tag->quote);
    (void)snprintf(to->out.text, sizeof to->out.text, "the closing quote of %s is missing before line %lu, column %lu",
                   attribute_at(to->source, tag->name), (unsigned long)end.line, (unsigned long)end.column);
}

/* A < in a value. */
static void say_less_in_value(struct description *to, const struct tag *tag, size_t offset) {
    if (lacks_end(to->source, tag->quote, offset)) {
        say_quote_missing(to, tag);
        return;
    }
    const struct cm_kit_position begin = place_at(to->source, tag->quote);
    (void)snprintf(to->out.text, sizeof to->out.text,
                   "< in the value of %s is written &lt;, or the closing quote is missing of the value that begins in "
                   "line %lu, column %lu",
                   attribute_at(to->source, tag->name), (unsigned long)begin.line, (unsigned long)begin.column);
}

/* Something right after a closing quote. */
static void say_after_value(struct description *to, const struct tag *tag, size_t offset) {
    const char *name = attribute_at(to->source, tag->name);
    if (lacks_end(to->source, tag->quote, offset - to->source->width))
        say_quote_missing(to, tag);
    else
        (void)snprintf(to->out.text, sizeof to->out.text,
                       "after the value of %s a blank is missing; a quote in a value is written &quot;", name);
}

static void say_tag_open(struct description *to, const struct tag *tag) {
    const unsigned long line = to->fault->place.line;
    move_to(to, tag->begin);
    (void)snprintf(to->out.text, sizeof to->out.text, "the tag <%s lacks its > before the < in line %lu",
                   name_at(to->source, tag->begin + to->source->width).text, line);
}

static void say_closes_nothing(struct description *to, size_t offset) {
    move_to(to, offset);
    say(to, "this tag closes nothing that is open");
}

static void say_in_tag(struct description *to, const struct tag *tag, size_t offset) {
    const char *name = attribute_at(to->source, tag->name);
    if (tag->state == IN_VALUE && at(to->source, offset) == '<')
        say_less_in_value(to, tag, offset);
    else if (tag->state == BEFORE_VALUE)
        (void)snprintf(to->out.text, sizeof to->out.text, "the value of %s needs quotes around it", name);
    else if (at(to->source, offset) == '<')
        say_tag_open(to, tag);
    else if (tag->state == IN_NAME || tag->state == BEFORE_EQUAL)
        (void)snprintf(to->out.text, sizeof to->out.text, "%s has no value: = and the value in quotes are missing",
                       name);
    else if (tag->state == AFTER_VALUE)
        say_after_value(to, tag, offset);
    else if (at(to->source, offset) == '\\')
        say(to, "a backslash is where / belongs");
    else if (at(to->source, tag->begin + to->source->width) == '/' && tag->state == BEFORE_NAME)
        say(to, "a closing tag has no attributes");
    else if (at(to->source, offset - to->source->width) == '/')
        say(to, "/ in a tag belongs right before its >");
    else if (tag->state == BEFORE_NAME)
        say(to, "the name of an attribute belongs here");
    else if (tag->state == IN_ELEMENT_NAME && at(to->source, offset) == '/')
        say_closes_nothing(to, tag->begin);
    else if (tag->state == IN_ELEMENT_NAME && offset == tag->begin + to->source->width)
        say(to, "< begins a tag, and in text is written &lt;");
}

/* The & of an entity that is none, at an offset or before it; SIZE_MAX: there is none. */
static size_t find_ampersand(const struct source *source, size_t offset) {
    size_t i = offset;
    while (i >= source->begin + source->width && offset - i < 64 && at(source, i) != '&' &&
           (i == offset || is_name(at(source, i)) || at(source, i) == '#'))
        i -= source->width;
    return at(source, i) == '&' ? i : SIZE_MAX;
}

static void say_control(struct description *to, unsigned c) {
    (void)snprintf(to->out.text, sizeof to->out.text, "the control character U+%04X is not allowed in XML: take it out",
                   c);
}

static void say_invalid(struct description *to) {
    const size_t offset = to->fault->place.offset, ampersand = find_ampersand(to->source, offset);
    const unsigned c = at(to->source, offset);
    const struct tag tag = tag_before(to->source, offset);
    if (c < ' ' && !is_blank(c)) {
        say_control(to, c);
    } else if (has(to->source, tag.begin, "<!--")) {
        say(to, "-- belongs in a comment only at its end");
    } else if (has(to->source, tag.begin, "<!") || has(to->source, tag.begin, "<?")) {
        return;
    } else if (ampersand != SIZE_MAX && ampersand > tag.begin) {
        move_to(to, ampersand);
        say(to, "& is written &amp;");
    } else if (tag.state != IN_TEXT) {
        say_in_tag(to, &tag, offset);
    } else if (c == ']' || c == '>') {
        say(to, "]]> in text is written ]]&gt;");
    }
}

/* ---- the end of the text ---- */

static void say_open(struct description *to, const char *before) {
    if (to->fault->open.line == 0)
        return;
    (void)snprintf(to->out.text, sizeof to->out.text, "%s, but <%s> of line %lu is open", before,
                   name_at(to->source, to->fault->open.offset + to->source->width).text,
                   (unsigned long)to->fault->open.line);
}

/* A token that begins at the place of the fault and does not end. */
static void say_unclosed(struct description *to) {
    const size_t offset = to->fault->place.offset;
    if (has(to->source, offset, "<!--")) {
        say(to, "the comment that begins here is not closed by -->");
    } else if (has(to->source, offset, "<?")) {
        say(to, "what begins here with <? is not closed by ?>");
    } else if (at(to->source, offset) == '<' && at(to->source, offset + to->source->width) != '!') {
        const struct tag tag = tag_before(to->source, to->source->end);
        const struct cm_kit_position quote = place_at(to->source, tag.quote);
        if (tag.state == IN_VALUE)
            (void)snprintf(to->out.text, sizeof to->out.text,
                           "the closing quote of %s is missing, whose value begins in line %lu, column %lu",
                           attribute_at(to->source, tag.name), (unsigned long)quote.line, (unsigned long)quote.column);
        else
            say(to, "the tag that begins here lacks its >");
    }
}

/* expat stops at the end of the text. */
static void say_unclosed_data(struct description *to) {
    size_t begin = to->fault->place.offset;
    while (begin >= to->source->begin + to->source->width && !has(to->source, begin, "<![CDATA["))
        begin -= to->source->width;
    move_to(to, begin);
    say(to, "the CDATA section that begins here is not closed by ]]>");
}

/* ---- tags that do not fit ---- */

/* expat stops after </. */
static void say_mismatch(struct description *to) {
    char before[64];
    (void)snprintf(before, sizeof before, "</%s> closes", name_at(to->source, to->fault->place.offset).text);
    say_open(to, before);
}

static void say_junk(struct description *to) {
    const size_t offset = to->fault->place.offset;
    const unsigned next = at(to->source, offset + to->source->width);
    if (at(to->source, offset) == '<' && next == '/')
        say_closes_nothing(to, offset);
    else if (at(to->source, offset) == '<')
        say(to, "a second root element begins here, and XML has one");
    else
        say(to, "text is after the end of the root element");
}

static void say_declaration(struct description *to) {
    say(to, to->fault->code == XML_ERROR_MISPLACED_XML_PI
                ? "<?xml ... ?> belongs at the very start, and something is before it: a blank, an empty line"
                : "the declaration is <?xml version=\"1.0\" encoding=\"UTF-8\"?>, in this order");
}

/* ---- ---- */

/* The entity that there is none of. Of one in a value expat says where the tag begins. */
static void say_entity(struct description *to) {
    static const char *const known[] = {"amp;", "lt;", "gt;", "quot;", "apos;", "#"};
    const struct source *source = to->source;
    for (size_t i = to->fault->place.offset; i < source->end; i += source->width) {
        size_t k = 0;
        while (k < sizeof known / sizeof *known && !has(source, i + source->width, known[k]))
            k++;
        if (at(source, i) != '&' || k < sizeof known / sizeof *known)
            continue;
        move_to(to, i);
        break;
    }
    say(to, "XML has &amp; &lt; &gt; &quot; &apos; and numbers, and & itself is written &amp;");
}

static void describe(struct description *to) {
    switch (to->fault->code) {
    case XML_ERROR_INVALID_TOKEN:
        say_invalid(to);
        break;
    case XML_ERROR_UNCLOSED_CDATA_SECTION:
        say_unclosed_data(to);
        break;
    case XML_ERROR_UNCLOSED_TOKEN:
        say_unclosed(to);
        break;
    case XML_ERROR_NO_ELEMENTS:
        say_open(to, "the text ends");
        break;
    case XML_ERROR_TAG_MISMATCH:
        say_mismatch(to);
        break;
    case XML_ERROR_DUPLICATE_ATTRIBUTE:
        (void)snprintf(to->out.text, sizeof to->out.text, "%s is there twice in one tag",
                       attribute_at(to->source, to->fault->place.offset));
        break;
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
        say_junk(to);
        break;
    case XML_ERROR_UNDEFINED_ENTITY:
        say_entity(to);
        break;
    case XML_ERROR_BAD_CHAR_REF:
        say(to, "this number is none of a character that XML may hold: take it out");
        break;
    case XML_ERROR_MISPLACED_XML_PI:
    case XML_ERROR_XML_DECL:
        say_declaration(to);
        break;
    default:
        break;
    }
}

struct cm_iis_fault_text cm_iis_fault_describe(const struct cm_iis *iis, const struct cm_iis_encoding *encoding,
                                               struct cm_iis_fault *fault) {
    struct source source = {.data = iis->text.data, .begin = iis->bom, .end = iis->text.len, .width = 1, .low = 0};
    if (encoding->seen != CM_IIS_NARROW) {
        source.width = 2;
        source.low = encoding->seen == CM_IIS_WIDE_BIG ? 1 : 0;
        source.end -= (source.end - source.begin) % 2; /* half a unit is none */
    }
    struct description to = {.source = &source, .fault = fault, .out = {""}};
    describe(&to);
    return to.out;
}
