/* SPDX-License-Identifier: MIT */
/* What lint keeps in few bytes: numbers and texts, reports, and operands of which each is there once. */
#define _POSIX_C_SOURCE 200809L

#include "lint/kept.h"
#include "lint/lint.h"
#include "lint/operand.h"
#include "rules.h"
#include "support/alloc.h"

static struct t_alloc memory;
static struct certmap_allocator allocator;

static void begin(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    allocator = t_alloc_allocator(&memory);
}

static void check_view(struct certmap_view is, const char *text, size_t len) {
    ck_assert_uint_eq(is.len, len);
    ck_assert_mem_eq(is.data, text, len);
}

/* ---- numbers and texts ---- */

static const struct number {
    uint64_t is;
    size_t octets;
} numbers[] = {{0, 1},
               {1, 1},
               {0x7F, 1},
               {0x80, 2},
               {0x3FFF, 2},
               {0x4000, 3},
               {300, 2},
               {UINT32_MAX, 5},
               {INT64_MAX, 9},
               {UINT64_MAX, 10},
               {SIZE_MAX, sizeof(size_t) == 8 ? 10 : 5}};

T_TEST(a_number) {
    const uint8_t *at;
    struct cm_lint_array bytes = {NULL, 0, 0};
    begin();
    struct cm_lint_packing packing = {&bytes, &allocator, false};
    cm_lint_pack_number(&packing, numbers[_i].is);
    cm_lint_pack_number(&packing, 77);
    ck_assert(!packing.failed);
    ck_assert_uint_eq(bytes.count, numbers[_i].octets + 1);
    at = bytes.items;
    ck_assert(cm_lint_unpack_number(&at) == numbers[_i].is);
    ck_assert_uint_eq(cm_lint_unpack_number(&at), 77);
    ck_assert_ptr_eq(at, (uint8_t *)bytes.items + bytes.count);
    cm_lint_array_free(&bytes, &allocator);
    ck_assert_uint_eq(memory.live, 0);
}

T_TEST(texts) {
    static char large[300];
    struct cm_lint_array bytes = {NULL, 0, 0};
    begin();
    struct cm_lint_packing packing = {&bytes, &allocator, false};
    memset(large, 'x', sizeof large);
    cm_lint_pack_text(&packing, certmap_no_view());
    cm_lint_pack_text(&packing, (struct certmap_view){(const uint8_t *)"a\0b", 3});
    cm_lint_pack_text(&packing, (struct certmap_view){(const uint8_t *)large, sizeof large});
    const uint8_t *at = bytes.items;
    check_view(cm_lint_unpack_text(&at), "", 0);
    const struct certmap_view three = cm_lint_unpack_text(&at);
    check_view(three, "a\0b", 3);
    ck_assert_uint_eq(three.data[3], 0);
    check_view(cm_lint_unpack_text(&at), large, sizeof large);
    ck_assert_ptr_eq(at, (uint8_t *)bytes.items + bytes.count);
    cm_lint_array_free(&bytes, &allocator);
}

/* Once there was no memory nothing is added, so that nobody reads half of something. */
T_TEST(packing_without_memory) {
    struct cm_lint_array bytes = {NULL, 0, 0};
    begin();
    struct cm_lint_packing packing = {&bytes, &allocator, false};
    t_alloc_fail_at(&memory, 0);
    cm_lint_pack_text(&packing, certmap_view_of("text"));
    cm_lint_pack_number(&packing, 1);
    ck_assert(packing.failed);
    ck_assert_uint_eq(bytes.count, 0);
    cm_lint_array_free(&bytes, &allocator);
    ck_assert_uint_eq(memory.live, 0);
}

/* ---- reports ---- */

static struct certmap_lint_related related = {.size = sizeof related, .mapping = 9, .text = "\"nine\" takes it"};
static struct certmap_lint_edit edit = {.size = sizeof edit};
static const struct cm_lint_value values[] = {
    {CERTMAP_FIELD_SAN, {(const uint8_t *)"ip", 2}, {(const uint8_t *)"\0\1\2\3", 4}, CERTMAP_LINT_READABLE},
    {CERTMAP_FIELD_SUBJECT, {(const uint8_t *)"OU", 2}, {NULL, 0}, CERTMAP_LINT_UNREADABLE},
};

