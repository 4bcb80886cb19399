/* SPDX-License-Identifier: MIT */
/* A rule set as text of the native language, laid out for reading. */
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "certmap/names.h"
#include "field/canonical.h"
#include "rule/binding.h"
#include "syntax/print.h"

/* A list that would make a line longer than this has a line for each operand. */
#define LINE_WIDTH 100

struct printer {
    struct cm_out out;
    const struct certmap_rules *rules;
    certmap_hash_fn *hash;
    void *hash_ctx;
    size_t nameless; /* mappings without a name so far */
    size_t series;   /* which of the series of names for them is free */
};

/* ---- names ---- */

/* What the names of a series begin with: "certificate ", "certificate-1 ", "certificate-2 " ... */
static void print_series(struct cm_out *out, size_t series) {
    cm_out_string(out, "certificate");
    if (series > 0) {
        cm_out_char(out, '-');
        cm_out_number(out, series);
    }
    cm_out_char(out, ' ');
}

static bool is_series_free(const struct certmap_rules *rules, size_t series) {
    char text[48];
    struct cm_out out = {text, sizeof text, 0};
    print_series(&out, series);
    const struct certmap_view start = cm_view(text, out.len);
    for (size_t i = 0; i < rules->mapping_count; i++) {
        const struct certmap_view name = cm_mapping_name(cm_mapping_at(rules, i));
        if (name.len >= start.len && certmap_text_same(cm_view(name.data, start.len), start))
            return false;
    }
    return true;
}

static bool has_nameless(const struct certmap_rules *rules) {
    for (size_t i = 0; i < rules->mapping_count; i++)
        if (!cm_mapping_at(rules, i)->named)
            return true;
    return false;
}

static void print_name(struct printer *printer, const struct cm_mapping *mapping) {
    if (mapping->named) {
        cm_string_print(&printer->out, cm_mapping_name(mapping));
        return;
    }
    cm_out_char(&printer->out, '"');
    print_series(&printer->out, printer->series);
    cm_out_number(&printer->out, ++printer->nameless);
    cm_out_char(&printer->out, '"');
}

/* ---- conditions ---- */

/* Whether all operands are certificates, or else none is. */
static bool are_alike(const struct cm_condition *condition, bool *certificates) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand = cm_operand_first(condition);
    *certificates = cm_operand_has_tbs(&operand);
    while (cm_operands_next(&operands, &operand))
        if (cm_operand_has_tbs(&operand) != *certificates)
            return false;
    return true;
}

/* A comparison with certificates as one with the digests of what was signed of them, or with other bytes as
 * one with theirs; false, and nothing printed, where there are both, or a digest cannot be computed. */
static bool print_digests(struct printer *printer, const struct cm_condition *condition) {
    struct cm_out *out = &printer->out;
    const size_t start = out->len;
    const bool list = condition->operand_count > 1;
    bool certificates;
    if (!are_alike(condition, &certificates))
        return false;
    cm_out_string(out, certificates ? "tbs.sha256" : "sha256");
    cm_out_string(out, list ? " in (" : " = ");
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    for (bool first = true; cm_operands_next(&operands, &operand); first = false) {
        uint8_t digest[CERTMAP_SHA256_SIZE];
        if (!printer->hash(printer->hash_ctx, digest, CERTMAP_HASH_SHA256, operand.matched)) {
            out->len = start;
            return false;
        }
        cm_out_string(out, first ? "\"" : ", \"");
        cm_hex_print(out, cm_view(digest, sizeof digest));
        cm_out_char(out, '"');
    }
    cm_out_string(out, list ? ")" : "");
    return true;
}

static void print_condition(struct printer *printer, const struct cm_mapping *mapping, const struct cm_node *node,
                            const struct cm_condition *condition) {
    const struct cm_binding *binding = cm_binding_at(printer->rules, mapping, node);
    if (mapping->kind == CERTMAP_KIND_ONE_TO_ONE && condition->path->field == CERTMAP_FIELD_CERTIFICATE &&
        printer->hash != NULL && print_digests(printer, condition))
        return;
    struct cm_out line = {NULL, 0, 0};
    if (condition->operand_count > 1)
        cm_condition_print(&line, condition, NULL);
    cm_condition_print(&printer->out, condition, line.len > LINE_WIDTH ? "\n            " : NULL);
    if (binding != NULL) {
        cm_out_string(&printer->out, " as ");
        cm_out_view(&printer->out, binding->name);
    }
}

/* ---- expressions ---- */

/* Whether a node is true whatever the certificate. A builder can put `always` where the language cannot. */
static bool is_always(const struct cm_node *node) {
    const bool all = node->kind == CM_NODE_ALL;
    if (!all && node->kind != CM_NODE_ANY)
        return node->kind == CM_NODE_ALWAYS;
    for (const struct cm_node *member = node + 1; member < node + cm_node_size(node); member += cm_node_size(member))
        if (is_always(member) != all)
            return !all;
    return all;
}

/* Whether a member of a group has to be printed: one that is always true changes nothing in an `and`. */
static bool counts(const struct cm_node *member) {
    return !is_always(member);
}

