/* SPDX-License-Identifier: MIT */
/* Structs of server.h from programs that were built with another one. */
#define _POSIX_C_SOURCE 200809L
#include "abi.h"
#include "server.h"

#define FIRST_OPTIONS (offsetof(struct certmap_service_options, build) + sizeof(void *))
#define FIRST_PRESENTED CERTMAP_STRUCT_END(struct certmap_presented, reserved)
#define FIRST_COUNTS CERTMAP_STRUCT_END(struct certmap_counts, mappings)

static struct s_case test;
static struct certmap_service_options options;
static struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
static struct certmap_presented presented;
static struct certmap_counts counts = CERTMAP_COUNTS_INIT;
static unsigned char *der;

static enum certmap_status call_open(void *object) {
    struct certmap_service *service = NULL;
    const enum certmap_status status = certmap_service_open(&service, object, NULL);
    ck_assert_int_eq(service != NULL, status == CERTMAP_OK);
    certmap_service_close(service);
    return status;
}

/* As part of another struct. */
static enum certmap_status call_open_build(void *object) {
    struct certmap_service_options with = options;
    with.build = object;
    return call_open(&with);
}

static enum certmap_status call_ask_der(void *object) {
    struct certmap_answer *answer = NULL;
    const enum certmap_status status = certmap_service_ask_der(test.service, &answer, object, NULL);
    if (status == CERTMAP_OK)
        ck_assert_int_eq(certmap_answer_outcome(answer), CERTMAP_OUTCOME_ALLOW);
    certmap_answer_free(answer);
    return status;
}

static enum certmap_status call_counts(void *object) {
    return certmap_service_counts(test.service, object, NULL);
}

static const struct t_abi_entry entries[] = {
    {"service_open", call_open, &options, sizeof options, FIRST_OPTIONS, 112, true},
    {"service_open, build", call_open_build, &build, sizeof build, CERTMAP_FIRST_BUILD_OPTIONS, 64, true},
    {"service_ask_der", call_ask_der, &presented, sizeof presented, FIRST_PRESENTED, 64, true},
    {"service_counts", call_counts, &counts, sizeof counts, FIRST_COUNTS, 104, false},
};

static void set_up(void) {
    s_pki = t_pki_new();
    s_begin(&test, s_rules);
    s_open(&test);
    options = test.options;
    presented = s_present(&der, T_ALICE);
}

static void tear_down(void) {
    OPENSSL_free(der);
    s_end(&test);
    t_pki_free(s_pki);
}

static const struct t_abi_entry *t_abi_entry(int i) {
    return &entries[i];
}

T_TESTS("abi of server.h", T_CASE("sizes", T_EACH(set_up, tear_down), T_ABI_SIZES(COUNT(entries))))
