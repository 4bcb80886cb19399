/* SPDX-License-Identifier: MIT */
#include "script.h"
#include <utf8proc.h>

/* The letters of the scripts that have look-alikes, from Scripts.txt of Unicode 15.0 (https://www.unicode.org/Public/
 * 15.0.0/ucd/Scripts.txt); gaps without letters are in the ranges. In order. */
static const struct {
    uint32_t first, last;
    enum cm_lint_script script;
} ranges[] = {
    {0x0041, 0x005A, CM_LINT_LATIN},    {0x0061, 0x007A, CM_LINT_LATIN},    {0x00C0, 0x00D6, CM_LINT_LATIN},
    {0x00D8, 0x00F6, CM_LINT_LATIN},    {0x00F8, 0x02B8, CM_LINT_LATIN},    {0x0370, 0x0373, CM_LINT_GREEK},
    {0x0376, 0x037D, CM_LINT_GREEK},    {0x037F, 0x037F, CM_LINT_GREEK},    {0x0386, 0x0386, CM_LINT_GREEK},
    {0x0388, 0x03E1, CM_LINT_GREEK},    {0x03F0, 0x03FF, CM_LINT_GREEK},    {0x0400, 0x0484, CM_LINT_CYRILLIC},
    {0x0487, 0x052F, CM_LINT_CYRILLIC}, {0x0531, 0x0588, CM_LINT_ARMENIAN}, {0x13A0, 0x13FD, CM_LINT_CHEROKEE},
    {0x1C80, 0x1C88, CM_LINT_CYRILLIC}, {0x1E00, 0x1EFF, CM_LINT_LATIN},    {0x1F00, 0x1FFE, CM_LINT_GREEK},
    {0x2C60, 0x2C7F, CM_LINT_LATIN},    {0x2DE0, 0x2DFF, CM_LINT_CYRILLIC}, {0xA640, 0xA69F, CM_LINT_CYRILLIC},
    {0xA722, 0xA7FF, CM_LINT_LATIN},    {0xAB30, 0xAB64, CM_LINT_LATIN},    {0xAB70, 0xABBF, CM_LINT_CHEROKEE},
};

enum cm_lint_script cm_lint_script_of(uint32_t code_point) {
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && code_point >= ranges[i].first; i++)
        if (code_point <= ranges[i].last)
            return ranges[i].script;
    return CM_LINT_NO_SCRIPT;
}

bool cm_lint_is_letter(uint32_t code_point) {
    const utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

bool cm_lint_is_blank(uint32_t code_point) {
    return utf8proc_category((utf8proc_int32_t)code_point) == UTF8PROC_CATEGORY_ZS;
}

bool cm_lint_is_invisible(uint32_t code_point) {
    static const struct {
        uint32_t first, last;
    } invisible[] = {{0x00AD, 0x00AD},   {0x034F, 0x034F},  {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
                     {0x180B, 0x180F},   {0x200B, 0x200F},  {0x202A, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
                     {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},  {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3},
                     {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};
    for (size_t i = 0; i < sizeof invisible / sizeof *invisible && code_point >= invisible[i].first; i++)
        if (code_point <= invisible[i].last)
            return true;
    return false;
}

bool cm_lint_is_compatible(uint32_t code_point) {
    return code_point >= 0x80 && !cm_lint_is_blank(code_point) && !cm_lint_is_invisible(code_point) &&
           utf8proc_get_property((utf8proc_int32_t)code_point)->decomp_type != 0;
}

size_t cm_lint_decompose(uint32_t *to, size_t cap, uint32_t code_point) {
    utf8proc_int32_t parts[32];
    int boundary = 0;
    const utf8proc_ssize_t count =
        utf8proc_decompose_char((utf8proc_int32_t)code_point, parts, 32,
                                (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE), &boundary);
    if (count < 1 || (size_t)count > cap || count > 32) {
        to[0] = code_point;
        return 1;
    }
    for (utf8proc_ssize_t i = 0; i < count; i++)
        to[i] = (uint32_t)parts[i];
    return (size_t)count;
}

/* Letters that most fonts draw alike. */
static const struct {
    uint32_t other;
    char latin;
} look_alikes[] = {
    {0x0391, 'A'}, {0x0392, 'B'}, {0x0395, 'E'}, {0x0396, 'Z'}, {0x0397, 'H'}, {0x0399, 'I'}, {0x039A, 'K'},
    {0x039C, 'M'}, {0x039D, 'N'}, {0x039F, 'O'}, {0x03A1, 'P'}, {0x03A4, 'T'}, {0x03A5, 'Y'}, {0x03A7, 'X'},
    {0x03BD, 'v'}, {0x03BF, 'o'}, {0x03C1, 'p'}, {0x03C5, 'u'}, {0x03F2, 'c'}, {0x03F3, 'j'}, {0x0405, 'S'},
    {0x0406, 'I'}, {0x0408, 'J'}, {0x0410, 'A'}, {0x0412, 'B'}, {0x0415, 'E'}, {0x041A, 'K'}, {0x041C, 'M'},
    {0x041D, 'H'}, {0x041E, 'O'}, {0x0420, 'P'}, {0x0421, 'C'}, {0x0422, 'T'}, {0x0423, 'Y'}, {0x0425, 'X'},
    {0x0430, 'a'}, {0x0435, 'e'}, {0x043E, 'o'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0443, 'y'}, {0x0445, 'x'},
    {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x04BB, 'h'}, {0x04CF, 'l'}, {0x0501, 'd'}, {0x051B, 'q'},
    {0x051D, 'w'}, {0x054D, 'U'}, {0x054F, 'S'}, {0x0555, 'O'}, {0x0570, 'h'}, {0x0578, 'n'}, {0x057D, 'u'},
    {0x0581, 'g'}, {0x0585, 'o'}, {0x13A0, 'D'}, {0x13AA, 'A'}, {0x13AC, 'E'}, {0x13D2, 'R'}, {0x13DA, 'S'},
};

uint32_t cm_lint_look_alike(uint32_t code_point, enum cm_lint_script script) {
    for (size_t i = 0; i < sizeof look_alikes / sizeof *look_alikes; i++) {
        if (script == CM_LINT_LATIN && look_alikes[i].other == code_point)
            return (unsigned char)look_alikes[i].latin;
        if (script != CM_LINT_LATIN && (uint32_t)look_alikes[i].latin == code_point &&
            cm_lint_script_of(look_alikes[i].other) == script)
            return look_alikes[i].other;
    }
    return 0;
}
