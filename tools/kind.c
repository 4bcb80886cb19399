/* SPDX-License-Identifier: MIT */
#include "kind.h"
#include "kind_form.h"
#include "kind_shape.h"
#include "kind_table.h"
#include "text.h"
#include <string.h>

#define NOTHING ((struct tool_kind_found){.kind = NULL})

/* ---- Certificates in DER ---- */

bool tool_kind_is_der(struct certmap_view content) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    return certmap_cert_from_der(&cert, content, NULL) == CERTMAP_OK;
}

static struct certmap_view skip(struct certmap_view view, size_t len) {
    return (struct certmap_view){view.data + len, view.len - len};
}

/* The length of the certificate that is at the front; 0 where there is none. */
static size_t certificate_length(struct certmap_view content) {
    const size_t len = content.len > 0 && content.data[0] == 0x30 ? tool_shape_length(content) : 0;
    return len > 0 && tool_kind_is_der((struct certmap_view){content.data, len}) ? len : 0;
}

/* A certificate, and what follows it. */
static struct tool_kind_found find_trailing(struct certmap_view content) {
    const size_t len = certificate_length(content);
    if (len == 0 || len == content.len)
        return NOTHING;
    const bool several = certificate_length(skip(content, len)) > 0;
    return (struct tool_kind_found){
        .kind = several ? &tool_kind_several : &tool_kind_trailing, .der = true, .len = len};
}

/* What every certificate of version 3 begins with, with lengths of two bytes. */
static bool begins_like_certificate(struct certmap_view content) {
    static const uint8_t front[] = {0x30, 0x82, 0, 0, 0x30, 0x82, 0, 0, 0xA0, 0x03, 0x02, 0x01};
    static const bool any[sizeof front] = {[2] = true, [3] = true, [6] = true, [7] = true};
    for (size_t i = 0; i < sizeof front; i++)
        if (i >= content.len || (!any[i] && content.data[i] != front[i]))
            return false;
    return true;
}

/* A certificate anywhere after the front. */
static struct tool_kind_found find_inside(struct certmap_view content) {
    for (size_t i = 1; i < content.len; i++) {
        const struct certmap_view rest = skip(content, i);
        const uint8_t *at = memchr(rest.data, 0x30, rest.len);
        if (at == NULL)
            break;
        i += (size_t)(at - rest.data);
        const size_t len = begins_like_certificate(skip(content, i)) ? certificate_length(skip(content, i)) : 0;
        if (len > 0)
            return (struct tool_kind_found){.kind = &tool_kind_inside, .der = true, .offset = i, .len = len};
    }
    return NOTHING;
}

/* ---- The columns of the table ---- */

static bool is_byte(const char *digits, uint8_t byte) {
    static const char hex[] = "0123456789ABCDEF";
    return digits[0] == '.' || (digits[0] == hex[byte >> 4] && digits[1] == hex[byte & 15]);
}

static bool has_magic(const char *magic, struct certmap_view content) {
    for (; *magic != '\0'; magic += 2, content = skip(content, 1))
        if (content.len == 0 || !is_byte(magic, content.data[0]))
            return false;
    return true;
}

static bool ends_with(const char *string, const char *end) {
    const size_t len = strlen(string), end_len = strlen(end);
    return len >= end_len && strcmp(string + len - end_len, end) == 0;
}

struct tool_kind_found tool_kind_of_label(const char *label) {
    for (size_t i = 0; i < tool_kind_count; i++)
        if (tool_kinds[i].label != NULL && ends_with(label, tool_kinds[i].label))
            return (struct tool_kind_found){.kind = &tool_kinds[i], .der = false};
    return NOTHING;
}

static struct tool_kind_found find_shape(struct certmap_view der) {
    for (size_t i = 0; i < tool_kind_count; i++)
        if (tool_kinds[i].shape != NULL && tool_shape_matches(tool_kinds[i].shape, der))
            return (struct tool_kind_found){.kind = &tool_kinds[i], .der = true};
    return NOTHING;
}

static struct tool_kind_found find_magic(struct certmap_view content) {
    for (size_t i = 0; i < tool_kind_count; i++)
        if (tool_kinds[i].magic != NULL && has_magic(tool_kinds[i].magic, content))
            return (struct tool_kind_found){.kind = &tool_kinds[i], .der = false};
    return NOTHING;
}

static struct certmap_view skip_front(struct certmap_view text) {
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        text = skip(text, 3);
    while (text.len > 0 && memchr(" \t\r\n", text.data[0], 4) != NULL)
        text = skip(text, 1);
    return text;
}

static struct tool_kind_found find_form(struct certmap_view content) {
    const struct certmap_view text = skip_front(content);
    for (size_t i = 0; i < tool_kind_count; i++)
        if (tool_kinds[i].form != NULL && tool_kinds[i].form(text))
            return (struct tool_kind_found){.kind = &tool_kinds[i], .der = false};
    return NOTHING;
}

/* ---- All of it ---- */

/* What base64 stands for: only of a certificate, or of PEM, it is that. Of a short one nothing else is known. */
static struct tool_kind_found look_into_base64(struct tool_kind_found found, struct certmap_view content) {
    const struct certmap_view text = skip_front(content);
    if (found.kind != NULL ? found.kind->form != tool_form_is_base64 : !tool_form_is_base64_of_sequence(text))
        return found;
    struct tool_input der = tool_form_decode(text);
    const struct tool_kind *inner = find_shape(tool_input_view(&der)).kind;
    if (inner != NULL)
        found = (struct tool_kind_found){.kind = &tool_kind_base64_other, .inner = inner};
    tool_input_free(&der);
    return found;
}

