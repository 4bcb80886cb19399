/* SPDX-License-Identifier: MIT */
/* Work that a certificate can cause: preparing it is linear in its size, and a match or an explanation does no more than
 * a fixed amount for each step that it takes. Work is counted apart from steps: the compiler marks each branch of the
 * core that is linked here (meson.build), and count.h counts what libraries go through. The fuzzer is told how much work a
 * step was, so that it looks for more.
 *
 * Few bytes make many mappings and many values:
 *
 *     M B P text 00 values          M + 1 mappings { text }, in which each % is the number of the mapping;
 *                                   2^(8 + B % 8) steps; policy P % 4
 *     value: kind, count, repeat, length, bytes
 *                                   count + 1 values of kind, each the bytes repeat + 1 times; with the top bit of kind
 *                                   followed by their number, with the next one no text, with the next one in the RDN of
 *                                   the value before */
#include "base/view.h"
#include "count.h"
#include "dn.h"
#include "rule/rules.h"
#include "support/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

uint64_t f_work;

#ifdef F_FUZZING
#define F_MARK __wrap___sanitizer_cov_trace_pc /* meson.build: libFuzzer has one of that name */
#else
#define F_MARK __sanitizer_cov_trace_pc
#endif

void F_MARK(void);

void F_MARK(void) {
    f_work++;
}

/* What work may be: what every call does, for each step, each byte of the certificate, each byte of the rules. Twice what
 * the seeds come to. */
enum { CALL_WORK = 20000, STEP_WORK = 60, CERT_BYTE_WORK = 200, RULE_BYTE_WORK = 60 };

#ifdef F_FUZZING
/* libFuzzer keeps an input that makes one of them larger. */
enum { PARTS = 3, RATIOS = 256 };
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t ratios[PARTS][RATIOS];

static void tell_ratio(int part, uint64_t work, uint64_t units) {
    const uint64_t ratio = 4 * work / (units + 1);
    ratios[part][ratio < RATIOS ? ratio : RATIOS - 1] = 1;
}
#else
static void tell_ratio(int part, uint64_t work, uint64_t units) {
    (void)part;
    if (getenv("F_TELL") != NULL)
        fprintf(stderr, "part %d: work %llu, units %llu: %llu\n", part, (unsigned long long)work,
                (unsigned long long)units, (unsigned long long)(work / (units + 1)));
}
#endif

/* ---- what the input makes ---- */

enum { MAX_BYTES = 60000 };

static uint8_t take_byte(struct certmap_view *rest) {
    if (rest->len == 0)
        return 0;
    const uint8_t byte = rest->data[0];
    *rest = cm_view(rest->data + 1, rest->len - 1);
    return byte;
}

static void put_number(struct t_buf *buf, size_t number) {
    char digits[32];
    snprintf(digits, sizeof digits, "%zu", number);
    t_put(buf, digits);
}

static void put_mapping(struct t_buf *text, struct certmap_view body, size_t number) {
    t_put(text, "mapping \"m");
    put_number(text, number);
    t_put(text, "\" { ");
    for (size_t i = 0; i < body.len; i++)
        if (body.data[i] == '%')
            put_number(text, number);
        else
            t_bytes(text, &body.data[i], 1);
    t_put(text, " }\n");
}

static struct certmap_rules *make_rules(struct t_buf *text, struct certmap_view *rest) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    const size_t mappings = take_byte(rest) + (size_t)1;
    build.steps = (size_t)1 << (8 + take_byte(rest) % 8);
    options.build = &build;
    t_put(text, "certmap 1; policy ");
    t_put(text, certmap_combining_name((enum certmap_combining)(take_byte(rest) % 4)));
    t_put(text, ";\n");
    const uint8_t *end = rest->len > 0 ? memchr(rest->data, 0, rest->len) : NULL;
    const struct certmap_view body = cm_view(rest->data, end != NULL ? (size_t)(end - rest->data) : rest->len);
    *rest = cm_view(rest->data + body.len, rest->len - body.len);
    (void)take_byte(rest);
    for (size_t i = 0; i < mappings && text->len < 4 * (size_t)MAX_BYTES; i++)
        put_mapping(text, body, i);
    return certmap_rules_parse(&rules, t_view(text), &options, NULL) == CERTMAP_OK ? rules : NULL;
}

