/* SPDX-License-Identifier: MIT */
/* Rule sets and peers in tests, from readable text, and what a match or an explanation gave, as text.
 * What a test needs to have succeeded is asserted here. */
#ifndef T_RULES_H
#define T_RULES_H

#include "certmap/explain.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>
#include <string.h>

/* Appends a line in which each % is the number. */
static inline void t_put_line(struct t_buf *buf, const char *line, size_t number) {
    char digits[32];
    snprintf(digits, sizeof digits, "%zu", number);
    for (; *line != 0; line++)
        if (*line == '%')
            t_put(buf, digits);
        else
            t_bytes(buf, line, 1);
}

/* The bytes with a NUL after them, as a string. */
static inline const char *t_cstr(struct t_buf *buf) {
    t_bytes(buf, "", 1);
    buf->len--;
    return (const char *)buf->data;
}

/* Loads rules that are right. */
static inline struct certmap_rules *t_rules(const char *text) {
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    enum certmap_status status = certmap_rules_parse(&rules, t_text(text), NULL, &error);
    ck_assert_msg(status == CERTMAP_OK, "%zu:%zu: %s\n%s", error.line, error.column, error.text, text);
    return rules;
}

/* The same of a buffer, which is freed. */
static inline struct certmap_rules *t_rules_of(struct t_buf *text) {
    struct certmap_rules *rules = t_rules(t_cstr(text));
    t_buf_free(text);
    return rules;
}

struct t_random;

/* Rules with a policy, and so many mappings that somebody puts there one by one. */
static inline struct certmap_rules *t_rules_each(const char *policy, size_t count, struct t_random *random,
                                                 void (*put)(struct t_buf *text, struct t_random *random, size_t i)) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, policy);
    t_put(&text, ";\n");
    for (size_t i = 0; i < count; i++)
        put(&text, random, i);
    return t_rules_of(&text);
}

/* ---- builders ---- */

static inline struct certmap_builder *t_builder(void) {
    struct certmap_builder *builder = NULL;
    ck_assert_int_eq(certmap_builder_new(&builder, NULL, NULL), CERTMAP_OK);
    return builder;
}

/* A mapping that allows account, or denies where it is NULL. name may be NULL. */
static inline enum certmap_status t_add_mapping(struct certmap_builder *builder, enum certmap_kind kind,
                                                const char *name, const char *account, struct certmap_diagnostic *err) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.kind = kind;
    mapping.decision = account == NULL ? CERTMAP_DENY : CERTMAP_ALLOW;
    if (name != NULL)
        mapping.name = t_text(name);
    if (account != NULL)
        mapping.account = t_text(account);
    return certmap_builder_mapping(builder, &mapping, err);
}

/* subject.subfield = operand */
static inline enum certmap_status t_add_equal(struct certmap_builder *builder, const char *subfield,
                                              const char *operand, struct certmap_diagnostic *err) {
    const struct certmap_view text = t_text(operand);
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.subfield = t_text(subfield);
    condition.operands = &text;
    condition.operand_count = 1;
    return certmap_builder_condition(builder, &condition, err);
}

/* This certificate and no other. */
static inline enum certmap_status t_add_certificate(struct certmap_builder *builder, struct certmap_view bytes,
                                                    struct certmap_diagnostic *err) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = &bytes;
    condition.operand_count = 1;
    return certmap_builder_condition(builder, &condition, err);
}

/* Finishes and frees a builder that nothing went wrong with. */
static inline struct certmap_rules *t_finish(struct certmap_builder *builder) {
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_msg(certmap_builder_finish(builder, &rules, &error) == CERTMAP_OK, "%s", error.text);
    certmap_builder_free(builder);
    return rules;
}

/* ---- peers ---- */

static inline struct certmap_peer *t_peer_new(void) {
    struct certmap_peer *peer = NULL;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    return peer;
}

struct t_peer {
    struct t_buf subject, issuer, certificate;
    struct certmap_cert cert;
    struct certmap_peer *peer;
};

