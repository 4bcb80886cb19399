/* SPDX-License-Identifier: MIT */
#include "sample.h"
#include "certmap/limits.h"
#include "regex.h"
#include <stdio.h>
#include <string.h>

bool cm_lint_is_named(struct certmap_view subfield, const char *name) {
    return subfield.len == strlen(name) && (subfield.len == 0 || memcmp(subfield.data, name, subfield.len) == 0);
}

bool cm_lint_is_whole_name(const struct cm_lint_path *path) {
    return ((path->field == CERTMAP_FIELD_SUBJECT || path->field == CERTMAP_FIELD_ISSUER) && path->subfield.len == 0) ||
           (path->field == CERTMAP_FIELD_SAN && cm_lint_is_named(path->subfield, "dirname"));
}

bool cm_lint_is_single(const struct cm_lint_path *path) {
    switch ((int)path->field) {
    case CERTMAP_FIELD_SUBJECT:
    case CERTMAP_FIELD_ISSUER:
        return path->subfield.len == 0;
    case CERTMAP_FIELD_SAN:
    case CERTMAP_FIELD_SAN_DIRNAME:
    case CERTMAP_FIELD_EKU:
    case CERTMAP_FIELD_KU:
    case CERTMAP_FIELD_POLICY:
    case CERTMAP_FIELD_CHAIN_SHA256:
    case CERTMAP_FIELD_CHAIN_KEY_SHA256:
        return false;
    default:
        return true;
    }
}

/* ---- texts of nobody in particular ---- */

#define DIGEST "6666666666666666666666666666666666666666666666666666666666666666"

/* What a value of the path can be; "%s" is a number where there are several. NULL: nothing is known of the path. */
static const struct any {
    enum certmap_field field;
    const char *subfield; /* NULL: any other */
    const char *text;
} any_texts[] = {
    {CERTMAP_FIELD_SUBJECT, "", "CN=Mallory"},
    {CERTMAP_FIELD_SUBJECT, "E", "mallory%s@evil.example"},
    {CERTMAP_FIELD_SUBJECT, "C", "US"},
    {CERTMAP_FIELD_SUBJECT, NULL, "Mallory%s"},
    {CERTMAP_FIELD_ISSUER, "", "CN=Any CA"},
    {CERTMAP_FIELD_ISSUER, "C", "US"},
    {CERTMAP_FIELD_ISSUER, NULL, "Any CA%s"},
    {CERTMAP_FIELD_SAN, "dns", "host%s.evil.example"},
    {CERTMAP_FIELD_SAN, "email", "mallory%s@evil.example"},
    {CERTMAP_FIELD_SAN, "upn", "mallory%s@evil.example"},
    {CERTMAP_FIELD_SAN, "krb5", "mallory%s@EVIL.EXAMPLE"},
    {CERTMAP_FIELD_SAN, "uri", "https://evil.example/%s"},
    {CERTMAP_FIELD_SAN, "ip", "\xC6\x33\x64\x07"},
    {CERTMAP_FIELD_SAN, "rid", "1.3.6.1.4.1.32473.1"},
    {CERTMAP_FIELD_SAN, "dirname", "CN=Mallory"},
    {CERTMAP_FIELD_SAN, NULL, "Mallory%s"},
    {CERTMAP_FIELD_SAN_DIRNAME, NULL, "Mallory%s"},
    {CERTMAP_FIELD_EKU, "", "1.3.6.1.4.1.32473.1"},
    {CERTMAP_FIELD_KU, "", "digitalSignature"},
    {CERTMAP_FIELD_POLICY, "", "1.3.6.1.4.1.32473.1"},
    {CERTMAP_FIELD_SERIAL, "", "77000007"},
    {CERTMAP_FIELD_SHA256, "", DIGEST},
    {CERTMAP_FIELD_SHA1, "", "6666666666666666666666666666666666666666"},
    {CERTMAP_FIELD_KEY_SHA256, "", DIGEST},
    {CERTMAP_FIELD_TBS_SHA256, "", DIGEST},
    {CERTMAP_FIELD_ISSUER_SHA256, "", DIGEST},
    {CERTMAP_FIELD_ISSUER_KEY_SHA256, "", DIGEST},
    {CERTMAP_FIELD_CHAIN_SHA256, "", DIGEST},
    {CERTMAP_FIELD_CHAIN_KEY_SHA256, "", DIGEST},
    {CERTMAP_FIELD_SHA512, "", DIGEST DIGEST},
    {CERTMAP_FIELD_KEY_SHA512, "", DIGEST DIGEST},
    {CERTMAP_FIELD_KEY_SHA1, "", "6666666666666666666666666666666666666666"},
    {CERTMAP_FIELD_ISSUER_SHA1, "", "6666666666666666666666666666666666666666"},
    {CERTMAP_FIELD_SKI, "", "0123456789abcdef"},
    {CERTMAP_FIELD_AKI, "", "0123456789abcdef"},
    {CERTMAP_FIELD_MS_SID, "", "S-1-5-21-1-2-3-1105"},
    {CERTMAP_FIELD_MS_TEMPLATE, "", "User"},
    {CERTMAP_FIELD_VERSION, "", "3"},
    {CERTMAP_FIELD_VALIDITY, "", "valid"},
    {CERTMAP_FIELD_EXTENSION, NULL, "0500"},
    {CERTMAP_FIELD_EXTENSION_TEXT, NULL, "Mallory%s"},
    {CERTMAP_FIELD_QC_STATEMENT, "", "1.3.6.1.4.1.32473.1"},
    {CERTMAP_FIELD_QC_TYPE, "", "1.3.6.1.4.1.32473.1"},
    {CERTMAP_FIELD_PSD2_ROLE, "", "1.3.6.1.4.1.32473.1"},
};

