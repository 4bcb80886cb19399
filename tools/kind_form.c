/* SPDX-License-Identifier: MIT */
#include "kind_form.h"
#include "kind_shape.h"
#include "text.h"
#include <string.h>

/* Base64 of less says nothing: no certificate is as short. */
#define MIN_BASE64 64
/* The shortest keys. */
#define MIN_BASE64_OF_KEY 56

/* How much of a text is looked at for what is near its front. */
#define FRONT 4096

/* ---- Looking into a text ---- */

static bool begins(struct certmap_view text, const char *word) {
    const size_t len = strlen(word);
    return text.len >= len && memcmp(text.data, word, len) == 0;
}

static bool begins_any(struct certmap_view text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (begins(text, words[i]))
            return true;
    return false;
}

static struct certmap_view skip(struct certmap_view text, size_t len) {
    return (struct certmap_view){text.data + len, text.len - len};
}

/* The text from the first place of a word on; data NULL where it is nowhere. */
static struct certmap_view find(struct certmap_view text, const char *word) {
    while (text.len > 0) {
        const uint8_t *at = memchr(text.data, word[0], text.len);
        if (at == NULL)
            break;
        text = skip(text, (size_t)(at - text.data));
        if (begins(text, word))
            return text;
        text = skip(text, 1);
    }
    return (struct certmap_view){NULL, 0};
}

static bool has(struct certmap_view text, const char *word) {
    return find(text, word).data != NULL;
}

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static uint8_t lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* begins, without regard to case. */
static bool begins_nocase(struct certmap_view text, const char *word) {
    const size_t len = strlen(word);
    size_t same = 0;
    while (same < len && same < text.len && lower(text.data[same]) == (uint8_t)word[same])
        same++;
    return same == len;
}

/* ---- PEM in other clothes ---- */

#define BEGIN "-----BEGIN "
#define PEM_IN_BASE64 "LS0tLS1CRUdJTi" /* "-----BEGIN", and four bits of what follows */

bool tool_form_is_pgp(struct certmap_view text) {
    return begins(text, BEGIN "PGP ");
}

bool tool_form_is_url_plus(struct certmap_view text) {
    return has(text, "BEGIN+CERTIFICATE") || has(text, "BEGIN+TRUSTED+CERTIFICATE");
}

bool tool_form_is_url(struct certmap_view text) {
    return has(text, "BEGIN%20") || has(text, "BEGIN%2520");
}

/* Envoy's x-forwarded-client-cert: Hash=...;Cert="...";Chain="..." */
bool tool_form_is_xfcc(struct certmap_view text) {
    return tool_form_is_url(text) && (has(text, "Cert=") || has(text, "Chain="));
}

bool tool_form_is_xfcc_bare(struct certmap_view text) {
    return (begins(text, "By=") || begins(text, "Hash=") || begins_nocase(text, "x-forwarded-client-cert:")) &&
           has(text, "Hash=");
}

/* An object, or an array of something: the section of a configuration is none. */
bool tool_form_is_json(struct certmap_view text) {
    size_t i = 1;
    if (!begins(text, "["))
        return begins(text, "{");
    while (i < text.len && is_space(text.data[i]))
        i++;
    return i < text.len && memchr("{[\"]-0123456789", text.data[i], 15) != NULL;
}

bool tool_form_is_json_pem(struct certmap_view text) {
    return tool_form_is_json(text) && has(text, BEGIN);
}

/* A line end that is written as \n, in the source of a program or in a variable. */
bool tool_form_is_escaped_pem(struct certmap_view text) {
    return has(find(text, BEGIN), "-----\\n") || has(find(text, BEGIN), "-----\\r\\n");
}

/* Line ends of old Macintosh computers. */
bool tool_form_is_cr_pem(struct certmap_view text) {
    return has(text, BEGIN) && has(text, "-----\r") && !has(text, "\n");
}

/* A line of END with only white space before it: of PEM in YAML, and as nginx sends it on, with a tab before all lines
 * but the first. */
