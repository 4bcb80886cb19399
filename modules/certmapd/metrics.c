/* SPDX-License-Identifier: MIT */
#include "metrics.h"
#include "http.h"
#include <event2/buffer.h>
#include <stdarg.h>
#include <string.h>

#define TYPE "text/plain; version=0.0.4; charset=utf-8"

/* A text that grows; what does not fit into memory makes it worthless. */
struct page {
    struct evbuffer *buffer;
    bool failed;
};

static void write_text(void *ctx, struct certmap_view text) {
    struct page *page = ctx;
    page->failed |= evbuffer_add(page->buffer, text.data, text.len) != 0;
}

__attribute__((format(printf, 2, 3))) static void print(struct page *page, const char *format, ...) {
    va_list args;
    va_start(args, format);
    page->failed |= evbuffer_add_vprintf(page->buffer, format, args) < 0;
    va_end(args);
}

static void print_head(struct page *page, const char *name, const char *type, const char *help) {
    print(page, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_requests(struct page *page, const struct forwardauth_counts *counts) {
    static const char name[] = "certmapd_http_requests_total";
    print_head(page, name, "counter", "Questions over HTTP, by the status of the answer.");
    print(page, "%s{status=\"200\"} %lu\n", name, counts->allowed);
    print(page, "%s{status=\"400\"} %lu\n", name, counts->unreadable);
    print(page, "%s{status=\"401\"} %lu\n", name, counts->unverified);
    print(page, "%s{status=\"403\"} %lu\n", name, counts->refused);
    print(page, "%s{status=\"503\"} %lu\n", name, counts->failed);
}

static void print_questions(struct page *page, const struct spop_counts *counts) {
    static const char name[] = "certmapd_spop_questions_total";
    print_head(page, name, "counter", "Questions over SPOP, by the decision of the answer.");
    for (unsigned i = 0; i < CERTMAP_OUTCOME_COUNT; i++)
        print(page, "%s{decision=\"%s\"} %lu\n", name, certmap_answer_outcome_name((enum certmap_outcome)i),
              counts->answers[i]);
}

static void print_one(struct page *page, const char *name, const char *type, const char *help, unsigned long value) {
    print_head(page, name, type, help);
    print(page, "%s %lu\n", name, value);
}

static void print_spop(struct page *page, const struct spop_counts *counts) {
    print_questions(page, counts);
    print_one(page, "certmapd_spop_misunderstood_total", "counter",
              "Questions over SPOP that certmap.spoe does not ask.", counts->misunderstood);
    print_one(page, "certmapd_spop_faults_total", "counter", "SPOP connections ended because of what came over them.",
              counts->faults);
}

static void print_connections(struct page *page, const struct conns *conns) {
    print_one(page, "certmapd_connections", "gauge", "Connections of those who ask.", conns_count(conns));
    print_one(page, "certmapd_connections_limit", "gauge", "How many there may be.", conns_max(conns));
    print_one(page, "certmapd_connections_total", "counter", "Connections accepted.", conns_accepted(conns));
    print_one(page, "certmapd_connections_evicted_total", "counter", "Connections closed to make room for others.",
              conns_evicted(conns));
    print_one(page, "certmapd_connections_expired_total", "counter", "Connections closed in the midst of a question.",
              conns_expired(conns));
}

static void answer_metrics(const struct metrics *metrics, struct evhttp_request *request) {
    struct certmap_service *services[] = {authority_service(metrics->authority)};
    struct page page = {evbuffer_new(), false};
    if (page.buffer != NULL) {
        page.failed = certmap_service_metrics(services, 1, write_text, &page, NULL) != CERTMAP_OK;
        print_requests(&page, &metrics->auth->counts);
        print_spop(&page, &metrics->spop->counts);
        print_connections(&page, metrics->conns);
        page.failed |= evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", TYPE) != 0;
    }
    if (page.buffer == NULL || page.failed)
        http_answer(request, HTTP_SERVUNAVAIL, "out of memory", true);
    else
        http_send(request, HTTP_OK, page.buffer);
    if (page.buffer != NULL)
        evbuffer_free(page.buffer);
}

static bool is_reading(struct evhttp_request *request) {
    const enum evhttp_cmd_type method = evhttp_request_get_command(request);
    return method == EVHTTP_REQ_GET || method == EVHTTP_REQ_HEAD;
}

void metrics_handle(void *arg, struct evhttp_request *request) {
    const struct metrics *metrics = arg;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
    if (path == NULL || !is_reading(request))
        http_answer(request, HTTP_BADREQUEST, "GET /metrics or GET /ready", true);
    else if (strcmp(path, "/metrics") == 0)
        answer_metrics(metrics, request);
    else if (strcmp(path, "/ready") != 0)
        http_answer(request, HTTP_NOTFOUND, "there is /metrics and /ready", false);
    else if (conns_are_draining(metrics->conns))
        http_answer(request, HTTP_SERVUNAVAIL, "it ends", true);
    else
        http_answer(request, HTTP_OK, "ready", false);
}
