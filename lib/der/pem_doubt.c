/* SPDX-License-Identifier: MIT */
#include "der/pem_doubt.h"
#include "der/armor.h"

#define LABEL_BEGIN "-----BEGIN "
#define LABEL_END "-----END "

/* ---- labels ---- */

static bool begins_with(struct certmap_view line, struct certmap_view text) {
    return line.len >= text.len && memcmp(line.data, text.data, text.len) == 0;
}

static bool ends_with(struct certmap_view line, struct certmap_view text) {
    return line.len >= text.len && memcmp(line.data + line.len - text.len, text.data, text.len) == 0;
}

static bool is_one_of(struct certmap_view line, const struct certmap_view *texts, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (cm_view_equal(line, texts[i]))
            return true;
    return false;
}

static bool is_end(struct certmap_view line) {
    static const struct certmap_view ends[] = {
        CM_VIEW_OF(LABEL_END "CERTIFICATE-----"),
        CM_VIEW_OF(LABEL_END "X509 CERTIFICATE-----"),
        CM_VIEW_OF(LABEL_END "TRUSTED CERTIFICATE-----"),
    };
    return is_one_of(line, ends, sizeof ends / sizeof *ends);
}

/* Blocks that are called after certificates, and hold none that issued any. */
static bool is_other(struct certmap_view line) {
    static const struct certmap_view others[] = {
        CM_VIEW_OF(LABEL_BEGIN "CERTIFICATE REQUEST-----"),
        CM_VIEW_OF(LABEL_BEGIN "NEW CERTIFICATE REQUEST-----"),
        CM_VIEW_OF(LABEL_BEGIN "ATTRIBUTE CERTIFICATE-----"),
    };
    return is_one_of(line, others, sizeof others / sizeof *others);
}

/* Blocks of other base64. Under any other label it may be a certificate that was to be called one. */
static bool holds_other(struct certmap_view line) {
    static const struct certmap_view labels[] = {
        CM_VIEW_OF(" KEY-----"),         CM_VIEW_OF(" CRL-----"),
        CM_VIEW_OF(" PARAMETERS-----"), /* of keys, and of a session of TLS */
        CM_VIEW_OF(" REQUEST-----"),     CM_VIEW_OF(" ATTRIBUTE CERTIFICATE-----"),
        CM_VIEW_OF(" PGP MESSAGE-----"), CM_VIEW_OF(" PGP SIGNATURE-----"),
        CM_VIEW_OF(" KEY BLOCK-----"),
    };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (ends_with(line, labels[i]))
            return true;
    return false;
}

static void go_on(struct cm_pem_place *place, struct certmap_view line) {
    if (begins_with(line, CM_VIEW(LABEL_BEGIN))) {
        place->block = true;
        place->other = holds_other(line);
    } else if (begins_with(line, CM_VIEW(LABEL_END))) {
        place->block = place->other = false;
    }
}

/* ---- lines that were to begin a block ---- */

