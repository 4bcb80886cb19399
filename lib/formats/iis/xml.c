/* SPDX-License-Identifier: MIT */
/* Drives expat. Nothing else here knows it but heap.c, place.c, and fault.c, which knows its errors. */
#include "certmap/names.h"
#include "fault.h"
#include "heap.h"
#include "run.h"
#include <string.h>

/* expat copies what it is given, so it is given a piece at a time. */
enum { PIECE = 65536 };

/* What the callbacks get. */
struct reader {
    struct cm_iis *iis;
    struct cm_iis_encoding encoding;
};

/* ---- callbacks ---- */

static bool stopped(const struct cm_iis *iis) {
    return iis->stop || cm_kit_diagnostics_full(&iis->diagnostics);
}

/* After that expat calls nothing but, for <element/>, the end handler. */
static void stop_if_told(struct cm_iis *iis) {
    if (stopped(iis))
        (void)XML_StopParser(iis->xml, XML_FALSE);
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes) {
    struct cm_iis *iis = ((struct reader *)ctx)->iis;
    cm_iis_start(iis, name, (const char *const *)attributes);
    stop_if_told(iis);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name) {
    struct cm_iis *iis = ((struct reader *)ctx)->iis;
    (void)name;
    if (!stopped(iis))
        cm_iis_end(iis);
}

static size_t count_blanks(const XML_Char *text, size_t len) {
    size_t i = 0;
    while (i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n'))
        i++;
    return i;
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len) {
    struct reader *reader = ctx;
    struct cm_iis *iis = reader->iis;
    size_t blanks = count_blanks(text, (size_t)len);
    if (blanks == (size_t)len || !cm_iis_text_matters(iis))
        return;
    struct cm_kit_position place = cm_iis_here(iis);
    place.column += (uint32_t)blanks; /* a piece of text holds one line at most */
    place.offset += (uint32_t)(reader->encoding.seen == CM_IIS_NARROW ? blanks : 2 * blanks);
    place.length = 0;
    iis->text_told = true;
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_UNEXPECTED_TEXT, place,
                  "text has no meaning in this section; everything is in attributes");
    stop_if_told(iis);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid,
                               int has_internal_subset) {
    struct cm_iis *iis = ((struct reader *)ctx)->iis;
    (void)name;
    (void)sysid;
    (void)pubid;
    (void)has_internal_subset;
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_DTD, cm_iis_here(iis),
                  "a document type declaration is refused: it could define entities");
    iis->stop = true;
    stop_if_told(iis);
}

static void XMLCALL on_declaration(void *ctx, const XML_Char *version, const XML_Char *name, int standalone) {
    struct reader *reader = ctx;
    struct cm_iis *iis = reader->iis;
    bool known;
    (void)version;
    (void)standalone;
    if (name == NULL || cm_iis_encoding_allows(&reader->encoding, name, &known))
        return;
    if (known)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_ENCODING, cm_iis_here(iis),
                      "the encoding is declared as %s, but the text is not in it", cm_kit_quote_string(name).text);
    else
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_ENCODING, cm_iis_here(iis),
                      "the encoding %s is not read; UTF-8 and UTF-16 are", cm_kit_quote_string(name).text);
    iis->stop = true;
    stop_if_told(iis);
}

static void XMLCALL on_survey_start(void *ctx, const XML_Char *name, const XML_Char **attributes) {
    struct cm_iis *iis = ((struct reader *)ctx)->iis;
    cm_iis_survey_start(iis, name, (const char *const *)attributes);
    if (iis->survey.done)
        (void)XML_StopParser(iis->xml, XML_FALSE);
}

static void XMLCALL on_survey_end(void *ctx, const XML_Char *name) {
    struct cm_iis *iis = ((struct reader *)ctx)->iis;
    (void)name;
    if (!iis->survey.done)
        cm_iis_survey_end(iis);
    if (iis->survey.done)
        (void)XML_StopParser(iis->xml, XML_FALSE);
}

/* What is refused later ends this already. */
static void XMLCALL on_survey_doctype(void *ctx, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid,
                                      int has_internal_subset) {
    struct cm_iis *iis = ((struct reader *)ctx)->iis;
    (void)name;
    (void)sysid;
    (void)pubid;
    (void)has_internal_subset;
    iis->survey.done = true;
    (void)XML_StopParser(iis->xml, XML_FALSE);
}

