/* SPDX-License-Identifier: MIT */
/* Everything is decoded in a copy of the headers, where it is: the DER is never longer than its text. A value that is
 * not wholly in its form is refused, because what is only nearly so was not written by the proxy. */
#include "certheader.h"
#include "text.h"
#include "xfcc.h"
#include <stdlib.h>
#include <string.h>

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

const struct certheader_kind certheader_kinds[CERTHEADER_FORMS] = {
    {"escaped-pem", "X-SSL-Client-Cert", NULL},       {"base64", "X-SSL-Client-Cert", NULL},
    {"rfc9440", "Client-Cert", "Client-Cert-Chain"},  {"xfcc", "X-Forwarded-Client-Cert", NULL},
    {"traefik", "X-Forwarded-Tls-Client-Cert", NULL},
};

static struct certmap_view view_of(struct text text) {
    return (struct certmap_view){text.data, text.len};
}

static enum certheader_status unreadable(struct certheader *header, const char *problem) {
    header->problem = problem;
    return CERTHEADER_UNREADABLE;
}

/* ---- PEM ---- */

static bool is_line_end(uint8_t c) {
    return c == '\n' || c == '\r';
}

static void skip_line_ends(struct text *text) {
    while (text->len > 0 && is_line_end(text->data[0])) {
        text->data++;
        text->len--;
    }
}

static void drop_line_ends(struct text *text) {
    size_t to = 0;
    for (size_t from = 0; from < text->len; from++)
        if (!is_line_end(text->data[from]))
            text->data[to++] = text->data[from];
    text->len = to;
}

/* Takes one certificate from the beginning of a text. */
static bool take_pem(struct text *pem, struct text *der) {
    if (!text_take(pem, PEM_BEGIN))
        return false;
    *der = text_take_until(pem, '-');
    drop_line_ends(der);
    if (!text_take(pem, &PEM_END[1]) || !text_base64(der))
        return false;
    skip_line_ends(pem);
    return true;
}

static enum certheader_status one_pem(struct certheader *header, struct text value) {
    struct text der;
    if (!text_unescape(&value))
        return unreadable(header, "a % without two hexadecimal digits after it");
    if (!take_pem(&value, &der))
        return unreadable(header, "not one certificate in PEM, percent-encoded");
    if (value.len > 0)
        return unreadable(header, "something after the certificate");
    header->certificate = view_of(der);
    return CERTHEADER_DECODED;
}

/* ---- chains ---- */

/* Takes the next certificate of a chain as DER. */
typedef bool take_fn(struct text *rest, struct text *der);

/* Moves them together, so that they are in a row. */
static enum certheader_status take_chain(struct certheader *header, struct text rest, take_fn *take) {
    struct text all = {rest.data, 0};
    for (size_t count = 0; rest.len > 0; count++) {
        struct text der;
        if (count == CERTHEADER_MAX_CHAIN)
            return unreadable(header, "too many certificates in the chain");
        if (!take(&rest, &der))
            return unreadable(header, "a certificate of the chain cannot be read");
        memmove(all.data + all.len, der.data, der.len);
        all.len += der.len;
    }
    header->chain = view_of(all);
    return CERTHEADER_DECODED;
}

/* ---- the forms ---- */

/* `:MIIC...:`, a byte sequence of RFC 8941. */
static bool take_item(struct text item, struct text *der) {
    if (item.len < 2 || item.data[0] != ':' || item.data[item.len - 1] != ':')
        return false;
    *der = (struct text){item.data + 1, item.len - 2};
    return text_base64(der);
}

static bool take_member(struct text *rest, struct text *der) {
    const size_t len = rest->len;
    const struct text member = text_take_until(rest, ',');
    const bool ends_in_comma = rest->len == 0 && member.len < len;
    return !ends_in_comma && take_item(text_trim(member), der);
}

static enum certheader_status rfc9440(struct certheader *header, struct text value, struct text chain) {
    struct text der;
    if (!take_item(value, &der))
        return unreadable(header, "not one byte sequence, \":base64:\"");
    header->certificate = view_of(der);
    return take_chain(header, chain, take_member);
}

/* Caddy leaves a placeholder as it is where there is nothing to put in its place. */
#define CADDY_PLACEHOLDER "{http.request.tls.client.certificate_der_base64}"

static enum certheader_status base64(struct certheader *header, struct text value) {
    if (value.len == strlen(CADDY_PLACEHOLDER) && memcmp(value.data, CADDY_PLACEHOLDER, value.len) == 0)
        return CERTHEADER_NONE;
    if (!text_base64(&value))
        return unreadable(header, "not a certificate in base64");
    header->certificate = view_of(value);
    return CERTHEADER_DECODED;
}

static bool take_base64(struct text *rest, struct text *der) {
    const size_t len = rest->len;
    *der = text_take_until(rest, ',');
    return (rest->len > 0 || der->len == len) && text_base64(der);
}

static enum certheader_status traefik(struct certheader *header, struct text value) {
    struct text der;
    if (!text_unescape(&value))
        return unreadable(header, "a % without two hexadecimal digits after it");
    if (!take_base64(&value, &der))
        return unreadable(header, "not certificates in base64, separated by commas");
    header->certificate = view_of(der);
    return take_chain(header, value, take_base64);
}

static enum certheader_status xfcc(struct certheader *header, struct text value) {
    struct xfcc element;
    const char *problem = xfcc_parse(&element, value);
    if (problem != NULL)
        return unreadable(header, problem);
    if (element.certificate.data == NULL)
        return CERTHEADER_WITHHELD;
    const enum certheader_status status = one_pem(header, element.certificate);
    if (status != CERTHEADER_DECODED || element.chain.data == NULL)
        return status;
    if (!text_unescape(&element.chain))
        return unreadable(header, "a % without two hexadecimal digits after it");
    return take_chain(header, element.chain, take_pem);
}

static enum certheader_status decode(struct certheader *header, enum certheader_form form, struct text value,
                                     struct text chain) {
    switch (form) {
    case CERTHEADER_ESCAPED_PEM:
        return one_pem(header, value);
    case CERTHEADER_BASE64:
        return base64(header, value);
    case CERTHEADER_RFC9440:
        return rfc9440(header, value, chain);
    case CERTHEADER_XFCC:
        return xfcc(header, value);
    case CERTHEADER_TRAEFIK:
        return traefik(header, value);
    default:
        return unreadable(header, "an unknown form");
    }
}

enum certheader_status certheader_decode(struct certheader *header, enum certheader_form form,
                                         struct certmap_view value, struct certmap_view chain) {
    *header = (struct certheader){CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, NULL, NULL};
    if (value.len == 0)
        return chain.len == 0 ? CERTHEADER_NONE : unreadable(header, "a chain without a certificate");
    header->room = malloc(value.len + chain.len);
    if (header->room == NULL)
        return CERTHEADER_MEMORY;
    memcpy(header->room, value.data, value.len);
    if (chain.len > 0)
        memcpy(header->room + value.len, chain.data, chain.len);
    return decode(header, form, (struct text){header->room, value.len},
                  (struct text){header->room + value.len, chain.len});
}

void certheader_free(struct certheader *header) {
    free(header->room);
    header->room = NULL;
}
