/* SPDX-License-Identifier: MIT */
#include "match/output.h"
#include "base/hash.h"
#include "base/steps.h"
#include "base/view.h"
#include "match/bind.h"
#include "rule/plain_result.h"
#include "template/expand.h"

/* ---- results ---- */

/* What a result is of a mapping before it has texts, and if it gets none. */
static void start(struct certmap_result *result, const struct cm_mapping *mapping, enum certmap_code reason) {
    const size_t size = result->size;
    const struct certmap_view other = result->other;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    result->size = size;
    result->other = other;
    result->decision = reason == CERTMAP_CODE_NONE ? CERTMAP_ALLOW : CERTMAP_DENY;
    result->reason = reason;
    result->kind = (enum certmap_kind)mapping->kind;
    result->index = mapping->index;
    result->mapping = cm_mapping_name(mapping);
}

/* One that is being filled. */
struct filling {
    struct certmap_result *result;
    const struct certmap_rules *rules;
    const struct cm_mapping *mapping;
    struct certmap_peer *peer;
    size_t *steps;
};

/* ---- the account ---- */

/* The part of the account after the separator ends with it; the part in front of it needs a NUL of its own. Where it is
 * a domain, and another is given apart, it is not needed. */
static enum certmap_code split_account(const struct filling *filling, const struct cm_output *output,
                                       size_t separator) {
    struct certmap_result *result = filling->result;
    const struct certmap_view account = result->account, prefix = cm_view(account.data, separator),
                              tail = cm_view(account.data + separator + 1, account.len - separator - 1);
    const bool domain_first = account.data[separator] == '\\';
    struct certmap_view copy = output->prefix;
    if (copy.data == NULL && (!domain_first || !output->has_domain) &&
        !cm_built_copy(&copy, &filling->peer->built, prefix))
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    result->domain = domain_first ? copy : tail;
    result->user = domain_first ? tail : copy;
    return CERTMAP_CODE_NONE;
}

static enum certmap_code put_account(const struct filling *filling, const struct cm_output *output) {
    struct certmap_result *result = filling->result;
    size_t separator = 0;
    const enum certmap_code code = cm_expand(&result->account, &separator, output, filling->peer, filling->steps);
    if (code != CERTMAP_CODE_NONE)
        return code;
    result->user = result->account;
    if (output->separator == NULL)
        return CERTMAP_CODE_NONE;
    if (output->placeholders == NULL)
        separator = (size_t)(output->separator - output->shown.data);
    return split_account(filling, output, separator);
}

/* ---- lists, in which a text is once ---- */

/* At most CERTMAP_MAX_OUTPUTS; whoever adds a text has taken the steps for comparing it with all of them. */

static enum certmap_code add_group(struct certmap_view *list, size_t *count, struct certmap_view text) {
    for (size_t i = 0; i < *count; i++)
        if (cm_view_equal(list[i], text))
            return CERTMAP_CODE_NONE;
    if (*count == CERTMAP_MAX_OUTPUTS)
        return CERTMAP_CODE_TOO_MANY_OUTPUTS;
    list[(*count)++] = text;
    return CERTMAP_CODE_NONE;
}

_Static_assert(CERTMAP_MAX_ACCOUNTS <= 64, "principals has a bit for each account");

/* An account and a principal with the same text are two. */
static enum certmap_code add_account(struct certmap_result *result, struct certmap_view *accounts,
                                     const struct cm_output *output, struct certmap_view text) {
    const uint64_t principal = output->language == CERTMAP_LANGUAGE_PRINCIPAL;
    for (size_t i = 0; i < result->account_count; i++)
        if (cm_view_equal(accounts[i], text) && (result->principals >> i & 1) == principal)
            return CERTMAP_CODE_NONE;
    if (result->account_count == CERTMAP_MAX_ACCOUNTS)
        return CERTMAP_CODE_TOO_MANY_OUTPUTS;
    result->principals |= principal << result->account_count;
    accounts[result->account_count++] = text;
    return CERTMAP_CODE_NONE;
}

static enum certmap_code add_attribute(struct certmap_attribute *list, size_t *count, struct certmap_view name,
                                       struct certmap_view value) {
    for (size_t i = 0; i < *count; i++)
        if (cm_view_equal(list[i].name, name) && cm_view_equal(list[i].value, value))
            return CERTMAP_CODE_NONE;
    if (*count == CERTMAP_MAX_OUTPUTS)
        return CERTMAP_CODE_TOO_MANY_OUTPUTS;
    list[(*count)++] = (struct certmap_attribute){name, value};
    return CERTMAP_CODE_NONE;
}

