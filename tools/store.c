/* SPDX-License-Identifier: MIT */
#include "store.h"
#include "certmap/names.h"
#include <string.h>

static const struct {
    const char *prefix;
    bool machine;
} locations[] = {{"CurrentUser\\", false}, {"LocalMachine\\", true}};

/* Whether a text begins with a word, in letters of either case. */
static bool begins_with(const char *text, const char *word) {
    const size_t len = strlen(word);
    return strlen(text) >= len && certmap_text_same((struct certmap_view){(const uint8_t *)text, len}, tool_view(word));
}

bool tool_store_set_name(struct tool_store *store, const char *text) {
    static const char drive[] = "Cert:\\";
    if (begins_with(text, drive))
        text += strlen(drive);
    store->machine = false;
    for (size_t i = 0; i < sizeof locations / sizeof *locations; i++)
        if (begins_with(text, locations[i].prefix)) {
            store->machine = locations[i].machine;
            text += strlen(locations[i].prefix);
            break;
        }
    store->name = text;
    return text[0] != '\0' && strchr(text, '\\') == NULL;
}

/* ---- SHA-1 ---- */

/* White space, and the marks of direction that the dialogs of Windows copy along. */
static bool is_skipped(uint32_t cp) {
    static const uint32_t skipped[] = {' ', '\t', ':', 0xA0, 0x200E, 0x200F, 0xFEFF};
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
        if (skipped[i] == cp)
            return true;
    return cp >= 0x202A && cp <= 0x202E;
}

static int digit_of(uint32_t cp) {
    if (cp >= '0' && cp <= '9')
        return (int)(cp - '0');
    const uint32_t small = cp | 0x20;
    return small >= 'a' && small <= 'f' ? (int)(small - 'a') + 10 : -1;
}

#define WANTED "--sha1 is to be 40 hexadecimal digits"

static char *wrong_character(struct certmap_view character) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_string(&text, WANTED ", not ");
    tool_text_quoted(&text, character);
    return text.data;
}

static char *wrong_count(size_t digits) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_format(&text, WANTED ", and this has %zu", digits);
    return text.data;
}

char *tool_store_set_sha1(struct tool_store *store, const char *text) {
    struct certmap_view rest = tool_view(text);
    size_t digits = 0;
    memset(store->sha1, 0, sizeof store->sha1);
    for (uint32_t cp; rest.len > 0;) {
        const struct certmap_view character = {rest.data, tool_utf8_take(rest, &cp)};
        const int digit = digit_of(cp);
        if (digit < 0 && !is_skipped(cp))
            return wrong_character(character);
        if (digit >= 0 && digits < 2 * sizeof store->sha1)
            store->sha1[digits / 2] = (uint8_t)(store->sha1[digits / 2] << 4 | digit);
        digits += digit >= 0;
        rest.data += character.len;
        rest.len -= character.len;
    }
    if (digits != 2 * sizeof store->sha1)
        return wrong_count(digits);
    store->has_sha1 = true;
    return NULL;
}

/* ---- Paths ---- */

void tool_store_add_path(struct tool_text *text, const struct tool_store *store) {
    tool_text_string(text, locations[store->machine].prefix);
    tool_text_string(text, store->name);
}

void tool_store_add_label(struct tool_text *text, const struct tool_store *store) {
    tool_text_string(text, "Cert:\\");
    tool_store_add_path(text, store);
    tool_text_string(text, "\\");
    for (size_t i = 0; i < sizeof store->sha1; i++)
        tool_text_format(text, "%02X", store->sha1[i]);
}
