/* SPDX-License-Identifier: MIT */
/* IIS files. Whatever loads, loads the same way twice and decides as its explanation says; with a site
 * and without. The checks of the set-up change nothing but the diagnostics. What fails says why. A load that runs out of memory leaves nothing. No message holds a
 * password. */
#include "certmap/explain.h"
#include "certmap/iis.h"
#include "certmap/limits.h"
#include "support/alloc.h"
#include "support/der.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MARK "SECRETMARK"

/* One load, and what it gave. */
struct load {
    struct t_alloc memory;
    struct certmap_allocator allocator;
    struct certmap_iis_options options;
    struct certmap_rules *rules;
    struct certmap_iis_logon *logon;
    struct certmap_diagnostic error;
    enum certmap_status status;
    size_t diagnostics;
    size_t errors;
    bool secret; /* a message may not hold the mark */
};

static void hold(bool condition) {
    if (!condition)
        abort();
}

/* Where needle begins in data, or NULL. */
static const uint8_t *find(const uint8_t *data, size_t size, const char *needle) {
    size_t len = strlen(needle);
    for (; size >= len; data++, size--)
        if (memcmp(data, needle, len) == 0)
            return data;
    return NULL;
}

/* Whether the mark is in the input, and nowhere but in passwords: after password=" in a text where
 * no attribute is in single quotes, so that no other attribute can hold it. */
static bool has_secret(const uint8_t *data, size_t size) {
    static const char before[] = "password=\"";
    const size_t len = sizeof before - 1;
    const uint8_t *at = find(data, size, MARK), *from = data;
    if (at == NULL || memchr(data, '\'', size) != NULL)
        return false;
    for (; at != NULL; at = find(from, size - (size_t)(from - data), MARK)) {
        if ((size_t)(at - data) < len || memcmp(at - len, before, len) != 0)
            return false;
        from = at + 1;
    }
    return true;
}

static void take_diagnostic(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct load *load = ctx;
    load->diagnostics++;
    load->errors += severity == CERTMAP_SEVERITY_ERROR;
    hold(load->diagnostics <= CERTMAP_MAX_DIAGNOSTICS);
    hold(certmap_code_name(diagnostic->code) != NULL && diagnostic->text[0] != 0);
    hold(memchr(diagnostic->text, 0, sizeof diagnostic->text) != NULL);
    hold(diagnostic->line > 0 && diagnostic->column > 0);
    hold(!load->secret || strstr(diagnostic->text, MARK) == NULL);
}

static void run(struct load *load, struct certmap_view text, const char *site, bool setup, size_t fail_at) {
    *load = (struct load){.memory = T_ALLOC_INIT, .options = CERTMAP_IIS_OPTIONS_INIT};
    load->allocator = t_alloc_allocator(&load->memory);
    load->options.allocator = &load->allocator;
    load->options.diagnostic = take_diagnostic;
    load->options.diagnostic_ctx = load;
    load->options.check_setup = setup;
    load->secret = has_secret(text.data, text.len);
    if (site != NULL)
        load->options.site = (struct certmap_view){(const uint8_t *)site, strlen(site)};
    t_alloc_fail_at(&load->memory, fail_at);
    load->status = certmap_iis_load(&load->rules, &load->logon, text, &load->options, &load->error);
    t_alloc_fail_at(&load->memory, SIZE_MAX);
    hold((load->status == CERTMAP_OK) == (load->rules != NULL));
    hold((load->status == CERTMAP_OK) == (load->logon != NULL));
    hold(load->status == CERTMAP_ERROR_MEMORY || (load->status != CERTMAP_OK) == (load->errors > 0));
}

static void finish(struct load *load) {
    certmap_rules_free(load->rules);
    certmap_iis_logon_free(load->logon);
    hold(load->memory.live == 0);
}

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static void hold_same_mapping(const struct load *a, const struct load *b, size_t index) {
    struct certmap_mapping left = CERTMAP_MAPPING_INIT, right = CERTMAP_MAPPING_INIT;
    struct certmap_view first, second;
    hold(certmap_rules_mapping(a->rules, &left, index, NULL) == CERTMAP_OK);
    hold(certmap_rules_mapping(b->rules, &right, index, NULL) == CERTMAP_OK);
    hold(same(left.name, right.name) && same(left.account, right.account));
    hold(left.kind == right.kind && left.decision == right.decision);
    hold(left.line == right.line && left.column == right.column && left.line > 0);
    hold(certmap_iis_logon_password(a->logon, &first, index) == certmap_iis_logon_password(b->logon, &second, index));
    hold(same(first, second));
}

static void hold_same_result(const struct certmap_result *a, const struct certmap_result *b) {
    hold(a->decision == b->decision && a->reason == b->reason && a->index == b->index && a->kind == b->kind);
    hold(same(a->mapping, b->mapping) && same(a->account, b->account));
    hold(same(a->domain, b->domain) && same(a->user, b->user));
}

static bool ignore(void *ctx, const struct certmap_explain_item *item) {
    (void)ctx;
    (void)item;
    return true;
}

/* Both loads decide alike, and as the explanation says. */
static void hold_same_decision(const struct load *a, const struct load *b, struct certmap_peer *peer) {
    struct certmap_result left = CERTMAP_RESULT_INIT, right = CERTMAP_RESULT_INIT, told = CERTMAP_RESULT_INIT;
    hold(certmap_match(a->rules, peer, &left, NULL) == CERTMAP_OK);
    hold(certmap_match(b->rules, peer, &right, NULL) == CERTMAP_OK);
    hold_same_result(&left, &right);
    hold(certmap_explain(a->rules, peer, &told, ignore, NULL, NULL) == CERTMAP_OK);
    hold_same_result(&left, &told);
}

static void load_twice(struct certmap_view text, const char *site, struct certmap_peer *peer) {
    struct load first, second;
    run(&first, text, site, false, SIZE_MAX);
    run(&second, text, site, true, SIZE_MAX);
    hold(first.status == second.status && first.errors == second.errors && first.diagnostics <= second.diagnostics);
    if (first.status != CERTMAP_OK)
        hold(memcmp(&first.error, &second.error, sizeof first.error) == 0);
    hold(certmap_rules_count(first.rules) == certmap_rules_count(second.rules));
    for (size_t i = 0; i < certmap_rules_count(first.rules); i++)
        hold_same_mapping(&first, &second, i);
    if (first.status == CERTMAP_OK)
        hold_same_decision(&first, &second, peer);
    finish(&second);
    /* An allocation that fails, another for each input. */
    run(&second, text, site, true, text.len % 32);
    hold(second.status == CERTMAP_ERROR_MEMORY || second.status == first.status);
    finish(&second);
    finish(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    struct t_buf der = T_BUF_INIT;
    t_cert_names(&der, "O=Contoso | OU=Sales | CN=Alice", "O=Contoso | CN=Contoso Issuing CA 1");
    hold(certmap_cert_from_der(&cert, t_view(&der), NULL) == CERTMAP_OK);
    hold(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    hold(certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK);
    load_twice((struct certmap_view){data, size}, NULL, peer);
    load_twice((struct certmap_view){data, size}, "A/b", peer);
    certmap_peer_free(peer);
    t_buf_free(&der);
    return 0;
}
