/* SPDX-License-Identifier: MIT */
/* Which dialect a text is in, by what only that dialect has, and by which end the root is at. */
#include "base/view.h"
#include "name/attr.h"

/* What tells dialects apart, outside quotes but for what is named so. */
struct traits {
    bool spaces; /* around a type or after = */
    bool equals; /* a space before = */
    bool breaks; /* lines end inside */
    bool quoted;
    bool doubled;   /* "" inside quotes */
    bool backslash; /* anywhere */
    bool semicolon;
    bool prefix; /* OID. */
    struct certmap_view first;
    struct certmap_view last;
};

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct certmap_view trim(struct certmap_view text) {
    for (; text.len > 0 && is_space(text.data[0]); text.len--)
        text.data++;
    while (text.len > 0 && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* What stands between the separator before an = and it. */
static void see_type(struct traits *traits, struct certmap_view type) {
    const struct certmap_view trimmed = trim(type);
    const struct certmap_view prefix = CM_VIEW("OID.");
    traits->spaces = traits->spaces || trimmed.len < type.len;
    traits->equals = traits->equals || (type.len > 0 && is_space(type.data[type.len - 1]));
    traits->prefix = traits->prefix || (trimmed.len > prefix.len && memcmp(trimmed.data, prefix.data, prefix.len) == 0);
    if (traits->first.data == NULL)
        traits->first = trimmed;
    traits->last = trimmed;
}

static void see_character(struct traits *traits, uint8_t c, uint8_t before) {
    traits->semicolon = traits->semicolon || c == ';';
    traits->breaks = traits->breaks || c == '\n';
    traits->spaces = traits->spaces || (before == '=' && c == ' ');
}

static bool is_separator(uint8_t c) {
    return c == ',' || c == ';' || c == '+' || c == '\r' || c == '\n';
}

/* Walks the text; begin is where the type at hand begins, or none while a value is read. */
static struct traits traits_of(struct certmap_view text) {
    struct traits traits = {.spaces = false};
    bool quotes = false, in_type = true;
    size_t begin = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.data[i], before = i > 0 ? text.data[i - 1] : 0;
        if (c == '\\') {
            traits.backslash = true;
            i++; /* and what it escapes, if it escapes something */
        } else if (c == '"') {
            traits.doubled = traits.doubled || (!quotes && before == '"');
            traits.quoted = true;
            quotes = !quotes;
        } else if (!quotes && in_type && c == '=') {
            see_type(&traits, cm_view(text.data + begin, i - begin));
            in_type = false;
        } else if (!quotes) {
            see_character(&traits, c, before);
            begin = is_separator(c) ? i + 1 : begin;
            in_type = in_type || is_separator(c);
        }
    }
    return traits;
}

/* How near to the root a type usually stands: 0 is the root. */
static int depth_of(struct certmap_view type) {
    static const struct {
        const char *name;
        int depth;
    } depths[] = {{"C", 0}, {"DC", 0}, {"S", 1}, {"L", 2}, {"STREET", 2}, {"O", 3}, {"OU", 4}};
    const size_t row = cm_attr_by_name(type);
    for (size_t i = 0; row < CM_ATTR_COUNT && i < sizeof depths / sizeof *depths; i++)
        if (strcmp(cm_attr_row(row)->name, depths[i].name) == 0)
            return depths[i].depth;
    return 5;
}

/* The two dialects with spaces and quotes. The root decides first: read from the wrong end, the Name would be
 * another one, while what the dialect does not permit is an error. */
static enum certmap_dialect guess_spaced(const struct traits *traits) {
    const int first = depth_of(traits->first), last = depth_of(traits->last);
    if (first != last)
        return first < last ? CERTMAP_DIALECT_OPENSSL : CERTMAP_DIALECT_WINDOWS;
    if (traits->doubled || traits->semicolon || traits->prefix || traits->breaks)
        return CERTMAP_DIALECT_WINDOWS;
    return traits->backslash || traits->equals ? CERTMAP_DIALECT_OPENSSL : CERTMAP_DIALECT_WINDOWS;
}

enum certmap_dialect certmap_dialect_guess(struct certmap_view text) {
    size_t len;
    if (text.data == NULL)
        return CERTMAP_DIALECT_RFC4514;
    const struct certmap_view trimmed = trim(text);
    if (trimmed.len > 0 && trimmed.data[0] == '/')
        return CERTMAP_DIALECT_SLASHES;
    if (certmap_name_from_text(NULL, 0, &len, text, NULL) == CERTMAP_ERROR_BUFFER)
        return CERTMAP_DIALECT_RFC4514;
    const struct traits traits = traits_of(trimmed);
    if (!traits.spaces && !traits.quoted && !traits.semicolon && !traits.breaks)
        return CERTMAP_DIALECT_RFC4514;
    return guess_spaced(&traits);
}
