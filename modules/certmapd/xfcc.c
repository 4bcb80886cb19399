/* SPDX-License-Identifier: MIT */
#include "xfcc.h"
#include <string.h>
#include <strings.h>

/* Takes what is between quotes, of which the first is taken already; a backslash makes the next character one of the
 * value. False: it does not end. */
static bool take_quoted(struct text *rest, struct text *value) {
    size_t from = 0, to = 0;
    *value = (struct text){rest->data, 0};
    while (from < rest->len && rest->data[from] != '"') {
        if (rest->data[from] == '\\' && ++from == rest->len)
            return false;
        rest->data[to++] = rest->data[from++];
    }
    if (from == rest->len)
        return false;
    value->len = to;
    rest->data += from + 1;
    rest->len -= from + 1;
    return true;
}

static bool is_separator(uint8_t c) {
    return c == ';' || c == ',';
}

static bool take_plain(struct text *rest, struct text *value) {
    size_t len = 0;
    while (len < rest->len && !is_separator(rest->data[len])) {
        if (rest->data[len] == '"')
            return false;
        len++;
    }
    *value = (struct text){rest->data, len};
    rest->data += len;
    rest->len -= len;
    return true;
}

static bool is_key(struct text key) {
    for (size_t i = 0; i < key.len; i++)
        if (!((key.data[i] | 0x20) >= 'a' && (key.data[i] | 0x20) <= 'z'))
            return false;
    return key.len > 0;
}

static bool is_named(struct text key, const char *name) {
    return key.len == strlen(name) && strncasecmp((const char *)key.data, name, key.len) == 0;
}

/* Takes one pair; what comes after it is a separator, or the end. */
static bool take_pair(struct text *rest, struct text *key, struct text *value) {
    const size_t len = rest->len;
    *key = text_take_until(rest, '=');
    if (key->len == len || !is_key(*key))
        return false;
    return text_take(rest, "\"") ? take_quoted(rest, value) : take_plain(rest, value);
}

/* False: it is there twice. */
static bool keep(struct text *kept, struct text value) {
    if (kept->data != NULL)
        return false;
    *kept = value;
    return true;
}

const char *xfcc_parse(struct xfcc *element, struct text value) {
    *element = (struct xfcc){{NULL, 0}, {NULL, 0}};
    for (;;) {
        struct text key, text;
        if (!take_pair(&value, &key, &text))
            return "not pairs Key=value, separated by semicolons";
        if ((is_named(key, "Cert") && !keep(&element->certificate, text)) ||
            (is_named(key, "Chain") && !keep(&element->chain, text)))
            return "a key is there twice";
        if (value.len == 0)
            return NULL;
        if (text_take(&value, ","))
            return "more than one element: set forward_client_cert_details to SANITIZE_SET";
        if (!text_take(&value, ";"))
            return "something between a quote and the next separator";
    }
}
