/* SPDX-License-Identifier: MIT */
#include "report_svg.h"
#include "report_html.h"
#include <inttypes.h>

/* ---- Numbers ---- */

void tool_svg_length(struct tool_text *out, uint64_t hundredths) {
    const unsigned rest = (unsigned)(hundredths % 100);
    tool_text_format(out, "%" PRIu64, hundredths / 100);
    if (rest % 10 != 0)
        tool_text_format(out, ".%02u", rest);
    else if (rest != 0)
        tool_text_format(out, ".%u", rest / 10);
}

uint64_t tool_svg_scale(uint64_t part, uint64_t all, uint64_t hundredths) {
    while (all > UINT32_MAX) {
        all /= 2;
        part /= 2;
    }
    if (all == 0 || hundredths > UINT32_MAX)
        return 0;
    return part >= all ? hundredths : part * hundredths / all;
}

uint64_t tool_svg_top(uint64_t most) {
    static const unsigned steps[] = {4, 8, 10, 12, 16, 20, 24, 32, 40}; /* in tenths of a power; a quarter is short */
    uint64_t power = 1;
    if (most <= 4)
        return 4;
    while (power <= most / 40 && power < UINT64_MAX / 400)
        power *= 10;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * power >= most)
            return steps[i] * power;
    return most;
}

unsigned tool_svg_log(uint64_t number) {
    unsigned whole = 0;
    while (number >> whole > 1)
        whole++;
    if (whole == 0)
        return 0;
    const uint64_t over = number - (UINT64_C(1) << whole);
    return whole * 100 + (unsigned)tool_svg_scale(over, UINT64_C(1) << whole, 99);
}

/* ---- Bars ---- */

/* What is there is at least half a hundredth of the width. */
#define LEAST 60

static uint64_t width_of(uint64_t count, uint64_t most) {
    const uint64_t width = tool_svg_scale(count, most, 10000);
    return count > 0 && width < LEAST ? LEAST : width;
}

void tool_svg_bar(struct tool_text *out, const char *name, uint64_t count, uint64_t most) {
    if (count == 0)
        return;
    tool_text_format(out, "<svg class=b aria-hidden=true><rect class=%s rx=2 height=\"100%%\" width=\"", name);
    tool_svg_length(out, width_of(count, most));
    tool_text_string(out, "%\"/></svg>");
}

/* What a bar in parts says: "allow 7, deny 2". */
static void add_parts_label(struct tool_text *out, const struct tool_svg_part *parts, size_t count) {
    const char *comma = "";
    for (size_t i = 0; i < count; i++) {
        if (parts[i].count == 0)
            continue;
        tool_text_format(out, "%s%s %" PRIu64, comma, parts[i].name, parts[i].count);
        comma = ", ";
    }
}

void tool_svg_stack(struct tool_text *out, const struct tool_svg_part *parts, size_t count, uint64_t total,
                    uint64_t most) {
    const uint64_t whole = width_of(total, most);
    uint64_t before = 0;
    tool_text_string(out, "<svg class=b role=img aria-label=\"");
    add_parts_label(out, parts, count);
    tool_text_string(out, "\">");
    for (size_t i = 0; i < count; i++) {
        const uint64_t from = tool_svg_scale(before, total, whole);
        before += parts[i].count;
        const uint64_t to = tool_svg_scale(before, total, whole), width = to > from ? to - from : 0;
        if (parts[i].count == 0)
            continue;
        tool_text_format(out, "<rect class=%s height=\"100%%\" x=\"", parts[i].name);
        tool_svg_length(out, from);
        tool_text_string(out, "%\" width=\"");
        tool_svg_length(out, width > 30 ? width - 15 : width > 0 ? width : 10); /* a gap between two */
        tool_text_string(out, "%\"/>");
    }
    tool_text_string(out, "</svg>");
}

/* ---- Columns ---- */

/* In units of the drawing. */
#define WIDTH 960
#define HEIGHT 240
#define LEFT 64
#define TOP 22
#define FLOOR 210

static void add_number_label(struct tool_text *out, unsigned x, uint64_t y, const char *anchor, uint64_t number) {
    tool_text_format(out, "<text class=ax x=%u y=\"", x);
    tool_svg_length(out, y);
    tool_text_format(out, "\" text-anchor=%s>", anchor);
    tool_html_number(out, number);
    tool_text_string(out, "</text>");
}

static void add_grid(struct tool_text *out, uint64_t top) {
    for (unsigned k = 0; k <= 4; k++) {
        const unsigned y = FLOOR - (FLOOR - TOP) * k / 4;
        tool_text_format(out, "<line class=grid x1=%d x2=%d y1=%u y2=%u />", LEFT, WIDTH, y, y);
        add_number_label(out, LEFT - 8, (y + 4) * 100, "end", top / 4 * k);
    }
}

static uint64_t sum_of(const struct tool_svg_column *column) {
    uint64_t sum = 0;
    for (size_t i = 0; i < TOOL_SVG_PARTS; i++)
        sum += column->parts[i];
    return sum;
}

