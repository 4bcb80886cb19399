/* SPDX-License-Identifier: MIT */
/* What a server reads of an answer. */
#include "answer.h"
#include "service.h"
#include <string.h>

const char *certmap_answer_outcome_name(enum certmap_outcome outcome) {
    static const char *const names[CERTMAP_OUTCOME_COUNT] = {
        [CERTMAP_OUTCOME_NONE] = "none",   [CERTMAP_OUTCOME_ALLOW] = "allow",
        [CERTMAP_OUTCOME_DENY] = "deny",   [CERTMAP_OUTCOME_UNVERIFIED] = "unverified",
        [CERTMAP_OUTCOME_ERROR] = "error",
    };
    return (unsigned)outcome < CERTMAP_OUTCOME_COUNT ? names[outcome] : NULL;
}

enum certmap_outcome cm_server_outcome(enum certmap_status status, enum certmap_decision decision) {
    if (status == CERTMAP_ERROR_UNVERIFIED)
        return CERTMAP_OUTCOME_UNVERIFIED;
    if (status != CERTMAP_OK)
        return CERTMAP_OUTCOME_ERROR;
    if (decision == CERTMAP_ALLOW)
        return CERTMAP_OUTCOME_ALLOW;
    return decision == CERTMAP_DENY ? CERTMAP_OUTCOME_DENY : CERTMAP_OUTCOME_NONE;
}

enum certmap_outcome certmap_answer_outcome(const struct certmap_answer *answer) {
    return answer == NULL ? CERTMAP_OUTCOME_ERROR : answer->outcome;
}

enum certmap_code certmap_answer_reason(const struct certmap_answer *answer) {
    return answer == NULL ? CERTMAP_CODE_MEMORY : answer->reason;
}

/* ---- texts ---- */

static const struct certmap_view nothing = {(const uint8_t *)"", 0};

static struct certmap_view view_of(const struct certmap_answer *answer, struct cm_server_slice slice) {
    return (struct certmap_view){(const uint8_t *)answer->texts.data + slice.begin, slice.len};
}

static struct certmap_view in_form(const struct certmap_answer *answer, const struct cm_server_forms *forms,
                                   enum certmap_form form) {
    return (unsigned)form < CM_SERVER_FORMS ? view_of(answer, forms->slices[form]) : nothing;
}

struct certmap_view certmap_answer_text(const struct certmap_answer *answer, enum certmap_answer_text text,
                                        enum certmap_form form) {
    if (answer == NULL || (unsigned)text >= CERTMAP_ANSWER_TEXT_COUNT)
        return nothing;
    return in_form(answer, &answer->single[text], form);
}

const char *certmap_answer_line(const struct certmap_answer *answer) {
    return answer == NULL ? "decision=error mapping=- account=- reason=memory"
                          : answer->texts.data + answer->line.begin;
}

/* ---- lists ---- */

size_t certmap_answer_count(const struct certmap_answer *answer, enum certmap_answer_list list) {
    return answer == NULL || (unsigned)list >= CM_SERVER_LISTS ? 0 : answer->counts[list];
}

/* NULL out of range. */
static const struct cm_server_item *item_at(const struct certmap_answer *answer, enum certmap_answer_list list,
                                            size_t index) {
    if (answer == NULL || index >= certmap_answer_count(answer, list))
        return NULL;
    for (unsigned before = 0; before < (unsigned)list; before++)
        index += answer->counts[before];
    return &answer->items[index];
}

struct certmap_view certmap_answer_item(const struct certmap_answer *answer, enum certmap_answer_list list,
                                        size_t index, enum certmap_form form) {
    const struct cm_server_item *item = item_at(answer, list, index);
    return item == NULL ? nothing : in_form(answer, &item->value, form);
}

