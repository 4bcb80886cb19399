/* SPDX-License-Identifier: MIT */
#include "finding.h"
#include "certmap/build.h"
#include <stdlib.h>
#include <string.h>

/* ---- Memory ---- */

/* So much is asked for at a time: copies are small. */
#define BLOCK_SIZE 65536

/* Structures are taken from its beginning, and texts, which need no alignment, from its end. */
struct tool_finding_block {
    struct tool_finding_block *next;
    size_t used, cap; /* cap: up to the texts */
    max_align_t data[];
};

static struct tool_finding_block *block_with(struct tool_findings *findings, size_t size) {
    struct tool_finding_block *block = findings->blocks;
    if (block == NULL || size > block->cap - block->used) {
        const size_t cap = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = tool_alloc(sizeof *block + cap);
        *block = (struct tool_finding_block){.next = findings->blocks, .cap = cap};
        findings->blocks = block;
    }
    return block;
}

/* What is kept begins at a multiple of it. */
#define UNIT 8
_Static_assert(_Alignof(void *) <= UNIT && _Alignof(uint64_t) <= UNIT && _Alignof(size_t) <= UNIT, "all of it may");

static void *take(struct tool_findings *findings, size_t size) {
    size = (size + UNIT - 1) / UNIT * UNIT;
    struct tool_finding_block *block = block_with(findings, size);
    void *taken = (unsigned char *)block->data + block->used;
    block->used += size;
    return taken;
}

static const void *copy(struct tool_findings *findings, const void *data, size_t size) {
    if (data == NULL || size == 0)
        return data == NULL ? NULL : "";
    struct tool_finding_block *block = block_with(findings, size);
    block->cap -= size;
    return memcpy((unsigned char *)block->data + block->cap, data, size);
}

static struct certmap_view copy_view(struct tool_findings *findings, struct certmap_view view) {
    return (struct certmap_view){copy(findings, view.data, view.len), view.len};
}

static const char *copy_string(struct tool_findings *findings, const char *string) {
    return copy(findings, string, string != NULL ? strlen(string) + 1 : 0);
}

void tool_findings_free(struct tool_findings *findings) {
    while (findings->blocks != NULL) {
        struct tool_finding_block *next = findings->blocks->next;
        free(findings->blocks);
        findings->blocks = next;
    }
    free(findings->items);
    free(findings->few.kinds);
    *findings = (struct tool_findings){.items = NULL};
}

/* ---- Copies ---- */

static const struct certmap_lint_witness *copy_witness(struct tool_findings *findings,
                                                       const struct certmap_lint_witness *witness) {
    if (witness == NULL)
        return NULL;
    struct certmap_lint_witness *made = take(findings, sizeof *made);
    struct certmap_lint_value *values = take(findings, witness->value_count * sizeof *values);
    *made = *witness;
    for (size_t i = 0; i < witness->value_count; i++) {
        values[i] = witness->values[i];
        values[i].subfield = copy_view(findings, witness->values[i].subfield);
        values[i].text = copy_view(findings, witness->values[i].text);
    }
    made->values = values;
    made->der =
        findings->as_files || witness->der.data == NULL ? copy_view(findings, witness->der) : certmap_view_of("");
    made->account = copy_view(findings, witness->account);
    return made;
}

static const struct certmap_lint_related *copy_related(struct tool_findings *findings,
                                                       const struct certmap_lint_report *report) {
    if (report->related_count == 0)
        return NULL;
    struct certmap_lint_related *made = take(findings, report->related_count * sizeof *made);
    for (size_t i = 0; i < report->related_count; i++) {
        made[i] = report->related[i];
        made[i].text = copy_string(findings, report->related[i].text);
    }
    return made;
}

static const struct certmap_lint_edit *copy_edits(struct tool_findings *findings,
                                                  const struct certmap_lint_report *report) {
    if (report->edit_count == 0)
        return NULL;
    struct certmap_lint_edit *made = take(findings, report->edit_count * sizeof *made);
    for (size_t i = 0; i < report->edit_count; i++) {
        made[i] = report->edits[i];
        made[i].text = copy_view(findings, report->edits[i].text);
    }
    return made;
}

static struct tool_finding *add(struct tool_findings *findings) {
    if (findings->count == findings->cap) {
        findings->cap = findings->cap > 0 ? findings->cap * 2 : 16;
        struct tool_finding *grown = realloc(findings->items, findings->cap * sizeof *grown);
        if (grown == NULL)
            tool_no_memory();
        findings->items = grown;
    }
    struct tool_finding *finding = &findings->items[findings->count];
    *finding = (struct tool_finding){.added = findings->count};
    findings->count++;
    return finding;
}

