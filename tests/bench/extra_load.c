/* SPDX-License-Identifier: MIT */
#include "certmap/iis.h"
#include "clock.h"
#include "extra.h"
#include "memory.h"
#include "rules.h"

struct text {
    const char *name;
    enum b_workload workload;
    void (*write)(struct t_buf *text, enum b_workload workload, size_t size);
    enum certmap_status (*load)(struct certmap_rules **rules, struct certmap_view text,
                                const struct certmap_allocator *allocator, struct certmap_diagnostic *err);
};

static enum certmap_status load_native(struct certmap_rules **rules, struct certmap_view text,
                                       const struct certmap_allocator *allocator, struct certmap_diagnostic *err) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    options.allocator = allocator;
    return certmap_rules_parse(rules, text, &options, err);
}

static enum certmap_status load_iis(struct certmap_rules **rules, struct certmap_view text,
                                    const struct certmap_allocator *allocator, struct certmap_diagnostic *err) {
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    options.allocator = allocator;
    return certmap_iis_load(rules, NULL, text, &options, err);
}

static const struct text texts[] = {
    {"native text, exact", B_EXACT, b_rules_native, load_native},
    {"native text, mixed", B_MIXED, b_rules_native, load_native},
    {"IIS file, exact", B_EXACT, b_rules_iis, load_iis},
    {"IIS file, wildcards", B_WILDCARDS, b_rules_iis, load_iis},
    {"IIS file, one-to-one", B_ONE_TO_ONE, b_rules_iis, load_iis},
};

static void report(const struct b_contest *contest, const char *name, size_t size, size_t bytes, double seconds,
                   const struct b_memory *memory) {
    struct b_json *json = &contest->report->json;
    char number[32], rate[32], time[32];
    printf("  %-22s %9s mappings %9s  %12s a second  %6.1f MB/s  peak %.0f bytes a mapping\n", name,
           b_number(number, (double)size), b_time(time, seconds * 1e9), b_number(rate, (double)size / seconds),
           (double)bytes / seconds / 1e6, (double)memory->peak / (double)size);
    b_json_object(json, NULL);
    b_json_text(json, "name", name);
    b_json_number(json, "mappings", (double)size);
    b_json_number(json, "text_bytes", (double)bytes);
    b_json_number(json, "seconds", seconds);
    b_json_number(json, "peak_bytes", (double)memory->peak);
    b_json_object_end(json);
    fflush(stdout);
}

static void load(const struct b_contest *contest, const struct text *which, size_t size) {
    struct t_buf text = T_BUF_INIT;
    struct b_memory memory = {0, 0};
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const struct certmap_allocator allocator = b_memory_allocator(&memory);
    which->write(&text, which->workload, size);
    const double start = b_now();
    if (which->load(&rules, t_view(&text), &allocator, &error) != CERTMAP_OK || certmap_rules_count(rules) != size)
        b_die(which->name, error.text);
    report(contest, which->name, size, text.len, b_now() - start, &memory);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

void b_extra_load(const struct b_contest *contest, size_t size) {
    char number[32];
    printf("\nLoading %s mappings\n", b_number(number, (double)size));
    b_json_array(&contest->report->json, "load");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        load(contest, &texts[i], texts[i].workload == B_ONE_TO_ONE && size > 100000 ? 100000 : size);
    b_json_array_end(&contest->report->json);
}
