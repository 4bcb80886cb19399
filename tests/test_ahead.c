/* SPDX-License-Identifier: MIT */
/* Conditions that are made before it is their turn are what they would be in their turn. */
#include "certmap/limits.h"
#include "compile/builder.h"
#include "rules.h"
#include "support/count.h"

static struct certmap_builder *builder;

static void begin(void) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.name = t_text("a");
    mapping.decision = CERTMAP_DENY;
    ck_assert_int_eq(certmap_builder_new(&builder, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
}

static void end(void) {
    certmap_builder_free(builder);
}

static struct certmap_condition condition_of(const char *subfield, enum certmap_operator op,
                                             const struct certmap_view *operand) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.field = CERTMAP_FIELD_SUBJECT;
    condition.subfield = t_text(subfield);
    condition.op = op;
    condition.operands = operand;
    condition.operand_count = 1;
    return condition;
}

/* Compiles it in its turn, which makes its subfield known, and then ahead of it; whether that made it. */
static bool make_twice(const struct certmap_condition *condition) {
    builder->ahead.count = builder->ahead.used = 0;
    const enum certmap_status status = certmap_builder_condition(builder, condition, NULL);
    const struct cm_made_condition *made = &builder->ahead.made[0];
    const size_t count = builder->draft.condition_count;
    cm_builder_look_ahead(builder, condition);
    ck_assert_uint_eq(builder->ahead.count, 1);
    if (made->record.len == 0)
        return false;
    const struct cm_draft_condition *there = &builder->draft.conditions[count - 1];
    uint32_t number;
    ck_assert_int_eq(status, CERTMAP_OK);
    ck_assert_uint_eq(made->record.len, builder->record.len);
    ck_assert_mem_eq(made->record.bytes, builder->record.bytes, builder->record.len);
    ck_assert_uint_eq(made->count, there->count);
    ck_assert_mem_eq(&made->stored, &there->stored, sizeof made->stored);
    ck_assert_int_eq(cm_builder_stored(builder, made, &number, NULL), CERTMAP_OK);
    ck_assert_uint_eq(number, count - 1);
    ck_assert_uint_eq(builder->draft.condition_count, count);
    return true;
}

static const struct {
    const char *subfield;
    enum certmap_operator op;
    unsigned flags;
    const char *text;
    bool ahead;
} rows[] = {
    {"CN", CERTMAP_OP_EQUAL, 0, "Alice", true},
    {"OU", CERTMAP_OP_EQUAL, 0, "", true},
    {"1.2.3", CERTMAP_OP_EQUAL, 0, "a*b?\\", true},
    {"any", CERTMAP_OP_EQUAL, 0, "a", true},
    {"CN", CERTMAP_OP_LIKE, 0, "*a?b**", true},
    {"CN", CERTMAP_OP_LIKE, 0, "", true},
    {"CN", CERTMAP_OP_LIKE, 0, "a", true},
    {"CN", CERTMAP_OP_LIKE, 0, "a\\*", false},
    {"CN", CERTMAP_OP_LIKE, CERTMAP_IIS_PATTERN, "a*", false},
    {"CN", CERTMAP_OP_LIKE, CERTMAP_NOCASE, "A*", false},
    {"CN", CERTMAP_OP_EQUAL, CERTMAP_NOCASE, "A", false},
    {"CN", CERTMAP_OP_EQUAL, 0, "\xC3\xA9", false},
    {"CN", CERTMAP_OP_EQUAL, 0, "\xE9", false}, /* which is no UTF-8, and refused */
    {"CN", CERTMAP_OP_MATCHES, 0, "a", false},
    {"", CERTMAP_OP_EQUAL, 0, "CN=a", false}, /* a whole Name */
};

T_TEST(as_in_their_turn) {
    const struct certmap_view operand = t_text(rows[_i].text);
    struct certmap_condition condition = condition_of(rows[_i].subfield, rows[_i].op, &operand);
    condition.flags = rows[_i].flags;
    ck_assert(make_twice(&condition) == rows[_i].ahead);
}

T_TEST(what_is_left_to_its_turn) {
    const struct certmap_view operands[] = {t_text("a"), t_text("b")};
    struct certmap_condition condition = condition_of("CN", CERTMAP_OP_EQUAL, operands);
    ck_assert(make_twice(&condition));
    condition.operand_count = 2;
    ck_assert(!make_twice(&condition));
    condition.operand_count = 1;
    condition.quantifier = CERTMAP_FIRST_VALUE;
    ck_assert(!make_twice(&condition));
    condition.quantifier = CERTMAP_ANY_VALUE;
    condition.operands = NULL;
    ck_assert(!make_twice(&condition));
    condition = condition_of("XX", CERTMAP_OP_EQUAL, operands);
    ck_assert(!make_twice(&condition));
    builder->ahead.count = 0;
    cm_builder_look_ahead(builder, NULL);
    ck_assert_uint_eq(builder->ahead.made[0].record.len, 0);
}

