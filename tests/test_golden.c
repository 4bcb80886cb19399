/* SPDX-License-Identifier: MIT */
/* One answer: tests/data/golden/decisions.txt holds what certmap says of every certificate that the tests and the
 * fuzz targets have, under the rules that are beside it: the decision, and the whole explanation. Every way
 * into struct certmap_cert, on every platform, gives the same bytes. What a TLS library refuses is an error, and
 * is in refused-NAME.txt.
 *
 * With GOLDEN_WRITE=1 in the environment the program writes its file anew instead: docs/contributing.md. */
#include "certmap/build.h"
#include "pages.h"
#include "support/sha.h"
#include "support/story.h"
#include "support/way.h"

#define GOLDEN "tests/data/golden"

static const char *const folders[][2] = {
    {"tests/data/certs", ".txt"}, {GOLDEN "/certs", ".txt"}, {"fuzz/corpus/cert", ""}};
enum { FOLDERS = sizeof folders / sizeof *folders, MAX_CERTIFICATES = FOLDERS * T_MAX_FILES, MAX_RULES = 8 };

/* Read once, before the tests. */
static struct {
    char paths[MAX_CERTIFICATES][96];
    int count;
} corpus;
static struct {
    char names[MAX_RULES][64];
    struct certmap_rules *sets[MAX_RULES];
    int count;
    unsigned needs; /* of all of them */
} rules;
static struct t_buf decisions, refusals;
/* Of a library's file, before the certificates. */
enum { HEAD_LINES = 4 };

/* 2026-11-01 00:00 UTC: inside the validity of most. */
static const int64_t now = 1793491200;

static void die(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

/* ---- the rules ---- */

static void add_rules(const char *name, struct certmap_rules *set) {
    if (rules.count == MAX_RULES)
        die(name, "more rules than there is room for");
    snprintf(rules.names[rules.count], sizeof rules.names[0], "%s", name);
    rules.sets[rules.count++] = set;
    rules.needs |= certmap_rules_needs(set);
}

static void load_rules(const char *name) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_rules *set = NULL;
    struct certmap_diagnostic err = {.text = ""};
    char path[128];
    snprintf(path, sizeof path, GOLDEN "/%s", name);
    t_read_file(&text, path);
    if (certmap_rules_parse(&set, t_view(&text), NULL, &err) != CERTMAP_OK)
        die(path, err.text);
    add_rules(name, set);
    t_buf_free(&text);
}

/* ---- what an IIS file becomes ---- */

static struct certmap_view view(const char *string) {
    return (struct certmap_view){(const uint8_t *)string, strlen(string)};
}

static void add_mapping(struct certmap_builder *builder, enum certmap_kind kind, const char *name,
                        const char *account) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.kind = kind;
    mapping.decision = account == NULL ? CERTMAP_DENY : CERTMAP_ALLOW;
    mapping.name = view(name);
    mapping.account = view(account == NULL ? "" : account);
    certmap_builder_mapping(builder, &mapping, NULL);
}

static void add_rule(struct certmap_builder *builder, enum certmap_field field, const char *subfield,
                     const char *criteria, unsigned flags) {
    const struct certmap_view operand = view(criteria);
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.field = field;
    condition.subfield = view(subfield);
    condition.op = CERTMAP_OP_LIKE;
    condition.flags = flags | CERTMAP_IIS_PATTERN;
    condition.operands = &operand;
    condition.operand_count = 1;
    certmap_builder_condition(builder, &condition, NULL);
}

static void add_certificate(struct certmap_builder *builder, const char *path) {
    struct t_buf text = T_BUF_INIT, der = T_BUF_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    t_read_file(&text, path);
    t_certs(&der, (const char *)text.data, false);
    const struct certmap_view whole = t_view(&der);
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = &whole;
    condition.operand_count = 1;
    certmap_builder_condition(builder, &condition, NULL);
    t_buf_free(&text);
    t_buf_free(&der);
}

