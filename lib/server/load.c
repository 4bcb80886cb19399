/* SPDX-License-Identifier: MIT */
#include "load.h"
#include "analysis.h"
#include "certmap/names.h"
#include "issuers.h"
#include "memory.h"
#include "text.h"
#include <certmap/iis.h>
#include <certmap/limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* One attempt. */
struct attempt {
    struct cm_server_source *source;
    const struct cm_server_log *log;
    const char *name; /* of the rule file, for err */
    struct certmap_build_options build;
    EVP_MD_CTX *digest; /* of all that is read */
    int64_t now;
    size_t errors; /* that were logged */
    bool unread;   /* not all files could be read */
    bool shortage; /* of memory, or of files that may be open */
    char why[160]; /* what is wrong with an issuer file */
};

/* ---- what was read ---- */

static void forget_watched(struct cm_server_source *source) {
    for (size_t i = 0; i < source->watched_count; i++)
        cm_server_release(source->allocator, source->watched[i].path);
    source->watched_count = 0;
    source->digest[0] = '\0';
    source->changing = source->fresh = source->short_of_memory = false;
}

void cm_server_source_free(struct cm_server_source *source) {
    forget_watched(source);
    cm_server_release(source->allocator, source->watched);
    cm_server_release(source->allocator, source->file);
    cm_server_release(source->allocator, source->site);
    *source = (struct cm_server_source){.allocator = source->allocator};
}

/* Takes the path. NULL: no memory. */
static struct cm_server_watched *add_watched(struct cm_server_source *source, char *path) {
    const struct certmap_allocator *a = source->allocator;
    if (path != NULL && source->watched_count == source->watched_cap) {
        const size_t cap = source->watched_cap == 0 ? 4 : source->watched_cap * 2;
        struct cm_server_watched *more = cm_server_new(a, cap, sizeof *more);
        if (more == NULL) {
            cm_server_release(a, path);
            return NULL;
        }
        if (source->watched_count > 0)
            memcpy(more, source->watched, source->watched_count * sizeof *more);
        cm_server_release(a, source->watched);
        source->watched = more;
        source->watched_cap = cap;
    }
    if (path == NULL)
        return NULL;
    struct cm_server_watched *added = &source->watched[source->watched_count++];
    *added = (struct cm_server_watched){.path = path};
    return added;
}

/* Takes the path, reads the file, and notes both. */
static enum certmap_status read_watched(struct cm_server_bytes *bytes, struct attempt *attempt, char *path,
                                        size_t limit, struct certmap_diagnostic *err) {
    struct cm_server_watched *watched = add_watched(attempt->source, path);
    const bool unread = attempt->unread;
    attempt->unread = true;
    attempt->shortage = attempt->shortage || watched == NULL;
    if (watched == NULL)
        return cm_server_no_memory(err);
    const enum certmap_status status = cm_server_read(bytes, &watched->stamp, path, limit, err);
    watched->seen = watched->stamp;
    attempt->shortage = attempt->shortage || status == CERTMAP_ERROR_MEMORY;
    attempt->source->fresh = attempt->source->fresh || cm_server_stamp_is_fresh(&watched->stamp, attempt->now);
    if (status != CERTMAP_OK)
        return status;
    if (EVP_DigestUpdate(attempt->digest, bytes->data, bytes->len) != 1)
        return cm_server_no_memory(err);
    attempt->unread = unread;
    return CERTMAP_OK;
}

/* In hexadecimal; ends the digest. */
static bool finish_digest(char text[CM_SERVER_DIGEST_SIZE], EVP_MD_CTX *digest) {
    uint8_t bytes[CERTMAP_SHA256_SIZE];
    if (EVP_DigestFinal_ex(digest, bytes, NULL) != 1)
        return false;
    cm_server_hex(text, (struct certmap_view){bytes, sizeof bytes});
    text[2 * sizeof bytes] = '\0';
    return true;
}

/* ---- diagnostics ---- */

static void take_diagnostic(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct attempt *attempt = ctx;
    attempt->errors += severity == CERTMAP_SEVERITY_ERROR;
    cm_server_log_diagnostic(attempt->log, severity, attempt->source->file, diagnostic);
}

/* ---- issuer files ---- */

/* The path of a file that is beside the rule file, or has an absolute path. NULL: no memory. */
static char *path_beside(const struct cm_server_source *source, const char *name) {
    struct cm_server_text path = {.allocator = source->allocator};
    const char *slash = name[0] == '/' ? NULL : strrchr(source->file, '/');
    if (slash != NULL)
        cm_server_text_add(&path,
                           (struct certmap_view){(const uint8_t *)source->file, (size_t)(slash - source->file) + 1});
    cm_server_text_string(&path, name);
    cm_server_text_char(&path, '\0');
    if (path.failed)
        cm_server_text_free(&path);
    return path.data;
}

