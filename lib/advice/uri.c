/* SPDX-License-Identifier: MIT */
/* 641, a wildcard in the host of a URI: one for every host of contoso.example also holds for
 * https://evil.example/.contoso.example/, because * stands for slashes too.
 *
 * Silent: a pattern with nothing but wildcards after the scheme, which says nothing of the host; wildcards in the path;
 * URIs without a host. */
#include "advice/advice.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/view.h"
#include "compile/builder.h"
#include "syntax/print.h"

static bool is_wildcard(uint8_t c) {
    return c >= CM_GLOB_ONE;
}

/* Whether there is a literal character other than a slash from `at` on. */
static bool says_more(struct certmap_view units, size_t at) {
    while (at < units.len && (is_wildcard(units.data[at]) || units.data[at] == '/'))
        at++;
    return at < units.len;
}

/* Where the host begins: after "://". units.len: there is none. */
static size_t find_host(struct certmap_view units) {
    for (size_t i = 0; i + 3 <= units.len; i++)
        if (memcmp(units.data + i, "://", 3) == 0)
            return i + 3;
    return units.len;
}

/* Where the host ends: a ? is one that is no wildcard. */
static size_t find_slash(struct certmap_view units, size_t at) {
    while (at < units.len && units.data[at] != '/' && units.data[at] != '?' && units.data[at] != '#')
        at++;
    return at;
}

/* The wildcard that goes over the end of the host, or units.len. */
static size_t find_crossing(struct certmap_view units) {
    const size_t host = find_host(units), begin = host < units.len ? host : 0;
    const size_t end = find_slash(units, begin);
    size_t at = 0;
    while (at < end && !is_wildcard(units.data[at]))
        at++;
    if (at == end || (host == units.len && units.data[0] != CM_GLOB_MANY))
        return units.len;
    if (host == units.len) /* no scheme: the host, if there is one, ends at a slash */
        return memchr(units.data, '.', end) != NULL && end < units.len ? at : units.len;
    /* one that is about the scheme alone */
    const bool whole = at == host && end == at + 1;
    return whole && !says_more(units, end) ? units.len : at;
}

/* ---- the cure ---- */

/* What a URI holds where it goes from one of its parts to the next, with anything around it. */
static const char *const crossings[] = {"\xFF/\xFF", "\xFF?\xFF", "\xFF#\xFF"};
#define CROSSINGS (sizeof crossings / sizeof *crossings)

/* The pattern with a crossing in the place of the wildcard at `at`. */
static struct certmap_view cross(uint8_t room[CM_ADVICE_PATTERN_SIZE + 2], struct certmap_view units, size_t at,
                                 const char *crossing) {
    memcpy(room, units.data, at);
    memcpy(room + at, crossing, 3);
    memcpy(room + at + 3, units.data + at + 1, units.len - at - 1);
    return cm_view(room, units.len + 2);
}

/* Whether the crossings are all that the wildcard lets through: what follows it is the end of the host. */
static bool is_curable(struct certmap_view units, size_t at) {
    const size_t host = find_host(units), end = find_slash(units, at);
    bool dot = false;
    if (host == units.len || at < host || end == units.len || units.data[at] != CM_GLOB_MANY)
        return false;
    for (size_t i = at + 1; i < end; i++) {
        if (is_wildcard(units.data[i]) || units.data[i] == ':' || units.data[i] == '@')
            return false;
        dot = dot || units.data[i] == '.';
    }
    return dot && units.data[end] == '/';
}

static bool has_operand(const struct cm_condition *condition, struct certmap_view units) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    while (cm_operands_next(&operands, &operand))
        if (cm_view_equal(operand.shown, units))
            return true;
    return false;
}

/* Whether a condition has the three patterns that the message gives. */
static bool has_crossings(const struct cm_condition *condition, struct certmap_view units, size_t at) {
    uint8_t room[CM_ADVICE_PATTERN_SIZE + 2];
    for (size_t i = 0; i < CROSSINGS; i++)
        if (!has_operand(condition, cross(room, units, at, crossings[i])))
            return false;
    return true;
}

/* Whether the mapping has "and not" with these patterns. */
static bool is_guarded(const struct cm_advice *advice, const struct cm_path *path, struct certmap_view units,
                       size_t at) {
    size_t size;
    const struct cm_node *root = cm_advice_root(advice, &size);
    for (const struct cm_node *node = root + 1; node < root + size;) {
        if (node->kind == CM_NODE_NOT && node[1].kind == CM_NODE_CONDITION) {
            const struct cm_condition guard = cm_draft_condition_at(&advice->builder->draft, node[1].value);
            if (guard.op == CERTMAP_OP_LIKE && guard.quantifier == CERTMAP_ANY_VALUE && guard.path == path &&
                has_crossings(&guard, units, at))
                return true;
        }
        node += node->kind == CM_NODE_ALL ? 1 : cm_node_size(node); /* an ALL in the root's ALL is a part of it */
    }
    return false;
}

/* Whether each pattern of the condition that can leave its host is guarded. */
bool cm_advice_uri_is_guarded(const struct cm_advice *advice, const struct cm_condition *condition) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    while (cm_operands_next(&operands, &operand)) {
        const struct certmap_view units = operand.shown;
        const size_t at = units.len <= CM_ADVICE_PATTERN_SIZE ? find_crossing(units) : units.len;
        if (at < units.len && (!is_curable(units, at) || !is_guarded(advice, condition->path, units, at)))
            return false;
    }
    return true;
}

/* ---- the diagnostic ---- */

#define HEAD "* and ? in a host stand for / too, so that another host can come first; write each host out"

static void say_cure(struct cm_advice_message *message, const struct cm_advised_operand *operand,
                     struct certmap_view units, size_t at) {
    uint8_t room[CM_ADVICE_PATTERN_SIZE + 2];
    cm_out_string(&message->out, HEAD ", or add: and not ");
    cm_advice_print_like(&message->out, operand);
    for (size_t i = 0; i < CROSSINGS; i++) {
        cm_out_string(&message->out, i == 0 ? "(" : ", ");
        cm_pattern_print(&message->out, cross(room, units, at, crossings[i]));
    }
    cm_out_char(&message->out, ')');
}

bool cm_advise_uri(struct certmap_diagnostic *diagnostic, const struct cm_advised_operand *operand) {
    uint8_t units[CM_ADVICE_PATTERN_SIZE];
    struct cm_advice_message message;
    if (operand->path->kind != CM_TEXT_URI || operand->op != CERTMAP_OP_LIKE)
        return false;
    const size_t len = cm_advice_units(units, operand->text, true);
    const struct certmap_view pattern = {units, len};
    if (len == SIZE_MAX)
        return false;
    const size_t at = find_crossing(pattern);
    if (at == len)
        return false;
    cm_advice_start(&message);
    if (is_curable(pattern, at))
        say_cure(&message, operand, pattern, at);
    else
        message.out.len = sizeof message.text;
    cm_advice_finish(diagnostic, &message, CERTMAP_CODE_DOMAIN_BOUNDARY,
                     HEAD ", in a list of patterns: \"https://www.contoso.example/*\"", operand->position);
    return true;
}
