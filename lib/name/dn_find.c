/* SPDX-License-Identifier: MIT */
/* The Names that a text may be: it is read in each dialect that it may be in, and what comes out is compared. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "der/der.h"
#include "name/dn_guess.h"
#include "name/dn_parse.h"

struct finder {
    const struct certmap_allocator *allocator;
    const struct cm_dn_evidence *seen;
    enum certmap_dialect *dialects; /* one for each Name */
    struct certmap_view names[CERTMAP_DIALECT_COUNT];
    size_t count;
};

static enum certmap_status parse(const struct finder *finder, uint8_t *der, size_t cap, size_t *len,
                                 enum certmap_dialect dialect, bool strict) {
    const struct certmap_view text = finder->seen->text;
    return strict ? cm_dn_parse_strict(der, cap, len, text, cm_dn_dialect(dialect), NULL)
                  : cm_dn_parse(der, cap, len, text, cm_dn_dialect(dialect), "", NULL);
}

static bool is_known(const struct finder *finder, struct certmap_view name) {
    for (size_t i = 0; i < finder->count; i++)
        if (cm_view_equal(finder->names[i], name))
            return true;
    return false;
}

/* Keeps the Name that a text is in a dialect, unless it is known or the dialect does not permit the text. */
static enum certmap_status try_dialect(struct finder *finder, enum certmap_dialect dialect, bool strict) {
    size_t len = 0;
    if (parse(finder, NULL, 0, &len, dialect, strict) != CERTMAP_ERROR_BUFFER)
        return CERTMAP_OK;
    uint8_t *der = cm_alloc(finder->allocator, len);
    if (der == NULL)
        return CERTMAP_ERROR_MEMORY;
    (void)parse(finder, der, len, &len, dialect, strict);
    if (is_known(finder, cm_view(der, len))) {
        cm_release(finder->allocator, der);
        return CERTMAP_OK;
    }
    finder->names[finder->count] = cm_view(der, len);
    finder->dialects[finder->count++] = dialect;
    return CERTMAP_OK;
}

static enum certmap_status try_all(struct finder *finder, const struct cm_dn_dialects *list, bool strict) {
    enum certmap_status status = CERTMAP_OK;
    for (size_t i = 0; status == CERTMAP_OK && i < list->count; i++)
        status = try_dialect(finder, list->dialects[i], strict);
    return status;
}

static enum certmap_status try_plain(struct finder *finder, const struct cm_dn_dialects *list) {
    enum certmap_status status = CERTMAP_OK;
    if (list->plain)
        status = try_dialect(finder, CERTMAP_DIALECT_PLAIN, false);
    if (status == CERTMAP_OK && list->plain_reversed)
        status = try_dialect(finder, CERTMAP_DIALECT_PLAIN_REVERSED, false);
    return status;
}

/* Whether a Name has one RDN. */
static bool is_single(struct certmap_view name) {
    struct cm_der rdns;
    struct cm_tlv rdn;
    return cm_der_only(&rdns, name, CM_DER_SEQUENCE) && cm_der_any(&rdns, &rdn) && cm_der_done(&rdns);
}

/* Without a label, a Name of one RDN may be what Windows prints, where a backslash is a backslash. */
static enum certmap_status try_windows(struct finder *finder, bool rfc4514) {
    const size_t before = finder->count;
    enum certmap_status status = try_dialect(finder, CERTMAP_DIALECT_WINDOWS, true);
    if (rfc4514 && status == CERTMAP_OK)
        return try_dialect(finder, CERTMAP_DIALECT_WINDOWS_REVERSED, true);
    if (finder->count > before && !is_single(finder->names[before]))
        cm_release(finder->allocator, (void *)(uintptr_t)finder->names[--finder->count].data);
    return status;
}

