/* SPDX-License-Identifier: MIT */
/* Lines that differ, after Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). Of texts that differ in more
 * lines than MAX_EDITS all that is between what they begin and end with alike is one change. */
#include "unified.h"
#include <stdlib.h>
#include <string.h>

/* The search keeps a row for each: so many rows have about 8 MB. */
#define MAX_EDITS 1000
#define CONTEXT 3

struct lines {
    struct certmap_view *items;
    size_t count;
};

static struct lines split(struct certmap_view text) {
    struct lines lines = {NULL, 0};
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    lines.items = tool_alloc(count * sizeof *lines.items);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.data) + 1;
        lines.items[lines.count++] = (struct certmap_view){text.data, len};
        text = (struct certmap_view){text.data + len, text.len - len};
    }
    return lines;
}

static bool is_same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* ---- Which lines are gone, and which are new ---- */

/* Two texts without what they begin and end with alike. gone and added are of whole texts. */
struct comparison {
    const struct certmap_view *old, *new;
    long old_count, new_count;
    bool *gone, *added;
};

/* One step of the search: row[k] is how far the diagonal k is reached with `edits` edits. */
static bool advance(const struct comparison *compared, const long *before, long *row, long edits) {
    for (long k = -edits; k <= edits; k += 2) {
        const bool down = k == -edits || (k != edits && before[k - 1] < before[k + 1]);
        long x = edits == 0 ? 0 : down ? before[k + 1] : before[k - 1] + 1;
        while (x < compared->old_count && x - k < compared->new_count &&
               is_same(compared->old[x], compared->new[x - k]))
            x++;
        row[k] = x;
        if (x >= compared->old_count && x - k >= compared->new_count)
            return true;
    }
    return false;
}

/* Goes the way back, and marks what each edit takes out or puts in. */
static void mark(const struct comparison *compared, long **rows, long edits) {
    long x = compared->old_count, y = compared->new_count;
    for (; edits > 0; edits--) {
        const long *before = rows[edits - 1];
        const long k = x - y;
        const bool down = k == -edits || (k != edits && before[k - 1] < before[k + 1]);
        const long from = down ? k + 1 : k - 1;
        x = before[from];
        y = x - from;
        if (down)
            compared->added[y] = true;
        else
            compared->gone[x] = true;
    }
}

static void mark_all(const struct comparison *compared) {
    for (long i = 0; i < compared->old_count; i++)
        compared->gone[i] = true;
    for (long i = 0; i < compared->new_count; i++)
        compared->added[i] = true;
}

static void compare(const struct comparison *compared) {
    long *rows[MAX_EDITS + 1];
    long edits = 0;
    bool found = false;
    while (!found && edits <= MAX_EDITS) {
        /* from -edits - 1 to edits + 1: the next row looks one further */
        long *room = tool_alloc((size_t)(2 * edits + 3) * sizeof *room);
        for (long i = 0; i < 2 * edits + 3; i++)
            room[i] = -1;
        rows[edits] = room + edits + 1;
        found = advance(compared, edits > 0 ? rows[edits - 1] : NULL, rows[edits], edits);
        edits++;
    }
    if (found)
        mark(compared, rows, edits - 1);
    else
        mark_all(compared);
    for (long i = 0; i < edits; i++)
        free(rows[i] - i - 1);
}

/* ---- Hunks ---- */

/* Where the next hunk begins and ends, in both texts. */
struct hunk {
    size_t old, old_end, new, new_end;
};

static void add_line(struct tool_text *out, char sign, struct certmap_view line) {
    tool_text_repeat(out, sign, 1);
    tool_text_add(out, line);
    if (line.data[line.len - 1] != '\n')
        tool_text_string(out, "\n\\ No newline at end of file\n");
}

static void add_range(struct tool_text *out, char sign, size_t begin, size_t end) {
    tool_text_format(out, "%c%zu", sign, end > begin ? begin + 1 : begin);
    if (end - begin != 1)
        tool_text_format(out, ",%zu", end - begin);
}

