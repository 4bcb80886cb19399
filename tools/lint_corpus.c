/* SPDX-License-Identifier: MIT */
/* certmap lint --corpus: certificates that come, one after the other. */
#include "corpus.h"
#include "hash.h"
#include "issuer.h"
#include "lint.h"
#include "moment.h"

struct run {
    struct tool_analysis *analysis;
    struct certmap_lint *lint;
    struct certmap_peer *peer;
    struct tool_corpus corpus;
    struct tool_issuer issuer;
    unsigned needs;
    int64_t time;
};

/* As a server would prepare it. */
static enum certmap_status prepare(struct run *run, struct certmap_view der, struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    const enum certmap_status status = certmap_cert_from_der(&cert, der, err);
    if (status != CERTMAP_OK)
        return status;
    certmap_cert_restrict(&cert, run->needs);
    cert.hash = tool_hash;
    cert.time = run->time;
    if (tool_issuer_fits(&run->issuer, cert.issuer))
        cert.issuer_certificate = run->issuer.der;
    else if (run->issuer.der.data != NULL)
        cert.issuer_certificate = (struct certmap_view){run->issuer.der.data, 0}; /* another CA, surely */
    return certmap_peer_set(run->peer, &cert, err);
}

static bool take(void *ctx, const char *label, struct certmap_view der) {
    struct run *run = ctx;
    struct certmap_diagnostic err;
    enum certmap_status status = prepare(run, der, &err);
    if (status == CERTMAP_OK)
        status = certmap_lint_certificate(run->lint, run->analysis->rules.rules, run->peer, tool_view(label), &err);
    if (status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    if (status != CERTMAP_OK)
        tool_corpus_leave_out(&run->corpus, label, err.text);
    certmap_peer_clear(run->peer);
    return true;
}

static void read_all(struct run *run) {
    const struct tool_options *options = run->analysis->options;
    struct tool_stream err = tool_stream_open(stderr, options->color);
    run->corpus = (struct tool_corpus){.fn = take, .ctx = run, .err = &err};
    run->needs = certmap_rules_needs(run->analysis->rules.rules);
    run->time = (run->needs & (unsigned)CERTMAP_PIECE_TIME) != 0 ? tool_moment_now() : 0;
    for (size_t i = 0; i < options->operand_count; i++)
        tool_corpus_read(&run->corpus, options->operands[i]);
    run->analysis->incomplete = !tool_corpus_end(&run->corpus);
    tool_stream_close(&err);
}

static bool complain(const char *text) {
    struct tool_stream err = tool_stream_open(stderr, TOOL_WHEN_NEVER);
    tool_complain(&err, NULL, tool_view(text));
    tool_stream_close(&err);
    return false;
}

bool tool_lint_corpus(struct tool_analysis *analysis, struct certmap_lint *lint) {
    struct run run = {.analysis = analysis, .lint = lint};
    struct certmap_diagnostic err;
    if (analysis->options->operand_count == 0)
        return true;
    if (tool_issuer_read(&run.issuer, analysis->options->issuer, &err) != CERTMAP_OK)
        return complain(err.text);
    if (certmap_peer_new(&run.peer, NULL, NULL) != CERTMAP_OK)
        tool_no_memory();
    read_all(&run);
    certmap_peer_free(run.peer);
    tool_issuer_free(&run.issuer);
    return run.corpus.certificates > 0 || analysis->incomplete || complain("the corpus has no certificate");
}
