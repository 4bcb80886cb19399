/* SPDX-License-Identifier: MIT */
/* Rules and their reasons as text. Whatever a certificate holds is quoted by the library's printer, or escaped in a
 * comment: nothing of it becomes a part of the language. */
#include "suggest.h"
#include <stdio.h>
#include <string.h>

/* ---- rule sets ---- */

static enum certmap_status add_mapping(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                       const struct certmap_condition *condition, const struct certmap_output *outputs,
                                       size_t output_count, struct certmap_diagnostic *err) {
    static const struct certmap_term always = {CERTMAP_TERM_ALWAYS, 1};
    struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
    description.mapping = mapping;
    description.conditions = condition;
    description.condition_count = condition != NULL;
    description.terms = condition != NULL ? NULL : &always;
    description.term_count = condition == NULL;
    description.outputs = outputs;
    description.output_count = output_count;
    return certmap_builder_add(builder, &description, NULL, NULL, err);
}

struct certmap_rules *cm_suggest_build(struct certmap_suggest *suggest, const struct cm_suggest_candidate *candidates,
                                       size_t count) {
    struct certmap_builder *builder = NULL;
    struct certmap_rules *rules = NULL;
    enum certmap_status status = certmap_builder_new(&builder, &suggest->allocator, NULL);
    for (size_t i = 0; i < count && status == CERTMAP_OK; i++) {
        char name[32];
        struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
        (void)snprintf(name, sizeof name, "%zu", i);
        mapping.name = certmap_view_of(name);
        mapping.decision = CERTMAP_DENY;
        status = add_mapping(builder, &mapping, &candidates[i].condition, NULL, 0, NULL);
    }
    if (status == CERTMAP_OK)
        status = certmap_builder_finish(builder, &rules, NULL);
    certmap_builder_free(builder);
    suggest->failed = suggest->failed || status != CERTMAP_OK;
    return rules;
}

/* The text of a rule set, in the pool; "" without memory. */
static const char *text_of(struct certmap_suggest *suggest, struct certmap_rules *rules) {
    size_t len = 0;
    char *text = NULL;
    if (rules != NULL && certmap_rules_print(NULL, 0, &len, rules, NULL, NULL, NULL) == CERTMAP_ERROR_BUFFER)
        text = cm_lint_pool_take(&suggest->pool, len + 1, 1);
    if (text == NULL || certmap_rules_print(text, len + 1, &len, rules, NULL, NULL, NULL) != CERTMAP_OK) {
        suggest->failed = true;
        return "";
    }
    return text;
}

/* What is printed between `when` and the end of the expression: the strings in it hold no line break, so that the last
 * line that begins so is the decision. */
static struct certmap_view condition_text(struct certmap_suggest *suggest,
                                          const struct cm_suggest_candidate *candidate) {
    static const char when[] = "\n    when ", deny[] = ";\n    deny;";
    struct certmap_rules *rules = cm_suggest_build(suggest, candidate, 1);
    const char *text = text_of(suggest, rules), *begin = strstr(text, when);
    const char *end = begin == NULL ? NULL : strstr(begin, deny);
    certmap_rules_free(rules);
    if (end == NULL) {
        suggest->failed = true;
        return (struct certmap_view){NULL, 0};
    }
    begin += strlen(when);
    return cm_suggest_print(suggest, "%s%.*s", candidate->exception ? "not " : "", (int)(end - begin), begin);
}

/* ---- reasons ---- */

/* So many are named. */
#define MAX_NAMED 3

static bool is_kept_by_another(const struct certmap_suggest *suggest, size_t cert, size_t but) {
    for (size_t i = 0; i < suggest->candidates.count; i++)
        if (i != but && cm_suggest_candidate(suggest, i)->chosen &&
            cm_suggest_keeps_out(suggest, cm_suggest_candidate(suggest, i), cert))
            return true;
    return false;
}

