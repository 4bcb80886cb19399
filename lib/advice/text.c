/* SPDX-License-Identifier: MIT */
/* 605, a text that is visibly a DN, an LDAP filter or a URL, and does not say so: a value with a comma, a parenthesis or an
 * ampersand changes what the text means.
 *
 *     a DN         CN=${...}  and further parts after , + or /: TYPE=... with a placeholder in the value. The first part may be a
 *                  value alone that a placeholder begins with its type: ${...},ou=people. The type is CN, OU, O,
 *                  DC, UID, C, L, ST or an OID; another one, which may also be a word ("role=${...}"), only beside
 *                  another part of a DN.
 *     a filter     begins with ( or a filter in it does: (uid=${...})
 *     a URL        scheme://...${...}, or a query: ?name=${...}
 *
 * Silent: a text that says `plain`. One that says `principal` is looked at for a DN and a filter, which have languages of
 * their own. */
#include "advice/advice.h"
#include "base/out.h"
#include "base/view.h"
#include "name/attr.h"
#include "template/language.h"

/* A text while it is looked at: its literals, and CM_SYMBOL_PLACEHOLDER for each placeholder. */
#define MAX_SYMBOLS 1024
struct shape {
    uint16_t symbols[MAX_SYMBOLS];
    size_t len;
};

static bool make_shape(struct shape *shape, const struct cm_template *template) {
    shape->len = 0;
    for (size_t i = 0; i < template->piece_count; i++) {
        const struct cm_piece *piece = &template->pieces[i];
        if (piece->literal.len >= MAX_SYMBOLS - shape->len)
            return false;
        for (size_t k = 0; k < piece->literal.len; k++)
            shape->symbols[shape->len++] = piece->literal.data[k];
        if (piece->placeholder != NULL)
            shape->symbols[shape->len++] = CM_SYMBOL_PLACEHOLDER;
    }
    return true;
}

static unsigned symbol(const struct shape *shape, size_t at) {
    return at < shape->len ? shape->symbols[at] : CM_SYMBOL_END;
}

static bool is_one_of(unsigned code, const char *characters) {
    return code > 0 && code < 0x80 && strchr(characters, (int)code) != NULL;
}

static bool is_type_character(unsigned code) {
    return cm_is_letter(code) || cm_is_digit(code) || code == '.' || code == '-';
}

static size_t skip_blanks(const struct shape *shape, size_t at) {
    while (symbol(shape, at) == ' ')
        at++;
    return at;
}

/* ---- DNs ---- */

enum part { PART_NONE, PART_WORD, PART_TYPE };

/* What a part of a DN begins with, at `at`; *value is where its value begins. */
static enum part part_at(const struct shape *shape, size_t at, size_t *value) {
    static const char *const sure[] = {"CN", "OU", "O", "DC", "UID", "C", "L", "S"};
    uint8_t name[32], buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid;
    size_t len = 0;
    for (; is_type_character(symbol(shape, at + len)) && len < sizeof name; len++)
        name[len] = (uint8_t)symbol(shape, at + len);
    *value = skip_blanks(shape, at + len);
    if (len == 0 || symbol(shape, *value) != '=' ||
        cm_attr_resolve(&oid, buffer, cm_view(name, len)) != CERTMAP_CODE_NONE)
        return PART_NONE;
    ++*value;
    const size_t row = cm_attr_by_oid(oid);
    bool type = cm_is_digit(name[0]);
    for (size_t i = 0; row < CM_ATTR_COUNT && i < sizeof sure / sizeof *sure; i++)
        type = type || strcmp(cm_attr_row(row)->name, sure[i]) == 0;
    return type ? PART_TYPE : PART_WORD;
}

/* Where the parts of a DN begin: after a first one without a type, "${san.email},ou=people", or at once. */
static size_t skip_first_value(const struct shape *shape, size_t *placeholders) {
    size_t at = 0;
    for (; at < shape->len && !is_one_of(symbol(shape, at), ",+;="); at++)
        *placeholders += symbol(shape, at) == CM_SYMBOL_PLACEHOLDER;
    if (*placeholders > 0 && is_one_of(symbol(shape, at), ",+;"))
        return at + 1;
    *placeholders = 0;
    return symbol(shape, 0) == '/';
}

