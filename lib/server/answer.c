/* SPDX-License-Identifier: MIT */
/* How an answer is made. */
#include "answer.h"
#include "memory.h"
#include <string.h>

/* ---- texts ---- */

/* What was added since `begin`, with a NUL after it. */
static struct cm_server_slice slice_from(struct cm_server_text *texts, size_t begin) {
    const struct cm_server_slice slice = {begin, texts->len - begin};
    cm_server_text_char(texts, '\0');
    return slice;
}

static struct cm_server_slice put(struct cm_server_text *texts, struct certmap_view view) {
    const size_t begin = texts->len;
    cm_server_text_add(texts, view);
    return slice_from(texts, begin);
}

/* A text for a header, or the one that is there already, if it is the same. source is not in texts. */
static struct cm_server_slice put_form(struct cm_server_text *texts, struct certmap_view source, unsigned safe,
                                       struct cm_server_slice same) {
    const size_t begin = texts->len;
    cm_server_text_percent(texts, source, safe);
    const size_t len = texts->len - begin;
    if (!texts->failed && len == same.len && memcmp(texts->data + begin, texts->data + same.begin, len) == 0) {
        texts->len = begin;
        return same;
    }
    return slice_from(texts, begin);
}

static struct cm_server_forms put_forms(struct cm_server_text *texts, struct certmap_view source) {
    struct cm_server_forms forms = {{{0, 0}}};
    if (source.len == 0)
        return forms;
    forms.slices[CERTMAP_FORM_PLAIN] = put(texts, source);
    forms.slices[CERTMAP_FORM_HEADER] =
        put_form(texts, source, CM_SERVER_SAFE_UTF8 | CM_SERVER_SAFE_COMMA, forms.slices[CERTMAP_FORM_PLAIN]);
    forms.slices[CERTMAP_FORM_ASCII] = put_form(texts, source, CM_SERVER_SAFE_COMMA, forms.slices[CERTMAP_FORM_HEADER]);
    return forms;
}

/* All groups in one text. safe: of each. */
static struct cm_server_slice put_groups(struct cm_server_text *texts, const struct certmap_result *result,
                                         unsigned safe) {
    const size_t begin = texts->len;
    for (size_t i = 0; i < result->group_count; i++) {
        if (i > 0)
            cm_server_text_char(texts, ',');
        cm_server_text_percent(texts, result->groups[i], safe);
    }
    return slice_from(texts, begin);
}

static void put_all_groups(struct certmap_answer *answer, const struct certmap_result *result) {
    struct cm_server_slice *slices = answer->single[CERTMAP_ANSWER_GROUPS].slices;
    if (result->group_count == 0)
        return;
    slices[CERTMAP_FORM_PLAIN] = put_groups(&answer->texts, result, CM_SERVER_SAFE_UTF8);
    slices[CERTMAP_FORM_HEADER] = slices[CERTMAP_FORM_PLAIN];
    slices[CERTMAP_FORM_ASCII] = put_groups(&answer->texts, result, 0);
}

/* ---- parts ---- */

static void put_single(struct certmap_answer *answer, enum certmap_answer_text which, struct certmap_view view) {
    answer->single[which] = put_forms(&answer->texts, view);
}

static void put_digest(struct certmap_answer *answer, const struct cm_server_client *client) {
    const size_t begin = answer->texts.len;
    if (!client->has_certificate)
        return;
    cm_server_text_hex(&answer->texts, (struct certmap_view){client->sha256, sizeof client->sha256});
    const struct cm_server_slice slice = slice_from(&answer->texts, begin);
    answer->single[CERTMAP_ANSWER_SHA256] = (struct cm_server_forms){{slice, slice, slice}};
}

static void put_serial(struct certmap_answer *answer, struct certmap_view serial) {
    const size_t begin = answer->texts.len;
    if (serial.len == 0)
        return;
    cm_server_text_serial(&answer->texts, serial);
    const struct cm_server_slice slice = slice_from(&answer->texts, begin);
    answer->single[CERTMAP_ANSWER_SERIAL] = (struct cm_server_forms){{slice, slice, slice}};
}

static void put_items(struct certmap_answer *answer, const struct certmap_result *result) {
    struct cm_server_item *item = answer->items;
    for (size_t i = 0; i < result->account_count; i++, item++)
        item->value = put_forms(&answer->texts, result->accounts[i]);
    for (size_t i = 0; i < result->group_count; i++, item++)
        item->value = put_forms(&answer->texts, result->groups[i]);
    for (size_t i = 0; i < result->attribute_count; i++, item++) {
        item->value = put_forms(&answer->texts, result->attributes[i].value);
        item->name = put(&answer->texts, result->attributes[i].name);
    }
}

