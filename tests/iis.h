/* SPDX-License-Identifier: MIT */
/* Loading IIS files in tests. Every load is held to what is true of all of them. */
#ifndef T_IIS_H
#define T_IIS_H

#include "certmap/iis.h"
#include "certmap/limits.h"
#include "support/alloc.h"
#include "support/der.h"
#include "support/run.h"
#include <string.h>

struct t_diagnostic {
    enum certmap_severity severity;
    struct certmap_diagnostic error;
};

/* What a load gave. */
struct t_iis {
    enum certmap_status status;
    struct certmap_diagnostic error;
    struct certmap_rules *rules;
    struct certmap_iis_logon *logon;
    size_t count;
    struct t_diagnostic diagnostics[CERTMAP_MAX_DIAGNOSTICS];
};

static inline void t_iis_collect(void *ctx, enum certmap_severity severity,
                                 const struct certmap_diagnostic *diagnostic) {
    struct t_iis *load = ctx;
    ck_assert_uint_lt(load->count, CERTMAP_MAX_DIAGNOSTICS);
    load->diagnostics[load->count++] = (struct t_diagnostic){severity, *diagnostic};
}

static inline void t_iis_check_diagnostics(const struct t_iis *load, struct certmap_view text) {
    const struct certmap_diagnostic *first = NULL;
    for (size_t i = 0; i < load->count; i++) {
        const struct certmap_diagnostic *error = &load->diagnostics[i].error;
        ck_assert_ptr_nonnull(certmap_code_name(error->code));
        ck_assert_uint_gt(strlen(error->text), 0);
        ck_assert_uint_ge(error->line, 1);
        ck_assert_uint_ge(error->column, 1);
        ck_assert_uint_le(error->offset + error->length, text.len);
        ck_assert_msg(i == 0 || load->diagnostics[i - 1].error.offset <= error->offset, "diagnostics out of order");
        if (load->diagnostics[i].severity == CERTMAP_SEVERITY_ERROR && first == NULL)
            first = error;
        ck_assert_int_eq(error->status != CERTMAP_OK, load->diagnostics[i].severity == CERTMAP_SEVERITY_ERROR);
    }
    ck_assert_int_eq(load->status != CERTMAP_OK, first != NULL);
    ck_assert(first == NULL || memcmp(first, &load->error, sizeof *first) == 0);
}

/* Loads for a site, or for the server where site is NULL; with passwords if logon, and with the checks of
 * the set-up if options say so. Free with t_iis_free. */
static inline void t_iis_load_options(struct t_iis *load, struct certmap_view text, const char *site, bool logon,
                                      struct certmap_iis_options options) {
    load->status = CERTMAP_OK;
    load->error = (struct certmap_diagnostic){.status = CERTMAP_OK};
    load->rules = NULL;
    load->logon = NULL;
    load->count = 0;
    options.site = t_text(site);
    options.diagnostic = t_iis_collect;
    options.diagnostic_ctx = load;
    load->status = certmap_iis_load(&load->rules, logon ? &load->logon : NULL, text, &options, &load->error);
    ck_assert_int_eq(load->status == CERTMAP_OK, load->rules != NULL);
    ck_assert_int_eq(load->status == CERTMAP_OK && logon, load->logon != NULL);
    if (load->status != CERTMAP_ERROR_MEMORY && load->status != CERTMAP_ERROR_ARGUMENT)
        t_iis_check_diagnostics(load, text);
}

/* For a load that is to run out of memory give an allocator, else NULL. */
static inline void t_iis_load_with(struct t_iis *load, struct certmap_view text, const char *site, bool logon,
                                   const struct certmap_allocator *allocator) {
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    options.allocator = allocator;
    t_iis_load_options(load, text, site, logon, options);
}

static inline void t_iis_load(struct t_iis *load, struct certmap_view text, const char *site) {
    t_iis_load_with(load, text, site, false, NULL);
}

static inline void t_iis_free(struct t_iis *load) {
    certmap_rules_free(load->rules);
    certmap_iis_logon_free(load->logon);
}

/* "error bad-enum 3:5 permissionMode=..." for messages of tests. */
static inline const char *t_iis_first(const struct t_iis *load) {
    return load->count > 0 ? load->diagnostics[0].error.text : "nothing found";
}

/* What the rules say about the certificate with these Names (specs of t_name). The DER stays in der,
 * the result's views in the rules. */
static inline struct certmap_result t_iis_match(const struct certmap_rules *rules, const char *subject,
                                                const char *issuer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    struct t_buf der = T_BUF_INIT;
    t_cert_names(&der, subject, issuer);
    ck_assert_int_eq(certmap_cert_from_der(&cert, t_view(&der), NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    certmap_peer_free(peer);
    t_buf_free(&der);
    return result;
}

static inline bool t_same(struct certmap_view view, const char *string) {
    return view.len == strlen(string) && (view.len == 0 || memcmp(view.data, string, view.len) == 0);
}

#endif