/* Counts whom a condition keeps out, and who they are: those first whom no other condition keeps out. */
static struct certmap_view count_kept(struct certmap_suggest *suggest, size_t index,
                                      struct certmap_suggest_condition *condition) {
    const char *names = "";
    size_t named = 0;
    for (int others = 0; others < 2; others++)
        for (size_t i = 0; i < suggest->spoken.count; i++) {
            const struct cm_suggest_cert *cert = cm_suggest_spoken(suggest, i);
            if (cert->role != CERTMAP_SUGGEST_OUT ||
                !cm_suggest_keeps_out(suggest, cm_suggest_candidate(suggest, index), i) ||
                is_kept_by_another(suggest, i, index) != (others == 1))
                continue;
            condition->keeps_out++;
            condition->alone += others == 0;
            if (named < MAX_NAMED)
                names = (const char *)cm_suggest_print(suggest, "%s%s%s", names, named++ > 0 ? ", " : "",
                                                       cm_suggest_label(suggest, cert))
                            .data;
        }
    return condition->keeps_out > named
               ? cm_suggest_print(suggest, "%s and %zu more", names, condition->keeps_out - named)
               : certmap_view_of(names);
}

static struct certmap_view reason_of(struct certmap_suggest *suggest, const struct cm_suggest_candidate *candidate,
                                     struct certmap_view kept) {
    const char *names = kept.len > 0 ? (const char *)kept.data : "nobody";
    switch (candidate->why) {
    case CERTMAP_SUGGEST_CA:
        return certmap_view_of("always: a CA is known by its key");
    case CERTMAP_SUGGEST_WEAK_CA:
        return certmap_view_of(
            "always, but weak: any CA can write this, and the certificate of the issuer was not given");
    case CERTMAP_SUGGEST_EXCEPTION:
        return cm_suggest_print(suggest, "keeps out %s, whom nothing tells apart that those in have in common", names);
    case CERTMAP_SUGGEST_SECOND:
        return certmap_view_of("a rule about one field alone matches more than was meant");
    case CERTMAP_SUGGEST_SEPARATES:
        break;
    }
    return kept.len > 0 ? cm_suggest_print(suggest, "keeps out %s", names)
                        : certmap_view_of("a rule about one field alone matches more than was meant");
}

static void record_condition(struct certmap_suggest *suggest, size_t index) {
    const struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, index);
    struct certmap_suggest_condition condition = {
        .size = sizeof condition, .mapping = suggest->mappings, .why = candidate->why};
    const struct certmap_view kept = count_kept(suggest, index, &condition);
    condition.text = condition_text(suggest, candidate);
    condition.reason = reason_of(suggest, candidate, kept);
    struct certmap_suggest_condition *added =
        cm_lint_array_add(&suggest->conditions, &suggest->allocator, sizeof *added);
    if (added == NULL)
        suggest->failed = true;
    else
        *added = condition;
}

/* The order in which people read a rule: who issued it, whose it is, the rest, and exceptions. */
static unsigned rank_of(const struct cm_suggest_candidate *candidate) {
    return candidate->exception                                  ? 4
           : candidate->why <= CERTMAP_SUGGEST_WEAK_CA           ? 0
           : candidate->condition.field == CERTMAP_FIELD_SUBJECT ? 1
           : candidate->condition.field == CERTMAP_FIELD_SAN     ? 2
                                                                 : 3;
}

static size_t count_chosen_fields(const struct certmap_suggest *suggest) {
    size_t count = 0;
    for (size_t i = 0; i < suggest->candidates.count; i++)
        count += cm_suggest_candidate(suggest, i)->chosen && cm_suggest_candidate(suggest, i)->counts;
    return count;
}

