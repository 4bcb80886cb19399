/* SPDX-License-Identifier: MIT */
#include "names.h"
#include "certmap/names.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes a line, its end included. */
static struct certmap_view take_line(struct certmap_view *text) {
    const uint8_t *end = memchr(text->data, '\n', text->len);
    const size_t len = end == NULL ? text->len : (size_t)(end - text->data) + 1;
    const struct certmap_view line = {text->data, len};
    *text = (struct certmap_view){text->data + len, text->len - len};
    return line;
}

static bool is_blank(struct certmap_view line) {
    for (size_t i = 0; i < line.len; i++)
        if (!is_space(line.data[i]))
            return false;
    return true;
}

/* Whether something besides white space is a label. */
static bool has_label(struct certmap_view line) {
    const struct certmap_view bare = certmap_name_bare(line);
    return bare.data != NULL && !is_blank((struct certmap_view){line.data, (size_t)(bare.data - line.data)});
}

/* Whether a line by itself is a Name of several RDNs, or may be. */
static bool is_whole(struct certmap_view line) {
    enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT];
    struct certmap_diagnostic err;
    size_t count = 0, len = 0, i = 0;
    while (i < line.len && is_space(line.data[i]))
        i++;
    if (i < line.len && line.data[i] == '/')
        return true;
    if (certmap_dialect_find(dialects, &count, line, NULL, &err) == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    if (count != 1)
        return count > 1;
    if (certmap_name_from_dialect(NULL, 0, &len, certmap_name_bare(line), dialects[0], NULL) != CERTMAP_ERROR_BUFFER)
        return false;
    uint8_t *der = tool_alloc(len);
    struct tool_text name = {NULL, 0, 0};
    (void)certmap_name_from_dialect(der, len, &len, certmap_name_bare(line), dialects[0], NULL);
    tool_text_name(&name, (struct certmap_view){der, len});
    bool whole = false;
    for (i = 0; i < name.len; i += name.data[i] == '\\' ? 2 : 1)
        whole = whole || name.data[i] == ',';
    tool_text_free(&name);
    free(der);
    return whole;
}

/* Lines that follow each other: one Name, or one for each line. */
static void give_block(struct certmap_view block, void (*each)(void *ctx, struct certmap_view name), void *ctx) {
    struct certmap_view rest = block;
    const struct certmap_view first = take_line(&rest);
    if (rest.len == 0 || has_label(first) || !is_whole(first)) {
        each(ctx, block);
        return;
    }
    each(ctx, first);
    while (rest.len > 0)
        each(ctx, take_line(&rest));
}

void tool_names_each(struct certmap_view text, void (*each)(void *ctx, struct certmap_view name), void *ctx) {
    struct certmap_view rest = text, block = {text.data, 0};
    bool given = false;
    while (rest.len > 0) {
        const struct certmap_view line = take_line(&rest);
        const bool blank = is_blank(line);
        if (block.len > 0 && (blank || has_label(line))) {
            give_block(block, each, ctx);
            given = true;
            block.len = 0;
        }
        if (!blank && block.len == 0)
            block.data = line.data;
        block.len += blank ? 0 : line.len;
    }
    if (block.len > 0)
        give_block(block, each, ctx);
    else if (!given)
        each(ctx, text);
}
