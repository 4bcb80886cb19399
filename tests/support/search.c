/* SPDX-License-Identifier: MIT */
#include "search.h"
#include "draft.h"
#include "match/search.h"
#include "rule/store.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cm_index *t_index_build(struct certmap_rules *rules) {
    struct cm_draft draft;
    struct cm_index *index = NULL;
    struct cm_progress progress = {.fn = NULL};
    if (t_draft_make(&draft, rules))
        (void)cm_index_build(&index, &draft, T_INDEX_SEED, &progress, NULL);
    if (index != NULL)
        cm_index_place(index, 0, rules->offsets, rules->shared_end);
    t_draft_free(&draft);
    return index;
}

bool t_index_make(struct certmap_rules *rules) {
    if (rules->index == NULL && rules->mapping_count > 0)
        rules->index = t_index_build(rules);
    return rules->index != NULL || rules->mapping_count == 0;
}

/* ---- what a search takes ---- */

static size_t plain_steps(const struct certmap_rules *rules, const struct certmap_peer *peer) {
    struct cm_eval eval = {.rules = rules, .peer = peer, .steps = rules->steps, .one_by_one = true};
    for (size_t i = 0; i < rules->mapping_count; i++)
        if (cm_eval_mapping(&eval, cm_mapping_at(rules, i)).truth != CERTMAP_FALSE)
            break;
    return rules->steps - eval.steps;
}

size_t t_search_steps(const struct certmap_rules *rules, struct certmap_peer *peer, bool plain) {
    struct cm_index_search search;
    if (plain)
        return plain_steps(rules, peer);
    cm_index_search_begin(&search, rules, peer);
    (void)cm_index_search_next(&search, 0);
    return rules->steps - cm_index_search_left(&search);
}

/* ---- what a search says ---- */

static void put_number(struct t_buf *text, const char *what, size_t number) {
    char line[64];
    snprintf(line, sizeof line, "%s %zd\n", what, number == SIZE_MAX ? -1 : (ptrdiff_t)number);
    t_put(text, line);
}

static void put_view(struct t_buf *text, const char *what, struct certmap_view view) {
    t_put(text, what);
    t_put(text, view.data == NULL ? " -" : " \"");
    t_bytes(text, view.data != NULL ? view.data : (const uint8_t *)"", view.len);
    t_put(text, view.data == NULL ? "\n" : "\"\n");
}

static void put_texts(struct t_buf *text, const struct certmap_result *result) {
    put_view(text, "mapping", result->mapping);
    put_view(text, "other", result->other);
    put_view(text, "account", result->account);
    put_view(text, "domain", result->domain);
    put_view(text, "user", result->user);
    for (size_t i = 0; i < result->account_count; i++)
        put_view(text, "one of accounts", result->accounts[i]);
    for (size_t i = 0; i < result->group_count; i++)
        put_view(text, "group", result->groups[i]);
    for (size_t i = 0; i < result->attribute_count; i++) {
        put_view(text, "attribute", result->attributes[i].name);
        put_view(text, "value", result->attributes[i].value);
    }
}

/* By definition: by the plain evaluator, one mapping after the other. Where it runs out of steps and says unknown, the
 * search through the index may still know. */
static void search_plainly(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
                           struct certmap_result *result) {
    struct cm_eval eval = {.rules = rules, .peer = peer, .steps = rules->steps, .one_by_one = true};
    struct cm_searching state = {cm_found_nothing(rules), result, peer, rules->steps};
    bool more = !rules->disabled;
    cm_search_begin(search, result);
    for (; more && search->looked < rules->mapping_count; search->looked++) {
        const struct cm_mapping *mapping = cm_mapping_at(rules, search->looked);
        more = cm_search_take(&state, mapping, cm_eval_mapping(&eval, mapping).truth);
    }
    search->answer = cm_found_answer(&state.found);
    const size_t index = search->answer.index;
    cm_search_end(search, rules, peer, result, index != CM_NO_MAPPING ? cm_mapping_at(rules, index) : NULL);
}

