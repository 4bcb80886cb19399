/* SPDX-License-Identifier: MIT */
/* Counters in Prometheus's text format, version 0.0.4. All lines of one metric are together, so that each row of the
 * table goes through all services. */
#include "certmap/server.h"
#include "memory.h"
#include "service.h"
#include "text.h"

struct row {
    const char *name;
    const char *label; /* besides rules, as it is written; "" for none */
    const char *help;  /* of the first row of a metric; NULL: one of the metric above */
    const char *type;
    size_t at; /* in struct certmap_counts */
};
#define AT(member) offsetof(struct certmap_counts, member)

static const struct row rows[] = {
    {"certmap_questions_total", "", "Questions that were asked, whatever the answer.", "counter", AT(asked)},
    {"certmap_answers_total", ",outcome=\"allow\"", "Answers by outcome.", "counter", AT(allowed)},
    {"certmap_answers_total", ",outcome=\"deny\"", NULL, NULL, AT(denied)},
    {"certmap_answers_total", ",outcome=\"none\"", NULL, NULL, AT(none)},
    {"certmap_answers_total", ",outcome=\"unverified\"", NULL, NULL, AT(unverified)},
    {"certmap_answers_total", ",outcome=\"error\"", NULL, NULL, AT(errors)},
    {"certmap_reloads_total", ",result=\"loaded\"", "Rule files that were loaded again.", "counter", AT(reloads)},
    {"certmap_reloads_total", ",result=\"failed\"", NULL, NULL, AT(failed_reloads)},
    {"certmap_shadow_answers_total", "", "Answers that the shadow rules were asked for, too.", "counter",
     AT(shadow_asked)},
    {"certmap_shadow_differences_total", "", "Answers of the shadow rules that differ.", "counter",
     AT(shadow_differences)},
    {"certmap_mappings", "", "Mappings of the active rules.", "gauge", AT(mappings)},
};

/* Where the text goes. */
struct sink {
    struct cm_server_text text;
    const char *rules; /* the path of the rule file, of which the samples are */
};

/* A value of a label, in quotes: \ " and the end of a line are escaped. */
static void add_label(struct cm_server_text *text, struct certmap_view value) {
    cm_server_text_char(text, '"');
    for (size_t i = 0; i < value.len; i++) {
        const char c = (char)value.data[i];
        if (c == '\\' || c == '"' || c == '\n')
            cm_server_text_char(text, '\\');
        cm_server_text_char(text, c == '\n' ? 'n' : c);
    }
    cm_server_text_char(text, '"');
}

static void add_head(struct cm_server_text *text, const char *name, const char *help, const char *type) {
    const char *const parts[] = {"# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cm_server_text_string(text, parts[i]);
}

static void begin_sample(struct sink *sink, const char *name) {
    cm_server_text_string(&sink->text, name);
    cm_server_text_string(&sink->text, "{rules=");
    add_label(&sink->text, certmap_view_of(sink->rules));
}

static void end_sample(struct sink *sink, uint64_t value) {
    cm_server_text_string(&sink->text, "} ");
    cm_server_text_number(&sink->text, value);
    cm_server_text_char(&sink->text, '\n');
}

static uint64_t number_at(const struct certmap_counts *counts, size_t at) {
    return *(const uint64_t *)(const void *)((const char *)counts + at);
}

static void add_rows(struct sink *sink, struct certmap_service *const *services, size_t count,
                     const struct certmap_counts *counts) {
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (rows[r].help != NULL)
            add_head(&sink->text, rows[r].name, rows[r].help, rows[r].type);
        for (size_t i = 0; i < count; i++) {
            sink->rules = services[i]->sources[CM_SERVER_ACTIVE].file;
            begin_sample(sink, rows[r].name);
            cm_server_text_string(&sink->text, rows[r].label);
            end_sample(sink, number_at(&counts[i], rows[r].at));
        }
    }
}

/* ---- which rules, and which mappings ---- */

static void add_digests(struct sink *sink, struct certmap_service *const *services, size_t count) {
    char digest[CERTMAP_SERVICE_DIGEST_SIZE] = "";
    add_head(&sink->text, "certmap_rules_info", "The digest of the active rules.", "gauge");
    for (size_t i = 0; i < count; i++) {
        sink->rules = services[i]->sources[CM_SERVER_ACTIVE].file;
        (void)certmap_service_digest(services[i], digest, NULL);
        begin_sample(sink, "certmap_rules_info");
        cm_server_text_string(&sink->text, ",sha256=");
        add_label(&sink->text, certmap_view_of(digest));
        end_sample(sink, 1);
    }
}

static bool add_mapping(void *ctx, struct certmap_view name, uint64_t count) {
    struct sink *sink = ctx;
    begin_sample(sink, "certmap_mapping_answers_total");
    cm_server_text_string(&sink->text, ",mapping=");
    add_label(&sink->text, name);
    end_sample(sink, count);
    return !sink->text.failed;
}

static void add_mappings(struct sink *sink, struct certmap_service *const *services, size_t count) {
    bool begun = false;
    for (size_t i = 0; i < count; i++) {
        if ((services[i]->flags & CERTMAP_SERVICE_COUNT_MAPPINGS) == 0)
            continue;
        if (!begun)
            add_head(&sink->text, "certmap_mapping_answers_total", "Answers by mapping.", "counter");
        begun = true;
        sink->rules = services[i]->sources[CM_SERVER_ACTIVE].file;
        if (certmap_service_mapping_counts(services[i], add_mapping, sink, NULL) != CERTMAP_OK)
            sink->text.failed = true;
    }
}

/* ---- the whole ---- */

/* The numbers of each service, at one moment. NULL: no memory. */
static struct certmap_counts *read_counts(const struct certmap_allocator *allocator,
                                          struct certmap_service *const *services, size_t count) {
    struct certmap_counts *counts = cm_server_new(allocator, count, sizeof *counts);
    for (size_t i = 0; i < count && counts != NULL; i++) {
        counts[i] = (struct certmap_counts)CERTMAP_COUNTS_INIT;
        (void)certmap_service_counts(services[i], &counts[i], NULL);
    }
    return counts;
}

static bool are_services(struct certmap_service *const *services, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (services[i] == NULL)
            return false;
    return true;
}

enum certmap_status certmap_service_metrics(struct certmap_service *const *services, size_t count,
                                            certmap_service_write_fn *write, void *ctx,
                                            struct certmap_diagnostic *err) {
    if (services == NULL || count == 0 || write == NULL || !are_services(services, count))
        return cm_server_argument(err, "certmap_service_metrics: services, one of them or write is NULL");
    const struct certmap_allocator *allocator = &services[0]->allocator;
    struct sink sink = {.text = {.allocator = allocator}};
    struct certmap_counts *counts = read_counts(allocator, services, count);
    if (counts != NULL) {
        add_rows(&sink, services, count, counts);
        add_digests(&sink, services, count);
        add_mappings(&sink, services, count);
    }
    const bool made = counts != NULL && !sink.text.failed;
    if (made)
        write(ctx, (struct certmap_view){(const uint8_t *)sink.text.data, sink.text.len});
    cm_server_text_free(&sink.text);
    cm_server_release(allocator, counts);
    return made ? CERTMAP_OK : cm_server_no_memory(err);
}
