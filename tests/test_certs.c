/* SPDX-License-Identifier: MIT */
/* Every certificate of tests/data/certs: what certmap makes of it. Each file says so in its line
 *
 *     expect: CODE [SUBJECT]
 *
 * where CODE is ok, the code of the error, or why the first value that cannot be read cannot be; and SUBJECT is the
 * subject as RFC 4514 writes it. */
#define _POSIX_C_SOURCE 200809L

#include "base/view.h"
#include "certmap/explain.h"
#include "certmap/names.h"
#include "support/der.h"
#include "support/run.h"
#include <dirent.h>
#include <stdio.h>

static const char folder[] = "tests/data/certs";

enum { MAX_FILES = 512 };
static char *names[MAX_FILES];
static int name_count;

struct expectation {
    char code[32];
    char subject[512]; /* "" if not given */
    bool has_subject;
};

static void read_text(struct t_buf *text, const char *name) {
    char path[512], piece[4096];
    size_t len;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be read", path);
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        t_bytes(text, piece, len);
    fclose(file);
    t_bytes(text, "", 1);
}

static void read_expectation(struct expectation *expected, const char *text, const char *name) {
    const char *line = strstr(text, "\nexpect: ");
    ck_assert_msg(line != NULL, "%s: no line `expect: ...`", name);
    line += strlen("\nexpect: ");
    const size_t code = strcspn(line, " \n");
    const char *subject = line + code + (line[code] == ' ');
    snprintf(expected->code, sizeof expected->code, "%.*s", (int)code, line);
    snprintf(expected->subject, sizeof expected->subject, "%.*s", (int)strcspn(subject, "\n"), subject);
    expected->has_subject = line[code] == ' ';
}

/* The code of the first value of the subject that is not readable. */
static enum certmap_code first_unreadable(struct certmap_peer *peer) {
    const size_t count = certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT);
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        ck_assert_int_eq(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, i, NULL), CERTMAP_OK);
        if (value.unreadable != CERTMAP_CODE_NONE)
            return value.unreadable;
    }
    return CERTMAP_CODE_NONE;
}

/* Prepares a certificate: the code of the error, or of the first value that cannot be read. */
static enum certmap_code prepare(struct certmap_cert *cert, struct certmap_view der, struct certmap_diagnostic *err) {
    struct certmap_peer *peer = NULL;
    enum certmap_code code;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    if (certmap_cert_from_der(cert, der, err) != CERTMAP_OK || certmap_peer_set(peer, cert, err) != CERTMAP_OK)
        code = err->code;
    else
        code = first_unreadable(peer);
    certmap_peer_free(peer);
    return code;
}

static void check_subject(struct certmap_view subject, const char *expected, const char *name) {
    char printed[1024];
    size_t len;
    ck_assert_msg(certmap_name_to_text(printed, sizeof printed, &len, subject, CERTMAP_NAME_RFC4514,
                                       CERTMAP_NAME_ROOT_LAST, NULL) == CERTMAP_OK,
                  "%s: the subject does not print", name);
    ck_assert_msg(strcmp(printed, expected) == 0, "%s: %s", name, printed);
}

T_TEST(certificate) {
    const char *name = names[_i];
    struct expectation expected;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = {.text = ""};
    struct t_buf text = T_BUF_INIT, der = T_BUF_INIT;
    read_text(&text, name);
    read_expectation(&expected, (const char *)text.data, name);
    t_certs(&der, (const char *)text.data, false);
    const enum certmap_code code = prepare(&cert, t_view(&der), &err);
    const char *found = code == CERTMAP_CODE_NONE ? "ok" : certmap_code_name(code);
    ck_assert_msg(strcmp(found, expected.code) == 0, "%s: %s, not %s: %s", name, found, expected.code, err.text);
    if (expected.has_subject)
        check_subject(cert.subject, expected.subject, name);
    t_buf_free(&text);
    t_buf_free(&der);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_folder(void) {
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (strstr(entry->d_name, ".txt") != NULL && name_count < MAX_FILES)
            names[name_count++] = strdup(entry->d_name);
    if (dir != NULL)
        closedir(dir);
    qsort(names, (size_t)name_count, sizeof *names, by_name);
}

int main(void) {
    list_folder();
    const int status = T_RUN("certs", T_CASE("certs", T_LOOP(certificate, name_count)));
    while (name_count > 0)
        free(names[--name_count]);
    return status;
}
