/* SPDX-License-Identifier: MIT */
/* The store of a rule set: what is where, and how much there is room for. */
#include "rule/layout.h"
#include "rule/positions.h"
#include "rules.h"
#include "support/alloc.h"

/* ---- what is where ---- */

/* The offsets of the conditions of a mapping, in order. */
static size_t conditions_of(const struct cm_mapping *mapping, uint32_t *offsets, size_t most) {
    size_t count = 0;
    for (size_t i = 0; i < cm_node_size(mapping->nodes); i++)
        if (mapping->nodes[i].kind == CM_NODE_CONDITION) {
            ck_assert_uint_lt(count, most);
            offsets[count++] = mapping->nodes[i].value;
        }
    return count;
}

/* Which conditions are before all mappings, and which in one: s and o, for each mapping. */
static const struct {
    const char *mappings;
    const char *where;
} rows[] = {
    {"mapping \"a\" { when subject.O = \"x\"; deny; }", "o"},
    {"mapping \"a\" { when subject.O = \"x\" and subject.O = \"x\"; deny; }", "oo"},
    {"mapping \"a\" { when subject.O = \"x\" and subject.CN = \"y\"; deny; }"
     "mapping \"b\" { when subject.O = \"x\" or not subject.CN = \"z\"; allow \"b\"; }",
     "so so"},
    {"mapping \"a\" { when always; deny; }", ""},
    {"mapping \"a\" { when subject.O present; allow \"A\\\\b\"; }"
     "mapping \"b\" { when subject.O present; allow \"A\\\\c\"; group \"g\"; }",
     "s s"},
    {"mapping \"a\" { when count(subject.OU) = 300 and subject.OU in (\"1\", \"2\", \"3\"); deny; }", "oo"},
};

T_TEST(where_conditions_stand) {
    struct t_buf text = T_BUF_INIT, where = T_BUF_INIT;
    t_put(&text, "certmap 1; ");
    t_put(&text, rows[_i].mappings);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    for (size_t i = 0; i < rules->mapping_count; i++) {
        const struct cm_mapping *mapping = cm_mapping_at(rules, i);
        uint32_t offsets[8];
        const size_t count = conditions_of(mapping, offsets, 8);
        const uint32_t end = i + 1 < rules->mapping_count ? rules->offsets[i + 1] : UINT32_MAX;
        ck_assert_uint_eq(mapping->index, i);
        t_put(&where, i > 0 ? " " : "");
        for (size_t k = 0; k < count; k++) {
            ck_assert(offsets[k] < rules->offsets[0] || (offsets[k] > rules->offsets[i] && offsets[k] < end));
            t_put(&where, offsets[k] < rules->offsets[0] ? "s" : "o");
        }
    }
    ck_assert_str_eq(t_cstr(&where), rows[_i].where);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&where);
}

/* A mapping that holds a condition twice holds it once in the store. */
T_TEST(a_condition_once) {
    struct certmap_rules *rules =
        t_rules("certmap 1; mapping \"a\" { when subject.O = \"x\" or (subject.CN = \"y\" and "
                "not subject.O = \"x\"); deny; }");
    uint32_t offsets[3];
    ck_assert_uint_eq(conditions_of(cm_mapping_at(rules, 0), offsets, 3), 3);
    ck_assert_uint_eq(offsets[0], offsets[2]);
    ck_assert_uint_ne(offsets[0], offsets[1]);
    certmap_rules_free(rules);
}

/* One-to-one mappings are tried first; both kinds keep their order, and so do their offsets. */
T_TEST(order_of_mappings) {
    static const char *const names[] = {"d", "e", "a", "b", "c"};
    struct certmap_builder *builder = t_builder();
    for (size_t i = 0; i < 5; i++) {
        const bool whole = i > 2;
        const char name[] = {(char)('a' + i), '\0'};
        t_add_mapping(builder, whole ? CERTMAP_KIND_ONE_TO_ONE : CERTMAP_KIND_NATIVE, name, "x", NULL);
        if (whole)
            t_add_certificate(builder, t_text(name), NULL);
        else
            t_add_equal(builder, "CN", name, NULL);
    }
    struct certmap_rules *rules = t_finish(builder);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(cm_mapping_at(rules, i)->index, i);
        ck_assert_str_eq((const char *)cm_mapping_name(cm_mapping_at(rules, i)).data, names[i]);
        ck_assert(i == 0 || rules->offsets[i] > rules->offsets[i - 1]);
    }
    certmap_rules_free(rules);
}

/* ---- blocks ---- */

