/* SPDX-License-Identifier: MIT */
/* What expat allocates comes from the caller's allocator too: it may fail, and it is wiped before it is released. What a
 * whole process has in its memory is in test_secrets.c. */
#include "iis.h"
#include <stddef.h>
#include <stdlib.h>

#define SECTION "iisClientCertificateMappingAuthentication"
#define RULES "<rules><add certificateField='1' certificateSubField='CN' matchCriteria='*'/></rules>"

static struct t_iis load;

/* ---- memory that fails ---- */

static const struct {
    const char *text;
    enum certmap_code code;
} texts[] = {
    {"<" SECTION " enabled='true'><manyToOneMappings><add name='a' userName='u'>" RULES "</add>"
     "</manyToOneMappings></" SECTION ">",
     CERTMAP_CODE_NONE},
    {"\xEF\xBB\xBF<?xml version='1.0'?><" SECTION "/>", CERTMAP_CODE_NONE},
    {"<!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>", CERTMAP_CODE_DTD},
    {"<configuration><a", CERTMAP_CODE_XML},
    {"<configuration><location path='x'></configuration>", CERTMAP_CODE_XML},
};

/* For a site the text is read twice. */
static const char *const sites[] = {NULL, "x"};

T_TEST(every_allocation_may_fail) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    const size_t row = (size_t)_i / COUNT(sites);
    for (size_t n = 0;; n++) {
        t_alloc_fail_at(&memory, n);
        t_iis_load_with(&load, t_text(texts[row].text), sites[_i % COUNT(sites)], false, &allocator);
        t_iis_free(&load);
        ck_assert_msg(memory.live == 0, "request %zu: %zu blocks are left", n, memory.live);
        if (!t_alloc_failed(&memory))
            break;
        ck_assert_msg(load.status == CERTMAP_ERROR_MEMORY, "request %zu: status %d", n, load.status);
        ck_assert_int_eq(load.error.code, CERTMAP_CODE_MEMORY);
    }
    ck_assert_uint_gt(memory.requests, 5); /* those of expat are among them */
    if (texts[row].code != CERTMAP_CODE_NONE)
        ck_assert_int_eq(load.error.code, texts[row].code);
}

/* ---- blocks that are released ---- */

#define MARK "SECRETMARK"

/* A block, and before it its size. */
union block {
    size_t size;
    max_align_t align;
};

/* What came by: how many blocks, and those that were released with the mark in them. */
struct watch {
    size_t requests;
    size_t fail_at;
    size_t marked;
};

static bool has_mark(const uint8_t *bytes, size_t len, size_t width) {
    for (size_t i = 0; i + width * strlen(MARK) <= len; i++) {
        size_t same = 0;
        while (same < strlen(MARK) && bytes[i + same * width] == (uint8_t)MARK[same])
            same++;
        if (same == strlen(MARK))
            return true;
    }
    return false;
}

static void *watch_alloc(void *ctx, size_t size) {
    struct watch *watch = ctx;
    union block *block = watch->requests++ == watch->fail_at ? NULL : malloc(sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    memset(block + 1, 0, size);
    return block + 1;
}

static void watch_release(void *ctx, void *p) {
    struct watch *watch = ctx;
    union block *block = (union block *)p - 1;
    watch->marked += has_mark(p, block->size, 1) || has_mark(p, block->size, 2);
    free(block);
}

static void *watch_resize(void *ctx, void *p, size_t size) {
    const union block *block = (const union block *)p - 1;
    void *moved = watch_alloc(ctx, size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, p, block->size < size ? block->size : size);
    watch_release(ctx, p);
    return moved;
}

#define FILE_WITH(more)                                                                                                \
    "<?xml version='1.0'?><configuration><location path='x'><system.webServer><security><authentication><" SECTION     \
    " enabled='true'><manyToOneMappings><add name='a' userName='u' password='" MARK "'>" RULES "</add>" more           \
    "</manyToOneMappings></" SECTION "></authentication></security></system.webServer></location></configuration>"

static const struct {
    const char *text;
    bool wide;
    bool keep;
} marked[] = {
    {FILE_WITH(""), false, false},
    {FILE_WITH(""), false, true},
    {FILE_WITH(""), true, false},
    {FILE_WITH(""), true, true},
    {FILE_WITH("<add name='b' password='" MARK "'/>"), false, true},    /* an error */
    {FILE_WITH("<add name='b' password='" MARK "&amp;"), false, true},  /* an entity, and no end */
    {FILE_WITH("<add name='b' password='" MARK "' x=1/>"), true, true}, /* not XML */
    {FILE_WITH("<!-- " MARK " --><![CDATA[" MARK "]]>"), false, true},  /* not only in attributes */
    {FILE_WITH("<add name='b' userName='u' password='" MARK "'/>"), false, true},
};

static void load_marked(size_t row, struct watch *watch) {
    const struct certmap_allocator allocator = {
        .alloc = watch_alloc, .resize = watch_resize, .release = watch_release, .ctx = watch};
    struct t_buf text = T_BUF_INIT;
    for (const char *p = marked[row].text; *p != '\0'; p++)
        t_bytes(&text, (const char[]){*p, '\0'}, marked[row].wide ? 2 : 1);
    t_iis_load_with(&load, t_view(&text), "x", marked[row].keep, &allocator);
    t_iis_free(&load);
    t_buf_free(&text);
}

T_TEST(released_memory_holds_no_password) {
    for (size_t n = 0;; n++) {
        struct watch watch = {.fail_at = n};
        load_marked((size_t)_i, &watch);
        ck_assert_msg(watch.marked == 0, "request %zu fails: %zu blocks with a password", n, watch.marked);
        if (watch.requests <= n)
            break;
    }
}

/* A password longer than the pieces that expat gets: it has to be put together. */
T_TEST(long_password_is_wiped) {
    struct watch watch = {.fail_at = SIZE_MAX};
    const struct certmap_allocator allocator = {
        .alloc = watch_alloc, .resize = watch_resize, .release = watch_release, .ctx = &watch};
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "<" SECTION " enabled='true'><manyToOneMappings><add name='a' userName='u' password='");
    for (size_t i = 0; i < 20000; i++)
        t_put(&text, MARK);
    t_put(&text, "'/></manyToOneMappings></" SECTION ">");
    t_iis_load_with(&load, t_view(&text), NULL, _i == 1, &allocator);
    ck_assert_msg(load.status == CERTMAP_OK, "%s", t_iis_first(&load));
    t_iis_free(&load);
    ck_assert_uint_eq(watch.marked, 0);
    t_buf_free(&text);
}

/* ---- */

T_TESTS("iis_expat",
        T_CASE("memory", T_LOOP(every_allocation_may_fail, COUNT(texts) * COUNT(sites)),
               T_LOOP(released_memory_holds_no_password, COUNT(marked)), T_LOOP(long_password_is_wiped, 2)))
