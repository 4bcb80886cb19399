/* SPDX-License-Identifier: MIT */
/* Loading and explaining rules, for the fuzz targets rules and match: each step with what has to hold for it. */
#ifndef F_RULES_H
#define F_RULES_H

#include "certmap/diagnostic.h"
#include "certmap/explain.h"
#include "certmap/limits.h"
#include "dn.h"
#include "support/alloc.h"
#include "support/compare.h"
#include "support/copy.h"
#include "support/search.h"

/* One load of a text, and what it gave. */
struct f_load {
    struct certmap_view text;
    struct t_alloc memory;
    struct certmap_allocator allocator;
    enum certmap_status status;
    struct certmap_diagnostic error;
    struct certmap_rules *rules;
    size_t diagnostics;
    size_t errors;
    struct certmap_diagnostic first; /* of the errors */
    size_t at, line, column;         /* how far positions have been counted */
};

/* Line and column again: every LF ends a line, every byte that begins a character is a column, a byte order mark
 * is none. Diagnostics do not come in the order of the text. */
static inline void f_check_position(struct f_load *load, const struct certmap_diagnostic *diagnostic) {
    const struct certmap_view text = load->text;
    if (load->line == 0 || diagnostic->offset < load->at) {
        load->at = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
        load->line = 1;
        load->column = 1;
    }
    F_HOLDS(diagnostic->offset <= text.len && diagnostic->length <= text.len - diagnostic->offset);
    F_HOLDS(diagnostic->offset >= load->at);
    for (; load->at < diagnostic->offset; load->at++) {
        const bool line_end = text.data[load->at] == '\n';
        load->line += line_end;
        load->column = line_end ? 1 : load->column + ((text.data[load->at] & 0xC0) != 0x80);
    }
    F_HOLDS(diagnostic->line == load->line);
    F_HOLDS(diagnostic->column == load->column);
}

/* A diagnostic as people get it: with nothing that takes over a terminal, a caret under what it is about, and no more
 * however long the source is. offset: in place of its own, for what no loader says. */
static inline void f_check_format(const struct certmap_diagnostic *diagnostic, struct certmap_view source,
                                  size_t offset) {
    struct certmap_diagnostic moved = *diagnostic;
    size_t len = 0, head = 0;
    moved.offset = offset;
    F_HOLDS(certmap_diagnostic_format(NULL, 0, &head, &moved, certmap_no_view(), CERTMAP_DIAGNOSTIC_PLAIN, NULL) ==
            CERTMAP_ERROR_BUFFER);
    F_HOLDS(certmap_diagnostic_format(NULL, 0, &len, &moved, source, CERTMAP_DIAGNOSTIC_PLAIN, NULL) ==
            CERTMAP_ERROR_BUFFER);
    F_HOLDS(len >= head && len - head <= 1024);
    char *text = f_room(len + 1);
    F_HOLDS(certmap_diagnostic_format(text, len + 1, &len, &moved, source, CERTMAP_DIAGNOSTIC_PLAIN, NULL) ==
            CERTMAP_OK);
    F_HOLDS(len == head || text[head] == '\n');
    F_HOLDS(len == head || strchr(strrchr(text, '\n'), '^') != NULL);
    f_check_safe(cm_view(text, head));
    for (size_t i = head; i < len; i++)
        if (text[i] == '\n' || text[i] == '\t')
            text[i] = ' ';
    f_check_safe(cm_view(text, len));
    free(text);
}

static inline void f_take_diagnostic(void *ctx, enum certmap_severity severity,
                                     const struct certmap_diagnostic *diagnostic) {
    struct f_load *load = ctx;
    const bool is_error = severity == CERTMAP_SEVERITY_ERROR;
    F_HOLDS(load->diagnostics++ < CERTMAP_MAX_DIAGNOSTICS);
    F_HOLDS(certmap_code_name(diagnostic->code) != NULL && diagnostic->code != CERTMAP_CODE_NONE);
    F_HOLDS(is_error == (diagnostic->status != CERTMAP_OK));
    F_HOLDS(memchr(diagnostic->text, 0, sizeof diagnostic->text) != NULL && diagnostic->text[0] != 0);
    f_check_safe(cm_view(diagnostic->text, strlen(diagnostic->text)));
    f_check_position(load, diagnostic);
    F_HOLDS(diagnostic->severity == severity);
    f_check_format(diagnostic, load->text, diagnostic->offset);
    f_check_format(diagnostic, load->text, load->diagnostics * 7919 % (load->text.len + 2));
    if (is_error && load->errors++ == 0)
        load->first = *diagnostic;
}

