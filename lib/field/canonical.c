/* SPDX-License-Identifier: MIT */
#include "field/canonical.h"
#include "base/ascii.h"
#include "base/error.h"
#include "base/out.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"
#include "der/oid.h"
#include "field/oid_names.h"

/* Every loop over a value of a certificate goes through it once, and a value is looked at a fixed number of times. What
 * takes more is of operands, when rules are loaded. */

static const char *const usages[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                     "dataEncipherment", "keyAgreement",   "keyCertSign",
                                     "cRLSign",          "encipherOnly",   "decipherOnly"};
#define USAGE_COUNT (sizeof usages / sizeof *usages)

/* ---- lower case, for the parts of a text in which case means nothing ---- */

struct span {
    size_t start;
    size_t end;
};

static bool has_capital(struct certmap_view text, struct span within) {
    for (size_t i = within.start; i < within.end; i++)
        if (cm_ascii_is_capital(text.data[i]))
            return true;
    return false;
}

static void lower_span(uint8_t *text, struct span within) {
    for (size_t i = within.start; i < within.end; i++)
        text[i] = cm_ascii_lower(text[i]);
}

/* A copy of text in which the ASCII letters of two spans are lower-case, or text itself where that changes
 * nothing. data is NULL when there is no memory. */
static struct certmap_view lower_spans(struct certmap_view text, struct span one, struct span two,
                                       struct cm_arena *arena) {
    if (!has_capital(text, one) && !has_capital(text, two))
        return text;
    const struct certmap_view copy = cm_arena_text(arena, text);
    if (copy.data != NULL) {
        uint8_t *lower = (uint8_t *)(uintptr_t)copy.data;
        lower_span(lower, one);
        lower_span(lower, two);
    }
    return copy;
}

static const struct span no_span = {0, 0};

/* Where the host part of a mailbox begins: after its last @; SIZE_MAX without one. */
static size_t host_of_mailbox(struct certmap_view text) {
    size_t at = text.len;
    while (at > 0 && text.data[at - 1] != '@')
        at--;
    return at == 0 ? SIZE_MAX : at;
}

static bool is_scheme_character(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.';
}

/* The scheme of a URI (RFC 3986 3.1), without its colon; empty where there is none. */
static struct span scheme_of_uri(struct certmap_view text, bool pattern) {
    size_t end = 0;
    while (end < text.len &&
           (is_scheme_character(text.data[end]) || (pattern && (text.data[end] == '*' || text.data[end] == '?'))))
        end++;
    return end < text.len && text.data[end] == ':' ? (struct span){0, end} : no_span;
}

/* Whether the authority of a URI ends here: at a slash, a question mark or a number sign, where a question
 * mark of a pattern is one after a backslash only. */
static bool ends_authority(struct certmap_view text, size_t at, bool pattern) {
    if (pattern && text.data[at] == '\\')
        return at + 1 < text.len && text.data[at + 1] == '?';
    return text.data[at] == '/' || text.data[at] == '#' || (text.data[at] == '?' && !pattern);
}

/* The host of a URI and its port (RFC 3986 3.2), without who is to log in there. */
static struct span host_of_uri(struct certmap_view text, struct span scheme, bool pattern) {
    size_t start = scheme.end + 3, end = start;
    if (scheme.end == 0 || start > text.len || text.data[start - 2] != '/' || text.data[start - 1] != '/')
        return no_span;
    for (; end < text.len && !ends_authority(text, end, pattern); end++)
        if (text.data[end] == '@')
            start = end + 1;
    return (struct span){start, end};
}

/* ---- text ---- */

static bool is_printable(struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x21 || text.data[i] > 0x7E)
            return false;
    return true;
}

/* Finds the spans of a value in which case means nothing, or why it is none of its kind. */
static enum certmap_code spans_of_value(struct span *one, struct span *two, enum cm_text_kind kind,
                                        struct certmap_view text) {
    const size_t host = kind == CM_TEXT_EMAIL ? host_of_mailbox(text) : 0;
    *one = *two = no_span;
    switch ((int)kind) {
    case CM_TEXT_DNS:
        *one = (struct span){0, text.len};
        return is_printable(text) ? CERTMAP_CODE_NONE : CERTMAP_CODE_VALUE_ENCODING;
    case CM_TEXT_EMAIL:
        if (host == SIZE_MAX)
            return CERTMAP_CODE_VALUE_ENCODING;
        *one = (struct span){host, text.len};
        return cm_is_ascii(cm_view(text.data + host, text.len - host)) ? CERTMAP_CODE_NONE
                                                                       : CERTMAP_CODE_VALUE_AMBIGUOUS;
    case CM_TEXT_URI:
        *one = scheme_of_uri(text, false);
        *two = host_of_uri(text, *one, false);
        return cm_is_ascii(text) ? CERTMAP_CODE_NONE : CERTMAP_CODE_VALUE_ENCODING;
    default:
        return CERTMAP_CODE_NONE;
    }
}

