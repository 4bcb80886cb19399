/* SPDX-License-Identifier: MIT */
/* Placeholders that read something else than what the condition is about.
 *
 * 662, another value: san.email like "*@contoso.example" holds for any address of the certificate, and
 * ${san.email | first} takes the first one. Silent: a placeholder without first or last, because several values are refused; a
 * condition that is about the value taken - "first" with first, "last" with last, "every", "only", count(...) = 1, the
 * whole Name -, or that is in an "and" with such a one.
 *
 * 609, another part: the pattern "*@contoso.example" is about the last @, and before("@") cuts at the first. Silent: not ...
 * like "*@*@*" beside it; a pattern in which nothing can be before the first @ but what it says.
 *
 * The value of a condition is the one that it is about, so that there is no 662 of it; and 609 as of a field, for each of the
 * conditions that give it its name. What a * took is not looked at.
 *
 * A condition below "not" says nothing about the value that the mapping is true for. */
#include "advice/advice.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/view.h"
#include "compile/builder.h"
#include "rule/binding.h"
#include "syntax/print.h"

/* What is looked for in an expression, for one placeholder. */
struct search {
    struct cm_advice *advice;
    const struct cm_placeholder *placeholder;
    bool (*concerns)(const struct search *search, const struct cm_condition *condition);
    bool (*settles)(const struct search *search, const struct cm_node *node);
    const struct cm_node *only; /* the one condition that can concern it; NULL: any */
    size_t condition;           /* how many conditions are before the current node */
};

static bool same_path(const struct cm_path *a, const struct cm_path *b) {
    return a->list == b->list && a->row == b->row && a->by_oid == b->by_oid && cm_view_equal(a->oid, b->oid);
}

static struct cm_condition condition_at(const struct search *search, const struct cm_node *node) {
    return cm_draft_condition_at(&search->advice->builder->draft, node->value);
}

/* ---- the walk ---- */

static bool may_go_on(struct search *search) {
    return search->advice->visits++ < CM_ADVICE_MAX_VISITS;
}

static void pass_over(struct search *search, const struct cm_node *node, size_t size) {
    for (size_t i = 0; i < size && may_go_on(search); i++)
        search->condition += node[i].kind == CM_NODE_CONDITION;
}

/* Whether a group of all has a member, or a member's member, that settles what the placeholder takes. */
static bool is_settled(struct search *search, const struct cm_node *group, size_t size) {
    for (const struct cm_node *node = group + 1; node < group + size && may_go_on(search);)
        if (node->kind == CM_NODE_ALL)
            node++;
        else if (search->settles(search, node))
            return true;
        else
            node += cm_node_size(node);
    return false;
}

/* Looks for a condition that concerns the placeholder where nothing settles it; then its number is search->condition. Nested as
 * deep as the expression. */
static bool find(struct search *search, const struct cm_node *group, size_t size) {
    if (group->kind == CM_NODE_ALL && is_settled(search, group, size)) {
        pass_over(search, group, size);
        return false;
    }
    for (const struct cm_node *node = group + 1; node < group + size && may_go_on(search);) {
        const size_t members = cm_node_size(node);
        if (node->kind == CM_NODE_CONDITION) {
            const struct cm_condition condition = condition_at(search, node);
            if ((search->only == NULL || search->only == node) && search->concerns(search, &condition))
                return true;
            search->condition++;
        } else if (node->kind == CM_NODE_NOT) {
            pass_over(search, node, members);
        } else if (node->kind != CM_NODE_ALWAYS && find(search, node, members)) {
            return true;
        }
        node += members;
    }
    return false;
}

static bool search_mapping(struct search *search) {
    size_t size;
    const struct cm_node *root = cm_advice_root(search->advice, &size);
    search->condition = 0;
    return find(search, root, size) && search->condition < search->advice->condition_count;
}

/* ---- 662 ---- */

/* Whether a condition is about the value that the placeholder takes. */
static bool is_about_value(const struct search *search, const struct cm_condition *condition) {
    const enum cm_choice choice = search->placeholder->choice;
    if (condition->path->kind == CM_TEXT_NAME && condition->op == CERTMAP_OP_EQUAL)
        return condition->path->field == search->placeholder->path.field;
    if (!same_path(condition->path, &search->placeholder->path))
        return false;
    if (condition->op == CERTMAP_OP_COUNT)
        return condition->count == 1;
    return cm_op_has_operands(condition->op) &&
           (condition->quantifier == CERTMAP_EVERY_VALUE || condition->quantifier == CERTMAP_ONLY_VALUE ||
            (choice == CM_CHOICE_LAST && condition->quantifier == CERTMAP_LAST_VALUE) ||
            (choice == CM_CHOICE_FIRST && condition->quantifier == CERTMAP_FIRST_VALUE));
}

