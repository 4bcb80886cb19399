/* SPDX-License-Identifier: MIT */
/* Names as nearly all are, read in one pass: each is read as every other Name, value by value. Certificates are compared
 * by the library itself in test builds (lib/der/cert.c). */
#include "base/arena.h"
#include "base/view.h"
#include "field/list.h"
#include "name/attr.h"
#include "name/plain.h"
#include "support/alloc.h"
#include "support/der.h"
#include "support/random.h"
#include "support/run.h"

static struct certmap_allocator allocator;
static struct t_alloc memory;

/* A list of values, and what it is made in. */
struct made {
    struct cm_arena arena, scratch;
    struct cm_list list;
    enum certmap_status status;
};

typedef enum certmap_status reader(struct cm_list *list, struct certmap_view der, struct cm_arena *arena,
                                   struct cm_arena *scratch, struct certmap_diagnostic *err);

static void make(struct made *made, reader *read, struct certmap_view der) {
    cm_arena_init(&made->arena, &allocator, CERTMAP_MAX_PEER_MEMORY);
    cm_arena_init(&made->scratch, &allocator, CERTMAP_MAX_PEER_MEMORY);
    made->status = read(&made->list, der, &made->arena, &made->scratch, NULL);
}

static void made_free(struct made *made) {
    cm_arena_free(&made->arena);
    cm_arena_free(&made->scratch);
}

static bool is_same(struct certmap_view a, struct certmap_view b) {
    return a.data == b.data && a.len == b.len;
}

static bool is_text(struct certmap_view a, struct certmap_view b) {
    return cm_view_equal(a, b) && (a.data == NULL) == (b.data == NULL) &&
           (a.data == NULL || (a.data[a.len] == 0 && b.data[b.len] == 0));
}

static bool values_same(const struct cm_value *a, const struct cm_value *b) {
    return is_same(a->oid, b->oid) && is_same(a->der, b->der) && a->tag == b->tag && a->rdn == b->rdn &&
           a->row == b->row && a->next == b->next && a->unreadable == b->unreadable && a->avas == b->avas &&
           a->label == b->label && is_text(a->text.nfc, b->text.nfc) && is_text(a->text.folded, b->text.folded) &&
           (a->text.nfc.data == a->text.folded.data) == (b->text.nfc.data == b->text.folded.data);
}

/* Both ways to read a Name give the same. Returns whether it is plain. */
static bool check(struct certmap_view der) {
    struct cm_plain_ava avas[CM_PLAIN_AVAS];
    struct made one, other;
    size_t text;
    make(&one, cm_list_from_name, der);
    make(&other, cm_list_from_any_name, der);
    ck_assert_int_eq(one.status, other.status);
    if (one.status == CERTMAP_OK) {
        ck_assert_uint_eq(one.list.count, other.list.count);
        ck_assert_uint_eq(one.list.rdn_count, other.list.rdn_count);
        for (size_t i = 0; i < one.list.count; i++)
            ck_assert_msg(values_same(&one.list.values[i], &other.list.values[i]), "value %zu", i);
        for (size_t row = 0; row <= CM_ATTR_COUNT; row++)
            ck_assert_uint_eq(cm_list_first(&one.list, row), cm_list_first(&other.list, row));
    }
    made_free(&one);
    made_free(&other);
    return cm_plain_name(avas, &text, der) > 0;
}

static void set_up(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    allocator = t_alloc_allocator(&memory);
}

static void tear_down(void) {
    ck_assert_uint_eq(memory.live, 0);
}

/* ---- which Names are plain ---- */

#define AVA(oid, value) "SET{ SEQUENCE{ OID{" oid "} " value " } } "
#define ALICE AVA("2.5.4.3", "UTF8String{\"Alice\"}")

static const struct {
    const char *what, *der; /* t_der */
    bool plain;
} names[] = {
    {"one AVA", "SEQUENCE{ " ALICE "}", true},
    {"an empty value", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{}") "}", true},
    {"seven letters", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{\"AliceBo\"}") "}", true},
    {"eight letters", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{\"AliceBob\"}") "}", true},
    {"nine letters", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{\"alice bob\"}") "}", true},
    {"a letter that is not ASCII", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{C3 BC}") ALICE "}", true},
    {"U+0000", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{41 00 42}") ALICE "}", true},
    {"bytes that are not UTF-8", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{FF}") ALICE "}", true},
    {"another type of string", "SEQUENCE{ " AVA("2.5.4.3", "1E{00 41 00 42}") "}", true},
    {"no string", "SEQUENCE{ " AVA("2.5.4.3", "04{41}") "}", true},
    {"a type that is in no table", "SEQUENCE{ " AVA("1.2.3", "UTF8String{\"a\"}") "}", true},
    {"all that fits", "SEQUENCE{ 16*" ALICE "}", true},
    {"one more", "SEQUENCE{ 17*" ALICE "}", false},
    {"no AVA", "SEQUENCE{}", false},
    {"two AVAs in an RDN", "SEQUENCE{ SET{ 2*SEQUENCE{ OID{2.5.4.3} UTF8String{\"a\"} } } }", false},
    {"an empty RDN", "SEQUENCE{ SET{} }", false},
    {"a long value", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{128*61}") "}", false},
    {"the longest that is short", "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{118*61}") "}", true},
    {"a tag of two octets", "SEQUENCE{ " AVA("2.5.4.3", "1F 1F 01 61") "}", false},
    {"a type that is no OID", "SEQUENCE{ SET{ SEQUENCE{ 06{80} UTF8String{\"a\"} } } }", false},
    {"two values", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} 2*UTF8String{\"a\"} } } }", false},
    {"no value", "SEQUENCE{ SET{ SEQUENCE{ OID{2.5.4.3} } } }", false},
    {"not a Name", "SET{ " ALICE "}", false},
};

