/* SPDX-License-Identifier: MIT */
/* Taking single elements of DER from a cursor. */
#include "base/view.h"
#include "der/der.h"
#include "support/der.h"
#include "support/run.h"

/* ---- elements ---- */

static const struct {
    const char *der; /* t_der */
    uint32_t tag;
    size_t header; /* bytes of tag and length */
    size_t len;    /* of the contents */
    size_t rest;   /* bytes that follow */
} elements[] = {
    {"0500", 0x05, 2, 0, 0},
    {"0C03 \"abc\"", CM_DER_UTF8_STRING, 2, 3, 0},
    {"0C03 \"abcd\"", CM_DER_UTF8_STRING, 2, 3, 1},
    {"3000", CM_DER_SEQUENCE, 2, 0, 0},
    {"3100 3100", CM_DER_SET, 2, 0, 2},
    {"SEQUENCE{ INTEGER{01} } 00", CM_DER_SEQUENCE, 2, 3, 1},
    {"0200 FF", CM_DER_INTEGER, 2, 0, 1},
    /* classes */
    {"0000", 0, 2, 0, 0},
    {"8000", CM_DER_CLASS_CONTEXT, 2, 0, 0},
    {"A000", CM_DER_CLASS_CONTEXT | CM_DER_CONSTRUCTED, 2, 0, 0},
    {"A300", CM_DER_CLASS_CONTEXT | CM_DER_CONSTRUCTED | 3, 2, 0, 0},
    {"4100", 0x40000001, 2, 0, 0},
    {"6100", 0x60000001, 2, 0, 0},
    {"C000", 0xC0000000, 2, 0, 0},
    {"FE00", 0xE000001E, 2, 0, 0},
    {"2C00", 0x2000000C, 2, 0, 0}, /* a constructed UTF8String is not the tag of a UTF8String */
    /* tag numbers of several octets */
    {"1F1F00", 31, 3, 0, 0},
    {"1F7F00", 127, 3, 0, 0},
    {"1F810000", 128, 4, 0, 0},
    {"1FFF7F00", 0x3FFF, 4, 0, 0},
    {"BF8837 01 AA", 0xA0000437, 4, 1, 0},
    {"5F81808000 00", 0x40200000, 6, 0, 0},
    {"DFFFFFFF7F 02 AABB", 0xCFFFFFFF, 6, 2, 0},
    /* lengths */
    {"04 7F 127*00", 4, 2, 127, 0},
    {"04 8180 128*00", 4, 3, 128, 0},
    {"04 81FF 255*00", 4, 3, 255, 0},
    {"04 820100 256*00", 4, 4, 256, 0},
    {"04 82FFFF 65535*00", 4, 4, 65535, 0},
    {"04 83010000 65536*00 0500", 4, 5, 65536, 2},
    {"04 8401000000 16777216*00", 4, 6, 16777216, 0},
};

T_TEST(element) {
    struct t_buf buf = T_BUF_INIT;
    struct cm_tlv tlv;
    t_der(&buf, elements[_i].der);
    const struct certmap_view input = t_view(&buf);
    struct cm_der der = cm_der_open(input);
    ck_assert_msg(cm_der_any(&der, &tlv), "%s", elements[_i].der);
    ck_assert_msg(tlv.tag == elements[_i].tag, "%s: tag 0x%X", elements[_i].der, (unsigned)tlv.tag);
    ck_assert_ptr_eq(tlv.whole.data, input.data);
    ck_assert_uint_eq(tlv.whole.len, elements[_i].header + elements[_i].len);
    ck_assert_ptr_eq(tlv.contents.data, input.data + elements[_i].header);
    ck_assert_uint_eq(tlv.contents.len, elements[_i].len);
    ck_assert_uint_eq(cm_der_offset(&der), tlv.whole.len);
    ck_assert_uint_eq(input.len - cm_der_offset(&der), elements[_i].rest);
    ck_assert_int_eq(cm_der_done(&der), elements[_i].rest == 0);
    t_buf_free(&buf);
}

/* A block of exactly these bytes, so that a sanitizer sees a read past them. */
static uint8_t *exact(struct certmap_view view) {
    uint8_t *copy = malloc(view.len > 0 ? view.len : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, view.data, view.len);
    return copy;
}

/* Nothing is taken, and the cursor stays. */
static void refuses(struct certmap_view view, const char *what) {
    uint8_t *bytes = exact(view);
    struct cm_der der = cm_der_open(cm_view(bytes, view.len));
    struct cm_tlv tlv;
    ck_assert_msg(!cm_der_any(&der, &tlv), "%s, %zu bytes", what, view.len);
    ck_assert_msg(cm_der_offset(&der) == 0, "%s, %zu bytes: moved", what, view.len);
    free(bytes);
}