/* A certmap_issuer_file_fn. */
static const char *load_issuers(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add, void *add_ctx) {
    struct attempt *attempt = ctx;
    struct certmap_diagnostic err = {.status = CERTMAP_OK};
    struct cm_server_bytes bytes = {.allocator = attempt->source->allocator};
    char *path = path_beside(attempt->source, (const char *)name.data);
    const char *why = attempt->why;
    attempt->shortage = attempt->shortage || path == NULL;
    if (path == NULL)
        return "out of memory";
    if (read_watched(&bytes, attempt, path, CM_SERVER_MAX_ISSUER_FILE, &err) == CERTMAP_OK)
        why = cm_server_issuers(attempt->why, &bytes, add, add_ctx);
    else
        (void)snprintf(attempt->why, sizeof attempt->why, "%.150s", err.text);
    cm_server_bytes_free(&bytes);
    return why;
}

/* ---- both kinds of file ---- */

/* XML begins with <, and rules never do. Byte order marks, the zeros of UTF-16 and white space are passed over. */
static bool is_xml(struct certmap_view text) {
    static const char passed_over[] = "\xEF\xBB\xBF\xFE\xFF\0 \t\r\n";
    size_t i = 0;
    while (i < text.len && memchr(passed_over, text.data[i], sizeof passed_over - 1) != NULL)
        i++;
    return i < text.len && text.data[i] == '<';
}

static enum certmap_status compile_iis(struct certmap_rules **rules, struct attempt *attempt, struct certmap_view text,
                                       struct certmap_diagnostic *err) {
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    options.site = certmap_view_of(attempt->source->site);
    options.allocator = attempt->source->for_rules;
    options.diagnostic = take_diagnostic;
    options.diagnostic_ctx = attempt;
    options.build = &attempt->build;
    options.file = attempt->name;
    return certmap_iis_load(rules, NULL, text, &options, err);
}

static enum certmap_status refuse_xml(struct certmap_diagnostic *err) {
    (void)cm_server_fail(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX, "this is XML, not the native language");
    err->line = err->column = 1;
    return err->status;
}

static enum certmap_status compile_native(struct certmap_rules **rules, struct attempt *attempt,
                                          struct cm_server_bytes *bytes, struct certmap_diagnostic *err) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    if (attempt->source->site != NULL)
        return cm_server_argument(err, "a site is for IIS files, and this one is in the native language");
    if (is_xml(cm_server_bytes_view(bytes)))
        return refuse_xml(err);
    const enum certmap_status status =
        certmap_text_is_utf16(cm_server_bytes_view(bytes)) ? cm_server_bytes_from_utf16(bytes, err) : CERTMAP_OK;
    if (status != CERTMAP_OK)
        return status;
    options.allocator = attempt->source->for_rules;
    options.diagnostic = take_diagnostic;
    options.diagnostic_ctx = attempt;
    options.issuer_file = load_issuers;
    options.issuer_file_ctx = attempt;
    options.build = &attempt->build;
    options.file = attempt->name;
    return certmap_rules_parse(rules, cm_server_bytes_view(bytes), &options, err);
}

static enum certmap_status compile(struct certmap_rules **rules, struct attempt *attempt, struct cm_server_bytes *bytes,
                                   struct certmap_diagnostic *err) {
    const enum certmap_service_format format = attempt->source->format;
    if (format == CERTMAP_SERVICE_IIS || (format == CERTMAP_SERVICE_AUTO && is_xml(cm_server_bytes_view(bytes))))
        return compile_iis(rules, attempt, cm_server_bytes_view(bytes), err);
    return compile_native(rules, attempt, bytes, err);
}

/* ---- loading ---- */

static enum certmap_status read_and_compile(struct certmap_rules **rules, struct attempt *attempt,
                                            struct certmap_diagnostic *err) {
    struct cm_server_source *source = attempt->source;
    struct cm_server_bytes bytes = {.allocator = source->allocator};
    char *path = cm_server_copy(source->allocator, source->file);
    enum certmap_status status = read_watched(&bytes, attempt, path, CERTMAP_MAX_RULES_SIZE, err);
    if (status == CERTMAP_OK)
        status = compile(rules, attempt, &bytes, err);
    cm_server_bytes_free(&bytes);
    return status;
}

