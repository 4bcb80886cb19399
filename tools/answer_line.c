/* SPDX-License-Identifier: MIT */
#include "answer_line.h"
#include "certmap/build.h"
#include <string.h>

static void add(struct tool_text *text, const char *string) {
    tool_text_string(text, string);
}

static const char *decision_of(const struct tool_answer_line *line) {
    return line->result == NULL ? "error" : certmap_decision_name(line->result->decision);
}

static const char *reason_of(const struct tool_answer_line *line) {
    const enum certmap_code code = line->result == NULL ? line->error->code : line->result->reason;
    return code == CERTMAP_CODE_NONE ? NULL : certmap_code_name(code);
}

static void add_number(struct tool_text *text, uint64_t number) {
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    tool_text_add(text, (struct certmap_view){(const uint8_t *)digits + at, sizeof digits - at});
}

/* How much of a text is printable ASCII with nothing in it that is written otherwise. */
static size_t plain_length(struct certmap_view view, char a, char b) {
    size_t len = 0;
    while (len < view.len && view.data[len] >= 0x20 && view.data[len] < 0x7F && view.data[len] != (uint8_t)a &&
           view.data[len] != (uint8_t)b)
        len++;
    return len;
}

/* ---- JSON ---- */

static void add_json_escape(struct tool_text *text, uint32_t cp) {
    if (cp < 0x10000)
        tool_text_format(text, "\\u%04X", (unsigned)cp);
    else
        tool_text_format(text, "\\u%04X\\u%04X", (unsigned)(0xD7C0 + (cp >> 10)), (unsigned)(0xDC00 + (cp & 0x3FF)));
}

/* One character that is not plain. What is not UTF-8 becomes U+FFFD; what a terminal must not get is an escape. */
static size_t add_json_character(struct tool_text *text, struct certmap_view view) {
    uint32_t cp;
    const size_t taken = tool_utf8_take(view, &cp);
    if (cp == '"' || cp == '\\')
        tool_text_format(text, "\\%c", (char)cp);
    else if (cp == 0xFFFD)
        add(text, "\xEF\xBF\xBD");
    else if (cp < 0x20 || tool_is_unsafe((struct certmap_view){view.data, taken}))
        add_json_escape(text, cp);
    else
        tool_text_add(text, (struct certmap_view){view.data, taken});
    return taken;
}

static void add_json(struct tool_text *text, struct certmap_view view) {
    if (view.data == NULL) {
        add(text, "null");
        return;
    }
    add(text, "\"");
    while (view.len > 0) {
        size_t len = plain_length(view, '"', '\\');
        if (len > 0)
            tool_text_add(text, (struct certmap_view){view.data, len});
        else
            len = add_json_character(text, view);
        view = (struct certmap_view){view.data + len, view.len - len};
    }
    add(text, "\"");
}

static void add_member(struct tool_text *text, const char *name, struct certmap_view value) {
    add(text, name);
    add_json(text, value);
}

static void add_views(struct tool_text *text, const char *name, const struct certmap_view *views, size_t count) {
    add(text, name);
    for (size_t i = 0; i < count; i++)
        add_member(text, i > 0 ? "," : "", views[i]);
    add(text, "]");
}

static void add_attributes(struct tool_text *text, const struct certmap_result *result) {
    add(text, ",\"attributes\":[");
    for (size_t i = 0; i < result->attribute_count; i++) {
        add_member(text, i > 0 ? ",{\"name\":" : "{\"name\":", result->attributes[i].name);
        add_member(text, ",\"value\":", result->attributes[i].value);
        add(text, "}");
    }
    add(text, "]");
}

static void add_place(struct tool_text *text, const struct tool_record *record) {
    const bool place = !record->whole;
    add_member(text, "{\"file\":", tool_view(record->path));
    add(text, ",\"line\":");
    if (place && record->line > 0)
        add_number(text, record->line);
    else
        add(text, "null");
    add(text, ",\"offset\":");
    if (place && record->line == 0)
        add_number(text, record->offset);
    else
        add(text, "null");
    add_member(text, ",\"name\":", record->name);
    add(text, ",\"count\":");
    add_number(text, record->count);
}

static void add_result(struct tool_text *text, const struct certmap_result *result) {
    const bool said = result->decision != CERTMAP_NONE || result->index != SIZE_MAX;
    add_member(text, ",\"kind\":", said ? tool_view(certmap_kind_name(result->kind)) : certmap_no_view());
    add_member(text, ",\"mapping\":", result->mapping.len > 0 ? result->mapping : certmap_no_view());
    add_member(text, ",\"account\":", result->account);
    add_member(text, ",\"domain\":", result->domain);
    add_member(text, ",\"user\":", result->user);
    add(text, ",\"principal\":");
    add(text, result->account_count == 0 ? "null" : result->principals & 1 ? "true" : "false");
}

static void add_json_line(struct tool_text *text, const struct tool_answer_line *line) {
    static const struct certmap_result nothing = CERTMAP_RESULT_INIT;
    const struct certmap_result *result = line->result != NULL ? line->result : &nothing;
    add_place(text, line->record);
    add_member(text, ",\"decision\":", tool_view(decision_of(line)));
    add_result(text, result);
    add_member(text, ",\"reason\":", tool_view(reason_of(line)));
    add_member(text, ",\"message\":", line->error != NULL ? tool_view(line->error->text) : certmap_no_view());
    add_views(text, ",\"accounts\":[", result->accounts, result->account_count);
    add_views(text, ",\"groups\":[", result->groups, result->group_count);
    add_attributes(text, result);
    add_member(text, ",\"other\":", result->other);
    add(text, ",\"expired\":");
    add(text, line->expired < 0 ? "null}\n" : line->expired > 0 ? "true}\n" : "false}\n");
}

