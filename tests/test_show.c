/* SPDX-License-Identifier: MIT */
/* What `certmap show` prints of a certificate, ready to paste: every condition loads, and is true of this certificate. */
#include "base/view.h"
#include "support/der.h"
#include "support/run.h"
#include "support/sha.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* 2026-07-01, in the validity of most certificates. */
#define NOW 1782864000
#define MOMENT "2026-07-01T00:00:00Z"

enum { LINE_SIZE = 1 << 18 };

static char path[64];

static void setup(void) {
    snprintf(path, sizeof path, "/tmp/certmap-show-%ld.der", (long)getpid());
}

static void teardown(void) {
    (void)unlink(path);
}

static void write_certificate(struct certmap_view der) {
    FILE *file = fopen(path, "wb");
    ck_assert(file != NULL && fwrite(der.data, 1, der.len, file) == der.len);
    fclose(file);
}

/* The condition of a line, or NULL for a comment. */
static const char *condition_of(char *line) {
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "    when  ", 10) == 0 || strncmp(line, "      and ", 10) == 0)
        return line + 10;
    ck_assert_msg(strstr(line, "# ") != NULL || line[0] == '\0', "neither a condition nor a comment: %s", line);
    return NULL;
}

static void check_condition(struct certmap_peer *peer, const char *condition, const char *what) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.text = ""};
    struct certmap_rules *rules = NULL;
    struct t_buf text = T_BUF_INIT;
    t_bytes(&text, "certmap 1; mapping \"m\" { when ", 30);
    t_bytes(&text, condition, strlen(condition));
    t_bytes(&text, "; deny; }", 9);
    ck_assert_msg(certmap_rules_parse(&rules, t_view(&text), NULL, &err) == CERTMAP_OK, "%s: %.200s: %s", what,
                  condition, err.text);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    ck_assert_msg(result.decision == CERTMAP_DENY && result.reason == CERTMAP_CODE_NONE, "%s: %.200s is not true", what,
                  condition);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Shows a certificate and checks each line. Returns how many conditions there are; 0 also if it cannot be read. */
static size_t check_shown(struct certmap_view der, const char *what) {
    static char line[LINE_SIZE];
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    char command[512];
    size_t count = 0;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    const bool ok = certmap_cert_from_der(&cert, der, NULL) == CERTMAP_OK;
    cert.hash = t_sha;
    cert.time = NOW;
    write_certificate(der);
    snprintf(command, sizeof command,
             T_WRAPPER " \"$CERTMAP_TOOL\" show --color never --time " MOMENT " %s 2>/dev/null", path);
    FILE *shown = popen(command, "r"); // NOLINT(cert-env33-c)
    ck_assert_ptr_nonnull(shown);
    if (ok && certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK)
        while (fgets(line, sizeof line, shown) != NULL) {
            const char *condition = condition_of(line);
            if (condition != NULL)
                check_condition(peer, condition, what);
            count += condition != NULL;
        }
    pclose(shown);
    certmap_peer_free(peer);
    return count;
}

/* ---- certificates in files ---- */

static char *read_text(const char *file_name) {
    FILE *file = fopen(file_name, "rb");
    ck_assert_msg(file != NULL, "%s cannot be read", file_name);
    char *text = calloc(1, 1 << 20);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(fread(text, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    return text;
}

static size_t check_file(const char *folder, const char *name) {
    char file_name[512];
    struct t_buf der = T_BUF_INIT;
    snprintf(file_name, sizeof file_name, "%s/%s", folder, name);
    char *text = read_text(file_name);
    t_certs(&der, text, false);
    const size_t count = check_shown(t_view(&der), name);
    free(text);
    t_buf_free(&der);
    return count;
}

T_TEST(files) {
    static const char *const folders[] = {"tests/data/certs", "tests/data/golden/certs"};
    size_t count = 0;
    DIR *directory = opendir(folders[_i]);
    ck_assert_ptr_nonnull(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (strstr(entry->d_name, ".txt") != NULL)
            count += check_file(folders[_i], entry->d_name);
    closedir(directory);
    ck_assert_uint_gt(count, 50);
}

/* ---- odd ones ---- */

/* Where these octets are. */
static uint8_t *find(struct t_buf *der, const char *octets, size_t len) {
    for (size_t i = 0; i + len <= der->len; i++)
        if (memcmp(der->data + i, octets, len) == 0)
            return der->data + i;
    ck_abort_msg("the certificate has not what is to be changed");
}

/* Versions, serial numbers and years that no certificate should have, octet by octet. */
T_TEST(odd_octets) {
    static const uint8_t octets[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x09, 0x0A, 0x10, 0x7F, 0x80, 0x81, 0xFE, 0xFF};
    struct t_buf der = T_BUF_INIT;
    for (size_t i = 0; i < sizeof octets; i++) {
        t_buf_clear(&der);
        t_cert_names(&der, "CN=a", "O=b");
        uint8_t *version = find(&der, "\xA0\x03\x02\x01\x02\x02\x01\x01", 8);
        version[_i == 0 ? 4 : 7] = octets[i];
        ck_assert_uint_gt(check_shown(t_view(&der), "odd"), 5);
    }
    t_buf_free(&der);
}

T_TEST(odd_years) {
    struct t_buf der = T_BUF_INIT;
    for (char c = '0'; c <= ':'; c++) {
        t_buf_clear(&der);
        t_cert_names(&der, "CN=a", "O=b");
        find(&der,
             "\x17\x0D"
             "26",
             4)[2] = (uint8_t)c;
        ck_assert_uint_gt(check_shown(t_view(&der), "odd"), 5);
    }
    t_buf_free(&der);
}

T_TESTS("show", T_CASE("show", T_ONCE(setup, teardown), T_LOOP(files, 2), T_LOOP(odd_octets, 2), odd_years))