/* Whether a backslash, slash, plus or quote may mean itself. */
static bool may_be_plain(const struct cm_dn_evidence *seen) {
    return (seen->escaped && !seen->escapes) || seen->hidden || seen->slashes || seen->tight_plus ||
           (seen->quote_first && !seen->spaced && !seen->by_default);
}

static bool reads_rfc4514(const struct finder *finder) {
    return finder->count == 1 && finder->dialects[0] == CERTMAP_DIALECT_RFC4514;
}

/* A text that rules take is what it is to them, unless it shows that some program printed it. */
static enum certmap_status find_rfc4514(struct finder *finder) {
    const struct cm_dn_evidence *seen = finder->seen;
    enum certmap_status status = CERTMAP_OK;
    if (is_single(finder->names[0]) && seen->escaped)
        status = try_windows(finder, true);
    if (status == CERTMAP_OK && seen->slashes)
        status = try_dialect(finder, CERTMAP_DIALECT_PLAIN, false);
    return status;
}

/* What a program prints is tried first. Without a label, people may have written the text. */
static enum certmap_status find(struct finder *finder, const struct cm_dn_dialects *list) {
    const struct cm_dn_evidence *seen = finder->seen;
    const bool bare = seen->label == CM_DN_LABEL_NONE;
    enum certmap_status status = CERTMAP_OK;
    if (seen->slashes && list->plain_reversed)
        status = try_dialect(finder, CERTMAP_DIALECT_PLAIN, false);
    if (status == CERTMAP_OK)
        status = try_all(finder, list, true);
    if (status == CERTMAP_OK && reads_rfc4514(finder))
        return find_rfc4514(finder);
    if (status == CERTMAP_OK && bare && seen->spaced && !seen->lines && (seen->quote_first || seen->backslash))
        status = try_windows(finder, false);
    if (status != CERTMAP_OK || (finder->count > 0 && !may_be_plain(seen)))
        return status;
    if (bare)
        status = try_all(finder, list, false);
    return status == CERTMAP_OK ? try_plain(finder, list) : status;
}

/* ---- What is found ---- */

static void free_names(const struct finder *finder) {
    for (size_t i = 0; i < finder->count; i++)
        cm_release(finder->allocator, (void *)(uintptr_t)finder->names[i].data);
}

/* Whether a # is alone between separators, as the hexadecimal form of nothing is. */
static bool has_single_hash(struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '#' && (i + 1 == text.len || strchr(",;+ \r\n/", text.data[i + 1]) != NULL))
            return true;
    return false;
}

static bool is_one_of(enum certmap_dialect dialect, enum certmap_dialect one, enum certmap_dialect other) {
    return dialect == one || dialect == other;
}

static bool is_printed(const struct cm_dn_evidence *seen) {
    return seen->label == CM_DN_LABEL_OPENSSL || seen->label == CM_DN_LABEL_HEADING;
}

/* Whether a + before a type may be part of a value: it may wherever nothing is escaped, as -nameopt sep_... prints it.
 * A value may copy even the padding of -nameopt multiline.
 * Windows quotes such values, and so does what OpenSSL prints by itself, which has spaces around =. */
static bool has_doubtful_plus(const struct cm_dn_evidence *seen, enum certmap_dialect dialect) {
    if (is_one_of(dialect, CERTMAP_DIALECT_MULTILINE, CERTMAP_DIALECT_MULTILINE_REVERSED))
        return seen->plus_type;
    if (is_one_of(dialect, CERTMAP_DIALECT_SLASHES, CERTMAP_DIALECT_SLASHES_PLAIN)) /* both were read */
        return false;
    if (seen->spaced && !seen->lines && !seen->below_label)
        return seen->tight_plus;
    return seen->plus_type && is_printed(seen) && !seen->crlf;
}

