/* SPDX-License-Identifier: MIT */
#include "report_html.h"
#include <inttypes.h>
#include <stddef.h>

/* ---- Characters ---- */

struct range {
    uint32_t first, last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t cp) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (cp > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && cp >= ranges[low].first;
}

/* Unicode's categories Cc, Cf, Zl, Zp, Cs and Co, the blanks (Zs) but U+0020, noncharacters of the first plane, and
 * letters that have no ink: fillers of Hangul, the empty pattern of Braille, joiners and selectors of variants. */
static const struct range hidden[] = {
    {0x0000, 0x001F},   {0x007F, 0x00A0},   {0x00AD, 0x00AD},   {0x034F, 0x034F},      {0x0600, 0x0605},
    {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},      {0x08E2, 0x08E2},
    {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5},   {0x180B, 0x180F},      {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x2800, 0x2800},   {0x3000, 0x3000},      {0x3164, 0x3164},
    {0xD800, 0xF8FF},   {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},      {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFC},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},    {0x13430, 0x1343F},
    {0x1BCA0, 0x1BCA3}, {0x1D159, 0x1D159}, {0x1D173, 0x1D17A}, {0xE0000, 0xFFFFFFFF},
};

/* Marks that are drawn above and below a letter of any script. */
static const struct range marks[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F},
};

bool tool_html_is_hidden(uint32_t cp) {
    return (cp & 0xFFFEu) == 0xFFFEu || is_in(hidden, sizeof hidden / sizeof *hidden, cp);
}

/* ---- Texts ---- */

struct writer {
    struct tool_text *out;
    bool elements;
    size_t marks; /* on the last letter */
};

static void add_seen(const struct writer *writer, const char *shown) {
    tool_text_string(writer->out, writer->elements ? "<b class=x>" : "");
    tool_text_string(writer->out, shown);
    tool_text_string(writer->out, writer->elements ? "</b>" : "");
}

static void add_hidden(const struct writer *writer, uint32_t cp) {
    char shown[16];
    (void)snprintf(shown, sizeof shown, "\\u{%" PRIX32 "}", cp);
    add_seen(writer, shown);
}

/* What HTML reads as its own; the other characters are not it anywhere. */
static const char *entity(uint32_t cp) {
    switch (cp) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* bytes: of the code point, or what was no UTF-8. */
static void add_character(struct writer *writer, uint32_t cp, struct certmap_view bytes) {
    const char *name = entity(cp);
    writer->marks = is_in(marks, sizeof marks / sizeof *marks, cp) ? writer->marks + 1 : 0;
    if (name != NULL)
        tool_text_string(writer->out, name);
    else if (tool_html_is_hidden(cp) || writer->marks > TOOL_HTML_MARKS)
        add_hidden(writer, cp);
    else if (cp == 0xFFFD)
        add_seen(writer, "\xEF\xBF\xBD");
    else
        tool_text_add(writer->out, bytes);
}

static void add_text(struct writer *writer, struct certmap_view text, size_t limit) {
    for (size_t shown = 0; text.len > 0; shown++) {
        uint32_t cp;
        const size_t taken = tool_utf8_take(text, &cp);
        if (shown == limit) {
            tool_text_string(writer->out, "\xE2\x80\xA6"); /* an ellipsis */
            return;
        }
        if (cp == ' ' && (shown == 0 || taken == text.len))
            add_seen(writer, "\xE2\x90\xA3"); /* an open box */
        else
            add_character(writer, cp, (struct certmap_view){text.data, taken});
        text.data += taken;
        text.len -= taken;
    }
}

void tool_html_text(struct tool_text *out, struct certmap_view text, size_t limit) {
    struct writer writer = {.out = out, .elements = true};
    tool_text_string(out, "<bdi>");
    add_text(&writer, text, limit);
    tool_text_string(out, "</bdi>");
}

void tool_html_title(struct tool_text *out, struct certmap_view text, size_t limit) {
    struct writer writer = {.out = out, .elements = false};
    add_text(&writer, text, limit);
}

/* ---- Numbers ---- */

void tool_html_number(struct tool_text *out, uint64_t number) {
    char digits[24];
    const int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            tool_text_string(out, "\xE2\x80\xAF"); /* a narrow blank that does not break */
        tool_text_repeat(out, digits[i], 1);
    }
}

void tool_html_count(struct tool_text *out, uint64_t number, const char *noun) {
    tool_html_number(out, number);
    tool_text_format(out, " %s%s", noun, number == 1 ? "" : "s");
}

/* In thousandths, rounded, without a product that overflows: of large numbers the last digits do not matter. */
static unsigned thousandths(uint64_t part, uint64_t all) {
    while (all > UINT64_MAX / 4000) {
        all /= 2;
        part /= 2;
    }
    return all == 0 ? 0 : (unsigned)((part * 1000 + all / 2) / all);
}

void tool_html_share(struct tool_text *out, uint64_t part, uint64_t all) {
    unsigned share = thousandths(part < all ? part : all, all);
    if (part > 0 && share == 0) {
        tool_text_string(out, "&lt;0.1\xE2\x80\xAF%");
        return;
    }
    if (part < all && share > 999)
        share = 999;
    if (share > 0 && (share < 100 || share >= 995) && share != 1000)
        tool_text_format(out, "%u.%u\xE2\x80\xAF%%", share / 10, share % 10);
    else
        tool_text_format(out, "%u\xE2\x80\xAF%%", (share + 5) / 10);
}

void tool_html_digest(char base64[TOOL_HTML_DIGEST], const uint8_t digest[32]) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *at = base64;
    for (size_t i = 0; i < 32; i += 3) {
        const uint32_t three = (uint32_t)digest[i] << 16 | (i + 1 < 32 ? (uint32_t)digest[i + 1] << 8 : 0) |
                               (i + 2 < 32 ? (uint32_t)digest[i + 2] : 0);
        for (unsigned k = 0; k < 4; k++)
            *at++ = i + k > 32 ? '=' : alphabet[three >> (18 - 6 * k) & 63];
    }
    *at = '\0';
}
