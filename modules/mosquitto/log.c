/* SPDX-License-Identifier: MIT */
#include "log.h"
#include <certmap/names.h>
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a text that are shown: each takes up to 8 (\u{202E}). */
#define SHOWN_BYTES 24
/* Bytes of a line that the broker's buffer of 1,000 holds, with "certmap: " and a time stamp of the administrator's. */
#define PIECE_BYTES 850

const char *quote(char room[QUOTED_SIZE], const char *text) {
    size_t len = 0;
    const size_t whole = text != NULL ? strlen(text) : 0;
    if (text == NULL)
        return "-";
    struct certmap_view view = {(const uint8_t *)text, whole};
    if (certmap_text_escape(room, QUOTED_SIZE - 3, &len, view, true, NULL) == CERTMAP_OK)
        return room;
    view.len = SHOWN_BYTES;
    while (view.len > 0 && ((unsigned char)text[view.len] & 0xC0) == 0x80)
        view.len--; /* not in the middle of a character */
    if (certmap_text_escape(room, QUOTED_SIZE - 3, &len, view, true, NULL) != CERTMAP_OK)
        return "?";
    memcpy(room + len, "...", sizeof "...");
    return room;
}

/* How much of the line goes first: a piece that does not end in the middle of a character. */
static size_t piece_of(const char *line) {
    size_t len = strlen(line);
    if (len <= PIECE_BYTES)
        return len;
    len = PIECE_BYTES;
    while (len > 1 && ((unsigned char)line[len] & 0xC0) == 0x80)
        len--;
    return len;
}

static void log_pieces(int level, const char *line) {
    size_t len = piece_of(line);
    mosquitto_log_printf(level, "certmap: %.*s", (int)len, line);
    for (line += len; *line != '\0'; line += len) {
        len = piece_of(line);
        mosquitto_log_printf(level, "certmap: ... %.*s", (int)len, line);
    }
}

void log_line(int level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *line = len >= 0 ? malloc((size_t)len + 1) : NULL;
    if (line == NULL) {
        mosquitto_log_printf(level, "certmap: out of memory for this line: %.100s", format);
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(line, (size_t)len + 1, format, arguments);
    va_end(arguments);
    log_pieces(level, line);
    free(line);
}
