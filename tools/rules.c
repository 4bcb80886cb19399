/* SPDX-License-Identifier: MIT */
#include "rules.h"
#include "advice.h"
#include "certfile.h"
#include "certmap/build.h"
#include "certmap/limits.h"
#include "certmap/names.h"
#include "hash.h"
#include "issuer_file.h"
#include "option_table.h"
#include "progress.h"
#include <string.h>

/* XML begins with <, and a rule file never does. Byte order marks, the NULs of UTF-16 and white
 * space are passed over. */
static enum tool_format detect_format(struct certmap_view text) {
    static const char passed_over[] = "\xEF\xBB\xBF\xFE\xFF\0 \t\r\n";
    size_t i = 0;
    while (i < text.len && memchr(passed_over, text.data[i], sizeof passed_over - 1) != NULL)
        i++;
    return i < text.len && text.data[i] == '<' ? TOOL_FORMAT_IIS : TOOL_FORMAT_NATIVE;
}

/* Whether somebody asks for the digest of the files. */
static bool keeps_bytes(const struct tool_options *options) {
    return options->digest || options->verb == TOOL_VERB_REPORT;
}

static enum certmap_status load_native(struct tool_rules *rules, const struct tool_options *options,
                                       const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    struct certmap_parse_options parse = CERTMAP_PARSE_OPTIONS_INIT;
    struct tool_issuer_file file = {options->rules, "", keeps_bytes(options) ? &rules->bytes : NULL};
    if (options->site != NULL && options->diff.after == NULL)
        return tool_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                          "--site is for IIS files, and this one is in the native language");
    parse.diagnostic = tool_diagnostics_add;
    parse.diagnostic_ctx = &rules->diagnostics;
    parse.issuer_file = tool_issuer_file;
    parse.issuer_file_ctx = &file;
    parse.build = build;
    return certmap_rules_parse(&rules->rules, tool_input_view(&rules->input), &parse, err);
}

/* Whether a word is in a file, whose encoding may put NULs between characters. */
static bool mentions(struct certmap_view text, const char *word) {
    size_t same = 0;
    for (size_t i = 0; i < text.len && word[same] != '\0'; i++)
        if (text.data[i] != 0)
            same = text.data[i] == (uint8_t)word[same] ? same + 1 : text.data[i] == (uint8_t)word[0];
    return word[same] == '\0';
}

static enum certmap_status load_iis(struct tool_rules *rules, const struct tool_options *options,
                                    const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    struct certmap_iis_options iis = CERTMAP_IIS_OPTIONS_INIT;
    iis.site = tool_view(options->site);
    iis.diagnostic = tool_diagnostics_add;
    iis.diagnostic_ctx = &rules->diagnostics;
    iis.check_setup =
        (unsigned)options->verb & ((unsigned)TOOL_VERB_CHECK | (unsigned)TOOL_VERB_CONVERT | (unsigned)TOOL_VERB_LINT);
    iis.build = build;
    rules->is_iis = true;
    rules->has_domain = mentions(tool_input_view(&rules->input), "defaultLogonDomain");
    enum certmap_status status =
        certmap_iis_load(&rules->rules, options->verb == TOOL_VERB_CONVERT ? &rules->logon : NULL,
                         tool_input_view(&rules->input), &iis, err);
    tool_input_free(&rules->input);
    return status;
}

/* Diagnostics quote the text and print its lines, and this text may hold passwords. */
static enum certmap_status refuse_xml(struct tool_rules *rules, struct certmap_diagnostic *err) {
    tool_input_free(&rules->input);
    tool_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX, "this is XML, not the native language");
    err->line = err->column = 1;
    return err->status;
}

/* ---- Files that are not rules ---- */

/* Where the file of --rules is a certificate and that of the certificate has rules, they were swapped. */
static bool are_swapped(const struct tool_options *options) {
    return tool_verb_reads_certificates(options->verb) && options->operand_count == 1 &&
           tool_advice_is_rules(options->operands[0]);
}