static void put_result(struct certmap_answer *answer, const struct certmap_result *result) {
    answer->reason = result->reason;
    put_single(answer, CERTMAP_ANSWER_MAPPING, result->mapping);
    put_single(answer, CERTMAP_ANSWER_ACCOUNT, result->account);
    put_single(answer, CERTMAP_ANSWER_DOMAIN, result->domain);
    put_single(answer, CERTMAP_ANSWER_USER, result->user);
    put_all_groups(answer, result);
    put_items(answer, result);
}

static void put_error(struct certmap_answer *answer, const struct certmap_diagnostic *err) {
    answer->reason = err->code;
    put_single(answer, CERTMAP_ANSWER_MESSAGE, certmap_view_of(err->text));
}

static void put_line(struct certmap_answer *answer, const struct cm_server_facts *facts) {
    const size_t begin = answer->texts.len;
    cm_server_line_add(&answer->texts, facts);
    answer->line = slice_from(&answer->texts, begin);
}

/* ---- until when ---- */

static void set_end(struct certmap_answer *answer, const struct cm_server_facts *facts) {
    const struct cm_server_client *client = facts->client;
    answer->asked = client->now;
    answer->hold_seconds = (int64_t)facts->hold_seconds;
    answer->holds_until = client->now > 0 ? client->now + answer->hold_seconds : 0;
    if (facts->status == CERTMAP_OK && client->not_after < answer->holds_until)
        answer->holds_until = client->not_after;
    answer->may_be_kept =
        client->now > 0 && facts->status != CERTMAP_ERROR_MEMORY && answer->reason != CERTMAP_CODE_HANDSHAKE_UNFINISHED;
}

/* ---- the whole ---- */

static void fill(struct certmap_answer *answer, const struct cm_server_facts *facts) {
    cm_server_text_char(&answer->texts, '\0'); /* the text of what there is not */
    if (facts->status == CERTMAP_OK)
        put_result(answer, facts->result);
    else
        put_error(answer, facts->err);
    put_single(answer, CERTMAP_ANSWER_OUTCOME, certmap_view_of(certmap_answer_outcome_name(answer->outcome)));
    put_single(answer, CERTMAP_ANSWER_REASON, certmap_view_of(certmap_code_name(answer->reason)));
    put_single(answer, CERTMAP_ANSWER_RULES, certmap_view_of(facts->digest));
    put_digest(answer, facts->client);
    put_serial(answer, facts->client->serial);
    put_line(answer, facts);
    set_end(answer, facts);
}

/* Room for all lists. */
static bool make_items(struct certmap_answer *answer, const struct certmap_result *result) {
    answer->counts[CERTMAP_ANSWER_LIST_ACCOUNTS] = result->account_count;
    answer->counts[CERTMAP_ANSWER_LIST_GROUPS] = result->group_count;
    answer->counts[CERTMAP_ANSWER_LIST_ATTRIBUTES] = result->attribute_count;
    const size_t count = result->account_count + result->group_count + result->attribute_count;
    if (count > 0)
        answer->items = cm_server_new(&answer->allocator, count, sizeof *answer->items);
    return count == 0 || answer->items != NULL;
}

struct certmap_answer *cm_server_answer_new(const struct cm_server_facts *facts) {
    struct certmap_answer *answer = cm_server_new(facts->allocator, 1, sizeof *answer);
    if (answer == NULL)
        return NULL;
    answer->allocator = *facts->allocator;
    answer->texts.allocator = &answer->allocator;
    answer->outcome =
        cm_server_outcome(facts->status, facts->status == CERTMAP_OK ? facts->result->decision : CERTMAP_NONE);
    answer->generation = facts->generation;
    const bool room = facts->status != CERTMAP_OK || make_items(answer, facts->result);
    if (room)
        fill(answer, facts);
    if (room && !answer->texts.failed)
        return answer;
    certmap_answer_free(answer);
    return NULL;
}

void certmap_answer_free(struct certmap_answer *answer) {
    if (answer == NULL)
        return;
    const struct certmap_allocator allocator = answer->allocator;
    cm_server_text_free(&answer->texts);
    cm_server_release(&allocator, answer->items);
    cm_server_release(&allocator, answer);
}