static enum certmap_code add(const struct filling *filling, const struct cm_output *output, struct certmap_view text) {
    struct certmap_result *result = filling->result;
    struct cm_built *built = &filling->peer->built;
    switch (output->kind) {
    case CM_OUTPUT_ACCOUNT:
        return add_account(result, built->accounts, output, text);
    case CM_OUTPUT_GROUP:
        return add_group(built->groups, &result->group_count, text);
    case CM_OUTPUT_ATTRIBUTE:
        return add_attribute(built->attributes, &result->attribute_count, output->name, text);
    case CM_OUTPUT_DOMAIN:
        break;
    }
    return CERTMAP_CODE_NONE;
}

/* ---- what other mappings gave ---- */

/* Slots that are looked at for an output. */
enum { SLOTS_TRIED = 4 };

/* Whether two outputs give the same texts, whatever the mapping. */
static bool is_same(const struct cm_output *a, const struct cm_output *b) {
    return a->kind == b->kind && a->language == b->language && a->each == b->each && a->has_domain == b->has_domain &&
           (a->placeholders != NULL) == (b->placeholders != NULL) && cm_view_equal(a->name, b->name) &&
           cm_view_equal(a->shown, b->shown);
}

/* The slot that has the same output, or a free one; NULL: there is neither. A name is one thing in one mapping, and another in
 * the next. */
static const struct cm_output **slot_of(struct cm_built *built, const struct cm_output *output) {
    if (output->placeholders != NULL && output->placeholders->bound)
        return NULL;
    const uint64_t hash = cm_hash_bytes(output->shown.data, output->shown.len, (uint64_t)output->kind);
    for (size_t i = 0; i < SLOTS_TRIED; i++) {
        const struct cm_output **slot = &built->given[(hash + i) % CM_BUILT_GIVEN];
        if (*slot == NULL || is_same(*slot, output))
            return slot;
    }
    return NULL;
}

/* What is given is noted from the second mapping on: mostly there is none. */
static void begin_again(struct cm_built *built) {
    if (built->again)
        return;
    built->again = true;
    memset(built->given, 0, sizeof built->given);
    for (size_t i = 0; i < CERTMAP_MAX_BINDINGS; i++)
        built->once[i].offset = UINT32_MAX;
}

/* ---- mappings ---- */

/* Adds a text that has been built after `before` bytes. One that is there already takes no room. */
static enum certmap_code put_text(const struct filling *filling, const struct cm_output *output,
                                  struct certmap_view text, bool first, size_t before) {
    struct certmap_result *result = filling->result;
    const size_t texts = result->account_count + result->group_count + result->attribute_count;
    enum certmap_code code = cm_steps_take(filling->steps, (texts + 1) * (1 + text.len / CM_BYTES_A_STEP))
                                 ? add(filling, output, text)
                                 : CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    if (code == CERTMAP_CODE_NONE && first && output->kind == CM_OUTPUT_DOMAIN)
        result->domain = text;
    else if (texts == result->account_count + result->group_count + result->attribute_count)
        filling->peer->built.len = before;
    return code;
}

/* As many texts as there are values, of which the lists take no more than they have room for. */
static enum certmap_code put_each(const struct filling *filling, const struct cm_output *output) {
    struct cm_each each;
    enum certmap_code code = cm_each_begin(&each, output, filling->peer, filling->steps);
    while (code == CERTMAP_CODE_NONE && each.more) {
        const size_t before = filling->peer->built.len;
        struct certmap_view text;
        code = cm_expand_each(&text, output, &each, filling->peer, filling->steps);
        if (code == CERTMAP_CODE_NONE)
            code = put_text(filling, output, text, false, before);
        if (code == CERTMAP_CODE_NONE)
            code = cm_each_next(&each, output, filling->peer, filling->steps);
    }
    return code;
}

/* The text of an output that is not the account of the answer. */
static enum certmap_code put(const struct filling *filling, const struct cm_output *output, bool first) {
    const size_t before = filling->peer->built.len;
    struct certmap_view text;
    size_t separator;
    if (output->each)
        return put_each(filling, output);
    const enum certmap_code code = cm_expand(&text, &separator, output, filling->peer, filling->steps);
    return code == CERTMAP_CODE_NONE ? put_text(filling, output, text, first, before) : code;
}

/* The same of a further mapping: what another has given is there. Comparing with it takes steps. */
static enum certmap_code put_further(const struct filling *filling, const struct cm_output *output) {
    const struct cm_output **slot = slot_of(&filling->peer->built, output);
    if (slot != NULL && !cm_steps_take(filling->steps, 1 + output->shown.len / CM_BYTES_A_STEP))
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    if (slot != NULL && *slot != NULL)
        return CERTMAP_CODE_NONE;
    const enum certmap_code code = put(filling, output, false);
    if (slot != NULL && code == CERTMAP_CODE_NONE)
        *slot = output;
    return code;
}