/* Whether the byte where expat stopped is not UTF-8: then it is shown as \xHH. */
static bool stopped_at_bad_utf8(const struct cm_iis *iis, struct cm_kit_position place) {
    char shown[64];
    size_t len, rest = iis->text.len - place.offset;
    struct certmap_view byte = {iis->text.data + place.offset, rest < 4 ? rest : 4};
    return certmap_text_escape(shown, sizeof shown, &len, byte, false, NULL) == CERTMAP_OK &&
           strncmp(shown, "\\x", 2) == 0;
}

/* Each piece is at least as long as what expat could not use yet, so that a very long token is not
 * looked at from its start over and over. */
static enum XML_Status feed(struct cm_iis *iis, bool survey) {
    enum XML_Status status;
    size_t done = iis->bom, size = PIECE;
    do {
        size = size < iis->text.len - done ? size : iis->text.len - done;
        const struct certmap_allocator *before = cm_iis_heap_enter(&iis->allocator);
        status = XML_Parse(iis->xml, (const char *)iis->text.data + done, (int)size, done + size == iis->text.len);
        cm_iis_heap_leave(before);
        done += size;
        size = done - iis->bom - cm_iis_place_used(iis);
        size = size > PIECE ? size : PIECE;
    } while (status == XML_STATUS_OK && cm_iis_goes_on(iis, survey ? 0 : done, iis->text.len) && done < iis->text.len);
    return status;
}

static void set_handlers(struct reader *reader) {
    struct cm_iis *iis = reader->iis;
    XML_SetUserData(iis->xml, reader);
    XML_SetElementHandler(iis->xml, on_start, on_end);
    XML_SetCharacterDataHandler(iis->xml, on_text);
    XML_SetStartDoctypeDeclHandler(iis->xml, on_doctype);
    XML_SetXmlDeclHandler(iis->xml, on_declaration);
}

static bool detect_encoding(struct cm_iis *iis, struct cm_iis_encoding *encoding) {
    struct cm_kit_position place = {1, 1, 0, 0};
    const char *what = "the text is neither UTF-8 nor UTF-16";
    if (cm_iis_encoding_detect(encoding, iis->text)) {
        if (cm_iis_encoding_pairs(encoding, iis->text, &place))
            return true;
        what = "half of a surrogate pair is not UTF-16";
    }
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_ENCODING, place, "%s", what);
    iis->stop = true;
    return false;
}

static bool begin_parser(struct reader *reader) {
    const struct certmap_allocator *before = cm_iis_heap_enter(&reader->iis->allocator);
    reader->iis->xml = XML_ParserCreate_MM(reader->encoding.forced, &cm_iis_heap_suite, NULL);
    cm_iis_heap_leave(before);
    if (reader->iis->xml == NULL)
        cm_iis_no_memory(reader->iis);
    return reader->iis->xml != NULL;
}

static void end_parser(struct cm_iis *iis) {
    XML_ParserFree(iis->xml);
    iis->xml = NULL;
}

/* The first of two walks through the text. */
static void survey(struct reader *reader) {
    struct cm_iis *iis = reader->iis;
    if (!begin_parser(reader))
        return;
    XML_SetUserData(iis->xml, reader);
    XML_SetElementHandler(iis->xml, on_survey_start, on_survey_end);
    XML_SetStartDoctypeDeclHandler(iis->xml, on_survey_doctype);
    if (feed(iis, true) != XML_STATUS_OK && XML_GetErrorCode(iis->xml) == XML_ERROR_NO_MEMORY)
        cm_iis_no_memory(iis);
    end_parser(iis);
}

/* ---- what expat refuses ---- */

/* The start tags that are open, by offset. */
struct open_tags {
    struct reader *reader;
    struct cm_kit_position places[CERTMAP_IIS_MAX_DEPTH];
    size_t count;
};

static void XMLCALL on_open(void *ctx, const XML_Char *name, const XML_Char **attributes) {
    struct open_tags *tags = ctx;
    (void)name;
    (void)attributes;
    if (tags->count == CERTMAP_IIS_MAX_DEPTH)
        (void)XML_StopParser(tags->reader->iis->xml, XML_FALSE);
    else
        tags->places[tags->count++] = cm_iis_place_by_expat(tags->reader->iis);
}

