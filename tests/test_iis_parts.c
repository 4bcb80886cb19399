/* SPDX-License-Identifier: MIT */
/* The pieces that the IIS importer is made of: base64, the tables, hashes, growing arrays, diagnostics. */
#include "base/unicode.h"
#include "certmap/names.h"
#include "formats/iis/schema.h"
#include "formats/kit/base64.h"
#include "formats/kit/diagnostic.h"
#include "formats/kit/memory.h"
#include "formats/kit/set.h"
#include "formats/kit/store.h"
#include "iis.h"
#include <stdio.h>

/* ---- base64 ---- */

/* RFC 4648 section 10, and what is wrong. */
static const struct {
    const char *text, *bytes; /* bytes NULL: refused */
    size_t at;                /* the byte at fault */
} base64[] = {
    {"", "", 0},
    {"Zg==", "f", 0},
    {"Zm8=", "fo", 0},
    {"Zm9v", "foo", 0},
    {"Zm9vYg==", "foob", 0},
    {"Zm9vYmE=", "fooba", 0},
    {"Zm9vYmFy", "foobar", 0},
    {"Zg", "f", 0}, /* padding may be left out */
    {"Zm8", "fo", 0},
    {"Zm9vYg", "foob", 0},
    {" Z\tm\r\n9 v ", "foo", 0}, /* white space means nothing */
    {"Z g = =", "f", 0},
    {"////", "\xFF\xFF\xFF", 0},
    {"++++", "\xFB\xEF\xBE", 0},
    {"09az", "\xD3\xD6\xB3", 0},
    {"Z", NULL, 1}, /* the wrong length */
    {"Zm9vY", NULL, 5},
    {"Zg=", NULL, 3},
    {"Zm8==", NULL, 5},
    {"Zm9v=", NULL, 5},
    {"Zm9v==", NULL, 6},
    {"Zm9v====", NULL, 8},
    {"Zg===", NULL, 5},
    {"====", NULL, 4},
    {"=", NULL, 1},
    {"Zh==", NULL, 4}, /* bits that are not zero */
    {"Zm9=", NULL, 4},
    {"Zn", NULL, 2},
    {"Zg==Zg==", NULL, 4}, /* something after the padding */
    {"Zg=x", NULL, 3},
    {"Zm-v", NULL, 2}, /* not a digit */
    {"Zm_v", NULL, 2},
    {"Zm9v\xC2\xA0", NULL, 4},
    {"Zm.v", NULL, 2},
    {"@m9v", NULL, 0},
    {"[m9v", NULL, 0},
    {"`m9v", NULL, 0},
    {"{m9v", NULL, 0},
    {":m9v", NULL, 0},
    {",m9v", NULL, 0},
    {"-----BEGIN", NULL, 0},
};

T_TEST(base64_row) {
    uint8_t bytes[CM_KIT_BASE64_ROOM(64)];
    struct certmap_view text = t_text(base64[_i].text);
    size_t len = 0, at = 0;
    const char *what = cm_kit_base64_decode(bytes, &len, &at, text);
    if (base64[_i].bytes == NULL) {
        ck_assert_msg(what != NULL, "\"%s\" is decoded", base64[_i].text);
        ck_assert_msg(at == base64[_i].at, "\"%s\": byte %zu", base64[_i].text, at);
        return;
    }
    ck_assert_msg(what == NULL, "\"%s\" %s", base64[_i].text, what);
    ck_assert_uint_le(len, CM_KIT_BASE64_ROOM(text.len));
    ck_assert_msg(t_same((struct certmap_view){bytes, len}, base64[_i].bytes), "\"%s\"", base64[_i].text);
}

/* All values of one byte, two and three, encoded by the definition. */
T_TEST(base64_decodes_what_is_encoded) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (uint32_t bits = 0; bits < 1u << 24; bits += 251) {
        uint8_t bytes[CM_KIT_BASE64_ROOM(4)];
        const uint8_t text[4] = {(uint8_t)digits[bits >> 18], (uint8_t)digits[bits >> 12 & 63],
                                 (uint8_t)digits[bits >> 6 & 63], (uint8_t)digits[bits & 63]};
        size_t len, at;
        ck_assert_ptr_null(cm_kit_base64_decode(bytes, &len, &at, (struct certmap_view){text, 4}));
        ck_assert_uint_eq(len, 3);
        ck_assert_uint_eq((uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2], bits);
    }
}

