/* SPDX-License-Identifier: MIT */
#include "certfile.h"
#include "certmap/names.h"
#include "text.h"
#include <string.h>

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

static bool is_blank(struct certmap_view text) {
    size_t i = 0;
    while (i < text.len && memchr(" \t\r\n", text.data[i], 4) != NULL)
        i++;
    return i == text.len;
}

/* Whether a text in UTF-16 begins with a byte order mark. */
static bool is_marked(struct certmap_view utf16) {
    return utf16.data[0] >= 0xFE && utf16.data[1] >= 0xFE;
}

bool tool_certfile_is_utf16(struct certmap_view content) {
    return certmap_text_is_utf16(content) && is_marked(content);
}

/* What a content is; a rule file or an IIS configuration also in UTF-16 without a byte order mark, which is read for
 * rules. */
static struct tool_kind_found find_kind(struct certmap_view content) {
    const struct tool_kind_found found = tool_kind_find(content);
    struct certmap_diagnostic err;
    if (!certmap_text_is_utf16(content) || is_marked(content))
        return found;
    struct tool_input text = {tool_alloc(content.len), content.len, content.len};
    memcpy(text.data, content.data, content.len);
    (void)tool_input_from_utf16(&text, &err);
    const struct tool_kind_found decoded = tool_kind_find(tool_input_view(&text));
    tool_input_free(&text);
    return tool_kind_is_rules(decoded.kind) ? decoded : found;
}

/* The one certificate that the file is, or what nobody can tell: decoding says what is wrong with it. */
static enum certmap_status take_der(struct tool_pem *certificates, struct tool_input *input, const char *path,
                                    struct certmap_diagnostic *err) {
    const struct certmap_view content = tool_input_view(input);
    if (!tool_kind_is_der(content)) {
        const struct tool_kind_found found = find_kind(content);
        if (found.kind != NULL)
            return tool_kind_error(err, &found, path, TOOL_WANTED_CERTIFICATE);
    }
    certificates->items = tool_alloc(sizeof *certificates->items);
    certificates->items[0] = *input;
    certificates->count = 1;
    *input = (struct tool_input){NULL, 0, 0};
    return CERTMAP_OK;
}

/* What the first block of a text is that is no certificate. A decoder that takes the lines before a blank one for headers
 * sees but a part of it. */
static struct tool_kind_found find_block(struct certmap_view der, struct certmap_view text) {
    const struct tool_kind_found found = tool_kind_of_block(der);
    return found.kind != NULL || tool_kind_is_der(der) ? found : tool_kind_of_broken(text);
}

/* The blocks of a PEM text. Some tools write CERTIFICATE around whatever they encode. */
static enum certmap_status take_pem(struct tool_pem *certificates, struct certmap_view text, const char *path,
                                    struct certmap_diagnostic *err) {
    enum certmap_status status = tool_pem_read(certificates, text, path, err);
    if (status != CERTMAP_OK)
        return status;
    const struct tool_kind_found found = find_block(tool_input_view(&certificates->items[0]), text);
    if (found.kind == NULL)
        return tool_pem_check(certificates, text, err);
    tool_pem_free(certificates);
    return tool_kind_error(err, &found, path, TOOL_WANTED_CERTIFICATE);
}

static bool is_pem(struct certmap_view content) {
    return !begins_like_der(content) && tool_pem_detect(skip_mark(content));
}

enum certmap_status tool_certfile_read(struct tool_pem *certificates, const char *path,
                                       struct certmap_diagnostic *err) {
    struct tool_input input;
    *certificates = (struct tool_pem){NULL, 0};
    enum certmap_status status = tool_input_read(&input, path, TOOL_MAX_CERT_FILE, err);
    if (status == CERTMAP_OK && tool_certfile_is_utf16(tool_input_view(&input)))
        (void)tool_input_from_utf16(&input, err); /* what is not UTF-16 is no PEM either */
    const struct certmap_view content = tool_input_view(&input);
    if (status != CERTMAP_OK)
        return status;
    if (content.len == 0)
        status = tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_CANNOT_READ, "the file is empty");
    else if (is_blank(skip_mark(content)))
        status = tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_CANNOT_READ, "the file has only white space");
    else if (is_pem(content))
        status = take_pem(certificates, skip_mark(content), path, err);
    else
        status = take_der(certificates, &input, path, err);
    tool_input_free(&input);
    return status;
}

struct tool_kind_found tool_certfile_kind(struct certmap_view content) {
    struct tool_pem pem;
    struct certmap_diagnostic err;
    if (tool_kind_is_der(content))
        return tool_kind_is_certificate();
    const struct tool_kind_found found = tool_kind_find(content);
    if (tool_kind_is_rules(found.kind) || !is_pem(content))
        return found;
    const bool read = tool_pem_read(&pem, skip_mark(content), "", &err) == CERTMAP_OK;
    tool_pem_free(&pem);
    return read ? tool_kind_is_certificate() : tool_kind_of_pem(skip_mark(content));
}

enum certmap_status tool_certfile_fail(struct certmap_diagnostic *err, enum certmap_status status,
                                       const struct certmap_diagnostic *why, const char *what, const char *option,
                                       const char *path) {
    const bool fits = strlen(path) + strlen(why->text) + strlen(what) + strlen(", : ") < sizeof err->text;
    return fits ? tool_error(err, status, why->code, "%s, %s: %s", what, path, why->text)
                : tool_error(err, status, why->code, "%s: %s", option, why->text);
}
