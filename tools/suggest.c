/* SPDX-License-Identifier: MIT */
/* certmap suggest: the rule for people who have only certificates. */
#include "suggest.h"
#include "answer.h"
#include "chain.h"
#include "corpus.h"
#include "hash.h"
#include "issuer.h"
#include "progress.h"
#include "tool.h"
#include <stdlib.h>
#include <string.h>

/* A certificate: the suggestion borrows its bytes. */
struct kept {
    struct kept *next;
    uint8_t der[];
};

struct run {
    const struct tool_options *options;
    struct certmap_suggest *suggest;
    struct tool_stream err;
    struct tool_corpus corpus;
    struct tool_issuer issuer;
    struct tool_chain chain;
    struct tool_rules rules;
    struct kept *kept;
    enum certmap_suggest_role role; /* of what is being read */
    bool complete;                  /* nothing was left out */
    size_t in;                      /* certificates that are to be in */
    size_t other_issuer;            /* of them: with another issuer than that of --issuer */
    size_t other_chain;             /* of them: not below the CAs of --chain */
};

/* ---- Certificates ---- */

static struct certmap_view keep(struct run *run, struct certmap_view der) {
    struct kept *kept = tool_alloc(sizeof *kept + der.len);
    kept->next = run->kept;
    run->kept = kept;
    memcpy(kept->der, der.data, der.len);
    return (struct certmap_view){kept->der, der.len};
}

/* A certificate whose issuer has another Name was surely not issued by that of --issuer: conditions on it are false, not
 * unknown. */
static void set_issuer(struct run *run, struct certmap_cert *cert) {
    if (run->issuer.der.data == NULL)
        return;
    cert->issuer_certificate = run->issuer.der;
    if (tool_issuer_fits(&run->issuer, cert->issuer))
        return;
    cert->issuer_certificate.len = 0;
    run->other_issuer += run->role == CERTMAP_SUGGEST_IN;
}

/* The chain of another CA is not known; none of these has issued the certificate, surely. */
static void set_chain(struct run *run, struct certmap_cert *cert, struct certmap_view der) {
    if (tool_chain_add(cert, &run->chain, der))
        return;
    if (cert->issuer_certificate.data == NULL && !tool_chain_has(&run->chain, cert->issuer))
        cert->issuer_certificate = (struct certmap_view){run->chain.pem.items[0].data, 0};
    run->other_chain += run->role == CERTMAP_SUGGEST_IN;
}