/* ---- CSV ---- */

/* A spreadsheet takes a cell that begins so for a formula: an apostrophe makes it text. */
static bool is_formula(struct certmap_view cell) {
    return cell.len > 0 && memchr("=+-@\t\r", cell.data[0], 6) != NULL;
}

/* A cell, RFC 4180. What must not reach a terminal is written as in messages. */
static void add_cell(struct tool_text *text, struct certmap_view cell, bool first) {
    add(text, first ? "" : ",");
    const bool plain = plain_length(cell, '"', ',') == cell.len;
    if (plain && !is_formula(cell)) {
        if (cell.len > 0)
            tool_text_add(text, cell);
        return;
    }
    struct tool_text safe = {NULL, 0, 0};
    tool_text_string(&safe, is_formula(cell) ? "'" : "");
    tool_text_safe(&safe, cell);
    add(text, "\"");
    for (size_t i = 0; i < safe.len; i++)
        tool_text_add(text, (struct certmap_view){(const uint8_t *)(safe.data[i] == '"' ? "\"\"" : safe.data + i),
                                                  safe.data[i] == '"' ? 2 : 1});
    add(text, "\"");
    tool_text_free(&safe);
}

/* The parts of a list in one cell. */
static void add_list_cell(struct tool_text *text, const struct certmap_view *views, size_t count) {
    struct tool_text list = {NULL, 0, 0};
    for (size_t i = 0; i < count; i++) {
        tool_text_string(&list, i > 0 ? ";" : "");
        tool_text_add(&list, views[i]);
    }
    add_cell(text, tool_text_view(&list), false);
    tool_text_free(&list);
}

static void add_number_cell(struct tool_text *text, bool known, uint64_t number) {
    add(text, ",");
    if (known)
        add_number(text, number);
}

static void add_csv_line(struct tool_text *text, const struct tool_answer_line *line) {
    static const struct certmap_result nothing = CERTMAP_RESULT_INIT;
    const struct certmap_result *result = line->result != NULL ? line->result : &nothing;
    const struct tool_record *record = line->record;
    add_cell(text, tool_view(record->path), true);
    add_number_cell(text, !record->whole && record->line > 0, record->line);
    add_number_cell(text, !record->whole && record->line == 0, record->offset);
    add_cell(text, record->name, false);
    add_number_cell(text, true, record->count);
    add_cell(text, tool_view(decision_of(line)), false);
    add_cell(text, result->mapping, false);
    add_list_cell(text, result->accounts, result->account_count);
    add_list_cell(text, result->groups, result->group_count);
    add_cell(text, tool_view(reason_of(line)), false);
    add_cell(text, line->error != NULL ? tool_view(line->error->text) : certmap_no_view(), false);
    add(text, "\n");
}

void tool_answer_line_add_head(struct tool_text *text, enum tool_line form) {
    if (form == TOOL_LINE_CSV)
        add(text, "file,line,offset,name,count,decision,mapping,accounts,groups,reason,message\n");
}

/* ---- Text ---- */

/* Whether a text can be without quotes: nothing in it could be taken for what is around it. */
static bool is_word(struct certmap_view view) {
    bool word = view.len > 0;
    for (size_t i = 0; i < view.len && word; i++) {
        const uint8_t c = view.data[i];
        word = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
               (c != 0 && strchr("._-@\\$", c) != NULL);
    }
    return word;
}

static void add_words(struct tool_text *text, const char *before, const struct certmap_view *views, size_t count) {
    for (size_t i = 0; i < count; i++) {
        add(text, i == 0 ? before : ", ");
        if (is_word(views[i]))
            tool_text_add(text, views[i]);
        else
            tool_text_quoted(text, views[i]);
    }
}

static void add_mapping(struct tool_text *text, const struct certmap_result *result) {
    if (result->index == SIZE_MAX)
        return;
    if (result->mapping.len == 0) {
        add(text, "  (one-to-one mapping)");
        return;
    }
    add(text, "  (mapping ");
    tool_text_quoted(text, result->mapping);
    add(text, ")");
}

static void add_text_line(struct tool_text *text, const struct tool_answer_line *line) {
    const struct tool_record *record = line->record;
    const char *decision = decision_of(line), *reason = reason_of(line);
    struct tool_text place = {NULL, 0, 0};
    tool_record_add_place(&place, record);
    tool_text_safe(text, tool_text_view(&place));
    tool_text_free(&place);
    if (record->name.data != NULL) {
        add(text, " ");
        tool_text_quoted(text, record->name);
    }
    add(text, "  ");
    add(text, decision);
    tool_text_repeat(text, ' ', strlen("allow") - strlen(decision));
    if (line->result != NULL)
        add_words(text, "  ", line->result->accounts, line->result->account_count);
    if (line->result != NULL)
        add_words(text, line->result->group_count == 1 ? "  group " : "  groups ", line->result->groups,
                  line->result->group_count);
    if (reason != NULL)
        tool_text_format(text, "  %s", reason);
    if (line->error != NULL) {
        add(text, ": ");
        tool_text_safe(text, tool_view(line->error->text));
    }
    if (line->result != NULL)
        add_mapping(text, line->result);
    add(text, "\n");
}

void tool_answer_line_add(struct tool_text *text, const struct tool_answer_line *line, enum tool_line form) {
    if (form == TOOL_LINE_JSON)
        add_json_line(text, line);
    else if (form == TOOL_LINE_CSV)
        add_csv_line(text, line);
    else
        add_text_line(text, line);
}
