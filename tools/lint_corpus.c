/* SPDX-License-Identifier: MIT */
/* certmap lint --corpus: certificates that come, one after the other. */
#include "corpus.h"
#include "lint.h"
#include "prepare.h"

struct run {
    struct tool_analysis *analysis;
    struct certmap_lint *lint;
    struct certmap_peer *peer;
    struct tool_corpus corpus;
    struct tool_prepare prepare;
};

static bool take(void *ctx, const char *label, const struct tool_record *record) {
    struct run *run = ctx;
    struct certmap_diagnostic err;
    enum certmap_status status = tool_prepare(&run->prepare, run->peer, NULL, record, &err);
    if (status == CERTMAP_OK)
        status = certmap_lint_certificate(run->lint, run->analysis->rules.rules, run->peer, tool_view(label),
                                          record->count, &err);
    if (status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    if (status != CERTMAP_OK)
        tool_corpus_leave_out(&run->corpus, record, &err);
    certmap_peer_clear(run->peer);
    return true;
}

static void read_all(struct run *run) {
    const struct tool_options *options = run->analysis->options;
    struct tool_stream err = tool_stream_open(stderr, options->color);
    run->corpus = (struct tool_corpus){.fn = take, .ctx = run, .err = &err};
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
    if (tool_prepare_open(&run.prepare, analysis->options, certmap_rules_needs(analysis->rules.rules), &err) !=
        CERTMAP_OK) {
        tool_prepare_free(&run.prepare);
        return complain(err.text);
    }
    if (certmap_peer_new(&run.peer, NULL, NULL) != CERTMAP_OK)
        tool_no_memory();
    read_all(&run);
    certmap_peer_free(run.peer);
    tool_prepare_free(&run.prepare);
    return run.corpus.certificates > 0 || analysis->incomplete || complain("the corpus has no certificate");
}
