/* SPDX-License-Identifier: MIT */
#include "forwardauth.h"
#include "http.h"
#include "log.h"
#include <event2/keyvalq_struct.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

/* What nginx says of a certificate that it has accepted ($ssl_client_verify). */
#define VERIFIED "SUCCESS"

/* Headers that are read. Each may be there once. */
enum field { FIELD_CERTIFICATE, FIELD_CHAIN, FIELD_VERIFY, FIELD_CLIENT };
#define FIELDS 4

struct fields {
    const char *names[FIELDS]; /* NULL: it is not read */
    const char *values[FIELDS];
};

/* Headers of the answer. */
static const struct {
    const char *name;
    enum certmap_answer_text text;
} answer_headers[] = {
    {"X-Certmap-Decision", CERTMAP_ANSWER_OUTCOME}, {"X-Certmap-Reason", CERTMAP_ANSWER_REASON},
    {"X-Certmap-Mapping", CERTMAP_ANSWER_MAPPING},  {"X-Certmap-Account", CERTMAP_ANSWER_ACCOUNT},
    {"X-Certmap-User", CERTMAP_ANSWER_USER},        {"X-Certmap-Domain", CERTMAP_ANSWER_DOMAIN},
    {"X-Certmap-Groups", CERTMAP_ANSWER_GROUPS},
};

/* ---- the question ---- */

/* As applications see names of headers: without case, and - as _ (CGI). */
static bool is_like(const char *one, const char *other) {
    for (; *one != '\0' && *other != '\0'; one++, other++) {
        const char a = *one == '_' ? '-' : *one, b = *other == '_' ? '-' : *other;
        if (strncasecmp(&a, &b, 1) != 0)
            return false;
    }
    return *one == *other;
}

/* A certificate in a form that the options do not say: proxy and options do not fit, or the client has written it. */
static bool is_foreign(const char *name) {
    for (size_t i = 0; i < CERTHEADER_FORMS; i++)
        if (is_like(name, certheader_kinds[i].header) ||
            (certheader_kinds[i].chain_header != NULL && is_like(name, certheader_kinds[i].chain_header)))
            return true;
    return false;
}

/* One of the answer, but for a _: proxies overwrite it only as it is, and an application may take it for the same. */
static bool is_nearly_answer(const char *name) {
    for (size_t i = 0; i < sizeof answer_headers / sizeof *answer_headers; i++)
        if (is_like(name, answer_headers[i].name) && strcasecmp(name, answer_headers[i].name) != 0)
            return true;
    return false;
}

/* NULL, or why the header is refused. */
static const char *take_header(struct fields *fields, const struct evkeyval *header) {
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields->names[i] == NULL || !is_like(header->key, fields->names[i]))
            continue;
        if (strcasecmp(header->key, fields->names[i]) != 0)
            return "a header has a name that is nearly that of one that is read";
        if (fields->values[i] != NULL)
            return "a header that is read is there twice";
        fields->values[i] = header->value;
        return NULL;
    }
    if (is_nearly_answer(header->key))
        return "a header has a name that is nearly that of one of the answer";
    return is_foreign(header->key) ? "a certificate is in a header of another form, too" : NULL;
}

static const char *take_headers(struct fields *fields, const struct options *options, struct evhttp_request *request) {
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
    const struct evkeyval *header = NULL;
    *fields = (struct fields){{options->certificate_header, certheader_kinds[options->form].chain_header,
                               options->verify_header, options->client_header},
                              {NULL}};
    TAILQ_FOREACH(header, headers, next) {
        const char *problem = take_header(fields, header);
        if (problem != NULL)
            return problem;
    }
    return NULL;
}

static struct certmap_view view_of(const char *text) {
    return certmap_view_of(text != NULL ? text : "");
}

static bool is_verified(const struct options *options, const struct fields *fields) {
    const char *value = fields->values[FIELD_VERIFY];
    return options->proxy_verifies &&
           (options->verify_header == NULL || (value != NULL && strcmp(value, VERIFIED) == 0));
}

/* ---- the answer ---- */

/* All of them, also those that are empty, so that what a client has sent under such a name is overwritten. */
static bool add_headers(struct evhttp_request *request, const struct certmap_answer *answer, enum certmap_form form) {
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    for (size_t i = 0; i < sizeof answer_headers / sizeof *answer_headers; i++) {
        const struct certmap_view text = certmap_answer_text(answer, answer_headers[i].text, form);
        if (evhttp_add_header(headers, answer_headers[i].name, (const char *)text.data) != 0)
            return false;
    }
    return true;
}

static int status_of(const struct certmap_answer *answer) {
    switch (certmap_answer_outcome(answer)) {
    case CERTMAP_OUTCOME_ALLOW:
        return 200;
    case CERTMAP_OUTCOME_UNVERIFIED:
        return 401;
    case CERTMAP_OUTCOME_NONE:
    case CERTMAP_OUTCOME_DENY:
    case CERTMAP_OUTCOME_ERROR:
    default:
        return 403;
    }
}

static void count(struct forwardauth_counts *counts, int status) {
    counts->allowed += status == 200;
    counts->unverified += status == 401;
    counts->refused += status == 403;
    counts->unreadable += status == 400;
    counts->failed += status == 503;
}

static void answer_all(struct forwardauth *auth, struct evhttp_request *request, const struct certmap_answer *answer) {
    int status = status_of(answer);
    const bool whole = answer != NULL && add_headers(request, answer, auth->options->header_form);
    if (!whole) {
        evhttp_clear_headers(evhttp_request_get_output_headers(request));
        status = 503;
    }
    count(&auth->counts, status);
    http_answer(request, status, whole ? certmap_answer_outcome_name(certmap_answer_outcome(answer)) : "out of memory",
                !whole);
}

static void refuse(struct forwardauth *auth, struct evhttp_request *request, const char *problem) {
    log_line(LOG_LEVEL_WARNING, "refused: the request cannot be read: %s", problem);
    count(&auth->counts, 400);
    http_answer(request, 400, problem, true);
}

static void ask(struct forwardauth *auth, struct evhttp_request *request, const struct fields *fields,
                const struct certheader *header, bool present) {
    const struct question question = {
        .certificate = header->certificate,
        .chain = header->chain,
        .present = present,
        .verified = is_verified(auth->options, fields),
        .client = fields->values[FIELD_CLIENT],
    };
    struct certmap_answer *answer = authority_ask(auth->authority, &question);
    answer_all(auth, request, answer);
    certmap_answer_free(answer);
}

void forwardauth_handle(void *arg, struct evhttp_request *request) {
    struct forwardauth *auth = arg;
    struct certheader header;
    struct fields fields;
    const char *problem = take_headers(&fields, auth->options, request);
    if (problem != NULL) {
        refuse(auth, request, problem);
        return;
    }
    const enum certheader_status status = certheader_decode(
        &header, auth->options->form, view_of(fields.values[FIELD_CERTIFICATE]), view_of(fields.values[FIELD_CHAIN]));
    if (status == CERTHEADER_UNREADABLE)
        refuse(auth, request, header.problem);
    else if (status == CERTHEADER_MEMORY)
        answer_all(auth, request, NULL);
    else
        ask(auth, request, &fields, &header, status != CERTHEADER_NONE);
    certheader_free(&header);
}
