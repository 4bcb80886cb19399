/* SPDX-License-Identifier: MIT */
#include "trust.h"
#include "log.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* As Debian's OpenSSL wants of keys and digests in a handshake: 112 bits. */
#define SECURITY_LEVEL 2

static bool fail(const char *file, const char *what) {
    const unsigned long code = ERR_peek_last_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
    log_line(LOG_LEVEL_ERROR, "%s: %s%s%s", file, what, reason != NULL ? ": " : "", reason != NULL ? reason : "");
    ERR_clear_error();
    return false;
}

/* Whether the file ended where a block would begin, and not inside one. */
static bool is_at_end(void) {
    const unsigned long code = ERR_peek_last_error();
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

/* Adds the next one of a file: 1; there is none: 0; it cannot be read, or added: -1. */
typedef int add_fn(X509_STORE *store, FILE *file);

static int add_certificate(X509_STORE *store, FILE *file) {
    X509 *x509 = PEM_read_X509(file, NULL, NULL, NULL);
    if (x509 == NULL)
        return is_at_end() ? 0 : -1;
    const bool added = X509_STORE_add_cert(store, x509) == 1;
    X509_free(x509);
    return added ? 1 : -1;
}

static int add_list(X509_STORE *store, FILE *file) {
    X509_CRL *crl = PEM_read_X509_CRL(file, NULL, NULL, NULL);
    if (crl == NULL)
        return is_at_end() ? 0 : -1;
    const bool added = X509_STORE_add_crl(store, crl) == 1;
    X509_CRL_free(crl);
    return added ? 1 : -1;
}

static bool add_all(X509_STORE *store, const char *name, FILE *file, add_fn *add) {
    size_t count = 0;
    int added = 1;
    while (added == 1) {
        added = add(store, file);
        count += added == 1;
    }
    if (ferror(file)) { /* which OpenSSL takes for the end */
        ERR_clear_error();
        return fail(name, "a read error");
    }
    if (added < 0)
        return fail(name, "cannot be read as PEM");
    ERR_clear_error();
    return count > 0 || fail(name, "nothing of what should be in it is in it");
}

/* A file that grows while it is read, or has grown beyond reason, is refused. */
static bool add_file(X509_STORE *store, const char *name, add_fn *add) {
    struct stat before, after;
    FILE *file = fopen(name, "re");
    if (file == NULL) {
        log_line(LOG_LEVEL_ERROR, "%s: %s", name, strerror(errno));
        return false;
    }
    bool good = fstat(fileno(file), &before) == 0 && S_ISREG(before.st_mode) && before.st_size <= TRUST_MAX_FILE;
    if (!good)
        (void)fail(name, "not a file, or too large");
    good = good && add_all(store, name, file, add);
    if (good && (fstat(fileno(file), &after) != 0 || after.st_size != before.st_size ||
                 after.st_mtim.tv_sec != before.st_mtim.tv_sec || after.st_mtim.tv_nsec != before.st_mtim.tv_nsec))
        good = fail(name, "is being written");
    (void)fclose(file);
    return good;
}

static bool fill(X509_STORE *store, const char *ca_file, const char *crl_file) {
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
    if (!add_file(store, ca_file, add_certificate))
        return false;
    return crl_file == NULL || (add_file(store, crl_file, add_list) &&
                                X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) == 1);
}

X509_STORE *trust_load(const char *ca_file, const char *crl_file) {
    ERR_clear_error();
    X509_STORE *store = X509_STORE_new();
    if (store == NULL || !fill(store, ca_file, crl_file)) {
        if (store == NULL)
            (void)fail(ca_file, "out of memory");
        X509_STORE_free(store);
        return NULL;
    }
    return store;
}
