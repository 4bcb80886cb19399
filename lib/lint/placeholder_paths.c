/* SPDX-License-Identifier: MIT */
#include "placeholder_paths.h"
#include <string.h>

/* ---- the names of paths ---- */

/* A path as a text has it, and what it is. */
struct spelling {
    struct certmap_view text;
    struct cm_lint_path path;
    bool known;
};

/* Longer ones are no paths. */
#define MAX_PATH_SIZE 200

struct asking {
    struct certmap_lint *lint;
    struct cm_lint_path path;
    bool found;
};

static bool on_item(void *ctx, const struct certmap_walk_item *item) {
    struct asking *asking = ctx;
    if (item->kind != CERTMAP_WALK_CONDITION)
        return true;
    asking->path = (struct cm_lint_path){item->condition->field,
                                         cm_lint_pool_copy(&asking->lint->pool, item->condition->subfield)};
    asking->found = asking->path.subfield.data != NULL;
    return false;
}

static void append(char *text, size_t *len, const void *bytes, size_t count) {
    memcpy(text + *len, bytes, count);
    *len += count;
}

/* Loads a rule about the path. */
static bool ask(struct asking *asking, struct certmap_view text) {
    static const char head[] = "certmap 1;mapping \"m\"{when count(", tail[] = ")=1;deny;}";
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    char source[sizeof head + MAX_PATH_SIZE + sizeof tail];
    size_t len = 0;
    options.allocator = &asking->lint->allocator;
    append(source, &len, head, sizeof head - 1);
    append(source, &len, text.data, text.len);
    append(source, &len, tail, sizeof tail - 1);
    const enum certmap_status status =
        certmap_rules_parse(&rules, (struct certmap_view){(const uint8_t *)source, len}, &options, NULL);
    if (status == CERTMAP_OK)
        (void)certmap_rules_walk(rules, 0, on_item, asking, NULL);
    asking->lint->failed = asking->lint->failed || status == CERTMAP_ERROR_MEMORY;
    certmap_rules_free(rules);
    return asking->found;
}

static const struct spelling *spelling_of(struct certmap_lint *lint, struct certmap_view text) {
    struct spelling *known = lint->spellings.items;
    for (size_t i = 0; i < lint->spellings.count; i++)
        if (known[i].text.len == text.len && memcmp(known[i].text.data, text.data, text.len) == 0)
            return &known[i];
    struct asking asking = {.lint = lint};
    const bool found = text.len > 0 && text.len <= MAX_PATH_SIZE && ask(&asking, text);
    struct spelling *made = cm_lint_array_add(&lint->spellings, &lint->allocator, sizeof *made);
    if (made == NULL)
        lint->failed = true;
    else
        *made = (struct spelling){cm_lint_pool_copy(&lint->pool, text), asking.path, found};
    return made;
}

/* ---- texts ---- */

/* Where what begins with "${" ends: after its }. Strings in it can have one, too. */
static size_t end_of(struct certmap_view text, size_t at) {
    size_t nested = 0;
    bool string = false;
    for (; at < text.len; at++) {
        const uint8_t c = text.data[at];
        at += c == '\\';
        string = c == '"' ? !string : string;
        nested += !string && c == '{';
        nested -= !string && c == '}' && nested > 0;
        if (!string && c == '}' && nested == 0)
            return at + 1;
    }
    return text.len;
}

/* The next placeholder from *at on, which is moved past it; false: there is none. */
static bool next_placeholder(struct certmap_view text, size_t *begin, size_t *at) {
    for (size_t i = *at; i + 1 < text.len; i++) {
        if (text.data[i] == '\\') {
            i++;
        } else if (text.data[i] == '$' && text.data[i + 1] == '{') {
            *begin = i;
            *at = end_of(text, i + 1);
            return true;
        }
    }
    return false;
}