/* Opens the files that lists of issuers name: each has as many certificates as its name has letters, and one
 * without a name cannot be opened. */
static inline const char *f_issuer_file(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add,
                                        void *add_ctx) {
    uint8_t digest[CERTMAP_SHA256_SIZE] = {0};
    F_HOLDS(ctx == NULL && name.data[name.len] == 0);
    for (size_t i = 0; i < name.len; i++) {
        digest[0] = name.data[i];
        if (!add(add_ctx, digest))
            return "stopped";
    }
    return name.len == 0 ? "no\nname" : NULL;
}

/* Loads a text; the allocation fail_at fails. Free with f_unload. */
static inline void f_load(struct f_load *load, struct certmap_view text, size_t fail_at) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    *load = (struct f_load){.text = text, .memory = T_ALLOC_INIT};
    load->allocator = t_alloc_allocator(&load->memory);
    options.allocator = &load->allocator;
    options.diagnostic = f_take_diagnostic;
    options.diagnostic_ctx = load;
    options.issuer_file = f_issuer_file;
    t_alloc_fail_at(&load->memory, fail_at);
    load->status = certmap_rules_parse(&load->rules, text, &options, &load->error);
    F_HOLDS((load->status == CERTMAP_OK) == (load->rules != NULL));
    F_HOLDS((load->status == CERTMAP_OK) == (load->error.status == CERTMAP_OK));
    if (load->errors > 0)
        F_HOLDS(memcmp(&load->error, &load->first, sizeof load->first) == 0);
    else if (t_alloc_failed(&load->memory))
        F_HOLDS(load->status == CERTMAP_ERROR_MEMORY);
    else
        F_HOLDS(load->status == CERTMAP_OK);
    t_alloc_fail_at(&load->memory, SIZE_MAX);
}

static inline void f_unload(struct f_load *load) {
    certmap_rules_free(load->rules);
    F_HOLDS(load->memory.live == 0);
}

/* ---- answers ---- */

static inline bool f_same_view(struct certmap_view a, struct certmap_view b) {
    return (a.data == NULL) == (b.data == NULL) && cm_view_equal(a, b);
}

/* All members, by what they say. */
static inline void f_check_same_result(const struct certmap_result *a, const struct certmap_result *b) {
    F_HOLDS(a->size == b->size && a->decision == b->decision && a->reason == b->reason);
    F_HOLDS(a->kind == b->kind && a->index == b->index);
    F_HOLDS(f_same_view(a->mapping, b->mapping) && f_same_view(a->account, b->account));
    F_HOLDS(f_same_view(a->domain, b->domain) && f_same_view(a->user, b->user));
    F_HOLDS(f_same_view(a->other, b->other) && a->account_count == b->account_count);
    F_HOLDS(a->group_count == b->group_count && a->attribute_count == b->attribute_count);
    for (size_t i = 0; i < a->account_count; i++)
        F_HOLDS(f_same_view(a->accounts[i], b->accounts[i]));
    for (size_t i = 0; i < a->group_count; i++)
        F_HOLDS(f_same_view(a->groups[i], b->groups[i]));
    for (size_t i = 0; i < a->attribute_count; i++)
        F_HOLDS(f_same_view(a->attributes[i].name, b->attributes[i].name) &&
                f_same_view(a->attributes[i].value, b->attributes[i].value));
}

/* What is true of every answer. */
static inline void f_check_result(const struct certmap_result *result, const struct certmap_rules *rules) {
    const bool decided = result->index != SIZE_MAX;
    F_HOLDS(result->decision == CERTMAP_NONE || decided);
    F_HOLDS(decided ? result->index < certmap_rules_count(rules) : result->mapping.data == NULL);
    F_HOLDS((result->decision == CERTMAP_ALLOW) == (result->account.data != NULL));
    F_HOLDS((result->decision == CERTMAP_ALLOW) == (result->user.data != NULL));
    F_HOLDS(result->domain.data == NULL || result->decision == CERTMAP_ALLOW);
    F_HOLDS(result->decision != CERTMAP_ALLOW || result->reason == CERTMAP_CODE_NONE);
    F_HOLDS(result->decision != CERTMAP_NONE || result->reason != CERTMAP_CODE_NONE);
    F_HOLDS((result->other.data != NULL) == (result->reason == CERTMAP_CODE_AMBIGUOUS));
    F_HOLDS(decided == (result->reason != CERTMAP_CODE_NO_MATCH && result->reason != CERTMAP_CODE_DISABLED &&
                        result->reason != CERTMAP_CODE_EMPTY_RULES));
}

