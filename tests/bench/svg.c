/* SPDX-License-Identifier: MIT */
#include "svg.h"
#include "support/count.h"
#include <math.h>

enum { WIDTH = 960, HEIGHT = 560, LEFT = 84, RIGHT = 230, TOP = 68, BOTTOM = 64, LINE_HEIGHT = 17, MOST = 32 };

/* What part of the plane is shown, in powers of ten; nothing if x0 > x1. */
struct frame {
    int x0, x1, y0, y1;
};

static const char *const colours[] = {"#0b6e4f", "#b3261e", "#8a4fbf", "#c06a00", "#1f6fb5", "#6b5b00",
                                      "#a8327d", "#3d6b6b", "#5a6475", "#7a4a2b", "#2b4fa8", "#9a7d0a"};

static void put_text(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else
            fputc(*text, out);
    }
}

static bool drawable(const struct b_curve *curve) {
    for (size_t i = 0; i < curve->count; i++)
        if (!(curve->x[i] > 0) || !(curve->y[i] > 0))
            return false;
    return curve->count > 0;
}

static void widen(struct frame *frame, double x, double y) {
    const int left = (int)floor(log10(x)), right = (int)ceil(log10(x));
    const int low = (int)floor(log10(y)), high = (int)ceil(log10(y));
    frame->x0 = left < frame->x0 ? left : frame->x0;
    frame->x1 = right > frame->x1 ? right : frame->x1;
    frame->y0 = low < frame->y0 ? low : frame->y0;
    frame->y1 = high > frame->y1 ? high : frame->y1;
}

static struct frame frame_of(const struct b_curve *curves, size_t count) {
    struct frame frame = {99, -99, 99, -99};
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; drawable(&curves[c]) && i < curves[c].count; i++)
            widen(&frame, curves[c].x[i], curves[c].y[i]);
    frame.x1 += frame.x1 == frame.x0;
    frame.y1 += frame.y1 == frame.y0;
    return frame;
}

static double x_of(const struct frame *frame, double x) {
    return LEFT + (log10(x) - frame->x0) / (frame->x1 - frame->x0) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct frame *frame, double y) {
    return HEIGHT - BOTTOM - (log10(y) - frame->y0) / (frame->y1 - frame->y0) * (HEIGHT - TOP - BOTTOM);
}

static void time_label(FILE *out, int power) {
    static const char *const units[] = {"ns", "\xC2\xB5s", "ms", "s"};
    static const int ones[] = {1, 10, 100};
    const int unit = power < 0 ? 0 : power / 3 > 3 ? 3 : power / 3;
    const int rest = power - 3 * unit;
    if (rest >= 0 && rest < 3)
        fprintf(out, "%d %s", ones[rest], units[unit]);
    else
        fprintf(out, "1e%d %s", rest, units[unit]);
}

static void count_label(FILE *out, int power) {
    static const char *const counts[] = {"1", "10", "100", "1,000", "10,000", "100,000", "1,000,000"};
    if (power >= 0 && power < COUNT(counts))
        fputs(counts[power], out);
    else
        fprintf(out, "1e%d", power);
}

static void grid(FILE *out, const struct frame *frame) {
    for (int p = frame->y0; p <= frame->y1; p++) {
        const double y = y_of(frame, pow(10, p));
        fprintf(out, "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>\n", LEFT, y, WIDTH - RIGHT, y);
        fprintf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 8, y + 4);
        time_label(out, p);
        fputs("</text>\n", out);
    }
    for (int p = frame->x0; p <= frame->x1; p++) {
        const double x = x_of(frame, pow(10, p));
        fprintf(out, "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n", x, TOP, x,
                HEIGHT - BOTTOM);
        fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", x, HEIGHT - BOTTOM + 20);
        count_label(out, p);
        fputs("</text>\n", out);
    }
    fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">rules</text>\n", LEFT + (WIDTH - LEFT - RIGHT) / 2,
            HEIGHT - 16);
    fprintf(out, "<text x=\"%d\" y=\"%d\">time per certificate</text>\n", 12, TOP - 16);
}

