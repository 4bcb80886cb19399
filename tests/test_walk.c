/* SPDX-License-Identifier: MIT */
/* What a walk shows of mappings, and where the parts of a file are said to be. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/iis.h"
#include "certmap/limits.h"
#include "certmap/walk.h"
#include "pages.h"
#include "rules.h"
#include "support/alloc.h"
#include "support/compare.h"
#include "support/copy.h"

/* ---- items as text ---- */

static void put_view(struct t_buf *buf, struct certmap_view view) {
    t_bytes(buf, view.data, view.len);
}

static void put_number(struct t_buf *buf, size_t number) {
    char text[32];
    snprintf(text, sizeof text, "%zu", number);
    t_put(buf, text);
}

/* The octets of an address, a Name or a certificate as hexadecimal. */
static void put_bytes(struct t_buf *buf, struct certmap_view view) {
    char text[4];
    for (size_t i = 0; i < view.len; i++) {
        snprintf(text, sizeof text, "%02x", view.data[i]);
        t_put(buf, text);
    }
}

static bool strings_same(struct certmap_view view, const char *string) {
    return view.len == strlen(string) && memcmp(view.data, string, view.len) == 0;
}

static bool is_text(const struct certmap_condition *condition) {
    return condition->subfield.len > 0 && !strings_same(condition->subfield, "ip") &&
           !strings_same(condition->subfield, "dirname");
}

static void put_condition(struct t_buf *buf, const struct certmap_condition *condition) {
    static const char *const operators[] = {"equal", "like", "present", "absent", "count", "under", "matches"};
    static const char *const quantifiers[] = {"", "every ", "first ", "last ", "only "};
    t_put(buf, quantifiers[condition->quantifier]);
    t_put(buf, certmap_field_name(condition->field));
    t_put(buf, condition->subfield.len > 0 ? "." : "");
    put_view(buf, condition->subfield);
    t_put(buf, " ");
    t_put(buf, operators[condition->op]);
    t_put(buf, (condition->flags & CERTMAP_NOCASE) != 0 ? " nocase" : "");
    t_put(buf, (condition->flags & CERTMAP_EXACT) != 0 ? " exact" : "");
    if (condition->op == CERTMAP_OP_COUNT)
        put_number(buf, condition->count);
}

static void put_operand(struct t_buf *buf, const struct certmap_walk_item *item) {
    put_view(buf, item->shown);
    t_put(buf, " | ");
    if (is_text(item->condition))
        put_view(buf, item->compared);
    else
        put_bytes(buf, item->compared);
    if (item->bits > 0) {
        t_put(buf, "/");
        put_number(buf, item->bits);
    }
}

static void put_output(struct t_buf *buf, const struct certmap_output *output) {
    static const char *const kinds[] = {"domain", "group", "attribute"};
    t_put(buf, kinds[output->kind]);
    t_put(buf, " ");
    t_put(buf, output->each != 0 ? "each " : "");
    put_view(buf, output->name);
    t_put(buf, output->is_template ? "$" : "=");
    put_view(buf, output->value);
}

static bool on_item(void *ctx, const struct certmap_walk_item *item) {
    static const char *const joins[] = {"all", "any", "not"};
    struct t_buf *buf = ctx;
    ck_assert_uint_eq(item->size, sizeof *item);
    for (unsigned i = 0; i < item->depth; i++)
        t_put(buf, "  ");
    if (item->kind == CERTMAP_WALK_GROUP) {
        t_put(buf, joins[item->term.kind]);
        t_put(buf, " ");
        put_number(buf, item->term.size);
    } else if (item->kind == CERTMAP_WALK_ALWAYS) {
        t_put(buf, "always");
    } else if (item->kind == CERTMAP_WALK_CONDITION) {
        put_condition(buf, item->condition);
    } else if (item->kind == CERTMAP_WALK_OPERAND) {
        put_operand(buf, item);
    } else {
        put_output(buf, item->output);
    }
    t_put(buf, "\n");
    return true;
}

static void expect_items(const struct certmap_rules *rules, const char *expected) {
    struct t_buf buf = T_BUF_INIT;
    ck_assert_int_eq(certmap_rules_walk(rules, 0, on_item, &buf, NULL), CERTMAP_OK);
    ck_assert_str_eq(t_cstr(&buf), expected);
    t_buf_free(&buf);
}

/* ---- what is shown ---- */