struct certmap_view tool_mapping_name(const struct certmap_rules *rules, size_t index) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    if (rules == NULL || index >= certmap_rules_count(rules) ||
        certmap_rules_mapping(rules, &mapping, index, NULL) != CERTMAP_OK)
        return certmap_no_view();
    return mapping.name;
}

static struct tool_brief brief_of(struct tool_findings *findings, const struct certmap_diagnostic *diagnostic) {
    return (struct tool_brief){diagnostic->code,
                               diagnostic->severity,
                               diagnostic->line,
                               diagnostic->column,
                               diagnostic->offset,
                               diagnostic->length,
                               copy_string(findings, diagnostic->text)};
}

struct certmap_diagnostic tool_brief_whole(const struct tool_brief *brief) {
    struct certmap_diagnostic whole = CERTMAP_DIAGNOSTIC_INIT;
    whole.code = brief->code;
    whole.severity = brief->severity;
    whole.line = brief->line;
    whole.column = brief->column;
    whole.offset = brief->offset;
    whole.length = brief->length;
    strncpy(whole.text, brief->text, sizeof whole.text - 1);
    return whole;
}

static void copy_parts(struct tool_findings *findings, struct tool_found *found,
                       const struct certmap_lint_report *report) {
    found->related = copy_related(findings, report);
    found->related_count = report->related_count;
    found->witness = copy_witness(findings, report->witness);
    found->help = copy_string(findings, report->help);
    found->edits = copy_edits(findings, report);
    found->edit_count = report->edit_count;
}

/* ---- Findings that are alike ---- */

uint64_t tool_brief_kind(const struct tool_brief *brief) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325) ^ (uint64_t)brief->code ^ (uint64_t)brief->severity << 32;
    bool quoted = false;
    for (const char *at = brief->text; *at != '\0'; at++) {
        if (*at == '\\' && at[1] != '\0') {
            at++;
            continue;
        }
        quoted = *at == '"' ? !quoted : quoted;
        if (!quoted)
            hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001B3);
    }
    return hash;
}

static struct tool_kind_count *find_kind(struct tool_kind_count *kinds, size_t cap, uint64_t kind) {
    size_t at = (size_t)kind & (cap - 1);
    while (kinds[at].count > 0 && kinds[at].kind != kind)
        at = (at + 1) & (cap - 1);
    return &kinds[at];
}

static void grow_kinds(struct tool_few *few) {
    const size_t cap = few->cap > 0 ? few->cap * 2 : 64;
    struct tool_kind_count *kinds = tool_alloc(cap * sizeof *kinds);
    memset(kinds, 0, cap * sizeof *kinds);
    for (size_t i = 0; i < few->cap; i++)
        if (few->kinds[i].count > 0)
            *find_kind(kinds, cap, few->kinds[i].kind) = few->kinds[i];
    free(few->kinds);
    few->kinds = kinds;
    few->cap = cap;
}

/* How many of the kind there were, with this one. */
static size_t count_kind(struct tool_few *few, uint64_t kind) {
    if (2 * (few->count + 1) > few->cap)
        grow_kinds(few);
    struct tool_kind_count *found = find_kind(few->kinds, few->cap, kind);
    found->kind = kind;
    few->count += found->count == 0;
    return ++found->count;
}

/* Whether more of a finding is kept than what it says. Where one is before the last in the order of lines and columns, which
 * findings are sorted by, those that come are not known to be after the first of their kind. */
static bool is_wanted_whole(struct tool_findings *findings, const struct tool_brief *brief) {
    struct tool_few *few = &findings->few;
    if (brief->line < few->line || (brief->line == few->line && brief->column < few->column))
        few->wanted = false;
    few->line = brief->line;
    few->column = brief->column;
    return !few->wanted ||
           (brief->severity <= few->level && count_kind(few, tool_brief_kind(brief)) <= TOOL_FINDINGS_FEW);
}

bool tool_findings_report(void *ctx, const struct certmap_lint_report *report) {
    struct tool_findings *findings = ctx;
    struct tool_finding *finding = add(findings);
    finding->analysed = true;
    finding->report = (struct tool_found){
        .diagnostic = brief_of(findings, &report->diagnostic),
        .certainty = report->certainty,
        .fixed_by_edits = report->fixed_by_edits,
        .mapping = report->mapping,
        .is_shown = report->witness != NULL,
        .fingerprint = report->fingerprint,
    };
    if (is_wanted_whole(findings, &finding->report.diagnostic))
        copy_parts(findings, &finding->report, report);
    finding->mapping = tool_mapping_name(findings->rules, report->mapping);
    return true;
}