/* Through the builder, as the importer does, so that expat is not needed. */
static void build_iis_rules(void) {
    struct certmap_builder *builder = NULL;
    struct certmap_rules *set = NULL;
    struct certmap_diagnostic err = {.text = ""};
    if (certmap_builder_new(&builder, NULL, &err) != CERTMAP_OK)
        die("iis", err.text);
    add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "", "CONTOSO\\bob");
    add_certificate(builder, "tests/data/certs/bob.txt");
    add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "temporary", NULL);
    add_rule(builder, CERTMAP_FIELD_SUBJECT, "OU", "Temp*", 0);
    add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "staff", "CONTOSO\\portal");
    add_rule(builder, CERTMAP_FIELD_SUBJECT, "O", "contoso", CERTMAP_NOCASE);
    add_rule(builder, CERTMAP_FIELD_ISSUER, "CN", "Contoso Issuing CA ?", 0);
    add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "backslashes", "CONTOSO\\typist");
    add_rule(builder, CERTMAP_FIELD_SUBJECT, "CN", "*\\*", 0);
    if (certmap_builder_finish(builder, &set, &err) != CERTMAP_OK)
        die("iis", err.text);
    certmap_builder_free(builder);
    add_rules("iis", set);
}

/* ---- the certificates ---- */

static void list_certificates(const char *folder, const char *end) {
    struct t_files files;
    t_list(&files, folder, end);
    if (files.count == 0 || files.count == T_MAX_FILES)
        die(folder, "no certificates, or more than there is room for");
    for (int i = 0; i < files.count; i++)
        if (files.names[i][0] != '.')
            snprintf(corpus.paths[corpus.count++], sizeof corpus.paths[0], "%s/%s", folder, files.names[i]);
}

static void read_certificate(struct t_buf *der, const char *path) {
    struct t_buf text = T_BUF_INIT;
    if (!t_ends_with(path, ".txt")) {
        t_read_file(der, path);
        return;
    }
    t_read_file(&text, path);
    t_certs(der, (const char *)text.data, false);
    t_buf_free(&text);
}

/* ---- what is said of one ---- */

static void put(struct t_buf *out, const char *string) {
    t_bytes(out, string, strlen(string));
}

static void put_stories(struct t_buf *out, struct certmap_peer *peer) {
    for (int i = 0; i < rules.count; i++) {
        put(out, "-- ");
        put(out, rules.names[i]);
        put(out, "\n");
        t_story_rules(out, rules.sets[i], peer);
    }
}

/* The issuer and the time are the same for all; digests of the certificate come from the way. */
static enum certmap_status prepare(struct certmap_peer *peer, struct certmap_cert *cert,
                                   struct certmap_diagnostic *err) {
    uint8_t issuer[CERTMAP_SHA256_SIZE], issuer_key[CERTMAP_SHA256_SIZE];
    memset(issuer, 0x11, sizeof issuer);
    memset(issuer_key, 0x22, sizeof issuer_key);
    cert->issuer_sha256 = (struct certmap_view){issuer, sizeof issuer};
    cert->issuer_key_sha256 = (struct certmap_view){issuer_key, sizeof issuer_key};
    cert->time = now;
    return certmap_peer_set(peer, cert, err);
}

/* How it ended: an error, or an answer. */
struct ending {
    struct certmap_diagnostic err;
    bool encoded_anew; /* what the library gave is not what it was given */
};

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static void put_block(struct t_buf *out, struct certmap_view der, struct ending *ending) {
    struct certmap_diagnostic *const err = &ending->err;
    struct t_way *way = NULL;
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    *ending = (struct ending){.encoded_anew = false};
    if (certmap_peer_new(&peer, NULL, err) == CERTMAP_OK &&
        t_way_open(&way, &cert, der, rules.needs, err) == CERTMAP_OK)
        prepare(peer, &cert, err);
    if (err->status != CERTMAP_OK) {
        t_story_error(out, err);
    } else {
        t_story_names(out, &cert);
        put_stories(out, peer);
        ending->encoded_anew = !same(cert.certificate, der);
    }
    certmap_peer_free(peer);
    t_way_close(way);
}

static void answer(struct t_buf *out, const char *path, struct ending *ending) {
    struct t_buf der = T_BUF_INIT;
    read_certificate(&der, path);
    put_block(out, t_view(&der), ending);
    t_buf_free(&der);
}

/* ---- what the files hold ---- */

/* What is in decisions.txt of a certificate; data is NULL if nothing does. */
static struct certmap_view golden_block(const char *path) {
    char head[128];
    snprintf(head, sizeof head, "\n== %s\n", path);
    const char *begin = strstr((const char *)decisions.data, head);
    if (begin == NULL)
        return (struct certmap_view)CERTMAP_NO_VIEW;
    begin += strlen(head);
    const char *end = strstr(begin, "\n== ");
    const size_t len = end == NULL ? strlen(begin) : (size_t)(end - begin);
    return (struct certmap_view){(const uint8_t *)begin, len};
}