static const struct {
    const char *when, *items;
} expressions[] = {
    {"always", "always\n"},
    {"subject.CN = \"Alice\"", "subject.CN equal\n  Alice | Alice\n"},
    {"subject.commonName = nocase \"ALICE\"", "subject.CN equal nocase\n  ALICE | alice\n"},
    {"every subject.OU in (\"a\", \"b\")", "every subject.OU equal\n  a | a\n  b | b\n"},
    {"subject.CN like \"A*?\\*\\\\\"", NULL}, /* below: C has escapes of its own */
    {"subject.CN present and subject.O absent and count(subject.OU) = 3",
     "subject.CN present\nsubject.O absent\nsubject.OU count3\n"},
    {"san.ip = \"192.0.2.0/24\"", "san.ip equal\n  192.0.2.0/24 | c0000200/24\n"},
    {"san.dns like \"*.Example\"", "san.dns like\n  *.example | *.example\n"},
    {"subject.2.5.4.999 = \"x\"", "subject.2.5.4.999 equal\n  x | x\n"},
    {"subject = exact \"CN=a\"", "subject equal exact\n  CN=a | 300c310a300806035504030c0161\n"},
    {"subject like nocase \"CN=A*,**\"", "subject like nocase\n  CN=A*,** | 434e3d412a2c2a2a\n"},
    {"count(subject) = 3", "subject count3\n"},
    {"subject.CN matches nocase \"[A-C]\\.x\"", "subject.CN matches nocase\n  [A-C]\\.x | [A-C]\\.x\n"},
    {"subject under \"O=Contoso\"", "subject under\n  O=Contoso | 30123110300e060355040a0c07436f6e746f736f\n"},
    {"not (subject.C = \"a\" or (subject.L = \"b\" and subject.O = \"c\")) and valid at now",
     "not 6\n  any 5\n    subject.C equal\n      a | a\n    all 3\n      subject.L equal\n        b | b\n"
     "      subject.O equal\n        c | c\nvalidity equal\n  valid | 76616c6964\n"},
};

T_TEST(expression) {
    char text[512];
    snprintf(text, sizeof text, "certmap 1;\nmapping \"m\" { when %s; deny; }", expressions[_i].when);
    struct certmap_rules *rules = t_rules(text);
    expect_items(rules, expressions[_i].items != NULL ? expressions[_i].items
                                                      : "subject.CN like\n  A*?\\*\\\\ | A*?\\*\\\\\n");
    certmap_rules_free(rules);
}

T_TEST(outputs_follow) {
    struct certmap_rules *rules =
        t_rules("certmap 1; mapping \"m\" { when subject.CN present; allow \"a\"; domain \"D\";"
                " group \"g\"; attribute \"mail\" = \"${subject.E}\";"
                " group each \"${subject.OU}\"; attribute \"m\" each = \"${san.email}\"; }");
    expect_items(rules, "subject.CN present\ndomain =D\ngroup =g\nattribute mail$${subject.E}\n"
                        "group each $${subject.OU}\nattribute each m$${san.email}\n");
    certmap_rules_free(rules);
}

static const char big[] = "certmap 1; mapping \"m\" { when subject.CN like (\"A*\", \"B*\") or not subject.O = \"x\";"
                          " allow \"a\"; group \"g\"; }";

static bool stop(void *ctx, const struct certmap_walk_item *item) {
    size_t *left = ctx;
    ck_assert_ptr_nonnull(item);
    ck_assert_uint_gt(*left, 0); /* it is not called again */
    return --*left > 0;
}

T_TEST(it_stops_when_it_has_seen_enough) {
    struct certmap_rules *rules = t_rules(big);
    for (size_t most = 1; most <= 8; most++) {
        size_t left = most;
        ck_assert_int_eq(certmap_rules_walk(rules, 0, stop, &left, NULL), CERTMAP_OK);
        ck_assert_uint_eq(left, 0);
    }
    size_t left = 9;
    ck_assert_int_eq(certmap_rules_walk(rules, 0, stop, &left, NULL), CERTMAP_OK);
    ck_assert_uint_eq(left, 1);
    certmap_rules_free(rules);
}

static bool pass(void *ctx, const struct certmap_walk_item *item) {
    (void)ctx;
    return item != NULL;
}

T_TEST(wrong_arguments) {
    struct certmap_rules *rules = t_rules(big);
    struct certmap_diagnostic err;
    ck_assert_int_eq(certmap_rules_walk(NULL, 0, pass, NULL, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_rules_walk(rules, 1, pass, NULL, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_rules_walk(rules, 0, NULL, NULL, &err), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert(!certmap_rules_disabled(NULL) && !certmap_rules_disabled(rules));
    ck_assert_uint_eq(certmap_rules_score(NULL, 0), 0);
    ck_assert_uint_eq(certmap_rules_score(rules, 0), 0);
    certmap_rules_free(rules);
}

T_TEST(each_allocation_may_fail) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    size_t n = 0;
    options.allocator = &allocator;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(big), &options, NULL), CERTMAP_OK);
    const size_t live = memory.live;
    for (bool failed = true; failed; n++) {
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = certmap_rules_walk(rules, 0, pass, NULL, NULL);
        failed = t_alloc_failed(&memory);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        ck_assert_uint_eq(memory.live, live);
    }
    ck_assert_uint_ge(n, 3);
    certmap_rules_free(rules);
}