enum certmap_code cm_canonical_text(struct certmap_view *canonical, enum cm_text_kind kind, struct certmap_view text,
                                    struct cm_arena *arena) {
    struct span one, two;
    enum certmap_code code = spans_of_value(&one, &two, kind, text);
    if (code != CERTMAP_CODE_NONE)
        return code;
    struct certmap_view lower = lower_spans(text, one, two, arena);
    if (text.len > 0 && lower.data == NULL)
        return CERTMAP_CODE_MEMORY;
    *canonical = lower;
    return CERTMAP_CODE_NONE;
}

/* ---- octets ---- */

const char *cm_key_usage_name(size_t bit) {
    return bit < USAGE_COUNT ? usages[bit] : NULL;
}

void cm_oid_name_print(struct cm_out *out, struct certmap_view contents) {
    const char *name = cm_oid_name(contents);
    if (name != NULL)
        cm_out_string(out, name);
    else
        cm_oid_print(out, contents);
}

void cm_qc_name_print(struct cm_out *out, struct certmap_view contents) {
    const char *name = cm_qc_name(contents);
    if (name != NULL)
        cm_out_string(out, name);
    else
        cm_oid_print(out, contents);
}

void cm_hex_print(struct cm_out *out, struct certmap_view octets) {
    cm_out_hex_lower(out, octets);
}

/* An octet of the magnitude of a number in two's complement: all bits turned over, and one added, which goes
 * up to the last octet that is not zero. */
static uint8_t magnitude_at(struct certmap_view number, size_t last, size_t at, bool negative) {
    if (!negative)
        return number.data[at];
    return at < last ? (uint8_t)~number.data[at] : (uint8_t)(0x100u - number.data[at]);
}

/* Digits of an octet; the first one of a number only if it is not zero. */
static void put_octet(struct cm_out *out, uint8_t octet, bool first) {
    static const char digits[] = "0123456789abcdef";
    if (!first || octet >= 16)
        cm_out_char(out, digits[octet >> 4]);
    cm_out_char(out, digits[octet & 15]);
}

void cm_serial_print(struct cm_out *out, struct certmap_view contents) {
    const bool negative = contents.len > 0 && contents.data[0] >= 0x80;
    size_t last = contents.len, first = 0;
    while (negative && contents.data[--last] == 0)
        ;
    while (first + 1 < contents.len && magnitude_at(contents, last, first, negative) == 0)
        first++;
    if (negative)
        cm_out_char(out, '-');
    for (size_t i = first; i < contents.len; i++)
        put_octet(out, magnitude_at(contents, last, i, negative), i == first);
}

/* ---- operands: octets as hexadecimal ---- */

/* The digits of text in lower case, without colons and spaces; SIZE_MAX where there is another character. */
static size_t gather_digits(uint8_t *digits, struct certmap_view text) {
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.data[i];
        if (c == ':' || c == ' ')
            continue;
        if (cm_hex_value(c) == 16)
            return SIZE_MAX;
        digits[len++] = (uint8_t)cm_fold(c);
    }
    return len;
}

/* How many octets a digest of this kind has; 0: any number. */
static size_t octets_of(enum cm_text_kind kind) {
    if (kind == CM_TEXT_SHA256)
        return CERTMAP_SHA256_SIZE;
    if (kind == CM_TEXT_SHA512)
        return CERTMAP_SHA512_SIZE;
    return kind == CM_TEXT_SHA1 ? CERTMAP_SHA1_SIZE : 0;
}

static const char *hash_name(enum cm_text_kind kind) {
    return kind == CM_TEXT_SHA1 ? "SHA-1" : kind == CM_TEXT_SHA512 ? "SHA-512" : "SHA-256";
}

