/* SPDX-License-Identifier: MIT */
/* What the library says about itself. Every other public function stands in the layer that it is
 * about. */
#include "certmap/certmap.h"
#include <utf8proc.h>

const char *certmap_version(void) {
    return CERTMAP_VERSION;
}

const char *certmap_unicode_version(void) {
    return utf8proc_unicode_version();
}
