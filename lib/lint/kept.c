/* SPDX-License-Identifier: MIT */
#include "lint.h"
#include <stdlib.h>
#include <string.h>

/* ---- packing ---- */

static void pack_position(struct cm_lint_packing *packing, struct certmap_position position) {
    cm_lint_pack_number(packing, position.line);
    cm_lint_pack_number(packing, position.column);
    cm_lint_pack_number(packing, position.offset);
    cm_lint_pack_number(packing, position.length);
}

/* NULL is another text than none. */
static void pack_string(struct cm_lint_packing *packing, const char *string) {
    cm_lint_pack_number(packing, string != NULL);
    if (string != NULL)
        cm_lint_pack_text(packing, certmap_view_of(string));
}

static void pack_diagnostic(struct cm_lint_packing *packing, const struct certmap_diagnostic *diagnostic) {
    const struct certmap_position position = {diagnostic->line, diagnostic->column, diagnostic->offset,
                                              diagnostic->length};
    cm_lint_pack_number(packing, diagnostic->severity);
    cm_lint_pack_number(packing, diagnostic->code);
    pack_position(packing, position);
    cm_lint_pack_text(packing, certmap_view_of(diagnostic->text));
}

static void pack_related(struct cm_lint_packing *packing, const struct certmap_lint_report *report) {
    cm_lint_pack_number(packing, report->related_count);
    for (size_t i = 0; i < report->related_count; i++) {
        cm_lint_pack_number(packing, report->related[i].mapping);
        pack_position(packing, report->related[i].position);
        cm_lint_pack_text(packing, certmap_view_of(report->related[i].text));
    }
}

static void pack_edits(struct cm_lint_packing *packing, const struct certmap_lint_report *report) {
    cm_lint_pack_number(packing, report->edit_count);
    for (size_t i = 0; i < report->edit_count; i++) {
        pack_position(packing, report->edits[i].position);
        cm_lint_pack_text(packing, report->edits[i].text);
    }
}

static void pack_values(struct cm_lint_packing *packing, const struct cm_lint_witness *shown) {
    cm_lint_pack_number(packing, shown->count);
    for (size_t i = 0; i < shown->count; i++) {
        cm_lint_pack_number(packing, shown->values[i].field);
        cm_lint_pack_number(packing, shown->values[i].state);
        cm_lint_pack_text(packing, shown->values[i].subfield);
        cm_lint_pack_text(packing, shown->values[i].text);
    }
}

static void pack(struct cm_lint_packing *packing, const struct cm_lint_making *made) {
    const struct certmap_lint_report *report = &made->is;
    pack_diagnostic(packing, &report->diagnostic);
    cm_lint_pack_number(packing, report->certainty);
    cm_lint_pack_number(packing, report->fixed_by_edits);
    cm_lint_pack_number(packing, report->fingerprint);
    pack_string(packing, report->help);
    pack_related(packing, report);
    pack_edits(packing, report);
    cm_lint_pack_number(packing, made->is_shown);
    if (made->is_shown)
        pack_values(packing, &made->shown);
}

/* Into the pool, by way of room that is used again. NULL: there is no memory. */
static const uint8_t *keep_packed(struct certmap_lint *lint, const struct cm_lint_making *made) {
    struct cm_lint_array *room = &lint->packing;
    struct cm_lint_packing packing = {room, &lint->allocator, false};
    room->count = 0;
    pack(&packing, made);
    uint8_t *packed = packing.failed ? NULL : cm_lint_pool_take(&lint->pool, room->count, 1);
    if (packed != NULL)
        memcpy(packed, room->items, room->count);
    return packed;
}

static bool keep(struct certmap_lint *lint, const struct cm_lint_making *made) {
    const uint8_t *packed = keep_packed(lint, made);
    struct cm_lint_kept *kept =
        packed != NULL ? cm_lint_array_add(&lint->reports, &lint->allocator, sizeof *kept) : NULL;
    if (kept == NULL)
        return false;
    *kept = (struct cm_lint_kept){
        made->is.diagnostic.line,      made->is.diagnostic.offset,           made->is.mapping, packed,
        (uint32_t)lint->reports.count, (uint8_t)made->is.diagnostic.severity};
    return true;
}

void cm_lint_reports_keep(struct certmap_lint *lint) {
    for (size_t i = 0; i < lint->making.count && !lint->failed; i++)
        lint->failed = !keep(lint, ((struct cm_lint_making *const *)lint->making.items)[i]);
    lint->making.count = 0;
}

/* ---- giving ---- */