/* The only member that counts, or NULL where there are several. */
static const struct cm_node *only_member(const struct cm_node *group) {
    const struct cm_node *only = NULL;
    for (const struct cm_node *member = group + 1; member < group + cm_node_size(group);
         member += cm_node_size(member)) {
        if (only != NULL && counts(member))
            return NULL;
        if (counts(member))
            only = member;
    }
    return only;
}

static void print_node(struct printer *printer, const struct cm_mapping *mapping, const struct cm_node *node, bool top);

/* A group at the top has a line for each member; any other is in parentheses. */
static void print_group(struct printer *printer, const struct cm_mapping *mapping, const struct cm_node *group,
                        bool top) {
    const bool all = group->kind == CM_NODE_ALL;
    const char *join = top ? (all ? "\n     and " : "\n      or ") : all ? " and " : " or ";
    const char *before = top ? "" : "(";
    for (const struct cm_node *member = group + 1; member < group + cm_node_size(group);
         member += cm_node_size(member)) {
        if (!counts(member))
            continue;
        cm_out_string(&printer->out, before);
        print_node(printer, mapping, member, false);
        before = join;
    }
    cm_out_string(&printer->out, top ? "" : ")");
}

static void print_node(struct printer *printer, const struct cm_mapping *mapping, const struct cm_node *node,
                       bool top) {
    if (is_always(node)) {
        /* Below a `not`. What a Name holds is always known. */
        cm_out_string(&printer->out, "(subject.CN present or subject.CN absent)");
    } else if (node->kind == CM_NODE_CONDITION) {
        const struct cm_condition condition = cm_condition_at(printer->rules, node->value);
        print_condition(printer, mapping, node, &condition);
    } else if (node->kind == CM_NODE_NOT) {
        cm_out_string(&printer->out, "not ");
        print_node(printer, mapping, node + 1, false);
    } else {
        const struct cm_node *only = only_member(node);
        if (only != NULL)
            print_node(printer, mapping, only, top);
        else
            print_group(printer, mapping, node, top);
    }
}

/* ---- mappings ---- */

static void print_output(struct printer *printer, const struct cm_output *output) {
    static const char *const words[] = {
        [CM_OUTPUT_ACCOUNT] = "allow ",
        [CM_OUTPUT_DOMAIN] = "domain ",
        [CM_OUTPUT_GROUP] = "group ",
        [CM_OUTPUT_ATTRIBUTE] = "attribute ",
    };
    struct cm_out *out = &printer->out;
    cm_out_string(out, "    ");
    cm_out_string(out, words[output->kind]);
    if (output->kind == CM_OUTPUT_ATTRIBUTE) {
        cm_string_print(out, output->name);
        cm_out_string(out, output->each ? " each = " : " = ");
    } else if (output->each) {
        cm_out_string(out, "each ");
    }
    if (output->language != CERTMAP_LANGUAGE_PLAIN) {
        cm_out_string(out, certmap_language_name(output->language));
        cm_out_char(out, ' ');
    }
    if (output->placeholders == NULL) {
        cm_output_print(out, output->shown, output->kind == CM_OUTPUT_ATTRIBUTE);
    } else {
        cm_out_char(out, '"');
        cm_out_view(out, output->shown);
        cm_out_char(out, '"');
    }
    cm_out_string(out, ";\n");
}

static void print_mapping(struct printer *printer, const struct cm_mapping *mapping) {
    const struct cm_node *root = mapping->nodes;
    struct cm_out *out = &printer->out;
    cm_out_string(out, "\nmapping ");
    print_name(printer, mapping);
    cm_out_string(out, " {\n    when ");
    if (is_always(root))
        cm_out_string(out, "always");
    else
        print_node(printer, mapping, root, true);
    cm_out_string(out, !mapping->allow ? ";\n    deny;\n" : ";\n");
    for (size_t i = 0; i < cm_mapping_outputs(printer->rules, mapping); i++) {
        struct cm_output room;
        print_output(printer, cm_mapping_output(printer->rules, mapping, i, &room));
    }
    cm_out_string(out, "}\n");
}

enum certmap_status certmap_rules_print(char *text, size_t cap, size_t *len, const struct certmap_rules *rules,
                                        certmap_hash_fn *hash, void *hash_ctx, struct certmap_diagnostic *err) {
    struct printer printer = {{text, cap, 0}, rules, hash, hash_ctx, 0, 0};
    if (len == NULL || (text == NULL && cap > 0) || rules == NULL)
        return cm_error_argument(err, "certmap_rules_print: text, len or rules is NULL");
    while (has_nameless(rules) && !is_series_free(rules, printer.series))
        printer.series++;
    cm_out_string(&printer.out, "certmap 1;\n");
    if (rules->disabled || rules->mapping_count == 0) /* no answer either way, and an empty file is an error */
        cm_out_string(&printer.out, "disabled;\n");
    if (rules->policy != CERTMAP_COMBINING_FIRST) {
        cm_out_string(&printer.out, "policy ");
        cm_out_string(&printer.out, certmap_combining_name(rules->policy));
        cm_out_string(&printer.out, ";\n");
    }
    for (size_t i = 0; i < rules->mapping_count; i++)
        print_mapping(&printer, cm_mapping_at(rules, i));
    return cm_out_finish(&printer.out, len, err);
}
