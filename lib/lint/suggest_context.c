/* SPDX-License-Identifier: MIT */
/* What all parts of a suggestion use: errors, steps, texts. */
#include "certmap/names.h"
#include "suggest.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names in a message: two of this length fit with what is said of them. */
#define MAX_LABEL 96

enum certmap_status cm_suggest_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                    const char *format, ...) {
    static const struct certmap_diagnostic none = CERTMAP_DIAGNOSTIC_INIT;
    va_list arguments;
    if (err == NULL)
        return status;
    *err = none;
    err->status = status;
    err->code = code;
    va_start(arguments, format);
    (void)vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    return status;
}

bool cm_suggest_set(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert, unsigned needs) {
    struct certmap_cert restricted = cert->cert;
    certmap_cert_restrict(&restricted, needs);
    const enum certmap_status status = certmap_peer_set(suggest->peer, &restricted, NULL);
    suggest->failed = suggest->failed || status == CERTMAP_ERROR_MEMORY;
    return status == CERTMAP_OK;
}

/* Tells of about 200 steps, and never goes back: of attempts nobody knows how many there will be. */
bool cm_suggest_step(struct certmap_suggest *suggest) {
    const size_t part = suggest->total / 200 + 1;
    if (suggest->done + 1 < suggest->total && ++suggest->done % part == 0 && suggest->options.progress != NULL)
        suggest->cancelled = !suggest->options.progress(suggest->options.progress_ctx, suggest->done, suggest->total);
    return !suggest->cancelled;
}

struct certmap_view cm_suggest_print(struct certmap_suggest *suggest, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = len < 0 ? NULL : cm_lint_pool_take(&suggest->pool, (size_t)len + 1, 1);
    if (text == NULL) {
        suggest->failed = true;
        return certmap_view_of("");
    }
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)len + 1, format, arguments);
    va_end(arguments);
    return (struct certmap_view){(const uint8_t *)text, (size_t)len};
}

/* How much of a long label is shown: its end, which tells files of one folder apart. */
static struct certmap_view end_of(struct certmap_view label) {
    size_t begin = label.len > MAX_LABEL ? label.len - MAX_LABEL : 0;
    while (begin < label.len && begin > 0 && (label.data[begin] & 0xC0) == 0x80)
        begin++;
    return (struct certmap_view){label.data + begin, label.len - begin};
}

static const char *escape(struct certmap_suggest *suggest, struct certmap_view view, bool quotes) {
    size_t len = 0;
    if (certmap_text_escape(NULL, 0, &len, view, quotes, NULL) != CERTMAP_ERROR_BUFFER)
        return "?";
    char *text = cm_lint_pool_take(&suggest->pool, len + 1, 1);
    if (text == NULL || certmap_text_escape(text, len + 1, &len, view, quotes, NULL) != CERTMAP_OK)
        return "?";
    return text;
}

const char *cm_suggest_quote(struct certmap_suggest *suggest, struct certmap_view text) {
    return escape(suggest, text, true);
}

const char *cm_suggest_label(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert) {
    const struct certmap_view label = end_of(cert->label);
    const char *text = escape(suggest, label, false);
    return label.len == cert->label.len ? text : (const char *)cm_suggest_print(suggest, "...%s", text).data;
}

void cm_suggest_note(struct certmap_suggest *suggest, struct certmap_view text) {
    for (size_t i = 0; i < suggest->notes.count; i++)
        if (cm_suggest_same_text(((struct certmap_view *)suggest->notes.items)[i], text))
            return;
    struct certmap_view *note = cm_lint_array_add(&suggest->notes, &suggest->allocator, sizeof *note);
    if (note == NULL)
        suggest->failed = true;
    else
        *note = text;
}

/* An allow that is unknown grants nothing; a deny that is unknown refuses. */
bool cm_suggest_keeps_out(const struct certmap_suggest *suggest, const struct cm_suggest_candidate *candidate,
                          size_t cert) {
    return suggest->options.decision == CERTMAP_DENY ? candidate->truth[cert] == CERTMAP_FALSE
                                                     : candidate->truth[cert] != CERTMAP_TRUE;
}

bool cm_suggest_same_text(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