static enum certmap_status hex_operand(struct certmap_view *canonical, enum cm_text_kind kind, struct certmap_view text,
                                       struct cm_arena *arena, struct certmap_diagnostic *err) {
    const size_t octets = octets_of(kind);
    uint8_t *digits = cm_arena_alloc(arena, text.len + 1);
    if (digits == NULL)
        return cm_error_memory(err);
    const size_t len = gather_digits(digits, text);
    if (len == SIZE_MAX || len % 2 != 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "%s is no hexadecimal: two digits an octet, with colons and spaces where you like",
                        cm_quote(text).text);
    if (octets > 0 && len != 2 * octets)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "a %s digest has %zu hexadecimal digits, and this has %zu", hash_name(kind), 2 * octets, len);
    digits[len] = 0;
    *canonical = cm_view(digits, len);
    return CERTMAP_OK;
}

/* ---- operands: serial numbers ---- */

static bool starts_with(struct certmap_view text, struct certmap_view start) {
    return text.len >= start.len && certmap_text_same(cm_view(text.data, start.len), start);
}

/* Multiplies a number of hexadecimal digit values, the least first, by ten and adds a digit. */
static size_t times_ten_plus(uint8_t *values, size_t len, unsigned digit) {
    unsigned carry = digit;
    for (size_t i = 0; i < len; i++) {
        carry += values[i] * 10u;
        values[i] = (uint8_t)(carry & 15);
        carry >>= 4;
    }
    if (carry > 0)
        values[len++] = (uint8_t)carry;
    return len;
}

/* Most decimal digits of a serial number in a rule: twice what the 20 octets of RFC 5280 4.1.2.2 need. The
 * conversion costs the square. */
#define MAX_DECIMALS 100

/* Decimal to hexadecimal digits, fewer than there are decimal ones; SIZE_MAX where it is none. */
static size_t convert_decimal(uint8_t *digits, struct certmap_view decimal) {
    uint8_t values[MAX_DECIMALS];
    size_t len = 0;
    if (decimal.len == 0 || decimal.len > MAX_DECIMALS)
        return SIZE_MAX;
    for (size_t i = 0; i < decimal.len; i++) {
        if (decimal.data[i] < '0' || decimal.data[i] > '9')
            return SIZE_MAX;
        len = times_ten_plus(values, len, decimal.data[i] - (unsigned)'0');
    }
    for (size_t i = 0; i < len; i++)
        digits[i] = (uint8_t) "0123456789abcdef"[values[len - 1 - i]];
    return len;
}

/* Whether text says by itself that it is hexadecimal. */
static bool is_surely_hex(struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == ':' || cm_fold(text.data[i]) >= 'a')
            return true;
    return false;
}

/* The digits of a serial number without its sign. */
static enum certmap_status serial_digits(uint8_t *digits, size_t *len, struct certmap_view text,
                                         struct certmap_diagnostic *err) {
    const bool hex = starts_with(text, CM_VIEW("0x")), decimal = starts_with(text, CM_VIEW("dec:"));
    if (decimal)
        *len = convert_decimal(digits, cm_view(text.data + 4, text.len - 4));
    else if (hex)
        *len = gather_digits(digits, cm_view(text.data + 2, text.len - 2));
    else
        *len = gather_digits(digits, text);
    if (*len == SIZE_MAX || (*len == 0 && !decimal))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "%s is no serial number: write it in hexadecimal, 0x1A2B or 1a:2b, or as dec:6699 with at "
                        "most %d digits",
                        cm_quote(text).text, MAX_DECIMALS);
    if (!hex && !decimal && !is_surely_hex(text))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "is %s hexadecimal or decimal? write 0x%.*s or dec:%.*s", cm_quote(text).text,
                        (int)(*len > 60 ? 60 : *len), (const char *)digits, (int)(*len > 60 ? 60 : *len),
                        (const char *)digits);
    return CERTMAP_OK;
}

static enum certmap_status serial_operand(struct certmap_view *canonical, struct certmap_view text,
                                          struct cm_arena *arena, struct certmap_diagnostic *err) {
    const bool negative = text.len > 0 && text.data[0] == '-';
    const struct certmap_view unsigned_text = negative ? cm_view(text.data + 1, text.len - 1) : text;
    uint8_t *made = cm_arena_alloc(arena, text.len + 3);
    size_t len = 0, zeros = 0;
    if (made == NULL)
        return cm_error_memory(err);
    uint8_t *digits = made + 2; /* in front of them, room for a sign and a zero */
    enum certmap_status status = serial_digits(digits, &len, unsigned_text, err);
    if (status != CERTMAP_OK)
        return status;
    while (zeros < len && digits[zeros] == '0')
        zeros++;
    digits += zeros;
    len -= zeros;
    const bool zero = len == 0;
    if (zero) {
        *--digits = '0';
        len = 1;
    }
    if (negative && !zero) {
        *--digits = '-';
        len++;
    }
    digits[len] = 0;
    *canonical = cm_view(digits, len);
    return CERTMAP_OK;
}

