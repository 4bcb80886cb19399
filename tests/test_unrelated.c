/* SPDX-License-Identifier: MIT */
/* A mapping that is about another piece of the certificate, and is false, changes no answer, before the others or after
 * them: not of a certificate of the tests or the fuzz targets, and not of one that is BER somewhere, which the way into
 * struct certmap_cert may or may not refuse. For each way a program, as of test_golden.c. */
#include "pages.h"
#include "support/way.h"

static const char *const folders[][2] = {
    {"tests/data/certs", ".txt"}, {"tests/data/golden/certs", ".txt"}, {"fuzz/corpus/cert", ""}};
enum { MAX_CERTIFICATES = 3 * T_MAX_FILES, BASE = 1 };

static struct {
    char paths[MAX_CERTIFICATES][96];
    int count;
} corpus;

/* 2026-11-01 00:00 UTC: inside the validity of most. */
static const int64_t now = 1793491200;

#define DIGEST "0000000000000000000000000000000000000000000000000000000000000000"

/* About a piece each, and false where it can be read. The first one, about the subject, is what the others are unrelated
 * to. */
static const char *const conditions[] = {
    "always",
    "certificate = \"3000\"",
    "sha256 = \"" DIGEST "\"",
    "sha1 = \"0000000000000000000000000000000000000000\"",
    "spki.sha256 = \"" DIGEST "\"",
    "tbs.sha256 = \"" DIGEST "\"",
    "sha512 = \"" DIGEST DIGEST "\"",
    "spki.sha512 = \"" DIGEST DIGEST "\"",
    "serial = \"0x7777777777\"",
    "version = \"2\"",
    "validity = \"early\"",
    "eku = \"1.2.3.4.5.6.7\"",
    "san.dns = \"unrelated.example\"",
    "san.dirname.CN = \"unrelated\"",
    "ku = \"decipherOnly\"",
    "policy = \"1.2.3.4.5.6.7\"",
    "ski = \"00\"",
    "aki = \"00\"",
    "ms.sid = \"S-1-5-21-1\"",
    "ms.template = \"1.2.3.4.5.6.7\"",
    "ext.1.2.3.4.5.6.7 = \"00\"",
    "issuer is sha256 \"" DIGEST "\"",
};
enum { CONDITIONS = COUNT(conditions), PLACES = 3 /* alone, after, before */ };

static struct certmap_rules *sets[CONDITIONS][PLACES];

static void load(struct certmap_rules **rules, const char *first, const char *second) {
    char text[1024];
    struct certmap_diagnostic err = {.text = ""};
    const int len = snprintf(text, sizeof text, "certmap 1; %s %s", first, second);
    if (certmap_rules_parse(rules, (struct certmap_view){(const uint8_t *)text, (size_t)len}, NULL, &err) !=
        CERTMAP_OK) {
        fprintf(stderr, "%s: %s\n", text, err.text);
        exit(EXIT_FAILURE);
    }
}

static void load_all(void) {
    static const char base[] = "mapping \"base\" { when always; allow \"D\\\\u\"; }";
    load(&sets[0][0], base, "");
    for (int i = BASE; i < CONDITIONS; i++) {
        char other[512];
        snprintf(other, sizeof other, "mapping \"other\" { when %s; deny; }", conditions[i]);
        load(&sets[i][0], other, "");
        load(&sets[i][1], base, other);
        load(&sets[i][2], other, base);
    }
}

/* ---- answers ---- */

struct answer {
    enum certmap_status status;
    enum certmap_code code; /* of an error, or the reason */
    enum certmap_decision decision;
};

static struct answer ask(struct certmap_view der, const struct certmap_rules *rules) {
    struct t_way *way = NULL;
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.status = CERTMAP_OK};
    const uint8_t issuer[CERTMAP_SHA256_SIZE] = {1};
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    if (t_way_open(&way, &cert, der, certmap_rules_needs(rules), &err) == CERTMAP_OK) {
        cert.issuer_sha256 = (struct certmap_view){issuer, sizeof issuer};
        cert.time = now;
        if (certmap_peer_set(peer, &cert, &err) == CERTMAP_OK)
            ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    }
    const bool failed = err.status != CERTMAP_OK;
    const struct answer answer = {err.status, failed ? err.code : result.reason, result.decision};
    certmap_peer_free(peer);
    t_way_close(way);
    return answer;
}

static bool same(struct answer a, struct answer b) {
    return a.status == b.status && a.code == b.code && a.decision == b.decision;
}

/* An unreadable piece makes the mapping before the others unknown, which is an answer of its own. */
static void check(struct certmap_view der, const char *what) {
    const struct answer base = ask(der, sets[0][0]);
    for (int i = BASE; i < CONDITIONS; i++) {
        const struct answer alone = ask(der, sets[i][0]);
        ck_assert_msg(alone.status == base.status && (base.status == CERTMAP_OK || alone.code == base.code),
                      "%s: %s alone: %d %d, base: %d %d", what, conditions[i], alone.status, alone.code, base.status,
                      base.code);
        ck_assert_msg(same(ask(der, sets[i][1]), base), "%s: %s after", what, conditions[i]);
        if (alone.code == CERTMAP_CODE_NO_MATCH)
            ck_assert_msg(same(ask(der, sets[i][2]), base), "%s: %s before", what, conditions[i]);
    }
}