/* ---- Fingerprints ---- */

/* FNV-1a: what the loader says has no canonical text of a mapping, so its message stands for it, but for the numbers of
 * lines in it. */
static uint64_t hash_text(const char *text) {
    static const char word[] = "line ";
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (const char *at = text; *at != '\0'; at++) {
        hash = (hash ^ (uint8_t)*at) * UINT64_C(0x100000001B3);
        const bool number =
            (size_t)(at - text) + 2 > sizeof word && strncmp(at + 2 - sizeof word, word, sizeof word - 1) == 0;
        while (number && at[1] >= '0' && at[1] <= '9')
            at++;
    }
    return hash;
}

struct tool_finding *tool_findings_add(struct tool_findings *findings, const struct certmap_diagnostic *diagnostic) {
    struct tool_finding *finding = add(findings);
    finding->report = (struct tool_found){
        .diagnostic = brief_of(findings, diagnostic),
        .mapping = SIZE_MAX,
        .fingerprint = hash_text(diagnostic->text),
    };
    return finding;
}

void tool_finding_fingerprint(struct tool_text *text, const struct tool_finding *finding) {
    const uint64_t print = finding->report.fingerprint;
    const char *name = certmap_code_name(finding->report.diagnostic.code);
    tool_text_format(text, "%s/%08lx%08lx", name != NULL ? name : "", (unsigned long)(print >> 32),
                     (unsigned long)(print & 0xFFFFFFFF));
}

/* ---- Order and numbers ---- */

static int compare(const void *a, const void *b) {
    const struct tool_finding *left = a, *right = b;
    const size_t keys[][2] = {
        {left->report.diagnostic.line, right->report.diagnostic.line},
        {left->report.diagnostic.column, right->report.diagnostic.column},
        {left->added, right->added},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

static bool is_at_same_place(const struct tool_finding *a, const struct tool_finding *b) {
    return a->report.diagnostic.line == b->report.diagnostic.line && a->report.diagnostic.line > 0 &&
           a->report.diagnostic.column == b->report.diagnostic.column;
}

/* Whether the analysis shows what the loader only says. At one place there are few findings. */
static bool is_shown_too(const struct tool_findings *findings, size_t index) {
    enum { MAX_AT_PLACE = 8 };
    const struct tool_finding *finding = &findings->items[index];
    for (size_t i = index + 1; i < findings->count && i <= index + MAX_AT_PLACE; i++) {
        const struct tool_finding *other = &findings->items[i];
        if (!is_at_same_place(finding, other))
            return false;
        if (!finding->report.is_shown && other->report.is_shown &&
            other->report.diagnostic.code == finding->report.diagnostic.code)
            return true;
    }
    return false;
}

/* What the loader says comes first at its place. */
static void drop_shown(struct tool_findings *findings) {
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (!is_shown_too(findings, i))
            findings->items[kept++] = findings->items[i];
    findings->count = kept;
}

void tool_findings_sort(struct tool_findings *findings) {
    if (findings->count > 1)
        qsort(findings->items, findings->count, sizeof *findings->items, compare);
    drop_shown(findings);
}

size_t tool_findings_count(const struct tool_findings *findings, enum certmap_severity severity) {
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].suppressed == TOOL_SUPPRESSED_NOT &&
                 findings->items[i].report.diagnostic.severity == severity;
    return count;
}

size_t tool_findings_suppressed(const struct tool_findings *findings) {
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].suppressed != TOOL_SUPPRESSED_NOT;
    return count;
}

/* ---- Places ---- */

struct certmap_position tool_position_of(const struct tool_brief *diagnostic) {
    return (struct certmap_position){diagnostic->line, diagnostic->column, diagnostic->offset, diagnostic->length};
}

struct tool_place tool_place_end(struct certmap_view source, struct certmap_position position) {
    struct tool_place end = {position.line, position.column};
    if (source.data == NULL || position.line == 0 || position.column == 0 || position.length == 0 ||
        position.offset > source.len || position.length > source.len - position.offset)
        return (struct tool_place){0, 0};
    struct certmap_view rest = {source.data + position.offset, position.length};
    while (rest.len > 0) {
        uint32_t cp;
        const size_t taken = tool_utf8_take(rest, &cp);
        end.column = cp == '\n' ? 1 : end.column + 1;
        end.line += cp == '\n';
        rest.data += taken;
        rest.len -= taken;
    }
    return end;
}