/* ---- the tables ---- */

T_TEST(children_are_unique) {
    const struct cm_iis_child *row = &cm_iis_children[_i];
    ck_assert_int_eq(cm_iis_child(row->parent, (const char *)row->name.data), row->element);
    ck_assert_str_eq(cm_iis_element_name(row->element), (const char *)row->name.data);
    ck_assert_uint_eq(strlen((const char *)row->name.data), row->name.len);
    for (size_t i = 0; i < cm_iis_child_count; i++)
        if (cm_iis_children[i].parent == row->element)
            return;
    ck_assert_msg(row->element != CM_IIS_SECTION && row->element != CM_IIS_LOCATION, "nothing in it");
}

static size_t depth_below(enum cm_iis_element parent) {
    size_t deepest = 0;
    for (size_t i = 0; i < cm_iis_child_count; i++)
        if (cm_iis_children[i].parent == parent) {
            size_t depth = 1 + depth_below(cm_iis_children[i].element);
            deepest = depth > deepest ? depth : deepest;
        }
    return deepest;
}

T_TEST(stack_has_room_for_the_deepest_way) {
    ck_assert_uint_eq(depth_below(CM_IIS_DOCUMENT) + 1, CM_IIS_STACK);
}

T_TEST(attributes_are_unique) {
    const struct cm_iis_attribute *row = &cm_iis_attributes[_i];
    ck_assert_uint_eq(strlen((const char *)row->name.data), row->name.len);
    for (size_t i = 0; i < cm_iis_attribute_count; i++) {
        const struct cm_iis_attribute *other = &cm_iis_attributes[i];
        if (other == row || other->element != row->element)
            continue;
        ck_assert(!certmap_text_same(other->name, row->name));
        ck_assert_int_ne(other->slot, row->slot);
    }
}

/* Reads <element name="value"> with what is required besides, and reports to diagnostics. */
static void read_one(struct cm_iis_values *values, struct cm_kit_diagnostics *diagnostics, enum cm_iis_element element,
                     const char *name, const char *value) {
    const char *pairs[2 * 16 + 1];
    size_t count = 0;
    pairs[count++] = name;
    pairs[count++] = value;
    for (size_t i = 0; i < cm_iis_attribute_count; i++) {
        const struct cm_iis_attribute *row = &cm_iis_attributes[i];
        if (row->element != element || !row->required || strcmp((const char *)row->name.data, name) == 0)
            continue;
        pairs[count++] = (const char *)row->name.data;
        pairs[count++] = row->type == CM_IIS_TEXT ? "x" : "1";
    }
    pairs[count] = NULL;
    diagnostics->count = diagnostics->errors = 0;
    cm_iis_read(values, diagnostics, element, pairs, (struct cm_kit_position){7, 3, 100, 0});
}

T_TEST(attribute_without_a_letter_is_not_known) {
    static struct cm_kit_diagnostics diagnostics;
    const struct cm_iis_attribute *row = &cm_iis_attributes[_i];
    struct cm_iis_values values;
    char name[64], hint[96];
    snprintf(name, sizeof name, "%s", (const char *)row->name.data);
    name[row->name.len - 1] = 0;
    snprintf(hint, sizeof hint, "did you mean %s?", (const char *)row->name.data);
    read_one(&values, &diagnostics, row->element, name, "x");
    if (row->element < CM_IIS_SECTION) {
        ck_assert_uint_eq(diagnostics.count, 0);
        return;
    }
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert_int_eq(diagnostics.items[0].error.code, CERTMAP_CODE_UNKNOWN_ATTRIBUTE);
    ck_assert_uint_eq(diagnostics.items[0].error.line, 7);
    ck_assert_uint_eq(diagnostics.items[0].error.column, 3);
    ck_assert_msg(strstr(diagnostics.items[0].error.text, hint) != NULL, "%s", diagnostics.items[0].error.text);
    ck_assert(values.broken);
}

