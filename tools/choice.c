/* SPDX-License-Identifier: MIT */
#include "choice.h"
#include "certmap/names.h"
#include <stdlib.h>
#include <string.h>

/* ---- Those that are named ---- */

static struct certmap_view name_of(const struct certmap_rules *rules, size_t index) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    (void)certmap_rules_mapping(rules, &mapping, index, NULL);
    return mapping.name;
}

/* A number as it is before the name, from 1; mappings of IIS may have no name. SIZE_MAX: it is not a number. */
static size_t by_number(const struct certmap_rules *rules, const char *word) {
    char *end;
    if (word[0] < '1' || word[0] > '9' || strlen(word) > 9)
        return SIZE_MAX;
    const unsigned long number = strtoul(word, &end, 10);
    return *end == '\0' && number <= certmap_rules_count(rules) ? number - 1 : SIZE_MAX;
}

static size_t find_named(const struct certmap_rules *rules, const char *word) {
    const size_t index = certmap_rules_find(rules, tool_view(word));
    return index != SIZE_MAX ? index : by_number(rules, word);
}

void tool_choice_add_unknown(struct tool_text *message, const struct certmap_rules *rules, struct certmap_view word) {
    const size_t count = certmap_rules_count(rules);
    struct certmap_view *known = tool_alloc(count * sizeof *known);
    for (size_t i = 0; i < count; i++)
        known[i] = name_of(rules, i);
    const size_t nearest = certmap_text_nearest(word, known, count);
    tool_text_string(message, "there is no mapping ");
    tool_text_quoted(message, word);
    if (nearest != SIZE_MAX) {
        tool_text_string(message, "; did you mean ");
        tool_text_quoted(message, known[nearest]);
        tool_text_string(message, "?");
    }
    free(known);
}

static bool complain(const struct tool_rules *rules, const char *word, struct tool_stream *err) {
    struct tool_text message = {NULL, 0, 0};
    tool_choice_add_unknown(&message, rules->rules, tool_view(word));
    tool_complain(err, rules->path, tool_text_view(&message));
    tool_text_free(&message);
    return false;
}

bool tool_choice_start(struct tool_choice *choice, const struct tool_options *options, const struct tool_rules *rules,
                       struct tool_stream *err) {
    const bool whole = certmap_rules_count(rules->rules) <= TOOL_CHOICE_WHOLE || options->json;
    *choice = (struct tool_choice){.all = options->all || (whole && options->mapping_count == 0)};
    choice->named = tool_alloc(options->mapping_count * sizeof *choice->named);
    for (size_t i = 0; i < options->mapping_count; i++) {
        const size_t index = find_named(rules->rules, options->mappings[i]);
        if (index == SIZE_MAX)
            return complain(rules, options->mappings[i], err);
        choice->named[choice->named_count++] = index;
    }
    return true;
}

void tool_choice_free(struct tool_choice *choice) {
    free(choice->named);
    *choice = (struct tool_choice){.named = NULL};
}

/* ---- Those that are nearest ---- */

static bool is_nearer(const struct tool_candidate *a, const struct tool_candidate *b) {
    if (a->digests != b->digests)
        return a->digests < b->digests;
    return a->missing != b->missing ? a->missing < b->missing : a->held > b->held;
}

/* Keeps the nearest, in order; the first of equals stays before the others. */
static bool see_item(void *ctx, const struct certmap_explain_item *item) {
    struct tool_choice *choice = ctx;
    const struct tool_candidate made = {item->mapping, item->missing_digests, item->missing, item->held};
    if (item->kind != CERTMAP_EXPLAIN_MAPPING || item->decision != CERTMAP_ALLOW || item->decides ||
        item->missing == SIZE_MAX)
        return true;
    size_t at = choice->nearest_count;
    while (at > 0 && is_nearer(&made, &choice->nearest[at - 1]))
        at--;
    if (at == TOOL_CHOICE_NEAREST)
        return true;
    choice->nearest_count += choice->nearest_count < TOOL_CHOICE_NEAREST;
    memmove(&choice->nearest[at + 1], &choice->nearest[at], (choice->nearest_count - 1 - at) * sizeof made);
    choice->nearest[at] = made;
    return true;
}

bool tool_choice_counts(const struct tool_choice *choice) {
    return !choice->all && choice->named_count == 0;
}

/* What misses a digest is nearest only where nothing else is. */
static void drop_digests(struct tool_choice *choice) {
    if (choice->nearest_count > 0 && choice->nearest[0].digests == 0)
        while (choice->nearest[choice->nearest_count - 1].digests > 0)
            choice->nearest_count--;
}

void tool_choice_look(struct tool_choice *choice, const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    choice->nearest_count = choice->shown = 0;
    if (tool_choice_counts(choice) && certmap_explain(rules, peer, &result, see_item, choice, NULL) != CERTMAP_OK)
        tool_no_memory();
    drop_digests(choice);
}

bool tool_choice_has(const struct tool_choice *choice, const struct certmap_explain_item *item) {
    if (choice->all || (item->decides && choice->named_count == 0))
        return true;
    for (size_t i = 0; i < choice->named_count; i++)
        if (choice->named[i] == item->mapping)
            return true;
    for (size_t i = 0; i < choice->nearest_count; i++)
        if (choice->nearest[i].mapping == item->mapping)
            return true;
    return false;
}

/* ---- The others ---- */

void tool_run_add(struct tool_run *run, struct tool_stream *out, const struct certmap_explain_item *item) {
    if (run->count > 0 && run->read != item->read)
        tool_run_end(run, out);
    if (run->count == 0)
        *run = (struct tool_run){.first = item->mapping, .read = item->read};
    run->count++;
    run->truths[item->truth]++;
}

/* "false", or "12 true, 3 false". */
static void add_truths(struct tool_text *line, const struct tool_run *run) {
    static const enum certmap_truth order[] = {CERTMAP_TRUE, CERTMAP_UNKNOWN, CERTMAP_FALSE};
    static const char *const names[] = {
        [CERTMAP_FALSE] = "false", [CERTMAP_TRUE] = "true", [CERTMAP_UNKNOWN] = "unknown"};
    const char *before = ": ";
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const size_t count = run->truths[order[i]];
        if (count == 0)
            continue;
        tool_text_string(line, before);
        if (count < run->count)
            tool_text_format(line, "%zu ", count);
        tool_text_string(line, names[order[i]]);
        before = ", ";
    }
}

void tool_run_end(struct tool_run *run, struct tool_stream *out) {
    if (run->count == 0)
        return;
    tool_stream_end_line(out);
    tool_style_begin(out, TOOL_STYLE_DIM);
    if (run->count == 1)
        tool_text_format(&out->line, "mapping %zu", run->first + 1);
    else
        tool_text_format(&out->line, "mappings %zu to %zu", run->first + 1, run->first + run->count);
    add_truths(&out->line, run);
    tool_text_string(&out->line, run->read ? "" : " [not read]");
    tool_style_end(out);
    tool_stream_end_line(out);
    run->count = 0;
}