#define BLOCK_BYTES ((size_t)CM_BLOCK_OFFSETS * CM_OFFSET_UNIT)

/* Adds mappings that hold bytes of so many zeros and their own number. The store has them in order. */
static void add_large(struct certmap_builder *builder, size_t first, size_t count, uint8_t *bytes, size_t size) {
    for (size_t i = first; i < first + count; i++) {
        const char name[] = {(char)('a' + i / 26), (char)('a' + i % 26), '\0'};
        bytes[0] = (uint8_t)i;
        t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, name, "x", NULL);
        t_add_certificate(builder, (struct certmap_view){bytes, size}, NULL);
    }
}

static void check_large(const struct certmap_rules *rules, size_t first, size_t count, size_t size) {
    for (size_t i = first; i < first + count; i++) {
        const struct cm_mapping *mapping = cm_mapping_at(rules, i);
        ck_assert_uint_eq(mapping->index, i);
        const struct cm_condition condition = cm_condition_at(rules, mapping->nodes[1].value);
        const struct cm_operand operand = cm_operand_first(&condition);
        ck_assert_uint_eq(operand.shown.len, size);
        ck_assert_uint_eq(operand.shown.data[0], (uint8_t)i);
        ck_assert_uint_eq(operand.shown.data[size - 1], 0);
    }
}

/* What does not fit into a block begins the next one. */
#define USUAL ((size_t)900 << 10)
#define USUAL_IN_BLOCK (BLOCK_BYTES / USUAL)

/* So many mappings of usual size, and one that is larger than a block, with one after it. */
static struct certmap_builder *large_builder(const struct certmap_allocator *allocator, size_t count, bool larger) {
    uint8_t *bytes = calloc(1, BLOCK_BYTES);
    struct certmap_builder *builder = NULL;
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(certmap_builder_new(&builder, allocator, NULL), CERTMAP_OK);
    add_large(builder, 0, count, bytes, USUAL);
    if (larger) {
        add_large(builder, count, 1, bytes, BLOCK_BYTES);
        add_large(builder, count + 1, 1, bytes, USUAL);
    }
    free(bytes);
    return builder;
}

T_TEST(store_of_several_blocks) {
    const size_t count = USUAL_IN_BLOCK + 4;
    struct certmap_rules *rules = t_finish(large_builder(NULL, count, true));
    check_large(rules, 0, count, USUAL);
    check_large(rules, count, 1, BLOCK_BYTES);
    check_large(rules, count + 1, 1, USUAL);
    ck_assert_uint_eq(rules->heads, 3); /* the third block goes on in the second */
    ck_assert_uint_eq(rules->offsets[USUAL_IN_BLOCK], CM_BLOCK_OFFSETS);
    certmap_rules_free(rules);
}

/* There are never the whole text and the whole store at once: a block and a piece more than one of them, and what has no
 * texts. */
T_TEST(text_is_released_as_the_store_is_written) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    const size_t count = 3 * USUAL_IN_BLOCK, text = count * USUAL;
    struct certmap_builder *builder = large_builder(&allocator, count, false);
    struct certmap_rules *rules = NULL;
    ck_assert_int_eq(certmap_builder_finish(builder, &rules, NULL), CERTMAP_OK);
    certmap_builder_free(builder);
    check_large(rules, 0, count, USUAL);
    ck_assert_uint_lt(memory.bytes, text + ((size_t)1 << 20));
    ck_assert_uint_lt(memory.peak, text + BLOCK_BYTES + 2 * CM_DRAFT_PIECE + ((size_t)1 << 20));
    certmap_rules_free(rules);
    ck_assert_uint_eq(memory.live, 0);
}

/* A block for which there is no memory is no leak of those before it, nor of the text. */
T_TEST(no_memory_for_a_block) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    for (size_t n = 0;; n++) {
        struct certmap_builder *builder = large_builder(&allocator, USUAL_IN_BLOCK + 1, false);
        struct certmap_rules *rules = NULL;
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = certmap_builder_finish(builder, &rules, NULL);
        const bool failed = t_alloc_failed(&memory);
        t_alloc_fail_at(&memory, SIZE_MAX);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        certmap_builder_free(builder);
        certmap_rules_free(rules);
        ck_assert_uint_eq(memory.live, 0);
        if (!failed)
            break;
    }
}

/* ---- the text of a draft ---- */

/* A text that goes on after its piece, one that is longer than a piece, and what comes after each: all are together, and a
 * piece is released when all that begins in it was. */
