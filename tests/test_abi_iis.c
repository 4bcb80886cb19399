/* SPDX-License-Identifier: MIT */
/* Options of the IIS importer from programs that were built with another iis.h. */
#include "abi.h"
#include "certmap/iis.h"

static struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
static struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;

static enum certmap_status call_load(void *object) {
    static const char text[] = "<iisClientCertificateMappingAuthentication enabled=\"true\"/>";
    struct certmap_rules *rules = NULL;
    const enum certmap_status status = certmap_iis_load(&rules, NULL, certmap_view_of(text), object, NULL);
    ck_assert_int_eq(rules != NULL, status == CERTMAP_OK);
    certmap_rules_free(rules);
    return status;
}

/* As part of another struct. */
static enum certmap_status call_load_build(void *object) {
    struct certmap_iis_options with = CERTMAP_IIS_OPTIONS_INIT;
    with.build = object;
    return call_load(&with);
}

static const struct t_abi_entry entries[] = {
    {"iis_load", call_load, &options, sizeof options, CERTMAP_STRUCT_END(struct certmap_iis_options, file), 72, true},
    {"iis_load, build", call_load_build, &build, sizeof build, CERTMAP_FIRST_BUILD_OPTIONS, 64, true},
};

static const struct t_abi_entry *t_abi_entry(int i) {
    return &entries[i];
}

T_TESTS("abi of iis.h", T_CASE("sizes", T_ABI_SIZES(COUNT(entries))))
