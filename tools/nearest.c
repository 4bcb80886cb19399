/* SPDX-License-Identifier: MIT */
#include "nearest.h"
#include "reason.h"

void tool_nearest_take(struct tool_nearest *nearest, const struct certmap_explain_item *item) {
    nearest->found = true;
    nearest->mapping = item->mapping;
    nearest->missing = item->missing;
    tool_text_add(&nearest->name, item->text);
}

static size_t shown_count(const struct tool_nearest *nearest) {
    return nearest->count < TOOL_NEAREST_SHOWN ? nearest->count : TOOL_NEAREST_SHOWN;
}

void tool_nearest_free(struct tool_nearest *nearest) {
    for (size_t i = 0; i < shown_count(nearest); i++) {
        tool_text_free(&nearest->conditions[i]);
        tool_text_free(&nearest->shown[i]);
    }
    tool_text_free(&nearest->name);
    *nearest = (struct tool_nearest){.found = false};
}

/* ---- Which conditions ---- */

static void add_condition(struct tool_nearest *nearest, const struct certmap_explain_item *item) {
    const size_t i = nearest->count++;
    if (i >= TOOL_NEAREST_SHOWN)
        return;
    tool_text_add(&nearest->conditions[i], item->text);
    tool_reason_condition(&nearest->shown[i], nearest->rules, item, TOOL_CONDITION_SHOWN);
}

/* Sees each group and condition of the mapping. Inside an odd number of `not` a member helps by being false. A
 * group that gives already what it should is passed over with all its members. */
static bool see_item(void *ctx, const struct certmap_explain_item *item) {
    struct tool_nearest *nearest = ctx;
    const bool condition = item->kind == CERTMAP_EXPLAIN_CONDITION;
    if (!condition && item->kind != CERTMAP_EXPLAIN_GROUP)
        return true;
    if (nearest->depth != 0 && item->depth > nearest->depth)
        return true;
    while (nearest->not_count > 0 && nearest->nots[nearest->not_count - 1] >= item->depth)
        nearest->not_count--;
    const enum certmap_truth wanted = nearest->not_count % 2 == 0 ? CERTMAP_TRUE : CERTMAP_FALSE;
    nearest->depth = item->truth == wanted ? item->depth : 0;
    if (item->truth == wanted)
        return true;
    if (condition)
        add_condition(nearest, item);
    else if (item->term == CERTMAP_TERM_NOT)
        nearest->nots[nearest->not_count++] = item->depth;
    return true;
}

void tool_nearest_find(struct tool_nearest *nearest, const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    nearest->rules = rules;
    if (nearest->found &&
        certmap_explain_mapping(rules, peer, &result, nearest->mapping, see_item, nearest, NULL) != CERTMAP_OK)
        tool_no_memory();
}

/* ---- Telling ---- */

/* The conditions; of more than are missing, any will do that leads there. */
static void add_conditions(struct tool_text *line, const struct tool_nearest *nearest) {
    tool_text_string(line, nearest->count > nearest->missing ? ": among " : ": ");
    for (size_t i = 0; i < shown_count(nearest); i++) {
        tool_text_string(line, i > 0 ? "; " : "");
        tool_text_safe(line, tool_text_view(&nearest->shown[i]));
    }
    tool_text_string(line, nearest->count > shown_count(nearest) ? "; ..." : "");
}

void tool_nearest_print(struct tool_stream *out, const struct tool_nearest *nearest) {
    if (!nearest->found || nearest->missing == 0)
        return; /* none, or one that holds and yet gave no account */
    tool_text_string(&out->line, "nearest: ");
    if (nearest->name.len > 0) {
        tool_text_string(&out->line, "mapping ");
        tool_text_quoted(&out->line, tool_text_view(&nearest->name));
    } else {
        tool_text_format(&out->line, "mapping %zu", nearest->mapping + 1);
    }
    tool_text_format(&out->line, ", %zu condition%s away", nearest->missing, nearest->missing == 1 ? "" : "s");
    add_conditions(&out->line, nearest);
    tool_stream_end_line(out);
}

json_t *tool_nearest_json(const struct tool_nearest *nearest) {
    if (!nearest->found)
        return json_null();
    json_t *object = tool_json_object(), *conditions = tool_json_array();
    tool_json_set(object, "index", json_integer((json_int_t)nearest->mapping));
    tool_json_set(object, "name", nearest->name.len > 0 ? tool_json_text(tool_text_view(&nearest->name)) : json_null());
    tool_json_set(object, "missing", json_integer((json_int_t)nearest->missing));
    for (size_t i = 0; i < shown_count(nearest); i++)
        tool_json_append(conditions, tool_json_text(tool_text_view(&nearest->conditions[i])));
    tool_json_set(object, "conditions", conditions);
    return object;
}
