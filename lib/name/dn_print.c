/* SPDX-License-Identifier: MIT */
/* A DER Name as text: RFC 4514 section 2, and the X.500 form of Windows' CertNameToStr. Every loop goes through the
 * Name, or through a value, once. The Name is read three times: to measure it, to measure each RDN, and to write. */
#include "base/error.h"
#include "base/out.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"
#include "der/oid.h"
#include "name/attr.h"
#include "name/name.h"
#include "name/value.h"

/* What differs between the forms. */
struct form {
    const char *between_rdns;
    const char *between_avas;
    void (*put_ava)(struct cm_out *out, const struct cm_rdn_ava *ava);
};

static void put_code_point(struct cm_out *out, uint32_t cp) {
    uint8_t bytes[4];
    cm_out_bytes(out, bytes, cm_utf8_encode(bytes, cp));
}

static void put_unreadable(struct cm_out *out, const struct cm_rdn_ava *ava) {
    cm_out_char(out, '#');
    cm_out_hex(out, ava->value);
}

static bool is_readable(const struct cm_rdn_ava *ava) {
    return cm_value_check(ava->tag, ava->contents) == CERTMAP_CODE_NONE;
}

/* ---- RFC 4514 ---- */

/* \HH for each byte: RFC 4514 2.4 lets any character be written so. */
static void put_hex_pairs(struct cm_out *out, uint32_t cp) {
    uint8_t bytes[4];
    const size_t len = cm_utf8_encode(bytes, cp);
    for (size_t i = 0; i < len; i++) {
        cm_out_char(out, '\\');
        cm_out_hex(out, cm_view(bytes + i, 1));
    }
}

/* RFC 4514 2.4: space and # at the beginning, space at the end, and these wherever they are. */
static bool is_special(uint32_t cp, bool first, bool last) {
    switch (cp) {
    case '"':
    case '+':
    case ',':
    case ';':
    case '<':
    case '>':
    case '\\':
        return true;
    case ' ':
        return first || last;
    case '#':
        return first;
    default:
        return false;
    }
}

static void put_escaped(struct cm_out *out, uint32_t tag, struct certmap_view contents) {
    uint32_t cp;
    for (bool first = true; cm_value_next(tag, &contents, &cp); first = false) {
        if (cm_is_unsafe(cp)) {
            put_hex_pairs(out, cp);
            continue;
        }
        if (is_special(cp, first, contents.len == 0))
            cm_out_char(out, '\\');
        put_code_point(out, cp);
    }
}

static void put_rfc4514_ava(struct cm_out *out, const struct cm_rdn_ava *ava) {
    const size_t number = cm_attr_by_oid(ava->oid);
    const char *name = number == CM_ATTR_OTHER ? NULL : cm_attr_row(number)->ldap;
    if (name == NULL)
        cm_oid_print(out, ava->oid);
    else
        cm_out_string(out, name);
    cm_out_char(out, '=');
    /* RFC 4514 2.4: the value of a type in dotted form is written in hexadecimal. */
    if (name == NULL || !is_readable(ava))
        put_unreadable(out, ava);
    else
        put_escaped(out, ava->tag, ava->contents);
}

/* ---- Windows' X.500 form ---- */

static bool makes_quotes(uint32_t cp) {
    return cp != 0 && cp < 0x80 && strchr(",+=\"\n<>#;", (int)cp) != NULL;
}

/* CertNameToStr quotes a value that is empty, begins or ends with white space, or holds a separator. */
static bool needs_quotes(uint32_t tag, struct certmap_view contents) {
    uint32_t cp = ' ';
    bool quotes = contents.len == 0;
    for (bool first = true; cm_value_next(tag, &contents, &cp); first = false)
        quotes = quotes || makes_quotes(cp) || (first && cp == ' ');
    return quotes || cp == ' ';
}

static void put_quoted(struct cm_out *out, uint32_t tag, struct certmap_view contents) {
    const uint32_t replacement = 0xFFFD;
    const bool quotes = needs_quotes(tag, contents);
    uint32_t cp;
    if (quotes)
        cm_out_char(out, '"');
    while (cm_value_next(tag, &contents, &cp)) {
        if (cp == '"')
            cm_out_char(out, '"');
        put_code_point(out, cm_is_unsafe(cp) ? replacement : cp);
    }
    if (quotes)
        cm_out_char(out, '"');
}