static bool equal(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool certmap_answer_has(const struct certmap_answer *answer, enum certmap_answer_list list, struct certmap_view text) {
    for (size_t i = 0; i < certmap_answer_count(answer, list); i++)
        if (equal(certmap_answer_item(answer, list, i, CERTMAP_FORM_PLAIN), text))
            return true;
    return false;
}

struct certmap_view certmap_answer_attribute_name(const struct certmap_answer *answer, size_t index) {
    const struct cm_server_item *item = item_at(answer, CERTMAP_ANSWER_LIST_ATTRIBUTES, index);
    return item == NULL ? nothing : view_of(answer, item->name);
}

static uint8_t fold(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool same_name(struct certmap_view a, struct certmap_view b) {
    size_t i = 0;
    while (i < a.len && i < b.len && fold(a.data[i]) == fold(b.data[i]))
        i++;
    return i == a.len && i == b.len;
}

struct certmap_view certmap_answer_attribute(const struct certmap_answer *answer, struct certmap_view name,
                                             enum certmap_form form) {
    for (size_t i = 0; i < certmap_answer_count(answer, CERTMAP_ANSWER_LIST_ATTRIBUTES); i++)
        if (same_name(certmap_answer_attribute_name(answer, i), name))
            return certmap_answer_item(answer, CERTMAP_ANSWER_LIST_ATTRIBUTES, i, form);
    return nothing;
}

/* ---- the same ---- */

static bool same_text(const struct certmap_answer *a, const struct certmap_answer *b, enum certmap_answer_text text) {
    return equal(certmap_answer_text(a, text, CERTMAP_FORM_PLAIN), certmap_answer_text(b, text, CERTMAP_FORM_PLAIN));
}

static bool same_item(const struct certmap_answer *a, const struct certmap_answer *b, enum certmap_answer_list list,
                      size_t i) {
    return equal(certmap_answer_item(a, list, i, CERTMAP_FORM_PLAIN),
                 certmap_answer_item(b, list, i, CERTMAP_FORM_PLAIN));
}

static bool same_list(const struct certmap_answer *a, const struct certmap_answer *b, enum certmap_answer_list list) {
    bool same = a->counts[list] == b->counts[list];
    for (size_t i = 0; i < a->counts[list] && same; i++)
        same = same_item(a, b, list, i);
    return same;
}

static bool same_attribute_names(const struct certmap_answer *a, const struct certmap_answer *b) {
    bool same = true;
    for (size_t i = 0; i < a->counts[CERTMAP_ANSWER_LIST_ATTRIBUTES] && same; i++)
        same = equal(certmap_answer_attribute_name(a, i), certmap_answer_attribute_name(b, i));
    return same;
}

bool cm_server_answer_same(const struct certmap_answer *a, const struct certmap_answer *b) {
    return a->outcome == b->outcome && same_text(a, b, CERTMAP_ANSWER_ACCOUNT) &&
           same_text(a, b, CERTMAP_ANSWER_DOMAIN) && same_text(a, b, CERTMAP_ANSWER_USER) &&
           same_list(a, b, CERTMAP_ANSWER_LIST_ACCOUNTS) && same_list(a, b, CERTMAP_ANSWER_LIST_GROUPS) &&
           same_list(a, b, CERTMAP_ANSWER_LIST_ATTRIBUTES) && same_attribute_names(a, b);
}

/* ---- whether it holds ---- */

int64_t certmap_answer_holds_until(const struct certmap_answer *answer) {
    return answer == NULL ? 0 : answer->holds_until;
}

bool certmap_answer_may_be_kept(const struct certmap_answer *answer) {
    return answer != NULL && answer->may_be_kept;
}

/* A clock that was set back must not make an answer hold for longer. */
bool certmap_service_is_current(const struct certmap_service *service, const struct certmap_answer *answer,
                                int64_t now) {
    if (service == NULL || !certmap_answer_may_be_kept(answer) ||
        answer->generation != atomic_load_explicit(&service->generation, memory_order_acquire))
        return false;
    const int64_t moment = now > 0 ? now : cm_server_now(service);
    return moment > 0 && moment <= answer->holds_until && moment >= answer->asked - answer->hold_seconds;
}
