/* SPDX-License-Identifier: MIT */
/* Mappings in one piece: certmap_builder_add and certmap_builder_check. */
#include "base/view.h"
#include "rules.h"
#include "support/alloc.h"

/* ---- a description of every part ---- */

#define AT(line)                                                                                                       \
    { line, 1, line, 1 }

static const struct certmap_view alice = CM_VIEW_OF("Alice"), two[] = {CM_VIEW_OF("a*"), CM_VIEW_OF("b*")};
static const struct certmap_position operand_positions[] = {AT(21), AT(22)};
static struct certmap_mapping mapping;
static struct certmap_condition conditions[2];
static struct certmap_output outputs[2];
static const struct certmap_condition_position condition_positions[] = {{AT(11), AT(12), NULL},
                                                                        {AT(13), AT(14), operand_positions}};
static const struct certmap_output_position output_positions[] = {{AT(31), AT(32)}, {AT(33), AT(34)}};
static const struct certmap_term any_of_both[] = {
    {CERTMAP_TERM_ANY, 4}, {CERTMAP_TERM_CONDITION, 1}, {CERTMAP_TERM_NOT, 2}, {CERTMAP_TERM_CONDITION, 1}};

static struct certmap_description describe(void) {
    struct certmap_description given = CERTMAP_DESCRIPTION_INIT;
    const struct certmap_mapping none = CERTMAP_MAPPING_INIT;
    const struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const struct certmap_output output = CERTMAP_OUTPUT_INIT;
    mapping = none;
    mapping.name = t_text("staff");
    mapping.decision = CERTMAP_ALLOW;
    mapping.account = t_text("account");
    conditions[0] = conditions[1] = condition;
    conditions[0].subfield = t_text("CN");
    conditions[0].operands = &alice;
    conditions[0].operand_count = 1;
    conditions[1].field = CERTMAP_FIELD_ISSUER;
    conditions[1].subfield = t_text("O");
    conditions[1].op = CERTMAP_OP_LIKE;
    conditions[1].operands = two;
    conditions[1].operand_count = 2;
    outputs[0] = outputs[1] = output;
    outputs[0].kind = outputs[1].kind = CERTMAP_OUTPUT_GROUP;
    outputs[0].value = t_text("g");
    outputs[1].kind = CERTMAP_OUTPUT_ATTRIBUTE;
    outputs[1].name = t_text("mail");
    outputs[1].value = t_text("${subject.E}");
    outputs[1].is_template = true;
    given.mapping = &mapping;
    given.terms = any_of_both;
    given.term_count = COUNT(any_of_both);
    given.conditions = conditions;
    given.condition_positions = condition_positions;
    given.condition_count = 2;
    given.outputs = outputs;
    given.output_positions = output_positions;
    given.output_count = 2;
    given.position = (struct certmap_position)AT(1);
    given.account = (struct certmap_position)AT(2);
    return given;
}

