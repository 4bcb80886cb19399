/* SPDX-License-Identifier: MIT */
#include "directive.h"
#include "certmap/build.h"
#include "certmap/names.h"
#include "code_table.h"
#include <stdlib.h>
#include <string.h>

/* ---- Words ---- */

/* Where in the file reading is. */
struct reader {
    struct tool_directives *directives;
    struct certmap_view source;
    size_t line;            /* from 1 */
    size_t begin;           /* the offset of the line, a byte order mark not counted */
    struct certmap_view at; /* what is left of the line */
    size_t waiting;         /* so many allows at the end of the array wait for the line that they are about */
    bool mapping;           /* a mapping has begun */
    bool alone;             /* nothing is before the comment */
};

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct certmap_view *text) {
    while (text->len > 0 && is_blank(*text->data)) {
        text->data++;
        text->len--;
    }
}

static bool is_view(struct certmap_view view, const char *word) {
    return view.len == strlen(word) && memcmp(view.data, word, view.len) == 0;
}

/* What is up to the next blank or comma. */
static struct certmap_view take_word(struct certmap_view *text) {
    skip_blanks(text);
    struct certmap_view word = {text->data, 0};
    while (word.len < text->len && !is_blank(word.data[word.len]) && word.data[word.len] != ',')
        word.len++;
    text->data += word.len;
    text->len -= word.len;
    return word;
}

static struct certmap_position position_of(const struct reader *reader, struct certmap_view word) {
    const size_t offset = (size_t)(word.data - reader->source.data);
    const struct certmap_view before = {reader->source.data + reader->begin, offset - reader->begin};
    return (struct certmap_position){reader->line, tool_utf8_count(before) + 1, offset, word.len};
}

/* ---- What is wrong ---- */

static void add_wrong(const struct reader *reader, enum certmap_code code, struct certmap_view word,
                      const struct tool_text *text) {
    struct certmap_diagnostic wrong = CERTMAP_DIAGNOSTIC_INIT;
    const struct certmap_position position = position_of(reader, word);
    wrong.code = code;
    wrong.line = position.line;
    wrong.column = position.column;
    wrong.offset = position.offset;
    wrong.length = position.length;
    strncpy(wrong.text, text->data, sizeof wrong.text - 1);
    tool_diagnostics_add(&reader->directives->wrong, CERTMAP_SEVERITY_WARNING, &wrong);
}

static void wrong_word(const struct reader *reader, struct certmap_view word, const char *what, tool_word_fn *words) {
    struct certmap_view known[TOOL_MAX_WORDS], shown = {word.data, word.len < 64 ? word.len : 64};
    struct tool_text text = {NULL, 0, 0};
    size_t count = 0;
    while (count < TOOL_MAX_WORDS && words(count) != NULL) {
        known[count] = tool_view(words(count));
        count++;
    }
    const size_t nearest = certmap_text_nearest(word, known, count);
    tool_text_quoted(&text, shown);
    tool_text_format(&text, " is no %s, so the comment changes nothing", what);
    if (nearest != SIZE_MAX)
        tool_text_format(&text, "; did you mean %s?", words(nearest));
    add_wrong(reader, CERTMAP_CODE_UNUSED_SUPPRESSION, word, &text);
    tool_text_free(&text);
}

static void wrong_text(const struct reader *reader, enum certmap_code code, struct certmap_view word,
                       const char *string) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_string(&text, string);
    add_wrong(reader, code, word, &text);
    tool_text_free(&text);
}

/* ---- allow, level, profile ---- */

static void add_allow(struct reader *reader, enum certmap_code code, struct certmap_view word,
                      struct certmap_view reason) {
    struct tool_directives *directives = reader->directives;
    struct tool_allow *grown = realloc(directives->allows, (directives->allow_count + 1) * sizeof *grown);
    if (grown == NULL)
        tool_no_memory();
    directives->allows = grown;
    grown[directives->allow_count++] = (struct tool_allow){
        .code = code, .position = position_of(reader, word), .alone = reader->alone, .reason = reason};
    reader->waiting++;
}

/* What is after " -- ", without blanks at its ends; empty where nothing is. rest gets what is before. */
static struct certmap_view take_reason(struct certmap_view *rest) {
    for (size_t i = 0; i + 2 <= rest->len; i++) {
        if (memcmp(rest->data + i, "--", 2) != 0 || i == 0 || !is_blank(rest->data[i - 1]))
            continue;
        struct certmap_view reason = {rest->data + i + 2, rest->len - i - 2};
        rest->len = i;
        skip_blanks(&reason);
        while (reason.len > 0 && is_blank(reason.data[reason.len - 1]))
            reason.len--;
        return reason;
    }
    return (struct certmap_view){rest->data + rest->len, 0};
}

