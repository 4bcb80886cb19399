/* SPDX-License-Identifier: MIT */
#include "witness.h"
#include "certmap/build.h"
#include "certmap/diagnostic.h"
#include "file_out.h"
#include <string.h>

/* ---- For people ---- */

void tool_witness_field(struct tool_text *text, const struct certmap_lint_value *value) {
    const char *name = certmap_field_name(value->field);
    tool_text_string(text, name != NULL ? name : "?");
    if (value->subfield.len > 0) {
        tool_text_string(text, ".");
        tool_text_safe(text, value->subfield);
    }
}

const char *tool_witness_state(enum certmap_lint_state state) {
    switch (state) {
    case CERTMAP_LINT_READABLE:
        return "readable";
    case CERTMAP_LINT_UNREADABLE:
        return "unreadable";
    case CERTMAP_LINT_UNKNOWN:
        return "unknown";
    }
    return "unknown";
}

static bool is_same_field(const struct certmap_lint_value *a, const struct certmap_lint_value *b) {
    return a->field == b->field && a->subfield.len == b->subfield.len &&
           (a->subfield.len == 0 || memcmp(a->subfield.data, b->subfield.data, a->subfield.len) == 0);
}

static size_t field_width(const struct certmap_lint_value *value) {
    struct tool_text field = {NULL, 0, 0};
    tool_witness_field(&field, value);
    const size_t width = tool_utf8_count(tool_text_view(&field));
    tool_text_free(&field);
    return width;
}

static void add_value(struct tool_text *text, const struct certmap_lint_value *value) {
    if (value->state == CERTMAP_LINT_READABLE)
        tool_text_quoted(text, value->text);
    else
        tool_text_format(text, "(%s)", tool_witness_state(value->state));
}

void tool_witness_values(struct tool_text *text, const struct certmap_lint_witness *witness, size_t blanks) {
    size_t width = 0;
    for (size_t i = 0; i < witness->value_count; i++) {
        const size_t one = field_width(&witness->values[i]);
        width = one > width ? one : width;
    }
    for (size_t i = 0; i < witness->value_count; i++) {
        const struct certmap_lint_value *value = &witness->values[i];
        if (i > 0 && is_same_field(value - 1, value)) {
            tool_text_string(text, ", ");
        } else {
            tool_text_string(text, i > 0 ? "\n" : "");
            tool_text_repeat(text, ' ', blanks);
            tool_witness_field(text, value);
            tool_text_repeat(text, ' ', width - field_width(value) + 2);
        }
        add_value(text, value);
    }
    if (witness->value_count == 0) {
        tool_text_repeat(text, ' ', blanks);
        tool_text_string(text, "(any certificate)");
    }
    tool_text_string(text, "\n");
}

void tool_witness_answer(struct tool_text *text, const struct certmap_lint_witness *witness,
                         const struct certmap_rules *rules) {
    const struct certmap_view name = tool_mapping_name(rules, witness->mapping);
    tool_text_string(text, certmap_decision_name(witness->decision));
    if (witness->account.data != NULL) {
        tool_text_string(text, " ");
        tool_text_safe(text, witness->account);
    }
    const char *reason = witness->reason == CERTMAP_CODE_NONE ? NULL : certmap_code_name(witness->reason);
    if (reason != NULL)
        tool_text_format(text, ", %s", reason);
    if (name.data != NULL) {
        tool_text_string(text, " (mapping ");
        tool_text_source(text, name);
        tool_text_string(text, ")");
    }
}

/* ---- Base64 ---- */

void tool_witness_base64(struct tool_text *text, struct certmap_view der, size_t width) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t column = 0;
    for (size_t i = 0; i < der.len; i += 3) {
        const size_t left = der.len - i;
        const uint32_t bits = (uint32_t)der.data[i] << 16 | (left > 1 ? (uint32_t)der.data[i + 1] << 8 : 0) |
                              (left > 2 ? (uint32_t)der.data[i + 2] : 0);
        for (unsigned k = 0; k < 4; k++)
            tool_text_repeat(text, k <= left ? alphabet[bits >> (18 - 6 * k) & 63] : '=', 1);
        column += 4;
        if (width > 0 && (column >= width || left <= 3)) {
            tool_text_string(text, "\n");
            column = 0;
        }
    }
}

/* ---- Files ---- */

/* The first words of a file that lint wrote, which it may write again. */
#define HEAD "certmap lint: "

static void add_pem(struct tool_text *text, const struct tool_finding *finding) {
    const struct tool_brief *diagnostic = &finding->report.diagnostic;
    tool_text_format(text, HEAD "%s", certmap_code_name(diagnostic->code));
    if (finding->mapping.data != NULL) {
        tool_text_string(text, ", mapping ");
        tool_text_source(text, finding->mapping);
    }
    tool_text_string(text, "\n");
    tool_witness_values(text, finding->report.witness, 2);
    tool_text_string(text, "-----BEGIN CERTIFICATE-----\n");
    tool_witness_base64(text, finding->report.witness->der, 64);
    tool_text_string(text, "-----END CERTIFICATE-----\n");
}

/* Of each code, the line of the last certificate that was written, and how many it had. The findings are in order. */
struct written {
    size_t line[1024], count[1024];
};

/* How many certificates of the same code and line are written already. */
static size_t count_same(struct written *written, const struct tool_brief *diagnostic) {
    const size_t at = (size_t)diagnostic->code % 1024;
    if (written->line[at] != diagnostic->line)
        written->count[at] = 0;
    written->line[at] = diagnostic->line;
    return written->count[at]++;
}

static bool write_one(const struct tool_finding *finding, const char *folder, struct written *written) {
    const struct tool_brief *diagnostic = &finding->report.diagnostic;
    const size_t same = count_same(written, diagnostic), len = strlen(folder);
    struct tool_text path = {NULL, 0, 0}, pem = {NULL, 0, 0};
    tool_text_string(&path, folder);
    if (len > 0 && tool_file_folder(folder) != len)
        tool_text_string(&path, "/");
    tool_text_format(&path, "%s-%zu", certmap_code_name(diagnostic->code), diagnostic->line);
    if (same > 0)
        tool_text_format(&path, "-%zu", same + 1);
    tool_text_string(&path, ".pem");
    add_pem(&pem, finding);
    const bool ok = tool_file_write_own(path.data, tool_text_view(&pem), HEAD);
    tool_text_free(&path);
    tool_text_free(&pem);
    return ok;
}

bool tool_witness_write(const struct tool_findings *findings, const char *folder, enum certmap_severity level) {
    struct written written = {{0}, {0}};
    bool ok = true;
    for (size_t i = 0; i < findings->count && ok; i++) {
        const struct tool_finding *finding = &findings->items[i];
        const struct certmap_lint_witness *witness = finding->report.witness;
        if (finding->suppressed == TOOL_SUPPRESSED_NOT && finding->report.diagnostic.severity <= level &&
            witness != NULL && witness->der.data != NULL)
            ok = write_one(finding, folder, &written);
    }
    return ok;
}