T_TEST(scores_and_switches) {
    struct certmap_rules *rules =
        t_rules("certmap 1; policy most-specific; mapping \"a\" { when subject.CN = \"a\"; deny; }"
                " mapping \"b\" { when always; deny; }");
    ck_assert_uint_gt(certmap_rules_score(rules, 0), certmap_rules_score(rules, 1));
    ck_assert_uint_eq(certmap_rules_score(rules, 2), 0);
    certmap_rules_free(rules);
    rules = t_rules("certmap 1; disabled;");
    ck_assert(certmap_rules_disabled(rules));
    certmap_rules_free(rules);
}

/* An OID of as many arcs as its size allows: the longest text that a subfield has. */
T_TEST(the_longest_subfield) {
    struct t_buf text = T_BUF_INIT, expected = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.2.5");
    t_put(&expected, "subject.2.5");
    for (int i = 0; i < CERTMAP_MAX_OID_SIZE - 1; i++) {
        t_put(&text, ".127");
        t_put(&expected, ".127");
    }
    t_put(&text, " present; deny; }");
    t_put(&expected, " present\n");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    expect_items(rules, t_cstr(&expected));
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&expected);
}

/* ---- all that there is can be made anew ---- */

static void check_copy(const struct certmap_rules *rules, const char *about) {
    const char *why = NULL;
    struct certmap_rules *copy = t_copy_rules(rules, &why);
    ck_assert_msg(copy != NULL, "%s: %s", about, why);
    const char *difference = t_rules_difference(rules, copy);
    ck_assert_msg(difference == NULL, "%s: %s", about, difference);
    for (size_t i = 0; i < certmap_rules_count(rules); i++) {
        struct certmap_mapping one = CERTMAP_MAPPING_INIT, other = CERTMAP_MAPPING_INIT;
        ck_assert_int_eq(certmap_rules_mapping(rules, &one, i, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_rules_mapping(copy, &other, i, NULL), CERTMAP_OK);
        ck_assert(one.kind == other.kind && one.line == other.line && one.column == other.column);
        ck_assert(one.is_template == other.is_template && one.language == other.language);
    }
    ck_assert_int_eq(certmap_rules_disabled(copy), certmap_rules_disabled(rules));
    certmap_rules_free(copy);
}

/* ---- where it is ---- */

/* The text of a file, and what was added of it. */
struct added {
    struct certmap_view text;
    size_t mappings, conditions, operands;
    struct t_buf fields; /* the text at each condition, and of each operand at its position */
};

/* The text there, up to the end of its first line. */
static struct certmap_view at(const struct added *added, struct certmap_position position) {
    ck_assert_uint_gt(position.line, 0);
    ck_assert_uint_le(position.offset + position.length, added->text.len);
    const uint8_t *text = added->text.data + position.offset, *end = memchr(text, '\n', position.length);
    return (struct certmap_view){text, end != NULL ? (size_t)(end - text) : position.length};
}

static void on_added(void *ctx, const struct certmap_description *given) {
    struct added *added = ctx;
    ck_assert_ptr_nonnull(given->mapping);
    (void)at(added, given->position);
    for (size_t i = 0; i < given->condition_count; i++) {
        const struct certmap_condition_position *position = &given->condition_positions[i];
        put_view(&added->fields, at(added, position->field));
        for (size_t k = 0; k < given->conditions[i].operand_count && position->operands != NULL; k++) {
            t_put(&added->fields, " ");
            put_view(&added->fields, at(added, position->operands[k]));
        }
        t_put(&added->fields, "\n");
        added->operands += given->conditions[i].operand_count;
    }
    added->mappings++;
    added->conditions += given->condition_count;
}

static bool count_items(void *ctx, const struct certmap_walk_item *item) {
    struct added *seen = ctx;
    seen->conditions += item->kind == CERTMAP_WALK_CONDITION;
    seen->operands += item->kind == CERTMAP_WALK_OPERAND;
    return true;
}

static void check_added(const struct added *added, const struct certmap_rules *rules, const char *about) {
    struct added seen = {.mappings = certmap_rules_count(rules)};
    for (size_t i = 0; i < seen.mappings; i++)
        ck_assert_int_eq(certmap_rules_walk(rules, i, count_items, &seen, NULL), CERTMAP_OK);
    ck_assert_msg(added->mappings == seen.mappings && added->conditions == seen.conditions &&
                      added->operands == seen.operands,
                  "%s: other parts were added than there are", about);
}

static struct certmap_rules *load(struct added *added, struct certmap_view text) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    *added = (struct added){.text = text, .fields = T_BUF_INIT};
    build.added = on_added;
    build.added_ctx = added;
    options.build = &build;
    ck_assert_int_eq(certmap_rules_parse(&rules, text, &options, NULL) == CERTMAP_OK, rules != NULL);
    return rules;
}