/* Prepares a peer from two specs of t_name; its cert.certificate is not supplied. */
static inline void t_peer_make(struct t_peer *made, const char *subject, const char *issuer) {
    *made = (struct t_peer){T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, CERTMAP_CERT_INIT, NULL};
    t_name(&made->subject, subject);
    t_name(&made->issuer, issuer);
    made->cert.subject = t_view(&made->subject);
    made->cert.issuer = t_view(&made->issuer);
    made->peer = t_peer_new();
    ck_assert_int_eq(certmap_peer_set(made->peer, &made->cert, NULL), CERTMAP_OK);
}

/* The same with the whole certificate supplied. */
static inline void t_peer_make_whole(struct t_peer *made, const char *subject, const char *issuer) {
    t_peer_make(made, subject, issuer);
    t_cert_names(&made->certificate, subject, issuer);
    made->cert.certificate = t_view(&made->certificate);
    ck_assert_int_eq(certmap_peer_set(made->peer, &made->cert, NULL), CERTMAP_OK);
}

static inline void t_peer_free(struct t_peer *made) {
    certmap_peer_free(made->peer);
    t_buf_free(&made->subject);
    t_buf_free(&made->issuer);
    t_buf_free(&made->certificate);
}

/* ---- answers ---- */

/* A result in short: "allow staff", "deny staff", "deny staff unreadable", "none staff unreadable",
 * "none no-match", "none disabled", "none empty-rules". What the other members hold is asserted. */
static inline void t_answer(char *text, size_t cap, const struct certmap_result *result) {
    const bool decided = result->index != SIZE_MAX, allow = result->decision == CERTMAP_ALLOW;
    ck_assert_int_eq(result->account.data != NULL, allow);
    ck_assert_int_eq(result->user.data != NULL, allow);
    ck_assert(allow || result->domain.data == NULL);
    ck_assert(decided || result->mapping.data == NULL);
    ck_assert(decided || result->decision == CERTMAP_NONE);
    ck_assert(!allow || result->reason == CERTMAP_CODE_NONE);
    snprintf(text, cap, "%s%s%.*s%s%s", certmap_decision_name(result->decision), decided ? " " : "",
             (int)result->mapping.len, result->mapping.data != NULL ? (const char *)result->mapping.data : "",
             result->reason != CERTMAP_CODE_NONE ? " " : "", certmap_code_name(result->reason));
}

static inline bool t_same_view(struct certmap_view a, struct certmap_view b) {
    return a.data == b.data && a.len == b.len;
}

static inline void t_assert_same_result(const struct certmap_result *a, const struct certmap_result *b) {
    ck_assert_int_eq(a->decision, b->decision);
    ck_assert_int_eq(a->reason, b->reason);
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->index, b->index);
    ck_assert(t_same_view(a->mapping, b->mapping));
    ck_assert(t_same_view(a->account, b->account));
    ck_assert(t_same_view(a->domain, b->domain));
    ck_assert(t_same_view(a->user, b->user));
    ck_assert(t_same_view(a->other, b->other));
    ck_assert_uint_eq(a->account_count, b->account_count);
    ck_assert_uint_eq(a->group_count, b->group_count);
    ck_assert_uint_eq(a->attribute_count, b->attribute_count);
}

static inline struct certmap_result t_match(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_int_eq(certmap_match(rules, peer, &result, &error), CERTMAP_OK);
    ck_assert_int_eq(error.status, CERTMAP_OK);
    return result;
}

/* What a condition gave, in rules of two mappings: "same" where it is true, and "other" always. */
static inline enum certmap_truth t_same_or_other(const struct certmap_result *result) {
    if (result->decision == CERTMAP_ALLOW)
        return strcmp((const char *)result->account.data, "same") == 0 ? CERTMAP_TRUE : CERTMAP_FALSE;
    ck_assert_int_eq(result->decision, CERTMAP_NONE);
    ck_assert_int_eq(result->reason, CERTMAP_CODE_UNREADABLE);
    return CERTMAP_UNKNOWN;
}

