/* SPDX-License-Identifier: MIT */
#include "template/language.h"
#include "base/view.h"

/* ---- posix-user: POSIX.1 3.437 ---- */

static bool is_user_character(unsigned code) {
    return cm_is_letter(code) || cm_is_digit(code) || code == '.' || code == '_' || code == '-';
}

static const char *check_user(struct cm_cursor *cursor) {
    if (cm_cursor_peek(cursor) == '-')
        return "a portable user name does not begin with -";
    while (cursor->at < cursor->count &&
           (is_user_character(cm_cursor_peek(cursor)) || cursor->all[cursor->at].code == CM_SYMBOL_PLACEHOLDER))
        cursor->at++;
    return cursor->at < cursor->count ? "a portable user name has A-Z a-z 0-9 . _ and - only" : NULL;
}

static bool has_user_characters_only(struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        if (!is_user_character(text.data[i]))
            return false;
    return true;
}

/* A name of digits only would be taken for a number of a user. */
static bool is_user_name(struct certmap_view text) {
    bool digits = true;
    for (size_t i = 0; i < text.len; i++)
        digits = digits && cm_is_digit(text.data[i]);
    return has_user_characters_only(text) && !digits && text.data[0] != '-' && !cm_view_equal(text, CM_VIEW(".")) &&
           !cm_view_equal(text, CM_VIEW(".."));
}

/* ---- plain ---- */

/* Every loop over a value goes through it once. Each of its bytes has taken a step. */

/* What most names are made of: a visible character of ASCII, which is neither a space nor a mark, and safe. */
static bool is_visible_ascii(unsigned char c) {
    return c > ' ' && c < 0x7F;
}

/* Whether a value could be taken for more than a name, by what separates domains, users, hosts, paths and lists;
 * or for another name, by what nobody sees in it or at its ends. */
static bool is_misleading(struct certmap_view value, const char *separators) {
    for (size_t i = 0, len = 0; i < value.len; i += len) {
        uint32_t cp = value.data[i];
        len = is_visible_ascii(value.data[i]) ? 1 : cm_utf8_decode(value.data + i, value.len - i, &cp);
        const bool at_an_end = i == 0 || i + len == value.len;
        if (cp < 0x80 && strchr(separators, (int)cp) != NULL)
            return true;
        if (!is_visible_ascii(value.data[i]) &&
            (cm_is_invisible(cp) || (at_an_end && cm_is_space(cp)) || (i == 0 && cm_is_mark(cp))))
            return true;
    }
    return false;
}

/* A mark would join the character before the placeholder, which the text may need: U+0338 makes = another sign. */
static bool begins_with_mark(struct certmap_view value) {
    uint32_t cp;
    (void)cm_utf8_decode(value.data, value.len, &cp);
    return cm_is_mark(cp);
}

static bool has_unsafe(struct certmap_view value) {
    for (size_t i = 0; i < value.len;) {
        uint32_t cp;
        if (is_visible_ascii(value.data[i])) {
            i++;
            continue;
        }
        i += cm_utf8_decode(value.data + i, value.len - i, &cp);
        if (cm_is_unsafe(cp))
            return true;
    }
    return false;
}

bool cm_language_refuses_part(struct certmap_view value) {
    bool refused = begins_with_mark(value);
    for (size_t i = 0; i < value.len && !refused;) {
        uint32_t cp;
        i += cm_utf8_decode(value.data + i, value.len - i, &cp);
        refused = cm_is_unsafe(cp) || cm_is_invisible(cp);
    }
    return refused;
}

/* A principal is what the program that asked makes of it. Where the rule gives a part of it, a value holds none of the
 * separators of that part. */
static bool misleads_in_principal(struct certmap_view value, const char *separators, bool name) {
    char own[sizeof CM_SEPARATORS];
    size_t len = 0;
    for (; *separators != 0; separators++)
        if (!name || strchr(",=+", *separators) == NULL)
            own[len++] = *separators;
    own[len] = 0;
    return is_misleading(value, own);
}