static double mean_of(const struct b_curve *curve) {
    double sum = 0;
    for (size_t i = 0; i < curve->count; i++)
        sum += curve->y[i];
    return sum / (double)curve->count;
}

/* Draws the curve and returns the height at which it ends. */
static double draw(FILE *out, const struct frame *frame, const struct b_curve *curve, const char *colour) {
    if (curve->level) {
        const double y = y_of(frame, mean_of(curve));
        fprintf(out, "<line stroke=\"#666\" stroke-dasharray=\"5 4\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>\n",
                LEFT, y, WIDTH - RIGHT, y);
        return y;
    }
    fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" points=\"", colour,
            curve->own ? "3.5" : "1.8");
    for (size_t i = 0; i < curve->count; i++)
        fprintf(out, "%s%.1f,%.1f", i > 0 ? " " : "", x_of(frame, curve->x[i]), y_of(frame, curve->y[i]));
    fputs("\"/>\n", out);
    for (size_t i = 0; i < curve->count; i++)
        fprintf(out, "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"/>\n", colour, x_of(frame, curve->x[i]),
                y_of(frame, curve->y[i]), curve->own ? "4.5" : "3");
    return y_of(frame, curve->y[curve->count - 1]);
}

/* Names are at the right, each as near to the end of its curve as those above it allow. */
struct label {
    const struct b_curve *curve;
    const char *colour;
    double end;
};

static void sort_labels(struct label *labels, size_t count) {
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && labels[k].end < labels[k - 1].end; k--) {
            struct label other = labels[k];
            labels[k] = labels[k - 1];
            labels[k - 1] = other;
        }
}

static void put_labels(FILE *out, const struct frame *frame, struct label *labels, size_t count) {
    double last = TOP - LINE_HEIGHT;
    sort_labels(labels, count);
    for (size_t i = 0; i < count; i++) {
        const struct b_curve *curve = labels[i].curve;
        double lowest = HEIGHT - BOTTOM - (double)(count - 1 - i) * LINE_HEIGHT;
        double y = labels[i].end > last + LINE_HEIGHT ? labels[i].end : last + LINE_HEIGHT;
        y = y < lowest ? y : lowest;
        const double from = curve->level ? WIDTH - RIGHT : x_of(frame, curve->x[curve->count - 1]);
        fprintf(out,
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"0.7\" points=\"%.1f,%.1f %d,%.1f %d,%.1f\"/>\n",
                labels[i].colour, from, labels[i].end, WIDTH - RIGHT + 6, labels[i].end, WIDTH - RIGHT + 18, y);
        fprintf(out, "<text x=\"%d\" y=\"%.1f\" fill=\"%s\"%s>", WIDTH - RIGHT + 22, y + 4, labels[i].colour,
                curve->own ? " font-weight=\"bold\"" : "");
        put_text(out, curve->name);
        fputs("</text>\n", out);
        last = y;
    }
}

void b_svg(FILE *out, const char *title, const struct b_curve *curves, size_t count) {
    struct label labels[MOST];
    size_t drawn = 0;
    const struct frame frame = frame_of(curves, count);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
            "font-family=\"sans-serif\" font-size=\"13\">\n"
            "<style>.grid { stroke: #ddd }</style>\n"
            "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n<text x=\"12\" y=\"26\" font-size=\"17\">",
            WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
    put_text(out, title);
    fputs("</text>\n", out);
    if (frame.x0 < frame.x1)
        grid(out, &frame);
    for (size_t c = 0; c < count && drawn < MOST; c++) {
        if (!drawable(&curves[c]))
            continue;
        const char *colour = curves[c].level ? "#666" : colours[c % (sizeof colours / sizeof *colours)];
        labels[drawn++] = (struct label){&curves[c], colour, draw(out, &frame, &curves[c], colour)};
    }
    put_labels(out, &frame, labels, drawn);
    fputs("</svg>\n", out);
}