bool tool_form_is_indented_pem(struct certmap_view text) {
    bool indented = false;
    for (; text.len > 0; text = skip(text, 1)) {
        if (indented && begins(text, "-----END "))
            return true;
        indented = is_space(text.data[0]) && (indented || text.data[0] == '\n');
        if (text.len > 1 && text.data[0] == '\n')
            indented = is_space(text.data[1]);
    }
    return false;
}

bool tool_form_take_label(struct certmap_view *label, struct certmap_view text) {
    *label = find(text, BEGIN);
    if (label->data == NULL)
        return false;
    *label = skip(*label, strlen(BEGIN));
    const struct certmap_view tail = find(*label, "-----");
    label->len = tail.data == NULL ? 0 : (size_t)(tail.data - label->data);
    return label->len > 0;
}

bool tool_form_take_certificate(struct certmap_view *body, struct certmap_view text) {
    static const char begin[] = "BEGIN CERTIFICATE";
    *body = find(text, begin);
    if (body->data == NULL)
        return false;
    *body = skip(*body, strlen(begin));
    const struct certmap_view end = find(*body, "-----END CERTIFICATE-----");
    body->len = end.data == NULL ? 0 : (size_t)(end.data - body->data);
    return body->len > 0;
}

/* Something other than a line end after the line of BEGIN. */
bool tool_form_is_one_line_pem(struct certmap_view text) {
    struct certmap_view label;
    if (!tool_form_take_label(&label, text))
        return false;
    const size_t before = (size_t)(label.data - text.data) + label.len + strlen("-----");
    const struct certmap_view tail = skip(text, before);
    size_t i = 0;
    while (i < tail.len && (tail.data[i] == ' ' || tail.data[i] == '\t'))
        i++;
    return i < tail.len && tail.data[i] != '\r' && tail.data[i] != '\n';
}

/* Quoted, after a mark of a comment, with other hyphens ... */
bool tool_form_is_other_pem(struct certmap_view text) {
    return has(text, "BEGIN CERTIFICATE") && has(text, "END CERTIFICATE");
}

/* A PEM text that was encoded once more: secrets of Kubernetes. */
bool tool_form_is_base64_pem(struct certmap_view text) {
    return has(text, PEM_IN_BASE64);
}

/* ---- Base64 ---- */

/* How many characters of base64 a text has, among which only white space and characters of more are; else 0. */
static size_t count_base64(struct certmap_view text, const char *more) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.data[i];
        const bool good = tool_sextet(c) < 64 || c == '=';
        if (!good && !is_space(c) && (c == 0 || strchr(more, c) == NULL))
            return 0;
        count += good;
    }
    return count;
}

static bool is_base64(struct certmap_view text, const char *more) {
    return count_base64(text, more) >= MIN_BASE64;
}

/* Base64 of a SEQUENCE of more than 127 bytes, or of one without a length. */
static bool begins_like_der(struct certmap_view text) {
    return begins(text, "MI");
}

bool tool_form_is_base64(struct certmap_view text) {
    return begins_like_der(text) && is_base64(text, "");
}

/* Base64 of a SEQUENCE with any length: of a key, which is shorter than a certificate. */
bool tool_form_is_base64_of_sequence(struct certmap_view text) {
    return text.len > 1 && text.data[0] == 'M' && text.data[1] >= 'A' && text.data[1] <= 'P' &&
           count_base64(text, "") >= MIN_BASE64_OF_KEY;
}

bool tool_form_is_base64_of_pem(struct certmap_view text) {
    return begins(text, PEM_IN_BASE64) && is_base64(text, "");
}

/* Traefik's chain: a comma between the certificates. */
bool tool_form_is_base64_list(struct certmap_view text) {
    return begins_like_der(text) && is_base64(text, ",");
}

bool tool_form_is_headless_pem(struct certmap_view text) {
    return begins_like_der(text) && has(text, "-----END CERTIFICATE-----") && !has(text, BEGIN);
}

bool tool_form_is_base64_url(struct certmap_view text) {
    return begins_like_der(text) && is_base64(text, "-_");
}