static enum certmap_status refuse_swapped(struct certmap_diagnostic *err, const struct tool_options *options) {
    char rules[TOOL_KIND_MAX_PATH + 1], cert[TOOL_KIND_MAX_PATH + 1];
    tool_kind_path(rules, options->operands[0]);
    tool_kind_path(cert, options->rules);
    if (strcmp(options->rules, "-") == 0)
        memcpy(cert, "-", sizeof "-");
    return tool_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SWAPPED_FILES,
                      "holds a certificate, and %s holds rules; the other way round: certmap %s --rules %s %s", rules,
                      tool_verb_name(options->verb), rules, cert);
}

/* What else a file is than rules, where that can be told. Its lines are not shown: it may be a private key. */
static enum certmap_status refuse_other(struct tool_rules *rules, const struct tool_options *options,
                                        struct certmap_diagnostic *err) {
    const struct tool_kind_found found = tool_certfile_kind(tool_input_view(&rules->input));
    if (found.kind == NULL || tool_kind_is_rules(found.kind))
        return CERTMAP_OK;
    tool_input_free(&rules->input);
    if (found.kind == tool_kind_is_certificate().kind && are_swapped(options))
        return refuse_swapped(err, options);
    return tool_kind_error(err, &found, options->rules, TOOL_WANTED_RULES);
}

/* Tells whoever looks on that loading begins. */
static enum certmap_status begin_watch(const struct tool_rules_watch *watch, struct certmap_view source,
                                       struct certmap_diagnostic *err) {
    return watch == NULL ? CERTMAP_OK : watch->begin(watch->ctx, source, err);
}

static enum certmap_status read_and_load(struct tool_rules *rules, const struct tool_options *options,
                                         const struct certmap_build_options *build,
                                         const struct tool_rules_watch *watch, struct certmap_diagnostic *err) {
    enum certmap_status status = tool_input_read(&rules->input, options->rules, CERTMAP_MAX_RULES_SIZE, err);
    if (status != CERTMAP_OK)
        return status;
    if (keeps_bytes(options))
        tool_input_add(&rules->bytes, &rules->input);
    enum tool_format content = detect_format(tool_input_view(&rules->input));
    if (content == TOOL_FORMAT_NATIVE || tool_kind_is_web_page(tool_input_view(&rules->input)))
        status = refuse_other(rules, options, err);
    if (status != CERTMAP_OK)
        return status;
    if (options->format == TOOL_FORMAT_IIS || (options->format == TOOL_FORMAT_AUTO && content == TOOL_FORMAT_IIS)) {
        status = begin_watch(watch, certmap_no_view(), err);
        return status == CERTMAP_OK ? load_iis(rules, options, build, err) : status;
    }
    if (content == TOOL_FORMAT_IIS)
        return refuse_xml(rules, err);
    rules->was_utf16 = certmap_text_is_utf16(tool_input_view(&rules->input));
    if (rules->was_utf16 && (status = tool_input_from_utf16(&rules->input, err)) == CERTMAP_OK)
        status = refuse_other(rules, options, err);
    if (status == CERTMAP_OK)
        status = begin_watch(watch, tool_input_view(&rules->input), err);
    return status == CERTMAP_OK ? load_native(rules, options, build, err) : status;
}

static enum certmap_status take_and_load(struct tool_rules *rules, const struct tool_options *options,
                                         const struct certmap_build_options *build, struct tool_input *text,
                                         const struct tool_rules_watch *watch, struct certmap_diagnostic *err) {
    rules->input = *text;
    *text = (struct tool_input){NULL, 0, 0};
    const enum certmap_status status = begin_watch(watch, tool_input_view(&rules->input), err);
    return status == CERTMAP_OK ? load_native(rules, options, build, err) : status;
}

bool tool_rules_load(struct tool_rules *rules, const struct tool_options *options) {
    return tool_rules_load_watched(rules, options, NULL);
}