/* Whether blanks at the ends of values were passed over that may belong to them. */
static bool has_doubtful_blanks(const struct cm_dn_evidence *seen, enum certmap_dialect dialect) {
    if (is_one_of(dialect, CERTMAP_DIALECT_PLAIN, CERTMAP_DIALECT_PLAIN_REVERSED))
        return seen->wide;
    return is_one_of(dialect, CERTMAP_DIALECT_OPENSSL, CERTMAP_DIALECT_OPENSSL_REVERSED) && seen->wide &&
           is_printed(seen);
}

/* Whether a dialect that escapes little rests on a backslash, quote or #. */
static bool has_doubtful_escape(const struct cm_dn_evidence *seen, enum certmap_dialect dialect) {
    if (is_one_of(dialect, CERTMAP_DIALECT_PLAIN, CERTMAP_DIALECT_PLAIN_REVERSED))
        return seen->escaped || seen->escaped_hex || seen->tight_plus || seen->dumps;
    if (dialect == CERTMAP_DIALECT_SLASHES_PLAIN)
        return seen->cut_slash;
    if (is_one_of(dialect, CERTMAP_DIALECT_MULTILINE, CERTMAP_DIALECT_MULTILINE_REVERSED))
        return seen->quote_first || seen->dumps || (!seen->padded && (seen->escaped || seen->escaped_hex));
    if (is_one_of(dialect, CERTMAP_DIALECT_OPENSSL, CERTMAP_DIALECT_OPENSSL_REVERSED))
        return seen->high_byte;
    return dialect == CERTMAP_DIALECT_WINDOWS && seen->lines && !seen->crlf && (seen->backslash || seen->quote_first);
}

/* Whether \xHH of a control character may be something else: these dialects show a BMPString byte by byte, and escape no
 * backslash, so that it may be half of another character or four characters. Certificates hardly have any other.
 * Whoever names the dialect says what it is. */
static bool has_doubtful_bytes(const struct finder *finder) {
    const enum certmap_dialect dialect = finder->dialects[0];
    const bool bytes = is_one_of(dialect, CERTMAP_DIALECT_SLASHES, CERTMAP_DIALECT_SLASHES_PLAIN) ||
                       is_one_of(dialect, CERTMAP_DIALECT_PLAIN, CERTMAP_DIALECT_PLAIN_REVERSED);
    return bytes && finder->seen->control;
}

/* Whether the only Name that was found rests on what may have another meaning. */
static bool is_doubtful(const struct finder *finder) {
    const struct cm_dn_evidence *seen = finder->seen;
    const enum certmap_dialect dialect = finder->dialects[0];
    return (seen->dumps && !seen->texts && has_single_hash(seen->text)) || has_doubtful_plus(seen, dialect) ||
           has_doubtful_blanks(seen, dialect) || has_doubtful_escape(seen, dialect);
}

static enum certmap_status fail(struct certmap_diagnostic *err, enum certmap_code code, const char *text) {
    return cm_error(err, CERTMAP_ERROR_SYNTAX, code, "%s", text);
}

static enum certmap_status report_ambiguous(const struct finder *finder, struct certmap_diagnostic *err) {
    char names[200] = "";
    size_t len;
    struct cm_out out = {names, sizeof names, 0};
    for (size_t i = 0; i < finder->count; i++) {
        cm_out_string(&out, i == 0 ? "" : i + 1 == finder->count ? " or " : ", ");
        cm_out_string(&out, certmap_dialect_name(finder->dialects[i]));
    }
    (void)cm_out_finish(&out, &len, NULL);
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DN_AMBIGUOUS,
                    "this form cannot tell which of %zu Names it is: %s", finder->count, names);
}

/* Whether what could be a type that is not known became part of a value. */
static bool is_misread(const struct finder *finder) {
    return finder->seen->unknown_type && finder->count == 1 && cm_dn_dialect(finder->dialects[0])->is_raw;
}

