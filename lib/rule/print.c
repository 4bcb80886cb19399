/* SPDX-License-Identifier: MIT */
#include "rule/print.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/view.h"

/* A compiled pattern: wildcards as they are, the literal ones escaped. */
static void print_pattern(struct cm_out *out, struct certmap_view pattern) {
    cm_out_char(out, '"');
    for (size_t i = 0; i < pattern.len;) {
        size_t end = i;
        while (end < pattern.len && pattern.data[end] < CM_GLOB_ONE && pattern.data[end] != '*' &&
               pattern.data[end] != '?' && pattern.data[end] != '"')
            end++;
        cm_out_escaped(out, cm_view(pattern.data + i, end - i), false);
        if (end < pattern.len && pattern.data[end] == CM_GLOB_MANY)
            cm_out_char(out, '*');
        else if (end < pattern.len && pattern.data[end] == CM_GLOB_ONE)
            cm_out_char(out, '?');
        else if (end < pattern.len) {
            cm_out_char(out, '\\');
            cm_out_char(out, (char)pattern.data[end]);
        }
        i = end + 1;
    }
    cm_out_char(out, '"');
}

static void print_operand(struct cm_out *out, const struct cm_condition *condition, size_t index) {
    struct certmap_view shown = condition->operands[index].shown;
    if (condition->op == CERTMAP_OP_LIKE)
        print_pattern(out, shown);
    else
        cm_out_escaped(out, shown, true);
}

static void print_list(struct cm_out *out, const struct cm_condition *condition) {
    cm_out_char(out, '(');
    for (size_t i = 0; i < condition->operand_count; i++) {
        if (i > 0)
            cm_out_string(out, ", ");
        print_operand(out, condition, i);
    }
    cm_out_char(out, ')');
}

static void print_certificate(struct cm_out *out, const struct cm_condition *condition) {
    cm_out_string(out, "certificate = (");
    cm_out_number(out, condition->operands[0].shown.len);
    cm_out_string(out, " bytes)");
}

static void print_count(struct cm_out *out, const struct cm_condition *condition) {
    cm_out_string(out, "count(");
    cm_path_print(out, &condition->path);
    cm_out_string(out, ") = ");
    cm_out_number(out, condition->count);
}

static void print_comparison(struct cm_out *out, const struct cm_condition *condition) {
    static const char *const quantifiers[] = {"", "every ", "first ", "last ", "only "};
    const bool list = condition->operand_count > 1;
    cm_out_string(out, quantifiers[condition->quantifier]);
    cm_path_print(out, &condition->path);
    if (condition->op == CERTMAP_OP_LIKE)
        cm_out_string(out, " like ");
    else if (condition->op == CERTMAP_OP_UNDER)
        cm_out_string(out, " under ");
    else
        cm_out_string(out, list ? " in " : " = ");
    if (condition->nocase)
        cm_out_string(out, "nocase ");
    if (list)
        print_list(out, condition);
    else
        print_operand(out, condition, 0);
}

void cm_condition_print(struct cm_out *out, const struct cm_condition *condition) {
    if (condition->path.field == CERTMAP_FIELD_CERTIFICATE) {
        print_certificate(out, condition);
        return;
    }
    switch (condition->op) {
    case CERTMAP_OP_EQUAL:
    case CERTMAP_OP_LIKE:
    case CERTMAP_OP_UNDER:
        print_comparison(out, condition);
        break;
    case CERTMAP_OP_PRESENT:
    case CERTMAP_OP_ABSENT:
        cm_path_print(out, &condition->path);
        cm_out_string(out, condition->op == CERTMAP_OP_PRESENT ? " present" : " absent");
        break;
    case CERTMAP_OP_COUNT:
        print_count(out, condition);
        break;
    }
}
