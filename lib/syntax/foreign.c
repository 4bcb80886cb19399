/* SPDX-License-Identifier: MIT */
#include "syntax/foreign.h"
#include "base/out.h"
#include "base/view.h"
#include "certmap/names.h"
#include "field/field.h"
#include "name/attr.h"

/* The longest name of a field that is looked for. */
#define MAX_FIELD (CM_FOREIGN_PLACEHOLDER_SIZE - 16)

static bool is_letter(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word_character(uint8_t c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

/* ---- fields ---- */

static bool is_attribute(struct certmap_view name) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid;
    return cm_attr_resolve(&oid, buffer, name) == CERTMAP_CODE_NONE;
}

static bool is_san(struct certmap_view name) {
    for (unsigned row = 0; row < CM_SAN_OTHER; row++) {
        const char *there = cm_san_row_name((enum cm_san_row)row);
        if (certmap_text_same(name, cm_view(there, strlen(there))))
            return true;
    }
    return name.data[0] >= '0' && name.data[0] <= '9';
}

/* Whether a word is a field that a placeholder can read. */
static bool is_field(struct certmap_view word) {
    enum certmap_field field;
    struct certmap_view subfield;
    if (!cm_field_split(&field, &subfield, word))
        return false;
    if (field == CERTMAP_FIELD_SUBJECT || field == CERTMAP_FIELD_ISSUER || field == CERTMAP_FIELD_SAN_DIRNAME)
        return subfield.len > 0 && is_attribute(subfield);
    if (field == CERTMAP_FIELD_SAN)
        return subfield.len > 0 && is_san(subfield);
    return subfield.len == 0 && field != CERTMAP_FIELD_EXTENSION && field != CERTMAP_FIELD_EXTENSION_TEXT &&
           field != CERTMAP_FIELD_CERTIFICATE;
}

/* A word of text, the first part of which counts in any case: fields are written in small letters. */
struct word {
    uint8_t bytes[MAX_FIELD];
    size_t len;
    bool dotted;
};

static struct word take_word(struct certmap_view text) {
    struct word word = {.len = 0};
    for (; word.len < text.len && word.len < MAX_FIELD; word.len++) {
        const uint8_t c = text.data[word.len];
        if (!is_word_character(c) && c != '.' && c != '-')
            break;
        word.dotted = word.dotted || c == '.';
        word.bytes[word.len] = !word.dotted && is_letter(c) ? c | 0x20 : c;
    }
    return word;
}

/* ---- forms ---- */

static size_t put_placeholder(char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE], const char *before,
                              struct certmap_view word, size_t length) {
    struct cm_out out = {placeholder, CM_FOREIGN_PLACEHOLDER_SIZE - 1, 0};
    cm_out_string(&out, "${");
    cm_out_string(&out, before);
    cm_out_view(&out, word);
    cm_out_char(&out, '}');
    placeholder[out.len < out.cap ? out.len : out.cap] = 0;
    return length;
}

/* $1: a group of a regular expression. An amount in dollars has more digits, or a dot. */
static size_t match_group(char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE], struct certmap_view text) {
    const bool one = text.data[1] >= '0' && text.data[1] <= '9' && (text.len == 2 || !is_word_character(text.data[2]));
    return one && (text.len == 2 || text.data[2] != '.') ? put_placeholder(placeholder, "", CM_VIEW("..."), 2) : 0;
}

/* $CN: an attribute of two letters or more. */
static size_t match_attribute(char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE], struct certmap_view text) {
    struct certmap_view name = cm_view(text.data + 1, 0);
    while (name.len + 1 < text.len && name.len < MAX_FIELD && is_word_character(name.data[name.len]))
        name.len++;
    return name.len > 1 && is_letter(name.data[0]) && is_attribute(name)
               ? put_placeholder(placeholder, "subject.", name, 1 + name.len)
               : 0;
}

/* $subject.CN: as much as is a field, up to the end of a word. */
static size_t match_dollar(char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE], struct certmap_view text, bool attribute) {
    const struct word word = take_word(cm_view(text.data + 1, text.len - 1));
    for (size_t len = word.len; word.dotted && len > 0; len--) {
        const struct certmap_view field = cm_view(word.bytes, len);
        const bool ends = len == word.len || !is_word_character(word.bytes[len]);
        if (ends && memchr(word.bytes, '.', len) != NULL && is_field(field))
            return put_placeholder(placeholder, "", field, 1 + len);
    }
    if (attribute)
        return 0;
    const size_t group = match_group(placeholder, text);
    return group > 0 ? group : match_attribute(placeholder, text);
}

/* What is in brackets: the word, and the length of all of it, or 0 where it does not end there. */
static size_t match_closed(struct certmap_view text, struct word *word, size_t open, char close, size_t closes) {
    *word = take_word(cm_view(text.data + open, text.len - open));
    const size_t end = open + word->len;
    for (size_t i = 0; i < closes; i++)
        if (end + i >= text.len || text.data[end + i] != (uint8_t)close)
            return 0;
    return word->len > 0 ? end + closes : 0;
}

/* {subject.CN} {{subject.CN}} $(subject.CN) {CN} $(CN) */
static size_t match_brackets(char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE], struct certmap_view text, size_t open,
                             char close, bool attribute) {
    struct word word;
    const size_t length = match_closed(text, &word, open, close, close == '}' && open == 2 ? 2 : 1);
    const struct certmap_view field = cm_view(word.bytes, word.len);
    if (length > 0 && is_field(field) && (word.dotted || !attribute))
        return put_placeholder(placeholder, "", field, length);
    if (length > 0 && !attribute && !word.dotted && is_letter(text.data[open]) &&
        is_attribute(cm_view(text.data + open, word.len)))
        return put_placeholder(placeholder, "subject.", cm_view(text.data + open, word.len), length);
    return 0;
}

/* %{...} and #{...}: whatever is in it, it is a placeholder; the attribute may be its last word, SSL_CLIENT_S_DN_CN. */
static size_t match_percent(char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE], struct certmap_view text, bool attribute) {
    struct word word;
    const size_t length = match_closed(text, &word, 2, '}', 1);
    const struct certmap_view field = cm_view(word.bytes, word.len);
    size_t last = word.len;
    if (length == 0 || (attribute && !(word.dotted && is_field(field))))
        return 0;
    if (is_field(field))
        return put_placeholder(placeholder, "", field, length);
    while (last > 0 && word.bytes[last - 1] != '_')
        last--;
    const struct certmap_view name = cm_view(text.data + 2 + last, word.len - last);
    return name.len > 0 && is_attribute(name) ? put_placeholder(placeholder, "subject.", name, length)
                                              : put_placeholder(placeholder, "", CM_VIEW("..."), length);
}

size_t cm_foreign_placeholder(char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE], struct certmap_view text, bool attribute) {
    const uint8_t c = text.len > 1 ? text.data[0] : 0, next = text.len > 1 ? text.data[1] : 0;
    if (c == '{')
        return match_brackets(placeholder, text, next == '{' ? 2 : 1, '}', attribute);
    if ((c == '%' || c == '#') && next == '{')
        return match_percent(placeholder, text, attribute);
    if (c == '$' && next == '(')
        return match_brackets(placeholder, text, 2, ')', attribute);
    return c == '$' && next != '{' ? match_dollar(placeholder, text, attribute) : 0;
}
