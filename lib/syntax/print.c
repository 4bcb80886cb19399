/* SPDX-License-Identifier: MIT */
/* Printing rules: linear in their text, and nothing of a certificate is printed here. */
#include "syntax/print.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/view.h"
#include "field/canonical.h"
#include "syntax/foreign.h"

/* ---- strings ---- */

/* What a string is, by which some characters have a meaning. */
enum use { USE_TEXT, USE_PATTERN, USE_OUTPUT, USE_ATTRIBUTE };

/* Whether what is at an offset needs more than cm_out_escaped does: a quote, the start of a placeholder, in
 * a compiled pattern a wildcard or a character that would be one, and what looks like a placeholder in what a mapping gives. */
static bool is_special(struct certmap_view text, size_t at, enum use use) {
    char placeholder[CM_FOREIGN_PLACEHOLDER_SIZE];
    const uint8_t c = text.data[at];
    if (c == '"' || (c == '$' && at + 1 < text.len && text.data[at + 1] == '{'))
        return true;
    if (use == USE_PATTERN)
        return c == '*' || c == '?' || c >= CM_GLOB_ONE;
    return use >= USE_OUTPUT && strchr("${%#", c) != NULL &&
           cm_foreign_placeholder(placeholder, cm_view(text.data + at, text.len - at), use == USE_ATTRIBUTE) > 0;
}

static void print_special(struct cm_out *out, uint8_t c) {
    if (c == '$')
        cm_out_string(out, "\\u{24}");
    else if (c == '{')
        cm_out_string(out, "\\u{7B}");
    else if (c == '%')
        cm_out_string(out, "\\u{25}");
    else if (c == '#')
        cm_out_string(out, "\\u{23}");
    else if (c == CM_GLOB_MANY)
        cm_out_char(out, '*');
    else if (c == CM_GLOB_ONE)
        cm_out_char(out, '?');
    else {
        cm_out_char(out, '\\');
        cm_out_char(out, (char)c);
    }
}

static void print_quoted(struct cm_out *out, struct certmap_view text, enum use use) {
    cm_out_char(out, '"');
    for (size_t start = 0, end = 0; start < text.len; start = ++end) {
        while (end < text.len && !is_special(text, end, use))
            end++;
        cm_out_escaped(out, cm_view(text.data + start, end - start), false);
        if (end < text.len)
            print_special(out, text.data[end]);
    }
    cm_out_char(out, '"');
}

void cm_string_print(struct cm_out *out, struct certmap_view text) {
    print_quoted(out, text, USE_TEXT);
}

void cm_pattern_print(struct cm_out *out, struct certmap_view pattern) {
    print_quoted(out, pattern, USE_PATTERN);
}

void cm_output_print(struct cm_out *out, struct certmap_view text, bool attribute) {
    print_quoted(out, text, attribute ? USE_ATTRIBUTE : USE_OUTPUT);
}

/* ---- operands ---- */

/* Whether a $ begins what would be read as a placeholder: a builder's class can, "[${]". */
static bool is_special_in_regex(struct certmap_view text, size_t at) {
    const uint8_t c = text.data[at];
    return c == '\\' || c == '"' || (c == '$' && at + 1 < text.len && text.data[at + 1] == '{');
}

/* A regular expression has backslashes of its own. What has one already is printed so that none is put before it. */
static void print_regex(struct cm_out *out, struct certmap_view text) {
    cm_out_char(out, '"');
    for (size_t start = 0, end = 0; start < text.len; start = end) {
        while (end < text.len && !is_special_in_regex(text, end))
            end++;
        cm_out_escaped(out, cm_view(text.data + start, end - start), false);
        if (end == text.len)
            break;
        const uint8_t c = text.data[end] == '\\' && end + 1 < text.len ? text.data[++end] : text.data[end];
        if (c == '$')
            cm_out_string(out, "\\u{24}");
        else {
            cm_out_char(out, '\\');
            cm_out_char(out, (char)c);
        }
        end++;
    }
    cm_out_char(out, '"');
}

static void print_operand(struct cm_out *out, const struct cm_condition *condition, struct certmap_view shown) {
    if (condition->op == CERTMAP_OP_MATCHES) {
        print_regex(out, shown);
        return;
    }
    if (condition->path->field != CERTMAP_FIELD_CERTIFICATE) {
        print_quoted(out, shown, condition->op == CERTMAP_OP_LIKE ? USE_PATTERN : USE_TEXT);
        return;
    }
    cm_out_char(out, '"');
    cm_hex_print(out, shown);
    cm_out_char(out, '"');
}

