/* SPDX-License-Identifier: MIT */
#include "input.h"
#include "certmap/names.h"
#include "platform.h"
#include "text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void tool_input_free(struct tool_input *input) {
    if (input->data != NULL)
        tool_wipe(input->data, input->cap);
    free(input->data);
    *input = (struct tool_input){NULL, 0, 0};
}

enum certmap_status tool_input_from_utf16(struct tool_input *input, struct certmap_diagnostic *err) {
    struct tool_input text = {NULL, 0, input->len / 2 * 3 + 4};
    text.data = tool_alloc(text.cap);
    const enum certmap_status status =
        certmap_text_from_utf16((char *)text.data, text.cap, &text.len, tool_input_view(input), err);
    tool_input_free(input);
    *input = text;
    return status;
}

struct certmap_view tool_input_view(const struct tool_input *input) {
    return (struct certmap_view){input->data, input->len};
}

/* realloc would leave a copy behind. */
void tool_input_grow(struct tool_input *input, size_t limit) {
    struct tool_input larger = {NULL, input->len, input->cap > 0 ? input->cap * 2 : 65536};
    if (larger.cap > limit)
        larger.cap = limit;
    larger.data = tool_alloc(larger.cap);
    if (input->len > 0)
        memcpy(larger.data, input->data, input->len);
    tool_input_free(input);
    *input = larger;
}

void tool_input_add(struct tool_input *input, const struct tool_input *more) {
    while (input->cap - input->len < more->len)
        tool_input_grow(input, SIZE_MAX / 4);
    if (more->len > 0)
        memcpy(input->data + input->len, more->data, more->len);
    input->len += more->len;
}

static enum certmap_status failed(struct certmap_diagnostic *err, int number) {
    if (number == EISDIR)
        return tool_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ, "it is a directory, not a file");
    return tool_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ, "cannot read: %s",
                      number == 0 ? "unknown error" : strerror(number));
}

/* Reads to the end, or to one byte over the limit. */
static enum certmap_status read_all(struct tool_input *input, FILE *file, size_t limit,
                                    struct certmap_diagnostic *err) {
    size_t got;
    do {
        if (input->len == input->cap)
            tool_input_grow(input, limit + 1);
        errno = 0;
        got = fread(input->data + input->len, 1, input->cap - input->len, file);
        input->len += got;
    } while (got > 0 && input->len <= limit);
    if (ferror(file))
        return failed(err, errno);
    if (input->len > limit)
        return tool_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_CANNOT_READ, "the file is larger than %zu bytes",
                          limit);
    return CERTMAP_OK;
}

enum certmap_status tool_input_read(struct tool_input *input, const char *path, size_t limit,
                                    struct certmap_diagnostic *err) {
    bool standard = strcmp(path, "-") == 0;
    *input = (struct tool_input){NULL, 0, 0};
    errno = 0;
    FILE *file = standard ? stdin : tool_platform_open(path);
    if (file == NULL)
        return failed(err, errno);
    (void)setvbuf(file, NULL, _IONBF, 0); /* no second copy in stdio's memory */
    enum certmap_status status = read_all(input, file, limit, err);
    if (status != CERTMAP_OK)
        tool_input_free(input);
    if (!standard)
        (void)fclose(file);
    return status;
}