static bool take(void *ctx, const char *label, const struct tool_record *record) {
    struct run *run = ctx;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err;
    enum certmap_status status = certmap_cert_from_der(&cert, keep(run, record->der), &err);
    if (status == CERTMAP_OK) {
        cert.hash = tool_hash;
        set_issuer(run, &cert);
        set_chain(run, &cert, record->der);
        status = certmap_suggest_add(run->suggest, run->role, &cert, tool_view(label), &err);
    }
    if (status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    if (status != CERTMAP_OK)
        tool_corpus_leave_out(&run->corpus, record, &err);
    run->in += status == CERTMAP_OK && run->role == CERTMAP_SUGGEST_IN;
    return status != CERTMAP_ERROR_LIMIT;
}

static void read_role(struct run *run, enum certmap_suggest_role role) {
    run->role = role;
    run->corpus.first = role != CERTMAP_SUGGEST_CORPUS && !run->options->each;
    for (size_t i = 0; i < run->options->operand_count; i++)
        if (tool_options_is(run->options, i, role))
            tool_corpus_read(&run->corpus, run->options->operands[i]);
}

static bool complain(struct run *run, const char *file, const char *text) {
    tool_complain(&run->err, file, tool_view(text));
    return false;
}

/* A rule that was made without some of those in and out may be wrong about them: there is none. */
static bool read_certificates(struct run *run) {
    run->corpus = (struct tool_corpus){.fn = take, .ctx = run, .err = &run->err};
    read_role(run, CERTMAP_SUGGEST_IN);
    read_role(run, CERTMAP_SUGGEST_OUT);
    const bool spoken = run->corpus.left_out == 0;
    if (spoken)
        read_role(run, CERTMAP_SUGGEST_CORPUS);
    run->complete = tool_corpus_end(&run->corpus);
    if (!spoken)
        return false;
    if (run->in == 0)
        return complain(run, NULL, "the files of --in hold no certificate");
    if (run->other_issuer == run->in)
        return complain(run, run->options->issuer,
                        "no certificate of --in is from this CA: the issuer has another Name; give --issuer the "
                        "certificate of their CA, or leave it out");
    if (run->other_chain == run->in)
        return complain(
            run, run->options->chain,
            "no certificate of --in is below these CAs; give --chain all of theirs, from the one that issued "
            "them to the root, in this order, or leave it out");
    return true;
}

/* ---- What the rule is to do ---- */

static void set_options(const struct run *run, struct certmap_suggest_options *options,
                        struct tool_progress *progress) {
    const struct tool_suggest_options *given = &run->options->suggest;
    options->progress = tool_progress_report;
    options->progress_ctx = progress;
    options->decision = given->deny ? CERTMAP_DENY : CERTMAP_ALLOW;
    if (!given->deny)
        options->account = tool_view(given->account != NULL ? given->account : TOOL_SUGGEST_ACCOUNT);
    if (given->name != NULL)
        options->name = tool_view(given->name);
    options->groups = given->group_count > 0 ? given->groups : NULL;
    options->group_count = given->group_count;
    options->current = run->rules.rules;
}

static void print(const struct run *run, struct tool_suggestion *suggestion) {
    suggestion->options = run->options;
    suggestion->rules = run->options->rules != NULL ? &run->rules : NULL;
    if (run->options->json)
        tool_suggest_print_json(suggestion);
    else
        tool_suggest_print_text(suggestion);
}

/* There is no rule, and why. */
static enum tool_exit fail(struct run *run, const struct certmap_diagnostic *err) {
    struct tool_suggestion suggestion = {.result = CERTMAP_SUGGEST_RESULT_INIT, .error = err};
    const char *help = tool_suggest_help(err->code);
    if (err->status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    if (run->options->json) {
        print(run, &suggestion);
        return TOOL_FAILED;
    }
    (void)complain(run, NULL, err->text);
    if (help != NULL)
        (void)complain(run, NULL, help);
    return TOOL_FAILED;
}

static enum tool_exit make(struct run *run, struct certmap_diagnostic *err) {
    struct tool_suggestion suggestion = {.result = CERTMAP_SUGGEST_RESULT_INIT};
    if (certmap_suggest_run(run->suggest, err) != CERTMAP_OK ||
        certmap_suggest_found(run->suggest, &suggestion.result, err) != CERTMAP_OK)
        return fail(run, err);
    print(run, &suggestion);
    return run->complete ? TOOL_OK : TOOL_FAILED;
}

static enum tool_exit suggest(struct run *run) {
    struct certmap_suggest_options options = CERTMAP_SUGGEST_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct tool_progress progress;
    if (tool_issuer_read(&run->issuer, run->options->issuer, &err) != CERTMAP_OK ||
        tool_chain_read(&run->chain, run->options->chain, &err) != CERTMAP_OK)
        return fail(run, &err);
    set_options(run, &options, &progress);
    if (certmap_suggest_new(&run->suggest, &options, &err) != CERTMAP_OK)
        return fail(run, &err);
    tool_progress_begin(&progress, run->options);
    const enum tool_exit status = read_certificates(run) ? make(run, &err) : TOOL_FAILED;
    tool_progress_end(&progress);
    return status;
}

static void free_run(struct run *run) {
    certmap_suggest_free(run->suggest);
    while (run->kept != NULL) {
        struct kept *next = run->kept->next;
        free(run->kept);
        run->kept = next;
    }
    tool_issuer_free(&run->issuer);
    tool_chain_free(&run->chain);
    tool_rules_free(&run->rules);
    tool_stream_close(&run->err);
}

enum tool_exit tool_suggest(const struct tool_options *options) {
    struct run run = {.options = options, .err = tool_stream_open(stderr, options->color)};
    enum tool_exit status = TOOL_FAILED;
    if (options->rules == NULL || tool_rules_load(&run.rules, options)) {
        tool_answer_print_hints(&run.err, &run.rules);
        status = suggest(&run);
    } else {
        tool_rules_print(&run.rules, &run.err);
    }
    free_run(&run);
    return status;
}
