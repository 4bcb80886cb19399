/* SPDX-License-Identifier: MIT */
#include "moment.h"
#include <stddef.h>
#include <stdio.h>
#include <time.h>

static bool is_leap(int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t days_in(int64_t year, int64_t month) {
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* The days from 1970 to a date that is not before it. */
static int64_t days_before(int64_t year, int64_t month, int64_t day) {
    int64_t days = day - 1;
    for (int64_t y = 1970; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    for (int64_t m = 1; m < month; m++)
        days += days_in(year, m);
    return days;
}

/* Takes the numbers of a text that has the form of the pattern, in which 0 stands for a digit. */
static bool take_numbers(int64_t numbers[7], const char *text) {
    static const char pattern[] = "0000-00-00T00:00:00Z";
    size_t n = 0;
    for (size_t i = 0; i < sizeof pattern - 1; i++) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == '0' ? !digit : text[i] != pattern[i])
            return false;
        if (pattern[i] == '0')
            numbers[n] = numbers[n] * 10 + (text[i] - '0');
        else
            n++;
    }
    return text[sizeof pattern - 1] == '\0';
}

bool tool_moment_parse(int64_t *moment, const char *text) {
    int64_t n[7] = {0}; /* one more, which the Z ends */
    if (!take_numbers(n, text) || n[0] < 1970 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > days_in(n[0], n[1]))
        return false;
    if (n[3] > 23 || n[4] > 59 || n[5] > 59)
        return false;
    *moment = ((days_before(n[0], n[1], n[2]) * 24 + n[3]) * 60 + n[4]) * 60 + n[5];
    return *moment > 0;
}

void tool_moment_format(char text[TOOL_MOMENT_SIZE], int64_t moment) {
    const int64_t second = (moment % 86400 + 86400) % 86400;
    int64_t days = (moment - second) / 86400, year = 1970, month = 1;
    for (; days < 0; days += is_leap(year) ? 366 : 365)
        year--;
    for (; year < 9999 && days >= (is_leap(year) ? 366 : 365); year++)
        days -= is_leap(year) ? 366 : 365;
    for (; month < 12 && days >= days_in(year, month); month++)
        days -= days_in(year, month);
    if (days >= 31)
        days = 30; /* past the year 9999 */
    (void)snprintf(text, TOOL_MOMENT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year, (unsigned)month,
                   (unsigned)days + 1, (unsigned)(second / 3600), (unsigned)(second / 60 % 60),
                   (unsigned)(second % 60));
}

int64_t tool_moment_now(void) {
    const time_t now = time(NULL);
    return now == (time_t)-1 ? 0 : (int64_t)now;
}