static inline struct certmap_result f_match(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    F_HOLDS(certmap_match(rules, peer, &result, NULL) == CERTMAP_OK);
    f_check_result(&result, rules);
    return result;
}

/* Holds the search through the index, which small rule sets get for that, against the plain one. Inputs are too short
 * for the plain one to run out of steps. */
static inline void f_check_searches(struct certmap_rules *rules, struct certmap_peer *peer) {
    F_HOLDS(t_index_make(rules));
    F_HOLDS(t_search_agree(rules, peer));
}

/* What a result says about the mapping that ended the search. */
static inline enum certmap_truth f_truth(const struct certmap_result *result) {
    if (result->index == SIZE_MAX)
        return CERTMAP_FALSE;
    return result->reason == CERTMAP_CODE_UNREADABLE ? CERTMAP_UNKNOWN : CERTMAP_TRUE;
}

/* ---- explanations ---- */

/* An explanation as it is told. */
struct f_told {
    const struct certmap_result *matched;
    enum certmap_combining policy;
    size_t mappings;
    size_t deciding;
    size_t nearest;          /* of the mappings that allow, the first of those with the least missing */
    size_t digests, missing; /* what it misses */
    size_t held;             /* and what holds of it */
    bool ended;              /* by the nearest miss */
    bool gives;              /* the current mapping decides */
    bool refuses;            /* one that decides allows */
    size_t built, failed;    /* texts of those that decide */
    struct t_buf all;        /* what was told, item by item */
    struct t_buf conditions; /* their truth in one byte, their text, and a NUL */
};

/* Whether a mapping has to be marked as one that gave the answer. */
static inline bool f_decides(const struct f_told *told, const struct certmap_explain_item *item) {
    const struct certmap_result *matched = told->matched;
    const bool together = told->policy == CERTMAP_COMBINING_ALL && matched->decision == CERTMAP_ALLOW;
    return item->mapping == matched->index || (together && item->truth == CERTMAP_TRUE) ||
           (matched->other.data != NULL && f_same_view(item->text, matched->other));
}

/* Than the nearest so far. */
static inline bool f_is_nearer(const struct f_told *told, const struct certmap_explain_item *item) {
    if (item->missing_digests != told->digests)
        return item->missing_digests < told->digests;
    return item->missing != told->missing ? item->missing < told->missing : item->held > told->held;
}

static inline void f_take_mapping(struct f_told *told, const struct certmap_explain_item *item) {
    const struct certmap_result *matched = told->matched;
    const bool first = told->policy == CERTMAP_COMBINING_FIRST, disabled = matched->reason == CERTMAP_CODE_DISABLED;
    F_HOLDS(item->mapping == told->mappings && item->depth == 0);
    told->mappings++;
    F_HOLDS(item->decides == f_decides(told, item));
    F_HOLDS(!item->decides || (item->read && item->truth == f_truth(matched)));
    F_HOLDS(!first || item->read == (item->mapping <= matched->index && !disabled));
    F_HOLDS(!first || disabled || item->mapping >= matched->index || item->truth == CERTMAP_FALSE);
    F_HOLDS((item->missing == 0) == (item->truth == CERTMAP_TRUE));
    F_HOLDS(item->score == 0 || told->policy == CERTMAP_COMBINING_MOST_SPECIFIC);
    told->deciding += item->decides;
    told->gives = item->decides;
    told->refuses = told->refuses || (item->decides && item->decision == CERTMAP_ALLOW);
    F_HOLDS(item->missing_digests <= item->missing);
    if (item->decision == CERTMAP_ALLOW && (told->nearest == SIZE_MAX || f_is_nearer(told, item))) {
        told->nearest = item->mapping;
        told->digests = item->missing_digests;
        told->missing = item->missing;
        told->held = item->held;
    }
}

