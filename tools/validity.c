/* SPDX-License-Identifier: MIT */
#include "validity.h"
#include <stdio.h>
#include <string.h>

#define UTC_TIME 0x17
#define GENERALIZED_TIME 0x18

/* Takes a Time off the front of the SEQUENCE's contents: tag, length and that many bytes of text. */
static bool take_time(uint8_t *tag, struct certmap_view *time, struct certmap_view *rest) {
    if (rest->len < 2 || rest->data[1] > rest->len - 2)
        return false;
    *tag = rest->data[0];
    *time = (struct certmap_view){rest->data + 2, rest->data[1]};
    rest->data += 2 + time->len;
    rest->len -= 2 + time->len;
    return true;
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ as ISO 8601. */
static void format_time(char text[TOOL_MOMENT_SIZE], uint8_t tag, struct certmap_view time) {
    char digits[16] = "";
    const bool is_short = tag == UTC_TIME && time.len == 13, is_long = tag == GENERALIZED_TIME && time.len == 15;
    if (!is_short && !is_long)
        return;
    if (is_short) /* 50 to 99 are of the last century */
        memcpy(digits, time.data[0] >= '5' ? "19" : "20", 2);
    memcpy(digits + (is_short ? 2 : 0), time.data, time.len);
    (void)snprintf(text, TOOL_MOMENT_SIZE,
                   "%.4s-%.2s-%.2s"
                   "T"
                   "%.2s:%.2s:%.2s%c",
                   digits, digits + 4, digits + 6, digits + 8, digits + 10, digits + 12, digits[14]);
    if (!tool_moment_exists(text))
        text[0] = '\0';
}

static enum tool_validity_state judge(const struct tool_validity *validity, int64_t now) {
    char moment[TOOL_MOMENT_SIZE];
    if (now <= 0 || validity->before[0] == '\0' || validity->after[0] == '\0')
        return TOOL_VALIDITY_UNKNOWN;
    tool_moment_format(moment, now);
    if (strcmp(moment, validity->before) < 0)
        return TOOL_VALIDITY_EARLY;
    return strcmp(moment, validity->after) > 0 ? TOOL_VALIDITY_EXPIRED : TOOL_VALIDITY_VALID;
}

void tool_validity_read(struct tool_validity *validity, struct certmap_view der, int64_t now) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_view rest, before, after;
    uint8_t before_tag, after_tag;
    *validity = (struct tool_validity){.state = TOOL_VALIDITY_UNKNOWN};
    if (certmap_cert_from_der(&cert, der, NULL) != CERTMAP_OK || cert.validity.len < 2)
        return;
    rest = (struct certmap_view){cert.validity.data + 2, cert.validity.len - 2};
    if (!take_time(&before_tag, &before, &rest) || !take_time(&after_tag, &after, &rest) || rest.len > 0)
        return;
    format_time(validity->before, before_tag, before);
    format_time(validity->after, after_tag, after);
    validity->state = judge(validity, now);
}
