/* SPDX-License-Identifier: MIT */
#include "base/quote.h"
#include "base/out.h"
#include <string.h>

struct cm_quoted cm_quote(struct certmap_view view) {
    const size_t most = 60;
    struct cm_quoted quoted;
    struct cm_out out = {quoted.text, most, 0};
    size_t len = view.len < most ? view.len : most;
    bool cut = false;
    for (;; len--) { /* the longest start that fits; escapes make it up to ten times as long */
        struct certmap_view start = {view.data, len};
        cut = len < view.len;
        if (cut && len > 0 && (view.data[len] & 0xC0) == 0x80)
            continue;
        out.len = 0;
        cm_out_escaped(&out, start, true);
        if (out.len < most)
            break;
    }
    quoted.text[out.len] = 0;
    if (cut)
        memcpy(quoted.text + out.len - 1, "...\"", 5);
    return quoted;
}