T_TEST(element_cut_short) {
    struct t_buf buf = T_BUF_INIT;
    t_der(&buf, elements[_i].der);
    const size_t whole = elements[_i].header + elements[_i].len;
    for (size_t len = 0; len < whole && len < 1000; len++)
        refuses(cm_view(t_view(&buf).data, len), elements[_i].der);
    refuses(cm_view(t_view(&buf).data, whole - 1), elements[_i].der);
    t_buf_free(&buf);
}

static const struct {
    const char *what, *der; /* t_der */
} refusals[] = {
    {"nothing", ""},
    {"a tag alone", "04"},
    {"a length past the end", "0402 AA"},
    {"a large length past the end", "0484FFFFFFFF AA"},
    {"indefinite length", "3080 0500 0000"},
    {"indefinite length, primitive", "0480 0000"},
    {"length octets for 0", "048100"},
    {"length octets for 1", "048101 AA"},
    {"length octets for 127", "04817F 127*00"},
    {"a length with a leading zero", "04820080 128*00"},
    {"a length with a leading zero, large", "0483000100 256*00"},
    {"a length with two leading zeros", "048400000080 128*00"},
    {"five length octets", "04850000000001 AA"},
    {"five length octets, large", "04850100000000 AA"},
    {"eight length octets", "0488FFFFFFFFFFFFFFFF AA"},
    {"126 length octets", "04FE 126*FF AA"},
    {"the reserved first length octet", "04FF 127*FF AA"},
    {"length octets cut", "048201"},
    {"a high tag number cut", "1F"},
    {"a high tag number cut later", "1F81"},
    {"a high tag number without a length", "1F1F"},
    {"a high tag number below 31", "1F1E00"},
    {"a high tag number of 0", "1F0000"},
    {"a high tag number with a leading zero", "1F801F00"},
    {"a high tag number with a leading zero, large", "BF80 8837 00"},
    {"a tag number of 2^28", "1F8180808000 00"},
    {"a tag number of 2^32", "5F9080808000 00"},
    {"a tag number without an end", "1F 1000*FF"},
};

T_TEST(refusal) {
    struct t_buf buf = T_BUF_INIT;
    t_der(&buf, refusals[_i].der);
    refuses(t_view(&buf), refusals[_i].what);
    t_buf_free(&buf);
}

/* Whatever the first four octets: an element that is taken has a header that is the only one for its tag
 * and length. */
static void put_header(struct t_buf *buf, const struct cm_tlv *tlv) {
    const size_t mark = t_begin(buf);
    const uint32_t number = tlv->tag & 0x1FFFFFFF;
    uint8_t first = (uint8_t)(tlv->tag >> 24 & 0xE0);
    t_bytes(buf, tlv->contents.data, tlv->contents.len);
    if (number < 31) {
        t_end(buf, mark, first | (uint8_t)number, 0);
        return;
    }
    uint8_t octets[2] = {(uint8_t)(0x80 | (number >> 7 & 0x7F)), (uint8_t)(number & 0x7F)};
    struct t_buf whole = T_BUF_INIT;
    first |= 0x1F;
    t_end(buf, mark, octets[1], 0);
    t_bytes(&whole, &first, 1);
    t_bytes(&whole, octets, number > 127 ? 1 : 0);
    t_bytes(&whole, buf->data + mark, buf->len - mark);
    t_buf_clear(buf);
    t_bytes(buf, whole.data, whole.len);
    t_buf_free(&whole);
}

T_TEST(one_header_for_one_element) {
    struct t_buf again = T_BUF_INIT;
    uint8_t bytes[260] = {0};
    size_t taken = 0;
    for (uint32_t all = 0; all < 1u << 24; all += 463) {
        struct cm_tlv tlv;
        bytes[0] = (uint8_t)(_i == 0 ? 0x30 : 0xBF); /* a low tag number; a high one */
        bytes[1] = (uint8_t)(all >> 16);
        bytes[2] = (uint8_t)(all >> 8);
        bytes[3] = (uint8_t)all;
        struct cm_der der = cm_der_open(cm_view(bytes, sizeof bytes));
        if (!cm_der_any(&der, &tlv) || tlv.contents.len > 140 || (tlv.tag & 0x1FFFFFFF) > 0x3FFF)
            continue;
        taken++;
        t_buf_clear(&again);
        put_header(&again, &tlv);
        ck_assert_msg(cm_view_equal(t_view(&again), tlv.whole), "%02X%06X", bytes[0], (unsigned)all);
    }
    ck_assert_uint_gt(taken, 1000);
    t_buf_free(&again);
}