static uint8_t upper(uint8_t c) {
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

/* Where the word, in capitals, begins in a line that may write it small; line.len: nowhere. */
static size_t find_word(struct certmap_view line, struct certmap_view word) {
    for (size_t at = 0; at + word.len <= line.len; at++) {
        size_t same = 0;
        while (same < word.len && upper(line.data[at + same]) == word.data[same])
            same++;
        if (same == word.len)
            return at;
    }
    return line.len;
}

static struct certmap_view after(struct certmap_view line, size_t at) {
    return cm_view(line.data + at, line.len - at);
}

/* What is after the word BEGIN, if a dash is before it. */
static struct certmap_view find_begun(struct certmap_view line) {
    const struct certmap_view begin = CM_VIEW("BEGIN");
    const uint8_t *dash = memchr(line.data, '-', line.len);
    const struct certmap_view rest = dash != NULL ? after(line, (size_t)(dash - line.data)) : CM_VIEW("");
    const size_t at = find_word(rest, begin);
    return at < rest.len ? after(rest, at + begin.len) : CM_VIEW_NONE;
}

/* Whether these words, and no more, are in what is after BEGIN: up to a dash, or its end. Linear. */
static bool names(struct certmap_view begun, struct certmap_view words) {
    size_t at = find_word(begun, words);
    while (at < begun.len) {
        begun = after(begun, at + words.len);
        if (begun.len == 0 || begun.data[0] == ' ' || begun.data[0] == '-')
            return true;
        at = find_word(begun, words);
    }
    return false;
}

/* Whether a line has the end of the label CERTIFICATE, after whatever is left of BEGIN or END. */
static bool was_certificate(struct certmap_view line) {
    return ends_with(line, CM_VIEW("CERTIFICATE-----")) && !holds_other(line);
}

/* Why a line that begins a block, or was to begin one, may be that of certificates which cannot be read here. */
static const char *doubt_begin(struct certmap_view line) {
    const struct certmap_view begun = find_begun(line);
    const bool broken_off = begins_with(line, CM_VIEW(LABEL_BEGIN)) && !ends_with(line, CM_VIEW("-----"));
    if (names(begun, CM_VIEW("PKCS7")) || names(begun, CM_VIEW("PKCS #7 SIGNED DATA")) || names(begun, CM_VIEW("CMS")))
        return "a block of PKCS #7 may hold certificates; \"openssl pkcs7 -print_certs\" takes them out";
    if (broken_off || names(begun, CM_VIEW("CERTIFICATE")) || was_certificate(line))
        return "this line is like -----BEGIN CERTIFICATE-----, and not the same";
    return NULL;
}

/* Why a line that ends a block may be that of a certificate whose beginning is lost. */
static const char *doubt_end(const struct cm_pem_place *place, struct certmap_view line) {
    const bool ends = begins_with(line, CM_VIEW(LABEL_END)) && !holds_other(line);
    if (is_end(line) || (ends && !place->block))
        return "a certificate ends here, and no line -----BEGIN CERTIFICATE----- is before it";
    return NULL;
}

/* ---- base64 of certificates ---- */

/* The shortest line that is taken for one of base64: most have 64 characters, or 76. What people write has fewer. */
#define LEAST_BASE64 40

static bool is_hex_digit(uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static bool is_sign(uint8_t c) {
    return c == '=' || c == '+' || c == '/';
}

/* Whether a line is base64, and no digest in hexadecimal, nor a row of signs. Linear. */
static bool is_base64(struct certmap_view line) {
    bool base64 = line.len >= LEAST_BASE64, other = false;
    for (size_t i = 0; i < line.len && base64; i++) {
        base64 = cm_armor_is_base64(line.data[i]);
        other = other || !(is_hex_digit(line.data[i]) || is_sign(line.data[i]));
    }
    return base64 && other;
}

/* Whether base64 is how DER begins that is no shorter than a certificate: a SEQUENCE whose length takes several bytes. */
static bool begins_der(struct certmap_view base64) {
    return begins_with(base64, CM_VIEW("MI"));
}

/* What is in a SEQUENCE; nothing, if this is none. A short one has fewer than 128 bytes. */
static struct certmap_view enter(struct certmap_view der, bool may_be_short) {
    const uint8_t sequence = 0x30, long_1 = 0x81, long_3 = 0x83;
    const uint8_t len = der.len >= 2 && der.data[0] == sequence ? der.data[1] : 0xFF;
    const size_t header = len < 0x80 && may_be_short ? 2 : 2 + (size_t)(len & 0x7F);
    if ((len < long_1 && !may_be_short) || len == 0x80 || len > long_3 || header > der.len)
        return CM_VIEW_NONE;
    return after(der, header);
}

/* Whether DER begins as a certificate: with tbsCertificate, and in it a version. One of version 1 has none, but a serial
 * number: that is how much else begins, which its label tells apart. */
static bool is_certificate_front(struct certmap_view der, bool with_version) {
    static const uint8_t version[] = {0xA0, 0x03, 0x02, 0x01}, integer[] = {0x02};
    const struct certmap_view tbs = enter(enter(der, false), true);
    return begins_with(tbs, cm_view(version, sizeof version)) ||
           (!with_version && begins_with(tbs, cm_view(integer, sizeof integer)));
}

/* As much as two headers and the version take. */
#define FRONT_SIZE 15

/* Whether the base64 of a certificate begins somewhere in a line, with whatever is around it. Linear. */
static bool has_certificate(struct certmap_view line, bool with_version) {
    bool found = false;
    for (size_t at = 0; at + 2 <= line.len && !found; at++) {
        uint8_t front[FRONT_SIZE];
        if (line.data[at] == 'M' && line.data[at + 1] == 'I') {
            const size_t len = cm_armor_peek(front, sizeof front, after(line, at));
            found = is_certificate_front(cm_view(front, len), with_version);
        }
    }
    return found;
}

/* ---- doubts ---- */

/* The end of a text in files of DOS, which its `copy a.pem+b.pem` still writes. */
#define DOS_END 0x1A

/* Control characters are in all DER of a certificate, and in UTF-16. Linear. */
static bool is_binary(struct certmap_view line) {
    bool binary = false;
    for (size_t i = 0; i < line.len && !binary; i++)
        binary = line.data[i] < ' ' && line.data[i] != DOS_END && (line.data[i] < '\t' || line.data[i] > '\r');
    return binary;
}

/* Whether base64 that is in no block of a certificate, or is in another block, may be of one: its beginning, or two lines. */
static const char *doubt_base64(struct cm_pem_place *place, struct certmap_view line) {
    const bool before = place->base64;
    place->base64 = is_base64(line);
    if (place->other)
        return has_certificate(line, true) ? "this is the base64 of a certificate, in a block with another label"
                                           : NULL;
    if ((place->base64 && (before || begins_der(line))) || has_certificate(line, false))
        return "this is base64, and no line -----BEGIN CERTIFICATE----- is before it";
    return NULL;
}

static const char *doubt_line(struct cm_pem_place *place, struct certmap_view line) {
    const char *why = is_binary(line) ? "this is no text; is it DER, or UTF-16?" : NULL;
    if (is_other(line))
        return NULL;
    if (why == NULL)
        why = doubt_end(place, line);
    if (why == NULL)
        why = doubt_base64(place, line);
    return why == NULL ? doubt_begin(line) : why;
}

const char *cm_pem_doubt(struct cm_pem_place *place, struct certmap_view line) {
    const char *why = doubt_line(place, line);
    go_on(place, line);
    return why;
}
