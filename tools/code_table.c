/* SPDX-License-Identifier: MIT */
#include "code_table.h"
#include <string.h>

/* Warnings and notes have numbers from 600 on: those of rule files and of analysis, then those of IIS files. */
#define FIRST 600
#define LAST 799

enum certmap_code tool_code_find(struct certmap_view name) {
    for (int number = FIRST; number <= LAST; number++) {
        const char *known = certmap_code_name((enum certmap_code)number);
        if (known != NULL && strlen(known) == name.len && memcmp(known, name.data, name.len) == 0)
            return (enum certmap_code)number;
    }
    return CERTMAP_CODE_NONE;
}

const char *tool_code_word(size_t i) {
    for (int number = FIRST; number <= LAST; number++) {
        const char *known = certmap_code_name((enum certmap_code)number);
        if (known != NULL && i-- == 0)
            return known;
    }
    return NULL;
}
