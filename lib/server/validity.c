/* SPDX-License-Identifier: MIT */
/*     Validity ::= SEQUENCE { notBefore Time, notAfter Time }
 *     UTCTime          YYMMDDHHMMSSZ      50 to 99 are 1950 to 1999, 00 to 49 are 2000 to 2049
 *     GeneralizedTime  YYYYMMDDHHMMSSZ
 * The core reads dates in the same way, and has no call that gives them out. */
#include "validity.h"
#include <string.h>

enum { SEQUENCE = 0x30, UTC_TIME = 0x17, GENERALIZED_TIME = 0x18 };
enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, NUMBERS };

/* Takes one element off the front; its length is one octet, because no time is longer. */
static bool take(uint8_t *tag, struct certmap_view *contents, struct certmap_view *rest) {
    if (rest->len < 2 || rest->data[1] >= 0x80 || rest->data[1] > rest->len - 2)
        return false;
    *tag = rest->data[0];
    *contents = (struct certmap_view){rest->data + 2, rest->data[1]};
    rest->data += 2 + contents->len;
    rest->len -= 2 + contents->len;
    return true;
}

static bool take_digits(int64_t *number, size_t count, struct certmap_view *text) {
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text->len == 0 || *text->data < '0' || *text->data > '9')
            return false;
        *number = *number * 10 + (*text->data++ - '0');
        text->len--;
    }
    return true;
}

static bool is_leap(int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_in(int64_t year, int64_t month) {
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* The leap days before a year, from year 1. */
static int64_t leap_days(int64_t year) {
    const int64_t y = year - 1;
    return y / 4 - y / 100 + y / 400;
}

static int64_t days_since_epoch(int64_t year, int64_t month, int64_t day) {
    int64_t days = 365 * (year - 1970) + leap_days(year) - leap_days(1970) + day - 1;
    for (int64_t m = 1; m < month; m++)
        days += days_in(year, m);
    return days;
}

static bool exists(const int64_t n[NUMBERS]) {
    return n[YEAR] >= 1 && n[MONTH] >= 1 && n[MONTH] <= 12 && n[DAY] >= 1 && n[DAY] <= days_in(n[YEAR], n[MONTH]) &&
           n[HOUR] < 24 && n[MINUTE] < 60 && n[SECOND] < 60;
}

static bool read_time(int64_t *seconds, uint8_t tag, struct certmap_view text) {
    int64_t n[NUMBERS];
    if (tag != UTC_TIME && tag != GENERALIZED_TIME)
        return false;
    if (!take_digits(&n[YEAR], tag == UTC_TIME ? 2 : 4, &text))
        return false;
    for (size_t i = MONTH; i < NUMBERS; i++)
        if (!take_digits(&n[i], 2, &text))
            return false;
    if (tag == UTC_TIME)
        n[YEAR] += n[YEAR] >= 50 ? 1900 : 2000;
    if (text.len != 1 || *text.data != 'Z' || !exists(n))
        return false;
    *seconds = ((days_since_epoch(n[YEAR], n[MONTH], n[DAY]) * 24 + n[HOUR]) * 60 + n[MINUTE]) * 60 + n[SECOND];
    return true;
}

bool cm_server_validity_read(struct cm_server_validity *validity, struct certmap_view der) {
    uint8_t tag, first_tag, last_tag;
    struct certmap_view inside, first, last;
    return take(&tag, &inside, &der) && tag == SEQUENCE && der.len == 0 && take(&first_tag, &first, &inside) &&
           take(&last_tag, &last, &inside) && inside.len == 0 && read_time(&validity->first, first_tag, first) &&
           read_time(&validity->last, last_tag, last);
}