/* ---- operands: words of a vocabulary ---- */

static struct certmap_view view_of(const char *text) {
    return cm_view(text, strlen(text));
}

static enum certmap_status no_such_word(struct certmap_view text, const char *what, const char *nearest,
                                        const char *otherwise, struct certmap_diagnostic *err) {
    if (nearest != NULL)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND, "there is no %s %s; did you mean \"%s\"?",
                        what, cm_quote(text).text, nearest);
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND, "there is no %s %s; %s", what,
                    cm_quote(text).text, otherwise);
}

static enum certmap_status usage_operand(struct certmap_view *canonical, struct certmap_view text,
                                         struct certmap_diagnostic *err) {
    struct certmap_view names[USAGE_COUNT + 1];
    for (size_t i = 0; i < USAGE_COUNT; i++)
        names[i] = view_of(usages[i]);
    names[USAGE_COUNT] = CM_VIEW("contentCommitment"); /* what X.509 calls bit 1 since 2000 */
    for (size_t i = 0; i <= USAGE_COUNT; i++)
        if (certmap_text_same(text, names[i])) {
            *canonical = names[i < USAGE_COUNT ? i : 1];
            return CERTMAP_OK;
        }
    const size_t nearest = certmap_text_nearest(text, names, USAGE_COUNT + 1);
    return no_such_word(text, "key usage", nearest == SIZE_MAX ? NULL : (const char *)names[nearest].data,
                        "the names are those of RFC 5280 4.2.1.3, for example digitalSignature", err);
}

static enum certmap_status print_oid_operand(struct certmap_view *canonical, enum cm_text_kind kind,
                                             struct certmap_view oid, struct cm_arena *arena,
                                             struct certmap_diagnostic *err) {
    void (*const print)(struct cm_out *, struct certmap_view) =
        kind == CM_TEXT_QC ? cm_qc_name_print : cm_oid_name_print;
    struct cm_out out = {NULL, 0, 0};
    print(&out, oid);
    out = (struct cm_out){cm_arena_alloc(arena, out.len + 1), out.len + 1, 0};
    if (out.text == NULL)
        return cm_error_memory(err);
    print(&out, oid);
    out.text[out.len] = 0;
    *canonical = cm_view(out.text, out.len);
    return CERTMAP_OK;
}

static enum certmap_status oid_operand(struct certmap_view *canonical, enum cm_text_kind kind, struct certmap_view text,
                                       struct cm_arena *arena, struct certmap_diagnostic *err) {
    uint8_t contents[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid = kind == CM_TEXT_QC ? cm_qc_by_name(text) : cm_oid_by_name(text);
    if (oid.data == NULL) {
        const size_t prefix = starts_with(text, CM_VIEW("OID.")) ? 4 : 0;
        oid = cm_view(contents, cm_oid_parse(contents, cm_view(text.data + prefix, text.len - prefix)));
    }
    if (oid.len == 0)
        return no_such_word(text, "object identifier",
                            kind == CM_TEXT_QC ? cm_qc_name_nearest(text) : cm_oid_name_nearest(text),
                            "one without a name here is written like 1.3.6.1.5.5.7.3.2", err);
    return print_oid_operand(canonical, kind, oid, arena, err);
}

static enum certmap_status word_operand(struct certmap_view *canonical, struct certmap_view text,
                                        const struct certmap_view words[3], const char *what,
                                        struct certmap_diagnostic *err) {
    for (size_t i = 0; i < 3; i++)
        if (certmap_text_same(text, words[i])) {
            *canonical = words[i];
            return CERTMAP_OK;
        }
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND, "%s is no %s: %s, %s or %s",
                    cm_quote(text).text, what, (const char *)words[0].data, (const char *)words[1].data,
                    (const char *)words[2].data);
}

/* ---- operands: text ---- */