/* The path: what is before a filter, a default or the end. */
static struct certmap_view path_of(struct certmap_view text, size_t begin, size_t end) {
    size_t at = begin + 2;
    while (at < end && text.data[at] == ' ')
        at++;
    const size_t first = at;
    while (at < end && text.data[at] != ' ' && text.data[at] != '|' && text.data[at] != '?' && text.data[at] != '}')
        at++;
    return (struct certmap_view){text.data + first, at - first};
}

/* ---- values of conditions ---- */

/* The condition of a mapping that names its value so. */
struct naming {
    struct certmap_lint *lint;
    struct certmap_view name;
    struct cm_lint_path path;
    bool found;
};

static bool on_condition(void *ctx, const struct certmap_walk_item *item) {
    struct naming *naming = ctx;
    if (item->kind != CERTMAP_WALK_CONDITION || item->condition->as.len != naming->name.len ||
        memcmp(item->condition->as.data, naming->name.data, naming->name.len) != 0)
        return true;
    naming->path = (struct cm_lint_path){item->condition->field,
                                         cm_lint_pool_copy(&naming->lint->scratch, item->condition->subfield)};
    naming->found = naming->path.subfield.data != NULL;
    return false;
}

/* ${mail}, or ${mail.star}: of the first condition of this name. */
static bool find_named(struct cm_lint_path *path, struct certmap_lint *lint, size_t mapping, struct certmap_view text) {
    const struct certmap_view star = certmap_view_of(".star");
    if (text.len > star.len && memcmp(text.data + text.len - star.len, star.data, star.len) == 0)
        text.len -= star.len;
    struct naming naming = {.lint = lint, .name = text};
    if (text.len > 0)
        (void)certmap_rules_walk(lint->model.rules, mapping, on_condition, &naming, NULL);
    *path = naming.path;
    return naming.found;
}

/* ---- all of a text ---- */

/* mapping: whose conditions may name values; SIZE_MAX: nobody's. */
static struct cm_lint_placeholders read_all(struct certmap_lint *lint, struct certmap_view text, size_t mapping) {
    struct cm_lint_placeholders placeholders = {.count = 0};
    size_t begin = 0, at = 0;
    while (next_placeholder(text, &begin, &at)) {
        const struct certmap_view written = path_of(text, begin, at);
        const struct spelling *spelling = spelling_of(lint, written);
        struct cm_lint_path path = {CERTMAP_FIELD_SUBJECT, CERTMAP_NO_VIEW};
        bool known = spelling != NULL && spelling->known;
        if (known)
            path = spelling->path;
        else if (mapping != SIZE_MAX)
            known = find_named(&path, lint, mapping, written);
        if (!known || placeholders.count == CM_LINT_MAX_PLACEHOLDERS) {
            placeholders.unknown = true;
            return placeholders;
        }
        placeholders.paths[placeholders.count++] = path;
    }
    return placeholders;
}

struct cm_lint_placeholders cm_lint_placeholders_of(struct certmap_lint *lint, struct certmap_view text) {
    return read_all(lint, text, SIZE_MAX);
}

struct cm_lint_placeholders cm_lint_placeholders_in(struct certmap_lint *lint, size_t mapping) {
    return read_all(lint, cm_lint_mapping_at(&lint->model, mapping)->is.account, mapping);
}

struct certmap_view cm_lint_placeholders_shape(struct certmap_lint *lint, struct certmap_view text) {
    uint8_t *shape = cm_lint_pool_take(&lint->scratch, text.len + 1, 1);
    size_t len = 0, begin = 0, at = 0, done = 0;
    while (shape != NULL && next_placeholder(text, &begin, &at)) {
        memcpy(shape + len, text.data + done, begin - done);
        len += begin - done;
        shape[len++] = 1;
        done = at;
    }
    if (shape != NULL && done < text.len) {
        memcpy(shape + len, text.data + done, text.len - done);
        len += text.len - done;
    }
    return (struct certmap_view){shape, shape != NULL ? len : 0};
}