/* ---- the corpus ---- */

static void read_certificate(struct t_buf *der, const char *path) {
    struct t_buf text = T_BUF_INIT;
    t_read_file(&text, path);
    if (t_ends_with(path, ".txt"))
        t_certs(der, (const char *)text.data, false);
    else
        t_bytes(der, text.data, text.len);
    t_buf_free(&text);
}

T_TEST(certificate) {
    struct t_buf der = T_BUF_INIT;
    read_certificate(&der, corpus.paths[_i]);
    check(t_view(&der), corpus.paths[_i]);
    t_buf_free(&der);
}

/* ---- the same certificates with an element of them in BER ---- */

enum form { ONE_MORE, INDEFINITE, FORMS }; /* a length in one octet more than it needs; one that is not told */

struct writer {
    size_t seen;   /* elements so far */
    size_t target; /* the one to write in that form */
    enum form form;
};

static size_t length_of(const uint8_t *element, size_t *header) {
    const size_t octets = element[1] < 0x80 ? 0 : element[1] & 0x7Fu;
    size_t len = octets == 0 ? element[1] : 0;
    for (size_t i = 0; i < octets; i++)
        len = len << 8 | element[2 + i];
    *header = 2 + octets;
    return len;
}

static void put_header(struct t_buf *out, uint8_t tag, size_t len, bool one_more) {
    uint8_t octets[sizeof len];
    size_t count = 0;
    for (size_t rest = len; rest > 0; rest >>= 8)
        octets[count++] = (uint8_t)rest;
    t_bytes(out, &tag, 1);
    if (len < 0x80 && !one_more) {
        t_bytes(out, &(uint8_t){(uint8_t)len}, 1);
        return;
    }
    const size_t zeros = one_more && (len >= 0x80 || len == 0);
    t_bytes(out, &(uint8_t){(uint8_t)(0x80 | (count + zeros))}, 1);
    t_bytes(out, "", zeros);
    while (count > 0)
        t_bytes(out, &octets[--count], 1);
}

/* Writes elements that follow one another, one of them in another form. */
static void put_elements(struct t_buf *out, struct certmap_view in, struct writer *writer) {
    for (size_t at = 0; at < in.len;) {
        size_t header;
        const uint8_t tag = in.data[at];
        const size_t len = length_of(in.data + at, &header);
        const struct certmap_view contents = {in.data + at + header, len};
        struct t_buf inside = T_BUF_INIT;
        const bool chosen = writer->seen++ == writer->target;
        if (tag & 0x20)
            put_elements(&inside, contents, writer);
        else
            t_bytes(&inside, contents.data, contents.len);
        if (chosen && writer->form == INDEFINITE && (tag & 0x20)) {
            t_bytes(out, (const uint8_t[]){tag, 0x80}, 2);
            t_bytes(out, inside.data, inside.len);
            t_bytes(out, (const uint8_t[]){0, 0}, 2);
        } else {
            put_header(out, tag, inside.len, chosen && writer->form == ONE_MORE);
            t_bytes(out, inside.data, inside.len);
        }
        t_buf_free(&inside);
        at += header + len;
    }
}

static const char *const rewritten[] = {"tests/data/certs/alice.txt", "fuzz/corpus/cert/smart-card",
                                        "fuzz/corpus/cert/rsa-sha256-generalized-time", "fuzz/corpus/cert/rsa-pss",
                                        "fuzz/corpus/cert/unique-ids"};

T_TEST(an_element_in_ber) {
    struct t_buf der = T_BUF_INIT;
    read_certificate(&der, rewritten[_i / FORMS]);
    struct writer writer = {.form = (enum form)(_i % FORMS)};
    for (size_t count = 1; writer.target < count; writer.target++) {
        struct t_buf ber = T_BUF_INIT;
        char what[96];
        writer.seen = 0;
        put_elements(&ber, t_view(&der), &writer);
        snprintf(what, sizeof what, "%s: element %zu", rewritten[_i / FORMS], writer.target);
        check(t_view(&ber), what);
        count = writer.seen;
        t_buf_free(&ber);
    }
    ck_assert_uint_gt(writer.seen, 20);
    t_buf_free(&der);
}

int main(void) {
    for (int i = 0; i < COUNT(folders); i++) {
        struct t_files files;
        t_list(&files, folders[i][0], folders[i][1]);
        for (int k = 0; k < files.count; k++)
            snprintf(corpus.paths[corpus.count++], sizeof corpus.paths[0], "%s/%s", folders[i][0], files.names[k]);
    }
    load_all();
    const int status =
        T_RUN("unrelated", T_CASE("certificates", T_TIMEOUT(60), T_LOOP(certificate, corpus.count)),
              T_CASE("elements", T_TIMEOUT(60), T_TAGS(T_SLOW), T_LOOP(an_element_in_ber, COUNT(rewritten) * FORMS)));
    for (int i = 0; i < CONDITIONS; i++)
        for (int k = 0; k < PLACES; k++)
            certmap_rules_free(sets[i][k]);
    return status;
}