void t_search_tell(struct t_buf *text, const struct certmap_rules *rules, struct certmap_peer *peer, bool plain) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct cm_search search;
    if (plain)
        search_plainly(&search, rules, peer, &result);
    else
        cm_search(&search, rules, peer, &result);
    t_put(text, certmap_decision_name(result.decision));
    t_put(text, " ");
    t_put(text, certmap_code_name(result.reason));
    put_number(text, "\nkind", result.kind);
    put_number(text, "index", result.index);
    put_texts(text, &result);
    put_number(text, "answer", search.answer.index);
    put_number(text, "unknown", search.answer.unknown);
    put_number(text, "another", search.answer.other);
    put_number(text, "looked", search.looked);
    put_number(text, "together", search.together);
}

/* ---- where they differ ---- */

static void print_rules(const struct certmap_rules *rules) {
    size_t len = 0;
    (void)certmap_rules_print(NULL, 0, &len, rules, NULL, NULL, NULL);
    char *text = malloc(len + 1);
    if (text != NULL && certmap_rules_print(text, len + 1, &len, rules, NULL, NULL, NULL) == CERTMAP_OK)
        fprintf(stderr, "%s\n", text);
    free(text);
}

static void print_value(struct certmap_peer *peer, enum certmap_field field, size_t index) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    if (certmap_peer_value(peer, &value, field, index, NULL) != CERTMAP_OK)
        return;
    fprintf(stderr, "%s.%.*s %.*s rdn %zu: \"%.*s\" %s\n", certmap_field_name(field), (int)value.subfield.len,
            value.subfield.len > 0 ? (const char *)value.subfield.data : "", (int)value.oid.len,
            value.oid.len > 0 ? (const char *)value.oid.data : "", value.rdn, (int)value.text.len,
            value.text.data != NULL ? (const char *)value.text.data : "", certmap_code_name(value.unreadable));
}

static void print_peer(struct certmap_peer *peer) {
    for (unsigned i = CERTMAP_FIELD_SUBJECT; certmap_field_name((enum certmap_field)i) != NULL; i++) {
        const enum certmap_field field = (enum certmap_field)i;
        const enum certmap_code unknown = certmap_peer_field_unknown(peer, field);
        if (unknown != CERTMAP_CODE_NONE)
            fprintf(stderr, "%s: %s\n", certmap_field_name(field), certmap_code_name(unknown));
        for (size_t k = 0; k < certmap_peer_value_count(peer, field); k++)
            print_value(peer, field, k);
    }
}

/* Whether both texts are the same; what differs is printed. */
static bool is_same(const struct certmap_rules *rules, struct certmap_peer *peer, const struct t_buf *wanted,
                    const struct t_buf *other, const char *way) {
    const bool same = wanted->len == other->len && memcmp(wanted->data, other->data, wanted->len) == 0;
    if (!same) {
        print_rules(rules);
        print_peer(peer);
        fprintf(stderr, "wanted:\n%.*s\n%s:\n%.*s\n", (int)wanted->len, (const char *)wanted->data, way,
                (int)other->len, (const char *)other->data);
    }
    return same;
}

/* Holds one way to search against the plain one. */
static bool agrees(const struct certmap_rules *rules, struct certmap_peer *peer, const char *way) {
    struct t_buf plain = T_BUF_INIT, other = T_BUF_INIT;
    t_search_tell(&plain, rules, peer, true);
    t_search_tell(&other, rules, peer, false);
    const bool same = is_same(rules, peer, &plain, &other, way);
    t_buf_free(&plain);
    t_buf_free(&other);
    return same;
}

bool t_search_agree(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_rules unplanned = *rules;
    unplanned.plan = NULL;
    return agrees(rules, peer, "by the plan, if there is one") && agrees(&unplanned, peer, "through the index");
}

bool t_search_forgets(const struct certmap_rules *rules, struct certmap_peer *peer, const struct certmap_cert *cert) {
    struct t_buf fresh = T_BUF_INIT, used = T_BUF_INIT;
    struct certmap_peer *other = NULL;
    bool same = certmap_peer_new(&other, NULL, NULL) == CERTMAP_OK;
    if (same && certmap_peer_set(other, cert, NULL) == CERTMAP_OK)
        t_search_tell(&fresh, rules, other, false);
    t_search_tell(&used, rules, peer, false);
    same = same && is_same(rules, peer, &fresh, &used, "with a peer that had others");
    certmap_peer_free(other);
    t_buf_free(&fresh);
    t_buf_free(&used);
    return same;
}
