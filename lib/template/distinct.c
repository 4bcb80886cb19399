/* SPDX-License-Identifier: MIT */
/* Whether two certificates with different values can get the same text, where a whole Name is beside another placeholder.
 * The text of a Name has commas, plus signs and blanks of its own, and any value: "${subject},${issuer}" says
 * "CN=a,CN=b,CN=c" for two pairs of Names.
 *
 *     ${subject} , ${san.email | first} ; ${issuer}
 *     \_______ one part _______________/ \_ another
 *
 * What no value has as it is - because it refuses the value, or is escaped in it - divides the text into parts, whatever
 * the values are. In a part with a whole Name there is no other one, and everything else is apart from it by what
 * separates AVAs: these other values do not have them, so that the first ones and the last ones end where the Name is. */
#include "base/view.h"
#include "template/template.h"

/* What divides a text of the language. */
static const char *dividers(enum certmap_language language) {
    switch (language) {
    case CERTMAP_LANGUAGE_PRINCIPAL:
        return "\\/:;@|#&?<>";
    case CERTMAP_LANGUAGE_LDAP_FILTER:
        return "()*";
    case CERTMAP_LANGUAGE_DN:
        return ",+";
    case CERTMAP_LANGUAGE_URL:
        return ":/?#[]@!$&'()*+,;=";
    case CERTMAP_LANGUAGE_PLAIN:
    case CERTMAP_LANGUAGE_POSIX_USER:
        break;
    }
    return "";
}

/* Whether the literal has one of these characters. In a DN and a filter, one after a backslash is part of a value. */
static bool has_one(struct certmap_view literal, const char *characters, bool escapes) {
    for (size_t i = 0; i < literal.len; i++)
        if (escapes && literal.data[i] == '\\')
            i++;
        else if (literal.data[i] != 0 && strchr(characters, literal.data[i]) != NULL)
            return true;
    return false;
}

static bool is_name(const struct cm_piece *piece) {
    return piece->placeholder->path.kind == CM_TEXT_NAME;
}

/* What is in the part that is read. */
struct part {
    bool name;   /* a whole Name */
    bool joined; /* two placeholders of it have nothing between them that other values than Names do not have */
};

size_t cm_template_indistinct(const struct cm_template *made, enum certmap_language language) {
    const bool escapes = language == CERTMAP_LANGUAGE_DN || language == CERTMAP_LANGUAGE_LDAP_FILTER,
               principal = language == CERTMAP_LANGUAGE_PRINCIPAL;
    struct part part = {false, false};
    for (size_t i = 0; i + 1 < made->piece_count; i++) {
        const struct cm_piece *piece = &made->pieces[i];
        if (i == 0 || has_one(piece->literal, dividers(language), escapes))
            part = (struct part){false, false};
        else if (!principal || !has_one(piece->literal, ",=+", false))
            part.joined = true;
        else if (part.name && is_name(piece))
            return i;
        part.name = part.name || is_name(piece);
        if (part.name && part.joined)
            return i;
    }
    return SIZE_MAX;
}
