/* SPDX-License-Identifier: MIT */
#include "certmap/names.h"
#include "run.h"
#include <string.h>

static const struct {
    const char *name;
    unsigned stands_for;
} encodings[] = {
    {"UTF-8", CM_IIS_NARROW},         {"US-ASCII", CM_IIS_NARROW},   {"UTF-16", CM_IIS_WIDE_LITTLE | CM_IIS_WIDE_BIG},
    {"UTF-16LE", CM_IIS_WIDE_LITTLE}, {"UTF-16BE", CM_IIS_WIDE_BIG},
};

static bool starts_with(struct certmap_view text, const char *bytes, size_t len) {
    return text.len >= len && memcmp(text.data, bytes, len) == 0;
}

/* XML begins with < or white space, so that one byte of the first two is zero in UTF-16 and none in
 * UTF-8. Two zeros where a code unit is are UTF-32, or no text at all. */
bool cm_iis_encoding_detect(struct cm_iis_encoding *encoding, struct certmap_view text) {
    if (starts_with(text, "\0\0", 2) || (text.len >= 4 && memcmp(text.data + 2, "\0\0", 2) == 0))
        return false;
    if (starts_with(text, "\xEF\xBB\xBF", 3))
        *encoding = (struct cm_iis_encoding){CM_IIS_NARROW, 3, "UTF-8"};
    else if (starts_with(text, "\xFF\xFE", 2))
        *encoding = (struct cm_iis_encoding){CM_IIS_WIDE_LITTLE, 2, "UTF-16LE"};
    else if (starts_with(text, "\xFE\xFF", 2))
        *encoding = (struct cm_iis_encoding){CM_IIS_WIDE_BIG, 2, "UTF-16BE"};
    else if (text.len >= 2 && text.data[1] == 0)
        *encoding = (struct cm_iis_encoding){CM_IIS_WIDE_LITTLE, 0, "UTF-16LE"};
    else if (text.len >= 2 && text.data[0] == 0)
        *encoding = (struct cm_iis_encoding){CM_IIS_WIDE_BIG, 0, "UTF-16BE"};
    else
        *encoding = (struct cm_iis_encoding){CM_IIS_NARROW, 0, NULL};
    return true;
}

static unsigned unit_at(const struct cm_iis_encoding *encoding, const uint8_t *p) {
    return encoding->seen == CM_IIS_WIDE_BIG ? p[0] * 256u + p[1] : p[1] * 256u + p[0];
}

/* expat takes the unit after a leading surrogate for its other half, whatever it is. */
bool cm_iis_encoding_pairs(const struct cm_iis_encoding *encoding, struct certmap_view text,
                           struct cm_kit_position *place) {
    bool second = false; /* the second half of a pair is due */
    *place = (struct cm_kit_position){1, 1, (uint32_t)encoding->bom, 0};
    for (size_t i = encoding->bom; encoding->seen != CM_IIS_NARROW && i + 1 < text.len; i += 2) {
        unsigned unit = unit_at(encoding, text.data + i);
        if (second != (unit >= 0xDC00 && unit <= 0xDFFF))
            return false;
        second = unit >= 0xD800 && unit <= 0xDBFF;
        if (second)
            continue;
        place->column = unit == '\n' ? 1 : place->column + 1;
        place->line += unit == '\n';
        place->offset = (uint32_t)i + 2;
    }
    return true;
}

bool cm_iis_encoding_allows(const struct cm_iis_encoding *encoding, const char *declared, bool *known) {
    struct certmap_view name = {(const uint8_t *)declared, strlen(declared)};
    *known = true;
    if (encoding->bom > 0)
        return true;
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
        if (certmap_text_same(name,
                              (struct certmap_view){(const uint8_t *)encodings[i].name, strlen(encodings[i].name)}))
            return (encodings[i].stands_for & encoding->seen) != 0;
    *known = false;
    return false;
}