static struct certmap_position unpack_position(const uint8_t **at) {
    struct certmap_position position;
    position.line = (size_t)cm_lint_unpack_number(at);
    position.column = (size_t)cm_lint_unpack_number(at);
    position.offset = (size_t)cm_lint_unpack_number(at);
    position.length = (size_t)cm_lint_unpack_number(at);
    return position;
}

static const char *unpack_string(const uint8_t **at) {
    return cm_lint_unpack_number(at) != 0 ? (const char *)cm_lint_unpack_text(at).data : NULL;
}

static void unpack_diagnostic(struct certmap_diagnostic *diagnostic, const uint8_t **at) {
    static const struct certmap_diagnostic none = CERTMAP_DIAGNOSTIC_INIT;
    *diagnostic = none;
    diagnostic->severity = (enum certmap_severity)cm_lint_unpack_number(at);
    diagnostic->code = (enum certmap_code)cm_lint_unpack_number(at);
    const struct certmap_position position = unpack_position(at);
    diagnostic->line = position.line;
    diagnostic->column = position.column;
    diagnostic->offset = position.offset;
    diagnostic->length = position.length;
    const struct certmap_view text = cm_lint_unpack_text(at);
    memcpy(diagnostic->text, text.data, text.len + 1);
}

static void unpack_related(struct certmap_lint_report *report, struct cm_lint_pool *pool, const uint8_t **at) {
    report->related_count = (size_t)cm_lint_unpack_number(at);
    if (report->related_count == 0)
        return;
    struct certmap_lint_related *related = cm_lint_pool_take(pool, report->related_count, sizeof *related);
    for (size_t i = 0; related != NULL && i < report->related_count; i++) {
        related[i].size = sizeof *related;
        related[i].mapping = (size_t)cm_lint_unpack_number(at);
        related[i].position = unpack_position(at);
        related[i].text = (const char *)cm_lint_unpack_text(at).data;
    }
    report->related = related;
}

static void unpack_edits(struct certmap_lint_report *report, struct cm_lint_pool *pool, const uint8_t **at) {
    report->edit_count = (size_t)cm_lint_unpack_number(at);
    if (report->edit_count == 0)
        return;
    struct certmap_lint_edit *edits = cm_lint_pool_take(pool, report->edit_count, sizeof *edits);
    for (size_t i = 0; edits != NULL && i < report->edit_count; i++) {
        edits[i].size = sizeof *edits;
        edits[i].position = unpack_position(at);
        edits[i].text = cm_lint_unpack_text(at);
    }
    report->edits = edits;
}

static void unpack_values(struct cm_lint_witness *shown, struct cm_lint_pool *pool, const uint8_t **at) {
    shown->count = (size_t)cm_lint_unpack_number(at);
    struct cm_lint_value *values = cm_lint_pool_take(pool, shown->count + 1, sizeof *values);
    for (size_t i = 0; values != NULL && i < shown->count; i++) {
        values[i].field = (enum certmap_field)cm_lint_unpack_number(at);
        values[i].state = (enum certmap_lint_state)cm_lint_unpack_number(at);
        values[i].subfield = cm_lint_unpack_text(at);
        values[i].text = cm_lint_unpack_text(at);
    }
    shown->values = values;
}

bool cm_lint_kept_give(struct cm_lint_making *given, struct cm_lint_pool *pool, const struct cm_lint_kept *kept) {
    const uint8_t *at = kept->packed;
    *given = (struct cm_lint_making){.is = {.size = sizeof given->is, .mapping = kept->mapping}};
    unpack_diagnostic(&given->is.diagnostic, &at);
    given->is.certainty = (enum certmap_certainty)cm_lint_unpack_number(&at);
    given->is.fixed_by_edits = cm_lint_unpack_number(&at) != 0;
    given->is.fingerprint = cm_lint_unpack_number(&at);
    given->is.help = unpack_string(&at);
    unpack_related(&given->is, pool, &at);
    if (!pool->failed)
        unpack_edits(&given->is, pool, &at);
    given->is_shown = !pool->failed && cm_lint_unpack_number(&at) != 0;
    if (given->is_shown)
        unpack_values(&given->shown, pool, &at);
    return !pool->failed;
}

/* ---- order ---- */

static int compare(const void *a, const void *b) {
    const struct cm_lint_kept *left = a, *right = b;
    const size_t keys[][2] = {
        {left->line, right->line},
        {left->offset, right->offset},
        {left->mapping + 1, right->mapping + 1}, /* that of the rule set comes first */
        {left->added, right->added},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

void cm_lint_kept_sort(struct cm_lint_kept *kept, size_t count) {
    if (count > 1)
        qsort(kept, count, sizeof *kept, compare);
}