static inline bool f_take_item(void *ctx, const struct certmap_explain_item *item) {
    struct f_told *told = ctx;
    F_HOLDS(item->size == sizeof *item && item->truth <= CERTMAP_UNKNOWN && !told->ended);
    F_HOLDS(item->text.data == NULL || cm_utf8_check(item->text) == item->text.len);
    F_HOLDS(item->text.data == NULL || item->text.len == strlen((const char *)item->text.data));
    t_bytes(&told->all, (const char[]){(char)item->kind, (char)item->depth, (char)item->truth, (char)item->read}, 4);
    t_bytes(&told->all, item->text.data != NULL ? item->text.data : (const uint8_t *)"", item->text.len);
    if (item->kind == CERTMAP_EXPLAIN_NEAREST) {
        told->ended = true;
        F_HOLDS(told->matched->decision != CERTMAP_ALLOW && item->depth == 0 && !item->decides);
        F_HOLDS(item->mapping == told->nearest && item->missing == told->missing);
        return true;
    }
    if (item->kind == CERTMAP_EXPLAIN_MAPPING) {
        f_take_mapping(told, item);
        return true;
    }
    F_HOLDS(item->depth > 0 && item->mapping == told->mappings - 1 && !item->decides);
    F_HOLDS((item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT) ||
            (item->why != CERTMAP_CODE_NONE) == (item->truth == CERTMAP_UNKNOWN));
    if ((item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT) && told->gives)
        *(item->truth == CERTMAP_TRUE ? &told->built : &told->failed) += 1;
    if (item->kind == CERTMAP_EXPLAIN_CONDITION) {
        f_check_safe(item->text);
        t_bytes(&told->conditions, (const char[]){(char)item->truth}, 1);
        t_bytes(&told->conditions, item->text.data, item->text.len + 1);
    }
    return true;
}

/* The first mapping alone gives the items that begin the explanation of all. */
static inline void f_check_alone(const struct f_told *told, const struct certmap_rules *rules,
                                 struct certmap_peer *peer) {
    struct certmap_result explained = CERTMAP_RESULT_INIT;
    struct f_told alone = {.matched = told->matched,
                           .policy = told->policy,
                           .nearest = SIZE_MAX,
                           .all = T_BUF_INIT,
                           .conditions = T_BUF_INIT};
    F_HOLDS(certmap_explain_mapping(rules, peer, &explained, 0, f_take_item, &alone, NULL) == CERTMAP_OK);
    f_check_same_result(told->matched, &explained);
    F_HOLDS(alone.mappings == 1 && !alone.ended && alone.all.len <= told->all.len);
    F_HOLDS(memcmp(alone.all.data, told->all.data, alone.all.len) == 0);
    t_buf_free(&alone.all);
    t_buf_free(&alone.conditions);
}

/* Explains, and holds that against the match. Free with f_told_free. */
static inline void f_explain(struct f_told *told, const struct certmap_rules *rules, struct certmap_peer *peer,
                             const struct certmap_result *matched) {
    struct certmap_result explained = CERTMAP_RESULT_INIT;
    *told = (struct f_told){.matched = matched,
                            .policy = certmap_rules_combining(rules),
                            .nearest = SIZE_MAX,
                            .all = T_BUF_INIT,
                            .conditions = T_BUF_INIT};
    F_HOLDS(certmap_explain(rules, peer, &explained, f_take_item, told, NULL) == CERTMAP_OK);
    f_check_same_result(matched, &explained);
    F_HOLDS(matched->decision != CERTMAP_ALLOW || (told->built > 0 && told->failed == 0));
    F_HOLDS(matched->decision != CERTMAP_DENY || matched->other.data != NULL || !told->refuses || told->failed > 0);
    F_HOLDS(told->mappings == certmap_rules_count(rules));
    f_check_alone(told, rules, peer);
    F_HOLDS(told->ended == (matched->decision != CERTMAP_ALLOW && told->nearest != SIZE_MAX));
    if (matched->index == SIZE_MAX)
        F_HOLDS(told->deciding == 0);
    else if (told->policy == CERTMAP_COMBINING_ALL && matched->decision == CERTMAP_ALLOW)
        F_HOLDS(told->deciding >= matched->account_count);
    else
        F_HOLDS(told->deciding == (matched->other.data != NULL ? 2u : 1u));
}

static inline void f_told_free(struct f_told *told) {
    t_buf_free(&told->all);
    t_buf_free(&told->conditions);
}

/* ---- what rules are held against ---- */