T_TEST(attribute_has_its_fallback) {
    static struct cm_kit_diagnostics diagnostics;
    const struct cm_iis_attribute *row = &cm_iis_attributes[_i];
    const char *none[] = {NULL};
    struct cm_iis_values values;
    diagnostics.count = diagnostics.errors = 0;
    cm_iis_read(&values, &diagnostics, row->element, none, (struct cm_kit_position){1, 1, 0, 0});
    ck_assert_ptr_null(values.at[row->slot].text.data);
    ck_assert_uint_eq(values.at[row->slot].number, row->fallback);
}

/* Every word, as it stands, in capitals, and as its number; one letter changed; nothing; blanks. */
T_TEST(attribute_takes_its_words_only) {
    static struct cm_kit_diagnostics diagnostics;
    const struct cm_iis_attribute *row = &cm_iis_attributes[_i];
    const bool strict = row->element >= CM_IIS_SECTION, boolean = row->type == CM_IIS_BOOLEAN;
    const bool setup = row->element >= CM_IIS_BINDINGS && !strict;
    struct cm_iis_values values;
    for (size_t i = 0; i < cm_iis_word_count; i++) {
        const struct cm_iis_word *word = &cm_iis_words[i];
        char text[32], number[16];
        snprintf(number, sizeof number, "%u", word->number);
        snprintf(text, sizeof text, "%s", (const char *)word->name.data);
        read_one(&values, &diagnostics, row->element, (const char *)row->name.data, text);
        ck_assert_int_eq(values.at[row->slot].bad, row->type != CM_IIS_TEXT && row->type != word->type);
        if (row->type != word->type)
            continue;
        ck_assert_uint_eq(values.at[row->slot].number, word->number);
        for (char *c = text; *c != 0; c++)
            *c = (char)(*c >= 'a' ? *c & ~0x20 : *c);
        read_one(&values, &diagnostics, row->element, (const char *)row->name.data, text);
        ck_assert(!values.at[row->slot].bad && values.at[row->slot].number == word->number);
        ck_assert_uint_eq(diagnostics.count, 0);
        read_one(&values, &diagnostics, row->element, (const char *)row->name.data, number);
        ck_assert_int_eq(values.at[row->slot].bad, boolean);
        text[0] = '_';
        read_one(&values, &diagnostics, row->element, (const char *)row->name.data, text);
        ck_assert(values.at[row->slot].bad && values.at[row->slot].number == row->fallback);
        ck_assert_uint_eq(diagnostics.count, strict || setup ? 1 : 0);
        ck_assert_uint_eq(diagnostics.errors, strict ? 1 : 0);
        if (strict)
            ck_assert_int_eq(diagnostics.items[0].error.code,
                             boolean ? CERTMAP_CODE_BAD_BOOLEAN : CERTMAP_CODE_BAD_ENUM);
        else if (setup)
            ck_assert_int_eq(diagnostics.items[0].error.code, CERTMAP_CODE_SETUP_VALUE);
    }
    read_one(&values, &diagnostics, row->element, (const char *)row->name.data, "");
    ck_assert_int_eq(values.at[row->slot].bad, row->type != CM_IIS_TEXT);
    read_one(&values, &diagnostics, row->element, (const char *)row->name.data, "1 ");
    ck_assert_int_eq(values.at[row->slot].bad, row->type != CM_IIS_TEXT && row->type != CM_IIS_FLAG_WORDS);
}

/* ---- the set ---- */

static bool same_number(const void *things, size_t a, size_t b) {
    const int *numbers = things;
    return numbers[a] == numbers[b];
}

/* All in one place: a hash that says nothing. */
T_TEST(set_tells_what_is_there_even_if_hashes_are_equal) {
    static const int numbers[] = {4, 5, 6, 5, 4, 4};
    static const size_t there[] = {SIZE_MAX, SIZE_MAX, SIZE_MAX, 1, 0, 0};
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct cm_kit_set set = {NULL, 0, 0};
    for (int round = 0; round < 2; round++) {
        ck_assert(cm_kit_set_begin(&set, &allocator, (size_t)COUNT(numbers)));
        for (size_t i = 0; i < (size_t)COUNT(numbers); i++)
            ck_assert_uint_eq(cm_kit_set_add(&set, 7, i, same_number, numbers), there[i]);
    }
    cm_kit_release(&allocator, set.slots);
    ck_assert_uint_eq(memory.live, 0);
}

