/* SPDX-License-Identifier: MIT */
#include "base/pages.h"

void cm_pages_advise(void *block, size_t size) {
    (void)block;
    (void)size;
}

void cm_pages_collapse(void *block, size_t size) {
    (void)block;
    (void)size;
}