/* The error of the likeliest dialect. */
static enum certmap_status report_first(const struct finder *finder, const struct cm_dn_dialects *list,
                                        struct certmap_diagnostic *err) {
    size_t len;
    finder->dialects[0] = list->dialects[0];
    const enum certmap_status status =
        cm_dn_parse(NULL, 0, &len, finder->seen->text, cm_dn_dialect(list->dialects[0]), "certmap_dialect_find", err);
    return status != CERTMAP_ERROR_BUFFER ? status
                                          : fail(err, CERTMAP_CODE_DN_ATTRIBUTE,
                                                 "what is before some = may be an attribute type that is not known");
}

/* An error where the text is not exactly one Name. */
static enum certmap_status report(const struct finder *finder, const struct cm_dn_dialects *list,
                                  struct certmap_diagnostic *err) {
    if (finder->count > 1)
        return report_ambiguous(finder, err);
    if (finder->count == 1 && has_doubtful_bytes(finder))
        return fail(err, CERTMAP_CODE_DN_AMBIGUOUS,
                    "\\x and a control character may be half of another character: this form cannot tell, and "
                    "-nameopt oneline can");
    if (finder->count == 1)
        return is_doubtful(finder)
                   ? fail(err, CERTMAP_CODE_DN_AMBIGUOUS,
                          "a backslash, quote, blank, + or # may be part of a value or not: this form cannot "
                          "tell, and -nameopt oneline can")
                   : CERTMAP_OK;
    return report_first(finder, list, err);
}

static bool is_blank(struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        if (strchr(" \t\r\n", text.data[i]) == NULL)
            return false;
    return true;
}

static enum certmap_status find_all(struct finder *finder, size_t *count, struct certmap_diagnostic *err) {
    struct cm_dn_dialects list;
    cm_dn_list(&list, finder->seen);
    enum certmap_status status = find(finder, &list);
    if (status == CERTMAP_OK)
        status = is_misread(finder) ? report_first(finder, &list, err) : report(finder, &list, err);
    else
        cm_error_memory(err);
    *count = status == CERTMAP_OK || (status == CERTMAP_ERROR_SYNTAX && finder->count > 1) ? finder->count : 0;
    free_names(finder);
    return status;
}

enum certmap_status certmap_dialect_find(enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT], size_t *count,
                                         struct certmap_view text, const struct certmap_allocator *allocator,
                                         struct certmap_diagnostic *err) {
    struct cm_dn_evidence seen;
    struct certmap_allocator own;
    if (dialects == NULL || count == NULL || !cm_view_sound(text) || !cm_allocator_init(&own, allocator))
        return cm_error_argument(err, "certmap_dialect_find: dialects, count, text or a function is NULL");
    struct finder finder = {.allocator = &own, .seen = &seen, .dialects = dialects};
    *count = 0;
    dialects[0] = CERTMAP_DIALECT_RFC4514;
    cm_dn_see(&seen, text);
    if (is_blank(seen.text))
        return fail(err, CERTMAP_CODE_DN_EMPTY, "the text holds no Name");
    if (seen.mixed)
        return fail(err, CERTMAP_CODE_DN_AMBIGUOUS,
                    "types are padded, but there is no space after =, as -nameopt align prints it: print without");
    if (seen.lines && (seen.empty_line || (seen.crlf && seen.lf)))
        return fail(err, CERTMAP_CODE_DN_AMBIGUOUS,
                    "an end of a line, empty or unlike the others, may be part of a value: this form cannot tell");
    if (seen.ends_in_cr && !seen.crlf)
        return fail(err, CERTMAP_CODE_DN_AMBIGUOUS,
                    "the text ends in a carriage return, of the line or of a value: this form cannot tell");
    if (seen.ends_in_blank)
        return fail(err, CERTMAP_CODE_DN_AMBIGUOUS,
                    "a blank at the end of the text or of a line may be part of a value: this form cannot tell");
    if (seen.string_types)
        return fail(err, CERTMAP_CODE_DN_STRING_TYPE,
                    "a value begins with a string type, as -nameopt show_type prints it: print the Name without");
    return find_all(&finder, count, err);
}