void cm_suggest_record(struct certmap_suggest *suggest) {
    bool ca = false;
    suggest->alike[suggest->mappings] = cm_suggest_build(suggest, suggest->candidates.items, suggest->candidates.count);
    for (unsigned rank = 0; rank <= 4; rank++)
        for (size_t i = 0; i < suggest->candidates.count; i++) {
            const struct cm_suggest_candidate *candidate = cm_suggest_candidate(suggest, i);
            if (!candidate->chosen || rank_of(candidate) != rank)
                continue;
            ca = ca || candidate->why == CERTMAP_SUGGEST_CA;
            record_condition(suggest, i);
        }
    suggest->result.weak = suggest->result.weak || !ca;
    if (count_chosen_fields(suggest) < 2)
        cm_suggest_note(suggest,
                        certmap_view_of("those in have fewer than two fields of subject and SAN in common; a rule "
                                        "about so little matches more than was meant"));
    suggest->mappings++;
}

/* ---- the file ---- */

/* The length of the placeholder that is at an offset, in which a string can hold whatever a rule file has there; 0: there
 * is none, or it does not end. */
static size_t placeholder_at(struct certmap_view text, size_t at) {
    bool string = false;
    if (text.len - at < 2 || text.data[at] != '$' || text.data[at + 1] != '{')
        return 0;
    for (size_t i = at + 2; i < text.len; i++) {
        const uint8_t c = text.data[i];
        string = c == '"' ? !string : string;
        i += string && c == '\\';
        if (c == '}' && !string)
            return i + 1 - at;
    }
    return 0;
}

struct certmap_view cm_suggest_source(struct cm_lint_pool *pool, struct certmap_view text) {
    uint8_t *source = cm_lint_pool_take(pool, 2 * text.len + 1, 1);
    size_t len = 0;
    if (source == NULL)
        return (struct certmap_view){NULL, 0};
    for (size_t i = 0; i < text.len; i++) {
        const size_t placeholder = placeholder_at(text, i);
        if (placeholder > 0) {
            memcpy(source + len, text.data + i, placeholder);
            len += placeholder;
            i += placeholder - 1;
            continue;
        }
        if (text.data[i] == '\\' || text.data[i] == '"')
            source[len++] = '\\';
        source[len++] = text.data[i];
    }
    return (struct certmap_view){source, len};
}

static bool is_name_free(const struct certmap_suggest *suggest, struct certmap_view name) {
    return suggest->options.current == NULL || certmap_rules_find(suggest->options.current, name) == SIZE_MAX;
}

/* The name of the number-th mapping, from 0, that no mapping of current has. */
static struct certmap_view mapping_name(struct certmap_suggest *suggest, size_t *number) {
    const struct certmap_view given = suggest->options.name;
    const struct certmap_view base = given.len > 0 ? given : certmap_view_of("suggested");
    for (;; ++*number) {
        const struct certmap_view name =
            *number == 0 ? base
                         : cm_suggest_print(suggest, "%.*s %zu", (int)base.len, (const char *)base.data, *number + 1);
        if (is_name_free(suggest, name) || cm_suggest_is_bad(suggest))
            return name;
    }
}

/* A rule set of one mapping for everyone, with name, account and groups. */
static enum certmap_status build_frame(struct certmap_suggest *suggest, struct certmap_rules **rules,
                                       struct certmap_view name, struct certmap_diagnostic *err) {
    const struct certmap_suggest_options *options = &suggest->options;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_builder *builder = NULL;
    struct certmap_output *outputs = cm_lint_pool_take(&suggest->pool, options->group_count + 1, sizeof *outputs);
    enum certmap_status status = certmap_builder_new(&builder, &suggest->allocator, err);
    mapping.name = name;
    mapping.decision = options->decision;
    mapping.account = options->account;
    mapping.is_template = true;
    for (size_t i = 0; outputs != NULL && i < options->group_count; i++) {
        static const struct certmap_output none = CERTMAP_OUTPUT_INIT;
        outputs[i] = none;
        outputs[i].kind = CERTMAP_OUTPUT_GROUP;
        outputs[i].value = options->groups[i];
        outputs[i].is_template = true;
    }
    if (status == CERTMAP_OK && outputs == NULL)
        status = cm_suggest_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
    if (status == CERTMAP_OK)
        status = add_mapping(builder, &mapping, NULL, outputs, options->group_count, err);
    if (status == CERTMAP_OK)
        status = certmap_builder_finish(builder, rules, err);
    certmap_builder_free(builder);
    return status;
}