T_TEST(pieces_of_text) {
    static const size_t sizes[] = {CM_DRAFT_PIECE - 10, 100, 1, 2 * CM_DRAFT_PIECE, 7, CM_DRAFT_PIECE, 1};
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct cm_draft_text text = {.len = 0};
    uint32_t at[COUNT(sizes)];
    uint8_t *bytes = malloc(2 * CM_DRAFT_PIECE);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        at[i] = (uint32_t)text.len;
        memset(bytes, (int)i + 1, sizes[i]);
        ck_assert(cm_draft_text_add(&text, (struct certmap_view){bytes, sizes[i]}, &allocator));
    }
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const uint8_t *there = cm_draft_text_at(&text, at[i]);
        memset(bytes, (int)i + 1, sizes[i]);
        ck_assert_int_eq(memcmp(there, bytes, sizes[i]), 0);
    }
    free(bytes);
    const size_t pieces = memory.live - 1;
    cm_draft_text_drop(&text, at[1], sizes[1]);
    ck_assert_uint_eq(memory.live, pieces + 1);
    cm_draft_text_release(&text, at[0], sizes[0], &allocator);
    ck_assert_uint_eq(memory.live, pieces);
    for (size_t i = 2; i < COUNT(sizes); i++)
        cm_draft_text_release(&text, at[i], sizes[i], &allocator);
    ck_assert_uint_eq(memory.live, 1);
    cm_draft_text_free(&text, &allocator);
    ck_assert_uint_eq(memory.live, 0);
}

/* ---- where mappings are in the source ---- */

/* Positions of several groups: the smallest and largest numbers, lines that go back, and a column that does not fit. */
static const struct {
    size_t line, column;
    uint32_t kept_line, kept_column;
} places[] = {
    {1, 1, 1, 1},
    {2, 1, 2, 1},
    {66, 128, 66, 128},
    {65, 5, 65, 5},
    {0, 0, 0, 0},
    {UINT32_MAX, 0, UINT32_MAX, 0},
    {1, CM_MAX_COLUMN, 1, CM_MAX_COLUMN},
    {(size_t)1 << 31, 127, (uint32_t)1 << 31, 127},
    {0, (size_t)CM_MAX_COLUMN + 1, 0, CM_MAX_COLUMN},
    {3, 16384, 3, 16384},
    {UINT32_MAX - 1, 2, UINT32_MAX - 1, 2},
};

/* Every third is one-to-one, and is tried before the others. */
static size_t index_of(size_t number, size_t count) {
    const size_t front = (count + 2) / 3;
    return number % 3 == 0 ? number / 3 : front + number - number / 3 - 1;
}

T_TEST(positions) {
    struct certmap_builder *builder = t_builder();
    const size_t count = 3 * CM_POSITIONS_A_GROUP + 1;
    for (size_t i = 0; i < count; i++) {
        struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
        const char name[] = {(char)('a' + i / 26), (char)('a' + i % 26), '\0'};
        mapping.name = t_text(name);
        mapping.decision = CERTMAP_DENY;
        mapping.kind = i % 3 == 0 ? CERTMAP_KIND_ONE_TO_ONE : CERTMAP_KIND_NATIVE;
        mapping.line = places[i % COUNT(places)].line;
        mapping.column = places[i % COUNT(places)].column;
        ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
        if (i % 3 == 0)
            t_add_certificate(builder, t_text("x"), NULL);
        else
            t_add_equal(builder, "CN", "x", NULL);
    }
    struct certmap_rules *rules = t_finish(builder);
    for (size_t i = 0; i < count; i++) {
        struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
        ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, index_of(i, count), NULL), CERTMAP_OK);
        ck_assert_uint_eq(mapping.line, places[i % COUNT(places)].kept_line);
        ck_assert_uint_eq(mapping.column, places[i % COUNT(places)].kept_column);
    }
    certmap_rules_free(rules);
}

/* Rules of a program have no positions, and nothing is kept of them. */
T_TEST(no_positions) {
    struct certmap_builder *builder = t_builder();
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "a", "x", NULL);
    t_add_equal(builder, "CN", "y", NULL);
    struct certmap_rules *rules = t_finish(builder);
    ck_assert_ptr_null(rules->positions);
    ck_assert_uint_eq(cm_position_at(rules, 0).line, 0);
    certmap_rules_free(rules);
}

/* ---- how much there is room for ---- */

