/* SPDX-License-Identifier: MIT */
/* URLs, RFC 3986:
 *
 *     url = scheme ":" [ "//" authority ] path [ "?" query ] [ "#" fragment ]
 *
 * Placeholders come after the scheme and the authority, so that no certificate chooses where a URL leads. */
#include "base/view.h"
#include "template/language.h"

static const char *const bad_percent = "% in a URL belongs before two hexadecimal digits (RFC 3986)";
static const char *const bad_character = "this character is not allowed in a URL; write it percent-encoded (RFC 3986)";

static bool is_unreserved(unsigned code) {
    return cm_is_letter(code) || cm_is_digit(code) || code == '-' || code == '.' || code == '_' || code == '~';
}

static bool is_one_of(unsigned code, const char *set) {
    return code != 0 && code < 0x80 && strchr(set, (int)code) != NULL;
}

/* Takes characters of the set, or unreserved, or percent-encoded. */
static const char *take_characters(struct cm_cursor *cursor, const char *set, bool placeholders) {
    for (;;) {
        const unsigned code = cm_cursor_peek(cursor);
        if (!is_unreserved(code) && !is_one_of(code, set) && code != '%' &&
            (code != CM_SYMBOL_PLACEHOLDER || !placeholders))
            return NULL;
        cursor->at++;
        if (code == '%' && !cm_cursor_accept_hex_pair(cursor))
            return bad_percent;
    }
}

static const char *take_scheme(struct cm_cursor *cursor) {
    const bool letter = cm_is_letter(cm_cursor_peek(cursor));
    for (unsigned code = cm_cursor_peek(cursor);
         letter && (cm_is_letter(code) || cm_is_digit(code) || is_one_of(code, "+-.")); code = cm_cursor_peek(cursor))
        cursor->at++;
    if (letter && cm_cursor_accept(cursor, ':'))
        return NULL;
    return cm_cursor_fault(cursor, "a placeholder in a URL belongs after its scheme and host, not in them",
                           "a URL begins with its scheme, for example https:");
}

static const char *take_authority(struct cm_cursor *cursor) {
    const char *wrong = take_characters(cursor, "!$&'()*+,;=:@[]", false);
    const unsigned code = cm_cursor_peek(cursor);
    if (wrong != NULL || code == '/' || code == '?' || code == '#' || code == CM_SYMBOL_END)
        return wrong;
    return cm_cursor_fault(cursor, "a placeholder in a URL belongs after its scheme and host, not in them",
                           bad_character);
}

static bool accept_authority(struct cm_cursor *cursor) {
    const size_t begin = cursor->at;
    if (cm_cursor_accept(cursor, '/') && cm_cursor_accept(cursor, '/'))
        return true;
    cursor->at = begin;
    return false;
}

/* Whether the URL, whose scheme has been taken, has one of these. */
static bool has_scheme(const struct cm_cursor *cursor, const char *const *schemes) {
    for (; *schemes != NULL; schemes++) {
        size_t i = 0;
        while ((*schemes)[i] != 0 && (cursor->all[i].code | 0x20u) == (unsigned char)(*schemes)[i])
            i++;
        if ((*schemes)[i] == 0 && cursor->all[i].code == ':')
            return true;
    }
    return false;
}

static bool has_placeholder(const struct cm_cursor *cursor) {
    for (size_t i = 0; i < cursor->count; i++)
        if (cursor->all[i].code == CM_SYMBOL_PLACEHOLDER)
            return true;
    return false;
}

/* Some schemes have a language of their own in the path, which a value could speak; and of some, programs take the
 * first thing after the scheme for the host, whether or not there are two slashes. */
static const char *check_scheme(const struct cm_cursor *cursor, bool host) {
    static const char *const languages[] = {"javascript", "vbscript", "data", "ldap", "ldaps", "ldapi", NULL};
    static const char *const hosts[] = {"http", "https", "ws", "wss", "ftp", NULL};
    if (!has_placeholder(cursor))
        return NULL;
    if (has_scheme(cursor, languages))
        return "a URL of this scheme has a language of its own, and so no placeholders";
    return has_scheme(cursor, hosts) && !host ? "a placeholder in a URL of this scheme needs a host in front of it"
                                              : NULL;
}

const char *cm_language_url_check(struct cm_cursor *cursor) {
    const char *wrong = take_scheme(cursor);
    bool host = false;
    if (wrong == NULL && accept_authority(cursor)) {
        const size_t begin = cursor->at;
        wrong = take_authority(cursor);
        host = cursor->at > begin;
    }
    if (wrong == NULL)
        wrong = check_scheme(cursor, host);
    if (wrong == NULL)
        wrong = take_characters(cursor, "!$&'()*+,;=:@/", true);
    if (wrong == NULL && cm_cursor_accept(cursor, '?'))
        wrong = take_characters(cursor, "!$&'()*+,;=:@/?", true);
    if (wrong == NULL && cm_cursor_accept(cursor, '#'))
        wrong = take_characters(cursor, "!$&'()*+,;=:@/?", true);
    return wrong == NULL && cursor->at < cursor->count ? bad_character : wrong;
}

/* RFC 3986 2.1. Goes through the value once. */
void cm_language_url_put(struct cm_out *out, struct certmap_view value) {
    for (size_t i = 0; i < value.len; i++) {
        if (is_unreserved(value.data[i])) {
            cm_out_char(out, (char)value.data[i]);
        } else {
            cm_out_char(out, '%');
            cm_out_hex(out, cm_view(&value.data[i], 1));
        }
    }
}

/* ---- dot segments: RFC 3986 5.2.4 ---- */

/* The length of a dot, which may be percent-encoded, or 0. */
static size_t dot_length(struct certmap_view text, size_t at) {
    const size_t left = text.len - at;
    const uint8_t *p = text.data + at;
    if (left >= 1 && p[0] == '.')
        return 1;
    return left >= 3 && p[0] == '%' && p[1] == '2' && (p[2] == 'e' || p[2] == 'E') ? 3 : 0;
}

static bool ends_segment(struct certmap_view text, size_t at) {
    return at == text.len || text.data[at] == '/' || text.data[at] == '?' || text.data[at] == '#';
}

/* Linear in the URL, which has at most CERTMAP_MAX_BUILT_SIZE. */
bool cm_url_has_dot_segment(struct certmap_view url) {
    for (size_t at = 0; at < url.len && url.data[at] != '?' && url.data[at] != '#'; at++) {
        if (url.data[at] != '/' && url.data[at] != ':')
            continue;
        size_t end = at + 1 + dot_length(url, at + 1);
        const bool dots = end > at + 1;
        end += dots ? dot_length(url, end) : 0;
        if (dots && ends_segment(url, end))
            return true;
    }
    return false;
}