static bool is_dn(const struct shape *shape) {
    size_t parts = 0, types = 0, placeholders = 0, value = 0;
    for (size_t at = skip_first_value(shape, &placeholders); at < shape->len; at++) {
        const enum part part = part_at(shape, skip_blanks(shape, at), &value);
        if (part == PART_NONE) /* not all of it is a DN */
            return false;
        parts++;
        types += part == PART_TYPE;
        for (at = value; at < shape->len && !is_one_of(symbol(shape, at), ",+/;"); at++)
            placeholders += symbol(shape, at) == CM_SYMBOL_PLACEHOLDER;
    }
    return placeholders > 0 && types > 0 && (parts > 1 || types == parts);
}

/* ---- filters ---- */

/* Whether "(attribute=" or the like begins at `at`, with a placeholder in its value. */
static bool is_filter_item(const struct shape *shape, size_t at) {
    size_t i = at + 1;
    while (is_type_character(symbol(shape, i)) || is_one_of(symbol(shape, i), ";:_"))
        i++;
    const size_t name = i - at - 1;
    if (is_one_of(symbol(shape, i), "<>~"))
        i++;
    if (symbol(shape, at) != '(' || name == 0 || symbol(shape, i) != '=')
        return false;
    while (i < shape->len && symbol(shape, i) != ')' && symbol(shape, i) != CM_SYMBOL_PLACEHOLDER)
        i++;
    return symbol(shape, i) == CM_SYMBOL_PLACEHOLDER;
}

static bool is_filter(const struct shape *shape) {
    bool begins = symbol(shape, skip_blanks(shape, 0)) == '(';
    for (size_t i = 0; i < shape->len; i++) {
        begins = begins || (symbol(shape, i) == '(' && is_one_of(symbol(shape, i + 1), "&|!"));
        if (begins && is_filter_item(shape, i))
            return true;
    }
    return false;
}

/* ---- URLs ---- */

static bool is_url(const struct shape *shape) {
    bool scheme = false, query = false, equals = false;
    for (size_t i = 0; i < shape->len; i++) {
        const unsigned code = symbol(shape, i);
        if (code == CM_SYMBOL_PLACEHOLDER && (scheme || query))
            return true;
        if (code == ':' && symbol(shape, i + 1) == '/' && symbol(shape, i + 2) == '/')
            scheme = scheme || (i > 0 && cm_is_letter(symbol(shape, 0)));
        equals = equals || code == '=';
        if (code == '?' || (code == '&' && equals)) {
            size_t name = i + 1;
            while (is_type_character(symbol(shape, name)) || symbol(shape, name) == '_')
                name++;
            query = query ||
                    (name > i + 1 && symbol(shape, name) == '=' && symbol(shape, name + 1) == CM_SYMBOL_PLACEHOLDER);
        }
    }
    return false;
}

/* ---- the diagnostic ---- */

static void say(struct cm_advice *advice, const struct cm_advised_text *text, const char *what, const char *language) {
    struct cm_advice_message message;
    struct cm_advice_note *note = cm_advice_add(advice, 0);
    if (note == NULL)
        return;
    cm_advice_start(&message);
    cm_out_string(&message.out, "this text looks like ");
    cm_out_string(&message.out, what);
    cm_out_string(&message.out, ", and a value can change what it means; write ");
    cm_out_string(&message.out, language);
    cm_out_string(&message.out, " before it, so that values are escaped, or plain, if it is none");
    cm_advice_finish(&note->diagnostic, &message, CERTMAP_CODE_PLAIN_STRUCTURE,
                     "a value can change what this text means", text->whole);
}

void cm_advise_text(struct cm_advice *advice, const struct cm_advised_text *text, const struct cm_output *output) {
    struct shape shape;
    const bool principal = output->language == CERTMAP_LANGUAGE_PRINCIPAL;
    if (text->plain || (output->language != CERTMAP_LANGUAGE_PLAIN && !principal) ||
        !make_shape(&shape, output->placeholders))
        return;
    if (is_filter(&shape))
        say(advice, text, "an LDAP filter", "ldap-filter");
    else if (!principal && is_url(&shape))
        say(advice, text, "a URL", "url");
    else if (is_dn(&shape))
        say(advice, text, "a DN", "dn");
}