/* What the library's file says of a certificate: "error CODE", or "answers DIGEST"; "" if nothing. */
static void listed_outcome(char outcome[96], const char *path) {
    char head[128];
    snprintf(head, sizeof head, "\n%s: ", path);
    const char *line = refusals.data == NULL ? NULL : strstr((const char *)refusals.data, head);
    const char *begin = line == NULL ? "" : line + strlen(head);
    size_t len = strcspn(begin, " \n");
    if (begin[len] == ' ')
        len += 1 + strcspn(begin + len + 1, " \n");
    snprintf(outcome, 96, "%.*s", (int)len, begin);
}

/* What it would have to say. The whole of an answer would be too long. */
static void found_outcome(char outcome[96], const struct ending *ending, struct t_buf *found) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    if (ending->err.status != CERTMAP_OK) {
        snprintf(outcome, 96, "error %s", certmap_code_name(ending->err.code));
        return;
    }
    t_sha(NULL, digest, CERTMAP_HASH_SHA256, t_view(found));
    snprintf(outcome, 96, "answers ");
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(outcome + 8 + 2 * i, 3, "%02x", (unsigned)digest[i]);
}

/* Whether a certificate may be in the library's file: it is refused, or was encoded anew, so that digests, and
 * what is malformed around the signed part, are others. */
static bool may_be_listed(const struct ending *ending) {
    return ending->err.status != CERTMAP_OK || ending->encoded_anew;
}

static size_t lines_of(const char *text, const char *begin) {
    size_t count = 0;
    for (; (text = strstr(text, begin)) != NULL; text++)
        count++;
    return count;
}

/* ---- the tests ---- */

static void check_same(const char *path, struct t_buf *found) {
    const struct certmap_view expected = golden_block(path);
    ck_assert_msg(expected.data != NULL, "%s: does not stand in decisions.txt", path);
    if (same(expected, t_view(found)))
        return;
    const char *want = (const char *)expected.data, *have = (const char *)found->data;
    const char *const want_end = want + expected.len, *const have_end = have + found->len;
    int line = 1;
    for (; want < want_end && have < have_end; line++, want = t_next_line(want), have = t_next_line(have))
        if (strcspn(want, "\n") != strcspn(have, "\n") || strncmp(want, have, strcspn(want, "\n")) != 0)
            break;
    ck_abort_msg("%s: line %d of its answer differs\nexpected: %.*s\nfound:    %.*s", path, line,
                 want < want_end ? (int)strcspn(want, "\n") : 0, want, have < have_end ? (int)strcspn(have, "\n") : 0,
                 have);
}

/* What a library's file says: an error, or an answer where decisions.txt has an error. */
static void check_listed(const char *path, const char *listed, const struct ending *ending, struct t_buf *found) {
    char outcome[96];
    found_outcome(outcome, ending, found);
    ck_assert_msg(strcmp(outcome, listed) == 0, "%s: refused-%s.txt says %s, found: %s %s", path, t_way_name, listed,
                  outcome, ending->err.text);
    ck_assert_msg(may_be_listed(ending), "%s: another answer than in decisions.txt", path);
    ck_assert_msg(!same(golden_block(path), t_view(found)), "%s: needs no line in refused-%s.txt", path, t_way_name);
}

/* Another version of the library may refuse others, and that is all. */
static void check_unlisted(const char *path, const struct ending *ending, struct t_buf *found) {
    if (!may_be_listed(ending))
        check_same(path, found);
}

T_TEST(certificate) {
    const char *path = corpus.paths[_i];
    struct t_buf found = T_BUF_INIT;
    struct ending ending;
    char listed[96];
    answer(&found, path, &ending);
    t_bytes(&found, "", 1);
    found.len--;
    listed_outcome(listed, path);
    if (!t_way_is_listed())
        check_unlisted(path, &ending, &found);
    else if (listed[0] == 0)
        check_same(path, &found);
    else
        check_listed(path, listed, &ending, &found);
    t_buf_free(&found);
}

/* A library that is in no list may refuse what it likes, but not most of them. */
T_TEST(most_are_answered) {
    int answered = 0;
    for (int i = 0; i < corpus.count; i++) {
        struct t_buf found = T_BUF_INIT;
        struct ending ending;
        answer(&found, corpus.paths[i], &ending);
        answered += same(golden_block(corpus.paths[i]), t_view(&found));
        t_buf_free(&found);
    }
    ck_assert_int_gt(2 * answered, corpus.count);
}

