/* SPDX-License-Identifier: MIT */
#include "screen.h"

#define DELETE 0x7F

static bool is_refused(const struct screen *screen, uint8_t c) {
    if (c == '\n')
        return !screen->after_cr;
    if (screen->after_cr)
        return true;
    if (c == '\t' || c == ' ')
        return !screen->within_line;
    return (c < ' ' && c != '\r') || c == DELETE;
}

size_t screen_bytes(struct screen *screen, const uint8_t *bytes, size_t len) {
    size_t i = 0;
    for (; i < len && !screen->refused; i++) {
        screen->refused = is_refused(screen, bytes[i]);
        if (screen->refused)
            return i;
        screen->after_cr = bytes[i] == '\r';
        screen->within_line = bytes[i] != '\n';
    }
    return i;
}
