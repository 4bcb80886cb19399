/* SPDX-License-Identifier: MIT */
#include "pem_block.h"
#include "pem_lines.h"
#include <windows.h>

#include <wincrypt.h>

/* The bytes that well-formed base64 stands for. It is freed in either case. */
static bool decode(struct tool_input *der, const struct tool_input *base64) {
    DWORD len = (DWORD)(base64->len / 4 * 3);
    *der = (struct tool_input){tool_alloc(len), 0, len};
    if (!CryptStringToBinaryA((const char *)base64->data, (DWORD)base64->len, CRYPT_STRING_BASE64, der->data, &len,
                              NULL, NULL))
        return false;
    der->len = len;
    return true;
}

static bool hand_on(const struct tool_pem_lines *lines, tool_pem_block_fn *fn, void *ctx) {
    struct tool_input der;
    const bool decoded = decode(&der, &lines->base64);
    if (decoded)
        fn(ctx, lines->label.data, tool_input_view(&der));
    tool_input_free(&der);
    return decoded;
}

size_t tool_pem_blocks(struct certmap_view text, tool_pem_block_fn *fn, void *ctx) {
    struct tool_pem_lines lines;
    size_t count = 0;
    bool found = true;
    while (found) {
        found = tool_pem_lines_take(&lines, &text) && hand_on(&lines, fn, ctx);
        count += found;
        tool_pem_lines_free(&lines);
    }
    return count;
}