static void put_tlv(struct t_buf *der, uint8_t tag, const struct t_buf *contents) {
    const size_t len = contents->len;
    uint8_t head[5] = {tag, (uint8_t)len};
    size_t size = 2;
    if (len >= 0x80) {
        size = len < 0x100 ? 3 : len < 0x10000 ? 4 : 5;
        head[1] = (uint8_t)(0x80 + size - 2);
        for (size_t i = 2; i < size; i++)
            head[i] = (uint8_t)(len >> 8 * (size - 1 - i));
    }
    t_bytes(der, head, size);
    t_bytes(der, contents->data != NULL ? (const void *)contents->data : "", len);
}

/* Wraps what is in buf. */
static void wrap(struct t_buf *buf, uint8_t tag) {
    struct t_buf whole = T_BUF_INIT;
    put_tlv(&whole, tag, buf);
    t_buf_free(buf);
    *buf = whole;
}

/* The pieces of a certificate while they are made. */
struct making {
    struct t_buf subject, rdn, names, purposes, directory;
};

enum { KINDS = 8, NUMBERED = 0x80, OCTETS = 0x40, SAME_RDN = 0x20 };

static void put_ava(struct making *making, uint8_t kind, const struct t_buf *contents) {
    static const char *const types[] = {"\x55\x04\x03", "\x55\x04\x0B", "\x55\x04\x0A", "\x2A\x03\x04"};
    struct t_buf ava = T_BUF_INIT, type = T_BUF_INIT;
    t_put(&type, types[kind % 4]);
    put_tlv(&ava, 0x06, &type);
    put_tlv(&ava, (kind & OCTETS) != 0 ? 0x04 : 0x0C, contents);
    wrap(&ava, 0x30);
    if ((kind & SAME_RDN) == 0 && making->rdn.len > 0) {
        put_tlv(&making->subject, 0x31, &making->rdn);
        t_buf_clear(&making->rdn);
    }
    t_bytes(&making->rdn, ava.data, ava.len);
    t_buf_free(&ava);
    t_buf_free(&type);
}

/* A directory name of one AVA in each of the RDNs that were put since the last one. */
static void put_directory_name(struct making *making, const struct t_buf *contents) {
    struct t_buf ava = T_BUF_INIT;
    t_bytes(&ava, "\x06\x03\x55\x04\x03", 5);
    put_tlv(&ava, 0x0C, contents);
    wrap(&ava, 0x30);
    wrap(&ava, 0x31);
    t_bytes(&making->directory, ava.data, ava.len);
    struct t_buf name = T_BUF_INIT;
    put_tlv(&name, 0x30, &making->directory);
    put_tlv(&making->names, 0xA4, &name);
    if (making->directory.len > 400)
        t_buf_clear(&making->directory);
    t_buf_free(&ava);
    t_buf_free(&name);
}

static void put_value(struct making *making, uint8_t kind, const struct t_buf *contents) {
    switch (kind % KINDS) {
    case 4:
        put_tlv(&making->names, (kind & OCTETS) != 0 ? 0x81 : 0x82, contents);
        break;
    case 5:
        put_directory_name(making, contents);
        break;
    case 6: {
        struct t_buf oid = T_BUF_INIT;
        t_put(&oid, "\x2B");
        for (size_t i = 0; i < contents->len; i++)
            t_bytes(&oid, (const uint8_t[]){contents->data[i] == 0x80 ? 1 : contents->data[i]}, 1);
        t_put(&oid, "\x01");
        put_tlv(&making->purposes, 0x06, &oid);
        t_buf_free(&oid);
        break;
    }
    case 7:
        put_tlv(&making->names, 0x86, contents);
        break;
    default:
        put_ava(making, kind, contents);
    }
}

static size_t size_of(const struct making *making) {
    return making->subject.len + making->rdn.len + making->names.len + making->purposes.len;
}

static void put_values(struct making *making, struct certmap_view *rest) {
    const uint8_t kind = take_byte(rest);
    const size_t count = take_byte(rest) + (size_t)1, repeat = take_byte(rest) + (size_t)1, wanted = take_byte(rest);
    const size_t len = wanted < rest->len ? wanted : rest->len;
    for (size_t i = 0; i < count && size_of(making) < MAX_BYTES; i++) {
        struct t_buf contents = T_BUF_INIT;
        for (size_t k = 0; k < repeat && contents.len < MAX_BYTES / 2; k++)
            t_bytes(&contents, rest->data, len);
        if ((kind & NUMBERED) != 0)
            put_number(&contents, i);
        put_value(making, kind, &contents);
        t_buf_free(&contents);
    }
    *rest = cm_view(rest->data + len, rest->len - len);
}