static bool settles_value(const struct search *search, const struct cm_node *node) {
    if (node->kind != CM_NODE_CONDITION)
        return false;
    const struct cm_condition condition = condition_at(search, node);
    return is_about_value(search, &condition);
}

static bool concerns_value(const struct search *search, const struct cm_condition *condition) {
    return same_path(condition->path, &search->placeholder->path) && cm_op_has_operands(condition->op) &&
           !is_about_value(search, condition);
}

/* ---- 609 ---- */

/* Whether the pattern leaves open what is before its first @, and says something of what follows. */
static bool is_about_end(struct certmap_view pattern) {
    size_t at = 0, wildcards = 0, end = pattern.len;
    for (; at < pattern.len && pattern.data[at] != '@'; at++)
        wildcards += pattern.data[at] >= CM_GLOB_ONE;
    if (wildcards == 0)
        return false;
    if (at == pattern.len) /* none: then its end is what counts */
        return pattern.data[pattern.len - 1] < CM_GLOB_ONE;
    while (end > at + 1 && pattern.data[end - 1] >= CM_GLOB_ONE)
        end--;
    return end > at + 1;
}

static bool concerns_part(const struct search *search, const struct cm_condition *condition) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    if (condition->op != CERTMAP_OP_LIKE || !same_path(condition->path, &search->placeholder->path))
        return false;
    while (cm_operands_next(&operands, &operand))
        if (is_about_end(operand.shown))
            return true;
    return false;
}

/* not ... like "*@*@*": then there is one @. */
static bool settles_part(const struct search *search, const struct cm_node *node) {
    struct cm_operand operand;
    if (node->kind != CM_NODE_NOT || node[1].kind != CM_NODE_CONDITION)
        return false;
    const struct cm_condition condition = condition_at(search, &node[1]);
    struct cm_operands operands = cm_operands_of(&condition);
    if (condition.op != CERTMAP_OP_LIKE || condition.quantifier != CERTMAP_ANY_VALUE ||
        !same_path(condition.path, &search->placeholder->path))
        return false;
    while (cm_operands_next(&operands, &operand))
        if (cm_view_equal(operand.shown, CM_VIEW("\xFF@\xFF@\xFF")))
            return true;
    return false;
}

/* The filter that cuts at an @, or NULL. */
static const struct cm_filter *find_cut(const struct cm_placeholder *placeholder) {
    for (size_t i = 0; i < placeholder->filter_count; i++) {
        const struct cm_filter *filter = &placeholder->filters[i];
        if ((filter->kind == CM_FILTER_BEFORE || filter->kind == CM_FILTER_AFTER) &&
            memchr(filter->what.data, '@', filter->what.len) != NULL)
            return filter;
    }
    return NULL;
}

/* ---- diagnostics ---- */

/* Where the index-th placeholder of a text is. */
static struct certmap_position place_of_placeholder(const struct cm_advised_text *text, size_t index) {
    const struct certmap_view source = text->source.text;
    const struct cm_token token = {.kind = CM_TOKEN_WORD, .text = source, .position = text->source.position};
    size_t at = 0;
    while (at + 1 < source.len) {
        const bool placeholder = source.data[at] == '$' && source.data[at + 1] == '{';
        const size_t len = placeholder ? cm_placeholder_length(cm_view(source.data + at, source.len - at)) : 0;
        if (placeholder && index-- == 0)
            return cm_token_part(&token, cm_view(source.data + at, len));
        at += len > 0 ? len : source.data[at] == '\\' ? 2 : 1;
    }
    return text->whole;
}

/* The filter that takes the value. */
static void print_choice(struct cm_out *out, const struct cm_placeholder *placeholder) {
    if (placeholder->choice != CM_CHOICE_AT) {
        cm_out_string(out, placeholder->choice == CM_CHOICE_LAST ? "last" : "first");
        return;
    }
    cm_out_string(out, "at(");
    cm_out_number(out, placeholder->number);
    cm_out_char(out, ')');
}

/* The quantifier that makes a condition be about the value, where there is one. */
static void print_quantifier(struct cm_out *out, const struct cm_placeholder *placeholder) {
    if (placeholder->choice == CM_CHOICE_AT)
        return;
    cm_out_string(out, "write there ");
    print_choice(out, placeholder);
    cm_out_char(out, ' ');
    cm_path_print(out, &placeholder->path);
    cm_out_string(out, ", or ");
}

/* That the condition can give its value a name, which is what is meant most often. A whole Name has none. */
static void print_name(struct cm_out *out, const struct cm_placeholder *placeholder) {
    if (placeholder->path.kind != CM_TEXT_NAME)
        cm_out_string(out, "write \"as value\" after it and ${value} here, or ");
}