/* Why a text is none of its kind, and what would be. */
static enum certmap_status bad_text(enum cm_text_kind kind, struct certmap_view text, struct certmap_diagnostic *err) {
    const struct cm_quoted quoted = cm_quote(text);
    if (kind == CM_TEXT_EMAIL && host_of_mailbox(text) == SIZE_MAX)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND, "%s is no mailbox: write user@host",
                        quoted.text);
    if (kind == CM_TEXT_URI)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "a URI in a certificate is ASCII; write %s with percent-encoding", quoted.text);
    if (!cm_is_ascii(text))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "a host name in a certificate is ASCII; write the A-label (xn--...) of %s", quoted.text);
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                    "%s holds a space or a control character, and no host name does", quoted.text);
}

static enum certmap_status text_operand(struct certmap_view *canonical, enum cm_text_kind kind,
                                        struct certmap_view text, struct cm_arena *arena,
                                        struct certmap_diagnostic *err) {
    const enum certmap_code code = cm_canonical_text(canonical, kind, text, arena);
    if (code == CERTMAP_CODE_MEMORY)
        return cm_error_memory(err);
    return code == CERTMAP_CODE_NONE ? CERTMAP_OK : bad_text(kind, text, err);
}

enum certmap_status cm_canonical_operand(struct certmap_view *canonical, enum cm_text_kind kind,
                                         struct certmap_view text, struct cm_arena *arena,
                                         struct certmap_diagnostic *err) {
    static const struct certmap_view versions[] = {CM_VIEW_OF("1"), CM_VIEW_OF("2"), CM_VIEW_OF("3")};
    static const struct certmap_view states[] = {CM_VIEW_OF("valid"), CM_VIEW_OF("early"), CM_VIEW_OF("expired")};
    switch ((int)kind) {
    case CM_TEXT_OID:
    case CM_TEXT_QC:
        return oid_operand(canonical, kind, text, arena, err);
    case CM_TEXT_USAGE:
        return usage_operand(canonical, text, err);
    case CM_TEXT_SERIAL:
        return serial_operand(canonical, text, arena, err);
    case CM_TEXT_HEX:
    case CM_TEXT_SHA256:
    case CM_TEXT_SHA1:
    case CM_TEXT_SHA512:
        return hex_operand(canonical, kind, text, arena, err);
    case CM_TEXT_VERSION:
        return word_operand(canonical, text, versions, "version", err);
    case CM_TEXT_VALIDITY:
        return word_operand(canonical, text, states, "state of validity", err);
    default:
        return text_operand(canonical, kind, text, arena, err);
    }
}

/* ---- patterns ---- */

bool cm_kind_is_hexadecimal(enum cm_text_kind kind) {
    return kind == CM_TEXT_SERIAL || kind == CM_TEXT_HEX || kind == CM_TEXT_SHA256 || kind == CM_TEXT_SHA1 ||
           kind == CM_TEXT_SHA512;
}

bool cm_kind_has_patterns(enum cm_text_kind kind) {
    return kind == CM_TEXT_PLAIN || kind == CM_TEXT_DNS || kind == CM_TEXT_EMAIL || kind == CM_TEXT_URI ||
           kind == CM_TEXT_KRB5 || kind == CM_TEXT_SID;
}

/* Where in a pattern the host of a mailbox surely is: after the last @, or, since every mailbox has one,
 * after the last wildcard, which has to cover it. */
static struct span host_of_pattern(struct certmap_view pattern) {
    size_t start = host_of_mailbox(pattern);
    if (start == SIZE_MAX) {
        start = pattern.len;
        while (start > 0 && pattern.data[start - 1] != '*' && pattern.data[start - 1] != '?')
            start--;
    }
    return (struct span){start, pattern.len};
}

/* The first wildcard within a span, or its end; a character after a backslash is none. */
static size_t find_wildcard(struct certmap_view text, struct span within) {
    for (size_t i = within.start; i < within.end; i++) {
        if (text.data[i] == '*' || text.data[i] == '?')
            return i;
        i += text.data[i] == '\\';
    }
    return within.end;
}

/* Where a wildcard leaves open whether capital letters are in the host, in which case means nothing, or after
 * it, where it does, no pattern would be right. */
static bool is_uncertain(struct certmap_view pattern, struct span scheme, struct span host) {
    const struct span open = scheme.end == 0 ? (struct span){0, pattern.len} : host;
    const size_t wildcard = find_wildcard(pattern, open);
    return open.end == pattern.len && wildcard < open.end &&
           has_capital(pattern, (struct span){scheme.end == 0 ? 0 : wildcard, pattern.len});
}

