/* SPDX-License-Identifier: MIT */
/* Times as RFC 5280 4.1.2.5 has them, and nothing else that their types permit: in GMT, with seconds, without
 * fractions.
 *
 *     UTCTime          YYMMDDHHMMSSZ      50 to 99 are 1950 to 1999, 00 to 49 are 2000 to 2049
 *     GeneralizedTime  YYYYMMDDHHMMSSZ */
#include "base/error.h"
#include "base/view.h"
#include "certmap/explain.h"
#include "certmap/versioned.h"
#include "der/der.h"
#include "field/make.h"
#include "field/pieces.h"

/* Pairs of digits, most significant first. */
enum { CENTURY, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PAIRS };

static bool is_digit(uint8_t byte) {
    return byte >= '0' && byte <= '9';
}

/* Reads the pairs from the first one on, and the Z. At most PAIRS. */
static bool read_pairs(unsigned pairs[PAIRS], size_t first, struct certmap_view text) {
    const size_t digits = 2 * (PAIRS - first);
    if (text.len != digits + 1 || text.data[digits] != 'Z')
        return false;
    for (size_t i = 0; i < digits; i += 2) {
        if (!is_digit(text.data[i]) || !is_digit(text.data[i + 1]))
            return false;
        pairs[first + i / 2] = (text.data[i] - (unsigned)'0') * 10 + (text.data[i + 1] - (unsigned)'0');
    }
    return true;
}

static unsigned days_in_month(unsigned year, unsigned month) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2)
        return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Days from 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the day that a leap year
 * has more is its last; a month m from March on begins after (153 m + 2) / 5 days. */
static int64_t days_since_epoch(unsigned year, unsigned month, unsigned day) {
    const int64_t y = (int64_t)year - (month < 3);
    const int64_t m = month < 3 ? month + 9 : month - 3;
    const int64_t leap_days = y < 0 ? -1 : y / 4 - y / 100 + y / 400;
    return 365 * y + leap_days + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool are_sound(const unsigned pairs[PAIRS]) {
    return pairs[MONTH] >= 1 && pairs[MONTH] <= 12 && pairs[DAY] >= 1 &&
           pairs[DAY] <= days_in_month(pairs[CENTURY] * 100 + pairs[YEAR], pairs[MONTH]) && pairs[HOUR] < 24 &&
           pairs[MINUTE] < 60 && pairs[SECOND] < 60;
}

/* Seconds since 1970-01-01 00:00 UTC. */
static bool read_time(int64_t *seconds, const struct cm_tlv *time) {
    unsigned pairs[PAIRS];
    if (time->tag == CM_DER_UTC_TIME) {
        if (!read_pairs(pairs, YEAR, time->contents))
            return false;
        pairs[CENTURY] = pairs[YEAR] >= 50 ? 19 : 20;
    } else if (time->tag != CM_DER_GENERALIZED_TIME || !read_pairs(pairs, CENTURY, time->contents)) {
        return false;
    }
    if (!are_sound(pairs))
        return false;
    *seconds = days_since_epoch(pairs[CENTURY] * 100 + pairs[YEAR], pairs[MONTH], pairs[DAY]) * 86400 +
               pairs[HOUR] * 3600 + pairs[MINUTE] * 60 + pairs[SECOND];
    return true;
}

/* Both ends are within. */
static struct certmap_view judge(int64_t before, int64_t after, int64_t now) {
    if (now < before)
        return CM_VIEW("early");
    return now > after ? CM_VIEW("expired") : CM_VIEW("valid");
}

/* Reads both times. MALFORMED_PIECE: the piece is no SEQUENCE of two; VALUE_ENCODING: one of them is no such time. */
static enum certmap_code read_both(int64_t *before, int64_t *after, struct certmap_view piece) {
    struct cm_der inside;
    struct cm_tlv not_before, not_after;
    if (!cm_der_only(&inside, piece, CM_DER_SEQUENCE) || !cm_der_any(&inside, &not_before) ||
        !cm_der_any(&inside, &not_after) || !cm_der_done(&inside))
        return CERTMAP_CODE_MALFORMED_PIECE;
    return read_time(before, &not_before) && read_time(after, &not_after) ? CERTMAP_CODE_NONE
                                                                          : CERTMAP_CODE_VALUE_ENCODING;
}

enum certmap_code cm_validity_read(struct certmap_peer *peer, struct cm_list *list, struct certmap_view piece,
                                   int64_t now) {
    struct cm_value value = {.der = piece};
    int64_t before, after;
    enum certmap_code code = read_both(&before, &after, piece);
    if (code == CERTMAP_CODE_MALFORMED_PIECE)
        return code;
    value.unreadable = code;
    code = code == CERTMAP_CODE_NONE ? cm_make_text(peer, &value, judge(before, after, now)) : CERTMAP_CODE_NONE;
    return cm_make_append(peer, list, &value, code);
}

enum certmap_status certmap_cert_validity(int64_t *not_before, int64_t *not_after, const struct certmap_cert *cert,
                                          struct certmap_diagnostic *err) {
    struct certmap_cert room;
    const struct certmap_cert *known = certmap_struct_read(&room, cert, CERTMAP_FIRST_CERT, sizeof room);
    int64_t before = 0, after = 0;
    if (not_before == NULL || not_after == NULL || known == NULL)
        return cm_error_argument(err,
                                 "certmap_cert_validity: a pointer is NULL, or the size of cert is not a size of it");
    if (known->validity.data == NULL)
        return cm_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_SUPPLIED, "the dates are not supplied");
    const enum certmap_code code = read_both(&before, &after, known->validity);
    if (code != CERTMAP_CODE_NONE)
        return cm_error(err, CERTMAP_ERROR_CERTIFICATE, code, "the dates are not as RFC 5280 has them");
    *not_before = before;
    *not_after = after;
    return CERTMAP_OK;
}
