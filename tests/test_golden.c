/* SPDX-License-Identifier: MIT */
/* One answer: answers.txt has a line for every certificate that the tests and the fuzz targets have: the error, or the
 * SHA-256 of what certmap says under the rules that are beside it, the decisions and the whole explanations. Every way
 * into struct certmap_cert, on every platform, gives the same bytes. decisions.txt has some of the answers as they are,
 * to be read. What a TLS library refuses is an error, and is in refused-NAME.txt.
 *
 * With GOLDEN_WRITE=1 in the environment the program writes its files anew instead, with GOLDEN_PRINT=1 it prints every
 * answer: docs/contributing.md. */
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
static struct t_buf answers, decisions, refusals;
/* Of answers.txt and of a library's file, before the certificates. */
enum { HEAD_LINES = 4 };
/* What one line says of a certificate. */
enum { OUTCOME = 512 };

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

static void add_mapping(struct certmap_builder *builder, enum certmap_kind kind, const char *name,
                        const char *account) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.kind = kind;
    mapping.decision = account == NULL ? CERTMAP_DENY : CERTMAP_ALLOW;
    mapping.name = t_text(name);
    mapping.account = t_text(account == NULL ? "" : account);
    certmap_builder_mapping(builder, &mapping, NULL);
}

static void add_rule(struct certmap_builder *builder, enum certmap_field field, const char *subfield,
                     const char *criteria, unsigned flags) {
    const struct certmap_view operand = t_text(criteria);
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.field = field;
    condition.subfield = t_text(subfield);
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

static void put_stories(struct t_buf *out, struct certmap_peer *peer) {
    for (int i = 0; i < rules.count; i++) {
        t_put(out, "-- ");
        t_put(out, rules.names[i]);
        t_put(out, "\n");
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

/* What is said of a certificate. */
struct answer {
    struct t_buf text; /* both Names, and a part for each set of rules; then a NUL */
    struct certmap_diagnostic err;
    char outcome[OUTCOME]; /* "error CODE ..." or "answers DIGEST" */
    bool encoded_anew;     /* what the library gave is not what it was given */
};

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static void put_outcome(struct answer *answer) {
    struct t_buf line = T_BUF_INIT;
    uint8_t digest[CERTMAP_SHA256_SIZE];
    if (answer->err.status != CERTMAP_OK) {
        t_story_error(&line, &answer->err);
        snprintf(answer->outcome, OUTCOME, "%.*s", (int)line.len - 1, (const char *)line.data);
        t_buf_free(&line);
        return;
    }
    t_sha(NULL, digest, CERTMAP_HASH_SHA256, t_view(&answer->text));
    snprintf(answer->outcome, OUTCOME, "answers ");
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(answer->outcome + 8 + 2 * i, 3, "%02x", (unsigned)digest[i]);
}

static void ask(struct answer *answer, struct certmap_view der) {
    struct certmap_diagnostic *const err = &answer->err;
    struct t_way *way = NULL;
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    if (certmap_peer_new(&peer, NULL, err) == CERTMAP_OK &&
        t_way_open(&way, &cert, der, rules.needs, err) == CERTMAP_OK)
        prepare(peer, &cert, err);
    if (err->status == CERTMAP_OK) {
        answer->encoded_anew = !same(cert.certificate, der);
        t_story_names(&answer->text, &cert);
        put_stories(&answer->text, peer);
    }
    certmap_peer_free(peer);
    t_way_close(way);
}

static void begin_answer(struct answer *answer, const char *path) {
    struct t_buf der = T_BUF_INIT;
    *answer = (struct answer){.text = T_BUF_INIT};
    read_certificate(&der, path);
    ask(answer, t_view(&der));
    put_outcome(answer);
    t_bytes(&answer->text, "", 1);
    answer->text.len--;
    t_buf_free(&der);
}

static void end_answer(struct answer *answer) {
    t_buf_free(&answer->text);
}

/* ---- what the files hold ---- */

/* The longest line before a part of decisions.txt: a certificate and rules. */
enum { HEAD = 256 };

/* What a file says of a certificate: the rest of its line; "" if nothing. */
static void outcome_in(const struct t_buf *file, char outcome[OUTCOME], const char *path) {
    char head[HEAD];
    snprintf(head, sizeof head, "\n%s: ", path);
    const char *line = file->data == NULL ? NULL : strstr((const char *)file->data, head);
    const char *begin = line == NULL ? "" : line + strlen(head);
    snprintf(outcome, OUTCOME, "%.*s", (int)strcspn(begin, "\n"), begin);
}

/* "error CODE" or "answers DIGEST": what a library says beyond that is its own. */
static size_t two_words(const char *outcome) {
    const size_t first = strcspn(outcome, " ");
    return outcome[first] == 0 ? first : first + 1 + strcspn(outcome + first + 1, " ");
}

static bool same_words(const char *a, const char *b) {
    return two_words(a) == two_words(b) && strncmp(a, b, two_words(a)) == 0;
}

static bool is_golden(const char *path, const struct answer *answer) {
    char expected[OUTCOME];
    outcome_in(&answers, expected, path);
    return strcmp(expected, answer->outcome) == 0;
}

/* Whether a certificate may be in the library's file: it is refused, or was encoded anew, so that digests, and
 * what is malformed around the signed part, are others. */
static bool may_be_listed(const struct answer *answer) {
    return answer->err.status != CERTMAP_OK || answer->encoded_anew;
}

static size_t lines_of(const char *text, const char *begin) {
    size_t count = 0;
    for (; (text = strstr(text, begin)) != NULL; text++)
        count++;
    return count;
}

/* What is after this line and before the next that begins so. */
static struct certmap_view part_after(const char *line, const char *next) {
    const char *begin = t_next_line(line), *end = strstr(begin - 1, next);
    return (struct certmap_view){(const uint8_t *)begin, end == NULL ? strlen(begin) : (size_t)(end + 1 - begin)};
}

/* A part of decisions.txt, whose line "== CERTIFICATE -- RULES" is at head; a blank line is before the next. */
static struct certmap_view part_of_file(const char *head) {
    struct certmap_view part = part_after(head, "\n== ");
    part.len -= part.len > 0 && part.data[part.len] == '=';
    return part;
}

/* The part of an answer that is about the same rules; data is NULL if there are none. */
static struct certmap_view part_of_answer(const struct answer *answer, const char *head) {
    char line[HEAD];
    const char *rule = strstr(head, " -- ");
    snprintf(line, sizeof line, "\n%.*s\n", (int)strcspn(rule + 1, "\n"), rule + 1);
    const char *found = strstr((const char *)answer->text.data, line);
    return found == NULL ? (struct certmap_view)CERTMAP_NO_VIEW : part_after(found + 1, "\n-- ");
}

/* The next line of decisions.txt that begins a part of this certificate's; NULL after the last. */
static const char *next_head(const char *from, const char *path) {
    char head[HEAD];
    snprintf(head, sizeof head, "\n== %s -- ", path);
    const char *found = strstr(from, head);
    return found == NULL ? NULL : found + 1;
}

/* ---- the tests ---- */

static void check_part(const char *head, struct certmap_view found) {
    const struct certmap_view expected = part_of_file(head);
    const char *want = (const char *)expected.data, *have = (const char *)found.data;
    ck_assert_msg(have != NULL, "decisions.txt has other rules: %.*s", (int)strcspn(head, "\n"), head);
    if (same(expected, found))
        return;
    const char *const want_end = want + expected.len, *const have_end = have + found.len;
    int line = 1;
    for (; want < want_end && have < have_end; line++, want = t_next_line(want), have = t_next_line(have))
        if (strcspn(want, "\n") != strcspn(have, "\n") || strncmp(want, have, strcspn(want, "\n")) != 0)
            break;
    ck_abort_msg("%.*s: line %d differs\nexpected: %.*s\nfound:    %.*s", (int)strcspn(head, "\n"), head, line,
                 want < want_end ? (int)strcspn(want, "\n") : 0, want, have < have_end ? (int)strcspn(have, "\n") : 0,
                 have);
}

/* The parts that are there to be read come first: they show what differs. */
static void check_same(const char *path, const struct answer *answer) {
    char expected[OUTCOME];
    const char *head = (const char *)decisions.data;
    while ((head = next_head(head, path)) != NULL)
        check_part(head, part_of_answer(answer, head));
    outcome_in(&answers, expected, path);
    ck_assert_msg(is_golden(path, answer), "%s\nexpected: %s\nfound:    %s\nscripts/golden-diff shows the difference",
                  path, expected, answer->outcome);
}

/* What a library's file says: an error, or an answer where answers.txt has another. */
static void check_listed(const char *path, const char *listed, const struct answer *answer) {
    ck_assert_msg(same_words(answer->outcome, listed), "%s: refused-%s.txt says %s, found: %s", path, t_way_name,
                  listed, answer->outcome);
    ck_assert_msg(may_be_listed(answer), "%s: another answer than in answers.txt", path);
    ck_assert_msg(!is_golden(path, answer), "%s: needs no line in refused-%s.txt", path, t_way_name);
}

/* Another version of the library may refuse others, and that is all. */
static void check_unlisted(const char *path, const struct answer *answer) {
    if (!may_be_listed(answer))
        check_same(path, answer);
}

T_TEST(certificate) {
    const char *path = corpus.paths[_i];
    struct answer answer;
    char listed[OUTCOME];
    begin_answer(&answer, path);
    outcome_in(&refusals, listed, path);
    if (!t_way_is_listed())
        check_unlisted(path, &answer);
    else if (listed[0] == 0)
        check_same(path, &answer);
    else
        check_listed(path, listed, &answer);
    end_answer(&answer);
}

/* A library that is in no list may refuse what it likes, but not most of them. */
T_TEST(most_are_answered) {
    int answered = 0;
    for (int i = 0; i < corpus.count; i++) {
        struct answer answer;
        begin_answer(&answer, corpus.paths[i]);
        answered += is_golden(corpus.paths[i], &answer);
        end_answer(&answer);
    }
    ck_assert_int_gt(2 * answered, corpus.count);
}

/* Nothing is in the files that no certificate is behind. */
T_TEST(no_certificate_is_gone) {
    size_t listed = 0, parts = 0;
    char outcome[OUTCOME];
    for (int i = 0; i < corpus.count; i++) {
        outcome_in(&refusals, outcome, corpus.paths[i]);
        listed += outcome[0] != 0;
        outcome_in(&answers, outcome, corpus.paths[i]);
        ck_assert_msg(outcome[0] != 0, "%s is not in answers.txt", corpus.paths[i]);
        for (const char *at = (const char *)decisions.data; (at = next_head(at, corpus.paths[i])) != NULL;)
            parts++;
    }
    ck_assert_uint_eq(lines_of((const char *)answers.data, "\n"), (size_t)corpus.count + HEAD_LINES);
    ck_assert_uint_eq(lines_of((const char *)decisions.data, "\n== "), parts);
    ck_assert_uint_gt(parts, 10);
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

static void put_line(struct t_buf *out, const char *path, const struct answer *answer, const char *why) {
    t_put(out, path);
    t_put(out, ": ");
    t_bytes(out, answer->outcome, why == NULL ? strlen(answer->outcome) : two_words(answer->outcome));
    if (why != NULL) {
        t_put(out, " (");
        t_put(out, why);
        t_put(out, ")");
    }
    t_put(out, "\n");
}

static void write_answers(void) {
    struct t_buf out = T_BUF_INIT;
    t_put(
        &out,
        "# What certmap makes of each certificate: the error, or the SHA-256 of its answers under each set of rules.\n"
        "# GOLDEN_PRINT=1 build/gcc/tests/test_golden_der prints them; some are in decisions.txt.\n"
        "# tests/test_golden.c writes and checks this file.\n#\n");
    for (int i = 0; i < corpus.count; i++) {
        struct answer answer;
        begin_answer(&answer, corpus.paths[i]);
        put_line(&out, corpus.paths[i], &answer, NULL);
        end_answer(&answer);
    }
    write_file(GOLDEN "/answers.txt", &out);
    t_buf_free(&out);
}

/* The parts that are there already. For another one, write its line "== CERTIFICATE -- RULES" first. */
static void write_decisions(void) {
    struct t_buf out = T_BUF_INIT;
    const char *head = strstr((const char *)decisions.data, "\n== ");
    t_bytes(&out, decisions.data, head == NULL ? decisions.len : (size_t)(head - (const char *)decisions.data));
    for (; head != NULL; head = strstr(head + 1, "\n== ")) {
        char path[HEAD];
        struct answer answer;
        snprintf(path, sizeof path, "%.*s", (int)strcspn(head + 4, " \n"), head + 4);
        begin_answer(&answer, path);
        const struct certmap_view part = part_of_answer(&answer, head);
        if (part.data == NULL)
            die(path, "decisions.txt names rules that are not there");
        t_bytes(&out, head, (size_t)(t_next_line(head + 1) - head));
        t_bytes(&out, part.data, part.len);
        end_answer(&answer);
    }
    write_file(GOLDEN "/decisions.txt", &out);
    t_buf_free(&out);
}

/* One line for a certificate whose answer is another than that of answers.txt. */
static void put_refusal(struct t_buf *out, const char *path) {
    struct answer answer;
    begin_answer(&answer, path);
    if (!is_golden(path, &answer)) {
        if (!may_be_listed(&answer))
            die(path, "another answer than in answers.txt, and no error");
        put_line(out, path, &answer, answer.encoded_anew ? "encoded anew" : answer.err.text);
    }
    end_answer(&answer);
}

static void write_refusals(const char *path) {
    struct t_buf out = T_BUF_INIT;
    t_put(&out,
          "# Certificates of which this library does not make what answers.txt says. `error`: refused, or refused\n"
          "# for another reason; in parentheses, what is said of it. `answers`, with the SHA-256 of the answer: the\n"
          "# library encoded it anew, which changes digests. tests/test_golden.c writes and checks this file.\n# "
          "Library: ");
    t_put(&out, t_way_title);
    t_put(&out, "\n");
    for (int i = 0; i < corpus.count; i++)
        put_refusal(&out, corpus.paths[i]);
    write_file(path, &out);
    t_buf_free(&out);
}

/* Everything that the digests are of. */
static int print_answers(void) {
    for (int i = 0; i < corpus.count; i++) {
        struct answer answer;
        begin_answer(&answer, corpus.paths[i]);
        if (answer.err.status == CERTMAP_OK)
            printf("\n== %s\n%s", corpus.paths[i], (const char *)answer.text.data);
        else
            printf("\n== %s\n%s\n", corpus.paths[i], answer.outcome);
        end_answer(&answer);
    }
    return EXIT_SUCCESS;
}

static int write_golden(const char *refused) {
    if (getenv("CI") != NULL)
        die("GOLDEN_WRITE", "not in CI, which checks");
    if (t_way_name != NULL) {
        write_refusals(refused);
    } else {
        write_answers();
        write_decisions();
    }
    return EXIT_SUCCESS;
}

/* ---- all of it ---- */

static bool is_asked(const char *name) {
    const char *value = getenv(name);
    return value != NULL && strcmp(value, "1") == 0;
}

static void read_rules(void) {
    struct t_files files;
    t_list(&files, GOLDEN, ".rules");
    for (int i = 0; i < files.count; i++)
        load_rules(files.names[i]);
    build_iis_rules();
}

static int run(void) {
    const bool writes = is_asked("GOLDEN_WRITE");
    char refused[128];
    snprintf(refused, sizeof refused, GOLDEN "/refused-%s.txt", t_way_name == NULL ? "" : t_way_name);
    t_read_file(&decisions, GOLDEN "/decisions.txt");
    if (!writes || t_way_name != NULL)
        t_read_file(&answers, GOLDEN "/answers.txt");
    if (writes)
        return write_golden(refused);
    if (t_way_name != NULL)
        t_read_file(&refusals, refused);
    return T_RUN("golden",
                 T_CASE("golden", T_LOOP(certificate, corpus.count), no_certificate_is_gone, most_are_answered));
}

int main(void) {
    read_rules();
    for (int i = 0; i < FOLDERS; i++)
        list_certificates(folders[i][0], folders[i][1]);
    const int status = is_asked("GOLDEN_PRINT") ? print_answers() : run();
    while (rules.count > 0)
        certmap_rules_free(rules.sets[--rules.count]);
    t_buf_free(&answers);
    t_buf_free(&decisions);
    t_buf_free(&refusals);
    return status;
}