/* An extension with these contents in a SEQUENCE, if there are any. */
static void put_extension(struct t_buf *extensions, const char *oid, struct t_buf *contents) {
    struct t_buf extension = T_BUF_INIT;
    if (contents->len == 0)
        return;
    wrap(contents, 0x30);
    t_put(&extension, oid);
    put_tlv(&extension, 0x04, contents);
    put_tlv(extensions, 0x30, &extension);
    t_buf_free(&extension);
}

static void make_certificate(struct t_buf *subject, struct t_buf *extensions, struct certmap_view rest) {
    struct making making = {T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT};
    while (rest.len > 0 && size_of(&making) < MAX_BYTES)
        put_values(&making, &rest);
    if (making.rdn.len > 0)
        put_tlv(&making.subject, 0x31, &making.rdn);
    put_tlv(subject, 0x30, &making.subject);
    put_extension(extensions, "\x06\x03\x55\x1D\x11", &making.names);
    put_extension(extensions, "\x06\x03\x55\x1D\x25", &making.purposes);
    if (extensions->len > 0)
        wrap(extensions, 0x30);
    t_buf_free(&making.subject);
    t_buf_free(&making.rdn);
    t_buf_free(&making.names);
    t_buf_free(&making.purposes);
    t_buf_free(&making.directory);
}

/* ---- what has to hold ---- */

static bool ignore_item(void *ctx, const struct certmap_explain_item *item) {
    (void)ctx;
    (void)item;
    return true;
}

/* Prepares the certificate; false where it is refused. */
static bool check_set(struct certmap_peer *peer, const struct certmap_cert *cert) {
    const size_t bytes = cert->subject.len + cert->extensions.len;
    f_work = 0;
    const bool done = certmap_peer_set(peer, cert, NULL) == CERTMAP_OK;
    tell_ratio(0, f_work, bytes);
    F_HOLDS(f_work <= CALL_WORK + CERT_BYTE_WORK * (uint64_t)bytes);
    return done;
}

static void check_match(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    const bool first = rules->policy == CERTMAP_COMBINING_FIRST;
    const size_t searching = first ? t_search_steps(rules, peer, false) : rules->steps;
    f_work = 0;
    F_HOLDS(certmap_match(rules, peer, &result, NULL) == CERTMAP_OK);
    /* Texts have as many, but where none are built; a few mappings are found false in one, and no step is taken. */
    const bool texts = !first || result.index != SIZE_MAX;
    const uint64_t steps = searching + (texts ? rules->steps : 0) + 4 * rules->mapping_count;
    F_HOLDS(searching <= rules->steps);
    tell_ratio(1, f_work, steps);
    F_HOLDS(f_work <= CALL_WORK + STEP_WORK * steps);
}

static void check_explain(const struct certmap_rules *rules, struct certmap_peer *peer, size_t bytes) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    const uint64_t most = 5 * (uint64_t)rules->steps;
    f_work = 0;
    F_HOLDS(certmap_explain(rules, peer, &result, ignore_item, NULL, NULL) == CERTMAP_OK);
    tell_ratio(2, f_work, most + bytes);
    F_HOLDS(f_work <= CALL_WORK + STEP_WORK * most + RULE_BYTE_WORK * (uint64_t)bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct certmap_view rest = cm_view(data, size);
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT, extensions = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    struct certmap_rules *rules = make_rules(&text, &rest);
    F_HOLDS(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    make_certificate(&subject, &extensions, rest);
    cert.subject = t_view(&subject);
    cert.issuer = CM_VIEW("\x30\x00");
    cert.extensions = t_view(&extensions);
    if (extensions.len == 0)
        cert.extensions = cm_view((const uint8_t *)"", 0);
    if (check_set(peer, &cert) && rules != NULL) {
        check_match(rules, peer);
        check_explain(rules, peer, text.len);
    }
    certmap_rules_free(rules);
    certmap_peer_free(peer);
    t_buf_free(&text);
    t_buf_free(&subject);
    t_buf_free(&extensions);
    return 0;
}
