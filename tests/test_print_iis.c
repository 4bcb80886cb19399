/* SPDX-License-Identifier: MIT */
/* IIS files printed as native rules: what is printed loads, says the same, and decides the same about every
 * certificate there is. */
#define _POSIX_C_SOURCE 200809L

#include "iis.h"
#include "pages.h"
#include "rule/store.h"
#include "rules.h"
#include "support/compare.h"

static const char *const sites[] = {NULL, "A", "Shop", "Shop/basket", "Blog", "Mail", "Default Web Site"};
static const char *const folders[] = {"tests/data/iis", "fuzz/corpus/iis"};
static struct t_files files[2], certs;

/* Different for different bytes, as far as tests go (FNV-1a). */
static bool hash(void *ctx, uint8_t *digest, enum certmap_hash which, struct certmap_view data) {
    uint64_t state = 14695981039346656037u;
    (void)ctx;
    for (size_t i = 0; i < data.len; i++)
        state = (state ^ data.data[i]) * 1099511628211u;
    for (size_t i = 0; i < (which == CERTMAP_HASH_SHA256 ? CERTMAP_SHA256_SIZE : CERTMAP_SHA1_SIZE); i++)
        digest[i] = (uint8_t)(state >> i % 8 * 8);
    return true;
}

static char *print(const struct certmap_rules *rules, certmap_hash_fn *with) {
    size_t len = 0;
    ck_assert_int_eq(certmap_rules_print(NULL, 0, &len, rules, with, NULL, NULL), CERTMAP_ERROR_BUFFER);
    char *text = malloc(len + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(certmap_rules_print(text, len + 1, &len, rules, with, NULL, NULL), CERTMAP_OK);
    return text;
}

static void check_same_answer(const struct certmap_rules *iis, const struct certmap_rules *native,
                              struct certmap_peer *peer, const char *about) {
    const struct certmap_result a = t_match(iis, peer);
    const enum certmap_decision decision = a.decision;
    const enum certmap_code reason = a.reason;
    const size_t index = a.index;
    const struct certmap_view account = a.account;
    const struct certmap_result b = t_match(native, peer);
    ck_assert_msg(decision == b.decision && reason == b.reason && index == b.index, "%s", about);
    ck_assert_msg(account.len == b.account.len &&
                      (account.len == 0 || memcmp(account.data, b.account.data, account.len) == 0),
                  "%s", about);
}

/* Decisions about all certificates of tests/data/certs that are certificates. */
static void check_answers(const struct certmap_rules *iis, const struct certmap_rules *native, const char *about) {
    struct certmap_peer *peer = t_peer_new();
    for (int i = 0; i < certs.count; i++) {
        struct t_buf text = T_BUF_INIT, der = T_BUF_INIT;
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        char path[128];
        snprintf(path, sizeof path, "tests/data/certs/%s", certs.names[i]);
        t_read_file(&text, path);
        t_certs(&der, (const char *)text.data, false);
        if (certmap_cert_from_der(&cert, t_view(&der), NULL) == CERTMAP_OK) {
            cert.hash = hash;
            if (certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK)
                check_same_answer(iis, native, peer, about);
        }
        t_buf_free(&text);
        t_buf_free(&der);
    }
    certmap_peer_free(peer);
}

static void check_rules(const struct certmap_rules *rules, const char *about) {
    char *text = print(rules, NULL), *hashed = print(rules, hash);
    struct certmap_rules *native = t_rules(text), *with_hashes = t_rules(hashed);
    const char *difference = t_rules_difference(rules, native);
    ck_assert_msg(difference == NULL, "%s: %s\n%s", about, difference, text);
    for (size_t i = 0; i < certmap_rules_count(native); i++)
        ck_assert_int_eq(cm_mapping_at(native, i)->kind, CERTMAP_KIND_NATIVE);
    check_answers(rules, native, about);
    check_answers(rules, with_hashes, about);
    certmap_rules_free(native);
    certmap_rules_free(with_hashes);
    free(text);
    free(hashed);
}

T_TEST(file) {
    const size_t folder = _i >= files[0].count;
    const char *name = files[folder].names[_i - (folder == 1 ? files[0].count : 0)];
    struct t_buf text = T_BUF_INIT;
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folders[folder], name);
    t_read_file(&text, path);
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
        struct t_iis load;
        t_iis_load(&load, t_view(&text), sites[i]);
        if (load.status == CERTMAP_OK && certmap_rules_count(load.rules) + load.rules->disabled > 0)
            check_rules(load.rules, path);
        t_iis_free(&load);
    }
    t_buf_free(&text);
}

/* How many of the files there are rules to print from. */
static size_t count_rules(size_t folder) {
    size_t count = 0;
    for (int i = 0; i < files[folder].count; i++) {
        struct t_buf text = T_BUF_INIT;
        struct certmap_rules *rules = NULL;
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folders[folder], files[folder].names[i]);
        t_read_file(&text, path);
        if (certmap_iis_load(&rules, NULL, t_view(&text), NULL, NULL) == CERTMAP_OK)
            count += certmap_rules_count(rules) > 0;
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
    return count;
}

T_TEST(there_are_rules) {
    ck_assert_uint_ge(count_rules(0), 10);
    ck_assert_uint_ge(count_rules(1), 5);
    ck_assert_int_ge(certs.count, 50);
}

int main(void) {
    t_list(&files[0], folders[0], ".config");
    t_list(&files[1], folders[1], ".config");
    t_list(&certs, "tests/data/certs", ".txt");
    return T_RUN("print_iis",
                 T_CASE("files", T_LOOP(file, files[0].count + files[1].count),
                        T_TAGS(T_SLOW) /* each with every certificate */),
                 T_CASE("there are some", there_are_rules));
}