static void XMLCALL on_close(void *ctx, const XML_Char *name) {
    struct open_tags *tags = ctx;
    (void)name;
    if (tags->count > 0)
        tags->count--;
}

/* Which start tag is open where the text ends or does not fit is asked for so seldom that the text is read once more,
 * rather than kept in mind each time. Nowhere if there is none, or no memory. */
static struct cm_kit_position find_open_tag(struct reader *reader) {
    struct cm_iis *iis = reader->iis;
    struct cm_kit_position place = {0, 0, 0, 0};
    struct open_tags *tags = iis->allocator.alloc(iis->allocator.ctx, sizeof *tags);
    if (tags == NULL) {
        cm_iis_no_memory(iis);
        return place;
    }
    tags->reader = reader;
    tags->count = 0;
    if (begin_parser(reader)) {
        XML_SetUserData(iis->xml, tags);
        XML_SetElementHandler(iis->xml, on_open, on_close);
        if (feed(iis, true) != XML_STATUS_OK && XML_GetErrorCode(iis->xml) == XML_ERROR_NO_MEMORY)
            cm_iis_no_memory(iis);
        end_parser(iis);
    }
    if (tags->count > 0)
        place = tags->places[tags->count - 1];
    cm_kit_release(&iis->allocator, tags);
    return place;
}

/* expat's words, and what they mean here. */
static void report_fault(struct reader *reader, struct cm_iis_fault *fault) {
    struct cm_iis *iis = reader->iis;
    const bool ends = fault->code == XML_ERROR_NO_ELEMENTS || fault->code == XML_ERROR_UNCLOSED_TOKEN ||
                      fault->code == XML_ERROR_PARTIAL_CHAR;
    if (fault->code == XML_ERROR_NO_ELEMENTS || fault->code == XML_ERROR_TAG_MISMATCH)
        fault->open = find_open_tag(reader);
    const struct cm_iis_fault_text cause = cm_iis_fault_describe(iis, &reader->encoding, fault);
    if (!iis->stop)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_XML, fault->place, "%s: %s%s%s",
                      ends ? "the text ends too early" : "the XML is not well-formed",
                      XML_ErrorString((enum XML_Error)fault->code), cause.text[0] != '\0' ? ": " : "", cause.text);
}

/* Before the parser is freed: what it says. */
static struct cm_iis_fault take_fault(const struct cm_iis *iis) {
    struct cm_iis_fault fault = {.code = (int)XML_GetErrorCode(iis->xml), .place = cm_iis_place_by_expat(iis)};
    fault.place.length = 0;
    return fault;
}

static void report_expat_error(struct reader *reader, struct cm_iis_fault *fault) {
    struct cm_iis *iis = reader->iis;
    if (fault->code == XML_ERROR_NO_MEMORY)
        cm_iis_no_memory(iis);
    else if (fault->code == XML_ERROR_NO_ELEMENTS && iis->root.line == 0)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_XML, fault->place,
                      "the text has no element");
    else if (fault->code == XML_ERROR_INVALID_TOKEN && reader->encoding.seen == CM_IIS_NARROW &&
             stopped_at_bad_utf8(iis, fault->place))
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_ENCODING, fault->place,
                      "byte 0x%02X is not UTF-8", (unsigned)iis->text.data[fault->place.offset]);
    else
        report_fault(reader, fault);
    iis->stop = true;
}

static void walk(struct reader *reader) {
    struct cm_iis *iis = reader->iis;
    if (!begin_parser(reader))
        return;
    set_handlers(reader);
    const bool refused = feed(iis, false) != XML_STATUS_OK && !stopped(iis);
    struct cm_iis_fault fault = take_fault(iis);
    end_parser(iis);
    if (refused)
        report_expat_error(reader, &fault);
}

void cm_iis_parse(struct cm_iis *iis) {
    struct reader reader = {.iis = iis};
    if (!detect_encoding(iis, &reader.encoding))
        return;
    iis->bom = reader.encoding.bom;
    cm_iis_place_start(iis, &reader.encoding);
    cm_kit_progress_phase(&iis->progress, CM_IIS_READ);
    if (iis->site.data != NULL)
        survey(&reader);
    if (!iis->stop)
        walk(&reader);
}