static void add_column(struct tool_text *out, const struct tool_svg_columns *drawing, size_t index, uint64_t top) {
    const struct tool_svg_column *column = &drawing->columns[index];
    const uint64_t step = (WIDTH - LEFT) * 100 / drawing->count, x = LEFT * 100 + index * step;
    uint64_t below = 0;
    for (size_t i = 0; i < TOOL_SVG_PARTS; i++) {
        const uint64_t low = tool_svg_scale(below, top, (FLOOR - TOP) * 100);
        below += column->parts[i];
        const uint64_t high = tool_svg_scale(below, top, (FLOOR - TOP) * 100);
        if (high == low)
            continue;
        tool_text_format(out, "<rect class=\"%s%s\" x=\"", drawing->names[i], column->past ? " past" : "");
        tool_svg_length(out, x + step / 10);
        tool_text_string(out, "\" y=\"");
        tool_svg_length(out, FLOOR * 100 - high);
        tool_text_string(out, "\" width=\"");
        tool_svg_length(out, step - step / 5);
        tool_text_string(out, "\" height=\"");
        tool_svg_length(out, high - low);
        tool_text_string(out, "\"/>");
    }
    if (column->label == NULL)
        return;
    tool_text_string(out, "<text class=ax text-anchor=middle x=\"");
    tool_svg_length(out, x + step / 2);
    tool_text_format(out, "\" y=%d>%s</text>", FLOOR + 20, column->label);
}

static void add_today(struct tool_text *out, const struct tool_svg_columns *drawing) {
    const uint64_t step = (WIDTH - LEFT) * 100 / drawing->count;
    const uint64_t x = LEFT * 100 + drawing->today * step + step * drawing->within / 100;
    tool_text_string(out, "<line class=mark x1=\"");
    tool_svg_length(out, x);
    tool_text_string(out, "\" x2=\"");
    tool_svg_length(out, x);
    tool_text_format(out, "\" y1=2 y2=%d /><text class=now y=13 x=\"", FLOOR);
    tool_svg_length(out, x + 600);
    tool_text_string(out, "\">today</text>");
}

void tool_svg_columns(struct tool_text *out, const struct tool_svg_columns *drawing) {
    uint64_t most = 0;
    for (size_t i = 0; i < drawing->count; i++)
        most = sum_of(&drawing->columns[i]) > most ? sum_of(&drawing->columns[i]) : most;
    const uint64_t top = tool_svg_top(most);
    tool_text_format(out, "<svg class=wide viewBox=\"0 0 %d %d\" role=img aria-label=\"%s\">", WIDTH, HEIGHT,
                     drawing->title);
    add_grid(out, top);
    for (size_t i = 0; i < drawing->count; i++)
        add_column(out, drawing, i, top);
    if (drawing->today < drawing->count)
        add_today(out, drawing);
    tool_text_string(out, "</svg>");
}

/* ---- Ranks ---- */

#define RANK_FLOOR 130
/* Points of the line: more are not seen. */
#define RANK_POINTS 480

static uint64_t rank_height(uint64_t number, uint64_t most) {
    const unsigned all = tool_svg_log(most < UINT64_MAX ? most + 1 : most);
    return tool_svg_scale(tool_svg_log(number < UINT64_MAX ? number + 1 : number), all, (RANK_FLOOR - TOP) * 100);
}

/* A step for each number, or for as many of them as are seen; those of one height are one line. */
static void add_rank_line(struct tool_text *out, const uint64_t *numbers, size_t count) {
    const size_t points = count < RANK_POINTS ? count : RANK_POINTS;
    uint64_t last = UINT64_MAX;
    tool_text_format(out, "<path class=allow d=\"M0 %d", RANK_FLOOR);
    for (size_t i = 0; i < points; i++) {
        const uint64_t height = rank_height(numbers[i * count / points], numbers[0]);
        if (height == last)
            continue;
        last = height;
        tool_text_string(out, "H");
        tool_svg_length(out, i * WIDTH * 100 / points);
        tool_text_string(out, "V");
        tool_svg_length(out, RANK_FLOOR * 100 - height);
    }
    tool_text_format(out, "H%dV%dZ\"/>", WIDTH, RANK_FLOOR);
}

void tool_svg_ranks(struct tool_text *out, const uint64_t *numbers, size_t count, size_t used) {
    const uint64_t x = tool_svg_scale(used, count, WIDTH * 100);
    const bool left = x > WIDTH * 70;
    if (count == 0)
        return;
    tool_text_format(out, "<svg class=wide viewBox=\"0 0 %d %d\" role=img ", WIDTH, RANK_FLOOR + 24);
    tool_text_string(out, "aria-label=\"Certificates of each mapping, the largest first, on a logarithmic scale");
    tool_text_format(out, "; %zu of %zu have none\">", count - used, count);
    add_rank_line(out, numbers, count);
    tool_text_string(out, "<line class=mark x1=\"");
    tool_svg_length(out, x);
    tool_text_string(out, "\" x2=\"");
    tool_svg_length(out, x);
    tool_text_format(out, "\" y1=2 y2=%d /><text class=now y=13 text-anchor=%s x=\"", RANK_FLOOR,
                     left ? "end" : "start");
    tool_svg_length(out, left ? x - 600 : x + 600);
    tool_text_string(out, "\">");
    tool_html_number(out, count - used);
    tool_text_string(out, " answer nobody \xE2\x86\x92</text>");
    add_number_label(out, 0, (RANK_FLOOR + 18) * 100, "start", numbers[0]);
    add_number_label(out, WIDTH, (RANK_FLOOR + 18) * 100, "end", count);
    tool_text_string(out, "</svg>");
}