enum certmap_status cm_suggest_check_options(struct certmap_suggest *suggest, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = NULL;
    const struct certmap_view name =
        suggest->options.name.len > 0 ? suggest->options.name : certmap_view_of("suggested");
    const enum certmap_status status = build_frame(suggest, &rules, name, err);
    certmap_rules_free(rules);
    if (status == CERTMAP_OK && suggest->options.name.len > 0 && !is_name_free(suggest, name))
        return cm_suggest_fail(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_MAPPING,
                               "the rules have a mapping of this name already");
    return status;
}

/* Appends to the text of the result, which grows in the pool. */
static void append(struct certmap_suggest *suggest, struct cm_lint_array *text, const char *bytes, size_t len) {
    for (size_t i = 0; i < len && !suggest->failed; i++) {
        char *added = cm_lint_array_add(text, &suggest->allocator, 1);
        if (added == NULL)
            suggest->failed = true;
        else
            *added = bytes[i];
    }
}

static void append_string(struct certmap_suggest *suggest, struct cm_lint_array *text, const char *string) {
    append(suggest, text, string, strlen(string));
}

/* ---- the value of a condition ---- */

/* The path of a condition that compares any value of it, as subject.CN; len 0: it does something else. */
static struct certmap_view path_of_condition(struct certmap_view text) {
    static const char *const operators[] = {" = ", " in ", " like "};
    const uint8_t *space = text.len > 0 ? memchr(text.data, ' ', text.len) : NULL;
    if (space == NULL || memchr(text.data, '.', (size_t)(space - text.data)) == NULL)
        return (struct certmap_view){text.data, 0};
    const size_t len = (size_t)(space - text.data);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (text.len - len > strlen(operators[i]) && memcmp(space, operators[i], strlen(operators[i])) == 0)
            return (struct certmap_view){text.data, len};
    return (struct certmap_view){text.data, 0};
}

/* The length of "${" and the path, if a text has there a placeholder that takes a value of the path, and not one by its
 * number; else 0. */
static size_t takes_path(const char *text, struct certmap_view path) {
    static const char *const numbered[] = {"first", "last", "at("};
    size_t at = 2;
    if (strncmp(text, "${", 2) != 0)
        return 0;
    at += strspn(text + at, " ");
    if (strncmp(text + at, (const char *)path.data, path.len) != 0 || strchr(" |?}", text[at + path.len]) == NULL)
        return 0;
    at += path.len;
    const char *next = text + at + strspn(text + at, " |");
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++)
        if (strncmp(next, numbered[i], strlen(numbered[i])) == 0)
            return 0;
    return at;
}

/* The condition of a mapping whose value a placeholder of the text takes: it is to be the same value. NULL: there is none. */
static struct certmap_suggest_condition *named_condition(struct certmap_suggest *suggest, size_t mapping,
                                                         const char *text) {
    for (size_t i = 0; i < suggest->conditions.count; i++) {
        struct certmap_suggest_condition *condition = (struct certmap_suggest_condition *)suggest->conditions.items + i;
        const struct certmap_view path = path_of_condition(condition->text);
        for (const char *at = text; condition->mapping == mapping && path.len > 0 && *at != '\0'; at++)
            if (takes_path(at, path) > 0)
                return condition;
    }
    return NULL;
}

/* What the value is called: the path after its dot. */
static struct certmap_view name_of_value(struct certmap_view path) {
    const uint8_t *dot = memchr(path.data, '.', path.len);
    const size_t head = dot != NULL ? (size_t)(dot - path.data) + 1 : 0;
    return (struct certmap_view){path.data + head, path.len - head};
}

/* Whether a value of the path can be called by what is after its dot: that is no number, and no field either. */
static bool has_name(struct certmap_view path) {
    static const char *const fields[] = {"subject.", "san."};
    const struct certmap_view name = path.len > 0 ? name_of_value(path) : path;
    bool found = false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        found = found || (path.len > strlen(fields[i]) && memcmp(path.data, fields[i], strlen(fields[i])) == 0);
    return found && memchr(name.data, '.', name.len) == NULL && name.data[0] > '9';
}