/* allow CODE[, CODE...] -- REASON */
static void read_allow(struct reader *reader, struct certmap_view word) {
    const struct certmap_view reason = take_reason(&reader->at);
    bool more = true;
    if (reason.len == 0) {
        wrong_text(reader, CERTMAP_CODE_SUPPRESSION_WITHOUT_REASON, word,
                   "the comment does not say why, so it suppresses nothing; write: allow CODE -- REASON");
        return;
    }
    while (more) {
        const struct certmap_view name = take_word(&reader->at);
        const enum certmap_code code = tool_code_find(name);
        if (code == CERTMAP_CODE_NONE)
            wrong_word(reader, name, "code", tool_code_word);
        else
            add_allow(reader, code, name, reason);
        skip_blanks(&reader->at);
        more = reader->at.len > 0;
        if (more && *reader->at.data == ',') {
            reader->at.data++;
            reader->at.len--;
        }
    }
}

static const char *directive_word(size_t i) {
    static const char *const words[] = {"allow", "level", "profile"};
    return i < sizeof words / sizeof *words ? words[i] : NULL;
}

/* The index of a word in a list; its length where it is none. */
static size_t find_word(struct certmap_view word, tool_word_fn *words) {
    size_t i = 0;
    while (words(i) != NULL && !is_view(word, words(i)))
        i++;
    return i;
}

/* level CODE LEVEL */
static void read_level(struct reader *reader) {
    struct tool_directives *directives = reader->directives;
    const struct certmap_view name = take_word(&reader->at), level = take_word(&reader->at);
    const enum certmap_code code = tool_code_find(name);
    const size_t severity = find_word(level, tool_severity_word);
    if (code == CERTMAP_CODE_NONE || tool_severity_word(severity) == NULL) {
        if (code == CERTMAP_CODE_NONE)
            wrong_word(reader, name, "code", tool_code_word);
        else
            wrong_word(reader, level, "severity", tool_severity_word);
        return;
    }
    struct tool_level *grown = realloc(directives->levels, (directives->level_count + 1) * sizeof *grown);
    if (grown == NULL)
        tool_no_memory();
    directives->levels = grown;
    grown[directives->level_count++] = (struct tool_level){code, (enum certmap_severity)severity};
}

static void read_profile(struct reader *reader) {
    const struct certmap_view name = take_word(&reader->at);
    const size_t profile = find_word(name, tool_profile_word);
    if (tool_profile_word(profile) == NULL) {
        wrong_word(reader, name, "profile", tool_profile_word);
        return;
    }
    reader->directives->has_profile = true;
    reader->directives->profile = (enum certmap_lint_profile)profile;
}

static void read_directive(struct reader *reader) {
    const struct certmap_view word = take_word(&reader->at);
    const size_t which = find_word(word, directive_word);
    if (which == 0)
        read_allow(reader, word);
    else if (directive_word(which) == NULL)
        wrong_word(reader, word, "word of such a comment", directive_word);
    else if (reader->mapping)
        wrong_text(reader, CERTMAP_CODE_UNUSED_SUPPRESSION, word,
                   "this is about the whole file, and is read above the first mapping only");
    else if (which == 1)
        read_level(reader);
    else
        read_profile(reader);
}

/* ---- Lines ---- */

/* Whether a mapping begins at a byte that is outside of strings. */
static bool is_mapping(struct certmap_view line, size_t at) {
    static const char word[] = "mapping";
    const size_t len = sizeof word - 1;
    return line.len - at > len && memcmp(line.data + at, word, len) == 0 &&
           (line.data[at + len] == '"' || is_blank(line.data[at + len])) &&
           (at == 0 || is_blank(line.data[at - 1]) || line.data[at - 1] == ';' || line.data[at - 1] == '}');
}

/* The # of a line, which is not in a string, or its length. */
static size_t find_comment(struct reader *reader, struct certmap_view line) {
    bool string = false;
    for (size_t i = 0; i < line.len; i++) {
        const uint8_t c = line.data[i];
        if (c == '#' && !string)
            return i;
        reader->mapping = reader->mapping || (!string && is_mapping(line, i));
        if (c == '"')
            string = !string;
        else if (c == '\\' && string)
            i++;
    }
    return line.len;
}

/* A line of rules is what the comments above it, and at its end, are about. */
static void settle_waiting(struct reader *reader, bool rules) {
    struct tool_directives *directives = reader->directives;
    for (size_t i = directives->allow_count - reader->waiting; i < directives->allow_count; i++)
        directives->allows[i].about = rules ? reader->line : 0;
    reader->waiting = 0;
}

static void read_line(struct reader *reader, struct certmap_view line) {
    static const char begin[] = "certmap:";
    const size_t comment = find_comment(reader, line);
    struct certmap_view before = {line.data, comment};
    skip_blanks(&before);
    reader->alone = before.len == 0;
    if (comment < line.len) {
        reader->at = (struct certmap_view){line.data + comment + 1, line.len - comment - 1};
        skip_blanks(&reader->at);
        if (reader->at.len >= sizeof begin - 1 && memcmp(reader->at.data, begin, sizeof begin - 1) == 0) {
            reader->at.data += sizeof begin - 1;
            reader->at.len -= sizeof begin - 1;
            read_directive(reader);
        }
    }
    if (!reader->alone || comment == line.len)
        settle_waiting(reader, !reader->alone);
}

