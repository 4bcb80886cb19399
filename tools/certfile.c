/* SPDX-License-Identifier: MIT */
#include "certfile.h"
#include "text.h"
#include "utf16.h"

/* A SEQUENCE with a length of several bytes: every certificate begins so, and no text does. */
static bool begins_like_der(struct certmap_view content) {
    return content.len >= 2 && content.data[0] == 0x30 && content.data[1] >= 0x80;
}

/* Editors on Windows put a byte order mark before UTF-8. */
static struct certmap_view skip_mark(struct certmap_view text) {
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    bool has = text.len >= sizeof mark && text.data[0] == mark[0] && text.data[1] == mark[1] && text.data[2] == mark[2];
    return (struct certmap_view){text.data + (has ? sizeof mark : 0), text.len - (has ? sizeof mark : 0)};
}

/* The one certificate that the file is. */
static void take_der(struct tool_pem *certificates, struct tool_input *input) {
    certificates->items = tool_alloc(sizeof *certificates->items);
    certificates->items[0] = *input;
    certificates->count = 1;
    *input = (struct tool_input){NULL, 0, 0};
}

enum certmap_status tool_certfile_read(struct tool_pem *certificates, const char *path, struct certmap_error *err) {
    struct tool_input input;
    *certificates = (struct tool_pem){NULL, 0};
    enum certmap_status status = tool_input_read(&input, path, TOOL_MAX_CERT_FILE, err);
    if (status == CERTMAP_OK && tool_utf16_is_marked(tool_input_view(&input)))
        (void)tool_utf16_decode(&input, err); /* what is not UTF-16 is no PEM either */
    const struct certmap_view content = tool_input_view(&input);
    if (status != CERTMAP_OK)
        return status;
    if (content.len == 0)
        status = tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_CANNOT_READ, "the file is empty");
    else if (!begins_like_der(content) && tool_pem_detect(skip_mark(content)))
        status = tool_pem_read(certificates, skip_mark(content), err);
    else
        take_der(certificates, &input);
    tool_input_free(&input);
    return status;
}