static void say_value(struct cm_advice *advice, const struct search *search, struct certmap_position position) {
    struct cm_advice_message message;
    struct cm_advice_note *note = cm_advice_add(advice, search->condition);
    if (note == NULL)
        return;
    cm_advice_start(&message);
    cm_out_string(&message.out, "the condition in line ");
    cm_out_number(&message.out, advice->conditions[search->condition].position.line);
    cm_out_string(&message.out, " can be about another value than this one, ");
    cm_out_string(&message.out, search->placeholder->choice == CM_CHOICE_AT ? "" : "the ");
    print_choice(&message.out, search->placeholder);
    cm_out_string(&message.out, "; ");
    print_name(&message.out, search->placeholder);
    print_quantifier(&message.out, search->placeholder);
    cm_out_string(&message.out, "leave out | ");
    print_choice(&message.out, search->placeholder);
    cm_out_string(&message.out, ", so that several values are refused");
    cm_advice_finish(&note->diagnostic, &message, CERTMAP_CODE_PLACEHOLDER_OTHER_VALUE,
                     "the condition can be about another value than the one that this takes", position);
}

static void say_part(struct cm_advice *advice, const struct search *search, const struct cm_filter *cut,
                     struct certmap_position position) {
    struct cm_advice_message message;
    struct cm_advice_note *note = cm_advice_add(advice, search->condition);
    if (note == NULL)
        return;
    cm_advice_start(&message);
    cm_out_string(&message.out, "the pattern in line ");
    cm_out_number(&message.out, advice->conditions[search->condition].position.line);
    cm_out_string(&message.out, " is about the last @ of a value, and ");
    cm_out_string(&message.out, cut->kind == CM_FILTER_BEFORE ? "before" : "after");
    cm_out_string(&message.out, " cuts at the first; write ");
    cm_out_string(&message.out, cut->kind == CM_FILTER_BEFORE ? "before" : "after");
    cm_out_string(&message.out, "-last, or add to the condition: and not ");
    cm_path_print(&message.out, &search->placeholder->path);
    cm_out_string(&message.out, " like \"*@*@*\"");
    cm_advice_finish(&note->diagnostic, &message, CERTMAP_CODE_PLACEHOLDER_OTHER_PART,
                     "the pattern is about the last @ of a value, and the placeholder cuts at the first", position);
}

static void advise_part(struct search *search, const struct cm_advised_text *text, const struct cm_filter *cut,
                        size_t index) {
    search->concerns = concerns_part;
    search->settles = settles_part;
    if (search_mapping(search))
        say_part(search->advice, search, cut, place_of_placeholder(text, index));
}

/* Each condition that gives the value its name is as one of a placeholder that reads its field. */
static void advise_bound(struct cm_advice *advice, const struct cm_advised_text *text,
                         const struct cm_placeholder *placeholder, const struct cm_filter *cut, size_t index) {
    const struct cm_draft *draft = &advice->builder->draft;
    size_t size, count;
    const struct cm_node *root = cm_advice_root(advice, &size);
    const struct cm_binding *bindings =
        cm_bindings_of(draft->rules, cm_builder_open_mapping(advice->builder)->nodes, &count);
    const size_t notes = advice->note_count;
    for (size_t i = 0; i < count && advice->note_count == notes; i++) {
        const struct cm_node *node = root + bindings[i].node;
        if (bindings[i].number + 1 != placeholder->binding)
            continue;
        const struct cm_condition condition = cm_draft_condition_at(draft, node->value);
        const struct cm_placeholder read = {.path = *condition.path};
        struct search search = {.advice = advice, .placeholder = &read, .only = node};
        advise_part(&search, text, cut, index);
    }
}

static void advise_placeholder(struct cm_advice *advice, const struct cm_advised_text *text,
                               const struct cm_placeholder *placeholder, size_t index) {
    struct search search = {
        .advice = advice, .placeholder = placeholder, .concerns = concerns_value, .settles = settles_value};
    const struct cm_filter *cut = find_cut(placeholder);
    if (placeholder->binding > 0) {
        if (cut != NULL && !placeholder->star)
            advise_bound(advice, text, placeholder, cut, index);
        return;
    }
    if (placeholder->choice != CM_CHOICE_ONLY && search_mapping(&search))
        say_value(advice, &search, place_of_placeholder(text, index));
    if (cut != NULL)
        advise_part(&search, text, cut, index);
}

void cm_advise_placeholders(struct cm_advice *advice, const struct cm_advised_text *text,
                            const struct cm_output *output) {
    for (size_t i = 0; i < output->placeholders->piece_count; i++)
        if (output->placeholders->pieces[i].placeholder != NULL)
            advise_placeholder(advice, text, output->placeholders->pieces[i].placeholder, i);
}