/* Plans a draft of one mapping with one condition, whose operands are said to have so many bytes; nobody reads them. */
static enum certmap_status plan(uint32_t *end, uint32_t len, struct certmap_diagnostic *err) {
    uint8_t text[1] = {0};
    struct cm_draft_piece piece = {text, sizeof text, sizeof text};
    struct cm_path path = {0};
    struct cm_node nodes[] = {{CM_NODE_ALL, 2}, {CM_NODE_CONDITION, 0}};
    struct cm_draft_mapping mapping = {.name = CM_TEXT_NONE};
    struct cm_draft_condition condition = {.stored = {.plain = 1}, .count = 1, .len = len};
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"a\" { when always; deny; }");
    struct certmap_rules made = {.allocator = rules->allocator, .mapping_count = 1, .paths = &path};
    struct cm_draft draft = {
        .rules = &made, .mappings = &mapping, .nodes = nodes, .conditions = &condition, .text = {&piece, 1, 1, len}};
    struct cm_layout layout;
    draft.node_count = 2;
    draft.condition_count = 1;
    const enum certmap_status status = cm_layout_plan(&layout, &draft, &(struct cm_layout_order){.home_count = 0}, err);
    *end = layout.end;
    cm_layout_free(&layout);
    rules->allocator.release(rules->allocator.ctx, made.offsets);
    certmap_rules_free(rules);
    return status;
}

T_TEST(offsets_at_their_end) {
    /* A word and two nodes before the condition, which begins with a word. */
    const uint32_t before = 2, most = (CM_MAX_NODES - before) * (uint32_t)CM_OFFSET_UNIT - 4;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    uint32_t end;
    ck_assert_int_eq(plan(&end, 4, &error), CERTMAP_OK);
    ck_assert_uint_eq(end, before + 1);
    ck_assert_int_eq(plan(&end, 5, &error), CERTMAP_OK);
    ck_assert_uint_eq(end, before + 2);
    ck_assert_int_eq(plan(&end, most, &error), CERTMAP_OK);
    ck_assert_uint_eq(end, CM_MAX_NODES);
    ck_assert_int_eq(plan(&end, most + 1, &error), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_RULES_TOO_LARGE);
    ck_assert_str_eq(error.text, "the rules have more than 4294967294 bytes with their texts");
}

/* Where there is hardly room for mappings after what they share, no home is past the last offset. */
T_TEST(homes_at_the_end_of_offsets) {
    enum { MAPPINGS = 8, ROOM = 100 };
    const uint32_t len = (CM_MAX_NODES - ROOM) * (uint32_t)CM_OFFSET_UNIT - 4;
    uint8_t text[1] = {0};
    struct cm_draft_piece piece = {.bytes = text, .size = 1, .left = 1};
    struct cm_path path = {0};
    struct cm_node nodes[] = {{CM_NODE_ALL, 2}, {CM_NODE_CONDITION, 0}};
    struct cm_draft_mapping mappings[MAPPINGS];
    struct cm_draft_condition condition = {.stored = {.plain = 1}, .count = 1, .len = len};
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"a\" { when always; deny; }");
    struct certmap_rules made = {.allocator = rules->allocator, .mapping_count = MAPPINGS, .paths = &path};
    struct cm_draft draft = {.rules = &made,
                             .mappings = mappings,
                             .nodes = nodes,
                             .conditions = &condition,
                             .text = {&piece, 1, 1, len},
                             .node_count = 2,
                             .condition_count = 1};
    uint32_t order[MAPPINGS], keys[MAPPINGS];
    struct cm_layout layout;
    for (uint32_t i = 0; i < MAPPINGS; i++) {
        mappings[i] = (struct cm_draft_mapping){.name = CM_TEXT_NONE};
        order[i] = i;
        keys[i] = UINT32_MAX / MAPPINGS * i;
    }
    const struct cm_layout_order wanted = {.mappings = order, .keys = keys, .home_count = MAPPINGS};
    ck_assert_int_eq(cm_layout_plan(&layout, &draft, &wanted, NULL), CERTMAP_OK);
    ck_assert_uint_eq(layout.home_size, 0);
    ck_assert_uint_le(layout.end, CM_MAX_NODES);
    cm_layout_free(&layout);
    rules->allocator.release(rules->allocator.ctx, made.offsets);
    certmap_rules_free(rules);
}

T_TESTS("layout",
        T_CASE("offsets", T_LOOP(where_conditions_stand, COUNT(rows)), a_condition_once, order_of_mappings,
               homes_at_the_end_of_offsets, offsets_at_their_end),
        T_CASE("blocks", T_TAGS(T_SLOW), T_TIMEOUT(60), store_of_several_blocks,
               text_is_released_as_the_store_is_written, no_memory_for_a_block),
        T_CASE("text", pieces_of_text), T_CASE("positions", positions, no_positions))
