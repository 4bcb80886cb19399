/* SPDX-License-Identifier: MIT */
/* What the library says about itself, and what helps to call it. Every other public function is in the layer that it is
 * about. */
#include "certmap/names.h"
#include <string.h>
#include <utf8proc.h>

struct certmap_view certmap_view_of(const char *text) {
    const struct certmap_view none = CERTMAP_NO_VIEW;
    return text == NULL ? none : (struct certmap_view){(const uint8_t *)text, strlen(text)};
}

const char *certmap_version(void) {
    return CERTMAP_VERSION;
}

const char *certmap_unicode_version(void) {
    return utf8proc_unicode_version();
}