/* The names that conditions have given are only looked for where a text reads one. A mapping that denies has no texts. */
static void bind(const struct certmap_rules *rules, const struct cm_mapping *mapping, struct certmap_peer *peer,
                 bool again, size_t *steps) {
    struct cm_output room;
    const size_t count = cm_mapping_outputs(rules, mapping);
    bool bound = false;
    for (size_t i = 0; i < count && !bound; i++) {
        const struct cm_output *output = cm_mapping_output(rules, mapping, i, &room);
        bound = output->placeholders != NULL && output->placeholders->bound;
    }
    if (bound)
        cm_bind(peer, rules, mapping, again, steps);
}

void cm_output_bind(const struct certmap_rules *rules, const struct cm_mapping *mapping, struct certmap_peer *peer,
                    size_t *steps) {
    bind(rules, mapping, peer, false, steps);
}

/* What filling came to: of texts that could not be given there are none. */
static bool finish(const struct filling *filling, enum certmap_code code) {
    struct certmap_result *result = filling->result;
    const struct cm_built *built = &filling->peer->built;
    if (code != CERTMAP_CODE_NONE) {
        start(result, filling->mapping, code);
        return false;
    }
    result->accounts = built->accounts;
    result->groups = result->group_count > 0 ? built->groups : NULL;
    result->attributes = result->attribute_count > 0 ? built->attributes : NULL;
    return true;
}

/* Everything that the mapping gives that is the answer. As many as the rule gives, with steps for each. */
static void fill(const struct filling *filling) {
    struct cm_output room;
    const struct cm_output *account = cm_mapping_output(filling->rules, filling->mapping, 0, &room);
    const size_t count = cm_mapping_outputs(filling->rules, filling->mapping);
    bind(filling->rules, filling->mapping, filling->peer, false, filling->steps);
    enum certmap_code code = put_account(filling, account);
    if (code == CERTMAP_CODE_NONE)
        code = add(filling, account, filling->result->account);
    for (size_t i = 1; i < count && code == CERTMAP_CODE_NONE; i++)
        code = put(filling, account + i, true);
    (void)finish(filling, code);
}

/* The same of a further one. */
static bool fill_further(const struct filling *filling) {
    struct cm_output room;
    const struct cm_output *outputs = cm_mapping_output(filling->rules, filling->mapping, 0, &room);
    const size_t count = cm_mapping_outputs(filling->rules, filling->mapping);
    enum certmap_code code = CERTMAP_CODE_NONE;
    begin_again(&filling->peer->built);
    bind(filling->rules, filling->mapping, filling->peer, true, filling->steps);
    for (size_t i = 0; i < count && code == CERTMAP_CODE_NONE; i++)
        code = outputs != &room ? put_further(filling, outputs + i) : put(filling, outputs, false);
    return finish(filling, code);
}

/* Nothing of it has to be copied. False: it is not so simple. */
static bool build_plain(struct certmap_result *result, const struct certmap_rules *rules,
                        const struct cm_mapping *mapping, struct cm_built *built) {
    if (!mapping->plain || !cm_plain_result(result, rules, mapping, built->accounts))
        return false;
    built->accounts[0] = result->account;
    return true;
}

void cm_output_build(struct certmap_result *result, const struct certmap_rules *rules, const struct cm_mapping *mapping,
                     struct certmap_peer *peer, size_t *steps) {
    const struct filling filling = {result, rules, mapping, peer, steps};
    peer->built.len = 0;
    peer->built.again = false;
    if (build_plain(result, rules, mapping, &peer->built))
        return;
    start(result, mapping, CERTMAP_CODE_NONE);
    fill(&filling);
}

bool cm_output_append(struct certmap_result *result, const struct certmap_rules *rules,
                      const struct cm_mapping *mapping, struct certmap_peer *peer, size_t *steps) {
    const struct filling filling = {result, rules, mapping, peer, steps};
    return fill_further(&filling);
}

enum certmap_code cm_output_text(struct certmap_view *text, const struct cm_output *output, struct certmap_peer *peer,
                                 size_t *steps) {
    size_t separator;
    peer->built.len = 0;
    return cm_expand(text, &separator, output, peer, steps);
}

enum certmap_code cm_output_text_each(struct certmap_view *text, const struct cm_output *output,
                                      const struct cm_each *each, struct certmap_peer *peer, size_t *steps) {
    peer->built.len = 0;
    return cm_expand_each(text, output, each, peer, steps);
}