static void put_x500_ava(struct cm_out *out, const struct cm_rdn_ava *ava) {
    const size_t number = cm_attr_by_oid(ava->oid);
    const char *name = number == CM_ATTR_OTHER ? NULL : cm_attr_row(number)->windows;
    cm_out_string(out, name == NULL ? "OID." : name);
    if (name == NULL)
        cm_oid_print(out, ava->oid);
    cm_out_char(out, '=');
    if (is_readable(ava))
        put_quoted(out, ava->tag, ava->contents);
    else
        put_unreadable(out, ava);
}

/* ---- Names ---- */

static const struct form forms[] = {
    [CERTMAP_NAME_RFC4514] = {",", "+", put_rfc4514_ava},
    [CERTMAP_NAME_X500] = {", ", " + ", put_x500_ava},
};

/* Prints the next RDN; *more is false when there was none. */
static enum certmap_status put_rdn(struct cm_out *out, struct cm_name_cursor *cursor, const struct form *form,
                                   bool *more, struct certmap_diagnostic *err) {
    struct cm_rdn_ava ava;
    enum certmap_status status;
    while ((status = cm_name_next(cursor, &ava, more, err)) == CERTMAP_OK && *more) {
        form->put_ava(out, &ava);
        if (ava.last_of_rdn)
            break;
        cm_out_string(out, form->between_avas);
    }
    return status;
}

/* How long the text is; reads the Name to its end, so that what follows cannot fail. */
static enum certmap_status measure(size_t *len, struct certmap_view name, const struct form *form,
                                   struct certmap_diagnostic *err) {
    struct cm_name_cursor cursor;
    struct cm_out out = {NULL, 0, 0};
    bool more = true;
    enum certmap_status status = cm_name_open(&cursor, name, err);
    while (status == CERTMAP_OK && more) {
        const size_t before = out.len;
        status = put_rdn(&out, &cursor, form, &more, err);
        if (before > 0 && out.len > before)
            cm_out_string(&out, form->between_rdns);
    }
    *len = out.len;
    return status;
}

/* Writes the len bytes of the text, in encoded order from the front or from the back. Each RDN is
 * measured, and then printed into its place: with the root last that place is known from the end only. */
static void write_text(char *text, size_t len, struct certmap_view name, const struct form *form, bool backwards) {
    const size_t separator = strlen(form->between_rdns);
    size_t done = 0;
    struct cm_name_cursor cursor;
    (void)cm_name_open(&cursor, name, NULL);
    while (done < len) {
        struct cm_name_cursor ahead = cursor;
        struct cm_out rdn = {NULL, 0, 0};
        bool more;
        (void)put_rdn(&rdn, &ahead, form, &more, NULL);
        const size_t size = rdn.len;
        rdn = (struct cm_out){text + (backwards ? len - done - size : done), size, 0};
        (void)put_rdn(&rdn, &cursor, form, &more, NULL);
        done += size;
        if (done < len)
            memcpy(text + (backwards ? len - done - separator : done), form->between_rdns, separator);
        done += separator;
    }
}

enum certmap_status certmap_name_to_text(char *text, size_t cap, size_t *len, struct certmap_view name,
                                         enum certmap_name_form form, enum certmap_name_order order,
                                         struct certmap_diagnostic *err) {
    struct cm_out out = {text, cap, 0};
    if (len == NULL || (text == NULL && cap > 0) || name.data == NULL)
        return cm_error_argument(err, "certmap_name_to_text: text, len or name is NULL");
    if ((form != CERTMAP_NAME_RFC4514 && form != CERTMAP_NAME_X500) ||
        (order != CERTMAP_NAME_ROOT_LAST && order != CERTMAP_NAME_ROOT_FIRST))
        return cm_error_argument(err, "certmap_name_to_text: no such form or order");
    enum certmap_status status = measure(&out.len, name, &forms[form], err);
    if (status == CERTMAP_OK)
        status = cm_out_finish(&out, len, err);
    if (status == CERTMAP_OK)
        write_text(text, out.len, name, &forms[form], order == CERTMAP_NAME_ROOT_LAST);
    return status;
}
