/* SPDX-License-Identifier: MIT */
/* Programs that were built with another certmap.h than the library: each call with a struct of the first released size,
 * of a smaller and of a larger one. */
#include "abi.h"
#include "base/view.h"
#include "rules.h"
#include "support/alloc.h"
#include <string.h>

static struct t_peer made;
static struct certmap_cert cert;
static struct certmap_peer *peer;
static struct certmap_rules *rules;
static struct certmap_builder *builder;
static struct certmap_mapping mapping;

/* ---- the calls, each with the struct as it is given ---- */

static enum certmap_status call_peer_set(void *object) {
    return certmap_peer_set(peer, object, NULL);
}

static enum certmap_status call_cert_from_der(void *object) {
    static const uint8_t der[] = {0x30, 0x00};
    const enum certmap_status status = certmap_cert_from_der(object, cm_view(der, sizeof der), NULL);
    return status == CERTMAP_ERROR_CERTIFICATE ? CERTMAP_OK : status; /* it was looked at */
}

static enum certmap_status call_peer_value(void *object) {
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    return certmap_peer_value(peer, object, CERTMAP_FIELD_SUBJECT, 0, NULL);
}

static enum certmap_status call_parse(void *object) {
    struct certmap_rules *parsed = NULL;
    const enum certmap_status status =
        certmap_rules_parse(&parsed, CM_VIEW("certmap 1; mapping \"m\" { when always; deny; }"), object, NULL);
    certmap_rules_free(parsed);
    return status;
}

/* As part of another struct. */
static enum certmap_status call_parse_build(void *object) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    options.build = object;
    return call_parse(&options);
}

static enum certmap_status call_rules_mapping(void *object) {
    return certmap_rules_mapping(rules, object, 0, NULL);
}

static enum certmap_status call_match(void *object) {
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    return certmap_match(rules, peer, object, NULL);
}

static bool ignore(void *ctx, const struct certmap_explain_item *item) {
    (void)ctx;
    ck_assert_uint_eq(item->size, sizeof *item);
    return true;
}

static enum certmap_status call_explain(void *object) {
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    return certmap_explain(rules, peer, object, ignore, NULL, NULL);
}

static enum certmap_status call_format(void *object) {
    size_t len;
    const enum certmap_status status = certmap_result_format(NULL, 0, &len, object, NULL);
    return status == CERTMAP_ERROR_BUFFER ? CERTMAP_OK : status;
}

static struct certmap_builder *new_builder(void) {
    certmap_builder_free(builder);
    builder = t_builder();
    return builder;
}

static enum certmap_status call_builder_options(void *object) {
    return certmap_builder_options(new_builder(), object, NULL);
}

static enum certmap_status call_builder_mapping(void *object) {
    return certmap_builder_mapping(new_builder(), object, NULL);
}

static struct certmap_mapping allowing(void) {
    struct certmap_mapping allows = CERTMAP_MAPPING_INIT;
    allows.decision = CERTMAP_ALLOW;
    allows.name = CM_VIEW("m");
    allows.account = CM_VIEW("a");
    return allows;
}

static enum certmap_status call_builder_condition(void *object) {
    ck_assert_int_eq(certmap_builder_mapping(new_builder(), &mapping, NULL), CERTMAP_OK);
    return certmap_builder_condition(builder, object, NULL);
}

static enum certmap_status call_builder_output(void *object) {
    ck_assert_int_eq(certmap_builder_mapping(new_builder(), &mapping, NULL), CERTMAP_OK);
    return certmap_builder_output(builder, object, NULL);
}

static enum certmap_status call_builder_add(void *object) {
    return certmap_builder_add(new_builder(), object, NULL, NULL, NULL);
}

static enum certmap_status call_builder_check(void *object) {
    return certmap_builder_check(new_builder(), object, NULL, NULL, NULL);
}

/* ---- what they are given ---- */

static const struct certmap_view operand = CM_VIEW_OF("x");
static struct certmap_value value = CERTMAP_VALUE_INIT;
static struct certmap_parse_options parse_options = CERTMAP_PARSE_OPTIONS_INIT;
static struct certmap_build_options build_options = CERTMAP_BUILD_OPTIONS_INIT;
static struct certmap_condition condition = CERTMAP_CONDITION_INIT;
static struct certmap_output output = CERTMAP_OUTPUT_INIT;
static struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
static struct certmap_result result = CERTMAP_RESULT_INIT;

