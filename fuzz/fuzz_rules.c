/* SPDX-License-Identifier: MIT */
/* Rules in the native language. Every diagnostic is where it says, and the first error is the one that is
 * returned. What loads loads the same way twice, and out of memory leaves nothing. The conditions of an
 * explanation parse, print the same again, and are as true as they were. What is printed of all the rules loads
 * as the same rules. The search through the index finds what the plain one finds. */
#include "rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_CONDITIONS = 100 };

static void check_same_mapping(const struct certmap_rules *a, const struct certmap_rules *b, size_t index) {
    struct certmap_mapping left = CERTMAP_MAPPING_INIT, right = CERTMAP_MAPPING_INIT;
    F_HOLDS(certmap_rules_mapping(a, &left, index, NULL) == CERTMAP_OK);
    F_HOLDS(certmap_rules_mapping(b, &right, index, NULL) == CERTMAP_OK);
    F_HOLDS(left.kind == CERTMAP_KIND_NATIVE && right.kind == left.kind && left.decision == right.decision);
    F_HOLDS(left.line == right.line && left.column == right.column && left.line > 0);
    F_HOLDS(f_same_view(left.name, right.name) && left.name.len > 0);
    F_HOLDS(f_same_view(left.account, right.account));
    F_HOLDS((left.account.data != NULL) == (left.decision == CERTMAP_ALLOW));
}

static void check_same_load(const struct f_load *a, const struct f_load *b) {
    F_HOLDS(a->status == b->status && a->diagnostics == b->diagnostics && a->errors == b->errors);
    F_HOLDS(memcmp(&a->error, &b->error, sizeof a->error) == 0);
    F_HOLDS(certmap_rules_count(a->rules) == certmap_rules_count(b->rules));
    F_HOLDS(certmap_rules_needs(a->rules) == certmap_rules_needs(b->rules));
    F_HOLDS((a->rules == NULL) == (certmap_rules_count(a->rules) == 0));
    for (size_t i = 0; i < certmap_rules_count(a->rules); i++)
        check_same_mapping(a->rules, b->rules, i);
}

/* A printed condition, alone in a mapping. */
static void check_condition(struct certmap_peer *peer, const char *condition, enum certmap_truth truth) {
    struct t_buf text = T_BUF_INIT;
    struct f_load load;
    struct f_told told;
    t_bytes(&text, "certmap 1; mapping \"x\" { when ", 30);
    t_bytes(&text, condition, strlen(condition));
    t_bytes(&text, "; deny; }", 9);
    f_load(&load, t_view(&text), SIZE_MAX);
    if (load.status != CERTMAP_OK)
        fprintf(stderr, "%zu: %s\n%.*s\n", load.error.column, load.error.text, (int)text.len, (const char *)text.data);
    F_HOLDS(load.status == CERTMAP_OK);
    const struct certmap_result matched = f_match(load.rules, peer);
    F_HOLDS(f_truth(&matched) == truth);
    f_explain(&told, load.rules, peer, &matched);
    F_HOLDS(strcmp((const char *)told.conditions.data + 1, condition) == 0);
    f_check_searches(load.rules, peer);
    f_told_free(&told);
    f_unload(&load);
    t_buf_free(&text);
}

static void check_conditions(struct certmap_peer *peer, const struct f_told *told) {
    const char *at = (const char *)told->conditions.data, *end = at + told->conditions.len;
    for (int i = 0; at < end && i < MAX_CONDITIONS; i++, at += strlen(at + 1) + 2)
        check_condition(peer, at + 1, (enum certmap_truth)at[0]);
}

static void check_explanations(const struct f_load *a, const struct f_load *b) {
    struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT, extensions = T_BUF_INIT;
    struct certmap_peer *peer = f_peer(&subject, &issuer, &extensions);
    const struct certmap_result first = f_match(a->rules, peer);
    f_check_searches(b->rules, peer);
    const struct certmap_result second = f_match(b->rules, peer);
    struct f_told told, again;
    f_check_same_result(&first, &second);
    f_explain(&told, a->rules, peer, &first);
    f_explain(&again, b->rules, peer, &second);
    F_HOLDS(cm_view_equal(t_view(&told.all), t_view(&again.all)));
    check_conditions(peer, &told);
    f_told_free(&told);
    f_told_free(&again);
    certmap_peer_free(peer);
    t_buf_free(&subject);
    t_buf_free(&issuer);
    t_buf_free(&extensions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct certmap_view text = cm_view(size > 0 ? data : NULL, size);
    struct f_load first, second;
    f_load(&first, text, SIZE_MAX);
    f_load(&second, text, SIZE_MAX);
    check_same_load(&first, &second);
    if (first.status == CERTMAP_OK) {
        check_explanations(&first, &second);
        f_check_walked(first.rules);
        f_check_printed(first.rules);
    }
    f_unload(&second);
    /* An allocation that fails, another for each input. */
    f_load(&second, text, size % 64);
    F_HOLDS(second.status == first.status || second.status == CERTMAP_ERROR_MEMORY);
    f_unload(&second);
    f_unload(&first);
    return 0;
}