static void print_list(struct cm_out *out, const struct cm_condition *condition, const char *break_before) {
    cm_out_char(out, '(');
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    for (bool first = true; cm_operands_next(&operands, &operand); first = false) {
        if (!first)
            cm_out_string(out, break_before != NULL ? "," : ", ");
        if (break_before != NULL)
            cm_out_string(out, break_before);
        print_operand(out, condition, operand.shown);
    }
    if (break_before != NULL)
        cm_out_string(out, break_before);
    cm_out_char(out, ')');
}

static void print_operands(struct cm_out *out, const struct cm_condition *condition, const char *break_before) {
    if (condition->op == CERTMAP_OP_COUNT)
        cm_out_number(out, condition->count);
    else if (condition->operand_count > 1)
        print_list(out, condition, break_before);
    else
        print_operand(out, condition, cm_operand_first(condition).shown);
}

bool cm_condition_compares(const struct cm_condition *condition) {
    return condition->op != CERTMAP_OP_PRESENT && condition->op != CERTMAP_OP_ABSENT;
}

void cm_operands_print(struct cm_out *out, const struct cm_condition *condition) {
    print_operands(out, condition, NULL);
}

/* ---- conditions ---- */

/* What has words of its own: `valid at now`, and `issuer is` or `chain has` with a digest. */
static bool is_valid_at_now(const struct cm_condition *condition) {
    return condition->path->field == CERTMAP_FIELD_VALIDITY && condition->op == CERTMAP_OP_EQUAL &&
           condition->quantifier == CERTMAP_ANY_VALUE && !condition->nocase && condition->operand_count == 1 &&
           cm_view_equal(cm_operand_first(condition).shown, CM_VIEW("valid"));
}

static bool is_of_ca(const struct cm_condition *condition) {
    return condition->path->field == CERTMAP_FIELD_ISSUER_SHA256 ||
           condition->path->field == CERTMAP_FIELD_ISSUER_KEY_SHA256 ||
           condition->path->field == CERTMAP_FIELD_ISSUER_SHA1 ||
           condition->path->field == CERTMAP_FIELD_CHAIN_SHA256 ||
           condition->path->field == CERTMAP_FIELD_CHAIN_KEY_SHA256;
}

static void print_operator(struct cm_out *out, const struct cm_condition *condition) {
    if (condition->op == CERTMAP_OP_LIKE)
        cm_out_string(out, " like ");
    else if (condition->op == CERTMAP_OP_MATCHES)
        cm_out_string(out, " matches ");
    else if (condition->op == CERTMAP_OP_UNDER)
        cm_out_string(out, " under ");
    else if (condition->operand_count > 1)
        cm_out_string(out, " in ");
    else
        cm_out_string(out, is_of_ca(condition) && !condition->nocase ? " " : " = ");
    if (condition->nocase)
        cm_out_string(out, "nocase ");
    if (condition->exact)
        cm_out_string(out, "exact ");
}

static void print_comparison(struct cm_out *out, const struct cm_condition *condition, const char *break_before) {
    static const char *const quantifiers[] = {"", "every ", "first ", "last ", "only ", "at "};
    if (is_valid_at_now(condition)) {
        cm_out_string(out, "valid at now");
        return;
    }
    cm_out_string(out, quantifiers[condition->quantifier]);
    if (condition->quantifier == CERTMAP_AT_VALUE) {
        cm_out_number(out, condition->count);
        cm_out_char(out, ' ');
    }
    cm_path_print(out, condition->path);
    print_operator(out, condition);
    print_operands(out, condition, break_before);
}

void cm_condition_print(struct cm_out *out, const struct cm_condition *condition, const char *break_before) {
    switch (condition->op) {
    case CERTMAP_OP_EQUAL:
    case CERTMAP_OP_LIKE:
    case CERTMAP_OP_UNDER:
    case CERTMAP_OP_MATCHES:
        print_comparison(out, condition, break_before);
        break;
    case CERTMAP_OP_PRESENT:
    case CERTMAP_OP_ABSENT:
        cm_path_print(out, condition->path);
        cm_out_string(out, condition->op == CERTMAP_OP_PRESENT ? " present" : " absent");
        break;
    case CERTMAP_OP_COUNT:
        cm_out_string(out, "count(");
        cm_path_print(out, condition->path);
        cm_out_string(out, ") = ");
        print_operands(out, condition, NULL);
        break;
    }
}