static const struct t_abi_entry entries[] = {
    {"peer_set", call_peer_set, &cert, sizeof cert, CERTMAP_FIRST_CERT, 408, true},
    {"cert_from_der", call_cert_from_der, &cert, sizeof cert, CERTMAP_FIRST_CERT, 408, false},
    {"peer_value", call_peer_value, &value, sizeof value, CERTMAP_FIRST_VALUE, 104, false},
    {"rules_parse", call_parse, &parse_options, sizeof parse_options, CERTMAP_FIRST_PARSE_OPTIONS, 64, true},
    {"rules_parse, build", call_parse_build, &build_options, sizeof build_options, CERTMAP_FIRST_BUILD_OPTIONS, 64,
     true},
    {"rules_mapping", call_rules_mapping, &mapping, sizeof mapping, CERTMAP_FIRST_MAPPING, 72, false},
    {"match", call_match, &result, sizeof result, CERTMAP_FIRST_RESULT, 168, false},
    {"explain", call_explain, &result, sizeof result, CERTMAP_FIRST_RESULT, 168, false},
    {"result_format", call_format, &result, sizeof result, CERTMAP_FIRST_RESULT, 168, true},
    {"builder_options", call_builder_options, &build_options, sizeof build_options, CERTMAP_FIRST_BUILD_OPTIONS, 64,
     true},
    {"builder_mapping", call_builder_mapping, &mapping, sizeof mapping, CERTMAP_FIRST_MAPPING, 72, true},
    {"builder_condition", call_builder_condition, &condition, sizeof condition, CERTMAP_FIRST_CONDITION, 88, true},
    {"builder_output", call_builder_output, &output, sizeof output, CERTMAP_FIRST_OUTPUT, 64, true},
    {"builder_add", call_builder_add, &description, sizeof description, CERTMAP_FIRST_DESCRIPTION, 192, true},
    {"builder_check", call_builder_check, &description, sizeof description, CERTMAP_FIRST_DESCRIPTION, 192, true},
};

static void set_up(void) {
    t_peer_make(&made, "CN=a", "CN=ca");
    cert = made.cert;
    peer = made.peer;
    rules = t_rules("certmap 1; mapping \"m\" { when always; allow \"a\"; }");
    builder = NULL;
    mapping = allowing();
    condition.subfield = CM_VIEW("CN");
    condition.operands = &operand;
    condition.operand_count = 1;
    description.mapping = &mapping;
    description.conditions = &condition;
    description.condition_count = 1;
    output.kind = CERTMAP_OUTPUT_GROUP;
    output.value = CM_VIEW("g");
}

static void tear_down(void) {
    certmap_builder_free(builder);
    certmap_rules_free(rules);
    t_peer_free(&made);
}

static const struct t_abi_entry *t_abi_entry(int i) {
    return &entries[i];
}

/* ---- a struct that has grown since its first release ---- */

struct grown {
    size_t size;
    int old;
    int added;
    size_t added_later;
};
#define FIRST_GROWN CERTMAP_STRUCT_END(struct grown, old)

T_TEST(what_the_caller_lacks_reads_as_zero) {
    struct grown room, whole = {.size = FIRST_GROWN, .old = 1, .added = 2, .added_later = 3};
    const struct grown *seen = certmap_struct_read(&room, &whole, FIRST_GROWN, sizeof room);
    ck_assert_ptr_eq(seen, &room);
    ck_assert_int_eq(seen->old, 1);
    ck_assert_int_eq(seen->added, 0);
    ck_assert_uint_eq(seen->added_later, 0);
    whole.size = sizeof whole;
    ck_assert_ptr_eq(certmap_struct_read(&room, &whole, FIRST_GROWN, sizeof room), &whole);
}

T_TEST(what_the_caller_lacks_is_not_written) {
    struct grown given = {.size = CERTMAP_STRUCT_END(struct grown, added), .added_later = 7};
    const struct grown own = {.size = sizeof own, .old = 1, .added = 2, .added_later = 3};
    certmap_struct_write(&given, &own, sizeof own);
    ck_assert_uint_eq(given.size, CERTMAP_STRUCT_END(struct grown, added));
    ck_assert_int_eq(given.old, 1);
    ck_assert_int_eq(given.added, 2);
    ck_assert_uint_eq(given.added_later, 7);
}

/* ---- what grows otherwise, and what does not ---- */

T_TEST(an_allocator_of_a_later_version) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_peer *refused = NULL;
    allocator.reserved[_i] = &memory;
    ck_assert_int_eq(certmap_peer_new(&refused, &allocator, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(refused);
}

T_TEST(an_error_has_room_that_is_empty) {
    struct certmap_diagnostic err;
    memset(&err, 0xA5, sizeof err);
    ck_assert_int_eq(certmap_peer_new(NULL, NULL, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(err.file);
    for (int i = 0; i < COUNT(err.reserved); i++)
        ck_assert_ptr_null(err.reserved[i]);
}

T_TEST(an_error_names_the_file) {
    static const char file[] = "staff.rules";
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *parsed = NULL;
    struct certmap_diagnostic err;
    options.file = file;
    ck_assert_int_eq(certmap_rules_parse(&parsed, CM_VIEW("certmap 1; mapping"), &options, &err), CERTMAP_ERROR_SYNTAX);
    ck_assert_ptr_eq(err.file, file);
}

T_TEST(the_version_is_that_of_the_header) {
    char text[32];
    (void)snprintf(text, sizeof text, "%d.%d.%d", CERTMAP_VERSION_MAJOR, CERTMAP_VERSION_MINOR, CERTMAP_VERSION_PATCH);
    ck_assert_str_eq(certmap_version(), text);
}

T_TESTS("abi", T_CASE("sizes", T_EACH(set_up, tear_down), T_ABI_SIZES(COUNT(entries))),
        T_CASE("a struct that has grown", what_the_caller_lacks_reads_as_zero, what_the_caller_lacks_is_not_written),
        T_CASE("others", T_LOOP(an_allocator_of_a_later_version, 2), an_error_has_room_that_is_empty,
               an_error_names_the_file, the_version_is_that_of_the_header))