bool tool_form_is_url_base64(struct certmap_view text) {
    return begins_like_der(text) && has(text, "%") && is_base64(text, "%,");
}

/* Structured fields of HTTP: Client-Cert, with or without its name, and Client-Cert-Chain. */
bool tool_form_is_rfc9440(struct certmap_view text) {
    if (begins_nocase(text, "client-cert-chain:"))
        text = find(text, " :");
    else if (begins_nocase(text, "client-cert:"))
        text = find(text, " :");
    if (begins(text, " :"))
        text = skip(text, 1);
    return begins(text, ":MI") && is_base64(text, ":,");
}

struct tool_input tool_form_decode(struct certmap_view text) {
    struct tool_input out = {tool_alloc(text.len), 0, text.len};
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.len && text.data[i] != '='; i++) {
        if (tool_sextet(text.data[i]) == 64)
            continue;
        bits = (bits << 6 | tool_sextet(text.data[i])) & 0xFFFFFF;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.data[out.len++] = (uint8_t)(bits >> count);
        }
    }
    return out;
}

/* Takes characters of base64 and white space off the front of the text, up to anything else. */
static struct certmap_view take_run(struct certmap_view *text) {
    size_t len = 0;
    while (len < text->len && (tool_sextet(text->data[len]) < 64 || is_space(text->data[len])))
        len++;
    const struct certmap_view run = {text->data, len};
    *text = skip(*text, len);
    return run;
}

/* Whether base64 stands for a certificate, whatever follows it. */
static bool decodes_to_certificate(struct certmap_view text) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct tool_input der = tool_form_decode(text);
    const size_t len = tool_shape_length(tool_input_view(&der));
    const bool yes = certmap_cert_from_der(&cert, (struct certmap_view){der.data, len}, NULL) == CERTMAP_OK;
    tool_input_free(&der);
    return yes;
}

static void skip_word(struct certmap_view *text) {
    while (text->len > 0 && tool_sextet(text->data[0]) < 64)
        *text = skip(*text, 1);
    while (text->len > 0 && tool_sextet(text->data[0]) == 64)
        *text = skip(*text, 1);
}

/* Base64 of a certificate in quotes, in an attribute, after the name of a header ... Each run is decoded once. */
bool tool_form_has_base64(struct certmap_view text) {
    for (; text.len >= MIN_BASE64; skip_word(&text)) {
        if (!begins_like_der(text))
            continue;
        const struct certmap_view run = take_run(&text);
        if (run.len >= MIN_BASE64 && decodes_to_certificate(run))
            return true;
    }
    return false;
}

bool tool_form_is_ldif(struct certmap_view text) {
    return has(text, "ertificate;binary:: ") || has(text, "ertificate:: ");
}

/* ---- Hexadecimal digits ---- */

static bool is_digit(uint8_t c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

/* How many hexadecimal digits a text has, among which only white space, colons, commas and hyphens are; else 0. */
static size_t count_digits(struct certmap_view text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i]) && !is_space(text.data[i]) && memchr(":,-", text.data[i], 3) == NULL)
            return 0;
        count += is_digit(text.data[i]);
    }
    return count;
}

/* Windows puts an invisible mark before a thumbprint that is copied from its window. */
bool tool_form_is_thumbprint(struct certmap_view text) {
    if (begins(text, "\xE2\x80\x8E"))
        text = skip(text, 3);
    struct certmap_view value = find(text, "ingerprint=");
    if (value.data != NULL && text.len < 128)
        text = skip(value, strlen("ingerprint="));
    const size_t count = count_digits(text);
    return count == 40 || count == 64;
}

/* 30 82, 30 81 or 30 80, and something between. */
static bool begins_like_sequence(struct certmap_view text) {
    char digits[4] = "";
    size_t count = 0;
    for (size_t i = 0; i < text.len && i < 16 && count < 3; i++)
        if (is_digit(text.data[i]))
            digits[count++] = (char)text.data[i];
    return strcmp(digits, "308") == 0;
}

