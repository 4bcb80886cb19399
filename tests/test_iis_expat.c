/* SPDX-License-Identifier: MIT */
/* What expat allocates, with malloc, may fail as well. The importer's call of XML_ParserCreate comes here
 * in place of expat, and gets a parser whose every allocation can be made to fail. */
#include "iis.h"
#include <expat.h>

#ifdef _WIN32

int main(void) {
    return 77; /* skipped: a function of a DLL, or of an archive that is linked whole, cannot be replaced so */
}

#else

static struct t_alloc expat_memory = T_ALLOC_INIT;

static void *expat_malloc(size_t size) {
    struct certmap_allocator allocator = t_alloc_allocator(&expat_memory);
    return allocator.alloc(allocator.ctx, size);
}

static void *expat_realloc(void *p, size_t size) {
    struct certmap_allocator allocator = t_alloc_allocator(&expat_memory);
    return allocator.resize(allocator.ctx, p, size);
}

static void expat_free(void *p) {
    struct certmap_allocator allocator = t_alloc_allocator(&expat_memory);
    if (p != NULL)
        allocator.release(allocator.ctx, p);
}

XML_Parser XMLCALL XML_ParserCreate(const XML_Char *encoding) {
    static const XML_Memory_Handling_Suite suite = {expat_malloc, expat_realloc, expat_free};
    return XML_ParserCreate_MM(encoding, &suite, NULL);
}

#define SECTION "iisClientCertificateMappingAuthentication"

static const struct {
    const char *text;
    enum certmap_code code;
} texts[] = {
    {"<" SECTION " enabled='true'><manyToOneMappings><add name='a' userName='u'><rules>"
     "<add certificateField='1' certificateSubField='CN' matchCriteria='*'/></rules></add>"
     "</manyToOneMappings></" SECTION ">",
     CERTMAP_CODE_NONE},
    {"\xEF\xBB\xBF<?xml version='1.0'?><" SECTION "/>", CERTMAP_CODE_NONE},
    {"<!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>", CERTMAP_CODE_DTD},
    {"<configuration><a", CERTMAP_CODE_XML},
};

START_TEST(every_allocation_of_expat_may_fail) {
    static struct t_iis load;
    struct certmap_view text = t_text(texts[_i].text);
    for (size_t n = 0;; n++) {
        t_alloc_fail_at(&expat_memory, n);
        t_iis_load(&load, text, NULL);
        t_iis_free(&load);
        ck_assert_msg(expat_memory.live == 0, "request %zu: %zu blocks are left", n, expat_memory.live);
        if (!t_alloc_failed(&expat_memory))
            break;
        ck_assert_msg(load.status == CERTMAP_ERROR_MEMORY, "request %zu: status %d", n, load.status);
        ck_assert_int_eq(load.error.code, CERTMAP_CODE_MEMORY);
    }
    ck_assert_uint_gt(expat_memory.requests, 5); /* expat does come here */
    ck_assert_int_eq(load.error.code, texts[_i].code);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("iis_expat");
    TCase *tcase = tcase_create("memory");
    tcase_add_loop_test(tcase, every_allocation_of_expat_may_fail, 0, T_COUNT(texts));
    suite_add_tcase(suite, tcase);
    return t_run(suite);
}

#endif
