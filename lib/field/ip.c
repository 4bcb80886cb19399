/* SPDX-License-Identifier: MIT */
/* Addresses as text: RFC 4291 2.2 read, RFC 5952 written. What is written has at most sixteen octets; what is read
 * is of rules. */
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "field/canonical.h"

#define GROUPS 8

/* ---- to text ---- */

static void print_ipv4(struct cm_out *out, const uint8_t *octets) {
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            cm_out_char(out, '.');
        cm_out_number(out, octets[i]);
    }
}

static unsigned group_at(const uint8_t *octets, size_t group) {
    return (unsigned)octets[2 * group] << 8 | octets[2 * group + 1];
}

/* Without leading zeros, in lower case (RFC 5952 4.1 and 4.3). */
static void print_group(struct cm_out *out, unsigned group) {
    int shift = 12;
    while (shift > 0 && group >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        cm_out_char(out, "0123456789abcdef"[group >> shift & 15]);
}

/* The longest run of zero groups, the first of several, of at least two (RFC 5952 4.2). */
static size_t longest_zeros(const uint8_t *octets, size_t *start) {
    size_t longest = 1, run = 0;
    *start = GROUPS;
    for (size_t i = 0; i < GROUPS; i++) {
        run = group_at(octets, i) == 0 ? run + 1 : 0;
        if (run > longest) {
            longest = run;
            *start = i + 1 - run;
        }
    }
    return longest;
}

static void print_ipv6(struct cm_out *out, const uint8_t *octets) {
    size_t start, zeros = longest_zeros(octets, &start);
    for (size_t i = 0; i < GROUPS;) {
        if (i == start) {
            cm_out_string(out, "::");
            i += zeros;
            continue;
        }
        if (i > 0 && i != start + zeros)
            cm_out_char(out, ':');
        print_group(out, group_at(octets, i++));
    }
}

bool cm_ip_print(struct cm_out *out, struct certmap_view octets) {
    static const uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (octets.len == 4) {
        print_ipv4(out, octets.data);
    } else if (octets.len == 16 && memcmp(octets.data, mapped, sizeof mapped) == 0) {
        cm_out_string(out, "::ffff:"); /* RFC 5952 5 */
        print_ipv4(out, octets.data + sizeof mapped);
    } else if (octets.len == 16) {
        print_ipv6(out, octets.data);
    }
    return octets.len == 4 || octets.len == 16;
}

/* ---- from text ---- */

/* A decimal number up to `most`, without leading zeros, which some take for octal. Returns its length, or 0. */
static size_t take_decimal(struct certmap_view text, unsigned most, unsigned *number) {
    size_t len = 0;
    *number = 0;
    while (len < text.len && text.data[len] >= '0' && text.data[len] <= '9' && *number <= most)
        *number = *number * 10 + (unsigned)(text.data[len++] - '0');
    return *number <= most && (len == 1 || (len > 1 && text.data[0] != '0')) ? len : 0;
}

static struct certmap_view behind(struct certmap_view text, size_t len) {
    return cm_view(text.data + len, text.len - len);
}

static bool parse_ipv4(uint8_t *octets, struct certmap_view text) {
    for (size_t i = 0; i < 4; i++) {
        unsigned number;
        if (i > 0 && (text.len == 0 || text.data[0] != '.'))
            return false;
        if (i > 0)
            text = behind(text, 1);
        size_t len = take_decimal(text, 255, &number);
        if (len == 0)
            return false;
        octets[i] = (uint8_t)number;
        text = behind(text, len);
    }
    return text.len == 0;
}

/* One to four hexadecimal digits. Returns their number, or 0. */
static size_t take_group(struct certmap_view text, uint8_t *octets) {
    unsigned group = 0;
    size_t len = 0;
    while (len < text.len && len < 5 && cm_hex_value(text.data[len]) < 16)
        group = group << 4 | cm_hex_value(text.data[len++]);
    octets[0] = (uint8_t)(group >> 8);
    octets[1] = (uint8_t)group;
    return len < 5 ? len : 0;
}

/* Groups with a colon between them, the last two of which may be an IPv4 address. Returns how many octets
 * they are, at most `room`, or SIZE_MAX. */
static size_t parse_groups(uint8_t *octets, size_t room, struct certmap_view text) {
    size_t len = 0;
    while (text.len > 0) {
        if (len + 4 <= room && parse_ipv4(octets + len, text))
            return len + 4;
        size_t digits = len + 2 <= room ? take_group(text, octets + len) : 0;
        text = behind(text, digits);
        if (digits == 0 || (text.len > 0 && (text.data[0] != ':' || text.len == 1)))
            return SIZE_MAX;
        text = behind(text, text.len > 0);
        len += 2;
    }
    return len;
}

static bool parse_ipv6(uint8_t octets[16], struct certmap_view text) {
    uint8_t tail[16];
    size_t colons = 0;
    while (colons + 1 < text.len && (text.data[colons] != ':' || text.data[colons + 1] != ':'))
        colons++;
    if (colons + 1 >= text.len)
        return parse_groups(octets, 16, text) == 16;
    struct certmap_view head = cm_view(text.data, colons);
    size_t front = parse_groups(octets, 14, head);
    /* An IPv4 address ends an address: it does not be before "::". */
    if (front == SIZE_MAX || (colons > 0 && memchr(head.data, '.', colons) != NULL))
        return false;
    size_t back = parse_groups(tail, 14 - front, behind(text, colons + 2));
    if (back == SIZE_MAX)
        return false;
    memset(octets + front, 0, 16 - front);
    memcpy(octets + 16 - back, tail, back);
    return true;
}

/* Makes all bits after the first ones zero; false if they were so. */
static bool clear_rest(uint8_t *octets, size_t len, size_t bits) {
    bool changed = false;
    for (size_t i = bits / 8; i < len; i++) {
        const uint8_t kept = (uint8_t)(i == bits / 8 ? octets[i] & (0xFF00u >> bits % 8) : 0);
        changed = changed || kept != octets[i];
        octets[i] = kept;
    }
    return changed;
}

static enum certmap_status host_bits(const uint8_t *octets, size_t len, size_t bits, struct certmap_view text,
                                     struct certmap_diagnostic *err) {
    char network[64];
    struct cm_out out = {network, sizeof network - 1, 0};
    cm_ip_print(&out, cm_view(octets, len));
    cm_out_char(&out, '/');
    cm_out_number(&out, bits);
    network[out.len] = 0;
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                    "%s is an address inside a network; the network is \"%s\"", cm_quote(text).text, network);
}

enum certmap_status cm_ip_parse(uint8_t octets[16], size_t *len, size_t *bits, struct certmap_view text,
                                struct certmap_diagnostic *err) {
    const uint8_t *slash = text.len == 0 ? NULL : memchr(text.data, '/', text.len);
    const struct certmap_view address = cm_view(text.data, slash == NULL ? text.len : (size_t)(slash - text.data));
    unsigned number = 0;
    *len = parse_ipv4(octets, address) ? 4 : 16;
    if (*len == 16 && !parse_ipv6(octets, address))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "%s is no address; write for example 192.0.2.1, 2001:db8::1 or the network 192.0.2.0/24",
                        cm_quote(text).text);
    *bits = *len * 8;
    if (slash == NULL)
        return CERTMAP_OK;
    const struct certmap_view digits = behind(text, address.len + 1);
    if (digits.len == 0 || take_decimal(digits, (unsigned)*bits, &number) != digits.len)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "%s is not a network: write a number from 0 to %zu after the slash", cm_quote(text).text,
                        *bits);
    *bits = number;
    return clear_rest(octets, *len, *bits) ? host_bits(octets, *len, *bits, text, err) : CERTMAP_OK;
}