/* ---- a cursor ---- */

T_TEST(one_after_the_other) {
    struct t_buf buf = T_BUF_INIT;
    struct cm_tlv tlv;
    t_der(&buf, "INTEGER{01} OID{2.5.4.3} SEQUENCE{ SET{} }");
    struct cm_der der = cm_der_open(t_view(&buf));
    ck_assert(!cm_der_next(&der, CM_DER_OID, &tlv));
    ck_assert_uint_eq(cm_der_offset(&der), 0);
    ck_assert(cm_der_next(&der, CM_DER_INTEGER, &tlv));
    ck_assert_uint_eq(cm_der_offset(&der), 3);
    ck_assert(cm_der_next(&der, CM_DER_OID, &tlv));
    ck_assert_mem_eq(tlv.contents.data, "\x55\x04\x03", 3);
    ck_assert_uint_eq(cm_der_offset(&der), 8);
    ck_assert(cm_der_next(&der, CM_DER_SEQUENCE, &tlv));
    ck_assert(cm_der_done(&der));
    ck_assert(!cm_der_next(&der, CM_DER_SEQUENCE, &tlv));
    ck_assert(!cm_der_any(&der, &tlv));
    t_buf_free(&buf);
}

/* Offsets inside count from the start of the outermost input. */
T_TEST(inside) {
    struct t_buf buf = T_BUF_INIT;
    struct cm_tlv outer, inner;
    t_der(&buf, "INTEGER{01} SEQUENCE{ INTEGER{02} SEQUENCE{ INTEGER{03} } } INTEGER{04}");
    struct cm_der der = cm_der_open(t_view(&buf));
    ck_assert(cm_der_any(&der, &outer) && cm_der_next(&der, CM_DER_SEQUENCE, &outer));
    struct cm_der level1 = cm_der_inside(&der, outer.contents);
    ck_assert_uint_eq(cm_der_offset(&level1), 5);
    ck_assert(cm_der_next(&level1, CM_DER_INTEGER, &inner) && cm_der_next(&level1, CM_DER_SEQUENCE, &inner));
    ck_assert(cm_der_done(&level1));
    struct cm_der level2 = cm_der_inside(&level1, inner.contents);
    ck_assert_uint_eq(cm_der_offset(&level2), 10);
    ck_assert(cm_der_next(&level2, CM_DER_INTEGER, &inner));
    ck_assert_uint_eq(inner.contents.data[0], 3);
    ck_assert(cm_der_done(&level2));
    ck_assert(!cm_der_any(&level2, &inner)); /* the INTEGER after the SEQUENCE is out of reach */
    ck_assert_uint_eq(cm_der_offset(&level2), 13);
    t_buf_free(&buf);
}

T_TEST(an_element_inside_may_not_reach_out) {
    struct t_buf buf = T_BUF_INIT;
    struct cm_tlv outer, inner;
    t_der(&buf, "SEQUENCE{ 0C 03 \"ab\" } \"c\"");
    struct cm_der der = cm_der_open(t_view(&buf));
    ck_assert(cm_der_next(&der, CM_DER_SEQUENCE, &outer));
    struct cm_der level1 = cm_der_inside(&der, outer.contents);
    ck_assert(!cm_der_any(&level1, &inner));
    t_buf_free(&buf);
}

T_TEST(no_input) {
    struct cm_tlv tlv;
    struct cm_der der = cm_der_open(CM_VIEW_NONE);
    ck_assert(cm_der_done(&der));
    ck_assert(!cm_der_any(&der, &tlv));
    ck_assert_uint_eq(cm_der_offset(&der), 0);
}

T_TESTS("der",
        T_CASE("elements", T_LOOP(element, COUNT(elements) - 1), T_LOOP(element_cut_short, COUNT(elements) - 1),
               T_LOOP(refusal, COUNT(refusals)), T_LOOP(one_header_for_one_element, 2)),
        T_SLOW_CASE(T_RANGE(element, COUNT(elements) - 1, COUNT(elements)),
                    T_RANGE(element_cut_short, COUNT(elements) - 1, COUNT(elements))),
        T_CASE("cursor", one_after_the_other, inside, an_element_inside_may_not_reach_out, no_input))