struct tool_kind_found tool_kind_find(struct certmap_view content) {
    struct tool_kind_found found = find_trailing(content);
    if (found.kind == NULL)
        found = find_shape(content);
    if (found.kind == NULL)
        found = find_magic(content);
    if (found.kind == NULL)
        found = look_into_base64(find_form(content), content);
    if (found.kind == NULL && !begins_like_certificate(content))
        found = find_inside(content);
    return found;
}

/* Whether what is base64 between BEGIN and END is a certificate: blank lines, marks of quotation ... */
static bool holds_certificate(struct certmap_view text) {
    struct certmap_view body;
    if (!tool_form_take_certificate(&body, text))
        return false;
    struct tool_input der = tool_form_decode(body);
    const bool yes = tool_kind_is_der(tool_input_view(&der));
    tool_input_free(&der);
    return yes;
}

struct tool_kind_found tool_kind_of_broken(struct certmap_view text) {
    const struct tool_kind_found found = find_form(text);
    tool_form_fn *form = found.kind == NULL ? NULL : found.kind->form;
    const bool says_why = form == tool_form_is_pgp || form == tool_form_is_escaped_pem || form == tool_form_is_cr_pem ||
                          form == tool_form_is_one_line_pem || form == tool_form_is_indented_pem;
    if (says_why)
        return found;
    if (holds_certificate(text))
        return (struct tool_kind_found){.kind = &tool_kind_mixed_pem};
    return NOTHING;
}

struct tool_kind_found tool_kind_of_pem(struct certmap_view text) {
    struct certmap_view label;
    struct tool_kind_found found = {.kind = &tool_kind_pem};
    char copy[64];
    const struct tool_kind_found broken = tool_kind_of_broken(text);
    if (broken.kind != NULL)
        return broken;
    if (tool_form_take_label(&label, text) && label.len < sizeof copy) {
        memcpy(copy, label.data, label.len);
        copy[label.len] = '\0';
        if (strcmp(copy, "CERTIFICATE") == 0)
            return found;
        const struct tool_kind_found known = tool_kind_of_label(copy);
        found = known.kind != NULL ? known : found;
    }
    return found;
}

struct tool_kind_found tool_kind_of_block(struct certmap_view der) {
    const struct tool_kind_found found = tool_kind_is_der(der) ? NOTHING : find_shape(der);
    return found.kind == NULL ? found : (struct tool_kind_found){.kind = &tool_kind_mislabelled, .inner = found.kind};
}

struct tool_kind_found tool_kind_is_certificate(void) {
    return (struct tool_kind_found){.kind = &tool_kind_certificate, .der = true};
}

bool tool_kind_is_parameters(const struct tool_kind *kind) {
    return kind != NULL && kind->label != NULL && strcmp(kind->label, "PARAMETERS") == 0;
}

bool tool_kind_is_web_page(struct certmap_view content) {
    return tool_form_is_web_page(skip_front(content));
}

bool tool_kind_is_rules(const struct tool_kind *kind) {
    return kind != NULL && (kind->form == tool_form_is_rules || kind->form == tool_form_is_iis);
}

/* ---- Saying so ---- */

/* Whether a shell takes a name as it is. */
static bool is_plain(const char *path) {
    static const char marks[] = "._-/:\\,+@";
    bool plain = path[0] != '\0' && path[0] != '-' && strlen(path) <= TOOL_KIND_MAX_PATH;
    for (const char *p = path; *p != '\0' && plain; p++)
        plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                strchr(marks, *p) != NULL;
    return plain;
}

void tool_kind_path(char shown[TOOL_KIND_MAX_PATH + 1], const char *path) {
    (void)snprintf(shown, TOOL_KIND_MAX_PATH + 1, "%s", is_plain(path) ? path : "FILE");
}

/* Fills a command of the table in. */
static void fill_command(struct tool_text *text, const struct tool_kind_found *found, const char *path) {
    for (const char *p = found->kind->command; *p != '\0'; p++) {
        if (*p != '%') {
            tool_text_repeat(text, *p, 1);
            continue;
        }
        switch (*++p) {
        case 'F':
            tool_text_string(text, path);
            break;
        case 'I':
            tool_text_string(text, found->der ? "-inform DER " : "");
            break;
        case 'N':
            tool_text_format(text, "%zu", found->len);
            break;
        case 'O':
            tool_text_format(text, "%zu", found->offset + 1);
            break;
        default:
            tool_text_repeat(text, *p, 1);
        }
    }
}

enum certmap_status tool_kind_error(struct certmap_diagnostic *err, const struct tool_kind_found *found,
                                    const char *path, enum tool_wanted wanted) {
    const struct tool_kind *kind = found->kind;
    struct tool_text command = {NULL, 0, 0};
    char name[TOOL_KIND_MAX_PATH + 1];
    const bool rules = wanted == TOOL_WANTED_RULES;
    const bool encoded =
        !rules && kind->code != CERTMAP_CODE_NOT_A_CERTIFICATE && kind->code != CERTMAP_CODE_SWAPPED_FILES;
    tool_kind_path(name, path);
    fill_command(&command, found, name);
    tool_error(err, rules ? CERTMAP_ERROR_SYNTAX : CERTMAP_ERROR_CERTIFICATE,
               rules && kind->code != CERTMAP_CODE_SWAPPED_FILES ? CERTMAP_CODE_NOT_RULES : kind->code,
               "holds %s%s%s%s; %s: %s", kind->what, found->inner != NULL ? " " : "",
               found->inner != NULL ? found->inner->what : "",
               encoded ? ""
               : rules ? ", not rules"
                       : ", not a certificate",
               kind->how, command.data);
    tool_text_free(&command);
    return err->status;
}
