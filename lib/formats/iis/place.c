/* SPDX-License-Identifier: MIT */
/* Where expat is: it counts lines, too, but from the start each time. */
#include "run.h"
#include <expat.h>
#include <string.h>

size_t cm_iis_place_used(const struct cm_iis *iis) {
    XML_Index index = XML_GetCurrentByteIndex(iis->xml); /* -1 before the first token */
    return index > 0 ? (size_t)index : 0;
}

struct cm_kit_position cm_iis_place_by_expat(const struct cm_iis *iis) {
    return (struct cm_kit_position){
        .line = (uint32_t)XML_GetCurrentLineNumber(iis->xml),
        .column = (uint32_t)XML_GetCurrentColumnNumber(iis->xml) + 1,
        .offset = (uint32_t)(cm_iis_place_used(iis) + iis->bom),
        .length = (uint32_t)XML_GetCurrentByteCount(iis->xml),
    };
}

/* Whether lines end as in most files: UTF-8, and CR before LF only. */
static bool has_plain_lines(struct certmap_view text, const struct cm_iis_encoding *encoding) {
    const uint8_t *at = text.data, *end = text.data + text.len;
    if (encoding->seen != CM_IIS_NARROW)
        return false;
    while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL && at + 1 < end && at[1] == '\n')
        at += 2;
    return at == NULL;
}

/* Goes on to an offset that is not before the last one. */
static void count_lines(struct cm_iis *iis, size_t offset) {
    struct cm_kit_position *place = &iis->counted;
    const uint8_t *at = iis->text.data + place->offset, *to = iis->text.data + offset, *end;
    for (; (end = memchr(at, '\n', (size_t)(to - at))) != NULL; at = end + 1) {
        place->line++;
        place->column = 1;
    }
    for (; at < to; at++)
        place->column += (*at & 0xC0) != 0x80;
    place->offset = (uint32_t)offset;
}

struct cm_kit_position cm_iis_here(struct cm_iis *iis) {
    if (!iis->plain_lines)
        return cm_iis_place_by_expat(iis);
    count_lines(iis, cm_iis_place_used(iis) + iis->bom);
    iis->counted.length = (uint32_t)XML_GetCurrentByteCount(iis->xml);
    return iis->counted;
}

void cm_iis_place_start(struct cm_iis *iis, const struct cm_iis_encoding *encoding) {
    iis->plain_lines = has_plain_lines(iis->text, encoding);
    iis->counted = (struct cm_kit_position){1, 1, (uint32_t)iis->bom, 0};
}
