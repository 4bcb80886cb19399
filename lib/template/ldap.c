/* SPDX-License-Identifier: MIT */
/* LDAP search filters, RFC 4515:
 *
 *     filter  = "(" ( ( "&" | "|" ) filter { filter } | "!" filter | item ) ")"
 *     item    = attr ( "=" | "~=" | ">=" | "<=" ) value          after "=", a value may have "*"
 *             | attr [ ":dn" ] [ ":" oid ] ":=" value
 *             | [ ":dn" ] ":" oid ":=" value
 *     attr    = oid { ";" option }
 *     value   = { character but NUL ( ) * \ | "\" hex hex | placeholder } */
#include "base/view.h"
#include "certmap/limits.h"
#include "field/canonical.h"
#include "template/language.h"

static const char *const no_placeholder =
    "a placeholder in an LDAP filter belongs after =, in the value to compare with";

/* ---- items ---- */

/* An attribute description (RFC 4512 2.5). */
static bool accept_attribute(struct cm_cursor *cursor) {
    if (!cm_cursor_accept_oid(cursor))
        return false;
    while (cm_cursor_accept(cursor, ';')) {
        const size_t begin = cursor->at;
        for (unsigned code = cm_cursor_peek(cursor); cm_is_letter(code) || cm_is_digit(code) || code == '-';
             code = cm_cursor_peek(cursor))
            cursor->at++;
        if (cursor->at == begin)
            return false;
    }
    return true;
}

/* The name of a matching rule, or "dn". */
static bool take_word(struct cm_cursor *cursor, bool *dn) {
    const size_t begin = cursor->at;
    if (!cm_cursor_accept_oid(cursor))
        return false;
    const struct cm_symbol *word = &cursor->all[begin];
    *dn = cursor->at - begin == 2 && (word[0].code | 0x20) == 'd' && (word[1].code | 0x20) == 'n';
    return true;
}

/* From ":" to ":=". */
static const char *take_extensible(struct cm_cursor *cursor, bool attribute) {
    bool dn = false, right = cm_cursor_accept(cursor, ':');
    if (!attribute || cm_cursor_peek(cursor) != '=')
        right = right && take_word(cursor, &dn) && cm_cursor_accept(cursor, ':') &&
                (cm_cursor_peek(cursor) == '=' || (dn && take_word(cursor, &dn) && cm_cursor_accept(cursor, ':')));
    if (right && cm_cursor_accept(cursor, '='))
        return NULL;
    return cm_cursor_fault(cursor, no_placeholder, "expected :=, or : and a matching rule (RFC 4515)");
}

static const char *take_comparison(struct cm_cursor *cursor) {
    for (size_t i = 0; i < 3 && cm_cursor_peek(cursor) != '='; i++)
        if (cm_cursor_accept(cursor, (unsigned char)"~><"[i]))
            break;
    if (cm_cursor_accept(cursor, '='))
        return NULL;
    return cm_cursor_fault(cursor, no_placeholder, "expected =, ~=, >=, <= or : after an attribute (RFC 4515)");
}

static const char *take_value(struct cm_cursor *cursor, bool starred) {
    for (;; cursor->at++) {
        const unsigned code = cm_cursor_peek(cursor);
        if (code == ')' || code == CM_SYMBOL_END)
            return NULL;
        if (code == '(' || (code == '*' && !starred))
            return "( and * in a value of an LDAP filter are written \\28 and \\2a, in a rule \\\\28 and \\\\2a";
        if (code != '\\')
            continue;
        cursor->at++;
        if (!cm_cursor_accept_hex_pair(cursor))
            return "a backslash in an LDAP filter belongs before two hexadecimal digits, in a rule \\\\5c";
        cursor->at--;
    }
}

static const char *take_item(struct cm_cursor *cursor) {
    const unsigned first = cm_cursor_peek(cursor);
    const bool attribute = cm_is_letter(first) || cm_is_digit(first);
    if (attribute ? !accept_attribute(cursor) : first != ':')
        return cm_cursor_fault(cursor, no_placeholder, "expected an attribute in an LDAP filter (RFC 4515)");
    const bool extensible = cm_cursor_peek(cursor) == ':';
    const size_t begin = cursor->at;
    const char *wrong = extensible ? take_extensible(cursor, attribute) : take_comparison(cursor);
    return wrong != NULL ? wrong : take_value(cursor, !extensible && cursor->at == begin + 1);
}

/* ---- filters ---- */

/* What an open filter still may have. */
enum state { ONE_OR_MORE, MORE, EXACTLY_ONE, NOTHING };

/* One step: the begin of a filter, or the end of an open one. */
static const char *take_step(struct cm_cursor *cursor, uint8_t open[CERTMAP_MAX_NESTING], size_t *depth) {
    uint8_t *state = *depth > 0 ? &open[*depth - 1] : NULL;
    if (state != NULL && (*state == MORE || *state == NOTHING) && cm_cursor_accept(cursor, ')')) {
        --*depth;
        return NULL;
    }
    if (state != NULL && *state == NOTHING)
        return cm_cursor_fault(cursor, no_placeholder, "expected ) after the one filter of ! (RFC 4515)");
    if (!cm_cursor_accept(cursor, '('))
        return cm_cursor_fault(cursor, no_placeholder, "expected ( at the begin of an LDAP filter (RFC 4515)");
    if (state != NULL)
        *state = *state == EXACTLY_ONE ? NOTHING : MORE;
    const bool negation = cm_cursor_accept(cursor, '!');
    if (negation || cm_cursor_accept(cursor, '&') || cm_cursor_accept(cursor, '|')) {
        if (*depth == CERTMAP_MAX_NESTING)
            return "the LDAP filter is nested more than 256 deep";
        open[(*depth)++] = negation ? EXACTLY_ONE : ONE_OR_MORE;
        return NULL;
    }
    const char *wrong = take_item(cursor);
    if (wrong == NULL && !cm_cursor_accept(cursor, ')'))
        return "expected ) at the end of an LDAP filter (RFC 4515)";
    return wrong;
}

const char *cm_language_ldap_check(struct cm_cursor *cursor) {
    uint8_t open[CERTMAP_MAX_NESTING];
    size_t depth = 0;
    const char *wrong;
    do
        wrong = take_step(cursor, open, &depth);
    while (wrong == NULL && depth > 0);
    if (wrong == NULL && cursor->at < cursor->count)
        wrong = cm_cursor_fault(cursor, no_placeholder, "there is more after the LDAP filter (RFC 4515)");
    return wrong;
}

/* RFC 4515 3: what has a meaning in a filter. U+0000 is in no value. Goes through the value once. */
void cm_language_ldap_put(struct cm_out *out, struct certmap_view value) {
    for (size_t i = 0; i < value.len; i++) {
        const uint8_t c = value.data[i];
        if (c == '*' || c == '(' || c == ')' || c == '\\') {
            cm_out_char(out, '\\');
            cm_hex_print(out, cm_view(&value.data[i], 1));
        } else {
            cm_out_char(out, (char)c);
        }
    }
}