static void make(struct cm_lint_making *made) {
    *made = (struct cm_lint_making){.is = {.size = sizeof made->is, .mapping = SIZE_MAX}};
    made->is.diagnostic = (struct certmap_diagnostic)CERTMAP_DIAGNOSTIC_INIT;
    made->is.diagnostic.code = CERTMAP_CODE_SHADOWED;
    made->is.diagnostic.severity = CERTMAP_SEVERITY_NOTE;
    made->is.diagnostic.line = 1000000;
    made->is.diagnostic.column = 3;
    made->is.diagnostic.offset = SIZE_MAX;
    made->is.diagnostic.length = 0;
    memset(made->is.diagnostic.text, 'y', sizeof made->is.diagnostic.text - 1);
    made->is.certainty = CERTMAP_CERTAINTY_PROVEN;
    made->is.fixed_by_edits = true;
    made->is.fingerprint = UINT64_MAX;
    made->is.help = "";
    related.position = (struct certmap_position){4, 5, 6, 7};
    made->is.related = &related;
    made->is.related_count = 1;
    edit.position = (struct certmap_position){8, 9, 10, 11};
    edit.text = certmap_view_of("in its place");
    made->is.edits = &edit;
    made->is.edit_count = 1;
    made->shown = (struct cm_lint_witness){values, 2};
    made->is_shown = true;
}

static void check_given(const struct cm_lint_making *given, const struct cm_lint_making *made) {
    const struct certmap_lint_report *is = &given->is, *was = &made->is;
    ck_assert_mem_eq(is->diagnostic.text, was->diagnostic.text, sizeof was->diagnostic.text);
    ck_assert_int_eq(is->diagnostic.code, was->diagnostic.code);
    ck_assert_int_eq(is->diagnostic.severity, was->diagnostic.severity);
    ck_assert_uint_eq(is->diagnostic.line, was->diagnostic.line);
    ck_assert_uint_eq(is->diagnostic.column, was->diagnostic.column);
    ck_assert_uint_eq(is->diagnostic.offset, was->diagnostic.offset);
    ck_assert_uint_eq(is->diagnostic.length, was->diagnostic.length);
    ck_assert(is->certainty == was->certainty && is->fixed_by_edits && is->fingerprint == was->fingerprint);
    ck_assert_uint_eq(is->mapping, SIZE_MAX);
    ck_assert_str_eq(is->help, "");
    ck_assert_uint_eq(is->related_count, 1);
    ck_assert_uint_eq(is->related[0].size, sizeof *is->related);
    ck_assert_uint_eq(is->related[0].mapping, 9);
    ck_assert_uint_eq(is->related[0].position.length, 7);
    ck_assert_str_eq(is->related[0].text, related.text);
    ck_assert_uint_eq(is->edit_count, 1);
    ck_assert_uint_eq(is->edits[0].position.offset, 10);
    check_view(is->edits[0].text, "in its place", 12);
    ck_assert(given->is_shown);
    ck_assert_uint_eq(given->shown.count, 2);
    check_view(given->shown.values[0].text, "\0\1\2\3", 4);
    check_view(given->shown.values[1].subfield, "OU", 2);
    ck_assert_int_eq(given->shown.values[1].state, CERTMAP_LINT_UNREADABLE);
}

static bool keep_one(struct certmap_lint *lint, const struct cm_lint_making *made) {
    const struct cm_lint_making **slot = cm_lint_array_add(&lint->making, &allocator, sizeof(struct cm_lint_making *));
    if (slot == NULL)
        return false;
    *slot = made;
    cm_lint_reports_keep(lint);
    return !lint->failed;
}

static void free_lint(struct certmap_lint *lint) {
    cm_lint_array_free(&lint->making, &allocator);
    cm_lint_array_free(&lint->packing, &allocator);
    cm_lint_array_free(&lint->reports, &allocator);
    cm_lint_pool_free(&lint->pool);
}

/* It comes back as it was made, in whatever was no memory: then there is none. */
T_TEST(a_report) {
    struct cm_lint_making made, given;
    begin();
    make(&made);
    for (size_t n = 0;; n++) {
        struct certmap_lint lint = {.allocator = allocator};
        struct cm_lint_pool pool;
        (void)cm_lint_pool_init(&lint.pool, &allocator);
        (void)cm_lint_pool_init(&pool, &allocator);
        t_alloc_fail_at(&memory, n);
        const bool kept = keep_one(&lint, &made) && cm_lint_kept_give(&given, &pool, lint.reports.items);
        ck_assert_int_eq(kept, !t_alloc_failed(&memory));
        if (kept)
            check_given(&given, &made);
        cm_lint_pool_free(&pool);
        free_lint(&lint);
        ck_assert_uint_eq(memory.live, 0);
        if (kept)
            break;
    }
}