static void add_hunk(struct tool_text *out, const struct hunk *hunk, const struct lines *old, const bool *gone,
                     const struct lines *new, const bool *added) {
    size_t i = hunk->old, k = hunk->new;
    tool_text_string(out, "@@ ");
    add_range(out, '-', hunk->old, hunk->old_end);
    tool_text_string(out, " ");
    add_range(out, '+', hunk->new, hunk->new_end);
    tool_text_string(out, " @@\n");
    while (i < hunk->old_end || k < hunk->new_end)
        if (i < hunk->old_end && gone[i])
            add_line(out, '-', old->items[i++]);
        else if (k < hunk->new_end && added[k])
            add_line(out, '+', new->items[k++]);
        else {
            add_line(out, ' ', old->items[i++]);
            k++;
        }
}

/* How many lines from here on are the same in both texts, up to limit. */
static size_t count_same(const bool *gone, size_t old, size_t old_count, const bool *added, size_t new,
                         size_t new_count, size_t limit) {
    size_t same = 0;
    while (same < limit && old + same < old_count && new + same < new_count && !gone[old + same] && !added[new + same])
        same++;
    return same;
}

static void add_hunks(struct tool_text *out, const struct lines *old, const bool *gone, const struct lines *new,
                      const bool *added) {
    size_t i = 0, k = 0;
    for (;;) {
        const size_t same = count_same(gone, i, old->count, added, k, new->count, SIZE_MAX);
        i += same;
        k += same;
        if (i == old->count && k == new->count)
            return;
        const size_t before = same < CONTEXT ? same : CONTEXT;
        struct hunk hunk = {i - before, i, k - before, k};
        size_t after = 0;
        while (after <= 2 * (size_t)CONTEXT && (i < old->count || k < new->count)) {
            while (i < old->count && gone[i])
                i++;
            while (k < new->count && added[k])
                k++;
            hunk.old_end = i;
            hunk.new_end = k;
            after = count_same(gone, i, old->count, added, k, new->count, 2 * (size_t)CONTEXT + 1);
            if (after <= 2 * (size_t)CONTEXT && (i + after < old->count || k + after < new->count)) {
                i += after;
                k += after;
            } else
                break;
        }
        after = after < CONTEXT ? after : CONTEXT;
        hunk.old_end += after;
        hunk.new_end += after;
        i = hunk.old_end;
        k = hunk.new_end;
        add_hunk(out, &hunk, old, gone, new, added);
    }
}

/* ---- Both texts ---- */

static bool *flags(size_t count) {
    bool *made = tool_alloc(count * sizeof *made);
    memset(made, 0, count * sizeof *made);
    return made;
}

void tool_unified_diff(struct tool_text *out, const char *path, struct certmap_view old, struct certmap_view new) {
    const struct lines before = split(old), after = split(new);
    bool *gone = flags(before.count + 1), *added = flags(after.count + 1);
    size_t head = 0, tail = 0;
    while (head < before.count && head < after.count && is_same(before.items[head], after.items[head]))
        head++;
    while (tail < before.count - head && tail < after.count - head &&
           is_same(before.items[before.count - 1 - tail], after.items[after.count - 1 - tail]))
        tail++;
    const struct comparison compared = {
        before.items + head, after.items + head, (long)(before.count - head - tail), (long)(after.count - head - tail),
        gone + head,         added + head,
    };
    compare(&compared);
    if (head < before.count || head < after.count) {
        tool_text_string(out, "--- ");
        tool_text_safe(out, tool_view(path));
        tool_text_string(out, "\n+++ ");
        tool_text_safe(out, tool_view(path));
        tool_text_string(out, "\n");
        add_hunks(out, &before, gone, &after, added);
    }
    free(gone);
    free(added);
    free(before.items);
    free(after.items);
}