/* A file that does not load has a digest, too: so a later look knows whether it is another one. */
static enum certmap_status load(struct certmap_rules **rules, struct attempt *attempt, struct certmap_diagnostic *err) {
    struct certmap_rules *made = NULL;
    attempt->digest = EVP_MD_CTX_new();
    if (attempt->digest == NULL || EVP_DigestInit_ex(attempt->digest, EVP_sha256(), NULL) != 1)
        return cm_server_no_memory(err);
    const enum certmap_status status = read_and_compile(&made, attempt, err);
    const bool known = !attempt->unread && finish_digest(attempt->source->digest, attempt->digest);
    if (status == CERTMAP_OK && known)
        *rules = made;
    else
        certmap_rules_free(made);
    return status != CERTMAP_OK || known ? status : cm_server_no_memory(err);
}

/* Loads, and looks at what was loaded. */
static enum certmap_status load_and_analyse(struct certmap_rules **rules, struct attempt *attempt,
                                            struct certmap_diagnostic *err) {
    const struct certmap_build_options none = CERTMAP_BUILD_OPTIONS_INIT;
    struct cm_server_analysis analysis = {.lint = NULL};
    attempt->build = attempt->source->build != NULL ? *attempt->source->build : none;
    if (attempt->source->analysed)
        cm_server_analysis_begin(&analysis, &attempt->build, attempt->log, attempt->source->file);
    const enum certmap_status status = load(rules, attempt, err);
    cm_server_analysis_end(&analysis, status == CERTMAP_OK ? *rules : NULL);
    return status;
}

/* err is as the caller of the service gets it; what was not logged as a diagnostic is logged now. */
static void report(struct attempt *attempt, struct certmap_diagnostic *err) {
    if (attempt->errors == 0)
        cm_server_log_diagnostic(attempt->log, CERTMAP_SEVERITY_ERROR, attempt->source->file, err);
    err->file = attempt->name;
}

enum certmap_status cm_server_load(struct certmap_rules **rules, struct cm_server_source *source,
                                   const struct cm_server_log *log, const char *name, int64_t now,
                                   struct certmap_diagnostic *err) {
    struct attempt attempt = {.source = source, .log = log, .name = name, .now = now};
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    forget_watched(source);
    const enum certmap_status status = load_and_analyse(rules, &attempt, &own);
    EVP_MD_CTX_free(attempt.digest);
    if (status == CERTMAP_OK)
        return CERTMAP_OK;
    source->short_of_memory = attempt.shortage || status == CERTMAP_ERROR_MEMORY;
    report(&attempt, &own);
    if (err != NULL)
        *err = own;
    return status;
}

/* ---- looking ---- */

/* Whether the bytes are other ones than those that were read before, or could not be read before. */
static bool has_other_bytes(const struct cm_server_source *source) {
    struct cm_server_bytes bytes = {.allocator = source->allocator};
    struct cm_server_stamp stamp;
    char digest[CM_SERVER_DIGEST_SIZE] = "";
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool read = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; i < source->watched_count && read; i++) {
        read = cm_server_read(&bytes, &stamp, source->watched[i].path, CERTMAP_MAX_RULES_SIZE, NULL) == CERTMAP_OK &&
               EVP_DigestUpdate(ctx, bytes.data, bytes.len) == 1;
        cm_server_bytes_free(&bytes);
    }
    if (!read || !finish_digest(digest, ctx))
        digest[0] = '\0';
    EVP_MD_CTX_free(ctx);
    return strcmp(digest, source->digest) != 0;
}

/* The stamps are those of when the files were read. Where these were so young then that a stamp could not show another
 * change, the bytes are compared, once, when the stamps are old enough. */
static enum cm_server_look look_closer(struct cm_server_source *source, int64_t now) {
    for (size_t i = 0; i < source->watched_count && source->fresh; i++)
        if (cm_server_stamp_is_fresh(&source->watched[i].stamp, now))
            return CM_SERVER_SAME;
    const bool look = source->fresh;
    source->fresh = false;
    return look && has_other_bytes(source) ? CM_SERVER_CHANGED : CM_SERVER_SAME;
}

enum cm_server_look cm_server_source_look(struct cm_server_source *source, int64_t now) {
    enum cm_server_look look = CM_SERVER_SAME;
    for (size_t i = 0; i < source->watched_count; i++) {
        struct cm_server_watched *watched = &source->watched[i];
        const struct cm_server_stamp stamp = cm_server_stamp(watched->path);
        const bool moves = !cm_server_stamp_same(&stamp, &watched->seen);
        watched->seen = stamp;
        if (moves)
            look = CM_SERVER_CHANGING;
        else if (look == CM_SERVER_SAME && !cm_server_stamp_same(&stamp, &watched->stamp))
            look = CM_SERVER_CHANGED;
    }
    source->changing = look == CM_SERVER_CHANGING;
    if (look == CM_SERVER_SAME && source->short_of_memory)
        return CM_SERVER_CHANGED;
    return look == CM_SERVER_SAME ? look_closer(source, now) : look;
}
