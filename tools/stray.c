/* SPDX-License-Identifier: MIT */
#include "stray.h"
#include "base64.h"
#include "text.h"
#include <string.h>

/* As much as the headers of two SEQUENCEs and the version take, in base64 and in bytes. */
#define FRONT_DIGITS 20
#define FRONT_SIZE 15

/* What is in a SEQUENCE whose length takes up to three bytes. */
static struct certmap_view enter(struct certmap_view der, bool may_be_short) {
    const uint8_t len = der.len >= 2 && der.data[0] == 0x30 ? der.data[1] : 0xFF;
    const size_t header = len < 0x80 ? 2 : 2 + (size_t)(len & 0x7F);
    if ((len < 0x81 && !may_be_short) || len == 0x80 || len > 0x83 || header > der.len)
        return (struct certmap_view){NULL, 0};
    return (struct certmap_view){der.data + header, der.len - header};
}

/* Whether this is how a certificate that says its version begins: with tbsCertificate, and that in it. */
static bool is_front(struct certmap_view der) {
    static const uint8_t version[] = {0xA0, 0x03, 0x02, 0x01};
    const struct certmap_view tbs = enter(enter(der, false), true);
    return tbs.len >= sizeof version && memcmp(tbs.data, version, sizeof version) == 0;
}

bool tool_stray_begins(struct certmap_view line) {
    while (line.len >= FRONT_DIGITS) {
        const uint8_t *m = memchr(line.data, 'M', line.len - FRONT_DIGITS + 1);
        uint8_t front[FRONT_SIZE];
        bool ended = false;
        if (m == NULL)
            return false;
        if (m[1] == 'I' && tool_base64(front, (struct certmap_view){m, FRONT_DIGITS}, false, &ended) == FRONT_SIZE &&
            is_front((struct certmap_view){front, FRONT_SIZE}))
            return true;
        line = (struct certmap_view){m + 1, line.len - (size_t)(m + 1 - line.data)};
    }
    return false;
}