T_TEST(set_grows) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct cm_kit_set set = {NULL, 0, 0};
    static int numbers[1000];
    for (size_t count = 1; count <= 1000; count *= 10) {
        ck_assert(cm_kit_set_begin(&set, &allocator, count));
        for (size_t i = 0; i < count; i++) {
            numbers[i] = (int)i % 500;
            ck_assert_uint_eq(cm_kit_set_add(&set, (uint64_t)numbers[i], i, same_number, numbers),
                              i < 500 ? SIZE_MAX : i - 500);
        }
    }
    t_alloc_fail_at(&memory, 0);
    ck_assert(!cm_kit_set_begin(&set, &allocator, 1000000));
    cm_kit_release(&allocator, set.slots);
    ck_assert_uint_eq(memory.live, 0);
}

/* ---- memory ---- */

T_TEST(array_grows_and_refuses_what_overflows) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    size_t cap = 0;
    uint64_t *items = NULL;
    for (size_t i = 0; i < 100; i++) {
        items = cm_kit_grow(&allocator, items, &cap, i + 1, sizeof *items);
        ck_assert_ptr_nonnull(items);
        ck_assert_uint_gt(cap, i);
        items[i] = i;
    }
    for (size_t i = 0; i < 100; i++)
        ck_assert_uint_eq(items[i], i);
    size_t before = cap;
    ck_assert_ptr_null(cm_kit_grow(&allocator, items, &cap, SIZE_MAX / sizeof *items, sizeof *items));
    ck_assert_ptr_null(cm_kit_grow(&allocator, items, &cap, SIZE_MAX / 2, sizeof *items));
    ck_assert_uint_eq(cap, before);
    cm_kit_release(&allocator, items);
    ck_assert_uint_eq(memory.live, 0);
}

T_TEST(wipe_leaves_zeros) {
    char secret[] = "secret!";
    cm_kit_wipe(secret, 6);
    ck_assert_mem_eq(secret, "\0\0\0\0\0\0!", 7);
    cm_kit_wipe(NULL, 0);
}

/* An allocator that looks at what is released. */
static size_t secrets_released;

static void *spy_alloc(void *ctx, size_t size) {
    (void)ctx;
    size_t *block = malloc(sizeof(max_align_t) + size);
    ck_assert_ptr_nonnull(block);
    memset(block, 0, sizeof(max_align_t) + size);
    *block = size;
    return (char *)block + sizeof(max_align_t);
}

static void spy_release(void *ctx, void *p) {
    char *block = (char *)p - sizeof(max_align_t);
    size_t size;
    (void)ctx;
    memcpy(&size, block, sizeof size);
    for (size_t i = 0; i + 6 <= size; i++)
        secrets_released += memcmp((char *)p + i, "SECRET", 6) == 0;
    free(block);
}

static void *spy_resize(void *ctx, void *p, size_t size) {
    size_t old;
    memcpy(&old, (char *)p - sizeof(max_align_t), sizeof old);
    void *moved = spy_alloc(ctx, size);
    memcpy(moved, p, old < size ? old : size);
    spy_release(ctx, p);
    return moved;
}

static const struct certmap_allocator spy = {.alloc = spy_alloc, .resize = spy_resize, .release = spy_release};

T_TEST(store_wipes_what_it_releases) {
    struct cm_kit_store store = {spy, NULL};
    for (int i = 0; i < 1000; i++) {
        struct certmap_view text = cm_kit_store_text(&store, t_text("the SECRET"));
        ck_assert(t_same(text, "the SECRET") && text.data[text.len] == 0);
    }
    struct certmap_view large = {spy_alloc(NULL, 100000), 100000};
    struct certmap_view kept = cm_kit_store_text(&store, large);
    ck_assert(kept.len == large.len && memcmp(kept.data, large.data, kept.len) == 0);
    spy_release(NULL, (void *)(uintptr_t)large.data);
    ck_assert_uint_eq(secrets_released, 0);
    cm_kit_store_free(&store);
    ck_assert_uint_eq(secrets_released, 0);
}

