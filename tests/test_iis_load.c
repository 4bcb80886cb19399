/* SPDX-License-Identifier: MIT */
/* certmap_iis_load as a whole: arguments, encodings, broken and very large texts, lack of memory. What
 * elements and attributes mean is in test_iis.c. */
#include "iis.h"
#include <stdarg.h>
#include <stdio.h>

#define SECTION "iisClientCertificateMappingAuthentication"
#define RULE "<rules><add certificateField='Subject' certificateSubField='O' matchCriteria='Contoso'/></rules>"
#define STAFF "<add name='staff' userName='CONTOSO\\staff' password='p'>" RULE "</add>"
#define OPEN "<" SECTION " enabled='true'><manyToOneMappings>"
#define CLOSE "</manyToOneMappings></" SECTION ">"

static struct t_iis load;

/* ---- arguments ---- */

static const struct certmap_allocator no_resize = {.alloc = (void *(*)(void *, size_t))1,
                                                   .release = (void (*)(void *, void *))1};

T_TEST(arguments_are_checked) {
    struct certmap_rules *rules = NULL;
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct certmap_view text = t_text(OPEN STAFF CLOSE);
    ck_assert_int_eq(certmap_iis_load(NULL, NULL, text, NULL, &error), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.status, CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_iis_load(&rules, NULL, (struct certmap_view){NULL, 1}, NULL, NULL),
                     CERTMAP_ERROR_ARGUMENT);
    options.size--;
    ck_assert_int_eq(certmap_iis_load(&rules, NULL, text, &options, NULL), CERTMAP_ERROR_ARGUMENT);
    options.size++;
    options.allocator = &no_resize;
    ck_assert_int_eq(certmap_iis_load(&rules, NULL, text, &options, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(rules);
}

static const char *const empty_sites[] = {"", "/", "///"};

T_TEST(site_needs_a_name) {
    t_iis_load(&load, t_text(OPEN STAFF CLOSE), empty_sites[_i]);
    ck_assert_int_eq(load.status, CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(load.error.code, CERTMAP_CODE_ARGUMENT);
    ck_assert(strstr(load.error.text, "site") != NULL);
}

T_TEST(error_may_be_null) {
    struct certmap_rules *rules = NULL;
    ck_assert_int_eq(certmap_iis_load(&rules, NULL, t_text("<x/>"), NULL, NULL), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(certmap_iis_load(&rules, NULL, t_text(OPEN STAFF CLOSE), NULL, NULL), CERTMAP_OK);
    ck_assert_uint_eq(certmap_rules_count(rules), 1);
    certmap_rules_free(rules);
}

T_TEST(free_accepts_null) {
    certmap_iis_logon_free(NULL);
}

T_TEST(rules_tell_where_mappings_stand) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    t_iis_load(&load, t_text(OPEN "\n\n   " STAFF CLOSE), NULL);
    ck_assert_int_eq(certmap_rules_mapping(load.rules, &mapping, 0, NULL), CERTMAP_OK);
    ck_assert_uint_eq(mapping.line, 3);
    ck_assert_uint_eq(mapping.column, 4);
    ck_assert_int_eq(mapping.kind, CERTMAP_KIND_MANY_TO_ONE);
    ck_assert_uint_eq(certmap_rules_needs(load.rules), CERTMAP_PIECE_SUBJECT);
    t_iis_free(&load);
}

/* Between two mappings of a file, whose lines end as people and programs end them. */
static const struct {
    const char *between;
    size_t line, column; /* of the second one */
} line_ends[] = {
    {"", 1, 0},
    {"\n  ", 2, 3},
    {"\r\n  ", 2, 3},
    {"\r  ", 2, 3},
    {"\n\n\r\n", 4, 1},
    {"\r\r\n\n", 4, 1},
    {"\n\r", 3, 1},
    {"\r\n\n\t<!-- \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\n\xC3\xA4 -->", 4, 6},
    {"\r<!-- \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 -->", 2, 13},
};

T_TEST(lines_are_counted) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    char text[1024];
    const int before = snprintf(text, sizeof text, "%s", OPEN STAFF);
    snprintf(text + before, sizeof text - (size_t)before, "%s<add name='other' userName='u'/>" CLOSE "%s",
             line_ends[_i].between, _i % 2 == 0 ? "\r\n" : "");
    t_iis_load(&load, t_text(text), NULL);
    ck_assert_int_eq(certmap_rules_mapping(load.rules, &mapping, 1, NULL), CERTMAP_OK);
    ck_assert_uint_eq(mapping.line, line_ends[_i].line);
    ck_assert_uint_eq(mapping.column, line_ends[_i].line == 1 ? (size_t)before + 1 : line_ends[_i].column);
    t_iis_free(&load);
}

T_TEST(diagnostic_has_offset_and_length) {
    const char *text = OPEN "\xC3\xA4<add name='x' userName='u' enabled='maybe'>" RULE "</add>" CLOSE;
    t_iis_load(&load, t_text(text), NULL);
    ck_assert_uint_eq(load.count, 2);
    ck_assert_uint_eq(load.diagnostics[0].error.offset, strlen(OPEN));
    ck_assert_uint_eq(load.diagnostics[1].error.offset, strlen(OPEN) + 2);
    ck_assert_uint_eq(load.diagnostics[1].error.column, strlen(OPEN) + 2);
    ck_assert_uint_eq(load.diagnostics[1].error.length, strlen("<add name='x' userName='u' enabled='maybe'>"));
    t_iis_free(&load);
}

/* ---- encodings ---- */

enum form { UTF8, UTF8_BOM, LITTLE, LITTLE_BOM, BIG, BIG_BOM, UTF32 };

static void put_unit(struct t_buf *buf, enum form form, uint32_t unit) {
    const uint8_t high = (uint8_t)(unit >> 8), low = (uint8_t)unit;
    const uint8_t little[4] = {low, high, 0, 0}, big[2] = {high, low};
    if (form == BIG || form == BIG_BOM)
        t_bytes(buf, big, 2);
    else
        t_bytes(buf, little, form == UTF32 ? 4 : 2);
}

/* Converts UTF-8, of which there are letters of one, two and four bytes here. */
static void convert(struct t_buf *buf, enum form form, const char *text) {
    const uint8_t *p = (const uint8_t *)text;
    if (form == UTF8_BOM)
        t_bytes(buf, "\xEF\xBB\xBF", 3);
    if (form == UTF8 || form == UTF8_BOM) {
        t_bytes(buf, text, strlen(text));
        return;
    }
    if (form == LITTLE_BOM || form == BIG_BOM)
        put_unit(buf, form, 0xFEFF);
    while (*p != 0) {
        if (*p < 0x80) {
            put_unit(buf, form, *p++);
        } else if (*p < 0xE0) {
            put_unit(buf, form, (uint32_t)(*p & 0x1F) << 6 | (p[1] & 0x3F));
            p += 2;
        } else {
            uint32_t cp =
                (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 63) << 12 | (uint32_t)(p[2] & 63) << 6 | (p[3] & 63);
            put_unit(buf, form, 0xD800 + ((cp - 0x10000) >> 10));
            put_unit(buf, form, 0xDC00 + ((cp - 0x10000) & 0x3FF));
            p += 4;
        }
    }
}

/* A declared encoding ("" for a declaration without one, NULL for none), how the bytes are, and what
 * comes of it. */
static const struct {
    const char *declared;
    enum form form;
    enum certmap_code code;
} encodings[] = {
    {NULL, UTF8, CERTMAP_CODE_NONE},
    {NULL, UTF8_BOM, CERTMAP_CODE_NONE},
    {NULL, LITTLE, CERTMAP_CODE_NONE},
    {NULL, LITTLE_BOM, CERTMAP_CODE_NONE},
    {NULL, BIG, CERTMAP_CODE_NONE},
    {NULL, BIG_BOM, CERTMAP_CODE_NONE},
    {NULL, UTF32, CERTMAP_CODE_ENCODING},
    {"", UTF8, CERTMAP_CODE_NONE},
    {"", LITTLE, CERTMAP_CODE_NONE},
    {"", BIG, CERTMAP_CODE_NONE},
    {"UTF-8", UTF8, CERTMAP_CODE_NONE},
    {"utf-8", UTF8_BOM, CERTMAP_CODE_NONE},
    {"UTF-8", LITTLE, CERTMAP_CODE_ENCODING},
    {"UTF-8", BIG, CERTMAP_CODE_ENCODING},
    {"UTF-8", LITTLE_BOM, CERTMAP_CODE_NONE}, /* the BOM wins */
    {"UTF-8", BIG_BOM, CERTMAP_CODE_NONE},
    {"UTF-16", UTF8, CERTMAP_CODE_ENCODING},
    {"UTF-16", UTF8_BOM, CERTMAP_CODE_NONE},
    {"utf-16", LITTLE, CERTMAP_CODE_NONE},
    {"utf-16", LITTLE_BOM, CERTMAP_CODE_NONE},
    {"UTF-16", BIG, CERTMAP_CODE_NONE},
    {"UTF-16", BIG_BOM, CERTMAP_CODE_NONE},
    {"UTF-16LE", LITTLE, CERTMAP_CODE_NONE},
    {"UTF-16LE", BIG, CERTMAP_CODE_ENCODING},
    {"UTF-16LE", BIG_BOM, CERTMAP_CODE_NONE},
    {"UTF-16LE", UTF8, CERTMAP_CODE_ENCODING},
    {"UTF-16BE", BIG, CERTMAP_CODE_NONE},
    {"UTF-16BE", LITTLE, CERTMAP_CODE_ENCODING},
    {"US-ASCII", LITTLE, CERTMAP_CODE_ENCODING},
    {"US-ASCII", UTF8_BOM, CERTMAP_CODE_NONE},
    {"ISO-8859-1", UTF8, CERTMAP_CODE_ENCODING},
    {"iso-8859-1", UTF8_BOM, CERTMAP_CODE_NONE},
    {"windows-1252", UTF8, CERTMAP_CODE_ENCODING},
    {"windows-1252", LITTLE, CERTMAP_CODE_ENCODING},
    {"windows-1252", LITTLE_BOM, CERTMAP_CODE_NONE},
    {"utf8", UTF8, CERTMAP_CODE_ENCODING},
    {"UTF-7", UTF8, CERTMAP_CODE_ENCODING},
};

T_TEST(encoding_row) {
    char text[1024], declaration[64] = "";
    struct t_buf bytes = T_BUF_INIT;
    const char *declared = encodings[_i].declared;
    if (declared != NULL)
        snprintf(declaration, sizeof declaration, "<?xml version=\"1.0\"%s%s%s?>\n",
                 *declared != 0 ? " encoding=\"" : "", declared, *declared != 0 ? "\"" : "");
    snprintf(text, sizeof text,
             "%s" OPEN "<add name='\xC3\xA4\xF0\x9F\x98\x80' userName='\xC3\xBC'>" RULE "</add>\n"
             "\xC3\xA4<!--\xF0\x9F\x98\x80--> \n" CLOSE,
             declaration);
    convert(&bytes, encodings[_i].form, text);
    t_iis_load(&load, t_view(&bytes), NULL);
    if (encodings[_i].code == CERTMAP_CODE_NONE) { /* the stray letter is found, where it is */
        ck_assert_msg(load.count == 1 && load.error.code == CERTMAP_CODE_UNEXPECTED_TEXT, "%s", t_iis_first(&load));
        ck_assert_uint_eq(load.error.line, declared != NULL ? 3 : 2);
        ck_assert_uint_eq(load.error.column, 1);
    } else {
        ck_assert_msg(load.count == 1 && load.error.code == encodings[_i].code, "%s", t_iis_first(&load));
        ck_assert_uint_eq(load.error.line, 1);
        ck_assert_uint_eq(load.error.column, 1);
        if (declared != NULL)
            ck_assert_msg(strstr(load.error.text, declared) != NULL, "%s", load.error.text);
    }
    t_iis_free(&load);
    t_buf_free(&bytes);
}

/* The offset of a stray letter after blanks, in bytes of the input. */
T_TEST(offsets_count_bytes_of_the_input) {
    static const size_t width[] = {1, 1, 2, 2, 2, 2}, mark[] = {0, 3, 0, 2, 0, 2};
    struct t_buf bytes = T_BUF_INIT;
    convert(&bytes, (enum form)_i, OPEN "\n  x" CLOSE);
    t_iis_load(&load, t_view(&bytes), NULL);
    ck_assert_uint_eq(load.error.line, 2);
    ck_assert_uint_eq(load.error.column, 3);
    ck_assert_uint_eq(load.error.offset, mark[_i] + width[_i] * (strlen(OPEN) + 3));
    t_iis_free(&load);
    t_buf_free(&bytes);
}

T_TEST(utf16_says_the_same_as_utf8) {
    struct t_buf bytes = T_BUF_INIT;
    convert(&bytes, (enum form)_i,
            OPEN "<add name='\xC3\xA4\xF0\x9F\x98\x80' userName='D\\\xC3\xBC' password='\xC3\xA4'>" RULE
                 "</add>" CLOSE);
    t_iis_load_with(&load, t_view(&bytes), NULL, true, NULL);
    ck_assert_msg(load.status == CERTMAP_OK, "%s", t_iis_first(&load));
    struct certmap_result result = t_iis_match(load.rules, "O=Contoso", "CN=CA");
    struct certmap_view password;
    ck_assert(t_same(result.mapping, "\xC3\xA4\xF0\x9F\x98\x80"));
    ck_assert(t_same(result.domain, "D"));
    ck_assert(t_same(result.user, "\xC3\xBC"));
    certmap_iis_logon_password(load.logon, &password, result.index);
    ck_assert(t_same(password, "\xC3\xA4"));
    t_iis_free(&load);
    t_buf_free(&bytes);
}

/* ---- texts that are not XML ---- */

static const struct {
    const char *text;
    size_t len; /* 0: its strlen */
    enum certmap_code code;
    size_t line, column;
    const char *part;
} broken[] = {
    {"", 0, CERTMAP_CODE_XML, 1, 1, "the text has no element"},
    {" \n ", 0, CERTMAP_CODE_XML, 2, 2, "the text has no element"},
    {"<!-- nothing -->\n", 0, CERTMAP_CODE_XML, 2, 1, "the text has no element"},
    {"<?xml version='1.0'?>", 0, CERTMAP_CODE_XML, 1, 22, "the text has no element"},
    {"\xEF\xBB\xBF", 0, CERTMAP_CODE_XML, 1, 1, "no element"},
    {"\xFF\xFE", 0, CERTMAP_CODE_XML, 1, 1, "no element"},
    {"<", 0, CERTMAP_CODE_XML, 1, 1, "ends too early"},
    {OPEN, 0, CERTMAP_CODE_XML, 1, 78, "ends too early"},
    {OPEN "\n <add name='x", 0, CERTMAP_CODE_XML, 2, 2, "ends too early"},
    {OPEN "\n \xC3", 0, CERTMAP_CODE_XML, 2, 2, "ends too early"},
    {OPEN STAFF "</manyToOneMappings>\n</section>", 0, CERTMAP_CODE_XML, 2, 3, "mismatched tag"},
    {OPEN "<add name='x' name='y'/>" CLOSE, 0, CERTMAP_CODE_XML, 1, 92, "duplicate attribute"},
    {OPEN "<add name=x />" CLOSE, 0, CERTMAP_CODE_XML, 1, 88, "not well-formed"},
    {OPEN STAFF CLOSE "<again/>", 0, CERTMAP_CODE_XML, 1, 300, "junk after document element"},
    {OPEN STAFF CLOSE "text", 0, CERTMAP_CODE_XML, 1, 300, "junk after document element"},
    {"certmap 1;\nmapping \"a\" { when always; deny; }", 0, CERTMAP_CODE_XML, 1, 1, "not well-formed"},
    {"<configuration>\n\xE4</configuration>", 0, CERTMAP_CODE_ENCODING, 2, 1, "byte 0xE4 is not UTF-8"},
    {OPEN "\n<add name='\xFC'/>" CLOSE, 0, CERTMAP_CODE_ENCODING, 2, 12, "byte 0xFC is not UTF-8"},
    {"<configuration>\xC0\x80</configuration>", 0, CERTMAP_CODE_ENCODING, 1, 16, "byte 0xC0 is not UTF-8"},
    {"<configuration>\xED\xA0\x80</configuration>", 0, CERTMAP_CODE_ENCODING, 1, 16, "byte 0xED is not UTF-8"},
    {"<configuration>\xEF\xBF\xBF</configuration>", 0, CERTMAP_CODE_XML, 1, 16, "not well-formed"},
    {"<configuration>\x01</configuration>", 0, CERTMAP_CODE_XML, 1, 16, "not well-formed"},
    {"<?xml version='1.0' encoding='US-ASCII'?><configuration>\xC3\xA4</configuration>", 0, CERTMAP_CODE_XML, 1, 57,
     "not well-formed"},
    {"<configuration>\0</configuration>", 32, CERTMAP_CODE_XML, 1, 16, "not well-formed"},
    {"\0\0\0<", 4, CERTMAP_CODE_ENCODING, 1, 1, "neither UTF-8 nor UTF-16"},
    {"\0\0\xFE\xFF", 4, CERTMAP_CODE_ENCODING, 1, 1, "neither UTF-8 nor UTF-16"},
    {"\xFF\xFE\0\0<\0\0\0", 8, CERTMAP_CODE_ENCODING, 1, 1, "neither UTF-8 nor UTF-16"},
    {"\0", 1, CERTMAP_CODE_XML, 1, 1, ""},
    {"\0\0", 2, CERTMAP_CODE_ENCODING, 1, 1, "neither"},
    {"\x30\x82\x01\x00\x30", 5, CERTMAP_CODE_ENCODING, 1, 2, "byte 0x82 is not UTF-8"}, /* a certificate */
    {"<\0a\0>\0\1\0", 8, CERTMAP_CODE_NOT_IIS, 1, 1, "\"a\""},
    {"<\0!\0-\0-\0\1\0", 10, CERTMAP_CODE_XML, 1, 5, "not well-formed"},
    {"<\0!\0\n\0-\0\0\xD8-\0", 12, CERTMAP_CODE_ENCODING, 2, 2, "half of a surrogate pair"},
    {"<\0!\0\n\0-\0\0\xDC-\0", 12, CERTMAP_CODE_ENCODING, 2, 2, "half of a surrogate pair"},
    {"\xFE\xFF\0<\xD8\0\xD8\0", 8, CERTMAP_CODE_ENCODING, 1, 2, "half of a surrogate pair"},
    {"\xFE\xFF\0<\xD8\0\xDF\xFF\xDC\0", 10, CERTMAP_CODE_ENCODING, 1, 3, "half of a surrogate pair"},
    {"\xFF\xFE<\0\0\xD8\0\xDC", 8, CERTMAP_CODE_XML, 1, 2, "not well-formed"},
    {"<\0a\0/\0>\0 ", 9, CERTMAP_CODE_NOT_IIS, 1, 1, "\"a\""},
    {"<configuration>&lt;&nope;</configuration>", 0, CERTMAP_CODE_XML, 1, 20, "undefined entity"},
    {"<!DOCTYPE configuration>\n<configuration/>", 0, CERTMAP_CODE_DTD, 1, 24, "document type declaration"},
    {"<!DOCTYPE configuration SYSTEM 'http://example.com/x.dtd'>\n<configuration/>", 0, CERTMAP_CODE_DTD, 1, 58,
     "document type declaration"},
};

T_TEST(broken_row) {
    struct certmap_view text = t_text(broken[_i].text);
    if (broken[_i].len > 0)
        text.len = broken[_i].len;
    t_iis_load(&load, text, NULL);
    ck_assert_int_eq(load.status, CERTMAP_ERROR_SYNTAX);
    ck_assert_msg(load.count == 1 && load.error.code == broken[_i].code && load.error.line == broken[_i].line &&
                      load.error.column == broken[_i].column && strstr(load.error.text, broken[_i].part) != NULL,
                  "got %s %zu:%zu %s", certmap_code_name(load.error.code), load.error.line, load.error.column,
                  load.error.text);
}

T_TEST(null_text_is_empty) {
    t_iis_load(&load, (struct certmap_view){NULL, 0}, NULL);
    ck_assert_int_eq(load.error.code, CERTMAP_CODE_XML);
}

/* A billion laughs: refused before anything is expanded. */
T_TEST(entities_are_refused) {
    struct t_buf text = T_BUF_INIT;
    t_bytes(&text, "<!DOCTYPE lolz [<!ENTITY l0 \"lol\">", 34);
    for (int i = 1; i < 10; i++) {
        char entity[128];
        int len = snprintf(entity, sizeof entity, "<!ENTITY l%d \"", i);
        t_bytes(&text, entity, (size_t)len);
        len = snprintf(entity, sizeof entity, "&l%d;", i - 1);
        for (int k = 0; k < 10; k++)
            t_bytes(&text, entity, (size_t)len);
        t_bytes(&text, "\">\n", 3);
    }
    t_bytes(&text, "]>\n<configuration>&l9;</configuration>", 38);
    t_iis_load(&load, t_view(&text), NULL);
    ck_assert_int_eq(load.error.code, CERTMAP_CODE_DTD);
    ck_assert_uint_eq(load.error.line, 1);
    ck_assert_uint_eq(load.count, 1);
    t_buf_free(&text);
}

/* Cut after every byte it is an error, and the error is where it ends. */
T_TEST(truncated_text_is_an_error) {
    static const char text[] =
        "<?xml version='1.0'?>\n<configuration>\n<system.webServer><security><authentication>\n"
        "\n<!-- comment -->" OPEN STAFF CLOSE "</authentication></security></system.webServer></configuration>";
    struct t_buf bytes = T_BUF_INIT;
    convert(&bytes, (enum form)_i, text);
    struct certmap_view view = t_view(&bytes);
    for (size_t len = 0; len <= view.len; len++) {
        uint8_t *copy = malloc(len + 1); /* no byte more than that, for a sanitizer to see */
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, view.data, len);
        t_iis_load(&load, (struct certmap_view){copy, len}, NULL);
        ck_assert_msg((load.status == CERTMAP_OK) == (len == view.len), "cut after %zu bytes", len);
        ck_assert(len == view.len || load.error.code == CERTMAP_CODE_XML);
        t_iis_free(&load);
        free(copy);
    }
    t_buf_free(&bytes);
}

/* ---- limits ---- */

static void repeat(struct t_buf *buf, const char *text, size_t times) {
    for (size_t i = 0; i < times; i++)
        t_bytes(buf, text, strlen(text));
}

#if defined(__GNUC__) && !defined(__MINGW32__)
__attribute__((format(printf, 2, 3)))
#endif
static void
put(struct t_buf *buf, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ck_assert(len >= 0 && (size_t)len < sizeof text);
    t_bytes(buf, text, (size_t)len);
}

/* A size that is there to take time. Where timeouts are multiplied, as under valgrind, a tenth shows as much. */
static size_t large(size_t size) {
    return getenv("CK_TIMEOUT_MULTIPLIER") != NULL ? size / 10 : size;
}

T_TEST(depth_has_a_limit) {
    const size_t depth = CERTMAP_IIS_MAX_DEPTH + (size_t)_i;
    struct t_buf text = T_BUF_INIT;
    put(&text, "<configuration>");
    repeat(&text, "<x>", depth - 1);
    repeat(&text, "</x>", depth - 1);
    put(&text, "<system.webServer><security><authentication>" OPEN STAFF CLOSE
               "</authentication></security></system.webServer></configuration>");
    t_iis_load(&load, t_view(&text), NULL);
    ck_assert_int_eq(load.status, _i == 0 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
    if (_i == 0) {
        ck_assert_uint_eq(certmap_rules_count(load.rules), 1);
    } else {
        ck_assert_int_eq(load.error.code, CERTMAP_CODE_NESTING);
        ck_assert_uint_eq(load.error.column, 16 + 3 * (CERTMAP_IIS_MAX_DEPTH - 1));
    }
    t_iis_free(&load);
    t_buf_free(&text);
}

T_TEST(size_has_a_limit) {
    struct certmap_view text = {(const uint8_t *)"<x/>", (size_t)CERTMAP_MAX_RULES_SIZE + 1}; /* is not read */
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error;
    ck_assert_int_eq(certmap_iis_load(&rules, NULL, text, NULL, &error), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_RULES_TOO_LARGE);
}

/* 50 MB outside of the section take no more memory than the pieces that expat is given; and other shapes, of 5 MB, are as
 * quickly read. Only one long token has to be in memory whole. */
static const struct {
    const char *name, *before, *part, *after;
    size_t times; /* of its size is in memory */
} shapes[] = {
    {"elements", "<x>", "<site name='a' id=\"2\"><b/></site>\n", "</x>", 0},
    {"one text", "<x>", "text &amp; text ", "</x>", 0},
    {"one comment", "<!-- ", "a comment without an end ", "-->", 3},
    {"one attribute", "<x a='", "a value without an end ", "'/>", 5},
    {"locations", "<x/>", "<location path='A'><system.webServer><x/></system.webServer></location>\n", "<x/>", 0},
    {"sites", "<system.applicationHost><sites>", "<site name='a site with a name'/>",
     "</sites></system.applicationHost>", 0},
    {"other sections", "<x/>",
     "<location path='A'><system.webServer><security><authentication><" SECTION " enabled='true'>"
     "<manyToOneMappings><add name='x'/></manyToOneMappings></" SECTION
     "></authentication></security></system.webServer></location>\n",
     "<x/>", 0},
};

T_TEST(large_text_is_read_in_time) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct t_buf text = T_BUF_INIT;
    put(&text, "<configuration>%s", shapes[_i].before);
    repeat(&text, shapes[_i].part, large(_i == 0 ? 50000000 : 5000000) / strlen(shapes[_i].part));
    put(&text, "%s\n<system.webServer><security><authentication>\n" OPEN STAFF CLOSE, shapes[_i].after);
    put(&text, "</authentication></security></system.webServer></configuration>");
    t_iis_load_with(&load, t_view(&text), NULL, false, &allocator);
    ck_assert_msg(load.status == CERTMAP_OK, "%s: %s", shapes[_i].name, t_iis_first(&load));
    ck_assert_uint_eq(certmap_rules_count(load.rules), 1);
    ck_assert_msg(memory.peak < 300000 + shapes[_i].times * text.len, "%s: %zu bytes", shapes[_i].name, memory.peak);
    t_iis_free(&load);
    ck_assert_uint_eq(memory.live, 0);
    t_buf_free(&text);
}

/* Many mappings, in one section, each with a name that shares no more than it must. */
static const char *const name_starts[] = {"mapping", "\xD0\x9F\xD1\x80\xD0\xB0\xD0\xB2\xD0\xB8\xD0\xBB\xD0\xBE",
                                          "\xE8\xA7\x84\xE5\x88\x99", "Ks"};

T_TEST(many_mappings_are_read_in_time) {
    const size_t count = large(_i == 0 ? 1000000 : 20000);
    struct t_buf text = T_BUF_INIT;
    put(&text, OPEN);
    for (size_t i = 0; i < count; i++) {
        put(&text,
            "<add name='%s %zu' userName='u'><rules><add certificateField='1' certificateSubField='CN' "
            "matchCriteria='%zu'/></rules></add>",
            name_starts[_i], i, i);
    }
    put(&text, CLOSE);
    t_iis_load(&load, t_view(&text), NULL);
    ck_assert_msg(load.status == CERTMAP_OK, "%s", t_iis_first(&load));
    ck_assert_uint_eq(certmap_rules_count(load.rules), count);
    ck_assert_uint_eq(t_iis_match(load.rules, "CN=1777", "CN=CA").index, 1777);
    t_iis_free(&load);
    t_buf_free(&text);
}

T_TEST(many_certificates_are_read_in_time) {
    struct t_buf text = T_BUF_INIT;
    put(&text, "<" SECTION " enabled='true'><oneToOneMappings>");
    for (size_t i = 0; i < large(100000); i++)
        put(&text, "<add userName='u' certificate='MAoC%06zuAA'/>", i);
    put(&text, "</oneToOneMappings></" SECTION ">");
    t_iis_load(&load, t_view(&text), NULL);
    ck_assert_msg(load.status == CERTMAP_OK, "%s", load.error.text);
    ck_assert_uint_eq(certmap_rules_count(load.rules), large(100000));
    ck_assert_uint_eq(load.count, CERTMAP_MAX_DIAGNOSTICS);
    ck_assert_int_eq(load.diagnostics[99].error.code, CERTMAP_CODE_USELESS_CERTIFICATE);
    t_iis_free(&load);
    t_buf_free(&text);
}

/* As many rules as a mapping may have, and one more; and very many, of which the last is there twice. */
static const size_t rule_counts[] = {CERTMAP_MAX_CONDITIONS, CERTMAP_MAX_CONDITIONS + 1, 100000};

T_TEST(many_rules_are_read_in_time) {
    struct t_buf text = T_BUF_INIT;
    put(&text, OPEN "<add name='a' userName='u' enabled='%s'><rules>", _i == 2 ? "false" : "true");
    for (size_t i = 0; i < rule_counts[_i]; i++)
        put(&text, "\n<add certificateField='1' certificateSubField='CN' matchCriteria='*%zu*'/>", i);
    if (_i == 2)
        put(&text, "\n<add certificateField='1' certificateSubField='CN' matchCriteria='*0*'/>");
    put(&text, "</rules></add>" CLOSE);
    t_iis_load(&load, t_view(&text), NULL);
    if (_i == 0) {
        ck_assert_msg(load.status == CERTMAP_OK, "%s", t_iis_first(&load));
    } else if (_i == 1) {
        ck_assert_int_eq(load.status, CERTMAP_ERROR_LIMIT);
        ck_assert_int_eq(load.error.code, CERTMAP_CODE_TOO_MANY);
        ck_assert_uint_eq(load.error.line, CERTMAP_MAX_CONDITIONS + 2);
    } else {
        ck_assert_int_eq(load.diagnostics[0].error.code, CERTMAP_CODE_TOO_MANY);
        ck_assert_int_eq(load.diagnostics[load.count - 1].error.code, CERTMAP_CODE_DUPLICATE_RULE);
        ck_assert_uint_eq(load.diagnostics[load.count - 1].error.line, 100002);
    }
    t_iis_free(&load);
    t_buf_free(&text);
}

/* A site with very many steps has as many levels. */
T_TEST(site_may_be_deep) {
    struct t_buf site = T_BUF_INIT, text = T_BUF_INIT;
    repeat(&site, "a/", 30000);
    t_bytes(&site, "b", 2);
    put(&text, "<location path='");
    t_bytes(&text, site.data, site.len - 1);
    put(&text, "'><system.webServer><security><authentication>" OPEN STAFF CLOSE
               "</authentication></security></system.webServer></location>");
    t_iis_load(&load, t_view(&text), (const char *)site.data);
    ck_assert_uint_eq(certmap_rules_count(load.rules), 1);
    t_iis_free(&load);
    t_buf_free(&site);
    t_buf_free(&text);
}

/* What each attribute may hold, at the edge: the size, and whether that is an error. */
static const struct {
    const char *format;
    size_t size;
    enum certmap_code code;
} long_texts[] = {
    {"<add name='%s' permissionMode='Deny'/>", CERTMAP_MAX_TEXT_SIZE, CERTMAP_CODE_NONE},
    {"<add name='%s' permissionMode='Deny'/>", CERTMAP_MAX_TEXT_SIZE + 1, CERTMAP_CODE_TEXT_TOO_LONG},
    {"<add name='a' userName='%s'>" RULE "</add>", CERTMAP_MAX_TEXT_SIZE - 2, CERTMAP_CODE_NONE},
    {"<add name='a' userName='%s'>" RULE "</add>", CERTMAP_MAX_TEXT_SIZE - 1, CERTMAP_CODE_TEXT_TOO_LONG},
    {"<add name='a' userName='u'><rules><add certificateField='1' certificateSubField='CN' "
     "matchCriteria='%s'/></rules></add>",
     CERTMAP_MAX_TEXT_SIZE, CERTMAP_CODE_NONE},
    {"<add name='a' userName='u'><rules><add certificateField='1' certificateSubField='CN' "
     "matchCriteria='%s'/></rules></add>",
     CERTMAP_MAX_TEXT_SIZE + 1, CERTMAP_CODE_TEXT_TOO_LONG},
    {"<add name='a' userName='u'><rules><add certificateField='1' certificateSubField='%s' "
     "matchCriteria='*'/></rules></add>",
     CERTMAP_MAX_TEXT_SIZE, CERTMAP_CODE_UNKNOWN_SUBFIELD},
    {"<add name='a' description='%s' password='%s' permissionMode='Deny'/>", 1000000, CERTMAP_CODE_NONE},
    {"<add name='a' permissionMode='%s'/>", 1000000, CERTMAP_CODE_BAD_ENUM},
    {"<add name='a' permissionMode='Deny' %s=''/>", 1000000, CERTMAP_CODE_UNKNOWN_ATTRIBUTE},
    {"<%s/>", 1000000, CERTMAP_CODE_UNKNOWN_ELEMENT},
};

T_TEST(long_text_row) {
    struct t_buf text = T_BUF_INIT;
    const char *p = long_texts[_i].format, *placeholder;
    put(&text, "<" SECTION " enabled='true' defaultLogonDomain='D'><manyToOneMappings>");
    for (; (placeholder = strstr(p, "%s")) != NULL; p = placeholder + 2) {
        t_bytes(&text, p, (size_t)(placeholder - p));
        repeat(&text, "x", long_texts[_i].size);
    }
    put(&text, "%s" CLOSE, p);
    t_iis_load_with(&load, t_view(&text), NULL, true, NULL);
    ck_assert_msg(load.error.code == long_texts[_i].code, "%s", t_iis_first(&load));
    ck_assert_uint_eq(load.count, long_texts[_i].code == CERTMAP_CODE_NONE ? 0 : 1);
    t_iis_free(&load);
    t_buf_free(&text);
}

/* Appends a text, a number in place of its #. */
static void put_numbered(struct t_buf *buf, const char *text, size_t number) {
    size_t len = strcspn(text, "#");
    t_bytes(buf, text, len);
    if (text[len] == '#')
        put(buf, "%zu%s", number, text + len + 1);
}

/* Errors found while reading, while merging and while building stop at the hundredth. */
static const char *const bad_parts[] = {
    "<add name='#' permissionMode='Deny' enabled='x'/>\n",
    "<add name='a' permissionMode='Deny'/>\n",
    "<add name='#' userName='\\'/>\n",
    "<add name='#' userName='u'><rules><add certificateField='1' certificateSubField='CM' "
    "matchCriteria='*'/></rules></add>\n",
    "<add name='#' userName='u'><rules>" /* duplicates */
    "<add certificateField='1' certificateSubField='CN' matchCriteria='*'/>"
    "<add certificateField='1' certificateSubField='CN' matchCriteria='*'/></rules></add>\n",
    "stray <add name='#' permissionMode='Deny'/>\n",
    "<remove/>",
    "<add name='#' permissionMode='Deny'><rules>"
    "<add certificateField='1' certificateSubField='CM' matchCriteria='*'/><clear/></rules></add>\n",
};

T_TEST(errors_stop_at_the_hundredth) {
    struct t_buf text = T_BUF_INIT;
    put(&text, OPEN "\n<add name='note' password='[enc:x]' permissionMode='Deny'/>\n");
    for (size_t i = 0; i < 1000; i++)
        put_numbered(&text, bad_parts[_i], i);
    put(&text, CLOSE);
    t_iis_load(&load, t_view(&text), NULL);
    ck_assert_int_eq(load.status, CERTMAP_ERROR_SYNTAX);
    ck_assert_uint_eq(load.count, CERTMAP_MAX_DIAGNOSTICS);
    for (size_t i = 0; i < load.count; i++)
        ck_assert_int_eq(load.diagnostics[i].severity, CERTMAP_SEVERITY_ERROR);
    t_iis_free(&load);
    t_buf_free(&text);
}

/* A hundred notes do not hide an error after them. */
T_TEST(notes_hide_no_error) {
    struct t_buf text = T_BUF_INIT;
    put(&text, OPEN);
    for (size_t i = 0; i < 1000; i++)
        put(&text, "<add name='%zu' userName='u' password='[enc:x]'>" RULE "</add>\n", i);
    if (_i == 1)
        put(&text, "<add name='last' userName='u'/><add/>");
    put(&text, CLOSE);
    t_iis_load(&load, t_view(&text), NULL);
    ck_assert_int_eq(load.status, _i == 0 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
    ck_assert_uint_eq(load.count, CERTMAP_MAX_DIAGNOSTICS);
    if (_i == 1)
        ck_assert_int_eq(load.error.code, CERTMAP_CODE_MISSING_ATTRIBUTE);
    t_iis_free(&load);
    t_buf_free(&text);
}

/* ---- what is said of broken XML ---- */

/* Line and column of the cause, and what is said. Each row is read in UTF-16 as well. */
static const struct {
    const char *text;
    size_t line, column;
    const char *part;
} faults[] = {
    {OPEN "\n<add name='A & B'/>" CLOSE, 2, 14, "& is written &amp;"},
    {OPEN "\n<add name='A &B'/>" CLOSE, 2, 14, "& is written &amp;"},
    {OPEN "\n<add name='&'/>" CLOSE, 2, 12, "& is written &amp;"},
    {OPEN "\nA & B" CLOSE, 2, 3, "& is written &amp;"},
    {OPEN "\n<add name='a&nope;'/>" CLOSE, 2, 13, "undefined entity: XML has &amp;"},
    {OPEN "\n<add name='&#0;'/>" CLOSE, 2, 12, "reference to invalid character number: this number is none"},
    {OPEN "\n<add name='a < b'/>" CLOSE, 2, 14, "< in the value of name is written &lt;, or the closing quote"},
    {OPEN "\n<add name='a\n<add name='b'/>" CLOSE, 2, 11,
     "the closing quote of name is missing before line 3, column 1"},
    {OPEN "\n<add name='a userName='b'/>" CLOSE, 2, 11,
     "the closing quote of name is missing before line 2, column 24"},
    {OPEN "\n<add name='a' userName='b/>\n" CLOSE, 2, 24, "the closing quote of userName is missing before line 3"},
    {OPEN "\n<add name=a/>" CLOSE, 2, 11, "the value of name needs quotes around it"},
    {OPEN "\n<add name/>" CLOSE, 2, 10, "name has no value: = and the value in quotes are missing"},
    {OPEN "\n<add name='a'userName='b'/>" CLOSE, 2, 14, "after the value of name a blank is missing"},
    {OPEN "\n<add name='a'b'/>" CLOSE, 2, 14, "after the value of name a blank is missing; a quote in a value is"},
    {OPEN "\n<add name='a'\n<add name='b'/>" CLOSE, 2, 1, "the tag <add lacks its > before the < in line 3"},
    {OPEN "\n<add\n<add name='b'/>" CLOSE, 2, 1, "the tag <add lacks its > before the < in line 3"},
    {OPEN "\n<add name='a' / >" CLOSE, 2, 16, "/ in a tag belongs right before its >"},
    {OPEN "\n<add 'a'/>" CLOSE, 2, 6, "the name of an attribute belongs here"},
    {OPEN "\n< add name='a'/>" CLOSE, 2, 2, "< begins a tag, and in text is written &lt;"},
    {OPEN "\n<add name='a' name='b'/>" CLOSE, 2, 15, "duplicate attribute: name is there twice in one tag"},
    {OPEN "\n<add name='a\x01'/>" CLOSE, 2, 13, "the control character U+0001 is not allowed in XML"},
    {OPEN "\n<!-- a -- b -->" CLOSE, 2, 10, "-- belongs in a comment only at its end"},
    {OPEN "\n]]>" CLOSE, 2, 3, "]]> in text is written ]]&gt;"},
    {OPEN "\n<add name='a'>\n<rules>\n</add>" CLOSE, 4, 3,
     "mismatched tag: </add> closes, but <rules> of line 3 is open"},
    {OPEN "\n<add name='a'>\n<Rules>\n</rules></add>" CLOSE, 4, 3, "</rules> closes, but <Rules> of line 3 is open"},
    {OPEN "\n<add name='a'>\n<rules>\n", 4, 1, "no element found: the text ends, but <rules> of line 3 is open"},
    {OPEN STAFF CLOSE "\n<" SECTION "/>", 2, 1, "junk after document element: a second root element begins here"},
    {OPEN STAFF CLOSE "\n</" SECTION ">", 2, 1, "this tag closes nothing that is open"},
    {OPEN STAFF CLOSE "\nthe end", 2, 1, "text is after the end of the root element"},
    {OPEN "\n<add name='a'></add x='b'>" CLOSE, 2, 21, "a closing tag has no attributes"},
    {OPEN "\n<add name='a' \\>" CLOSE, 2, 15, "a backslash is where / belongs"},
    {OPEN "\n<\\add>" CLOSE, 2, 2, "a backslash is where / belongs"},
    {OPEN "\n<!-- a comment", 2, 1, "unclosed token: the comment that begins here is not closed by -->"},
    {OPEN "\n<![CDATA[ a", 2, 1, "the CDATA section that begins here is not closed by ]]>"},
    {OPEN "\n<?a ", 2, 1, "not closed by ?>"},
    {OPEN "\n<add name='a", 2, 1, "the closing quote of name is missing, whose value begins in line 2, column 11"},
    {OPEN "\n<add name='a' ", 2, 1, "the tag that begins here lacks its >"},
    {"\n<?xml version='1.0'?>" OPEN CLOSE, 2, 1, "<?xml ... ?> belongs at the very start, and something is before it"},
    {"<?xml encoding='UTF-8' version='1.0'?>" OPEN CLOSE, 1, 7, "in this order"},
};

T_TEST(fault_row) {
    struct t_buf bytes = T_BUF_INIT;
    const size_t row = (size_t)_i / UTF32;
    const enum form form = (enum form)(_i % UTF32);
    convert(&bytes, form, faults[row].text);
    for (int site = 0; site < 2; site++) { /* for a site the text is read twice */
        t_iis_load(&load, t_view(&bytes), site == 0 ? NULL : "Shop/x");
        ck_assert_int_eq(load.status, CERTMAP_ERROR_SYNTAX);
        const struct certmap_diagnostic *last = &load.diagnostics[load.count - 1].error;
        for (size_t i = 0; i < load.count; i++)
            if (load.diagnostics[i].error.code == CERTMAP_CODE_XML)
                last = &load.diagnostics[i].error;
        ck_assert_int_eq(last->code, CERTMAP_CODE_XML);
        ck_assert_msg(strstr(last->text, faults[row].part) != NULL, "%s\n%s", faults[row].text, last->text);
        ck_assert_msg(last->line == faults[row].line && last->column == faults[row].column, "%s\n%zu:%zu %s",
                      faults[row].text, last->line, last->column, last->text);
        t_iis_free(&load);
    }
    t_buf_free(&bytes);
}

/* Damaged anywhere, a text is refused or read, and no message has a part of a password. */
T_TEST(damage_is_described) {
    static const char text[] = OPEN "\n<add name='a' userName='u' password='SECRETMARK'>" RULE "</add>\n" CLOSE;
    static const char bytes[] = "<>&'\"= /!?-x\x01";
    char damaged[sizeof text];
    for (size_t i = 0; i < sizeof text - 1; i++) {
        memcpy(damaged, text, sizeof text);
        damaged[i] = bytes[_i];
        t_iis_load(&load, t_text(damaged), NULL);
        for (size_t k = 0; k < load.count; k++)
            if (load.diagnostics[k].error.code == CERTMAP_CODE_XML)
                ck_assert_msg(strstr(load.diagnostics[k].error.text, "SECRET") == NULL &&
                                  strstr(load.diagnostics[k].error.text, "TMARK") == NULL,
                              "%zu: %s", i, load.diagnostics[k].error.text);
        t_iis_free(&load);
    }
}

/* ---- what messages must not hold ---- */

static const char *const secrets[] = {
    OPEN "<add name='a' userName='u' password='SECRETMARK'/>" CLOSE,
    OPEN "<add name='a' password='SECRETMARK'/>" CLOSE,
    OPEN "<add password='SECRETMARK' enabled='x'/>" CLOSE,
    OPEN "<add name='a' Password='SECRETMARK' passw='SECRETMARK'/>" CLOSE,
    OPEN "<add name='a' userName='u' password='SECRETMARK'><add/></add>" CLOSE,
    OPEN "<add name='a' userName='u' password='SECRETMARK'>SECRETMARK</add>" CLOSE,
    OPEN "<add name='a' userName='u' password='SECRETMARK'/><add name='a' userName='u' password='SECRETMARK'/>" CLOSE,
    OPEN "<add name='a' userName='u' password='SECRETMARK' password='SECRETMARK'/>" CLOSE,
    OPEN "<add name='a' userName='u' password='SECRETMARK",
    OPEN "<add name='a' userName='u' password='SECRETMARK\x01'/>" CLOSE,
    OPEN "<add name='a' userName='u' password='SECRETMARK&x;'/>" CLOSE,
    OPEN "<add name='a' userName='u' password='[enc:SECRETMARK:enc]'/>" CLOSE,
    OPEN "<password>SECRETMARK</password>" CLOSE,
    "<" SECTION " enabled='true'><oneToOneMappings><add userName='u' password='SECRETMARK' certificate='?'/>"
    "</oneToOneMappings></" SECTION ">",
    "<location path='x'><system.webServer><security><authentication>" OPEN
    "<add name='a' userName='u' password='SECRETMARK'/>" CLOSE
    "</authentication></security></system.webServer></location>",
};

T_TEST(password_is_in_no_message) {
    t_iis_load_with(&load, t_text(secrets[_i]), NULL, true, NULL);
    ck_assert_uint_gt(load.count, 0);
    for (size_t i = 0; i < load.count; i++)
        ck_assert_msg(strstr(load.diagnostics[i].error.text, "SECRETMARK") == NULL, "%s",
                      load.diagnostics[i].error.text);
    t_iis_free(&load);
}

/* The tool's option is named where it helps. */
T_TEST(other_sites_say_what_to_do) {
    t_iis_load(&load, t_text(secrets[COUNT(secrets) - 1]), NULL);
    ck_assert_str_eq(load.diagnostics[1].error.text, "mappings exist for site \"x\": use --site");
    t_iis_free(&load);
}

/* ---- no memory ---- */

static const char everything[] =
    "<configuration><system.applicationHost><sites><site name='Shops'/><site name='Shop'/></sites>"
    "</system.applicationHost>"
    "<location path='Blog'><system.webServer><security><authentication>" OPEN STAFF CLOSE
    "</authentication></security></system.webServer></location>"
    "<location path='Shop'><system.webServer><security><authentication>"
    "<" SECTION " enabled='true' defaultLogonDomain='SHOP'><manyToOneMappings>"
    "<add name='off' enabled='false' userName='off'>" RULE "</add>"
    "<add name='gone' userName='gone'>" RULE "</add><clear/>"
    "<add name='staff' userName='staff' password='p'><rules>"
    "<add certificateField='1' certificateSubField='CN' matchCriteria='1'/><clear/>"
    "<add certificateField='1' certificateSubField='CN' matchCriteria='Alice'/>"
    "<add certificateField='1' certificateSubField='O' matchCriteria='Contoso'/></rules></add>"
    "</manyToOneMappings><oneToOneMappings><add userName='u' certificate='MAA='/></oneToOneMappings>"
    "</" SECTION "></authentication></security></system.webServer></location></configuration>";

static const struct {
    const char *text, *site;
    enum certmap_status status;
} starved[] = {
    {everything, "Shop", CERTMAP_OK},
    {everything, "Ship/x", CERTMAP_ERROR_SYNTAX},
    {everything, NULL, CERTMAP_OK},
    {OPEN STAFF CLOSE, NULL, CERTMAP_OK},
    {OPEN STAFF STAFF "<add/>" CLOSE, NULL, CERTMAP_ERROR_SYNTAX},
    {OPEN "<add name='u' userName='u'><rules><add certificateField='1' certificateSubField='QQ' matchCriteria='x'/>"
          "<add certificateField='1' certificateSubField='CN' matchCriteria='x'/></rules></add>" STAFF CLOSE,
     NULL, CERTMAP_ERROR_SYNTAX},
    {"<" SECTION "/>", NULL, CERTMAP_OK},
};

/* A certificate that is larger than what the importer takes from the allocator at a time. */
T_TEST(large_certificate_needs_memory) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct t_buf text = T_BUF_INIT;
    size_t failed = 0;
    put(&text, "<" SECTION " enabled='true'><oneToOneMappings><add userName='u' certificate='");
    repeat(&text, "MAAA", 5000);
    put(&text, "'/></oneToOneMappings></" SECTION ">");
    for (;; failed++) {
        t_alloc_fail_at(&memory, failed);
        t_iis_load_with(&load, t_view(&text), NULL, true, &allocator);
        t_iis_free(&load);
        ck_assert_uint_eq(memory.live, 0);
        if (!t_alloc_failed(&memory))
            break;
        ck_assert_int_eq(load.status, CERTMAP_ERROR_MEMORY);
    }
    ck_assert_int_eq(load.status, CERTMAP_OK);
    ck_assert_uint_gt(failed, 5);
    t_buf_free(&text);
}

T_TEST(every_allocation_may_fail) {
    struct certmap_view text = t_text(starved[_i].text);
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    for (size_t n = 0;; n++) {
        t_alloc_fail_at(&memory, n);
        t_iis_load_with(&load, text, starved[_i].site, true, &allocator);
        bool failed = t_alloc_failed(&memory);
        t_iis_free(&load);
        ck_assert_msg(memory.live == 0, "request %zu: %zu blocks are left", n, memory.live);
        if (!failed)
            break;
        ck_assert_msg(load.status == CERTMAP_ERROR_MEMORY, "request %zu: status %d", n, load.status);
        ck_assert_int_eq(load.error.code, CERTMAP_CODE_MEMORY);
    }
    ck_assert_int_eq(load.status, starved[_i].status);
}

/* ---- */

T_TESTS("iis_load",
        T_CASE("arguments", T_LONG, arguments_are_checked, T_LOOP(site_needs_a_name, COUNT(empty_sites)),
               error_may_be_null, free_accepts_null),
        T_CASE("positions", T_LONG, rules_tell_where_mappings_stand, T_LOOP(lines_are_counted, COUNT(line_ends)),
               diagnostic_has_offset_and_length),
        T_CASE("encoding", T_LONG, T_LOOP(encoding_row, COUNT(encodings)),
               T_LOOP(offsets_count_bytes_of_the_input, UTF32), T_LOOP(utf16_says_the_same_as_utf8, UTF32)),
        T_CASE("broken", T_LONG, T_LOOP(broken_row, COUNT(broken)), null_text_is_empty),
        T_CASE("faults", T_LONG, T_LOOP(fault_row, COUNT(faults) * UTF32), T_LOOP(damage_is_described, 13)),
        T_CASE("broken", T_LONG, entities_are_refused),
        T_CASE("truncated", T_LONG, T_LOOP(truncated_text_is_an_error, UTF32)),
        T_CASE("depth", T_LONG, T_LOOP(depth_has_a_limit, 2)), T_CASE("size", T_LONG, size_has_a_limit),
        T_CASE("large", T_LONG, T_TAGS(T_SLOW), T_LOOP(large_text_is_read_in_time, COUNT(shapes))),
        T_CASE("many mappings", T_LONG, T_TAGS(T_SLOW), T_LOOP(many_mappings_are_read_in_time, COUNT(name_starts))),
        T_CASE("many certificates", T_LONG, T_TAGS(T_SLOW), many_certificates_are_read_in_time),
        T_CASE("many rules", T_LONG, T_TAGS(T_SLOW), T_LOOP(many_rules_are_read_in_time, COUNT(rule_counts))),
        T_CASE("deep site", T_LONG, site_may_be_deep),
        T_CASE("long text", T_LONG, T_LOOP(long_text_row, COUNT(long_texts))),
        T_CASE("many errors", T_LONG, T_LOOP(errors_stop_at_the_hundredth, COUNT(bad_parts))),
        T_CASE("many notes", T_LONG, T_LOOP(notes_hide_no_error, 2)),
        T_CASE("secrets", T_LONG, T_LOOP(password_is_in_no_message, COUNT(secrets))),
        T_CASE("other sites", T_LONG, other_sites_say_what_to_do),
        T_CASE("memory", T_LONG, large_certificate_needs_memory, T_LOOP(every_allocation_may_fail, COUNT(starved))))