/* ---- The file ---- */

static int by_line(const void *a, const void *b) {
    const struct tool_allow *left = a, *right = b;
    return left->about < right->about ? -1 : left->about > right->about;
}

void tool_directives_read(struct tool_directives *directives, struct certmap_view source) {
    static const char mark[] = "\xEF\xBB\xBF";
    struct reader reader = {.directives = directives, .source = source};
    *directives = (struct tool_directives){.allows = NULL};
    size_t at = source.len >= 3 && memcmp(source.data, mark, 3) == 0 ? 3 : 0;
    while (at < source.len) {
        const uint8_t *end = memchr(source.data + at, '\n', source.len - at);
        const size_t len = end != NULL ? (size_t)(end - source.data) - at : source.len - at;
        reader.line++;
        reader.begin = at;
        read_line(&reader, (struct certmap_view){source.data + at, len});
        at += len + 1;
    }
    if (directives->allow_count > 1)
        qsort(directives->allows, directives->allow_count, sizeof *directives->allows, by_line);
}

void tool_directives_free(struct tool_directives *directives) {
    free(directives->allows);
    free(directives->levels);
    tool_diagnostics_free(&directives->wrong);
}

/* ---- What they do ---- */

/* The first comment about a line, or the number of comments. */
static size_t first_about(const struct tool_directives *directives, size_t line) {
    size_t low = 0, high = directives->allow_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (directives->allows[middle].about < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Suppresses a finding with a comment about this line; one that is about a mapping has to be alone. */
static void suppress(struct tool_directives *directives, struct tool_finding *finding, size_t line, bool mapping) {
    for (size_t i = first_about(directives, line); i < directives->allow_count; i++) {
        struct tool_allow *allow = &directives->allows[i];
        if (allow->about != line)
            return;
        if (allow->code != finding->report.diagnostic.code || (mapping && !allow->alone))
            continue;
        allow->used = true;
        finding->suppressed = TOOL_SUPPRESSED_COMMENT;
        finding->reason = allow->reason;
        finding->comment = allow->position.line;
    }
}

/* The line of the mapping that a finding is about, or 0. */
static size_t mapping_line(const struct tool_findings *findings, const struct tool_finding *finding) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    const size_t at = finding->report.mapping;
    return at != SIZE_MAX && certmap_rules_mapping(findings->rules, &mapping, at, NULL) == CERTMAP_OK ? mapping.line
                                                                                                      : 0;
}

void tool_directives_suppress(struct tool_directives *directives, struct tool_findings *findings) {
    for (size_t i = 0; directives->allow_count > 0 && i < findings->count; i++) {
        struct tool_finding *finding = &findings->items[i];
        const size_t line = finding->report.diagnostic.line, mapping = mapping_line(findings, finding);
        if (line > 0)
            suppress(directives, finding, line, false);
        if (finding->suppressed == TOOL_SUPPRESSED_NOT && mapping > 0)
            suppress(directives, finding, mapping, true);
    }
}

static bool is_looked_for(const struct tool_lint_options *options, enum certmap_code code) {
    bool found = options->only_count == 0;
    for (size_t i = 0; i < options->only_count; i++)
        found = found || options->only[i] == code;
    return found;
}

void tool_directives_unused(const struct tool_directives *directives, struct tool_findings *findings,
                            const struct tool_lint_options *options) {
    for (size_t i = 0; i < directives->allow_count; i++) {
        const struct tool_allow *allow = &directives->allows[i];
        struct certmap_diagnostic unused = CERTMAP_DIAGNOSTIC_INIT;
        if (allow->used || !is_looked_for(options, allow->code))
            continue;
        unused.code = CERTMAP_CODE_UNUSED_SUPPRESSION;
        unused.severity = CERTMAP_SEVERITY_WARNING;
        unused.line = allow->position.line;
        unused.column = allow->position.column;
        unused.offset = allow->position.offset;
        unused.length = allow->position.length;
        (void)snprintf(unused.text, sizeof unused.text, "there is no finding %s here that this comment suppresses",
                       certmap_code_name(allow->code));
        (void)tool_findings_add(findings, &unused);
    }
}

void tool_directives_level(const struct tool_directives *directives, struct tool_findings *findings) {
    for (size_t i = 0; i < findings->count; i++)
        for (size_t k = 0; k < directives->level_count; k++)
            if (directives->levels[k].code == findings->items[i].report.diagnostic.code)
                findings->items[i].report.diagnostic.severity = directives->levels[k].severity;
}