/* Names the value, and appends what is left of the mapping with that name. */
static void append_named(struct certmap_suggest *suggest, struct cm_lint_array *text, struct certmap_view path,
                         const char *rest) {
    const struct certmap_view name = name_of_value(path);
    while (*rest != '\0' && !suggest->failed) {
        const size_t length = takes_path(rest, path);
        append(suggest, text, rest, length > 0 ? 2 : 1);
        if (length > 0)
            append(suggest, text, (const char *)name.data, name.len);
        rest += length > 0 ? length : 1;
    }
}

static void append_conditions(struct certmap_suggest *suggest, struct cm_lint_array *text, size_t mapping) {
    const char *word = "    when ";
    for (size_t i = 0; i < suggest->conditions.count; i++) {
        const struct certmap_suggest_condition *condition =
            (const struct certmap_suggest_condition *)suggest->conditions.items + i;
        if (condition->mapping != mapping)
            continue;
        append_string(suggest, text, word[4] == 'w' ? "    # " : "\n    # ");
        append(suggest, text, (const char *)condition->reason.data, condition->reason.len);
        append_string(suggest, text, "\n");
        append_string(suggest, text, word);
        append(suggest, text, (const char *)condition->text.data, condition->text.len);
        word = "     and ";
    }
    append_string(suggest, text, ";\n");
}

/* Puts the conditions into the frame where it has `when always;`. */
static enum certmap_status append_mapping(struct certmap_suggest *suggest, struct cm_lint_array *text, size_t mapping,
                                          size_t *number, struct certmap_diagnostic *err) {
    static const char always[] = "    when always;\n";
    struct certmap_rules *rules = NULL;
    const enum certmap_status status = build_frame(suggest, &rules, mapping_name(suggest, number), err);
    ++*number;
    if (status != CERTMAP_OK)
        return status;
    const char *frame = text_of(suggest, rules), *begin = strstr(frame, "\nmapping "), *at = strstr(frame, always);
    certmap_rules_free(rules);
    if (begin == NULL || at == NULL) {
        suggest->failed = true;
        return CERTMAP_OK;
    }
    append(suggest, text, begin, (size_t)(at - begin));
    const char *rest = at + strlen(always);
    struct certmap_suggest_condition *named = named_condition(suggest, mapping, rest);
    const struct certmap_view path = path_of_condition(named != NULL ? named->text : certmap_no_view());
    const bool is_named = named != NULL && has_name(path);
    const struct certmap_view name = is_named ? name_of_value(path) : path;
    if (is_named)
        named->text = cm_suggest_print(suggest, "%.*s as %.*s", (int)named->text.len, (const char *)named->text.data,
                                       (int)name.len, (const char *)name.data);
    append_conditions(suggest, text, mapping);
    if (is_named)
        append_named(suggest, text, path, rest);
    else
        append_string(suggest, text, rest);
    return CERTMAP_OK;
}

enum certmap_status cm_suggest_write(struct certmap_suggest *suggest, struct certmap_diagnostic *err) {
    struct cm_lint_array text = {NULL, 0, 0};
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    enum certmap_status status = CERTMAP_OK;
    size_t number = 0;
    append_string(suggest, &text, "certmap 1;\n");
    for (size_t i = 0; i < suggest->mappings && status == CERTMAP_OK; i++)
        status = append_mapping(suggest, &text, i, &number, err);
    const struct certmap_view written = {text.items, text.count};
    suggest->result.text = suggest->failed ? written : cm_lint_pool_copy(&suggest->pool, written);
    cm_lint_array_free(&text, &suggest->allocator);
    if (status != CERTMAP_OK || cm_suggest_is_bad(suggest))
        return status;
    options.allocator = &suggest->allocator;
    return certmap_rules_parse(&suggest->made, suggest->result.text, &options, err);
}