/* By line, place and mapping, the rule set before all mappings, and then as they were added. */
T_TEST(the_order) {
    struct cm_lint_kept kept[] = {{2, 5, 0, NULL, 0, 0}, {1, 9, 7, NULL, 1, 0}, {0, 0, 3, NULL, 2, 0},
                                  {1, 9, 7, NULL, 3, 0}, {1, 2, 8, NULL, 4, 0}, {0, 0, SIZE_MAX, NULL, 5, 0}};
    static const uint32_t order[] = {5, 2, 4, 1, 3, 0};
    cm_lint_kept_sort(kept, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(kept[i].added, order[i]);
    cm_lint_kept_sort(NULL, 0);
}

/* ---- operands ---- */

static const struct cm_lint_operand *keep_operand(struct cm_lint_operand_table *table, struct cm_lint_pool *pool,
                                                  const char *shown, const char *compared, size_t bits) {
    const struct certmap_walk_item item = {.size = sizeof item,
                                           .kind = CERTMAP_WALK_OPERAND,
                                           .shown = certmap_view_of(shown),
                                           .compared = certmap_view_of(compared),
                                           .bits = bits};
    return cm_lint_operand_keep(table, pool, &item);
}

/* One that is shown, or compared, in another way, or is of another number of bits, is another one. */
T_TEST(operands_that_are_the_same) {
    struct cm_lint_operand_table table;
    struct cm_lint_pool pool;
    begin();
    (void)cm_lint_pool_init(&pool, &allocator);
    ck_assert(cm_lint_operand_table_begin(&table, &allocator));
    const struct cm_lint_operand *sales = keep_operand(&table, &pool, "Sales", "sales", 0);
    ck_assert_ptr_eq(keep_operand(&table, &pool, "Sales", "sales", 0), sales);
    ck_assert_ptr_ne(keep_operand(&table, &pool, "SALES", "sales", 0), sales);
    ck_assert_ptr_ne(keep_operand(&table, &pool, "Sales", "Sales", 0), sales);
    ck_assert_ptr_ne(keep_operand(&table, &pool, "Sales", "sales", 8), sales);
    ck_assert_ptr_ne(keep_operand(&table, &pool, "Salessa", "les", 0), sales);
    check_view(cm_lint_shown(sales), "Sales", 5);
    check_view(cm_lint_compared(sales), "sales", 5);
    const struct cm_lint_operand *empty = keep_operand(&table, &pool, "", "", 0);
    ck_assert_uint_eq(cm_lint_compared(empty).len, 0);
    ck_assert_ptr_eq(keep_operand(&table, &pool, "", "", 0), empty);
    ck_assert(!cm_lint_operands_agree(sales, empty));
    cm_lint_operand_table_free(&table, &allocator);
    ck_assert_ptr_ne(keep_operand(&table, &pool, "Sales", "sales", 0), sales); /* none is kept in mind */
    cm_lint_pool_free(&pool);
    ck_assert_uint_eq(memory.live, 0);
}

/* The table grows many times, and what was there is there; without memory nothing is lost. */
T_TEST(many_operands) {
    enum { MANY = 5000 };
    static const struct cm_lint_operand *kept[MANY];
    struct cm_lint_operand_table table;
    struct cm_lint_pool pool;
    char text[24];
    begin();
    (void)cm_lint_pool_init(&pool, &allocator);
    ck_assert(cm_lint_operand_table_begin(&table, &allocator));
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++) {
            (void)snprintf(text, sizeof text, "operand %d", i);
            t_alloc_fail_at(&memory, round == 0 ? 0 : SIZE_MAX);
            const struct cm_lint_operand *is = keep_operand(&table, &pool, text, text, 0);
            t_alloc_fail_at(&memory, SIZE_MAX);
            pool.failed = false;
            is = is != NULL ? is : keep_operand(&table, &pool, text, text, 0);
            ck_assert_ptr_nonnull(is);
            kept[i] = round == 0 ? is : kept[i];
            ck_assert_ptr_eq(is, kept[i]);
        }
    ck_assert_uint_eq(table.count, MANY);
    cm_lint_operand_table_free(&table, &allocator);
    cm_lint_pool_free(&pool);
    ck_assert_uint_eq(memory.live, 0);
}

T_TESTS("lint_kept", T_CASE("numbers and texts", T_LOOP(a_number, COUNT(numbers)), texts, packing_without_memory),
        T_CASE("reports", a_report, the_order), T_CASE("operands", operands_that_are_the_same, many_operands))