/* Loads the text, or the file where it is NULL. */
static bool load_either(struct tool_rules *rules, const struct tool_options *options, struct tool_input *text,
                        const struct tool_rules_watch *watch) {
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct tool_progress progress;
    *rules = (struct tool_rules){.path = options->rules};
    build.progress = tool_progress_report;
    build.progress_ctx = &progress;
    build.added = watch != NULL ? watch->added : NULL;
    build.added_ctx = watch != NULL ? watch->ctx : NULL;
    tool_progress_begin(&progress, options);
    const enum certmap_status status = text == NULL ? read_and_load(rules, options, &build, watch, &err)
                                                    : take_and_load(rules, options, &build, text, watch, &err);
    tool_progress_end(&progress);
    if (status == CERTMAP_OK)
        return true;
    if (tool_diagnostics_error(&rules->diagnostics) == NULL)
        tool_diagnostics_add(&rules->diagnostics, CERTMAP_SEVERITY_ERROR, &err);
    return false;
}

bool tool_rules_load_watched(struct tool_rules *rules, const struct tool_options *options,
                             const struct tool_rules_watch *watch) {
    return load_either(rules, options, NULL, watch);
}

bool tool_rules_load_text(struct tool_rules *rules, const struct tool_options *options, struct tool_input *text,
                          const struct tool_rules_watch *watch) {
    return load_either(rules, options, text, watch);
}

bool tool_rules_have_site(const struct tool_options *options, const struct tool_rules *before,
                          const struct tool_rules *after, struct tool_stream *err) {
    if (options->site == NULL || before->is_iis || after->is_iis)
        return true;
    tool_complain(err, NULL, tool_view("--site is for IIS files, and both of these are in the native language"));
    return false;
}

void tool_rules_free(struct tool_rules *rules) {
    certmap_rules_free(rules->rules);
    certmap_iis_logon_free(rules->logon);
    tool_diagnostics_free(&rules->diagnostics);
    tool_input_free(&rules->input);
    tool_input_free(&rules->bytes);
}

void tool_rules_add_digest(struct tool_text *text, const struct tool_rules *rules) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    if (!tool_hash(NULL, digest, CERTMAP_HASH_SHA256, tool_input_view(&rules->bytes)))
        tool_no_memory();
    tool_text_string(text, "sha256:");
    for (size_t i = 0; i < sizeof digest; i++)
        tool_text_format(text, "%02x", digest[i]);
}

/* The next character that is no NUL, or 0 at the end: UTF-16 that was not known for it has NULs between characters. */
static uint8_t take_visible(struct certmap_view *text) {
    uint8_t byte = 0;
    for (; byte == 0 && text->len > 0; text->len--)
        byte = *text->data++;
    return byte;
}

/* Whether a text begins with the attribute password. */
static bool is_password(struct certmap_view text) {
    static const char word[] = "password";
    size_t same = 0;
    while (word[same] != '\0' && (take_visible(&text) | 0x20) == (uint8_t)word[same])
        same++;
    uint8_t next = take_visible(&text);
    while (next == ' ' || next == '\t' || next == '\r' || next == '\n')
        next = take_visible(&text);
    return word[same] == '\0' && next == '=';
}

/* Whether text could be a damaged IIS file that was taken for rules: it has an attribute password. */
static bool may_hold_password(struct certmap_view text) {
    for (; text.len > 0; text.data++, text.len--)
        if ((*text.data | 0x20) == 'p' && is_password(text))
            return true;
    return false;
}

struct certmap_view tool_rules_source(const struct tool_rules *rules) {
    const struct certmap_view source = tool_input_view(&rules->input);
    return may_hold_password(source) ? certmap_no_view() : source;
}

void tool_rules_print(const struct tool_rules *rules, struct tool_stream *stream) {
    const struct certmap_view source = tool_rules_source(rules);
    for (size_t i = 0; i < rules->diagnostics.count; i++)
        tool_diagnostic_print(stream, rules->path, source, &rules->diagnostics.items[i]);
}

bool tool_rules_explains_none(const struct certmap_diagnostic *diagnostic) {
    enum certmap_code code = diagnostic->code;
    return code == CERTMAP_CODE_SECTION_DISABLED || code == CERTMAP_CODE_OTHER_SITES ||
           code == CERTMAP_CODE_NO_SECTION || code == CERTMAP_CODE_MISPLACED_MAPPINGS ||
           code == CERTMAP_CODE_MISSPELT_SECTION;
}