/* No block that a load or its passwords had is released before they are wiped out of it. */
T_TEST(passwords_are_wiped) {
    static struct t_iis load;
    struct certmap_view password;
    char text[4096];
    snprintf(text, sizeof text,
             "<iisClientCertificateMappingAuthentication enabled='true'><manyToOneMappings>"
             "<add name='a' userName='u' password='the SECRET'/>"
             "<add name='b' userName='u' password='another SECRET' enabled='false'/>"
             "<clear/><add name='c' userName='u' password='third SECRET'/>%s"
             "</manyToOneMappings></iisClientCertificateMappingAuthentication>",
             _i == 0 ? "" : "<add name='c' userName='u' password='fourth SECRET'/>");
    t_iis_load_with(&load, t_text(text), NULL, true, &spy);
    ck_assert_int_eq(load.status, _i == 0 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
    if (_i == 0) {
        ck_assert_int_eq(certmap_iis_logon_password(load.logon, &password, 0), CERTMAP_IIS_PASSWORD_CLEAR);
        ck_assert(t_same(password, "third SECRET"));
    }
    t_iis_free(&load);
    ck_assert_uint_eq(secrets_released, 0);
}

/* The spy does see what is not wiped. */
T_TEST(spy_sees) {
    char *p = spy_alloc(NULL, 10);
    memcpy(p, "a SECRET", 8);
    spy_release(NULL, p);
    ck_assert_uint_eq(secrets_released, 1);
}

/* ---- diagnostics ---- */

static void add(struct cm_kit_diagnostics *diagnostics, enum certmap_severity severity, uint32_t offset) {
    cm_kit_report(diagnostics, severity, CERTMAP_CODE_XML, (struct cm_kit_position){1, 1, offset, 0}, "%u", offset);
}

T_TEST(diagnostics_are_in_the_order_of_the_file) {
    static struct cm_kit_diagnostics diagnostics;
    static const uint32_t offsets[] = {5, 9, 1, 5, 7, 1};
    static const uint32_t sorted[] = {1, 1, 5, 5, 7, 9};
    for (int i = 0; i < COUNT(offsets); i++)
        add(&diagnostics, CERTMAP_SEVERITY_WARNING, offsets[i]);
    for (int i = 0; i < COUNT(sorted); i++)
        ck_assert_uint_eq(diagnostics.items[i].error.offset, sorted[i]);
    ck_assert_uint_eq(diagnostics.errors, 0);
}

/* Notes give way to warnings, both to errors, the last of them first. */
T_TEST(full_diagnostics_keep_what_weighs_most) {
    static struct cm_kit_diagnostics diagnostics;
    for (uint32_t i = 0; i < CERTMAP_MAX_DIAGNOSTICS; i++)
        add(&diagnostics, CERTMAP_SEVERITY_NOTE, i);
    add(&diagnostics, CERTMAP_SEVERITY_NOTE, 0);
    ck_assert_uint_eq(diagnostics.count, CERTMAP_MAX_DIAGNOSTICS);
    ck_assert_uint_eq(diagnostics.items[CERTMAP_MAX_DIAGNOSTICS - 1].error.offset, CERTMAP_MAX_DIAGNOSTICS - 1);
    add(&diagnostics, CERTMAP_SEVERITY_WARNING, 0);
    ck_assert_uint_eq(diagnostics.items[CERTMAP_MAX_DIAGNOSTICS - 1].error.offset, CERTMAP_MAX_DIAGNOSTICS - 2);
    for (uint32_t i = 0; i < CERTMAP_MAX_DIAGNOSTICS; i++) {
        ck_assert(!cm_kit_diagnostics_full(&diagnostics));
        add(&diagnostics, CERTMAP_SEVERITY_ERROR, i);
        add(&diagnostics, CERTMAP_SEVERITY_WARNING, i);
    }
    ck_assert(cm_kit_diagnostics_full(&diagnostics));
    ck_assert_uint_eq(diagnostics.count, CERTMAP_MAX_DIAGNOSTICS);
    for (size_t i = 0; i < CERTMAP_MAX_DIAGNOSTICS; i++)
        ck_assert_int_eq(diagnostics.items[i].severity, CERTMAP_SEVERITY_ERROR);
    add(&diagnostics, CERTMAP_SEVERITY_ERROR, 0);
    ck_assert_uint_eq(diagnostics.errors, CERTMAP_MAX_DIAGNOSTICS + 1);
    ck_assert_uint_eq(diagnostics.count, CERTMAP_MAX_DIAGNOSTICS);
}

/* A text that is cut stays UTF-8: 255 bytes at most, no half character. */
T_TEST(long_text_is_cut_at_a_character) {
    static const char *const letters[] = {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    const char *letter = letters[_i % 4];
    char text[512] = "";
    struct certmap_diagnostic error;
    for (int i = 0; i < _i / 4; i++)
        strcat(text, "-");
    while (strlen(text) < 300)
        strcat(text, letter);
    ck_assert_int_eq(cm_kit_error(&error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_XML, "%s", text), CERTMAP_ERROR_SYNTAX);
    size_t len = strlen(error.text);
    ck_assert_uint_ge(len, 255 - 3);
    ck_assert_uint_eq(cm_utf8_check(t_text(error.text)), len);
    ck_assert(strncmp(text, error.text, len) == 0);
    ck_assert_int_eq(cm_kit_error(NULL, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_XML, "x"), CERTMAP_ERROR_LIMIT);
    cm_kit_error(&error, CERTMAP_OK, CERTMAP_CODE_NONE, "%s", "");
    ck_assert_str_eq(error.text, "");
}

static const struct {
    const char *text, *quoted;
} quotes[] = {
    {"", "\"\""},
    {"Default Web Site", "\"Default Web Site\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\""},
    {"a\nb", "\"a\\u{A}b\""},
    {"\xE2\x80\xAEgpj", "\"\\u{202E}gpj\""},
    {"\xFFx", "\"\\xFFx\""},
    /* 58 letters fit, 59 do not */
    {"1234567890123456789012345678901234567890123456789012345678",
     "\"1234567890123456789012345678901234567890123456789012345678\""},
    {"12345678901234567890123456789012345678901234567890123456789",
     "\"1234567890123456789012345678901234567890123456789012345678...\""},
    {"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
     "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
     "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4",
     "\"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
     "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
     "\xC3\xA4\xC3\xA4...\""},
};

T_TEST(quote_row) {
    ck_assert_str_eq(cm_kit_quote_string(quotes[_i].text).text, quotes[_i].quoted);
}

/* ---- */

int main(void) {
    const int attributes = (int)cm_iis_attribute_count;
    return T_RUN(
        "iis_parts", T_CASE("base64", T_LOOP(base64_row, COUNT(base64)), base64_decodes_what_is_encoded),
        T_CASE("children", T_LOOP(children_are_unique, (int)cm_iis_child_count)),
        T_CASE("stack", stack_has_room_for_the_deepest_way),
        T_CASE("attributes", T_LOOP(attributes_are_unique, attributes)),
        T_CASE("unknown attribute", T_LOOP(attribute_without_a_letter_is_not_known, attributes)),
        T_CASE("fallback", T_LOOP(attribute_has_its_fallback, attributes)),
        T_CASE("words", T_LOOP(attribute_takes_its_words_only, attributes)),
        T_CASE("set", set_tells_what_is_there_even_if_hashes_are_equal, set_grows),
        T_CASE("memory", array_grows_and_refuses_what_overflows, wipe_leaves_zeros, store_wipes_what_it_releases,
               T_LOOP(passwords_are_wiped, 2), spy_sees),
        T_CASE("diagnostics", diagnostics_are_in_the_order_of_the_file, full_diagnostics_keep_what_weighs_most),
        T_CASE("cut", T_LOOP(long_text_is_cut_at_a_character, 16)), T_CASE("quote", T_LOOP(quote_row, COUNT(quotes))));
}