/* Further texts where a number is no part of one. */
static struct certmap_view numbered(struct cm_lint_pool *pool, const struct any *any, size_t number) {
    char digits[24] = "", text[96];
    if (number > 0)
        (void)snprintf(digits, sizeof digits, "%zu", number + 1);
    const char *mark = strstr(any->text, "%s");
    if (mark == NULL)
        return number == 0 ? cm_lint_pool_copy(pool, certmap_view_of(any->text)) : (struct certmap_view){NULL, 0};
    (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(mark - any->text), any->text, digits, mark + 2);
    return cm_lint_pool_copy(pool, certmap_view_of(text));
}

struct certmap_view cm_lint_any_text(struct cm_lint_pool *pool, const struct cm_lint_path *path, size_t number) {
    for (size_t i = 0; i < sizeof any_texts / sizeof *any_texts; i++)
        if (any_texts[i].field == path->field &&
            (any_texts[i].subfield == NULL || cm_lint_is_named(path->subfield, any_texts[i].subfield)))
            return numbered(pool, &any_texts[i], number);
    return (struct certmap_view){NULL, 0};
}

/* ---- texts for an operand ---- */

struct certmap_view cm_lint_fill(struct cm_lint_pool *pool, struct certmap_view pattern, const char *one,
                                 const char *many) {
    const size_t longest = strlen(one) > strlen(many) ? strlen(one) : strlen(many);
    uint8_t *text = cm_lint_pool_take(pool, pattern.len + 1, longest > 0 ? longest : 1);
    size_t len = 0;
    for (size_t i = 0; text != NULL && i < pattern.len; i++) {
        const uint8_t c = pattern.data[i];
        const char *filling = c == '*' ? many : c == '?' ? one : NULL;
        if (filling == NULL) {
            i += c == '\\' && i + 1 < pattern.len;
            text[len++] = pattern.data[i];
            continue;
        }
        memcpy(text + len, filling, strlen(filling));
        len += strlen(filling);
    }
    return (struct certmap_view){text, text != NULL ? len : 0};
}

/* Adds an RDN of a pattern to the text of a Name. */
static void add_rdn(uint8_t *text, size_t *len, struct certmap_view rdn) {
    static const char any[] = "CN=x";
    const bool many = rdn.len == 2 && memcmp(rdn.data, "**", 2) == 0;
    if (many)
        return;
    if (*len > 0)
        text[(*len)++] = ',';
    if (rdn.len == 1 && rdn.data[0] == '*') {
        memcpy(text + *len, any, sizeof any - 1);
        *len += sizeof any - 1;
        return;
    }
    for (size_t i = 0; i < rdn.len; i++) {
        const bool wildcard = rdn.data[i] == '*' || rdn.data[i] == '?';
        const bool escaped =
            rdn.data[i] == '\\' && i + 1 < rdn.len && (rdn.data[i + 1] == '*' || rdn.data[i + 1] == '?');
        i += escaped;
        text[(*len)++] = wildcard ? 'x' : rdn.data[i];
        if (rdn.data[i] == '\\' && i + 1 < rdn.len)
            text[(*len)++] = rdn.data[++i];
    }
}

struct certmap_view cm_lint_fill_name(struct cm_lint_pool *pool, struct certmap_view pattern) {
    uint8_t *text = cm_lint_pool_take(pool, 5 * pattern.len + 5, 1);
    size_t len = 0, begin = 0;
    for (size_t i = 0; text != NULL && i <= pattern.len; i++) {
        if (i < pattern.len && pattern.data[i] == '\\') {
            i++;
            continue;
        }
        if (i < pattern.len && pattern.data[i] != ',')
            continue;
        add_rdn(text, &len, (struct certmap_view){pattern.data + begin, i - begin});
        begin = i + 1;
    }
    return (struct certmap_view){text, text != NULL ? len : 0};
}

/* A SID has numbers only. */
static struct certmap_view fill(struct cm_lint_pool *pool, const struct cm_lint_path *path,
                                struct certmap_view pattern) {
    const char *letter = path->field == CERTMAP_FIELD_MS_SID ? "1" : "x";
    return cm_lint_fill(pool, pattern, letter, letter);
}

/* Of an address its octets, and of a serial number its digits, are what values are compared with; all else is as it is
 * shown. */
static bool is_compared(const struct cm_lint_path *path) {
    return path->field == CERTMAP_FIELD_SERIAL ||
           (path->field == CERTMAP_FIELD_SAN && cm_lint_is_named(path->subfield, "ip"));
}

struct certmap_view cm_lint_sample(struct cm_lint_pool *pool, const struct cm_lint_path *path,
                                   const struct cm_lint_condition *condition, const struct cm_lint_operand *operand) {
    if (path->field == CERTMAP_FIELD_CERTIFICATE)
        return (struct certmap_view){NULL, 0};
    switch ((int)condition->op) {
    case CERTMAP_OP_EQUAL:
    case CERTMAP_OP_UNDER:
        return cm_lint_pool_copy(pool, is_compared(path) ? cm_lint_compared(operand) : cm_lint_shown(operand));
    case CERTMAP_OP_LIKE:
        return cm_lint_is_whole_name(path) ? cm_lint_fill_name(pool, cm_lint_shown(operand))
                                           : fill(pool, path, cm_lint_shown(operand));
    case CERTMAP_OP_MATCHES:
        return cm_lint_regex_sample(pool, cm_lint_shown(operand), false);
    default:
        return (struct certmap_view){NULL, 0};
    }
}