/* Without an @, what is between two wildcards may be of the host or in front of it. */
static bool is_uncertain_mailbox(struct certmap_view pattern, struct span host) {
    const size_t wildcard = find_wildcard(pattern, (struct span){0, pattern.len});
    return host_of_mailbox(pattern) == SIZE_MAX && wildcard < host.start &&
           has_capital(pattern, (struct span){wildcard, host.start});
}

enum certmap_status cm_canonical_pattern(struct certmap_view *canonical, enum cm_text_kind kind, bool nocase,
                                         struct certmap_view pattern, struct cm_arena *arena,
                                         struct certmap_diagnostic *err) {
    struct span one = no_span, two = no_span;
    if (kind == CM_TEXT_DNS)
        one = (struct span){0, pattern.len};
    if (kind == CM_TEXT_EMAIL)
        one = host_of_pattern(pattern);
    if (kind == CM_TEXT_URI) {
        one = scheme_of_uri(pattern, true);
        two = host_of_uri(pattern, one, true);
    }
    const bool uncertain = (kind == CM_TEXT_URI && is_uncertain(pattern, one, two)) ||
                           (kind == CM_TEXT_EMAIL && is_uncertain_mailbox(pattern, one));
    if (!nocase && uncertain)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "a wildcard leaves open where the host of %s is, and whether its capital letters count; write "
                        "it in small letters, or \"like nocase\"",
                        cm_quote(pattern).text);
    const bool bad = kind == CM_TEXT_DNS ? !is_printable(pattern) : kind == CM_TEXT_URI && !cm_is_ascii(pattern);
    if (bad || !cm_is_ascii(cm_view(pattern.data + one.start, one.end - one.start)))
        return bad_text(kind == CM_TEXT_EMAIL ? CM_TEXT_DNS : kind, pattern, err);
    struct certmap_view lower = lower_spans(pattern, one, two, arena);
    if (pattern.len > 0 && lower.data == NULL)
        return cm_error_memory(err);
    *canonical = lower;
    return CERTMAP_OK;
}

/* ---- what no value can be ---- */

/* Whether a text, or a text that a pattern fits, can begin as every SID does. */
static bool may_be_sid(struct certmap_view text, bool nocase, bool pattern) {
    static const char start[] = "S-1-";
    for (size_t i = 0; i + 1 < sizeof start; i++) {
        if (i == text.len)
            return false;
        const uint8_t c = text.data[i];
        if (pattern && c == '*')
            return true;
        if (!(pattern && c == '?') && c != (uint8_t)start[i] && !(nocase && c == cm_fold((uint8_t)start[i])))
            return false;
    }
    return true;
}

/* Whether a text, or a text that a pattern fits, can be a principal: printable ASCII without a backslash, with one @,
 * and no / in the realm after it. In a pattern a backslash is before a literal star, question mark or backslash, and a
 * wildcard can stand for the @. */
static bool may_be_principal(struct certmap_view text, bool pattern) {
    size_t ats = 0;
    bool realm = false; /* there is, or can be, an @ before the rest, which has no / */
    for (size_t i = 0; i < text.len; i++) {
        const bool escape = pattern && text.data[i] == '\\' && i + 1 < text.len;
        i += escape;
        const uint8_t c = text.data[i];
        if (c < 0x20 || c >= 0x7F || c == '\\' || (c == '/' && ats > 0))
            return false;
        ats += c == '@';
        realm = c != '/' && (realm || c == '@' || (pattern && !escape && (c == '*' || c == '?')));
    }
    return ats <= 1 && realm;
}

enum certmap_status cm_canonical_check(enum cm_text_kind kind, bool nocase, bool pattern, struct certmap_view text,
                                       struct certmap_diagnostic *err) {
    if (kind == CM_TEXT_SID && !may_be_sid(text, nocase, pattern))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "%s is no SID: every SID begins with S-1-, for example S-1-5-21-1-2-3-1103",
                        cm_quote(text).text);
    if (kind == CM_TEXT_KRB5 && !may_be_principal(text, pattern))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "%s is no Kerberos principal: write user@REALM or service/host@REALM; one with "
                        "an @, a / or a \\ inside a part is unreadable, and so is what is not ASCII",
                        cm_quote(text).text);
    return CERTMAP_OK;
}