/* What separates the parts of an account, a domain or a group; @ too, where the rule itself gives a domain. */
static bool misleads_in_plain(struct certmap_view value, const struct cm_output *output, const char *separators) {
    const bool qualified = output->has_domain || strchr(separators, '\\') != NULL || strchr(separators, '@') != NULL;
    return is_misleading(value, qualified ? "\\/:;@" : "\\/:;");
}

/* ---- all ---- */

const char *cm_language_check(enum certmap_language language, struct cm_cursor *cursor) {
    switch (language) {
    case CERTMAP_LANGUAGE_LDAP_FILTER:
        return cm_language_ldap_check(cursor);
    case CERTMAP_LANGUAGE_DN:
        return cm_language_dn_check(cursor);
    case CERTMAP_LANGUAGE_URL:
        return cm_language_url_check(cursor);
    case CERTMAP_LANGUAGE_POSIX_USER:
        return check_user(cursor);
    case CERTMAP_LANGUAGE_PLAIN:
    case CERTMAP_LANGUAGE_PRINCIPAL:
        break;
    }
    return NULL;
}

enum certmap_code cm_language_refuses(const struct cm_output *output, const char *separators, bool name,
                                      struct certmap_view value) {
    const enum certmap_language language = output->language;
    if (value.len == 0)
        return CERTMAP_CODE_PLACEHOLDER_EMPTY;
    if (has_unsafe(value))
        return CERTMAP_CODE_PLACEHOLDER_CHARACTER;
    if ((language == CERTMAP_LANGUAGE_LDAP_FILTER || language == CERTMAP_LANGUAGE_DN) && begins_with_mark(value))
        return CERTMAP_CODE_PLACEHOLDER_CHARACTER;
    if (language == CERTMAP_LANGUAGE_PLAIN && output->kind != CM_OUTPUT_ATTRIBUTE &&
        misleads_in_plain(value, output, separators))
        return CERTMAP_CODE_PLACEHOLDER_CHARACTER;
    if (language == CERTMAP_LANGUAGE_PRINCIPAL && misleads_in_principal(value, separators, name))
        return CERTMAP_CODE_PLACEHOLDER_CHARACTER;
    if (language == CERTMAP_LANGUAGE_URL && (cm_view_equal(value, CM_VIEW(".")) || cm_view_equal(value, CM_VIEW(".."))))
        return CERTMAP_CODE_PLACEHOLDER_CHARACTER;
    if (language == CERTMAP_LANGUAGE_POSIX_USER && !has_user_characters_only(value))
        return CERTMAP_CODE_PLACEHOLDER_USER_NAME;
    return CERTMAP_CODE_NONE;
}

void cm_language_put(struct cm_out *out, enum certmap_language language, struct certmap_view value) {
    switch (language) {
    case CERTMAP_LANGUAGE_LDAP_FILTER:
        cm_language_ldap_put(out, value);
        break;
    case CERTMAP_LANGUAGE_DN:
        cm_language_dn_put(out, value);
        break;
    case CERTMAP_LANGUAGE_URL:
        cm_language_url_put(out, value);
        break;
    case CERTMAP_LANGUAGE_PLAIN:
    case CERTMAP_LANGUAGE_POSIX_USER:
    case CERTMAP_LANGUAGE_PRINCIPAL:
        cm_out_view(out, value);
        break;
    }
}

enum certmap_code cm_language_refuses_whole(enum certmap_language language, struct certmap_view text) {
    if (language == CERTMAP_LANGUAGE_POSIX_USER && !is_user_name(text))
        return CERTMAP_CODE_PLACEHOLDER_USER_NAME;
    if (language == CERTMAP_LANGUAGE_URL && cm_url_has_dot_segment(text))
        return CERTMAP_CODE_PLACEHOLDER_CHARACTER;
    return CERTMAP_CODE_NONE;
}
