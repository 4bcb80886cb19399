/* SPDX-License-Identifier: MIT */
/* What is said of a backslash that begins no escape, or another one than was meant: "CONTOSO\portal", "\d+". */
#include "base/out.h"
#include "base/unicode.h"
#include "base/view.h"
#include "syntax/lex.h"

/* A string with every backslash doubled that is not. */
struct doubled {
    char text[96]; /* "" where it is too long */
};

static bool is_showable(struct certmap_view text) {
    uint32_t cp;
    for (size_t i = 0, len; i < text.len; i += len) {
        len = cm_utf8_decode(text.data + i, text.len - i, &cp);
        if (len == 0 || cm_is_unsafe(cp))
            return false;
    }
    return true;
}

static struct doubled double_backslashes(struct certmap_view text) {
    struct doubled doubled = {""};
    struct cm_out out = {doubled.text, sizeof doubled.text - 1, 0};
    if (text.len > sizeof doubled.text || !is_showable(text))
        return doubled;
    cm_out_char(&out, '"');
    for (size_t i = 0; i < text.len; i++) {
        const bool pair =
            text.data[i] == '\\' && i + 1 < text.len && (text.data[i + 1] == '\\' || text.data[i + 1] == '"');
        cm_out_bytes(&out, text.data + i, pair ? 2 : 1);
        if (text.data[i] == '\\' && !pair)
            cm_out_char(&out, '\\');
        i += pair;
    }
    cm_out_char(&out, '"');
    doubled.text[out.len <= out.cap ? out.len : 0] = 0;
    return doubled;
}

/* Whether what comes after a backslash means something in regular expressions, and no name of a user begins so. */
static bool is_regular(struct certmap_view text, struct certmap_view bad) {
    const size_t at = (size_t)(bad.data - text.data) + 1;
    const uint8_t c = at < text.len ? text.data[at] : 0, next = at + 1 < text.len ? text.data[at + 1] : 0;
    const bool letter = (next | 0x20) >= 'a' && (next | 0x20) <= 'z';
    if (c == 0)
        return false;
    return strchr(".+()[]{}|^$", c) != NULL || (strchr("dwsbDWSB", c) != NULL && !letter);
}

/* What is said of every bad escape. */
static const char *known(enum cm_string_use use) {
    if (use == CM_STRING_REGEX)
        return "after a backslash, u is the beginning of \\u{H..}";
    return use == CM_STRING_PATTERN ? "a string knows \\\\ \\\" \\n \\t \\* \\? and \\u{H..} only"
                                    : "a string knows \\\\ \\\" \\n \\t and \\u{H..} only";
}

enum certmap_status cm_string_bad_escape(struct certmap_diagnostic *err, struct certmap_view text,
                                         struct certmap_view bad, enum cm_string_use use) {
    const struct doubled doubled = double_backslashes(text);
    const char *more = "; a backslash is written \\\\";
    bool shown = false;
    if (bad.len > 2 && bad.data[1] == 'u')
        more = ", where H.. is the number of a character, one to six hexadecimal digits, not 0";
    else if (use == CM_STRING_PATTERN && is_regular(text, bad))
        more = "; a pattern is no regular expression, which is written after \"matches\": * stands for any characters "
               "and ? for "
               "one";
    else if (doubled.text[0] != 0) {
        more = "; a backslash is written twice: ";
        shown = true;
    }
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ESCAPE, "%s%s%s", known(use), more,
                    shown ? doubled.text : "");
}

enum certmap_status cm_string_bad_account(struct certmap_diagnostic *err, struct certmap_view text,
                                          struct certmap_view account, bool tab, const char *noun) {
    const struct doubled doubled = double_backslashes(text);
    const bool shown = doubled.text[0] != 0;
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT,
                    "%s %s holds a control or direction character: %s; a backslash is written %s%s", noun,
                    cm_quote(account).text, tab ? "\\t is a tab" : "\\n is a line feed", shown ? "twice: " : "\\\\",
                    doubled.text);
}