T_TEST(a_name) {
    struct t_buf buf = T_BUF_INIT;
    t_der(&buf, names[_i].der);
    ck_assert_msg(check(t_view(&buf)) == names[_i].plain, "%s", names[_i].what);
    t_buf_free(&buf);
}

/* ---- every byte, and random ones ---- */

T_TEST(every_byte_has_every_value) {
    struct t_buf buf = T_BUF_INIT;
    size_t plain = 0;
    t_der(&buf, "SEQUENCE{ " AVA("2.5.4.6", "PrintableString{\"DE\"}")
                    AVA("1.2.840.113549.1.9.1", "IA5String{\"Bob@Contoso.Example\"}") ALICE "}");
    for (size_t i = 0; i < buf.len; i++) {
        const uint8_t before = buf.data[i];
        for (unsigned value = 0; value < 256; value++) {
            buf.data[i] = (uint8_t)value;
            plain += check(t_view(&buf));
        }
        buf.data[i] = before;
    }
    ck_assert_uint_gt(plain, buf.len);
    t_buf_free(&buf);
}

static void add_random_ava(struct t_buf *buf, struct t_random *random) {
    static const uint8_t tags[] = {0x0C, 0x13, 0x16, 0x1A, 0x12, 0x14, 0x1E, 0x04};
    const size_t set = t_begin(buf), sequence = t_begin(buf), type = t_begin(buf);
    const uint8_t oid[] = {0x55, 0x04, (uint8_t)t_random_below(random, 128)};
    t_bytes(buf, oid, sizeof oid);
    t_end(buf, type, 0x06, 0);
    const size_t value = t_begin(buf), len = t_random_below(random, 40);
    for (size_t i = 0; i < len; i++) {
        const uint8_t byte =
            (uint8_t)(t_random_chance(random, 1) ? t_random_below(random, 256) : 0x20 + t_random_below(random, 0x5F));
        t_bytes(buf, &byte, 1);
    }
    t_end(buf, value, tags[t_random_below(random, sizeof tags)], 0);
    t_end(buf, sequence, 0x30, 0);
    t_end(buf, set, 0x31, 0);
}

T_TEST(random_names) {
    struct t_random random = T_RANDOM_SEED(1);
    struct t_buf buf = T_BUF_INIT;
    size_t plain = 0;
    for (int i = 0; i < 20000; i++) {
        t_buf_clear(&buf);
        const size_t name = t_begin(&buf);
        for (size_t count = t_random_below(&random, 8); count > 0; count--)
            add_random_ava(&buf, &random);
        t_end(&buf, name, 0x30, 0);
        if (t_random_chance(&random, 20))
            buf.data[t_random_below(&random, buf.len)] ^= (uint8_t)(1u << t_random_below(&random, 8));
        plain += check(t_view(&buf));
    }
    ck_assert_uint_gt(plain, 10000);
    t_buf_free(&buf);
}

/* ---- types, memory ---- */

T_TEST(rows_of_x520) {
    for (unsigned arc = 0; arc < 128; arc++) {
        const uint8_t oid[] = {0x55, 0x04, (uint8_t)arc};
        ck_assert_uint_eq(cm_attr_x520((uint8_t)arc), cm_attr_by_oid(cm_view(oid, sizeof oid)));
    }
}

T_TEST(each_allocation_may_fail) {
    struct t_buf buf = T_BUF_INIT;
    t_der(&buf, "SEQUENCE{ " AVA("2.5.4.3", "UTF8String{41 CC 88}") ALICE "}");
    size_t n = 0;
    bool failed = true;
    while (failed) {
        struct made made;
        t_alloc_fail_at(&memory, n++);
        make(&made, cm_list_from_name, t_view(&buf));
        failed = t_alloc_failed(&memory);
        ck_assert_int_eq(made.status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        made_free(&made);
    }
    ck_assert_uint_gt(n, 2);
    t_buf_free(&buf);
}

T_TESTS("plain",
        T_CASE("names", T_EACH(set_up, tear_down), T_LOOP(a_name, COUNT(names)), every_byte_has_every_value,
               random_names, each_allocation_may_fail),
        T_CASE("types", rows_of_x520))