/* As long as there is room for five bytes of length, its bytes, and a NUL. */
T_TEST(texts_of_each_length) {
    uint8_t text[CM_AHEAD_BYTES + 2];
    memset(text, 'x', sizeof text);
    for (size_t len = 0; len <= sizeof text; len++) {
        const struct certmap_view operand = {text, len};
        const struct certmap_condition condition = condition_of("CN", CERTMAP_OP_EQUAL, &operand);
        ck_assert_msg(make_twice(&condition) == (len < CM_AHEAD_BYTES - 5), "%zu", len);
        ck_assert_uint_le(builder->ahead.used, CM_AHEAD_BYTES);
    }
}

/* One mapping of the description's conditions, and the same one made call by call: no condition is there twice. */
static void add_both(const struct certmap_condition *conditions, size_t count) {
    struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.decision = CERTMAP_DENY;
    mapping.name = t_text("b");
    description.mapping = &mapping;
    description.conditions = conditions;
    description.condition_count = count;
    ck_assert_int_eq(certmap_builder_add(builder, &description, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_uint_eq(builder->ahead.count, 0);
    const size_t made = builder->draft.condition_count;
    mapping.name = t_text("c");
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(certmap_builder_condition(builder, &conditions[i], NULL), CERTMAP_OK);
    ck_assert_uint_eq(builder->draft.condition_count, made);
    const struct cm_node *b = cm_draft_root(&builder->draft, 1), *c = cm_draft_root(&builder->draft, 2);
    ck_assert_uint_eq(cm_node_size(b), count + 1);
    for (size_t i = 1; i <= count; i++)
        ck_assert_uint_eq(b[i].value, c[i].value);
}

T_TEST(more_than_are_looked_at) {
    struct certmap_view operands[CM_MAX_AHEAD + 2];
    struct certmap_condition conditions[CM_MAX_AHEAD + 2];
    char texts[CM_MAX_AHEAD + 2][8];
    const struct certmap_view known = t_text("known");
    const struct certmap_condition first = condition_of("CN", CERTMAP_OP_EQUAL, &known);
    ck_assert_int_eq(certmap_builder_condition(builder, &first, NULL), CERTMAP_OK);
    for (size_t i = 0; i < CM_MAX_AHEAD + 2; i++) {
        snprintf(texts[i], sizeof texts[i], i % 4 == 1 ? "\xC3\xA9%zu" : "a%zu", i);
        operands[i] = t_text(texts[i]);
        conditions[i] = condition_of("CN", i % 3 == 2 ? CERTMAP_OP_LIKE : CERTMAP_OP_EQUAL, &operands[i]);
    }
    add_both(conditions, (size_t)CM_MAX_AHEAD - 1 + (size_t)_i);
}

/* A condition that is wrong for another reason is refused in its turn, and nothing of it is kept. */
T_TEST(refused_in_its_turn) {
    struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const struct certmap_view known = t_text("known"), operand = t_text("a");
    struct certmap_condition condition = condition_of("CN", CERTMAP_OP_EQUAL, &known);
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    mapping.name = t_text("b");
    mapping.decision = CERTMAP_ALLOW;
    mapping.account = t_text("\\"); /* no account: its conditions are only checked */
    description.mapping = &mapping;
    description.conditions = &condition;
    description.condition_count = 1;
    condition.operands = &operand;
    ck_assert_int_eq(certmap_builder_add(builder, &description, NULL, NULL, &error), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(error.code, CERTMAP_CODE_BAD_ACCOUNT);
    ck_assert_uint_eq(builder->draft.condition_count, 1);
    condition.count = 1; /* which "=" has not */
    mapping.decision = CERTMAP_DENY;
    mapping.name = t_text("c");
    ck_assert_int_eq(certmap_builder_add(builder, &description, NULL, NULL, &error), CERTMAP_ERROR_ARGUMENT);
    ck_assert_uint_eq(builder->draft.condition_count, 1);
}

int main(void) {
    return T_RUN("ahead",
                 T_CASE("made", T_EACH(begin, end), T_LOOP(as_in_their_turn, COUNT(rows)), what_is_left_to_its_turn,
                        texts_of_each_length, T_LOOP(more_than_are_looked_at, 4), refused_in_its_turn));
}
