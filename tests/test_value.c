/* SPDX-License-Identifier: MIT */
/* Attribute values as text: every string type, and everything that makes a value unreadable. */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/unicode.h"
#include "base/view.h"
#include "der/der.h"
#include "name/value.h"
#include "support/alloc.h"
#include "support/der.h"
#include "support/run.h"

enum {
    UTF8 = CM_DER_UTF8_STRING,
    PRINTABLE = CM_DER_PRINTABLE_STRING,
    IA5 = CM_DER_IA5_STRING,
    VISIBLE = CM_DER_VISIBLE_STRING,
    NUMERIC = CM_DER_NUMERIC_STRING,
    T61 = CM_DER_TELETEX_STRING,
    BMP = CM_DER_BMP_STRING,
    UNIVERSAL = CM_DER_UNIVERSAL_STRING,
    OK = CERTMAP_CODE_NONE,
    TYPE = CERTMAP_CODE_VALUE_TYPE,
    ENCODING = CERTMAP_CODE_VALUE_ENCODING,
    AMBIGUOUS = CERTMAP_CODE_VALUE_AMBIGUOUS,
    NUL = CERTMAP_CODE_VALUE_NUL
};

static const struct {
    const char *what;
    uint32_t tag;
    struct certmap_view contents;
    unsigned code;
    const char *utf8; /* where the code is OK */
} values[] = {
    {"UTF8", UTF8, CM_VIEW_OF("Alice"), OK, "Alice"},
    {"UTF8, empty", UTF8, CM_VIEW_OF(""), OK, ""},
    {"UTF8, all lengths", UTF8, CM_VIEW_OF("A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), OK,
     "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {"UTF8 is not normalised yet", UTF8, CM_VIEW_OF("e\xCC\x81"), OK, "e\xCC\x81"},
    {"UTF8, controls", UTF8, CM_VIEW_OF("\x01\x1F\x7F\xC2\x80"), OK, "\x01\x1F\x7F\xC2\x80"},
    {"UTF8, byte order mark", UTF8,
     CM_VIEW_OF("\xEF\xBB\xBF"
                "A"),
     OK,
     "\xEF\xBB\xBF"
     "A"},
    {"UTF8, noncharacter", UTF8, CM_VIEW_OF("\xEF\xBF\xBF"), OK, "\xEF\xBF\xBF"},
    {"UTF8, the last code point", UTF8, CM_VIEW_OF("\xF4\x8F\xBF\xBF"), OK, "\xF4\x8F\xBF\xBF"},
    {"UTF8, NUL", UTF8, CM_VIEW_OF("\0"), NUL, NULL},
    {"UTF8, NUL at the start", UTF8, CM_VIEW_OF("\0evil"), NUL, NULL},
    {"UTF8, NUL inside", UTF8, CM_VIEW_OF("good.example\0.evil.example"), NUL, NULL},
    {"UTF8, NUL at the end", UTF8, CM_VIEW_OF("Alice\0"), NUL, NULL},
    {"UTF8, NUL and not UTF-8", UTF8, CM_VIEW_OF("\0\xFF"), ENCODING, NULL},
    {"UTF8, overlong NUL", UTF8, CM_VIEW_OF("\xC0\x80"), ENCODING, NULL},
    {"UTF8, overlong A", UTF8, CM_VIEW_OF("\xC1\x81"), ENCODING, NULL},
    {"UTF8, surrogates", UTF8, CM_VIEW_OF("\xED\xA0\xBD\xED\xB8\x80"), ENCODING, NULL},
    {"UTF8, past U+10FFFF", UTF8, CM_VIEW_OF("\xF4\x90\x80\x80"), ENCODING, NULL},
    {"UTF8, Latin-1", UTF8, CM_VIEW_OF("Andr\xE9"), ENCODING, NULL},
    {"UTF8, cut", UTF8, CM_VIEW_OF("Andr\xC3"), ENCODING, NULL},
    {"UTF8, a bad byte first", UTF8, CM_VIEW_OF("\x80ok"), ENCODING, NULL},

    {"printable", PRINTABLE, CM_VIEW_OF("Contoso Ltd."), OK, "Contoso Ltd."},
    {"printable, empty", PRINTABLE, CM_VIEW_OF(""), OK, ""},
    {"printable, outside its alphabet", PRINTABLE, CM_VIEW_OF("*@_&"), OK, "*@_&"},
    {"printable, 7F", PRINTABLE, CM_VIEW_OF("\x7F"), OK, "\x7F"},
    {"printable, 80", PRINTABLE, CM_VIEW_OF("\x80"), ENCODING, NULL},
    {"printable, UTF-8", PRINTABLE, CM_VIEW_OF("Z\xC3\xBCrich"), ENCODING, NULL},
    {"printable, Latin-1", PRINTABLE, CM_VIEW_OF("Z\xFCrich"), ENCODING, NULL},
    {"printable, NUL", PRINTABLE, CM_VIEW_OF("US\0"), NUL, NULL},

    {"IA5", IA5, CM_VIEW_OF("alice@example.com"), OK, "alice@example.com"},
    {"IA5, empty", IA5, CM_VIEW_OF(""), OK, ""},
    {"IA5, controls", IA5, CM_VIEW_OF("a\tb\n"), OK, "a\tb\n"},
    {"IA5, 80", IA5, CM_VIEW_OF("a\x80"), ENCODING, NULL},
    {"IA5, FF", IA5, CM_VIEW_OF("\xFF"), ENCODING, NULL},
    {"IA5, UTF-8", IA5, CM_VIEW_OF("\xC3\xA9"), ENCODING, NULL},
    {"IA5, NUL", IA5, CM_VIEW_OF("a@good.example\0b"), NUL, NULL},

    {"visible", VISIBLE, CM_VIEW_OF("visible ~"), OK, "visible ~"},
    {"visible, empty", VISIBLE, CM_VIEW_OF(""), OK, ""},
    {"visible, a control", VISIBLE, CM_VIEW_OF("a\tb"), OK, "a\tb"},
    {"visible, 80", VISIBLE, CM_VIEW_OF("\x80"), ENCODING, NULL},
    {"visible, NUL", VISIBLE, CM_VIEW_OF("\0"), NUL, NULL},

    {"numeric", NUMERIC, CM_VIEW_OF("0123 456"), OK, "0123 456"},
    {"numeric, empty", NUMERIC, CM_VIEW_OF(""), OK, ""},
    {"numeric, a letter", NUMERIC, CM_VIEW_OF("0x1F"), OK, "0x1F"},
    {"numeric, B2", NUMERIC, CM_VIEW_OF("1\xB2"), ENCODING, NULL},
    {"numeric, NUL", NUMERIC, CM_VIEW_OF("1\0"), NUL, NULL},

    {"T61, ASCII", T61, CM_VIEW_OF("plain"), OK, "plain"},
    {"T61, empty", T61, CM_VIEW_OF(""), OK, ""},
    {"T61, Latin-1", T61, CM_VIEW_OF("\xE9t\xE9"), OK, "\xC3\xA9t\xC3\xA9"},
    {"T61, Latin-1 at the end", T61, CM_VIEW_OF("Andr\xE9"), OK, "Andr\xC3\xA9"},
    {"T61, 80 and FF", T61, CM_VIEW_OF("\x80\xFF"), OK, "\xC2\x80\xC3\xBF"},
    {"T61, all of it above 7F", T61, CM_VIEW_OF("\xC0\xC1\xC2\xC3"), OK, "\xC3\x80\xC3\x81\xC3\x82\xC3\x83"},
    {"T61, overlong is not UTF-8", T61, CM_VIEW_OF("\xC0\x80"), OK, "\xC3\x80\xC2\x80"},
    {"T61, UTF-8 and more", T61, CM_VIEW_OF("\xC3\xA9 \xE9"), OK, "\xC3\x83\xC2\xA9 \xC3\xA9"},
    {"T61, valid UTF-8", T61, CM_VIEW_OF("\xC3\xA9t\xC3\xA9"), AMBIGUOUS, NULL},
    {"T61, one character of UTF-8", T61, CM_VIEW_OF("Z\xC3\xBCrich"), AMBIGUOUS, NULL},
    {"T61, four bytes of UTF-8", T61, CM_VIEW_OF("\xF0\x9F\x98\x80"), AMBIGUOUS, NULL},
    {"T61, valid UTF-8 with a NUL", T61, CM_VIEW_OF("\xC3\xA9\0"), AMBIGUOUS, NULL},
    {"T61, NUL", T61, CM_VIEW_OF("a\0b"), NUL, NULL},
    {"T61, Latin-1 with a NUL", T61, CM_VIEW_OF("\xE9\0"), NUL, NULL},

    {"BMP", BMP, CM_VIEW_OF("\0A\0\xE9\x20\xAC"), OK, "A\xC3\xA9\xE2\x82\xAC"},
    {"BMP, empty", BMP, CM_VIEW_OF(""), OK, ""},
    {"BMP, a pair of surrogates", BMP, CM_VIEW_OF("\xD8\x3D\xDE\x00"), OK, "\xF0\x9F\x98\x80"},
    {"BMP, the first pair", BMP, CM_VIEW_OF("\xD8\x00\xDC\x00"), OK, "\xF0\x90\x80\x80"},
    {"BMP, the last pair", BMP, CM_VIEW_OF("\xDB\xFF\xDF\xFF"), OK, "\xF4\x8F\xBF\xBF"},
    {"BMP, around the surrogates", BMP, CM_VIEW_OF("\xD7\xFF\xE0\x00"), OK, "\xED\x9F\xBF\xEE\x80\x80"},
    {"BMP, FFFF", BMP, CM_VIEW_OF("\xFF\xFF"), OK, "\xEF\xBF\xBF"},
    {"BMP, byte order mark", BMP, CM_VIEW_OF("\xFE\xFF\0A"), OK,
     "\xEF\xBB\xBF"
     "A"},
    {"BMP, little endian is other text", BMP, CM_VIEW_OF("A\0B\0"), OK, "\xE4\x84\x80\xE4\x88\x80"},
    {"BMP, one byte", BMP, CM_VIEW_OF("A"), ENCODING, NULL},
    {"BMP, three bytes", BMP, CM_VIEW_OF("\0A\0"), ENCODING, NULL},
    {"BMP, a high surrogate at the end", BMP, CM_VIEW_OF("\0A\xD8\x3D"), ENCODING, NULL},
    {"BMP, a high surrogate and a byte", BMP, CM_VIEW_OF("\xD8\x3D\xDE"), ENCODING, NULL},
    {"BMP, a high surrogate and a letter", BMP, CM_VIEW_OF("\xD8\x3D\0A"), ENCODING, NULL},
    {"BMP, a high surrogate and a code point above", BMP, CM_VIEW_OF("\xD8\x3D\xE0\x00"), ENCODING, NULL},
    {"BMP, two high surrogates", BMP, CM_VIEW_OF("\xD8\x3D\xD8\x3D\xDE\x00"), ENCODING, NULL},
    {"BMP, a low surrogate", BMP, CM_VIEW_OF("\xDE\x00"), ENCODING, NULL},
    {"BMP, two low surrogates", BMP, CM_VIEW_OF("\xDE\x00\xDE\x00"), ENCODING, NULL},
    {"BMP, a pair in the wrong order", BMP, CM_VIEW_OF("\xDE\x00\xD8\x3D"), ENCODING, NULL},
    {"BMP, NUL", BMP, CM_VIEW_OF("\0\0"), NUL, NULL},
    {"BMP, NUL inside", BMP, CM_VIEW_OF("\0A\0\0\0B"), NUL, NULL},
    {"BMP, NUL and odd", BMP, CM_VIEW_OF("\0\0\0"), ENCODING, NULL},

    {"universal", UNIVERSAL, CM_VIEW_OF("\0\0\0A\0\0\x20\xAC\0\x01\xF6\x00"), OK, "A\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {"universal, empty", UNIVERSAL, CM_VIEW_OF(""), OK, ""},
    {"universal, the last", UNIVERSAL, CM_VIEW_OF("\0\x10\xFF\xFF"), OK, "\xF4\x8F\xBF\xBF"},
    {"universal, around the surrogates", UNIVERSAL, CM_VIEW_OF("\0\0\xD7\xFF\0\0\xE0\x00"), OK,
     "\xED\x9F\xBF\xEE\x80\x80"},
    {"universal, past the last", UNIVERSAL, CM_VIEW_OF("\0\x11\0\0"), ENCODING, NULL},
    {"universal, FFFFFFFF", UNIVERSAL, CM_VIEW_OF("\xFF\xFF\xFF\xFF"), ENCODING, NULL},
    {"universal, little endian", UNIVERSAL, CM_VIEW_OF("A\0\0\0"), ENCODING, NULL},
    {"universal, the first surrogate", UNIVERSAL, CM_VIEW_OF("\0\0\xD8\x00"), ENCODING, NULL},
    {"universal, the last surrogate", UNIVERSAL, CM_VIEW_OF("\0\0\xDF\xFF"), ENCODING, NULL},
    {"universal, a pair of surrogates", UNIVERSAL, CM_VIEW_OF("\0\0\xD8\x3D\0\0\xDE\x00"), ENCODING, NULL},
    {"universal, one byte", UNIVERSAL, CM_VIEW_OF("A"), ENCODING, NULL},
    {"universal, two bytes", UNIVERSAL, CM_VIEW_OF("\0A"), ENCODING, NULL},
    {"universal, seven bytes", UNIVERSAL, CM_VIEW_OF("\0\0\0A\0\0\0"), ENCODING, NULL},
    {"universal, NUL", UNIVERSAL, CM_VIEW_OF("\0\0\0\0"), NUL, NULL},

    {"an OCTET STRING", 0x04, CM_VIEW_OF("Sales"), TYPE, NULL},
    {"an empty OCTET STRING", 0x04, CM_VIEW_OF(""), TYPE, NULL},
    {"a GeneralString", 0x1B, CM_VIEW_OF("Sales"), TYPE, NULL},
    {"a GraphicString", 0x19, CM_VIEW_OF("Sales"), TYPE, NULL},
    {"a VideotexString", 0x15, CM_VIEW_OF("Sales"), TYPE, NULL},
    {"a BIT STRING", 0x03, CM_VIEW_OF("\0\x80"), TYPE, NULL},
    {"a BOOLEAN", 0x01, CM_VIEW_OF("\xFF"), TYPE, NULL},
    {"an INTEGER", 0x02, CM_VIEW_OF("1"), TYPE, NULL},
    {"a NULL", 0x05, CM_VIEW_OF(""), TYPE, NULL},
    {"a UTCTime", 0x17, CM_VIEW_OF("260101000000Z"), TYPE, NULL},
    {"a SEQUENCE", CM_DER_SEQUENCE,
     CM_VIEW_OF("\x0C\x01"
                "A"),
     TYPE, NULL},
    {"end of contents", 0, CM_VIEW_OF(""), TYPE, NULL},
    {"a constructed UTF8String", CM_DER_CONSTRUCTED | UTF8,
     CM_VIEW_OF("\x0C\x01"
                "A"),
     TYPE, NULL},
    {"context tag 12", CM_DER_CLASS_CONTEXT | 12, CM_VIEW_OF("A"), TYPE, NULL},
    {"application tag 12", 0x4000000C, CM_VIEW_OF("A"), TYPE, NULL},
    {"private tag 12", 0xC000000C, CM_VIEW_OF("A"), TYPE, NULL},
    {"a high tag number", 0x1F, CM_VIEW_OF("A"), TYPE, NULL},
};

static struct t_alloc memory;
static struct certmap_allocator allocator;
static struct cm_arena arena;

static void set_up(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    allocator = t_alloc_allocator(&memory);
    cm_arena_init(&arena, &allocator, SIZE_MAX);
}

static void tear_down(void) {
    cm_arena_free(&arena);
    ck_assert_uint_eq(memory.live, 0);
}

T_TEST(reading) {
    struct certmap_view utf8 = CM_VIEW("untouched");
    const unsigned code = cm_value_read(&utf8, values[_i].tag, values[_i].contents, &arena);
    ck_assert_msg(code == values[_i].code, "%s: %s", values[_i].what, certmap_code_name((enum certmap_code)code));
    if (code == OK)
        ck_assert_msg(cm_view_equal(utf8, cm_view(values[_i].utf8, strlen(values[_i].utf8))), "%s: %.*s",
                      values[_i].what, (int)utf8.len, (const char *)utf8.data);
    else
        ck_assert_msg(cm_view_equal(utf8, CM_VIEW("untouched")), "%s", values[_i].what);
}

/* The halves say the same without memory. */
T_TEST(reading_by_code_point) {
    struct certmap_view contents = values[_i].contents;
    uint8_t utf8[64];
    size_t len = 0;
    uint32_t cp;
    ck_assert_uint_eq(cm_value_check(values[_i].tag, contents), values[_i].code);
    if (values[_i].code != OK)
        return;
    while (cm_value_next(values[_i].tag, &contents, &cp))
        len += cm_utf8_encode(utf8 + len, cp);
    ck_assert_uint_eq(contents.len, 0);
    ck_assert_msg(cm_view_equal(cm_view(utf8, len), cm_view(values[_i].utf8, strlen(values[_i].utf8))), "%s",
                  values[_i].what);
}

/* What holds no text has no code point either. */
T_TEST(no_code_point_of_another_type) {
    struct certmap_view contents = CM_VIEW("abcd");
    uint32_t cp;
    ck_assert(!cm_value_next(0x04, &contents, &cp));
    ck_assert_uint_eq(contents.len, 4);
}

/* ---- all bytes ---- */

static const struct {
    uint32_t tag;
    const char *name;
    unsigned least, most; /* the single bytes that are text */
} types[] = {
    {UTF8, "UTF8String", 1, 0x7F},
    {PRINTABLE, "PrintableString", 1, 0x7F},
    {IA5, "IA5String", 1, 0x7F},
    {VISIBLE, "VisibleString", 1, 0x7F},
    {NUMERIC, "NumericString", 1, 0x7F},
    {T61, "TeletexString", 1, 0xFF},
    {BMP, "BMPString", 1, 0},
    {UNIVERSAL, "UniversalString", 1, 0},
};

T_TEST(every_single_byte) {
    for (unsigned value = 0; value < 256; value++) {
        const uint8_t byte = (uint8_t)value;
        struct certmap_view utf8;
        const bool readable = cm_value_read(&utf8, types[_i].tag, cm_view(&byte, 1), &arena) == CERTMAP_CODE_NONE;
        uint32_t cp = 0;
        ck_assert_msg(readable == (value >= types[_i].least && value <= types[_i].most), "%s: %02X", types[_i].name,
                      value);
        if (readable) {
            ck_assert_uint_eq(cm_utf8_decode(utf8.data, utf8.len, &cp), utf8.len);
            ck_assert_uint_eq(cp, value);
        }
    }
}

T_TEST(names_of_types) {
    ck_assert_str_eq(cm_value_type_name(types[_i].tag), types[_i].name);
    ck_assert_ptr_null(cm_value_type_name(types[_i].tag | CM_DER_CONSTRUCTED));
    ck_assert_ptr_null(cm_value_type_name(types[_i].tag | CM_DER_CLASS_CONTEXT));
}

T_TEST(no_other_tag_has_a_name) {
    int named = 0;
    for (uint32_t tag = 0; tag < 1000; tag++)
        named += cm_value_type_name(tag) != NULL;
    ck_assert_int_eq(named, COUNT(types));
}

/* ---- memory ---- */

/* What is UTF-8 already is not copied; the rest needs memory, and says so. */
T_TEST(without_memory) {
    const struct certmap_view before = CM_VIEW("untouched");
    const struct certmap_view contents = types[_i].tag == UNIVERSAL ? CM_VIEW("\0\0\0A") : CM_VIEW("abcd");
    const bool copies = types[_i].tag == T61 || types[_i].tag == BMP || types[_i].tag == UNIVERSAL;
    struct certmap_view utf8 = before;
    t_alloc_fail_at(&memory, 0);
    const enum certmap_code code = cm_value_read(&utf8, types[_i].tag, contents, &arena);
    ck_assert_int_eq(code, copies ? CERTMAP_CODE_MEMORY : CERTMAP_CODE_NONE);
    ck_assert(utf8.data == (copies ? before.data : contents.data));
}

T_TESTS("value",
        T_CASE("table", T_EACH(set_up, tear_down), T_LOOP(reading, COUNT(values)),
               T_LOOP(reading_by_code_point, COUNT(values)), no_code_point_of_another_type),
        T_CASE("all types", T_EACH(set_up, tear_down), T_LOOP(every_single_byte, COUNT(types)),
               T_LOOP(names_of_types, COUNT(types)), no_other_tag_has_a_name, T_LOOP(without_memory, COUNT(types))))