static void expect_rules(struct certmap_rules *rules, const char *text) {
    char got[1024], wanted[1024];
    size_t len;
    struct certmap_rules *parsed = t_rules(text);
    ck_assert_int_eq(certmap_rules_print(got, sizeof got, &len, rules, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_rules_print(wanted, sizeof wanted, &len, parsed, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_str_eq(got, wanted);
    ck_assert_uint_eq(certmap_rules_needs(rules), certmap_rules_needs(parsed));
    certmap_rules_free(rules);
    certmap_rules_free(parsed);
}

#define STAFF                                                                                                          \
    "mapping \"staff\" { when subject.CN = \"Alice\" or not issuer.O like (\"a*\", \"b*\"); allow \"account\";"        \
    " group \"g\"; attribute \"mail\" = \"${subject.E}\"; }"

T_TEST(means_what_its_text_means) {
    struct certmap_builder *builder = t_builder();
    const struct certmap_description given = describe();
    ck_assert_int_eq(certmap_builder_add(builder, &given, NULL, NULL, NULL), CERTMAP_OK);
    expect_rules(t_finish(builder), "certmap 1; " STAFF);
}

T_TEST(without_terms_all_conditions_hold) {
    struct certmap_builder *builder = t_builder();
    struct certmap_description given = describe();
    given.terms = NULL;
    given.term_count = 0;
    given.output_count = 0;
    ck_assert_int_eq(certmap_builder_add(builder, &given, NULL, NULL, NULL), CERTMAP_OK);
    expect_rules(t_finish(builder), "certmap 1; mapping \"staff\" { when subject.CN = \"Alice\" and issuer.O like "
                                    "(\"a*\", \"b*\"); allow \"account\"; }");
}

/* A mapping that was begun in calls ends where another one is added. */
T_TEST(goes_together_with_calls) {
    struct certmap_builder *builder = t_builder();
    const struct certmap_description given = describe();
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "first", "f", NULL), CERTMAP_OK);
    ck_assert_int_eq(t_add_equal(builder, "CN", "f", NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_add(builder, &given, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

/* ---- mistakes ---- */

struct seen {
    size_t count, line, index;
    enum certmap_part part;
    enum certmap_code code;
};

static void see(void *ctx, enum certmap_part part, size_t index, const struct certmap_diagnostic *error) {
    struct seen *seen = ctx;
    *seen = (struct seen){seen->count + 1, error->line, index, part, error->code};
}

static void name_empty(struct certmap_description *given) {
    (void)given;
    mapping.name = t_text("");
}
static void account_empty(struct certmap_description *given) {
    (void)given;
    mapping.account = t_text("");
}
static void account_hole(struct certmap_description *given) {
    given->account.length = 14;
    mapping.account = t_text("a${nothing}b");
    mapping.is_template = true;
}
static void subfield_unknown(struct certmap_description *given) {
    (void)given;
    conditions[1].subfield = t_text("XX");
}
static void operator_wrong(struct certmap_description *given) {
    (void)given;
    conditions[1].op = CERTMAP_OP_UNDER;
}
static void operand_wrong(struct certmap_description *given) {
    static const struct certmap_view wrong[] = {CM_VIEW_OF("a"), CM_VIEW_OF("\\q")};
    (void)given;
    conditions[1].operands = wrong;
}
static void operand_without_position(struct certmap_description *given) {
    given->condition_positions = NULL;
    operand_wrong(given);
}
static void attribute_empty(struct certmap_description *given) {
    (void)given;
    outputs[1].name = t_text("");
}
static void group_empty(struct certmap_description *given) {
    (void)given;
    outputs[0].value = t_text("");
}
static void group_empty_without_position(struct certmap_description *given) {
    given->output_positions = NULL;
    group_empty(given);
}
static void outputs_of_a_refusal(struct certmap_description *given) {
    (void)given;
    mapping.decision = CERTMAP_DENY;
}
static void no_terms(struct certmap_description *given) {
    given->term_count = 0;
}
static void too_few_terms(struct certmap_description *given) {
    given->terms = &any_of_both[1];
    given->term_count = 1;
}
static void group_too_long(struct certmap_description *given) {
    given->term_count = 3;
}
static void not_of_two(struct certmap_description *given) {
    static const struct certmap_term terms[] = {
        {CERTMAP_TERM_NOT, 3}, {CERTMAP_TERM_CONDITION, 1}, {CERTMAP_TERM_CONDITION, 1}};
    given->terms = terms;
    given->term_count = 3;
}
static void group_empty_term(struct certmap_description *given) {
    static const struct certmap_term terms[] = {
        {CERTMAP_TERM_ALL, 1}, {CERTMAP_TERM_CONDITION, 1}, {CERTMAP_TERM_CONDITION, 1}};
    given->terms = terms;
    given->term_count = 3;
}

static const struct mistake {
    void (*make)(struct certmap_description *given);
    struct seen seen;
} mistakes[] = {
    {name_empty, {1, 1, 0, CERTMAP_PART_NAME, CERTMAP_CODE_EMPTY_NAME}},
    {account_empty, {1, 2, 0, CERTMAP_PART_ACCOUNT, CERTMAP_CODE_BAD_ACCOUNT}},
    {account_hole, {1, 2, 0, CERTMAP_PART_ACCOUNT, CERTMAP_CODE_UNKNOWN_FIELD}},
    {subfield_unknown, {1, 13, 1, CERTMAP_PART_CONDITION, CERTMAP_CODE_UNKNOWN_SUBFIELD}},
    {operator_wrong, {1, 14, 1, CERTMAP_PART_CONDITION, CERTMAP_CODE_BAD_OPERATOR}},
    {operand_wrong, {1, 22, 1, CERTMAP_PART_CONDITION, CERTMAP_CODE_BAD_ESCAPE}},
    {operand_without_position, {1, 1, 1, CERTMAP_PART_CONDITION, CERTMAP_CODE_BAD_ESCAPE}},
    {attribute_empty, {1, 33, 1, CERTMAP_PART_OUTPUT, CERTMAP_CODE_EMPTY_NAME}},
    {group_empty, {1, 32, 0, CERTMAP_PART_OUTPUT, CERTMAP_CODE_BAD_ACCOUNT}},
    {group_empty_without_position, {1, 1, 0, CERTMAP_PART_OUTPUT, CERTMAP_CODE_BAD_ACCOUNT}},
    {outputs_of_a_refusal, {1, 1, 0, CERTMAP_PART_OUTPUT, CERTMAP_CODE_ARGUMENT}},
    {no_terms, {1, 1, 0, CERTMAP_PART_EXPRESSION, CERTMAP_CODE_ARGUMENT}},
    {too_few_terms, {1, 1, 0, CERTMAP_PART_EXPRESSION, CERTMAP_CODE_ARGUMENT}},
    {group_too_long, {1, 1, 0, CERTMAP_PART_EXPRESSION, CERTMAP_CODE_ARGUMENT}},
    {not_of_two, {1, 1, 0, CERTMAP_PART_EXPRESSION, CERTMAP_CODE_ARGUMENT}},
    {group_empty_term, {1, 1, 0, CERTMAP_PART_EXPRESSION, CERTMAP_CODE_ARGUMENT}},
};

static void expect_seen(const struct seen *seen, const struct seen *wanted) {
    ck_assert_uint_eq(seen->count, wanted->count);
    ck_assert_uint_eq(seen->line, wanted->line);
    ck_assert_uint_eq(seen->index, wanted->index);
    ck_assert_int_eq(seen->part, wanted->part);
    ck_assert_int_eq(seen->code, wanted->code);
}

/* Dropped whole: what was right before does not become a rule set either. */
T_TEST(a_mistake_is_reported_where_it_is) {
    struct certmap_builder *builder = t_builder();
    struct certmap_description given = describe();
    struct certmap_rules *rules = NULL;
    struct seen seen = {0, 0, 0, CERTMAP_PART_NAME, CERTMAP_CODE_NONE};
    mistakes[_i].make(&given);
    ck_assert_int_ne(certmap_builder_add(builder, &given, see, &seen, NULL), CERTMAP_OK);
    expect_seen(&seen, &mistakes[_i].seen);
    ck_assert_int_ne(certmap_builder_finish(builder, &rules, NULL), CERTMAP_OK);
    ck_assert_ptr_null(rules);
    certmap_builder_free(builder);
}

/* The check says the same, and leaves nothing: neither the name, nor a need, nor a failure. */
T_TEST(a_check_leaves_nothing) {
    struct certmap_builder *builder = t_builder();
    struct certmap_description given = describe();
    struct seen seen = {0, 0, 0, CERTMAP_PART_NAME, CERTMAP_CODE_NONE};
    mistakes[_i].make(&given);
    ck_assert_int_ne(certmap_builder_check(builder, &given, see, &seen, NULL), CERTMAP_OK);
    expect_seen(&seen, &mistakes[_i].seen);
    given = describe();
    conditions[0].field = CERTMAP_FIELD_SAN_DIRNAME;
    conditions[0].subfield = t_text("O");
    ck_assert_int_eq(certmap_builder_check(builder, &given, see, &seen, NULL), CERTMAP_OK);
    ck_assert_uint_eq(seen.count, 1);
    given = describe();
    ck_assert_int_eq(certmap_builder_add(builder, &given, see, &seen, NULL), CERTMAP_OK);
    expect_rules(t_finish(builder), "certmap 1; " STAFF);
}

/* ---- flawed ones ---- */

T_TEST(a_flawed_one_keeps_its_name_from_others) {
    struct certmap_builder *builder = t_builder();
    struct certmap_description given = describe();
    struct certmap_rules *rules = NULL;
    struct seen seen = {0, 0, 0, CERTMAP_PART_NAME, CERTMAP_CODE_NONE};
    given.flawed = 1;
    given.term_count = 1; /* which nobody looks at */
    ck_assert_int_eq(certmap_builder_add(builder, &given, see, &seen, NULL), CERTMAP_OK);
    given = describe();
    ck_assert_int_eq(certmap_builder_add(builder, &given, see, &seen, NULL), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(seen.code, CERTMAP_CODE_DUPLICATE_MAPPING);
    ck_assert_int_eq(certmap_builder_finish(builder, &rules, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

T_TEST(of_a_flawed_one_what_is_there_is_checked) {
    struct certmap_builder *builder = t_builder();
    struct certmap_description given = describe();
    struct seen seen = {0, 0, 0, CERTMAP_PART_NAME, CERTMAP_CODE_NONE};
    given.flawed = 1;
    mapping.name = (struct certmap_view){NULL, 0};
    mapping.decision = CERTMAP_NONE;
    mapping.account = t_text("");
    conditions[0].subfield = t_text("XX");
    ck_assert_int_eq(certmap_builder_check(builder, &given, see, &seen, NULL), CERTMAP_ERROR_SYNTAX);
    expect_seen(&seen, &(struct seen){1, 11, 0, CERTMAP_PART_CONDITION, CERTMAP_CODE_UNKNOWN_SUBFIELD});
    given.flawed = 0;
    ck_assert_int_eq(certmap_builder_check(builder, &given, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

/* ---- memory and arguments ---- */

static enum certmap_status build(const struct certmap_allocator *allocator, struct certmap_rules **rules,
                                 struct seen *seen) {
    struct certmap_builder *builder = NULL;
    struct certmap_description given = describe();
    enum certmap_status status = certmap_builder_new(&builder, allocator, NULL);
    if (status == CERTMAP_OK)
        status = certmap_builder_check(builder, &given, see, seen, NULL);
    if (status == CERTMAP_OK)
        status = certmap_builder_add(builder, &given, see, seen, NULL);
    if (status == CERTMAP_OK)
        status = certmap_builder_finish(builder, rules, NULL);
    certmap_builder_free(builder);
    return status;
}

T_TEST(without_memory) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct certmap_rules *rules = NULL;
        struct seen seen = {0, 0, 0, CERTMAP_PART_NAME, CERTMAP_CODE_NONE};
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = build(&allocator, &rules, &seen);
        failed = t_alloc_failed(&memory);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        ck_assert_uint_le(seen.count, failed);
        certmap_rules_free(rules);
        ck_assert_msg(memory.live == 0, "request %zu leaks", n);
    }
}

T_TEST(refuses_arguments) {
    struct certmap_builder *builder = t_builder();
    struct certmap_description given = describe();
    ck_assert_int_eq(certmap_builder_add(NULL, &given, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_check(NULL, &given, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_builder_check(builder, NULL, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    given.mapping = NULL;
    ck_assert_int_eq(certmap_builder_check(builder, &given, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    given = describe();
    given.conditions = NULL;
    ck_assert_int_eq(certmap_builder_check(builder, &given, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    given = describe();
    conditions[1].size = 1;
    conditions[0].size = sizeof conditions[0];
    ck_assert_int_eq(certmap_builder_check(builder, &given, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    given = describe();
    given.flawed = 2;
    ck_assert_int_eq(certmap_builder_check(builder, &given, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    given = describe();
    given.reserved = 1;
    ck_assert_int_eq(certmap_builder_check(builder, &given, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

T_TESTS("description", T_CASE("all", means_what_its_text_means, without_terms_all_conditions_hold,
                              goes_together_with_calls, T_LOOP(a_mistake_is_reported_where_it_is, COUNT(mistakes)),
                              T_LOOP(a_check_leaves_nothing, COUNT(mistakes)), a_flawed_one_keeps_its_name_from_others,
                              of_a_flawed_one_what_is_there_is_checked, without_memory, refuses_arguments))
