/* SPDX-License-Identifier: MIT */
#include "validity.h"
#include "certmap/explain.h"

static enum tool_validity_state judge(int64_t before, int64_t after, int64_t now) {
    if (now <= 0)
        return TOOL_VALIDITY_UNKNOWN;
    if (now < before)
        return TOOL_VALIDITY_EARLY;
    return now > after ? TOOL_VALIDITY_EXPIRED : TOOL_VALIDITY_VALID;
}

void tool_validity_read(struct tool_validity *validity, struct certmap_view der, int64_t now) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    int64_t before, after;
    *validity = (struct tool_validity){.state = TOOL_VALIDITY_UNKNOWN};
    if (certmap_cert_from_der(&cert, der, NULL) != CERTMAP_OK ||
        certmap_cert_validity(&before, &after, &cert, NULL) != CERTMAP_OK)
        return;
    tool_moment_format(validity->before, before);
    tool_moment_format(validity->after, after);
    validity->state = judge(before, after, now);
}