#define F_SUBJECT                                                                                                      \
    "CN=Alice | CN=alice | OU=Sales + OU=Staff | O=Contoso | octet L=x | S=\\xFF | t61 T=\\xE9 | bmp UID=a*b?\\\\ | "  \
    "E=a@b | DC=a\\x00 | 1.2.3.4=a | 1.2.3.5= | G=\"\\x0A"
#define F_ISSUER "C=SE | O=Contoso | CN=Root + CN=CA 1 | octet OU=x"
/* Something of every kind, and of some kinds what cannot be read. */
#define F_EXTENSIONS                                                                                                   \
    "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ 82{ \"a.example\" } 82{ FF } 81{ \"a@b\" } "          \
    "86{ \"http://a/\" } 87{ 0A 00 00 01 } 88{ 1.2.3 } A0{ OID{ 1.2.3 } A0{ UTF8String{ \"a\" } } } "                  \
    "A4{ SEQUENCE{ SET{ SEQUENCE{ OID{ 2.5.4.3 } UTF8String{ \"a\" } } } } } "                                         \
    "A4{ SEQUENCE{ SET{ SEQUENCE{ OID{ 2.5.4.3 } OCTETSTRING{ \"a\" } } } } } } } } "                                  \
    "SEQUENCE{ OID{ 2.5.29.37 } OCTETSTRING{ SEQUENCE{ OID{ 1.3.6.1.5.5.7.3.2 } OID{ 1.2.3 } } } } "                   \
    "SEQUENCE{ OID{ 2.5.29.15 } OCTETSTRING{ BITSTRING{ 05 A0 } } } "                                                  \
    "SEQUENCE{ OID{ 2.5.29.14 } OCTETSTRING{ OCTETSTRING{ 01 } } } "                                                   \
    "SEQUENCE{ OID{ 2.5.29.32 } OCTETSTRING{ 00 } } SEQUENCE{ OID{ 1.2.3 } OCTETSTRING{ 01 } } }"

/* The peer that conditions are held against. */
static inline struct certmap_peer *f_peer(struct t_buf *subject, struct t_buf *issuer, struct t_buf *extensions) {
    static const uint8_t serial[] = {0x02, 0x01, 0x01};
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    t_name(subject, F_SUBJECT);
    t_name(issuer, F_ISSUER);
    cert.subject = t_view(subject);
    cert.issuer = t_view(issuer);
    t_der(extensions, F_EXTENSIONS);
    cert.extensions = t_view(extensions);
    cert.serial = cm_view(serial, sizeof serial);
    cert.version = CM_VIEW("");
    F_HOLDS(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    F_HOLDS(certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK);
    return peer;
}

/* ---- text ---- */

static inline void f_print_rules(struct t_buf *text, const struct certmap_rules *rules) {
    size_t len = 0, again = 0;
    F_HOLDS(certmap_rules_print(NULL, 0, &len, rules, NULL, NULL, NULL) == CERTMAP_ERROR_BUFFER);
    char *room = f_room(len + 1);
    F_HOLDS(certmap_rules_print(room, len + 1, &again, rules, NULL, NULL, NULL) == CERTMAP_OK && again == len);
    t_bytes(text, room, len);
    free(room);
}

/* What a walk says of the rules makes the same rules. */
static inline void f_check_walked(const struct certmap_rules *rules) {
    const char *why = "no rules";
    struct certmap_rules *copy = t_copy_rules(rules, &why);
    const char *difference = copy != NULL ? t_rules_difference(rules, copy) : why;
    if (difference != NULL)
        fprintf(stderr, "walk: %s\n", difference);
    F_HOLDS(difference == NULL);
    certmap_rules_free(copy);
}

/* parse(print(x)) is x, and print(parse(print(x))) is print(x). */
static inline void f_check_printed(const struct certmap_rules *rules) {
    struct t_buf text = T_BUF_INIT, again = T_BUF_INIT;
    struct f_load load;
    f_print_rules(&text, rules);
    f_load(&load, t_view(&text), SIZE_MAX);
    const char *difference =
        load.status == CERTMAP_OK ? t_rules_difference(rules, load.rules) : (const char *)load.error.text;
    if (difference != NULL)
        fprintf(stderr, "%s\n%.*s\n", difference, (int)text.len, (const char *)text.data);
    F_HOLDS(difference == NULL);
    f_print_rules(&again, load.rules);
    F_HOLDS(cm_view_equal(t_view(&text), t_view(&again)));
    f_unload(&load);
    t_buf_free(&text);
    t_buf_free(&again);
}

#endif