/* ---- explanations ---- */

static inline const char *t_truth(enum certmap_truth truth) {
    static const char *const names[] = {"false", "true", "unknown"};
    ck_assert_int_ge((int)truth, 0);
    ck_assert_int_le((int)truth, 2);
    return names[truth];
}

/* One item as a line, indented by its depth:
 *
 *     ! staff: true                    a mapping; ! where the search ended
 *       and: true                      a group
 *         subject.CN = "Alice": true   a condition
 *           Alice: true                a value
 *         - subject.O = "X": false     - where a match would not have looked
 *         subject.OU = "a": unknown (value-type)
 *           ?: unknown (value-type)    a value that is unreadable
 *
 * Outputs and the nearest miss are left out. */
static inline bool t_trace_item(void *ctx, const struct certmap_explain_item *item) {
    struct t_buf *trace = ctx;
    ck_assert_uint_eq(item->size, sizeof *item);
    if ((item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT) ||
        item->kind == CERTMAP_EXPLAIN_NEAREST)
        return true;
    ck_assert_int_eq(item->why != CERTMAP_CODE_NONE, item->truth == CERTMAP_UNKNOWN);
    ck_assert(!item->decides || (item->kind == CERTMAP_EXPLAIN_MAPPING && item->read));
    ck_assert_int_eq(item->depth == 0, item->kind == CERTMAP_EXPLAIN_MAPPING);
    for (unsigned i = 0; i < item->depth; i++)
        t_put(trace, "  ");
    t_put(trace, item->decides ? "! " : item->read ? "" : "- ");
    if (item->text.data != NULL)
        t_bytes(trace, item->text.data, item->text.len);
    else
        t_put(trace, "?");
    t_put(trace, ": ");
    t_put(trace, t_truth(item->truth));
    if (item->why != CERTMAP_CODE_NONE) {
        t_put(trace, " (");
        t_put(trace, certmap_code_name(item->why));
        t_put(trace, ")");
    }
    t_put(trace, "\n");
    return true;
}

/* What mappings that decide are told to give. */
struct t_gives {
    bool deciding; /* the current mapping */
    bool allows;
    size_t built, failed;
};

static inline bool t_see_gives(void *ctx, const struct certmap_explain_item *item) {
    struct t_gives *gives = ctx;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        gives->deciding = item->decides;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING && item->decides)
        gives->allows = item->decision == CERTMAP_ALLOW;
    if ((item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT) && gives->deciding)
        *(item->truth == CERTMAP_TRUE ? &gives->built : &gives->failed) += 1;
    return true;
}

/* An allow is told with texts that are all built, the refusal of a mapping that allows with one that is not. */
static inline void t_check_gives(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_gives gives = {false, false, 0, 0};
    ck_assert_int_eq(certmap_explain(rules, peer, &result, t_see_gives, &gives, NULL), CERTMAP_OK);
    if (result.decision == CERTMAP_ALLOW) {
        ck_assert_uint_gt(gives.built, 0);
        ck_assert_uint_eq(gives.failed, 0);
    } else if (result.decision == CERTMAP_DENY && result.other.data == NULL && gives.allows) {
        ck_assert_uint_gt(gives.failed, 0);
    }
}

/* Appends the trace of an explanation, whose answer has to be what certmap_match gives. */
static inline void t_trace(struct t_buf *trace, const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result explained = CERTMAP_RESULT_INIT, matched = t_match(rules, peer);
    ck_assert_int_eq(certmap_explain(rules, peer, &explained, t_trace_item, trace, NULL), CERTMAP_OK);
    t_assert_same_result(&explained, &matched);
    t_check_gives(rules, peer);
}

static inline bool t_no_item(void *ctx, const struct certmap_explain_item *item) {
    (void)ctx;
    (void)item;
    return true;
}

#endif