bool tool_form_is_hex(struct certmap_view text) {
    if (begins_nocase(text, "0x") || begins_nocase(text, "\\x"))
        text = skip(text, 2);
    return begins_like_sequence(text) && count_digits(text) >= MIN_BASE64;
}

/* What xxd, hexdump -C and od print: an offset, then bytes. */
bool tool_form_is_hex_dump(struct certmap_view text) {
    size_t zeros = 0;
    while (zeros < text.len && text.data[zeros] == '0')
        zeros++;
    if (zeros < 4 || zeros == text.len)
        return false;
    text = skip(text, zeros);
    while (text.len > 0 && (is_space(text.data[0]) || text.data[0] == ':'))
        text = skip(text, 1);
    return begins_like_sequence(text);
}

/* ---- Other texts ---- */

bool tool_form_is_x5c(struct certmap_view text) {
    return tool_form_is_json(text) && has(text, "\"x5c\"");
}

bool tool_form_is_xml(struct certmap_view text) {
    return begins(text, "<");
}

bool tool_form_is_saml(struct certmap_view text) {
    return tool_form_is_xml(text) && has(text, "X509Certificate>");
}

bool tool_form_is_web_page(struct certmap_view text) {
    const bool is_xml = tool_form_is_xml(text);
    text.len = text.len > FRONT ? FRONT : text.len;
    return is_xml && (begins_nocase(text, "<!doctype html") || has(text, "<html") || has(text, "<HTML") ||
                      begins_nocase(text, "<head"));
}

bool tool_form_is_iis(struct certmap_view text) {
    return tool_form_is_xml(text) && (has(text, "iisClientCertificateMappingAuthentication") ||
                                      has(text, "<configuration") || has(text, "<system.webServer"));
}

/* Past comments of rules and white space. */
static struct certmap_view skip_comments(struct certmap_view text) {
    while (text.len > 0 && (text.data[0] == '#' || is_space(text.data[0]))) {
        const uint8_t *end = text.data[0] == '#' ? memchr(text.data, '\n', text.len) : text.data;
        text = end == NULL ? skip(text, text.len) : skip(text, (size_t)(end - text.data) + 1);
    }
    return text;
}

bool tool_form_is_rules(struct certmap_view text) {
    static const char *const words[] = {"certmap ", "certmap\t", "mapping \"", "issuers \""};
    return begins_any(skip_comments(text), words, sizeof words / sizeof *words);
}

bool tool_form_is_openssl_text(struct certmap_view text) {
    return begins(text, "Certificate:") && has(text, "Signature Algorithm:");
}

bool tool_form_is_printed_name(struct certmap_view text) {
    static const char *const words[] = {"subject=", "subject:", "issuer=", "issuer:"};
    return text.len < 65536 && begins_any(text, words, sizeof words / sizeof *words);
}

bool tool_form_is_traefik_info(struct certmap_view text) {
    static const char *const words[] = {"Subject=\"", "Subject%3D%22", "Issuer=\"", "Issuer%3D%22"};
    return begins_any(text, words, sizeof words / sizeof *words);
}

bool tool_form_is_mail(struct certmap_view text) {
    static const char *const words[] = {"MIME-Version:", "Content-Type: application/", "Content-Type: multipart/"};
    return begins_any(text, words, sizeof words / sizeof *words);
}

/* {" in base64url, and a dot. */
bool tool_form_is_jwt(struct certmap_view text) {
    return begins(text, "eyJ") && has(text, ".eyJ");
}

bool tool_form_is_ssh(struct certmap_view text) {
    static const char *const words[] = {
        "ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-", "---- BEGIN SSH2 ", "PuTTY-User-Key-File-", "cert-authority "};
    return begins_any(text, words, sizeof words / sizeof *words);
}

/* POSIX 1003.1, ustar: the magic after the first header's fields. */
bool tool_form_is_tar(struct certmap_view text) {
    return text.len >= 512 && memcmp(text.data + 257, "ustar", 5) == 0;
}