T_TEST(positions_of_a_rule_file) {
    struct added added;
    struct certmap_rules *rules =
        load(&added, t_text("certmap 1;\nmapping \"m\" { when subject.CN = \"\xC3\xA9\" and\n not san.dns like "
                            "(\"a\", \"b\") or count(subject.OU) = 2; deny; }\nmapping \"n\" { when always; deny; }"));
    ck_assert_ptr_null(rules); /* and and or are mixed: nothing is added */
    ck_assert_uint_eq(added.mappings, 1);
    t_buf_free(&added.fields);
    rules = load(&added, t_text("certmap 1;\nmapping \"m\" { when subject.CN = \"\xC3\xA9\" and\n not san.dns like "
                                "(\"a\", \"b\") and count(subject.OU) = 2; deny; }\nmapping \"n\" { when always; "
                                "deny; }"));
    ck_assert_ptr_nonnull(rules);
    ck_assert_str_eq(t_cstr(&added.fields), "CN \"\xC3\xA9\"\ndns \"a\" \"b\"\nOU\n");
    check_added(&added, rules, "a rule file");
    t_buf_free(&added.fields);
    certmap_rules_free(rules);
}

/* ---- files: every one that loads ---- */

static const char *const folders[] = {"tests/data/rules", "fuzz/corpus/rules", "docs/examples"};
static const char *const iis_folders[] = {"tests/data/iis", "docs/examples"};
static struct t_files files[3], iis_files[2];

static const char *read_nth(struct t_buf *text, char path[512], const char *const *in, const struct t_files *of,
                            int i) {
    size_t folder = 0;
    for (; i >= of[folder].count; folder++)
        i -= of[folder].count;
    snprintf(path, 512, "%s/%s", in[folder], of[folder].names[i]);
    t_read_file(text, path);
    return path;
}

T_TEST(file) {
    char path[512];
    struct t_buf text = T_BUF_INIT;
    struct added added;
    (void)read_nth(&text, path, folders, files, _i);
    struct certmap_rules *rules = load(&added, t_view(&text));
    if (rules != NULL) {
        check_copy(rules, path);
        check_added(&added, rules, path);
    }
    certmap_rules_free(rules);
    t_buf_free(&added.fields);
    t_buf_free(&text);
}

/* The text that conditions of IIS files are at is their element. */
T_TEST(iis_file) {
    char path[512];
    struct t_buf text = T_BUF_INIT;
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    (void)read_nth(&text, path, iis_folders, iis_files, _i);
    struct added added = {.text = t_view(&text), .fields = T_BUF_INIT};
    build.added = on_added;
    build.added_ctx = &added;
    options.build = &build;
    if (certmap_iis_load(&rules, NULL, t_view(&text), &options, NULL) == CERTMAP_OK) {
        check_copy(rules, path);
        check_added(&added, rules, path);
        for (const char *line = t_cstr(&added.fields); *line != '\0'; line = strchr(line, '\n') + 1)
            ck_assert_msg(strncmp(line, "add", 3) == 0 || line[0] == '<', "%s: %.20s", path, line);
    }
    certmap_rules_free(rules);
    t_buf_free(&added.fields);
    t_buf_free(&text);
}

int main(void) {
    int count = 0, iis_count = 0;
    for (int i = 0; i < 3; i++) {
        t_list(&files[i], folders[i], i == 1 ? "" : ".rules");
        count += files[i].count;
    }
    for (int i = 0; i < 2; i++) {
        t_list(&iis_files[i], iis_folders[i], ".config");
        iis_count += iis_files[i].count;
    }
    return T_RUN("walk",
                 T_CASE("items", T_LOOP(expression, COUNT(expressions)), outputs_follow,
                        it_stops_when_it_has_seen_enough, wrong_arguments, each_allocation_may_fail,
                        scores_and_switches, the_longest_subfield, positions_of_a_rule_file),
                 T_CASE("files", T_LOOP(file, count), T_LOOP(iis_file, iis_count)));
}