/* Nothing is in the files that no certificate is behind. */
T_TEST(no_certificate_is_gone) {
    size_t listed = 0;
    char outcome[96];
    for (int i = 0; i < corpus.count; i++) {
        listed_outcome(outcome, corpus.paths[i]);
        listed += outcome[0] != 0;
    }
    ck_assert_uint_eq(lines_of((const char *)decisions.data, "\n== "), (size_t)corpus.count);
    if (refusals.data != NULL)
        ck_assert_uint_eq(lines_of((const char *)refusals.data, "\n"), listed + HEAD_LINES);
}

/* ---- writing ---- */

static void write_file(const char *path, struct t_buf *text) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(text->data, 1, text->len, file) != text->len || fclose(file) != 0)
        die(path, "cannot be written");
    printf("written: %s\n", path);
}

static void write_decisions(void) {
    struct t_buf out = T_BUF_INIT;
    struct ending ending;
    put(&out, "# What certmap says of each certificate, under each set of rules: tests/test_golden.c writes and checks "
              "it.\n");
    for (int i = 0; i < corpus.count; i++) {
        put(&out, "\n== ");
        put(&out, corpus.paths[i]);
        put(&out, "\n");
        answer(&out, corpus.paths[i], &ending);
    }
    write_file(GOLDEN "/decisions.txt", &out);
    t_buf_free(&out);
}

/* One line for a certificate whose answer is another than that of decisions.txt. */
static void put_refusal(struct t_buf *out, const char *path) {
    struct t_buf found = T_BUF_INIT;
    struct ending ending;
    char outcome[96];
    answer(&found, path, &ending);
    if (!same(golden_block(path), t_view(&found))) {
        if (!may_be_listed(&ending))
            die(path, "another answer than in decisions.txt, and no error");
        found_outcome(outcome, &ending, &found);
        put(out, path);
        put(out, ": ");
        put(out, outcome);
        put(out, " (");
        put(out, ending.encoded_anew ? "encoded anew" : ending.err.text);
        put(out, ")\n");
    }
    t_buf_free(&found);
}

static void write_refusals(const char *path) {
    struct t_buf out = T_BUF_INIT;
    put(&out,
        "# Certificates of which this library does not make what decisions.txt says. `error`: refused, or refused\n"
        "# for another reason; in parentheses, what is said of it. `answers`, with the SHA-256 of the answer: the\n"
        "# library encoded it anew, which changes digests. tests/test_golden.c writes and checks this file.\n# "
        "Library: ");
    put(&out, t_way_title);
    put(&out, "\n");
    for (int i = 0; i < corpus.count; i++)
        put_refusal(&out, corpus.paths[i]);
    write_file(path, &out);
    t_buf_free(&out);
}

static int write_golden(const char *path) {
    if (getenv("CI") != NULL)
        die("GOLDEN_WRITE", "not in CI, which checks");
    if (t_way_name == NULL)
        write_decisions();
    else
        write_refusals(path);
    return EXIT_SUCCESS;
}

/* ---- all of it ---- */

int main(void) {
    char refused[128];
    struct t_files files;
    const char *writing = getenv("GOLDEN_WRITE");
    const bool writes = writing != NULL && strcmp(writing, "1") == 0;
    snprintf(refused, sizeof refused, GOLDEN "/refused-%s.txt", t_way_name == NULL ? "" : t_way_name);
    t_list(&files, GOLDEN, ".rules");
    for (int i = 0; i < files.count; i++)
        load_rules(files.names[i]);
    build_iis_rules();
    for (int i = 0; i < FOLDERS; i++)
        list_certificates(folders[i][0], folders[i][1]);
    if (!writes || t_way_name != NULL)
        t_read_file(&decisions, GOLDEN "/decisions.txt");
    if (!writes && t_way_name != NULL)
        t_read_file(&refusals, refused);
    const int status = writes ? write_golden(refused)
                              : T_RUN("golden", T_CASE("golden", T_LOOP(certificate, corpus.count),
                                                       no_certificate_is_gone, most_are_answered));
    while (rules.count > 0)
        certmap_rules_free(rules.sets[--rules.count]);
    t_buf_free(&decisions);
    t_buf_free(&refusals);
    return status;
}
